"""Two runs at once would corrupt the warehouse: the second says who is there and stops."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tieout.errors import TieoutError
from tieout.locks import is_locked, writer_lock
from tieout.settings import Home

HOLD = """
import sys, time
from tieout.locks import writer_lock
from tieout.settings import Home
with writer_lock(Home.resolve(sys.argv[1]), "a long night"):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def other_holder(home: Home) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_second_run_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    with other_holder(home) as process:
        assert is_locked(home)
        with pytest.raises(TieoutError) as caught, writer_lock(home, "another"):
            pass
        assert str(process.pid) in str(caught.value)
        assert "a long night" in str(caught.value)
        assert caught.value.exit_code == 1


def test_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    with other_holder(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with writer_lock(home, "the next night"):
            pass
    assert not is_locked(home)


def test_steps_of_one_process_share_the_lock(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    with writer_lock(home, "night"):
        with writer_lock(home, "build"):
            pass
        assert "night" in home.lock_file.read_text()
    with writer_lock(home, "again"):
        pass


def test_waiting_for_the_lock_ends(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    with other_holder(home):
        began = time.monotonic()
        with pytest.raises(TieoutError), writer_lock(home, "patient", wait_seconds=0.5):
            pass
        assert 0.4 < time.monotonic() - began < 10
