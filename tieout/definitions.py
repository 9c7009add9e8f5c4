"""A company's definitions as validated data: YAML files in, tables of schema `definitions` out.

One file per definition set, plus `product_map.yml`, `freshness.yml`, contract terms
(`tieout.contract_terms`) and stewards' decisions (`tieout.decisions`), which all sets share.
Nothing is guessed: an unknown key, a validity that overlaps or leaves a gap, a duplicate id or a
missing sign-off is an error that names the file, the path of the key, what is wrong and what is
allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, ValidationError, model_validator

from tieout import contract_terms as contract_terms_module
from tieout import decisions as decisions_module
from tieout.errors import DefinitionError
from tieout.yaml_file import (
    Identifier,
    SignOff,
    Strict,
    Text,
    digest_of,
    explain,
    read,
    refused,
    validate,
)

if TYPE_CHECKING:
    import duckdb

SINCE_EVER = date(1900, 1, 1)
FOREVER = date(9999, 12, 31)
EVERY_ENTITY = "*"
PRODUCT_MAP = "product_map"
FRESHNESS = "freshness"
CONTRACT_TERMS = contract_terms_module.NAME
DECISIONS = "decisions"

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Share = Annotated[Decimal, Field(strict=False, gt=0, le=1, decimal_places=8)]


class _Dated(Strict):
    """Valid from a day (inclusive) to a day (exclusive)."""

    valid_from: date
    valid_to: date = FOREVER

    @model_validator(mode="after")
    def _ordered(self) -> _Dated:
        if self.valid_to <= self.valid_from:
            raise ValueError(
                f"valid_to {self.valid_to} must be later than valid_from {self.valid_from}"
            )
        return self


class Header(Strict):
    """What the set is called and who answers for it."""

    id: Identifier
    name: Text
    description: Text
    owner: Text
    sign_off: SignOff
    primary: bool = False
    based_on: Identifier | None = None
    reporting_currency: Currency | None = None


class Setting(_Dated):
    """The switches of a set during one span of time; the date of an event picks its row."""

    booking_date_basis: Literal["close_date", "purchase_order_date"]
    booking_amount_basis: Literal["header"]
    revenue_event: Literal["ledger", "invoice_posted", "invoice_paid"]
    net_pending: bool
    sla_business_days: Annotated[int, Field(ge=0, le=60)]
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)]
    rounding_tolerance_minor_units: Annotated[int, Field(ge=0, le=100)]
    duplicate_window_days: Annotated[int, Field(ge=0, le=366)]


class Stage(_Dated):
    """A stage name that the CRM's own report counts as closed-won."""

    crm_system: Identifier
    stage_name: Text


class Evidence(_Dated):
    """What a deal must show to count as closed-won; every row valid on the day must hold."""

    evidence: Literal["is_won", "stage", "purchase_order_received"]


class ClosedWon(Strict):
    """What makes a deal closed-won."""

    stages: Annotated[list[Stage], Field(min_length=1)]
    evidence: Annotated[list[Evidence], Field(min_length=1)]


class Exclusion(_Dated):
    """Deals that the company does not count, and on which line of the bridge they appear."""

    code: Identifier
    line_code: Literal["1.00", "1.03"]
    field: Literal[
        "stage_name",
        "deal_type",
        "opportunity_name",
        "is_test",
        "record_type",
        "account_name",
        "lead_source",
    ]
    operator: Literal["equals", "not_equals", "in", "contains", "is_true", "starts_with"]
    value: str = ""
    reason: Text

    @model_validator(mode="after")
    def _has_value(self) -> Exclusion:
        if self.operator != "is_true" and not self.value:
            raise ValueError(f"operator `{self.operator}` needs a value")
        return self


class ChannelRule(_Dated):
    """How an order without an opportunity is named; the lowest priority that holds wins."""

    priority: Annotated[int, Field(ge=1, le=9999)]
    field: Literal[
        "channel_code",
        "source_channel",
        "item_type",
        "order_number",
        "customer_category",
        "is_intercompany",
    ]
    operator: Literal["equals", "not_equals", "in", "contains", "is_true", "starts_with"]
    value: str = ""
    channel: Literal["edi", "phone", "ecommerce", "repeat", "service_parts", "intercompany"]

    @model_validator(mode="after")
    def _has_value(self) -> ChannelRule:
        if self.operator != "is_true" and not self.value:
            raise ValueError(f"operator `{self.operator}` needs a value")
        return self


