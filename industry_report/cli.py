"""The command ``industry-report``: sample, check, scorecard, plan, build, preview, review, crm."""

from __future__ import annotations

import functools
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .base import console, messages
from .base.errors import InputError
from .base.files import narrow_mode
from .building.options import Options
from .commands import crm, fit, grading, places, projects, review, speech, template

# Everything else is imported where it is used: `--help` must not wait for pandas.
if TYPE_CHECKING:
    import pandas as pd

    from .building.plan import Job
    from .scorecard.scorecards import Scorecard

PATH = click.Path(path_type=Path)

ANNUAL = Path("params", "annual.yaml")
WRITES_FILES = ("init", "update", "sample", "build", "preview")

_STOPPED = "Stopped. Reports finished so far are published; build again to go on."
INTERRUPTED = 130  # the exit status that shells expect after Ctrl-C


def _examples(*commands: str) -> str:
    """Return examples for the end of a help page; the first line keeps click from re-wrapping them."""
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


# Of the work: a project, its data, its standard, its reports, what follows from them.
ORDER = (
    *("init", "update", "sample", "check", "template", "scorecard", "fit"),
    *("plan", "build", "preview", "review", "crm"),
)


class Commands(click.Group):
    """Commands whose user sees one message for a fault of the input, never a traceback."""

    writes_files = False  # of the command that ran: what it prints is not what it is there for

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work, not of the alphabet."""
        return sorted(self.commands, key=ORDER.index)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the program with streams that never end it, and with signals that end it in an orderly way."""
        from .processes import signals

        speech.begin(list(map(str, options.get("args") or (arguments or [sys.argv[1:]])[0] or ())), self)
        with console.guard(), signals.raise_stopped():
            try:
                return super().main(*arguments, **options)
            except SystemExit as end:
                sys.stdout.flush()
                if not (loss := console.find_loss()):
                    raise
                told = f"standard output cannot be written: {loss}. Free space, or let it go elsewhere."
                speech.tell(f"Error: {told}", err=True)
                sys.exit(end.code or int(not self.writes_files))

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Read the arguments; what is wrong with them is told in the language in use."""
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as fault:
            raise speech.in_words(fault) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; faults end with status 1, Ctrl-C with 130, TERM with 143, HUP with 129."""
        try:
            return super().invoke(ctx)
        except InputError as fault:
            raise speech.in_words(click.ClickException(messages.say(fault))) from None
        except click.ClickException as fault:
            raise speech.in_words(fault) from None
        except KeyboardInterrupt as stop:
            is_build = ctx.invoked_subcommand == "build"
            speech.tell(_STOPPED if is_build else "Stopped.", err=True)
            sys.exit(getattr(stop, "status", INTERRUPTED))
        finally:
            self.writes_files = ctx.invoked_subcommand in WRITES_FILES


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_examples("industry-report sample", "industry-report build"),
)
@click.version_option(__version__, prog_name="industry-report")
def main() -> None:
    """Turn workbooks of customer consultations into published reports."""


@main.command(
    epilog=_examples(
        "industry-report sample",
        "industry-report sample trial --rows 200 --seed 7",
    )
)
@click.argument("folder", metavar="[DIR]", type=PATH, required=False)
@click.option(
    "--rows", type=click.IntRange(min=1), help="Consultations of each workbook (default: as in life)."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=2025, show_default=True, help="Same seed, same rows."
)
@speech.messages_option()
def sample(folder: Path | None, rows: int | None, seed: int) -> None:
    """Write synthetic data to DIR (default: the project's data/sample).

    A workbook of consultations for each of three cities and three years, in the form the registry uses, and
    beside them customers, orders, contacts, answers, complaints and leads; all labelled as synthetic.
    """
    from .intake import sample as samples
    from .settings.project import find_project, name_from

    if folder is None:
        folder = name_from(Path.cwd(), (find_project() or Path.cwd()) / "data" / "sample")
    for write in (samples.write, samples.write_tables):
        for path in write(folder, rows=rows, seed=seed):
            click.echo(path)


