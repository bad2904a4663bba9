from __future__ import annotations

import json
import platform
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from industry_report.base.errors import InputError
from industry_report.building import build, one_report, plan, render, scheduling, staleness
from industry_report.building.build import Options, Result
from industry_report.building.plan import Job
from industry_report.processes import pool, watchdog
from industry_report.processes.worker import WorkerEndedError
from industry_report.shelf import report_records

PLAN = "reports:\n  - notebook: industry\n    region: [黄山市, 杭州市]\n    year: [2024, 2025]\n"
OUTPUT = Path("reports")


@pytest.fixture
def jobs(write_params, slices: pd.DataFrame) -> list[Job]:
    return plan.list_jobs([write_params(PLAN)])


@pytest.fixture(autouse=True)
def made(in_thread: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs run in a thread and need no kernel; returns the stems that were rendered."""
    stems: list[str] = []

    def fake_render(job: Job, output: Path, facts: dict[str, Any]) -> list[str]:
        stems.append(job.stem)
        pages = {"html": job.stem.encode(), "pdf": b"%PDF"}
        pages["json"] = render.write_record(job, facts, pages, {}).encode()
        staging = output / ".staging-x"
        staging.mkdir()
        render.publish(pages, staging, output, job.stem)
        staging.rmdir()
        return ["cell 2 wrote to stderr"] if "杭州" in job.stem else []

    monkeypatch.setattr(render, "render_report", fake_render)
    return stems


def fail_for(text: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    working = render.render_report

    def fake_render(job: Job, output: Path, facts: dict[str, Any]) -> list[str]:
        if text in job.stem:
            raise error
        return working(job, output, facts)

    monkeypatch.setattr(render, "render_report", fake_render)


def statuses(jobs: list[Job], **options: Any) -> dict[str, str]:
    one_report._describe_worker.cache_clear()  # a new build has new workers
    results = build.build_reports(jobs, OUTPUT, Options(**options))
    return {result.report: result.status for result in results}


# --- what is made


def test_all_reports_are_made_told_and_listed(jobs):
    told: list[Result] = []
    results = build.build_reports(jobs, OUTPUT, tell=told.append)
    assert [result.report for result in results] == [job.stem for job in jobs]
    assert {result.status for result in results} == {"made"}
    assert sorted(told, key=lambda r: r.report) == sorted(results, key=lambda r: r.report)
    assert len(report_records.list_published(OUTPUT)) == 4
    assert "2025/%E9%BB%84%E5%B1%B1%E5%B8%82/industry.zh.pdf" in (OUTPUT / "index.html").read_text("utf-8")


def test_manifest_holds_status_time_digest_and_warnings_of_every_job(jobs):
    build.build_reports(jobs, OUTPUT)
    manifest = json.loads((report_records.find_work_folder(OUTPUT) / "manifest.json").read_text("utf-8"))
    assert [entry["report"] for entry in manifest["reports"]] == [job.stem for job in jobs]
    assert [entry["read"] for entry in manifest["data"]] == [9]
    first, last = manifest["reports"][0], manifest["reports"][-1]
    assert first.keys() == {"report", "status", "seconds", "digest", "cause", "warnings", "attempts"}
    assert (first["warnings"], last["warnings"]) == ([], ["cell 2 wrote to stderr"])


def test_record_of_a_report_says_that_it_is_synthetic(jobs, slices):
    slices.loc[slices["region"] == "杭州市", "synthetic"] = False
    build.build_reports(jobs, OUTPUT)
    synthetic = {record["report"]: record["synthetic"] for record in report_records.list_published(OUTPUT)}
    assert synthetic["2025/黄山市/industry.zh"] is True
    assert synthetic["2025/杭州市/industry.zh"] is False


# --- what is fresh


def test_second_build_makes_nothing(jobs, made):
    build.build_reports(jobs, OUTPUT)
    assert set(statuses(jobs).values()) == {"fresh"}
    assert len(made) == 4


def test_force_makes_all_again(jobs):
    build.build_reports(jobs, OUTPUT)
    assert set(statuses(jobs, force=True).values()) == {"made"}


def test_reason_that_no_report_needs_is_not_dropped_in_silence(jobs):
    said: list[str] = []
    build.build_reports(jobs, OUTPUT, Options(reason="补报三月的记录"), say=said.append)
    assert said == ["The reason is told nowhere: no report says anything else than the one it replaces."]
    build.build_reports(jobs, OUTPUT, say=said.append)
    assert len(said) == 1


def test_reason_is_no_input_of_a_report(jobs):
    build.build_reports(jobs, OUTPUT)
    assert set(statuses(jobs, reason="补报三月的记录").values()) == {"fresh"}


def test_changed_slice_makes_its_report_only(jobs, slices):
    build.build_reports(jobs, OUTPUT)
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
    build.build_reports(jobs, OUTPUT)
    change(project)
    assert set(statuses(jobs).values()) == {"made"}


def test_changed_template_or_library_makes_all_again(jobs, monkeypatch):
    build.build_reports(jobs, OUTPUT)
    monkeypatch.setattr(staleness, "describe_installation", lambda: {"code": "another", "libraries": {}})
    assert set(statuses(jobs).values()) == {"made"}


def test_notebook_run_and_saved_in_jupyterlab_changes_nothing(jobs, project):
    build.build_reports(jobs, OUTPUT)
    path = project / "notebooks" / "industry.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].update(execution_count=7, outputs=[nbformat.v4.new_output("stream", text="x")])
    notebook.cells[2].metadata["execution"] = {"shell.execute_reply": "2025-01-01"}
    nbformat.write(notebook, path)
    assert set(statuses(jobs).values()) == {"fresh"}


def test_damaged_file_is_made_again(jobs):
    build.build_reports(jobs, OUTPUT)
    (OUTPUT / "2024/黄山市/industry.zh.pdf").write_bytes(b"torn")
    assert list(statuses(jobs).values()).count("made") == 1


def test_drafts_and_reports_are_never_fresh_for_each_other(jobs):
    assert set(statuses(jobs, draft=True).values()) == {"made"}
    assert set(statuses(jobs, draft=True).values()) == {"fresh"}
    assert {record["draft"] for record in report_records.list_published(OUTPUT)} == {True}
    assert set(statuses(jobs).values()) == {"made"}
    assert {record["draft"] for record in report_records.list_published(OUTPUT)} == {False}


def test_missing_scorecard(jobs):
    Path("params/scorecards/consultation.yaml").unlink()
    with pytest.raises(InputError, match=r"scorecard .*consultation\.yaml: there is no such file"):
        build.build_reports(jobs, OUTPUT)


# --- what fails


def test_failed_report_leaves_the_others_and_its_last_good_version(jobs, monkeypatch):
    build.build_reports(jobs, OUTPUT)
    before = {file: file.read_bytes() for file in OUTPUT.glob("2024/黄山市/*")}
    fail_for("2024/黄山市", InputError("2024/黄山市/industry.zh", "cell 3 failed.", "See x."), monkeypatch)
    results = build.build_reports(jobs, OUTPUT, Options(force=True))
    assert [result.status for result in results] == ["failed", "made", "made", "made"]
    assert results[0].cause == "2024/黄山市/industry.zh: cell 3 failed. See x."
    assert {file: file.read_bytes() for file in OUTPUT.glob("2024/黄山市/*")} == before
    page = (OUTPUT / "index.html").read_text("utf-8")
    assert "上一版仍可读" in page
    assert "cell 3" not in page  # a cause may show data


def test_unforeseen_error_is_named_and_its_traceback_kept(jobs, monkeypatch):
    fail_for("2024/黄山市", ZeroDivisionError("division by zero"), monkeypatch)
    cause = build.build_reports(jobs, OUTPUT)[0].cause
    log = report_records.find_work_folder(OUTPUT) / "failed" / "2024/黄山市/industry.zh.log"
    assert cause.startswith("2024/黄山市/industry.zh: ZeroDivisionError: division by zero.")
    assert str(log) in cause
    assert "Traceback" in log.read_text("utf-8")


def test_output_folder_that_is_a_file(jobs, made):
    OUTPUT.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="output folder reports: cannot be written"):
        build.build_reports(jobs, OUTPUT)
    assert OUTPUT.read_text("utf-8") == "mine"
    assert made == []


def test_interrupted_build_lists_what_is_finished(jobs):
    def interrupt(result: Result) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build_reports(jobs, OUTPUT, tell=interrupt)
    listed = json.loads((report_records.find_work_folder(OUTPUT) / "manifest.json").read_text("utf-8"))[
        "reports"
    ]
    assert len(listed) == 1
    late = json.loads((OUTPUT / "catalog.json").read_text("utf-8"))["not_updated"]
    assert len(late) == 3  # some may have ended unseen


# --- what a worker that ends costs


class Breaks:
    """A pool of which the worker ends the first `times` times that it gets a report."""

    capacity = 1

    def __init__(self, times: int) -> None:
        self.left = times
        self.killed: list[Future[Any]] = []

    def submit(self, task: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if "黄山" in arguments[0].stem and self.left:
            self.left -= 1
            future.set_exception(WorkerEndedError("a process in the pool was terminated abruptly"))
        else:
            future.set_result(task(*arguments))
        return future

    def kill(self, future: Future[Any]) -> None:
        self.killed.append(future)

    def close(self, at_once: bool = False) -> None:
        pass


@pytest.mark.parametrize(("times", "status", "attempts"), [(1, "made", 2), (2, "made", 3), (3, "failed", 3)])
def test_report_whose_worker_ends_is_begun_again(times, status, attempts, jobs, monkeypatch):
    monkeypatch.setattr(pool, "Processes", lambda capacity: Breaks(times))
    results = build.build_reports(jobs[:1] + jobs[2:], OUTPUT, Options(retries=2))
    assert (results[0].status, results[0].attempts) == (status, attempts)
    assert {(r.status, r.attempts) for r in results[1:]} == {("made", 1)}
    assert ("worker process was ended from outside" in results[0].cause) == (status == "failed")


def test_worker_that_hangs_outside_of_cells_is_killed_after_the_limit(jobs, monkeypatch):
    monkeypatch.setattr(scheduling, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(scheduling, "OVERDUE_POLL_SECONDS", 0.05)
    stuck = Breaks(0)
    monkeypatch.setattr(stuck, "submit", lambda *arguments: Future())

    def kill(future: Future[Any]) -> None:
        future.set_exception(WorkerEndedError())

    monkeypatch.setattr(stuck, "kill", kill)
    monkeypatch.setattr(pool, "Processes", lambda capacity: stuck)
    [result] = build.build_reports(jobs[:1], OUTPUT, Options(time_limit=0.1, retries=5))
    assert (result.status, result.attempts) == ("failed", 1)
    assert "took longer than the time limit of 0.1 s outside of its cells" in result.cause


def test_report_that_the_cluster_lost_is_told(jobs, monkeypatch):
    lost: Future[Any] = Future()
    lost.cancel()
    lost.set_running_or_notify_cancel()
    workers = Breaks(0)
    monkeypatch.setattr(workers, "submit", lambda *arguments: lost)
    monkeypatch.setattr(pool, "Processes", lambda capacity: workers)
    [result] = build.build_reports(jobs[:1], OUTPUT, Options(retries=0))
    assert "the cluster lost it (CancelledError" in result.cause


# --- order


def test_longest_reports_come_first(jobs, made, slices):
    slices["consultations"] = [1, 5_000_000, 2, 3]
    build.build_reports(jobs, OUTPUT)
    assert made[0] == "2025/黄山市/industry.zh"  # the most rows, while nothing else is known
    shelf = staleness.open_shelf(OUTPUT)
    shelf.learn_seconds("2024/杭州市/industry.zh", 99.0)
    rows = {job.stem: 1 for job in jobs}
    assert scheduling.order(jobs, rows, shelf)[0].stem == "2024/杭州市/industry.zh"


# --- two builds, and what a killed one left


def test_second_build_waits_and_says_so(jobs, made):
    said: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with build._hold(OUTPUT, said.append):
            entered.set()
            leave.wait(10)

    OUTPUT.mkdir()
    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(10)

    def let_go(message: str) -> None:
        said.append(message)
        assert made == []
        leave.set()

    assert {result.status for result in build.build_reports(jobs, OUTPUT, say=let_go)} == {"made"}
    first.join()
    assert said == ["Another build works on reports; waiting until it is done."]
    assert not list(OUTPUT.glob(".*"))


def test_what_a_killed_build_left_is_swept(jobs):
    staging = OUTPUT / ".staging-abc"
    staging.mkdir(parents=True)
    (staging / "pdf").write_bytes(b"half")
    (staging / ".in-use").touch()
    (OUTPUT / ".draft-4711-index.html").write_bytes(b"half")
    mine = {OUTPUT / ".htaccess", OUTPUT / ".index.html.4711", OUTPUT / ".staging-mine" / "notes.txt"}
    for file in mine:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    build.build_reports(jobs, OUTPUT)
    assert {file for file in OUTPUT.rglob("*") if ".staging" in str(file) or file.name[0] == "."} == {
        *mine,
        OUTPUT / ".staging-mine",
    }


# --- limits, as a worker keeps them


def test_full_disk_is_named(jobs, monkeypatch):
    fail_for("2024/黄山市", OSError(28, "No space left on device", "reports/x"), monkeypatch)
    cause = build.build_reports(jobs, OUTPUT)[0].cause
    assert cause == "2024/黄山市/industry.zh: the disk is full (reports/x). Free space, or use --output."


def test_worker_with_another_program_refuses(jobs, monkeypatch):
    facts = staleness.gather_facts(jobs)
    one_report._describe_worker.cache_clear()
    monkeypatch.setattr(staleness, "describe_installation", lambda: {"code": "older", "libraries": {}})
    result = one_report.attempt(jobs[0], OUTPUT, facts[jobs[0].stem], watchdog.Limits(), Path.cwd())
    assert result.cause.startswith(f"worker on {platform.node()}: has other code than the build")


def test_worker_without_the_project_folder_refuses(jobs, tmp_path):
    facts = staleness.gather_facts(jobs)
    result = one_report.attempt(jobs[0], OUTPUT, facts[jobs[0].stem], watchdog.Limits(), tmp_path / "none")
    assert "Share the project folder" in result.cause


# --- what stays in the house


def test_internal_editions_lie_beside_the_folder_that_is_published(jobs, made, project):
    publisher = project / "params" / "publisher.yaml"
    publisher.write_text("disclosure: {threshold: 10, dominance: {p: 10}, internal: [sales]}\n", "utf-8")
    own = {"publisher": "params/publisher.yaml", "edition": "sales"}
    inside = Job(jobs[0].notebook, {**jobs[0].parameters, **own}, "2025/黄山市/sales.zh", "test")
    results = build.build_shelves([*jobs, inside], OUTPUT)
    assert {result.status for result in results} == {"made"}
    assert len(results) == 5
    assert not list(OUTPUT.rglob("sales*"))
    assert (project / "reports-internal" / f"{inside.stem}.html").is_file()
    assert "sales" not in (OUTPUT / "index.html").read_text("utf-8")
    assert {state for _, state in build.list_states([*jobs, inside], OUTPUT)} == {""}
