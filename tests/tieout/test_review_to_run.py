"""From a decision in the terminal to the next publication: stewards win over every rule."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from tieout import decisions, review
from tieout.settings import Home

# Links that a rule made and a steward takes apart again; ids, so that no rule could be surer.
LINKED = """
select crm_account_id, erp_customer_id from account_mapping.map_account_customer
where evidence_grade = 'A' and valid_to = date '9999-12-31'
group by all
having count(*) = 1
order by all
"""

# ERP customers that stand alone: nothing ties them to another, until a steward does.
ALONE = """
select min(record_id) from account_mapping.map_customer_record
where valid_to = date '9999-12-31' and not is_deleted
group by customer_key
having count(*) = 1 and min(record_type) = 'erp_customer'
order by all
"""


@dataclass
class Outcome:
    """The same exports before and after the decisions, and what was decided."""

    before: Path
    after: Path
    confirmed: tuple[str, str]
    rejected: tuple[str, str]
    merged: tuple[str, str]
    split: tuple[str, str]

    def ask(self, query: str, *values: Any, before: bool = False) -> list[tuple[Any, ...]]:
        return ask(self.before if before else self.after, query, *values)


def ask(directory: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(directory / "marts.duckdb"), read_only=True) as marts:
        return marts.execute(query, values).fetchall()


def by_hand(name: str, body: str, expires_on: str = "never") -> str:
    return (
        f"  - id: {name}\n{body}\n    owner: Dana Ruiz\n    reason: found out\n"
        f"    decided_on: 2026-06-01\n    expires_on: {expires_on}\n"
    )


class Confirm:
    """Confirms the first pair and ends."""

    def __init__(self) -> None:
        self._keys = ["c", "q"]

    def key(self) -> str:
        return self._keys.pop(0)

    def text(self, label: str, default: str) -> str:
        return {"Reason": "The order form names both."}.get(label, default) or "Dana Ruiz"


@pytest.fixture(scope="module")
def outcome(
    published_home: Path,
    demo_exports: Path,
    repository: Path,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Outcome:
    """A night, a steward's morning, and the next night over the same exports."""
    folder = tmp_path_factory.mktemp("stewardship")
    shutil.copytree(published_home, folder / "home", symlinks=True)
    shutil.copytree(repository / "definitions", folder / "definitions")
    home, definitions = Home(folder / "home"), folder / "definitions"
    before = home.current.resolve()

    ((account,),) = ask(
        before, "select crm_account_id from account_mapping.rpt_match_review where review_rank = 1"
    )
    request = review.Request(definitions, account, limit=1)
    written = review.run(home, Console(file=io.StringIO()), request, Confirm())
    assert written is not None
    (chosen,) = (one.decision.records for one in decisions.load(definitions))

    (rejected, split) = ask(before, LINKED)[:2]
    (one,), (other,) = ask(before, ALONE)[:2]
    (written.parent / "by-hand.yml").write_text(
        "decisions:\n"
        + by_hand(
            "not-them",
            f"    action: reject\n    records:\n      - account salesforce:{rejected[0]}\n"
            f"      - erp_customer netsuite:{rejected[1]}",
        )
        + by_hand(
            "one-company",
            f"    action: merge\n    records: [erp_customer netsuite:{one}, "
            f"erp_customer netsuite:{other}]\n    effective_from: 2020-01-01",
        )
        + by_hand(
            "sold",
            f"    action: split\n    records: [account salesforce:{split[0][:15]}]\n"
            f"    from: [erp_customer netsuite:{split[1]}]\n    effective_from: 2026-04-01",
            "2026-07-15",
        )
        + by_hand(
            "typo",
            "    action: confirm\n    records: [account salesforce:nobody, "
            f"erp_customer netsuite:{one}]",
        )
    )
    tieout("run", "--exports", demo_exports, "--definitions", definitions, home=home.path)
    return Outcome(
        before,
        home.current.resolve(),
        (chosen[0].record_id, chosen[1].record_id),
        rejected,
        (one, other),
        split,
    )


def test_the_next_run_maps_what_was_confirmed(outcome: Outcome) -> None:
    link = (
        "select evidence_grade, match_rule from account_mapping.map_account_customer "
        "where crm_account_id = ? and erp_customer_id = ? and valid_to = date '9999-12-31'"
    )
    assert outcome.ask(link, *outcome.confirmed, before=True) == []
    assert outcome.ask(link, *outcome.confirmed) == [("D", "steward decision")]
    queue = (
        "select count(*) from account_mapping.rpt_match_review "
        "where crm_account_id = ? and erp_customer_id = ?"
    )
    assert outcome.ask(queue, *outcome.confirmed, before=True) == [(1,)]
    assert outcome.ask(queue, *outcome.confirmed) == [(0,)]


def test_what_was_rejected_is_linked_no_more(outcome: Outcome) -> None:
    link = (
        "select count(*) from account_mapping.map_account_customer "
        "where crm_account_id = ? and erp_customer_id = ?"
    )
    assert outcome.ask(link, *outcome.rejected, before=True) == [(1,)]
    assert outcome.ask(link, *outcome.rejected) == [(0,)]


KEY = """
select customer_key from account_mapping.map_customer_record
where record_id = ? and valid_from <= ? and valid_to > ?
"""


def test_merged_records_are_one_customer(outcome: Outcome) -> None:
    one, other = (
        [
            outcome.ask(KEY, record, "2026-06-30", "2026-06-30", before=before)
            for record in outcome.merged
        ]
        for before in (True, False)
    )
    assert one[0] != one[1]
    assert other[0] == other[1] != []


def test_a_split_holds_from_its_day_and_not_before(outcome: Outcome) -> None:
    for day, together in (("2026-03-31", True), ("2026-04-01", False)):
        account, customer = (outcome.ask(KEY, record, day, day) for record in outcome.split)
        assert account
        assert customer
        assert (account == customer) is together, day


def test_what_needs_the_steward_is_an_exception_and_no_crash(outcome: Outcome) -> None:
    found = outcome.ask(
        "select exception_type, source_key, owner, failure_class from operations.exception "
        "where object = 'steward_decision' group by all order by all"
    )
    assert found == [
        ("steward_decision_expiring", "sold", "Dana Ruiz", "stewardship"),
        ("steward_decision_stale", "typo/salesforce:nobody", "Dana Ruiz", "stewardship"),
    ]


def test_the_publication_carries_the_decisions(outcome: Outcome) -> None:
    kept = outcome.ask("select decision_id, file from definitions.steward_decision order by all")
    assert [file for _, file in kept].count("decisions/by-hand.yml") == 4
    assert len(kept) == 5
    assert "decisions" in (outcome.after / "manifest.json").read_text()
