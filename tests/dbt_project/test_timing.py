"""What waits for its counterpart, on the published demo company."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest


@pytest.fixture(scope="module")
def night(published_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts and, as `warehouse`, what they were made from; both read-only."""
    marts = published_home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts.resolve()}' as marts (read_only)")
        connection.execute(
            f"attach '{published_home / 'warehouse.duckdb'}' as warehouse (read_only)"
        )
        connection.execute(
            "set search_path = 'marts.revenue_bridge,warehouse.intermediate,warehouse.definitions'"
        )
        yield connection


def test_open_receivables_are_the_balance_of_the_receivable_accounts(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """Open bills, less open credits and unapplied cash: what no model of leg 4 has read."""
    compared = night.execute(
        """
        select entity, currency, sum(balance), sum(open_amount) from (
            select entity, currency, -amount as balance, 0 as open_amount
            from int_erp__ledger_line
            where is_posting and not is_voided and account_class = 'receivable'
            union all
            select entity, currency, 0, gross_amount from int_revenue__cash_slice
            where slice_type in ('open', 'transfer')
            union all
            select entity, currency, 0, gross_amount from int_revenue__credit_slice
            where slice_type in ('open', 'other')
            union all
            select entity, currency, 0, -unapplied_amount from int_erp__cash_received
            where document_type = 'payment'
        ) group by all order by all
        """
    ).fetchall()
    assert len(compared) > 5
    assert any(balance > 0 for _, _, balance, _ in compared)
    assert [row for row in compared if row[2] != row[3]] == []


def test_every_leg_has_something_that_waits_and_something_that_came(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """Else netting to zero and ageing would prove nothing."""
    found = night.execute(
        """
        select leg, count(*) filter (is_open) > 0, count(*) filter (not is_open) > 0
        from int_timing__atom where definition_id = 'standard' group by leg order by leg
        """
    ).fetchall()
    assert found == [(leg, True, True) for leg in (1, 2, 3, 4)]


def test_all_timing_on_the_bridge_is_what_waits(night: duckdb.DuckDBPyConnection) -> None:
    """Over all months, by leg and currency: timing lines are the open list and nothing else.

    What a modification takes back (3.07) waits to be earned again, like a bill.
    """
    off = night.execute(
        """
        with steady as (
            select definition_id from definition_setting
            group by definition_id having count(distinct revenue_event) = 1
        )
        select definition_id, leg, currency, sum(amount) from (
            select definition_id, leg, currency, amount from rpt_revenue_bridge
            where category = 'timing' or line_code = '3.07'
            union all
            select definition_id, leg, currency, amount from rpt_timing_ageing
        ) where leg <> 3 or definition_id in (from steady)
        group by all having sum(amount) <> 0
        """
    ).fetchall()
    assert off == []


def test_backlog_and_receivables_are_old_and_dated(night: duckdb.DuckDBPyConnection) -> None:
    found = night.execute(
        """
        select leg, count(*) filter (expected_on is null), count(*) filter (is_overdue) > 0,
            count(distinct age_bucket) > 2
        from rpt_timing_ageing
        where definition_id = 'standard' and document_type in ('sales_order', 'invoice')
            and leg in (2, 4)
        group by leg order by leg
        """
    ).fetchall()
    assert [(leg, overdue, spread) for leg, _, overdue, spread in found] == [
        (2, True, True),
        (4, True, True),
    ]
    assert found[1][1] == 0, "every invoice has a due date"


def test_closing_of_the_last_month_is_the_list(night: duckdb.DuckDBPyConnection) -> None:
    closing, listed = (
        night.execute(query).fetchone()
        for query in (
            "select sum(closing) from rpt_timing_rollforward where definition_id = 'standard'"
            " and leg = 4 and currency = 'USD' and period = (select max(period) from"
            " rpt_timing_rollforward where definition_id = 'standard')",
            "select sum(amount) from rpt_timing_ageing where definition_id = 'standard'"
            " and leg = 4 and currency = 'USD'",
        )
    )
    assert closing == listed
    assert closing is not None and closing[0] > Decimal(0)
