"""The closing summary: readable at 80 and 120 columns, exact, and honest about refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from expectations.results import Finding, GateResult
from tests.tieout.report.marts_fixture import ENTITY, write_publication
from tieout.report.terminal import print_summary


def printed(directory: Path, width: int) -> str:
    console = Console(width=width, record=True, force_terminal=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    print_summary(directory, console)
    return console.export_text()


@pytest.mark.parametrize("width", [80, 120])
def test_amounts_are_whole_at_every_width(publication: Path, width: int) -> None:
    text = printed(publication, width)
    for amount in ("2,400,000.00", "-521,625.01", "-300,000.00", "10,000.500", "-1,500,000"):
        assert amount in text
    for line in text.splitlines():
        assert len(line.rstrip()) <= width or "/" in line  # paths are never broken


def test_it_leads_with_what_needs_action_and_what_does_not(publication: Path) -> None:
    text = printed(publication, 120)
    needs, harmless = (
        next(line for line in text.splitlines() if line.strip().startswith(start))
        for start in ("needs action", "timing, basis")
    )
    assert "65,000.00" in needs
    assert "2,159,000.02" in harmless
    assert "Line 99 (not explained): 0 records" in text


def test_it_says_what_is_off_the_ledger_and_why_schedules_differ(publication: Path) -> None:
    text = printed(publication, 120)
    assert f"Deferred revenue of {ENTITY} is off the ledger by +100.00 USD." in text
    assert "Contract assets of" not in text
    causes = text.split("postings differ")[1].splitlines()[1:3]
    assert [line.split(maxsplit=2) for line in causes] == [
        ["10,000.00", "USD", "unposted, 1 obligation"],
        ["600.00", "USD", "wrong period, 1 obligation"],
    ]


def test_it_says_what_was_refused_and_where_the_report_is(publication: Path) -> None:
    text = printed(publication, 80)
    assert "1 salesforce opportunity: CloseDate is not a date: 31.02.2026" in text
    assert "warning leakage" in text
    assert f"file://{publication}/report.html" in text


def test_a_column_that_does_not_fit_is_named(publication: Path) -> None:
    text = printed(publication, 60)
    assert "Not shown for lack of width" in text
    assert "Northfield" in text.split("Not shown")[1]


def test_money_at_stake_is_said_in_every_currency(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    money = [{"currency": name, "amount": "7.00"} for name in ("CHF", "EUR", "GBP", "SEK", "USD")]
    finding = Finding(
        "leakage", "s", "t", "e", "warning", False, "Sold.", "Look.", "5 rows", 5, money
    )
    GateResult("p", "0" * 64, (finding,), 1.0).write(directory)
    text = printed(directory, 120)
    assert "(5 rows; 7.00 CHF; 7.00 EUR; 7.00 GBP; 7.00 SEK; 7.00 USD)" in text


def test_a_refused_candidate_is_never_called_published(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    finding = Finding(
        "bridge_identity", "identity", "t", "e", "critical", False, "Off.", "Look.", "3 rows", 3
    )
    GateResult("p", "0" * 64, (finding,), 1.0).write(directory)
    text = printed(directory, 100)
    assert "Refused by the gate" in text
    assert "Published" not in text
