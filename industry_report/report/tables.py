"""Tidy table → the table a reader sees: heads in the report's language, numbers printed and aligned."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from .. import __version__
from ..analysis.conversion import FEW, Measure
from ..base import language, origin, table_metadata
from ..base.language import text
from ..scorecard import explanation
from ..scorecard.level_wording import word_levels
from ..scorecard.scorecards import Scorecard


def with_heads(table: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    """Return a table whose columns are headed as said, in the report's language.

    Parameters
    ----------
    table : DataFrame
        A tidy table.
    heads : mapping of str to str
        Column → head; columns not named keep theirs.
    """
    return table_metadata.describe(table.copy(), heads={**table_metadata.heads(table), **heads})


def printed(data: pd.DataFrame) -> pd.DataFrame:
    """Return `data` as a reader sees it: text only, heads in the report's language.

    Parameters
    ----------
    data : DataFrame
        A tidy table. A named index becomes the first column. A pair of columns ``low`` and ``high`` becomes
        one column with the interval, under the head of ``interval``. Heads and formats are those that the
        table carries (`table_metadata`), else the vocabulary's.

    Returns
    -------
    DataFrame of str, with a RangeIndex.
    """
    table = data.reset_index() if data.index.name or data.index.nlevels > 1 else data
    heads, formats = table_metadata.heads(data), table_metadata.formats(data)
    columns = {}
    estimate = "rate"  # what an interval belongs to: the column before it
    for column in table.columns:
        if column == "high" and "low" in table.columns:
            continue
        if column == "low" and "high" in table.columns:
            shown = _intervals(table["low"], table["high"], estimate)
            columns[heads.get("interval") or language.term("interval")] = _protected(data, "low", shown)
        else:
            shown = [language.formatted(value, formats.get(column, str(column))) for value in table[column]]
            if column == "rate" and "consultations" in table.columns:
                shown = _mark_few(shown, table["consultations"])
            head = heads.get(column) or language.term(str(column))
            # Two columns may have one head, such as two dimensions of a scorecard with one label.
            columns[f"{head} ({column})" if head in columns else head] = _protected(data, str(column), shown)
            estimate = formats.get(column, str(column))
    return pd.DataFrame(columns, dtype=object)


def _mark_few(shown: list[str], counts: pd.Series) -> list[str]:
    """Mark the rates of fewer than 30: too uncertain to compare."""
    few = text(zh=f"（n<{FEW}）", en=f" (n<{FEW})")
    return [
        rate + few if rate != language.MISSING_SIGN and n < FEW else rate
        for rate, n in zip(shown, counts, strict=True)
    ]


def _protected(data: pd.DataFrame, column: str, shown: list[str]) -> list[str]:
    """Mark numbers that `disclosure.protect` withheld; others that are missing stay as they are."""
    labels = table_metadata.withheld(data).get(column, [])
    return [
        language.protected() if label in labels and value == language.MISSING_SIGN else value
        for label, value in zip(data.index, shown, strict=True)
    ]


def _intervals(low: pd.Series, high: pd.Series, estimate: str) -> list[str]:
    return [
        language.MISSING_SIGN
        if pd.isna(a)
        else language.formatted(a, estimate)
        + text(zh="～", en="\u00a0to\u00a0")
        + language.formatted(b, estimate)
        for a, b in zip(low, high, strict=True)
    ]


def numeric(data: pd.DataFrame) -> list[bool]:
    """Tell for each column of ``printed(data)`` whether it holds numbers, which align right."""
    table = data.reset_index() if data.index.name or data.index.nlevels > 1 else data
    return [
        pd.api.types.is_numeric_dtype(table[column]) and column not in ("year",)
        for column in table.columns
        if not (column == "high" and "low" in table.columns)
    ]


def describe(data: pd.DataFrame) -> dict[str, Any]:
    """Return what the plain numbers of a table do not tell: what its columns are, and what was withheld.

    Parameters
    ----------
    data : DataFrame
        A tidy table; see `printed`.

    Returns
    -------
    dict
        ``columns``: list of dict with ``name``, ``label`` (in the report's language) and ``role``: ``row``
        tells rows apart, ``number`` and ``text`` are what is told of them; a column of words also has
        ``printed``, and a number that prints like another column's, as the limits of a difference do, has
        ``format``, that column's name.
        ``protected``: positions of the rows of which `disclosure.protect` withheld a number, by column.
    """
    indexed = bool(data.index.name) or data.index.nlevels > 1
    table = data.reset_index() if indexed else data
    names = [str(column) for column in table.columns]
    columns: list[dict[str, Any]] = []
    leading = _count_leading(table, data.index.nlevels if indexed else 1)
    for position, name in enumerate(names):
        values = table.iloc[:, position]
        column: dict[str, Any] = {"name": name, "label": _label(data, name)}
        if position < leading:
            column["role"] = "row"
        elif pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            column["role"] = "number"
        else:
            column["role"] = "text"
        form = _form(data, names, name)
        if column["role"] != "number":
            column["printed"] = [language.formatted(value, form) for value in values]
        elif form != name:
            column["format"] = form
        columns.append(column)
    protected = {str(name): _withheld(data, str(name)) for name in table_metadata.withheld(data)}
    return {"columns": columns, "protected": {name: rows for name, rows in protected.items() if rows}}


def _form(data: pd.DataFrame, names: list[str], name: str) -> str:
    """Return as which column a column is printed: the limits of an interval as the estimate before them."""
    if name in ("low", "high") and {"low", "high"} <= set(names):
        before = names[: names.index("low")]
        return before[-1] if before else "rate"
    return str(table_metadata.formats(data).get(name, name))


def _count_leading(table: pd.DataFrame, least: int) -> int:
    """Return how many columns it takes to tell the rows apart: a score belongs to its dimension."""
    for count in range(least, table.shape[1]):
        if not table.iloc[:, :count].duplicated().any():
            return count
        if table.columns[count] in language.FORMATS:  # what is measured tells no row
            return least
    return least


def _label(data: pd.DataFrame, column: str) -> str:
    """Return a column's head where it stands alone, so that the ends of an interval are told apart."""
    if {"low", "high"} <= set(data.columns) and column in ("low", "high"):
        end = text(zh="下限", en="lower limit") if column == "low" else text(zh="上限", en="upper limit")
        named = table_metadata.heads(data).get("interval") or language.term("interval")
        return named + text(zh="", en=", ") + end
    return table_metadata.heads(data).get(column) or language.term(column)


def _withheld(data: pd.DataFrame, column: str) -> list[int]:
    labels = table_metadata.withheld(data)[column]
    if column not in data:
        return []
    missing = data[column].isna()
    return [row for row, label in enumerate(data.index) if label in labels and missing.iloc[row]]


def to_html(data: pd.DataFrame, caption: str | None = None) -> str:
    """Return an HTML table with scoped heads; every value is escaped, so data stays data."""
    table, right = printed(data), numeric(data)
    style = [' style="text-align: right"' if flag else "" for flag in right]
    head = "".join(
        f'<th scope="col"{s}>{escape(str(c))}</th>' for c, s in zip(table.columns, style, strict=True)
    )
    rows = "\n".join(_row(values, style) for values in table.itertuples(index=False, name=None))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _row(values: tuple[str, ...], style: list[str]) -> str:
    first, *rest = (escape(value) for value in values)
    cells = "".join(f"<td{s}>{value}</td>" for value, s in zip(rest, style[1:], strict=True))
    return f'<tr><th scope="row"{style[0]}>{first}</th>{cells}</tr>'


def bands(scorecard: Scorecard) -> pd.DataFrame:
    """Return a scorecard's grades and follow-up policy, highest grade first.

    Parameters
    ----------
    scorecard : scoring.Scorecard

    Returns
    -------
    DataFrame
        Index ``grade``; ``band`` of the score (``rule`` for tiers), ``meaning``, ``role``, ``cadence``.
    """
    rows = [
        {
            "grade": band.grade,
            "band" if band.condition is None else "rule": explanation.word_band(
                band, scorecard, language.current()
            ),
            "meaning": text(**band.label),
            "role": text(**band.follow_up.role),
            "cadence": text(**band.follow_up.cadence),
        }
        for band in reversed(scorecard.bands)
    ]
    return pd.DataFrame(rows).set_index("grade")


def levels(scorecard: Scorecard) -> pd.DataFrame:
    """Return what each score of each dimension means.

    Returns
    -------
    DataFrame
        Columns ``dimension``, ``score``, ``meaning``.
    """
    return pd.DataFrame(
        [
            {"dimension": text(**dimension.label), "score": score, "meaning": text(**wording)}
            for dimension in scorecard.dimensions
            for score, wording in word_levels(dimension)
        ]
    )


def level_matrix(scorecard: Scorecard) -> pd.DataFrame:
    """Return what each score means, a row a score and a column a dimension.

    Returns
    -------
    DataFrame
        Index ``score``; scores that a dimension does not have are empty.
    """
    wide = {
        dimension.level_name: {score: text(**wording) for score, wording in word_levels(dimension)}
        for dimension in scorecard.dimensions
    }
    return pd.DataFrame(wide).fillna("").rename_axis("score")


def edge_cases(grid: pd.DataFrame) -> pd.DataFrame:
    """Return the combinations with one dimension at an end of its levels and all others at the other end.

    They show what a weighted sum implies, for example a high grade without any purchase intent.

    Parameters
    ----------
    grid : DataFrame
        Every combination of levels, with composite and grade; see `scoring.combinations`.

    Returns
    -------
    DataFrame
        Those rows of `grid`; first what one low level is worth beside high ones, then the opposite.
    """
    levels = grid.drop(columns=["composite", "grade"])
    low, high = levels == levels.min(), levels == levels.max()
    alone = [
        one.sum(axis=1).eq(1) & other.sum(axis=1).eq(levels.shape[1] - 1)
        for one, other in ((low, high), (high, low))
    ]
    return pd.concat([grid[rows] for rows in alone]).drop_duplicates(ignore_index=True)


def cases(table: pd.DataFrame) -> pd.DataFrame:
    """Return the grade of every case of a card of conditions, heads in the report's language.

    Parameters
    ----------
    table : DataFrame
        See `scoring.cells`.
    """
    named = table.assign(grade=table["grade"].astype(object).fillna(language.term("undefined")))
    named = named.rename(columns=language.term)
    return named.set_index(named.columns[0])


def staff(table: pd.DataFrame, *, contacts: bool = False) -> pd.DataFrame:
    """Return full-time equivalents, a row for each role and a column for each assumption.

    Parameters
    ----------
    table : DataFrame
        See `workload.full_time_equivalents`.
    contacts : bool
        Whether the contacts a year stand before them.
    """
    wide = table.pivot(index="role", columns="assumption", values="full_time_equivalents")
    wide = wide.loc[table["role"].unique(), table["assumption"].unique()]
    formats = {language.term(str(name)): "full_time_equivalents" for name in wide.columns}
    wide = wide.rename(columns=language.term).rename_axis(columns=None)
    if contacts:
        wide.insert(0, "contacts", table.groupby("role")["contacts"].first())
    return table_metadata.describe(wide, formats=formats, afresh=True)


def extent(audit: pd.DataFrame) -> pd.DataFrame:
    """Return how many rows of each table hold a withheld number; see `disclosure.audit`."""
    shown = audit[["rows", "protected_rows"]].rename(columns={"rows": "table_rows"})
    return table_metadata.describe(shown, heads={"table_rows": text(zh="行数", en="Rows")})


def provenance(**parameters: Any) -> pd.DataFrame:
    """Return the report's parameters and the software that made it.

    Returns
    -------
    DataFrame
        Index ``item``; ``value``.
    """
    software = text(zh="软件", en="Software")
    rows = {language.term(key): str(value) for key, value in parameters.items()}
    rows[software] = f"industry-report {__version__}"
    return pd.DataFrame({"value": rows}).rename_axis("item")


def reasons(counts: pd.DataFrame) -> pd.DataFrame:
    """Return why rows were rejected or noted, in the report's language, with no value of any row.

    Parameters
    ----------
    counts : DataFrame
        See `dataset.reasons`.

    Returns
    -------
    DataFrame
        Index ``reason``; ``column`` it concerns, what was done (``handling``), ``rows``.
    """
    counts = counts[counts["code"] != "sheet_without_table"]  # a sheet is no record
    done = {True: text(zh="剔除", en="rejected"), False: text(zh="保留并提示", en="kept, noted")}
    table = pd.DataFrame(
        {
            "reason": counts[f"reason_{language.current()}"],
            "column": [_field(row.code, row.column) for row in counts.itertuples()],
            "handling": counts["rejects"].map(done),
            "rows": counts["rows"],
        }
    )
    return table.set_index("reason")


def _field(code: str, column: str) -> str:
    if code == "conflicting_scores":  # listed at the first score, found in all of them
        return text(zh="各项评分", en="All scores")
    return language.field(column) if column else language.MISSING_SIGN


def indicators(
    average: pd.Series, grades: pd.DataFrame, means: pd.DataFrame, measure: Measure
) -> pd.DataFrame:
    """Return what a public body would quote: each indicator with how it is computed and its limits.

    Parameters
    ----------
    average, grades, means : Series, DataFrame, DataFrame
        Published tables: `conversion.overall`, `conversion.grades`, `conversion.score_means`.
    measure : Measure
        What the rate of `average` is.

    Returns
    -------
    DataFrame
        Index ``indicator``; ``value`` in print, ``calculation``, ``caution``.
    """
    top, interval = (
        str(grades.index[0]),
        _intervals(pd.Series(average.low), pd.Series(average.high), "rate")[0],
    )
    share = text(zh=f"{language.grade_name(top)}占比", en=f"Share of {language.grade_name(top)}")
    rows = [_indicator(share, _or_protected(grades["share"].iloc[0], "share"), "grade")]
    if measure.grade is None:
        rate = _or_protected(average.rate, "rate")
        rows.append(_indicator(measure.label, rate + text(zh=f"（{interval}）", en=f" ({interval})"), "rate"))
    if len(means):
        names = language.listing([language.term(str(dimension)) for dimension in means.index])
        values = language.listing([_or_protected(mean, "mean") for mean in means["mean"]])
        unit = text(zh="分", en="") if means["mean"].notna().any() else ""
        name = text(zh=f"{names}平均分", en=f"Means of {names.lower()}")
        rows.append(_indicator(name, values + unit, "mean"))
    table = pd.DataFrame(rows, columns=["indicator", "value", "calculation", "caution"])
    table_metadata.describe(table, heads={"value": text(zh="数值", en="Value")})
    return table.set_index("indicator")


def _or_protected(value: float, column: str) -> str:
    return language.protected() if pd.isna(value) else language.formatted(value, column)


def _indicator(name: str, value: str, kind: str) -> tuple[str, str, str, str]:
    calculation, caution = {
        "grade": (
            text(zh="最高等级的咨询数÷可评级咨询数", en="Consultations of the highest grade / all graded"),
            text(zh="反映转化潜力，不是成交", en="A potential, not purchases"),
        ),
        "rate": (
            text(
                zh="成交的咨询数÷已登记是否成交的咨询数", en="Purchases / consultations with a known outcome"
            ),
            text(
                zh="括号内为95%置信区间；只反映有咨询记录的客户",
                en="With 95% interval; customers on record, not all",
            ),
        ),
        "mean": (
            text(zh="各条咨询评分的算术平均", en="Arithmetic mean over consultations"),
            text(
                zh="由人员打分的，不同人员的尺度可能不一致",
                en="Where people give the scores, their standards may differ",
            ),
        ),
    }[kind]
    return name, value, calculation, caution


origin.trace_module(globals())
