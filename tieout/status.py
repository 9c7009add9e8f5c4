"""What is published, how old it is, what failed, and what waits for a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tieout import publication, run
from tieout.alerts import not_told
from tieout.alerts.causes import age_hours, failed_run, newest, overdue, refused, stalled
from tieout.errors import GateRefused, TieoutError
from tieout.locks import holder, is_locked
from tieout.settings import Home
from tieout.words import moment, plural

_PRIMARY = (
    "definition_id in (select definition_id from definitions.definition_set where is_primary)"
)

# What waits for a person: label, table, and SQL over it that gives rows and currency amounts.
_WAITING: dict[str, tuple[str, str]] = {
    "account matches to decide": (
        "account_mapping.rpt_match_review",
        # an account's money once, however many candidates it has
        "select sum(pairs), currency, sum(amount) from ("
        "select count(*) as pairs, currency, max(amount_at_risk) as amount from {table} "
        "group by crm_system, crm_account_id, currency) group by currency order by currency",
    ),
    "duplicates to decide": (
        "account_mapping.rpt_duplicate_review",
        "select count(*), currency, sum(amount_at_risk) from {table} group by currency "
        "order by currency",
    ),
    "deals without an order past the SLA": (
        "opportunity_to_order.rpt_leakage",
        "select count(*), currency, sum(amount) from {table} where class = 'leakage' and {primary} "
        "group by currency order by currency",
    ),
    "deals of accounts that no customer is mapped to": (
        "opportunity_to_order.rpt_leakage",
        "select count(*), currency, sum(amount) from {table} where class = 'account_not_mapped' "
        "and {primary} group by currency order by currency",
    ),
    "orders and deals that something blocks": (
        "opportunity_to_order.rpt_blocked_order",
        "select count(*), currency, sum(blocked_amount) from {table} group by currency "
        "order by currency",
    ),
    "exceptions": (
        "operations.exception",
        "select count(*), currency, sum(amount) from {table} group by currency order by currency",
    ),
    "rejected source rows": (
        "operations.dead_letter",
        "select count(*), null, null from {table} where status = 'open' having count(*) > 0",
    ),
    "changes that Finance must review": (
        "operations.rpt_review_queue",
        "select count(*), null, null from {table} where status = 'open' having count(*) > 0",
    ),
}


# How well accounts are matched: all of them, those that have won deals, their money per currency.
_MATCHING = """
select
    scope, currency, matched_account_count, account_count, account_match_rate, amount_match_rate,
    queue_pair_count, coalesce(queue_oldest_days, 0)
