"""The raw tables and the views over the landing's own records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingestion.names import literal, quoted
from ingestion.spec import ObjectSpec, SystemSpec, load_spec, systems
from tieout.errors import TieoutError
from tieout.settings import Home

# Columns that every raw row has beside the source's own.
ROW_COLUMNS: dict[str, str] = {
    "_load_id": "VARCHAR",
    "_is_deleted": "BOOLEAN",
    "_source_file": "VARCHAR",
    "_source_row": "BIGINT",
}

# What a load records about itself, in the same dlt package as its rows.
RECORDS: dict[str, dict[str, str]] = {
    "landing_audit": {
        "load_id": "VARCHAR",
        "system": "VARCHAR",
        "object": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_landed": "BIGINT",
        "rows_dead_lettered": "BIGINT",
        "rows_inserted": "BIGINT",
        "rows_unchanged": "BIGINT",
        "rows_deleted": "BIGINT",
        "loaded_at": "TIMESTAMP",
        "files": "VARCHAR",
        "new_columns": "VARCHAR",
        "extract_mode": "VARCHAR",
        "watermark": "TIMESTAMP",
        "source_columns": "VARCHAR",
        "content_load_id": "VARCHAR",
        "declaration": "VARCHAR",
    },
    "landing_dead_letter": {
        "system": "VARCHAR",
        "object": "VARCHAR",
        "source_key": "VARCHAR",
        "reason": "VARCHAR",
        "payload": "VARCHAR",
        "source_file": "VARCHAR",
        "source_row": "BIGINT",
        "load_id": "VARCHAR",
    },
    "landing_resolution": {
        "object": "VARCHAR",
        "source_key": "VARCHAR",
        "payload_hash": "VARCHAR",
        "load_id": "VARCHAR",
    },
    "landing_unused_file": {
        "system": "VARCHAR",
        "file": "VARCHAR",
        "reason": "VARCHAR",
        "load_id": "VARCHAR",
    },
    "landing_schema_drift": {
        "system": "VARCHAR",
        "object": "VARCHAR",
        "column_name": "VARCHAR",
        "change": "VARCHAR",
        "load_id": "VARCHAR",
    },
}

# dlt makes this table with its first load; it is needed before, for reading.
_DLT_LOADS = """
    load_id VARCHAR NOT NULL, schema_name VARCHAR, status BIGINT NOT NULL,
    inserted_at TIMESTAMP WITH TIME ZONE NOT NULL, schema_version_hash VARCHAR
"""


def connect(home: Home, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the warehouse: UTC, spilling under the home.

    Raises:
        TieoutError: another process holds the warehouse, or it cannot be opened.
    """
    spill = home.work / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(home.warehouse), read_only=read_only)
    except duckdb.Error as error:
        raise TieoutError(
            f"The warehouse cannot be opened: {error}",
            where=str(home.warehouse),
            do="End the process that holds it, then run again."
            if "lock" in str(error).lower()
            else "Restore it from a backup, or move it away and land everything again.",
        ) from error
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    return connection


def raw_columns(spec: ObjectSpec) -> dict[str, str]:
    """Columns of an object's raw table, declared ones first."""
    return {column.name: column.sql_type for column in spec.columns} | ROW_COLUMNS


def table_columns(
    connection: duckdb.DuckDBPyConnection, dataset: str, table: str
) -> dict[str, str]:
    """Columns and types of a table as it stands; empty when there is none."""
    return _columns_of_tables(connection, dataset, "and table_name = ?", table).get(table, {})


def _columns_of_tables(
    connection: duckdb.DuckDBPyConnection, dataset: str, condition: str = "", *values: str
) -> dict[str, dict[str, str]]:
    """Table -> column -> type, as they stand; one query, as each reads the whole catalogue."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        f" where database_name = current_database() and schema_name = ? {condition}"
        " order by table_name, column_index",
        [dataset, *values],
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, name, kind in rows:
        found.setdefault(str(table), {})[str(name)] = str(kind)
    return found


def ensure_raw_tables(home: Home | Path) -> None:
    """Make every declared raw table, empty when nothing was landed, and the landing's views.

    Called by the build, so that models find every table whatever was landed.

    Raises:
        TieoutError: the warehouse cannot be opened, or a column's type cannot be changed.
    """
    home = home if isinstance(home, Home) else Home.resolve(home)
    with connect(home) as connection:
        ensure_tables(connection)


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing of all systems' raw tables and of the landing's views."""
    for system in systems():
        _ensure_system_tables(connection, load_spec(system))
    _ensure_views(connection)


def _ensure_system_tables(connection: duckdb.DuckDBPyConnection, spec: SystemSpec) -> None:
    """Make the raw tables and records of one system; add declared columns that they lack."""
    dataset = spec.dataset
    connection.execute(f"create schema if not exists {quoted(dataset)}")
    connection.execute(f"create table if not exists {quoted(dataset)}._dlt_loads ({_DLT_LOADS})")
    standing = _columns_of_tables(connection, dataset)
    wanted = RECORDS | {name: raw_columns(one) for name, one in spec.objects.items()}
    for table, columns in wanted.items():
        target = f"{quoted(dataset)}.{quoted(table)}"
        _ensure_table(connection, target, columns, standing.get(table, {}))


