"""The traps of reconciliation, each with the tests that a fall into it would fail.

A trap is a way to be wrong that still adds up. The table names what stands against each one, so
that whoever removes a test sees what it guarded; the tests below had no better place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from expectations.declared import RULES, SUITES, load
from tests.worked_example.replay import Replay

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "dbt_project"

# Trap -> tests: `file::function` of pytest, a dbt unit or data test, a check of the gate.
TRAPS: dict[str, tuple[str, ...]] = {
    "1 deals joined to orders many to many and summed": (
        "dbt_project/test_allocation_properties.py::"
        "test_a_join_of_many_to_many_always_overstates_and_slices_never",
        "unit slices_add_up_to_their_lines",
    ),
    "2 header and line amounts both summed": (
        "data assert_bookings_equal_opportunities",
        "unit lines_add_up_to_the_deal",
        "gate money_conserved",
    ),
    "3 'other' by subtraction hides offsetting errors": (
        "dbt_project/test_traps.py::test_errors_that_offset_each_other_are_two_rows",
        "data assert_nothing_is_unclassified",
        "gate line_99_is_empty",
    ),
    "4 who leaves has no row in the later period": (
        "gate identity_of_every_leg",
        "data assert_bridge_identity_holds",
        "data assert_rollforward_opens_where_it_closed",
        "worked_example/test_random_exports.py::test_every_leg_closes_on_random_exports",
    ),
    "5 late edits of deals, deleted ones included": (
        "unit an_amount_is_edited_after_it_was_ordered",
        "unit a_deal_is_withdrawn_in_one_of_three_ways",
        "unit a_row_is_its_latest_known_version",
    ),
    "6 reopened and closed again": (
        "unit versions_follow_one_another",
        "unit a_change_is_told_once",
    ),
    "7 the document's date is not the posting period": ("unit documents_fall_into_periods",),
    "8 a credit and a second bill look like churn": ("unit a_credit_and_a_second_bill_are_a_pair",),
    "9 greatest, abs and shares break on negative amounts": (
        "dbt_project/test_allocation_properties.py::"
        "test_slices_conserve_both_sides_in_whole_minor_units",
    ),
    "10 billed to the child, sold to the parent": ("unit an_order_is_found_in_the_family",),
    "11 sales within the group counted twice": (
        "unit the_lowest_priority_names_the_channel",
        "data assert_hops_between_cells_net_to_zero",
    ),
    "12 a later merge restates history": (
        "dbt_project/test_identity_over_nights.py::"
        "test_a_later_merge_leaves_the_quarter_before_as_it_was",
    ),
    "13 a division makes a float, a bare decimal rounds": (
        "dbt_project/test_traps.py::test_no_column_is_a_float_or_a_bare_decimal",
        "dbt_project/test_models.py::test_no_clock_no_float_no_select_distinct",
    ),
    "14 a general branch hides a special one": (
        "dbt_project/test_traps.py::test_every_long_case_has_a_unit_test",
        "unit leg2_lines_by_truth_table",
        "unit leg3_lines_by_truth_table",
        "unit leg4_lines_by_truth_table",
    ),
    "15 match rates by count flatter": (
        "unit quality_of_a_night",
        "unit match_status_of_an_account",
    ),
    "16 a bridge agrees with itself and is wrong": (
        "gate anchor_ties_to_source",
        "gate source_totals_agree",
        "data assert_anchors_meet_control_totals",
        "worked_example/test_one_cent.py::test_no_cent_is_met_with_silence",
    ),
}


def ymls() -> Iterator[dict[str, Any]]:
    for file in sorted(PROJECT.rglob("_*.yml")):
        yield yaml.safe_load(file.read_text(encoding="utf-8")) or {}


def known() -> set[str]:
    """Every test there is, as the table names it."""
    units = {f"unit {test['name']}" for yml in ymls() for test in yml.get("unit_tests", ())}
    data = {f"data {file.stem}" for file in (PROJECT / "tests").rglob("*.sql")}
    gate = {f"gate {check.id}" for suite in load(SUITES, RULES) for check in suite.checks}
    functions = {
        f"{file.relative_to(REPOSITORY / 'tests')}::{node.name}"
        for file in (REPOSITORY / "tests").rglob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    return units | data | gate | functions


def test_sixteen_traps_are_guarded_by_tests_that_exist() -> None:
    assert [int(trap.split()[0]) for trap in TRAPS] == list(range(1, 17))
    named = {test for tests in TRAPS.values() for test in tests}
    assert named - known() == set()


@pytest.fixture(scope="module")
def replay(worked_example: Path) -> Replay:
    return Replay(worked_example)


def test_errors_that_offset_each_other_are_two_rows(replay: Replay) -> None:
    """Trap 3: a hundred too much on one deal and too little on another sum to nothing, and show.

    Both deals are of one cell and have an order of the very amount; their lines are left alone.
    """
    deals = replay.connection.execute(
        """
        select deal.crm_system, deal.opportunity_id, deal.entity, deal.currency, deal.close_date
        from marts.opportunity_to_order.fct_opportunity_to_cash as deal
        where deal.booked_amount = deal.ordered_amount
            and date_trunc('month', deal.close_date) = date '2026-02-01'
        order by deal.opportunity_id limit 2
        """
    ).fetchall()
    assert len({deal[2:4] for deal in deals}) == 1
    ids = [deal[1] for deal in deals]
    change = "update warehouse.raw_salesforce.opportunity set amount = amount + ? where id = ?"
    try:
        replay.connection.execute(change, [100, ids[0]])
        replay.connection.execute(change, [-100, ids[1]])
        replay.rebuild("salesforce.opportunity")
        found = replay.connection.execute(
            """
            select opportunity_id, line_code, sum(amount)
            from marts.revenue_bridge.fct_bridge_atom
            where definition_id = 'standard' and leg = 1 and opportunity_id in (?, ?)
                and (line_code like '%.99' or line_code = '1.19')
            group by all order by 3
            """,
            ids,
        ).fetchall()
    finally:
        replay.connection.execute(change, [-100, ids[0]])
        replay.connection.execute(change, [100, ids[1]])
        replay.rebuild("salesforce.opportunity")
    assert found == [(ids[0], "1.99", Decimal(-100)), (ids[1], "1.99", Decimal(100))]


def test_no_column_is_a_float_or_a_bare_decimal(worked_example: Path) -> None:
    """Trap 13, in what was really built: raw, staging, intermediate and published."""
    files = ("warehouse.duckdb", "publications/current/marts.duckdb")
    for file in files:
        with duckdb.connect(str(worked_example / file), read_only=True) as connection:
            columns = connection.execute(
                """
                select schema_name || '.' || table_name || '.' || column_name, data_type
                from duckdb_columns() where not internal
                """
            ).fetchall()
        assert len(columns) > 500
        assert [row for row in columns if row[1] in {"FLOAT", "DOUBLE", "DECIMAL(18,3)"}] == []


def branches(sql: str) -> int:
    """Most conditions of any `case` of a model; one over the values of a column has no order."""
    sql = re.sub(r"\{#.*?#\}", " ", sql, flags=re.DOTALL)
    sql = re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", sql)
    found = re.findall(r"\bcase\s+(when\b.*?)\bend\b", sql, flags=re.DOTALL)
    return max((len(re.findall(r"\bwhen\b", one)) for one in found), default=0)


def test_every_long_case_has_a_unit_test() -> None:
    """Trap 14: from three conditions on, their order decides."""
    tested = {test["model"] for yml in ymls() for test in yml.get("unit_tests", ())}
    long = {
        file.stem
        for file in (PROJECT / "models").rglob("*.sql")
        if branches(file.read_text(encoding="utf-8")) > 2
    }
    assert len(long) > 20
    assert sorted(long - tested) == []
