"""Measures a whole night on the demo company, phase by phase: `make bench SCALE=n`.

Each phase is one of the steps that the command line calls, all in one process as `tieout run` calls
them; the references run in processes of their own, in the same run, on the same files. Nothing is
asserted: the numbers are for a person, and as one line of JSON for whoever keeps a history.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks import reference
from benchmarks.measure import alone, measured
from tieout.settings import Home

NOTES = """\
land     reference: DuckDB's own reader, a table from each file, CSV as text, in a new database
build    reference: the SQL that dbt compiled for this very build, models and data tests, run in
         one connection without dbt, contracts and column comments
ratio    wall time over the reference's wall time
share    wall time over the whole night's
rows/s   source rows read over wall time
peak     greatest resident memory during the phase"""


def run_night(home_path: Path, exports: Path) -> dict[str, dict[str, float]]:
    """One night, step by step; what each step took, by name. Runs in a process of its own."""
    logging.disable(logging.INFO)
    home = Home.resolve(home_path)
    from tieout import run
    from tieout.locks import writer_lock

    phases: dict[str, dict[str, float]] = {}

    def phase(name: str, step: Callable[[], Any]) -> Any:
        with measured() as usage:
            result = step()
        phases[name] = vars(usage)
        return result

    with writer_lock(home, "the benchmark"):
        phase("land", lambda: run.land(home, exports))
        candidate = phase("build", lambda: run.build(home)).publication_id
        phase("gate", lambda: run.gate(home, candidate))
        phase("report", lambda: run.report(home, candidate))
        phase("publish", lambda: run.publish(home, candidate))
    return phases


def write_demo(out: Path, scale: float) -> dict[str, float]:
    """Write the demo company beside its place, then move it there whole."""
    from tieout import demo

    partial = out.with_name(f".{out.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    with measured() as usage:
        demo.write(partial, scale=scale)
    partial.rename(out)
    return vars(usage)


def rows_read(home: Home, night: int) -> int:
    """Source rows of the home's n-th night (1 is the first)."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        row = warehouse.execute(
            "select sum(rows_read) from (select rows_read, row_number() over ("
            "partition by system, object order by loaded_at, load_id) as load_number "
            "from raw_operations.load_audit) where load_number = ?",
            [night],
        ).fetchone()
    return int(row[0] or 0) if row else 0


def measure(directory: Path, scale: float, nights: int) -> dict[str, Any]:
    """Everything that the benchmark prints, as one JSON-able record."""
    exports = directory / f"demo-{scale:g}"
    exports.parent.mkdir(parents=True, exist_ok=True)
    demo = None if exports.is_dir() else alone(write_demo, exports, scale)
    home = Home(directory / f"home-{scale:g}")
    shutil.rmtree(home.path, ignore_errors=True)
    measured_nights = []
    for night in range(1, nights + 1):
        phases = alone(run_night, home.path, exports)
        whole = sum(phase["wall"] for phase in phases.values())
        measured_nights.append(
            {
                "rows": rows_read(home, night),
                "wall": whole,
                "cpu": sum(phase["cpu"] for phase in phases.values()),
                "phases": phases,
            }
        )
    references = {
        "land": alone(reference.read_exports, exports, directory / "scratch"),
        "build": alone(reference.run_compiled, home, directory / "scratch"),
    }
    return {
        "scale": scale,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
        },
        "demo": demo,
        "nights": measured_nights,
        "references": references,
    }


def show(record: dict[str, Any], console: Console) -> None:
    """Print the record as one table, notes, and one line of JSON."""
    table = Table(title=f"tieout at scale {record['scale']:g}", title_justify="left")
    for column in ("night", "phase"):
        table.add_column(column)
    for column in ("wall s", "cpu s", "peak MB", "rows/s", "reference s", "ratio", "share"):
        table.add_column(column, justify="right")
    for number, night in enumerate(record["nights"], start=1):
        for name, phase in night["phases"].items():
            base = record["references"].get(name)
            table.add_row(
                str(number),
                name,
                f"{phase['wall']:.1f}",
                f"{phase['cpu']:.1f}",
                f"{phase['peak_mb']:,.0f}",
                f"{night['rows'] / phase['wall']:,.0f}",
                f"{base['wall']:.1f}" if base else "",
                f"{phase['wall'] / base['wall']:.2f}" if base else "",
                f"{phase['wall'] / night['wall']:.0%}",
            )
        peak = max(phase["peak_mb"] for phase in night["phases"].values())
        table.add_row(
            str(number),
            "whole",
            f"{night['wall']:.1f}",
            f"{night['cpu']:.1f}",
            f"{peak:,.0f}",
            f"{night['rows'] / night['wall']:,.0f}",
            end_section=True,
        )
    console.print(table)
    console.print(NOTES, highlight=False, soft_wrap=True)
    print(json.dumps(record))


@click.command(help=__doc__)
@click.option("--scale", default=1.0, show_default=True, help="Size of the demo company.")
@click.option(
    "--nights",
    default=2,
    show_default=True,
    help="1: the first night, on an empty home; 2: the next one too, on unchanged exports.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    help="Where exports and homes go; TIEOUT_HOME/bench when not given. Exports are kept.",
)
def main(scale: float, nights: int, directory: Path | None) -> None:
    """Run the benchmark."""
    record = measure((directory or Home.resolve().path / "bench").absolute(), scale, nights)
    console = Console(width=None if Console().is_terminal else 110)
    show(record, console)


if __name__ == "__main__":
    main()
