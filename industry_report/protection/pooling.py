"""Small categories go into one, everywhere: a label that few customers share is itself a disclosure.

Which ones go together must not depend on how small they are. Were the next smallest pulled in, readers who
know the names from last year's report would learn of the small one what they see of it (minimality attack).
So categories come in pairs by an order fixed beforehand, see `groups.rank_label`; a pair goes whichever is
small.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from ..analysis.conversion import MOST, REST
from ..base.language import text
from ..settings.publisher import Policy
from .customers import find_thin, split_labels
from .groups import MULTIPLE, rank_label
from .masking import pair_up


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
    thin = find_thin(rows[known], successes[known], told, policy)
    pooled = {}
    for column in told:
        labels = split_labels(rows[column], column)
        sizes = labels[known[labels.index]].value_counts()
        small = {label for label, size in sizes.items() if size < policy.threshold}
        small |= set(labels) - set(sizes.index) | thin.get(column, {}).get("known", frozenset())
        pooled[column] = _rename(rows[column], column, choose_pooled(sizes, small, policy.threshold))
    return rows.assign(**pooled)


def choose_pooled(sizes: pd.Series, small: Collection[Any], least: int, most: int = MOST) -> set[Any]:
    """Return which categories go into the rest.

    Parameters
    ----------
    sizes : Series
        Outcomes by category.
    small : collection
        Categories that must not be named.
    least : int
        Outcomes that the rest must have; else the next pair joins it.
    most : int
        Keep this many, the rest among them. Those over it are all large enough, so they may go by size.
    """
    own = set(REST.values())
    order = sorted(sizes.index.difference(list(own)), key=rank_label)
    pairs = [{order[place] for place in block} for block in pair_up(range(len(order)))]
    gone = {label for label in small if label not in sizes} - own
    gone = gone.union(*(pair for pair in pairs if pair & set(small)))
    inside = sizes.index.isin(gone | own)
    while 0 < sizes[inside].sum() < least and not inside.all():
        gone |= next(pair for pair in pairs if not pair <= gone)
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
