"""Schedules and modifications of the illustrative examples, from exports to the published marts."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest


def by_month(marts: duckdb.DuckDBPyConnection, element: str) -> dict[str, Decimal]:
    """What our schedule recognises of an obligation, per month."""
    return {
        period: Decimal(amount)
        for period, amount in marts.execute(
            "select strftime(period, '%Y-%m'), scheduled_amount"
            " from revenue_bridge.fct_revenue_schedule"
            " where obligation_id = ? and scheduled_amount is not null",
            [element],
        ).fetchall()
    }


def year(number: int, *amounts: object) -> dict[str, Decimal]:
    """Amounts of the months of a year, from January on."""
    return {
        f"{number}-{month:02d}": Decimal(str(amount)) for month, amount in enumerate(amounts, 1)
    }


def test_example_5a_more_at_their_own_price_are_a_contract_of_their_own(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """120 units at 100, 60 delivered, 30 more at 95: 60 x 100, 60 x 100, 30 x 95."""
    assert by_month(marts, "20051") == {"2024-03": Decimal(6000), "2024-06": Decimal(6000)}
    assert by_month(marts, "20052") == {"2024-06": Decimal(2850)}


def test_example_5b_more_at_no_price_of_their_own_change_what_remains(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """30 more at 80: the remaining 60 x 100 + 30 x 80 are 90 units at 93.33."""
    assert by_month(marts, "20061") == {"2024-03": Decimal(6000), "2024-06": Decimal(5600)}
    assert by_month(marts, "20062") == {"2024-06": Decimal(2800)}


def test_example_7_four_remaining_years_cost_70_000_each(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Three years at 100,000; the third is cut to 80,000 and three more are 200,000."""
    years = marts.execute(
        "select year(period), sum(scheduled_amount), sum(erp_scheduled_amount), sum(posted_amount)"
        " from revenue_bridge.fct_revenue_schedule"
        " where obligation_id in ('20071', '20072') group by 1 order by 1"
    ).fetchall()
    assert years == [
        (number, *[Decimal(100_000 if number < 2022 else 70_000)] * 3)
        for number in range(2020, 2026)
    ]


def test_example_7_billed_80_then_66_667_and_recognised_70(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Billing differs from revenue in every year: the contract liability is what lies between."""
    balances = marts.execute(
        "select year(period), contract_asset, contract_liability, ledger_contract_liability"
        " from revenue_bridge.rpt_contract_balance"
        " where contract_number = 'SO-EX7' and month(period) = 12 and year(period) <= 2025"
        " order by period"
    ).fetchall()
    assert balances == [
        (number, Decimal(0), Decimal(liability), Decimal(liability))
        for number, liability in (
            (2020, "0"),
            (2021, "0"),
            (2022, "10000"),
            (2023, "6666.67"),
            (2024, "3333.34"),
            (2025, "0"),
        )
    ]


@pytest.mark.parametrize(
    ("element", "months"),
    [
        # 366 days from 15 January 2024: 100 a day
        pytest.param(
            "20101",
            year(2024, 1700, 2900, 3100, 3000, 3100, 3000, 3100, 3100, 3000, 3100, 3000, 3100)
            | year(2025, 1400),
            id="day",
        ),
        # 17 of 31 days, eleven months, 14 of 31 days
        pytest.param(
            "20102", year(2024, "548.39", *[1000] * 11) | year(2025, "451.61"), id="prorated"
        ),
        pytest.param("20103", year(2024, 500, *[1000] * 11) | year(2025, 500), id="half month"),
        # begun on the 16th: February is the first of twelve months
        pytest.param(
            "20104",
            {f"2024-{month:02d}": Decimal(1000) for month in range(2, 13)} | year(2025, 1000),
            id="mid month",
        ),
        # billed in January, served from March; billed in April, served from January
        pytest.param(
            "20105",
            {f"2024-{month:02d}": Decimal(1000) for month in range(3, 13)} | year(2025, 1000, 1000),
            id="starts after its bill",
        ),
        pytest.param("20106", year(2024, *[1000] * 12), id="billed after its start"),
        # 15,000 for a year and three months given free
        pytest.param(
            "20107", year(2024, *[1000] * 12) | year(2025, 1000, 1000, 1000), id="free months"
        ),
        # a bill over three months, one over one
        pytest.param("20108", year(2024, 400, 400, 400, 400), id="evergreen"),
        # a quarter in February, three quarters in May; the last quarter is open
        pytest.param(
            "20109", {"2024-02": Decimal(2500), "2024-05": Decimal(5000)}, id="milestones"
        ),
        # 300, 450.5 and 249.5 of 1,000 hours; what is used beyond them is not of this price
        pytest.param("20110", year(2024, 3000, 4505, 2495), id="usage"),
        pytest.param("20111", {"2024-01": Decimal(9000)}, id="invoice"),
    ],
)
def test_each_way_to_recognise(
    marts: duckdb.DuckDBPyConnection, element: str, months: dict[str, Decimal]
) -> None:
    assert by_month(marts, element) == months


@pytest.mark.parametrize(
    ("element", "months"),
    [
        # 6,000 recognised, ends for 8,000: 2,000 are left without anything to do for them
        pytest.param("20112", year(2024, *[1000] * 6, 2000), id="ends early"),
        # silver ends for 7,000, of which 6,000 are recognised; the rest is part of gold's price
        pytest.param("20113", year(2024, *[1000] * 6), id="silver"),
        pytest.param(
            "20120",
            {
                f"2024-{month:02d}": Decimal(amount)
                for month, amount in enumerate(
                    ["1666.67", "1666.66", "1666.67", "1666.67", "1666.66", "1666.67"], 7
                )
            },
            id="gold",
        ),
        # 12,000 become 15,000 as if from the beginning: 1,500 are caught up in July
        pytest.param("20114", year(2024, *[1000] * 6, 2750, *[1250] * 5), id="catch-up"),
        pytest.param("20115", year(2024, *[1000] * 12), id="seats as before"),
        pytest.param(
            "20121",
            {f"2024-{month:02d}": Decimal(1000) for month in range(7, 13)},
            id="seats added until the others end",
        ),
    ],
)
def test_each_way_to_modify(
    marts: duckdb.DuckDBPyConnection, element: str, months: dict[str, Decimal]
) -> None:
    assert by_month(marts, element) == months


def test_what_is_caught_up_has_a_line_of_its_own(marts: duckdb.DuckDBPyConnection) -> None:
    """The price that counts from the beginning, and the one for which nothing is left to do."""
    rows = marts.execute(
        "select amount from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'standard' and line_code = '3.07' and period = date '2024-07-01'"
        " order by 1"
    ).fetchall()
    assert rows == [(Decimal(1500),), (Decimal(2000),)]
