from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from benchmarks import match_set, matching
from benchmarks.measure import Usage

LEFT = """id,name,city,country
L1,Acme Robotics,Salem,US
L2,Zephyr Foods,Dayton,US
L3,Northwind Traders,Utrecht,NL
L4,Only On The Left,Bern,CH
"""
RIGHT = """id,name,city,country
R1,"ACME ROBOTICS, INC.",SALEM,US
R2,Zephyr Foods LLC,Dayton,US
R3,Northwind Traders B.V.,Utrecht,NL
R4,Something Else Altogether,Bern,CH
"""
TRUTH = "left_id,right_id\nL1,R1\nL2,R2\nL3,R3\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    directory = tmp_path / "small"
    directory.mkdir()
    for name, content in (("left", LEFT), ("right", RIGHT), ("truth", TRUTH)):
        (directory / f"{name}.csv").write_text(content, encoding="utf-8")
    return directory


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.matching", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_standard_output_is_one_json_object_of_the_set(small: Path) -> None:
    finished = run(small)
    assert finished.returncode == 0, finished.stderr
    record = json.loads(finished.stdout)
    assert (record["set"], record["left"], record["right"]) == ("small", 4, 4)
    assert record["auto"]["precision"] == 1.0
    assert record["all"]["recall"] == record["found"] == 1.0
    assert record["review"]["pairs"] <= 1
    assert record["review"]["recall_at_3"] == 1.0
    for entry in (record, *record["references"].values()):
        if "not_measured" not in entry:
            assert entry["seconds"] > 0
            assert entry["peak_memory_mb"] > 0
    assert record["references"]["exact_name"]["f1"] == 1.0
    assert record["references"]["rapidfuzz"]["f1"] == 1.0
    assert "splink" in record["references"]


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda small: (small / "right.csv").unlink(), "right.csv is missing"),
        (
            lambda small: (small / "left.csv").write_text("id,title\nL1,Acme\n"),
            "left.csv has no column name",
        ),
        (
            lambda small: (small / "left.csv").write_text("id,name\nL1,Acme\nL1,Beta\n"),
            "The id 'L1' occurs twice in left.csv",
        ),
    ],
)
def test_an_unsound_set_ends_with_2_a_message_and_no_output(
    small: Path, break_it: Callable[[Path], Any], message: str
) -> None:
    break_it(small)
    finished = run(small)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("arguments", [(), ("somewhere", "--synthetic", "100")])
def test_either_a_directory_or_a_size_is_given(arguments: tuple[str, ...]) -> None:
    finished = run(*arguments)
    assert finished.returncode == 2
    assert "Give either DIR or --synthetic N." in finished.stderr


def fake(directory: Path) -> matching.Run:
    """A matcher that accepts one pair rightly, one wrongly, and leaves one to a person."""
    rows = [
        ("L1", "R1", "accepted", 0.99, 1),
        ("L2", "R4", "accepted", 0.95, 1),
        ("L3", "R3", "review", 0.50, 1),
    ]
    columns = ("left_id", "right_id", "verdict", "probability", "rank")
    pairs = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])
    return matching.Run(pairs, Usage(1, 1, 1), Usage(1, 1, 1))


def directly(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def test_scores_are_of_what_the_matcher_said(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "run_matcher", fake)
    monkeypatch.setattr(matching, "alone", directly)
    record = matching.measure(small, references=False)
    assert record["auto"] == {
        "pairs": 2,
        "precision": 0.5,
        "recall": pytest.approx(1 / 3, abs=1e-6),
        "f1": 0.4,
    }
    assert record["all"]["pairs"] == 3
    assert record["review"]["pairs"] == 1
    assert record["review"]["share_of_left"] == 0.25
    assert record["found"] == pytest.approx(2 / 3, abs=1e-6)
    assert "references" not in record


def test_a_reference_that_is_missing_says_so_and_the_rest_is_measured(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "run_matcher", fake)
    monkeypatch.setattr(matching, "alone", directly)
    monkeypatch.setitem(sys.modules, "splink", None)  # what importing it then finds
    monkeypatch.delitem(sys.modules, "splink.comparison_library", raising=False)
    references = matching.measure(small)["references"]
    assert "splink is not installed" in references["splink"]["not_measured"]
    assert references["exact_name"]["f1"] == 1.0


def test_costs_of_built_sets_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def perfect(directory: Path) -> matching.Run:
        matches = match_set.read(directory)
        same = {"verdict": "accepted", "probability": 1.0, "rank": 1}
        pairs = [{"left_id": one, "right_id": other, **same} for one, other in matches.truth]
        took = len(matches.left) / 100
        return matching.Run(
            pa.Table.from_pylist(pairs), Usage(1, 1, 1), Usage(took, took * 2, took)
        )

    monkeypatch.setattr(matching, "run_matcher", perfect)
    monkeypatch.setattr(matching, "alone", directly)
    record = matching.measure_synthetic((2000, 100), references=False)
    assert [run["left"] for run in record["runs"]] == [100, 2000]
    assert all(run["auto"]["f1"] == 1.0 for run in record["runs"])
    assert record["growth"] == {"names": 20.0, "seconds": 20.0, "cpu_seconds": 20.0}
