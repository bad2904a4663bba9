import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.figure import Figure

from industry_report.analysis.conversion import Measure
from industry_report.base import language, style
from industry_report.base.errors import InputError
from industry_report.report import display, exhibits, figures
from industry_report.report.display import COVER, EXHIBIT
from industry_report.report.layout import Surroundings

Bundle = dict[str, Any]
ODD = ["$5 a$", "<script>x()", "# *b* @c", "\\frac{1}{2}"]


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Bundle]]:
    """What a notebook would receive, in a report that has just begun in Chinese."""
    bundles: list[Bundle] = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: bundles.append(bundle))
    display.begin("zh")
    return bundles


def rates(*names: str) -> pd.DataFrame:
    table = {"consultations": 30, "conversions": 15, "rate": 0.5, "low": 0.33, "high": 0.67}
    return pd.DataFrame(table, index=pd.Index(names, name="customer_type"))


def drawn(title: str = "各组成交率没有显著差异", *names: str) -> Figure:
    return figures.rates(rates(*(names or ["小微企业"])), Measure(), 0.5, title=title)


def svg_of(bundle: Bundle) -> str:
    (svg,) = re.findall(r"<svg\b.*?</svg>", bundle["text/html"], flags=re.S)
    return svg


def words_of(svg: str) -> list[str]:
    return [
        "".join(node.itertext())
        for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


# Cover


def test_cover_tells_people_and_exporters_the_same(shown: list[Bundle]) -> None:
    display.cover(
        title="咨询<转化>报告", subtitle="2025年 · 行业版", facts={"年度": "2025年", "地区": "黄山市"}
    )
    (bundle,) = shown
    assert bundle == {
        COVER: {
            "language": "zh",
            "title": "咨询<转化>报告",
            "subtitle": "2025年 · 行业版",
            "facts": [["年度", "2025年"], ["地区", "黄山市"]],
            "notice": "",
            "key_figures": [],
            "publisher": {},
        },
        "text/html": "<h1>咨询&lt;转化&gt;报告</h1><p>2025年 · 行业版</p>",
        "text/plain": "咨询<转化>报告",
    }
    assert json.loads(json.dumps(bundle)) == bundle


@pytest.mark.parametrize(("code", "word"), [("zh", "合成数据"), ("en", "Synthetic data")])
def test_cover_says_that_data_are_synthetic(code: str, word: str, shown: list[Bundle]) -> None:
    display.begin(code)
    display.cover(title="T", subtitle="S", facts={}, synthetic=True)
    assert shown[0][COVER]["language"] == code
    assert shown[0][COVER]["notice"].startswith(word)
    assert f"<strong>{word}" in shown[0]["text/html"]


# Sentences


def test_one_sentence_is_a_paragraph_and_several_are_a_list(shown: list[Bundle]) -> None:
    display.say("A级最多")
    display.say("A级最多", "", "真的吗？", "共5次。")
    assert shown == [
        {"text/html": "<p>A级最多。</p>", "text/plain": "A级最多。"},
        {
            "text/html": "<ul>\n<li>A级最多。</li>\n<li>真的吗？</li>\n<li>共5次。</li>\n</ul>",
            "text/plain": "A级最多。\n真的吗？\n共5次。",
        },
    ]


def test_a_paragraph_follows_the_language_of_the_report(shown: list[Bundle]) -> None:
    display.say(zh="甲。", en="a.")
    display.begin("en")
    display.say(zh="甲。", en="a.")
    display.say("Most are grade B")
    assert [bundle["text/plain"] for bundle in shown] == ["甲。", "a.", "Most are grade B."]


def test_nothing_to_say_shows_nothing(shown: list[Bundle]) -> None:
    display.say()
    display.say("", "")
    display.say(zh="", en="unused")
    assert shown == []


@pytest.mark.parametrize("word", ODD)
def test_text_from_the_data_shows_as_itself(word: str, shown: list[Bundle]) -> None:
    display.say(f"客户类型{word}")
    display.show(rates(word), caption=word)
    display.show(drawn(word, word), caption=word, data=rates(word))
    for bundle in shown:
        assert "<script" not in bundle["text/html"]
        assert word in bundle["text/plain"]
    assert words_of(svg_of(shown[-1])).count(word) == 1  # the name of the group; the title is text
    assert escape(word) in shown[-1]["text/html"].partition("</figcaption>")[0]


# Tables


def test_a_table_comes_with_its_caption_and_its_numbers(shown: list[Bundle]) -> None:
    data = rates("小微企业").assign(rate=[1 / 3], high=[float("nan")], at=[pd.Timestamp(2025, 1, 1)])
    display.show(data, caption="各客户类型的成交率")
    (bundle,) = shown
    columns, protected = bundle[EXHIBIT].pop("columns"), bundle[EXHIBIT].pop("protected")
    assert [column["role"] for column in columns] == [
        "row",
        "number",
        "number",
        "number",
        "number",
        "number",
        "text",
    ]
    assert protected == {}
    assert bundle[EXHIBIT] == {
        "kind": "table",
        "caption": "各客户类型的成交率",
        "data": [
            {
                "customer_type": "小微企业",
                "consultations": 30,
                "conversions": 15,
                "rate": pytest.approx(1 / 3, abs=1e-15),
                "low": 0.33,
                "high": None,
                "at": "2025-01-01T00:00:00.000",
            }
        ],
    }
    assert bundle["text/html"].startswith(
        '<figure class="table"><table><caption>各客户类型的成交率</caption>'
    )
    assert bundle["text/plain"] == "各客户类型的成交率"
    json.dumps(bundle, allow_nan=False)


def test_rows_of_an_index_with_levels_keep_their_labels(shown: list[Bundle]) -> None:
    index = pd.MultiIndex.from_tuples([("intent", "空")], names=["column", "reason"])
    display.show(pd.DataFrame({"rows": [2]}, index=index), caption="退回原因")
    assert shown[0][EXHIBIT]["data"] == [{"column": "intent", "reason": "空", "rows": 2}]


# Figures


def test_a_figure_comes_with_caption_finding_and_data(shown: list[Bundle]) -> None:
    display.show(drawn(), caption="各客户类型的成交率", data=rates("小微企业"))
    (bundle,) = shown
    alt = "各客户类型的成交率。点图。各组成交率没有显著差异。小微企业 50.0%。数据见图下的表格。"
    assert bundle[EXHIBIT]["alt"] == bundle["text/plain"] == alt
    assert bundle[EXHIBIT]["kind"] == "figure"
    assert [row["customer_type"] for row in bundle[EXHIBIT]["data"]] == ["小微企业"]
    assert svg_of(bundle).startswith(f'<svg class="reading" role="img" aria-label="{alt}"')
    head = "<strong>各组成交率没有显著差异</strong>"
    below = '<span class="subtitle">各客户类型的成交率；成交率及95%置信区间</span>'
    assert f"<figcaption>{head} {below}</figcaption>" in bundle["text/html"]
    assert bundle[EXHIBIT]["finding"] == "各组成交率没有显著差异"
    assert "<details><summary>查看图中数据</summary><table>" in bundle["text/html"]
    json.dumps(bundle, allow_nan=False)


def test_a_figure_without_data_has_nothing_to_unfold(shown: list[Bundle]) -> None:
    display.show(drawn(""), caption="图题")
    assert "<details>" not in shown[0]["text/html"]
    assert shown[0][EXHIBIT]["data"] == []
    assert shown[0][EXHIBIT]["alt"] == "图题。点图。"  # no title, so no finding


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("zh", "“从事农产品收购与冷链仓储的合作社”成交率最高（63.2%），“个体工商户和流动摊贩”最低（20.0%）"),
        (
            "en",
            "Small manufacturers have the highest rate (63.2%), market stalls and sole traders the lowest",
        ),
    ],
)
def test_description_reads_on_where_the_title_breaks(code: str, title: str, shown: list[Bundle]) -> None:
    display.begin(code)
    figure = drawn(title)
    assert "\n" in figure.get_suptitle()
    display.show(figure, caption="C")
    assert title in shown[0][EXHIBIT]["alt"]


