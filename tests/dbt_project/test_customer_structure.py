"""A small group of companies, landed on two nights: who owns whom, and who orders for whom.

The CRM knows the holding, a region below it, and the companies of the region; the ERP bills the
companies and the holding. On the second night the region's account has vanished from the CRM.
Ormond Pumps buys under the number 4711; its holding orders, and it is billed itself.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

EXPORTS = Path(__file__).with_name("structure")


@pytest.fixture(scope="module")
def marts(
    tmp_path_factory: pytest.TempPathFactory,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The candidate's marts after both nights."""
    base = tmp_path_factory.mktemp("structure")
    exports, home = base / "exports", base / "home"
    shutil.copytree(EXPORTS, exports)
    tieout("land", "--exports", exports, home=home)
    accounts = exports / "salesforce" / "Account.csv"
    lines = accounts.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "Region West" not in line]
    assert len(kept) == len(lines) - 1
    accounts.write_text("".join(kept), encoding="utf-8")
    tieout("land", "--exports", exports, home=home)
    tieout("build", home=home)
    (candidate,) = (home / "work" / "candidate").glob("*/marts.duckdb")
    with duckdb.connect(str(candidate), read_only=True) as connection:
        connection.execute("set search_path = 'account_mapping'")
        # whichever system's spelling the golden record takes
        connection.execute(
            "create temp macro bare(name) as regexp_replace(name, ' (Inc|Corp)[.]$', '')"
        )
        yield connection


def test_parents_lead_to_the_top_over_a_vanished_account(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Both sides say so of Pumps, the CRM over the vanished region.

    Of Valves, which has not ordered yet, the CRM counts. The region keeps its own parent, so that
    its deals add up.
    """
    found = marts.execute(
        """
        select bare(child.customer_name), bare(parent.customer_name), bare(top.customer_name),
            child.hierarchy_level, child.parent_relation, child.parent_source
        from dim_customer as child
        left join dim_customer as parent on child.parent_customer_key = parent.customer_key
        left join dim_customer as top on child.ultimate_parent_customer_key = top.customer_key
        where child.customer_name like 'Ormond%'
        order by 1
        """
    ).fetchall()
    holding, valves = "Ormond Holding", "Ormond Valves"
    assert found == [
        (holding, None, holding, 0, None, None),
        ("Ormond Pumps", holding, holding, 1, "subsidiary", "both"),
        ("Ormond Region West", holding, holding, 1, "subsidiary", "crm"),
        (valves, holding, holding, 1, "subsidiary", "crm"),
        (f"{valves} Plant 2", valves, holding, 2, "branch", "crm"),
    ]


def test_the_family_adds_up(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        """
        select bare(top.customer_name), count(*), max(tree.depth)
        from map_customer_hierarchy as tree
        inner join dim_customer as top on tree.ancestor_customer_key = top.customer_key
        where bare(top.customer_name) in ('Ormond Holding', 'Ormond Valves', 'Orphan Works')
        group by 1 order by 1
        """
    ).fetchall()
    assert found == [("Ormond Holding", 5, 2), ("Ormond Valves", 2, 1), ("Orphan Works", 1, 0)]


def test_the_worth_of_a_family_counts_deals_and_service(
    marts: duckdb.DuckDBPyConnection, repository: Path
) -> None:
    query = (repository / "tests" / "questions" / "21_worth_of_a_customer.sql").read_text()
    assert marts.execute(query).fetchall() == [
        ("Ormond Holding Corp.", "deal", "USD", 1, Decimal(100), Decimal(100), Decimal(100)),
        ("Ormond Holding Corp.", "service_parts", "USD", 1, None, Decimal(60), None),
    ]


def test_a_ring_is_cut_and_reported_with_the_other_contradictions(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    levels = marts.execute(
        "select hierarchy_level from dim_customer"
        " where customer_name in ('Kestrel Optics', 'Lindqvist Lasers') order by 1"
    ).fetchall()
    assert levels == [(0,), (1,)]
    found = marts.execute(
        """
        select exception_type, source_key[:15], detail from operations.exception
        where exception_type in ('hierarchy_conflict', 'hierarchy_cycle', 'parent_unknown')
        order by 1
        """
    ).fetchall()
    kinds = [row[0] for row in found]
    assert kinds == ["hierarchy_conflict", "hierarchy_cycle", "parent_unknown"]
    assert found[0][2] == (
        'The parent is "Zeta Metals Inc." for the ERP and "Ormond Holding Corp." for the CRM,'
        " which counts"
    )
    assert found[2][1] == "001A0000000ORPH"


def test_the_order_of_the_parent_is_the_deal_of_the_child(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    found = marts.execute(
        "select order_id, booked_amount, ordered_amount, link_rule, evidence_grade"
        " from opportunity_to_order.fct_allocation"
    ).fetchall()
    rule = "purchase order number and corporate family"
    assert found == [("500", Decimal(100), Decimal(100), rule, "B")]
    roles = marts.execute(
        """
        select role.from_role, bare(other.customer_name), role.to_role, role.relation, role.amount
        from map_customer_role as role
        inner join dim_customer as other on role.to_customer_key = other.customer_key
        order by 1 desc
        """
    ).fetchall()
    assert roles == [
        ("sold_to", "Ormond Holding", "ordered_by", "parent", Decimal(100)),
        ("ordered_by", "Ormond Pumps", "billed", "child", Decimal(100)),
    ]


def test_addresses_entities_contacts_and_contracts_hang_on_the_customer(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    sites = marts.execute(
        "select address_role, site_name, street, is_bill_to_address from map_customer_address"
        " where record_type = 'erp_customer' order by 1"
    ).fetchall()
    assert sites == [
        ("bill_to", None, "9 Water St", True),
        ("ship_to", None, "2 Dock Rd", False),
        ("site", "Plant 2", "5 Mill Ln", None),
    ]
    entities = marts.execute(
        "select erp_customer_id, entity, is_primary, is_declared, document_count"
        " from map_customer_entity order by 1, 2"
    ).fetchall()
    assert entities == [
        ("10", "North", True, True, 2),
        ("10", "South", False, True, 0),
        ("12", "North", False, False, 1),
    ]
    persons = marts.execute(
        "select bare(customer.customer_name), count(*), count(distinct contact.person_key)"
        " from dim_contact as contact inner join dim_customer as customer using (customer_key)"
        " group by 1"
    ).fetchall()
    assert persons == [("Ormond Pumps", 2, 1)]
    contracts = marts.execute(
        "select bare(customer.customer_name), contract.end_date::varchar, is_running, deal_count"
        " from dim_contract as contract inner join dim_customer as customer using (customer_key)"
    ).fetchall()
    assert contracts == [("Ormond Pumps", "2026-12-31", True, 1)]
