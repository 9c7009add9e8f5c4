"""How well accounts and ERP customers are matched, beyond the plain count of links.

Reads the published marts of account_mapping and the labels that `tieout demo` writes beside those
of the bridge: which record is which company, who is a duplicate of whom, who belongs to whom, and
which links nobody should make without a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from rich.console import Console
from rich.table import Table

from tieout.score.links import LinkScore, count_links, link_table

FILES = (
    "customer.csv",
    "duplicate_account.csv",
    "duplicate_erp_customer.csv",
    "hierarchy.csv",
)
"""Labels that this part needs beside account_link.csv; without them it is left out."""


@dataclass(frozen=True)
class EvidenceScore:
    """What became of the true account links that one kind of evidence supports."""

    found_by: str
    true_links: int
    accepted: int
    in_review: int
    won_amount_usd: int
    accepted_amount_usd: int

    @property
    def missed(self) -> int:
        return self.true_links - self.accepted - self.in_review


@dataclass(frozen=True)
class MatchingScore:
    """`links` compares sets of links, `evidence` splits the true account links."""

    links: tuple[LinkScore, ...]
    evidence: tuple[EvidenceScore, ...]


def score_matching(con: duckdb.DuckDBPyConnection) -> MatchingScore:
    """Score the marts attached as `marts` by the labels loaded as tables of their files' names.

    Expects a table found_account (crm_account_id, erp_customer_id) of the links that hold today.
    """
    _records(con)
    return MatchingScore(
        links=(*_account_links(con), *_duplicates(con), _hierarchy(con)),
        evidence=_evidence(con),
    )


def _has(con: duckdb.DuckDBPyConnection, mart: str) -> bool:
    """Whether the publication has this mart of account_mapping; older ones lack some."""
    return bool(
        con.execute(
            "select 1 from duckdb_tables() where database_name = 'marts' "
            "and schema_name = 'account_mapping' and table_name = ?",
            [mart],
        ).fetchall()
    )


def _records(con: duckdb.DuckDBPyConnection) -> None:
    """The customer of every record, and the company that most records of a customer truly are."""
    if _has(con, "map_customer_record"):
        published = (
            "select source_system, record_type, record_id, customer_key "
            "from marts.account_mapping.map_customer_record where valid_to > date '9000-01-01'"
        )
    else:
        published = (
            "select crm_system as source_system, 'account' as record_type, "
            "crm_account_id as record_id, customer_key "
            "from marts.account_mapping.map_account_customer where match_status = 'accepted' "
            "union select erp_system, 'erp_customer', erp_customer_id, customer_key "
            "from marts.account_mapping.map_account_customer where match_status = 'accepted'"
        )
    con.execute(f"""
        create table record as
        select p.record_type, p.record_id, p.customer_key, c.company
        from ({published}) as p
        left join customer as c
            on c.source_system = p.source_system and c.record_type = p.record_type
            and c.record_id = p.record_id
    """)
    con.execute("""
        create table company_of_key as
        select customer_key, company
        from (select customer_key, company, count(*) as n from record
            where company is not null group by all)
        qualify row_number() over (partition by customer_key order by n desc, company) = 1
    """)


def _account_links(con: duckdb.DuckDBPyConnection) -> tuple[LinkScore, ...]:
    con.execute("""
        create table same_company as
        select a.record_id as crm_account_id, k.record_id as erp_customer_id, true as is_optional
        from customer as a inner join customer as k using (company)
        where a.record_type = 'account' and k.record_type = 'erp_customer'
    """)
    con.execute("""
        create table in_review as
        select crm_account_id, erp_customer_id from marts.account_mapping.rpt_match_review
        group by all
    """)
    con.execute("""
        create table found_or_in_review as
        from found_account union from in_review
    """)
    key = ("crm_account_id", "erp_customer_id")
    other = "union all from same_company"
    every = (
        "select crm_account_id, erp_customer_id, kind = 'merged' as is_optional "
        f"from account_link {other}"
    )
    decidable = (
        "select crm_account_id, erp_customer_id, "
        "kind = 'merged' or needs_review::boolean as is_optional "
        f"from account_link {other}"
    )
    money = (
        "coalesce((select max(t.won_amount_usd::decimal(28, 2)) from account_link as t "
        "where t.crm_account_id = joined.crm_account_id), 0)"
    )
    return (
        count_links(con, "accounts, decidable without a person", "found_account", decidable, key),
        count_links(con, "accounts, by won amount (USD)", "found_account", every, key, money),
        count_links(con, "accounts, accepted or in review", "found_or_in_review", every, key),
        count_links(con, "accounts, review queue alone", "in_review", _left_over(every), key),
    )


def _left_over(wanted: str) -> str:
    """True links that are accepted already need not wait in the queue as well."""
    return (
        "select w.crm_account_id, w.erp_customer_id, "
        "w.is_optional or f.crm_account_id is not null as is_optional "
        f"from ({wanted}) as w left join found_account as f "
        "on f.crm_account_id = w.crm_account_id and f.erp_customer_id = w.erp_customer_id"
    )


def _duplicates(con: duckdb.DuckDBPyConnection) -> tuple[LinkScore, ...]:
    """Pairs of one side under one customer; a branch may be a customer of its own."""
    key = ("record_id", "other_record_id")
    for record_type in ("account", "erp_customer"):
        con.execute(f"""
            create table found_duplicate_{record_type} as
            select
                least(a.record_id, b.record_id) as record_id,
                greatest(a.record_id, b.record_id) as other_record_id,
            from record as a
            inner join record as b
                on b.customer_key = a.customer_key and b.record_type = a.record_type
                and b.record_id > a.record_id
            where a.record_type = '{record_type}'
        """)
    con.execute("""
        create table found_merge as
        select d.* from found_duplicate_account as d
        inner join (select record_id from customer where role = 'merged') as m
            on m.record_id in (d.record_id, d.other_record_id)
    """)
    pair = (
        "least(record_id, other_record_id) as record_id, "
        "greatest(record_id, other_record_id) as other_record_id"
    )
    return (
        count_links(
            con,
            "duplicate accounts",
            "found_duplicate_account",
            f"select {pair}, kind <> 'duplicate' or needs_review::boolean as is_optional "
            "from duplicate_account",
            key,
        ),
        count_links(
            con,
            "merged accounts",
            "found_merge",
            f"select {pair}, kind <> 'merged' or needs_review::boolean as is_optional "
            "from duplicate_account",
            key,
        ),
        count_links(
            con,
            "duplicate ERP customers",
            "found_duplicate_erp_customer",
            f"select {pair}, kind = 'branch' or needs_review::boolean as is_optional "
            "from duplicate_erp_customer",
            key,
        ),
    )


def _hierarchy(con: duckdb.DuckDBPyConnection) -> LinkScore:
    """Child and immediate parent, as companies; what no system states is optional."""
    con.execute("""
        create table found_parent as
        select child.company as child, parent.company as parent
        from marts.account_mapping.dim_customer as d
        inner join company_of_key as child on child.customer_key = d.customer_key
        inner join company_of_key as parent on parent.customer_key = d.parent_customer_key
        where child.company <> parent.company
        group by all
    """)
    return count_links(
        con,
        "children and parents",
        "found_parent",
        "select c.company as child, p.company as parent, "
        "not h.is_stated::boolean as is_optional from hierarchy as h "
        "inner join customer as c on c.source_system = h.source_system "
        "and c.record_id = h.record_id inner join customer as p "
        "on p.source_system = h.source_system and p.record_id = h.parent_record_id "
        "where h.relation = 'subsidiary'",
        ("child", "parent"),
    )


def _evidence(con: duckdb.DuckDBPyConnection) -> tuple[EvidenceScore, ...]:
    rows = con.execute("""
        select
            t.found_by,
            count(*),
            count(f.crm_account_id),
            count(r.crm_account_id) filter (f.crm_account_id is null),
            round(sum(t.won_amount_usd::decimal(28, 2)), 0),
            coalesce(round(sum(t.won_amount_usd::decimal(28, 2))
                filter (f.crm_account_id is not null), 0), 0)
        from account_link as t
        left join found_account as f
            on f.crm_account_id = t.crm_account_id and f.erp_customer_id = t.erp_customer_id
        left join in_review as r
            on r.crm_account_id = t.crm_account_id and r.erp_customer_id = t.erp_customer_id
        where t.kind <> 'merged'
        group by t.found_by
        order by count(*) desc, t.found_by
    """).fetchall()
    return tuple(EvidenceScore(str(row[0]), *(int(value) for value in row[1:])) for row in rows)


def print_matching(score: MatchingScore, console: Console) -> None:
    """Sets of links, then the account links by what could have found them."""
    console.print(link_table("Matching against truth", score.links))

    table = Table(title="True account links by their strongest evidence")
    headings = ("evidence", "links", "accepted", "in review", "missed", "won USD", "accepted USD")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "evidence" else "right")
    for row in score.evidence:
        numbers = (
            row.true_links,
            row.accepted,
            row.in_review,
            row.missed,
            row.won_amount_usd,
            row.accepted_amount_usd,
        )
        table.add_row(row.found_by, *(f"{n:,}" for n in numbers))
    console.print(table)
