"""Schedules sum to their price, and a modification moves no month before it and loses no money.

The SQL is the models' own, as dbt compiled it; only their inputs are made up: contracts of a few
obligations, recognised by time or by events, of negative and zero amounts and currencies of 0, 2
and 3 decimals, modified up to three times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
use warehouse.intermediate;
create table int_revenue__policy_obligation (
    policy_id varchar, erp_system varchar, obligation_id varchar, obligation_source varchar,
    contract_id varchar, contract_line_id varchar, entity varchar, currency varchar,
    minor_unit integer, erp_customer_id varchar, item_id varchar, sku varchar, item_class varchar,
    item_type varchar, order_id varchar, order_line_id varchar, quantity decimal(28, 8),
    sales_amount decimal(28, 4), amount decimal(28, 4), stand_alone_amount decimal(28, 4),
    inception_date date, added_on date, recognition_rule varchar, start_date date, end_date date,
    policy_recognition varchar, free_months varchar, is_distinct boolean
);
create table int_revenue__modification (
    policy_id varchar, erp_system varchar, obligation_id varchar, step integer, effective_on date,
    treatment varchar, is_added boolean, amount_change decimal(28, 4),
    stated_amount decimal(28, 4), quantity decimal(28, 8), start_date date, end_date date,
    done_before hugeint
);
create table int_revenue__progress (
    erp_system varchar, obligation_id varchar, recognition varchar, document_type varchar,
    document_id varchar, document_line_id varchar, event_date date, period date, measure hugeint,
    measure_before hugeint
);
create table int_revenue__billing_progress (
    erp_system varchar, obligation_id varchar, recognition varchar, document_id varchar,
    served_from date, served_to date, measure hugeint
);
"""
CHAIN = ("service", "modified_version", "obligation_version", "schedule")
BY_TIME = ("day", "month", "prorated", "half_month", "mid_month")
FIRST_DAY = date(2024, 1, 1)
UNIT = 10**8  # deliveries are measured in hundred-millionths of a unit


@dataclass(frozen=True)
class Change:
    """What a modification says of one obligation; an amount in minor units, or none."""

    treatment: str | None
    amount: int | None
    last_day: date | None


@dataclass(frozen=True)
class Part:
    """An obligation; one that is added by the modification `added_by` (0: as first agreed)."""

    amount: int
    allocated: int
    quantity: int
    stand_alone: int | None
    recognition: str
    first_day: date
    last_day: date
    added_by: int
    events: list[tuple[date, int]]
    changes: list[Change]


@dataclass(frozen=True)
class Contract:
    exponent: int
    is_one_item: bool
    steps: list[date]
    parts: list[Part] = field(default_factory=list)


def days(minimum: int, maximum: int) -> st.SearchStrategy[date]:
    return st.integers(minimum, maximum).map(lambda day: FIRST_DAY + timedelta(days=day))


MINOR = st.one_of(st.just(0), st.integers(-99, 99), st.integers(-(10**11), 10**11))


@st.composite
def parts(draw: st.DrawFn, steps: int) -> Part:
    first_day = draw(days(0, 500))
    added_by = draw(st.sampled_from([0, 0, *range(1, steps + 1)]))
    by_time = draw(st.booleans())
    amount = draw(MINOR)
    changes = [
        Change(
            draw(st.sampled_from([None, "prospective", "cumulative_catch_up"])),
            draw(st.one_of(st.none(), MINOR)),
            draw(st.one_of(st.none(), days(0, 900))) if by_time else None,
        )
        for _ in range(steps)
    ]
    if added_by:
        # what is added is agreed by the modification that adds it; nothing concerns it before
        changes[: added_by - 1] = [Change(None, None, None)] * (added_by - 1)
        changes[added_by - 1] = Change("prospective", None, None)
    return Part(
        amount,
        draw(st.one_of(st.just(amount), MINOR)),
        draw(st.integers(1, 50)),
        draw(st.one_of(st.none(), st.integers(0, 10**8))),
        "straight_line_" + draw(st.sampled_from(BY_TIME)) if by_time else "fulfilment",
        first_day,
        first_day + timedelta(days=draw(st.integers(0, 800))),
        added_by,
        [] if by_time else draw(st.lists(st.tuples(days(0, 900), st.integers(-5, 20)), max_size=5)),
        changes,
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    day = days(1, 850)
    steps = sorted(
        draw(st.lists(st.one_of(day, day.map(lambda any_day: any_day.replace(day=1))), max_size=3,
                      unique=True))
    )  # fmt: skip
    return Contract(
        draw(st.sampled_from([0, 2, 3])),
        draw(st.booleans()),
        steps,
        draw(st.lists(parts(len(steps)), min_size=1, max_size=4)),
    )


@pytest.fixture(scope="module")
def models(worked_example: Path) -> dict[str, str]:
    compiled = worked_example / "work" / "dbt" / "compiled"
    return {name: next(compiled.rglob(f"int_revenue__{name}.sql")).read_text() for name in CHAIN}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA)
        yield connection


