"""Need, budget, authority: what is known of leads, and what one more question would settle."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ..group_tests import compare, holm
from ..rates import difference, wilson

YES, NO, UNKNOWN = "yes", "no", "unknown"


def count_known(leads: pd.DataFrame, items: Sequence[str], by: str = "source") -> pd.DataFrame:
    """Count of how many leads each item is known, by source and of all.

    Returns
    -------
    DataFrame
        `by` (None for all), ``leads``, and for each item its share known; most leads first.
    """
    there = [item for item in items if item in leads]
    known = pd.DataFrame({item: leads[item].isin([YES, NO]) for item in there}, index=leads.index)
    if leads.empty or not there:
        return pd.DataFrame(columns=[by, "leads", *there])
    whole = pd.DataFrame([[None, len(leads), *known.mean()]], columns=[by, "leads", *there])
    if by not in leads:
        return whole
    grouped = known.groupby(leads[by])
    table = grouped.mean().assign(leads=grouped.size()).sort_values("leads", ascending=False, kind="stable")
    return pd.concat([whole, table.reset_index()[[by, "leads", *there]]], ignore_index=True)


def settle(
    leads: pd.DataFrame, items: Sequence[str], count_open: Callable[[pd.DataFrame], int]
) -> pd.DataFrame:
    """Tell of how many leads the grade would become certain if one more item were known of all.

    Parameters
    ----------
    leads : DataFrame
        With the items, each yes, no or unknown.
    items : sequence of str
    count_open : callable
        How many rows of such a table have no certain grade, such as ``len(scoring.possible(rows, card))``.

    Returns
    -------
    DataFrame
        A row an item, the one that settles most first: ``unknown`` leads, ``open`` (leads without a certain
        grade before), ``settled``: on average over yes and no, weighted by how often they are answered, leads
        that get one; ``share`` of the leads still open.
    """
    before = count_open(leads)
    rows = []
    for item in items:
        unknown = ~leads[item].isin([YES, NO])
        answered = leads.loc[~unknown, item]
        chance = float((answered == YES).mean()) if len(answered) else 0.5
        left = [
            count_open(leads.assign(**{item: leads[item].where(~unknown, answer)})) for answer in (YES, NO)
        ]
        settled = before - (chance * left[0] + (1 - chance) * left[1])
        rows.append([item, int(unknown.sum()), before, settled, settled / before if before else np.nan])
    table = pd.DataFrame(rows, columns=["item", "unknown", "open", "settled", "share"])
    return table.sort_values("settled", ascending=False, kind="stable", ignore_index=True)


def convert_by_answer(leads: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Compare how often leads with yes, no and unknown convert, item by item (planned, Holm).

    Returns
    -------
    DataFrame
        ``item``, ``answer``, ``leads`` with an outcome, ``converted``,
        ``rate`` with its Wilson interval, and for
        yes the ``difference`` to no with Newcombe's interval ``gap_low``, ``gap_high`` and ``p_adjusted``.
    """
    rows = []
    known = leads[leads["outcome"].notna()]
    for item in (item for item in items if item in known):
        answers = known[item].where(known[item].isin([YES, NO]), UNKNOWN)
        for answer in (YES, NO, UNKNOWN):
            part = known.loc[answers == answer, "outcome"].astype(bool)
            rows.append([item, answer, len(part), int(part.sum())])
    table = pd.DataFrame(rows, columns=["item", "answer", "leads", "converted"])
    n, x = table["leads"].to_numpy(float), table["converted"].to_numpy(float)
    low, high = wilson(x, n) if len(table) else (n, n)
    rate = np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0)
    table = table.assign(rate=rate, low=low, high=high)
    return table.merge(_compare_answers(table), on=["item", "answer"], how="left")


def _compare_answers(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for item, part in table.groupby("item", sort=False):
        counted = part.set_index("answer").rename(
            columns={"leads": "consultations", "converted": "conversions"}
        )
        pair = counted.loc[[YES, NO], ["consultations", "conversions", "rate"]]
        gap, low, high = difference(pair.loc[YES], pair.loc[NO])
        p = (
            compare(pair.rename_axis("answer"), planned=True)["p"].iloc[0]
            if pair["consultations"].all()
            else np.nan
        )
        rows.append([item, YES, gap, low, high, p])
    found = pd.DataFrame(rows, columns=["item", "answer", "difference", "gap_low", "gap_high", "p"])
    told = found["p"].notna().to_numpy()
    adjusted = np.full(len(found), np.nan)
    adjusted[told] = holm(found.loc[told, "p"].to_numpy(float)) if told.any() else []
    return found.assign(p_adjusted=adjusted)
