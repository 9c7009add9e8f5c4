from __future__ import annotations

from pathlib import Path

import pytest

from tests.tieout.report.marts_fixture import write_publication
from tieout import report


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of the worked quarter with its reports written; do not change it."""
    directory = write_publication(tmp_path_factory.mktemp("report") / "20260630T233000000000Z")
    report.write(directory)
    return directory
