"""Wall time, processor time and peak memory of a block of code."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def alone(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Call a function in a fresh process, so that neither memory nor imports are shared.

    What it prints goes to standard error: standard output is for the caller's result.
    """
    spawned = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned, initializer=_print_to_stderr) as pool:
        return pool.submit(function, *arguments, **named).result()


def _print_to_stderr() -> None:
    os.dup2(2, 1)


@dataclass
class Usage:
    """What a phase took.

    Attributes:
        wall: seconds on the clock.
        cpu: processor seconds, user and system, child processes included.
        peak_mb: greatest resident memory of this process during the phase, in MB (10^6 bytes).
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure a block; the yielded Usage is filled when the block ends."""
    usage = Usage()
    _forget_peak()
    cpu, wall = _cpu(), time.perf_counter()
    try:
        yield usage
    finally:
        usage.wall = time.perf_counter() - wall
        usage.cpu = _cpu() - cpu
        usage.peak_mb = _peak_mb()


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _forget_peak() -> None:
    """Reset the kernel's high-water mark; elsewhere than on Linux the peak is the process's."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
