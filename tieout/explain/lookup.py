"""Which record is meant by an id, a number, an address or a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tieout.explain.layers import Layers

# What a person may write before a colon to say which kind of record is meant.
_KINDS = {
    "opportunity": "opportunity",
    "deal": "opportunity",
    "order": "document",
    "invoice": "document",
    "document": "document",
    "contract": "document",
    "obligation": "obligation",
    "customer": "customer",
    "account": "customer",
}


@dataclass(frozen=True)
class Subject:
    """The record that is asked for."""

    kind: str
    system: str
    id: str
    label: str


def long_id(text: str) -> str:
    """A Salesforce id in its 18-character form; any other text unchanged.

    Takes an 18-character id, a 15-character one (its last three characters are a checksum of which
    letters are capitals), or an address of the record in the browser.
    """
    found = re.search(r"(?:^|[/=])([a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?)(?:$|[/?&#])", text.strip())
    if not found:
        return text.strip()
    identifier = found.group(1)
    if len(identifier) == 18 or not any(map(str.isdigit, identifier)):
        return identifier
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    suffix = "".join(
        alphabet[sum(1 << bit for bit in range(5) if identifier[block + bit].isupper())]
        for block in (0, 5, 10)
    )
    return identifier + suffix


# One query per way to name a record: (kind, layer's table, SQL). Earlier ones win.
_WAYS = (
    (
        "opportunity",
        "warehouse.intermediate.int_crm__opportunity",
        """
        select crm_system as system, opportunity_id as id, opportunity_name as label,
            opportunity_id in ($id, $text) as by_id
        from warehouse.intermediate.int_crm__opportunity
        where opportunity_id in ($id, $text) or lower(opportunity_number) = lower($text)
            or lower(opportunity_name) = lower($text)
        """,
    ),
    (
        "opportunity",
        "marts.opportunity_to_order.fct_opportunity_to_cash",
        """
        select crm_system as system, opportunity_id as id, opportunity_name as label,
            opportunity_id in ($id, $text) as by_id
        from marts.opportunity_to_order.fct_opportunity_to_cash
        where opportunity_id in ($id, $text) or lower(opportunity_name) = lower($text)
        """,
    ),
    (
        "document",
        "warehouse.intermediate.int_erp__document",
        """
        select erp_system as system, document_id as id,
            replace(document_type, '_', ' ') || ' ' || document_number as label,
            lower(document_number) = lower($text) as by_id
        from warehouse.intermediate.int_erp__document
        where lower(document_number) = lower($text) or document_id = $text
        """,
    ),
    (
        "document",
        "marts.revenue_bridge.fct_bridge_atom",
        """
        select erp_system as system, document_id as id,
            any_value(replace(document_type, '_', ' ') || ' ' || document_number) as label,
            bool_or(lower(document_number) = lower($text)) as by_id
        from marts.revenue_bridge.fct_bridge_atom
        where document_id <> '' and (lower(document_number) = lower($text) or document_id = $text)
        group by erp_system, document_id
        """,
    ),
    (
        "obligation",
        "marts.revenue_bridge.fct_performance_obligation",
        """
        select erp_system as system, obligation_id as id, coalesce(sku, '') as label,
            false as by_id
        from marts.revenue_bridge.fct_performance_obligation
        where obligation_id = $text
        """,
    ),
    (
        "customer",
        "warehouse.intermediate.int_customer__account",
        """
        select 'crm' as system, member.customer_key as id, account.account_name as label,
            account.account_id in ($id, $text) as by_id
        from warehouse.intermediate.int_customer__account as account
        inner join warehouse.intermediate.int_customer__member as member
            on account.crm_system = member.source_system and account.account_id = member.record_id
        where account.account_id in ($id, $text) or lower(account.account_name) = lower($text)
            or lower(account.account_number) = lower($text)
        """,
    ),
    (
        "customer",
        "warehouse.intermediate.int_customer__erp_customer",
        """
        select 'erp' as system, member.customer_key as id, customer.customer_name as label,
            lower(customer.customer_number) = lower($text) as by_id
        from warehouse.intermediate.int_customer__erp_customer as customer
        inner join warehouse.intermediate.int_customer__member as member
            on customer.erp_system = member.source_system
            and customer.erp_customer_id = member.record_id
        where customer.erp_customer_id = $text or lower(customer.customer_number) = lower($text)
            or lower(customer.customer_name) = lower($text)
        """,
    ),
    (
        "customer",
        "marts.account_mapping.dim_customer",
        """
        select 'mart' as system, customer.customer_key as id, customer.customer_name as label,
            bool_or(link.crm_account_id in ($id, $text)) as by_id
        from marts.account_mapping.dim_customer as customer
        left join marts.account_mapping.map_account_customer as link using (customer_key)
        where customer.customer_key = $text or lower(customer.customer_name) = lower($text)
            or link.crm_account_id in ($id, $text) or link.erp_customer_id = $text
        group by all
        """,
    ),
)


def find(layers: Layers, identifier: str) -> list[Subject]:
    """Records that go by this id, number or name; exact ids first, then in the order of _WAYS."""
    prefix, _, rest = identifier.partition(":")
    wanted = _KINDS.get(prefix.strip().lower()) if rest and "//" not in rest else None
    text = (rest if wanted else identifier).strip()
    if not text:
        return []
    parameters = {"text": text, "id": long_id(text)}
    found: dict[tuple[str, str], tuple[bool, int, Subject]] = {}
    for order, (kind, table, sql) in enumerate(_WAYS):
        if (wanted and kind != wanted) or not layers.has(table):
            continue
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        for row in layers.rows(sql + " limit 20", used):
            subject = Subject(kind, row["system"], row["id"], row["label"] or "")
            key = (kind, row["id"])
            if key not in found:
                found[key] = (not row["by_id"], order, subject)
    return [subject for _, _, subject in sorted(found.values(), key=lambda one: one[:2])]
