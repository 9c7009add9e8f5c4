"""The reporting view closes to the minor unit, whatever the records, atoms and rates are.

The SQL is the models' own, as dbt compiled it; only their inputs are made up: groups of records
that conserve in transaction currency, cut into atoms at random, with negative and zero amounts,
hops between currencies, currencies of 0, 2 and 3 decimals, and rates that nobody states.
"""

from __future__ import annotations

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

PART = """
    definition_id varchar, reporting_currency varchar, granule integer, leg integer,
    group_key varchar, side varchar, pricing_rank integer, record_key varchar, entity varchar,
    currency varchar, period date, units hugeint, rate hugeint, rate_system varchar,
    rate_date date, crm_system varchar, opportunity_id varchar, erp_system varchar,
    document_type varchar, document_id varchar, document_line_id varchar
"""
SCHEMA = f"""
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
use warehouse.intermediate;
create table int_reporting__leg1_part ({PART});
create table int_reporting__leg2_part ({PART});
create table int_reporting__leg3_part ({PART});
create table int_reporting__cash_part ({PART});
create table int_reporting__day_rate (
    source_system varchar, currency varchar, reporting_currency varchar, rate_date date,
    rate hugeint
);
create table int_reporting__grouped_atom (
    atom_key varchar, definition_id varchar, reporting_currency varchar, granule integer,
    leg integer, group_key varchar, entity varchar, currency varchar, period date,
    amount decimal(28, 4), is_currency_hop boolean, allocation_key varchar,
    opportunity_line_id varchar, document_id varchar, document_line_id varchar
);
"""
CHAIN = ("part", "group", "priced_atom", "fx", "rest")
ONE = 10**12  # a rate of 1
EXPONENTS = {"USD": 2, "EUR": 2, "CHF": 2, "JPY": 0, "KWD": 3}
LEFT, RIGHT = "2026-01-01", "2026-02-01"


@dataclass(frozen=True)
class Group:
    """A left record and its right ones in minor units, their rates, and how the way is cut.

    `other_left_rate` is what the left system says of the right currency, `table_rate` what the
    right system says of it on the left day.
    """

    currency: str
    other: str
    left_rate: int | None
    right_rate: int | None
    table_rate: int | None
    other_left_rate: int | None
    is_later: bool
    is_one_system: bool
    left: int
    crossing: int
    right: tuple[int, ...]
    cuts: tuple[int, ...]

    @property
    def month(self) -> str:
        return RIGHT if self.is_later else LEFT

    def steps(self) -> list[tuple[str, str, int, bool]]:
        """Currency, month, amount in ten-thousandths and whether it is a hop between currencies."""
        left = units(self.currency, self.left)
        steps = []
        if self.is_later:
            steps += [(self.currency, LEFT, -left, False), (self.currency, RIGHT, left, False)]
        value = self.left
        if self.other != self.currency:
            value = self.crossing if self.left else 0
            steps += [
                (self.currency, self.month, -left, True),
                (self.other, self.month, units(self.other, value), True),
            ]
        rest = sum(self.right) - value - sum(self.cuts)
        steps += [
            (self.other, self.month, units(self.other, cut), False) for cut in (*self.cuts, rest)
        ]
        return [step for step in steps if step[2]]


def units(currency: str, minor: int) -> int:
    """Minor units as ten-thousandths."""
    return int(minor * 10 ** (4 - EXPONENTS[currency]))


@st.composite
def groups(draw: st.DrawFn, *, is_hop_possible: bool = True) -> Group:
    minor = st.one_of(
        st.just(0),
        st.integers(min_value=-9, max_value=9),
        st.integers(min_value=-(10**9), max_value=10**9),
    )
    rate = st.one_of(st.none(), st.integers(min_value=10**9, max_value=10**13))
    home = ["USD"] if is_hop_possible else []
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", *home]))
    other = draw(st.sampled_from([currency, *(["CHF", "USD"] if is_hop_possible else [])]))
    return Group(
        currency=currency,
        other=other,
        left_rate=None if currency == "USD" else draw(rate),
        right_rate=None if other == "USD" else draw(rate),
        table_rate=draw(rate),
        other_left_rate=draw(rate),
        is_later=draw(st.booleans()),
        is_one_system=draw(st.booleans()),
        left=draw(minor),
        crossing=draw(st.integers(min_value=1, max_value=10**9)),
        right=tuple(draw(st.lists(minor, max_size=3))),
        cuts=tuple(draw(st.lists(minor, max_size=4))),
    )


@pytest.fixture(scope="module")
def models(worked_example: Path) -> dict[str, str]:
    compiled = worked_example / "work" / "dbt" / "compiled"
    return {name: next(compiled.rglob(f"int_reporting__{name}.sql")).read_text() for name in CHAIN}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA)
        yield connection


