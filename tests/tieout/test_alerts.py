"""Who is told what: real nights, real HTTP and SMTP on loopback."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import logging
import os
import re
import shutil
import signal
import socketserver
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from expectations.results import Finding, GateResult
from tieout import alerts, logs, run
from tieout.alerts import causes, channels
from tieout.alerts.causes import Cause
from tieout.alerts.channels import Mail, Slack, configured
from tieout.errors import GateRefused, InputError, TieoutError
from tieout.settings import Home

SECRET = "sEcReT"
CAUSE = Cause("failed", "The night failed", "It <broke> & fell", "none", "mend it", "its log", "1")


@dataclass
class Inbox:
    """What has arrived on a receiver, and with which status it answers."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    status: int = 200
    url: str = ""
    next_statuses: list[int] = field(default_factory=list)
    held: threading.Event | None = None  # until when a post is not answered
    arrived: threading.Event = field(default_factory=threading.Event)
    unknown: str = ""
    commands: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # paths of check-ins
    is_rude: bool = False  # refuses the goodbye
    breaks_off: bool = False  # takes a message and hangs up

    @property
    def titles(self) -> list[str]:
        return [post["text"] for post in self.posts]


@pytest.fixture
def chat() -> Iterator[Inbox]:
    """A webhook that answers as Slack does."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = inbox.next_statuses.pop(0) if inbox.next_statuses else inbox.status
            if status == 200:
                inbox.posts.append(json.loads(body))
            inbox.arrived.set()
            if inbox.held:
                inbox.held.wait(60)
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            with contextlib.suppress(OSError):  # the other side may have gone
                self.wfile.write(b"ok" if status == 200 else b"invalid_token")

        def do_GET(self) -> None:
            inbox.asked.append(self.path)
            self.send_response(inbox.next_statuses.pop(0) if inbox.next_statuses else inbox.status)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox.url = f"http://127.0.0.1:{server.server_address[1]}/services/T0/B0/{SECRET}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield inbox
        server.shutdown()


@pytest.fixture
def post() -> Iterator[Inbox]:
    """A mail server that knows as much of RFC 5321 as one message needs."""
    inbox = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.answer("220 loopback")
            while line := self.rfile.readline():
                command = line[:4].upper()
                if command == b"DATA":
                    self.answer("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    content = b"".join(one.removeprefix(b".") for one in lines)
                    message = message_from_bytes(content, policy=default)
                    assert isinstance(message, EmailMessage)
                    inbox.mails.append(message)
                    if inbox.breaks_off:
                        return
                inbox.commands.append(line.decode().strip())
                unknown = bool(inbox.unknown) and inbox.unknown in inbox.commands[-1]
                if command == b"RCPT" and (unknown or inbox.status != 200):
                    self.answer("550 no such user")
                    continue
                bye = "554 not yet" if inbox.is_rude else "221 bye"
                self.answer(bye if command == b"QUIT" else "250 ok")

        def answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        inbox.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield inbox
        server.shutdown()


# ------------------------------------------------------------------------------------- channels


def test_slack_gets_one_message_with_what_happened_money_and_what_to_do(chat: Inbox) -> None:
    Slack(chat.url).send(CAUSE.message)
    (message,) = chat.posts
    assert message["text"] == "tieout: The night failed"
    texts = [block["text"]["text"] for block in message["blocks"]]
    assert texts == [
        "tieout: The night failed",
        "It &lt;broke&gt; &amp; fell",
        "*Money:* none",
        "*Do:* mend it",
        "*More:* its log",
    ]


def test_slack_never_gets_a_block_that_it_would_refuse(chat: Inbox) -> None:
    Slack(chat.url).send(Cause("x", "t", "a" * 9000, "m", "d", "l", "f").message)
    assert all(len(block["text"]["text"]) <= 3000 for block in chat.posts[0]["blocks"])


def test_mail_says_the_same(post: Inbox) -> None:
    Mail(post.url, "tieout@example.com", ("a@example.com", "b@example.com")).send(CAUSE.message)
    (message,) = post.mails
    assert message["Subject"] == "tieout: The night failed"
    assert message["To"] == "a@example.com, b@example.com"
    body = message.get_content().replace("\r\n", "\n")
    assert body == "It <broke> & fell\n\nMoney: none\n\nDo: mend it\n\nMore: its log\n"


def test_refusals_name_the_channel_and_no_secret(chat: Inbox, post: Inbox) -> None:
    chat.status = post.status = 403
    mail = Mail(post.url.replace("//", f"//me:{SECRET}@"), "a@example.com", ("b@example.com",))
    for channel, said in ((Slack(chat.url), "status 403"), (mail, "mail server")):
        with pytest.raises(channel.errors) as caught:
            channel.send(CAUSE.message)
        refusal = str(channel.refusal(caught.value))
        assert said in refusal
        assert SECRET not in refusal


def test_debug_records_of_the_libraries_name_no_secret(
    tmp_path: Path, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 logs the path of what it asks for."""
    monkeypatch.setenv("ALERTS__SLACK_WEBHOOK", chat.url)
    with monkeypatch.context() as quiet:
        quiet.setattr(logging.root, "handlers", [])
        quiet.setattr(logging.root, "level", logging.DEBUG)
        file = logs.start(Home.resolve(tmp_path), "test", debug=True)
        (channel,) = configured()
        channel.send(CAUSE.message)
        for handler in logging.root.handlers:
            handler.close()
    written = file.read_text()
    assert '"POST [secret]' in written
    assert SECRET not in written


