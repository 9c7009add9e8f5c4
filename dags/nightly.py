"""The night as an Airflow DAG: each task calls the function that the command line calls.

Order: fetch each system from its API where the exports do not hold it and there are credentials for
it (`tieout.run.plan`), land each, build, gate, report, publish. A refused candidate fails the
publish task and is kept under `rejected/` with its report; readers keep the last good publication.
People are told, where channels are configured (`tieout.alerts`).

Backfill: a run of type backfill lands nothing; it rebuilds what was known, and publishes it, as of
the end of its data interval, beside the others: `current` stays what it is. Ordinary runs see
everything landed, as of the data's own watermark.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import (
    BaseNotifier,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    task,
)

PROJECT = Path(__file__).resolve().parent.parent
SYSTEMS = sorted(source.stem for source in (PROJECT / "ingestion" / "sources").glob("*.yml"))
WRITER = "tieout_writer"  # pool of one slot: every step holds the home's writer lock

# Trying again helps where a source or a lock failed for a moment; it mends no input and no refusal.
FINAL_ERRORS = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=["tieout.errors.InputError", "tieout.errors.GateRefused"],
            action=RetryAction.FAIL,
            reason="a person has to act first: see the message",
        ),
        RetryRule(
            exception=["ingestion.fetch.http.BudgetSpent"],
            action=RetryAction.FAIL,
            reason="trying again would spend the budget of calls once more",
        ),
    ]
)


def backfill_as_of(context: Any) -> datetime | None:
    """End of the data interval, UTC without zone, when this run is a backfill; else None."""
    if context["dag_run"].run_type != "backfill":
        return None
    end: datetime = context["data_interval_end"]
    return end.astimezone(UTC).replace(tzinfo=None)


def exports_of(context: Any) -> Path | None:
    """The directory of exports; None when everything is fetched from APIs."""
    exports = context["params"]["exports"]
    return Path(exports) if exports else None


class TellPeople(BaseNotifier):
    """One message per cause: after the last try of a task that failed, and after publishing.

    Args:
        failed: whether it stands for a task that failed.
    """

    template_fields = ()

    def __init__(self, *, failed: bool) -> None:
        super().__init__()
        self.failed = failed

    def notify(self, context: Any) -> None:
        """Tell what failed, was refused, is late or has changed; see `tieout.alerts`.

        How the run ended is left in the home first: `tieout status` shows it, and whom a message
        does not reach gets it with the next one.
        """
        from tieout import alerts, run
        from tieout.errors import TieoutError
        from tieout.settings import Home

        home, task = Home.resolve(), context["ti"]
        if self.failed:
            # a process that was killed has left no error behind
            error = context.get("exception") or "it ended without an error; was it killed?"
            run.record_failure(
                home,
                context["run_id"],
                f"task {task.task_id}",
                error if isinstance(error, BaseException) else TieoutError(str(error)),
                getattr(task, "log_url", None) or "",
            )
        elif backfill_as_of(context) is None:  # a backfill says nothing of the night
            run.record_publication(home, context["run_id"])
        for cause in alerts.tell(home):
            print(f"told: {cause.title}")


@dag(
    dag_id="tieout_nightly",
    description="Land, build, gate, report and publish the revenue bridge.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 1 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    is_paused_upon_creation=False,  # a night that nobody switched on fails silently
    max_active_runs=1,
    default_args={
        "owner": "data",
        "pool": WRITER,
        "retries": 2,  # three tries in all
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": FINAL_ERRORS,
        "on_failure_callback": TellPeople(failed=True),
        # a task that hangs would be a night that nobody hears of; a fetch goes on where it stopped
        "execution_timeout": timedelta(hours=6),
    },
    params={
        "exports": Param(
            os.environ.get("TIEOUT_EXPORTS", ""),
            type="string",
            description="directory with one folder of exports per system; empty: from the APIs",
        ),
        "definitions": Param(
            os.environ.get("TIEOUT_DEFINITIONS", ""),
            type="string",
            description="directory of definition sets; the project's own when empty",
        ),
    },
    tags=["tieout"],
)
def tieout_nightly() -> None:
    """The nightly run."""

    def fetch_system(system: str) -> Any:
        @task(task_id=f"fetch_{system}")
        def fetch(**context: Any) -> None:
            if backfill_as_of(context) is not None:
                print("A backfill lands nothing: it rebuilds what was known.")
                return
            from tieout import run
            from tieout.settings import Home

            if system in run.plan(exports_of(context), [system])[1]:
                print(run.fetch_anew(Home.resolve(), [system]))
            else:
                print("The exports hold it.")

        return fetch()

    def land_system(system: str) -> Any:
        @task(task_id=f"land_{system}")
        def land(**context: Any) -> None:
            if backfill_as_of(context) is not None:
                print("A backfill lands nothing: it rebuilds what was known.")
                return
            from tieout import run
            from tieout.settings import Home

            home, exports = Home.resolve(), exports_of(context)
            source = exports
            if source is None or system in run.plan(source, [system])[1]:
                from ingestion.fetch import directory_of

                source = directory_of(home)
            totals = None if source == exports else exports
            for result in run.land(home, source, systems=[system], totals=totals):
                print(result)

        return land()

    @task
    def build(**context: Any) -> str:
        from tieout import run
        from tieout.settings import DEFINITIONS, Home

        definitions = Path(context["params"]["definitions"] or DEFINITIONS)
        return run.build(Home.resolve(), definitions, backfill_as_of(context)).publication_id

    @task
    def gate(publication_id: str) -> None:
        from tieout import run
        from tieout.settings import Home

        print(run.gate(Home.resolve(), publication_id).reason())

    @task
    def report(publication_id: str) -> None:
        from tieout import run
        from tieout.settings import Home

        run.report(Home.resolve(), publication_id)

    @task(on_success_callback=TellPeople(failed=False))
    def publish(publication_id: str, **context: Any) -> None:
        from tieout import run
        from tieout.settings import Home

        latest = backfill_as_of(context) is None
        run.publish(Home.resolve(), publication_id, make_current=latest)

    built = build()
    judged, reported = gate(built), report(built)
    for system in SYSTEMS:
        fetch_system(system) >> land_system(system) >> built
    judged >> reported >> publish(built)


tieout_nightly()