def load(warehouse: duckdb.DuckDBPyConnection, contract: Contract, steps: int) -> None:
    """The contract as it is known once so many of its modifications were made."""
    rows: dict[str, list[tuple[Any, ...]]] = {
        "policy_obligation": [],
        "modification": [],
        "progress": [],
    }

    def money(minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor).scaleb(-contract.exponent)

    for number, part in enumerate(contract.parts):
        if part.added_by > steps:
            continue
        name = f"part {number}"
        by_time = part.recognition != "fulfilment"
        rows["policy_obligation"].append((
            "p", "n", name, "element", "c", str(number), "e", "XTS", contract.exponent, "k",
            "i" if contract.is_one_item else name, None, None, None, "o", str(number),
            part.quantity, money(part.amount), money(part.allocated), money(part.stand_alone),
            FIRST_DAY, FIRST_DAY, None, part.first_day if by_time else None,
            part.last_day if by_time else None, part.recognition, "as_billed", None,
        ))  # fmt: skip
        done = 0
        for event, (day, quantity) in enumerate(sorted(part.events)):
            rows["progress"].append((
                "n", name, "fulfilment", "fulfilment", str(event), "1", day, day.replace(day=1),
                quantity * UNIT, done * UNIT,
            ))  # fmt: skip
            done += quantity
        changes = part.changes[:steps]
        if any(change.treatment for change in changes):
            rows["modification"] += [
                (
                    "p", "n", name, step, contract.steps[step - 1], change.treatment,
                    step == part.added_by, 0, money(change.amount), None, None, change.last_day,
                    UNIT
                    * sum(
                        quantity
                        for day, quantity in part.events
                        if day < contract.steps[step - 1]
                    ),
                )
                for step, change in enumerate(changes, 1)
            ]  # fmt: skip
    for table, content in rows.items():
        warehouse.execute(f"delete from warehouse.intermediate.int_revenue__{table}")
        if content:
            marks = ", ".join("?" for _ in content[0])
            warehouse.executemany(
                f"insert into warehouse.intermediate.int_revenue__{table} values ({marks})", content
            )


def build(warehouse: duckdb.DuckDBPyConnection, models: dict[str, str]) -> None:
    for name, sql in models.items():
        warehouse.execute(
            f"create or replace table warehouse.intermediate.int_revenue__{name} as {sql}"
        )


def schedule(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, date], Decimal]:
    rows = warehouse.execute(
        "select obligation_id, period, sum(amount)"
        " from warehouse.intermediate.int_revenue__schedule group by all"
    ).fetchall()
    return {(name, period): amount for name, period, amount in rows if amount}


def violated_by_modifications(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], contract: Contract
) -> Iterator[str]:
    """What does not hold, modification by modification."""
    before: dict[tuple[str, date], Decimal] = {}
    for steps in range(len(contract.steps) + 1):
        load(warehouse, contract, steps)
        build(warehouse, models)
        now = schedule(warehouse)
        if warehouse.execute(
            "select version.obligation_id, version.amount, sum(schedule.amount)"
            " from warehouse.intermediate.int_revenue__obligation_version as version"
            " left join warehouse.intermediate.int_revenue__schedule as schedule"
            "   using (policy_id, erp_system, obligation_id)"
            " where version.until_date is null and version.recognition like 'straight_line%'"
            " group by all having coalesce(sum(schedule.amount), 0) <> version.amount"
        ).fetchall():
            yield "what a service is worth is recognised, all of it, by its end"
        if warehouse.execute(
            "select * from warehouse.intermediate.int_revenue__schedule as schedule"
            " where kind = 'catch_up' and not exists ("
            "   select 1 from warehouse.intermediate.int_revenue__obligation_version as version"
            "   where version.obligation_id = schedule.obligation_id"
            "   and date_trunc('month', version.effective_on) = schedule.period"
            "   and (version.treatment = 'cumulative_catch_up'"
            "     or version.from_position >= version.until_position))"
        ).fetchall():
            yield "what is agreed anew for what remains catches nothing up"
        if warehouse.execute(
            "select sum(version.amount), sum(service.amount + version.sales_amount"
            "   - service.sales_amount)"
            " from warehouse.intermediate.int_revenue__obligation_version as version"
            " inner join warehouse.intermediate.int_revenue__service as service"
            "   using (policy_id, erp_system, obligation_id)"
            " where version.until_date is null having sum(version.amount) <>"
            "   sum(service.amount + version.sales_amount - service.sales_amount)"
        ).fetchall():
            yield "what is agreed in all is what was agreed at first and what was changed of it"
        if steps:
            month = contract.steps[steps - 1].replace(day=1)
            past = {key for key in before | now if key[1] < month}
            if {key: before.get(key) for key in past} != {key: now.get(key) for key in past}:
                yield "no month before a modification moves"
            if contract.steps[steps - 1] == month:
                recognised = dict(
                    warehouse.execute(
                        "select obligation_id, recognised_before"
                        " from warehouse.intermediate.int_revenue__obligation_version"
                        " where treatment <> 'agreed' and effective_on = ?",
                        [month],
                    ).fetchall()
                )
                if recognised != {
                    name: sum(
                        (amount for (part, period), amount in now.items()
                         if part == name and period < month),
                        start=Decimal(0),
                    )
                    for name in recognised
                }:  # fmt: skip
                    yield "what was recognised before is what the months before recognise"
        before = now


