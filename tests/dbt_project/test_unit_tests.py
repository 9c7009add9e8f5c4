"""dbt's own unit tests: each `case` of a model on rows written for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def test_unit_tests_pass(repository: Path, published_home: Path, tmp_path: Path) -> None:
    """Run on a copy of a built warehouse, from which dbt reads the types of the inputs."""
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    shutil.copy(published_home / "warehouse.duckdb", home / "warehouse.duckdb")
    marts = home / "marts.duckdb"
    shutil.copy(published_home / "publications" / "current" / "marts.duckdb", marts)
    marts.chmod(0o644)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.dbt",
            "test",
            "--select",
            "test_type:unit",
            "--project-dir",
            repository / "dbt_project",
            "--profiles-dir",
            repository / "dbt_project",
            "--target-path",
            home / "target",
            "--log-path",
            home / "logs",
        ],
        cwd=repository,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "TIEOUT_WAREHOUSE": str(home / "warehouse.duckdb"),
            "TIEOUT_CANDIDATE": str(marts),
            "TIEOUT_AS_OF": "2026-06-30 00:00:00",
            "DBT_PARTIAL_PARSE_FILE_PATH": os.environ["DBT_PARTIAL_PARSE_FILE_PATH"],
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    assert len(results) >= 20, "the unit tests were not found"
    assert {one["status"] for one in results} == {"pass"}
