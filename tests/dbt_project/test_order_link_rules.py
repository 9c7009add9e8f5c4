"""Orders without a reference are linked only where nothing else could be meant.

The SQL is the models' own, as dbt compiled it; made up are deals and orders of one or two customers
who buy the same few things again and again, so that look-alikes are the rule.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODELS = (
    "free_pair",
    "compared_pair",
    "tied_pair",
    "part_pair",
    "declared_pair",
    "scored_pair",
    "best_pair",
    "best_set",
    "score_verdict",
    "judged_pair",
)
PRICES = {"A": 10, "B": 7, "C": 5}
START = dt.date(2026, 1, 1)

SCHEMA = """
attach ':memory:' as warehouse;
create schema warehouse.intermediate;
create table warehouse.intermediate.int_order_link__threshold as
select 30 as days_before_close, 90 as days_after_close, 16 as accept_points, 9 as review_points,
    3 as margin_points;
create table warehouse.intermediate.int_customer__membership (
    source_system varchar, record_type varchar, record_id varchar, customer_key varchar,
    valid_from date, valid_to date
);
create table warehouse.intermediate.int_hierarchy__ancestor (
    customer_key varchar, ancestor_customer_key varchar, is_ultimate boolean
);
create table warehouse.intermediate.int_order_link__reference_verdict (
    erp_system varchar, order_id varchar, crm_system varchar, opportunity_id varchar,
    tier integer, link_rule varchar, evidence_grade varchar, deal_count bigint, verdict varchar
);
create table warehouse.intermediate.int_order_link__decided_pair (
    erp_system varchar, order_id varchar, crm_system varchar, opportunity_id varchar,
    verdict varchar
);
create table warehouse.intermediate.int_order_link__free_order (
    erp_system varchar, order_id varchar, order_date date, erp_customer_id varchar,
    currency varchar, is_rest boolean, net_amount decimal(28, 4), item_set varchar,
    item_count integer, memo_name varchar, is_live boolean, reference_name varchar,
    names_unknown_deal boolean,
    purchase_order_number_normalised varchar
);
create table warehouse.intermediate.int_order_link__free_deal (
    crm_system varchar, opportunity_id varchar, close_date date, account_id varchar,
    currency varchar, is_won boolean, is_rest boolean, net_amount decimal(28, 4),
    basis_amount decimal(28, 4), deal_name varchar,
    discount_percent decimal(28, 8), term_months integer, purchase_order_number_normalised varchar
);
create table warehouse.intermediate.int_order_link__order_item (
    erp_system varchar, order_id varchar, sku_normalised varchar, quantity decimal(28, 8),
    amount decimal(28, 4)
);
create table warehouse.intermediate.int_order_link__deal_item (
    crm_system varchar, opportunity_id varchar, erp_system varchar, sku_normalised varchar,
    quantity decimal(28, 8), amount decimal(28, 4)
);
create table warehouse.intermediate.int_order_link__deal_item_set (
    crm_system varchar, opportunity_id varchar, erp_system varchar, item_set varchar,
    item_count integer
);
"""


@dataclass(frozen=True)
class Sale:
    """A deal or an order: quantities by item, and percent by which its price is another one."""

    key: str
    customer: str
    day: int
    items: tuple[tuple[str, int], ...]
    percent_off: int = 0
    text: str | None = None
    currency: str = "USD"
    # What a reference leaves of a deal, or finds in an order beyond its deal.
    is_rest: bool = False

    def amount(self, item: str, quantity: int) -> Decimal:
        return Decimal(PRICES[item] * quantity * (100 - self.percent_off)) / 100

    @property
    def total(self) -> Decimal:
        return sum((self.amount(*line) for line in self.items), Decimal(0))


@dataclass(frozen=True)
class World:
    """Deals and orders that no reference links."""

    deals: tuple[Sale, ...]
    orders: tuple[Sale, ...]


Pair = tuple[str, str]
Judged = dict[Pair, tuple[int, str, str]]


TEXTS = [None, None, "acmepump2026", "acmevalve2026"]


@st.composite
def sales(draw: st.DrawFn, key: str) -> Sale:
    quantities = st.dictionaries(
        st.sampled_from(sorted(PRICES)), st.integers(min_value=1, max_value=3), min_size=1
    )
    return Sale(
        key,
        draw(st.sampled_from(["k1", "k1", "k2"])),
        draw(st.integers(min_value=0, max_value=70)),
        tuple(sorted(draw(quantities).items())),
        text=draw(st.sampled_from(TEXTS)),
        is_rest=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def orders_of(draw: st.DrawFn, deals: tuple[Sale, ...], key: str) -> Sale:
    """An order of a deal: of all of it or of one of its items, at its price or another."""
    deal = draw(st.sampled_from(deals))
    return replace(
        deal,
        key=key,
        day=deal.day + draw(st.integers(min_value=-10, max_value=40)),
        items=draw(st.sampled_from([deal.items, deal.items, deal.items[:1], deal.items[1:]]))
        or deal.items,
        percent_off=draw(st.sampled_from([0, 0, 5, 50])),
        text=draw(st.sampled_from([None, deal.text])),
        is_rest=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def worlds(draw: st.DrawFn, most_deals: int = 4, most_orders: int = 5) -> World:
    deals = tuple(
        draw(sales(f"d{number}"))
        for number in range(draw(st.integers(min_value=1, max_value=most_deals)))
    )
    orders = tuple(
        draw(st.one_of(orders_of(deals, f"o{number}"), sales(f"o{number}")))
        for number in range(draw(st.integers(min_value=1, max_value=most_orders)))
    )
    return World(deals, orders)


class Matcher:
    """The compiled models over a database of their inputs."""

    def __init__(self, compiled: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
        self.warehouse = warehouse
        self.sql = {
            name: next(compiled.rglob(f"int_order_link__{name}.sql")).read_text() for name in MODELS
        }
        warehouse.execute(SCHEMA)

    def judge(self, world: World, seed: int = 0) -> Judged:
        """Order and deal -> tier, rule and verdict; `seed` is the order in which the rows come."""
        shuffled = random.Random(seed).sample  # noqa: S311 - row order, no secret

        def date(sale: Sale) -> dt.date:
            return START + dt.timedelta(days=sale.day)

        def item_set(sale: Sale) -> str:
            return ", ".join(item for item, _ in sale.items)

        rows: dict[str, list[tuple[object, ...]]] = {
            "int_customer__membership": [
                (system, kind, customer, customer, dt.date(1900, 1, 1), dt.date(9999, 12, 31))
                for system, kind in (("erp", "erp_customer"), ("crm", "account"))
                for customer in ("k1", "k2", "k3")
            ],
            "int_order_link__free_order": [
                (
                    "erp", order.key, date(order), order.customer, order.currency, order.is_rest,
                    order.total, item_set(order), len(order.items), order.text, True, None, False,
                    None,
                )
                for order in world.orders
            ],
            "int_order_link__free_deal": [
                (
                    "crm", deal.key, date(deal), deal.customer, deal.currency, True, deal.is_rest,
                    deal.total, deal.total, deal.text, None, None, None,
                )
                for deal in world.deals
            ],
            "int_order_link__order_item": [
                ("erp", order.key, item, quantity, order.amount(item, quantity))
                for order in world.orders
                for item, quantity in order.items
            ],
            "int_order_link__deal_item": [
                ("crm", deal.key, "erp", item, quantity, deal.amount(item, quantity))
                for deal in world.deals
                for item, quantity in deal.items
            ],
            "int_order_link__deal_item_set": [
                ("crm", deal.key, "erp", item_set(deal), len(deal.items)) for deal in world.deals
            ],
        }  # fmt: skip
        for table, content in rows.items():
            self.warehouse.execute(f"delete from warehouse.intermediate.{table}")
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in content)
            self.warehouse.execute(
                f"insert into warehouse.intermediate.{table} values {marks}",
                [value for row in shuffled(content, len(content)) for value in row],
            )
        for name, sql in self.sql.items():
            self.warehouse.execute(
                f"create or replace table warehouse.intermediate.int_order_link__{name} as ({sql})"
            )
        return {
            (order, deal): (tier, rule, verdict)
            for order, deal, tier, rule, verdict in self.warehouse.execute(
                "select order_id, opportunity_id, tier, link_rule, verdict "
                "from warehouse.intermediate.int_order_link__judged_pair"
            ).fetchall()
        }


@pytest.fixture(scope="module")
def matcher(worked_example: Path) -> Iterator[Matcher]:
    with duckdb.connect() as connection:
        yield Matcher(worked_example / "work" / "dbt" / "compiled", connection)


def links(judged: Judged) -> dict[Pair, str]:
    return {pair: rule for pair, (_, rule, verdict) in judged.items() if verdict == "accepted"}


quietly = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quietly
@given(world=worlds(), seed=st.integers(min_value=1, max_value=9))
def test_links_do_not_depend_on_the_order_of_rows(
    matcher: Matcher, world: World, seed: int
) -> None:
    assert matcher.judge(world) == matcher.judge(world, seed)


@quietly
@given(world=worlds(), data=st.data())
def test_an_unrelated_sale_changes_nothing(
    matcher: Matcher, world: World, data: st.DataObject
) -> None:
    """The same order again, of another customer, in another currency or two years later."""
    order = data.draw(st.sampled_from(world.orders))
    deal = data.draw(st.sampled_from(world.deals))
    elsewhere = [
        replace(order, key="other customer", customer="k3"),
        replace(order, key="other currency", currency="EUR"),
        replace(order, key="other year", day=order.day + 730),
    ]
    added = World(
        (*world.deals, replace(deal, key="deal of another year", day=deal.day + 1460)),
        (*world.orders, *elsewhere),
    )
    assert matcher.judge(world) == matcher.judge(added)


@quietly
@given(world=worlds())
def test_what_is_left_is_linked_exactly_or_not_at_all(matcher: Matcher, world: World) -> None:
    """Points never link the rest of a deal or of an order; a rule does, to the cent."""
    found = links(matcher.judge(world))
    deals = {deal.key: deal for deal in world.deals}
    orders = {order.key: order for order in world.orders}
    for (order_key, deal_key), rule in found.items():
        order, deal = orders[order_key], deals[deal_key]
        if not (order.is_rest or deal.is_rest):
            assert not rule.startswith("what is left")
        elif rule == "what is left: customer, items, amount and date":
            assert (order.items, order.total) == (deal.items, deal.total)
        else:
            assert rule in ("several orders of one deal", "several deals in one order")


@quietly
@given(world=worlds())
def test_nothing_is_linked_twice_and_parts_add_up(matcher: Matcher, world: World) -> None:
    found = links(matcher.judge(world))
    deals = {deal.key: deal for deal in world.deals}
    orders = {order.key: order for order in world.orders}
    for order_key, deal_key in found:
        order, deal = orders[order_key], deals[deal_key]
        assert (order.customer, order.currency) == (deal.customer, deal.currency)
        assert -30 <= order.day - deal.day <= 90
        rule = found[order_key, deal_key]
        of_deal = [one for one in found if one[1] == deal_key]
        of_order = [one for one in found if one[0] == order_key]
        assert {found[one] for one in (*of_deal, *of_order)} == {rule}
        ordered = sum((orders[one].total for one, _ in of_deal), Decimal(0))
        sold = sum((deals[one].total for _, one in of_order), Decimal(0))
        if rule == "several orders of one deal":
            assert len(of_deal) > 1 and of_order == [(order_key, deal_key)]
            assert ordered == deal.total
        elif rule == "several deals in one order":
            assert len(of_order) > 1 and of_deal == [(order_key, deal_key)]
            assert sold == order.total
        elif rule == "scored candidate, several orders":
            assert len(of_deal) > 1 and of_order == [(order_key, deal_key)]
            assert abs(ordered - deal.total) * 10 <= deal.total
        else:
            assert of_deal == of_order == [(order_key, deal_key)]


# A sale that is linked whenever nothing like it is around.
DEAL = Sale("planted", "k1", 30, (("A", 3), ("B", 2)))
ORDER = replace(DEAL, key="its order", day=33)


@quietly
@given(world=worlds(most_deals=2, most_orders=2), days=st.integers(min_value=-20, max_value=20))
def test_of_equal_deals_none_is_guessed(matcher: Matcher, world: World, days: int) -> None:
    """A deal gets a twin: now neither has an order, however near, and a person sees why."""
    twins = World(
        (*world.deals, DEAL, replace(DEAL, key="twin", day=DEAL.day + days)),
        (*world.orders, ORDER),
    )
    judged = matcher.judge(twins)
    assert not [pair for pair in links(judged) if pair[1] in (DEAL.key, "twin")]
    assert judged[ORDER.key, DEAL.key][2] != "accepted"
    assert judged[ORDER.key, "twin"][2] != "accepted"
    if (ORDER.key) not in {order for order, _ in links(judged)}:
        waiting = {deal for (_, deal), (_, _, verdict) in judged.items() if verdict == "review"}
        assert waiting & {DEAL.key, "twin"}


@quietly
@given(world=worlds(most_deals=2, most_orders=1))
def test_of_equal_orders_none_is_guessed(matcher: Matcher, world: World) -> None:
    """The same order entered twice: neither is the deal's until somebody says which."""
    twins = World((*world.deals, DEAL), (*world.orders, ORDER, replace(ORDER, key="twin")))
    judged = matcher.judge(twins)
    assert not [pair for pair in links(judged) if pair[0] in (ORDER.key, "twin")]
    assert "review" in {judged[order, DEAL.key][2] for order in (ORDER.key, "twin")}