@main.command(
    epilog=_examples(
        "industry-report check data/黄山市-2025.xlsx",
        "industry-report check data/*.xlsx --language en --write faults.xlsx",
        "industry-report check export.csv --write-mapping params/columns/export.yaml",
        "industry-report check export.csv --columns params/columns/export.yaml --json",
        "industry-report check data --scorecard params/scorecards/consultation.yaml",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@speech.language_option("Of the page and of messages (default: the system's, else zh).")
@click.option("--json", "as_json", is_flag=True, help="Print the result for programs.")
@click.option("--columns", metavar="FILE", type=PATH, help="Mapping of the file's own headers and codes.")
@click.option("--scorecard", metavar="FILE", type=PATH, help="Grade the records by it.")
@click.option("--write", metavar="FILE.xlsx", type=PATH, help="Write all faults as a workbook.")
@click.option("--write-mapping", metavar="FILE.yaml", type=PATH, help="Draft a mapping for --columns.")
def check(
    files: tuple[Path, ...],
    language: str | None,
    as_json: bool,
    columns: Path | None,
    scorecard: Path | None,
    write: Path | None,
    write_mapping: Path | None,
) -> None:
    """Tell what is in files, and what would be rejected and why.

    FILE is a workbook, csv or parquet file, or a folder of them. With --scorecard, records are graded and
    what a file brings along of composites and grades is compared. Ends with status 1 if anything would be
    rejected.
    """
    from .intake import check_report, contract

    if write_mapping:
        _write_mapping(files, write_mapping)
        return
    spoken, grades = speech.find_language(language), Counter[str]()
    checks = contract.check(files, columns, grading.count_grades(grades, scorecard) if scorecard else None)
    if write:
        _refuse_existing(write)
        check_report.write_workbook(checks, write)
        for file in files:  # it shows cells of theirs, so nobody may read more than they let them
            narrow_mode(write, file)
    if as_json:
        click.echo(
            json.dumps(
                {**check_report.as_json(checks, spoken), "grades": grades},
                ensure_ascii=not console.shows_all(),
                indent=1,
            )
        )
    else:
        page = check_report.summary(checks, spoken, graded=scorecard is not None)
        click.echo(page + grading.describe_grades(grades, spoken))
    if any(found.error or found.rejected for found in checks):
        sys.exit(1)


def _write_mapping(files: tuple[Path, ...], target: Path) -> None:
    from .intake import input_files, table_drafts
    from .shelf.report_records import write_file

    files = tuple(file for path in files for file in input_files.list_files(path))  # a folder may hold one
    if len(files) != 1:
        raise click.UsageError("--write-mapping takes one FILE.")
    _refuse_existing(target)
    click.echo(write_file(target, table_drafts.draft_mapping(files[0])))


def _refuse_existing(target: Path) -> None:
    """Never write over a file: it may be the institution's own workbook."""
    if target.exists():
        raise InputError(str(target), "is there already.", "Name a new file, or remove it first.")


@main.command(
    epilog=_examples(
        "industry-report scorecard params/scorecards/consultation.yaml",
        "industry-report scorecard mine.yaml --language en",
        "industry-report scorecard --compare params/scorecards/consultation.yaml mine.yaml --year 2025",
    )
)
@click.argument("file", required=False, type=PATH)
@speech.language_option("Of the page and of messages (default: the system's, else zh).")
@click.option("--compare", nargs=2, metavar="FILE FILE", type=PATH, help="Tell which records change grade.")
@click.option("--data", metavar="PATH", default="sample", show_default=True, help="What to compare on.")
@click.option("--region", help="Only this region's records.")
@click.option("--year", type=int, help="Only this year's records.")
@click.option("--columns", metavar="FILE", type=PATH, help="Mapping of the data's own headers and codes.")
def scorecard(
    file: Path | None,
    language: str | None,
    compare: tuple[Path, Path] | None,
    data: str,
    region: str | None,
    year: int | None,
    columns: Path | None,
) -> None:
    """Explain a scorecard in words, or compare two on data.

    FILE is a scorecard. The page gives its rule, its grades, the grade of every combination (a sample where
    there are many), the borders, and what falls in no band.
    """
    import scoring

    from .intake import dataset
    from .scorecard import explanation

    spoken = speech.find_language(language)
    if (file is None) == (compare is None):
        raise click.UsageError("give one FILE, or two after --compare.")
    if file:
        card = _load_scorecard(str(file))
        page = explanation.explain(card, scoring.combinations(card), scoring.cells(card, spoken), spoken)
        click.echo(page, nl=False)
    if compare:
        cards = [_load_scorecard(str(path)) for path in compare]
        rows = dataset.load(data, region, year, columns)
        click.echo(explanation.compare([_grade(rows, card) for card in cards], cards, spoken), nl=False)


def _grade(rows: pd.DataFrame, card: Scorecard) -> pd.Series:
    """Return the grade of every record, and why there is none where there is none."""
    import scoring

    try:
        scored = scoring.score(rows, card)
    except scoring.ScoreError as fault:
        raise InputError(f"scorecard {card.name}", str(fault), "See what its columns need.") from None
    return scored["grade"].astype(object).fillna(scoring.status(scored, card).astype(object))


@main.command(
    epilog=_examples(
        "industry-report plan params/annual.yaml",
        "industry-report plan params/annual.yaml --only 黄山市",
    )
)
@click.argument("params", nargs=-1, required=True, type=PATH)
@click.option("--data", metavar="PATH", help="Workbook or folder, in place of the parameter `data`.")
@click.option(
    "--output", metavar="DIR", type=PATH, default=Path("reports"), show_default=True, help="Compared with."
)
@click.option("--only", metavar="TEXT", help="Only reports whose name contains TEXT.")
@speech.messages_option()
def plan(params: tuple[Path, ...], data: str | None, output: Path, only: str | None) -> None:
    """List the reports, and which of them a build would make and why.

    PARAMS are parameter files or plans; all their faults are told at once.
    """
    from .building import build as builder

    here = places.enter_project(params)
    jobs = _list_jobs(places.rename_files(here, params), places.rename_data(here, data), only)
    stale = 0
    for job, reason in builder.list_states(jobs, places.place_output(here, output)):
        state = messages.say(f"stale ({reason})" if reason else "fresh")
        click.echo(f"{job.stem}\t{state}\t{messages.say(job.origin)}")
        stale += bool(reason)
    from .building.progress import count_noun

    speech.tell(f"{count_noun(len(jobs), 'report')}, {stale} to make", err=True)


@main.command(
    epilog=_examples(
        "industry-report build",
        "industry-report build params/huangshan-2025.yaml --data data/黄山市-2025.xlsx",
        "industry-report build --only 2025 --output trial --jobs 1 --force",
    )
)
@click.argument("params", nargs=-1, type=PATH)
@click.option("--data", metavar="PATH", help="Workbook or folder, in place of the parameter `data`.")
@click.option(
    "--output", metavar="DIR", type=PATH, default=Path("reports"), show_default=True, help="Where to."
)
@click.option("--only", metavar="TEXT", help="Only reports whose name contains TEXT.")
@click.option(
    "--jobs",
    "workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Reports at a time (default: as cores and memory allow).",
)
@click.option("--force", is_flag=True, help="Make also the reports that are up to date.")
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=1800,
    show_default=True,
    help="For one report; then it is stopped and its cell named.",
)
@click.option(
    "--retries",
    metavar="N",
    type=click.IntRange(min=0),
    default=Options.retries,
    show_default=True,
    help="For a report whose process was ended from outside.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Make them on a Dask cluster, such as tcp://host:8786.")
@click.option("--also", multiple=True, type=click.Choice(["docx"]), help="Make them as Word documents, too.")
@click.option("--draft", is_flag=True, help="Mark the reports as drafts; give them an --output of their own.")
@click.option("--reason", metavar="TEXT", help="Why reports are corrected; published with each correction.")
@speech.messages_option()
def build(
    params: tuple[Path, ...],
    data: str | None,
    output: Path,
    only: str | None,
    workers: int | None,
    force: bool,
    time_limit: float,
    retries: int,
    scheduler: str | None,
    also: tuple[str, ...],
    draft: bool,
    reason: str | None,
) -> None:
    """Make the reports, as HTML, PDF and data.

    PARAMS are parameter files or plans (default: params/annual.yaml). Reports that are up to date are left
    alone; one that fails does not stop the others, and the exit status is then 1. Reports of internal
    editions go to a folder of their own, DIR-internal.
    """
    named = params or (ANNUAL,)
    here = places.enter_project(named)
    output = places.place_output(here, output)
    if scheduler is None and (force or not output.exists()):  # there will be something to make
        from .processes import fork_server

        fork_server.begin()
    from .building import build as builder
    from .building.progress import show_progress, summarize

    jobs = _list_jobs(places.rename_files(here, named), places.rename_data(here, data), only, workers)
    why = builder.check_reason(reason, draft)
    options = Options(workers, force, time_limit, retries, scheduler, draft, also, why)
    with show_progress(len(jobs)) as tell:
        results = builder.build_shelves(jobs, output, options, tell, functools.partial(speech.tell, err=True))
    failed = [result for result in results if result.status == "failed"]
    click.echo(summarize(results, [folder / "index.html" for folder in builder.assign_shelves(jobs, output)]))
    for result in failed:
        speech.tell(f"Error: {result.cause}", err=True)
    if failed:
        sys.exit(1)


@main.command(
    epilog=_examples(
        "industry-report preview notebooks/industry.ipynb -f params/huangshan-2025.yaml",
        "industry-report preview notebooks/industry.ipynb --data data/黄山市-2025.xlsx --port 8900",
    )
)
@click.argument("notebook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-f", "--params", metavar="FILE", type=PATH, help="Parameter file (default: the cell's values)."
)
@click.option("--data", metavar="PATH", help="Workbook or folder, in place of the parameter `data`.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help="On 127.0.0.1 (default: a free one).",
)
@speech.messages_option()
def preview(notebook: Path, params: Path | None, data: str | None, port: int) -> None:
    """Show a report in the browser, made again at every save.

    NOTEBOOK, its parameter file, scorecard, data and the program are watched. Ctrl-C ends it.
    """
    from .building import plan as planner
    from .building import preview as previews

    here = places.enter_project([params or notebook])
    notebook, data = places.rename(here, notebook), places.rename_data(here, data)
    params = params and places.rename(here, params)
    find_job = functools.partial(planner.find_job, notebook, params, data)
    find_job()  # a fault of the command line ends it here; later ones are shown in the page
    try:
        previews.preview(find_job, port, speech.tell)
    except KeyboardInterrupt:
        speech.tell("The preview has ended.", err=True)


for command in (projects.init, projects.update, template.template, review.review, crm.crm, fit.fit):
    main.add_command(command)


def _list_jobs(
    params: tuple[Path, ...], data: str | None, only: str | None, workers: int | None = None
) -> list[Job]:
    """Return the jobs, with their scorecards found to be sound."""
    from .building import plan as planner

    jobs = planner.list_jobs(params, data, only, workers, functools.partial(speech.tell, err=True))
    for scorecard in dict.fromkeys(filter(None, (job.parameters.get("scorecard") for job in jobs))):
        _load_scorecard(scorecard)
    return jobs


def _load_scorecard(path: str) -> Scorecard:
    import scoring

    return scoring.load_scorecard(path)
