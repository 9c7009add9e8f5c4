"""How well accounts are matched: what the page embeds about it, as JSON-ready values."""

from __future__ import annotations

from typing import Any

from tieout.report.marts import Marts, minor_units, money

# Nights that the trend shows: a quarter of a year.
NIGHTS = 92
# Rows of one list. The queue is worked through with `tieout review`, not on the page.
ROWS = 100

GRADES = ("A", "B", "C", "D")
_COUNTS = ("", "matched_", "review_", "unmatched_", *(f"grade_{one.lower()}_" for one in GRADES))


def build(marts: Marts) -> dict[str, Any]:
    """The payload's part about account matching; amounts are minor units in text."""
    return {
        "quality": _quality(marts),
        "nights": _nights(marts),
        "queue": _queue(marts),
        "duplicates": [
            list(row)
            for row in marts.tuples(
                "select record_type, match_status, count(*) from account_mapping.rpt_duplicate"
                " group by all order by all"
            )
        ],
        "drift_totals": [
            list(row)
            for row in marts.tuples(
                "select change, cause, count(*) from account_mapping.rpt_match_drift"
                " group by all order by all"
            )
        ],
        "drift": _drift(marts),
        "agreement": _agreement(marts),
        "readiness": _readiness(marts),
    }


def _quality(marts: Marts) -> list[dict[str, Any]]:
    rows = marts.rows(
        "select * from account_mapping.rpt_match_quality where is_latest order by scope, currency"
    )
    return [
        {
            "scope": row["scope"],
            "currency": row["currency"],
            "unit": marts.minor_unit(row["currency"]),
            "accounts": [row[f"{kind}account_count"] for kind in _COUNTS],
            "amounts": [
                minor_units(row[f"{kind}amount"], marts.minor_unit(row["currency"]))
                for kind in _COUNTS
            ],
            "queue_pairs": row["queue_pair_count"],
            "queue_accounts": row["queue_account_count"],
            "queue_amount": minor_units(row["queue_amount"], marts.minor_unit(row["currency"])),
            "queue_oldest_days": row["queue_oldest_days"],
            **{
                name: None if row[name] is None else str(row[name])
                for name in (
                    "account_match_rate",
                    "amount_match_rate",
                    "previous_account_match_rate",
                    "previous_amount_match_rate",
                )
            },
        }
        for row in rows
    ]


def _nights(marts: Marts) -> list[list[Any]]:
    # [scope, currency, night, rate of accounts, rate of money], oldest first
    return [
        list(row)
        for row in marts.tuples(
            """
            select scope, currency, strftime(as_of, '%Y-%m-%d'),
                cast(account_match_rate as varchar), cast(amount_match_rate as varchar)
            from (
                select *, row_number() over (
                    partition by scope, currency order by as_of desc
                ) as newest_first
                from account_mapping.rpt_match_quality
            )
            where newest_first <= ?
            order by scope, currency, as_of
            """,
            [NIGHTS],
        )
    ]


def _queue(marts: Marts) -> dict[str, Any]:
    # rows: [account, its id, customer, its id, probability, why, amount, currency, owner, since]
    rows = marts.tuples(
        """
        select
            coalesce(crm_account_name, ''), crm_account_id, coalesce(erp_customer_name, ''),
            erp_customer_id, cast(match_probability as varchar), evidence, amount_at_risk,
            coalesce(currency, ''), coalesce(owner, ''), strftime(first_seen_at, '%Y-%m-%d')
        from account_mapping.rpt_match_review
        order by review_rank, candidate_rank, crm_account_id, erp_customer_id
        limit ?
        """,
        [ROWS],
    )
    return {
        "pairs": marts.tuples("select count(*) from account_mapping.rpt_match_review")[0][0],
        "rows": [[*row[:6], money(row[6], marts.minor_unit(row[7])), *row[7:]] for row in rows],
    }


def _drift(marts: Marts) -> list[list[Any]]:
    # [change, cause, account, its id, before, after, amount, currency], the most money first
    rows = marts.tuples(
        """
        select
            change, cause, coalesce(crm_account_name, ''), crm_account_id,
            case when change = 'key_changed' then customer_key_before
                else coalesce(erp_customers_before, '') end,
            case when change = 'key_changed' then customer_key_after
                else coalesce(erp_customers_after, '') end,
            won_amount, coalesce(currency, '')
        from account_mapping.rpt_match_drift
        order by
            array_position(['link_moved', 'link_removed', 'key_changed', 'link_added'], change),
            won_amount desc, crm_account_id
        limit ?
        """,
        [ROWS],
    )
    return [[*row[:6], money(row[6], marts.minor_unit(row[7])), row[7]] for row in rows]


def _agreement(marts: Marts) -> list[list[Any]]:
    # [kind, rule, pairs, accepted and same, accepted and different,
    #  precision, its low end, its high end, recall, its low end, its high end]
    rows = marts.tuples(
        """
        select
            pair_kind, match_rule, pair_count, accepted_same_count, accepted_different_count,
            auto_precision, auto_precision_low, auto_precision_high,
            auto_recall, auto_recall_low, auto_recall_high
        from account_mapping.rpt_steward_agreement
        order by pair_kind, match_rule <> 'every rule', pair_count desc, match_rule
        """
    )
    return [[*row[:5], *(None if rate is None else str(rate) for rate in row[5:])] for row in rows]


def _readiness(marts: Marts) -> list[list[Any]]:
    # [currency, gap, field, records, amount, record with the most], by rank within a currency
    rows = marts.tuples(
        """
        select currency, gap, field, record_count, amount_at_risk, coalesce(largest_source_key, '')
        from account_mapping.rpt_readiness
        order by currency = '', currency, rank_in_currency
        """
    )
    return [
        [*row[:4], money(row[4], marts.minor_unit(row[0])) if row[0] else "", row[5]]
        for row in rows
    ]
