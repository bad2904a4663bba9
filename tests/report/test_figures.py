"""Figures are looked at by their parts, and measured as they would be drawn; never by their pixels."""

import itertools
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from figure_checks import find_faults, lay_out
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from industry_report.analysis.conversion import Measure
from industry_report.base import language, style
from industry_report.report import figures, layout

SALE = Measure()
DIMENSIONS = ["intent", "clarity", "satisfaction"]
LONG = [
    f"从事农产品收购加工与冷链仓储并在多个县设有分支机构的农民专业合作社联合社第{i:02}号" for i in range(15)
]
WORDY = [f"Small Manufacturers with several sites, No {i:02}" for i in range(15)]
UNBROKEN = [f"averyverylongcustomertypewithoutanyspace{i:02}" for i in range(15)]
ODD = ["$5 a$", "<script>", "# *b* @c", "\\frac{1}{2}$", "a_b^c", "100%"]
TITLE = "“从事农产品收购与冷链仓储的合作社”成交率最高（63.2%），“个体工商户和流动摊贩”最低（20.0%）"


@pytest.fixture(autouse=True)
def plain_style() -> None:
    style.apply()


# Small tables, as `conversion` and `workload` give them


def rates(consultations: Sequence[int], shares: Sequence[float], names: Sequence[object]) -> pd.DataFrame:
    """Each group with its rate, and an interval of which only the order matters here."""
    n = np.array(consultations)
    rate = np.where(n > 0, shares, np.nan)
    table = {"consultations": n, "conversions": np.nan_to_num(rate * n).astype(int), "rate": rate}
    spread = 1 / np.sqrt(np.maximum(n, 1)) / 2
    ends = {"low": (rate - spread).clip(0), "high": (rate + spread).clip(None, 1)}
    return pd.DataFrame(table | ends, index=pd.Index(names, name="customer_type"))


def grades(consultations: Sequence[int], names: Sequence[str] = "ABCD") -> pd.DataFrame:
    table = pd.DataFrame({"consultations": consultations}, index=pd.Index(list(names), name="grade"))
    return table.assign(share=table["consultations"] / (sum(consultations) or np.nan))


def by_grade(consultations: Sequence[int], names: Sequence[str] = "ABCD") -> pd.DataFrame:
    return rates(consultations, np.linspace(0.6, 0.1, len(consultations)), list(names)).rename_axis("grade")


def contacts(consultations: Sequence[int], yearly: Sequence[int] = (52, 12, 4, 1)) -> pd.DataFrame:
    table = grades(consultations)
    return table.assign(contacts=table["consultations"] * list(yearly))


def shares(*of_scores: float, dimensions: Sequence[str] = DIMENSIONS) -> pd.DataFrame:
    rows = [(d, score, share) for d in dimensions for score, share in enumerate(of_scores, start=1)]
    return pd.DataFrame(rows, columns=["dimension", "score", "share"])


def by_score(*consultations: int, dimensions: Sequence[str] = DIMENSIONS) -> pd.DataFrame:
    parts = [
        rates(consultations, [0.1, 0.2, 0.3, 0.5, 0.4], range(1, 6)).assign(dimension=d) for d in dimensions
    ]
    return pd.concat(parts).rename_axis("score").reset_index()


def monthly(*consultations: int) -> pd.DataFrame:
    table = rates(consultations, [0.3] * 12, range(1, 13)).rename_axis("month")
    return table.assign(received=table["consultations"])


# What a figure is made of


def bars(ax: Axes) -> list[Rectangle]:
    return [bar for container in ax.containers if isinstance(container, BarContainer) for bar in container]


def interval_lines(ax: Axes) -> list[np.ndarray]:
    return [
        line for part in ax.collections if isinstance(part, LineCollection) for line in part.get_segments()
    ]


def heads(ax: Axes) -> list[str]:
    """Return the lines of a figure in grey: measure, heads of panels, notes and source."""
    return [text.get_text() for text in ax.figure.texts if text.get_color() == style.GREY]  # type: ignore[union-attr]


def names(ax: Axes) -> list[str]:
    return [text.get_text() for text in layout.find_names(ax)]


def written(ax: Axes) -> list[str]:
    """Return what stands in the axes beside the names of rows."""
    return [text.get_text() for text in ax.texts if text not in layout.find_names(ax)]


def tick_labels(axis: object) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]  # type: ignore[attr-defined]


def luminance(colour: object) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))


