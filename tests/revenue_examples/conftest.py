"""The company of the illustrative examples of IFRS 15 and ASC 606, published in one night.

`exports/netsuite/<object>/base.csv` is what all examples share (one entity, one customer, accounts,
accounting months from 2020 to 2028, closed to May 2026); each further file of an object is one
example, or one topic, with ids of its own. `definitions/` holds the policies and contract terms.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

FOLDER = Path(__file__).parent


@pytest.fixture(scope="session")
def revenue_examples(
    make_once: Callable[[str, Callable[[Path], None]], Path],
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """A home in which one night has published the company of the examples. Read-only."""

    def make(path: Path) -> None:
        tieout(
            "run",
            "--exports",
            FOLDER / "exports",
            "--definitions",
            FOLDER / "definitions",
            home=path,
        )

    return make_once("revenue-examples", make)


@pytest.fixture(scope="session")
def marts(revenue_examples: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, read-only."""
    file = revenue_examples / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection
