"""The enterprise notebook: on whole and on meagre data, and never in a public edition."""

import io
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pytest

from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.building import plan, render
from industry_report.export import headings
from industry_report.report import display
from industry_report.settings import parameters

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "enterprise.ipynb"


def make_consultations(rows, year=2025, seed=5):
    draw = np.random.default_rng(seed + year)
    scores = draw.integers(1, 6, (rows, 3))
    return pd.DataFrame(
        {
            "客户ID": [f"00{i:05}" for i in range(rows)],
            "客户类型": draw.choice(["小微企业", "个体工商户"], rows),
            "客户来源": draw.choice(["老客户推荐", "搜索引擎"], rows),
            "咨询详情": "详情内容不得公开",
            "咨询产品": draw.choice(["总账", "总账、报税", "进销存"], rows),
            "咨询日期": pd.Timestamp(year, 1, 1) + pd.to_timedelta(draw.integers(0, 365, rows), unit="D"),
            "意向度": scores[:, 0],
            "需求明确性": scores[:, 1],
            "满意度": scores[:, 2],
            "是否成交": np.where(draw.random(rows) < scores[:, 0] / 8, "是", "否"),
        }
    )


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the notebook's cells in this process; returns what a kernel would have put out."""
    monkeypatch.chdir(ROOT)

    def run(*tables, **changed):
        for number, table in enumerate(tables):
            table.to_csv(tmp_path / f"黄山市-{2025 - number}.csv", index=False)
        bundles = []
        monkeypatch.setattr(display, "display", lambda bundle, **_: bundles.append(bundle))
        scope = {}
        for cell in nbformat.read(NOTEBOOK, 4).cells:
            if cell.cell_type == "code":
                exec(cell.source, scope)
                if "parameters" in cell.metadata.get("tags", []):
                    scope.update({"data": str(tmp_path), **changed})
        return bundles

    return run


def texts(bundles):
    return "\n".join(bundle["text/html"] for bundle in bundles)


def exhibits(bundles):
    return [bundle[display.EXHIBIT] for bundle in bundles if display.EXHIBIT in bundle]


def attached(bundles):
    found = [bundle[display.ATTACHMENT] for bundle in bundles if display.ATTACHMENT in bundle]
    return {column["head"]: column["cells"] for column in found[0]["columns"]} if found else {}


def find_findings(bundles):
    """Return the lead and the points of the summary."""
    told = next(bundle[display.SUMMARY] for bundle in bundles if display.SUMMARY in bundle)
    return [*told["sentences"], *told["points"]]


def test_two_years_with_everything(run):
    bundles = run(make_consultations(400), make_consultations(300, 2024))
    summary = find_findings(bundles)
    assert len(summary) == 5
    assert "A级和B级未成交客户" in summary[0]
    assert "应优先联系：客户经理" in summary[0]
    assert "列入跟进名单" in summary[1]
    work = attached(bundles)
    assert 150 < len(work["客户编号"]) < 400
    assert all(len(cells) == len(work["客户编号"]) for cells in work.values())
    order = list(zip(work["等级"], work["应回访日期"], strict=True))
    assert order == sorted(order)
    shown = exhibits(bundles)
    desks = [one for one in shown if "新近的" in one["caption"]]
    assert [one["caption"].partition("：")[0] for one in desks] == ["客户经理", "金牌销售"]
    for desk in desks:  # the most recent first, and no more than one sheet holds
        days = [row["last_contact"] for row in desk["data"]]
        assert len(days) <= 15 and days == sorted(days, reverse=True)
        assert {row["grade"] for row in desk["data"]} <= {"A", "B"}
    listed = [one for one in shown if "customer_id" in str(one["columns"])]
    assert all("新近" in one["caption"] for one in listed)  # customers stand in lists of them alone
    assert "详情内容不得公开" not in texts(bundles) + str(work)
    assert "内部资料" in bundles[0][display.COVER]["notice"]


def test_numbers_agree_between_list_table_and_sentence(run):
    bundles = run(make_consultations(400), make_consultations(300, 2024))
    work = attached(bundles)
    high = sum(grade in "AB" for grade in work["等级"])
    assert f"A级和B级未成交客户{high}户" in find_findings(bundles)[0]
    assert f"未成交客户{len(work['等级'])}户" in find_findings(bundles)[1]
    figures = dict(bundles[0][display.COVER]["key_figures"])
    assert figures["A级和B级未成交"] == f"{high}户"
    assert "逾期" not in str(figures) + str(find_findings(bundles))  # nothing is known of contacts
    matrix = next(e["data"] for e in exhibits(bundles) if "2024年与2025年" in e["caption"])
    assert matrix[-1]["total"] == 400
    assert sum(matrix[-1][grade] for grade in "ABCD") == 400
    assert sum(row["total"] for row in matrix if row["before"] in "ABCD") == 300


def test_one_year_alone_says_why_changes_are_missing(run):
    said = texts(run(make_consultations(60)))
    assert "数据没有2024年的咨询，不作等级变化分析" in said
    assert "可能原因" not in said


