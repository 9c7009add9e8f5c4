"""Decision files: what is right is loaded, what is wrong is refused with file, entry and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from tieout import decisions, definitions
from tieout.decisions import Record
from tieout.errors import DefinitionError

GOOD = """\
# What Revenue Operations found out in November.
decisions:
  - id: acme-boston
    action: confirm
    records:
      - account salesforce:0015g00000AbCdE   # Acme Corp, Boston
      - erp_customer netsuite:77231          # Acme Corporation Ltd.
    owner: Dana Ruiz, Revenue Operations
    reason: The signed order form names both.
    decided_on: 2026-11-20
    expires_on: 2027-11-20

  - id: bolt-ag
    action: split
    records: [account salesforce:0015g00000AbCdG]
    from: [account salesforce:0015g00000AbCdF, erp_customer netsuite:7]
    owner: Dana Ruiz, Revenue Operations
    reason: "Sold to Bolt AG: another company since June."
    decided_on: 2026-11-20
    effective_from: 2026-06-01
    expires_on: never
"""


def write(folder: Path, text: str, name: str = "november.yml") -> Path:
    file = folder / "decisions" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        decisions.load(folder)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    confirm, split = (one.decision for one in decisions.load(tmp_path))
    assert confirm.records == [
        Record("account", "salesforce", "0015g00000AbCdE"),
        Record("erp_customer", "netsuite", "77231"),
    ]
    assert (confirm.effective, confirm.expires_on) == (date(1900, 1, 1), date(2027, 11, 20))
    assert (split.effective, split.expires_on) == (date(2026, 6, 1), date(9999, 12, 31))
    assert [str(one) for one in split.from_records] == [
        "account salesforce:0015g00000AbCdF",
        "erp_customer netsuite:7",
    ]


def test_a_merge_holds_from_its_date_unless_it_says_more(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("    effective_from: 2026-06-01\n", ""))
    split = decisions.load(tmp_path)[1].decision
    assert split.effective == split.decided_on == date(2026, 11, 20)


def test_no_folder_no_decisions(tmp_path: Path) -> None:
    assert decisions.load(tmp_path) == ()


def test_how_decisions_are_spread_over_files_means_nothing(tmp_path: Path) -> None:
    whole, spread = tmp_path / "whole", tmp_path / "spread"
    write(whole, GOOD)
    head, first, second = GOOD.split("  - id:")
    write(spread, f"decisions:\n  - id:{second}", "2026/bolt.yml")
    write(spread, f"{head}  - id:{first}", "acme.yaml")
    write(spread, "half written", ".acme.yml.tmp.yml")  # hidden: an editor's, not a decision
    before, after = decisions.load(whole), decisions.load(spread)
    assert [one.decision for one in before] == [one.decision for one in after]
    assert [one.file for one in after] == ["decisions/acme.yaml", "decisions/2026/bolt.yml"]
    assert decisions.digest(before) == decisions.digest(after)
    write(spread, GOOD.replace("2027-11-20", "2027-11-21").split("\n  - id: bolt")[0], "acme.yaml")
    assert decisions.digest(before) != decisions.digest(decisions.load(spread))


SALES = """\
decisions:
  - id: po-77
    action: confirm
    records:
      - opportunity salesforce:0065g00000AbCdE   # Acme, phase 2
      - order netsuite:SO10077
    owner: Dana Ruiz, Revenue Operations
    reason: The buyer says so.
    decided_on: 2026-11-20
    expires_on: 2027-11-20

  - id: po-78-for-two
    action: split
    records: [order netsuite:20078]
    lines:
      - {order_line: 1, opportunity_line: salesforce:00k5g00000AbCdE}
      - {order_line: "2", opportunity_line: "salesforce:0065g00000AbCdG"}
    owner: Dana Ruiz, Revenue Operations
    reason: One order for the machine and for its spare parts.
    decided_on: 2026-11-20
    expires_on: never
