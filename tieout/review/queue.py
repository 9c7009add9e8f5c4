"""What waits for a decision, as the current publication shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from tieout.decisions import Filed, Record
from tieout.errors import InputError

if TYPE_CHECKING:
    from tieout.publication import Publication

# The compared fields, in the order in which they are shown; columns <prefix>_<field> of the marts.
FIELDS = ("name", "street", "city", "state", "postal_code", "country", "domain", "phone", "tax_id")

# What an order and a deal are compared by.
LINK_FIELDS = (
    *("name", "customer", "date", "amount", "items"),
    *("purchase_order", "reference", "entity", "status"),
)
# Of these a difference says something: dates differ always, and the rest is not of one kind.
_TELLING = ("amount", "items", "purchase_order", "entity")

# A short id of the CRM is the first 15 characters of the full one.
SHORT_ID = 15
_CRM_TYPES = ("account", "opportunity")


@dataclass(frozen=True)
class Side:
    """One of the two records of a pair.

    Attributes:
        record: what a decision names.
        fields: value per name of `Pair.fields`; None where the record states none.
        linked_to: records of the other side that it is linked to already; blank: none. Of an order
            and a deal `system:id` each, only those that another decision alone would end.
        bought: its won deals or orders per currency, as text; blank: none.
        number: what people call it by beside its id; blank: nothing.
    """

    record: Record
    fields: dict[str, str | None]
    linked_to: str = ""
    bought: str = ""
    number: str = ""

    @property
    def names(self) -> frozenset[Record]:
        """The record as decisions may name it: by its id, or by its number."""
        named = {_key(self.record)}
        if self.number:
            record = self.record
            named.add(_key(Record(record.record_type, record.source_system, self.number)))
        return frozenset(named)


@dataclass(frozen=True)
class Pair:
    """Two records that may be one company, or an order and a deal that may be one sale.

    Attributes:
        left: CRM account, order, or the first of two records of one side.
        right: ERP customer, deal, or the other of two records of one side.
        candidate: place among what fits the left record, 1 the likeliest; 0 of duplicates.
        candidates: how many fit the left record; 0 of duplicates.
        match_probability: None where there is none: an order and a deal have points, in `evidence`.
        ranking_amount: money at risk in `ranking_currency`, to order the queue by.
        agreeing: names of the fields that are the same.
        differing: names of the fields that both state differently.
        why_not_accepted: why no rule has decided; blank: `evidence` says it.
    """

    left: Side
    right: Side
    candidate: int
    candidates: int
    match_probability: Decimal | None
    evidence: str
    agreeing: frozenset[str]
    differing: frozenset[str]
    currency: str | None
    amount_at_risk: Decimal
    ranking_amount: Decimal
    owner: str | None
    first_seen_at: datetime
    why_not_accepted: str = ""

    @property
    def is_link(self) -> bool:
        """Whether it is an order and a deal."""
        return self.left.record.record_type == "order"

    @property
    def fields(self) -> tuple[str, ...]:
        """What the two are compared by, in the order in which it is shown."""
        return LINK_FIELDS if self.is_link else FIELDS

    @property
    def is_duplicate(self) -> bool:
        """Whether both records are of one side."""
        return self.left.record.record_type == self.right.record.record_type


_MATCHES = """
select
    'account' as left_type, crm_system as left_system, crm_account_id as left_id,
    crm_account_name as left_name, {crm}, crm_linked_to as left_linked_to,
    amounts_by_currency as left_bought,
    'erp_customer' as right_type, erp_system as right_system, erp_customer_id as right_id,
    erp_customer_name as right_name, {erp}, erp_linked_to as right_linked_to,
    erp_amounts_by_currency as right_bought,
    candidate_rank as candidate, candidate_count as candidates, match_probability, evidence,
    agreeing_fields, differing_fields, currency, amount_at_risk, ranking_amount, owner,
    first_seen_at, review_rank, 1 as queue,
from account_mapping.rpt_match_review
"""

_DUPLICATES = """
select
    record_type as left_type, source_system as left_system, record_id as left_id,
    record_name as left_name, {record}, record_linked_to as left_linked_to,
    record_amounts_by_currency as left_bought,
    record_type as right_type, source_system as right_system, other_record_id as right_id,
    other_name as right_name, {other}, other_linked_to as right_linked_to,
    other_amounts_by_currency as right_bought,
    0 as candidate, 0 as candidates, match_probability, evidence,
    agreeing_fields, differing_fields, currency, amount_at_risk, ranking_amount, null as owner,
    first_seen_at, review_rank, 3 as queue,
