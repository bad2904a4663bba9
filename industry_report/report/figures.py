"""Tidy table → figure. Every function returns a matplotlib Figure that a cell may go on changing.

The title states the finding, the line below it the measure and its unit; numbers and names stand where they
belong instead of in a legend; every rate has its interval.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..analysis.conversion import HIGHER, LOWER, Measure
from ..base import language, origin, style
from ..base.language import text
from . import layout
from .figure_marks import (
    WITHHELD_MARK,
    bar_intervals,
    count_bars,
    draw_verdicts,
    every_nth,
    mark_average,
    mark_protected,
    rate_line,
    score_key,
    score_panel,
    verdict_key,
    write_shares,
)
from .figure_texts import (
    count_head,
    count_label,
    effort_label,
    grade_labels,
    period_names,
    rate_label,
    rate_numbers,
    score_name,
    share_label,
    with_interval,
)


def grade_distribution(grades: pd.DataFrame, title: str = "", before: pd.DataFrame | None = None) -> Figure:
    """Draw how many consultations have each grade, highest grade on top.

    Parameters
    ----------
    grades : DataFrame
        See `conversion.grades`.
    title : str
        The finding, one line.
    before : DataFrame, optional
        The same of the year before: its shares get a column.
    """
    numbers = {
        count_head(): [count_label(count) for count in grades["consultations"]],
        language.term("share"): [share_label(row) for row in grades.itertuples()],
    }
    if before is not None:
        head = text(zh="上年占比", en="Year before")
        numbers[head] = [share_label(row) for row in before.reindex(grades.index).itertuples()]
    names, colours = grade_labels(grades.index)
    measure = text(zh="各等级咨询数（条）及占比", en="Consultations by grade, and share of all")
    figure, ax = layout.begin_rows(names, numbers, title, measure)
    counts = grades["consultations"].fillna(0).to_numpy(float)
    ax.barh(np.arange(len(names)), counts, color=colours, height=0.7)
    ax.set_xlim(0, max([1, *counts]))
    ax.xaxis.set_visible(False)
    return figure


def conversion_by_grade(by_grade: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate of each grade with its interval, highest grade on top.

    Parameters
    ----------
    by_grade : DataFrame
        See `conversion.by_grade`.
    title : str
        The finding, one line.
    """
    names, colours = grade_labels(by_grade.index)
    measure = Measure()
    figure, ax = layout.begin_rows(
        names, rate_numbers(by_grade, measure), title, with_interval(measure), scale=True
    )
    ax.barh(np.arange(len(names)), by_grade["rate"].fillna(0).to_numpy(float), color=colours, height=0.7)
    bar_intervals(ax, by_grade, colours)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(by_grade["high"]))
    return figure


def rates(
    table: pd.DataFrame,
    measure: Measure,
    average: pd.Series | float,
    title: str = "",
    versus: pd.DataFrame | None = None,
    change: pd.DataFrame | None = None,
) -> Figure:
    """Draw a measure by group as points with intervals, highest rate on top.

    Of more groups than a page holds, the largest are drawn and the others counted below the figure.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by`.
    measure : Measure
        Names the rate.
    average : Series or float
        The measure over all consultations, drawn as a line. In a public edition, the row that
        `conversion.overall` returns: its rate by itself may be 1, which could be a count.
    title : str
        The finding, one line.
    versus : DataFrame, optional
        See `conversion.compare`: its verdict is the mark, ▲ higher, ▼ lower, ○ neither.
    change : DataFrame, optional
        See `growth.of_groups`: how many more or fewer came than the year before, in a column of its own.
    """
    line = float(average["rate"] if isinstance(average, pd.Series) else average)
    shown = _largest(table)
    shown = shown.sort_values(["rate", "consultations"], ascending=False, kind="stable", na_position="last")
    names = [language.name(str(group)) for group in shown.index]
    numbers = rate_numbers(shown, measure)
    if change is not None and len(change):
        grown = change["growth"].reindex(shown.index)
        numbers[text(zh="比上年", en="On year")] = [language.formatted(value, "growth") for value in grown]
    left_out = layout.count_left_out(len(table) - len(shown))
    figure, ax = layout.begin_rows(
        names, numbers, title, with_interval(measure), scale=True, note=left_out or verdict_key(versus)
    )
    draw_verdicts(ax, shown, versus)
    for label, row in zip(layout.find_names(ax), shown.itertuples(), strict=True):
        label.set_color(style.GREY if pd.isna(row.rate) else style.INK)
    layout.set_rate_scale(ax, "x", layout.end_of_rates([*shown["high"], line]))
    if not np.isnan(line):
        mark_average(ax, line)
    return figure


