"""Fetching from vendors' APIs: exports in the very form that the landing reads.

A fetch writes HOME/work/fetch/<system>/<object>/<part> and control_totals.csv; `ingestion.land`
takes the directory like any other. It is resumable, and is landed only when it is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.fetch import credentials
from ingestion.fetch.http import BudgetSpent, FetchError
from ingestion.fetch.journal import Journal, dead_letters
from ingestion.fetch.source import Source
from ingestion.spec import SystemSpec, load_spec, systems
from ingestion.tables import connect, ensure_raw_tables
from tieout.errors import InputError
from tieout.progress import SILENT, Progress
from tieout.redact import redact
from tieout.settings import Home
from tieout.words import plural

__all__ = [
    "Fetched",
    "configured",
    "directory_of",
    "discard",
    "fetch",
    "fetchable",
    "reach",
    "unanswered",
]

# Vendors whose API is known: ingestion/fetch/<system>.py has `fetch(source)`.
VENDORS = tuple(
    sorted(
        path.stem
        for path in Path(__file__).parent.glob("*.py")
        if (Path(__file__).parent.parent / "sources" / f"{path.stem}.yml").is_file()
    )
)


@dataclass(frozen=True)
class Fetched:
    """What was fetched of one system.

    Attributes:
        upper: the vendor's clock when the fetch began: changes up to then are in it.
        rows: rows fetched, by object.
        waited: it was complete before, and has not landed yet.
    """

    system: str
    directory: Path
    upper: datetime | None
    rows: dict[str, int]
    waited: bool


def fetchable() -> tuple[str, ...]:
    """Systems whose API can be fetched from."""
    return tuple(name for name in VENDORS if name in systems())


def configured() -> tuple[str, ...]:
    """Systems for which there are credentials."""
    return tuple(name for name in fetchable() if credentials.is_configured(name))


def directory_of(home: Home) -> Path:
    """The directory of exports that a fetch writes, unless told otherwise."""
    return home.work / "fetch"


def unanswered(home: Home) -> list[str]:
    """Sentences on the requests at which unfinished fetches have stopped."""
    return [
        f"{system} {letter['object'] or ''}".strip()
        + f": {letter['why']} ({letter['request']}, in "
        + f"{plural(letter['failed'], 'fetch', 'fetches')})"
        for system in fetchable()
        for letter in dead_letters(directory_of(home) / system)
    ]


def discard(home: Home, wanted: Sequence[str]) -> None:
    """Forget what was fetched of these systems: the next fetch asks for it anew."""
    for system in wanted:
        shutil.rmtree(directory_of(home) / system, ignore_errors=True)


def reach(system: str) -> str:
    """Open a session with the system's API; says what was reached.

    Raises:
        TieoutError: there is no session to be had.
    """
    vendor = importlib.import_module(f"ingestion.fetch.{system}")
    return str(vendor.reach())


def fetch(
    home: Home,
    wanted: Sequence[str] | None = None,
    *,
    out: Path | None = None,
    progress: Progress = SILENT,
) -> list[Fetched]:
    """Fetch what has changed since the last landing, or everything when nothing has landed.

    An interrupted fetch goes on where it stopped. A complete one that has not landed is left as it
    is: land it first.

    Args:
        home: what has landed is in its warehouse.
        wanted: which systems; all that are configured when None.
        out: directory to write; `directory_of(home)` when None.
        progress: told of every object.

    Raises:
        InputError: a system is unknown or has no credentials, or they are not accepted.
        TieoutError: a vendor did not answer; what was fetched is kept.
    """
    names = tuple(wanted) if wanted else configured()
    if not names:
        raise InputError(
            "No API is configured.",
            where="environment and dlt's secrets.toml",
            do="Set the credentials of a system (docs/apis.md), such as SOURCES__SALESFORCE__URL;"
            " or land exports with --exports DIR.",
        )
    unknown = [name for name in names if name not in fetchable()]
    if unknown:
        raise InputError(
            f"There is no API to fetch from: {', '.join(unknown)}.",
            do=f"Systems with an API are {', '.join(fetchable())}.",
        )
    target = (out or directory_of(home)).expanduser().absolute()
    with _warehouse(home) as warehouse:
        return [_one(load_spec(name), target / name, warehouse, progress) for name in names]


def _one(
    spec: SystemSpec,
    directory: Path,
    warehouse: duckdb.DuckDBPyConnection | None,
    progress: Progress,
) -> Fetched:
    _check_ours(directory)
    journal = Journal.open(directory, spec.system, _declaration(spec))
    waited = journal.complete
    if not waited:
        vendor = importlib.import_module(f"ingestion.fetch.{spec.system}")
        try:
            vendor.fetch(Source(spec, journal, progress.update, warehouse))
        except BudgetSpent:
            raise  # nothing has failed
        except FetchError as error:
            said = error.answer.content.decode(errors="replace") if error.answer else ""
            journal.dead_letter(error.where or "", error.what, redact(said))
            raise
        journal.finish()
    rows = {name: one.rows for name, one in journal.objects.items()}
    return Fetched(spec.system, directory, journal.upper, rows, waited)


def _check_ours(directory: Path) -> None:
    """Never overwrite what somebody else has put there."""
    if (
        directory.is_dir()
        and any(directory.iterdir())
        and not (directory / ".journal.json").is_file()
    ):
        raise InputError(
            "The directory holds something that is no fetch; it is left alone.",
            where=str(directory),
            do="Give another directory, or remove that one.",
        )


@contextlib.contextmanager
def _warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """What has landed, for reading; None when nothing has."""
    if not home.warehouse.exists():
        yield None
        return
    ensure_raw_tables(home)
    with connect(home, read_only=True) as connection:
        yield connection


def _declaration(spec: SystemSpec) -> str:
    """A digest of what decides what is asked for, which no wording does."""
    content = spec.model_dump(mode="json", exclude={"description", "unused", "api"})
    for one in content["objects"].values():
        for worded in (one, *one["columns"]):
            del worded["description"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
