"""A wrong home is refused at once, before anything is read or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tieout.errors import UsageError
from tieout.settings import Home


def test_home_is_made_with_its_folders(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "new" / "home")
    assert home.publications.is_dir()
    assert home.logs.is_dir()
    assert not home.current.exists()


def test_home_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_HOME", str(tmp_path / "elsewhere"))
    assert Home.resolve().path == tmp_path / "elsewhere"


def test_a_file_as_home_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a directory")
    with pytest.raises(UsageError) as caught:
        Home.resolve(file)
    assert caught.value.exit_code == 2
    assert "it is a file" in caught.value.what
    assert str(file) in str(caught.value)
    assert "TIEOUT_HOME" in str(caught.value)


def test_a_home_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        Home.resolve("/proc/tieout-home")
