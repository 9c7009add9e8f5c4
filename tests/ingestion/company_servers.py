"""Servers of both vendors that hold the company of a directory of exports."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.names import match_key
from ingestion.spec import Column, ObjectSpec, load_spec
from tests.ingestion.netsuite_server import NetSuiteServer
from tests.ingestion.salesforce_server import SalesforceServer

# As Salesforce's describe calls the types that are declared.
KINDS = {
    "sf_id": "id", "money": "currency", "price": "currency", "quantity": "double",
    "percent": "percent", "rate": "double", "integer": "int", "boolean": "boolean",
    "date": "date", "timestamp": "datetime",
}  # fmt: skip
# A zone whose clock never goes back: there every stamp is one moment.
ZONE = ZoneInfo("America/Phoenix")
AMERICAN_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})")

Row = dict[str, str | None]


def exported(system: str, exports: Path) -> Iterator[tuple[ObjectSpec, list[Row]]]:
    """The objects of a system's CSV exports that an API gives, with their rows."""
    spec = load_spec(system)
    for path in sorted((exports / system).glob("*.csv")):
        object_spec = spec.object_for(path.stem)
        if object_spec is None or not object_spec.api.fetched:
            continue
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(stream)]
        yield object_spec, rows


def declared(spec: ObjectSpec, name: str) -> Column | None:
    """The column that an export calls `name`."""
    wanted = match_key(name)
    for column in spec.columns:
        if wanted in {match_key(one) for one in (column.name, *column.aliases)}:
            return column
    return None


def kind_of(spec: ObjectSpec, name: str) -> str:
    """The declared type of what an export calls `name`."""
    column = declared(spec, name)
    return column.type if column else "text"


def salesforce_of(exports: Path) -> SalesforceServer:
    """A Salesforce with the company's rows; its clock is an hour behind the newest change."""
    tables = {spec.vendor_name: (spec, rows) for spec, rows in exported("salesforce", exports)}
    fields = {
        name: {column: KINDS.get(kind_of(spec, column), "string") for column in rows[0]}
        for name, (spec, rows) in tables.items()
    }
    server = SalesforceServer(fields)
    newest = ""
    for name, (_, rows) in tables.items():
        for row in rows:
            for column, kind in fields[name].items():
                if kind == "date" and (day := AMERICAN_DAY.fullmatch(row[column] or "")):
                    row[column] = f"{day[3]}-{day[1]}-{day[2]}"
        server.put_all(name, rows)
        newest = max([newest, *(row.get("SystemModstamp") or "" for row in rows)])
    server.now = datetime.fromisoformat(newest).astimezone(UTC) + timedelta(hours=1)
    return server


def netsuite_of(exports: Path) -> NetSuiteServer:
    """A NetSuite with the company's rows, whose user lives in `ZONE`; keys first in each table."""
    tables: dict[str, list[str]] = {}
    keys: dict[str, int] = {}
    contents: dict[str, list[list[str | int | None]]] = {}
    newest = datetime(2000, 1, 1, tzinfo=UTC)
    for spec, rows in exported("netsuite", exports):
        name = spec.api.name or spec.vendor_name
        given = {column.lower(): column for column in rows[0]}
        columns = [*spec.key, *(column for column in given if column not in spec.key)]
        # an export holds what a condition selects, and so needs no column for it
        conditions = re.findall(r"(\w+) = (-?\d+)", spec.api.where or "")
        fixed = {column: int(number) for column, number in conditions}
        columns += [one for one in fixed if one not in columns]
        lacking = [one.name for one in spec.columns if one.name not in columns]
        columns += [one for one in lacking if not one.startswith("_")]
        tables[name], keys[name] = columns, len(spec.key)
        kinds = {column: kind_of(spec, column) for column in columns}
        contents[name] = []
        for row in rows:
            values: list[str | int | None] = []
            for column in columns:
                if column in fixed:
                    values.append(fixed[column])
                    continue
                value = row[given[column]] if column in given else None
                if value is not None and kinds[column] == "timestamp":
                    moment = datetime.fromisoformat(value)
                    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                    if column in spec.cursor:
                        newest = max(newest, moment)
                    value = moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
                values.append(value)
            contents[name].append(values)
    server = NetSuiteServer(tables, keys, zone=ZONE)
    for name, table in contents.items():
        server.put_all(name, table)
    server.now = newest + timedelta(hours=1)
    return server
