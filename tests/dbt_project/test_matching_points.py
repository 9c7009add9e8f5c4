"""What counts for and against a pair, and which words weigh more: orderings, whatever the points.

The models' compiled SQL runs on rows that differ in one thing. dbt's own unit tests hold what is a
matter of yes and no (`_matching__*_unit.yml`); here stands what is a matter of more and less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from benchmarks import nightly_matcher

Score = Callable[..., float]
EVERYTHING_AGREES = {
    f"{field}_agreement": 1 for field in ("city", "state", "postal", "street", "country", "phone")
}


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> nightly_matcher.Matcher:
    """The matcher, after a match that leaves each model's table with its columns."""
    directory = tmp_path_factory.mktemp("points")
    listed = directory / "list.csv"
    listed.write_text("id,name,city\n1,Acme Foods,Salem\n", encoding="utf-8")
    matcher = nightly_matcher.prepare(directory / "home")
    matcher.match(listed, listed)
    return matcher


@pytest.fixture
def warehouse(matcher: nightly_matcher.Matcher) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(matcher.warehouse)) as connection:
        connection.execute("begin transaction")
        yield connection
        connection.execute("rollback")


def fill(warehouse: duckdb.DuckDBPyConnection, model: str, *rows: dict[str, Any]) -> None:
    """Put rows in the place of a model's; what they leave out is 0, false, or no text."""
    table = f"intermediate.{model}"
    types = {row[0]: row[1] for row in warehouse.execute(f"describe {table}").fetchall()}
    warehouse.execute(f"delete from {table}")
    for row in rows:
        assert row.keys() <= types.keys(), row.keys() - types.keys()
        values = [row.get(name, None if kind == "VARCHAR" else 0) for name, kind in types.items()]
        marks = ", ".join(f"cast(? as {kind})" for kind in types.values())
        warehouse.execute(f"insert into {table} values ({marks})", values)


def result(
    matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection, model: str, column: str
) -> Any:
    """A column of the one row that a model makes of what is in the tables before it."""
    (sql,) = (sql for relation, _, sql in matcher.models if relation.strip('"').endswith(model))
    (row,) = warehouse.execute(f"select {column} from ({sql})").fetchall()
    return row[0]


@pytest.fixture
def score(matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection) -> Score:
    """Score of two names that share two thirds of what they say, but for what is told."""

    def scored(**told: Any) -> float:
        pair = {
            "record_key": "a",
            "other_record_key": "c",
            "record_type": "account",
            "other_record_type": "erp_customer",
            "spelling": "brixleyfoodsalem",
            "core": "brixleyfoodsalem",
            "weight": 18,
            "other_weight": 18,
            "bits": 12,
            "other_bits": 12,
            "overlap": "0.6667",
            "plain_overlap": "0.6667",
            "telling_residue": 6,
            "other_telling_residue": 6,
        }
        fill(warehouse, "int_match__compared", pair | told)
        fill(
            warehouse,
            "int_match__corpus",
            {"record_bits": 12, "account_bits": 11, "customer_bits": 11},
        )
        return float(result(matcher, warehouse, "int_match__pair_score", "score"))

    return scored


def same_name(**told: Any) -> dict[str, Any]:
    full = {"bits": 18, "other_bits": 18, "overlap": 1, "plain_overlap": 1}
    none = {"telling_residue": 0, "other_telling_residue": 0}
    return {"is_same_spelling": True, "is_same_core": True, **full, **none, **told}


def shared(bits: int) -> dict[str, Any]:
    part = {"overlap": bits / 18, "plain_overlap": bits / 18}
    rest = {"telling_residue": 18 - bits, "other_telling_residue": 18 - bits}
    return {"bits": bits, "other_bits": bits, **part, **rest}


@pytest.mark.parametrize("field", ["city", "state", "postal", "street"])
def test_a_place_counts_for_a_pair_and_against_it(score: Score, field: str) -> None:
    name = f"{field}_agreement"
    assert score(**{name: 1}) > score() > score(**{name: -1})


def test_another_country_counts_against_a_pair(score: Score) -> None:
    assert score() > score(country_agreement=-1)


def test_a_telephone_counts_for_a_pair(score: Score) -> None:
    assert score(phone_agreement=1) > score()


def test_the_closer_a_web_domain_the_more_it_counts(score: Score) -> None:
    same, name, acronym = (
        score(domain_agreement=one)
        for one in ("same domain", "name in domain", "acronym in domain")
    )
    assert same > name > score()
    assert same > acronym > score()


