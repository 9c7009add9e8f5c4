"""The data embedded in report.html: aggregates in full, records up to a stated number per bar."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tieout.report import group, mapping, order_to_cash, revenue
from tieout.report.marts import (
    ANCHOR_NAMES,
    ANCHORS,
    GRADES,
    KINDS,
    LEGS,
    Marts,
    minor_units,
    money,
)

# How many records one report may carry. About 170 bytes each: 30,000 keep the file near 5 MB, which
# a browser opens at once and a mail server still takes. More: the file grows; fewer: more bars say
# "showing N of M". The full set is always one query away, and the report prints that query.
RECORD_BUDGET = 30_000
# The most records that one bar lists; more than anybody reads.
RECORDS_PER_BAR = 200
# Rows of one list (leakage, exceptions, dead letters) that a report carries.
LIST_LIMIT = 1_000

Payload = dict[str, Any]


def build(marts: Marts) -> Payload:
    """Everything that the page shows, as JSON-ready values; amounts are minor units in text."""
    definitions = marts.definitions()
    cells = marts.cells()
    quarters = marts.quarters()
    lines = marts.lines()
    units = {(cell.entity, cell.currency): cell.minor_unit for cell in cells}
    defaults = {
        definition["definition_id"]: marts.default_quarter(definition["definition_id"])
        for definition in definitions
    }
    _select_records(marts, [quarter.key for quarter in defaults.values() if quarter])
    _make_words(marts)
    publication = marts.publication
    return {
        "publication": {
            "id": publication.publication_id,
            "as_of": publication.as_of,
            "digest": publication.digest,
            "code_version": publication.code_version,
            "published": publication.is_published,
        },
        "definitions": [
            {
                **definition,
                "default_quarter": quarter.key
                if (quarter := defaults[definition["definition_id"]])
                else None,
            }
            for definition in definitions
        ],
        "settings": [
            {name: _text(value) for name, value in row.items()} for row in marts.settings()
        ],
        "cells": [[cell.entity, cell.currency, cell.minor_unit] for cell in cells],
        "quarters": [
            [quarter.definition_id, quarter.key, quarter.label, quarter.months, quarter.is_closed]
            for quarter in quarters
        ],
        "lines": [
            [line["leg"], line["line_code"], line["line_name"], line["kind"]] for line in lines
        ],
        "anchor_names": ANCHOR_NAMES,
        "kinds": KINDS,
        "grades": GRADES,
        "legs": LEGS,
        "anchors": _anchors(marts),
        "items": _items(marts),
        "details": _details(marts),
        "grade_money": _grade_money(marts),
        "words": [word for (word,) in marts.tuples("select word from word order by word_number")],
        "records": _records(marts),
        "leakage": _leakage(marts, units),
        "leakage_totals": _leakage_totals(marts, units),
        "exceptions": _exceptions(marts),
        "exception_totals": _exception_totals(marts),
        "group": group.build(marts),
        "mapping": mapping.build(marts),
        "order_to_cash": order_to_cash.build(marts, units),
        "adjustments": _adjustments(marts, units),
        "revenue": revenue.build(marts, units),
        "freshness": _freshness(marts),
        "loads": _loads(marts),
        "dead_letters": _dead_letters(marts),
        "dead_letter_totals": _dead_letter_totals(marts),
        "limit": LIST_LIMIT,
    }


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _shown(marts: Marts, amount: Decimal | None, currency: str | None) -> str | None:
    """An amount of any currency, with that currency's decimals."""
    return None if amount is None else money(amount, marts.minor_unit(currency))


def _scaled(amount: str) -> str:
    """SQL for an amount of `cell.currency` as whole minor units in text.

    decimal(28, 4) times 10^4 is whole and fits decimal(33, 4); the cell's minor_unit is large
    enough for every amount in it, so the integer division leaves no remainder.
    """
    return (
        f"cast(cast(cast({amount} as decimal(28, 4)) * cast(10000 as smallint) as hugeint)"
        " // case cell.minor_unit when 0 then 10000 when 1 then 1000 when 2 then 100"
        " when 3 then 10 else 1 end as varchar)"
    )


def _anchors(marts: Marts) -> list[Any]:
    # [definition, cell, quarter, anchor index, amount, has control totals, difference]
    return [
        list(row)
        for row in marts.tuples(
            f"""
            select
                anchor.definition_id,
                cell.cell_number,
                cast(anchor.quarter as varchar),
                list_position(?, anchor.anchor) - 1,
                {_scaled("anchor.amount")},
                anchor.is_controlled,
                {_scaled("anchor.control_difference")}
            from quarter_anchor as anchor
            inner join cell using (entity, currency)
            order by 1, 2, 3, 4
            """,
            [list(ANCHORS)],
        )
    ]