Recognition = Literal[
    "as_stated",
    "invoice",
    "fulfilment",
    "payment",
    "milestone",
    "usage",
    "straight_line_day",
    "straight_line_month",
    "straight_line_prorated",
    "straight_line_half_month",
    "straight_line_mid_month",
]


class RevenuePolicy(_Dated):
    """How obligations become revenue; per attribute, the lowest priority that holds and states it.

    The day is the inception of the contract. What no rule states is as the ERP's element has it.
    """

    priority: Annotated[int, Field(ge=1, le=9999)]
    field: Literal["item_class", "item_type", "sku", "recognition_rule", "obligation_source"]
    operator: Literal["equals", "not_equals", "in", "contains", "starts_with"]
    value: Text
    recognition: Recognition | None = None
    free_months: Literal["spread", "as_billed"] | None = None
    allocation: Literal["relative", "residual", "none"] | None = None
    distinct: bool | None = None

    @model_validator(mode="after")
    def _states_something(self) -> RevenuePolicy:
        stated = (self.recognition, self.free_months, self.allocation, self.distinct)
        if all(value is None for value in stated):
            raise ValueError(
                "states nothing: give at least one of recognition, free_months, allocation, "
                "distinct"
            )
        return self


class Holiday(Strict):
    """A day that is no business day, for one entity or for all (`*`)."""

    entity: Text
    date: date
    name: Text


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Weekend(_Dated):
    """The days of the week without business, for one entity or for all that have no row (`*`)."""

    entity: Text
    days: Annotated[list[Weekday], Field(max_length=6)]
    valid_from: date = SINCE_EVER


OwnedField = Literal[
    "customer",
    "legal_customer_name",
    "billing_address",
    "shipping_address",
    "contact",
    "industry",
    "owner",
    "payment_terms",
    "credit_status",
    "tax_id",
    "tax_exempt",
    "tax_region",
    "order",
    "invoice_status",
    "product_catalogue",
]


class Ownership(Strict):
    """Which system is right about a field, before and after a customer's first order."""

    field: OwnedField
    before_first_order: Literal["crm", "erp", "both"]
    after_first_order: Literal["crm", "erp", "both"]
    review_required: bool = False


class Thresholds(Strict):
    """Limits of probabilistic and rule-based matching."""

    match_auto_accept: Share
    match_review_floor: Share
    order_link_window_days: Annotated[int, Field(ge=0, le=3660)]
    order_link_days_before_close: Annotated[int, Field(ge=0, le=3660)] = 30
    order_link_days_after_close: Annotated[int, Field(ge=0, le=3660)] = 90
    order_link_accept_points: Annotated[int, Field(ge=1, le=100)] = 16
    order_link_review_points: Annotated[int, Field(ge=1, le=100)] = 9
    order_link_margin_points: Annotated[int, Field(ge=1, le=100)] = 3
    match_drift_warning: Share = Decimal("0.02")
    match_drift_critical: Share = Decimal("0.10")

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if self.match_review_floor > self.match_auto_accept:
            raise ValueError(
                f"match_review_floor {self.match_review_floor} must not be above "
                f"match_auto_accept {self.match_auto_accept}"
            )
        if self.order_link_review_points > self.order_link_accept_points:
            raise ValueError(
                f"order_link_review_points {self.order_link_review_points} must not be above "
                f"order_link_accept_points {self.order_link_accept_points}"
            )
        return self


class DefinitionSet(Strict):
    """One complete set of definitions, as merged with the set it is based on."""

    definition: Header
    settings: Annotated[list[Setting], Field(min_length=1)]
    closed_won: ClosedWon
    exclusions: list[Exclusion]
    channel_rules: list[ChannelRule]
    holidays: list[Holiday]
    weekends: list[Weekend] = Field(
        default_factory=lambda: [Weekend(entity=EVERY_ENTITY, days=["saturday", "sunday"])]
    )
    field_ownership: Annotated[list[Ownership], Field(min_length=1)]
    matching_thresholds: Thresholds
    revenue_policies: list[RevenuePolicy] = Field(default_factory=list)

    @property
    def id(self) -> str:
        return self.definition.id