def test_the_plain_cases_are_linked(matcher: Matcher) -> None:
    """What the properties above could also hold for a matcher that never links anything."""
    plain = World(
        (
            Sale("rule", "k1", 0, (("A", 2), ("B", 1))),
            Sale("parts", "k1", 0, (("A", 1), ("C", 3))),
            Sale("points", "k2", 0, (("A", 3),), text="acmepump2026"),
            Sale("half ordered", "k3", 0, (("B", 2),), is_rest=True),
            Sale("second of order", "k3", 0, (("C", 2),)),
        ),
        (
            Sale("whole", "k1", 3, (("A", 2), ("B", 1))),
            Sale("one half", "k1", 4, (("A", 1),)),
            Sale("other half", "k1", 30, (("C", 3),)),
            Sale("second order", "k3", 9, (("B", 2),)),
            Sale("order of two", "k3", 9, (("C", 2),), is_rest=True),
            Sale("discounted", "k2", 5, (("A", 3),), percent_off=5, text="acmepump20"),
        ),
    )
    assert links(matcher.judge(plain)) == {
        ("whole", "rule"): "customer, items, amount and date",
        ("one half", "parts"): "several orders of one deal",
        ("other half", "parts"): "several orders of one deal",
        ("second order", "half ordered"): "what is left: customer, items, amount and date",
        ("order of two", "second of order"): "what is left: customer, items, amount and date",
        ("discounted", "points"): "scored candidate",
    }
