"""Salesforce over real HTTP on loopback: rows landed are the rows served, whatever happens."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import ingestion
from ingestion import fetch
from ingestion.fetch import http
from ingestion.fetch.journal import Journal, Progress, dead_letters
from ingestion.spec import load_spec
from tests.ingestion.conftest import PATIENCE, SEEDS
from tests.ingestion.faults import FAULTS
from tests.ingestion.salesforce_server import SalesforceServer
from tieout import run, status
from tieout.errors import InputError, TieoutError, UsageError
from tieout.settings import Home

COMMON = {
    "Id": "id",
    "IsDeleted": "boolean",
    "CreatedDate": "datetime",
    "SystemModstamp": "datetime",
}
FIELDS = {
    "Account": COMMON | {"Name": "string", "AnnualRevenue": "currency", "BillingStreet": "textarea",
                         "Unread__c": "string"},
    "Contact": COMMON | {"Name": "string"},
    "Opportunity": COMMON | {"Name": "string", "Amount": "currency", "CloseDate": "date",
                             "StageName": "picklist", "IsWon": "boolean",
                             "Contract_Term_Months__c": "double", "x_Region__c": "string"},
    "OpportunityLineItem": COMMON | {"OpportunityId": "reference", "Name": "string",
                                     "Quantity": "double", "TotalPrice": "currency"},
    "OpportunityHistory": {name: kind for name, kind in COMMON.items() if name != "SystemModstamp"}
    | {"OpportunityId": "reference", "StageName": "picklist", "Amount": "currency"},
    "Product2": COMMON | {"Name": "string"},
    "PricebookEntry": COMMON | {"UnitPrice": "currency"},
    "User": {name: kind for name, kind in COMMON.items() if name != "IsDeleted"}
    | {"Name": "string", "Email": "email"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(http, "wait", waited.append)
    return waited


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SalesforceServer]:
    running = SalesforceServer(copy.deepcopy(FIELDS))  # tests change them
    monkeypatch.setenv("SOURCES__SALESFORCE__URL", running.url)
    monkeypatch.setenv("SOURCES__SALESFORCE__CLIENT_ID", "planted-client-id")
    monkeypatch.setenv("SOURCES__SALESFORCE__CLIENT_SECRET", running.secret)
    yield running
    running.close()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set keys of the system's `api:` section, and which objects are fetched: all unless named."""

    def change(*objects: str, **keys: Any) -> None:
        spec = load_spec("salesforce")
        assert spec.api
        changed = spec.model_copy(
            update={
                "api": spec.api.model_copy(update=keys),
                "objects": {name: spec.objects[name] for name in objects or spec.objects},
            }
        )
        monkeypatch.setattr(fetch, "load_spec", lambda name: changed)

    return change


def opp(number: int) -> str:
    return f"0065Y{number:010}AAA"


def fill(server: SalesforceServer, deals: int, seed: int = 1) -> None:
    chance = random.Random(seed)  # noqa: S311
    for at in range(3):
        server.put(
            "Account", Id=f"0015Y{at:010}AAA", Name=f'A "{at}", {{}},{{x\nÄ', AnnualRevenue="0.1"
        )
        server.put("User", Id=f"0055Y{at:010}AAA", Name=f"U{at}", Email="u@example.com")
        server.put("Product2", Id=f"01t5Y{at:010}AAA", Name=f"P{at}")
    for at in range(deals):
        amount = chance.choice(["0.1", "1.0E7", "12345678901234.57", "-7", "75000.0", None])
        server.put(
            "Opportunity", Id=opp(at), Name=f'Deal {at} }},{{"attributes":{{}}', Amount=amount,
            CloseDate="2026-03-31", StageName="Closed Won", IsWon="true",
            Contract_Term_Months__c="24.0", x_Region__c="EMEA",
            IsDeleted="true" if at % 10 == 9 else "false",
        )  # fmt: skip
        server.put(
            "OpportunityHistory", Id=f"0085Y{at:010}AAA", OpportunityId=opp(at),
            StageName="Closed Won", Amount=amount,
        )  # fmt: skip
        server.pass_time(seconds=1)
    server.pass_time(minutes=5)


