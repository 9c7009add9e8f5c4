"""How orders become bills, story by story: each has a customer of its own, and its atoms of leg 2.

An order is for 10 pieces at 100 in January, unless the story is about that.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.dbt_project.books import Books, Document, Line, freight, sold, taxed

Atom = tuple[str, str, str, str, str, str, str]

DEC, JAN, FEB, MAR = "2025-12-10", "2026-01-15", "2026-02-15", "2026-03-15"


def tell(books: Books) -> None:
    """All stories."""

    def ordered(customer: str, day: str = JAN, line: Line | None = None, **head: str) -> Document:
        return books.order(day, customer, line or sold(1000, 10), **head)

    def billed(order: Document, day: str = JAN, line: Line | None = None, **head: str) -> Document:
        return books.bill(day, order.customer, line or sold(1000, 10), of=order, **head)

    billed(ordered("billed at once"))
    billed(ordered("billed in the next month"), FEB)
    billed(ordered("backlog of last year", DEC), FEB)
    billed(ordered("partly shipped"), JAN, sold(400, 4))

    ordered("scheduled", line=sold(1000, 10, expectedshipdate="2099-01-15"))
    ordered("held for credit", custbody_hold_reason="Credit limit")
    ordered("held for tax", custbody_hold_reason="TAX id missing")
    ordered("held for data", custbody_hold_reason="Ship-to address")
    ordered("missed", line=sold(1000, 10, quantityshiprecv=10, quantitybilled=0))
    ordered("cancelled", status="C")
    billed(ordered("short-closed", line=sold(1000, 10, isclosed="T")), JAN, sold(400, 4))

    billed(ordered("cheaper"), JAN, sold(900, 10))
    billed(ordered("a cent more"), JAN, sold("1000.01", 10))
    order = ordered("freight")
    books.bill(JAN, "freight", sold(1000, 10), freight(50), taxed(105), of=order)
    books.bill(JAN, "no order", sold(1000, 10))

    bill = billed(ordered("returned"))
    returned = books.post(
        "RtnAuth", FEB, "returned", [sold(300, 3)], main_account=None, sign=1, posting=False
    )
    books.link((bill, 1), (returned, 1), "SaleRet", 300)
    credit = books.credit(MAR, "returned", sold(300, 3, createdfrom=returned.id), on=bill)
    books.link((returned, 1), (credit, 1), "RtnCred", 300)

    books.credit(FEB, "price credited", sold(50), on=billed(ordered("price credited")))
    debt = Line(Decimal(50), 1, "6400")
    books.credit(FEB, "credited as bad debt", debt, on=billed(ordered("credited as bad debt")))

    order = ordered("void and reissue")
    books.credit(FEB, "void and reissue", sold(1000, 10), on=billed(order))
    billed(order, MAR)

    # paid already: the credit is made from the first bill and lies on the second
    order = ordered("paid, credited, billed again")
    first = billed(order)
    second = billed(order, MAR)
    again = sold(1000, 10, createdfrom=first.id)
    books.credit(FEB, "paid, credited, billed again", again, on=second)

    order = ordered("some billed again")
    books.credit(FEB, "some billed again", sold(300, 3), on=billed(order))
    billed(order, MAR, sold(270, 3))

    order = ordered("billed again in parts")
    books.credit(FEB, "billed again in parts", sold(1000, 10), on=billed(order))
    billed(order, MAR, sold(600, 6))
    billed(order, MAR, sold(380, 4), entity="South")

    # what is taken back here is billed again by the other entity, or in the other currency
    for customer, elsewhere in (("elsewhere", {"entity": "South"}), ("euros", {"currency": "EUR"})):
        order = ordered(f"billed again: {customer}")
        books.credit(FEB, order.customer, sold(1000, 10), on=billed(order))
        billed(order, MAR, sold(950, 10), **elsewhere)
        order = ordered(f"some billed again: {customer}")
        books.credit(FEB, order.customer, sold(300, 3), on=billed(order))
        billed(order, MAR, sold(270, 3), **elsewhere)

    order = ordered("voided bill")
    billed(order, JAN, voided="T")
    billed(order, FEB)

    billed(ordered("more than ordered"), JAN, sold(1200, 12))
    billed(ordered("another entity"), JAN, entity="South")
    billed(ordered("another currency"), JAN, sold(920, 10), currency="EUR")
    books.credit(FEB, "pending", sold(300, 3), on=billed(ordered("pending")), posting=False)

    # three came back: one is credited; all of them are, by a credit that is void, and by one
    # that is not posted
    for customer, quantity, head in (
        ("some credited", 1, {}),
        ("credit is void", 3, {"voided": "T"}),
        ("credit is pending", 3, {"posting": False}),
    ):
        bill = billed(ordered(customer))
        returned = books.post(
            "RtnAuth", FEB, customer, [sold(300, 3)], main_account=None, sign=1, posting=False
        )
        books.link((bill, 1), (returned, 1), "SaleRet", 300)
        taken = sold(100 * quantity, quantity, createdfrom=returned.id)
        credit = books.credit(MAR, customer, taken, **head)
        books.link((returned, 1), (credit, 1), "RtnCred", 100 * quantity)


STORIES: dict[str, list[Atom]] = {
    "billed at once": [],
    "billed in the next month": [
        ("North", "USD", "2026-01", "2.02", "billed_later", "-1000.00", "A"),
        ("North", "USD", "2026-02", "2.02", "ordered_before", "1000.00", "A"),
    ],
    "backlog of last year": [
        ("North", "USD", "2025-12", "2.02", "billed_later", "-1000.00", "A"),
        ("North", "USD", "2026-02", "2.01", "ordered_before", "1000.00", "A"),
    ],
    "partly shipped": [("North", "USD", "2026-01", "2.02", "not_shipped", "-600.00", "B")],
    "scheduled": [("North", "USD", "2026-01", "2.02", "scheduled_later", "-1000.00", "B")],
    "held for credit": [("North", "USD", "2026-01", "2.02", "hold_credit", "-1000.00", "B")],
    "held for tax": [("North", "USD", "2026-01", "2.02", "hold_tax", "-1000.00", "B")],
    "held for data": [("North", "USD", "2026-01", "2.02", "hold_data", "-1000.00", "B")],
    "missed": [("North", "USD", "2026-01", "2.02", "missed", "-1000.00", "B")],
    "cancelled": [("North", "USD", "2026-01", "2.03", "cancelled", "-1000.00", "A")],
    "short-closed": [("North", "USD", "2026-01", "2.03", "short_closed", "-600.00", "A")],
    "cheaper": [("North", "USD", "2026-01", "2.04", "", "-100.00", "B")],
    "a cent more": [("North", "USD", "2026-01", "2.13", "", "0.01", "B")],
    "freight": [("North", "USD", "2026-01", "2.05", "", "50.00", "A")],
    "no order": [("North", "USD", "2026-01", "2.06", "invoice", "1000.00", "B")],
    "returned": [("North", "USD", "2026-03", "2.07", "return", "-300.00", "A")],
    "price credited": [("North", "USD", "2026-02", "2.07", "price", "-50.00", "A")],
    "credited as bad debt": [("North", "USD", "2026-02", "2.07", "write_off", "-50.00", "A")],
    "void and reissue": [
        ("North", "USD", "2026-02", "2.09", "", "-1000.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "1000.00", "A"),
    ],
    "paid, credited, billed again": [
        ("North", "USD", "2026-02", "2.09", "", "-1000.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "1000.00", "A"),
    ],
    "some billed again": [
        ("North", "USD", "2026-02", "2.07", "rebill_pair", "-300.00", "B"),
        ("North", "USD", "2026-03", "2.04", "", "-30.00", "B"),
        ("North", "USD", "2026-03", "2.07", "rebill_pair", "300.00", "B"),
    ],
    "billed again in parts": [
        ("North", "USD", "2026-02", "2.09", "", "-1000.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "400.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "600.00", "A"),
        ("North", "USD", "2026-03", "2.12", "", "-400.00", "A"),
        ("South", "USD", "2026-03", "2.04", "", "-20.00", "B"),
        ("South", "USD", "2026-03", "2.12", "", "400.00", "A"),
    ],
    # the pair nets out where it began; from there the sale goes elsewhere, and is priced there
    "billed again: elsewhere": [
        ("North", "USD", "2026-02", "2.09", "", "-1000.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "1000.00", "A"),
        ("North", "USD", "2026-03", "2.12", "", "-1000.00", "A"),
        ("South", "USD", "2026-03", "2.04", "", "-50.00", "B"),
        ("South", "USD", "2026-03", "2.12", "", "1000.00", "A"),
    ],
    "some billed again: elsewhere": [
        ("North", "USD", "2026-02", "2.07", "rebill_pair", "-300.00", "B"),
        ("North", "USD", "2026-03", "2.07", "rebill_pair", "300.00", "B"),
        ("North", "USD", "2026-03", "2.12", "", "-300.00", "A"),
        ("South", "USD", "2026-03", "2.04", "", "-30.00", "B"),
        ("South", "USD", "2026-03", "2.12", "", "300.00", "A"),
    ],
    "billed again: euros": [
        ("North", "EUR", "2026-03", "2.11", "", "950.00", "A"),
        ("North", "USD", "2026-02", "2.09", "", "-1000.00", "A"),
        ("North", "USD", "2026-03", "2.09", "", "1000.00", "A"),
        ("North", "USD", "2026-03", "2.11", "", "-1000.00", "A"),
    ],
    "some billed again: euros": [
        ("North", "EUR", "2026-03", "2.11", "", "270.00", "A"),
        ("North", "USD", "2026-02", "2.07", "rebill_pair", "-300.00", "B"),
        ("North", "USD", "2026-03", "2.07", "rebill_pair", "300.00", "B"),
        ("North", "USD", "2026-03", "2.11", "", "-300.00", "A"),
    ],
    "voided bill": [
        ("North", "USD", "2026-01", "2.02", "billed_later", "-1000.00", "A"),
        ("North", "USD", "2026-02", "2.02", "ordered_before", "1000.00", "A"),
    ],
    "more than ordered": [("North", "USD", "2026-01", "2.10", "", "200.00", "A")],
    "another entity": [
        ("North", "USD", "2026-01", "2.12", "", "-1000.00", "A"),
        ("South", "USD", "2026-01", "2.12", "", "1000.00", "A"),
    ],
    "another currency": [
        ("North", "EUR", "2026-01", "2.11", "", "920.00", "A"),
        ("North", "USD", "2026-01", "2.11", "", "-1000.00", "A"),
    ],
    "pending": [],
    "some credited": [("North", "USD", "2026-03", "2.07", "return", "-100.00", "A")],
    "credit is void": [],
    "credit is pending": [],
}


@pytest.mark.parametrize("story", STORIES)
def test_story(stories: duckdb.DuckDBPyConnection, story: str) -> None:
    found = stories.execute(
        """
        select atom.entity, atom.currency, strftime(atom.period, '%Y-%m'), atom.line_code,
            atom.line_detail, atom.amount::decimal(18, 2)::varchar, atom.evidence_grade
        from fct_bridge_atom as atom inner join story using (document_id)
        where atom.definition_id = 'standard' and atom.leg = 2 and story.story = ?
        order by all
        """,
        [story],
    ).fetchall()
    assert found == STORIES[story]


def test_what_is_still_to_be_credited_is_listed(stories: duckdb.DuckDBPyConnection) -> None:
    """Of a return what no credit has taken up: nothing twice, and nothing lost by a void credit."""
    found = stories.execute(
        """
        select story.story, credit.document_type, strftime(credit.period, '%Y-%m'),
            credit.amount::decimal(18, 2)::varchar
        from rpt_pending_credit as credit inner join story using (document_id)
        order by all
        """
    ).fetchall()
    assert found == [
        ("credit is pending", "credit_memo", "2026-03", "-300.00"),
        ("credit is void", "return_authorisation", "2026-02", "-300.00"),
        ("pending", "credit_memo", "2026-02", "-300.00"),
        ("some credited", "return_authorisation", "2026-02", "-200.00"),
    ]


def test_every_cell_of_every_definition_set_ties(stories: duckdb.DuckDBPyConnection) -> None:
    cells = """
        select definition_id, entity, currency, period, sum(amount) as difference from (
            select definition_id, entity, currency, period,
                case anchor when 'orders' then amount else -amount end as amount
            from rpt_bridge_anchor where anchor in ('orders', 'billings')
            union all
            select definition_id, entity, currency, period, amount
            from rpt_revenue_bridge where leg = 2
        ) group by all
    """
    assert len(stories.execute(cells).fetchall()) >= 8
    assert stories.execute(f"from ({cells}) where difference <> 0").fetchall() == []
    assert stories.execute("from fct_bridge_atom where line_code = '2.99'").fetchall() == []


def test_hops_and_pairs_add_up_to_nothing(stories: duckdb.DuckDBPyConnection) -> None:
    """Whatever moves between months or entities, or is taken back and billed again."""
    left_over = stories.execute(
        """
        select step, sum(amount) from fct_bridge_atom
        where leg = 2 and definition_id = 'standard' and (
            step like 'period%' or step like 'entity%' or step in ('void', 'reissue')
            or step like 'rebill%')
        group by case when step like 'period%' then 'period' when step like 'entity%' then 'entity'
            when step like 'rebill%' then 'rebill' else 'reissue' end, step
        """
    ).fetchall()
    assert {step for step, _ in left_over} == {
        "period_left",
        "period_right",
        "entity_left",
        "entity_right",
        "void",
        "reissue",
        "rebill",
        "rebill_credit",
    }
    assert sum(amount for _, amount in left_over) == 0
