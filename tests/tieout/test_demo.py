"""The demo company: exact, deterministic, balanced, and with every planted story at any scale."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tieout import demo

SMALL = 0.02


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    demo.write(out, scale=SMALL)
    return out


@pytest.fixture(scope="module")
def con(exports: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for path in sorted(exports.glob("*/*.csv")):
            schema = path.parent.name
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f'create view {schema}."{path.stem}" as '
                f"from read_csv('{path}', all_varchar = true, header = true)"
            )
        yield connection


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return con.execute(query).fetchall()


def test_same_seed_writes_the_same_bytes_and_another_seed_does_not(
    exports: Path, tmp_path: Path
) -> None:
    def digests(root: Path) -> dict[str, str]:
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.glob("*/*.csv"))
        }

    demo.write(tmp_path / "again", scale=SMALL)
    demo.write(tmp_path / "other", scale=SMALL, seed=7)
    assert digests(tmp_path / "again") == digests(exports)
    assert digests(tmp_path / "other") != digests(exports)


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_that_is_not_positive_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        demo.write(tmp_path, scale=scale)


def test_worked_example_to_the_cent(con: duckdb.DuckDBPyConnection) -> None:
    """AX-01: the quarter of the worked example, line by line."""
    lines = rows(
        con,
        """
        select line_code, sum(amount::decimal(28, 2)) from truth.bridge_line
        where entity = 'Tieout Instruments Inc' and leg < '4'
            and period between '2026-01-01' and '2026-03-01'
        group by all having sum(amount::decimal(28, 2)) <> 0 order by all
        """,
    )
    assert {code: str(amount) for code, amount in lines} == {
        "1.02": "-100000.00",
        "1.05": "-25000.00",
        "1.06": "-40000.00",
        "1.09": "-60000.00",
        "1.13": "-240000.00",
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
    anchors = rows(
        con,
        """
        select measure, sum(value::decimal(28, 2)) from netsuite.control_totals
        where entity = 'Tieout Instruments Inc' and period between '2026-01-01' and '2026-03-01'
            and measure in ('orders', 'billings', 'revenue')
        group by all order by all
        """,
    )
    assert dict(anchors) == {
        "orders": Decimal("2715875.00"),
        "billings": Decimal("2545875.00"),
        "revenue": Decimal("2100000.00"),
    }
    bookings = rows(
        con,
        """
        select sum(Amount::decimal(28, 2)) from salesforce.Opportunity
        where Legal_Entity__c = 'Tieout Instruments Inc' and IsWon::boolean
            and quarter(strptime(CloseDate, '%m/%d/%Y')) = 1 and CloseDate like '%2026'
        """,
    )
    assert bookings == [(Decimal("2400000.00"),)]


def test_channels_of_the_worked_example(con: duckdb.DuckDBPyConnection) -> None:
    channels = rows(
        con,
        """
        select custbody_channel, sum(-l.foreignamount::decimal(28, 2))
        from netsuite.transaction as t
        inner join netsuite.transaction_line as l on l.transaction = t.id
        where t.type = 'SalesOrd' and l.subsidiary = '1' and l.mainline = 'F' and l.taxline = 'F'
            and custbody_channel <> 'DIRECT'
        group by all order by all
        """,
    )
    assert dict(channels) == {
        "EDI": Decimal("500000.00"),
        "PHONE": Decimal("120000.00"),
        "WEB": Decimal("180000.00"),
    }


def test_truth_carries_every_cell_from_anchor_to_anchor(con: duckdb.DuckDBPyConnection) -> None:
    """Bookings have no entity in the CRM's own report: leg 1 is summed over the entities."""
    for leg, left, right in (
        (1, "bookings", "orders"),
        (2, "orders", "billings"),
        (3, "billings", "revenue"),
        (4, "billings", "cash"),
    ):
        entity = "''" if leg == 1 else "entity"
        off = rows(
            con,
            f"""
            with total as (select * from salesforce.control_totals
                union all select * from netsuite.control_totals),
            flow as (
                select {entity} as entity, currency, period, -value::decimal(28, 4) as v
                from total where measure = '{left}'
                union all
                select {entity}, currency, period, value::decimal(28, 4)
                from total where measure = '{right}'
                union all
                select {entity}, currency, period, -amount::decimal(28, 4)
                from truth.bridge_line where leg = '{leg}'
            )
            select entity, currency, period, sum(v) from flow group by all having sum(v) <> 0
            """,
        )
        assert off == []


