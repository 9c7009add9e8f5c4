"""Whatever is billed, scheduled, planned and posted, leg 3 explains it, and a life ends at 0.

The SQL is the models' own, as dbt compiled it; made up are contracts of up to three obligations,
their bills (credits too), schedules, plans and postings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODELS = (
    "revenue/int_revenue__plan_line",
    "revenue/int_revenue__plan_posting",
    "revenue/int_revenue__unplanned_posting",
    "revenue/int_revenue__billed",
    "revenue/int_revenue__reallocation",
    "revenue/int_revenue__erp_line",
    "revenue/int_revenue__due_schedule",
    "revenue/int_revenue__recognition",
    "revenue/int_revenue__event",
    "revenue/int_revenue__slice",
    "revenue/int_revenue__plan_difference",
    "revenue/int_revenue__schedule_difference",
    "bridge_leg3/int_bridge__schedule_step",
)
# Tables that the models read: filled here, empty, or views whose rows are made here.
INPUTS = (
    "intermediate.int_erp__billing_line",
    "intermediate.int_erp__ledger_line",
    "intermediate.int_erp__document",
    "intermediate.int_revenue__obligation",
    "intermediate.int_revenue__obligation_version",
    "intermediate.int_revenue__schedule",
    "intermediate.int_revenue__interest",
    "staging.stg_netsuite__revenue_plan",
    "staging.stg_netsuite__revenue_plan_line",
)
MONTHS = [dt.date(2026, month, 1) for month in range(1, 9)]
CENT = Decimal("0.01")
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Obligation:
    """What was promised, in cents: sold for `sales`, worth `price`, earned and billed by month.

    `bills` are (month, amount), credits negative; `planned` is what the ERP plans by month, `late`
    the months of which it posts a month late, `missing` those that it never posts.
    """

    key: str
    sales: int
    price: int
    scheduled: tuple[int, ...]
    bills: tuple[tuple[int, int], ...]
    planned: tuple[int, ...]
    late: frozenset[int]
    missing: frozenset[int]


def parts_of(draw: st.DrawFn, whole: int, number: int) -> tuple[int, ...]:
    """A whole cut into so many parts, of which some are 0 or go the other way."""
    cuts = [draw(st.integers(min_value=-whole // 4, max_value=whole)) for _ in range(number - 1)]
    edges = [0, *sorted(cuts), whole] if draw(st.booleans()) else [0, *cuts, whole]
    return tuple(after - before for before, after in pairwise(edges))


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Obligation, ...]:
    sales = draw(st.lists(st.integers(min_value=1, max_value=900_000), min_size=1, max_size=3))
    moved = draw(st.integers(min_value=0, max_value=min(sales)))
    found = []
    for number, sold in enumerate(sales):
        # the first gives to the second, or to the second and third
        price = sold
        if len(sales) > 1:
            price += (-moved, moved - moved // 3 if len(sales) > 2 else moved, moved // 3)[number]
        scheduled = parts_of(draw, price, len(MONTHS) - 1)
        amounts = parts_of(draw, sold, draw(st.integers(min_value=1, max_value=3)))
        bills = tuple((draw(st.integers(0, len(MONTHS) - 1)), amount) for amount in amounts)
        planned = draw(st.sampled_from([scheduled, parts_of(draw, sold, len(MONTHS) - 1), ()]))
        months = st.frozensets(st.integers(0, len(MONTHS) - 2), max_size=2)
        found.append(
            Obligation(f"e{number}", sold, price, scheduled, bills, planned, draw(months),
                       draw(months))
        )  # fmt: skip
    return tuple(found)


class Leg:
    """The compiled models over a database of their inputs."""

    def __init__(self, home: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        compiled = home / "work" / "dbt" / "compiled" / "tieout" / "models" / "intermediate"
        self.sql = {name: (compiled / f"{name}.sql").read_text() for name in MODELS}
        connection.execute("attach ':memory:' as warehouse")
        connection.execute(f"attach '{home / 'warehouse.duckdb'}' as landed (read_only)")
        for schema in ("intermediate", "staging", "definitions"):
            connection.execute(f"create schema warehouse.{schema}")
        for table in INPUTS:
            connection.execute(f"create table warehouse.{table} as from landed.{table} limit 0")
        connection.execute(
            "create table warehouse.definitions.definition_set as"
            " select 'd' as definition_id, 'd' as policy_id, true as is_primary"
        )
        connection.execute(
            "create table warehouse.intermediate.int_erp__period (erp_system varchar, period date,"
            " is_closed boolean, is_adjustment boolean)"
        )
        connection.execute("detach landed")

    def fill(self, table: str, rows: Rows) -> None:
        self.connection.execute(f"delete from warehouse.{table}")
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            self.connection.execute(
                f"insert into warehouse.{table} ({names}) values ({marks})", list(row.values())
            )

    def run(self, contract: tuple[Obligation, ...], until: int = len(MONTHS)) -> None:
        """Build leg 3 as it is known when so many months are closed."""
        own = {"erp_system": "n", "entity": "Inc", "currency": "USD", "minor_unit": 2}
        base = {**own, "is_posting": True}
        obligations: Rows = []
        versions: Rows = []
        schedule: Rows = []
        bills: Rows = []
        ledger: Rows = []
        plans: Rows = []
        plan_lines: Rows = []
        for one in contract:
            key = {"obligation_id": one.key}
            amounts = {"sales_amount": one.sales * CENT, "amount": one.price * CENT}
            obligations.append(
                {**own, **key, **amounts, "contract_id": "k", "price_adjustment": 0,
                 "erp_allocated_amount": sum(one.planned) * CENT}
            )  # fmt: skip
            versions.append(
                {**own, **key, **amounts, "policy_id": "d", "version_number": 1,
                 "treatment": "agreed", "recognition": "straight_line_month",
                 "policy_recognition": "as_stated", "start_date": MONTHS[0]}
            )  # fmt: skip
            schedule += [
                {**own, **key, "policy_id": "d", "period": month, "kind": "scheduled",
                 "amount": units * CENT}
                for month, units in zip(MONTHS, one.scheduled, strict=False) if units
            ]  # fmt: skip
            for number, (month, units) in enumerate(one.bills):
                if month >= until or not units:
                    continue
                document = {"document_id": f"b{one.key}-{number}", "document_line_id": "1",
                            "document_type": "invoice" if units > 0 else "credit_memo",
                            "period": MONTHS[month], "amount": units * CENT}  # fmt: skip
                bills.append({**base, **document, "is_voided": False,
                              "revenue_element_id": one.key})  # fmt: skip
                ledger.append({**base, **document, "account_class": "deferred_revenue"})
            plans.append({"source_system": "n", "revenue_plan_id": f"p{one.key}",
                          "revenue_element_id": one.key, "plan_type": "ACTUAL"})  # fmt: skip
            for month, units in enumerate(one.planned):
                posted = month + (month in one.late)
                is_posted = month not in one.missing and posted < until
                line: dict[str, object] = {"source_system": "n", "revenue_plan_id": f"p{one.key}",
                        "line_number": month + 1, "period": MONTHS[month],
                        "amount": units * CENT}  # fmt: skip
                if is_posted:
                    line |= {"journal_document_id": f"j{one.key}-{month}", "journal_line_id": "2"}
                    ledger.append(
                        {**base, "document_id": f"j{one.key}-{month}", "document_line_id": "2",
                         "document_type": "journal", "period": MONTHS[posted],
                         "amount": units * CENT, "account_class": "revenue",
                         "revenue_element_id": one.key}
                    )  # fmt: skip
                plan_lines.append(line)
        periods: Rows = [
            {"erp_system": "n", "period": month, "is_closed": number < until,
             "is_adjustment": False}
            for number, month in enumerate(MONTHS)
        ]  # fmt: skip
        for table, rows in (
            ("intermediate.int_revenue__obligation", obligations),
            ("intermediate.int_revenue__obligation_version", versions),
            ("intermediate.int_revenue__schedule", schedule),
            ("intermediate.int_erp__billing_line", bills),
            ("intermediate.int_erp__ledger_line", ledger),
            ("staging.stg_netsuite__revenue_plan", plans),
            ("staging.stg_netsuite__revenue_plan_line", plan_lines),
            ("intermediate.int_erp__period", periods),
        ):
            self.fill(table, rows)
        for name, sql in self.sql.items():
            table = name.split("/")[1]
            self.connection.execute(
                f"create or replace table warehouse.intermediate.{table} as ({sql})"
            )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        self.connection.execute("use warehouse.intermediate")
        found = self.connection.execute(query).fetchall()
        self.connection.execute("use memory")
        return found


@pytest.fixture(scope="module")
def leg(worked_example: Path) -> Iterator[Leg]:
    with duckdb.connect() as connection:
        yield Leg(worked_example, connection)


quietly = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quietly
@given(contract=contracts())
def test_a_life_nets_deferred_revenue_to_nothing(
    leg: Leg, contract: tuple[Obligation, ...]
) -> None:
    leg.run(contract)
    prices = {one.key: one.price * CENT for one in contract}
    filled = leg.rows(
        "select obligation_id, sum(amount) filter (where is_filling), "
        "sum(amount) filter (where not is_filling) from int_revenue__event group by 1"
    )
    for key, billed, recognised in filled:
        assert (billed or 0) == (recognised or 0) == prices[str(key)]
    # nothing waits on either side, and what was moved between obligations was moved bill by bill
    assert leg.rows("select * from int_revenue__slice where supply_key is null") == []
    assert leg.rows("select * from int_revenue__slice where demand_key is null") == []
    assert leg.rows(
        "select split_part(event_key, ' of ', 1) as bill, sum(amount)"
        " from int_revenue__reallocation group by all having sum(amount) <> 0"
    ) == []  # fmt: skip
    assert leg.rows(
        "select sum(amount) from int_bridge__schedule_step where step not in"
        " ('schedule_gap', 'plan_difference', 'posting_difference') having sum(amount) <> 0"
    ) == []  # fmt: skip


@quietly
@given(contract=contracts(), until=st.integers(min_value=0, max_value=len(MONTHS)))
def test_every_month_goes_from_its_bills_to_its_postings(
    leg: Leg, contract: tuple[Obligation, ...], until: int
) -> None:
    """Also in the midst of a life, when some months are closed and others are not."""
    leg.run(contract, until)
    assert leg.rows(
        """
        with part as (
            select period, amount from int_erp__billing_line
            union all
            select period, amount from int_bridge__schedule_step
            union all
            select period, -amount from int_erp__ledger_line where account_class = 'revenue'
        )
        select period, sum(amount) from part group by period having sum(amount) <> 0
        """
    ) == []  # fmt: skip
    assert leg.rows(
        """
        with part as (
            select obligation_id, period, amount from int_revenue__recognition
            union all
            select obligation_id, period, amount from int_revenue__schedule_difference
            union all
            select revenue_element_id, period, -amount from int_erp__ledger_line
            where account_class = 'revenue'
        )
        select obligation_id, period, sum(amount) from part group by all having sum(amount) <> 0
        """
    ) == []  # fmt: skip


@quietly
@given(contract=contracts(), until=st.integers(min_value=1, max_value=len(MONTHS) - 1))
def test_what_was_transferred_does_not_move_because_of_a_later_bill(
    leg: Leg, contract: tuple[Obligation, ...], until: int
) -> None:
    query = (
        "select obligation_id, period, event_key, amount from int_revenue__reallocation"
        f" where period < date '{MONTHS[until]}' order by all"
    )
    leg.run(contract)
    known = leg.rows(query)
    leg.run(contract, until)
    assert leg.rows(query) == known
