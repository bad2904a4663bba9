"""Tidy table → figure. Every function returns a matplotlib Figure that a cell may go on changing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from . import language, style
from .conversion import Measure
from .language import text


def grade_distribution(grades: pd.DataFrame, title: str = "") -> Figure:
    """Draw how many consultations have each grade.

    Parameters
    ----------
    grades : DataFrame
        See `conversion.grades`.
    title : str
        The finding, one line.
    """
    figure, ax = _canvas(0.45 * len(grades) + 0.7)
    names, colours = _grade_labels(grades.index)
    sns.barplot(
        x=grades["consultations"].to_numpy(),
        y=names,
        hue=names,
        palette=colours,
        legend=False,
        ax=ax,
        saturation=1,
    )
    for position, row in enumerate(grades.itertuples()):
        count, share = _count_label(row.consultations), language.formatted(row.share, "share")
        label = text(zh=f"{count}（{share}）", en=f"{count} ({share})")
        label, end = (count, 0) if pd.isna(row.consultations) else (label, row.consultations)
        ax.annotate(label, (end, position), (5, 0), textcoords="offset points", va="center")
    ax.set(xlabel="", ylabel="", xlim=(0, max(grades["consultations"].fillna(0).max(), 1) * 1.25))
    _entitle(figure, title)
    _only_labels(ax)
    return figure


def conversion_by_grade(by_grade: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate of each grade with its interval, lowest grade left.

    Parameters
    ----------
    by_grade : DataFrame
        See `conversion.by_grade`.
    title : str
        The finding, one line.
    """
    figure, ax = _canvas(2.9)
    table = by_grade.iloc[::-1]
    names, colours = _grade_labels(table.index, highest_first=False)
    sns.barplot(
        x=names,
        y=table["rate"].to_numpy(),
        hue=names,
        palette=colours,
        legend=False,
        ax=ax,
        width=0.6,
        saturation=1,
    )
    positions = np.arange(len(table))
    _intervals(ax, positions, table, vertical=True)
    for position, row in zip(positions, table.itertuples(), strict=True):
        top = 0.0 if pd.isna(row.high) else row.high
        ax.annotate(
            _rate_label(row), (position, top), (0, 4), textcoords="offset points", ha="center", va="bottom"
        )
    heads = [_wrapped(name, 34 / max(len(table), 1)) for name in names]
    counts = map(_count_label, table["consultations"])
    ax.set_xticks(positions, [f"{name}\nn={count}" for name, count in zip(heads, counts, strict=True)])
    ax.set(
        xlabel="",
        ylabel=Measure().label,
        xlim=(-0.5, max(len(table), 1) - 0.5),
        ylim=(0, _upper(table["high"])),
    )
    _entitle(figure, title)
    _percent_axis(ax.yaxis)
    ax.yaxis.grid(True)
    return figure


def rates(table: pd.DataFrame, measure: Measure, average: float, title: str = "") -> Figure:
    """Draw a measure by group as points with intervals, highest rate on top.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by`.
    measure : Measure
        Names the axis.
    average : float
        The measure over all consultations, drawn as a line.
    title : str
        The finding, one line.
    """
    table = table.sort_values(["rate", "consultations"], kind="stable", na_position="first")
    groups = _group_labels(table.index)
    figure, ax = _canvas((0.45 if any("\n" in group for group in groups) else 0.29) * len(table) + 1.1)
    positions = np.arange(len(table))
    _intervals(ax, positions, table, vertical=False)
    ax.plot(table["rate"], positions, "o", color=style.ACCENT, markersize=6)
    for position, row in zip(positions, table.itertuples(), strict=True):
        rate, count = _rate_label(row), _count_label(row.consultations)
        label = text(zh=f"{rate}（n={count}）", en=f"{rate} (n={count})")
        ax.annotate(
            label, (1.02, position), xycoords=("axes fraction", "data"), va="center", annotation_clip=False
        )
    ax.set_yticks(positions, groups)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if not np.isnan(average):
        _mark_average(ax, average)
    ax.set(xlabel=measure.label, xlim=(0, _upper([*table["high"], average])), ylim=(-0.6, len(table) - 0.4))
    _entitle(figure, title)
    _percent_axis(ax.xaxis)
    ax.xaxis.grid(True)
    return figure


def score_shares(shares: pd.DataFrame, title: str = "") -> Figure:
    """Draw how often each score was given, one stacked bar a dimension.

    Parameters
    ----------
    shares : DataFrame
        See `conversion.score_shares`.
    title : str
        The finding, one line.
    """
    table = shares.pivot(index="dimension", columns="score", values="share").fillna(0.0)
    table = table.loc[list(dict.fromkeys(shares["dimension"]))[::-1]]
    figure, ax = _canvas(0.6 * len(table) + 1.3)
    colours = style.grade_colours([str(score) for score in table.columns])
    left = np.zeros(len(table))
    names = [language.term(dimension) for dimension in table.index]
    for score in table.columns:
        colour, width = colours[str(score)], table[score].to_numpy()
        ax.barh(names, width, left=left, color=colour, edgecolor="white", height=0.62)
        for position, (start, share) in enumerate(zip(left, width, strict=True)):
            if _fits(f"{share:.0%}", share):
                ax.text(
                    start + share / 2,
                    position,
                    f"{share:.0%}",
                    ha="center",
                    va="center",
                    color=style.readable_on(colour),
                )
        left += width
    _mark_protected(ax, left)
    _score_key(ax, table.iloc[-1:].sum(), [text(zh=f"{s}分", en=str(s)) for s in table.columns])
    ax.set(xlim=(0, 1))
    _entitle(figure, title)
    _only_labels(ax)
    return figure


