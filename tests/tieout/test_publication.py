"""Readers see the last good publication or the next one, never a torn or missing one."""

from __future__ import annotations

import fcntl
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from expectations.results import Finding, GateResult
from tieout import publication
from tieout.errors import GateRefused, InputError, TieoutError
from tieout.settings import Home
from tieout.transform import file_digest, find_candidate, table_digests

Make = Callable[..., Path]


def judged(directory: Path, *, passed: bool = True) -> GateResult:
    """What the gate would say, without running it."""
    finding = Finding(
        "identity", "s", "t", "e", "critical", passed, "meaning", "action", unexpected_count=3
    )
    result = GateResult(directory.name, file_digest(directory / "marts.duckdb"), (finding,), 0.1)
    result.write(directory)
    return result


def publish(home: Home, make: Make, name: str, sql: str = "") -> publication.Publication:
    directory = make(home, name, sql)
    return publication.publish(home, directory, judged(directory))


@pytest.fixture
def empty_home(tmp_path: Path) -> Home:
    return Home.resolve(tmp_path / "home")


def test_published_is_current_sealed_and_sound(empty_home: Home, make_candidate: Make) -> None:
    one = publish(empty_home, make_candidate, "20260701T010000000000Z")
    assert empty_home.current.is_symlink()
    assert not empty_home.current.readlink().is_absolute()
    assert empty_home.current.resolve() == one.directory
    assert (one.marts.stat().st_mode & 0o222) == 0
    assert publication.verify(one, empty_home) == []
    assert one.manifest["gate"]["passed"] is True
    assert not list(empty_home.candidates.iterdir())


def test_refused_leaves_current_and_keeps_the_evidence(
    empty_home: Home, make_candidate: Make
) -> None:
    good = publish(empty_home, make_candidate, "20260701T010000000000Z")
    directory = make_candidate(empty_home, "20260702T010000000000Z")
    result = judged(directory, passed=False)
    with pytest.raises(GateRefused) as caught:
        publication.publish(empty_home, directory, result)
    assert caught.value.exit_code == 3
    assert "identity (3 rows)" in str(caught.value)
    assert empty_home.current.resolve() == good.directory
    kept = empty_home.rejected / "20260702T010000000000Z"
    assert {"marts.duckdb", "gate.json", "manifest.json"} <= {p.name for p in kept.iterdir()}


def test_a_candidate_changed_after_the_gate_is_not_published(
    empty_home: Home, make_candidate: Make
) -> None:
    directory = make_candidate(empty_home)
    result = judged(directory)
    with duckdb.connect(str(directory / "marts.duckdb")) as marts:
        marts.execute("delete from revenue_bridge.fct_bridge_atom")
    with pytest.raises(TieoutError, match="changed after the gate"):
        publication.publish(empty_home, directory, result)
    assert publication.current(empty_home) is None


@pytest.mark.parametrize("name", ["marts.duckdb", "gate.json"])
def test_a_changed_file_is_found(empty_home: Home, make_candidate: Make, name: str) -> None:
    one = publish(empty_home, make_candidate, "20260701T010000000000Z")
    file = one.directory / name
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert any(problem.startswith(name) for problem in publication.verify(one, empty_home))


def test_a_changed_row_is_found_though_the_manifest_was_made_to_fit(
    empty_home: Home, make_candidate: Make
) -> None:
    one = publish(empty_home, make_candidate, "20260701T010000000000Z")
    one.marts.chmod(0o644)
    with duckdb.connect(str(one.marts)) as marts:
        marts.execute("update revenue_bridge.fct_bridge_atom set amount = amount + 1 where leg = 1")
    manifest = json.loads((one.directory / "manifest.json").read_text())
    manifest["files"]["marts.duckdb"]["sha256"] = file_digest(one.marts)
    (one.directory / "manifest.json").chmod(0o644)
    (one.directory / "manifest.json").write_text(json.dumps(manifest))
    altered = publication.read(one.directory)
    problems = publication.verify(altered, empty_home)
    assert any("revenue_bridge.fct_bridge_atom" in problem for problem in problems)


def test_missing_and_added_files_are_found(empty_home: Home, make_candidate: Make) -> None:
    one = publish(empty_home, make_candidate, "20260701T010000000000Z")
    (one.directory / "gate.json").unlink()
    (one.directory / "extra.txt").write_text("x")
    problems = publication.verify(one, empty_home)
    assert "gate.json: is missing" in problems
    assert "extra.txt: is not in the manifest" in problems


