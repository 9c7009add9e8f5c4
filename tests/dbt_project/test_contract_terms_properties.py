"""What is expected back lessens revenue once, whatever happens; interest is exact to the cent.

The SQL is the models' own, as dbt compiled it; made up are sales, estimates that change, credits
and contracts whose payments come long before or after the transfer.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout import contract_terms

DAY = dt.date(2025, 1, 1)
MINOR = {"JPY": 0, "USD": 2, "KWD": 3}
WHY = {"reason": "r", "decided_by": "d", "decided_on": DAY}
EVENTS = ("variable_term", "variable_event", "variable")
INTEREST = ("growth_factor", "financed_payment", "price_adjustment", "interest")

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
create schema warehouse.definitions;
create table warehouse.intermediate.int_revenue__contract_name (
    erp_system varchar, contract_name varchar, contract_id varchar
);
insert into warehouse.intermediate.int_revenue__contract_name values ('n', 'K', '7');
create table warehouse.intermediate.int_revenue__variable_line (
    erp_system varchar, portfolio_id varchar, basis varchar, term_id varchar, entity varchar,
    currency varchar, minor_unit integer, document_type varchar, document_id varchar,
    document_line_id varchar, obligation_id varchar, item_id varchar, sku varchar,
    window_days integer, role varchar, event_date date, period date, amount decimal(28, 4),
    quantity decimal(28, 8)
);
create table warehouse.intermediate.int_revenue__stated_obligation (
    erp_system varchar, obligation_id varchar, obligation_source varchar, contract_id varchar,
    entity varchar, currency varchar, minor_unit integer, sales_amount decimal(28, 4)
);
"""

quietly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Models:
    """Compiled models over a database of their inputs."""

    def __init__(self, compiled: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
        self.compiled, self.warehouse = compiled, warehouse
        warehouse.execute(SCHEMA)
        for table, (_, columns) in contract_terms.TABLES.items():
            typed = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
            warehouse.execute(f"create table warehouse.definitions.{table} ({typed})")

    def terms(self, lists: dict[str, list[dict[str, object]]]) -> None:
        """State contract terms, as the file would."""
        header = {"owner": "o", "sign_off": {"by": "b", "on": DAY}}
        stated = contract_terms.ContractTerms.model_validate({"contract_terms": header, **lists})
        for table, content in contract_terms.rows(stated).items():
            self.fill(f"definitions.{table}", content)

    def fill(self, table: str, content: Sequence[tuple[object, ...]]) -> None:
        self.warehouse.execute(f"delete from warehouse.{table}")
        if content:
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in content)
            self.warehouse.execute(
                f"insert into warehouse.{table} values {marks}",
                [value for row in content for value in row],
            )

    def build(self, names: Sequence[str]) -> None:
        for name in names:
            sql = (self.compiled / f"int_revenue__{name}.sql").read_text()
            self.warehouse.execute(
                f"create or replace table warehouse.intermediate.int_revenue__{name} as ({sql})"
            )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.warehouse.execute(query).fetchall()


@pytest.fixture(scope="module")
def models(worked_example: Path) -> Iterator[Models]:
    with duckdb.connect() as connection:
        compiled = worked_example / "work" / "dbt" / "compiled" / "tieout" / "models"
        yield Models(compiled / "intermediate" / "contract_terms", connection)


@dataclass(frozen=True)
class Line:
    """A sale or a credit, so many days after the first of January 2025."""

    day: int
    units: int
    quantity: int
    is_credit: bool


