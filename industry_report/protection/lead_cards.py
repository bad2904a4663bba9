"""Cards beside the fitted one: the proposal as a standard, and what expert cards make of the same leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..analysis.leads.card_text import LIKELY, Grade, write_card
from ..analysis.leads.lead_rows import pick
from ..analysis.leads.model import LeadModel
from ..base.errors import InputError
from ..scorecard.scorecard_file import read_scorecard

if TYPE_CHECKING:  # see `publication`
    import scoring

ITEMS = ("need", "budget", "authority")


def propose(model: LeadModel, remarks: Sequence[str]) -> str:
    """Write the fitted card as text, with the follow-up of the card that the model file names.

    Nothing is left to trust: the text is read back as any standard is, and totals and grades of all leads of
    past and test must be those of the fit.
    """
    import scoring

    spec = model.spec
    if model.fit.why:
        return ""
    follow_ups = [band.follow_up for band in reversed(scoring.load_scorecard(spec.follow_up).bands)]
    grades = [
        Grade(
            name, interval, LIKELY[min(place, len(LIKELY) - 1)], follow_ups[min(place, len(follow_ups) - 1)]
        )
        for place, (name, interval) in enumerate(model.grades.items())
    ]
    text = write_card(
        model.fit.parts,
        grades,
        name=spec.name,
        version=spec.version,
        title=spec.title,
        labels=spec.labels,
        remarks=remarks,
    )
    check_same(text, model)
    return text


def check_same(text: str, model: LeadModel) -> None:
    """Check that a card read back from its text rates every lead as the fit does.

    Raises
    ------
    InputError
        It does not: the program is at fault, and no card is better than another one.
    """
    for leads, total in (
        (model.past, model.fit.total(model.past)),
        (model.test_rows, model.test_rows["total"]),
    ):
        scored = apply_card(text, leads)
        same = (scored["composite"].to_numpy(float) == np.asarray(total, dtype=float)).all()
        if not same:
            problem = "does not give the totals of the fit when it is read back."
            raise InputError(f"card {model.spec.name}", problem, "Report this with the model file.")


def apply_card(text: str, leads: pd.DataFrame) -> pd.DataFrame:
    """Rate leads by a card given as text."""
    import scoring

    card = read_scorecard(text, "the fitted card")
    return scoring.score(pick(leads, card.columns), card)


def rank_by(path: str, leads: pd.DataFrame) -> tuple[str, pd.Series]:
    """Return the title of an expert card in both languages, and what it ranks leads by.

    A checklist ranks also a lead with answers unknown, by the middle of the grades that remain possible.
    Leads that the card cannot rank are missing; all are where the data lack a column of it.
    """
    import scoring

    card = scoring.load_scorecard(path)
    nothing = pd.Series(np.nan, index=leads.index)
    rated = pick(leads, card.columns)
    if rated is None or rated.empty:
        return path, nothing
    scored = scoring.score(rated, card)
    if card.kind == "weighted":
        return path, scored["composite"].astype(float)
    codes = scored["grade"].cat.codes.astype(float).where(scored["grade"].notna())
    left = scoring.possible(rated, card)
    middle = (left["lowest"].cat.codes + left["highest"].cat.codes) / 2
    return path, codes.fillna(middle.where(~left["undefined"]))


def count_open(path: str) -> Callable[[pd.DataFrame], int]:
    """Return a function that counts leads whose grade by an expert card is not certain."""
    import scoring

    card = scoring.load_scorecard(path)

    def count(leads: pd.DataFrame) -> int:
        left = scoring.possible(pick(leads, card.columns), card)
        return int((left["lowest"].astype(str) != left["highest"].astype(str)).sum())

    return count


def find_checklist(paths: Sequence[str], leads: pd.DataFrame) -> str:
    """Return the first of these cards that is a checklist and whose items the leads have, or nothing."""
    import scoring

    for path in paths:
        card = scoring.load_scorecard(path)
        if card.kind == "checklist" and pick(leads, card.columns) is not None:
            return path
    return ""


def title_of(path: str, language: str) -> str:
    """Return what a card is called."""
    import scoring

    card: scoring.Scorecard = scoring.load_scorecard(path)
    return str(card.title[language])
