"""Before anything is learned: which columns know the outcome already (target leakage).

A column that was filled in after the outcome tells buyers perfectly in the past, and nothing of a new lead.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .accuracy import area
from .binning import NONE, Cells, Codes, cut, information, to_numbers, weigh
from .fitting import Rule, count_bins

STRONG, STRONG_AREA = 1.0, 0.9  # information value and AUC of one column alone that are too good to be true
CHANCE = 0.001  # of a category being all converted by luck
LEAST_OPEN, LEAST_FILLED = 30, 0.1

LATE, TOO_GOOD, ONLY_CONVERTED, EMPTY_WHEN_OPEN = "late", "too good", "only converted", "empty when open"
COLUMNS = ["column", "information", "auc", "why", "detail", "accepted", "stopped"]


def audit(
    past: pd.DataFrame,
    converted: pd.Series,
    open_leads: pd.DataFrame,
    rules: Mapping[str, Rule],
    late: Sequence[str] = (),
    accepted: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Look at every column alone, on the leads that a card would be learned from.

    Parameters
    ----------
    past, converted
        Leads with their outcome, see `fitting.fit`.
    open_leads : DataFrame
        Leads whose outcome is not known yet; may be empty.
    rules : mapping of str to Rule
        The columns.
    late : sequence of str
        Columns that are known to be filled in after the outcome.
    accepted : mapping of str to str
        Columns that are used all the same → the reason that a person gave.

    Returns
    -------
    DataFrame
        A row a column, most informative first: ``information`` value, ``auc`` of the column alone, ``why``
        it is suspect (`LATE`; `TOO_GOOD`: information over 1 or AUC over 0.9; `ONLY_CONVERTED`: a category,
        named in `detail`, has no other lead; `EMPTY_WHEN_OPEN`: blank in all leads still open) or nothing,
        ``accepted`` and ``stopped``.
    """
    y, told = converted.to_numpy(dtype=bool), dict(accepted or {})
    rows = []
    for name, rule in rules.items():
        value, auc, why, detail = _look_at(past[name], y, rule)
        if not why and name in open_leads and _is_empty_when_open(past[name], open_leads[name]):
            why = EMPTY_WHEN_OPEN
        if name in late:
            why, detail = LATE, ""
        is_stopped = bool(why) and (why == LATE or name not in told)
        rows.append([name, value, auc, why, detail, told.get(name, "") if why else "", is_stopped])
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("information", ascending=False, kind="stable", ignore_index=True)


def _look_at(values: pd.Series, y: npt.NDArray[np.bool_], rule: Rule) -> tuple[float, float, str, str]:
    cells = cut(values, rule.special)
    codes = cells.encode(values)
    bins = count_bins(cells, codes, y, rule.trend)
    if len(bins.leads) < 2 or not 0 < y.sum() < len(y):
        return 0.0, 0.5, "", ""
    evidence = np.append(weigh(bins), 0.0)[np.where(bins.of == NONE, len(bins.leads), bins.of)]
    value, auc = information(bins), area(evidence[codes], y).value
    only = _find_only_converted(cells, codes, y)
    why = TOO_GOOD if value > STRONG or auc > STRONG_AREA else ONLY_CONVERTED if only else ""
    return value, auc, why, only


def _find_only_converted(cells: Cells, codes: Codes, y: npt.NDArray[np.bool_]) -> str:
    """Return a category whose leads all converted, where that is no luck."""
    if cells.is_number:
        return ""
    leads = np.bincount(codes, minlength=cells.size)[: cells.ordinary]
    converted = np.bincount(codes[y], minlength=cells.size)[: cells.ordinary]
    sure = (leads == converted) & (y.mean() ** leads < CHANCE)
    return cells.texts[int(np.argmax(np.where(sure, leads, -1)))][0] if sure.any() else ""


def _is_empty_when_open(past: pd.Series, still_open: pd.Series) -> bool:
    """Tell whether a column is blank in all leads still open, while it is filled in elsewhere."""
    enough = len(still_open) >= LEAST_OPEN and past.notna().mean() >= LEAST_FILLED
    return bool(enough and still_open.isna().all())


def is_usable(values: pd.Series) -> bool:
    """Tell whether a column has a value at all, and none that is infinite."""
    return bool(values.notna().any()) and (
        not pd.api.types.is_numeric_dtype(values.dtype) or len(to_numbers(values)) == len(values)
    )
