"""The score: counts of links, differences per line, and what it refuses."""

from __future__ import annotations

import shutil
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from tieout import score as score_module
from tieout.errors import InputError
from tieout.score import LinkScore, score
from tieout.settings import Home

ACCOUNTS = "crm_account_id,erp_customer_id,kind\nA1,10,primary\nA2,20,primary\nA3,30,merged\n"
LINKS = (
    "opportunity_id,opportunity_line_id,order_id,order_line_id,booked_amount,ordered_amount\n"
    "O1,L1,900,1,100.00,100.00\n"
    "O2,O2#header,901,1,50.00,50.00\n"
    "O3,L3,902,1,10.00,10.00\n"
)
BRIDGE = (
    "definition_id,entity,currency,period,leg,line_code,amount\n"
    "standard,Alpha,USD,2026-01-01,1,1.06,-40.00\n"
    "standard,Alpha,USD,2026-02-01,1,1.09,5.00\n"
)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    directory = tmp_path / "truth"
    directory.mkdir()
    (directory / "account_link.csv").write_text(ACCOUNTS)
    (directory / "opportunity_order_link.csv").write_text(LINKS)
    (directory / "bridge_line.csv").write_text(BRIDGE)
    return directory


@pytest.fixture
def home_of_two(tmp_path: Path) -> Home:
    """A hand-made publication: one account link wrong, one slice missed, one line off by a cent."""
    home = Home(tmp_path / "home")
    published = home.publications / "20260701T000000000000Z"
    published.mkdir(parents=True)
    home.current.symlink_to(published.name)
    with duckdb.connect(str(published / "marts.duckdb")) as con:
        con.execute("""
            create schema account_mapping;
            create schema opportunity_to_order;
            create schema revenue_bridge;
            create table account_mapping.map_account_customer as
            select * from (values
                ('A1', '10', 'accepted', null::timestamp),
                ('A2', '21', 'accepted', null),
                ('A2', '20', 'accepted', timestamp '2025-01-01'),
                ('A3', '30', 'accepted', null)
            ) as t (crm_account_id, erp_customer_id, match_status, valid_to);
            create table opportunity_to_order.fct_allocation as
            select * from (values
                ('O1', 'L1', '900', '1', 100.00, 100.00), ('O2', 'O2#header', '901', '1', 50, 50),
                ('O1', 'L1', '999', '1', 0, 0)
            ) as t (opportunity_id, opportunity_line_id, order_id, order_line_id, booked_amount,
                ordered_amount);
            create table revenue_bridge.rpt_revenue_bridge as
            select definition_id, entity, currency, period::date as period, leg, line_code,
                amount::decimal(28, 4) as amount
            from (values
                ('standard', 'Alpha', 'USD', '2026-01-01', 1, '1.06', -40.00),
                ('standard', 'Alpha', 'USD', '2026-02-01', 1, '1.09', 5.01),
                ('standard', 'Beta', 'USD', '2026-02-01', 1, '1.99', 7.00),
                ('standard', 'Beta', 'USD', '2026-02-01', 4, '4.01', 7.00),
                ('cash_and_po', 'Beta', 'USD', '2026-02-01', 1, '1.06', 7.00)
            ) as t (definition_id, entity, currency, period, leg, line_code, amount);
            create table revenue_bridge.fct_reporting_atom as
            select definition_id, entity, 'USD' as reporting_currency, period::date as period, leg,
                line_code, step, line_detail, amount::decimal(28, 4) as reporting_amount
            from (values
                ('standard', 'Alpha', '2026-01-01', 1, '1.12', 'fx', 'rate_source', -0.30),
                ('standard', 'Alpha', '2026-01-01', 1, '1.12', 'fx', 'rate_date', 5.00),
                ('standard', 'Alpha', '2026-01-01', 1, '1.06', 'unmatched_left', 'late', -30.00),
                ('standard', 'Alpha', '2026-01-01', 1, '1.06', 'unmatched_left', 'later', -10.00),
                ('standard', 'Alpha', '2026-01-01', 1, '1.05', 'unmatched_left', 'no_rate', null),
                ('standard', 'Alpha', '2026-01-01', 3, '3.11', 'fx', 'rate_date', 9.00)
            ) as t (definition_id, entity, period, leg, line_code, step, line_detail, amount);
            create table revenue_bridge.fct_bridge_atom as
            select * from (values ('1.06'), ('1.99'), ('2.99')) as t (line_code);
        """)
    return home


