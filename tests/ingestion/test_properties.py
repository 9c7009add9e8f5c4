"""Properties that hold for any input."""

from __future__ import annotations

import csv
import io
import string
import tempfile
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import land
from ingestion.casts import salesforce_id
from ingestion.names import match_key, snake_case
from tieout.settings import Home

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
ID15 = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["001", "006", "00k", "01t", "a0B".replace("B", "1"), "701", "0Q0"]),
        st.text(string.ascii_letters + string.digits, min_size=12, max_size=12),
    ),
)


def suffix_of(short: str) -> str:
    """The three characters, computed as the vendor describes it, a character at a time."""
    out = ""
    for start in (0, 5, 10):
        bits = sum(
            1 << i for i, c in enumerate(short[start : start + 5]) if c in string.ascii_uppercase
        )
        out += ALPHABET[bits]
    return out


def landed_id(text: str) -> str:
    row = duckdb.execute(f"select {salesforce_id('t')} from (select ?::varchar as t)", [text])
    return str(row.fetchall()[0][0])


@given(ID15)
@settings(deadline=None, max_examples=60)
def test_an_id_of_15_characters_gets_its_checksum(short: str) -> None:
    full = short + suffix_of(short)
    assert landed_id(short) == full
    assert landed_id(full) == full
    assert landed_id(f"https://acme.my.salesforce.com/{short}") == full
    assert landed_id(f"https://acme.lightning.force.com/lightning/r/Account/{full}/view") == full


@given(st.text(string.ascii_letters + string.digits + "_- ", min_size=1, max_size=40))
def test_the_name_of_an_unknown_column_is_stable(name: str) -> None:
    landed = snake_case(name)
    assert landed == snake_case(landed)
    assert landed == landed.lower()
    assert "__" not in landed
    if match_key(name).isalnum() and not match_key(name)[0].isdigit():
        assert match_key(landed) == match_key(name)


VALUE = st.one_of(
    st.sampled_from(["", "Won", "2026-01-31", "01/31/2026", "2026-02-30", "12.50", "-1e3", "x"]),
    st.text('ab,"\n; é', max_size=6),
)
ROW = st.lists(VALUE, min_size=1, max_size=6)


@given(st.lists(ROW, max_size=25))
@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rows_read_are_rows_landed_and_rows_rejected(rows: list[list[str]]) -> None:
    """On well-quoted files of any raggedness, counted by Python's own reader."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", "CloseDate", "StageName", "Amount"])
    writer.writerows([[f"006q000000Hd{n:03}AAB", *row] for n, row in enumerate(rows)])
    expected = sum(1 for row in csv.reader(io.StringIO(text.getvalue())) if row) - 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "exports" / "salesforce"
        folder.mkdir(parents=True)
        (folder / "opportunity.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
        home = Home.resolve(Path(scratch) / "home")
        (result,) = land(Path(scratch) / "exports", home)
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            query = "select count(*) from raw_salesforce.opportunity"
            landed = connection.execute(query).fetchall()[0][0]
            query = "select count(*) from raw_salesforce.landing_dead_letter"
            rejected = connection.execute(query).fetchall()[0][0]
    assert result.rows_read == expected
    assert (landed, rejected) == (result.rows_landed, result.rows_dead_lettered)
    assert landed + rejected == expected