def land(home: Home) -> list[Any]:
    fetch.fetch(home)
    return ingestion.land(fetch.directory_of(home), home)


def landed(home: Home, table: str, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            f"select {columns} from raw_salesforce.{table}"
            " qualify row_number() over (partition by id order by _load_id desc) = 1 order by id"
        ).fetchall()


def check_deals(home: Home, server: SalesforceServer) -> None:
    """What is landed is what the server holds, to the digit; what left the bin stays deleted."""
    with duckdb.connect() as database:
        database.execute(
            "create table served (id varchar, amount varchar, gone varchar, name varchar)"
        )
        rows = [
            (key, row["Amount"], row["IsDeleted"], row["Name"])
            for key, row in server.rows("Opportunity").items()
        ]
        if rows:
            database.executemany("insert into served values (?, ?, ?, ?)", rows)
        wanted = database.execute(
            "select id, amount::decimal(28,4), gone::boolean, name from served order by id"
        ).fetchall()
    found = landed(home, "opportunity", "id, amount, is_deleted, name, _is_deleted")
    held = set(server.rows("Opportunity"))
    assert [row[:4] for row in found if not row[4] and (row[0] in held or not row[2])] == wanted


@pytest.mark.parametrize("mode", ["query", "bulk"])
def test_first_load_and_changes(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, mode: str
) -> None:
    api(bulk_from=1 if mode == "bulk" else 10**9, page_size=7, bulk_page_size=11)
    fill(server, 40)
    results = {one.object: one for one in land(empty_home)}
    assert results["opportunity"].rows_landed == 40
    assert results["opportunity"].extract_mode == "full"
    assert results["user"].rows_landed == 3
    assert results["contact"].rows_landed == 0
    assert all(one.rows_dead_lettered == 0 for one in results.values())
    check_deals(empty_home, server)
    terms = landed(empty_home, "opportunity", "contract_term_months_c, x_region_c, is_won")
    assert set(terms) == {(24, "EMEA", True)}
    assert landed(empty_home, "account", "name, annual_revenue")[0][0] == 'A "0", {},{x\nÄ'

    # nothing changed: only the look-back is read, and nothing lands
    server.pass_time(hours=5)
    served = sum(server.served.values())
    results = {one.object: one for one in land(empty_home)}
    assert results["opportunity"].extract_mode == "incremental"
    assert results["opportunity"].rows_inserted == results["opportunity"].rows_deleted == 0
    read = {name: one.rows_read for name, one in results.items() if name != "control_total"}
    assert sum(server.served.values()) - served == sum(read.values())

    # changed, new, in the bin, restored, purged, and deleted with its parent without a stamp
    server.put("Opportunity", Id=opp(1), Amount="2.35")
    server.put("Opportunity", Id=opp(2), IsDeleted="true")
    server.put("Opportunity", Id=opp(9), IsDeleted="false")
    server.put("Opportunity", Id=opp(99), Name="new", CloseDate="2026-06-30", StageName="Open")
    server.purge("Opportunity", opp(3))
    server.put("OpportunityHistory", Id="0085Y0000000003AAA", IsDeleted="true")
    server.pass_time(minutes=5)
    results = {one.object: one for one in land(empty_home)}
    assert results["opportunity"].rows_deleted == 1
    check_deals(empty_home, server)
    gone = landed(empty_home, "opportunity_history", "id, is_deleted or _is_deleted")
    assert [key for key, deleted in gone if deleted] == ["0085Y0000000003AAA"]


def test_control_totals(server: SalesforceServer, empty_home: Home) -> None:
    fill(server, 20)
    land(empty_home)
    stated = landed_totals(empty_home)
    assert stated["opportunity", "row_count"] == 20
    assert stated["account", "sum_annual_revenue"] == Decimal("0.3")
    assert ("opportunity", "sum_amount") not in stated  # too large to be exact at the vendor
    # rows purged from the bin stay known as deleted: the vendor's sums no longer compare
    server.put("Account", Id="0015Y0000000001AAA", IsDeleted="true")
    server.pass_time(hours=5)
    land(empty_home)
    assert landed_totals(empty_home)["account", "sum_annual_revenue"] == Decimal("0.3")
    server.purge("Account", "0015Y0000000001AAA")
    server.pass_time(hours=5)
    land(empty_home)
    stated = landed_totals(empty_home)
    assert ("account", "sum_annual_revenue") not in stated
    assert stated["account", "row_count"] == 2  # what the look-back reads again
    assert landed(empty_home, "account", "is_deleted, _is_deleted") == [
        (False, False), (True, False), (False, False),
    ]  # fmt: skip