def _items(marts: Marts) -> list[Any]:
    # [definition, cell, quarter, line index, amount, gross, increase, decrease, atoms, records,
    #  records that increase]
    return [
        list(row)
        for row in marts.tuples(
            f"""
            select
                item.definition_id,
                cell.cell_number,
                cast(item.quarter as varchar),
                line.line_number,
                {_scaled("item.amount")},
                {_scaled("item.gross")},
                {_scaled("item.increase")},
                {_scaled("item.decrease")},
                item.atom_count,
                item.record_count,
                item.increase_count
            from item
            inner join cell using (entity, currency)
            inner join line using (leg, line_code)
            order by item.item_number
            """
        )
    ]


def _details(marts: Marts) -> dict[str, Any]:
    # item number -> [[detail, amount, records], ...], largest first
    rows = marts.tuples(
        f"""
        with detail as (
            select
                item.item_number, record.entity, record.currency, record.line_detail,
                sum(record.amount) as amount, count(*) as record_count
            from record
            inner join item using (definition_id, entity, currency, quarter, leg, line_code)
            where record.line_detail <> ''
            group by all
        )
        select
            cast(detail.item_number as varchar),
            list([detail.line_detail, {_scaled("detail.amount")},
                cast(detail.record_count as varchar)]
                order by abs(detail.amount) desc, detail.line_detail)
        from detail
        inner join cell using (entity, currency)
        group by detail.item_number
        order by detail.item_number
        """
    )
    return dict(rows)


def _grade_money(marts: Marts) -> list[Any]:
    # [definition, cell, quarter, to_cash, grade, gross amount, records]
    return [
        list(row)
        for row in marts.tuples(
            f"""
            with graded as (
                select
                    definition_id, entity, currency, quarter, leg = 4 as to_cash, evidence_grade,
                    sum(abs(amount)) as gross, count(*) as record_count
                from record
                group by all
            )
            select
                graded.definition_id, cell.cell_number, cast(graded.quarter as varchar),
                graded.to_cash, graded.evidence_grade, {_scaled("graded.gross")},
                graded.record_count
            from graded
            inner join cell using (entity, currency)
            order by all
            """
        )
    ]


def _select_records(marts: Marts, default_quarters: list[str]) -> None:
    """Make `shown_record`: per bar the largest records, as many as the budget allows.

    The quarters that open by default take up to RECORDS_PER_BAR each within half the budget; the
    rest is shared evenly among the other bars.
    """
    marts.connection.execute(
        """
        create temp table bar as
        with bar as (
            select
                item_number,
                record_count,
                list_contains(?, cast(quarter as varchar)) as is_default
            from item
            where record_count > 0
        ),
        cap as (select unnest([200, 100, 50, 30, 20, 15, 10, 7, 5, 3, 2, 1]) as cap),
        choice as (
            select
                bar.is_default,
                cap.cap,
                sum(least(bar.record_count, cap.cap)) as records
            from bar
            cross join cap
            group by all
        ),
        chosen as (
            select
                is_default,
                coalesce(max(cap) filter (records <= ? // 2), 1) as cap
            from choice
            group by is_default
        )
        select bar.item_number, least(bar.record_count, chosen.cap, ?) as shown
        from bar
        inner join chosen using (is_default)
        """,
        [default_quarters, RECORD_BUDGET, RECORDS_PER_BAR],
    )
    marts.connection.execute(
        """
        create temp table shown_record as
        with ranked as (
            select
                item.item_number,
                record.*,
                row_number() over (
                    partition by item.item_number
                    order by abs(record.amount) desc, record.opportunity_id, record.document_type,
                        record.document_id, record.line_detail, record.rule, record.evidence_grade
                ) as rank
            from record
            inner join item using (definition_id, entity, currency, quarter, leg, line_code)
        )
        select ranked.*
        from ranked
        inner join bar using (item_number)
        where ranked.rank <= bar.shown
        """
    )


# Names for ids: `account_name` by CRM account and `deal_name` by opportunity.
_NAMES = """
account_name as (
    select link.crm_account_id as account_id, any_value(customer.customer_name) as customer_name
    from account_mapping.map_account_customer as link
    inner join account_mapping.dim_customer as customer using (customer_key)
    group by link.crm_account_id
),
deal_name as (
    select opportunity_id, any_value(opportunity_name) as opportunity_name
    from opportunity_to_order.fct_opportunity_to_cash
    group by opportunity_id
)
"""


