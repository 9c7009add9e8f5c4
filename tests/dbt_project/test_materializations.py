"""A model may change what it is built as: what stood there before is replaced, comments too."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from tieout.settings import DBT_PROJECT

PROJECT = f"""
name: small
version: "1.0.0"
config-version: 2
profile: small
macro-paths: ["{DBT_PROJECT / "macros" / "materializations"}"]
flags: {{send_anonymous_usage_stats: false, version_check: false}}
models: {{+persist_docs: {{relation: true, columns: true}}}}
"""

MODEL = """
models:
  - name: thing
    description: What a thing is; it costs $5.
    config: {materialized: %s, contract: {enforced: %s}}
    columns:
      - {name: id, data_type: integer, description: The thing's number.}
"""


class Project:
    """One model in a project of its own, with the materializations of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "small.duckdb"
        (folder / "models").mkdir()
        (folder / "dbt_project.yml").write_text(PROJECT)
        (folder / "profiles.yml").write_text(
            f"small: {{target: t, outputs: {{t: {{type: duckdb, path: '{self.database}'}}}}}}"
        )

    def build(self, materialized: str, query: str, *, contract: bool = False) -> bool:
        (self.folder / "models" / "thing.sql").write_text(query)
        (self.folder / "models" / "thing.yml").write_text(
            MODEL % (materialized, str(contract).lower())
        )
        place = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        try:
            return bool(dbtRunner().invoke(["--quiet", "run", *place]).success)
        finally:
            if DuckDBConnectionManager._ENV is not None:
                DuckDBConnectionManager._ENV.close()
            DuckDBConnectionManager.close_all_connections()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


KINDS = "select table_name, table_type from information_schema.tables order by all"


def test_a_view_takes_the_place_of_a_view_and_of_a_table(project: Project) -> None:
    for kind, query, stands in (
        ("view", "select 1 as id", "VIEW"),
        ("view", "select 2 as id", "VIEW"),
        ("table", "select 3 as id", "BASE TABLE"),
        ("view", "select 4 as id", "VIEW"),
    ):
        assert project.build(kind, query)
        assert project.ask(KINDS) == [("thing", stands)]
        assert project.ask("select id from thing") == [(int(query.split()[1]),)]


def test_a_view_that_fails_leaves_what_was_there(project: Project) -> None:
    assert project.build("table", "select 1 as id")
    assert not project.build("view", "select no_such_column as id")
    assert project.ask("select id from thing") == [(1,)]


@pytest.mark.parametrize("contract", [True, False])
def test_a_table_and_its_columns_carry_their_descriptions(project: Project, contract: bool) -> None:
    assert project.build("table", "select 1 as id", contract=contract)
    assert project.ask("select comment from duckdb_tables()") == [
        ("What a thing is; it costs $5.",)
    ]
    assert project.ask("select comment from duckdb_columns() where table_name = 'thing'") == [
        ("The thing's number.",)
    ]
