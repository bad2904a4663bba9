"""Read parameter files, and the parameters cell of a notebook that they are checked against."""

from __future__ import annotations

import ast
import difflib
import io
import json
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ..base.errors import InputError

TYPES = frozenset({"str", "int", "float", "bool", "list", "dict", "None"})


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell.

    Attributes
    ----------
    types : tuple of str
        Accepted type names; empty if the cell does not say, and anything is accepted.
    default : object
        None if the default is not a plain value.
    required : bool
        True if the help comment begins with "required": a parameter file must then name it.
    """

    name: str
    types: tuple[str, ...]
    default: Any
    required: bool


@dataclass(frozen=True)
class Entry:
    """One report, or one family of reports, as a parameter file asks for it."""

    file: Path
    line: int
    values: dict[str, Any]
    lines: dict[str, int]
    multiplies: bool

    def at(self, key: str) -> str:
        """Return where a key stands: ``params/annual.yaml, line 5``."""
        return f"{self.file}, line {self.lines.get(key, self.line)}"


def find_file(path: Path) -> Path | None:
    """Return a file named relative to the working folder or to a folder above it, absolute."""
    folder = Path.cwd()
    return next((f / path for f in (folder, *folder.parents) if (f / path).is_file()), None)


# --- parameter files


def read_entries(file: Path) -> list[Entry]:
    """Read a parameter file: one entry if it is flat, else one for each item under ``reports:``.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, names a key twice or has another form.
    """
    text = _read_text(file)
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return [Entry(file, 1, {}, {}, multiplies=False)]
        _refuse_duplicates(root, file)
        if not isinstance(root, yaml.MappingNode):
            raise InputError(
                _at(file, root), "expected `name: value` lines.", "See params/annual.yaml for an example."
            )
        entry = _read_mapping(loader, root, file)
        if "reports" not in entry.values:
            return [entry]
        return _read_plan(loader, root, file)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2025-02-30
        raise _explain_yaml(error, file) from error


def _read_plan(loader: yaml.SafeLoader, root: yaml.MappingNode, file: Path) -> list[Entry]:
    nodes = {key.value: (key, value) for key, value in root.value}
    others = [key for key in nodes if key != "reports"]
    if others:
        problem = f"`{others[0]}` stands beside `reports:`, where nothing else may stand."
        raise InputError(
            _at(file, nodes[others[0]][0]), problem, "Move it into the entries under `reports:`."
        )
    key, reports = nodes["reports"]
    if not isinstance(reports, yaml.SequenceNode) or not reports.value:
        problem = "`reports:` must be a list of entries."
        raise InputError(_at(file, key), problem, "Begin each entry with `- notebook: industry`.")
    for node in reports.value:
        if not isinstance(node, yaml.MappingNode):
            problem = "an entry under `reports:` must be `name: value` lines."
            raise InputError(_at(file, node), problem, "Begin it with `- notebook: industry`.")
    return [_read_mapping(loader, node, file, multiplies=True) for node in reports.value]


def _read_mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, file: Path, multiplies: bool = False
) -> Entry:
    loader.flatten_mapping(node)  # `<<: *common`; what it brings in stands first, so own values win
    values, lines = {}, {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise InputError(
                _at(file, key_node), "a name is expected before the colon.", "Write `name: value`."
            )
        key = key_node.value  # as written: `no` and `2025` are names here, not a boolean and a number
        values[key] = _plain(loader.construct_object(value_node, deep=True))
        lines[key] = key_node.start_mark.line + 1
    return Entry(file, node.start_mark.line + 1, values, lines, multiplies)


def _plain(value: Any) -> Any:
    """Return a date as the text it was written as, which is what papermill would pass on."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        near = near_match(file.name, [other.name for other in file.parent.glob("*.yaml")])
        raise InputError(str(file), "there is no such file.", near or "Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(str(file), "is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(
            str(file), f"cannot be read: {error.strerror}.", "Name a parameter file (.yaml)."
        ) from error


def _refuse_duplicates(node: yaml.Node, file: Path, seen: set[int] | None = None) -> None:
    """YAML itself would silently take the last of two equal keys."""
    seen = set() if seen is None else seen
    if id(node) in seen or not isinstance(node.value, list):
        return
    seen.add(id(node))  # an alias may stand inside its own anchor
    keys: dict[str, yaml.Node] = {}
    for item in node.value:
        children = item if isinstance(node, yaml.MappingNode) else (item,)
        if len(children) == 2 and isinstance(children[0].value, str):
            key = children[0].value
            if key in keys:
                problem = f"`{key}` stands here a second time, first on line {keys[key].start_mark.line + 1}."
                raise InputError(_at(file, children[0]), problem, "Keep one of them.")
            keys[key] = children[0]
        for child in children:
            _refuse_duplicates(child, file, seen)


def _at(file: Path, node: yaml.Node) -> str:
    return f"{file}, line {node.start_mark.line + 1}"


def _explain_yaml(error: Exception, file: Path) -> InputError:
    mark = getattr(error, "problem_mark", None)
    where = f"{file}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(file)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    mend = "Check indentation, colons and quotes; text with `: ` or `#` needs quotes."
    return InputError(where, f"is not valid YAML: {reason}.", mend)


# --- the notebook's parameters cell


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name, as its cell tagged ``parameters`` declares them.

    Raises
    ------
    InputError
        If the file is no notebook, has no such cell, or the cell is not plain Python.
    """
    cells = [cell for cell in read_cells(notebook) if "parameters" in cell["metadata"].get("tags", [])]
    if not cells:
        mend = "In JupyterLab, give the cell with the parameters the tag `parameters`."
        raise InputError(str(notebook), "no cell has the tag `parameters`.", mend)
    source = cells[0]["source"]
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        problem = f"the parameters cell is not plain Python: line {error.lineno}, {error.msg}."
        raise InputError(
            str(notebook), problem, "Write only lines such as `year: int = 2025  # help`."
        ) from error
    comments = _read_comments(source)
    found = [_read_parameter(s, comments) for s in statements if isinstance(s, ast.Assign | ast.AnnAssign)]
    return {parameter.name: parameter for parameter in found}


def read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file, each with ``cell_type``, ``metadata`` and ``source`` (one text).

    nbformat would do the same, but its schema library takes 0.8 s to import.
    """
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        cells = [{**cell, "source": "".join(cell["source"])} for cell in content["cells"]]
        return [{"metadata": {}, **cell} for cell in cells if cell["cell_type"]]
    except (ValueError, KeyError, TypeError) as error:
        mend = "Open it in JupyterLab and save it again."
        raise InputError(str(notebook), "is not a notebook of format 4.", mend) from error
    except OSError as error:
        raise InputError(str(notebook), f"cannot be read: {error.strerror}.", "Check the file.") from error


def _read_parameter(statement: ast.Assign | ast.AnnAssign, comments: dict[int, str]) -> Parameter:
    try:
        default = ast.literal_eval(statement.value) if statement.value else None
    except ValueError:  # computed in the cell, such as date.today().year
        default = None
    if isinstance(statement, ast.AnnAssign):
        name, types = ast.unparse(statement.target), _type_names(statement.annotation)
    else:
        name, types = ast.unparse(statement.targets[0]), () if default is None else (type_name(default),)
    comment = comments.get(statement.end_lineno or 0, "")
    required = re.match(r"required\b", comment, re.IGNORECASE) is not None
    return Parameter(name, types if TYPES.issuperset(types) else (), default, required)


def _type_names(annotation: ast.expr) -> tuple[str, ...]:
    """Return the types an annotation names: ``str | None`` → str, None; ``list[str]`` → list."""
    match annotation:
        case ast.Name(id=name):
            return (name,)
        case ast.Constant(value=None):
            return ("None",)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _type_names(left) + _type_names(right)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return (*_type_names(inner), "None")
        case ast.Subscript(value=container):
            return _type_names(container)
    return (ast.unparse(annotation),)


def _read_comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def type_name(value: Any) -> str:
    """Return the name of a value's type as an annotation writes it."""
    return "None" if value is None else type(value).__name__


def near_match(name: str, names: Sequence[str]) -> str:
    """Return "Did you mean …?" or nothing."""
    found = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {found[0]!r}?" if found else ""
