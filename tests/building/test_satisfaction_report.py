"""The report on satisfaction: whole and meagre data, odd answers, other scales; no word of a customer."""

import json
import re

import opinions
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from crossing import cross, first
from reading import find_empty_sections, make_page, read_text
from running import ROOT, run_cells

from industry_report.base.errors import InputError

NOTEBOOK = ROOT / "notebooks" / "satisfaction.ipynb"
ASKED = {"region": "黄山市", "year": 2025}


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def run(data, **given):
    ran = run_cells(NOTEBOOK, data=data, **ASKED | given)
    page = make_page(ran)
    text = read_text(page)
    assert re.findall(r"\b(nan|NaN|None|NaT|inf)\b|<NA>", text) == []
    assert find_empty_sections(page) == []
    return text, ran


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return opinions.write(tmp_path_factory.mktemp("whole"), opinions.make_tables())


@pytest.mark.parametrize(
    ("edition", "code"), [("enterprise", "zh"), ("industry", "en"), ("government", "zh")]
)
def test_whole_data(edition, code, whole):
    text, _ = run(whole, edition=edition, language=code)
    assert "150" in text
    assert "62.5%" in text  # 150 of 240 answered
    if code == "en":
        assert re.findall(r"[\u3400-\u9fff]", re.sub(r"黄山市-\S+", "", text)) == []


LACKS = {
    "问卷": "数据未提供问卷答卷",
    "反馈": "数据未提供客户反馈",
    "投诉": "数据未提供投诉记录",
    "订单": "没有订单",
    "客户档案": "回收率",
    "2025-咨询": "数据没有调查之前的等级",
}


@pytest.mark.parametrize("lacking", first(LACKS, 2))
def test_without_a_table(lacking, tmp_path):
    tables = opinions.make_tables(customers=120, answered=60, complaints=30)
    del tables[lacking]
    text, _ = run(opinions.write(tmp_path, tables))
    assert LACKS[lacking] in text


@pytest.mark.parametrize(("answered", "edition"), cross([0, 1, 9, 30], ["enterprise", "industry"]))
def test_few_answers(answered, edition, tmp_path):
    tables = opinions.make_tables(customers=60, answered=answered, complaints=3)
    text, _ = run(opinions.write(tmp_path, tables), edition=edition)
    if edition == "industry" and answered in (1, 9):
        assert "有效答卷过少" in text
        assert not re.search(r"有效答卷[19]份", text)
    if answered == 30 and edition == "enterprise":
        assert "有效答卷30份" in text
        assert "答全各项目的客户太少" in text


def odd(kind):
    tables = opinions.make_tables(customers=120, answered=90, complaints=20)
    answers = tables["问卷"]
    given = answers["总体满意度"].notna()
    match kind:
        case "all the same":
            for item in (*opinions.ITEMS, "总体满意度"):
                answers[item] = answers[item].where(~given, 4)
            answers["推荐意愿"] = answers["推荐意愿"].where(~given, 8)
        case "an item nobody answered":
            answers["价格"] = None
        case "words":
            words = {1: "非常不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "非常满意"}
            for item in (*opinions.ITEMS, "总体满意度"):
                answers[item] = answers[item].map(words)
        case "closed before received":
            tables["投诉"].loc[:1, "办结日期"] = pd.Timestamp("2024-01-01")
        case "no customer numbers":
            for name in ("问卷", "反馈", "投诉"):
                tables[name] = tables[name].drop(columns="客户编号")
        case "anonymous answers alone":
            tables["问卷"] = answers[given].drop(columns=["客户编号", "发放日期"])
        case "nobody complained twice":
            tables["投诉"]["是否重复投诉"] = "否"
        case "nothing closed":
            tables["投诉"]["办结日期"] = None
    return tables


@pytest.mark.parametrize(
    ("kind", "told"),
    first(
        [
            ("an item nobody answered", "服务态度"),
            ("anonymous answers alone", "无法计算回收率"),
            ("nothing closed", "尚不能估计"),
            ("all the same", "答案全部相同"),
            ("words", "有效答卷90份"),
            ("closed before received", "结束早于开始"),
            ("no customer numbers", "投诉"),
            ("nobody complained twice", "重复投诉0件"),
        ],
        3,
    ),
)
def test_odd_data(kind, told, tmp_path):
    text, _ = run(opinions.write(tmp_path, odd(kind)))
    assert told in text


def write_survey(path, change):
    text = (ROOT / "params" / "survey.yaml").read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("low", "high"), first([(0, 10), (1, 10)]))
def test_other_scales(low, high, tmp_path):
    tables = opinions.make_tables(customers=120, answered=90)
    for item in (*opinions.ITEMS, "总体满意度"):
        tables["问卷"][item] = tables["问卷"][item].map(lambda score: score * 2 if pd.notna(score) else None)
    survey = write_survey(
        tmp_path / "survey.yaml",
        lambda text: text.replace("{from: 1, to: 5, top: 4}", f"{{from: {low}, to: {high}, top: 8}}"),
    )
    data = tmp_path / "data"
    data.mkdir()
    text, _ = run(opinions.write(data, tables), survey=survey)
    assert f"总体满意度8至{high}分" in text
    assert "超出量表" not in text


def test_a_reversed_item(tmp_path):
    tables = opinions.make_tables(customers=120, answered=90)
    tables["问卷"]["价格"] = tables["问卷"]["价格"].map(lambda score: 6 - score if pd.notna(score) else None)
    turned = write_survey(
        tmp_path / "survey.yaml",
        lambda text: text.replace("column: price\n", "column: price\n    reversed: true\n"),
    )
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, _ = run(opinions.write(tmp_path / "one", tables), survey=turned)
    plain, _ = run(opinions.write(tmp_path / "other", opinions.make_tables(customers=120, answered=90)))
    shares = [re.findall(r"价格\s*90\s*([\d.]+%)", text) for text in (one, plain)]
    assert shares[0] == shares[1] != []


