"""The group's one bridge, in the reporting currency of a definition set: what the page embeds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tieout.report.marts import ANCHOR_NAMES, LEGS, REVENUE_LEGS, Marts, minor_units

_ZERO = Decimal(0)
# What causes an FX effect, in a reader's words; the order in which they are shown.
FX_CAUSES = {
    "rate_source": "rates of two sources: the CRM and the ERP, or two documents of one day",
    "rate_date": "the same source's rate of another day",
    "rounding": "rounding to minor units",
    "rate_missing": "no rate on one side",
}

Key = tuple[str, str, str]
Amounts = dict[tuple[str, str], Decimal]


@dataclass
class GroupBridge:
    """The bridge of one definition set and quarter; amounts by anchor or line, and entity."""

    anchors: Amounts = field(default_factory=dict)
    lines: Amounts = field(default_factory=dict)
    line_names: dict[str, str] = field(default_factory=dict)
    causes: list[tuple[str, str, Decimal]] = field(default_factory=list)
    unconverted: int = 0
    minor_unit: int = 2

    @property
    def unit(self) -> int:
        """Decimals that show every amount: the currency's own, or more where a source has more."""
        amounts = [*self.anchors.values(), *self.lines.values()]
        enough = (u for u in range(self.minor_unit, 4) if all(a == round(a, u) for a in amounts))
        return next(enough, 4)

    @property
    def entities(self) -> list[str]:
        return sorted({entity for _, entity in [*self.anchors, *self.lines]})

    def leg(self, number: int) -> list[tuple[str, str, str]]:
        """Kind, code and name of the lines of a leg and of the anchor that they lead to."""
        codes = [code for code in sorted(self.line_names) if code[0] == str(number)]
        right = LEGS[number][1]
        return [
            *(("line", code, self.line_names[code]) for code in codes),
            ("anchor", right, ANCHOR_NAMES[right]),
        ]

    def amounts(self, kind: str, code: str) -> list[Decimal]:
        """One amount per entity, then the group's."""
        own = self.anchors if kind == "anchor" else self.lines
        each = [own.get((code, entity), _ZERO) for entity in self.entities]
        return [*each, sum(each, _ZERO)]


def read(marts: Marts) -> dict[Key, GroupBridge]:
    """The bridges by definition set, quarter and reporting currency; none without such a view."""
    (is_there,) = marts.tuples(
        "select count(*) = 3 from information_schema.tables where table_schema = 'revenue_bridge' "
        "and table_name in ('fct_reporting_atom', 'rpt_reporting_anchor', 'rpt_reporting_bridge')"
    )[0]
    found: dict[Key, GroupBridge] = defaultdict(GroupBridge)
    if not is_there:
        return found
    key = "definition_id, cast(month.quarter as varchar), reporting_currency"
    source = "inner join definition_month as month using (definition_id, period) group by all"
    for *where, anchor, entity, amount, unconverted, minor_unit in marts.tuples(
        f"select {key}, anchor, entity, cast(sum(amount) as decimal(28, 4)), "
        "cast(sum(unconverted_count) as bigint), max(minor_unit) "
        f"from revenue_bridge.rpt_reporting_anchor {source}"
    ):
        bridge = found[where[0], where[1], where[2]]
        bridge.anchors[anchor, entity] = amount
        bridge.unconverted += unconverted
        bridge.minor_unit = minor_unit
    for *where, code, name, entity, amount in marts.tuples(
        f"select {key}, line_code, line_name, entity, cast(sum(amount) as decimal(28, 4)) "
        f"from revenue_bridge.rpt_reporting_bridge {source} order by all"
    ):
        bridge = found[where[0], where[1], where[2]]
        bridge.lines[code, entity] = amount
        bridge.line_names[code] = name
    for *where, code, cause, amount in marts.tuples(
        f"select {key}, line_code, line_detail, cast(sum(reporting_amount) as decimal(28, 4)) "
        "from revenue_bridge.fct_reporting_atom "
        "inner join definition_month as month using (definition_id, period) "
        "where step = 'fx' group by all"
    ):
        found[where[0], where[1], where[2]].causes.append((code, cause, amount))
    order = {cause: place for place, cause in enumerate(FX_CAUSES)}
    for bridge in found.values():
        bridge.causes.sort(key=lambda row: (row[0], order.get(row[1], len(order)), row[1]))
    return found


def build(marts: Marts) -> list[dict[str, Any]]:
    """The payload's part about the group: one entry per definition set and quarter.

    Returns:
        JSON-ready values: `entities`, and per row of `revenue` and `cash` its kind (anchor or
        line), code, name, an amount per entity and the group's; `fx` has a row per line and cause.
        Amounts are minor units in text. `unconverted` counts records without a rate.
    """
    return [
        {
            "definition": definition_id,
            "quarter": quarter,
            "currency": currency,
            "unit": bridge.unit,
            "entities": bridge.entities,
            "revenue": _rows(bridge, "bookings", REVENUE_LEGS),
            "cash": _rows(bridge, "billings", (4,)),
            "fx": [
                [code, FX_CAUSES.get(cause, cause), minor_units(amount, bridge.unit)]
                for code, cause, amount in bridge.causes
            ],
            "unconverted": bridge.unconverted,
        }
        for (definition_id, quarter, currency), bridge in sorted(read(marts).items())
    ]


def _rows(bridge: GroupBridge, first: str, legs: tuple[int, ...]) -> list[Any]:
    steps = [("anchor", first, ANCHOR_NAMES[first])]
    steps += [row for leg in legs for row in bridge.leg(leg)]
    return [
        [
            kind,
            code,
            name,
            *(minor_units(amount, bridge.unit) for amount in bridge.amounts(kind, code)),
        ]
        for kind, code, name in steps
    ]
