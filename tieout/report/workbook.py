"""bridge.xlsx: the bridge with living totals, one sheet per definition set, entity and currency.

Every total is a formula over the cells above it; its value is stored with it, so that viewers which
do not calculate show the same number. Excel holds numbers as binary floating point with 15 digits:
amounts are exact to the cent below 10 trillion, and checks round to the currency's own decimals.
The exact amounts are in marts.duckdb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from tieout.report import group, revenue
from tieout.report.marts import ANCHOR_NAMES, GRADES, KINDS, LEGS, Cell, Marts, Quarter, Row

# Rows of the Records, Leakage and Exceptions sheets. More: the workbook opens slowly; the sheets
# state how many there are and the query that gives all.
RECORD_LIMIT = 20_000
LIST_LIMIT = 5_000
# Bridge sheets; the first sheet states how many more there would be.
SHEET_LIMIT = 40

_ZERO = Decimal(0)


@dataclass(frozen=True)
class BridgeSheet:
    """A planned bridge sheet: whose bridge it shows and under which tab name."""

    name: str
    definition: Row
    cell: Cell


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._cache: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._cache:
            self._cache[key] = self._book.add_format(
                {"font_name": "Calibri", "font_size": 11, "valign": "vcenter", **properties}
            )
        return self._cache[key]

    def money(self, minor_unit: int, **properties: Any) -> Any:
        decimals = "." + "0" * minor_unit if minor_unit else ""
        return self.get(
            num_format=f"#,##0{decimals};[Red]-#,##0{decimals};0{decimals}", **properties
        )

    @property
    def title(self) -> Any:
        return self.get(bold=True, font_size=16, font_color="#1B2230")

    @property
    def note(self) -> Any:
        return self.get(font_color="#5B6474")

    @property
    def head(self) -> Any:
        return self.get(bold=True, font_color="#5B6474", bottom=1, bottom_color="#8B93A1")

    @property
    def head_right(self) -> Any:
        return self.get(
            bold=True, font_color="#5B6474", bottom=1, bottom_color="#8B93A1", align="right"
        )


def sheet_name(number: int, definition_id: str, cell: Cell) -> str:
    """A tab name of at most 31 characters without the characters that Excel forbids."""
    name = f"{number} {cell.currency} {cell.entity or 'unassigned'} {definition_id}"
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip()


def write(marts: Marts, path: Path) -> None:
    """Write the workbook to `path`."""
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": f"Revenue bridge {marts.publication.publication_id}"})
        formats = _Formats(book)
        planned = [
            (definition, cell) for definition in marts.definitions() for cell in marts.cells()
        ]
        sheets = [
            BridgeSheet(sheet_name(number, definition["definition_id"], cell), definition, cell)
            for number, (definition, cell) in enumerate(planned[:SHEET_LIMIT], start=1)
        ]
        contents = book.add_worksheet("Summary")
        totals = {sheet.name: _bridge(marts, book, formats, sheet) for sheet in sheets}
        _summary(marts, contents, formats, sheets, totals, len(planned))
        _anchors(marts, book, formats)
        _group(marts, book, formats)
        _records(marts, book, formats)
        _leakage(marts, book, formats)
        _blocked(marts, book, formats)
        _balances(marts, book, formats)
        _remaining(marts, book, formats)
        _differences(marts, book, formats)
        _exceptions(marts, book, formats)
        _definitions(marts, book, formats)


def _bridge(
    marts: Marts, book: xlsxwriter.Workbook, formats: _Formats, sheet: BridgeSheet
) -> dict[str, tuple[str, Decimal]]:
    """One bridge: lines down, quarters across; returns where the default quarter's anchors are."""
    definition_id = sheet.definition["definition_id"]
    cell = sheet.cell
    quarters = [q for q in marts.quarters() if q.definition_id == definition_id]
    key = [definition_id, cell.entity, cell.currency]
    anchors: dict[tuple[str, str], Decimal] = {
        (anchor, str(quarter)): amount
        for anchor, quarter, amount in marts.tuples(
            "select anchor, quarter, amount from quarter_anchor"
            " where definition_id = ? and entity = ? and currency = ?",
            key,
        )
    }
    amounts: dict[tuple[str, str], Decimal] = {
        (line, str(quarter)): amount
        for line, quarter, amount in marts.tuples(
            "select line_code, quarter, amount from item"
            " where definition_id = ? and entity = ? and currency = ?",
            key,
        )
    }
    lines = [
        line
        for line in marts.lines()
        if any((line["line_code"], quarter.key) in amounts for quarter in quarters)
    ]
    page = book.add_worksheet(sheet.name)
    page.hide_gridlines(2)
    page.freeze_panes(4, 3)
    page.set_column(0, 0, 7)
    page.set_column(1, 1, 38)
    page.set_column(2, 2, 13)
    page.set_column(3, 3 + len(quarters), 18)
    page.write(0, 0, f"{cell.entity or 'unassigned'}, {cell.currency}", formats.title)
    page.write(1, 0, f"Definition: {sheet.definition['definition_name']}", formats.note)
    for column, title in enumerate(("Line", "", "Kind")):
        page.write(3, column, title, formats.head)
    for column, quarter in enumerate(quarters, start=3):
        label = quarter.label + ("" if quarter.is_closed else " (open)")
        page.write(3, column, label, formats.head_right)
    page.write(3, 3 + len(quarters), "All quarters", formats.head_right)

    plain = formats.money(cell.minor_unit)
    strong = formats.money(cell.minor_unit, bold=True, top=1, bg_color="#EEF1F6")
    check = formats.money(cell.minor_unit, font_color="#22613F", italic=True)
    label_strong = formats.get(bold=True, top=1, bg_color="#EEF1F6")
    label_check = formats.get(font_color="#22613F", italic=True)
    row = 4
    measured_rows: dict[str, int] = {}

    def across(row: int, values: list[Decimal], style: Any) -> None:
        # amounts of the quarters, then their sum as a formula
        for column, value in enumerate(values, start=3):
            page.write_number(row, column, value, style)
        first, last = xl_rowcol_to_cell(row, 3), xl_rowcol_to_cell(row, 2 + len(values))
        page.write_formula(row, 3 + len(values), f"=SUM({first}:{last})", style, sum(values, _ZERO))

    def measured(name: str) -> None:
        nonlocal row
        for column, text in enumerate(("", ANCHOR_NAMES[name], "measured")):
            page.write(row, column, text, label_strong)
        across(row, [anchors.get((name, q.key), _ZERO) for q in quarters], strong)
        measured_rows[name] = row
        row += 1

    def leg(number: int) -> None:
        # the lines of a leg, the anchor they lead to as a formula, and its check
        nonlocal row
        left, right = LEGS[number]
        first = row
        for line in (line for line in lines if line["leg"] == number):
            kind = KINDS.get(line["kind"], (line["kind"],))[0]
            page.write(row, 0, line["line_code"], formats.note)
            page.write(row, 1, line["line_name"])
            page.write(row, 2, kind, formats.note)
            across(row, [amounts.get((line["line_code"], q.key), _ZERO) for q in quarters], plain)
            row += 1
        last = row - 1
        total_row, measured_row, check_row = row, row + 1, row + 2
        text = f"{ANCHOR_NAMES[left]} plus the lines above"
        for column, label in enumerate(("", text, "total")):
            page.write(total_row, column, label, label_strong)
        page.write(check_row, 1, "Difference, must be 0", label_check)
        page.write(check_row, 2, "check", label_check)
        for index in range(len(quarters) + 1):
            chosen = [quarters[index]] if index < len(quarters) else quarters
            start = sum((anchors.get((left, q.key), _ZERO) for q in chosen), _ZERO)
            moved = sum(
                (
                    amounts.get((line["line_code"], q.key), _ZERO)
                    for line in lines
                    if line["leg"] == number
                    for q in chosen
                ),
                _ZERO,
            )
            goal = sum((anchors.get((right, q.key), _ZERO) for q in chosen), _ZERO)
            column = xl_col_to_name(3 + index)
            formula = f"={column}{measured_rows[left] + 1}"
            if last >= first:
                formula += f"+SUM({column}{first + 1}:{column}{last + 1})"
            page.write_formula(total_row, 3 + index, formula, strong, start + moved)
            page.write_formula(
                check_row,
                3 + index,
                f"=ROUND({column}{total_row + 1}-{column}{measured_row + 1},{cell.minor_unit})",
                check,
                start + moved - goal,
            )
        row = measured_row
        measured(right)
        row += 2  # the check, and a blank row

    page.write(2, 0, "Totals are formulas; measured rows come from their own system.", formats.note)
    measured("bookings")
    for number in (1, 2, 3):
        leg(number)
    gap_row = row
    for column, text in enumerate(("", "Gap: revenue less bookings", "total")):
        page.write(gap_row, column, text, label_strong)
    for index in range(len(quarters) + 1):
        chosen = [quarters[index]] if index < len(quarters) else quarters
        gap = sum(
            (
                anchors.get(("revenue", q.key), _ZERO) - anchors.get(("bookings", q.key), _ZERO)
                for q in chosen
            ),
            _ZERO,
        )
        column = xl_col_to_name(3 + index)
        page.write_formula(
            gap_row,
            3 + index,
            f"={column}{measured_rows['revenue'] + 1}-{column}{measured_rows['bookings'] + 1}",
            strong,
            gap,
        )
    row += 2
    page.write(row, 0, "From net billings to cash", formats.get(bold=True))
    row += 1
    measured("billings")
    leg(4)
    page.write_comment(3, 3, "Fiscal quarters of this definition set.")

    default = marts.default_quarter(definition_id)
    where = 3 + [q.key for q in quarters].index(default.key) if default else 3
    return {
        name: (
            f"='{sheet.name}'!{xl_rowcol_to_cell(measured_rows[name], where)}",
            anchors.get((name, default.key if default else ""), _ZERO),
        )
        for name in ("bookings", "orders", "billings", "revenue", "cash")
    }