def test_own_description_and_quotation_marks_stay_whole(shown: list[Bundle]) -> None:
    display.show(drawn(), caption="图题", alt='说 "A" <b> & C')
    assert shown[0][EXHIBIT]["alt"] == '说 "A" <b> & C'
    assert ElementTree.fromstring(svg_of(shown[0])).get("aria-label") == '说 "A" <b> & C'


def test_title_of_the_axes_serves_where_the_figure_has_none(shown: list[Bundle]) -> None:
    figure = Figure()
    figure.subplots().set_title("越来越多")
    display.show(figure, caption="图题")
    assert shown[0][EXHIBIT]["alt"] == "图题。越来越多。"


def test_text_in_a_figure_is_text(shown: list[Bundle]) -> None:
    display.show(drawn("小微企业领先"), caption="图题")
    words = set(words_of(svg_of(shown[0])))
    assert {"小微企业", "成交率", "50.0%", "30"} <= words
    assert "小微企业领先" not in words  # the headline is text, above the drawing


def test_the_same_report_gives_the_same_figures(shown: list[Bundle]) -> None:
    for _ in range(2):
        display.begin("zh")
        display.show(drawn(), caption="甲")
        display.show(drawn(), caption="乙")
    first, second = shown[:2], shown[2:]
    assert first == second
    assert not re.search(r"<metadata|<!DOCTYPE|<\?xml|\d{4}-\d\d-\d\dT", svg_of(first[0]))


