"""`tieout review`: the queue as shown, the keys, and the file that comes of it."""

from __future__ import annotations

import errno
import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from rich.console import Console

from tieout import decisions, review
from tieout.decisions import Record
from tieout.errors import InputError, TieoutError, UsageError
from tieout.review.queue import FIELDS
from tieout.review.session import Stop
from tieout.settings import Home

AS_OF = "2026-06-30T23:41:07"
DAY = date(2026, 6, 30)
REPOSITORY = Path(__file__).resolve().parents[2]

SIDES = {"crm": "Acme Corp", "erp": "Acme Corporation Ltd.", "record": "Acme", "other": "ACME"}


def queue_sql() -> str:
    """Tables as the marts have them, without rows."""

    def profile(*prefixes: str) -> str:
        return ", ".join(f"{p}_{field} varchar" for p in prefixes for field in FIELDS[1:])

    shared = """review_rank integer, match_probability decimal(5, 4), evidence varchar,
        agreeing_fields varchar, differing_fields varchar, currency varchar,
        amount_at_risk decimal(28, 4), ranking_amount decimal(28, 4), first_seen_at timestamp"""
    return f"""
        create schema account_mapping; create schema revenue_bridge;
        create table revenue_bridge.rpt_bridge_anchor as
        select 'JPY' as currency, 0 as minor_unit union all select 'USD', 2;
        create table account_mapping.rpt_match_review (
            crm_system varchar, crm_account_id varchar, crm_account_name varchar,
            erp_system varchar, erp_customer_id varchar, erp_customer_name varchar,
            candidate_rank integer, candidate_count integer, crm_linked_to varchar,
            erp_linked_to varchar, amounts_by_currency varchar, erp_amounts_by_currency varchar,
            owner varchar, {profile("crm", "erp")}, {shared});
        create table account_mapping.rpt_duplicate_review (
            source_system varchar, record_type varchar, record_id varchar, record_name varchar,
            other_record_id varchar, other_name varchar, record_linked_to varchar,
            other_linked_to varchar, record_amounts_by_currency varchar,
            other_amounts_by_currency varchar, {profile("record", "other")}, {shared});
        create schema opportunity_to_order;
        create table opportunity_to_order.rpt_order_link_review (
            erp_system varchar, order_id varchar, order_number varchar, crm_system varchar,
            opportunity_id varchar, opportunity_number varchar, opportunity_name varchar,
            review_rank integer, candidate_rank integer, candidate_count integer,
            link_rule varchar, points integer, evidence varchar, why_not_accepted varchar,
            erp_customer_id varchar, erp_customer_name varchar, crm_account_id varchar,
            crm_account_name varchar, is_same_customer boolean, order_date date, close_date date,
            order_status varchar, stage_name varchar, order_entity varchar,
            opportunity_entity varchar, order_items varchar, opportunity_items varchar,
            order_purchase_order_number varchar, opportunity_purchase_order_number varchar,
            order_reference varchar, order_linked_to varchar, opportunity_linked_to varchar,
            currency varchar, order_amount decimal(28, 4),
            opportunity_amount decimal(28, 4), owner varchar, amount_at_risk decimal(28, 4),
            ranking_amount decimal(28, 4), first_seen_at timestamp);
    """


