"""An order, a bill, a credit or a payment: the deals behind it and what it settles."""

from __future__ import annotations

from rich.console import Console

from tieout.explain.layers import Layers, Row
from tieout.explain.lookup import Subject
from tieout.explain.sections import (
    orders_of,
    show_bills,
    show_bridge,
    show_contracts,
    show_decisions,
    show_possible_sales,
    show_raw_rows,
    show_unapplied_cash,
    show_waiting,
    show_why_linked,
)
from tieout.explain.tables import show_facts, show_table


def show_document(layers: Layers, console: Console, subject: Subject) -> None:
    """Everything known of an order, bill, credit or payment."""
    key = [subject.system, subject.id]
    orders = [subject.id, *orders_of(layers, *key)]
    if layers.has("warehouse.intermediate.int_erp__document"):
        for row in layers.rows(
            """
            select document.*, customer.customer_name
            from warehouse.intermediate.int_erp__document as document
            left join warehouse.intermediate.int_customer__erp_customer as customer
                using (erp_system, erp_customer_id)
            where document.erp_system = ? and document.document_id = ?
            """,
            key,
        ):
            total = layers.money(row["total_amount"], row["currency"])
            show_facts(
                console,
                {
                    "customer": " ".join(
                        filter(None, (row["customer_name"], row["erp_customer_id"]))
                    ),
                    "date": row["document_date"],
                    "accounting month": f"{row['period']:%Y-%m}" if row["period"] else None,
                    "total, gross": f"{total} {row['currency']}" if total else None,
                    "status": (row["status"] or "").replace("_", " ")
                    + (", voided" if row["is_voided"] else "")
                    + ("" if row["is_posting"] else ", not posting"),
                    "reference": row["external_reference"],
                    "memo": row["memo"],
                    "changed": row["modified_at"],
                },
            )
    if layers.has("marts.opportunity_to_order.fct_allocation"):
        rows = layers.rows(
            """
            select
                allocation.opportunity_id as deal,
                any_value(deal.opportunity_name) as name,
                any_value(allocation.order_number) as "order",
                cast(sum(allocation.booked_amount) as decimal(28, 4)) as booked,
                cast(sum(allocation.ordered_amount) as decimal(28, 4)) as ordered,
                allocation.currency,
                any_value(allocation.link_rule) as link,
                any_value(allocation.evidence_grade) as grade
            from marts.opportunity_to_order.fct_allocation as allocation
            left join marts.opportunity_to_order.fct_opportunity_to_cash as deal
                using (crm_system, opportunity_id)
            where allocation.erp_system = $system
                and allocation.order_id in (select unnest($orders))
            group by allocation.opportunity_id, allocation.order_id, allocation.currency
            order by allocation.opportunity_id
            """,
            {"system": subject.system, "orders": orders},
        )
        for row in rows:
            for name in ("booked", "ordered"):
                row[name] = layers.money(row[name], row["currency"])
        show_table(console, "Deals behind it", rows, right=("booked", "ordered"))
    named = {"system": subject.system, "id": subject.id}
    show_why_linked(layers, console, "erp_system = $system and order_id = $id", named)
    show_possible_sales(layers, console, "erp_system = $system and order_id = $id", named)
    _show_unlinked(layers, console, key)
    show_contracts(
        layers,
        console,
        "erp_system = $system"
        " and (order_id in (select unnest($orders)) or contract_id in (select unnest($orders)))",
        {"system": subject.system, "orders": orders},
    )
    show_bills(layers, console, subject.system, orders)
    _show_applied(layers, console, key)
    show_unapplied_cash(layers, console, "erp_system = $system and payment_id = $id", named)
    show_bridge(layers, console, "erp_system = ? and document_id = ?", key)
    number = subject.label.rpartition(" ")[2]
    decided = show_decisions(layers, console, [(subject.system, "order", [subject.id, number])])
    show_waiting(layers, console, [subject.id, *decided])
    show_raw_rows(layers, console, [(subject.system, "document", subject.id)])


def _show_unlinked(layers: Layers, console: Console, key: list[str]) -> None:
    """What an order holds that is for no deal, and what blocks what is open of it."""
    if layers.has("marts.opportunity_to_order.fct_unlinked_order"):
        rows = layers.rows(
            "select channel, any_value(linked_opportunity_id) as deal, currency,"
            " cast(sum(amount) as decimal(28, 4)) as amount"
            " from marts.opportunity_to_order.fct_unlinked_order"
            " where erp_system = ? and order_id = ? group by channel, currency order by all",
            key,
        )
        for row in rows:
            row["amount"] = layers.money(row["amount"], row["currency"])
        show_table(console, "Ordered without a deal", rows, right=("amount",))
    if layers.has("marts.opportunity_to_order.rpt_blocked_order"):
        rows = layers.rows(
            "select * from marts.opportunity_to_order.rpt_blocked_order"
            " where system = ? and record_id = ? and record_type = 'order' order by blocked_by",
            key,
        )
        blocks: list[Row] = [
            {
                "by": row["blocked_by"].replace("_", " "),
                "amount": layers.money(row["blocked_amount"], row["currency"]),
                "currency": row["currency"],
                **{name: row.get(name) for name in ("since", "acts", "next_action", "evidence")},
            }
            for row in rows
        ]
        show_table(console, "Blocked", blocks, right=("amount",))


def _show_applied(layers: Layers, console: Console, key: list[str]) -> None:
    """What a payment or a credit settled, or what settled an invoice."""
    if not layers.has("warehouse.intermediate.int_erp__payment_application"):
        return
    for title, mine, other in (
        ("Applied to", "payment_id", "invoice_id"),
        ("Settled by", "invoice_id", "payment_id"),
    ):
        rows = layers.rows(
            f"""
            select
                coalesce(
                    replace(document.document_type, '_', ' ') || ' ' || document.document_number,
                    application.{other}
                ) as document,
                cast(application.payment_date as varchar) as "on",
                cast(sum(application.amount) as decimal(28, 4)) as "amount, gross",
                application.currency
            from warehouse.intermediate.int_erp__payment_application as application
            left join warehouse.intermediate.int_erp__document as document
                on application.erp_system = document.erp_system
                and application.{other} = document.document_id
            where application.erp_system = ? and application.{mine} = ?
            group by all
            order by "on", document
            """,
            key,
        )
        for row in rows:
            row["amount, gross"] = layers.money(row["amount, gross"], row["currency"])
        show_table(console, title, rows, right=("amount, gross",))
