"""The closing summary of a run: the last closed quarter, what needs action, what was refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tieout.report.marts import (
    ANCHOR_NAMES,
    KINDS,
    LEGS,
    REVENUE_LEGS,
    Cell,
    Marts,
    money,
    open_marts,
)

# The narrowest that a line's name may become before a column of amounts is dropped instead.
_NAME_WIDTH = 26
# The least width of a column of amounts: room for the words of an entity's name.
_AMOUNT_WIDTH = 12
# What a column takes beside its content: the padding, and the space where a line would be.
_GAP = 3
_STYLES = {"action": "yellow", "data_error": "red", "unclassified": "magenta"}
_ZERO = Decimal(0)


def print_summary(directory: Path, console: Console | None = None) -> None:
    """Print what a run has to say, from the directory that it published or that the gate refused.

    Args:
        directory: a publication, a rejected candidate, or the `current` link.
        console: where to print; standard output when not given.

    Raises:
        InputError: the directory has no marts.duckdb.
    """
    console = console or Console()
    with open_marts(directory) as marts:
        definitions = marts.definitions()
        if definitions and marts.cells():
            _bridge(marts, console, definitions[0]["definition_id"])
            _action(marts, console, definitions[0]["definition_id"])
            _balances(marts, console, definitions[0]["definition_id"])
        else:
            console.print("There is nothing to bridge: no booking, order, billing or revenue.")
        _refused(marts, console)
        _where(marts, console, directory)


def _fitting(cells: list[Cell], amounts: dict[Cell, int], width: int) -> list[Cell]:
    """The first cells whose columns fit beside the line names; at least one."""
    chosen: list[Cell] = []
    left = width - _NAME_WIDTH - _GAP
    for cell in cells:
        left -= max(amounts[cell], _AMOUNT_WIDTH) + _GAP
        if left < 0 and chosen:
            break
        chosen.append(cell)
    return chosen


def _bridge(marts: Marts, console: Console, definition_id: str) -> None:
    quarter = marts.default_quarter(definition_id)
    if quarter is None:
        return
    key = [definition_id, quarter.key]
    anchors = {
        (entity, currency, anchor): amount
        for entity, currency, anchor, amount in marts.tuples(
            "select entity, currency, anchor, amount from quarter_anchor"
            " where definition_id = ? and quarter = cast(? as date)",
            key,
        )
    }
    items = {
        (entity, currency, line): amount
        for entity, currency, line, amount in marts.tuples(
            "select entity, currency, line_code, amount from item"
            " where definition_id = ? and quarter = cast(? as date)",
            key,
        )
    }
    moved = {
        (entity, currency, kind): gross
        for entity, currency, kind, gross in marts.tuples(
            """
            select
                item.entity, item.currency, line.kind,
                cast(sum(item.gross) as decimal(28, 4)) as gross
            from item
            inner join line using (leg, line_code)
            where item.definition_id = ? and item.quarter = cast(? as date) and item.leg < 4
            group by all
            """,
            key,
        )
    }
    active = [
        cell
        for cell in marts.cells()
        if any(
            amount and (entity, currency) == (cell.entity, cell.currency)
            for source in (anchors, items)
            for (entity, currency, _), amount in source.items()
        )
    ]
    if not active:
        console.print(f"Nothing was booked, ordered, billed or recognised in {quarter.label}.")
        return

    def show(cell: Cell, amount: Decimal | None, *, sign: bool = False) -> str:
        return money(amount, cell.minor_unit, sign=sign) if amount is not None else ""

    harmless = {
        cell: sum(
            (
                gross
                for (entity, currency, kind), gross in moved.items()
                if (entity, currency) == (cell.entity, cell.currency) and kind not in _STYLES
            ),
            _ZERO,
        )
        for cell in active
    }
    widths = {
        cell: max(
            len(show(cell, harmless[cell])),
            *(
                len(show(cell, amount, sign=True))
                for source in (anchors, items)
                for (entity, currency, _), amount in source.items()
                if (entity, currency) == (cell.entity, cell.currency)
            ),
        )
        for cell in active
    }
    cells = _fitting(active, widths, console.width)
    title = Text.assemble(
        ("The revenue bridge, ", "bold"),
        (quarter.label, "bold"),
        ("" if quarter.is_closed else " (not closed)", "yellow"),
        (f"  definition {definition_id}", "dim"),
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
    names = [f" {line['line_code']} {line['line_name']}" for line in marts.lines()]
    taken = sum(max(widths[cell], _AMOUNT_WIDTH) + _GAP for cell in cells)
    room = console.width - taken - _GAP
    name_width = max(_NAME_WIDTH, min(room, max(len(name) for name in names or [""])))
    table.add_column("", overflow="ellipsis", no_wrap=True, width=name_width)
    for cell in cells:
        table.add_column(
            Text.assemble(cell.entity or "unassigned", "\n", (cell.currency, "dim")),
            justify="right",
            width=max(widths[cell], _AMOUNT_WIDTH),
        )

    def add_anchor(name: str, *, last: bool = False) -> None:
        values = [
            show(cell, anchors.get((cell.entity, cell.currency, name), _ZERO)) for cell in cells
        ]
        table.add_row(ANCHOR_NAMES[name], *values, style="bold", end_section=last)

    add_anchor("bookings")
    for leg in REVENUE_LEGS:
        for line in marts.lines():
            values = [items.get((cell.entity, cell.currency, line["line_code"])) for cell in cells]
            if line["leg"] != leg or not any(values):
                continue
            table.add_row(
                f" {line['line_code']} {escape(line['line_name'])}",
                *(show(cell, value, sign=True) for cell, value in zip(cells, values, strict=True)),
                style=_STYLES.get(line["kind"], ""),
            )
        add_anchor(LEGS[leg][1], last=leg == REVENUE_LEGS[-1])
    gaps = [
        show(
            cell,
            anchors.get((cell.entity, cell.currency, "revenue"), _ZERO)
            - anchors.get((cell.entity, cell.currency, "bookings"), _ZERO),
            sign=True,
        )
        for cell in cells
    ]
    table.add_row("Gap", *gaps, style="bold")
    for kind in _STYLES:
        sums = [moved.get((cell.entity, cell.currency, kind), _ZERO) for cell in cells]
        if kind != "unclassified" or any(sums):
            table.add_row(
                f" {KINDS[kind][0].lower()}",
                *(show(cell, amount) for cell, amount in zip(cells, sums, strict=True)),
                style=_STYLES[kind],
            )
    table.add_row(
        " timing, basis and policy",
        *(show(cell, harmless[cell]) for cell in cells),
        style="dim",
    )
    console.print()
    console.print(title)
    console.print(table)
    if len(cells) < len(active):
        others = ", ".join(
            f"{cell.entity or 'unassigned'} {cell.currency}" for cell in active[len(cells) :]
        )
        console.print(Text(f"Not shown for lack of width: {others}.", "dim"))


def _action(marts: Marts, console: Console, definition_id: str) -> None:
    """Money that waits for a person in the quarter shown, and what line 99 holds over all time."""
    quarter = marts.default_quarter(definition_id)
    rows = marts.rows(
        """
        select
            cell.entity, cell.currency, cell.minor_unit, line.line_code, line.line_name, line.kind,
            item.gross, item.record_count
        from item
        inner join cell using (entity, currency)
        inner join line using (leg, line_code)
        where
            item.definition_id = ?
            and item.quarter = cast(? as date)
            and line.kind in ('action', 'data_error')
            and item.gross <> 0
        order by line.kind, line.line_code, cell.cell_number
        """,
        [definition_id, quarter.key if quarter else None],
    )
    console.print()
    if rows:
        console.print(Text("What needs action", "bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        sums = [f" {money(row['gross'], row['minor_unit'])} {row['currency']}" for row in rows]
        table.add_column(justify="right", no_wrap=True, min_width=max(map(len, sums)))
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, min_width=12)
        table.add_column(no_wrap=True, overflow="ellipsis")
        for row, amount in zip(rows[:12], sums[:12], strict=True):
            table.add_row(
                amount,
                f"{row['line_code']} {escape(row['line_name'])}",
                f"{row['record_count']:,} record{'s' if row['record_count'] != 1 else ''}",
                escape(row["entity"]),
                style=_STYLES.get(row["kind"], ""),
            )
        console.print(table)
        if len(rows) > 12:
            console.print(Text(f" and {len(rows) - 12} more in the report", "dim"))
    else:
        console.print("Nothing in that quarter needs action.")
    residual = marts.tuples(
        "select count(*) from revenue_bridge.fct_bridge_atom where line_code like '%.99'"
    )[0][0]
    if residual:
        console.print(
            Text(f"Line 99 (not explained): {residual:,} records, all definitions.", "magenta")
        )
    else:
        console.print(Text("Line 99 (not explained): 0 records.", "green"))


def _balances(marts: Marts, console: Console, definition_id: str) -> None:
    """Deferred revenue and contract assets where they are off, and what schedules differ by."""
    quarter = marts.default_quarter(definition_id)
    if quarter is None:
        return
    off = marts.tuples(
        """
        select 'deferred revenue', entity, currency, difference
        from revenue_bridge.rpt_deferred_rollforward
        where difference <> 0 and period = cast(? as date)
        union all
        select 'contract assets', entity, currency, difference
        from revenue_bridge.rpt_contract_asset_rollforward
        where difference <> 0 and period = cast(? as date)
        order by 1 desc, 2, 3
        """,
        [quarter.months[-1], quarter.months[-1]],
    )
    causes = marts.tuples(
        """
        select
            cause, currency, count(distinct obligation_id),
            cast(sum(abs(amount)) as decimal(28, 4)) as gross
        from revenue_bridge.rpt_schedule_difference
        where strftime(period, '%Y-%m-%d') in (select unnest(?))
        group by cause, currency
        order by gross desc, cause, currency
        """,
        [quarter.months],
    )
    console.print()
    for balance, entity, currency, difference in off:
        amount = money(difference, marts.minor_unit(currency), sign=True)
        text = f"{balance} of {entity} is off the ledger by {amount} {currency}."
        console.print(Text(text[0].upper() + text[1:], "red"))
    if not off:
        console.print(
            Text("Deferred revenue and contract assets are the ledger's, exactly.", "green")
        )
    if not causes:
        console.print("Our revenue schedule, the ERP's plan and the postings agree.")
        return
    console.print(Text("Where revenue schedule, plan and postings differ", "bold"))
    for cause, currency, obligations, gross in causes[:6]:
        plural = "s" if obligations != 1 else ""
        console.print(
            f" {money(gross, marts.minor_unit(currency)):>14} {currency}"
            f"  {escape(cause.replace('_', ' '))}, {obligations:,} obligation{plural}"
        )
    if len(causes) > 6:
        console.print(Text(f" and {len(causes) - 6} more in the report", "dim"))


def _refused(marts: Marts, console: Console) -> None:
    """What was refused and why: rows at landing, expectations at the gate."""
    letters = marts.rows(
        "select system, object, reason, count(*) as number from operations.dead_letter"
        " where status = 'open' group by all order by number desc, system, object, reason"
    )
    failures = marts.publication.failures
    console.print()
    if not letters and not failures:
        console.print("Nothing was refused: every row was landed and every expectation holds.")
        return
    console.print(Text("What was refused, and what the gate says", "bold"))
    if letters:
        total = sum(row["number"] for row in letters)
        console.print(f" {total:,} source row{'s' if total != 1 else ''} could not be read:")
        for row in letters[:6]:
            console.print(
                Text(f"  {row['number']:,} {row['system']} {row['object']}: {row['reason']}"),
                soft_wrap=False,
            )
        if len(letters) > 6:
            console.print(Text(f"  and {len(letters) - 6} more reasons in the report", "dim"))
    for one in failures[:10]:
        style = "red" if one.severity == "critical" else "yellow"
        text = Text(" ").append(one.severity, style).append(f" {one.id.replace('_', ' ')}")
        count = one.unexpected_count or 0
        rows = f"{count:,} row{'s' if count != 1 else ''}" if count else one.observed
        money_at_stake = [
            f"{money(Decimal(m['amount']), marts.minor_unit(m['currency']))} {m['currency']}"
            for m in one.money
        ]
        note = "; ".join(part for part in (rows, *money_at_stake) if part)
        console.print(text.append(f" ({note})", "dim") if note else text)
        console.print(
            Text(f"   {one.action if one.severity == 'critical' else one.meaning}", "dim")
        )
    if len(failures) > 10:
        console.print(Text(f" and {len(failures) - 10} more in the report", "dim"))


def _where(marts: Marts, console: Console, directory: Path) -> None:
    publication = marts.publication
    console.print()
    if publication.is_published:
        console.print(Text.assemble(("Published ", "bold green"), publication.publication_id))
    else:
        console.print(
            Text.assemble(
                ("Refused by the gate: ", "bold red"),
                publication.publication_id,
                "; the last good publication stays current.",
            )
        )
    for label, name in (("report", "report.html"), ("workbook", "bridge.xlsx")):
        path = directory / name
        if path.exists():
            # one unbroken line, so that a terminal can open it
            where = path.absolute().as_uri() if label == "report" else str(path.absolute())
            console.print(f" {label:<9}{where}", soft_wrap=True, highlight=False, markup=False)
    path = (directory / "marts.duckdb").absolute()
    console.print(f" {'marts':<9}{path}", soft_wrap=True, highlight=False, markup=False)
