"""report.html in a real browser: open it, click a bar, find the records behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.tieout.report.marts_fixture import write_publication
from tieout import report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no browser is installed (looked for {', '.join(BROWSERS)})")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, publication: Path) -> Iterator[Any]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: problems.append(request.url))
    page.goto((publication / "report.html").as_uri())
    yield page
    # nothing failed, nothing was logged, nothing but the file itself was asked for
    assert [p for p in problems if not p.startswith("file://")] == []
    context.close()


def amounts(page: Any) -> list[str]:
    return [text.replace("\u2212", "-") for text in page.locator(".row .amount").all_inner_texts()]


def test_it_leads_with_the_gap_and_what_of_it_needs_action(page: Any) -> None:
    title = page.locator("#headline-title").inner_text()
    assert "300,000.00 USD below" in title
    lead = page.locator("#headline-lead").inner_text()
    assert "2,324,000.02" in lead
    assert "65,000.00" in lead
    assert "100,000.00" in lead
    assert "2,159,000.02" in lead


def test_the_waterfall_has_every_line_and_ties(page: Any) -> None:
    codes = page.locator("#waterfall .row .code").all_inner_texts()
    assert codes == [
        "1.02", "1.05", "1.06", "1.09", "1.09", "1.13", "1.17", "1.18", "1.20", "2.01", "2.02",
        "2.03", "2.07", "3.01", "3.02", "3.03", "3.08", "3.13",
    ]  # fmt: skip
    assert amounts(page)[0] == "2,400,000.00"
    assert amounts(page)[-1] == "2,100,000.00"
    assert "Ties exactly" in page.locator("#tie").inner_text()


def test_revenue_shows_balances_what_remains_and_why_schedules_differ(page: Any) -> None:
    section = page.locator("#revenue")
    figures = [text.replace("\u2212", "-") for text in section.locator(".figure").all_inner_texts()]
    assert [figure.split("\n")[:2] for figure in figures] == [
        ["Deferred revenue, end of 2026-03", "99,500.00"],
        ["Contract assets, end of 2026-03", "15,000.00"],
        ["Still to be delivered, end of 2026-03", "97,500.00"],
        ["Schedule, plan and ledger differ", "10,600.00"],
    ]
    assert "+100.00 against the ledger" in figures[0]
    assert "the ledger's balance exactly" in figures[1]
    assert "90,000.00 within 12 months; 90,000.00 is billed" in figures[2]
    tables = section.locator("table")
    # columns of movements that the quarter does not have are left out
    heads = tables.nth(0).locator("th").all_inner_texts()
    assert heads == [
        "Month", "Opening", "Billed", "Released", "Adjusted", "Closing", "Ledger balance",
        "Difference",
    ]  # fmt: skip
    remaining = tables.nth(2).locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in remaining] == ["2026 Q2", "2026 Q3", "2026 Q4", "No date"]
    causes = tables.nth(3).locator("tbody tr").all_inner_texts()
    assert "unposted" in causes[0]
    assert "10,000.00" in causes[0]
    # two halves of one posting in another month: nothing in all, 600.00 without sign
    assert causes[1].split("\t")[-3:] == ["2", "0.00", "600.00"]
    section.get_by_text("The obligations, the most money first").click()
    first = tables.nth(4).locator("tbody tr").nth(0).inner_text().replace("\u2212", "-")
    assert first.split("\t") == [
        "2026-03", "unposted", "9301", "RE1", "10,000.00", "10,000.00", "\u2013", "-10,000.00",
    ]  # fmt: skip
    section.get_by_text("1 contract, the most money first").click()
    assert "SO-9301" in tables.nth(5).inner_text()
    page.select_option("#pick-quarter", label="2025 Q4")
    assert "agree, obligation by obligation" in section.inner_text()
    page.select_option("#pick-entity", index=1)
    assert section.is_hidden()


def test_clicking_a_bar_shows_the_records_behind_it(page: Any) -> None:
    page.click('[data-line="1.20"]')
    panel = page.locator('[role="region"][aria-label="Records of line 1.20"]')
    text = panel.inner_text()
    for document, amount in (("SO-9101", "+500,000.00"), ("SO-9103", "+180,000.00")):
        assert document in text
        assert amount in text
    assert "line_code = '1.20'" in text  # the query for all of them
    panel.locator(".chips button", has_text="phone").click()
    assert "SO-9102" in panel.inner_text()
    assert "SO-9101" not in panel.inner_text()
    page.click('[data-line="1.20"]')
    assert not panel.is_visible()


def test_the_keyboard_alone_is_enough(page: Any) -> None:
    page.locator('[data-line="1.06"]').focus()
    page.keyboard.press("Enter")
    assert page.locator('[data-line="1.06"]').get_attribute("aria-expanded") == "true"
    assert "006AX0000000004AAA" in page.locator("#waterfall").inner_text()


def test_texts_of_the_sources_stay_texts(page: Any) -> None:
    page.click('[data-line="1.06"]')
    assert '<script>alert("x")</script> & Söhne' in page.locator("#waterfall").inner_text()


def test_choosing_another_entity_changes_everything_and_is_remembered(page: Any) -> None:
    page.select_option("#pick-entity", "Northfield Gulf WLL")
    assert page.locator("#pick-currency").input_value() == "KWD"
    assert amounts(page) == [
        "10,000.500", "-1,250.125", "8,750.375", "8,750.375", "8,750.375",
    ]  # fmt: skip
    assert "entity=Northfield+Gulf+WLL" in page.url
    page.reload()
    assert "KWD" in page.locator("#headline-scope").inner_text()


def test_the_way_to_cash_is_a_view_of_its_own(page: Any) -> None:
    page.click("#show-cash")
    assert amounts(page) == ["2,545,875.00", "-545,875.00", "2,000,000.00"]
    assert "Ties exactly" in page.locator("#tie").inner_text()


def test_marts_without_any_booking_say_so(browser: Any, tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        for table in ("fct_bridge_atom", "rpt_revenue_bridge", "rpt_bridge_anchor"):
            connection.execute(f"delete from revenue_bridge.{table}")
    report.write(directory)
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((directory / "report.html").as_uri())
    assert "nothing to bridge yet" in page.locator("#headline-title").inner_text()
    assert "Duplicate opportunity" in page.locator("#exceptions-body").inner_text()
    assert problems == []
    page.close()


def test_exceptions_say_their_money_in_every_currency(browser: Any, tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        connection.execute(
            "insert into operations.exception select * replace (unnest(['CHF', 'EUR', 'GBP',"
            " 'SEK']) as currency) from operations.exception"
        )
    report.write(directory)
    page = browser.new_page()
    page.goto((directory / "report.html").as_uri())
    said = page.locator("#exceptions-body summary").inner_text().replace("\u00a0", " ")
    for currency in ("CHF", "EUR", "GBP", "SEK", "USD"):
        assert f"100,000.00 {currency}" in said
    page.close()


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_no_width_needs_sideways_scrolling(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.click('[data-line="1.20"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280, 1600])
def test_sections_are_one_line_at_every_width_and_the_one_read_is_marked(
    page: Any, width: int
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    links = page.locator("#sections a:visible")
    assert len({round(link.bounding_box()["y"]) for link in links.all()}) == 1
    expect(page.locator("#sections [aria-current]")).to_have_text("Summary")
    page.select_option("#pick-entity", "Northfield Gulf WLL")
    page.locator('#sections a[href="#exceptions"]').press("Enter")
    # Waits without a script in the page, which the page's own policy would refuse.
    expect(page.locator("#sections [aria-current]")).to_have_text("Exceptions")
    bar = page.locator("#sections").bounding_box()
    section = page.locator("#exceptions").bounding_box()
    assert bar["y"] + bar["height"] <= section["y"] < 900  # below the bar and not behind it
    assert page.evaluate("document.activeElement.id") == "exceptions"
    assert "entity=Northfield+Gulf+WLL" in page.url  # what is chosen stays in the address
    page.select_option("#pick-definition", "cash_and_po")  # a section that is not there
    assert page.locator('#sections a[href="#group"]').is_hidden()


@pytest.mark.parametrize("section", ["exceptions", "freshness", "quality"])
def test_the_link_of_a_message_leads_to_its_section(
    browser: Any, publication: Path, section: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{(publication / 'report.html').as_uri()}#{section}")
    expect(page.locator(f"#{section}")).to_be_in_viewport()
    page.close()


def test_account_matching_follows_the_currency(page: Any) -> None:
    section = page.locator("#accounts-body")
    figures = section.locator(".figure").all_inner_texts()
    assert "97.0%" in figures[0] and "+7.0 points" in figures[0]
    assert "96.0%" in figures[1] and "960,000.00 of 1,000,000.00, as last published" in figures[1]
    assert "3 pairs" in figures[2] and "15,000.00 USD, oldest 12 days" in figures[2]
    assert "80.0%" in figures[3] and "49.0% to 94.3%" in figures[3]
    assert section.locator("svg.trend").count() == 1  # one night of money is no trend yet
    assert "Pinnacle <i>Controls</i>" in section.inner_text()
    assert "missing billing field: tax id" in section.inner_text()
    page.select_option("#pick-entity", "Northfield Japan KK")
    assert "no deal was won in JPY" in section.inner_text()
    assert "unmapped account" in section.inner_text()
    assert "missing billing field" not in section.inner_text()


def test_order_to_cash_follows_the_entity(page: Any) -> None:
    section = page.locator("#order-to-cash-body")
    figures = section.locator(".figure").all_inner_texts()
    assert "3 / 9 days" in figures[0] and "1 waits" not in figures[0] and "40 days" in figures[0]
    assert "90,100.50" in section.inner_text() and "90,500.25" in section.inner_text()
    assert "Credit control: Release the hold." in section.inner_text()
    page.select_option("#pick-entity", "Northfield Gulf WLL")
    assert "1.125" in section.inner_text() and "Supply planning" in section.inner_text()


def test_the_group_is_shown_in_one_currency(page: Any) -> None:
    section = page.locator("#group")
    assert "Amounts in USD" in section.inner_text()
    assert "1 record without a rate is left out" in section.inner_text()
    rows = section.locator("#group-body > div").first.locator("tbody tr")
    assert "Recognised revenue" in rows.last.inner_text()
    fx = rows.filter(has_text="1.12").inner_text()
    assert "\u221210.00" in fx
    section.locator("summary").click()
    assert "\u221212.34" in section.locator("details").inner_text()
    page.click("#show-cash")
    assert "Cash applied" in rows.last.inner_text()
    page.select_option("#pick-definition", "cash_and_po")
    assert section.is_hidden()
