"""Each check of the gate fails when, and only when, what it guards against is planted."""

# ruff: noqa: E501 - planted SQL stays on one line

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from expectations import declared
from expectations.results import GateResult, read_result
from tieout.errors import DefinitionError, InputError
from tieout.settings import Home

Make = Callable[..., Path]
Judge = Callable[..., GateResult]


@pytest.fixture
def judge(tmp_path: Path, make_candidate: Make) -> Judge:
    """`judge(sql)` plants the SQL in a sound candidate and returns the gate's judgement.

    `only` runs one declared check instead of all.
    """
    from expectations.gate import check

    def run(
        sql: str = "", *, only: str | None = None, tests: list[dict[str, object]] | None = None
    ) -> GateResult:
        directory = make_candidate(Home.resolve(tmp_path / "home"), sql=sql)
        if tests is not None:
            (directory / "data_tests.json").write_text(json.dumps(tests))
        if only is None:
            return check(directory)
        return check(directory, folders=(alone(tmp_path / "suite", only),))

    return run


def alone(folder: Path, check_id: str) -> Path:
    """A folder that declares one of the shipped checks."""
    for suite in declared.load(declared.SUITES, declared.RULES):
        for one in suite.checks:
            if one.id == check_id:
                folder.mkdir()
                content = {"suite": suite.suite, "description": "d", "checks": [stated(one)]}
                (folder / "one.yml").write_text(yaml.safe_dump(content))
                return folder
    raise AssertionError(f"no check is called {check_id}")


def stated(check: declared.Check) -> dict[str, object]:
    return check.model_dump(exclude_none=True)


def failed(result: GateResult) -> dict[str, str]:
    return {one.id: one.severity for one in result.failed()}


def test_a_sound_candidate_passes_without_a_word(judge: Judge) -> None:
    result = judge()
    assert failed(result) == {}
    assert result.passed
    assert len(result.findings) > 60


