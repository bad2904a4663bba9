"""The rows that a report on satisfaction is made from: read, and put together by customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..analysis.customers import known_before
from ..analysis.opinions import answers, coding, complaints
from ..analysis.opinions.coding import Frame
from ..analysis.opinions.questionnaire import Questionnaire
from ..base.errors import InputError
from ..intake import dataset, opinion_tables
from ..intake.data_files import list_tables
from ..intake.schemas import CONSULTATIONS
from ..settings.editions import Policy
from .source_files import protect_reasons

if TYPE_CHECKING:
    import scoring

TABLES = ("responses", "feedback", "complaints", "orders", "customers", CONSULTATIONS)
GRADE = "grade_before"  # what a customer's grade was before they were asked


@dataclass(frozen=True, eq=False)
class Gathered:
    """Rows of one region, all years; never shown.

    Attributes
    ----------
    tables : mapping
        Those of `TABLES` that the data hold.
    answers, faults : DataFrame
        See `answers.read_answers`.
    wave, before : str
        The wave that the report is about, and the one before; empty without any.
    current, former : DataFrame
        One row a customer of the two, with ``customer_type`` and ``grade_before`` where they are known.
    listed : DataFrame
        The customers when the wave began: ``customer_type``, ``grade_before``; none where nothing tells.
    cut : Timestamp
        The last day that the data tell of.
    """

    tables: Mapping[str, pd.DataFrame]
    answers: pd.DataFrame
    faults: pd.DataFrame
    wave: str
    before: str
    current: pd.DataFrame
    former: pd.DataFrame
    listed: pd.DataFrame
    cut: pd.Timestamp


def gather(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None,
    survey: Questionnaire,
    scorecard: scoring.Scorecard,
    wave: str = "",
    sheet: str | Path = "",
    data_cut: str = "",
) -> Gathered:
    """Read what a report on the satisfaction of a region's customers needs; see `opinion_publication`.

    Raises
    ------
    InputError
        The data hold no table that tells of satisfaction, or no such wave.
    """
    tables = _load_tables(data, region, columns)
    responses = opinion_tables.read_responses(data, survey.headers(), region, columns, sheet)
    if "feedback" in tables:
        tables["feedback"] = opinion_tables.read_feedback(data, region, columns)
    told, faults = answers.read_answers(responses, survey)
    chosen, before = answers.choose_wave(told, year, wave)
    if wave and not chosen:
        known = ", ".join(answers.order_waves(told)) or "none"
        raise InputError("parameter wave", f"there is no wave {wave!r}.", f"There are: {known}.")
    graded = _grade(tables.get(CONSULTATIONS), scorecard)
    waves = [_describe_wave(told, name, tables, graded) for name in (chosen, before)]
    begun = _begin(waves[0])
    return Gathered(
        tables=tables,
        answers=told,
        faults=faults,
        wave=chosen,
        before=before,
        current=waves[0],
        former=waves[1],
        listed=_list_customers(tables, graded, begun),
        cut=_find_cut([*tables.values(), told], data_cut, year),
    )


def _load_tables(data: str | Path, region: str, columns: str | Path | None) -> dict[str, pd.DataFrame]:
    there = list_tables(data, columns, "customers")
    tables = {}
    for name in TABLES[1:]:
        if name not in there:
            continue
        if name == CONSULTATIONS:
            places = dataset.slices(data, columns)
            if not (places["region"] == region).any():
                continue
        tables[name] = dataset.load(data, region=region, columns=columns, table=name)
    return tables


def _grade(consultations: pd.DataFrame | None, scorecard: scoring.Scorecard) -> pd.DataFrame:
    """Return the graded consultations: who, when, grade."""
    import scoring

    columns = ["customer_id", "consulted_on", "grade"]
    if consultations is None or not set(columns[:2]) <= set(consultations):
        return pd.DataFrame(columns=columns)
    scored = scoring.score(consultations, scorecard)
    told = scored.loc[scored["grade"].notna() & scored["customer_id"].notna(), columns]
    return told.assign(grade=told["grade"].astype(str))


def _begin(wave: pd.DataFrame) -> pd.Timestamp:
    """Return the first day of a wave: what was known before it was known before anybody was asked."""
    dates = [wave[name].min() for name in ("sent_on", "answered_on") if name in wave]
    known = [date for date in dates if pd.notna(date)]
    return pd.Timestamp(min(known)) if known else pd.NaT


def _describe_wave(
    told: pd.DataFrame, name: str, tables: Mapping[str, pd.DataFrame], graded: pd.DataFrame
) -> pd.DataFrame:
    """Return a wave with each customer's type and their grade before it began."""
    wave = answers.take_wave(told, name)
    if "customer_id" not in wave:
        return wave
    facts = {"customer_type": _find_types(tables), GRADE: _find_grades(graded, _begin(wave))}
    for column, known in facts.items():
        if len(known):
            wave[column] = wave["customer_id"].map(known)
    return wave


