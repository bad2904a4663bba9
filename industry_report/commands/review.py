"""The commands ``industry-report review``: record decisions in the log, verify it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import speech

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.reviews.review_log import Entry
    from ..scorecard.scorecards import Scorecard

PATH = click.Path(path_type=Path)
REVIEW = Path("params", "review.yaml")
SCORECARD = "params/scorecards/consultation.yaml"


def _examples(*commands: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


@click.group(epilog=_examples("industry-report review verify review-log.jsonl"))
def review() -> None:
    """Keep the log of decisions on grades: lines are only ever added, each chained to the one before."""


@review.command(
    epilog=_examples(
        "industry-report review record review-log.jsonl --data data --cycle 2025Q3",
        "industry-report review record review-log.jsonl --data data --region 黄山市 --dry-run",
    )
)
@click.argument("log", type=PATH)
@click.option(
    "--data", metavar="PATH", default="sample", show_default=True, help="Holds the table of decisions."
)
@click.option("--region", help="Only this region's decisions.")
@click.option("--columns", metavar="FILE", type=PATH, help="Mapping of the data's own headers and codes.")
@click.option("--rules", metavar="FILE", type=PATH, default=REVIEW, show_default=True, help="Team and rules.")
@click.option(
    "--scorecard", metavar="FILE", default=SCORECARD, show_default=True, help="Its grades may be given."
)
@click.option("--cycle", default="", help="Such as 2025Q3; every date is allowed without it.")
@click.option("--dry-run", is_flag=True, help="Check and tell, record nothing.")
@speech.messages_option()
def record(
    log: Path,
    data: str,
    region: str | None,
    columns: Path | None,
    rules: Path,
    scorecard: str,
    cycle: str,
    dry_run: bool,
) -> None:
    """Record the decisions that LOG does not hold yet, all or none.

    Every decision is checked: a known customer, a grade of the scorecard, a proposer and another approver of
    the team, a reason, a date in the cycle. All faults are told at once. A decision that is recorded stays.
    """
    from ..analysis.reviews import review_log
    from ..base.files import find_upwards

    held = review_log.read_log(log) if find_upwards(log) else ()
    lines = _check(held, data, region, columns, rules, scorecard, cycle)
    if lines and not dry_run:
        review_log.append(log, lines)
    for line in lines:
        move = f"{line.before or '–'} → {line.to}"
        click.echo(f"{line.seq}\t{line.date}\t{line.customer_id}\t{move}\t{line.by}")
    told = "would be recorded" if dry_run else "recorded"
    speech.tell(f"{len(lines):,} {told}; {len(held):,} were there.", err=True)
    speech.tell(f"Last hash: {review_log.find_last_hash(lines or held)}", err=True)


def _check(
    held: tuple[Entry, ...],
    data: str,
    region: str | None,
    columns: Path | None,
    rules: Path,
    scorecard: str,
    cycle: str,
) -> tuple[Entry, ...]:
    """Return the lines for decisions that hold and are not in the log yet."""
    from ..analysis.reviews import decisions, review_file, review_log

    team = review_file.load_review(rules)
    table, scored, card = _load(data, region, columns, scorecard)
    day = table["date"].max().normalize() if len(table) else None
    known = {(entry.customer_id, entry.date) for entry in held}
    dates = table["date"].dt.strftime("%Y-%m-%d")
    is_held = [key in known for key in zip(table["customer_id"], dates, strict=True)]
    chosen = team.read_cycle(cycle, day) if cycle and day is not None else None
    fresh = table[[not one for one in is_held]] if chosen is not None else table
    checked = decisions.check_decisions(fresh, scored, card, team, day, chosen)
    checked.refuse(data)
    return review_log.extend(held, checked.valid, review_log.Grades(scored))


def _load(
    data: str, region: str | None, columns: Path | None, scorecard: str
) -> tuple[pd.DataFrame, pd.DataFrame, Scorecard]:
    import scoring

    from ..intake import dataset

    card = scoring.load_scorecard(scorecard)
    scored = scoring.score(dataset.load(data, region, columns=columns), card)
    return dataset.load(data, region, columns=columns, table="decisions"), scored, card


@review.command(
    epilog=_examples(
        "industry-report review verify review-log.jsonl",
        "industry-report review verify review-log.jsonl --hash f587400c89f0…",
    )
)
@click.argument("log", type=PATH)
@click.option(
    "--hash", "printed", default="", metavar="HASH", help="One that a report printed: it must be there."
)
@speech.messages_option()
def verify(log: Path, printed: str) -> None:
    """Verify LOG line by line; a line that was changed, taken out or put in is named."""
    from ..analysis.reviews import review_log

    entries = review_log.read_log(log, printed)
    last = review_log.find_last_hash(entries)
    speech.tell(f"{len(entries):,} lines, each follows the one before. Last hash: {last}")
