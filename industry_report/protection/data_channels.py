"""What data there are, as a public edition may say: in steps so coarse that no difference tells of few.

Several reports count the rows of a table: by channel, as a whole, as read from a file. Were these exact, one
less the others would give a channel of few rows, or how many customers withdrew their consent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..analysis.customers.data_coverage import name_channel
from ..settings.editions import Policy
from .basis import is_small
from .masked_tables import mark, mask_columns

STEPS = 5  # thresholds: how coarse numbers of rows are in a public edition
_COUNTS = ("rows", "customers", "orphans")


def coarsen(counts: pd.Series, policy: Policy) -> pd.Series:
    """Return counts of rows in steps of `STEPS` thresholds; missing where they are under half a step.

    Examples
    --------
    >>> coarsen(pd.Series([20, 74, 1003]), Policy(threshold=10, dominance=10)).tolist()
    [nan, 50.0, 1000.0]
    """
    step = STEPS * policy.threshold
    told = pd.to_numeric(counts).astype("float64")
    return (np.floor(told / step + 0.5) * step).mask(told < step / 2)


def protect_coverage(found: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return `customers.coverage` as it may be told.

    Parameters
    ----------
    found : DataFrame
        Rows, customers, share, orphans by table and channel.
    policy : Policy
        Of an internal edition everything is told.

    Returns
    -------
    DataFrame
        Numbers as floats. A channel of few rows or customers, or under half a step of them, tells none of its
        numbers and dates; all counts are in steps, and shares are of those.
    """
    table = found.reset_index(drop=True).assign(channel=[name_channel(one) for one in found["channel"]])
    for name in (*_COUNTS, "share", "median_age_days"):
        table[name] = pd.to_numeric(table[name]).astype("float64")
    if policy.internal or table.empty:
        return mark(table, internal=policy.internal)
    few = [is_small([row.customers, row.rows], policy) for row in table.itertuples()]
    everyone = coarsen((table["customers"] / table["share"]).round(), policy)
    for name in _COUNTS:
        table[name] = coarsen(table[name], policy)
    hidden = np.array(few, dtype=bool) | table["rows"].isna().to_numpy()
    table.loc[hidden, [*_COUNTS, "share", "median_age_days"]] = np.nan
    table.loc[hidden, ["first_on", "last_on"]] = pd.NaT
    table["share"] = (table["customers"] / everyone).clip(upper=1).round(2)
    return mark(table)


def protect_files(files: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the files of tables with customers who may withdraw their consent, with the rows ``read``."""
    if policy.internal or files.empty:
        return files
    read = coarsen(files["read"], policy)
    return mask_columns(files.assign(read=read), {"read": read.isna().to_numpy(bool)})
