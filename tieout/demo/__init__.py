"""The demo company: exports of its CRM and its ERP, and the truth behind them.

`write` builds an internal model in an in-memory DuckDB (companies and their records on either side,
deals, orders, bills, revenue, cash; amounts as integers in minor units), projects it to what
Salesforce and NetSuite would export, and keeps the labels that only the maker can know. The SQL in
`sql/` is run in the order of its file names; a file does one part of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

WATERMARK = "2026-06-30 23:41:07"
"""The last moment that the exports know of."""

DEFAULT_SEED = 20260331

_Variables = tuple[tuple[str, int | str], ...]

_SQL = Path(__file__).parent / "sql"
# Counts at scale 1; lines, documents and ledger follow from them.
_CUSTOMERS, _ERP_ONLY, _DEALS, _CHANNEL_ORDERS, _NO_ORDER = 2_000, 220, 20_000, 6_300, 400


def write(out: Path, scale: float = 1.0, seed: int = DEFAULT_SEED) -> None:
    """Write exports under `out/salesforce`, `out/netsuite` and labels under `out/truth`.

    `scale` 1 is about 2,000 customers, 20,000 opportunities, 25,000 orders and 300,000 ledger
    lines; the planted stories are there at any scale. The same `scale` and `seed` give the same
    files, byte for byte.

    Raises:
        ValueError: the scale is not positive.
    """
    if not scale > 0:
        raise ValueError(f"scale is {scale}; it must be greater than 0, for example 1 or 0.05")
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = true")
        variables = tuple(_variables(scale, seed))
        _set(con, variables)
        for path in sorted(_SQL.glob("*.sql")):
            for statement in statements(path.read_text(encoding="utf-8")):
                con.execute(statement)
        _export(con, out, variables)


def statements(script: str) -> Iterator[str]:
    """Split a script at the semicolons that end a line; the scripts have none elsewhere."""
    for part in re.split(r";[ \t]*(?:\n|$)", script):
        if part.strip():
            yield part


def _variables(scale: float, seed: int) -> Iterator[tuple[str, int | str]]:
    def scaled(count: int, least: int) -> int:
        return max(least, round(count * scale))

    yield "seed", str(seed)
    yield "watermark", WATERMARK
    yield "n_company", scaled(_CUSTOMERS, 40)
    yield "n_erp_only", scaled(_ERP_ONLY, 5)
    yield "n_deal", scaled(_DEALS, 100)
    yield "n_channel_order", scaled(_CHANNEL_ORDERS, 40)
    yield "n_no_order", scaled(_NO_ORDER, 4)


def _set(con: duckdb.DuckDBPyConnection, variables: _Variables) -> None:
    for name, value in variables:
        con.execute(f"set variable {name} = {value!r}")


def _export(con: duckdb.DuckDBPyConnection, out: Path, variables: _Variables) -> None:
    """Copy every export to its file, rows in a stable order; count them for the control totals."""
    exports = con.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ('salesforce', 'netsuite', 'truth') order by all"
    ).fetchall()
    for system in ("salesforce", "netsuite", "truth"):
        (out / system).mkdir(parents=True, exist_ok=True)

    def copy(export: tuple[str, str]) -> tuple[str, str, int]:
        schema, name = export
        with con.cursor() as cursor:
            _set(cursor, variables)  # a variable belongs to its connection, and views draw too
            count = cursor.execute(
                f'copy (select * from "{schema}"."{name}" order by all) '
                f"to '{_quoted(out / schema / name)}.csv' (format csv, header)"
            ).fetchall()[0][0]
        return schema, name, int(count)

    with ThreadPoolExecutor(max_workers=2) as pool:
        counts = list(pool.map(copy, exports))
    con.execute("create table row_count (system varchar, object varchar, n bigint)")
    con.executemany(
        "insert into row_count values (?, ?, ?)",
        [(system, canonical(name), n) for system, name, n in counts if system != "truth"],
    )
    for system in ("salesforce", "netsuite"):
        con.execute(
            "copy (select * from ("
            "select object, measure, entity, currency, period::varchar as period, "
            f"value::varchar as value from control_{system} "
            "union all select object, 'row_count', '', '', '', n::varchar "
            f"from row_count where system = '{system}') order by all) "
            f"to '{_quoted(out / system / 'control_totals.csv')}' (format csv, header)"
        )


def canonical(api_name: str) -> str:
    """The vendor-neutral spelling of an object: OpportunityLineItem is opportunity_line_item."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", api_name).lower()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
