"""Every kind of file lands the same rows; what a declaration may say is obeyed."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import ingestion.spec as spec_module
from ingestion import ensure_raw_tables, land
from ingestion.readers import Relation
from ingestion.spec import load_spec, read_spec
from ingestion.stage import Stage
from ingestion.tables import connect
from tests.ingestion.conftest import Query, Write
from tieout.errors import InputError
from tieout.settings import Home

ROWS = """
    select '006q000000H' || lpad(i::varchar, 4, '0') as "Id", 'Won' as "StageName",
        (date '2026-01-01' + i::int) as "CloseDate", (i / 4)::decimal(18,2) as "Amount",
        i % 2 = 0 as "IsWon", timestamp '2026-02-01 10:00:00' + to_seconds(i) as "SystemModstamp",
        i as "x_number"
    from range({first}, {last}) t(i)
"""
LANDED = """
    select id, stage_name, close_date, amount, is_won, system_modstamp, x_number
    from raw_salesforce.opportunity order by id
"""


def copy(target: Path, first: int = 0, last: int = 100, kind: str = "csv") -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    options = {"csv": "format csv, header", "parquet": "format parquet", "json": "format json"}
    duckdb.sql(f"copy ({ROWS.format(first=first, last=last)}) to '{target}' ({options[kind]})")


def as_csv(folder: Path) -> None:
    copy(folder / "opportunity.csv")


def as_zipped_csv(folder: Path) -> None:
    copy(folder / "plain.csv")
    (folder / "Opportunity.csv.gz").write_bytes(gzip.compress((folder / "plain.csv").read_bytes()))
    (folder / "plain.csv").unlink()


def as_parquet(folder: Path) -> None:
    copy(folder / "OPPORTUNITY.parquet", kind="parquet")


def as_json_lines(folder: Path) -> None:
    copy(folder / "opportunity.jsonl", kind="json")


def as_zipped_json_lines(folder: Path) -> None:
    copy(folder / "o.jsonl", kind="json")
    (folder / "opportunity.jsonl.gz").write_bytes(gzip.compress((folder / "o.jsonl").read_bytes()))
    (folder / "o.jsonl").unlink()


def as_many_files(folder: Path) -> None:
    copy(folder / "Opportunity" / "part-1.csv", 0, 40)
    copy(folder / "Opportunity" / "part-2.parquet", 40, 70, "parquet")
    copy(folder / "Opportunity" / "part-3.jsonl", 70, 100, "json")


@pytest.mark.parametrize(
    "make",
    [as_csv, as_zipped_csv, as_parquet, as_json_lines, as_zipped_json_lines, as_many_files],
)
def test_every_format_lands_the_same_rows(
    make: Callable[[Path], None], exports: Path, empty_home: Home, query: Query
) -> None:
    make(exports / "salesforce")
    (result,) = land(exports, empty_home)
    assert (result.rows_read, result.rows_landed, result.rows_dead_lettered) == (100, 100, 0)
    rows = query(LANDED)
    assert rows[3] == (
        "006q000000H0003AAA"[:15] + rows[3][0][15:],
        "Won",
        dt.date(2026, 1, 4),
        Decimal("0.7500"),
        False,
        dt.datetime(2026, 2, 1, 10, 0, 3, tzinfo=dt.UTC).replace(tzinfo=None),
        "3",
    )
    assert len({row[0] for row in rows}) == 100


def test_another_format_of_the_same_rows_adds_nothing(exports: Path, empty_home: Home) -> None:
    as_csv(exports / "salesforce")
    land(exports, empty_home)
    shutil.rmtree(exports)
    for make in (as_parquet, as_json_lines, as_many_files):
        make(exports / "salesforce")
        (result,) = land(exports, empty_home)
        assert (result.rows_inserted, result.rows_unchanged) == (0, 100)
        shutil.rmtree(exports)


def test_a_key_in_two_files_of_an_object_is_a_duplicate(exports: Path, empty_home: Home) -> None:
    copy(exports / "salesforce" / "opportunity" / "a.csv", 0, 10)
    copy(exports / "salesforce" / "opportunity" / "b.csv", 5, 15)
    (result,) = land(exports, empty_home)
    assert (result.rows_read, result.rows_landed, result.rows_dead_lettered) == (20, 15, 5)


def test_a_typed_column_that_holds_nothing_may_have_any_type(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    path = write("salesforce/opportunity.parquet", b"")
    duckdb.sql(
        "select '006q000000HddohAAB' as id, date '2026-01-31' as close_date, 'Won' as stage_name,"
        " null::integer as name, null::double as campaign_id"
    ).write_parquet(str(path))
    land(exports, empty_home)
    assert query("select name, campaign_id from raw_salesforce.opportunity") == [(None, None)]


def test_rows_read_elsewhere_are_typed_in_the_same_step(empty_home: Home, tmp_path: Path) -> None:
    """As a vendor's API will hand over its pages: an Arrow table, no file."""
    page = pa.table(
        {
            "Id": ["0015500000Xyy06", "0015500000Ygpq1"],
            "Name": ["Acme", None],
            "AnnualRevenue": pa.array([Decimal("1.50"), Decimal("2.50")]),
            "SystemModstamp": ["2026-06-17T14:22:00Z", None],
        }
    )
    ensure_raw_tables(empty_home)
    with connect(empty_home) as connection:
        connection.register("page", page)
        columns = {
            "Id": "text",
            "Name": "text",
            "AnnualRevenue": "number",
            "SystemModstamp": "text",
        }
        system = load_spec("salesforce")
        stage = Stage(connection, system, system.objects["account"], "load")
        stage.relation(Relation("select * from page", columns), "page 1", tmp_path / "typed")
        rows = connection.execute(
            "select id, annual_revenue, system_modstamp, _is_deleted"
            " from read_parquet(?) order by _is_deleted",
            [[str(path) for path in stage.staged.files]],
        ).fetchall()
    assert rows[0] == (
        "0015500000Xyy06AAB",
        Decimal("1.5000"),
        dt.datetime(2026, 6, 17, 14, 22, tzinfo=dt.UTC).replace(tzinfo=None),
        False,
    )
    assert rows[1][3] is None  # its name is required
    assert stage.staged.rows == {"page 1": 2}


