"""What moves after a period is closed, night by night: a small company lives through seven nights.

March is closed between the first and the second night. After that a deal is edited, an order
changed, a deal re-dated, others deleted for good; the ERP opens March again, more changes, and
closes it; an edit is edited again. Every night is a whole run. The numbers are checked against what
was published first: no change is lost, none is told twice, and every night can be had again.
"""

from __future__ import annotations

import csv
import itertools
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Row = dict[str, str]

LEGS = {
    1: ("bookings", "orders"),
    2: ("orders", "billings"),
    3: ("billings", "revenue"),
    4: ("billings", "cash"),
}

# A dozen deals that are closed in words on the last day of the quarter, ordered 48 hours later.
VERBAL = range(31, 43)


def sf(kind: str, number: int) -> str:
    """An id, as Salesforce writes it."""
    return f"{kind}A000000{number:05d}IAA"


@dataclass
class Company:
    """What both systems say at one moment; every deal has one line and, unless told, one order."""

    deals: dict[int, Row] = field(default_factory=dict)
    lines: dict[int, Row] = field(default_factory=dict)
    history: list[Row] = field(default_factory=list)
    orders: dict[int, Row] = field(default_factory=dict)
    order_lines: dict[int, Row] = field(default_factory=dict)
    notes: list[Row] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)

    def sells(self, number: int, amount: str, day: str, *, ordered: str | None = "same") -> None:
        self.deals[number] = {
            "Id": sf("006", number), "Name": f"Deal {number}", "AccountId": sf("001", 1),
            "Amount": amount, "CloseDate": day, "StageName": "Closed Won", "IsWon": "true",
            "IsClosed": "true", "CurrencyIsoCode": "USD", "OwnerId": sf("005", 1),
            "IsDeleted": "false", "CreatedDate": f"{day}T08:00:00Z",
            "LastModifiedDate": f"{day}T08:00:00Z", "SystemModstamp": f"{day}T08:00:00Z",
            "Legal_Entity__c": "North",
        }  # fmt: skip
        self.lines[number] = {
            "Id": sf("00k", number), "OpportunityId": sf("006", number), "ProductCode": "LADLE",
            "Name": "Ladle", "Quantity": "1", "UnitPrice": amount, "TotalPrice": amount,
            "IsDeleted": "false", "SystemModstamp": f"{day}T08:00:00Z",
        }  # fmt: skip
        if ordered is not None:
            self.orders_it(number, amount if ordered == "same" else ordered, day)

    def orders_it(self, number: int, amount: str, day: str) -> None:
        self.orders[number] = {
            "id": str(500 + number), "tranid": f"SO{number}", "type": "SalesOrd", "trandate": day,
            "status": "B", "entity": "101", "currency": "1", "exchangerate": "1", "posting": "F",
            "voided": "F", "createddate": f"{day} 12:00:00", "lastmodifieddate": f"{day} 12:00:00",
            "custbody_sf_opportunity_id": sf("006", number),
        }  # fmt: skip
        self.order_lines[number] = {
            "transaction": str(500 + number), "id": "1", "mainline": "F", "taxline": "F",
            "item": "7", "itemtype": "InvtPart", "quantity": "-1", "rate": amount,
            "foreignamount": f"-{amount}", "subsidiary": "2",
            "linelastmodifieddate": f"{day} 12:00:00",
        }  # fmt: skip

    def edits(self, number: int, at: str, *, told: bool = True, **change: str) -> None:
        """A person changes a deal; the field history tells, unless the field is not followed."""
        for name, value in change.items():
            if told:
                self.history.append(
                    {
                        "Id": sf("017", len(self.history) + 1),
                        "OpportunityId": sf("006", number), "Field": name,
                        "OldValue": self.deals[number][name], "NewValue": value,
                        "CreatedById": sf("005", 1), "CreatedDate": at, "IsDeleted": "false",
                    }
                )  # fmt: skip
            self.deals[number][name] = value
            if name == "Amount":
                self.lines[number] |= {
                    "UnitPrice": value, "TotalPrice": value, "SystemModstamp": at,
                }  # fmt: skip
        self.deals[number] |= {"LastModifiedDate": at, "SystemModstamp": at}

    def changes_order(self, number: int, at: str, amount: str, *, told: bool) -> None:
        """The ERP changes the price of an order line, with a system note or without one."""
        line = self.order_lines[number]
        if told:
            self.notes.append(
                {
                    "id": str(900 + len(self.notes)), "recordtypeid": "-30",
                    "recordid": line["transaction"], "lineid": "1",
                    "field": "TRANLINE.RUNITPRICE", "oldvalue": line["rate"],
                    "newvalue": amount, "date": at, "name": "5", "type": "4",
                }
            )  # fmt: skip
        line |= {"rate": amount, "foreignamount": f"-{amount}", "linelastmodifieddate": at}

    def vanishes(self, number: int) -> None:
        """Deleted for good: the next full extract lacks the deal and its line."""
        del self.deals[number], self.lines[number]

    def write(self, exports: Path) -> None:
        periods = [
            {
                "id": str(number), "periodname": f"{name} 2026", "startdate": f"2026-{month}-01",
                "enddate": f"2026-{month}-{last}", "isposting": "T",
                "closed": "T" if month in self.closed else "F",
                "closedondate": self.closed.get(month, ""),
            }
            for number, (name, month, last) in enumerate(
                [("Mar", "03", "31"), ("Apr", "04", "30"), ("May", "05", "31")], 1
            )
        ]  # fmt: skip
        nothing: dict[str, Row] = {
            "OpportunityFieldHistory": dict.fromkeys(
                ("Id", "OpportunityId", "Field", "OldValue", "NewValue", "CreatedById",
                 "CreatedDate", "IsDeleted"), ""
            ),
            "system_note": dict.fromkeys(
                ("id", "recordtypeid", "recordid", "lineid", "field", "oldvalue", "newvalue",
                 "date", "name", "type"), ""
            ),
        }  # fmt: skip
        for name, rows in {
            "salesforce/Account": [
                {"Id": sf("001", 1), "Name": "Aurelia Foundry", "CurrencyIsoCode": "USD",
                 "IsDeleted": "false", "CreatedDate": "2025-01-01T00:00:00Z",
                 "SystemModstamp": "2025-01-01T00:00:00Z", "NetSuite_Id__c": "C-101"}
            ],
            "salesforce/User": [
                {"Id": sf("005", 1), "Name": "Dana Reyes", "SystemModstamp": "2025-01-01T00:00:00Z"}
            ],
            "salesforce/Opportunity": list(self.deals.values()),
            "salesforce/OpportunityLineItem": list(self.lines.values()),
            "salesforce/OpportunityFieldHistory": self.history,
            "netsuite/customer": [
                {"id": "101", "entityid": "C-101", "companyname": "AURELIA FOUNDRY",
                 "currency": "1", "datecreated": "2025-02-01", "lastmodifieddate": "2025-02-01"}
            ],
            "netsuite/currency": [
                {"id": "1", "name": "US dollar", "symbol": "USD", "isbasecurrency": "T"}
            ],
            "netsuite/subsidiary": [
                {"id": "2", "name": "North", "currency": "1", "country": "US"}
            ],
            "netsuite/item": [{"id": "7", "itemid": "LADLE", "itemtype": "InvtPart"}],
            "netsuite/accounting_period": periods,
            "netsuite/transaction": list(self.orders.values()),
            "netsuite/transaction_line": list(self.order_lines.values()),
            "netsuite/system_note": self.notes,
        }.items():  # fmt: skip
            file = exports / f"{name}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            columns = list(rows[0] if rows else nothing[file.stem])
            with file.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, fieldnames=columns)
                writer.writeheader()
                writer.writerows(rows)


