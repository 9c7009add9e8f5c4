"""From landed rows to a candidate: definitions loaded, models built, manifest written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tieout import __version__
from tieout import definitions as definitions_module
from tieout.errors import InputError, TieoutError
from tieout.locks import writer_lock
from tieout.progress import SILENT, Progress
from tieout.settings import DBT_PROJECT, DEFINITIONS, PROJECT_ROOT, Home

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)

MARTS = "marts.duckdb"
MANIFEST = "manifest.json"
DATA_TESTS = "data_tests.json"
STORAGE_VERSION = "v1.4.0"

# The tables whose digests say whether two publications state the same business facts.
CONTENT_SCHEMAS = ("account_mapping", "opportunity_to_order", "revenue_bridge")

# Tables that compare with the last publication or carry its rows on: two nights over the same facts
# differ in them, and rightly so. The content digest leaves them out; their own digest is kept.
HISTORY_TABLES = frozenset(
    {
        "account_mapping.rpt_customer_change",
        "account_mapping.rpt_match_drift",
        "account_mapping.rpt_match_quality",
    }
)

# What differs between two landings of the same facts; no part of a table's digest.
BOOKKEEPING_COLUMNS = frozenset(
    {
        "load_id",
        "_load_id",
        "loaded_at",
        "first_seen_at",
        "last_seen_at",
        "review_first_seen_at",
        "source_file",
        "_source_file",
        "source_row",
        "_source_row",
        "files",
        "publication_id",
        "code_version",
    }
)


@dataclass(frozen=True)
class Candidate:
    """A built result that waits for the gate.

    Attributes:
        publication_id: UTC time of the build, sorts by time.
        directory: holds marts.duckdb and manifest.json, later gate.json, report.html, bridge.xlsx.
        as_of: business time of the run, UTC without zone.
        known_at: only loads up to this time were seen; None means all.
        is_past: whether something was landed later than `known_at`, so that this is an earlier
            state of knowledge rebuilt.
    """

    publication_id: str
    directory: Path
    as_of: datetime
    known_at: datetime | None
    is_past: bool = False

    @property
    def marts(self) -> Path:
        return self.directory / MARTS


def find_candidate(home: Home, publication_id: str | None = None) -> Candidate:
    """The candidate with this id, else the newest that was built whole.

    Raises:
        InputError: there is no such candidate.
    """
    found = sorted(
        directory
        for directory in home.candidates.glob("*")
        if (directory / MANIFEST).is_file()
        and publication_id in (None, directory.name)
    )  # fmt: skip
    if not found:
        raise InputError(
            f"There is no candidate {publication_id}."
            if publication_id
            else "There is no candidate to work on.",
            where=str(home.candidates),
            do="Run `tieout build` first.",
        )
    manifest = json.loads((found[-1] / MANIFEST).read_text())
    known_at = manifest["known_at"]
    return Candidate(
        found[-1].name,
        found[-1],
        datetime.fromisoformat(manifest["as_of"]),
        datetime.fromisoformat(known_at) if known_at else None,
        manifest.get("is_past", False),
    )


def build(
    home: Home,
    definitions: Path = DEFINITIONS,
    as_of: datetime | None = None,
    *,
    progress: Progress = SILENT,
) -> Candidate:
    """Build a candidate from what is landed.

    Args:
        home: where the warehouse is and the candidate goes.
        definitions: directory of definition sets.
        as_of: only loads up to this time (UTC) are seen; None: every load. The business time is the
            latest change that the loads seen report, so that results never depend on the clock.
        progress: told what is being built.

    Raises:
        DefinitionError: a definition file is not valid.
        InputError: nothing has been landed, or nothing was known at `as_of`.
        TieoutError: a model failed; the message names it.
    """
    import duckdb

    import ingestion

    rules = definitions_module.load(definitions)
    with writer_lock(home, "build"):
        _remove_stale(home)
        known_at = _naive_utc(as_of)
        ingestion.ensure_raw_tables(home)
        with duckdb.connect(str(home.warehouse)) as warehouse:
            business_time, is_past = _business_time(warehouse, home, known_at)
            inputs = _inputs(warehouse, known_at)
            definitions_module.write(rules, warehouse)
        publication_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        directory = home.candidates / publication_id
        directory.mkdir(parents=True)
        candidate = Candidate(publication_id, directory, business_time, known_at, is_past)
        before = _published_before(home, inputs) if is_past else home.current
        _run_dbt(home, candidate, before, progress).rename(candidate.marts)
        progress.update("digests and manifest")
        version = code_version()
        with duckdb.connect(str(candidate.marts)) as marts:
            last_closed = _complete_marts(marts, home, candidate, version)
            tables = table_digests(marts)
        digest = content_digest(tables)
        manifest = {
            "publication_id": publication_id,
            "created_at": datetime.now(UTC).isoformat(),
            "as_of": business_time.isoformat(),
            "known_at": known_at.isoformat() if known_at else None,
            "is_past": is_past,
            "last_closed_period": last_closed,
            "code_version": version,
            "definitions": [
                {
                    "definition_id": one.id,
                    "definition_name": one.definition.name,
                    "description": one.definition.description,
                    "owner": one.definition.owner,
                    "signed_off_by": one.definition.sign_off.by,
                    "signed_off_on": one.definition.sign_off.on.isoformat(),
                    "is_primary": one.definition.primary,
                    "digest": rules.digests[one.id],
                    "settings": [row.model_dump(mode="json") for row in one.settings],
                }
                for one in rules.sets
            ],
            "shared_definitions": {
                name: rules.digests[name]
                for name in (
                    definitions_module.PRODUCT_MAP,
                    definitions_module.FRESHNESS,
                    definitions_module.CONTRACT_TERMS,
                    definitions_module.DECISIONS,
                )
                if name in rules.digests
            },
            "inputs": inputs,
            "tables": tables,
            "content_digest": digest,
            "digest": digest,
        }
        write_json(directory / MANIFEST, manifest)
    return candidate


def _naive_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _remove_stale(home: Home) -> None:
    """Candidates of earlier runs that never reached a publication."""
    for directory in home.candidates.glob("*"):
        log.info("removing the stale candidate %s", directory)
        shutil.rmtree(directory, ignore_errors=True)


def _business_time(
    warehouse: duckdb.DuckDBPyConnection, home: Home, known_at: datetime | None
) -> tuple[datetime, bool]:
    """The latest change that the objects known at `known_at` report; whether more is known now.

    The same rule with and without `known_at`: a past state rebuilt is the one that was published.
    """
    row = warehouse.execute(
        """
        with load as (
            select loaded_at, watermark,
                loaded_at <= coalesce(?, 'infinity'::timestamp) as is_known
            from raw_operations.load_audit
        )
        select
            count(*),
            count(*) filter (where is_known),
            min(loaded_at),
            max(watermark) filter (where is_known and watermark <= loaded_at),
            max(loaded_at) filter (where is_known),
        from load
        """,
        [known_at],
    ).fetchone()
    loads, known, first, watermark, last = row or (0, 0, None, None, None)
    if loads == 0:
        raise InputError(
            "Nothing has been landed yet, so there is nothing to build.",
            where=str(home.warehouse),
            do="Run `tieout land --exports DIR` first, or `tieout run --exports DIR`.",
        )
    if known == 0:
        raise InputError(
            f"Nothing was known at {known_at}: the first load was at {first}.",
            where=str(home.warehouse),
            do=f"Use --as-of {first} or later, or leave it out.",
        )
    chosen: datetime = watermark or last
    return chosen, known < loads


def _inputs(
    warehouse: duckdb.DuckDBPyConnection, known_at: datetime | None
) -> list[dict[str, Any]]:
    """Per system and object: its loads, in order, each with files, digests and row counts."""
    rows = warehouse.execute(
        """
        select system, object, load_id, loaded_at, files, rows_read, rows_landed, rows_dead_lettered
        from raw_operations.load_audit
        where loaded_at <= coalesce(?, 'infinity'::timestamp)
        order by system, object, loaded_at, load_id
        """,
        [known_at],
    ).fetchall()
    inputs: dict[tuple[str, str], dict[str, Any]] = {}
    for system, name, load_id, loaded_at, files, read, landed, dead in rows:
        entry = inputs.setdefault(
            (system, name), {"system": system, "object": name, "rows_landed": 0, "loads": []}
        )
        entry["rows_landed"] += landed
        entry["loads"].append(
            {
                "load_id": load_id,
                "loaded_at": loaded_at.isoformat(),
                "rows_read": read,
                "rows_landed": landed,
                "rows_dead_lettered": dead,
                "files": json.loads(files) if files else [],
            }
        )
    return list(inputs.values())


def _published_before(home: Home, inputs: Sequence[dict[str, Any]]) -> Path | None:
    """The publication that a past state was compared with when it was the present one.

    That is the newest one that knew less: rebuilt with what was published since, a past state would
    list changes backwards, and locks that were not there yet.

    Args:
        home: where the publications are.
        inputs: what the past state knows, as `_inputs` lists it.

    Returns:
        Its directory, or None when the past state was the first to be published.
    """

    def last_load(listed: Sequence[dict[str, Any]]) -> datetime:
        return max(
            datetime.fromisoformat(load["loaded_at"]) for one in listed for load in one["loads"]
        )

    known = last_load(inputs)
    earlier = []
    for directory in sorted(home.publications.glob("[0-9]*")):
        if not directory.is_symlink() and (directory / MANIFEST).is_file():
            manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
            if not manifest.get("is_past") and last_load(manifest["inputs"]) < known:
                earlier.append(directory)
    return earlier[-1] if earlier else None


# --- dbt ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def dbt_environment(
    home: Home,
    candidate: Candidate,
    marts: Path,
    published_before: Path | Literal["current"] | None = "current",
) -> Iterator[None]:
    """The environment that profile and macros read; afterwards restored, and dbt closed.

    What differs between runs is in the environment and not in variables: dbt parses the whole
    project again when a variable changes. For the same reason the paths of the files count for
    nothing in what it compares with the last run (`forget_paths`).

    Args:
        home: where the warehouse is.
        candidate: what is built, for its business date.
        marts: the file that dbt writes the marts to.
        published_before: directory of the publication that models look back on; None: there was
            none.
    """
    import duckdb

    earlier = home.current if published_before == "current" else published_before
    published = home.work / "published.duckdb"
    published.unlink(missing_ok=True)
    if earlier is not None and (earlier / MARTS).is_file():
        published.symlink_to((earlier / MARTS).resolve())
    else:
        duckdb.connect(str(published)).close()
    values = {
        "TIEOUT_WAREHOUSE": str(home.warehouse),
        "TIEOUT_CANDIDATE": str(marts),
        "TIEOUT_PUBLISHED": str(published),
        "TIEOUT_AS_OF": candidate.as_of.isoformat(" "),
        "TIEOUT_KNOWN_AT": candidate.known_at.isoformat(" ") if candidate.known_at else "",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Eight megabytes of JSON after each of its commands, unless somebody asks for them.
        "DBT_WRITE_JSON": os.environ.get("DBT_WRITE_JSON", "false"),
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    forget_paths()
    try:
        yield
    finally:
        _close_dbt()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close_dbt() -> None:
    """Close what dbt holds open; until then no other process can open the warehouse."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    manager: Any = DuckDBConnectionManager
    if manager._ENV is not None:
        manager._ENV.close()
    manager.close_all_connections()


