"""From staged rows to what a load adds: new and changed versions, tombstones, dead letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.names import literal, match_key, quoted
from ingestion.parquet import write_parquet
from ingestion.spec import ObjectSpec, SystemSpec
from ingestion.stage import Staged
from ingestion.tables import ROW_COLUMNS, table_columns, visible

# A column of a text file whose values mostly cannot be typed has changed its type: the load stops.
# Below this number of rows they are dead letters all the same: a handful proves nothing.
_CHANGED_TYPE_SHARE = 0.5
_CHANGED_TYPE_ROWS = 20


@dataclass
class Outcome:
    """What one object adds to a load, and its counts.

    Attributes:
        files: Parquet files to load into the raw table, with their row counts.
        dead_letters: Parquet file of rejected rows, with its row count; None without any.
        untyped: column -> rows in which it could not be typed.
        watermark: greatest last-modified stamp among the landed rows, not after `loaded_at`.
    """

    files: list[tuple[Path, int]] = field(default_factory=list)
    dead_letters: tuple[Path, int] | None = None
    resolutions: tuple[Path, int] | None = None
    rows_read: int = 0
    rows_landed: int = 0
    rows_dead_lettered: int = 0
    rows_inserted: int = 0
    rows_unchanged: int = 0
    rows_deleted: int = 0
    untyped: dict[str, int] = field(default_factory=dict)
    watermark: datetime | None = None

    def mostly_untyped(self) -> str | None:
        """The column whose type has changed, judged by its values; None if there is none."""
        if self.rows_read < _CHANGED_TYPE_ROWS:
            return None
        limit = self.rows_read * _CHANGED_TYPE_SHARE
        return next((name for name, rows in self.untyped.items() if rows > limit), None)


@dataclass(frozen=True)
class Versioning:
    """Compares the staged rows of one object with what has landed before.

    Attributes:
        full: whether the extract holds every row that the source has; only then a key that is not
            in it has been deleted.
        present: a file of every key that the source has now, for an extract of changes.
        deleted: a file of keys of deleted rows.
    """

    connection: duckdb.DuckDBPyConnection
    system: SystemSpec
    spec: ObjectSpec
    work: Path
    load_id: str
    loaded_at: datetime
    full: bool
    present: Path | None = None
    deleted: Path | None = None

    def run(self, staged: Staged) -> Outcome:
        """Write what the load adds as Parquet under `work`."""
        outcome = Outcome(rows_read=sum(staged.rows.values()))
        if not staged.files:
            return outcome
        rows, rejected = self._one(
            f"select count(*), count(*) - count(_is_deleted) from {self._scan(staged)}"
        )
        losers = self._losers(staged)
        self._verdicts(staged, rejected)
        self._dead_letters(staged, outcome, losers)
        outcome.rows_landed = rows - rejected - losers
        self._watermark(staged, outcome)
        if self._has_history():
            self._changed(staged, outcome)
            if self.full or self.present or self.deleted:
                self._deleted(staged, outcome)
        else:
            self._all(staged, outcome, dirty=bool(rejected or losers))
        outcome.rows_unchanged = outcome.rows_landed - outcome.rows_inserted
        if not self.full:
            self._resolutions(staged, outcome)
        return outcome

    # ------------------------------------------------------------------ parts

    def _losers(self, staged: Staged) -> int:
        """Rows of a key that stands twice, except the one that lands.

        The latest wins, then the greater digest of all values: whatever the order of rows or files.
        The digest is MD5, since DuckDB's own hash differs between its versions.
        """
        key = self._key()
        good = f"(select * from {self._scan(staged)} where _is_deleted is not null)"
        twice = self._one(
            f"select count(*) from (select 1 from {good} group by {key} having count(*) > 1)"
        )[0]
        self.connection.execute(
            "create or replace temp table losers (filename varchar, file_row_number bigint)"
        )
        if not twice:
            return 0
        digest = ", ".join(
            f"coalesce({quoted(name)}::varchar, chr(30))" for name in staged.ordered_columns()
        )
        cursor = "".join(f"{quoted(name)} desc nulls last, " for name in self.spec.cursor)
        self.connection.execute(
            f"""
            insert into losers
            select filename, file_row_number
            from {good} as s
            semi join (select {key} from {good} group by {key} having count(*) > 1) as twice
                on {self._same_key("s", "twice")}
            qualify row_number() over (
                partition by {key}
                order by {cursor} md5(concat_ws(chr(31), {digest})) desc,
                    filename, file_row_number
            ) > 1
            """
        )
        return int(self._one("select count(*) from losers")[0])

    def _verdicts(self, staged: Staged, rejected: int) -> None:
        """Rejected rows with their numbers, where these can be had, in a table of their own."""
        keys = ", ".join(f"{quoted(name)}::varchar" for name in self.spec.key)
        missing = " or ".join(
            f"{quoted(name)} is null" for name in self.spec.key if self.spec.column(name).required
        )
        self.connection.execute(
            f"""
            create or replace temp table verdicts as
            select
                case when not ({missing}) then concat_ws('|', {keys}) end as source_key,
                _source_file as verdict, _source_row as source_row,
                filename as staged_file
            from {self._scan(staged)}
            where _is_deleted is null
            """
        )
        if rejected and staged.numbers:
            self.connection.execute(
                f"""
                create or replace temp table verdict_numbers as
                select verdict, source_row,
                    row_number() over (partition by verdict order by source_row) as nth
                from ({" union all ".join(staged.numbers)})
                """
            )
            self.connection.execute(
                """
                create or replace temp table verdicts as
                select v.source_key, v.verdict, coalesce(v.source_row, n.source_row) as source_row,
                    v.staged_file
                from (
                    select *, row_number() over (partition by verdict order by source_row) as nth
                    from verdicts
                ) as v
                left join verdict_numbers as n on v.verdict = n.verdict and v.nth = n.nth
                """
            )
        self.connection.execute(
            """
            create or replace temp table rejected_rows as
            select
                source_key,
                json_extract_string(verdict, '$.reason') as reason,
                json_extract_string(verdict, '$.payload') as payload,
                json_extract_string(verdict, '$.untyped[*]') as untyped,
                json_extract_string(verdict, '$.file') as source_file,
                source_row
            from verdicts
            """
        )

    def _dead_letters(self, staged: Staged, outcome: Outcome, losers: int) -> None:
        values = ", ".join(f"{literal(name)}, {quoted(name)}" for name in (*staged.columns,))
        keys = ", ".join(f"{quoted(name)}::varchar" for name in self.spec.key)
        parts = [
            "select source_key, reason, payload, source_file, source_row from rejected_rows",
            *(
                "select null as source_key, reason, payload, source_file, source_row"
                f" from ({rejects})"
                for rejects in staged.rejects
            ),
        ]
        if losers:
            parts.append(
                f"select concat_ws('|', {keys}) as source_key,"
                " 'duplicate_key: another row of this key is later, and landed' as reason,"
                f" json_object({values})::varchar as payload,"
                " _source_file as source_file, _source_row as source_row"
                f" from {self._scan(staged)} as s"
                " semi join losers as l"
                " on s.filename = l.filename and s.file_row_number = l.file_row_number"
            )
        target = self.work / "dead_letters.parquet"
        rows = self._copy(
            f"select {literal(self.system.system)} as system, {literal(self.spec.name)} as object,"
            " source_key::varchar as source_key, reason, payload, source_file,"
            f" source_row::bigint as source_row, {literal(self.load_id)} as load_id"
            f" from ({' union all by name '.join(parts)})",
            target,
        )
        outcome.rows_dead_lettered = rows
        outcome.dead_letters = (target, rows) if rows else None
        outcome.untyped = {
            str(name): int(count)
            for name, count in self.connection.execute(
                "select name, count(*) from (select unnest(untyped) as name from rejected_rows)"
                " group by name order by name"
            ).fetchall()
        }

    def _watermark(self, staged: Staged, outcome: Outcome) -> None:
        cursor = [name for name in self.spec.cursor if name in staged.columns]
        if not cursor:
            return
        stamp = f"coalesce({', '.join(quoted(name) for name in cursor)})"
        outcome.watermark = self._one(
            f"select max(stamp) from (select {stamp}::timestamp as stamp"
            f" from {self._scan(staged)} where _is_deleted is not null)"
            f" where stamp <= timestamp {literal(self.loaded_at.isoformat(' '))}"
        )[0]

    def _all(self, staged: Staged, outcome: Outcome, *, dirty: bool) -> None:
        """The first load: every good row. A file without a rejected row is loaded as it is."""
        spoiled: set[str] = set()
        if dirty:
            spoiled = {
                str(name)
                for (name,) in self.connection.execute(
                    "select staged_file from verdicts union select filename from losers"
                ).fetchall()
            }
        counts = dict(
            self.connection.execute(
                f"select filename, count(*) from {self._scan(staged)} group by filename"
            ).fetchall()
        )
        for at, path in enumerate(staged.files):
            rows = int(counts.get(str(path), 0))
            if str(path) in spoiled:
                clean = self.work / f"clean_{at}.parquet"
                rows = self._copy(self._good([path], staged), clean)
                path = clean
            if rows:
                outcome.files.append((path, rows))
                outcome.rows_inserted += rows

    def _changed(self, staged: Staged, outcome: Outcome) -> None:
        """New keys, and rows of which any value differs from the current version."""
        known = table_columns(self.connection, self.system.dataset, self.spec.name)
        columns = {
            name: kind
            for name, kind in (known | staged.ordered_columns()).items()
            if name not in ROW_COLUMNS
        }
        self._current(_fingerprint("", columns, known))
        landing = _fingerprint("s.", columns, staged.columns)
        target = self.work / "changed.parquet"
        rows = self._copy(
            f"select s.* from ({self._good(staged.files, staged)}) as s"
            f" left join current_version as c on {self._same_key('s', 'c')}"
            f" where c._load_id is null or c.fingerprint <> {landing} or c._is_deleted",
            target,
        )
        outcome.rows_inserted = rows
        if rows:
            outcome.files.append((target, rows))

    def _deleted(self, staged: Staged, outcome: Outcome) -> None:
        """Tombstones. A key that was rejected is there all the same.

        Of a line that could not be split the key is not known: a key whose text stands in such a
        line counts as there.
        """
        key = ", ".join(quoted(name) for name in self.spec.key)
        gone = []
        if self.full:
            gone.append("true")
        if self.present:
            gone.append(f"({self._not_marked()} and not {self._listed(self.present)})")
        if self.deleted:
            gone.append(self._listed(self.deleted))
        self.connection.execute(
            f"""
            create or replace temp table vanished as
            select {key}
            from current_version as c
            where not c._is_deleted
                and ({" or ".join(gone)})
                and not exists (
                    select 1 from {self._scan(staged)} as s where {self._same_key("s", "c")}
                )
            """
        )
        if staged.rejects and self._one("select count(*) from vanished")[0]:
            lines = " union all ".join(f"select payload from ({part})" for part in staged.rejects)
            held = " and ".join(
                f"contains(r.payload, v.{quoted(name)}::varchar)" for name in self.spec.key
            )
            self.connection.execute(f"delete from vanished as v using ({lines}) as r where {held}")
        if not self._one("select count(*) from vanished")[0]:
            return
        known = table_columns(self.connection, self.system.dataset, self.spec.name)
        listed = ", ".join(
            f"r.{quoted(name)}" if name in known else f"cast(null as {kind}) as {quoted(name)}"
            for name, kind in staged.ordered_columns().items()
        )
        target = self.work / "deleted.parquet"
        rows = self._copy(
            f"select {listed}, {literal(self.load_id)} as _load_id,"
            " true as _is_deleted, r._source_file, r._source_row"
            f" from {self._table()} as r"
            f" inner join current_version as c on {self._same_key('r', 'c')}"
            " and r._load_id = c._load_id"
            f" semi join vanished as v on {self._same_key('r', 'v')}",
            target,
        )
        outcome.rows_deleted = rows
        outcome.files.append((target, rows))

    def _resolutions(self, staged: Staged, outcome: Outcome) -> None:
        """Dead letters of earlier loads whose key has now landed from a correction."""
        keys = ", ".join(f"{quoted(name)}::varchar" for name in self.spec.key)
        target = self.work / "resolutions.parquet"
        dataset = quoted(self.system.dataset)
        rows = self._copy(
            f"select distinct object, source_key, md5(payload) as payload_hash,"
            f" {literal(self.load_id)} as load_id"
            f" from {dataset}.landing_dead_letter"
            f" where object = {literal(self.spec.name)}"
            f" and load_id in ({visible(self.system.dataset)})"
            f" and source_key in (select concat_ws('|', {keys})"
            f" from ({self._good(staged.files, staged)}))",
            target,
        )
        outcome.resolutions = (target, rows) if rows else None

    def _listed(self, keys: Path) -> str:
        """SQL: whether the key of `c` stands in a file of keys, named as the source names them."""
        source = f"read_csv({literal(str(keys))}, all_varchar=true, header=true)"
        names = {
            match_key(str(row[0])): str(row[0])
            for row in self.connection.execute(f"describe select * from {source}").fetchall()
        }
        same = " and ".join(
            f"k.{quoted(names[match_key(name)])} {self._equals(name)} c.{quoted(name)}::varchar"
            for name in self.spec.key
        )
        return f"exists (select 1 from {source} as k where {same})"

    def _not_marked(self) -> str:
        """SQL: whether the row of `c` does not say itself that it is deleted.

        A row in the recycle bin stays as it is when the bin is emptied.
        """
        known = table_columns(self.connection, self.system.dataset, self.spec.name)
        if "is_deleted" not in known:
            return "true"
        marked = (
            f"select 1 from {self._table()} as m where m._load_id = c._load_id and m.is_deleted"
            f" and {self._same_key('m', 'c')}"
        )
        return f"not exists ({marked})"

    # ---------------------------------------------------------------- helpers

    def _current(self, fingerprint: str) -> None:
        """The latest visible version of each key, in a table of its own."""
        key = self._key()
        self.connection.execute(
            f"""
            create or replace temp table current_version as
            select {key}, latest._load_id, latest._is_deleted, latest.fingerprint
            from (
                select {key}, arg_max({{
                    '_load_id': _load_id, '_is_deleted': _is_deleted, 'fingerprint': {fingerprint}
                }}, _load_id) as latest
                from {self._table()}
                where _load_id in ({visible(self.system.dataset)})
                group by {key}
            )
            """
        )

    def _has_history(self) -> bool:
        return bool(
            self._one(
                f"select exists (from {self._table()}"
                f" where _load_id in ({visible(self.system.dataset)}))"
            )[0]
        )

    def _good(self, files: Iterable[Path], staged: Staged) -> str:
        """A query of the rows that land, in the table's order of columns."""
        columns = ", ".join(
            f"s.{quoted(name)}" for name in (*staged.ordered_columns(), *ROW_COLUMNS)
        )
        return (
            f"select {columns}"
            f" from {_scan(files)} as s"
            " anti join losers as l"
            " on s.filename = l.filename and s.file_row_number = l.file_row_number"
            " where s._is_deleted is not null"
        )

    def _scan(self, staged: Staged) -> str:
        return _scan(staged.files)

    def _table(self) -> str:
        return f"{quoted(self.system.dataset)}.{quoted(self.spec.name)}"

    def _key(self) -> str:
        return ", ".join(quoted(name) for name in self.spec.key)

    def _same_key(self, left: str, right: str) -> str:
        return " and ".join(
            f"{left}.{quoted(name)} {self._equals(name)} {right}.{quoted(name)}"
            for name in self.spec.key
        )

    def _equals(self, name: str) -> str:
        """Part of a key may be empty only where the declaration does not require it."""
        return "=" if self.spec.column(name).required else "is not distinct from"

    def _one(self, query: str) -> tuple[Any, ...]:
        return self.connection.execute(query).fetchall()[0]

    def _copy(self, query: str, target: Path) -> int:
        return write_parquet(self.connection, query, target)


def _scan(files: Iterable[Path]) -> str:
    listed = ", ".join(literal(str(path)) for path in files)
    return f"read_parquet([{listed}], union_by_name=true, filename=true, file_row_number=true)"


def _fingerprint(alias: str, columns: dict[str, str], present: Iterable[str]) -> str:
    """SQL of a number of 128 bits that differs when any of the columns' values differs.

    Both sides of a comparison are computed in one process, so DuckDB's own hash serves, which takes
    typed values as they are; two orders of the columns make up for its 64 bits. A column that one
    side lacks is null there.
    """
    there = set(present)
    values = [
        f"{alias}{quoted(name)}" if name in there else f"cast(null as {kind})"
        for name, kind in sorted(columns.items())
    ]
    forth, back = ", ".join(values), ", ".join(reversed(values))
    return f"hash({forth})::uhugeint * 18446744073709551616::uhugeint + hash({back})"
