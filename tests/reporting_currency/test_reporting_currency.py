"""One currency for a group of two entities, from vendor exports to published rows, to the cent.

`exports/` holds seven deals: the example of BRIDGE.md in euros, a deferral, a deal in euros ordered
in dollars, kronor that the CRM has no rate for, yen whose only rate leads through the euro, a month
earned before its bill, and dollars of another entity. The CRM has the euro at 1.10 in January and
1.15 from February, the ERP at 1.09, 1.08, 1.12 and 1.05 from January to April.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (f"2026-0{month}-01" for month in range(1, 6))


@pytest.fixture(scope="module")
def marts(
    make_once: Callable[[str, Callable[[Path], None]], Path],
    tieout: Callable[..., subprocess.CompletedProcess[str]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """What one night publishes of the group."""

    def make(path: Path) -> None:
        tieout("run", "--exports", Path(__file__).parent / "exports", home=path)

    home = make_once("reporting-currency", make)
    file = home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def rows(
    marts: duckdb.DuckDBPyConnection, leg: int, records: str
) -> list[tuple[str, str, str, Decimal | None]]:
    """Line, detail of its FX, month and amount of the rows of some records, in order."""
    found = marts.execute(
        f"""
        select line_code, case when step = 'fx' then line_detail else '' end,
            cast(period as varchar), reporting_amount
        from revenue_bridge.fct_reporting_atom
        where definition_id = 'standard' and leg = {leg} and ({records})
        order by all
        """
    ).fetchall()
    return [(line, detail, period, amount) for line, detail, period, amount in found]


def deal(number: int) -> str:
    return f"opportunity_id = '00600000000000{number}AAA'"


def anchors(marts: duckdb.DuckDBPyConnection, anchor: str) -> dict[tuple[str, str], Decimal]:
    found = marts.execute(
        "select entity, cast(period as varchar), amount from revenue_bridge.rpt_reporting_anchor "
        "where definition_id = 'standard' and reporting_currency = 'USD' and anchor = ? "
        "and amount <> 0",
        [anchor],
    ).fetchall()
    return {(entity, period): amount for entity, period, amount in found}


def test_the_example_of_the_specification(marts: duckdb.DuckDBPyConnection) -> None:
    """EUR 100,000 booked at 1.10, ordered at 1.08, EUR 90,000 invoiced at 1.12.

    110,000 - 2,000 FX = 108,000; then -10,800 discount + 3,600 FX = 100,800. Of the first 2,000 one
    half is that the ERP had another rate on the day of the deal, the other that the order came
    later.
    """
    assert rows(marts, 1, deal(1)) == [
        ("1.09", "", JANUARY, Decimal("-110000")),
        ("1.09", "", FEBRUARY, Decimal("110000")),
        ("1.12", "rate_date", FEBRUARY, Decimal("-1000")),
        ("1.12", "rate_source", FEBRUARY, Decimal("-1000")),
    ]
    assert rows(marts, 2, "document_id in ('201', '301')") == [
        ("2.02", "", FEBRUARY, Decimal("-108000")),
        ("2.02", "", MARCH, Decimal("108000")),
        ("2.04", "", MARCH, Decimal("-10800")),
        ("2.11", "rate_date", MARCH, Decimal("3600")),
    ]
    assert rows(marts, 3, "document_id = '301'") == []
    assert rows(marts, 4, "document_id in ('301', '401')") == [
        ("4.01", "", MARCH, Decimal("-100800")),
        ("4.02", "", APRIL, Decimal("100800")),
        ("4.09", "rate_date", APRIL, Decimal("-6300")),
    ]
    assert anchors(marts, "cash") == {("Meridian GmbH", APRIL): Decimal("94500")}


def test_deferred_revenue_is_released_at_its_original_rate(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Billed at 1.12, released in April and May, when the euro was at 1.05."""
    assert rows(marts, 3, "document_id in ('302', '501', '502', '503')") == [
        ("3.01", "", MARCH, Decimal("-448")),
        ("3.01", "", MARCH, Decimal("-448")),
        ("3.02", "", APRIL, Decimal("448")),
        ("3.02", "", MAY, Decimal("448")),
    ]
    revenue = anchors(marts, "revenue")
    assert revenue["Meridian GmbH", APRIL] == revenue["Meridian GmbH", MAY] == Decimal("448")


def test_what_was_earned_before_its_bill_keeps_its_rate(marts: duckdb.DuckDBPyConnection) -> None:
    """Earned at 1.09 and billed at 1.12: the month of the bill shows the difference."""
    assert rows(marts, 3, "document_id in ('306', '504')") == [
        ("3.03", "", JANUARY, Decimal("1090")),
        ("3.03", "", MARCH, Decimal("-1090")),
        ("3.11", "rate_date", MARCH, Decimal("-30")),
    ]


def test_a_hop_between_currencies_nets_to_zero(marts: duckdb.DuckDBPyConnection) -> None:
    """EUR 1,000 at the CRM's 1.10, ordered as USD 1,090: the rates have two sources."""
    assert rows(marts, 1, deal(3)) == [
        ("1.11", "", JANUARY, Decimal("-1100")),
        ("1.11", "", JANUARY, Decimal("1100")),
        ("1.12", "rate_source", JANUARY, Decimal("-10")),
    ]


def test_a_missing_rate_is_null_and_an_exception(marts: duckdb.DuckDBPyConnection) -> None:
    """The CRM has no rate for kronor; the order has its own, 0.09 to the euro at 1.08."""
    assert rows(marts, 1, deal(4)) == [("1.12", "rate_missing", FEBRUARY, Decimal("486"))]
    assert rows(marts, 2, "document_id = '204'") == [("2.02", "", FEBRUARY, Decimal("-486"))]
    left_out = marts.execute(
        "select anchor, sum(unconverted_count) from revenue_bridge.rpt_reporting_anchor "
        "where definition_id = 'standard' group by anchor having sum(unconverted_count) > 0"
    ).fetchall()
    assert left_out == [("bookings", 1)]
    exceptions = marts.execute(
        "select system, source_key, amount, currency from operations.exception "
        "where exception_type = 'missing_rate'"
    ).fetchall()
    assert exceptions == [("salesforce", "SEK/USD/bookings", Decimal("5000"), "SEK")]


def test_a_rate_that_leads_through_another_currency_is_found(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """150 yen to the dollar in the CRM, undated; 0.006 euros of 1.09 dollars in the ERP."""
    assert rows(marts, 1, deal(5)) == [("1.12", "rate_source", JANUARY, Decimal("-38"))]
    assert rows(marts, 2, "document_id = '205'") == [("2.02", "", JANUARY, Decimal("-1962"))]


def test_one_number_for_the_group(marts: duckdb.DuckDBPyConnection) -> None:
    assert anchors(marts, "bookings") == {
        ("Meridian GmbH", JANUARY): Decimal("114200"),
        ("Meridian GmbH", FEBRUARY): Decimal("1380"),
        ("Meridian Inc", JANUARY): Decimal("500"),
    }
    assert sum(anchors(marts, "orders").values()) == Decimal("114472")
    assert sum(anchors(marts, "billings").values()) == Decimal("104854")
    assert sum(anchors(marts, "revenue").values()) == Decimal("104824")
