"""What deserves a message: read from the home's own records, and but for one not from the clock.

A night that failed or was refused, data that is late, columns that came or went, exceptions that
grew. What is merely open (leakage, matches to decide) is in the report every morning and no alarm.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout import publication, run
from tieout.redact import redact
from tieout.settings import Home
from tieout.words import amount, hours, moment, plural

if TYPE_CHECKING:
    from expectations.results import Finding

log = logging.getLogger(__name__)

Row = dict[str, str]


def _late(row: Row) -> str:
    newest = datetime.fromisoformat(row["newest_change"])
    age = datetime.fromisoformat(row["as_of"]) - newest
    allowed = hours(float(row["max_age_hours"]))
    return (
        f"{row['system']} {row['object']}: newest change {moment(newest)}, "
        f"{hours(age.total_seconds() / 3600)} old, {allowed} allowed"
    )


def _never(row: Row) -> str:
    return f"{row['system']} {row['object']}: never landed"


def _drifted(row: Row) -> str:
    what = {"added": "is new", "missing": "is gone"}[row["change"]]
    return f"{row['system']} {row['object']}: column {row['column_name']} {what}"


def _grown(row: Row) -> str:
    now, before = row["things"], row["previous_things"]
    said = f"{_words(row['exception_type'])}: {now}, {before} in the publication before"
    if not row["currency"]:
        return said
    money = (
        amount(row[name], row["currency"]) for name in ("gross_amount", "previous_gross_amount")
    )
    return "{}; {} after {}".format(said, *money)


@dataclass(frozen=True)
class News:
    """A check of the gate whose failure is news.

    Attributes:
        title: what the message is called.
        about: what its failing rows are about; the same of them are no news the next night.
        says: a failing row in a reader's words.
        money: what it means where no money is named.
        section: where in the report to read more.
        named: what the money is that is named.
    """

    title: str
    about: tuple[str, ...]
    says: Callable[[Row], str]
    money: str
    section: str
    named: str = ""


_LATE = (
    "The numbers are published without what these objects have changed since; up to then they hold."
)
_MISSING = "What rests on it is published empty: whatever amounts it would bring are missing."
NEWS = {
    "freshness_warning": News("Data is late", ("system", "object"), _late, _LATE, "freshness"),
    "governed_object_never_landed": News(
        "Data never came", ("system", "object"), _never, _MISSING, "freshness"
    ),
    "schema_drifted": News(
        "A source changed its columns",
        ("system", "object", "column_name", "change", "load_id"),
        _drifted,
        "A new column is in no amount. What was read of a column that is gone is empty from now "
        "on: an amount among it moves the bridge, and the report shows by how much.",
        "quality",
    ),
    "exceptions_grew": News(
        "Exceptions grew",
        ("exception_type", "currency", "things"),
        _grown,
        "They carry no amount.",
        "exceptions",
        " more than in the publication before",
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


def find(home: Home, *, max_age: float | None = None) -> list[Cause]:
    """Everything that needs telling now, the most urgent first.

    Args:
        home: whose records to read.
        max_age: hours that a publication may be old, for who asks by the clock; None: any age.
    """
    try:
        return _find(home, max_age)
    except Exception as error:  # what is broken here may be what the night has met
        log.exception("the records of %s cannot be read", home.path)
        return [*_failed(home, None, "Nobody can tell what readers see now."), _unreadable(error)]


def _find(home: Home, max_age: float | None) -> list[Cause]:
    current, night = publication.current(home), newest(home)
    refused = _refused(home, night, _still_current(current))
    causes = [refused] if refused is not None else []
    causes += _failed(home, night, _still_current(current))
    if max_age is not None and not causes:
        none = overdue(home, night, max_age)
        causes += [none] if none is not None else []
    if current is not None:
        still = stalled(home, current)
        causes += [still] if still is not None else []
        # what the current publication had to tell stays known through a night that fails
        causes += _news(home.publications / current.publication_id)
    return causes


def _unreadable(error: Exception) -> Cause:
    what, where, do = _parts(redact(str(error)))
    return Cause(
        id="unreadable",
        title="The home cannot be read",
        happened=f"{what}\n{where}" if where else what or type(error).__name__,
        money="Nobody can tell from here what readers see now: trust no number of it until then.",
        do=do or "Run `tieout doctor` and `tieout verify` there, and mend what they name.",
        link="the log of the command that tells this",
        fingerprint=_digest(what),
    )


def newest(home: Home) -> publication.Publication | None:
    """The last night that was published, also where readers were taken back behind it."""
    if not home.publications.is_dir():
        return None
    nights = [one for one in publication.history(home) if one.manifest.get("make_current", True)]
    return nights[-1] if nights else None


def failed_run(home: Home, night: publication.Publication | None) -> dict[str, Any] | None:
    """The record of the last run, when it failed and no night was published since."""
    last = run.last_run(home) or {}
    if last.get("outcome") != "failed":
        return None
    ended = last.get("finished_at") or last["started_at"]  # what is killed has no end of its own
    if night is not None and night.manifest["published_at"] > ended:
        return None
    return last


def _failed(home: Home, night: publication.Publication | None, money: str) -> list[Cause]:
    """What made the last run fail, when nothing was published since: one cause per error.

    Several steps of a run that fail alike are one cause.
    """
    last = failed_run(home, night)
    if last is None:
        return []
    causes = {}
    for failure in last.get("failures", []):
        what, where, do = _parts(failure["error"])
        fingerprint = _digest(what, last["started_at"])
        if fingerprint in causes:
            continue
        step = failure["step"]
        happened = f"{step[:1].upper()}{step[1:]} failed: {what}"
        causes[fingerprint] = Cause(
            id=f"failed {fingerprint}",
            title="The night failed",
            happened=f"{happened}\n{where}" if where else happened,
            money=money,
            do=do or "Read the log, mend the cause, and run again: nothing was half published.",
            link=failure["log"] or home.logs.as_uri(),
            fingerprint=fingerprint,
        )
    return list(causes.values())


def overdue(home: Home, night: publication.Publication | None, max_age: float) -> Cause | None:
    """No night was published for longer than `max_age` hours; the only cause that needs a clock.

    A scheduler that is down leaves no record that a night was missed.
    """
    if night is None:
        happened = "Nothing has ever been published here."
        money, link, name = _still_current(None), home.logs.as_uri(), ""
    else:
        name = night.publication_id
        age = age_hours(night)
        if age <= max_age:
            return None
        as_of = moment(night.manifest["as_of"])
        happened = (
            f"The newest publication is of {moment(night.manifest['published_at'])}, "
            f"{hours(age)} old; {hours(max_age)} are allowed. No night came to its end since."
        )
        money = (
            f"The published numbers are those of {as_of}; whatever was won, billed or paid since "
            "is in none of them."
        )
        link = _report(home, night)
    return Cause(
        id="overdue",
        title="No night was published",
        happened=happened,
        money=money,
        do="See whether the scheduler (Airflow, cron) and its machine are up and the schedule is "
        "switched on; meanwhile start the night by hand: tieout run.",
        link=link,
        fingerprint=_digest(name),
    )


def age_hours(one: publication.Publication) -> float:
    """Hours since a publication was made, by the clock."""
    made = datetime.fromisoformat(one.manifest["published_at"])
    return (datetime.now(UTC) - made).total_seconds() / 3600


def stalled(home: Home, current: publication.Publication) -> Cause | None:
    """Every source stands still: nights were published, and none knew a change after the first.

    Ages are judged at the newest change of all sources (`as_of`), so that no check of the gate can
    see that all of them have stopped. The times of the publications can.
    """
    same = [
        one.manifest["published_at"]
        for one in publication.history(home)
        if one.manifest["as_of"] == current.manifest["as_of"] and not one.manifest.get("is_past")
    ]
    last = datetime.fromisoformat(current.manifest["published_at"])
    span = last - min(map(datetime.fromisoformat, same), default=last)
    age = span.total_seconds() / 3600
    late = _older_than_allowed(current, age) if age else []
    if not late:
        return None
    shown = [
        f"- {system} {name}: {hours(limit)} allowed" for system, name, limit, _ in late[:ROWS_SHOWN]
    ]
    more = len(late) - len(shown)
    as_of = moment(current.manifest["as_of"])
    return Cause(
        id="stalled",
        title="No source sends anything new",
        happened="\n".join(
            [
                f"No source has reported a change after {as_of}, although what it sends was landed "
                f"and published for {hours(age)} since. By their service levels these are late:",
                *shown,
                *([f"- and {more} more"] if more else []),
            ]
        ),
        money=f"The published numbers are those of {as_of}; whatever was won, billed or paid since "
        "is in none of them.",
        do="Ask the owners of the exports or APIs whether they still run, and whether the night "
        "reads the directory that they write to.",
        link=f"{_report(home, current)}#freshness",
        fingerprint=_digest(as_of, str(any(severity == "critical" for *_, severity in late))),
    )


def _older_than_allowed(
    current: publication.Publication, age: float
) -> list[tuple[str, str, int, str]]:
    """System, object, hours allowed and severity of service levels below `age`, tightest first."""
    import duckdb

    with duckdb.connect(str(current.marts), read_only=True) as marts:
        return marts.execute(
            "select system, object, min(max_age_hours), min(severity) "
            "from definitions.freshness_sla where max_age_hours < ? "
            "group by system, object order by 3, 1, 2",
            [age],
        ).fetchall()


def _report(home: Home, one: publication.Publication) -> str:
    return (home.publications / one.publication_id / "report.html").as_uri()


def _parts(text: str) -> tuple[str, str | None, str | None]:
    """What, where and do of an error that was kept as text; see `TieoutError.__str__`."""
    said = {}
    for label in ("do", "where"):
        head, found, tail = text.rpartition(f"\n  {label}:")
        if found:
            text, said[label] = head, tail.strip()
    return text, said.get("where"), said.get("do")


def refused(home: Home, night: publication.Publication | None) -> Path | None:
    """The newest candidate, when the gate refused it and no night was published after it."""
    found = max((one for one in home.rejected.glob("*") if one.is_dir()), default=None)
    if found is None or (night is not None and night.publication_id > found.name):
        return None
    return found


def _refused(home: Home, night: publication.Publication | None, kept: str) -> Cause | None:
    from expectations.results import read_result

    directory = refused(home, night)
    if directory is None:
        return None
    failed = read_result(directory).failed("critical")
    return Cause(
        id="refused",
        title="The night was refused",
        happened="\n".join(
            [f"The gate found {plural(len(failed), 'critical failure')} in {directory.name}:"]
            + [f"- {_words(one.id)}: {one.meaning}{_rows(one, _shown)}" for one in failed]
        ),
        money="\n".join(
            [*(f"- {_words(one.id)}: {_money(one)}" for one in failed if one.money), kept]
        ),
        do="\n".join(
            [
                *(f"- {_words(one.id)}: {one.action}" for one in failed),
                "Then run the night again; until one passes, readers keep what they have.",
            ]
        ),
        link=f"{(directory / 'report.html').as_uri()}#quality",
        fingerprint=_digest(directory.name),
    )


def _news(directory: Path) -> list[Cause]:
    """Warnings of a publication that are news and not merely open."""
    from expectations.results import read_result

    causes = []
    for one in read_result(directory).failed("warning"):
        if one.id not in NEWS:
            continue
        news = NEWS[one.id]
        subjects = sorted(_shown({name: row[name] for name in news.about}) for row in one.sample)
        causes.append(
            Cause(
                id=one.id,
                title=news.title,
                happened=f"{one.meaning}{_rows(one, news.says)}",
                money=f"{_money(one)}{news.named}" if one.money else news.money,
                do=one.action,
                link=f"{(directory / 'report.html').as_uri()}#{news.section}",
                fingerprint=_digest(*subjects),
            )
        )
    return causes


def _still_current(current: publication.Publication | None) -> str:
    if current is None:
        return "Nothing has been published yet."
    return (
        f"No published number has changed: readers keep the publication of "
        f"{moment(current.manifest['published_at'])}, with what was known at "
        f"{moment(current.manifest['as_of'])}."
    )


def _rows(finding: Finding, says: Callable[[Row], str]) -> str:
    """Some rows of a finding, one per line."""
    shown = [f"  {says(row)}" for row in finding.sample[:ROWS_SHOWN]]
    more = (finding.unexpected_count or 0) - len(shown)
    return "\n".join(["", *shown, *([f"  and {more:,} more"] if more > 0 and shown else [])])


# Amounts have four decimals in every mart; nothing else in a sample looks like that but a share.
_AMOUNT = re.compile(r"-?\d+\.\d{4}")


def _shown(row: Row) -> str:
    """A row as it is in its mart: names and values, amounts in its currency."""
    currency = row.get("currency", "")
    return ", ".join(
        f"{_words(name)} "
        + (amount(value, currency) if currency and _AMOUNT.fullmatch(value) else value)
        for name, value in row.items()
        if value
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _money(finding: Finding) -> str:
    return ", ".join(amount(one["amount"], one["currency"]) for one in finding.money)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
