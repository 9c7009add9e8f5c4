"""What lands: typed values, history, tombstones; nothing twice, nothing in part."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion import ensure_raw_tables, land
from ingestion.spec import load_spec
from tests.ingestion.conftest import Query, Write
from tieout.errors import TieoutError
from tieout.settings import Home


def utc(*parts: int) -> dt.datetime:
    """UTC without an offset, as it lands."""
    return dt.datetime(*parts, tzinfo=dt.UTC).replace(tzinfo=None)  # type: ignore[misc, arg-type]


ACCOUNT = "0015500000Xyy06AAB"
DEALS = ("Id,CloseDate,StageName,Amount", "006q000000HddohAAB,2026-01-31,Closed Won,100.10")
CURRENT = """
    select {columns} from raw_salesforce.opportunity
    where _load_id in (select load_id from raw_salesforce._dlt_loads where status = 0)
    qualify row_number() over (partition by id order by _load_id desc) = 1
    order by id
"""


def test_every_declared_table_stands_before_anything_is_landed(
    empty_home: Home, query: Query
) -> None:
    ensure_raw_tables(empty_home)
    ensure_raw_tables(empty_home)
    for system in ("salesforce", "netsuite"):
        for name, spec in load_spec(system).objects.items():
            found = query(f"describe raw_{system}.{name}")
            assert {row[0]: row[1] for row in found}.items() >= {
                column.name: column.sql_type for column in spec.columns
            }.items()
    assert query("select count(*) from raw_operations.load_audit") == [(0,)]
    assert query("select count(*) from raw_operations.dead_letter") == [(0,)]
    assert query("select count(*) from raw_operations.control_total") == [(0,)]


def test_columns_are_found_whatever_their_case_and_underscores(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write(
        "Salesforce/OPPORTUNITY.csv",
        "ID,closedate,Stage_Name,AMOUNT,IsWon,NetSuite_Foo__c,TAX_AMOUNT__C",
        "006q000000HddohAAB,2026-01-31,Closed Won,1e2,TRUE,bar,1.5",
    )
    (result,) = land(exports, empty_home)
    assert (result.rows_read, result.rows_landed, result.rows_inserted) == (1, 1, 1)
    assert query(
        "select close_date, stage_name, amount, is_won, tax_amount_c, net_suite_foo_c, _is_deleted,"
        " _source_file from raw_salesforce.opportunity"
    ) == [
        (
            dt.date(2026, 1, 31),
            "Closed Won",
            Decimal("100.0000"),
            True,
            Decimal("1.5000"),
            "bar",
            False,
            "Salesforce/OPPORTUNITY.csv",
        )
    ]


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        ("04/21/2026", dt.date(2026, 4, 21)),
        ("2026-04-21", dt.date(2026, 4, 21)),
        (" 2026-04-21 ", dt.date(2026, 4, 21)),
        ("2026-04-21 00:00:00", dt.date(2026, 4, 21)),
    ],
)
def test_dates_are_read_by_the_declared_formats(
    text: str, landed: dt.date, exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", "Id,CloseDate,StageName", f"006q000000HddohAAB,{text},Won")
    land(exports, empty_home)
    assert query("select close_date from raw_salesforce.opportunity") == [(landed,)]


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        ("2026-06-17T14:22:00.000+0000", utc(2026, 6, 17, 14, 22)),
        ("2026-06-17T14:22:00Z", utc(2026, 6, 17, 14, 22)),
        ("2026-06-17T14:22:00+02:00", utc(2026, 6, 17, 12, 22)),
        ("2026-06-17 4:22:00", utc(2026, 6, 17, 4, 22)),
        ("06/17/2026 14:22", utc(2026, 6, 17, 14, 22)),
    ],
)
def test_times_are_utc(
    text: str, landed: dt.datetime, exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write("salesforce/account.csv", "Id,Name,SystemModstamp", f"{ACCOUNT},Acme,{text}")
    (result,) = land(exports, empty_home)
    assert query("select system_modstamp from raw_salesforce.account") == [(landed,)]
    assert result.watermark == landed


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        ("0015500000Xyy06", ACCOUNT),
        (f"  {ACCOUNT} ", ACCOUNT),
        (f"https://acme.my.salesforce.com/{ACCOUNT}", ACCOUNT),
        ("https://acme.lightning.force.com/lightning/r/Account/0015500000Xyy06/view", ACCOUNT),
        ("https://acme.my.salesforce.com/apex/page?id=0015500000Xyy06&x=1", ACCOUNT),
        ("Acme Corporation", "Acme Corporation"),
        ("JohnathanSmiths", "JohnathanSmiths"),
    ],
)
def test_salesforce_ids_land_in_one_form(
    text: str, landed: str, exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write("salesforce/contact.csv", "Id,AccountId", f"0031G00000q9jPQAQY,{text}")
    land(exports, empty_home)
    assert query("select account_id from raw_salesforce.contact") == [(landed,)]


def test_the_same_files_twice_add_nothing(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    path = write("salesforce/opportunity.csv", *DEALS)
    land(exports, empty_home)
    (again,) = land(exports, empty_home)
    assert again.unchanged_files
    assert (again.rows_read, again.rows_landed, again.rows_inserted) == (1, 1, 0)
    path.write_text(path.read_text() + "\n")  # other bytes, the same rows
    (same_rows,) = land(exports, empty_home)
    assert not same_rows.unchanged_files
    assert (same_rows.rows_inserted, same_rows.rows_unchanged) == (0, 1)
    assert query("select count(*) from raw_salesforce.opportunity") == [(1,)]
    assert query("select count(*) from raw_operations.load_audit") == [(3,)]


def test_a_changed_row_becomes_a_new_version_and_a_vanished_one_a_tombstone(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    rows = [f"006q000000Hddo{n}AAB,2026-01-31,Open,{n}" for n in range(10)]
    write("salesforce/opportunity.csv", DEALS[0], *rows)
    land(exports, empty_home)
    rows[0] = rows[0].replace("Open", "Closed Won")
    write("salesforce/opportunity.csv", DEALS[0], *rows[:9])
    (second,) = land(exports, empty_home)
    assert (second.rows_inserted, second.rows_unchanged, second.rows_deleted) == (1, 8, 1)
    assert query("select count(*), count(distinct _load_id) from raw_salesforce.opportunity") == [
        (12, 2)
    ]
    current = query(CURRENT.format(columns="stage_name, amount, _is_deleted"))
    assert current[0] == ("Closed Won", Decimal("0.0000"), False)
    assert current[9] == ("Open", Decimal("9.0000"), True)  # carries its last values

    write("salesforce/opportunity.csv", DEALS[0], *rows)  # and it comes back
    (third,) = land(exports, empty_home)
    assert (third.rows_inserted, third.rows_deleted) == (1, 0)
    assert query(CURRENT.format(columns="_is_deleted"))[9] == (False,)


def test_any_past_state_of_knowledge_can_be_read(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", *DEALS)
    (first,) = land(exports, empty_home)
    write("salesforce/opportunity.csv", DEALS[0], DEALS[1].replace("100.10", "90"))
    land(exports, empty_home)
    then = f"""
        select amount from raw_salesforce.opportunity
        where _load_id in (
            select load_id from raw_operations.load_audit
            where loaded_at <= timestamp '{first.loaded_at}'
        )
    """
    assert query(then) == [(Decimal("100.1000"),)]


def test_a_new_column_lands_and_is_reported(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", *DEALS)
    land(exports, empty_home)
    write(
        "salesforce/opportunity.csv",
        f"{DEALS[0]},X_Region,NextStep,Empty__c",
        f"{DEALS[1]},EMEA,Call,",
    )
    (result,) = land(exports, empty_home)
    assert result.new_columns == ("empty_c", "next_step", "x_region")
    assert query(CURRENT.format(columns="x_region, next_step, empty_c")) == [("EMEA", "Call", None)]
    assert query("select column_name, change from raw_operations.schema_drift order by all") == [
        ("empty_c", "added"),
        ("next_step", "added"),
        ("x_region", "added"),
    ]
    write("salesforce/opportunity.csv", f"{DEALS[0]},X_Region", f"{DEALS[1]},EMEA")
    (result,) = land(exports, empty_home)
    assert result.new_columns == ()
    assert query(
        "select column_name from raw_operations.schema_drift where change = 'missing' order by all"
    ) == [("Empty__c",), ("NextStep",)]


def test_a_new_column_that_is_empty_makes_no_new_version(
    exports: Path, write: Write, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", *DEALS)
    land(exports, empty_home)
    write("salesforce/opportunity.csv", f"{DEALS[0]},Campaign_Id,Other", f"{DEALS[1]},,")
    (result,) = land(exports, empty_home)
    assert (result.rows_inserted, result.rows_unchanged) == (0, 1)


def test_superseded_versions_of_a_loader_never_win(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write(
        "salesforce/opportunity.csv",
        f"{DEALS[0]},_fivetran_active,_fivetran_synced",
        f"{DEALS[1]},true,2026-01-01",
        f"{DEALS[1].replace('100.10', '7')},false,2026-01-02",
    )
    (result,) = land(exports, empty_home)
    assert (result.rows_read, result.rows_landed, result.rows_dead_lettered) == (2, 1, 1)
    assert query("select amount from raw_salesforce.opportunity") == [(Decimal("100.1000"),)]
    assert query("select reason, status from raw_operations.dead_letter") == [
        ("superseded: _fivetran_active is false", "resolved")
    ]


def test_control_totals_land(exports: Path, write: Write, empty_home: Home, query: Query) -> None:
    write("salesforce/opportunity.csv", *DEALS)
    totals = ("object,measure,entity,currency,period,value",)
    write(
        "salesforce/control_totals.csv",
        *totals,
        "opportunity,bookings,Acme Inc,USD,2026-01-01,100.10",
        "opportunity,rows,,,,1",
    )
    land(exports, empty_home)
    write(
        "salesforce/control_totals.csv",
        *totals,
        "opportunity,bookings,Acme Inc,USD,2026-01-01,100.20",
        "opportunity,rows,,,,1",
        "opportunity,rows,,,,1",
    )
    results = land(exports, empty_home)
    assert {(r.object, r.rows_inserted, r.rows_dead_lettered) for r in results} == {
        ("control_total", 1, 1),
        ("opportunity", 0, 0),
    }
    assert query(
        "select measure, entity, currency, period, value from raw_operations.control_total"
        " order by measure"
    ) == [
        ("bookings", "Acme Inc", "USD", dt.date(2026, 1, 1), Decimal("100.2000")),
        ("rows", "", "", None, Decimal("1.0000")),
    ]


def test_the_audit_names_files_and_watermark(
    exports: Path, write: Write, empty_home: Home, query: Query
) -> None:
    write(
        "salesforce/account.csv",
        "Id,Name,LastModifiedDate",
        f"{ACCOUNT},Acme,2026-06-30T23:00:00Z",
        "0015500000Ygpq1AAB,From the future,2999-01-01T00:00:00Z",
    )
    land(exports, empty_home)
    ((rows, watermark, files, mode),) = query(
        "select rows_read, watermark, files, extract_mode from raw_operations.load_audit"
    )
    assert (rows, watermark, mode) == (2, utc(2026, 6, 30, 23), "full")
    (file,) = json.loads(files)
    assert (file["path"], file["rows"]) == ("salesforce/account.csv", 2)
    assert len(file["sha256"]) == 64


def test_a_failed_load_shows_nothing_and_the_next_one_succeeds(
    exports: Path,
    write: Write,
    empty_home: Home,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob

    write("salesforce/opportunity.csv", *DEALS)
    write("salesforce/account.csv", "Id,Name", f"{ACCOUNT},Acme")
    done: list[str] = []
    load = DuckDbCopyJob.run

    def fail_at_the_second(self: DuckDbCopyJob) -> None:
        if done:
            raise duckdb.IOException("disk full")
        load(self)
        done.append("one")

    with monkeypatch.context() as patch:
        patch.setattr(DuckDbCopyJob, "run", fail_at_the_second)
        patch.setenv("LOAD__RAISE_ON_MAX_RETRIES", "1")
        with pytest.raises(TieoutError, match="could not be loaded") as failure:
            land(exports, empty_home)
    assert failure.value.exit_code == 1
    assert query("select count(*) from raw_operations.load_audit") == [(0,)]
    results = land(exports, empty_home)
    assert [(r.object, r.rows_inserted) for r in results] == [("account", 1), ("opportunity", 1)]
    for table in ("account", "opportunity"):
        assert query(f"select count(*) from raw_salesforce.{table}") == [(1,)]


def test_landing_writes_nowhere_but_in_the_home(
    exports: Path, write: Write, empty_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    write("salesforce/opportunity.csv", *DEALS)
    land(exports, empty_home)
    assert list((tmp_path / "elsewhere").rglob("*")) == []
    assert [path.name for path in exports.rglob("*") if path.is_file()] == ["opportunity.csv"]
