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
from tieout.alerts.channels import Channel, check_in, configured, report_url
from tieout.errors import InputError, TieoutError
from tieout.locks import turn
from tieout.settings import Home

__all__ = [
    "Cause",
    "Message",
    "check_in",
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
# Beside the channels: the occasion of the last message that each got which is no cause.
OCCASIONS = "occasions"
NOT_TOLD = "not_told.json"


def tell(
    home: Home,
    *,
    channels: Sequence[Channel] | None = None,
    published: bool = False,
    max_age: float | None = None,
) -> list[Cause]:
    """Send what has not been told yet; returns the causes that were sent.

    A cause is told once, and again when it changed or came back. Each channel remembers for itself,
    so that a chat that is down for a night gets the message with the next one.

    Args:
        home: whose state to tell.
        channels: where to; those that are configured when None.
        published: whether a night has just been published: then the monitor that waits for it, if
            one is configured, is told so.
        max_age: hours that what is published may be old; None: whatever its age.

    Raises:
        TieoutError: a channel did not take a message; the others have got theirs.
    """
    try:
        channels = configured() if channels is None else channels
        monitor = check_in() if published else None
    except TieoutError as error:
        _answer_for(home, [error])
        raise
    if not channels and monitor is None:
        return []
    sent: dict[str, Cause] = {}
    refusals = []
    with _remembering(home) as told:
        causes = find(home, max_age=max_age) if channels else []
        for channel in channels:
            known = told.setdefault(channel.name, {})
            for cause in untold(causes, known):
                refusal = _send(channel, cause.message, home, known, cause.id, cause.fingerprint)
                if refusal is not None:
                    refusals.append(refusal)
                if known.get(cause.id, {}).get("fingerprint") != cause.fingerprint:
                    break
                sent[cause.id] = cause
            # what is over is forgotten, so that it is told when it comes back
            for gone in known.keys() - {cause.id for cause in causes}:
                del known[gone]
    if monitor is not None:
        try:
            monitor.send()
        except monitor.errors as error:
            refusals.append(monitor.refusal(error))
    _answer_for(home, refusals)
    return list(sent.values())


def send(home: Home, message: Message, *, occasion: str = "") -> list[Channel]:
    """Send one message to every channel; returns the channels that got it.

    Args:
        home: where what was told is kept, and what links lead to.
        message: what to send.
        occasion: on what it is sent, such as a run: a channel that has got the message of this
            occasion does not get it again. Empty: every channel gets it.

    Raises:
        InputError: no channel is configured.
        TieoutError: a channel did not take the message; the others have got it.
    """
    channels = required(configured())
    refusals, sent = [], []
    with _remembering(home) as told:
        last = told.setdefault(OCCASIONS, {})
        for channel in channels:
            if occasion and last.get(channel.name, {}).get("fingerprint") == occasion:
                continue
            refusal = _send(channel, message, home, last, channel.name, occasion)
            if refusal is not None:
                refusals.append(refusal)
            if refusal is None or last.get(channel.name, {}).get("fingerprint") == occasion:
                sent.append(channel)
    _answer_for(home, refusals)
    return sent


def _send(
    channel: Channel,
    message: Message,
    home: Home,
    known: dict[str, Any],
    key: str,
    fingerprint: str,
) -> TieoutError | None:
    """Send to one channel, and remember under `key` whether it has, or may have, got it.

    What a channel may have got is sent once more with the next message, and says so: a message lost
    is worse than one that comes twice.

    Returns:
        What the channel did not like.
    """
    entry = {"told_at": datetime.now(UTC).isoformat(timespec="seconds")}
    if fingerprint and known.get(key, {}).get("doubtful") == fingerprint:
        again = f"Sent again: {channel.name} did not say whether it took this the last time."
        message = replace(message, parts=(*message.parts, ("", again)))
    refusal = None
    try:
        channel.send(_linked(message, home))
    except channel.errors as error:
        refusal = channel.refusal(error)
        if not channel.was_taken(error):
            if channel.may_have_taken(error):
                known[key] = entry | {"doubtful": fingerprint}
            return refusal
    known[key] = entry | {"fingerprint": fingerprint}
    return refusal


def _answer_for(home: Home, refusals: Sequence[TieoutError]) -> None:
    """Leave behind for `tieout status` who was not told, and raise it; nothing when all were."""
    file = home.logs / NOT_TOLD
    if not refusals:
        if file.exists():
            file.unlink(missing_ok=True)
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _keep(file, {"at": now, "errors": [str(one) for one in refusals]})
    raise refusals[0]


def _keep(file: Path, content: object) -> None:
    """Write down what was told, where there is room for it: else it is told again."""
    try:
        transform.write_json(file, content)
    except OSError as error:
        log.error("%s cannot be written, so this may be told again: %s", file, error)


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
            _keep(file, told)


def _told(home: Home) -> dict[str, dict[str, Any]]:
    file: Path = home.logs / TOLD
    try:
        content: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        log.warning("%s cannot be read: everything is told again", file)
        return {}
    return content