class MappedItem(Strict):
    """One ERP item of a CRM product and its share of the price; shares add up to 1."""

    sku: Text
    share: Share


class MappedProduct(_Dated):
    """What a CRM product is in the ERP: one item, a bundle of items, or a case for a person."""

    product_code: Text
    items: list[MappedItem] = Field(default_factory=list)
    manual_review: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _shares(self) -> MappedProduct:
        if self.manual_review:
            if self.items:
                raise ValueError("manual_review means no items: a person decides each case")
            return self
        if not self.items:
            raise ValueError("name at least one item, or set manual_review: true")
        total = sum((item.share for item in self.items), Decimal(0))
        if total != 1:
            raise ValueError(f"shares add up to {total}, they must add up to exactly 1")
        skus = [item.sku for item in self.items]
        if len(skus) != len(set(skus)):
            raise ValueError("an sku is named twice; state it once with the sum of its shares")
        return self


class ProductMapHeader(Strict):
    """Which systems are mapped, and who answers for it."""

    crm_system: Identifier
    erp_system: Identifier
    owner: Text
    sign_off: SignOff


class ProductMap(Strict):
    """CRM products to ERP items for one pair of systems."""

    product_map: ProductMapHeader
    products: list[MappedProduct]


class FreshnessRule(Strict):
    """How old the newest change of an object may be at `as_of`; no limit means loaded on change."""

    system: Identifier
    object: Identifier
    max_age_hours: Annotated[int, Field(ge=1, le=8784)] | None = None
    severity: Literal["critical", "warning", "info"]
    reason: Text


class FreshnessHeader(Strict):
    """Who answers for the service levels."""

    owner: Text
    sign_off: SignOff


class Freshness(Strict):
    """Service levels per object."""

    freshness: FreshnessHeader
    rules: list[FreshnessRule]


@dataclass(frozen=True)
class Definitions:
    """All definition sets of a run, with what they share.

    Attributes:
        sets: definition sets, primary first, then by id.
        digests: sha256 of each set's meaning (formatting and comments do not change it), by set id,
            and of what all share under `product_map`, `freshness`, `contract_terms`, `decisions`.
        decisions: what stewards decided about records, by id.
        contract_terms: what contracts say about revenue and no system holds.
    """

    sets: tuple[DefinitionSet, ...]
    product_map: ProductMap | None
    freshness: Freshness | None
    digests: dict[str, str]
    decisions: tuple[decisions_module.Filed, ...] = ()
    contract_terms: contract_terms_module.ContractTerms | None = None

    @property
    def primary(self) -> DefinitionSet:
        return self.sets[0]

    @property
    def policy_ids(self) -> dict[str, str]:
        """Per set, the first set with the same revenue policies: they share its schedules."""
        first: dict[str, str] = {}
        return {
            rules.id: first.setdefault(
                digest_of([row.model_dump() for row in rules.revenue_policies]), rules.id
            )
            for rules in self.sets
        }


D = TypeVar("D", bound=_Dated)


def _overlaps(section: str, rows: Sequence[D], key: Callable[[D], tuple[Any, ...]]) -> list[str]:
    """Rows of one key whose validity overlaps, as messages."""
    problems = []
    for i, right in enumerate(rows):
        for j, left in enumerate(rows[:i]):
            if key(left) != key(right):
                continue
            if left.valid_from < right.valid_to and right.valid_from < left.valid_to:
                name = ", ".join(str(part) for part in key(right))
                problems.append(
                    f"{section}[{i}]: overlaps {section}[{j}]"
                    + (f" for ({name})" if name else "")
                    + f": valid {left.valid_from} to {left.valid_to} and "
                    f"{right.valid_from} to {right.valid_to}; end the older before the newer "
                    "begins (valid_to is exclusive)"
                )
    return problems


def _gaps(section: str, rows: Sequence[_Dated]) -> list[str]:
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return [
        f"{section}: no row is valid from {earlier.valid_to} to {later.valid_from}; "
        "an event in that span would have no definition"
        for earlier, later in pairwise(ordered)
        if earlier.valid_to < later.valid_from
    ]


