"""Credentials: read from the environment or dlt's secrets file, never from an option.

`SOURCES__SALESFORCE__CLIENT_ID` in the environment is `client_id` under `[sources.salesforce]` in
`.dlt/secrets.toml`, of the working directory or of the user's own. The names are dlt's; the file is
read without dlt, whose import takes seconds and fixes where it works. A secret that was read, or
received as a token, is never shown again.
"""

from __future__ import annotations

import base64
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from tieout.errors import InputError
from tieout.redact import keep_secret

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Keys that people may see: without them a message could not say which company is meant.
PUBLIC = frozenset(
    {"url", "login_url", "username", "account", "algorithm", "certificate_id", "time_zone"}
)

Algorithm = Literal["RS256", "PS256", "ES256"]


def is_configured(system: str) -> bool:
    """Whether the environment or the secrets file says anything about the system's API."""
    return bool(_given(system))


def read(system: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    """The system's credentials; optional ones that are missing are left out.

    Raises:
        InputError: a required one is missing. The message names keys, never values.
    """
    given = _given(system)
    found: dict[str, str] = {}
    for key in (*required, *optional):
        if text := given.get(key, "").strip():
            found[key] = text if key in PUBLIC else keep_secret(text)
    missing = [key for key in required if key not in found]
    if missing:
        raise InputError(
            f"Credentials of {system} are not whole: {', '.join(missing)}"
            f" {'is' if len(missing) == 1 else 'are'} missing.",
            where=f"[sources.{system}] in dlt's secrets.toml, or the environment",
            do=f"Set {', '.join(_variable(system, key) for key in missing)};"
            " docs/apis.md says where each is found.",
        )
    return found


def _variable(system: str, key: str) -> str:
    return f"SOURCES__{system.upper()}__{key.upper()}"


def _given(system: str) -> dict[str, str]:
    """What is said of the system's API: the environment wins over the files."""
    found: dict[str, str] = {}
    for directory in (Path.home(), Path.cwd()):
        found |= _in_file(directory / ".dlt" / "secrets.toml", system)
    prefix = _variable(system, "")
    for name, value in os.environ.items():
        if name.startswith(prefix) and value.strip():
            found[name.removeprefix(prefix).lower()] = value
    return found


def _in_file(path: Path, system: str) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        sources = tomllib.loads(path.read_text(encoding="utf-8")).get("sources", {})
        return {str(key): str(value) for key, value in sources.get(system, {}).items()}
    except (OSError, ValueError, AttributeError):
        raise InputError(
            "The file of secrets cannot be read.",
            where=str(path),
            do="It must be TOML with a section [sources.<system>], and readable for this user.",
        ) from None  # the error's own text may hold a secret


def https_only(url: str, key: str) -> str:
    """The address without a slash at its end.

    Raises:
        InputError: it is not https, which only a server on this machine may do without.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise InputError(
            f"{key} is no address.", where=key, do="Write it as https://host, without a path."
        )
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InputError(
            f"{key} must be an https address: secrets are sent to it.",
            where=key,
            do="Write it as https://host.",
        )
    return url.rstrip("/")


def private_key(text: str, where: str) -> str:
    """A private key in PEM form: the text itself, or what the file of that name holds.

    Raises:
        InputError: it is neither.
    """
    if "-----BEGIN" in text:
        return keep_secret(text.replace("\\n", "\n"))
    try:
        return keep_secret(Path(text).expanduser().read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise InputError(
            "The private key is neither in PEM form nor a file that can be read.",
            where=where,
            do="Give the key itself (-----BEGIN PRIVATE KEY-----...) or the path of its file.",
        ) from error


def jwt(
    claims: Mapping[str, Any],
    key: str,
    *,
    algorithm: Algorithm = "RS256",
    headers: Mapping[str, str] | None = None,
) -> str:
    """A signed JSON Web Token (RFC 7519); `key` is a private key in PEM form.

    Raises:
        InputError: the key cannot be read, or is not of the algorithm's kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        signer = load_pem_private_key(key.encode("ascii"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        signer = None  # the error's text may hold part of the key
    head = {"alg": algorithm, "typ": "JWT", **(headers or {})}
    signed = f"{_encoded(json.dumps(head))}.{_encoded(json.dumps(dict(claims)))}"
    content, digest = signed.encode("ascii"), hashes.SHA256()
    if (
        algorithm == "ES256"
        and isinstance(signer, ec.EllipticCurvePrivateKey)
        and isinstance(signer.curve, ec.SECP256R1)  # the vendor gives other curves other names
    ):
        r, s = decode_dss_signature(signer.sign(content, ec.ECDSA(digest)))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    elif algorithm == "PS256" and isinstance(signer, rsa.RSAPrivateKey):
        pad = padding.PSS(mgf=padding.MGF1(digest), salt_length=32)
        signature = signer.sign(content, pad, digest)
    elif algorithm == "RS256" and isinstance(signer, rsa.RSAPrivateKey):
        signature = signer.sign(content, padding.PKCS1v15(), digest)
    else:
        raise InputError(
            f"The private key cannot sign with {algorithm}.",
            where="private_key",
            do="Give an unencrypted private key in PEM form: EC P-256 for ES256, RSA else.",
        )
    return keep_secret(f"{signed}.{_encoded(signature)}")


def _encoded(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
