"""Every notebook, in both languages, on all kinds of data: what a reader of the page sees."""

import io
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from running import ROOT, run_cells

from industry_report import exporters, sample

CITIES = ["黄山市", "杭州市", "盐城市"]
REPORTS = {
    "industry": ("industry", {"region": "黄山市", "year": 2025}),
    "government": ("industry", {"region": "黄山市", "year": 2025, "edition": "government"}),
    "college": ("college", {"region": "黄山市", "year": 2025, "regions": CITIES}),
    "years": ("comparison", {"regions": ["黄山市"], "years": []}),
    "regions": ("comparison", {"regions": CITIES, "years": [2025]}),
}
# What stays in Latin letters in a Chinese report: names of people, of files, of this program; symbols.
LATIN = {
    "Wilson", "Newcombe", "Holm", "Benjamini", "Hochberg", "Cochran", "Armitage", "DeLong", "Logistic",
    "AUC", "ROC", "SHA", "industry", "report", "xlsx", "csv",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory):
    """Three cities, three years, so few rows that some numbers are withheld."""
    folder = tmp_path_factory.mktemp("sample")
    sample.write(folder, rows=2000)
    return str(folder)


@cache
def render(report, language, data):
    """Return the executed notebook of a report and its page."""
    notebook, given = REPORTS[report]
    ran = run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", language=language, data=data, **given)
    return ran, make_page(ran)


@cache
def html_exporter():
    return exporters.IndustryHTMLExporter()


def make_page(ran):
    return BeautifulSoup(html_exporter().from_notebook_node(ran)[0], "html.parser")


def read_text(page):
    """Return all that is seen or read aloud; checksums and names of files are neither language."""
    spoken = [tag[key] for key in ("alt", "aria-label", "title") for tag in page.find_all(attrs={key: True})]
    text = "\n".join([page.title.get_text(), page.get_text("\n"), *spoken])
    return re.sub(r"\b[0-9a-f]{64}\b|\S+\.(xlsx|csv)", "", text)


# --- languages


@pytest.mark.parametrize("report", REPORTS)
def test_english_report_has_no_chinese(report, small_sample):
    text = read_text(render(report, "en", small_sample)[1])
    assert re.findall(r".*[\u3000-\u9fff\uff00-\uffef].*", text) == []
    assert len(text) > 3000


@pytest.mark.parametrize("report", REPORTS)
def test_chinese_report_has_no_english_but_names(report, small_sample):
    text = read_text(render(report, "zh", small_sample)[1])
    words = set(re.findall(r"[A-Za-z]{2,}", text)) - LATIN
    assert words == set()
    assert not re.findall(r"[\u4e00-\u9fff][,;:?!]|[,;?!][\u4e00-\u9fff]", text.replace("\n", ""))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("report", REPORTS)
def test_no_key_and_no_missing_value_is_printed(report, language, small_sample):
    text = read_text(render(report, language, small_sample)[1])
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []
    assert re.findall(r"\b(nan|NaN|None|NaT|<NA>)\b", text) == []
    assert re.findall(r"\bTrue\b|\bFalse\b", text) == []


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_have_the_same_exhibits(report, small_sample):
    kinds = [
        [
            (e["kind"], len(e["data"]))
            for e in exporters.report_data(render(report, code, small_sample)[0])["exhibits"]
        ]
        for code in ("zh", "en")
    ]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("report", REPORTS)
def test_report_opens_with_at_most_five_findings(report, small_sample):
    page = render(report, "zh", small_sample)[1]
    findings = page.find(id="summary").find_next("ul")
    assert 1 <= len(findings.find_all("li")) <= 5


# --- numbers agree across editions, languages and formats


def read_tables(page):
    """Yield heads and rows of all tables."""
    for table in page.find_all("table"):
        heads = tuple(th.get_text() for th in table.thead.find_all("th"))
        rows = [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")
        ]
        yield heads, rows


def find_rows(page, *heads):
    """Return the rows of the first table with these heads, cut to them."""
    return next(find_all_rows(page, *heads))


def find_all_rows(page, *heads):
    for found, rows in read_tables(page):
        if all(head in found for head in heads):
            yield [[row[found.index(head)] for head in heads] for row in rows]


GRADES = {"zh": ("等级", "咨询数", "占比"), "en": ("Grade", "Consultations", "Share")}


def test_grades_agree_across_editions_and_languages(small_sample):
    found = {
        (report, code): find_rows(render(report, code, small_sample)[1], *GRADES[code])
        for report in ("industry", "government", "college")
        for code in ("zh", "en")
    }
    first = found["industry", "zh"]
    assert [row[0] for row in first] == ["A", "B", "C", "D"]
    assert all(rows == first for rows in found.values())
    shares = find_rows(render("years", "zh", small_sample)[1], "等级", "比较对象", "占可评级咨询的比重")
    assert [row[2] for row in shares if row[1] == "2025"] == [row[2] for row in first]


def test_total_and_rate_agree_across_editions_languages_and_formats(small_sample):
    pattern = {"zh": r"([\d,]+)条咨询的成交率为(\d+\.\d%)", "en": r"over ([\d,]+) consultations: (\d+\.\d%)"}
    found = {
        (report, code): re.search(pattern[code], render(report, code, small_sample)[1].get_text()).groups()
        for report in ("industry", "government")
        for code in ("zh", "en")
    }
    [numbers] = set(found.values())
    for report, side in (("years", "2025年"), ("regions", "黄山市")):
        page = render(report, "zh", small_sample)[1]
        rows = find_rows(page, "年度" if report == "years" else "地区", "咨询数", "成交率")
        assert tuple(next(row for row in rows if row[0] == side)[1:]) == numbers
    assert f"可评级的咨询{numbers[0]}条" in render("college", "zh", small_sample)[1].get_text()
    pdf = exporters.IndustryPDFExporter().from_notebook_node(render("industry", "zh", small_sample)[0])[0]
    printed = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
    assert f"{numbers[0]}条咨询的成交率为{numbers[1]}" in printed