@pytest.mark.parametrize(
    ("sql", "check", "severity"),
    [
        pytest.param(
            "update revenue_bridge.rpt_bridge_anchor set amount = amount + 0.01 where anchor = 'revenue'",
            "identity_of_every_leg", "critical", id="one cent off on leg 3",
        ),
        pytest.param(
            "delete from revenue_bridge.rpt_bridge_anchor where anchor = 'orders'",
            "identity_of_every_leg", "critical", id="a key that only one anchor knows",
        ),
        pytest.param(
            """insert into revenue_bridge.fct_bridge_atom select atom_key || 'x', definition_id, 'Nowhere',
            currency, period, leg, line_code, line_detail, 5, evidence_grade, '', '', '', '', '', '', ''
            from revenue_bridge.fct_bridge_atom where leg = 2 or leg = 1""",
            "identity_of_every_leg", "critical", id="an atom on a key without anchors",
        ),
        pytest.param(
            "update revenue_bridge.fct_reporting_atom set reporting_amount = reporting_amount + 0.01 where leg = 3",
            "identity_in_reporting_currency", "critical", id="one cent off in reporting currency",
        ),
        pytest.param(
            "delete from revenue_bridge.fct_reporting_atom where leg = 4",
            "reporting_view_is_whole", "critical", id="an atom that is not reported",
        ),
        pytest.param(
            "update revenue_bridge.rpt_reporting_anchor set unconverted_count = 1 where anchor = 'orders'",
            "rate_missing", "warning", id="an order without a rate",
        ),
        pytest.param(
            "update revenue_bridge.rpt_bridge_anchor set amount = null where anchor = 'cash'",
            "anchor_values_present", "critical", id="an anchor without amount",
        ),
        pytest.param(
            "update revenue_bridge.rpt_revenue_bridge set amount = amount + 1 where leg = 1",
            "report_is_sum_of_atoms", "critical", id="report is not its atoms",
        ),
        pytest.param(
            "insert into revenue_bridge.fct_bridge_atom from revenue_bridge.fct_bridge_atom where leg = 1",
            "atom_key_unique", "critical", id="an atom twice",
        ),
        pytest.param(
            "update revenue_bridge.fct_bridge_atom set line_code = '1.09' where leg = 1",
            "timing_nets_out", "critical", id="half a hop",
        ),
        pytest.param(
            "update revenue_bridge.fct_bridge_atom set line_code = '1.10' where leg = 1",
            "entity_hops_net_out", "critical", id="half an entity hop",
        ),
        pytest.param(
            "update revenue_bridge.fct_bridge_atom set line_code = '2.01' where leg = 1",
            "line_belongs_to_leg", "critical", id="a line of another leg",
        ),
        pytest.param(
            "update revenue_bridge.fct_bridge_atom set evidence_grade = 'F' where leg = 1",
            "atom_evidence_grade:evidence_grade", "critical", id="a grade that does not exist",
        ),
        pytest.param(
            "update revenue_bridge.rpt_bridge_anchor set control_difference = 0.01 where anchor = 'cash'",
            "anchor_ties_to_source", "critical", id="control total",
        ),
        pytest.param(
            "update operations.rpt_control_total set difference = 1",
            "source_totals_agree", "critical", id="what the source says it sent",
        ),
        pytest.param(
            "insert into operations.rpt_stated_total_difference values ('netsuite', 'document',"
            " 'document_total', '7', 'USD', 'Total', 'Head', 90.00, 90.01, 0.01)",
            "stated_totals_agree", "warning", id="an amount stated twice and not alike",
        ),
        pytest.param(
            "update operations.load_audit set rows_landed = rows_landed - 1 where object = 'item'",
            "rows_read_are_accounted", "critical", id="a row lost in landing",
        ),
        pytest.param(
            "update operations.rpt_conservation set rows_out = 1",
            "rows_conserved", "critical", id="a row lost in a join",
        ),
        pytest.param(
            "update operations.rpt_conservation set amount_out = 99.99",
            "money_conserved", "critical", id="a cent lost in a join",
        ),
        pytest.param(
            "update operations.load_audit set watermark = '2026-06-26' where object = 'transaction'",
            "freshness_critical", "critical", id="older than the critical limit",
        ),
        pytest.param(
            "update operations.load_audit set watermark = '2026-06-30 10:00' where object = 'transaction'",
            "freshness_warning", "warning", id="older than the service level",
        ),
        pytest.param(
            "update operations.load_audit set watermark = null where object = 'transaction'",
            "freshness_unknown", "info", id="no stamp to judge its age by",
        ),
        pytest.param(
            "delete from operations.load_audit where object = 'item'",
            "governed_object_never_landed", "warning", id="never landed",
        ),
        pytest.param(
            "insert into opportunity_to_order.fct_allocation from opportunity_to_order.fct_allocation",
            "allocation_key", "critical", id="a slice twice",
        ),
        pytest.param(
            "insert into account_mapping.map_account_customer from account_mapping.map_account_customer",
            "link_key", "critical", id="a link twice",
        ),
        pytest.param(
            "alter table opportunity_to_order.rpt_leakage drop column age_business_days",
            "leakage_columns", "critical", id="a promised column gone",
        ),
        pytest.param(
            "update opportunity_to_order.fct_opportunity_to_cash set booked_amount = null",
            "deal_present", "critical", id="a deal without amount",
        ),
        pytest.param(
            "update revenue_bridge.rpt_deferred_rollforward set opening = 31 where period = '2026-02-01'",
            "deferred_opening_is_closing", "critical", id="deferred leaks between months",
        ),
        pytest.param(
            "update revenue_bridge.rpt_deferred_rollforward set difference = 2",
            "deferred_ties_to_ledger", "warning", id="deferred is not the ledger's",
        ),
        pytest.param(
            "update revenue_bridge.rpt_contract_asset_rollforward set opening = 4 where period = '2026-02-01'",
            "contract_asset_opening_is_closing", "critical", id="contract assets leak between months",
        ),
        pytest.param(
            "update revenue_bridge.rpt_contract_asset_rollforward set difference = 2",
            "contract_asset_ties_to_ledger", "warning", id="contract assets are not the ledger's",
        ),
        pytest.param(
            "update revenue_bridge.rpt_contract_balance set ledger_contract_asset = 9 where period = '2026-02-01'",
            "contract_balances_add_up", "critical", id="a contract's asset is on no list",
        ),
        pytest.param(
            "delete from revenue_bridge.rpt_contract_balance where period = '2026-01-01'",
            "contract_balances_add_up", "critical", id="a month without its contracts",
        ),
        pytest.param(
            "update revenue_bridge.rpt_contract_balance set balance_difference = 0.01 where is_closed",
            "contract_balance_is_the_ledgers", "warning", id="the ledger has another liability",
        ),
        pytest.param(
            "update revenue_bridge.rpt_contract_balance set receivable_difference = 0.01 where is_closed",
            "receivable_is_the_ledgers", "warning", id="the ledger has another receivable",
        ),
        pytest.param(
            "insert into opportunity_to_order.rpt_leakage values ('standard', 's', 'o', 'USD', 40000, 9, 'leakage')",
            "leakage", "warning", id="leakage",
        ),
        pytest.param(
            "insert into opportunity_to_order.rpt_blocked_order values ('order', '9', 'credit', 'USD', 1, 'C', 1)",
            "orders_blocked", "info", id="an order on hold",
        ),
        pytest.param(
            """insert into operations.exception (exception_type, object, source_key, owner, detail)
            values ('steward_decision_stale', 'steward_decision', 'd1', 'Dana', 'never landed')""",
            "steward_decisions_need_a_look", "warning", id="a decision about nobody",
        ),
        pytest.param(
            "insert into account_mapping.rpt_duplicate_review values ('s', 'a', 'b', 0.5, 'e', 1)",
            "duplicates_to_review", "info", id="two accounts that may be one",
        ),
        pytest.param(
            "insert into opportunity_to_order.rpt_order_link_review"
            " values ('SO1', 'd1', 1, 1, 12, 'others fit as well', 'USD', 5)",
            "order_links_to_review", "info", id="an order that two deals fit",
        ),
        pytest.param(
            "update operations.dead_letter set status = 'open'",
            "dead_letters_open", "warning", id="a dead letter",
        ),
        pytest.param(
            "update operations.rpt_customer_record set crm_account_id = null",
            "require_crm_account_id", "warning", id="rule crm_account_id",
        ),
        pytest.param(
            "update operations.rpt_customer_record set legal_customer_name = ' '",
            "require_legal_customer_name", "warning", id="rule legal_customer_name",
        ),
        pytest.param(
            "update operations.rpt_customer_record set billing_country = null",
            "require_billing_country", "warning", id="rule billing_country",
        ),
        pytest.param(
            "update operations.rpt_customer_record set customer_status = null",
            "require_customer_status", "warning", id="rule customer_status",
        ),
        pytest.param(
            """insert into operations.rpt_customer_record
            select crm_system, 'a2', * exclude (crm_system, crm_account_id) from operations.rpt_customer_record""",
            "unique_erp_customer_id", "warning", id="rule unique erp_customer_id",
        ),
        pytest.param(
            "update operations.rpt_customer_record set is_inactive_in_erp = true, orders_after_inactivation = 2",
            "inactive_customer_no_new_orders", "warning", id="rule inactive customer",
        ),
        pytest.param(
            """insert into operations.rpt_review_queue values ('salesforce', 'account', 'a1', 'tax_region',
            'US-CA', 'US-NV', '2026-06-17 14:22', true, 'requires_finance_review', 'open')""",
            "review_when_tax_region_or_legal_name_changes", "warning", id="rule review",
        ),
        pytest.param(
            "update account_mapping.rpt_match_quality set account_match_rate = 0.88",
            "match_rate_fell", "warning", id="fewer accounts are matched",
        ),
        pytest.param(
            "update account_mapping.rpt_match_quality set amount_match_rate = 0.92 where currency = 'USD'",
            "match_rate_fell", "warning", id="less money is matched",
        ),
        pytest.param(
            "update account_mapping.rpt_match_drift set cause = 'rules_or_other_records' where cause = 'record_gone'",
            "links_lost", "critical", id="links lost without a reason",
        ),
        pytest.param(
            "update account_mapping.rpt_steward_agreement set auto_precision_high = 0.94",
            "rule_contradicted_by_stewards", "warning", id="a rule that stewards reject",
        ),
    ],
)  # fmt: skip
def test_planted(judge: Judge, sql: str, check: str, severity: str) -> None:
    result = judge(sql, only=check.split(":")[0])
    assert failed(result).get(check) == severity, failed(result)
    assert result.passed is (severity != "critical")


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            "update definitions.matching_threshold set value = 0.5 where threshold = 'match_drift_critical'",
            id="the limit was raised",
        ),
        pytest.param("delete from account_mapping.rpt_match_drift where crm_account_id not like 'a1%'", id="fewer than 20"),
    ],
)  # fmt: skip
def test_links_lost_within_limits_are_no_reason_to_refuse(judge: Judge, sql: str) -> None:
    unexplained = "update account_mapping.rpt_match_drift set cause = 'changed_record'"
    assert failed(judge(f"{unexplained}; {sql}", only="links_lost")) == {}


