"""`tieout explain`: any form of an id finds the record, its money, its links and its raw rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from tests.tieout.report.marts_fixture import write_publication
from tieout.errors import InputError
from tieout.explain import explain, long_id
from tieout.settings import Home

WAREHOUSE = """
create schema raw_salesforce;
create schema raw_operations;
create table raw_salesforce.opportunity as
select * from (values
    ('006AX0000000008AAA', 99000, '1774.1', false, '/in/salesforce/Opportunity.csv', 8),
    ('006AX0000000008AAA', 100000, '1775.1', false, '/in/salesforce/Opportunity.csv', 4)
) as t (id, amount, _load_id, _is_deleted, _source_file, _source_row);
create table raw_operations.load_audit as
select '1774.1' as load_id, timestamp '2026-06-29 23:40:00' as loaded_at
union all
select '1775.1', timestamp '2026-06-30 23:40:00';
create table raw_operations.dead_letter as
select
    'salesforce' as system, 'opportunity' as object, '006AX0000000099AAA' as source_key,
    'CloseDate is not a date: 31.02.2026' as reason, 'open' as status, '1774.1' as load_id,
    '{"Id": "006AX0000000099AAA"}' as payload;
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.resolve(tmp_path_factory.mktemp("home"))
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
    return home


def explained(home: Home, identifier: str) -> str:
    console = Console(width=160, record=True, quiet=False, file=sys.stderr)
    explain(home, identifier, console)
    return console.export_text()


@pytest.mark.parametrize(
    "identifier",
    [
        "006AX0000000008AAA",
        "  006AX0000000008AAA ",
        "https://example.lightning.force.com/lightning/r/Opportunity/006AX0000000008AAA/view",
        "line upgrade",
        "opportunity:Line upgrade",
    ],
)
def test_every_form_of_a_deal_s_id_finds_it(home: Home, identifier: str) -> None:
    text = explained(home, identifier)
    assert "Opportunity Line upgrade" in text
    assert "booked 100,000.00 > ordered 85,000.00" in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the vendor's own example of the conversion
        ("00570000001ZwTi", "00570000001ZwTiAAK"),
        ("00570000001ZwTiAAK", "00570000001ZwTiAAK"),
        ("https://na1.salesforce.com/00570000001ZwTi", "00570000001ZwTiAAK"),
        ("SO-9008", "SO-9008"),
        ("Acme Corporation Ltd.", "Acme Corporation Ltd."),
    ],
)
def test_short_ids_become_long_ones_and_nothing_else_changes(given: str, expected: str) -> None:
    assert long_id(given) == expected


def test_a_deal_shows_its_order_its_atoms_and_every_version_of_its_raw_row(home: Home) -> None:
    text = explained(home, "006AX0000000008AAA")
    assert "SO-9008 of 2026-02-12" in text
    discount = next(line for line in text.splitlines() if "1.17 Discount" in line)
    assert discount.count("-15,000.00") == 2  # one column per definition set
    versions = [line for line in text.splitlines() if "salesforce opportunity" in line]
    assert len(versions) == 2
    assert "1775.1" in versions[0]
    assert "Opportunity.csv" in versions[0]


def test_a_document_is_found_by_number_and_shows_the_deal_behind_it(home: Home) -> None:
    text = explained(home, "so-9008")
    assert "Document sales order SO-9008" in text
    assert "Line upgrade" in text
    assert "1.17 Discount" in text


def test_a_customer_shows_both_systems_and_its_money(home: Home) -> None:
    text = explained(home, "customer:501")
    assert "001AX0000000001AAA" in text
    assert "external_id" in text
    assert "100,000.00" in text


