from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import scoring
from industry_report import __version__
from industry_report.analysis import conversion
from industry_report.analysis.conversion import Measure
from industry_report.base import language, table_metadata
from industry_report.report import tables

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
ODD = ["<script>alert(1)</script>", "$5 a$", "# *b* _c_", "\\frac{1}{2}", "a@b.c", "\"&amp;'"]


def rates(measure: Measure, **groups: tuple[int, int]) -> pd.DataFrame:
    """A table as `conversion.by` gives it, from (consultations, conversions) of each group."""
    grade = measure.grade or "A"
    rows = [
        {"customer_type": group, "converted": i < bought, "grade": grade if i < bought else "D"}
        for group, (n, bought) in groups.items()
        for i in range(n)
    ]
    table = pd.DataFrame(rows).astype({"grade": pd.CategoricalDtype(list("DCBA"), ordered=True)})
    return conversion.by(table, "customer_type", measure)


class Reader(HTMLParser):
    """Collects the cells of a table as a reader sees them: (tag, scope, text)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[tuple[str, str | None, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("th", "td", "caption"):
            self.cells.append((tag, dict(attrs).get("scope"), ""))

    def handle_data(self, data: str) -> None:
        if data.strip():
            tag, scope, text = self.cells[-1]
            self.cells[-1] = (tag, scope, text + data)


def test_a_table_of_rates_as_it_is_printed() -> None:
    html = tables.to_html(rates(Measure(), 小微企业=(1200, 300), 院校=(20, 0)), "各类<客户>")
    assert html.replace(' style="text-align: right"', " RIGHT") == (
        "<table><caption>各类&lt;客户&gt;</caption>\n"
        '<thead><tr><th scope="col">客户类型</th><th scope="col" RIGHT>咨询数</th>'
        '<th scope="col" RIGHT>成交数</th><th scope="col" RIGHT>成交率</th>'
        '<th scope="col" RIGHT>95%置信区间</th></tr></thead>\n'
        "<tbody>\n"
        '<tr><th scope="row">小微企业</th><td RIGHT>1,200</td><td RIGHT>300</td>'
        "<td RIGHT>25.0%</td><td RIGHT>22.6%～27.5%</td></tr>\n"
        '<tr><th scope="row">院校</th><td RIGHT>20</td><td RIGHT>0</td>'
        "<td RIGHT>0.0%（n&lt;30）</td><td RIGHT>0.0%～16.1%</td></tr>\n"
        "</tbody></table>"
    )


@pytest.mark.parametrize(
    ("code", "measure", "heads"),
    [
        ("zh", Measure(), ["客户类型", "咨询数", "成交数", "成交率", "95%置信区间"]),
        ("zh", Measure("A"), ["客户类型", "咨询数", "A级数", "A级占比", "95%置信区间"]),
        ("en", Measure(), ["Customer type", "Consultations", "Conversions", "Conversion rate", "95% CI"]),
        ("en", Measure("A"), ["Customer type", "Consultations", "Grade A", "Share of grade A", "95% CI"]),
    ],
)
def test_heads_name_the_measure_in_the_language_of_the_report(
    code: str, measure: Measure, heads: list[str]
) -> None:
    language.use(code)
    assert list(tables.printed(rates(measure, 院校=(20, 5))).columns) == heads


def test_missing_numbers_print_as_a_dash() -> None:
    data = pd.DataFrame(
        {"consultations": [0], "rate": [float("nan")], "low": [float("nan")], "high": [float("nan")]},
        index=pd.Index(["B"], name="grade"),
    )
    assert tables.printed(data).to_numpy().tolist() == [["B", "0", "–", "–"]]


def test_data_stays_data() -> None:
    data = pd.DataFrame({"customer_type": ODD, "<b>": ODD})
    html = tables.to_html(data, "<i>")
    read = Reader(html)
    assert set(read.tags) == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert [text for _, _, text in read.cells] == [
        "<i>",
        "客户类型",
        "<b>",
        *(value for value in ODD for _ in "ab"),
    ]
    assert "<script" not in html


def test_every_head_has_a_scope_and_only_numbers_align_right() -> None:
    data = pd.DataFrame({"role": ["销售"], "year": [2025], "rows": [3], "mean": [4.5], "code": ["007"]})
    assert tables.numeric(data) == [False, False, True, True, False]
    cells = Reader(tables.to_html(data)).cells
    assert [(tag, scope) for tag, scope, _ in cells[:6]] == [("th", "col")] * 5 + [("th", "row")]
    assert [text for *_, text in cells[5:]] == ["销售", "2025", "3", "4.50", "007"]


def test_levels_of_an_index_become_the_first_columns() -> None:
    index = pd.MultiIndex.from_tuples([("意向度", "空"), ("满意度", "$")], names=["column", "reason"])
    data = pd.DataFrame({"rows": [2, 1000]}, index=index)
    assert list(tables.printed(data).columns) == ["字段", "原因", "条数"]
    assert tables.printed(data).to_numpy().tolist() == [["意向度", "空", "2"], ["满意度", "$", "1,000"]]
    assert tables.numeric(data) == [False, False, True]


def test_an_index_without_a_name_is_not_shown() -> None:
    assert list(tables.printed(pd.DataFrame({"source": ["官网"]}, index=[17])).columns) == ["客户来源"]


def test_an_empty_table_still_has_its_heads() -> None:
    data = conversion.by(pd.DataFrame({"grade": []}), "source", Measure("A"))
    assert list(tables.printed(data).columns) == ["客户来源", "咨询数", "成交数", "比率", "95%置信区间"]
    assert Reader(tables.to_html(data)).cells


def test_bands_run_from_the_highest_grade_with_their_follow_up() -> None:
    assert tables.printed(tables.bands(CARD)).to_numpy().tolist() == [
        ["A", "不低于4且不超过5", "高转化潜力", "客户经理", "每周"],
        ["B", "不低于3且低于4", "中等转化潜力", "金牌销售", "每月"],
        ["C", "不低于2且低于3", "低转化潜力", "销售", "每季度"],
        ["D", "不低于0且低于2", "暂无意向", "销售", "每年"],
    ]


def test_levels_word_every_score_of_every_dimension() -> None:
    table = tables.levels(CARD)
    assert table["dimension"].value_counts().to_dict() == {"意向度": 5, "需求明确性": 5, "满意度": 5}
    assert table.loc[0, "meaning"] == "无任何购买意向，仅做了解"
    assert table["score"].to_list() == [1, 2, 3, 4, 5] * 3


def test_edge_cases_set_one_dimension_against_all_others() -> None:
    table = tables.edge_cases(scoring.combinations(CARD))
    rows = ["".join(map(str, row)) for row in table[["intent", "clarity", "satisfaction"]].to_numpy()]
    assert rows == ["155", "515", "551", "115", "151", "511"]
    graded = dict(zip(rows, table["grade"], strict=True))
    assert (graded["155"], graded["511"]) == ("B", "C")


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (
            "zh",
            [
                ["不是1至5", "意向度", "剔除", "1,200"],
                ["矛盾", "各项评分", "剔除", "2"],
                ["整行重复", "–", "保留并提示", "3"],
            ],
        ),
        (
            "en",
            [
                ["not 1 to 5", "Intent", "rejected", "1,200"],
                ["conflict", "All scores", "rejected", "2"],
                ["repeated", "–", "kept, noted", "3"],
            ],
        ),
    ],
)
def test_reasons_name_field_and_handling_in_the_language_of_the_report(
    code: str, printed: list[list[str]]
) -> None:
    language.use(code)
    counts = pd.DataFrame(
        {
            "code": ["score_out_of_range", "conflicting_scores", "repeated_header", "sheet_without_table"],
            "column": ["intent", "intent", "", ""],
            "reason_zh": ["不是1至5", "矛盾", "整行重复", "工作表"],
            "reason_en": ["not 1 to 5", "conflict", "repeated", "sheet"],
            "rejects": [True, True, False, False],
            "rows": [1200, 2, 3, 1],
        }
    )
    assert tables.printed(tables.reasons(counts)).to_numpy().tolist() == printed


def test_provenance_names_parameters_and_software() -> None:
    table = tables.provenance(region="黄山市", year=2025)
    assert table["value"].to_dict() == {
        "地区": "黄山市",
        "年度": "2025",
        "软件": f"industry-report {__version__}",
    }


# --- what plain numbers do not tell


def test_columns_are_described_in_the_language_of_the_report():
    data = pd.DataFrame(
        {"consultations": [5], "rate": [None], "low": [0.1], "high": [0.2], "verdict": ["higher"]},
        index=pd.Index(["小微企业"], name="customer_type"),
    ).astype({"rate": float})
    withheld = {"rate": ["小微企业"], "other": ["小微企业"]}
    table_metadata.describe(data, heads={"rate": "成交率"}, withheld=withheld)
    described = tables.describe(data)
    labels = ["客户类型", "咨询数", "成交率", "95%置信区间下限", "95%置信区间上限", "结论"]
    assert [column["label"] for column in described["columns"]] == labels
    roles = ["row", "number", "number", "number", "number", "text"]
    assert [column["role"] for column in described["columns"]] == roles
    assert described["columns"][-1]["printed"] == ["显著较高"]
    assert described["protected"] == {"rate": [0]}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"score": [1, 2], "consultations": [3, 4]}, 1),
        ({"dimension": ["a", "a"], "score": [1, 2], "consultations": [3, 4]}, 2),
        ({"dimension": ["a", "a"], "consultations": [3, 4]}, 1),  # a count tells no row apart
        ({"score": [1, 1], "meaning": ["x", "x"]}, 1),
    ],
)
def test_rows_are_told_by_the_fewest_leading_columns(columns, expected):
    described = tables.describe(pd.DataFrame(columns))["columns"]
    assert [column["role"] for column in described].count("row") == expected


def test_an_interval_has_the_head_that_its_table_gives_it() -> None:
    data = pd.DataFrame({"forecast": [5.0], "low": [3.0], "high": [8.0]}, index=pd.Index(["a"], name="group"))
    table_metadata.describe(data, heads={"interval": "95%预测区间"})
    assert list(tables.printed(data))[-1] == "95%预测区间"
    labels = [column["label"] for column in tables.describe(data)["columns"]]
    assert labels[-2:] == ["95%预测区间下限", "95%预测区间上限"]
