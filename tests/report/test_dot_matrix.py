"""Groups as rows, sides as marks: what tells the sides apart."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from industry_report.base import style
from industry_report.report import dot_matrix


def draw(sides: list[object]) -> list[tuple[str, str]]:
    """Return shape and colour of each side's marks."""
    rows = [
        {"group": group, "side": side, "rate": 0.2, "low": 0.1, "high": 0.3, "consultations": 900}
        for group in ("小微企业", "院校")
        for side in sides
    ]
    figure = dot_matrix.rates(pd.DataFrame(rows), "成交率", str, str)
    marks = [line for ax in figure.axes for line in ax.lines if line.get_marker() in dot_matrix.SHAPES]
    plt.close(figure)
    return [(str(line.get_marker()), str(line.get_color())) for line in marks]


def test_of_years_the_last_stands_out():
    colours = [colour for _, colour in draw([2023, 2024, 2025])]
    assert colours == [style.UNCLEAR_COLOUR, style.UNCLEAR_COLOUR, style.ACCENT]


@pytest.mark.parametrize("number", [2, 3, 6])
def test_of_regions_none_does(number):
    marks = draw([f"城市{place}" for place in range(number)])
    assert len(set(marks)) == number
    assert style.UNCLEAR_COLOUR not in [colour for _, colour in marks]


def test_many_regions_still_have_their_marks():
    assert len(draw([f"城市{place}" for place in range(9)])) == 9
