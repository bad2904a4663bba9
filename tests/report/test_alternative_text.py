"""What a figure says to those who cannot see it."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from industry_report.base import language
from industry_report.report.alternative_text import describe_figure


def rates(*values: float, column: str = "rate") -> pd.DataFrame:
    index = pd.Index([f"来源{n}" for n in range(1, len(values) + 1)], name="source")
    return pd.DataFrame({"consultations": [100] * len(values), column: list(values)}, index=index)


def draw(kind: str = "points", panels: int = 1, suptitle: str = "") -> Figure:
    figure = Figure()
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for number, ax in enumerate(axes, start=1):
        if kind == "bars":
            ax.barh(["a", "b"], [1, 2])
        elif kind == "course":
            ax.plot([1, 2, 3], [1, 3, 2])
        else:
            ax.plot([1, 2, 3], [1, 3, 2], "o")
        ax.axvline(1)  # a helper line is no course
        if panels > 1:
            ax.set_title(f"分图{number}", loc="left")
    if suptitle:
        figure.suptitle(suptitle)
    return figure


def test_kind_values_in_order_and_place_of_the_numbers_are_told():
    said = describe_figure(draw(), "各来源的成交率", rates(0.386, 0.285, 0.129))
    values = "来源1 38.6%、来源2 28.5%、来源3 12.9%"
    assert said == f"各来源的成交率。点图。由高到低：{values}。数据见图下的表格。"
    language.use("en")
    said = describe_figure(draw("bars"), "Rates", rates(0.1, 0.2))
    assert said == (
        "Rates. Bar chart. From low to high: 来源1 10.0%, 来源2 20.0%. "
        "The numbers are unfolded below the figure."
    )


def test_title_of_a_panel_is_never_the_finding():
    data = rates(0.3, 0.2)
    assert describe_figure(draw(panels=3), "图题", data).startswith(
        "图题。点图，3幅：分图1、分图2、分图3。由高到低"
    )
    many = describe_figure(draw(panels=7), "图题", data)
    assert "7幅" in many
    assert "分图1" not in many
    assert "发现如此" in describe_figure(draw(panels=3, suptitle="发现\n如此"), "图题", data)


def test_title_of_the_only_axes_is_the_finding():
    figure = draw("course")
    figure.axes[0].set_title("逐月上升", loc="left")
    assert describe_figure(figure, "图题") == "图题。折线图。逐月上升。"


def test_of_many_values_the_extremes_are_told():
    said = describe_figure(draw(), "图题", rates(*(n / 100 for n in range(1, 13))))
    assert "共12个数值，最高为来源12" in said
    assert "最低为来源1 1.0%" in said


def test_withheld_values_are_counted_and_not_told():
    said = describe_figure(draw(), "图题", rates(0.3, float("nan"), 0.2))
    assert "由高到低：来源1 30.0%、来源3 20.0%；1项不公布" in said


def test_equal_values_have_no_order():
    assert "图题。点图。来源1 20.0%、来源2 20.0%。" in describe_figure(draw(), "图题", rates(0.2, 0.2))


def test_rows_with_one_name_are_not_told_apart():
    data = pd.DataFrame({"rate": [0.1, 0.2]}, index=pd.Index(["甲", "甲"], name="source"))
    assert describe_figure(draw(), "图题", data) == "图题。点图。数据见图下的表格。"


def test_figure_of_ones_own_has_at_least_its_caption():
    assert describe_figure(Figure(), "图题") == "图题"
    assert describe_figure(Figure(), "图题", pd.DataFrame({"x": ["a"]})) == "图题。数据见图下的表格。"


def test_the_values_told_are_those_that_are_drawn():
    data = rates(0.3, 0.2).assign(gained=[45.0, -17.0], verdict=["higher", "no clear difference"])
    figure = Figure()
    figure.subplots().barh(["来源1", "来源2"], [45, -17])
    said = describe_figure(figure, "增减", data)
    assert "30.0%" not in said
    assert "来源1 " in said
    assert "45" in said
