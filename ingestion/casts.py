"""Typing, once, by declared formats: SQL expressions from a column's text (or Parquet type)."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.currencies import CODES
from ingestion.names import literal
from ingestion.spec import Column, Formats, SystemSpec

# Classes of the types that a source may bring along (Parquet, Arrow). Text files bring text.
TEXT, INTEGER, NUMBER, BOOLEAN, DATE, TIMESTAMP, NOTHING, OTHER = (
    "text",
    "integer",
    "number",
    "boolean",
    "date",
    "timestamp",
    "nothing",
    "other",
)

_ACCEPTED: dict[str, frozenset[str]] = {
    "sf_id": frozenset({TEXT}),
    "id": frozenset({TEXT, INTEGER}),
    "text": frozenset({TEXT}),
    "label": frozenset({TEXT}),
    "currency_code": frozenset({TEXT}),
    "boolean": frozenset({TEXT, BOOLEAN}),
    "integer": frozenset({TEXT, INTEGER, NUMBER}),
    "money": frozenset({TEXT, INTEGER, NUMBER}),
    "price": frozenset({TEXT, INTEGER, NUMBER}),
    "quantity": frozenset({TEXT, INTEGER, NUMBER}),
    "percent": frozenset({TEXT, INTEGER, NUMBER}),
    "rate": frozenset({TEXT, INTEGER, NUMBER}),
    "date": frozenset({TEXT, DATE, TIMESTAMP}),
    "timestamp": frozenset({TEXT, DATE, TIMESTAMP}),
}

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True)
class Cast:
    """How one column is typed.

    Attributes:
        expression: SQL that gives the typed value, or null where it cannot be typed.
        expected: what the text should have looked like, for the dead letter.
        fallible: whether a value can be there and not be typed.
    """

    expression: str
    expected: str
    fallible: bool


def type_class(sql_type: str) -> str:
    """The class of a DuckDB type."""
    name = sql_type.upper().strip('"').split("(")[0]
    if name in {"VARCHAR", "UUID"} or name.startswith("ENUM"):
        return TEXT
    if name in {
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    }:
        return INTEGER
    if name in {"DECIMAL", "DOUBLE", "FLOAT"}:
        return NUMBER
    if name in {"BOOLEAN", "DATE"}:
        return name.lower()
    if name.startswith("TIMESTAMP"):
        return TIMESTAMP
    return NOTHING if name == "NULL" else OTHER


def accepts(column: Column, source_class: str) -> bool:
    """Whether a source column of that class holds what is declared."""
    return source_class == NOTHING or source_class in _ACCEPTED[column.type]


def accepted_names(column: Column) -> str:
    """The classes that a column may have in a typed source, for messages."""
    return " or ".join(sorted(_ACCEPTED[column.type]))


def cast(column: Column, source: str, source_class: str, system: SystemSpec, f: Formats) -> Cast:
    """How to type `column` from the SQL expression `source`.

    Text must come trimmed, with null for empty.
    """
    if source_class == NOTHING:
        return Cast(f"cast(null as {column.sql_type})", "", False)
    if source_class == TEXT:
        return _from_text(column, source, system, f)
    return _from_typed(column, source, source_class, system)


def _from_text(column: Column, text: str, system: SystemSpec, f: Formats) -> Cast:
    match column.type:
        case "text" | "id":
            return Cast(text, "text", False)
        case "label":
            return Cast(f"coalesce({text}, '')", "text", False)
        case "sf_id":
            return Cast(salesforce_id(text), "an id", False)
        case "currency_code":
            return _currency(text, system)
        case "boolean":
            return Cast(f"try_cast({text} as boolean)", "true/false, T/F, Y/N or 1/0", True)
        case "integer":
            number = f"try_cast({_number(text, f)} as decimal(28,4))"
            return Cast(_whole(number), "a whole number", True)
        case "date":
            return _date(text, f)
        case "timestamp":
            return _timestamp(text, f)
        case _:
            source = f"rtrim({text}, '%')" if column.type == "percent" else text
            number = f"try_cast({_number(source, f)} as {column.sql_type})"
            return _within_limit(number, system, f)


def _from_typed(column: Column, source: str, source_class: str, system: SystemSpec) -> Cast:
    match column.type:
        case "id":
            return Cast(f"cast({source} as varchar)", "an id", False)
        case "boolean":
            return Cast(source, "a boolean", False)
        case "integer" if source_class == INTEGER:
            return Cast(f"try_cast({source} as bigint)", "a whole number", True)
        case "integer":
            return Cast(_whole(f"try_cast({source} as decimal(28,4))"), "a whole number", True)
        case "date":
            return Cast(_plausible(f"try_cast({source} as date)", "date"), _DATES, True)
        case "timestamp":
            return Cast(_plausible(f"try_cast({source} as timestamp)", "timestamp"), _DATES, True)
        case _:
            return _within_limit(f"try_cast({source} as {column.sql_type})", system, Formats())


_DATES = "a day from 1900 to 9999"


def _plausible(value: str, kind: str) -> str:
    last = "9999-12-31" if kind == "date" else "9999-12-31 23:59:59"
    return f"case when {value} between {kind} '1900-01-01' and {kind} '{last}' then {value} end"


def _number(text: str, f: Formats) -> str:
    if f.thousands_separator:
        text = f"replace({text}, {literal(f.thousands_separator)}, '')"
    if f.decimal_separator != ".":
        text = f"replace({text}, {literal(f.decimal_separator)}, '.')"
    return text


def _whole(number: str) -> str:
    return f"case when {number} = trunc({number}) then try_cast({number} as bigint) end"


def _within_limit(number: str, system: SystemSpec, f: Formats) -> Cast:
    limit = system.money_limit
    written = f"a number such as 1{f.thousands_separator}234{f.decimal_separator}50"
    return Cast(
        f"case when {number} between -{limit} and {limit} then {number} end",
        f"{written}, between -{limit} and {limit}",
        True,
    )


def _currency(text: str, system: SystemSpec) -> Cast:
    codes = sorted(CODES | set(system.extra_currency_codes))
    known = literal(" " + " ".join(codes) + " ")
    return Cast(
        f"case when length({text}) = 3 and contains({known}, ' ' || upper({text}) || ' ')"
        f" then upper({text}) end",
        "a currency code of ISO 4217",
        True,
    )


def _date(text: str, f: Formats) -> Cast:
    tries = []
    for form in f.date:
        if form == "iso":
            tries.append(f"case when {text} < ':' then try_cast({text} as date) end")
        elif form == "%Y-%m-%d":
            tries.append(
                f"case when length({text}) <= 10 and {text} < ':' then try_cast({text} as date) end"
            )
        elif form == "%Y-%m-%d %H:%M:%S":
            tries.append(
                f"case when length({text}) > 10 and {text} < ':'"
                f" then try_cast(try_cast({text} as timestamp) as date) end"
            )
        else:
            tries.append(f"cast({_strptime(text, form)} as date)")
    value = tries[0] if len(tries) == 1 else f"coalesce({', '.join(tries)})"
    return Cast(_plausible(value, "date"), f"a day written {' or '.join(f.date)}", True)


def _strptime(text: str, form: str) -> str:
    """DuckDB takes the words epoch and infinity for the year 1900, but not behind another sign."""
    return f"try_strptime('=' || {text}, {literal('=' + form)})"


def _timestamp(text: str, f: Formats) -> Cast:
    """With an offset it is converted to UTC; without, it is UTC. The session's zone must be UTC."""
    tries = []
    for form in f.timestamp:
        if form == "iso":
            tries.append(
                f"case when {text} < ':' then"
                f" case when length({text}) <= 19 then try_cast({text} as timestamp)"
                f" else timezone('UTC', try_cast({text} as timestamptz)) end end"
            )
        else:
            tries.append(_strptime(text, form))
    value = tries[0] if len(tries) == 1 else f"coalesce({', '.join(tries)})"
    return Cast(_plausible(value, "timestamp"), f"a time written {' or '.join(f.timestamp)}", True)