def test_a_customer_shows_its_family(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    marts = directory / "marts.duckdb"
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as connection:
        connection.execute("""
            alter table account_mapping.dim_customer add column parent_relation varchar;
            alter table account_mapping.dim_customer add column parent_source varchar;
            insert into account_mapping.dim_customer values
                ('c0', 'Ormond Holding', null, null, null, null),
                ('c2', 'Ormond Plant 2', 'c1', null, 'branch', 'crm');
            create table account_mapping.map_customer_hierarchy as
            select * from (values
                ('c0', 'c0', 0), ('c1', 'c1', 0), ('c2', 'c2', 0),
                ('c0', 'c1', 1), ('c0', 'c2', 2), ('c1', 'c2', 1)
            ) as t (ancestor_customer_key, descendant_customer_key, depth);
        """)
    family = explained(home, "customer:501").split("Its family")[1].splitlines()[:6]
    assert any("above" in line and "Ormond Holding" in line for line in family)
    assert any("below" in line and "Plant 2" in line and "branch" in line for line in family)


def test_a_customer_shows_what_no_deal_stands_for_and_what_is_still_to_come(
    tmp_path: Path,
) -> None:
    """Orders of other channels, open documents and cash that is applied to nothing."""
    home = Home.resolve(tmp_path)
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        connection.execute("""
            create or replace table opportunity_to_order.fct_unlinked_order as
            select 'c1' as customer_key, 'netsuite' as erp_system, * from (values
                ('o1', 'edi', 'USD', 100.00, date '2026-05-02'),
                ('o1', 'edi', 'USD', 20.00, date '2026-05-02'),
                ('o2', 'phone', 'USD', 7.00, date '2026-06-02')
            ) as t (order_id, channel, currency, amount, order_date)
            union all
            select 'another', 'netsuite', 'o3', 'edi', 'USD', 999.00, date '2026-06-02';
            create or replace table revenue_bridge.rpt_timing_ageing as
            select * from (values
                ('standard', '4.01', 'Open receivable', 'open', 'b1', 60.00, true, '2026-04-01'),
                ('standard', '4.01', 'Open receivable', 'open', 'b2', 40.00, false, '2026-06-01'),
                ('standard', '4.01', 'Open receivable', 'open', 'b9', 999.00, true, '2026-01-01'),
                ('cash_and_po', '4.01', 'Open receivable', 'open', 'b1', 60.00, true, '2026-04-01')
            ) as t (definition_id, line_code, line_name, reason, document_id, amount, is_overdue,
                open_since),
            (select 'netsuite' as erp_system, '' as crm_system, '' as opportunity_id,
                'USD' as currency);
            create table revenue_bridge.rpt_unapplied_cash as
            select 'netsuite' as erp_system, *, 'USD' as currency from (values
                ('p1', 'customer_deposit', 'DEP7', '501', date '2026-03-01', 30.00, 25.00, 0, 121),
                ('p9', 'payment', 'PYMT9', '999', date '2026-03-01', 888.00, 888.00, 0, 121)
            ) as t (payment_id, document_type, payment_number, erp_customer_id, payment_date,
                received_amount, unapplied_amount, open_invoice_amount, age_days);
        """)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("""
            create schema intermediate;
            create table intermediate.int_erp__document as
            select 'netsuite' as erp_system, * from (values ('b1', '501'), ('b2', '501'),
                ('b9', '999')) as t (document_id, erp_customer_id);
            create table intermediate.int_customer__member as
            select 'netsuite' as source_system, 'erp_customer' as record_type, '501' as record_id,
                'c1' as customer_key;
        """)
    text = explained(home, "customer:501")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "edi USD 1 120.00 2026-05-02" in lines
    assert "phone USD 1 7.00 2026-06-02" in lines
    assert "4.01 Open receivable open 2 100.00 60.00 USD 2026-04-01" in lines
    assert "customer deposit DEP7 2026-03-01 30.00 25.00 0.00 USD 121" in lines
    assert "999.00" not in text and "888.00" not in text


@pytest.fixture
def contracted(tmp_path: Path) -> Home:
    """A home whose order is one obligation of an arrangement; a later order is the other."""
    home = Home.resolve(tmp_path / "home")
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    marts = directory / "marts.duckdb"
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as connection:
        connection.execute("""
            create table revenue_bridge.fct_performance_obligation as
            select
                'netsuite' as erp_system, *, 'USD' as currency, date '2026-02-12' as agreed_on,
                date '2026-02-12' as inception_date, 'straight-line' as recognition_rule,
                date '2026-03-01' as start_date, null as end_date
            from (
                values
                    ('71', 'ARR-7', '9008', 'ENT-SUB-12M', 'salesforce', '006AX0000000008AAA',
                        'K1', 'K-0001', 85000, 0, 90000, 68000.01, 85000, 'relative', null),
                    ('72', 'ARR-7', '9011', 'SUP-PREM', null, null,
                        null, null, 15000, -12, null, 31987.99, 15000, 'relative',
                        'stand_alone_price_missing')
            ) as part (
                obligation_id, contract_id, order_id, sku, crm_system, opportunity_id,
                crm_contract_id, crm_contract_number, sales_amount, price_adjustment,
                stand_alone_amount, allocated_amount, erp_allocated_amount, allocation_rule,
                allocation_gap
            );
            create or replace table revenue_bridge.fct_revenue_schedule as
            select
                'netsuite' as erp_system, '72' as obligation_id, 'USD' as currency,
                date '2026-03-01' as period, 2665.67 as scheduled_amount,
                1250 as erp_scheduled_amount, null::decimal(28, 4) as posted_amount,
                'planned_otherwise' as status;
        """)
    return home


@pytest.mark.parametrize(
    "identifier", ["006AX0000000008AAA", "SO-9008", "obligation:71", "72", "contract:9008"]
)
def test_a_contract_is_shown_whole_whichever_part_is_asked_for(
    contracted: Home, identifier: str
) -> None:
    title = "Obligations of contract ARR-7, begun 2026-02-12, in the CRM K-0001"
    shown = explained(contracted, identifier).split(title, 1)[1].splitlines()
    first = next(line for line in shown if "ENT-SUB-12M" in line)
    second = next(line for line in shown if "SUP-PREM" in line)
    assert "90,000.00   68,000.01   85,000.00" in first
    assert "-12.00" in second
    assert any("missing" in line for line in shown)


def test_an_obligation_shows_its_months(contracted: Home) -> None:
    schedule = section(explained(contracted, "obligation:72"), "Schedule")
    assert "2,665.67" in schedule
    assert "planned otherwise" in schedule


@pytest.fixture
def stewarded(tmp_path: Path) -> Home:
    """A home whose deal is linked by a decision, and whose other order and deal wait for one."""
    home = Home.resolve(tmp_path / "home")
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    marts = directory / "marts.duckdb"
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as connection:
        connection.execute("""
            create table definitions.steward_decision as
            select * from (values
                ('ours', 'confirm', 'Dana Ruiz', 'the buyer says so', date '2026-06-01',
                 date '9999-12-31'),
                ('theirs', 'reject', 'Omar', 'another deal', date '2026-06-02', date '2027-06-02'),
                ('halves', 'split', 'Dana Ruiz', 'two phases', date '2026-06-03', date '2027-01-01')
            ) as t (decision_id, action, owner, reason, decided_on, expires_on);
            create table definitions.steward_decision_record as
            select * from (values
                ('ours', 'salesforce', 'opportunity', '006AX0000000008'),
                ('ours', 'netsuite', 'order', '9008'),
                ('theirs', 'netsuite', 'order', '9999'),
                ('halves', 'netsuite', 'order', 'SO-9008')
            ) as t (decision_id, source_system, record_type, record_id);
            create table definitions.steward_decision_line as
            select 'halves' as decision_id, '1' as order_line_id, 'salesforce' as crm_system,
                '00kAX0000000008AAA' as opportunity_line_id;
            update opportunity_to_order.fct_allocation
            set link_rule = 'steward decision', evidence_grade = 'D';
            create table opportunity_to_order.rpt_order_link_review as
            select 'netsuite' as erp_system, '9010' as order_id, 'SO-9010' as order_number,
                'salesforce' as crm_system, '006AX0000000008AAA' as opportunity_id,
                'Line upgrade' as opportunity_name, 1 as review_rank,
                cast(4000 as decimal(28, 4)) as order_amount,
                cast(4100 as decimal(28, 4)) as opportunity_amount, 'USD' as currency,
                13 as points, 'scored candidate: same items (6)' as evidence,
                'others fit as well' as why_not_accepted;
            insert into operations.exception (exception_type, system, object, source_key, detail)
            values ('steward_decision_expiring', 'netsuite', 'steward_decision', 'halves', 'Soon');
        """)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("""
            create schema intermediate;
            create table intermediate.int_order_link__decided_pair as
            select 'netsuite' as erp_system, '9008' as order_id, 'salesforce' as crm_system,
                '006AX0000000008AAA' as opportunity_id, 'same' as verdict, 'ours' as decision_id,
                'Dana Ruiz' as owner, 'the buyer says so' as reason;
        """)
    return home


def section(text: str, title: str) -> str:
    """A titled table, up to the next title."""
    return text.split(title, 1)[1].split("\n\n")[0]


@pytest.mark.parametrize("identifier", ["006AX0000000008AAA", "SO-9008"])
def test_decisions_are_shown_with_who_and_why(stewarded: Home, identifier: str) -> None:
    text = explained(stewarded, identifier)
    decided = section(text, "Decided by stewards")
    assert "ours" in decided
    assert "order netsuite:SO-9008, line 1 is" in decided
    assert "further notice" in decided
    assert "theirs" not in decided
    why = section(text, "Why they are linked")
    assert "steward decision" in why
    assert "ours: Dana Ruiz, the buyer says so" in why
    assert "Soon" in section(text, "Waits for a person")


def test_what_may_be_one_sale_is_shown_with_its_evidence(stewarded: Home) -> None:
    waits = section(explained(stewarded, "006AX0000000008AAA"), "May be one sale")
    assert "SO-9010" in waits
    assert "4,000.00" in waits
    assert "same items (6)" in waits
    assert "others fit as well" in waits


def test_points_of_a_scored_link_are_shown(stewarded: Home) -> None:
    marts = (stewarded.current / "marts.duckdb").resolve()
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update opportunity_to_order.fct_allocation "
            "set link_rule = 'scored candidate', evidence_grade = 'C'"
        )
    with duckdb.connect(str(stewarded.warehouse)) as connection:
        connection.execute("""
            delete from intermediate.int_order_link__decided_pair;
            create table intermediate.int_order_link__score_verdict as
            select 'netsuite' as erp_system, '9008' as order_id, 'salesforce' as crm_system,
                '006AX0000000008AAA' as opportunity_id, 17 as points, 'same amount (8)' as evidence;
        """)
    why = section(explained(stewarded, "006AX0000000008AAA"), "Why they are linked")
    assert "same amount (8), 17 points" in why


