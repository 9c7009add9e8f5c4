"""Who is one customer does not depend on the order in which nights learn of it.

A small company lives through a week: companies arrive, accounts are merged in the CRM, an id is
corrected, records are deleted, stewards merge, split, confirm and reject. The nights land that in
two orders, and once all is built from scratch; keys, links and their dates must be the same. What
happened before a merge keeps the customer it had.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import ingestion
from tieout import definitions, transform
from tieout.settings import Home

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

IDENTITY = ("+map_account_customer", "+map_customer_record", "+rpt_customer_change")
FACTS = ("+fct_opportunity_to_cash", "+fct_unlinked_order", "+dim_customer")
LAST_DAY = "2026-06-14"

Row = dict[str, str]


def sf(number: int) -> str:
    """Id of an account, as Salesforce writes it."""
    return f"001A000000{number:05d}IAA"


def account(number: int, name: str, *, created: str, **fields: str) -> Row:
    return {
        "Id": sf(number), "Name": name, "MasterRecordId": "", "CurrencyIsoCode": "USD",
        "IsDeleted": "false", "CreatedDate": f"{created}T00:00:00Z",
        "SystemModstamp": "2026-01-01T00:00:00Z", "NetSuite_Id__c": "", "Tax_Id__c": "",
        "Website": "", "BillingCity": "", "BillingCountry": "US",
    } | fields  # fmt: skip


def customer(number: int, name: str, *, created: str, **fields: str) -> Row:
    return {
        "id": str(number), "entityid": f"C-{number}", "companyname": name, "currency": "1",
        "datecreated": created, "lastmodifieddate": "2026-01-01", "url": "", "vatregnumber": "",
        "custentity_crm_account_id": "",
    } | fields  # fmt: skip


@dataclass
class Company:
    """What both systems and the stewards say at one moment."""

    accounts: dict[int, Row] = field(default_factory=dict)
    customers: dict[int, Row] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)

    def opens(self, number: int, name: str, *, created: str = "2020-01-01", **fields: str) -> None:
        self.accounts[number] = account(number, name, created=created, **fields)

    def bills(self, number: int, name: str, *, created: str = "2020-02-01", **fields: str) -> None:
        self.customers[number] = customer(number, name, created=created, **fields)

    def edits(self, number: int, day: str, **fields: str) -> None:
        self.accounts[number] |= fields | {"SystemModstamp": f"{day}T12:00:00Z"}

    def merges(self, loser: int, winner: int, day: str) -> None:
        self.edits(loser, day, MasterRecordId=sf(winner), IsDeleted="true")

    def decides(self, name: str, action: str, day: str, *records: str, leave: str = "") -> None:
        origin = f"\n    from: [{leave}]" if leave else ""
        self.decisions.append(
            f"  - id: {name}\n    action: {action}\n    records: [{', '.join(records)}]{origin}\n"
            f"    owner: Dana Reyes\n    reason: Seen on their letterhead.\n"
            f"    decided_on: {day}\n    expires_on: never\n"
        )


def account_record(number: int) -> str:
    return f'"account salesforce:{sf(number)}"'


def customer_record(number: int) -> str:
    return f'"erp_customer netsuite:{number}"'


def on_monday() -> Company:
    """The company before the week; account 3 and customer 103 are of one company."""
    company = Company()
    for number, name, created in (
        (1, "Aurelia Foundry", "2020-01-01"),
        (2, "Borealis Castings", "2021-01-01"),
        (3, "Corvus Millwork", "2020-01-01"),
        (6, "Fenwick Optics", "2020-01-01"),
        (7, "Galloway Lenses", "2019-01-01"),
        (8, "Harrow Turbines", "2020-01-01"),
        (10, "Ingram Sensors", "2020-01-01"),
        (16, "Oakhurst Bearings", "2020-01-01"),
    ):
        company.opens(number, name, created=created, NetSuite_Id__c=f"C-{100 + number}")
        company.bills(100 + number, name.upper())
    company.opens(4, "Dunmore Joinery", created="2021-01-01")
    company.opens(5, "Elmfield Timber", created="2022-01-01")
    company.opens(9, "Wexford Blades", created="2018-01-01", Tax_Id__c="US-778899")
    company.edits(8, "2026-01-01", Tax_Id__c="US-778899")
    company.bills(111, "INGRAM HOLDING")
    company.opens(12, "Juniper Coatings")
    company.bills(112, "Surface Group Twelve")
    company.opens(13, "Kestrel Valves", Website="www.kestrel-valves.com")
    company.bills(113, "Kestrel Valves", url="https://kestrel-valves.com")
    company.customers[106] |= {"vatregnumber": "GB-445566"}
    return company


def larkspur_arrives(company: Company) -> None:
    company.opens(14, "Larkspur Pumps", created="2026-06-01", NetSuite_Id__c="C-114")
    company.bills(114, "LARKSPUR PUMPS", created="2026-05-30")


# Each event changes records of its own, so that what a night lands does not depend on the others.
EVENTS: dict[str, Callable[[Company], None]] = {
    "two accounts are merged": lambda company: company.merges(2, 1, "2026-06-02"),
    "the end of a chain is merged": lambda company: company.merges(5, 3, "2026-06-05"),
    "the start of a chain is merged": lambda company: company.merges(4, 5, "2026-06-03"),
    "stewards merge": lambda company: company.decides(
        "optics", "merge", "2026-06-04", account_record(6), account_record(7)
    ),
    "stewards split": lambda company: company.decides(
        "turbines", "split", "2026-06-04", account_record(9),
        leave=f"{account_record(8)}, {customer_record(108)}",
    ),
    "an id is replaced": lambda company: company.edits(
        10, "2026-06-05", NetSuite_Id__c="C-111"
    ),
    "stewards confirm": lambda company: company.decides(
        "juniper", "confirm", "2026-06-03", account_record(12), customer_record(112)
    ),
    "stewards reject": lambda company: company.decides(
        "kestrel", "reject", "2026-06-03", account_record(13), customer_record(113)
    ),
    "a company arrives": larkspur_arrives,
    "an older record of a customer arrives": lambda company: company.bills(
        115, "Fenwick Optik", created="2015-01-01", vatregnumber="GB-445566"
    ),
    "an account is deleted": lambda company: company.edits(16, "2026-06-06", IsDeleted="true"),
}  # fmt: skip

WEEK = [
    ["a company arrives"],
    ["two accounts are merged"],
    ["the start of a chain is merged", "stewards confirm", "stewards reject"],
    ["stewards merge", "stewards split"],
    ["the end of a chain is merged", "an id is replaced"],
    ["an account is deleted", "an older record of a customer arrives"],
]
ANOTHER_WEEK = [
    ["an older record of a customer arrives", "stewards merge"],
    ["the end of a chain is merged", "an account is deleted"],
    ["stewards split", "stewards reject", "two accounts are merged"],
    ["an id is replaced", "a company arrives"],
    ["the start of a chain is merged", "stewards confirm"],
]

DEAL = {"StageName": "Closed Won", "IsWon": "true", "IsClosed": "true", "CurrencyIsoCode": "USD",
        "IsDeleted": "false", "CreatedDate": "2026-01-05T00:00:00Z",
        "SystemModstamp": "2026-03-20T00:00:00Z"}  # fmt: skip
DEALS = [
    {"Id": "006A00000000001", "Name": "Ladles", "AccountId": sf(2), "Amount": "100.00",
     "CloseDate": "2026-03-20", "Purchase_Order_Number__c": "PO 4711"} | DEAL,
    {"Id": "006A00000000002", "Name": "Moulds", "AccountId": sf(2), "Amount": "70.00",
     "CloseDate": "2026-06-10", "Purchase_Order_Number__c": ""} | DEAL,
]  # fmt: skip
ORDER = {"type": "SalesOrd", "status": "B", "currency": "1", "exchangerate": "1", "posting": "F",
         "voided": "F"}  # fmt: skip
ORDERS = [
    {"id": "500", "tranid": "SO500", "trandate": "2026-03-22", "entity": "102",
     "otherrefnum": "4711", "createddate": "2026-03-22", "lastmodifieddate": "2026-03-22"} | ORDER,
    {"id": "501", "tranid": "SO501", "trandate": "2026-03-25", "entity": "102",
     "otherrefnum": "", "createddate": "2026-03-25", "lastmodifieddate": "2026-03-25"} | ORDER,
    {"id": "502", "tranid": "SO502", "trandate": "2026-06-12", "entity": "102",
     "otherrefnum": "", "createddate": "2026-06-12", "lastmodifieddate": "2026-06-12"} | ORDER,
]  # fmt: skip


def order_lines() -> list[Row]:
    lines = []
    for order, amount in (("500", "100.00"), ("501", "60.00"), ("502", "40.00")):
        common = {"transaction": order, "taxline": "F", "subsidiary": "2",
                  "linelastmodifieddate": "2026-03-22"}  # fmt: skip
        lines.append(common | {"id": "0", "uniquekey": f"{order}000", "mainline": "T", "item": "",
                               "quantity": "", "rate": "", "foreignamount": amount})  # fmt: skip
        lines.append(common | {"id": "1", "uniquekey": f"{order}001", "mainline": "F", "item": "7",
                               "quantity": "-1", "rate": amount,
                               "foreignamount": f"-{amount}"})  # fmt: skip
    return lines


def write(file: Path, rows: Sequence[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Nights:
    """A home, the exports that it lands and the definitions that it is built under."""

    manifest: Manifest | None = None

    def __init__(self, base: Path, repository: Path) -> None:
        self.exports = base / "exports"
        self.rules = base / "definitions"
        shutil.copytree(repository / "definitions", self.rules)
        self.home = Home(base / "home")
        self.home.ensure()
        self.count = 0

    def copy(self, base: Path) -> Nights:
        """The same nights in a home of their own."""
        other = Nights.__new__(Nights)
        shutil.copytree(self.home.path, base / "home", symlinks=True)
        other.home = Home(base / "home")
        other.rules, other.manifest, other.count = self.rules, self.manifest, self.count
        return other

    def land(self, company: Company, orders: Sequence[Row] = ORDERS) -> None:
        write(self.exports / "salesforce" / "Account.csv", list(company.accounts.values()))
        write(self.exports / "salesforce" / "Opportunity.csv", DEALS)
        write(self.exports / "netsuite" / "customer.csv", list(company.customers.values()))
        write(self.exports / "netsuite" / "transaction.csv", orders)
        write(self.exports / "netsuite" / "transaction_line.csv", order_lines())
        write(
            self.exports / "netsuite" / "currency.csv",
            [{"id": "1", "name": "US dollar", "symbol": "USD", "isbasecurrency": "T"}],
        )
        write(
            self.exports / "netsuite" / "subsidiary.csv",
            [{"id": "2", "name": "North", "currency": "1", "country": "US"}],
        )
        write(
            self.exports / "netsuite" / "item.csv",
            [{"id": "7", "itemid": "LADLE", "itemtype": "InvtPart"}],
        )
        ingestion.land(self.exports, self.home)
        ingestion.ensure_raw_tables(self.home)
        if company.decisions:
            file = self.rules / "decisions" / "week.yml"
            file.parent.mkdir(exist_ok=True)
            file.write_text("decisions:\n" + "".join(company.decisions), encoding="utf-8")

    def build(self, day: str, models: Iterable[str] = IDENTITY, *options: str) -> None:
        """Build the models as of a day, and publish: the next night may look back on it."""
        with duckdb.connect(str(self.home.warehouse)) as warehouse:
            definitions.write(definitions.load(self.rules), warehouse)
        at = datetime.fromisoformat(f"{day} 23:00:00")
        marts = self.home.work / "build" / "marts.duckdb"
        marts.parent.mkdir(parents=True, exist_ok=True)
        self.dbt(
            at, "build", "--resource-type", "model", "--resource-type", "seed",
            "--select", *models, *options,
        )  # fmt: skip
        with duckdb.connect(str(marts)) as connection:
            connection.execute("create schema if not exists operations")
            connection.execute(
                "create or replace table operations.run as select ?::timestamp as as_of", [at]
            )
        self.count += 1
        publication = self.home.publications / f"{self.count:03d}"
        publication.mkdir()
        shutil.copy(marts, publication / "marts.duckdb")
        self.home.current.unlink(missing_ok=True)
        self.home.current.symlink_to(publication.name)

    def dbt(self, at: datetime, *command: str) -> Any:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        candidate = transform.Candidate("night", self.home.work, at, None)
        shared = transform.dbt_arguments(self.home)
        marts = self.home.work / "build" / "marts.duckdb"
        with transform.dbt_environment(self.home, candidate, marts):
            if self.manifest is None:
                parsed = dbtRunner().invoke(["parse", *shared])
                assert isinstance(parsed.result, Manifest), parsed.exception
                self.manifest = parsed.result
            # A run leaves its own compiled code in the manifest.
            done = dbtRunner(manifest=self.manifest.deepcopy()).invoke([*command, *shared])
        failed = [one for one in getattr(done.result, "results", ()) if str(one.status) == "error"]
        assert not failed, "\n".join(f"{one.node.name}: {one.message}" for one in failed)
        assert done.exception is None, done.exception
        return done

    @contextmanager
    def marts(self, number: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """The marts of a publication, the last one by default."""
        file = self.home.publications / f"{number or self.count:03d}" / "marts.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute("set search_path = 'account_mapping'")
            yield connection

    def rows(self, query: str, number: int | None = None) -> list[tuple[Any, ...]]:
        with self.marts(number) as marts:
            return marts.execute(query).fetchall()


LINKS = """
    select crm_account_id, erp_customer_id, customer_key, match_rule, evidence_grade,
        valid_from::varchar, valid_to::varchar
    from map_account_customer order by all
