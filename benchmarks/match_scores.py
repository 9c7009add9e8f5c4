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


# As likely one company as two.
EVEN = 0.5


@dataclass(frozen=True)
class Judged:
    """What the matcher said.

    Attributes:
        accepted: pairs linked without a person.
        review: pairs for a person by left record, best first.
        likely: of a left record without an accepted pair its best pair for review, where that is
            at least as likely as not: what the matcher would link if nobody reviewed.
    """

    accepted: Pairs
    review: dict[str, list[str]]
    likely: Pairs

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
        settled = {left for left, _ in accepted}
        best = {left: min(rows) for left, rows in review.items() if left not in settled}
        return cls(
            accepted,
            {left: [other for _, _, other in sorted(rows)] for left, rows in review.items()},
            {(left, other) for left, (_, unlikely, other) in best.items() if unlikely <= -EVEN},
        )

    def first(self, candidates: int) -> Pairs:
        """Accepted pairs and every left record's first candidates for review."""
        return self.accepted | {
            (left, other) for left, others in self.review.items() for other in others[:candidates]
        }

    def scores(self, matches: MatchSet) -> dict[str, Any]:
        """The figures that need no clock."""
        waiting = sum(len(others) for others in self.review.values())
        return {
            "auto": scores(self.accepted, matches.truth),
            "all": scores(self.accepted | self.likely, matches.truth),
            "review": {
                "pairs": waiting,
                "share_of_left": round(waiting / len(matches.left), 6),
                "recall_at_3": scores(self.first(3), matches.truth)["recall"],
            },
            "found": scores(self.first(waiting), matches.truth)["recall"],
        }
