"""NetSuite over real HTTP on loopback: rows landed are the rows served, whatever happens."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import ingestion
from ingestion import fetch
from ingestion.fetch import http
from ingestion.spec import load_spec
from tests.ingestion.conftest import PATIENCE, SEEDS
from tests.ingestion.faults import FAULTS
from tests.ingestion.netsuite_server import ZONE, NetSuiteServer
from tieout.errors import InputError, TieoutError
from tieout.settings import Home

LINE = "transactionLine"
LINK = "nextTransactionLineLink"
TABLES: dict[str, list[str]] = {
    "customer": ["id", "entityid", "companyname", "isinactive", "creditlimit", "lastmodifieddate"],
    "subsidiary": ["id", "name", "lastmodifieddate"],
    "transaction": [
        "id", "tranid", "type", "trandate", "foreigntotal", "exchangerate", "posting", "memo",
        "createddate", "lastmodifieddate",
    ],
    LINE: [
        "transaction", "id", "foreignamount", "quantity", "subsidiary", "linelastmodifieddate",
    ],
    "transactionAccountingLine": [
        "transaction", "transactionline", "accountingbook", "account", "amount", "lastmodifieddate",
    ],
    # no stamp: read whole
    LINK: ["previousdoc", "previousline", "nextdoc", "nextline", "linktype", "foreignamount"],
    "item": ["id", "itemid", "lastmodifieddate"],
    "account": ["id", "accttype", "lastmodifieddate"],
    "accountingPeriod": ["id", "startdate", "enddate", "lastmodifieddate"],
    "currency": ["id", "symbol", "lastmodifieddate"],
    "currencyRate": [
        "id", "basecurrency", "transactioncurrency", "exchangerate", "effectivedate",
        "lastmodifieddate",
    ],
    "employee": ["id", "entityid", "lastmodifieddate"],
}  # fmt: skip
# The rest of the declared columns is there, and empty: the vendor leaves it out of its answers.
for _spec in load_spec("netsuite").objects.values():
    if _spec.vendor_name in TABLES and _spec.vendor_name != LINK:
        _known = TABLES[_spec.vendor_name]
        _declared = [one.name for one in _spec.columns if not one.name.startswith("_")]
        _known += [name for name in _declared if name not in _known]
KEYS = dict.fromkeys(TABLES, 1) | {LINE: 2, "transactionAccountingLine": 3, LINK: 5}
PARTS = {LINE: "transaction", "transactionAccountingLine": "transaction", LINK: "previousdoc"}
AMOUNTS = ["0.1", "1.0E7", "12345678901234.5678", "-7", "75000.00", ".5", None]
OTHERS = ("customer", "transaction_accounting_line", "next_transaction_line_link")


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(http, "wait", seconds.append)
    return seconds


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, rsa_key: rsa.RSAPrivateKey) -> Iterator[NetSuiteServer]:
    running = NetSuiteServer(TABLES, KEYS)
    set_keys(monkeypatch, ACCOUNT=running.account, URL=running.url)
    oauth2(monkeypatch, running, rsa_key)
    yield running
    running.close()


def set_keys(monkeypatch: pytest.MonkeyPatch, **keys: str) -> None:
    for name, value in keys.items():
        monkeypatch.setenv(f"SOURCES__NETSUITE__{name}", value)


def pem(key: Any) -> str:
    written: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return written.decode()


def oauth2(monkeypatch: pytest.MonkeyPatch, server: NetSuiteServer, key: Any) -> None:
    server.public_key = key.public_key()
    set_keys(
        monkeypatch,
        CLIENT_ID="planted-client-id",
        CERTIFICATE_ID=server.certificate_id,
        PRIVATE_KEY=pem(key),
        ALGORITHM="PS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256",
    )


def tba(monkeypatch: pytest.MonkeyPatch, server: NetSuiteServer) -> None:
    for name in ("CLIENT_ID", "CERTIFICATE_ID", "PRIVATE_KEY", "ALGORITHM"):
        monkeypatch.delenv(f"SOURCES__NETSUITE__{name}")
    set_keys(
        monkeypatch,
        CONSUMER_KEY=server.consumer["key"],
        CONSUMER_SECRET=server.consumer["secret"],
        TOKEN_ID=server.token["id"],
        TOKEN_SECRET=server.token["secret"],
    )


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set keys of the system's `api:` section, and which objects are fetched: all unless named."""

    def change(*objects: str, **keys: Any) -> None:
        spec = load_spec("netsuite")
        assert spec.api
        changed = spec.model_copy(
            update={
                "api": spec.api.model_copy(update=keys),
                "objects": {name: spec.objects[name] for name in objects or spec.objects},
            }
        )
        monkeypatch.setattr(fetch, "load_spec", lambda name: changed)

    return change


