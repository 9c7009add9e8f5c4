"""What more than one kind of record can say of itself, a section each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from tieout.explain.layers import Layers, Row
from tieout.explain.lookup import long_id
from tieout.explain.tables import LIMIT, show_heading, show_table

# Where a record's source rows are: (system, kind) -> raw objects with the column that names the
# record. The first object holds the record itself, the others its parts. A system that is not
# listed is shown without its raw rows.
_RAW = {
    ("salesforce", "opportunity"): (
        ("opportunity", "id"),
        ("opportunity_line_item", "opportunity_id"),
        ("opportunity_field_history", "opportunity_id"),
    ),
    ("salesforce", "account"): (
        ("account", "id"),
        ("contact", "account_id"),
        ("contract", "account_id"),
    ),
    ("netsuite", "document"): (
        ("transaction", "id"),
        ("transaction_line", "transaction"),
        ("transaction_accounting_line", "transaction"),
        ("next_transaction_line_link", "previousdoc"),
        ("next_transaction_line_link", "nextdoc"),
    ),
    ("netsuite", "obligation"): (
        ("revenue_element", "id"),
        ("revenue_plan", "createdfrom"),
    ),
    ("netsuite", "erp_customer"): (
        ("customer", "id"),
        ("customer_subsidiary_relationship", "entity"),
        ("customer_addressbook", "entity"),
        ("contact", "company"),
    ),
}


def show_raw_rows(
    layers: Layers, console: Console, records: Sequence[tuple[str, str, str]]
) -> None:
    """Source rows with the load, file and row that each came from, newest version first."""
    rows: list[Row] = []
    for system, kind, record_id in records:
        for table, column in _RAW.get((system, kind), ()):
            name = f"warehouse.raw_{system}.{table}"
            if not layers.has(name):
                continue
            rows += layers.rows(
                f"""
                select
                    '{system} {table}' as "source object",
                    count(*) as rows,
                    raw._load_id as load,
                    strftime(any_value(audit.loaded_at), '%Y-%m-%d %H:%M') as loaded,
                    regexp_extract(raw._source_file, '[^/]*$') as file,
                    case
                        when min(raw._source_row) is null then ''
                        when min(raw._source_row) = max(raw._source_row)
                            then cast(min(raw._source_row) as varchar)
                        else min(raw._source_row) || ' to ' || max(raw._source_row)
                    end as row,
                    case when bool_or(raw._is_deleted) then 'deleted at source' else '' end as note
                from {name} as raw
                left join (
                    select load_id, max(loaded_at) as loaded_at
                    from warehouse.raw_operations.load_audit
                    group by load_id
                ) as audit on raw._load_id = audit.load_id
                where cast(raw."{column}" as varchar) = ?
                group by raw._load_id, raw._source_file
                order by raw._load_id desc
                """,
                [record_id],
            )
    show_table(console, "Raw rows", rows, right=("rows", "row"))


def show_bridge(layers: Layers, console: Console, condition: str, parameters: list[Any]) -> None:
    """The record's atoms, one column of amounts per definition set."""
    if not layers.has("marts.revenue_bridge.fct_bridge_atom"):
        return
    definitions = [
        row["definition_id"]
        for row in layers.rows(
            "select definition_id from marts.definitions.definition_set"
            " order by is_primary desc, definition_id"
        )
    ]
    found = layers.rows(
        f"""
        select
            definition_id, leg, line_code, line_detail, entity, currency, period, rule,
            evidence_grade,
            replace(document_type, '_', ' ') || ' ' || coalesce(nullif(document_number, ''),
                document_id) as document,
            cast(sum(amount) as decimal(28, 4)) as amount
        from marts.revenue_bridge.fct_bridge_atom
        where {condition}
        group by all
        order by leg, line_code, period, document, definition_id
        """,
        parameters,
    )
    names = {
        row["line_code"]: row["line_name"]
        for row in layers.rows(
            "select line_code, any_value(line_name) as line_name"
            " from marts.revenue_bridge.rpt_revenue_bridge group by line_code"
        )
    }
    lines: dict[tuple[Any, ...], Row] = {}
    for row in found:
        key = tuple(
            row[name]
            for name in (
                "line_code",
                "line_detail",
                "entity",
                "currency",
                "period",
                "document",
                "evidence_grade",
                "rule",
            )
        )
        line = lines.setdefault(
            key,
            {
                "line": f"{row['line_code']} {names.get(row['line_code'], '')}",
                "month": f"{row['period']:%Y-%m}",
                "document": row["document"].strip(),
                **dict.fromkeys(definitions, ""),
                "currency": row["currency"],
                "why": _why(row["line_detail"], row["rule"]),
                "grade": row["evidence_grade"],
            },
        )
        line[row["definition_id"]] = layers.money(row["amount"], row["currency"], sign=True)
    show_table(console, "In the bridge", list(lines.values()), right=definitions)


