"""The `tieout` command in a process of its own that need not import its libraries first.

A process imports them once and then forks one child per command: dbt, dlt and Great Expectations
take longer to import than a command of a test takes to run. Nothing is opened or started before the
fork. Commands of a wholly fresh process are in `tests/tieout/test_run.py`, `test_alerts.py` and the
DAG's tests.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

MODULES = (
    "dbt.adapters.duckdb",
    "dbt.adapters.factory",
    "dbt.cli.main",
    "dbt.task.build",
    "dlt",
    "dlt.destinations.impl.duckdb.duck",
    "duckdb",
    "expectations.gate",
    "ingestion",
    "ingestion.fetch",
    "ingestion.landing",
    "tieout.cli",
    "tieout.report",
    "tieout.run",
)


class Prepared:
    """A process that has imported what commands need; one command at a time."""

    def __init__(self, directory: Path) -> None:
        self.free = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.prepared"],
            cwd=directory,
            env={name: one for name, one in os.environ.items() if not name.startswith("TIEOUT_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.end)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._to.close()
        self.process.wait()

    @property
    def _to(self) -> Any:
        return self.process.stdin

    def _answer(self) -> int:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the process that commands are forked from has ended")
        return int(line)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Like `subprocess.run` of `python -m tieout.cli` with these arguments.

        Raises:
            TimeoutExpired: it took longer; it has been killed.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            files = [f"/proc/{os.getpid()}/fd/{one.fileno()}" for one in (out, err)]
            request = {"arguments": arguments, "environment": dict(environment), "files": files}
            self._to.write(json.dumps(request) + "\n")
            self._to.flush()
            late = threading.Timer(timeout, os.kill, (self._answer(), signal.SIGKILL))
            late.start()
            code = self._answer()
            is_late = not late.is_alive()
            late.cancel()
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode().replace("\r\n", "\n"))
        if is_late and code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired(list(arguments), timeout, *texts)
        return subprocess.CompletedProcess(list(arguments), code, *texts)


def serve() -> None:
    """Import, then fork a child for each request on standard input and tell how it ended."""
    import importlib

    before = dict(os.environ)
    for name in MODULES:
        importlib.import_module(name)
    added = {name: one for name, one in os.environ.items() if before.get(name) != one}
    logging.getLogger().handlers.clear()  # libraries add one that a command would not have yet
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _command(request, added)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _command(request: dict[str, Any], added: Mapping[str, str]) -> NoReturn:
    """Be the command, as if started for it."""
    code = 1
    try:
        for number, file in enumerate(request["files"], start=1):
            descriptor = os.open(file, os.O_WRONLY)
            os.dup2(descriptor, number)
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.environ.clear()
        os.environ.update({**added, **request["environment"]})
        sys.argv = ["tieout", *request["arguments"]]
        from tieout.cli import main

        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            import traceback

            traceback.print_exc()
        atexit._run_exitfuncs()
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
