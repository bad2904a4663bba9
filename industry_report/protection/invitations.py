"""How many were asked in a survey, where that is how many have bought.

Most surveys ask every customer. Then the number invited is the number of those who ever bought, which the
report on value withholds where, less another printed number, it tells of few: who bought late, for the first
time, or never (`value_counts`). So it is withheld here for the same reasons. By type it is told only where no
type is of few: the survey names its types by the number of answers, the other report by that of
consultations, and what one names and the other pools, subtracted, would be a type that neither names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ..analysis.opinions.response import Response
from ..analysis.value import customer_values
from ..base import table_metadata
from ..base.origin import Withheld
from ..settings.editions import Policy
from . import value_counts, value_protection
from .basis import is_small
from .masked_tables import mark
from .opinion_sources import Gathered
from .value_counts import Bought

TYPE = "customer_type"
_RECEIVED = ("received", "returned")


def find_hidden(rows: Gathered, asked: Response, policy: Policy) -> frozenset[str]:
    """Return whose number of invited customers must not be told: ``"all"``, ``"customer_type"``.

    Of ``"answers"`` nothing of the survey may be told: all customers but few answered, so that the number of
    answers is nearly that of those who ever bought.

    Parameters
    ----------
    rows : Gathered
        A wave with the list of customers when it began.
    asked : Response
        How many were invited and answered.
    policy : Policy
        Its threshold counts customers: those who were not invited, or did not answer.
    """
    if policy.internal:
        return frozenset()
    silent = asked.invited - asked.complete
    known = _list_bought(rows)
    groups = (rows.listed.index, known.ever)  # all customers of the list, or all who have bought
    if not any(_is_census(rows, pd.Index(group), asked, policy) for group in groups):
        return frozenset({"all", TYPE} if is_small([silent], policy) else ())
    tells = _tells_of_few(rows, known, policy)
    if is_small([silent], policy) or (tells and not silent):
        return frozenset({"answers", "all", TYPE})
    if tells:
        return frozenset({"all", TYPE})
    sizes = rows.listed[TYPE].value_counts() if TYPE in rows.listed else pd.Series(dtype=int)
    return frozenset({TYPE}) if is_small(sizes.to_numpy(), policy) else frozenset()


def _is_census(rows: Gathered, group: pd.Index, asked: Response, policy: Policy) -> bool:
    """Tell whether all of a group but few were invited."""
    if group.empty:
        return False
    named = rows.current.get("customer_id", pd.Series(dtype=object)).dropna()
    left_out = min(len(group.difference(named)), abs(len(group) - asked.invited))
    return left_out < policy.threshold


def _list_bought(rows: Gathered) -> Bought:
    """Return who has bought by the end of the report's data, as the report on value counts them."""
    tables = dict(rows.tables)
    consultations = tables.get("consultations", pd.DataFrame())
    orders = tables.get("orders")
    if orders is None or orders.empty:
        orders = customer_values.take_purchases(consultations)
    at = f"{rows.cut + pd.Timedelta(days=1):%Y-%m-%d}"
    everyone = value_protection.list_everyone(tables)
    return value_counts.list_bought(orders, consultations, everyone, at)


def _tells_of_few(rows: Gathered, known: Bought, policy: Policy) -> bool:
    """Tell whether the report on value would withhold how many have bought."""
    consultations = dict(rows.tables).get("consultations", pd.DataFrame())
    types = value_counts.name_types(consultations, pd.Series(dtype=object))
    return "buyers" in value_counts.find_few(known, types, policy)


def protect_response(asked: Response | None, hidden: frozenset[str]) -> Response | None:
    """Return who answered without how many were invited, and the rates that would give it."""
    if asked is None or "all" not in hidden:
        return asked
    rates = dict.fromkeys(("rate", "low", "high", "with_partial"), np.nan)
    return replace(asked, invited=Withheld(), **rates)  # type: ignore[arg-type]


def protect_tables(
    by: Mapping[str, pd.DataFrame], hidden: frozenset[str], policy: Policy
) -> dict[str, pd.DataFrame]:
    """Return the tables by group without how many were invited, where that is withheld.

    So it is in a table in which all but few of a group answered.
    """
    told = {}
    for name, table in by.items():
        silent = (table["received"] - table["consultations"]).to_numpy(float)
        is_told = name not in hidden and "all" not in hidden and not is_small(silent, policy)
        told[name] = table if is_told else _without_invited(table)
    return told


def _without_invited(table: pd.DataFrame) -> pd.DataFrame:
    masked = table.astype(dict.fromkeys(_RECEIVED, "float64")).assign(**dict.fromkeys(_RECEIVED, np.nan))
    withheld = {name: list(rows) for name, rows in table_metadata.withheld(table).items()}
    withheld |= {name: list(table.index) for name in _RECEIVED}
    return mark(table_metadata.carry(table, masked), withheld)
