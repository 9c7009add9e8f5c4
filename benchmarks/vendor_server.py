"""Loopback stand-ins for both vendors, for measuring: they answer from memory, as fast as they can.

They run in a process of their own, so that their work is not the client's. What a query gives is
rendered and packed once, when it is first asked; a second fetch of the same measures the client.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb

# A row every second: an hour of look-back is 3,600 rows.
FIRST = datetime(2026, 1, 1, tzinfo=UTC)

_DEAL = """
create table Opportunity as
with row as (
    select
        n,
        (timestamp '2026-01-01' + to_seconds(n)) as stamp,
        (n * 7919 % 9999991) / 100 as amount,
    from range({rows}) as t(n)
)
select
    '0065Y' || lpad(n::varchar, 10, '0') || 'QAB' as Id,
    'Deal ' || n || ', flow meters and gaskets' as Name,
    '0015Y' || lpad((n % 50000)::varchar, 10, '0') || 'QAB' as AccountId,
    printf('%.2f', amount) as Amount,
    strftime(stamp + interval 30 day, '%Y-%m-%d') as CloseDate,
    case n % 3 when 0 then 'Closed Won' when 1 then 'Negotiation/Review' else 'Closed Lost' end
        as StageName,
    (n % 3 = 0)::varchar as IsWon,
    (n % 3 <> 1)::varchar as IsClosed,
    (n % 101)::varchar as Probability,
    'New Business' as Type,
    'Trade Show' as LeadSource,
    '0055Y' || lpad((n % 300)::varchar, 10, '0') || 'QAB' as OwnerId,
    ['USD', 'EUR', 'GBP'][1 + n % 3] as CurrencyIsoCode,
    'false' as IsDeleted,
    strftime(stamp, '%Y-%m-%dT%H:%M:%S.000Z') as CreatedDate,
    strftime(stamp, '%Y-%m-%dT%H:%M:%S.000Z') as LastModifiedDate,
    strftime(stamp, '%Y-%m-%dT%H:%M:%S.000Z') as SystemModstamp,
    'Northfield Industrial Inc' as Legal_Entity__c,
    'OPP-' || n as Opportunity_Number__c,
    case when n % 4 = 0 then 'PO# ' || n end as Purchase_Order_Number__c,
    printf('%.2f', amount / 10) as Tax_Amount__c,
from row
order by n
"""
_DOCUMENT = """
create table document as
with row as (select n, timestamp '2026-01-01' + to_seconds(n) as stamp from range({rows}) as t(n))
select
    (n + 1)::varchar as id,
    'SO' || n as tranid,
    'SalesOrd' as type,
    strftime(stamp, '%Y-%m-%d') as trandate,
    'B' as status,
    (n % 50000)::varchar as entity,
    (1 + n % 5)::varchar as currency,
    '1.0834123456' as exchangerate,
    'F' as posting,
    'Flow meters, "standard" delivery' as memo,
    strftime(stamp, '%Y-%m-%d %H:%M:%S') as createddate,
    strftime(stamp, '%Y-%m-%d %H:%M:%S') as lastmodifieddate,
    printf('%.2f', (n * 7919 % 9999991) / 100) as foreigntotal,
    '0065Y' || lpad(n::varchar, 10, '0') || 'QAB' as custbody_sf_opportunity_id,
