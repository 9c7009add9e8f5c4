"""Which folder may import which: the README's sentences, checked on every import statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRST_PARTY = {"tieout", "ingestion", "expectations", "benchmarks", "dags"}

# Folder -> first-party modules that it may import. `tieout` stands for the whole package.
MAY_IMPORT = {
    "ingestion": {
        "ingestion",
        "tieout.settings",
        "tieout.errors",
        "tieout.locks",
        "tieout.progress",
        "tieout.redact",
        "tieout.words",
    },
    "expectations": {
        "expectations",
        "tieout.settings",
        "tieout.errors",
        "tieout.locks",
        "tieout.progress",
        "tieout.transform",
    },
    "tieout/demo": {"tieout.demo", "tieout.errors"},
    "tieout": {"tieout", "ingestion", "expectations"},
    "dags": {"tieout", "ingestion", "expectations"},
    "benchmarks": {"benchmarks", "tieout", "ingestion", "expectations"},
}


def imported(file: Path, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield package
            elif node.module in FIRST_PARTY:  # `from tieout import transform` names a module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module


def allowed(name: str, folder: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in MAY_IMPORT[folder])


def violations(repository: Path, folder: str) -> list[str]:
    inner = [other for other in MAY_IMPORT if other.startswith(f"{folder}/")]
    return [
        f"{file.relative_to(repository)} imports {name}"
        for file in sorted((repository / folder).rglob("*.py"))
        if not any(file.is_relative_to(repository / other) for other in inner)
        for name in imported(file, folder.replace("/", "."))
        if name.split(".")[0] in FIRST_PARTY and not allowed(name, folder)
    ]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folder_imports_only_what_it_may(repository: Path, folder: str) -> None:
    assert violations(repository, folder) == []


def test_a_forbidden_import_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "ingestion").mkdir()
    (tmp_path / "ingestion" / "bad.py").write_text(
        "from tieout import transform\nfrom tieout import settings\nimport expectations.gate\n"
    )
    assert violations(tmp_path, "ingestion") == [
        "ingestion/bad.py imports tieout.transform",
        "ingestion/bad.py imports expectations.gate",
    ]
