"""A secret is shown nowhere, however it is spelt."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, urlencode

import pytest

from tieout.redact import MASK, keep_secret, redact

SECRET = 'planted/"of & +\\ä"'


@pytest.mark.parametrize(
    "spelt",
    [
        SECRET,
        repr(SECRET),
        json.dumps({"client_secret": SECRET}),
        json.dumps({"client_secret": SECRET}, ensure_ascii=False),
        json.dumps({"client_secret": SECRET}).replace("/", "\\/"),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"client_secret": SECRET}),
    ],
)
def test_a_secret_is_masked_as_a_server_spells_it(spelt: str) -> None:
    keep_secret(SECRET)
    assert "planted" not in redact(f"it said {spelt}, and no more")
    assert MASK in redact(spelt)


def test_a_key_is_masked_by_its_lines() -> None:
    keep_secret("-----BEGIN KEY-----\nplanted-first\nplanted-second\n-----END KEY-----\n")
    assert redact("a planted-second b") == f"a {MASK} b"
    assert "planted" not in redact('{"key":"-----BEGIN KEY-----\\nplanted-first\\nplanted-second"}')
