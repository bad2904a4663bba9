"""Figures are looked at by their parts, and measured as they would be drawn; never by their pixels."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from industry_report import figures, language, style
from industry_report.conversion import Measure

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
def chinese() -> Iterator[None]:
    language.use("zh")
    style.apply()
    yield
    language.use("zh")


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


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def tick_labels(axis: object) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]  # type: ignore[attr-defined]


def luminance(colour: object) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))


def test_grade_distribution_has_a_bar_and_its_numbers_for_every_grade() -> None:
    (ax,) = figures.grade_distribution(grades([900, 2500, 1800, 400]), title="B级最多").axes
    assert [bar.get_width() for bar in bars(ax)] == [900, 2500, 1800, 400]
    assert written(ax) == ["900（16.1%）", "2,500（44.6%）", "1,800（32.1%）", "400（7.1%）"]
    assert tick_labels(ax.yaxis) == ["A级", "B级", "C级", "D级"]
    assert ax.get_xlim()[0] == 0
    assert ax.yaxis_inverted()  # the highest grade is on top
    assert ax.figure.get_suptitle() == "B级最多"


def test_conversion_by_grade_has_bars_from_zero_with_their_intervals() -> None:
    table = by_grade([100, 200, 0, 50])
    (ax,) = figures.conversion_by_grade(table).axes
    known = table.iloc[::-1].dropna()
    assert [bar.get_height() for bar in bars(ax)] == known["rate"].to_list()
    assert tick_labels(ax.xaxis) == ["D级\nn=50", "C级\nn=0", "B级\nn=200", "A级\nn=100"]
    assert written(ax) == ["10.0%", "–", "43.3%", "60.0%"]
    assert ax.get_ylim()[0] == 0
    assert [tuple(line[:, 1]) for line in interval_lines(ax) if len(line)] == list(
        zip(known["low"], known["high"], strict=True)
    )
    assert ax.get_xlim() == (-0.5, 3.5)  # a grade without a bar keeps its place


def test_rates_have_a_point_and_an_interval_for_every_group_highest_on_top() -> None:
    table = rates([500, 300, 100], [0.2, 0.4, 0.3], ["甲", "乙", "丙"])
    (ax,) = figures.rates(table, SALE, 0.25).axes
    average, points = sorted(ax.lines, key=lambda line: line.get_marker() == "o")
    assert list(points.get_xdata()) == [0.2, 0.3, 0.4]
    assert list(average.get_xdata()) == [0.25, 0.25]
    assert tick_labels(ax.yaxis) == ["甲", "丙", "乙"]
    assert written(ax)[:3] == ["20.0%（n=500）", "30.0%（n=100）", "40.0%（n=300）"]
    assert "全体25.0%" in written(ax)
    assert ax.get_xlabel() == "成交率"
    assert ax.get_xlim()[0] == 0
    for line, (_, row) in zip(interval_lines(ax), table.sort_values("rate").iterrows(), strict=True):
        assert line[:, 0] == pytest.approx([row.low, row.high])


@pytest.mark.parametrize("average", [0.0, 0.9, 1.0])
def test_rates_show_an_average_that_no_group_reaches(average: float) -> None:
    (ax,) = figures.rates(rates([500, 300], [0.1, 0.2], ["甲", "乙"]), SALE, average).axes
    assert ax.get_xlim()[0] <= average <= ax.get_xlim()[1]


def test_names_that_are_too_long_are_broken_and_then_cut() -> None:
    (ax,) = figures.rates(rates([50], [0.2], ["客户" * 40]), SALE, 0.2).axes
    (label,) = tick_labels(ax.yaxis)
    assert label.count("\n") == 1
    assert label.endswith("…")
    (ax,) = figures.rates(rates([50], [0.2], ["客户" * 20]), SALE, 0.2).axes
    assert tick_labels(ax.yaxis)[0].replace("\n", "") == "客户" * 20


def test_score_shares_are_bars_that_add_up_with_a_key_above() -> None:
    (ax,) = figures.score_shares(shares(0.1, 0.2, 0.3, 0.38, 0.02)).axes
    parts = bars(ax)
    assert len(parts) == 15
    for _, row in itertools.groupby(sorted(parts, key=lambda bar: bar.get_y()), lambda bar: bar.get_y()):
        assert sum(bar.get_width() for bar in row) == pytest.approx(1)
    assert tick_labels(ax.yaxis) == ["满意度", "需求明确性", "意向度"]
    assert written(ax).count("38%") == 3
    assert "2%" not in written(ax)  # too narrow to write into
    assert [text for text in written(ax) if "分" in text] == ["1分", "2分", "3分", "4分"]


def test_rates_by_score_have_a_panel_for_every_dimension_on_one_scale() -> None:
    panels = figures.rates_by_score(by_score(50, 60, 70, 80, 90), SALE).axes
    assert [ax.get_title() or ax.get_title(loc="left") for ax in panels] == ["意向度", "需求明确性", "满意度"]
    assert {ax.get_ylim() for ax in panels} == {panels[0].get_ylim()}
    assert panels[0].get_ylim()[0] == 0
    for ax in panels:
        assert list(ax.lines[0].get_xdata()) == [1, 2, 3, 4, 5]
        assert len(interval_lines(ax)) == 5
        assert tick_labels(ax.xaxis) == ["1", "2", "3", "4", "5"]


def test_months_count_all_consultations_and_rate_only_those_with_an_outcome() -> None:
    table = monthly(50, 60, *[70] * 9, 0).assign(received=[55, 60, *[70] * 9, 80])
    upper, lower = figures.months(table, SALE).axes
    assert [bar.get_height() for bar in bars(upper)] == table["received"].to_list()
    assert written(upper) == [str(count) for count in table["received"]]
    assert list(lower.lines[0].get_xdata()) == list(range(1, 12))
    assert len(interval_lines(lower)) == 11
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
        [5200 / 9200, 2400 / 9200, 1200 / 9200, 400 / 9200, 0.1, 0.2, 0.3, 0.4]
    )
    assert tick_labels(ax.yaxis) == ["全年回访次数", "咨询数"]
    assert {"5,200\n56.5%", "400\n40.0%"} <= set(written(ax))
    assert {"A级", "B级", "C级", "D级"} <= set(written(ax))


def test_higher_grades_are_darker_and_keep_their_colour_in_every_figure() -> None:
    drawn = [
        figures.grade_distribution(grades([1, 2, 3, 4])),
        figures.conversion_by_grade(by_grade([40, 30, 20, 10])),
        figures.workload(contacts([10, 20, 30, 40])),
    ]
    colours = [[bar.get_facecolor() for bar in bars(figure.axes[0])][:4] for figure in drawn]
    colours[1].reverse()
    assert colours[0] == colours[1] == colours[2]
    steps = [luminance(colour) for colour in colours[0]]
    assert steps == sorted(steps)
    assert min(np.diff(steps)) > 0.05  # to be told apart in black and white


@pytest.mark.parametrize("figure", ["score_shares", "workload"])
def test_numbers_on_bars_can_be_read(figure: str) -> None:
    data = (
        shares(0.2, 0.2, 0.2, 0.2, 0.2) if figure == "score_shares" else contacts([30, 25, 25, 20], [1] * 4)
    )
    (ax,) = getattr(figures, figure)(data).axes
    for text in ax.texts:
        paper = next((bar.get_facecolor() for bar in bars(ax) if covers(bar, *text.get_position())), "white")
        dark, light = sorted((luminance(text.get_color()), luminance(paper)))
        assert (light + 0.05) / (dark + 0.05) >= 4


def covers(bar: Rectangle, x: float, y: float) -> bool:
    return (
        bar.get_x() <= x <= bar.get_x() + bar.get_width()
        and bar.get_y() <= y <= bar.get_y() + bar.get_height()
    )


def test_text_of_the_data_is_never_mathematics() -> None:
    figure = figures.rates(rates([50] * len(ODD), [0.2] * len(ODD), ODD), SALE, 0.2, title="$5 a$")
    assert not any(text.get_parse_math() for text in figure.findobj(Text))
    assert set(tick_labels(figure.axes[0].yaxis)) == set(ODD)


def test_figures_can_be_changed_and_are_not_kept_by_pyplot() -> None:
    figure = figures.grade_distribution(grades([1, 2, 3, 4]), title="甲")
    figure.suptitle("乙")
    figure.axes[0].set_xlabel("丙")
    assert figure.get_suptitle() == "乙"
    assert plt.get_fignums() == []


# Everything is inside the figure, and nothing lies on anything else

LAYOUTS: dict[str, Callable[[], Figure]] = {
    "grades": lambda: figures.grade_distribution(grades([900, 2500, 1800, 400]), TITLE),
    "grades, none": lambda: figures.grade_distribution(grades([0, 0, 0, 0]), TITLE),
    "grades, all in one": lambda: figures.grade_distribution(grades([0, 12_345_678, 0, 0]), TITLE),
    "grades, only one": lambda: figures.grade_distribution(grades([5], "A"), TITLE),
    "grades, ten": lambda: figures.grade_distribution(grades(range(10), "ABCDEFGHIJ"), TITLE),
    "grades, worded": lambda: figures.grade_distribution(
        grades([5, 3], ["需要长期培育的潜在客户", "低"]), TITLE
    ),
    "by grade": lambda: figures.conversion_by_grade(by_grade([900, 2500, 1800, 400]), TITLE),
    "by grade, none": lambda: figures.conversion_by_grade(by_grade([0, 0, 0, 0]), TITLE),
    "by grade, all in one": lambda: figures.conversion_by_grade(by_grade([5601, 0, 0, 0]), TITLE),
    "by grade, seven": lambda: figures.conversion_by_grade(by_grade([99_999] * 7, "ABCDEFG"), TITLE),
    "by grade, worded": lambda: figures.conversion_by_grade(by_grade([50] * 3, WORDY[:1] + LONG[:2]), TITLE),
    "by grade, empty": lambda: figures.conversion_by_grade(by_grade([], ""), TITLE),
    "rates": lambda: figures.rates(
        rates([500, 80, 9], [0.2, 0.5, 0.3], ["小微企业", "院校", "其他"]), SALE, 0.25, TITLE
    ),
    "rates, long names": lambda: figures.rates(rates(range(20, 35), [0.3] * 15, LONG), SALE, 0.3, TITLE),
    "rates, many words": lambda: figures.rates(rates(range(20, 35), [0.3] * 15, WORDY), SALE, 0.3, TITLE),
    "rates, unbroken": lambda: figures.rates(rates(range(20, 35), [0.3] * 15, UNBROKEN), SALE, 0.3, TITLE),
    "rates, odd names": lambda: figures.rates(rates([90] * 6, [0.3] * 6, ODD), SALE, 0.3, "$5 a$ " * 20),
    "rates, one group": lambda: figures.rates(rates([1], [1.0], LONG[:1]), SALE, 1.0, TITLE),
    "rates, zero": lambda: figures.rates(rates([5601, 5601], [0, 0], ["甲", "乙"]), SALE, 0.0, TITLE),
    "rates, unknown": lambda: figures.rates(rates([0, 0], [0, 0], ["甲", "乙"]), SALE, np.nan, TITLE),
    "rates, far average": lambda: figures.rates(rates([1_234_567], [0.01], ["甲"]), SALE, 0.99, TITLE),
    "rates, empty": lambda: figures.rates(rates([], [], []), SALE, np.nan, TITLE),
    "scores": lambda: figures.score_shares(shares(0.1, 0.2, 0.3, 0.25, 0.15), TITLE),
    "scores, one": lambda: figures.score_shares(shares(0, 0, 1, 0, 0, dimensions=["intent"]), TITLE),
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
    "months, none": lambda: figures.months(monthly(*[0] * 12), SALE, TITLE),
    "months, one": lambda: figures.months(monthly(5, *[0] * 11), SALE, TITLE),
    "workload": lambda: figures.workload(contacts([900, 2500, 1800, 400]), TITLE),
    "workload, narrow": lambda: figures.workload(contacts([85, 5, 5, 5]), TITLE),
    "workload, many": lambda: figures.workload(contacts([12_345_678] * 4), TITLE),
    "workload, none": lambda: figures.workload(contacts([0, 0, 0, 0]), TITLE),
    "title of one word": lambda: figures.grade_distribution(grades([1, 2, 3, 4]), "https://" + "x" * 200),
    "title in capitals": lambda: figures.grade_distribution(grades([1, 2, 3, 4]), "SMALL ENTERPRISES " * 9),
}


@pytest.fixture
def lay_out(monkeypatch: pytest.MonkeyPatch) -> Callable[[Figure], list[tuple[str, Bbox]]]:
    """Lay a figure out as for printing; returns every text that would be drawn, and where."""
    drawn: dict[Text, Bbox] = {}
    draw = Text.draw

    def note(self: Text, renderer: object) -> None:
        draw(self, renderer)
        if self.get_visible() and self.get_text().strip():
            drawn[self] = self.get_window_extent(renderer)

    def lay_out(figure: Figure) -> list[tuple[str, Bbox]]:
        figure.draw_without_rendering()
        return [(text.get_text(), box) for text, box in drawn.items()]

    monkeypatch.setattr(Text, "draw", note)
    return lay_out


def overlap(one: Bbox, other: Bbox) -> bool:
    """Tell whether two boxes share more than a hair."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    return width > 0.5 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("case", LAYOUTS)
def test_texts_are_inside_the_figure_and_apart(case: str, code: str, lay_out: Callable) -> None:
    language.use(code)
    figure = LAYOUTS[case]()
    texts = lay_out(figure)
    assert len(texts) >= 2
    width, height = figure.bbox.size
    outside = [text for text, box in texts if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert outside == []
    assert [(a, b) for (a, one), (b, other) in itertools.combinations(texts, 2) if overlap(one, other)] == []
    assert sum(ax.get_window_extent().width for ax in figure.axes[:1]) > 0.12 * width
    assert figure.get_figheight() < 9.2  # fits a page with its caption
