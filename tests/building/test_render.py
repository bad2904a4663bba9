from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest

from industry_report.base.errors import InputError
from industry_report.building import build, marking, output_check, plan, render
from industry_report.building.plan import Job
from industry_report.export import exhibit_files, exporters
from industry_report.report.display import COVER, EXHIBIT, STAMP
from industry_report.shelf import navigation, released, report_records

FACTS = {"digest": "d", "inputs": {"notebook": "n"}, "synthetic": True}
STEM = "2025/黄山市/industry.zh"


def job(notebook: str = "industry", folder: Path = Path("notebooks"), **parameters: Any) -> Job:
    given = {"region": "黄山市", "year": 2025, "language": "zh", **parameters}
    return Job(Path.cwd() / folder / f"{notebook}.ipynb", given, STEM, "params/x.yaml, line 1")


@pytest.fixture
def output(project: Path) -> Path:
    folder = project / "reports"
    folder.mkdir()
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())


# --- without a kernel


def test_record_tells_parameters_checksums_and_figures_but_no_folder_of_this_machine(tmp_path):
    file = str(tmp_path / "黄山市-2025.xlsx")
    text = render.write_record(
        job(data=file), FACTS, {"html": b"<p>", "pdf": b"%PDF"}, {"exhibits": [{"data": [1]}]}
    )
    record = json.loads(text)
    assert report_records.has_form({**record, "exhibits": []}, report_records.RECORD)
    assert record["parameters"]["data"] == "黄山市-2025.xlsx"
    assert record["files"]["html"] == hashlib.sha256(b"<p>").hexdigest()
    assert record["exhibits"] == [{"data": [1]}]
    assert str(tmp_path) not in text


def test_publication_replaces_every_file_and_clears_an_earlier_failure(output, tmp_path):
    kept = render.find_work_folder(output) / "failed" / f"{STEM}.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", encoding="utf-8")
    for content in (b"first", b"second"):
        render.publish({"html": content, "json": content}, tmp_path, output, STEM)
    assert files_in(output) == [f"{STEM}.html", f"{STEM}.json"]
    assert (output / f"{STEM}.html").read_bytes() == b"second"


def test_publication_that_cannot_be_written_names_the_file_and_leaves_the_record(output, tmp_path):
    (output / f"{STEM}.pdf").mkdir(parents=True)
    (output / f"{STEM}.json").write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{STEM}: cannot be written: .*industry\.zh\.pdf"):
        render.publish({"html": b"", "pdf": b"", "json": b""}, tmp_path, output, STEM)
    assert (output / f"{STEM}.json").read_text(encoding="utf-8") == "old"


# --- versions, without a kernel


@pytest.fixture
def says(monkeypatch):
    """Let the next report say a rate; figures are drawn by nobody."""

    def say(rate: float, received: int = 0) -> None:
        table = {
            "kind": "table",
            "caption": "成交率",
            "data": [{"grade": "A", "rate": rate}],
            "columns": [
                {"name": "grade", "label": "等级", "role": "row", "printed": ["A"]},
                {"name": "rate", "label": "成交率", "role": "number"},
            ],
            "protected": {},
        }
        if received:
            table["data"][0]["received"] = received
            table["columns"].append({"name": "received", "label": "咨询数", "role": "number"})
        cover = {
            "language": "zh",
            "title": "报告",
            "subtitle": "2025年",
            "facts": [],
            "notice": "",
            "key_figures": [["成交率", f"{rate:.1%}"]],
        }
        html, stamp = "<table><caption>成交率</caption></table>", {STAMP: {"public": True}}
        outputs = [
            nbformat.v4.new_output("display_data", data=data, metadata=stamp)
            for data in (
                {COVER: cover, "text/html": "<h1>报告</h1>"},
                {EXHIBIT: table, "text/html": html},
            )
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)])
        monkeypatch.setattr(render, "run_notebook", lambda *_: notebook)

    def make_pages(notebook, resources):
        told.append(resources)
        cover = exporters.find_cover(notebook)
        page = f"{cover['title']} {cover['notice']} {resources.get('correction')}"
        name = f'"{resources["report"][0]}.files/figure-1.svg"'
        resources["beside"] = exhibit_files.Beside("", "", dict(say.files))
        return page + (name if say.files else ""), page.encode()

    told: list[dict[str, Any]] = []
    say.told = told
    say.files = {}
    monkeypatch.setattr(exporters, "make_pages", make_pages)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1771027200")
    return say