def test_a_customer_shows_who_else_it_may_be(stewarded: Home) -> None:
    marts = (stewarded.current / "marts.duckdb").resolve()
    with duckdb.connect(str(marts)) as connection:
        connection.execute("""
            create or replace table account_mapping.rpt_match_review as
            select 'salesforce' as crm_system, '001AX0000000001AAA' as crm_account_id,
                'Acme' as crm_account_name, 'netsuite' as erp_system, '777' as erp_customer_id,
                'Acme West' as erp_customer_name, 0.61 as match_probability,
                'similar name' as evidence, 'another town' as why_not_accepted;
            create or replace table account_mapping.rpt_duplicate_review as
            select 'netsuite' as source_system, 'erp_customer' as record_type, '501' as record_id,
                'Acme' as record_name, '502' as other_record_id, 'Acme 2' as other_name,
                0.5 as match_probability, 'tax id' as evidence, 'two names' as why_not_accepted;
            insert into definitions.steward_decision_record values
                ('theirs', 'netsuite', 'erp_customer', '501');
        """)
    text = explained(stewarded, "customer:501")
    candidates = section(text, "May be one company")
    assert "netsuite:777 Acme West" in candidates
    assert "netsuite:502 Acme 2" in candidates
    assert "theirs" in section(text, "Decided by stewards")


