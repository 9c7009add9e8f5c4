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

# A short account id is the first 15 characters of the full one.
SHORT_ID = 15


@dataclass(frozen=True)
class Side:
    """One of the two records of a pair.

    Attributes:
        record: what a decision names.
        fields: value per name of `FIELDS`; None where the record states none.
        linked_to: records of the other side that it is linked to already; blank: none.
        bought: its won deals or orders per currency, as text; blank: none.
    """

    record: Record
    fields: dict[str, str | None]
    linked_to: str
    bought: str


@dataclass(frozen=True)
class Pair:
    """Two records that may be one company.

    Attributes:
        left: CRM account, or the first of two records of one side.
        right: ERP customer, or the other of two records of one side.
        candidate: place among the customers that fit the account, 1 the likeliest; 0 of duplicates.
        candidates: how many customers fit the account; 0 of duplicates.
        ranking_amount: money at risk in `ranking_currency`, to order the queue by.
        agreeing: names of the fields that are the same.
        differing: names of the fields that both state differently.
    """

    left: Side
    right: Side
    candidate: int
    candidates: int
    match_probability: Decimal
    evidence: str
    agreeing: frozenset[str]
    differing: frozenset[str]
    currency: str | None
    amount_at_risk: Decimal
    ranking_amount: Decimal
    owner: str | None
    first_seen_at: datetime

    @property
    def is_duplicate(self) -> bool:
        """Whether both records are of one side."""
        return self.left.record.record_type == self.right.record.record_type

    @property
    def records(self) -> frozenset[Record]:
        return frozenset((self.left.record, self.right.record))


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
    first_seen_at, review_rank,
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
    first_seen_at, review_rank,
from account_mapping.rpt_duplicate_review
"""


def read(publication: Publication) -> tuple[list[Pair], dict[str, int]]:
    """Every pair that waits, the most money first; the candidates of one account stay together.

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
    query = (
        f"select * from ({matches} union all by name {duplicates}) "
        "order by ranking_amount desc, candidate = 0, review_rank"
    )
    try:
        with duckdb.connect(str(publication.marts), read_only=True) as marts:
            found = marts.execute(query)
            names = [one[0] for one in found.description or ()]
            pairs = [_pair(dict(zip(names, row, strict=True))) for row in found.fetchall()]
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


def undecided(pairs: Iterable[Pair], filed: Iterable[Filed], on: date) -> list[Pair]:
    """The pairs that no decision file speaks of: a night must pass before a file leaves the queue.

    Args:
        pairs: what the publication shows.
        filed: the decisions as they are now.
        on: day on which decisions are made; one that has expired by then speaks no longer.
    """
    spoken = {
        frozenset(_key(record) for record in two)
        for one in filed
        if one.decision.expires_on > on
        for two in _pairs(one)
    }
    return [pair for pair in pairs if frozenset(map(_key, pair.records)) not in spoken]


def _pairs(filed: Filed) -> Iterator[tuple[Record, Record]]:
    decision = filed.decision
    if decision.action == "split":
        yield from product(decision.records, decision.from_records)
    elif decision.action in ("confirm", "reject", "merge"):
        yield from combinations(decision.records, 2)


def _key(record: Record) -> Record:
    if record.record_type != "account":
        return record
    return Record(record.record_type, record.source_system, record.record_id[:SHORT_ID])


def about(pairs: Iterable[Pair], identifier: str) -> list[Pair]:
    """The pairs of one record, by its id (of an account also the short one)."""
    return [
        pair
        for pair in pairs
        if any(
            identifier in (record.record_id, record.record_id[:SHORT_ID], str(record))
            for record in pair.records
        )
    ]
