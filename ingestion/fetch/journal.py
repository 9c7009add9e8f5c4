"""What has been fetched: after an interruption a fetch goes on where it stopped.

The journal lies beside the files, HOME/work/fetch/<system>/.journal.json, and is replaced as a
whole. A file counts as fetched once the journal names it; whatever else lies there is removed.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ingestion.discover import FETCH_JOURNAL, FETCH_MANIFEST
from tieout.errors import TieoutError

VERSION = 1
# A file of pages takes no more pages beyond this size (bytes).
FILE_SIZE = 64_000_000

# Beside a file that has come whole and is not proved yet.
ARRIVED = ".arrived"
# Beside the journal: requests that failed in every try, until their object is fetched.
DEAD_LETTERS = ".dead_letters.json"
# So much of a wrong answer is kept (characters).
SHOWN = 4000

Mode = Literal["full", "incremental"]


@dataclass
class Progress:
    """How far the fetch of one object has come.

    Attributes:
        folder: name of the object's directory.
        mode: `full`: every row; `incremental`: rows changed in the window.
        window: rows whose cursor is in [from, to) are fetched; from is None for the whole history.
        columns: the vendor's fields that are asked for.
        position: where to go on, in the vendor's terms (a locator, the last key).
        files: the files fetched, with their rows and bytes; the landing keeps the SHA-256.
        stated_rows: rows that the vendor says the window holds.
        totals: measure -> value, as the vendor states it.
    """

    journal: Journal = field(repr=False)
    name: str
    folder: str
    mode: Mode = "full"
    window: tuple[datetime | None, datetime | None] = (None, None)
    columns: list[str] = field(default_factory=list)
    position: dict[str, Any] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    stated_rows: int | None = None
    totals: dict[str, str] = field(default_factory=dict)
    is_started: bool = False
    done: bool = False

    @property
    def directory(self) -> Path:
        """Where the object's files lie."""
        return self.journal.directory / self.folder

    @property
    def rows(self) -> int:
        """Rows fetched so far."""
        return sum(entry["rows"] for entry in self.files if not entry["name"].startswith("."))

    def start(
        self,
        mode: Mode,
        window: tuple[datetime | None, datetime | None],
        columns: list[str],
        position: dict[str, Any] | None = None,
    ) -> None:
        """Begin the object, or begin it anew: what was fetched of it is dropped."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.mode, self.window, self.columns = mode, window, columns
        self.position, self.files, self.totals = position or {}, [], {}
        self.stated_rows, self.is_started, self.done = None, True, False
        self.journal.save()

    def note(self, **position: Any) -> None:
        """Remember where to go on, without a new file: a job that was begun, say."""
        self.position |= position
        self.journal.save()

    def part(self, suffix: str) -> Path:
        """A path to write the next file to; it is not part of the fetch until it is added."""
        return self.directory / f".part-{len(self.files):06}{suffix}"

    def arrived(self, path: Path, head: dict[str, Any]) -> None:
        """A file has come whole, and is still to be proved: an interruption does not lose it."""
        _write(path.with_name(path.name + ARRIVED), head)

    def waiting(self, path: Path) -> dict[str, Any] | None:
        """What was noted of the next file when it had come whole before an interruption."""
        noted = path.with_name(path.name + ARRIVED)
        if not (path.is_file() and noted.is_file()):
            return None
        head: dict[str, Any] = json.loads(noted.read_text(encoding="utf-8"))
        return head

    def add(self, path: Path, rows: int, position: dict[str, Any], name: str | None = None) -> None:
        """A file is whole: from now on it is fetched, and the position is behind it.

        Args:
            path: what `part` gave.
            rows: rows in the file.
            position: where the next file begins.
            name: of the file, for one that holds no rows of the object (`.keys.csv.gz`).
        """
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        final = path.with_name(name or path.name.removeprefix(".part-"))
        path.replace(final)
        path.with_name(path.name + ARRIVED).unlink(missing_ok=True)
        if self.files:
            self.files[-1].pop("open", None)
        self.files.append({"name": final.name, "rows": rows, "bytes": final.stat().st_size})
        self.position = position
        self.journal.save()

    def append(
        self, content: bytes, rows: int, position: dict[str, Any], suffix: str = ".jsonl"
    ) -> None:
        """A page is fetched: it goes to the end of the open file, and the position is behind it.

        Small pages share a file. What an interruption leaves behind the noted end is cut off when
        the fetch goes on.
        """
        last = self.files[-1] if self.files else None
        if last is None or not last.get("open") or last["bytes"] >= FILE_SIZE:
            if last is not None:
                last.pop("open", None)
            name = f"{len(self.files):06}{suffix}"
            last = {"name": name, "rows": 0, "bytes": 0, "open": True}
            self.files.append(last)
        with (self.directory / last["name"]).open("ab") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        last["rows"] += rows
        last["bytes"] += len(content)
        self.position = position
        self.journal.save()

    def finish(self, stated_rows: int | None = None, totals: dict[str, str] | None = None) -> None:
        """The object is fetched whole."""
        self.stated_rows, self.totals = stated_rows, totals or {}
        self.position, self.done = {}, True
        if self.files:
            self.files[-1].pop("open", None)
        self.journal.save()
        self.journal.answered(self.name)


@dataclass
class Journal:
    """The fetch of one system: under way, complete, or landed.

    Attributes:
        upper: the vendor's clock when the fetch began: every window ends there.
        account: which company's data it is; another one is never mixed with it.
        complete: every object is fetched; the directory can be landed.
    """

    directory: Path
    system: str
    declaration: str
    upper: datetime | None = None
    account: str = ""
    complete: bool = False
    objects: dict[str, Progress] = field(default_factory=dict)

    @classmethod
    def open(cls, directory: Path, system: str, declaration: str) -> Journal:
        """The fetch that is under way or waits to be landed, else a new one.

        A fetch of another declaration is begun anew: its files hold other columns.
        """
        journal = cls(directory, system, declaration)
        stored = _stored(directory / FETCH_JOURNAL)
        usable = stored and stored["version"] == VERSION and not stored.get("landed")
        if stored and usable and stored["declaration"] == declaration:
            journal._restore(stored)
            journal._check_files()
        else:
            journal.clear()
        return journal

    def clear(self) -> None:
        """Forget everything and begin anew."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.upper, self.account, self.complete, self.objects = None, "", False, {}

    def begin(self, upper: datetime, account: str) -> None:
        """Begin a fetch, or go on with one of the same company."""
        if self.upper is not None and self.account == account:
            return
        if self.upper is not None:
            self.clear()
        self.upper, self.account = upper, account
        self.save()

    def object(self, name: str, folder: str) -> Progress:
        """The progress of an object."""
        if name not in self.objects:
            self.objects[name] = Progress(self, name, folder)
        return self.objects[name]

    def finish(self) -> None:
        """Every object is fetched: write the control totals and what the landing has to know."""
        totals = [
            (progress.name, measure, value)
            for progress in self.objects.values()
            for measure, value in [
                ("row_count", str(progress.stated_rows)) if progress.stated_rows is not None
                else ("", ""),
                *progress.totals.items(),
            ]
            if measure
        ]  # fmt: skip
        if totals:
            with (self.directory / "control_totals.csv").open(
                "w", encoding="utf-8", newline=""
            ) as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(["object", "measure", "entity", "currency", "period", "value"])
                writer.writerows(
                    [name, measure, "", "", "", value] for name, measure, value in totals
                )
        modes = {
            name: {
                "mode": progress.mode,
                "from": _text(progress.window[0]),
                "to": _text(progress.window[1]),
                "rows": progress.rows,
            }
            for name, progress in self.objects.items()
        }
        content = {"system": self.system, "account": self.account, "objects": modes}
        _write(self.directory / FETCH_MANIFEST, content)
        (self.directory / DEAD_LETTERS).unlink(missing_ok=True)
        self.complete = True
        self.save()

    def dead_letter(self, request: str, why: str, answer: str) -> None:
        """A request has failed in every try: keep it, with the answer, until its object is fetched.

        Args:
            request: what was asked for.
            why: what is wrong with the last answer.
            answer: the answer itself, "" for none; no secret in it.
        """
        under_way = (one.name for one in self.objects.values() if one.is_started and not one.done)
        letter: dict[str, Any] = {"object": next(under_way, None), "request": request}
        before = dead_letters(self.directory)
        same = next((one for one in before if letter.items() <= one.items()), {"failed": 0})
        letter |= {"why": why, "answer": answer[:SHOWN], "failed": same["failed"] + 1}
        others = [one for one in before if one is not same]
        self.save()  # a fetch that failed at its first request has none yet
        _write(self.directory / DEAD_LETTERS, {"letters": [*others, letter]})

    def answered(self, name: str) -> None:
        """An object is fetched whole: none of its requests is unanswered, nor any before it."""
        letters = dead_letters(self.directory)
        left = [one for one in letters if one["object"] not in (name, None)]
        if left != letters:
            _write(self.directory / DEAD_LETTERS, {"letters": left})

    def save(self) -> None:
        """Replace the journal on disk."""
        objects = {
            name: {
                "folder": one.folder,
                "mode": one.mode,
                "window": [_text(moment) for moment in one.window],
                "columns": one.columns,
                "position": one.position,
                "files": one.files,
                "stated_rows": one.stated_rows,
                "totals": one.totals,
                "done": one.done,
            }
            for name, one in self.objects.items()
            if one.is_started
        }
        content = {
            "version": VERSION,
            "system": self.system,
            "declaration": self.declaration,
            "upper": _text(self.upper),
            "account": self.account,
            "complete": self.complete,
            "objects": objects,
        }
        _write(self.directory / FETCH_JOURNAL, content)

    # ------------------------------------------------------------------- parts

    def _restore(self, stored: dict[str, Any]) -> None:
        self.upper = _moment(stored["upper"])
        self.account, self.complete = stored["account"], stored["complete"]
        for name, one in stored["objects"].items():
            since, until = one["window"]
            self.objects[name] = Progress(
                journal=self,
                name=name,
                folder=one["folder"],
                mode=one["mode"],
                window=(_moment(since), _moment(until)),
                columns=one["columns"],
                position=one["position"],
                files=one["files"],
                stated_rows=one["stated_rows"],
                totals=one["totals"],
                is_started=True,
                done=one["done"],
            )

    def _check_files(self) -> None:
        """Remove what the journal does not name; a lost file is an error."""
        for progress in self.objects.values():
            named = {entry["name"]: entry for entry in progress.files}
            found = (
                {path.name: path for path in progress.directory.iterdir()}
                if progress.directory.is_dir()
                else {}
            )
            for name, path in found.items():
                whole = name.removesuffix(ARRIVED)
                if name not in named and not (whole in found and whole + ARRIVED in found):
                    path.unlink()
            for name, entry in named.items():
                size = found[name].stat().st_size if name in found else -1
                if entry.get("open") and size > entry["bytes"]:
                    os.truncate(found[name], entry["bytes"])
                elif size != entry["bytes"]:
                    raise TieoutError(
                        f"A file of an unfinished fetch is missing or cut: {name}.",
                        where=str(progress.directory),
                        do=f"Remove {self.directory} and fetch again.",
                    )


def dead_letters(directory: Path) -> list[dict[str, Any]]:
    """Requests that failed in every try, of objects that are not fetched since."""
    path = directory / DEAD_LETTERS
    if not path.is_file():
        return []
    letters: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["letters"]
    return letters


def mark_landed(directory: Path) -> None:
    """The fetch in `directory` has landed: the next one begins anew."""
    stored = _stored(directory / FETCH_JOURNAL)
    if stored:
        _write(directory / FETCH_JOURNAL, stored | {"landed": True})


def _stored(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return stored if isinstance(stored, dict) and "version" in stored else None
    except ValueError as error:
        raise TieoutError(
            f"The journal of a fetch cannot be read: {error}",
            where=str(path),
            do="Remove its directory and fetch again.",
        ) from error


def _write(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