def test_a_row_that_is_rejected_is_known(server: SalesforceServer, empty_home: Home) -> None:
    """It is not read again each night, is counted, and lands when it has been mended."""
    fill(server, 20)
    server.put("Opportunity", Id=opp(3), CloseDate="soon")
    server.put("Opportunity", Id=opp(4), CloseDate="later")
    server.pass_time(hours=9)
    server.put("Opportunity", Id=opp(49), Name="n", CloseDate="2026-06-30", StageName="Open")
    server.pass_time(minutes=5)
    rejected = {one.object: one.rows_dead_lettered for one in land(empty_home)}
    assert rejected["opportunity"] == 2
    alive = landed_totals(empty_home)["opportunity", "current_row_count"]
    assert alive == sum(row["IsDeleted"] == "false" for row in server.rows("Opportunity").values())
    server.pass_time(hours=9)
    server.put("Opportunity", Id=opp(50), Name="n", CloseDate="2026-06-30", StageName="Open")
    server.pass_time(minutes=5)
    server.served.clear()
    land(empty_home)
    assert {key for table, key in server.served if table == "Opportunity"} == {opp(49), opp(50)}
    assert landed_totals(empty_home)["opportunity", "current_row_count"] == alive + 1
    server.put("Opportunity", Id=opp(3), CloseDate="2026-06-30")
    server.purge("Opportunity", opp(4))  # rejected, and gone: nothing can be marked
    server.pass_time(minutes=5)
    land(empty_home)
    assert ("opportunity", "current_row_count") not in landed_totals(empty_home)
    check_deals(empty_home, server)


def test_a_column_that_goes_is_told_in_the_first_reading_of_changes(
    server: SalesforceServer, empty_home: Home
) -> None:
    fill(server, 3)
    land(empty_home)
    del server.fields["Opportunity"]["x_Region__c"]
    server.put("Opportunity", Id=opp(1), Amount="7")
    server.pass_time(minutes=5)
    land(empty_home)
    with duckdb.connect(str(empty_home.warehouse), read_only=True) as warehouse:
        drift = warehouse.execute(
            "select object, column_name, change from raw_operations.schema_drift"
        ).fetchall()
    assert ("opportunity", "x_Region__c", "missing") in drift


def landed_totals(home: Home) -> dict[tuple[str, str], Decimal]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        found = warehouse.execute(
            "select object, measure, value from raw_operations.control_total"
        ).fetchall()
    return {(name, measure): value for name, measure, value in found}


