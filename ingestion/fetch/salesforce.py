"""Salesforce: REST query for small objects, Bulk API 2.0 for large ones, deleted rows on both ways.

Every window is [from, to): `to` is the vendor's clock when the fetch began, so that a row which
changes while it is being read leaves the window, and the next fetch reads it. What no time stamp
tells (rows purged, rows deleted with their parent) is found by counting: the number of rows that
will be alive after landing must be the vendor's own, else all keys are read and compared.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import requests

from ingestion.discover import PRESENT_KEYS
from ingestion.fetch import credentials, http
from ingestion.fetch.http import (
    Answer,
    BudgetSpent,
    Client,
    FetchError,
    Limits,
    RefusedError,
)
from ingestion.fetch.journal import Mode, Progress
from ingestion.fetch.lines import Cutter
from ingestion.fetch.source import Source, write_empty
from ingestion.names import literal, match_key, quoted
from ingestion.spec import ObjectSpec
from tieout.errors import InputError
from tieout.redact import keep_secret, redact

log = logging.getLogger(__name__)

TITLE = "Salesforce"
VERSION = "62.0"
# The vendor states sums as doubles: above this they need not be exact to the cent.
EXACT_SUM = Decimal(10) ** 11
TOKEN_SECONDS = 170  # a JWT may live three minutes
JOB_PAUSE = 2.0  # seconds between two looks at a job, growing to
JOB_LONGEST_PAUSE = 30.0
JOB_HOURS = 6
READINGS = 3  # of an object whose rows are not as many as the vendor says, or whose job is lost

_THROTTLED = {"REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"}
_NUMBERS = {"double", "int", "long", "currency", "percent"}
_SUMMED = {"money", "price", "quantity"}
# A job gives no compound fields (their parts are fields of their own), a page a link to a blob.
_NO_VALUE = {"address", "location", "base64", "complexvalue"}
_PAGE = Cutter("records", "attributes", r"\{[^{}]*\}")


class JobLost(FetchError):
    """A query job has failed, was aborted or is no longer there; another one may do."""


# ------------------------------------------------------------------------------------- who asks


class OAuth:
    """OAuth 2.0: client credentials, or a JWT that the company's own certificate signs."""

    def __init__(self) -> None:
        given = credentials.read(
            "salesforce",
            ["url", "client_id"],
            ["client_secret", "username", "private_key", "login_url"],
        )
        self.url = credentials.https_only(given["url"], "sources.salesforce.url")
        self.client_id = given["client_id"]
        self.client_secret = given.get("client_secret")
        self.username = given.get("username")
        self.key = given.get("private_key")
        self.audience = credentials.https_only(
            given.get("login_url", "https://login.salesforce.com"), "sources.salesforce.login_url"
        )
        if not self.client_secret and not (self.username and self.key):
            raise InputError(
                "Credentials of salesforce are not whole.",
                where="[sources.salesforce] in dlt's secrets.toml, or the environment",
                do="Set SOURCES__SALESFORCE__CLIENT_SECRET (client credentials), or"
                " SOURCES__SALESFORCE__USERNAME and SOURCES__SALESFORCE__PRIVATE_KEY (JWT bearer).",
            )
        self.base_url = self.url
        self.account = ""
        self._token = ""

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add the session."""
        request.headers["Authorization"] = f"Bearer {self._token}"

    def renew(self, client: Client) -> None:
        """Get a new session."""
        if self.username and self.key:
            claims = {
                "iss": self.client_id,
                "sub": self.username,
                "aud": self.audience,
                "exp": int(time.time()) + TOKEN_SECONDS,
            }
            key = credentials.private_key(self.key, "sources.salesforce.private_key")
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": credentials.jwt(claims, key),
            }
        else:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret or "",
            }
        answer = client.plain("POST", f"{self.url}/services/oauth2/token", form)
        try:
            given = answer.json()
        except ValueError:
            given = {}
        if not isinstance(given, dict) or answer.status != 200 or "access_token" not in given:
            said = str(given.get("error_description") or given.get("error") or "no token")
            raise RefusedError(
                f"Salesforce does not open a session: {redact(said)[:200]}"
                f" (status {answer.status}).",
                where=self.url,
                do="Check SOURCES__SALESFORCE__*, and that the app allows this flow for this user;"
                " see docs/apis.md.",
            )
        self._token = keep_secret(str(given["access_token"]))
        self.base_url = credentials.https_only(
            str(given.get("instance_url") or self.url), "instance_url"
        )
        # https://login.salesforce.com/id/<organization>/<user>
        identity = urlsplit(str(given.get("id", ""))).path.split("/")
        self.account = identity[2] if len(identity) > 3 else self.base_url


def _errors(answer: Answer) -> list[dict[str, Any]]:
    """What an answer says is wrong: a list of errorCode and message."""
    try:
        said = answer.json()
    except ValueError:
        return []
    listed = said if isinstance(said, list) else [said]
    return [one for one in listed if isinstance(one, dict)]


def _codes(answer: Answer) -> set[str]:
    return {str(one.get("errorCode", "")) for one in _errors(answer)}


def _refusal(answer: Answer) -> str:
    said = "; ".join(
        f"{one.get('errorCode', '')}: {one.get('message', '')}".strip(": ")
        for one in _errors(answer)
    )
    return redact(said)[:500] or f"status {answer.status}"


@dataclass
class Salesforce:
    """The API of one company.

    Attributes:
        share: of the company's own limit of calls, from which on nothing more is asked.
        used: calls of the day, all programs together, and how many there may be.
    """

    client: Client
    version: str
    share: float
    used: tuple[int, int] | None = None

    def url(self, path: str) -> str:
        """The address of a resource."""
        return f"/services/data/v{self.version}{path}"

    def get(self, path: str, **asked: Any) -> Answer:
        """Ask for a resource."""
        return self._asked(self.client.get, path, **asked)

    def post(self, path: str, **asked: Any) -> Answer:
        """Send what makes a job."""
        return self._asked(self.client.post, path, **asked)

    def download(self, path: str, target: Path, **asked: Any) -> Answer:
        """Ask for a resource that goes to a file."""
        return self._asked(self.client.download, path, target, **asked)

    def _asked(self, ask: Callable[..., Answer], *what: Any, **asked: Any) -> Answer:
        """An answer; before the company's own limit of calls is reached nothing more is asked."""
        if self.used and self.used[0] >= self.share * self.used[1]:
            raise BudgetSpent(
                f"{self.used[0]} of the {self.used[1]} calls that {TITLE} allows the company in a"
                " day are used, all programs together.",
                where=TITLE,
                do="What was fetched is kept: fetch again later and it goes on from there, or raise"
                " `share` under `api:` in ingestion/sources/salesforce.yml.",
            )
        answer = ask(*what, **asked)
        found = re.search(r"api-usage=(\d+)/(\d+)", answer.headers.get("Sforce-Limit-Info", ""))
        self.used = (int(found[1]), int(found[2])) if found else self.used
        return answer

    def count(self, table: str, where: str, *, deleted: bool) -> int:
        """Rows that the vendor holds."""
        condition = f" WHERE {where}" if where else ""
        answer = self.query(f"SELECT COUNT() FROM {table}{condition}", deleted=deleted)
        return int(answer.json()["totalSize"])

    def query(self, soql: str, *, deleted: bool, page_size: int | None = None) -> Answer:
        """The first page of a query."""
        headers = {"Sforce-Query-Options": f"batchSize={page_size}"} if page_size else None
        resource = self.url("/queryAll" if deleted else "/query")
        return self.get(resource, params={"q": soql}, headers=headers)