def make(output: Path, **facts: Any) -> dict[str, bytes]:
    """Publish what the report says; returns all files by name."""
    render.render_report(job(), output, {**FACTS, **facts})
    return {name.removeprefix(STEM): (output / name).read_bytes() for name in files_in(output)}


def test_report_is_a_page_a_pdf_and_its_numbers(output, says):
    says(0.5)
    files = make(output)
    assert list(files) == [".csv", ".html", ".json", ".pdf", ".xlsx"]
    assert "表1,table,成交率,1,等级,A,rate,成交率,50,50.0%,%,shown" in files[".csv"].decode()
    record = json.loads(files[".json"])
    assert record["files"].keys() == {"html", "pdf", "xlsx", "csv"}
    assert (record["version"], record["internal"]) == (1, False)
    assert "correction" not in record
    assert says.told[0]["citations"]["gbt7714"] == "报告: 2025年[R]."


def test_report_that_says_the_same_is_replaced_without_a_version(output, says):
    says(0.5)
    first = make(output)
    assert make(output) == first
    other = make(output, digest="another library")
    assert other.keys() == first.keys()
    assert json.loads(other[".json"])["version"] == 1


def test_corrected_report_says_so_and_the_earlier_one_stays(output, says):
    says(0.5)
    first = make(output)
    says(0.25)
    second = make(output)
    assert {name.replace(".v1", ""): second[name] for name in second if ".v1" in name} == first
    correction = {
        "version": 2,
        "date": "2026-02-14",
        "earlier": "industry.zh.v1.html",
        "changes": [["成交率", "50.0%", "25.0%"]],
        "exhibits": 1,
    }
    record = json.loads(second[".json"])
    assert (record["version"], record["correction"]) == (2, correction)
    assert "2026-02-14" in second[".html"].decode()
    assert "2版" in says.told[-1]["citations"]["gbt7714"]
    assert make(output) == second  # made again, it keeps its version and date
    says(0.5)
    third = make(output)
    assert json.loads(third[".json"])["correction"]["earlier"] == "industry.zh.v2.html"
    assert {name for name in third if name.endswith(".html")} == {".html", ".v1.html", ".v2.html"}
    assert third[".v1.html"] == first[".html"]


def test_reason_of_a_correction_is_told_in_page_record_and_workbook_and_nowhere_else(output, says):
    says(0.5)
    first = make(output, reason="补报三月的咨询记录")
    assert not [name for name, content in first.items() if "补报".encode() in content]
    says(0.25)
    second = make(output, reason="补报三月的咨询记录")
    record = json.loads(second[".json"])
    assert record["correction"]["reason"] == "补报三月的咨询记录" and "reason" not in record
    assert "补报三月的咨询记录" in second[".html"].decode()
    book = openpyxl.load_workbook(io.BytesIO(second[".xlsx"]))
    assert "更正原因：补报三月的咨询记录" in [cell.value for (cell, *_) in book["目录"].iter_rows()]


