"""Whether satisfied customers order again, by the rule of time: counted only where the horizon has passed."""

from __future__ import annotations

import pandas as pd

from ..analysis.customers import outcomes
from ..analysis.opinions import answers, response
from ..analysis.opinions.questionnaire import Questionnaire
from ..base import table_metadata
from ..base.language import text
from ..settings.editions import Policy
from . import disclosure
from .opinion_sources import Gathered

SATISFIED, OTHERS = "satisfied", "others"


def follow_purchases(
    rows: Gathered, survey: Questionnaire, horizon: int, policy: Policy
) -> tuple[pd.DataFrame, str]:
    """Return how many of the satisfied, and of the others, ordered within the horizon after they answered.

    The last wave is taken whose every horizon has passed by the last day known: a customer who answered later
    has no outcome yet, which is not a no.

    Returns
    -------
    DataFrame, str
        Index ``satisfied``; ``consultations`` customers, ``conversions`` who ordered, ``rate``, ``low``,
        ``high``, and the wave. No rows where there are no orders or no such wave.
    """
    key = survey.overall or survey.recommend
    empty = response.response_by(pd.DataFrame(), SATISFIED, pd.Series(dtype="Int64"))
    if key is None or "orders" not in rows.tables or rows.tables["orders"].empty:
        return _describe(empty), ""
    wave, told = _find_followed(rows, horizon)
    if told.empty:
        return _describe(empty), ""
    starts = told[told[key.column].notna() & told["customer_id"].notna()]
    starts = starts.assign(at=starts["answered_on"])
    known = outcomes(starts, rows.tables["orders"], horizon, rows.cut)
    known = known.assign(
        satisfied=answers.is_satisfied(known[key.column], key).map({1: SATISFIED, 0: OTHERS})
    )
    ordered = known["outcome"].astype("Int64")
    table = response.response_by(known, SATISFIED, ordered)
    average = response.describe_average(
        pd.DataFrame({"consultations": [int(ordered.notna().sum())], "conversions": [int(ordered.sum())]})
    )
    _, safe = disclosure.protect(policy, average, table, total=len(known))
    return _describe(safe), wave


def _find_followed(rows: Gathered, horizon: int) -> tuple[str, pd.DataFrame]:
    """Return the last wave of which every answer's horizon has passed, one answer a customer."""
    if "answered_on" not in rows.answers or "customer_id" not in rows.answers:
        return "", pd.DataFrame()
    order = answers.order_waves(rows.answers)
    for wave in reversed(order[: order.index(rows.wave) + 1] if rows.wave in order else order):
        told = answers.take_wave(rows.answers, wave)
        told = told[told["complete"] & told["answered_on"].notna()]
        if len(told) and told["answered_on"].max() + pd.Timedelta(days=horizon) <= rows.cut:
            return wave, told
    return "", pd.DataFrame()


def _describe(table: pd.DataFrame) -> pd.DataFrame:
    heads = {
        "consultations": text(zh="客户数", en="Customers"),
        "conversions": text(zh="再次下单", en="Ordered again"),
        "rate": text(zh="再次下单占比", en="Share who ordered again"),
        SATISFIED: text(zh="总体评价", en="Overall answer"),
    }
    shown = table.drop(columns="received", errors="ignore")
    return table_metadata.describe(shown, heads=heads)
