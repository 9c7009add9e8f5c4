"""The gate: runs every declared check with Great Expectations against exactly one candidate file.

Importing this module loads Great Expectations, which takes seconds: import it late.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
from sqlalchemy.pool import StaticPool

from expectations import dialect
from expectations.declared import RULES, SUITES, Check, Suite, load
from expectations.results import Finding, GateResult, Severity, read_result
from tieout.errors import InputError
from tieout.progress import SILENT, Progress

__all__ = ["GateResult", "check", "read_result"]

log = logging.getLogger(__name__)

MARTS = "marts.duckdb"
DATA_TESTS = "data_tests.json"
SAMPLE_ROWS = 10
MAX_TEXT = 200


def check(
    candidate_dir: Path,
    *,
    folders: Sequence[Path] = (SUITES, RULES),
    progress: Progress = SILENT,
    work: Path | None = None,
) -> GateResult:
    """Judge a candidate and write gate.json beside it.

    Args:
        candidate_dir: holds marts.duckdb, and data_tests.json when dbt's data tests ran.
        folders: where suites are declared.
        progress: told which table is being checked.
        work: where temporary files may go; default: the candidate's own directory.

    Raises:
        InputError: there is no candidate file.
        DefinitionError: a suite is not valid.
    """
    began = time.monotonic()
    marts = candidate_dir / MARTS
    if not marts.is_file():
        raise InputError(
            "There is no candidate to judge.", where=str(marts), do="Run `tieout build` first."
        )
    suites = load(*folders)
    digest = _sha256(marts)
    with duckdb.connect(str(marts), read_only=True) as connection:
        present = {
            f"{schema}.{table}"
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
        }
        findings = list(_missing(suites, present))
        with _quiet(), _temporary_files_in(work or candidate_dir):
            findings += _run_checks(marts, suites, present, connection, progress)
    findings += _data_tests(candidate_dir)
    order = {"critical": 0, "warning": 1, "info": 2}
    findings.sort(key=lambda one: (one.success, order[one.severity], one.suite, one.id))
    seconds = round(time.monotonic() - began, 3)
    result = GateResult(candidate_dir.name, digest, tuple(findings), seconds)
    result.write(candidate_dir)
    log.info("gate: passed=%s, %s", result.passed, result.summary())
    return result


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations warns about itself; that is not for the reader of a run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger = logging.getLogger("great_expectations")
        before = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(before)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Great Expectations makes temporary directories; they stay inside the home."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _tables(check: Check) -> set[str]:
    return {check.table, *check.requires}


def _missing(suites: Sequence[Suite], present: set[str]) -> Iterator[Finding]:
    for suite in suites:
        for one in suite.checks:
            absent = sorted(_tables(one) - present)
            if absent:
                yield Finding(
                    id=one.id,
                    suite=suite.suite,
                    table=one.table,
                    expectation="table_exists",
                    severity=one.severity,
                    success=False,
                    meaning=f"{one.meaning} Not judged: {', '.join(absent)} is missing.",
                    action="Build the missing table, or remove the check with the reason.",
                    observed="table missing",
                )


def _run_checks(
    marts: Path,
    suites: Sequence[Suite],
    present: set[str],
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> Iterator[Finding]:
    """Open the candidate for Great Expectations, and close it whatever happens."""
    dialect.register()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "candidate",
        connection_string=f"{dialect.URL_SCHEME}:///{marts.absolute()}",
        kwargs={"poolclass": StaticPool},
    )
    try:
        yield from _validate(source, suites, present, connection, progress)
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _validate(
    source: Any,
    suites: Sequence[Suite],
    present: set[str],
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> Iterator[Finding]:
    """One validation per table and kind of result: rows for SQL, counts for the others.

    The batch itself is validated, without definitions of it: Great Expectations would write its
    whole configuration again for each, and walk the call stack for each decimal of a stored
    result, which takes longer than all the queries.
    """
    by_table: dict[tuple[str, bool], list[tuple[Suite, Check]]] = {}
    for suite in suites:
        for one in suite.checks:
            if _tables(one) <= present:
                key = (one.table, one.is_sql)
                by_table.setdefault(key, []).append((suite, one))
    batches: dict[str, Any] = {}
    for (table, is_sql), checks in by_table.items():
        progress.update(table)
        if table not in batches:
            schema, name = table.split(".", 1)
            asset = source.add_table_asset(table, table_name=name, schema_name=schema)
            batches[table] = asset.get_batch(asset.build_batch_request())
        name = f"{table}:{'sql' if is_sql else 'native'}"
        expectations = [built for suite, one in checks for built in _expectations(suite, one)]
        started = time.monotonic()
        outcome = batches[table].validate(
            gx.ExpectationSuite(name=name, expectations=expectations),
            result_format={
                "result_format": "COMPLETE" if is_sql else "SUMMARY",
                "partial_unexpected_count": SAMPLE_ROWS,
            },
        )
        seconds = (time.monotonic() - started) / max(1, len(outcome.results))
        known = {one.id: (suite, one) for suite, one in checks}
        for result in outcome.results:
            suite, one = known[result.expectation_config.meta["id"]]
            yield _finding(suite, one, result, connection, seconds)


def _expectations(suite: Suite, one: Check) -> list[Any]:
    """A declared check in Great Expectations' words."""
    common: dict[str, Any] = {
        "severity": one.severity,
        "meta": {
            "id": one.id,
            "suite": suite.suite,
            "meaning": one.meaning,
            "action": one.action,
        },
    }
    if (sql := one.sql()) is not None:
        # Great Expectations puts an aliased subquery where {batch} stands, which a query that names
        # the table itself cannot take: it gets its placeholder in a comment.
        query = "/* {batch} */ " + sql.replace("{", "{{").replace("}", "}}")
        return [gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, **common)]
    if one.one_of is not None:
        return [
            gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values, **common)
            for column, values in one.one_of.items()
        ]
    if one.has_columns is not None:
        return [
            gxe.ExpectTableColumnsToMatchSet(
                column_set=one.has_columns, exact_match=False, **common
            )
        ]
    return [gxe.ExpectTableRowCountToBeBetween(min_value=1, **common)]


