"""Suites and rules as YAML declares them, validated on load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tieout.errors import DefinitionError

FOLDER = Path(__file__).parent
SUITES = FOLDER / "suites"
RULES = FOLDER / "rules"

Text = Annotated[str, Field(min_length=1)]
TableName = Annotated[str, Field(pattern=r"^[a-z_0-9]+\.[a-z_0-9]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(_Strict):
    """One expectation on one table; exactly one of the kinds below.

    Attributes:
        unexpected_rows: SQL whose rows break the expectation; `{batch}` stands for the table.
        not_null: columns that must hold a value in every row.
        unique: columns that together name a row.
        one_of: column -> values allowed.
        has_rows: the table must not be empty.
        has_columns: columns that must exist.
        requires: other tables that the SQL reads.
        money: SQL that gives `currency, amount` of what the failing rows carry; or the name of a
            column of those rows, whose amounts are added without sign by the rows' `currency`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    table: TableName
    severity: Literal["critical", "warning", "info"]
    meaning: Text
    action: Text
    unexpected_rows: str | None = None
    not_null: list[str] | None = None
    unique: list[str] | None = None
    one_of: dict[str, list[str]] | None = None
    has_rows: bool | None = None
    has_columns: list[str] | None = None
    requires: list[TableName] = []
    money: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Check:
        kinds = ["unexpected_rows", "not_null", "unique", "one_of", "has_rows", "has_columns"]
        stated = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(stated) != 1:
            raise ValueError(f"state exactly one of {', '.join(kinds)}; stated: {stated or 'none'}")
        if self.unexpected_rows is not None and "{batch}" not in self.unexpected_rows:
            raise ValueError("unexpected_rows must read {batch}, which stands for the table")
        if self.money is not None and self.money.isidentifier() and not self.is_sql:
            raise ValueError("money names a column, and the check has no rows")
        return self

    @property
    def is_sql(self) -> bool:
        """Whether rows of a query break the expectation, rather than values of one column."""
        return self.sql() is not None

    def sql(self) -> str | None:
        """The SQL whose rows break the expectation; one pass over the table for all columns."""
        if self.unexpected_rows is not None:
            return self.unexpected_rows.strip().replace("{batch}", self.table)
        if self.not_null is not None:
            empty = " or ".join(f'"{column}" is null' for column in self.not_null)
            return f"select * from {self.table} where {empty}"
        if self.unique is not None:
            key = ", ".join(f'"{column}"' for column in self.unique)
            return (
                f"select {key}, count(*) as times from {self.table} "
                f"group by {key} having count(*) > 1"
            )
        return None

    def money_sql(self) -> str | None:
        """The SQL that gives `currency, amount` of what the failing rows carry."""
        if self.money is None or not self.money.isidentifier():
            return self.money.replace("{batch}", self.table) if self.money else None
        return (
            f"select currency, sum(abs({self.money})) from ({self.sql()}) as row "
            "where currency <> '' group by currency order by currency"
        )


class Suite(_Strict):
    """Checks that belong together."""

    suite: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    description: Text
    checks: Annotated[list[Check], Field(min_length=1)]


def load(*folders: Path) -> list[Suite]:
    """Every suite of the folders, by file name.

    Raises:
        DefinitionError: a file is not valid, or an id is used twice.
    """
    suites: list[Suite] = []
    seen: dict[str, Path] = {}
    for file in sorted(file for folder in folders for file in folder.glob("*.yml")):
        suite = _read(file)
        for check in suite.checks:
            if check.id in seen:
                raise DefinitionError(
                    f"The check `{check.id}` is declared twice.",
                    where=f"{seen[check.id]} and {file}",
                    do="Give each check an id of its own.",
                )
            seen[check.id] = file
        suites.append(suite)
    return suites


def _read(file: Path) -> Suite:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Suite.model_validate(content)
    except ValidationError as error:
        lines = "\n".join(
            f"    {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors()
        )
        raise DefinitionError(
            f"The suite is not valid:\n{lines}",
            where=str(file),
            do="Correct the keys named above; expectations/README.md lists every key.",
        ) from error
    except yaml.YAMLError as error:
        raise DefinitionError(
            f"Not valid YAML: {error}.", where=str(file), do="Correct the file."
        ) from error
