"""Keep apart what data and scorecards call a column, and what the program calls one: month, rate, outcome.

An institution names its columns as it likes. Where such a name is a word of the program as well, two things
of one name would meet in a table. Nothing is renamed in the data: the level of such a dimension gets a name
of its own, and a column that stands where the program writes one is moved aside while it works.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from .vocabulary import CODED, NAMED, VOCABULARY

SCORE, OWN = " (score)", " (own)"  # no name that a mapping file can give ends so

# The columns of the standard table of consultations, which mean the same to the program and to the data.
DATA = frozenset(
    {
        *("customer_id", "customer_type", "source", "detail", "product", "consulted_on", "region", "year"),
        *("intent", "clarity", "satisfaction", "composite_supplied", "grade_supplied"),
        *("converted", "converted_on", "amount"),
    }
)
# The standard's own dimensions; the program calls nothing else so.
_DIMENSIONS = frozenset({"intent", "clarity", "satisfaction"})
# Names in tables that have no word in the vocabulary.
_UNWORDED = frozenset(
    {
        *("outcome", "registered", "window_days", "overridden", "period", "stratum", "success"),
        *("bought", "followed", "later", "open", "undated", "unknown", "one", "other"),
        *("quarter_days", "median_days", "three_quarter_days"),
    }
)
TAKEN = (frozenset(VOCABULARY) | CODED | NAMED | _UNWORDED) - _DIMENSIONS


def name_level(column: str) -> str:
    """Return what tables call the level of a column that a scorecard rates by.

    Examples
    --------
    >>> name_level("seconds_on_site"), name_level("month")
    ('seconds_on_site', 'month (score)')
    """
    return column + SCORE if column in TAKEN else column


def name_group(column: str) -> str:
    """Return what tables call a column of the data by which records are grouped."""
    return column + OWN if column in TAKEN and column not in DATA else column


def plain_name(column: str) -> str:
    """Return what the data call a column that stands in a table under a name of its own."""
    return column.removesuffix(OWN).removesuffix(SCORE)


def move_aside(table: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Return a table in which no column of the data has one of these names; see `bring_back`."""
    aside = {name: name + OWN for name in names if name in table}
    return table.rename(columns=aside) if aside else table


def bring_back(table: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """Return a table in which these columns have the names again that they have in the data."""
    aside = [column for column in columns if column + OWN in table]
    if not aside:
        return table
    return table.drop(columns=aside, errors="ignore").rename(columns={one + OWN: one for one in aside})
