"""The models that count rows know every object that an API gives, by its declared key and mark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.spec import load_spec, systems


@pytest.mark.parametrize("system", systems())
def test_every_object_of_an_api_is_counted(repository: Path, system: str) -> None:
    """One that the models did not know would be reported as having no rows at all."""
    folder = repository / "dbt_project" / "models" / "staging" / system
    text = (folder / f"stg_{system}__known_row.sql").read_text(encoding="utf-8")
    fetched = [one for one in load_spec(system).objects.values() if one.api.fetched]
    pairs = dict(re.findall(r"\('(\w+)', '([\w ]+)'\)", text))
    if pairs:
        assert pairs == {one.name: " ".join(one.key) for one in fetched}
        return
    lists = dict(re.findall(r"set (\w+) = \[(.*?)\]", text, re.DOTALL))
    for name, has_mark in (("marked", True), ("unmarked", False)):
        assert set(re.findall(r"'(\w+)'", lists[name])) == {
            one.name
            for one in fetched
            if any(column.name == "is_deleted" for column in one.columns) is has_mark
        }
    assert {one.key for one in fetched} == {("id",)}
