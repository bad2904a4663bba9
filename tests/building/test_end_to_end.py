"""From a file of consultations to a published report, with the real notebook."""

import io
import json
import re
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from industry_report.building import plan, render
from industry_report.settings import parameters

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

NASTY = r"<script>alert('x')</script> $5 #1 *a* \b @c"


def make_consultations(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(5)
    scores = draw.integers(1, 6, (rows, 3))
    return pd.DataFrame(
        {
            "客户ID": [f"00{i:05}" for i in range(rows)],
            "客户类型": draw.choice(["小微企业", "个体工商户", NASTY], rows),
            "客户来源": draw.choice(["老客户推荐", "搜索引擎"], rows),
            "咨询详情": "详情内容不得公开",
            "咨询产品": draw.choice(["总账", "总账、报税", "进销存"], rows),
            "咨询日期": pd.Timestamp(2025, 1, 1) + pd.to_timedelta(draw.integers(0, 365, rows), unit="D"),
            "意向度": scores[:, 0],
            "需求明确性": scores[:, 1],
            "满意度": scores[:, 2],
            "是否成交": np.where(draw.random(rows) < scores[:, 0] / 8, "是", "否"),
        }
    )


def find_job(folder: Path, consultations: pd.DataFrame, **changed) -> plan.Job:
    """Return the job of the industry report on some consultations."""
    data = folder / "data"
    data.mkdir()
    consultations.to_csv(data / "黄山市-2025.csv", index=False)
    known = parameters.read_parameters(ROOT / "notebooks" / "industry.ipynb")
    values = {name: p.default for name, p in known.items()} | {"data": str(data)} | changed
    return plan.Job(ROOT / "notebooks" / "industry.ipynb", values, "report", "a test")


def make_report(folder: Path, consultations: pd.DataFrame, **changed) -> tuple[BeautifulSoup, str, dict]:
    """Return the page, the text of the PDF and the JSON of the industry report on some consultations."""
    job = find_job(folder, consultations, **changed)
    warnings = render.render_report(job, folder, {"digest": "", "inputs": {}, "synthetic": False})
    assert warnings == []
    pdf = PdfReader(io.BytesIO((folder / "report.pdf").read_bytes()))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    return page, text, json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_report_with_everything(tmp_path):
    page, printed, record = make_report(tmp_path, make_consultations(400))
    assert page.h1.get_text() == "黄山市财务软件客户咨询转化报告"
    assert (tmp_path / "report.html").stat().st_size < 400_000
    assert [label for label, _ in record["cover"]["key_figures"]][:3] == ["有效咨询", "A级占比", "成交率"]
    figures = [e for e in record["exhibits"] if e["kind"] == "figure"]
    assert len(figures) == 7
    assert all(figure["alt"].startswith(figure["caption"] + "。") for figure in figures)
    assert all(figure["data"] for figure in figures)
    assert "读入400条=已评级400条+未评级0条+剔除0条+重复0条" in printed
    assert "成交率" in printed
    assert "合成数据" not in printed
    for text in (page.get_text(), printed, json.dumps(record, ensure_ascii=False)):
        assert "详情内容不得公开" not in text
        assert "0000007" not in text
    assert NASTY in page.get_text()
    assert not page.main.find_all("script")
    assert re.sub(r"\s", "", NASTY) in printed


def test_report_without_outcomes_prints_no_conversion_rate(tmp_path):
    page, printed, record = make_report(tmp_path, make_consultations(300).drop(columns="是否成交"))
    assert "数据未提供成交结果" in printed
    assert "A级占比" in printed
    captions = " ".join(e["caption"] for e in record["exhibits"])
    assert "成交" not in captions
    assert not re.search(r"成交率(为|最高|越高)|成交率\d", page.get_text())


def test_report_on_scores_alone_says_what_is_missing(tmp_path):
    scores = make_consultations(200)[["意向度", "需求明确性", "满意度"]]
    _, printed, record = make_report(tmp_path, scores)
    for column in ("客户类型", "客户来源", "咨询产品", "咨询日期"):
        assert f"数据未提供“{column}”，本节从略" in printed
    assert "nan" not in printed.lower().replace("finance", "")
    assert len([e for e in record["exhibits"] if e["kind"] == "figure"]) == 2


@pytest.mark.parametrize("rows", [1, 9])
def test_smallest_slices_are_reports_too(tmp_path, rows):
    _, printed, _ = make_report(tmp_path, make_consultations(rows))
    assert "有效咨询［保密］" in printed
    assert "评级与未评级的条数不公布" in printed  # fewer than the publisher's threshold
    assert f"已评级{rows}条" not in printed
    assert "没有显著差异" not in printed  # too few to say so


def test_nothing_gradable_is_said(tmp_path):
    consultations = make_consultations(40)
    consultations["意向度"] = ""
    _, printed, _ = make_report(tmp_path, consultations)
    assert "40条缺少评级所需的数据，不可评级" in printed
    assert "nan" not in printed.lower()
    assert "数据未提供" not in printed
    assert printed.count("没有可评级的咨询，本节从略") == 8  # every section with numbers
    assert "数目过小" not in printed


def test_english_report_is_english(tmp_path):
    consultations = make_consultations(200).replace({"客户类型": {NASTY: "小微企业"}})
    page, printed, _ = make_report(tmp_path, consultations, language="en")
    assert page.html["lang"] == "en"
    assert page.h1.get_text() == "Finance software consultations in Huangshan"
    data_values = "小微企业|个体工商户|老客户推荐|搜索引擎|总账|报税|进销存|黄山市-2025.csv"
    whole = printed.replace("\xad", "-")  # how a hyphen is read at which a line ends
    assert not re.findall(r"[一-鿿]", re.sub(data_values, "", whole))


def test_own_headers_come_in_through_a_mapping_file(tmp_path):
    consultations = make_consultations(400).rename(columns={"意向度": "热度", "客户来源": "线索"})
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("columns:\n  热度: intent\n  线索: source\n", encoding="utf-8")
    _, printed, _ = make_report(tmp_path, consultations, columns=str(mapping))
    assert "已评级400条" in printed
    assert "老客户推荐" in printed


def test_slice_with_few_top_grades_prints_no_percentage_of_them(tmp_path):
    consultations = make_consultations(600)
    total = consultations[["意向度", "需求明确性", "满意度"]].to_numpy() @ [4, 3, 3]
    high = np.flatnonzero(total >= 40)
    page, printed, record = make_report(tmp_path, consultations.drop(index=high[8:]))
    assert "等级A级" not in printed
    [by_grade] = [e for e in record["exhibits"] if e["caption"].startswith("各等级成交率")]
    [top] = [row for row in by_grade["data"] if row["grade"] == "A"]
    assert [top[key] for key in ("consultations", "conversions", "rate", "low", "high")] == [None] * 5
    assert not re.search(r"A级(占)?\d", page.get_text())


def test_internal_edition_is_not_protected_and_says_so(tmp_path):
    page, printed, record = make_report(tmp_path, make_consultations(60), edition="enterprise")
    assert "内部资料，请勿公开" in page.find("p", class_="notice").get_text()
    assert "内部资料，请勿公开" in printed
    [by_grade] = [e for e in record["exhibits"] if e["caption"].startswith("各等级成交率")]
    assert all(row["conversions"] is not None for row in by_grade["data"])


def test_canaries_reach_no_public_artefact(tmp_path):
    consultations = make_consultations(400)
    consultations["客户ID"] = [f"CANARY-ID-{i:05}" for i in range(len(consultations))]
    consultations["咨询详情"] = "金丝雀联系人张三，CANARY-DETAIL"
    consultations["联系人"] = "CANARY-NAME"
    job = find_job(tmp_path, consultations)
    render.render_report(job, tmp_path, {"digest": "", "inputs": {}, "synthetic": False})
    executed = tmp_path / "executed.ipynb"
    nbformat.write(render.run_notebook(job, executed, tmp_path), executed)
    pdf = PdfReader(io.BytesIO((tmp_path / "report.pdf").read_bytes()))
    files = [path for path in [*tmp_path.glob("*.*"), *tmp_path.glob("*.files/*")] if path.is_file()]
    texts = [path.read_bytes() for path in files]
    texts += [page.extract_text().encode() for page in pdf.pages]
    texts += [str(pdf.metadata).encode(), pdf.trailer["/Root"]["/Metadata"].get_data()]
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:  # compressed, it would hide them
        texts += [book.read(name) for name in book.namelist()]
    assert {path.suffix for path in files} == {
        ".html",
        ".pdf",
        ".json",
        ".xlsx",
        ".csv",
        ".svg",
        ".png",
        ".ipynb",
    }
    for text in texts:
        assert b"CANARY" not in text
        assert "金丝雀".encode() not in text
        assert "张三".encode() not in text


def test_character_without_a_glyph_is_named_and_the_report_is_made(tmp_path):
    consultations = make_consultations(400).replace({"客户类型": {NASTY: "😀表情"}})
    job = find_job(tmp_path, consultations)
    warnings = render.render_report(job, tmp_path, {"digest": "", "inputs": {}, "synthetic": False})
    assert warnings == ["no glyph for 😀 (U+1F600); shown as 〓 in the PDF."]
    pdf = PdfReader(io.BytesIO((tmp_path / "report.pdf").read_bytes()))
    assert "〓表情" in "".join(page.extract_text() for page in pdf.pages)
    assert "😀表情" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("converted", ["是", "否"])
def test_all_or_none_converted(tmp_path, converted):
    _, printed, _ = make_report(tmp_path, make_consultations(300).assign(是否成交=converted))
    assert "全部成交或无一成交，趋势检验不适用" in printed
    assert "nan" not in printed.lower()
    assert "-0.0%" not in printed
