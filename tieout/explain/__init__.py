"""Follow one deal, document or customer through every layer, from the bridge down to raw rows.

The bridge, the links and the waiting lists come from the current publication, which can be read at
any moment. Raw rows, their loads and the vendor-neutral records come from the warehouse; while a
run holds it, that part is left out and said so.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from tieout.errors import InputError
from tieout.explain.customer import show_customer
from tieout.explain.document import show_document
from tieout.explain.layers import open_layers
from tieout.explain.lookup import find, long_id
from tieout.explain.obligation import show_obligation
from tieout.explain.opportunity import show_opportunity
from tieout.explain.sections import dead_letters, show_dead_letters
from tieout.explain.tables import show_heading
from tieout.settings import Home

__all__ = ["explain", "long_id"]


def explain(home: Home, identifier: str, console: Console | None = None) -> None:
    """Print everything that is known of one record.

    Args:
        home: where the publication and the warehouse are.
        identifier: a Salesforce id (15 or 18 characters, or the record's address), an ERP id or
            document number, or a name; `order:501` or `customer:501` where a number is both.
        console: where to print; standard output when not given.

    Raises:
        InputError: nothing goes by that id, or there is nothing to look in.
    """
    console = console or Console()
    with open_layers(home) as layers:
        subjects = find(layers, identifier)
        if not subjects:
            letters = dead_letters(layers, identifier)
            if not letters:
                raise InputError(
                    f"Nothing goes by {identifier!r}.",
                    where=str(home.path),
                    do="Give an opportunity, order, invoice, obligation or customer: its id, number"
                    " or exact name. Names of people and products and lines of the bridge are not"
                    " looked up.",
                )
            console.print(Text(f"{identifier} was read and rejected:", "bold"))
            show_dead_letters(console, letters)
            return
        subject = subjects[0]
        show_heading(console, f"{subject.kind.capitalize()} {subject.label}", subject.id)
        if layers.note:
            console.print(Text(layers.note, "yellow"))
        sections = {
            "opportunity": show_opportunity,
            "document": show_document,
            "obligation": show_obligation,
            "customer": show_customer,
        }
        sections[subject.kind](layers, console, subject)
        if len(subjects) > 1:
            console.print()
            others = ", ".join(f"{o.kind}:{o.id} ({o.label})" for o in subjects[1:6])
            more = f" and {len(subjects) - 6} more" if len(subjects) > 6 else ""
            console.print(Text(f"Also called so: {others}{more}", "dim"))
