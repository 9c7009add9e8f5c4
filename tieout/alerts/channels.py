"""Where messages go: a Slack webhook, and mail over SMTP; and who notices that none come.

Configured by environment or by dlt's secrets file, never by an option that a process list shows:

| dlt key | Environment | What |
|---|---|---|
| `alerts.slack_webhook` | `ALERTS__SLACK_WEBHOOK` | URL of an incoming webhook |
| `alerts.smtp_url` | `ALERTS__SMTP_URL` | `smtps://user:password@host`; `smtp://`: STARTTLS |
| `alerts.mail_from`, `alerts.mail_to` | `ALERTS__MAIL_FROM`, ... | sender; receivers, by comma |
| `alerts.check_in_url` | `ALERTS__CHECK_IN_URL` | asked after every published night |
| `alerts.report_url` | `ALERTS__REPORT_URL` | web address of the home, for links, not paths |
"""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import requests
import requests.adapters
from urllib3 import Retry
from urllib3.exceptions import ProtocolError

from tieout.alerts.causes import Message
from tieout.errors import InputError, TieoutError
from tieout.redact import keep_secret, redact

# Seconds to wait for a server: a night must not hang on a chat.
TIMEOUT = 20
# Slack refuses a text block of more than 3,000 characters; a label comes on top.
SLACK_TEXT = 2900
# Three tries where the server was not reached, or said that it takes nothing now. Slack says in
# Retry-After how long to wait; 30 s at most.
NOT_NOW = (429, 503)
# Who answers so, or not at all, may have taken the message: a gateway that heard nothing from the
# server behind it, say. It is not asked again at once, only with the next message.
PERHAPS = (500, 502, 504)
AGAIN = Retry(
    total=2,
    read=False,
    allowed_methods=None,
    status_forcelist=NOT_NOW,
    raise_on_status=False,
    backoff_factor=0.5,
    backoff_jitter=0.5,
    retry_after_max=30,
)
# A check-in does no harm twice.
AGAIN_WHATEVER = AGAIN.new(read=2, status_forcelist=NOT_NOW + PERHAPS)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _without_secrets(record: logging.LogRecord) -> bool:
    """Take secrets out of a record: urllib3 names the path of what it asks again, a webhook's.

    The log may be another one than ours, such as Airflow's, which knows nothing of our secrets.
    """
    record.msg, record.args = redact(record.getMessage()), ()
    return True


for _library in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_library).addFilter(_without_secrets)


class Channel(Protocol):
    """Somewhere a message can be sent."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What `send` raises when the message was not taken."""

    def send(self, message: Message) -> None:
        """Send one message, or raise one of `errors`."""

    def reach(self) -> str:
        """Reach the server and log in, without a message; says what was reached."""

    def refusal(self, error: Exception) -> TieoutError:
        """What to tell the reader when sending failed; never holds a secret."""

    def was_taken(self, error: Exception) -> bool:
        """Whether somebody got the message all the same: sending it again would double it."""

    def may_have_taken(self, error: Exception) -> bool:
        """Whether nobody can tell: the message was on its way when the connection broke off."""


