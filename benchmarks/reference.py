"""The references of the benchmark: the same work, done by DuckDB with nothing around it."""

from __future__ import annotations

import graphlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import measured
from tieout.settings import Home

READERS = {
    ".csv": "read_csv({file}, all_varchar = true, header = true)",
    ".parquet": "read_parquet({file})",
    ".jsonl": "read_json({file}, format = 'newline_delimited')",
}


def read_exports(exports: Path, scratch: Path) -> dict[str, float]:
    """Create a table from each file that landing reads, in a new database; CSV as text, untyped."""
    scratch.mkdir(parents=True, exist_ok=True)
    database = scratch / "reader.duckdb"
    database.unlink(missing_ok=True)
    with measured() as usage, duckdb.connect(str(database)) as connection:
        for number, file in enumerate(_files(exports)):
            reader = READERS[file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix]
            source = reader.format(file="'" + str(file).replace("'", "''") + "'")
            connection.execute(f"create table t{number} as from {source}")
        connection.execute("checkpoint")
    database.unlink()
    return vars(usage)


def _files(exports: Path) -> Iterator[Path]:
    for file in sorted(exports.glob("*/*")):
        if file.parent.name != "truth" and file.name != "control_totals.csv":
            yield file


def run_compiled(home: Home, scratch: Path) -> dict[str, float]:
    """Run the SQL that dbt compiled in the home's last build, in order, in one connection.

    Every model becomes a plain table in a copy of the warehouse (its marts in a file of their own,
    as the build does), then every data test's query is read to its end. No contracts, no
    constraints, no comments on columns, no dbt.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    shutil.copy(home.warehouse, scratch / "warehouse.duckdb")
    target = home.work / "dbt"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    models, tests = compiled(manifest, target)
    previous = json.loads((home.current / "manifest.json").read_text(encoding="utf-8"))["previous"]
    published = "':memory:' as published"  # what was current when that build began
    if previous is not None:
        marts = home.publications / previous["publication_id"] / "marts.duckdb"
        published = f"'{marts}' as published (read_only)"
    with measured() as usage, duckdb.connect(str(scratch / "warehouse.duckdb")) as connection:
        connection.execute(f"attach '{scratch / 'marts.duckdb'}' as marts")
        connection.execute(f"attach {published}")
        connection.execute("set preserve_insertion_order = false")
        for database, schema in sorted({(node["database"], node["schema"]) for node, _ in models}):
            connection.execute(f'create schema if not exists "{database}"."{schema}"')
        with measured() as of_models:
            for node, sql in models:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                connection.execute(f"create or replace {kind} {node['relation_name']} as ({sql}\n)")
        with measured() as of_tests:
            for _, sql in tests:
                connection.execute(sql).fetchall()
    shutil.rmtree(scratch)
    return vars(usage) | {"models": of_models.wall, "tests": of_tests.wall}


def compiled(
    manifest: dict[str, Any], target: Path
) -> tuple[list[tuple[dict[str, Any], str]], list[tuple[dict[str, Any], str]]]:
    """Compiled models in dependency order, and compiled data tests, each with its node."""
    nodes = manifest["nodes"]
    order = graphlib.TopologicalSorter(
        {name: set(node.get("depends_on", {}).get("nodes", ())) for name, node in nodes.items()}
    ).static_order()
    models: list[tuple[dict[str, Any], str]] = []
    tests: list[tuple[dict[str, Any], str]] = []
    for name in order:
        node = nodes.get(name)
        if node is None or node["resource_type"] not in {"model", "test"}:
            continue
        file = target / "compiled" / node["package_name"] / node["original_file_path"]
        if file.suffix in {".yml", ".yaml"}:  # a generic test: a file per test, named in `path`
            file = file / node["path"]
        if file.is_file():
            (models if node["resource_type"] == "model" else tests).append(
                (node, file.read_text(encoding="utf-8"))
            )
    return models, tests
