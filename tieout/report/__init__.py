"""What a person reads of a publication: report.html, bridge.xlsx and the closing summary."""

from __future__ import annotations

from pathlib import Path


def write(candidate_dir: Path) -> None:
    """Write `report.html` and `bridge.xlsx` beside the marts of a candidate or publication.

    Args:
        candidate_dir: holds marts.duckdb, and manifest.json and gate.json where they exist.

    Raises:
        InputError: the directory has no marts.duckdb, or one of the JSON files cannot be read.
    """
    from tieout.report import html, workbook
    from tieout.report.marts import open_marts

    with open_marts(candidate_dir) as marts:
        html.write(marts, candidate_dir / "report.html")
        workbook.write(marts, candidate_dir / "bridge.xlsx")
