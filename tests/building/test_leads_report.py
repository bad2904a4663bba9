"""The notebook on leads, with leads and without any; and the command fit."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from industry_report import cli
from industry_report.base.errors import InputError
from industry_report.report import display
from scoring import load_scorecard
from tests.running import ROOT, run_cells

NOTEBOOK = ROOT / "notebooks" / "leads.ipynb"


def make_leads(size=900):
    rng = np.random.default_rng(2)
    need = rng.choice(["是", "否", "未知"], size)
    source = rng.choice(["官网", "展会", "老客户推荐"], size)
    bought = rng.random(size) < 1 / (
        1 + np.exp(-(-1.6 + 1.2 * (need == "是") + 1.0 * (source == "老客户推荐")))
    )
    created = pd.Timestamp("2024-01-02") + pd.to_timedelta(np.sort(rng.integers(0, 640, size)), "D")
    return pd.DataFrame(
        {
            "线索ID": [f"L{n:05}" for n in range(size)],
            "客户编号": [f"C{n:05}" for n in range(size)],
            "创建时间": created.strftime("%Y-%m-%d"),
            "地区": "黄山市",
            "线索来源": source,
            "需求": need,
            "预算": rng.choice(["是", "否"], size),
            "决策权": "未知",
            "是否转换": np.where(bought, "是", "否"),
            "转换时间": pd.Series((created + pd.Timedelta(days=20)).strftime("%Y-%m-%d")).where(bought, ""),
        }
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leads")
    make_leads().to_csv(folder / "黄山市-线索.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def project(monkeypatch):
    monkeypatch.chdir(ROOT)


def words(ran):
    outputs = [output["data"] for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(one.get("text/html", "") for one in outputs), outputs


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_internal_report_attaches_list_and_card(data, language, tmp_path):
    said, outputs = words(
        run_cells(NOTEBOOK, data=str(data), columns="", language=language, data_cut="2025-12-31")
    )
    attached = {
        one[display.ATTACHMENT]["name"]: one[display.ATTACHMENT]
        for one in outputs
        if display.ATTACHMENT in one
    }
    assert set(attached) == {"leads", "scorecard"}
    path = tmp_path / "card.yaml"
    path.write_text(attached["scorecard"]["text"], encoding="utf-8")
    assert load_scorecard(path).name == "lead-model"
    assert (
        "优于《潜在客户资格评估标准》" if language == "zh" else "does better than “Lead qualification”"
    ) in said
    assert "nan" not in said and "None" not in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_public_report_names_no_lead(data, language):
    said, outputs = words(
        run_cells(
            NOTEBOOK, data=str(data), columns="", language=language, edition="industry", data_cut="2025-12-31"
        )
    )
    assert not [one for one in outputs if display.ATTACHMENT in one]
    assert "L00" not in said and "C00" not in said
    gone = ["资格评估<", "只载于内部版"] if language == "zh" else ["Qualification<", "internal edition alone"]
    assert not [words for words in gone if words in said]
    assert ("90天内成交的计为成交" if language == "zh" else "buys within 90 days") in said


@pytest.mark.parametrize(("language", "told"), [("zh", "未提供线索数据"), ("en", "No leads are supplied")])
def test_without_leads_the_report_says_so(tmp_path, language, told):
    table = pd.DataFrame(
        {
            "客户ID": ["a", "b"],
            "咨询日期": "2025-01-05",
            "地区": "黄山市",
            "意向度": 3,
            "需求明确性": 3,
            "满意度": 4,
        }
    )
    table.to_csv(tmp_path / "黄山市-2025.csv", index=False)
    said, _ = words(run_cells(NOTEBOOK, data=str(tmp_path), columns="", language=language))
    assert told in said


def test_fit_writes_a_proposal_beside_the_report_and_touches_no_standard(data, tmp_path):
    before = {path: path.read_bytes() for path in (ROOT / "params").rglob("*.yaml")}
    model = tmp_path / "model.yaml"
    model.write_text((ROOT / "params" / "lead-model.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    arguments = ["fit", str(model), "--data", str(data), "--output", str(tmp_path / "reports")]
    cards = []
    for _ in range(2):
        result = CliRunner().invoke(cli.main, arguments)
        assert result.exit_code == 0, result.output
        path = tmp_path / "reports-internal" / "2025" / "黄山市" / "leads.zh.scorecard.yaml"
        cards.append(path.read_bytes())
    assert cards[0] == cards[1] and load_scorecard(path).grades == ("D", "C", "B", "A")
    assert "AUC" in result.output
    assert before == {path: path.read_bytes() for path in (ROOT / "params").rglob("*.yaml")}


@pytest.mark.parametrize(
    ("params", "options", "said"),
    [
        ("params/huangshan-2025.yaml", ["--region", "甲市"], "is for a model file alone"),
        ("params/nowhere.yaml", [], "no such file"),
        ("params/lead-model.yaml", ["--region", "无此市"], "未提供线索数据"),
    ],
)
def test_what_cannot_be_fitted_is_told_without_a_traceback(data, tmp_path, params, options, said):
    arguments = ["fit", params, "--data", str(data), "--output", str(tmp_path / "reports"), *options]
    result = CliRunner().invoke(cli.main, arguments)
    told = result.output if not isinstance(result.exception, InputError) else str(result.exception)
    assert result.exit_code != 0 and said in told
