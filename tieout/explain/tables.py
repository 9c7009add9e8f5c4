"""How facts and lists look in the terminal. Nothing is printed where there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieout.explain.layers import Row

# Rows of one list; the rest is counted, so that the answer stays on a screen or two.
LIMIT = 12


def show_heading(console: Console, title: str, note: str = "") -> None:
    """A title with a note beside it, after an empty line."""
    console.print()
    console.print(Text.assemble((title, "bold"), "  ", (note, "dim")))


def show_table(
    console: Console, title: str, rows: list[Row], *, right: Sequence[str] = (), total: int = 0
) -> None:
    """A titled table of rows whose keys are the column titles."""
    if not rows:
        return
    show_heading(console, title)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows[0]:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows[:LIMIT]:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console.print(table)
    left = max(total, len(rows)) - min(len(rows), LIMIT)
    if left > 0:
        console.print(Text(f"and {left:,} more", "dim"))


def show_facts(console: Console, facts: Row) -> None:
    """Names and values, without those that are empty."""
    shown = {name: value for name, value in facts.items() if value not in (None, "")}
    if not shown:
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in shown.items():
        table.add_row(name, Text(str(value)))
    console.print(table)
