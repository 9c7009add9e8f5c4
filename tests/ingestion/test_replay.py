"""Corrected rows replay, and settle the dead letters that they correct."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion import land, replay
from tests.ingestion.conftest import Query, Write
from tieout.settings import Home

HEADER = "Id,CloseDate,StageName,Amount"
GOOD = [f"006q000000Hd{n:03}AAB,2026-01-31,Won,{n}" for n in range(10)]
BAD = ["006q000000Hd010AAB,2026-02-30,Won,10", "006q000000Hd011AAB,soon,Won,11"]
STATUS = "select source_key, status from raw_operations.dead_letter order by source_key"


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    path = tmp_path / "corrections" / "salesforce" / "opportunity.csv"
    path.parent.mkdir(parents=True)
    path.write_text(f"{HEADER}\n{BAD[0].replace('02-30', '02-28')}\n")
    return tmp_path / "corrections"


def test_a_replayed_row_lands_and_resolves_its_dead_letter(
    write: Write, exports: Path, corrections: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD, *BAD)
    land(exports, empty_home)
    assert query(STATUS) == [("006q000000Hd010AAB", "open"), ("006q000000Hd011AAB", "open")]

    (result,) = replay(corrections, empty_home)
    assert (result.rows_inserted, result.rows_deleted, result.extract_mode) == (1, 0, "incremental")
    settled = [("006q000000Hd010AAB", "resolved"), ("006q000000Hd011AAB", "open")]
    assert query(STATUS) == settled
    assert query("select amount from raw_salesforce.opportunity where id like '%010AAB'") == [
        (Decimal("10.0000"),)
    ]

    land(exports, empty_home)  # the night after: the source still sends the bad rows
    assert query(STATUS) == settled
    write("salesforce/opportunity.csv", HEADER, *GOOD, *BAD, "")  # and again, with other bytes
    (result,) = land(exports, empty_home)
    assert (result.rows_inserted, result.rows_deleted) == (0, 0)
    assert query(STATUS) == settled


def test_a_row_that_the_source_corrects_is_resolved_too(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD, BAD[0])
    land(exports, empty_home)
    write("salesforce/opportunity.csv", HEADER, *GOOD, BAD[0].replace("02-30", "02-28"))
    land(exports, empty_home)
    assert query(STATUS) == [("006q000000Hd010AAB", "resolved")]


def test_a_dead_letter_that_comes_back_every_night_is_one(
    write: Write, exports: Path, empty_home: Home, query: Query
) -> None:
    for extra in ("", "\n", "\n\n"):
        path = write("salesforce/opportunity.csv", HEADER, *GOOD, BAD[0])
        path.write_text(path.read_text() + extra)
        land(exports, empty_home)
    land(exports, empty_home)
    ((rows, seen_longer),) = query(
        "select count(*), bool_and(last_seen_at > first_seen_at) from raw_operations.dead_letter"
    )
    assert (rows, seen_longer) == (1, True)
    assert query("select distinct rows_dead_lettered from raw_operations.load_audit") == [(1,)]


def test_a_correction_that_is_wrong_too_is_a_dead_letter(
    write: Write, exports: Path, corrections: Path, empty_home: Home, query: Query
) -> None:
    write("salesforce/opportunity.csv", HEADER, *GOOD, BAD[0])
    land(exports, empty_home)
    file = corrections / "salesforce" / "opportunity.csv"
    file.write_text(f"{HEADER}\n{BAD[0].replace('02-30', '02-31')}\n")
    (result,) = replay(corrections, empty_home)
    assert (result.rows_landed, result.rows_dead_lettered) == (0, 1)
    assert query(STATUS) == [("006q000000Hd010AAB", "open"), ("006q000000Hd010AAB", "open")]