@pytest.mark.parametrize("mode", ["query", "bulk"])
def test_an_interrupted_fetch_goes_on(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, mode: str
) -> None:
    fill(server, 100)
    stops = 0
    for calls in [25, 20, 20, 20, 20, 20, 1000]:
        api(bulk_from=1 if mode == "bulk" else 10**9, page_size=9, bulk_page_size=9, calls=calls)
        # the budget is no part of what is asked for: the fetch goes on under another
        try:
            fetch.fetch(empty_home)
        except http.BudgetSpent:
            stops += 1
            with pytest.raises(InputError, match="not complete"):
                ingestion.land(fetch.directory_of(empty_home), empty_home)
    assert stops >= 3
    ingestion.land(fetch.directory_of(empty_home), empty_home)
    check_deals(empty_home, server)
    assert set(server.served.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_and_changes_while_reading(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, seed: int
) -> None:
    """Whatever fails and changes: what stood still when the fetch began is landed as it stands."""
    chance = random.Random(seed)  # noqa: S311
    server.random.seed(seed)
    api(
        "opportunity", chance.choice(["opportunity_history", "user"]),
        bulk_from=chance.choice([1, 10**9]), page_size=chance.choice([3, 10, 50]),
        bulk_page_size=chance.choice([5, 30]), timeout=PATIENCE,
    )  # fmt: skip
    server.is_generous, server.retry_after = chance.random() < 0.5, "any"
    fill(server, 40, seed)
    server.faults = 0.25
    server.before_page = lambda: chance.random() < 0.3 and change(server, chance)
    check_still_deals(empty_home, server, land_at_last(empty_home))
    server.before_page = None
    server.pass_time(hours=chance.choice([0, 3]), minutes=5)
    land_at_last(empty_home)
    check_deals(empty_home, server)
    assert server.seen_faults


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *((kind, mode) for kind in (*FAULTS, "gone") for mode in ("query", "bulk")),
        ("failed", "bulk"),
    ],
)
def test_every_fault_is_survived(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, kind: str, mode: str
) -> None:
    """Half of all answers fail in one and the same way: each row is fetched, and once."""
    api(
        "opportunity", bulk_from=1 if mode == "bulk" else 10**9, page_size=5, bulk_page_size=5,
        timeout=PATIENCE,
    )  # fmt: skip
    fill(server, 20)
    server.faults, server.fault_kinds = 0.5, (kind,)
    assert fetch_at_last(empty_home).rows == {"opportunity": 20}
    files = fetch.directory_of(empty_home) / "salesforce" / "Opportunity"
    with duckdb.connect() as database:
        reader = "read_csv" if mode == "bulk" else "read_json"
        found = database.execute(f"select Id from {reader}('{files}/0*') order by 1").fetchall()
    assert found == [(opp(number),) for number in range(20)]
    assert set(server.seen_faults) == {kind}


def fetch_at_last(home: Home) -> fetch.Fetched:
    """Three faults in a row stop a fetch, by design: it is made again, and goes on from there."""
    for _ in range(30):
        with contextlib.suppress(http.FetchError):
            return fetch.fetch(home)[0]
    raise AssertionError("thirty fetches in a row have failed")


def land_at_last(home: Home) -> datetime:
    """Fetch and land; gives the vendor's clock when the fetch began."""
    upper = fetch_at_last(home).upper
    assert upper
    ingestion.land(fetch.directory_of(home), home)
    return upper


def check_still_deals(home: Home, server: SalesforceServer, upper: datetime) -> None:
    """What had not changed since the fetch began is landed, each row as one whole."""
    found = {row[0]: row[1:] for row in landed(home, "opportunity", "id, amount, is_deleted, name")}
    for key, row in server.rows("Opportunity").items():
        if row["SystemModstamp"] < upper.strftime("%Y-%m-%dT%H:%M:%S.000Z"):
            amount = None if row["Amount"] is None else Decimal(row["Amount"])
            assert found[key] == (amount, row["IsDeleted"] == "true", row["Name"]), key


def change(server: SalesforceServer, chance: random.Random) -> None:
    server.pass_time(seconds=chance.choice([0, 1, 30]))
    key = opp(chance.randrange(80))
    match chance.randrange(3):
        case 0:
            server.purge("Opportunity", key)
        case 1:
            server.put("Opportunity", Id=key, Name="n", CloseDate="2026-05-05", StageName="Open",
                       Amount=str(chance.randrange(10**6) / 100))  # fmt: skip
        case _:
            server.put("Opportunity", Id=key, Name="d", CloseDate="2026-05-05", StageName="Lost",
                       IsDeleted="true")  # fmt: skip
    server.pass_time(seconds=1)