def _why(detail: str, rule: str) -> str:
    """What sort of item it is and the rule that proves it; once, where both say the same."""
    said = detail.replace("_", " ")
    return ": ".join(part for part in (said, "" if rule in (detail, said) else rule) if part)


def show_decisions(
    layers: Layers, console: Console, records: Sequence[tuple[str, str, Sequence[str]]]
) -> list[str]:
    """What stewards decided about records, each given as system, type and the ids it goes by.

    Returns:
        The decisions' ids, under which exceptions may name them.
    """
    if not layers.has("marts.definitions.steward_decision_record"):
        return []
    wanted = [f"{kind} {system}:{one}" for system, kind, ids in records for one in ids]
    # Short ids of the CRM name a record too.
    wanted += [
        f"{kind} {system}:{one[:15]}"
        for system, kind, ids in records
        if kind in ("account", "opportunity")
        for one in ids
    ]
    lines = ""
    if layers.has("marts.definitions.steward_decision_line"):
        lines = """
            union all
            select
                decision_id, 'line ' || order_line_id || ' is ' || crm_system || ':'
                || opportunity_line_id as name
            from marts.definitions.steward_decision_line
        """
    rows = layers.rows(
        f"""
        with named as (
            select decision_id, record_type || ' ' || source_system || ':' || record_id as name
            from marts.definitions.steward_decision_record
            {lines}
        )
        select
            decision.decision_id as decision, replace(decision.action, '_', ' ') as says,
            (
                select string_agg(named.name, ', ' order by named.name like 'line %', named.name)
                from named
                where named.decision_id = decision.decision_id
            ) as "about",
            decision.owner, decision.reason, cast(decision.decided_on as varchar) as "on",
            case
                when decision.expires_on = date '9999-12-31' then 'further notice'
                else cast(decision.expires_on as varchar)
            end as until
        from marts.definitions.steward_decision as decision
        where decision.decision_id in (
            select decision_id from named where name in (select unnest($wanted))
        )
        order by decision.decided_on desc, decision.decision_id desc
        """,
        {"wanted": wanted},
    )
    show_table(console, "Decided by stewards", rows)
    return [row["decision"] for row in rows]


def show_why_linked(layers: Layers, console: Console, condition: str, parameters: Row) -> None:
    """For each linked order and deal what links them: the rule, its evidence, or who decided."""
    if not layers.has("marts.opportunity_to_order.fct_allocation"):
        return
    scored = "select null as erp_system, null as order_id, null as crm_system,"
    scored += " null as opportunity_id, null as points, null as evidence where false"
    if layers.has("warehouse.intermediate.int_order_link__score_verdict"):
        scored = "select * from warehouse.intermediate.int_order_link__score_verdict"
    decided = "select null as erp_system, null as order_id, null as crm_system,"
    decided += " null as opportunity_id, null as said where false"
    if layers.has("warehouse.intermediate.int_order_link__decided_pair"):
        decided = (
            "select *, decision_id || ': ' || owner || ', ' || reason as said"
            " from warehouse.intermediate.int_order_link__decided_pair where verdict = 'same'"
        )
    rows = layers.rows(
        f"""
        with link as (
            select
                erp_system, order_id, any_value(order_number) as order_number, crm_system,
                opportunity_id, link_rule, evidence_grade
            from marts.opportunity_to_order.fct_allocation
            where {condition}
            group by all
        )
        select
            coalesce(link.order_number, link.order_id) as "order", link.opportunity_id as deal,
            link.link_rule as rule, link.evidence_grade as grade,
            coalesce(decided.said, scored.evidence || ', ' || scored.points || ' points')
                as evidence
        from link
        left join ({decided}) as decided
            using (erp_system, order_id, crm_system, opportunity_id)
        left join ({scored}) as scored
            using (erp_system, order_id, crm_system, opportunity_id)
        where decided.said is not null or link.evidence_grade not in ('A', 'B')
        order by link.order_number, link.opportunity_id
        """,
        parameters,
    )
    show_table(console, "Why they are linked", rows)


