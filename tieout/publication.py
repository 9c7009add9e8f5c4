"""Publication: a candidate becomes what readers see, at once or not at all.

The order of the steps is the promise: everything is made durable under the final name before the
link moves, and the link moves by one rename. A reader that opens `current/marts.duckdb` at any
moment sees the old publication or the new one, also when the run is killed between any two steps.
"""

from __future__ import annotations

import errno
import getpass
import json
import logging
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.errors import GateRefused, InputError, TieoutError, chain
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

# Which publications were taken back, when, by whom and why; beside them, as they are sealed.
ROLLBACKS = "rollbacks.json"


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
            do="If readers see it now, `tieout rollback` shows them the one before it.",
        ) from error
    return Publication(directory.resolve(), manifest)


def current(home: Home) -> Publication | None:
    """What readers see now, or None before the first publication."""
    return read(home.current.resolve()) if (home.current / MANIFEST).is_file() else None


def history(home: Home) -> list[Publication]:
    """All publications whose manifest can be read, oldest first."""
    readable = []
    for directory in _directories(home):
        try:
            readable.append(read(directory))
        except InputError as error:  # an old one that is damaged stops no night
            log.warning("%s", error)
    return readable


def _directories(home: Home) -> list[Path]:
    return [
        directory
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
        if found is None and (kept := _directories(home)):
            raise InputError(
                "Readers see nothing: `current` points at no publication.",
                where=str(home.current),
                do=f"`tieout rollback {kept[-1].name}` points it at the newest; the next night that"
                " is published does so as well.",
            )
        if found is None:
            raise InputError(
                "Nothing has been published yet.",
                where=str(home.publications),
                do="Run `tieout run --exports DIR` (or `make run` for the demo company).",
            )
        return found
    kept = _directories(home)
    matching = [one for one in kept if one.name.startswith(str(publication_id))]
    if len(matching) != 1:
        known = ", ".join(one.name for one in kept[-5:]) or "none"
        raise InputError(
            f"{len(matching) or 'No'} publications begin with `{publication_id}`.",
            where=str(home.publications),
            do=f"Give one whole id; the newest are: {known}.",
        )
    return read(matching[0])


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
        if back := _withdrawn_since(home, previous):
            manifest["withdrawn"] = back
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
    if (home.publications / ROLLBACKS).is_file():  # without one that was killed before its link
        write_json(home.publications / ROLLBACKS, _rollbacks(home))
    back = withdrawn(home)
    whole = [
        one
        for one in history(home)
        if one.manifest.get("make_current", True) and one.publication_id not in back
    ]
    seen = current(home)
    linked = seen.publication_id if seen else ""
    if whole and whole[-1].publication_id > linked:
        log.info("linking %s, whose run was killed after it was sealed", whole[-1].directory)
        _switch(home, whole[-1].directory)


def rollback(home: Home, publication_id: str | None = None, *, reason: str = "") -> Publication:
    """Show readers an earlier publication again, at once; nothing is deleted or altered.

    What is taken back stays where it is, and the manifest of the next publication names it with its
    digest. Until then nothing but another rollback makes it current again.

    Args:
        home: where publications are.
        publication_id: which one, or an unambiguous beginning of its id; None: the newest before
            the current one that was not taken back itself.
        reason: why, for who reads the record.

    Raises:
        InputError: there is no such publication, or readers see it already.
        TieoutError: it is not as it was published.
    """
    with writer_lock(home, "rollback"):
        records = _rollbacks(home)
        linked = _linked(home)
        target = find(home, publication_id) if publication_id else _before(home, linked)
        if target.publication_id == linked:
            raise InputError(
                f"Readers see {linked} already.",
                where=str(home.current),
                do="Name another publication, or none for the one before it.",
            )
        if problems := _altered(target):
            listed = "\n".join(f"    {problem}" for problem in problems)
            raise TieoutError(
                f"{target.publication_id} is not as it was published:\n{listed}",
                where=str(target.directory),
                do="Name another publication.",
            )
        record = {
            "at": datetime.now(UTC).isoformat(),
            "from": linked,
            "to": target.publication_id,
            "by": _user(),
            "reason": reason,
        }
        # First the record, then the link: a kill between the two leaves what readers saw.
        write_json(home.publications / ROLLBACKS, [*records, record])
        _sync_directory(home.publications)
        _switch(home, target.directory)
    log.info("rolled back from %s to %s", linked or "nothing", target.publication_id)
    return target


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return str(os.getuid())


def _linked(home: Home) -> str:
    """The directory that `current` points at, whole or not; empty when there is none."""
    return home.current.resolve().name if home.current.is_dir() else ""


def _before(home: Home, linked: str) -> Publication:
    back = withdrawn(home)
    earlier = [
        one
        for one in history(home)
        if one.manifest.get("make_current", True)
        and one.publication_id not in back
        and (one.publication_id < linked or not linked)
    ]
    if not earlier:
        others = ", ".join(one.name for one in _directories(home)[-5:] if one.name != linked)
        raise InputError(
            f"No publication is kept from before {linked}."
            if linked
            else "Nothing has been published yet.",
            where=str(home.publications),
            do=f"Name the one that readers shall see; kept are: {others}."
            if others
            else "There is none to go back to: put right what is wrong, and run `tieout run`.",
        )
    return earlier[-1]


def _rollbacks(home: Home) -> list[dict[str, Any]]:
    """The record of rollbacks, without a last one that was killed before it moved the link."""
    file = home.publications / ROLLBACKS
    if not file.is_file():
        return []
    try:
        records: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            f"The record of rollbacks cannot be read ({error}).",
            where=str(file),
            do="Restore it, or move it away: then no publication counts as taken back.",
        ) from error
    if records and records[-1]["from"] == _linked(home) != records[-1]["to"]:
        return records[:-1]
    return records


