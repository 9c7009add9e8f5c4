"""The two databases that an explanation reads, attached to one connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import duckdb

from tieout import publication
from tieout.errors import InputError
from tieout.settings import Home

Row = dict[str, Any]


class Layers:
    """The two databases, attached read-only to one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, note: str | None) -> None:
        self._connection = connection
        self.note = note
        self.has_warehouse = note is None
        tables = self.rows(
            "select table_catalog || '.' || table_schema || '.' || table_name as name"
            " from information_schema.tables"
        )
        self._tables = {row["name"] for row in tables}
        self.minor_unit: dict[str, int] = {}
        if self.has("marts.revenue_bridge.rpt_bridge_anchor"):
            self.minor_unit = {
                row["currency"]: row["minor_unit"]
                for row in self.rows(
                    "select currency, max(minor_unit) as minor_unit"
                    " from marts.revenue_bridge.rpt_bridge_anchor group by currency"
                )
            }

    def has(self, table: str) -> bool:
        return table in self._tables

    def rows(self, sql: str, parameters: Sequence[Any] | Row | None = None) -> list[Row]:
        """All rows of a query about one record."""
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def money(self, amount: Decimal | None, currency: str | None, *, sign: bool = False) -> str:
        if amount is None:
            return ""
        unit = self.minor_unit.get(currency or "", 2)
        return f"{amount:{'+' if sign and amount else ''},.{unit}f}"


@contextmanager
def open_layers(home: Home) -> Iterator[Layers]:
    """Attach what can be read now.

    Raises:
        InputError: there is neither a publication nor a warehouse that can be read.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set temp_directory = ?", [str(home.work / "explain.tmp")])
        marts = home.current / "marts.duckdb"
        has_marts = marts.exists()
        if not has_marts and publication.history(home):
            found = publication.find(home, None)  # refuses where the link is lost
            raise InputError(
                "What is published has no marts.",
                where=str(found.marts),
                do="`tieout rollback` shows readers the publication before it.",
            )
        if has_marts:
            connection.execute(f"attach {_literal(str(marts.resolve()))} as marts (read_only)")
        note = None
        if not home.warehouse.exists():
            note = "There is no warehouse in this home, so raw rows cannot be shown."
        else:
            try:
                connection.execute(
                    f"attach {_literal(str(home.warehouse))} as warehouse (read_only)"
                )
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise
                note = (
                    "A run holds the warehouse now, so raw rows cannot be shown; ask again later."
                )
        if not has_marts and note:
            raise InputError(
                "There is nothing to explain from: no publication, and no warehouse to read.",
                where=str(home.path),
                do="Run `tieout run` first, or wait until the run is over.",
            )
        yield Layers(connection, note)
    finally:
        connection.close()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
