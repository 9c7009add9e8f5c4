"""Links found against links that are true: counts, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
from rich.table import Table


@dataclass(frozen=True)
class LinkScore:
    """Links found against links that are true; optional ones count neither way.

    Counts are of links, or of whole units of money where the name says so.
    """

    name: str
    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        """Share of the found links that are true; 1 when none were found."""
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true links that were found; 1 when there are none."""
        wanted = self.true_positives + self.false_negatives
        return self.true_positives / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def count_links(
    con: duckdb.DuckDBPyConnection,
    name: str,
    found: str,
    wanted: str,
    key: tuple[str, ...],
    weight: str = "1",
) -> LinkScore:
    """Compare the relation `found` (columns `key`) with the query `wanted` (`key`, is_optional).

    A link that `wanted` has several times is optional only where all of them say so. `weight` is a
    scalar expression over the joined row's `key` columns: what one link counts.
    """
    columns = ", ".join(key)
    row = con.execute(f"""
        with wanted as (
            select {columns}, bool_and(is_optional) as is_optional
            from ({wanted})
            group by {columns}
        ),
        found as (select {columns} from {found} group by {columns}),
        joined as (
            select
                {", ".join(f"coalesce(f.{c}, w.{c}) as {c}" for c in key)},
                f.{key[0]} is not null as is_found,
                w.{key[0]} is not null as is_true,
                w.is_optional
            from found as f
            full join wanted as w on {" and ".join(f"f.{c} = w.{c}" for c in key)}
        ),
        weighed as (select *, {weight} as weight from joined)
        select
            coalesce(sum(weight) filter (is_found and is_true and not is_optional), 0),
            coalesce(sum(weight) filter (is_found and not is_true), 0),
            coalesce(sum(weight) filter (is_true and not is_found and not is_optional), 0)
        from weighed
    """).fetchall()[0]
    return LinkScore(name, *(int(value) for value in row))


def link_table(title: str, links: Iterable[LinkScore]) -> Table:
    """A line for each set of links: how well they agree, and the counts behind it."""
    table = Table(title=title)
    for heading in ("what", "precision", "recall", "F1", "right", "wrong", "missed"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for link in links:
        table.add_row(
            link.name,
            *(f"{value:.4f}" for value in (link.precision, link.recall, link.f1)),
            *(f"{n:,}" for n in (link.true_positives, link.false_positives, link.false_negatives)),
        )
    return table
