"""What a person sees while a run works: a moving line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator

from rich.console import Console
from rich.status import Status

log = logging.getLogger(__name__)


# A plain log gets a line for a tenth that is done, but not more often than this.
QUIET_SECONDS = 5


class Progress:
    """Reports steps; silent unless given a console, so that library calls print nothing."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console
        self._status: Status | None = None
        self._title = ""
        self._tenth = 0
        self._total = 0
        self._said = 0.0

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show `title` while the block runs, then how long it took or that it failed."""
        began = time.monotonic()
        self._title, self._tenth, self._said = title, 0, began
        log.info("%s: begins", title)
        if self._console is not None and self._console.is_terminal:
            self._status = self._console.status(f"{title} ...")
            self._status.start()
        try:
            yield
        except BaseException:
            self._end(title, "[red]failed[/red]", began)
            raise
        self._end(title, "[green]done[/green]", began)

    def update(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say where the step is; a plain log gets a line now and then.

        Args:
            text: what is being done.
            done: how many parts are done.
            total: how many parts there are; 0 when nobody knows.
        """
        log.debug("%s: %s", self._title, text)
        if self._status is not None:
            counted = f"{done}/{total} " if total else ""
            self._status.update(f"{self._title}: {counted}{text}")
        elif self._console is not None and total:
            tenth = 10 * done // total
            if total != self._total:
                self._total, self._tenth = total, 0
            if self._tenth < tenth < 10 and time.monotonic() - self._said > QUIET_SECONDS:
                self._said = time.monotonic()
                self._console.print(
                    f"  {self._title}: {tenth}0% of {total}", highlight=False, markup=False
                )
            self._tenth = max(tenth, self._tenth)

    def note(self, text: str) -> None:
        """A line that stays."""
        log.info("%s", text)
        if self._console is not None:
            self._console.print(f"  {text}", highlight=False, markup=False, soft_wrap=True)

    def _end(self, title: str, outcome: str, began: float) -> None:
        seconds = time.monotonic() - began
        log.info("%s: ends after %.1f s", title, seconds)
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._console is not None:
            self._console.print(f"{title}: {outcome} in {seconds:.1f} s", highlight=False)


SILENT = Progress()
