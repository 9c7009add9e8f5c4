"""Tells people what needs one: one message per cause, in the chat and by mail.

What deserves a message is in `causes`, where it goes in `channels`, and what was told already in
the home. `tieout alert`, `tieout run` and the DAG's notifier call the same `tell`.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tieout import transform
from tieout.alerts.causes import Cause, Message, find
from tieout.alerts.channels import Channel, configured, report_url
from tieout.errors import InputError, TieoutError
from tieout.locks import turn
from tieout.settings import Home

__all__ = [
    "Cause",
    "Message",
    "configured",
    "find",
    "not_told",
    "required",
    "send",
    "tell",
    "untold",
]

log = logging.getLogger(__name__)

TOLD = "told.json"
# Beside the channels: the title of the last message that each got which is no cause.
MESSAGES = "messages"
NOT_TOLD = "not_told.json"


def tell(home: Home, *, channels: Sequence[Channel] | None = None) -> list[Cause]:
    """Send what has not been told yet; returns the causes that were sent.

    A cause is told once, and again when it changed or came back. Each channel remembers for itself,
    so that a chat that is down for a night gets the message with the next one.

    Args:
        home: whose state to tell.
        channels: where to; those that are configured when None.

    Raises:
        TieoutError: a channel did not take a message; the others have got theirs.
    """
    channels = configured() if channels is None else channels
    if not channels:
        return []
    sent: dict[str, Cause] = {}
    refusals = []
    with _remembering(home) as told:
        causes = find(home)
        for channel in channels:
            known = told.setdefault(channel.name, {})
            for cause in untold(causes, known):
                try:
                    channel.send(_linked(cause.message, home))
                except channel.errors as error:
                    refusals.append(channel.refusal(error))
                    if not channel.was_taken(error):
                        break
                known[cause.id] = {
                    "fingerprint": cause.fingerprint,
                    "told_at": datetime.now(UTC).isoformat(timespec="seconds"),
                }
                sent[cause.id] = cause
            # what is over is forgotten, so that it is told when it comes back
            for gone in known.keys() - {cause.id for cause in causes}:
                del known[gone]
    _answer_for(home, refusals)
    return list(sent.values())


def send(home: Home, message: Message, *, again: bool = True) -> list[Channel]:
    """Send one message to every channel; returns the channels that got it.

    Args:
        home: where what was told is kept, and what links lead to.
        message: what to send.
        again: also to a channel that got a message of this title last.

    Raises:
        InputError: no channel is configured.
        TieoutError: a channel did not take the message; the others have got it.
    """
    channels = required(configured())
    refusals, sent = [], []
    with _remembering(home) as told:
        last = told.setdefault(MESSAGES, {})
        for channel in channels:
            if last.get(channel.name) == message.title and not again:
                continue
            try:
                channel.send(_linked(message, home))
            except channel.errors as error:
                refusals.append(channel.refusal(error))
                if not channel.was_taken(error):
                    continue
            last[channel.name] = message.title
            sent.append(channel)
    _answer_for(home, refusals)
    return sent


def _answer_for(home: Home, refusals: Sequence[TieoutError]) -> None:
    """Leave behind for `tieout status` who was not told, and raise it; nothing when all were."""
    file = home.logs / NOT_TOLD
    if not refusals:
        file.unlink(missing_ok=True)
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    transform.write_json(file, {"at": now, "errors": [str(one) for one in refusals]})
    raise refusals[0]


def not_told(home: Home) -> tuple[str, list[str]] | None:
    """When the last attempt to tell people failed, and why; None when it did not."""
    try:
        content = json.loads((home.logs / NOT_TOLD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content["at"], content["errors"]


def required(channels: list[Channel]) -> list[Channel]:
    """The channels, of which there has to be one.

    Raises:
        InputError: there is none.
    """
    if not channels:
        raise InputError(
            "No channel is configured, so nobody can be told.",
            where="alerts.slack_webhook, alerts.smtp_url",
            do="Set ALERTS__SLACK_WEBHOOK or ALERTS__SMTP_URL, or use --dry-run.",
        )
    return channels


def _linked(message: Message, home: Home) -> Message:
    """The message with web addresses in place of files of the home, where the home is served."""
    address = report_url()
    if not address:
        return message
    here = home.path.as_uri()
    parts = tuple(
        (label, text.replace(here, address.rstrip("/"), 1) if text.startswith(here) else text)
        for label, text in message.parts
    )
    return replace(message, parts=parts)


def untold(causes: Sequence[Cause], known: dict[str, Any]) -> list[Cause]:
    """The causes that a channel has not been told as they are now."""
    return [
        cause for cause in causes if known.get(cause.id, {}).get("fingerprint") != cause.fingerprint
    ]


@contextlib.contextmanager
def _remembering(home: Home) -> Iterator[dict[str, dict[str, Any]]]:
    """What every channel has been told, to be added to; one process at a time.

    It is kept whatever ends the telling: what was sent is not sent again.
    """
    file = home.logs / TOLD
    with turn(file):
        told = _told(home)
        try:
            yield told
        finally:
            transform.write_json(file, told)


def _told(home: Home) -> dict[str, dict[str, Any]]:
    file: Path = home.logs / TOLD
    try:
        content: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        log.warning("%s cannot be read: everything is told again", file)
        return {}
    return content
