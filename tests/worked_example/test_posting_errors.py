"""An error in what the ERP planned or posted is reported as exactly that, and as nothing else.

One error at a time is made in the raw rows of the worked example, beside the obligation of 120,000
a year, 10,000 a month: whatever the bridge and the list of schedule differences then say more than
before is the error, in the right cell, line and amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worked_example.replay import Replay

OBLIGATION, PLAN = "60364", "160364"
MARCH, APRIL = "2026-03-01", "2026-04-01"
# Journal of March and its two lines of the obligation: deferred revenue 3, revenue 4.
JOURNAL, DEBIT, CREDIT = "98362", "3", "4"
ENTITY, OTHER = "Tieout Instruments Inc", "Tieout Services Ltd"
MONTH = Decimal(10_000)
CENT = Decimal("0.01")
TABLES = (
    "subsidiary",
    "transaction",
    "transaction_line",
    "transaction_accounting_line",
    "revenue_plan_planned_revenue",
)
# Promises that an error in the books does not break: it is explained, not hidden.
PROMISES = {
    "assert_bridge_identity_holds",
    "assert_nothing_is_unclassified",
    "assert_reporting_identity_holds",
    "assert_schedule_and_differences_are_the_postings",
    "assert_schedule_differences_are_bridge_lines",
    "assert_deferred_flows_equal_leg_3",
    "assert_completed_timing_nets_to_zero",
    "slices_conserve_supply",
    "slices_conserve_demand",
}
# obligation, entity, currency, period, cause, line -> what it adds to revenue
Differences = dict[tuple[str, ...], Decimal]


class Books:
    """The raw rows of the night, an error made in them, and what the marts then say."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.connection = replay.connection
        self.connection.execute("create schema before.raw")
        for table in TABLES:
            self.connection.execute(
                f"create table before.raw.{table} as from warehouse.raw_netsuite.{table}"
            )
        self.clean = self.differences()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Change raw rows; it is an error of the test to change none."""
        self.connection.execute("use warehouse.raw_netsuite")
        counted = self.connection.execute(statement, list(parameters)).fetchone()
        self.connection.execute("use memory")
        assert counted and counted[0] > 0, statement

    def own_journal(self, period: str, **changes: object) -> None:
        """Put the obligation's posting of March into a journal of its own.

        Args:
            period: id of its accounting period.
            changes: other columns of the journal.
        """
        sets = "".join(f", {column} as {name}" for name, column in changes.items())
        names = "".join(f", {name}" for name in changes)
        self.run(
            "insert into transaction by name select * exclude (id, tranid, postingperiod"
            f"{names}), 'J' as id, 'JOWN' as tranid, '{period}' as postingperiod{sets}"
            " from transaction where id = ?",
            [JOURNAL],
        )
        for table, line in (("transaction_line", "id"),
                            ("transaction_accounting_line", "transactionline")):  # fmt: skip
            self.run(
                f"update {table} set transaction = 'J' where transaction = ? and {line} in (?, ?)",
                [JOURNAL, DEBIT, CREDIT],
            )
        self.run(
            "update revenue_plan_planned_revenue set journal = 'J'"
            " where revenueplan = ? and journal = ?",
            [PLAN, JOURNAL],
        )

    def add_to_posting(self, by: Decimal) -> None:
        """Post so much more revenue in March, out of deferred revenue."""
        for line, sign in ((DEBIT, 1), (CREDIT, -1)):
            self.run(
                "update transaction_line set foreignamount = foreignamount + ?,"
                " netamount = netamount + ? where transaction = ? and id = ?",
                [sign * by, sign * by, JOURNAL, line],
            )
            self.run(
                "update transaction_accounting_line set amount = amount + ?"
                " where transaction = ? and transactionline = ?",
                [sign * by, JOURNAL, line],
            )

    def take_out_posting(self) -> None:
        for table, line in (("transaction_line", "id"),
                            ("transaction_accounting_line", "transactionline")):  # fmt: skip
            self.run(
                f"delete from {table} where transaction = ? and {line} in (?, ?)",
                [JOURNAL, DEBIT, CREDIT],
            )

    def restore(self) -> None:
        self.connection.execute("use warehouse.raw_netsuite")
        for table in TABLES:
            self.connection.execute(f"delete from {table}")
            self.connection.execute(f"insert into {table} from before.raw.{table}")
        self.connection.execute("use memory")

    def differences(self) -> Differences:
        rows = self.connection.execute(
            "select obligation_id, entity, currency, period::varchar, cause, line_code, amount"
            " from marts.revenue_bridge.rpt_schedule_difference"
        ).fetchall()
        return {tuple(row[:-1]): row[-1] for row in rows}

    def reported(self) -> tuple[Differences, Differences, set[str]]:
        """What is reported beyond the clean night: differences, bridge cells; promises broken."""
        self.replay.rebuild(*(f"netsuite.{table}" for table in TABLES))
        found = self.differences()
        more = {
            key: found.get(key, Decimal(0)) - self.clean.get(key, Decimal(0))
            for key in found.keys() | self.clean.keys()
        }
        moved: Differences = {
            (key[1], key[2], key[3], key[4]): amount
            for key, amount in self.replay.bridge().items()
            if key[0] == "standard"
        }
        broken = PROMISES & self.replay.failing(self.replay.changed()).keys()
        return {key: amount for key, amount in more.items() if amount}, moved, broken


@pytest.fixture(scope="module")
def night(worked_example: Path) -> Books:
    return Books(Replay(worked_example))


@pytest.fixture
def books(night: Books) -> Iterator[Books]:
    yield night
    night.restore()


def cell(cause: str, line: str, period: str = MARCH, entity: str = ENTITY, currency: str = "USD"
         ) -> tuple[str, ...]:  # fmt: skip
    return (OBLIGATION, entity, currency, period, cause, line)


def test_one_cent_is_one_cent(books: Books) -> None:
    books.add_to_posting(CENT)
    differences, moved, broken = books.reported()
    assert differences == {cell("amount", "3.13"): CENT}
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): CENT,
        (ENTITY, "USD", MARCH, "3.13"): CENT,
    }
    assert broken == set()


def test_an_amount_beyond_rounding_is_a_wrong_amount(books: Books) -> None:
    books.add_to_posting(Decimal(-250))
    differences, moved, broken = books.reported()
    assert differences == {cell("amount", "3.10"): Decimal(-250)}
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): Decimal(-250),
        (ENTITY, "USD", MARCH, "3.10"): Decimal(-250),
    }
    assert broken == set()


@pytest.mark.parametrize("names_it", [True, False])
def test_a_missing_posting_is_missing(books: Books, names_it: bool) -> None:
    """Whether the plan still names the journal line, or says that nothing was posted."""
    books.take_out_posting()
    if not names_it:
        books.run(
            "update revenue_plan_planned_revenue set journal = null, journalline = null,"
            " isrecognized = false where revenueplan = ? and journal = ?",
            [PLAN, JOURNAL],
        )
    differences, moved, broken = books.reported()
    assert differences == {cell("unposted", "3.10"): -MONTH}
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): -MONTH,
        (ENTITY, "USD", MARCH, "3.10"): -MONTH,
    }
    assert broken == set()


def test_a_posting_in_the_wrong_period_is_late_and_nothing_else(books: Books) -> None:
    books.own_journal("240", trandate="date '2026-04-30'")
    differences, moved, broken = books.reported()
    assert differences == {
        cell("wrong_period", "3.10"): -MONTH,
        cell("wrong_period", "3.10", APRIL): MONTH,
    }
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): -MONTH,
        (ENTITY, "USD", MARCH, "3.10"): -MONTH,
        (ENTITY, "USD", APRIL, "revenue"): MONTH,
        (ENTITY, "USD", APRIL, "3.10"): MONTH,
    }
    assert broken == set()


def test_a_posting_in_another_entity_leaves_one_and_reaches_the_other(books: Books) -> None:
    books.run(
        "insert into subsidiary by name select * exclude (id, name, fullname, legalname),"
        " '2' as id, ? as name, ? as fullname, ? as legalname from subsidiary where id = '1'",
        [OTHER, OTHER, OTHER],
    )
    books.own_journal("232")
    books.run("update transaction_line set subsidiary = '2' where transaction = 'J'")
    differences, moved, broken = books.reported()
    assert differences == {
        cell("other_entity", "3.12"): -MONTH,
        cell("other_entity", "3.12", entity=OTHER): MONTH,
    }
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): -MONTH,
        (ENTITY, "USD", MARCH, "3.12"): -MONTH,
        (OTHER, "USD", MARCH, "revenue"): MONTH,
        (OTHER, "USD", MARCH, "3.12"): MONTH,
    }
    assert broken == set()


def test_a_posting_in_another_currency_leaves_one_and_reaches_the_other(books: Books) -> None:
    euros = Decimal(9200)
    books.own_journal("232", currency="'2'", exchangerate="1.087")
    for line, sign in ((DEBIT, 1), (CREDIT, -1)):
        books.run(
            "update transaction_line set foreignamount = ? where transaction = 'J' and id = ?",
            [sign * euros, line],
        )
    differences, moved, broken = books.reported()
    assert differences == {
        cell("other_currency", "3.11"): -MONTH,
        cell("other_currency", "3.11", currency="EUR"): euros,
    }
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): -MONTH,
        (ENTITY, "USD", MARCH, "3.11"): -MONTH,
        (ENTITY, "EUR", MARCH, "revenue"): euros,
        (ENTITY, "EUR", MARCH, "3.11"): euros,
    }
    assert broken == set()


def test_a_plan_that_moves_part_of_a_month_is_planned_otherwise(books: Books) -> None:
    """What the ERP planned and posted alike is still not what was agreed."""
    books.add_to_posting(Decimal(-400))
    books.run(
        "update revenue_plan_planned_revenue set amount = amount - 400"
        " where revenueplan = ? and journal = ?",
        [PLAN, JOURNAL],
    )
    books.run(
        "update revenue_plan_planned_revenue set amount = amount + 400"
        " where revenueplan = ? and linenumber = 12",
        [PLAN],
    )
    differences, moved, broken = books.reported()
    assert differences == {cell("planned_otherwise", "3.10"): Decimal(-400)}
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): Decimal(-400),
        (ENTITY, "USD", MARCH, "3.10"): Decimal(-400),
    }
    assert broken == set()


def test_without_a_plan_the_postings_are_held_against_the_contract(books: Books) -> None:
    """No plan at all: what is posted as agreed is no difference, what is not is one."""
    books.run("delete from revenue_plan_planned_revenue where revenueplan = ?", [PLAN])
    books.add_to_posting(Decimal(-250))
    differences, moved, broken = books.reported()
    assert differences == {cell("amount", "3.10"): Decimal(-250)}
    assert moved == {
        (ENTITY, "USD", MARCH, "revenue"): Decimal(-250),
        (ENTITY, "USD", MARCH, "3.10"): Decimal(-250),
    }
    assert broken == set()
