"""Contract terms: what the file may say, what it becomes, and what is refused with file and key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tieout import contract_terms, definitions
from tieout.errors import DefinitionError

HEAD = """
contract_terms:
  owner: Revenue Accounting
  sign_off: {by: Controller, on: 2026-01-02}
"""
WHY = "reason: r, decided_by: d, decided_on: 2026-01-02"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contract_terms.yml"


def load(file: Path, text: str) -> contract_terms.ContractTerms:
    file.write_text(HEAD + text)
    return contract_terms.load(file)


def rows(file: Path, text: str, table: str) -> list[tuple[object, ...]]:
    return contract_terms.rows(load(file, text))[table]


def test_the_file_is_optional_and_its_tables_are_there(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "standard.yml").write_bytes((repository / "definitions/standard.yml").read_bytes())
    found = definitions.load(tmp_path)
    assert found.contract_terms is None
    with duckdb.connect() as connection:
        definitions.write(found, connection)
        counts = {
            connection.execute(f"select count(*) from definitions.{table}").fetchone()
            for table in contract_terms.TABLES
        }
    assert counts == {(0,)}


def test_rows_fit_their_tables_and_the_digest_is_of_the_meaning(
    repository: Path, tmp_path: Path
) -> None:
    """Every list of the examples' terms, written as a run writes it."""
    source = repository / "tests" / "revenue_examples" / "definitions"
    for name in ("standard.yml", "contract_terms.yml"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    found = definitions.load(tmp_path)
    with duckdb.connect() as connection:
        definitions.write(found, connection)
        for table, content in contract_terms.rows(found.contract_terms).items():
            written = connection.execute(f"from definitions.{table}").fetchall()
            assert len(written) == len(content)
    with (tmp_path / "contract_terms.yml").open("a") as out:
        out.write("# a remark\n")
    assert definitions.load(tmp_path).digests == found.digests


def test_a_payment_several_times_is_one_row_each(file: Path) -> None:
    text = f"""
financing:
  - contract: netsuite:SO1
    annual_rate: 0.05
    compounding: monthly
    transfer_on: 2026-01-31
    payments: [{{due_on: 2026-01-31, amount: 10, times: 3}}, {{due_on: 2026-02-01, amount: 5}}]
    {WHY.replace(", ", chr(10) + "    ")}
"""
    assert rows(file, text, "contract_payment") == [
        ("netsuite", "SO1", 1, date(2026, 1, 31), Decimal(10)),
        ("netsuite", "SO1", 2, date(2026, 2, 1), Decimal(5)),
        ("netsuite", "SO1", 3, date(2026, 2, 28), Decimal(10)),
        ("netsuite", "SO1", 4, date(2026, 3, 31), Decimal(10)),
    ]
    assert rows(file, text, "contract_financing")[0][4:6] == (date(2026, 1, 31), date(2026, 1, 31))


def test_months_are_counted_over_the_end_of_the_year(file: Path) -> None:
    payment = contract_terms.Payment(due_on=date(2023, 11, 30), amount=Decimal(1), times=4)
    assert [day for day, _ in payment.due()] == [
        date(2023, 11, 30),
        date(2023, 12, 30),
        date(2024, 1, 30),
        date(2024, 2, 29),
    ]


def test_a_modification_is_a_row_per_part_or_one_for_all(file: Path) -> None:
    text = f"""
modifications:
  - contract: netsuite:SO1
    effective_on: 2026-02-01
    treatment: mixed
    parts: [{{sku: A, treatment: separate}}, {{line: "2", treatment: prospective, amount: 80.5}}]
    {WHY.replace(", ", chr(10) + "    ")}
  - {{contract: "netsuite:SO2", effective_on: 2026-03-01, treatment: cumulative_catch_up, {WHY}}}
"""
    found = rows(file, text, "contract_modification")
    assert [row[1:9] for row in found] == [
        ("SO1", date(2026, 2, 1), None, "A", None, "separate", True, None),
        ("SO1", date(2026, 2, 1), None, None, "2", "prospective", True, Decimal("80.5")),
        ("SO2", date(2026, 3, 1), None, None, None, "cumulative_catch_up", False, None),
    ]


def test_tiers_and_estimates_know_where_they_end(file: Path) -> None:
    text = f"""
volume_prices:
  - contract: netsuite:SO1
    sku: A
    valid_from: 2026-01-01
    valid_to: 2027-01-01
    retroactive: true
    tiers: [{{above: 0, price: 100}}, {{above: 1000, price: 90}}]
    estimates:
      - {{on: 2026-01-01, expected_quantity: 900, {WHY}}}
      - {{on: 2026-05-01, expected_quantity: 1200, {WHY}}}
    {WHY.replace(", ", chr(10) + "    ")}
"""
    tiers = rows(file, text, "contract_volume_tier")
    assert [row[5:9] for row in tiers] == [
        (True, 0, 1000, 100),
        (True, 1000, None, 90),
    ]
    estimates = rows(file, text, "contract_volume_estimate")
    assert [row[4:7] for row in estimates] == [
        (date(2026, 1, 1), date(2026, 5, 1), 900),
        (date(2026, 5, 1), date(9999, 12, 31), 1200),
    ]


VOLUME = (
    'volume_prices: [{{contract: "netsuite:SO1", sku: A, valid_from: 2026-01-01, '
    "valid_to: {ends}, retroactive: true, tiers: [{tiers}], estimates: [{estimates}], {why}}}]"
)
TIERS = "{above: 0, price: 2}, {above: 9, price: 1}"
ESTIMATE = f"{{on: 2026-01-01, expected_quantity: 1, {WHY}}}"
FINANCING = (
    'financing: [{{contract: "netsuite:SO1", annual_rate: {rate}, compounding: yearly, '
    "transfer_on: 2026-01-01, {more}payments: [{{due_on: {due}, amount: {amount}}}], {why}}}]"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            f"milestones: [{{contract: SO1, on: 2026-01-01, share: 1, {WHY}}}]",
            "milestones[0].contract: string should match pattern",
            id="contract without its system",
        ),
        pytest.param(
            'milestones: [{contract: "n:1", on: 2026-01-01, share: 1}]',
            "milestones[0].decided_by: is required and missing",
            id="nobody decided it",
        ),
        pytest.param(
            f'milestones: [{{contract: "n:1", on: 2026-01-01, share: 1.5, {WHY}}}]',
            "milestones[0].share: input should be less than or equal to 1",
            id="more than all is done",
        ),
        pytest.param(
            f'milestones: [{{contract: "n:1", on: 2026-01-01, share: 0.5, {WHY}}}, '
            f'{{contract: "n:1", on: 2026-02-01, share: 0.4, {WHY}}}]',
            "milestones[1]: share 0.4 is below the 0.5 of 2026-01-01",
            id="a milestone that falls",
        ),
        pytest.param(
            f'milestones: [{{contract: "n:1", sku: A, on: 2026-01-01, share: 0.5, {WHY}}}, '
            f'{{contract: "n:1", sku: A, on: 2026-01-01, share: 0.6, {WHY}}}]',
            "milestones[1]: states the day and part of milestones[0] again",
            id="two milestones of one day",
        ),
        pytest.param(
            f'milestones: [{{contract: "n:1", sku: A, line: "1", on: 2026-01-01, share: 1, '
            f"{WHY}}}]",
            "milestones[0]: name the part by one of element, sku, line",
            id="a part with two names",
        ),
        pytest.param(
            f'modifications: [{{contract: "n:1", effective_on: 2026-01-01, treatment: mixed, '
            f"parts: [{{sku: A}}], {WHY}}}]",
            "treatment `mixed` needs parts, each with a treatment of its own",
            id="mixed without treatments",
        ),
        pytest.param(
            f'modifications: [{{contract: "n:1", effective_on: 2026-01-01, treatment: separate, '
            f"parts: [{{sku: A, treatment: prospective}}], {WHY}}}]",
            "parts that are treated differently need treatment: mixed",
            id="mixed without saying so",
        ),
        pytest.param(
            f'modifications: [{{contract: "n:1", effective_on: 2026-01-01, treatment: separate, '
            f"parts: [{{amount: 1}}], {WHY}}}]",
            "name the part by element, sku or line",
            id="a part without a name",
        ),
        pytest.param(
            f'modifications: [{{contract: "n:1", effective_on: 2026-01-01, treatment: separate, '
            f"parts: [{{sku: A}}, {{sku: A}}], {WHY}}}]",
            "modifications[0].parts[1]: states the part of modifications[0].parts[0] again",
            id="a part twice",
        ),
        pytest.param(
            "modifications: ["
            + ", ".join(
                [f'{{contract: "n:1", effective_on: 2026-01-01, treatment: separate, {WHY}}}'] * 2
            )
            + "]",
            "modifications[1]: states a modification of modifications[0] again",
            id="a modification twice",
        ),
        pytest.param(
            f"return_rights: [{{expected_share: 0.1, window_days: 9, {WHY}}}]",
            "say what it is about: contract, sku or item_class",
            id="a right to everything",
        ),
        pytest.param(
            f"return_rights: [{{sku: A, item_class: B, expected_share: 0.1, window_days: 9, "
            f"{WHY}}}]",
            "name the items by sku or by item_class, not by both",
            id="items named twice",
        ),
        pytest.param(
            f"return_rights: [{{sku: A, kind: price_concession, unit_cost: 1, expected_share: 0.1,"
            f" window_days: 9, {WHY}}}]",
            "a price concession brings no goods back",
            id="a concession with goods",
        ),
        pytest.param(
            f"return_rights: [{{sku: A, expected_share: 0.1, window_days: 9, {WHY}}}, "
            f"{{sku: A, expected_share: 0.2, window_days: 9, valid_from: 2026-01-01, {WHY}}}]",
            "return_rights[1]: overlaps return_rights[0]",
            id="two estimates at once",
        ),
        pytest.param(
            f"return_rights: [{{sku: A, expected_share: 0.1, window_days: 9, "
            f"valid_from: 2026-01-01, valid_to: 2026-01-01, {WHY}}}]",
            "valid_to 2026-01-01 must be later than valid_from 2026-01-01",
            id="a right of no day",
        ),
        pytest.param(
            VOLUME.format(
                ends="2027-01-01", tiers="{above: 5, price: 2}, {above: 9, price: 1}",
                estimates=ESTIMATE, why=WHY,
            ),
            "tiers begin with `above: 0` and rise",
            id="first units without a price",
        ),
        pytest.param(
            VOLUME.format(
                ends="2027-01-01", tiers=TIERS,
                estimates=f"{{on: 2026-02-01, expected_quantity: 1, {WHY}}}", why=WHY,
            ),
            "estimates begin on 2026-02-01, after valid_from 2026-01-01",
            id="first sales without an estimate",
        ),
        pytest.param(
            VOLUME.format(
                ends="2027-01-01", tiers=TIERS, estimates=f"{ESTIMATE}, {ESTIMATE}", why=WHY
            ),
            "estimates are stated in the order of their days, one for a day",
            id="two estimates of one day",
        ),
        pytest.param(
            VOLUME.format(ends="2025-01-01", tiers=TIERS, estimates=ESTIMATE, why=WHY),
            "valid_to 2025-01-01 must be later than valid_from 2026-01-01",
            id="a span that ends before it begins",
        ),
        pytest.param(
            FINANCING.format(rate="0.9", more="", due="2036-01-01", amount=1, why=WHY),
            "-fold in 121 months; the rate or a day is wrong",
            id="interest beyond belief",
        ),
        pytest.param(
            FINANCING.format(rate="0.1", more="", due="2026-02-01", amount=-1, why=WHY),
            "payments must add up to more than 0",
            id="nothing to pay",
        ),
        pytest.param(
            FINANCING.format(
                rate="0.1", more="recognised_on: 2025-01-01, ", due="2026-02-01", amount=1, why=WHY
            ),
            "recognised_on must not be before transfer_on",
            id="interest before the transfer",
        ),
        pytest.param(
            f'options: [{{contract: "n:1", name: o, discount: 0.1, general_discount: 0.1, '
            f"likelihood: 1, expected_purchase: 5, {WHY}}}]",
            "what everybody gets is no right",
            id="an option that everybody has",
        ),
        pytest.param(
            f'variable_prices: [{{contract: "n:1", basis: usage, {WHY}}}]',
            "name the part by element, sku or line",
            id="a variable price of nothing",
        ),
        pytest.param(
            f"discount_groups: [{{skus: [A, A], price: 1, currency: USD, {WHY}}}]",
            "discount_groups[0].skus[1]: states the item of discount_groups[0].skus[0] again",
            id="an item twice in a group",
        ),
        pytest.param(
            "cancellable: ["
            + ", ".join([f'{{contract: "n:1", {WHY}}}'] * 2)
            + "]",
            "cancellable[1]: overlaps cancellable[0]",
            id="cancellable twice",
        ),
    ],
)  # fmt: skip
def test_refused(file: Path, text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(file, text)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)