@dataclass(frozen=True)
class Slack:
    """An incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

    webhook: str
    name: str = "slack"
    errors: tuple[type[Exception], ...] = (OSError,)  # all errors of requests are such

    def send(self, message: Message) -> None:
        title = f"tieout: {message.title}"
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": title}},
            *(
                {"type": "section", "text": {"type": "mrkdwn", "text": _block(label, text)}}
                for label, text in message.parts
            ),
        ]
        content: dict[str, Any] = {"text": title, "blocks": blocks}
        with requests.Session() as session:
            session.mount(self.webhook, requests.adapters.HTTPAdapter(max_retries=AGAIN))
            # a redirect would be followed without the message, and its answer taken for the chat's
            answer = session.post(
                self.webhook, json=content, timeout=TIMEOUT, allow_redirects=False
            )
        _accepted(answer)

    def reach(self) -> str:
        # an empty message is refused with 400 by a webhook that is in force, with 403 or 404 else
        answer = requests.post(self.webhook, json={}, timeout=TIMEOUT)
        if answer.status_code not in (200, 400):
            answer.raise_for_status()
        return f"{urlsplit(self.webhook).hostname} knows the webhook."

    def refusal(self, error: Exception) -> TieoutError:
        do = (
            "Copy the webhook anew from the app's page."
            if _status(error) in (301, 302, 303, 307, 308, 400, 401, 403, 404, 410)
            else "See whether the server can be reached from here, and https://slack-status.com."
        )
        return TieoutError(
            f"Slack did not take the message: {said(error)}.",
            where="alerts.slack_webhook",
            do=f"{do} What was not told is told next time.",
        )

    def was_taken(self, error: Exception) -> bool:
        return False

    def may_have_taken(self, error: Exception) -> bool:
        if _status(error) is not None:
            return _status(error) in PERHAPS
        reason = error.args[0] if error.args else None
        return isinstance(error, requests.ReadTimeout) or isinstance(reason, ProtocolError)


def _accepted(answer: requests.Response) -> None:
    answer.raise_for_status()
    if answer.is_redirect or answer.status_code >= 300:
        raise requests.HTTPError(response=answer)


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    return response.status_code if response is not None else None


def said(error: Exception) -> str:
    """What is wrong, without the error's own text: it holds the address, which is a secret."""
    if not isinstance(error, requests.RequestException):
        return redact(str(error))  # of this machine, such as REQUESTS_CA_BUNDLE that names no file
    status = _status(error)
    return f"status {status}" if status else _spoken(error)


@dataclass(frozen=True)
class CheckIn:
    """A monitor elsewhere that expects to be asked after each night, and alarms when it is not.

    As healthchecks.io, Cronitor, Dead Man's Snitch, Uptime Kuma and others have it: a GET of an
    address of one's own, https://healthchecks.io/docs/http_api/.
    """

    url: str
    errors: tuple[type[Exception], ...] = (OSError,)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def send(self) -> None:
        with requests.Session() as session:
            session.mount(self.url, requests.adapters.HTTPAdapter(max_retries=AGAIN_WHATEVER))
            session.get(self.url, timeout=TIMEOUT).raise_for_status()

    def reach(self) -> str:
        """Reach the server without checking in: that would say that a night was published."""
        server = urlsplit(self.url)
        requests.head(f"{server.scheme}://{server.netloc}/", timeout=TIMEOUT)
        return f"{self.host} answers; whether it knows the address shows after a night."

    def refusal(self, error: Exception) -> TieoutError:
        return TieoutError(
            f"The monitor that waits for the night was not told of it: {said(error)}.",
            where=f"alerts.check_in_url, server {self.host}",
            do="The night is published, whatever the monitor says. See whether the server can be "
            "reached from here, and copy the address anew from the monitor's page.",
        )


def _spoken(error: Exception) -> str:
    """The kind of an error, as `read timeout` for ReadTimeout: its text may hold a secret."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()


def _block(label: str, text: str) -> str:
    """Text as Slack wants it: three characters escaped, cut where Slack would refuse it."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(plain) > SLACK_TEXT:
        plain = plain[:SLACK_TEXT] + " ..."
    return f"*{label}:* {plain}" if label else plain


class _SomeRefused(smtplib.SMTPRecipientsRefused):
    """Some of the receivers were refused, and the others have got the message."""


class _BrokenOff(smtplib.SMTPException):
    """The server went silent while it was given the message, and may have taken it."""