# ------------------------------------------------------------------------------------- a company


def put_order(server: NetSuiteServer, number: int, chance: Random, lines: int = 3) -> None:
    server.put(
        "transaction", id=number, tranid=f"SO{number}", type="SalesOrd", trandate="2026-03-31",
        foreigntotal=chance.choice(AMOUNTS), exchangerate="1.0834123456", posting="F",
        memo=chance.choice([None, 'a "quoted", {memo}\nof two lines, Ä']), createddate=server.local,
    )  # fmt: skip
    for line in range(lines):
        put_line(server, number, line, chance)


def put_line(server: NetSuiteServer, number: int, line: int, chance: Random) -> None:
    server.put(
        LINE, transaction=number, id=line, foreignamount=chance.choice(AMOUNTS), quantity="-2",
        subsidiary=1,
    )  # fmt: skip
    server.put(
        "transactionAccountingLine", transaction=number, transactionline=line, accountingbook=1,
        account=5, amount=chance.choice(AMOUNTS),
    )  # fmt: skip
    server.put(
        LINK, previousdoc=number, previousline=line, nextdoc=number + 10**6, nextline=line,
        linktype="OrdBill", foreignamount=chance.choice(AMOUNTS),
    )  # fmt: skip


def fill(server: NetSuiteServer, orders: int, seed: int = 1) -> None:
    chance = Random(seed)  # noqa: S311
    for at in range(1, 4):
        server.put("customer", id=at, entityid=f"C{at}", companyname=f"Müller {at}",
                   isinactive="F", creditlimit="0.1")  # fmt: skip
        server.put("subsidiary", id=at, name=f"Sub {at}")
        server.put("item", id=at, itemid=f"I{at}")
        server.put("account", id=at, accttype="Income")
        server.put("currency", id=at, symbol=("USD", "EUR", "KWD")[at - 1])
        server.put("employee", id=at, entityid=f"E{at}")
    server.put("accountingPeriod", id=1, startdate="2026-03-01", enddate="2026-03-31")
    server.put("currencyRate", id=1, basecurrency=1, transactioncurrency=2,
               exchangerate="1.0834123456", effectivedate="2026-03-31")  # fmt: skip
    for number in range(1, orders + 1):
        put_order(server, number, chance)
        server.pass_time(seconds=30)
    server.pass_time(minutes=5)


def land(home: Home) -> dict[str, Any]:
    fetch.fetch(home)
    landed = ingestion.land(fetch.directory_of(home), home, allow_shrink=True)
    return {one.object: one for one in landed}


def check(home: Home, server: NetSuiteServer, objects: Sequence[str] = ()) -> None:
    """What is landed and alive is what the server holds: keys, amounts to the digit, stamps."""
    spec = load_spec("netsuite")
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        for object_spec in spec.objects.values():
            table = object_spec.vendor_name
            if table not in TABLES or (objects and object_spec.name not in objects):
                continue
            key = ", ".join(object_spec.key)
            columns = TABLES[table]
            listed = ", ".join(f"{name}::varchar" for name in columns)
            found = warehouse.execute(
                f"select {listed} from (select * from raw_netsuite.{object_spec.name}"
                f" qualify row_number() over (partition by {key} order by _load_id desc) = 1)"
                " where not _is_deleted"
            ).fetchall()
            types = [object_spec.column(name).sql_type for name in columns]
            wanted = [
                tuple(
                    typed(warehouse, row[name], type_)
                    for name, type_ in zip(columns, types, strict=True)
                )
                for row in server.rows(table)
            ]
            assert sorted(map(repr, found)) == sorted(map(repr, wanted)), table


def typed(database: duckdb.DuckDBPyConnection, value: Any, type_: str) -> Any:
    shown = "?::varchar"
    if type_ == "TIMESTAMP":
        shown = "timezone('UTC', timezone('America/Los_Angeles', ?::timestamp))"
    row = database.execute(f"select ({shown})::{type_}::varchar", [value]).fetchone()
    return row[0] if row else None


def totals(home: Home) -> dict[tuple[str, str], str]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select object, measure, value::varchar from raw_operations.control_total"
        ).fetchall()
    return {(table, measure): value for table, measure, value in rows}


