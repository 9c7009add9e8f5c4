"""Follow one deal, document or customer through every layer, from the bridge down to raw rows.

The bridge, the links and the waiting lists come from the current publication, which can be read at
any moment. Raw rows, their loads and the vendor-neutral records come from the warehouse; while a
run holds it, that part is left out and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieout import publication
from tieout.errors import InputError
from tieout.settings import Home

Row = dict[str, Any]

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

# Rows of one list; the rest is counted, so that the answer stays on a screen or two.
_LIMIT = 12


@dataclass(frozen=True)
class Subject:
    """The record that is asked for."""

    kind: str
    system: str
    id: str
    label: str


class _Layers:
    """The two databases, attached read-only to one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, note: str | None) -> None:
        self._connection = connection
        self.note = note
        self.has_warehouse = note is None
        tables = self.rows(
            "select table_catalog || '.' || table_schema || '.' || table_name as name"
            " from information_schema.tables"
        )
        self._tables = {row["name"] for row in tables}
        self.minor_unit: dict[str, int] = {}
        if self.has("marts.revenue_bridge.rpt_bridge_anchor"):
            self.minor_unit = {
                row["currency"]: row["minor_unit"]
                for row in self.rows(
                    "select currency, max(minor_unit) as minor_unit"
                    " from marts.revenue_bridge.rpt_bridge_anchor group by currency"
                )
            }

    def has(self, table: str) -> bool:
        return table in self._tables

    def rows(self, sql: str, parameters: Sequence[Any] | Row | None = None) -> list[Row]:
        """All rows of a query about one record."""
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def money(self, amount: Decimal | None, currency: str | None, *, sign: bool = False) -> str:
        if amount is None:
            return ""
        unit = self.minor_unit.get(currency or "", 2)
        return f"{amount:{'+' if sign and amount else ''},.{unit}f}"


