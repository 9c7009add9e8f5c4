"""NetSuite: SuiteQL over REST, read by key, with deleted records and deleted lines.

Pages are asked for by key (`WHERE key > the last one ORDER BY key`), never by offset: rows that
appear or vanish meanwhile shift no page, and no offset reaches the vendor's bound of 100,000 rows.
Every window is [from, to), `to` being the vendor's clock when the fetch began. What no stamp tells
is found by asking for the keys of records that `deletedrecord` names and of the lines of changed
documents; in the end the vendor's count must agree, else all keys are read and compared.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import duckdb

from ingestion.discover import DELETED_KEYS
from ingestion.fetch.http import Answer, Client, FetchError, Limits
from ingestion.fetch.journal import Mode, Progress
from ingestion.fetch.lines import Cutter
from ingestion.fetch.netsuite_login import authorisation, time_zone
from ingestion.fetch.source import Source, write_empty
from ingestion.names import literal, match_key, quoted
from ingestion.spec import Column, ObjectSpec
from ingestion.tables import current_rows
from tieout.errors import InputError
from tieout.redact import redact

log = logging.getLogger(__name__)

TITLE = "NetSuite"
SUITEQL = "/services/rest/query/v1/suiteql"
NOTHING = "SELECT 1 AS c0 FROM DUAL"
LARGEST_PAGE = 1000
CHUNK = 500  # values of one IN list
COMPARISONS = 3  # of counts, while rows come and go
_PAGE = Cutter("items", "links", r"\[[^\[\]]*\]")

# The account's programs together ask for too much: mostly status 429, yet not always.
_THROTTLED = {
    "CONCURRENCY_LIMIT_EXCEEDED",
    "SSS_REQUEST_LIMIT_EXCEEDED",
    "WS_CONCUR_SESSION_DISALLOWED",
    "WS_REQUEST_BLOCKED",
}
_FORMATS = {"date": "YYYY-MM-DD", "timestamp": "YYYY-MM-DD HH24:MI:SS"}
_UNKNOWN = re.compile(r"(?:identifier|field|column)\s+['\"]?(\w+)", re.IGNORECASE)


def _refusal(answer: Answer) -> str:
    """What an answer says is wrong: title and o:errorDetails[].detail."""
    said = _said(answer)
    listed = [str(one.get("detail", "")) for one in _details(answer)]
    text = "; ".join(filter(None, listed or [str(said.get("title", ""))]))
    return redact(text)[:500] or f"status {answer.status}"


def _is_throttled(answer: Answer) -> bool:
    if answer.status < 400:
        return False
    return any(one.get("o:errorCode") in _THROTTLED for one in _details(answer))


def _details(answer: Answer) -> list[dict[str, Any]]:
    listed = _said(answer).get("o:errorDetails")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _said(answer: Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


# ------------------------------------------------------------------------------------- the fetch


@dataclass
class NetSuite:
    """The API of one company, and what of it is asked once a fetch.

    Attributes:
        zone: the time zone in which stamps are shown to the API's user.
    """

    client: Client
    zone: ZoneInfo
    deleted: dict[str, list[str]] = field(default_factory=dict)

    def query(self, suiteql: str, limit: int = LARGEST_PAGE) -> list[dict[str, Any]]:
        """The first rows of a query; numbers with a point as text, to the digit."""
        items: list[dict[str, Any]] = self.ask(suiteql, limit).json()["items"]
        return items

    def ask(self, suiteql: str, limit: int) -> Answer:
        """The first page of a query."""
        return self.client.post(
            SUITEQL,
            json={"q": suiteql},
            params={"limit": limit},
            headers={"Prefer": "transient"},
        )

    def pages(
        self,
        table: str,
        expressions: Sequence[str],
        keys: Sequence[tuple[str, bool]],
        conditions: Sequence[str],
        *,
        after: Sequence[str] = (),
        size: int = LARGEST_PAGE,
    ) -> Iterator[tuple[bytes, int, list[str]]]:
        """Rows in the order of their key, page by page: as lines of JSON, how many, the last key.

        Args:
            table: the vendor's name of it.
            expressions: what is asked for; given as c0, c1, ...
            keys: key columns and whether they are numbers; `k0`, `k1`, ... of each row.
            conditions: that every row meets.
            after: the key behind which to begin.
            size: rows a page.
        """
        names = [*(f"{text} AS c{at}" for at, text in enumerate(expressions))]
        names += [f"{name} AS k{at}" for at, (name, _) in enumerate(keys)]
        order = ", ".join(name for name, _ in keys)
        last = list(after)
        while True:
            wanted = [*conditions, *([_behind(keys, last)] if last else [])]
            where = f" WHERE {' AND '.join(f'({one})' for one in wanted)}" if wanted else ""
            answer = self.ask(
                f"SELECT {', '.join(names)} FROM {table}{where} ORDER BY {order}", size
            )
            page = answer.json()
            rows = page["items"]
            if not rows:
                return
            ends = [[str(row[f"k{at}"]) for at in range(len(keys))] for row in (rows[0], rows[-1])]
            first, end = (_rank(keys, values) for values in ends)
            if first > end or (last and first <= _rank(keys, last)):
                raise FetchError(
                    f"{TITLE} does not give rows in the order of their key.",
                    where=f"{table} ({order})",
                    do="The key columns declared in ingestion/sources/netsuite.yml are not the"
                    " table's key: mend the declaration.",
                )
            last = ends[1]
            yield _PAGE.lines(answer.content, rows), len(rows), last
            # a page may be shorter than was asked for: only what the vendor says ends the reading
            if not page.get("hasMore", len(rows) >= size):
                return

    def wall(self, moment: datetime) -> str:
        """A moment (UTC) as the vendor's own clock shows it."""
        local = moment.replace(tzinfo=UTC).astimezone(self.zone)
        return local.strftime("%Y-%m-%d %H:%M:%S")

    def moment(self, moment: datetime) -> str:
        """A moment (UTC) in SuiteQL."""
        return f"TO_DATE('{self.wall(moment)}', '{_FORMATS['timestamp']}')"

    def deleted_since(self, since: datetime) -> list[str]:
        """Ids of records of any kind that were deleted since then."""
        condition = f"deleteddate >= {self.moment(since)}"
        if condition not in self.deleted:
            found: list[str] = []
            try:
                for lines, _, _ in self.pages(
                    "deletedrecord", [], [("recordid", True)], [condition], after=["0"]
                ):
                    found += [str(json.loads(line)["k0"]) for line in lines.splitlines()]
            except FetchError as error:
                if error.status != 400:
                    raise
                # without it, counts that differ make all keys be read: slower, as sure
                log.warning("%s: deletedrecord cannot be read: %s", TITLE, error)
            self.deleted[condition] = found
        return self.deleted[condition]