class Publication:
    """A home with one publication, whose queue a test fills."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path / "home")
        self.home.ensure()
        self.definitions = path / "definitions"
        self.definitions.mkdir()
        self.directory = self.home.publications / "20260701T010000000000Z"
        self.directory.mkdir()
        self.home.current.symlink_to(self.directory.name)
        self.known(AS_OF)
        self.sql(queue_sql())
        self.rank = 0

    def known(self, as_of: str) -> None:
        (self.directory / "manifest.json").write_text(json.dumps({"as_of": as_of}))

    def sql(self, statements: str) -> None:
        with duckdb.connect(str(self.directory / "marts.duckdb")) as marts:
            marts.execute(statements)

    def link(self, order: str, deal: str, amount: int, **more: object) -> None:
        """An order and a deal that may be one sale."""
        self.rank += 1
        values: dict[str, object] = {
            "erp_system": "netsuite", "order_id": order, "order_number": f"SO{order}",
            "crm_system": "salesforce", "opportunity_id": deal, "opportunity_name": "Acme phase 2",
            "review_rank": self.rank, "candidate_rank": 1, "candidate_count": 1,
            "points": 12, "evidence": "scored candidate: same items (6)",
            "why_not_accepted": "two deals fit", "erp_customer_name": "Acme Ltd.",
            "crm_account_name": "Acme", "is_same_customer": True, "order_date": "2026-05-04",
            "close_date": "2026-05-02", "order_items": "A-1", "opportunity_items": "A-1, B-2",
            "currency": "USD", "order_amount": amount, "opportunity_amount": amount,
            "amount_at_risk": amount, "ranking_amount": amount, "first_seen_at": AS_OF, **more,
        }  # fmt: skip
        with duckdb.connect(str(self.directory / "marts.duckdb")) as marts:
            marts.execute(
                f"insert into opportunity_to_order.rpt_order_link_review ({', '.join(values)}) "
                f"values ({', '.join('?' for _ in values)})",
                list(values.values()),
            )

    def row(self, table: str, **columns: object) -> None:
        self.rank += 1
        values = {
            "review_rank": self.rank, "match_probability": "0.475", "evidence": "same name (2 fit)",
            "agreeing_fields": "name, postal code", "differing_fields": "city", "currency": "USD",
            "amount_at_risk": columns["ranking_amount"], "first_seen_at": AS_OF, **columns,
        }  # fmt: skip
        with duckdb.connect(str(self.directory / "marts.duckdb")) as marts:
            marts.execute(
                f"insert into account_mapping.{table} ({', '.join(values)}) "
                f"values ({', '.join('?' for _ in values)})",
                list(values.values()),
            )

    def match(self, account: str, customer: str, amount: int, **more: object) -> None:
        columns: dict[str, object] = {
            "crm_system": "salesforce", "crm_account_id": account, "crm_account_name": "Acme Corp",
            "erp_system": "netsuite", "erp_customer_id": customer, "erp_customer_name": "ACME Ltd.",
            "candidate_rank": 1, "candidate_count": 1, "ranking_amount": amount,
        }  # fmt: skip
        self.row("rpt_match_review", **(columns | more))

    def duplicate(self, one: str, other: str, amount: int, **more: object) -> None:
        columns: dict[str, object] = {
            "source_system": "netsuite", "record_type": "erp_customer", "record_id": one,
            "other_record_id": other, "ranking_amount": amount,
        }  # fmt: skip
        self.row("rpt_duplicate_review", **(columns | more))

    def request(self, **more: object) -> review.Request:
        return review.Request(definitions=self.definitions, **more)  # type: ignore[arg-type]

    def walk(self, answers: str, **more: object) -> tuple[str, Path | None]:
        """What is printed, and the file that is written, for answers separated by spaces."""
        screen = io.StringIO()
        console = Console(file=screen, width=160)
        written = review.run(self.home, console, self.request(**more), Script(answers.split()))
        return screen.getvalue(), written

    def decided(self) -> list[tuple[str, str, str, str]]:
        """Action, records, reason of every decision on file, in the order of the queue."""
        return [
            (one.action, *sorted(record.record_id for record in one.records), one.reason)  # type: ignore[misc]
            for one in (filed.decision for filed in decisions.load(self.definitions))
        ]

    def write(self, text: str, name: str = "earlier.yml") -> Path:
        file = self.definitions / "decisions" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file


class Script:
    """Answers in the order in which they are asked; then the input ends."""

    def __init__(self, answers: list[str]) -> None:
        self._answers = answers

    def key(self) -> str:
        if not self._answers:
            raise Stop
        return self._answers.pop(0)

    def text(self, label: str, default: str) -> str:
        del label
        answer = self.key()
        return default if answer == "-" else answer


@pytest.fixture
def published(tmp_path: Path) -> Publication:
    """Three companies: two accounts with three candidates, and two ERP customers alike."""
    found = Publication(tmp_path)
    found.match("a1", "10", 900, candidate_count=4, crm_city="Boston", erp_city="Austin")
    found.match("a1", "11", 900, candidate_rank=2, candidate_count=4)
    found.match("a2", "12", 5000, currency="JPY", crm_linked_to="77 Zed")
    found.duplicate("13", "14", 3000)
    return found


def test_money_first_and_the_candidates_of_an_account_together(published: Publication) -> None:
    said, written = published.walk("s s s s")
    assert written is None
    places = [said.index(text) for text in (":a2", "netsuite:13", "netsuite:10", "netsuite:11")]
    assert places == sorted(places)
    assert "1 of 4: JPY 5,000 at risk, waiting since 2026-06-30" in said
    assert "3 of 4: USD 900.00 at risk" in said
    assert "candidate 1 of 4 for this account, 2 less likely ones are not shown" in said
    assert "Nothing was decided, and nothing was written." in said
    assert not (published.definitions / "decisions").exists()


def test_side_by_side_with_a_word_for_what_agrees(published: Publication) -> None:
    said, _ = published.walk("", identifier="a1")
    rows = {line[:12].strip(): line.split() for line in said.splitlines()}
    assert rows["name"] == ["name", "same", "Acme", "Corp", "ACME", "Ltd."]
    assert rows["city"] == ["city", "differs", "Boston", "Austin"]
    assert rows["phone"] == ["phone"]
    assert "found by same name (2 fit), probability 0.4750" in said


def test_decisions_become_a_file_that_a_run_reads(published: Publication) -> None:
    _, written = published.walk("c dana order-form r - s c dba", identifier="")
    assert written == published.definitions / "decisions" / "review-2026-06-30.yml"
    first, second, third = (one.decision for one in decisions.load(published.definitions))
    assert first.records == [
        Record("account", "salesforce", "a1"),
        Record("erp_customer", "netsuite", "11"),
    ]
    assert (first.action, first.reason) == ("confirm", "dba")
    assert second.records == [
        Record("account", "salesforce", "a2"),
        Record("erp_customer", "netsuite", "12"),
    ]
    assert (second.action, second.owner, second.reason) == ("confirm", "dana", "order-form")
    assert (second.decided_on, second.expires_on) == (DAY, date(2027, 6, 30))
    assert third.records == [
        Record("erp_customer", "netsuite", "13"),
        Record("erp_customer", "netsuite", "14"),
    ]
    assert (third.action, third.reason) == ("reject", "order-form")
    text = written.read_text()
    assert "- account salesforce:a2  # Acme Corp" in text
    assert "# agree: name, postal code; differ: city" in text
    assert "20260701T010000000000Z" in text


def test_next_leaves_the_other_candidates_of_the_account(published: Publication) -> None:
    said, _ = published.walk("s s n s")
    assert "netsuite:11" not in said


def test_undo_takes_back_and_asks_again(published: Publication) -> None:
    published.walk("u c dana wrong s u r right q")
    assert published.decided() == [("reject", "12", "a2", "right")]


def test_quit_and_the_end_of_input_keep_what_was_decided(published: Publication) -> None:
    published.walk("c dana one r two q")
    published.walk("c dana")  # ends before the reason: no decision
    assert [one[0] for one in published.decided()] == ["confirm", "reject"]


def test_a_file_that_exists_is_never_touched(published: Publication) -> None:
    published.write("decisions: []\n", "review-2026-06-30.yml")
    names = [published.walk("r dana no q")[1] for _ in range(2)]
    assert [file.name for file in names if file] == [
        "review-2026-06-30-2.yml", "review-2026-06-30-3.yml",
    ]  # fmt: skip
    assert (published.definitions / "decisions/review-2026-06-30.yml").read_text() == (
        "decisions: []\n"
    )
    left = {file.name for file in (published.definitions / "decisions").iterdir()}
    assert len(left) == 3, "a draft was left behind"


def test_file_systems_without_hard_links(
    published: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> NoReturn:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    published.write("decisions: []\n", "review-2026-06-30.yml")
    _, written = published.walk("r dana no q")
    assert written is not None
    assert written.name == "review-2026-06-30-2.yml"
    assert published.decided() == [("reject", "12", "a2", "no")]
    assert len(list(written.parent.iterdir())) == 2


def test_what_cannot_be_written_is_not_lost(published: Publication) -> None:
    (published.definitions / "decisions").write_text("a file where the folder should be")
    with pytest.raises(TieoutError) as caught:
        published.walk("r dana because q")
    assert caught.value.exit_code == 1
    assert "action: reject" in str(caught.value)
    assert "Save the text above" in str(caught.value)


def test_what_is_on_file_waits_no_more(published: Publication) -> None:
    published.walk("s c dana yes q")
    said, _ = published.walk("s s s")
    assert "1 pair is decided already, which the next run applies." in said
    assert "3 pairs are waiting" in said
    assert "netsuite:13" not in said
    published.walk("c dana yes c yes c yes")
    said, written = published.walk("c dana yes")
    assert "Nothing waits for a decision." in said
    assert written is None


@pytest.mark.parametrize(
    ("entry", "waiting"),
    [
        ("action: split\n    records: [account salesforce:a2]\n"
         "    from: [erp_customer netsuite:12, erp_customer netsuite:9]", 3),
        ("action: merge\n    records: [account salesforce:a1, erp_customer netsuite:10,"
         " erp_customer netsuite:11]", 2),
        ("action: reject\n    records: [account salesforce:a2, erp_customer netsuite:13]", 4),
        ("action: refuse_change\n    records: [account salesforce:a2]\n"
         "    field: tax_region\n    value: x", 4),
    ],
)  # fmt: skip
def test_every_kind_of_decision_counts(published: Publication, entry: str, waiting: int) -> None:
    rest = "owner: d\n    reason: r\n    decided_on: 2026-01-01\n"
    published.write(f"decisions:\n  - id: x\n    {entry}\n    {rest}    expires_on: never\n")
    assert f"{waiting} pairs are waiting" in published.walk("")[0]
    published.write(f"decisions:\n  - id: x\n    {entry}\n    {rest}    expires_on: 2026-06-30\n")
    assert "4 pairs are waiting" in published.walk("")[0]


def test_a_short_account_id_is_the_account(published: Publication) -> None:
    published.match("0015g00000AbCdEAAV", "15", 9000)
    published.write(
        "decisions:\n  - id: x\n    action: reject\n"
        "    records: [account salesforce:0015g00000AbCdE, erp_customer netsuite:15]\n"
        "    owner: d\n    reason: r\n    decided_on: 2026-01-01\n    expires_on: never\n"
    )
    assert "4 pairs are waiting" in published.walk("")[0]
    published.match("0015g00000AbCdFAAV", "15", 9000)
    assert "1 pair is waiting" in published.walk("", identifier="0015g00000AbCdF")[0]


def test_a_confirmed_deal_leaves_the_order_the_deals_it_has(published: Publication) -> None:
    """A decision alone would silence the order's own reference, and take its first deal away."""
    published.link(
        "20", "d2", 4000, order_linked_to="salesforce:d1", opportunity_linked_to="netsuite:19"
    )
    said, _ = published.walk("s", identifier="SO20")
    rows = {line[:15].strip(): line[15:].split() for line in said.splitlines()}
    assert rows["linked to"] == ["salesforce:d1", "netsuite:19"]
    published.walk("c dana both", identifier="SO20")
    assert sorted(published.decided()) == [
        ("confirm", "19", "d2", "both"),
        ("confirm", "20", "d1", "both"),
        ("confirm", "20", "d2", "both"),
    ]