def rates_by_score(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw a measure against the score, one panel a dimension.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by_score`.
    measure : Measure
        Names the axis.
    title : str
        The finding, one line.
    """
    dimensions = list(dict.fromkeys(table["dimension"])) or [""]
    figure = Figure(figsize=(style.WIDTH, 2.9), layout="constrained")
    ends = table["score"].min() - 0.5, table["score"].max() + 0.5
    panels = np.atleast_1d(figure.subplots(1, len(dimensions), sharey=True))
    for ax, dimension in zip(panels, dimensions, strict=True):
        rows = table[table["dimension"] == dimension]
        scores = rows["score"].to_numpy(float)
        _intervals(ax, scores, rows, vertical=True)
        ax.plot(scores, rows["rate"], "o-", color=style.ACCENT, markersize=5)
        ax.set_title(language.term(dimension), fontsize=9.5, pad=4)
        ax.set(ylim=(0, _upper(table["high"])), xlim=(0, 1) if table.empty else ends)
        ax.set_xticks(scores, [f"{score:g}" for score in scores])
        ax.yaxis.grid(True)
    panels[0].set_ylabel(measure.label)
    _percent_axis(panels[0].yaxis)
    figure.supxlabel(text(zh="分值", en="Score"), fontsize=9, color=style.GREY)
    _entitle(figure, title)
    return figure


def calibration(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate against the composite, a point for each tenth.

    Parameters
    ----------
    table : DataFrame
        See `validity.calibration`.
    title : str
        The finding, one line.
    """
    figure, ax = _canvas(2.9)
    known = table[table["rate"].notna()]
    _intervals(ax, known["composite"].to_numpy(), known, vertical=True)
    ax.plot(known["composite"], known["rate"], "o-", color=style.ACCENT, markersize=5)
    ax.set(xlabel=language.term("composite"), ylabel=Measure().label, ylim=(0, _upper(table["high"])))
    _percent_axis(ax.yaxis)
    ax.yaxis.grid(True)
    _entitle(figure, title)
    return figure


def months(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw consultations and a measure by month, one above the other.

    Parameters
    ----------
    table : DataFrame
        See `conversion.monthly`.
    measure : Measure
        Names the lower axis.
    title : str
        The finding, one line.
    """
    figure = Figure(figsize=(style.WIDTH, 3.8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    positions = table.index.to_numpy()
    upper.bar(positions, table["received"], color=style.ACCENT, width=0.7)
    for month, count in table["received"].items():
        top = 0 if pd.isna(count) else count
        upper.annotate(
            _count_label(count), (month, top), (0, 2), textcoords="offset points", ha="center", fontsize=8
        )
    _entitle(figure, title)
    upper.set(
        ylabel=text(zh="咨询数", en="Consultations"), ylim=(0, max([1, *table["received"].dropna()]) * 1.15)
    )
    upper.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    upper.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    known = table["rate"].notna().to_numpy()
    _intervals(lower, positions[known], table[known], vertical=True)
    lower.plot(positions[known], table.loc[known, "rate"], "o-", color=style.ACCENT, markersize=5)
    lower.set(ylabel=measure.label, ylim=(0, _upper(table["high"])))
    _percent_axis(lower.yaxis)
    lower.yaxis.grid(True)
    lower.set_xticks(positions, [text(zh=f"{m}月", en=_MONTHS[m - 1]) for m in positions])
    return figure


def workload(contacts: pd.DataFrame, title: str = "") -> Figure:
    """Draw each grade's share of the consultations beside its share of the contacts.

    Parameters
    ----------
    contacts : DataFrame
        See `workload.contacts`.
    title : str
        The finding, one line.
    """
    rows = {
        text(zh="全年回访次数", en="Contacts a year"): contacts["contacts"],
        text(zh="咨询数", en="Consultations"): contacts["consultations"],
    }
    figure, ax = _canvas(2.3)
    names, colours = _grade_labels(contacts.index)
    for label, counts in rows.items():
        shares = (counts / max(counts.sum(), 1)).to_numpy(float)
        left = np.concatenate([[0.0], shares.cumsum()[:-1]])
        ax.barh([label] * len(shares), shares, left=left, color=colours, edgecolor="white", height=0.6)
        for start, share, count, colour in zip(left, shares, counts, colours, strict=True):
            numbers = f"{count:,}\n{share:.1%}"
            if _fits(numbers, share):
                ax.text(
                    start + share / 2,
                    list(rows).index(label),
                    numbers,
                    ha="center",
                    va="center",
                    color=style.readable_on(colour),
                    fontsize=8.5,
                )
    top = pd.Series((contacts["consultations"] / max(contacts["consultations"].sum(), 1)).to_numpy())
    _score_key(ax, top, names)
    ax.set(xlim=(0, 1))
    _entitle(figure, title)
    _only_labels(ax)
    return figure


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(style.WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def _grade_labels(grades: Sequence[str], highest_first: bool = True) -> tuple[list[str], list[str]]:
    ordered = list(grades)[::-1] if highest_first else list(grades)
    colours = style.grade_colours(ordered)
    return [language.capital(language.grade_name(grade)) for grade in grades], [
        colours[grade] for grade in grades
    ]


def _mark_average(ax: Axes, average: float) -> None:
    ax.axvline(average, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    label, place = text(zh="全体", en="All ") + language.formatted(average, "rate"), ("data", "axes fraction")
    ax.annotate(
        label,
        (average, 1),
        (0, 3),
        xycoords=place,
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=style.GREY,
    )


def _intervals(ax: Axes, positions: np.ndarray, table: pd.DataFrame, *, vertical: bool) -> None:
    line = ax.vlines if vertical else ax.hlines
    line(positions, table["low"], table["high"], color=style.INK if vertical else style.ACCENT, linewidth=1.3)


def _count_label(count: float) -> str:
    return language.PROTECTED if pd.isna(count) else f"{count:,.0f}"


def _mark_protected(ax: Axes, shown: np.ndarray) -> None:
    """Fill what is missing to the whole of each stacked bar: segments that are not told apart."""
    for position, share in enumerate(shown):
        if 0 < share < 1 - 1e-9:
            ax.barh(
                position,
                1 - share,
                left=share,
                color="white",
                edgecolor=style.GREY,
                hatch="////",
                height=0.62,
            )
            ax.annotate(language.PROTECTED, ((1 + share) / 2, position), ha="center", va="center")


def _rate_label(row: Any) -> str:
    """Print a rate; of a group that has consultations it is missing only where it is protected."""
    if pd.isna(row.rate) and row.consultations != 0:
        return language.PROTECTED
    return language.formatted(row.rate, "rate")


def _upper(rates: Iterable[float]) -> float:
    """Return the end of a rate axis that begins at zero: just above the highest interval."""
    known = [rate for rate in rates if not np.isnan(rate)]
    return min(max(max(known) * 1.15, 0.05), 1.05) if known else 1.0


def _percent_axis(axis: object) -> None:
    axis.set_major_formatter(PercentFormatter(1, decimals=0))  # type: ignore[attr-defined]
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))  # type: ignore[attr-defined]


def _only_labels(ax: Axes) -> None:
    """Every bar carries its number, so the value axis can go."""
    ax.xaxis.set_visible(False)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _score_key(ax: Axes, shares: pd.Series, labels: Sequence[str]) -> None:
    """Write the segments' names above the topmost bar, in place of a legend."""
    position, start = len(ax.get_yticks()) - 1, 0.0
    for share, label in zip(shares, labels, strict=True):
        if _fits(label, share):
            ax.annotate(
                label,
                (start + share / 2, position + 0.36),
                ha="center",
                va="bottom",
                fontsize=8.5,
                color=style.GREY,
            )
        start += share
    ax.set_ylim(-0.5, position + 0.7)


def _group_labels(groups: Iterable[object]) -> list[str]:
    """Break names of groups into two lines at most; what is longer still ends with an ellipsis."""
    names = [language.name(str(group)) for group in groups]
    for ems in (12, 20):
        labels = [_wrapped(name, ems) for name in names]
        if all(label.count("\n") < 2 for label in labels):
            return labels
    return ["\n".join(label.split("\n")[:2]) + ("…" if label.count("\n") > 1 else "") for label in labels]


def _ems(label: str) -> float:
    """Return about how wide a line of text is, in character widths of CJK."""
    return sum(0.9 if c == "%" else 0.68 if c.isupper() else 0.55 if c.isascii() else 1.0 for c in label)


def _fits(label: str, share: float) -> bool:
    """Tell whether a label fits its segment of a stacked bar, which is some 4.4 inches long in all."""
    return (max(map(_ems, label.split("\n"))) + 0.2) * 9 / 72 < share * 4.4


def _wrapped(label: str, ems: float) -> str:
    """Break a text into lines of about `ems` character widths.

    CJK text may break anywhere but before a closing mark, a word only where it is longer than a line.
    """
    lines, used = [""], 0.0
    for piece in re.findall(rf"[!-~]{{1,{max(int(ems / 0.7), 1)}}} ?|.", label):
        width = _ems(piece)
        if lines[-1] and used + width > ems and piece not in "，。；：、）”":
            lines, used = [*lines, ""], 0.0
        lines[-1] += piece
        used += width
    return "\n".join(line.rstrip() for line in lines)


def _entitle(figure: Figure, title: str) -> None:
    """Put the finding above the whole figure, as wide as the figure allows."""
    if title:
        figure.suptitle(_wrapped(title, 72 * style.WIDTH / 11 - 2), x=0.01, ha="left", fontsize=11)
