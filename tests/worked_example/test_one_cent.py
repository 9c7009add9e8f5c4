"""One cent more in any amount of the exports is never met with silence.

Every money and price column that a source declares is tried, in a row of every kind that it has:
the gate or a data test refuses the night and names the cent, or the bridge changes by that cent.
What a source states twice is seen without any report of its own; what it states once, and no anchor
holds, only by a control total of that column: it is listed here with the reason, nothing else is.

A whole night for each of a hundred amounts would take an hour. The models, data tests and checks
are therefore the compiled ones of one real night, run again on the same landed rows with one cent
changed; that amounts land exactly as exported has a test of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.worked_example.replay import STATED_TWICE, Replay

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("salesforce", "netsuite")
CENT = Decimal("0.01")
PRECISION = {"money": "decimal(28, 4)", "price": "decimal(28, 8)"}
# The check of what a source states of its rows, balances and columns.
COLUMN_TOTALS = "source_totals_agree"


@dataclass(frozen=True)
class Amount:
    """One amount of the exports: a column, and the row of the raw table that holds it."""

    system: str
    table: str
    column: str
    kind: str
    row: int
    quantity: Decimal = Decimal(1)

    @property
    def name(self) -> str:
        return f"{self.system}.{self.table}.{self.column}"

    def __str__(self) -> str:
        return f"{self.name} ({self.kind or 'any row'})"


@dataclass
class Outcome:
    """What one cent did: lines and anchors that moved, checks that fail now, marts that differ."""

    moved: dict[tuple[Any, ...], Decimal] = field(default_factory=dict)
    refused: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    warned: list[tuple[Any, ...]] = field(default_factory=list)
    published: list[str] = field(default_factory=list)

    @property
    def is_seen_without_column_total(self) -> bool:
        """Whether anything but a control total of the column itself tells of the cent."""
        other = [
            row
            for name, rows in self.refused.items()
            for row in rows
            if name != COLUMN_TOTALS or not row[2].startswith("sum_")
        ]
        return bool(self.moved or other or self.warned)


def try_cent(replay: Replay, amount: Amount, by: Decimal = CENT) -> Outcome:
    """Add a cent to an amount, see what comes of it, and take it away again."""
    raw = f"warehouse.raw_{amount.system}.{amount.table}"
    change = f"update {raw} set {amount.column} = {amount.column} + {{}} where rowid = ?"
    replay.connection.execute(change.format(by), [amount.row])
    try:
        replay.rebuild(f"{amount.system}.{amount.table}")
        changed = replay.changed()
        published = {key.rsplit(".", 1)[-1] for key in changed
                     if replay.nodes[key]["database"] == "marts"}  # fmt: skip
        failing = replay.failing(changed)
        warned = failing.pop(STATED_TWICE, [])
        return Outcome(replay.bridge(), failing, warned, sorted(published))
    finally:
        replay.connection.execute(change.format(-by), [amount.row])


def declared() -> list[tuple[str, str, str, str]]:
    """System, raw table, column and type of every amount that a source declares."""
    found = []
    for system in SOURCES:
        file = REPOSITORY / "ingestion" / "sources" / f"{system}.yml"
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))
        for table, entry in spec["objects"].items():
            found += [
                (system, table, column["name"], column["type"])
                for column in entry["columns"]
                if column["type"] in PRECISION
            ]
        found.append((system, "control_total", "value", "money"))
    return found


TYPE = (
    "document.type || case when document.type = 'CustCred' and not document.posting "
    "then ' pending' else '' end"
)
# How the rows of a table differ in what becomes of their amounts.
KINDS = {
    ("netsuite", "transaction"): TYPE,
    ("netsuite", "transaction_line"): f"{TYPE} || case when coalesce(mainline, false) "
    "then ' head' when coalesce(taxline, false) then ' tax' else '' end",
    ("netsuite", "transaction_accounting_line"): f"{TYPE} || ' ' || "
    "(select any_value(accttype) from warehouse.raw_netsuite.account where id = amounts.account)",
    ("netsuite", "next_transaction_line_link"): "linktype || case when linktype = 'CrdAppl' and "
    "not (select posting from warehouse.raw_netsuite.transaction where id = amounts.nextdoc) "
    "then ' pending' else '' end",
    ("netsuite", "control_total"): "case when measure like 'trial_balance%' then 'trial_balance' "
    "when measure like 'sum%' then 'sum' else measure end",
    ("salesforce", "control_total"): "case when measure like 'sum%' then 'sum' else measure end",
    ("salesforce", "opportunity_history"): "stage_name",
}
DOCUMENT = {"transaction": "id", "transaction_line": "transaction",
            "transaction_accounting_line": "transaction"}  # fmt: skip


def sampled(replay: Replay) -> Iterator[Amount]:
    """For every declared amount a row of every kind that has one, always the same."""
    for system, table, column, declared_type in declared():
        quantity = "abs(amounts.quantity)" if declared_type == "price" else "1"
        if table in {"pricebook_entry", "fair_value_price"}:
            quantity = "1"
        raw = f"warehouse.raw_{system}.{table}"
        join = (
            f"left join warehouse.raw_netsuite.transaction as document "
            f"on document.id = amounts.{DOCUMENT[table]}"
            if system == "netsuite" and table in DOCUMENT
            else ""
        )
        kind = KINDS.get((system, table), "''")
        rows = replay.connection.execute(
            f"select coalesce({kind}, '') as kind, arg_min(amounts.rowid, hash(amounts.rowid)), "
            f"arg_min({quantity}, hash(amounts.rowid)) "
            f"from {raw} as amounts {join} "
            f"where amounts.{column} is not null group by 1 order by 1"
        ).fetchall()
        for name, row, units in rows:
            yield Amount(system, table, column, name, row, Decimal(units))


# Amounts that no anchor holds and nothing else in the exports could contradict: only the source's
# own total of the column sees a cent more. A name is a column, or a column in rows of one kind.
STATED_ONCE = {
    "salesforce.account.annual_revenue": "what sales believes of a customer",
    "netsuite.customer.creditlimit": "a limit, not a movement",
    "netsuite.transaction.foreigntotal (Journal)": "a journal has no head to compare it with",
    "netsuite.next_transaction_line_link.foreignamount (CrdAppl pending)": "nothing is applied yet",
    "salesforce.pricebook_entry.unit_price": "a list price of today; the deal's own counts",
    "salesforce.opportunity_history.amount (Qualification)": "the last row is the deal's amount",
    "salesforce.quote_line_item.list_price": "the deal's line states its own",
    "salesforce.control_total.value (sum)": "the total itself",
    "netsuite.control_total.value (sum)": "as above",
}


def is_listed(amount: Amount) -> bool:
    return amount.name in STATED_ONCE or str(amount) in STATED_ONCE


@pytest.fixture(scope="module")
def outcomes(worked_example: Path) -> dict[Amount, Outcome]:
    """What a cent more in each sampled amount did."""
    replay = Replay(worked_example)
    return {amount: try_cent(replay, amount) for amount in sampled(replay)}


def test_no_cent_is_met_with_silence(outcomes: dict[Amount, Outcome]) -> None:
    """With the columns' totals that the sources state, every cent refuses the night or counts."""
    silent = [
        str(amount)
        for amount, outcome in outcomes.items()
        if not outcome.moved and not outcome.refused
    ]
    assert silent == []