# --------------------------------------------------------------------- what a declaration may say


@pytest.fixture
def declare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, str], None]]:
    """`declare("encoding: utf-8", "encoding: cp1252")` changes Salesforce's declaration."""
    sources = tmp_path / "sources"
    shutil.copytree(spec_module.SOURCES, sources)
    monkeypatch.setattr(spec_module, "SOURCES", sources)
    load_spec.cache_clear()

    def change(old: str, new: str) -> None:
        path = sources / "salesforce.yml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        load_spec.cache_clear()

    yield change
    load_spec.cache_clear()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "shift_jis"])
def test_a_declared_encoding(
    encoding: str,
    declare: Callable[[str, str], None],
    write: Write,
    exports: Path,
    empty_home: Home,
    query: Query,
) -> None:
    declare("\nencoding: utf-8", f"\nencoding: {encoding}")
    name = "工業" if encoding == "shift_jis" else "Café"
    content = f"Id,Name\r\n0015500000Xyy06AAB,{name}\r\n".encode(encoding)
    if encoding == "shift_jis":
        content += b"0015500000Ygpq1AAB,\xff\xff broken\r\n"
    write("salesforce/account.csv", content)
    (result,) = land(exports, empty_home)
    assert query("select name from raw_salesforce.account") == [(name,)]
    assert result.rows_read == result.rows_landed + result.rows_dead_lettered
    if encoding == "shift_jis":
        assert query("select reason from raw_operations.dead_letter") == [
            ("unreadable: not valid shift_jis",)
        ]


def test_declared_number_formats_and_delimiter(
    declare: Callable[[str, str], None],
    write: Write,
    exports: Path,
    empty_home: Home,
    query: Query,
) -> None:
    declare('decimal_separator: "."', 'decimal_separator: ","')
    declare('thousands_separator: ""', 'thousands_separator: "."')
    declare('date: ["%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S"]', 'date: ["%d.%m.%Y"]')
    declare("\nencoding: utf-8", '\ndelimiter: ";"\nencoding: utf-8')
    write(
        "salesforce/opportunity.csv",
        "Id;CloseDate;StageName;Amount",
        "006q000000HddohAAB;04.03.2026;Won;1.234.567,89",
    )
    land(exports, empty_home)
    assert query("select close_date, amount from raw_salesforce.opportunity") == [
        (dt.date(2026, 3, 4), Decimal("1234567.8900"))
    ]


def test_custom_columns_are_marked_for_the_marts(
    declare: Callable[[str, str], None],
    write: Write,
    exports: Path,
    empty_home: Home,
    query: Query,
) -> None:
    declare("custom_columns: []", "custom_columns: [Region__c]")
    write("salesforce/account.csv", "Id,Name,Region__c", "0015500000Xyy06AAB,Acme,EMEA")
    land(exports, empty_home)
    assert query("select x_region_c from raw_salesforce.account") == [("EMEA",)]


def test_a_column_that_is_declared_after_it_landed_gets_its_type(
    declare: Callable[[str, str], None],
    write: Write,
    exports: Path,
    empty_home: Home,
    query: Query,
) -> None:
    write("salesforce/account.csv", "Id,Name,Budget", "0015500000Xyy06AAB,Acme,12.5")
    land(exports, empty_home)
    declare(
        "      - {name: rating,",
        "      - {name: budget, type: money, description: Budget}\n      - {name: rating,",
    )
    (result,) = land(exports, empty_home)
    assert not result.unchanged_files  # another declaration reads the files anew
    assert query("select typeof(budget), budget from raw_salesforce.account")[0] == (
        "DECIMAL(28,4)",
        Decimal("12.5000"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("system: x\nobjects: {a: {key: [id]}}", "not valid"),
        ("system: [", "not valid"),
        (
            "system: x\ntitle: X\ndescription: X\nencoding: latin-99\nobjects: {}",
            "no encoding of this name: latin-99",
        ),
        (
            "system: x\ntitle: X\ndescription: X\nobjects:\n  a:\n    vendor_name: A\n"
            "    description: A\n    key: [id]\n    columns: []",
            "key or cursor not among the columns",
        ),
    ],
)
def test_a_declaration_that_is_not_valid(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as failure:
        read_spec(path)
    assert failure.value.where == str(path)
