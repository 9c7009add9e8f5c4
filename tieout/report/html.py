"""report.html: one file that works offline, with its data, its style and its script inside."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from tieout.report import payload
from tieout.report.marts import Marts, money

_ASSETS = Path(__file__).parent
# Parts of the payload that the template writes as text and the script does not need.
_TEMPLATE_ONLY = ("freshness", "loads", "dead_letters", "dead_letter_totals", "settings")


def _hash(text: str) -> str:
    """The source's hash as a content security policy wants it: nothing else may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def _embed(value: object) -> Markup:
    """JSON that cannot end its own script element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above, character by character


def _age(hours: int) -> str:
    """Hours as people say them."""
    days, rest = divmod(hours, 24)
    return " ".join(
        part
        for part in (f"{days:,} d" if days else "", f"{rest} h" if rest or not days else "")
        if part
    )


def _code(text: str) -> Markup:
    """Text of the suites: what stands between back-ticks is a command."""
    parts = text.split("`")
    marked = (
        Markup('<span class="mono">{}</span>').format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )
    return Markup("").join(marked)


def render(marts: Marts) -> str:
    """The whole page as text."""
    data = payload.build(marts)
    style = (_ASSETS / "report.css").read_text(encoding="utf-8")
    script = (_ASSETS / "report.js").read_text(encoding="utf-8")
    publication = marts.publication
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = lambda amount, currency: money(
        Decimal(amount), marts.minor_unit(currency)
    )
    environment.filters["age"] = _age
    environment.filters["code"] = _code
    return environment.get_template("report.html.j2").render(
        publication=publication,
        as_of=publication.as_of.replace("T", " ")[:16],
        critical=[r for r in publication.failures if r.severity == "critical"],
        warnings=[r for r in publication.failures if r.severity == "warning"],
        passed=[r for r in publication.findings if r.success],
        freshness=data["freshness"],
        loads=data["loads"],
        dead_letters=data["dead_letters"],
        dead_letter_totals=data["dead_letter_totals"],
        definitions=data["definitions"],
        settings=data["settings"],
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=_embed({key: value for key, value in data.items() if key not in _TEMPLATE_ONLY}),
    )


def write(marts: Marts, path: Path) -> None:
    """Write the page to `path`."""
    path.write_text(render(marts), encoding="utf-8")