def test_an_altered_past_breaks_the_chain(empty_home: Home, make_candidate: Make) -> None:
    first = publish(empty_home, make_candidate, "20260701T010000000000Z")
    second = publish(empty_home, make_candidate, "20260702T010000000000Z")
    assert publication.verify(second, empty_home) == []
    manifest = first.directory / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text().replace('"as_of": "2026', '"as_of": "2025'))
    assert any(first.publication_id in one for one in publication.verify(second, empty_home))


def test_a_past_state_is_published_beside_the_current_one(
    empty_home: Home, make_candidate: Make
) -> None:
    good = publish(empty_home, make_candidate, "20260701T010000000000Z")
    directory = make_candidate(empty_home, "20260702T010000000000Z")
    publication.publish(empty_home, directory, judged(directory), make_current=False)
    publication.recover(empty_home)
    assert empty_home.current.resolve() == good.directory
    assert len(publication.history(empty_home)) == 2


def test_a_run_killed_between_seal_and_link_is_finished_by_the_next(
    empty_home: Home, make_candidate: Make
) -> None:
    first = publish(empty_home, make_candidate, "20260701T010000000000Z")
    second = publish(empty_home, make_candidate, "20260702T010000000000Z")
    publication._switch(empty_home, first.directory)
    (empty_home.publications / ".current-999").symlink_to("nowhere")
    (empty_home.publications / ".partial-20260703T010000000000Z").mkdir()
    publication.recover(empty_home)
    assert empty_home.current.resolve() == second.directory
    assert not list(empty_home.publications.glob(".*"))


def three(home: Home, make: Make) -> list[str]:
    names = [f"2026070{n}T010000000000Z" for n in (1, 2, 3)]
    for name in names:
        publish(home, make, name)
    return names


def seen(home: Home) -> str:
    return home.current.resolve().name


def test_a_rollback_with_nothing_to_go_back_to_names_no_publication(
    empty_home: Home, make_candidate: Make
) -> None:
    for name in ("20260701T010000000000Z", "20260702T010000000000Z"):  # of none, then of one
        with pytest.raises(InputError) as refused:
            publication.rollback(empty_home)
        assert refused.value.do == (
            "There is none to go back to: put right what is wrong, and run `tieout run`."
        )
        publish(empty_home, make_candidate, name)


def test_a_rollback_shows_the_one_before_and_alters_nothing(
    empty_home: Home, make_candidate: Make
) -> None:
    first, second, third = three(empty_home, make_candidate)
    digests = {name: file_digest(empty_home.publications / name / "manifest.json") for name in
               (first, second, third)}  # fmt: skip
    publication.rollback(empty_home, reason="Wrong rate in the ERP")
    assert seen(empty_home) == second
    record = publication.rolled_back(empty_home)
    assert record is not None
    assert (record["from"], record["to"]) == (third, second)
    assert record["reason"] == "Wrong rate in the ERP"
    publication.rollback(empty_home)
    assert seen(empty_home) == first
    with pytest.raises(InputError, match="No publication is kept from before"):
        publication.rollback(empty_home)
    publication.rollback(empty_home, third[:8])  # and forward again
    assert seen(empty_home) == third
    with pytest.raises(InputError, match=f"Readers see {third} already"):
        publication.rollback(empty_home, third)
    for one in publication.history(empty_home):
        assert publication.verify(one, empty_home) == []
        assert file_digest(one.directory / "manifest.json") == digests[one.publication_id]


def test_what_was_taken_back_stays_so_and_the_next_manifest_names_it(
    empty_home: Home, make_candidate: Make
) -> None:
    _, second, third = three(empty_home, make_candidate)
    publication.rollback(empty_home, reason="Wrong rate")
    publication.recover(empty_home)  # as a night does that is then refused
    assert seen(empty_home) == second
    fourth = publish(empty_home, make_candidate, "20260704T010000000000Z")
    assert seen(empty_home) == fourth.publication_id
    assert publication.rolled_back(empty_home) is None
    assert fourth.manifest["previous"]["publication_id"] == second
    assert [one["publication_id"] for one in fourth.manifest["withdrawn"]] == [third]
    assert fourth.manifest["withdrawn"][0]["rollback"]["reason"] == "Wrong rate"
    fifth = publish(empty_home, make_candidate, "20260705T010000000000Z")
    assert "withdrawn" not in fifth.manifest
    publication.rollback(empty_home)
    publication.rollback(empty_home)
    assert seen(empty_home) == second  # not the one that was taken back before
    altered = empty_home.publications / third / "manifest.json"
    altered.chmod(0o644)
    altered.write_text(altered.read_text() + " ")
    assert any(third in problem for problem in publication.verify(fourth, empty_home))