from row
order by n
"""
_KINDS = {"Amount": "currency", "Tax_Amount__c": "currency", "Probability": "percent",
          "IsWon": "boolean", "IsClosed": "boolean", "IsDeleted": "boolean",
          "CloseDate": "date", "SystemModstamp": "datetime"}  # fmt: skip
API = "/services/data/v62.0"
SUITEQL = "/services/rest/query/v1/suiteql"
PAGE = 1000


class Vendors:
    """Both vendors' answers.

    Attributes:
        sent: (job, first row of the piece) -> how often the whole piece was sent.
        rows: rows of a piece, by the same.
    """

    def __init__(self, rows: int) -> None:
        self.database = duckdb.connect()
        self.database.execute("set enable_progress_bar = false")
        self.database.execute(_DEAL.format(rows=rows))
        self.database.execute(_DOCUMENT.format(rows=rows))
        self.columns = [str(row[0]) for row in self.query("describe Opportunity")]
        self.document = [str(row[0]) for row in self.query("describe document")]
        newest = self.query("select max(SystemModstamp) from Opportunity")[0][0]
        self.now = datetime.fromisoformat(newest).replace(second=0, microsecond=0)
        self.now = self.now.replace(year=self.now.year + 1)
        self.jobs: dict[str, str] = {}
        self.rendered: dict[Any, Any] = {}
        self.sent: Counter[tuple[str, int]] = Counter()
        self.rows: dict[tuple[str, int], int] = {}
        self.lock = threading.RLock()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.cursor().execute(sql).fetchall()

    def once(self, key: Any, render: Any) -> Any:
        """What `render` gives, rendered once."""
        with self.lock:
            if key not in self.rendered:
                self.rendered[key] = render()
            return self.rendered[key]

    # ------------------------------------------------------------ Salesforce

    def count(self, soql: str) -> int:
        return int(self.query(_sql(re.sub(r"SELECT .+? FROM", "SELECT count(*) FROM", soql)))[0][0])

    def piece(self, job: str, start: int, size: int) -> tuple[bytes, int]:
        """A piece of a job's result, packed, and its rows."""
        soql = self.jobs[job]

        def render() -> tuple[bytes, int]:
            names = re.match(r"SELECT (.+?) FROM", soql)
            assert names
            quoted = " || ',' || ".join(
                f"""'"' || replace(coalesce({name}, ''), '"', '""') || '"'"""
                for name in names[1].split(", ")
            )
            inner = f"{_sql(soql)} order by Id limit {size} offset {start}"
            lines = self.query(f"select {quoted} from ({inner})")
            head = ",".join(f'"{name}"' for name in names[1].split(", "))
            text = "\n".join([head, *(line for (line,) in lines), ""])
            return gzip.compress(text.encode(), 1), len(lines)

        rendered: tuple[bytes, int] = self.once((soql, start, size), render)
        return rendered

    def page(self, soql: str, start: int, size: int) -> bytes:
        """A page of a query's result, packed."""

        def render() -> bytes:
            plain = soql.removesuffix(" ORDER BY Id")
            found = self.database.cursor().execute(
                f"{_sql(plain)} order by Id limit {size} offset {start}"
            )
            names = [column[0] for column in found.description or []]
            records = [
                {
                    "attributes": {
                        "type": "Opportunity",
                        "url": f"{API}/sobjects/Opportunity/{row[0]}",
                    }
                }
                | {name: _json(name, value) for name, value in zip(names, row, strict=True)}
                for row in found.fetchall()
            ]
            total = self.count(plain)
            content: dict[str, Any] = {"totalSize": total, "done": start + size >= total}
            if not content["done"]:
                content["nextRecordsUrl"] = f"{API}/query/{self.key(soql)}-{start + size}"
            text = json.dumps(content | {"records": records}, separators=(",", ":"))
            text = re.sub(r'"#(-?[\d.]+)#"', r"\1", text)
            return gzip.compress(text.encode(), 1)

        rendered: bytes = self.once((soql, start, size, "page"), render)
        return rendered

    def key(self, soql: str) -> str:
        """The locator of a query: the same for the same query."""
        known = self.once("locators", dict)
        return str(known.setdefault(soql, f"01g{len(known):06}"))

    def soql(self, key: str) -> str:
        known: dict[str, str] = self.once("locators", dict)
        return next(soql for soql, one in known.items() if one == key)

    # -------------------------------------------------------------- NetSuite

    def suiteql(self, text: str) -> bytes:
        """A page of the documents, packed."""

        def render() -> bytes:
            return gzip.compress(json.dumps({"items": self.items(text)}).encode(), 1)

        rendered: bytes = self.once(text, render)
        return rendered

    def items(self, text: str) -> list[dict[str, Any]]:
        if "FROM DUAL" in text or "1 = 0" in text:
            return []
        if "COUNT(*)" in text:
            rows = self.query("select count(*) from document")[0][0]
            return [{"n": str(rows), "late": "0", "read": str(rows)}]
        asked = re.findall(r"(?:TO_CHAR\((\w+), '[^']*'\)|(\w+)) AS ([ck]\d+)", text)
        listed = ", ".join(  # of the other columns that are asked for every value is empty
            f"{plain or dated} as {alias}"
            for dated, plain, alias in asked
            if (plain or dated) in self.document
        )
        behind = re.search(r"\(id > (\d+)\)", text)
        first = int(behind[1]) if behind else 0
        found = self.database.cursor().execute(
            f"select {listed} from document where id::bigint > {first}"
            f" order by id::bigint limit {PAGE}"
        )
        names = [column[0] for column in found.description or []]
        return [
            {"links": []} | {k: v for k, v in zip(names, row, strict=True) if v is not None}
            for row in found.fetchall()
        ]