def _make_words(marts: Marts) -> None:
    """Make `named_record` and `word`: texts that repeat are stored once and numbered."""
    marts.connection.execute(
        f"""
        create temp table named_record as
        with {_NAMES}
        select
            shown.*,
            coalesce(account_name.customer_name, '') as customer_name,
            coalesce(deal_name.opportunity_name, '') as opportunity_name
        from shown_record as shown
        left join account_name
            on shown.account_id = account_name.account_id and shown.account_id <> ''
        left join deal_name
            on shown.opportunity_id = deal_name.opportunity_id and shown.opportunity_id <> ''
        """
    )
    marts.connection.execute(
        """
        create temp table word as
        select row_number() over (order by word) - 1 as word_number, word
        from (
            select rule as word from named_record
            union
            select line_detail from named_record
            union
            select document_type from named_record
            union
            select customer_name from named_record
        )
        """
    )


def _records(marts: Marts) -> dict[str, Any]:
    # item number -> [[opportunity, name, customer word, type word, document, number, detail word,
    #                  rule word, grade, amount, atoms, month], ...], largest first
    rows = marts.tuples(
        f"""
        select
            cast(record.item_number as varchar),
            list(
                [
                    record.opportunity_id,
                    record.opportunity_name,
                    cast(customer.word_number as varchar),
                    cast(type.word_number as varchar),
                    record.document_id,
                    coalesce(record.document_number, ''),
                    cast(detail.word_number as varchar),
                    cast(rule.word_number as varchar),
                    record.evidence_grade,
                    {_scaled("record.amount")},
                    cast(record.atom_count as varchar),
                    strftime(record.first_period, '%Y-%m')
                ]
                order by record.rank
            )
        from named_record as record
        inner join cell using (entity, currency)
        inner join word as customer on record.customer_name = customer.word
        inner join word as type on record.document_type = type.word
        inner join word as detail on record.line_detail = detail.word
        inner join word as rule on record.rule = rule.word
        group by record.item_number
        order by record.item_number
        """
    )
    return dict(rows)


def _leakage(marts: Marts, units: dict[tuple[str, str], int]) -> list[Any]:
    # [definition, class, entity, currency, amount, age, opportunity, deal, account, owner, closed,
    #  who acts, what they do next], by class those with the most money at stake
    rows = marts.tuples(
        """
        with ranked as (
            select
                *,
                row_number() over (
                    partition by definition_id, class, entity, currency
                    order by priority
                ) as rank
            from opportunity_to_order.rpt_leakage
        )
        select
            definition_id, class, entity, currency, amount, age_business_days, opportunity_id,
            coalesce(opportunity_name, ''), coalesce(account_name, ''), coalesce(owner_name, ''),
            cast(close_date as varchar), acts, next_action
        from ranked
        where rank <= 100
        order by definition_id, class, priority
        limit ?
        """,
        [LIST_LIMIT],
    )
    return [
        [*row[:4], minor_units(row[4], units.get((row[2], row[3]), 2)), *row[5:]] for row in rows
    ]


def _leakage_totals(marts: Marts, units: dict[tuple[str, str], int]) -> list[Any]:
    # [definition, class, entity, currency, deals, amount, oldest in business days]
    rows = marts.tuples(
        """
        select
            definition_id, class, entity, currency, count(*),
            cast(sum(amount) as decimal(28, 4)), max(age_business_days)
        from opportunity_to_order.rpt_leakage
        group by all
        order by all
        """
    )
    return [[*row[:5], minor_units(row[5], units.get((row[2], row[3]), 2)), row[6]] for row in rows]


def _exceptions(marts: Marts) -> list[Any]:
    # [type, system, object, key, amount, currency, owner, detail], per type the largest
    rows = marts.tuples(
        """
        with ranked as (
            select
                *,
                row_number() over (
                    partition by exception_type order by abs(amount) desc nulls last, source_key
                ) as rank
            from operations.exception
        )
        select exception_type, system, object, source_key, amount, currency, owner, detail
        from ranked
        where rank <= 100
        order by exception_type, rank
        limit ?
        """,
        [LIST_LIMIT],
    )
    return [
        [*row[:4], _shown(marts, row[4], row[5]), *(value or "" for value in row[5:])]
        for row in rows
    ]


