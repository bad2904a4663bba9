"""Small categories go into one, everywhere: a label that few customers share is itself a disclosure.

Which ones go together must not depend on how small they are. Were the next smallest pulled in, readers who
know the names from last year's report would learn of the small one what they see of it (minimality attack).
So categories come in pairs by an order fixed beforehand, see `groups.rank_label`; a pair goes whichever is
small.

A category that is large enough to be named, but too small for a rate, loses its rate and costs a neighbour
its own. It goes into the rest, too, alone: that it is under so many is no secret about a small count, for the
partner of a small one may have any size.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from ..analysis.conversion import MOST, REST
from ..base.language import text
from ..settings.editions import Policy
from .customers import find_thin, split_labels
from .groups import MULTIPLE, rank_label
from .suppression import pair_up

FEWEST_A_MONTH = 3  # thresholds: a year of fewer consultations than twelve times that is told by quarter
EXPECTED = 1.5  # thresholds: so many successes, and failures, a category of its own should have on average


def pool_categories(
    rows: pd.DataFrame, successes: pd.Series, columns: Sequence[str], policy: Policy
) -> pd.DataFrame:
    """Return consultations whose small categories are called 其他, in every column that groups them.

    Parameters
    ----------
    rows : DataFrame
        All consultations of a slice that anything is published of.
    successes : Series
        1, 0 or missing for each of them: `Measure.successes`. A category counts by its known outcomes.
    columns : sequence of str
        Such as customer type, source, product; those that `rows` lacks are passed over.
    policy : Policy
        A category needs its threshold of outcomes, and of customers where identifiers exist.

    Returns
    -------
    DataFrame
        A copy. Of a consultation about several products only the small ones are renamed.
    """
    known = successes.notna().to_numpy()
    told = [column for column in columns if column in rows]
    enough = _find_enough(successes[known], policy.threshold)
    thin = find_thin(rows[known], successes[known], told, policy)
    pooled = {}
    for column in told:
        labels = split_labels(rows[column], column)
        sizes = labels[known[labels.index]].value_counts()
        small = {label for label, size in sizes.items() if size < policy.threshold}
        small |= set(labels) - set(sizes.index) | thin.get(column, {}).get("known", frozenset())
        pooled[column] = _rename(rows[column], column, choose_pooled(sizes, small, policy.threshold, enough))
    return rows.assign(**pooled)


def _find_enough(successes: pd.Series, threshold: int) -> int:
    """Return how many outcomes a category needs for its rate to be shown, as the published total says."""
    reached, missed = successes.sum(), len(successes) - successes.sum()
    if min(reached, missed) < threshold:  # the total is withheld, and with it all rates
        return threshold
    return math.ceil(EXPECTED * threshold * len(successes) / min(reached, missed))


def choose_period(total: int, policy: Policy) -> str:
    """Return by what part of the year consultations are told: a month, or a quarter where they are few.

    The total alone decides, which is published anyway: that there are quarters says nothing about a month.

    Parameters
    ----------
    total : int
        Graded consultations of the year.
    """
    few = total < 12 * FEWEST_A_MONTH * policy.threshold
    return "quarter" if few and not policy.internal else "month"


def choose_pooled(
    sizes: pd.Series, small: Collection[Any], least: int, enough: int = 0, most: int = MOST
) -> set[Any]:
    """Return which categories go into the rest.

    Parameters
    ----------
    sizes : Series
        Outcomes by category.
    small : collection
        Categories that must not be named.
    least : int
        Outcomes that the rest must have; else the next pair joins it.
    enough : int
        Categories of fewer outcomes go, too, and the rest must have as many.
    most : int
        Keep this many, the rest among them. Those over it are all large enough, so they may go by size.
    """
    own = set(REST.values())
    order = sorted(sizes.index.difference(list(own)), key=rank_label)
    pairs = [{order[place] for place in block} for block in pair_up(range(len(order)))]
    gone = {label for label in small if label not in sizes} - own
    gone = gone.union(*(pair for pair in pairs if pair & set(small)))
    gone |= {label for label in sizes.index if sizes[label] < enough} - own
    inside = sizes.index.isin(gone | own)
    while 0 < sizes[inside].sum() < max(least, enough) and not inside.all():
        # Partners of what is in it come first: which ones these are is no more than what is seen anyway.
        pair = min((pair for pair in pairs if not pair <= gone), key=lambda pair: not pair & gone)
        if sizes[inside].sum() >= least and gone | pair >= set(order):
            break  # one row of everything says nothing: rather the rest, and a neighbour, lose their rates
        gone |= pair
        inside = sizes.index.isin(gone | own)
    kept = sorted(set(order) - gone, key=lambda label: (-sizes[label], str(label)))
    gone |= set(kept[most if len(kept) <= most and not inside.any() else most - 1 :])
    return gone | own if gone else gone


def _rename(values: pd.Series, column: str, gone: Collection[Any]) -> pd.Series:
    if not gone:
        return values
    rest = text(**REST)
    if column not in MULTIPLE:
        return values.astype(object).where(~values.isin(list(gone)), rest)
    renamed = {value: _rename_each(value, gone, rest) for value in values.dropna().unique()}
    return values.map(renamed)


def _rename_each(value: str, gone: Collection[Any], rest: str) -> str:
    parts = split_labels(pd.Series([value], name="product"), "product")
    return "、".join(dict.fromkeys(rest if part in gone else part for part in parts))
