"""From what a person knows of an order and its deals to the next publication."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from tests.small_company import add_deal, add_order, line_of
from tieout import decisions, review
from tieout.settings import Home

# The deals: two equal ones of one customer (north, south), two that one order is for (east, west),
# one whose number an order bears by mistake.
DEALS = {
    "006000000000101AAA": ("Brightwater north plant", 7000, "2025-05-12"),
    "006000000000102AAA": ("Brightwater south plant", 7000, "2025-05-13"),
    "006000000000103AAA": ("Brightwater east", 4000, "2025-05-12"),
    "006000000000104AAA": ("Brightwater west", 5000, "2025-05-12"),
    "006000000000105AAA": ("Brightwater annex", 2000, "2025-05-12"),
}
NORTH, SOUTH, EAST, WEST, ANNEX = DEALS
# The orders: number, what it refers to, amounts of its lines.
ORDERS = {
    "211": ("SO-211", "", (7000,)),
    "212": ("SO-212", EAST, (5000, 4000)),
    "213": ("SO-213", ANNEX, (2000,)),
}


def add_sales(exports: Path) -> None:
    """The deals and orders of this story."""
    for deal, (name, amount, day) in DEALS.items():
        add_deal(exports, deal, name, amount, day)
    for order, (number, reference, amounts) in ORDERS.items():
        add_order(exports, order, number, [(1, amount) for amount in amounts], reference)


BY_HAND = f"""
decisions:
  - id: one-order-for-two-deals
    action: split
    records: [order netsuite:SO-212]
    lines:
      - {{order_line: 1, opportunity_line: salesforce:{line_of(WEST)[:15]}}}
      - {{order_line: 2, opportunity_line: salesforce:{line_of(EAST)}}}
    owner: Dana Ruiz
    reason: The buyer ordered both at once.
    decided_on: 2025-05-16
    expires_on: never
  - id: mistyped
    action: reject
    records: [order netsuite:213, opportunity salesforce:{ANNEX}]
    owner: Dana Ruiz
    reason: The desk mistyped the number.
    decided_on: 2025-05-16
    expires_on: never
  - id: over
    action: reject
    records: [order netsuite:202, opportunity salesforce:006000000000011AAA]
    owner: Dana Ruiz
    reason: Until the contract is found.
    decided_on: 2025-03-01
    expires_on: 2025-05-01
  - id: nobody
    action: confirm
    records: [order netsuite:SO-999, opportunity salesforce:{ANNEX}]
    owner: Dana Ruiz
    reason: Misheard.
    decided_on: 2025-05-16
    expires_on: never
"""


class ConfirmFirst:
    """Confirms the first pair and ends."""

    def __init__(self) -> None:
        self._keys = ["c", "q"]

    def key(self) -> str:
        return self._keys.pop(0)

    def text(self, label: str, default: str) -> str:
        return {"Reason": "The buyer names the north plant."}.get(label, default) or "Dana Ruiz"


@dataclass
class Nights:
    """Two nights over the same exports: before and after the decisions."""

    before: Path
    after: Path
    confirmed: tuple[str, str]

    def ask(self, query: str, *values: Any, before: bool = False) -> list[tuple[Any, ...]]:
        directory = self.before if before else self.after
        with duckdb.connect(str(directory / "marts.duckdb"), read_only=True) as marts:
            return marts.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def nights(
    repository: Path,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Nights:
    """A night, a steward's morning, and the next night over the same exports."""
    folder = tmp_path_factory.mktemp("orders-decided")
    exports, definitions = folder / "exports", folder / "definitions"
    shutil.copytree(repository / "tests" / "questions" / "exports", exports)
    shutil.copytree(repository / "definitions", definitions)
    add_sales(exports)
    tieout("run", "--exports", exports, "--definitions", definitions, home=folder / "home")
    home = Home(folder / "home")
    before = home.current.resolve()

    request = review.Request(definitions, "SO-211", limit=1)
    written = review.run(home, Console(file=io.StringIO()), request, ConfirmFirst())
    assert written is not None
    (chosen,) = (one.decision.records for one in decisions.load(definitions))
    (written.parent / "by-hand.yml").write_text(BY_HAND, encoding="utf-8")
    tieout("run", "--exports", exports, "--definitions", definitions, home=home.path)
    return Nights(before, home.current.resolve(), (chosen[0].record_id, chosen[1].record_id))


