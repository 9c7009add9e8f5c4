"""Whether a night can run here: versions, home, disk, definitions, exports, APIs, channels.

Every check looks and changes nothing. A channel is reached and its login tried, and no message is
sent. A check that cannot pass says what to do.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from tieout.errors import TieoutError
from tieout.locks import holder, is_locked
from tieout.settings import Home

# A night writes a candidate beside the warehouse and may spill: so many times what lies there, and
# never less than this many bytes.
DISK_FACTOR = 3
DISK_LEAST = 2 * 1024**3

Verdict = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str
    do: str = ""


def examine(home: Home, definitions: Path, exports: Path | None = None) -> list[Check]:
    """Look at everything that a night needs, in the order in which it needs it.

    Args:
        home: where the night would write.
        definitions: directory of definition sets.
        exports: directory of exports; not looked at when None.
    """
    looks: list[Callable[[], Iterator[Check]]] = [
        _versions,
        lambda: _disk(home),
        lambda: _warehouse(home),
        lambda: _definitions(definitions),
        lambda: _exports(exports),
        lambda: _apis(exports),
        _channels,
    ]
    return [check for look in looks for check in look()]


def _versions() -> Iterator[Check]:
    from packaging.requirements import Requirement

    wrong = []
    for text in metadata.requires("tieout") or []:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is not installed")
            continue
        if not wanted.specifier.contains(version, prereleases=True):
            wrong.append(f"{wanted.name} is {version}, wanted is {wanted.specifier}")
    seen = f"Python {platform.python_version()}, dbt {metadata.version('dbt-core')}, DuckDB "
    seen += metadata.version("duckdb")
    if wrong:
        yield Check("versions", "wrong", "; ".join(wrong), "Install what is locked: make run.")
    else:
        yield Check("versions", "ok", seen)


def _disk(home: Home) -> Iterator[Check]:
    used = home.warehouse.stat().st_size if home.warehouse.exists() else 0
    needed = max(DISK_FACTOR * used, DISK_LEAST)
    free = shutil.disk_usage(home.path).free
    found = f"{_gib(free)} free at {home.path}, a night may take {_gib(needed)}"
    if free < needed:
        yield Check("disk", "wrong", found, "Make room, or point TIEOUT_HOME at a larger disk.")
    else:
        yield Check("disk", "ok", found)


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB"


def _warehouse(home: Home) -> Iterator[Check]:
    import duckdb

    if is_locked(home):
        yield Check("warehouse", "warning", f"In use: {holder(home)}.", "Wait until it ends.")
    elif not home.warehouse.exists():
        yield Check("warehouse", "ok", "None yet: the first night makes it.")
    else:
        try:
            with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
                row = warehouse.execute("select count(*) from duckdb_tables()").fetchone()
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            do = "End the process that holds it; if none does, move the file and land everything."
            yield Check("warehouse", "wrong", f"{home.warehouse}: {said}", do)
        else:
            yield Check("warehouse", "ok", f"Opens; {row[0] if row else 0} tables.")


def _definitions(directory: Path) -> Iterator[Check]:
    from tieout.definitions import load

    try:
        loaded = load(directory)
    except TieoutError as error:
        yield _failed("definitions", error)
    else:
        found = f"{len(loaded.sets)} sets, {len(loaded.decisions)} decisions of stewards"
        yield Check("definitions", "ok", found)


def _exports(directory: Path | None) -> Iterator[Check]:
    from ingestion.discover import discover, system_directories

    if directory is None:
        return
    try:
        found = [
            (spec, discover(spec, path, directory)) for spec, path in system_directories(directory)
        ]
    except TieoutError as error:
        yield _failed("exports", error)
        return
    for spec, extract in found:
        seen = f"{len(extract.files)} of {len(spec.objects)} objects"
        missing = sorted(spec.objects.keys() - extract.files.keys())
        if missing:
            seen += f"; without {', '.join(missing)}"
        yield Check(f"exports of {spec.system}", "ok" if extract.files else "warning", seen)


def _apis(exports: Path | None) -> Iterator[Check]:
    from ingestion import fetch

    try:
        configured = fetch.configured()
    except TieoutError as error:
        yield _failed("APIs", error)
        return
    if exports is None and not configured:
        found = "No exports are named and no API is configured: there is nothing to land."
        do = "Name --exports DIR or TIEOUT_EXPORTS, or set an API's credentials (docs/apis.md)."
        yield Check("sources", "warning", found, do)
    for system in configured:
        try:
            yield Check(f"API of {system}", "ok", fetch.reach(system))
        except TieoutError as error:
            yield _failed(f"API of {system}", error)


def _channels() -> Iterator[Check]:
    from tieout.alerts.channels import check_in, configured, said

    try:
        channels, monitor = configured(), check_in()
    except TieoutError as error:
        yield _failed("alerts", error)
        return
    if not channels:
        do = "Set ALERTS__SLACK_WEBHOOK or ALERTS__SMTP_URL, so that a failed night is heard of."
        yield Check("alerts", "warning", "No channel is configured.", do)
    for channel in channels:
        name = f"alerts in {channel.name}"
        try:
            reached = channel.reach()
        except channel.errors as error:
            yield _failed(name, channel.refusal(error))
        else:
            yield Check(name, "ok", reached)
    if monitor is not None:
        try:
            yield Check("check-in", "ok", monitor.reach())
        except monitor.errors as error:
            found = f"{monitor.host} is not reached: {said(error)}."
            yield Check(
                "check-in", "wrong", found, "Copy the address anew from the monitor's page."
            )


def _failed(name: str, error: TieoutError) -> Check:
    where = f" ({error.where})" if error.where else ""
    return Check(name, "wrong", f"{error.what}{where}", error.do or "")