def salesforce_id(text: str) -> str:
    """A Salesforce id in its 18-character form: taken out of a URL, completed from 15 characters.

    The three characters appended encode which of the 15 are upper case (one character for five),
    so that the id survives a change of case. What is no id stays as it is.
    """
    bare = (
        f"case when contains({text}, '/') or contains({text}, '=') then"
        f" coalesce(nullif(regexp_extract({text},"
        f" '[/=]([0-9a][0-9A-Za-z]{{14}}(?:[0-9A-Za-z]{{3}})?)(?:[/?#&]|$)', 1), ''), {text})"
        f" else {text} end"
    )
    suffix = " || ".join(
        "substr("
        + literal(_ALPHABET)
        + ", 1 + "
        + " + ".join(
            f"(case when substr({bare}, {5 * chunk + bit + 1}, 1) between 'A' and 'Z'"
            f" then {2**bit} else 0 end)"
            for bit in range(5)
        )
        + ", 1)"
        for chunk in range(3)
    )
    looks_like_id = r"'^(?:0[0-9A-Za-z]|[0-9a][0-9])[0-9A-Za-z]{13}$'"
    return (
        f"case when length({text}) = 18 and not contains({text}, '/') then {text}"
        f" when length({bare}) = 15 and regexp_matches({bare}, {looks_like_id})"
        f" then {bare} || {suffix} else {bare} end"
    )
