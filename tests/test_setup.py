"""What a fresh clone relies on: locks that serve anywhere, targets that exist, reasoned waivers."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ("setup", "run", "dev", "airflow")


def pins(repository: Path, name: str) -> dict[str, Version]:
    text = (repository / "requirements" / f"{name}.txt").read_text()
    return {
        canonicalize_name(package): Version(version)
        for package, version in re.findall(
            r"^([\w.\[\],-]+)==([^\s;\\]+)", text, flags=re.MULTILINE
        )
    }


def project(repository: Path) -> dict[str, list[Requirement]]:
    stated = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    run = [Requirement(one) for one in stated["dependencies"]]
    extras = {
        name: [Requirement(one) for one in wanted]
        for name, wanted in stated["optional-dependencies"].items()
    }
    return {"run": run, "dev": run + extras["dev"], "airflow": run + extras["airflow"]}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_registry_and_hashes_everything(repository: Path, name: str) -> None:
    text = (repository / "requirements" / f"{name}.txt").read_text()
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url.*|--find-links.*", text) == []
    entries = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["run", "dev", "airflow"])
def test_lock_satisfies_what_the_project_asks_for(repository: Path, name: str) -> None:
    locked = pins(repository, name)
    wanted = project(repository)[name]
    unmet = [
        str(one)
        for one in wanted
        if (version := locked.get(canonicalize_name(one.name))) is None
        or not one.specifier.contains(version, prereleases=True)
    ]
    assert unmet == [], "run `make lock`"


def test_environments_agree_on_what_a_run_uses(repository: Path) -> None:
    """The DAG runs exactly what the command line runs, and what the tests ran."""
    run = pins(repository, "run")
    for name in ("dev", "airflow"):
        other = pins(repository, name)
        assert {package: other.get(package) for package in run} == run


def test_make_lists_the_targets_that_people_rely_on(repository: Path) -> None:
    done = subprocess.run(["make", "help"], cwd=repository, capture_output=True, text=True)
    listed = set(re.findall(r"^  make (\S+)", done.stdout, flags=re.MULTILINE))
    assert {"run", "test", "lint", "bench", "airflow", "docs", "help"} <= listed


def test_ci_calls_the_test_command_of_the_readme(repository: Path) -> None:
    assert "$ make test" in (repository / "README.md").read_text()
    assert (repository / ".ci" / "run").read_text().strip().endswith("exec make test")


@pytest.mark.parametrize("name", ["README.md", "DECISIONLOG.md", "docs/apis.md"])
def test_links_of_a_paper_lead_somewhere(name: str, repository: Path) -> None:
    page = repository / name
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    assert links
    lost = []
    for file, section in links:
        target = page.parent / file if file else page
        if not target.exists() or (section and section not in sections(target)):
            lost.append(f"{file}#{section}")
    assert lost == []


def sections(page: Path) -> list[str]:
    """The names under which a page's headings are linked to."""
    headings = re.findall(r"^##+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings]


def test_the_decision_log_has_every_section_in_its_index(repository: Path) -> None:
    log = repository / "DECISIONLOG.md"
    listed = re.findall(r"\]\(#([^)]*)\)", log.read_text())
    assert sorted(listed) == sorted(sections(log))


def test_each_waived_sql_rule_has_its_reason_and_they_are_few(repository: Path) -> None:
    text = (repository / ".sqlfluff").read_text()
    config = configparser.ConfigParser()
    config.read_string(text)
    waived = re.findall(r"[A-Z]{2}\d\d", config["sqlfluff"]["exclude_rules"])
    assert len(waived) < 8
    assert [rule for rule in waived if not re.search(rf"# {rule}: \S+", text)] == []
