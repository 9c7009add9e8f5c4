"""Tells people what needs one: one message per cause, in the chat and by mail.

What deserves a message is in `causes`, where it goes in `channels`, and what was told already in
the home. `tieout alert`, `tieout run` and the DAG's notifier call the same `tell`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tieout import transform
from tieout.alerts.causes import Cause, Failure, Message, find
from tieout.alerts.channels import Channel, configured, report_url
from tieout.errors import InputError
from tieout.settings import Home

__all__ = [
    "Cause",
    "Failure",
    "Message",
    "configured",
    "find",
    "required",
    "send",
    "tell",
    "untold",
]

log = logging.getLogger(__name__)

TOLD = "told.json"


def tell(
    home: Home,
    failure: Failure | None = None,
    *,
    channels: Sequence[Channel] | None = None,
) -> list[Cause]:
    """Send what has not been told yet; returns the causes that were sent.

    A cause is told once, and again when it changed or came back. Each channel remembers for itself,
    so that a chat that is down for a night gets the message with the next one.

    Args:
        home: whose state to tell.
        failure: a step that has just failed, where no record of a whole run says so.
        channels: where to; those that are configured when None.

    Raises:
        TieoutError: a channel did not take a message; the others have got theirs.
    """
    channels = configured() if channels is None else channels
    if not channels:
        return []
    causes = [_linked(cause, home) for cause in find(home, failure)]
    told = _told(home)
    sent: dict[str, Cause] = {}
    refusals = []
    for channel in channels:
        known = told.setdefault(channel.name, {})
        for cause in untold(causes, known):
            try:
                channel.send(cause.message)
            except channel.errors as error:
                refusals.append(channel.refusal(error))
                break
            known[cause.id] = {
                "fingerprint": cause.fingerprint,
                "told_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            sent[cause.id] = cause
        # what is over is forgotten, so that it is told when it comes back
        for gone in known.keys() - {cause.id for cause in causes}:
            del known[gone]
    transform.write_json(home.logs / TOLD, told)
    if refusals:
        raise refusals[0]
    return list(sent.values())


def send(message: Message) -> list[Channel]:
    """Send one message to every channel; returns the channels.

    Raises:
        InputError: no channel is configured.
        TieoutError: a channel did not take the message; the others have got it.
    """
    channels = required(configured())
    refusals = []
    for channel in channels:
        try:
            channel.send(message)
        except channel.errors as error:
            refusals.append(channel.refusal(error))
    if refusals:
        raise refusals[0]
    return channels


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


def _linked(cause: Cause, home: Home) -> Cause:
    """The cause with a web address in place of its path, where the home is served."""
    if not (address := report_url()):
        return cause
    path = Path(cause.link).relative_to(home.path).as_posix()
    return replace(cause, link=f"{address.rstrip('/')}/{path}")


def untold(causes: Sequence[Cause], known: dict[str, Any]) -> list[Cause]:
    """The causes that a channel has not been told as they are now."""
    return [
        cause for cause in causes if known.get(cause.id, {}).get("fingerprint") != cause.fingerprint
    ]


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