def test_line_99_publishes_and_shows_its_money(judge: Judge) -> None:
    result = judge(
        "update revenue_bridge.fct_bridge_atom set line_code = '1.99' where leg = 1;"
        "update revenue_bridge.rpt_revenue_bridge set line_code = '1.99' where leg = 1"
    )
    (finding,) = result.failed()
    assert (finding.id, finding.severity, finding.unexpected_count) == (
        "line_99_is_empty",
        "warning",
        1,
    )
    assert finding.money == [{"currency": "USD", "amount": "10.0000"}]
    assert finding.sample[0]["opportunity_id"] == "o1"
    assert result.passed


def test_offsetting_rows_on_line_99_are_not_hidden_by_their_sum(judge: Judge) -> None:
    both = (
        "insert into revenue_bridge.fct_bridge_atom select atom_key || sign, definition_id, entity, "
        "currency, period, leg, '1.99', line_detail, 7 * sign, 'E', crm_system, opportunity_id, "
        "opportunity_line_id, erp_system, document_type, document_id, document_line_id "
        "from revenue_bridge.fct_bridge_atom, (values (1), (-1)) as s (sign) where leg = 1;"
        "insert into revenue_bridge.rpt_revenue_bridge select definition_id, entity, currency, "
        "period, leg, '1.99', 'x', 0, 2 from revenue_bridge.rpt_revenue_bridge where leg = 1"
    )
    (finding,) = judge(both, only="line_99_is_empty").failed()
    assert finding.unexpected_count == 2
    assert finding.money == [{"currency": "USD", "amount": "14.0000"}]


