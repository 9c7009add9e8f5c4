from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import match_set, nightly_matcher
from tieout import transform
from tieout.errors import TieoutError
from tieout.settings import Home

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matcher")


@pytest.fixture(scope="module")
def matcher(directory: Path) -> nightly_matcher.Matcher:
    return nightly_matcher.prepare(directory)


def write(directory: Path, left: str, right: str) -> tuple[Path, Path]:
    directory.mkdir(exist_ok=True)
    files = directory / "left.csv", directory / "right.csv"
    for file, content in zip(files, (left, right), strict=True):
        file.write_text(content, encoding="utf-8")
    return files


def accepted(matcher: nightly_matcher.Matcher, files: tuple[Path, Path]) -> set[tuple[str, str]]:
    return {
        (row["left_id"], row["right_id"])
        for row in matcher.match(*files).to_pylist()
        if row["verdict"] == "accepted"
    }


def test_lists_with_all_columns_are_matched(
    matcher: nightly_matcher.Matcher, tmp_path: Path
) -> None:
    files = write(
        tmp_path,
        "id,name,address,city,state,zip,country,domain\n"
        "left:1,Harbor Freight Tools,10 Main Street,Salem,OR,97301,USA,https://www.harbor.example/x\n"
        "2,First Bank,5 Oak Ave,Dayton,OH,45402,US,\n",
        "id,name,address,city,state,zip,country,domain\n"
        'A,"HARBOR FREIGHT TOOLS, INC.",10 MAIN ST,SALEM,OR,97301-1234,US,harbor.example\n'
        "B,First Bank,77 Elm Road,Salem,OR,97301,US,\n"
        "C,FIRST BANK INC,5 OAK AVENUE,DAYTON,OH,45402,US,\n",
    )
    assert accepted(matcher, files) == {("left:1", "A"), ("2", "C")}


def test_lists_with_names_alone_are_matched_and_other_columns_ignored(
    matcher: nightly_matcher.Matcher, tmp_path: Path
) -> None:
    files = write(
        tmp_path,
        "name,exchange,id\nNorthwind Traders Holding,x,1\nKestrel Optics,y,2\n",
        "id,name\nA,Northwind Traders Holdings Ltd\nB,Meridian Salt\n",
    )
    assert accepted(matcher, files) == {("1", "A")}


def test_lists_are_matched_afresh_every_time(
    matcher: nightly_matcher.Matcher, tmp_path: Path
) -> None:
    first = write(tmp_path / "1", "id,name\n1,Kestrel Optics\n", "id,name\nA,Kestrel Optics LLC\n")
    other = write(tmp_path / "2", "id,name\n1,Meridian Salt\n", "id,name\nA,Unlike Any\n")
    assert accepted(matcher, first) == {("1", "A")}
    assert accepted(matcher, other) == set()
    assert accepted(matcher, first) == {("1", "A")}


def test_compiled_models_give_what_a_build_by_dbt_gives(
    matcher: nightly_matcher.Matcher, directory: Path, tmp_path: Path
) -> None:
    match_set.write_synthetic(tmp_path, 300)
    own = sorted(
        tuple(row.values())
        for row in matcher.match(tmp_path / "left.csv", tmp_path / "right.csv").to_pylist()
    )
    with duckdb.connect(str(matcher.warehouse)) as warehouse:  # dbt shall make them anew
        for relation, kind, _ in reversed(matcher.models):
            warehouse.execute(f"drop {kind} {relation}")
    home = Home(directory)
    candidate = transform.Candidate("lists", home.work, nightly_matcher.BUSINESS_TIME, None)
    arguments = transform.dbt_arguments(home)
    with transform.dbt_environment(home, candidate, home.work / transform.MARTS):
        nightly_matcher.call_dbt("run", "--select", nightly_matcher.MODELS, *arguments)
    with duckdb.connect(str(matcher.warehouse)) as warehouse:
        built = sorted(
            tuple(row.values()) for row in nightly_matcher.verdicts(warehouse).to_pylist()
        )
    assert own == built
    assert len(own) > 100


def test_a_project_that_does_not_compile_says_what_failed(directory: Path) -> None:
    with pytest.raises(TieoutError, match="dbt compile failed for the matcher"):
        nightly_matcher.call_dbt("compile", "--project-dir", str(directory / "nowhere"))