def seasons(now: pd.DataFrame, before: pd.DataFrame | None = None, title: str = "") -> Figure:
    """Draw the consultations of each month or quarter as columns, the year before as outlines behind them.

    Parameters
    ----------
    now, before : DataFrame
        See `conversion.by_period`. A year before of which the other kind is told is not drawn.
    title : str
        The finding, one line.
    """
    past = text(zh="灰框为上年", en="grey outlines: the year before") if before is not None else ""
    sheet = layout.begin_sheet(2.0, title, past)
    counts = now["received"].to_numpy(float)
    earlier = before["received"].reindex(now.index).to_numpy(float) if before is not None else counts * np.nan
    most = 1.15 * max(1, np.nan_to_num([counts, earlier]).max())
    ticks = layout.find_ticks(most, 4, whole=True)
    labels = list(map(count_label, ticks))
    left = layout.MARGIN_INCHES + layout.widest(labels) + 0.08
    ax = sheet.panel(left, style.WIDTH_INCHES - layout.MARGIN_INCHES, 0.05, 1.75)
    places = np.arange(len(counts))
    ax.bar(places - 0.1, np.nan_to_num(earlier), width=0.62, color=style.GRID, edgecolor=style.EARLIER_EDGE)
    ax.bar(places + 0.1, np.nan_to_num(counts), width=0.62, color=style.ACCENT)
    layout.set_scale(ax, "y", ticks, labels, most)
    ax.set_xlim(-0.6, max(len(counts), 1) - 0.4)
    names = period_names(now.index)
    step = every_nth(names, style.WIDTH_INCHES - left)
    ax.set_xticks(places[::step], names[::step])
    ax.tick_params(axis="x", length=0)
    for place in {int(np.nan_to_num(counts).argmax()), int(np.nan_to_num(counts, nan=np.inf).argmin())}:
        top = np.nan_to_num([counts[place], earlier[place]]).max()
        ax.annotate(count_label(counts[place]), (place, top), (0, 2), textcoords="offset points", ha="center")
    return sheet.figure


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
    table = table.loc[list(dict.fromkeys(shares["dimension"]))]
    protected = table.sum(axis=1) < 1 - 1e-9
    measure = text(zh="各分值咨询占比", en="Share of consultations given each score")
    if protected.any():
        measure += text(zh="（斜线部分不公布）", en=" (hatched: not published)")
    names = [language.term(dimension) for dimension in table.index]
    figure, ax = layout.begin_rows(names, {}, title, measure, height=0.42, top=0.38)
    colours = list(style.grade_colours([str(score) for score in table.columns]).values())
    left = np.zeros(len(table))
    for score, colour in zip(table.columns, colours, strict=True):
        width = table[score].to_numpy(float)
        ax.barh(np.arange(len(table)), width, left=left, color=colour, edgecolor=style.PAPER, height=0.76)
        write_shares(ax, left, width, colour)
        left += width
    mark_protected(ax, left)
    score_key(ax, [score_name(score) for score in table.columns], colours)
    ax.set_xlim(0, 1)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_visible(False)
    return figure


