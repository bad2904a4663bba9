"""Demand as a chain: firms × share that needs × share that buys × average amount, each with its range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...base import origin

CITED, ASSUMED, OBSERVED = "cited", "assumed", "observed"


class Link(NamedTuple):
    """One factor of the chain.

    `kind` is cited (an external total), assumed (somebody's judgement) or observed (in the data, with its
    interval); `source` says where it comes from.
    """

    name: str
    kind: str
    low: float
    mid: float
    high: float
    source: str = ""


def chain(links: Sequence[Link]) -> pd.DataFrame:
    """Multiply the factors of a demand (chain ratio method).

    Parameters
    ----------
    links : sequence of Link
        A range that is not known (NaN) counts as its middle.

    Returns
    -------
    DataFrame
        Index ``factor``; ``kind``, ``low``, ``mid``, ``high``, ``weight`` (which share of the width of the
        result, on a log scale, is the factor's) and ``source``; last ``demand``, their product. Its low and
        high are those of all factors at their ends at once: bounds, not a confidence interval. Empty where a
        factor's middle is missing.

    Examples
    --------
    >>> parts = [("a", 12_000), ("b", 0.35), ("c", 0.62), ("d", 1800)]
    >>> round(chain([Link(n, "observed", m, m, m) for n, m in parts]).loc["demand", "mid"])
    4687200
    """
    columns = ["kind", "low", "mid", "high", "weight", "source"]
    nothing = pd.DataFrame(columns=columns).rename_axis("factor")
    if not links or any(not np.isfinite(link.mid) for link in links):
        return nothing
    table = pd.DataFrame([link._asdict() for link in links]).set_index("name").rename_axis("factor")
    for end in ("low", "high"):
        table[end] = table[end].astype(float).fillna(table["mid"])
    logs = np.log(table["high"] / table["low"].where(table["low"] > 0))
    table["weight"] = logs / logs.sum() if np.isfinite(logs).all() and logs.sum() > 0 else np.nan
    product = table[["low", "mid", "high"]].astype(float).prod()
    table.loc["demand", ["low", "mid", "high"]] = product
    table.loc["demand", ["kind", "source"]] = ["", ""]
    return table[columns]


origin.trace_module(globals())