def test_links_are_counted_and_optional_ones_ignored(home_of_two: Home, truth: Path) -> None:
    accounts, slices, orders = score(home_of_two, truth).links
    assert (accounts.true_positives, accounts.false_positives, accounts.false_negatives) == (
        1,
        1,
        1,
    )
    assert (slices.true_positives, slices.false_positives, slices.false_negatives) == (2, 0, 1)
    assert (orders.true_positives, orders.false_positives, orders.false_negatives) == (2, 0, 1)
    assert slices.precision == 1.0
    assert slices.recall == pytest.approx(2 / 3)
    assert slices.f1 == pytest.approx(0.8)


def test_lines_are_compared_within_what_the_labels_cover(home_of_two: Home, truth: Path) -> None:
    report = score(home_of_two, truth)
    assert [(line.line_code, line.keys, line.keys_off) for line in report.lines] == [
        ("1.06", 1, 0),
        ("1.09", 1, 1),
        ("1.99", 1, 1),
    ]
    assert report.lines[1].absolute_difference == Decimal("0.01")
    assert [key.difference for key in report.worst] == [Decimal("7"), Decimal("0.01")]
    assert report.unclassified_atoms == 2
    assert (report.keys, report.keys_off) == (3, 2)
    assert report.publication == "20260701T000000000000Z"


def test_lines_in_reporting_currency_are_compared_where_the_labels_have_them(
    home_of_two: Home, truth: Path
) -> None:
    (truth / "reporting_line.csv").write_text(
        "definition_id,entity,reporting_currency,period,leg,line_code,line_detail,amount\n"
        "standard,Alpha,USD,2026-01-01,1,1.05,,-7.00\n"
        "standard,Alpha,USD,2026-01-01,1,1.06,,-40.00\n"
        "standard,Alpha,USD,2026-01-01,1,1.12,rate_source,-0.31\n"
        "standard,Alpha,USD,2026-01-01,1,1.12,rate_date,5.00\n"
        "standard,Alpha,USD,2026-02-01,1,1.12,rate_date,0.02\n"
    )
    report = score(home_of_two, truth)
    lines = [line for line in report.lines if line.is_reporting]
    # leg 3 is not labelled, so it is not judged; an atom without a rate is worth nothing yet
    assert [(line.line_code, line.line_detail, line.keys, line.keys_off) for line in lines] == [
        ("1.05", "", 1, 1),
        ("1.06", "", 1, 0),
        ("1.12", "rate_date", 2, 1),
        ("1.12", "rate_source", 1, 1),
    ]
    assert [line.absolute_difference for line in lines] == [
        Decimal(7),
        Decimal(0),
        Decimal("0.02"),
        Decimal("0.01"),
    ]
    assert [key.difference for key in report.worst if key.is_reporting] == [
        Decimal(7),
        Decimal("-0.02"),
        Decimal("0.01"),
    ]
    assert (report.keys, report.keys_off) == (8, 5)
    text = StringIO()
    score_module.print_report(report, Console(file=text, width=160, color_system=None))
    assert "Bridge by line in reporting currency" in text.getvalue()


def test_cash_that_is_applied_to_nothing_is_right_to_the_cent(
    home_of_two: Home, truth: Path
) -> None:
    """One payment as labelled, one paid back that is said to wait, a deposit that is not told."""
    with duckdb.connect(str(home_of_two.current / "marts.duckdb")) as con:
        con.execute("""
            create table revenue_bridge.rpt_unapplied_cash as
            select payment_id, document_type, received::decimal(28, 4) as received_amount,
                applied::decimal(28, 4) as applied_amount,
                refunded::decimal(28, 4) as refunded_amount,
                unapplied::decimal(28, 4) as unapplied_amount,
                open_invoice::decimal(28, 4) as open_invoice_amount,
                open_invoices::bigint as open_invoices
            from (values
                ('1', 'payment', 100.00, 60.00, 0, 40.00, 40.00, 2),
                ('2', 'payment', 100.00, 60.00, 0, 40.00, 0, 0)
            ) as t (payment_id, document_type, received, applied, refunded, unapplied,
                open_invoice, open_invoices)
        """)
    assert score(home_of_two, truth).unapplied is None
    (truth / "unapplied_cash.csv").write_text(
        "payment_id,document_type,entity,currency,period,received_amount,applied_amount,"
        "refunded_amount,unapplied_amount,open_invoice_amount,open_invoices\n"
        "1,payment,Alpha,USD,2026-01-01,100.00,60.00,0.00,40.00,40.00,2\n"
        "2,payment,Alpha,USD,2026-01-01,100.00,60.00,39.99,0.01,0.00,0\n"
        "3,customer_deposit,Alpha,USD,2026-01-01,70.00,0.00,0.00,70.00,0.00,0\n"
    )
    report = score(home_of_two, truth)
    cash = report.unapplied
    assert cash is not None
    assert (cash.true_positives, cash.false_positives, cash.false_negatives) == (1, 1, 2)
    text = StringIO()
    score_module.print_report(report, Console(file=text, width=160, color_system=None))
    assert "unapplied cash" in text.getvalue()


