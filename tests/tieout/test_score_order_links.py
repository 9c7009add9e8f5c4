"""The order-link part of the score: each count on a publication made by hand."""

from __future__ import annotations

from io import StringIO

import duckdb
import pytest
from rich.console import Console

from tieout.score.order_links import OrderLinkScore, print_order_links, score_order_links

# D1 and D2 are linked rightly, D3 to D4's order; D4 waits, and so does, wrongly, D9. D5 needs a
# person and waits together with its twin, D6.
LABELS = """
    create table order_link as select * from (values
        ('D1', '1', 'id', 'false', 'USD', '100.00', '100.00', '100.00'),
        ('D2', '2', 'rule', 'false', 'EUR', '200.00', '200.00', '220.00'),
        ('D3', '3', 'rule', 'false', 'EUR', '300.00', '300.00', '330.00'),
        ('D4', '4', 'score', 'false', 'EUR', '40.00', '40.00', '44.00'),
        ('D5', '5', 'review', 'true', 'USD', '50.00', '50.00', '50.00')
    ) as t (opportunity_id, order_id, found_by, needs_review, currency, booked_amount,
        ordered_amount, amount_usd);
"""
MARTS = """
    attach ':memory:' as marts;
    create schema marts.opportunity_to_order;
    create table marts.opportunity_to_order.fct_allocation as select * from (values
        ('D1', '1', 'EUR', 'opportunity id on order', 'A', 60.00, 60.00),
        ('D1', '1', 'EUR', 'opportunity id on order', 'A', 40.00, 40.00),
        ('D2', '2', 'EUR', 'one candidate', 'B', 200.00, 200.00),
        ('D3', '4', 'EUR', 'one candidate', 'B', 300.00, 40.00),
        ('D8', '8', 'EUR', 'one candidate', 'B', 0.00, 0.00)
    ) as t (opportunity_id, order_id, ordered_currency, link_rule, evidence_grade, booked_amount,
        ordered_amount);
    create table marts.opportunity_to_order.rpt_order_link_review as select * from (values
        ('D4', '4'), ('D5', '5'), ('D6', '5'), ('D9', '4')
    ) as t (opportunity_id, order_id);
"""


@pytest.fixture
def found() -> OrderLinkScore:
    with duckdb.connect() as con:
        for script in (LABELS, MARTS):
            con.execute(script)
        return score_order_links(con)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("decidable without a person", (2, 1, 2)),
        # a wrong link counts its ordered 40.00 EUR at the labels' rate of 1.10
        ("by ordered amount (USD)", (320, 44, 374)),
        # to ask about a wrong candidate is no fault, to link it is
        ("accepted or in review", (4, 1, 1)),
    ],
)
def test_each_set_is_counted(
    found: OrderLinkScore, name: str, expected: tuple[int, int, int]
) -> None:
    counts = {
        link.name: (link.true_positives, link.false_positives, link.false_negatives)
        for link in found.links
    }
    assert counts[name] == expected


def test_true_links_are_split_by_what_could_have_found_them(found: OrderLinkScore) -> None:
    assert [
        (row.found_by, row.true_links, row.accepted, row.in_review, row.missed)
        for row in found.evidence
    ] == [("id", 1, 1, 0, 0), ("review", 1, 0, 1, 0), ("rule", 2, 1, 0, 1), ("score", 1, 0, 1, 0)]
    assert [(row.amount_usd, row.accepted_amount_usd) for row in found.evidence] == [
        (100, 100),
        (50, 0),
        (550, 220),
        (44, 0),
    ]


def test_published_links_are_split_by_the_rule_that_made_them(found: OrderLinkScore) -> None:
    assert [
        (rule.link_rule, rule.evidence_grade, rule.links, rule.right, rule.amount_usd)
        for rule in found.rules
    ] == [("opportunity id on order", "A", 1, 1, 100), ("one candidate", "B", 2, 1, 264)]
    assert found.rules[1].precision == 0.5
    assert found.rules[1].precision_by_amount == pytest.approx(220 / 264)


def test_a_publication_without_a_review_list_is_scored(found: OrderLinkScore) -> None:
    with duckdb.connect() as con:
        for script in (LABELS, MARTS):
            con.execute(script)
        con.execute("drop table marts.opportunity_to_order.rpt_order_link_review")
        assert [row.in_review for row in score_order_links(con).evidence] == [0, 0, 0, 0]


def test_the_printed_tables_name_evidence_and_rule(found: OrderLinkScore) -> None:
    text = StringIO()
    print_order_links(found, Console(file=text, width=160, color_system=None))
    assert "decidable without a person" in text.getvalue()
    assert "one candidate" in text.getvalue()
