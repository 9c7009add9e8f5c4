"""The command line: exit codes, and errors that say what is wrong, where, and what to do."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner

from tieout import cli
from tieout.errors import DiskFull, InputError, chain

Command = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = ["demo", "run", "land", "build", "gate", "publish", "status", "score", "explain", "diff"]
COMMANDS += ["verify", "replay", "review"]


def refused(result: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    """The command ended with the code, said what, where and what to do, and showed no traceback."""
    assert result.returncode == code, result.stdout + result.stderr
    for part in said:
        assert part in result.stderr, result.stderr
    assert "do:" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys, tieout.cli as c\n"
        "try:\n    c.cli.main(['--help'], prog_name='tieout')\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'dlt', 'dbt', 'great_expectations', 'rich', 'pydantic', 'pyarrow'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "LOADED []" in result.stdout


def test_every_command_of_the_contract_exists(tieout: Command) -> None:
    said = tieout("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in said
        assert tieout(name, "--help").returncode == 0


def test_run_without_exports_is_a_usage_error(tieout: Command, tmp_path: Path) -> None:
    result = tieout("run", home=tmp_path, check=False)
    assert result.returncode == 2
    assert "--exports" in result.stderr


def test_exports_that_do_not_exist(tieout: Command, tmp_path: Path) -> None:
    result = tieout("run", "--exports", tmp_path / "nowhere", home=tmp_path / "h", check=False)
    refused(result, 2, "does not exist", str(tmp_path / "nowhere"))


def test_exports_that_are_a_file(tieout: Command, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.touch()
    refused(
        tieout("land", "--exports", file, home=tmp_path / "h", check=False),
        2,
        "must be a directory",
    )


def test_a_home_that_cannot_be_written(tieout: Command, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = tieout("status", home=file, check=False)
    refused(result, 2, "home cannot be used", str(file))
    assert result.stderr.count("home cannot be used") == 1


def test_nothing_landed(tieout: Command, tmp_path: Path) -> None:
    refused(tieout("build", home=tmp_path, check=False), 2, "Nothing has been landed")


def test_nothing_published(tieout: Command, tmp_path: Path) -> None:
    assert "Nothing has been published" in tieout("status", home=tmp_path).stdout
    for command in (["verify"], ["explain", "1"], ["diff", "1"]):
        assert tieout(*command, home=tmp_path, check=False).returncode == 2


def test_no_candidate(tieout: Command, tmp_path: Path) -> None:
    refused(tieout("gate", home=tmp_path, check=False), 2, "no candidate")
    refused(tieout("publish", home=tmp_path, check=False), 2, "no candidate")


def test_an_invalid_definition_stops_before_anything_is_landed(
    tieout: Command, tmp_path: Path, repository: Path
) -> None:
    folder = Path(shutil.copytree(repository / "definitions", tmp_path / "definitions"))
    file = folder / "standard.yml"
    file.write_text(file.read_text().replace("sla_business_days: 5", "sla_business_days: 500"))
    exports = tmp_path / "exports"
    (exports / "salesforce").mkdir(parents=True)
    home = tmp_path / "home"
    result = tieout("run", "--exports", exports, "--definitions", folder, home=home, check=False)
    refused(result, 2, "settings[0].sla_business_days", str(file), "60")
    assert not (home / "warehouse.duckdb").exists()


def test_a_wrong_time_is_a_usage_error(tieout: Command, tmp_path: Path) -> None:
    result = tieout("build", "--as-of", "yesterday", home=tmp_path, check=False)
    assert result.returncode == 2
    assert "2026-06-30T23:59:59" in result.stderr


def test_two_runs_at_once(tieout: Command, tmp_path: Path) -> None:
    from tieout.locks import writer_lock
    from tieout.settings import Home

    with writer_lock(Home.resolve(tmp_path), "the other night"):
        result = tieout("build", home=tmp_path, check=False)
        refused(result, 1, "Another run is under way", "the other night")
        assert "Under way" in tieout("status", home=tmp_path).stdout


def test_errors_are_in_the_log(tieout: Command, tmp_path: Path) -> None:
    tieout("build", home=tmp_path, check=False)
    (log,) = (tmp_path / "logs").glob("*-build-*.log")
    assert "Nothing has been landed" in log.read_text()


def test_debug_shows_the_traceback_before_the_error(tieout: Command, tmp_path: Path) -> None:
    plain = tieout("build", home=tmp_path, check=False)
    result = tieout("--debug", "build", home=tmp_path, check=False)
    assert result.returncode == plain.returncode != 0
    assert result.stderr.index("Traceback") < result.stderr.index("Error: ")


def write_log_to_a_full_disk() -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            handler.close()
            handler.baseFilename, handler.stream = "/dev/full", None  # type: ignore[assignment]


def fill_a_file() -> None:
    Path("/dev/full").write_text("a row")


def fill_by_duckdb() -> None:
    """As a landing meets it: what the engine says stands in an error about a file of exports."""
    try:
        duckdb.execute("copy (from range(1000000)) to '/dev/full' (format csv)")
    except duckdb.Error as error:
        raise InputError("The file cannot be read.", do="Export it again.") from error


@pytest.mark.parametrize("fill", [fill_a_file, fill_by_duckdb])
def test_a_full_disk_is_called_so_whatever_meets_it(
    fill: Callable[[], None],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # put back afterwards
    monkeypatch.setattr(logging, "raiseExceptions", True)

    @click.command()
    @cli._command
    def fill_the_disk(_: object) -> None:
        write_log_to_a_full_disk()
        fill()

    result = CliRunner().invoke(fill_the_disk, obj=cli._State(str(tmp_path), debug=False))
    logging.captureWarnings(False)
    assert result.exit_code == 1
    said = result.output + capfd.readouterr().err
    assert f"The disk is full.\n  where: {tmp_path}\n" in said
    assert "Make room" in said
    assert "Traceback" not in said, "of the log, which cannot be written either"


def test_errors_that_stand_in_a_circle_are_looked_through_once() -> None:
    first, last = ValueError("first"), OSError("last")
    last.__context__, first.__cause__ = first, last
    assert list(chain(first)) == [first, last]
    assert DiskFull.behind(first, "here") is None


def test_the_command_that_a_kill_ended_is_told_from_one_under_way(
    tieout: Command, tmp_path: Path
) -> None:
    from tieout.locks import writer_lock
    from tieout.settings import Home

    home = Home.resolve(tmp_path)

    def status(begun: datetime) -> str:
        record = {"started_at": begun.isoformat(), "outcome": "running", "pid": os.getpid()}
        (home.logs / "last_run.json").write_text(json.dumps(record))
        return tieout("status", home=tmp_path).stdout

    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert "failed (killed before its end)" in status(yesterday)
    with writer_lock(home, "the nightly run"):
        assert "running (under way)" in status(datetime.now(UTC))
        # a process of the same number, as containers give them, holds the home by now
        assert "failed (killed before its end)" in status(yesterday)


def test_a_monitor_is_told_nothing_but_what_is_wrong(
    tieout: Command, published_home: Path, home: Path
) -> None:
    from tieout import run
    from tieout.settings import Home

    def monitor(home: Path, *options: str) -> tuple[int, str]:
        done = tieout("status", "--check", *options, home=home, check=False)
        return done.returncode, done.stdout

    def state(home: Path, *options: str) -> str:
        return str(json.loads(tieout("status", "--json", *options, home=home).stdout)["state"])

    assert monitor(published_home) == (0, "")
    assert state(published_home) == "sound"
    code, said = monitor(published_home, "--max-age", "0.000001")
    assert code == 1
    assert said.startswith("overdue: The newest publication is of ")
    assert state(published_home, "--max-age", "0.000001") == "overdue"

    mine = Home.resolve(home)
    run.record_failure(mine, "night 2", "task build", InputError("No file.", do="Send it."), "")
    code, said = monitor(home)
    assert (code, said) == (1, "failed: The last run failed: No file.\n  do:    Send it.\n")
    refused_at = home / "rejected" / "99990101T000000000000Z"
    refused_at.mkdir()
    assert monitor(home)[0] == 1  # the most urgent first
    run.record_publication(mine, "night 3")
    assert monitor(home) == (3, f"refused: The gate refused {refused_at.name}.\n")
    content = json.loads(tieout("status", "--json", home=home).stdout)
    assert (content["state"], content["refused"]) == ("refused", refused_at.name)
    assert content["waiting"][0]["rows"] > 0


def test_a_monitor_is_told_that_nothing_was_ever_published(tieout: Command, tmp_path: Path) -> None:
    done = tieout("status", "--check", "--json", home=tmp_path, check=False)
    content = json.loads(done.stdout)
    assert (done.returncode, content["state"], content["published_at"]) == (1, "overdue", None)


# --- on a published home --------------------------------------------------------------------------


def test_status_says_what_is_published(tieout: Command, published_home: Path) -> None:
    said = tieout("status", home=published_home).stdout
    assert "Published: " in said
    assert "Last run: published" in said
    assert re.search(r"Matched accounts: \d+ of \d+ with won deals \(\d+\.\d%\)", said)
    assert re.search(r"won money that is matched: .*USD \d+\.\d%", said)
    assert re.search(r"nine of ten deals take: close to order \d+ / \d+, order to invoice", said)
    assert re.search(r"orders and deals that something blocks +\d+ +[\d,.]+ \w{3}", said)


def test_status_writes_amounts_as_people_do_and_one_below_the_other(
    tieout: Command, published_home: Path
) -> None:
    said = tieout("status", home=published_home).stdout
    table = said[said.index("waits for a person") :]
    amounts = [re.search(r"[\d,.]+ [A-Z]{3}(?= |$)", line) for line in table.splitlines()]
    found = [one for one in amounts if one]
    assert len(found) > 5
    assert len({one.end() for one in found}) == 1
    assert all(re.fullmatch(r"(\d{1,3},)*\d{1,3}(\.\d+)? [A-Z]{3}", one[0]) for one in found)
    assert not re.search(r"\.\d{2}00\b", said)  # the marts' four decimals
    assert "\nwarning leakage: " in said
    assert "1 rows" not in said


def test_status_knows_the_nights_of_airflow(tieout: Command, tmp_path: Path) -> None:
    from tieout import run
    from tieout.settings import Home

    home = Home.resolve(tmp_path)
    run.record_failure(home, "night 1", "task land_netsuite", InputError("No file."), "")
    said = tieout("status", home=tmp_path).stdout
    assert "Last run: failed (" in said
    assert "No file." in said
    run.record_publication(home, "night 2")
    said = tieout("status", home=tmp_path).stdout
    assert "Last run: published (" in said
    assert "No file." not in said


def test_verify_proves_the_publication(tieout: Command, published_home: Path) -> None:
    said = tieout("verify", home=published_home)
    assert "are as published" in said.stdout
    assert "nanobind" not in said.stdout + said.stderr


def test_verify_finds_an_alteration(tieout: Command, home: Path) -> None:
    file = (home / "publications" / "current").resolve() / "marts.duckdb"
    file.chmod(0o644)
    with file.open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
        stream.seek(-1, 2)
        stream.write(bytes([last[0] ^ 1]))
    refused(tieout("verify", home=home, check=False), 1, "not as it was published", "marts.duckdb")


def test_what_was_not_known_yet_cannot_be_built(tieout: Command, home: Path) -> None:
    result = tieout("build", "--as-of", "2020-01-01", home=home, check=False)
    refused(result, 2, "Nothing was known at 2020-01-01", "the first load was at")


def test_who_may_not_write_to_the_home_reads_what_is_published(tieout: Command, home: Path) -> None:
    shutil.rmtree(home / "logs")
    (home / "logs").touch()  # to root too a directory that cannot be written
    shutil.rmtree(home / "rejected")
    assert "Published: " in tieout("status", home=home).stdout
    assert "as published" in tieout("verify", home=home).stdout
    assert tieout("diff", "current", home=home).returncode == 0
    refused(tieout("build", home=home, check=False), 2, "home cannot be used")


def test_an_unknown_publication(tieout: Command, published_home: Path) -> None:
    result = tieout("verify", "1999", home=published_home, check=False)
    refused(result, 2, "No publications begin with `1999`")


@pytest.mark.parametrize("arguments", [["diff", "current"], ["diff", "current", "current"]])
def test_a_publication_does_not_differ_from_itself(
    tieout: Command, published_home: Path, arguments: list[str]
) -> None:
    assert "Both state the same" in tieout(*arguments, home=published_home).stdout
