"""Allocation conserves money on both sides, whatever the lines are and in whatever order they come.

The SQL is the model's own, as dbt compiled it; only its inputs are made up: groups of opportunity
lines and order lines, linked many to many, with negative and zero amounts and currencies of 0, 2
and 3 decimals.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
create table warehouse.intermediate.int_order_link__line_pair (
    group_key varchar, crm_system varchar, opportunity_id varchar, opportunity_line_id varchar,
    erp_system varchar, order_id varchar, order_line_id varchar, pair_rule varchar
);
create table warehouse.intermediate.int_order_link__order_opportunity (
    erp_system varchar, order_id varchar, crm_system varchar, opportunity_id varchar,
    link_rule varchar, evidence_grade varchar
);
create table warehouse.intermediate.int_crm__opportunity_line (
    crm_system varchar, opportunity_line_id varchar, currency varchar, minor_unit integer,
    amount decimal(28, 4), quantity decimal(28, 8)
);
create table warehouse.intermediate.int_erp__order_line (
    erp_system varchar, order_id varchar, order_line_id varchar, currency varchar,
    minor_unit integer, amount decimal(28, 4), quantity decimal(28, 8)
);
"""


@dataclass(frozen=True)
class Group:
    """Amounts in minor units of the lines of either side, and which of them are paired."""

    exponent: int
    booked: list[int]
    ordered: list[int]
    pairs: list[tuple[int, int]]


@st.composite
def groups(draw: st.DrawFn) -> Group:
    minor = st.one_of(
        st.just(0),
        st.integers(min_value=-9, max_value=9),
        st.integers(min_value=-(10**12), max_value=10**12),
    )
    booked = draw(st.lists(minor, min_size=1, max_size=6))
    ordered = draw(st.lists(minor, min_size=1, max_size=6))
    every = [(left, right) for left in range(len(booked)) for right in range(len(ordered))]
    pairs = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    return Group(draw(st.sampled_from([0, 2, 3])), booked, ordered, draw(st.permutations(pairs)))


@pytest.fixture(scope="module")
def model(worked_example: Path) -> str:
    found = (worked_example / "work" / "dbt" / "compiled").rglob("int_order_link__allocation.sql")
    return next(found).read_text()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA)
        yield connection


def slices(
    warehouse: duckdb.DuckDBPyConnection, model: str, group: Group
) -> dict[tuple[int, int], tuple[Decimal, Decimal]]:
    """The model's slices of a group: booked and ordered amount by pair of lines."""
    unit = Decimal(1).scaleb(-group.exponent)
    schema = "warehouse.intermediate"
    for table, rows in (
        (
            "int_order_link__line_pair",
            [
                ("g", "crm", "d", f"l{left}", "erp", "o", f"{right}", "x")
                for left, right in group.pairs
            ],
        ),
        (
            "int_crm__opportunity_line",
            [
                ("crm", f"l{at}", "CUR", group.exponent, amount * unit, 1)
                for at, amount in enumerate(group.booked)
            ],
        ),
        (
            "int_erp__order_line",
            [
                ("erp", "o", f"{at}", "CUR", group.exponent, amount * unit, 1)
                for at, amount in enumerate(group.ordered)
            ],
        ),
    ):
        warehouse.execute(f"delete from {schema}.{table}")
        marks = ", ".join("?" for _ in rows[0])
        warehouse.executemany(f"insert into {schema}.{table} values ({marks})", rows)
    found = warehouse.execute(
        f"select opportunity_line_id, order_line_id, booked_amount, ordered_amount from ({model})"
    ).fetchall()
    return {
        (int(left[1:]), int(right)): (booked, ordered) for left, right, booked, ordered in found
    }


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(group=groups())
def test_slices_conserve_both_sides_in_whole_minor_units(
    warehouse: duckdb.DuckDBPyConnection, model: str, group: Group
) -> None:
    found = slices(warehouse, model, group)
    assert found.keys() == set(group.pairs)

    booked: dict[int, Decimal] = defaultdict(Decimal)
    ordered: dict[int, Decimal] = defaultdict(Decimal)
    for (left, right), (left_slice, right_slice) in found.items():
        booked[left] += left_slice
        ordered[right] += right_slice
        for amount in (left_slice, right_slice):
            assert amount.scaleb(group.exponent) % 1 == 0
    for left, total in booked.items():
        assert total.scaleb(group.exponent) == group.booked[left]
    for right, total in ordered.items():
        assert total.scaleb(group.exponent) == group.ordered[right]

    # largest remainder: no slice is a whole minor unit away from its exact share
    for (left, right), (left_slice, _) in found.items():
        rivals = [abs(group.ordered[other]) for line, other in group.pairs if line == left]
        weights = rivals if sum(rivals) else [1] * len(rivals)
        weight = abs(group.ordered[right]) if sum(rivals) else 1
        share = Fraction(group.booked[left] * weight, sum(weights))
        assert abs(Fraction(left_slice.scaleb(group.exponent)) - share) < 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(group=groups(), data=st.data())
