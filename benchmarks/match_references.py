"""The reference methods of account matching: what the matcher is compared with, on the same set.

Each takes a set and returns the pairs that it would link without a person. None is tuned to a set:
thresholds are round figures, Splink is set up and trained as its documentation says.
"""

from __future__ import annotations

import html
import importlib
import logging
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from benchmarks.match_set import MatchSet, Pairs

if TYPE_CHECKING:
    from splink.internals.comparison_creator import ComparisonCreator


class NotMeasuredError(Exception):
    """A reference was not measured, and why."""


LEGAL_FORMS = frozenset(
    re.findall(
        r"\w+",
        "ab ag as asa bv co company corp corporation gmbh inc incorporated kg limited llc lp ltd "
        "nv oyj plc sa se spa the",
    )
)


def plain(name: str) -> str:
    """The name without case, accents, punctuation, HTML entities, remarks and legal form.

    A remark is what stands between parentheses or, as registers write it, between slashes. Initials
    are joined, `and` is dropped.
    """
    text = unicodedata.normalize("NFKD", html.unescape(name)).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]+", " ", re.sub(r"['.’]", "", text)).split()
    bare = re.sub(r"['.’]", "", re.sub(r"\(.*?\)|/\w+/?\s*$", " ", text))
    bare = re.sub(r"\b(\w) (?=\w\b)", r"\1", re.sub(r"[^\w]+", " ", bare))
    kept = [word for word in bare.split() if word not in LEGAL_FORMS and word != "and"]
    return " ".join(kept or words)


def exact_name(matches: MatchSet) -> Pairs:
    """Every pair of records whose plain names are equal, homonyms included."""
    rights: defaultdict[str, list[str]] = defaultdict(list)
    for record in matches.right:
        rights[plain(record["name"])].append(record["id"])
    return {
        (record["id"], other)
        for record in matches.left
        for other in rights.get(plain(record["name"]), ())
    }


SIMILAR = 90  # of 100; the usual advice for token_set_ratio on names
LARGEST = 60_000_000  # comparisons; the matrix of more does not fit beside the rest


def token_set_ratio(matches: MatchSet) -> Pairs:
    """The best one-to-one assignment by rapidfuzz's token_set_ratio, pairs of `SIMILAR` and more.

    Raises:
        NotMeasuredError: the set is too large for a matrix of all pairs.
    """
    import numpy as np
    from rapidfuzz import fuzz, process
    from scipy.optimize import linear_sum_assignment

    comparisons = len(matches.left) * len(matches.right)
    if comparisons > LARGEST:
        raise NotMeasuredError(
            f"not run: {comparisons:,} comparisons, {LARGEST:,} are the most that it is given"
        )
    scores = process.cdist(
        [plain(record["name"]) for record in matches.left],
        [plain(record["name"]) for record in matches.right],
        scorer=fuzz.token_set_ratio,
        score_cutoff=SIMILAR,
        dtype=np.float32,
    )
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return {
        (matches.left[row]["id"], matches.right[column]["id"])
        for row, column in zip(rows, columns, strict=True)
        if scores[row, column] >= SIMILAR
    }


PROBABLE = 0.01  # 0.95, the usual advice, leaves no pair where both lists have names only


def splink(matches: MatchSet) -> Pairs:
    """Splink's defaults on DuckDB, with its one-to-one assignment of pairs of `PROBABLE` and more.

    Comparisons: `NameComparison` of the plain name (its documentation asks for clean columns) and,
    of what both lists have, `JaroWinklerAtThresholds` of the address and exact matches, weighed by
    term frequency, of city, state, zip, country and domain. Blocking: equal name, first word, city,
    zip or domain. Training: the share of matches from equal names (recall 0.7), u from ten million
    random pairs, m by expectation maximisation within equal names (the places) and within equal
    cities, or first words where there are none (the name).

    Raises:
        NotMeasuredError: the set gives Splink too little to train on.
    """
    import splink as library
    import splink.comparison_library as compare
    from splink.internals.exceptions import SplinkException

    places = matches.shared_places
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        # Without this, DuckDB 2.0 takes some 50 times longer for the one-to-one assignment.
        connection.execute("set disabled_optimizers = 'join_order'")
        interface = library.DuckDBAPI(connection)
        tables = [
            interface.register(_cleaned(records, places), dataset_display_name=side)
            for side, records in (("left_list", matches.left), ("right_list", matches.right))
        ]
        comparisons: list[ComparisonCreator | dict[str, Any]] = [compare.NameComparison("name")]
        comparisons += [
            compare.JaroWinklerAtThresholds(place)
            if place == "address"
            else compare.ExactMatch(place).configure(term_frequency_adjustments=True)
            for place in places
        ]
        keys = ["name", "first_word"] + [p for p in ("city", "zip", "domain") if p in places]
        settings = library.SettingsCreator(
            link_type="link_only",
            unique_id_column_name="id",
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=[library.block_on(key) for key in keys],
        )
        linker = library.Linker(tables, settings, log_level=logging.ERROR)
        training = linker.training
        try:
            training.estimate_probability_two_random_records_match(
                [library.block_on("name")], recall=0.7
            )
            training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
            for key in [
                *(["name"] if places else []),
                "city" if "city" in places else "first_word",
            ]:
                training.estimate_parameters_using_expectation_maximisation(library.block_on(key))
        except SplinkException as error:
            raise NotMeasuredError(f"not run: too little to train on ({error})") from error
        predicted = linker.inference.predict(threshold_match_weight=-10)
        clusters = linker.clustering.cluster_using_single_best_links(
            predicted,
            duplicate_free_datasets=["left_list", "right_list"],
            threshold_match_probability=PROBABLE,
        )
        table = clusters.physical_name
        found = connection.sql(
            f"select l.id, r.id from {table} as l join {table} as r using (cluster_id) "
            "where l.source_dataset = 'left_list' and r.source_dataset = 'right_list'"
        ).fetchall()
    return {(left, right) for left, right in found}


def _cleaned(records: Iterable[dict[str, str]], places: tuple[str, ...]) -> pa.Table:
    """id, source_dataset-free columns for Splink: lower case, no punctuation, blanks are null."""
    rows = []
    for record in records:
        name = plain(record["name"])
        row = {"id": record["id"], "name": name or None, "first_word": name.split(" ")[0] or None}
        for place in places:
            value = record[place].strip().casefold()
            row[place] = (value if place == "domain" else plain(value)) or None
        rows.append(row)
    columns = ("id", "name", "first_word", *places)
    return pa.Table.from_pylist(rows, schema=pa.schema([(one, pa.string()) for one in columns]))


@dataclass(frozen=True)
class Reference:
    """A reference method.

    Attributes:
        method: makes the pairs.
        settings: what a reader must know of its settings.
        modules: what it imports; loaded before it is timed.
    """

    method: Callable[[MatchSet], Pairs]
    settings: str
    modules: tuple[str, ...] = ()

    def load(self) -> None:
        """Import its libraries.

        Raises:
            NotMeasuredError: one is not installed.
        """
        for module in self.modules:
            library = module.split(".")[0]
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name is None or error.name.split(".")[0] != library:
                    raise
                raise NotMeasuredError(
                    f"not run: {library} is not installed; make test installs it"
                ) from error


REFERENCES = {
    "exact_name": Reference(
        exact_name, "equal names without case, accents, punctuation and legal form"
    ),
    "rapidfuzz": Reference(
        token_set_ratio,
        f"token_set_ratio >= {SIMILAR}, one-to-one assignment",
        ("numpy", "rapidfuzz", "scipy.optimize"),
    ),
    "splink": Reference(
        splink,
        f"default comparisons, trained, probability >= {PROBABLE}, one-to-one assignment",
        ("splink.comparison_library",),
    ),
}
