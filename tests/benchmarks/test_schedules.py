"""The benchmark of revenue schedules: what it measures is what a night builds, and it is right."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import schedules
from tieout.settings import Home


@pytest.fixture(scope="module")
def record(worked_example: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return schedules.measure(Home(worked_example), tmp_path_factory.mktemp("schedules"), 3000)


def test_the_models_build_what_plain_sql_builds(record: dict[str, Any]) -> None:
    built = record["built"]
    assert built["rows"] / built["policies"] == pytest.approx(3000, rel=0.05)
    assert built["modified"] == built["obligations"] // 10
    assert (built["different"], built["unequal"]) == (0, 0)


def test_every_model_between_obligation_and_schedule_is_measured(record: dict[str, Any]) -> None:
    models = record["built"]["models"]
    assert models[-1] == "int_revenue__schedule"
    assert "int_revenue__obligation_version" in models
    assert "int_revenue__obligation" not in models


def test_the_table_shows_both(record: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=StringIO(), width=110)
    schedules.show(record, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "one statement of SQL" in text
    assert "that differ from the reference: 0" in text
    assert '"rows": ' in capsys.readouterr().out
