from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import match_references, match_set
from benchmarks.match_references import REFERENCES, NotMeasuredError, Reference, plain
from benchmarks.match_set import MatchSet


def matches(left: list[str], right: list[str], truth: set[tuple[str, str]]) -> MatchSet:
    return MatchSet(
        Path("unused"),
        [{"id": f"L{n}", "name": name} for n, name in enumerate(left, 1)],
        [{"id": f"R{n}", "name": name} for n, name in enumerate(right, 1)],
        frozenset(truth),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Wells Fargo & Company/MN", "wells fargo"),
        ("V F CORP", "vf"),
        ("A.O. Smith", "ao smith"),
        ("Moody&#8217;s", "moodys"),
        ("Nestlé S.A.", "nestle"),
        ("ACUITY INC. (DE)", "acuity"),
        ("The Company", "the company"),  # nothing else would be left
        ("株式会社日立製作所", "株式会社日立製作所"),
        ("", ""),
    ],
)
def test_plain_names(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_exact_name_pairs_every_homonym() -> None:
    example = matches(["Acme", "Beta"], ["ACME INC", "Acme Ltd.", "Gamma"], {("L1", "R1")})
    assert match_references.exact_name(example) == {("L1", "R1"), ("L1", "R2")}


def test_rapidfuzz_assigns_each_record_once() -> None:
    example = matches(
        ["Harbor Freight Tools", "Harbor Freight"],
        ["Harbor Freight Tools Co", "Tundra Foods"],
        {("L1", "R1")},
    )
    found = match_references.token_set_ratio(example)
    assert len(found) == 1
    assert {right for _, right in found} == {"R1"}


def test_rapidfuzz_is_not_given_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_references, "LARGEST", 3)
    with pytest.raises(NotMeasuredError, match="4 comparisons"):
        match_references.token_set_ratio(matches(["a", "b"], ["a", "b"], {("L1", "R1")}))


def test_splink_links_one_to_one_and_finds_most_of_a_built_set(tmp_path: Path) -> None:
    match_set.write_synthetic(tmp_path, 400)
    example = match_set.read(tmp_path)
    found = match_references.splink(example)
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)
    right = len(found & example.truth)
    assert right / len(found) > 0.6
    assert right / len(example.truth) > 0.9


def test_splink_says_when_there_is_too_little_to_train_on() -> None:
    with pytest.raises(NotMeasuredError, match="too little to train on"):
        match_references.splink(matches(["Acme"], ["Zeta"], {("L1", "R1")}))


def test_every_reference_can_be_loaded() -> None:
    for reference in REFERENCES.values():
        reference.load()
        assert reference.settings


def test_a_reference_that_is_not_installed_says_so() -> None:
    with pytest.raises(NotMeasuredError, match="no_such_library is not installed"):
        Reference(match_references.exact_name, "", ("no_such_library",)).load()


def test_a_library_that_fails_to_load_is_no_missing_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_installed.py").write_text("import another_missing_one\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="another_missing_one"):
        Reference(match_references.exact_name, "", ("half_installed",)).load()
