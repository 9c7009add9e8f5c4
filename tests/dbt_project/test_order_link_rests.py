"""A deal ordered in two, of which one order names it; an order of two deals, of which it names one.

From the lines as they are landed to the verdicts: the SQL is the models' own, as dbt compiled it.
Other sales of the same customer, of the same few things, stand around.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

MODELS = (
    *("referenced_pair", "sold_item", "item_balance", "deal_item", "deal_item_set"),
    *("deal_balance", "free_deal", "order_item", "free_order", "free_pair", "compared_pair"),
    *("tied_pair", "part_pair", "declared_pair", "scored_pair", "best_pair", "best_set"),
    *("score_verdict", "judged_pair"),
)
EXACT = "what is left: customer, items, amount and date"
PRICES = {"A": 10, "B": 7, "C": 5, "D": 3}
DAY = dt.date(2026, 1, 15)
BLANK = (None, None, None)
NO = (False, False)

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
use warehouse.intermediate;
create table int_order_link__threshold as
select 30 as days_before_close, 90 as days_after_close, 16 as accept_points, 9 as review_points,
    3 as margin_points;
create table int_customer__membership as
select unnest(['erp', 'other erp', 'crm']) as source_system,
    unnest(['erp_customer', 'erp_customer', 'account']) as record_type,
    'k' as record_id, 'k' as customer_key, date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to;
create table int_hierarchy__ancestor (
    customer_key varchar, ancestor_customer_key varchar, is_ultimate boolean
);
create table int_order_link__reference_verdict (
    erp_system varchar, order_id varchar, crm_system varchar, opportunity_id varchar,
    tier integer, link_rule varchar, evidence_grade varchar, deal_count bigint, verdict varchar
);
create table int_order_link__decided_pair (
    erp_system varchar, order_id varchar, crm_system varchar, opportunity_id varchar,
    verdict varchar
);
create table int_order_link__decided_line (
    erp_system varchar, order_id varchar, order_line_id varchar, crm_system varchar,
    opportunity_id varchar
);
create table int_order_link__order_token (
    erp_system varchar, order_id varchar, field varchar, kind varchar, token varchar
);
create table int_order_link__deal_token (
    crm_system varchar, opportunity_id varchar, tier integer, kind varchar, token varchar
);
create table int_erp__document (
    erp_system varchar, document_id varchar, document_type varchar, document_date date,
    erp_customer_id varchar, currency varchar, purchase_order_number_normalised varchar,
    memo varchar, crm_reference varchar, is_voided boolean, is_cancelled boolean,
    is_intercompany boolean
);
create table int_erp__order_line (
    erp_system varchar, order_id varchar, order_line_id varchar, line_type varchar,
    sku_normalised varchar, quantity decimal(28, 8), amount decimal(28, 4), entity varchar,
    is_intercompany boolean, crm_opportunity_line_id varchar
);
create table int_crm__opportunity (
    crm_system varchar, opportunity_id varchar, opportunity_name varchar, account_id varchar,
    close_date date, currency varchar, amount decimal(28, 4), tax_amount decimal(28, 4),
    freight_amount decimal(28, 4), discount_percent decimal(28, 8), term_months integer,
    purchase_order_number_normalised varchar, is_won boolean, is_closed boolean, is_deleted boolean
);
create table int_crm__opportunity_line (
    crm_system varchar, opportunity_id varchar, opportunity_line_id varchar, line_kind varchar,
    is_deleted boolean, quantity decimal(28, 8), amount decimal(28, 4)
);
create table int_crm__opportunity_line_item (
    crm_system varchar, opportunity_id varchar, opportunity_line_id varchar, erp_system varchar,
    sku_normalised varchar, amount decimal(28, 4), is_manual_review boolean
);
"""

Items = dict[str, int]
Verdicts = dict[tuple[str, str], tuple[str, str]]


@dataclass
class Sales:
    """Deals and orders by their ids, as quantities by item, and which deal an order names."""

    deals: dict[str, Items]
    orders: dict[str, Items]
    names: dict[str, str] = field(default_factory=dict)
    percent: dict[str, int] = field(default_factory=dict)  # of the price, by order
    void: frozenset[str] = frozenset()
    names_too: tuple[tuple[str, str], ...] = ()  # further deals that an order names
    elsewhere: frozenset[str] = frozenset()  # orders of a second ERP

    def amount(self, item: str, quantity: int, order: str = "") -> Decimal:
        return Decimal(PRICES[item] * quantity * self.percent.get(order, 100)) / 100

    def erp(self, order: str) -> str:
        return "other erp" if order in self.elsewhere else "erp"

    def total(self, items: Items) -> Decimal:
        return sum((self.amount(*line) for line in items.items()), Decimal(0))


