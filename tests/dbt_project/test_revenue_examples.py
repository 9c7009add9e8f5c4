"""The acceptance examples of billing, revenue and cash, on the published demo company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

STORY_ENTITY = "Tieout Instruments Inc"
QUARTER = "period between date '2026-01-01' and date '2026-03-01'"


@pytest.fixture(scope="module")
def marts(published_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, read-only."""
    path = published_home / "publications" / "current" / "marts.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def story(demo_exports: Path) -> dict[str, set[str]]:
    """ERP document ids of each planted story."""
    found: dict[str, set[str]] = {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select story, document_id from read_csv(?, all_varchar = true)"
            " where document_id <> '' and story <> ''",
            [str(demo_exports / "truth" / "discrepancy.csv")],
        ).fetchall()
    for name, document in rows:
        found.setdefault(name, set()).add(document)
    return found


def rows(
    marts: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[tuple[Any, ...]]:
    return marts.execute(query, parameters or []).fetchall()


def test_ax01_legs_two_and_three_are_the_worked_example(marts: duckdb.DuckDBPyConnection) -> None:
    lines = dict(
        rows(
            marts,
            "select line_code, sum(amount) from revenue_bridge.rpt_revenue_bridge"
            f" where definition_id = 'standard' and entity = ? and leg in (2, 3) and {QUARTER}"
            " group by line_code",
            [STORY_ENTITY],
        )
    )
    assert lines == {
        "2.01": Decimal("45000"),
        "2.02": Decimal("-120000"),
        "2.03": Decimal("-60000"),
        "2.07": Decimal("-35000"),
        "3.01": Decimal("-521625.01"),
        "3.02": Decimal("62000"),
        "3.03": Decimal("15000"),
        "3.08": Decimal("-1250"),
        "3.13": Decimal("0.01"),
    }


@pytest.fixture(scope="module")
def obligation(demo_exports: Path, story: dict[str, set[str]]) -> Callable[[str, str], str]:
    """The one obligation of a story that the ERP began on a day, by its revenue element."""

    def find(name: str, start_date: str) -> str:
        with duckdb.connect() as connection:
            ids = connection.execute(
                "select element.id from read_csv(?, all_varchar = true) as element"
                " inner join read_csv(?, all_varchar = true) as line"
                " on line.revenueelement = element.id and line.mainline = 'F'"
                " where list_contains(?, line.transaction) and element.revrecstartdate = ?"
                " group by element.id",
                [
                    str(demo_exports / "netsuite" / "revenue_element.csv"),
                    str(demo_exports / "netsuite" / "transaction_line.csv"),
                    sorted(story[name]),
                    start_date,
                ],
            ).fetchall()
        assert len(ids) == 1
        return str(ids[0][0])

    return find


def months_of(marts: duckdb.DuckDBPyConnection, obligation_id: str) -> list[tuple[Any, ...]]:
    """Its schedule: month, what we schedule, what the ERP planned, what it posted."""
    return [
        (str(period), *amounts)
        for period, *amounts in rows(
            marts,
            "select period, scheduled_amount, erp_scheduled_amount, posted_amount"
            " from revenue_bridge.fct_revenue_schedule where obligation_id = ? order by period",
            [obligation_id],
        )
    ]


def liability(marts: duckdb.DuckDBPyConnection, obligation_id: str) -> dict[str, Decimal]:
    """What its contract's customer has been billed and not yet been given, month by month."""
    return {
        str(period): amount
        for period, amount in rows(
            marts,
            "select period, contract_liability from revenue_bridge.rpt_contract_balance"
            " where contract_id in (select contract_id from revenue_bridge.fct_revenue_schedule"
            "   where obligation_id = ?)",
            [obligation_id],
        )
    }


def deal_of(marts: duckdb.DuckDBPyConnection, obligation_id: str) -> tuple[Any, ...]:
    """The closed-won deal that its contract was ordered from."""
    deals = rows(
        marts,
        "select close_date, booked_amount, first_invoice_date, billed_amount"
        " from opportunity_to_order.fct_opportunity_to_cash where opportunity_id in ("
        "   select a.opportunity_id from opportunity_to_order.fct_allocation as a"
        "   inner join revenue_bridge.fct_revenue_schedule as s on a.order_id = s.contract_id"
        "   where s.obligation_id = ?)",
        [obligation_id],
    )
    assert len(deals) == 1
    return deals[0]


def test_ax02_an_annual_contract_is_twelve_rows_of_ten_thousand(
    marts: duckdb.DuckDBPyConnection, obligation: Callable[[str, str], str]
) -> None:
    """Booked 120,000 in January; at the end of March 30,000 recognised and 90,000 deferred."""
    annual = obligation("AX-02", "2026-01-01")
    monthly = Decimal(10000)
    assert months_of(marts, annual) == [
        (f"2026-{month:02}-01", monthly, monthly, monthly if month <= 6 else None)
        for month in range(1, 13)
    ]
    close_date, booked, *_ = deal_of(marts, annual)
    assert (str(close_date), booked) == ("2026-01-05", Decimal(120000))
    recognised = rows(
        marts,
        "select sum(posted_amount) from revenue_bridge.fct_revenue_schedule"
        f" where obligation_id = ? and {QUARTER}",
        [annual],
    )
    assert recognised == [(Decimal(30000),)]
    assert liability(marts, annual)["2026-03-01"] == Decimal(90000)


def test_ax05_billed_in_february_and_delivered_in_april_is_deferred_in_march(
    marts: duckdb.DuckDBPyConnection, obligation: Callable[[str, str], str]
) -> None:
    """Booked and billed in the first quarter, revenue of the second."""
    delivered = obligation("AX-01", "2026-04-01")
    deal = deal_of(marts, delivered)
    assert (str(deal[0]), deal[1], str(deal[2]), deal[3]) == (
        "2026-01-15",
        Decimal(200000),
        "2026-02-03",
        Decimal(200000),
    )
    whole = Decimal(200000)
    assert months_of(marts, delivered) == [("2026-04-01", whole, whole, whole)]
    deferred = liability(marts, delivered)
    assert deferred["2026-03-01"] == whole
    assert deferred.get("2026-04-01", Decimal(0)) == 0
    halves = rows(
        marts,
        "select period, line_code, amount from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'standard' and leg = 3 and entity = ? and abs(amount) = 200000"
        " order by period",
        [STORY_ENTITY],
    )
    assert [(str(period), code, amount) for period, code, amount in halves] == [
        ("2026-02-01", "3.01", Decimal(-200000)),
        ("2026-04-01", "3.02", Decimal(200000)),
    ]


def test_ax06_the_revenue_event_decides_the_quarter(
    marts: duckdb.DuckDBPyConnection, story: dict[str, set[str]]
) -> None:
    paid = rows(
        marts,
        "select period, line_code, amount from revenue_bridge.fct_bridge_atom"
        " where definition_id = 'cash_and_po' and leg = 3 and (list_contains(?, document_id)"
        "   or list_contains(?, allocation_key)) order by period",
        [sorted(story["AX-06"]), sorted(story["AX-06"])],
    )
    assert [(str(period), code, amount) for period, code, amount in paid] == [
        ("2026-03-01", "3.01", Decimal(-88000)),
        ("2026-04-01", "3.02", Decimal(88000)),
    ]
    compared = rows(
        marts,
        "select period, reason, amount, counter_period"
        " from revenue_bridge.fct_definition_difference"
        " where from_definition_id = 'standard' and to_definition_id = 'cash_and_po'"
        " and anchor = 'revenue' and list_contains(?, document_id) order by period",
        [sorted(story["AX-06"])],
    )
    assert [(str(period), why, amount, str(other)) for period, why, amount, other in compared] == [
        ("2026-03-01", "other_period", Decimal(-88000), "2026-04-01"),
        ("2026-04-01", "other_period", Decimal(88000), "2026-03-01"),
    ]
    # posted straight to revenue: nothing lies between the bill and the ledger
    assert rows(
        marts,
        "select count(*) from revenue_bridge.fct_bridge_atom where definition_id = 'standard'"
        " and leg = 3 and list_contains(?, document_id)",
        [sorted(story["AX-06"])],
    ) == [(0,)]


def test_ax22_one_number_net_of_returns_and_pending_credits(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    number = rows(
        marts,
        "select sum(net_amount), sum(pending_amount), sum(net_of_pending_amount)"
        f" from revenue_bridge.rpt_net_billings where entity = ? and {QUARTER}",
        [STORY_ENTITY],
    )
    assert number == [(Decimal(2545875), Decimal(-12000), Decimal(2533875))]
    pending = rows(
        marts,
        "select document_type, amount from revenue_bridge.rpt_pending_credit where entity = ?",
        [STORY_ENTITY],
    )
    assert pending == [("credit_memo", Decimal(-12000))]


def test_ax24_open_receivable_is_the_invoice_less_what_was_applied(
    marts: duckdb.DuckDBPyConnection, demo_exports: Path
) -> None:
    """No discrepancy, so no story of the truth: the one invoice of the customer in the example."""
    with duckdb.connect() as connection:
        invoices = connection.execute(
            "select transaction.id from read_csv(?, all_varchar = true) as transaction"
            " inner join read_csv(?, all_varchar = true) as customer"
            " on transaction.entity = customer.id"
            " where transaction.type = 'CustInvc' and customer.companyname ilike 'hoshino%'",
            [
                str(demo_exports / "netsuite" / f"{name}.csv")
                for name in ("transaction", "customer")
            ],
        ).fetchall()
    assert len(invoices) == 1
    amounts = dict(
        rows(
            marts,
            "select step, sum(amount) from revenue_bridge.fct_bridge_atom"
            " where definition_id = 'standard' and leg = 4 and document_type = 'invoice'"
            " and list_contains(?, document_id) and currency = 'JPY' group by step",
            [[invoices[0][0]]],
        )
    )
    # 8,976,888 billed net of tax over three lines, of which 60% was paid
    assert amounts == {"billed": Decimal(-5386133), "open": Decimal(-3590755)}
    assert sum(amounts.values()) == Decimal(-8976888)


def test_deferred_revenue_ties_to_the_ledger_in_every_month(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    months = rows(
        marts,
        "select count(*), count(*) filter (where difference <> 0)"
        " from revenue_bridge.rpt_deferred_rollforward",
    )[0]
    assert months[0] > 0
    assert months[1] == 0


def test_the_ledger_that_posted_otherwise_than_planned_is_named(
    marts: duckdb.DuckDBPyConnection, demo_exports: Path
) -> None:
    """Every month of an obligation that the ledger posted otherwise than planned, and no other."""
    named = rows(
        marts,
        "select obligation_id, period, posted_amount, status"
        " from revenue_bridge.fct_revenue_schedule"
        " where coalesce(posted_amount, 0) <> coalesce(erp_scheduled_amount, 0)"
        "   and (posted_amount is not null or period < date '2026-04-01') order by all",
    )
    with duckdb.connect() as connection:
        planted = connection.execute(
            "select obligation_id, period, posted,"
            " case when posted is null then 'unposted'"
            "   when planned is null then 'posted_without_plan' else 'posted_otherwise' end"
            " from (select obligation_id, period::date as period,"
            "   nullif(posted_amount, '')::decimal(28, 4) as posted,"
            "   nullif(erp_scheduled_amount, '')::decimal(28, 4) as planned"
            "   from read_csv(?, all_varchar = true))"
            # what is planned for a month that is still open may yet be posted
            " where coalesce(posted, 0) <> coalesce(planned, 0)"
            "   and (posted is not null or period < date '2026-04-01')"
            " order by all",
            [str(demo_exports / "truth" / "revenue_schedule.csv")],
        ).fetchall()
    assert named == planted
    assert {status for *_, status in named} >= {"unposted", "posted_otherwise"}


def test_every_planted_difference_is_reported_with_its_cause(
    marts: duckdb.DuckDBPyConnection, demo_exports: Path
) -> None:
    """And nothing else is: schedule, plan and ledger agree in all other due months."""
    reported = rows(
        marts,
        "select obligation_id, period, cause from revenue_bridge.rpt_schedule_difference"
        " group by all order by all",
    )
    with duckdb.connect() as connection:
        planted = connection.execute(
            "select obligation_id, period::date, cause from read_csv(?, all_varchar = true)"
            " where cause <> '' order by all",
            [str(demo_exports / "truth" / "revenue_schedule.csv")],
        ).fetchall()
    assert reported == planted
    assert {cause for *_, cause in planted} >= {
        "amount",
        "dates",
        "modification",
        "not_planned",
        "other_entity",
        "planned_otherwise",
        "unposted",
        "wrong_period",
    }
