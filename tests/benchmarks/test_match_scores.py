from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.match_scores import Judged, scores
from benchmarks.match_set import MatchSet

TRUTH = frozenset({("L1", "R1"), ("L2", "R2"), ("L3", "R3"), ("L4", "R4")})


def judged(*rows: tuple[str, str, str, float, int]) -> Judged:
    columns = ("left_id", "right_id", "verdict", "probability", "rank")
    return Judged.of(pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows]))


def of_set(judged: Judged, lefts: int = 10) -> dict[str, Any]:
    left = [{"id": f"L{n}", "name": "x"} for n in range(1, lefts + 1)]
    return judged.scores(MatchSet(Path("unused"), left, left, TRUTH))


def test_precision_recall_and_f1_are_of_pairs() -> None:
    found = {("L1", "R1"), ("L2", "R2"), ("L3", "R9")}
    assert scores(found, TRUTH) == {
        "pairs": 3,
        "precision": pytest.approx(2 / 3, abs=1e-6),
        "recall": 0.5,
        "f1": pytest.approx(2 * 2 / (3 + 4), abs=1e-6),
    }


def test_no_pairs_have_no_precision() -> None:
    assert scores(set(), TRUTH) == {"pairs": 0, "precision": None, "recall": 0.0, "f1": 0.0}


def test_all_adds_the_likely_candidate_of_records_without_an_accepted_pair() -> None:
    result = of_set(
        judged(
            ("L1", "R1", "accepted", 0.99, 1),
            ("L1", "R8", "review", 0.60, 2),  # its record is settled: not in `all`
            ("L2", "R9", "review", 0.70, 1),
            ("L2", "R2", "review", 0.60, 2),
            ("L3", "R3", "review", 0.80, 1),
            ("L4", "R4", "review", 0.49, 1),  # rather two than one: not in `all`
        )
    )
    assert result["auto"] == {"pairs": 1, "precision": 1.0, "recall": 0.25, "f1": 0.4}
    assert result["all"]["pairs"] == 3  # L1 R1, L2 R9 (wrong), L3 R3
    assert result["all"]["precision"] == pytest.approx(2 / 3, abs=1e-6)
    assert result["all"]["recall"] == 0.5
    assert result["review"]["pairs"] == 5
    assert result["review"]["share_of_left"] == 0.5
    assert result["review"]["recall_at_3"] == 1.0
    assert result["found"] == 1.0


def test_only_three_candidates_count_and_rank_decides_which() -> None:
    four = [("L1", f"R{n}", "review", 0.5, rank) for n, rank in ((1, 4), (5, 3), (6, 2), (7, 1))]
    result = of_set(judged(*four))
    assert result["review"]["recall_at_3"] == 0.0
    assert result["found"] == 0.25
    assert result["all"] == {"pairs": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_the_matcher_may_not_give_a_pair_twice_nor_another_verdict() -> None:
    with pytest.raises(ValueError, match="twice"):
        judged(("L1", "R1", "accepted", 0.9, 1), ("L1", "R1", "review", 0.9, 2))
    with pytest.raises(ValueError, match="'rejected'"):
        judged(("L1", "R1", "rejected", 0.1, 1))
