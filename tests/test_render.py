from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from industry_report import render, site
from industry_report.errors import InputError
from industry_report.plan import Job

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
    assert record.keys() >= site.RECORD_KEYS
    assert record["parameters"]["data"] == "黄山市-2025.xlsx"
    assert record["files"]["html"] == hashlib.sha256(b"<p>").hexdigest()
    assert record["exhibits"] == [{"data": [1]}]
    assert str(tmp_path) not in text


def test_publication_replaces_every_file_and_clears_an_earlier_failure(output, tmp_path):
    kept = render.find_workshop(output) / "failed" / f"{STEM}.ipynb"
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


# --- with a kernel


@pytest.mark.slow
def test_report_is_published_whole_and_twice_the_same(output, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")  # as in a worker
    assert render.render_report(job(data="sample"), output, FACTS) == []
    assert files_in(output) == [f"{STEM}.html", f"{STEM}.json", f"{STEM}.pdf"]
    first = {name: (output / name).read_bytes() for name in files_in(output)}
    assert "黄山市 2025 zh" in first[f"{STEM}.html"].decode()
    assert first[f"{STEM}.pdf"].startswith(b"%PDF")
    assert site.find_published(output, STEM)["synthetic"] is True
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
    kept = render.find_workshop(output) / "failed" / f"{STEM}.ipynb"
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
    assert files_in(output) == ["{x}.ipynb"]
