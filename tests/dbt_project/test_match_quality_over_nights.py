"""Match quality compares nights: what moved and why, how long pairs wait, who was right.

The company of `tests/questions` is published, changes, is decided on by a steward, and is
published again.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

DECISIONS = """\
decisions:
  - id: pine-street
    action: confirm
    records: ["account salesforce:001000000000004AAA", "erp_customer netsuite:105"]
    owner: Dana Reyes
    reason: Their purchase order names the address in Dayton.
    decided_on: 2025-05-21
    expires_on: never
  - id: vega
    action: reject
    records: ["account salesforce:001000000000005AAA", "erp_customer netsuite:103"]
    owner: Dana Reyes
    reason: The number on the account is that of another Vega.
    decided_on: 2025-05-21
    expires_on: never
"""


FIRST = datetime.fromisoformat("2025-05-20 09:00")
SECOND = datetime.fromisoformat("2025-05-22 09:00")


def replace(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def second_night(
    repository: Path,
    small_company: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    base = tmp_path_factory.mktemp("nights")
    home, exports, rules = base / "home", base / "exports", base / "definitions"
    shutil.copytree(small_company, home, symlinks=True)
    shutil.copytree(repository / "tests" / "questions" / "exports", exports)
    shutil.copytree(repository / "definitions", rules)
    later = "2025-05-22T09:00:00Z"
    replace(
        exports / "salesforce" / "Account.csv",
        # Halden is deleted; that is the newest change of all, and so the night's business time
        (
            "USD,88-1000001,,Net 30,Active,false,2023-01-10T09:00:00Z,2025-05-01T09:00:00Z,"
            "2025-05-01T09:00:00Z",
            f"USD,88-1000001,,Net 30,Active,true,2023-01-10T09:00:00Z,{later},{later}",
        ),
    )
    with (exports / "netsuite" / "customer.csv").open("a", encoding="utf-8") as file:
        file.write("107,C-107,Orion Freight GmbH,,3,Net 60,DE811000003,true,,false,")
        file.write("2025-05-21T09:00:00Z,2025-05-21T09:00:00Z\n")
    (rules / "decisions").mkdir(exist_ok=True)
    (rules / "decisions" / "dana.yml").write_text(DECISIONS, encoding="utf-8")
    tieout("run", "--exports", exports, "--definitions", rules, home=home)
    marts = home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        yield connection


def rows(marts: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return marts.execute(sql).fetchall()


def test_every_changed_link_is_listed_with_its_cause(
    second_night: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        second_night,
        "select crm_account_name, change, cause, erp_customers_before, erp_customers_after"
        " from account_mapping.rpt_match_drift order by crm_account_id",
    ) == [
        ("Halden Pumps Inc.", "link_removed", "record_gone", "netsuite:101", None),
        ("Orion Freight GmbH", "link_added", "new_record", None, "netsuite:107"),
        ("Pine Street Dental", "link_added", "steward_decision", None, "netsuite:105"),
        ("Vega Optics Ltd", "link_removed", "steward_decision", "netsuite:103", None),
        ("Orion Freight", "link_added", "new_record", None, "netsuite:107"),
    ]


def test_earlier_nights_are_carried_on(second_night: duckdb.DuckDBPyConnection) -> None:
    nights = rows(
        second_night,
        "select as_of, is_latest, account_match_rate, previous_as_of, previous_account_match_rate"
        " from account_mapping.rpt_match_quality where scope = 'won_account' order by as_of",
    )
    (first, *_), (second, *_) = nights
    assert (first, second) == (FIRST, SECOND)
    assert [night[1] for night in nights] == [False, True]
    assert nights[1][3:] == (first, nights[0][2])


def test_a_pair_waits_since_the_night_it_was_first_seen(
    second_night: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        second_night,
        "select crm_account_name, first_seen_at from account_mapping.rpt_match_review"
        " where crm_account_name = 'TMK Retail Programme'",
    ) == [("TMK Retail Programme", FIRST)]
    assert rows(
        second_night,
        "select queue_oldest_days from account_mapping.rpt_match_quality"
        " where is_latest and scope = 'every_account'",
    ) == [(2,)]


def test_stewards_judge_what_the_rules_had_said(second_night: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        second_night,
        "select pair_count, accepted_same_count, accepted_different_count, review_same_count"
        " from account_mapping.rpt_steward_agreement"
        " where pair_kind = 'account_and_customer' and match_rule = 'every rule'",
    ) == [(2, 0, 1, 1)]
