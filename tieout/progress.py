"""What a person sees while a run works: a moving line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator

from rich.console import Console
from rich.status import Status

log = logging.getLogger(__name__)


class Progress:
    """Reports steps; silent unless given a console, so that library calls print nothing."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console
        self._status: Status | None = None
        self._title = ""
        self._began = 0.0
        self._last_plain = 0.0

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show `title` while the block runs, then how long it took or that it failed."""
        began = time.monotonic()
        self._title, self._began, self._last_plain = title, began, began
        log.info("%s: begins", title)
        if self._console is not None and self._console.is_terminal:
            self._status = self._console.status(f"{title} ...")
            self._status.start()
        try:
            yield
        except BaseException:
            self._end("[red]failed[/red]", began)
            raise
        self._end("[green]done[/green]", began)

    def update(self, text: str) -> None:
        """Say where the step is; in a plain log at most every five seconds."""
        log.debug("%s: %s", self._title, text)
        if self._status is not None:
            self._status.update(f"{self._title}: {text}")
            return
        now = time.monotonic()
        if self._console is not None and now - self._last_plain > 5:
            self._last_plain = now
            self._console.print(f"  {self._title}: {text}", highlight=False, markup=False)

    def note(self, text: str) -> None:
        """A line that stays."""
        log.info("%s", text)
        if self._console is not None:
            self._console.print(f"  {text}", highlight=False)

    def _end(self, outcome: str, began: float) -> None:
        seconds = time.monotonic() - began
        log.info("%s: ends after %.1f s", self._title, seconds)
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._console is not None:
            self._console.print(f"{self._title}: {outcome} in {seconds:.1f} s", highlight=False)


SILENT = Progress()
