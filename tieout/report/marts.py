"""What the reports show, read from one candidate or publication with set-based SQL.

Reads `marts.duckdb` (read-only), `manifest.json` and `gate.json` of one directory and nothing else,
so that a report can be written again from a publication at any time. Row sets that leave this
module are aggregates or bounded lists: the number of atoms hardly changes the size of a report.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from expectations.results import GATE, Finding, read_result
from tieout.errors import InputError

Row = dict[str, Any]

ANCHORS = ("bookings", "orders", "billings", "revenue", "cash")
ANCHOR_NAMES = {
    "bookings": "Bookings",
    "orders": "Orders",
    "billings": "Net billings",
    "revenue": "Recognised revenue",
    "cash": "Cash applied",
}
# Which anchors a leg joins, in the order in which a reader follows the money.
LEGS = {
    1: ("bookings", "orders"),
    2: ("orders", "billings"),
    3: ("billings", "revenue"),
    4: ("billings", "cash"),
}
REVENUE_LEGS = (1, 2, 3)
# The kinds of difference, from harmless to alarming, with what each means to a reader.
KINDS = {
    "timing": ("Timing", "the same money, counted in another period"),
    "basis": ("Basis", "the same deal, measured on another basis: term, scope, price, tax"),
    "policy": ("Policy", "what a definition includes or leaves out"),
    "rounding": ("Rounding", "fractions of the smallest currency unit"),
    "action": ("Needs action", "money that is lost or stuck until somebody acts"),
    "data_error": ("Data error", "a wrong record in a source system"),
    "unclassified": ("Unclassified", "not explained yet; must be empty"),
}
GRADES = {
    "A": "shared id",
    "B": "declared rule",
    "C": "probabilistic match",
    "D": "steward's decision",
    "E": "residual",
}


@dataclass(frozen=True)
class Quarter:
    """A fiscal quarter of one definition set; `key` is its first day."""

    definition_id: str
    key: str
    label: str
    months: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True)
class Cell:
    """A legal entity in one currency; amounts never add up across cells."""

    entity: str
    currency: str
    minor_unit: int


@dataclass(frozen=True)
class Publication:
    """Identity and circumstances of one publication, from manifest.json and gate.json.

    Attributes:
        digest: over the contents of all business marts, so that two publications can be compared.
        findings: the gate's expectations, failures first; empty before the gate has judged.
        is_published: False when the gate found a critical failure.
    """

    publication_id: str
    as_of: str
    digest: str
    code_version: str
    last_closed_period: str | None
    findings: tuple[Finding, ...]

    @property
    def is_published(self) -> bool:
        return not any(one.severity == "critical" for one in self.failures)

    @property
    def failures(self) -> list[Finding]:
        return [one for one in self.findings if not one.success]


class Marts:
    """One marts.duckdb, opened read-only, with the working tables that the reports share."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, directory: Path) -> None:
        self.connection = connection
        self.directory = directory
        self.publication = _read_publication(directory)
        self._prepare()
        self._minor_units: dict[str, int] = dict(
            self.tuples("select currency, max(minor_unit) from cell group by currency")
        )

    def rows(self, sql: str, parameters: Sequence[Any] | Row | None = None) -> list[Row]:
        """All rows of a query as dictionaries; for aggregates and bounded lists only."""
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tuples(self, sql: str, parameters: Sequence[Any] | Row | None = None) -> list[Any]:
        """All rows of a query as tuples; for aggregates and bounded lists only."""
        return self.connection.execute(sql, parameters).fetchall()

    def _prepare(self) -> None:
        """Make the temporary tables: quarters, lines, cells, items per quarter, records."""
        run = self.connection.execute
        # one row per definition and month
        run(
            """
            create temp table definition_month as
            with month as (
                select definition_id, period from revenue_bridge.rpt_bridge_anchor
                union
                select definition_id, period from revenue_bridge.rpt_revenue_bridge
            ),
            fiscal as (
                select
                    month.definition_id,
                    month.period,
                    coalesce(
                        arg_max(setting.fiscal_year_start_month, setting.valid_from)
                            filter (setting.valid_from <= month.period),
                        arg_min(setting.fiscal_year_start_month, setting.valid_from),
                        1
                    ) as start_month
                from month
                left join definitions.definition_setting as setting using (definition_id)
                group by all
            ),
            placed as (
                select
                    *,
                    cast(period - to_months(cast((month(period) - start_month + 12) % 3 as integer))
                        as date) as quarter
                from fiscal
            )
            select
                definition_id,
                period,
                quarter,
                cast(quarter + interval 3 month as date) as quarter_end,
                case when start_month = 1 then '' else 'FY' end
                    || cast(year(quarter) + case
                        when start_month > 1 and month(quarter) >= start_month then 1
                        else 0 end as varchar)
                    || ' Q' || cast(((month(quarter) - start_month + 12) % 12) // 3 + 1 as varchar)
                    as label
            from placed
            """
        )
        # one row per entity and currency; minor_unit: decimals that show every amount exactly
        run(
            """
            create temp table cell as
            with amount as (
                select entity, currency, amount, minor_unit, 0 as weight
                from revenue_bridge.rpt_bridge_anchor
                union all
                select entity, currency, amount, 0, atom_count
                from revenue_bridge.rpt_revenue_bridge
            ),
            summed as (
                select
                    entity,
                    currency,
                    max(minor_unit) as minor_unit,
                    max(case
                        when amount = round(amount, 0) then 0
                        when amount = round(amount, 2) then 2
                        when amount = round(amount, 3) then 3
                        else 4 end) as needed,
                    sum(weight) as weight
                from amount
                group by all
            )
            select
                row_number() over (order by weight desc, entity, currency) - 1 as cell_number,
                entity,
                currency,
                cast(greatest(minor_unit, needed) as integer) as minor_unit
            from summed
            """
        )
        run(
            """
            create temp table line as
            select
                row_number() over (order by leg, line_code) - 1 as line_number,
                *
            from (
                select
                    leg,
                    line_code,
                    any_value(line_name) as line_name,
                    -- one kind per line: what a person must act on stands out
                    any_value(case
                        when line_code like '%.99' then 'unclassified'
                        when category = 'data_error' then 'data_error'
                        when needs_action then 'action'
                        else category end) as kind
                from revenue_bridge.rpt_revenue_bridge
                group by leg, line_code
            )
            """
        )
        # one row per slice whose two halves lie in one quarter and line: no movement at all
        run(
            """
            create temp table cancelled as
            select hash(atom.definition_id, atom.entity, atom.currency, month.quarter,
                atom.line_code, atom.allocation_key) as slice
            from revenue_bridge.fct_bridge_atom as atom
            inner join definition_month as month using (definition_id, period)
            where atom.allocation_key <> ''
            group by slice
            having sum(atom.amount) = 0
            """
        )
        # one row per record (deal, document, rule) with a net effect inside its quarter
        run(
            """
            create temp table record as
            select
                atom.definition_id, atom.entity, atom.currency, month.quarter, atom.leg,
                atom.line_code, atom.line_detail, atom.rule, atom.evidence_grade, atom.crm_system,
                atom.account_id, atom.opportunity_id, atom.erp_system, atom.document_type,
                atom.document_id,
                any_value(atom.document_number) as document_number,
                cast(sum(atom.amount) as decimal(28, 4)) as amount,
                count(*) as atom_count,
                min(atom.period) as first_period
            from revenue_bridge.fct_bridge_atom as atom
            inner join definition_month as month using (definition_id, period)
            where atom.allocation_key = ''
                or hash(atom.definition_id, atom.entity, atom.currency, month.quarter,
                    atom.line_code, atom.allocation_key) not in (select slice from cancelled)
            group by all
            having sum(atom.amount) <> 0
            """
        )
        # one row per definition, entity, currency, quarter and line
        run(
            """
            create temp table item as
            with bridge as (
                select
                    bridge.definition_id, bridge.entity, bridge.currency, month.quarter,
                    bridge.leg, bridge.line_code,
                    cast(sum(bridge.amount) as decimal(28, 4)) as amount,
                    cast(sum(bridge.atom_count) as bigint) as atom_count
                from revenue_bridge.rpt_revenue_bridge as bridge
                inner join definition_month as month using (definition_id, period)
                group by all
            ),
            movement as (
                select
                    definition_id, entity, currency, quarter, leg, line_code,
                    cast(sum(abs(amount)) as decimal(28, 4)) as gross,
                    cast(coalesce(sum(amount) filter (amount > 0), 0) as decimal(28, 4))
                        as increase,
                    cast(coalesce(sum(amount) filter (amount < 0), 0) as decimal(28, 4))
                        as decrease,
                    count(*) as record_count,
                    count(*) filter (amount > 0) as increase_count
                from record
                group by all
            )
            select
                row_number() over (
                    order by bridge.definition_id, bridge.entity, bridge.currency, bridge.quarter,
                        bridge.leg, bridge.line_code
                ) - 1 as item_number,
                bridge.*,
                coalesce(movement.gross, 0) as gross,
                coalesce(movement.increase, 0) as increase,
                coalesce(movement.decrease, 0) as decrease,
                coalesce(movement.record_count, 0) as record_count,
                coalesce(movement.increase_count, 0) as increase_count
            from bridge
            left join movement
                using (definition_id, entity, currency, quarter, leg, line_code)
            where bridge.amount <> 0 or bridge.atom_count > 0
            """
        )
        # one row per definition, entity, currency, quarter and anchor
        run(
            """
            create temp table quarter_anchor as
            select
                anchor.definition_id, anchor.entity, anchor.currency, month.quarter, anchor.anchor,
                cast(sum(anchor.amount) as decimal(28, 4)) as amount,
                -- a quarter ties to the source only when every month of it has a control total
                bool_and(anchor.control_total is not null or anchor.amount = 0)
                    and count(anchor.control_total) > 0 as is_controlled,
                cast(sum(anchor.control_difference) as decimal(28, 4)) as control_difference
            from revenue_bridge.rpt_bridge_anchor as anchor
            inner join definition_month as month using (definition_id, period)
            group by all
            """
        )

    def definitions(self) -> list[Row]:
        """One row per definition set, the primary first, with the settings in force last."""
        return self.rows(
            """
            select
                known.definition_id,
                coalesce(definition.definition_name, known.definition_id) as definition_name,
                coalesce(definition.description, '') as description,
                coalesce(definition.owner, '') as owner,
                coalesce(definition.signed_off_by, '') as signed_off_by,
                cast(definition.signed_off_on as varchar) as signed_off_on,
                coalesce(definition.is_primary, false) as is_primary,
                coalesce(definition.digest, '') as digest
            from (select distinct definition_id from definition_month) as known
            left join definitions.definition_set as definition using (definition_id)
            order by is_primary desc, definition_id
            """
        )

    def settings(self) -> list[Row]:
        """One row per definition set and setting period, as loaded."""
        return self.rows(
            "select * from definitions.definition_setting order by definition_id, valid_from"
        )

    def cells(self) -> list[Cell]:
        """Entities and currencies, the one with the most records first."""
        return [
            Cell(entity, currency, unit)
            for entity, currency, unit in self.tuples(
                "select entity, currency, minor_unit from cell order by cell_number"
            )
        ]

    def minor_unit(self, currency: str | None) -> int:
        """Decimals of a currency; two where no bridge has amounts in it."""
        return self._minor_units.get(currency or "", 2)

    def last_closed_day(self) -> str:
        """The day after the last closed accounting month, ISO.

        From the manifest's `last_closed_period` where the pipeline knows the ERP's own period
        locks, else the first day of the month of `as_of`: what ended before it counts as closed.
        """
        closed = self.publication.last_closed_period
        if closed:
            return str(
                self.tuples("select cast(cast(? as date) + interval 1 month as date)", [closed])[0][
                    0
                ]
            )
        if self.publication.as_of:
            as_of = self.publication.as_of.replace("Z", "")
            return str(
                self.tuples(
                    "select cast(date_trunc('month', cast(? as timestamp)) as date)", [as_of]
                )[0][0]
            )
        return "9999-12-31"

    def quarters(self) -> list[Quarter]:
        """Fiscal quarters with data, oldest first, per definition set."""
        return [
            Quarter(definition_id, str(key), label, tuple(months), closed)
            for definition_id, key, label, months, closed in self.tuples(
                """
                select
                    definition_id,
                    quarter,
                    any_value(label),
                    list(strftime(period, '%Y-%m-%d') order by period),
                    any_value(quarter_end) <= cast(? as date)
                from definition_month
                group by definition_id, quarter
                order by definition_id, quarter
                """,
                [self.last_closed_day()],
            )
        ]

    def default_quarter(self, definition_id: str) -> Quarter | None:
        """The last closed quarter of a definition set, else its last one."""
        own = [quarter for quarter in self.quarters() if quarter.definition_id == definition_id]
        closed = [quarter for quarter in own if quarter.is_closed]
        return (closed or own)[-1] if own else None

    def lines(self) -> list[Row]:
        return self.rows("select * from line order by line_number")