def _code_key(product: MappedProduct) -> str:
    """A product code as the models compare it: letters and digits alone, without case."""
    return re.sub(r"[^A-Z0-9]", "", product.product_code.upper()) or product.product_code.lower()


def _product_gaps(products: Sequence[MappedProduct]) -> list[str]:
    """A product that is mapped before and after a span, but not in it, as messages."""
    spans: dict[str, list[MappedProduct]] = {}
    for product in products:
        spans.setdefault(_code_key(product), []).append(product)
    return [
        f"products: no row of {earlier.product_code} is valid from {earlier.valid_to} to "
        f"{later.valid_from}; a deal closed in that span would have no item. Join the rows, or "
        "state manual_review: true for the span"
        for rows in spans.values()
        for earlier, later in pairwise(sorted(rows, key=lambda row: row.valid_from))
        if earlier.valid_to < later.valid_from
    ]


def _repeated(section: str, keys: Sequence[tuple[Any, ...]]) -> list[str]:
    seen: dict[tuple[Any, ...], int] = {}
    problems = []
    for i, key in enumerate(keys):
        if key in seen:
            name = ", ".join(str(part) for part in key)
            problems.append(f"{section}[{i}]: ({name}) is already stated at {section}[{seen[key]}]")
        seen.setdefault(key, i)
    return problems


def _unowned(rows: Sequence[Ownership]) -> list[str]:
    """A field without an owner has no golden value by right, and nobody would notice."""
    stated = {row.field for row in rows}
    if missing := [name for name in get_args(OwnedField) if name not in stated]:
        return [f"field_ownership: no row says who owns {', '.join(missing)}"]
    return []


def _weekless(rows: Sequence[Weekend]) -> list[str]:
    """Every day of every entity has a weekend to go by: the rows of `*` leave no gap."""
    everywhere = [row for row in rows if row.entity == EVERY_ENTITY]
    if not everywhere:
        return [
            'weekends: no row of entity "*", which holds for entities without a row of their own'
        ]
    first = min(row.valid_from for row in everywhere)
    if first > SINCE_EVER:
        return [
            f'weekends: no row of entity "*" is valid before {first}; its first needs no valid_from'
        ]
    return _gaps("weekends", everywhere)


def _check_set(file: Path, rules: DefinitionSet) -> None:
    problems = [
        *_overlaps("settings", rules.settings, lambda row: ()),
        *_gaps("settings", rules.settings),
        *_overlaps(
            "closed_won.stages",
            rules.closed_won.stages,
            lambda row: (row.crm_system, row.stage_name),
        ),
        *_overlaps(
            "closed_won.evidence",
            rules.closed_won.evidence,
            lambda row: (row.evidence,),
        ),
        *_overlaps("exclusions", rules.exclusions, lambda row: (row.code,)),
        *_overlaps("channel_rules", rules.channel_rules, lambda row: (row.priority,)),
        *_overlaps("revenue_policies", rules.revenue_policies, lambda row: (row.priority,)),
        *_repeated("holidays", [(row.entity, row.date) for row in rules.holidays]),
        *_overlaps("weekends", rules.weekends, lambda row: (row.entity,)),
        *_weekless(rules.weekends),
        *_repeated("field_ownership", [(row.field,) for row in rules.field_ownership]),
        *_unowned(rules.field_ownership),
    ]
    if problems:
        raise refused(file, problems)


