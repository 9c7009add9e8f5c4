from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import match_set
from tieout.errors import InputError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a small set, with what a test gives in place of its files; None leaves a file out."""

    def files(**given: str | None) -> Path:
        sound = {
            "left": "id,name,city,exchange\nL1,Acme,Salem,x\nL2,Zeta,,\n",
            "right": 'id,name,city,zip\nR1,"Acme, Inc.",SALEM,1\nR2,Beta,,2\n',
            "truth": "left_id,right_id\nL1,R1\n",
        }
        for name, content in (sound | given).items():
            if content is not None:
                (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        return tmp_path

    return files


def test_a_set_is_read_with_the_columns_that_are_known(write: Write) -> None:
    matches = match_set.read(write())
    assert matches.left[0] == {"id": "L1", "name": "Acme", "city": "Salem"}
    assert matches.right[0] == {"id": "R1", "name": "Acme, Inc.", "city": "SALEM", "zip": "1"}
    assert matches.truth == {("L1", "R1")}
    assert matches.shared_places == ("city",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"right": None}, "right.csv is missing"),
        ({"truth": None}, "truth.csv is missing"),
        ({"left": "id,city\nL1,Salem\n"}, "left.csv has no column name"),
        ({"left": "city\nSalem\n"}, "no column id and no column name"),
        ({"truth": "left,right\nL1,R1\n"}, "no column left_id and no column right_id"),
        ({"left": "id,name\nL1,Acme\nL1,Zeta\n"}, "'L1' occurs twice in left.csv"),
        ({"right": "id,name\n,Acme\n"}, "A record of right.csv has no id"),
        ({"right": "id,name\n"}, "right.csv has no rows"),
        ({"truth": "left_id,right_id\n"}, "truth.csv has no rows"),
        ({"left": "id,name\nL1,Acme, Inc.\n"}, "more or fewer values than the header"),
        ({"left": "id,name\nL1\n"}, "more or fewer values than the header"),
        ({"truth": "left_id,right_id\nL1,R7\n"}, "right_id 'R7', which right.csv has not"),
        ({"truth": "left_id,right_id\nL1,R1\nL1,R1\n"}, "the pair 'L1', 'R1' twice"),
    ],
)
def test_an_unsound_set_is_refused_with_file_and_reason(
    write: Write, given: dict[str, str | None], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        match_set.read(write(**given))
    assert refused.value.exit_code == 2
    assert ".csv" in str(refused.value.where)
    assert refused.value.do


def test_a_line_number_leads_to_the_row(write: Write) -> None:
    with pytest.raises(InputError) as refused:
        match_set.read(write(left="id,name\nL1,Acme\nL2,Beta\nL2,Zeta\n"))
    assert str(refused.value.where).endswith("left.csv, line 4")


def test_bytes_that_are_no_text_are_refused(write: Write) -> None:
    directory = write()
    (directory / "left.csv").write_bytes(b"id,name\nL1,Caf\xe9\n")
    with pytest.raises(InputError, match="no CSV file in UTF-8"):
        match_set.read(directory)


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory"):
        match_set.read(tmp_path / "nowhere")


def test_a_built_set_is_sound_and_always_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        match_set.write_synthetic(tmp_path / name, 500)
    matches = match_set.read(tmp_path / "one")
    assert len(matches.left) == len(matches.right) == 500
    assert len(matches.truth) == 350
    assert matches.shared_places == ("address", "city", "state", "zip", "country")
    for file in ("left.csv", "right.csv", "truth.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_names_of_a_built_set_vary_and_repeat_but_little(tmp_path: Path) -> None:
    match_set.write_synthetic(tmp_path, 2000)
    matches = match_set.read(tmp_path)
    names = {side["id"]: side["name"] for side in (*matches.left, *matches.right)}
    equal = sum(names[left] == names[right] for left, right in matches.truth)
    assert 0 < equal < len(matches.truth) / 3
    assert len({record["name"] for record in matches.left}) > 0.9 * len(matches.left)
