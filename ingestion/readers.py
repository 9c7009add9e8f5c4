"""Reading of bytes: a file becomes a relation with the source's own columns, and nothing more.

Whatever can be given as a relation (a page of an API as an Arrow table, say) can be handed to the
next step in the same way: it asks for a query, the class of each column, and how to write a row as
it came.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
import uuid
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import duckdb

from ingestion.casts import TEXT, type_class
from ingestion.names import literal, match_key, quoted
from tieout.errors import InputError

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz")

_CHUNK = 1 << 20
_NO_DELIMITER = "\x01"  # never part of a text file: makes the CSV reader a reader of lines
_REPLACED = "\ufffd"  # what stands where bytes are not valid in the declared encoding
# A line longer than the CSV reader's buffer (32,000,000 bytes) is left out without a word.
_LONGEST_LINE = 30_000_000
_LEAST_GZIP_SHARE = 1_000  # gzip makes a file at most this much smaller
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# Troubles after which the CSV reader has lost its place (rows that follow are swallowed up to the
# next block of the file) or the row's text (it takes a wrong byte for the first of several, and
# the comma behind it with it). The file is then read again, with care.
_LOST = ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM", "INVALID ENCODING")


@dataclass(frozen=True)
class SourceFile:
    """One file of an export.

    Attributes:
        path: where it is.
        name: how it is named in messages and records: relative to the exports.
        sha256: digest of its bytes.
        size: bytes.
    """

    path: Path
    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path, exports: Path) -> SourceFile:
        """Describe the file; reads it once for the digest.

        Raises:
            InputError: it cannot be opened.
        """
        name = path.relative_to(exports).as_posix()
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return cls(path, name, digest, path.stat().st_size)
        except OSError as error:
            raise unreadable_file(cls(path, name, "", 0), error) from error

    @property
    def suffix(self) -> str:
        """The ending that tells its format."""
        return next(suffix for suffix in SUFFIXES if self.path.name.lower().endswith(suffix))


@dataclass
class Relation:
    """Rows as the source gives them.

    Attributes:
        query: SQL that yields the source's columns.
        columns: the source's columns and their type classes (ingestion.casts).
        line: a column of `query` with the row as it was written, for JSON lines; else a row is
            kept as JSON made of its columns.
        unreadable: SQL expression that says why a row cannot be read, null when it can.
        row_number: SQL expression that gives the row's number, where that costs nothing.
        rejects: queries (source_row, reason, payload) of rows that `query` leaves out; to be asked
            after it has run.
        scans: reject tables of the CSV reader that `query` fills.
    """

    query: str
    columns: dict[str, str]
    line: str | None = None
    unreadable: str = "cast(null as varchar)"
    row_number: str | None = None
    rejects: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """Opens the files of one object; keeps what it writes on the way under `work`.

    The encoding may be any that Python knows; the delimiter is that of CSV files.
    """

    connection: duckdb.DuckDBPyConnection
    work: Path
    encoding: str = "utf-8"
    delimiter: str = ","
    _opened: int = field(default=0, init=False)

    def open(self, file: SourceFile, *, careful: bool = False) -> Relation:
        """The rows of `file`.

        Args:
            file: what to read.
            careful: read a CSV file line by line, for one in which the reader lost its place.

        Raises:
            InputError: the file is empty, corrupt, or in another format than its name says.
        """
        self._opened += 1
        if file.size == 0:
            raise InputError(
                "The file is empty: it has not even a header.",
                where=str(file.path),
                do="Export it again; an object without rows is a file with a header only.",
            )
        if file.suffix == ".parquet":
            return self._parquet(file)
        try:
            path, replaced = self._as_utf8(file, careful=careful)
            _refuse_endless_line(file, path)
            if file.suffix.startswith(".jsonl"):
                return self._jsonl(file, path, replaced)
            header = self._header(file, path)
            return (
                self._csv_with_care(path, header) if careful else self._csv(path, header, replaced)
            )
        except (OSError, EOFError, zlib.error, duckdb.Error) as error:
            raise unreadable_file(file, error) from error

    def lost_its_place(self, relation: Relation) -> bool:
        """Whether rows of a CSV file were swallowed: ask after the relation's query has run."""
        return any(
            self.connection.execute(
                f"select exists (from {scan} where error_type in {_LOST})"
            ).fetchall()[0][0]
            for scan in relation.scans
        )

    # ---------------------------------------------------------------- Parquet

    def _parquet(self, file: SourceFile) -> Relation:
        source = f"read_parquet({literal(str(file.path))}, file_row_number=true)"
        try:
            described = self.connection.execute(f"describe select * from {source}").fetchall()
        except duckdb.Error as error:
            raise unreadable_file(file, error) from error
        columns = {
            str(name): type_class(str(kind))
            for name, kind, *_ in described
            if name != "file_row_number"
        }
        return Relation(
            query=f"select * from {source}",
            columns=columns,
            row_number="file_row_number + 1",
        )

    # -------------------------------------------------------------------- CSV

    def _header(self, file: SourceFile, path: Path) -> list[str]:
        try:
            with (
                _open_bytes(path) as stream,
                io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="") as text,
            ):
                header = next(csv.reader(text, delimiter=self.delimiter), [])
            ",".join(header).encode()  # the rows below may hold other bytes, not the header
            if not any(name.strip() for name in header):
                raise ValueError("the first line is empty")
            if any("\0" in name for name in header):
                raise ValueError("it holds null bytes, as UTF-16 and UTF-32 do")
        except (csv.Error, ValueError) as error:
            raise InputError(
                f"The header cannot be read: {error}.",
                where=str(file.path),
                do="The first line must name the columns, in the declared encoding"
                f" ({self.encoding}).",
            ) from error
        names = [name.strip() or f"unnamed_{at}" for at, name in enumerate(header, start=1)]
        lowered = [name.lower() for name in names]
        twice = sorted({name for name in names if lowered.count(name.lower()) > 1})
        if twice:
            raise InputError(
                f"A column stands twice in the header: {', '.join(twice)}.",
                where=str(file.path),
                do="Keep one of them.",
            )
        return names

    def _csv(
        self, path: Path, header: list[str], replaced: bool, *, has_header: bool = True
    ) -> Relation:
        names = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
        scan, options = self._rejecting()
        columns = dict.fromkeys(header, TEXT)
        unreadable = "cast(null as varchar)"
        if replaced:
            every = ", ".join(quoted(name) for name in header)
            unreadable = (
                f"case when contains(concat_ws('', {every}), '{_REPLACED}')"
                f" then 'unreadable: not valid {self.encoding}' end"
            )
        return Relation(
            query=(
                f"select * from read_csv({literal(str(path))}, auto_detect=false,"
                f" columns={{{names}}}, header={str(has_header).lower()},"
                f" delim={literal(self.delimiter)}, quote='\"', escape='\"',"
                f" strict_mode=true, {options})"
            ),
            columns=columns,
            unreadable=unreadable,
            rejects=[_rejects(scan, first_row=2 if has_header else 1)],
            scans=[scan],
        )

    def _csv_with_care(self, path: Path, header: list[str]) -> Relation:
        """Rows of a CSV file whose quotes are broken.

        A line that is a whole record by itself is one. Lines between such lines are taken together:
        if they make up whole records, values with line breaks among them, they are read as such; if
        not, each of them is rejected.
        """
        value = f'(?:"(?:[^"]|"")*"|[^"{_class(self.delimiter)}\n][^{_class(self.delimiter)}\n]*|)'
        record = f"{value}(?:{re.escape(self.delimiter)}{value}){{{len(header) - 1}}}"
        scan, lines = self._lines(path, skip=1)
        table, good = f"lines_{self._opened}", self.work / f"careful_{self._opened}.csv"
        self.connection.execute(
            f"""
            create or replace temp table {table} as
            with lines as (
                select row_number() over () as n, coalesce(line, '') as line from ({lines})
            ),
            judged as (
                select n, line, line <> '' and regexp_full_match(line, {literal(record)}) as whole
                from lines
            ),
            islands as (
                select *, n - row_number() over (partition by whole order by n) as island
                from judged
            ),
            joined as (
                select
                    island, min(n) as n,
                    regexp_full_match(
                        trim(string_agg(line, chr(10) order by n), chr(10)),
                        {literal(f"{record}(?:{chr(10)}+{record})*")}
                    ) as whole
                from islands
                where not whole
                group by island
            )
            select islands.n, islands.line, islands.whole or coalesce(joined.whole, false) as whole
            from islands
            left join joined on not islands.whole and islands.island = joined.island
            """
        )
        self.connection.execute(
            f"copy (select line from {table} where whole order by n) to {literal(str(good))}"
            f" (format csv, header false, delimiter '{_NO_DELIMITER}', quote '', escape '')"
        )
        relation = self._csv(good, header, True, has_header=False)
        relation.rejects += [
            _rejects(scan, first_row=2),
            f"select n as source_row,"
            f" 'unreadable: the quotes or the number of values are wrong' as reason,"
            f" json_object('line', line) as payload from {table} where not whole and line <> ''",
        ]
        return relation

    # ------------------------------------------------------------- JSON lines

    def _jsonl(self, file: SourceFile, path: Path, replaced: bool) -> Relation:
        with _open_bytes(path) as stream:
            if stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
                raise InputError(
                    "The file is one JSON array, where one JSON object a line is expected.",
                    where=str(file.path),
                    do="Export it as JSON lines.",
                )
        scan, lines = self._lines(path)
        judged = (
            "select line, case when not json_valid(line) then 'unreadable: not valid JSON'"
            " when json_type(line) <> 'OBJECT' then 'unreadable: not a JSON object'"
            + (
                f" when contains(line, '{_REPLACED}') then 'unreadable: not valid {self.encoding}'"
                if replaced
                else ""
            )
            + f" end as why from ({lines}) where trim(line) <> ''"
        )
        keys = [
            str(key)
            for (key,) in self.connection.execute(
                f"select key from (select unnest(json_keys(line)) as key from ({judged})"
                " where why is null) group by key order by key"
            ).fetchall()
        ]
        variants: dict[str, list[str]] = {}
        for key in keys:
            variants.setdefault(match_key(key) or key, []).append(key)
        first = {names[0]: names for names in variants.values()}
        shape = literal(json.dumps(dict.fromkeys(first, "VARCHAR")))
        values = "".join(
            f", {_json_value(name, others)} as {quoted(name)}" for name, others in first.items()
        )
        row = f"from_json(good, {shape})" if first else "null"
        return Relation(
            query=(
                f"select line as {quoted(_LINE)}, why as {quoted(_WHY)}{values}"
                f" from (select *, {row} as parsed from"
                f" (select *, case when why is null then line end as good from ({judged})))"
            ),
            columns=dict.fromkeys(first, TEXT),
            line=_LINE,
            unreadable=quoted(_WHY),
            rejects=[_rejects(scan, first_row=1)],
            scans=[],
        )

    # ---------------------------------------------------------------- helpers

    def _rejecting(self) -> tuple[str, str]:
        scan = f"rejects_{uuid.uuid4().hex}"
        return scan, f"store_rejects=true, rejects_table='{scan}', rejects_scan='{scan}_scan'"

    def _lines(self, path: Path, *, skip: int = 0) -> tuple[str, str]:
        """A reject table and a query of the lines of a text file, in column `line`."""
        scan, options = self._rejecting()
        return scan, (
            f"select line from read_csv({literal(str(path))}, auto_detect=false,"
            f" columns={{'line': 'VARCHAR'}}, header=false, skip={skip},"
            f" delim='{_NO_DELIMITER}', quote='', escape='', {options})"
        )

    def _as_utf8(self, file: SourceFile, *, careful: bool) -> tuple[Path, bool]:
        """The file itself when it is UTF-8, else a copy in UTF-8; and whether bytes were replaced.

        With `careful`, a copy whose line breaks are all of one kind. Goes by blocks of bytes.
        """
        encoding = codecs.lookup(self.encoding).name
        with _open_bytes(file.path) as stream:
            marked = stream.read(2) in _UTF16_MARKS
        if marked and not encoding.startswith("utf-16"):
            raise InputError(
                f"The file is UTF-16, where {self.encoding} is declared.",
                where=str(file.path),
                do="Export it as UTF-8, or set `encoding: utf-16` for the object or system.",
            )
        if encoding in {"utf-8", "ascii"} and not careful:
            return file.path, False
        target = self.work / f"utf8_{self._opened}.txt"
        replaced = False
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        breaks = io.IncrementalNewlineDecoder(None, translate=careful)
        with (
            _open_bytes(file.path) as stream,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while True:
                block = stream.read(_CHUNK)
                text = breaks.decode(decoder.decode(block, final=not block), final=not block)
                replaced = replaced or _REPLACED in text
                out.write(text)
                if not block:
                    return target, replaced


_LINE, _WHY = "__line__", "__why__"


def unreadable_file(file: SourceFile, error: Exception) -> InputError:
    """The error for a file that is damaged as a whole."""
    what = {".parquet": "Parquet file", ".jsonl": "JSON lines file"}.get(file.suffix, "file")
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return InputError(
        f"The {what} cannot be read: {first}",
        where=str(file.path),
        do="It is gone, or may not be read: land exports when they are complete and at rest."
        if isinstance(error, OSError) and error.errno
        else "It is cut off, damaged, or in another format than its name says: export it again.",
    )


def _open_bytes(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _refuse_endless_line(file: SourceFile, path: Path) -> None:
    """Stop before a line that the CSV reader would lose; reads only files that can hold one.

    Raises:
        InputError: a line is longer than any row of an export.
    """
    share = _LEAST_GZIP_SHARE if path.name.lower().endswith(".gz") else 1
    if path.stat().st_size * share <= _LONGEST_LINE:
        return
    line, length = 1, 0
    with _open_bytes(path) as stream:
        while block := stream.read(_CHUNK):
            last = max(block.rfind(b"\n"), block.rfind(b"\r"))
            length = length + len(block) if last < 0 else len(block) - last - 1
            line += block.count(b"\n")
            if length > _LONGEST_LINE:
                raise InputError(
                    f"Line {line} is longer than {_LONGEST_LINE:,} bytes, which no row is.",
                    where=str(file.path),
                    do="Nothing was landed. Look for line breaks that are missing, or a value that"
                    " is no part of the object (a document, say), and export it again.",
                )


def _class(delimiter: str) -> str:
    """The delimiter inside a character class of a regular expression."""
    return "\\" + delimiter if delimiter in "\\]^-" else delimiter


def _rejects(scan: str, first_row: int) -> str:
    """Rows that the CSV reader rejected: several errors of one line are one row."""
    return (
        f"select line - {first_row - 1} as source_row,"
        " 'unreadable: ' || string_agg(distinct case error_type"
        " when 'MISSING COLUMNS' then 'too few values'"
        " when 'TOO MANY COLUMNS' then 'too many values'"
        " when 'INVALID ENCODING' then 'not valid in the declared encoding'"
        " when 'UNQUOTED VALUE' then 'a quote that is not closed as it should be'"
        " when 'LINE SIZE OVER MAXIMUM' then 'too long; only its beginning is kept'"
        " else lower(cast(error_type as varchar)) end, ', ') as reason,"
        " cast(json_object('line', first(csv_line)) as varchar) as payload"
        f" from {scan} group by line"
    )


def _json_value(name: str, variants: list[str]) -> str:
    """The text of a value, from whichever spelling of its key a line uses.

    The JSON parser reads a number as a double: one with more digits than a double holds is taken
    from the line as it is written.
    """
    parts = [f"parsed.{quoted(name)}"]
    parts += [f"json_extract_string(good, {literal(_json_path(key))})" for key in variants[1:]]
    value = parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
    as_written = " , ".join(
        f"nullif(regexp_extract(good, {literal(_number_of(key))}, 1), '')" for key in variants
    )
    kinds = " or ".join(
        f"json_type(good, {literal(_json_path(key))}) = 'DOUBLE'" for key in variants
    )
    return (
        f"case when length({value}) >= 15 and ({kinds})"
        f" then coalesce({as_written}, {value}) else {value} end"
    )


def _json_path(key: str) -> str:
    escaped = key.replace('"', '\\"')
    return f'$."{escaped}"'


def _number_of(key: str) -> str:
    return f"{re.escape(json.dumps(key))}\\s*:\\s*(-?[0-9][0-9.eE+-]*)"
