"""From what a steward decided in the terminal to a decision file, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import yaml

from tieout import decisions
from tieout.decisions import Record
from tieout.errors import TieoutError
from tieout.review.queue import Pair, Side


@dataclass(frozen=True)
class Made:
    """One decision about one pair."""

    pair: Pair
    action: Literal["confirm", "reject"]
    owner: str
    reason: str
    decided_on: date
    expires_on: date


def plain(text: object) -> str:
    """Text on one line without control characters, safe for a terminal and for a YAML comment."""
    shown = "".join(one if one.isprintable() else " " for one in str(text))
    return " ".join(shown.split())


def compose(made: Sequence[Made], publication_id: str, taken: Iterable[str]) -> str:
    """The text of a decision file: what a reviewer of a pull request wants to see.

    Args:
        made: what was decided, in order.
        publication_id: publication that showed the pairs.
        taken: ids of decisions that exist.
    """
    used = set(taken)
    lines = [
        f"# Written by `tieout review` from publication {publication_id}.",
        "# Review it like code; the next run applies it. Keys: definitions/README.md, Decisions.",
        "decisions:",
    ]
    for one in _with_kept_links(made):
        name = _name(one, used)
        used.add(name)
        pair = one.pair
        lines += [
            f"  - id: {name}",
            f"    action: {one.action}",
            "    records:",
            *(
                f"      - {_scalar(str(side.record))}  # {_who(side)}"
                for side in (pair.left, pair.right)
            ),
            f"    # {plain(pair.evidence)}",
            f"    # agree: {_listed(pair, pair.agreeing)}; differ: {_listed(pair, pair.differing)}",
            f"    owner: {_scalar(one.owner)}",
            f"    reason: {_scalar(one.reason)}",
            f"    decided_on: {one.decided_on}",
            f"    expires_on: {'never' if one.expires_on == decisions.FOREVER else one.expires_on}",
            "",
        ]
    return "\n".join(lines)


def _with_kept_links(made: Sequence[Made]) -> Iterator[Made]:
    """Each decision, and with a confirmed order or deal the links that it has room for beside it.

    A decision silences what weaker evidence says of its order, and points link no deal that a
    decision links: what is to stay beside it has to be said as well.
    """
    said = {(one.pair.left.record, one.pair.right.record) for one in made}
    for one in made:
        yield one
        if not one.pair.is_link or one.action != "confirm":
            continue
        left, right = one.pair.left, one.pair.right
        beside = [
            *((left, Side(_record("opportunity", deal), {})) for deal in _several(left.linked_to)),
            *((Side(_record("order", order), {}), right) for order in _several(right.linked_to)),
        ]
        for order, deal in beside:
            if (order.record, deal.record) not in said:
                said.add((order.record, deal.record))
                kept = "linked already, and kept beside the one confirmed above"
                pair = replace(one.pair, left=order, right=deal, evidence=kept)
                nothing = frozenset[str]()
                yield replace(one, pair=replace(pair, agreeing=nothing, differing=nothing))


def _several(linked_to: str) -> list[str]:
    return linked_to.split(", ") if linked_to else []


def _record(kind: Literal["opportunity", "order"], text: str) -> Record:
    system, _, record_id = text.partition(":")
    return Record(kind, system, record_id)


def _name(one: Made, used: set[str]) -> str:
    records = (one.pair.left.record, one.pair.right.record)
    text = "-".join((str(one.decided_on), one.action, *(record.record_id for record in records)))
    stem = re.sub(r"[^a-z0-9._-]+", "-", text.lower())[:90]
    name, number = stem, 1
    while name in used:
        number += 1
        name = f"{stem}-{number}"
    return name


def _scalar(text: str) -> str:
    """A YAML scalar on one line, quoted only where it must be."""
    dumped = yaml.safe_dump(plain(text), width=10_000, allow_unicode=True)
    return dumped.removesuffix("...\n").strip()


def _who(side: Side) -> str:
    stated = (side.fields.get(name) for name in ("name", "customer", "city", "country", "date"))
    return plain(", ".join(one for one in stated if one))


def _listed(pair: Pair, names: Iterable[str]) -> str:
    stated = set(names)
    return ", ".join(one.replace("_", " ") for one in pair.fields if one in stated) or "nothing"


def write(text: str, definitions: Path, decided_on: date) -> Path:
    """Write a new file below `definitions`/decisions; an existing one is never touched.

    The text is read back as a run would read it before it gets its name, so that a run never sees a
    part of it or a file that it refuses.

    Raises:
        TieoutError: it cannot be written; the text is in the message, so that nothing is lost.
    """
    folder = definitions / decisions.FOLDER
    draft = folder / f".{uuid.uuid4().hex}.yml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        decisions.read_file(draft)
        return _place(draft, folder, decided_on)
    except OSError as error:
        raise TieoutError(
            f"The decisions cannot be written: {error.strerror or error}.\n{text}",
            where=str(error.filename or folder),
            do=f"Save the text above as a file below {folder}, or review again.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _place(draft: Path, folder: Path, decided_on: date) -> Path:
    """Give the draft the first free name; a hard link fails where a name is taken."""
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        target = folder / f"review-{decided_on}{suffix}.yml"
        try:
            os.link(draft, target)
        except FileExistsError:
            number += 1
        except OSError:
            # A file system without hard links: the name is claimed first, then filled by a rename.
            with contextlib.suppress(FileExistsError):
                target.open("x").close()
                return draft.replace(target)
            number += 1
        else:
            return target
