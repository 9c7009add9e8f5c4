"""A small NetSuite on loopback: OAuth 2.0 client credentials, token-based authentication, SuiteQL.

Written from the vendor's documentation, and as awkward: empty columns are left out of answers,
every value is text, dates come in the user's own format unless TO_CHAR says otherwise, stamps are
in the user's time zone, an unknown column is an error that may or may not name it, at most 1,000
rows a page and no offset beyond 100,000.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.ingestion.faults import FAULTS, QuietHandler, serve, spoil

ZONE = ZoneInfo("America/Los_Angeles")
STAMPS = {"lastmodifieddate", "linelastmodifieddate", "createddate", "deleteddate"}
DATES = {"trandate", "startdate", "enddate", "effectivedate"}


class _Sum:
    """SUM without floats."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: Any) -> None:
        if value is not None:
            self.total = (self.total or Decimal(0)) + Decimal(str(value))

    def finalize(self) -> str | None:
        return None if self.total is None else f"{self.total:f}"


class NetSuiteServer:
    """One account.

    Attributes:
        tables: table -> columns; the first ones, as many as `keys` says, are the key.
        served: (table, key) -> how often the row was given with its columns.
        tokens: tokens in force -> requests that they are still good for.
    """

    def __init__(
        self,
        tables: dict[str, list[str]],
        keys: dict[str, int],
        seed: int = 0,
        zone: ZoneInfo = ZONE,
    ) -> None:
        self.zone = zone
        self.tables = tables | {"deletedrecord": ["recordid", "type", "deleteddate"]}
        self.keys = keys
        self.random = random.Random(seed)  # noqa: S311
        self.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self.account = "1234567_SB1"
        self.public_key: Any = None
        self.certificate_id = "planted-certificate"
        self.consumer = {"key": "planted-consumer-key", "secret": "planted-consumer-secret&+ä"}
        self.token = {"id": "planted-token-id", "secret": "planted-token-secret/=?"}
        self.nonces: set[str] = set()
        self.tokens: dict[str, int] = {}
        self.token_uses = 10**9
        self.granted = 0
        self.faults = 0.0
        self.fault_kinds: tuple[str, ...] = FAULTS
        self.seen_faults: Counter[str] = Counter()
        self.streak = self.token_streak = 0
        self.calls = 0
        self.most = 1000  # rows a page, whatever was asked for
        self.names_unknown = True
        self.says = ""  # if not empty, every login is refused with it
        self.says_later = ""  # if not empty, every other request is
        self.served: Counter[tuple[str, tuple[Any, ...]]] = Counter()
        self.queries: list[str] = []
        self.before_page: Callable[[], None] | None = None
        self.lock = threading.RLock()
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.row_factory = sqlite3.Row
        self.database.create_function("TO_CHAR", 2, _to_char)
        self.database.create_function("TO_DATE", 2, lambda text, _: text)
        self.database.create_aggregate("SUM", 1, _Sum)
        self.database.execute("create table DUAL (x)")
        self.database.execute("insert into DUAL values ('x')")
        for table, columns in self.tables.items():
            count = self.keys.get(table, 0)
            whole = {"recordid", *columns[:count]} - {"linktype"}
            listed = ", ".join(f'"{c}"{" integer" if c in whole else ""}' for c in columns)
            key = ", ".join(f'"{name}"' for name in columns[:count])
            primary = f", primary key ({key})" if count else ""
            self.database.execute(f'create table "{table}" ({listed}{primary})')
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        serve(self.http)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    # ----------------------------------------------------------------- rows

    @property
    def local(self) -> str:
        """The clock as the user sees it."""
        return self.now.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def put(self, table: str, **row: Any) -> None:
        """Insert or change a row; its stamp is the server's clock."""
        columns = self.tables[table]
        key = columns[: self.keys.get(table, 0)]
        with self.lock:
            where = " and ".join(f'"{name}" = ?' for name in key)
            old = self.database.execute(
                f'select * from "{table}" where {where or "1 = 0"}', [row[name] for name in key]
            ).fetchone()
            full = dict(old) if old else {}
            full |= {name: self.local for name in columns if name in STAMPS - {"createddate"}}
            full |= row
            self.database.execute(
                f'insert or replace into "{table}" values ({", ".join("?" for _ in columns)})',
                [full.get(name) for name in columns],
            )

    def put_all(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows as they are: values in the order of the table's columns."""
        places = ", ".join("?" for _ in self.tables[table])
        with self.lock:
            self.database.executemany(f'insert or replace into "{table}" values ({places})', rows)

    def drop(self, table: str, **key: Any) -> None:
        """The rows are gone, and nothing tells."""
        where = " and ".join(f'"{name}" = ?' for name in key)
        with self.lock:
            self.database.execute(f'delete from "{table}" where {where}', list(key.values()))

    def delete_record(self, table: str, key: int, parts: dict[str, str]) -> None:
        """A record is deleted with its parts; `deletedrecord` names the record only."""
        self.drop(table, id=key)
        for part, column in parts.items():
            self.drop(part, **{column: key})
        self.put("deletedrecord", recordid=key, type=table)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(row) for row in self.database.execute(f'select * from "{table}"')]

    # -------------------------------------------------------------- who asks

    def verify_oauth1(self, header: str, method: str, address: str) -> bool:
        """RFC 5849, section 3: parse, rebuild the base string, compare."""
        given = {
            name: unquote(value)
            for name, value in re.findall(r'(\w+)="([^"]*)"', header.removeprefix("OAuth "))
        }
        signature = given.pop("oauth_signature", "")
        if given.pop("realm", "") != self.account or given.get("oauth_nonce") in self.nonces:
            return False
        if given["oauth_consumer_key"] != self.consumer["key"]:
            return False
        if given["oauth_token"] != self.token["id"]:
            return False
        self.nonces.add(given["oauth_nonce"])
        parts = urlsplit(address)
        pairs = [(k, v) for k, vs in parse_qs(parts.query).items() for v in vs]
        encoded = sorted(
            quote(k, safe="-._~") + "=" + quote(v, safe="-._~") for k, v in [*pairs, *given.items()]
        )
        base = "&".join(
            quote(one, safe="-._~")
            for one in (method, f"{self.url}{parts.path}", "&".join(encoded))
        )
        secret = "&".join(
            quote(one, safe="-._~") for one in (self.consumer["secret"], self.token["secret"])
        )
        wanted = hmac.digest(secret.encode(), base.encode(), hashlib.sha256)
        return (
            given["oauth_signature_method"] == "HMAC-SHA256"
            and given["oauth_version"] == "1.0"
            and hmac.compare_digest(base64.b64encode(wanted).decode(), signature)
        )

    def verify_assertion(self, form: dict[str, str]) -> bool:
        """RFC 7523, with the vendor's own claims."""
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        if form.get("grant_type") != "client_credentials" or (
            form.get("client_assertion_type") != kind
        ):
            return False
        head, claims, signature = (_decoded(part) for part in form["client_assertion"].split("."))
        said, header = json.loads(claims), json.loads(head)
        signed = form["client_assertion"].rsplit(".", 1)[0].encode()
        try:
            if header["alg"] == "PS256":
                pad = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
                self.public_key.verify(signature, signed, pad, hashes.SHA256())
            else:
                r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
                self.public_key.verify(
                    encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256())
                )
        except (InvalidSignature, TypeError, AttributeError):
            return False
        return (
            header["typ"] == "JWT"
            and header["kid"] == self.certificate_id
            and said["iss"] == "planted-client-id"
            and said["scope"] == "rest_webservices"
            and said["aud"] == f"{self.url}/services/rest/auth/oauth2/v1/token"
            and 0 < said["exp"] - said["iat"] < 3600
            and abs(said["iat"] - time.time()) < 300
        )

    # ---------------------------------------------------------------- SuiteQL

    def select(self, suiteql: str, limit: int) -> dict[str, Any]:
        limit = min(limit, self.most)
        with self.lock:
            self.queries.append(suiteql)
            sql = re.sub(r"\btransaction\b", '"transaction"', suiteql)  # a word of SQLite's own
            found = self.database.execute(sql).fetchmany(limit + 1)
        items = []
        table = re.search(r"FROM (\w+)", suiteql)
        columns = re.match(r"SELECT (.+?) FROM", suiteql)
        assert table and columns
        plain = {
            alias: name for name, alias in re.findall(r"(?<![\w'\"(])(\w+) AS (\w+)", columns[1])
        }
        for row in map(dict, found[:limit]):
            item: dict[str, Any] = {"links": []}
            for name, value in row.items():
                if value is not None:
                    item[name.lower()] = _as_user_sees(plain.get(name, name), value)
            items.append(item)
            key = tuple(value for name, value in row.items() if re.fullmatch(r"k\d", name))
            if "c1" in row:  # the row itself, not its key
                self.served[table[1], key] += 1
        return {
            "links": [],
            "count": len(items),
            "hasMore": len(found) > limit,
            "items": items,
            "offset": 0,
            "totalResults": len(items),
        }


