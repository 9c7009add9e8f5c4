"""Changes of shared fields, landed on two nights, and what Finance decides about them.

On the second night an account moves to another state (AX-17), the address of an ERP customer moves
without the customer (AX-18), a prospect and a buyer change their names, and somebody edits payment
terms and a shipping address in the CRM (AX-14, AX-21). Then stewards decide.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

Rows = list[tuple[Any, ...]]
Marts = dict[str, duckdb.DuckDBPyConnection]

ACCOUNT = (
    "Id,Name,CurrencyIsoCode,IsDeleted,CreatedDate,SystemModstamp,NetSuite_Id__c,BillingStreet,"
    "BillingCity,BillingState,BillingCountry,ShippingCity,ShippingCountry,Payment_Terms__c"
)
# Salem buys since February; Larch is a prospect that the ERP knows; Brook and Heron are buyers.
SALEM = "001A00000184920,Salem Pumps,USD,false,2020-01-01T00:00:00Z,{},77231,{},Salem,US,Net 30"
LARCH = "001A0000000LARC,{},USD,false,2020-01-01T00:00:00Z,{},3,,Erie,PA,US,{},US,"
BROOK = "001A0000000BROO,Brook Mills,USD,false,2020-01-01T00:00:00Z,2026-01-01T00:00:00Z,4,,,,US,,,"
HERON = "001A0000000HERO,Heron Labs,USD,false,2020-01-01T00:00:00Z,{},5,,,,US,,,{}"
OLD, EVENT = "2026-01-01T00:00:00Z", "2026-06-17T14:22:00Z"
ACCOUNTS = {
    1: [
        SALEM.format(OLD, "1 Quay,Salem,MA,US"),
        LARCH.format("Larch Tools", OLD, "Erie"),
        BROOK,
        HERON.format(OLD, "Net 30"),
    ],
    2: [
        SALEM.format(EVENT, "7 Mill Ln,Salem,NH,US"),
        LARCH.format("Larch Tooling", EVENT, "Troy"),
        BROOK,
        HERON.format(EVENT, "Net 90"),
    ],
}
CUSTOMER = (
    "id,entityid,companyname,currency,terms,datecreated,lastmodifieddate,defaultbillingaddress"
)
CUSTOMERS = {
    1: [
        "77231,C1,Salem Pumps Inc.,1,2,2020-02-01,2026-01-01,701",
        "3,C3,Larch Tools Inc.,1,2,2020-02-01,2026-01-01,703",
        "4,C4,Brook Mills Inc.,1,2,2020-02-01,2026-01-01,704",
        "5,C5,Heron Labs Inc.,1,2,2020-02-01,2026-01-01,",
    ],
}
CUSTOMERS[2] = [*CUSTOMERS[1][:3], "5,C5,Heron Research Inc.,1,2,2020-02-01,2026-06-16,"]
ADDRESS = "nkey,addr1,city,state,zip,country,lastmodifieddate"
ADDRESSES = {
    1: [
        "701,1 Quay,Salem,MA,01970,US,2026-01-01",
        "703,3 Elm,Erie,PA,16501,US,2026-01-01",
        "704,4 Dam,Toledo,OH,43604,US,2026-01-01",
    ],
}
ADDRESSES[2] = [*ADDRESSES[1][:2], "704,8 Pier,Erie,PA,16501,US,2026-06-15"]
ORDERS = [
    "id,tranid,type,trandate,status,entity,currency,exchangerate,posting,voided,createddate,lastmodifieddate",
    *(
        f"{50 + n},SO{n},SalesOrd,2026-02-10,G,{customer},1,1,F,F,2026-02-10,2026-02-10"
        for n, customer in enumerate((77231, 4, 5))
    ),
]
FIXED = {
    "netsuite/currency.csv": ["id,name,symbol,isbasecurrency", "1,US dollar,USD,T"],
    "netsuite/subsidiary.csv": ["id,name,currency,country", "2,North,1,US"],
    "netsuite/transaction.csv": ORDERS,
}
DECISIONS = """
decisions:
  - id: salem-moved
    action: accept_change
    records: ["account salesforce:001A00000184920"]
    field: tax_region
    value: US-NH
    owner: Dana Cole
    reason: Lease and nexus letter seen
    decided_on: 2026-06-17
    expires_on: never
  - id: brook-moved
    action: accept_change
    records: ["erp_customer netsuite:4"]
    field: tax_region
    value: US-PA
    owner: Dana Cole
    reason: New plant
    decided_on: 2026-06-16
    expires_on: never
  - id: larch-renamed
    action: accept_change
    records: ["account salesforce:001A0000000LARC"]
    field: legal_customer_name
    value: Larch Tooling
    owner: Dana Cole
    reason: Register extract
    decided_on: 2026-06-17
    expires_on: never
  - id: heron-not-renamed
    action: refuse_change
    records: ["erp_customer netsuite:5"]
    field: legal_customer_name
    value: Heron Research Inc.
    owner: Dana Cole
    reason: A trading name
    decided_on: 2026-06-17
    expires_on: never
