"""Secrets of this process, and their removal from whatever is written or shown."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

# What stands where a secret stood.
MASK = "[secret]"
# Shorter values are no secrets, and masking them would spoil ordinary words.
SHORTEST = 6

_secrets: set[str] = set()


def keep_secret(value: str) -> str:
    """Never show `value` from now on, nor its lines, nor its spelling in URLs; gives it back."""
    for part in (value, *value.splitlines()):
        part = part.strip()
        if len(part) >= SHORTEST:
            _secrets.update({part, quote(part, safe=""), quote_plus(part), repr(part)[1:-1]})
    return value


def redact(text: str) -> str:
    """The text without any secret."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text
