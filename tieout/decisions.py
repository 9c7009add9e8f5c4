"""Stewards' decisions as validated data: `definitions/decisions/*.yml`.

A decision is what a person has found out about records: these two are one company (`confirm`),
these two are not (`reject`), these are all one customer (`merge`), these are not the same customer
as those (`split`), this change of a field is right (`accept_change`) or is not (`refuse_change`).
Of deals and orders: this order is for this deal (`confirm`), is not (`reject`), or its lines are
for these lines of deals (`split`).
Decisions win over every rule. They are files, so that they are reviewed like code and replay from
scratch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from tieout.errors import DefinitionError
from tieout.yaml_file import Identifier, Strict, digest_of, explain, read

FOLDER = "decisions"
EXAMPLE = "definitions/README.md, Decisions"
FOREVER = date(9999, 12, 31)
ALWAYS = date(1900, 1, 1)
# What is one customer or not, what is one sale or not: a decision is about the one or the other.
CUSTOMER_TYPES = ("account", "erp_customer")
SALE_TYPES = ("opportunity", "order")

# More would be no decision but a rule, and a merge is carried as one row per two records.
MOST_RECORDS = 50

# Lines of one order that a person divides; what is longer is divided by a reference on the line.
MOST_LINES = 500

Action = Literal["confirm", "reject", "merge", "split", "accept_change", "refuse_change"]


def _said(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be text (got {value!r})")
    return value.strip()


def _day(value: Any) -> Any:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"must be a day such as 2026-11-20 (got {str(value)!r})")
    return value


def _expiry(value: Any) -> Any:
    if value == "never":
        return FOREVER
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"must be a day such as 2026-11-20, or never (got {str(value)!r})")
    return value


def _id(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,99}", value):
        raise ValueError(
            "must be lower case letters, digits, dots, dashes and underscores, at most 100, such "
            f"as acme-boston (got {value!r})"
        )
    return value


def _list(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError(
            f"must be a list of records, each on a line of its own after `- ` (got {value!r})"
        )
    return value


Said = Annotated[str, BeforeValidator(_said)]
Day = Annotated[date, BeforeValidator(_day)]

_RECORD = re.compile(r"^(?P<kind>\S+)\s+(?P<system>[a-z][a-z0-9_]*):(?P<id>\S(?:.*\S)?)$")
_LINE = re.compile(r"^[a-z][a-z0-9_]*:\S(?:.*\S)?$")


@dataclass(frozen=True, order=True)
class Record:
    """One row of a source system: account or opportunity of a CRM, customer or order of an ERP."""

    record_type: str
    source_system: str
    record_id: str

    @classmethod
    def parse(cls, text: Any) -> Record:
        """Read `account salesforce:0015g00000AbCdE`.

        Raises:
            ValueError: the text is no record.
        """
        match = _RECORD.match(text.strip()) if isinstance(text, str) else None
        if match is None or match["kind"] not in (*CUSTOMER_TYPES, *SALE_TYPES):
            raise ValueError(
                f"{text!r} is no record; write `account salesforce:<id>`, "
                "`erp_customer netsuite:<id>`, `opportunity salesforce:<id>` or "
                "`order netsuite:<id>`"
            )
        return cls(match["kind"], match["system"], match["id"])

    def __str__(self) -> str:
        return f"{self.record_type} {self.source_system}:{self.record_id}"


Records = Annotated[
    list[Annotated[Record, BeforeValidator(Record.parse)]],
    Field(max_length=MOST_RECORDS),
    BeforeValidator(_list),
]


def _order_line(value: Any) -> Any:
    # Line numbers are whole numbers in YAML, and text in the sources.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be the line's id in its order, such as 3 (got {value!r})")
    return value.strip()


def _opportunity_line(value: Any) -> Any:
    match = _LINE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            f"must be the line's system and id, such as salesforce:00k5g00000AbCdE (got {value!r})"
        )
    return value.strip()


class LinePair(Strict):
    """One line of the order and the deal's line that it is for."""

    order_line: Annotated[str, BeforeValidator(_order_line)]
    opportunity_line: Annotated[str, BeforeValidator(_opportunity_line)]

    @property
    def of_opportunity(self) -> tuple[str, str]:
        """System and id of the deal's line."""
        system, _, line_id = self.opportunity_line.partition(":")
        return system, line_id