def test_every_document_balances_in_both_currencies(con: duckdb.DuckDBPyConnection) -> None:
    off = rows(
        con,
        """
        select a.transaction, sum(a.amount::decimal(28, 4)), sum(l.foreignamount::decimal(28, 4))
        from netsuite.transaction_accounting_line as a
        inner join netsuite.transaction_line as l
            on l.transaction = a.transaction and l.id = a.transactionline
        group by all
        having sum(a.amount::decimal(28, 4)) <> 0 or sum(l.foreignamount::decimal(28, 4)) <> 0
        """,
    )
    assert off == []


def test_every_order_line_is_for_something(con: duckdb.DuckDBPyConnection) -> None:
    off = rows(
        con,
        """
        select l.transaction, l.id from netsuite.transaction_line as l
        inner join netsuite.transaction as t on t.id = l.transaction
        where t.type = 'SalesOrd' and l.mainline = 'F' and l.taxline = 'F'
            and l.quantity::bigint >= 0
        """,
    )
    assert off == []


def test_trial_balance_sums_to_zero(con: duckdb.DuckDBPyConnection) -> None:
    off = rows(
        con,
        """
        select entity, period, sum(value::decimal(28, 4)) from netsuite.control_totals
        where measure like 'trial_balance_%' group by all having sum(value::decimal(28, 4)) <> 0
        """,
    )
    assert off == []


def test_row_counts_are_those_of_the_files(con: duckdb.DuckDBPyConnection, exports: Path) -> None:
    stated = {
        (system, object_): int(value)
        for system in ("salesforce", "netsuite")
        for object_, value in rows(
            con,
            f"select object, value from {system}.control_totals where measure = 'row_count'",
        )
    }
    counted = {
        (path.parent.name, demo.canonical(path.stem)): rows(
            con, f'select count(*) from {path.parent.name}."{path.stem}"'
        )[0][0]
        for path in exports.glob("*/*.csv")
        if path.parent.name != "truth" and path.stem != "control_totals"
    }
    assert stated == counted


def test_keys_are_unique(con: duckdb.DuckDBPyConnection) -> None:
    keys = {
        "salesforce.Account": "Id",
        "salesforce.Contact": "Id",
        "salesforce.Opportunity": "Id",
        "salesforce.OpportunityLineItem": "Id",
        "salesforce.OpportunityHistory": "Id",
        "salesforce.OpportunityFieldHistory": "Id",
        "salesforce.Quote": "Id",
        "salesforce.QuoteLineItem": "Id",
        "salesforce.Contract": "Id",
        "salesforce.CampaignMember": "Id",
        "salesforce.PricebookEntry": "Id",
        "netsuite.customer": "id",
        "netsuite.entity_address": "nkey",
        "netsuite.customer_addressbook": "internalid",
        "netsuite.contact": "id",
        "netsuite.system_note": "id",
        "truth.account_link": "crm_account_id",
        "truth.order_link": "opportunity_id, order_id",
        "truth.blocked_order": "order_id, blocked_by",
        "truth.unapplied_cash": "payment_id",
        "truth.customer": "source_system, record_type, record_id",
        "truth.duplicate_account": "record_id, other_record_id",
        "truth.duplicate_erp_customer": "record_id, other_record_id",
        "truth.hierarchy": "source_system, record_id",
        "netsuite.customer_subsidiary_relationship": "id",
        "netsuite.transaction": "id",
        "netsuite.transaction_line": "transaction, id",
        "netsuite.transaction_accounting_line": "transaction, transactionline, accountingbook",
        "netsuite.next_transaction_line_link": (
            "previousdoc, previousline, nextdoc, nextline, linktype"
        ),
        "netsuite.accounting_period": "id",
        "netsuite.item": "id",
        "netsuite.revenue_element": "id",
        "netsuite.revenue_plan": "id",
        "netsuite.fair_value_price": "id",
        "truth.revenue_schedule": "obligation_id, period",
        "truth.reporting_line": "definition_id, entity, period, leg, line_code, line_detail",
        "netsuite.revenue_plan_planned_revenue": "revenueplan, linenumber",
    }
    twice = [
        table
        for table, key in keys.items()
        if rows(con, f"select 1 from {table} group by {key} having count(*) > 1 limit 1")
    ]
    assert twice == []