def _to_char(value: Any, wanted: str) -> str | None:
    if value is None:
        return None
    assert wanted in ("YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS"), wanted
    return str(value)[: 10 if wanted == "YYYY-MM-DD" else 19]


def _as_user_sees(name: str, value: Any) -> str:
    """A date that nobody formats comes as the user likes it."""
    if name in STAMPS | DATES:
        return datetime.fromisoformat(str(value)).strftime("%d/%m/%Y")
    return str(value)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _handler(server: NetSuiteServer) -> type[BaseHTTPRequestHandler]:
    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with server.lock:
                server.calls += 1
            parts = urlsplit(self.path)
            if parts.path == "/services/rest/auth/oauth2/v1/token":
                form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
                with server.lock:  # faults here are a row of their own
                    others, server.streak = server.streak, server.token_streak
                    fault = self.fault()
                    server.token_streak, server.streak = server.streak, others
                return self.token(form, fault)
            with server.lock:
                fault = self.fault()
            if fault == "expired":
                server.tokens.clear()
            if not self.is_known():
                return self.refuse(401, "Invalid login attempt.", "INVALID_LOGIN")
            if server.says_later:
                said = f"{self.headers['Authorization']} {server.says_later}"
                return self.refuse(403, said, "INSUFFICIENT_PERMISSION")
            if parts.path != "/services/rest/query/v1/suiteql":
                return self.refuse(404, "The requested resource was not found.", "NONEXISTENT_ID")
            asked = parse_qs(parts.query)
            limit, offset = (
                int(asked.get(name, [default])[0])
                for name, default in (("limit", "1000"), ("offset", "0"))
            )
            if self.headers.get("Prefer") != "transient" or limit > 1000 or offset >= 100_000:
                return self.refuse(400, "Invalid request.", "INVALID_PARAMETER")
            if server.before_page:
                server.before_page()
            served = Counter(server.served)
            try:
                page = server.select(json.loads(body)["q"], limit)
            except sqlite3.OperationalError as error:
                named = re.search(r"no such (?:column|table): (\w+)", str(error))
                said = "Invalid search query."
                if named and server.names_unknown:
                    said += (
                        " Detailed unprocessed description follows. Search error occurred: Field"
                        f" '{named[1]}' for record was not found. Reason: REMOVED."
                    )
                return self.refuse(400, said, "INVALID_PARAMETER")
            if not self.answer(200, page, fault):
                server.served = served
            return None

        def is_known(self) -> bool:
            header = self.headers.get("Authorization", "")
            with server.lock:
                if header.startswith("OAuth "):
                    return server.verify_oauth1(header, "POST", f"{server.url}{self.path}")
                token = header.removeprefix("Bearer ")
                if server.tokens.get(token, 0) <= 0:
                    return False
                server.tokens[token] -= 1
                return True

        def token(self, form: dict[str, str], fault: str | None) -> None:
            if server.says or not server.verify_assertion(form):
                self.answer(400, {"error": server.says or "invalid_grant"})
                return
            with server.lock:
                server.granted += 1
                token = f"planted.access.token{server.granted:04}"
                server.tokens = {token: server.token_uses}
            said = {"access_token": token, "expires_in": "3600", "token_type": "bearer"}
            self.answer(200, said, fault)

        # -------------------------------------------------------------- faults

        def fault(self) -> str | None:
            """At most two faults in a row: a third try is answered."""
            if server.random.random() >= server.faults or server.streak >= 2:
                server.streak = 0
                return None
            server.streak += 1
            kind = server.random.choice(server.fault_kinds)
            if kind == "expired":
                server.streak = 2  # a session that ends again at once is no fault of the network
            server.seen_faults[kind] += 1
            return kind

        def refuse(self, status: int, detail: str, code: str) -> None:
            title = HTTPStatus(status).phrase
            details = [{"detail": detail, "o:errorCode": code}]
            self.answer(status, {"title": title, "status": status, "o:errorDetails": details})

        def answer(self, status: int, content: Any, fault: str | None = None) -> bool:
            """Send; gives whether the body went out unspoilt."""
            body = json.dumps(content).encode()
            kind = {"Content-Type": "application/vnd.oracle.resource+json; type=collection"}
            packed = gzip.compress(body, 1)
            if fault in (None, "expired"):
                self.send(status, packed, kind | {"Content-Encoding": "gzip"})
                return True
            details = {"detail": "Concurrent request limit exceeded. Request blocked."}
            details |= {"o:errorCode": "SSS_REQUEST_LIMIT_EXCEEDED"}
            code = server.random.choice((400, 429, 503))
            said = {"title": "Limit exceeded", "status": code, "o:errorDetails": [details]}
            soon = format_datetime(server.now + timedelta(seconds=7), usegmt=True)
            pause = server.random.choice(("7", soon, ""))
            spoil(self, fault, status, body, kind, throttled=(code, said, pause))
            return False

        def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            self.send_header("Date", format_datetime(server.now, usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