def march(company: Company) -> None:
    company.sells(1, "1000.00", "2026-03-10")
    company.sells(2, "2000.00", "2026-03-11")
    company.sells(3, "3000.00", "2026-03-12", ordered=None)
    company.sells(4, "400.00", "2026-03-13")
    company.sells(5, "500.00", "2026-03-14", ordered=None)
    company.sells(6, "600.00", "2026-03-16")
    company.sells(7, "700.00", "2026-03-17")
    company.sells(9, "900.00", "2026-03-18", ordered=None)
    company.sells(10, "1000.00", "2026-03-19")
    for number in VERBAL:
        company.sells(number, f"{20 * number + 5}.00", "2026-03-31", ordered=None)


def closing(company: Company) -> None:
    company.closed["03"] = "2026-04-08"
    company.sells(8, "800.00", "2026-04-06")
    for number in VERBAL:
        company.orders_it(number, f"{20 * number + 5}.00", "2026-04-02")


def after_the_close(company: Company) -> None:
    """Edited with a note, changed with a note, re-dated, deleted with and without an order.

    One deal is in another currency from now on, which nothing but the landed rows tells.
    """
    company.edits(1, "2026-04-15T09:00:00Z", Amount="900.00")
    company.changes_order(2, "2026-04-16 09:00:00", "2100.00", told=True)
    company.edits(3, "2026-04-17T09:00:00Z", CloseDate="2026-04-20")
    company.vanishes(4)
    company.vanishes(5)
    company.edits(8, "2026-04-18T09:00:00Z", StageName="Closed Won")
    company.edits(9, "2026-04-18T10:00:00Z", CloseDate="2026-04-20")
    company.edits(10, "2026-04-18T11:00:00Z", told=False, Amount="950.00", CurrencyIsoCode="EUR")


