"""Loading with dlt: one package for all that a landing adds, visible whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.spec import SystemSpec
from tieout.errors import TieoutError, chain
from tieout.settings import Home

if TYPE_CHECKING:
    from dlt.common.schema.typing import TColumnSchema
    from dlt.extract import DltResource

# Table -> Parquet files and their row counts.
Files = dict[str, list[tuple[Path, int]]]
# Table -> column -> SQL type.
Columns = dict[str, dict[str, str]]

_DLT_TYPES: dict[str, dict[str, Any]] = {
    "VARCHAR": {"data_type": "text"},
    "BOOLEAN": {"data_type": "bool"},
    "BIGINT": {"data_type": "bigint"},
    "DATE": {"data_type": "date"},
    "TIMESTAMP": {"data_type": "timestamp", "timezone": False},
}


def load_package(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    spec: SystemSpec,
    tables: list[str],
    prepare: Callable[[str], tuple[Files, Columns]],
) -> str:
    """Load one package; gives its load id.

    Args:
        connection: to the warehouse; dlt works over it.
        home: dlt keeps its files in the home's work directory.
        spec: the system.
        tables: every table that the package may fill.
        prepare: called once with the load id, before anything is loaded; gives the Parquet files of
            each table and the columns in them. What it raises stops the load.

    Raises:
        TieoutError: what `prepare` raised, or dlt could not load the package.
    """
    directory = home.work / "dlt"
    # What a killed run left is not resumed: its rows stay invisible and are removed before a load,
    # so that a package is never loaded in part twice.
    shutil.rmtree(directory / "pipelines" / f"land_{spec.system}", ignore_errors=True)
    os.environ.update(
        DLT_DATA_DIR=str(directory / "data"),
        DLT_LOCAL_DIR=str(directory / "local"),
        DLT_PROJECT_DIR=str(directory / "project"),
        RUNTIME__DLTHUB_TELEMETRY="false",
        RUNTIME__LOG_LEVEL="CRITICAL",
        RESTORE_FROM_DESTINATION="false",
        LOAD__DELETE_COMPLETED_JOBS="true",
    )
    import dlt  # takes seconds, and reads the settings above
    from dlt.common.storages.load_package import load_package_state
    from dlt.pipeline.exceptions import PipelineStepFailed

    prepared: list[tuple[Files, Columns]] = []

    def content() -> tuple[Files, Columns]:
        if not prepared:
            prepared.append(prepare(load_package_state()["load_id"]))
        return prepared[0]

    def resource(table: str) -> DltResource:
        def files() -> Iterator[Any]:
            parquet, columns = content()
            hints = dlt.mark.make_hints(columns=_columns(columns.get(table, {})))
            for path, rows in parquet.get(table, []):
                yield dlt.mark.with_file_import(str(path), "parquet", rows, hints=hints)

        return dlt.resource(files, name=table, write_disposition="append")

    @dlt.source(name=spec.system, max_table_nesting=0)
    def source() -> list[DltResource]:
        return [resource(table) for table in tables]

    pipeline = dlt.pipeline(
        f"land_{spec.system}",
        pipelines_dir=str(directory / "pipelines"),
        destination=dlt.destinations.duckdb(connection),
        dataset_name=spec.dataset,
    )
    try:
        extracted = pipeline.extract(source(), workers=1, max_parallel_items=1)
        pipeline.normalize(workers=1)
        pipeline.load(workers=1, raise_on_failed_jobs=True)
    except PipelineStepFailed as error:
        cause = _prepare_error(error)
        if cause is not None:
            raise cause from cause.__cause__
        raise TieoutError(
            f"The rows of {spec.title} could not be loaded: {_deepest(error)}",
            where=spec.dataset,
            do="Nothing of this load is visible. Remove the cause and run again.",
        ) from error
    finally:
        shutil.rmtree(directory / "pipelines" / f"land_{spec.system}", ignore_errors=True)
    return str(extracted.loads_ids[0])


def _columns(columns: dict[str, str]) -> list[TColumnSchema]:
    return [_column(name, kind) for name, kind in columns.items()]


def _column(name: str, kind: str) -> TColumnSchema:
    if kind.startswith("DECIMAL("):
        precision, scale = kind[len("DECIMAL(") : -1].split(",")
        return {
            "name": name,
            "data_type": "decimal",
            "precision": int(precision),
            "scale": int(scale),
        }
    # mypy cannot see which keys a spread dict brings to a TypedDict
    return {"name": name, **_DLT_TYPES[kind]}  # type: ignore[typeddict-item]


def _prepare_error(error: BaseException) -> TieoutError | None:
    return next((one for one in chain(error) if isinstance(one, TieoutError)), None)


def _deepest(error: BaseException) -> BaseException:
    return list(chain(error))[-1]
