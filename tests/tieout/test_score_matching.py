"""The matching part of the score: each count on a publication made by hand."""

from __future__ import annotations

from io import StringIO

import duckdb
import pytest
from rich.console import Console

from tieout.score.links import LinkScore, count_links
from tieout.score.matching import MatchingScore, print_matching, score_matching

# Company 1: accounts A1, A1b (duplicate), A1m (merged), customers 10, 11 (duplicate), 12 (branch).
# Company 2: A2 and 20, child of 1. Company 3: A3 and 30, which nobody should link unseen.
# Company 4: A4 and 40, child of 2. Company 5: customer 50 alone.
LABELS = """
    create table account_link as select * from (values
        ('A1', '10', 'primary', 'tax', 'false', '1000.40'),
        ('A1b', '10', 'duplicate', 'twin', 'false', '0'),
        ('A1m', '10', 'merged', 'merged', 'false', '0'),
        ('A2', '20', 'primary', 'fuzzy', 'false', '500.00'),
        ('A3', '30', 'primary', 'review', 'true', '300.00'),
        ('A4', '40', 'primary', 'fuzzy', 'false', '200.00')
    ) as t (crm_account_id, erp_customer_id, kind, found_by, needs_review, won_amount_usd);
    create table customer as select * from (values
        ('salesforce', 'account', 'A1', '1', 'primary'),
        ('salesforce', 'account', 'A1b', '1', 'duplicate'),
        ('salesforce', 'account', 'A1m', '1', 'merged'),
        ('salesforce', 'account', 'A2', '2', 'primary'),
        ('salesforce', 'account', 'A3', '3', 'primary'),
        ('salesforce', 'account', 'A4', '4', 'primary'),
        ('netsuite', 'erp_customer', '10', '1', 'primary'),
        ('netsuite', 'erp_customer', '11', '1', 'duplicate'),
        ('netsuite', 'erp_customer', '12', '1', 'branch'),
        ('netsuite', 'erp_customer', '20', '2', 'primary'),
        ('netsuite', 'erp_customer', '30', '3', 'primary'),
        ('netsuite', 'erp_customer', '40', '4', 'primary'),
        ('netsuite', 'erp_customer', '50', '5', 'primary')
    ) as t (source_system, record_type, record_id, company, role);
    create table duplicate_account as select * from (values
        ('A1', 'A1b', 'duplicate', 'false'), ('A1', 'A1m', 'merged', 'false'),
        ('A1b', 'A1m', 'merged', 'false')
    ) as t (record_id, other_record_id, kind, needs_review);
    create table duplicate_erp_customer as select * from (values
        ('10', '11', 'duplicate', 'false'), ('10', '12', 'branch', 'false')
    ) as t (record_id, other_record_id, kind, needs_review);
    create table hierarchy as select * from (values
        ('salesforce', 'account', 'A2', 'A1', 'subsidiary', 'true'),
        ('netsuite', 'erp_customer', '20', '10', 'subsidiary', 'true'),
        ('netsuite', 'erp_customer', '40', '20', 'subsidiary', 'true'),
        ('netsuite', 'erp_customer', '12', '10', 'branch', 'true')
    ) as t (source_system, record_type, record_id, parent_record_id, relation, is_stated);
"""
# Published: A1 with 10 and 11, A1m with 10, A2 with 50 (wrong), A1b and A4 with none; A3 and A4
# wait. One key holds A1, A1m, 10, 11 and, wrongly, 50; the child 20 hangs on it, and so does 40.
MARTS = """
    attach ':memory:' as marts;
    create schema marts.account_mapping;
    create table found_account as select * from (values
        ('A1', '10'), ('A1', '11'), ('A1m', '10'), ('A2', '50')
    ) as t (crm_account_id, erp_customer_id);
    create table marts.account_mapping.rpt_match_review as select * from (values
        ('A3', '30'), ('A4', '40'), ('A4', '20')
    ) as t (crm_account_id, erp_customer_id);
    create table marts.account_mapping.map_customer_record as select * from (values
        ('salesforce', 'account', 'A1', 'K1'), ('salesforce', 'account', 'A1b', 'K1b'),
        ('salesforce', 'account', 'A1m', 'K1'), ('salesforce', 'account', 'A2', 'K2'),
        ('netsuite', 'erp_customer', '10', 'K1'), ('netsuite', 'erp_customer', '11', 'K1'),
        ('netsuite', 'erp_customer', '12', 'K12'), ('netsuite', 'erp_customer', '20', 'K2'),
        ('netsuite', 'erp_customer', '40', 'K4'), ('netsuite', 'erp_customer', '50', 'K1')
    ) as t (source_system, record_type, record_id, customer_key),
    (select date '9999-12-31' as valid_to);
    insert into marts.account_mapping.map_customer_record
    values ('salesforce', 'account', 'A1b', 'K1', date '2025-01-01');
    create table marts.account_mapping.dim_customer as select * from (values
        ('K1', null), ('K1b', null), ('K12', 'K1'), ('K2', 'K1'), ('K4', 'K1')
    ) as t (customer_key, parent_customer_key);
"""


