"""The questions of the product, as queries with the rows they give on a company of eleven accounts.

`NN_name.sql` is the query that people are shown, `NN_name.csv` what it gives on `exports/`, as text
with `NULL` for nothing. The company is small enough to check each row against the export by eye.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

FOLDER = Path(__file__).parent
QUERIES = sorted(FOLDER.glob("*.sql"))


def text(value: object) -> str:
    return "NULL" if value is None else str(value)


@pytest.mark.parametrize("query", QUERIES, ids=[query.stem for query in QUERIES])
def test_question_has_its_answer(small_company: Path, query: Path) -> None:
    file = small_company / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as marts:
        found = marts.execute(query.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or ()]
        rows = [[text(value) for value in row] for row in found.fetchall()]
    with query.with_suffix(".csv").open(encoding="utf-8", newline="") as answer:
        expected = list(csv.reader(answer))
    assert [names, *rows] == expected


def test_account_mapping_has_its_questions() -> None:
    assert {query.stem[:2] for query in QUERIES} >= {"01", "02", "24"}


@pytest.mark.parametrize("query", QUERIES, ids=[query.stem for query in QUERIES])
def test_readers_are_shown_the_tested_query(repository: Path, query: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    assert query.read_text(encoding="utf-8").strip() in readme
