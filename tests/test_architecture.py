"""Imports run one way (docs/architecture.md): a room may use only itself and the rooms above it."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest
import rooms

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "industry_report"
# From the ground up. Lazy and TYPE_CHECKING imports count, too.
ROOMS = (
    *("base", "settings", "scorecard", "intake", "processes", "analysis", "protection"),
    *("report", "export", "shelf", "building", "crm", "commands", "cli", "__main__"),
)
# Dotted name below `industry_report` → file.
PACKAGE = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): path
    for path in sorted(SOURCE.rglob("*.py"))
    if path.stem != "__init__"
}
MODULES = {**PACKAGE, "scoring": ROOT / "scoring.py"}
MOST_LINES, MOST_BODY_LINES = 450, 40
MOST_ENTRIES = 15

# Which modules may import a library.
ONLY = {
    "scoring": {"cli", "commands.grading", "commands.review"}
    | {f"protection.{name}" for name in ("lead_publication", "lead_cards")}
    | {f"protection.{name}" for name in ("publication", "consultation_tables")}
    | {f"protection.value_{name}" for name in ("publication", "protection")}
    | {f"protection.opinion_{name}" for name in ("publication", "sources")},
    "papermill": {"processes.engine", "building.render"},
    "nbclient": {"processes.engine"},
    "nbconvert": {f"export.{name}" for name in ("exporters", "failed_cells", "markdown_cells", "outputs")},
    "selectolax": {"export.html_tree", "export.report_data"},
    "tinycss2": {"export.style_rules"},
    "typst": {"export.typesetting"},
    "pypandoc": {"export.converter"},
    "xlsxwriter": {"base.workbook"},
    "yaml": {"base.yaml_reader"},
    "IPython": {"report.display"},
    "click": {"cli", "building.progress"}
    | {f"commands.{name}" for name in ("crm", "fit", "places", "projects", "review", "speech", "template")},
    "python_calamine": {"intake.input_files", "intake.xlsx"},
    "jupyter_client": {"processes.kernels"},
    "ipykernel": {"processes.kernel_server"},
}
# What modules of ours a module may know: `scoring`, which a researcher reads, knows the scorecard alone.
PURE = {
    "base.errors": set(),
    "base.files": set(),
    "base.language": {"base.errors", "base.own_names", "base.subject", "base.vocabulary"},
    "base.own_names": {"base.vocabulary"},
    "base.subject": set(),
    "base.vocabulary": set(),
    "base.style": set(),
    "base.table_metadata": set(),
    "base.yaml_forms": set(),
    "base.yaml_reader": {"base.errors", "base.files", "base.yaml_forms"},
    "scorecard.conditions": set(),
    "scorecard.scorecards": {"base.own_names", "scorecard.conditions"},
    "scorecard.explanation": {"scorecard.conditions", "scorecard.scorecards"},
    "scoring": {"base.own_names"}
    | {name for name in PACKAGE if name.startswith("scorecard.") and "explanation" not in name},
}


def resolve(node: ast.ImportFrom, path: Path) -> str | None:
    """Return the dotted name below `industry_report` that a statement imports from, None if not ours."""
    if node.level == 0:
        top, _, rest = (node.module or "").partition(".")
        return rest if top == "industry_report" else None
    folders = path.relative_to(ROOT).parent.parts
    kept = folders[1 : len(folders) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


@functools.cache
def list_nodes(path: Path) -> list[ast.AST]:
    """Return all nodes of a file, which is parsed once."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@functools.cache
def imports(path: Path) -> tuple[set[str], set[str]]:
    """Return names of imported top-level packages, and of our own modules."""
    foreign: set[str] = set()
    own: set[str] = set()
    for node in list_nodes(path):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            below = resolve(node, path)
            if below is None:
                foreign.add((node.module or "").split(".")[0])
            else:
                named = {f"{below}.{alias.name}".strip(".") for alias in node.names}
                own |= {below} & PACKAGE.keys() or named & PACKAGE.keys()
    return foreign, own


def room(name: str) -> str:
    """Return the room that a module stands in."""
    return name.split(".")[0]


def functions(path: Path) -> list[tuple[str, int]]:
    """Return the functions of a file with the lines of their bodies, the docstring left out."""
    found = []
    for node in list_nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            found.append((node.name, lines))
    return found


def test_the_house_has_few_doors():
    entries = [entry.name for entry in SOURCE.iterdir() if not entry.name.startswith("__")]
    assert len(entries) <= MOST_ENTRIES
    assert {name.removesuffix(".py") for name in entries} == set(ROOMS) - {"__main__"}


def test_no_file_and_no_function_is_too_long_to_be_read_at_once():
    long = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}
    bodies = {f"{name}.{of}": n for name, path in MODULES.items() for of, n in functions(path)}
    assert {name: lines for name, lines in bodies.items() if lines > MOST_BODY_LINES} == {}


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


DRAWN = [name for name in PACKAGE if room(name) == "report" and name.split(".")[-1] not in ("display",)]


@pytest.mark.parametrize("module", DRAWN)
def test_figures_tables_and_sentences_know_no_files_and_no_notebooks(module):
    foreign, own = imports(MODULES[module])
    assert not {name for name in own if room(name) in ("settings", "intake", "processes")}
    assert not foreign & {"pathlib", "nbformat", "IPython"}


def test_the_process_that_kernels_are_forked_from_knows_no_scoring_and_no_way_of_rendering():
    source = PACKAGE["processes.kernel_server"].read_text(encoding="utf-8")
    _, own = imports(PACKAGE["processes.kernel_server"])
    assert own == {"processes.forking", "base.language", "base.style"}
    assert not [name for name in ('"scoring', "papermill", "nbconvert", "typst") if name in source]


def test_one_module_reads_and_writes_what_a_table_carries():
    texts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.values()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert [name for name, source in texts.items() if ".attrs" in source] == ["table_metadata.py"]


def test_nothing_imports_the_command_line():
    assert not [name for name, path in PACKAGE.items() if name != "__main__" and "cli" in imports(path)[1]]


def test_the_exchange_with_a_crm_knows_files_and_no_report():
    """It stands low in the house in all but its name: nothing but the command line needs it."""
    for name, path in PACKAGE.items():
        if room(name) == "crm":
            assert {room(one) for one in imports(path)[1]} <= {"base", "intake", "crm"}
        elif name != "commands.crm":
            assert not [one for one in imports(path)[1] if room(one) == "crm"]


def test_imports_form_no_circle():
    graph = {name: imports(path)[1] for name, path in PACKAGE.items()}
    done: set[str] = set()
    while len(done) < len(graph):
        free = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert free, f"these import each other: {sorted(set(graph) - done)}"
        done |= free


def test_the_map_of_the_rooms_is_what_the_modules_say_of_themselves():
    """If this fails: `.venv/bin/python tests/rooms.py` writes the map anew."""
    assert rooms.ORDER == ROOMS
    assert rooms.write_map() in rooms.PAGE.read_text(encoding="utf-8")


def test_a_build_that_finds_nothing_to_do_pays_for_no_drawing():
    heavy = "{'matplotlib', 'papermill', 'scipy'}"
    code = f"import industry_report.building.build, sys; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
