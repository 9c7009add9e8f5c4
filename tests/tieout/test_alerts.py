"""Who is told what: real nights, real HTTP and SMTP on loopback."""

from __future__ import annotations

import csv
import json
import shutil
import socketserver
import subprocess
import sys
import threading
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

import pytest

from expectations.results import Finding, GateResult
from tieout import alerts
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
            if inbox.status == 200:
                inbox.posts.append(json.loads(body))
            self.send_response(inbox.status)
            self.end_headers()
            self.wfile.write(b"ok" if inbox.status == 200 else b"invalid_token")

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
                if command == b"RCPT" and inbox.status != 200:
                    self.answer("550 no such user")
                    continue
                self.answer("221 bye" if command == b"QUIT" else "250 ok")

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


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"SLACK_WEBHOOK": "http://hooks.slack.com/services/x"}, "https"),
        ({"SMTP_URL": "mail.example.com"}, "no smtp://"),
        ({"SMTP_URL": "smtps://mail.example.com", "MAIL_TO": "a@example.com"}, "who writes"),
    ],
)
def test_half_a_configuration_is_refused(
    settings: dict[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"ALERTS__{name}", value)
    with pytest.raises(InputError, match=complaint):
        configured()


def test_nothing_configured_is_fine(tmp_path: Path) -> None:
    assert configured() == []
    assert alerts.tell(Home.resolve(tmp_path)) == []
    assert not (tmp_path / "logs" / alerts.TOLD).exists()


# --------------------------------------------------------------------------------- once per cause


def failing(home: Home, channel: Slack | Mail, what: str = "No room.") -> list[str]:
    failure = alerts.Failure("task land", TieoutError(what, where="/x", do="Make room."), "run 1")
    return [one.title for one in alerts.tell(home, failure, channels=[channel])]


def test_a_cause_is_told_once_and_again_when_it_is_another(tmp_path: Path, chat: Inbox) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    assert failing(home, slack) == ["The night failed"]
    assert failing(home, slack) == []
    assert failing(home, slack, "No light.") == ["The night failed"]
    assert alerts.tell(home, channels=[slack]) == []  # it is over
    assert failing(home, slack, "No light.") == ["The night failed"]
    assert len(chat.posts) == 3


def test_what_a_channel_missed_it_gets_with_the_next(
    tmp_path: Path, chat: Inbox, post: Inbox
) -> None:
    home, slack = Home.resolve(tmp_path), Slack(chat.url)
    mail = Mail(post.url, "a@example.com", ("b@example.com",))
    failure = alerts.Failure("task land", TieoutError("No room."), "run 1")
    chat.status = 500
    with pytest.raises(TieoutError, match="Slack"):
        alerts.tell(home, failure, channels=[slack, mail])
    assert (len(chat.posts), len(post.mails)) == (0, 1)
    chat.status = 200
    alerts.tell(home, failure, channels=[slack, mail])
    assert (len(chat.posts), len(post.mails)) == (1, 1)


def test_a_refusal_is_told_as_the_refusal_and_not_as_a_failed_step(tmp_path: Path) -> None:
    failure = alerts.Failure("task publish", GateRefused("The gate refused."), "run 1")
    assert alerts.find(Home.resolve(tmp_path), failure) == []


def published(home: Home, *findings: Finding) -> Path:
    """A publication that the gate has let pass with these findings, and nothing else of it."""
    directory = home.publications / "20260701T010000000000Z"
    directory.mkdir(exist_ok=True)
    manifest = {
        "publication_id": directory.name,
        "as_of": "2026-06-30T23:00:00",
        "published_at": "2026-07-01T01:00:00+00:00",
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    GateResult(directory.name, "0" * 64, findings, 1.0).write(directory)
    if not home.current.exists():
        home.current.symlink_to(directory)
    return directory


def grown(things: int) -> Finding:
    return Finding(
        "exceptions_grew", "change", "operations.rpt_exception_growth", "unexpected_rows",
        "warning", False, "There are more exceptions of a type.", "See operations.exception.",
        "1 rows", 1, [{"currency": "EUR", "amount": "1200.50"}],
        [{"exception_type": "blocked_order", "currency": "EUR", "things": str(things)}],
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
        "  exception_type blocked_order, currency EUR, things 9\n\n"
        "Money: EUR 1200.50\n\nDo: See operations.exception.\n\n"
        f"More: {directory / 'report.html'}\n"
    )
    published(home, grown(12))
    alerts.tell(home, channels=channels)
    published(home)
    alerts.tell(home, channels=channels)
    assert (len(chat.posts), len(post.mails)) == (2, 2)


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


def test_a_failed_night(company: Company) -> None:
    (company.exports / "netsuite" / "transaction.csv").write_text("id,tranid\n1,A\n")
    done = company.night()
    assert done.returncode == 2
    assert company.chat.titles == ["tieout: The night failed"]
    (mail,) = company.post.mails
    body = mail.get_content()
    assert "transaction.csv" in body
    assert "no published number has changed" in body
    assert SECRET not in done.stdout + done.stderr + body
    assert all(SECRET not in one.read_text() for one in (company.home / "logs").glob("*"))


def test_a_refused_night(company: Company) -> None:
    def a_cent_more(row: dict[str, str]) -> None:
        if row["measure"] == "bookings":
            row["value"] = str(Decimal(row["value"]) + Decimal("0.01"))

    company.rewrite("salesforce/control_totals.csv", a_cent_more)
    assert company.night().returncode == 3
    assert company.chat.titles == ["tieout: The night was refused"]
    (mail,) = company.post.mails
    body = mail.get_content()
    assert "0.01" in body
    assert "anchor_ties_to_source" in body
    assert f"{company.home}/rejected/" in body
    assert company.night("alert").stdout.strip() == "Nothing to tell."


def test_a_late_night_of_a_changed_source_while_the_chat_is_down(company: Company) -> None:
    """Deals changed two days after the newest document; and their export has a new column."""

    def later_and_wider(row: dict[str, str]) -> None:
        stamp = datetime.fromisoformat(row["SystemModstamp"].replace("Z", "+00:00"))
        row["SystemModstamp"] = (stamp + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row["Region__c"] = "West"

    company.rewrite("salesforce/Opportunity.csv", later_and_wider)
    company.chat.status = 500
    done = company.night()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Not everybody was told" in done.stdout
    bodies = {mail["Subject"]: mail.get_content() for mail in company.post.mails}
    assert set(bodies) == {"tieout: Data is late", "tieout: A source changed its columns"}
    assert len(company.post.mails) == 2
    assert "system netsuite, object transaction" in bodies["tieout: Data is late"]
    assert "column_name region_c" in bodies["tieout: A source changed its columns"]
    # the chat gets them when it is back, the mailbox not a second time, and then it is no news
    company.chat.status = 200
    assert "Told in slack and mail" in company.night("alert").stdout
    assert sorted(company.chat.titles) == sorted(bodies)
    assert len(company.post.mails) == 2
    assert company.night("alert").stdout.strip() == "Nothing to tell."
