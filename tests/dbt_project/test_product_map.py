"""The product map over time: what a product stood for when its deal closed, to the cent (AX-12)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.small_company import METER, add, add_deal, add_order, line_of

OLD, CUSTOM, BUNDLE, NOTHING = (
    ("01t000000000003AAA", "OLD-1"),
    ("01t000000000004AAA", "CUSTOM"),
    ("01t000000000005AAA", "ENT-ANNUAL-SUP"),
    ("", ""),
)
# The meter is one item until April and a bundle of two from May; OLD-1 is given up in March.
MAP = """
  - product_code: PF-200
    items:
      - {sku: FLM-200-V2, share: 0.7}
      - {sku: KIT-200, share: 0.3}
    valid_from: 2025-05-01
  - product_code: OLD-1
    items: [{sku: OLD-ITEM, share: 1}]
    valid_from: 2020-01-01
    valid_to: 2025-03-01
"""
APRIL, MAY, OTHER, KEPT, ENDED, BESPOKE, ANNUAL, LOOSE = (
    f"006000000000{number}AAA" for number in range(201, 209)
)


@pytest.fixture(scope="module")
def published(
    repository: Path,
    tieout: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., list[tuple[Any, ...]]]:
    """`published(query, *values)` asks the marts of a night after the map has changed."""
    folder = tmp_path_factory.mktemp("product-map")
    exports, definitions = folder / "exports", folder / "definitions"
    shutil.copytree(repository / "tests" / "questions" / "exports", exports)
    shutil.copytree(repository / "definitions", definitions)
    file = definitions / "product_map.yml"
    row = "{product_code: PF-200, items: [{sku: FLM-200-STD, share: 1}], valid_from: 2020-01-01}"
    text = file.read_text(encoding="utf-8")
    assert row in text
    ended = row.replace("2020-01-01}", "2020-01-01, valid_to: 2025-05-01}")
    file.write_text(text.replace(row, ended) + MAP, encoding="utf-8")
    for product_id, code in (OLD, CUSTOM, BUNDLE):
        add(
            exports / "salesforce" / "Product2.csv",
            {"Id": product_id, "Name": f"The {code}", "ProductCode": code, "IsActive": "true",
             "IsDeleted": "false", "SystemModstamp": "2025-01-01T00:00:00Z"},
        )  # fmt: skip
    # SUP-PREM-12M, the other half of the annual bundle, is missing in the ERP.
    for item, sku in ((2, "FLM-200-V2"), (30, "KIT-200"), (4, "OLD-ITEM"), (5, "ENT-SUB-12M")):
        add(
            exports / "netsuite" / "item.csv",
            {"id": item, "itemid": sku, "displayname": sku, "itemtype": "InvtPart",
             "isinactive": "false", "lastmodifieddate": "2025-01-01T00:00:00Z"},
        )  # fmt: skip
    for deal, amount, day, product in (
        (APRIL, 1000, "2025-04-30", METER),
        (MAY, Decimal("1000.01"), "2025-05-01", METER),
        (OTHER, 500, "2025-05-02", METER),
        (KEPT, 300, "2025-02-28", OLD),
        (ENDED, 400, "2025-03-01", OLD),
        (BESPOKE, 900, "2025-05-05", CUSTOM),
        (ANNUAL, 1250, "2025-05-06", BUNDLE),
        (LOOSE, 70, "2025-05-07", NOTHING),
    ):
        add_deal(exports, deal, f"Deal {deal[9:12]}", amount, day, product)
    add_order(exports, "211", "SO-211", [(1, 1000)], APRIL)
    add_order(exports, "212", "SO-212", [(2, Decimal("700.01")), (30, 300)], MAY)
    add_order(exports, "213", "SO-213", [(1, 500)], OTHER)
    home = folder / "home"
    tieout("run", "--exports", exports, "--definitions", definitions, home=home)
    marts = home / "publications" / "current" / "marts.duckdb"

    def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(marts), read_only=True) as connection:
            return connection.execute(query, values).fetchall()

    return ask


Ask = Callable[..., list[tuple[Any, ...]]]
ITEMS = """
select sku, amount from opportunity_to_order.fct_opportunity_line_item
where opportunity_id = ? order by sku
"""


@pytest.mark.parametrize(
    ("deal", "items"),
    [
        (APRIL, [("FLM-200-STD", Decimal(1000))]),
        (MAY, [("FLM-200-V2", Decimal("700.01")), ("KIT-200", Decimal(300))]),
        (KEPT, [("OLD-ITEM", Decimal(300))]),
        (ENDED, [("", Decimal(400))]),
        (BESPOKE, [("", Decimal(900))]),
        (ANNUAL, [("ENT-SUB-12M", Decimal(1000)), ("SUP-PREM-12M", Decimal(250))]),
        (LOOSE, [("", Decimal(70))]),
    ],
    ids=["april", "may", "kept", "ended", "bespoke", "annual", "loose"],
)
def test_a_line_stands_for_the_items_of_its_close_date(
    published: Ask, deal: str, items: list[tuple[str, Decimal]]
) -> None:
    assert published(ITEMS, deal) == items


def test_a_bundle_meets_its_order_item_by_item(published: Ask) -> None:
    slices = published(
        "select sku, booked_amount, ordered_amount from opportunity_to_order.fct_allocation "
        "where opportunity_id = ? order by sku",
        MAY,
    )
    assert [(sku, ordered) for sku, _, ordered in slices] == [
        ("FLM-200-V2", Decimal("700.01")), ("KIT-200", Decimal(300)),
    ]  # fmt: skip
    assert sum(booked for _, booked, _ in slices) == Decimal("1000.01")


def test_an_item_of_another_time_is_another_item(published: Ask) -> None:
    """April's item on a deal of April is what was sold; on one of May it is not."""
    found = published(
        "select source_key, amount, detail from operations.exception "
        "where exception_type = 'sku_differs' and source_key = any(?)",
        [line_of(deal) for deal in (APRIL, MAY, OTHER)],
    )
    assert found == [(line_of(OTHER), 500, "Sold FLM-200-V2, KIT-200, ordered FLM-200-STD")]


