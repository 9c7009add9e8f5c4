"""What the demo company's night publishes about deals and orders keeps the promises of linking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

EXPLICIT = ("opportunity id on order", "opportunity line id on order line")


@pytest.fixture(scope="module")
def marts(published_home: Path, demo_exports: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        path = published_home / "publications" / "current" / "marts.duckdb"
        connection.execute(f"attach '{path}' as marts (read_only)")
        connection.execute("use marts")
        for name in ("netsuite/transaction", "salesforce/Opportunity"):
            connection.execute(
                f"create temp table {name.split('/')[1].lower()} as "
                f"from read_csv('{demo_exports / name}.csv', all_varchar = true, header = true)"
            )
        yield connection


def count(marts: duckdb.DuckDBPyConnection, query: str) -> int:
    found = marts.execute(query).fetchone()
    assert found
    return int(found[0])


def test_what_waits_for_a_person_is_linked_nowhere_and_says_so(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    queue = "opportunity_to_order.rpt_order_link_review"
    assert count(marts, f"select count(*) from {queue}") > 0
    assert (
        count(
            marts,
            f"select count(*) from {queue} as waiting "
            "semi join opportunity_to_order.fct_allocation as linked "
            "on waiting.erp_system = linked.erp_system and waiting.order_id = linked.order_id "
            # an order of one deal may have room for another
            "where waiting.evidence not like '%what the order has beyond the deal it names%' "
            "and waiting.why_not_accepted not like '%has room for both'",
        )
        == 0
    )
    assert (
        marts.execute(
            f"select waiting.opportunity_id from {queue} as waiting "
            "anti join opportunity_to_order.rpt_leakage as leakage "
            "on waiting.opportunity_id = leakage.opportunity_id "
            "and leakage.reason = 'waits_for_link_review' "
            "anti join opportunity_to_order.fct_allocation as linked "
            "on waiting.opportunity_id = linked.opportunity_id where waiting.is_won"
        ).fetchall()
        == []
    )
    assert (
        marts.execute(
            f"select order_id, max(order_amount), sum(distinct_amount) from ("
            f"  select waiting.order_id, waiting.order_amount, unlinked.amount as distinct_amount"
            f"  from (select order_id, any_value(order_amount) as order_amount from {queue}"
            "        group by order_id) as waiting"
            "  left join opportunity_to_order.fct_unlinked_order as unlinked using (order_id)"
            ") group by order_id having max(order_amount) is distinct from sum(distinct_amount)"
        ).fetchall()
        == []
    )


def test_no_rule_breaks_an_explicit_reference(marts: duckdb.DuckDBPyConnection) -> None:
    """An order that bears the id of a live deal is that deal's, or that of its lines' ids."""
    marts.execute("""
        create or replace temp table stated as
        select transaction.id as order_id, opportunity.id as opportunity_id
        from transaction
        inner join opportunity on transaction.custbody_sf_opportunity_id = opportunity.id
        where transaction.type = 'SalesOrd' and coalesce(opportunity.isdeleted, 'false') <> 'true'
    """)
    assert count(marts, "select count(*) from stated") > 100
    assert (
        marts.execute(f"""
        select linked.order_id, linked.opportunity_id, linked.link_rule
        from opportunity_to_order.fct_allocation as linked
        inner join stated using (order_id)
        where linked.opportunity_id <> stated.opportunity_id and linked.link_rule not in {EXPLICIT}
    """).fetchall()
        == []
    )


def test_each_grade_has_rules_of_its_own(marts: duckdb.DuckDBPyConnection) -> None:
    grades = dict(
        marts.execute("""
            select evidence_grade, list(link_rule order by link_rule)
            from (
                select evidence_grade, link_rule
                from opportunity_to_order.fct_allocation group by all
            )
            group by evidence_grade
        """).fetchall()
    )
    assert {"A", "B", "C"} <= grades.keys()
    assert all(rule.startswith("scored candidate") for rule in grades["C"])
    assert {"customer, items, amount and date", "several orders of one deal"} <= set(grades["B"])
    assert not any("scored" in rule for rule in (*grades["A"], *grades["B"]))