def _behind(keys: Sequence[tuple[str, bool]], last: Sequence[str]) -> str:
    """The condition that a row's key comes after `last`."""
    parts = []
    for at, (name, is_number) in enumerate(keys):
        same = [f"{keys[i][0]} = {_value(keys[i][1], last[i])}" for i in range(at)]
        parts.append(" AND ".join([*same, f"{name} > {_value(is_number, last[at])}"]))
    return " OR ".join(f"({part})" for part in parts)


def _value(is_number: bool, text: str) -> str:
    return text if is_number and re.fullmatch(r"-?\d+", text) else literal(text)


def _rank(keys: Sequence[tuple[str, bool]], values: Sequence[str]) -> list[Any]:
    return [
        int(value) if is_number and re.fullmatch(r"-?\d+", value) else value
        for (_, is_number), value in zip(keys, values, strict=True)
    ]


def fetch(source: Source) -> None:
    """Fetch all declared objects into the journal's directory.

    Raises:
        FetchError: the vendor did not answer; what was fetched is kept.
        InputError: the credentials are not accepted, or a declared object or column is not there.
    """
    login, account = authorisation()
    api = source.api
    client = Client(
        TITLE,
        login,
        Limits.of(api),
        is_throttled=_is_throttled,
        refusal=_refusal,
    )
    netsuite = NetSuite(client, ZoneInfo(time_zone(api.time_zone)))
    netsuite.query(NOTHING, 1)
    source.journal.begin(client.clock or datetime.now(UTC).replace(tzinfo=None), account)
    for spec in source.objects():
        if spec.name in source.journal.objects and source.journal.objects[spec.name].done:
            continue
        source.say(f"{TITLE} {_name(spec)}")
        columns = _columns(source, netsuite, spec)
        if columns is not None:
            with duckdb.connect() as scratch:
                database = source.warehouse.cursor() if source.warehouse else scratch
                _Table(source, netsuite, spec, source.progress(spec), columns, database).fetch()