LINKS = """
select opportunity_id, link_rule, evidence_grade from opportunity_to_order.fct_allocation
where order_id = ? order by all
"""
QUEUE = """
select opportunity_id from opportunity_to_order.rpt_order_link_review
where order_id = ? order by candidate_rank
"""


def test_two_equal_deals_and_one_order_are_a_person_s_to_decide(nights: Nights) -> None:
    assert nights.ask(LINKS, "211", before=True) == []
    assert {deal for (deal,) in nights.ask(QUEUE, "211", before=True)} == {NORTH, SOUTH}


def test_the_next_run_links_what_was_confirmed(nights: Nights) -> None:
    order, deal = nights.confirmed
    assert order == "211"
    assert nights.ask(LINKS, order) == [(deal, "steward decision", "D")]
    assert nights.ask(QUEUE, order) == []


def test_a_split_pairs_the_lines_that_it_names(nights: Nights) -> None:
    assert {deal for deal, _, _ in nights.ask(LINKS, "212", before=True)} == {EAST}
    pairs = nights.ask(
        "select order_line_id, opportunity_line_id, pair_rule, booked_amount, ordered_amount "
        "from opportunity_to_order.fct_allocation where order_id = '212' order by all"
    )
    assert pairs == [
        ("1", line_of(WEST), "steward decision", 5000, 5000),
        ("2", line_of(EAST), "steward decision", 4000, 4000),
    ]


def test_what_was_rejected_is_an_order_without_a_deal(nights: Nights) -> None:
    assert [deal for deal, _, _ in nights.ask(LINKS, "213", before=True)] == [ANNEX]
    assert nights.ask(LINKS, "213") == []
    alone = "select amount from opportunity_to_order.fct_unlinked_order where order_id = '213'"
    assert nights.ask(alone, before=True) == []
    assert nights.ask(alone) == [(2000,)]


def test_an_expired_decision_decides_nothing_and_is_told(nights: Nights) -> None:
    assert [deal for deal, _, _ in nights.ask(LINKS, "202")] == ["006000000000011AAA"]
    found = nights.ask(
        "select exception_type, source_key, amount, owner, failure_class from operations.exception "
        "where object = 'steward_decision' order by all"
    )
    assert found == [
        ("steward_decision_expiring", "over", 12000, "Dana Ruiz", "stewardship"),
        ("steward_decision_stale", "nobody/netsuite:SO-999", 2000, "Dana Ruiz", "stewardship"),
    ]


def test_the_money_that_a_decision_moves_stays_classified(nights: Nights) -> None:
    """In May the bookings of the five deals meet their orders; line 99 holds nothing."""
    line = """
        select line_code, sum(amount) from revenue_bridge.fct_bridge_atom
        where definition_id = 'standard' and leg = 1 and opportunity_id = ?
        group by line_code order by all
    """
    assert nights.ask(line, WEST) == []
    assert nights.ask(line, WEST, before=True)[0][1] == -5000
    assert nights.ask(line, ANNEX)[0][1] == -2000
    residual = "select count(*) from revenue_bridge.fct_bridge_atom where line_code like '%.99'"
    assert nights.ask(residual) == nights.ask(residual, before=True) == [(0,)]


def test_the_publication_carries_the_decisions(nights: Nights) -> None:
    ids = nights.ask("select decision_id from definitions.steward_decision order by all")
    assert len(ids) == 5
    lines = nights.ask("select decision_id, order_line_id from definitions.steward_decision_line")
    assert lines == [("one-order-for-two-deals", "1"), ("one-order-for-two-deals", "2")]
