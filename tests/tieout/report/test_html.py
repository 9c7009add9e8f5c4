"""report.html: exact numbers, safe texts, one file, a bounded size."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from expectations.results import Finding, GateResult
from tests.tieout.report.marts_fixture import ENTITY, HOSTILE_NAME, write_publication
from tieout import report
from tieout.errors import InputError
from tieout.report import payload
from tieout.report.marts import minor_units, money, open_marts


@pytest.fixture(scope="module")
def page(publication: Path) -> str:
    return (publication / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def data(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found.group(1))


def worked_items(data: Any, *, legs: tuple[int, ...] = (1, 2, 3)) -> list[list[Any]]:
    cell = next(i for i, (entity, *_) in enumerate(data["cells"]) if entity == ENTITY)
    return [
        row
        for row in data["items"]
        if row[:3] == ["standard", cell, "2026-01-01"] and data["lines"][row[3]][0] in legs
    ]


def test_the_worked_quarter_is_embedded_to_the_cent(data: Any) -> None:
    cell = next(i for i, (entity, *_) in enumerate(data["cells"]) if entity == ENTITY)
    anchors = {
        row[3]: int(row[4])
        for row in data["anchors"]
        if row[:3] == ["standard", cell, "2026-01-01"]
    }
    assert anchors == {
        0: 240000000,
        1: 271587500,
        2: 254587500,
        3: 210000000,
        4: 200000000,
    }
    assert sum(int(row[4]) for row in worked_items(data)) == -30000000


def test_what_is_overdue_comes_first_with_its_age_by_the_sources_own_stamps(page: str) -> None:
    table = page[page.index('<table id="freshness">') :]
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.S)[1:]
    ]
    assert rows == [
        ["overdue", "netsuite transaction", "2026-06-28 20:00", "2 d 3 h", "2 d",
         "critical: A false backlog."],
        ["overdue", "netsuite transaction", "2026-06-28 20:00", "2 d 3 h", "4 h",
         "warning: Shown during the day."],
        ["never landed", "netsuite customer", "", "", "4 d", "warning: Daily."],
        ["never landed", "netsuite item", "", "", "", "info: Sent on change."],
        ["in time", "salesforce opportunity", "2026-06-30 22:00", "1 h", "1 d",
         "warning: Deals close daily."],
    ]  # fmt: skip


def test_the_report_calls_overdue_what_the_gate_does(publication: Path, repository: Path) -> None:
    suite = yaml.safe_load(
        (repository / "expectations" / "suites" / "freshness.yml").read_text(encoding="utf-8")
    )
    queries = {one["id"]: one["unexpected_rows"] for one in suite["checks"]}
    with open_marts(publication) as marts:
        judged = {
            severity: sorted(
                row[:2] for row in payload._freshness(marts)
                if row[2] == "overdue" and row[6] == severity
            )
            for severity in ("critical", "warning")
        }  # fmt: skip
    with duckdb.connect(str(publication / "marts.duckdb"), read_only=True) as marts_file:
        for severity, found in judged.items():
            query = queries[f"freshness_{severity}"].format(batch="definitions.freshness_sla")
            assert sorted(list(row[:2]) for row in marts_file.execute(query).fetchall()) == found


def test_gross_movement_and_its_kinds_are_those_of_the_worked_example(data: Any) -> None:
    by_kind: dict[str, int] = {}
    for row in worked_items(data):
        kind = data["lines"][row[3]][3]
        by_kind[kind] = by_kind.get(kind, 0) + int(row[5])
    assert sum(by_kind.values()) == 232400002
    assert by_kind["action"] == 6500000
    assert by_kind["data_error"] == 10000000


def test_two_halves_of_a_hop_inside_one_quarter_are_no_movement(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        # ordered in January, billed in February and, for the second pair, in April
        for key, month in (("a>b", "2026-02-01"), ("c>d", "2026-04-01")):
            for number, (period, amount) in enumerate((("2026-01-01", -700), (month, 700))):
                connection.execute(
                    """
                    insert into revenue_bridge.fct_bridge_atom
                    select md5($key || $number), 'standard', 2, '2.02', '', '', $entity, 'USD',
                        cast($period as date), $amount, 'A', '', '', '', '', '', 'netsuite',
                        'invoice', $key || $number, '', $key, ''
                    """,
                    {
                        "key": key,
                        "number": str(number),
                        "entity": ENTITY,
                        "period": period,
                        "amount": amount,
                    },
                )
    with open_marts(directory) as marts:
        before, after = (
            marts.tuples(
                "select gross, record_count from item where definition_id = 'standard'"
                " and line_code = '2.02' and entity = ? order by quarter",
                [ENTITY],
            ),
            marts.tuples(
                "select sum(amount), count(*) from record where definition_id = 'standard'"
                " and line_code = '2.02' and quarter = date '2026-01-01'"
            ),
        )
    assert before == [(Decimal(120700), 2)]  # the worked 120,000 and what was billed in April
    assert after == [(Decimal(-120700), 2)]


def test_months_sum_to_the_fiscal_quarter_of_their_definition_set(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")

    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        connection.execute(
            "update definitions.definition_setting set fiscal_year_start_month = 2"
            " where definition_id = 'standard'"
        )
    with open_marts(directory) as marts:
        quarters = {q.key: q for q in marts.quarters() if q.definition_id == "standard"}
        # a fiscal year is named for the year in which it ends, here in January 2026
        assert quarters["2025-11-01"].label == "FY2026 Q4"
        assert quarters["2025-11-01"].months == ("2025-12-01", "2026-01-01")
        assert quarters["2026-02-01"].label == "FY2027 Q1"
        assert not quarters["2026-02-01"].is_closed  # April is not closed
        default = marts.default_quarter("standard")
        assert default is not None
        assert default.key == "2025-11-01"


def test_account_matching_is_embedded_exactly(data: Any, page: str) -> None:
    mapping = data["mapping"]
    won = next(row for row in mapping["quality"] if row["currency"] == "USD")
    assert won["accounts"] == [80, 77, 2, 1, 68, 4, 3, 2]
    assert won["amounts"][:2] == ["100000000", "96000000"]  # minor units
    assert won["amount_match_rate"] == "0.9600"
    assert [night[2:] for night in mapping["nights"] if night[0] == "won_account"] == [
        ["2026-06-28", "0.9000", None],
        ["2026-06-29", "0.9200", None],
        ["2026-06-30", "0.9700", None],
    ]
    assert mapping["queue"]["pairs"] == 3
    assert [row[3] for row in mapping["queue"]["rows"]] == ["77", "78", "79"]
    assert [row[:4] for row in mapping["drift"]] == [
        ["link_moved", "changed_record", "Vega Optics", "001AX0000000009AAA"],
        ["key_changed", "rules_or_other_records", "Yen Works", "001AX0000000010AAA"],
    ]
    assert mapping["drift"][1][4:] == ["k6", "k7", "900", "JPY"]  # keys, and yen without decimals
    assert [row[:2] for row in mapping["agreement"]] == [
        ["account_and_customer", "every rule"],
        ["account_and_customer", "same web domain"],
        ["two_accounts", "every rule"],
    ]
    assert mapping["readiness"][1:] == [
        ["USD", "missing_billing_field", "tax_id", 3, "9,000.50", "001"],
        ["USD", "unmapped_product", "", 1, "4,000.00", "01t"],
        ["", "unknown_currency", "", 1, "", "9"],  # without money, hence last
    ]
    assert "<i>Controls" not in page


def test_the_group_is_embedded_in_one_currency(data: Any) -> None:
    """Every leg ties for each entity and for the group; FX by cause; no view for the other set."""
    assert {one["definition"] for one in data["group"]} == {"standard"}
    (quarter,) = (one for one in data["group"] if one["quarter"] == "2026-01-01")
    assert (quarter["currency"], quarter["unit"], quarter["unconverted"]) == ("USD", 2, 1)
    assert quarter["entities"] == ["Northfield Gulf WLL", "Northfield Japan KK", ENTITY]
    for way in ("revenue", "cash"):
        running = [0] * 4
        for kind, _, _, *amounts in quarter[way]:
            found = [int(amount) for amount in amounts]
            assert found[3] == sum(found[:3])
            if kind == "anchor" and any(running):
                assert found == running
            running = (
                [a + b for a, b in zip(running, found, strict=True)] if kind == "line" else found
            )
    assert quarter["fx"] == [
        ["1.12", "rates of two sources: the CRM and the ERP, or two documents of one day", "-1234"],
        ["1.12", "the same source's rate of another day", "234"],
        ["2.11", "the same source's rate of another day", "1000"],
    ]


def test_yen_have_no_decimals_and_dinar_three(data: Any) -> None:
    units = {currency: unit for _, currency, unit in data["cells"]}
    assert units == {"USD": 2, "JPY": 0, "KWD": 3}


def test_texts_of_the_sources_cannot_become_markup(page: str, data: Any) -> None:
    assert HOSTILE_NAME in data["words"]
    assert "<script>alert" not in page
    assert "<b>never</b>" not in page
    assert "Sold, &lt;b&gt;never&lt;/b&gt; ordered." in page


def test_the_file_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']*["']""", page)
    assert not re.findall(r"url\(|@import", page)
    assert "default-src 'none'" in page


