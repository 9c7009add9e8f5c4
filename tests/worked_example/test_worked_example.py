"""The worked example of the bridge, from vendor exports to published lines, to the cent.

One entity, USD, the first quarter of 2026: 2,400,000 booked, 2,100,000 recognised, and every line
between them. `exports/` holds what Salesforce and NetSuite would send: 24 deals, 27 orders and what
became of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

QUARTER = "period between date '2026-01-01' and date '2026-03-31' and definition_id = 'standard'"
KEY = ("Tieout Instruments Inc", "USD")

LINES = {
    "1.02": "-100000.00",  # Acme's deal, entered twice
    "1.05": "-25000.00",
    "1.06": "-40000.00",
    "1.09": "-60000.00",
    "1.13": "-240000.00",  # three years sold, one ordered
    "1.17": "-15000.00",
    "1.18": "-4125.00",
    "1.20": "800000.00",
    "2.01": "45000.00",
    "2.02": "-120000.00",
    "2.03": "-60000.00",
    "2.07": "-35000.00",
    "3.01": "-521625.01",
    "3.02": "62000.00",
    "3.03": "15000.00",
    "3.08": "-1250.00",
    "3.13": "0.01",
}
ANCHORS = {
    "bookings": "2400000.00",
    "orders": "2715875.00",
    "billings": "2545875.00",
    "revenue": "2100000.00",
}
# What one record, or one channel, contributes: deals by name, orders without a deal by channel.
DEALS = {
    ("1.02", "Acme - Control Tower line 4"): "-100000.00",
    ("1.05", "Brightwater Utilities - AnaLine 30 Gas Analyzer 2026"): "-25000.00",
    ("1.06", "Calloway Paper - VariDrive 160 kW 2026"): "-40000.00",
    ("1.09", "Deltona Brewing - AnaLine 55 Gas Analyzer 2026"): "-150000.00",
    ("1.09", "Everline Chemicals - VariDrive 250 kW 2025"): "90000.00",
    ("1.13", "Fairmont Cement - Enterprise Annual 2026"): "-240000.00",
    ("1.17", "Gladwyn Pharma - AnaLine 55 Gas Analyzer 2026"): "-15000.00",
    ("1.18", "Calloway Paper - ProFlow 650 High-Temperature 2026"): "-4125.00",
    ("1.20", "edi"): "500000.00",
    ("1.20", "phone"): "120000.00",
    ("1.20", "ecommerce"): "180000.00",
}


@pytest.fixture(scope="module")
def marts(
    worked_example: Path, worked_example_exports: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, with the exports beside them, all text."""
    file = worked_example / "publications" / "current" / "marts.duckdb"
    with duckdb.connect() as connection:
        for path in worked_example_exports.glob("*/*.csv"):
            connection.execute(f"create schema if not exists {path.parent.name}")
            connection.execute(
                f'create table {path.parent.name}."{path.stem}" as '
                f"from read_csv('{path}', all_varchar = true)"
            )
        connection.execute(f"attach '{file.resolve()}' as marts (read_only)")
        connection.execute(
            "set search_path = 'memory.main,marts.revenue_bridge,marts.opportunity_to_order'"
        )
        yield connection


def amounts(marts: duckdb.DuckDBPyConnection, query: str) -> dict[object, Decimal]:
    """Amounts by the columns before the last one; those that are nothing in all are left out."""
    found = marts.execute(query).fetchall()
    by_key = {one[0] if len(one) == 2 else one[:-1]: one[-1] for one in found if one[-1] != 0}
    assert len({one[:-1] for one in found}) == len(found)
    return by_key


def decimals(stated: dict[str, str] | dict[tuple[str, str], str]) -> dict[object, Decimal]:
    return {key: Decimal(value) for key, value in stated.items()}


def test_anchors(marts: duckdb.DuckDBPyConnection) -> None:
    found = amounts(
        marts,
        f"select anchor, sum(amount) from rpt_bridge_anchor where {QUARTER} and anchor <> 'cash' "
        "group by anchor",
    )
    assert found == decimals(ANCHORS)


def test_every_line_of_three_legs(marts: duckdb.DuckDBPyConnection) -> None:
    found = amounts(
        marts,
        f"select line_code, sum(amount) from rpt_revenue_bridge where {QUARTER} and leg <= 3 "
        "group by line_code",
    )
    assert found == decimals(LINES)


def test_all_of_it_is_one_entity_and_one_currency(marts: duckdb.DuckDBPyConnection) -> None:
    keys = marts.execute(
        "select entity, currency from rpt_bridge_anchor union select entity, currency "
        "from rpt_revenue_bridge"
    ).fetchall()
    assert keys == [KEY]


def test_bookings_less_lines_make_revenue() -> None:
    """The example itself adds up, so that the numbers above cannot be wrong together."""
    lines = decimals(LINES)
    for leg, left, right in (
        ("1", "bookings", "orders"),
        ("2", "orders", "billings"),
        ("3", "billings", "revenue"),
    ):
        moved = sum(amount for code, amount in lines.items() if str(code).startswith(leg))
        assert Decimal(ANCHORS[left]) + moved == Decimal(ANCHORS[right])


