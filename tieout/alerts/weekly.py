"""The week's reconciliation in one message: what was won and ordered, what is late, what changed.

Reads two publications, today's and the newest that is a week older, and never the clock: the week
ends with the day that the current publication is as of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb

from tieout import diff, publication
from tieout.alerts import causes
from tieout.alerts.causes import Message
from tieout.publication import Publication
from tieout.settings import Home
from tieout.words import amount, moment, plural

WEEK = timedelta(days=7)
# So many deals, lines and adjustments are named; the rest is in the report.
NAMED = 10
# Causes for which what is published is not what the last night should have published.
_NO_NEW_NUMBERS = ("refused", "failed", "stalled")

_PRIMARY = (
    "definition_id in (select definition_id from definitions.definition_set where is_primary)"
)
_WON = """
select
    deal.currency,
    count(*) as deals,
    sum(deal.booked_amount) as booked,
    sum(deal.ordered_amount) as ordered,
    sum(case when open.class = 'in_flight' then open.amount else 0 end) as in_flight,
    sum(case when open.class = 'leakage' then open.amount else 0 end) as leakage,
    sum(case when open.class = 'account_not_mapped' then open.amount else 0 end) as not_mapped,
from opportunity_to_order.fct_opportunity_to_cash as deal
left join opportunity_to_order.rpt_leakage as open
    on deal.crm_system = open.crm_system and deal.opportunity_id = open.opportunity_id