"""


def write(exports: Path, night: int) -> None:
    files = {
        **FIXED,
        "salesforce/Account.csv": [ACCOUNT, *ACCOUNTS[night]],
        "netsuite/customer.csv": [CUSTOMER, *CUSTOMERS[night]],
        "netsuite/entity_address.csv": [ADDRESS, *ADDRESSES[night]],
    }
    for name, lines in files.items():
        (exports / name).parent.mkdir(parents=True, exist_ok=True)
        (exports / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def marts(
    tmp_path_factory: pytest.TempPathFactory,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
    repository: Path,
) -> Iterator[Marts]:
    """The marts before and after the decisions: `undecided`, `decided`."""
    base = tmp_path_factory.mktemp("field-changes")
    exports, home, rules = base / "exports", base / "home", base / "definitions"
    for night in (1, 2):
        write(exports, night)
        tieout("land", "--exports", exports, home=home)
    shutil.copytree(repository / "definitions", rules)
    opened = {}
    for name in ("undecided", "decided"):
        if name == "decided":
            (rules / "decisions").mkdir(exist_ok=True)
            (rules / "decisions" / "changes.yml").write_text(DECISIONS, encoding="utf-8")
        tieout("build", "--definitions", rules, home=home)
        (candidate,) = (home / "work" / "candidate").glob("*/marts.duckdb")
        opened[name] = duckdb.connect(str(shutil.copy(candidate, base / f"{name}.duckdb")))
        opened[name].execute("set search_path = 'account_mapping,operations'")
    yield opened
    for connection in opened.values():
        connection.close()


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    return connection.execute(sql).fetchall()


def golden(connection: duckdb.DuckDBPyConnection, record: str, *fields: str) -> Rows:
    """Value, system and basis of each field of the customer that an ERP id belongs to."""
    return connection.execute(
        """
        select golden.field, golden.value, golden.source_system, golden.basis
        from fct_customer_field as golden
        inner join map_account_customer as link using (customer_key)
        where link.erp_customer_id = ? and golden.field in (select unnest(?))
        order by 1
        """,
        [record, list(fields)],
    ).fetchall()


def reviews(connection: duckdb.DuckDBPyConnection) -> Rows:
    return rows(
        connection,
        "select record, field, old_value, new_value, status, decision_id from rpt_review_queue"
        " order by 1, 2",
    )


def test_a_move_in_the_crm_waits_for_finance(marts: Marts) -> None:
    """AX-17: both fields of the event are in the queue and in the audit, and nowhere else."""
    found = rows(
        marts["undecided"],
        """
        select field, old_value, new_value, changed_at::varchar, status, against_direction
        from rpt_review_queue where source_key like '%184920%'
        order by 1
        """,
    )
    assert found == [
        ("billing_address", "1 Quay, Salem, MA, US", "7 Mill Ln, Salem, NH, US",
         "2026-06-17 14:22:00", "open", True),
        ("tax_region", "US-MA", "US-NH", "2026-06-17 14:22:00", "open", True),
    ]  # fmt: skip
    audit = rows(
        marts["undecided"],
        "select field, requires_review, status from fct_field_change"
        " where record_id like '%184920%' order by 1",
    )
    assert audit == [("billing_address", True, "open"), ("tax_region", True, "open")]
    assert golden(marts["undecided"], "77231", "tax_region", "bill_to_street") == [
        ("bill_to_street", "1 Quay", "netsuite", "owner"),
        ("tax_region", "US-MA", "netsuite", "owner"),
    ]


def test_an_address_that_moves_in_the_erp_waits_too(
    marts: Marts,
) -> None:
    """AX-18: the customer's row is unchanged, its address is not; no part of it is published."""
    parts = ("tax_region", "bill_to_street", "bill_to_city", "bill_to_postal_code")
    assert golden(marts["undecided"], "4", *parts) == [
        ("bill_to_city", "Toledo", "netsuite", "owner"),
        ("bill_to_postal_code", "43604", "netsuite", "owner"),
        ("bill_to_street", "4 Dam", "netsuite", "owner"),
        ("tax_region", "US-OH", "netsuite", "owner"),
    ]
    assert golden(marts["decided"], "4", *parts) == [
        ("bill_to_city", "Erie", "netsuite", "owner"),
        ("bill_to_postal_code", "16501", "netsuite", "owner"),
        ("bill_to_street", "8 Pier", "netsuite", "owner"),
        ("tax_region", "US-PA", "netsuite", "owner"),
    ]


def test_a_new_name_is_published_when_finance_accepts_it(
    marts: Marts,
) -> None:
    name = "legal_customer_name"
    assert golden(marts["undecided"], "3", name) == [(name, "Larch Tools", "salesforce", "owner")]
    assert golden(marts["decided"], "3", name) == [(name, "Larch Tooling", "salesforce", "owner")]
    for state in ("undecided", "decided"):
        found = golden(marts[state], "5", name)
        assert found == [(name, "Heron Labs Inc.", "netsuite", "owner")]