def _finding(
    suite: Suite,
    one: Check,
    result: Any,
    connection: duckdb.DuckDBPyConnection,
    seconds: float,
) -> Finding:
    details: dict[str, Any] = dict(result.result or {})
    config = result.expectation_config
    column = config.kwargs.get("column")
    error = _error(result.exception_info)
    severity: Severity = one.severity
    success = bool(result.success) and error is None
    if one.is_sql:
        count = details.get("observed_value")
        sample = details.get("details", {}).get("unexpected_rows", [])
        observed = f"{count} rows"
    else:
        count = details.get("unexpected_count")
        values = details.get("partial_unexpected_list", [])
        sample = [
            value if isinstance(value, dict) else {column or "value": value} for value in values
        ]
        observed = _native_observed(details)
    return Finding(
        id=f"{one.id}:{column}" if column else one.id,
        suite=suite.suite,
        table=one.table,
        expectation=config.type,
        severity=severity,
        success=success,
        meaning=one.meaning,
        action=one.action,
        observed=f"could not be judged: {error}" if error else observed,
        unexpected_count=count if isinstance(count, int) and error is None else None,
        money=_money(one, connection) if not success and error is None else [],
        sample=[] if success else _as_text(sample[:SAMPLE_ROWS]),
        seconds=round(seconds, 4),
    )


def _native_observed(details: dict[str, Any]) -> str:
    if "unexpected_count" in details:
        return f"{details['unexpected_count']} of {details.get('element_count')} values"
    mismatched = details.get("details", {}).get("mismatched", {})
    if missing := mismatched.get("missing"):
        return f"missing columns: {', '.join(missing)}"
    seen = details.get("observed_value")
    return f"{len(seen)} columns" if isinstance(seen, list) else f"{seen} rows"


def _error(information: Any) -> str | None:
    """The first line of what an expectation raised, in either of the two shapes that it takes."""
    entries: Iterable[Any] = (
        [information] if "raised_exception" in information else information.values()
    )
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "an error").strip().splitlines()[0]
    return None


def _money(one: Check, connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    """What the failing rows carry, per currency, as exact text."""
    sql = one.money_sql()
    rows = connection.execute(sql).fetchall() if sql else []
    return [{"currency": str(currency), "amount": str(amount)} for currency, amount in rows]


def _as_text(rows: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            str(name): "" if value is None else str(value)[:MAX_TEXT]
            for name, value in row.items()
        }
        for row in rows
    ]  # fmt: skip


def _data_tests(candidate_dir: Path) -> list[Finding]:
    """The data tests of dbt, as findings: an error refuses, a warning shows."""
    file = candidate_dir / DATA_TESTS
    if not file.is_file():
        return []
    findings = []
    for one in json.loads(file.read_text(encoding="utf-8")):
        status = one["status"]
        success = status in {"pass", "skipped"}
        severity: Severity = "warning" if status == "warn" else "critical"
        findings.append(
            Finding(
                id=one["test"],
                suite="dbt_data_tests",
                table="",
                expectation="dbt_data_test",
                severity=severity,
                success=success,
                meaning="A promise that the models make about their rows.",
                action=f"Read {one['file']} and the rows it selects.",
                observed="" if success else one["message"] or f"{one['failures']} rows",
                unexpected_count=one["failures"] if isinstance(one["failures"], int) else None,
                seconds=one["seconds"],
            )
        )
    return findings
