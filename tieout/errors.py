"""Errors a person can act on: what is wrong, where, and what to do. Each carries its exit code."""

from __future__ import annotations

import errno
import os


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


class DiskFull(TieoutError):
    """There was no room left, wherever that was met first (exit code 1)."""

    @classmethod
    def behind(cls, error: BaseException, where: str) -> DiskFull | None:
        """The error to show instead of `error`, if a full disk is what it comes from."""
        cause: BaseException | None = error
        while cause is not None:
            if any(sign in str(cause) for sign in _NO_ROOM):
                return cls(
                    "The disk is full.",
                    where=where,
                    do="Make room, or point TIEOUT_HOME at a larger disk, and run again: what is"
                    " published is as it was.",
                )
            cause = cause.__cause__ or cause.__context__
        return None


# As the system says it; DuckDB and dbt pass on its words alone.
_NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


class GateRefused(TieoutError):
    """The gate refused to publish; the last good publication stays current (exit code 3)."""

    exit_code = 3