def test_grade_distribution_has_a_bar_and_its_numbers_for_every_grade() -> None:
    (ax,) = figures.grade_distribution(grades([900, 2500, 1800, 400]), title="B级最多").axes
    assert [bar.get_width() for bar in bars(ax)] == [900, 2500, 1800, 400]
    assert written(ax) == [
        "咨询数",
        "900",
        "2,500",
        "1,800",
        "400",
        "占比",
        "16.1%",
        "44.6%",
        "32.1%",
        "7.1%",
    ]
    assert names(ax) == ["A级", "B级", "C级", "D级"]
    assert ax.get_xlim()[0] == 0
    assert ax.yaxis_inverted()  # the highest grade is on top
    assert ax.figure.get_suptitle() == "B级最多"
    assert heads(ax) == ["各等级咨询数（条）及占比"]


def test_conversion_by_grade_has_bars_from_zero_with_their_intervals() -> None:
    table = by_grade([100, 200, 0, 50])
    (ax,) = figures.conversion_by_grade(table).axes
    assert [bar.get_width() for bar in bars(ax)] == table["rate"].fillna(0).to_list()
    assert names(ax) == ["A级", "B级", "C级", "D级"]
    assert written(ax) == ["成交率", "60.0%", "43.3%", "–", "10.0%", "咨询数", "100", "200", "0", "50"]
    assert ax.get_xlim()[0] == 0
    low_to_rate, rate_to_high, *_ = (part.get_segments() for part in ax.collections)
    known = table["rate"].notna()
    for segments, start, end in ((low_to_rate, "low", "rate"), (rate_to_high, "rate", "high")):
        drawn = [segment for segment, shown in zip(segments, known, strict=True) if shown]
        assert [tuple(line[:, 0]) for line in drawn] == list(
            zip(table.loc[known, start], table.loc[known, end], strict=True)
        )
    assert heads(ax) == ["成交率及95%置信区间"]


def test_an_interval_shows_on_its_bar_and_beyond_it() -> None:
    (ax,) = figures.conversion_by_grade(by_grade([100] * 8, "ABCDEFGH")).axes
    on_bars, beyond, *_ = ax.collections
    for colour, bar in zip(on_bars.get_colors(), bars(ax), strict=True):
        assert style.contrast(to_hex(colour), to_hex(bar.get_facecolor())) >= 4.5
    assert all(style.contrast(to_hex(colour), style.PAPER) > 4 for colour in beyond.get_colors())


def test_rates_have_a_point_and_an_interval_for_every_group_highest_on_top() -> None:
    table = rates([500, 300, 100], [0.2, 0.4, 0.3], ["甲", "乙", "丙"])
    (ax,) = figures.rates(table, SALE, 0.25).axes
    points = next(line for line in ax.lines if line.get_marker() == "o")
    average = next(line for line in ax.lines if line.get_marker() == "None")
    assert list(points.get_xdata()) == [0.4, 0.3, 0.2]
    assert list(average.get_xdata()) == [0.25, 0.25]
    assert names(ax) == ["乙", "丙", "甲"]
    assert ax.yaxis_inverted()
    assert written(ax)[:8] == ["成交率", "40.0%", "30.0%", "20.0%", "咨询数", "300", "100", "500"]
    assert "全体25.0%" in written(ax)
    assert heads(ax) == ["成交率及95%置信区间"]
    assert ax.get_xlim()[0] == 0
    ordered = table.sort_values("rate", ascending=False)
    for line, (_, row) in zip(interval_lines(ax), ordered.iterrows(), strict=True):
        assert line[:, 0] == pytest.approx([row.low, row.high])


def test_protected_groups_keep_their_count_and_stand_back() -> None:
    table = rates([500, 300], [0.2, np.nan], ["甲", "乙"])
    (ax,) = figures.rates(table, SALE, 0.25).axes
    assert written(ax)[1:6] == ["20.0%", language.protected(), "咨询数", "500", "300"]
    assert [name.get_color() for name in layout.find_names(ax)] == [style.INK, style.GREY]


@pytest.mark.parametrize("average", [0.0, 0.9, 1.0])
def test_rates_show_an_average_that_no_group_reaches(average: float) -> None:
    (ax,) = figures.rates(rates([500, 300], [0.1, 0.2], ["甲", "乙"]), SALE, average).axes
    assert ax.get_xlim()[0] <= average <= ax.get_xlim()[1]


