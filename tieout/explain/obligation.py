"""A performance obligation: its contract, and its schedule month by month."""

from __future__ import annotations

from rich.console import Console

from tieout.explain.layers import Layers, Row
from tieout.explain.lookup import Subject
from tieout.explain.sections import (
    show_contracts,
    show_raw_rows,
    show_waiting,
)
from tieout.explain.tables import show_table


def show_obligation(layers: Layers, console: Console, subject: Subject) -> None:
    """Everything known of a performance obligation."""
    named = {"system": subject.system, "id": subject.id}
    show_contracts(layers, console, "erp_system = $system and obligation_id = $id", named)
    _show_schedule(layers, console, named)
    show_waiting(layers, console, [subject.id])
    show_raw_rows(layers, console, [(subject.system, "obligation", subject.id)])


def _show_schedule(layers: Layers, console: Console, parameters: Row) -> None:
    """An obligation month by month: ours, the ERP's plan, what was posted."""
    if not layers.has("marts.revenue_bridge.fct_revenue_schedule"):
        return
    rows = layers.rows(
        """
        select
            strftime(period, '%Y-%m') as month, scheduled_amount as ours,
            erp_scheduled_amount as "the ERP's plan", posted_amount as posted, currency,
            replace(status, '_', ' ') as note
        from marts.revenue_bridge.fct_revenue_schedule
        where erp_system = $system and obligation_id = $id
        order by period
        """,
        parameters,
    )
    amounts = ("ours", "the ERP's plan", "posted")
    for row in rows:
        for name in amounts:
            row[name] = layers.money(row[name], row["currency"])
    show_table(console, "Schedule", rows, right=amounts)
