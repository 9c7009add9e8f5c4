"""How well recognised revenue is recomputed: each obligation's month, against labelled truth.

Reads fct_revenue_schedule and rpt_schedule_difference, and the label file revenue_schedule.csv that
`tieout demo` writes: what each obligation earns in each month, what the ERP planned for it, what it
posted, and why they differ. The bridge's lines alone would not show two errors that cancel within a
month.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import duckdb
from rich.console import Console
from rich.table import Table

from tieout.score.links import LinkScore, count_links
from tieout.words import amount

FILE = "revenue_schedule.csv"
"""The label that this part needs; without it the part is left out."""

_MEASURES = ("scheduled_amount", "erp_scheduled_amount", "posted_amount")


@dataclass(frozen=True)
class MeasureScore:
    """One amount of the schedule over all obligations and months of a currency."""

    measure: str
    currency: str
    rows: int
    rows_off: int
    published: Decimal
    truth: Decimal
    absolute_difference: Decimal


@dataclass(frozen=True)
class RevenueScore:
    """What the schedule's amounts come to, and whether the causes found are those planted.

    `causes` compares months of obligations by cause; None where either side states none.
    """

    measures: tuple[MeasureScore, ...]
    causes: LinkScore | None = None

    @property
    def rows(self) -> int:
        return sum(measure.rows for measure in self.measures)

    @property
    def rows_off(self) -> int:
        return sum(measure.rows_off for measure in self.measures)


def score_revenue(con: duckdb.DuckDBPyConnection) -> RevenueScore:
    """Score the marts attached as `marts` by the table `revenue_schedule` of the labels.

    A month without an amount is a month with 0: whether the ERP wrote a line of 0 says nothing.
    """
    rows: list[tuple[str, str, int, int, Decimal, Decimal, Decimal]] = []
    for measure in _MEASURES:
        rows += con.execute(
            f"""
            with truth as (
                select obligation_id, period::date as period, any_value(currency) as currency,
                    sum({measure}::decimal(28, 4)) as amount
                from revenue_schedule
                group by obligation_id, period
            ),
            published as (
                select obligation_id, period, any_value(currency) as currency,
                    sum({measure}) as amount
                from marts.revenue_bridge.fct_revenue_schedule
                group by obligation_id, period
            )
            select
                ?, coalesce(t.currency, p.currency) as currency, count(*),
                count(*) filter (coalesce(p.amount, 0) <> coalesce(t.amount, 0)),
                coalesce(sum(p.amount), 0)::decimal(28, 4),
                coalesce(sum(t.amount), 0)::decimal(28, 4),
                sum(abs(coalesce(p.amount, 0) - coalesce(t.amount, 0)))::decimal(28, 4)
            from published as p
            full join truth as t using (obligation_id, period)
            group by 2
            order by 2
            """,
            [measure],
        ).fetchall()
    return RevenueScore(tuple(MeasureScore(*row) for row in rows), _causes(con))


def _causes(con: duckdb.DuckDBPyConnection) -> LinkScore | None:
    """Why schedule, plan and ledger differ, per obligation and month."""
    is_stated = con.execute("""
        select
            exists (select 1 from duckdb_tables() where database_name = 'marts'
                and schema_name = 'revenue_bridge' and table_name = 'rpt_schedule_difference')
            and exists (select 1 from duckdb_columns()
                where table_name = 'revenue_schedule' and column_name = 'cause')
    """).fetchall()[0][0]
    if not is_stated:
        return None
    con.execute("""
        create table found_cause as
        select obligation_id, period, cause
        from marts.revenue_bridge.rpt_schedule_difference
        group by all
    """)
    return count_links(
        con,
        "causes of differences",
        "found_cause",
        "select obligation_id, period::date as period, cause, false as is_optional "
        "from revenue_schedule where cause <> ''",
        ("obligation_id", "period", "cause"),
    )


def print_revenue(score: RevenueScore, console: Console) -> None:
    """One line per amount and currency, red where any obligation's month is off."""
    table = Table(title="Revenue schedules: published against truth")
    for heading in ("amount", "currency"):
        table.add_column(heading)
    for heading in ("rows", "off", "published", "truth", "|difference|"):
        table.add_column(heading, justify="right")
    for measure in score.measures:
        table.add_row(
            measure.measure.removesuffix("_amount").replace("_", " "),
            measure.currency,
            f"{measure.rows:,}",
            f"{measure.rows_off:,}",
            *(
                amount(value, "")
                for value in (measure.published, measure.truth, measure.absolute_difference)
            ),
            style="red" if measure.rows_off else None,
        )
    console.print(table)
    if score.causes is not None:
        found = score.causes
        console.print(
            f"{found.name.capitalize()}: {found.true_positives:,} right, "
            f"{found.false_positives:,} wrong, {found.false_negatives:,} missed."
        )
