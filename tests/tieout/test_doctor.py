"""What `tieout doctor` sees, and that it says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

from tieout import doctor
from tieout.settings import DEFINITIONS, Home

Command = Callable[..., subprocess.CompletedProcess[str]]


def by_name(
    home: Path, definitions: Path = DEFINITIONS, exports: Path | None = None
) -> dict[str, doctor.Check]:
    return {one.name: one for one in doctor.examine(Home.resolve(home), definitions, exports)}


def test_a_sound_home(tieout: Command, tmp_path: Path, worked_example_exports: Path) -> None:
    done = tieout("doctor", "--exports", worked_example_exports, home=tmp_path)
    assert "wrong" not in done.stdout
    assert "2 sets" in done.stdout
    assert "nothing to land" not in done.stdout
    assert "without campaign" in done.stdout
    assert "No channel is configured" in done.stdout


def test_what_is_wrong_ends_with_2_and_is_named(tieout: Command, tmp_path: Path) -> None:
    definitions = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    (definitions / "standard.yml").write_text("definition: {id: standard}\n")
    exports = tmp_path / "exports"
    (exports / "slaesforce").mkdir(parents=True)
    done = tieout(
        "doctor", "--definitions", definitions, "--exports", exports,
        home=tmp_path / "home", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "definitions, exports" in done.stderr
    seen = by_name(tmp_path / "home", definitions, exports)
    assert "Did you mean salesforce?" in seen["exports"].found
    assert seen["definitions"].do


def test_nothing_to_land_is_said(tmp_path: Path) -> None:
    check = by_name(tmp_path)["sources"]
    assert check.verdict == "warning"
    assert "TIEOUT_EXPORTS" in check.do


def test_a_disk_that_is_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_name(tmp_path)["disk"].verdict == "ok"
    monkeypatch.setattr(doctor, "DISK_LEAST", 10**18)
    check = by_name(tmp_path)["disk"]
    assert (check.verdict, "TIEOUT_HOME" in check.do) == ("wrong", True)


def test_a_warehouse_that_is_no_database_or_is_held(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    assert by_name(tmp_path)["warehouse"].found.startswith("None yet")
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("create table t (i integer)")
    assert by_name(tmp_path)["warehouse"].found == "Opens; 1 tables."
    writer = (
        "import sys, pathlib; from tieout.locks import writer_lock; from tieout.settings import "
        "Home\nwith writer_lock(Home.resolve(sys.argv[1]), 'a long night'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        held = by_name(tmp_path)["warehouse"]
        holder.communicate("")
    assert held.verdict == "warning"
    assert "a long night" in held.found
    home.warehouse.write_text("no database")
    assert by_name(tmp_path)["warehouse"].verdict == "wrong"


@pytest.mark.parametrize(("status", "verdict"), [(400, "ok"), (403, "wrong"), (404, "wrong")])
def test_a_webhook_is_known_or_not(
    status: int, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack refuses an empty message with 400, an unknown webhook with 403 or 404."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/services/SeCrEt"
        monkeypatch.setenv("ALERTS__SLACK_WEBHOOK", url)
        check = by_name(tmp_path)["alerts in slack"]
        server.shutdown()
    assert check.verdict == verdict
    assert "SeCrEt" not in check.found + check.do
    assert bodies == [b"{}"]


def test_a_monitor_is_reached_and_not_told_that_a_night_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/ping/SeCrEt"
        monkeypatch.setenv("ALERTS__CHECK_IN_URL", url)
        assert by_name(tmp_path)["check-in"].verdict == "ok"
        server.shutdown()
    assert asked == ["/"]
    monkeypatch.setenv("ALERTS__CHECK_IN_URL", "http://127.0.0.1:1/ping/SeCrEt")
    check = by_name(tmp_path)["check-in"]
    assert check.verdict == "wrong"
    assert "SeCrEt" not in check.found + check.do


def test_a_mail_server_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTS__SMTP_URL", "smtp://me:SeCrEt@127.0.0.1:1")
    monkeypatch.setenv("ALERTS__MAIL_FROM", "a@example.com")
    monkeypatch.setenv("ALERTS__MAIL_TO", "b@example.com")
    check = by_name(tmp_path)["alerts in mail"]
    assert check.verdict == "wrong"
    assert "127.0.0.1" in check.found
    assert "SeCrEt" not in check.found + check.do
