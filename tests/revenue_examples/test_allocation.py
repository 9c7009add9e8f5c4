"""The contract's price and its obligations: examples 33, 34, 35 and 49, two of firms' guides."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

# Order, what was promised, its part of the price, and the figure as printed with its precision.
PUBLISHED = [
    ("SO-EX33-1", "EX33-A", "33.33", "33"),
    ("SO-EX33-2", "EX33-B", "16.67", "17"),
    ("SO-EX33-2", "EX33-C", "50.00", "50"),
    ("SO-EX34A", "EX34-A", "40.00", "40"),
    ("SO-EX34A", "EX34-B", "33.00", "33"),
    ("SO-EX34A", "EX34-C", "27.00", "27"),
    ("SO-EX34B", "EX34-A", "40.00", "40"),
    ("SO-EX34B", "EX34-B", "33.00", "33"),
    ("SO-EX34B", "EX34-C", "27.00", "27"),
    ("SO-EX34B", "EX34-D", "30.00", "30"),
    ("SO-EX35A", "EX35-X", "800.00", "800"),
    ("SO-EX35A", "EX35-Y", "0.00", "0"),
    ("SO-EX49", "EX49-PRODUCT", "89.29", "89"),
    ("SO-BUNEY", "BUNEY-1", "68807.34", "68807"),
    ("SO-BUNEY", "BUNEY-2", "12844.04", "12844"),
    ("SO-BUNEY", "BUNEY-3", "18348.62", "18349"),
    ("SO-BUNKPMG", "BUNKPMG-PHONE", "17.78", "18"),
    ("SO-BUNKPMG", "BUNKPMG-NET", "26.67", "27"),
    # printed figures add up to 80; 35.56 beside 17.78 and 26.67 would make 80.01
    ("SO-BUNKPMG", "BUNKPMG-TV", "35.55", "35"),
]

OF_ORDER = """
    select sku, allocated_amount, allocation_rule, contract_id, sales_amount
    from revenue_bridge.fct_performance_obligation
    where erp_system = 'netsuite' and order_id = ? order by sku
"""
ORDERS = {
    "SO-EX33-1": "1033001",
    "SO-EX33-2": "1033002",
    "SO-EX34A": "1034001",
    "SO-EX34B": "1034002",
    "SO-EX34C": "1034003",
    "SO-EX35A": "1035001",
    "SO-EX49": "1049001",
    "SO-BUNEY": "1050001",
    "SO-BUNKPMG": "1051001",
}


def promised(marts: duckdb.DuckDBPyConnection, order: str) -> dict[str, tuple[Decimal, str]]:
    rows = marts.execute(OF_ORDER, [ORDERS[order]]).fetchall()
    return {sku: (amount, rule) for sku, amount, rule, _, _ in rows}


@pytest.mark.parametrize(("order", "sku", "cents", "printed"), PUBLISHED)
def test_published_figures(
    marts: duckdb.DuckDBPyConnection, order: str, sku: str, cents: str, printed: str
) -> None:
    amount, _ = promised(marts, order)[sku]
    assert amount == Decimal(cents)
    # figures are printed in whole units, each rounded in its own way
    assert abs(amount - Decimal(printed)) < 1


@pytest.mark.parametrize(
    ("order", "rules"),
    [
        (
            "SO-EX34A",
            {"EX34-A": "stand_alone", "EX34-B": "discount_group", "EX34-C": "discount_group"},
        ),
        (
            "SO-EX34B",
            {
                "EX34-A": "stand_alone",
                "EX34-B": "discount_group",
                "EX34-C": "discount_group",
                "EX34-D": "residual",
            },
        ),
        ("SO-EX35A", {"EX35-X": "stated", "EX35-Y": "none"}),
        ("SO-BUNEY", dict.fromkeys(["BUNEY-1", "BUNEY-2", "BUNEY-3"], "relative")),
    ],
)
def test_the_way_to_a_figure_is_named(
    marts: duckdb.DuckDBPyConnection, order: str, rules: dict[str, str]
) -> None:
    assert {sku: rule for sku, (_, rule) in promised(marts, order).items()} == rules


def test_ex33_two_orders_joined_by_an_arrangement_are_one_contract(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        "select count(*), count(distinct bargain_id), sum(sales_amount), sum(allocated_amount),"
        " min(stand_alone_amount)"
        " from revenue_bridge.fct_performance_obligation where contract_id = '1033009'"
    ).fetchall()
    # B's price of 25, and not the 900 that A had the year before, is in it
    assert rows == [(3, 1, Decimal(100), Decimal(100), Decimal(25))]


def test_ex34c_a_residual_outside_its_range_is_no_price(marts: duckdb.DuckDBPyConnection) -> None:
    """105 less 100 would leave 5, outside 15 to 45: all parts share by price, D by its estimate."""
    assert promised(marts, "SO-EX34C") == {
        "EX34-A": (Decimal("24.71"), "relative"),
        "EX34-B": (Decimal("33.97"), "relative"),
        "EX34-C": (Decimal("27.79"), "relative"),
        "EX34-D": (Decimal("18.53"), "relative"),
    }


def test_ex49_a_voucher_is_an_obligation_of_its_own(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        "select obligation_id, stand_alone_amount, allocated_amount, allocation_rule, end_date"
        " from revenue_bridge.fct_performance_obligation"
        " where contract_id = '1049001' and obligation_source = 'option'"
    ).fetchall()
    assert [(*row[:4], str(row[4])) for row in rows] == [
        ("option 1049001:voucher", Decimal(12), Decimal("10.71"), "relative", "2024-03-31")
    ]


def test_prices_are_shared_out_whole(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        "select bargain_id, sum(allocated_amount) - sum(sales_amount + price_adjustment) as lost"
        " from revenue_bridge.fct_performance_obligation group by bargain_id having lost <> 0"
    ).fetchall()
    assert rows == []


def test_none_of_the_examples_lacks_a_price(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        "select source_key from operations.exception where exception_type in"
        " ('stand_alone_price_missing', 'residual_out_of_range', 'contract_part_without_element')"
    ).fetchall()
    assert rows == []
