"""Whole nights: refused, killed, repeated, on shuffled input; and everything inside the home."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]

# How the demo's files are read: said, because a guess takes a comma within quotes for a separator.
CSV = "all_varchar = true, nullstr = '', header = true, delim = ',', quote = '\"', escape = '\"'"

READER = """
import os, sys
import duckdb
path, stop = sys.argv[1], sys.argv[2]
reads = errors = 0
print("reading", flush=True)
while not os.path.exists(stop):
    try:
        with duckdb.connect(path, read_only=True) as marts:
            marts.execute("select sum(amount) from revenue_bridge.fct_bridge_atom").fetchall()
        reads += 1
    except Exception as error:
        errors += 1
        print(type(error).__name__, error, flush=True)
print(f"reads={reads} errors={errors}", flush=True)
"""


def manifest(home: Path) -> dict[str, Any]:
    text = (home / "publications" / "current" / "manifest.json").read_text()
    return dict(json.loads(text))


def test_a_total_that_does_not_tie_is_refused_with_code_3(
    tieout: Command, home: Path, demo_exports: Path, tmp_path: Path
) -> None:
    before = manifest(home)["publication_id"]
    exports = Path(shutil.copytree(demo_exports, tmp_path / "exports"))
    file = exports / "netsuite" / "control_totals.csv"
    lines = file.read_text().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("transaction,billings,"))
    head, value = lines[at].rstrip("\n").rsplit(",", 1)
    lines[at] = f"{head},{float(value) + 1:.2f}\n"
    file.write_text("".join(lines))

    result = tieout("run", "--exports", exports, home=home, check=False)

    assert result.returncode == 3, result.stdout + result.stderr
    assert "anchor_ties_to_source" in result.stderr
    assert "Traceback" not in result.stderr
    assert manifest(home)["publication_id"] == before
    (rejected,) = (home / "rejected").iterdir()
    gate = json.loads((rejected / "gate.json").read_text())
    assert gate["passed"] is False
    assert (rejected / "marts.duckdb").is_file()
    assert "refused" in tieout("status", home=home).stdout
    assert tieout("status", "--check", home=home, check=False).returncode == 3


def test_killed_runs_leave_readers_in_peace_and_the_next_run_publishes(
    home: Path, demo_exports: Path, tieout: Command, tmp_path: Path
) -> None:
    before = manifest(home)
    stop = tmp_path / "stop"
    reading = subprocess.Popen(
        [
            sys.executable,
            "-c",
            READER,
            str(home / "publications" / "current" / "marts.duckdb"),
            str(stop),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert reading.stdout is not None
    assert reading.stdout.readline() == "reading\n"
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    try:
        for longest in (6, 25):
            run = subprocess.Popen(
                [sys.executable, "-m", "tieout.cli", "run", "--exports", str(demo_exports)],
                env=os.environ | {"TIEOUT_HOME": str(home)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(chance.uniform(longest / 3, longest))
            run.kill()
            run.wait()
        result = tieout("run", "--exports", demo_exports, home=home)
    finally:
        stop.touch()
        reading.wait(timeout=60)
    said = reading.stdout.read()
    assert "errors=0" in said, said
    assert "reads=0" not in said
    after = manifest(home)
    assert after["publication_id"] > before["publication_id"]
    # The same exports landed again say the same: nothing was doubled, nothing lost.
    assert after["content_digest"] == before["content_digest"], result.stdout
    assert tieout("verify", home=home).returncode == 0
    assert not list((home / "work" / "candidate").iterdir())


def test_shuffled_rows_give_the_same_marts(
    tieout: Command, published_home: Path, demo_exports: Path, tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    for file in sorted(demo_exports.glob("*/*.csv")):
        if file.parent.name == "truth":
            continue
        target = exports / file.relative_to(demo_exports)
        target.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (select * from read_csv('{file}', {CSV}) "
                f"order by random()) to '{target}' (header)"
            )
    home = tmp_path / "home"
    tieout("land", "--exports", exports, home=home)
    tieout("build", home=home)
    (built,) = (home / "work" / "candidate").glob("*/manifest.json")
    shuffled, published = json.loads(built.read_text()), manifest(published_home)
    different = [
        name
        for name in shuffled["tables"]
        if shuffled["tables"][name] != published["tables"][name]
        and name.split(".")[0] not in {"operations", "definitions"}
    ]
    assert different == []
    assert shuffled["content_digest"] == published["content_digest"]


def test_the_manifest_names_what_went_in(published_home: Path, demo_exports: Path) -> None:
    content = manifest(published_home)
    inputs = {(one["system"], one["object"]): one for one in content["inputs"]}
    opportunity = inputs["salesforce", "opportunity"]
    (load,) = opportunity["loads"]
    assert load["rows_read"] == load["rows_landed"] + load["rows_dead_lettered"]
    assert load["files"][0]["sha256"]
    assert content["definitions"][0]["definition_id"] == "standard"
    assert content["tables"]["revenue_bridge.fct_bridge_atom"]["rows"] > 0
    assert content["gate"]["critical_failed"] == 0
    assert set(content["files"]) >= {"marts.duckdb", "gate.json", "report.html", "bridge.xlsx"}


def test_what_governed_the_numbers_is_in_the_marts(published_home: Path) -> None:
    marts = published_home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        sets = connection.execute(
            "select definition_id from definitions.definition_set order by 1"
        ).fetchall()
        runs = connection.execute("select publication_id from operations.run").fetchall()
    assert sets == [("cash_and_po",), ("standard",)]
    assert runs == [(manifest(published_home)["publication_id"],)]


def test_every_published_column_is_described(published_home: Path) -> None:
    marts = published_home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        bare = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and database_name = current_database() "
            "and nullif(trim(comment), '') is null and column_name not like 'x\\_%' escape '\\'"
        ).fetchall()
    assert bare == []


def test_what_was_published_can_be_rebuilt_after_the_data_changed(
    home: Path, demo_exports: Path, tieout: Command, tmp_path: Path
) -> None:
    before = manifest(home)
    known = max(load["loaded_at"] for one in before["inputs"] for load in one["loads"])
    exports = Path(shutil.copytree(demo_exports, tmp_path / "exports"))
    deals = exports / "salesforce" / "Opportunity.csv"
    with duckdb.connect() as connection:  # every third deal is a cent larger from now on
        changed = (
            f"select * replace (case when hash(Id) % 3 = 0 and Amount is not null "
            f"then (Amount::decimal(28, 2) + 0.01)::varchar else Amount end as Amount) "
            f"from read_csv('{deals}', {CSV})"
        )
        connection.execute(f"copy ({changed}) to '{tmp_path}/changed.csv' (header)")
    shutil.copyfile(tmp_path / "changed.csv", deals)
    tieout("land", "--exports", exports, home=home)

    tieout("build", home=home)
    (built,) = (home / "work" / "candidate").glob("*/manifest.json")
    assert json.loads(built.read_text())["content_digest"] != before["content_digest"]

    tieout("build", "--as-of", known, home=home)
    tieout("gate", home=home)
    tieout("publish", home=home)
    rebuilt = max((home / "publications").glob("2*"))
    content = json.loads((rebuilt / "manifest.json").read_text())
    assert content["content_digest"] == before["content_digest"]
    assert content["as_of"] == before["as_of"]
    assert content["make_current"] is False
    assert manifest(home)["publication_id"] == before["publication_id"]


def test_the_warehouse_is_free_after_a_build_in_this_process(home: Path) -> None:
    from tieout.settings import Home
    from tieout.transform import build

    candidate = build(Home.resolve(home))
    program = "import sys, duckdb; [duckdb.connect(file).close() for file in sys.argv[1:]]"
    subprocess.run(
        [sys.executable, "-c", program, str(home / "warehouse.duckdb"), str(candidate.marts)],
        check=True,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("version", ["v1.4.0"])
def test_marts_open_in_older_tools(published_home: Path, version: str) -> None:
    marts = published_home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        (tags,) = connection.execute(
            "select tags from duckdb_databases() where path = ?", [str(marts.resolve())]
        ).fetchone() or ({},)
    assert version.lstrip("v")[:3] in str(tags), tags