def test_no_other_log_gets_the_webhook_either(
    chat: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Airflow keeps its own log of the task that tells people, and urllib3 says what it repeats."""
    monkeypatch.setenv("ALERTS__SLACK_WEBHOOK", chat.url)
    chat.next_statuses = [503]
    caplog.set_level(logging.DEBUG)
    (channel,) = configured()
    channel.send(CAUSE.message)
    assert "Retry: [secret]" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"SLACK_WEBHOOK": "http://hooks.slack.com/services/x"}, "https"),
        ({"SMTP_URL": "mail.example.com"}, "no smtp://"),
        ({"SMTP_URL": f"smtps://me:{SECRET}/word@mail.example.com"}, "no address"),
        ({"SMTP_URL": "smtps://mail.example.com", "MAIL_TO": "a@example.com"}, "who writes"),
    ],
)
def test_half_a_configuration_is_refused(
    settings: dict[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"ALERTS__{name}", value)
    with pytest.raises(InputError, match=complaint) as refused:
        configured()
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_nothing_configured_is_fine(tmp_path: Path) -> None:
    assert configured() == []
    assert alerts.tell(Home.resolve(tmp_path)) == []
    assert not (tmp_path / "logs" / alerts.TOLD).exists()


# --------------------------------------------------------------------------------- once per cause


def fail(home: Home, what: str = "No room.", run_id: str = "run 1", step: str = "land") -> None:
    error = TieoutError(what, where="/x", do="Make room.")
    run.record_failure(home, run_id, f"task {step}", error, "https://airflow.example.com/log")


def told(home: Home, *channels: Slack | Mail) -> list[str]:
    return [one.title for one in alerts.tell(home, channels=channels)]


def test_a_cause_is_told_once_and_again_when_it_is_another(tmp_path: Path, chat: Inbox) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    fail(home)
    assert told(home, slack) == ["The night failed"]
    assert told(home, slack) == []
    fail(home, step="another")  # two tasks that fail alike are one cause
    assert told(home, slack) == []
    fail(home, "No light.")
    assert told(home, slack) == ["The night failed"]
    run.record_publication(home, "run 1")
    assert told(home, slack) == []
    fail(home, run_id="run 2")  # the same again, a night later
    assert told(home, slack) == ["The night failed"]
    texts = [block["text"]["text"] for block in chat.posts[-1]["blocks"]]
    assert texts[1:] == [
        "Task land failed: No room.\n/x",
        "*Money:* Nothing has been published yet.",
        "*Do:* Make room.",
        "*More:* https://airflow.example.com/log",
    ]
    assert len(chat.posts) == 3


def test_what_a_channel_missed_it_gets_with_the_next(
    tmp_path: Path, chat: Inbox, post: Inbox
) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    mail = Mail(post.url, "a@example.com", ("b@example.com",))
    fail(home)
    chat.status = 500
    with pytest.raises(TieoutError, match="Slack"):
        told(home, slack, mail)
    assert (len(chat.posts), len(post.mails)) == (0, 1)
    assert "Slack did not take the message: status 500" in str(alerts.not_told(home))
    chat.status = 200
    told(home, slack, mail)
    assert (len(chat.posts), len(post.mails)) == (1, 1)
    assert alerts.not_told(home) is None


def test_two_who_tell_at_once_tell_it_once(tmp_path: Path, chat: Inbox) -> None:
    """Two tasks that fail one after the other: the second fails while the first is being told."""
    home = Home.resolve(tmp_path)
    fail(home)
    second = threading.Thread(target=lambda: told(home, Slack(chat.url)))

    class Slow(Slack):
        def send(self, message: alerts.Message) -> None:
            second.start()
            second.join(timeout=0.5)  # it waits for its turn
            super().send(message)

    told(home, Slow(chat.url))
    second.join()
    assert len(chat.posts) == 1


def test_what_one_channel_got_it_gets_once_whatever_happens_in_another(
    tmp_path: Path, chat: Inbox
) -> None:
    class Broken(Slack):
        def send(self, message: alerts.Message) -> None:
            raise RuntimeError("a fault of the program")

    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    fail(home)
    with pytest.raises(RuntimeError):
        told(home, slack, Broken(chat.url, "another"))
    assert told(home, slack) == []
    assert len(chat.posts) == 1


def test_a_channel_that_cannot_even_ask_keeps_nobody_else_from_hearing(
    tmp_path: Path, chat: Inbox, post: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, name = Home.resolve(tmp_path), str(tmp_path / "no.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", name)
    asking = Slack(chat.url.replace("http://", "https://"))
    wrong = Mail(post.url, "a\n@example.com", ("b@example.com",), "wrong")
    mail = Mail(post.url, "a@example.com", ("b@example.com",))
    fail(home)
    with pytest.raises(TieoutError, match=re.escape(name)):
        told(home, asking, wrong, mail)
    assert "The mail server did not take the message" in str(alerts.not_told(home))
    assert len(post.mails) == 1


def test_a_late_failure_stays_told_while_another_night_fails(tmp_path: Path, chat: Inbox) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    published(home, grown(9))
    assert told(home, slack) == ["Exceptions grew"]
    fail(home)
    assert told(home, slack) == ["The night failed"]
    run.record_publication(home, "run 2")
    assert told(home, slack) == []


def test_a_refusal_is_told_as_the_refusal_and_not_as_a_failed_step(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    run.record_failure(home, "run 1", "task publish", GateRefused("The gate refused."), "")
    assert alerts.find(home) == []
    assert (run.last_run(home) or {})["outcome"] == "refused"


def test_a_night_that_finds_nothing_to_land_is_told(tmp_path: Path, chat: Inbox) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    with pytest.raises(InputError, match="no API is configured"):
        run.nightly(home, None)
    assert told(home, slack) == ["The night failed"]
    assert "no API is configured" in str(chat.posts[0])


def body(message: dict[str, Any]) -> list[str]:
    """What a chat shows of a message, below its title."""
    return [block["text"]["text"] for block in message["blocks"]][1:]


DIE = """
import os, signal, sys
from pathlib import Path
from tieout import run
from tieout.settings import Home
run.plan = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
run.nightly(Home.resolve(sys.argv[1]), Path("exports"))
"""


def killed_night(home: Home) -> None:
    done = subprocess.run([sys.executable, "-c", DIE, str(home.path)], stderr=subprocess.DEVNULL)
    assert done.returncode == -signal.SIGKILL


def test_a_night_that_the_system_killed_is_told_by_the_next_start_of_anything(
    tmp_path: Path, chat: Inbox, tieout: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    home, environment = Home.resolve(tmp_path), {"ALERTS__SLACK_WEBHOOK": chat.url}
    killed_night(home)
    done = tieout("status", "--check", home=home.path, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("failed: The last run failed: The run that began ")
    done = tieout("build", home=home.path, check=False, environment=environment)
    assert "told: The night failed" in done.stdout
    (message,) = chat.posts
    happened, money, do, _ = body(message)
    assert re.match(
        r"The nightly run failed: The run that began 20\d\d-\d\d-\d\d \d\d:\d\d UTC was ended from "
        "outside, and left no error",
        happened,
    )
    assert money == "*Money:* Nothing has been published yet."
    assert "nothing was half published" in do
    tieout("gate", home=home.path, check=False, environment=environment)
    assert len(chat.posts) == 1


def test_a_night_under_way_is_no_killed_one(tmp_path: Path) -> None:
    home, seen = Home.resolve(tmp_path), []

    def look(*_: Any) -> None:
        seen.append((run.was_killed(home), (run.last_run(home) or {})["outcome"]))
        raise InputError("that is all")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(InputError):
        patch.setattr(run, "plan", look)
        run.nightly(home, None)
    assert seen == [(False, "running")]


def test_a_disk_too_full_to_say_so_keeps_nobody_from_hearing(
    tmp_path: Path, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither how the night ended can be kept, nor what was told, nor that somebody was not."""

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    read = Path.open

    def only_reads(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        return read(path, mode, *more, **named) if mode == "r" else no_room()

    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    with monkeypatch.context() as full, pytest.raises(OSError, match="No space"):
        full.setattr(run.transform, "write_json", no_room)
        full.setattr(run, "plan", no_room)
        full.setattr(Path, "open", only_reads)
        try:
            run.nightly(home, None)
        finally:
            assert told(home, slack) == ["The night failed"]
    happened, _, do, _ = body(chat.posts[0])
    assert happened == f"The nightly run failed: The disk is full.\n{tmp_path}"
    assert do.startswith("*Do:* Make room, or point TIEOUT_HOME at a larger disk")
    assert run._not_kept.pop(home.path)["outcome"] == "failed"


def test_a_home_that_cannot_be_used_is_told(
    tmp_path: Path, chat: Inbox, tieout: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    file = tmp_path / "file"
    file.touch()
    environment = {"ALERTS__SLACK_WEBHOOK": chat.url}
    done = tieout("run", home=file / "home", check=False, environment=environment)
    assert done.returncode == 2
    assert "The nightly run failed: The home cannot be used" in body(chat.posts[0])[0]
    assert len(chat.posts) == 1


def test_records_that_cannot_be_read_are_told_and_hide_no_failure(
    tmp_path: Path, chat: Inbox
) -> None:
    home = Home.resolve(tmp_path)
    (published(home) / "manifest.json").write_text("{")
    fail(home)
    assert told(home, Slack(chat.url)) == ["The night failed", "The home cannot be read"]
    assert "its manifest cannot be read" in body(chat.posts[1])[0]
    assert told(home, Slack(chat.url)) == []


def test_that_no_night_came_is_told_to_who_asks_by_the_clock(
    tmp_path: Path, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)

    def told_of(age: float) -> list[str]:
        monkeypatch.setattr(causes, "age_hours", lambda _: age)
        return [one.title for one in alerts.tell(home, channels=[slack], max_age=26)]

    assert told_of(0) == ["No night was published"]  # nor ever
    published(home)
    assert told_of(25) == []
    assert told_of(27) == ["No night was published"]
    happened, money, do, more = body(chat.posts[-1])
    assert happened == (
        "The newest publication is of 2026-07-01 01:00 UTC, 1 day 3 hours old; 1 day 2 hours are "
        "allowed. No night came to its end since."
    )
    assert "those of 2026-06-30 23:00 UTC" in money
    assert "scheduler" in do
    assert more.endswith("report.html")
    assert told_of(51) == []
    fail(home)  # that one says why: one message per cause
    assert told_of(52) == ["The night failed"]


def test_readers_who_were_taken_back_are_no_refused_night(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    earlier = published(home, day=1)
    (home.rejected / "20260701T120000000000Z").mkdir()
    published(home, day=2)
    home.current.unlink()
    home.current.symlink_to(earlier)
    assert alerts.find(home) == []


def test_a_channel_configured_by_half_is_kept_for_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.resolve(tmp_path)
    monkeypatch.setenv("ALERTS__SMTP_URL", "smtps://mail.example.com")
    with pytest.raises(InputError):
        alerts.tell(home)
    assert "not who writes to whom" in str(alerts.not_told(home))


# ------------------------------------------------------------------------- dead man's switch


@pytest.fixture
def check_in(chat: Inbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path that a monitor expects to be asked for."""
    path = f"/ping/{SECRET}?key={SECRET}2"
    monkeypatch.setenv("ALERTS__CHECK_IN_URL", f"http://{urlsplit(chat.url).netloc}{path}")
    return path


def test_a_monitor_is_asked_after_a_published_night_and_else_never(
    tmp_path: Path, chat: Inbox, check_in: str
) -> None:
    home = Home.resolve(tmp_path)
    alerts.tell(home)
    fail(home)
    alerts.tell(home)
    assert chat.asked == []
    chat.next_statuses = [503, 500, 200]
    alerts.tell(home, published=True)
    assert chat.asked == [check_in] * 3
    assert chat.posts == []


def test_a_monitor_that_is_not_reached_is_named_without_its_address(
    tmp_path: Path, chat: Inbox, check_in: str, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home.resolve(tmp_path)
    caplog.set_level(logging.DEBUG)
    chat.status = 404
    with pytest.raises(TieoutError, match="was not told of it: status 404"):
        alerts.tell(home, published=True)
    _, said = alerts.not_told(home) or ("", [])
    assert "alerts.check_in_url, server 127.0.0.1" in str(said)
    assert SECRET not in str(said) + caplog.text
    chat.status = 200
    alerts.tell(home, published=True)
    assert alerts.not_told(home) is None


def test_a_monitor_elsewhere_is_asked_over_tls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTS__CHECK_IN_URL", f"http://hc.example.com/{SECRET}")
    with pytest.raises(InputError, match="https") as refused:
        channels.check_in()
    assert SECRET not in str(refused.value)


def published(home: Home, *findings: Finding, day: int = 1, newest: str = "06-30") -> Path:
    """A publication that the gate has let pass with these findings, and service levels.

    Args:
        home: where it goes, as the current one.
        findings: what the gate found.
        day: of July, when it was published.
        newest: month and day of the newest change that any source reports.
    """
    directory = home.publications / f"202607{day:02}T010000000000Z"
    directory.mkdir(exist_ok=True)
    manifest = {
        "publication_id": directory.name,
        "as_of": f"2026-{newest}T23:00:00",
        "published_at": f"2026-07-{day:02}T01:00:00+00:00",
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    GateResult(directory.name, "0" * 64, findings, 1.0).write(directory)
    with duckdb.connect(str(directory / "marts.duckdb")) as marts:
        marts.execute("create schema if not exists definitions")
        marts.execute(
            "create or replace table definitions.freshness_sla as select * from (values "
            "('netsuite', 'transaction', 30, 'warning'), "
            "('netsuite', 'transaction', 72, 'critical'), ('netsuite', 'item', null, 'info'), "
            "('salesforce', 'account', 168, 'warning')) "
            "as sla(system, object, max_age_hours, severity)"
        )
    home.current.unlink(missing_ok=True)
    home.current.symlink_to(directory)
    return directory


def grown(things: int) -> Finding:
    return Finding(
        "exceptions_grew", "change", "operations.rpt_exception_growth", "unexpected_rows",
        "warning", False, "There are more exceptions of a type.", "See operations.exception.",
        "1 rows", 1, [{"currency": "KWD", "amount": "1200.5000"}],
        [{"exception_type": "blocked_order", "currency": "KWD", "things": str(things),
          "previous_things": "3", "gross_amount": "2300.5000",
          "previous_gross_amount": "1100.0000"}],
    )  # fmt: skip


def test_growing_exceptions_are_one_message_until_they_grow_again(
    tmp_path: Path, chat: Inbox, post: Inbox
) -> None:
    home = Home.resolve(tmp_path)
    channels = [Slack(chat.url), Mail(post.url, "a@example.com", ("b@example.com",))]
    merely_open = replace(grown(1), id="leakage")  # in the report every morning, and no alarm
    directory = published(home, grown(9), merely_open)
    for _ in range(2):
        alerts.tell(home, channels=channels)
    assert chat.titles == ["tieout: Exceptions grew"]
    (mail,) = post.mails
    body = mail.get_content().replace("\r\n", "\n")
    assert body == (
        "There are more exceptions of a type.\n"
        "  blocked order: 9, 3 in the publication before; 2,300.500 KWD after 1,100.000 KWD\n\n"
        "Money: 1,200.500 KWD more than in the publication before\n\n"
        "Do: See operations.exception.\n\n"
        f"More: {(directory / 'report.html').as_uri()}#exceptions\n"
    )
    published(home, grown(12))
    alerts.tell(home, channels=channels)
    published(home)
    alerts.tell(home, channels=channels)
    assert (len(chat.posts), len(post.mails)) == (2, 2)


def test_the_wrong_half_of_a_column_is_said_as_new_or_gone(tmp_path: Path, chat: Inbox) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    rows = [
        {"system": "salesforce", "object": "opportunity", "column_name": name, "change": change,
         "load_id": "1"}
        for name, change in (("region_c", "added"), ("amount", "missing"))
    ]  # fmt: skip
    published(home, replace(grown(1), id="schema_drifted", money=[], sample=rows))
    told(home, slack)
    texts = [block["text"]["text"] for block in chat.posts[0]["blocks"]]
    assert "salesforce opportunity: column region_c is new" in texts[1]
    assert "salesforce opportunity: column amount is gone" in texts[1]
    assert "an amount among it moves the bridge" in texts[2]


def test_links_lead_to_where_the_home_is_served(
    tmp_path: Path, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS__REPORT_URL", "https://bi.example.com/tieout/")
    home = Home.resolve(tmp_path / "a home")
    directory = published(home, grown(9))
    told(home, Slack(chat.url))
    assert chat.posts[0]["blocks"][-1]["text"]["text"] == (
        "*More:* https://bi.example.com/tieout/publications/"
        f"{directory.name}/report.html#exceptions"
    )


def test_nights_without_any_change_are_told_though_no_object_is_older_than_another(
    tmp_path: Path, chat: Inbox
) -> None:
    """Every source stands still: `as_of` does too, and the gate's ages with it."""
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    published(home, day=1)
    published(home, day=2)
    assert told(home, slack) == []  # a day, and thirty hours are allowed
    published(home, day=3)
    assert told(home, slack) == ["No source sends anything new"]
    texts = [block["text"]["text"] for block in chat.posts[0]["blocks"]]
    assert "after 2026-06-30 23:00 UTC" in texts[1]
    assert "for 2 days since" in texts[1]
    assert "netsuite transaction: 1 day 6 hours allowed" in texts[1]
    assert "account" not in texts[1]
    published(home, day=4)
    assert told(home, slack) == []
    published(home, day=5)  # beyond a critical limit: once more
    assert told(home, slack) == ["No source sends anything new"]
    published(home, day=6, newest="07-05")
    assert told(home, slack) == []


# ------------------------------------------------------------------------- channels that fail


def test_a_chat_that_is_busy_is_asked_again_and_gets_one_message(chat: Inbox) -> None:
    chat.next_statuses = [503, 429]
    Slack(chat.url).send(CAUSE.message)
    assert len(chat.posts) == 1
    assert chat.next_statuses == []


def test_a_chat_that_may_have_taken_the_message_is_not_asked_again(
    chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT", 0.5)
    chat.held = threading.Event()
    slack = Slack(chat.url)
    try:
        with pytest.raises(slack.errors) as caught:
            slack.send(CAUSE.message)
        assert chat.arrived.wait(60)
    finally:
        chat.held.set()
    assert "read timeout" in str(slack.refusal(caught.value))
    assert len(chat.posts) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_what_a_chat_may_have_got_is_sent_once_more_with_the_next_and_says_so(
    status: int, tmp_path: Path, chat: Inbox
) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    fail(home)
    chat.next_statuses = [status]
    with pytest.raises(TieoutError, match=f"status {status}"):
        told(home, slack)
    assert chat.posts == []  # asked once
    assert told(home, slack) == ["The night failed"]
    again = "Sent again: slack did not say whether it took this the last time."
    assert body(chat.posts[0])[-1] == again
    assert told(home, slack) == []


def test_what_a_chat_certainly_did_not_get_is_sent_without_ado(tmp_path: Path, chat: Inbox) -> None:
    home, nobody = Home.resolve(tmp_path), Slack("http://127.0.0.1:1/services")
    fail(home)
    with pytest.raises(TieoutError, match="connection error"):
        told(home, nobody)
    chat.next_statuses = [404]
    with pytest.raises(TieoutError, match="status 404"):
        told(home, Slack(chat.url))
    told(home, Slack(chat.url))
    assert "Sent again" not in str(chat.posts[0])


def test_a_redirect_is_no_chat_that_took_the_message(chat: Inbox) -> None:
    slack = Slack(chat.url)
    chat.next_statuses = [302]
    with pytest.raises(slack.errors) as caught:
        slack.send(CAUSE.message)
    assert "status 302" in str(slack.refusal(caught.value))


def test_a_mail_that_was_taken_is_not_sent_again_for_a_rude_goodbye(
    tmp_path: Path, post: Inbox
) -> None:
    home = Home.resolve(tmp_path)
    mail = Mail(post.url, "a@example.com", ("b@example.com",))
    fail(home)
    post.is_rude = True
    assert told(home, mail) == ["The night failed"]
    assert told(home, mail) == []
    assert len(post.mails) == 1


def test_a_mail_server_that_hangs_up_on_a_message_may_have_it(tmp_path: Path, post: Inbox) -> None:
    home = Home.resolve(tmp_path)
    mail = Mail(post.url, "a@example.com", ("b@example.com",))
    fail(home)
    post.breaks_off = True
    with pytest.raises(TieoutError, match="did not take the message: it broke off"):
        told(home, mail)
    post.breaks_off = False
    told(home, mail)
    assert [("Sent again" in one.get_content()) for one in post.mails] == [False, True]


def test_a_receiver_who_is_refused_is_named_and_the_others_get_it_once(
    tmp_path: Path, post: Inbox
) -> None:
    home = Home.resolve(tmp_path)
    post.unknown = "gone@example.com"
    mail = Mail(post.url, "a@example.com", ("b@example.com", "gone@example.com"))
    fail(home)
    with pytest.raises(TieoutError, match=r"gone@example.com \(550\). The others have got it"):
        told(home, mail)
    assert told(home, mail) == []
    assert len(post.mails) == 1


def test_mail_has_what_servers_and_absent_people_expect(post: Inbox) -> None:
    Mail(post.url, "a@example.com", ("b@example.com",)).send(CAUSE.message)
    (mail,) = post.mails
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_elsewhere_must_speak_tls(
    post: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS before any password; a server that cannot gets neither login nor message."""
    monkeypatch.setattr(channels, "LOOPBACK", ())
    mail = Mail(post.url.replace("//", f"//me:{SECRET}@"), "a@example.com", ("b@example.com",))
    with pytest.raises(mail.errors):
        mail.send(CAUSE.message)
    assert post.mails == []
    assert not any("AUTH" in command for command in post.commands)


# ------------------------------------------------------------------------------------ real nights


@dataclass
class Company:
    """The worked example's exports, to be spoilt, and a home that both receivers know."""

    exports: Path
    home: Path
    chat: Inbox
    post: Inbox

    def night(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A night, or another command, in a process of its own."""
        arguments = command or ("run", "--exports", str(self.exports))
        environment = {
            "PATH": "/usr/bin:/bin",
            "TIEOUT_HOME": str(self.home),
            "ALERTS__SLACK_WEBHOOK": self.chat.url,
            "ALERTS__SMTP_URL": self.post.url,
            "ALERTS__MAIL_FROM": "tieout@example.com",
            "ALERTS__MAIL_TO": "finance@example.com",
            "ALERTS__CHECK_IN_URL": self.chat.url,
        }
        return subprocess.run(
            [sys.executable, "-m", "tieout.cli", *arguments],
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def rewrite(self, file: str, change: Callable[[dict[str, str]], None]) -> None:
        path = self.exports / file
        with path.open(newline="", encoding="utf-8") as source:
            rows = list(csv.DictReader(source))
        for row in rows:
            change(row)
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.DictWriter(target, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture
def company(
    worked_example: Path, worked_example_exports: Path, tmp_path: Path, chat: Inbox, post: Inbox
) -> Company:
    shutil.copytree(worked_example_exports, tmp_path / "exports")
    shutil.copytree(worked_example, tmp_path / "home", symlinks=True)
    company = Company(tmp_path / "exports", tmp_path / "home", chat, post)
    company.night("alert")  # what the example itself has to tell is told
    chat.posts.clear()
    post.mails.clear()
    return company


def linked(body: str) -> Path:
    """The file that a message leads to."""
    (link,) = (line for line in body.splitlines() if line.startswith("More: "))
    parts = urlsplit(link.removeprefix("More: "))
    assert parts.scheme == "file"
    return Path(unquote(parts.path))


def test_a_failed_night(company: Company) -> None:
    (company.exports / "netsuite" / "transaction.csv").write_text("id,tranid\n1,A\n")
    done = company.night()
    assert done.returncode == 2
    assert company.chat.titles == ["tieout: The night failed"]
    (mail,) = company.post.mails
    body = mail.get_content()
    assert "transaction.csv" in body
    assert "No published number has changed" in body
    assert "transaction" in linked(body).read_text()  # the night's own log
    assert SECRET not in done.stdout + done.stderr + body
    assert all(SECRET not in one.read_text() for one in (company.home / "logs").glob("*"))
    assert company.chat.asked == []  # silence, which the monitor notices


def test_a_refused_night(company: Company) -> None:
    def a_cent_more(row: dict[str, str]) -> None:
        if row["measure"] == "bookings":
            row["value"] = str(Decimal(row["value"]) + Decimal("0.01"))

    company.rewrite("salesforce/control_totals.csv", a_cent_more)
    assert company.night().returncode == 3
    assert company.chat.titles == ["tieout: The night was refused"]
    (mail,) = company.post.mails
    body = mail.get_content()
    assert "control difference -0.01 USD" in body
    assert re.search(r"^Money: - anchor ties to source: 0\.\d\d USD", body, re.MULTILINE)
    assert "Then run the night again" in body
    assert linked(body).is_relative_to(company.home / "rejected")
    assert "This candidate was refused" in linked(body).read_text()
    assert company.night("alert").stdout.strip() == "Nothing to tell."
    assert company.chat.asked == []


def test_a_late_night_of_a_changed_source_while_the_chat_is_down(company: Company) -> None:
    """Deals changed two days after the newest document; and their export has a new column."""

    def later_and_wider(row: dict[str, str]) -> None:
        stamp = datetime.fromisoformat(row["SystemModstamp"].replace("Z", "+00:00"))
        row["SystemModstamp"] = (stamp + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row["Region__c"] = "West"

    company.rewrite("salesforce/Opportunity.csv", later_and_wider)
    company.chat.status = 404
    done = company.night()
    assert done.returncode == 0, done.stdout + done.stderr
    assert company.chat.asked == [urlsplit(company.chat.url).path]
    assert "Not everybody was told" in done.stdout
    bodies = {mail["Subject"]: mail.get_content() for mail in company.post.mails}
    assert set(bodies) == {"tieout: Data is late", "tieout: A source changed its columns"}
    assert len(company.post.mails) == 2
    late = bodies["tieout: Data is late"]
    assert "up to then they hold" in late
    assert "netsuite transaction: newest change 2026-" in late
    assert "4 hours allowed" in late
    drifted = bodies["tieout: A source changed its columns"]
    assert "salesforce opportunity: column region_c is new" in drifted
    status = company.night("status").stdout
    assert "Not everybody was told" in status
    assert "Slack did not take the message: status 404." in status
    # the chat gets them when it is back, the mailbox not a second time, and then it is no news
    company.chat.status = 200
    assert "Told in slack and mail" in company.night("alert").stdout
    assert sorted(company.chat.titles) == sorted(bodies)
    assert len(company.post.mails) == 2
    assert company.night("alert").stdout.strip() == "Nothing to tell."