from account_mapping.rpt_match_quality
where is_latest
order by scope desc, currency
"""


# How many days each step of the counted deals took.
_WAITS = """
select replace(step, '_', ' '), p50_days, p90_days
from opportunity_to_order.rpt_order_to_cash_wait
where cut = 'all' and done_count > 0
order by step_number
"""


@dataclass(frozen=True)
class Waiting:
    """Rows that wait for a person, and the money they carry per currency (exact text)."""

    label: str
    table: str
    rows: int
    money: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HomeStatus:
    """The state of a home, as `tieout status` shows it."""

    current: publication.Publication | None
    publications: int
    rejected: tuple[str, ...]
    not_told: tuple[str, list[str]] | None
    stalled: str
    is_refused: bool
    last_run: dict[str, Any] | None
    under_way: str | None
    waiting: tuple[Waiting, ...]
    failed_expectations: tuple[dict[str, Any], ...]
    matching: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()

    @property
    def age_hours(self) -> float | None:
        """Hours since the current publication was made, by the clock."""
        return None if self.current is None else age_hours(self.current)


@dataclass(frozen=True)
class Trouble:
    """Why a monitor should call somebody.

    Attributes:
        state: `failed` (the last night did), `refused` (by the gate), `overdue` (no publication is
            young enough), `stalled` (no source sends anything new), `not_told` (people should have
            been told of something, and could not be).
        said: what is wrong, for a person.
        exit_code: with which `tieout status --check` ends, if it is the first.
    """

    state: str
    said: str
    exit_code: int = TieoutError.exit_code


def troubles(home: Home, now: HomeStatus, max_age: float) -> list[Trouble]:
    """What is wrong with the nights of a home, the most urgent first; nothing when they are sound.

    Args:
        home: whose nights.
        now: its state.
        max_age: hours that the newest publication may be old.
    """
    found, night = [], newest(home)
    if last := failed_run(home, night):
        found.append(Trouble("failed", f"The last run failed: {last['error']}"))
    if now.is_refused:
        said = f"The gate refused {now.rejected[-1]}."
        found.append(Trouble("refused", said, GateRefused.exit_code))
    if late := overdue(home, night, max_age):
        found.append(Trouble("overdue", late.happened))
    if now.stalled:
        found.append(Trouble("stalled", now.stalled))
    if now.not_told:
        when, errors = now.not_told
        said = "\n".join([f"Not everybody was told ({moment(when)}):", *errors])
        found.append(Trouble("not_told", said))
    return found


def as_json(home: Home, now: HomeStatus, max_age: float) -> dict[str, Any]:
    """The state for a program: `state` is `sound` or that of the first of `troubles`."""
    wrong = troubles(home, now, max_age)
    manifest = now.current.manifest if now.current else {}
    return {
        "state": wrong[0].state if wrong else "sound",
        "troubles": [{"state": one.state, "said": one.said} for one in wrong],
        "publication_id": now.current.publication_id if now.current else None,
        "published_at": manifest.get("published_at"),
        "as_of": manifest.get("as_of"),
        "age_hours": now.age_hours,
        "under_way": now.under_way,
        "last_run": now.last_run,
        "refused": now.rejected[-1] if now.is_refused else None,
        "not_fetched": list(now.unanswered),
        "failed_expectations": list(now.failed_expectations),
        "waiting": [asdict(one) for one in now.waiting],
    }


def read(home: Home) -> HomeStatus:
    """Read the state of a home without disturbing a run."""
    from ingestion import fetch

    current = publication.current(home)
    failed: tuple[dict[str, Any], ...] = ()
    if current is not None:
        from expectations.results import read_result

        failed = tuple(
            {
                "id": one.id,
                "severity": one.severity,
                "observed": plural(one.unexpected_count, "row")
                if one.unexpected_count
                else one.observed,
                "money": one.money,
            }
            for one in read_result(current.directory).failed()
        )
    rejected = tuple(sorted(one.name for one in home.rejected.glob("*") if one.is_dir()))
    return HomeStatus(
        current=current,
        publications=len(publication.history(home)),
        rejected=rejected,
        is_refused=refused(home, newest(home)) is not None,
        not_told=not_told(home),
        stalled=late.happened if current and (late := stalled(home, current)) else "",
        last_run=run.last_run(home),
        under_way=holder(home) if is_locked(home) else None,
        waiting=tuple(_waiting(current)) if current else (),
        matching=tuple(_matching(current)) if current else (),
        waits=tuple(_waits(current)) if current else (),
        failed_expectations=failed,
        unanswered=tuple(fetch.unanswered(home)),
    )


def _waiting(current: publication.Publication) -> list[Waiting]:
    import duckdb

    found = []
    with duckdb.connect(str(current.marts), read_only=True) as marts:
        for label, (table, query) in _WAITING.items():
            try:
                rows = marts.execute(query.format(table=table, primary=_PRIMARY)).fetchall()
            except duckdb.Error:
                continue
            money = {currency: str(amount) for _, currency, amount in rows if currency and amount}
            if count := sum(row[0] for row in rows):
                found.append(Waiting(label, table, count, money))
    return found


def _waits(current: publication.Publication) -> list[str]:
    """A sentence on how long deals take; none in publications that do not measure it."""
    import duckdb

    with duckdb.connect(str(current.marts), read_only=True) as marts:
        try:
            rows = marts.execute(_WAITS).fetchall()
        except duckdb.CatalogException:
            return []
    steps = ", ".join(f"{step} {half} / {most}" for step, half, most in rows)
    return [f"Days that half / nine of ten deals take: {steps}"] if steps else []


def _matching(current: publication.Publication) -> list[str]:
    """Sentences on how well accounts are matched; none in publications that do not measure it."""
    import duckdb

    with duckdb.connect(str(current.marts), read_only=True) as marts:
        try:
            rows = marts.execute(_MATCHING).fetchall()
        except duckdb.CatalogException:
            return []
    said = []
    money = []
    for scope, currency, matched, accounts, rate, money_rate, pairs, oldest in rows:
        if scope == "won_account":
            share = f"{matched} of {accounts} with won deals ({rate * 100:.1f}%)"
            said.append(f"Matched accounts: {share}")
        elif scope == "won_in_currency" and money_rate is not None:
            money.append(f"{currency} {money_rate * 100:.1f}%")
        elif scope == "every_account" and pairs:
            said.append(f"  {pairs} pairs wait for a decision, the oldest for {oldest} days")
    if money:
        said.append(f"  won money that is matched: {', '.join(money)}")
    return said
