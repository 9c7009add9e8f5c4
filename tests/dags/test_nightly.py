"""The nightly DAG: its shape, and one real run of it on the demo company."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.fetch.salesforce import JOB_HOURS

pytestmark = pytest.mark.airflow

# Runs in Airflow's environment: prints the loaded DAG as JSON.
DESCRIBE = """
import json
from airflow.dag_processing.dagbag import DagBag
bag = DagBag({folder!r})
dag = bag.dags["tieout_nightly"]
print(json.dumps({{
    "errors": bag.import_errors,
    "dags": sorted(bag.dags),
    "catchup": dag.catchup,
    "max_active_runs": dag.max_active_runs,
    "schedule": str(dag.timetable.expression),
    "params": sorted(dag.params),
    "tasks": {{
        t.task_id: {{
            "pool": t.pool,
            "retries": t.retries,
            "backoff": t.retry_exponential_backoff,
            "hours": t.execution_timeout.total_seconds() / 3600,
            "downstream": sorted(t.downstream_task_ids),
        }} for t in dag.tasks
    }},
}}))
"""

# Runs in Airflow's environment: the notifier that tasks carry, called as Airflow calls it.
NOTIFY = """
import datetime, json, types
from airflow.dag_processing.dagbag import DagBag
from tieout.errors import TieoutError
dag = DagBag({folder!r}).dags["tieout_nightly"]
(callback,) = dag.get_task("land_salesforce").on_failure_callback
(after,) = dag.get_task("publish").on_success_callback
(before,) = dag.get_task("fetch_netsuite").on_execute_callback
run_failed = dag.on_failure_callback
def context(task, run, **more):
    ti = types.SimpleNamespace(task_id=task, log_url="https://airflow.example.com/" + run)
    dag_run = types.SimpleNamespace(run_type="scheduled")
    return {{"ti": ti, "run_id": run, "dag": dag, "dag_run": dag_run}} | more
past = {{
    "dag_run": types.SimpleNamespace(run_type="backfill"),
    "data_interval_end": datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC),
}}
from tieout import run
from tieout.settings import Home
ended = []
def end(callback, context):
    callback(context)
    ended.append(run.last_run(Home.resolve())["outcome"])
end(callback, context("land_salesforce", "r1", exception=TieoutError("No room.", do="Make room.")))
end(callback, context("land_netsuite", "r1", exception=TieoutError("No room.", do="Make room.")))
end(run_failed, context("land_netsuite", "r1"))  # which has been told
end(run_failed, context("build", "r2"))  # killed: nothing was called for the task
end(after, context("publish", "r3", **past))  # beside what readers see
end(after, context("publish", "r4"))
end(run_failed, {{"dag": dag, "run_id": "scheduled__r5", "reason": "task_failure"}})
home = Home.resolve()
running = {{"started_at": "2026-06-30T01:30:00+00:00", "outcome": "running", "pid": 1}}
(home.logs / run.LAST_RUN).write_text(json.dumps(running))
end(before, context("fetch_netsuite", "r6"))

from tieout import alerts
from tieout.alerts import weekly
alerts.send = lambda home, message, occasion: ended.append(occasion) or []
weekly.message = lambda home: None
for monday in ("monday 1", "monday 2"):
    DagBag({folder!r}).dags["tieout_weekly"].get_task("tell").python_callable(run_id=monday)
