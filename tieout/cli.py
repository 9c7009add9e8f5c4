"""The command line. Heavy libraries are imported inside the commands that need them."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tieout import __version__
from tieout.errors import DiskFull, GateRefused, InputError, TieoutError
from tieout.redact import redact
from tieout.settings import DEFINITIONS, HOME_VARIABLE, Home

if TYPE_CHECKING:
    from rich.console import Console

    from tieout.alerts import Message
    from tieout.progress import Progress

log = logging.getLogger("tieout")
# Before there is a log file an error is shown by the command, and not once more by logging.
log.addHandler(logging.NullHandler())

# Columns of output that goes to a file or a pipe, so that no amount is cut short.
PLAIN_WIDTH = 160


class _Timestamp(click.ParamType[datetime]):
    """ISO 8601 date or time; without a zone it is UTC."""

    name = "timestamp"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-06-30T23:59:59", param, ctx)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


class _Expiry(click.ParamType["date"]):
    """A day, or `never`."""

    name = "date|never"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        if value == "never":
            return date.max
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a day such as 2027-06-30 nor never", param, ctx)


class _State:
    """What the group's options say to every command."""

    def __init__(self, home: str | None, debug: bool) -> None:
        self.given_home = home
        self.debug = debug
        self.reads = False

    @functools.cached_property
    def home(self) -> Home:
        return (Home.to_read if self.reads else Home.resolve)(self.given_home)

    @functools.cached_property
    def console(self) -> Console:
        from rich.console import Console

        wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
        return Console(width=wide)

    @functools.cached_property
    def progress(self) -> Progress:
        from tieout.progress import Progress

        return Progress(self.console)