def test_a_refused_candidate_says_so(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p")
    finding = Finding(
        "bridge_identity", "identity", "t", "e", "critical", False, "Off.",
        "Look with `tieout <x>`.", "1 rows", 1,
    )  # fmt: skip
    GateResult("p", "0" * 64, (finding,), 1.0).write(directory)
    report.write(directory)
    page = (directory / "report.html").read_text("utf-8")
    assert "was refused and is not published" in page
    assert 'Look with <span class="mono">tieout &lt;x&gt;</span>.' in page
    assert '<td class="num">1 row</td>' in page


def test_many_atoms_make_a_bounded_file_that_states_what_it_leaves_out(tmp_path: Path) -> None:
    directory = write_publication(tmp_path / "p", bulk=150_000)
    report.write(directory)
    assert (directory / "report.html").stat().st_size < 8_000_000
    with open_marts(directory) as marts:
        built = payload.build(marts)
    bulk = next(i for i, row in enumerate(built["items"]) if row[9] >= 150_000)
    records = built["records"][str(bulk)]
    assert 0 < len(records) <= payload.RECORDS_PER_BAR
    shown = [abs(int(record[9])) for record in records]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == 9973  # the largest comes first: 99.73
    assert sum(len(r) for r in built["records"].values()) <= payload.RECORD_BUDGET


def test_marts_without_any_booking_still_make_a_report(tmp_path: Path) -> None:

    directory = write_publication(tmp_path / "p")
    with duckdb.connect(str(directory / "marts.duckdb")) as connection:
        for table in ("fct_bridge_atom", "rpt_revenue_bridge", "rpt_bridge_anchor"):
            connection.execute(f"delete from revenue_bridge.{table}")
    report.write(directory)
    assert (directory / "report.html").exists()
    assert (directory / "bridge.xlsx").exists()


def test_a_directory_without_marts_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no marts"):
        report.write(tmp_path)


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [("-300000.0000", 2, "-300,000.00"), ("1500000", 0, "1,500,000"), ("1.125", 3, "1.125")],
)
def test_money_has_separators_and_the_currency_s_decimals(
    amount: str, unit: int, text: str
) -> None:
    assert money(Decimal(amount), unit) == text
    assert minor_units(Decimal(amount), unit) == text.replace(",", "").replace(".", "")