def test_files_of_figures_lie_beside_the_page_and_go_with_it(output, says):
    says.files |= {"files/figure-1.svg": b"<svg/>", "files/figure-2.svg": b"<svg/>", "card.png": b"1"}
    says(0.5)
    first = make(output)
    assert {".files/figure-1.svg", ".files/figure-2.svg", ".card.png"} < first.keys()
    assert {"files/figure-1.svg", "card.png"} < json.loads(first[".json"])["files"].keys()
    del says.files["files/figure-2.svg"]
    says(0.25)
    second = make(output)
    assert ".files/figure-2.svg" not in second  # what a new version no longer shows is taken away
    assert second[".v1.files/figure-2.svg"] == b"<svg/>"  # and stays with the version that showed it
    assert b'"industry.zh.v1.files/figure-1.svg"' in second[".v1.html"]
    assert report_records.find_published(output, f"{STEM}.v1")["version"] == 1
    assert report_records.find_published(output, STEM)["version"] == 2


def test_withdrawn_report_leaves_none_of_its_files(output, says):
    says.files |= {"files/figure-1.svg": b"<svg/>", "card.png": b"1"}
    says(0.5)
    record = json.loads(make(output)[".json"])
    released.withdraw(output, STEM, list(record["files"]))
    assert files_in(output) == []
    assert not (output / f"{STEM}.files").exists()


def test_damaged_file_of_a_figure_is_noticed_and_the_bar_of_a_page_is_not(output, says):
    says.files |= {"files/figure-1.svg": b"<svg/>"}
    says(0.5)
    make(output)
    page = output / f"{STEM}.html"
    (output / f"{STEM}.files/figure-1.svg").write_bytes(b"<svg")
    assert report_records.find_published(output, STEM) is None
    make(output)
    bar = b"<!-- shelf --><nav>x</nav><!-- /shelf -->"
    empty = navigation.digest_page(page.read_bytes() + navigation.EMPTY)
    assert navigation.digest_page(page.read_bytes() + bar) == empty
    assert navigation.digest_page(page.read_bytes() + bar + bar) != empty  # one bar, no more


def test_withdrawn_version_is_linked_no_longer(output, says):
    says(0.5)
    make(output)
    says(0.25)
    second = json.loads(make(output)[".json"])
    for file in output.rglob("*.v1.*"):
        file.unlink()
    third = json.loads(make(output)[".json"])
    assert third["correction"] == {**second["correction"], "earlier": ""}


@pytest.mark.parametrize("moves", range(10))
def test_publication_cut_short_at_any_file_is_taken_up_again(moves, output, says, monkeypatch):
    says(0.5)
    first = make(output)
    says(0.25)
    left = moves
    whole = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        make(output)
    monkeypatch.setattr(Path, "replace", whole)
    published = report_records.find_published(output, STEM)
    assert published is None or published["version"] == 1
    files = make(output)
    assert json.loads(files[".json"])["version"] == 2
    assert {name.replace(".v1", ""): files[name] for name in files if ".v1" in name} == first


def test_damaged_report_cannot_be_kept_and_no_link_leads_to_it(output, says):
    says(0.5)
    make(output)
    (output / f"{STEM}.pdf").write_bytes(b"damaged")
    says(0.25)
    files = make(output)
    assert json.loads(files[".json"])["correction"]["earlier"] == ""
    assert not any(".v1" in name for name in files)


def test_draft_says_so_and_is_replaced_without_a_version(output, says):
    says(0.5)
    assert "草稿，非正式发布" in make(output, draft=True)[".html"].decode()
    says(0.25)
    make(output, draft=True)
    says(0.125)
    files = make(output)
    assert "草稿" not in files[".html"].decode()
    assert json.loads(files[".json"])["version"] == 1
    assert len(files) == 5


def test_draft_never_takes_the_place_of_a_published_report(output, says):
    says(0.5)
    first = make(output)
    with pytest.raises(InputError, match=r"is published \(version 1\); a draft would take its place"):
        make(output, draft=True)
    assert {name.removeprefix(STEM): (output / name).read_bytes() for name in files_in(output)} == first


def test_draft_without_a_cover_is_marked_too():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 我的笔记")])
    marking.stamp(notebook, ["draft"])
    cover = exporters.find_cover(notebook)
    assert (cover["title"], cover["notice"]) == ("我的笔记", "草稿，非正式发布")


