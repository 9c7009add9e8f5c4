"""House rules of the dbt project that a machine can see, on the files and on dbt's own manifest."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
FILES = sorted(MODELS.rglob("*.sql"))
NAMES = [str(file.relative_to(MODELS)) for file in FILES]
LONGEST = 200
MEDIAN = 60
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("map_", "dim_", "fct_", "rpt_"),
}
# Published under the names that CONTRACT gives them.
UNPREFIXED_MARTS = {"load_audit", "dead_letter", "exception"}


def code(text: str) -> str:
    """SQL without comments and string literals."""
    text = re.sub(r"\{#.*?#\}|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", text)


def layer(file: Path) -> str:
    return file.relative_to(MODELS).parts[0]


@pytest.fixture(scope="session")
def manifest(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt makes of the project: `dbt parse` with the project's own defaults."""
    target = tmp_path_factory.mktemp("dbt")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.dbt",
            "parse",
            "--project-dir",
            repository / "dbt_project",
            "--profiles-dir",
            repository / "dbt_project",
            "--target-path",
            target,
            "--log-path",
            target / "logs",
        ],
        cwd=repository,
        env={name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    loaded: dict[str, Any] = json.loads((target / "manifest.json").read_text())
    return loaded


def test_there_are_models() -> None:
    assert {layer(file) for file in FILES} == set(PREFIXES)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_first_line_states_the_grain(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert re.match(r"-- .*\bone row per\b", first), f"line 1 is {first!r}"


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_no_model_is_longer_than_a_reader_can_hold(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_half_of_the_models_are_short() -> None:
    """Lines of SQL: blank lines and comments make nothing harder to hold."""
    lengths = [
        sum(bool(line.strip()) for line in code(file.read_text(encoding="utf-8")).splitlines())
        for file in FILES
    ]
    assert statistics.median(lengths) <= MEDIAN


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_no_clock_no_float_no_select_distinct(file: Path) -> None:
    """A clock makes builds differ, a float loses cents, distinct hides a join that multiplies."""
    found = re.findall(
        r"\bcurrent_(?:date|timestamp|time)\b|\bnow\(|\bgetdate\(|\btoday\(|\bget_current_timestamp\("
        r"|\b(?:float[48]?|double|real)\b|\bselect\s+distinct\b",
        code(file.read_text(encoding="utf-8")),
        flags=re.IGNORECASE,
    )
    assert found == []


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_name_tells_the_layer(file: Path) -> None:
    name = file.stem
    assert name.startswith(PREFIXES[layer(file)]) or (
        layer(file) == "marts" and name in UNPREFIXED_MARTS
    )


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in FILES}), ids=lambda folder: str(folder.name)
)
def test_folder_has_its_own_yml_and_the_yml_knows_every_model(folder: Path) -> None:
    described = [
        model["name"]
        for yml in sorted(folder.glob("_*.yml"))
        for model in (yaml.safe_load(yml.read_text(encoding="utf-8")) or {}).get("models", ())
    ]
    assert (folder / f"_{folder.name}.yml").is_file()
    assert sorted(described) == sorted(file.stem for file in folder.glob("*.sql"))


def models(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith(f"{kind}/")
    ]


def test_marts_never_reference_staging_or_raw(manifest: dict[str, Any]) -> None:
    wrong = [
        (node["name"], parent)
        for node in models(manifest, "marts")
        for parent in node["depends_on"]["nodes"]
        if parent.startswith("model.tieout.stg_")
        or (parent.startswith("source.") and ".raw_" in parent and ".raw_operations." not in parent)
    ]
    assert wrong == []


def test_only_staging_and_operations_read_raw_tables(manifest: dict[str, Any]) -> None:
    """From the intermediate layer on no model knows a vendor."""
    wrong = [
        (node["name"], parent)
        for node in models(manifest, "intermediate")
        for parent in node["depends_on"]["nodes"]
        if parent.startswith("source.tieout.raw_") and "raw_operations" not in parent
    ]
    assert wrong == []


def test_published_models_have_enforced_contracts_and_descriptions(
    manifest: dict[str, Any],
) -> None:
    marts = models(manifest, "marts")
    assert marts
    lacking = [
        f"{node['name']}.{column['name']}"
        for node in marts
        for column in node["columns"].values()
        if not column["description"].strip() or not column["data_type"]
    ]
    assert lacking == []
    assert [node["name"] for node in marts if not node["config"]["contract"]["enforced"]] == []
    assert [node["name"] for node in marts if not node["description"].strip()] == []


def test_every_model_is_described(manifest: dict[str, Any]) -> None:
    described = models(manifest, "staging") + models(manifest, "intermediate")
    assert [node["name"] for node in described if not node["description"].strip()] == []


def test_every_published_model_declares_its_key(manifest: dict[str, Any]) -> None:
    """As a primary key of its contract, which DuckDB enforces, or as a data test."""
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata")
        and node["test_metadata"]["name"] in {"unique", "unique_combination"}
    }
    lacking = [
        node["name"]
        for node in models(manifest, "marts")
        if node["unique_id"] not in tested
        and not any(one["type"] == "primary_key" for one in node["constraints"])
    ]
    assert lacking == []