# ------------------------------------------------------------------------------------- the fetch


def fetch(source: Source) -> None:
    """Fetch all declared objects into the journal's directory.

    Raises:
        FetchError: the vendor did not answer; what was fetched is kept.
        InputError: the credentials are not accepted, or a declared object or column is not there.
    """
    oauth = OAuth()
    api = source.api
    client = Client(
        TITLE,
        oauth,
        Limits.of(api),
        is_throttled=lambda answer: (
            bool(_codes(answer) & _THROTTLED) if answer.status >= 400 else False
        ),
        refusal=_refusal,
    )
    salesforce = Salesforce(client, api.version or VERSION, api.share)
    client.log_in()
    source.journal.begin(client.clock or datetime.now(UTC).replace(tzinfo=None), oauth.account)
    multicurrency = False
    tables: list[_Table] = []
    for spec in source.objects():
        table = _Table.described(source, salesforce, spec)
        if table is not None:
            multicurrency = multicurrency or "CurrencyIsoCode" in table.types
            tables.append(table)
    for table in tables:
        if not table.progress.done:
            source.say(f"{TITLE} {table.name}")
            table.fetch()
            table.prove(multicurrency)


@dataclass
class _Table:
    """One object: what is asked of it, and how far that has come."""

    source: Source
    salesforce: Salesforce
    spec: ObjectSpec
    progress: Progress
    types: dict[str, str]
    scales: dict[str, int]

    @classmethod
    def described(cls, source: Source, salesforce: Salesforce, spec: ObjectSpec) -> _Table | None:
        """What the vendor says of an object; None when the company has none and need not."""
        name = spec.api.name or spec.vendor_name
        try:
            answer = salesforce.get(salesforce.url(f"/sobjects/{name}/describe"))
        except FetchError as error:
            if error.status != 404:
                raise
            if spec.api.optional and not source.has_landed(spec):
                log.info("%s has no %s that this user may read", TITLE, name)
                return None
            raise InputError(
                f"{TITLE} has no object {name}, or the user may not read it.",
                where=f"ingestion/sources/{source.spec.system}.yml: {spec.name}",
                do="Give the user of the API the right to read it, or declare it as optional or"
                " not fetched (`api:`).",
            ) from error
        fields = [field for field in answer.json()["fields"] if field["type"] not in _NO_VALUE]
        types = {str(field["name"]): str(field["type"]) for field in fields}
        asked, missing = source.columns(spec, list(types))
        required = [column.name for column in missing if column.required]
        if required:
            raise InputError(
                f"{TITLE} {name} lacks required fields: {', '.join(required)}.",
                where=f"ingestion/sources/{source.spec.system}.yml: {spec.name}",
                do="Give the user of the API the right to read them, or declare their names"
                " (`aliases`).",
            )
        formulas = [f["name"] for f in fields if f.get("calculated") and f["name"] in asked]
        if formulas:
            log.info(
                "%s %s: a change of %s moves no stamp; see look_back in docs/apis.md",
                TITLE, name, ", ".join(formulas),
            )  # fmt: skip
        scales = {
            str(field["name"]): int(field["scale"])
            for field in fields
            if field.get("aggregatable") and "scale" in field
        }
        return cls(source, salesforce, spec, source.progress(spec), types, scales)

    # -------------------------------------------------------------------- what

    @property
    def name(self) -> str:
        return self.spec.api.name or self.spec.vendor_name

    @property
    def fields(self) -> list[str]:
        return self.source.columns(self.spec, list(self.types))[0]

    @property
    def cursor(self) -> str | None:
        by_key = {match_key(name): name for name in self.types}
        if self.spec.api.cursor:
            return self.spec.api.cursor
        return next((by_key[k] for k in map(match_key, self.spec.cursor) if k in by_key), None)

    @property
    def mark(self) -> str | None:
        return "IsDeleted" if "IsDeleted" in self.fields else None

    def condition(self) -> str:
        """The window, and rows whose deletion moves no stamp."""
        since, until = self.progress.window
        parts = []
        if self.cursor and since:
            parts.append(f"{self.cursor} >= {_moment(since)}")
        if self.cursor and until:
            parts.append(f"{self.cursor} < {_moment(until)}")
        window = " AND ".join(parts)
        # a row of history has only the time at which it was made: deleting it leaves no trace
        if since and self.mark and self.cursor == "CreatedDate":
            window = f"(({window}) OR {self.mark} = true)"
        return " AND ".join(part for part in (window, self.spec.api.where) if part)

    def soql(self, extra: str = "") -> str:
        where = " AND ".join(part for part in (self.condition(), extra) if part)
        return f"SELECT {', '.join(self.progress.columns)} FROM {self.name}" + (
            f" WHERE {where}" if where else ""
        )

    # --------------------------------------------------------------------- how

    def fetch(self) -> None:
        """Read the window, or go on reading it."""
        if not self.progress.is_started or self.progress.columns != self.fields:
            landed = self.source.has_landed(self.spec)
            since = self.source.since(self.spec) if self.cursor else None
            # without a cursor nothing tells changed rows: the object is read whole, and is whole
            mode: Mode = "incremental" if landed and self.cursor else "full"
            self.start(mode, since)
        self.read()

    def start(self, mode: Mode, since: datetime | None) -> None:
        window = self.progress.window = (since, self.source.journal.upper)
        by: str = self.spec.api.mode
        if by == "auto":
            rows = self.salesforce.count(self.name, self.condition(), deleted=True)
            by = "bulk" if rows >= self.source.api.bulk_from else "query"
        self.progress.start(mode, window, self.fields, {"by": by})

    def read(self) -> None:
        for reading in range(1, READINGS + 1):
            by = self.progress.position["by"]
            try:
                stated = self.by_bulk() if by == "bulk" else self.by_query()
            except JobLost as lost:
                self.anew(by)
                if reading == READINGS:
                    raise
                log.warning("%s %s: %s", TITLE, self.name, lost)
                http.wait(self.salesforce.client.back_off(reading))
                continue
            if stated == self.progress.rows:
                break
            log.warning(
                "%s %s: %s rows read, %s stated", TITLE, self.name, self.progress.rows, stated
            )
            self.anew(by)
        else:
            raise FetchError(
                f"{TITLE} states another number of rows than it gives, {READINGS} times.",
                where=self.name,
                do="Fetch again later; if it stays so, the case is for the vendor's support.",
            )
        if not self.progress.files:
            write_empty(self.progress, self.progress.columns)
        self.progress.note(by=by, stated=stated)

    def anew(self, by: str) -> None:
        """Drop what was fetched of the object, and read its window again."""
        self.progress.start(self.progress.mode, self.progress.window, self.fields, {"by": by})

    def by_query(self) -> int:
        """By pages, each of which names the next; gives the rows stated."""
        position = dict(self.progress.position)
        if "stated" in position and not position.get("next"):
            return int(position["stated"])  # all was read before the interruption
        size = self.spec.api.page_size or self.source.api.page_size
        answer: Answer | None = None
        if "next" in position:
            try:
                answer = self.salesforce.get(position["next"])
            except FetchError as error:
                if error.answer is None or not _locator_is_gone(error.answer):
                    raise
                answer = self.salesforce.query(
                    self.soql(f"Id > {literal(position['last'])}") + " ORDER BY Id",
                    deleted=True,
                    page_size=size,
                )
                position["stated"] = self.progress.rows + int(answer.json()["totalSize"])
        if answer is None:
            answer = self.salesforce.query(
                self.soql() + " ORDER BY Id", deleted=True, page_size=size
            )
            position["stated"] = int(answer.json()["totalSize"])
        while True:
            page = answer.json()
            rows = len(page["records"])
            position["next"] = page.get("nextRecordsUrl")
            if rows:
                position["last"] = page["records"][-1].get("Id", "")
                self.progress.append(_PAGE.lines(answer.content, page["records"]), rows, position)
            if page.get("done", True) or not position["next"]:
                return int(position["stated"])
            answer = self.salesforce.get(position["next"])

    def by_bulk(self) -> int:
        """By a job, whose result is read in pieces; gives the rows stated."""
        position = dict(self.progress.position)
        if "stated" in position:
            return int(position["stated"])
        url = self.salesforce.url
        if "job" not in position:
            job = self.salesforce.post(
                url("/jobs/query"),
                json={
                    "operation": "queryAll",
                    "query": self.soql(),
                    "contentType": "CSV",
                    "columnDelimiter": "COMMA",
                    "lineEnding": "LF",
                },
            ).json()
            position = {"by": "bulk", "job": str(job["id"]), "locator": None}
            self.progress.note(**position)
        path = url(f"/jobs/query/{position['job']}")
        try:
            stated = self.finished(path)
            while stated:  # what the result of a job without rows looks like is documented nowhere
                part = self.progress.part(".csv.gz")
                head = self.progress.waiting(part)
                if not head or head["asked"] != position["locator"] or self.flaw(part, head):
                    head = self.piece(f"{path}/results", part, position["locator"])
                rows, locator = int(head["rows"]), head["locator"]
                position["locator"] = None if locator in ("", "null") else locator
                if position["locator"] is None:
                    position["stated"] = stated
                if rows:
                    self.progress.add(part, rows, dict(position))
                if position["locator"] is None:
                    break
        except FetchError as error:
            if error.status == 409:  # it was interrupted, and its declaration changed
                raise self.lost("was made with another version of the API") from error
            if error.status != 404:
                raise
            raise self.lost("is gone: it was deleted, or has expired") from error
        try:
            self.salesforce.client.delete(path)
        except FetchError as error:
            if error.status != 404:  # of two tries, the first may have done it without an answer
                raise
        return stated

    def piece(self, path: str, part: Path, locator: str | None) -> dict[str, str]:
        """Read a piece of a job's result into a file; gives what its answer says of it."""
        head: dict[str, Any] = {}

        def flaw(answer: Answer) -> str | None:
            head.update(
                asked=locator,
                rows=answer.headers.get("Sforce-NumberOfRecords", ""),
                locator=answer.headers.get("Sforce-Locator", "null"),
            )
            self.progress.arrived(part, head)
            return self.flaw(part, head)

        params = {"maxRecords": str(self.source.api.bulk_page_size)}
        params |= {"locator": locator} if locator else {}
        self.salesforce.download(path, part, params=params, flaw=flaw)
        return head

    def flaw(self, part: Path, head: Mapping[str, Any]) -> str | None:
        """What is wrong with a piece, None for nothing."""
        return _flaw(part, self.progress.columns, head["rows"])

    def finished(self, path: str) -> int:
        """Wait until a job is done; gives its rows."""
        pause, deadline = JOB_PAUSE, time.monotonic() + JOB_HOURS * 3600
        while True:
            job = self.salesforce.get(path).json()
            state = str(job.get("state"))
            if state == "JobComplete":
                return int(job.get("numberRecordsProcessed", 0))
            if state in ("Failed", "Aborted"):
                said = redact(str(job.get("errorMessage") or "no reason given"))[:300]
                raise self.lost(f"is not finished ({state}): {said}")
            if time.monotonic() > deadline:
                self.anew("bulk")
                raise FetchError(
                    f"{TITLE} has not finished a query job in {JOB_HOURS} hours ({state}).",
                    where=self.name,
                    do="Fetch again later; what was fetched of other objects is kept.",
                )
            http.wait(pause)
            pause = min(pause * 1.5, JOB_LONGEST_PAUSE)

    def lost(self, why: str) -> JobLost:
        return JobLost(
            f"A query job of {TITLE} {why}.",
            where=self.name,
            do="Fetch again later; what was fetched of other objects is kept.",
        )

    # ------------------------------------------------------------ completeness

    def prove(self, multicurrency: bool) -> None:
        """Count what will be alive after landing against the vendor's own count.

        Where they differ, the vendor's keys are read: known ones that it no longer has are deleted,
        and rows that it has and nobody knows make the object be read again from its beginning.
        """
        until = self.progress.window[1]
        born = "CreatedDate" if "CreatedDate" in self.types else None
        parts = [f"{born} < {_moment(until)}"] if born and until else []
        where = " AND ".join([*parts, *([self.spec.api.where] if self.spec.api.where else [])])
        alive = self.salesforce.count(self.name, where, deleted=False)
        if alive != self.source.known_after(self.spec, "Id", self.mark):
            self.sweep()
        totals = {}
        if not self.changed_since(until):
            totals = self.sums(multicurrency)
            alive = self.salesforce.count(self.name, where, deleted=False)
            # rejected rows that are gone are not told apart: then nothing is stated
            if alive == self.source.known_after(self.spec, "Id", self.mark, swept=True):
                totals["current_row_count"] = str(alive)
        self.progress.finish(int(self.progress.position["stated"]), totals)

    def changed_since(self, until: datetime | None) -> bool:
        """Whether anything has changed since the window's end: then sums are not comparable."""
        if not self.cursor or until is None:
            return True
        return (
            self.salesforce.count(self.name, f"{self.cursor} >= {_moment(until)}", deleted=True) > 0
        )

    def sums(self, multicurrency: bool) -> dict[str, str]:
        """Sums of the amount columns, as far as the vendor can state them.

        In a company of several currencies it converts sums of amounts into one: not comparable.
        Nor are sums where the recycle bin was emptied of rows that are known as deleted.
        """
        columns: dict[str, str] = {}
        for column in self.spec.columns:
            if column.type not in _SUMMED:
                continue
            for field in self.fields:
                kind = self.types[field]
                if (
                    match_key(field) == match_key(column.name)
                    and field in self.scales
                    and kind in _NUMBERS
                    and not (kind == "currency" and multicurrency)
                ):
                    columns[column.name] = field
        where = self.spec.api.where or ""
        if not columns or self.salesforce.count(
            self.name, where, deleted=True
        ) != self.source.known_after(self.spec, "Id", None):
            return {}
        listed = ", ".join(f"SUM({field}) s{at}" for at, field in enumerate(columns.values()))
        answer = self.salesforce.query(
            f"SELECT {listed} FROM {self.name}" + (f" WHERE {where}" if where else ""), deleted=True
        )
        record = answer.json()["records"][0]
        found = {}
        for at, (name, field) in enumerate(columns.items()):
            value = Decimal(str(record.get(f"s{at}") or "0"))
            if abs(value) < EXACT_SUM:
                found[f"sum_{name}"] = f"{value.quantize(Decimal(1).scaleb(-self.scales[field])):f}"
        return found

    def sweep(self) -> None:
        """Read the vendor's keys: what it no longer has is deleted, what is unknown is read."""
        self.source.say(f"{TITLE} {self.name}: keys")
        for again in (False, True):
            keys = f"read_csv({literal(str(self.keys()))}, all_varchar=true, header=true)"
            until = self.progress.window[1]
            wanted = f"select Id as key from {keys}"
            if self.cursor and until:  # what has changed since is not expected yet
                wanted += f" where {quoted(self.cursor)} < {literal(_moment(until)[:19])}"
            missing = self.source.missing_keys(self.spec, "Id", wanted)
            if not missing:
                return
            if again:
                raise FetchError(
                    f"{TITLE} counts {missing} rows that it does not give.",
                    where=self.name,
                    do="Fetch again; if it stays so, check the user's right to read all rows"
                    " (View All Data).",
                )
            log.warning("%s %s: %s rows are unknown; all are read", TITLE, self.name, missing)
            self.start(self.progress.mode, None)
            self.read()

    def keys(self) -> Path:
        """Write the keys that the vendor has now beside the rows; gives the file."""
        fields = ["Id", *([self.cursor] if self.cursor else [])]
        where = f" WHERE {self.spec.api.where}" if self.spec.api.where else ""
        answer = self.salesforce.query(
            f"SELECT {', '.join(fields)} FROM {self.name}{where}",
            deleted=False,
            page_size=self.source.api.page_size,
        )
        return self.source.write_keys(self.spec, PRESENT_KEYS, self._pages(answer), fields)

    def _pages(self, answer: Answer) -> Iterator[bytes]:
        lacking = int(answer.json()["totalSize"])
        while True:
            page = answer.json()
            lacking -= len(page["records"])
            yield _PAGE.lines(answer.content, page["records"])
            if page.get("done", True) or not page.get("nextRecordsUrl"):
                break
            answer = self.salesforce.get(page["nextRecordsUrl"])
        if lacking:  # what is not named here would be taken for deleted
            raise FetchError(
                f"{TITLE} states another number of keys than it gives.",
                where=self.name,
                do="Fetch again later; if it stays so, the case is for the vendor's support.",
            )


