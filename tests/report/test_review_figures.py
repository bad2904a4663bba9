"""Figures of the review: what is not significant once all actions are counted says so."""

from types import SimpleNamespace

import pandas as pd
import pytest
from figure_checks import find_faults, lay_out

from industry_report.base import language, style
from industry_report.report import review_figures
from industry_report.report.sentences import figure_notes


@pytest.fixture(params=["zh", "en"], autouse=True)
def spoken(request):
    language.use(request.param)
    style.apply()
    yield request.param
    language.use("zh")


def test_an_interval_clear_of_zero_without_effect_says_why(spoken):
    table = pd.DataFrame(
        {"difference": [0.041, 0.045], "low": [0.012, 0.002], "high": [0.07, 0.087]},
        index=["增购邮件", "短信提醒"],
    ).assign(treated=884, control=918)
    found = [
        SimpleNamespace(verdict="found", is_chance=False),
        SimpleNamespace(verdict="not found", is_chance=True),
    ]
    figure = review_figures.effects(table, found)
    assert find_faults(figure) == []
    words = "".join(text.get_text() for text in lay_out(figure)).replace("\n", "").replace(" ", "")
    assert words.count({"zh": "校正后不显著", "en": "(notsignificant)"}[spoken]) == 1
    ((_, how), _) = figure_notes.of_figure("action_effects")
    assert how.startswith("▲") and "●" not in how  # the marks that are drawn
