"""What a matcher's pairs are worth on a set whose true pairs are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from benchmarks.match_set import MatchSet, Pairs


def scores(found: Collection[tuple[str, str]], truth: frozenset[tuple[str, str]]) -> dict[str, Any]:
    """Pairs, precision, recall and f1 of pairs found; precision of no pairs is null, not 1."""
    right = len(truth.intersection(found))
    return {
        "pairs": len(found),
        "precision": round(right / len(found), 6) if found else None,
        "recall": round(right / len(truth), 6),
        "f1": round(2 * right / (len(found) + len(truth)), 6),
    }


@dataclass(frozen=True)
class Judged:
    """What the matcher said.

    Attributes:
        accepted: pairs linked without a person.
        review: pairs for a person by left record, best first.
    """

    accepted: Pairs
    review: dict[str, list[str]]

    @classmethod
    def of(cls, pairs: pa.Table) -> Judged:
        """Read the matcher's pairs; a pair that comes twice is an error of the matcher."""
        accepted: Pairs = set()
        review: defaultdict[str, list[tuple[int, float, str]]] = defaultdict(list)
        seen: Pairs = set()
        for row in pairs.to_pylist():
            pair = (row["left_id"], row["right_id"])
            if pair in seen:
                raise ValueError(f"the matcher gave the pair {pair} twice")
            seen.add(pair)
            if row["verdict"] == "accepted":
                accepted.add(pair)
            elif row["verdict"] == "review":
                review[pair[0]].append((row["rank"], -row["probability"], pair[1]))
            else:
                raise ValueError(f"the matcher gave the verdict {row['verdict']!r}")
        return cls(
            accepted,
            {left: [other for _, _, other in sorted(rows)] for left, rows in review.items()},
        )

    def first(self, candidates: int) -> Pairs:
        """Accepted pairs and every left record's first candidates for review."""
        return self.accepted | {
            (left, other) for left, others in self.review.items() for other in others[:candidates]
        }

    def scores(self, matches: MatchSet) -> dict[str, Any]:
        """The figures that need no clock."""
        settled = {left for left, _ in self.accepted}
        best = {(left, others[0]) for left, others in self.review.items() if left not in settled}
        waiting = sum(len(others) for others in self.review.values())
        return {
            "auto": scores(self.accepted, matches.truth),
            "all": scores(self.accepted | best, matches.truth),
            "review": {
                "pairs": waiting,
                "share_of_left": round(waiting / len(matches.left), 6),
                "recall_at_3": scores(self.first(3), matches.truth)["recall"],
            },
            "found": scores(self.first(waiting), matches.truth)["recall"],
        }
