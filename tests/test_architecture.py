"""Imports run one way (docs/architecture.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = {path.stem: path for path in (ROOT / "industry_report").glob("*.py") if path.stem != "__init__"}
MODULES = {**PACKAGE, "scoring": ROOT / "scoring.py"}

# Who may import a module of ours; modules not named here may be imported by any that stands to their right.
ONLY = {
    "scoring": {"cli"},
    "papermill": {"engine", "render"},
    "nbclient": {"engine"},
    "nbconvert": {"exporters"},
    "typst": {"exporters"},
    "pypandoc": {"converter"},
    "IPython": {"display"},
    "click": {"cli"},
    "python_calamine": {"sources", "xlsx"},
    "jupyter_client": {"kernels"},
    "ipykernel": {"zygote"},
}
PURE = {"errors": set(), "language": {"errors"}, "style": set(), "sample": {"errors"}}
# The scorecard's own modules: pure, and all of ours that scoring.py may know.
SCORECARD = {"conditions", "forms", "scorecards", "grammar"}
PURE |= {"conditions": set(), "forms": set(), "scorecards": {"conditions"}, "scoring": SCORECARD}
PURE |= {"grammar": SCORECARD - {"grammar"}, "explanation": {"conditions", "scorecards"}}


def imports(path):
    """Return names of imported top-level packages, and of our own modules."""
    foreign, own = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "industry_report":
            own |= {node.module.split(".")[1]} if "." in node.module else {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            foreign.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            own |= {node.module} if node.module else {a.name for a in node.names if a.name in PACKAGE}
    return foreign, own


@pytest.mark.parametrize("package", ONLY)
def test_only_its_module_knows_a_package(package):
    users = {name for name, path in MODULES.items() if package in imports(path)[0]}
    assert users <= ONLY[package]


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_import_nothing_else_of_ours(module):
    _, own = imports(MODULES[module])
    assert own <= PURE[module]


@pytest.mark.parametrize("module", ["figures", "tables", "narrative"])
def test_figures_tables_and_narrative_know_no_files_and_no_notebooks(module):
    _, own = imports(MODULES[module])
    assert own <= {"language", "layout", "style", "conversion", "explanation"}


def test_the_process_that_kernels_are_forked_from_knows_no_scoring_and_no_way_of_rendering():
    source = PACKAGE["zygote"].read_text(encoding="utf-8")
    _, own = imports(PACKAGE["zygote"])
    assert own == {"forking", "language", "style"}
    assert not [name for name in ('"scoring', "papermill", "nbconvert", "typst") if name in source]


def test_nothing_imports_the_command_line():
    assert not [name for name, path in PACKAGE.items() if "cli" in imports(path)[1]]


def test_imports_form_no_circle():
    graph = {name: imports(path)[1] for name, path in PACKAGE.items()}
    done: set[str] = set()
    while len(done) < len(graph):
        free = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert free, f"these import each other: {sorted(set(graph) - done)}"
        done |= free


def test_every_module_is_in_the_architecture_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in PACKAGE if f"`{name}`" not in page] == []


def test_a_build_that_finds_nothing_to_do_pays_for_no_drawing():
    code = "import industry_report.build, sys; print({'matplotlib', 'papermill', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
