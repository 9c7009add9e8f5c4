"""What all tests share: a demo company, a published home, the project's paths.

The demo company and its published home cost a minute to make, so that every worker of a test run
uses the same ones: whoever comes first makes them, the others wait at a file lock. They are
read-only by agreement; a test that writes takes `home`, a copy of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from tests.prepared import Prepared


@atexit.register
def end_quietly() -> None:
    """Hide the pages of `nanobind: leaked` that DuckDB 2.0 prints after everything has ended."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


# Channels and APIs of whoever runs the tests are not the tests': nobody is told, nothing fetched.
for name in list(os.environ):
    if name.startswith(("ALERTS__", "SOURCES__")):
        del os.environ[name]

REPOSITORY = Path(__file__).resolve().parent.parent
DEMO_SCALE = "0.05"
PARSED = "partial_parse.msgpack"
# Minutes in one file, and so in one worker: begun last, they would leave the others without work.
LONGEST = ("tests/dbt_project/test_late_changes.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    items.sort(key=lambda item: item.location[0] not in LONGEST)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that is tested."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real vendor column sets and matching data, which some checkouts have beside them."""
    data = REPOSITORY.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip(f"no shared data beside this checkout ({data})")
    return data


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all workers of this test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def make_once(shared_directory: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a directory once per test run: `make_once(name, make)` calls `make(path)` in one worker.

    A failure is remembered, so that the other workers fail at once with the first one's reason.
    """

    def once(name: str, make: Callable[[Path], None]) -> Path:
        path = shared_directory / name
        done, failed = path.with_suffix(".done"), path.with_suffix(".failed")
        with FileLock(path.with_suffix(".lock")):
            if failed.exists():
                pytest.fail(f"{name} could not be made: {failed.read_text()}", pytrace=False)
            if not done.exists():
                try:
                    make(path)
                except BaseException as error:
                    failed.write_text(str(error))
                    raise
                done.touch()
        return path

    return once


_prepared: list[Prepared] = []


def pytest_configure(config: pytest.Config) -> None:
    """Have every dbt start from what was parsed before: it parses again what has changed since.

    A project of this size takes ten seconds to parse, and each home would do so for itself.
    """
    cache = getattr(config, "cache", None)  # none with -p no:cacheprovider
    if cache is not None and "DBT_PARTIAL_PARSE_FILE_PATH" not in os.environ:
        kept = cache.mkdir("dbt") / PARSED
        if not kept.exists():
            kept.touch()  # dbt insists on a file; of an empty one it takes nothing
        os.environ["DBT_PARTIAL_PARSE_FILE_PATH"] = str(kept)


def keep_parsed(target: Path) -> None:
    """Keep what dbt has parsed into `target`, where the project is newer than what is kept."""
    if "DBT_PARTIAL_PARSE_FILE_PATH" not in os.environ:  # pytest without its cache
        return
    kept, parsed = Path(os.environ["DBT_PARTIAL_PARSE_FILE_PATH"]), target / PARSED
    project = (one for one in (REPOSITORY / "dbt_project").rglob("*") if "target" not in one.parts)
    if parsed.exists() and not (
        kept.stat().st_size and kept.stat().st_mtime > max(one.stat().st_mtime for one in project)
    ):
        shutil.copyfile(parsed, part := kept.with_suffix(f".{os.getpid()}"))
        part.replace(kept)


def run_command(
    *arguments: str | Path,
    home: Path | None = None,
    check: bool = True,
    timeout: float = 600,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The `tieout` command in a process of its own, as a person calls it; see `tests.prepared`."""
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")
    }
    if home is not None:
        variables["TIEOUT_HOME"] = str(home)
    variables["COLUMNS"] = "120"
    variables |= environment or {}
    if not _prepared:
        _prepared.append(Prepared(REPOSITORY))
    given = [str(one) for one in arguments]
    with _prepared[0].free:
        result = _prepared[0].run(given, variables, timeout)
    if home is not None:
        keep_parsed(home / "work" / "dbt")
    if check and result.returncode != 0:
        raise AssertionError(
            f"tieout {' '.join(given)} ended with {result.returncode}\n"
            f"{result.stdout[-6000:]}\n{result.stderr[-6000:]}"
        )
    return result


@pytest.fixture(scope="session")
def tieout() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`tieout("status", home=path, check=False)` runs the command in a process of its own."""
    return run_command


@pytest.fixture(scope="session")
def demo_exports(make_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The demo company's exports at a small scale, with its truth. Read-only."""

    def make(path: Path) -> None:
        run_command("demo", "--out", path, "--scale", DEMO_SCALE)

    return make_once("demo-exports", make)


@pytest.fixture(scope="session")
def published_home(
    demo_exports: Path, make_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A home in which one whole night has published the demo company. Read-only."""

    def make(path: Path) -> None:
        run_command("run", "--exports", demo_exports, home=path)

    return make_once("published-home", make)


@pytest.fixture(scope="session")
def small_company(make_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A home in which one night has published the company of `tests/questions`. Read-only."""

    def make(path: Path) -> None:
        run_command("run", "--exports", REPOSITORY / "tests" / "questions" / "exports", home=path)

    return make_once("small-company", make)


@pytest.fixture(scope="session")
def worked_example_exports() -> Path:
    """One company's exports for the worked example: an entity, a quarter, some 100 documents."""
    return REPOSITORY / "tests" / "worked_example" / "exports"


@pytest.fixture(scope="session")
def worked_example(
    worked_example_exports: Path, make_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A home in which one night has published the worked example. Read-only."""

    def make(path: Path) -> None:
        # With dbt's manifest: tests run the models' compiled SQL on rows of their own.
        run_command(
            "run", "--exports", worked_example_exports, home=path,
            environment={"DBT_WRITE_JSON": "true"},
        )  # fmt: skip

    return make_once("worked-example", make)


@pytest.fixture
def home(published_home: Path, tmp_path: Path) -> Path:
    """A copy of the published home, to write in."""
    copy = tmp_path / "home"
    shutil.copytree(published_home, copy, symlinks=True)
    return copy


@pytest.fixture(scope="session")
def make_candidate() -> Callable[..., Path]:
    """`make_candidate(home, "name", "update ...")` writes a small candidate; every check holds.

    The SQL plants what a test wants wrong. Costs no landing and no dbt.
    """
    import duckdb

    from tieout import transform
    from tieout.settings import Home

    statements = (REPOSITORY / "tests" / "fixtures" / "candidate.sql").read_text(encoding="utf-8")

    def make(home: Home, name: str = "20260701T010000000000Z", sql: str = "") -> Path:
        directory = home.candidates / name
        directory.mkdir(parents=True)
        with duckdb.connect(str(directory / "marts.duckdb")) as marts:
            marts.execute(statements)
            if sql:
                marts.execute(sql)
            tables = transform.table_digests(marts)
        manifest = {
            "publication_id": name,
            "as_of": "2026-06-30T23:00:00",
            "known_at": None,
            "definitions": [{"definition_id": "standard", "digest": "1"}],
            "tables": tables,
            "content_digest": transform.content_digest(tables),
        }
        transform.write_json(directory / "manifest.json", manifest)
        return directory

    return make