@pytest.mark.parametrize("kept", ["enterprise", "training"])
def test_the_publishers_policy_alone_tells_what_is_internal(tmp_path, kept):
    publisher = tmp_path / "publisher.yaml"
    publisher.write_text(
        f"disclosure: {{threshold: 10, dominance: {{p: 10}}, internal: [{kept}]}}\n", "utf-8"
    )
    for edition in ("industry", "college", "training", kept):
        asked = job(edition=edition, publisher=str(publisher))
        record = json.loads(render.write_record(asked, FACTS, {}, {}))
        assert record["internal"] is plan.is_internal(asked) is (edition == kept)


# --- with a kernel


@pytest.mark.slow
def test_report_is_published_whole_and_twice_the_same(output, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")  # as in a worker
    assert render.render_report(job(data="sample"), output, FACTS) == []
    made = [name for name in files_in(output) if ".files/" not in name]
    assert made == [f"{STEM}.{s}" for s in ("card.png", "csv", "html", "json", "pdf", "xlsx")]
    first = {name: (output / name).read_bytes() for name in files_in(output)}
    assert "黄山市 2025 zh" in first[f"{STEM}.html"].decode()
    assert first[f"{STEM}.pdf"].startswith(b"%PDF")
    assert report_records.find_published(output, STEM)["synthetic"] is True
    render.render_report(job(data="sample"), output, FACTS)
    assert {name: (output / name).read_bytes() for name in files_in(output)} == first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notebook", "expected"),
    [
        ("broken", "cell In [3] under “成交转化率”, `rates = {\"A\": 0.5}`, failed with KeyError: 'B'."),
        ("dies", "under “报告”, `os._exit(3)`, failed with DeadKernelError: the kernel ended"),
        ("quits", "a cell ended the notebook: sys.exit()."),
    ],
)
def test_failing_cell_is_named_and_the_notebook_so_far_is_kept(notebook, expected, output):
    good = output / f"{STEM}.html"
    good.parent.mkdir(parents=True)
    good.write_text("the last good report", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        render.render_report(job(notebook), output, FACTS)
    assert str(caught.value).startswith(f"{STEM}: ")
    assert expected in str(caught.value)
    kept = render.find_work_folder(output) / "failed" / f"{STEM}.ipynb"
    assert str(kept) in str(caught.value)
    assert any(cell.get("outputs") for cell in nbformat.read(kept, as_version=4).cells)
    assert files_in(output) == [f"{STEM}.html"]
    assert good.read_text(encoding="utf-8") == "the last good report"


@pytest.mark.slow
def test_notebook_in_a_folder_with_braces_saved_with_another_kernel(project, output):
    notebook = nbformat.read(project / "notebooks" / "industry.ipynb", as_version=4)
    notebook.metadata = {"kernelspec": {"name": "someone-elses", "display_name": "x", "language": "python"}}
    folder = project / "{region}"
    folder.mkdir()
    nbformat.write(notebook, folder / "industry.ipynb")
    executed = render.run_notebook(job(folder=folder), output / "{x}.ipynb", output)
    assert executed.cells[-1].outputs
    assert files_in(output) == []
    notebook.cells[-1].source = "1 / 0"
    nbformat.write(notebook, folder / "industry.ipynb")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        render.run_notebook(job(folder=folder), output / "{x}.ipynb", output)
    kept = report_records.find_work_folder(output) / "failed" / f"{job().stem}.ipynb"
    assert nbformat.read(kept, as_version=4).cells[-1].outputs[0].ename == "ZeroDivisionError"


# --- what goes around the gate, and what must not stay beside a new version


def run_outputs(*outputs: nbformat.NotebookNode, imports: str = "import scoring") -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_code_cell(imports),
        nbformat.v4.new_code_cell("count_rows()", outputs=list(outputs)),
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize(
    "output",
    [
        nbformat.v4.new_output("stream", name="stdout", text="3 rows"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "3"}),
        nbformat.v4.new_output("display_data", data={"text/html": "<table>"}),
        nbformat.v4.new_output("display_data", data={"image/png": "eA=="}),
        nbformat.v4.new_output(
            "display_data", data={"text/plain": "甲"}, metadata={STAMP: {"public": False}}
        ),
    ],
)
def test_outputs_that_went_around_the_gate_are_refused_in_a_public_edition(output):
    with pytest.raises(InputError, match=r"the cell `count_rows\(\)`.*show, say"):
        output_check.check_outputs(run_outputs(output), STEM, is_public=True)
    output_check.check_outputs(run_outputs(output), STEM, is_public=False)