def test_an_order_and_its_deals_side_by_side(published: Publication) -> None:
    published.link("20", "d1", 4000, candidate_count=2)
    published.link("20", "d2", 4000, candidate_count=2, candidate_rank=2, points=None)
    said, _ = published.walk("", identifier="SO20")
    assert "1 of 2: USD 4,000.00 at risk" in said
    assert "found by scored candidate: same items (6), 12 points\n" in said
    assert "waits: two deals fit" in said
    assert "candidate 1 of 2 for this order" in said
    assert "ERP order netsuite:20" in said
    assert "CRM opportunity salesforce:d1" in said
    rows = {line[:15].strip(): line[15:].split() for line in said.splitlines()}
    assert rows["customer"] == ["same", "Acme", "Ltd.", "Acme"]
    assert rows["amount"] == ["same", "USD", "4,000.00", "USD", "4,000.00"]
    assert rows["items"] == ["differs", "A-1", "A-1,", "B-2"]
    assert rows["date"] == ["2026-05-04", "2026-05-02"]
    assert "bought" not in rows
    second, _ = published.walk("", identifier="d2")
    assert "found by scored candidate: same items (6)\n" in second
    everything, _ = published.walk("s s s s s s")
    places = [everything.index(text) for text in (":a2", ":d1", ":d2", "netsuite:13")]
    assert places == sorted(places)