where deal.close_date > ? and deal.close_date <= ? and deal.status <> 'not_counted'
group by deal.currency
order by deal.currency
"""
_LATE_TOTAL = f"""
select currency, count(*), sum(amount)
from opportunity_to_order.rpt_leakage
where class = 'leakage' and {_PRIMARY}
group by currency
order by currency
"""
_LATE = f"""
select currency, amount, opportunity_name, age_business_days, acts, next_action
from opportunity_to_order.rpt_leakage
where class = 'leakage' and {_PRIMARY}
order by priority
limit {NAMED}
"""
_ADJUSTED = f"""
select currency, line_code, period, sum(amount), count(*)
from revenue_bridge.rpt_prior_period_adjustment
where first_seen_at > ? and {_PRIMARY}
group by currency, line_code, period
having sum(amount) <> 0
order by abs(sum(amount)) desc, currency, line_code, period
limit {NAMED}
"""


@dataclass(frozen=True)
class Week:
    """The publications that a week lies between.

    Attributes:
        now: what readers see.
        before: the newest publication at least a week older; None when there is none yet.
    """

    now: Publication
    before: Publication | None

    @property
    def ends(self) -> datetime:
        return _as_of(self.now)

    @property
    def begins(self) -> datetime:
        return self.ends - WEEK


def find(home: Home) -> Week:
    """The current publication, and the one to compare it with.

    Raises:
        InputError: nothing is published.
    """
    now = publication.find(home, None)
    earlier = [
        one
        for one in publication.history(home)
        if not one.manifest.get("is_past") and _as_of(one) <= _as_of(now) - WEEK
    ]
    return Week(now, max(earlier, key=lambda one: (_as_of(one), one.publication_id), default=None))


def message(home: Home) -> Message:
    """The week as a message.

    Raises:
        InputError: nothing is published.
    """
    week = find(home)
    first = (week.begins + timedelta(days=1)).date()
    published = moment(week.now.manifest["published_at"])
    parts = [("", f"The seven days from {first} to {week.ends.date()}, as published {published}.")]
    old = [one for one in causes.find(home) if one.id.partition(" ")[0] in _NO_NEW_NUMBERS]
    if old:
        said = [f"{one.title}: {one.happened.splitlines()[0]}" for one in old]
        parts.append(("Not the newest numbers", _listed(said, "")))
    with duckdb.connect(str(week.now.marts), read_only=True) as marts:
        parts.append(("Won, and ordered by now", _won(marts, week)))
        parts.append(("Late", _late(marts)))
        if week.before is not None:
            parts.append((f"Changed since {_as_of(week.before).date()}", _changed(marts, week)))
            parts.append(("Adjustments to closed periods", _adjusted(marts, week.before)))
        else:
            parts.append(("Changed", "There is no publication of a week ago to compare with."))
    report = home.publications / week.now.publication_id / "report.html"
    return Message(f"The week to {week.ends.date()}", (*parts, ("More", report.as_uri())))


def _as_of(one: Publication) -> datetime:
    return datetime.fromisoformat(one.manifest["as_of"])


def _won(marts: duckdb.DuckDBPyConnection, week: Week) -> str:
    rows = marts.execute(_WON, [week.begins.date(), week.ends.date()]).fetchall()
    lines = []
    for currency, deals, booked, ordered, in_flight, leakage, not_mapped in rows:
        rest = [
            f"{label} {amount(value, currency)}"
            for label, value in (
                ("in flight", in_flight),
                ("late", leakage),
                ("account not mapped", not_mapped),
            )
            if value
        ]
        won = f"{plural(deals, 'deal')} won, {amount(booked, currency)}"
        lines.append("; ".join([won, f"ordered {amount(ordered, currency)}", *rest]))
    return _listed(lines, "no deal was won")


def _late(marts: duckdb.DuckDBPyConnection) -> str:
    """Deals without an order past the deadline: all of them in money, some by name."""
    totals = marts.execute(_LATE_TOTAL).fetchall()
    if not totals:
        return "nothing is late"
    deals = sum(count for _, count, _ in totals)
    money = ", ".join(amount(value, currency) for currency, _, value in totals)
    said = f"{plural(deals, 'deal')} past the deadline for a complete order, {money}"
    rows = marts.execute(_LATE).fetchall()
    lines = [
        f"{amount(value, currency)}, {name}, won {plural(days, 'business day')} ago. "
        f"{acts}: {action}"
        for currency, value, name, days, acts, action in rows
    ]
    more = deals - len(rows)
    return said + _listed([*lines, *([f"and {more} more"] if more else [])], "")


def _changed(marts: duckdb.DuckDBPyConnection, week: Week) -> str:
    """Lines of the primary set over all entities, the largest movement first."""
    assert week.before is not None
    found = diff.compare(week.before, week.now, limit=0)
    primary = {
        one["definition_id"] for one in week.now.manifest["definitions"] if one.get("is_primary")
    }
    changes: dict[tuple[str, str], list[Decimal]] = {}
    for line in found.lines:
        if line.definition_id in primary:
            changes.setdefault((line.line_code, line.currency), []).append(line.change)
    ranked = sorted(changes.items(), key=lambda one: (-abs(sum(one[1], Decimal())), one[0]))
    names = _line_names(marts)
    lines = [
        f"{_line(code, names)}: {amount(sum(parts, Decimal()), currency, sign=True)}, "
        f"in {plural(len(parts), 'month and entity', 'months and entities')}"
        for (code, currency), parts in ranked[:NAMED]
    ]
    if more := len(ranked) - len(lines):
        lines.append(f"and {more} more")
    if found.definitions:
        lines.insert(0, f"definitions changed: {', '.join(found.definitions)}")
    return _listed(lines, "no line of the bridge")


def _adjusted(marts: duckdb.DuckDBPyConnection, before: Publication) -> str:
    rows, names = marts.execute(_ADJUSTED, [_as_of(before)]).fetchall(), _line_names(marts)
    return _listed(
        [
            f"{_line(code, names)} of {_month(period)}: {amount(value, currency, sign=True)}, "
            f"{plural(records, 'record')}"
            for currency, code, period, value, records in rows
        ],
        "none",
    )


def _line_names(marts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Names of the bridge's lines by code."""
    return dict(
        marts.execute(
            "select line_code, any_value(line_name) from revenue_bridge.rpt_revenue_bridge "
            "group by line_code"
        ).fetchall()
    )


def _line(code: str, names: dict[str, str]) -> str:
    return f"{code} {names[code]}" if code in names else code


def _month(period: date) -> str:
    return f"{period:%b %Y}"


def _listed(lines: list[str], nothing: str) -> str:
    return "\n".join(["", *(f"- {line}" for line in lines)]) if lines else nothing