def test_purchases_without_dates_are_said_and_times_to_purchase_are_not(run):
    table = make_consultations(60)
    said = texts(run(table))
    assert "数据没有足够的成交日期" in said
    assert "Kaplan-Meier法" not in said
    said = texts(run(table.assign(成交日期=table["咨询日期"].where(table["是否成交"] == "是"))))
    assert "数据没有足够的成交日期" not in said
    assert "Kaplan-Meier法" in said


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ("是否成交", "数据未提供成交结果"),
        ("咨询日期", "数据未提供“咨询日期”，本节从略"),
        ("咨询产品", "数据未提供“咨询产品”，本节从略"),
        ("客户来源", "数据未提供“客户来源”，本节从略"),
        ("客户类型", "数据未提供“客户类型”，本节从略"),
        ("客户ID", "数据未提供“客户编号”，本节从略"),
    ],
)
def test_a_section_without_ground_says_why(run, column, line):
    bundles = run(*(make_consultations(90, year).drop(columns=column) for year in (2025, 2024)))
    assert line in texts(bundles)
    if column == "是否成交":
        assert not any("成交率" in text for text in find_findings(bundles))
        assert len(attached(bundles)["客户编号"]) == 90
    if column == "咨询日期":
        assert "应回访日期" not in attached(bundles) and len(attached(bundles)["客户编号"]) > 30
    if column == "客户ID":
        assert attached(bundles) == {}


@pytest.mark.parametrize("rows", [1, 9])
@pytest.mark.parametrize("report_language", language.LANGUAGES)
def test_the_smallest_slices(run, rows, report_language):
    bundles = run(make_consultations(rows).assign(是否成交="否"), language=report_language)
    (cells, *_) = attached(bundles).values()
    assert len(cells) == rows
    assert "nan" not in texts(bundles).lower().replace("finance", "")


def test_no_score_at_all(run):
    bundles = run(make_consultations(5).assign(意向度=None))
    assert "没有可评级的咨询" in texts(bundles)
    assert attached(bundles) == {}


def test_everybody_has_bought(run):
    bundles = run(make_consultations(40).assign(是否成交="是"))
    assert "没有需要跟进的未成交客户" in texts(bundles)
    assert attached(bundles) == {}


def test_today_in_mid_year_knows_nothing_of_what_follows(run):
    bundles = run(make_consultations(200), today="2025-06-30")
    assert max(attached(bundles)["最近咨询日期"]) <= "2025-06-30"


def test_grades_set_by_hand_are_followed_and_logged(run, tmp_path):
    table = make_consultations(30).assign(是否成交="否", 意向度=1, 需求明确性=1, 满意度=1)
    file = tmp_path / "set" / "overrides.csv"
    file.parent.mkdir()
    file.write_text("客户编号,等级,经办人,理由,日期\n0000003,A,张三,已约演示,2025-12-31\n", encoding="utf-8")
    bundles = run(table, overrides=str(file))
    work = attached(bundles)
    assert (work["客户编号"][0], work["等级"][0], work["等级"][1]) == ("0000003", "A", "D")
    log = next(e["data"] for e in exhibits(bundles) if e["caption"] == "人工调整记录")
    assert [(row["grade_by_score"], row["grade"], row["who"], row["why"]) for row in log] == [
        ("D", "A", "张三", "已约演示")
    ]


def test_a_public_edition_is_refused(run):
    with pytest.raises(InputError, match="the edition industry is public"):
        run(make_consultations(9), edition="industry")


@pytest.mark.slow
def test_the_report_and_its_workbook_are_published_together(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    data = tmp_path / "data"
    data.mkdir()
    make_consultations(120).to_csv(data / "黄山市-2025.csv", index=False)
    known = parameters.read_parameters(NOTEBOOK)
    values = {name: p.default for name, p in known.items()} | {"data": str(data)}
    job = plan.Job(NOTEBOOK, values, "enterprise.zh", "a test")
    assert render.render_report(job, tmp_path, {"digest": "", "inputs": {}, "synthetic": False}) == []
    names = {file.name.removeprefix("enterprise.zh") for file in tmp_path.glob("enterprise.zh.*")}
    made = {".html", ".pdf", ".xlsx", ".csv", ".json", ".work-list.xlsx"}
    assert names == made | {".card.png", ".summary.png", ".files"}
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "enterprise.zh.work-list.xlsx").read_bytes()))
    assert book["名单"].max_row > 30
    assert "work-list.xlsx" in (tmp_path / "enterprise.zh.json").read_text(encoding="utf-8")
    assert headings.APPENDIX[0] in (tmp_path / "enterprise.zh.html").read_text(encoding="utf-8")


def test_triggers_are_met_by_orders_where_there_are_some(run, tmp_path):
    whole = (ROOT / "params" / "scorecards" / "annual-purchases.yaml").read_text(encoding="utf-8")
    card = (ROOT / "params" / "scorecards" / "consultation.yaml").read_text(encoding="utf-8")
    file = tmp_path / "card.yaml"
    file.write_text(card + "\n" + whole[whole.index("triggers:") :], encoding="utf-8")
    months = {"0000001": ("03", "04", "05"), "0000002": ("03", "05", "06")}  # the second misses April
    orders = [
        (f"D{who}{month}{part}", who, f"2025-{month}-1{part}", 60_000)
        for who, which in months.items()
        for month in which
        for part in (1, 2)
    ]
    head = ["订单编号", "客户编号", "下单日期", "订单金额"]
    pd.DataFrame(orders, columns=head).to_csv(tmp_path / "黄山市-订单.csv", index=False)
    said = run(make_consultations(40), scorecard=str(file))
    assert "按订单，1户达到触发条件" in texts(said)
    fired = next(one for one in exhibits(said) if "触发条件" in str(one))
    assert "0000001" in str(fired) and "0000002" not in str(fired)
    (tmp_path / "黄山市-订单.csv").unlink()
    bare = texts(run(make_consultations(40), scorecard=str(file)))
    assert "未提供订单" in bare and "按订单" not in bare