@contextmanager
def _open(home: Home) -> Iterator[_Layers]:
    """Attach what can be read now.

    Raises:
        InputError: there is neither a publication nor a warehouse that can be read.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set temp_directory = ?", [str(home.work / "explain.tmp")])
        marts = home.current / "marts.duckdb"
        has_marts = marts.exists()
        if not has_marts and publication.history(home):
            found = publication.find(home, None)  # refuses where the link is lost
            raise InputError(
                "What is published has no marts.",
                where=str(found.marts),
                do="`tieout rollback` shows readers the publication before it.",
            )
        if has_marts:
            connection.execute(f"attach {_literal(str(marts.resolve()))} as marts (read_only)")
        note = None
        if not home.warehouse.exists():
            note = "There is no warehouse in this home, so raw rows cannot be shown."
        else:
            try:
                connection.execute(
                    f"attach {_literal(str(home.warehouse))} as warehouse (read_only)"
                )
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise
                note = (
                    "A run holds the warehouse now, so raw rows cannot be shown; ask again later."
                )
        if not has_marts and note:
            raise InputError(
                "There is nothing to explain from: no publication, and no warehouse to read.",
                where=str(home.path),
                do="Run `tieout run` first, or wait until the run is over.",
            )
        yield _Layers(connection, note)
    finally:
        connection.close()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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


def find(layers: _Layers, identifier: str) -> list[Subject]:
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


def explain(home: Home, identifier: str, console: Console | None = None) -> None:
    """Print everything that is known of one record.

    Args:
        home: where the publication and the warehouse are.
        identifier: a Salesforce id (15 or 18 characters, or the record's address), an ERP id or
            document number, or a name; `order:501` or `customer:501` where a number is both.
        console: where to print; standard output when not given.

    Raises:
        InputError: nothing goes by that id, or there is nothing to look in.
    """
    console = console or Console()
    with _open(home) as layers:
        subjects = find(layers, identifier)
        if not subjects:
            letters = _dead_letters(layers, identifier)
            if not letters:
                raise InputError(
                    f"Nothing goes by {identifier!r}.",
                    where=str(home.path),
                    do="Give an opportunity, order, invoice, obligation or customer: its id, number"
                    " or exact name. Names of people and products and lines of the bridge are not"
                    " looked up.",
                )
            console.print(Text(f"{identifier} was read and rejected:", "bold"))
            _print_letters(console, letters)
            return
        subject = subjects[0]
        _heading(console, f"{subject.kind.capitalize()} {subject.label}", subject.id)
        if layers.note:
            console.print(Text(layers.note, "yellow"))
        sections = {
            "opportunity": _opportunity,
            "document": _document,
            "obligation": _obligation,
            "customer": _customer,
        }
        sections[subject.kind](layers, console, subject)
        if len(subjects) > 1:
            console.print()
            others = ", ".join(f"{o.kind}:{o.id} ({o.label})" for o in subjects[1:6])
            more = f" and {len(subjects) - 6} more" if len(subjects) > 6 else ""
            console.print(Text(f"Also called so: {others}{more}", "dim"))


# Each section prints nothing when it has nothing to say.


def _heading(console: Console, title: str, note: str = "") -> None:
    console.print()
    console.print(Text.assemble((title, "bold"), "  ", (note, "dim")))


def _grid(
    console: Console, title: str, rows: list[Row], *, right: Sequence[str] = (), total: int = 0
) -> None:
    """A titled table of rows whose keys are the column titles."""
    if not rows:
        return
    _heading(console, title)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows[0]:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows[:_LIMIT]:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console.print(table)
    left = max(total, len(rows)) - min(len(rows), _LIMIT)
    if left > 0:
        console.print(Text(f"and {left:,} more", "dim"))


def _facts(console: Console, facts: Row) -> None:
    shown = {name: value for name, value in facts.items() if value not in (None, "")}
    if not shown:
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in shown.items():
        table.add_row(name, Text(str(value)))
    console.print(table)


def _raw(layers: _Layers, console: Console, records: Sequence[tuple[str, str, str]]) -> None:
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
    _grid(console, "Raw rows", rows, right=("rows", "row"))


def _bridge(layers: _Layers, console: Console, condition: str, parameters: list[Any]) -> None:
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
    _grid(console, "In the bridge", list(lines.values()), right=definitions)


def _why(detail: str, rule: str) -> str:
    """What sort of item it is and the rule that proves it; once, where both say the same."""
    said = detail.replace("_", " ")
    return ": ".join(part for part in (said, "" if rule in (detail, said) else rule) if part)


def _decisions(
    layers: _Layers, console: Console, records: Sequence[tuple[str, str, Sequence[str]]]
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
    _grid(console, "Decided by stewards", rows)
    return [row["decision"] for row in rows]


def _why_linked(layers: _Layers, console: Console, condition: str, parameters: Row) -> None:
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
    _grid(console, "Why they are linked", rows)


def _may_be_one_sale(layers: _Layers, console: Console, condition: str, named: Row) -> None:
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
    _grid(
        console,
        "May be one sale: `tieout review` takes the answer",
        rows,
        right=("ordered", "sold", "points"),
    )


def _may_be_one_company(
    layers: _Layers, console: Console, records: Sequence[tuple[str, str, str]]
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
    _grid(console, "May be one company: `tieout review` takes the answer", rows)


def _late(layers: _Layers, console: Console, key: list[str]) -> None:
    """Why a won deal has no order, and who does what next."""
    if not layers.has("marts.opportunity_to_order.rpt_leakage"):
        return
    for row in layers.rows(
        "select * from marts.opportunity_to_order.rpt_leakage"
        " where crm_system = ? and opportunity_id = ? order by definition_id limit 1",
        key,
    ):
        late = f"{row['age_business_days']} business days since it was won"
        _facts(
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


def _unlinked(layers: _Layers, console: Console, key: list[str]) -> None:
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
        _grid(console, "Ordered without a deal", rows, right=("amount",))
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
        _grid(console, "Blocked", blocks, right=("amount",))


def _changes(layers: _Layers, console: Console, key: list[str]) -> None:
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
    _grid(console, "Changed after its quarter ended", rows, right=("effect",))


def _applied(layers: _Layers, console: Console, key: list[str]) -> None:
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
        _grid(console, title, rows, right=("amount, gross",))


def _unapplied(layers: _Layers, console: Console, condition: str, parameters: Row) -> None:
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
    _grid(console, "Cash applied to nothing", rows[:_LIMIT], right=right, total=len(rows))


def _still_to_come(layers: _Layers, console: Console, key: str, customers: list[str]) -> None:
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
    _grid(console, "Still to come", rows, right=("records", "amount", "of it overdue"))


def _without_deal(layers: _Layers, console: Console, key: str) -> None:
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
    _grid(console, "Ordered without a deal", rows, right=("orders", "ordered"))


def _waiting(layers: _Layers, console: Console, ids: list[str]) -> None:
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
        _grid(console, "Waits for a person", rows, right=("amount",))
    letters = [letter for one in ids for letter in _dead_letters(layers, one)]
    if letters:
        _heading(console, "Rejected rows")
        _print_letters(console, letters)


def _dead_letters(layers: _Layers, identifier: str) -> list[Row]:
    for table in ("warehouse.raw_operations.dead_letter", "marts.operations.dead_letter"):
        if layers.has(table):
            return layers.rows(
                f"select system, object, reason, status, load_id, payload from {table}"
                " where source_key in (?, ?) order by load_id",
                [identifier, long_id(identifier)],
            )
    return []


def _print_letters(console: Console, letters: list[Row]) -> None:
    for letter in letters[:_LIMIT]:
        console.print(
            Text(
                f" {letter['system']} {letter['object']}, {letter['status']}: {letter['reason']}"
                f" (load {letter['load_id']})"
            )
        )
        console.print(Text(f"   {str(letter['payload'])[:300]}", "dim"))


def _documents(layers: _Layers, console: Console, system: str, orders: list[str]) -> None:
    """What followed on orders: bills and the cash applied to them."""
    if not orders or not layers.has("warehouse.intermediate.int_erp__billing_line"):
        return
    rows = layers.rows(
        """
        with bill as (
            select
                document_id, document_type, document_number, document_date, period, currency,
                bool_and(is_posting) as is_posting, bool_or(is_voided) as is_voided,
                cast(sum(amount) as decimal(28, 4)) as amount
            from warehouse.intermediate.int_erp__billing_line
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
    _grid(console, "Billed and paid", rows, right=("amount", "cash applied, gross"))


def _contract(layers: _Layers, console: Console, condition: str, parameters: Row) -> None:
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
        _grid(
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


def _schedule(layers: _Layers, console: Console, parameters: Row) -> None:
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
    _grid(console, "Schedule", rows, right=amounts)


def _obligation(layers: _Layers, console: Console, subject: Subject) -> None:
    named = {"system": subject.system, "id": subject.id}
    _contract(layers, console, "erp_system = $system and obligation_id = $id", named)
    _schedule(layers, console, named)
    _waiting(layers, console, [subject.id])
    _raw(layers, console, [(subject.system, "obligation", subject.id)])


def _opportunity(layers: _Layers, console: Console, subject: Subject) -> None:
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
            _facts(
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
            _facts(
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
    _late(layers, console, key)
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
        _grid(console, "Linked order lines", rows, right=("booked", "ordered"))
    deal = "crm_system = $system and opportunity_id = $id"
    named = {"system": subject.system, "id": subject.id}
    _why_linked(layers, console, deal, named)
    _may_be_one_sale(layers, console, deal, named)
    _changes(layers, console, key)
    _contract(layers, console, deal, named)
    for system, ids in orders.items():
        _documents(layers, console, system, ids)
    # the deal's own atoms, and those of the orders and bills that its money went through
    documents = [[system, document] for system, ids in orders.items() for document in ids]
    if layers.has("warehouse.intermediate.int_erp__billing_line"):
        documents += [
            [system, row["document_id"]]
            for system, ids in orders.items()
            for row in layers.rows(
                "select document_id from warehouse.intermediate.int_erp__billing_line"
                " where erp_system = $system and order_id in (select unnest($orders))"
                " group by document_id",
                {"system": system, "orders": ids},
            )
        ]
    _bridge(
        layers,
        console,
        "(crm_system = ? and opportunity_id = ?)"
        " or (opportunity_id = '' and list_contains(?, [erp_system, document_id]))",
        [*key, documents],
    )
    decided = _decisions(
        layers, console, [(subject.system, "opportunity", [subject.id]), *named_orders]
    )
    _waiting(layers, console, [subject.id, *decided])
    records = [(subject.system, "opportunity", subject.id)]
    records += [(system, "document", order) for system, ids in orders.items() for order in ids[:3]]
    _raw(layers, console, records)


def _document(layers: _Layers, console: Console, subject: Subject) -> None:
    key = [subject.system, subject.id]
    orders = [subject.id]
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
            _facts(
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
        orders += [
            row["order_id"]
            for row in layers.rows(
                "select order_id from warehouse.intermediate.int_erp__billing_line"
                " where erp_system = ? and document_id = ? and coalesce(order_id, '') <> ''"
                " group by order_id",
                key,
            )
        ]
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
        _grid(console, "Deals behind it", rows, right=("booked", "ordered"))
    named = {"system": subject.system, "id": subject.id}
    _why_linked(layers, console, "erp_system = $system and order_id = $id", named)
    _may_be_one_sale(layers, console, "erp_system = $system and order_id = $id", named)
    _unlinked(layers, console, key)
    _contract(
        layers,
        console,
        "erp_system = $system"
        " and (order_id in (select unnest($orders)) or contract_id in (select unnest($orders)))",
        {"system": subject.system, "orders": orders},
    )
    _documents(layers, console, subject.system, orders)
    _applied(layers, console, key)
    _unapplied(layers, console, "erp_system = $system and payment_id = $id", named)
    _bridge(layers, console, "erp_system = ? and document_id = ?", key)
    number = subject.label.rpartition(" ")[2]
    decided = _decisions(layers, console, [(subject.system, "order", [subject.id, number])])
    _waiting(layers, console, [subject.id, *decided])
    _raw(layers, console, [(subject.system, "document", subject.id)])


def _customer(layers: _Layers, console: Console, subject: Subject) -> None:
    records: list[tuple[str, str, str]] = []
    if layers.has("marts.account_mapping.map_account_customer"):
        for row in layers.rows(
            "select * from marts.account_mapping.dim_customer where customer_key = ?", [subject.id]
        ):
            _facts(
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
        _grid(console, "The same company in both systems", links)
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
        _grid(console, "Its family", rows[:_LIMIT], right=("levels",), total=len(rows))
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
        _grid(console, "Won deals, from booking to cash", rows, right=("deals", *steps))
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
        _grid(console, "Latest deals", rows[:5], right=("booked",), total=len(rows))
        _without_deal(layers, console, subject.id)
        _still_to_come(layers, console, subject.id, customers)
    _unapplied(
        layers,
        console,
        "erp_system || ':' || erp_customer_id in (select unnest($customers))",
        {"customers": customers},
    )
    _may_be_one_company(layers, console, records)
    decided = _decisions(layers, console, [(system, kind, [one]) for system, kind, one in records])
    _waiting(layers, console, [*(record_id for _, _, record_id in records), *decided])
    _raw(layers, console, records[:8])
