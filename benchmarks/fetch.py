"""Measures fetching from loopback servers: `python -m benchmarks.fetch`, `... --interrupted`.

Each way of reading is fetched twice: the first time the server renders what it will answer, the
second time is measured, then once more under a profiler for the share of time that is spent in this
project's own lines and not in libraries, the interpreter's C functions or waiting for the server.
`--interrupted` kills a first load five times, then goes on to its end, lands it and fetches anew.
Sent twice can only be what was on its way when the fetch was killed: at most a piece each time.
Nothing is asserted: the numbers are for a person, and as one line of JSON for whoever keeps them.
"""

from __future__ import annotations

import cProfile
import json
import logging
import os
import pstats
import random
import shutil
import signal
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import requests
from rich.console import Console
from rich.table import Table

from benchmarks.measure import alone, measured
from benchmarks.vendor_server import Server
from ingestion import land
from ingestion.fetch import netsuite, salesforce
from ingestion.fetch.journal import Journal
from ingestion.fetch.source import Source
from ingestion.spec import SystemSpec, load_spec
from ingestion.tables import connect
from tieout.settings import PROJECT_ROOT, Home

# Name -> system, object, mode.
WAYS = {
    "Bulk CSV": ("salesforce", "opportunity", "bulk"),
    "REST JSON pages": ("salesforce", "opportunity", "query"),
    "SuiteQL JSON pages": ("netsuite", "transaction", "query"),
}
NOTES = """\
rows/s       of the fetch: from the vendor's first answer to files that the landing takes
rows/cpu s   the same per second of this process's processor time, whatever else the machine does
landed/s     rows/s of the fetch and the landing together: to rows in the raw table
bare/s       rows/s of the same answers read with requests and thrown away
outside      share of the fetch's time spent outside this project's own lines; what DuckDB does is
             counted to the line that calls it, so that the true share is greater"""
INTERRUPTIONS = 5
OURS = (str(PROJECT_ROOT / "ingestion"), str(PROJECT_ROOT / "tieout"))


def declaration(way: str) -> SystemSpec:
    """The system with the one object of a way of reading."""
    system, name, mode = WAYS[way]
    spec = load_spec(system)
    one = spec.objects[name]
    api = one.api.model_copy(update={"mode": mode})
    return spec.model_copy(update={"objects": {name: one.model_copy(update={"api": api})}})


def set_credentials(url: str) -> None:
    """Let this process ask the server."""
    for name, value in {
        "SALESFORCE__URL": url, "SALESFORCE__CLIENT_ID": "benchmark",
        "SALESFORCE__CLIENT_SECRET": "benchmark", "NETSUITE__URL": url,
        "NETSUITE__ACCOUNT": "1", "NETSUITE__CONSUMER_KEY": "benchmark",
        "NETSUITE__CONSUMER_SECRET": "benchmark", "NETSUITE__TOKEN_ID": "benchmark",
        "NETSUITE__TOKEN_SECRET": "benchmark",
    }.items():  # fmt: skip
        os.environ[f"SOURCES__{name}"] = value
    logging.disable(logging.WARNING)


def fetch_way(way: str, directory: Path, home: Home | None = None) -> int:
    """Fetch into `directory`/<system>; gives the rows."""
    spec = declaration(way)
    journal = Journal.open(directory / spec.system, spec.system, way)
    if home is not None and home.warehouse.exists():
        with connect(home, read_only=True) as warehouse:
            source = Source(spec, journal, lambda _: None, warehouse)
            (salesforce if spec.system == "salesforce" else netsuite).fetch(source)
    else:
        source = Source(spec, journal, lambda _: None, None)
        (salesforce if spec.system == "salesforce" else netsuite).fetch(source)
    journal.finish()
    return sum(one.rows for one in journal.objects.values())


def measure_way(way: str, url: str, directory: Path) -> dict[str, Any]:
    """What one way of reading takes. Runs in a process of its own."""
    set_credentials(url)
    shutil.rmtree(directory, ignore_errors=True)
    fetch_way(way, directory / "warm")  # the server renders its answers
    with measured() as fetching:
        rows = fetch_way(way, directory / "exports")
    home = Home.resolve(directory / "home")
    with measured() as landing:
        land(directory / "exports", home)
    profile = cProfile.Profile()
    profile.enable()
    fetch_way(way, directory / "profiled")
    profile.disable()
    # typeshed does not know the attribute
    times = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    ours = sum(row[2] for (file, _, _), row in times if file.startswith(OURS))
    whole = sum(row[2] for _, row in times)
    return {
        "rows": rows,
        "fetch": vars(fetching),
        "land": vars(landing),
        "outside": 1 - ours / whole,
        "bytes": sum(
            one.stat().st_size for one in (directory / "exports").rglob("*") if one.is_file()
        ),
    }