@pytest.mark.parametrize(
    ("imports", "checked"),
    [
        ("from industry_report.intake import dataset", True),
        ("x = 1\n  import scoring as s", True),
        ("import matplotlib.pyplot as plt\n# not from industry_report", False),
        ("import scoring_rules", False),
    ],
)
def test_only_a_notebook_that_works_with_records_needs_the_gate(imports, checked):
    picture = nbformat.v4.new_output("display_data", data={"image/png": "eA=="})
    notebook = run_outputs(picture, imports=imports)
    if checked:
        with pytest.raises(InputError, match="gate"):
            output_check.check_outputs(notebook, STEM, is_public=True)
    else:
        output_check.check_outputs(notebook, STEM, is_public=True)


def test_words_and_what_display_stamped_may_stay():
    said = nbformat.v4.new_output(
        "display_data", data={"text/html": "<p>3"}, metadata={STAMP: {"public": True}}
    )
    words = nbformat.v4.new_output("stream", name="stdout", text="done, 2025")
    output_check.check_outputs(run_outputs(said, words), STEM, is_public=True)


def test_no_file_of_a_report_tells_a_digest_of_its_rows(output, says):
    says(0.5)
    made = make(output, data="rows-digest")
    assert not [name for name, content in made.items() if b"rows-digest" in content]


@pytest.mark.parametrize(("after", "kept"), [(900, True), (890, True), (899, False), (891, False)])
def test_a_version_that_differs_by_few_customers_is_withdrawn(output, says, monkeypatch, after, kept):
    monkeypatch.setattr(render, "find_threshold", lambda job: 10)
    says(0.5, received=900)
    make(output)
    says(0.25, received=after)
    files = make(output)
    assert (".v1.html" in files) == kept
    if not kept:
        correction = json.loads(files[".json"])["correction"]
        assert (correction["earlier"], correction["changes"]) == ("", [])
        told = files[".json"].decode() + files[".html"].decode()
        assert "900" not in re.sub("[0-9a-f]{64}", "", told)  # a checksum may have any digits


def test_another_scorecard_withdraws_the_version_before(output, says, monkeypatch):
    monkeypatch.setattr(render, "find_threshold", lambda job: 10)
    says(0.5)
    make(output, inputs={"files": {"scorecard": "one"}})
    says(0.9)
    assert ".v1.html" not in make(output, inputs={"files": {"scorecard": "other"}})


def test_word_is_made_on_request_and_goes_with_the_version_that_had_it(output, says, monkeypatch):
    monkeypatch.setattr(exporters, "make_further", lambda nb, resources, also: dict.fromkeys(also, b"word"))
    says(0.5)
    files = make(output, also=("docx",))
    assert files[".docx"] == b"word"
    record = json.loads(files[".json"])
    assert "docx" in record["files"] and "also" not in record
    assert ".docx" not in make(output)  # nobody asked for it again: what it said may be outdated


def test_a_report_without_what_is_asked_for_beside_it_is_not_fresh():
    assert build.has_formats({"files": {"html": "", "pdf": ""}}, ())
    assert not build.has_formats({"files": {"html": "", "pdf": ""}}, ("docx",))
    assert build.has_formats({"stamps": {"html": [], "docx": []}}, ("docx",))
