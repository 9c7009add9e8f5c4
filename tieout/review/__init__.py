"""The review queue: what waits for a steward, walked through in the terminal, decided in a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console

from tieout import decisions, publication
from tieout.errors import InputError, UsageError
from tieout.review import decision_file, queue
from tieout.review.screen import print_queue
from tieout.review.session import Asker, Session, Terminal
from tieout.settings import Home

__all__ = ["Request", "run"]

# How long a decision holds unless its steward says otherwise: companies are sold and renamed.
HOLDS = timedelta(days=365)


@dataclass(frozen=True)
class Request:
    """What a steward asks for.

    Attributes:
        definitions: definitions directory, read for what is decided and written to.
        identifier: only pairs of this record (account, customer, order, deal); blank: all.
        only_list: show the queue and decide nothing.
        limit: only so many pairs.
        owner: who answers for the decisions; blank: asked.
        reason: why, for all of them; blank: asked each time.
        expires_on: first day on which they no longer hold; None: a year after they are made.
    """

    definitions: Path
    identifier: str = ""
    only_list: bool = False
    limit: int | None = None
    owner: str = ""
    reason: str = ""
    expires_on: date | None = None


def run(home: Home, console: Console, request: Request, asker: Asker | None = None) -> Path | None:
    """Show or walk through the queue of the current publication.

    Args:
        home: where the publication is.
        console: where the queue is shown.
        request: what is asked for.
        asker: where answers come from; None: the terminal, or standard input.

    Returns:
        The decision file that was written, if anything was decided.

    Raises:
        InputError: nothing is published, nothing waits for `identifier`, or a decision file is
            not valid.
        TieoutError: the file cannot be written.
    """
    filed = decisions.load(_existing(request.definitions))
    shown = publication.find(home, None)
    # A run knows what was decided by its business date, and that is the data's, not the clock's.
    business_date = datetime.fromisoformat(shown.manifest["as_of"]).date()
    decided_on = min(business_date, datetime.now(UTC).date())
    expires_on = request.expires_on or decided_on + HOLDS
    if expires_on <= decided_on:
        raise UsageError(
            f"Decisions are dated {decided_on}, so they cannot expire on {expires_on}.",
            do="Give a later --expires, or never.",
        )
    every, units = queue.read(shown)
    waiting = queue.undecided(every, filed, decided_on)
    if decided := len(every) - len(waiting):
        console.print(f"{_count(decided, 'pair')} decided already, which the next run applies.")
    if request.identifier:
        waiting = _about(waiting, request.identifier)
    if not waiting:
        console.print("Nothing waits for a decision.")
        return None
    waiting = waiting[: request.limit]
    if request.only_list:
        print_queue(console, waiting, units)
        return None
    console.print(
        f"{_count(len(waiting), 'pair')} waiting in {shown.publication_id}. Decisions are dated "
        f"{decided_on}, its business date, and hold until {_until(expires_on)}.",
        highlight=False,
        soft_wrap=True,
    )
    session = Session(
        console, asker or Terminal(), units, decided_on, expires_on, request.owner, request.reason
    )
    made = session.walk(waiting)
    if not made:
        console.print("Nothing was decided, and nothing was written.")
        return None
    # Loaded again: somebody else may have decided meanwhile.
    taken = (one.decision.id for one in decisions.load(request.definitions))
    text = decision_file.compose(made, shown.publication_id, taken)
    written = decision_file.write(text, request.definitions, decided_on)
    console.print(
        f"{_count(len(made), 'decision')} in {written}. Have the file reviewed; the next run "
        "applies it.",
        highlight=False,
        soft_wrap=True,
    )
    return written


def _existing(definitions: Path) -> Path:
    if not definitions.is_dir():
        raise InputError(
            "The definitions directory does not exist.",
            where=str(definitions),
            do="Point --definitions at the directory that runs use, such as definitions/.",
        )
    return definitions


def _about(waiting: list[queue.Pair], identifier: str) -> list[queue.Pair]:
    found = queue.about(waiting, identifier)
    if not found:
        raise InputError(
            f"Nothing about `{identifier}` waits for a decision.",
            do=f"`tieout review --list` shows what waits; `tieout explain {identifier}` shows what "
            "is known of the record.",
        )
    return found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{' is' if number == 1 else 's are'}"


def _until(expires_on: date) -> str:
    return "further notice" if expires_on == decisions.FOREVER else str(expires_on)