"""
RECORDS = """
    select source_system, record_type, record_id, customer_key, valid_from::varchar,
        valid_to::varchar
    from map_customer_record order by all
"""


def live(nights: Nights, week: Sequence[Sequence[str]], first: Iterable[str] = IDENTITY) -> None:
    """Monday, the nights of the week, and a quiet night at last."""
    company = on_monday()
    nights.land(company)
    nights.build("2026-06-01", first)
    for number, events in enumerate(week, start=2):
        for event in events:
            EVENTS[event](company)
        nights.land(company)
        nights.build(f"2026-06-{number + 5:02d}")


@pytest.fixture(scope="module")
def week(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    nights = Nights(tmp_path_factory.mktemp("week"), repository)
    live(nights, WEEK, (*IDENTITY, *FACTS))
    nights.build(LAST_DAY, (*IDENTITY, *FACTS))
    return nights


def key(nights: Nights, system: str, number: int, number_of_night: int | None = None) -> str:
    record = sf(number) if system == "salesforce" else str(number)
    found = nights.rows(
        "select customer_key from map_customer_record where valid_to = '9999-12-31'"
        f" and source_system = '{system}' and record_id = '{record}'",
        number_of_night,
    )
    assert len(found) == 1, (record, found)
    return str(found[0][0])


def test_every_event_happens_once_in_either_week() -> None:
    for days in (WEEK, ANOTHER_WEEK):
        assert sorted(event for night in days for event in night) == sorted(EVENTS)


def test_the_order_of_events_does_not_matter(
    week: Nights, repository: Path, tmp_path: Path
) -> None:
    other = Nights(tmp_path, repository)
    other.manifest = week.manifest
    live(other, ANOTHER_WEEK)
    other.build(LAST_DAY)
    assert other.rows(RECORDS) == week.rows(RECORDS)
    assert other.rows(LINKS) == week.rows(LINKS)


def test_one_full_run_of_what_landed_gives_the_same(week: Nights, tmp_path: Path) -> None:
    """From scratch: no table of an earlier night, no earlier publication."""
    full = week.copy(tmp_path)
    shutil.rmtree(full.home.publications)
    full.home.publications.mkdir()
    full.count = 0
    with duckdb.connect(str(full.home.warehouse)) as warehouse:
        built = warehouse.execute(
            "select schema_name from duckdb_schemas() where database_name = current_database()"
            " and not internal and schema_name not like 'raw_%' and schema_name <> 'main'"
        ).fetchall()
        assert ("intermediate",) in built
        for (schema,) in built:
            warehouse.execute(f'drop schema "{schema}" cascade')
    full.build(LAST_DAY)
    assert full.rows(RECORDS) == week.rows(RECORDS)
    assert full.rows(LINKS) == week.rows(LINKS)


def test_the_last_exports_alone_give_the_same_customers_and_links_of_today(
    week: Nights, repository: Path, tmp_path: Path
) -> None:
    """What only earlier nights saw (the id that was replaced) is missing, and changes no key."""
    alone = Nights(tmp_path, repository)
    alone.manifest = week.manifest
    company = on_monday()
    for event in EVENTS.values():
        event(company)
    alone.land(company)
    alone.build(LAST_DAY)
    today = "select {} from {} where valid_to = '9999-12-31' order by all"
    for columns, table in (
        ("source_system, record_id, customer_key", "map_customer_record"),
        ("crm_account_id, erp_customer_id, customer_key, match_rule", "map_account_customer"),
    ):
        query = today.format(columns, table)
        assert alone.rows(query) == week.rows(query)


def test_a_merge_keeps_the_oldest_key(week: Nights) -> None:
    before = key(week, "salesforce", 1, 1)
    assert key(week, "salesforce", 2, 1) != before
    assert {key(week, "salesforce", 1), key(week, "salesforce", 2)} == {before}
    assert {key(week, "netsuite", 101), key(week, "netsuite", 102)} == {before}


def test_a_chain_of_merges_is_one_customer_since_the_day_of_each(week: Nights) -> None:
    found = week.rows(
        "select record_id, valid_from::varchar, customer_key = first_value(customer_key) over ("
        "    partition by 1 order by valid_to desc, record_id) as is_todays"
        f" from map_customer_record where record_id in ('{sf(3)}', '{sf(4)}', '{sf(5)}')"
        " and source_system = 'salesforce' order by all"
    )
    assert [(one[0], one[1], one[2]) for one in found if one[2]] == [
        (sf(3), "1900-01-01", True),
        (sf(4), "2026-06-05", True),
        (sf(5), "2026-06-05", True),
    ]
    joined = [one[1] for one in found if one[0] in (sf(4), sf(5)) and not one[2]]
    assert "2026-06-03" in joined, "the first merge joined two before the second"


def test_stewards_merge_and_split_from_their_day_on(week: Nights) -> None:
    assert key(week, "salesforce", 6) == key(week, "salesforce", 7)
    assert key(week, "salesforce", 8) != key(week, "salesforce", 9)
    changes = week.rows(
        "select record_id, kind, reason from rpt_customer_change"
        " where changed_on = '2026-06-04' and not is_restated order by all"
    )
    # Account 9 is the oldest of its customer and leaves it: the larger part keeps the key.
    assert changes == [
        (sf(7), "merge", "steward decision optics"),
        (sf(9), "split", "steward decision turbines"),
        ("107", "merge", "steward decision optics"),
    ]
    assert key(week, "salesforce", 8) == key(week, "salesforce", 9, 1)


def test_decisions_about_pairs_hold_always(week: Nights) -> None:
    links = {(one[0], one[1]): one[3:] for one in week.rows(LINKS)}
    assert links[sf(12), "112"] == ("steward decision", "D", "1900-01-01", "9999-12-31")
    assert (sf(13), "113") not in links
    assert key(week, "salesforce", 13) != key(week, "netsuite", 113)


def test_an_id_that_was_replaced_links_until_then(week: Nights) -> None:
    found = [one for one in week.rows(LINKS) if one[0] == sf(10)]
    assert [(one[1], one[5], one[6]) for one in found] == [
        ("110", "1900-01-01", "2026-06-05"),
        ("111", "2026-06-05", "9999-12-31"),
    ]


def test_the_link_of_a_deleted_account_ends(week: Nights) -> None:
    assert [(one[1], one[6]) for one in week.rows(LINKS) if one[0] == sf(16)] == [
        ("116", "2026-06-06")
    ]


def test_what_was_learned_of_all_time_is_on_record(week: Nights) -> None:
    """Decisions about pairs; the older record of Fenwick, which arrived last, gives the key."""
    learned = week.rows(
        "select record_id, kind, changed_on::varchar, reason"
        " from rpt_customer_change where is_restated order by changed_on, record_id"
    )
    assert learned == [
        ("112", "merge", "2026-06-09", "joined by steward decision juniper"),
        ("113", "split", "2026-06-09", "nothing joins it to others any more"),
        (sf(6), "merge", "2026-06-12", "joined by external id on account C-106"),
        ("106", "merge", "2026-06-12", "joined by external id on account C-106"),
    ]


def test_a_later_merge_leaves_the_quarter_before_as_it_was(week: Nights) -> None:
    """Borealis was merged in June; its deal and its orders of March stay those of Borealis."""
    deals = (
        "select opportunity_id, customer_key, ordered_amount, status"
        " from opportunity_to_order.fct_opportunity_to_cash"
        " where close_date < '2026-04-01' order by all"
    )
    orders = (
        "select order_id, customer_key, amount from opportunity_to_order.fct_unlinked_order"
        " where order_date < '2026-04-01' order by all"
    )
    assert week.rows(deals, 1) == week.rows(deals) != []
    assert week.rows(orders, 1) == week.rows(orders) != []
    borealis = key(week, "salesforce", 2, 1)
    assert {one[1] for one in week.rows(deals)} == {borealis}
    later = week.rows(
        "select customer_key from opportunity_to_order.fct_opportunity_to_cash"
        " where close_date > '2026-06-02'"
        " union all select customer_key from opportunity_to_order.fct_unlinked_order"
        " where order_date > '2026-06-02'"
    )
    assert later == [(key(week, "salesforce", 1),)] * 2
    ended = week.rows(
        "select is_current, merged_into_customer_key, crm_account_count from dim_customer"
        f" where customer_key = '{borealis}'"
    )
    assert ended == [(False, key(week, "salesforce", 1), 0)]


def test_records_that_a_fact_joins_have_one_key(week: Nights, tmp_path: Path) -> None:
    """The data test finds a key that did not reach all records, as too long a chain would leave."""
    at = datetime.fromisoformat(f"{LAST_DAY} 23:00:00")
    select = ("test", "--select", "assert_joined_records_share_a_customer")
    copy = week.copy(tmp_path)
    (result,) = copy.dbt(at, *select).result.results
    assert str(result.status) == "pass"
    with duckdb.connect(str(copy.home.warehouse)) as warehouse:
        warehouse.execute(
            "update intermediate.int_customer__membership set customer_key = 'stranger'"
            f" where record_id = '{sf(2)}' and valid_to = '9999-12-31'"
        )
    (result,) = copy.dbt(at, *select).result.results
    assert str(result.status) == "fail"


def test_what_vanishes_ends_and_what_comes_back_resumes(
    week: Nights, repository: Path, tmp_path: Path
) -> None:
    """Rows that are missing from a full extract, of either side; the key outlives the absence."""
    nights = Nights(tmp_path, repository)
    nights.manifest = week.manifest
    company = on_monday()
    nights.land(company, ORDERS[:2])
    vanished = company.accounts.pop(3), company.customers.pop(101)
    changed(company, "2026-06-02")
    nights.land(company, ORDERS[:2])
    nights.build("2026-06-03")
    keys = key(nights, "salesforce", 3), key(nights, "netsuite", 103)
    assert keys[0] == keys[1]
    assert ended(nights) == [(sf(1), "101", "2026-06-02"), (sf(3), "103", "2026-06-02")]
    assert nights.rows(
        "select record_id from map_customer_record where is_deleted order by all"
    ) == [(sf(3),), ("101",)]

    company.accounts[3], company.customers[101] = vanished
    changed(company, "2026-06-04")
    nights.land(company, ORDERS[:2])
    nights.build("2026-06-05")
    assert ended(nights) == [(sf(1), "101", "2026-06-02"), (sf(3), "103", "2026-06-02")]
    assert nights.rows(
        "select crm_account_id, valid_to::varchar from map_account_customer"
        " where valid_from = '2026-06-04' order by all"
    ) == [(sf(1), "9999-12-31"), (sf(3), "9999-12-31")]
    assert (key(nights, "salesforce", 3), key(nights, "netsuite", 103)) == keys


def changed(company: Company, day: str) -> None:
    """Something else is edited in both systems, so that the load is known to be of that day."""
    company.edits(7, day)
    company.customers[107]["lastmodifieddate"] = day


def ended(nights: Nights) -> list[tuple[Any, ...]]:
    return nights.rows(
        "select crm_account_id, erp_customer_id, valid_to::varchar from map_account_customer"
        " where valid_to <> '9999-12-31' order by all"
    )
