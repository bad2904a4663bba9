"""The page that says a report: what is on it, whatever the data are, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figure_checks import find_faults
from matplotlib.colors import to_hex

from industry_report.analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE
from industry_report.base import language, origin, style
from industry_report.base.errors import InputError
from industry_report.report import display, small_figures
from industry_report.report.display import SUMMARY, Panel

LONG = "某省某市高新技术开发区中小微企业综合服务中心财务外包"


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: bundles.append(bundle))
    display.begin("zh")
    origin.watch(False)
    yield bundles
    origin.watch(None)
    language.use("zh")


def rates(count: int, *, hidden: int = 0, name: str = "customer_type") -> pd.DataFrame:
    values = np.linspace(0.4, 0.1, count) if count else []
    table = pd.DataFrame(
        {"consultations": range(100, 100 + count), "rate": values},
        index=pd.Index([f"客户{i}" for i in range(count)], name=name),
    )
    table.loc[table.index[count - hidden :], "rate"] = np.nan
    return table


def texts(panel: Panel) -> list[str]:
    inside = [written.get_text() for ax in panel.figure.axes for written in ax.texts]
    return inside + [written.get_text() for written in panel.figure.texts]


def bars(count: int, **options: Any) -> Panel:
    panel = small_figures.bars(rates(count, **options), "rate", title="各类客户", measure="成交率")
    assert panel is not None
    return panel


ALIKE = ["Customers of whom all firms buy", "Customers of whom all firms lapse"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["购买减少或满意度下降", "购买活跃且满意"], ["购买减少或\n满意度下降", "购买活跃且满意"]),
        (["Fewer purchases or satisfaction fell", "Mail"], ["Fewer\npurchases", "Mail"]),
        (ALIKE, ["Customers of\n…all firms buy", "Customers of\n…firms lapse"]),  # the ends tell them apart
    ],
)
def test_few_rows_have_names_of_two_lines(names: list[str], expected: list[str]) -> None:
    panel = small_figures.bars(rates(len(names)).set_axis(names), "rate", title="甲", measure="成交率")
    assert panel is not None and [name for name in texts(panel) if name in expected] == expected


def test_summary_tells_page_and_exporters_the_same(shown: list[dict[str, Any]]) -> None:
    display.summary(
        "咨询5,588条",
        "成交率<22.9%>。",
        panels=[bars(3), None],
        points=["线索变多。投放宜看A级"],
        reader="行业",
        scope=["剔除13条"],
    )
    (bundle,) = shown
    told = bundle[SUMMARY]
    assert told["sentences"] == ["咨询5,588条。", "成交率<22.9%>。"]
    assert told["points"] == ["线索变多。投放宜看A级。"]
    assert [panel["title"] for panel in told["panels"]] == ["各类客户"]
    assert told["panels"][0]["data"][0]["customer_type"] == "客户0"
    assert json.loads(json.dumps(told)) == told
    html = bundle["text/html"]
    assert html.startswith('<div class="summary"><h2>一页读懂</h2><p class="lead">')
    assert "成交率&lt;22.9%&gt;。" in html
    assert "<strong>线索变多。</strong> 投放宜看A级。" in html
    assert "这对行业意味着什么" in html
    assert html.count("<svg") == html.count('<svg class="small" role="img" aria-label=') == 1


@pytest.mark.parametrize("reader", ["", "  "])
@pytest.mark.parametrize(("spoken", "head"), [("zh", "主要结论"), ("en", "Main findings")])
def test_points_for_nobody_in_particular_are_main_findings(
    shown: list[dict[str, Any]], spoken: str, head: str, reader: str
) -> None:
    language.use(spoken)
    display.summary("x", points=["y"], reader=reader)
    assert f"<strong>{head}</strong>" in shown[0]["text/html"]


def test_an_empty_summary_shows_nothing(shown: list[dict[str, Any]]) -> None:
    display.summary("", panels=[None], points=[""], reader="行业")
    assert shown == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"panels": 7}, "panels"),
        ({"points": 4}, "points"),
        ({"scope": 3}, "lines of scope"),
        ({"sentences": 5}, "sentences"),
    ],
)
def test_more_than_a_page_holds_is_refused(given: dict[str, int], what: str) -> None:
    words = {key: ["甲。"] * count for key, count in given.items() if key != "panels"}
    panels = [bars(2)] * given.get("panels", 0)
    with pytest.raises(InputError, match=what):
        display.summary(*words.pop("sentences", []), panels=panels, **words)


def test_what_is_no_panel_is_refused() -> None:
    with pytest.raises(InputError, match="got DataFrame"):
        display.summary("甲。", panels=[rates(2)])  # type: ignore[list-item]


def test_a_public_summary_refuses_numbers_of_its_own() -> None:
    origin.watch(True)
    with pytest.raises(InputError, match="did not come from the gate"):
        display.summary(f"成交率为{100 / 7:.3f}%")
    with pytest.raises(InputError, match="did not come from the gate"):
        display.summary("甲。", panels=[Panel("甲", "", bars(2).figure, rates(2))])


@pytest.mark.parametrize("count", [1, 2, 8, 9, 60])
def test_bars_of_any_number_of_groups_stay_whole(count: int) -> None:
    panel = bars(count)
    assert find_faults(panel.figure) == []
    (ax,) = panel.figure.axes
    assert len(ax.patches) == min(count, 8) if count <= 8 else len(ax.patches) == 7
    assert any(f"另有{count - 7}项" in words for words in texts(panel)) == (count > 8)


def test_no_groups_no_panel() -> None:
    assert small_figures.bars(rates(0), "rate", title="甲") is None
    assert small_figures.bars(rates(3, hidden=3), "rate", title="甲") is None
    assert small_figures.bars(rates(1).set_axis(["其他"]), "rate", title="甲") is None  # the rest alone
    assert small_figures.columns(rates(0), "rate", title="甲") is None
    assert small_figures.changes(rates(3, hidden=3), "rate", title="甲") is None
    assert small_figures.parts(rates(0), ["consultations"], title="甲") is None


def test_a_withheld_number_is_marked_and_has_no_bar() -> None:
    panel = bars(3, hidden=1)
    assert "［保密］" in texts(panel)
    assert [bar.get_width() for bar in panel.figure.axes[0].patches][-1] == 0


def test_the_verdict_has_a_colour_and_a_shape() -> None:
    versus = pd.DataFrame({"verdict": [HIGHER, NO_DIFFERENCE, LOWER]}, index=rates(3).index)
    panel = small_figures.bars(rates(3), "rate", title="甲", versus=versus, average=0.25)
    assert panel is not None
    assert {"40.0%▲", "25.0%", "10.0%▼"} <= set(texts(panel))
    colours = [bar.get_facecolor() for bar in panel.figure.axes[0].patches]
    assert len(set(colours)) == 3


def test_long_names_are_cut_on_one_line() -> None:
    table = rates(2).set_axis(pd.Index([LONG + "甲", LONG + "乙"], name="customer_type"))
    panel = small_figures.bars(table, "rate", title="甲")
    assert panel is not None
    assert find_faults(panel.figure) == []
    assert sum("…" in words for words in texts(panel)) == 2


def test_changes_stand_on_both_sides_of_zero_with_signs() -> None:
    table = pd.DataFrame(
        {"gained": [-173, 387, 0]}, index=pd.Index(["电话", "短视频", "其他"], name="source")
    )
    panel = small_figures.changes(table, "gained", title="甲")
    assert panel is not None
    assert {"+387", "−173", "0"} <= set(texts(panel))
    assert find_faults(panel.figure) == []
    assert [bar.get_width() for bar in panel.figure.axes[0].patches] == [387, 0, -173]


def test_changes_that_are_not_claimed_are_grey() -> None:
    table = pd.DataFrame({"difference": [0.035, -0.028, -0.05]}, index=["发票管理", "总账", "报税"])
    clear = pd.Series({"报税": True, "总账": False, "发票管理": True})
    panel = small_figures.changes(table, "difference", title="甲", clear=clear)
    assert panel is not None
    colours = [to_hex(bar.get_facecolor()) for bar in panel.figure.axes[0].patches]
    expected = [style.ACCENT, style.EARLIER_EDGE, style.LOWER_COLOUR]
    assert colours == [to_hex(colour) for colour in expected]


def test_columns_name_every_year_and_the_extremes_of_many_months() -> None:
    years = pd.DataFrame({"received": [4299, 4955, 5588]}, index=pd.Index([2023, 2024, 2025], name="year"))
    panel = small_figures.columns(years, "received", title="甲")
    assert panel is not None
    assert {"4,299", "4,955", "5,588"} <= set(texts(panel))
    months = pd.DataFrame({"received": range(1000, 1012)}, index=pd.Index(range(1, 13), name="month"))
    panel = small_figures.columns(months, "received", title="甲")
    assert panel is not None
    assert set(texts(panel)) == {"1,000", "1,011"}
    assert find_faults(panel.figure) == []


@pytest.mark.parametrize("count", [1, 2, 5, 12, 24, 37])
def test_no_name_of_a_column_is_cut_off(count: int) -> None:
    months = pd.period_range("2025-01", periods=count, freq="M").astype(str)
    table = pd.DataFrame({"sales": np.arange(50.0, 50 + count)}, index=pd.Index(months, name="month"))
    panel = small_figures.columns(table, "sales", title="甲")
    assert panel is not None
    assert find_faults(panel.figure) == []
    labels = [label.get_text() for label in panel.figure.axes[0].get_xticklabels()]
    assert labels[0] == "2025-01" and len(labels) >= min(count, 3)


def test_a_course_of_one_year_and_of_others_close_by_is_readable() -> None:
    table = pd.DataFrame(
        {"rate": [0.2, 0.229], "low": [0.19, 0.22], "high": [0.21, 0.24]}, index=[2024, 2025]
    )
    others = pd.DataFrame({"杭州": [0.21, 0.228], "盐城": [0.19, np.nan]}, index=[2024, 2025])
    panel = small_figures.course(table, name="黄山", title="甲", others=others)
    assert panel is not None
    assert find_faults(panel.figure) == []
    assert {"黄山 22.9%", "杭州 22.8%"} <= set(texts(panel))
    assert not any("盐城" in words for words in texts(panel))
    assert small_figures.course(table.tail(1), name="黄山", title="甲") is not None


def test_parts_fill_a_bar_each_and_leave_a_withheld_whole_out() -> None:
    table = pd.DataFrame(
        {"consultations": [155, 420, 425], "contacts": [5540, 3460, np.nan]},
        index=pd.Index(list("ABC"), name="grade"),
    )
    panel = small_figures.parts(table, ["consultations", "contacts"], title="甲")
    assert panel is not None
    widths = [bar.get_width() for bar in panel.figure.axes[0].patches]
    assert sum(widths) == pytest.approx(1)
    assert {"15.5", "42.0", "42.5"} <= set(texts(panel))  # in the bar; its unit stands above
    assert find_faults(panel.figure) == []


def test_every_panel_is_as_wide_as_a_column_and_has_no_small_text() -> None:
    panel = bars(8)
    assert panel.figure.get_size_inches()[0] == pytest.approx(50 / 25.4, abs=0.01)
    sizes = [written.get_fontsize() for ax in panel.figure.axes for written in ax.texts]
    assert min(sizes) >= 7.5


def test_the_description_has_all_values(shown: list[dict[str, Any]]) -> None:
    display.summary("甲。", panels=[bars(2)])
    (label,) = re.findall(r'aria-label="([^"]+)"', shown[0]["text/html"])
    assert label == "各类客户。条形图。成交率。由高到低：客户0 40.0%、客户1 10.0%。"


def test_the_palette_of_verdicts_can_be_told_on_paper() -> None:
    for colour in (style.HIGHER_COLOUR, style.LOWER_COLOUR, style.UNCLEAR_COLOUR):
        assert style.contrast(colour, style.PAPER) > 3