def test_an_item_and_its_rule_that_say_the_same_are_said_once(stewarded: Home) -> None:
    marts = (stewarded.current / "marts.duckdb").resolve()
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update revenue_bridge.fct_bridge_atom set line_detail = 'no_order', rule = 'no_order'"
            " where line_code = '1.17'"
        )
    text = explained(stewarded, "006AX0000000008AAA")
    line = next(line for line in text.splitlines() if "1.17 Discount" in line)
    assert "no order" in line
    assert "no_order" not in line


def test_a_credit_stands_beside_the_bill_that_it_takes_from(published_home: Path) -> None:
    """Of a night of the demo: NetSuite names the order on the bill, the bill on the credit."""
    home = Home.resolve(published_home)
    marts = (home.current / "marts.duckdb").resolve()
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        warehouse.execute(f"attach '{marts}' as marts (read_only)")
        found = warehouse.execute(
            """
            select bill.order_id, bill.document_number, credit.document_number, link.deal
            from intermediate.int_erp__billing_line as credit
            inner join intermediate.int_erp__billing_line as bill
                on credit.created_from_document_id = bill.document_id
            inner join (
                select order_id, min(opportunity_id) as deal
                from marts.opportunity_to_order.fct_allocation
                group by order_id
            ) as link on bill.order_id = link.order_id
            where credit.document_type = 'credit_memo' and credit.order_id is null
                and not credit.is_voided
            order by all
            limit 1
            """
        ).fetchone()
    assert found
    order, bill, credit, deal = found
    for identifier in (f"order:{order}", deal, credit):
        listed = explained(home, identifier).split("Billed and paid")[1].split("In the bridge")[0]
        assert bill in listed
        assert credit in listed
    assert f"credit memo {credit}" in explained(home, deal).split("In the bridge")[1]


def test_a_rejected_row_is_found_by_its_key(home: Home) -> None:
    assert "31.02.2026" in explained(home, "006AX0000000099AAA")


def test_an_unknown_id_is_an_input_error_that_says_what_to_give(home: Home) -> None:
    with pytest.raises(InputError, match="Nothing goes by"):
        explained(home, "006ZZ0000000000AAA")


@pytest.mark.parametrize("nothing", ["", " ", "document:"])
def test_no_id_is_no_record_without_a_number(home: Home, nothing: str) -> None:
    with pytest.raises(InputError, match="Nothing goes by"):
        explained(home, nothing)


def test_texts_of_the_sources_cannot_style_the_terminal(home: Home) -> None:
    text = explained(home, '<script>alert("x")</script> & Söhne')
    assert '<script>alert("x")</script> & Söhne' in text


def test_a_warehouse_that_a_run_holds_leaves_the_published_part(home: Home) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=1); input()",
            str(home.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        text = explained(home, "006AX0000000008AAA")
    finally:
        holder.communicate("\n")
    assert "A run holds the warehouse" in text
    assert "1.17 Discount" in text


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to explain from"):
        explained(Home.resolve(tmp_path / "home"), "1")
