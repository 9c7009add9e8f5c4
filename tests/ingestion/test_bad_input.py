"""Bad input: a clear error before anything is replaced, or a dead letter; nothing is lost."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion import LoadResult, land
from tests.ingestion.conftest import Query, Write
from tieout.errors import InputError
from tieout.progress import Progress
from tieout.settings import Home

HEADER = "Id,CloseDate,StageName,Amount,Currency_Iso_Code"


def deal(n: int, **values: str) -> str:
    row = {
        "Id": f"006q000000Hd{n:03}AAB",
        "CloseDate": "2026-01-31",
        "StageName": "Closed Won",
        "Amount": f"{n}.50",
        "Currency_Iso_Code": "USD",
    }
    return ",".join((row | values).values())


GOOD = [deal(n) for n in range(10)]
LETTERS = (
    "select source_key, reason, payload, source_file, source_row from raw_operations.dead_letter"
    " where status = 'open' order by source_row, reason"
)


def refused(exports: Path, home: Home, **options: bool) -> str:
    """The message of the error that a landing ends with; its exit code is that of wrong input."""
    with pytest.raises(InputError) as failure:
        land(exports, home, **options)  # type: ignore[arg-type]
    assert failure.value.exit_code == 2
    assert failure.value.where
    assert failure.value.do
    return str(failure.value)


def counts(result: LoadResult) -> tuple[int, int, int]:
    return result.rows_read, result.rows_landed, result.rows_dead_lettered


# ------------------------------------------------------------------ the directory and its files


def test_a_missing_directory(exports: Path, empty_home: Home) -> None:
    assert "no such directory" in refused(exports, empty_home)


def test_an_empty_directory(exports: Path, empty_home: Home) -> None:
    exports.mkdir()
    assert "the directory is empty" in refused(exports, empty_home)


def test_an_empty_system(exports: Path, empty_home: Home) -> None:
    (exports / "salesforce").mkdir(parents=True)
    assert "nothing to land from Salesforce" in refused(exports, empty_home)


def test_an_unknown_system(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesfroce/opportunity.csv", HEADER)
    message = refused(exports, empty_home)
    assert "Unknown system: salesfroce. Did you mean salesforce?" in message
    assert "netsuite, salesforce" in message


def test_the_truth_of_a_demo_company_is_no_system(
    write: Write, exports: Path, empty_home: Home
) -> None:
    write("truth/account_link.csv", "a,b")
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    assert [result.object for result in land(exports, empty_home)] == ["opportunity"]


def test_a_file_that_is_not_read_is_named(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    write("salesforce/Task.csv", "Id")
    write("salesforce/Oportunity.csv", "Id")
    write("salesforce/notes.xlsx", "Id")
    write("salesforce/OpportunityHistory.csv", "Id,_fivetran_start", "1,2026-01-01")
    land(exports, empty_home)
    reasons = dict(query("select file, reason from raw_operations.unused_file"))
    assert reasons["salesforce/Task.csv"] == "Activities are outside the bridge."
    assert "did you mean opportunity?" in reasons["salesforce/Oportunity.csv"]
    assert "not a kind of file" in reasons["salesforce/notes.xlsx"]
    assert "_fivetran_start" in reasons["salesforce/OpportunityHistory.csv"]


def test_two_exports_of_one_object(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    write("salesforce/Opportunity.jsonl", "{}")
    assert "Two exports hold the same object" in refused(exports, empty_home)


def test_a_file_without_a_byte(write: Write, exports: Path, empty_home: Home) -> None:
    path = write("salesforce/opportunity.csv")
    message = refused(exports, empty_home)
    assert "The file is empty" in message
    assert str(path) in message


@pytest.mark.parametrize(
    "name", ["opportunity.csv.gz", "opportunity.parquet", "opportunity.jsonl.gz"]
)
def test_a_damaged_file(name: str, write: Write, exports: Path, empty_home: Home) -> None:
    whole = b""
    if name.endswith(".parquet"):
        path = write(f"salesforce/{name}", b"-")
        duckdb.sql("select range as id from range(100000)").write_parquet(str(path))
        whole = path.read_bytes()
    else:
        whole = gzip.compress("\n".join([HEADER, *(deal(n) for n in range(1000))] * 50).encode())
    path = write(f"salesforce/{name}", whole[: len(whole) // 2])
    message = refused(exports, empty_home)
    assert "cannot be read" in message
    assert str(path) in message


@pytest.mark.parametrize("name", ["opportunity.csv", "opportunity.parquet", "opportunity.jsonl"])
def test_a_file_that_vanishes_while_it_is_landed(
    name: str, write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    """Another one, before it, is told first: then the file goes."""
    write("salesforce/account.csv", "Id,Name", "0015500000Xyy06AAB,Acme")
    path = write(f"salesforce/{name}", b"")
    duckdb.sql("select '006' as id, '2026-01-31' as close_date, 'Won' as stage_name").write_parquet(
        str(path)
    )

    class Gone(Progress):
        def update(self, text: str, done: int = 0, total: int = 0) -> None:
            path.unlink(missing_ok=True)

    with pytest.raises(InputError, match="cannot be read") as failure:
        land(exports, empty_home, progress=Gone())
    assert failure.value.where == str(path)
    assert query("select count(*) from raw_operations.load_audit") == [(0,)]


def test_a_link_to_nothing(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/account.csv", "Id,Name", "0015500000Xyy06AAB,Acme")
    link = exports / "salesforce" / "opportunity.csv"
    link.symlink_to(exports / "nowhere.csv")
    message = refused(exports, empty_home)
    assert "cannot be read" in message
    assert str(link) in message


def test_the_same_file_twice_lands_once(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    for part in ("part-1.csv", "part-2.csv"):
        write(f"salesforce/opportunity/{part}", HEADER, *GOOD)
    assert counts(land(exports, empty_home)[0]) == (20, 10, 10)
    assert {reason.split(":")[0] for _, reason, *_ in query(LETTERS)} == {"duplicate_key"}
    assert query("select sum(amount) from raw_salesforce.opportunity") == [(Decimal("50.0000"),)]


def test_a_parquet_file_that_is_none(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.parquet", HEADER, *GOOD)
    assert "The Parquet file cannot be read" in refused(exports, empty_home)


# ------------------------------------------------------------------------------------- columns


def test_a_missing_required_column(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    path = write("salesforce/opportunity.csv", "Id,Close_Dat,StageName", "006,2026-01-01,Won")
    message = refused(exports, empty_home)
    assert "expected close_date" in message
    assert "found closedat, id, stagename" in message
    assert str(path) in message
    assert query("select count(*) from raw_operations.load_audit") == [(0,)]


def test_a_system_that_is_in_order_lands_beside_one_that_is_not(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write("netsuite/account.csv", "id,accttype", "1,Bank")
    write("salesforce/opportunity.csv", "Id", "006")
    refused(exports, empty_home)
    assert query("select system, object from raw_operations.load_audit") == [
        ("netsuite", "account")
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter(delimiter: str, write: Write, exports: Path, empty_home: Home) -> None:
    lines = [line.replace(",", delimiter) for line in (HEADER, GOOD[0])]
    write("salesforce/opportunity.csv", *lines)
    with pytest.raises(InputError, match="found id") as failure:
        land(exports, empty_home)
    assert failure.value.do == (
        f"Its values seem to be separated by {delimiter!r}: export it with ',',"
        " or set `delimiter` in ingestion/sources/salesforce.yml."
    )


@pytest.mark.parametrize(
    "header", ["Id,CloseDate,StageName,StageName", "Id,CloseDate,Close_Date,StageName"]
)
def test_a_column_that_stands_twice(
    header: str, write: Write, exports: Path, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", header, "006q000000HddohAAB,2026-01-31,Won,Won")
    assert "Keep one of them" in refused(exports, empty_home)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "1 as id, date '2026-01-31' as close_date, 'Won' as stage_name",
            "id is expected as sf_id",
        ),
        (
            "'006' as id, date '2026-01-31' as close_date, 'Won' as stage_name, true as amount",
            "amount is expected as money (integer or number or text), found boolean",
        ),
        (
            "'006' as id, 20260131 as close_date, 'Won' as stage_name",
            "close_date is expected as date",
        ),
    ],
)
def test_a_parquet_column_of_another_type_stops_the_system(
    sql: str, expected: str, write: Write, exports: Path, empty_home: Home
) -> None:
    path = write("salesforce/opportunity.parquet", b"")
    duckdb.sql(f"select {sql}").write_parquet(str(path))
    message = refused(exports, empty_home)
    assert expected in message
    assert str(path) in message


def test_a_text_column_that_mostly_cannot_be_typed_stops_the_system(
    write: Write, exports: Path, empty_home: Home
) -> None:
    rows = [deal(n, CloseDate="31.01.2026") for n in range(30)]
    write("salesforce/opportunity.csv", HEADER, *rows)
    message = refused(exports, empty_home)
    assert "close_date is expected as date, and 30 of 30 rows are not" in message
    assert "31.01.2026 is not a day written %Y-%m-%d" in message


# ---------------------------------------------------------------------------------- shrinking


def test_an_extract_that_shrinks_stops_before_anything_is_replaced(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    write("salesforce/account.csv", "Id,Name", "0015500000Xyy06AAB,Acme")
    land(exports, empty_home)
    write("salesforce/opportunity.csv", HEADER, *GOOD[:7])
    write("salesforce/account.csv", "Id,Name", "0015500000Xyy06AAB,Another name")
    message = refused(exports, empty_home)
    assert "opportunity has shrunk: 7 good rows, where the last one had 10" in message
    assert query("select count(*), count(distinct _load_id) from raw_salesforce.account") == [
        (1, 1)
    ]
    assert query("select count(distinct load_id) from raw_operations.load_audit") == [(1,)]

    results = land(exports, empty_home, allow_shrink=True)
    assert {r.object: r.rows_deleted for r in results} == {"account": 0, "opportunity": 3}


def test_an_extract_of_80_percent_is_still_taken(
    write: Write, exports: Path, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    land(exports, empty_home)
    write("salesforce/opportunity.csv", HEADER, *GOOD[:8])
    (result,) = land(exports, empty_home)
    assert result.rows_deleted == 2


def test_rows_that_become_unreadable_count_as_shrinking(
    write: Write, exports: Path, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    land(exports, empty_home)
    broken = [deal(n, CloseDate="2026-02-30") for n in range(3)]
    write("salesforce/opportunity.csv", HEADER, *broken, *GOOD[3:])
    assert "has shrunk: 7 good rows" in refused(exports, empty_home)


def test_a_file_that_vanished_stops_the_system(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    gone = write("salesforce/opportunity.csv", HEADER, *GOOD)
    write("salesforce/account.csv", "Id,Name", "0015500000Xyy06AAB,Acme")
    land(exports, empty_home)
    gone.unlink()
    assert "missing: opportunity" in refused(exports, empty_home)
    land(exports, empty_home, allow_shrink=True)
    assert query("select count(*) from raw_salesforce.opportunity where _is_deleted") == [(0,)]


# --------------------------------------------------------------------------------- single rows


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("CloseDate", "2026-02-30", "close_date: 2026-02-30 is not a day written"),
        ("CloseDate", "0026-02-03", "close_date: 0026-02-03 is not a day written"),
        ("CloseDate", "0000-00-00", "close_date: 0000-00-00 is not a day written"),
        ("CloseDate", "31/12/2026", "close_date: 31/12/2026 is not a day written"),
        ("CloseDate", "infinity", "close_date: infinity is not a day written"),
        ("CloseDate", "Epoch", "close_date: Epoch is not a day written"),
        ("CloseDate", "", "close_date: empty, and it is required"),
        ("Amount", "twelve", "amount: twelve is not a number such as 1234.50"),
        ("Amount", "1e20", "amount: 1e20 is not a number such as 1234.50"),
        ("Amount", "NaN", "amount: NaN is not a number"),
        ("Amount", '"1,000.00"', "amount: 1,000.00 is not a number"),
        ("Amount", "(5.00)", "amount: (5.00) is not a number"),
        ("Amount", "1234567890123456789", "amount: 1234567890123456789 is not a number"),
        ("Currency_Iso_Code", "XXQ", "currency_iso_code: XXQ is not a currency code of ISO 4217"),
        ("Id", "", "id: empty, and it is required"),
    ],
)
def test_a_value_that_cannot_be_typed(
    column: str,
    value: str,
    reason: str,
    write: Write,
    exports: Path,
    empty_home: Home,
    query: Query,
) -> None:
    write("salesforce/opportunity.csv", HEADER, GOOD[0], deal(1, **{column: value}), *GOOD[2:])
    (result,) = land(exports, empty_home)
    assert counts(result) == (10, 9, 1)
    ((key, found, payload, file, row),) = query(LETTERS)
    assert found.startswith(reason)
    assert key == (None if column == "Id" else "006q000000Hd001AAB")
    assert (file, row) == ("salesforce/opportunity.csv", 2)
    assert json.loads(payload)[column] == (value.strip('"') or None)


def test_several_wrong_values_are_one_dead_letter_that_names_each(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    bad = deal(1, CloseDate="soon", Amount="much")
    write("salesforce/opportunity.csv", HEADER, GOOD[0], bad, *GOOD[2:])
    assert counts(land(exports, empty_home)[0]) == (10, 9, 1)
    ((_, reason, *_),) = query(LETTERS)
    assert "close_date: soon" in reason
    assert "amount: much" in reason


def test_negative_and_zero_amounts_land(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    rows = [deal(1, Amount="-5.25"), deal(2, Amount="0.00"), deal(3, Amount="-0")]
    write("salesforce/opportunity.csv", HEADER, *rows)
    assert counts(land(exports, empty_home)[0]) == (3, 3, 0)
    assert query("select amount from raw_salesforce.opportunity order by id") == [
        (Decimal("-5.2500"),),
        (Decimal("0.0000"),),
        (Decimal("0.0000"),),
    ]


@pytest.mark.parametrize("reverse", [False, True])
def test_of_duplicate_keys_the_latest_lands_whatever_their_order(
    reverse: bool, write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    rows = [
        "0015500000Xyy06AAB,Older,2026-01-01 00:00:00",
        "0015500000Xyy06,Latest,2026-03-01 00:00:00",
        " 0015500000Xyy06AAB,Middle,2026-02-01 00:00:00",
    ]
    write("salesforce/account.csv", "Id,Name,SystemModstamp", *(rows[::-1] if reverse else rows))
    (result,) = land(exports, empty_home)
    assert counts(result) == (3, 1, 2)
    assert query("select name from raw_salesforce.account") == [("Latest",)]
    letters = query(LETTERS)
    assert {reason.split(":")[0] for _, reason, *_ in letters} == {"duplicate_key"}
    assert {json.loads(payload)["name"] for _, _, payload, *_ in letters} == {"Older", "Middle"}


def test_duplicates_without_a_stamp_are_settled_alike_in_any_order(
    write: Write, exports: Path, empty_home: Home, query: Query, tmp_path: Path
) -> None:
    rows = [f"0015500000Xyy06AAB,Name {n}" for n in range(5)]
    landed = set()
    for at, order in enumerate((rows, rows[::-1], rows[2:] + rows[:2])):
        home = Home.resolve(tmp_path / f"home-{at}")
        write("salesforce/account.csv", "Id,Name", *order)
        assert counts(land(exports, home)[0]) == (5, 1, 4)
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            landed |= set(connection.execute("select name from raw_salesforce.account").fetchall())
    assert len(landed) == 1


def test_a_rejected_key_is_not_taken_for_deleted(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD)
    land(exports, empty_home)
    unsplittable = f"{GOOD[1]},one,too many"
    rows = [deal(0, Amount="much"), unsplittable, *GOOD[2:9]]
    write("salesforce/opportunity.csv", HEADER, *rows, deal(10), deal(11))
    (result,) = land(exports, empty_home)
    assert counts(result) == (11, 9, 2)
    assert result.rows_deleted == 1
    assert query("select id from raw_salesforce.opportunity where _is_deleted") == [
        ("006q000000Hd009AAB",)
    ]


# ------------------------------------------------------------------------------- malformed CSV


def test_ragged_rows(write: Write, exports: Path, empty_home: Home, query: Query) -> None:
    write("salesforce/opportunity.csv", HEADER, GOOD[0], "too,few", f"{GOOD[1]},too,many", GOOD[2])
    (result,) = land(exports, empty_home)
    assert counts(result) == (4, 2, 2)
    assert [(reason, row) for _, reason, _, _, row in query(LETTERS)] == [
        ("unreadable: too few values", 2),
        ("unreadable: too many values", 3),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        '006q000000Hd001AAB,2026-01-31,"Closed Won,1.50,USD',
        '006q000000Hd001AAB,2026-01-31,"Closed" Won,1.50,USD',
        '006q000000Hd001AAB,2026-01-31,"Closed \\"Won",1.50,USD',
    ],
)
def test_a_broken_quote_costs_one_row_and_swallows_none(
    broken: str, write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    whole = deal(20, StageName='"a ""quoted"" name, with\na line break"')
    write("salesforce/opportunity.csv", HEADER, GOOD[0], broken, *GOOD[2:], whole)
    (result,) = land(exports, empty_home)
    assert counts(result) == (11, 10, 1)
    assert query("select stage_name from raw_salesforce.opportunity order by id desc limit 1") == [
        ('a "quoted" name, with\na line break',)
    ]
    ((_, reason, payload, _, row),) = query(LETTERS)
    assert reason.startswith("unreadable")
    assert row == 2
    assert json.loads(payload)["line"] == broken


def test_a_quote_that_is_never_closed_in_a_large_file(
    write: Write, exports: Path, empty_home: Home
) -> None:
    rows = [f"0015500000X{n:07},Name {n},x" for n in range(400_000)]
    rows[10] = rows[10].replace("Name", '"Name')
    write("salesforce/account.csv", "Id,Name,Filler", *rows)
    assert counts(land(exports, empty_home)[0]) == (400_000, 399_999, 1)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_breaks(newline: str, write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", newline.join([HEADER, *GOOD, ""]).encode())
    assert counts(land(exports, empty_home)[0]) == (10, 10, 0)


def test_line_breaks_of_several_kinds(write: Write, exports: Path, empty_home: Home) -> None:
    content = f"{HEADER}\n" + "\r\n".join(GOOD[:5]) + "\r\n" + "\n".join(GOOD[5:]) + "\n"
    write("salesforce/opportunity.csv", content.encode())
    assert counts(land(exports, empty_home)[0]) == (10, 10, 0)


def test_a_byte_order_mark(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", "\n".join([HEADER, *GOOD]).encode("utf-8-sig"))
    assert counts(land(exports, empty_home)[0]) == (10, 10, 0)


def test_bytes_that_are_not_utf8(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    rows = [GOOD[0], deal(1, StageName="Caf\xe9"), *GOOD[2:]]
    write("salesforce/opportunity.csv", "\n".join([HEADER, *rows]).encode("latin-1"))
    assert counts(land(exports, empty_home)[0]) == (10, 9, 1)
    ((key, reason, payload, file, row),) = query(LETTERS)
    assert reason == "unreadable: not valid utf-8"
    assert (file, row) == ("salesforce/opportunity.csv", 2)
    assert key == "006q000000Hd001AAB"
    kept = json.loads(payload)
    assert (kept["StageName"], kept["Amount"]) == ("Caf\ufffd", "1.50")


def test_utf16_that_is_not_declared(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", "\n".join([HEADER, *GOOD]).encode("utf-16"))
    assert "set `encoding: utf-16`" in refused(exports, empty_home)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_an_encoding_of_wide_characters_without_a_mark(
    encoding: str, write: Write, exports: Path, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", "\n".join([HEADER, *GOOD]).encode(encoding))
    message = refused(exports, empty_home)
    assert "The header cannot be read: it holds null bytes, as UTF-16 and UTF-32 do" in message


@pytest.mark.parametrize("content", [b"\n\n", b"\xef\xbb\xbf", b",,\n"])
def test_a_file_without_a_header(
    content: bytes, write: Write, exports: Path, empty_home: Home
) -> None:
    write("salesforce/opportunity.csv", content)
    assert "The header cannot be read: the first line is empty." in refused(exports, empty_home)


@pytest.mark.parametrize("name", ["opportunity.csv", "opportunity.csv.gz", "opportunity.jsonl"])
def test_a_line_that_never_ends_stops_the_system(
    name: str, write: Write, exports: Path, empty_home: Home
) -> None:
    """The CSV reader leaves out a line longer than its buffer and says nothing."""
    first = HEADER if "csv" in name else "{}"
    content = "\n".join([first, GOOD[0], deal(1, StageName="x" * 33_000_000), GOOD[2]]).encode()
    path = write(f"salesforce/{name}", gzip.compress(content) if name[-2:] == "gz" else content)
    message = refused(exports, empty_home)
    assert "Line 3 is longer than" in message
    assert str(path) in message


def test_a_line_that_is_too_long_is_a_dead_letter(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    long = deal(1, StageName="x" * 29_000_000)
    write("salesforce/opportunity.csv", HEADER, GOOD[0], long, *GOOD[2:])
    assert counts(land(exports, empty_home)[0]) == (10, 9, 1)
    ((_, reason, payload, _, row),) = query(LETTERS)
    assert reason == "unreadable: too long; only its beginning is kept"
    assert row == 2
    assert payload.startswith('{"line":"006q000000Hd001AAB')


def test_a_header_without_rows(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", HEADER)
    assert counts(land(exports, empty_home)[0]) == (0, 0, 0)


def test_a_file_of_broken_rows_only(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.csv", HEADER, "a", "b,c")
    assert counts(land(exports, empty_home)[0]) == (2, 0, 2)


# ---------------------------------------------------------------------------------- JSON lines


def test_broken_json_lines(write: Write, exports: Path, empty_home: Home, query: Query) -> None:
    good = {"Id": "006q000000HddohAAB", "CloseDate": "2026-01-31", "StageName": "Won"}
    write(
        "salesforce/opportunity.jsonl",
        json.dumps(good | {"Amount": 1.1}),
        '{"Id": "006q',
        "[1, 2]",
        "",
        json.dumps(good | {"Id": "006q000000HdPzpAAF", "Amount": True}),
        json.dumps({"id": "006q000000Hbmd1AAB", "close_date": "01/31/2026", "STAGENAME": "Won"}),
    )
    (result,) = land(exports, empty_home)
    assert counts(result) == (5, 2, 3)
    assert query("select id, amount from raw_salesforce.opportunity order by id") == [
        ("006q000000Hbmd1AAB", None),
        ("006q000000HddohAAB", Decimal("1.1000")),
    ]
    letters = query(LETTERS)
    assert {reason.split(" such")[0] for _, reason, *_ in letters} == {
        "unreadable: not valid JSON",
        "unreadable: not a JSON object",
        "amount: true is not a number",
    }
    assert {payload for _, _, payload, *_ in letters} >= {"[1, 2]", '{"line":"{\\"Id\\": \\"006q"}'}


def test_a_json_number_of_many_digits_is_exact(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write(
        "salesforce/opportunity.jsonl",
        '{"Id":"006q000000HddohAAB","CloseDate":"2026-01-31","StageName":"Won",'
        '"Amount": 123456789012345.6789}',
    )
    land(exports, empty_home)
    assert query("select amount from raw_salesforce.opportunity") == [
        (Decimal("123456789012345.6789"),)
    ]


def test_money_beyond_four_decimals_is_rounded_away_from_zero(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    row = "{},2026-01-31,Won,{}".format
    write("salesforce/opportunity/a.csv", "Id,CloseDate,StageName,Amount", row(1, "1.00005"))
    row = '{{"Id":"{}","CloseDate":"2026-01-31","StageName":"Won","Amount":{}}}'.format
    write("salesforce/opportunity/b.jsonl", row(2, "-1.00005"), row(3, "1.00004"))
    land(exports, empty_home)
    assert query("select amount from raw_salesforce.opportunity order by id") == [
        (Decimal("1.0001"),),
        (Decimal("-1.0001"),),
        (Decimal("1.0000"),),
    ]


def test_a_json_array(write: Write, exports: Path, empty_home: Home) -> None:
    write("salesforce/opportunity.jsonl", "[", "{}", "]")
    assert "one JSON array" in refused(exports, empty_home)
