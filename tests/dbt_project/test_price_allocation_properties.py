"""Whatever was promised together, its price is shared out whole, and by the prices of its parts.

The SQL is the models' own, as dbt compiled it; made up are contracts of a few parts, some of which
have a stand-alone price, a price range, a policy of their own or a usual discount.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODELS = ("stand_alone_price", "priced_obligation", "discount_group", "price_pool", "obligation")
MINOR = {"JPY": 0, "USD": 2, "KWD": 3}
BEGUN = dt.date(2026, 1, 10)
FOREVER = dt.date(9999, 12, 31)
SKUS = ("A", "B", "C", "D", "E")
# Items of a usual discount, one that takes what is left, one that keeps what was stated for it.
GROUP, RESIDUAL, KEPT = ("A", "B"), "D", "E"

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
create schema warehouse.staging;
create schema warehouse.definitions;
create table warehouse.intermediate.int_revenue__stated_obligation (
    erp_system varchar, obligation_id varchar, obligation_source varchar, contract_id varchar,
    contract_line_id varchar, entity varchar, currency varchar, minor_unit integer,
    erp_customer_id varchar, item_id varchar, sku varchar, item_class varchar, item_type varchar,
    revenue_category varchar, order_id varchar, order_line_id varchar, quantity decimal(28, 8),
    sales_amount decimal(28, 4), erp_allocated_amount decimal(28, 4), is_return boolean,
    added_on date, recognition_rule varchar, start_date date, end_date date, inception_date date,
    agreed_on date
);
create table warehouse.intermediate.int_revenue__option as
select *, cast(null as hugeint) as stand_alone_units
from warehouse.intermediate.int_revenue__stated_obligation;
create table warehouse.intermediate.int_revenue__contract_name (
    erp_system varchar, contract_name varchar, contract_id varchar
);
create table warehouse.intermediate.int_revenue__price_adjustment (
    erp_system varchar, obligation_id varchar, kind varchar, amount decimal(28, 4)
);
create table warehouse.staging.stg_netsuite__stand_alone_price (
    source_system varchar, stand_alone_price_id varchar, item_id varchar, revenue_category varchar,
    currency varchar, unit_price decimal(28, 8), low_price decimal(28, 8),
    high_price decimal(28, 8), range_policy varchar, valid_from date, valid_to date,
    is_objective boolean
);
create table warehouse.definitions.definition_set as
select 'd' as definition_id, 'd' as policy_id, true as is_primary;
create table warehouse.definitions.revenue_policy_rule as
select
    'd' as policy_id, 1 as priority, 'sku' as field, 'equals' as operator, sku as "value",
    allocation, date '1900-01-01' as valid_from, date '9999-12-31' as valid_to
from (values ('D', 'residual'), ('E', 'none')) as rule (sku, allocation);
create table warehouse.definitions.contract_variable_price (
    erp_system varchar, contract varchar, element varchar, sku varchar, line varchar
);
create table warehouse.definitions.discount_group (
    group_id integer, sku varchar, group_price decimal(28, 4), currency varchar, valid_from date,
    valid_to date
);
"""


@dataclass(frozen=True)
class Part:
    """What was promised: its stated and stand-alone price in minor units, if it has one."""

    key: str
    sku: str
    stated: int
    alone: int | None
    quantity: int = 1
    days_later: int = 0
    adjusted: int = 0

    @property
    def agreed_on(self) -> dt.date:
        return BEGUN + dt.timedelta(days=self.days_later)


@dataclass(frozen=True)
class Contract:
    currency: str
    parts: tuple[Part, ...]
    group_price: int
    low: int | None
    high: int | None


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    units = st.integers(min_value=0, max_value=2_000_000)
    price = draw(st.sampled_from([units, units, st.one_of(st.none(), units)]))
    prices = {sku: draw(price) for sku in SKUS}
    parts = tuple(
        Part(
            str(draw(st.integers(min_value=8, max_value=12)) * 10 + number),
            sku,
            draw(units),
            prices[sku],
            draw(st.sampled_from([1, 1, 1, 3])),
            draw(st.sampled_from([0, 0, 0, 20])),
            draw(st.sampled_from([0, 0, -5, 7])),
        )
        for number, sku in enumerate(draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=6)))
    )
    return Contract(
        draw(st.sampled_from(sorted(MINOR))),
        parts,
        draw(units),
        draw(st.one_of(st.none(), units)),
        draw(st.one_of(st.none(), units)),
    )