def download(url: str) -> float:
    """Rows a second of the last job's pieces, read with requests and thrown away."""
    begun, rows, locator = time.perf_counter(), 0, ""
    with requests.Session() as session:
        while locator != "null":
            answer = session.get(
                f"{url}/services/data/v62.0/jobs/query/750000000/results",
                params={"maxRecords": "50000"} | ({"locator": locator} if locator else {}),
                timeout=60,
            )
            rows += int(answer.headers["Sforce-NumberOfRecords"])
            locator = answer.headers["Sforce-Locator"]
    return rows / (time.perf_counter() - begun)


def run_until_killed(url: str, directory: Path) -> None:
    """A fetch in a process of its own."""
    set_credentials(url)
    fetch_way("Bulk CSV", directory)


def pieces(url: str) -> list[tuple[int, int]]:
    """How often each piece of a job was sent whole, with its rows."""
    found: list[tuple[int, int]] = requests.get(f"{url}/sent", timeout=60).json()
    return found


def interrupt(rows: int, directory: Path, seed: int) -> dict[str, Any]:
    """A first load that is killed at random moments, and goes on each time."""
    chance = random.Random(seed)  # noqa: S311 - draws moments, no secrets
    shutil.rmtree(directory, ignore_errors=True)
    exports, home = directory / "exports", Home.resolve(directory / "home")
    kills = 0
    with Server(rows) as url, measured() as usage:
        per_run = max(1, len(range(0, rows, 50000)) // (INTERRUPTIONS + 1))
        while kills < INTERRUPTIONS:
            target = sum(count for count, _ in pieces(url)) + chance.randint(1, per_run)
            process = get_context("spawn").Process(target=run_until_killed, args=(url, exports))
            process.start()
            while process.is_alive() and sum(count for count, _ in pieces(url)) < target:
                time.sleep(0.02)
            # anywhere in the next piece, which takes about so long
            time.sleep(chance.uniform(0, 0.3))
            if process.is_alive() and process.pid:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.join()
            if (exports / "salesforce" / ".fetch.json").exists():
                break
        set_credentials(url)
        fetched = fetch_way("Bulk CSV", exports)
        first = pieces(url)
        land(exports, home)
        with connect(home, read_only=True) as warehouse:
            found = warehouse.execute(
                "select count(*), count(distinct id) from raw_salesforce.opportunity"
            ).fetchone()
        again = fetch_way("Bulk CSV", exports, home)
    return {
        "rows": rows,
        "killed": kills,
        "fetched": fetched,
        "sent": sum(count * size for count, size in first),
        "sent_twice": sum((count - 1) * size for count, size in first),
        "landed": found[0] if found else 0,
        "keys": found[1] if found else 0,
        "fetched_by_the_next": again,
        # the specification of a system that is fetched has an api
        "look_back_rows": load_spec("salesforce").api.look_back * 60 + 1,  # type: ignore[union-attr]
        "wall": usage.wall,
    }


@click.command(help=__doc__)
@click.option("--rows", default=0, help="Rows of each way; 300,000, with --interrupted 1,000,000.")
@click.option("--interrupted", is_flag=True, help="Kill a first load five times.")
@click.option("--seed", default=1, show_default=True, help="Of the moments of the kills.")
@click.option("--directory", type=click.Path(path_type=Path), help="TIEOUT_HOME/bench when absent.")
def main(rows: int, interrupted: bool, seed: int, directory: Path | None) -> None:
    """Run the benchmark."""
    base = (directory or Home.resolve().path / "bench").absolute() / "fetch"
    console = Console(width=None if Console().is_terminal else 110)
    if interrupted:
        record = interrupt(rows or 1_000_000, base, seed)
        for name, value in record.items():
            shown = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
            console.print(f"{name.replace('_', ' '):<22}{shown:>14}", highlight=False)
        print(json.dumps(record))
        return
    rows = rows or 300_000
    with Server(rows) as url:
        records = {way: alone(measure_way, way, url, base) for way in WAYS}
        bare = download(url)
    table = Table(title=f"fetching {rows:,} rows", title_justify="left")
    table.add_column("way")
    columns = (
        "wall s",
        "cpu s",
        "peak MB",
        "rows/s",
        "rows/cpu s",
        "landed/s",
        "bare/s",
        "outside",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for way, one in records.items():
        wall = one["fetch"]["wall"]
        table.add_row(
            way, f"{wall:.1f}", f"{one['fetch']['cpu']:.1f}", f"{one['fetch']['peak_mb']:,.0f}",
            f"{one['rows'] / wall:,.0f}", f"{one['rows'] / one['fetch']['cpu']:,.0f}",
            f"{one['rows'] / (wall + one['land']['wall']):,.0f}",
            f"{bare:,.0f}" if way == "Bulk CSV" else "", f"{one['outside']:.0%}",
        )  # fmt: skip
    console.print(table)
    console.print(NOTES, highlight=False, soft_wrap=True)
    print(json.dumps({"rows": rows, "ways": records, "download": bare}))


if __name__ == "__main__":
    main()