class Company:
    def __init__(self, compiled: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
        self.warehouse = warehouse
        self.sql = {
            name: next(compiled.rglob(f"int_order_link__{name}.sql")).read_text() for name in MODELS
        }
        warehouse.execute(SCHEMA)

    def judge(self, sales: Sales) -> Verdicts:
        """Order and deal -> rule and verdict."""
        rows: dict[str, list[tuple[object, ...]]] = {
            "int_order_link__reference_verdict": [
                (sales.erp(order), order, "crm", deal, 1, "id", "A", 1, "accepted")
                for order, deal in (*sales.names.items(), *sales.names_too)
            ],
            "int_erp__document": [
                (
                    *(sales.erp(order), order, "sales_order", DAY, "k", "USD", *BLANK),
                    *(order in sales.void, *NO),
                )
                for order in sales.orders
            ],
            "int_erp__order_line": [
                (
                    *(sales.erp(order), order, item, "item", item, quantity),
                    *(sales.amount(item, quantity, order), "E", False, None),
                )
                for order, items in sales.orders.items()
                for item, quantity in items.items()
            ],
            "int_crm__opportunity": [
                (
                    *("crm", deal, deal, "k", DAY, "USD", sales.total(items)),
                    *(*BLANK, None, None),
                    *(True, True, False),
                )
                for deal, items in sales.deals.items()
            ],
            "int_crm__opportunity_line": [
                ("crm", deal, deal + item, "line", False, quantity, sales.amount(item, quantity))
                for deal, items in sales.deals.items()
                for item, quantity in items.items()
            ],
            "int_crm__opportunity_line_item": [
                ("crm", deal, deal + item, erp, item, sales.amount(item, quantity), False)
                for deal, items in sales.deals.items()
                for item, quantity in items.items()
                for erp in ("erp", "other erp")
            ],
        }
        for table, content in rows.items():
            self.warehouse.execute(f"delete from {table}")
            if content:
                marks = ", ".join("?" for _ in content[0])
                self.warehouse.executemany(f"insert into {table} values ({marks})", content)
        for name, sql in self.sql.items():
            self.warehouse.execute(f"create or replace table int_order_link__{name} as ({sql})")
        return {
            (order, deal): (rule, verdict)
            for order, deal, rule, verdict in self.warehouse.execute(
                "select order_id, opportunity_id, link_rule, verdict "
                "from int_order_link__judged_pair"
            ).fetchall()
        }


@pytest.fixture(scope="module")
def company(worked_example: Path) -> Iterator[Company]:
    with duckdb.connect() as connection:
        yield Company(worked_example / "work" / "dbt" / "compiled", connection)


quietly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
some_items = st.dictionaries(
    st.sampled_from(sorted(PRICES)), st.integers(1, 4), min_size=1, max_size=3
)


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Items, Items]:
    """Two sales that together are one; an item may be in both."""
    one, other = draw(some_items), draw(some_items)
    assume(one != other)
    return one, other


def both(one: Items, other: Items) -> Items:
    return {item: one.get(item, 0) + other.get(item, 0) for item in {**one, **other}}


@quietly
@given(parts=pieces())
def test_the_rest_of_a_deal_and_of_an_order_is_found(
    company: Company, parts: tuple[Items, Items]
) -> None:
    one, other = parts
    split = Sales({"deal": both(one, other)}, {"first": one, "second": other}, {"first": "deal"})
    assert company.judge(split)["second", "deal"] == (EXACT, "accepted")
    joint = Sales({"named": one, "unnamed": other}, {"order": both(one, other)}, {"order": "named"})
    assert company.judge(joint)["order", "unnamed"] == (EXACT, "accepted")