print(json.dumps(ended))
"""

# Runs in Airflow's environment: what `as_of` a run gets, per run type.
AS_OF = """
import importlib.util, json, types
from datetime import datetime, timezone
spec = importlib.util.spec_from_file_location("nightly", {file!r})
nightly = importlib.util.module_from_spec(spec)
spec.loader.exec_module(nightly)
end = datetime(2026, 4, 1, 1, 30, tzinfo=timezone.utc)
print(json.dumps({{
    kind: str(nightly.backfill_as_of(
        {{"dag_run": types.SimpleNamespace(run_type=kind), "data_interval_end": end}}
    )) for kind in ("backfill", "scheduled", "manual")
}}))
"""


@pytest.fixture(scope="module")
def airflow_python(repository: Path) -> Path:
    python = repository / ".venv-airflow" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-airflow: `make .venv-airflow/stamp` makes it")
    return python


@pytest.fixture(scope="module")
def airflow_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TIEOUT_", "AIRFLOW"))}
    return clean | {"TIEOUT_HOME": str(tmp_path_factory.mktemp("dag") / "home")}


def webhook(posts: list[Any], asked: list[str] | None = None) -> type[BaseHTTPRequestHandler]:
    """A chat's webhook that keeps what it gets, and a monitor that keeps what it is asked for."""

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    return Webhook