def test_names_that_are_too_long_are_broken_and_then_cut() -> None:
    (ax,) = figures.rates(rates([50], [0.2], ["甲" + "客户" * 40 + "乙"]), SALE, 0.2).axes
    (label,) = names(ax)
    assert label.count("\n") == 1
    assert label.startswith("甲") and "…" in label and label.endswith("乙")
    (ax,) = figures.rates(rates([50], [0.2], ["客户" * 10]), SALE, 0.2).axes
    assert names(ax)[0].replace("\n", "") == "客户" * 10


def test_score_shares_are_bars_that_add_up_with_a_key_above() -> None:
    (ax,) = figures.score_shares(shares(0.1, 0.2, 0.3, 0.38, 0.02)).axes
    parts = bars(ax)
    assert len(parts) == 20  # five scores in three dimensions, and the key
    for _, row in itertools.groupby(sorted(parts, key=lambda bar: bar.get_y()), lambda bar: bar.get_y()):
        assert sum(bar.get_width() for bar in row) == pytest.approx(1)
    assert names(ax) == ["意向度", "需求明确性", "满意度"]
    assert ax.yaxis_inverted()
    assert written(ax).count("38%") == 3
    assert "2%" not in written(ax)  # too narrow to write into
    assert [text for text in written(ax) if "分" in text] == ["1分", "2分", "3分", "4分", "5分"]


def test_protected_shares_are_hatched_and_said() -> None:
    table = shares(0.1, 0.2, 0.3, 0.2, 0.2)
    table.loc[(table["dimension"] == "clarity") & (table["score"] < 3), "share"] = np.nan
    table.loc[table["dimension"] == "satisfaction", "share"] = np.nan
    (ax,) = figures.score_shares(table).axes
    hatched = [bar for bar in bars(ax) if bar.get_hatch()]
    assert [(round(bar.get_x(), 6), round(bar.get_width(), 6)) for bar in hatched] == [(0.7, 0.3), (0, 1)]
    assert heads(ax) == ["各分值咨询占比（斜线部分不公布）"]


def test_rates_by_score_have_a_panel_for_every_dimension_on_one_scale() -> None:
    figure = figures.rates_by_score(by_score(50, 60, 70, 80, 90), SALE)
    assert not any("95%" in words.get_text() for words in figure.texts)  # the caption above says it
    panels = figure.axes
    assert [ax.get_title() or ax.get_title(loc="left") for ax in panels] == ["意向度", "需求明确性", "满意度"]
    assert {ax.get_ylim() for ax in panels} == {panels[0].get_ylim()}
    assert panels[0].get_ylim()[0] == 0
    for ax in panels:
        points = next(line for line in ax.lines if line.get_marker() == "o")
        assert list(points.get_ydata()) == [0.1, 0.2, 0.3, 0.5, 0.4]
        assert len(interval_lines(ax)) == 5
        assert tick_labels(ax.xaxis) == ["1", "2", "3", "4", "5"]


def test_months_count_all_consultations_and_rate_only_those_with_an_outcome() -> None:
    table = monthly(50, 60, *[70] * 9, 0).assign(received=[55, 60, *[70] * 9, 80])
    upper, lower = figures.months(table, SALE).axes
    assert [bar.get_height() for bar in bars(upper)] == table["received"].to_list()
    assert written(upper) == [str(count) for count in table["received"]]
    points = next(line for line in lower.lines if line.get_marker() == "o")
    assert list(points.get_ydata()[:11]) == [0.3] * 11 and np.isnan(points.get_ydata()[11])
    assert np.isfinite([line for line in interval_lines(lower) if len(line)]).all(axis=(1, 2)).sum() == 11
    assert heads(upper) == ["咨询数（条）", "成交率及95%置信区间"]
    assert tick_labels(lower.xaxis) == [f"{month}月" for month in range(1, 13)]
    assert upper.get_ylim()[0] == lower.get_ylim()[0] == 0


def test_months_have_their_english_names() -> None:
    language.use("en")
    _, lower = figures.months(monthly(*[10] * 12), SALE).axes
    assert tick_labels(lower.xaxis)[::11] == ["Jan", "Dec"]


def test_workload_sets_consultations_beside_contacts() -> None:
    (ax,) = figures.workload(contacts([100, 200, 300, 400])).axes
    parts = bars(ax)
    assert [bar.get_width() for bar in parts] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 5200 / 9200, 2400 / 9200, 1200 / 9200, 400 / 9200]
    )
    assert names(ax) == ["A级", "B级", "C级", "D级"]
    assert {"100条（10.0%）", "5,200次（56.5%）", "400条（40.0%）", "400次（4.3%）"} <= set(written(ax))
    for consultations, effort in zip(parts[:4], parts[4:], strict=True):
        assert consultations.get_y() < effort.get_y()
        assert style.contrast(*(to_hex(bar.get_facecolor()) for bar in (consultations, effort))) > 3