def test_a_rollback_goes_from_what_is_damaged_and_to_nothing_that_is(
    empty_home: Home, make_candidate: Make
) -> None:
    first, second, third = three(empty_home, make_candidate)
    for name, file in ((third, "manifest.json"), (second, "marts.duckdb")):
        damaged = empty_home.publications / name / file
        damaged.chmod(0o644)
        damaged.write_text("{")
    with pytest.raises(InputError, match="manifest cannot be read"):
        publication.recover(empty_home)  # no night builds on what cannot be read
    with pytest.raises(TieoutError, match="is not as it was published"):
        publication.rollback(empty_home)
    assert seen(empty_home) == third
    publication.rollback(empty_home, first)
    assert seen(empty_home) == first
    fourth = publish(empty_home, make_candidate, "20260704T010000000000Z")
    assert {one["publication_id"] for one in fourth.manifest["withdrawn"]} == {second, third}


def test_a_rollback_that_is_killed_before_its_link_did_not_happen(
    empty_home: Home, make_candidate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second, third = three(empty_home, make_candidate)

    def killed(home: Home, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(publication, "_switch", killed)
        publication.rollback(empty_home)
    assert seen(empty_home) == third
    assert publication.withdrawn(empty_home) == {}
    fourth = publish(empty_home, make_candidate, "20260704T010000000000Z")
    assert "withdrawn" not in fourth.manifest
    publication.rollback(empty_home)
    assert seen(empty_home) == third
    publication.rollback(empty_home)
    assert seen(empty_home) == second


def test_a_rollback_waits_for_no_other_writer(empty_home: Home, make_candidate: Make) -> None:
    three(empty_home, make_candidate)
    with empty_home.lock_file.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TieoutError, match="Another run is under way"):
            publication.rollback(empty_home)


@pytest.mark.parametrize("link", ["nowhere", None])
def test_a_link_that_is_lost_is_called_so_and_mended(
    empty_home: Home, make_candidate: Make, link: str | None
) -> None:
    third = three(empty_home, make_candidate)[-1]
    for mend in (publication.recover, publication.rollback):
        empty_home.current.unlink()
        if link:
            empty_home.current.symlink_to(link)
        with pytest.raises(InputError, match="points at no publication"):
            publication.find(empty_home, None)
        mend(empty_home)
        assert seen(empty_home) == third


def test_find_takes_the_beginning_of_an_id(empty_home: Home, make_candidate: Make) -> None:
    one = publish(empty_home, make_candidate, "20260701T010000000000Z")
    publish(empty_home, make_candidate, "20260702T010000000000Z")
    assert publication.find(empty_home, "20260701").directory == one.directory
    assert publication.find(empty_home, None).publication_id == "20260702T010000000000Z"
    with pytest.raises(InputError, match="2 publications begin with"):
        publication.find(empty_home, "202607")
    with pytest.raises(InputError, match="No publications begin with"):
        publication.find(empty_home, "1999")


def test_the_newest_whole_candidate_is_found(empty_home: Home, make_candidate: Make) -> None:
    with pytest.raises(InputError, match="no candidate"):
        find_candidate(empty_home)
    make_candidate(empty_home, "20260701T010000000000Z")
    (empty_home.candidates / "20260702T010000000000Z").mkdir()  # killed before its manifest
    assert find_candidate(empty_home).publication_id == "20260701T010000000000Z"


def test_digest_ignores_order_and_bookkeeping_and_nothing_else() -> None:
    def digest(rows: str, columns: str = "id, amount, load_id") -> str:
        with duckdb.connect() as connection:
            connection.execute(f"create table t as select * from (values {rows}) as t ({columns})")
            return str(table_digests(connection)["main.t"]["digest"])

    base = digest("(1, 2.50, 'a'), (2, 3.00, 'a'), (2, 3.00, 'a')")
    assert digest("(2, 3.00, 'b'), (1, 2.50, 'c'), (2, 3.00, 'd')") == base
    assert digest("('a', 2.50, 1), ('a', 3.00, 2), ('a', 3.00, 2)", "load_id, amount, id") == base
    assert digest("(1, 2.50, 'a'), (2, 3.00, 'a')") != base
    assert digest("(1, 2.51, 'a'), (2, 3.00, 'a'), (2, 3.00, 'a')") != base
    assert digest("(2, 2.50, 'a'), (1, 3.00, 'a'), (2, 3.00, 'a')") != base
    assert digest("(1, 2.50, 'a'), (2, null, 'a'), (2, 3.00, 'a')") != base
    assert digest("(null, '1', 'a')", "x, y, z") != digest("('1', null, 'a')", "x, y, z")


# --- readers and kills ----------------------------------------------------------------------------

READER = """
import sys, time
import duckdb
path, stop = sys.argv[1], sys.argv[2]
reads = errors = 0
import os
print("reading", flush=True)
while not os.path.exists(stop):
    try:
        with duckdb.connect(path, read_only=True) as marts:
            found = marts.execute(
                "select count(*), sum(amount) from revenue_bridge.fct_bridge_atom").fetchone()
        assert found[0] == 3, found
        reads += 1
    except Exception as error:
        errors += 1
        print(type(error).__name__, error, flush=True)
print(f"reads={reads} errors={errors}", flush=True)
"""

PUBLISHER = """
import importlib.util, sys
from pathlib import Path
from tieout.settings import Home
from tieout import publication
home = Home.resolve(sys.argv[1])
tests = Path(sys.argv[2])
def module(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
conftest = module("conftest_of_tests", tests / "conftest.py")
here = module("test_publication_again", tests / "tieout" / "test_publication.py")
make = conftest.make_candidate.__wrapped__()
print("ready", flush=True)
start = int(sys.argv[3])
import shutil
from tieout.locks import writer_lock
for n in range(start, start + int(sys.argv[4])):
    with writer_lock(home, "test"):
        publication.recover(home)
        for stale in home.candidates.glob("*"):
            shutil.rmtree(stale)
        here.publish(home, make, f"2026{n:04d}T010000000000Z")
print("ended", flush=True)
"""


@contextmanager
def reader(home: Home, stop: Path) -> Iterator[subprocess.Popen[str]]:
    """A second process that opens the current publication in a loop."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(home.current / "marts.duckdb"), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
        yield process
    finally:
        stop.touch()
        process.wait(timeout=30)


def test_a_reader_meets_no_error_while_publications_change(
    empty_home: Home, make_candidate: Make, tmp_path: Path
) -> None:
    publish(empty_home, make_candidate, "20260101T010000000000Z")
    with reader(empty_home, tmp_path / "stop") as process:
        for n in range(15):
            publish(empty_home, make_candidate, f"202602{n + 10}T010000000000Z")
        time.sleep(0.2)
    assert process.stdout is not None
    said = process.stdout.read()
    assert "errors=0" in said, said
    assert "reads=0" not in said


def test_a_publisher_killed_at_any_moment_leaves_current_whole(
    empty_home: Home, make_candidate: Make, repository: Path, tmp_path: Path
) -> None:
    publish(empty_home, make_candidate, "20260101T010000000000Z")
    chance = random.Random(20260331)  # noqa: S311 - moments, not secrets
    with reader(empty_home, tmp_path / "stop") as reading:
        for attempt in range(4):
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    PUBLISHER,
                    str(empty_home.path),
                    str(repository / "tests"),
                    str(1000 + attempt * 1000),
                    "1000",
                ],
                stdout=subprocess.PIPE,
                text=True,
                cwd=repository,
            )
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.05, 1.0))
            process.kill()
            process.wait()
            current = publication.current(empty_home)
            assert current is not None
            assert publication.verify(current, empty_home) == []
    assert reading.stdout is not None
    said = reading.stdout.read()
    assert "errors=0" in said, said
    publication.recover(empty_home)
    last = publish(empty_home, make_candidate, "20269999T010000000000Z")
    assert empty_home.current.resolve() == last.directory
    for one in publication.history(empty_home):
        assert publication.verify(one, empty_home) == []