def test_a_missing_table_is_refused_by_name(judge: Judge) -> None:
    result = judge("drop table revenue_bridge.rpt_bridge_anchor", only="anchor_ties_to_source")
    assert not result.passed
    missing = [one for one in result.failed("critical") if one.observed == "table missing"]
    assert "revenue_bridge.rpt_bridge_anchor is missing" in missing[0].meaning


def test_a_refusal_says_how_much_money_it_is_about(judge: Judge) -> None:
    """Of the failing rows themselves, without sign, and of no row that is no money."""
    result = judge(
        "update revenue_bridge.rpt_bridge_anchor set amount = amount + 0.01 where anchor = 'cash'",
        only="identity_of_every_leg",
    )
    (finding,) = [one for one in result.failed() if one.id == "identity_of_every_leg"]
    money = {one["currency"]: Decimal(one["amount"]) for one in finding.money}
    assert money
    assert {currency: Decimal(row["difference"]) for row in finding.sample
            for currency in [row["currency"]]}.keys() == money.keys()  # fmt: skip
    assert sum(money.values()) == Decimal("0.01") * (finding.unexpected_count or 0)


def test_a_check_that_cannot_run_fails(judge: Judge) -> None:
    result = judge(
        "alter table operations.rpt_control_total drop column difference",
        only="source_totals_agree",
    )
    assert failed(result)["source_totals_agree"] == "critical"
    (finding,) = [one for one in result.failed() if one.id == "source_totals_agree"]
    assert finding.observed.startswith("could not be judged")