"""


def test_decisions_about_orders_are_read_whole(tmp_path: Path) -> None:
    write(tmp_path, SALES)
    confirm, split = filed = decisions.load(tmp_path)
    assert [str(one) for one in confirm.decision.records] == [
        "opportunity salesforce:0065g00000AbCdE",
        "order netsuite:SO10077",
    ]
    # An order is divided or not: unlike the split of a customer it has no day on which it begins.
    assert confirm.decision.effective == split.decision.effective == date(1900, 1, 1)
    assert decisions.line_rows(filed) == [
        ("po-78-for-two", "netsuite", "20078", "1", "salesforce", "00k5g00000AbCdE"),
        ("po-78-for-two", "netsuite", "20078", "2", "salesforce", "0065g00000AbCdG"),
    ]
    assert ("po-77", "a", "netsuite", "order", "SO10077") in decisions.record_rows(filed)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order netsuite:SO10077", "erp_customer netsuite:7",
         ["(id po-77, line 2): a confirm of a link is about one opportunity and one order "
          "(got erp_customer, opportunity)"]),
        ("order netsuite:SO10077", "opportunity salesforce:2",
         ["one opportunity and one order (got opportunity, opportunity)"]),
        ("action: confirm", "action: merge",
         ["`merge` is about accounts and customers, not about deals and orders"]),
        ("action: confirm", "action: accept_change",
         ["`accept_change` is about accounts and customers"]),
        ("    decided_on: 2026-11-20\n    expires_on: 2027",
         "    effective_from: 2026-11-01\n    decided_on: 2026-11-20\n    expires_on: 2027",
         ["an order is for its deals or is not, whatever the day: take out effective_from"]),
        ("    owner: Dana Ruiz, Revenue Operations\n    reason: The",
         "    lines: [{order_line: 1, opportunity_line: 's:1'}]\n    owner: Dana\n    reason: The",
         ["`lines` belongs to a split; a confirm is about the whole order"]),
        ("    owner: Dana Ruiz, Revenue Operations\n    reason: The",
         "    field: tax_region\n    owner: Dana\n    reason: The",
         ["`field` and `value` mean nothing to a confirm"]),
        ("[order netsuite:20078]", "[order netsuite:20078, order netsuite:20079]",
         ["(id po-78-for-two, line 12): the split of an order names that one order"]),
        ("[order netsuite:20078]", "[order netsuite:20078]\n    from: [account salesforce:1]",
         ["`from` belongs to the split of a customer; the split of an order has `lines`"]),
        ("[order netsuite:20078]", "[account salesforce:1]\n    from: [account salesforce:2]",
         ["`lines` belongs to the split of an order; `records` names no order"]),
        ("      - {order_line: 1, opportunity_line: salesforce:00k5g00000AbCdE}\n"
         "      - {order_line: \"2\", opportunity_line: \"salesforce:0065g00000AbCdG\"}\n",
         "      []\n",
         ["the split of an order needs `lines`: which line is for which line of a deal"]),
        ('{order_line: "2", opportunity_line: "salesforce:0065g00000AbCdG"}',
         "{order_line: 1, opportunity_line: salesforce:00k5g00000AbCdE}",
         ["order line 1 and salesforce:00k5g00000AbCdE are paired twice"]),
        ('order_line: "2"', "order_line: true",
         ["(id po-78-for-two, line 12).lines[1].order_line: must be the line's id in its order, "
          "such as 3 (got True)"]),
        ("opportunity_line: salesforce:00k5g00000AbCdE", "opportunity_line: 00k5g00000AbCdE",
         ["lines[0].opportunity_line: must be the line's system and id, such as salesforce:00k5"]),
        ("order_line: 1, ", "", ["lines[0].order_line: is required and missing"]),
    ],
)  # fmt: skip
def test_refused_of_orders(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in SALES
    write(tmp_path, SALES.replace(old, new, 1))
    text = refusal(tmp_path)
    for part in said:
        assert part in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    owner: Dana Ruiz, Revenue Operations\n    reason: The", "    reason: The",
         ["decisions[0] (id acme-boston, line 3).owner: is required and missing"]),
        ("    reason: The signed order form names both.\n", "    reason: '  '\n",
         ["(id acme-boston, line 3).reason: must be text (got '  ')"]),
        ("    expires_on: never\n", "",
         ["decisions[1] (id bolt-ag, line 13).expires_on: is required and missing"]),
        ("expires_on: never", "expires_on: someday",
         ["(id bolt-ag, line 13).expires_on: must be a day such as 2026-11-20, or never",
          "(got 'someday')"]),
        ("action: confirm", "action: approve",
         ["(id acme-boston, line 3).action: must be one of 'confirm', 'reject'", "'approve'"]),
        ("account salesforce:0015g00000AbCdE ", "salesforce:0015g00000AbCdE ",
         ["records[0]: 'salesforce:0015g00000AbCdE' is no record; write `account"]),
        ("erp_customer netsuite:77231", "77231",
         ["records[1]: 77231 is no record; write"]),
        ("erp_customer netsuite:77231", "customer netsuite:77231",
         ["records[1]: 'customer netsuite:77231' is no record; write",
          "`erp_customer netsuite:<id>`"]),
        ("      - erp_customer netsuite:77231          # Acme Corporation Ltd.\n", "",
         ["a confirm is about exactly 2 records (got 1); for more use `merge`"]),
        ("netsuite:7]", "netsuite:7, account salesforce:0015g00000AbCdG]",
         ["`account salesforce:0015g00000AbCdG` is named twice"]),
        ("    from: [account salesforce:0015g00000AbCdF, erp_customer netsuite:7]\n", "",
         ["a split needs the records that leave (`records`) and what they leave (`from`)"]),
        ("action: split", "action: merge",
         ["`from` belongs to a split; a merge names its records under `records`"]),
        ("    from: [account salesforce:0015g00000AbCdF, erp_customer netsuite:7]\n",
         "    field: tax_region\n",
         ["a split needs the records that leave"]),
        ("action: confirm", "action: accept_change",
         ["`accept_change` needs one record, `field` and the new `value` it is about"]),
        ("    decided_on: 2026-11-20\n    expires_on: 2027",
         "    decided_on: 2028-11-20\n    expires_on: 2027",
         ["expires_on 2027-11-20 must be later than decided_on 2028-11-20"]),
        ("decided_on: 2026-11-20\n    expires_on: 2027-11-20",
         "decided_on: 2026-11-20\n    expires_on: 2027-11-20\n    effective_from: 2027-12-01",
         ["expires_on 2027-11-20 must be later than effective_from 2027-12-01"]),
        ("decided_on: 2026-11-20\n    expires_on: 2027",
         "decided_on: 20.11.2026\n    expires_on: 2027",
         ["(id acme-boston, line 3).decided_on: must be a day such as 2026-11-20",
          "(got '20.11.2026')"]),
        ("id: bolt-ag", "id: acme-boston",
         ["decisions[1] (id acme-boston, line 13): the id is already used above"]),
        ("id: bolt-ag", "id: Bolt AG",
         ["decisions[1] (id Bolt AG, line 13).id: must be lower case letters, digits"]),
        ("    records: [account salesforce:0015g00000AbCdG]", "    records: account salesforce:1",
         ["(id bolt-ag, line 13).records: must be a list of records"]),
        ("\n  - id: bolt-ag", "\n  - bolt-ag\n  - id: bolt-ag",
         ["decisions[1] (line 13): must state id, action, records and so on (got 'bolt-ag')"]),
        ("    reason: The", "    why: The",
         ["(id acme-boston, line 3).why: unknown key; allowed here: action, decided_on,",
          "from, id, lines, owner, reason, records"]),
        ("decisions:\n", "decision:\n", ["decisions: is required and missing"]),
        ('"Sold to Bolt AG: another company since June."', "Sold to Bolt AG: another company",
         ["line 18, column", "Put text that holds a colon and a space between quotes"]),
        (GOOD, "", ["The file holds no keys", "definitions/README.md"]),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in GOOD
    file = write(tmp_path, GOOD.replace(old, new, 1))
    text = refusal(tmp_path)
    assert str(file) in text
    for part in said:
        assert part in text


def test_an_id_of_another_file_is_refused_with_both_files(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a.yml")
    write(tmp_path, GOOD.split("\n  - id: bolt")[0], "b.yml")
    text = refusal(tmp_path)
    assert str(tmp_path / "decisions" / "b.yml") in text
    assert "the id is already used in decisions/a.yml; give each decision an id" in text


def test_every_error_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("action: confirm", "action: approve").replace("expires_on: never", "")
    write(tmp_path, wrong)
    text = refusal(tmp_path)
    assert "acme-boston" in text
    assert "bolt-ag" in text


def test_a_change_of_a_field_names_its_value(tmp_path: Path) -> None:
    entry = yaml.safe_load(GOOD)["decisions"][0]
    entry |= {
        "action": "accept_change",
        "records": ["erp_customer netsuite:77231"],
        "field": "tax_region",
        "value": "",
    }
    write(tmp_path, yaml.safe_dump({"decisions": [entry]}))
    (one,) = decisions.load(tmp_path)
    assert (one.decision.field, one.decision.value) == ("tax_region", "")


def test_tables_and_digest_go_with_the_definitions(tmp_path: Path, repository: Path) -> None:
    for file in (repository / "definitions").glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text())
    assert definitions.DECISIONS not in definitions.load(tmp_path).digests
    write(tmp_path, GOOD)
    found = definitions.load(tmp_path)
    assert found.digests[definitions.DECISIONS] == decisions.digest(found.decisions)
    with duckdb.connect() as connection:
        definitions.write(found, connection)
        rows = connection.execute(
            "select decision_id, action, effective_from, expires_on, file "
            "from definitions.steward_decision order by all"
        ).fetchall()
        records = connection.execute(
            "from definitions.steward_decision_record order by all"
        ).fetchall()
    name, forever = "decisions/november.yml", date(9999, 12, 31)
    assert rows == [
        ("acme-boston", "confirm", date(1900, 1, 1), date(2027, 11, 20), name),
        ("bolt-ag", "split", date(2026, 6, 1), forever, name),
    ]
    assert records == [
        ("acme-boston", "a", "netsuite", "erp_customer", "77231"),
        ("acme-boston", "a", "salesforce", "account", "0015g00000AbCdE"),
        ("bolt-ag", "a", "salesforce", "account", "0015g00000AbCdG"),
        ("bolt-ag", "b", "netsuite", "erp_customer", "7"),
        ("bolt-ag", "b", "salesforce", "account", "0015g00000AbCdF"),
    ]
