"""The matcher over nights: it compares anew only what changed, and ends as a full match would.

dbt runs the matcher's models on a warehouse of its own, whose accounts and customers this test
lands. A full match is the same night without what earlier nights have scored.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from dbt.cli.main import dbtRunner

from tieout import definitions, transform
from tieout.settings import DEFINITIONS, Home

BUSINESS_TIME = datetime(2026, 6, 30)  # noqa: DTZ001 - dbt's variables want a naive one
MODELS = "path:models/intermediate/matching"
SCORING = "int_match__pair_to_score+,path:models/intermediate/matching"
STATE = ("int_match__pair_score", "int_match__scored_record")
RESULTS = ("int_match__pair_score", "int_match__rule_verdict")

TEXTS = (
    "billing_street billing_city billing_state billing_postal_code shipping_street shipping_city "
    "shipping_state shipping_postal_code country phone tax_id duns_number website_domain"
)
SIDES = {
    "account": (
        "int_customer__account",
        "crm_system account_id account_name external_erp_customer_id merged_into_account_id",
    ),
    "customer": (
        "int_customer__erp_customer",
        "erp_system erp_customer_id customer_name customer_number email_domain crm_account_id "
        "external_id",
    ),
}

RARE_WORDS = (
    "Brixley Corvane Daltrim Elmbridge Fennwick Garrowby Hexley Ironvale Jessmond Kelbrook "
    "Larkhill Merrow Norcliffe Oakhanger Penhurst Quarndon Ridgemont Selwick Thornbury Ulverton "
    "Vexford Westerdale Yarwell Zennor"
)
TRADES = ("Foods", "Logistics", "Packaging", "Dental", "Robotics", "Bank", "Motors", "Energy")
FORMS = ("Inc.", "LLC", "GmbH", "Ltd", "")
PLACES = (
    ("Salem", "OR", "97301"), ("Salem", "MA", "01970"), ("Dayton", "OH", "45402"),
    ("St. Louis", "MO", "63101"), ("Springfield", "IL", "62701"),
)  # fmt: skip


@dataclass
class Company:
    """What lands: accounts and customers by id, as rows of the two tables."""

    account: dict[str, dict[str, Any]] = field(default_factory=dict)
    customer: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, warehouse: Path) -> None:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema if not exists intermediate")
            for side, (table, own) in SIDES.items():
                texts = f"{own} {TEXTS}".split()
                schema = pa.schema([*((one, pa.string()) for one in texts), ("gone", pa.bool_())])
                landed = pa.Table.from_pylist(list(getattr(self, side).values()), schema=schema)
                connection.register("landed", landed)
                connection.execute(
                    f"create or replace table intermediate.{table} as "
                    "select * exclude (gone), coalesce(gone, false) as is_deleted from landed"
                )

    def add(self, number: int, random: Random, *sides: str) -> None:
        """A company as each side writes it, with a tail of homonyms, variants and lone records."""
        rare = RARE_WORDS.split()
        core = f"{rare[number % len(rare)]} {TRADES[number * 7 // 3 % len(TRADES)]}"
        city, state, postal_code = PLACES[number * 5 % len(PLACES)]
        for side in sides:
            name = random.choice(
                [core, f"{core} Group", core[:-1], core.replace("r", "", 1), f"The {core}"]
            )
            row = {
                "billing_street": f"{number % 9 + 1} Main Street",
                "billing_city": random.choice([city, city.upper(), None]),
                "billing_state": state,
                "billing_postal_code": random.choice([postal_code, None]),
                "country": "US",
                "phone": f"314 555 {number % 50:04}" if number % 3 else None,
                "tax_id": f"T-{number:05}" if random.random() < 0.1 else None,
                "website_domain": f"{core.split()[0].lower()}.example" if number % 4 else None,
            }
            name = f"{name} {random.choice(FORMS)}".strip()
            if side == "account":
                key = f"A{number:03}"
                row |= {"crm_system": "crm", "account_id": key, "account_name": name}
                row["external_erp_customer_id"] = f"C{number:03}" if number % 6 == 0 else None
            else:
                key = f"C{number:03}"
                row |= {"erp_system": "erp", "erp_customer_id": key, "customer_name": name}
                row["customer_number"] = key
            getattr(self, side)[key] = row


@dataclass(frozen=True)
class Matcher:
    """The warehouse of one test and dbt over it."""

    home: Home
    manifest: Any

    def dbt(self, *arguments: str) -> None:
        candidate = transform.Candidate("nights", self.home.work, BUSINESS_TIME, None)
        with transform.dbt_environment(self.home, candidate, self.home.work / transform.MARTS):
            done = dbtRunner(manifest=self.manifest).invoke(
                [*arguments, *transform.dbt_arguments(self.home)]
            )
        failed = [one.message for one in getattr(done.result, "results", None) or [] if one.message]
        assert done.success, done.exception or failed

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.warehouse)) as connection:
            return connection.execute(sql).fetchall()

    def night(self, company: Company, *arguments: str) -> None:
        company.write(self.home.warehouse)
        self.dbt("run", "--select", MODELS, *arguments)

    def forget(self) -> None:
        for table in STATE:
            self.rows(f"drop table if exists intermediate.{table}")

    def results(self) -> dict[str, list[tuple[Any, ...]]]:
        return {one: self.rows(f"from intermediate.{one} order by all") for one in RESULTS}

    def full_results(self) -> dict[str, list[tuple[Any, ...]]]:
        """What a full match makes of the same night, which then stands as it stood."""
        aside = self.home.warehouse.with_suffix(".aside")
        shutil.copy(self.home.warehouse, aside)
        self.forget()
        self.dbt("run", "--select", SCORING)
        results = self.results()
        shutil.move(aside, self.home.warehouse)
        return results

    def signatures(self) -> set[tuple[Any, ...]]:
        return set(self.rows("from intermediate.int_match__scored_record"))

    def newly_scored(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select record_key, other_record_key from intermediate.int_match__pair_to_score"
        )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    home = Home(tmp_path_factory.mktemp("matching"))
    home.ensure()
    rules = definitions.load(DEFINITIONS)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        definitions.write(rules, warehouse)
    candidate = transform.Candidate("nights", home.work, BUSINESS_TIME, None)
    with transform.dbt_environment(home, candidate, home.work / transform.MARTS):
        parsed = dbtRunner().invoke(["parse", *transform.dbt_arguments(home)])
    assert parsed.success, parsed.exception
    matcher = Matcher(home, parsed.result)
    matcher.dbt("seed", "--select", "name_word", "free_mail_domain")
    return matcher


@pytest.fixture
def matcher(prepared: Matcher) -> Iterator[Matcher]:
    """A warehouse in which no night has been."""
    prepared.forget()
    yield prepared
    prepared.forget()


@pytest.fixture
def company() -> Company:
    """Sixty companies; some are on one side only."""
    company, random = Company(), Random(2)  # noqa: S311 - repeatable on purpose
    for number in range(60):
        company.add(number, random, *(("account", "customer"), ("account",))[number % 11 == 0])
    return company


def arrivals(company: Company) -> None:
    random = Random(3)  # noqa: S311 - repeatable on purpose
    for number in range(60, 64):
        company.add(number, random, "account", "customer")


def changed_names_and_addresses(company: Company) -> None:
    company.account["A003"]["account_name"] = company.account["A020"]["account_name"]
    company.account["A010"]["account_name"] = "Westerdale Motors (formerly Brixley Foods)"
    company.account["A031"]["billing_city"] = "Dayton"
    company.customer["C017"]["customer_name"] = "WT Bank"
    company.customer["C040"]["billing_street"] = "77 Harbour Road"
    company.customer["C041"]["website_domain"] = "vexford.example"
    company.customer["C043"]["phone"] = company.account["A044"]["phone"]


def deletions(company: Company) -> None:
    del company.account["A002"], company.account["A025"], company.customer["C030"]
    company.account["A006"]["gone"] = True
    company.account["A008"]["merged_into_account_id"] = "A009"
    company.customer["C013"]["gone"] = True


def twice_as_many(company: Company) -> None:
    """The corpus counts in powers of two: every rarity changes."""
    random = Random(5)  # noqa: S311 - repeatable on purpose
    for number in range(64, 84):
        company.add(number, random, "account", "customer")


def test_each_night_ends_as_a_full_match(matcher: Matcher, company: Company) -> None:
    matcher.night(company)
    first = matcher.results()
    assert min(len(rows) for rows in first.values()) > 30, "too few pairs to prove anything"
    for change in (arrivals, changed_names_and_addresses, deletions, twice_as_many):
        before = matcher.results()
        change(company)
        matcher.night(company)
        results = matcher.results()
        assert results != before, f"{change.__name__} changed nothing"
        assert results == matcher.full_results(), change.__name__
        known = {f"crm:{key}" for key in company.account}
        known |= {f"erp:{key}" for key in company.customer}
        assert {key for row in results["int_match__pair_score"] for key in row[:2]} <= known


def test_a_quiet_night_scores_nothing_and_a_new_record_only_what_it_touches(
    matcher: Matcher, company: Company
) -> None:
    matcher.night(company)
    everything = len(matcher.newly_scored())
    before = matcher.results()
    matcher.night(company)
    assert matcher.newly_scored() == []
    assert matcher.results() == before

    scored = matcher.signatures()
    company.add(60, Random(7), "account")  # noqa: S311 - repeatable on purpose
    matcher.night(company)
    changed = {key for key, _ in matcher.signatures() - scored}
    pairs = matcher.newly_scored()
    assert any("crm:A060" in pair for pair in pairs)
    assert all(changed & set(pair) for pair in pairs)
    assert len(pairs) < everything / 2


def test_a_night_killed_before_it_noted_what_it_scored_is_made_good(
    matcher: Matcher, company: Company
) -> None:
    """Also where the next night puts things back, as after an export that was wrong."""
    matcher.night(company)
    renamed, lost = company.account["A004"], company.customer["C005"]
    name = renamed["account_name"]
    pairs = matcher.results()["int_match__pair_score"]
    assert all(any(key in row[:2] for row in pairs) for key in ("crm:A004", "erp:C005"))

    renamed["account_name"] = company.account["A029"]["account_name"]
    del company.customer["C005"]
    company.account["A031"]["billing_city"] = "Dayton"
    arrivals(company)
    scored = matcher.signatures()
    matcher.night(company, "--exclude", "int_match__scored_record+")
    assert matcher.results()["int_match__pair_score"] != pairs
    assert matcher.signatures() <= scored, "the night was not cut short"

    renamed["account_name"] = name
    company.customer["C005"] = lost
    matcher.night(company)
    assert matcher.results() == matcher.full_results()


def test_a_full_refresh_compares_all_pairs(matcher: Matcher, company: Company) -> None:
    matcher.night(company)
    before = matcher.results()
    matcher.night(company, "--full-refresh")
    assert matcher.results() == before


def test_scores_of_an_earlier_release_are_replaced(matcher: Matcher, company: Company) -> None:
    """The table may lack a column then; what was scored by other code is no score."""
    matcher.night(company)
    before = matcher.results()
    matcher.rows("update intermediate.int_match__scored_record set signature = 'other code'")
    matcher.rows("update intermediate.int_match__pair_score set score = 0")
    matcher.rows("alter table intermediate.int_match__pair_score drop column acronym_length")
    matcher.night(company)
    columns = [
        [row[0] for row in matcher.rows(f"describe intermediate.{table}")]
        for table in ("int_match__pair_score", "int_match__rule_verdict")
    ]
    assert "acronym_length" in columns[0]
    assert matcher.results()["int_match__rule_verdict"] == before["int_match__rule_verdict"]


def test_a_change_of_points_or_rules_changes_every_signature(prepared: Matcher) -> None:
    folder = prepared.home.work / "dbt" / "compiled" / "tieout" / "models" / "intermediate"

    def compiled() -> str:
        prepared.dbt("compile", "--select", "int_match__signature")
        return (folder / "matching" / "int_match__signature.sql").read_text()

    digest = compiled()
    for name in ("match_points", "match_names_agree", "match_speaks_for_itself", "agreement"):
        macro = prepared.manifest.macros[f"macro.tieout.{name}"]
        text = macro.macro_sql
        macro.macro_sql = text.replace("1", "2")
        changed = compiled()
        macro.macro_sql = text
        assert changed != digest, name
    assert compiled() == digest