def test_decisions_about_orders_become_a_file_that_a_run_reads(published: Publication) -> None:
    published.link("20", "d1", 9000, candidate_count=2)
    published.link("20", "d2", 9000, candidate_count=2, candidate_rank=2)
    published.link("21", "d3", 8000)
    _, written = published.walk("c dana buyer n r other q")
    assert written is not None
    first, second = (one.decision for one in decisions.load(published.definitions))
    assert (first.action, first.records) == (
        "confirm", [Record("order", "netsuite", "20"), Record("opportunity", "salesforce", "d1")],
    )  # fmt: skip
    assert (second.action, second.records[0].record_id) == ("reject", "21")
    text = written.read_text()
    assert "- order netsuite:20  # SO20, Acme Ltd., 2026-05-04" in text
    assert "- opportunity salesforce:d1  # Acme phase 2, Acme, 2026-05-02" in text
    assert "# agree: customer, amount; differ: items" in text


@pytest.mark.parametrize(
    ("entry", "waiting"),
    [
        ("action: confirm\n    records: [order netsuite:SO20, opportunity salesforce:d1]", 6),
        ("action: reject\n    records: [opportunity salesforce:0065g00000AbCdE, "
         "order netsuite:20]", 6),
        ("action: split\n    records: [order netsuite:20]\n"
         "    lines: [{order_line: 1, opportunity_line: 's:1'}]", 5),
        ("action: confirm\n    records: [order netsuite:9, opportunity salesforce:d1]", 7),
    ],
)  # fmt: skip
def test_an_order_that_is_decided_waits_no_more(
    published: Publication, entry: str, waiting: int
) -> None:
    published.link("20", "d1", 9000)
    published.link("20", "0065g00000AbCdEAAV", 9000)
    published.link("21", "d1", 8000)
    rest = "owner: d\n    reason: r\n    decided_on: 2026-01-01\n    expires_on: never\n"
    published.write(f"decisions:\n  - id: x\n    {entry}\n    {rest}")
    assert f"{waiting} pairs are waiting" in published.walk("")[0]


