"""Definitions are refused with file, path of the key, what is wrong and what is allowed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tieout import definitions
from tieout.errors import DefinitionError

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> Path:
    """A copy of the definitions that ship."""
    return Path(shutil.copytree(repository / "definitions", tmp_path / "definitions"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """`edit(file, old, new)` replaces text that must be there."""

    def replace(name: str, old: str, new: str) -> None:
        file = folder / name
        text = file.read_text()
        assert old in text, f"{name} no longer holds {old!r}"
        file.write_text(text.replace(old, new, 1))

    return replace


def refusal(folder: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        definitions.load(folder)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_what_ships_is_valid_and_has_two_sets(repository: Path) -> None:
    found = definitions.load(repository / "definitions")
    assert [one.id for one in found.sets] == ["standard", "cash_and_po"]
    assert found.primary.id == "standard"


def test_a_set_takes_what_it_does_not_state_from_its_base(repository: Path) -> None:
    standard, other = definitions.load(repository / "definitions").sets
    assert other.channel_rules == standard.channel_rules
    assert other.settings[0].revenue_event == "invoice_paid"
    assert standard.settings[0].revenue_event == "ledger"


def test_the_table_rows_are_those_of_the_files(repository: Path) -> None:
    with duckdb.connect() as connection:
        found = definitions.load(repository / "definitions")
        definitions.write(found, connection)
        definitions.write(found, connection)  # again: replaced, not doubled
        rows = connection.execute(
            "select sku, share from definitions.product_map "
            "where product_code = 'ENT-ANNUAL-SUP' order by sku"
        ).fetchall()
        manual = connection.execute(
            "select sku, share, manual_review from definitions.product_map "
            "where product_code = 'CUSTOM'"
        ).fetchall()
        sets = connection.execute(
            "select definition_id, is_primary from definitions.definition_set order by all"
        ).fetchall()
    assert rows == [("ENT-SUB-12M", Decimal("0.8")), ("SUP-PREM-12M", Decimal("0.2"))]
    assert manual == [(None, None, True)]
    assert sets == [("cash_and_po", False), ("standard", True)]


def test_a_product_may_change_its_items_on_a_day_and_may_end(folder: Path, edit: Edit) -> None:
    edit(
        "product_map.yml",
        "  - {product_code: PF-200, items: [{sku: FLM-200-STD, share: 1}], valid_from: 2020-01-01}",
        "  - {product_code: PF-200, items: [{sku: A, share: 1}], valid_from: 2020-01-01, "
        "valid_to: 2025-01-01}\n"
        "  - {product_code: PF-200, manual_review: true, valid_from: 2025-01-01, "
        "valid_to: 2026-01-01}\n"
        "  - {product_code: PF-200, items: [{sku: B, share: 1}], valid_from: 2026-01-01, "
        "valid_to: 2027-01-01}",
    )
    found = definitions.load(folder).product_map
    assert found is not None
    spans = [one.valid_to.year for one in found.products if one.product_code == "PF-200"]
    assert spans == [2025, 2026, 2027]


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        # AX-14: direction of each kind of data; AX-21: the ERP takes over on the first order, and
        # is right about billing from the beginning.
        ("customer", "crm", "erp"),
        ("legal_customer_name", "crm", "erp"),
        ("shipping_address", "crm", "erp"),
        ("billing_address", "erp", "erp"),
        ("payment_terms", "erp", "erp"),
        ("credit_status", "erp", "erp"),
        ("tax_id", "erp", "erp"),
        ("tax_exempt", "erp", "erp"),
        ("tax_region", "erp", "erp"),
        ("owner", "crm", "crm"),
        ("industry", "crm", "crm"),
        ("order", "crm", "crm"),
        ("invoice_status", "erp", "erp"),
        ("product_catalogue", "erp", "erp"),
        ("contact", "both", "both"),
    ],
)
def test_who_owns_what(repository: Path, field: str, before: str, after: str) -> None:
    """AX-14 and AX-18: what ships says who owns every field, and what Finance reviews."""
    owned = {
        row.field: row
        for row in definitions.load(repository / "definitions").primary.field_ownership
    }
    row = owned[field]
    assert (row.before_first_order, row.after_first_order) == (before, after)
    assert row.review_required == (field in {"legal_customer_name", "tax_region"})


def test_digest_follows_meaning_not_layout(folder: Path, edit: Edit) -> None:
    before = definitions.load(folder).digests
    edit("standard.yml", "sla_business_days: 5", "sla_business_days:    5   # unchanged")
    assert definitions.load(folder).digests == before
    edit("standard.yml", "sla_business_days:    5", "sla_business_days: 6")
    after = definitions.load(folder).digests
    assert after["standard"] != before["standard"]
    assert after["cash_and_po"] == before["cash_and_po"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            "standard.yml", "sla_business_days: 5", "sla_busines_days: 5",
            ["settings[0].sla_busines_days: unknown key; allowed here:", "sla_business_days"],
            id="unknown key",
        ),
        pytest.param(
            "standard.yml", "revenue_event: ledger", "revenue_event: shipped",
            ["settings[0].revenue_event: must be one of", "'invoice_paid'", "'shipped'"],
            id="value not allowed",
        ),
        pytest.param(
            "standard.yml", "sla_business_days: 5", "sla_business_days: 90",
            ["settings[0].sla_business_days", "less than or equal to 60", "(got 90)"],
            id="out of range",
        ),
        pytest.param(
            "standard.yml", "sla_business_days: 5", "sla_business_days: five",
            ["settings[0].sla_business_days", "integer", "'five'"],
            id="text for a number",
        ),
        pytest.param(
            "standard.yml",
            "  sign_off:\n    by: Helen Marsh, Group Controller\n    on: 2024-06-14\n"
            "    reference: Revenue policy v3.2, section 4\n",
            "",
            ["definition.sign_off: is required and missing"],
            id="no sign-off",
        ),
        pytest.param(
            "standard.yml", "on: 2024-06-14", "on: 2024-06-31",
            ["`2024-06-31` is no date", "line"],
            id="a day that does not exist",
        ),
        pytest.param(
            "standard.yml", "  - code: internal", "  - code: test_name",
            ["exclusions[2]: overlaps exclusions[1] for (test_name)"],
            id="overlapping validity",
        ),
        pytest.param(
            "standard.yml", "priority: 15,", "priority: 10,",
            ["channel_rules[1]: overlaps channel_rules[0] for (10)"],
            id="two rules of one priority",
        ),
        pytest.param(
            "standard.yml",
            "    valid_from: 2020-01-01\n\n#",
            "    valid_from: 2020-01-01\n    valid_to: 2019-01-01\n\n#",
            ["exclusions[2]", "valid_to 2019-01-01 must be later than valid_from 2020-01-01"],
            id="validity that ends before it begins",
        ),
        pytest.param(
            "standard.yml", "field: deal_type", "field: deal_kind",
            ["exclusions[2].field: must be one of", "'deal_kind'"],
            id="field that no model knows",
        ),
        pytest.param(
            "standard.yml", "    value: Internal\n", "",
            ["exclusions[2]", "operator `equals` needs a value"],
            id="operator without value",
        ),
        pytest.param(
            "standard.yml", "{field: industry,", "{field: customer,",
            ["field_ownership[4]: (customer) is already stated at field_ownership[0]"],
            id="field owned twice",
        ),
        pytest.param(
            "standard.yml", "{field: industry,", "{field: trade,",
            ["field_ownership[4].field: must be one of", "'industry'", "'trade'"],
            id="owner of a field that no model knows",
        ),
        pytest.param(
            "standard.yml",
            "  - {field: payment_terms, before_first_order: erp, after_first_order: erp}\n",
            "",
            ["field_ownership: no row says who owns payment_terms"],
            id="field without owner",
        ),
        pytest.param(
            "standard.yml", "days: [friday, saturday]", "days: [friday, caturday]",
            ["weekends[1].days[1]: must be one of", "'saturday'", "'caturday'"],
            id="a day of no week",
        ),
        pytest.param(
            "standard.yml",
            "{entity: Northfield Gulf WLL, days: [friday, saturday]}",
            '{entity: "*", days: [friday]}',
            ["weekends[1]: overlaps weekends[0] for (*)"],
            id="two weekends at once",
        ),
        pytest.param(
            "standard.yml", '  - {entity: "*", days: [saturday, sunday]}\n', "",
            ['weekends: no row of entity "*"'],
            id="no weekend for the other entities",
        ),
        pytest.param(
            "standard.yml",
            "days: [saturday, sunday]}",
            "days: [saturday, sunday], valid_from: 2020-01-01}",
            ['weekends: no row of entity "*" is valid before 2020-01-01'],
            id="weekends that begin late",
        ),
        pytest.param(
            "standard.yml",
            '{entity: "*", days: [saturday, sunday]}',
            '{entity: "*", days: [sunday], valid_to: 2000-01-01}\n'
            '  - {entity: "*", days: [saturday, sunday], valid_from: 2000-01-03}',
            ["weekends: no row is valid from 2000-01-01 to 2000-01-03"],
            id="two days without a week",
        ),
        pytest.param(
            "standard.yml",
            "revenue_policies: []",
            "revenue_policies: [{priority: 10, field: sku, operator: equals, value: X, "
            "valid_from: 2020-01-01}]",
            ["revenue_policies[0]", "states nothing: give at least one of recognition"],
            id="a policy without effect",
        ),
        pytest.param(
            "standard.yml",
            "revenue_policies: []",
            "revenue_policies: [{priority: 10, field: sku, operator: equals, value: X, "
            "recognition: straight_line, valid_from: 2020-01-01}]",
            ["revenue_policies[0].recognition: must be one of", "'straight_line_day'"],
            id="a recognition that no model knows",
        ),
        pytest.param(
            "standard.yml",
            "revenue_policies: []",
            "revenue_policies:\n"
            + 2
            * (
                "  - {priority: 10, field: sku, operator: equals, value: X, distinct: true, "
                "valid_from: 2020-01-01}\n"
            ),
            ["revenue_policies[1]: overlaps revenue_policies[0] for (10)"],
            id="two policies of one priority",
        ),
        pytest.param(
            "standard.yml", "match_review_floor: 0.05", "match_review_floor: 0.99",
            ["matching_thresholds", "must not be above"],
            id="thresholds crossed",
        ),
        pytest.param(
            "standard.yml", "order_link_review_points: 9", "order_link_review_points: 17",
            ["matching_thresholds", "order_link_review_points 17 must not be above"],
            id="points crossed",
        ),
        pytest.param(
            "standard.yml", "    net_pending: false", "    net_pending: no",
            ["settings[0].net_pending", "boolean", "'no'"],
            id="no is not false",
        ),
        pytest.param(
            "standard.yml",
            "    net_pending: false",
            "    net_pending: false\n    net_pending: true",
            ["key `net_pending` is stated twice", "line"],
            id="key stated twice",
        ),
        pytest.param(
            "standard.yml", "settings:\n", "settings:\n  - [\n",
            ["Not valid YAML", "standard.yml line 27, column 3", "there, or just before"],
            id="not YAML",
        ),
        pytest.param(
            "cash_and_po.yml", "id: cash_and_po", "id: standard",
            ["definition.id: `standard` is already the id of"],
            id="duplicate id",
        ),
        pytest.param(
            "cash_and_po.yml", "based_on: standard", "based_on: standart",
            ["definition.based_on: no other set has the id `standart`; known: standard"],
            id="unknown base",
        ),
        pytest.param(
            "cash_and_po.yml", "  based_on: standard", "  based_on: standard\n  primary: true",
            ["Exactly one definition set must be primary", "standard, cash_and_po"],
            id="two primaries",
        ),
        pytest.param(
            "product_map.yml",
            "  - {product_code: PF-400,",
            "  - {product_code: pf 200, items: [{sku: X, share: 1}], valid_from: 2026-01-01}\n"
            "  - {product_code: PF-400,",
            ["products[1]: overlaps products[0] for (PF200): valid 2020-01-01 to 9999-12-31",
             "end the older before the newer begins"],
            id="two rows of a product at once, written differently",
        ),
        pytest.param(
            "product_map.yml",
            "items: [{sku: FLM-200-STD, share: 1}], valid_from: 2020-01-01}",
            "items: [{sku: A, share: 1}], valid_from: 2026-02-01}\n"
            "  - {product_code: PF-200, items: [{sku: B, share: 1}], valid_from: 2020-01-01, "
            "valid_to: 2026-01-01}",
            ["products: no row of PF-200 is valid from 2026-01-01 to 2026-02-01; a deal closed in",
             "manual_review: true for the span"],
            id="a product without items for a month",
        ),
        pytest.param(
            "product_map.yml", "share: 0.8", "share: 0.7",
            ["shares add up to 0.9, they must add up to exactly 1"],
            id="shares that lose money",
        ),
        pytest.param(
            "freshness.yml", "max_age_hours: 72, severity: critical",
            "max_age_hours: 72, severity: warning",
            ["rules[1]: (netsuite, transaction, warning) is already stated at rules[0]"],
            id="service level stated twice",
        ),
    ],
)  # fmt: skip
def test_refused(folder: Path, edit: Edit, file: str, old: str, new: str, said: list[str]) -> None:
    edit(file, old, new)
    message = refusal(folder)
    for part in said:
        assert part in message
    if "primary" not in message:
        assert file in message


def test_a_quote_that_is_not_closed_is_named_where_it_begins(folder: Path) -> None:
    file = folder / "standard.yml"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, 'late: "text', "more: text", ""]))
    message = refusal(folder)
    assert f"line {len(lines) + 3}, column 1, in what begins in line {len(lines) + 1}" in message


def test_a_gap_in_the_settings_is_refused(folder: Path) -> None:
    file = folder / "cash_and_po.yml"
    text = file.read_text()
    begin = text.index("  - valid_from: 2020-01-01\n    # A verbal")
    end = text.index("\nclosed_won:")
    row = text[begin:end]
    later = row.replace("2020-01-01", "2025-02-01")
    ended = row.replace("2020-01-01", "2020-01-01\n    valid_to: 2025-01-01", 1)
    file.write_text(text[:begin] + ended + later + text[end:])
    assert "settings: no row is valid from 2025-01-01 to 2025-02-01" in refusal(folder)


def test_a_change_of_settings_is_two_rows(folder: Path) -> None:
    file = folder / "cash_and_po.yml"
    text = file.read_text()
    begin = text.index("  - valid_from: 2020-01-01\n    # A verbal")
    end = text.index("\nclosed_won:")
    row = text[begin:end]
    later = row.replace("2020-01-01", "2025-01-01").replace(
        "net_pending: false", "net_pending: true"
    )
    ended = row.replace("2020-01-01", "2020-01-01\n    valid_to: 2025-01-01", 1)
    file.write_text(text[:begin] + ended + later + text[end:])
    settings = definitions.load(folder).sets[1].settings
    assert [one.net_pending for one in settings] == [False, True]


def test_without_weekends_everybody_keeps_saturday_and_sunday(folder: Path) -> None:
    file = folder / "standard.yml"
    text = file.read_text()
    begin = text.index("weekends:\n")
    file.write_text(text[:begin] + text[text.index("# Days that are no business days") :])
    with duckdb.connect() as connection:
        definitions.write(definitions.load(folder), connection)
        rows = connection.execute(
            "select entity, list(iso_day_of_week order by iso_day_of_week) "
            "from definitions.weekend where definition_id = 'cash_and_po' and is_weekend "
            "group by entity"
        ).fetchall()
    assert rows == [("*", [6, 7])]


def test_sets_with_equal_policies_share_one(folder: Path, edit: Edit) -> None:
    """A set that differs in its booking date alone costs no schedule of its own."""
    assert definitions.load(folder).policy_ids == {
        "standard": "standard",
        "cash_and_po": "standard",
    }
    policy = (
        "revenue_policies:\n"
        "  - {priority: 10, field: sku, operator: equals, value: X, recognition: payment,"
        " distinct: false, valid_from: 2020-01-01}\n"
    )
    edit("cash_and_po.yml", "closed_won:", policy + "closed_won:")
    found = definitions.load(folder)
    assert found.policy_ids == {"standard": "standard", "cash_and_po": "cash_and_po"}
    with duckdb.connect() as connection:
        definitions.write(found, connection)
        rows = connection.execute(
            "select policy_id, recognition, free_months, allocation, is_distinct"
            " from definitions.revenue_policy_rule"
        ).fetchall()
    assert rows == [("cash_and_po", "payment", None, None, False)]
    edit("standard.yml", "revenue_policies: []\n", policy)
    found = definitions.load(folder)
    assert found.policy_ids == {"standard": "standard", "cash_and_po": "standard"}
    with duckdb.connect() as connection:
        definitions.write(found, connection)
        rows = connection.execute(
            "select policy_id from definitions.revenue_policy_rule"
        ).fetchall()
    assert rows == [("standard",)]


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nowhere")


def test_a_directory_without_sets_is_refused(tmp_path: Path) -> None:
    assert "no definition set" in refusal(tmp_path)
