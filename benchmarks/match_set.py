"""Sets for measuring account matching: two lists of organisations and the true pairs between them.

A set is a directory of three CSV files, UTF-8 with a header: `left.csv` and `right.csv` with the
columns `id` and `name` and any of `PLACES`, other columns are ignored; `truth.csv` with `left_id`
and `right_id`. The key that the truth was made by stands in neither list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tieout.errors import InputError

# What may be known of an organisation beside its name.
PLACES = ("address", "city", "state", "zip", "country", "domain")
Pairs = set[tuple[str, str]]  # (id in left, id in right)
SHAPE = "id and name and any of " + ", ".join(PLACES)


@dataclass(frozen=True)
class MatchSet:
    """A set that was read and found sound.

    Attributes:
        directory: where its three files are.
        left, right: the records, each a dict of the file's known columns, in the file's order.
        truth: the true pairs (id in left, id in right).
    """

    directory: Path
    left: list[dict[str, str]]
    right: list[dict[str, str]]
    truth: frozenset[tuple[str, str]]

    @property
    def shared_places(self) -> tuple[str, ...]:
        """Those of `PLACES` that both lists have."""
        return tuple(place for place in PLACES if place in self.left[0] and place in self.right[0])


def read(directory: Path) -> MatchSet:
    """Read a set.

    Raises:
        InputError: a file or column is missing, an id is empty or occurs twice, or the truth
            names a record that is in no list; says which file and line.
    """
    if not directory.is_dir():
        raise InputError(
            "There is no such directory.",
            where=str(directory),
            do="Give a directory with left.csv, right.csv and truth.csv.",
        )
    left, right = (_records(directory / f"{side}.csv") for side in ("left", "right"))
    return MatchSet(directory, left, right, _truth(directory / "truth.csv", left, right))


def _rows(file: Path, wanted: tuple[str, ...], shape: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values of every row; the columns wanted are there."""
    if not file.is_file():
        raise InputError(f"{file.name} is missing.", where=str(file), do="Add the file.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            absent = [column for column in wanted if column not in (reader.fieldnames or ())]
            if absent:
                raise InputError(
                    f"{file.name} has no column {' and no column '.join(absent)}.",
                    where=str(file),
                    do=f"Its header names {shape}.",
                )
            for row in reader:
                if None in row or None in row.values():
                    raise InputError(
                        f"A row of {file.name} has more or fewer values than the header.",
                        where=f"{file}, line {reader.line_num}",
                        do="Quote values that contain commas.",
                    )
                yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{file.name} is no CSV file in UTF-8: {error}.", where=str(file), do="Mend the file."
        ) from error


def _records(file: Path) -> list[dict[str, str]]:
    records: dict[str, dict[str, str]] = {}
    for line, row in _rows(file, ("id", "name"), SHAPE):
        key = row["id"]
        if not key or key in records:
            raise InputError(
                f"The id {key!r} occurs twice in {file.name}."
                if key
                else f"A record of {file.name} has no id.",
                where=f"{file}, line {line}",
                do="Give every record an id of its own.",
            )
        records[key] = {column: row[column] for column in ("id", "name", *PLACES) if column in row}
    if not records:
        raise InputError(f"{file.name} has no rows.", where=str(file), do="Add records.")
    return list(records.values())


def _truth(
    file: Path, left: list[dict[str, str]], right: list[dict[str, str]]
) -> frozenset[tuple[str, str]]:
    known = {
        "left_id": {record["id"] for record in left},
        "right_id": {record["id"] for record in right},
    }
    pairs: set[tuple[str, str]] = set()
    for line, row in _rows(file, ("left_id", "right_id"), "left_id and right_id"):
        for column, ids in known.items():
            if row[column] not in ids:
                side = column.removesuffix("_id")
                raise InputError(
                    f"{file.name} names {column} {row[column]!r}, which {side}.csv has not.",
                    where=f"{file}, line {line}",
                    do=f"Take the row out, or add the record to {side}.csv.",
                )
        pair = (row["left_id"], row["right_id"])
        if pair in pairs:
            raise InputError(
                f"{file.name} names the pair {pair[0]!r}, {pair[1]!r} twice.",
                where=f"{file}, line {line}",
                do="Take the second row out.",
            )
        pairs.add(pair)
    if not pairs:
        raise InputError(f"{file.name} has no rows.", where=str(file), do="Add true pairs.")
    return frozenset(pairs)