def opened_again(company: Company) -> None:
    """March is open again: an edit that nothing but two landings tells, and one of an edit.

    A deal that was re-dated comes back.
    """
    del company.closed["03"]
    company.edits(6, "2026-04-21T09:00:00Z", told=False, Amount="650.00")
    company.edits(1, "2026-04-21T10:00:00Z", Amount="950.00")
    company.edits(9, "2026-04-21T11:00:00Z", CloseDate="2026-03-20")


def closed_again(company: Company) -> None:
    """Closed once more; the order of deal 2 is changed back, deal 7 is reopened."""
    company.closed["03"] = "2026-04-24"
    company.changes_order(2, "2026-04-25 09:00:00", "2000.00", told=False)
    company.edits(
        7, "2026-04-26T09:00:00Z", StageName="Negotiation", IsWon="false", IsClosed="false"
    )


def closed_again_won_again(company: Company) -> None:
    company.edits(7, "2026-04-27T09:00:00Z", StageName="Closed Won", IsWon="true", IsClosed="true")


NIGHTS = [march, closing, after_the_close, opened_again, closed_again, closed_again_won_again]


@dataclass
class Night:
    """A publication, and the time up to which its loads were made."""

    directory: Path
    manifest: dict[str, Any]

    @property
    def known_at(self) -> str:
        loads: list[str] = [
            load["loaded_at"] for one in self.manifest["inputs"] for load in one["loads"]
        ]
        return max(loads)

    def rows(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.directory / "marts.duckdb"), read_only=True) as marts:
            return marts.execute(query, given).fetchall()


def published(home: Path) -> list[Night]:
    return [
        Night(one, json.loads((one / "manifest.json").read_text()))
        for one in sorted((home / "publications").glob("[0-9]*"))
    ]


def definitions(repository: Path, base: Path, *, test_deals: str = "TEST ") -> Path:
    """The project's definitions, for a company that does not change every day.

    `test_deals` is how the names of deals begin that are only tests.
    """
    rules = Path(shutil.copytree(repository / "definitions", base))
    for file, old, new in (
        ("freshness.yml", "hours: 72, severity: critical", "hours: 8784, severity: critical"),
        ("freshness.yml", "hours: 168, severity: critical", "hours: 8784, severity: critical"),
        ("standard.yml", 'value: "TEST "', f'value: "{test_deals}"'),
    ):
        text = (rules / file).read_text(encoding="utf-8")
        assert old in text
        (rules / file).write_text(text.replace(old, new), encoding="utf-8")
    return rules


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("late-changes")


@pytest.fixture(scope="module")
def rules(repository: Path, base: Path) -> Path:
    return definitions(repository, base / "definitions")


@pytest.fixture(scope="module")
def home(tieout: Command, repository: Path, base: Path, rules: Path) -> Path:
    """A home after the six nights, and a seventh under definitions that are not those of before."""
    company = Company()
    for change in NIGHTS:
        change(company)
        company.write(base / "exports")
        tieout(
            "run", "--exports", base / "exports", "--definitions", rules, "--allow-shrink",
            home=base / "home",
        )  # fmt: skip
    stricter = definitions(repository, base / "stricter", test_deals="Deal 6")
    tieout("build", "--definitions", stricter, home=base / "home")
    tieout("gate", home=base / "home")
    tieout("publish", home=base / "home")
    return base / "home"