def test_counts_by_product_agree_between_industry_and_college(small_sample):
    industry = dict(find_rows(render("industry", "zh", small_sample)[1], "咨询产品", "咨询数"))
    college = dict(find_rows(render("college", "zh", small_sample)[1], "咨询产品", "咨询数"))
    assert industry == college
    assert len(college) >= 8


@pytest.mark.parametrize("column", ["客户类型", "客户来源", "咨询产品"])
def test_comparison_shows_the_rates_of_the_reports_it_compares(column, small_sample):
    own = dict(find_rows(render("industry", "zh", small_sample)[1], column, "成交率"))
    compared = [
        {group: rate for group, side, rate in rows if side == "2025"}
        for rows in find_all_rows(render("years", "zh", small_sample)[1], "项目", "比较对象", "成交率")
    ]
    [rates] = [rates for rates in compared if rates and rates.keys() <= own.keys()]
    assert {group: own[group] for group in rates} == {g: "…" if r == "–" else r for g, r in rates.items()}
    assert set(rates.values()) != {"–"}


# --- all kinds of data


def draw(rows, seed=5):
    rng = np.random.default_rng(seed)
    scores = rng.integers(1, 6, (rows, 3))
    return pd.DataFrame(
        {
            "客户ID": [f"K{seed}-{i:06}" for i in range(rows)],
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


def drop(*columns):
    return lambda table: table.drop(columns=list(columns))


def some_outcomes_open(table):
    return table.assign(是否成交=table["是否成交"].where(table.index % 5 > 0, ""))


KINDS = {
    "all": (400, lambda table: table),
    "no outcomes": (400, drop("是否成交")),
    "some outcomes open": (400, some_outcomes_open),
    "no dates": (400, drop("咨询日期")),
    "no products": (400, drop("咨询产品")),
    "no customer types": (400, drop("客户类型")),
    "scores alone": (300, drop("客户ID", "客户类型", "客户来源", "咨询产品", "咨询日期", "是否成交")),
    "1 row": (1, lambda table: table),
    "9 rows": (9, lambda table: table),
    "one grade": (300, lambda table: table.assign(意向度=5, 需求明确性=5, 满意度=4)),
    "nothing graded": (40, lambda table: table.assign(意向度="")),
    "nobody converted": (300, lambda table: table.assign(是否成交="否")),
    "a product not in the map": (300, lambda table: table.assign(咨询产品="财务大脑")),
}


def write_data(folder, rows, change):
    for seed, (city, year) in enumerate([("黄山市", 2025), ("黄山市", 2024), ("杭州市", 2025)]):
        table = draw(rows, seed)
        table["咨询日期"] = table["咨询日期"].map(lambda day, year=year: day.replace(year=year))
        change(table).to_csv(folder / f"{city}-{year}.csv", index=False)
    return str(folder)


def find_empty_sections(page):
    """Return headings with nothing between them and the next heading of their level or above."""
    marks = page.find("main") or page.body
    tags = marks.find_all(["h2", "h3", "p", "ul", "ol", "dl", "table", "figure", "blockquote"])
    empty = []
    for this, following in zip(tags, [*tags[1:], None], strict=True):
        ends = following is None or (following.name in ("h2", "h3") and following.name <= this.name)
        if this.name in ("h2", "h3") and ends:
            empty.append(this.get_text())
    return empty


@pytest.mark.slow
@pytest.mark.parametrize("report", ["industry", "college", "years"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_gives_a_report(kind, report, tmp_path):
    notebook, given = REPORTS[report]
    data = write_data(tmp_path, *KINDS[kind])
    given = {key: value for key, value in given.items() if key != "regions"} | {"data": data}
    given |= {"regions": ["黄山市", "杭州市"][: 1 + (report != "years")]} if notebook != "industry" else {}
    page = make_page(run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", **given))
    text = read_text(page)
    assert re.findall(r"\b(nan|NaN|None|NaT|inf)\b", text) == []
    assert find_empty_sections(page) == []
    if kind == "no outcomes":
        assert "未提供成交结果" in text or report == "college"
        assert not re.search(r"成交率(为|最高|由)\D{0,8}\d", text)


def test_college_report_without_an_earlier_year_states_no_change(tmp_path):
    data = write_data(tmp_path, 300, lambda table: table)
    (Path(data) / "黄山市-2024.csv").unlink()
    page = make_page(run_cells(ROOT / "notebooks" / "college.ipynb", data=data, region="黄山市", year=2025))
    assert "没有2024年的咨询" in page.get_text()
    assert not re.search(r"(?<!或)上升的有|下降的有", page.get_text())


def test_college_report_always_carries_its_limits(small_sample):
    for code, words in (
        (
            "zh",
            [
                "一家财务软件服务机构",
                "不等于岗位空缺",
                "没有工资",
                "毕业生人数",
                "不得单独作为调整招生计划的依据",
            ],
        ),
        ("en", ["one provider", "not vacancies", "no wages", "graduates", "Not a basis for quotas alone"]),
    ):
        text = render("college", code, small_sample)[1].get_text().replace("\n", " ")
        assert [word for word in words if word not in text] == []


@pytest.mark.slow
def test_hundred_thousand_rows(tmp_path):
    data = write_data(tmp_path, 100_000, lambda table: table)
    for report in ("industry", "college", "regions"):
        notebook, given = REPORTS[report]
        given = given | ({"regions": CITIES[:2]} if notebook != "industry" else {})
        page = make_page(run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", data=data, **given))
        assert "100,000" in page.get_text()
