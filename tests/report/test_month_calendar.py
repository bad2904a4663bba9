"""The calendar of months: a cell for each month of each year, its number readable, the season framed."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from industry_report.base import language, style
from industry_report.report import alternative_text, month_calendar


@pytest.fixture(autouse=True)
def styled():
    style.apply()


def months(*years, missing=()):
    rows = [
        (year, month, 100 + month, (month + 5) / 138)
        for year in years
        for month in range(1, 13)
        if (year, month) not in missing
    ]
    return pd.DataFrame(rows, columns=["side", "month", "received", "share"])


def draw(table, season=()):
    return month_calendar.calendar(table, lambda year: f"{year}年", "1月较多", season)


def read_cells(figure):
    return [t.get_text() for t in figure.axes[0].texts if t.get_ha() == "center" and t.get_va() != "bottom"]


def list_frames(figure):
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [(box.get_x() + 0.5, box.get_width(), box.get_height()) for box in boxes if not box.get_fill()]


def test_every_month_of_every_year_has_its_share_in_percent():
    cells = read_cells(draw(months(2024, 2025)))
    assert cells == [f"{100 * (month + 5) / 138:.1f}" for _ in range(2) for month in range(1, 13)]


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_numbers_fit_their_cells_and_can_be_read(code):
    language.use(code)
    figure = draw(months(2024, 2025))
    (ax,) = figure.axes
    room = ax.get_position().width * style.WIDTH_INCHES / 12
    for written in ax.texts:
        if written.get_ha() == "center":
            assert style.text_width(written.get_text(), written.get_fontsize()) < room
            assert written.get_fontsize() >= 7.5
    fills = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    inks = [t.get_color() for t in ax.texts if t.get_va() == "center_baseline" and t.get_ha() == "center"]
    assert min(style.contrast(ink, fill) for ink, fill in zip(inks, fills, strict=True)) >= 4.5


@pytest.mark.parametrize(
    ("season", "frames"),
    [
        ((), []),
        ((3, 4, 5), [(3, 3, 2)]),
        ((11, 12, 1), [(1, 1, 2), (11, 2, 2)]),
        ((12, 1, 2), [(1, 2, 2), (12, 1, 2)]),
    ],
)
def test_the_season_is_framed_over_all_years(season, frames):
    assert list_frames(draw(months(2024, 2025), season)) == frames


def test_a_month_without_a_number_has_a_dash():
    assert read_cells(draw(months(2025, missing={(2025, 4)})))[3] == language.MISSING_SIGN


def test_it_is_described_as_what_it_is():
    table = months(2025)
    said = alternative_text.describe_figure(draw(table), "各月咨询占比", table.set_index("side"))
    assert "色块图" in said and "12月" in said
