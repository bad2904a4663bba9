"""Every notebook on whatever an institution may have: other scorecards, few rows, columns that lack."""

import io
import re
from pathlib import Path

import leads
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from crossing import cross
from pypdf import PdfReader
from reading import (
    find_empty_sections,
    make_page,
    read_outline,
    read_structure,
    read_text,
    scope_of,
    squeeze,
)
from running import ROOT, run_cells

import scoring
from industry_report.export import exporters

REPORTS = {
    "industry": {"region": "黄山市", "year": 2025},
    "college": {"region": "黄山市", "year": 2025, "regions": ["黄山市", "杭州市"]},
    "comparison": {"regions": ["黄山市"]},
    "enterprise": {"region": "黄山市", "year": 2025},
}


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def run(report, **given):
    return make_page(run_cells(ROOT / "notebooks" / f"{report}.ipynb", **REPORTS[report] | given))


def draw(rows, seed=5):
    rng = np.random.default_rng(seed)
    scores = rng.integers(1, 6, (rows, 3))
    return pd.DataFrame(
        {
            "客户ID": [f"K{i:06}" for i in range(rows)],
            "客户类型": rng.choice(["小微企业", "个体工商户", "中型企业"], rows),
            "客户来源": rng.choice(["老客户推荐", "搜索引擎"], rows),
            "咨询产品": rng.choice(["总账", "总账、报税", "进销存"], rows),
            "咨询日期": pd.Timestamp(2025, 1, 1) + pd.to_timedelta(rng.integers(0, 365, rows), unit="D"),
            "意向度": scores[:, 0],
            "需求明确性": scores[:, 1],
            "满意度": scores[:, 2],
            "是否成交": np.where(rng.random(rows) < scores[:, 0] / 8, "是", "否"),
        }
    )


def write_data(folder, rows, change):
    for seed, (city, year) in enumerate([("黄山市", 2025), ("黄山市", 2024), ("杭州市", 2025)]):
        table = draw(rows, seed)
        table["咨询日期"] -= pd.DateOffset(years=2025 - year)
        change(table).to_csv(folder / f"{city}-{year}.csv", index=False)
    return str(folder)


# --- any data


def drop(*columns):
    return lambda table: table.drop(columns=list(columns))


def some_outcomes_open(table):
    return table.assign(是否成交=table["是否成交"].where(table.index % 5 > 0, ""))


KINDS = {
    "all": (200, lambda table: table),
    "no outcomes": (200, drop("是否成交")),
    "some outcomes open": (200, some_outcomes_open),
    "no dates": (200, drop("咨询日期")),
    "no products": (200, drop("咨询产品")),
    "no customer types": (200, drop("客户类型")),
    "scores alone": (200, drop("客户ID", "客户类型", "客户来源", "咨询产品", "咨询日期", "是否成交")),
    "1 row": (1, lambda table: table),
    "9 rows": (9, lambda table: table),
    "one grade": (200, lambda table: table.assign(意向度=5, 需求明确性=5, 满意度=4)),
    "nothing graded": (40, lambda table: table.assign(意向度="")),
    "nobody converted": (200, lambda table: table.assign(是否成交="否")),
    "a product not in the map": (200, lambda table: table.assign(咨询产品="财务大脑")),
}


@pytest.fixture(scope="session")
def any_data(tmp_path_factory):
    """Return kind of data → its folder."""
    return {kind: write_data(tmp_path_factory.mktemp("data"), *how) for kind, how in KINDS.items()}


@pytest.mark.parametrize(("kind", "report"), cross(KINDS, REPORTS))
def test_every_kind_of_data_gives_a_report(kind, report, any_data):
    page = run(report, data=any_data[kind])
    text = read_text(page)
    assert re.findall(r"\b(nan|NaN|None|NaT|inf)\b", text) == []
    assert find_empty_sections(page) == []
    if kind == "no outcomes":
        assert "未提供成交结果" in text or report == "college"
        assert not re.search(r"成交率(为|最高|由)\D{0,8}\d", text)


@pytest.mark.slow
@pytest.mark.parametrize(("report", "code"), [("college", "zh"), ("comparison", "en"), ("enterprise", "zh")])
def test_pdf_tells_a_screen_reader_what_the_page_does(report, code, any_data):
    notebook = ROOT / "notebooks" / f"{report}.ipynb"
    html, pdf = exporters.make_pages(
        run_cells(notebook, data=any_data["all"], **REPORTS[report], language=code), {}
    )
    main, reader = BeautifulSoup(html, "html.parser").main, PdfReader(io.BytesIO(pdf))
    structure = list(read_structure(reader))
    tables = [table for table in main.find_all("table") if not table.find_parent("details")]
    heads = [node for tag, node, _ in structure if tag == "/TH"]
    headings = main.find_all(["h2", "h3"])
    assert reader.trailer["/Root"]["/Lang"] == {"zh": "zh-CN", "en": "en"}[code]
    assert read_outline(reader) == [squeeze(heading.get_text()) for heading in headings]
    assert [squeeze(node["/Alt"]) for tag, node, _ in structure if tag == "/Figure"] == [
        squeeze(svg["aria-label"]) for svg in main.find_all("svg")
    ]
    assert sum(tag == "/Table" for tag, _, _ in structure) == len(tables) > 2
    assert len(heads) == sum(len(table.select("thead th")) for table in tables)
    assert {scope_of(head) for head in heads} == {"/Column"}
    levels = [int(tag[2:]) for tag, _, _ in structure if re.fullmatch(r"/H\d", tag)]
    assert sorted(levels) == sorted([1, *(int(heading.name[1]) - 1 for heading in headings)])


