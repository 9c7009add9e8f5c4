"""Publication: a candidate becomes what readers see, at once or not at all.

The order of the steps is the promise: everything is made durable under the final name before the
link moves, and the link moves by one rename. A reader that opens `current/marts.duckdb` at any
moment sees the old publication or the new one, also when the run is killed between any two steps.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.errors import GateRefused, InputError, TieoutError
from tieout.locks import writer_lock
from tieout.settings import Home
from tieout.transform import (
    MANIFEST,
    MARTS,
    content_digest,
    file_digest,
    table_digests,
    write_json,
)

if TYPE_CHECKING:
    from expectations.gate import GateResult

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publication:
    """A published or rejected directory and its manifest."""

    directory: Path
    manifest: dict[str, Any]

    @property
    def publication_id(self) -> str:
        return self.directory.name

    @property
    def marts(self) -> Path:
        return self.directory / MARTS


def read(directory: Path) -> Publication:
    """The publication in a directory.

    Raises:
        InputError: the directory holds no readable manifest.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"This is no publication: its manifest cannot be read ({error}).",
            where=str(directory),
            do="`tieout status` lists the publications that exist.",
        ) from error
    return Publication(directory.resolve(), manifest)


def current(home: Home) -> Publication | None:
    """What readers see now, or None before the first publication."""
    return read(home.current.resolve()) if (home.current / MANIFEST).is_file() else None


def history(home: Home) -> list[Publication]:
    """All publications, oldest first."""
    return [
        read(directory)
        for directory in sorted(home.publications.iterdir())
        if directory.is_dir()
        and not directory.is_symlink()
        and not directory.name.startswith(".")
        and (directory / MANIFEST).is_file()
    ]


def find(home: Home, publication_id: str | None) -> Publication:
    """A publication by id or unambiguous beginning of one; `current` or None: what readers see.

    Raises:
        InputError: there is none, or more than one.
    """
    if publication_id in (None, "current"):
        found = current(home)
        if found is None:
            raise InputError(
                "Nothing has been published yet.",
                where=str(home.publications),
                do="Run `tieout run --exports DIR` (or `make run` for the demo company).",
            )
        return found
    matching = [one for one in history(home) if one.publication_id.startswith(str(publication_id))]
    if len(matching) != 1:
        known = ", ".join(one.publication_id for one in history(home)[-5:]) or "none"
        raise InputError(
            f"{len(matching) or 'No'} publications begin with `{publication_id}`.",
            where=str(home.publications),
            do=f"Give one whole id; the newest are: {known}.",
        )
    return matching[0]


def publish(
    home: Home, candidate_dir: Path, gate_result: GateResult, *, make_current: bool = True
) -> Publication:
    """Make a candidate the current publication, or keep it under `rejected/`.

    Args:
        home: where publications are.
        candidate_dir: the candidate, with what the gate and the report wrote.
        gate_result: the gate's judgement of exactly this file.
        make_current: False seals it as a publication that readers do not see by default, such as a
            past state rebuilt.

    Raises:
        GateRefused: a critical expectation failed; `current` is untouched.
        TieoutError: the candidate is not the one that the gate judged.
    """
    name = candidate_dir.name
    with writer_lock(home, "publish"):
        if file_digest(candidate_dir / MARTS) != gate_result.marts_sha256:
            raise TieoutError(
                "The candidate changed after the gate judged it.",
                where=str(candidate_dir / MARTS),
                do="Run `tieout gate` again.",
            )
        manifest = json.loads((candidate_dir / MANIFEST).read_text(encoding="utf-8"))
        manifest["gate"] = gate_result.summary()
        if not gate_result.passed:
            target = home.rejected / name
            write_json(candidate_dir / MANIFEST, manifest)
            _move(candidate_dir, target)
            raise GateRefused(
                f"The gate refused to publish {name}: {gate_result.reason()}",
                where=str(target / "gate.json"),
                do="Each failure there says what to do; readers keep the last good publication.",
            )
        recover(home)
        previous = current(home)
        manifest["make_current"] = make_current
        manifest["published_at"] = datetime.now(UTC).isoformat()
        manifest["previous"] = (
            {
                "publication_id": previous.publication_id,
                "manifest_sha256": file_digest(previous.directory / MANIFEST),
            }
            if previous
            else None
        )
        files = sorted(p for p in candidate_dir.iterdir() if p.is_file() and p.name != MANIFEST)
        manifest["files"] = {
            file.name: {"bytes": file.stat().st_size, "sha256": file_digest(file)}
            for file in files
            if not file.name.startswith(".")
        }
        write_json(candidate_dir / MANIFEST, manifest)
        target = home.publications / name
        _seal(candidate_dir)
        _move(candidate_dir, target)
        if make_current:
            _switch(home, target)
    log.info("published %s", name)
    return read(target)