def sum_of(server: NetSuiteServer, table: str) -> str:
    values = [Decimal(row["foreigntotal"] or "0") for row in server.rows(table)]
    return f"{sum(values):.4f}"


# ---------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("by", ["OAuth 2.0", "OAuth 1.0a"])
def test_first_load_and_changes(
    server: NetSuiteServer,
    api: Callable[..., None],
    empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    if by == "OAuth 1.0a":
        tba(monkeypatch, server)
    server.token_uses = 40  # sessions end on the way
    server.most = 5  # a page shorter than was asked for is not the last one
    api(page_size=7)
    fill(server, 20)
    results = land(empty_home)
    assert results["transaction"].rows_landed == 20
    assert results["transaction_line"].rows_landed == 60
    assert all(one.rows_dead_lettered == 0 for one in results.values())
    assert "system_note" not in results  # the company has none
    assert set(server.served.values()) == {1}
    check(empty_home, server)
    stated = totals(empty_home)
    assert stated["transaction_line", "row_count"] == "60.0000"
    assert stated["transaction", "sum_foreigntotal"] == sum_of(server, "transaction")
    assert server.granted == 0 if by == "OAuth 1.0a" else server.granted > 1

    # nothing changed: only what has no stamp is read, and nothing lands
    server.pass_time(hours=5)
    server.served.clear()
    results = land(empty_home)
    assert results["transaction"].extract_mode == "incremental"
    assert results["transaction_line"].rows_inserted == 0
    recent = {key for table, key in server.served if table == "transaction"}
    assert recent == {(number,) for number in range(1, 21)}  # all within the look-back

    chance = Random(2)  # noqa: S311
    server.put("transaction", id=1, foreigntotal="2.35")  # changed
    put_order(server, 99, chance)  # new
    server.delete_record("transaction", 2, PARTS)  # deleted, with its lines
    server.drop(LINE, transaction=3, id=1)  # a line taken off a document, which says so
    server.put("transaction", id=3)
    server.drop("transactionAccountingLine", transaction=4, transactionline=2)  # nothing says so
    server.drop("customer", id=3)
    server.pass_time(minutes=5)
    results = land(empty_home)
    assert results["transaction"].rows_deleted == 1
    assert results["transaction_line"].rows_deleted == 4
    assert results["transaction_accounting_line"].rows_deleted == 4
    assert results["customer"].rows_deleted == 1
    check(empty_home, server)


def test_a_row_that_is_rejected_is_known(server: NetSuiteServer, empty_home: Home) -> None:
    """It is not read again each night, is counted, and lands when it has been mended."""
    fill(server, 5)
    server.put("transaction", id=3, trandate="soon")
    server.put("transaction", id=4, trandate="later")
    server.pass_time(hours=9)
    put_order(server, 6, Random(3))  # noqa: S311
    server.pass_time(minutes=5)
    assert land(empty_home)["transaction"].rows_dead_lettered == 2
    assert totals(empty_home)["transaction", "current_row_count"] == "6.0000"
    server.pass_time(hours=9)
    put_order(server, 7, Random(3))  # noqa: S311
    server.pass_time(minutes=5)
    server.served.clear()
    assert land(empty_home)["transaction"].rows_dead_lettered == 0
    assert {key for table, key in server.served if table == "transaction"} == {(6,), (7,)}
    assert totals(empty_home)["transaction", "current_row_count"] == "7.0000"
    server.put("transaction", id=3, trandate="2026-06-30")
    server.delete_record("transaction", 4, PARTS)  # rejected, and gone: nothing can be marked
    server.pass_time(minutes=5)
    assert land(empty_home)["transaction"].rows_inserted == 1
    assert ("transaction", "current_row_count") not in totals(empty_home)
    check(empty_home, server)


def test_only_the_look_back_is_read_again(
    server: NetSuiteServer, api: Callable[..., None], empty_home: Home
) -> None:
    fill(server, 5)
    server.pass_time(hours=9)
    put_order(server, 6, Random(3))  # noqa: S311
    server.pass_time(minutes=5)
    land(empty_home)
    server.pass_time(hours=9)
    put_order(server, 7, Random(4))  # noqa: S311
    server.pass_time(minutes=5)
    server.served.clear()
    land(empty_home)
    read = {key for (table, key), _ in server.served.items() if table == "transaction"}
    assert read == {(6,), (7,)}
    check(empty_home, server)


def test_no_hour_is_lost_when_the_clock_goes_back(server: NetSuiteServer, empty_home: Home) -> None:
    server.now = server.now.replace(month=11, day=1, hour=8, minute=50)  # 01:50, an hour before
    fill(server, 3)
    land(empty_home)
    server.now = server.now.replace(hour=9, minute=5)  # 01:05 again
    put_order(server, 50, Random(5))  # noqa: S311
    server.pass_time(minutes=2)
    land(empty_home)
    with duckdb.connect(str(empty_home.warehouse), read_only=True) as warehouse:
        found = warehouse.execute("select id from raw_netsuite.transaction").fetchall()
    assert ("50",) in found


def test_an_interrupted_fetch_goes_on(
    server: NetSuiteServer, api: Callable[..., None], empty_home: Home
) -> None:
    fill(server, 60)
    stops = 0
    for calls in [40, 30, 30, 30, 30, 30, 1000]:
        api(page_size=9, calls=calls)
        try:
            fetch.fetch(empty_home)
        except http.BudgetSpent:
            stops += 1
            with pytest.raises(InputError, match="not complete"):
                ingestion.land(fetch.directory_of(empty_home), empty_home)
    assert stops >= 3
    ingestion.land(fetch.directory_of(empty_home), empty_home)
    check(empty_home, server)
    assert set(server.served.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_and_changes_while_reading(
    server: NetSuiteServer,
    api: Callable[..., None],
    empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Whatever fails and changes: what stood still when the fetch began is landed as it stands."""
    chance = Random(seed)  # noqa: S311
    server.random.seed(seed)
    server.names_unknown = chance.random() < 0.5
    server.most = chance.choice([1000, 7])
    if chance.random() < 0.3:
        tba(monkeypatch, server)
    objects = ["transaction", "transaction_line", chance.choice(OTHERS)]
    api(*objects, page_size=chance.choice([3, 10, 50]), timeout=PATIENCE)
    fill(server, 25, seed)
    server.faults = 0.2
    server.before_page = lambda: change(server, chance)
    check_still_documents(empty_home, server, land_at_last(empty_home))
    server.before_page = None
    server.pass_time(hours=chance.choice([0, 3]), minutes=5)
    land_at_last(empty_home)
    check(empty_home, server, objects)
    assert server.seen_faults


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_is_survived(
    server: NetSuiteServer, api: Callable[..., None], empty_home: Home, kind: str
) -> None:
    """Half of all answers fail in one and the same way: each row is fetched, and once."""
    api("transaction", page_size=5, timeout=PATIENCE)
    fill(server, 20)
    server.faults, server.fault_kinds = 0.5, (kind,)
    assert fetch_at_last(empty_home).rows == {"transaction": 20}
    files = fetch.directory_of(empty_home) / "netsuite" / "transaction"
    with duckdb.connect() as database:
        found = database.execute(f"select id from read_csv('{files}/0*') order by 1").fetchall()
    assert found == [(number,) for number in range(1, 21)]
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
    ingestion.land(fetch.directory_of(home), home, allow_shrink=True)
    return upper


def check_still_documents(home: Home, server: NetSuiteServer, upper: datetime) -> None:
    """What had not changed since the fetch began is landed, each row as one whole."""
    began = upper.replace(tzinfo=UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        found = {
            row[0]: row[1:]
            for row in warehouse.execute(
                "select id, foreigntotal, tranid, memo from raw_netsuite.transaction"
                " qualify row_number() over (partition by id order by _load_id desc) = 1"
            ).fetchall()
        }
    for row in server.rows("transaction"):
        if row["lastmodifieddate"] < began:
            total = row["foreigntotal"]
            amount = None if total is None else Decimal(total)
            assert found[str(row["id"])] == (amount, row["tranid"], row["memo"]), row["id"]


def change(server: NetSuiteServer, chance: Random) -> None:
    """A company at work while it is read."""
    if chance.random() >= 0.2:
        return
    server.pass_time(seconds=chance.choice([1, 40]))
    alive = [row["id"] for row in server.rows("transaction")]
    kind, number = chance.randrange(4), chance.choice(alive)
    if kind == 0:
        put_order(server, max(alive) + chance.choice([1, 5]), chance)
    elif kind == 1:
        put_order(server, number, chance)
    elif kind == 2:
        server.delete_record("transaction", number, PARTS)
    else:
        server.put("transaction", id=number)
        for part, column in ((LINE, "id"), ("transactionAccountingLine", "transactionline")):
            server.drop(part, transaction=number, **{column: 2})


@pytest.mark.parametrize("names_unknown", [True, False])
def test_columns_and_tables_that_lack(
    server: NetSuiteServer, empty_home: Home, names_unknown: bool
) -> None:
    server.names_unknown = names_unknown
    fill(server, 2)
    land(empty_home)
    if names_unknown:  # else it is the first reading of changes that lacks the column
        land(empty_home)
    server.database.execute("alter table customer drop column creditlimit")
    land(empty_home)
    with duckdb.connect(str(empty_home.warehouse), read_only=True) as warehouse:
        drift = warehouse.execute(
            "select object, column_name, change from raw_operations.schema_drift"
        ).fetchall()
    assert ("customer", "creditlimit", "missing") in drift
    server.database.execute('alter table "transaction" rename column type to kind')
    with pytest.raises(InputError, match="lacks required columns: type"):
        fetch.fetch(empty_home)
    server.database.execute('alter table "transaction" rename column kind to type')
    server.database.execute("drop table currency")
    with pytest.raises(InputError, match="has no table currency"):
        fetch.fetch(empty_home)


def test_secrets_are_nowhere(
    server: NetSuiteServer,
    api: Callable[..., None],
    empty_home: Home,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    api(timeout=PATIENCE)
    fill(server, 3)
    server.faults = 0.3
    land_at_last(empty_home)
    said = []
    server.faults = 1.0
    server.streak = -100  # faults to the end of all tries
    with pytest.raises(TieoutError) as failed:
        fetch.fetch(empty_home)
    said.append(repr(failed.value) + str(failed.value))
    api()  # patient again: no answer is to be late now
    server.faults = 0.0
    server.certificate_id = "another"
    server.tokens.clear()
    with pytest.raises(InputError, match="does not open a session") as refused:
        fetch.fetch(empty_home)
    said.append(repr(refused.value) + str(refused.value))
    tba(monkeypatch, server)
    server.token["secret"] = "changed"
    with pytest.raises(InputError, match="refuses") as refused:
        fetch.fetch(empty_home)
    said.append(repr(refused.value) + str(refused.value))
    written = [
        path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()
    ]
    for secret in (
        "planted-con",
        "planted-tok",
        "planted.access",
        "client_assertion=",
        "BEGIN PRIVATE",
    ):
        assert not any(secret in text for text in [*said, caplog.text, *written]), secret


def test_a_session(server: NetSuiteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "account 1234567_SB1" in fetch.reach("netsuite")
    oauth2(monkeypatch, server, ec.generate_private_key(ec.SECP256R1()))
    assert fetch.reach("netsuite")
    for curve in (ec.SECP384R1(), ec.SECP256K1()):
        oauth2(monkeypatch, server, ec.generate_private_key(curve))
        with pytest.raises(InputError, match="cannot sign with ES256"):
            fetch.reach("netsuite")
    oauth2(monkeypatch, server, ec.generate_private_key(ec.SECP256R1()))
    server.public_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(InputError, match="does not open a session"):
        fetch.reach("netsuite")
    tba(monkeypatch, server)
    assert fetch.reach("netsuite")
    set_keys(monkeypatch, TOKEN_SECRET="another")
    with pytest.raises(InputError, match="Invalid login attempt"):
        fetch.reach("netsuite")


def test_credentials_that_are_not_whole(
    server: NetSuiteServer, empty_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__NETSUITE__CERTIFICATE_ID")
    with pytest.raises(InputError, match="not whole"):
        fetch.fetch(empty_home)
    set_keys(monkeypatch, ACCOUNT="x/../y")
    with pytest.raises(InputError, match="no account id"):
        fetch.fetch(empty_home)
    set_keys(monkeypatch, ACCOUNT="1", CERTIFICATE_ID="c", ALGORITHM="none")
    with pytest.raises(InputError, match="PS256"):
        fetch.fetch(empty_home)


def test_a_key_that_is_none_is_found_out(
    server: NetSuiteServer, api: Callable[..., None], empty_home: Home
) -> None:
    """Without order by key a page would be read twice or never."""
    api(page_size=2)
    fill(server, 5)
    ordered = server.select

    def disordered(suiteql: str, limit: int) -> dict[str, Any]:
        return ordered(suiteql.replace("ORDER BY id", "ORDER BY -id"), limit)

    server.select = disordered  # type: ignore[method-assign]
    with pytest.raises(TieoutError, match="order of their key"):
        fetch.fetch(empty_home)
