"""Writing of the Parquet files that dlt loads as they are."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.names import literal

# Rows are written in several files, so that a rejected row makes only its own file be written anew.
_ROWS_PER_GROUP = 122_880
_GROUPS_PER_FILE = 4


def write_parquet(
    connection: duckdb.DuckDBPyConnection, query: str, target: Path, *, split: bool = False
) -> int:
    """Write the rows of `query`; gives their number.

    dlt imports a Parquet file untouched only when every column may be null, as in its schema.
    DuckDB 2 marks a column as never null when statistics tell it so: it must not look.

    Args:
        connection: where the query runs.
        query: what is written.
        target: a file, or with `split` a directory of files.
        split: write several files of half a million rows.
    """
    options = "format parquet"
    if split:
        target.mkdir(parents=True, exist_ok=True)
        options += (
            f", row_group_size {_ROWS_PER_GROUP}, row_groups_per_file {_GROUPS_PER_FILE}"
            ", overwrite_or_ignore"
        )
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    try:
        written = connection.execute(
            f"copy ({query}) to {literal(str(target))} ({options})"
        ).fetchall()
    finally:
        connection.execute("reset disabled_optimizers")
    return int(written[0][0])
