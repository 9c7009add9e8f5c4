"""The models, data tests and checks of one real night, run again in memory after a change.

A whole night for each of a hundred changes would take an hour. What dbt compiled is run again on
the same landed rows instead, and only as far as something changes; the matcher, which reads names
and no amount, stays as it was.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from expectations.declared import RULES, SUITES, load

# The check of what a source states twice, the only one here that warns and does not refuse.
STATED_TWICE = "stated_totals_agree"


class Replay:
    """A copy of a night in memory, in which raw rows may be changed."""

    def __init__(self, home: Path) -> None:
        manifest = json.loads((home / "work" / "dbt" / "manifest.json").read_text())
        self.nodes: dict[str, dict[str, Any]] = manifest["nodes"]
        self.children: dict[str, list[str]] = manifest["child_map"]
        self.connection = duckdb.connect()
        for name in ("warehouse", "marts", "published"):
            self.connection.execute(f"attach ':memory:' as {name}")
        for name, file in (
            ("warehouse", home / "warehouse.duckdb"),
            ("marts", (home / "publications" / "current" / "marts.duckdb").resolve()),
        ):
            self.connection.execute(f"attach '{file}' as landed (read_only)")
            self.connection.execute(f"copy from database landed to {name}")
            self.connection.execute("detach landed")
        self.order = self._in_order()
        self.checks = [
            (one.id, {one.table, *one.requires}, sql)
            for suite in load(SUITES, RULES)
            for one in suite.checks
            if (one.severity == "critical" or one.id == STATED_TWICE)
            and (sql := one.sql()) is not None
        ]
        promises: dict[str, str] = dict(
            self.connection.execute(
                "select test, statement from warehouse.data_test.promise"
            ).fetchall()
        )
        self.tests = [
            (
                node["name"],
                set(node["depends_on"]["nodes"]),
                promises.get(node["name"]) or node["compiled_code"],
            )
            for node in self.nodes.values()
            if node["resource_type"] == "test" and node["config"]["severity"].lower() == "error"
        ]
        self.tables = {
            key: node["relation_name"]
            for key, node in self.nodes.items()
            if key in self.order and node["config"]["materialized"] == "table"
        }
        self.clean = {key: self._digest(key) for key in self.tables}
        self.digests = dict(self.clean)
        self.touched: set[str] = set()
        self.connection.execute("attach ':memory:' as before; create schema before.revenue_bridge")
        for table in ("rpt_bridge_anchor", "rpt_revenue_bridge", "rpt_pending_credit"):
            self.connection.execute(
                f"create table before.revenue_bridge.{table} as from marts.revenue_bridge.{table}"
            )
        assert self.failing(set(self.nodes)) == {}, "the night itself must be clean"

    def _digest(self, key: str) -> tuple[Any, ...]:
        found = self.connection.execute(
            f"select count(*), sum(hash(one)) from {self.tables[key]} as one"
        ).fetchone()
        return found or ()

    def _in_order(self) -> list[str]:
        """Models, each after what it reads; the matcher's read names and no amount."""
        done: list[str] = []
        seen: set[str] = set()

        def visit(key: str) -> None:
            if key in seen or key not in self.nodes:
                return
            seen.add(key)
            node = self.nodes[key]
            for parent in node["depends_on"].get("nodes", []):
                visit(parent)
            if node["resource_type"] == "model" and "/matching/" not in node["original_file_path"]:
                done.append(key)

        for key in sorted(self.nodes):
            visit(key)
        return done

    def rebuild(self, *tables: str) -> None:
        """Make anew what reads the raw tables, as far as something changes; and what was touched.

        Args:
            tables: raw tables that have changed, such as `netsuite.transaction`.
        """
        sources = {self._source(*table.split(".")) for table in tables}
        changed = sources | self.touched
        self.touched = sources
        for key in self.order:
            node = self.nodes[key]
            if changed.isdisjoint(node["depends_on"]["nodes"]):
                continue
            if key not in self.tables:  # a view, or no relation of its own: as its parents are
                changed.add(key)
                continue
            self.connection.execute(f"delete from {self.tables[key]}")
            self.connection.execute(
                f"insert into {self.tables[key]} by name {node['compiled_code']}"
            )
            if (digest := self._digest(key)) != self.digests[key]:
                self.digests[key] = digest
                changed.add(key)

    def changed(self) -> set[str]:
        """Tables that differ from the night's."""
        return {key for key, digest in self.digests.items() if digest != self.clean[key]}

    @staticmethod
    def _source(system: str, table: str) -> str:
        """The id that dbt gives a raw table."""
        schema = "raw_operations" if table == "control_total" else f"raw_{system}"
        return f"source.tieout.{schema}.{table}"

    def failing(self, changed: set[str]) -> dict[str, list[tuple[Any, ...]]]:
        """Critical checks of the gate and data tests that do not hold, with their rows."""
        names = {self.tables[key].replace('"', "").removeprefix("marts.") for key in changed
                 if key in self.tables}  # fmt: skip
        wanted = [(name, sql) for name, tables, sql in self.checks if tables & names]
        wanted += [(name, sql) for name, parents, sql in self.tests if parents & changed]
        failing: dict[str, list[tuple[Any, ...]]] = {}
        self.connection.execute("use marts")
        for name, sql in wanted:
            if rows := self.connection.execute(sql).fetchall():
                failing[name] = rows
        self.connection.execute("use memory")
        return failing

    def bridge(self) -> dict[tuple[Any, ...], Decimal]:
        """By how much anchors, lines and the memo of pending credits differ from the night's."""
        return {
            tuple(row[:-1]): row[-1]
            for row in self.connection.execute(
                """
                with part as (
                    select definition_id, entity, currency, period, anchor as line, amount
                    from marts.revenue_bridge.rpt_bridge_anchor
                    union all
                    select definition_id, entity, currency, period, line_code, amount
                    from marts.revenue_bridge.rpt_revenue_bridge
                    union all
                    select definition_id, entity, currency, period, anchor, -amount
                    from before.revenue_bridge.rpt_bridge_anchor
                    union all
                    select definition_id, entity, currency, period, line_code, -amount
                    from before.revenue_bridge.rpt_revenue_bridge
                    union all
                    select '', entity, currency, period, 'pending credit', amount
                    from marts.revenue_bridge.rpt_pending_credit
                    union all
                    select '', entity, currency, period, 'pending credit', -amount
                    from before.revenue_bridge.rpt_pending_credit
                )
                select definition_id, entity, currency, period::varchar, line, sum(amount)
                from part group by all having sum(amount) <> 0 order by all
                """
            ).fetchall()
        }