def test_jwt_bearer(
    server: SalesforceServer, empty_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    server.public_key = key.public_key()
    monkeypatch.delenv("SOURCES__SALESFORCE__CLIENT_SECRET")
    with pytest.raises(InputError, match="not whole"):
        fetch.fetch(empty_home)
    monkeypatch.setenv("SOURCES__SALESFORCE__USERNAME", "api@example.com")
    monkeypatch.setenv("SOURCES__SALESFORCE__PRIVATE_KEY", pem)
    fill(server, 3)
    land(empty_home)
    check_deals(empty_home, server)


def test_what_cannot_work_says_so(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    fill(server, 3)
    monkeypatch.setenv("SOURCES__SALESFORCE__CLIENT_SECRET", "wrong-secret-here")
    with pytest.raises(InputError, match="does not open a session") as refused:
        fetch.fetch(empty_home)
    assert "wrong-secret-here" not in str(refused.value)
    monkeypatch.setenv("SOURCES__SALESFORCE__CLIENT_SECRET", server.secret)
    server.usage = (95, 100)
    with pytest.raises(http.BudgetSpent, match="95 of the 100"):
        fetch.fetch(empty_home)
    server.usage = (1, 100)
    close_date = server.fields["Opportunity"].pop("CloseDate")
    with pytest.raises(InputError, match="lacks required fields: close_date"):
        fetch.fetch(empty_home)
    server.fields["Opportunity"]["CloseDate"] = close_date
    monkeypatch.setenv("SOURCES__SALESFORCE__URL", "http://example.com")
    with pytest.raises(InputError, match="https"):
        fetch.fetch(empty_home)


def test_a_server_that_stays_down(
    server: SalesforceServer, empty_home: Home, no_waiting: list[float]
) -> None:
    server.faults, server.fault_kinds = 1.0, ("500",)
    server.streak.update({"/services/oauth2/token": -100})
    with pytest.raises(TieoutError, match="in 3 tries"):
        fetch.fetch(empty_home)
    assert server.calls == 3
    assert len(no_waiting) == 2
    with pytest.raises(TieoutError, match="in 3 tries"):
        fetch.fetch(empty_home)
    (letter,) = dead_letters(fetch.directory_of(empty_home) / "salesforce")
    assert letter["failed"] == 2
    assert letter["object"] is None
    server.faults = 0.0
    fetch.fetch(empty_home)
    assert status.read(empty_home).unanswered == ()


def test_what_failed_in_every_try_is_a_dead_letter(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    """AX-26: three tries, then it is kept with the answer, and told, until it is answered."""
    api("opportunity")
    fill(server, 3)
    fetch.fetch(empty_home)
    ingestion.land(fetch.directory_of(empty_home), empty_home)
    server.faults, server.fault_kinds = 1.0, ("500",)
    describe = "/services/data/v62.0/sobjects/Opportunity/describe"
    for times in (1, 2):
        server.streak.update({"/services/oauth2/token": 2, describe: -100})
        with pytest.raises(http.FetchError, match="in 3 tries") as failed:
            fetch.fetch(empty_home)
        assert str(failed.value.what) in status.read(empty_home).unanswered[0]
        (letter,) = dead_letters(fetch.directory_of(empty_home) / "salesforce")
        assert letter["failed"] == times
        assert letter["request"] == f"GET {describe}"
        assert "UNKNOWN_EXCEPTION" in letter["answer"]
    server.faults = 0.0
    land(empty_home)
    assert status.read(empty_home).unanswered == ()


def test_a_request_is_unanswered_until_its_object_is_fetched(tmp_path: Path) -> None:
    """Each night may end at another one: those that came to their end are none any more."""
    journal = Journal.open(tmp_path / "salesforce", "salesforce", "")
    journal.dead_letter("POST /token", "down", "")
    for name in ("account", "opportunity"):
        progress = journal.object(name, name)
        progress.start("full", (None, None), [])
        journal.dead_letter(f"GET /{name}", "down", "")
        assert dead_letters(journal.directory)[-1]["object"] == name
        progress.finish()
        assert dead_letters(journal.directory) == []


def test_no_secret_is_written(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    from tieout import logs

    log = logs.start(empty_home, "fetch", debug=True)
    api(timeout=PATIENCE)
    fill(server, 30)
    server.faults = 0.2
    land_at_last(empty_home)
    server.faults, server.fault_kinds = 1.0, ("500",)
    server.streak.clear()
    server.streak.update({"/services/oauth2/token": -100})
    with pytest.raises(TieoutError) as failed:
        fetch.fetch(empty_home)
    assert log.stat().st_size > 0
    written = [path.read_bytes() for path in empty_home.path.rglob("*") if path.is_file()]
    for text in [*written, str(failed.value).encode()]:
        for secret in (b"planted-client-secret", b"planted-client-id", b"planted!token"):
            assert secret not in text


def test_the_journal_is_of_one_company(server: SalesforceServer, empty_home: Home) -> None:
    fill(server, 5)
    fetch.fetch(empty_home)
    journal = json.loads(
        (fetch.directory_of(empty_home) / "salesforce" / ".journal.json").read_text()
    )
    assert journal["account"] == "00D000000000001EAA"
    waiting = fetch.fetch(empty_home)
    assert waiting[0].waited
    ingestion.land(fetch.directory_of(empty_home), empty_home)
    assert not fetch.fetch(empty_home)[0].waited


def test_only_what_is_asked_for_begins_a_fetch_anew(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """An unfinished load of days outlives other words in its declaration, not another column."""
    fill(server, 40)
    api("opportunity", bulk_from=10**9, page_size=9, calls=6)
    with pytest.raises(http.BudgetSpent):
        fetch.fetch(empty_home)
    api("opportunity", bulk_from=10**9, page_size=9)
    spec = fetch.load_spec("salesforce")
    deal = spec.objects["opportunity"]
    columns = tuple(one.model_copy(update={"description": "other"}) for one in deal.columns)
    reworded = deal.model_copy(update={"description": "other", "columns": columns})
    changed = spec.model_copy(update={"objects": {"opportunity": reworded}})
    monkeypatch.setattr(fetch, "load_spec", lambda name: changed)
    fetch.fetch(empty_home)
    assert set(server.served.values()) == {1}
    fewer = deal.model_copy(update={"columns": deal.columns[:-1]})
    assert fetch._declaration(changed) != fetch._declaration(
        spec.model_copy(update={"objects": {"opportunity": fewer}})
    )


def test_somebody_elses_directory_is_left_alone(
    server: SalesforceServer, empty_home: Home, tmp_path: Path
) -> None:
    (tmp_path / "mine" / "salesforce").mkdir(parents=True)
    (tmp_path / "mine" / "salesforce" / "Account.csv").write_text("Id,Name\n")
    with pytest.raises(InputError, match="left alone"):
        fetch.fetch(empty_home, out=tmp_path / "mine")


def test_what_is_landed_from_where(
    server: SalesforceServer, empty_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = tmp_path / "exports"
    (exports / "netsuite").mkdir(parents=True)
    assert run.plan(None) == ([], ["salesforce"])
    assert run.plan(exports) == (None, ["salesforce"])
    assert run.plan(exports, ["netsuite"]) == (["netsuite"], [])
    (exports / "Salesforce").mkdir()
    assert run.plan(exports) == (None, [])
    for key in ("URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"SOURCES__SALESFORCE__{key}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run.plan(exports) == (None, [])
    with pytest.raises(UsageError, match="no exports are named") as refused:
        run.plan(None)
    assert "--exports" in str(refused.value)
    assert "SOURCES__SALESFORCE__URL" in str(refused.value)
    secrets = tmp_path / ".dlt" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(f'[sources.salesforce]\nurl = "{server.url}"\n')
    assert run.plan(None) == ([], ["salesforce"])
    with pytest.raises(InputError, match="client_id is missing"):
        fetch.reach("salesforce")
    secrets.write_text("[sources.salesforce\n")
    with pytest.raises(InputError, match="file of secrets cannot be read"):
        run.plan(None)


def test_a_fetch_that_waits_is_landed_before_the_next(
    server: SalesforceServer, empty_home: Home
) -> None:
    fill(server, 5)
    run.fetch(empty_home)
    server.put("Opportunity", Id=opp(1), Amount="9.99")
    server.pass_time(hours=20)
    directory = run.fetch_anew(empty_home, ["salesforce"])
    run.land(empty_home, directory, systems=["salesforce"])
    check_deals(empty_home, server)
    assert "opens a session" in fetch.reach("salesforce")


def test_a_fetch_that_is_refused_is_made_anew(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    """What the vendor gave wrongly and has mended is not in the way of the nights that follow."""
    api("opportunity")
    fill(server, 20)
    run.land(empty_home, run.fetch_anew(empty_home, ["salesforce"]), systems=["salesforce"])
    for wrong in (True, False):
        for number in range(20):
            server.put("Opportunity", Id=opp(number), CloseDate="soon" if wrong else "2026-06-30")
        server.pass_time(minutes=5)
        directory = run.fetch_anew(empty_home, ["salesforce"])
        if wrong:
            for _ in range(2):  # it stays where it is until it is known to be refused again
                with pytest.raises(InputError, match="type of a column has changed"):
                    run.land(empty_home, directory, systems=["salesforce"])
    run.land(empty_home, directory, systems=["salesforce"])
    check_deals(empty_home, server)


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [("7", 7, 11), ("Mon, 01 Jun 2026 00:00:20 GMT", 20, 24), ("", 0, 4), ("soon", 0, 4)],
)
def test_the_vendor_names_the_pause(
    server: SalesforceServer, empty_home: Home, no_waiting: list[float],
    retry_after: str, least: float, most: float,
) -> None:  # fmt: skip
    server.faults, server.fault_kinds, server.retry_after = 1.0, ("throttled",), retry_after
    server.streak.update({"/services/oauth2/token": -100})
    with pytest.raises(http.FetchError, match="in 3 tries"):
        fetch.fetch(empty_home)
    assert len(no_waiting) == 2
    assert all(least <= pause <= most for pause in no_waiting)


def test_a_long_pause_ends_the_fetch(
    server: SalesforceServer, empty_home: Home, no_waiting: list[float]
) -> None:
    server.faults, server.fault_kinds, server.retry_after = 1.0, ("throttled",), "86400"
    with pytest.raises(http.FetchError, match="come again in 86,400 seconds"):
        fetch.fetch(empty_home)
    assert no_waiting == []


def test_a_piece_that_has_come_whole_is_not_asked_for_again(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Killed after the last byte and before the journal: what has come is proved and kept."""
    api("opportunity", bulk_from=1, bulk_page_size=9)
    fill(server, 40)
    add, calls = Progress.add, []

    def killed(self: Progress, *arguments: Any, **named: Any) -> None:
        calls.append(arguments)
        if len(calls) in (1, 4):
            raise KeyboardInterrupt
        add(self, *arguments, **named)

    monkeypatch.setattr(Progress, "add", killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fetch.fetch(empty_home)
    waiting = fetch.directory_of(empty_home) / "salesforce" / "Opportunity"
    (whole,) = waiting.glob(".part-*.csv.gz")
    whole.write_bytes(whole.read_bytes()[:-9])  # not whole after all: only this one is read again
    land(empty_home)
    check_deals(empty_home, server)
    again = Counter(server.served.values())
    assert again == {1: 31, 2: 9}
    assert not list(waiting.glob("*.arrived"))


@pytest.mark.parametrize("mode", ["query", "bulk"])
def test_what_a_kill_leaves_half_written_is_cut_off(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, mode: str
) -> None:
    """The journal says how far the files go; a file that ends before that is an error."""
    fill(server, 60)
    by = {"bulk_from": 1 if mode == "bulk" else 10**9, "page_size": 9, "bulk_page_size": 9}
    api("opportunity", **by, calls=9)
    with pytest.raises(http.BudgetSpent):
        fetch.fetch(empty_home)
    directory = fetch.directory_of(empty_home) / "salesforce" / "Opportunity"
    (*_, last) = sorted(directory.glob("0*"))
    whole = last.read_bytes()
    (directory / ".part-000099.csv.gz").write_bytes(whole[:40])
    if mode == "query":  # pages share a file, which is open still
        last.write_bytes(whole + whole[:40])
    api("opportunity", **by, calls=4)
    with pytest.raises(http.BudgetSpent):
        fetch.fetch(empty_home)
    assert last.read_bytes().startswith(whole)
    assert [path.name for path in directory.glob(".part*")] == []
    api("opportunity", **by)
    land(empty_home)
    check_deals(empty_home, server)
    assert set(server.served.values()) == {1}

    fetch.fetch(empty_home)
    next(directory.glob("0*")).write_bytes(b"")
    with pytest.raises(TieoutError, match="missing or cut"):
        fetch.fetch(empty_home)


@pytest.mark.parametrize(("kind", "why"), [("failed", "is not finished"), ("gone", "is gone")])
def test_a_job_that_comes_to_nothing_is_made_three_times(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, kind: str, why: str
) -> None:
    api("opportunity", bulk_from=1, bulk_page_size=9)
    fill(server, 20)
    server.faults, server.fault_kinds = 1.0, (kind,)
    with pytest.raises(http.FetchError, match=why):
        fetch.fetch(empty_home)
    assert server.job_count == 3
    server.faults = 0.0
    assert fetch.fetch(empty_home)[0].rows == {"opportunity": 20}


def test_a_job_that_another_version_has_made_is_made_again(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    """The version was raised after an interruption: the vendor gives its result no more."""
    fill(server, 20)
    api("opportunity", bulk_from=1, bulk_page_size=9, calls=7)
    with pytest.raises(http.BudgetSpent):
        fetch.fetch(empty_home)
    (job,) = server.jobs.values()
    job["version"] = "/services/data/v61.0"
    api("opportunity", bulk_from=1, bulk_page_size=9)
    land(empty_home)
    check_deals(empty_home, server)
    assert server.job_count == 2


@pytest.mark.parametrize("mode", ["query", "bulk"])
def test_the_companys_limit_costs_no_page(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home, mode: str
) -> None:
    """What was answered when the limit was reached is kept, and is not asked for again."""
    api("opportunity", bulk_from=1 if mode == "bulk" else 10**9, page_size=9, bulk_page_size=9)
    fill(server, 40)
    pages = 0

    def use() -> None:
        nonlocal pages
        pages += 1
        server.usage = (95 if pages % 3 == 0 else 10, 100)

    server.before_page = use
    stops = 0
    for _ in range(5):
        server.usage = (10, 100)
        try:
            fetch.fetch(empty_home)
        except http.BudgetSpent:
            stops += 1
    assert stops >= 1
    assert set(server.served.values()) == {1}
    ingestion.land(fetch.directory_of(empty_home), empty_home)
    check_deals(empty_home, server)


def test_a_job_is_gone_when_its_deletion_is_tried_again(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The first try was done, and its answer was lost: every row is there all the same."""
    delete = http.Client.delete

    def twice(self: http.Client, path: str) -> http.Answer:
        delete(self, path)
        return delete(self, path)

    monkeypatch.setattr(http.Client, "delete", twice)
    api("opportunity", bulk_from=1)
    fill(server, 20)
    assert fetch.fetch(empty_home)[0].rows == {"opportunity": 20}


def test_a_job_without_rows(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    """Its result is not asked for: the vendor does not say what it would look like."""
    api("opportunity", bulk_from=0)
    assert fetch.fetch(empty_home)[0].rows == {"opportunity": 0}
    assert server.job_count == 1


@pytest.mark.parametrize("mode", ["query", "bulk"])
def test_fields_that_are_no_values(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home,
    caplog: pytest.LogCaptureFixture, mode: str,
) -> None:  # fmt: skip
    """Compound ones are not asked for, which no job would give; of formulas it is said."""
    caplog.set_level(logging.INFO)
    api("opportunity", bulk_from=1 if mode == "bulk" else 10**9)
    fill(server, 3)
    server.fields["Opportunity"] = server.fields["Opportunity"] | {"x_Site__c": "location"}
    server.formulas = {"x_Region__c", "Unasked__c"}
    assert fetch.fetch(empty_home)[0].rows == {"opportunity": 3}
    assert "a change of x_Region__c moves no stamp" in caplog.text


def test_keys_that_lack_are_not_taken_for_deleted(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    api("opportunity", page_size=7)
    fill(server, 20)
    land(empty_home)
    server.purge("Opportunity", opp(3))
    server.pass_time(hours=5)

    def hide() -> None:
        for _, found, _ in server.locators.values():
            if found and set(found[0]) == {"Id", "SystemModstamp"}:
                found.pop()

    server.before_page = hide
    with pytest.raises(http.FetchError, match="another number of keys"):
        fetch.fetch(empty_home)
    server.before_page = None
    land(empty_home)
    check_deals(empty_home, server)


def test_a_locator_that_has_expired(
    server: SalesforceServer, api: Callable[..., None], empty_home: Home
) -> None:
    fill(server, 60)
    api(bulk_from=10**9, page_size=9, calls=26)
    with pytest.raises(http.BudgetSpent):
        fetch.fetch(empty_home)
    server.locators.clear()
    api(bulk_from=10**9, page_size=9)
    land(empty_home)
    check_deals(empty_home, server)
    assert set(server.served.values()) == {1}
