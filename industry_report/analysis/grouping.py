"""Which group of a column each consultation is in; the smallest groups are pooled."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ..base.language import text
from .rates import REST

SEPARATORS = "[、,，;；/]"  # between several products of one consultation
MOST = 15  # groups of a table, the pooled rest among them


def grouped(scored: pd.DataFrame, column: str, known: pd.Series, most: int, least: int = 1) -> pd.Series:
    """Return each consultation's group; a consultation about several products is there once for each.

    The index holds positions, not labels: they lead back to the consultation even where an index repeats.
    """
    groups = scored[column].reset_index(drop=True)
    if column != "product":
        return _pooled(groups, known, most, least)
    # A product that a consultation names twice counts once, and so does the pooled rest.
    named = split_several(groups)
    return _once(_pooled(named, known.reset_index(drop=True)[named.index], most, least))


def split_several(labels: pd.Series) -> pd.Series:
    """Return what each text names, once each; one missing entry for a text that names nothing.

    Parameters
    ----------
    labels : Series
        Texts by position, such as "A、B".

    Examples
    --------
    >>> split_several(pd.Series(["A、B、A", None, "B"])).dropna().tolist()
    ['A', 'B', 'B']
    """
    code, written = pd.factorize(labels)  # every text is split once, however many records have it
    names = [dict.fromkeys(filter(None, map(str.strip, re.split(SEPARATORS, text)))) for text in written]
    parts = [list(found) or [pd.NA] for found in [*names, {}]]  # the last for what is missing, code -1
    places = np.repeat(labels.index, [len(parts[one]) for one in code])
    found = [name for one in code for name in parts[one]]
    kind = labels.dtype if isinstance(labels.dtype, pd.StringDtype) else object  # a blank column has another
    return pd.Series(found, pd.Index(places, name="index"), dtype=kind, name=labels.name)


def _once(groups: pd.Series) -> pd.Series:
    return groups.reset_index().drop_duplicates().set_index("index")[groups.name]


def _pooled(groups: pd.Series, known: pd.Series, most: int, least: int) -> pd.Series:
    """Pool the smallest groups until `most` are left, each with `least` known outcomes; so has the pool."""
    counts = groups[known.to_numpy()].value_counts()
    own = counts.index.isin(list(REST.values()))
    pool = int(counts[own].sum())
    kept = sorted(counts.index[~own], key=lambda group: (-counts[group], str(group)))
    while kept and (counts[kept[-1]] < least or 0 < pool < least or len(kept) + (pool > 0) > most):
        pool += int(counts[kept.pop()])
    return groups.astype(object).where(groups.isin(kept) | groups.isna(), text(**REST))
