from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
import pytest
from click.testing import CliRunner, Result

from industry_report import __version__, cli
from industry_report.base.errors import InputError
from industry_report.building import render
from industry_report.intake.schemas import TABLES
from industry_report.shelf import report_records

ONE = "region: 黄山市\nyear: 2025\n"
SCORES = {"意向度评分": [3], "需求明确性评分": [4], "满意度评分": [5]}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def start(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """Start the command as a user would, its output as plain text."""
    # A test run in the background is deaf to Ctrl-C, and so would be what it starts.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [
        sys.executable,
        "-c",
        f"{listen}; from industry_report.__main__ import main; main()",
        *arguments,
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment, **options
    )


def write_data(name: str = "黄山市-2025.csv", **columns: list[object]) -> str:
    """Write one good consultation, or what is made of it; returns the file's name."""
    table = {"客户编号": ["0017"], "客户类型": ["企业"], **SCORES, **columns}
    pd.DataFrame(table).to_csv(name, index=False)
    return name


def test_ctrl_c_while_the_command_is_loaded_gives_no_traceback():
    code = """
import sys
class Stops:
    def find_spec(self, name, path, target=None):
        if name == "industry_report.commands.crm":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stops())
from industry_report.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


# --- help


@pytest.mark.parametrize("name", cli.main.commands)
def test_help_of_every_command_has_examples_that_name_known_options(name):
    text = run(name, "--help").output
    command = cli.main.commands[name]
    examples = re.findall(r"^ +industry-report (.*)$", text.split("Examples:")[1], re.MULTILINE)
    assert examples
    known = {option for parameter in command.params for option in parameter.opts}
    for example in examples:
        words = example.split()
        assert words[0] == name
        assert {word for word in words if word.startswith("--")} <= known


def test_commands_are_listed_in_the_order_of_the_work():
    assert re.findall(r"^  (\w+)  ", run("--help").output, re.MULTILINE) == [
        "init",
        "update",
        "sample",
        "check",
        "template",
        "scorecard",
        "fit",
        "plan",
        "build",
        "preview",
        "review",
        "crm",
    ]


def test_version():
    assert run("--version").output == f"industry-report, version {__version__}\n"


def test_help_loads_neither_pandas_nor_papermill():
    heavy = "{'pandas', 'papermill', 'yaml'}"
    code = f"import sys; from industry_report import cli; print({heavy} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


@pytest.mark.parametrize(
    "words", ["plan", "check", "build --jobs 0", "build --ouput x", "sample --rows many"]
)
def test_wrong_usage_ends_with_status_2(words):
    assert run(*words.split()).exit_code == 2


# --- sample and check


def test_sample_writes_nine_workbooks_of_consultations_and_the_other_tables(project):
    result = run("sample", "trial", "--rows", "30")
    assert result.exit_code == 0
    files = [Path(line) for line in result.output.splitlines()]
    assert all(file.is_file() for file in files)
    assert sum(re.fullmatch(r".+市-20\d\d", file.stem) is not None for file in files) == 9
    told = json.loads(run("check", "--json", "trial").output)["files"]
    assert {one["table"] for one in told} == set(TABLES)
    assert all(one["error"] is None for one in told)
    for one in told:
        assert one["read"] == one["graded"] + one["ungradable"] + one["rejected"] + one["duplicates"]


def test_check_of_a_good_file_ends_with_status_0(project):
    result = run("check", write_data(), "--language", "zh")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "读入 1 = 数据齐全 1 + 数据不全 0 + 退回 0 + 重复 0" in result.output


def test_check_tells_what_would_be_rejected(project):
    result = run("check", write_data(意向度评分=[6]), "--language", "en")
    assert result.exit_code == 1
    assert "read 1 = complete 0 + incomplete 0 + rejected 1 + duplicates 0" in result.output


def test_check_compares_supplied_grades_and_counts_ours(project):
    own = write_data(综合评分=[4.0], 最终评级=["A"])  # (3, 4, 5) is 3.9, hence B
    result = run("check", own, "--scorecard", "params/scorecards/consultation.yaml", "--language", "zh")
    assert "综合评分" in result.output
    assert "等级: A 0, B 1, C 0, D 0" in result.output


def test_check_for_programs(project):
    found = json.loads(run("check", write_data(意向度评分=["4.5"]), "--json").stdout)["files"][0]
    assert [found[count] for count in ("read", "graded", "ungradable", "rejected", "duplicates")] == [
        1,
        0,
        0,
        1,
        0,
    ]
    assert found["rejects"][0]["code"] == "score_not_whole"


def test_check_writes_the_faults_as_a_workbook(project):
    run("check", write_data(意向度评分=[6]), "--write", "faults.xlsx")
    assert Path("faults.xlsx").read_bytes().startswith(b"PK")


def test_check_drafts_a_mapping_but_never_over_another_one(project):
    data, draft = write_data(), "params/columns/own.yaml"
    assert run("check", data, "--write-mapping", draft).exit_code == 0
    assert run("check", data, "--columns", draft).exit_code == 0
    again = run("check", data, "--write-mapping", draft)
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    assert run("check", data, data, "--write-mapping", "other.yaml").exit_code == 2


# --- plan and build


@pytest.fixture
def quick(slices: pd.DataFrame, in_thread: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are made in a thread, of nothing."""

    def fake_render(job, output, facts):
        pages = {"html": b"<p>", "pdf": b"%PDF"}
        pages["json"] = render.write_record(job, facts, pages, {}).encode()
        for suffix, content in pages.items():
            path = output / f"{job.stem}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if "2024" in job.stem:
            raise InputError(job.stem, "cell In [3], `1 / 0`, failed with ZeroDivisionError.", "See x.")
        return ["cell 2 wrote to stderr: careful"]

    monkeypatch.setattr(render, "render_report", fake_render)


