"""What a hostile output can do in a browser, which is nothing; and JupyterLab, its menu and our notebook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from industry_report.export import exporters

ROOT = Path(__file__).resolve().parents[2]

MARK = "window.ran = (window.ran || 0) + 1"
HOSTILE = (
    f"<script>{MARK}</script>",
    f"<img src=x onerror='{MARK}'><svg onload='{MARK}'><animate onbegin='{MARK}' attributeName=x></svg>",
    f"<svg><script>{MARK}</script><a xlink:href='javascript:{MARK}'><text y=9>draw</text></a></svg>",
    f"<iframe srcdoc='<script>parent.ran = 1</script>'></iframe><a id=bad href='javascript:{MARK}'>press</a>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<base href='https://example.org/'><link rel=stylesheet href='https://example.org/a.css'>",
    "<style>* {display: none} body {background: url(https://example.org/b)} @import 'https://example.org/c';</style>",
    "<div style='position:fixed;inset:0;z-index:9;background:url(https://example.org/d)'>over all</div>",
    "<form action='https://example.org/'><input autofocus onfocus='window.ran = 1'><button>send</button>",
    "<video src='https://example.org/v' autoplay poster='https://example.org/p'></video>",
    "<object data='https://example.org/o'></object><embed src='https://example.org/e'>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror={MARK}&gt;'></table>",
    "</main></body><p>after the end</p><table><div>misplaced<svg><desc><p>deep</table>",
    f"<noscript><p title='</noscript><img src=x onerror={MARK}>'></noscript><!-- open",
    "<p class='skip notice to-contents' id=main>of the page itself</p>",
)


def cell(html):
    return new_code_cell(outputs=[new_output("display_data", data={"text/html": html})])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    cells = [
        new_markdown_cell("# Apples\n\nFirst words."),
        *map(cell, HOSTILE),
        new_markdown_cell("## End\n\nLast words."),
    ]
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(new_notebook(cells=cells))
    path = tmp_path_factory.mktemp("hostile") / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize("script", [True, False])
def test_hostile_outputs_stay_inert(visit, hostile, script):
    with visit(hostile, java_script_enabled=script) as page:
        for link in page.locator("main a").all():
            link.click(no_wait_after=True)
        page.wait_for_timeout(500)
        assert page.url.split("#")[0] == hostile.as_uri()
        assert page.requests == [hostile.as_uri()]
        if script:
            assert page.evaluate("window.ran") is None
        for words in ("First words.", "Last words.", "over all", "of the page itself"):
            assert page.get_by_text(words).is_visible()
        box = page.get_by_text("over all").bounding_box()
        assert box["height"] < 100


# --- JupyterLab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of this environment on a free port of this machine, with a notebook of its own."""
    folder = tmp_path_factory.mktemp("lab")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}  # else it asks for one
    notebook = new_notebook(
        cells=[new_markdown_cell("# Apples\n\nFirst words.")], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, folder / "apples.ipynb")
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "scoring.py", folder)
    (folder / "data").symlink_to(ROOT / "data", target_is_directory=True)
    runtime = folder / "runtime"
    options = ["--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root", "--IdentityProvider.token=t"]
    environ = {
        **os.environ,
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=folder)
    try:
        yield wait_for_address(runtime, process), folder
    finally:
        process.terminate()
        process.wait(30)


def wait_for_address(runtime: Path, process: subprocess.Popen) -> str:
    for _ in range(1800):
        for file in runtime.glob("jpserver-*.json"):
            if told := file.read_text(encoding="utf-8"):
                return json.loads(told)["url"]
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("JupyterLab did not start within three minutes")


@pytest.mark.parametrize(
    ("item", "begins"), [("Industry_html", b"<!doctype html>"), ("Industry_pdf", b"%PDF")]
)
def test_the_menu_of_jupyterlab_exports(browser, lab, item, begins):
    context = browser.new_context()
    page = context.new_page()
    # A menu opened before the server has named its exporters stays empty until it is opened again.
    with page.expect_response(lambda answer: "/api/nbconvert" in answer.url, timeout=120_000):
        page.goto(f"{lab[0]}lab/tree/apples.ipynb?token=t", timeout=120_000)
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    page.evaluate("window.open = (url) => { window.asked = url; return { location: {} }; }")
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_text("Save and Export Notebook As").click()
    page.locator(".lm-Menu-itemLabel", has_text=item).wait_for(timeout=60_000)
    labels = page.locator(".lm-Menu-itemLabel").all_inner_texts()
    assert "Industry-html" not in labels  # JupyterLab's route takes no hyphen: it would lead nowhere
    page.locator(".lm-Menu-itemLabel", has_text=item).click()
    page.wait_for_function("window.asked")
    address = page.evaluate("new URL(window.asked, location.href).href")
    # As the window that the menu opens does: the server answers to its own pages alone.
    answer = context.request.get(address, headers={"Referer": page.url}, timeout=120_000)
    assert answer.status == 200, answer.text()[:500]
    assert answer.body().startswith(begins)
    context.close()


def test_our_notebook_runs_in_jupyterlab_from_its_menu(browser, lab):
    address, folder = lab
    file = folder / "notebooks" / "industry.ipynb"
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}lab/tree/notebooks/industry.ipynb?token=t", timeout=120_000)
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    page.get_by_text("| Idle").wait_for(timeout=120_000)  # cells run before the kernel is there run nowhere
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
    for _ in range(60):
        page.wait_for_timeout(2_000)
        page.keyboard.press("Control+s")
        code = [cell for cell in nbformat.read(file, 4).cells if cell.cell_type == "code"]
        if all(cell.execution_count for cell in code):
            break
    assert [cell.source for cell in code if not cell.execution_count] == []
    assert [o.evalue for cell in code for o in cell.outputs if o.output_type == "error"] == []
    context.close()