def test_only_what_is_stated_once_needs_a_column_total(outcomes: dict[Amount, Outcome]) -> None:
    """And what is compared with anything else by now leaves the list."""
    unseen = [
        str(amount)
        for amount, outcome in outcomes.items()
        if not outcome.is_seen_without_column_total and not is_listed(amount)
    ]
    assert unseen == []
    seen = [
        str(amount)
        for amount, outcome in outcomes.items()
        if is_listed(amount) and outcome.is_seen_without_column_total
    ]
    assert seen == []
    tried = {amount.name for amount in outcomes} | {str(amount) for amount in outcomes}
    assert set(STATED_ONCE) - tried == set()


def test_a_warning_names_the_record_and_its_cent(outcomes: dict[Amount, Outcome]) -> None:
    """What is stated twice differs by the cent, or by the cent of a price times its quantity."""
    warned = {amount: outcome.warned for amount, outcome in outcomes.items() if outcome.warned}
    assert len(warned) > 50
    off = {
        str(amount): rows
        for amount, rows in warned.items()
        for row in rows
        if abs(row[-1]) != CENT * amount.quantity or row[-1] != row[-2] - row[-3]
    }
    assert off == {}


def test_the_bridge_changes_by_that_cent(outcomes: dict[Amount, Outcome]) -> None:
    """Every line and anchor that moves moves by one cent; a cent of a price, by its quantity."""
    off = {
        str(amount): outcome.moved
        for amount, outcome in outcomes.items()
        for moved in outcome.moved.values()
        if abs(moved) != CENT * amount.quantity
    }
    assert off == {}


def test_legs_stay_closed(outcomes: dict[Amount, Outcome]) -> None:
    """A cent in one anchor is a cent in its lines: no identity is among what refuses."""
    checks = {name for outcome in outcomes.values() for name in outcome.refused}
    assert "anchor_ties_to_source" in checks
    assert not any("identity" in name for name in checks), checks


def test_refusals_name_the_cent(outcomes: dict[Amount, Outcome]) -> None:
    off = {
        str(amount): rows
        for amount, outcome in outcomes.items()
        for rows in outcome.refused.values()
        if not any(isinstance(one, Decimal) and abs(one) == CENT for row in rows for one in row)
    }
    assert off == {}


@pytest.mark.parametrize("system", SOURCES)
def test_amounts_land_as_they_are_exported(
    worked_example: Path, worked_example_exports: Path, system: str
) -> None:
    """Every amount of every file, and no other, in a type that holds it exactly."""
    compared = 0
    with duckdb.connect(str(worked_example / "warehouse.duckdb"), read_only=True) as warehouse:
        for table, column, kind in sorted(one[1:] for one in declared() if one[0] == system):
            wanted = table.replace("_", "")
            files = [
                path
                for path in worked_example_exports.glob(f"{system}/*.csv")
                if path.stem.replace("_", "").lower().rstrip("s") == wanted.rstrip("s")
            ]
            if not files:
                continue
            (file,) = files
            with file.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream))
            names = [name.replace("_", "").lower() for name in rows[0]]
            if column.replace("_", "") not in names:
                continue
            at = names.index(column.replace("_", ""))
            exported = sorted(Decimal(row[at]) for row in rows[1:] if row[at])
            landed = warehouse.execute(
                f"select {column}, typeof({column}) from raw_{system}.{table} "
                f"where {column} is not null order by {column}"
            ).fetchall()
            assert [row[0] for row in landed] == exported, f"{system}.{table}.{column}"
            assert {row[1].lower().replace(",", ", ") for row in landed} == {PRECISION[kind]}
            compared += len(exported)
    assert compared > 100
