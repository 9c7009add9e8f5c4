"""A whole company straight from both APIs: the same numbers as from its exports, and no secret."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ingestion.spec import systems
from tests.ingestion.company_servers import ZONE, netsuite_of, salesforce_of
from tests.ingestion.faults import QuietHandler, serve
from tests.ingestion.netsuite_server import NetSuiteServer
from tests.ingestion.salesforce_server import SalesforceServer

REPOSITORY = Path(__file__).resolve().parents[2]
WEBHOOK_SECRET = "planted-webhook-path"


class Company:
    """Both servers with the demo company, a chat, and the environment of one who fetches."""

    def __init__(self, exports: Path, home: Path) -> None:
        self.home = home
        self.salesforce: SalesforceServer = salesforce_of(exports)
        self.netsuite: NetSuiteServer = netsuite_of(exports)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.netsuite.public_key = key.public_key()
        self.key = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()  # fmt: skip
        self.posts: list[dict[str, Any]] = []
        posts = self.posts

        class Chat(QuietHandler):
            def do_POST(self) -> None:
                posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.chat = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
        serve(self.chat)

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TIEOUT_", "SOURCES__"))}
        return kept | {
            "TIEOUT_HOME": str(self.home),
            "COLUMNS": "160",
            "SOURCES__SALESFORCE__URL": self.salesforce.url,
            "SOURCES__SALESFORCE__CLIENT_ID": "planted-client-id",
            "SOURCES__SALESFORCE__CLIENT_SECRET": self.salesforce.secret,
            "SOURCES__NETSUITE__URL": self.netsuite.url,
            "SOURCES__NETSUITE__ACCOUNT": self.netsuite.account,
            "SOURCES__NETSUITE__CLIENT_ID": "planted-client-id",
            "SOURCES__NETSUITE__CERTIFICATE_ID": self.netsuite.certificate_id,
            "SOURCES__NETSUITE__PRIVATE_KEY": self.key,
            "SOURCES__NETSUITE__TIME_ZONE": ZONE.key,
            "ALERTS__SLACK_WEBHOOK": (
                f"http://127.0.0.1:{self.chat.server_address[1]}/{WEBHOOK_SECRET}"
            ),
        }

    @property
    def says(self) -> dict[str, str]:
        """What each server can know: it was sent that, or something signed with it."""
        return {
            "salesforce": f"planted-client-id {self.salesforce.secret}",
            "netsuite": f"planted-client-id {self.key}",
        }

    def tieout(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tieout.cli", *map(str, arguments)],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
        )

    def secrets(self) -> list[str]:
        """What must be shown nowhere; every line of the key."""
        lines = [line for line in self.key.splitlines() if not line.startswith("---")]
        return [
            "planted-client-id", self.salesforce.secret, WEBHOOK_SECRET, "planted!token",
            "planted.access.token", "client_assertion=", *lines,
        ]  # fmt: skip

    def close(self) -> None:
        self.salesforce.close()
        self.netsuite.close()
        self.chat.shutdown()
        self.chat.server_close()


@pytest.fixture(scope="module")
def company(demo_exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = Company(demo_exports, tmp_path_factory.mktemp("company") / "home")
    yield company
    company.close()


@pytest.fixture(scope="module")
def night(
    company: Company, demo_exports: Path, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """A whole night from the APIs."""
    totals = reported_totals(demo_exports, tmp_path_factory.mktemp("totals"))
    return company.tieout("--debug", "run", "--exports", totals)


def reported_totals(exports: Path, directory: Path) -> Path:
    """Folders with nothing but what the systems' own reports say, without what an API is asked."""
    for system in systems():
        (directory / system).mkdir()
        with (exports / system / "control_totals.csv").open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            rows = [one for one in reader if not one["measure"].startswith(("row_count", "sum_"))]
        with (directory / system / "control_totals.csv").open("w", newline="") as target:
            writer = csv.DictWriter(target, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return directory


def manifest_of(home: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((home / "publications/current/manifest.json").read_text())
    return content


def test_exports_and_apis_publish_the_same_numbers(
    night: subprocess.CompletedProcess[str], company: Company, published_home: Path
) -> None:
    assert night.returncode == 0, night.stdout + night.stderr
    fetched, exported = manifest_of(company.home), manifest_of(published_home)
    assert fetched["as_of"] == exported["as_of"]
    business = ("account_mapping", "opportunity_to_order", "revenue_bridge")
    differing = {
        name
        for name, table in exported["tables"].items()
        if name.startswith(business) and fetched["tables"][name] != table
    }
    assert differing == set()
    assert fetched["content_digest"] == exported["content_digest"]
    with duckdb.connect(str(company.home / "warehouse.duckdb"), read_only=True) as warehouse:
        loads = dict(
            warehouse.execute(
                "select system, sum(rows_landed)::bigint from raw_operations.load_audit"
                " where object <> 'control_total' group by system"
            ).fetchall()
        )
    with duckdb.connect(str(published_home / "warehouse.duckdb"), read_only=True) as warehouse:
        wanted = dict(
            warehouse.execute(
                "select system, sum(rows_landed)::bigint from raw_operations.load_audit"
                " where object <> 'control_total' group by system"
            ).fetchall()
        )
    assert loads == wanted


def test_the_vendors_own_totals_are_held_against_what_landed(
    night: subprocess.CompletedProcess[str], company: Company
) -> None:
    with duckdb.connect(
        str(company.home / "publications/current/marts.duckdb"), read_only=True
    ) as marts:
        stated = marts.execute(
            "select split_part(measure, '_', 1), count(*), sum(abs(difference))"
            " from operations.rpt_control_total group by all"
        ).fetchall()
    counts = {measure: count for measure, count, _ in stated}
    assert counts["row"] > 20 and counts["current"] > 20
    assert counts["sum"] > 15 and counts["trial"] > 100
    assert all(difference == 0 for _, _, difference in stated)


def test_no_secret_is_shown_anywhere(
    night: subprocess.CompletedProcess[str], company: Company
) -> None:
    """Of a night that published, and of such as fail because a server refuses, repeating all."""
    shown = {"the night's output": night.stdout + night.stderr}
    for system, server in (("netsuite", company.netsuite), ("salesforce", company.salesforce)):
        for moment in ("says", "says_later"):
            setattr(server, moment, company.says[system])
            failed = company.tieout("run", "--system", system)
            setattr(server, moment, "")
            output = failed.stdout + failed.stderr
            assert failed.returncode == 2, output
            assert "[secret]" in output  # it was said, and masked
            shown[f"the output of {system}, which {moment}"] = output
    told = [post["text"] for post in company.posts]
    assert told.count("tieout: The night failed") == 4
    shown["the chat"] = json.dumps(company.posts)
    read = 0
    for path in sorted(company.home.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for name, content in contents(path):
                shown[name] = content
                read += 1
    kinds = {Path(name).name for name in shown}
    assert {"manifest.json", "gate.json", "report.html", "last_run.json"} <= kinds
    assert any(name.startswith(str(company.home / "logs")) for name in shown)
    assert "operations.dead_letter" in kinds and "raw_operations.dead_letter" in kinds
    for name, content in shown.items():
        for secret in company.secrets():
            assert secret not in content, name


def contents(path: Path) -> Iterator[tuple[str, str]]:
    """What a file holds, as text: unpacked, and of a database every table."""
    read: Callable[[bytes], str] = lambda raw: raw.decode("utf-8", errors="replace")  # noqa: E731
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as database:
            for schema, table in database.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
                " union all select schema_name, view_name from duckdb_views() where not internal"
                " and schema_name = 'raw_operations'"
            ).fetchall():
                rows = database.execute(f'select t::varchar from "{schema}"."{table}" as t')
                text = "\n".join(str(row[0]) for row in rows.fetchall())
                yield f"{path}/{schema}.{table}", text
    elif path.suffix == ".gz":
        yield str(path), read(gzip.decompress(path.read_bytes()))
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            for member in book.namelist():
                yield f"{path}/{member}", read(book.read(member))
    else:
        yield str(path), read(path.read_bytes())
