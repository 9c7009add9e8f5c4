"""The revenue part of the score: each amount of an obligation's month, on marts made by hand."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import duckdb
import pytest
from rich.console import Console

from tieout.score.revenue import RevenueScore, print_revenue, score_revenue

# January is planned a cent too high, February is not posted; March is scheduled by nobody but us.
LABELS = """
    create table revenue_schedule as select * from (values
        ('60001', '2026-01-01', 'USD', '10.00', '10.00', '10.00', null),
        ('60001', '2026-02-01', 'USD', '10.00', '10.00', '10.00', null),
        ('60002', '2026-01-01', 'JPY', '500', '500', null, 'unposted'),
        ('60003', '2026-01-01', 'USD', '0.00', '0.00', '0.00', 'amount')
    ) as t (obligation_id, period, currency, scheduled_amount, erp_scheduled_amount,
        posted_amount, cause);
"""
MARTS = """
    attach ':memory:' as marts;
    create schema marts.revenue_bridge;
    create table marts.revenue_bridge.fct_revenue_schedule as
    select * replace (period::date as period) from (values
        ('60001', '2026-01-01', 'USD', 10.00, 10.01, 10.00),
        ('60001', '2026-02-01', 'USD', 10.00, 10.00, null),
        ('60001', '2026-03-01', 'USD', 10.00, null, null),
        ('60002', '2026-01-01', 'JPY', 500, 500, 0)
    ) as t (obligation_id, period, currency, scheduled_amount, erp_scheduled_amount,
        posted_amount);
    create table marts.revenue_bridge.rpt_schedule_difference as
    select * replace (period::date as period) from (values
        ('60001', '2026-01-01', 'planned_otherwise'), ('60001', '2026-02-01', 'unposted'),
        ('60002', '2026-01-01', 'unposted')
    ) as t (obligation_id, period, cause);
"""


@pytest.fixture
def found() -> RevenueScore:
    with duckdb.connect() as con:
        con.execute(LABELS)
        con.execute(MARTS)
        return score_revenue(con)


def test_each_amount_is_counted_by_obligation_and_month(found: RevenueScore) -> None:
    assert {
        (one.measure, one.currency): (one.rows, one.rows_off, one.absolute_difference)
        for one in found.measures
    } == {
        ("scheduled_amount", "JPY"): (1, 0, Decimal(0)),
        ("scheduled_amount", "USD"): (4, 1, Decimal(10)),
        ("erp_scheduled_amount", "JPY"): (1, 0, Decimal(0)),
        ("erp_scheduled_amount", "USD"): (4, 1, Decimal("0.01")),
        # posted with 0 and not posted are one amount
        ("posted_amount", "JPY"): (1, 0, Decimal(0)),
        ("posted_amount", "USD"): (4, 1, Decimal(10)),
    }
    assert (found.rows, found.rows_off) == (15, 3)


def test_causes_are_compared_by_obligation_and_month(found: RevenueScore) -> None:
    causes = found.causes
    assert causes is not None
    assert (causes.true_positives, causes.false_positives, causes.false_negatives) == (1, 2, 1)


def test_marts_without_causes_are_scored_without_them() -> None:
    with duckdb.connect() as con:
        con.execute(LABELS)
        con.execute(MARTS)
        con.execute("drop table marts.revenue_bridge.rpt_schedule_difference")
        assert score_revenue(con).causes is None


def test_the_table_shows_both_sides(found: RevenueScore) -> None:
    console = Console(file=StringIO(), width=120)
    print_revenue(found, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for words in (("scheduled", "USD", "30.00", "20.00", "10.00"), ("posted", "10.00", "20.00")):
        assert any(all(word in line for word in words) for line in text.splitlines())