def test_plan_lists_the_reports(write_params, slices):
    result = run(
        "plan", str(write_params("reports:\n  - {notebook: industry, region: 黄山市, year: [2024, 2025]}\n"))
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"2024/黄山市/industry.zh\tstale (not made yet)\t{Path('params/x.yaml')}, line 2",
        f"2025/黄山市/industry.zh\tstale (not made yet)\t{Path('params/x.yaml')}, line 2",
    ]
    assert result.stderr == "2 reports, 2 to make\n"


def test_build_tells_every_report_and_where_to_look(write_params, quick):
    file = str(write_params(ONE))
    first, second = run("build", file), run("build", file)
    assert (first.exit_code, second.exit_code) == (0, 0)
    lines = first.stdout.splitlines()
    assert re.fullmatch(r"made    2025/黄山市/industry\.zh  \d+\.\d s", lines[0])
    assert lines[1] == "        warning: cell 2 wrote to stderr: careful"
    assert lines[2] == f"1 report: 1 made. {Path('reports/index.html')}"
    assert second.stdout.splitlines()[0] == "fresh   2025/黄山市/industry.zh"


def test_failed_report_is_told_on_stderr_with_status_1(write_params, quick):
    text = "reports:\n  - {notebook: industry, region: 黄山市, year: [2024, 2025]}\n"
    result = run("build", str(write_params(text)), "--output", "out")
    assert result.exit_code == 1
    assert "2 reports: 1 made, 1 failed." in result.stdout
    assert result.stderr == (
        "Error: 2024/黄山市/industry.zh: cell In [3], `1 / 0`, failed with ZeroDivisionError. See x.\n"
    )


def test_build_takes_the_annual_plan_by_default(write_params, quick):
    write_params(ONE, "params/annual.yaml")
    assert run("build").exit_code == 0


# --- bad input: one clear message, status 1, no traceback, nothing half-written


