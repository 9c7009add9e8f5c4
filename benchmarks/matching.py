r"""Measures account matching on a set with known pairs: `python -m benchmarks.matching DIR`.

DIR holds left.csv and right.csv (id, name, any of address, city, state, zip, country, domain) and
truth.csv (left_id, right_id). The matcher is the nightly run's, with its default settings, from the
files to the pairs. Standard output is one JSON object:

\b
auto        the pairs that are accepted without a person
all         those, and for every left record without one its best pair for review if that is at
            least as likely as not: what would be linked if nobody reviewed
review      pairs: how many wait for a person; share_of_left: by left record;
            recall_at_3: true pairs that are accepted or among a left record's first three
found       true pairs that are accepted or wait for a person
references  other methods on the same set, each in a process of its own
seconds     from the files to the pairs, libraries loaded; cpu_seconds: of all cores.
            prepare_seconds: loading dbt and compiling the models, which a night pays once
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import duckdb
import pyarrow as pa

from benchmarks import match_set, nightly_matcher
from benchmarks.match_references import REFERENCES, NotMeasuredError
from benchmarks.match_scores import Judged, scores
from benchmarks.match_set import MatchSet, Pairs
from benchmarks.measure import Usage, alone, measured
from tieout.errors import TieoutError


@dataclass(frozen=True)
class Run:
    """What a run of the matcher gave and took.

    Attributes:
        pairs: what `nightly_matcher.Matcher.match` returns.
        prepared: what a night pays once, whatever it matches.
        matched: from the two files to the pairs.
    """

    pairs: pa.Table
    prepared: Usage
    matched: Usage


def run_matcher(directory: Path) -> Run:
    """Run the matcher on a set; in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="matcher-") as scratch:
        with measured() as prepared:
            matcher = nightly_matcher.prepare(Path(scratch))
        with measured() as matched:
            pairs = matcher.match(directory / "left.csv", directory / "right.csv")
    return Run(pairs, prepared, matched)


def time_reference(name: str, directory: Path) -> tuple[Pairs, Usage] | str:
    """Run a reference, in a process of its own; why not, when it was not measured."""
    reference = REFERENCES[name]
    try:
        reference.load()
        with measured() as usage:
            found = reference.method(match_set.read(directory))
    except NotMeasuredError as error:
        return str(error)
    return found, usage


def costs(usage: Usage) -> dict[str, float]:
    """Seconds, processor seconds and peak memory in MB (10^6 bytes)."""
    return {
        "seconds": round(usage.wall, 3),
        "cpu_seconds": round(usage.cpu, 3),
        "peak_memory_mb": round(usage.peak_mb, 1),
    }


def measure(directory: Path, references: bool = True) -> dict[str, Any]:
    """Everything that is printed of one set.

    Raises:
        InputError: the set is not sound.
    """
    matches = match_set.read(directory)
    run = alone(run_matcher, directory)
    record = {
        "set": directory.resolve().name,
        "left": len(matches.left),
        "right": len(matches.right),
        "true_pairs": len(matches.truth),
        **Judged.of(run.pairs).scores(matches),
        **costs(run.matched),
        "prepare_seconds": round(run.prepared.wall, 3),
    }
    if references:
        record["references"] = {name: reference(name, matches) for name in REFERENCES}
    return record


def reference(name: str, matches: MatchSet) -> dict[str, Any]:
    """A reference's scores and costs on a set, or why it has none."""
    outcome = alone(time_reference, name, matches.directory)
    entry: dict[str, Any] = {"settings": REFERENCES[name].settings}
    if isinstance(outcome, str):
        return {**entry, "not_measured": outcome}
    found, usage = outcome
    return {**entry, **scores(found, matches.truth), **costs(usage)}


def measure_synthetic(sizes: tuple[int, ...], references: bool) -> dict[str, Any]:
    """A built set of each size; of several, also what the largest costs against the smallest."""
    with tempfile.TemporaryDirectory(prefix="matching-") as scratch:
        runs = []
        for size in sorted(sizes):
            directory = Path(scratch) / f"synthetic_{size}"
            match_set.write_synthetic(directory, size)
            runs.append(measure(directory, references))
    if len(runs) == 1:
        return runs[0]
    least, most = runs[0], runs[-1]
    return {
        "runs": runs,
        "growth": {
            "names": round(most["left"] / least["left"], 2),
            "seconds": round(most["seconds"] / least["seconds"], 2),
            "cpu_seconds": round(most["cpu_seconds"] / least["cpu_seconds"], 2),
        },
    }


@click.command(help=__doc__)
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option(
    "--synthetic",
    "sizes",
    multiple=True,
    type=click.IntRange(min=100),
    help="Instead of DIR: a built set of so many names a side. Given twice, costs are compared.",
)
@click.option(
    "--references/--no-references",
    default=True,
    show_default=True,
    help="Whether other methods run on the set too.",
)
def main(directory: Path | None, sizes: tuple[int, ...], references: bool) -> None:
    """Run the benchmark."""
    if (directory is None) == (not sizes):
        raise click.UsageError("Give either DIR or --synthetic N.")
    try:
        record = (
            measure_synthetic(sizes, references)
            if directory is None
            else measure(directory, references)
        )
    except TieoutError as error:
        click.echo(error, err=True)
        sys.exit(error.exit_code)
    record["machine"] = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
    }
    click.echo(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
