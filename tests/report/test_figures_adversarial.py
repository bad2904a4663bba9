"""Whatever the data are, every text of every figure is whole, apart from the others and large enough."""

import io
import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
import pytest
from figure_checks import find_faults, lay_out
from matplotlib.figure import Figure

from industry_report.analysis.conversion import Measure
from industry_report.base import language, style
from industry_report.protection import comparison
from industry_report.report import figures, layout, month_calendar, panels
from industry_report.report.sentences import college

LONG = [
    f"从事农产品收购加工与冷链仓储并在多个县设有分支机构的农民专业合作社联合社第{i:02}号" for i in range(60)
]
WORDY = [f"Small manufacturers with several sites, No {i:02}" for i in range(60)]
UNBROKEN = [f"averyverylongcustomertypewithoutanyspace{i:02}" for i in range(8)]
ODD = ["😀客户", "👩‍👩‍👧 family", "䶮氏企业", "㛃记", "𠮷野家", "$5 a$", "<b>&amp;", "a\nb\tc"]
MEASURES = [Measure(), Measure(grade="需要长期培育的潜在客户"), Measure(grade="A")]


@pytest.fixture(autouse=True)
def report_language() -> Iterator[None]:
    speak("zh")
    yield
    style.apply()


def speak(code: str) -> None:
    language.use(code)
    style.apply(source="数据：黄山市2025年客户咨询登记表，作者计算" if code == "zh" else "")


# The same few numbers make a table of every kind


def rates(names: Sequence[object], counts: Sequence[float], shares: Sequence[float]) -> pd.DataFrame:
    n, rate = np.array(counts, float), np.array(shares, float)
    rate = np.where(n > 0, rate, np.nan)
    spread = 1 / np.sqrt(np.maximum(np.nan_to_num(n), 1)) / 2
    table = {"consultations": n, "conversions": n * rate, "rate": rate}
    ends = {"low": (rate - spread).clip(0), "high": (rate + spread).clip(None, 1)}
    return pd.DataFrame(table | ends, index=pd.Index(names, dtype=object, name="group"))


def graded(names: Sequence[str], counts: Sequence[float]) -> pd.DataFrame:
    table = pd.DataFrame({"consultations": counts}, index=pd.Index(names, dtype=object, name="grade"))
    return table.assign(share=table["consultations"] / (table["consultations"].sum() or np.nan))


def by_score(names: Sequence[str], counts: Sequence[float], shares: Sequence[float]) -> pd.DataFrame:
    five = [rates(range(1, 6), [n] * 5, [r] * 5) for n, r in zip(counts, shares, strict=True)]
    parts = [part.assign(dimension=name) for name, part in zip(names, five, strict=True)]
    return pd.concat(parts).rename_axis("score").reset_index()


def score_shares(names: Sequence[str], counts: Sequence[float]) -> pd.DataFrame:
    whole = [0.02, 0.08, 0.3, 0.35, 0.25]
    rows = [
        (name, score, share if n > 0 else np.nan)
        for name, n in zip(names, counts, strict=True)
        for score, share in enumerate(whole, start=1)
    ]
    return pd.DataFrame(rows, columns=["dimension", "score", "share"])


def contacts(names: Sequence[str], counts: Sequence[float]) -> pd.DataFrame:
    return graded(names, counts).assign(contacts=np.array(counts, float) * 52)


def monthly(names: Sequence[object], counts: Sequence[float], shares: Sequence[float]) -> pd.DataFrame:
    index = pd.period_range("2023-01", periods=len(names), freq="M")
    return rates(names, counts, shares).set_index(index).assign(received=counts)


def tenths(counts: Sequence[float], shares: Sequence[float]) -> pd.DataFrame:
    table = rates(range(1, len(counts) + 1), counts, shares)
    return table.assign(composite=np.linspace(1, 5, len(counts)))