@pytest.fixture(scope="module")
def nights(home: Path) -> list[Night]:
    found = published(home)
    assert len(found) == len(NIGHTS) + 1
    return found


LINES = """
    select entity, currency, line_code, sum(amount) from revenue_bridge.rpt_revenue_bridge
    where definition_id = 'standard' and period = date '2026-03-01' group by all
"""
ADJUSTMENTS = """
    select entity, currency, line_code, sum(amount)
    from revenue_bridge.rpt_prior_period_adjustment
    where definition_id = 'standard' and period = date '2026-03-01' group by all
"""
ANCHORS = """
    select entity, currency, anchor, sum(amount) from revenue_bridge.rpt_bridge_anchor
    where definition_id = 'standard' and period = date '2026-03-01' group by all
"""
ANCHOR_ADJUSTMENTS = """
    select entity, currency, anchor, sum(amount) from revenue_bridge.rpt_prior_period_anchor
    where definition_id = 'standard' and period = date '2026-03-01' group by all
"""


def added(*parts: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], Decimal]:
    total: dict[tuple[Any, ...], Decimal] = {}
    for row in (row for part in parts for row in part):
        total[row[:-1]] = total.get(row[:-1], Decimal(0)) + row[-1]
    return {key: amount for key, amount in total.items() if amount}


@pytest.mark.parametrize("night", range(1, len(NIGHTS) + 1))
def test_published_plus_adjustments_is_current(nights: list[Night], night: int) -> None:
    """From the night that published March as closed to every night after it, line by line."""
    first, now = nights[1], nights[night]
    assert added(first.rows(LINES), now.rows(ADJUSTMENTS)) == added(now.rows(LINES)) != {}
    assert (
        added(first.rows(ANCHORS), now.rows(ANCHOR_ADJUSTMENTS)) == added(now.rows(ANCHORS)) != {}
    )


def test_nothing_is_adjusted_before_it_was_published_as_closed(nights: list[Night]) -> None:
    assert nights[0].rows(ADJUSTMENTS) == nights[1].rows(ADJUSTMENTS) == []
    assert nights[1].rows(ANCHOR_ADJUSTMENTS) == []


def test_a_deal_in_flight_over_the_quarter_s_end_becomes_timing(nights: list[Night]) -> None:
    """AX-07: twelve rows in flight and none that leaks; once their orders are there, timing."""
    deals = [sf("006", number) for number in VERBAL]
    total = Decimal(20 * sum(VERBAL) + 5 * len(VERBAL))
    waiting = nights[0].rows(
        "select class, count(*), sum(amount) from opportunity_to_order.rpt_leakage"
        " where list_contains($1, opportunity_id) group by class",
        deals,
    )
    lines = (
        "select line_code, period::varchar, sum(amount), count(distinct opportunity_id)"
        " from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'standard' and leg = 1 and list_contains($1, opportunity_id)"
        " group by all having sum(amount) <> 0 order by all"
    )
    assert waiting == [("in_flight", 12, total)]
    assert nights[0].rows(lines, deals) == [("1.07", "2026-03-01", -total, 12)]
    assert nights[1].rows(lines, deals) == [
        ("1.09", "2026-03-01", -total, 12),
        ("1.09", "2026-04-01", total, 12),
    ]
    assert nights[1].rows(
        "select count(*) from opportunity_to_order.rpt_leakage"
        " where list_contains($1, opportunity_id)",
        deals,
    ) == [(0,)]


def test_what_was_listed_stays_listed(nights: list[Night]) -> None:
    """An adjustment of an adjustment is a row of its own."""
    listed = """
        select line_code, record, amount, first_seen_at
        from revenue_bridge.rpt_prior_period_adjustment where definition_id = 'standard'
    """
    for before, after in itertools.pairwise(nights):
        assert set(before.rows(listed)) <= set(after.rows(listed))
    edits = nights[-1].rows(
        "select amount from revenue_bridge.rpt_prior_period_adjustment"
        " where definition_id = 'standard' and line_code = '1.04' and record like ?"
        " order by first_seen_at",
        f"%{sf('006', 1)}%",
    )
    assert edits == [(Decimal(100),), (Decimal(-50),)]


