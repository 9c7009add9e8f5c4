"""From a decision in the terminal to the next publication: stewards win over every rule."""

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

from tieout import decisions, review
from tieout.settings import Home

# Links that a rule made and a steward takes apart again; ids, so that no rule could be surer.
LINKED = """
select crm_account_id, erp_customer_id from account_mapping.map_account_customer
where evidence_grade = 'A' and valid_to = date '9999-12-31'
group by all
having count(*) = 1
order by all
"""

# ERP customers that stand alone: nothing ties them to another, until a steward does.
ALONE = """
select min(record_id) from account_mapping.map_customer_record
where valid_to = date '9999-12-31' and not is_deleted
group by customer_key
having count(*) = 1 and min(record_type) = 'erp_customer'
order by all
"""

# Orders that an id gives to one deal each, line by line and two of them.
TWO_LINES = """
select
    order_id, any_value(order_number), any_value(opportunity_id),
    list(order_line_id order by order_line_id), list(opportunity_line_id order by order_line_id)
from opportunity_to_order.fct_allocation
group by erp_system, order_id
having count(*) = 2 and count(distinct opportunity_id) = 1 and max(evidence_grade) = 'A'
    and count(distinct order_line_id) = 2 and count(distinct opportunity_line_id) = 2
    and any_value(opportunity_id) in (
        select opportunity_id from opportunity_to_order.fct_allocation
        group by opportunity_id having count(*) = 2
    )
order by order_id
"""


@dataclass
class Sale:
    """An order that is linked to a deal: ids, and the lines as they are paired."""

    order: str
    number: str
    deal: str
    order_lines: list[str]
    deal_lines: list[str]


@dataclass
class Outcome:
    """The same exports before and after the decisions, and what was decided."""

    before: Path
    after: Path
    confirmed: tuple[str, str]
    rejected: tuple[str, str]
    merged: tuple[str, str]
    split: tuple[str, str]
    ordered: tuple[str, str]
    divided: Sale
    unlinked: Sale
    kept: Sale

    def ask(self, query: str, *values: Any, before: bool = False) -> list[tuple[Any, ...]]:
        return ask(self.before if before else self.after, query, *values)


def ask(directory: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(directory / "marts.duckdb"), read_only=True) as marts:
        return marts.execute(query, values).fetchall()


def by_hand(name: str, body: str, expires_on: str = "never") -> str:
    return (
        f"  - id: {name}\n{body}\n    owner: Dana Ruiz\n    reason: found out\n"
        f"    decided_on: 2026-06-01\n    expires_on: {expires_on}\n"
    )


class Confirm:
    """Confirms the first pair and ends."""

    def __init__(self) -> None:
        self._keys = ["c", "q"]

    def key(self) -> str:
        return self._keys.pop(0)

    def text(self, label: str, default: str) -> str:
        return {"Reason": "The order form names both."}.get(label, default) or "Dana Ruiz"


