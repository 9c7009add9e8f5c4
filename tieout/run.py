"""The steps of the night, for the command line and the DAG: each alone, or all in order."""

from __future__ import annotations

import inspect
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.names import match_key
from tieout import logs, transform
from tieout import publication as publication_module
from tieout.definitions import load as load_definitions
from tieout.errors import DiskFull, GateRefused, InputError, TieoutError, UsageError
from tieout.locks import is_held_since, turn, writer_lock
from tieout.progress import SILENT, Progress
from tieout.publication import Publication
from tieout.redact import redact
from tieout.settings import DEFINITIONS, Home
from tieout.transform import Candidate
from tieout.words import moment

if TYPE_CHECKING:
    from expectations.gate import GateResult
    from ingestion.fetch import Fetched

log = logging.getLogger(__name__)

LAST_RUN = "last_run.json"
NIGHT = "the nightly run"
# How runs of this process ended, by home, where the home could not take it.
_not_kept: dict[Path, dict[str, Any]] = {}


def plan(
    exports: Path | None, systems: Sequence[str] | None = None
) -> tuple[list[str] | None, list[str]]:
    """Which systems are landed from `exports` (None: all that it holds), and which are fetched.

    What the directory holds is landed from there; any other system is fetched from its API, where
    there are credentials for it. A folder with nothing but control totals is no export: they are
    landed with what is fetched.

    Raises:
        UsageError: there are neither exports nor credentials.
    """
    from ingestion import fetch as fetching
    from ingestion.discover import only_totals
    from ingestion.spec import load_spec
    from ingestion.spec import systems as all_systems

    configured = fetching.configured()
    if exports is None:
        if not configured:
            raise UsageError(
                "There is nothing to land: no exports are named, and no API is configured.",
                do="Name a directory with --exports DIR, or set the credentials of an API, such as"
                " SOURCES__SALESFORCE__URL (docs/apis.md).",
            )
        return [], list(systems or configured)
    found = (
        {match_key(path.name): path for path in exports.iterdir() if path.is_dir()}
        if exports.is_dir()
        else {}
    )
    beside = [
        name
        for name in configured
        if (folder := found.get(match_key(name))) and only_totals(load_spec(name), folder)
    ]
    fetched = [
        name
        for name in configured
        if (match_key(name) not in found or name in beside) and (not systems or name in systems)
    ]
    if systems is None and not beside:
        return None, fetched
    wanted = systems or [name for name in all_systems() if match_key(name) in found]
    return [one for one in wanted if one not in fetched], fetched


def fetch(
    home: Home,
    systems: Sequence[str] | None = None,
    *,
    out: Path | None = None,
    progress: Progress = SILENT,
) -> list[Fetched]:
    """Fetch from the APIs what has changed; see `ingestion.fetch`. Nothing is landed."""
    from ingestion import fetch as fetching

    with writer_lock(home, "fetch"), progress.step("Fetching"):
        fetched = fetching.fetch(home, systems, out=out, progress=progress)
        for one in fetched:
            rows = f"{sum(one.rows.values()):,} rows of {len(one.rows)} objects"
            waited = ", fetched before and not yet landed" if one.waited else ""
            progress.note(f"{one.system}: {rows}, up to {one.upper} UTC{waited}")
        return fetched


def fetch_anew(
    home: Home, systems: Sequence[str], *, allow_shrink: bool = False, progress: Progress = SILENT
) -> Path:
    """Fetch up to now; what an earlier night has fetched and not landed is landed before.

    What the landing refuses is asked for anew: the vendor may give it otherwise by now.

    Returns:
        The directory of exports to land.
    """
    from ingestion import fetch as fetching

    directory = fetching.directory_of(home)
    waited = [one.system for one in fetch(home, systems, progress=progress) if one.waited]
    if waited:
        try:
            land(home, directory, systems=waited, allow_shrink=allow_shrink, progress=progress)
        except InputError as refused:
            progress.note(f"What waited is refused, and fetched anew: {refused.what}")
            fetching.discard(home, waited)
        fetch(home, waited, progress=progress)
    return directory


def land(
    home: Home,
    exports: Path,
    *,
    systems: Sequence[str] | None = None,
    allow_shrink: bool = False,
    totals: Path | None = None,
    progress: Progress = SILENT,
) -> list[Any]:
    """Land the exports of all systems, or of those named; see `ingestion.land`."""
    if not exports.is_dir():
        raise InputError(
            "The directory of exports does not exist."
            if not exports.exists()
            else "The exports must be a directory.",
            where=str(exports),
            do="Point --exports at a directory with a folder per system, such as DIR/salesforce.",
        )
    import ingestion

    extra = {"progress": progress} if _takes(ingestion.land, "progress") else {}
    with writer_lock(home, "land"), progress.step("Landing"):
        results: list[Any] = ingestion.land(
            exports, home, systems=systems, allow_shrink=allow_shrink, totals=totals, **extra
        )
        _say_what_landed(home, results, progress)
    return results