def test_the_edit_is_line_1_04_and_the_change_order_1_21(nights: list[Night]) -> None:
    atoms = """
        select line_code, line_detail, rule, opportunity_id, amount, period::varchar
        from revenue_bridge.fct_bridge_atom
        where definition_id = 'standard' and line_code in ('1.04', '1.21') order by all
    """
    order_of_4 = ("1.04", "deal_deleted", "deal_deleted", sf("006", 4), Decimal(400), "2026-03-01")
    assert nights[1].rows(atoms) == []
    assert nights[2].rows(atoms) == [
        ("1.04", "amount_changed_after_close", "field history", sf("006", 1), Decimal(100),
         "2026-03-01"),
        order_of_4,
        ("1.21", "price_changed_after_booking", "system note", sf("006", 2), Decimal(100),
         "2026-03-01"),
    ]  # fmt: skip
    assert nights[4].rows(atoms) == [
        ("1.04", "amount_changed_after_order", "field history", sf("006", 1), Decimal(50),
         "2026-03-01"),
        ("1.04", "amount_changed_after_order", "landed version", sf("006", 6), Decimal(-50),
         "2026-03-01"),
        order_of_4,
        ("1.04", "deal_reopened", "deal_reopened", sf("006", 7), Decimal(700), "2026-03-01"),
    ]  # fmt: skip


def test_a_reopened_deal_books_once(nights: list[Night]) -> None:
    """Gone from bookings while it was open, there once after it was closed again (trap 6)."""
    bookings = [
        sum((row[-1] for row in night.rows(ANCHORS) if row[2] == "bookings"), Decimal(0))
        for night in nights
    ]
    before, reopened, again = bookings[3], bookings[4], bookings[5]
    assert (before - reopened, again) == (Decimal(700), before)


def test_a_deleted_deal_leaves_no_hole(nights: list[Night]) -> None:
    """Hard-deleted: what it was stands among the adjustments and the late changes (trap 5)."""
    moved = nights[2].rows(
        "select line_code, amount from revenue_bridge.rpt_prior_period_adjustment"
        " where definition_id = 'standard' and record like ?",
        f"%{sf('006', 5)}%",
    )
    assert moved == [("1.06", Decimal(500))]
    changes = nights[2].rows(
        "select opportunity_id, period::varchar, amount_effect"
        " from opportunity_to_order.fct_opportunity_change"
        " where definition_id = 'standard' and change_type = 'deleted' order by all"
    )
    assert changes == [
        (sf("006", 4), "2026-03-01", Decimal(-400)),
        (sf("006", 5), "2026-03-01", Decimal(-500)),
    ]


def test_a_re_dated_deal_leaves_its_period_by_an_adjustment(nights: list[Night]) -> None:
    """In the bridge it stands in its new month; out of March it goes by an adjustment."""
    bookings = (
        "select period::varchar, sum(amount) from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'standard' and opportunity_id = ? group by all"
    )
    assert nights[1].rows(bookings, sf("006", 3)) == [("2026-03-01", Decimal(-3000))]
    assert nights[2].rows(bookings, sf("006", 3)) == [("2026-04-01", Decimal(-3000))]
    moved = nights[2].rows(
        "select period::varchar, sum(amount) from revenue_bridge.rpt_prior_period_adjustment"
        " where definition_id = 'standard' and record like ? group by all",
        f"%{sf('006', 3)}%",
    )
    assert moved == [("2026-03-01", Decimal(3000))]


def test_a_deal_that_comes_back_leaves_nothing(nights: list[Night]) -> None:
    """Re-dated into the next quarter and back: adjustments that take each other back."""
    moved = (
        "select sum(amount) from revenue_bridge.rpt_prior_period_adjustment"
        " where definition_id = 'standard' and period = date '2026-03-01' and record like ?"
    )
    assert nights[2].rows(moved, f"%{sf('006', 9)}%") == [(Decimal(900),)]
    assert nights[3].rows(moved, f"%{sf('006', 9)}%") == [(Decimal(0),)]
    changes = nights[-1].rows(
        "select change_type, period::varchar, to_period::varchar, amount_after, amount_effect"
        " from opportunity_to_order.fct_opportunity_change"
        " where definition_id = 'standard' and opportunity_id = ? order by changed_at",
        sf("006", 9),
    )
    assert changes == [
        ("re_dated", "2026-03-01", "2026-04-01", Decimal(900), Decimal(-900)),
        ("re_dated", "2026-04-01", "2026-03-01", Decimal(900), Decimal(-900)),
    ]


