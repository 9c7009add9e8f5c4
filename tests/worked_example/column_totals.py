"""The control totals of the worked example's amount columns: `sum_<column>`, over the whole file.

After a change of the exports, run this module to write them anew; a test compares.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ingestion.names import match_key
from ingestion.spec import CONTROL_TOTAL, load_spec

AMOUNTS = {"money", "price", "quantity"}
SYSTEMS = ("salesforce", "netsuite")
Row = dict[str, str]


def read(file: Path) -> list[Row]:
    """The rows of a control_totals.csv."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def column_totals(exports: Path, system: str) -> Iterator[Row]:
    """A control total of every amount column that the files of `system` have."""
    spec = load_spec(system)
    for file in sorted(exports.glob(f"{system}/*.csv")):
        declared = spec.object_for(file.stem)
        if declared is None or declared.name == CONTROL_TOTAL.name:
            continue
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        exported = {match_key(name): name for name in rows[0]}
        for column in declared.columns:
            name = exported.get(match_key(column.name))
            if name is None or column.type not in AMOUNTS:
                continue
            total = sum((Decimal(row[name]) for row in rows if row[name]), start=Decimal(0))
            yield {
                "object": declared.name,
                "measure": f"sum_{column.name}",
                "entity": "",
                "currency": "",
                "period": "",
                "value": f"{total:.4f}",
            }


def main() -> None:
    """Write the column totals of both systems below what else their reports say."""
    exports = Path(__file__).parent / "exports"
    for system in SYSTEMS:
        file = exports / system / "control_totals.csv"
        other = [row for row in read(file) if not row["measure"].startswith("sum_")]
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(other[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows([*other, *column_totals(exports, system)])


if __name__ == "__main__":
    main()
