"""Secrets of this process, and their removal from whatever is written or shown."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

# What stands where a secret stood.
MASK = "[secret]"
# Shorter values are no secrets, and masking them would spoil ordinary words.
SHORTEST = 6

_secrets: set[str] = set()


def keep_secret(value: str) -> str:
    """Never show `value` from now on, nor its lines, nor its spelling elsewhere; gives it back.

    A server that repeats what it was sent does so in the spelling of JSON, or of an address.
    """
    for part in (value, *value.splitlines()):
        part = part.strip()
        if len(part) >= SHORTEST:
            in_json = {json.dumps(part, ensure_ascii=ascii_)[1:-1] for ascii_ in (True, False)}
            in_json |= {text.replace("/", "\\/") for text in in_json}
            in_url = {quote(part), quote(part, safe=""), quote_plus(part)}
            _secrets.update({part, repr(part)[1:-1]}, in_json, in_url)
    return value


def redact(text: str) -> str:
    """The text without any secret."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text
