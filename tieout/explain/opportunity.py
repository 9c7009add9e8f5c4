"""A deal: its way from booking to cash, the orders linked to it, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from tieout.explain.layers import Layers
from tieout.explain.lookup import Subject
from tieout.explain.sections import (
    bills_of,
    show_bills,
    show_bridge,
    show_contracts,
    show_decisions,
    show_possible_sales,
    show_raw_rows,
    show_waiting,
    show_why_linked,
)
from tieout.explain.tables import show_facts, show_table

# Milestones of a deal, in their usual order: what happened, and its column.
_DATES = (
    ("created", "created_date"),
    ("quoted", "first_quote_date"),
    ("closed", "close_date"),
    ("ordered", "first_order_date"),
    ("approved", "first_approved_date"),
    ("shipped", "first_ship_date"),
    ("invoiced", "first_invoice_date"),
    ("paid", "first_payment_date"),
)


def show_opportunity(layers: Layers, console: Console, subject: Subject) -> None:
    """Everything known of a deal."""
    key = [subject.system, subject.id]
    if layers.has("warehouse.intermediate.int_crm__opportunity"):
        for row in layers.rows(
            """
            select opportunity.*, account.account_name
            from warehouse.intermediate.int_crm__opportunity as opportunity
            left join warehouse.intermediate.int_customer__account as account
                using (crm_system, account_id)
            where opportunity.crm_system = ? and opportunity.opportunity_id = ?
            """,
            key,
        ):
            amount = layers.money(row["amount"], row["currency"])
            show_facts(
                console,
                {
                    "account": " ".join(filter(None, (row["account_name"], row["account_id"]))),
                    "amount": f"{amount} {row['currency']}" if amount else None,
                    "closes": row["close_date"],
                    "stage": f"{row['stage_name']}{', won' if row['is_won'] else ', not won'}"
                    + (", deleted" if row["is_deleted"] else ""),
                    "purchase order": row["purchase_order_number"],
                    "changed": row["modified_at"],
                },
            )
    if layers.has("marts.opportunity_to_order.fct_opportunity_to_cash"):
        for row in layers.rows(
            "select * from marts.opportunity_to_order.fct_opportunity_to_cash"
            " where crm_system = ? and opportunity_id = ?",
            key,
        ):
            steps = ("booked", "ordered", "billed", "recognised", "paid")
            flow = " > ".join(
                f"{step} {layers.money(row[f'{step}_amount'], row['currency'])}" for step in steps
            )
            blocked = layers.money(row.get("blocked_amount"), row["currency"])
            open_ = row.get("open_receivable")
            show_facts(
                console,
                {
                    "entity": row["entity"],
                    "flow": flow,
                    "dates": " > ".join(
                        f"{name} {row[column]}" for name, column in _DATES if row.get(column)
                    ),
                    "status": row["status"].replace("_", " "),
                    "still owed": layers.money(open_, row["currency"]) if open_ else None,
                    "blocked": f"{blocked} by {row['blocked_by']}" if row.get("blocked_by") else "",
                },
            )
    _show_late(layers, console, key)
    orders: dict[str, list[str]] = {}
    named_orders: list[tuple[str, str, Sequence[str]]] = []
    if layers.has("marts.opportunity_to_order.fct_allocation"):
        rows = layers.rows(
            """
            select
                erp_system, order_id, order_number,
                coalesce(order_number, order_id) || ' of ' || cast(order_date as varchar)
                    as "order",
                opportunity_line_id as "deal line",
                order_line_id as "order line",
                sku,
                booked_amount as booked, ordered_amount as ordered, currency,
                link_rule as link, evidence_grade as grade
            from marts.opportunity_to_order.fct_allocation
            where crm_system = ? and opportunity_id = ?
            order by order_date, order_number, opportunity_line_id, order_line_id
            """,
            key,
        )
        for row in rows:
            system = row.pop("erp_system")
            order, number = row.pop("order_id"), row.pop("order_number")
            orders.setdefault(system, [])
            if order not in orders[system]:
                orders[system].append(order)
                named_orders.append((system, "order", [order, number or order]))
            for name in ("booked", "ordered"):
                row[name] = layers.money(row[name], row["currency"])
        show_table(console, "Linked order lines", rows, right=("booked", "ordered"))
    deal = "crm_system = $system and opportunity_id = $id"
    named = {"system": subject.system, "id": subject.id}
    show_why_linked(layers, console, deal, named)
    show_possible_sales(layers, console, deal, named)
    _show_changes(layers, console, key)
    show_contracts(layers, console, deal, named)
    for system, ids in orders.items():
        show_bills(layers, console, system, ids)
    # the deal's own atoms, and those of the orders, bills and credits that its money went through
    documents = [
        [system, document]
        for system, ids in orders.items()
        for document in (*ids, *bills_of(layers, system, ids))
    ]
    show_bridge(
        layers,
        console,
        "(crm_system = ? and opportunity_id = ?)"
        " or (opportunity_id = '' and list_contains(?, [erp_system, document_id]))",
        [*key, documents],
    )
    decided = show_decisions(
        layers, console, [(subject.system, "opportunity", [subject.id]), *named_orders]
    )
    show_waiting(layers, console, [subject.id, *decided])
    records = [(subject.system, "opportunity", subject.id)]
    records += [(system, "document", order) for system, ids in orders.items() for order in ids[:3]]
    show_raw_rows(layers, console, records)


def _show_late(layers: Layers, console: Console, key: list[str]) -> None:
    """Why a won deal has no order, and who does what next."""
    if not layers.has("marts.opportunity_to_order.rpt_leakage"):
        return
    for row in layers.rows(
        "select * from marts.opportunity_to_order.rpt_leakage"
        " where crm_system = ? and opportunity_id = ? order by definition_id limit 1",
        key,
    ):
        late = f"{row['age_business_days']} business days since it was won"
        show_facts(
            console,
            {
                row["class"].replace("_", " "): f"{layers.money(row['amount'], row['currency'])} "
                f"without an order, {late}",
                "reason": (row.get("reason") or "").replace("_", " "),
                "next": ": ".join(
                    filter(None, (row.get("acts") or row.get("owner"), row.get("next_action")))
                ),
            },
        )


def _show_changes(layers: Layers, console: Console, key: list[str]) -> None:
    """What was changed of a deal after its quarter or its period had ended."""
    if not layers.has("marts.opportunity_to_order.fct_opportunity_change"):
        return
    rows = layers.rows(
        """
        select
            cast(change.changed_at as varchar) as changed, change.changed_by as by,
            replace(change.change_type, '_', ' ') as what, change.from_value as "from",
            change.to_value as "to", change.amount_effect as effect, change.currency,
            change.evidence
        from marts.opportunity_to_order.fct_opportunity_change as change
        inner join marts.definitions.definition_set as definition using (definition_id)
        where definition.is_primary and change.crm_system = ? and change.opportunity_id = ?
        order by change.changed_at desc, change.change_key
        """,
        key,
    )
    for row in rows:
        row["effect"] = layers.money(row["effect"], row["currency"], sign=True)
    show_table(console, "Changed after its quarter ended", rows, right=("effect",))
