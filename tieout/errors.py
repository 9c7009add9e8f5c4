"""Errors a person can act on: what is wrong, where, and what to do. Each carries its exit code."""

from __future__ import annotations


class TieoutError(Exception):
    """The run failed (exit code 1).

    Args:
        what: one sentence that says what is wrong.
        where: file, table, key or process concerned.
        do: what the reader should do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, do: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.do = do

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.do:
            lines.append(f"  do:    {self.do}")
        return "\n".join(lines)


class InputError(TieoutError):
    """Wrong usage, configuration or input (exit code 2)."""

    exit_code = 2


class UsageError(InputError):
    """A wrong option, argument or home (exit code 2)."""


class DefinitionError(InputError):
    """A definition file that does not validate (exit code 2)."""


class GateRefused(TieoutError):
    """The gate refused to publish; the last good publication stays current (exit code 3)."""

    exit_code = 3
