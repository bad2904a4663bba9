"""Find what a file says twice, or in two ways: duplicates, conflicting scores, dates, supplied grades."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .fault_log import FaultLog
from .headers import SCORES
from .values import SCIENTIFIC, show

PROVENANCE = ("file", "sheet", "row")
_SEEN_CHARACTERS = 4  # an identifier with fewer characters beside its * tells nobody apart


def find_duplicates(rows: pd.DataFrame, faults: FaultLog) -> tuple[pd.Index, pd.Index]:
    """Find records that come again within a region and year.

    Parameters
    ----------
    rows : DataFrame
        Clean rows of one region and year.
    faults : FaultLog
        Takes the conflicts.

    Returns
    -------
    tuple of Index
        Exact duplicates (all but the first), and all records of a customer whose scores on one day differ.
    """
    none = rows.index[:0]
    if "customer_id" not in rows:
        return none, none
    again = rows["customer_id"].duplicated(keep=False) & rows["customer_id"].notna()
    if not again.any():
        return none, none
    suspects = _drop_vague(rows[again], faults)
    same = suspects.duplicated([column for column in rows if column not in PROVENANCE])
    return suspects.index[same], _find_conflicts(suspects[~same], faults)


def _drop_vague(suspects: pd.DataFrame, faults: FaultLog) -> pd.DataFrame:
    """Leave out identifiers that many customers may share: masked too far, or cut to 1.2E+11."""
    ids = suspects["customer_id"]
    seen = ids.str.replace("*", "", regex=False).str.len()
    masked = ids.str.contains("*", regex=False) & (seen < _SEEN_CHARACTERS)
    _add_cells("id_masked", "customer_id", suspects, masked, faults)
    cut = ids.str.fullmatch(SCIENTIFIC.pattern, case=False)
    return suspects[~(masked | cut).to_numpy(dtype=bool)]


def _find_conflicts(suspects: pd.DataFrame, faults: FaultLog) -> pd.Index:
    """List records of the same customer and day with different scores, each group together."""
    if not {"consulted_on", *SCORES} <= set(suspects):
        return suspects.index[:0]
    dated = suspects[suspects["consulted_on"].notna()]
    scores = dated[list(SCORES)].fillna(0).astype("int64")
    triple = scores["intent"] * 100 + scores["clarity"] * 10 + scores["satisfaction"]
    key = dated.groupby([dated["customer_id"], dated["consulted_on"].dt.floor("D")], sort=False).ngroup()
    differ = triple.groupby(key).transform("nunique") > 1
    for _, group in dated[differ].groupby(key[differ]):
        told = [
            "/".join("–" if pd.isna(score) else str(score) for score in row)
            for row in group[list(SCORES)].astype(object).to_numpy()
        ]
        places = list(zip(group["sheet"], group["row"].tolist(), strict=True))
        several = group["sheet"].nunique() > 1
        named = (f"{sheet}!{row}" if several else str(row) for sheet, row in places)
        hint = "; ".join(f"{place}: {scores}" for place, scores in zip(named, told, strict=True))
        for (sheet, row), triple_told in zip(places, told, strict=True):
            faults.add("conflicting_scores", sheet, "intent", [row], [triple_told], [hint])
    return dated.index[differ]


def flag_identifiers(rows: pd.DataFrame, faults: FaultLog) -> None:
    """Flag identifiers that are shorter than those with leading zeros in the same region and year."""
    if "customer_id" not in rows:
        return
    ids = rows["customer_id"]
    padded = ids.str.startswith("0").fillna(False).to_numpy(dtype=bool)
    if not padded.any():
        return
    padded = padded & ids.str.isdigit().fillna(False).to_numpy(dtype=bool)
    digits = int(ids[padded].str.len().max()) if padded.any() else 0
    short = ids.str.isdigit().fillna(False) & (ids.str.len() < digits)
    _add_cells("id_lost_zeros", "customer_id", rows, short, faults, lambda _: str(digits))


def flag_dates(rows: pd.DataFrame, faults: FaultLog, today: dt.date | None) -> None:
    """Flag dates that contradict the year, each other, or the calendar of today."""
    consulted, converted = map(rows.get, ("consulted_on", "converted_on"))
    if consulted is not None:
        outside = consulted.notna() & (consulted.dt.year != rows["year"].astype("int64"))
        _add_cells("date_outside_year", "consulted_on", rows, outside, faults, lambda row: str(row.year))
    if consulted is not None and converted is not None:
        early = converted.dt.floor("D") < consulted.dt.floor("D")
        _add_cells("outcome_before_consultation", "converted_on", rows, early, faults, _show_day)
    for column, dates in (("consulted_on", consulted), ("converted_on", converted)):
        if today and dates is not None:
            late = dates >= np.datetime64(today, "us") + np.timedelta64(1, "D")
            _add_cells("date_in_future", column, rows, late, faults, lambda _: today.isoformat())
    if "converted" in rows:
        refused = rows["converted"].eq(False).fillna(False)
        for column in ("converted_on", "amount"):
            if column in rows:
                told = rows[column].notna() if column == "converted_on" else rows[column].ne(0)
                _add_cells("outcome_contradicts", column, rows, refused & told.fillna(False), faults)


def _show_day(row: Any) -> str:
    return row.consulted_on.date().isoformat()


def flag_supplied(scored: pd.DataFrame, faults: FaultLog) -> None:
    """Flag composites and grades that the workbook brought along and that differ from ours.

    Parameters
    ----------
    scored : DataFrame
        Clean rows with `composite` and `grade`.
    """
    if "composite_supplied" in scored:
        supplied, ours = (scored[column].astype("float64") for column in ("composite_supplied", "composite"))
        differ = (supplied - ours).abs() > 1e-6
        _add_cells(
            "composite_differs", "composite_supplied", scored, differ, faults, lambda row: show(row.composite)
        )
    if "grade_supplied" in scored:
        supplied, ours = (scored[column].astype(object) for column in ("grade_supplied", "grade"))
        differ = supplied.notna() & ours.notna() & (supplied != ours)
        _add_cells("grade_differs", "grade_supplied", scored, differ, faults, lambda row: str(row.grade))


def _add_cells(
    code: str,
    column: str,
    rows: pd.DataFrame,
    hit: pd.Series,
    faults: FaultLog,
    hint: Callable[[Any], str] = lambda _: "",
) -> None:
    """Add one fault for each row that is hit, sheet by sheet."""
    chosen = np.flatnonzero(hit.to_numpy(dtype=bool))
    if len(chosen) == 0:
        return
    for sheet, part in rows.iloc[chosen].groupby("sheet", sort=False):
        listed = part.head(faults.limit)
        shown = [show(cell) for cell in listed[column].astype(object)]
        faults.add(
            code,
            str(sheet),
            column,
            part["row"].to_numpy(),
            shown,
            [hint(row) for row in listed.itertuples()],
        )