def _summary(
    marts: Marts,
    page: Any,
    formats: _Formats,
    sheets: list[BridgeSheet],
    totals: dict[str, dict[str, tuple[str, Decimal]]],
    planned: int,
) -> None:
    """The first sheet: what this is, and the default quarter of every bridge with its link."""
    publication = marts.publication
    page.hide_gridlines(2)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 34)
    page.set_column(2, 3, 11)
    page.set_column(4, 11, 17)
    page.write(0, 0, "Revenue bridge", formats.title)
    facts = [
        ("Publication", publication.publication_id),
        ("As of", publication.as_of),
        ("Digest", publication.digest),
        ("Code version", publication.code_version),
        ("Gate", "passed" if publication.is_published else "REFUSED: do not use these numbers"),
    ]
    for row, (name, value) in enumerate(facts, start=1):
        page.write(row, 0, name, formats.note)
        page.write_string(row, 1, value)
    row = len(facts) + 2
    page.write(row, 0, "Amounts are never added across currencies.", formats.note)
    row += 1
    titles = ("Entity", "Definition", "Currency", "Quarter")
    amounts = ("Bookings", "Orders", "Net billings", "Revenue", "Gap", "Needs action", "Data error")
    for column, title in enumerate(titles):
        page.write(row, column, title, formats.head)
    for column, title in enumerate(amounts, start=len(titles)):
        page.write(row, column, title, formats.head_right)
    kinds = {
        (definition_id, entity, currency, str(quarter), kind): gross
        for definition_id, entity, currency, quarter, kind, gross in marts.tuples(
            """
            select
                definition_id, entity, currency, quarter, kind, cast(sum(gross) as decimal(28, 4))
            from item inner join line using (leg, line_code)
            where leg < 4
            group by all
            """
        )
    }
    for sheet in sheets:
        row += 1
        quarter: Quarter | None = marts.default_quarter(sheet.definition["definition_id"])
        style = formats.money(sheet.cell.minor_unit)
        page.write_url(
            row,
            0,
            f"internal:'{sheet.name}'!A1",
            formats.get(font_color="#24406E", underline=1),
            sheet.cell.entity or "unassigned",
        )
        page.write_string(row, 1, sheet.definition["definition_name"])
        page.write_string(row, 2, sheet.cell.currency)
        page.write_string(row, 3, quarter.label if quarter else "")
        own = totals[sheet.name]
        for column, name in enumerate(("bookings", "orders", "billings", "revenue"), start=4):
            formula, amount = own[name]
            page.write_formula(row, column, formula, style, amount)
        page.write_formula(
            row,
            8,
            f"={xl_rowcol_to_cell(row, 7)}-{xl_rowcol_to_cell(row, 4)}",
            style,
            own["revenue"][1] - own["bookings"][1],
        )
        key = (
            sheet.definition["definition_id"],
            sheet.cell.entity,
            sheet.cell.currency,
            quarter.key if quarter else "",
        )
        for column, kind in ((9, "action"), (10, "data_error")):
            page.write_number(row, column, kinds.get((*key, kind), _ZERO), style)
    if planned > len(sheets):
        page.write(
            row + 2,
            0,
            f"Showing {len(sheets)} of {planned} bridges; the others are in marts.duckdb:"
            " select * from revenue_bridge.rpt_revenue_bridge",
            formats.note,
        )