def _ensure_table(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    columns: dict[str, str],
    found: dict[str, str],
) -> None:
    if not found:
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"create table {target} ({listed})")
        return
    for name, kind in columns.items():
        if name not in found:
            connection.execute(f"alter table {target} add column {quoted(name)} {kind}")
        elif found[name] != kind:
            _change_type(connection, target, name, found[name], kind)


def _change_type(
    connection: duckdb.DuckDBPyConnection, target: str, name: str, found: str, wanted: str
) -> None:
    """A column that landed before it was declared gets its declared type, or nothing changes."""
    try:
        connection.execute(f"alter table {target} alter column {quoted(name)} type {wanted}")
    except duckdb.Error as error:
        raise TieoutError(
            f"A declared type does not hold for rows landed before: {name} was {found},"
            f" is declared {wanted}: {error}",
            where=target.replace('"', ""),
            do="Declare the type that the landed values have, or give the column another name.",
        ) from error


def visible(dataset: str) -> str:
    """A query of the load ids of `dataset` that readers may see."""
    return f"select load_id from {quoted(dataset)}._dlt_loads where status = 0"


def current_rows(spec: SystemSpec, object_spec: ObjectSpec, columns: Iterable[str] = ("*",)) -> str:
    """A query of the latest visible version of each key, tombstones included."""
    table = f"{quoted(spec.dataset)}.{quoted(object_spec.name)}"
    key = ", ".join(quoted(name) for name in object_spec.key)
    return (
        f"select {', '.join(columns)} from {table}"
        f" where _load_id in ({visible(spec.dataset)})"
        f" qualify row_number() over (partition by {key} order by _load_id desc) = 1"
    )


def _ensure_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of schema raw_operations: the landing's records over all systems."""
    specs = [load_spec(system) for system in systems()]
    connection.execute("create schema if not exists raw_operations")
    for name, query in (
        ("load_audit", _LOAD_AUDIT),
        ("unused_file", "select * from {dataset}.landing_unused_file where load_id in ({visible})"),
        (
            "schema_drift",
            "select * from {dataset}.landing_schema_drift where load_id in ({visible})",
        ),
        ("dead_letter", _DEAD_LETTER),
    ):
        parts = [
            query.format(
                dataset=quoted(spec.dataset),
                visible=visible(spec.dataset),
                system=literal(spec.system),
            )
            for spec in specs
        ]
        _view(connection, name, parts)
    totals = [
        f"select {literal(spec.system)} as system, object, measure, entity, currency, period,"
        f" value, _load_id as load_id"
        f" from ({current_rows(spec, spec.objects['control_total'])}) where not _is_deleted"
        for spec in specs
    ]
    _view(connection, "control_total", totals)


def _view(connection: duckdb.DuckDBPyConnection, name: str, parts: list[str]) -> None:
    """Replace the view, unless it stands already: a needless change would dirty the file."""
    connection.execute(
        f"create or replace view raw_operations.{name} as "
        + " union all by name ".join(f"({part})" for part in parts)
    )


_LOAD_AUDIT = """
    select
        load_id, system, object, rows_read, rows_landed, rows_dead_lettered, rows_inserted,
        rows_unchanged, rows_deleted, loaded_at, files, new_columns, extract_mode, watermark,
        source_columns, content_load_id, declaration
    from {dataset}.landing_audit
    where load_id in ({visible})
"""

# A dead letter is open while the last full reading of its object still held it and no corrected row
# was replayed. A night on which the files had not changed stands for the reading before it
# (content_load_id). Superseded versions need nobody.
_DEAD_LETTER = """
    with audit as (
        select load_id, object, loaded_at, extract_mode, content_load_id
        from {dataset}.landing_audit
        where load_id in ({visible})
    ),
    last_full as (
        select object, max(content_load_id) as content_load_id
        from audit
        where extract_mode = 'full'
        group by object
    ),
    seen as (
        select
            letter.object, letter.source_key, letter.reason, letter.payload,
            min(audit.loaded_at) as first_seen_at,
            max(audit.loaded_at) as last_seen_at,
            max(letter.load_id) as load_id,
            arg_max(letter.source_file, letter.load_id) as source_file,
            arg_max(letter.source_row, letter.load_id) as source_row,
        from {dataset}.landing_dead_letter as letter
        inner join audit
            on letter.object = audit.object and letter.load_id = audit.content_load_id
        group by all
    )
    select
        {system} as system,
        seen.object,
        seen.source_key,
        seen.reason,
        seen.payload,
        seen.load_id,
        seen.first_seen_at,
        seen.last_seen_at,
        case
            when starts_with(seen.reason, 'superseded') then 'resolved'
            when seen.load_id < coalesce(last_full.content_load_id, '') then 'resolved'
            when exists (
                select 1
                from {dataset}.landing_resolution as resolution
                where resolution.object = seen.object
                    and resolution.source_key = seen.source_key
                    and resolution.payload_hash = md5(seen.payload)
                    and resolution.load_id in ({visible})
            ) then 'resolved'
            else 'open'
        end as status,
        seen.source_file,
        seen.source_row,
    from seen
    left join last_full on seen.object = last_full.object
"""