def violated_as_first_agreed(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], contract: Contract
) -> Iterator[str]:
    """What does not hold without a modification."""
    load(warehouse, contract, 0)
    build(warehouse, models)
    for (name, period), amount in schedule(warehouse).items():
        part = contract.parts[int(name.removeprefix("part "))]
        if amount != amount.quantize(Decimal(1).scaleb(-contract.exponent)):
            yield "a month has whole minor units"
        if part.recognition == "fulfilment":
            if period not in {day.replace(day=1) for day, _ in part.events}:
                yield "an event is revenue of its month"
        elif not part.first_day.replace(day=1) <= period <= part.last_day:
            yield "a service is revenue of its months"


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(contract=contracts())
def test_a_modification_moves_nothing_before_it_and_loses_nothing(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], contract: Contract
) -> None:
    assert list(violated_by_modifications(warehouse, models, contract)) == []


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(contract=contracts())
def test_a_schedule_is_in_whole_minor_units_and_in_the_months_of_its_service(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], contract: Contract
) -> None:
    assert list(violated_as_first_agreed(warehouse, models, contract)) == []


@pytest.mark.parametrize(
    ("violated", "claim", "model", "code", "error"),
    [
        (
            violated_by_modifications,
            "what a service is worth is recognised, all of it, by its end",
            "schedule",
            "month.period between spell.first_month and spell.last_month",
            "month.period > spell.first_month and month.period <= spell.last_month",
        ),
        (
            violated_by_modifications,
            "what is agreed anew for what remains catches nothing up",
            "modified_version",
            "case when treatment = 'prospective' then recognised else 0 end",
            "0",
        ),
        (
            violated_by_modifications,
            "what is agreed in all is what was agreed at first and what was changed of it",
            "modified_version",
            "- old_sales_amount - added_sales_amount",
            "- old_sales_amount",
        ),
        (
            violated_by_modifications,
            "no month before a modification moves",
            "schedule",
            "effective_on > start_date then effective_on",
            "effective_on > start_date then start_date",
        ),
        (
            violated_by_modifications,
            "what was recognised before is what the months before recognise",
            "modified_version",
            "cast(recognised as decimal(28, 4))",
            "cast(old_amount as decimal(28, 4))",
        ),
        (
            violated_as_first_agreed,
            "a month has whole minor units",
            "schedule",
            "when 0 then 10000 when",
            "when 0 then 100 when",
        ),
        (
            violated_as_first_agreed,
            "an event is revenue of its month",
            "schedule",
            "progress.period,",
            "cast(progress.period + interval 1 month as date) as period,",
        ),
        (
            violated_as_first_agreed,
            "a service is revenue of its months",
            "schedule",
            "month.period,",
            "month.next_period as period,",
        ),
    ],
)
def test_each_claim_sees_an_error(
    warehouse: duckdb.DuckDBPyConnection,
    models: dict[str, str],
    violated: Callable[..., Iterator[str]],
    claim: str,
    model: str,
    code: str,
    error: str,
) -> None:
    """A claim that nothing can break would hold nothing."""
    assert code in models[model]
    wrong = models | {model: models[model].replace(code, error)}

    def is_seen(contract: Contract) -> bool:
        return claim in violated(warehouse, wrong, contract)

    find(
        contracts(),
        is_seen,
        settings=settings(
            deadline=None,
            max_examples=300,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
