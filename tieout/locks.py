"""One writer at a time: a lock file in the home that dies with its holder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tieout.errors import TieoutError
from tieout.settings import Home

log = logging.getLogger(__name__)

_held: dict[str, int] = {}


@contextlib.contextmanager
def writer_lock(home: Home, purpose: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the home's writer lock; steps called within one process share it.

    The operating system frees the lock when the holder ends, however it ends, so that a lock left
    by a killed run needs no cleaning. Readers of publications never take it.

    Args:
        home: the home to lock.
        purpose: what the holder does, shown to whoever is refused.
        wait_seconds: how long to wait for another holder before giving up.

    Raises:
        TieoutError: another process holds the lock; the message says which.
    """
    key = str(home.lock_file)
    if key in _held:
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, home, wait_seconds)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "doing": purpose,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def turn(file: Path) -> Iterator[None]:
    """Wait for one's turn to read, change and write a small file that several processes keep.

    Not the writer lock, which a night holds for hours. Where there is no room for the file that is
    waited at, nobody waits: what cannot be kept must be told all the same.
    """
    try:
        lock = file.with_name(f".{file.name}.lock").open("a")
    except OSError as error:
        log.warning("nobody waits for their turn at %s: %s", file, error)
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _acquire(descriptor: int, home: Home, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                break
            time.sleep(0.2)
    raise TieoutError(
        f"Another run is under way: {holder(home)}.",
        where=str(home.lock_file),
        do="Wait until it ends (readers need not), or use another TIEOUT_HOME.",
    )


def holder(home: Home) -> str:
    """Who holds the lock, as one phrase; for messages only."""
    try:
        who = _who(home)
        return f"process {who['pid']} on {who['host']}, doing {who['doing']} since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "a process that has not said who it is"


def _who(home: Home) -> dict[str, Any]:
    who: dict[str, Any] = json.loads(home.lock_file.read_text())
    return who


def is_held_since(home: Home, pid: int | None, moment: str) -> bool:
    """Whether the process `pid` holds the lock now, and did so at `moment` (ISO 8601, UTC)."""
    if not is_locked(home):
        return False
    try:
        who = _who(home)
        began = datetime.fromisoformat(who["since"])
    except (OSError, ValueError, KeyError):
        return False
    return who.get("pid") == pid and began <= datetime.fromisoformat(moment)


def is_locked(home: Home) -> bool:
    """Whether another process writes to the home right now; never blocks it."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
