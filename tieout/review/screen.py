"""The queue and its pairs on a terminal, or as plain text where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieout.report.marts import money
from tieout.review.decision_file import plain
from tieout.review.queue import Pair, Side

_NOUN = {
    "account": "CRM account",
    "erp_customer": "ERP customer",
    "opportunity": "CRM opportunity",
    "order": "ERP order",
}
_AMOUNT = re.compile(r"\b([A-Z]{3}) (-?\d+\.\d+)")


def amounts(text: str, units: Mapping[str, int]) -> str:
    """`EUR 5.0000, JPY 10.0000` as people write it: `EUR 5.00, JPY 10`."""

    def shown(match: re.Match[str]) -> str:
        return f"{match[1]} {money(Decimal(match[2]), units.get(match[1], 2))}"

    return _AMOUNT.sub(shown, text)


def _at_risk(pair: Pair, units: Mapping[str, int]) -> str:
    if pair.currency is None:
        return "no money"
    return f"{pair.currency} {money(pair.amount_at_risk, units.get(pair.currency, 2))}"


def print_pair(
    console: Console, pair: Pair, place: str, units: Mapping[str, int], more: int = 0
) -> None:
    """Show one pair side by side; what agrees is marked, with a word and with colour.

    Args:
        console: where to print.
        pair: what to show.
        place: where in the queue the pair is, such as `3 of 12`.
        units: decimals per currency.
        more: what fits the left record and is not in the queue.
    """
    waiting = f"waiting since {pair.first_seen_at:%Y-%m-%d}"
    owner = f", owner {plain(pair.owner)}" if pair.owner else ""
    console.rule(
        Text(f"{place}: {_at_risk(pair, units)} at risk, {waiting}{owner}"),
        align="left",
        style="dim",
    )
    chance = "" if pair.match_probability is None else f", probability {pair.match_probability}"
    console.print(Text(f"found by {plain(pair.evidence)}{chance}"))
    if pair.why_not_accepted:
        console.print(Text(f"waits: {plain(pair.why_not_accepted)}"))
    if pair.candidates > 1:
        hidden = f", {more} less likely ones are not shown" if more > 0 else ""
        of = pair.left.record.record_type
        console.print(
            Text(f"candidate {pair.candidate} of {pair.candidates} for this {of}{hidden}")
        )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("")
    table.add_column("")
    table.add_column(_heading(pair.left), overflow="fold")
    table.add_column(_heading(pair.right), overflow="fold")
    for field in pair.fields:
        table.add_row(*_compared(pair, field, units))
    for label, left, right in (
        ("bought", amounts(pair.left.bought, units), amounts(pair.right.bought, units)),
        ("linked to", pair.left.linked_to, pair.right.linked_to),
    ):
        if not pair.is_link or (label == "linked to" and (left or right)):
            table.add_row(label, "", Text(plain(left)), Text(plain(right)))
    console.print(table)


def _heading(side: Side) -> Text:
    record = side.record
    return Text(plain(f"{_NOUN[record.record_type]} {record.source_system}:{record.record_id}"))


def _compared(pair: Pair, field: str, units: Mapping[str, int]) -> tuple[str, Text, Text, Text]:
    mark, style = "", ""
    if field in pair.agreeing:
        mark, style = "same", "green"
    elif field in pair.differing:
        mark, style = "differs", "yellow"
    left, right = (plain(side.fields[field] or "") for side in (pair.left, pair.right))
    if field == "amount":
        left, right = (amounts(text, units) for text in (left, right))
    name = field.replace("_", " ")
    return name, Text(mark, style), Text(left, style), Text(right, style)


def print_queue(console: Console, pairs: Sequence[Pair], units: Mapping[str, int]) -> None:
    """The queue as a list, the most money first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", justify="right")
    table.add_column("at risk", justify="right", no_wrap=True)
    for heading in ("record", "and", "agree", "why it waits", "since"):
        table.add_column(heading, overflow="fold")
    for number, pair in enumerate(pairs, 1):
        table.add_row(
            str(number),
            _at_risk(pair, units),
            *(_short(side) for side in (pair.left, pair.right)),
            Text(", ".join(f.replace("_", " ") for f in pair.fields if f in pair.agreeing)),
            Text(plain(pair.why_not_accepted or pair.evidence)),
            f"{pair.first_seen_at:%Y-%m-%d}",
        )
    console.print(table)


def _short(side: Side) -> Text:
    record = side.record
    name = plain(side.fields["name"] or "(no name)")
    return Text(f"{name}\n{plain(f'{record.source_system}:{record.record_id}')}")