def funnel(names: Sequence[str], counts: Sequence[float], shares: Sequence[float]) -> pd.DataFrame:
    graded = np.nan_to_num(np.array(counts, float)).astype(int)
    promising = (graded * np.nan_to_num(np.array(shares, float))).astype(int)
    table = {"graded": graded, "promising": promising, "conversions": promising // 2}
    return pd.DataFrame(table, index=pd.Index(names, dtype=object, name="source"))


def weak_points(names: Sequence[str], shares: Sequence[float]) -> pd.DataFrame:
    verdicts = ["lower", "higher", "no clear difference"]
    rows = [
        (name, dimension, 1 + 4 * share, verdicts[(row + column) % 3])
        for row, (name, share) in enumerate(zip(names, np.nan_to_num(shares), strict=True))
        for column, dimension in enumerate(["intent", LONG[0], "satisfaction"])
    ]
    return pd.DataFrame(rows, columns=["source", "dimension", "mean", "verdict"])


def shares(names: Sequence[str], counts: Sequence[float], parts: Sequence[float]) -> pd.DataFrame:
    return rates(names, counts, parts).assign(asked=counts)


def changes(names: Sequence[str], counts: Sequence[float], parts: Sequence[float]) -> pd.DataFrame:
    table = rates(names, counts, parts).reset_index()
    ways = np.array(list(college.WORDS))[np.arange(len(table)) % 4]
    apart = table[["low", "high"]].sub(table["rate"], axis=0)
    return table.assign(
        difference=table["rate"] - 0.5, direction=ways, **(apart.add(table["rate"] - 0.5, axis=0))
    )


def by_side(groups: Sequence[str], sides: Sequence[object], share: float) -> pd.DataFrame:
    one = rates(sides, [50] * len(sides), [share] * len(sides)).rename_axis("side").reset_index()
    parts = [one.assign(group=group) for group in groups]
    return pd.concat(parts or [one.assign(group="").head(0)], ignore_index=True)


def side_months(sides: Sequence[object], part: float) -> pd.DataFrame:
    rows = [(side, month, 10, part) for side in sides for month in range(1, 13)]
    return pd.DataFrame(rows, columns=["side", "month", "received", "share"])


# Names, counts (NaN: protected) and rates (NaN: protected or unknown)
CASES: dict[str, tuple[list[str], list[float], list[float]]] = {
    "long Chinese names": (LONG[:8], [50] * 8, [0.3] * 8),
    "long English names": (WORDY[:8], [50] * 8, [0.3] * 8),
    "one long word": (UNBROKEN, [50] * 8, [0.3] * 8),
    "sixty": ([f"第{i}类" for i in range(60)], [*range(40, 100)], [0.3] * 60),
    "sixty long names": (LONG, [*range(40, 100)], [0.3] * 60),
    "one": (["甲"], [5601], [0.3]),
    "one row": (["甲", "乙", "丙"], [1, 0, 0], [1, 0, 0]),
    "all zero": (["甲", "乙", "丙"], [0, 0, 0], [0, 0, 0]),
    "no success": (["甲", "乙", "丙"], [80, 90, 70], [0, 0, 0]),
    "all succeed": (["甲", "乙", "丙"], [80, 90, 70], [1, 1, 1]),
    "a million": (list("ABCD"), [1_234_567, 9_876_543, 1_000_000, 3_141_592], [0.2, 0.3, 0.4, 0.5]),
    "odd characters": (ODD, [30] * 8, [0.1] * 8),
    "unknown rates": (list("ABCD"), [30, 40, 50, 60], [np.nan] * 4),
    "protected": (list("ABCD"), [30, np.nan, np.nan, 60], [0.3, np.nan, np.nan, 0.4]),
    "all in one band": (list("ABCD"), [0, 0, 5601, 0], [0, 0, 0.24, 0]),
    "levels in words": (["高", "中", "低"], [90, 80, 20], [0.6, 0.3, 0.05]),
    "nothing": ([], [], []),
}
TITLE = "“农产品收购与冷链仓储合作社”成交率最高（63.2%），“😀个体工商户和流动摊贩”最低（20.0%），见Firms"

FIGURES: dict[str, Callable[[list[str], list[float], list[float]], Figure]] = {
    "grade_distribution": lambda names, n, r: figures.grade_distribution(graded(names[:8], n[:8]), TITLE),
    "conversion_by_grade": lambda names, n, r: figures.conversion_by_grade(
        rates(names[:8], n[:8], r[:8]), TITLE
    ),
    "rates": lambda names, n, r: figures.rates(rates(names, n, r), MEASURES[len(names) % 3], 0.01, TITLE),
    "score_shares": lambda names, n, r: figures.score_shares(score_shares(names[:8], n[:8]), TITLE),
    "rates_by_score": lambda names, n, r: figures.rates_by_score(
        by_score(names[:8] or [""], n[:8] or [0], r[:8] or [0]), MEASURES[1], TITLE
    ),
    "calibration": lambda names, n, r: figures.calibration(tenths(n[:10], r[:10]), TITLE),
    "months": lambda names, n, r: figures.months(monthly(names[:36], n[:36], r[:36]), MEASURES[1], TITLE),
    "workload": lambda names, n, r: figures.workload(contacts(names[:8], n[:8]), TITLE),
    "funnel": lambda names, n, r: figures.funnel(funnel(names[:12], n[:12], r[:12]), TITLE),
    "weak_points": lambda names, n, r: figures.weak_points(weak_points(names[:12], r[:12]), TITLE),
    "demand": lambda names, n, r: panels.demand(shares(names, n, r), TITLE),
    "directions": lambda names, n, r: panels.directions(
        changes(names, n, r), college.direction_words(), TITLE
    ),
    "overview": lambda names, n, r: panels.overview(
        rates(names, n, r).assign(standardised=r), MEASURES[0], TITLE, language.name
    ),
    "years": lambda names, n, r: panels.rates(
        by_side(names, range(2023, 2023 + len(names)), max(r, default=0)),
        "成交率",
        comparison.side_name,
        str,
        TITLE,
    ),
    "regions": lambda names, n, r: panels.rates(
        by_side(names, names, max(r, default=0)), "成交率", comparison.side_name, str, TITLE
    ),
    "calendar": lambda names, n, r: month_calendar.calendar(
        side_months(names, np.nan_to_num(max(r, default=0))), comparison.side_name, TITLE
    ),
}


# Every figure and every case in both languages, one of them a time.
COMBINATIONS = [
    (figure, case, language.LANGUAGES[(row + place) % 2])
    for row, figure in enumerate(FIGURES)
    for place, case in enumerate(CASES)
]


@pytest.mark.parametrize(("figure", "case", "code"), COMBINATIONS)
def test_every_text_is_whole_apart_and_large_enough(figure: str, case: str, code: str) -> None:
    speak(code)
    drawn = FIGURES[figure](*CASES[case])
    assert find_faults(drawn) == []
    assert drawn.get_suptitle().replace("\n", "").replace(" ", "") == TITLE.replace(" ", "")


def test_names_give_way_to_many_columns_of_numbers() -> None:
    heads = ("Grade A and grade B together", "Conversions", "需要长期培育的潜在客户数")
    figure, ax = layout.begin_rows(LONG[:5], {head: ["1,234,567"] * 5 for head in heads}, TITLE, "")
    ax.xaxis.set_visible(False)
    assert find_faults(figure) == []
    assert ax.get_position().width * style.WIDTH_INCHES > 0.5
    assert "Conversions" in {text.get_text() for text in lay_out(figure)}


@pytest.mark.parametrize("count", [2, 3, 6, 8])
@pytest.mark.parametrize("figure", ["grade_distribution", "conversion_by_grade", "workload"])
def test_any_number_of_grades_has_room(figure: str, count: int) -> None:
    for names in (list("ABCDEFGH")[:count], [f"第{i}级（重点）" for i in range(count)]):
        assert find_faults(FIGURES[figure](names, [90 - i for i in range(count)], [0.5] * count)) == []


@pytest.mark.parametrize("count", [1, 2, 11, 12, 13, 24, 36])
@pytest.mark.parametrize("size", [7, 1_234_567])
def test_any_number_of_months_has_room(count: int, size: int) -> None:
    table = monthly(range(count), np.arange(count) * size / 3 + size, [0.2] * count)
    figure = figures.months(table, Measure(), "甲")
    assert find_faults(figure) == []
    written = [text.get_text() for text in lay_out(figure)]
    assert (
        f"{size * (count + 2) / 3:,.0f}" in written
    )  # the highest month has its count, however many there are
    assert "2023-01" in written


def test_groups_that_have_no_room_are_counted_and_are_the_smallest() -> None:
    names, counts, shares = CASES["sixty"]
    figure = figures.rates(rates(names, counts, shares), Measure(), 0.3)
    shown = {name.get_text() for name in layout.find_names(figure.axes[0])}
    assert shown == set(names[-len(shown) :])
    written = " ".join(text.get_text() for text in lay_out(figure))
    assert str(60 - len(shown)) in written


def test_long_names_that_differ_at_their_end_can_be_told_apart() -> None:
    for names in (LONG[:20], WORDY[:20], UNBROKEN):
        assert len({style.shorten(name, 1.5) for name in names}) == len(names)


def test_no_warning_escapes_for_a_character_without_a_glyph_and_it_is_named() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        style.apply()
        figures.rates(rates(ODD, [30] * 8, [0.1] * 8), Measure(), 0.1, TITLE).savefig(
            io.StringIO(), format="svg"
        )
    assert style.find_missing_glyphs("".join(ODD)) >= {"😀", "👩", "👧"}
    assert not style.find_missing_glyphs("黄山市成交率")


@pytest.mark.parametrize("character", ["䶮", "㛃", "𠮷"])
def test_a_rare_character_is_drawn_or_named(character: str) -> None:
    font = style._measured()
    drawn = ord(character) in font.get_charmap()
    assert drawn != (character in style.find_missing_glyphs(character))


def test_a_figure_is_saved_as_text_in_the_named_inks() -> None:
    buffer = io.StringIO()
    figures.rates(rates(ODD, [30] * 8, [0.1] * 8), Measure(), 0.1, "题").savefig(buffer, format="svg")
    svg = buffer.getvalue()
    assert "𠮷野家" in svg and "😀客户" in svg
    inks = {style.INK, style.GREY, style.GRID, style.PAPER, style.ACCENT}
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= inks
    assert json.dumps(svg)  # no lone surrogate


# The checker itself


def test_the_checker_sees_what_is_cut_off_overlaps_or_is_small() -> None:
    figure = Figure(figsize=(style.WIDTH_INCHES, 2))
    ax = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.barh(0.8, 0.5, 0.3)
    figure.text(0.9, 0.1, "伸出图外的字")
    figure.text(0.1, 0.2, "甲" * 8)
    figure.text(0.2, 0.2, "乙" * 8)
    ax.text(0.4, 0.8, "骑在条端", va="center")
    figure.text(0.7, 0.4, "小", fontsize=6)
    assert find_faults(figure) == [
        "outside the figure: '伸出图外的字'",
        "overlap: '甲甲甲甲甲甲甲甲' and '乙乙乙乙乙乙乙乙'",
        "on the edge of a bar: '骑在条端'",
        "6.5 px on a phone: '小'",
    ]
    assert find_faults(Figure(figsize=(4.8, 12))) == ["12.0 inches high"]


def test_the_checker_is_content_with_a_plain_figure() -> None:
    figure = Figure(figsize=(style.WIDTH_INCHES, 2))
    figure.text(0.1, 0.1, "甲")
    figure.text(0.5, 0.5, "乙")
    assert find_faults(figure) == []