def test_waits_and_blockers_are_embedded(data: Any) -> None:
    """One row per owner, month and so on with its four steps; blocked money per cell, exact."""
    cash = data["order_to_cash"]
    assert [ENTITY, "USD", 1, "9010050"] in cash["receivable"]
    steps = [[10, 3, 9, 1, 40], [1, 1, 1, 0, None], None, [0, None, None, 11, 170]]
    assert ["entity", ENTITY, steps] in cash["waits"]
    assert [row[1] for row in cash["waits"] if row[0] == "month"] == ["2026-02-01", "2026-01-01"]
    assert cash["blocked_totals"] == [
        [
            "Northfield Gulf WLL",
            "KWD",
            "stock",
            "1125",
            1,
            0,
            4,
            "Supply planning",
            "Confirm a day.",
        ],
        [ENTITY, "USD", "credit", "9000025", 2, 0, 30, "Credit control", "Release the hold."],
        [ENTITY, "USD", "tax_data", "50000", 0, 1, None, "Tax", "Get the tax id."],
    ]
    assert [row[6] for row in cash["blocked"]] == ["9202", "9203", "006AX0000000004AAA", "9501"]


def test_who_acts_on_a_late_deal_is_embedded(data: Any) -> None:
    (late,) = (row for row in data["leakage"] if row[6] == "006AX0000000004AAA")
    assert late[11:] == ["Dana Reyes", "Send the order."]