@pytest.fixture(scope="module")
def outcome(
    published_home: Path,
    demo_exports: Path,
    repository: Path,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Outcome:
    """A night, a steward's morning, and the next night over the same exports."""
    folder = tmp_path_factory.mktemp("stewardship")
    shutil.copytree(published_home, folder / "home", symlinks=True)
    shutil.copytree(repository / "definitions", folder / "definitions")
    home, definitions = Home(folder / "home"), folder / "definitions"
    before = home.current.resolve()

    ((account,),) = ask(
        before, "select crm_account_id from account_mapping.rpt_match_review where review_rank = 1"
    )
    request = review.Request(definitions, account, limit=1)
    written = review.run(home, Console(file=io.StringIO()), request, Confirm())
    assert written is not None
    (chosen,) = (one.decision.records for one in decisions.load(definitions))

    ((twice_fitting,),) = ask(
        before,
        "select order_number from opportunity_to_order.rpt_order_link_review "
        "where candidate_count > 1 order by review_rank limit 1",
    )
    request = review.Request(definitions, twice_fitting, limit=1)
    assert review.run(home, Console(file=io.StringIO()), request, Confirm()) is not None
    (ordered,) = (
        one.decision.records for one in decisions.load(definitions) if one.decision.is_about_sales
    )
    divided, unlinked, kept = (Sale(*row) for row in ask(before, TWO_LINES)[:3])

    (rejected, split) = ask(before, LINKED)[:2]
    (one,), (other,) = ask(before, ALONE)[:2]
    (written.parent / "by-hand.yml").write_text(
        "decisions:\n"
        + by_hand(
            "not-them",
            f"    action: reject\n    records:\n      - account salesforce:{rejected[0]}\n"
            f"      - erp_customer netsuite:{rejected[1]}",
        )
        + by_hand(
            "one-company",
            f"    action: merge\n    records: [erp_customer netsuite:{one}, "
            f"erp_customer netsuite:{other}]\n    effective_from: 2020-01-01",
        )
        + by_hand(
            "sold",
            f"    action: split\n    records: [account salesforce:{split[0][:15]}]\n"
            f"    from: [erp_customer netsuite:{split[1]}]\n    effective_from: 2026-04-01",
            "2026-07-15",
        )
        + by_hand(
            "typo",
            "    action: confirm\n    records: [account salesforce:nobody, "
            f"erp_customer netsuite:{one}]",
        )
        + by_hand(
            "crosswise",
            f"    action: split\n    records: [order netsuite:{divided.number}]\n    lines:\n"
            f"      - {{order_line: {divided.order_lines[0]}, "
            f"opportunity_line: salesforce:{divided.deal_lines[1][:15]}}}\n"
            f"      - {{order_line: {divided.order_lines[1]}, "
            f"opportunity_line: salesforce:{divided.deal_lines[0]}}}",
        )
        + by_hand(
            "mistyped",
            f"    action: reject\n    records: [opportunity salesforce:{unlinked.deal[:15]}, "
            f"order netsuite:{unlinked.order}]",
        )
        + by_hand(
            "over",
            f"    action: reject\n    records: [opportunity salesforce:{kept.deal}, "
            f"order netsuite:{kept.order}]",
            "2026-06-15",
        )
        + by_hand(
            "misheard",
            f"    action: confirm\n    records: [order netsuite:SO-0, "
            f"opportunity salesforce:{kept.deal}]",
        )
    )
    tieout("run", "--exports", demo_exports, "--definitions", definitions, home=home.path)
    return Outcome(
        before,
        home.current.resolve(),
        (chosen[0].record_id, chosen[1].record_id),
        rejected,
        (one, other),
        split,
        (ordered[0].record_id, ordered[1].record_id),
        divided,
        unlinked,
        kept,
    )


def test_the_next_run_maps_what_was_confirmed(outcome: Outcome) -> None:
    link = (
        "select evidence_grade, match_rule from account_mapping.map_account_customer "
        "where crm_account_id = ? and erp_customer_id = ? and valid_to = date '9999-12-31'"
    )
    assert outcome.ask(link, *outcome.confirmed, before=True) == []
    assert outcome.ask(link, *outcome.confirmed) == [("D", "steward decision")]
    queue = (
        "select count(*) from account_mapping.rpt_match_review "
        "where crm_account_id = ? and erp_customer_id = ?"
    )
    assert outcome.ask(queue, *outcome.confirmed, before=True) == [(1,)]
    assert outcome.ask(queue, *outcome.confirmed) == [(0,)]


def test_what_was_rejected_is_linked_no_more(outcome: Outcome) -> None:
    link = (
        "select count(*) from account_mapping.map_account_customer "
        "where crm_account_id = ? and erp_customer_id = ?"
    )
    assert outcome.ask(link, *outcome.rejected, before=True) == [(1,)]
    assert outcome.ask(link, *outcome.rejected) == [(0,)]


KEY = """
select customer_key from account_mapping.map_customer_record
where record_id = ? and valid_from <= ? and valid_to > ?
"""


def test_merged_records_are_one_customer(outcome: Outcome) -> None:
    one, other = (
        [
            outcome.ask(KEY, record, "2026-06-30", "2026-06-30", before=before)
            for record in outcome.merged
        ]
        for before in (True, False)
    )
    assert one[0] != one[1]
    assert other[0] == other[1] != []


def test_a_split_holds_from_its_day_and_not_before(outcome: Outcome) -> None:
    for day, together in (("2026-03-31", True), ("2026-04-01", False)):
        account, customer = (outcome.ask(KEY, record, day, day) for record in outcome.split)
        assert account
        assert customer
        assert (account == customer) is together, day


SALE = """
select opportunity_id, link_rule, evidence_grade from opportunity_to_order.fct_allocation
where order_id = ? group by all order by all
"""


def test_the_next_run_links_the_order_to_the_deal_that_was_confirmed(outcome: Outcome) -> None:
    order, deal = outcome.ordered
    queue = "select count(*) from opportunity_to_order.rpt_order_link_review where order_id = ?"
    assert outcome.ask(SALE, order, before=True) == []
    assert outcome.ask(queue, order, before=True)[0][0] > 1
    assert outcome.ask(SALE, order) == [(deal, "steward decision", "D")]
    assert outcome.ask(queue, order) == [(0,)]


def test_a_split_of_an_order_pairs_the_lines_that_it_names(outcome: Outcome) -> None:
    sale = outcome.divided
    pairs = (
        "select order_line_id, opportunity_line_id, pair_rule from "
        "opportunity_to_order.fct_allocation where order_id = ? order by all"
    )
    found = outcome.ask(pairs, sale.order)
    assert found == [
        (line, other, "steward decision")
        for line, other in zip(sale.order_lines, reversed(sale.deal_lines), strict=True)
    ]
    assert found != outcome.ask(pairs, sale.order, before=True)


def test_an_order_whose_deal_was_rejected_has_none(outcome: Outcome) -> None:
    sale = outcome.unlinked
    assert outcome.ask(SALE, sale.order) == []
    alone = "select sum(amount) from opportunity_to_order.fct_unlinked_order where order_id = ?"
    ordered = (
        "select sum(ordered_amount) from opportunity_to_order.fct_allocation where order_id = ?"
    )
    assert outcome.ask(alone, sale.order) == outcome.ask(ordered, sale.order, before=True)


def test_an_expired_decision_about_an_order_decides_nothing(outcome: Outcome) -> None:
    assert outcome.ask(SALE, outcome.kept.order) == outcome.ask(
        SALE, outcome.kept.order, before=True
    )


def test_the_money_that_decisions_move_stays_classified(outcome: Outcome) -> None:
    residual = "select count(*) from revenue_bridge.fct_bridge_atom where line_code like '%.99'"
    assert outcome.ask(residual) == [(0,)]


def test_what_needs_the_steward_is_an_exception_and_no_crash(outcome: Outcome) -> None:
    found = outcome.ask(
        "select exception_type, source_key, owner, failure_class from operations.exception "
        "where object = 'steward_decision' group by all order by all"
    )
    assert found == [
        ("steward_decision_expiring", "over", "Dana Ruiz", "stewardship"),
        ("steward_decision_expiring", "sold", "Dana Ruiz", "stewardship"),
        ("steward_decision_stale", "misheard/netsuite:SO-0", "Dana Ruiz", "stewardship"),
        ("steward_decision_stale", "typo/salesforce:nobody", "Dana Ruiz", "stewardship"),
    ]


def test_the_publication_carries_the_decisions(outcome: Outcome) -> None:
    kept = outcome.ask("select decision_id, file from definitions.steward_decision order by all")
    assert [file for _, file in kept].count("decisions/by-hand.yml") == 8
    assert len(kept) == 10
    lines = outcome.ask("select decision_id from definitions.steward_decision_line")
    assert lines == [("crosswise",), ("crosswise",)]
    assert "decisions" in (outcome.after / "manifest.json").read_text()