@pytest.fixture
def found() -> MatchingScore:
    with duckdb.connect() as con:
        for script in (LABELS, MARTS):
            con.execute(script)
        return score_matching(con)


def counts(link: LinkScore) -> tuple[int, int, int]:
    return link.true_positives, link.false_positives, link.false_negatives


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # A3 needs a person; a second customer of the company and a merged account are optional
        ("accounts, decidable without a person", (1, 1, 3)),
        # in money each link counts what its account has won
        ("accounts, by won amount (USD)", (1000, 500, 1000)),
        ("accounts, accepted or in review", (3, 2, 2)),
        ("accounts, review queue alone", (2, 1, 2)),
        ("duplicate accounts", (0, 0, 1)),
        ("merged accounts", (1, 0, 1)),
        # 10 and 11 are one, 50 is a stranger to both; the branch may stand alone
        ("duplicate ERP customers", (1, 2, 0)),
        # 20 belongs to 1 in both systems (one pair); 40 hangs on 1 and should hang on 2
        ("children and parents", (1, 1, 1)),
    ],
)
def test_each_part_is_counted(
    found: MatchingScore, name: str, expected: tuple[int, int, int]
) -> None:
    assert {link.name: counts(link) for link in found.links}[name] == expected


def test_links_are_split_by_what_could_have_found_them(found: MatchingScore) -> None:
    assert [
        (row.found_by, row.true_links, row.accepted, row.in_review, row.missed)
        for row in found.evidence
    ] == [
        ("fuzzy", 2, 0, 1, 1),
        ("review", 1, 0, 1, 0),
        ("tax", 1, 1, 0, 0),
        ("twin", 1, 0, 0, 1),
    ]
    assert [(row.won_amount_usd, row.accepted_amount_usd) for row in found.evidence] == [
        (700, 0),
        (300, 0),
        (1000, 1000),
        (0, 0),
    ]


def test_a_publication_without_records_is_read_from_its_links() -> None:
    with duckdb.connect() as con:
        for script in (LABELS, MARTS):
            con.execute(script)
        con.execute("drop table marts.account_mapping.map_customer_record")
        con.execute("""
            create table marts.account_mapping.map_account_customer as select * from (values
                ('salesforce', 'A1', 'netsuite', '10', 'K1', 'accepted'),
                ('salesforce', 'A1b', 'netsuite', '10', 'K1', 'accepted'),
                ('salesforce', 'A3', 'netsuite', '30', 'K1', 'review')
            ) as t (crm_system, crm_account_id, erp_system, erp_customer_id, customer_key,
                match_status)
        """)
        links = {link.name: counts(link) for link in score_matching(con).links}
    assert links["duplicate accounts"] == (1, 0, 0)


def test_a_link_given_twice_counts_once_and_is_optional_only_where_all_say_so() -> None:
    with duckdb.connect() as con:
        con.execute("create table f as select * from (values (1), (1), (3)) as t (k)")
        wanted = (
            "select * from (values (1, true), (1, false), (2, true), (4, false)) "
            "as t (k, is_optional)"
        )
        assert count_links(con, "n", "f", wanted, ("k",)) == LinkScore("n", 1, 1, 1)


def test_the_printed_tables_name_each_part(found: MatchingScore) -> None:
    text = StringIO()
    print_matching(found, Console(file=text, width=160, color_system=None))
    assert "children and parents" in text.getvalue()
    assert "True account links by their strongest evidence" in text.getvalue()
