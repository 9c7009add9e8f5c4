"""Where things are: the project's own folders, and the home that holds all that a run writes."""

from __future__ import annotations

import contextlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import UsageError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DEFINITIONS = PROJECT_ROOT / "definitions"

HOME_VARIABLE = "TIEOUT_HOME"
DEFAULT_HOME = PROJECT_ROOT / ".tieout"


@dataclass(frozen=True)
class Home:
    """The directory that holds all that a run writes; nothing is written elsewhere."""

    path: Path

    @property
    def warehouse(self) -> Path:
        """The pipeline's own database: raw, staging, intermediate. Never opened by readers."""
        return self.path / "warehouse.duckdb"

    @property
    def publications(self) -> Path:
        """One immutable directory per publication."""
        return self.path / "publications"

    @property
    def current(self) -> Path:
        """Symbolic link to the publication that readers see."""
        return self.publications / "current"

    @property
    def rejected(self) -> Path:
        """Candidates that the gate refused, with their gate.json."""
        return self.path / "rejected"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def work(self) -> Path:
        """Scratch: candidates, dbt target, dlt pipelines. Deletable between runs, except `dlt`."""
        return self.path / "work"

    @property
    def candidates(self) -> Path:
        return self.work / "candidate"

    @property
    def lock_file(self) -> Path:
        return self.path / "run.lock"

    @classmethod
    def resolve(cls, path: Path | str | None = None) -> Home:
        """The home from `path`, else TIEOUT_HOME, else `.tieout` in the project; made if missing.

        Raises:
            UsageError: the home is not a directory or cannot be written.
        """
        home = cls._at(path)
        home.ensure()
        return home

    @classmethod
    def to_read(cls, path: Path | str | None = None) -> Home:
        """As `resolve`, for a command that only reads: what is published serves who may not write.

        Raises:
            UsageError: the home cannot be written, and nothing is published in it.
        """
        home = cls._at(path)
        try:
            home.ensure()
        except UsageError:
            if not home.current.is_dir():
                raise
        return home

    @classmethod
    def to_tell(cls, path: Path | str | None = None) -> Home:
        """As `resolve`, for telling people: that the home cannot be used is what they must hear."""
        home = cls._at(path)
        with contextlib.suppress(UsageError):
            home.ensure()
        return home

    @classmethod
    def _at(cls, path: Path | str | None) -> Home:
        chosen = path or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME
        return cls(Path(chosen).expanduser().absolute())

    def ensure(self) -> None:
        """Make the home's directories and prove that they can be written.

        Raises:
            UsageError: the home is not a directory or cannot be written.
        """
        try:
            for directory in (
                self.path,
                self.publications,
                self.rejected,
                self.logs,
                self.candidates,
            ):
                directory.mkdir(parents=True, exist_ok=True)
            for directory in (self.path, self.publications, self.work):
                probe = directory / f".probe-{uuid.uuid4().hex}"
                probe.touch()
                probe.unlink()
        except OSError as error:
            said = (
                "it is a file, or lies below one"
                if isinstance(error, FileExistsError | NotADirectoryError)
                else error.strerror or error
            )
            raise UsageError(
                f"The home cannot be used: {said}.",
                where=str(error.filename or self.path),
                do=f"Point {HOME_VARIABLE} (or --home) at a directory that you may write.",
            ) from error