def test_higher_grades_are_darker_and_keep_their_colour_in_every_figure() -> None:
    drawn = [
        figures.grade_distribution(grades([1, 2, 3, 4])),
        figures.conversion_by_grade(by_grade([40, 30, 20, 10])),
    ]
    colours = [[bar.get_facecolor() for bar in bars(figure.axes[0])] for figure in drawn]
    assert colours[0] == colours[1]
    steps = [style.lightness(to_hex(colour)) for colour in colours[0]]
    assert steps == sorted(steps)


def test_numbers_on_bars_can_be_read() -> None:
    (ax,) = figures.score_shares(shares(0.2, 0.2, 0.2, 0.2, 0.2)).axes
    beside = layout.find_names(ax)
    inside = [text for text in ax.texts if not isinstance(text, Annotation) and text not in beside]
    assert len(inside) == 15
    for text in inside:
        paper = next((bar.get_facecolor() for bar in bars(ax) if covers(bar, *text.get_position())), "white")
        dark, light = sorted((luminance(text.get_color()), luminance(paper)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def covers(bar: Rectangle, x: float, y: float) -> bool:
    return (
        bar.get_x() <= x <= bar.get_x() + bar.get_width()
        and bar.get_y() <= y <= bar.get_y() + bar.get_height()
    )


def test_text_of_the_data_is_never_mathematics() -> None:
    figure = figures.rates(rates([50] * len(ODD), [0.2] * len(ODD), ODD), SALE, 0.2, title="$5 a$")
    assert not any(text.get_parse_math() for text in figure.findobj(Text))
    assert set(names(figure.axes[0])) == set(ODD)


def test_figures_can_be_changed_and_are_not_kept_by_pyplot() -> None:
    figure = figures.grade_distribution(grades([1, 2, 3, 4]), title="甲")
    figure.suptitle("乙")
    figure.axes[0].set_xlabel("丙")
    assert figure.get_suptitle() == "乙"
    assert plt.get_fignums() == []


# Everything is inside the figure, and nothing lies on anything else

LAYOUTS: dict[str, Callable[[], Figure]] = {
    "grades": lambda: figures.grade_distribution(grades([900, 2500, 1800, 400]), TITLE),
    "grades, ten": lambda: figures.grade_distribution(grades(range(10), "ABCDEFGHIJ"), TITLE),
    "grades, worded": lambda: figures.grade_distribution(
        grades([5, 3], ["需要长期培育的潜在客户", "低"]), TITLE
    ),
    "by grade": lambda: figures.conversion_by_grade(by_grade([900, 2500, 1800, 400]), TITLE),
    "by grade, seven": lambda: figures.conversion_by_grade(by_grade([99_999] * 7, "ABCDEFG"), TITLE),
    "by grade, worded": lambda: figures.conversion_by_grade(by_grade([50] * 3, WORDY[:1] + LONG[:2]), TITLE),
    "by grade, empty": lambda: figures.conversion_by_grade(by_grade([], ""), TITLE),
    "rates": lambda: figures.rates(
        rates([500, 80, 9], [0.2, 0.5, 0.3], ["小微企业", "院校", "其他"]), SALE, 0.25, TITLE
    ),
    "rates, one group": lambda: figures.rates(rates([1], [1.0], LONG[:1]), SALE, 1.0, TITLE),
    "rates, unknown": lambda: figures.rates(rates([0, 0], [0, 0], ["甲", "乙"]), SALE, np.nan, TITLE),
    "rates, far average": lambda: figures.rates(rates([1_234_567], [0.01], ["甲"]), SALE, 0.99, TITLE),
    "rates, empty": lambda: figures.rates(rates([], [], []), SALE, np.nan, TITLE),
    "scores": lambda: figures.score_shares(shares(0.1, 0.2, 0.3, 0.25, 0.15), TITLE),
    "scores, narrow": lambda: figures.score_shares(shares(0.04, 0.045, 0.05, 0.055, 0.81), TITLE),
    "scores, empty": lambda: figures.score_shares(shares(), TITLE),
    "by score": lambda: figures.rates_by_score(by_score(50, 60, 70, 80, 90), SALE, TITLE),
    "by score, unknown": lambda: figures.rates_by_score(by_score(0, 0, 0, 0, 0), SALE, TITLE),
    "by score, one": lambda: figures.rates_by_score(by_score(9, 9, 9, 9, 9).iloc[:1], SALE, TITLE),
    "by score, five": lambda: figures.rates_by_score(
        by_score(9, 9, 9, 9, 9, dimensions="abcde"), SALE, TITLE
    ),
    "by score, empty": lambda: figures.rates_by_score(by_score(9, 9, 9, 9, 9).iloc[:0], SALE, TITLE),
    "months": lambda: figures.months(monthly(*range(300, 900, 50)), SALE, TITLE),
    "months, many": lambda: figures.months(monthly(*[99_999] * 12), SALE, TITLE),
    "months, one": lambda: figures.months(monthly(5, *[0] * 11), SALE, TITLE),
    "workload": lambda: figures.workload(contacts([900, 2500, 1800, 400]), TITLE),
    "workload, narrow": lambda: figures.workload(contacts([85, 5, 5, 5]), TITLE),
    "workload, many": lambda: figures.workload(contacts([12_345_678] * 4), TITLE),
    "title of one word": lambda: figures.grade_distribution(grades([1, 2, 3, 4]), "https://" + "x" * 200),
    "title in capitals": lambda: figures.grade_distribution(grades([1, 2, 3, 4]), "SMALL ENTERPRISES " * 9),
}


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("case", LAYOUTS)
def test_texts_are_whole_and_apart(case: str, code: str) -> None:
    language.use(code)
    figure = LAYOUTS[case]()
    assert find_faults(figure) == []
    assert len(lay_out(figure)) >= 2
    assert figure.axes[0].get_window_extent().width > 0.12 * figure.bbox.width


# For the sales lead

SOURCES = ["搜索引擎", "老客户推荐", "$5 a$", "Accountants for small and medium-sized enterprises", "其他"]


def funnel_of(outcomes: bool) -> pd.DataFrame:
    counts = {"graded": [123456, 950, 40, 9, 0], "promising": [70000, 683, 0, 4, 0]}
    counts |= {"conversions": [24000, 335, 0, 4, 0]} if outcomes else {}
    return pd.DataFrame(counts, index=pd.Index(SOURCES, name="source"))


def weak_points(dimensions: Sequence[str] = DIMENSIONS) -> pd.DataFrame:
    verdicts = itertools.cycle(["lower", "higher", "no clear difference", "lower"])
    rows = [(group, dimension, 2.5, next(verdicts)) for group in SOURCES for dimension in dimensions]
    return pd.DataFrame(rows, columns=["source", "dimension", "mean", "verdict"])


@pytest.mark.parametrize("outcomes", [True, False])
def test_a_funnel_draws_every_stage_from_zero_with_its_counts(outcomes: bool) -> None:
    table = funnel_of(outcomes)
    (ax,) = figures.funnel(table).axes
    assert [bar.get_width() for bar in bars(ax)] == [n for stage in table for n in table[stage]]
    assert all(bar.get_x() == 0 for bar in bars(ax))
    assert written(ax)[:3] == ["可评级", "123,456", "950"]
    assert ("成交" in written(ax)) is outcomes


def test_weak_points_are_marked_by_sign_as_well_as_colour() -> None:
    (ax,) = figures.weak_points(weak_points()).axes
    colours = {"▼": style.BELOW_COLOUR, "▲": style.ABOVE_COLOUR, "": style.PAPER}
    cells = [label.get_text() for label in ax.texts if label.get_text().startswith("2.50")]
    assert len(cells) == 15 and sum("▼" in cell for cell in cells) == 7
    for cell, patch in zip(cells, ax.patches, strict=True):
        assert to_hex(patch.get_facecolor()) == colours[cell[4:].strip()]


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("draw", ["funnel", "no outcomes", "weak points", "five dimensions", "one dimension"])
def test_sales_figures_keep_their_texts_whole_and_apart(draw: str, code: str) -> None:
    language.use(code)
    figure = {
        "funnel": lambda: figures.funnel(funnel_of(True), TITLE),
        "no outcomes": lambda: figures.funnel(funnel_of(False), TITLE),
        "weak points": lambda: figures.weak_points(weak_points(), TITLE),
        "five dimensions": lambda: figures.weak_points(weak_points([*DIMENSIONS, "a" * 30, "amount"]), TITLE),
        "one dimension": lambda: figures.weak_points(weak_points(["clarity"]), TITLE),
    }[draw]()
    assert find_faults(figure) == []