def _list(
    book: xlsxwriter.Workbook,
    formats: _Formats,
    name: str,
    note: str,
    columns: list[tuple[str, int]],
    rows: list[Any],
    amount_columns: dict[int, int | None],
) -> None:
    """A filterable list; `amount_columns` maps a column to the column of its minor unit."""
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    page.freeze_panes(3, 0)
    page.write(0, 0, name, formats.title)
    page.write(1, 0, note, formats.note)
    for column, (title, width) in enumerate(columns):
        page.set_column(column, column, width)
        right = column in amount_columns
        page.write(2, column, title, formats.head_right if right else formats.head)
    for number, row in enumerate(rows, start=3):
        for column in range(len(columns)):
            value = row[column]
            if value is None:
                continue
            if column in amount_columns:
                unit = amount_columns[column]
                page.write_number(
                    number, column, value, formats.money(2 if unit is None else row[unit])
                )
            elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                page.write_number(number, column, value)
            else:
                page.write_string(number, column, str(value))
    if rows:
        page.autofilter(2, 0, 2 + len(rows), len(columns) - 1)


def _anchors(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    rows = marts.tuples(
        """
        select
            anchor.definition_id, anchor.entity, anchor.currency,
            cast(anchor.period as varchar), anchor.anchor, anchor.amount, anchor.control_total,
            anchor.control_difference, cell.minor_unit
        from revenue_bridge.rpt_bridge_anchor as anchor
        inner join cell using (entity, currency)
        order by anchor.definition_id, anchor.entity, anchor.currency, anchor.period,
            list_position(['bookings', 'orders', 'billings', 'revenue', 'cash'], anchor.anchor)
        limit ?
        """,
        [RECORD_LIMIT],
    )
    _list(
        book,
        formats,
        "Anchors",
        "What each system reports per month, and the source's own total where it gives one.",
        [
            ("Definition", 16),
            ("Entity", 28),
            ("Currency", 10),
            ("Period", 12),
            ("Anchor", 12),
            ("Amount", 18),
            ("Control total", 18),
            ("Difference", 14),
        ],
        rows,
        {5: 8, 6: 8, 7: 8},
    )


def _group(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    """The bridge in reporting currency, one row per amount: a filter or pivot adds it up."""
    labels = {(q.definition_id, q.key): q.label for q in marts.quarters()}
    rows = []
    for (definition_id, quarter, currency), bridge in sorted(group.read(marts).items()):
        steps = [("anchor", "bookings", ANCHOR_NAMES["bookings"])]
        steps += [row for number in LEGS for row in bridge.leg(number)]
        label = labels.get((definition_id, quarter), quarter)
        for kind, code, name in steps:
            for entity, amount in zip(bridge.entities, bridge.amounts(kind, code), strict=False):
                if kind == "anchor" or amount:
                    line = code if kind == "line" else ""
                    place = (definition_id, currency, label, entity or "unassigned")
                    rows.append((*place, line, name, amount, bridge.unit))
    if not rows:
        return
    _list(
        book,
        formats,
        "Group",
        "The bridge in each definition set's reporting currency; amounts of all entities may be"
        " added. All: select * from revenue_bridge.rpt_reporting_bridge",
        [
            ("Definition", 16),
            ("Currency", 10),
            ("Quarter", 12),
            ("Entity", 28),
            ("Line", 7),
            ("Name", 30),
            ("Amount", 18),
        ],
        rows,
        {6: 7},
    )


def _records(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    definitions = marts.definitions()
    primary = definitions[0]["definition_id"] if definitions else ""
    quarter = marts.default_quarter(primary)
    key = [primary, quarter.key if quarter else None]
    total = marts.tuples(
        "select count(*) from record where definition_id = ? and quarter = cast(? as date)", key
    )[0][0]
    rows = marts.tuples(
        """
        with ranked as (
            select
                record.*,
                row_number() over (
                    partition by entity, currency, leg, line_code
                    order by abs(amount) desc, opportunity_id, document_id, line_detail
                ) as rank
            from record
            where definition_id = ? and quarter = cast(? as date)
        ),
        bounded as (
            select * from ranked order by rank, entity, currency, leg, line_code limit ?
        )
        select
            bounded.entity, bounded.currency, bounded.line_code, line.line_name,
            bounded.line_detail, bounded.opportunity_id, bounded.document_type,
            coalesce(nullif(bounded.document_number, ''), bounded.document_id), bounded.rule,
            bounded.evidence_grade, cast(bounded.first_period as varchar), bounded.atom_count,
            bounded.amount, cell.minor_unit
        from bounded
        inner join line using (leg, line_code)
        inner join cell using (entity, currency)
        order by bounded.entity, bounded.currency, bounded.leg, bounded.line_code, bounded.rank
        """,
        [*key, RECORD_LIMIT],
    )
    label = quarter.label if quarter else "no quarter"
    note = (
        f"{label}, definition {primary}: {len(rows):,} of {total:,} records, the largest of every"
        " line first. All: select * from revenue_bridge.fct_bridge_atom. Grades: "
        + ", ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items())
        + "."
    )
    _list(
        book,
        formats,
        "Records",
        note,
        [
            ("Entity", 28),
            ("Currency", 10),
            ("Line", 7),
            ("Line name", 30),
            ("Detail", 18),
            ("Opportunity", 22),
            ("Document type", 16),
            ("Document", 16),
            ("Rule", 40),
            ("Grade", 8),
            ("Month", 12),
            ("Atoms", 8),
            ("Amount", 18),
        ],
        rows,
        {12: 13},
    )


def _leakage(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    total = marts.tuples("select count(*) from opportunity_to_order.rpt_leakage")[0][0]
    rows = marts.tuples(
        """
        select
            leak.class, leak.entity, leak.currency, leak.opportunity_id, leak.opportunity_name,
            leak.account_name, leak.owner_name, cast(leak.close_date as varchar),
            leak.age_business_days, leak.acts, leak.next_action, leak.amount,
            coalesce(cell.minor_unit, 2)
        from opportunity_to_order.rpt_leakage as leak
        left join cell using (entity, currency)
        order by leak.class = 'in_flight', leak.class, leak.entity, leak.currency, leak.amount desc,
            leak.opportunity_id
        limit ?
        """,
        [LIST_LIMIT],
    )
    _list(
        book,
        formats,
        "Leakage",
        f"Closed-won deals that no complete order follows: {len(rows):,} of {total:,}."
        " All: select * from opportunity_to_order.rpt_leakage",
        [
            ("Class", 20),
            ("Entity", 28),
            ("Currency", 10),
            ("Opportunity", 22),
            ("Deal", 36),
            ("Account", 30),
            ("Owner", 22),
            ("Closed", 12),
            ("Business days", 14),
            ("Who acts", 22),
            ("Next action", 48),
            ("Amount", 18),
        ],
        rows,
        {11: 12},
    )


def _blocked(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    total = marts.tuples("select count(*) from opportunity_to_order.rpt_blocked_order")[0][0]
    rows = marts.tuples(
        """
        select
            blocked.blocked_by, blocked.entity, blocked.currency, blocked.record_type,
            coalesce(blocked.record_number, blocked.record_id), blocked.customer_name,
            blocked.evidence, blocked.owner, blocked.age_business_days, blocked.acts,
            blocked.next_action, blocked.blocked_amount, coalesce(cell.minor_unit, 2)
        from opportunity_to_order.rpt_blocked_order as blocked
        left join cell using (entity, currency)
        order by blocked.priority
        limit ?
        """,
        [LIST_LIMIT],
    )
    _list(
        book,
        formats,
        "Blocked",
        f"Orders, and deals on their way to one, that something blocks: {len(rows):,} of {total:,}."
        " All: select * from opportunity_to_order.rpt_blocked_order",
        [
            ("Blocked by", 20),
            ("Entity", 28),
            ("Currency", 10),
            ("Kind", 8),
            ("Number", 22),
            ("Customer", 30),
            ("Evidence", 36),
            ("Owner", 22),
            ("Business days", 14),
            ("Who acts", 22),
            ("Next action", 48),
            ("Amount", 18),
        ],
        rows,
        {11: 12},
    )


def _balances(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    """Roll-forwards month by month; closing and difference are formulas over their row."""
    page = book.add_worksheet("Balances")
    page.hide_gridlines(2)
    page.freeze_panes(3, 4)
    page.write(0, 0, "Balances", formats.title)
    page.write(
        1,
        0,
        "How deferred revenue and contract assets moved, against the ledger's own balances."
        " All: revenue_bridge.rpt_deferred_rollforward and rpt_contract_asset_rollforward",
        formats.note,
    )
    movements = list(dict.fromkeys((*revenue.CONTRACT_ASSETS, *revenue.DEFERRED)))
    titles = ["Balance", "Entity", "Currency", "Month"]
    for column, title in enumerate(titles):
        page.set_column(column, column, (18, 28, 10, 12)[column])
        page.write(2, column, title, formats.head)
    amounts = ["Opening", *(name.capitalize() for name in movements)]
    amounts += ["Closing", "Ledger balance", "Difference"]
    for column, title in enumerate(amounts, start=len(titles)):
        page.set_column(column, column, 16)
        page.write(2, column, title, formats.head_right)
    first, closing = len(titles), len(titles) + len(movements) + 1
    row = 3
    for name, table, shown in revenue.ROLLFORWARDS:
        columns = ", ".join(
            f"month.{movement}" if movement in shown else "cast(0 as decimal(28, 4))"
            for movement in movements
        )
        for entity, currency, period, unit, opening, *values in marts.tuples(
            f"""
            select
                month.entity, month.currency, cast(month.period as varchar),
                coalesce(cell.minor_unit, 2), month.opening, {columns}, month.closing,
                month.ledger_balance, month.difference
            from {table} as month
            left join cell using (entity, currency)
            order by month.entity, month.currency, month.period
            limit ?
            """,
            [LIST_LIMIT],
        ):
            *moved, end, balance, difference = values
            money = formats.money(unit)
            for column, text in enumerate((name, entity, currency, period[:7])):
                page.write_string(row, column, text)
            for column, amount in enumerate((opening, *moved), start=first):
                page.write_number(row, column, amount, money)
            terms = f"{xl_rowcol_to_cell(row, first)}:{xl_rowcol_to_cell(row, closing - 1)}"
            page.write_formula(row, closing, f"=SUM({terms})", money, end)
            page.write_number(row, closing + 1, balance, money)
            ends, posted = (xl_rowcol_to_cell(row, closing + step) for step in (0, 1))
            check = f"=ROUND({ends}-{posted},{unit})"
            page.write_formula(row, closing + 2, check, money, difference)
            row += 1
    if row > 3:
        page.autofilter(2, 0, row - 1, closing + 2)


def _remaining(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    rows = marts.tuples(
        """
        select
            remaining.entity, remaining.currency, strftime(remaining.balance_period, '%Y-%m'),
            remaining.time_band, strftime(remaining.period, '%Y-%m'),
            count(distinct remaining.obligation_id),
            cast(sum(remaining.remaining_amount) as decimal(28, 4)),
            cast(sum(remaining.billed_amount) as decimal(28, 4)),
            cast(sum(remaining.unbilled_amount) as decimal(28, 4)),
            coalesce(max(cell.minor_unit), 2)
        from revenue_bridge.rpt_remaining_obligation as remaining
        left join cell using (entity, currency)
        group by remaining.entity, remaining.currency, remaining.balance_period,
            remaining.time_band, remaining.period
        order by remaining.entity, remaining.currency, remaining.period nulls last,
            remaining.time_band
        limit ?
        """,
        [LIST_LIMIT],
    )
    _list(
        book,
        formats,
        "Remaining",
        "What is still to be delivered at the end of the last closed month, by month to come."
        " By obligation: select * from revenue_bridge.rpt_remaining_obligation",
        [
            ("Entity", 28),
            ("Currency", 10),
            ("End of", 10),
            ("When", 18),
            ("Month", 10),
            ("Obligations", 12),
            ("Remaining", 18),
            ("Of it billed", 18),
            ("To be billed", 18),
        ],
        rows,
        {6: 9, 7: 9, 8: 9},
    )


def _differences(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    total = marts.tuples("select count(*) from revenue_bridge.rpt_schedule_difference")[0][0]
    rows = marts.tuples(
        """
        select
            gap.entity, gap.currency, strftime(gap.period, '%Y-%m'), gap.cause,
            gap.contract_id, gap.obligation_id, schedule.scheduled_amount,
            schedule.erp_scheduled_amount, schedule.posted_amount, gap.amount,
            coalesce(cell.minor_unit, 2)
        from revenue_bridge.rpt_schedule_difference as gap
        left join revenue_bridge.fct_revenue_schedule as schedule
            using (erp_system, obligation_id, period)
        left join cell on gap.entity = cell.entity and gap.currency = cell.currency
        order by gap.entity, gap.currency, abs(gap.amount) desc, gap.obligation_id, gap.period,
            gap.cause
        limit ?
        """,
        [LIST_LIMIT],
    )
    _list(
        book,
        formats,
        "Schedule differences",
        "Where our schedule, the ERP's plan and the postings differ, and why:"
        f" {len(rows):,} of {total:,}. All: select * from revenue_bridge.rpt_schedule_difference",
        [
            ("Entity", 28),
            ("Currency", 10),
            ("Month", 10),
            ("Cause", 22),
            ("Contract", 16),
            ("Obligation", 20),
            ("Our schedule", 18),
            ("ERP's plan", 18),
            ("Posted", 18),
            ("Difference", 18),
        ],
        rows,
        {6: 10, 7: 10, 8: 10, 9: 10},
    )


def _exceptions(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    total = marts.tuples("select count(*) from operations.exception")[0][0]
    rows = marts.tuples(
        """
        with unit as (select currency, max(minor_unit) as minor_unit from cell group by currency)
        select
            problem.exception_type, problem.system, problem.object, problem.source_key,
            problem.detail, problem.owner, problem.currency, problem.amount,
            coalesce(unit.minor_unit, 2)
        from operations.exception as problem
        left join unit using (currency)
        order by problem.exception_type, abs(problem.amount) desc nulls last, problem.source_key
        limit ?
        """,
        [LIST_LIMIT],
    )
    _list(
        book,
        formats,
        "Exceptions",
        f"What a person must act on: {len(rows):,} of {total:,}."
        " All: select * from operations.exception",
        [
            ("Type", 28),
            ("System", 12),
            ("Object", 18),
            ("Record", 24),
            ("What", 60),
            ("Owner", 22),
            ("Currency", 10),
            ("Amount", 18),
        ],
        rows,
        {7: 8},
    )


def _definitions(marts: Marts, book: xlsxwriter.Workbook, formats: _Formats) -> None:
    page = book.add_worksheet("Definitions")
    page.hide_gridlines(2)
    page.set_column(0, 0, 32)
    page.set_column(1, 1, 100)
    page.write(0, 0, "Definitions used", formats.title)
    row = 2
    settings = marts.settings()
    for definition in marts.definitions():
        page.write_string(row, 0, definition["definition_name"], formats.get(bold=True))
        row += 1
        facts = [
            (name, definition[name])
            for name in (
                "definition_id",
                "description",
                "owner",
                "signed_off_by",
                "signed_off_on",
                "digest",
            )
        ]
        for setting in settings:
            if setting["definition_id"] == definition["definition_id"]:
                facts += [
                    (name, value) for name, value in setting.items() if name != "definition_id"
                ]
        for name, value in facts:
            page.write_string(row, 0, name.replace("_", " "), formats.note)
            page.write_string(row, 1, "" if value is None else str(value))
            row += 1
        row += 1
