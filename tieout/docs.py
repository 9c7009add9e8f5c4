"""The documentation site: every model and column as dbt knows them, and what is read per source."""

from __future__ import annotations

import html
import shutil
from datetime import datetime
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
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; }}
table {{ border-collapse: collapse; }} td, th {{ border: 1px solid #ccc; padding: .2rem .6rem; }}
th {{ text-align: left; }} code, pre {{ background: #f4f4f4; }} pre {{ padding: 1rem; }}
</style>
{body}
</html>
"""


def write(home: Home, out: Path) -> Path:
    """Write the site: index.html, models.html (dbt's own page, one file), a page per source.

    The catalogue (row counts, types) is that of the home's current publication; before the first
    one the site has none.

    Raises:
        TieoutError: dbt could not generate its documentation.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_models(home, out)
    sources = sorted((PROJECT_ROOT / "docs" / "sources").glob("*.md"))
    for source in sources:
        text = source.read_text(encoding="utf-8")
        (out / f"{source.stem}.html").write_text(_page(source.stem, _render(text)), "utf-8")
    links = [
        f'<li><a href="{one.stem}.html">What is read from {one.stem}</a></li>' for one in sources
    ]
    body = (
        "<h1>tieout</h1><ul>"
        '<li><a href="models.html">Models, columns and lineage</a></li>'
        f"{''.join(links)}</ul>{_render((PROJECT_ROOT / 'README.md').read_text(encoding='utf-8'))}"
    )
    index = out / "index.html"
    index.write_text(_page("tieout", body), "utf-8")
    images = PROJECT_ROOT / "docs" / "images"
    if images.is_dir():
        shutil.copytree(images, out / "docs" / "images", dirs_exist_ok=True)
    return index


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


def _render(markdown: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark").enable("table").render(markdown))


def _page(title: str, body: str) -> str:
    return PAGE.format(title=html.escape(title), body=body)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True)
def main(out: Path) -> None:
    """Write the documentation site."""
    print(f"documentation: {write(Home.resolve(), out)}")


if __name__ == "__main__":
    main()