def test_every_cell_adds_up_on_its_own(marts: duckdb.DuckDBPyConnection) -> None:
    """Not only the quarter: each period, of each definition set, and every leg."""
    off = marts.execute(
        """
        with leg (leg, left_anchor, right_anchor) as (
            values (1, 'bookings', 'orders'), (2, 'orders', 'billings'),
                (3, 'billings', 'revenue'), (4, 'billings', 'cash')
        ), part as (
            select definition_id, entity, currency, period, leg, amount
            from rpt_bridge_anchor inner join leg on anchor = left_anchor
            union all
            select definition_id, entity, currency, period, leg, -amount
            from rpt_bridge_anchor inner join leg on anchor = right_anchor
            union all
            select definition_id, entity, currency, period, leg, amount from rpt_revenue_bridge
        )
        select definition_id, period, leg, sum(amount) from part
        group by all having sum(amount) <> 0
        """
    ).fetchall()
    assert off == []


def test_leg_1_names_its_deals_and_channels(marts: duckdb.DuckDBPyConnection) -> None:
    found = amounts(
        marts,
        f"""
        select line_code, coalesce(deal.Name, line_detail), sum(atom.amount)
        from fct_bridge_atom as atom
        left join salesforce.Opportunity as deal on deal.Id = opportunity_id
        where {QUARTER} and leg = 1 group by all
        """,
    )
    assert found == decimals(DEALS)


def test_leg_2_names_its_documents(marts: duckdb.DuckDBPyConnection) -> None:
    """An order is named by its customer; hops inside the quarter (2.02) are nothing in all."""
    found = amounts(
        marts,
        f"""
        select line_code, customer.companyname, sum(amount)
        from fct_bridge_atom
        inner join netsuite.transaction as document on document.id = document_id
        inner join netsuite.customer as customer on customer.id = document.entity
        where {QUARTER} and leg = 2 group by all
        """,
    )
    assert found == decimals(
        {
            ("2.01", "Gladwyn Pharmaceuticals Corporation"): "45000.00",
            ("2.02", "Fairmont Cement LLC"): "-120000.00",
            ("2.03", "Harrow Steel Inc."): "-60000.00",
            ("2.07", "Gladwyn Pharmaceuticals Corporation"): "-35000.00",
        }
    )


def test_deferrals_are_those_of_the_example(marts: duckdb.DuckDBPyConnection) -> None:
    """3.01 by the order's customer: invoices through their order, journals through plans."""
    found = amounts(
        marts,
        f"""
        with billed as (
            select nextdoc as document_id, any_value(previousdoc) as order_id
            from netsuite.next_transaction_line_link where linktype = 'OrdBill' group by nextdoc
        ), released as (
            select planned.journal as document_id, planned.journalline as document_line_id,
                element.sourcetransaction as order_id
            from netsuite.revenue_plan_planned_revenue as planned
            inner join netsuite.revenue_plan as plan on plan.id = planned.revenueplan
            inner join netsuite.revenue_element as element on element.id = plan.createdfrom
        )
        select customer.companyname, sum(atom.amount)
        from fct_bridge_atom as atom
        left join billed on billed.document_id = atom.document_id
        left join released on released.document_id = atom.document_id
            and released.document_line_id = atom.document_line_id
        left join netsuite.transaction as ordered
            on ordered.id = coalesce(billed.order_id, released.order_id)
        left join netsuite.customer as customer on customer.id = ordered.entity
        where {QUARTER} and line_code = '3.01' group by all
        """,
    )
    assert found == decimals(
        {
            "Fairmont Cement LLC": "-90000.00",
            "DELTONA BREWING CO": "-200000.00",
            "Everline Chemicals Inc": "-110000.00",
            "Harrow Steel Inc.": "-121625.01",
        }
    )


def test_a_pending_credit_is_a_memo(marts: duckdb.DuckDBPyConnection) -> None:
    (found,) = marts.execute(
        "select sum(net_amount), sum(pending_amount), sum(net_of_pending_amount) "
        "from rpt_net_billings where period between date '2026-01-01' and date '2026-03-31'"
    ).fetchall()
    assert found == (Decimal("2545875.00"), Decimal("-12000.00"), Decimal("2533875.00"))
    memo = marts.execute("select document_type, amount from rpt_pending_credit").fetchall()
    assert memo == [("credit_memo", Decimal("-12000.00"))]


def test_no_row_is_unclassified(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute("select * from fct_bridge_atom where line_code like '%.99'").fetchall()
    assert found == []


def test_gross_movement_and_what_needs_action(marts: duckdb.DuckDBPyConnection) -> None:
    """The gap of 300,000 is not a problem of 300,000."""
    lines = amounts(
        marts,
        f"select line_code, sum(amount) from rpt_revenue_bridge where {QUARTER} and leg <= 3 "
        "group by line_code",
    )
    # The two hops of 1.09 go opposite ways: gross, each counts.
    gross = sum(abs(amount) for code, amount in lines.items() if code != "1.09") + 240000
    assert (gross, sum(lines.values())) == (Decimal("2324000.02"), Decimal("-300000.00"))
    assert lines["1.05"] + lines["1.06"] == Decimal("-65000.00")
    assert lines["1.02"] == Decimal("-100000.00")
