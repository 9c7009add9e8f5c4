"""Which files of a directory of exports are read, and as what."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.names import match_key
from ingestion.readers import SUFFIXES, SourceFile
from ingestion.spec import CONTROL_TOTAL, SystemSpec, load_spec, systems
from tieout.errors import InputError

# Directories beside the systems' own that a demo company's exports hold.
_NOT_SYSTEMS = frozenset({"truth"})

# What a fetch says of its files: which objects are whole, which are changes only.
FETCH_MANIFEST = ".fetch.json"
FETCH_JOURNAL = ".journal.json"
# Beside an object's files: every key that the source has now, and keys of deleted rows.
PRESENT_KEYS = ".keys.csv.gz"
DELETED_KEYS = ".deleted.csv.gz"


@dataclass
class Extract:
    """What one system's directory holds.

    Attributes:
        directory: the system's directory.
        files: object name -> its files, sorted by name.
        unused: file name -> why it is not read.
        modes: object name -> full or incremental, where a fetch says so; else as declared.
        present: object name -> file of every key that the source has now.
        deleted: object name -> file of keys of deleted rows.
    """

    directory: Path
    files: dict[str, list[SourceFile]] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    present: dict[str, Path] = field(default_factory=dict)
    deleted: dict[str, Path] = field(default_factory=dict)


def system_directories(
    exports: Path, wanted: Sequence[str] | None = None
) -> list[tuple[SystemSpec, Path]]:
    """The systems to land, and their directories.

    Raises:
        InputError: the directory is missing or holds no system, a system is unknown, or one that is
            asked for has no directory.
    """
    layout = "DIR/<system>/<object>.csv (also .csv.gz, .parquet, .jsonl, .jsonl.gz)"
    if not exports.is_dir():
        raise InputError(
            "There is no such directory of exports.",
            where=str(exports),
            do=f"Give a directory of the form {layout}.",
        )
    found: dict[str, Path] = {}
    for path in sorted(exports.iterdir()):
        if path.is_dir() and not path.name.startswith(".") and path.name not in _NOT_SYSTEMS:
            known = next((s for s in systems() if match_key(s) == match_key(path.name)), None)
            if known is None:
                near = difflib.get_close_matches(path.name.lower(), systems(), n=1)
                meant = f" Did you mean {near[0]}?" if near else ""
                raise InputError(
                    f"Unknown system: {path.name}.{meant}",
                    where=str(path),
                    do=f"Known systems are {', '.join(systems())}; rename or remove the directory.",
                )
            if known in found:
                raise InputError(
                    f"Two directories hold the same system: {found[known].name} and {path.name}.",
                    where=str(exports),
                    do="Keep one of them.",
                )
            found[known] = path
    specs = [load_spec(name) for name in (wanted if wanted is not None else sorted(found))]
    missing = [spec.system for spec in specs if spec.system not in found]
    if missing or not specs:
        raise InputError(
            f"The exports hold no directory for {', '.join(missing)}."
            if missing
            else "The exports hold no system: the directory is empty.",
            where=str(exports),
            do=f"Known systems are {', '.join(systems())}; the layout is {layout}.",
        )
    return [(spec, found[spec.system]) for spec in specs]


def discover(spec: SystemSpec, directory: Path, exports: Path) -> Extract:
    """Tell the files of a system apart: objects that are read, and files that are not, with why.

    Raises:
        InputError: there is nothing to read, or two exports claim to be the same object.
    """
    extract = Extract(directory, modes=_fetched_modes(directory))
    claimed: dict[str, Path] = {}
    for path in sorted(directory.iterdir()):
        if path.name.startswith("."):
            continue
        name = path.relative_to(exports).as_posix()
        base = path.name if path.is_dir() else _base_name(path)
        if base is None:
            extract.unused[name] = f"not a kind of file that is read ({', '.join(SUFFIXES)})"
            continue
        object_spec = spec.object_for(base)
        if object_spec is None:
            extract.unused[name] = spec.unused_reason(base) or _undeclared(spec, base)
            continue
        if object_spec.name in claimed:
            raise InputError(
                f"Two exports hold the same object, {object_spec.name}:"
                f" {claimed[object_spec.name].name} and {path.name}.",
                where=str(directory),
                do=f"Keep one, or put all parts into the directory {object_spec.vendor_name}/.",
            )
        claimed[object_spec.name] = path
        extract.files[object_spec.name] = _object_files(path, exports, extract)
        for file_name, known in ((PRESENT_KEYS, extract.present), (DELETED_KEYS, extract.deleted)):
            if (path / file_name).is_file():
                known[object_spec.name] = path / file_name
    if not extract.files:
        raise InputError(
            f"There is nothing to land from {spec.title}: the directory holds no export of an"
            " object that is read.",
            where=str(directory),
            do=f"docs/sources/{spec.system}.md lists the objects.",
        )
    return extract


def stated_totals(spec: SystemSpec, exports: Path) -> list[SourceFile]:
    """The files of control totals that `exports` holds for a system, named with that directory."""
    wanted = match_key(spec.system)
    return [
        file
        for directory in (sorted(exports.iterdir()) if exports.is_dir() else [])
        if directory.is_dir() and match_key(directory.name) == wanted
        for path in _control_totals(spec, directory)
        for file in _object_files(path, exports.parent, Extract(directory))
    ]


def only_totals(spec: SystemSpec, directory: Path) -> bool:
    """Whether a folder holds control totals and nothing else: they go with what the API gives."""
    found = _control_totals(spec, directory)
    return bool(found) and len(found) == sum(
        not path.name.startswith(".") for path in directory.iterdir()
    )


def _control_totals(spec: SystemSpec, directory: Path) -> list[Path]:
    found = []
    for path in sorted(directory.iterdir()):
        base = path.name if path.is_dir() else _base_name(path)
        object_spec = spec.object_for(base) if base and not base.startswith(".") else None
        if object_spec is not None and object_spec.name == CONTROL_TOTAL.name:
            found.append(path)
    return found


def _fetched_modes(directory: Path) -> dict[str, str]:
    """What a fetch says of its objects; nothing for a directory that somebody else wrote."""
    manifest = directory / FETCH_MANIFEST
    if not manifest.is_file():
        if (directory / FETCH_JOURNAL).is_file():
            raise InputError(
                "The fetch is not complete: landing a part of it would lose what is missing.",
                where=str(directory),
                do="Run tieout fetch again: it goes on where it stopped.",
            )
        return {}
    try:
        objects = json.loads(manifest.read_text(encoding="utf-8"))["objects"]
        return {str(name): str(one["mode"]) for name, one in objects.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"What the fetch says of its files cannot be read: {error}",
            where=str(manifest),
            do="Remove the directory and fetch again.",
        ) from error


def _object_files(path: Path, exports: Path, extract: Extract) -> list[SourceFile]:
    if not path.is_dir():
        return [SourceFile.of(path, exports)]
    files = []
    for part in sorted(path.iterdir()):
        if part.name.startswith("."):
            continue
        if part.is_file() and _base_name(part) is not None:
            files.append(SourceFile.of(part, exports))
        else:
            name = part.relative_to(exports).as_posix()
            extract.unused[name] = f"not a kind of file that is read ({', '.join(SUFFIXES)})"
    if not files:
        raise InputError(
            "The directory of an object is empty.",
            where=str(path),
            do=f"Put its files there ({', '.join(SUFFIXES)}), or remove it.",
        )
    return files


def _base_name(path: Path) -> str | None:
    lowered = path.name.lower()
    suffix = next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), None)
    return path.name[: -len(suffix)] if suffix else None


def _undeclared(spec: SystemSpec, base: str) -> str:
    names = [*spec.objects, *(o.vendor_name for o in spec.objects.values())]
    near = difflib.get_close_matches(base.lower(), names, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"no object of this name is declared{meant}"
