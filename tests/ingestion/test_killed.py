"""A landing that is killed at any moment shows nothing, and the next one succeeds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from ingestion import land
from tieout.settings import Home

LAND = (
    "import sys, pathlib; from ingestion import land; from tieout.settings import Home;"
    "print('go', flush=True); land(pathlib.Path(sys.argv[1]), Home.resolve(sys.argv[2]))"
)


def test_killed_at_any_moment(exports: Path, empty_home: Home, repository: Path) -> None:
    (exports / "salesforce").mkdir(parents=True)
    for name, extra in (
        ("opportunity", ", 'Won' as stage_name, '2026-01-31' as close_date"),
        ("account", ", 'Acme' as name"),
    ):
        duckdb.sql(
            f"copy (select '006q0000' || lpad(i::varchar, 7, '0') || 'AAA' as id{extra}"
            f" from range(200000) t(i)) to '{exports}/salesforce/{name}.csv' (header)"
        )
    moment = 0.0
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", LAND, str(exports), str(empty_home.path)],
            cwd=repository,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moment)
        ended = process.poll()
        if ended is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with duckdb.connect(str(empty_home.warehouse)) as connection:
            audits = "select count(*) from raw_operations.load_audit"
            try:
                visible = connection.execute(audits).fetchall()[0][0]
            except duckdb.CatalogException:
                visible = 0
        assert visible in (0, 2)
        if visible:
            break
        moment = moment * 1.4 + 0.4  # on a busy machine it takes no more of them
    (account, opportunity) = land(exports, empty_home)
    assert account.unchanged_files
    with duckdb.connect(str(empty_home.warehouse), read_only=True) as connection:
        for result in (account, opportunity):
            assert result.rows_landed == 200_000
            table = f"raw_salesforce.{result.object}"
            assert connection.execute(f"select count(*) from {table}").fetchall() == [(200_000,)]
