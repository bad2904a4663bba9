"""Imports run one way (docs/architecture.md): a room may use only itself and the rooms above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "industry_report"
# From the ground up. Lazy and TYPE_CHECKING imports count, too.
ROOMS = (
    *("base", "settings", "scorecard", "intake", "processes", "analysis", "protection"),
    *("report", "export", "shelf", "building", "cli"),
)
PACKAGE = {path.stem: path for path in sorted(SOURCE.rglob("*.py")) if path.stem != "__init__"}
MODULES = {**PACKAGE, "scoring": ROOT / "scoring.py"}
MOST_ENTRIES = 15

# Which modules may import a library.
ONLY = {
    "scoring": {"cli", "publication"},  # the gate grades, so that rows never reach a public notebook
    "papermill": {"engine", "render"},
    "nbclient": {"engine"},
    "nbconvert": {"exporters", "failed_cells", "markdown_cells", "outputs"},
    "selectolax": {"html_tree", "report_data"},
    "tinycss2": {"style_rules"},
    "typst": {"typesetting"},
    "pypandoc": {"converter"},
    "IPython": {"display"},
    "click": {"cli"},
    "python_calamine": {"sources", "xlsx"},
    "jupyter_client": {"kernels"},
    "ipykernel": {"kernel_server"},
}
PURE = {"errors": set(), "files": set(), "language": {"errors"}, "style": set()}
SAMPLE = {"sample_facts", "sample_workbooks", "consultation_sample", "customer_sample", "contact_sample"}
SAMPLE |= {"opinion_sample", "table_sample"}
PURE |= dict.fromkeys(sorted(SAMPLE), SAMPLE | {"errors"})  # in one order for all test processes
# The scorecard's own modules: pure, and all of ours that scoring.py may know.
SCORECARD = {"conditions", "errors", "yaml_reader", "scorecards", "grammar"}
PURE |= {
    "conditions": set(),
    "yaml_reader": {"errors", "files"},
    "scorecards": {"conditions"},
    "scoring": SCORECARD,
}
PURE |= {"grammar": SCORECARD - {"grammar"}, "explanation": {"conditions", "scorecards"}}


def resolve(node: ast.ImportFrom, path: Path) -> str | None:
    """Return the dotted name below `industry_report` that a statement imports from, None if not ours."""
    if node.level == 0:
        top, _, rest = (node.module or "").partition(".")
        return rest if top == "industry_report" else None
    folders = path.relative_to(ROOT).parent.parts
    kept = folders[1 : len(folders) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def imports(path: Path) -> tuple[set[str], set[str]]:
    """Return names of imported top-level packages, and of our own modules."""
    foreign: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            below = resolve(node, path)
            if below is None:
                foreign.add((node.module or "").split(".")[0])
            else:
                named = SOURCE.joinpath(*below.split("."))  # a folder may be called like a module elsewhere
                is_module = named.with_suffix(".py").is_file()
                own |= {named.name} if is_module else {a.name for a in node.names if a.name in PACKAGE}
    return foreign, own


def room(name: str) -> str:
    """Return the room that a module stands in."""
    return PACKAGE[name].relative_to(SOURCE).parts[0].removesuffix(".py")


def test_the_house_has_few_doors_and_each_module_name_stands_once():
    entries = [entry.name for entry in SOURCE.iterdir() if not entry.name.startswith("__")]
    assert len(entries) <= MOST_ENTRIES
    assert {name.removesuffix(".py") for name in entries} == set(ROOMS)
    modules = [path for path in SOURCE.rglob("*.py") if path.stem != "__init__"]
    assert len(modules) == len(PACKAGE)


@pytest.mark.parametrize("module", PACKAGE)
def test_a_room_uses_only_itself_and_the_rooms_above(module):
    allowed = ROOMS[: ROOMS.index(room(module)) + 1]
    assert {name for name in imports(PACKAGE[module])[1] if room(name) not in allowed} == set()


@pytest.mark.parametrize("package", ONLY)
def test_only_its_module_knows_a_package(package):
    users = {name for name, path in MODULES.items() if package in imports(path)[0]}
    assert users <= ONLY[package]


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_import_nothing_else_of_ours(module):
    _, own = imports(MODULES[module])
    assert own <= PURE[module]


@pytest.mark.parametrize("module", ["figures", "tables", "industry"])
def test_figures_tables_and_narrative_know_no_files_and_no_notebooks(module):
    _, own = imports(MODULES[module])
    sentences = {"advice", "coverage", "grade_findings", "score_quality", "wording"}
    known = {
        "language",
        "layout",
        "style",
        "conversion",
        "explanation",
        "scorecards",
        "table_metadata",
        "origin",
    }
    assert own <= sentences | known


def test_the_process_that_kernels_are_forked_from_knows_no_scoring_and_no_way_of_rendering():
    source = PACKAGE["kernel_server"].read_text(encoding="utf-8")
    _, own = imports(PACKAGE["kernel_server"])
    assert own == {"forking", "language", "style"}
    assert not [name for name in ('"scoring', "papermill", "nbconvert", "typst") if name in source]


def test_one_module_reads_yaml():
    assert {name for name, path in MODULES.items() if "yaml" in imports(path)[0]} == {"yaml_reader"}


def test_one_module_reads_and_writes_what_a_table_carries():
    texts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.values()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert [name for name, source in texts.items() if ".attrs" in source] == ["table_metadata.py"]


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
    heavy = "{'matplotlib', 'papermill', 'scipy'}"
    code = f"import industry_report.building.build, sys; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
