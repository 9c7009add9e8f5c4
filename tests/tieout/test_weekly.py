"""The weekly message, from real publications."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from tieout import alerts, run
from tieout.alerts import Message, weekly
from tieout.alerts.channels import Mail
from tieout.errors import InputError, TieoutError
from tieout.settings import Home

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def part(published_home: Path) -> Callable[..., str]:
    """`part(label, home)` is that part of the message."""

    def find(label: str, home: Path = published_home) -> str:
        parts = dict(weekly.message(Home.resolve(home)).parts)
        return next(text for name, text in parts.items() if name.startswith(label))

    return find


def test_the_week_ends_with_the_publication_and_not_today(published_home: Path) -> None:
    message = weekly.message(Home.resolve(published_home))
    assert message.title == "The week to 2026-06-30"
    label, link = message.parts[-1]
    assert (label, Path(unquote(urlsplit(link).path)).is_file()) == ("More", True)
    label, said = message.parts[0]
    assert said.startswith("The seven days from 2026-06-24 to 2026-06-30, as published 20")


def test_what_was_won_is_ordered_or_accounted_for(
    part: Callable[..., str], published_home: Path
) -> None:
    with duckdb.connect(
        str(published_home / "publications" / "current" / "marts.duckdb"), read_only=True
    ) as marts:
        found = marts.execute("""
            select count(*), sum(booked_amount)
            from opportunity_to_order.fct_opportunity_to_cash
            where close_date between '2026-06-24' and '2026-06-30' and currency = 'USD'
                and status <> 'not_counted'
        """).fetchone()
    assert found is not None
    (line,) = (one for one in part("Won").splitlines() if " USD; ordered " in one)
    assert line.startswith(f"- {found[0]} deals won, {found[1]:,.2f} USD; ordered ")


def test_late_deals_name_who_acts_and_the_rest_is_counted(
    part: Callable[..., str], tieout: Command, published_home: Path
) -> None:
    with duckdb.connect(
        str(published_home / "publications" / "current" / "marts.duckdb"), read_only=True
    ) as marts:
        ((late, in_usd),) = marts.execute(
            "select count(*), sum(amount) filter (currency = 'USD') "
            "from opportunity_to_order.rpt_leakage where class = 'leakage'"
        ).fetchall()
    total, *lines = part("Late").strip().splitlines()
    assert total.startswith(f"{late} deals past the deadline for a complete order, ")
    assert f"{in_usd:,.2f} USD" in total
    assert len(lines) == min(late, weekly.NAMED) + (late > weekly.NAMED)
    assert " business days ago. " in lines[0]
    if late > weekly.NAMED:
        assert lines[-1] == f"- and {late - weekly.NAMED} more"
    said = tieout("weekly", "--dry-run", home=published_home).stdout
    assert lines[0] in said
    assert "no publication of a week ago" in said


def test_nobody_to_send_to(tieout: Command, published_home: Path) -> None:
    done = tieout("weekly", home=published_home, check=False)
    assert done.returncode == 2
    assert "No channel is configured" in done.stderr


def test_a_try_after_one_channel_failed_is_for_that_channel_alone(
    tmp_path: Path, published_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the DAG sends it; by hand it is sent anew to everybody."""
    got: list[str] = []

    class Channel(Mail):
        def send(self, message: Message) -> None:
            if self.url == "down":
                raise OSError("no route")
            got.append(self.name)

    up, down = Channel("up", "a", ("b",), "up"), Channel("down", "a", ("b",), "other")
    monkeypatch.setattr(alerts, "configured", lambda: [up, down])
    home, message = Home.resolve(tmp_path), weekly.message(Home.resolve(published_home))
    with pytest.raises(TieoutError):
        alerts.send(home, message, occasion="monday 1")
    monkeypatch.setattr(alerts, "configured", lambda: [up, replace(down, url="up")])
    alerts.send(home, message, occasion="monday 1")
    assert got == ["up", "other"]
    alerts.send(home, message, occasion="monday 2")  # the same week, where nothing is published
    assert got == ["up", "other"] * 2
    for _ in range(2):
        alerts.send(home, message)
    assert got == ["up", "other"] * 4


def test_numbers_that_are_not_of_the_last_night_are_said_to_be_so(
    home: Path, part: Callable[..., str]
) -> None:
    run.record_failure(Home(home), "run 1", "task build", TieoutError("No room."), "")
    assert part("Not the newest", home) == "\n- The night failed: Task build failed: No room."


def test_nothing_published(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Nothing has been published"):
        weekly.message(Home.resolve(tmp_path))


def test_what_changed_since_a_week_ago(home: Path, part: Callable[..., str]) -> None:
    """Against an older publication with one line 100 lower; one of three days ago is too young."""
    (now,) = (one for one in (home / "publications").iterdir() if not one.is_symlink())
    before = altered(now, "20260601T000000000000Z", "2026-06-20T10:00:00", 100)
    altered(now, "20260620T000000000000Z", "2026-06-27T10:00:00", 999)
    assert weekly.find(Home.resolve(home)).before is not None
    text = part("Changed since 2026-06-20", home)
    with duckdb.connect(str(before / "marts.duckdb"), read_only=True) as marts:
        rows = marts.execute("select * from touched").fetchall()
    ((code, name, currency),) = rows
    assert text.strip() == f"- {code} {name}: +100.00 {currency}, in 1 month and entity"
    assert part("Adjustments", home) == "none"


def altered(now: Path, name: str, as_of: str, less: int) -> Path:
    """A copy of a publication that was as of another day and had a line lower by so much."""
    copy = now.parent / name
    shutil.copytree(now, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"as_of": as_of}))
    (copy / "marts.duckdb").chmod(0o644)
    with duckdb.connect(str(copy / "marts.duckdb")) as marts:
        marts.execute("""
            create table touched as
            select line_code, line_name, currency, entity, period, definition_id
            from revenue_bridge.rpt_revenue_bridge
            where definition_id = 'standard' and currency = 'USD'
            order by all limit 1
        """)
        marts.execute(
            """
            update revenue_bridge.rpt_revenue_bridge as line set amount = line.amount - ?
            from touched
            where line.line_code = touched.line_code and line.currency = touched.currency
                and line.entity = touched.entity and line.period = touched.period
                and line.definition_id = touched.definition_id
            """,
            [less],
        )
        marts.execute(
            "create or replace table touched as select line_code, line_name, currency from touched"
        )
    return copy
