"""Errors a person can act on: what is wrong, where, and what to do. Each carries its exit code."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator


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


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it comes from or wraps, each once.

    An error that is raised anew while what wrapped it is handled stands in a circle with it.
    """
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        wrapped = getattr(one, "exception", None)  # as dlt keeps it
        one = wrapped if isinstance(wrapped, BaseException) else one.__cause__ or one.__context__


class DiskFull(TieoutError):
    """There was no room left, wherever that was met first (exit code 1)."""

    @classmethod
    def behind(cls, error: BaseException, where: str) -> DiskFull | None:
        """The error to show instead of `error`, if a full disk is what it comes from."""
        if any(sign in str(one) for one in chain(error) for sign in _NO_ROOM):
            return cls(
                "The disk is full.",
                where=where,
                do="Make room, or point TIEOUT_HOME at a larger disk, and run again: what is"
                " published is as it was.",
            )
        return None


# As the system says it; DuckDB and dbt pass on its words alone.
_NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


class GateRefused(TieoutError):
    """The gate refused to publish; the last good publication stays current (exit code 3)."""

    exit_code = 3