def load(directory: Path) -> Definitions:
    """Read and validate every definition file of a directory.

    Args:
        directory: holds one YAML file per set, and optionally `product_map.yml`, `freshness.yml`,
            `contract_terms.yml` and a folder `decisions`.

    Raises:
        DefinitionError: the directory or a file is missing or not valid; the message names the
            file, the path of each key that is wrong and what is allowed there.
    """
    if not directory.is_dir():
        raise DefinitionError(
            "The definitions directory does not exist.",
            where=str(directory),
            do="Point --definitions at a directory of YAML files such as definitions/.",
        )
    files = sorted(p for p in directory.iterdir() if p.suffix in {".yml", ".yaml"})
    contents = {file: read(file) for file in files}
    shared = {
        file.stem: file for file in files if file.stem in {PRODUCT_MAP, FRESHNESS, CONTRACT_TERMS}
    }
    set_files = {file: c for file, c in contents.items() if file.stem not in shared}
    if not set_files:
        raise DefinitionError(
            "The directory holds no definition set.",
            where=str(directory),
            do="Add one, such as definitions/standard.yml.",
        )
    sets = _load_sets(set_files)
    product_map = freshness = terms = None
    if file := shared.get(PRODUCT_MAP):
        product_map = validate(ProductMap, contents[file], file)
        if problems := [
            *_overlaps("products", product_map.products, lambda row: (_code_key(row),)),
            *_product_gaps(product_map.products),
        ]:
            raise refused(file, problems)
    if file := shared.get(FRESHNESS):
        freshness = validate(Freshness, contents[file], file)
        keys = [(rule.system, rule.object, rule.severity) for rule in freshness.rules]
        if problems := _repeated("rules", keys):
            raise refused(file, problems)
    if file := shared.get(CONTRACT_TERMS):
        terms = contract_terms_module.load(file)
    digests = {rules.id: digest_of(rules.model_dump()) for rules in sets}
    for name, part in (
        (PRODUCT_MAP, product_map),
        (FRESHNESS, freshness),
        (CONTRACT_TERMS, terms),
    ):
        if part is not None:
            digests[name] = digest_of(part.model_dump())
    decisions = decisions_module.load(directory)
    if decisions:
        digests[DECISIONS] = decisions_module.digest(decisions)
    return Definitions(sets, product_map, freshness, digests, decisions, terms)


def _load_sets(set_files: dict[Path, dict[str, Any]]) -> tuple[DefinitionSet, ...]:
    by_id: dict[str, tuple[Path, dict[str, Any]]] = {}
    headers: dict[Path, Header] = {}
    for file, content in set_files.items():
        header = content.get("definition")
        if not isinstance(header, dict):
            raise refused(file, ["definition: is required and missing"])
        try:
            headers[file] = Header.model_validate(header)
        except ValidationError as error:
            problems = [
                explain({**problem, "loc": ("definition", *problem["loc"])}, DefinitionSet)
                for problem in error.errors()
            ]
            raise refused(file, problems) from error
        name = headers[file].id
        if name in by_id:
            raise refused(file, [f"definition.id: `{name}` is already the id of {by_id[name][0]}"])
        by_id[name] = (file, content)

    sets = []
    # Bases first, so that what is wrong in one is reported there and not where it is inherited.
    for file, content in sorted(
        set_files.items(), key=lambda entry: headers[entry[0]].based_on or ""
    ):
        parent = headers[file].based_on
        if parent is not None:
            if parent not in by_id or parent == headers[file].id:
                known = ", ".join(sorted(set(by_id) - {headers[file].id})) or "none"
                problem = f"no other set has the id `{parent}`; known: {known}"
                raise refused(file, [f"definition.based_on: {problem}"])
            parent_file, parent_content = by_id[parent]
            if headers[parent_file].based_on is not None:
                problem = f"`{parent}` is itself based on another set; base both on the same one"
                raise refused(file, [f"definition.based_on: {problem}"])
            content = {**parent_content, **content}
        rules = validate(DefinitionSet, content, file)
        _check_set(file, rules)
        sets.append(rules)
    primaries = [rules.id for rules in sets if rules.definition.primary]
    if len(primaries) != 1:
        raise DefinitionError(
            "Exactly one definition set must be primary, "
            + (f"but {', '.join(primaries)} are." if primaries else "but none is."),
            where=str(next(iter(set_files)).parent),
            do="Set `definition.primary: true` in the set whose numbers the company reports.",
        )
    return tuple(sorted(sets, key=lambda rules: (not rules.definition.primary, rules.id)))


# --- tables ---------------------------------------------------------------------------------------

_VALIDITY = {
    "valid_from": ("date", "First day on which the row is valid."),
    "valid_to": (
        "date",
        "First day on which it is no longer valid; 9999-12-31: until further notice.",
    ),
}
_SET = {"definition_id": ("varchar", "Definition set that the row belongs to.")}
_RULE = {
    "operator": ("varchar", "How field and value are compared, without regard to case."),
    "value": ("varchar", "What the field is compared with; alternatives are separated by |."),
}

_POLICY = {
    "policy_id": (
        "varchar",
        "The first definition set, the primary one before others, with the same revenue policies.",
    ),
}

