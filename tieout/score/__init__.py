"""How close the published marts come to labelled truth: the links, and the bridge by line.

Reads `publications/current/marts.duckdb` (map_account_customer, fct_allocation,
rpt_revenue_bridge and fct_reporting_atom) and a directory of labels such as `tieout demo` writes:
account_link.csv, opportunity_order_link.csv, bridge_line.csv. What the labels do not speak of
(another definition set, a leg) is not judged. Labels of lines in the reporting currency
(reporting_line.csv), of companies, duplicates and families are scored where they are there
(`tieout.score.matching`), and so are labels of the evidence that ties a deal to its order
(`tieout.score.order_links`) and of what each obligation earns (`tieout.score.revenue`), what
blocks orders, and what cash was applied to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from tieout.errors import InputError
from tieout.score import matching, order_links, revenue
from tieout.score.links import LinkScore, count_links, link_table
from tieout.score.matching import MatchingScore
from tieout.score.order_links import OrderLinkScore
from tieout.score.revenue import RevenueScore
from tieout.settings import Home
from tieout.words import amount

__all__ = ["LinkScore", "ScoreReport", "print_report", "score"]

_FILES = ("account_link.csv", "opportunity_order_link.csv", "bridge_line.csv")
_BLOCKED = "blocked_order.csv"
_UNAPPLIED = "unapplied_cash.csv"
_REPORTING = "reporting_line.csv"


@dataclass(frozen=True)
class LineScore:
    """One bridge line over all its keys (definition, entity, currency, period), in one currency.

    `is_reporting`: in the reporting currency, each key over all transaction currencies; there
    `line_detail` says of FX why the rates differ (rate_source, rate_date), else it is empty.
    """

    definition_id: str
    leg: int
    line_code: str
    currency: str
    keys: int
    keys_off: int
    published: Decimal
    truth: Decimal
    absolute_difference: Decimal
    is_reporting: bool = False
    line_detail: str = ""


@dataclass(frozen=True)
class KeyDifference:
    """A key of the bridge where the published amount is not the true one."""

    definition_id: str
    leg: int
    line_code: str
    entity: str
    currency: str
    period: str
    published: Decimal
    truth: Decimal
    is_reporting: bool = False
    line_detail: str = ""

    @property
    def difference(self) -> Decimal:
        return self.published - self.truth


@dataclass(frozen=True)
class ScoreReport:
    """All of it. `worst` holds the largest differences by amount, at most 20 per leg.

    `lines` are in transaction currency, and in reporting currency too where the labels have it.

    `matching` is None where the labels do not say which record is which company, `order_links`
    where they do not say what ties a deal to its order, `blocked` where they do not say what
    keeps an order from being billed, `revenue` where they do not say what obligations earn,
    `unapplied` where they do not say what cash was applied to nothing.
    """

    publication: str
    links: tuple[LinkScore, ...]
    lines: tuple[LineScore, ...]
    worst: tuple[KeyDifference, ...]
    unclassified_atoms: int
    matching: MatchingScore | None = None
    order_links: OrderLinkScore | None = None
    blocked: LinkScore | None = None
    revenue: RevenueScore | None = None
    unapplied: LinkScore | None = None

    @property
    def keys(self) -> int:
        return sum(line.keys for line in self.lines)

    @property
    def keys_off(self) -> int:
        return sum(line.keys_off for line in self.lines)


def score(home: Home | Path, truth: Path) -> ScoreReport:
    """Compare the current publication of `home` with the labels under `truth`.

    Raises:
        InputError: nothing is published, or a label file is missing.
    """
    current = (home if isinstance(home, Home) else Home(Path(home))).current
    marts = current / "marts.duckdb"
    if not marts.is_file():
        raise InputError(
            "Nothing is published yet, so there is nothing to score.",
            where=str(marts),
            do="Publish first: tieout run --exports DIR.",
        )
    for name in _FILES:
        if not (truth / name).is_file():
            raise InputError(
                f"The labels lack {name}.",
                where=str(truth),
                do="Point --truth at the truth directory of a demo company: DEMO/truth.",
            )
    with duckdb.connect() as con:
        con.execute(f"attach '{_quoted(marts)}' as marts (read_only)")
        speaks_of_matching = all((truth / name).is_file() for name in matching.FILES)
        speaks_of_evidence = (truth / order_links.FILE).is_file()
        speaks_of_blocks = (truth / _BLOCKED).is_file()
        speaks_of_unapplied = (truth / _UNAPPLIED).is_file()
        speaks_of_revenue = (truth / revenue.FILE).is_file()
        speaks_of_reporting = (truth / _REPORTING).is_file()
        for name in (
            *_FILES,
            *(matching.FILES if speaks_of_matching else ()),
            *((order_links.FILE,) if speaks_of_evidence else ()),
            *((_BLOCKED,) if speaks_of_blocks else ()),
            *((_UNAPPLIED,) if speaks_of_unapplied else ()),
            *((revenue.FILE,) if speaks_of_revenue else ()),
            *((_REPORTING,) if speaks_of_reporting else ()),
        ):
            con.execute(
                f"create table {name.removesuffix('.csv')} as "
                f"from read_csv('{_quoted(truth / name)}', all_varchar = true, header = true)"
            )
        links = (_accounts(con, knows_companies=speaks_of_matching), *_allocations(con))
        _compare_bridge(con, speaks_of_reporting=speaks_of_reporting)
        return ScoreReport(
            publication=current.resolve().name,
            links=links,
            lines=_lines(con),
            worst=_worst(con),
            unclassified_atoms=_one(
                con,
                "select count(*) from marts.revenue_bridge.fct_bridge_atom "
                "where line_code like '%.99'",
            ),
            matching=matching.score_matching(con) if speaks_of_matching else None,
            order_links=order_links.score_order_links(con) if speaks_of_evidence else None,
            blocked=_blocked(con) if speaks_of_blocks else None,
            revenue=revenue.score_revenue(con) if speaks_of_revenue else None,
            unapplied=_unapplied(con) if speaks_of_unapplied else None,
        )


def _accounts(con: duckdb.DuckDBPyConnection, *, knows_companies: bool) -> LinkScore:
    """Account links that hold today.

    Links of merged (deleted) accounts, and links with a further ERP customer of the same company
    (a duplicate, a branch), are right but need not be there.
    """
    con.execute("""
        create table found_account as
        select crm_account_id, erp_customer_id
        from marts.account_mapping.map_account_customer
        where match_status = 'accepted' and (valid_to is null or valid_to > date '9000-01-01')
        group by all
    """)
    further = (
        " union all select a.record_id, k.record_id, true from customer as a "
        "inner join customer as k using (company) "
        "where a.record_type = 'account' and k.record_type = 'erp_customer'"
        if knows_companies
        else ""
    )
    return count_links(
        con,
        "account links",
        "found_account",
        "select crm_account_id, erp_customer_id, kind = 'merged' as is_optional from account_link"
        + further,
        ("crm_account_id", "erp_customer_id"),
    )


def _allocations(con: duckdb.DuckDBPyConnection) -> tuple[LinkScore, LinkScore]:
    """Allocation slices by line, and the coarser links of deals and orders."""
    # a deal without lines has one line that no CRM names, the only one of its deal
    line = (
        "case when opportunity_line_id is null or opportunity_line_id like '%#%' then '' "
        "else opportunity_line_id end as opportunity_line_id"
    )
    con.execute(f"""
        create table found_allocation as
        select opportunity_id, {line}, order_id, order_line_id
        from marts.opportunity_to_order.fct_allocation
        where booked_amount <> 0 or ordered_amount <> 0
        group by all
    """)
    con.execute(
        "create table found_order as select opportunity_id, order_id from found_allocation "
        "group by all"
    )
    slices = count_links(
        con,
        "allocation slices",
        "found_allocation",
        f"select opportunity_id, {line}, order_id, order_line_id, false as is_optional "
        "from opportunity_order_link",
        ("opportunity_id", "opportunity_line_id", "order_id", "order_line_id"),
    )
    orders = count_links(
        con,
        "deals to orders",
        "found_order",
        "select opportunity_id, order_id, false as is_optional from opportunity_order_link",
        ("opportunity_id", "order_id"),
    )
    return slices, orders


def _blocked(con: duckdb.DuckDBPyConnection) -> LinkScore:
    """Orders that something blocks: right where the reason and the amount to the cent are."""
    con.execute("""
        create table found_blocked as
        select record_id as order_id, blocked_by, blocked_amount::decimal(28, 4) as amount
        from marts.opportunity_to_order.rpt_blocked_order
        where record_type = 'order'
    """)
    return count_links(
        con,
        "blocked orders",
        "found_blocked",
        "select order_id, blocked_by, amount::decimal(28, 4) as amount, false as is_optional "
        "from blocked_order",
        ("order_id", "blocked_by", "amount"),
    )


def _unapplied(con: duckdb.DuckDBPyConnection) -> LinkScore:
    """Cash with a rest: right where what was made of it is, and what open invoices it answers."""
    amounts = ("received", "applied", "refunded", "unapplied", "open_invoice")
    columns = ", ".join(f"{name}_amount::decimal(28, 4) as {name}_amount" for name in amounts)
    con.execute(f"""
        create table found_unapplied as
        select payment_id, document_type, {columns}, open_invoices::integer as open_invoices
        from marts.revenue_bridge.rpt_unapplied_cash
    """)
    return count_links(
        con,
        "unapplied cash",
        "found_unapplied",
        f"select payment_id, document_type, {columns}, open_invoices::integer as open_invoices, "
        "false as is_optional from unapplied_cash",
        ("payment_id", "document_type", *(f"{name}_amount" for name in amounts), "open_invoices"),
    )


def _compare_bridge(con: duckdb.DuckDBPyConnection, *, speaks_of_reporting: bool) -> None:
    """One row per definition, leg, line and key of either side, within what the labels cover."""
    con.execute("""
        create table label as
        select definition_id, leg::integer as leg, line_code, entity, currency,
            period::date as period, sum(amount::decimal(28, 4)) as amount, false as is_reporting,
            '' as line_detail
        from bridge_line
        group by all
    """)
    con.execute("""
        create table published as
        select definition_id, leg, line_code, entity, currency, period, sum(amount) as amount,
            false as is_reporting, '' as line_detail
        from marts.revenue_bridge.rpt_revenue_bridge
        group by all
    """)
    if speaks_of_reporting:
        con.execute("""
            insert into label
            select definition_id, leg::integer, line_code, entity, reporting_currency,
                period::date, sum(amount::decimal(28, 4)), true, coalesce(line_detail, '')
            from reporting_line
            group by all
        """)
        con.execute("""
            insert into published
            select definition_id, leg, line_code, entity, reporting_currency, period,
                coalesce(sum(reporting_amount), 0), true,
                case when step = 'fx' then line_detail else '' end
            from marts.revenue_bridge.fct_reporting_atom
            group by all
        """)
    con.execute("""
        create table compared as
        with covered as (
            select is_reporting, definition_id, leg from label group by all
        ),
        judged as (
            select published.* from published
            inner join covered using (is_reporting, definition_id, leg)
        )
        select is_reporting, definition_id, leg, line_code, line_detail, entity, currency, period,
            coalesce(p.amount, 0)::decimal(28, 4) as published,
            coalesce(t.amount, 0)::decimal(28, 4) as truth
        from judged as p
        full join label as t
            using (is_reporting, definition_id, leg, line_code, line_detail, entity, currency,
                period)
    """)


def _lines(con: duckdb.DuckDBPyConnection) -> tuple[LineScore, ...]:
    rows = con.execute("""
        select definition_id, leg, line_code, currency, count(*),
            count(*) filter (published <> truth), sum(published), sum(truth),
            sum(abs(published - truth)), is_reporting, line_detail
        from compared
        group by all
        order by is_reporting, definition_id, leg, line_code, line_detail, currency
    """).fetchall()
    return tuple(LineScore(*row) for row in rows)


def _worst(con: duckdb.DuckDBPyConnection) -> tuple[KeyDifference, ...]:
    rows = con.execute("""
        select definition_id, leg, line_code, entity, currency, period::varchar, published, truth,
            is_reporting, line_detail
        from compared
        where published <> truth
        qualify row_number() over (
            partition by is_reporting, definition_id, leg
            order by abs(published - truth) desc, line_code, line_detail, entity, currency, period
        ) <= 20
        order by
            is_reporting, definition_id, leg, abs(published - truth) desc, line_code, line_detail,
            entity, currency, period
    """).fetchall()
    return tuple(KeyDifference(*row) for row in rows)


def print_report(report: ScoreReport, console: Console) -> None:
    """The links, the bridge by line, and the largest differences."""
    parts = (part for part in (report.blocked, report.unapplied) if part is not None)
    title = f"Links of publication {report.publication} against truth"
    console.print(link_table(title, (*report.links, *parts)))
    if report.matching is not None:
        matching.print_matching(report.matching, console)
    if report.order_links is not None:
        order_links.print_order_links(report.order_links, console)
    if report.revenue is not None:
        revenue.print_revenue(report.revenue, console)

    for is_reporting, title in (
        (False, "Bridge by line: published against truth"),
        (True, "Bridge by line in reporting currency: published against truth"),
    ):
        lines = [line for line in report.lines if line.is_reporting is is_reporting]
        if lines:
            console.print(_line_table(title, lines))

    if report.worst:
        table = Table(title="Largest differences")
        for heading in ("leg", "line", "entity", "currency", "view", "period"):
            table.add_column(heading)
        for heading in ("published", "truth", "difference"):
            table.add_column(heading, justify="right")
        for key in report.worst:
            table.add_row(
                str(key.leg),
                f"{key.line_code} {key.line_detail.replace('_', ' ')}".strip(),
                key.entity,
                key.currency,
                "reporting" if key.is_reporting else "transaction",
                key.period[:7],
                *(amount(value, "") for value in (key.published, key.truth, key.difference)),
            )
        console.print(table)
    console.print(
        f"{report.keys - report.keys_off:,} of {report.keys:,} keys equal the truth; "
        f"line 99 holds {report.unclassified_atoms:,} atoms."
    )


def _line_table(title: str, lines: list[LineScore]) -> Table:
    table = Table(title=title)
    for heading in ("definition", "leg", "line", "currency"):
        table.add_column(heading)
    for heading in ("keys", "off", "published", "truth", "|difference|"):
        table.add_column(heading, justify="right")
    for line in lines:
        table.add_row(
            line.definition_id,
            str(line.leg),
            f"{line.line_code} {line.line_detail.replace('_', ' ')}".strip(),
            line.currency,
            f"{line.keys:,}",
            f"{line.keys_off:,}",
            *(
                amount(value, "")
                for value in (line.published, line.truth, line.absolute_difference)
            ),
            style="red" if line.keys_off else None,
        )
    return table


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
