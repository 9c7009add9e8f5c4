"""The landing of a directory of exports, and the replay of corrected rows."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from ingestion.discover import Extract, discover, stated_totals, system_directories
from ingestion.fetch.journal import mark_landed
from ingestion.load import Columns, Files, load_package
from ingestion.names import match_key, quoted
from ingestion.parquet import write_parquet
from ingestion.readers import Reader, SourceFile
from ingestion.spec import CONTROL_TOTAL, ObjectSpec, SystemSpec
from ingestion.stage import ColumnError, Stage
from ingestion.tables import (
    RECORDS,
    ROW_COLUMNS,
    connect,
    ensure_tables,
    table_columns,
    visible,
)
from ingestion.versions import Outcome, Versioning
from tieout.errors import InputError, TieoutError
from tieout.progress import SILENT, Progress
from tieout.settings import Home


@dataclass(frozen=True)
class LoadResult:
    """What a load did with one object. rows_read = rows_landed + rows_dead_lettered, always.

    Attributes:
        rows_landed: accepted rows: inserted and unchanged ones.
        rows_inserted: rows that are new or changed.
        rows_deleted: tombstones: keys that a full extract no longer holds.
        new_columns: columns that were never seen before.
        unchanged_files: every file was the same as in the last load, so none was read again.
    """

    load_id: str
    system: str
    object: str
    rows_read: int
    rows_landed: int
    rows_dead_lettered: int
    rows_inserted: int
    rows_unchanged: int
    rows_deleted: int
    loaded_at: datetime
    extract_mode: str
    new_columns: tuple[str, ...] = ()
    watermark: datetime | None = None
    unchanged_files: bool = False


def land(
    exports: Path,
    home: Home,
    *,
    systems: Sequence[str] | None = None,
    allow_shrink: bool = False,
    totals: Path | None = None,
    progress: Progress = SILENT,
) -> list[LoadResult]:
    """Land a directory of exports; each system's load is visible whole or not at all.

    Args:
        exports: `<system>/<object>.{csv,csv.gz,parquet,jsonl,jsonl.gz}`, or `<system>/<object>/*`.
        home: where the warehouse is.
        systems: which systems; all that the directory holds when None.
        allow_shrink: land an extract although it lost rows or files since the last one.
        totals: another directory of exports, whose control totals are landed as well: what a system
            that was fetched reports itself.
        progress: told of every object.

    Returns:
        One result per object.

    Raises:
        InputError: something is wrong with the exports. A system that is in order is landed all the
            same, unless the directory as a whole is not what it should be.
        TieoutError: the warehouse is held by another process, or the load failed.
    """
    return _land_all(
        Path(exports),
        home,
        systems,
        progress,
        replay=False,
        allow_shrink=allow_shrink,
        totals=totals,
    )


def replay(corrections: Path, home: Home) -> list[LoadResult]:
    """Land corrected rows: the layout of the exports, with only the rows that were corrected.

    Nothing is taken for deleted, and dead letters whose keys have now landed are resolved.

    Raises:
        InputError: something is wrong with the corrections.
        TieoutError: the warehouse is held by another process, or the load failed.
    """
    return _land_all(Path(corrections), home, None, SILENT, replay=True, allow_shrink=True)


def _land_all(
    exports: Path,
    home: Home,
    systems: Sequence[str] | None,
    progress: Progress,
    *,
    replay: bool,
    allow_shrink: bool,
    totals: Path | None = None,
) -> list[LoadResult]:
    exports = exports.expanduser().absolute()
    chosen = [
        (spec, discover(spec, directory, exports))
        for spec, directory in system_directories(exports, systems)
    ]
    if totals is not None:
        for spec, extract in chosen:
            if files := stated_totals(spec, totals.expanduser().absolute()):
                extract.files.setdefault(CONTROL_TOTAL.name, []).extend(files)
    total = sum(len(extract.files) for _, extract in chosen)
    begun = count(1)

    def tell(name: str) -> None:
        progress.update(name, next(begun), total)

    results: list[LoadResult] = []
    errors: list[TieoutError] = []
    with connect(home) as connection:
        ensure_tables(connection)
        for spec, extract in chosen:
            landing = _SystemLanding(
                connection, home, spec, extract, exports, tell, replay, allow_shrink
            )
            try:
                results += landing.run()
            except TieoutError as error:
                errors.append(error)
    if len(errors) > 1:
        kind = TieoutError if any(error.exit_code == 1 for error in errors) else InputError
        raise kind("\n".join(str(error) for error in errors)) from errors[0]
    if errors:
        raise errors[0]
    return results


class _SystemLanding:
    """The landing of one system's extract."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        home: Home,
        spec: SystemSpec,
        extract: Extract,
        exports: Path,
        tell: Callable[[str], None],
        replay: bool,
        allow_shrink: bool,
    ) -> None:
        self.connection = connection
        self.home = home
        self.spec = spec
        self.extract = extract
        self.exports = exports
        self.tell = tell
        self.replay = replay
        self.allow_shrink = allow_shrink
        self.work = home.work / "landing" / spec.system
        self.results: list[LoadResult] = []
        self.records: dict[str, list[dict[str, Any]]] = {name: [] for name in RECORDS}
        self.files: Files = {}
        self.columns: Columns = {}

    def run(self) -> list[LoadResult]:
        """Stage, compare and load; gives a result per object."""
        remove_invisible_rows(self.connection, self.spec)
        self.last = self._last_readings()
        self._drop_unused_by_column()
        if not self.replay and not self.allow_shrink:
            self._check_vanished()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        try:
            load_package(
                self.connection,
                self.home,
                self.spec,
                [*self.extract.files, *RECORDS],
                self._prepare,
            )
        finally:
            shutil.rmtree(self.work, ignore_errors=True)
        if self.extract.modes and not self.replay:
            mark_landed(self.extract.directory)
        return self.results

    # ---------------------------------------------------------------- content

    def _prepare(self, load_id: str) -> tuple[Files, Columns]:
        """All that the load adds, as Parquet; every check is passed before anything is loaded."""
        loaded_at = datetime.now(UTC).replace(tzinfo=None)
        for name, files in self.extract.files.items():
            self.tell(f"{self.spec.title} {self.spec.objects[name].vendor_name}")
            spec = self.spec.objects[name]
            last = self.last.get(name)
            if last and self._unchanged(spec, files, last):
                self._record_unchanged(spec, files, last, load_id, loaded_at)
            else:
                self._read(spec, files, last, load_id, loaded_at)
        for file, reason in self.extract.unused.items():
            self.records["landing_unused_file"].append(
                {"system": self.spec.system, "file": file, "reason": reason, "load_id": load_id}
            )
        self._write_records()
        return self.files, self.columns

    def _read(
        self,
        spec: ObjectSpec,
        files: list[SourceFile],
        last: dict[str, Any] | None,
        load_id: str,
        loaded_at: datetime,
    ) -> None:
        work = self.work / spec.name
        work.mkdir()
        reader = Reader(self.connection, work, self.spec.encoding_of(spec), self.spec.delimiter)
        stage = Stage(self.connection, self.spec, spec, load_id)
        for at, file in enumerate(files):
            stage.file(reader, file, work / str(at))
        staged = stage.staged
        full = self._mode(spec) == "full"
        outcome = Versioning(
            self.connection,
            self.spec,
            spec,
            work,
            load_id,
            loaded_at,
            full,
            self.extract.present.get(spec.name),
            self.extract.deleted.get(spec.name),
        ).run(staged)
        self._check(spec, files, outcome, last, full)
        known = table_columns(self.connection, self.spec.dataset, spec.name)
        new = sorted(staged.extra - known.keys())
        # a fetch asks for every column each time: its first reading of changes has all of them
        before = self.newest.get(spec.name) if spec.name in self.extract.modes else last
        gone = (
            sorted(set(json.loads(before["source_columns"] or "[]")) - staged.source_columns)
            if (before and (full or spec.name in self.extract.modes))
            else []
        )
        for column, change in [(c, "added") for c in new] + [(c, "missing") for c in gone]:
            self.records["landing_schema_drift"].append(
                {
                    "system": self.spec.system,
                    "object": spec.name,
                    "column_name": column,
                    "change": change,
                    "load_id": load_id,
                }
            )
        self.columns[spec.name] = staged.ordered_columns() | ROW_COLUMNS
        if outcome.files:
            self.files[spec.name] = outcome.files
        for table, written in (
            ("landing_dead_letter", outcome.dead_letters),
            ("landing_resolution", outcome.resolutions),
        ):
            if written:
                self.files.setdefault(table, []).append(written)
        self._record(
            spec,
            files,
            LoadResult(
                load_id=load_id,
                system=self.spec.system,
                object=spec.name,
                rows_read=outcome.rows_read,
                rows_landed=outcome.rows_landed,
                rows_dead_lettered=outcome.rows_dead_lettered,
                rows_inserted=outcome.rows_inserted,
                rows_unchanged=outcome.rows_unchanged,
                rows_deleted=outcome.rows_deleted,
                loaded_at=loaded_at,
                extract_mode=self._mode(spec),
                new_columns=tuple(new),
                # corrections say nothing of how far the source has been read
                watermark=None if self.replay else outcome.watermark,
            ),
            staged.rows,
            sorted(staged.source_columns),
            load_id,
        )

    def _record_unchanged(
        self,
        spec: ObjectSpec,
        files: list[SourceFile],
        last: dict[str, Any],
        load_id: str,
        loaded_at: datetime,
    ) -> None:
        result = LoadResult(
            load_id=load_id,
            system=self.spec.system,
            object=spec.name,
            rows_read=last["rows_read"],
            rows_landed=last["rows_landed"],
            rows_dead_lettered=last["rows_dead_lettered"],
            rows_inserted=0,
            rows_unchanged=last["rows_landed"],
            rows_deleted=0,
            loaded_at=loaded_at,
            extract_mode=self._mode(spec),
            watermark=last["watermark"],
            unchanged_files=True,
        )
        rows = {entry["sha256"]: entry["rows"] for entry in json.loads(last["files"])}
        self._record(
            spec,
            files,
            result,
            {file.name: rows[file.sha256] for file in files},
            json.loads(last["source_columns"]),
            last["content_load_id"],
        )

    def _record(
        self,
        spec: ObjectSpec,
        files: list[SourceFile],
        result: LoadResult,
        rows: dict[str, int],
        source_columns: list[str],
        content_load_id: str,
    ) -> None:
        self.results.append(result)
        record = asdict(result)
        record.pop("unchanged_files")
        record["files"] = json.dumps(
            [
                {
                    "path": file.name,
                    "sha256": file.sha256,
                    "bytes": file.size,
                    "rows": rows[file.name],
                }
                for file in files
            ]
        )
        record["new_columns"] = json.dumps(result.new_columns)
        record["source_columns"] = json.dumps(source_columns)
        record["content_load_id"] = content_load_id
        record["declaration"] = self._declaration(spec)
        self.records["landing_audit"].append(record)

    def _write_records(self) -> None:
        """The load's records as Parquet: a handful of rows a table, never the data's own."""
        for table, rows in self.records.items():
            columns = RECORDS[table]
            self.columns[table] = columns
            if not rows:
                continue
            temporary = quoted(f"new_{table}")
            listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
            self.connection.execute(f"create or replace temp table {temporary} ({listed})")
            self.connection.executemany(
                f"insert into {temporary} values ({', '.join('?' for _ in columns)})",
                [[row.get(name) for name in columns] for row in rows],
            )
            target = self.work / f"{table}.parquet"
            write_parquet(self.connection, f"from {temporary}", target)
            self.files.setdefault(table, []).append((target, len(rows)))

    # ----------------------------------------------------------------- checks

    def _check(
        self,
        spec: ObjectSpec,
        files: list[SourceFile],
        outcome: Outcome,
        last: dict[str, Any] | None,
        full: bool,
    ) -> None:
        where = ", ".join(str(file.path) for file in files[:3])
        if outcome.rows_read != outcome.rows_landed + outcome.rows_dead_lettered:
            raise TieoutError(
                f"Rows were lost: {outcome.rows_read} read, {outcome.rows_landed} landed,"
                f" {outcome.rows_dead_lettered} rejected.",
                where=where,
                do="Nothing was landed. This is a fault of the landing: report it with the file.",
            )
        changed = outcome.mostly_untyped()
        if changed:
            column = spec.column(changed)
            example = self.connection.execute(
                "select reason from rejected_rows where list_contains(untyped, ?) limit 1",
                [changed],
            ).fetchall()[0][0]
            raise ColumnError(
                f"The type of a column has changed: {changed} is expected as {column.type}, and"
                f" {outcome.untyped[changed]} of {outcome.rows_read} rows are not; found:"
                f" {example}.",
                where=where,
                do="Export the column as before, or declare its format in"
                f" ingestion/sources/{self.spec.system}.yml.",
            )
        if last is None or not full or self.allow_shrink or self.replay:
            return
        if self.extract.modes and spec.name == CONTROL_TOTAL.name:
            return  # how many totals a vendor can state differs from night to night
        least = self.spec.minimum_share * last["rows_landed"]
        if outcome.rows_landed < least:
            raise InputError(
                f"The extract of {spec.name} has shrunk: {outcome.rows_landed} good rows, where the"
                f" last one had {last['rows_landed']}; at least {self.spec.minimum_share:.0%} of"
                " them are expected.",
                where=where,
                do="Nothing was replaced. Export it again, or land with allow_shrink"
                " (--allow-shrink) if the rows are really gone.",
            )

    def _check_vanished(self) -> None:
        gone = sorted(
            name
            for name, last in self.last.items()
            if name not in self.extract.files
            and last["extract_mode"] == "full"
            and last["rows_landed"] > 0
        )
        if gone:
            raise InputError(
                f"Exports that were there last time are missing: {', '.join(gone)}.",
                where=str(self.exports / self.spec.system),
                do="Nothing was replaced. Export them again, or land with allow_shrink"
                " (--allow-shrink) to keep their rows as they are.",
            )

    def _drop_unused_by_column(self) -> None:
        """Files that share an object's name and are another thing, told by a column."""
        for name, files in list(self.extract.files.items()):
            marker = self.spec.objects[name].unused_when_column
            if marker is None:
                continue
            work = self.home.work / "landing" / f"{self.spec.system}_probe"
            work.mkdir(parents=True, exist_ok=True)
            kept = []
            for file in files:
                reader = Reader(
                    self.connection,
                    work,
                    self.spec.encoding_of(self.spec.objects[name]),
                    self.spec.delimiter,
                )
                columns = {match_key(column) for column in reader.open(file).columns}
                if match_key(marker) in columns:
                    self.extract.unused[file.name] = (
                        f"has the column {marker}: a loader's history of a table, not {name}"
                    )
                else:
                    kept.append(file)
            shutil.rmtree(work, ignore_errors=True)
            if kept:
                self.extract.files[name] = kept
            else:
                del self.extract.files[name]

    # ---------------------------------------------------------------- history

    def _mode(self, spec: ObjectSpec) -> str:
        if self.replay:
            return "incremental"
        return self.extract.modes.get(spec.name, spec.extract)

    def _last_readings(self) -> dict[str, dict[str, Any]]:
        """The last visible landing of each object, replays left aside; and `newest` of any mode."""
        rows = self.connection.execute(
            f"select * from {quoted(self.spec.dataset)}.landing_audit"
            f" where load_id in ({visible(self.spec.dataset)})"
            " qualify row_number() over"
            " (partition by object, extract_mode order by load_id desc) = 1"
        )
        names = [column[0] for column in rows.description or []]
        last: dict[str, dict[str, Any]] = {}
        self.newest: dict[str, dict[str, Any]] = {}
        for values in rows.fetchall():
            record = dict(zip(names, values, strict=True))
            known = self.newest.setdefault(record["object"], record)
            if record["load_id"] > known["load_id"]:
                self.newest[record["object"]] = record
            spec = self.spec.objects.get(record["object"])
            if spec is not None and self._mode(spec) == record["extract_mode"]:
                last[record["object"]] = record
        return last

    def _unchanged(self, spec: ObjectSpec, files: list[SourceFile], last: dict[str, Any]) -> bool:
        """Whether these very files, under this very declaration, were the last that landed."""
        before = sorted(entry["sha256"] for entry in json.loads(last["files"]))
        return (
            not self.replay
            and last["declaration"] == self._declaration(spec)
            and before == sorted(file.sha256 for file in files)
            and spec.name not in self.extract.present
            and spec.name not in self.extract.deleted
        )

    def _declaration(self, spec: ObjectSpec) -> str:
        """A digest of all that decides how the object's files are read."""
        settings = self.spec.model_dump(
            mode="json", exclude={"objects", "unused", "description", "api"}
        )
        text = json.dumps([settings, spec.model_dump(mode="json", exclude={"api"})], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def remove_invisible_rows(connection: duckdb.DuckDBPyConnection, spec: SystemSpec) -> None:
    """Remove what a killed load left: rows whose load never became visible."""
    for table in (*RECORDS, *spec.objects):
        column = "load_id" if table in RECORDS else "_load_id"
        target = f"{quoted(spec.dataset)}.{quoted(table)}"
        invisible = f"from {target} where {column} not in ({visible(spec.dataset)})"
        if connection.execute(f"select exists ({invisible})").fetchall()[0][0]:
            connection.execute(f"delete {invisible}")