def test_the_order_of_the_rows_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection, model: str, group: Group, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(group.pairs))
    again = Group(group.exponent, group.booked, group.ordered, shuffled)
    assert slices(warehouse, model, group) == slices(warehouse, model, again)


def test_a_join_of_both_sides_overstates_where_slices_do_not(
    warehouse: duckdb.DuckDBPyConnection, model: str
) -> None:
    """Lines of 60 and 40 ordered as 50, 30 and 20: joined they make 300, in slices 100."""
    pairs = [(left, right) for left in range(2) for right in range(3)]
    group = Group(2, [6000, 4000], [5000, 3000, 2000], pairs)
    found = slices(warehouse, model, group)
    joined = sum(group.booked[left] for left, _ in pairs)
    assert joined == 30000
    assert sum(booked for booked, _ in found.values()) == Decimal("100.00")
    assert sum(ordered for _, ordered in found.values()) == Decimal("100.00")


JOINED = """
select coalesce(sum(line.amount), 0), coalesce(sum(ordered.amount), 0)
from warehouse.intermediate.int_order_link__line_pair as pair
inner join warehouse.intermediate.int_crm__opportunity_line as line
    on line.opportunity_line_id = pair.opportunity_line_id
inner join warehouse.intermediate.int_erp__order_line as ordered
    on ordered.order_line_id = pair.order_line_id
"""


@st.composite
def many_to_many(draw: st.DrawFn) -> Group:
    """Sold and ordered lines worth something, at least one of either side in several pairs."""
    minor = st.integers(min_value=1, max_value=10**9)
    booked = draw(st.lists(minor, min_size=2, max_size=5))
    ordered = draw(st.lists(minor, min_size=2, max_size=5))
    every = [(left, right) for left in range(len(booked)) for right in range(len(ordered))]
    crossing = [(0, 0), (0, 1), (1, 0)]
    more = draw(st.lists(st.sampled_from(every), unique=True))
    pairs = crossing + [pair for pair in more if pair not in crossing]
    return Group(draw(st.sampled_from([0, 2, 3])), booked, ordered, draw(st.permutations(pairs)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(group=many_to_many())
def test_a_join_of_many_to_many_always_overstates_and_slices_never(
    warehouse: duckdb.DuckDBPyConnection, model: str, group: Group
) -> None:
    """A line counts once for each of its pairs when joined, and once in all its slices."""
    found = slices(warehouse, model, group)
    sold, ordered = (
        Decimal(sum(amounts[at] for at in {pair[side] for pair in group.pairs})).scaleb(
            -group.exponent
        )
        for side, amounts in enumerate((group.booked, group.ordered))
    )
    (joined,) = warehouse.execute(JOINED).fetchall()
    assert joined[0] > sold
    assert joined[1] > ordered
    assert sum(booked for booked, _ in found.values()) == sold
    assert sum(amount for _, amount in found.values()) == ordered


def test_how_much_a_join_overstates(warehouse: duckdb.DuckDBPyConnection, model: str) -> None:
    """Forty random groups, all of four lines on either side and half of the pairs: about double."""
    chance = random.Random(20260331)  # noqa: S311 - amounts, not secrets
    joined = sold = sliced = Decimal(0)
    for _ in range(40):
        every = [(left, right) for left in range(4) for right in range(4)]
        pairs = chance.sample(every, 8)
        booked, ordered = ([chance.randrange(1, 10**7) for _ in range(4)] for _ in range(2))
        group = Group(2, booked, ordered, pairs)
        sliced += sum(one for one, _ in slices(warehouse, model, group).values())
        sold += Decimal(sum(booked[left] for left in {left for left, _ in pairs})).scaleb(-2)
        joined += (warehouse.execute(JOINED).fetchone() or (0,))[0]
    assert sliced == sold
    assert Decimal("1.8") < joined / sold < Decimal("2.6")
