"""Measures revenue schedules of many obligations: `python -m benchmarks.schedules --rows 1000000`.

The models that lie between obligations and schedules run as dbt compiled them, in a copy of a
warehouse whose obligations have been replaced by many, of one to five years and from any day of the
month, one in ten of them modified in its sixth month. The reference is one statement of plain SQL
over the same obligations, in the same run, which knows of no modification; of all others its rows
must be the models' rows, and how many are not is counted. No time is asserted.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks import reference
from benchmarks.measure import alone, measured
from tieout.settings import Home

OBLIGATION = "int_revenue__obligation"
VERSION = "int_revenue__obligation_version"
SCHEDULE = "int_revenue__schedule"

# Terms in months, and days on which services start: a fourth of them on the first of a month.
_OBLIGATIONS = """
    select
        row_number() over () as n,
        [12, 12, 24, 36, 36, 60][n % 6 + 1] as months,
        date '2018-01-01' + to_months((n % 48)::integer)
            + case when n % 4 = 0 then interval 0 day else to_days((n % 27 + 1)::integer) end
            as first_day,
        (100000 + (n * 7919) % 9000000)::bigint as units
    from range({count})
"""

# What whole months and days weigh is the only rule here: rounded totals, their differences.
_REFERENCE = """
    create table reference as
    with obligation as (
        select
            obligation_id, start_date, end_date + 1 as until_date, minor_unit,
            (amount * 10000)::hugeint // (10 ** (4 - minor_unit))::hugeint as units,
            day(start_date) = 1 and day(end_date + 1) = 1 as is_by_month
        from obligation
    ),
    month as (
        select
            *,
            unnest(generate_series(
                date_trunc('month', start_date), date_trunc('month', until_date - 1),
                interval 1 month
            ))::date as period
        from obligation
    ),
    served as (
        select
            *,
            case
                when is_by_month then datediff('month', start_date, period)
                else greatest(period - start_date, 0)
            end::hugeint as before,
            case
                when is_by_month then datediff('month', start_date, period) + 1
                else least(
                    (period + interval 1 month)::date - start_date, until_date - start_date
                )
            end::hugeint as after,
            case
                when is_by_month then datediff('month', start_date, until_date)
                else until_date - start_date
            end::hugeint as whole
        from month
    )
    select
        obligation_id,
        period,
        (((2 * units * after + whole) // (2 * whole) - (2 * units * before + whole) // (2 * whole))
            * (10 ** (4 - minor_unit))::hugeint)::decimal(38, 0) * 0.0001::decimal(5, 4) as amount
    from served
"""


@dataclass(frozen=True)
class Built:
    """What the models made.

    Attributes:
        obligations: how many there are.
        rows: schedule rows that the models built, over all revenue policies.
        policies: how many policies there are.
        modified: obligations of which there is more than one version.
        different: rows of the primary policy, of an obligation that nothing modified, that the
            reference has not or has otherwise.
        unequal: obligations whose rows do not sum to their price.
        models: names of the models, in the order in which they ran.
    """

    obligations: int
    rows: int
    policies: int
    modified: int
    different: int
    unequal: int
    models: tuple[str, ...]


def build_home(path: Path) -> None:
    """Land and build a small demo company: the tables that the models read beside obligations."""
    from tieout import demo, run
    from tieout.locks import writer_lock

    demo.write(path / "exports", scale=0.01)
    home = Home.resolve(path / "home")
    with writer_lock(home, "the benchmark"):
        run.land(home, path / "exports")
        run.build(home)


def models_between(target: Path) -> list[tuple[dict[str, Any], str]]:
    """Compiled models that lead from obligations to schedules, in order, the latter included."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]

    def needs(name: str) -> set[str]:
        of = nodes[name].get("depends_on", {}).get("nodes", ())  # a seed depends on nothing
        return {one for one in of if one in nodes}

    (schedule,) = (n for n, node in nodes.items() if node["name"] == SCHEDULE)
    leads: dict[str, bool] = {}

    def is_later(name: str) -> bool:
        if name not in leads:
            leads[name] = nodes[name]["name"] != OBLIGATION and any(
                nodes[one]["name"] == OBLIGATION or is_later(one) for one in needs(name)
            )
        return leads[name]

    earlier, waiting = set[str](), [schedule]
    while waiting:
        name = waiting.pop()
        if name not in earlier and is_later(name):
            earlier.add(name)
            waiting += needs(name)
    models, _ = reference.compiled(manifest, target)
    return [(node, sql) for node, sql in models if node["unique_id"] in earlier]


def fill(warehouse: duckdb.DuckDBPyConnection, relation: str, count: int) -> None:
    """Replace the obligations by `count` others, each a contract, like the first one in all else.

    Terms modify one contract in ten: from a day of its sixth month on, what is left is spread anew.
    """
    warehouse.execute(f"""
        create or replace table {relation} as
        with kept as (
            from {relation} where start_date <= end_date and obligation_source = 'element'
            order by obligation_id limit 1
        ),
        made as ({_OBLIGATIONS.format(count=count)})
        select kept.* replace (
            'made-' || n as obligation_id,
            'made-' || n as contract_id,
            null as recognition_rule,
            first_day::date as inception_date,
            first_day::date as added_on,
            first_day::date as start_date,
            (first_day + to_months(months::integer) - interval 1 day)::date as end_date,
            (units * (10 ** (4 - minor_unit))::bigint)::decimal(28, 0) * 0.0001::decimal(5, 4)
                as amount
        )
        from made cross join kept
    """)
    warehouse.execute(f"""
        create temp table modified as
        select
            erp_system, contract_id, (start_date + interval 5 month + interval 9 day)::date as day
        from {relation} where split_part(contract_id, '-', 2)::bigint % 10 = 0
    """)
    warehouse.execute("""
        insert into definitions.contract_modification by name
        select erp_system, contract_id as contract, day as effective_on,
            'prospective' as treatment, false as is_mixed, 'benchmark' as reason,
            'benchmark' as decided_by, day as decided_on
        from modified
    """)
    warehouse.execute("""
        insert into intermediate.int_revenue__contract_name by name
        select erp_system, contract_id as contract_name, contract_id from modified
    """)


def run_models(home: Home, scratch: Path, count: int) -> tuple[dict[str, float], Built]:
    """Build the schedules of `count` obligations in a copy of the warehouse, which stays."""
    shutil.copy(home.warehouse, scratch / "warehouse.duckdb")
    models = models_between(home.work / "dbt")
    with duckdb.connect(str(scratch / "warehouse.duckdb")) as warehouse:
        warehouse.execute("set enable_progress_bar = false")
        warehouse.execute("set preserve_insertion_order = false")  # as in profiles.yml
        manifest = json.loads((home.work / "dbt/manifest.json").read_text(encoding="utf-8"))
        (made,) = (n for n in manifest["nodes"].values() if n["name"] == OBLIGATION)
        fill(warehouse, made["relation_name"], count)
        warehouse.execute("checkpoint")
        with measured() as usage:
            for node, sql in models:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                name = node["relation_name"]
                warehouse.execute(f"create or replace {kind} {name} as ({sql}\n)")
        schedule = models[-1][0]["relation_name"]
        (version,) = (n for n in manifest["nodes"].values() if n["name"] == VERSION)
        built = _check(warehouse, made["relation_name"], version["relation_name"], schedule, models)
    return vars(usage), built


def _check(
    warehouse: duckdb.DuckDBPyConnection,
    obligation: str,
    version: str,
    schedule: str,
    models: list[tuple[dict[str, Any], str]],
) -> Built:
    """Compare what was built with the reference, which is built here a first time, unmeasured."""
    warehouse.execute(f"create temp view obligation as from {obligation}")
    warehouse.execute(_REFERENCE.replace("create table", "create temp table"))
    counts = warehouse.execute(f"""
        with primary_set as (
            select policy_id from definitions.definition_set where is_primary
        ),
        own as (
            select obligation_id, period, sum(amount) as amount
            from {schedule} semi join primary_set using (policy_id)
            group by obligation_id, period
        ),
        modified as (
            select obligation_id from {version} semi join primary_set using (policy_id)
            where version_number > 1
            group by obligation_id
        )
        select
            (select count(*) from obligation),
            (select count(*) from {schedule}),
            (select count(distinct policy_id) from {schedule}),
            (select count(*) from modified),
            (select count(*) from own full join reference using (obligation_id, period)
                where own.amount is distinct from reference.amount
                    and obligation_id not in (from modified)),
            (select count(*) from obligation left join (
                select obligation_id, sum(amount) as total from own group by obligation_id
            ) as summed using (obligation_id) where total is distinct from amount)
    """).fetchone()
    assert counts is not None  # an aggregate without groups has its row
    obligations, rows, policies, modified, different, unequal = counts
    names = tuple(node["name"] for node, _ in models)
    return Built(obligations, rows, policies, modified, different, unequal, names)


def run_reference(scratch: Path) -> dict[str, float]:
    """The same schedules by one statement, in a database of their own."""
    with duckdb.connect(str(scratch / "reference.duckdb")) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{scratch / 'warehouse.duckdb'}' as built (read_only)")
        connection.execute(f"create table obligation as from built.intermediate.{OBLIGATION}")
        connection.execute("checkpoint")
        with measured() as usage:
            connection.execute(_REFERENCE)
    return vars(usage)


def measure(home: Home, scratch: Path, rows: int) -> dict[str, Any]:
    """Everything that the benchmark prints, as one JSON-able record."""
    # the terms' mean, and three in four touch one more month for not starting on the first
    count = round(rows / (180 / 6 + 0.75))
    usage, built = alone(run_models, home, scratch, count)
    return {
        "built": asdict(built),
        "models": usage,
        "reference": alone(run_reference, scratch),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
        },
    }


