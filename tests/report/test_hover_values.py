"""What marks say where a pointer rests: their row of the published table, and nothing that is not in it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from industry_report.analysis.conversion import Measure
from industry_report.base import language, style, table_metadata
from industry_report.report import drawing, figures, tables


@pytest.fixture(autouse=True)
def plain_style() -> None:
    style.apply()


def rates(**changed: list[float]) -> pd.DataFrame:
    columns = {
        "consultations": [2015, 1316, 792],
        "rate": [0.226, 0.148, 0.284],
        "low": [0.208, 0.13, 0.254],
        "high": [0.245, 0.168, 0.316],
    }
    index = pd.Index(["小微企业", "个体工商户", "中型企业"], name="customer_type")
    return pd.DataFrame({**columns, **changed}, index=index)


def read_titles(figure: Figure, data: pd.DataFrame | None) -> list[str]:
    svg = drawing.write_svg(figure, "alt", 1, "", data)
    tree = ElementTree.fromstring(svg)
    return [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}title")]


def test_every_point_says_its_row_as_the_table_below_prints_it():
    data = rates()
    titles = read_titles(figures.rates(data, Measure(), 0.22), data)
    assert sorted(titles) == sorted(
        f"{name}\n咨询数 {count}\n比率 {rate}\n95%置信区间 {interval}"
        for name, count, rate, interval in tables.printed(data).itertuples(index=False, name=None)
    )
    assert titles[0].startswith("中型企业")  # highest on top, as it is drawn


def test_bars_of_equal_length_are_told_apart_by_their_names():
    table = pd.DataFrame({"consultations": [40, 40, 20]}, index=pd.Index(list("ABC"), name="grade"))
    table = table.assign(share=table["consultations"] / 100)
    titles = read_titles(figures.grade_distribution(table), table)
    assert [title.split("\n")[0] for title in titles] == ["A", "B", "C"]


def test_panels_are_told_apart_by_what_stands_above_them():
    table = pd.DataFrame(
        {
            "dimension": ["intent", "intent", "clarity", "clarity"],
            "score": [1, 2, 1, 2],
            "consultations": [50, 50, 50, 50],
            "rate": [0.1, 0.2, 0.2, 0.1],
            "low": [0.05] * 4,
            "high": [0.4] * 4,
        }
    )
    titles = read_titles(figures.rates_by_score(table, Measure()), table)
    assert [title.split("\n")[0] for title in titles] == [
        "意向度，1",
        "意向度，2",
        "需求明确性，1",
        "需求明确性，2",
    ]


def test_where_two_rows_would_do_nothing_is_said():
    data = pd.DataFrame({"share": [0.5, 0.5]}, index=pd.Index(["甲", "乙"], name="source"))
    figure, ax = plt.subplots()
    ax.barh([0, 1], [0.5, 0.5])
    assert read_titles(figure, data) == []


def test_withheld_number_is_in_no_title():
    data = rates(rate=[0.226, np.nan, 0.284], low=[0.208, np.nan, 0.254], high=[0.245, np.nan, 0.316])
    table_metadata.describe(data, withheld={name: ["个体工商户"] for name in ("rate", "low", "high")})
    titles = read_titles(figures.rates(data, Measure(), 0.22), data)
    assert {title.split("\n")[0] for title in titles} == {"小微企业", "中型企业"}


def test_mark_that_the_table_does_not_have_says_nothing():
    figure, ax = plt.subplots()
    ax.barh([0, 1], [0.111, 0.226])
    ax.plot([0.3, 0.4], [0, 1], "o")
    titles = read_titles(figure, rates())
    assert [title.split("\n")[0] for title in titles] == ["小微企业"]


def test_figure_without_a_table_says_nothing_and_is_drawn_as_before():
    figure, ax = plt.subplots()
    ax.barh([0], [1])
    svg = drawing.write_svg(figure, "alt", 1)
    assert "<title>" not in svg and "hover-" not in svg


def test_text_of_the_data_stays_text():
    data = rates().rename(index={"小微企业": "<script>&\"'"})
    svg = drawing.write_svg(figures.rates(data, Measure(), 0.22), "alt", 1, "", data)
    assert "<script>" not in svg
    assert any(
        title.text.startswith("<script>&\"'") for title in ElementTree.fromstring(svg).iter() if title.text
    )


def test_no_name_of_a_mark_is_left_and_equal_figures_give_equal_bytes():
    def draw() -> str:
        data = rates()
        return drawing.write_svg(figures.rates(data, Measure(), 0.22), "alt", 1, "", data)

    assert draw() == draw()
    assert not re.search(r"hover-\d", draw())


def test_titles_are_in_the_language_of_the_report():
    language.use("en")
    data = rates()
    [title, *_] = read_titles(figures.rates(data, Measure(), 0.22), data)
    assert title.startswith("Medium-sized enterprises\nConsultations 792\n")
