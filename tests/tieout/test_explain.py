"""`tieout explain`: any form of an id finds the record, its money, its links and its raw rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from tests.tieout.report.marts_fixture import write_publication
from tieout.errors import InputError
from tieout.explain import explain, long_id
from tieout.settings import Home

WAREHOUSE = """
create schema raw_salesforce;
create schema raw_operations;
create table raw_salesforce.opportunity as
select * from (values
    ('006AX0000000008AAA', 99000, '1774.1', false, '/in/salesforce/Opportunity.csv', 8),
    ('006AX0000000008AAA', 100000, '1775.1', false, '/in/salesforce/Opportunity.csv', 4)
) as t (id, amount, _load_id, _is_deleted, _source_file, _source_row);
create table raw_operations.load_audit as
select '1774.1' as load_id, timestamp '2026-06-29 23:40:00' as loaded_at
union all
select '1775.1', timestamp '2026-06-30 23:40:00';
create table raw_operations.dead_letter as
select
    'salesforce' as system, 'opportunity' as object, '006AX0000000099AAA' as source_key,
    'CloseDate is not a date: 31.02.2026' as reason, 'open' as status, '1774.1' as load_id,
    '{"Id": "006AX0000000099AAA"}' as payload;
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.resolve(tmp_path_factory.mktemp("home"))
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
    return home


def explained(home: Home, identifier: str) -> str:
    console = Console(width=160, record=True, quiet=False, file=sys.stderr)
    explain(home, identifier, console)
    return console.export_text()


@pytest.mark.parametrize(
    "identifier",
    [
        "006AX0000000008AAA",
        "  006AX0000000008AAA ",
        "https://example.lightning.force.com/lightning/r/Opportunity/006AX0000000008AAA/view",
        "line upgrade",
        "opportunity:Line upgrade",
    ],
)
def test_every_form_of_a_deal_s_id_finds_it(home: Home, identifier: str) -> None:
    text = explained(home, identifier)
    assert "Opportunity Line upgrade" in text
    assert "booked 100,000.00 > ordered 85,000.00" in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the vendor's own example of the conversion
        ("00570000001ZwTi", "00570000001ZwTiAAK"),
        ("00570000001ZwTiAAK", "00570000001ZwTiAAK"),
        ("https://na1.salesforce.com/00570000001ZwTi", "00570000001ZwTiAAK"),
        ("SO-9008", "SO-9008"),
        ("Acme Corporation Ltd.", "Acme Corporation Ltd."),
    ],
)
def test_short_ids_become_long_ones_and_nothing_else_changes(given: str, expected: str) -> None:
    assert long_id(given) == expected


def test_a_deal_shows_its_order_its_atoms_and_every_version_of_its_raw_row(home: Home) -> None:
    text = explained(home, "006AX0000000008AAA")
    assert "SO-9008 of 2026-02-12" in text
    discount = next(line for line in text.splitlines() if "1.17 Discount" in line)
    assert discount.count("-15,000.00") == 2  # one column per definition set
    versions = [line for line in text.splitlines() if "salesforce opportunity" in line]
    assert len(versions) == 2
    assert "1775.1" in versions[0]
    assert "Opportunity.csv" in versions[0]


def test_a_document_is_found_by_number_and_shows_the_deal_behind_it(home: Home) -> None:
    text = explained(home, "so-9008")
    assert "Document sales order SO-9008" in text
    assert "Line upgrade" in text
    assert "1.17 Discount" in text


def test_a_customer_shows_both_systems_and_its_money(home: Home) -> None:
    text = explained(home, "customer:501")
    assert "001AX0000000001AAA" in text
    assert "external_id" in text
    assert "100,000.00" in text


def test_a_customer_shows_its_family(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    directory = write_publication(home.publications / "20260630T233000000000Z")
    home.current.symlink_to(directory.name)
    marts = directory / "marts.duckdb"
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as connection:
        connection.execute("""
            alter table account_mapping.dim_customer add column parent_relation varchar;
            alter table account_mapping.dim_customer add column parent_source varchar;
            insert into account_mapping.dim_customer values
                ('c0', 'Ormond Holding', null, null, null, null),
                ('c2', 'Ormond Plant 2', 'c1', null, 'branch', 'crm');
            create table account_mapping.map_customer_hierarchy as
            select * from (values
                ('c0', 'c0', 0), ('c1', 'c1', 0), ('c2', 'c2', 0),
                ('c0', 'c1', 1), ('c0', 'c2', 2), ('c1', 'c2', 1)
            ) as t (ancestor_customer_key, descendant_customer_key, depth);
        """)
    family = explained(home, "customer:501").split("Its family")[1].splitlines()[:6]
    assert any("above" in line and "Ormond Holding" in line for line in family)
    assert any("below" in line and "Plant 2" in line and "branch" in line for line in family)


def test_a_rejected_row_is_found_by_its_key(home: Home) -> None:
    assert "31.02.2026" in explained(home, "006AX0000000099AAA")


def test_an_unknown_id_is_an_input_error_that_says_what_to_give(home: Home) -> None:
    with pytest.raises(InputError, match="Nothing goes by"):
        explained(home, "006ZZ0000000000AAA")


def test_texts_of_the_sources_cannot_style_the_terminal(home: Home) -> None:
    text = explained(home, '<script>alert("x")</script> & Söhne')
    assert '<script>alert("x")</script> & Söhne' in text


def test_a_warehouse_that_a_run_holds_leaves_the_published_part(home: Home) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=1); input()",
            str(home.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        text = explained(home, "006AX0000000008AAA")
    finally:
        holder.communicate("\n")
    assert "A run holds the warehouse" in text
    assert "1.17 Discount" in text


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to explain from"):
        explained(Home.resolve(tmp_path / "home"), "1")