def show_possible_sales(layers: Layers, console: Console, condition: str, named: Row) -> None:
    """Orders and deals that wait for a person to say whether they belong together."""
    if not layers.has("marts.opportunity_to_order.rpt_order_link_review"):
        return
    rows = layers.rows(
        f"""
        select
            coalesce(order_number, order_id) as "order", order_amount as ordered,
            opportunity_id as deal, opportunity_name as name, opportunity_amount as sold, currency,
            points, evidence, why_not_accepted as "why it waits"
        from marts.opportunity_to_order.rpt_order_link_review
        where {condition}
        order by review_rank
        """,
        named,
    )
    for row in rows:
        for name in ("ordered", "sold"):
            row[name] = layers.money(row[name], row["currency"])
    show_table(
        console,
        "May be one sale: `tieout review` takes the answer",
        rows,
        right=("ordered", "sold", "points"),
    )


def show_contracts(layers: Layers, console: Console, condition: str, parameters: Row) -> None:
    """The contracts of obligations, whole: what was promised, and how the price was shared out."""
    if not layers.has("marts.revenue_bridge.fct_performance_obligation"):
        return
    rows = layers.rows(
        f"""
        select *
        from marts.revenue_bridge.fct_performance_obligation
        where (erp_system, contract_id) in (
            select (erp_system, contract_id)
            from marts.revenue_bridge.fct_performance_obligation
            where {condition}
        )
        order by erp_system, contract_id, agreed_on, length(obligation_id), obligation_id
        """,
        parameters,
    )
    contracts: dict[str, list[Row]] = {}
    for row in rows:
        contracts.setdefault(row["contract_id"], []).append(row)
    for contract, parts in contracts.items():
        crm = next((row for row in parts if row["crm_contract_id"]), None)
        title = f"Obligations of contract {contract}, begun {parts[0]['inception_date']}"
        if crm:
            title += f", in the CRM {crm['crm_contract_number'] or crm['crm_contract_id']}"
        show_table(
            console,
            title,
            [
                {
                    "obligation": row["obligation_id"],
                    "item": row["sku"],
                    "agreed": row["agreed_on"],
                    "stated": layers.money(row["sales_amount"], row["currency"]),
                    "adjusted": layers.money(row["price_adjustment"] or None, row["currency"]),
                    "stand-alone": layers.money(row["stand_alone_amount"], row["currency"]),
                    "ours": layers.money(row["allocated_amount"], row["currency"]),
                    "the ERP's": layers.money(row["erp_allocated_amount"], row["currency"]),
                    "currency": row["currency"],
                    "by": " ".join(filter(None, (row["allocation_rule"], row["allocation_gap"])))
                    .replace("_", " "),
                    "recognised": row["recognition_rule"],
                    "service": " to ".join(
                        str(day) for day in (row["start_date"], row["end_date"]) if day
                    ),
                }
                for row in parts
            ],
            right=("stated", "adjusted", "stand-alone", "ours", "the ERP's"),
        )  # fmt: skip


def show_unapplied_cash(layers: Layers, console: Console, condition: str, parameters: Row) -> None:
    """Cash that was applied to nothing."""
    if not layers.has("marts.revenue_bridge.rpt_unapplied_cash"):
        return
    found = layers.rows(
        f"select * from marts.revenue_bridge.rpt_unapplied_cash where {condition}"
        " order by payment_date, payment_id",
        parameters,
    )
    rows: list[Row] = [
        {
            "document": f"{row.get('document_type') or 'payment'} ".replace("_", " ")
            + (row["payment_number"] or row["payment_id"]),
            "on": row["payment_date"],
            "received": layers.money(row["received_amount"], row["currency"]),
            "applied to nothing": layers.money(row["unapplied_amount"], row["currency"]),
            "would pay open invoices of": layers.money(row["open_invoice_amount"], row["currency"]),
            "currency": row["currency"],
            "days ago": row["age_days"],
        }
        for row in found
    ]
    right = ("received", "applied to nothing", "would pay open invoices of", "days ago")
    show_table(console, "Cash applied to nothing", rows[:LIMIT], right=right, total=len(rows))


def _billed_lines(layers: Layers) -> str:
    """A query of billing lines with the order of each; a credit has the order of its bill."""
    if not layers.has("warehouse.intermediate.int_booking__billed_order_line"):
        return "select * from warehouse.intermediate.int_erp__billing_line"
    return """
        select
            line.* replace (coalesce(line.order_id, credited.order_id) as order_id)
        from warehouse.intermediate.int_erp__billing_line as line
        left join warehouse.intermediate.int_booking__billed_order_line as credited
            using (erp_system, document_id, document_line_id)
    """


