"""The nightly run's matcher on two lists of organisations: its dbt models, on rows of CSV files.

What a night pays once, whatever it matches, is prepared first: dbt is loaded, the project parsed,
the matcher's models compiled and their seeds loaded. Then the compiled SQL runs, model by model, in
the order and in the kind of database that dbt would run it in.
"""

from __future__ import annotations

import graphlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tieout import definitions, transform
from tieout.errors import TieoutError
from tieout.settings import DBT_PROJECT, DEFINITIONS, Home

MODELS = "path:models/intermediate/matching"
SEEDS = ("name_word", "free_mail_domain")
BUSINESS_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - of lists that have none; models want a naive one

# Side: its table, the columns that name system and record, and what only this table has.
SIDES = {
    "left": (
        "int_customer__account",
        "'left' as crm_system, id as account_id, name as account_name, domain as website_domain, "
        "null::varchar as external_erp_customer_id, null::varchar as merged_into_account_id",
    ),
    "right": (
        "int_customer__erp_customer",
        "'right' as erp_system, id as erp_customer_id, name as customer_name, "
        "domain as website_domain, null::varchar as email_domain, "
        "null::varchar as customer_number, null::varchar as crm_account_id, "
        "null::varchar as external_id",
    ),
}


@dataclass(frozen=True)
class Matcher:
    """The matcher, ready for lists.

    Attributes:
        warehouse: database file with seeds and definitions.
        models: relation, 'view' or 'table', and compiled SQL of each model, in order.
    """

    warehouse: Path
    models: tuple[tuple[str, str, str], ...]

    def match(self, left: Path, right: Path) -> pa.Table:
        """Match two lists as the nightly run matches accounts and customers that share no ids.

        Args:
            left: CSV file with id, name and any of address, city, state, zip, country, domain.
            right: the other list, of the same shape.

        Returns:
            One row per pair that is accepted or for review: left_id, right_id, verdict ('accepted',
            'review'), probability, rank (1 is the left record's best candidate).
        """
        with duckdb.connect(str(self.warehouse)) as warehouse:
            warehouse.execute("set enable_progress_bar = false")
            warehouse.execute("set preserve_insertion_order = false")  # as in profiles.yml
            _land(warehouse, left, "left")
            _land(warehouse, right, "right")
            for relation, kind, sql in self.models:
                warehouse.execute(f"create or replace {kind} {relation} as ({sql}\n)")
            return verdicts(warehouse)


def prepare(directory: Path) -> Matcher:
    """Make the matcher ready, in an empty directory of its own.

    Raises:
        TieoutError: the project does not compile.
    """
    home = Home(directory)
    home.ensure()
    rules = definitions.load(DEFINITIONS)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        definitions.write(rules, warehouse)
        warehouse.execute("create schema intermediate")
    candidate = transform.Candidate("lists", home.work, BUSINESS_TIME, None)
    arguments = transform.dbt_arguments(home)
    with transform.dbt_environment(home, candidate, home.work / transform.MARTS):
        call_dbt("seed", "--select", *SEEDS, *arguments)
        compiled = call_dbt("compile", "--select", MODELS, *arguments)
    nodes = {
        one.node.unique_id: one.node for one in compiled if str(one.node.resource_type) == "model"
    }
    order = graphlib.TopologicalSorter(
        {name: nodes.keys() & set(node.depends_on.nodes) for name, node in nodes.items()}
    ).static_order()
    return Matcher(
        home.warehouse,
        tuple(
            (
                nodes[name].relation_name,
                "view" if nodes[name].config.materialized == "view" else "table",
                nodes[name].compiled_code,
            )
            for name in order
        ),
    )


def run(left: Path, right: Path) -> pa.Table:
    """Prepare the matcher and match two lists; see `Matcher.match`."""
    with tempfile.TemporaryDirectory(prefix="matcher-") as scratch:
        return prepare(Path(scratch)).match(left, right)


def verdicts(warehouse: duckdb.DuckDBPyConnection) -> pa.Table:
    """The pairs of the last match, as `Matcher.match` returns them."""
    return warehouse.sql(
        """
        select
            substr(account_key, length('left:') + 1) as left_id,
            substr(customer_key, length('right:') + 1) as right_id,
            verdict,
            probability,
            candidate_rank as rank,
        from intermediate.int_match__rule_verdict
        """
    ).to_arrow_table()


def call_dbt(*arguments: str) -> Sequence[Any]:
    """Results of a dbt call, by node."""
    from dbt.cli.main import dbtRunner

    outcome: Any = dbtRunner().invoke(list(arguments))
    results = getattr(outcome.result, "results", None) or ()
    if not outcome.success:
        failed = [f"{one.node.name}: {one.message}" for one in results if one.status == "error"]
        raise TieoutError(
            f"dbt {arguments[0]} failed for the matcher: {outcome.exception or '; '.join(failed)}",
            where=str(DBT_PROJECT),
            do="Run `make test`; the models' own tests say more.",
        )
    return list(results)


def _land(warehouse: duckdb.DuckDBPyConnection, file: Path, side: str) -> None:
    """A list as the table that the staging models would have made of it."""
    table, own_columns = SIDES[side]
    warehouse.execute(
        "create or replace temp table listed as "
        "from read_csv(?, all_varchar = true, header = true)",
        [str(file)],
    )
    known = {row[0] for row in warehouse.execute("describe listed").fetchall()}
    wanted = ("id", "name", "address", "city", "state", "zip", "country", "domain")
    columns = ", ".join(
        f"nullif(trim({one}), '') as {one}" if one in known else f"null::varchar as {one}"
        for one in wanted
    )
    countries = str(DBT_PROJECT / "seeds" / "country_alias.csv")
    warehouse.execute(
        f"""
        create or replace table intermediate.{table} as
        with listed_columns as (
            select {columns} from listed
        ),
        country as (
            from read_csv(?, all_varchar = true, header = true)
        ),
        cleaned as (
            select
                one.* exclude (domain, country),
                coalesce(country.country, upper(one.country)) as country,
                nullif(
                    regexp_extract(
                        lower(one.domain), '^(?:[a-z]+://)?(?:www\\.)?([^/:?#]+)', 1
                    ),
                    ''
                ) as domain,
            from listed_columns as one
            left join country
                on regexp_replace(strip_accents(lower(one.country)), '[^a-z0-9]', '', 'g')
                = country.country_key
        )
        select
            {own_columns},
            address as billing_street,
            city as billing_city,
            state as billing_state,
            zip as billing_postal_code,
            null::varchar as shipping_street,
            null::varchar as shipping_city,
            null::varchar as shipping_state,
            null::varchar as shipping_postal_code,
            country,
            null::varchar as phone,
            null::varchar as tax_id,
            null::varchar as duns_number,
            false as is_deleted,
        from cleaned
        """,
        [countries],
    )
