"""Who asks NetSuite: OAuth 2.0 client credentials, or token-based authentication (OAuth 1.0a)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit
from zoneinfo import available_timezones

import requests

from ingestion.fetch import credentials
from ingestion.fetch.http import Client, RefusedError
from tieout.errors import InputError
from tieout.redact import keep_secret, redact

SESSION_PATH = "/services/rest/auth/oauth2/v1/token"
TOKEN_SECONDS = 300  # an assertion may live an hour

_OAUTH2 = ("client_id", "certificate_id", "private_key")
_TBA = ("consumer_key", "consumer_secret", "token_id", "token_secret")


class OAuth2:
    """OAuth 2.0 client credentials: an assertion signed with the key of a mapped certificate."""

    def __init__(self, base_url: str, given: dict[str, str]) -> None:
        self.base_url = base_url
        self._given = given
        self._token = ""

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add the session."""
        request.headers["Authorization"] = f"Bearer {self._token}"

    def renew(self, client: Client) -> None:
        """Get a new session."""
        address = f"{self.base_url}{SESSION_PATH}"
        now = int(time.time())
        claims = {
            "iss": self._given["client_id"],
            "scope": "rest_webservices",
            "aud": address,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        key = credentials.private_key(self._given["private_key"], "sources.netsuite.private_key")
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": credentials.jwt(
                claims,
                key,
                algorithm=_algorithm(self._given.get("algorithm", "PS256")),
                headers={"kid": self._given["certificate_id"]},
            ),
        }
        answer = client.plain("POST", address, form)
        try:
            given = answer.json()
        except ValueError:
            given = {}
        if not isinstance(given, dict) or answer.status != 200 or "access_token" not in given:
            said = given.get("error", "no token") if isinstance(given, dict) else "no token"
            raise RefusedError(
                f"NetSuite does not open a session: {redact(str(said))[:200]}"
                f" (status {answer.status}).",
                where=self.base_url,
                do="Check SOURCES__NETSUITE__*, and that the certificate is mapped and has not"
                " expired (OAuth 2.0 Client Credentials Setup); see docs/apis.md.",
            )
        self._token = keep_secret(str(given["access_token"]))


class TokenBased:
    """Token-based authentication: OAuth 1.0a, every request signed with HMAC-SHA256."""

    def __init__(self, base_url: str, given: dict[str, str]) -> None:
        self.base_url = base_url
        self._given = given

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add the signature of method, address and parameters (RFC 5849), with a new nonce."""
        parameters = {
            "oauth_consumer_key": self._given["consumer_key"],
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
            "oauth_token": self._given["token_id"],
            "oauth_version": "1.0",
        }
        address = urlsplit(request.url or "")
        asked = parse_qsl(address.query, keep_blank_values=True)
        pairs = sorted((_escaped(k), _escaped(v)) for k, v in [*asked, *parameters.items()])
        listed = "&".join(f"{name}={value}" for name, value in pairs)
        plain = f"{address.scheme}://{address.netloc.lower()}{address.path}"
        base = "&".join(_escaped(part) for part in (request.method or "", plain, listed))
        key = "&".join(_escaped(self._given[name]) for name in ("consumer_secret", "token_secret"))
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
        parameters["oauth_signature"] = base64.b64encode(digest).decode()
        head = {"realm": _realm(self._given["account"])} | parameters
        request.headers["Authorization"] = "OAuth " + ", ".join(
            f'{name}="{_escaped(value)}"' for name, value in head.items()
        )

    def renew(self, client: Client) -> None:
        """Nothing: there is no session; a signature that is refused stays refused."""


def _escaped(text: str) -> str:
    return quote(text, safe="~")


def _realm(account: str) -> str:
    return account.upper().replace("-", "_")


def _algorithm(name: str) -> Literal["PS256", "ES256"]:
    if name == "ES256":
        return "ES256"
    if name == "PS256":
        return "PS256"
    raise InputError(
        "The algorithm of the assertion is none that NetSuite and tieout share.",
        where="sources.netsuite.algorithm",
        do="Use PS256 (RSA key) or ES256 (EC P-256 key).",
    )


def authorisation() -> tuple[OAuth2 | TokenBased, str]:
    """Who asks, and the account."""
    given = credentials.read("netsuite", ["account"], ["url", "algorithm", *_OAUTH2, *_TBA])
    account = given["account"]
    if not re.fullmatch(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*", account):
        raise InputError(
            "The account is no account id.",
            where="sources.netsuite.account",
            do="Write it as Setup > Company > Company Information shows it: 1234567, 1234567_SB1.",
        )
    host = f"https://{account.lower().replace('_', '-')}.suitetalk.api.netsuite.com"
    base_url = credentials.https_only(given.get("url", host), "sources.netsuite.url")
    if all(key in given for key in _OAUTH2):
        return OAuth2(base_url, given), _realm(account)
    if all(key in given for key in _TBA):
        return TokenBased(base_url, given), _realm(account)
    raise InputError(
        "Credentials of netsuite are not whole.",
        where="[sources.netsuite] in dlt's secrets.toml, or the environment",
        do=f"Set {_variables(_OAUTH2)} (OAuth 2.0 client credentials), or {_variables(_TBA)}"
        " (token-based authentication); docs/apis.md says where each is found.",
    )


def time_zone(declared: str) -> str:
    """The time zone of the API user's preferences; `declared` where the credentials name none.

    Raises:
        InputError: there is no such time zone.
    """
    name = credentials.read("netsuite", [], ["time_zone"]).get("time_zone", declared)
    if name not in available_timezones():
        raise InputError(
            f"There is no time zone {name}.",
            where="sources.netsuite.time_zone",
            do="Write it as Home > Set Preferences names it, such as America/Los_Angeles.",
        )
    return name


def _variables(keys: Sequence[str]) -> str:
    return ", ".join(f"SOURCES__NETSUITE__{key.upper()}" for key in keys)