@quietly
@given(
    parts=pieces(), deals=st.lists(some_items, max_size=3), orders=st.lists(some_items, max_size=3)
)
def test_around_other_sales_the_second_order_is_the_deals_or_nobodys(
    company: Company, parts: tuple[Items, Items], deals: list[Items], orders: list[Items]
) -> None:
    """What fits others too is linked with none of them, unless they are one another's alone."""
    one, other = parts
    sales = Sales(
        {"deal": both(one, other)} | {f"d{at}": deal for at, deal in enumerate(deals)},
        {"first": one, "second": other} | {f"o{at}": order for at, order in enumerate(orders)},
        {"first": "deal"},
    )
    judged = company.judge(sales)
    taken = {pair for pair, (_, verdict) in judged.items() if verdict == "accepted"}
    rules = {pair: judged[pair][0] for pair in taken}
    assert ("first", "deal") in taken
    assert {deal for order, deal in taken if order == "first"} == {"deal"}
    ordered = [order for order, deal in taken if deal == "deal"]
    whole = sum((sales.total(sales.orders[order]) for order in ordered), Decimal(0))
    assert whole <= sales.total(sales.deals["deal"])
    assert not [pair for pair in taken if pair[1] == "deal" and "scored" in rules[pair]]
    if other in deals:
        assert ("second", "deal") not in taken


def test_what_is_no_rest_is_no_candidate(company: Company) -> None:
    """A lower price, a deal in full, an order beyond the deal by its price: nothing waits."""
    deal, other = {"A": 2, "B": 1}, {"A": 2}
    for percent in (100, 80, 130):
        sales = Sales(
            {"deal": deal, "free": {"C": 1}}, {"its": deal, "next": other}, {"its": "deal"},
            {"its": percent},
        )  # fmt: skip
        assert company.judge(sales) == {("its", "deal"): ("id", "accepted")}


def test_a_rest_that_does_not_fit_exactly_waits_for_a_person(company: Company) -> None:
    split = Sales(
        {"deal": {"A": 4, "B": 4}}, {"first": {"A": 4}, "second": {"B": 4}}, {"first": "deal"},
        {"second": 90},
    )  # fmt: skip
    assert company.judge(split)["second", "deal"] == ("scored candidate", "review")
    joint = Sales(
        {"named": {"A": 4}, "unnamed": {"B": 4}}, {"order": {"A": 4, "B": 4, "C": 1}},
        {"order": "named"},
    )  # fmt: skip
    assert company.judge(joint)["order", "unnamed"] == ("scored candidate", "review")


def test_a_deal_whose_order_was_voided_is_whole_again(company: Company) -> None:
    again = Sales(
        {"deal": {"A": 4}}, {"void": {"A": 4}, "again": {"A": 4}}, {"void": "deal"},
        void=frozenset({"void"}),
    )  # fmt: skip
    assert company.judge(again)["again", "deal"] == (EXACT, "accepted")


def test_what_an_order_has_beyond_two_deals_waits_for_a_person(company: Company) -> None:
    """Which of its items are the third deal's nobody says; an order of two in full has nothing."""
    deals = {"first": {"A": 4}, "second": {"B": 4}, "third": {"C": 2}}
    names, names_too = {"order": "first"}, (("order", "second"),)
    more = Sales(deals, {"order": {"A": 4, "B": 4, "C": 2}}, names, names_too=names_too)
    assert company.judge(more)["order", "third"] == ("scored candidate", "review")
    in_full = Sales(deals, {"order": {"A": 4, "B": 4}}, names, names_too=names_too)
    assert set(company.judge(in_full)) == {("order", "first"), ("order", "second")}
    in_parts = Sales(
        deals, {**more.orders, "rest": {"A": 1}}, {**names, "rest": "first"}, names_too=names_too
    )
    assert ("order", "third") not in company.judge(in_parts)


def test_what_one_erp_has_of_a_deal_is_not_left_in_another(company: Company) -> None:
    """All of the deal again at half its price is not its other half."""
    sales = Sales(
        {"deal": {"A": 4}}, {"half": {"A": 2}, "again": {"A": 4}}, {"half": "deal"},
        {"again": 50}, elsewhere=frozenset({"again"}),
    )  # fmt: skip
    assert company.judge(sales)["again", "deal"] == ("scored candidate", "review")
    rest = Sales(
        {"deal": {"A": 2, "B": 3}}, {"here": {"A": 2}, "there": {"B": 3}}, {"here": "deal"},
        elsewhere=frozenset({"there"}),
    )  # fmt: skip
    assert company.judge(rest)["there", "deal"] == ("scored candidate", "review")
