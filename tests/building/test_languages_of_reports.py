"""Every report, in both languages: words of one language, numbers that are the same wherever they stand."""

import csv
import io
import re
from functools import cache

import openpyxl
import pytest
from pypdf import PdfReader
from reading import find_all_rows, find_rows, make_page, read_text
from running import ROOT, run_cells

from industry_report.base import language
from industry_report.export import appendix, data_workbook, exporters
from industry_report.intake import sample

CITIES = ["黄山市", "杭州市", "盐城市"]
REPORTS = {
    "industry": ("industry", {"region": "黄山市", "year": 2025}),
    "government": ("industry", {"region": "黄山市", "year": 2025, "edition": "government"}),
    "college": ("college", {"region": "黄山市", "year": 2025, "regions": CITIES}),
    "years": ("comparison", {"regions": ["黄山市"], "years": []}),
    "regions": ("comparison", {"regions": CITIES, "years": [2025]}),
    "enterprise": ("enterprise", {"region": "黄山市", "year": 2025}),
}
# What stays in Latin letters in a Chinese report: names of people, of files, of this program; symbols.
LATIN = {
    "McNemar",
    "Wilson", "Newcombe", "Holm", "Benjamini", "Hochberg", "Cochran", "Armitage", "Kaplan", "Meier", "DeLong",
    "Logistic", "AUC", "ROC", "SHA", "industry", "report", "xlsx", "csv",
    "HS",  # begins the numbers of the sample's customers
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
def render(report, code, data):
    """Return the executed notebook of a report and its page."""
    notebook, given = REPORTS[report]
    ran = run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", language=code, data=data, **given)
    return ran, make_page(ran)


@cache
def read_pdf(report, code, data):
    """Return the text of a report's PDF, without spaces and line ends."""
    pdf = exporters.IndustryPDFExporter().from_notebook_node(render(report, code, data)[0])[0]
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


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


# Words that were settled: one term each, and phrases that a statistician or an editor would not write.
FORBIDDEN = {
    "zh": (
        *(
            "顶岗实习",
            "登记机构",
            "小数目保护",
            "下表",
            "下图",
            "上表",
            "评分标准",
            "跟进人员",
            "明显",
            "探索性",
        ),
        *(
            "粗成交率",
            "前者成交率",
            "后者成交率",
            "插补",
            "看个大概",
            "无明显差异",
            "不参与比较",
            "登记表（数据文件",
        ),
        *("可争取的也最多", "次年1月", "比重）", "第1版版本"),
        *(
            "本节不公布",
            "前一地区",
            "后一地区",
            "首年",
            "末年",
            "彼此分不出高低",
            "这对意味着",
            "与客户的一次接触",
        ),
    ),
    "en": (
        *(
            "on the year before +",
            "on the year before −",
            "tells which work",
            "clearly gather",
            "Gold-medal",
            "is made of (points)",
        ),
        *("count them apart", "However the ungradable", "means for  ", "of the gain:"),
        *(
            "the table below",
            "The figure shows",
            "the composite",
            "Cadence",
            "Scorecard",
            "exploratory",
            "(95% CI ",
        ),
        *(
            "Quality of the scores",
            "Provenance",
            "upper bound",
            "Contacts a year",
            "tenth of the",
            "source files: ",
        ),
        *("Composite", "no clear difference"),
    ),
}


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("report", REPORTS)
def test_no_forbidden_phrase_is_printed(report, code, small_sample):
    text = read_text(render(report, code, small_sample)[1])
    assert [phrase for phrase in FORBIDDEN[code] if phrase in text] == []


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("report", REPORTS)
def test_no_key_and_no_missing_value_is_printed(report, code, small_sample):
    text = read_text(render(report, code, small_sample)[1])
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
def test_report_opens_with_a_page_that_says_it(report, small_sample):
    nb, page = render(report, "zh", small_sample)
    said = exporters.report_data(nb)["summary"]
    assert 1 <= len(said["sentences"]) <= 4
    assert len(said["panels"]) <= 6
    assert len(said["points"]) <= 3
    (block,) = page.select("div.summary")
    assert block.h2["id"] == "summary"
    assert page.main.find("svg") in block.find_all("svg")


# --- numbers agree across editions, languages and formats


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
    shares = find_rows(render("years", "zh", small_sample)[1], "等级", "比较对象", "占可评级咨询的比例")
    assert [row[2] for row in shares if row[1] == "2025"] == [row[2] for row in first]


def test_total_and_rate_agree_across_editions_languages_and_formats(small_sample):
    pattern = {
        "zh": r"观察期满的([\d,]+)条中，成交[\d,]+条，90天成交率(\d+\.\d%)",
        "en": r"Of ([\d,]+) graded consultations, (\d+\.\d%)",
    }
    found = {
        (report, code): re.search(pattern[code], render(report, code, small_sample)[1].get_text()).groups()
        for report in ("industry", "government")
        for code in ("zh", "en")
    }
    [numbers] = set(found.values())
    for report, side in (("years", "2025年"), ("regions", "黄山市")):
        page = render(report, "zh", small_sample)[1]
        rows = find_rows(page, "年度" if report == "years" else "地区", "咨询数", "90天成交率")
        assert tuple(next(row for row in rows if row[0] == side)[1:]) == numbers
    # What can be graded is more than what was followed for 90 days, the base of the rate.
    grades = find_rows(render("industry", "zh", small_sample)[1], "等级", "咨询数", "占比")
    graded = sum(int(count.replace(",", "")) for _, count, _ in grades)
    assert graded >= int(numbers[0].replace(",", ""))
    assert f"可评级的咨询{graded:,}条" in render("college", "zh", small_sample)[1].get_text()
    assert re.search(pattern["zh"], read_pdf("industry", "zh", small_sample)).groups() == numbers


def test_products_agree_between_industry_and_college(small_sample):
    industry = dict(find_rows(render("industry", "zh", small_sample)[1], "咨询产品", "咨询数"))
    college = dict(find_rows(render("college", "zh", small_sample)[1], "咨询产品", "占比"))
    counts = {name: int(count.replace(",", "")) for name, count in industry.items()}
    shares = {name: float(share.rstrip("%")) for name, share in college.items()}
    assert counts.keys() == shares.keys()
    assert len(college) >= 8
    bases = [100 * counts[name] / shares[name] for name in counts if name != "其他"]
    assert max(bases) / min(bases) < 1.03  # one base, but for rounding


@pytest.mark.parametrize("column", ["客户类型", "客户来源", "咨询产品"])
def test_comparison_shows_the_rates_of_the_reports_it_compares(column, small_sample):
    own = dict(find_rows(render("industry", "zh", small_sample)[1], column, "90天成交率"))
    compared = [
        {group: rate for group, side, rate in rows if side == "2025"}
        for rows in find_all_rows(render("years", "zh", small_sample)[1], "项目", "比较对象", "90天成交率")
    ]
    [rates] = [rates for rates in compared if rates and rates.keys() <= own.keys()]
    assert {group: own[group] for group in rates} == {
        g: "［保密］" if r == "–" else r for g, r in rates.items()
    }
    assert set(rates.values()) != {"–"}


def read_cells(sheet):
    return [cell for line in sheet.iter_rows(values_only=True) for cell in line]


FORMATS = [("industry", "zh"), ("industry", "en"), ("government", "zh"), ("college", "zh"), ("years", "zh")]


@pytest.mark.parametrize(("report", "code"), FORMATS)
def test_every_number_of_a_table_is_the_same_in_all_formats(report, code, small_sample):
    ran, page = render(report, code, small_sample)
    data = exporters.report_data(ran)
    listed = csv.DictReader(io.StringIO(appendix.write_csv(data).decode("utf-8-sig")))
    book = openpyxl.load_workbook(io.BytesIO(data_workbook.write_workbook(data)))
    sheets = {sheet["A1"].value.split("  ")[0]: set(read_cells(sheet)) for sheet in book}
    html, pdf = page.get_text("\n"), read_pdf(report, code, small_sample)
    language.use(code)
    compared = 0
    for row in listed:
        if row["kind"] != "table" or not row["value"]:
            continue
        exhibit = next(e for e in data["exhibits"] if appendix.name_exhibit(e) == row["exhibit"])
        value = exhibit["data"][int(row["row"]) - 1][row["measure"]]
        form = next(c.get("format", c["name"]) for c in exhibit["columns"] if c["name"] == row["measure"])
        assert row["shown"] == language.formatted(value, form)
        assert float(row["value"]) == appendix.scale(value, form)
        assert {round(value, 12), appendix.scale(value, form)} & sheets[row["exhibit"]]
        assert row["shown"] in html
        folded = re.sub(r"\s", "", exhibit["caption"]) not in pdf
        assert folded or row["shown"] in pdf
        compared += 1
    assert compared > 30


@pytest.mark.parametrize("report", REPORTS)
def test_english_appendix_has_no_chinese_but_names_of_files(report, small_sample):
    data = exporters.report_data(render(report, "en", small_sample)[0])
    book = openpyxl.load_workbook(io.BytesIO(data_workbook.write_workbook(data)))
    cells = [str(cell) for sheet in book for cell in read_cells(sheet)]
    words = "\n".join([*cells, *book.sheetnames, appendix.write_csv(data).decode("utf-8-sig")])
    assert re.findall(r"[\u3000-\u9fff]", re.sub(r"[^\s,]+\.(xlsx|csv)", "", words)) == []
    assert len(cells) > 500


# --- what may never be missing


def test_college_report_always_carries_its_limits(small_sample):
    for code, words in (
        (
            "zh",
            [
                "一家机构登记的客户咨询",
                "不等于岗位空缺",
                "没有工资",
                "毕业生人数",
                "不得单独作为调整招生计划的依据",
            ],
        ),
        (
            "en",
            [
                "one provider",
                "not vacancies",
                "no wages",
                "graduates",
                "Do not set enrolment quotas on this report alone",
            ],
        ),
    ):
        text = render("college", code, small_sample)[1].get_text().replace("\n", " ")
        assert [word for word in words if word not in text] == []
