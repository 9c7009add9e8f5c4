"""A customer: its records in both systems, its family, its deals and what is still to come."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from tieout.explain.layers import Layers, Row
from tieout.explain.lookup import Subject
from tieout.explain.sections import (
    show_decisions,
    show_raw_rows,
    show_unapplied_cash,
    show_waiting,
)
from tieout.explain.tables import LIMIT, show_facts, show_table


def show_customer(layers: Layers, console: Console, subject: Subject) -> None:
    """Everything known of a customer."""
    records: list[tuple[str, str, str]] = []
    if layers.has("marts.account_mapping.map_account_customer"):
        for row in layers.rows(
            "select * from marts.account_mapping.dim_customer where customer_key = ?", [subject.id]
        ):
            show_facts(
                console,
                {
                    "first order": row["first_order_date"],
                    "country": row.get("country"),
                    "tax id": row.get("tax_id"),
                },
            )
        rows = layers.rows(
            """
            select * from marts.account_mapping.map_account_customer
            where customer_key = ?
            order by crm_account_id, erp_customer_id, valid_from
            """,
            [subject.id],
        )
        links: list[Row] = []
        for row in rows:
            account, customer = row["crm_account_id"], row["erp_customer_id"]
            records += [
                (row["crm_system"], "account", account),
                (row["erp_system"], "erp_customer", customer),
            ]
            links.append(
                {
                    "account": account,
                    "ERP customer": customer,
                    "rule": row["match_rule"],
                    "grade": row["evidence_grade"],
                    "probability": row["match_probability"],
                    "status": row["match_status"],
                    "valid from": row["valid_from"],
                    "to": row["valid_to"],
                    "evidence": row.get("match_evidence"),
                }
            )
        show_table(console, "The same company in both systems", links)
    if layers.has("marts.account_mapping.map_customer_hierarchy"):
        rows = layers.rows(
            """
            with family as (
                select ancestor_customer_key as customer_key, 'above' as place, depth as levels
                from marts.account_mapping.map_customer_hierarchy
                where descendant_customer_key = $key and depth > 0
                union all
                select descendant_customer_key as customer_key, 'below' as place, depth as levels
                from marts.account_mapping.map_customer_hierarchy
                where ancestor_customer_key = $key and depth > 0
            )
            select
                family.place, family.levels, customer.customer_name as customer,
                customer.parent_relation as "to its parent", customer.parent_source as "says"
            from family
            inner join marts.account_mapping.dim_customer as customer using (customer_key)
            order by family.place, family.levels desc, customer.customer_name, customer_key
            """,
            {"key": subject.id},
        )
        show_table(console, "Its family", rows[:LIMIT], right=("levels",), total=len(rows))
    if layers.has("warehouse.intermediate.int_customer__member"):
        records += [
            (row["source_system"], row["record_type"], row["record_id"])
            for row in layers.rows(
                "select source_system, record_type, record_id"
                " from warehouse.intermediate.int_customer__member where customer_key = ?",
                [subject.id],
            )
        ]
    records = [record for record in dict.fromkeys(records) if record[2]]
    customers = [f"{system}:{one}" for system, kind, one in records if kind == "erp_customer"]
    if layers.has("marts.opportunity_to_order.fct_opportunity_to_cash"):
        steps = ("booked", "ordered", "billed", "recognised", "paid")
        sums = ", ".join(f"cast(sum({step}_amount) as decimal(28, 4)) as {step}" for step in steps)
        rows = layers.rows(
            f"select currency, count(*) as deals, {sums}"
            " from marts.opportunity_to_order.fct_opportunity_to_cash"
            " where customer_key = ? group by currency order by deals desc, currency",
            [subject.id],
        )
        for row in rows:
            for step in steps:
                row[step] = layers.money(row[step], row["currency"])
        show_table(console, "Won deals, from booking to cash", rows, right=("deals", *steps))
        rows = layers.rows(
            "select opportunity_id as deal, opportunity_name as name,"
            " cast(close_date as varchar) as closed, booked_amount as booked, currency,"
            " replace(status, '_', ' ') as status"
            " from marts.opportunity_to_order.fct_opportunity_to_cash"
            " where customer_key = ? order by close_date desc, opportunity_id",
            [subject.id],
        )
        for row in rows:
            row["booked"] = layers.money(row["booked"], row["currency"])
        show_table(console, "Latest deals", rows[:5], right=("booked",), total=len(rows))
        _show_without_deal(layers, console, subject.id)
        _show_still_to_come(layers, console, subject.id, customers)
    show_unapplied_cash(
        layers,
        console,
        "erp_system || ':' || erp_customer_id in (select unnest($customers))",
        {"customers": customers},
    )
    _show_possible_companies(layers, console, records)
    decided = show_decisions(
        layers, console, [(system, kind, [one]) for system, kind, one in records]
    )
    show_waiting(layers, console, [*(record_id for _, _, record_id in records), *decided])
    show_raw_rows(layers, console, records[:8])


def _show_possible_companies(
    layers: Layers, console: Console, records: Sequence[tuple[str, str, str]]
) -> None:
    """Other records that may be this customer, and wait for a person to say so."""
    if not layers.has("marts.account_mapping.rpt_match_review") or not layers.has(
        "marts.account_mapping.rpt_duplicate_review"
    ):
        return
    rows = layers.rows(
        """
        with pair as (
            select
                crm_system as system, crm_account_id as id, crm_account_name as name,
                erp_system as other_system, erp_customer_id as other_id,
                erp_customer_name as other_name, match_probability, evidence, why_not_accepted
            from marts.account_mapping.rpt_match_review
            union all
            select
                source_system, record_id, record_name, source_system, other_record_id, other_name,
                match_probability, evidence, why_not_accepted
            from marts.account_mapping.rpt_duplicate_review
        )
        select
            system || ':' || id || ' ' || coalesce(name, '') as record,
            other_system || ':' || other_id || ' ' || coalesce(other_name, '') as "and",
            match_probability as probability, evidence, why_not_accepted as "why it waits"
        from pair
        where list_contains($records, [system, id])
            or list_contains($records, [other_system, other_id])
        order by match_probability desc, record, "and"
        """,
        {"records": [[system, record_id] for system, _, record_id in records]},
    )
    show_table(console, "May be one company: `tieout review` takes the answer", rows)


def _show_still_to_come(layers: Layers, console: Console, key: str, customers: list[str]) -> None:
    """What waits for its counterpart, of a customer's deals and documents, in every leg."""
    if not layers.has("marts.revenue_bridge.rpt_timing_ageing"):
        return
    of_customer = (
        """
        select erp_system, document_id from warehouse.intermediate.int_erp__document
        where erp_system || ':' || erp_customer_id in (select unnest($customers))
        """
        if layers.has("warehouse.intermediate.int_erp__document")
        else "select null as erp_system, null as document_id where len($customers) < 0"
    )
    rows = layers.rows(
        f"""
        with document as ({of_customer}),
        deal as (
            select crm_system, opportunity_id
            from marts.opportunity_to_order.fct_opportunity_to_cash
            where customer_key = $key
        )
        select
            waits.line_code || ' ' || waits.line_name as line,
            replace(waits.reason, '_', ' ') as why, count(*) as records,
            cast(sum(waits.amount) as decimal(28, 4)) as amount,
            cast(sum(case when waits.is_overdue then waits.amount end) as decimal(28, 4))
                as "of it overdue",
            waits.currency, cast(min(waits.open_since) as varchar) as "oldest of"
        from marts.revenue_bridge.rpt_timing_ageing as waits
        inner join marts.definitions.definition_set as definition using (definition_id)
        left join document
            on waits.erp_system = document.erp_system and waits.document_id = document.document_id
        left join deal
            on waits.crm_system = deal.crm_system and waits.opportunity_id = deal.opportunity_id
        where definition.is_primary
            and (document.document_id is not null or deal.opportunity_id is not null)
        group by waits.line_code, waits.line_name, waits.reason, waits.currency
        order by waits.line_code, waits.reason, waits.currency
        """,
        {"customers": customers, "key": key},
    )
    for row in rows:
        for name in ("amount", "of it overdue"):
            row[name] = layers.money(row[name], row["currency"])
    show_table(console, "Still to come", rows, right=("records", "amount", "of it overdue"))


def _show_without_deal(layers: Layers, console: Console, key: str) -> None:
    """What a customer ordered that no deal stands for, by channel."""
    if not layers.has("marts.opportunity_to_order.fct_unlinked_order"):
        return
    rows = layers.rows(
        """
        select
            channel, currency, count(distinct order_id) as orders,
            cast(sum(amount) as decimal(28, 4)) as ordered, max(order_date) as "last on"
        from marts.opportunity_to_order.fct_unlinked_order
        where customer_key = ? group by channel, currency order by channel, currency
        """,
        [key],
    )
    for row in rows:
        row["ordered"] = layers.money(row["ordered"], row["currency"])
    show_table(console, "Ordered without a deal", rows, right=("orders", "ordered"))
