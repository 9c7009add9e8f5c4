"""bridge.xlsx: totals are formulas, they add the right cells, and their values are the marts'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.tieout.report.marts_fixture import ENTITY
from tieout.report.marts import Cell
from tieout.report.workbook import sheet_name


@pytest.fixture(scope="module")
def formulas(publication: Path) -> Any:
    return openpyxl.load_workbook(publication / "bridge.xlsx")


@pytest.fixture(scope="module")
def values(publication: Path) -> Any:
    return openpyxl.load_workbook(publication / "bridge.xlsx", data_only=True)


def number(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value or 0)


def evaluate(book: Any, sheet: Any, content: Any) -> Decimal:
    """The workbook's own arithmetic over its cells: +, -, SUM, ROUND and links to other sheets."""
    if not isinstance(content, str):
        return number(content)
    expression = content.removeprefix("=").replace("$", "")
    link = re.fullmatch(r"'(.+)'!([A-Z]+\d+)", expression)
    if link:
        target = book[link.group(1)]
        return evaluate(book, target, target[link.group(2)].value)
    rounded = re.fullmatch(r"ROUND\((.+),(\d)\)", expression)
    if rounded:
        places = Decimal(1).scaleb(-int(rounded.group(2)))
        inner = evaluate(book, sheet, "=" + rounded.group(1))
        return inner.quantize(places, rounding=ROUND_HALF_UP)
    total = Decimal(0)
    terms = re.findall(r"([+-]?)(SUM\(([A-Z]+\d+):([A-Z]+\d+)\)|[A-Z]+\d+)", expression)
    assert "".join(sign + term for sign, term, *_ in terms) == expression, expression
    for sign, term, first, last in terms:
        if first:
            cells = [cell for row in sheet[f"{first}:{last}"] for cell in row]
            value = sum((evaluate(book, sheet, cell.value) for cell in cells), Decimal(0))
        else:
            value = evaluate(book, sheet, sheet[term].value)
        total += -value if sign == "-" else value
    return total


def bridge_sheets(book: Any) -> Iterator[Any]:
    yield from (sheet for sheet in book if re.match(r"\d+ [A-Z]{3} ", sheet.title))


def test_every_formula_gives_the_value_that_is_stored_with_it(formulas: Any, values: Any) -> None:
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    stored = number(values[sheet.title][cell.coordinate].value)
                    assert evaluate(formulas, sheet, cell.value) == stored, cell
                    checked += 1
    assert checked > 100


def column_of(sheet: Any, label: str) -> int:
    return next(cell.column for cell in sheet[4] if cell.value == label)


def rows_named(sheet: Any, name: str) -> list[int]:
    return [row[1].row for row in sheet.iter_rows() if len(row) > 1 and row[1].value == name]


def test_the_worked_quarter_totals_are_formulas_over_their_own_leg(
    formulas: Any, values: Any
) -> None:
    sheet = next(s for s in bridge_sheets(formulas) if "Tieout" in s.title and s["B5"].value)
    shown = values[sheet.title]
    column = column_of(sheet, "2026 Q1")
    for name, amount in (
        ("Bookings plus the lines above", "2715875"),
        ("Orders plus the lines above", "2545875"),
        ("Net billings plus the lines above", "2100000"),
        ("Gap: revenue less bookings", "-300000"),
    ):
        row = rows_named(sheet, name)[0]
        assert str(sheet.cell(row, column).value).startswith("=")
        assert number(shown.cell(row, column).value) == Decimal(amount)
    # the lines between two measured rows are exactly the lines of the leg
    total = rows_named(sheet, "Bookings plus the lines above")[0]
    formula = sheet.cell(total, column).value
    first, last = re.findall(r":?[A-Z]+(\d+)", formula.split("SUM")[1])
    codes = [sheet.cell(row, 1).value for row in range(int(first), int(last) + 1)]
    assert codes == ["1.02", "1.05", "1.06", "1.09", "1.13", "1.17", "1.18", "1.20"]


def test_every_check_row_is_zero(values: Any) -> None:
    checks = 0
    for sheet in bridge_sheets(values):
        for row in rows_named(sheet, "Difference, must be 0"):
            amounts = [cell.value for cell in sheet[row][3:] if cell.value is not None]
            assert set(amounts) == {0}
            checks += 1
    assert checks == 4 * 6  # four legs of three entities under two definition sets


def test_lists_state_how_much_they_show(values: Any) -> None:
    note = values["Records"]["A2"].value
    assert "of 27 records" in note or "records" in note
    assert "select * from revenue_bridge.fct_bridge_atom" in note
    assert values["Leakage"].max_row == 3 + 3
    assert values["Blocked"].max_row == 3 + 4
    assert values["Exceptions"]["A4"].value == "duplicate_opportunity"


def test_the_group_adds_up_over_its_entities(values: Any) -> None:
    """Anchors and lines of one quarter, in dollars: bookings plus the lines are the revenue."""
    rows = [
        row
        for row in values["Group"].iter_rows(min_row=4, values_only=True)
        if row[:3] == ("standard", "USD", "2026 Q1")
    ]
    assert {row[3] for row in rows} == {ENTITY, "Northfield Gulf WLL", "Northfield Japan KK"}
    anchors = {
        name: sum(number(row[6]) for row in rows if row[4] in (None, "") and row[5] == name)
        for name in ("Bookings", "Recognised revenue")
    }
    lines = sum(number(row[6]) for row in rows if row[4] and row[4][0] in "123")
    assert anchors["Bookings"] > 2400000
    assert anchors["Bookings"] + lines == anchors["Recognised revenue"]
    assert ("1.12", Decimal(-10)) in [(row[4], number(row[6])) for row in rows]


def test_balances_close_by_formula_and_show_their_difference(formulas: Any, values: Any) -> None:
    sheet, shown = formulas["Balances"], values["Balances"]
    heads = [cell.value for cell in sheet[3]]
    closing = heads.index("Closing") + 1
    rows = list(range(4, sheet.max_row + 1))
    assert [sheet.cell(row, 1).value for row in rows] == ["Deferred revenue"] * 3 + [
        "Contract assets"
    ]
    assert all(str(sheet.cell(row, closing).value).startswith("=SUM(") for row in rows)
    ends = [number(shown.cell(row, closing).value) for row in rows]
    assert ends == [Decimal(110000), Decimal(100000), Decimal(99500), Decimal(15000)]
    differences = [number(shown.cell(row, closing + 2).value) for row in rows]
    assert differences == [0, 0, Decimal(100), 0]


def test_what_remains_and_what_differs_are_lists(values: Any) -> None:
    remaining = list(values["Remaining"].iter_rows(min_row=4, values_only=True))
    assert len(remaining) == 10
    assert remaining[-1][3:] == ("no date", None, 1, 7500, 0, 7500)
    assert sum(row[6] for row in remaining) == 97500
    differing = list(values["Schedule differences"].iter_rows(min_row=4, values_only=True))
    assert [row[3] for row in differing] == ["unposted", "wrong_period", "wrong_period"]
    assert differing[0][6:] == (10000, 10000, None, -10000)


def test_tab_names_are_legal_whatever_the_entity_is_called() -> None:
    cell = Cell("A/B: [very] 'long' name of a legal entity?", "USD", 2)
    name = sheet_name(7, "standard", cell)
    assert len(name) <= 31
    assert not re.search(r"[\[\]:*?/\\']", name)


def test_the_summary_links_every_bridge(formulas: Any) -> None:
    entities = [row[0].value for row in formulas["Summary"].iter_rows(min_row=9)]
    assert entities.count(ENTITY) == 2