def test_a_file_of_a_survey_tool(tmp_path):
    """One column a question, numbered, in words, several answers in a cell; no wave, no customer."""
    tables = opinions.make_tables(customers=120, answered=90)
    given = tables["问卷"].query("批次 == '2025-06'").dropna(subset=["总体满意度"]).reset_index(drop=True)
    words = {1: "非常不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "非常满意"}
    sheet = pd.DataFrame({"序号": range(1, len(given) + 1), "提交答卷时间": "2025/6/8 10:21:33"})
    for number, item in enumerate((*opinions.ITEMS, "总体满意度"), start=1):
        sheet[f"{number}、{item}[量表题]"] = given[item].map(words)
    sheet["8.您有多大可能向同行推荐我们（0到10分）"] = given["推荐意愿"]
    sheet["9、您最希望我们改进哪些方面（可多选）"] = ["价格┋响应速度", "价格", "(跳过)"] * 30
    sheet.loc[0, "1、产品质量[量表题]"] = "满意┋一般"
    file = tmp_path / "年中满意度调查.xlsx"
    sheet.to_excel(file, index=False)
    del tables["问卷"]
    (tmp_path / "data").mkdir()
    text, _ = run(opinions.write(tmp_path / "data", tables), answers=str(file))
    assert "年中满意度调查批次有效答卷90份" in text
    assert "单选题多个答案" in text
    assert re.search(r"价格\s*60\s*100\.0%", text)


def test_a_sheet_without_any_question_is_refused(tmp_path, whole):
    file = tmp_path / "别的.csv"
    file.write_text("序号,提交答卷时间,Q1\n1,2025-06-01,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column that the survey asks about"):
        run(whole, answers=str(file))


def test_an_unknown_wave_is_refused_with_those_that_there_are(whole):
    with pytest.raises(InputError, match=r"2025-01, 2025-06"):
        run(whole, wave="2030-01")


# --- nothing of a customer

CANARIES = ("张三丰说过的话", "13912345678", "K00007", "机密客户名称", "绝密类别", "小批次", "独一无二的选项")


def read_outputs(ran):
    return json.dumps([cell.get("outputs", []) for cell in ran.cells], ensure_ascii=False, default=str)


def plant(tables):
    tables["客户档案"]["客户名称"] = CANARIES[3]
    tables["反馈"].loc[0, "反馈内容"] = f"{CANARIES[0]}，响应太慢，电话{CANARIES[1]}"
    tables["投诉"]["投诉内容"] = CANARIES[0]
    tables["投诉"].loc[0, "投诉类别"] = CANARIES[4]
    extra = tables["问卷"].iloc[[7]].assign(批次=CANARIES[5], 答卷编号="A9999")
    tables["问卷"] = pd.concat([tables["问卷"], extra], ignore_index=True)
    tables["问卷"]["希望改进的方面"] = None
    tables["问卷"].loc[tables["问卷"]["总体满意度"].notna(), "希望改进的方面"] = "价格"
    tables["问卷"].loc[tables["问卷"]["总体满意度"].notna().idxmax(), "希望改进的方面"] = CANARIES[6]
    return tables


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return opinions.write(tmp_path_factory.mktemp("planted"), plant(opinions.make_tables()))


@pytest.mark.parametrize("edition", first(["industry", "government"]))
def test_no_canary_is_in_a_public_edition(edition, planted):
    text, ran = run(planted, edition=edition)
    everything = (
        json.dumps([cell.get("outputs", []) for cell in ran.cells], ensure_ascii=False, default=str) + text
    )
    assert [canary for canary in CANARIES if canary in everything] == []


def test_no_verbatim_and_no_number_is_in_an_internal_edition_unless_asked_for(planted):
    text, ran = run(planted)
    everything = (
        json.dumps([cell.get("outputs", []) for cell in ran.cells], ensure_ascii=False, default=str) + text
    )
    assert [canary for canary in CANARIES[:4] if canary in everything] == []
    _, ran = run(planted, check_sample=True)
    everything = read_outputs(ran)
    assert "coding-sample" in everything
    assert CANARIES[1] not in everything  # a telephone number is covered


def test_a_public_edition_attaches_no_texts(planted):
    with pytest.raises(InputError, match="no public edition"):
        run(planted, edition="industry", check_sample=True)


def test_feedback_coded_by_hand_gives_precision_and_recall(whole, tmp_path):
    file = tmp_path / "checked.csv"
    rows = pd.DataFrame({"文本": ["…"] * 4, "词表判为此主题": ["speed-", "speed-", "price+", ""],
                         "人工判为此主题": ["speed-", "price-", "price+", "attitude+"]})  # fmt: skip
    rows.to_csv(file, index=False)
    text, _ = run(whole, checked=str(file))
    assert "查准率为66.7%" in text
    assert "查全率为50.0%" in text


def test_the_page_has_alternative_texts_and_no_number_without_a_gate(whole):
    ran = run_cells(NOTEBOOK, data=whole, **ASKED, edition="industry")
    page = BeautifulSoup(str(make_page(ran)), "html.parser")
    assert all(svg.get("aria-label") for svg in page.find_all("svg", role="img"))


def test_complaints_and_orders_without_rows_are_none(tmp_path):
    tables = opinions.make_tables(customers=60, answered=40)
    for name in ("投诉", "订单", "反馈", "客户档案"):
        tables[name] = tables[name].head(0)
    text, _ = run(opinions.write(tmp_path, tables))
    assert "没有投诉" in text
