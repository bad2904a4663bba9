"""The command `template`: a workbook to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from ..base.errors import InputError
from . import speech

PATH = click.Path(path_type=Path)
TABLES = (
    *("consultations", "customers", "orders", "interactions", "responses", "feedback", "complaints"),
    *("leads", "market", "assignments", "decisions"),
)


@click.command(
    epilog="\b\nExamples:\n  industry-report template data/2026.xlsx\n"
    "  industry-report template forms.xlsx --table orders --table complaints --language en\n"
    "  industry-report template data/2026.xlsx --codes-from data/2025.xlsx"
)
@click.argument("target", metavar="OUT.xlsx", type=PATH)
@click.option("--table", "tables", multiple=True, type=click.Choice((*TABLES, "all")), help="Which tables.")
@click.option("--scorecard", metavar="FILE", type=PATH, help="Whose scores are asked for, and their wording.")
@click.option("--codes-from", metavar="FILE", type=PATH, help="Last year's workbook: its codes go on.")
@click.option("--survey", metavar="FILE", type=PATH, help="A questionnaire with these items, nothing else.")
@speech.language_option("Of the workbook.")
def template(
    target: Path,
    tables: tuple[str, ...],
    scorecard: Path | None,
    codes_from: Path | None,
    survey: Path | None,
    language: str | None,
) -> None:
    """Write a workbook to fill in (default: of consultations), with drop-downs, checks and instructions.

    Filled in, it passes `check` with no mapping. For a scorecard with columns of its own a mapping file is
    written beside it.
    """
    from ..intake import fill_in_form
    from ..scorecard.scorecard_file import load_scorecard
    from ..shelf.report_records import write_whole

    if target.suffix.lower() != ".xlsx":
        raise InputError(str(target), "is no name of a workbook.", "Let it end in .xlsx.")
    if survey:
        click.echo(_write_questionnaire(target, survey, speech.find_language(language)))
        return
    mapping = target.with_suffix(".columns.yaml")
    chosen = TABLES if "all" in tables else tables or TABLES[:1]
    card = load_scorecard(scorecard or find_standard())
    codes = _read_codes(codes_from) if codes_from else None
    form = fill_in_form.plan_form(chosen, speech.find_language(language), card, codes, mapping.name)
    for path in (target, mapping) if form.mapping_name else (target,):
        if path.exists():  # it may be filled in already
            raise InputError(str(path), "is there already.", "Name a new file, or remove it first.")
    if form.mapping_name:
        click.echo(write_whole(mapping, fill_in_form.write_mapping(form)))
    click.echo(_write(target, fill_in_form.write_form(form)))


def find_standard() -> Path:
    """Return the standard scorecard: the project's, else the one that came with the program."""
    from ..base.files import find_upwards
    from ..settings.project import find_templates

    standard = Path("params", "scorecards", "consultation.yaml")
    return find_upwards(standard) or find_templates() / standard


def _read_codes(path: Path) -> dict[str, list[str]]:
    """Return the codes of last year's workbook: those on its page of codes, then further ones in use."""
    from ..intake import data_files, dataset, fill_in_form

    there = data_files.list_tables(path, None)
    used = fill_in_form.list_used_codes({name: dataset.load(path, table=name) for name in sorted(there)})
    listed = fill_in_form.read_code_page(path)
    return {
        name: list(dict.fromkeys([*listed.get(name, []), *used.get(name, [])]))
        for name in dict.fromkeys([*listed, *used])
    }


def _write_questionnaire(target: Path, survey: Path, language: str) -> Path:
    """Write the questionnaire of a file of survey items, never over one that may be filled in."""
    from ..analysis.opinions import questionnaire, questionnaire_form

    if target.exists():
        raise InputError(str(target), "is there already.", "Name a new file, or remove it first.")
    asked = questionnaire.load_questionnaire(survey)
    return _write(target, questionnaire_form.write_questionnaire(asked, language))


def _write(target: Path, content: bytes) -> Path:
    from ..intake.sample.sample_workbooks import publish

    return publish(target, content)
