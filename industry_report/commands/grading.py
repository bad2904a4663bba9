"""Grade records while they are checked, and tell how many have which grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

# Everything that takes time to import is imported where it is used.
if TYPE_CHECKING:
    import pandas as pd


def count_grades(grades: Counter[str], path: Path) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return what grades clean rows by a scorecard and counts the grades, highest first."""
    import scoring

    scorecard = scoring.load_scorecard(path)
    grades.update(dict.fromkeys(reversed(scorecard.grades), 0))

    def grade(consultations: pd.DataFrame) -> pd.DataFrame:
        scored = scoring.score(consultations, scorecard)
        grades.update(scored["grade"].dropna())
        return scored

    return grade


def describe_grades(grades: Counter[str], of: str) -> str:
    """Return the counts as the last line of a page; nothing where no record has a grade."""
    from ..base import language

    language.use(of)
    counts = [f"{grade} {count:,}" for grade, count in grades.items()]
    return f"\n\n{language.term('grade')}: {', '.join(counts)}" if grades.total() else ""