def _sql(soql: str) -> str:
    return re.sub(r"(\d{4}-\d\d-\d\dT[\d:.]+Z)", r"'\1'", soql)


def _json(name: str, value: str | None) -> Any:
    kind = _KINDS.get(name)
    if value is None:
        return None
    if kind == "boolean":
        return value == "true"
    return f"#{value}#" if kind in ("currency", "percent") else value


def _handler(vendors: Vendors) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.route(b"")

        def do_DELETE(self) -> None:
            self.send(204, b"")

        def do_POST(self) -> None:
            self.route(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def route(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            path = parts.path.removeprefix(API)
            if path == "/services/oauth2/token":
                return self.say({"access_token": "benchmark-token"})
            if path == SUITEQL:
                return self.send(200, vendors.suiteql(json.loads(body)["q"]))
            if path == "/sent":
                with vendors.lock:
                    counted = [(count, vendors.rows[key]) for key, count in vendors.sent.items()]
                return self.say(counted)
            if path.endswith("/describe"):
                fields = [
                    {"name": name, "type": _KINDS.get(name, "string")} for name in vendors.columns
                ]
                return self.say({"fields": fields})
            if path in ("/query", "/queryAll"):
                if asked["q"].startswith("SELECT COUNT()"):
                    return self.say({"totalSize": vendors.count(asked["q"]), "records": []})
                size = self.headers["Sforce-Query-Options"].partition("=")[2]
                return self.send(200, vendors.page(asked["q"], 0, int(size)))
            if match := re.fullmatch(r"/query/(\w+)-(\d+)", path):
                return self.send(200, vendors.page(vendors.soql(match[1]), int(match[2]), 2000))
            return self.bulk(path, asked, body)

        def bulk(self, path: str, asked: dict[str, str], body: bytes) -> None:
            if path == "/jobs/query":
                with vendors.lock:
                    job = f"750{len(vendors.jobs):06}"
                    vendors.jobs[job] = json.loads(body)["query"]
                return self.say({"id": job, "state": "UploadComplete"})
            job = path.split("/")[3]
            total = vendors.once(
                ("count", vendors.jobs[job]), lambda: vendors.count(vendors.jobs[job])
            )
            if not path.endswith("/results"):
                return self.say({"state": "JobComplete", "numberRecordsProcessed": total})
            start = int(asked.get("locator", "0"))
            content, rows = vendors.piece(job, start, int(asked["maxRecords"]))
            end = start + rows
            headers = {
                "Sforce-NumberOfRecords": str(rows),
                "Sforce-Locator": str(end) if end < total else "null",
                "Content-Type": "text/csv",
            }
            self.send(200, content, headers)
            with vendors.lock:
                vendors.rows[job, start] = rows
                vendors.sent[job, start] += 1
            return None

        def say(self, content: Any) -> None:
            self.send(200, gzip.compress(json.dumps(content).encode(), 1))

        def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response_only(status)
            self.send_header("Date", format_datetime(vendors.now, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            if body:
                self.send_header("Content-Encoding", "gzip")
            for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


class _Http(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that was killed is no error."""


def _serve(rows: int, address: Connection) -> None:
    with _Http(("127.0.0.1", 0), _handler(Vendors(rows))) as http:
        address.send(f"http://127.0.0.1:{http.server_address[1]}")
        http.serve_forever()


class Server:
    """Both vendors in a process of their own: `with Server(rows) as url`."""

    def __init__(self, rows: int) -> None:
        here, there = get_context("spawn").Pipe()
        self.address = here
        self.process = get_context("spawn").Process(target=_serve, args=(rows, there), daemon=True)

    def __enter__(self) -> str:
        self.process.start()
        url: str = self.address.recv()
        return url

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join()
