"""The commands ``industry-report crm``: profiles, check, diff, write."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..base import console
from ..base.errors import InputError
from . import speech

# Everything else is imported where it is used: `--help` must not wait for it.
if TYPE_CHECKING:
    from ..crm.differences import Difference
    from ..crm.profiles import Profile

PATH = click.Path(path_type=Path)
_PROFILE = click.option("--profile", required=True, metavar="NAME", help="A profile's name or its file.")
_GRADES = click.option(
    "--grades", required=True, metavar="FILE", type=PATH, help="List that a report attached."
)
_DATE = click.option(
    "--date", "graded_on", metavar="YYYY-MM-DD", help="The day of the grades (the report's)."
)
_SINCE = click.option(
    "--since", metavar="EXPORT", type=PATH, help="The export that the grades were made from."
)
_FIELDS = {"grade": "等级", "points": "得分", "graded_on": "评级日期"}
_LANGUAGE = speech.language_option("Of what is told.")


def _examples(*commands: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


@click.group(epilog=_examples("industry-report crm profiles"))
def crm() -> None:
    """Take exports of a CRM in, and give grades back as files. Nothing is sent anywhere."""


@crm.command(epilog=_examples("industry-report crm profiles"))
@_LANGUAGE
def profiles(language: str | None) -> None:
    """List the profiles of params/crm, and what of each nobody has verified yet."""
    from ..crm import profiles as known

    spoken = speech.find_language(language)
    paths = known.list_profiles()
    if not paths:
        raise InputError("params/crm", "no profile is there.", "Run the command in the project's folder.")
    for path in paths:
        profile = known.load_profile(path)
        click.echo(f"{profile.name}\t{profile.module}\t{profile.table}\t{profile.title[spoken]}")
        for one in profile.not_verified:
            click.echo(f"  ? {one[spoken]}")


@crm.command(epilog=_examples("industry-report crm check data/Leads_001.csv --profile zoho-leads"))
@click.argument("export", type=PATH)
@_PROFILE
@_LANGUAGE
def check(export: Path, profile: str, language: str | None) -> None:
    """Tell what of an EXPORT is read and what is not. Writes nothing; status 1 if it cannot be used."""
    from ..crm.exports import read_export
    from ..crm.profiles import load_profile
    from ..intake import check_report, contract

    spoken = speech.find_language(language)
    known = load_profile(profile)
    told = read_export(export, known)
    _say(spoken, known, told.columns, len(told.records))
    checks = contract.check([export], known.path)
    click.echo(check_report.summary(checks, spoken))
    if known.fields["grade"] not in told.columns or any(one.error or one.rejected for one in checks):
        sys.exit(1)


def _say(spoken: str, profile: Profile, columns: Any, records: int) -> None:
    """Tell how many records there are, which fields can be written, and what nobody has verified."""
    from ..base import language

    language.use(spoken)
    said = language.text
    lines = [said(zh=f"{records:,}条记录", en=f"{records:,} records")]
    for name, header in profile.fields.items():
        named = said(zh=f"{_FIELDS[name]}：{header}", en=f"{name.replace('_', ' ')}: {header}")
        can = said(zh="（可写）", en=" (can be written)")
        lines.append(
            named + (can if header in columns else said(zh="（导出中没有）", en=" (not in the export)"))
        )
    lines += [f"? {one[spoken]}" for one in profile.not_verified]
    click.echo("\n".join(lines) + "\n")


@crm.command(
    epilog=_examples(
        "industry-report crm diff Leads_001.csv --profile zoho-leads --grades work-list.xlsx",
        "industry-report crm diff new.csv --profile zoho-leads --grades list.xlsx --since old.csv --json",
    )
)
@click.argument("export", type=PATH)
@_PROFILE
@_GRADES
@_DATE
@_SINCE
@click.option("--json", "as_json", is_flag=True, help="Print the result for programs.")
@_LANGUAGE
def diff(
    export: Path,
    profile: str,
    grades: Path,
    graded_on: str | None,
    since: Path | None,
    as_json: bool,
    language: str | None,
) -> None:
    """Tell what `write` would change in the CRM, and what not and why. Writes nothing.

    EXPORT is the CRM's own export, fresh and unopened. Ends with status 1 if anything was refused.
    """
    found = _compare(export, profile, grades, graded_on, since)
    _tell(found, speech.find_language(language), as_json=as_json)
    if found.is_refused:
        sys.exit(1)


@crm.command(
    epilog=_examples(
        "industry-report crm write Leads_001.csv --profile zoho-leads --grades work-list.xlsx "
        "--date 2025-12-31 --out crm-2025",
    )
)
@click.argument("export", type=PATH)
@_PROFILE
@_GRADES
@_DATE
@_SINCE
@click.option("--out", required=True, metavar="DIR", type=PATH, help="A new folder for the files.")
@_LANGUAGE
def write(
    export: Path,
    profile: str,
    grades: Path,
    graded_on: str | None,
    since: Path | None,
    out: Path,
    language: str | None,
) -> None:
    """Write files for the CRM's import: record ids and changed fields only, with files that undo them.

    What is refused is not written, and the status is then 1. Try three rows first: import a copy of the
    first file cut to three rows, and look at these records in the CRM.
    """
    from ..crm.import_files import write_files

    found = _compare(export, profile, grades, graded_on, since)
    files = write_files(found, out)
    _tell(found, speech.find_language(language), as_json=False)
    for file in files:
        click.echo(file)
    if found.is_refused:
        sys.exit(1)


def _compare(
    export: Path, profile: str, grades: Path, graded_on: str | None, since: Path | None
) -> Difference:
    from ..crm import differences, exports
    from ..crm.profiles import load_profile

    known = load_profile(profile)
    told = exports.read_export(export, known)
    before = exports.read_export(since, known) if since else None
    return differences.compare(known, told, exports.read_grades(grades, known), _read_day(graded_on), before)


def _read_day(told: str | None) -> dt.date | None:
    if told is None:
        return None
    try:
        return dt.datetime.strptime(told, "%Y-%m-%d").date()
    except ValueError:
        raise InputError("--date", f"{told!r} is no day.", "Write for example --date 2025-12-31.") from None


def _tell(found: Difference, spoken: str, *, as_json: bool) -> None:
    from ..base import language
    from ..crm import differences

    language.use(spoken)
    if as_json:
        click.echo(json.dumps(differences.as_json(found), ensure_ascii=not console.shows_all(), indent=1))
    else:
        click.echo("\n".join(differences.word_difference(found)))
