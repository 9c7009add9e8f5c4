"""How well deals and orders are linked: by the evidence that there is, and by the rule that found.

Reads fct_allocation and, where it is published, rpt_order_link_review, and the label file
order_link.csv that `tieout demo` writes: each deal and the order that is truly its own, the
strongest evidence for it, and whether a person has to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from rich.console import Console
from rich.table import Table

from tieout.score.links import LinkScore, count_links, link_table

FILE = "order_link.csv"
"""The label that this part needs; without it the part is left out."""


@dataclass(frozen=True)
class OrderEvidence:
    """What became of the true links of deals and orders that one kind of evidence supports.

    Money is the ordered amount in whole US dollars at the labels' rates.
    """

    found_by: str
    true_links: int
    accepted: int
    in_review: int
    amount_usd: int
    accepted_amount_usd: int

    @property
    def missed(self) -> int:
        return self.true_links - self.accepted - self.in_review


@dataclass(frozen=True)
class OrderRule:
    """Published links of one rule and grade: how many are true, by count and by ordered money."""

    link_rule: str
    evidence_grade: str
    links: int
    right: int
    amount_usd: int
    right_amount_usd: int

    @property
    def precision(self) -> float:
        return self.right / self.links if self.links else 1.0

    @property
    def precision_by_amount(self) -> float:
        return self.right_amount_usd / self.amount_usd if self.amount_usd else 1.0


@dataclass(frozen=True)
class OrderLinkScore:
    """`links` compares sets of links, `evidence` splits the true ones, `rules` the published."""

    links: tuple[LinkScore, ...]
    evidence: tuple[OrderEvidence, ...]
    rules: tuple[OrderRule, ...]


def score_order_links(con: duckdb.DuckDBPyConnection) -> OrderLinkScore:
    """Score the marts attached as `marts` by the table `order_link` of the labels."""
    _found(con)
    return OrderLinkScore(links=_links(con), evidence=_evidence(con), rules=_rules(con))


def _found(con: duckdb.DuckDBPyConnection) -> None:
    """Published links with their money, and the candidates that wait for a person.

    The money of a link that the labels do not know is taken at its currency's mean rate in them.
    """
    con.execute("""
        create table usd as
        select currency,
            sum(amount_usd::decimal(28, 2)) / sum(ordered_amount::decimal(28, 3)) as rate
        from order_link
        group by currency
        having sum(ordered_amount::decimal(28, 3)) <> 0
    """)
    con.execute("""
        create table found_order_link as
        select a.opportunity_id, a.order_id, min(a.link_rule) as link_rule,
            max(a.evidence_grade) as evidence_grade,
            coalesce(max(t.amount_usd::decimal(28, 2)),
                sum(a.ordered_amount) * coalesce(max(usd.rate), 0))::decimal(28, 2) as amount_usd
        from marts.opportunity_to_order.fct_allocation as a
        left join order_link as t using (opportunity_id, order_id)
        left join usd on usd.currency = a.ordered_currency
        where a.booked_amount <> 0 or a.ordered_amount <> 0
        group by a.opportunity_id, a.order_id
    """)
    is_published = con.execute(
        "select 1 from duckdb_tables() where database_name = 'marts' "
        "and schema_name = 'opportunity_to_order' and table_name = 'rpt_order_link_review'"
    ).fetchall()
    source = (
        "select opportunity_id, order_id from marts.opportunity_to_order.rpt_order_link_review "
        "group by all"
        if is_published
        else "select opportunity_id, order_id from found_order_link where false"
    )
    con.execute(f"create table order_link_in_review as {source}")
    con.execute("""
        create table found_or_waiting as
        select opportunity_id, order_id from found_order_link
        union select opportunity_id, order_id from order_link_in_review
    """)


def _links(con: duckdb.DuckDBPyConnection) -> tuple[LinkScore, ...]:
    key = ("opportunity_id", "order_id")
    every = "select opportunity_id, order_id, false as is_optional from order_link"
    decidable = (
        "select opportunity_id, order_id, needs_review::boolean as is_optional from order_link"
    )
    # both deals that an order could mean wait with it: to ask about the wrong one too is no fault
    asked = "select opportunity_id, order_id, true as is_optional from order_link_in_review"
    waiting = f"{every} union all {asked}"
    money = (
        "coalesce((select max(t.amount_usd::decimal(28, 2)) from order_link as t "
        "where t.opportunity_id = joined.opportunity_id and t.order_id = joined.order_id), "
        "(select max(f.amount_usd) from found_order_link as f "
        "where f.opportunity_id = joined.opportunity_id and f.order_id = joined.order_id), 0)"
    )
    return (
        count_links(con, "decidable without a person", "found_order_link", decidable, key),
        count_links(con, "by ordered amount (USD)", "found_order_link", decidable, key, money),
        count_links(con, "accepted or in review", "found_or_waiting", waiting, key),
    )


def _evidence(con: duckdb.DuckDBPyConnection) -> tuple[OrderEvidence, ...]:
    rows = con.execute("""
        select t.found_by, count(*), count(f.order_id),
            count(*) filter (f.order_id is null and r.order_id is not null),
            coalesce(sum(t.amount_usd::decimal(28, 2)), 0)::bigint,
            coalesce(sum(t.amount_usd::decimal(28, 2)) filter (f.order_id is not null), 0)::bigint
        from order_link as t
        left join found_order_link as f using (opportunity_id, order_id)
        left join order_link_in_review as r using (opportunity_id, order_id)
        group by t.found_by
        order by t.found_by
    """).fetchall()
    return tuple(OrderEvidence(*row) for row in rows)


def _rules(con: duckdb.DuckDBPyConnection) -> tuple[OrderRule, ...]:
    rows = con.execute("""
        select f.link_rule, f.evidence_grade, count(*), count(t.order_id),
            sum(f.amount_usd)::bigint,
            coalesce(sum(f.amount_usd) filter (t.order_id is not null), 0)::bigint
        from found_order_link as f
        left join order_link as t using (opportunity_id, order_id)
        group by f.link_rule, f.evidence_grade
        order by f.evidence_grade, f.link_rule
    """).fetchall()
    return tuple(OrderRule(*row) for row in rows)


def print_order_links(score: OrderLinkScore, console: Console) -> None:
    """The sets of links, then recall by evidence and precision by rule, by count and by money."""
    console.print(link_table("Order links against truth", score.links))

    table = Table(title="True order links by their strongest evidence")
    for heading in ("evidence", "true", "accepted", "in review", "missed", "ordered USD", "linked"):
        table.add_column(heading, justify="left" if heading == "evidence" else "right")
    for row in score.evidence:
        share = row.accepted_amount_usd / row.amount_usd if row.amount_usd else 1.0
        table.add_row(
            row.found_by,
            *(f"{n:,}" for n in (row.true_links, row.accepted, row.in_review, row.missed)),
            f"{row.amount_usd:,}",
            f"{share:.1%}",
        )
    console.print(table)

    table = Table(title="Published order links by rule")
    for heading in ("grade", "rule", "links", "right", "precision", "ordered USD", "by amount"):
        table.add_column(heading, justify="left" if heading in ("grade", "rule") else "right")
    for rule in score.rules:
        table.add_row(
            rule.evidence_grade,
            rule.link_rule,
            f"{rule.links:,}",
            f"{rule.right:,}",
            f"{rule.precision:.4f}",
            f"{rule.amount_usd:,}",
            f"{rule.precision_by_amount:.4f}",
        )
    console.print(table)
