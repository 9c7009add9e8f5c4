"""The questions of the product, as queries with the rows they give on a company of twelve accounts.

`NN_name.sql` is the query that people are shown, `NN_name.csv` what it gives on `exports/`, as text
with `NULL` for nothing. The company is small enough to check each row against the export by eye:
eleven accounts are about matching, the twelfth, Brightwater Utilities, has orders, bills and cash.
Vega Optics has two services over time: the ERP posts February of one in March, March 10.00 short,
and March of the other not at all.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

FOLDER = Path(__file__).parent
QUERIES = sorted(FOLDER.glob("*.sql"))
# Every question of account mapping, and of opportunity to order.
ANSWERED = {f"{number:02}" for number in (*range(1, 15), 16, 18, 19, 21, 23, 24)}
# What these ask about is a change since an earlier publication.
AFTER_A_LATE_CHANGE = {"14_moved_after_close"}


def text(value: object) -> str:
    return "NULL" if value is None else str(value)


def rows_of(home: Path, query: Path) -> list[list[str]]:
    """What a query gives on a home's current publication: its column names, then its rows."""
    file = home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as marts:
        found = marts.execute(query.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or ()]
        return [names, *([text(value) for value in row] for row in found.fetchall())]


@pytest.fixture(scope="module")
def after_a_late_change(
    small_company: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """The next night: in May somebody takes 2,000 off Tamarack's deal of March, which is closed."""
    base = tmp_path_factory.mktemp("late-change")
    shutil.copytree(small_company, base / "home", symlinks=True)
    shutil.copytree(FOLDER / "exports", base / "exports")
    deals = base / "exports" / "salesforce" / "Opportunity.csv"
    lines = deals.read_text(encoding="utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines) if "Tamarack line 4" in line)
    lines[number] = (
        lines[number]
        .replace("33000.00", "31000.00")
        .replace("2025-03-28T09:00:00Z", "2025-05-20T10:00:00Z")
    )
    deals.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tieout("run", "--exports", base / "exports", home=base / "home")
    return base / "home"


@pytest.fixture
def net_of_pending(
    make_once: Callable[[str, Callable[[Path], None]], Path],
    tmp_path: Path,
    repository: Path,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """A home whose company counts a credit against its billings before it is posted."""

    def make(path: Path) -> None:
        definitions = tmp_path / "definitions"
        shutil.copytree(repository / "definitions", definitions)
        standard = definitions / "standard.yml"
        text = standard.read_text(encoding="utf-8")
        assert text.count("    net_pending: false\n") == 1
        standard.write_text(
            text.replace("    net_pending: false\n", "    net_pending: true\n"), encoding="utf-8"
        )
        tieout("run", "--exports", FOLDER / "exports", "--definitions", definitions, home=path)

    return make_once("small-company-net-of-pending", make)


@pytest.mark.parametrize("query", QUERIES, ids=[query.stem for query in QUERIES])
def test_question_has_its_answer(query: Path, request: pytest.FixtureRequest) -> None:
    night = "after_a_late_change" if query.stem in AFTER_A_LATE_CHANGE else "small_company"
    with query.with_suffix(".csv").open(encoding="utf-8", newline="") as answer:
        expected = list(csv.reader(answer))
    assert len(expected) > 1
    assert rows_of(request.getfixturevalue(night), query) == expected


def test_closed_net_of_returns_and_credits_is_one_number_whatever_counts_them(
    small_company: Path, net_of_pending: Path
) -> None:
    """Question 10 under net_pending: the same rows, by hand.

    Meridian Inc closed six deals of 202,000.00 in the quarter; 5,000.00 of it was said, not signed.
    Of the rest 155,000.00 has no order (120,000 + 33,000 + 2,000), 12,000 were ordered at 10,800,
    and 3,000 came over EDI: -153,200.00. Its order of 30,000 was billed at 28,500, and 2,700.00
    came back: 39,600.00 are billed. Credit memo CM-502 of 1,425.00 is not posted: 38,175.00. In
    euros and pounds 15,500.50 and 9,000.00 were closed and never ordered. Under net_pending the
    anchor of the billings says 38,175.00 itself, and the 1,425.00 stand on line 2.08; the question
    states them once.
    """
    (query,) = FOLDER.glob("10_*.sql")
    with query.with_suffix(".csv").open(encoding="utf-8", newline="") as answer:
        expected = list(csv.reader(answer))
    assert expected[1][-1] == "38175.0000"
    assert rows_of(net_of_pending, query) == expected
    told = {}
    for home in (small_company, net_of_pending):
        file = home / "publications" / "current" / "marts.duckdb"
        with duckdb.connect(str(file), read_only=True) as marts:
            told[home] = marts.execute(
                """
                select 'billings' as what, sum(amount) as amount
                from revenue_bridge.rpt_bridge_anchor
                where definition_id = 'standard' and anchor = 'billings' and currency = 'USD'
                    and date_trunc('quarter', period) = date '2025-01-01'
                union all
                select line_code, sum(amount) from revenue_bridge.rpt_revenue_bridge
                where definition_id = 'standard' and line_code = '2.08'
                group by line_code
                order by what
                """
            ).fetchall()
    assert told[small_company] == [("billings", Decimal("39600.00"))]
    assert told[net_of_pending] == [
        ("2.08", Decimal("-1425.00")),
        ("billings", Decimal("38175.00")),
    ]


def test_nothing_has_moved_before_the_late_change(small_company: Path) -> None:
    (query,) = FOLDER.glob("14_*.sql")
    assert len(rows_of(small_company, query)) == 1


def test_every_question_has_its_query() -> None:
    assert {query.stem[:2] for query in QUERIES} >= ANSWERED


@pytest.mark.parametrize("query", QUERIES, ids=[query.stem for query in QUERIES])
def test_readers_are_led_to_the_tested_query(repository: Path, query: Path) -> None:
    """The README shows the query, or links it beside its question."""
    readme = (repository / "README.md").read_text(encoding="utf-8")
    sql = query.read_text(encoding="utf-8").strip()
    question = sql.splitlines()[0].removeprefix("-- ")
    assert sql in readme or f"| [{question}](tests/questions/{query.name}) |" in readme


def test_a_changed_deal_is_another_version_of_its_source_row(
    small_company: Path, after_a_late_change: Path
) -> None:
    """One digest differs, and says which load brought it; every other row is as it was."""
    found: list[dict[tuple[str, ...], tuple[object, ...]]] = []
    for home in (small_company, after_a_late_change):
        file = home / "publications" / "current" / "marts.duckdb"
        with duckdb.connect(str(file), read_only=True) as marts:
            rows = marts.execute(
                """
                select source.system, source.object, source.source_key, source.payload_digest,
                    source.version_count, source.load_id, source.first_load_id, load.loaded_at
                from operations.map_source_record as source
                inner join operations.load_audit as load
                    on source.load_id = load.load_id and source.raw_table = load.object
                """
            ).fetchall()
        found.append({row[:3]: row[3:] for row in rows})
    before, after = found
    assert len(before) > 30
    changed = {key: after[key] for key in before.keys() & after.keys() if before[key] != after[key]}
    ((deal, (digest, versions, load, first_load, _)),) = changed.items()
    assert deal[:2] == ("salesforce", "opportunity")
    assert digest != before[deal][0]
    assert versions == 2
    assert load > first_load == before[deal][2]
