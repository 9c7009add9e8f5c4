"""Writes docs/sources/<system>.md from the declarations: `python -m ingestion.docs`."""

from __future__ import annotations

from pathlib import Path

from ingestion.readers import SUFFIXES
from ingestion.spec import CONTROL_TOTAL, ObjectSpec, SystemSpec, load_spec, systems
from tieout.settings import PROJECT_ROOT

TARGET = PROJECT_ROOT / "docs" / "sources"

_TYPES = {
    "sf_id": "Salesforce id",
    "id": "id",
    "text": "text",
    "label": "text",
    "currency_code": "currency code, ISO 4217",
    "boolean": "true/false, T/F, Y/N, 1/0",
    "integer": "whole number",
    "money": "money, 4 decimals (further ones are rounded)",
    "price": "price of one unit, 8 decimals",
    "quantity": "quantity, 8 decimals",
    "percent": "percent, 8 decimals",
    "rate": "rate, 12 decimals",
    "date": "date",
    "timestamp": "time, UTC",
}

_SALESFORCE_IDS = {
    "salesforce": (
        "A Salesforce id lands in its form of 18 characters: one of 15 is completed, one in a URL",
        "is taken out of it; what is no id stays as it is.",
    )
}


def render(spec: SystemSpec) -> str:
    """The page of one system."""
    suffixes = ", ".join(f"`{suffix}`" for suffix in SUFFIXES)
    lines = [
        f"# {spec.title}",
        "",
        f"<!-- Written by `python -m ingestion.docs` from ingestion/sources/{spec.system}.yml. -->",
        "",
        spec.description.strip(),
        "",
        "## Files",
        "",
        f"`DIR/{spec.system}/<object>` with one of the endings {suffixes}, or a",
        f"directory `DIR/{spec.system}/<object>/` of such files. Names of files and columns are",
        "matched without regard to case and underscores.",
        "",
        "| Setting | Value |",
        "|---|---|",
        f"| Encoding of text files | {spec.encoding} |",
        f"| Delimiter of CSV files | `{spec.delimiter}` |",
        f"| Dates | {_listed(spec.formats.date)} |",
        f"| Times | {_listed(spec.formats.timestamp)}; without an offset they are UTC |",
        f"| Decimal separator | `{spec.formats.decimal_separator}` |",
        f"| Amounts beyond ±{spec.money_limit:,} | rejected |",
        f"| Fewest good rows, as a share of the last extract | {spec.minimum_share:.0%} |",
        "",
        "A **required** column must be in the file, and a row that leaves it empty is rejected.",
        "Other columns may be missing. A row that cannot be read or typed is kept as a dead letter",
        "with its reason. Columns that are not listed land as text; those named `x_...`, or listed",
        f"under `custom_columns` in ingestion/sources/{spec.system}.yml, go on to the marts",
        "(of which objects: CONTRIBUTING.md).",
        *_SALESFORCE_IDS.get(spec.system, ()),
        "",
        "## Objects",
        "",
    ]
    for name, object_spec in spec.objects.items():
        if name != CONTROL_TOTAL.name:
            lines += _object(object_spec)
    lines += ["## Control totals", "", *_object(CONTROL_TOTAL)[2:]]
    lines += ["## Not read", "", "| File | Why |", "|---|---|"]
    lines += [f"| {name} | {why} |" for name, why in spec.unused.items()]
    return "\n".join(lines) + "\n"


def _object(spec: ObjectSpec) -> list[str]:
    lines = [f"### {spec.vendor_name}", "", " ".join(spec.description.split()), ""]
    facts = [f"Raw table `{spec.name}`", f"key {_listed(spec.key)}"]
    if spec.cursor:
        facts.append(f"last modified in {_listed(spec.cursor)}")
    if spec.aliases:
        facts.append(f"file also named {_listed(spec.aliases)}")
    if spec.formats:
        facts.append(f"dates {_listed(spec.formats.date)}")
    facts.append("every extract is complete" if spec.extract == "full" else "extracts hold changes")
    lines += ["; ".join(facts) + ".", "", "| Column | | Type | Meaning |", "|---|---|---|---|"]
    for column in spec.columns:
        names = f"`{column.name}`" + "".join(f" or `{alias}`" for alias in column.aliases)
        required = "required" if column.required else "optional"
        lines.append(f"| {names} | {required} | {_TYPES[column.type]} | {column.description} |")
    return [*lines, ""]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join("ISO 8601" if name == "iso" else f"`{name}`" for name in names)


def write(target: Path = TARGET) -> list[Path]:
    """Write a page per system; gives their paths."""
    target.mkdir(parents=True, exist_ok=True)
    pages = []
    for system in systems():
        page = target / f"{system}.md"
        page.write_text(render(load_spec(system)), encoding="utf-8")
        pages.append(page)
    return pages


if __name__ == "__main__":
    write()