def convert(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], many: list[Group], granule: int
) -> None:
    """Land the groups as parts of records, atoms and rates, and run the models."""
    parts: list[tuple[object, ...]] = []
    atoms: list[tuple[object, ...]] = []
    rates: list[tuple[object, ...]] = []
    for at, group in enumerate(many):
        key, erp, crm = f"g{at}", f"erp{at}", f"crm{at}"
        left_system = erp if group.is_one_system else crm
        head, tail = ("s", "USD", granule, 1, key), ("", "", "", "", f"d{at}", "")
        worth = (units(group.currency, group.left), group.left_rate, left_system, LEFT)
        parts.append((*head, "left", 1, key, "e", group.currency, LEFT, *worth, *tail))
        for number, minor in enumerate(group.right):
            worth = (units(group.other, minor), group.right_rate, erp, group.month)
            record = f"{key}.{number}"
            parts.append((*head, "right", 2, record, "e", group.other, group.month, *worth, *tail))
        for number, (currency, month, amount, is_hop) in enumerate(group.steps()):
            if currency != "USD" or is_hop:
                cell = ("s", "USD", granule, 1, key, "e", currency, month)
                money = Decimal(amount).scaleb(-4)
                atoms.append((f"{key}.{number}", *cell, money, is_hop, key, "", "", ""))
        rates += [
            (source, group.other, "USD", LEFT, rate)
            for source, rate in ((erp, group.table_rate), (crm, group.other_left_rate))
            if rate is not None and group.other != "USD"
        ]
    for table, rows in (("leg1_part", parts), ("grouped_atom", atoms), ("day_rate", rates)):
        warehouse.execute(f"delete from int_reporting__{table}")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            warehouse.executemany(f"insert into int_reporting__{table} values ({marks})", rows)
    for name in CHAIN:
        warehouse.execute(f"create or replace table int_reporting__{name} as {models[name]}")


def sums(warehouse: duckdb.DuckDBPyConnection, query: str) -> dict[tuple[str, str], int]:
    """Ten-thousandths of the reporting currency by group and month."""
    found = warehouse.execute(
        "select group_key, cast(period as varchar), cast(sum(coalesce(value, 0)) as hugeint) "
        f"from ({query}) group by all"
    ).fetchall()
    return {(key, month): int(value) for key, month, value in found}


PARTS = "select group_key, period, value from int_reporting__part where side = '{}'"
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=RELAXED)
@given(
    many=st.lists(groups(), min_size=1, max_size=8),
    granule=st.sampled_from([10_000, 100, 10]),
)
def test_every_cell_closes_and_rounding_stays_rounding(
    warehouse: duckdb.DuckDBPyConnection,
    models: dict[str, str],
    many: list[Group],
    granule: int,
) -> None:
    convert(warehouse, models, many, granule)

    balance: dict[tuple[str, str], int] = defaultdict(int)
    for sign, query in (
        (1, PARTS.format("left")),
        (-1, PARTS.format("right")),
        (1, "select group_key, period, value from int_reporting__priced_atom"),
        (1, "select group_key, period, value from int_reporting__fx"),
        (1, "select group_key, period, value from int_reporting__rest"),
    ):
        for cell, value in sums(warehouse, query).items():
            balance[cell] += sign * value
    for at, group in enumerate(many):
        for currency, month, amount, is_hop in group.steps():
            if currency == "USD" and not is_hop:
                balance[f"g{at}", month] += amount
    assert set(balance.values()) <= {0}

    plugs = warehouse.execute(
        "select * from int_reporting__rest where not is_rate_missing and abs(value) > most_rounding"
    ).fetchall()
    assert plugs == []

    # what crosses currencies is worth the same on both sides
    crossed = warehouse.execute(
        "select group_key, sum(value) from int_reporting__priced_atom as priced "
        "join int_reporting__grouped_atom as atom using (atom_key, group_key) "
        "where is_currency_hop group by group_key "
        "having count(*) = 2 and count(nearest) = 2 and sum(value) <> 0"
    ).fetchall()
    assert crossed == []

    # no rate, no amount: never a rate of one
    guessed = warehouse.execute(
        "select * from int_reporting__part "
        "where (rate is null and currency <> 'USD') <> (value is null)"
    ).fetchall()
    assert guessed == []


@settings(max_examples=40, deadline=None, suppress_health_check=RELAXED)
@given(group=groups(is_hop_possible=False))
def test_fx_is_the_right_value_times_the_difference_of_rates(
    warehouse: duckdb.DuckDBPyConnection, models: dict[str, str], group: Group
) -> None:
    convert(warehouse, models, [group], 100)
    fx = sums(warehouse, "select group_key, period, value from int_reporting__fx")
    if group.left_rate is None or group.right_rate is None:
        assert fx == {}
        return
    right = sum(units(group.other, amount) for amount in group.right)
    exact = Fraction(right * (group.right_rate - group.left_rate), ONE)
    # each right record is rounded at either rate
    off = Fraction(fx.get(("g0", group.month), 0)) - exact
    assert abs(off) <= 100 * len(group.right)
    causes = {
        detail for (detail,) in warehouse.execute("select detail from int_reporting__fx").fetchall()
    }
    if not group.is_later:
        assert causes <= {"rate_source"}
    elif group.is_one_system:
        assert causes <= {"rate_date"}
    else:
        assert causes <= {"rate_source", "rate_date"}


@settings(max_examples=15, deadline=None, suppress_health_check=RELAXED)
@given(many=st.lists(groups(), min_size=2, max_size=6), data=st.data())
def test_the_order_of_the_records_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection,
    models: dict[str, str],
    many: list[Group],
    data: st.DataObject,
) -> None:
    def published() -> list[str]:
        return sorted(
            str(row)
            for table in ("priced_atom", "fx", "rest")
            for row in warehouse.execute(
                f"select '{table}', period, currency, cast(value as varchar) "
                f"from int_reporting__{table}"
            ).fetchall()
        )

    convert(warehouse, models, many, 100)
    before = published()
    convert(warehouse, models, data.draw(st.permutations(many)), 100)
    assert published() == before