def test_an_amount_in_another_currency_is_no_edit(nights: list[Night]) -> None:
    """1,000 dollars, now 950 euros: no 50 of either were taken off (no line 1.04)."""
    changes = nights[-1].rows(
        "select change_type, currency, to_currency, from_value, to_value, amount_effect"
        " from opportunity_to_order.fct_opportunity_change"
        " where definition_id = 'standard' and opportunity_id = ?"
        " order by change_type",
        sf("006", 10),
    )
    assert changes == [
        ("amount_edited", "USD", "USD", "1000.0000", "950.0000", Decimal(-50)),
        ("currency_changed", "USD", "EUR", "USD", "EUR", Decimal(-950)),
    ]
    atoms = (
        "select line_code, currency, sum(amount) from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'standard' and opportunity_id = ? and leg = 1"
        " group by all having sum(amount) <> 0 order by all"
    )
    assert nights[1].rows(atoms, sf("006", 10)) == []
    # The ERP knows no rate between the two: nothing is guessed.
    assert nights[2].rows(atoms, sf("006", 10)) == [
        ("1.99", "EUR", Decimal(-950)),
        ("1.99", "USD", Decimal(1000)),
    ]


def test_an_opened_period_stays_locked(nights: list[Night]) -> None:
    locks = (
        "select is_closed, is_reopened, period_closed_on::varchar, first_locked_at"
        " from revenue_bridge.rpt_period_lock"
        " where definition_id = 'standard' and period = date '2026-03-01'"
    )
    assert nights[0].rows(locks) == []
    (first,) = nights[1].rows(locks)
    assert first[:3] == (True, False, "2026-04-08")
    assert nights[3].rows(locks) == [(False, True, None, first[3])]
    assert nights[4].rows(locks) == [(True, False, "2026-04-24", first[3])]
    moved_while_open = nights[3].rows(
        "select count(*) from revenue_bridge.rpt_prior_period_anchor as change"
        " where definition_id = 'standard' and anchor = 'bookings'"
        " and first_seen_at = (select as_of from operations.run)"
    )
    assert moved_while_open == [(1,)]


def test_another_definition_moves_closed_periods_openly(nights: list[Night]) -> None:
    """A deal that counts no longer: every line that it was in is adjusted, the report is not."""
    before, after = nights[-2], nights[-1]
    moved = added(
        after.rows(ADJUSTMENTS), [(*row[:-1], -row[-1]) for row in before.rows(ADJUSTMENTS)]
    )
    assert moved == {
        ("North", "USD", "1.03"): Decimal(-650),
        ("North", "USD", "1.04"): Decimal(50),
        ("North", "USD", "1.20"): Decimal(600),
    }
    assert before.rows(ANCHOR_ADJUSTMENTS) == after.rows(ANCHOR_ADJUSTMENTS)


@pytest.mark.parametrize("night", range(len(NIGHTS)))
def test_every_leg_holds_every_night(nights: list[Night], night: int) -> None:
    for leg, (left, right) in LEGS.items():
        off = nights[night].rows(
            """
            select definition_id, entity, currency, period, sum(amount) from (
                select definition_id, entity, currency, period,
                    case anchor when $1 then amount else -amount end as amount
                from revenue_bridge.rpt_bridge_anchor where anchor in ($1, $2)
                union all
                select definition_id, entity, currency, period, amount
                from revenue_bridge.rpt_revenue_bridge where leg = $3
            ) group by all having sum(amount) <> 0
            """,
            left, right, leg,
        )  # fmt: skip
        assert off == []


def test_a_past_state_is_built_again_to_its_digest(
    home: Path, nights: list[Night], rules: Path, tieout: Command, tmp_path: Path
) -> None:
    """As it was while March was open again, with adjustments before that night and after it."""
    night = 3
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    tieout(
        "build", "--as-of", nights[night].known_at, "--definitions", rules, home=tmp_path / "home"
    )
    (built,) = (tmp_path / "home" / "work" / "candidate").glob("*/manifest.json")
    found = json.loads(built.read_text())
    different = [
        name
        for name, table in found["tables"].items()
        if name.split(".")[0] in {"opportunity_to_order", "revenue_bridge"}
        and table != nights[night].manifest["tables"][name]
    ]
    assert different == []
    assert found["content_digest"] == nights[night].manifest["content_digest"]
    assert found["is_past"]