def reach() -> str:
    """Ask for nothing; says whose data there is."""
    login, account = authorisation()
    client = Client(TITLE, login, refusal=_refusal)
    NetSuite(client, ZoneInfo("UTC")).query(NOTHING, 1)
    return f"{urlsplit(login.base_url).hostname} answers queries (account {account})."


def _name(spec: ObjectSpec) -> str:
    return spec.api.name or spec.vendor_name


def _expression(column: Column | None, name: str) -> str:
    """How a column is asked for: stamps in one format, whatever the user's preferences are."""
    format_ = _FORMATS.get(column.type) if column else None
    return f"TO_CHAR({name}, '{format_}')" if format_ else name


def _declared(spec: ObjectSpec, name: str) -> Column | None:
    wanted = match_key(name)
    for column in spec.columns:
        if wanted in {match_key(one) for one in (column.name, *column.aliases)}:
            return column
    return None


def _columns(source: Source, netsuite: NetSuite, spec: ObjectSpec) -> list[str] | None:
    """The columns to ask for; None when the company has no such table and need not.

    SuiteQL leaves empty columns out of its answers, and lists none: they are tried.
    """
    started = source.journal.objects.get(spec.name)
    if started is not None and started.is_started:
        return started.columns
    names = [name for one in spec.columns for name in (one.name, *one.aliases)]
    names = [*(name for name in names if not name.startswith("_")), *source.spec.custom_columns]
    first = spec.column(spec.key[0])
    is_there = _accepted(netsuite, spec, [first.name, *first.aliases])
    found = (
        _accepted(netsuite, spec, list(dict.fromkeys(map(str.lower, names)))) if is_there else []
    )
    asked, missing = source.columns(spec, found)
    if not found:
        if spec.api.optional and not source.has_landed(spec):
            log.info("%s has no %s that this user may read", TITLE, _name(spec))
            return None
        raise InputError(
            f"{TITLE} has no table {_name(spec)}, or the user may not read it.",
            where=f"ingestion/sources/{source.spec.system}.yml: {spec.name}",
            do="Give the role of the API's user the right to read it, or declare it as optional or"
            " not fetched (`api:`).",
        )
    required = [one.name for one in missing if one.required]
    if required:
        raise InputError(
            f"{TITLE} {_name(spec)} lacks required columns: {', '.join(required)}.",
            where=f"ingestion/sources/{source.spec.system}.yml: {spec.name}",
            do="Give the role of the API's user the right to read them, or declare their names"
            " (`aliases`).",
        )
    lacking = [one.name for one in missing if not one.name.startswith("_")]
    if lacking:
        log.info("%s %s has no %s", TITLE, _name(spec), ", ".join(lacking))
    return asked


def _accepted(netsuite: NetSuite, spec: ObjectSpec, names: list[str]) -> list[str]:
    """The columns that the vendor knows: one that it names is left out, else halves are tried."""
    if not names:
        return []
    listed = ", ".join(
        f"{_expression(_declared(spec, name), name)} AS c{at}" for at, name in enumerate(names)
    )
    try:
        netsuite.query(f"SELECT {listed} FROM {_name(spec)} WHERE 1 = 0", 1)
    except FetchError as error:
        if error.status != 400 or error.answer is None:
            raise
        named = _UNKNOWN.search(_refusal(error.answer))
        unknown = named[1].lower() if named else None
        if unknown in names and len(names) > 1:
            return _accepted(netsuite, spec, [name for name in names if name != unknown])
        if len(names) == 1:
            return []
        half = len(names) // 2
        first = _accepted(netsuite, spec, names[:half])
        return first + _accepted(netsuite, spec, names[half:])
    return names