def _find_types(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the type of each customer: what the register says, else what the last consultation did."""
    for name in ("customers", CONSULTATIONS):
        rows = tables.get(name)
        if rows is not None and {"customer_id", "customer_type"} <= set(rows):
            known = rows[["customer_id", "customer_type"]].dropna()
            if len(known):
                return known.drop_duplicates("customer_id", keep="last").set_index("customer_id")[
                    "customer_type"
                ]
    return pd.Series(dtype=object)


def _find_grades(graded: pd.DataFrame, begun: pd.Timestamp) -> pd.Series:
    """Return the grade of each customer's last consultation before a day (the rule of time)."""
    if graded.empty or pd.isna(begun):
        return pd.Series(dtype=object)
    known = known_before(graded, begun, CONSULTATIONS).sort_values("consulted_on", kind="stable")
    return known.drop_duplicates("customer_id", keep="last").set_index("customer_id")["grade"]


def _list_customers(
    tables: Mapping[str, pd.DataFrame], graded: pd.DataFrame, begun: pd.Timestamp
) -> pd.DataFrame:
    """Return who was a customer when a wave began: those who had bought, else all of the register."""
    if pd.isna(begun):
        return pd.DataFrame(columns=["customer_type", GRADE])
    since = complaints.first_days(dict(tables))
    if len(since):
        ids = since.index[since < begun]
    elif "customers" in tables:
        ids = pd.Index(tables["customers"]["customer_id"].dropna().unique())
    else:
        return pd.DataFrame(columns=["customer_type", GRADE])
    facts = {"customer_type": _find_types(tables), GRADE: _find_grades(graded, begun)}
    return pd.DataFrame({name: known.reindex(ids) for name, known in facts.items()}, index=ids)


def _find_cut(tables: list[pd.DataFrame], data_cut: str, year: int) -> pd.Timestamp:
    """Return the last day that the data tell of: as somebody said, else the last date in them."""
    if data_cut:
        try:
            return pd.to_datetime(str(data_cut), format="%Y-%m-%d")
        except ValueError:
            problem = f"expected a date, got {data_cut!r}."
            raise InputError("parameter data_cut", problem, 'Write it as "2025-12-31".') from None
    names = ("received_on", "closed_on", "first_reply_on", "ordered_on", "answered_on", "given_on", "sent_on")
    last = [table[name].max() for table in tables for name in names if name in table]
    known = [pd.Timestamp(day).normalize() for day in last if pd.notna(day)]
    return max(known, default=pd.Timestamp(year, 12, 31))


def of_year(rows: pd.DataFrame, date: str, year: int, cut: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of a year up to the last day that the data tell of."""
    chosen = (rows[date].dt.year == year) & (rows[date].dt.normalize() <= cut)
    return rows[chosen.fillna(False)].reset_index(drop=True)


def code_year(gathered: Gathered, frame: Frame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the feedback of a year and its codes, without the texts in the latter."""
    feedback = of_year(gathered.tables["feedback"], "given_on", year, gathered.cut)
    return feedback, coding.code_feedback(feedback, frame)


# --- files


def describe_tables(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None,
    tables: list[str],
    policy: Policy,
    used: Mapping[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, bool]:
    """Return of these tables: files, what became of their rows, faults, and whether any row is invented."""
    sources, quality, reasons = [], [], []
    for name in tables:
        of_year_only = None if name == "customers" else year
        told: dict[str, Any] = {"columns": columns, "table": name}
        files = dataset.sources(data, region, of_year_only, **told)
        if files.empty:
            continue
        sources.append(files.assign(table=name))
        counts = dataset.quality(data, region, of_year_only, **told).assign(table=name)
        quality.append(_protect_quality(counts, used.get(name), policy))
        reasons.append(dataset.reasons(data, region, of_year_only, **told))
    if not sources:
        empty = pd.DataFrame
        return empty(columns=["read"]).rename_axis("file"), empty(), empty(), False
    files = pd.concat(sources, ignore_index=True).drop_duplicates("file")
    shown = ["sha256", "read"] if policy.internal else ["read"]  # see `source_files.Files`
    counted = pd.concat(reasons, ignore_index=True).astype({"rejects": bool})
    keys = [name for name in counted if name != "rows"]
    counted = counted.groupby(keys, as_index=False, sort=False)["rows"].sum()
    return (
        files.set_index("file")[shown],
        pd.concat(quality, ignore_index=True),
        protect_reasons(counted, policy),
        bool(files["synthetic"].any()),
    )


def _protect_quality(quality: pd.DataFrame, used: pd.DataFrame | None, policy: Policy) -> pd.DataFrame:
    """Return what became of a table's rows, but not how many stayed where few lack consent."""
    shown = quality[["table", "file", "read", "graded", "rejected", "duplicates"]]
    if policy.internal or used is None:
        return shown
    refused = int(quality["used"].sum()) - len(used)
    few = 0 < abs(refused) < policy.threshold
    return shown.assign(read=np.nan, graded=np.nan) if few else shown
