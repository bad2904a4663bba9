"""The five notebooks on other tables run by Run All just as they stand, and by plain papermill."""

import re
import shutil

import nbformat
import papermill
import pytest
from crossing import first
from nbclient import NotebookClient
from reading import find_empty_sections, make_page, read_text
from running import ROOT

from industry_report.intake import sample

SYSTEMS = ("satisfaction", "value", "leads", "market", "review")
TITLES = {"value": "客户价值", "satisfaction": "满意度", "leads": "线索", "market": "市场", "review": "评估"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose made-up data are few: the notebooks' own parameters lead there."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "params", folder / "params")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    data = folder / "data" / "sample"
    data.mkdir(parents=True)
    sample.write(data, rows=300)
    sample.write_tables(data, rows=300)
    return folder


def list_raw_words(page) -> list[str]:
    """List heads of tables in the program's own words, and numbers with more decimals than anybody reads."""
    heads = [head.get_text().strip() for head in page.select("thead th")]
    cells = [cell.get_text().strip() for cell in page.select("tbody td")]
    found = [one for one in heads if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", one)]
    if page.html.get("lang", "").startswith("zh"):
        found += [one for one in heads + cells if re.fullmatch(r"[a-z]+(?: [a-z]+){0,2}", one)]
    return found + [one for one in cells if re.search(r"\.\d{7}", one)]


def read(ran) -> str:
    """Return what the page of a notebook says that ran without a fault."""
    assert not [one for cell in ran.cells for one in cell.get("outputs", []) if one.output_type == "error"]
    page = make_page(ran)
    assert find_empty_sections(page) == []
    assert list_raw_words(page) == []
    text = read_text(page)
    assert re.findall(r"\b(?:nan|NaN|None|NaT)\b|<NA>|Traceback", text) == []
    return text


@pytest.mark.slow
@pytest.mark.parametrize("name", first(SYSTEMS))
def test_run_all_of_a_notebook_as_it_stands(name, project):
    notebook = nbformat.read(project / "notebooks" / f"{name}.ipynb", as_version=4)
    where = {"metadata": {"path": str(project)}}
    ran = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    assert TITLES[name] in read(ran)


@pytest.mark.slow
@pytest.mark.parametrize("name", first(SYSTEMS))
def test_plain_papermill_with_a_parameter(name, project):
    ran = papermill.execute_notebook(
        str(project / "notebooks" / f"{name}.ipynb"),
        None,
        {"language": "en"},
        kernel_name="python3",
        cwd=str(project),
        progress_bar=False,
    )
    assert "Huangshan" in read(ran)
