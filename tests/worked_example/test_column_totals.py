"""Control totals of amount columns: what the exports state of them, and what is totalled."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.spec import load_spec, systems
from tests.worked_example.column_totals import AMOUNTS, SYSTEMS, column_totals, read


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_exports_state_the_totals_of_their_own_columns(
    worked_example_exports: Path, system: str
) -> None:
    """After a change of an amount: run tests/worked_example/column_totals.py."""
    stated = [
        row
        for row in read(worked_example_exports / system / "control_totals.csv")
        if row["measure"].startswith("sum_")
    ]
    assert stated == list(column_totals(worked_example_exports, system))


def test_every_amount_column_of_every_source_is_totalled(worked_example: Path) -> None:
    """A column that the models did not total could lose a cent that its source reports."""
    declared = {
        (system, name, column.name)
        for system in systems()
        for name, spec in load_spec(system).objects.items()
        for column in spec.columns
        if column.type in AMOUNTS and name != "control_total"
    }
    with duckdb.connect(str(worked_example / "warehouse.duckdb"), read_only=True) as warehouse:
        totalled = [
            row
            for system in systems()
            for row in warehouse.execute(
                f"select source_system, object, column_name from staging.stg_{system}__amount_total"
            ).fetchall()
        ]
    assert set(totalled) == declared
    assert len(totalled) == len(declared)
