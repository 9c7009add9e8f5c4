"""Pages of JSON as lines of JSON, a record a line, without a loop over records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any


class Cutter:
    """Cuts a vendor's pages into records, as the vendor wrote them: no number is read.

    Every record begins with the same member, which nobody needs. Inside a text every quote is
    escaped, so that `},{"<member>":` can only stand between records.

    Args:
        array: the member of the page that holds the records.
        first: the member with which every record begins.
        value: a regular expression of that member's value.
    """

    def __init__(self, array: str, first: str, value: str) -> None:
        self._dropped = first
        member = rf'\{{\s*"{first}"\s*:\s*{value}\s*,?'.encode()
        self._array = re.compile(rf'"{array}"\s*:\s*\['.encode())
        self._head = re.compile(rb"^\s*" + member)
        self._between = re.compile(rb"\}\s*,\s*" + member)

    def lines(self, content: bytes, records: Sequence[Mapping[str, Any]]) -> bytes:
        """The records of a page.

        Args:
            content: the page.
            records: what it holds. A page that is written in another way is written anew.
        """
        if not records:
            return b""
        begin, end = self._array.search(content), content.rfind(b"]")
        if begin and b"\n" not in content and b"\r" not in content:
            body = self._between.sub(b"}\n{", self._head.sub(b"{", content[begin.end() : end]))
            first, last = body[: body.find(b"\n")], body[body.rfind(b"\n") + 1 :]
            if body.count(b"\n") + 1 == len(records) and _is_json(last) and (
                len(records) == 1 or _is_json(first)
            ):  # fmt: skip
                return body + b"\n"
        kept = ({key: one[key] for key in one if key != self._dropped} for one in records)
        return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in kept)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
