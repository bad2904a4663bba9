"""The commands that keep the log of decisions: record, verify."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from industry_report import cli
from industry_report.analysis.reviews import review_log

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(cli.main, ["review", *map(str, arguments)])


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "data"
    folder.mkdir()
    asked = {"客户ID": ["0001", "0002", "0003"], "咨询日期": "2025-03-01"}
    scores = {"意向度评分": [5, 3, 1], "需求明确性评分": [5, 3, 1], "满意度评分": [5, 3, 1]}
    pd.DataFrame({**asked, **scores}).to_csv(folder / "黄山市-2025.csv", index=False)
    return folder


def decide(folder, *rows, name="评级决定.csv"):
    head = ["客户编号", "日期", "等级", "提出人", "批准人", "决定", "理由"]
    pd.DataFrame(rows, columns=head).to_csv(folder / f"黄山市-{name}", index=False)


GOOD = ("0001", "2025-07-10", "B", "评估员甲", "评估员乙", "同意", "订单减少")


def test_decisions_are_recorded_once_and_verified(data, tmp_path):
    log = tmp_path / "log.jsonl"
    decide(data, GOOD, ("0002", "2025-07-11", "A", "评估员乙", "评估员甲", "驳回", "证据不足"))
    planned = run("record", log, "--data", data, "--dry-run")
    assert "2 would be recorded; 0 were there" in planned.output and not log.exists()
    recorded = run("record", log, "--data", data, "--cycle", "2025Q3")
    assert recorded.exit_code == 0
    assert "1\t2025-07-10\t0001\tA → B\t评估员甲" in recorded.output
    last = review_log.read_log(log)[-1].hash
    assert f"Last hash: {last}" in recorded.output
    assert "0 recorded; 2 were there" in run("record", log, "--data", data).output
    verified = run("verify", log, "--hash", last)
    assert verified.exit_code == 0 and "2 lines" in verified.output
    assert "no line has the hash 00ff" in run("verify", log, "--hash", "00ff").output


def test_next_cycles_decisions_are_added_to_those_recorded(data, tmp_path):
    log = tmp_path / "log.jsonl"
    decide(data, GOOD)
    run("record", log, "--data", data, "--cycle", "2025Q3")
    later = ("0001", "2025-10-09", "A", "评估员乙", "评估员甲", "同意", "订单增加")
    decide(data, GOOD, later)
    told = run("record", log, "--data", data, "--cycle", "2025Q4")
    assert told.exit_code == 0 and "2\t2025-10-09\t0001\tB → A" in told.output


def test_nothing_is_recorded_where_one_row_has_a_fault(data, tmp_path):
    log = tmp_path / "log.jsonl"
    own = ("0002", "2025-07-11", "A", "评估员甲", "评估员甲", "同意", "采购增加")
    decide(data, GOOD, own, ("9999", "2025-05-11", "A", "评估员甲", "路人", "同意", "采购增加"))
    told = run("record", log, "--data", data, "--cycle", "2025Q3")
    assert told.exit_code == 1 and not log.exists()
    for said in ("row 3: 评估员甲 both proposed", "row 4: customer 9999", "路人 is not in the", "2025Q3"):
        assert said in told.output


def test_a_tampered_line_is_named(data, tmp_path):
    log = tmp_path / "log.jsonl"
    decide(data, GOOD)
    run("record", log, "--data", data)
    log.write_text(
        log.read_text(encoding="utf-8").replace("订单减少", "订单增加"), encoding="utf-8", newline=""
    )
    for command in (("verify", log), ("record", log, "--data", data)):
        told = run(*command)
        assert told.exit_code == 1 and "line 1: the line was changed" in told.output
    assert "there is no such log" in run("verify", tmp_path / "none.jsonl").output
