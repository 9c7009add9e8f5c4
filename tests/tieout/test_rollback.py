"""Taking a publication back from the command line, and what readers are told of a damaged one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.results import Finding, GateResult
from tieout import publication
from tieout.settings import Home
from tieout.transform import file_digest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
NAMES = ("20260701T010000000000Z", "20260702T010000000000Z")


@pytest.fixture
def kept(tmp_path: Path, make_candidate: Callable[..., Path]) -> Home:
    """A home with two publications, the second of which readers see."""
    home = Home.resolve(tmp_path / "home")
    finding = Finding("identity", "s", "t", "e", "critical", True, "meaning", "action")
    for name in NAMES:
        directory = make_candidate(home, name, "drop table account_mapping.rpt_match_quality")
        result = GateResult(name, file_digest(directory / "marts.duckdb"), (finding,), 0.1)
        result.write(directory)
        publication.publish(home, directory, result)
    return home


def test_readers_see_the_one_before_and_status_says_who_and_why(
    kept: Home, tieout: Command
) -> None:
    first, second = NAMES
    said = tieout("rollback", "--reason", "Wrong [rate] in the ERP", home=kept.path).stdout
    assert f"Readers see {first} now, as of 2026-06-30 23:00 UTC." in said
    assert f"Undo: tieout rollback {second}" in said
    assert kept.current.resolve().name == first
    status = tieout("status", home=kept.path).stdout
    assert f"Rolled back from {second} by " in status
    assert "UTC: Wrong [rate] in the ERP" in status
    said = tieout("rollback", home=kept.path, check=False).stderr
    assert f"kept are: {second}." in said
    tieout("rollback", second, home=kept.path)
    assert kept.current.resolve().name == second
    assert "Rolled back" not in tieout("status", home=kept.path).stdout


@pytest.mark.parametrize(
    "command", [("status",), ("explain", "501"), ("review", "--list"), ("weekly", "--dry-run")]
)
def test_published_marts_that_cannot_be_read_are_called_so(
    kept: Home, tieout: Command, command: tuple[str, ...]
) -> None:
    marts = kept.current / "marts.duckdb"
    marts.chmod(0o644)
    marts.write_bytes(marts.read_bytes()[:5000])
    result = tieout(*command, home=kept.path, check=False)
    assert result.returncode == 1
    assert "A published file cannot be read" in result.stderr
    assert "tieout rollback" in result.stderr
    assert "Unexpected" not in result.stderr


def test_published_marts_that_are_gone_are_no_unknown_id(kept: Home, tieout: Command) -> None:
    kept.current.chmod(0o755)
    (kept.current / "marts.duckdb").unlink()
    said = tieout("explain", "501", home=kept.path, check=False).stderr
    assert "What is published has no marts." in said
    assert "tieout rollback" in said


def test_a_link_to_nothing_is_not_taken_for_an_empty_home(kept: Home, tieout: Command) -> None:
    kept.current.unlink()
    kept.current.symlink_to("nowhere")
    assert "points at none of 2 publications kept" in tieout("status", home=kept.path).stdout
    for command in (("verify",), ("explain", "501")):
        said = tieout(*command, home=kept.path, check=False).stderr
        assert f"tieout rollback {NAMES[1]}" in said
    tieout("rollback", home=kept.path)
    assert kept.current.resolve().name == NAMES[1]


def test_every_line_of_the_list_of_commands_is_whole(tieout: Command) -> None:
    commands = tieout("--help").stdout.split("Commands:")[1].strip().splitlines()
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []
