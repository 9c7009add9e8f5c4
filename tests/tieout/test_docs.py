"""The documentation site: every link of it leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from tieout.docs import TEXTS, render

PAGES = {"README.md": "index.html", "docs/apis.md": "apis.html", "definitions/README.md": "d.html"}


def test_links_lead_to_pages_of_the_site_or_are_none() -> None:
    said = render(
        "[apis](docs/apis.md) [set](definitions/README.md#decisions) [file](tests/a.sql) "
        "[web](https://example.com/a.md) [here](#below) after",
        "README.md",
        PAGES,
    )
    assert '<a href="apis.html">apis</a>' in said
    assert '<a href="d.html#decisions">set</a>' in said
    assert "<span>file</span>" in said
    assert '<a href="https://example.com/a.md">web</a>' in said
    assert '<a href="#below">here</a> after' in said


def test_links_are_reckoned_from_their_own_text() -> None:
    said = render("[up](../README.md) [down](sources/x.md)", "docs/apis.md", PAGES)
    assert '<a href="index.html">up</a>' in said
    assert "<span>down</span>" in said


def test_every_text_of_the_site_exists_and_links_to_nothing_that_it_lacks(
    repository: Path,
) -> None:
    said = {
        page: render((repository / text).read_text(encoding="utf-8"), text, TEXTS)
        for text, page in TEXTS.items()
    }
    for page, body in said.items():
        for link in re.findall(r'href="([^"]+)', body):
            if "://" in link:
                continue
            target, _, anchor = link.partition("#")
            assert not anchor or f'id="{anchor}"' in said[target or page], (page, link)
