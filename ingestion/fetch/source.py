"""What a vendor's fetch is given: the declaration, the journal, and what has landed so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from ingestion.discover import PRESENT_KEYS
from ingestion.fetch.journal import Journal, Progress
from ingestion.names import literal, match_key, quoted
from ingestion.spec import Column, ObjectSpec, SystemApi, SystemSpec
from ingestion.tables import current_rows, visible


@dataclass(frozen=True)
class Source:
    """One system to fetch from.

    Attributes:
        spec: its declaration.
        journal: what has been fetched.
        say: told what is being done.
        warehouse: what has landed; None when nothing has.
    """

    spec: SystemSpec
    journal: Journal
    say: Callable[[str], None]
    warehouse: duckdb.DuckDBPyConnection | None

    @property
    def api(self) -> SystemApi:
        """How the system's API is used."""
        return self.spec.api or SystemApi()

    def objects(self) -> list[ObjectSpec]:
        """The objects that are fetched, in the order of their declaration."""
        return [spec for spec in self.spec.objects.values() if spec.api.fetched]

    def progress(self, spec: ObjectSpec) -> Progress:
        """How far the fetch of an object has come."""
        return self.journal.object(spec.name, spec.vendor_name)

    def has_landed(self, spec: ObjectSpec) -> bool:
        """Whether any row of the object has landed."""
        return self._one(spec, "select exists (from {table} where _load_id in ({visible}))") is True

    def since(self, spec: ObjectSpec) -> datetime | None:
        """Where the next window begins: the greatest landed cursor less the look-back.

        None: the whole history. A function of what is landed, and of nothing else.
        """
        if self.warehouse is None:
            return None
        greatest = self.warehouse.execute(
            f"select max(watermark) from {quoted(self.spec.dataset)}.landing_audit"
            f" where object = ? and load_id in ({visible(self.spec.dataset)})",
            [spec.name],
        ).fetchone()
        if greatest is None or greatest[0] is None:
            return None
        minutes = self.api.look_back if spec.api.look_back is None else spec.api.look_back
        since: datetime = greatest[0] - timedelta(minutes=minutes)
        return since.replace(microsecond=0)

    def columns(self, spec: ObjectSpec, names: Sequence[str]) -> tuple[list[str], list[Column]]:
        """The vendor's fields to ask for, and the declared columns that the vendor lacks.

        Declared ones and those that flow through to the marts (`x_`, `custom_columns`).
        """
        by_key = {match_key(name): name for name in names}
        asked: list[str] = []
        missing: list[Column] = []
        for column in spec.columns:
            keys = [match_key(name) for name in (column.name, *column.aliases)]
            found = next((by_key[key] for key in keys if key in by_key), None)
            if found is None:
                missing.append(column)
            elif found not in asked:
                asked.append(found)
        custom = {match_key(name) for name in self.spec.custom_columns}
        for name in names:
            if name not in asked and (match_key(name) in custom or name.lower().startswith("x_")):
                asked.append(name)
        return asked, missing

    def known_after(
        self, spec: ObjectSpec, key: str, mark: str | None, *, swept: bool = False
    ) -> int:
        """Rows that will be known and alive once the fetch has landed; rejected ones are known.

        Args:
            spec: an object with one key column.
            key: the vendor's name of it.
            mark: the vendor's field that marks deleted rows; None to count these too.
            swept: without the rows that the file of present keys, if there is one, does not name.
        """
        fetched = self.fetched_keys(spec, key, mark)
        column = quoted(spec.key[0])
        known = self._landed_keys(spec, alive=mark is not None)
        present = self.progress(spec).directory / PRESENT_KEYS
        if swept and present.is_file():  # the landing takes what it does not name for deleted
            keys = f"read_csv({literal(str(present))}, all_varchar=true, header=true)"
            known += f" and {column} in (select {quoted(key)} from {keys})"
        known += f" union {self.rejected_keys(spec)}"
        database = self.warehouse or duckdb.connect()
        row = database.execute(
            f"with fetched as ({fetched}), known as ({known})"
            f" select (select count(distinct key) from fetched where not is_deleted)"
            f" + (select count(*) from known where not exists"
            f" (select 1 from fetched where fetched.key = known.{column}))"
        ).fetchone()
        return int(row[0]) if row else 0

    def missing_keys(self, spec: ObjectSpec, key: str, wanted: str) -> int:
        """Keys of the query `wanted` (column `key`) that are neither landed nor fetched."""
        database = self.warehouse or duckdb.connect()
        column = quoted(spec.key[0])
        row = database.execute(
            f"with fetched as ({self.fetched_keys(spec, key, None)}),"
            f" known as ({self._landed_keys(spec)} union {self.rejected_keys(spec)})"
            f" select count(*) from ({wanted}) as w"
            " where not exists (select 1 from fetched where fetched.key = w.key)"
            f" and not exists (select 1 from known where known.{column} = w.key)"
        ).fetchone()
        return int(row[0]) if row else 0

    def write_keys(
        self, spec: ObjectSpec, name: str, pages: Iterable[bytes], fields: Sequence[str]
    ) -> Path:
        """Write keys, given as pages of JSON lines, beside an object's files; gives the file.

        Args:
            spec: the object.
            name: of the file: `PRESENT_KEYS` or `DELETED_KEYS`.
            pages: JSON lines that hold the fields.
            fields: the vendor's names of the columns to write, key columns first.
        """
        progress = self.progress(spec)
        lines, target = progress.part(".jsonl"), progress.part(name)
        with lines.open("wb") as stream:
            stream.writelines(pages)
        columns = ", ".join(f"{literal(field)}: 'VARCHAR'" for field in fields)
        with duckdb.connect() as database:
            database.execute(
                f"copy (select {', '.join(map(quoted, fields))}"
                f" from read_json({literal(str(lines))}, format='newline_delimited',"
                f" columns={{{columns}}}))"
                f" to {literal(str(target))} (format csv, header true, compression gzip)"
            )
        lines.unlink()
        progress.files[:] = [entry for entry in progress.files if entry["name"] != name]
        progress.add(target, 0, progress.position, name=name)
        return progress.directory / name

    def fetched_keys(self, spec: ObjectSpec, key: str, mark: str | None) -> str:
        """A query (key, is_deleted) of the rows that this fetch holds."""
        progress = self.progress(spec)
        paths = [
            progress.directory / entry["name"]
            for entry in progress.files
            if not entry["name"].startswith(".")
        ]
        deleted = f"coalesce(try_cast({quoted(mark)} as boolean), false)" if mark else "false"
        parts = []
        for reader, ending in (("read_csv", ".csv"), ("read_json", ".jsonl")):
            listed = [path for path in paths if ending in path.name]
            if listed:
                parts.append(_keys(reader, listed, key, deleted, mark))
        nothing = "select cast(null as varchar) as key, false as is_deleted limit 0"
        return " union all ".join(parts) or nothing

    def rejected_keys(self, spec: ObjectSpec) -> str:
        """A query of the keys of rows that were rejected, and that nothing has replaced.

        They are known as they are: nothing is read again for them until the vendor changes them.
        """
        parts = (
            f"split_part(source_key, '|', {at}) as {quoted(name)}"
            for at, name in enumerate(spec.key, 1)
        )
        letters = "raw_operations.dead_letter"
        if self.warehouse is None:
            letters = "(select '' as source_key, '' as system, '' as object, '' as status limit 0)"
        return (
            f"select {', '.join(parts)} from {letters}"
            f" where system = {literal(self.spec.system)} and object = {literal(spec.name)}"
            " and status = 'open' and source_key is not null"
        )

    def _landed_keys(self, spec: ObjectSpec, *, alive: bool = False) -> str:
        column = quoted(spec.key[0])
        if self.warehouse is None:
            return f"select cast(null as varchar) as {column} where false"
        marked = alive and any(one.name == "is_deleted" for one in spec.columns)
        kept = [column, "_is_deleted", *(["is_deleted"] if marked else [])]
        return (
            f"select {column}::varchar as {column} from ({current_rows(self.spec, spec, kept)})"
            " where not _is_deleted" + (" and not coalesce(is_deleted, false)" if marked else "")
        )

    def _one(self, spec: ObjectSpec, query: str) -> object:
        if self.warehouse is None:
            return None
        table = f"{quoted(self.spec.dataset)}.{quoted(spec.name)}"
        row = self.warehouse.execute(
            query.format(table=table, visible=visible(self.spec.dataset))
        ).fetchone()
        return row[0] if row else None


def _keys(reader: str, paths: Sequence[Path], key: str, deleted: str, mark: str | None) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    wanted = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in (key, mark) if name)
    options = (
        "all_varchar=true, header=true, union_by_name=true, delim=',', quote='\"', escape='\"'"
        if reader == "read_csv"
        else f"format='newline_delimited', columns={{{wanted}}}"
    )
    return (
        f"select {quoted(key)} as key, {deleted} as is_deleted from {reader}([{listed}], {options})"
    )


def write_empty(progress: Progress, columns: Sequence[str]) -> None:
    """An object without rows is a file with a header only."""
    path = progress.part(".csv")
    path.write_text(",".join(columns) + "\n", encoding="utf-8")
    progress.add(path, 0, progress.position)
