"""Contract terms as validated data: `definitions/contract_terms.yml`.

What a contract says about revenue and no system holds: how a modification is treated, which
milestones were reached, how many goods are expected back, which volume a price depends on, which
rate discounts deferred payments, which options are material rights. One file that all definition
sets share. Each term says why, who decided it and when; an estimate that changes is a further
dated row, never a corrected one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tieout.yaml_file import SignOff, Strict, Text, digest_of, read, refused, validate

NAME = "contract_terms"
EXAMPLE = "definitions/README.md, Contract terms"
SINCE_EVER = date(1900, 1, 1)
FOREVER = date(9999, 12, 31)

# Interest is counted in whole numbers that hold this much; nobody lends on such terms.
MOST_GROWTH = 500

# A contract by its system and id or number: a revenue arrangement, order, bill or CRM contract.
Contract = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*:\S(?:.*\S)?$")]
Money = Annotated[Decimal, Field(strict=False, decimal_places=4, max_digits=22)]
Price = Annotated[Decimal, Field(strict=False, ge=0, decimal_places=8, max_digits=26)]
Quantity = Annotated[Decimal, Field(strict=False, ge=0, decimal_places=8, max_digits=26)]
Share = Annotated[Decimal, Field(strict=False, ge=0, le=1, decimal_places=8)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class _Term(Strict):
    """Why a term holds, and who decided so."""

    reason: Text
    decided_by: Text
    decided_on: date


class _Dated(_Term):
    """Valid from a day (inclusive) to a day (exclusive)."""

    valid_from: date = SINCE_EVER
    valid_to: date = FOREVER

    @model_validator(mode="after")
    def _ordered(self) -> _Dated:
        if self.valid_to <= self.valid_from:
            raise ValueError(
                f"valid_to {self.valid_to} must be later than valid_from {self.valid_from}"
            )
        return self


class _Part(Strict):
    """A part of a contract: a revenue element, an item or a line of its order; none is all."""

    element: Text | None = None
    sku: Text | None = None
    line: Text | None = None

    @model_validator(mode="after")
    def _one_name(self) -> _Part:
        if sum(name is not None for name in (self.element, self.sku, self.line)) > 1:
            raise ValueError("name the part by one of element, sku, line, not by several")
        return self

    @property
    def part(self) -> tuple[str | None, str | None, str | None]:
        return self.element, self.sku, self.line


Treatment = Literal["separate", "prospective", "cumulative_catch_up"]


class ModifiedPart(_Part):
    """A part of the contract that a modification changes, in what no system states."""

    treatment: Treatment | None = None
    amount: Money | None = None
    quantity: Quantity | None = None
    start_date: date | None = None
    end_date: date | None = None

    @model_validator(mode="after")
    def _is_named(self) -> ModifiedPart:
        if self.part == (None, None, None):
            raise ValueError("name the part by element, sku or line")
        return self


class Modification(_Term):
    """A change of a contract and how it is accounted for."""

    contract: Contract
    effective_on: date
    treatment: Literal["separate", "prospective", "cumulative_catch_up", "mixed"]
    parts: list[ModifiedPart] = Field(default_factory=list)

    @model_validator(mode="after")
    def _treated(self) -> Modification:
        if self.treatment == "mixed":
            if not self.parts or any(part.treatment is None for part in self.parts):
                raise ValueError("treatment `mixed` needs parts, each with a treatment of its own")
        elif any(part.treatment not in (None, self.treatment) for part in self.parts):
            raise ValueError("parts that are treated differently need treatment: mixed")
        return self


class Milestone(_Part, _Term):
    """What share of a part was done on a day, in all."""

    contract: Contract
    on: date
    share: Share


class ReturnRight(_Dated):
    """What customers are expected to give back, or to be granted later, of what they buy.

    The row that is valid on the day of the sale is the first estimate; the row that is valid on a
    later day is what the estimate has become.
    """

    contract: Contract | None = None
    sku: Text | None = None
    item_class: Text | None = None
    kind: Literal["return", "price_concession"] = "return"
    expected_share: Share
    window_days: Annotated[int, Field(ge=0, le=3660)]
    unit_cost: Price | None = None

    @model_validator(mode="after")
    def _estimated(self) -> ReturnRight:
        if self.contract is None and self.sku is None and self.item_class is None:
            raise ValueError("say what it is about: contract, sku or item_class")
        if self.sku is not None and self.item_class is not None:
            raise ValueError("name the items by sku or by item_class, not by both")
        if self.kind == "price_concession" and self.unit_cost is not None:
            raise ValueError("a price concession brings no goods back: leave unit_cost out")
        return self


class Tier(Strict):
    """The unit price beyond a quantity."""

    above: Quantity
    price: Price


class VolumeEstimate(_Term):
    """What quantity is expected in the whole span, as estimated on a day."""

    on: date
    expected_quantity: Quantity


class VolumePrice(_Term):
    """A unit price that depends on the quantity of a span of time."""

    contract: Contract
    sku: Text
    valid_from: date
    valid_to: date
    retroactive: bool
    tiers: Annotated[list[Tier], Field(min_length=2)]
    estimates: Annotated[list[VolumeEstimate], Field(min_length=1)]

    @model_validator(mode="after")
    def _ordered(self) -> VolumePrice:
        if self.valid_to <= self.valid_from:
            raise ValueError(
                f"valid_to {self.valid_to} must be later than valid_from {self.valid_from}"
            )
        limits = [tier.above for tier in self.tiers]
        if limits[0] != 0 or any(left >= right for left, right in pairwise(limits)):
            raise ValueError("tiers begin with `above: 0` and rise")
        days = [one.on for one in self.estimates]
        if any(left >= right for left, right in pairwise(days)):
            raise ValueError("estimates are stated in the order of their days, one for a day")
        if days[0] > self.valid_from:
            raise ValueError(
                f"estimates begin on {days[0]}, after valid_from {self.valid_from}; what is sold "
                "before would have no price"
            )
        return self


class Payment(Strict):
    """A payment that the contract asks for, or several at equal distances."""

    due_on: date
    amount: Money
    times: Annotated[int, Field(ge=1, le=600)] = 1
    every_months: Annotated[int, Field(ge=1, le=120)] = 1

    def due(self) -> Iterator[tuple[date, Decimal]]:
        """Day and amount of each payment."""
        for number in range(self.times):
            yield _months_later(self.due_on, number * self.every_months), self.amount


class Financing(_Term):
    """A significant financing component: payments long before or after the transfer."""

    contract: Contract
    annual_rate: Annotated[Decimal, Field(strict=False, gt=0, le=1, decimal_places=8)]
    compounding: Literal["yearly", "monthly"]
    transfer_on: date
    recognised_on: date | None = None
    payments: Annotated[list[Payment], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_time(self) -> Financing:
        if self.recognised_on is not None and self.recognised_on < self.transfer_on:
            raise ValueError("recognised_on must not be before transfer_on")
        days = [day for one in self.payments for day, _ in one.due()]
        if sum(amount for one in self.payments for _, amount in one.due()) <= 0:
            raise ValueError("payments must add up to more than 0")
        days += [self.transfer_on, self.recognised_on or self.transfer_on]
        months = (max(days) - min(days)).days // 30
        growth = (
            (1 + self.annual_rate) ** (months // 12 + 1)
            if self.compounding == "yearly"
            else (1 + self.annual_rate / 12) ** months
        )
        if months > 600 or growth >= MOST_GROWTH:
            raise ValueError(
                f"money would grow {growth:.0f}-fold in {months} months; the rate or a day is wrong"
            )
        return self


class MaterialRight(_Part, _Term):
    """An option to buy more at a price that others do not get."""

    contract: Contract
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
    discount: Share
    general_discount: Share = Decimal(0)
    likelihood: Share
    expected_purchase: Money
    expires_on: date | None = None

    @model_validator(mode="after")
    def _is_material(self) -> MaterialRight:
        if self.discount <= self.general_discount:
            raise ValueError(
                f"discount {self.discount} must be above general_discount {self.general_discount}:"
                " what everybody gets is no right"
            )
        return self


class VariablePrice(_Part, _Term):
    """A part whose price is what the customer uses or sells; it takes no share of fixed prices."""

    contract: Contract
    basis: Literal["usage", "royalty"]
    expected_amount: Money | None = None

    @model_validator(mode="after")
    def _is_named(self) -> VariablePrice:
        if self.part == (None, None, None):
            raise ValueError("name the part by element, sku or line")
        return self


class DiscountGroup(_Dated):
    """Items that are usually sold together, and for how much: their discount is theirs alone."""

    skus: Annotated[list[Text], Field(min_length=2, max_length=100)]
    price: Money
    currency: Currency


class Cancellable(_Dated):
    """A contract that the customer may leave without penalty: until then, nothing is owed."""

    contract: Contract


class Header(Strict):
    """Who answers for the terms."""

    owner: Text
    sign_off: SignOff


class ContractTerms(Strict):
    """All terms that no system holds."""

    contract_terms: Header
    modifications: list[Modification] = Field(default_factory=list)
    milestones: list[Milestone] = Field(default_factory=list)
    return_rights: list[ReturnRight] = Field(default_factory=list)
    volume_prices: list[VolumePrice] = Field(default_factory=list)
    financing: list[Financing] = Field(default_factory=list)
    options: list[MaterialRight] = Field(default_factory=list)
    variable_prices: list[VariablePrice] = Field(default_factory=list)
    discount_groups: list[DiscountGroup] = Field(default_factory=list)
    cancellable: list[Cancellable] = Field(default_factory=list)


def _months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def _once(
    section: str, rows: Sequence[Any], key: Callable[[Any], tuple[Any, ...]], what: str
) -> list[str]:
    """Rows of one key, as messages."""
    seen: dict[tuple[Any, ...], int] = {}
    problems = []
    for number, row in enumerate(rows):
        first = seen.setdefault(key(row), number)
        if first != number:
            problems.append(
                f"{section}[{number}]: states {what} of {section}[{first}] again; state it once"
            )
    return problems


def _overlaps(
    section: str, rows: Sequence[Any], key: Callable[[Any], tuple[Any, ...]]
) -> list[str]:
    """Rows of one key that hold on the same day, as messages."""
    return [
        f"{section}[{i}]: overlaps {section}[{j}]: valid {left.valid_from} to {left.valid_to} and "
        f"{right.valid_from} to {right.valid_to}; end the older before the newer begins (valid_to "
        "is exclusive)"
        for i, right in enumerate(rows)
        for j, left in enumerate(rows[:i])
        if key(left) == key(right)
        and left.valid_from < right.valid_to
        and right.valid_from < left.valid_to
    ]


def _shrinking(milestones: Sequence[Milestone]) -> list[str]:
    """A share of what is done falls only when a milestone is corrected, which is another row."""
    ordered = sorted(
        enumerate(milestones), key=lambda at: (at[1].contract, str(at[1].part), at[1].on)
    )
    return [
        f"milestones[{right[0]}]: share {right[1].share} is below the {left[1].share} of "
        f"{left[1].on}; shares are of the whole and rise"
        for left, right in pairwise(ordered)
        if (left[1].contract, left[1].part) == (right[1].contract, right[1].part)
        and right[1].share < left[1].share
    ]


def load(file: Path) -> ContractTerms:
    """Read and validate the terms.

    Raises:
        DefinitionError: the file is not valid; the message names every key that is wrong.
    """
    terms = validate(ContractTerms, read(file, EXAMPLE), file)
    problems = [
        *_once(
            "modifications", terms.modifications,
            lambda row: (row.contract, row.effective_on), "a modification",
        ),
        *(
            problem
            for number, row in enumerate(terms.modifications)
            for problem in _once(
                f"modifications[{number}].parts", row.parts, lambda part: part.part, "the part"
            )
        ),
        *_once(
            "milestones", terms.milestones,
            lambda row: (row.contract, row.part, row.on), "the day and part",
        ),
        *_shrinking(terms.milestones),
        *_overlaps(
            "return_rights", terms.return_rights,
            lambda row: (row.contract, row.sku, row.item_class),
        ),
        *_overlaps(
            "volume_prices", terms.volume_prices, lambda row: (row.contract, row.sku)
        ),
        *_once("financing", terms.financing, lambda row: (row.contract,), "the contract"),
        *_once("options", terms.options, lambda row: (row.contract, row.name), "the option"),
        *_once(
            "variable_prices", terms.variable_prices,
            lambda row: (row.contract, row.part), "the part",
        ),
        *_overlaps(
            "discount_groups", terms.discount_groups,
            lambda row: (tuple(sorted(row.skus)), row.currency),
        ),
        *(
            problem
            for number, row in enumerate(terms.discount_groups)
            for problem in _once(
                f"discount_groups[{number}].skus", row.skus, lambda sku: (sku,), "the item"
            )
        ),
        *_overlaps("cancellable", terms.cancellable, lambda row: (row.contract,)),
    ]  # fmt: skip
    if problems:
        raise refused(file, problems)
    return terms


def digest(terms: ContractTerms) -> str:
    """sha256 of what the terms mean."""
    return digest_of(terms.model_dump())


# --- tables ---------------------------------------------------------------------------------------

_CONTRACT = {
    "erp_system": ("varchar", "System that the contract is named in."),
    "contract": (
        "varchar",
        "Id or number of the revenue arrangement, order, bill or contract, as the file states it.",
    ),
}
_PART = {
    "element": ("varchar", "Revenue element that it is about; null: not named so."),
    "sku": ("varchar", "Item that it is about; null: not named so."),
    "line": ("varchar", "Line of the order or bill that it is about; null: not named so."),
}
_VALID = {
    "valid_from": ("date", "First day on which the row holds."),
    "valid_to": (
        "date",
        "First day on which it no longer holds; 9999-12-31: until further notice.",
    ),
}
_DECIDED = {
    "reason": ("varchar", "Why, in the words of whoever decided it."),
    "decided_by": ("varchar", "Who decided it."),
    "decided_on": ("date", "Day on which it was decided."),
}
_MONEY, _PRICE, _SHARE = "decimal(28,4)", "decimal(28,8)", "decimal(18,8)"

# Table -> (what a row is, column -> (type, meaning)).
TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "contract_modification": (
        "One row per modification of a contract and part that it names; without parts, the whole.",
        {
            **_CONTRACT,
            "effective_on": ("date", "First day on which it holds."),
            **_PART,
            "treatment": ("varchar", "separate, prospective or cumulative_catch_up, of this part."),
            "is_mixed": ("boolean", "Whether parts of the modification are treated differently."),
            "amount": (
                _MONEY,
                "Price of the part's whole life after the change; null: as systems say.",
            ),
            "quantity": (
                _PRICE,
                "Quantity of its whole life after the change; null: as systems say.",
            ),
            "start_date": ("date", "New first day of service; null: unchanged."),
            "end_date": ("date", "New last day of service; null: unchanged."),
            **_DECIDED,
        },
    ),
    "contract_milestone": (
        "One row per part of a contract and day on which some of it was done.",
        {
            **_CONTRACT,
            **_PART,
            "reached_on": ("date", "Day on which it was done."),
            "share": (_SHARE, "Share of the whole that is done by then, 0 to 1."),
            **_DECIDED,
        },
    ),
    "contract_return_right": (
        "One row per kind of sale and span of time: what is expected to come back or be granted.",
        {
            "erp_system": ("varchar", "System of the contract; null: sales of every contract."),
            "contract": ("varchar", "Contract, as the file states it; null: every contract."),
            "sku": ("varchar", "Item; null: not named so."),
            "item_class": ("varchar", "Class of items; null: not named so."),
            "kind": ("varchar", "return: goods come back; price_concession: only money does."),
            "expected_share": (_SHARE, "Share of sales expected back, 0 to 1."),
            "window_days": ("integer", "Days after the sale in which it may be returned."),
            "unit_cost": (_PRICE, "Cost of one unit that comes back, in the bill's currency."),
            **_VALID,
            **_DECIDED,
        },
    ),
    "contract_volume_tier": (
        "One row per volume price and tier of it.",
        {
            **_CONTRACT,
            "sku": ("varchar", "Item whose price depends on the volume."),
            "valid_from": ("date", "First day of the span in which the volume counts."),
            "valid_to": ("date", "First day after it."),
            "is_retroactive": ("boolean", "Whether a tier, once reached, prices all units."),
            "above_quantity": (_PRICE, "Units beyond this quantity have the tier's price."),
            "next_quantity": (_PRICE, "Units beyond this have the next one's; null: the last."),
            "unit_price": (_PRICE, "Price of one unit, net of tax."),
            **_DECIDED,
        },
    ),
    "contract_volume_estimate": (
        "One row per volume price and estimate of the volume.",
        {
            **_CONTRACT,
            "sku": ("varchar", "Item whose price depends on the volume."),
            "valid_from": ("date", "First day of the span in which the volume counts."),
            "estimated_from": ("date", "First day on which the estimate holds."),
            "estimated_until": (
                "date",
                "First day on which the next one does; 9999-12-31: the last.",
            ),
            "expected_quantity": (_PRICE, "Quantity expected in the whole span."),
            **_DECIDED,
        },
    ),
    "contract_financing": (
        "One row per contract with a significant financing component.",
        {
            **_CONTRACT,
            "annual_rate": (_SHARE, "Rate of a year, as a share."),
            "compounding": ("varchar", "yearly or monthly."),
            "transfer_on": ("date", "Day on which control passes; payments are priced at it."),
            "recognised_on": (
                "date",
                "First day on which interest runs: the transfer, or the end of a right that keeps "
                "revenue back.",
            ),
            **_DECIDED,
        },
    ),
    "contract_payment": (
        "One row per payment that a contract with a financing component asks for.",
        {
            **_CONTRACT,
            "payment_number": ("integer", "Position by day, from 1."),
            "due_on": ("date", "Day on which it is due."),
            "amount": (_MONEY, "Amount, net of tax."),
        },
    ),
    "contract_option": (
        "One row per option that is a material right.",
        {
            **_CONTRACT,
            "option_name": ("varchar", "Name of the option within the contract."),
            **_PART,
            "discount": (_SHARE, "Discount that it gives, as a share."),
            "general_discount": (_SHARE, "Discount that everybody gets."),
            "likelihood": (_SHARE, "How likely it is used."),
            "expected_purchase": (_MONEY, "Purchase that it would be used on, before discounts."),
            "expires_on": ("date", "Last day on which it can be used; null: none is stated."),
            **_DECIDED,
        },
    ),
    "contract_variable_price": (
        "One row per part of a contract whose price is what is used or sold.",
        {
            **_CONTRACT,
            **_PART,
            "basis": ("varchar", "usage or royalty."),
            "expected_amount": (_MONEY, "What it is expected to be in all; null: not stated."),
            **_DECIDED,
        },
    ),
    "discount_group": (
        "One row per group of items usually sold together, and item of it.",
        {
            "group_id": ("integer", "Position of the group in the file, from 1."),
            "sku": ("varchar", "Item of the group."),
            "group_price": (_MONEY, "What one of each is usually sold for together, net of tax."),
            "currency": ("varchar", "Currency of the price, ISO 4217."),
            **_VALID,
            **_DECIDED,
        },
    ),
    "contract_cancellable": (
        "One row per contract and span in which the customer may leave it without penalty.",
        {**_CONTRACT, **_VALID, **_DECIDED},
    ),
}


def _named(contract: str | None) -> tuple[str | None, str | None]:
    """System, and id or number."""
    if contract is None:
        return None, None
    system, _, name = contract.partition(":")
    return system, name


def _decided(term: _Term) -> tuple[str, str, date]:
    return term.reason, term.decided_by, term.decided_on


def rows(terms: ContractTerms | None) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of each table; none without terms."""
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    if terms is None:
        return found
    whole: list[ModifiedPart | None] = [None]
    for change in terms.modifications:
        for part in change.parts or whole:
            found["contract_modification"].append(
                (
                    *_named(change.contract),
                    change.effective_on,
                    *(part.part if part else (None, None, None)),
                    (part and part.treatment) or change.treatment,
                    change.treatment == "mixed",
                    part and part.amount,
                    part and part.quantity,
                    part and part.start_date,
                    part and part.end_date,
                    *_decided(change),
                )
            )
    found["contract_milestone"] = [
        (*_named(row.contract), *row.part, row.on, row.share, *_decided(row))
        for row in terms.milestones
    ]
    found["contract_return_right"] = [
        (
            *_named(row.contract), row.sku, row.item_class, row.kind, row.expected_share,
            row.window_days, row.unit_cost, row.valid_from,
            row.valid_to, *_decided(row),
        )
        for row in terms.return_rights
    ]  # fmt: skip
    for price in terms.volume_prices:
        limits = [*(tier.above for tier in price.tiers[1:]), None]
        found["contract_volume_tier"] += [
            (
                *_named(price.contract), price.sku, price.valid_from, price.valid_to,
                price.retroactive, tier.above, limit, tier.price, *_decided(price),
            )
            for tier, limit in zip(price.tiers, limits, strict=True)
        ]  # fmt: skip
        ends = [*(one.on for one in price.estimates[1:]), FOREVER]
        found["contract_volume_estimate"] += [
            (
                *_named(price.contract), price.sku, price.valid_from, one.on, end,
                one.expected_quantity, *_decided(one),
            )
            for one, end in zip(price.estimates, ends, strict=True)
        ]  # fmt: skip
    for loan in terms.financing:
        found["contract_financing"].append(
            (
                *_named(loan.contract), loan.annual_rate, loan.compounding, loan.transfer_on,
                loan.recognised_on or loan.transfer_on, *_decided(loan),
            )
        )  # fmt: skip
        due = sorted(payment for one in loan.payments for payment in one.due())
        found["contract_payment"] += [
            (*_named(loan.contract), number, day, amount)
            for number, (day, amount) in enumerate(due, start=1)
        ]
    found["contract_option"] = [
        (
            *_named(row.contract), row.name, *row.part, row.discount, row.general_discount,
            row.likelihood, row.expected_purchase, row.expires_on, *_decided(row),
        )
        for row in terms.options
    ]  # fmt: skip
    found["contract_variable_price"] = [
        (*_named(row.contract), *row.part, row.basis, row.expected_amount, *_decided(row))
        for row in terms.variable_prices
    ]
    found["discount_group"] = [
        (number, sku, row.price, row.currency, row.valid_from, row.valid_to, *_decided(row))
        for number, row in enumerate(terms.discount_groups, start=1)
        for sku in row.skus
    ]
    found["contract_cancellable"] = [
        (*_named(row.contract), row.valid_from, row.valid_to, *_decided(row))
        for row in terms.cancellable
    ]
    return found
