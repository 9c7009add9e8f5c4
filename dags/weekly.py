"""The week as a DAG: one message on Monday morning, from what is published; see `tieout weekly`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task


@dag(
    dag_id="tieout_weekly",
    description="Send the week's reconciliation: won against ordered, late, changed.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 6 * * 1", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    is_paused_upon_creation=True,  # to be switched on where a channel is configured
    max_active_runs=1,
    default_args={
        "owner": "data",
        "retries": 2,  # three tries in all
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
    },
    tags=["tieout"],
)
def tieout_weekly() -> None:
    """The weekly message."""

    @task
    def tell(**context: Any) -> None:
        from tieout import alerts
        from tieout.alerts.weekly import message
        from tieout.settings import Home

        home = Home.resolve()
        # a try after one channel failed is for that channel alone
        for channel in alerts.send(home, message(home), occasion=context["run_id"]):
            print(f"sent: {channel.name}")

    tell()


tieout_weekly()