@dataclass(frozen=True)
class Mail:
    """Mail over SMTP: TLS from the first byte (smtps), or STARTTLS, certificates verified."""

    url: str
    sender: str
    receivers: tuple[str, ...]
    name: str = "mail"
    # ValueError: a user, password or address that cannot be sent as it is written
    errors: tuple[type[Exception], ...] = (smtplib.SMTPException, OSError, ValueError)

    def send(self, message: Message) -> None:
        mail = EmailMessage()
        mail["Subject"] = f"tieout: {message.title}"
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.receivers)
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = make_msgid(domain="tieout")
        mail["Auto-Submitted"] = "auto-generated"  # no answer that somebody is out of office
        parts = (f"{label}: {text}" if label else text for label, text in message.parts)
        mail.set_content("\n\n".join(parts) + "\n")
        smtp = self._connected()
        try:
            refused = smtp.send_message(mail)
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise _BrokenOff(_spoken(error)) from error
        finally:
            # the message is taken or not by now, whatever becomes of the goodbye
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        if refused:  # of several receivers, some
            raise _SomeRefused(refused)

    def reach(self) -> str:
        with self._connected() as smtp:
            smtp.noop()
        server = urlsplit(self.url)
        return f"{server.hostname} answers{' and knows the user' if server.username else ''}."

    def _connected(self) -> smtplib.SMTP:
        server = urlsplit(self.url)
        host, secure = server.hostname or "", ssl.create_default_context()
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, server.port or 465, timeout=TIMEOUT, context=secure
            )
        else:
            smtp = smtplib.SMTP(host, server.port or 587, timeout=TIMEOUT)
            if host not in LOOPBACK:
                smtp.starttls(context=secure)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        return smtp

    def refusal(self, error: Exception) -> TieoutError:
        where = f"alerts.smtp_url, server {urlsplit(self.url).hostname}"
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            refused = ", ".join(f"{who} ({code})" for who, (code, _) in error.recipients.items())
            got = "The others have got it." if self.was_taken(error) else "Nobody has got it."
            return TieoutError(
                f"The mail server refuses {refused}. {got}",
                where=f"alerts.mail_to, server {urlsplit(self.url).hostname}",
                do="Correct the receivers.",
            )
        code = getattr(error, "smtp_code", None)
        said = f"code {code}" if code else getattr(error, "strerror", None) or _spoken(error)
        if isinstance(error, _BrokenOff):
            said = "it broke off"
        return TieoutError(
            f"The mail server did not take the message: {said}.",
            where=where,
            do="Check server, user and sender. What was not told is told next time.",
        )

    def was_taken(self, error: Exception) -> bool:
        return isinstance(error, _SomeRefused)

    def may_have_taken(self, error: Exception) -> bool:
        return isinstance(error, _BrokenOff)


def configured() -> list[Channel]:
    """The channels that environment or secrets name; none is fine.

    Raises:
        InputError: a channel is named, but not whole.
    """
    channels: list[Channel] = []
    if webhook := _secret("slack_webhook"):
        _secret_address(
            webhook, "slack_webhook", "the app's page: https://hooks.slack.com/services/..."
        )
        channels.append(Slack(webhook))
    if url := _secret("smtp_url"):
        sender, receivers = _secret("mail_from"), _secret("mail_to")
        server = _address(url, "smtp_url")
        keep_secret(unquote(server.password or ""))
        if server.scheme not in ("smtp", "smtps") or not server.hostname:
            raise InputError(
                "The mail server's address is no smtp:// or smtps:// URL.",
                where="alerts.smtp_url",
                do="Write it as smtps://user:password@host:465.",
            )
        if not sender or not receivers:
            raise InputError(
                "A mail server is named, but not who writes to whom.",
                where="alerts.mail_from, alerts.mail_to",
                do="Set both; several receivers are separated by commas.",
            )
        to = tuple(part.strip() for part in receivers.split(",") if part.strip())
        channels.append(Mail(url, sender, to))
    return channels


def check_in() -> CheckIn | None:
    """The monitor that environment or secrets name; None where there is none.

    Raises:
        InputError: its address is none.
    """
    url = _secret("check_in_url")
    if not url:
        return None
    _secret_address(url, "check_in_url", "the monitor's page, such as https://hc-ping.com/...")
    return CheckIn(url)


def _secret_address(url: str, key: str, source: str) -> None:
    """An address that whoever has it may use: over TLS, and shown nowhere."""
    server = _address(url, key)
    keep_secret(server.path)
    keep_secret(server.query)
    if server.scheme != "https" and server.hostname not in LOOPBACK:
        raise InputError(
            "This must be an https address: who knows it can use it.",
            where=f"alerts.{key}",
            do=f"Copy it from {source}",
        )


def _address(url: str, key: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise InputError(
            "This is no address.",
            where=f"alerts.{key}",
            do="Write it as scheme://host:port/path; in a user or password, % for special signs.",
        ) from None  # the error's own text holds a part of it: of the password, as a rule
    return parts


def report_url() -> str:
    """Web address under which the home is served; empty when messages name its path."""
    return _secret("report_url")


def _secret(key: str) -> str:
    """A value from the environment or dlt's secrets file; empty when neither has it."""
    import dlt

    value: Any = dlt.secrets.get(f"alerts.{key}")
    return str(value or "")
