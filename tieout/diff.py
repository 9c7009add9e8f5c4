"""What differs between two publications: by bridge line, and by the records behind each line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.publication import Publication

_LINE_KEY = "definition_id, entity, currency, period, leg, line_code"
_RECORD_KEY = (
    f"{_LINE_KEY}, crm_system, opportunity_id, opportunity_line_id, erp_system, document_type, "
    "document_id, document_line_id"
)


@dataclass(frozen=True)
class LineChange:
    """A bridge line whose amount differs."""

    definition_id: str
    entity: str
    currency: str
    period: Any
    leg: int
    line_code: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class RecordChange:
    """A record whose part of a line differs."""

    definition_id: str
    entity: str
    currency: str
    period: Any
    leg: int
    line_code: str
    record: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two publications.

    Attributes:
        tables: (table, rows before, rows after) of tables whose digest differs; None: absent.
        lines: bridge lines whose amount differs.
        records: the records behind them, largest change first, at most as many as asked for.
        record_count: how many records differ in all.
    """

    tables: list[tuple[str, int | None, int | None]]
    definitions: list[str]
    lines: list[LineChange]
    records: list[RecordChange]
    record_count: int

    @property
    def is_empty(self) -> bool:
        """Whether the two state the same."""
        return not (self.tables or self.definitions or self.lines or self.record_count)


def compare(before: Publication, after: Publication, *, limit: int = 50) -> Difference:
    """Compare two publications.

    Args:
        before: the older, left side.
        after: the newer, right side.
        limit: how many records to list.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach '{before.marts}' as before (read_only)")
        connection.execute(f"attach '{after.marts}' as after (read_only)")
        lines = connection.execute(
            _difference("revenue_bridge.rpt_revenue_bridge", _LINE_KEY) + " order by all"
        ).fetchall()
        by_record = _difference("revenue_bridge.fct_bridge_atom", _RECORD_KEY)
        connection.execute(f"create temp table record as {by_record}")
        counted = connection.execute("select count(*) from record").fetchone()
        records = connection.execute(
            """
            select definition_id, entity, currency, period, leg, line_code,
                concat_ws(' ',
                    nullif(crm_system, ''), nullif(opportunity_id, ''),
                    nullif(opportunity_line_id, ''), nullif(erp_system, ''),
                    nullif(document_type, ''), nullif(document_id, ''),
                    nullif(document_line_id, '')),
                before_amount, after_amount
            from record
            order by abs(after_amount - before_amount) desc, 1, 2, 3, 4, 5, 6, 7
            limit ?
            """,
            [limit],
        ).fetchall()
    return Difference(
        tables=_changed_tables(before, after),
        definitions=_changed_definitions(before, after),
        lines=[LineChange(*row) for row in lines],
        records=[RecordChange(*row) for row in records],
        record_count=counted[0] if counted else 0,
    )


def _difference(table: str, key: str) -> str:
    """SQL for keys whose summed amount differs; a key that one side lacks counts as zero there."""

    def side(database: str) -> str:
        return f"select {key}, sum(amount) as amount from {database}.{table} group by all"

    return f"""
        select {key},
            coalesce(l.amount, 0)::decimal(28, 4) as before_amount,
            coalesce(r.amount, 0)::decimal(28, 4) as after_amount
        from ({side("before")}) as l full join ({side("after")}) as r using ({key})
        where coalesce(l.amount, 0) <> coalesce(r.amount, 0)
    """


def _changed_tables(
    before: Publication, after: Publication
) -> list[tuple[str, int | None, int | None]]:
    left, right = before.manifest["tables"], after.manifest["tables"]
    return [
        (name, left.get(name, {}).get("rows"), right.get(name, {}).get("rows"))
        for name in sorted(set(left) | set(right))
        if left.get(name, {}).get("digest") != right.get(name, {}).get("digest")
    ]


def _changed_definitions(before: Publication, after: Publication) -> list[str]:
    def digests(one: Publication) -> dict[str, str]:
        sets = {each["definition_id"]: each["digest"] for each in one.manifest["definitions"]}
        return {**sets, **one.manifest.get("shared_definitions", {})}

    left, right = digests(before), digests(after)
    return [name for name in sorted(set(left) | set(right)) if left.get(name) != right.get(name)]
