"""What may be published of feedback: topics that enough texts name, how well the words do; never a text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..analysis.opinions import coding
from ..analysis.opinions.coding import Frame
from ..base import origin
from ..base.errors import InputError
from ..base.origin import Number, Withheld
from ..settings.editions import Policy
from . import opinion_masks, opinion_sources
from .opinion_sources import Gathered

_HEADS = {
    "by_words": ("by_words", "词表判为此主题", "By words"),
    "by_hand": ("by_hand", "人工判为此主题", "By hand"),
}


@dataclass(frozen=True, eq=False)
class Feedback:
    """What may be told of the feedback of a year.

    Attributes
    ----------
    texts : Number
        How many; `Withheld` where too few.
    codes : DataFrame
        See `coding.count_codes`.
    uncoded : float
        The share of texts without any code; missing where it may not be told.
    agreement : DataFrame
        See `coding.measure`; empty where nobody checked.
    """

    texts: Number | Withheld
    codes: pd.DataFrame
    uncoded: float
    agreement: pd.DataFrame


def publish_feedback(
    rows: Gathered, frame: Frame, year: int, policy: Policy, checked: str | Path = ""
) -> Feedback:
    """Return what may be told of the feedback of a year; see `opinion_publication.publish`."""
    _, coded = opinion_sources.code_year(rows, frame, year)
    total = coded["place"].nunique()
    codes, uncoded = opinion_masks.protect_codes(coded, coding.count_codes(coded, frame), policy)
    agreement = _read_checked(checked) if checked else coding.measure([], [])
    few = opinion_masks.is_small([total], policy)
    return Feedback(
        texts=Withheld() if few else Number(total), codes=codes, uncoded=uncoded, agreement=agreement
    )


def _read_checked(path: str | Path) -> pd.DataFrame:
    """Measure the words against what somebody wrote beside them.

    Raises
    ------
    InputError
        The file has no such columns, or nothing was filled in.
    """
    from ..intake import input_files

    file = input_files.find_path(path)
    table = pd.read_csv(file, dtype=str) if file.suffix.lower() == ".csv" else pd.read_excel(file, dtype=str)
    found = {
        name: next((c for c in table if str(c).strip() in known), None) for name, known in _HEADS.items()
    }
    if None in found.values():
        problem = f"expected the columns {' and '.join(known[1] for known in _HEADS.values())}, "
        problem += f"got {', '.join(map(str, table.columns[:6]))}."
        raise InputError(str(path), problem, "Fill in the workbook that the report attached.")
    words, hand = ([coding.read_codes(cell) for cell in table[found[name]]] for name in _HEADS)
    if not any(hand):
        raise InputError(
            str(path), "holds no code by hand.", "Fill that column in, then name the file again."
        )
    return coding.measure(words, hand)


def draw_texts(
    rows_of: tuple[str | Path, str, int, str | Path | None], frame: Frame, policy: Policy
) -> pd.DataFrame:
    """Return texts to code by hand; for an internal edition alone.

    Parameters
    ----------
    rows_of : tuple
        Data, region, year, columns; see `dataset.load`.
    frame : Frame
        The code frame.
    policy : Policy
        Of the edition.

    Raises
    ------
    InputError
        The edition is public.
    """
    from ..intake import opinion_tables

    if not policy.internal:
        problem = "texts of customers are shown in no public edition."
        raise InputError("draw_texts", problem, "Set check_sample to false, or make the edition internal.")
    data, region, year, columns = rows_of
    feedback = opinion_tables.read_feedback(data, region, columns)
    return origin.release(coding.draw_sample(feedback[feedback["year"] == year], frame))
