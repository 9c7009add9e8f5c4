"""How long deals wait on their way to cash and what blocks them: what the page embeds about it."""

from __future__ import annotations

from typing import Any

from tieout.report.marts import Marts, minor_units

# Rows of one list: owners, products, or what is blocked in one entity and currency.
ROWS = 100
# Blocked orders and deals that a report carries in all.
LIST_LIMIT = 1_000
# Months of close that the page shows.
MONTHS = 24

STEPS = ("close_to_order", "order_to_invoice", "invoice_to_cash", "close_to_cash")

Units = dict[tuple[str, str], int]


def build(marts: Marts, units: Units) -> dict[str, Any]:
    """The payload's part about order to cash, under the primary definition set.

    Args:
        marts: the marts to read.
        units: decimals by entity and currency.

    Returns:
        JSON-ready values; amounts are minor units in text.
    """
    return {
        "waits": _waits(marts),
        "receivable": _receivable(marts, units),
        "blocked_totals": _blocked_totals(marts, units),
        "blocked": _blocked(marts, units),
    }


def _waits(marts: Marts) -> list[Any]:
    # [cut, value, [[taken, p50, p90, open, longest open] or null for each of STEPS]]
    rows = marts.tuples(
        """
        with sized as (
            select
                *,
                first_value(done_count + open_count) over (
                    partition by cut, value order by step_number
                ) as deals
            from opportunity_to_order.rpt_order_to_cash_wait
        ),
        ranked as (
            select
                *,
                dense_rank() over (
                    partition by cut
                    order by case when cut = 'month' then value end desc, deals desc, value
                ) as place
            from sized
        )
        select
            cut, value, step, done_count, p50_days, p90_days, open_count, open_longest_days
        from ranked
        where place <= case cut when 'month' then ? when 'entity' then 100000 else ? end
        order by cut, place, step_number
        """,
        [MONTHS, ROWS],
    )
    found: dict[tuple[str, str], list[Any]] = {}
    for cut, value, step, *measures in rows:
        found.setdefault((cut, value), [None] * len(STEPS))[STEPS.index(step)] = measures
    return [[cut, value, steps] for (cut, value), steps in found.items()]


def _receivable(marts: Marts, units: Units) -> list[Any]:
    # [entity, currency, deals, amount], what customers owe on invoices of deals, tax included
    rows = marts.tuples(
        """
        select entity, currency, count(*), cast(sum(open_receivable) as decimal(28, 4))
        from opportunity_to_order.fct_opportunity_to_cash
        where open_receivable <> 0
        group by all
        order by all
        """
    )
    return [[*row[:3], _minor(marts, units, row)] for row in rows]


def _blocked_totals(marts: Marts, units: Units) -> list[Any]:
    # [entity, currency, blocked by, amount, orders, deals, oldest in business days, acts, next]
    rows = marts.tuples(
        """
        select
            entity, currency, blocked_by, cast(sum(blocked_amount) as decimal(28, 4)) as amount,
            count(*) filter (record_type = 'order'), count(*) filter (record_type = 'deal'),
            max(age_business_days),
            case when count(distinct acts) > 1 then 'the owner' else min(acts) end,
            min(next_action)
        from opportunity_to_order.rpt_blocked_order
        group by entity, currency, blocked_by
        order by entity, currency, amount desc, blocked_by
        """
    )
    return [[*row[:3], _minor(marts, units, row), *row[4:]] for row in rows]


def _blocked(marts: Marts, units: Units) -> list[Any]:
    # [entity, currency, blocked by, amount, kind, number, id, customer, evidence, age, owner]
    rows = marts.tuples(
        """
        with ranked as (
            select
                *,
                row_number() over (partition by entity, currency order by priority) as place
            from opportunity_to_order.rpt_blocked_order
        )
        select
            entity, currency, blocked_by, blocked_amount, record_type,
            coalesce(record_number, ''), record_id, coalesce(customer_name, ''), evidence,
            age_business_days, owner
        from ranked
        where place <= ?
        order by priority
        limit ?
        """,
        [ROWS, LIST_LIMIT],
    )
    return [[*row[:3], _minor(marts, units, row), *row[4:]] for row in rows]


def _minor(marts: Marts, units: Units, row: tuple[Any, ...]) -> str | None:
    """The fourth value of a row, an amount of its entity (first) and currency (second)."""
    entity, currency, _, amount = row[:4]
    return minor_units(amount, units.get((entity, currency), marts.minor_unit(currency)))