# Table -> (what a row is, column -> (type, meaning)).
TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "definition_set": (
        "One row per definition set that was built.",
        {
            **_SET,
            "definition_name": ("varchar", "Name for people."),
            "description": ("varchar", "What the set means by booking and revenue."),
            "owner": ("varchar", "Who answers for it."),
            "signed_off_by": ("varchar", "Who agreed to it."),
            "signed_off_on": ("date", "When they agreed."),
            "sign_off_reference": ("varchar", "Where the agreement is written down."),
            "is_primary": ("boolean", "Whether its numbers are the reported ones."),
            "reporting_currency": (
                "varchar",
                "Currency of the reporting view, ISO 4217; null: the set has none.",
            ),
            "digest": ("varchar", "sha256 of its meaning; comments and layout do not change it."),
            **_POLICY,
        },
    ),
    "definition_setting": (
        "One row per definition set and span of validity; the date of an event picks the row.",
        {
            **_SET,
            **_VALIDITY,
            "booking_date_basis": ("varchar", "Date that places a deal in a period."),
            "booking_amount_basis": ("varchar", "Amount that a booking has."),
            "revenue_event": ("varchar", "When billings become revenue."),
            "net_pending": ("boolean", "Whether pending credit memos count at once."),
            "sla_business_days": (
                "integer",
                "Business days until a deal without order is leakage.",
            ),
            "fiscal_year_start_month": ("integer", "First month of the fiscal year, 1 to 12."),
            "rounding_tolerance_minor_units": (
                "integer",
                "Difference, in the currency's smallest unit, that still is rounding.",
            ),
            "duplicate_window_days": (
                "integer",
                "How far apart equal deals of a customer may close to be one entered twice.",
            ),
        },
    ),
    "closed_won_stage": (
        "One row per stage name that counts as closed-won.",
        {
            **_SET,
            "crm_system": ("varchar", "CRM whose stage it is."),
            "stage_name": ("varchar", "Stage name as the CRM writes it."),
            **_VALIDITY,
        },
    ),
    "closed_won_evidence": (
        "One row per kind of evidence that a closed-won deal must show; all must hold.",
        {
            **_SET,
            "evidence": ("varchar", "is_won, stage or purchase_order_received."),
            **_VALIDITY,
        },
    ),
    "exclusion": (
        "One row per rule that takes deals out of the count.",
        {
            **_SET,
            "exclusion_code": ("varchar", "Name of the rule; the detail that the bridge shows."),
            "line_code": ("varchar", "Bridge line of what it excludes: 1.00 or 1.03."),
            "field": ("varchar", "Field of the deal that it looks at."),
            **_RULE,
            "reason": ("varchar", "Why such deals are not counted."),
            **_VALIDITY,
        },
    ),
    "channel_rule": (
        "One row per rule that names the channel of an order without an opportunity.",
        {
            **_SET,
            "priority": ("integer", "The lowest priority that holds wins."),
            "field": ("varchar", "Field of the order that it looks at."),
            **_RULE,
            "channel": ("varchar", "Channel that it names."),
            **_VALIDITY,
        },
    ),
    "revenue_policy_rule": (
        "One row per rule that says how performance obligations become revenue.",
        {
            **_POLICY,
            "priority": (
                "integer",
                "Per attribute, the lowest priority that holds and states it wins.",
            ),
            "field": ("varchar", "Field of the obligation that it looks at."),
            **_RULE,
            "recognition": ("varchar", "When its price becomes revenue; null: says nothing of it."),
            "free_months": (
                "varchar",
                "spread (the price covers months given free) or as_billed; null: says nothing.",
            ),
            "allocation": (
                "varchar",
                "How a contract's price is shared: relative, residual or none; null: says nothing.",
            ),
            "is_distinct": (
                "boolean",
                "Whether what a modification adds is distinct from the rest; null: says nothing.",
            ),
            **_VALIDITY,
        },
    ),
    "holiday": (
        "One row per day that is no business day, beside weekends.",
        {
            **_SET,
            "entity": ("varchar", "Legal entity that keeps the day; * is every entity."),
            "holiday": ("date", "The day."),
            "holiday_name": ("varchar", "Its name."),
        },
    ),
    "weekend": (
        "One row per entity, day of the week and span of validity.",
        {
            **_SET,
            "entity": ("varchar", "Legal entity that keeps it; * is every one without rows."),
            "iso_day_of_week": ("integer", "1 for Monday to 7 for Sunday."),
            "is_weekend": ("boolean", "Whether it is a day without business."),
            **_VALIDITY,
        },
    ),
    "field_ownership": (
        "One row per field: which system is right about it.",
        {
            **_SET,
            "field": ("varchar", "Field of a customer, order or product."),
            "owner_before_first_order": ("varchar", "crm, erp or both, before the first order."),
            "owner_after_first_order": ("varchar", "crm, erp or both, from the first order on."),
            "review_required": ("boolean", "Whether a change waits for Finance."),
        },
    ),
    "matching_threshold": (
        "One row per limit of matching.",
        {
            **_SET,
            "threshold": ("varchar", "Name of the limit."),
            "value": ("decimal(18,8)", "The limit."),
        },
    ),
    "product_map": (
        "One row per CRM product and ERP item of it.",
        {
            "crm_system": ("varchar", "CRM that sells the product."),
            "product_code": ("varchar", "Code of the product in the CRM."),
            "erp_system": ("varchar", "ERP that fulfils it."),
            "sku": ("varchar", "Item in the ERP; null when a person decides."),
            "share": ("decimal(18,8)", "Share of the price; the shares of a product add up to 1."),
            "manual_review": ("boolean", "Whether a person decides each case."),
            **_VALIDITY,
        },
    ),
    "freshness_sla": (
        "One row per object and severity: how old it may be.",
        {
            "system": ("varchar", "Source system."),
            "object": ("varchar", "Object of it."),
            "max_age_hours": ("integer", "Hours; null when the object is sent on change."),
            "severity": ("varchar", "What being older means: critical, warning or info."),
            "reason": ("varchar", "Why this limit."),
        },
    ),
    "steward_decision": (
        "One row per decision of a steward; the files under definitions/decisions.",
        {
            "decision_id": ("varchar", "Name of the decision."),
            "action": (
                "varchar",
                "confirm, reject, merge, split, accept_change or refuse_change.",
            ),
            "owner": ("varchar", "Who answers for it."),
            "reason": ("varchar", "Why they decided so."),
            "decided_on": ("date", "Day of the decision; a run of an earlier date ignores it."),
            "expires_on": (
                "date",
                "First day on which it no longer holds; 9999-12-31: never.",
            ),
            "effective_from": (
                "date",
                "First day for which it holds; 1900-01-01: it was always so.",
            ),
            "field": ("varchar", "Field whose change is accepted or refused; null for others."),
            "value": ("varchar", "The new value that is accepted or refused; null for others."),
            "file": ("varchar", "File that states it, below the definitions directory."),
        },
    ),
    "steward_decision_record": (
        "One row per decision of a steward and record that it is about.",
        {
            "decision_id": ("varchar", "Name of the decision."),
            "part": ("varchar", "a; of a split the records that leave are a, the others b."),
            "source_system": ("varchar", "System that the record is of."),
            "record_type": ("varchar", "account, erp_customer, opportunity or order."),
            "record_id": ("varchar", "Id of the record, as the file states it."),
        },
    ),
    "steward_decision_line": (
        "One row per split of an order, line of the order and deal's line that it is for.",
        {
            "decision_id": ("varchar", "Name of the decision."),
            "erp_system": ("varchar", "System that the order is of."),
            "order_id": ("varchar", "Id or number of the order, as the file states it."),
            "order_line_id": ("varchar", "Id of the line within the order."),
            "crm_system": ("varchar", "System that the deal is of."),
            "opportunity_line_id": (
                "varchar",
                "Id of the deal's line as the file states it; of a deal without lines its own id.",
            ),
        },
    ),
    **contract_terms_module.TABLES,
}