def reach() -> str:
    """Open a session; says whose data it gives."""
    oauth = OAuth()
    Client(TITLE, oauth, refusal=_refusal).log_in()
    return f"{urlsplit(oauth.base_url).hostname} opens a session (organization {oauth.account})."


def _flaw(part: Path, columns: Sequence[str], stated: str) -> str | None:
    """What is wrong with a piece of a job's result: it holds other than the rows it names.

    Read as the landing will read it: nothing is guessed from the rows.
    """
    if not stated.isdigit():
        return "a result that does not say how many rows it holds"
    listed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    with duckdb.connect() as database:
        try:
            found = database.execute(
                f"select count(*) from read_csv({literal(str(part))}, auto_detect=false,"
                f" columns={{{listed}}}, header=true, delim=',', quote='\"', escape='\"',"
                " strict_mode=true, null_padding=false)"
            ).fetchone()
        except duckdb.Error:
            return "a result that is no CSV"
    rows = found[0] if found else 0
    return None if rows == int(stated) else f"{rows} rows, where {stated} are stated"


def _locator_is_gone(answer: Answer) -> bool:
    return answer.status == 404 or bool(_codes(answer) & {"INVALID_QUERY_LOCATOR"})


def _moment(moment: datetime) -> str:
    return f"{moment.replace(microsecond=0).isoformat()}.000Z"
