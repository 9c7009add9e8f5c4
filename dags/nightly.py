"""The night as an Airflow DAG: each task calls the function that the command line calls.

Order: fetch each system from its API where the exports do not hold it and there are credentials for
it (`tieout.run.plan`), land each, build, gate, report, publish. A refused candidate fails the
publish task and is kept under `rejected/` with its report; readers keep the last good publication.
People are told, where channels are configured (`tieout.alerts`). That Airflow itself is down, only
somebody else can notice: a monitor that is asked after each night (`ALERTS__CHECK_IN_URL`), or
`tieout alert --max-age 26` from a schedule that is not Airflow's.

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


def run_type(context: Any) -> str:
    """How the run came about: `scheduled`, `manual`, `backfill`; after it, the id alone says so."""
    run = context.get("dag_run")
    return str(run.run_type if run else context["run_id"].partition("__")[0])


def backfill_as_of(context: Any) -> datetime | None:
    """End of the data interval, UTC without zone, when this run is a backfill; else None."""
    if run_type(context) != "backfill":
        return None
    end: datetime = context["data_interval_end"]
    return end.astimezone(UTC).replace(tzinfo=None)


def exports_of(context: Any) -> Path | None:
    """The directory of exports; None when everything is fetched from APIs."""
    exports = context["params"]["exports"]
    return Path(exports) if exports else None


KILLED = (
    "It was ended from outside and left no error: by the system for want of memory, by a restart, "
    "or by somebody in Airflow."
)
AFTER_KILL = (
    "See what the machine's log says of that time (`journalctl -k` names what was killed for want "
    "of memory), and clear the task in Airflow: nothing was half published."
)


class TellPeople(BaseNotifier):
    """One message per cause, whatever happened in how many tasks; see `tieout.alerts`.

    Args:
        when: `begun`, before a task; `failed`, after the last try of a task; `run failed`, after a
            run, as no task is left to speak for itself whose process was killed; `published`.
    """

    template_fields = ()

    def __init__(self, when: str) -> None:
        super().__init__()
        self.when = when

    def notify(self, context: Any) -> None:
        """Tell what failed, was refused, is late or has changed.

        How the run ended is left in the home first: `tieout status` shows it, and whom a message
        does not reach gets it with the next one.
        """
        from tieout import alerts, run
        from tieout.errors import TieoutError
        from tieout.settings import Home

        home, task = Home.to_tell(), context.get("ti")
        is_night = run_type(context) != "backfill"  # a backfill says nothing of the night
        if self.when == "begun" and not run.was_killed(home):
            return
        if self.when == "run failed" and run.has_failure(home, context["run_id"]):
            return  # the task that failed has told it
        if self.when.endswith("failed"):
            step = f"task {task.task_id}" if task else "a task"
            run.record_failure(
                home,
                context["run_id"],
                step if is_night else f"{step} of a backfill",
                # a process that was killed has left no error behind
                context.get("exception") or TieoutError(KILLED, do=AFTER_KILL),
                getattr(task, "log_url", None) or "",
            )
        elif self.when == "published" and is_night:
            run.record_publication(home, context["run_id"])
        for cause in alerts.tell(home, published=self.when == "published" and is_night):
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
        "on_failure_callback": TellPeople("failed"),
        # a task that hangs would be a night that nobody hears of; a fetch goes on where it stopped,
        # and has the time to say why: it waits for a job of the vendor's no longer than six hours
        "execution_timeout": timedelta(hours=8),
    },
    on_failure_callback=TellPeople("run failed"),
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
        @task(task_id=f"fetch_{system}", on_execute_callback=TellPeople("begun"))
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

    @task(on_success_callback=TellPeople("published"))
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