def test_salesforce_ids_have_their_object_prefix_and_checksum(
    con: duckdb.DuckDBPyConnection,
) -> None:
    def checksum(identifier: str) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
        return "".join(
            alphabet[sum(1 << i for i, c in enumerate(identifier[o : o + 5]) if c.isupper())]
            for o in (0, 5, 10)
        )

    for table, prefix in (
        ("Account", "001"),
        ("Opportunity", "006"),
        ("OpportunityLineItem", "00k"),
        ("Product2", "01t"),
    ):
        for (identifier,) in rows(con, f"select Id from salesforce.{table} limit 50"):
            assert re.fullmatch(prefix + "[0-9A-Za-z]{15}", identifier)
            assert identifier[15:] == checksum(identifier[:15])


def test_both_sides_share_no_identifier_but_the_planted_ones(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Numbers of documents and names of keys must not give a link away."""
    shared = rows(
        con,
        """
        select o.Id from salesforce.Opportunity as o inner join netsuite.transaction as t
            on t.id = o.Opportunity_Number__c or t.tranid = o.Opportunity_Number__c
            or t.tranid = o.Id
        """,
    )
    assert shared == []


def test_links_of_truth_exist_on_both_sides(con: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        con,
        """
        select count(*) from truth.opportunity_order_link as k
        anti join netsuite.transaction_line as l
            on l.transaction = k.order_id and l.id = k.order_line_id
        """,
    ) == [(0,)]
    assert rows(
        con,
        """
        select count(*) from truth.opportunity_order_link as k
        anti join salesforce.OpportunityLineItem as l on l.Id = k.opportunity_line_id
        where k.opportunity_line_id not like '%#header'
        """,
    ) == [(0,)]
    assert rows(
        con,
        """
        select count(*) from truth.account_link as k
        anti join netsuite.customer as c on c.id = k.erp_customer_id
        """,
    ) == [(0,)]


def test_orders_name_their_deal_in_every_way_that_truth_says(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """The evidence of each true link stands in the order, and nothing stronger beside it."""
    off = rows(
        con,
        """
        with named as (
            select k.found_by, k.opportunity_id as id, o.Name as name, t.custbody_sf_opportunity_id
                as text, o.Opportunity_Number__c as number,
                t.custbody_sf_contract_number as contract, c.ContractNumber,
                t.custbody_sf_quote_number as quote, q.QuoteNumber, t.otherrefnum as po,
                o.Purchase_Order_Number__c, t.id as order_id
            from truth.order_link as k
            inner join salesforce.Opportunity as o on o.Id = k.opportunity_id
            inner join netsuite.transaction as t on t.id = k.order_id
            left join salesforce.Contract as c on c.Id = o.ContractId
            left join salesforce.Quote as q on q.OpportunityId = o.Id
        )
        select found_by, count(*) from named
        where not coalesce(case found_by
            when 'id' then text in (id, left(id, 15), lower(id), upper(id))
            when 'url' then contains(text, left(id, 15)) and starts_with(text, 'https://')
            when 'text' then contains(text, left(id, 15)) or contains(text, number)
            when 'number' then upper(text) = number
            when 'name' then replace(replace(upper(text), ' ', ''), '-', '')
                = replace(replace(upper(name), ' ', ''), '-', '')
            when 'contract' then text is null and right(contract, 8) = ContractNumber
            when 'quote' then text is null and right(quote, 8) = QuoteNumber
            when 'line' then text is null and exists (
                select 1 from netsuite.transaction_line as l
                inner join salesforce.OpportunityLineItem as i on i.Id = l.custcol_sf_line_id
                where l.transaction = order_id and i.OpportunityId = named.id)
            else text is null and quote is null and contract is null and not exists (
                select 1 from netsuite.transaction_line as l
                where l.transaction = order_id and l.custcol_sf_line_id is not null
                    and found_by in ('rule', 'score', 'review'))
                and case when found_by like '%purchase_order'
                    then right(trim(po), 10) = right(trim(Purchase_Order_Number__c), 10)
                    else po is null and Purchase_Order_Number__c is null end
        end, false)
        group by all
        """,
    )
    assert off == []
    kinds = {kind for (kind,) in rows(con, "select distinct found_by from truth.order_link")}
    assert kinds >= {"id", "url", "text", "number", "contract", "quote", "line", "purchase_order"}
    assert kinds >= {"rule", "score", "review"}


def test_orders_are_blocked_by_what_the_exports_show(con: duckdb.DuckDBPyConnection) -> None:
    """A hold, a missing approval, a customer without credit, goods that are not in stock."""
    blocked = rows(
        con,
        """
        select b.blocked_by, bool_and(case b.blocked_by
            when 'tax_data' then t.custbody_hold_reason = 'tax'
            when 'data' then t.custbody_hold_reason = 'data'
            when 'credit' then t.custbody_hold_reason = 'credit' or c.oncredithold = 'ON'
            when 'approval' then t.status = 'A'
            when 'stock' then t.custbody_hold_reason is null and exists (
                select 1 from netsuite.transaction_line as l
                where l.transaction = t.id and l.quantitybackordered::bigint > 0) end)
        from truth.blocked_order as b
        inner join netsuite.transaction as t on t.id = b.order_id
        inner join netsuite.customer as c on c.id = t.entity
        group by all
        """,
    )
    assert dict(blocked) == dict.fromkeys(("approval", "credit", "data", "stock", "tax_data"), True)
    approved = rows(
        con,
        """
        select t.status = 'A', n.recordid is not null
        from netsuite.transaction as t
        inner join (select distinct order_id from truth.order_link) as k on k.order_id = t.id
        left join netsuite.system_note as n
            on n.recordid = t.id and n.field = 'TRANDOC.KSTATUS' and n.date >= t.createddate
        where t.type = 'SalesOrd' and t.status <> 'C'
        group by all
        """,
    )
    assert set(approved) <= {(True, False), (False, True)}


def test_records_refer_to_records_that_are_there(con: duckdb.DuckDBPyConnection) -> None:
    """Only accounts that were purged from the CRM leave references behind."""
    references = {
        ("netsuite.customer", "parent"): ("netsuite.customer", "id"),
        ("netsuite.customer", "defaultbillingaddress"): ("netsuite.entity_address", "nkey"),
        ("netsuite.customer", "defaultshippingaddress"): ("netsuite.entity_address", "nkey"),
        ("netsuite.customer_addressbook", "entity"): ("netsuite.customer", "id"),
        ("netsuite.customer_addressbook", "addressbookaddress"): (
            "netsuite.entity_address",
            "nkey",
        ),
        ("netsuite.contact", "company"): ("netsuite.customer", "id"),
        ("netsuite.contact", "custentity_sf_contact_id"): ("salesforce.Contact", "Id"),
        ("netsuite.customer_subsidiary_relationship", "entity"): ("netsuite.customer", "id"),
        ("netsuite.transaction", "entity"): ("netsuite.customer", "id"),
        ("salesforce.Contact", "AccountId"): ("salesforce.Account", "Id"),
        ("salesforce.Opportunity", "AccountId"): ("salesforce.Account", "Id"),
        ("salesforce.Contract", "AccountId"): ("salesforce.Account", "Id"),
        ("salesforce.Account", "NetSuite_Id__c"): ("netsuite.customer", "id"),
        ("truth.customer", "record_id"): (
            "(select Id as id from salesforce.Account union all select id from netsuite.customer)",
            "id",
        ),
    }
    lost = [
        (table, column)
        for (table, column), (target, key) in references.items()
        if rows(
            con,
            f"select 1 from {table} as a anti join {target} as b on b.{key} = a.{column} "
            f"where a.{column} is not null limit 1",
        )
    ]
    assert lost == []


def test_every_shape_of_a_company_is_there_at_any_scale(con: duckdb.DuckDBPyConnection) -> None:
    """Duplicates on both sides, merge chains (one with its middle purged), families, branches."""
    roles = dict(
        rows(con, "select record_type || ' ' || role, count(*) from truth.customer group by all")
    )
    assert {"account duplicate", "account merged", "account deleted"} <= set(roles)
    assert {"erp_customer duplicate", "erp_customer branch"} <= set(roles)
    masters = rows(
        con,
        """
        select m.Id is null, m.MasterRecordId is not null
        from salesforce.Account as a
        left join salesforce.Account as m on m.Id = a.MasterRecordId
        where a.MasterRecordId is not null
        """,
    )
    assert {(True, False), (False, True), (False, False)} <= set(masters)
    stated = rows(con, "select distinct source_system, relation from truth.hierarchy")
    assert set(stated) == {
        ("salesforce", "subsidiary"),
        ("netsuite", "subsidiary"),
        ("netsuite", "branch"),
    }
    assert rows(
        con,
        """
        select count(*) > 0 from netsuite.customer_subsidiary_relationship
        where isprimarysub = 'F'
        """,
    ) == [(True,)]


def test_truth_of_records_is_one_company_each_way(con: duckdb.DuckDBPyConnection) -> None:
    """Links, duplicates and branches stay within a company; children and parents are two."""
    within = """
        select count(*) from ({pairs}) as p
        inner join truth.customer as a on a.record_id = p.x
        inner join truth.customer as b on b.record_id = p.y
        where a.company {sign} b.company
    """
    for pairs, sign in (
        ("select crm_account_id as x, erp_customer_id as y from truth.account_link", "<>"),
        ("select record_id as x, other_record_id as y from truth.duplicate_account", "<>"),
        ("select record_id as x, other_record_id as y from truth.duplicate_erp_customer", "<>"),
        (
            "select record_id as x, parent_record_id as y from truth.hierarchy "
            "where relation = 'subsidiary'",
            "=",
        ),
    ):
        assert rows(con, within.format(pairs=pairs, sign=sign)) == [(0,)]


def test_ids_that_truth_counts_on_are_in_the_exports(con: duckdb.DuckDBPyConnection) -> None:
    """What an id proves is provable; what a name must find carries neither id nor domain."""
    off = rows(
        con,
        """
        select l.found_by, count(*)
        from truth.account_link as l
        inner join salesforce.Account as a on a.Id = l.crm_account_id
        inner join netsuite.customer as c on c.id = l.erp_customer_id
        where case l.found_by
            when 'netsuite_id' then a.NetSuite_Id__c is distinct from c.id
            when 'crm_id' then left(c.custentity_crm_account_id, 15) is distinct from left(a.Id, 15)
            when 'external_id' then c.externalid is distinct from a.Id
            when 'duns' then replace(a.DunsNumber, '-', '') is distinct from c.custentity_duns
            when 'domain' then not contains(a.Website, split_part(c.email, '@', 2))
                and not contains(a.Website, replace(c.url, 'http://www.', ''))
            when 'merged' then a.MasterRecordId is null
            when 'tax' then a.Tax_Id__c is null
            else a.NetSuite_Id__c is not null or c.custentity_crm_account_id is not null
                and l.kind = 'primary' or contains(a.Website, split_part(c.email, '@', 2))
        end
        group by all
        """,
    )
    assert off == []


STORIES = {
    "AX-01": {"1.02", "1.05", "1.06", "1.09", "1.13", "1.17", "1.18", "1.20", "2.03", "3.03"},
    "AX-02": {"3.01", "3.02"},
    "AX-07": {"1.07"},
    "AX-08": {"1.20"},
    "AX-09": {"2.10"},
    "AX-12": {"3.01", "3.10"},
    "AX-16": {""},
    "AX-19": {"1.05"},
    "AX-20": {"1.17"},
    "AX-23": {""},
    "AX-28": {"", "1.06"},
    "HOP-ENTITY": {"1.10"},
    "HOP-CURRENCY": {"1.11"},
    "QUANTITY": {"1.15"},
    "PRICE": {"2.04"},
    "REISSUE": {"2.09"},
    "PENDING": {"1.08"},
    "DEPOSIT": {"2.06", "3.09"},
    "CASH-SALE": {"2.06"},
    "REVERSAL": {"3.08"},
    "ADDED-LINE": {"1.21"},
    "CHANGED-LINE": {"1.21"},
    "HOLD-CREDIT": {"2.02"},
    "HOLD-DATA": {"2.02"},
    "HOLD-TAX": {"2.02"},
    "LATE-EDIT": {"1.04"},
    "LINK-SCORE": {"1.17"},
    "LINK-TWINS": {"1.06"},
}


@pytest.mark.parametrize("story", sorted(STORIES))
def test_story_is_planted_with_its_lines(con: duckdb.DuckDBPyConnection, story: str) -> None:
    codes = {
        code or ""
        for (code,) in rows(
            con, f"select distinct line_code from truth.discrepancy where story = '{story}'"
        )
    }
    assert codes >= STORIES[story]


def test_annual_contract_has_twelve_rows_of_ten_thousand(con: duckdb.DuckDBPyConnection) -> None:
    """AX-02."""
    schedule = rows(
        con,
        """
        select p.periodname, l.amount from netsuite.revenue_plan_planned_revenue as l
        inner join netsuite.revenue_plan as r on r.id = l.revenueplan
        inner join netsuite.accounting_period as p on p.id = l.plannedperiod
        inner join netsuite.revenue_element as e on e.id = r.createdfrom
        inner join netsuite.customer as c on c.id = e.entity
        where c.companyname like 'Ridgemont Foods%' order by p.startdate
        """,
    )
    assert [amount for _, amount in schedule] == ["10000.00"] * 12
    assert schedule[0][0] == "Jan 2026"


def test_a_dozen_verbal_deals_are_in_flight_and_none_leaks(con: duckdb.DuckDBPyConnection) -> None:
    """AX-07."""
    codes = rows(
        con,
        "select line_code, count(distinct opportunity_id) from truth.discrepancy "
        "where story = 'AX-07' group by all",
    )
    assert codes == [("1.07", 12)]


def test_bundle_explodes_into_two_lines_and_conserves_the_amount(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """AX-12."""
    found = rows(
        con,
        """
        select i.itemid, k.ordered_amount from truth.opportunity_order_link as k
        inner join salesforce.OpportunityLineItem as o on o.Id = k.opportunity_line_id
        inner join netsuite.transaction_line as l
            on l.transaction = k.order_id and l.id = k.order_line_id
        inner join netsuite.item as i on i.id = l.item
        where o.ProductCode = 'ENT-ANNUAL-SUP' and o.TotalPrice = '27600.00' order by all
        """,
    )
    assert found == [("ENT-SUB-12M", "22080.00"), ("SUP-PREM-12M", "5520.00")]


def test_close_dates_are_american_and_one_does_not_exist(con: duckdb.DuckDBPyConnection) -> None:
    """AX-16."""
    dates = rows(
        con,
        "select CloseDate, try_strptime(CloseDate, '%m/%d/%Y') is null from salesforce.Opportunity",
    )
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", text) for text, _ in dates)
    assert [text for text, bad in dates if bad] == ["02/30/2026"]
    assert ("04/21/2026", False) in dates


def test_open_receivable_is_invoice_less_applied(con: duckdb.DuckDBPyConnection) -> None:
    """AX-24: three lines in yen, paid to 60%."""
    found = rows(
        con,
        """
        select a.amount::bigint, a.amountunpaid::bigint,
            (select sum(k.foreignamount::bigint) from netsuite.next_transaction_line_link as k
                where k.previousdoc = t.id and k.linktype = 'Payment') as applied
        from netsuite.transaction as t
        inner join netsuite.customer as c on c.id = t.entity
        inner join netsuite.transaction_accounting_line as a
            on a.transaction = t.id and a.transactionline = '0'
        where t.type = 'CustInvc' and c.companyname like 'HOSHINO%'
        """,
    )
    assert len(found) == 1
    gross, unpaid, applied = found[0]
    assert unpaid == gross - applied
    assert 0 < unpaid < gross


def test_invoices_are_settled_in_every_way(con: duckdb.DuckDBPyConnection) -> None:
    """Discounts, write-offs, fees, idle cash, refunds and deposits, each as the ERP records it."""
    lines = {
        code
        for (code,) in rows(con, "select distinct line_code from truth.bridge_line where leg = '4'")
    }
    assert lines >= {"4.01", "4.02", "4.03", "4.04", "4.05", "4.06", "4.07", "4.08"}
    links = rows(
        con,
        """
        select distinct previoustype, nexttype, discount from netsuite.next_transaction_line_link
        where linktype in ('Payment', 'DepAppl')
        """,
    )
    assert set(links) == {
        ("CustInvc", "CustPymt", "F"),
        ("CustInvc", "CustPymt", "T"),
        ("CustInvc", "DepAppl", "F"),
        ("CustInvc", "Journal", "F"),
        ("CustDep", "DepAppl", "F"),
        ("CustRfnd", "CustCred", "F"),
        ("CustRfnd", "CustPymt", "F"),
    }


def test_cash_that_waits_is_what_its_documents_leave(con: duckdb.DuckDBPyConnection) -> None:
    """Received, less what links and applications say was made of it; in every way that it waits."""
    off = rows(
        con,
        """
        with used as (
            select
                case when previoustype = 'CustDep' then previousdoc else nextdoc end as id,
                sum(foreignamount::decimal(28, 4)) filter (previoustype <> 'CustRfnd') as applied,
                sum(foreignamount::decimal(28, 4)) filter (previoustype = 'CustRfnd') as refunded,
            from netsuite.next_transaction_line_link
            where linktype in ('Payment', 'DepAppl') and discount = 'F'
            group by all
        ),
        kept as (
            select t.id, t.type, l.foreignamount::decimal(28, 4) as received,
                coalesce(u.applied, 0) as applied, coalesce(u.refunded, 0) as refunded
            from netsuite.transaction as t
            inner join netsuite.transaction_line as l
                on l.transaction = t.id and l.mainline = 'T'
            left join used as u on u.id = t.id
            where t.type in ('CustPymt', 'CustDep') and t.voided = 'F'
        )
        select coalesce(k.id, u.payment_id)
        from (select * from kept where received <> applied + refunded) as k
        full join truth.unapplied_cash as u on u.payment_id = k.id
        where not coalesce(
            k.type = case u.document_type when 'payment' then 'CustPymt' else 'CustDep' end
            and k.received = u.received_amount::decimal(28, 4)
            and k.applied = u.applied_amount::decimal(28, 4)
            and k.refunded = u.refunded_amount::decimal(28, 4)
            and received - applied - refunded = u.unapplied_amount::decimal(28, 4), false)
        """,
    )
    assert off == []
    kinds = rows(
        con,
        """
        select distinct document_type, applied_amount::decimal(28, 4) > 0,
            open_invoice_amount::decimal(28, 4) > 0
        from truth.unapplied_cash
        """,
    )
    assert set(kinds) >= {
        ("customer_deposit", False, False),
        ("customer_deposit", True, False),
        ("payment", False, True),
        ("payment", True, True),
    }


def test_in_dollars_nothing_but_cents_is_left_between_the_anchors(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """What no line and no rate explains, per month and entity: each record rounds by itself."""
    legs = rows(
        con,
        """
        select leg, max(abs(amount::decimal(28, 2))) < 1 from truth.reporting_line
        where line_detail = 'rounding' group by leg order by leg
        """,
    )
    assert legs == [(leg, True) for leg in "1234"]


def test_paid_and_unpaid_make_up_every_invoice(con: duckdb.DuckDBPyConnection) -> None:
    """What an invoice says is paid is what posted documents have settled of it, in its currency."""
    off = rows(
        con,
        """
        with settled as (
            select k.previousdoc as id, sum(k.foreignamount::decimal(28, 4)) as amount
            from netsuite.next_transaction_line_link as k
            inner join netsuite.transaction as n on n.id = k.nextdoc
            where k.previoustype = 'CustInvc' and k.linktype in ('Payment', 'CrdAppl')
                and n.posting = 'T' and n.voided = 'F'
            group by all
        )
        select t.id, a.amount, a.amountpaid, s.amount
        from netsuite.transaction as t
        inner join netsuite.transaction_accounting_line as a
            on a.transaction = t.id and a.transactionline = '0'
        left join settled as s on s.id = t.id
        where t.type = 'CustInvc' and t.exchangerate::decimal(18, 8) = 1
            and (a.amountpaid::decimal(28, 4) <> coalesce(s.amount, 0)
                or a.amountpaid::decimal(28, 4) + a.amountunpaid::decimal(28, 4)
                    <> a.amount::decimal(28, 4))
        """,
    )
    assert off == []


def test_nothing_is_known_after_the_watermark(
    con: duckdb.DuckDBPyConnection, exports: Path
) -> None:
    """The latest change of all is the watermark itself, a deal's; no stamp lies beyond it."""
    stamps = {
        f'{path.parent.name}."{path.stem}"': [
            name
            for name, *_ in rows(con, f'describe {path.parent.name}."{path.stem}"')
            if demo.canonical(name)
            in ("created_date", "last_modified_date", "system_modstamp", "createddate")
            or name in ("lastmodifieddate", "linelastmodifieddate", "datecreated")
        ]
        for path in exports.glob("*/*.csv")
        if path.parent.name != "truth"
    }
    latest = {
        f"{table}.{column}": rows(
            con, f"select max(replace({column}, 'T', ' ')[:19]) from {table}"
        )[0][0]
        for table, columns in stamps.items()
        for column in columns
    }
    assert {name: at for name, at in latest.items() if at and at > demo.WATERMARK} == {}
    assert latest['salesforce."Opportunity".LastModifiedDate'] == demo.WATERMARK
    assert latest['netsuite."customer".lastmodifieddate'][:10] == demo.WATERMARK[:10]


def test_everything_that_goes_wrong_with_revenue_is_there_at_any_scale(
    con: duckdb.DuckDBPyConnection,
) -> None:
    causes = {cause for (cause,) in rows(con, "select distinct cause from truth.revenue_schedule")}
    assert causes >= {
        "amount",
        "dates",
        "modification",
        "not_planned",
        "other_entity",
        "planned_otherwise",
        "unposted",
        "wrong_period",
    }
    lines = {
        code
        for (code,) in rows(con, "select distinct line_code from truth.bridge_line where leg = '3'")
    }
    assert lines >= {f"3.{line:02}" for line in range(1, 14)} - {"3.04", "3.11"}


def test_the_months_of_a_service_add_up_to_its_price(con: duckdb.DuckDBPyConnection) -> None:
    """Over all obligations of an order: what it sold them for, unless that was agreed anew."""
    off = rows(
        con,
        """
        select e.sourcetransaction
        from netsuite.revenue_element as e
        inner join (
            select obligation_id, sum(scheduled_amount::decimal(28, 4)) as amount
            from truth.revenue_schedule group by all
        ) as s on s.obligation_id = e.id
        group by e.sourcetransaction
        having sum(s.amount) <> sum(e.discountedsalesamount::decimal(28, 4))
            and count(e.revenuearrangement) = 0
        """,
    )
    assert off == []
    modified = rows(
        con,
        """
        select e.revenuearrangement, sum(s.scheduled_amount::decimal(28, 4))
        from netsuite.revenue_element as e
        inner join truth.revenue_schedule as s on s.obligation_id = e.id
        where e.revenuearrangement is not null group by all order by all
        """,
    )
    assert modified == [
        ("9001", Decimal(18000)),
        ("9002", Decimal(9600)),
        ("9003", Decimal(3300)),
        ("9004", Decimal(7200)),
    ]