# A built population. Every choice is a hash of the organisation's number and the choice's name, so
# that the same size gives the same set. The vocabulary grows with the population's power 0.6, as
# that of real lists does, and its words are used by the law of Zipf and Mandelbrot: the most
# frequent one in about 1 name of 100. Seven in ten organisations are in both lists.
SYNTHETIC = """
create macro draw(n, what) as (hash(n * 31 + 17, what) % 1000003) / 1000003.0;
create macro pick(list, n, what) as list[1 + floor(draw(n, what) * len(list))::bigint];
-- The nth coined word: three to five syllables, no two alike.
create macro coined(n) as pick(['B', 'Br', 'C', 'D', 'F', 'G', 'K', 'L', 'M', 'Tr'], n, 'a')
    || pick(['a', 'e', 'i', 'o', 'u'], n, 'b') || pick(['l', 'm', 'n', 'r', 's', 'v'], n, 'c')
    || chr(97 + (n % 26)::integer) || pick(['a', 'e', 'i', 'o'], n, 'd')
    || chr(97 + ((n // 26) % 26)::integer) || pick(['a', 'o', 'en', 'is', 'um'], n, 'e')
    || case when n >= 676 then chr(97 + ((n // 676) % 26)::integer) || 'a' else '' end
    || case when n >= 17576 then chr(97 + ((n // 17576) % 26)::integer) || 'o' else '' end;
create macro zipf(n, what, size) as floor(20 * ((1 + size / 20.0) ** draw(n, what) - 1))::bigint;

create table organisation as
with
    numbered as (select unnest(range(1, (getvariable('size') * 1.3)::bigint + 1)) as n),
    sized as (
        select n, (12 * getvariable('size') ** 0.6)::bigint as words,
            greatest(20, (getvariable('size') ** 0.5)::bigint) as towns
        from numbered
    ),
    drawn as (
        select
            n,
            coined(zipf(n, 'word', words)) as word,
            coined(words + zipf(n, 'second word', words)) as second_word,
            pick(['Systems', 'Industries', 'Logistics', 'Foods', 'Bank', 'Hospital', 'Insurance',
                'Software', 'Chemicals', 'Energy', 'Hotel', 'Partners', 'Services', 'Holdings',
                'Pharma', 'Motors', 'Airlines', 'Retail', 'Media', 'Institute'], n, 'trade')
                as trade,
            pick(['Inc', 'LLC', 'Corporation', 'Limited', 'GmbH', 'S.A.', 'AG', 'plc'], n, 'form')
                as form,
            zipf(n, 'town', towns) as town,
            1 + floor(draw(n, 'number') * 4000)::bigint as street_number,
            coined(zipf(n, 'street', 300)) as street
        from sized
    )
select
    n, word, second_word, trade, form,
    draw(n, 'kind') as kind, street_number, street,
    coined(town) || pick(['ville', 'ton', ' City', 'burg', ''], town, 'town') as city,
    pick(['CA', 'NY', 'TX', 'IL', 'OH', 'GA', 'WA', 'MA', 'FL', 'CO'], town, 'state') as state,
    lpad((town * 37 % 99999)::varchar, 5, '0') as zip
from drawn;

create macro written(kind, word, second_word, trade) as case
    when kind < 0.45 then word || ' ' || trade
    when kind < 0.70 then word || ' ' || second_word || ' ' || trade
    when kind < 0.85 then word || ' & ' || second_word
    else 'First ' || trade || ' of ' || word
end;

create table left_list as
select
    'L' || n as id,
    written(kind, word, second_word, trade)
        || case when draw(n, 'left form') < 0.5 then '' else ' ' || form end as name,
    street_number || ' ' || street || ' Street' as address, city, state, zip, 'US' as country
from organisation
where n <= getvariable('size');

create table right_list as
with
    varied as (
        select *, written(kind, word, second_word, trade) as name, draw(n, 'variation') as variation
        from organisation
        where n > getvariable('size') * 0.3
    )
select
    'R' || n as id,
    case
        when variation < 0.30 then upper(name) || ' ' || upper(form)
        when variation < 0.45 then replace(name, '&', 'and') || ', ' || form
        when variation < 0.60 then name
        when variation < 0.70 then substr(name, 1, 2) || substr(name, 4)
        when variation < 0.80 then trade || ' ' || word || ' ' || form
        when variation < 0.90 then left(name, greatest(8, length(name) - 4))
        else 'The ' || name || ' Group'
    end as name,
    case when draw(n, 'moved') < 0.1 then street_number + 7 || ' ' || word || ' Ave'
        else street_number || ' ' || street || ' St' end as address,
    upper(city) as city, state,
    case when draw(n, 'no zip') < 0.2 then null else zip end as zip, 'US' as country
from varied;

create table truth as
select 'L' || n as left_id, 'R' || n as right_id
from organisation
where n <= getvariable('size') and n > getvariable('size') * 0.3;
"""


def write_synthetic(directory: Path, size: int) -> None:
    """Write a built set of `size` names a side, seven tenths of them in both, always the same."""
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"set variable size = {int(size)}")
        connection.execute(SYNTHETIC)
        for table, file in (
            ("left_list", "left.csv"),
            ("right_list", "right.csv"),
            ("truth", "truth.csv"),
        ):
            path = str(directory / file).replace("'", "''")
            connection.execute(f"copy (from {table} order by all) to '{path}' (header true)")
