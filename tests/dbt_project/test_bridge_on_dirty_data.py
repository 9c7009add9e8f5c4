"""The bridge stays exact when the data does not: rows are damaged at random after publication.

Amounts, quantities, prices, currencies, entities, dates and references of a few percent of the rows
are lost, turned negative, made absurd or pointed at the wrong record; payments become refunds,
bills become credits, links of a payment lead nowhere. Whatever that does to the split, money may
neither appear nor vanish, and what it changes in closed periods must be on the list of adjustments.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

SEED = "dirty"


def _draw(key: str, column: str) -> str:
    """SQL for a number from 0 to 99 that depends on the row, the column and the seed."""
    return f"(hash({key} || '{SEED}{column}') % 100)"


DAMAGE = f"""
update raw_salesforce.opportunity set
    amount = case {_draw("id", "amount")}
        when 0 then null when 1 then -amount when 2 then amount + 0.0031 when 3 then 0
        when 4 then amount * 3 when 5 then amount - 0.03 when 6 then 99999999999999999999.1234
        else amount end,
    currency_iso_code = case {_draw("id", "currency")}
        when 0 then null when 1 then 'XYZ' when 2 then 'KWD' when 3 then 'JPY'
        else currency_iso_code end,
    legal_entity_c = case {_draw("id", "entity")}
        when 0 then null when 1 then 'Nowhere Ltd' when 2 then '3' else legal_entity_c end,
    is_won = case {_draw("id", "won")} when 0 then null when 1 then false when 2 then true
        else is_won end,
    contract_term_months_c = case {_draw("id", "term")}
        when 0 then 0 when 1 then -12 when 2 then 24 else contract_term_months_c end,
    tax_amount_c = case {_draw("id", "tax")} when 0 then 100 when 1 then -5 else tax_amount_c end,
    discount_percent_c = case {_draw("id", "discount")}
        when 0 then 15 when 1 then 150 else discount_percent_c end,
    close_date = case {_draw("id", "close")}
        when 0 then date '2001-01-01' when 1 then date '2031-01-01' else close_date end,
    purchase_order_number_c = case when {_draw("id", "po")} < 8 then '4500'
        else purchase_order_number_c end;
update raw_salesforce.opportunity_line_item set
    quantity = case {_draw("id", "quantity")}
        when 0 then null when 1 then 0 when 2 then -quantity when 3 then 1234567890123456
        when 4 then 0.00000001 else quantity end,
    total_price = case {_draw("id", "total")}
        when 0 then null when 1 then 0 when 2 then -total_price when 3 then total_price + 0.0049
        when 4 then 88888888888888888888.5 else total_price end,
    list_price = case {_draw("id", "list")}
        when 0 then null when 1 then 0 when 2 then -list_price else list_price end,
    product_2_id = case {_draw("id", "product")} when 0 then null when 1 then 'nothing'
        else product_2_id end;
delete from raw_salesforce.opportunity_line_item where {_draw("id", "gone")} < 4;
update raw_netsuite.transaction_line set
    quantity = case {_draw("uniquekey", "quantity")}
        when 0 then null when 1 then 0 when 2 then -quantity else quantity end,
    foreignamount = case
        when taxline or mainline then foreignamount
        when {_draw("uniquekey", "amount")} = 0 then null
        when {_draw("uniquekey", "amount")} = 1 then -foreignamount
        when {_draw("uniquekey", "amount")} = 2 then foreignamount + 0.0049
        when {_draw("uniquekey", "amount")} = 3 then foreignamount * 1.1
        else foreignamount end,
    rate = case {_draw("uniquekey", "rate")} when 0 then null when 1 then 0 else rate end,
    subsidiary = case {_draw("uniquekey", "entity")} when 0 then '999' when 1 then '3'
        else subsidiary end
where transaction in (select id from raw_netsuite.transaction where type = 'SalesOrd');
update raw_netsuite.transaction set
    currency = case {_draw("id", "currency")} when 0 then '4' when 1 then '77' when 2 then null
        else currency end,
    custbody_sf_opportunity_id = case
        when {_draw("id", "deal")} < 5 then (select max(id) from raw_salesforce.opportunity)
        else custbody_sf_opportunity_id end,
    status = case {_draw("id", "status")} when 0 then 'A' when 1 then 'C' when 2 then 'H'
        else status end,
    otherrefnum = case when {_draw("id", "po")} < 8 then '4500' else otherrefnum end
where type = 'SalesOrd';
update raw_netsuite.next_transaction_line_link set
    foreignamount = case {_draw("previousdoc || nextdoc || nextline", "amount")}
        when 0 then null when 1 then -foreignamount when 2 then foreignamount + 0.0049
        when 3 then foreignamount * 3 when 4 then foreignamount - 0.03 when 5 then 0
        else foreignamount end,
    discount = case when {_draw("previousdoc || nextdoc || nextline", "discount")} < 4
        then not coalesce(discount, false) else discount end,
    nextdoc = case when {_draw("previousdoc || nextdoc || nextline", "other")} < 2
        then previousdoc else nextdoc end
where linktype in ('Payment', 'CrdAppl', 'DepAppl');
update raw_netsuite.transaction set
    type = case {_draw("id", "type")} when 0 then 'CustRfnd' when 1 then 'Journal'
        when 2 then 'CustPymt' when 3 then 'CustCred' else type end,
    voided = case {_draw("id", "void")} when 0 then true else voided end,
    posting = case {_draw("id", "posting")} when 0 then false when 1 then null else posting end,
    currency = case {_draw("id", "pay_currency")} when 0 then '2' when 1 then null
        else currency end,
    postingperiod = case {_draw("id", "period")} when 0 then null else postingperiod end,
    entity = case {_draw("id", "customer")} when 0 then null else entity end