def _exception_totals(marts: Marts) -> list[Any]:
    # [type, count, [[currency, amount], ...]]
    rows = marts.tuples(
        """
        with summed as (
            select
                exception_type, coalesce(currency, '') as currency, count(*) as exceptions,
                cast(sum(abs(amount)) as decimal(28, 4)) as amount
            from operations.exception
            group by all
        )
        select
            exception_type,
            cast(sum(exceptions) as bigint) as exceptions,
            list(struct_pack(c := currency, a := amount) order by currency)
                filter (amount is not null and amount <> 0)
        from summed
        group by exception_type
        order by exceptions desc, exception_type
        """
    )
    return [
        [name, count, [[m["c"], _shown(marts, m["a"], m["c"])] for m in amounts or []]]
        for name, count, amounts in rows
    ]


def _adjustments(marts: Marts, units: dict[tuple[str, str], int]) -> list[Any]:
    # [definition, entity, currency, period, line, amount, records], closed periods that moved
    table = "revenue_bridge.rpt_prior_period_adjustment"
    rows = marts.tuples(
        f"""
        select
            definition_id, entity, currency, strftime(period, '%Y-%m'), line_code,
            cast(sum(amount) as decimal(28, 4)) as amount, count(*)
        from {table}
        group by all
        order by definition_id, entity, currency, 4, line_code
        limit ?
        """,
        [LIST_LIMIT],
    )
    return [[*row[:5], minor_units(row[5], units.get((row[1], row[2]), 2)), row[6]] for row in rows]


def _freshness(marts: Marts) -> list[Any]:
    """Objects with a service level: how old their newest change is at the business time.

    The rule is the gate's (expectations/suites/freshness.yml): stamps of the source, never the time
    of a load. What is overdue comes first, the critical before the rest.
    """
    # [system, object, state, newest change, age in hours, limit in hours, severity, reason]
    return [
        list(row)
        for row in marts.tuples(
            """
            with newest as (
                select system, object, max(watermark) as newest_change
                from operations.load_audit
                group by system, object
            ),
            judged as (
                select
                    sla.*,
                    newest.newest_change,
                    datediff('hour', newest.newest_change, cast(? as timestamp)) as age_hours,
                    case
                        when newest.system is null then 'never landed'
                        when sla.max_age_hours is null then 'on change'
                        when newest.newest_change is null then 'no stamp'
                        when newest.newest_change
                            < cast(? as timestamp) - to_hours(sla.max_age_hours)
                            then 'overdue'
                        else 'in time'
                    end as state
                from definitions.freshness_sla as sla
                left join newest on sla.system = newest.system and sla.object = newest.object
            )
            select
                system, object, state, strftime(newest_change, '%Y-%m-%d %H:%M'), age_hours,
                max_age_hours, severity, reason
            from judged
            order by
                list_position(
                    ['overdue', 'never landed', 'no stamp', 'in time', 'on change'], state
                ),
                list_position(['critical', 'warning', 'info'], severity),
                age_hours / max_age_hours desc,
                system, object
            """,
            [marts.publication.as_of, marts.publication.as_of],
        )
    ]


def _loads(marts: Marts) -> list[Any]:
    # [system, object, loads, read, landed, dead-lettered, last loaded]
    return [
        list(row)
        for row in marts.tuples(
            """
            with latest as (
                select *
                from operations.load_audit
                qualify row_number() over (
                    partition by system, object order by loaded_at desc, load_id desc
                ) = 1
            )
            select
                system, object, rows_read, rows_landed, rows_dead_lettered,
                strftime(loaded_at, '%Y-%m-%d %H:%M')
            from latest
            order by rows_dead_lettered desc, system, object
            """
        )
    ]


def _dead_letters(marts: Marts) -> list[Any]:
    # [system, object, key, reason, payload, status, first seen]
    return [
        list(row)
        for row in marts.tuples(
            """
            with ranked as (
                select
                    *,
                    row_number() over (
                        partition by system, object, reason order by source_key
                    ) as rank
                from operations.dead_letter
                where status = 'open'
            )
            select
                system, object, coalesce(source_key, ''), reason,
                left(cast(payload as varchar), 240),
                strftime(first_seen_at, '%Y-%m-%d %H:%M')
            from ranked
            where rank <= 20
            order by system, object, reason, rank
            limit 300
            """
        )
    ]


def _dead_letter_totals(marts: Marts) -> list[Any]:
    # [system, object, rows]
    return [
        list(row)
        for row in marts.tuples(
            "select system, object, count(*) from operations.dead_letter where status = 'open'"
            " group by all order by 3 desc, 1, 2"
        )
    ]
