"""Real column sets of both vendors: every file lands or is named as unused, and no row is lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion import land
from ingestion.spec import load_spec
from tests.ingestion.conftest import Query
from tieout.settings import Home


@pytest.fixture
def samples(shared_data: Path) -> Path:
    return shared_data / "vendor_samples"


def test_every_file_lands_or_is_named_as_unused(
    samples: Path, empty_home: Home, query: Query
) -> None:
    results = land(samples, empty_home)
    landed = {(r.system, r.object): r for r in results}
    unused = dict(query("select file, reason from raw_operations.unused_file"))
    for path in sorted(samples.glob("*/*.csv")):
        name = path.relative_to(samples).as_posix()
        if name in unused:
            assert not unused[name].startswith("no object of this name"), name
            continue
        spec = load_spec(path.parent.name).object_for(path.stem)
        assert spec is not None
        with path.open(newline="", encoding="utf-8") as stream:
            rows = sum(1 for row in csv.reader(stream) if row) - 1
        result = landed[(path.parent.name, spec.name)]
        assert result.rows_read == rows == result.rows_landed + result.rows_dead_lettered
        assert query(f"select count(*) from raw_{path.parent.name}.{spec.name}") == [
            (result.rows_landed,)
        ]
    reasons = {
        reason.split(":")[0] for (reason,) in query("select reason from raw_operations.dead_letter")
    }
    assert reasons == {"superseded", "account"}  # two ledger lines name no account

    again = land(samples, empty_home)
    assert all(result.unchanged_files for result in again)