@st.composite
def bundles(draw: st.DrawFn) -> Contract:
    """A contract whose discount is about that of A and B, or leaves something for a residual."""
    times = draw(st.sampled_from([1, 1, 2]))
    alone = {sku: draw(st.integers(min_value=1000, max_value=900_000)) for sku in ("A", "B", "C")}
    saving = draw(st.integers(min_value=10, max_value=(alone["A"] + alone["B"]) // 2)) * times
    price = sum(alone.values()) * times - saving
    price += saving * draw(st.integers(min_value=-12, max_value=12)) // 100
    left = draw(st.one_of(st.just(0), st.integers(min_value=1, max_value=2_000_000)))
    parts = [
        Part("81", "A", price, alone["A"], times),
        Part("82", "B", 0, alone["B"], times),
        Part("83", "C", 0, alone["C"], times),
    ]
    if left:
        parts.append(Part("84", RESIDUAL, left, draw(st.one_of(st.none(), st.just(left)))))
    return Contract(
        draw(st.sampled_from(sorted(MINOR))),
        tuple(parts),
        alone["A"] + alone["B"] - saving // times,
        draw(st.one_of(st.none(), st.integers(min_value=0, max_value=1_000_000))),
        draw(st.one_of(st.none(), st.integers(min_value=1_000_000, max_value=3_000_000))),
    )


any_contract = st.one_of(contracts(), bundles())

Shares = dict[str, tuple[Decimal, str]]


class Allocation:
    """The compiled models over a database of their inputs."""

    def __init__(self, compiled: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
        self.warehouse = warehouse
        self.sql = {name: (compiled / f"int_revenue__{name}.sql").read_text() for name in MODELS}
        warehouse.execute(SCHEMA)

    def share(self, contract: Contract, seed: int = 0) -> Shares:
        """Obligation -> its part of the price, and by which rule."""
        unit = Decimal(1).scaleb(-MINOR[contract.currency])

        def money(units: int | None) -> Decimal | None:
            return None if units is None else units * unit

        prices = {part.sku: part.alone for part in contract.parts if part.alone is not None}
        tables: dict[str, list[tuple[object, ...]]] = {
            "intermediate.int_revenue__stated_obligation": [
                (
                    "n", part.key, "element", "K", None, "Inc", contract.currency,
                    MINOR[contract.currency], None, part.sku, part.sku, None, None, None, None,
                    None, part.quantity, money(part.stated), money(part.stated), False,
                    part.agreed_on, None, None, None, BEGUN, part.agreed_on,
                )
                for part in contract.parts
            ],
            "intermediate.int_revenue__price_adjustment": [
                ("n", part.key, "financing", money(part.adjusted)) for part in contract.parts
            ],
            "staging.stg_netsuite__stand_alone_price": [
                (
                    "n", sku, sku, None, contract.currency, money(alone),
                    money(contract.low) if sku == RESIDUAL else None,
                    money(contract.high) if sku == RESIDUAL else None,
                    None, BEGUN, FOREVER, False,
                )
                for sku, alone in prices.items()
            ],
            "definitions.discount_group": [
                (1, sku, money(contract.group_price), contract.currency, BEGUN, FOREVER)
                for sku in GROUP
            ],
        }  # fmt: skip
        for table, content in tables.items():
            self.warehouse.execute(f"delete from warehouse.{table}")
            if not content:
                continue
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in content)
            shuffled = random.Random(seed).sample(content, len(content))  # noqa: S311 - row order
            self.warehouse.execute(
                f"insert into warehouse.{table} values {marks}",
                [value for row in shuffled for value in row],
            )
        for name, sql in self.sql.items():
            self.warehouse.execute(
                f"create or replace table warehouse.intermediate.int_revenue__{name} as ({sql})"
            )
        return {
            key: (amount, rule)
            for key, amount, rule in self.warehouse.execute(
                "select obligation_id, amount, allocation_rule"
                " from warehouse.intermediate.int_revenue__obligation"
            ).fetchall()
        }


@pytest.fixture(scope="module")
def allocation(worked_example: Path) -> Iterator[Allocation]:
    with duckdb.connect() as connection:
        models = worked_example / "work" / "dbt" / "compiled" / "tieout" / "models"
        yield Allocation(models / "intermediate" / "revenue", connection)


quietly = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def bargains(contract: Contract) -> list[list[Part]]:
    """Parts that were agreed on one day."""
    days = sorted({part.days_later for part in contract.parts})
    return [[part for part in contract.parts if part.days_later == day] for day in days]


@quietly
@given(contract=any_contract, seed=st.integers(min_value=1, max_value=9))
def test_a_price_is_shared_out_whole_whatever_the_order_of_rows(
    allocation: Allocation, contract: Contract, seed: int
) -> None:
    shares = allocation.share(contract)
    unit = Decimal(1).scaleb(-MINOR[contract.currency])
    assert len(shares) == len(contract.parts)
    for parts in bargains(contract):
        agreed = sum(part.stated + part.adjusted for part in parts) * unit
        assert sum(shares[part.key][0] for part in parts) == agreed
    for part in contract.parts:
        amount, rule = shares[part.key]
        # what nothing speaks for keeps its price
        if rule in ("none", "stated"):
            assert amount == (part.stated + part.adjusted) * unit
        if part.sku == KEPT:
            assert rule == "none"
    assert shares == allocation.share(contract, seed)


@quietly
@given(contract=any_contract)
def test_parts_share_in_proportion_to_their_own_prices(
    allocation: Allocation, contract: Contract
) -> None:
    shares = allocation.share(contract)
    unit = Fraction(1, 10 ** MINOR[contract.currency])
    for parts in bargains(contract):
        by_rule: dict[str, list[Part]] = {}
        for part in parts:
            by_rule.setdefault(shares[part.key][1], []).append(part)
        # a bargain goes one way: by price alone, or around a residual or a usual discount
        assert not ("relative" in by_rule and by_rule.keys() & {"stand_alone", "residual"})
        for rule in by_rule.keys() & {"relative", "discount_group"}:
            pool = by_rule[rule]
            alone = {part.key: (part.alone or 0) * part.quantity for part in pool}
            whole = sum((Fraction(shares[part.key][0]) for part in pool), Fraction(0))
            for part in pool:
                exact = whole * alone[part.key] / sum(alone.values())
                assert abs(Fraction(shares[part.key][0]) - exact) < unit
        for part in by_rule.get("stand_alone", []):
            assert part.alone is not None
            assert shares[part.key][0] == part.alone * part.quantity * unit
        if "residual" in by_rule:
            pool = by_rule["residual"]
            assert {part.sku for part in pool} == {RESIDUAL}
            left = sum(shares[part.key][0] for part in pool)
            times = sum(part.quantity for part in pool)
            assert left > 0
            if pool[0].alone is not None:
                assert contract.low is None or left >= contract.low * times * unit
                assert contract.high is None or left <= contract.high * times * unit


@quietly
@given(contract=any_contract, stated=st.integers(min_value=0, max_value=2_000_000))
def test_what_is_added_later_changes_nothing_that_was_agreed(
    allocation: Allocation, contract: Contract, stated: int
) -> None:
    before = allocation.share(contract)
    known = contract.parts[0]
    later = replace(known, key="999", stated=stated, days_later=90)
    after = allocation.share(replace(contract, parts=(*contract.parts, later)))
    assert {key: share for key, share in after.items() if key != "999"} == before


@quietly
@given(contract=any_contract, factor=st.integers(min_value=2, max_value=50))
def test_only_the_proportions_of_prices_count(
    allocation: Allocation, contract: Contract, factor: int
) -> None:
    """All prices are so many times dearer: what is shared by price alone is shared the same."""
    dearer = replace(
        contract,
        parts=tuple(
            replace(part, alone=None if part.alone is None else part.alone * factor)
            for part in contract.parts
            if part.sku not in GROUP and part.sku != RESIDUAL
        ),
    )
    plain = replace(
        contract,
        parts=tuple(
            part for part in contract.parts if part.sku not in GROUP and part.sku != RESIDUAL
        ),
    )
    assert allocation.share(dearer) == allocation.share(plain)