def corrupt_workbook() -> list[str]:
    Path("bad.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    return ["build", "params/x.yaml", "--data", "bad.xlsx"]


def folder_without_data() -> list[str]:
    Path("empty").mkdir()
    return ["build", "params/x.yaml", "--data", "empty"]


def without_scores() -> str:
    pd.DataFrame({"客户编号": ["1"], "地区": ["黄山市"], "意向度": [3]}).to_csv("x.csv", index=False)
    return "x.csv"


def unknown_slice() -> list[str]:
    return ["build", "params/x.yaml", "--data", write_data("杭州市-2024.csv")]


def output_that_is_a_file() -> list[str]:
    Path("taken").write_text("mine", encoding="utf-8")
    return ["build", "params/x.yaml", "--data", write_data(), "--output", "taken"]


def broken_yaml() -> list[str]:
    Path("params/x.yaml").write_text("region: [黄山市\n", encoding="utf-8")
    return ["build", "params/x.yaml"]


def broken_scorecard() -> list[str]:
    path = Path("params/scorecards/consultation.yaml")
    path.write_text(path.read_text("utf-8").replace("weight: 0.4", "weight: 0.5"), encoding="utf-8")
    return ["build", "params/x.yaml", "--data", write_data()]


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (lambda: ["build", "params/none.yaml"], ["none.yaml", "no such file"]),
        (lambda: ["plan", "params/none.yaml"], ["none.yaml", "no such file"]),
        (lambda: ["build", "params/x.yaml", "--data", "none.xlsx"], ["none.xlsx"]),
        (lambda: ["check", "none.xlsx"], ["none.xlsx"]),
        (folder_without_data, ["empty"]),
        (corrupt_workbook, ["bad.xlsx"]),
        (lambda: ["check", corrupt_workbook()[-1]], ["bad.xlsx"]),
        (
            lambda: ["build", "params/x.yaml", "--data", without_scores()],
            ["x.csv", "clarity", "意向度"],
        ),
        (lambda: ["check", without_scores()], ["x.csv", "clarity", "意向度"]),
        (unknown_slice, ["黄山市 2025", "杭州市 2024"]),
        (output_that_is_a_file, ["taken", "cannot be written", "--output"]),
        (broken_yaml, ["x.yaml", "line 1", "Close the bracket"]),
        (broken_scorecard, ["consultation.yaml", "weight"]),
    ],
)
def test_bad_input(prepare: Callable[[], list[str]], expected, write_params):
    write_params(ONE)
    earlier = Path("reports/2024/黄山市/industry.zh.html")
    earlier.parent.mkdir(parents=True)
    earlier.write_text("an earlier report", encoding="utf-8")
    result = run(*prepare())
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    for part in expected:
        assert part in result.output
    assert [file for file in Path("reports").rglob("*") if file.is_file()] == [earlier]
    assert earlier.read_text("utf-8") == "an earlier report"


# --- the real thing


@pytest.mark.slow
def test_build_as_a_user_starts_it(write_params):
    data = write_data()
    write_params(
        f"reports:\n  - {{notebook: industry, region: 黄山市, year: 2025, data: {data}}}\n"
        "  - {notebook: broken, region: 黄山市, year: 2024}\n"
    )
    process = start("build", "params/x.yaml")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "2 reports: 1 made, 1 failed." in out
    assert err.startswith("Error: 2024/黄山市/broken.zh: cell In [3] under “成交转化率”")
    assert err.count("\n") == 1
    assert report_records.find_published(Path("reports"), "2025/黄山市/industry.zh")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a process group")
def test_interrupt_ends_at_once_and_leaves_nothing_behind(project, write_params):
    first = f"  - {{notebook: industry, region: 黄山市, year: 2025, data: {write_data()}}}\n"
    rest = [f"  - {{notebook: {name}, region: 黄山市, year: 2024}}\n" for name in ("sleeps", "dies", "quits")]
    write_params("reports:\n" + first + "".join(rest))
    process = start("build", "params/x.yaml", "--jobs", "1", start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("made    2025/黄山市/industry.zh")
    wait_for(lambda: any(Path("reports").glob(".staging-*")))
    time.sleep(0.5)  # into the kernel's start, or the sleeping cell
    os.killpg(process.pid, signal.SIGINT)
    begin = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 5
    assert process.returncode == 130
    assert err == "Stopped. Reports finished so far are published; build again to go on.\n"
    assert report_records.find_published(Path("reports"), "2025/黄山市/industry.zh")
    assert "industry.zh.pdf" in Path("reports/index.html").read_text("utf-8")
    assert not list(Path("reports").glob(".staging-*"))
    wait_for(lambda: not left_in(project))


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def left_in(folder: Path) -> list[psutil.Process]:
    """Return processes that still work in the folder, kernels among them."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_check_never_writes_over_a_file(project):
    workbook = Path("黄山市-2025.xlsx")
    pd.DataFrame(SCORES).to_excel(workbook, index=False)
    before = workbook.read_bytes()
    result = run("check", str(workbook), "--write", str(workbook))
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert workbook.read_bytes() == before


# --- the reason of corrections


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--reason", " "], "--reason: expected a sentence"),
        (["--reason", "请致电13800138000"], "--reason: seems to name a person"),
        (["--reason", "补报", "--draft"], "--reason: a draft corrects nothing"),
    ],
)
def test_reason_that_cannot_be_told_ends_the_build_before_it_begins(arguments, fault, write_params, slices):
    path = write_params("reports:\n  - {notebook: industry, region: 黄山市, year: 2025}\n")
    result = run("build", str(path), *arguments)
    assert result.exit_code == 1
    assert fault in result.stderr
    assert not Path("reports").exists()