# Commands that serve people who may not write to the home, as they read what is published.
_READERS = frozenset({"status", "verify", "explain", "diff", "score"})
# Commands that work on the home: the first of them tells of a night that was killed before.
_WRITERS = frozenset({"run", "fetch", "land", "build", "gate", "publish", "replay"})


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Log to the home, and turn an error into what, where and what to do."""

    @functools.wraps(function)
    @click.pass_obj
    def wrapped(state: _State, *args: Any, **kwargs: Any) -> None:
        name = click.get_current_context().info_name or "tieout"
        log_file: Path | None = None
        state.reads = name in _READERS
        try:
            from tieout import logs

            log_file = logs.start(state.home, name, debug=state.debug)
            log.info("tieout %s %s", __version__, " ".join(sys.argv[1:]))
            if name in _WRITERS:
                _tell_of_what_was_killed(state)
            function(state, *args, **kwargs)
        except TieoutError as error:
            log.error("%s", error)
            if name == "run" and log_file is None:
                _tell_of_a_lost_home(state, error)
            _fail(DiskFull.behind(error, _home_of(log_file)) or error, log_file, debug=state.debug)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            _fail(TieoutError("Stopped.", do="Run again: nothing was half published."), None)
        except Exception as error:
            from tieout import publication

            log.exception("unexpected")
            _fail(
                DiskFull.behind(error, _home_of(log_file))
                or publication.damaged(error)
                or TieoutError(
                    f"Unexpected {type(error).__name__}: {error}",
                    do="Run again with --debug for the traceback, which is also in the log.",
                ),
                log_file,
                debug=state.debug,
            )

    return wrapped


def _home_of(log_file: Path | None) -> str:
    return str(log_file.parent.parent if log_file else Path.cwd())


def _fail(error: TieoutError, log_file: Path | None, *, debug: bool = False) -> None:
    if debug:
        click.echo(redact(traceback.format_exc()), err=True)
    label = "Refused" if isinstance(error, GateRefused) else "Error"
    click.secho(f"{label}: ", fg="red", bold=True, nl=False, err=True)
    click.echo(redact(str(error)), err=True)
    if log_file is not None and log_file.exists():
        click.echo(f"  log:   {log_file}", err=True)
    raise click.exceptions.Exit(error.exit_code)


_exports = click.option(
    "--exports",
    type=click.Path(path_type=Path),
    required=True,
    help="Directory of exports, one folder per system (salesforce, netsuite).",
)
_exports_or_api = click.option(
    "--exports",
    type=click.Path(path_type=Path),
    help="Directory of exports, one folder per system. A system that it does not hold is fetched"
    " from its API, where there are credentials for it.",
)
_definitions = click.option(
    "--definitions",
    type=click.Path(path_type=Path),
    default=DEFINITIONS,
    show_default="definitions/",
    help="Directory of definition sets.",
)
_as_of = click.option(
    "--as-of",
    type=_Timestamp(),
    help="Rebuild what was known at this time (UTC): only loads up to it are seen. Default: all.",
)
_systems = click.option(
    "--system", "systems", multiple=True, help="Only this system; may be repeated."
)
_allow_shrink = click.option(
    "--allow-shrink",
    is_flag=True,
    help="Accept an extract that is much smaller than the last good one.",
)
_candidate = click.option("--candidate", help="Id of the candidate. Default: the newest.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(),
    envvar=HOME_VARIABLE,
    show_envvar=True,
    show_default=".tieout in the project",
    help="Holds all that a run writes.",
)
@click.option("--debug", is_flag=True, help="Tracebacks, and debug records in the log.")
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context, home: str | None, debug: bool) -> None:
    """The bridge from CRM bookings to ERP revenue, exact to the cent.

    Exit codes: 0 done or published; 1 the run failed; 2 wrong usage, configuration or input; 3 the
    gate refused to publish, and the last good publication stays current.
    """
    context.obj = _State(home, debug)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Directory to write.")
@click.option(
    "--scale",
    type=click.FloatRange(min=0.001),
    default=1.0,
    show_default=True,
    help="Size; 1 is about 2,000 customers, 20,000 deals and 300,000 ledger lines.",
)
@click.option(
    "--seed",
    type=int,
    default=20260331,
    show_default=True,
    help="Another number makes another company; the same one the same files.",
)
@_command
def demo(state: _State, out: Path, scale: float, seed: int) -> None:
    """Write the exports of a demo company.

    The errors that are planted in them are labelled under OUT/truth.
    """
    from tieout import demo as demo_module

    with state.progress.step("Writing the demo company"):
        demo_module.write(out, scale=scale, seed=seed)
    state.console.print(f"Exports and truth are in {out}", highlight=False)


@cli.command()
@_exports_or_api
@_definitions
@_as_of
@_systems
@_allow_shrink
@_command
def run(
    state: _State,
    exports: Path | None,
    definitions: Path,
    as_of: datetime | None,
    systems: tuple[str, ...],
    allow_shrink: bool,
) -> None:
    """The whole night: fetch, land, build, gate, report, publish."""
    from tieout import run as run_module

    try:
        published = run_module.nightly(
            state.home,
            exports,
            definitions=definitions,
            as_of=as_of,
            systems=systems or None,
            allow_shrink=allow_shrink,
            progress=state.progress,
        )
    except GateRefused as refusal:
        if refusal.where:
            _summary(state, Path(refusal.where).parent)
        _tell(state)
        raise
    except Exception:
        _tell(state)
        raise
    _summary(state, published.directory)
    # what was known at an earlier time, built anew, is no night
    _tell(state, published=published.manifest["make_current"])


def _tell(state: _State, home: Home | None = None, *, published: bool = False) -> None:
    """Tell people, where channels are configured; what fails in it does not fail the night."""
    try:
        from tieout import alerts

        for cause in alerts.tell(home or state.home, published=published):
            state.progress.note(f"told: {cause.title}")
    except Exception as error:
        log.error("not everybody was told: %s", error, exc_info=not isinstance(error, TieoutError))
        state.console.print("[yellow]Not everybody was told.[/]")
        said = redact(str(error))
        state.console.print(f"  {said}", markup=False, highlight=False, soft_wrap=True)


def _tell_of_what_was_killed(state: _State) -> None:
    """A night that the system ends says nothing itself; see `run.last_run`."""
    from tieout import run as run_module

    if run_module.was_killed(state.home):
        _tell(state)


def _tell_of_a_lost_home(state: _State, error: TieoutError) -> None:
    """A night whose home cannot be written (no room, not mounted) is told by what is known here."""
    from tieout import run as run_module

    home = Home.to_tell(state.given_home)
    begun = datetime.now(UTC).isoformat()
    run_module.record_failure(home, begun, run_module.NIGHT, error, "")
    _tell(state, home)


def _summary(state: _State, directory: Path) -> None:
    from tieout.report.terminal import print_summary

    print_summary(directory, state.console)


@cli.command()
@_systems
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    show_default="HOME/work/fetch",
    help="Directory to write.",
)
@_command
def fetch(state: _State, systems: tuple[str, ...], out: Path | None) -> None:
    """Fetch from the vendors' APIs what `tieout land` takes.

    What has changed since the last landing; everything the first time. An interrupted fetch goes on
    where it stopped. Credentials come from the environment or dlt's secrets file, see docs/apis.md.
    """
    from tieout import run as run_module

    for one in run_module.fetch(state.home, systems or None, out=out, progress=state.progress):
        state.console.print(f"{one.system}: {one.directory}", highlight=False, soft_wrap=True)


@cli.command()
@_exports
@_systems
@_allow_shrink
@_command
def land(state: _State, exports: Path, systems: tuple[str, ...], allow_shrink: bool) -> None:
    """Land the exports as raw tables."""
    from tieout import run as run_module

    results = run_module.land(
        state.home,
        exports,
        systems=systems or None,
        allow_shrink=allow_shrink,
        progress=state.progress,
    )
    _print_loads(state, results)


def _print_loads(state: _State, results: list[Any]) -> None:
    from rich.table import Table

    table = Table("system", "object", box=None)
    for heading in ("read", "landed", "rejected", "new or changed", "deleted"):
        table.add_column(heading, justify="right")
    for one in results:
        counts = (
            one.rows_read,
            one.rows_landed,
            one.rows_dead_lettered,
            one.rows_inserted,
            one.rows_deleted,
        )
        table.add_row(one.system, one.object, *(f"{count:,}" for count in counts))
    state.console.print(table)


@cli.command()
@_definitions
@_as_of
@_command
def build(state: _State, definitions: Path, as_of: datetime | None) -> None:
    """Build a candidate from what is landed."""
    from tieout import run as run_module

    candidate = run_module.build(state.home, definitions, as_of, progress=state.progress)
    state.console.print(
        f"Candidate {candidate.publication_id}, as of {candidate.as_of}: {candidate.directory}",
        highlight=False,
        soft_wrap=True,
    )


@cli.command()
@_candidate
@_command
def gate(state: _State, candidate: str | None) -> None:
    """Judge a candidate; exit code 3 when it would be refused."""
    from tieout import run as run_module

    result = run_module.gate(state.home, candidate, progress=state.progress)
    _print_findings(state, result.failed())
    if not result.passed:
        raise GateRefused(
            f"The gate would refuse {result.publication_id}: {result.reason()}",
            where=str(state.home.candidates / result.publication_id / "gate.json"),
            do="Each failure above says what to do.",
        )
    state.console.print(
        f"{len(result.findings)} expectations, none critical failed, "
        f"{len(result.failed('warning'))} warnings.",
        highlight=False,
    )


def _print_findings(state: _State, findings: list[Any]) -> None:
    colours = {"critical": "red", "warning": "yellow", "info": "blue"}
    for one in findings:
        state.console.print(
            f"[{colours[one.severity]}]{one.severity}[/] {one.id}: {one.observed}",
            highlight=False,
        )
        for money in one.money:
            state.console.print(f"    {money['currency']} {money['amount']}", highlight=False)
        state.console.print(
            f"    {one.meaning}\n    do: {one.action}", markup=False, soft_wrap=True
        )


@cli.command()
@_candidate
@_command
def publish(state: _State, candidate: str | None) -> None:
    """Report on a judged candidate, and make it what readers see."""
    from tieout import run as run_module

    name = run_module.report(state.home, candidate, progress=state.progress).publication_id
    published = run_module.publish(state.home, name, progress=state.progress)
    state.console.print(f"Published {published.publication_id}: {published.directory}")


@cli.command()
@click.argument("publication_id", metavar="[ID]", required=False)
@click.option("--reason", default="", help="Why; it is kept with who did it and when.")
@_command
def rollback(state: _State, publication_id: str | None, reason: str) -> None:
    """Show readers an earlier publication again.

    ID is a publication or the beginning of one; without it the one before the current. It must be
    whole and unaltered, and readers see it at once. Nothing is deleted: what is taken back stays
    where it is, the next manifest names it, and the next night that is published takes its place.
    """
    from tieout import publication
    from tieout.words import moment

    shown = publication.rollback(state.home, publication_id, reason=reason.strip())
    state.console.print(
        f"Readers see {shown.publication_id} now, as of {moment(shown.manifest['as_of'])}.",
        highlight=False,
    )
    record = publication.rolled_back(state.home)
    if record and record["from"]:
        state.console.print(f"Undo: tieout rollback {record['from']}", highlight=False)


@cli.command()
@click.option(
    "--exports",
    type=click.Path(path_type=Path),
    required=True,
    help="Directory with corrected rows, in the layout of exports; a part of an object is enough.",
)
@_command
def replay(state: _State, exports: Path) -> None:
    """Land corrected rows, and close the dead letters they answer."""
    import ingestion
    from tieout.locks import writer_lock

    with writer_lock(state.home, "replay"), state.progress.step("Replaying"):
        results = ingestion.replay(exports, state.home)
    _print_loads(state, list(results))


_max_age = functools.partial(
    click.option,
    "--max-age",
    type=click.FloatRange(min=0, min_open=True),
    metavar="HOURS",
)


@cli.command()
@click.option(
    "--check", is_flag=True, help="For a monitor: say only what is wrong, and end with its code."
)
@click.option("--json", "as_json", is_flag=True, help="The same for a program.")
@_max_age(
    default=26, show_default=True, help="With --check or --json: how old what is published may be."
)
@_command
def status(state: _State, check: bool, as_json: bool, max_age: float) -> None:
    """What is published, how old, what failed and what waits.

    With --check it says nothing and ends with 0 when the nights are sound. Else it says what is
    wrong and ends with 3 when the gate refused the last night, with 1 when it failed or was killed,
    when nothing young enough is published, when no source sends anything new, or when people could
    not be told of something.
    """
    from rich.markup import escape
    from rich.table import Table

    from tieout import publication
    from tieout import status as status_module
    from tieout.words import amount, hours, moment, plural

    now = status_module.read(state.home)
    console = state.console
    if as_json:
        content = status_module.as_json(state.home, now, max_age)
        click.echo(json.dumps(content, indent=2, default=str))
    if check:
        wrong = status_module.troubles(state.home, now, max_age)
        for trouble in () if as_json else wrong:
            click.echo(redact(f"{trouble.state}: {trouble.said}"))
        raise click.exceptions.Exit(wrong[0].exit_code if wrong else 0)
    if as_json:
        return
    if now.current is None:
        if now.publications:
            kept = plural(now.publications, "publication")
            console.print(f"Readers see nothing: `current` points at none of {kept} kept.")
            console.print("  `tieout rollback` shows them the newest.")
        else:
            console.print("Nothing has been published yet.")
    else:
        manifest = now.current.manifest
        console.print(
            f"Published: {now.current.publication_id}, {hours(now.age_hours or 0)} ago, "
            f"as of {moment(manifest['as_of'])} "
            f"({plural(now.publications, 'publication')} kept)",
            highlight=False,
        )
        console.print(f"  {state.home.current}/report.html", highlight=False, soft_wrap=True)
        back = publication.rolled_back(state.home)
        if back and back["to"] < back["from"]:  # and not forward again
            why = f": {back['reason']}" if back["reason"] else ""
            console.print(
                f"[yellow]Rolled back[/] from {back['from']} by {escape(back['by'])},"
                f" {moment(back['at'])}{escape(why)}",
                highlight=False,
                soft_wrap=True,
            )
    if now.stalled:
        console.print(f"[yellow]Late:[/] {now.stalled}", highlight=False, soft_wrap=True)
    if now.under_way:
        console.print(f"Under way: {now.under_way}", highlight=False, soft_wrap=True)
    if now.last_run:
        ended = now.last_run.get("finished_at")
        killed = "killed before its end" if now.last_run.get("killed") else "under way"
        when = moment(ended) if ended else killed
        console.print(f"Last run: {now.last_run['outcome']} ({when})", highlight=False)
        if error := now.last_run.get("error"):
            console.print(f"  {error}", markup=False, highlight=False, soft_wrap=True)
    if now.not_told:
        when, errors = now.not_told
        console.print(f"[yellow]Not everybody was told[/] ({moment(when)})", highlight=False)
        for said in errors:
            console.print(f"  {said}", markup=False, highlight=False, soft_wrap=True)
    for line in now.unanswered:
        console.print(f"Not fetched: {line}", markup=False, highlight=False, soft_wrap=True)
    if now.rejected:
        console.print(
            f"Refused: {plural(len(now.rejected), 'candidate')}, the newest {now.rejected[-1]}"
            + ("" if now.is_refused else ", before what is published"),
            highlight=False,
        )
    for line in (*now.matching, *now.waits):
        console.print(line, highlight=False)
    for one in now.failed_expectations:
        money = [amount(each["amount"], each["currency"]) for each in one["money"]]
        console.print(
            f"[yellow]{one['severity']}[/] {one['id'].replace('_', ' ')}: "
            + ", ".join([one["observed"], *money]),
            highlight=False,
        )
    if now.waiting:
        table = Table("waits for a person", box=None)
        for heading in ("rows", "money"):
            table.add_column(heading, justify="right", overflow="fold")
        table.add_column("table")
        for waiting in now.waiting:
            money = [amount(value, name) for name, value in waiting.money.items()]
            table.add_row(waiting.label, f"{waiting.rows:,}", "\n".join(money), waiting.table)
        console.print(table)


@cli.command()
@click.option(
    "--exports",
    type=click.Path(path_type=Path),
    envvar="TIEOUT_EXPORTS",
    help="Directory of exports to look at as well.",
)
@_definitions
@_command
def doctor(state: _State, exports: Path | None, definitions: Path) -> None:
    """Whether a night can run here, and what to mend if not.

    Looks at versions, disk, warehouse, definitions, exports, APIs and channels for alerts; changes
    nothing.
    """
    from rich.markup import escape
    from rich.table import Table

    from tieout import doctor as doctor_module

    checks = doctor_module.examine(state.home, definitions, exports)
    colours = {"ok": "green", "warning": "yellow", "wrong": "red"}
    table = Table("", "look", "found", "do", box=None, show_header=False)
    for one in checks:
        mark = f"[{colours[one.verdict]}]{one.verdict}[/]"
        table.add_row(mark, one.name, escape(one.found), escape(one.do))
    state.console.print(table)
    if wrong := [one.name for one in checks if one.verdict == "wrong"]:
        raise InputError(
            f"A night cannot run here: {', '.join(wrong)}.", do="Mend what is marked wrong above."
        )


def _print_message(state: _State, message: Message) -> None:
    state.console.print(message.title, style="bold", highlight=False)
    for label, text in message.parts:
        said = (f"{label}: {text}" if label else text).replace("\n", "\n  ")
        state.console.print(f"  {said}", markup=False, highlight=False, soft_wrap=True)


@cli.command()
@click.option("--dry-run", is_flag=True, help="Print what would be told, tell nobody.")
@_max_age(help="Tell as well that nothing was published for so long. Default: whatever its age.")
@_command
def alert(state: _State, dry_run: bool, max_age: float | None) -> None:
    """Tell people what needs them.

    A failure, a refusal, late data, drift, growing exceptions: one message per cause, in Slack and
    by mail, as far as they are configured; what was told is told again only when it has changed.
    `tieout run` and the DAG do it by themselves; with --max-age, from a schedule of its own, it is
    what notices that no night has come.
    """
    from tieout import alerts

    channels = alerts.configured()
    if dry_run:
        causes = alerts.find(state.home, max_age=max_age)
    else:
        causes = alerts.tell(state.home, channels=alerts.required(channels), max_age=max_age)
    for cause in causes:
        _print_message(state, cause.message)
    if not causes:
        state.console.print("Nothing to tell.")
    elif not dry_run:
        state.console.print(f"Told in {' and '.join(one.name for one in channels)}.")


@cli.command()
@click.option("--dry-run", is_flag=True, help="Print the message, send it to nobody.")
@_command
def weekly(state: _State, dry_run: bool) -> None:
    """The week in one message.

    Won against ordered, what is late, what changed since. The week ends with the day that the
    current publication is as of. Sent in Slack and by mail, as far as they are configured.
    """
    from tieout import alerts
    from tieout.alerts.weekly import message

    week = message(state.home)
    sent = [] if dry_run else alerts.send(state.home, week)
    _print_message(state, week)
    if sent:
        state.console.print(f"Sent in {' and '.join(one.name for one in sent)}.")


@cli.command()
@click.argument("identifier", metavar="[ID]", default="")
@click.option("--list", "only_list", is_flag=True, help="Print the queue, decide nothing.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many pairs. Default: all.")
@_definitions
@click.option("--owner", default="", help="Who answers for the decisions. Default: asked.")
@click.option("--reason", default="", help="Why, for every decision. Default: asked each time.")
@click.option(
    "--expires",
    type=_Expiry(),
    show_default="a year later",
    help="First day on which the decisions no longer hold, or never.",
)
@_command
def review(
    state: _State,
    identifier: str,
    only_list: bool,
    limit: int | None,
    definitions: Path,
    owner: str,
    reason: str,
    expires: date | None,
) -> None:
    """Decide what waits for a steward; writes decisions as a file.

    Accounts and customers that may be one company, orders and deals that may be one sale. The most
    money first; with ID (of an account, customer, deal or order) only the pairs of that record.
    Reads the current publication alone. The file is new and lies below DEFINITIONS/decisions; the
    next run applies it.
    """
    from tieout import review as review_module

    review_module.run(
        state.home,
        state.console,
        review_module.Request(
            definitions,
            identifier.strip(),
            only_list,
            limit,
            owner.strip(),
            reason.strip(),
            expires,
        ),
    )


@cli.command()
@click.option(
    "--truth",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Directory of labelled truth, such as DEMO/truth.",
)
@_command
def score(state: _State, truth: Path) -> None:
    """Compare the published marts with labelled truth."""
    from tieout import score as score_module

    score_module.print_report(score_module.score(state.home, truth), state.console)


@cli.command()
@click.argument("identifier", metavar="ID")
@_command
def explain(state: _State, identifier: str) -> None:
    """Follow one record down to its raw rows and their load.

    ID is the id, number or exact name of an opportunity, order, invoice, obligation or customer;
    `order:501` or `customer:501` where several go by it.
    """
    from tieout.explain import explain as explain_record

    explain_record(state.home, identifier, state.console)


@cli.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="current")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Records to list at most.",
)
@_command
def diff(state: _State, before: str, after: str, limit: int) -> None:
    """What differs between two publications, by line and record.

    A and B are ids of publications or beginnings of them; B is the current one when not given.
    """
    from rich.table import Table

    from tieout import diff as diff_module
    from tieout import publication

    left, right = publication.find(state.home, before), publication.find(state.home, after)
    found = diff_module.compare(left, right, limit=limit)
    console = state.console
    console.print(f"{left.publication_id} -> {right.publication_id}", highlight=False)
    if found.is_empty:
        console.print("Both state the same.")
        return
    if found.definitions:
        console.print(f"Definitions that differ: {', '.join(found.definitions)}", highlight=False)
    if found.tables:
        table = Table("table that differs", "rows before", "rows after", box=None)
        for name, rows_before, rows_after in found.tables:
            table.add_row(name, str(rows_before), str(rows_after))
        console.print(table)
    if not found.lines:
        console.print("No bridge line differs in amount.")
    else:
        table = Table("definition", "entity", "cur", "period", "line", box=None)
        for heading in ("before", "after", "change"):
            table.add_column(heading, justify="right", overflow="fold")
        for line in found.lines:
            table.add_row(
                line.definition_id,
                line.entity,
                line.currency,
                str(line.period),
                line.line_code,
                f"{line.before:,}",
                f"{line.after:,}",
                f"{line.change:,}",
            )
        console.print(table)
    if found.records:
        console.print(f"Records: {len(found.records)} of {found.record_count}", highlight=False)
        table = Table("line", "period", "cur", "record", box=None)
        for heading in ("before", "after"):
            table.add_column(heading, justify="right", overflow="fold")
        for record in found.records:
            table.add_row(
                record.line_code,
                str(record.period),
                record.currency,
                record.record,
                f"{record.before:,}",
                f"{record.after:,}",
            )
        console.print(table)


@cli.command()
@click.argument("publication_id", metavar="[ID]", required=False)
@_command
def verify(state: _State, publication_id: str | None) -> None:
    """Prove that a publication is whole and unaltered.

    ID is a publication or the beginning of one; without it the current one.
    """
    from tieout import publication

    one = publication.find(state.home, publication_id)
    with state.progress.step(f"Verifying {one.publication_id}"):
        problems = publication.verify(one, state.home)
    if problems:
        listed = "\n".join(f"    {problem}" for problem in problems)
        raise TieoutError(
            f"{one.publication_id} is not as it was published:\n{listed}",
            where=str(one.directory),
            do="Do not use it; publish again, and find out who altered it.",
        )
    state.console.print(
        f"{one.publication_id}: {len(one.manifest['files'])} files and "
        f"{len(one.manifest['tables'])} tables are as published.\n"
        f"content {one.manifest['content_digest']}",
        highlight=False,
        soft_wrap=True,
    )


def main() -> None:
    """Entry point of the `tieout` command."""
    atexit.register(_end_quietly)  # registered first, so it runs last
    cli.main(prog_name="tieout")


def _end_quietly() -> None:
    """Hide the `nanobind: leaked` lines that DuckDB 2.0 prints after everything has ended."""
    if "duckdb" not in sys.modules:
        return
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


if __name__ == "__main__":
    main()
