"""What deserves a message: read from the home's own records, never from the clock.

A night that failed or was refused, data that is late, columns that came or went, exceptions that
grew. What is merely open (leakage, matches to decide) is in the report every morning and no alarm.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout import publication, run
from tieout.errors import GateRefused, TieoutError
from tieout.redact import redact
from tieout.settings import Home

if TYPE_CHECKING:
    from expectations.results import Finding

# Checks of the gate whose failure is news: what the message is called, what its failing rows are
# about (the same rows are no news the next night), and what it means where no money is named.
_LATE = "The published numbers lack what came after; none of them is wrong for it."
NEWS = {
    "freshness_warning": ("Data is late", ("system", "object"), _LATE),
    "governed_object_never_landed": ("Data never came", ("system", "object"), _LATE),
    "schema_drifted": (
        "A source changed its columns",
        ("system", "object", "column_name", "change", "load_id"),
        "No published amount has changed for it.",
    ),
    "exceptions_grew": (
        "Exceptions grew",
        ("exception_type", "currency", "things"),
        "They carry no amount.",
    ),
}
# So many of a finding's rows are worth reading in a chat.
ROWS_SHOWN = 5


@dataclass(frozen=True)
class Message:
    """What a channel sends: a title, and parts of which each may have a label."""

    title: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cause:
    """One thing to tell.

    Attributes:
        id: what it is about; told once while it lasts.
        title: a few words, for the subject of a mail.
        happened: what happened, with the records concerned.
        money: what it means in money, or for the published numbers.
        do: what the reader should do.
        link: where to read more: a report or a log.
        fingerprint: changes when there is something new to tell.
    """

    id: str
    title: str
    happened: str
    money: str
    do: str
    link: str
    fingerprint: str

    @property
    def message(self) -> Message:
        """The cause as a channel sends it."""
        parts = (("", self.happened), ("Money", self.money), ("Do", self.do), ("More", self.link))
        return Message(self.title, parts)


@dataclass(frozen=True)
class Failure:
    """A step that failed outside a whole run: a task of the DAG.

    Attributes:
        step: the task's name.
        error: what was raised.
        run_id: the DAG run; a second failure of the same run is the same cause.
    """

    step: str
    error: BaseException | str
    run_id: str = ""


def find(home: Home, failure: Failure | None = None) -> list[Cause]:
    """Everything that needs telling now, the most urgent first."""
    current = publication.current(home)
    refused = _refused(home, current)
    causes = [refused] if refused is not None else []
    if failure is not None and not isinstance(failure.error, GateRefused):
        causes.append(_failed(home, current, failure.step, failure.error, failure.run_id))
    elif failure is None and (last := _failed_run(home, current)):
        causes.append(_failed(home, current, "the nightly run", last["error"], last["started_at"]))
    if current is not None and not causes:
        causes += _news(home.publications / current.publication_id)
    return causes


def _failed_run(home: Home, current: publication.Publication | None) -> dict[str, Any] | None:
    """The record of the last whole run, when it failed and nothing was published since."""
    last = run.last_run(home) or {}
    if last.get("outcome") != "failed":
        return None
    if current is not None and current.manifest["published_at"] > last["finished_at"]:
        return None
    return last


def _failed(
    home: Home,
    current: publication.Publication | None,
    step: str,
    error: BaseException | str,
    run_id: str,
) -> Cause:
    if isinstance(error, TieoutError):
        what, where, do = redact(error.what), error.where, error.do
    else:
        what, where, do = _parts(redact(str(error)) or type(error).__name__)
    happened = f"{step[:1].upper()}{step[1:]} failed: {what}"
    return Cause(
        id="failed",
        title="The night failed",
        happened=f"{happened} ({where})" if where else happened,
        money=_still_current(current),
        do=do or "Read the log, mend the cause, and run again: nothing was half published.",
        link=str(home.logs),
        fingerprint=_digest(step, what, run_id),
    )


def _parts(text: str) -> tuple[str, str | None, str | None]:
    """What, where and do of an error that was kept as text; see `TieoutError.__str__`."""
    said = {}
    for label in ("do", "where"):
        head, found, tail = text.rpartition(f"\n  {label}:")
        if found:
            text, said[label] = head, tail.strip()
    return text, said.get("where"), said.get("do")


def _refused(home: Home, current: publication.Publication | None) -> Cause | None:
    """The newest candidate, when the gate refused it and nothing was published after it."""
    from expectations.results import read_result

    names = sorted(one.name for one in home.rejected.iterdir() if one.is_dir())
    if not names or (current is not None and current.publication_id > names[-1]):
        return None
    directory = home.rejected / names[-1]
    failed = read_result(directory).failed("critical")
    kept = _still_current(current)
    return Cause(
        id="refused",
        title="The night was refused",
        happened="\n".join(
            [f"The gate refused {names[-1]}:"]
            + [f"- {one.id}: {one.meaning}{_rows(one)}" for one in failed]
        ),
        money="\n".join([*(f"{one.id}: {_money(one)}" for one in failed if one.money), kept]),
        do="\n".join(f"- {one.id}: {one.action}" for one in failed),
        link=str(directory / "report.html"),
        fingerprint=_digest(names[-1]),
    )


def _news(directory: Path) -> list[Cause]:
    """Warnings of a publication that are news and not merely open."""
    from expectations.results import read_result

    causes = []
    for one in read_result(directory).failed("warning"):
        if one.id not in NEWS:
            continue
        title, about, otherwise = NEWS[one.id]
        subjects = sorted(_shown({name: row.get(name) for name in about}) for row in one.sample)
        causes.append(
            Cause(
                id=one.id,
                title=title,
                happened=f"{one.meaning}{_rows(one)}",
                money=_money(one) or otherwise,
                do=one.action,
                link=str(directory / "report.html"),
                fingerprint=_digest(*subjects),
            )
        )
    return causes


def _still_current(current: publication.Publication | None) -> str:
    if current is None:
        return "Nothing has been published yet."
    return (
        f"Readers keep {current.publication_id}, as of {current.manifest['as_of']}: "
        "no published number has changed."
    )


def _rows(finding: Finding) -> str:
    """Some rows of a finding, one per line."""
    shown = [f"  {_shown(row)}" for row in finding.sample[:ROWS_SHOWN]]
    more = (finding.unexpected_count or 0) - len(shown)
    return "\n".join(["", *shown, *([f"  and {more} more"] if more > 0 and shown else [])])


def _shown(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items())


def _money(finding: Finding) -> str:
    return ", ".join(f"{one['currency']} {one['amount']}" for one in finding.money)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
