"""The company of the stories: one set of exports, one night, for all tests that tell a story."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.books import Books


@pytest.fixture(scope="session")
def told_company(
    make_once: Callable[[str, Callable[[Path], None]], Path],
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """A home with the candidate of all stories, and whose each document is. Read-only."""

    def make(path: Path) -> None:
        from tests.dbt_project.test_billing_stories import tell as tell_of_bills
        from tests.dbt_project.test_settlement_stories import tell as tell_of_settlements

        books = Books()
        tell_of_bills(books)
        tell_of_settlements(books)
        books.write(path / "exports")
        names = {key: name for name, key in books.customers.items()}
        with (path / "story.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                (row["id"], names.get(row["entity"], "")) for row in books.tables["transaction"]
            )
        tieout("land", "--exports", path / "exports", home=path / "home")
        tieout("build", home=path / "home")

    return make_once("told-company", make)


@pytest.fixture(scope="module")
def stories(told_company: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The candidate's marts, with the story of every ERP document in `story`."""
    (candidate,) = (told_company / "home" / "work" / "candidate").glob("*/marts.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{candidate}' as marts (read_only)")
        connection.execute(
            "create table story as select column0 as document_id, nullif(column1, '') as story"
            " from read_csv(?, header = false, all_varchar = true)",
            [str(told_company / "story.csv")],
        )
        connection.execute("set search_path = 'memory.main,marts.revenue_bridge'")
        yield connection