def test_failing_data_tests_refuse_and_warnings_show(judge: Judge) -> None:
    def one(name: str, status: str, failures: int | None) -> dict[str, object]:
        return {
            "test": name,
            "file": f"tests/{name}.sql",
            "status": status,
            "failures": failures,
            "message": "Got rows",
            "seconds": 0.1,
        }

    result = judge(
        only="anchor_names", tests=[one("a", "pass", 0), one("b", "warn", 2), one("c", "fail", 3)]
    )
    assert failed(result) == {"b": "warning", "c": "critical"}
    assert "c (3 rows)" in result.reason()


def test_gate_json_is_the_judgement(judge: Judge, tmp_path: Path) -> None:
    result = judge("update operations.rpt_conservation set rows_out = 1", only="rows_conserved")
    directory = tmp_path / "home" / "work" / "candidate" / result.publication_id
    content = json.loads((directory / "gate.json").read_text())
    assert content["passed"] is False
    assert content["counts"]["critical_failed"] == 1
    assert content["expectations"][0]["id"] == "rows_conserved"
    assert content["expectations"][0]["sample"][0]["lost"] == "1"
    assert read_result(directory) == result


def test_the_gate_leaves_the_candidate_as_it_was(tmp_path: Path, make_candidate: Make) -> None:
    from expectations.gate import check
    from tieout.transform import file_digest

    directory = make_candidate(Home.resolve(tmp_path))
    before = file_digest(directory / "marts.duckdb")
    assert check(directory).marts_sha256 == before
    assert file_digest(directory / "marts.duckdb") == before
    # Nothing keeps it open: a writer may have it at once.
    duckdb.connect(str(directory / "marts.duckdb")).close()


def test_no_candidate_is_an_input_error(tmp_path: Path) -> None:
    from expectations.gate import check

    with pytest.raises(InputError, match="no candidate"):
        check(tmp_path)
    with pytest.raises(InputError, match="not judged"):
        read_result(tmp_path)


# --- declared suites ------------------------------------------------------------------------------

CHECK = """
suite: s
description: d
checks:
  - id: {id}
    table: a.b
    severity: {severity}
    meaning: m
    action: a
    {kind}
"""


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"severity": "fatal"}, "'critical', 'warning' or 'info'"),
        ({"kind": "unexpected_row: select 1"}, "Extra inputs are not permitted"),
        ({"kind": "unexpected_rows: select 1"}, "must read {batch}"),
        ({"kind": "not_null: [x]\n    unique: [x]"}, "exactly one of"),
        ({"kind": ""}, "exactly one of"),
        ({"kind": "not_null: [x"}, "Not valid YAML"),
    ],
)
def test_a_wrong_suite_is_refused(tmp_path: Path, values: dict[str, str], said: str) -> None:
    fields = {"id": "one", "severity": "critical", "kind": "not_null: [x]"} | values
    (tmp_path / "s.yml").write_text(CHECK.format(**fields))
    with pytest.raises(DefinitionError) as caught:
        declared.load(tmp_path)
    assert said in str(caught.value)
    assert "s.yml" in str(caught.value)


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = CHECK.format(id="one", severity="info", kind="has_rows: true")
        (tmp_path / f"{name}.yml").write_text(text)
    with pytest.raises(DefinitionError, match="declared twice"):
        declared.load(tmp_path)


def test_every_rule_on_customer_records_is_declared() -> None:
    (suite,) = declared.load(declared.RULES)
    assert {one.id for one in suite.checks} == {
        "require_crm_account_id",
        "require_legal_customer_name",
        "require_billing_country",
        "require_customer_status",
        "unique_erp_customer_id",
        "inactive_customer_no_new_orders",
        "review_when_tax_region_or_legal_name_changes",
    }