class Decision(Strict):
    """What a person decided about records, why, and until when it holds without a new look."""

    id: Annotated[str, BeforeValidator(_id)]
    action: Action
    records: Records
    from_records: Records = Field(default_factory=list, alias="from")
    lines: Annotated[list[LinePair], Field(max_length=MOST_LINES)] = Field(default_factory=list)
    field: Identifier | None = None
    value: str | None = None
    owner: Said
    reason: Said
    decided_on: Day
    expires_on: Annotated[date, BeforeValidator(_expiry)]
    effective_from: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _entry(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            raise ValueError(f"must state id, action, records and so on (got {content!r})")
        return content

    @model_validator(mode="after")
    def _whole(self) -> Decision:
        for problem in (self._problem_with_records(), self._problem_with_dates()):
            if problem:
                raise ValueError(problem)
        return self

    def _problem_with_records(self) -> str:
        every = [*self.records, *self.from_records]
        twice = next((record for record in every if every.count(record) > 1), None)
        count = len(self.records)
        if twice:
            return f"`{twice}` is named twice"
        if self.is_about_sales:
            return self._problem_with_sale()
        if self.lines:
            return "`lines` belongs to the split of an order; `records` names no order"
        if self.from_records and self.action != "split":
            return f"`from` belongs to a split; a {self.action} names its records under `records`"
        if self.action in ("confirm", "reject") and count != 2:
            return f"a {self.action} is about exactly 2 records (got {count}); for more use " + (
                "`merge`" if self.action == "confirm" else "`split`"
            )
        if self.action == "merge" and count < 2:
            return f"a merge needs at least 2 records (got {count})"
        if self.action == "split" and not (self.records and self.from_records):
            return "a split needs the records that leave (`records`) and what they leave (`from`)"
        return self._problem_with_change()

    def _problem_with_sale(self) -> str:
        types = sorted(record.record_type for record in self.records)
        if self.effective_from is not None:
            return "an order is for its deals or is not, whatever the day: take out effective_from"
        if self.from_records:
            return "`from` belongs to the split of a customer; the split of an order has `lines`"
        if self.action in ("confirm", "reject"):
            if self.lines:
                return f"`lines` belongs to a split; a {self.action} is about the whole order"
            if types != ["opportunity", "order"]:
                return (
                    f"a {self.action} of a link is about one opportunity and one order "
                    f"(got {', '.join(types)})"
                )
        elif self.action == "split":
            if types != ["order"]:
                return "the split of an order names that one order under `records`"
            return self._problem_with_lines()
        else:
            return f"`{self.action}` is about accounts and customers, not about deals and orders"
        return self._problem_with_change()

    def _problem_with_lines(self) -> str:
        if not self.lines:
            return "the split of an order needs `lines`: which line is for which line of a deal"
        pairs = [(one.order_line, one.opportunity_line) for one in self.lines]
        twice = next((pair for pair in pairs if pairs.count(pair) > 1), None)
        if twice:
            return f"order line {twice[0]} and {twice[1]} are paired twice"
        return self._problem_with_change()

    def _problem_with_change(self) -> str:
        if self.action not in ("accept_change", "refuse_change"):
            stated = self.field is not None or self.value is not None
            return f"`field` and `value` mean nothing to a {self.action}" if stated else ""
        if len(self.records) != 1 or self.field is None or self.value is None:
            return f"`{self.action}` needs one record, `field` and the new `value` it is about"
        return ""

    def _problem_with_dates(self) -> str:
        if self.expires_on <= self.decided_on:
            return f"expires_on {self.expires_on} must be later than decided_on {self.decided_on}"
        if self.expires_on <= self.effective:
            return (
                f"expires_on {self.expires_on} must be later than effective_from {self.effective}"
            )
        return ""

    @property
    def is_about_sales(self) -> bool:
        """Whether it says which deal an order is for, rather than who is one customer."""
        return any(
            record.record_type in SALE_TYPES for record in (*self.records, *self.from_records)
        )

    @property
    def effective(self) -> date:
        """First day for which it holds: a merge or split from its date on, else since ever."""
        if self.effective_from is not None:
            return self.effective_from
        if self.is_about_sales:
            return ALWAYS
        return self.decided_on if self.action in ("merge", "split") else ALWAYS


class DecisionFile(Strict):
    """One file of decisions; how they are spread over files means nothing."""

    decisions: list[Decision]


@dataclass(frozen=True)
class Filed:
    """A decision and the file that states it, relative to the definitions directory."""

    decision: Decision
    file: str


def load(directory: Path) -> tuple[Filed, ...]:
    """Read every decision below `directory`/decisions, by id.

    Args:
        directory: the definitions directory; that it holds no decisions is no error.

    Raises:
        DefinitionError: a file is not valid, or an id is used twice; the message names file, line
            and id of each entry that is wrong and what is allowed there.
    """
    found: dict[str, Filed] = {}
    folder = directory / FOLDER
    files = (
        file
        for file in folder.rglob("*")
        if file.suffix in {".yml", ".yaml"} and not file.name.startswith(".")
    )
    for file in sorted(files):
        name = file.relative_to(directory).as_posix()
        problems = []
        for number, decision in enumerate(read_file(file)):
            if earlier := found.get(decision.id):
                where = "above" if earlier.file == name else f"in {earlier.file}"
                problems.append(
                    f"{_label(file, number, decision.id)}: the id is already used {where}; "
                    "give each decision an id of its own"
                )
            found.setdefault(decision.id, Filed(decision, name))
        if problems:
            raise _refused(file, problems)
    return tuple(found[key] for key in sorted(found))


def read_file(file: Path) -> list[Decision]:
    """The decisions of one file.

    Raises:
        DefinitionError: the file is not valid.
    """
    content = read(file, EXAMPLE)
    try:
        return DecisionFile.model_validate(content).decisions
    except ValidationError as error:
        problems = [_problem(file, content, dict(one)) for one in error.errors()]
        raise _refused(file, problems) from error


def _problem(file: Path, content: dict[str, Any], error: dict[str, Any]) -> str:
    """One line for one error, with the entry's line and id in place of its number alone."""
    location: Sequence[int | str] = error["loc"]
    text = explain(error, DecisionFile)
    if len(location) < 2 or not isinstance(number := location[1], int):
        return text
    entry = content["decisions"][number]
    name = entry.get("id") if isinstance(entry, dict) else None
    return text.replace(f"decisions[{number}]", _label(file, number, name), 1)


def _label(file: Path, number: int, name: object) -> str:
    at = f"line {_line_of(file, number)}"
    return f"decisions[{number}] ({f'id {name}, ' if name else ''}{at})"


def _line_of(file: Path, number: int) -> int:
    """Line on which an entry of the list `decisions` begins, from 1."""
    root = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    for key, value in root.value if root else ():
        if key.value == "decisions":
            return int(value.value[number].start_mark.line) + 1
    return 1


def _refused(file: Path, problems: Sequence[str]) -> DefinitionError:
    listed = "\n".join(f"    {problem}" for problem in problems)
    return DefinitionError(
        f"The decision file is not valid:\n{listed}",
        where=str(file),
        do="Correct the entries named above; definitions/README.md, Decisions, shows every key.",
    )


def digest(filed: Sequence[Filed]) -> str:
    """sha256 of what was decided; the spread over files does not change it."""
    return digest_of([one.decision.model_dump() for one in filed])


def rows(filed: Sequence[Filed]) -> list[tuple[Any, ...]]:
    """Rows of table `definitions.steward_decision`."""
    return [
        (
            one.decision.id,
            one.decision.action,
            one.decision.owner,
            one.decision.reason,
            one.decision.decided_on,
            one.decision.expires_on,
            one.decision.effective,
            one.decision.field,
            one.decision.value,
            one.file,
        )
        for one in filed
    ]


def record_rows(filed: Sequence[Filed]) -> list[tuple[Any, ...]]:
    """Rows of table `definitions.steward_decision_record`."""
    return [
        (one.decision.id, part, record.source_system, record.record_type, record.record_id)
        for one in filed
        for part, records in (("a", one.decision.records), ("b", one.decision.from_records))
        for record in records
    ]


def line_rows(filed: Sequence[Filed]) -> list[tuple[Any, ...]]:
    """Rows of table `definitions.steward_decision_line`."""
    return [
        (
            one.decision.id,
            one.decision.records[0].source_system,
            one.decision.records[0].record_id,
            pair.order_line,
            *pair.of_opportunity,
        )
        for one in filed
        for pair in one.decision.lines
    ]