def last_json(output: str) -> Any:
    return json.loads(output.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def dag(repository: Path, airflow_python: Path, airflow_environment: dict[str, str]) -> Any:
    home = Path(airflow_environment["TIEOUT_HOME"])
    done = subprocess.run(
        [airflow_python, "-c", DESCRIBE.format(folder=str(repository / "dags"))],
        env=airflow_environment | {"AIRFLOW_HOME": str(home / "airflow-describe")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return last_json(done.stdout)


def test_dags_load_without_an_error(dag: Any) -> None:
    assert dag["errors"] == {}
    assert dag["dags"] == ["tieout_nightly", "tieout_weekly"]


def test_one_run_at_a_time_every_night_and_no_catching_up(dag: Any) -> None:
    assert dag["max_active_runs"] == 1
    assert dag["catchup"] is False
    assert dag["schedule"] == "30 1 * * *"
    assert dag["params"] == ["definitions", "exports"]


def test_tasks_are_the_steps_of_the_command_line_in_their_order(dag: Any) -> None:
    assert {name: one["downstream"] for name, one in dag["tasks"].items()} == {
        "fetch_netsuite": ["land_netsuite"],
        "fetch_salesforce": ["land_salesforce"],
        "land_netsuite": ["build"],
        "land_salesforce": ["build"],
        "build": ["gate", "publish", "report"],
        "gate": ["report"],
        "report": ["publish"],
        "publish": [],
    }


def test_every_task_takes_the_one_writing_slot_and_is_tried_three_times(dag: Any) -> None:
    names = ("pool", "retries", "backoff", "hours")
    settings = {tuple(one[name] for name in names) for one in dag["tasks"].values()}
    assert settings == {("tieout_writer", 2, 2.0, 8.0)}
    assert JOB_HOURS < 8, "a fetch has the time to say that a job of the vendor's does not end"


def test_a_failed_task_is_told_with_what_to_do(
    repository: Path, airflow_python: Path, airflow_environment: dict[str, str], tmp_path: Path
) -> None:
    posts: list[Any] = []
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), webhook(posts, asked)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [airflow_python, "-c", NOTIFY.format(folder=str(repository / "dags"))],
            env=airflow_environment
            | {
                "AIRFLOW_HOME": str(tmp_path / "airflow"),
                "TIEOUT_HOME": str(tmp_path / "home"),
                "ALERTS__SLACK_WEBHOOK": f"http://127.0.0.1:{server.server_address[1]}/x",
                "ALERTS__CHECK_IN_URL": f"http://127.0.0.1:{server.server_address[1]}/night",
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        server.shutdown()
    assert done.returncode == 0, done.stdout + done.stderr
    failed = ["failed"] * 5
    assert last_json(done.stdout) == [*failed, "published", *failed[:2], "monday 1", "monday 2"]
    assert asked == ["/night"]  # once, for the night that was published, and for no backfill
    # one message of the two tasks that failed alike
    texts = [[block["text"]["text"] for block in post["blocks"]] for post in posts]
    assert len(texts) == 4
    assert "Task land_salesforce failed: No room." in texts[0]
    assert "*Do:* Make room." in texts[0]
    assert "*More:* https://airflow.example.com/r1" in texts[0]
    assert texts[1][1].startswith("Task build failed: It was ended from outside")
    assert texts[2][1].startswith("A task failed: It was ended from outside")
    assert texts[3][1].startswith("The nightly run failed: The run that began 2026-06-30 01:30 UTC")


def test_a_backfill_is_as_of_the_end_of_its_interval_and_no_other_run_is(
    repository: Path, airflow_python: Path, airflow_environment: dict[str, str]
) -> None:
    home = Path(airflow_environment["TIEOUT_HOME"])
    done = subprocess.run(
        [airflow_python, "-c", AS_OF.format(file=str(repository / "dags" / "nightly.py"))],
        env=airflow_environment | {"AIRFLOW_HOME": str(home / "airflow-describe")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert last_json(done.stdout) == {
        "backfill": "2026-04-01 01:30:00",
        "scheduled": "None",
        "manual": "None",
    }


def test_a_night_that_fails_in_airflow_is_told_once_and_kept_for_status(
    repository: Path,
    airflow_python: Path,
    airflow_environment: dict[str, str],
    worked_example_exports: Path,
    tmp_path: Path,
) -> None:
    """A real run of the DAG: one task fails, those after it do not run, one message is sent."""
    exports = tmp_path / "exports"
    shutil.copytree(worked_example_exports, exports)
    (exports / "netsuite" / "transaction.csv").write_text("id,tranid\n1,A\n")
    posts: list[Any] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), webhook(posts)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [
                repository / "dags" / "airflow", "dags", "test", "tieout_nightly",
                "--conf", json.dumps({"exports": str(exports)}),
            ],
            env=airflow_environment
            | {
                "TIEOUT_HOME": str(tmp_path / "home"),
                "ALERTS__SLACK_WEBHOOK": f"http://127.0.0.1:{server.server_address[1]}/x",
            },
            capture_output=True,
            text=True,
            timeout=600,
        )  # fmt: skip
        server.shutdown()
    assert [post["text"] for post in posts] == ["tieout: The night failed"], done.stdout[-8000:]
    texts = [block["text"]["text"] for block in posts[0]["blocks"]]
    assert texts[1].startswith("Task land_netsuite failed: A required column is missing")
    assert "tieout_nightly" in texts[-1]  # Airflow's own page of the log
    kept = json.loads((tmp_path / "home" / "logs" / "last_run.json").read_text())
    assert (kept["outcome"], len(kept["failures"])) == ("failed", 1)
    assert not (tmp_path / "home" / "publications" / "current").exists()


def test_dag_publishes_the_demo_company(
    repository: Path,
    airflow_python: Path,
    airflow_environment: dict[str, str],
    demo_exports: Path,
    published_home: Path,
) -> None:
    done = subprocess.run(
        [
            repository / "dags" / "airflow",
            "dags",
            "test",
            "tieout_nightly",
            "--conf",
            json.dumps({"exports": str(demo_exports)}),
        ],
        env=airflow_environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-8000:]
    home = Path(airflow_environment["TIEOUT_HOME"])
    current = home / "publications" / "current"
    assert current.is_symlink(), done.stdout[-8000:] + done.stderr[-8000:]
    assert {"marts.duckdb", "manifest.json", "gate.json", "report.html", "bridge.xlsx"} <= {
        file.name for file in current.iterdir()
    }
    by_airflow = json.loads((current / "manifest.json").read_text())
    by_command = json.loads(
        (published_home / "publications" / "current" / "manifest.json").read_text()
    )
    assert by_airflow["content_digest"] == by_command["content_digest"]
    with duckdb.connect(str(current / "marts.duckdb"), read_only=True) as marts:
        rows = marts.execute("select count(*) from revenue_bridge.rpt_revenue_bridge").fetchone()
    assert rows is not None
    assert rows[0] > 0