def _read_publication(directory: Path) -> Publication:
    manifest: Row = {}
    if (directory / "manifest.json").exists():
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    findings: tuple[Finding, ...] = ()
    if (directory / GATE).exists():
        findings = read_result(directory).findings
    code = manifest.get("code_version") or {}
    ranks = {"critical": 0, "warning": 1, "info": 2}
    return Publication(
        publication_id=str(manifest.get("publication_id") or directory.resolve().name),
        as_of=str(manifest.get("as_of") or ""),
        digest=str(manifest.get("digest") or ""),
        code_version=" ".join(str(part) for part in code.values() if part),
        last_closed_period=manifest.get("last_closed_period"),
        findings=tuple(
            sorted(findings, key=lambda one: (one.success, ranks[one.severity], one.id))
        ),
    )


@contextmanager
def open_marts(directory: Path) -> Iterator[Marts]:
    """Open `directory`/marts.duckdb read-only; many readers may do so at once.

    Raises:
        InputError: there is no marts.duckdb in the directory.
    """
    path = directory / "marts.duckdb"
    if not path.exists():
        raise InputError(
            "There are no marts to report on.", where=str(path), do="Run `tieout build` first."
        )
    connection = duckdb.connect(str(path), read_only=True)
    try:
        yield Marts(connection, directory)
    finally:
        connection.close()


def minor_units(amount: Decimal | None, minor_unit: int) -> str | None:
    """An amount as a whole number of minor units, in text: exact in JSON and in JavaScript."""
    if amount is None:
        return None
    return str(int(amount.scaleb(minor_unit)))


def money(amount: Decimal | None, minor_unit: int, *, sign: bool = False) -> str:
    """An amount with thousands separators and the currency's own number of decimals."""
    if amount is None:
        return ""
    return f"{amount:{'+' if sign and amount else ''},.{minor_unit}f}"