def _say_what_landed(home: Home, results: Sequence[Any], progress: Progress) -> None:
    """Rows read, rows rejected (superseded versions apart), files that nothing reads."""
    import duckdb

    loads = sorted({one.load_id for one in results})
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        unused = warehouse.execute(
            "select system, file, reason from raw_operations.unused_file "
            "where load_id in (select unnest(?)) order by all",
            [loads],
        ).fetchall()
        counted = warehouse.execute(
            "select count(*) from raw_operations.dead_letter "
            "where load_id in (select unnest(?)) and reason like 'superseded%'",
            [loads],
        ).fetchone()
    read = sum(one.rows_read for one in results)
    superseded: int = counted[0] if counted else 0
    rejected = sum(one.rows_dead_lettered for one in results) - superseded
    progress.note(
        f"{read:,} rows read of {len(results)} objects, {rejected:,} rejected"
        + (f", {superseded:,} superseded versions" if superseded else "")
    )
    for system, file, reason in unused:
        progress.note(f"not used: {system} {file}: {reason}")


def _takes(function: Callable[..., Any], parameter: str) -> bool:
    return parameter in inspect.signature(function).parameters


def build(
    home: Home,
    definitions: Path = DEFINITIONS,
    as_of: datetime | None = None,
    *,
    progress: Progress = SILENT,
) -> Candidate:
    """Build a candidate from what is landed; see `tieout.transform.build`."""
    with writer_lock(home, "build"), progress.step("Building"):
        return transform.build(home, definitions, as_of, progress=progress)


def gate(
    home: Home, publication_id: str | None = None, *, progress: Progress = SILENT
) -> GateResult:
    """Judge a candidate, the newest unless named; a refusal is a result here, not an error."""
    candidate = transform.find_candidate(home, publication_id)
    with writer_lock(home, "gate"), progress.step("Checking"):
        from expectations.gate import check

        return check(candidate.directory, work=home.work, progress=progress)


def report(
    home: Home, publication_id: str | None = None, *, progress: Progress = SILENT
) -> Candidate:
    """Write report.html and bridge.xlsx beside a candidate's marts."""
    candidate = transform.find_candidate(home, publication_id)
    with writer_lock(home, "report"), progress.step("Reporting"):
        from tieout import report as report_module

        report_module.write(candidate.directory)
    return candidate


def publish(
    home: Home,
    publication_id: str | None = None,
    *,
    make_current: bool | None = None,
    progress: Progress = SILENT,
) -> Publication:
    """Publish a candidate that the gate has judged; see `tieout.publication.publish`.

    An earlier state of knowledge, rebuilt with `as_of`, is published beside the current one and
    does not replace it, unless `make_current` says so.

    Raises:
        GateRefused: the gate had found a critical failure.
    """
    from expectations.results import read_result

    candidate = transform.find_candidate(home, publication_id)
    with writer_lock(home, "publish"), progress.step("Publishing"):
        return publication_module.publish(
            home,
            candidate.directory,
            read_result(candidate.directory),
            make_current=not candidate.is_past if make_current is None else make_current,
        )


def nightly(
    home: Home,
    exports: Path | None,
    *,
    definitions: Path = DEFINITIONS,
    as_of: datetime | None = None,
    systems: Sequence[str] | None = None,
    allow_shrink: bool = False,
    progress: Progress = SILENT,
) -> Publication:
    """The whole night under one lock: fetch, land, build, gate, report, publish.

    Systems that `exports` does not hold are fetched from their APIs; see `plan`.

    Raises:
        InputError: an input or a definition is wrong.
        GateRefused: the gate refused; the candidate is kept under `rejected/`.
        TieoutError: a step failed.
    """
    with writer_lock(home, NIGHT), _recorded(home):
        landed, fetched = plan(exports, systems)
        publication_module.recover(home)
        load_definitions(definitions)  # a wrong definition stops the night before it begins
        # Importing the gate's library takes seconds: it overlaps the build on a second core.
        threading.Thread(target=_import_gate, daemon=True).start()
        if fetched:
            directory = fetch_anew(home, fetched, allow_shrink=allow_shrink, progress=progress)
            land(
                home,
                directory,
                systems=fetched,
                allow_shrink=allow_shrink,
                totals=exports,
                progress=progress,
            )
        if exports is not None and (landed is None or landed):
            land(home, exports, systems=landed, allow_shrink=allow_shrink, progress=progress)
        candidate = build(home, definitions, as_of, progress=progress)
        name = candidate.publication_id
        gate(home, name, progress=progress)
        report(home, name, progress=progress)
        return publish(home, name, progress=progress)