def test_ids_are_unique_on_a_page_and_every_reference_finds_one(shown: list[Bundle]) -> None:
    display.show(drawn(), caption="甲")
    display.show(drawn(), caption="乙")
    ids = [re.findall(r'\bid="([^"]+)"', svg_of(bundle)) for bundle in shown]
    assert all(ids)
    assert len(ids[0] + ids[1]) == len({*ids[0], *ids[1]})
    for bundle, known in zip(shown, ids, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg_of(bundle))) <= set(known)


def test_what_seaborn_returns_can_be_shown(shown: list[Bundle]) -> None:
    table = pd.DataFrame({"x": [1, 2], "y": [1, 2]})
    display.show(sns.scatterplot(table, x="x", y="y", ax=Figure().subplots()), caption="甲")
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        display.show(sns.FacetGrid(table), caption="乙")
    assert [bundle[EXHIBIT]["kind"] for bundle in shown] == ["figure", "figure"]


@pytest.mark.parametrize(("thing", "name"), [(pd.Series([1]), "Series"), (None, "NoneType"), ("图", "str")])
def test_what_is_neither_figure_nor_table_is_refused(thing: Any, name: str, shown: list[Bundle]) -> None:
    with pytest.raises(InputError, match=f"expected a matplotlib figure or a DataFrame, got {name}"):
        display.show(thing, caption="图题")
    assert shown == []


def test_an_unknown_language_is_refused_at_the_beginning() -> None:
    with pytest.raises(InputError, match="parameter language"):
        display.begin("fr")


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ([("成交率", 0.229)], "a label and a printed number, got"),
        ([("成交率", "")], "a label and a printed number"),
        ([("成交率",)], "a label and a printed number"),
        ([("成交率", "22.9%")] * 7, "at most 6 key figures, got 7"),
    ],
)
def test_key_figures_are_few_and_printed(figures, said):
    with pytest.raises(InputError, match=said):
        display.cover(title="题", subtitle="", facts={}, key_figures=figures)