@dataclass
class _Table:
    """One object: what is asked of it, and how far that has come.

    The journal's position says what is done: `last`, the key behind which to go on; `read`, all
    rows are there; `written`, they are files that the landing reads.
    """

    source: Source
    netsuite: NetSuite
    spec: ObjectSpec
    progress: Progress
    columns: list[str]
    database: duckdb.DuckDBPyConnection

    # -------------------------------------------------------------------- what

    @property
    def name(self) -> str:
        return _name(self.spec)

    @cached_property
    def keys(self) -> list[tuple[str, bool]]:
        """The vendor's key columns, and whether they are numbers."""
        found = []
        for key in self.spec.key:
            column = self.spec.column(key)
            names = {match_key(one) for one in (column.name, *column.aliases)}
            vendor = next(name for name in self.columns if match_key(name) in names)
            found.append((vendor, column.type in ("id", "integer")))
        return found

    @cached_property
    def cursor(self) -> str | None:
        if self.spec.api.cursor:
            return self.spec.api.cursor
        wanted = [match_key(name) for name in self.spec.cursor]
        return next((name for name in self.columns if match_key(name) in wanted), None)

    @property
    def size(self) -> int:
        size = self.spec.api.page_size or self.source.api.page_size
        return min(size, LARGEST_PAGE)

    @property
    def always(self) -> list[str]:
        return [self.spec.api.where] if self.spec.api.where else []

    def window(self) -> list[str]:
        """The window; a row without a stamp is in every window."""
        since, until = self.progress.window
        parts = []
        if self.cursor and since:
            parts.append(f"{self.cursor} >= {self.netsuite.moment(since)}")
        if self.cursor and until:
            parts.append(f"{self.cursor} < {self.netsuite.moment(until)}")
        if not parts:
            return self.always
        return [*self.always, f"{self.cursor} IS NULL OR ({' AND '.join(parts)})"]

    # --------------------------------------------------------------------- how

    def fetch(self) -> None:
        """Read the window or go on reading it, find what is gone, and prove that nothing lacks."""
        progress = self.progress
        if not progress.is_started:
            landed = self.source.has_landed(self.spec)
            since = self.source.since(self.spec) if self.cursor else None
            # without a cursor nothing tells changed rows: the object is read whole, and is whole
            mode: Mode = "incremental" if landed and self.cursor else "full"
            progress.start(mode, (since, self.source.journal.upper), self.columns)
        if not progress.position.get("written"):
            if not progress.position.get("read"):
                self.read()
            self.hold()
            totals = self.prove()
            self.write(totals)
        totals = dict(progress.position["totals"])
        rows = totals.pop("row_count", None)
        progress.finish(None if rows is None else int(rows), totals)

    def read(self) -> None:
        expressions = [_expression(_declared(self.spec, name), name) for name in self.columns]
        for lines, rows, last in self.netsuite.pages(
            self.name,
            expressions,
            self.keys,
            self.window(),
            after=self.progress.position.get("last", ()),
            size=self.size,
        ):
            self.progress.append(lines, rows, {"last": last})
        self.progress.note(read=True)

    def pages(self, files: Sequence[Path], columns: Sequence[str]) -> str:
        """A query of the rows in files of pages."""
        listed = ", ".join(literal(str(path)) for path in files)
        fields = ", ".join(f"{name}: 'VARCHAR'" for name in columns)
        return (
            f"select * from read_json([{listed}], format='newline_delimited', columns={{{fields}}})"
        )

    @property
    def files(self) -> list[Path]:
        return [
            self.progress.directory / entry["name"]
            for entry in self.progress.files
            if entry["name"].endswith(".jsonl")
        ]

    # ------------------------------------------------------- rows that are gone

    def hold(self) -> None:
        """Make tables of the keys that will be known after landing, and of those that are gone."""
        key = [f"k{at}" for at in range(len(self.keys))]
        nothing = ", ".join(f"cast(null as varchar) as {name}" for name in key)
        parts = [f"select {nothing} limit 0"]
        if self.source.warehouse is not None and self.progress.mode == "incremental":
            names = [quoted(name) for name in self.spec.key]
            listed = ", ".join(f"{n}::varchar as {k}" for n, k in zip(names, key, strict=True))
            rows = current_rows(self.source.spec, self.spec, [*names, "_is_deleted"])
            parts.append(f"select {listed} from ({rows}) where not _is_deleted")
            parts.append(f"select {listed} from ({self.source.rejected_keys(self.spec)})")
        if self.files:
            parts.append(f"select * from ({self.pages(self.files, key)})")
        self.database.execute(
            f"create or replace temp table held as {' union '.join(f'({p})' for p in parts)}"
        )
        self.database.execute("create or replace temp table gone as select * from held limit 0")
        wanted = self.candidates()
        for at in range(0, len(wanted), CHUNK):
            name, is_number = self.keys[0]
            chunk = [_value(is_number, value) for value in wanted[at : at + CHUNK]]
            self.vendor_keys([*self.always, f"{name} IN ({', '.join(chunk)})"])
            listed = ", ".join(map(literal, wanted[at : at + CHUNK]))
            self.database.execute(
                f"insert into gone select * from held where k0 in ({listed})"
                f" and not exists ({self.same('vendor', 'held')})"
            )

    def candidates(self) -> list[str]:
        """First key columns of known rows that may be gone: records deleted, documents changed."""
        since = self.progress.window[0]
        if since is None:
            return []
        listed = "select unnest(?::varchar[]) as key"
        if self.spec.api.parent:
            parent = self.source.spec.objects[self.spec.api.parent]
            fetched = self.source.fetched_keys(parent, _key_of(parent), None)
            listed += f" union all select key from ({fetched})"
        rows = self.database.execute(
            f"select distinct k0 from held where k0 in ({listed}) order by k0",
            [self.netsuite.deleted_since(since)],
        ).fetchall()
        return [str(row[0]) for row in rows]

    def vendor_keys(self, conditions: Sequence[str]) -> None:
        """Make a table of the keys that the vendor has now: k0, k1, ..., and their stamp c0."""
        stamp = f"TO_CHAR({self.cursor}, '{_FORMATS['timestamp']}')" if self.cursor else "NULL"
        lines = self.progress.part(".jsonl")
        with lines.open("wb") as stream:
            stream.writelines(
                page
                for page, _, _ in self.netsuite.pages(self.name, [stamp], self.keys, conditions)
            )
        columns = [*(f"k{at}" for at in range(len(self.keys))), "c0"]
        self.database.execute(
            f"create or replace temp table vendor as {self.pages([lines], columns)}"
        )
        lines.unlink()

    def same(self, table: str, other: str) -> str:
        keys = (f"{table}.k{at} = {other}.k{at}" for at in range(len(self.keys)))
        return f"select 1 from {table} where {' and '.join(keys)}"

    def count(self, query: str) -> int:
        row = self.database.execute(f"select count(*) from {query}").fetchone()
        return int(row[0]) if row else 0

    # ------------------------------------------------------------ completeness

    def prove(self) -> dict[str, str]:
        """Compare with the vendor's count; gives the totals that it states.

        Where counts differ, all keys are read: known ones that it no longer has are deleted, and
        rows that it has and nobody knows make the object be read again from its beginning.
        """
        totals = self.compared()
        if totals is not None:
            return totals
        for again in (False, True):
            self.source.say(f"{TITLE} {self.name}: keys")
            self.vendor_keys(self.always)
            self.database.execute(
                "create or replace temp table gone as select * from held"
                f" where not exists ({self.same('vendor', 'held')})"
            )
            until = self.progress.window[1]
            early = (
                f"(c0 is null or c0 < {literal(self.netsuite.wall(until))}) and"
                if self.cursor and until
                else ""
            )
            missing = self.count(f"vendor where {early} not exists ({self.same('held', 'vendor')})")
            if not missing:
                break
            if again and self.cursor:
                raise FetchError(
                    f"{TITLE} counts {missing} rows that it does not give.",
                    where=self.name,
                    do="Fetch again; if it stays so, check that the role of the API's user may read"
                    " all subsidiaries and all kinds of records.",
                )
            if not again:
                log.warning("%s %s: %s rows unknown; all are read", TITLE, self.name, missing)
                mode, until = self.progress.mode, self.progress.window[1]
                self.progress.start(mode, (None, until), self.columns)
                self.read()
                self.hold()
        return self.compared() or {}

    def compared(self) -> dict[str, str] | None:
        """The vendor's totals, when its count is what will be known; None when it is not.

        Rows in the window and sums of amounts, asked in one query with the count: of one moment.
        """
        summed = [
            (column.name, name)
            for name in self.columns
            if (column := _declared(self.spec, name)) is not None and column.type == "money"
        ]
        until = self.progress.window[1]
        is_late = f"{self.cursor} >= {self.netsuite.moment(until)}" if until else "1 = 0"
        late = f"SUM(CASE WHEN {is_late} THEN 1 ELSE 0 END)" if self.cursor else "0"
        window = " AND ".join(f"({one})" for one in self.window()) or "1 = 1"
        read = f"SUM(CASE WHEN {window} THEN 1 ELSE 0 END)"
        asked = ["COUNT(*) AS n", f"{late} AS late", f"{read} AS read"]
        asked += [f"SUM({name}) AS s{at}" for at, (_, name) in enumerate(summed)]
        where = f" WHERE {self.always[0]}" if self.always else ""
        for _ in range(COMPARISONS):
            row = self.netsuite.query(f"SELECT {', '.join(asked)} FROM {self.name}{where}", 1)[0]
            is_late_any = int(row.get("late") or 0) > 0
            unknown = 0
            if is_late_any:  # rows made since the window's end are not expected yet
                self.vendor_keys([*self.always, is_late])
                unknown = self.count(f"vendor where not exists ({self.same('held', 'vendor')})")
            alive = self.count("held") - self.count("gone")
            if int(row["n"]) - unknown != alive:
                if not is_late_any:
                    return None
                continue  # rows come while they are counted
            totals = {}
            rejected = self.source.rejected_keys(self.spec)
            lost = " and ".join(f"gone.k{at} = r.{quoted(k)}" for at, k in enumerate(self.spec.key))
            if not is_late_any and not self.count(f"gone, ({rejected}) as r where {lost}"):
                # a rejected row that is gone has no row to mark: it would be counted as alive
                totals["current_row_count"] = str(row["n"])
            if not is_late_any:  # else the sums are of other rows than those that were read
                totals["row_count"] = str(row.get("read") or "0")
                for at, (measured, _) in enumerate(summed):
                    value = Decimal(str(row.get(f"s{at}") or "0"))
                    totals[f"sum_{measured}"] = f"{value.quantize(Decimal('0.0001')):f}"
            return totals
        return None

    # ------------------------------------------------------------------- files

    def write(self, totals: dict[str, str]) -> None:
        """Write what the landing reads: every column, stamps in UTC, and no row that is gone."""
        progress, pages = self.progress, self.files
        progress.files[:] = [one for one in progress.files if one["name"].endswith(".jsonl")]
        position = progress.position | {"totals": totals}
        names = [f"c{at}" for at in range(len(self.columns))]
        key = [f"k{at}" for at in range(len(self.keys))]
        shown = ", ".join(
            f"{self.shown(name)} as {quoted(self.columns[at])}" for at, name in enumerate(names)
        )
        for path in pages:
            part = progress.part(".csv.gz")
            rows = self.database.execute(
                f"copy (select {shown} from ({self.pages([path], [*names, *key])}) as rows"
                f" where not exists ({self.same('gone', 'rows')}))"
                f" to {literal(str(part))} (format csv, header true, compression gzip)"
            ).fetchone()
            progress.add(part, int(rows[0]) if rows else 0, position)
        if self.count("gone") and progress.mode == "incremental":
            part = progress.part(DELETED_KEYS)
            listed = ", ".join(f"k{at} as {quoted(key)}" for at, key in enumerate(self.spec.key))
            self.database.execute(
                f"copy (select {listed} from gone order by all) to {literal(str(part))}"
                " (format csv, header true, compression gzip)"
            )
            progress.add(part, 0, position, name=DELETED_KEYS)
        if not pages:
            write_empty(progress, self.columns)
        progress.files[:] = [one for one in progress.files if not one["name"].endswith(".jsonl")]
        progress.note(totals=totals, written=True)
        for path in pages:
            path.unlink()

    def shown(self, name: str) -> str:
        """A column as the landing reads it."""
        column = _declared(self.spec, self.columns[int(name[1:])])
        if column is None or column.type != "timestamp":
            return name
        local = f"try_strptime({name}, '%Y-%m-%d %H:%M:%S')"
        utc = f"timezone('UTC', timezone({literal(self.netsuite.zone.key)}, {local}))"
        return f"coalesce(strftime({utc}, '%Y-%m-%dT%H:%M:%SZ'), {name})"


def _key_of(spec: ObjectSpec) -> str:
    return spec.key[0]