from account_mapping.rpt_duplicate_review
"""

_LINKS = "select * from opportunity_to_order.rpt_order_link_review"


def read(publication: Publication) -> tuple[list[Pair], dict[str, int]]:
    """Every pair that waits, the most money first; what fits one account or order stays together.

    Returns:
        The pairs, and the decimals per currency as far as the publication has figures in it.

    Raises:
        InputError: the publication was made before it had such a queue.
    """
    import duckdb

    def columns(prefix: str, side: str) -> str:
        return ", ".join(f"{prefix}_{field} as {side}_{field}" for field in FIELDS[1:])

    matches = _MATCHES.format(crm=columns("crm", "left"), erp=columns("erp", "right"))
    duplicates = _DUPLICATES.format(
        record=columns("record", "left"), other=columns("other", "right")
    )
    companies = f"select * from ({matches} union all by name {duplicates})"
    try:
        with duckdb.connect(str(publication.marts), read_only=True) as marts:

            def rows(query: str) -> Iterator[dict[str, Any]]:
                found = marts.execute(query)
                names = [one[0] for one in found.description or ()]
                return (dict(zip(names, row, strict=True)) for row in found.fetchall())

            ranked = [
                *((row["queue"], row["review_rank"], _pair(row)) for row in rows(companies)),
                *((2, row["review_rank"], _link(row)) for row in rows(_LINKS)),
            ]
            ranked.sort(key=lambda one: (-one[2].ranking_amount, *one[:2]))
            pairs = [pair for _, _, pair in ranked]
            units = marts.execute(
                "select currency, max(minor_unit) from revenue_bridge.rpt_bridge_anchor "
                "group by currency"
            ).fetchall()
            return pairs, dict(units)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise InputError(
            "This publication has no queue that can be walked through; an earlier version made it.",
            where=str(publication.marts),
            do="Run `tieout run --exports DIR` again, then `tieout review`.",
        ) from error


def _pair(row: dict[str, Any]) -> Pair:
    def side(name: str) -> Side:
        return Side(
            Record(row[f"{name}_type"], row[f"{name}_system"], row[f"{name}_id"]),
            {field: row[f"{name}_{field}"] for field in FIELDS},
            row[f"{name}_linked_to"] or "",
            row[f"{name}_bought"] or "",
        )

    def names(listed: str) -> frozenset[str]:
        return frozenset(one.replace(" ", "_") for one in listed.split(", ") if one)

    return Pair(
        side("left"),
        side("right"),
        row["candidate"],
        row["candidates"],
        row["match_probability"],
        row["evidence"],
        names(row["agreeing_fields"]),
        names(row["differing_fields"]),
        row["currency"],
        row["amount_at_risk"],
        row["ranking_amount"],
        row["owner"],
        row["first_seen_at"],
    )


def _link(row: dict[str, Any]) -> Pair:
    """An order and a deal of `rpt_order_link_review`."""

    def money(amount: Decimal | None) -> str | None:
        return None if amount is None else f"{row['currency']} {amount}"

    order: dict[str, Any] = {
        "name": row["order_number"],
        "customer": row["erp_customer_name"] or row["erp_customer_id"],
        "date": row["order_date"],
        "amount": money(row["order_amount"]),
        "items": row["order_items"],
        "purchase_order": row["order_purchase_order_number"],
        "reference": row["order_reference"],
        "entity": row["order_entity"],
        "status": row["order_status"],
    }
    deal: dict[str, Any] = {
        "name": row["opportunity_name"],
        "customer": row["crm_account_name"] or row["crm_account_id"],
        "date": row["close_date"],
        "amount": money(row["opportunity_amount"]),
        "items": row["opportunity_items"],
        "purchase_order": row["opportunity_purchase_order_number"],
        "reference": row["opportunity_number"],
        "entity": row["opportunity_entity"],
        "status": row["stage_name"],
    }
    stated = {name for name in _TELLING if order[name] and deal[name]}
    agreeing = {name for name in stated if order[name] == deal[name]}
    (agreeing if row["is_same_customer"] else stated).add("customer")

    def side(
        kind: str, system: str, record_id: str, fields: dict[str, Any], linked: str, number: str
    ) -> Side:
        shown = {name: None if value is None else str(value) for name, value in fields.items()}
        return Side(Record(kind, system, record_id), shown, linked, number=number)

    points = "" if row["points"] is None else f", {row['points']} points"
    return Pair(
        side(
            "order",
            row["erp_system"],
            row["order_id"],
            order,
            row.get("order_linked_to") or "",
            row["order_number"] or "",
        ),
        side(
            "opportunity",
            row["crm_system"],
            row["opportunity_id"],
            deal,
            row.get("opportunity_linked_to") or "",
            "",
        ),
        row["candidate_rank"],
        row["candidate_count"],
        None,
        f"{row['evidence']}{points}",
        frozenset(agreeing),
        frozenset(stated - agreeing),
        row["currency"],
        row["amount_at_risk"],
        row["ranking_amount"],
        row["owner"],
        row["first_seen_at"],
        row["why_not_accepted"],
    )


def undecided(pairs: Iterable[Pair], filed: Iterable[Filed], on: date) -> list[Pair]:
    """The pairs that no decision file speaks of: a night must pass before a file leaves the queue.

    Args:
        pairs: what the publication shows.
        filed: the decisions as they are now.
        on: day on which decisions are made; one that has expired by then speaks no longer.
    """
    held = [one for one in filed if one.decision.expires_on > on]
    spoken = {frozenset(map(_key, two)) for one in held for two in _pairs(one)}
    # The split of an order says of every deal whether the order is for it.
    divided = {
        _key(record)
        for one in held
        if one.decision.action == "split"
        for record in one.decision.records
        if record.record_type == "order"
    }
    return [
        pair
        for pair in pairs
        if not pair.left.names & divided
        and not any(frozenset(two) in spoken for two in product(pair.left.names, pair.right.names))
    ]


def _pairs(filed: Filed) -> Iterator[tuple[Record, Record]]:
    decision = filed.decision
    if decision.action == "split":
        yield from product(decision.records, decision.from_records)
    elif decision.action in ("confirm", "reject", "merge"):
        yield from combinations(decision.records, 2)


def _key(record: Record) -> Record:
    if record.record_type not in _CRM_TYPES:
        return record
    return Record(record.record_type, record.source_system, record.record_id[:SHORT_ID])


def about(pairs: Iterable[Pair], identifier: str) -> list[Pair]:
    """The pairs of one record, by its id (of the CRM also the short one) or an order's number."""
    return [
        pair
        for pair in pairs
        if any(
            identifier
            in (side.record.record_id, _key(side.record).record_id, str(side.record), side.number)
            for side in (pair.left, pair.right)
        )
    ]