def recover(home: Home) -> None:
    """Finish or remove what a killed run left: a publication not yet linked, links half made."""
    for leftover in home.publications.glob(".*"):
        log.info("removing %s, left by a run that was killed", leftover)
        if leftover.is_symlink() or leftover.is_file():
            leftover.unlink(missing_ok=True)
        else:
            shutil.rmtree(leftover, ignore_errors=True)
    whole = [one for one in history(home) if one.manifest.get("make_current", True)]
    linked = home.current.resolve().name if home.current.is_symlink() else ""
    if whole and whole[-1].publication_id > linked:
        log.info("linking %s, whose run was killed after it was sealed", whole[-1].directory)
        _switch(home, whole[-1].directory)


def _seal(directory: Path) -> None:
    """Make the files durable and read-only."""
    for file in directory.iterdir():
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            file.chmod(0o444)
    _sync_directory(directory)


def _move(source: Path, target: Path) -> None:
    """Rename into place; through a hidden copy when the two are on different file systems."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".partial-{target.name}")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial)
        for file in partial.iterdir():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        partial.rename(target)
        shutil.rmtree(source, ignore_errors=True)
    _sync_directory(target.parent)


def _switch(home: Home, target: Path) -> None:
    """Point `current` at a directory of publications by one atomic rename."""
    link = home.publications / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name)
    link.replace(home.current)
    _sync_directory(home.publications)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify(publication: Publication, home: Home) -> list[str]:
    """Prove a publication whole and unaltered; returns what is wrong, nothing when it is sound.

    Recomputed: the sha256 of every file, row count and digest of every table, the digest over the
    business marts, and the sha256 of the manifest before it, which chains all publications.
    """
    import duckdb

    manifest, directory = publication.manifest, publication.directory
    problems = []
    stated = manifest.get("files", {})
    present = {file.name for file in directory.iterdir() if file.is_file()} - {MANIFEST}
    problems += [f"{name}: is missing" for name in sorted(set(stated) - present)]
    problems += [f"{name}: is not in the manifest" for name in sorted(present - set(stated))]
    for name in sorted(present & set(stated)):
        if file_digest(directory / name) != stated[name]["sha256"]:
            problems.append(f"{name}: its sha256 is not the manifest's")
    if MARTS in present:
        try:
            with duckdb.connect(str(publication.marts), read_only=True) as marts:
                tables = table_digests(marts)
        except duckdb.Error as error:
            problems.append(f"{MARTS}: cannot be read ({str(error).splitlines()[0]})")
        else:
            for name in sorted(set(tables) | set(manifest["tables"])):
                if tables.get(name) != manifest["tables"].get(name):
                    problems.append(
                        f"{name}: the manifest states {manifest['tables'].get(name)}, "
                        f"the file holds {tables.get(name)}"
                    )
            if content_digest(tables) != manifest["content_digest"]:
                problems.append("content_digest: is not that of the tables")
    if previous := manifest.get("previous"):
        before = home.publications / previous["publication_id"] / MANIFEST
        if not before.is_file():
            problems.append(f"the publication before it, {previous['publication_id']}, is missing")
        elif file_digest(before) != previous["manifest_sha256"]:
            problems.append(f"the manifest of {previous['publication_id']} before it was altered")
    return problems