def test_names_and_regions_of_customers_are_the_published_ones(
    marts: Marts,
) -> None:
    """The customer's own row and the record that the rules judge show no undecided change."""
    shown = """
        select record.erp_customer_id, customer.customer_name, record.legal_customer_name,
            record.tax_region
        from rpt_customer_record as record
        inner join map_account_customer as link using (erp_system, erp_customer_id)
        inner join dim_customer as customer using (customer_key)
        where record.erp_customer_id in ('3', '4', '5') order by 1
    """
    assert rows(marts["undecided"], shown) == [
        ("3", "Larch Tools", "Larch Tools Inc.", "US-PA"),
        ("4", "Brook Mills Inc.", "Brook Mills Inc.", "US-OH"),
        ("5", "Heron Labs Inc.", "Heron Labs Inc.", "US"),
    ]
    assert rows(marts["decided"], shown) == [
        ("3", "Larch Tooling", "Larch Tools Inc.", "US-PA"),
        ("4", "Brook Mills Inc.", "Brook Mills Inc.", "US-PA"),
        ("5", "Heron Labs Inc.", "Heron Labs Inc.", "US"),
    ]


def test_an_accepted_proposal_overrides_the_owner(
    marts: Marts,
) -> None:
    """The ERP owns address and region; Finance has accepted what the CRM says, as a whole."""
    found = golden(marts["decided"], "77231", "tax_region", "bill_to_street", "bill_to_postal_code")
    assert found == [
        ("bill_to_street", "7 Mill Ln", "salesforce", "accepted proposal"),
        ("tax_region", "US-NH", "salesforce", "accepted proposal"),
    ]


def test_decided_changes_stay_in_the_queue_as_decided(
    marts: Marts,
) -> None:
    before = reviews(marts["undecided"])
    assert [row[4] for row in before] == ["open"] * 6
    after = {(row[0].split(":")[1][:15], row[1]): row[4:] for row in reviews(marts["decided"])}
    assert after == {
        ("001A00000184920", "billing_address"): ("accepted", "salem-moved"),
        ("001A00000184920", "tax_region"): ("accepted", "salem-moved"),
        ("001A0000000LARC", "legal_customer_name"): ("accepted", "larch-renamed"),
        ("4", "billing_address"): ("accepted", "brook-moved"),
        ("4", "tax_region"): ("accepted", "brook-moved"),
        ("5", "legal_customer_name"): ("refused", "heron-not-renamed"),
    }


def test_a_change_against_its_direction_is_refused(
    marts: Marts,
) -> None:
    """AX-14: payment terms are the ERP's. AX-21: a prospect's shipping address is the CRM's."""
    audit = rows(
        marts["undecided"],
        "select field, old_value, new_value, against_direction, status from fct_field_change"
        " where not requires_review order by 1",
    )
    assert audit == [
        ("payment_terms", "Net 30", "Net 90", True, "refused"),
        ("shipping_address", "Erie, US", "Troy, US", False, "applied"),
    ]
    assert golden(marts["undecided"], "5", "payment_terms") == [
        ("payment_terms", "Net 30", "netsuite", "owner")
    ]
    assert golden(marts["undecided"], "3", "ship_to_city") == [
        ("ship_to_city", "Troy", "salesforce", "owner")
    ]


def test_what_the_systems_disagree_on(marts: Marts) -> None:
    """AX-20: both values, the owner, the later side. What Finance looks at is no exception."""
    conflicts = """
        select erp_customer_id, field, crm_value, erp_value, winning_system_type, changed_last_in,
            status
        from rpt_field_conflict order by 1, 2
    """
    name, late = "legal_customer_name", "not_taken_over"
    moved = ("7 Mill Ln, Salem, NH, US", "1 Quay, Salem, MA, 01970, US")
    assert rows(marts["decided"], conflicts) == [
        ("3", name, "Larch Tooling", "Larch Tools Inc.", "crm", "crm", late),
        ("5", name, "Heron Labs", "Heron Research Inc.", "erp", "erp", "refused"),
        ("5", "payment_terms", "Net 90", "Net 30", "erp", "crm", "refused"),
        ("77231", "billing_address", *moved, "crm", "crm", late),
        ("77231", "tax_region", "US-NH", "US-MA", "crm", "crm", late),
    ]
    waiting = rows(
        marts["undecided"],
        "select field, status from rpt_field_conflict where status = 'in_review' order by all",
    )
    assert waiting == [
        ("billing_address", "in_review"),
        ("legal_customer_name", "in_review"),
        ("legal_customer_name", "in_review"),
        ("tax_region", "in_review"),
    ]
    raised = "select count(*) from exception where exception_type = 'field_conflict'"
    assert rows(marts["undecided"], raised) == [(1,)]
