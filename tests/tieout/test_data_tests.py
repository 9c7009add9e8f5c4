"""Data tests that one query holds for all models, and those that dbt runs: all of them, once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from tieout import transform
from tieout.settings import Home


@pytest.fixture
def named(worked_example: Path) -> dict[str, dict[str, Any]]:
    """What dbt knows of each data test, by its name."""
    manifest = json.loads((worked_example / "work" / "dbt" / "manifest.json").read_text())
    return {
        node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "test"
    }


def test_every_data_test_is_judged_once(
    worked_example: Path, named: dict[str, dict[str, Any]]
) -> None:
    file = worked_example / "publications" / "current" / transform.DATA_TESTS
    judged = json.loads(file.read_text())
    assert sorted(one["test"] for one in judged) == sorted(named)
    assert {one["status"] for one in judged} == {"pass"}


def test_a_test_that_is_only_a_warning_is_no_promise(
    worked_example: Path, named: dict[str, dict[str, Any]]
) -> None:
    """Nor is one with a filter: dbt runs both, with what they state."""
    with duckdb.connect(str(worked_example / "warehouse.duckdb"), read_only=True) as warehouse:
        held = {
            name for (name,) in warehouse.execute("select test from data_test.promise").fetchall()
        }
    assert len(held) > 150
    for name in held:
        config = named[name]["config"]
        assert (config["severity"].lower(), config["where"]) == ("error", None)


def test_a_promise_that_does_not_hold_is_counted_and_named(
    worked_example: Path, named: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """A row doubled, a null planted: the statement of the test finds them in the rows."""
    planted = {
        "insert into {} from {} limit 1": "unique_combination",
        "update {} set {} = null": "not_null",
    }
    warehouse = shutil.copy(worked_example / "warehouse.duckdb", tmp_path)
    with duckdb.connect(str(warehouse)) as connection:
        for change, kind in planted.items():
            name, statement, table, column = next(
                (one, text, table, node["column_name"])
                for one, text in connection.execute(
                    "select test, statement from data_test.promise order by test"
                ).fetchall()
                if (node := named[one])["test_metadata"]["name"] == kind
                and (table := node["attached_node"].split(".")[-1]).startswith("int_")
                and connection.execute(f"select count(*) from intermediate.{table}").fetchone()
                != (0,)
            )
            assert connection.execute(statement).fetchall() == [], name
            relation = f"intermediate.{table}"
            connection.execute(change.format(relation, relation if kind != "not_null" else column))
            assert connection.execute(statement).fetchall() != [], name


def test_a_failing_promise_is_a_failed_test(tmp_path: Path) -> None:
    """It carries the number of rows and the file that promises, as a test of dbt's own does."""
    home = Home(tmp_path)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("create schema data_test")
        warehouse.execute(
            "create table data_test.promise as "
            "select * from (values ('kept', 0), ('broken', 3)) as promise (test, failures)"
        )
    nodes = {
        name: SimpleNamespace(
            name=name, resource_type="test", original_file_path=f"models/_{name}.yml"
        )
        for name in ("kept", "broken", "of dbt")
    }
    done = SimpleNamespace(exception=None, success=True, result=None)
    runner = SimpleNamespace(invoke=lambda _: done)
    found = transform._hold_promises(runner, SimpleNamespace(nodes=nodes), home, [])
    assert [(one["test"], one["file"], one["status"], one["failures"]) for one in found] == [
        ("kept", "models/_kept.yml", "pass", 0),
        ("broken", "models/_broken.yml", "fail", 3),
    ]