def show(record: dict[str, Any], console: Console) -> None:
    """Print the record as one table and one line of JSON."""
    built, own, plain = record["built"], record["models"], record["reference"]
    table = Table(title="Revenue schedules, built set-based", title_justify="left")
    table.add_column("what")
    for column in ("rows", "wall s", "cpu s", "peak MB", "rows/s", "ratio"):
        table.add_column(column, justify="right")
    rows = built["rows"] / built["policies"]
    for what, usage, count, ratio in (
        (f"{len(built['models'])} models", own, built["rows"], own["wall"] / plain["wall"]),
        ("one statement of SQL", plain, round(rows), None),
    ):
        table.add_row(
            what,
            f"{count:,}",
            f"{usage['wall']:.1f}",
            f"{usage['cpu']:.1f}",
            f"{usage['peak_mb']:,.0f}",
            f"{count / usage['wall']:,.0f}",
            f"{ratio:.2f}" if ratio is not None else "",
        )
    console.print(table)
    console.print(
        f"{built['obligations']:,} obligations, {built['modified']:,} of them modified, "
        f"{built['policies']} revenue {'policy' if built['policies'] == 1 else 'policies'}; rows "
        f"that differ from the reference: {built['different']:,}; obligations off their price: "
        f"{built['unequal']:,}\n"
        f"models   {', '.join(built['models'])}",
        highlight=False,
        soft_wrap=True,
    )
    print(json.dumps(record))


@click.command(help=__doc__)
@click.option("--rows", default=1_000_000, show_default=True, help="Schedule rows, about.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A home that a night has built, only read; without it a small one is made first.",
)
def main(rows: int, home: Path | None) -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory(prefix="schedules-") as directory:
        scratch = Path(directory)
        if home is None:
            alone(build_home, scratch)
        built = Home.resolve(home) if home else Home(scratch / "home")
        record = measure(built, scratch, rows)
    show(record, Console(width=None if Console().is_terminal else 110))


if __name__ == "__main__":
    main()
