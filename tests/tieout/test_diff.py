"""`tieout diff` names every line and record whose money differs, also those that one side lacks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tieout import diff, publication
from tieout.settings import Home

Make = Callable[..., Path]

LEAKED_DEAL = """
insert into revenue_bridge.fct_bridge_atom
select 'new', definition_id, entity, currency, period, 1, '1.06', '', -25.00, 'B',
    crm_system, 'o2', 'l2', '', '', '', ''
from revenue_bridge.fct_bridge_atom where leg = 1;
insert into revenue_bridge.rpt_revenue_bridge
select definition_id, entity, currency, period, 1, '1.06', 'leakage', -25.00, 1
from revenue_bridge.rpt_revenue_bridge where leg = 1;
"""


def both(tmp_path: Path, make: Make, sql: str) -> tuple[publication.Publication, ...]:
    home = Home.resolve(tmp_path)
    return tuple(
        publication.read(make(home, name, change))
        for name, change in (("20260701T000000000000Z", ""), ("20260702T000000000000Z", sql))
    )


def test_equal_publications_do_not_differ(tmp_path: Path, make_candidate: Make) -> None:
    assert diff.compare(*both(tmp_path, make_candidate, "")).is_empty


def test_a_line_that_is_new_is_named_with_its_record(tmp_path: Path, make_candidate: Make) -> None:
    found = diff.compare(*both(tmp_path, make_candidate, LEAKED_DEAL))
    (line,) = found.lines
    assert (line.line_code, line.before, line.change) == ("1.06", 0, Decimal("-25.0000"))
    (record,) = found.records
    assert record.record == "salesforce o2 l2"
    assert record.after == Decimal("-25.0000")
    assert ("revenue_bridge.fct_bridge_atom", 3, 4) in found.tables


def test_a_record_that_left_is_named(tmp_path: Path, make_candidate: Make) -> None:
    before, after = both(tmp_path, make_candidate, LEAKED_DEAL)
    (record,) = diff.compare(after, before).records
    assert (record.before, record.after) == (Decimal("-25.0000"), 0)


def test_the_list_of_records_is_bounded_but_counted(tmp_path: Path, make_candidate: Make) -> None:
    found = diff.compare(*both(tmp_path, make_candidate, LEAKED_DEAL), limit=0)
    assert found.records == []
    assert found.record_count == 1
