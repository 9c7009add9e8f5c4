"""An empty home, exports written in a line, and the raw tables read back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tieout.settings import Home

Query = Callable[[str], list[tuple[Any, ...]]]
Write = Callable[..., Path]

# How many seeds the tests at random run; `SEEDS=200 make test ARGS=...` runs more.
SEEDS = range(int(os.environ.get("SEEDS", "3")))
# Seconds for which they wait on a server that says nothing; an answer that took longer for another
# reason is asked for again, which proves the same.
PATIENCE = 0.4


@pytest.fixture
def empty_home(tmp_path: Path) -> Home:
    return Home.resolve(tmp_path / "empty-home")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def write(exports: Path) -> Write:
    """`write("salesforce/Account.csv", "Id,Name", "001,Acme")`: lines, or bytes as they are."""

    def put(name: str, *content: str | bytes) -> Path:
        path = exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content and isinstance(content[0], bytes):
            path.write_bytes(content[0])
        else:
            path.write_text("".join(f"{line}\n" for line in content), encoding="utf-8")
        return path

    return put


@pytest.fixture
def query(empty_home: Home) -> Query:
    """Rows of a query on the warehouse."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(empty_home.warehouse), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()

    return run