def rates_by_score(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw a measure against the score, one panel a dimension, three panels a row.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by_score`.
    measure : Measure
        Names the rate.
    title : str
        The finding, one line; without one the caption stands above, which names the measure as well.
    """
    dimensions = list(dict.fromkeys(table["dimension"])) or [""]
    rows = [dimensions[start : start + 3] for start in range(0, len(dimensions), 3)]
    upper = layout.end_of_rates(table["high"])
    left = layout.rate_scale_width(upper)
    across = (style.WIDTH_INCHES - left - layout.MARGIN_INCHES - 2 * layout.GAP_INCHES) / 3
    heads = [[style.shorten(language.term(name), across) for name in row] for row in rows]
    top = max(head.count("\n") + 1 for row in heads for head in row) * layout.LINE_INCHES + 0.08
    height = top + 1.5 + 0.28
    told = with_interval(measure) + text(zh="，按分值", en=", by score") if title else ""
    hidden = any(rate_label(row) == language.protected() for row in table.itertuples())
    sign = f"{WITHHELD_MARK}{text(zh='：', en=': ')}"
    note = sign + text(zh="保密，不予公布", en="confidential, not published") if hidden else ""
    sheet = layout.begin_sheet(height * len(rows), title, told, note)
    for line, (row, names) in enumerate(zip(rows, heads, strict=True)):
        for place, (dimension, head) in enumerate(zip(row, names, strict=True)):
            start = left + place * (across + layout.GAP_INCHES)
            ax = sheet.panel(start, start + across, line * height + top, line * height + top + 1.5)
            score_panel(ax, table[table["dimension"] == dimension], upper, labelled=place == 0)
            ax.set_title(head, pad=6, linespacing=1.25)
    return sheet.figure


def calibration(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate against the overall score, a point for each tenth.

    Parameters
    ----------
    table : DataFrame
        See `validity.calibration`.
    title : str
        The finding, one line.
    """
    upper, measure = layout.end_of_rates(table["high"]), Measure()
    of_tenths = text(zh="，按综合评分十等分组", en=", by decile of the overall score")
    sheet = layout.begin_sheet(2.6, title, with_interval(measure) + of_tenths)
    ax = sheet.panel(
        layout.rate_scale_width(upper), style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.1, 0.05, 2.1
    )
    known = table[table["rate"].notna()]
    places = known["composite"].to_numpy(float)
    layout.draw_intervals(ax, places, known, vertical=True)
    ax.plot(places, known["rate"], "o-", color=style.ACCENT, markersize=5)
    layout.set_rate_scale(ax, "y", upper)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.set_xlabel(text(zh="平均综合评分（分）", en="Mean composite"))
    return sheet.figure


def months(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw consultations and a measure by month, one above the other.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by_period`; an index of periods may run over several years.
    measure : Measure
        Names the lower axis.
    title : str
        The finding, one line.
    """
    heads = style.wrap(with_interval(measure), style.WIDTH_INCHES - 2 * layout.MARGIN_INCHES)
    top = 2.0 + len(heads) * layout.LINE_INCHES
    sheet = layout.begin_sheet(top + 1.65, title, "")
    sheet.write([text(zh="咨询数（条）", en="Consultations")], 0.0)
    sheet.write(heads, 1.95)
    received, end = table["received"].to_numpy(float), layout.end_of_rates(table["high"])
    most = 1.18 * max(1, np.nan_to_num(received).max(initial=1))  # room for the count above the highest bar
    ticks = list(map(count_label, layout.find_ticks(most, 4, whole=True)))
    left = max(layout.rate_scale_width(end), layout.MARGIN_INCHES + layout.widest(ticks) + 0.08)
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES
    names = period_names(table.index)
    if every_nth(names, right - left) > 1:
        right -= layout.widest(names[-1:]) / 2  # the last name may reach beyond its bar
    count_bars(sheet.panel(left, right, 0.26, 1.75), received, most)
    rate_line(sheet.panel(left, right, top + 0.05, top + 1.35), table, end)
    step = every_nth(names, right - left)
    sheet.figure.axes[1].set_xticks(np.arange(len(names))[::step], names[::step])
    return sheet.figure


def workload(contacts: pd.DataFrame, title: str = "") -> Figure:
    """Draw each grade's share of the consultations beside its share of the contacts.

    Parameters
    ----------
    contacts : DataFrame
        See `workload.contacts`.
    title : str
        The finding, one line.
    """
    names, _ = grade_labels(contacts.index)
    measure = text(
        zh="各等级的咨询数（条）与全年回访次数（次），括号内为占比",
        en="Consultations and contacts a year by grade, with their shares of all",
    )
    figure, ax = layout.begin_rows(names, {}, title, measure, height=0.5)
    positions, ends = np.arange(len(contacts)), []
    for column, colour, offset in (
        ("consultations", style.GRID, -0.2),
        ("contacts", style.ACCENT, 0.2),
    ):
        shares = (contacts[column] / max(contacts[column].sum(), 1)).fillna(0).to_numpy(float)
        ax.barh(positions + offset, shares, color=colour, height=0.36)
        for place, share, count in zip(positions + offset, shares, contacts[column], strict=True):
            label = effort_label(column, count, share)
            ax.annotate(label, (share, place), (4, 0), textcoords="offset points", va="center_baseline")
            ends.append((share, style.text_width(label) + 0.1))
    ax.set_xlim(0, layout.fit_labels(ends, ax.get_position().width * style.WIDTH_INCHES))
    ax.xaxis.set_visible(False)
    return figure


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest groups of a table, as many as a page holds."""
    most = layout.rows_on_a_page(language.name(str(name)) for name in table.index)
    return table.sort_values("consultations", ascending=False, kind="stable").head(most)


# --- For the sales lead


def funnel(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw how many consultations of each group are promising and how many of those converted.

    Parameters
    ----------
    table : DataFrame
        See `sales.funnel`.
    title : str
        The finding, one line.
    """
    stages = [stage for stage in ("graded", "promising", "conversions") if stage in table]
    heads = [language.term("graded"), language.term("promising"), text(zh="成交", en="Bought")]
    numbers = {head: [f"{n:,}" for n in table[stage]] for head, stage in zip(heads, stages, strict=False)}
    if "rate" in table:  # which the title tells; the bars show how many were graded
        rates = [language.formatted(rate, "rate") for rate in table["rate"]]
        known = (
            {} if table["known"].equals(table["promising"]) else {text(zh="结果已知", en="Known"): "known"}
        )
        shown = {heads[1]: "promising", **known, heads[2]: "conversions"}
        numbers = {head: [f"{n:,}" for n in table[stage]] for head, stage in shown.items()}
        numbers[text(zh="成交率", en="Rate")] = rates
    measure = text(zh="各阶段咨询数（条）：由浅到深", en="Consultations at each stage, light to dark")
    figure, ax = layout.begin_rows(
        [language.name(str(group)) for group in table.index], numbers, title, measure
    )
    shades = style.grade_colours(stages).values()
    for stage, colour, height in zip(stages, shades, (0.78, 0.52, 0.26), strict=False):
        ax.barh(np.arange(len(table)), table[stage], color=colour, height=height)
    ax.set_xlim(0, max([1, *table["graded"]]))
    ax.xaxis.set_visible(False)
    return figure


def weak_points(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw each group's mean score in each dimension, and whether it clearly differs from all others.

    Parameters
    ----------
    table : DataFrame
        See `sales.weak_points`.
    title : str
        The finding, one line.
    """
    column = table.columns[0]
    groups, dimensions = list(dict.fromkeys(table[column])), list(dict.fromkeys(table["dimension"]))
    room = (style.WIDTH_INCHES - 2 * layout.MARGIN_INCHES - layout.GAP_INCHES - layout.NAMES_INCHES) / max(
        len(dimensions), 1
    ) - 0.08
    heads = [style.shorten(language.term(dimension), room) for dimension in dimensions]
    measure = text(zh="平均分：▼显著较低，▲显著较高", en="Mean scores: ▼ clearly lower, ▲ clearly higher")
    top = layout.LINE_INCHES * max((head.count("\n") + 1 for head in heads), default=1) + 0.04
    figure, ax = layout.begin_rows(
        [language.name(str(group)) for group in groups], {}, title, measure, top=top
    )
    ax.set(xlim=(-0.5, max(len(dimensions), 1) - 0.5), xticks=[])
    for place, head in enumerate(heads):
        ax.annotate(
            head,
            (place, -0.5),
            (0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=style.GREY,
            annotation_clip=False,
        )
    marks = {LOWER: ("▼", style.BELOW_COLOUR), HIGHER: ("▲", style.ABOVE_COLOUR)}
    for row in table.itertuples(index=False):
        x, y = dimensions.index(row.dimension), groups.index(getattr(row, column))
        mark, colour = marks.get(row.verdict, ("", style.PAPER))
        ax.add_patch(Rectangle((x - 0.49, y - 0.46), 0.98, 0.92, color=colour, linewidth=0))
        ink = style.readable_on(colour) if mark else style.INK
        ax.text(x, y, f"{row.mean:.2f} {mark}".strip(), ha="center", va="center_baseline", color=ink)
    return figure


origin.trace_module(globals())