def test_decisions_are_dated_by_the_data_and_never_ahead_of_today(published: Publication) -> None:
    published.known("2999-01-01T00:00:00")
    published.walk("r dana no q")
    (one,) = decisions.load(published.definitions)
    assert one.decision.decided_on == datetime.now(UTC).date()


def test_one_owner_reason_and_expiry_for_all(published: Publication) -> None:
    published.walk("c r c c", owner="Dana", reason="audit of June", expires_on=date.max)
    assert len(published.decided()) == 4
    for one in decisions.load(published.definitions):
        assert (one.decision.owner, one.decision.reason) == ("Dana", "audit of June")
        assert one.decision.expires_on == decisions.FOREVER


def test_hostile_text_harms_neither_the_terminal_nor_the_file(published: Publication) -> None:
    name = "\x1b[31mEvil: [bold]Corp[/]\n  - id: #1 'x' \"y\" 株式会社"
    published.match(
        "b: #1", "99", 10**6, crm_account_name=name, evidence="two\nlines", crm_street="1\r\nWay"
    )
    said, written = published.walk("c da#na:\tx why:#not q")
    assert "\x1b" not in said
    assert "Evil: [bold]Corp[/] - id: #1 'x' \"y\" 株式会社" in said
    assert written is not None
    (one,) = decisions.load(published.definitions)
    assert one.decision.records[0].record_id == "b: #1"
    assert (one.decision.owner, one.decision.reason) == ("da#na:", "x")