def test_the_more_words_are_shared_the_better(score: Score) -> None:
    scores = [score(**shared(bits)) for bits in (2, 6, 10, 14, 18)]
    assert scores == sorted(scores)
    assert scores[-1] > scores[2] > scores[0]


def test_the_beginning_of_a_name_counts(score: Score) -> None:
    assert score(first_word=1) > score()
    assert score(starts_alike=True) > score()


def test_the_same_name_is_more_than_its_core_and_that_than_a_similar_one(score: Score) -> None:
    same = score(**same_name())
    core = score(**same_name(is_same_spelling=False, bits=16, overlap="0.9444"))
    assert same > core > score()


def test_an_acronym_of_three_letters_is_more_than_one_of_two(score: Score) -> None:
    three, two = (score(**shared(0), acronym_length=length) for length in (3, 2))
    assert three > two
    assert three < score(**same_name())


def test_a_name_that_many_bear_needs_a_place(score: Score) -> None:
    common = same_name(name_bits=8, town_bits=2, weight=5, other_weight=5, bits=5, other_bits=5)
    elsewhere = {"city_agreement": -1, "street_agreement": -1}
    here = {"city_agreement": 1, "street_agreement": 1}
    assert score(**same_name()) > score(**common)
    assert score(**common, **here) > score(**common) > score(**common, **elsewhere)
    assert score(**same_name(), **elsewhere) > score(**common, **elsewhere)


def accepted_from(matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection) -> float:
    return float(result(matcher, warehouse, "int_match__threshold", "match_auto_accept"))


def probability(
    matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection, points: float
) -> float:
    """Of a pair that stands alone, by the model that judges."""
    one = {"account_key": "a", "customer_key": "c", "tier": 8, "speaks_for_itself": True}
    fill(warehouse, "int_match__contest", one | {"score": points, "account_spelling": "x"})
    return float(result(matcher, warehouse, "int_match__rule_verdict", "probability"))


def test_another_name_is_never_accepted_for_its_place(
    matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection, score: Score
) -> None:
    """A tenant of the same house, a sister company under the same telephone number."""
    neighbour = score(**shared(0), **EVERYTHING_AGREES)
    assert probability(matcher, warehouse, neighbour) < accepted_from(matcher, warehouse)


def test_the_same_rare_name_at_the_same_address_is_accepted(
    matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection, score: Score
) -> None:
    twin = score(**same_name(), **EVERYTHING_AGREES)
    assert probability(matcher, warehouse, twin) >= accepted_from(matcher, warehouse)


@pytest.fixture
def weight(matcher: nightly_matcher.Matcher, warehouse: duckdb.DuckDBPyConnection) -> Score:
    """Weight of the first word of a name, "ibm" unless told otherwise."""

    def weighed(others: tuple[str, ...] = (), count: int = 1, **told: Any) -> float:
        name = {"name_key": "a#name", "record_key": "a", "record_type": "account"}
        first = name | {"position": 1, "word": "ibm", "class": "name"} | told
        rest = [
            name | {"position": number, "word": word, "class": "name"}
            for number, word in enumerate(others, start=2)
        ]
        fill(warehouse, "int_match__word", first, *rest)
        fill(
            warehouse,
            "int_match__word_weight",
            {"word": first["word"], "account_count": count, "rarity_bits": 12 - count},
        )
        (sql,) = (sql for relation, _, sql in matcher.models if "weighted_word" in relation)
        (found,) = warehouse.execute(f"select weight from ({sql}) where position = 1").fetchall()
        return float(found[0])

    return weighed


def test_a_rare_word_weighs_more_than_a_common_one(weight: Score) -> None:
    assert weight(count=1) > weight(count=8)


def test_words_of_a_trade_and_of_law_weigh_less_than_names(weight: Score) -> None:
    name, place, generic, weak, legal = (
        weight(**{"class": one}) for one in ("name", "place", "generic", "weak", "legal")
    )
    assert name > place >= generic > weak > legal > 0


def test_what_the_town_or_the_rest_of_the_name_says_weighs_less(weight: Score) -> None:
    assert weight() > weight(is_own_town=True) > 0
    assert weight() > weight(("international", "business", "machines")) > 0
    assert weight() == weight(("business", "machines", "international"))
