"""Contract balances, what is still to be delivered, and where schedule, plan and ledger differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tieout.report.marts import Marts, minor_units

# Contracts and differences of one entity and currency that a report lists.
ROWS = 50
# Rows of each of these lists in a whole report.
LIST_LIMIT = 1_000

# The columns of a roll-forward between opening and closing, as the marts name them.
DEFERRED = (
    "billed", "released", "modified", "fx", "moved", "financing", "reclassified", "adjusted",
)  # fmt: skip
CONTRACT_ASSETS = ("earned", *(name for name in DEFERRED if name != "released"))
ROLLFORWARDS = (
    ("Deferred revenue", "revenue_bridge.rpt_deferred_rollforward", DEFERRED),
    ("Contract assets", "revenue_bridge.rpt_contract_asset_rollforward", CONTRACT_ASSETS),
)

Units = dict[tuple[str, str], int]


def build(marts: Marts, units: Units) -> dict[str, Any]:
    """The payload's part about revenue, under the primary definition set.

    Args:
        marts: the marts to read.
        units: decimals by entity and currency.

    Returns:
        JSON-ready values; amounts are minor units in text.
    """
    rollforwards = []
    for name, table, movements in ROLLFORWARDS:
        shown = ", ".join(("opening", *movements, "closing", "ledger_balance", "difference"))
        # [entity, currency, month, opening, one per movement, closing, ledger balance, difference]
        rows = marts.tuples(
            f"select entity, currency, strftime(period, '%Y-%m-%d'), {shown} from {table}"
            " order by entity, currency, period"
        )
        rollforwards.append(
            {"name": name, "movements": movements, "rows": _minor(marts, units, rows, 3)}
        )
    return {
        "rollforwards": rollforwards,
        "remaining": _minor(marts, units, _remaining(marts), 5),
        "differences": _minor(marts, units, _differences(marts), 5),
        "largest": _minor(marts, units, _largest(marts), 7),
        "contracts": _minor(marts, units, _contracts(marts), 4),
    }


def _minor(marts: Marts, units: Units, rows: list[Any], first: int) -> list[Any]:
    """Rows of an entity and a currency with their amounts, from column `first` on, scaled."""
    return [
        [
            *row[:first],
            *(
                minor_units(value, units.get((row[0], row[1]), marts.minor_unit(row[1])))
                if isinstance(value, Decimal)
                else value
                for value in row[first:]
            ),
        ]
        for row in rows
    ]


def _remaining(marts: Marts) -> list[Any]:
    # [entity, currency, balance month, band, month or none, remaining, of it billed, unbilled]
    return marts.tuples(
        """
        select
            entity, currency, strftime(balance_period, '%Y-%m-%d'), time_band,
            strftime(period, '%Y-%m-%d'),
            cast(sum(remaining_amount) as decimal(28, 4)),
            cast(sum(billed_amount) as decimal(28, 4)),
            cast(sum(unbilled_amount) as decimal(28, 4))
        from revenue_bridge.rpt_remaining_obligation
        group by all
        order by entity, currency, 5 nulls last, time_band
        """
    )


def _differences(marts: Marts) -> list[Any]:
    # [entity, currency, month, cause, obligations, net amount, gross amount]
    return marts.tuples(
        """
        select
            entity, currency, strftime(period, '%Y-%m-%d'), cause,
            count(distinct obligation_id),
            cast(sum(amount) as decimal(28, 4)), cast(sum(abs(amount)) as decimal(28, 4))
        from revenue_bridge.rpt_schedule_difference
        group by all
        order by entity, currency, 3, cause
        """
    )


def _largest(marts: Marts) -> list[Any]:
    # [entity, currency, month, cause, contract, obligation, number of differences in the quarter,
    #  amount, our schedule, the ERP's plan, posted], the largest of every quarter first
    return marts.tuples(
        """
        with ranked as (
            select
                *,
                row_number() over (
                    partition by entity, currency, date_trunc('quarter', period)
                    order by abs(amount) desc, obligation_id, period, cause
                ) as place
            from revenue_bridge.rpt_schedule_difference
        )
        select
            ranked.entity, ranked.currency, strftime(ranked.period, '%Y-%m-%d'), ranked.cause,
            ranked.contract_id, ranked.obligation_id, ranked.place, ranked.amount,
            schedule.scheduled_amount, schedule.erp_scheduled_amount, schedule.posted_amount
        from ranked
        left join revenue_bridge.fct_revenue_schedule as schedule
            using (erp_system, obligation_id, period)
        where ranked.place <= ?
        order by ranked.period desc, ranked.entity, ranked.currency, ranked.place
        limit ?
        """,
        [ROWS, LIST_LIMIT],
    )


def _contracts(marts: Marts) -> list[Any]:
    # [entity, currency, month, contract, asset, liability, the ledger's asset and liability,
    #  difference], of the last closed month, where the ledger has another balance
    return marts.tuples(
        """
        with latest as (
            select *
            from revenue_bridge.rpt_contract_balance
            where
                balance_difference <> 0
                and period = (
                    select max(period) from revenue_bridge.rpt_contract_balance where is_closed
                )
        ),
        ranked as (
            select
                *,
                row_number() over (
                    partition by entity, currency
                    order by abs(balance_difference) desc, contract_id
                ) as place
            from latest
        )
        select
            entity, currency, strftime(period, '%Y-%m-%d'),
            coalesce(contract_number, nullif(contract_id, ''), ''),
            contract_asset, contract_liability, ledger_contract_asset, ledger_contract_liability,
            balance_difference
        from ranked
        where place <= ?
        order by entity, currency, place
        limit ?
        """,
        [ROWS, LIST_LIMIT],
    )
