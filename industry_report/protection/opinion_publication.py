"""The gate of a report on satisfaction: the one call from which it gets what may be published, and no text.

Rows are read, joined and counted here. Every table of counts passes `disclosure.protect`, or the rules of
`opinion_masks`; what a customer wrote leaves this room in no form.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..analysis.customers import coverage
from ..analysis.opinions.coding import Frame
from ..analysis.opinions.questionnaire import Questionnaire
from ..base import origin
from ..base.origin import Number
from ..settings.editions import Policy
from . import data_channels, opinion_sources
from .complaint_publication import Complained, publish_complaints
from .feedback_publication import Feedback, publish_feedback
from .opinion_sources import Gathered
from .repeat_purchases import follow_purchases
from .survey_publication import Surveyed, publish_survey

if TYPE_CHECKING:
    import scoring

HORIZON_DAYS = 180  # within which a further order counts


@dataclass(frozen=True, eq=False)
class Opinions:
    """What may be published of the satisfaction of a region's customers in a year; see `publish`.

    Attributes
    ----------
    survey, frame : Questionnaire, Frame
        What was asked, and the words of the code frame.
    provided : frozenset of str
        Which tables the data hold.
    cut : str
        The last day that the data tell of.
    surveyed : Surveyed or None
        None where nobody was asked, or too few answered for anything to be told.
    answered_few : bool
        Whether there are answers, too few to tell of.
    feedback : Feedback or None
    complained : Complained or None
    purchases : DataFrame
        Index ``satisfied``; customers of an earlier wave, satisfied or not, and how many ordered again.
    purchase_wave : str
        Which wave that is.
    horizon : Number
        Within how many days after an answer an order counts.
    data : DataFrame
        See `customers.coverage`; small numbers are missing.
    files, quality, reasons : DataFrame
        What the report was made from, and what became of the rows.
    synthetic : bool
        Whether any row is invented.
    """

    survey: Questionnaire
    frame: Frame
    provided: frozenset[str]
    cut: str
    surveyed: Surveyed | None
    answered_few: bool
    feedback: Feedback | None
    complained: Complained | None
    purchases: pd.DataFrame
    purchase_wave: str
    horizon: Number
    data: pd.DataFrame
    files: pd.DataFrame
    quality: pd.DataFrame
    reasons: pd.DataFrame
    synthetic: bool


def publish(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    survey: Questionnaire,
    frame: Frame,
    scorecard: scoring.Scorecard,
    policy: Policy,
    wave: str = "",
    sheet: str | Path = "",
    data_cut: str = "",
    checked: str | Path = "",
    within: tuple[int, int] = (1, 7),
) -> Opinions:
    """Read, join, count and protect what customers said: the only way from their rows to a public edition.

    Parameters
    ----------
    data, region, year, columns
        See `dataset.load`.
    survey, frame : Questionnaire, Frame
        See `questionnaire.load_questionnaire` and `coding.load_frame`.
    scorecard : scoring.Scorecard
        For the grade that customers had before they were asked.
    policy : Policy
        See `load_policy`. Of an internal edition nothing is withheld.
    wave : str
        Which wave; the latest of the year without it.
    sheet : path, optional
        A file that a survey tool exported, see `opinion_tables.read_responses`.
    data_cut : str
        The last day that the data tell of, such as "2025-12-31"; the last date in them without it.
    checked : path, optional
        The texts that somebody coded by hand, see `coding.draw_sample`.
    within : tuple of int
        Days within which a complaint should be answered, and closed.
    """
    rows = opinion_sources.gather(data, region, year, columns, survey, scorecard, wave, sheet, data_cut)
    used = [name for name in opinion_sources.TABLES[:-1] if name in rows.tables or name == "responses"]
    files, quality, reasons, synthetic = opinion_sources.describe_tables(
        data, region, year, columns, used, policy, rows.tables
    )
    surveyed = publish_survey(rows, survey, policy)
    purchases, wave_followed = follow_purchases(rows, survey, HORIZON_DAYS, policy)
    feedback = publish_feedback(rows, frame, year, policy, checked) if "feedback" in rows.tables else None
    complained = publish_complaints(rows, year, policy, within) if "complaints" in rows.tables else None
    return origin.release(
        Opinions(
            survey=survey,
            frame=frame,
            provided=frozenset({*rows.tables, *(["responses"] if len(rows.answers) else [])}),
            cut=f"{rows.cut:%Y-%m-%d}",
            surveyed=surveyed,
            answered_few=surveyed is None and bool(len(rows.current)),
            feedback=feedback,
            complained=complained,
            purchases=purchases,
            purchase_wave=wave_followed,
            horizon=Number(HORIZON_DAYS),
            data=_cover(rows, policy),
            files=files,
            quality=quality,
            reasons=reasons,
            synthetic=synthetic,
        )
    )


def _cover(rows: Gathered, policy: Policy) -> pd.DataFrame:
    """Return what data there are, without small numbers."""
    tables = {**rows.tables, "responses": rows.answers} if len(rows.answers) else dict(rows.tables)
    found = coverage({name: part for name, part in tables.items() if len(part)})
    return data_channels.protect_coverage(found, policy)
