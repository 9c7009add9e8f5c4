"""One log file per command under HOME/logs; the terminal stays for what a person needs."""

from __future__ import annotations

import logging
import os
import warnings
from datetime import UTC, datetime
from pathlib import Path

from tieout.redact import redact
from tieout.settings import Home

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Formatter(logging.Formatter):
    """Writes no secret, whoever logs it: a traceback of a library, say."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _File(logging.FileHandler):
    """A log that cannot be written (a full disk, a home that is only read) fails no command."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)


def start(home: Home, command: str, *, debug: bool = False) -> Path:
    """Send every log record of this process to a new file in the home's logs; returns the file."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    file = home.logs / f"{stamp}-{command}-{os.getpid()}.log"
    handler = _File(file, encoding="utf-8", delay=True)
    handler.setFormatter(_Formatter(FORMAT))
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old, logging.FileHandler | logging.StreamHandler):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.raiseExceptions = False  # nor buries it the command's own error
    logging.captureWarnings(True)
    if not debug:
        warnings.filterwarnings("ignore", category=DeprecationWarning)
    return file


def file() -> Path | None:
    """The log file of this process; None before there is one."""
    handlers = logging.getLogger().handlers
    found = (Path(one.baseFilename) for one in handlers if isinstance(one, logging.FileHandler))
    return next(found, None)