def test_what_maps_to_nothing_is_listed_with_the_money_it_holds(published: Ask) -> None:
    found = published(
        "select source_key, currency, amount, detail from operations.exception "
        "where exception_type = 'unmapped_product' and source_key <> '01t000000000002AAA' "
        "order by source_key"
    )
    assert found == [
        (OLD[0], "USD", 400, 'No ERP item for OLD-1 "The OLD-1", sold on 1 won lines: '
         "no row of the product map held when they closed"),
        (BUNDLE[0], "USD", 250, 'No ERP item for ENT-ANNUAL-SUP "The ENT-ANNUAL-SUP", sold on '
         "1 won lines: the ERP has no item SUP-PREM-12M, which product map names"),
        ("no product", "USD", 70, "Lines that name no product, sold on 1 won lines"),
    ]  # fmt: skip


def test_a_custom_deal_is_a_row_for_a_person_and_never_dropped(published: Ask) -> None:
    found = published(
        "select source_key, amount, owner from operations.exception "
        "where exception_type = 'manual_review_product'"
    )
    assert [(key, amount) for key, amount, _ in found] == [(line_of(BESPOKE), 900)]
    booked = published(
        "select booked_amount from opportunity_to_order.fct_opportunity_to_cash "
        "where opportunity_id = ?",
        BESPOKE,
    )
    assert booked == [(900,)]


def test_the_map_is_published_with_its_days(published: Ask) -> None:
    rows = published(
        "select sku, share, map_rule, cast(valid_from as varchar), cast(valid_to as varchar) "
        "from opportunity_to_order.map_product_item where product_code in ('PF-200', 'OLD-1') "
        "and valid_to > date '2025-01-01' order by product_code, valid_from, sku"
    )
    assert rows == [
        ("OLD-ITEM", 1, "product map", "2020-01-01", "2025-03-01"),
        ("", None, "not mapped", "2025-03-01", "9999-12-31"),
        ("FLM-200-STD", 1, "product map", "2020-01-01", "2025-05-01"),
        ("FLM-200-V2", Decimal("0.7"), "product map", "2025-05-01", "9999-12-31"),
        ("KIT-200", Decimal("0.3"), "product map", "2025-05-01", "9999-12-31"),
    ]
