"""The documentation site: every model and column as dbt knows them, and what is read per source."""

from __future__ import annotations

import html
import posixpath
import re
import shutil
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import click

from tieout import publication
from tieout.errors import TieoutError
from tieout.settings import DBT_PROJECT, PROJECT_ROOT, Home
from tieout.transform import MARTS, Candidate, dbt_arguments, dbt_environment

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
nav ul {{ display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
td, th {{ border: 1px solid #8886; padding: .2rem .6rem; vertical-align: top; }}
th {{ text-align: left; }} code, pre {{ background: #8882; }}
pre {{ padding: 1rem; overflow-x: auto; }} pre code {{ background: none; }}
p > code, li > code {{ overflow-wrap: anywhere; }} img {{ max-width: 100%; height: auto; }}
</style>
{body}
</html>
"""

# What the site shows of the repository's texts; a link to anything else has nowhere to lead.
TEXTS = {
    "README.md": "index.html",
    "CONTRIBUTING.md": "contributing.html",
    "DECISIONLOG.md": "decisionlog.html",
    "CHANGELOG.md": "changelog.html",
    "definitions/README.md": "definitions.html",
    "docs/apis.md": "apis.html",
}


def write(home: Home, out: Path) -> Path:
    """Write the site: models.html (dbt's own page, one file), a page per text and source.

    The catalogue (row counts, types) is that of the home's current publication; before the first
    one the site has none.

    Raises:
        TieoutError: dbt could not generate its documentation.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_models(home, out)
    sources = sorted((PROJECT_ROOT / "docs" / "sources").glob("*.md"))
    pages = TEXTS | {f"docs/sources/{one.name}": f"{one.stem}.html" for one in sources}
    named = {
        "index.html": "tieout",
        "models.html": "Models, columns and lineage",
        **{f"{one.stem}.html": f"What is read from {one.stem}" for one in sources},
        "apis.html": "APIs",
        "definitions.html": "Definitions",
        "contributing.html": "Working on it",
    }
    links = "".join(f'<li><a href="{page}">{name}</a></li>' for page, name in named.items())
    for text, page in pages.items():
        body = render((PROJECT_ROOT / text).read_text(encoding="utf-8"), text, pages)
        title = named.get(page, Path(page).stem)
        (out / page).write_text(_page(title, f"<nav><ul>{links}</ul></nav>\n{body}"), "utf-8")
    images = PROJECT_ROOT / "docs" / "images"
    if images.is_dir():
        shutil.copytree(images, out / "docs" / "images", dirs_exist_ok=True)
    return out / "index.html"


def _write_models(home: Home, out: Path) -> None:
    from dbt.cli.main import dbtRunner

    published = publication.current(home)
    work = home.work / "docs"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    catalogue = []
    if published is None:
        catalogue = ["--empty-catalog", "--no-compile"]
    else:  # dbt attaches the marts for writing: give it a copy, readers keep theirs
        shutil.copyfile(published.marts, work / MARTS)
    known = published.manifest["as_of"] if published else "2000-01-01"

    candidate = Candidate("docs", work, datetime.fromisoformat(known), None)
    with dbt_environment(home, candidate, candidate.marts):
        outcome = dbtRunner().invoke(
            ["docs", "generate", "--static", "--write-json", *catalogue, *dbt_arguments(home)]
        )
    if not outcome.success:
        raise TieoutError(
            f"dbt could not generate its documentation: {outcome.exception or 'see its log'}",
            where=str(DBT_PROJECT),
            do=f"See {home.logs / 'dbt.log'}.",
        )
    shutil.copyfile(home.work / "dbt" / "static_index.html", out / "models.html")
    shutil.rmtree(work)


def render(markdown: str, text: str, pages: dict[str, str]) -> str:
    """A text as HTML, its links led to the site's pages; one that leads nowhere there is no link.

    Args:
        markdown: the text.
        text: its path in the repository, from which its links are reckoned.
        pages: the page of each text that the site has.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    for before, line in pairwise(tokens):
        if before.type == "heading_open":
            before.attrs["id"] = re.sub(r"[^\w -]", "", line.content.lower()).replace(" ", "-")
        ends: list[bool] = []
        for one in line.children or []:
            if one.type == "link_open":
                path, mark, anchor = str(one.attrs["href"]).partition("#")
                found = pages.get(posixpath.normpath(posixpath.join(posixpath.dirname(text), path)))
                ends.append(bool(found) or "://" in path or not path)
                if found:
                    one.attrs["href"] = found + mark + anchor
            if one.type in ("link_open", "link_close"):
                leads = ends[-1] if one.type == "link_open" else ends.pop()
                if not leads:
                    one.tag, one.attrs = "span", {}
    return str(parser.renderer.render(tokens, parser.options, {}))


def _page(title: str, body: str) -> str:
    return PAGE.format(title=html.escape(title), body=body)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True)
def main(out: Path) -> None:
    """Write the documentation site."""
    print(f"documentation: {write(Home.resolve(), out)}")


if __name__ == "__main__":
    main()
