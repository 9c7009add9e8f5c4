"""The pages on source systems say what the declarations say."""

from __future__ import annotations

import pytest

from ingestion.docs import TARGET, render
from ingestion.spec import load_spec, systems


@pytest.mark.parametrize("system", systems())
def test_the_page_is_up_to_date(system: str) -> None:
    page = (TARGET / f"{system}.md").read_text(encoding="utf-8")
    assert page == render(load_spec(system)), "run `python -m ingestion.docs`"


@pytest.mark.parametrize("system", systems())
def test_every_object_and_column_is_on_the_page_with_its_meaning(system: str) -> None:
    page = render(load_spec(system))
    for spec in load_spec(system).objects.values():
        assert f"`{spec.name}`" in page or spec.vendor_name == "control_totals"
        for column in spec.columns:
            assert column.description
            assert f"`{column.name}`" in page
