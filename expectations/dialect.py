"""A read-only SQLAlchemy dialect for DuckDB that Great Expectations can work with.

Great Expectations reads a result after it has given the connection back, and DuckDB discards a
pending result when the transaction is rolled back on release. A connection that only reads needs no
transactions, so here begin, commit and rollback do nothing. Columns come from `duckdb_columns()`,
because the PostgreSQL catalogue that the parent dialect asks for is incomplete.
"""

from __future__ import annotations

from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper
from duckdb_engine import Dialect as DuckDBDialect
from sqlalchemy import text
from sqlalchemy.dialects import registry
from sqlalchemy.types import NullType

URL_SCHEME = "duckdb+readonly"


class ReadOnlyDialect(DuckDBDialect):
    """DuckDB without transactions."""

    supports_statement_cache = False

    def connect(self, *_: Any, **parameters: Any) -> Any:
        """Open read-only, configured as every other reader of this process opens the file.

        DuckDB refuses a second connection to one file under another configuration, and the parent
        dialect adds a user agent to it.
        """
        return ConnectionWrapper(duckdb.connect(parameters["database"], read_only=True))

    def do_begin(self, connection: Any) -> None:
        """Nothing: a read needs no transaction."""

    def do_commit(self, connection: Any) -> None:
        """Nothing: there is nothing to commit."""

    def do_rollback(self, connection: Any) -> None:
        """Nothing: a rollback would discard the result that is still being read."""

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> Any:
        """Names and nullability; types are left out, which expectations in SQL do not need."""
        rows = connection.execute(
            text(
                "select column_name, is_nullable from duckdb_columns() "
                "where table_name = :table and schema_name = :schema "
                "and database_name = current_database() order by column_index"
            ),
            {"table": table_name, "schema": schema or "main"},
        ).fetchall()
        return [
            {"name": name, "type": NullType(), "nullable": nullable, "default": None}
            for name, nullable in rows
        ]


def register() -> None:
    """Make `duckdb+readonly://` known to SQLAlchemy."""
    registry.register("duckdb.readonly", __name__, "ReadOnlyDialect")
