"""The review notebook: on whole and on meagre data, in both languages, and never in a public edition."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.reviews import review_log
from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.report import display

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "review.ipynb"


def make_consultations(rows=160, seed=5):
    draw = np.random.default_rng(seed)
    scores = draw.integers(1, 6, (2 * rows, 3))
    day = pd.Timestamp(2025, 1, 1) + pd.to_timedelta(draw.integers(0, 360, 2 * rows), unit="D")
    return pd.DataFrame(
        {
            "客户ID": [f"00{i % rows:05}" for i in range(2 * rows)],
            "咨询日期": day,
            "意向度": scores[:, 0],
            "需求明确性": scores[:, 1],
            "满意度": scores[:, 2],
        }
    )


def make_orders(rows=160, seed=6):
    draw = np.random.default_rng(seed)
    day = pd.Timestamp(2025, 1, 1) + pd.to_timedelta(draw.integers(0, 360, 300), unit="D")
    facts = {"订单编号": [f"D{n}" for n in range(300)], "下单日期": day, "订单金额": 60_000.0}
    return pd.DataFrame({**facts, "客户编号": [f"00{n:05}" for n in draw.integers(0, rows, 300)]})


def make_decisions(*rows):
    head = ["客户编号", "日期", "等级", "提出人", "批准人", "决定", "理由"]
    return pd.DataFrame(rows, columns=head)


DECIDED = make_decisions(
    *((f"00{n:05}", "2025-10-09", "B", "评估员甲", "评估员乙", "同意", "电话核实") for n in range(12)),
    *(
        (f"00{n:05}", "2025-10-08", "B" if n % 3 else "C", "评估员乙", "评估员甲", None, "独立评估")
        for n in range(12)
    ),
    ("0000013", "2025-10-09", "A", "评估员甲", "评估员甲", "同意", "自己批准"),
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the notebook's cells in this process; returns what a kernel would have put out."""
    monkeypatch.chdir(ROOT)

    def run(tables, **changed):
        for name, table in tables.items():
            table.to_csv(tmp_path / f"黄山市-{name}.csv", index=False)
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
    return {b[display.EXHIBIT]["caption"]: b[display.EXHIBIT] for b in bundles if display.EXHIBIT in b}


WHOLE = {"2025": make_consultations(), "订单": make_orders(), "评级决定": DECIDED}


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_a_cycle_with_everything(run, spoken):
    bundles = run(WHOLE, language=spoken)
    said = texts(bundles)
    assert len(bundles[0][display.COVER]["key_figures"]) == 6
    assert "nan" not in said.lower().replace("finance", "")
    if spoken == "zh":
        assert "共同评估12户，加权κ为" in said
        assert "有效决定12条：同意12，驳回0，暂缓0；另有评估意见12条，尚未决定；1条不符合规定" in said
        assert "评估员甲" in said and "提出人与批准人同为评估员甲" in said
        assert "12条有效决定尚未写入日志" in said
        assert "户均订单净额（扣除退款，元）" in said
        assert "2025年的评级决定（最近20条，共24条）" in exhibits(bundles)
        assert not re.search("[前近]20[户条](?!，共)", said)


def test_the_log_that_was_recorded_is_replayed_and_its_hash_printed(run, tmp_path):
    first = run(WHOLE)
    assert "评级日志尚无记录" in texts(first)
    assert "待写入日志的12条决定" in exhibits(first)
    from click.testing import CliRunner

    from industry_report import cli

    log = tmp_path.parent / f"{tmp_path.name}-log.jsonl"
    good = make_decisions(
        *(row for row in DECIDED.itertuples(index=False) if row[5] == "同意" and row[3] != row[4])
    )
    good.to_csv(tmp_path / "黄山市-评级决定.csv", index=False)
    told = CliRunner().invoke(cli.main, ["review", "record", str(log), "--data", str(tmp_path)])
    assert told.exit_code == 0, told.output
    bundles = run({}, log=str(log))
    entries = review_log.read_log(log)
    assert f"评级日志12条，哈希链完整；最后一条的哈希值为{entries[-1].hash}" in texts(bundles)
    assert "尚未写入日志" not in texts(bundles)
    assert "评级日志（共12条）" in exhibits(bundles)
    log.write_text(
        log.read_text(encoding="utf-8").replace("电话核实", "没有核实", 1), encoding="utf-8", newline=""
    )
    with pytest.raises(InputError, match="line 1: the line was changed"):
        run({}, log=str(log))


def test_consultations_alone_leave_each_chapter_a_sentence(run):
    said = texts(run({"2025": make_consultations()}))
    assert "未提供评级决定数据，本节从略" in said
    assert "未提供订单和投诉数据，本节从略" in said
    assert "数据不足，不能判断" in said
    assert "没有两人都评估过的客户" in said


def test_data_without_customers_say_so(run):
    said = texts(run({"2025": make_consultations().drop(columns="客户ID")}))
    assert "数据没有客户编号或咨询日期，无法确定客户的等级" in said


def test_one_consultation_and_no_actions(run):
    said = texts(run({"2025": make_consultations(1).head(1)}, actions=""))
    assert "没有登记措施" in said


def test_customers_who_buy_three_months_running_meet_the_trigger(run):
    days = ["2025-07-03", "2025-08-05", "2025-09-20"]
    orders = {"订单编号": ["a", "b", "c"], "客户编号": "0000001", "下单日期": days, "订单金额": 120_000.0}
    bundles = run({"2025": make_consultations(), "订单": pd.DataFrame(orders)})
    assert "按订单，1户达到触发条件" in texts(bundles)


def test_a_public_edition_is_refused(run):
    with pytest.raises(InputError, match="the edition industry is public"):
        run({"2025": make_consultations(9)}, edition="industry")