def test_cover_carries_key_figures_and_publisher(shown, tmp_path):
    file = tmp_path / "publisher.yaml"
    file.write_text(
        "names: 甲会\ndisclosure: {threshold: 9, dominance: {p: 9}, internal: []}\n", encoding="utf-8"
    )
    display.cover(
        title="题", subtitle="", facts={}, key_figures=[("占比", language.protected())], publisher=file
    )
    (bundle,) = shown
    assert bundle[COVER]["key_figures"] == [["占比", "［保密］"]]
    assert bundle[COVER]["publisher"] == {"names": {"zh": "甲会", "en": "甲会"}}


REGISTERED = "registration: {register: {zh: 登记平台, en: Register}, number: SJ-1}\n"


@pytest.mark.parametrize(
    ("code", "given", "synthetic", "source"),
    [
        ("zh", REGISTERED, False, "数据：登记平台，SJ-1"),
        ("en", REGISTERED, False, "Data: Register, SJ-1"),
        ("zh", REGISTERED, True, ""),  # every page says that the data are synthetic
        ("en", "", True, ""),
        ("zh", "", False, ""),
    ],
)
def test_figures_name_their_source_where_one_is_known(code, given, synthetic, source, shown, tmp_path):
    file = tmp_path / "publisher.yaml"
    rules = "disclosure: {threshold: 9, dominance: {p: 9}, internal: []}\n"
    file.write_text(given + rules, encoding="utf-8")
    display.begin(code)
    display.cover(title="题", subtitle="", facts={}, publisher=file, synthetic=synthetic)
    assert style.source() == source
    display.begin("zh")
    assert style.source() == ""


def test_notes_stand_beside_and_a_folded_table_in_its_place(shown: list[Bundle]) -> None:
    display.show(drawn(), caption="图题", notes=[("怎么看", "横线<是>误差范围")])
    display.show(rates("小微企业"), caption="各组", folded=True)
    figure, table = (bundle["text/html"] for bundle in shown)
    assert '<div class="reading-notes"><p><strong>怎么看：</strong>横线&lt;是&gt;误差范围</p></div>' in figure
    assert table.startswith('<details><summary>补充数据： 各组</summary><figure class="table">')


def test_a_drawing_loses_its_texts_and_their_room_and_nothing_else(shown: list[Bundle]) -> None:
    figure = drawn("各组成交率没有显著差异", "小微企业", "院校")
    height, rows = figure.get_figheight(), figure.axes[0].get_position().height * figure.get_figheight()
    display.show(figure, caption="图题")
    assert figure.get_figheight() < height - 0.3
    assert figure.axes[0].get_position().height * figure.get_figheight() == pytest.approx(rows)
    assert figure.axes[0].get_position().y1 < 1


def test_cover_tells_finding_changes_and_edition(shown: list[Bundle]) -> None:
    told = {"finding": "咨询增长", "changes": ["比上年"], "edition": "college"}
    display.cover(title="T", subtitle="S", facts={}, key_figures=[("咨询", "8条")], **told)
    assert told.items() <= shown[0][COVER].items()


@pytest.mark.parametrize(
    ("caption", "measure", "expected"),
    [
        ("各来源90天成交率及95%置信区间，2025年", "90天成交率和其95%置信区间，按来源", "；按来源"),
        ("90天成交率及其95%置信区间", "90天成交率及95%置信区间  ● 实际  ◇ 标准化", "；● 实际  ◇ 标准化"),
        ("各来源的咨询数", "条", "；条"),
        ("各来源的咨询数（条）", "条", ""),
        ("各来源的成交率", "成交率及95%置信区间", "；成交率及95%置信区间"),
    ],
)
def test_subtitle_does_not_say_twice_what_is_measured(caption: str, measure: str, expected: str) -> None:
    around = Surroundings("某来源偏高", measure, (), 0.0, 0.0, ())
    assert f">{caption}{expected}</span>" in exhibits._write_caption(caption, around)