def _rows(definitions: Definitions) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for rules in definitions.sets:
        head, key = rules.definition, rules.id
        rows["definition_set"].append(
            (
                key,
                head.name,
                head.description,
                head.owner,
                head.sign_off.by,
                head.sign_off.on,
                head.sign_off.reference,
                head.primary,
                head.reporting_currency,
                definitions.digests[key],
                definitions.policy_ids[key],
            )
        )
        if definitions.policy_ids[key] == key:
            rows["revenue_policy_rule"] += [
                (
                    key,
                    policy.priority,
                    policy.field,
                    policy.operator,
                    policy.value,
                    policy.recognition,
                    policy.free_months,
                    policy.allocation,
                    policy.distinct,
                    policy.valid_from,
                    policy.valid_to,
                )
                for policy in rules.revenue_policies
            ]
        rows["definition_setting"] += [
            (
                key,
                row.valid_from,
                row.valid_to,
                row.booking_date_basis,
                row.booking_amount_basis,
                row.revenue_event,
                row.net_pending,
                row.sla_business_days,
                row.fiscal_year_start_month,
                row.rounding_tolerance_minor_units,
                row.duplicate_window_days,
            )
            for row in rules.settings
        ]
        rows["closed_won_stage"] += [
            (key, row.crm_system, row.stage_name, row.valid_from, row.valid_to)
            for row in rules.closed_won.stages
        ]
        rows["closed_won_evidence"] += [
            (key, row.evidence, row.valid_from, row.valid_to) for row in rules.closed_won.evidence
        ]
        rows["exclusion"] += [
            (
                key,
                row.code,
                row.line_code,
                row.field,
                row.operator,
                row.value,
                row.reason,
                row.valid_from,
                row.valid_to,
            )
            for row in rules.exclusions
        ]
        rows["channel_rule"] += [
            (
                key,
                row.priority,
                row.field,
                row.operator,
                row.value,
                row.channel,
                row.valid_from,
                row.valid_to,
            )
            for row in rules.channel_rules
        ]
        rows["holiday"] += [(key, row.entity, row.date, row.name) for row in rules.holidays]
        rows["weekend"] += [
            (key, row.entity, number, name in row.days, row.valid_from, row.valid_to)
            for row in rules.weekends
            for number, name in enumerate(get_args(Weekday), start=1)
        ]
        rows["field_ownership"] += [
            (
                key,
                row.field,
                row.before_first_order,
                row.after_first_order,
                row.review_required,
            )
            for row in rules.field_ownership
        ]
        rows["matching_threshold"] += [
            (key, name, Decimal(value))
            for name, value in rules.matching_thresholds.model_dump().items()
        ]
    if definitions.product_map:
        pair = definitions.product_map.product_map
        for product in definitions.product_map.products:
            items: list[tuple[str | None, Decimal | None]] = [
                (item.sku, item.share) for item in product.items
            ]
            rows["product_map"] += [
                (
                    pair.crm_system,
                    product.product_code,
                    pair.erp_system,
                    sku,
                    share,
                    product.manual_review,
                    product.valid_from,
                    product.valid_to,
                )
                for sku, share in items or [(None, None)]
            ]
    if definitions.freshness:
        rows["freshness_sla"] += [
            (rule.system, rule.object, rule.max_age_hours, rule.severity, rule.reason)
            for rule in definitions.freshness.rules
        ]
    rows |= contract_terms_module.rows(definitions.contract_terms)
    rows["steward_decision"] = decisions_module.rows(definitions.decisions)
    rows["steward_decision_record"] = decisions_module.record_rows(definitions.decisions)
    rows["steward_decision_line"] = decisions_module.line_rows(definitions.decisions)
    return rows


def write(definitions: Definitions, connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the tables of schema `definitions` of the connected database, all or none."""
    content = _rows(definitions)
    connection.execute("begin")
    try:
        connection.execute("create schema if not exists definitions")
        for table, (_, columns) in TABLES.items():
            typed = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
            connection.execute(f"create or replace table definitions.{table} ({typed})")
            if rows := content[table]:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(f"insert into definitions.{table} values ({marks})", rows)
        describe(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def describe(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the meaning of each table and column of schema `definitions` into the database."""
    for table, (meaning, columns) in TABLES.items():
        comment(connection, f"definitions.{table}", meaning, columns)


def comment(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    meaning: str,
    columns: dict[str, tuple[str, str]],
) -> None:
    """Write the meaning of a table and its columns (name -> type, meaning) into the database."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    connection.execute(f"comment on table {table} is {quoted(meaning)}")
    for name, (_, text) in columns.items():
        connection.execute(f"comment on column {table}.{name} is {quoted(text)}")
