"""How bills become cash, story by story: each has a customer of its own, and its atoms of leg 4.

The documents and links are those that NetSuite makes: a discount is a second link of the payment,
a write-off a journal that is applied to the invoice, a refund is owed and settled by what it pays
back.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.dbt_project.books import Books, Line, sold, taxed

Atom = tuple[str, str, str, str, str]

JAN, FEB, MAR, APR = "2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15"


def tell(books: Books) -> None:
    """All stories. Bills are of January, 1,000 and tax, unless the story is about that."""
    one = books.bill(JAN, "discount", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "discount", 1078, discount=22), 1078, discount=22)

    one = books.bill(JAN, "discount later", sold(1000), taxed(100))
    books.pay(one, books.cash(APR, "discount later", 1078, discount=22), 1078, discount=22)

    one = books.bill(JAN, "write-off", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "write-off", 660), 660)
    books.pay(one, books.journal(FEB, ("6400", 400), ("2200", 40), ("1100", -440)), 440)

    one = books.bill(JAN, "fee", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "fee", 1089), 1089)
    books.pay(one, books.journal(JAN, ("6500", 11), ("1100", -11)), 11)

    one = books.bill(JAN, "deduction and fee", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "deduction and fee", 990), 990)
    books.pay(one, books.journal(JAN, ("6600", 88), ("6500", 22), ("1100", -110)), 110)

    one = books.bill(JAN, "cash by journal", sold(1000), taxed(100))
    books.pay(one, books.journal(JAN, ("1000", 1100), ("1100", -1100)), 1100)

    one = books.bill(JAN, "exchange difference", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "exchange difference", 1089), 1089)
    books.pay(one, books.journal(JAN, ("6700", 11), ("1100", -11)), 11)

    # 1,500 came for a bill of 1,100; later bills are open, the cash would pay the older one
    one = books.bill(JAN, "unapplied", sold(1000), taxed(100))
    books.bill(MAR, "unapplied", sold(200), taxed(20))
    books.bill(APR, "unapplied", sold(1000), taxed(100))
    books.pay(one, books.cash(FEB, "unapplied", 1540), 1100)

    # nothing is open that the rest could pay
    one = books.bill(JAN, "overpaid", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "overpaid", 1500), 1100)

    one = books.bill(JAN, "overpaid and refunded", sold(1000), taxed(100))
    books.bill(MAR, "overpaid and refunded", sold(500), taxed(50))
    payment = books.cash(JAN, "overpaid and refunded", 1500)
    books.pay(one, payment, 1100)
    refund = books.post(
        "CustRfnd", FEB, "overpaid and refunded", [Line(Decimal(400), account="1100")],
        main_account="1000", sign=1,
    )  # fmt: skip
    books.pay(refund, payment, 400)

    # paid in full, the goods come back, the money goes back in the month after the credit
    one = books.bill(JAN, "refund of a credit", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "refund of a credit", 1100), 1100)
    credit = books.credit(FEB, "refund of a credit", sold(300), taxed(30))
    refund = books.post(
        "CustRfnd", MAR, "refund of a credit", [Line(Decimal(220), account="1100")],
        main_account="1000", sign=1,
    )  # fmt: skip
    books.pay(refund, credit, 220)

    # a credit without tax settles a bill with tax
    one = books.bill(JAN, "credit without tax", sold(1000), taxed(100))
    books.credit(FEB, "credit without tax", sold(110), on=one)
    books.pay(one, books.cash(FEB, "credit without tax", 990), 990)

    deposit = books.post(
        "CustDep", JAN, "deposit", [Line(Decimal(-1100), account="2450")], main_account="1000",
        sign=1,
    )  # fmt: skip
    one = books.bill(FEB, "deposit", sold(1000), taxed(100))
    applied = books.post(
        "DepAppl", MAR, "deposit", [Line(Decimal(-1100), account="1100")], main_account="2450",
        sign=1,
    )  # fmt: skip
    books.link((deposit, 0), (applied, 0), "DepAppl", 1100)
    books.pay(one, applied, 1100)

    # 400 were asked for in advance, 150 of it given back; the bill that came meanwhile is not meant
    deposit = books.post(
        "CustDep", JAN, "deposit not used", [Line(Decimal(-400), account="2450")],
        main_account="1000", sign=1,
    )  # fmt: skip
    refund = books.post(
        "CustRfnd", FEB, "deposit not used", [Line(Decimal(150), account="2450")],
        main_account="1000", sign=1,
    )  # fmt: skip
    books.link((deposit, 0), (refund, 0), "DepRfnd", 150)
    books.bill(APR, "deposit not used", sold(1000), taxed(100))

    # cash of January for a bill of March: applied when the bill is there
    payment = books.cash(JAN, "paid before", 1100)
    one = books.bill(MAR, "paid before", sold(1000), taxed(100))
    books.pay(one, payment, 1100)

    # the bank took it back: a journal undoes the payment and takes it up, the bill is open again
    books.bill(JAN, "bounced", sold(1000), taxed(100))
    payment = books.cash(JAN, "bounced", 1100)
    books.pay(books.journal(FEB, ("1100", 1100), ("1000", -1100)), payment, 1100)

    one = books.bill(JAN, "voided payment", sold(1000), taxed(100))
    books.pay(one, books.cash(JAN, "voided payment", 1100, voided="T"), 1100)

    one = books.bill(JAN, "paid, then voided", sold(1000), taxed(100), voided="T")
    books.pay(one, books.cash(JAN, "paid, then voided", 1100), 1100)

    one = books.bill(JAN, "other currency", sold(1000), taxed(100))
    books.pay(one, books.cash(FEB, "other currency", 1012, currency="EUR"), 1100)

    # over the counter: paid when sold, paid back when returned
    for kind, day, net, sign in (("CashSale", JAN, 1000, -1), ("CashRfnd", FEB, 300, 1)):
        lines = [sold(net), taxed(net // 10)]
        books.post(kind, day, "cash sale", lines, main_account="1000", sign=sign)

    one = books.bill(JAN, "moved", sold(1000), taxed(100))
    books.pay(one, books.journal(FEB, ("1100", 1100), ("1100", -1100)), 1100)


STORIES: dict[str, list[Atom]] = {
    "discount": [
        ("2026-01", "4.03", "", "98.00", "A"),
        ("2026-01", "4.04", "discount", "-20.00", "A"),
    ],
    "discount later": [
        ("2026-01", "4.01", "paid_later", "-980.00", "A"),
        ("2026-01", "4.01", "settled_later", "-20.00", "A"),
        ("2026-04", "4.01", "billed_before", "20.00", "A"),
        ("2026-04", "4.02", "billed_before", "980.00", "A"),
        ("2026-04", "4.03", "", "98.00", "A"),
        ("2026-04", "4.04", "discount", "-20.00", "A"),
    ],
    "write-off": [
        ("2026-01", "4.01", "settled_later", "-400.00", "A"),
        ("2026-01", "4.03", "", "60.00", "A"),
        ("2026-02", "4.01", "billed_before", "400.00", "A"),
        ("2026-02", "4.05", "write_off", "-400.00", "B"),
    ],
    "fee": [
        ("2026-01", "4.03", "", "99.00", "A"),
        ("2026-01", "4.06", "fee", "-10.00", "B"),
    ],
    "deduction and fee": [
        ("2026-01", "4.03", "", "90.00", "A"),
        ("2026-01", "4.06", "chargeback", "-80.00", "B"),
        ("2026-01", "4.06", "fee", "-20.00", "B"),
    ],
    "cash by journal": [("2026-01", "4.03", "", "100.00", "A")],
    "exchange difference": [
        ("2026-01", "4.03", "", "99.00", "A"),
        ("2026-01", "4.09", "realised_fx", "-10.00", "B"),
    ],
    "unapplied": [
        ("2026-01", "4.01", "paid_later", "-1000.00", "A"),
        ("2026-02", "4.01", "billed_before", "1000.00", "A"),
        ("2026-02", "4.03", "", "100.00", "A"),
        ("2026-03", "4.01", "cash is there, not applied", "200.00", "B"),
        ("2026-03", "4.01", "open", "-200.00", "A"),
        ("2026-03", "4.07", "cash is there, not applied", "-200.00", "B"),
        ("2026-04", "4.01", "cash is there, not applied", "200.00", "B"),
        ("2026-04", "4.01", "open", "-1000.00", "A"),
        ("2026-04", "4.07", "cash is there, not applied", "-200.00", "B"),
    ],
    "overpaid": [("2026-01", "4.03", "", "100.00", "A")],
    "overpaid and refunded": [
        ("2026-01", "4.03", "", "100.00", "A"),
        ("2026-03", "4.01", "open", "-500.00", "A"),
    ],
    "refund of a credit": [
        ("2026-01", "4.03", "", "100.00", "A"),
        ("2026-02", "4.01", "refunded_later", "200.00", "A"),
        ("2026-02", "4.01", "unapplied_credit", "100.00", "A"),
        ("2026-03", "4.01", "credited_before", "-200.00", "A"),
        ("2026-03", "4.08", "refund", "200.00", "A"),
    ],
    "credit without tax": [
        ("2026-01", "4.01", "paid_later", "-900.00", "A"),
        ("2026-01", "4.01", "settled_by_credit", "-100.00", "A"),
        ("2026-02", "4.01", "billed_before", "900.00", "A"),
        ("2026-02", "4.01", "credit_memo", "100.00", "A"),
        ("2026-02", "4.03", "", "90.00", "A"),
        ("2026-02", "4.03", "tax of the credit beside that of the invoice", "10.00", "A"),
    ],
    "deposit": [
        ("2026-02", "4.01", "paid_later", "-1000.00", "A"),
        ("2026-03", "4.01", "billed_before", "1000.00", "A"),
        ("2026-03", "4.03", "", "100.00", "A"),
    ],
    "deposit not used": [("2026-04", "4.01", "open", "-1000.00", "A")],
    "paid before": [("2026-03", "4.03", "", "100.00", "A")],
    "bounced": [("2026-01", "4.01", "open", "-1000.00", "A")],
    "voided payment": [("2026-01", "4.01", "open", "-1000.00", "A")],
    "paid, then voided": [
        ("2026-01", "4.07", "applied to a bill that is void or not posted", "1100.00", "A"),
    ],
    "other currency": [
        ("2026-01", "4.01", "paid_later", "-1000.00", "A"),
        ("2026-02", "4.01", "billed_before", "1000.00", "A"),
        ("2026-02", "4.03", "", "100.00", "A"),
        ("2026-02", "4.09", "billed in USD", "1012.00", "B"),
        ("2026-02", "4.09", "paid in EUR", "-1100.00", "B"),
    ],
    "cash sale": [
        ("2026-01", "4.03", "", "100.00", "A"),
        ("2026-02", "4.08", "refund", "300.00", "A"),
    ],
    "moved": [("2026-01", "4.01", "moved_to_another_receivable", "-1000.00", "A")],
}


@pytest.mark.parametrize("story", STORIES)
def test_story(stories: duckdb.DuckDBPyConnection, story: str) -> None:
    """A journal belongs to the story of the bill that it settles."""
    found = stories.execute(
        """
        select strftime(atom.period, '%Y-%m'), atom.line_code, atom.line_detail,
            atom.amount::decimal(18, 2)::varchar, atom.evidence_grade
        from fct_bridge_atom as atom
        left join story on atom.document_id = story.document_id
        left join story as other on atom.allocation_key = other.document_id
        where atom.definition_id = 'standard' and atom.leg = 4
            and coalesce(story.story, other.story) = ?
        order by all
        """,
        [story],
    ).fetchall()
    assert found == STORIES[story]


def test_every_cell_of_every_definition_set_ties(stories: duckdb.DuckDBPyConnection) -> None:
    for leg, left, right in ((3, "billings", "revenue"), (4, "billings", "cash")):
        cells = """
            select definition_id, entity, currency, period, sum(amount) as difference from (
                select definition_id, entity, currency, period,
                    case anchor when $left then amount else -amount end as amount
                from rpt_bridge_anchor where anchor in ($left, $right)
                union all
                select definition_id, entity, currency, period, amount
                from rpt_revenue_bridge where leg = $leg
            ) group by all
        """
        given = {"left": left, "right": right, "leg": leg}
        assert len(stories.execute(cells, given).fetchall()) >= 8
        assert stories.execute(f"from ({cells}) where difference <> 0", given).fetchall() == []
    assert stories.execute("from fct_bridge_atom where line_code = '4.99'").fetchall() == []


def test_cash_is_what_the_bank_received_for_invoices(stories: duckdb.DuckDBPyConnection) -> None:
    """What is unapplied, deposited for later or bounced is none."""
    found = stories.execute(
        "select currency, sum(amount) from rpt_bridge_anchor"
        " where definition_id = 'standard' and anchor = 'cash' and amount <> 0"
        " group by currency order by currency"
    ).fetchall()
    dollars = (1078 + 1078 + 660 + 1089 + 990 + 1100 + 1089 + 1100 + 1100 + 1100 + 1100) + (
        990 + 1100 + 1100 + 1100 + 1100
    )
    assert found == [("EUR", Decimal(1012)), ("USD", Decimal(dollars))]


def test_cash_that_is_applied_to_nothing_is_listed(stories: duckdb.DuckDBPyConnection) -> None:
    """With whose it is, what it was used for, and what it would pay; a used deposit is not."""
    found = stories.execute(
        """
        select story.story, document_type, customer_name = story.story, received_amount,
            applied_amount, refunded_amount, unapplied_amount, open_invoice_amount, age_days
        from rpt_unapplied_cash as cash
        inner join story on cash.payment_id = story.document_id
        where story.story in ('unapplied', 'overpaid', 'deposit', 'deposit not used')
        order by story.story
        """
    ).fetchall()
    assert [(*row[:3], *map(int, row[3:])) for row in found] == [
        ("deposit not used", "customer_deposit", True, 400, 0, 150, 250, 0, 90),
        ("overpaid", "payment", True, 1500, 1100, 0, 400, 0, 90),
        ("unapplied", "payment", True, 1540, 1100, 0, 440, 440, 59),
    ]