def forget_paths() -> None:
    """Have dbt take a project as parsed wherever the files are that it reads and writes.

    No model reads the connection's paths, and parsing all of them again costs more than anything
    else of a small night.
    """
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    credentials: Any = DuckDBCredentials
    keys = credentials._connection_keys
    if not getattr(keys, "without_paths", False):

        def connection_keys(self: Any) -> tuple[str, ...]:
            return tuple(key for key in keys(self) if key not in {"path", "attach"})

        connection_keys.without_paths = True  # type: ignore[attr-defined]
        credentials._connection_keys = connection_keys


def dbt_arguments(home: Home) -> list[str]:
    """Arguments that every dbt call of a run shares."""
    return [
        "--project-dir", str(DBT_PROJECT),
        "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(home.work / "dbt"),
        "--log-path", str(home.logs),
        "--log-level", "none",
        "--log-level-file", "info",
        "--no-use-colors",
    ]  # fmt: skip


def _run_dbt(home: Home, candidate: Candidate, before: Path | None, progress: Progress) -> Path:
    """Build seeds and models, then run the data tests; failing tests are for the gate to judge.

    Args:
        home: where the warehouse is.
        candidate: what is built.
        before: directory of the publication that it is compared with.
        progress: told what is being built.

    Returns:
        The file that holds the marts.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    def seen(event: Any) -> None:
        if event.info.name in {"LogModelResult", "LogSeedResult", "LogTestResult"}:
            data = event.data
            total = int(getattr(data, "total", 0) or getattr(data, "num_models", 0))
            progress.update(data.node_info.node_name, data.index, total)

    shared = dbt_arguments(home)
    folder = home.work / "build"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marts = folder / MARTS
    with dbt_environment(home, candidate, marts, before):
        parsed = dbtRunner().invoke(["parse", *shared])
        _raise_on_failure(parsed, home)
        manifest = parsed.result
        assert isinstance(manifest, Manifest)  # parsed once for all calls
        runner = dbtRunner(callbacks=[seen], manifest=manifest)
        built = runner.invoke(
            [
                "build",
                "--exclude-resource-type",
                "unit_test",
                "--exclude-resource-type",
                "test",
                *shared,
            ]
        )
        _raise_on_failure(built, home)
        progress.update("data tests")
        promises = _hold_promises(runner, manifest, home, shared)
        held = {one["test"] for one in promises}
        others = [one.name for one in _data_tests(manifest) if one.name not in held]
        tested = runner.invoke(["test", "--select", *others, *shared])
        _raise_on_failure(tested, home, judged_by_gate=True)
    results = promises + _test_results(_results(tested))
    if missing := {one.name for one in _data_tests(manifest)} - {one["test"] for one in results}:
        raise TieoutError(
            f"{len(missing)} data tests were not held: {', '.join(sorted(missing)[:5])}.",
            where=str(DBT_PROJECT),
            do=f"See {home.logs / 'dbt.log'}.",
        )
    write_json(candidate.directory / DATA_TESTS, results)
    return marts


def _data_tests(manifest: Any) -> list[Any]:
    return [node for node in manifest.nodes.values() if str(node.resource_type) == "test"]


def _hold_promises(
    runner: Any, manifest: Any, home: Home, shared: Sequence[str]
) -> list[dict[str, Any]]:
    """Run in one query what the models' yml promises of one model's rows each.

    dbt takes some 25 ms to prepare and report a test of its own, and there are hundreds.

    Returns:
        What `_test_results` says of a test of dbt's own.
    """
    import duckdb

    began = time.monotonic()
    _raise_on_failure(runner.invoke(["run-operation", "hold_promises", *shared]), home)
    seconds = round(time.monotonic() - began, 3)
    _close_dbt()
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        failures = dict(
            warehouse.execute("select test, failures from data_test.promise").fetchall()
        )
    return [
        {
            "test": node.name,
            "file": node.original_file_path,
            "status": "fail" if failures[node.name] else "pass",
            "failures": failures[node.name],
            "message": f"Got {failures[node.name]} results" if failures[node.name] else "",
            "seconds": round(seconds / len(failures), 3),
        }
        for node in _data_tests(manifest)
        if node.name in failures
    ]


def _results(outcome: Any) -> Sequence[Any]:
    """What dbt says of each node; none when it failed before the first."""
    return list(getattr(outcome.result, "results", None) or ())


def _raise_on_failure(outcome: Any, home: Home, *, judged_by_gate: bool = False) -> None:
    """Raise when dbt itself failed, or a model did; a test that merely fails is no such failure."""
    dbt_log = home.logs / "dbt.log"
    if outcome.exception is not None:
        raise TieoutError(
            f"dbt could not run: {outcome.exception}",
            where=str(DBT_PROJECT),
            do=f"See {dbt_log}.",
        ) from outcome.exception
    bad = {"error", "runtime error"} | (set() if judged_by_gate else {"fail"})
    failed = [one for one in _results(outcome) if str(one.status) in bad]
    if not failed and (outcome.success or judged_by_gate):
        return
    first = "\n".join(
        f"    {one.node.unique_id} ({one.node.original_file_path}): {_short(one.message)}"
        for one in failed[:5]
    )
    raise TieoutError(
        f"{len(failed)} of {len(_results(outcome))} models or tests failed:\n{first}",
        where=str(DBT_PROJECT),
        do=f"See {dbt_log}; nothing was published, readers keep the last good publication.",
    )


def _short(message: str | None, limit: int = 600) -> str:
    text = " ".join((message or "").split())
    return text if len(text) <= limit else text[:limit] + " ..."


def _test_results(results: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "test": one.node.name,
            "file": one.node.original_file_path,
            "status": str(one.status),
            "failures": one.failures,
            "message": _short(one.message),
            "seconds": round(one.execution_time, 3),
        }
        for one in results
    ]


# --- the candidate file ---------------------------------------------------------------------------


_RUN = {
    "publication_id": ("varchar", "Id of the publication; sorts by time."),
    "as_of": ("timestamp", "Business time of the run (UTC); ages and SLAs are judged at it."),
    "known_at": ("timestamp", "Only loads up to this time were seen; null: every load."),
    "code_version": ("varchar", "Commit, or package version, of the code that made the file."),
}


def _complete_marts(
    marts: duckdb.DuckDBPyConnection, home: Home, candidate: Candidate, version: dict[str, Any]
) -> str | None:
    """Add to the marts what governs them: the definitions and the run itself.

    Returns:
        The last accounting month that every ERP has closed by `as_of`, as an ISO date.
    """
    marts.execute(f"attach '{home.warehouse}' as warehouse (read_only)")
    marts.execute("begin")
    marts.execute("create schema if not exists definitions")
    marts.execute("create schema if not exists operations")
    for table in definitions_module.TABLES:
        marts.execute(
            f"create or replace table definitions.{table} as "
            f"from warehouse.definitions.{table}"
        )  # fmt: skip
    marts.execute(
        "create or replace table operations.run as select ?::varchar as publication_id, "
        "?::timestamp as as_of, ?::timestamp as known_at, ?::varchar as code_version",
        [
            candidate.publication_id,
            candidate.as_of,
            candidate.known_at,
            version["commit"] or version["package"],
        ],
    )
    definitions_module.describe(marts)
    definitions_module.comment(marts, "operations.run", "The run that made this file.", _RUN)
    marts.execute("commit")
    closed = marts.execute(
        """
        select min(last_closed)::varchar
        from (
            select erp_system, max(period) as last_closed
            from warehouse.intermediate.int_erp__period
            where is_closed and start_date <= ?::timestamp
            group by erp_system
        )
        """,
        [candidate.as_of],
    ).fetchone()
    marts.execute("detach warehouse")
    marts.execute("checkpoint")
    return closed[0] if closed else None


def table_digests(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Row count and digest of every table of the open database, by `schema.table`.

    A digest depends on column names and row values alone: not on row order, file order or load ids.
    It is sha256 over the columns, the number of rows, and the sums of the halves of each row's md5.
    """
    columns: dict[str, list[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where not internal and database_name = current_database() "
        "order by schema_name, table_name, column_index"
    ).fetchall():
        names = columns.setdefault(f"{schema}.{table}", [])
        if column not in BOOKKEEPING_COLUMNS:
            names.append(column)
    return {name: _table_digest(connection, name, kept) for name, kept in columns.items()}


def _table_digest(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]
) -> dict[str, Any]:
    ordered = sorted(columns)
    schema, table = name.split(".", 1)
    values = ", ".join(f"""coalesce("{column}"::varchar, chr(30))""" for column in ordered)
    line = f"concat_ws(chr(31), {values})" if ordered else "''"
    row = connection.execute(
        f"select count(*), sum(md5_number_lower(line)), sum(md5_number_upper(line)) "
        f'from (select {line} as line from "{schema}"."{table}")'
    ).fetchone()
    assert row is not None
    stated = json.dumps([name, ordered, *(str(part) for part in row)])
    return {"rows": row[0], "digest": hashlib.sha256(stated.encode()).hexdigest()}


def content_digest(tables: dict[str, dict[str, Any]]) -> str:
    """One digest over the business marts: equal facts give equal digests, however landed."""
    parts = [
        f"{name}={entry['digest']}"
        for name, entry in sorted(tables.items())
        if name.split(".", 1)[0] in CONTENT_SCHEMAS and name not in HISTORY_TABLES
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def code_version() -> dict[str, Any]:
    """Package version, and the commit with a mark for local changes when this is a git checkout."""
    commit = None
    if (PROJECT_ROOT / ".git").exists():
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            commit = subprocess.run(
                ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
                cwd=PROJECT_ROOT,
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout.strip()
    return {"package": __version__, "commit": commit}


def file_digest(file: Path) -> str:
    """sha256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(file: Path, content: object) -> None:
    """Write JSON that a person can read, whole or not at all."""
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
    temporary.replace(file)
