from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from industry_report import build, plan, render, site
from industry_report.build import Result
from industry_report.errors import InputError
from industry_report.plan import Job

PLAN = "reports:\n  - notebook: industry\n    region: [黄山市, 杭州市]\n    year: [2024, 2025]\n"
OUTPUT = Path("reports")


@pytest.fixture
def jobs(write_params, slices: pd.DataFrame) -> list[Job]:
    return plan.list_jobs([write_params(PLAN)])


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs run in a thread and need no kernel; returns the stems that were rendered."""
    stems: list[str] = []

    def fake_render(job: Job, output: Path, facts: dict[str, Any]) -> list[str]:
        stems.append(job.stem)
        pages = {"html": job.stem.encode(), "pdf": b"%PDF"}
        pages["json"] = render.write_record(job, facts, pages, {}).encode()
        staging = output / ".staging"
        staging.mkdir(exist_ok=True)
        render.publish(pages, staging, output, job.stem)
        staging.rmdir()
        return ["cell 2 wrote to stderr"] if "杭州" in job.stem else []

    monkeypatch.setattr(render, "render_report", fake_render)
    monkeypatch.setattr(build, "open_pool", lambda workers: ThreadPoolExecutor(1))
    return stems


def fail_for(text: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    working = render.render_report

    def fake_render(job: Job, output: Path, facts: dict[str, Any]) -> list[str]:
        if text in job.stem:
            raise error
        return working(job, output, facts)

    monkeypatch.setattr(render, "render_report", fake_render)


def statuses(jobs: list[Job], **options: Any) -> dict[str, str]:
    return {result.report: result.status for result in build.build_reports(jobs, OUTPUT, 2, **options)}


# --- what is made


def test_all_reports_are_made_told_and_listed(jobs):
    told: list[Result] = []
    results = build.build_reports(jobs, OUTPUT, 2, tell=told.append)
    assert [result.report for result in results] == [job.stem for job in jobs]
    assert {result.status for result in results} == {"made"}
    assert sorted(told, key=lambda r: r.report) == sorted(results, key=lambda r: r.report)
    assert len(site.list_published(OUTPUT)) == 4
    assert "2025/%E9%BB%84%E5%B1%B1%E5%B8%82/industry.zh.pdf" in (OUTPUT / "index.html").read_text("utf-8")


def test_manifest_holds_status_time_digest_and_warnings_of_every_job(jobs):
    build.build_reports(jobs, OUTPUT, 2)
    manifest = json.loads((site.find_workshop(OUTPUT) / "manifest.json").read_text("utf-8"))
    assert [entry["report"] for entry in manifest["reports"]] == [job.stem for job in jobs]
    assert [entry["read"] for entry in manifest["data"]] == [9]
    first, last = manifest["reports"][0], manifest["reports"][-1]
    assert first.keys() == {"report", "status", "seconds", "digest", "cause", "warnings"}
    assert (first["warnings"], last["warnings"]) == ([], ["cell 2 wrote to stderr"])


def test_record_of_a_report_says_that_it_is_synthetic(jobs, slices):
    slices.loc[slices["region"] == "杭州市", "synthetic"] = False
    build.build_reports(jobs, OUTPUT, 2)
    synthetic = {record["report"]: record["synthetic"] for record in site.list_published(OUTPUT)}
    assert synthetic["2025/黄山市/industry.zh"] is True
    assert synthetic["2025/杭州市/industry.zh"] is False


# --- what is fresh


def test_second_build_makes_nothing(jobs, made):
    build.build_reports(jobs, OUTPUT, 2)
    assert set(statuses(jobs).values()) == {"fresh"}
    assert len(made) == 4


def test_force_makes_all_again(jobs):
    build.build_reports(jobs, OUTPUT, 2)
    assert set(statuses(jobs, force=True).values()) == {"made"}


def test_changed_slice_makes_its_report_only(jobs, slices):
    build.build_reports(jobs, OUTPUT, 2)
    slices.loc[0, "digest"] = "changed"
    assert [stem for stem, status in statuses(jobs).items() if status == "made"] == [
        "2024/黄山市/industry.zh"
    ]


def change_cell(project: Path) -> None:
    path = project / "notebooks" / "industry.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].source += "\n1"
    nbformat.write(notebook, path)


def change_scorecard(project: Path) -> None:
    path = project / "params" / "scorecards" / "consultation.yaml"
    path.write_text(path.read_text("utf-8") + "# one more line\n", encoding="utf-8")


def change_scoring(project: Path) -> None:
    (project / "scoring.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize("change", [change_cell, change_scorecard, change_scoring])
def test_changed_notebook_scorecard_or_scoring_makes_all_again(change, jobs, project):
    build.build_reports(jobs, OUTPUT, 2)
    change(project)
    assert set(statuses(jobs).values()) == {"made"}


def test_changed_template_or_library_makes_all_again(jobs, monkeypatch):
    build.build_reports(jobs, OUTPUT, 2)
    monkeypatch.setattr(build, "_describe_installation", lambda: {"code": "another"})
    assert set(statuses(jobs).values()) == {"made"}


def test_notebook_run_and_saved_in_jupyterlab_changes_nothing(jobs, project):
    build.build_reports(jobs, OUTPUT, 2)
    path = project / "notebooks" / "industry.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].update(execution_count=7, outputs=[nbformat.v4.new_output("stream", text="x")])
    notebook.cells[2].metadata["execution"] = {"shell.execute_reply": "2025-01-01"}
    nbformat.write(notebook, path)
    assert set(statuses(jobs).values()) == {"fresh"}


def test_damaged_file_is_made_again(jobs):
    build.build_reports(jobs, OUTPUT, 2)
    (OUTPUT / "2024/黄山市/industry.zh.pdf").write_bytes(b"torn")
    assert list(statuses(jobs).values()).count("made") == 1


def test_missing_scorecard(jobs):
    Path("params/scorecards/consultation.yaml").unlink()
    with pytest.raises(InputError, match=r"scorecard .*consultation\.yaml: there is no such file"):
        build.build_reports(jobs, OUTPUT, 2)


# --- what fails


def test_failed_report_leaves_the_others_and_its_last_good_version(jobs, monkeypatch):
    build.build_reports(jobs, OUTPUT, 2)
    before = {file: file.read_bytes() for file in OUTPUT.glob("2024/黄山市/*")}
    fail_for("2024/黄山市", InputError("2024/黄山市/industry.zh", "cell 3 failed.", "See x."), monkeypatch)
    results = build.build_reports(jobs, OUTPUT, 2, force=True)
    assert [result.status for result in results] == ["failed", "made", "made", "made"]
    assert results[0].cause == "2024/黄山市/industry.zh: cell 3 failed. See x."
    assert {file: file.read_bytes() for file in OUTPUT.glob("2024/黄山市/*")} == before


def test_unforeseen_error_is_named_and_its_traceback_kept(jobs, monkeypatch):
    fail_for("2024/黄山市", ZeroDivisionError("division by zero"), monkeypatch)
    cause = build.build_reports(jobs, OUTPUT, 2)[0].cause
    log = site.find_workshop(OUTPUT) / "failed" / "2024/黄山市/industry.zh.log"
    assert cause.startswith("2024/黄山市/industry.zh: ZeroDivisionError: division by zero.")
    assert str(log) in cause
    assert "Traceback" in log.read_text("utf-8")


def test_worker_that_dies_fails_its_report_with_a_hint():
    future: Future[Result] = Future()
    future.set_exception(BrokenProcessPool("a process in the pool was terminated abruptly"))
    result = build._take(future, "digest", "2025/黄山市/industry.zh")
    assert result.status == "failed"
    assert "worker process was ended from outside" in result.cause


def test_output_folder_that_is_a_file(jobs, made):
    OUTPUT.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="output folder reports: cannot be written"):
        build.build_reports(jobs, OUTPUT, 2)
    assert OUTPUT.read_text("utf-8") == "mine"
    assert made == []


def test_interrupted_build_lists_what_is_finished(jobs):
    def interrupt(result: Result) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build_reports(jobs, OUTPUT, 2, tell=interrupt)
    listed = json.loads((site.find_workshop(OUTPUT) / "manifest.json").read_text("utf-8"))["reports"]
    assert len(listed) == 1
    assert (OUTPUT / "index.html").is_file()