def test_limit_and_list(published: Publication) -> None:
    said, written = published.walk("", only_list=True)
    assert written is None
    numbers = [line.split()[0] for line in said.splitlines() if line[:1].isdigit()]
    assert numbers == ["1", "2", "3", "4"]
    assert "JPY 5,000" in said
    assert "netsuite:11" not in published.walk("", only_list=True, limit=3)[0]


def test_an_empty_queue(tmp_path: Path) -> None:
    said, written = Publication(tmp_path).walk("c")
    assert "Nothing waits for a decision." in said
    assert written is None


def test_wrong_use_is_told(published: Publication, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Nothing about `nobody` waits"):
        published.walk("", identifier="nobody")
    with pytest.raises(UsageError, match="dated 2026-06-30, so they cannot expire on 2026-06-30"):
        published.walk("", expires_on=DAY)
    published.write("decisions: [")
    with pytest.raises(InputError, match="Not valid YAML"):
        published.walk("")
    published.definitions = tmp_path / "nowhere"
    with pytest.raises(InputError, match="definitions directory does not exist"):
        published.walk("")


def test_nothing_published_and_an_old_publication(published: Publication, tmp_path: Path) -> None:
    published.sql("drop table account_mapping.rpt_duplicate_review")
    with pytest.raises(InputError, match="an earlier version made it"):
        published.walk("")
    home = Home(tmp_path / "other")
    home.ensure()
    with pytest.raises(InputError, match="Nothing has been published yet"):
        review.run(home, Console(), published.request())


def command(published: Publication, *arguments: str) -> list[str]:
    return [
        sys.executable, "-m", "tieout.cli", "--home", str(published.home.path), "review",
        "--definitions", str(published.definitions), *arguments,
    ]  # fmt: skip


def test_without_a_terminal_lines_are_read(published: Publication) -> None:
    """A wrong key and a blank reason are asked again; the end of input ends the walk."""
    done = subprocess.run(
        command(published, "--owner", "Dana"),
        input="x\nC\n\n  the order: form  \nr\n\n",
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "confirm: one company" in done.stdout
    assert "may not be blank" in done.stdout
    assert published.decided() == [
        ("confirm", "12", "a2", "the order: form"),
        ("reject", "13", "14", "the order: form"),
    ]


def on_a_terminal(published: Publication, *keys: str) -> str:
    """What the command says on a terminal of its own whose user answers each prompt with a key."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(published), stdin=theirs, stdout=theirs, stderr=theirs, cwd=REPOSITORY
    )
    os.close(theirs)
    said, pending, key = "", list(keys), ""
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.5)[0]:
                try:
                    said += os.read(ours, 65536).decode()
                except OSError:  # Linux says so when the other end is closed
                    break
            elif said:
                # Quiet: it waits. A key pressed before it listened is forgotten, and pressed again.
                if said.endswith(("> ", ": ")) and pending:
                    key = pending.pop(0)
                os.write(ours, key.encode())
        assert process.wait(10) == 0, said
    except subprocess.TimeoutExpired:
        pytest.fail(f"still waiting after:\n{said}")
    finally:
        process.kill()
        os.close(ours)
    return said


def test_on_a_terminal_one_key_is_enough_and_ctrl_c_keeps_what_is_decided(
    published: Publication,
) -> None:
    said = on_a_terminal(published, "c", "Dana\n", "seen\n", "r", "\n", "\x03")
    assert "2 decisions are in" in said
    assert "Traceback" not in said
    assert published.decided() == [
        ("confirm", "12", "a2", "seen"), ("reject", "13", "14", "seen"),
    ]  # fmt: skip