def rolled_back(home: Home) -> dict[str, Any] | None:
    """The rollback that made the current publication current, when nothing came after it."""
    records = _rollbacks(home)
    return records[-1] if records and records[-1]["to"] == _linked(home) else None


def withdrawn(home: Home) -> dict[str, dict[str, Any]]:
    """The publications that were taken back and not shown again, each with its rollback."""
    names = [one.name for one in _directories(home)]
    back: dict[str, dict[str, Any]] = {}
    for record in _rollbacks(home):
        back |= {name: record for name in names if record["to"] < name <= record["from"]}
        back.pop(record["to"], None)
    return back


def _withdrawn_since(home: Home, previous: Publication | None) -> list[dict[str, Any]]:
    """What a new manifest says of publications that readers no longer saw when it was made."""
    return [
        {
            "publication_id": name,
            "manifest_sha256": file_digest(home.publications / name / MANIFEST),
            "rollback": record,
        }
        for name, record in withdrawn(home).items()
        if previous is not None and name > previous.publication_id
    ]


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


def damaged(error: BaseException) -> TieoutError | None:
    """The error to show instead of `error`, if a published file cannot be read."""
    import duckdb

    for one in chain(error):
        said = str(one).splitlines()[0] if str(one) else ""
        if isinstance(one, duckdb.IOException) and "/publications/" in said and MARTS in said:
            return TieoutError(
                f"A published file cannot be read: {said}",
                do="`tieout verify` says what is wrong with it; `tieout rollback` shows readers the"
                " publication before it.",
            )
    return None


def verify(publication: Publication, home: Home) -> list[str]:
    """Prove a publication whole and unaltered; returns what is wrong, nothing when it is sound.

    Recomputed: the sha256 of every file, row count and digest of every table, the digest over the
    business marts, and the sha256 of the manifests before it, which chains all publications.
    """
    return [*_altered(publication), *_broken_chain(publication, home)]


def _altered(publication: Publication) -> list[str]:
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
    return problems


def _broken_chain(publication: Publication, home: Home) -> list[str]:
    problems = []
    for one in (publication.manifest.get("previous"), *publication.manifest.get("withdrawn", [])):
        if one is None:
            continue
        before = home.publications / one["publication_id"] / MANIFEST
        if not before.is_file():
            problems.append(f"the publication before it, {one['publication_id']}, is missing")
        elif file_digest(before) != one["manifest_sha256"]:
            problems.append(f"the manifest of {one['publication_id']} before it was altered")
    return problems