def orders_of(layers: Layers, system: str, document: str) -> list[str]:
    """Ids of the orders that a bill is for, or a credit by way of its bill."""
    if not layers.has("warehouse.intermediate.int_erp__billing_line"):
        return []
    rows = layers.rows(
        f"""
        select order_id from ({_billed_lines(layers)})
        where erp_system = ? and document_id = ? and coalesce(order_id, '') <> ''
        group by order_id
        """,
        [system, document],
    )
    return [row["order_id"] for row in rows]


def bills_of(layers: Layers, system: str, orders: list[str]) -> list[str]:
    """Ids of the bills of orders, and of the credits made of those bills."""
    if not orders or not layers.has("warehouse.intermediate.int_erp__billing_line"):
        return []
    rows = layers.rows(
        f"""
        select document_id from ({_billed_lines(layers)})
        where erp_system = $system and order_id in (select unnest($orders))
        group by document_id
        """,
        {"system": system, "orders": orders},
    )
    return [row["document_id"] for row in rows]


def show_bills(layers: Layers, console: Console, system: str, orders: list[str]) -> None:
    """What followed on orders: bills, credits of them and the cash applied to them."""
    if not orders or not layers.has("warehouse.intermediate.int_erp__billing_line"):
        return
    rows = layers.rows(
        f"""
        with bill as (
            select
                document_id, document_type, document_number, document_date, period, currency,
                bool_and(is_posting) as is_posting, bool_or(is_voided) as is_voided,
                cast(sum(amount) as decimal(28, 4)) as amount
            from ({_billed_lines(layers)})
            where erp_system = $system and order_id in (select unnest($orders))
            group by all
        ),
        cash as (
            select invoice_id, cast(sum(amount) as decimal(28, 4)) as amount,
                max(payment_date) as last_date
            from warehouse.intermediate.int_erp__payment_application
            where erp_system = $system
            group by invoice_id
        )
        select
            replace(bill.document_type, '_', ' ') || ' ' || bill.document_number as document,
            cast(bill.document_date as varchar) as date,
            strftime(bill.period, '%Y-%m') as month,
            bill.amount,
            bill.currency,
            cash.amount as "cash applied, gross",
            cast(cash.last_date as varchar) as "last on",
            case when bill.is_voided then 'voided' when not bill.is_posting then 'not posted'
                else '' end as note
        from bill
        left join cash on bill.document_id = cash.invoice_id
        order by bill.document_date, bill.document_id
        """,
        {"system": system, "orders": orders},
    )
    for row in rows:
        for name in ("amount", "cash applied, gross"):
            row[name] = layers.money(row[name], row["currency"])
    show_table(console, "Billed and paid", rows, right=("amount", "cash applied, gross"))


def show_waiting(layers: Layers, console: Console, ids: list[str]) -> None:
    """What a person must do about it: exceptions and rejected rows that name one of the ids."""
    if layers.has("marts.operations.exception"):
        rows = layers.rows(
            """
            select
                replace(exception_type, '_', ' ') as exception, amount, currency, owner, detail
            from marts.operations.exception
            where list_has_any(string_split(source_key, '/'), ?)
            order by exception_type
            """,
            [ids],
        )
        for row in rows:
            row["amount"] = layers.money(row["amount"], row["currency"])
        show_table(console, "Waits for a person", rows, right=("amount",))
    letters = [letter for one in ids for letter in dead_letters(layers, one)]
    if letters:
        show_heading(console, "Rejected rows")
        show_dead_letters(console, letters)


def dead_letters(layers: Layers, identifier: str) -> list[Row]:
    """Rejected rows whose key this is."""
    for table in ("warehouse.raw_operations.dead_letter", "marts.operations.dead_letter"):
        if layers.has(table):
            return layers.rows(
                f"select system, object, reason, status, load_id, payload from {table}"
                " where source_key in (?, ?) order by load_id",
                [identifier, long_id(identifier)],
            )
    return []


def show_dead_letters(console: Console, letters: list[Row]) -> None:
    """Rejected rows with the reason and the beginning of the payload."""
    for letter in letters[:LIMIT]:
        console.print(
            Text(
                f" {letter['system']} {letter['object']}, {letter['status']}: {letter['reason']}"
                f" (load {letter['load_id']})"
            )
        )
        console.print(Text(f"   {str(letter['payload'])[:300]}", "dim"))
