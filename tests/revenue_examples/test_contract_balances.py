"""Receivables, contract assets and contract liabilities: examples 29, 38 and 39, published."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

# per month: receivable, contract asset, contract liability, recognised to date
Balance = tuple[int, int, int, int]


def balances(marts: duckdb.DuckDBPyConnection, number: str) -> dict[str, Balance]:
    """The month ends of a contract, by its number; a month without a balance has no row."""
    rows = marts.execute(
        """
        select
            strftime(period, '%Y-%m'), receivable, contract_asset, contract_liability,
            recognised_to_date
        from revenue_bridge.rpt_contract_balance
        where contract_number = ?
        order by period
        """,
        [number],
    ).fetchall()
    return {month: (*map(int, amounts),) for month, *amounts in rows}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(
            "SO-EX38A",
            {
                # due at the end of January; either side may leave until it is paid or delivered
                "2025-01": (0, 0, 0, 0),
                "2025-02": (0, 0, 0, 0),
                "2025-03": (0, 0, 0, 1000),
            },
            id="EX38A",
        ),
        pytest.param(
            "SO-EX38B",
            {
                "2025-01": (1000, 0, 1000, 0),
                "2025-02": (1000, 0, 1000, 0),
                "2025-03": (0, 0, 0, 1000),
            },
            id="EX38B",
        ),
        pytest.param(
            "SO-EX39",
            {"2025-01": (0, 400, 0, 400), "2025-02": (1000, 0, 0, 1000)},
            id="EX39",
        ),
    ],
)
def test_balances_are_those_of_the_example(
    marts: duckdb.DuckDBPyConnection, number: str, expected: dict[str, Balance]
) -> None:
    found = balances(marts, number)
    assert {month: found.get(month) for month in expected} == expected


def test_ex38a_is_billed_and_not_presented_until_it_is_paid(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """The ledger has a receivable and a liability that nobody owes yet: both, and nothing else."""
    rows = marts.execute(
        """
        select
            strftime(period, '%Y-%m'), not_presented, ledger_receivable, ledger_contract_liability,
            receivable_difference, balance_difference
        from revenue_bridge.rpt_contract_balance
        where contract_number = 'SO-EX38A' and period <= date '2025-03-01'
        order by period
        """
    ).fetchall()
    assert [(month, *map(int, amounts)) for month, *amounts in rows] == [
        ("2025-01", 1000, 1000, 1000, 0, 0),
        ("2025-02", 1000, 1000, 1000, 0, 0),
        ("2025-03", 0, 0, 0, 0, 0),
    ]


def test_ex39_ledger_has_the_same_asset_and_takes_it_back_with_the_bill(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        """
        select strftime(period, '%Y-%m'), ledger_contract_asset, ledger_receivable
        from revenue_bridge.rpt_contract_balance
        where contract_number = 'SO-EX39' and period <= date '2025-02-01'
        order by period
        """
    ).fetchall()
    assert rows == [("2025-01", Decimal(400), Decimal(0)), ("2025-02", Decimal(0), Decimal(1000))]


def test_every_contract_without_an_error_has_the_ledgers_balance(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Of each contract: the last month that both sides know."""
    (off,) = marts.execute(
        """
        select count(*)
        from revenue_bridge.rpt_contract_balance
        where contract_number in ('SO-EX38A', 'SO-EX38B', 'SO-EX39')
            and (balance_difference <> 0 or receivable_difference <> 0)
        """
    ).fetchall()[0]
    assert off == 0


def test_ex29_liability_grows_by_interest_until_delivery(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """4,000 at signing are 4,494.40 at delivery two years later, which is the revenue."""
    rows = marts.execute(
        """
        select strftime(period, '%Y-%m'), contract_liability, interest_to_date, recognised_to_date
        from revenue_bridge.rpt_contract_balance
        where contract_number = 'SO-EX29' and period in ('2024-01-01', '2025-12-01', '2026-01-01')
        order by period
        """
    ).fetchall()
    assert [(month, *(round(amount) for amount in amounts)) for month, *amounts in rows] == [
        ("2024-01", 4020, 20, 0),
        ("2025-12", 4494, 494, 0),
        ("2026-01", 0, 494, 4494),
    ]
