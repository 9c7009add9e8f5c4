"""Names of files and columns: how they are matched, and how unknown ones are written."""

from __future__ import annotations

import re

_WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def match_key(name: str) -> str:
    """The form in which two names are compared: `CloseDate` and `close_date` give `closedate`."""
    return re.sub(r"[\s_\-]", "", name.strip()).lower()


def snake_case(name: str) -> str:
    """The name under which an undeclared column lands: `LastModifiedById` -> `last_modified_by_id`.

    The result is lower case, starts with a letter or an underscore, and holds neither two
    underscores in a row nor one at its end, so that dlt's own naming leaves it as it is.
    """
    parted = _WORD_EDGE.sub("_", name.strip())
    leading = "_" if parted.startswith("_") else ""
    words = _NOT_A_WORD.sub("_", parted.lower()).strip("_")
    if not words:
        return "unnamed"
    if words[0].isdigit():
        return f"_{words}"
    return f"{leading}{words}"


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