def test_college_report_without_an_earlier_year_states_no_change(tmp_path):
    data = write_data(tmp_path, 300, lambda table: table)
    (Path(data) / "黄山市-2024.csv").unlink()
    text = run("college", data=data).get_text()
    assert "没有2024年的咨询" in text
    assert not re.search(r"(?<!或)上升的有|下降的有", text)


@pytest.fixture(scope="session")
def hundred_thousand(tmp_path_factory):
    """Return a folder with so many rows in every file."""
    return write_data(tmp_path_factory.mktemp("data"), 100_000, lambda table: table)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("report", [name for name in REPORTS if name != "industry"])  # it: adversarial
def test_hundred_thousand_rows(report, hundred_thousand):
    assert "100,000" in run(report, data=hundred_thousand).get_text()


# --- any scorecard

FURTHER = {
    "annual_amount": "number", "purchases": "number", "upgrades": "number", "visits": "number",
    "seconds_on_site": "number", "pages_per_visit": "number", "last_activity": "text", "do_not_email": "text",
    "need": "text", "budget": "text", "authority": "text",
}  # fmt: skip
CARDS = ["three-levels", "six-levels", "annual-purchases", "upgrades", "qualification", "behaviour"]


def add_behaviour(table):
    rng, rows = np.random.default_rng(len(table)), len(table)
    answers = rng.choice(["是", "否", "未知"], (rows, 3), p=[0.5, 0.4, 0.1])
    return table.assign(
        annual_amount=rng.integers(0, 900_000, rows),
        purchases=rng.integers(0, 20, rows),
        upgrades=rng.integers(0, 5, rows),
        visits=rng.integers(0, 9, rows),
        seconds_on_site=rng.integers(0, 1500, rows),
        pages_per_visit=rng.integers(0, 5, rows),
        last_activity=rng.choice(["SMS Sent", "Email Opened", "Unsubscribed"], rows),
        do_not_email=rng.choice(["Yes", "No"], rows, p=[0.1, 0.9]),
        need=answers[:, 0],
        budget=answers[:, 1],
        authority=answers[:, 2],
    )


@pytest.fixture(scope="session")
def rated_any_way(tmp_path_factory):
    """Return data that every scorecard can read, and the mapping file that says so."""
    folder = tmp_path_factory.mktemp("rated")
    lines = [f"  {column}: {{column: {column}, type: {kind}}}" for column, kind in FURTHER.items()]
    mapping = folder.parent / f"{folder.name}.yaml"
    mapping.write_text("further:\n" + "\n".join(lines), encoding="utf-8")
    return {"data": write_data(folder, 300, add_behaviour), "columns": str(mapping)}


@pytest.mark.parametrize(("name", "report"), cross(CARDS, REPORTS))
def test_every_scorecard_gives_a_report_in_its_own_words(name, report, rated_any_way):
    file = f"params/scorecards/{name}.yaml"
    code = ("zh", "en")[(CARDS.index(name) + list(REPORTS).index(report)) % 2]
    page = run(report, **rated_any_way, scorecard=file, language=code)
    text, card = read_text(page), scoring.load_scorecard(ROOT / file)
    assert find_empty_sections(page) == []
    assert re.findall(r"\b(nan|NaN|None|NaT|inf)\b|\b[a-z]+_[a-z_]+\b", text) == []
    for band in card.bands:
        assert re.search(rf"{band.name[code]}|\b{band.grade}\b", text, re.IGNORECASE)
    own = {band.name[code] for band in card.bands}
    assert set(re.findall(r"\b[A-Z]\d?级|\bgrade [A-Z]\d?\b", text, re.ASCII)) <= own
    if code == "en":
        assert re.findall(r".*[\u3000-\u9fff\uff00-\uffef].*", text) == []


@pytest.mark.parametrize("report", ["industry", "enterprise"])
def test_leads_with_the_behaviour_card_give_a_report(report, tmp_path):
    leads.write(tmp_path)
    given = {"data": str(tmp_path), "columns": "params/columns/leads.yaml", "region": "India", "year": 2025}
    page = run(report, **given, scorecard="params/scorecards/behaviour.yaml", language="en")
    assert f"{leads.ROWS - leads.WITHOUT_VISITS:,}" in page.get_text()
    assert find_empty_sections(page) == []