@dataclass(frozen=True)
class Story:
    currency: str
    window: int
    shares: tuple[tuple[int, int], ...]
    lines: tuple[Line, ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    changes = draw(st.lists(st.integers(1, 120), max_size=3, unique=True))
    return Story(
        draw(st.sampled_from(sorted(MINOR))),
        draw(st.integers(0, 60)),
        tuple((day, draw(st.integers(0, 100))) for day in (0, *sorted(changes))),
        (
            Line(draw(st.integers(0, 30)), draw(st.integers(1, 10**7)), 10, is_credit=False),
            *draw(
                st.lists(
                    st.builds(
                        Line,
                        st.integers(0, 90),
                        st.integers(1, 10**6),
                        st.integers(1, 9),
                        st.booleans(),
                    ),
                    max_size=8,
                )
            ),
        ),
    )


def tell(models: Models, story: Story, seed: int = 0) -> list[tuple[str, Decimal, str]]:
    """Kind, effect on revenue and document of what moved the liability, in order."""
    unit = Decimal(1).scaleb(-MINOR[story.currency])
    ends = [*(day for day, _ in story.shares[1:]), None]
    models.terms(
        {
            "return_rights": [
                {
                    "sku": "A", "expected_share": Decimal(share) / 100, "unit_cost": 3,
                    "window_days": story.window, "valid_from": DAY + dt.timedelta(day),
                    **({} if end is None else {"valid_to": DAY + dt.timedelta(end)}), **WHY,
                }
                for (day, share), end in zip(story.shares, ends, strict=True)
            ]
        }
    )  # fmt: skip
    lines = [
        (
            "n", "p", "return", "return A", "Inc", story.currency, MINOR[story.currency],
            "credit_memo" if line.is_credit else "invoice", str(number), "1", "o", "i", "A",
            story.window, "credit" if line.is_credit else "sale",
            DAY + dt.timedelta(line.day), DAY + dt.timedelta(line.day),
            (-1 if line.is_credit else 1) * line.units * unit,
            (-1 if line.is_credit else 1) * line.quantity,
        )
        for number, line in enumerate(story.lines)
    ]  # fmt: skip
    random.Random(seed).shuffle(lines)  # noqa: S311 - row order
    models.fill("intermediate.int_revenue__variable_line", lines)
    models.build(EVENTS)
    return [
        (str(kind), Decimal(str(amount)), str(document))
        for kind, amount, document in models.rows(
            "select kind, amount, document_id from warehouse.intermediate.int_revenue__variable"
            " order by event_number"
        )
    ]


@quietly
@given(story=stories(), seed=st.integers(1, 9))
def test_an_estimate_and_its_credit_never_both_reduce_revenue(
    models: Models, story: Story, seed: int
) -> None:
    unit = Decimal(1).scaleb(-MINOR[story.currency])
    moves = tell(models, story)
    assert moves == tell(models, story, seed)
    balance = Decimal(0)
    for kind, amount, document in moves:
        assert amount % unit == 0
        if kind == "consumed":
            # no more than the credit, and no more than there is
            credit = story.lines[int(document)]
            assert credit.is_credit
            assert 0 <= amount <= min(credit.units * unit, balance)
        balance -= amount
        assert balance >= 0
    # when all rights have ended, revenue is what was sold less what was credited
    assert balance == 0
    assert models.rows(
        "select coalesce(sum(return_asset_change), 0)"
        " from warehouse.intermediate.int_revenue__variable"
    ) == [(0,)]


@quietly
@given(story=stories())
def test_what_is_owed_is_the_expected_share_of_what_was_sold(models: Models, story: Story) -> None:
    """Counted anew, day by day, without credits."""
    sold = [line for line in story.lines if not line.is_credit]
    told = Story(story.currency, story.window, story.shares, tuple(sold))
    tell(models, told)
    unit = Decimal(1).scaleb(-MINOR[story.currency])
    last = max(line.day for line in sold) + story.window
    balances = {
        (row[0] - DAY).days: row[1]  # type: ignore[operator]
        for row in models.rows(
            "select event_date, -sum(sum(amount)) over (order by event_date)"
            " from warehouse.intermediate.int_revenue__variable group by event_date"
        )
    }
    for day, balance in balances.items():
        share = [percent for since, percent in story.shares if since <= day][-1]
        exact = Fraction(sum(line.units for line in sold if line.day <= day) * share, 100)
        owed = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        assert balance == (0 if day >= last else owed * unit)


@dataclass(frozen=True)
class Loan:
    percent: int
    monthly: bool
    payments: tuple[tuple[int, int], ...]
    parts: tuple[int, ...]


loans = st.builds(
    Loan,
    st.integers(1, 30),
    st.booleans(),
    st.lists(
        st.tuples(st.integers(-36, 60), st.integers(1, 10**9)),
        min_size=1,
        max_size=6,
        unique_by=lambda payment: payment[0],
    ).map(tuple),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4).map(tuple),
)


def month_end(months: int) -> dt.date:
    """Last day of a month, counted from January 2025."""
    year, month = divmod(2025 * 12 + months + 1, 12)
    return dt.date(year, month + 1, 1) - dt.timedelta(1)


def growth(loan: Loan, months: int) -> Fraction:
    if loan.monthly:
        return (1 + Fraction(loan.percent, 1200)) ** months
    whole, rest = divmod(months, 12)
    return (1 + Fraction(loan.percent, 100)) ** whole * (1 + Fraction(loan.percent * rest, 1200))


@quietly
@given(loan=loans)
def test_interest_is_exact_and_adds_up_to_the_adjustment_of_each_price(
    models: Models, loan: Loan
) -> None:
    models.terms(
        {
            "financing": [
                {
                    "contract": "n:K", "annual_rate": Decimal(loan.percent) / 100,
                    "compounding": "monthly" if loan.monthly else "yearly",
                    "transfer_on": month_end(0),
                    "payments": [
                        {"due_on": month_end(months), "amount": Decimal(cents) / 100}
                        for months, cents in loan.payments
                    ],
                    **WHY,
                }
            ]
        }
    )  # fmt: skip
    models.fill(
        "intermediate.int_revenue__stated_obligation",
        [
            ("n", str(number), "element", "7", "Inc", "USD", 2, Decimal(cents) / 100)
            for number, cents in enumerate(loan.parts)
        ],
    )
    models.build(INTEREST)
    exact = sum(
        (
            cents * (growth(loan, -months) - 1)
            if months < 0
            else cents * (1 / growth(loan, months) - 1)
            for months, cents in loan.payments
        ),
        Fraction(0),
    )
    adjusted = models.rows(
        "select obligation_id, amount from warehouse.intermediate.int_revenue__price_adjustment"
    )
    assert len(adjusted) == len(loan.parts)
    total = sum(Fraction(str(amount)) for _, amount in adjusted) * 100
    assert abs(total - exact) <= Fraction(501, 1000)
    interest = models.rows(
        "select obligation_id, sum(amount) from warehouse.intermediate.int_revenue__interest"
        " group by obligation_id"
    )
    assert {row for row in adjusted if row[1]} == {row for row in interest if row[1]}
    if all(months <= 0 for months, _ in loan.payments) or all(
        months >= 0 for months, _ in loan.payments
    ):
        sign = -1 if any(months > 0 for months, _ in loan.payments) else 1
        months = models.rows(
            "select sum(amount) from warehouse.intermediate.int_revenue__interest group by period"
        )
        assert all(sign * row[0] >= 0 for row in months)  # type: ignore[operator]
