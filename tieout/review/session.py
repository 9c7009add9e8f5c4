"""Walking through the queue: one key per pair, an owner and a reason per decision."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

import click
from rich.console import Console

from tieout.review.decision_file import Made, plain
from tieout.review.queue import Pair
from tieout.review.screen import print_pair

KEYS = {
    "c": "confirm: one company, or the order is for the deal",
    "r": "reject: two companies, or the order is not for the deal",
    "s": "skip this pair",
    "n": "next record: skip its other candidates too",
    "u": "undo the last decision",
    "q": "quit and write what is decided",
}


class Stop(Exception):
    """The person, or the input, has ended the walk."""


class Asker(Protocol):
    """Where answers come from. Each method raises Stop when there are no more."""

    def key(self) -> str: ...

    def text(self, label: str, default: str) -> str: ...


class Terminal:
    """Single keys on a terminal; whole lines where input comes from a file or a pipe."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdin.isatty()

    def key(self) -> str:
        """One of `KEYS`; asks again until it is."""
        words = (re.match(r"\w+", meaning) for meaning in KEYS.values())
        prompt = "  ".join(f"[{word[0][0]}]{word[0][1:]}" for word in words if word)
        while True:
            click.echo(f"{prompt}  [?] > ", nl=False)
            given = self._read().strip().lower()
            click.echo(given if given.isprintable() else "")
            if given in KEYS:
                return given
            for key, meaning in KEYS.items():
                click.echo(f"  {key}  {meaning}")

    def _read(self) -> str:
        try:
            if self._is_terminal:
                return click.getchar()
            line = sys.stdin.readline()
        except (EOFError, KeyboardInterrupt) as error:
            raise Stop from error
        if not line:
            raise Stop
        return line

    def text(self, label: str, default: str) -> str:
        """A line of text that is not blank; just Enter takes the default."""
        while True:
            click.echo(f"{label}{f' [{default}]' if default else ''}: ", nl=False)
            try:
                line = sys.stdin.readline()
            except KeyboardInterrupt as error:
                raise Stop from error
            if not line:
                raise Stop
            given = plain(line) or default
            if not self._is_terminal:
                click.echo(given)
            if given:
                return given
            click.echo(f"{label} may not be blank; a reviewer will read it.")


class Session:
    """One walk through a queue.

    Args:
        console: where pairs are shown.
        asker: where answers come from.
        units: decimals per currency.
        decided_on: day that decisions are dated.
        expires_on: day on which they expire.
        owner: who decides; asked with the first decision when blank.
        reason: why, for every decision; asked each time when blank.
    """

    def __init__(
        self,
        console: Console,
        asker: Asker,
        units: Mapping[str, int],
        decided_on: date,
        expires_on: date,
        owner: str = "",
        reason: str = "",
    ) -> None:
        self._console, self._asker, self._units = console, asker, units
        self._decided_on, self._expires_on = decided_on, expires_on
        self._owner, self._reason = owner, reason
        self._last_reason = ""
        self.made: list[Made] = []

    def walk(self, pairs: Sequence[Pair]) -> list[Made]:
        """What was decided, until the queue or the input ended, in the order of the queue."""
        at = 0
        try:
            while at < len(pairs):
                at = self._step(pairs, at)
        except Stop:
            self._console.print()
        return self.made

    def _step(self, pairs: Sequence[Pair], at: int) -> int:
        """Show a pair and do what the key says; the place to go on at."""
        pair = pairs[at]
        shown = sum(other.left.record == pair.left.record for other in pairs if other.candidates)
        more = pair.candidates - shown
        print_pair(self._console, pair, f"{at + 1} of {len(pairs)}", self._units, more)
        match self._asker.key():
            case "c":
                self._decide(pair, "confirm")
            case "r":
                self._decide(pair, "reject")
            case "n":
                return next(
                    (
                        later
                        for later in range(at + 1, len(pairs))
                        if pairs[later].left.record != pair.left.record
                    ),
                    len(pairs),
                )
            case "u":
                return self._undo(pairs, at)
            case "q":
                raise Stop
        return at + 1

    def _decide(self, pair: Pair, action: Literal["confirm", "reject"]) -> None:
        if not self._owner:
            self._owner = self._asker.text("Owner (who answers for it)", "")
        reason = self._reason or self._asker.text("Reason", self._last_reason)
        self._last_reason = reason
        made = Made(pair, action, self._owner, reason, self._decided_on, self._expires_on)
        self.made.append(made)

    def _undo(self, pairs: Sequence[Pair], at: int) -> int:
        if not self.made:
            click.echo("Nothing has been decided yet.")
            return at
        return pairs.index(self.made.pop().pair)
