"""A stranger's trade: three files and no edited notebook make a published report in both languages."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import running
from crossing import cross

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "industry-report"
STANDARD = {"zh": "财务软件|软件产品", "en": "(?i)finance software|consultation|purchase|customer"}

SCORECARD = """kind: weighted
name: cooking-school
version: "1"
title: {zh: 报名意愿评分, en: Interest score}
dimensions:
  - column: minutes
    label: {zh: 试听分钟数, en: Minutes of trial lessons}
    weight: 0.5
    bins:
      - {level: 1, values: "(-inf, 20)"}
      - {level: 2, values: "[20, 60)"}
      - {level: 3, values: "[60, inf)"}
  - column: eagerness
    label: {zh: 主动程度, en: Eagerness}
    weight: 0.5
    levels: {1: {zh: 低, en: low}, 2: {zh: 中, en: medium}, 3: {zh: 高, en: high}}
bands:
  - grade: H
    label: {zh: 意愿强, en: eager}
    composite: "[2, 3]"
    follow_up:
      role: {zh: 课程顾问, en: Course adviser}
      cadence: {zh: 每月, en: Monthly}
      contacts_per_year: 12
      action: {zh: 电话联系, en: Call}
  - grade: L
    label: {zh: 意愿弱, en: hesitant}
    composite: "[1, 2)"
    follow_up:
      role: {zh: 前台, en: Front desk}
      cadence: {zh: 每年, en: Yearly}
      contacts_per_year: 1
      action: {zh: 发送课程表, en: Send the timetable}
"""
MAPPING = """columns:
  报名人号: customer_id
  身份: customer_type
  从哪里知道: source
  登记日: consulted_on
  报名了吗: converted
  报名日: converted_on
values:
  converted: {报了: true, 没报: false}
further:
  试听时长: {column: minutes, type: number}
  主动: {column: eagerness, type: number}
region: 青岛市
year: 2025
"""
PLAN = """reports:
  - notebook: industry
    data: data/cooking.csv
    columns: params/columns/cooking.yaml
    scorecard: params/scorecards/cooking.yaml
    region: 青岛市
    year: 2025
    language: [zh, en]
"""


def write_leads(path: Path, rows: int = 900) -> None:
    """Write the workbook of a cooking school, in headers of its own."""
    draw = np.random.default_rng(7)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(draw.integers(0, 200, rows), unit="D")
    minutes, eager = draw.integers(0, 120, rows), draw.integers(1, 4, rows)
    enrolled = draw.random(rows) < 0.1 + 0.15 * eager
    after = day + pd.to_timedelta(draw.integers(1, 60, rows), unit="D")
    table = pd.DataFrame(
        {
            "报名人号": [f"Q{n:05d}" for n in range(rows)],
            "身份": draw.choice(["学生", "上班族", "退休"], rows, p=[0.4, 0.4, 0.2]),
            "从哪里知道": draw.choice(["朋友", "地铁广告", "短视频", "电话咨询"], rows),
            "登记日": day.strftime("%Y-%m-%d"),
            "试听时长": minutes,
            "主动": eager,
            "报名了吗": np.where(enrolled, "报了", "没报"),
            "报名日": np.where(enrolled, after.strftime("%Y-%m-%d"), ""),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)


def call(*words: object, cwd: Path) -> None:
    done = subprocess.run(
        [str(COMMAND), *map(str, words)], cwd=cwd, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read_text(page: str) -> str:
    """Return what a page says, without styles, scripts and marks."""
    text = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", text))


@pytest.mark.slow
def test_three_files_make_a_published_report_in_both_languages(tmp_path):
    call("init", "school", "--subject", "education", cwd=tmp_path)
    school = tmp_path / "school"
    write_leads(school / "data" / "cooking.csv")
    (school / "params/columns/cooking.yaml").write_text(MAPPING, encoding="utf-8")
    (school / "params/scorecards/cooking.yaml").write_text(SCORECARD, encoding="utf-8")
    (school / "params/cooking.yaml").write_text(PLAN, encoding="utf-8")
    call("build", school / "params/cooking.yaml", cwd=tmp_path)
    folder = school / "reports/2025/青岛市"
    for language, words in (
        ("zh", ["报名率", "课程顾问", "咨询线索", "意愿"]),
        ("en", ["Leads", "enrolment"]),
    ):
        page = read_text((folder / f"industry.{language}.html").read_text(encoding="utf-8"))
        assert not re.search(STANDARD[language], page.replace("电话咨询", "")), language
        assert [word for word in words if word not in page] == []
        assert (folder / f"industry.{language}.pdf").read_bytes().startswith(b"%PDF")
    chinese = read_text((folder / "industry.zh.html").read_text(encoding="utf-8"))
    assert "电话咨询" in chinese  # a word of the data
    assert not re.search("成交|客户|(?<!电话)咨询(?!线索|服务)", chinese)
    record = json.loads((folder / "industry.zh.json").read_text(encoding="utf-8"))
    assert record["synthetic"] is False and "publisher: education.yaml" in record["inputs"]["files"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notebook", "language"), cross(["industry", "college", "comparison", "enterprise"], ["zh", "en"])
)
def test_no_notebook_speaks_of_finance_software_by_itself(notebook, language, tmp_path, monkeypatch):
    """The bank called its customers: the sample's data, under a subject that is none of theirs."""
    monkeypatch.chdir(ROOT)
    rules = (ROOT / "params/publisher.yaml").read_text(encoding="utf-8")
    subject = ROOT / "params/subjects/bank-calls.yaml"
    (tmp_path / "publisher.yaml").write_text(
        rules.replace("\ndisclosure:\n", f"\nsubject: {subject}\ndisclosure:\n"), encoding="utf-8"
    )
    path = ROOT / "notebooks" / f"{notebook}.ipynb"
    ran = running.run_cells(path, language=language, publisher=str(tmp_path / "publisher.yaml"))
    from industry_report.export import exporters

    page = read_text(exporters.IndustryHTMLExporter().from_notebook_node(number(ran))[0])
    assert not re.search("财务软件|(?i:finance software)", page)
    if language == "zh":
        assert "外呼" in page
        assert not re.search("成交(?!数据)", page)
    else:
        assert re.search(r"\bcalls?\b", page)
        assert not re.search(r"(?i)\bconsultations\b|\bpurchases\b", page)  # the scorecard has the singular


def number(notebook):
    """Number the cells as a kernel does."""
    for place, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = place
    return notebook
