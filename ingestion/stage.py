"""Typing of one relation: every declared column once, good and bad rows told apart, in one pass."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.casts import TEXT, Cast, accepted_names, accepts, cast
from ingestion.names import literal, match_key, quoted, snake_case
from ingestion.parquet import write_parquet
from ingestion.readers import Reader, Relation, SourceFile, unreadable_file
from ingestion.spec import Column, ObjectSpec, SystemSpec
from tieout.errors import InputError

# Above this size a rejected row is named by its key and payload, not by its number: counting rows
# takes a second reading.
_COUNT_ROWS_UP_TO_BYTES = 64_000_000

_CUSTOM_PREFIX = "x_"


class ColumnError(InputError):
    """A file whose columns are not those declared: missing, doubled or of another type."""


@dataclass(frozen=True)
class Mapping:
    """Which source column feeds which raw column.

    Attributes:
        declared: declared column name -> source column name, for those that the file has.
        extra: raw column name -> source column name, for columns that are not declared.
        active: source column that marks the current version of a row.
    """

    declared: dict[str, str]
    extra: dict[str, str]
    active: str | None = None


@dataclass
class Staged:
    """Rows of one object, typed, in Parquet files.

    A rejected row has a null `_is_deleted`; its `_source_file` then holds the verdict as JSON
    (reason, untyped, payload).

    Attributes:
        files: the Parquet files.
        columns: raw columns of the files, with their SQL types: all that are declared, in their
            order, then the others by name. dlt loads a Parquet file as it is only when its columns
            are those of the table's schema in their order.
        extra: those of them that are not declared.
        source_columns: the source's own column names.
        rejects: queries (source_file, source_row, reason, payload) of rows that could not even be
            split into columns.
        numbers: queries (verdict, source_row) of the rows' numbers, for small files.
        rows: rows read of each source file, by its name.
    """

    files: list[Path] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    extra: set[str] = field(default_factory=set)
    source_columns: set[str] = field(default_factory=set)
    rejects: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def ordered_columns(self) -> dict[str, str]:
        """`columns` of all files together: declared ones first, then the others by name."""
        return {
            **{name: kind for name, kind in self.columns.items() if name not in self.extra},
            **{name: self.columns[name] for name in sorted(self.extra)},
        }


def map_columns(system: SystemSpec, spec: ObjectSpec, names: Iterable[str], where: str) -> Mapping:
    """Find the declared columns among `names`, without regard to case and underscores.

    Raises:
        ColumnError: a required column is missing, or two columns are the same one.
    """
    ignored = {match_key(name) for name in system.ignored_columns}
    custom = {match_key(name): name for name in system.custom_columns}
    by_key: dict[str, list[str]] = {}
    for name in names:
        by_key.setdefault(match_key(name), []).append(name)
    declared: dict[str, str] = {}
    for column in spec.columns:
        found = next(
            (
                by_key[match_key(name)]
                for name in (column.name, *column.aliases)
                if match_key(name) in by_key
            ),
            None,
        )
        if found is None:
            continue
        if len(found) > 1:
            raise ColumnError(
                f"Two columns are {column.name}: {' and '.join(found)}.",
                where=where,
                do="Keep one of them: names are matched without regard to case and underscores.",
            )
        declared[column.name] = found[0]
    missing = [name for name in spec.required if name not in declared]
    if missing:
        other = _other_delimiter(by_key, system.delimiter)
        raise ColumnError(
            f"A required column is missing: expected {', '.join(missing)};"
            f" found {_shortened(by_key, missing)}.",
            where=where,
            do=f"Its values seem to be separated by {other!r}: export it with {system.delimiter!r},"
            f" or set `delimiter` in ingestion/sources/{system.system}.yml."
            if other
            else f"Export {spec.vendor_name} with its required columns"
            f" ({', '.join(spec.required)}); docs/sources/{system.system}.md lists them.",
        )
    active = match_key(system.active_column) if system.active_column else None
    used = set(declared.values())
    extra: dict[str, str] = {}
    taken = {column.name for column in spec.columns}
    for name in (name for found in by_key.values() for name in found):
        key = match_key(name)
        if name in used or key in ignored or key == active:
            continue
        landed = snake_case(name)
        if key in custom:
            landed = snake_case(custom[key])
        if (key in custom or name.lower().startswith(_CUSTOM_PREFIX)) and not landed.startswith(
            _CUSTOM_PREFIX
        ):
            landed = _CUSTOM_PREFIX + landed.lstrip("_")
        while landed in taken:
            landed += "_2"
        taken.add(landed)
        extra[landed] = name
    return Mapping(declared, extra, by_key[active][0] if active in by_key else None)


def _other_delimiter(found: dict[str, list[str]], declared: str) -> str | None:
    """What separates a header that was read as one column, where it is a usual delimiter."""
    if len(found) != 1:
        return None
    ((name, *_),) = found.values()
    return next((one for one in ",;\t|" if one != declared and one in name), None)


def _shortened(found: Iterable[str], missing: list[str]) -> str:
    """What was found instead: the likeliest names first, and not hundreds of them."""
    names = list(found)
    near = [
        name
        for wanted in missing
        for name in difflib.get_close_matches(match_key(wanted), names, n=2)
    ]
    listed = list(dict.fromkeys([*near, *names]))
    more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return ", ".join(listed[:12]) + more


@dataclass(frozen=True)
class Stage:
    """Where the rows of one object are typed, and for which load.

    Attributes:
        staged: what has been typed so far; every relation adds to it.
    """

    connection: duckdb.DuckDBPyConnection
    system: SystemSpec
    spec: ObjectSpec
    load_id: str
    staged: Staged = field(default_factory=Staged)

    def file(self, reader: Reader, file: SourceFile, target: Path) -> None:
        """Read and type one file; the typed rows go to the directory `target`.

        Raises:
            InputError: the file is damaged, lacks a required column, or a column's type changed.
        """
        countable = file.size <= _COUNT_ROWS_UP_TO_BYTES
        for careful in (False, True):
            relation = reader.open(file, careful=careful)
            directory = target / ("careful" if careful else "plain")
            try:
                rows, parts = self._write(relation, file.name, str(file.path), directory)
            except duckdb.Error as error:
                if careful or not file.suffix.startswith(".csv"):
                    raise unreadable_file(file, error) from error
                continue  # line breaks of several kinds, most often
            if careful or not reader.lost_its_place(relation):
                self._account(relation, file.name, rows, parts, countable)
                break

    def relation(self, relation: Relation, name: str, target: Path) -> None:
        """Type rows that were read elsewhere, a page of an API say, named `name` in the records.

        Raises:
            InputError: a required column is missing, or a column's type changed.
        """
        rows, parts = self._write(relation, name, name, target)
        self._account(relation, name, rows, parts, False)

    def _write(
        self, relation: Relation, name: str, where: str, target: Path
    ) -> tuple[int, list[Path]]:
        """Write the typed rows; gives their number and the files."""
        mapping = map_columns(self.system, self.spec, relation.columns, where)
        _check_types(self.connection, self.spec, relation, mapping, where)
        columns = {column.name: column.sql_type for column in self.spec.columns} | dict.fromkeys(
            sorted(mapping.extra), "VARCHAR"
        )
        self.staged.columns |= columns
        self.staged.extra |= set(mapping.extra)
        self.staged.source_columns |= set(relation.columns)
        typed = typed_rows(self.system, self.spec, relation, mapping, name)
        listed = ", ".join(quoted(column) for column in columns)
        rows = (
            f"select {listed}, {literal(self.load_id)} as _load_id, _is_deleted,"
            f" _source_file, _source_row from ({typed})"
        )
        written = write_parquet(self.connection, rows, target, split=True)
        parts = sorted(target.rglob("*.parquet"))
        if not parts:
            parts = [target / "empty.parquet"]
            write_parquet(self.connection, f"{rows} limit 0", parts[0])
        return written, parts

    def _account(
        self, relation: Relation, name: str, rows: int, parts: list[Path], countable: bool
    ) -> None:
        """Add the files, and the rows that the reader rejected, to what is staged."""
        rejects = [
            f"select {literal(name)} as source_file, * from ({part})" for part in relation.rejects
        ]
        for part in rejects:
            rows += self.connection.execute(f"select count(*) from ({part})").fetchall()[0][0]
        self.staged.files += parts
        self.staged.rejects += rejects
        self.staged.rows[name] = rows
        if countable and relation.row_number is None:
            mapping = map_columns(self.system, self.spec, relation.columns, name)
            numbered = typed_rows(
                self.system, self.spec, relation, mapping, name, row_number="row_number() over ()"
            )
            self.staged.numbers.append(
                f"select _source_file as verdict, _source_row as source_row from ({numbered})"
                " where _is_deleted is null"
            )


def _check_types(
    connection: duckdb.DuckDBPyConnection,
    spec: ObjectSpec,
    relation: Relation,
    mapping: Mapping,
    where: str,
) -> None:
    """A typed source must bring the declared types, except in columns that hold nothing."""
    for name, source in mapping.declared.items():
        column, found = spec.column(name), relation.columns[source]
        if accepts(column, found):
            continue
        filled = connection.execute(
            f"select count({quoted(source)}) from ({relation.query})"
        ).fetchall()[0][0]
        if filled:
            raise ColumnError(
                f"The type of a column has changed: {source} is expected as {column.type}"
                f" ({accepted_names(column)}), found {found}.",
                where=where,
                do="Export the column with its former type, or change its declaration.",
            )
        relation.columns[source] = "nothing"


def typed_rows(
    system: SystemSpec,
    spec: ObjectSpec,
    relation: Relation,
    mapping: Mapping,
    file_name: str,
    *,
    row_number: str | None = None,
) -> str:
    """A query of the typed rows: raw columns, `_is_deleted`, `_source_file`, `_source_row`."""
    number = row_number or relation.row_number or "cast(null as bigint)"
    raw = {name: f"r{at}" for at, name in enumerate(relation.columns)}
    texts: list[str] = []  # source values, trimmed
    values: list[str] = []  # typed values
    verdicts: list[tuple[str, str, str]] = []  # column, condition, message
    formats = system.formats_of(spec)
    for at, column in enumerate(spec.columns):
        source = mapping.declared.get(column.name)
        if source is None:
            empty = "''" if column.type == "label" else "null"
            values.append(f"cast({empty} as {column.sql_type}) as {quoted(column.name)}")
            continue
        text = f"t{at}"
        texts.append(f"{_trimmed(raw[source], relation.columns[source])} as {text}")
        how = cast(column, text, relation.columns[source], system, formats)
        values.append(f"{how.expression} as {quoted(column.name)}")
        verdicts += _verdicts(column, text, how)
    for landed, source in mapping.extra.items():
        plain = raw[source] if relation.columns[source] == TEXT else f"{raw[source]}::varchar"
        values.append(f"{_trimmed(plain, TEXT)} as {quoted(landed)}")
    reasons = ["when _why is not null then _why"]
    if mapping.active:
        active = f"try_cast({raw[mapping.active]}::varchar as boolean)"
        reasons.append(f"when {active} is false then 'superseded: {system.active_column} is false'")
    if verdicts:
        any_bad = " or ".join(condition for _, condition, _ in verdicts)
        parts = ", ".join(f"case when {cond} then {message} end" for _, cond, message in verdicts)
        reasons.append(f"when {any_bad} then concat_ws('; ', {parts})")
    untyped = ", ".join(
        f"case when {condition} then {literal(name)} end" for name, condition, _ in verdicts
    )
    verdict = (
        f"cast(json_object('file', {literal(file_name)}, 'reason', _reason,"
        f" 'untyped', list_filter([{untyped}], lambda c: c is not null),"
        f" 'payload', {_payload(relation, raw)}) as varchar)"
    )
    carried = [quoted(name) for name in (*(c.name for c in spec.columns), *mapping.extra)]
    sources = [f"{quoted(name)} as {alias}" for name, alias in raw.items()]
    if relation.line:
        sources.append(f"{quoted(relation.line)} as _line")
    return f"""
        select
            {", ".join(carried)},
            case when _reason is null then false end as _is_deleted,
            case when _reason is null then {literal(file_name)} else {verdict} end as _source_file,
            _source_row
        from (
            select *, case {" ".join(reasons)} end as _reason
            from (
                select *, {", ".join(values)}
                from (
                    select {", ".join(["*", *texts])}
                    from (
                        select
                            {", ".join(sources)},
                            {relation.unreadable} as _why,
                            {number} as _source_row
                        from ({relation.query})
                    )
                )
            )
        )
    """


def _trimmed(source: str, source_class: str) -> str:
    return f"nullif(trim({source}), '')" if source_class == TEXT else source


def _payload(relation: Relation, raw: dict[str, str]) -> str:
    """SQL of a row as JSON, as it came."""
    if relation.line:
        return "case when json_valid(_line) then _line else json_object('line', _line)::varchar end"
    parts = ", ".join(f"{literal(name)}, {alias}" for name, alias in raw.items())
    return f"json_object({parts})::varchar"


def _verdicts(column: Column, text: str, how: Cast) -> list[tuple[str, str, str]]:
    """What can be wrong with a value: (column, condition, message)."""
    typed = quoted(column.name)
    found = []
    if how.fallible:
        shown = f"left(cast({text} as varchar), 200)"
        found.append(
            (
                column.name,
                f"({text} is not null and {typed} is null)",
                f"{literal(f'{column.name}: ')} || {shown} || {literal(f' is not {how.expected}')}",
            )
        )
    if column.required:
        found.append(
            (
                column.name,
                f"({text} is null)",
                literal(f"{column.name}: empty, and it is required"),
            )
        )
    return found