def test_a_score_without_links_is_no_failure() -> None:
    nothing = LinkScore("none", 0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1.0, 1.0, 1.0)
    wrong = LinkScore("wrong", 0, 3, 2)
    assert (wrong.precision, wrong.recall, wrong.f1) == (0.0, 0.0, 0.0)


def test_the_printed_report_names_what_is_off(home_of_two: Home, truth: Path) -> None:
    text = StringIO()
    score_module.print_report(
        score(home_of_two, truth), Console(file=text, width=160, color_system=None)
    )
    assert "1 of 3 keys equal the truth; line 99 holds 2 atoms." in text.getvalue()
    assert "allocation slices" in text.getvalue()


def test_nothing_published_is_an_input_error(tmp_path: Path, truth: Path) -> None:
    with pytest.raises(InputError, match="Nothing is published"):
        score(Home(tmp_path / "empty"), truth)


def test_missing_labels_are_an_input_error(home_of_two: Home, truth: Path) -> None:
    shutil.move(truth / "bridge_line.csv", truth / "other.csv")
    with pytest.raises(InputError, match=r"lack bridge_line\.csv"):
        score(home_of_two, truth)


def test_the_demo_company_comes_out_as_its_maker_knows_it(
    published_home: Path, demo_exports: Path
) -> None:
    """Every key of all legs equals the truth, no slice is wrong, and line 99 has no rows."""
    report = score(Home(published_home), demo_exports / "truth")
    assert report.unclassified_atoms == 0
    assert [key for key in report.worst if key.difference] == []
    in_dollars = {(one.line_code, one.line_detail) for one in report.lines if one.is_reporting}
    assert in_dollars >= {(line, "") for line in ("1.09", "1.20", "2.01", "2.02", "4.01", "4.03")}
    assert in_dollars >= {(line, "") for line in ("3.01", "3.02", "3.03", "3.06", "3.08", "3.10")}
    assert in_dollars >= {("1.12", "rate_source"), ("1.12", "rate_date"), ("2.11", "rate_date")}
    assert in_dollars >= {("3.11", "rate_source"), ("3.11", "rate_date")}
    accounts, slices, orders = report.links
    assert (slices.false_positives, slices.false_negatives) == (0, 0)
    assert (orders.false_positives, orders.false_negatives) == (0, 0)
    assert report.order_links is not None
    assert report.blocked is not None
    assert report.unapplied is not None
    assert report.unapplied.true_positives > 0
    for part in (*report.order_links.links, report.blocked, report.unapplied):
        assert (part.false_positives, part.false_negatives) == (0, 0), part.name
    found = {row.found_by: row for row in report.order_links.evidence}
    assert found.keys() >= {"id", "url", "text", "name", "contract", "rule", "score", "review"}
    assert (found["review"].accepted, found["review"].missed) == (0, 0)
    assert accounts.false_positives == 0
    assert accounts.recall >= 0.97
    assert report.matching is not None
    parts = {part.name: part for part in report.matching.links}
    assert parts["accounts, by won amount (USD)"].recall >= 0.98
    assert parts["accounts, accepted or in review"].recall >= 0.985
    assert parts["duplicate accounts"].f1 >= 0.9
    assert parts["merged accounts"].f1 == 1.0
    assert parts["duplicate ERP customers"].precision == 1.0
    assert parts["children and parents"].f1 >= 0.95
