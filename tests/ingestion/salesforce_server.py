"""A small Salesforce on loopback: OAuth, describe, SOQL with locators, Bulk API 2.0 query jobs.

It keeps rows in SQLite, serves what the client asks in the vendor's spelling, and fails on request:
`faults` is the share of answers that are spoilt in one of the ways that networks and vendors know.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.ingestion.faults import FAULTS, QuietHandler, serve, spoil

API = "/services/data/v62.0"
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


class SalesforceServer:
    """One company.

    Attributes:
        fields: table -> field -> type, as describe says.
        served: (table, Id) -> how often the row was given in a query or job with its columns.
        calls: requests received.
    """

    def __init__(self, fields: dict[str, dict[str, str]], *, seed: int = 0) -> None:
        self.fields = fields
        self.random = random.Random(seed)  # noqa: S311
        self.faults = 0.0
        self.fault_kinds: tuple[str, ...] = (*FAULTS, "gone", "failed")
        self.seen_faults: Counter[str] = Counter()
        self.streak: Counter[str] = Counter()
        self.served: Counter[tuple[str, str]] = Counter()
        self.calls = 0
        self.now = datetime(2026, 6, 1, tzinfo=UTC)
        self.tokens: set[str] = set()
        self.granted = 0
        self.secret = "planted-client-secret"
        self.public_key: Any = None
        self.usage = (10, 100000)
        self.retry_after = "0"
        self.is_generous = True  # a page holds as many rows as were asked for, and not fewer
        self.formulas: set[str] = set()  # names of fields that are computed
        self.says = ""  # if not empty, every login is refused with it
        self.says_later = ""  # if not empty, every other request is
        self.before_page: Any = None  # called before a page of rows is given
        self.locators: dict[str, tuple[str, list[dict[str, Any]], int]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.locator_count = self.job_count = 0
        self.lock = threading.RLock()
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.row_factory = sqlite3.Row
        for table, columns in fields.items():
            listed = ", ".join(f'"{name}"' for name in columns)
            self.database.execute(f'create table "{table}" ({listed}, primary key (Id))')
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        serve(self.http)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    # ----------------------------------------------------------------- rows

    def put(self, table: str, **row: Any) -> None:
        """Insert or change a row; its stamp is the server's clock."""
        with self.lock:
            old = self.database.execute(
                f'select * from "{table}" where Id = ?', [row["Id"]]
            ).fetchone()
            stamp = _stamp(self.now)
            full = dict(old) if old else {"IsDeleted": "false", "CreatedDate": stamp}
            full |= {"SystemModstamp": stamp} | row
            names = [name for name in self.fields[table] if name in full]
            self.database.execute(
                f'insert or replace into "{table}" ({", ".join(names)})'
                f" values ({', '.join('?' for _ in names)})",
                [full[name] for name in names],
            )

    def put_all(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows as they are."""
        names = list(self.fields[table])
        with self.lock:
            self.database.executemany(
                f'insert or replace into "{table}" ({", ".join(names)})'
                f" values ({', '.join('?' for _ in names)})",
                [[row[name] for name in names] for row in rows],
            )

    def purge(self, table: str, key: str) -> None:
        """The row is gone, and no stamp tells."""
        with self.lock:
            self.database.execute(f'delete from "{table}" where Id = ?', [key])

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        with self.lock:
            found = self.database.execute(f'select * from "{table}"').fetchall()
        return {row["Id"]: dict(row) for row in found}

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    # ----------------------------------------------------------------- SOQL

    def select(self, soql: str, *, deleted: bool) -> tuple[str, list[dict[str, Any]] | int]:
        match = re.fullmatch(
            r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY Id)?", soql.strip()
        )
        assert match, soql
        columns, table, where = match.groups()
        conditions = [_sql(where)] if where else []
        if not deleted and "IsDeleted" in self.fields[table]:
            conditions.append("IsDeleted = 'false'")
        condition = f" where {' and '.join(conditions)}" if conditions else ""
        with self.lock:
            if columns == "COUNT()":
                found = self.database.execute(f'select count(*) from "{table}"{condition}')
                return table, int(found.fetchone()[0])
            if columns.startswith("SUM("):
                listed = ", ".join(
                    re.sub(r"SUM\((\w+)\) (\w+)", r"sum(cast(\1 as real)) as \2", part)
                    for part in columns.split(", ")
                )
            else:
                listed = columns
                for name in columns.split(", "):
                    assert name in self.fields[table], f"No such column '{name}'"
            found = self.database.execute(
                f'select {listed} from "{table}"{condition}'
                + ("" if listed.startswith("sum(") else " order by Id")
            )
            return table, [dict(row) for row in found.fetchall()]


def _sql(where: str) -> str:
    text = re.sub(r"(\d{4}-\d\d-\d\dT[\d:.]+Z)", r"'\1'", where)
    return re.sub(r"= (true|false)", r"= '\1'", text)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _handler(server: SalesforceServer) -> type[BaseHTTPRequestHandler]:
    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.handle_all(b"")

        def do_DELETE(self) -> None:
            self.handle_all(b"")

        def do_POST(self) -> None:
            self.handle_all(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        # ------------------------------------------------------------- answers

        def handle_all(self, body: bytes) -> None:
            with server.lock:
                server.calls += 1
            parts = urlsplit(self.path)
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            fault = self.fault(parts.path)
            if parts.path == "/services/oauth2/token":
                if fault not in (None, "expired", "gone", "failed"):
                    return self.spoil(fault, 200, b"{}", {"Content-Type": "application/json"})
                return self.token(parse_qs(body.decode()))
            if fault == "failed":
                match = re.fullmatch(rf"{API}/jobs/query/(\w+)", parts.path)
                if match and match[1] in server.jobs and self.command == "GET":
                    server.jobs[match[1]]["failed"] = server.random.choice(("Failed", "Aborted"))
                fault = None
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            with server.lock:
                if fault == "expired":
                    server.tokens.discard(token)
                elif fault == "gone":
                    server.locators.clear()
                    server.jobs.clear()
                    fault = None
            if token not in server.tokens:
                return self.answer(401, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}])
            if server.says_later:
                said = [
                    {"errorCode": "INSUFFICIENT_ACCESS", "message": f"{token} {server.says_later}"}
                ]
                return self.answer(403, said)
            return self.route(parts.path.removeprefix(API), asked, body, fault)

        def route(self, path: str, asked: dict[str, str], body: bytes, fault: str | None) -> None:
            if match := re.fullmatch(r"/sobjects/(\w+)/describe", path):
                if match[1] not in server.fields:
                    return self.answer(404, [{"errorCode": "NOT_FOUND", "message": "no resource"}])
                fields = [
                    {"name": name, "type": kind, "aggregatable": True, "scale": 2,
                     "calculated": name in server.formulas}
                    for name, kind in server.fields[match[1]].items()
                ]  # fmt: skip
                return self.answer(200, {"name": match[1], "fields": fields}, fault)
            if path in ("/query", "/queryAll"):
                table, found = server.select(asked["q"], deleted=path == "/queryAll")
                if isinstance(found, int):
                    return self.answer(
                        200, {"totalSize": found, "done": True, "records": []}, fault
                    )
                size = int(
                    re.search(
                        r"batchSize=(\d+)",
                        self.headers.get("Sforce-Query-Options", "batchSize=2000"),
                    )[1]  # type: ignore[index]
                )
                server.locator_count += 1
                key = f"01g{server.locator_count:06}"
                server.locators[key] = (table, found, size)
                return self.page(key, 0, fault)
            if match := re.fullmatch(r"/query/(\w+)-(\d+)", path):
                if match[1] not in server.locators:
                    said = {
                        "errorCode": "INVALID_QUERY_LOCATOR",
                        "message": "invalid query locator",
                    }
                    return self.answer(400, [said])
                return self.page(match[1], int(match[2]), fault)
            return self.bulk(path, asked, body, fault)

        def page(self, key: str, start: int, fault: str | None) -> None:
            if server.before_page:
                server.before_page()
            table, found, size = server.locators[key]
            if not server.is_generous:  # batchSize is a wish
                size = server.random.randint(1, size)
            rows = found[start : start + size]
            done = start + size >= len(found)
            records = [
                {"attributes": {"type": table, "url": f"{API}/sobjects/{table}/{row.get('Id')}"}}
                | {name: _json(server.fields[table].get(name, "double"), value)
                   for name, value in row.items()}
                for row in rows
            ]  # fmt: skip
            content: dict[str, Any] = {"totalSize": len(found), "done": done}
            if not done:
                content["nextRecordsUrl"] = f"{API}/query/{key}-{start + size}"
            content["records"] = records
            text = json.dumps(content, separators=(",", ":"))
            # numbers as they are stored, not as a float shows them
            text = re.sub(r'"#number#(.*?)#"', r"\1", text)
            if self.answer(200, text.encode(), fault) and rows and len(rows[0]) > 2:
                server.served.update((table, row["Id"]) for row in rows)

        def bulk(self, path: str, asked: dict[str, str], body: bytes, fault: str | None) -> None:
            if path == "/jobs/query":
                job = json.loads(body)
                assert job["operation"] == "queryAll" and "ORDER BY" not in job["query"]
                if self.asks_compound(job["query"]):
                    said = {
                        "errorCode": "FUNCTIONALITY_NOT_ENABLED",
                        "message": "Selecting compound data not supported in Bulk Query",
                    }
                    return self.answer(400, [said])
                server.job_count += 1
                key = f"750{server.job_count:06}"
                table, found = server.select(job["query"], deleted=True)
                server.jobs[key] = {"table": table, "rows": found, "looks": 0}
                return self.answer(200, {"id": key, "state": "UploadComplete"}, fault)
            match = re.fullmatch(r"/jobs/query/(\w+)(/results)?", path)
            if not match or match[1] not in server.jobs:
                return self.answer(404, [{"errorCode": "NOT_FOUND", "message": "no such job"}])
            job = server.jobs[match[1]]
            if match[2] and job.get("version", API) != API:
                said = {"errorCode": "API_ERROR", "message": "made with another version"}
                return self.answer(409, [said])
            if self.command == "DELETE":
                del server.jobs[match[1]]
                return self.answer(204, b"")
            if not match[2]:
                job["looks"] += 1
                if job.get("failed"):
                    why = "InternalServerError : retried too often"
                    said = {"state": job["failed"], "errorMessage": why}
                    return self.answer(200, said, fault)
                state = "JobComplete" if job["looks"] > 1 else "InProgress"
                return self.answer(
                    200, {"state": state, "numberRecordsProcessed": len(job["rows"])}, fault
                )
            assert job["rows"], "nobody documents the result of a job without rows"
            if server.before_page:
                server.before_page()
            start = int(asked.get("locator", "0"))
            rows = job["rows"][start : start + int(asked["maxRecords"])]
            end = start + len(rows)
            out = io.StringIO()
            names = list(rows[0]) if rows else ["Id"]
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([row[name] or "" for name in names] for row in rows)
            headers = {
                "Sforce-NumberOfRecords": str(len(rows)),
                "Sforce-Locator": str(end) if end < len(job["rows"]) else "null",
                "Content-Type": "text/csv",
            }
            if self.answer(200, out.getvalue().encode(), fault, headers):
                server.served.update((job["table"], row["Id"]) for row in rows)
            return None

        def asks_compound(self, soql: str) -> bool:
            columns, table = re.findall(r"SELECT (.+) FROM (\w+)", soql)[0]
            kinds = {server.fields[table][name] for name in columns.split(", ")}
            return bool(kinds & {"address", "location"})

        def token(self, form: dict[str, list[str]]) -> None:
            said = {key: values[0] for key, values in form.items()}
            good = said.get("client_secret") == server.secret
            if said["grant_type"].endswith("jwt-bearer"):
                good = _verified(said["assertion"], server.public_key)
            if not good or server.says:
                said_back = server.says or "invalid credentials"
                return self.answer(400, {"error": "invalid_client", "error_description": said_back})
            with server.lock:
                server.granted += 1
                token = f"00Dplanted!token{server.granted:04}"
                server.tokens = {token}
            return self.answer(
                200,
                {
                    "access_token": token,
                    "instance_url": server.url,
                    "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
                },
            )

        # -------------------------------------------------------------- faults

        def fault(self, path: str) -> str | None:
            """At most two faults in a row at one address: a third try is answered."""
            with server.lock:
                if server.random.random() >= server.faults or server.streak[path] >= 2:
                    server.streak[path] = 0
                    return None
                server.streak[path] += 1
                kind = server.random.choice(server.fault_kinds)
                if kind in ("expired", "gone", "failed"):
                    # what ends again at once is an error, not a fault of the network
                    server.streak[path] = 2
                server.seen_faults[kind] += 1
                return kind

        def answer(
            self,
            status: int,
            content: Any,
            fault: str | None = None,
            headers: dict[str, str] | None = None,
        ) -> bool:
            """Send; gives whether the body went out unspoilt."""
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            used, allowed = server.usage
            sent = {
                "Content-Type": "application/json;charset=UTF-8",
                "Sforce-Limit-Info": f"api-usage={used}/{allowed}",
                **(headers or {}),
            }
            if fault and fault != "expired":
                self.spoil(fault, status, body, sent)
                return False
            if "gzip" in self.headers.get("Accept-Encoding", "") and body:
                body = gzip.compress(body, 1)
                sent["Content-Encoding"] = "gzip"
            self.send(status, body, sent)
            return True

        def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            self.send_header("Date", format_datetime(server.now, usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers and status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def spoil(self, fault: str, status: int, body: bytes, headers: dict[str, str]) -> None:
            said = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}]
            throttled = (self.choose_status(), said, self.retry_after())
            spoil(self, fault, status, body, headers, throttled=throttled)

        def retry_after(self) -> str:
            if server.retry_after != "any":
                return server.retry_after
            soon = format_datetime(server.now + timedelta(seconds=3), usegmt=True)
            return server.random.choice(("0", "2", "", soon))

        def choose_status(self) -> int:
            return server.random.choice((403, 429, 503))

    return Handler


def _json(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "boolean":
        return value == "true"
    if kind in ("currency", "double", "percent", "int") and NUMBER.fullmatch(str(value)):
        return f"#number#{value}#"
    if kind == "datetime":
        return str(value).replace("Z", "+0000")
    return value


def _verified(assertion: str, key: Any) -> bool:
    """The claims that the vendor demands; it lets a token live three minutes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    head, claims, signature = assertion.split(".")

    def decoded(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    content = f"{head}.{claims}".encode()
    try:
        key.verify(decoded(signature), content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    said = json.loads(decoded(claims))
    return bool(
        json.loads(decoded(head))["alg"] == "RS256"
        and said["iss"] == "planted-client-id"
        and said["aud"] == "https://login.salesforce.com"
        and said["sub"] == "api@example.com"
        and time.time() < said["exp"] <= time.time() + 180
    )