where type in ('CustPymt', 'CustCred', 'CustRfnd', 'Journal', 'DepAppl', 'CustInvc');
update raw_netsuite.account set fullname = case {_draw("id", "name")} % 4
        when 0 then 'Bank fees' when 1 then 'Bad debts' else fullname end;
"""

LEGS = {
    1: ("bookings", "orders"),
    2: ("orders", "billings"),
    3: ("billings", "revenue"),
    4: ("billings", "cash"),
}


@pytest.fixture(scope="module")
def marts(
    published_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts built from damaged rows, with what was published before the damage as `published`."""
    home = tmp_path_factory.mktemp("dirty") / "home"
    shutil.copytree(published_home, home, symlinks=True)
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute(DAMAGE)
    tieout("build", home=home)
    (candidate,) = (home / "work" / "candidate").glob("*/marts.duckdb")
    published = home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(candidate), read_only=True) as connection:
        connection.execute(f"attach '{published.resolve()}' as published (read_only)")
        yield connection


@pytest.mark.parametrize("leg", LEGS)
def test_identity_holds_in_every_cell(marts: duckdb.DuckDBPyConnection, leg: int) -> None:
    left, right = LEGS[leg]
    cells = """
        select definition_id, entity, currency, period, sum(amount) as difference from (
            select definition_id, entity, currency, period,
                case anchor when $left then amount else -amount end as amount
            from revenue_bridge.rpt_bridge_anchor where anchor in ($left, $right)
            union all
            select definition_id, entity, currency, period, amount
            from revenue_bridge.rpt_revenue_bridge where leg = $leg
        ) group by all
    """
    given = {"left": left, "right": right, "leg": leg}
    counted = marts.execute(f"select count(*) from ({cells})", given).fetchone()
    assert counted is not None and counted[0] > 100
    off = marts.execute(f"select * from ({cells}) where difference <> 0", given).fetchall()
    assert off == []


@pytest.mark.parametrize("leg", LEGS)
def test_identity_holds_in_reporting_currency(marts: duckdb.DuckDBPyConnection, leg: int) -> None:
    """Also where the damage took a record's currency or rate, or made its amount absurd."""
    left, right = LEGS[leg]
    off = marts.execute(
        """
        select definition_id, entity, period, sum(amount) as difference from (
            select definition_id, entity, period,
                case anchor when $left then amount else -amount end as amount
            from revenue_bridge.rpt_reporting_anchor where anchor in ($left, $right)
            union all
            select definition_id, entity, period, amount
            from revenue_bridge.rpt_reporting_bridge where leg = $leg
        ) group by all having sum(amount) <> 0
        """,
        {"left": left, "right": right, "leg": leg},
    ).fetchall()
    assert off == []


def test_what_has_no_rate_is_an_exception(marts: duckdb.DuckDBPyConnection) -> None:
    """Every anchor that leaves records out, and no other."""
    left_out = marts.execute(
        "select distinct anchor from revenue_bridge.rpt_reporting_anchor "
        "where definition_id = 'standard' and unconverted_count > 0"
    ).fetchall()
    excepted = marts.execute(
        "select distinct split_part(source_key, '/', 3) from operations.exception "
        "where exception_type = 'missing_rate' and source_key like '%/%/%'"
    ).fetchall()
    assert left_out
    assert sorted(left_out) == sorted(excepted)


def test_damage_reached_the_bridge(marts: duckdb.DuckDBPyConnection) -> None:
    """Else the other tests would prove nothing."""
    unclassified = marts.execute(
        "select line_code, count(*) from revenue_bridge.fct_bridge_atom"
        " where line_code in ('1.99', '4.99') group by line_code order by line_code"
    ).fetchall()
    assert [code for code, _ in unclassified] == ["1.99", "4.99"]


def test_bookings_are_all_won_deals(marts: duckdb.DuckDBPyConnection) -> None:
    off = marts.execute(
        """
        select currency, sum(amount) from (
            select currency, amount from revenue_bridge.rpt_bridge_anchor
            where anchor = 'bookings' and definition_id = 'standard'
            union all
            select currency, -booked_amount from opportunity_to_order.fct_opportunity_to_cash
        ) group by currency having sum(amount) <> 0
        """
    ).fetchall()
    assert off == []


def test_published_plus_adjustments_is_current(marts: duckdb.DuckDBPyConnection) -> None:
    """For every line of every period that was closed when it was published."""
    changed = marts.execute(
        "select count(*) from revenue_bridge.rpt_prior_period_adjustment"
    ).fetchone()
    assert changed is not None and changed[0] > 0
    key = "definition_id, entity, currency, period, leg, line_code"
    off = marts.execute(
        f"""
        with closed as (
            select definition_id, period from published.revenue_bridge.rpt_bridge_anchor
            where is_closed group by all
        )
        select {key}, sum(amount) from (
            select {key}, amount from published.revenue_bridge.rpt_revenue_bridge
            union all
            select {key}, amount from revenue_bridge.rpt_prior_period_adjustment
            union all
            select {key}, -amount from revenue_bridge.rpt_revenue_bridge
        ) semi join closed using (definition_id, period)
        group by {key} having sum(amount) <> 0
        """
    ).fetchall()
    assert off == []
