"""How the exports are cut and ordered says nothing: the same facts, the same published digest.

Rows in any order, one file or several of different formats, one night or three.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Row = dict[str, str]


def tables(exports: Path) -> Iterator[tuple[Path, list[str], list[Row]]]:
    """Every file of the exports: its path below them, its columns, its rows."""
    for file in sorted(exports.glob("*/*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            yield file.relative_to(exports), list(reader.fieldnames or ()), list(reader)


def write_csv(file: Path, columns: list[str], rows: list[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_json_lines(file: Path, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps({key: value for key, value in row.items() if value}) + "\n")


def shuffled_and_split(exports: Path, base: Path) -> list[Path]:
    """All rows in another order, in three files of three formats an object."""
    chance = random.Random(20260331)  # noqa: S311 - an order, not a secret
    for name, columns, rows in tables(exports):
        chance.shuffle(rows)
        folder = base / name.with_suffix("")
        write_csv(folder / "b.csv", columns, rows[::3])
        write_csv(folder / "a.csv.gz", columns, rows[1::3])
        if rows[2::3]:
            write_json_lines(folder / "c.jsonl", rows[2::3])
    return [base]


# What deals and documents refer to, complete from the first night: an address that arrives after
# its customer is a change of the customer, which has a date (fct_customer_field.changed_at).
MASTER_DATA = {
    "account", "accounting_period", "contract", "control_totals", "currency", "currencytype",
    "customer", "customer_subsidiary_relationship", "datedconversionrate", "employee",
    "entity_address", "item", "pricebookentry", "product2", "subsidiary", "user",
}  # fmt: skip


def three_nights(exports: Path, base: Path) -> list[Path]:
    """Deals, documents, lines, links and plans: a third, two thirds the night after, then all."""
    chance = random.Random(20260630)  # noqa: S311 - a choice, not a secret
    for name, columns, rows in tables(exports):
        nights = 1 if name.stem.lower() in MASTER_DATA else 3
        arrives = [chance.randrange(nights) for _ in rows]
        for night in range(3):
            landed = [row for row, first in zip(rows, arrives, strict=True) if first <= night]
            write_csv(base / f"night-{night + 1}" / name, columns, landed)
    return [base / f"night-{night + 1}" for night in range(3)]


@pytest.mark.parametrize("lay_out", [shuffled_and_split, three_nights])
def test_another_layout_gives_the_same_digest(
    lay_out: Callable[[Path, Path], list[Path]],
    worked_example: Path,
    worked_example_exports: Path,
    tieout: Command,
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    for exports in lay_out(worked_example_exports, tmp_path / "exports"):
        tieout("land", "--exports", exports, home=home)
    tieout("build", home=home)

    (built,) = (home / "work" / "candidate").glob("*/manifest.json")
    found: dict[str, Any] = json.loads(built.read_text())
    current = worked_example / "publications" / "current"
    published = json.loads((current / "manifest.json").read_text())
    different = [
        name
        for name, table in found["tables"].items()
        if table != published["tables"][name]
        and name.split(".")[0] not in {"operations", "definitions"}
    ]
    assert different == []
    assert found["content_digest"] == published["content_digest"]
    assert found["as_of"] == published["as_of"]
    shutil.rmtree(home)