def _import_gate() -> None:
    try:
        import expectations.gate  # noqa: F401
    except Exception:
        log.exception("the gate cannot be imported")


@contextmanager
def _recorded(home: Home) -> Iterator[None]:
    """Leave behind how the last run ended, for `tieout status` and for messages.

    While it runs, the record says so and by which process; what is killed can say no more.
    """
    log_file = logs.file()
    link = log_file.as_uri() if log_file else ""
    record: dict[str, Any] = {
        "started_at": datetime.now(UTC).isoformat(),
        "outcome": "running",
        "pid": os.getpid(),
        "log": link,
    }
    _leave(home, record)
    try:
        yield
    except BaseException as error:
        record |= _ended(home, NIGHT, error, link)
        raise
    else:
        record["outcome"] = "published"
    finally:
        record["finished_at"] = datetime.now(UTC).isoformat()
        _leave(home, record)


def _leave(home: Home, record: dict[str, Any]) -> None:
    """Keep how a run ended; in this process alone where the home takes nothing, a full disk say.

    People are told of it all the same, as it is this process that tells them.
    """
    try:
        transform.write_json(home.logs / LAST_RUN, record)
    except OSError as error:
        log.error("how the run ended cannot be kept: %s", error)
        _not_kept[home.path] = record
    else:
        _not_kept.pop(home.path, None)


def _ended(home: Home, step: str, error: BaseException, link: str) -> dict[str, Any]:
    shown = DiskFull.behind(error, str(home.path)) or error
    code = shown.exit_code if isinstance(shown, TieoutError) else 1
    if isinstance(shown, TieoutError):
        said = str(shown)
    elif isinstance(shown, KeyboardInterrupt):
        said = "It was stopped at the terminal."
    else:
        said = f"Unexpected {type(shown).__name__}: {shown}"
    failure = {"step": step, "error": redact(said), "log": link}
    return {
        "outcome": "refused" if code == GateRefused.exit_code else "failed",
        "error": redact(said),
        "failures": [failure],
    }


def record_failure(home: Home, run_id: str, step: str, error: BaseException, link: str) -> None:
    """Leave behind that a step of a run failed which was not started by `nightly`: the DAG's.

    Args:
        home: whose run.
        run_id: the run; failures of one run are kept together.
        step: what failed, as a reader knows it.
        error: what was raised.
        link: where its log is.
    """
    now = datetime.now(UTC).isoformat()
    record: dict[str, Any] = {"run_id": run_id, "started_at": now}
    record |= _ended(home, step, error, link) | {"finished_at": now}
    with turn(home.logs / LAST_RUN):  # two tasks may fail in the same moment
        last = last_run(home) or {}
        if last.get("run_id") == run_id and last["outcome"] != "published":
            record["started_at"] = last["started_at"]
            record["failures"] = [*last.get("failures", []), *record["failures"]]
        _leave(home, record)


def has_failure(home: Home, run_id: str) -> bool:
    """Whether it is known why this run failed, or that it was refused."""
    last = last_run(home) or {}
    return last.get("run_id") == run_id and bool(last.get("failures"))


def record_publication(home: Home, run_id: str) -> None:
    """Leave behind that a run of the DAG has published."""
    now = datetime.now(UTC).isoformat()
    _leave(home, {"run_id": run_id, "started_at": now, "outcome": "published", "finished_at": now})


def last_run(home: Home) -> dict[str, Any] | None:
    """How the last whole run ended, or None when there was none.

    A run that says that it is under way, by a process that no longer holds the home, was ended from
    outside: it has failed, and `killed` is true.
    """
    record = _kept(home)
    if record is None or record["outcome"] != "running" or _is_under_way(home, record):
        return record
    again = _kept(home)  # it may have ended between the two looks
    if again is None or again["outcome"] != "running":
        return again
    killed = TieoutError(
        f"The run that began {moment(record['started_at'])} was ended from outside, and left no "
        "error: by the system for want of memory, by a restart, or by somebody.",
        do="See what the system says of that time (`journalctl -k` names what was killed for want "
        "of memory), and run again: nothing was half published, and what was fetched is kept.",
    )
    return record | _ended(home, NIGHT, killed, record.get("log", "")) | {"killed": True}


def _kept(home: Home) -> dict[str, Any] | None:
    if home.path in _not_kept:
        return _not_kept[home.path]
    try:
        record: dict[str, Any] = json.loads((home.logs / LAST_RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record


def _is_under_way(home: Home, record: dict[str, Any]) -> bool:
    return is_held_since(home, record.get("pid"), record["started_at"])


def was_killed(home: Home) -> bool:
    """Whether the last run was ended from outside, and nothing has run since."""
    return bool((last_run(home) or {}).get("killed"))
