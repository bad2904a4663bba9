"""One output of a cell → HTML: its best form that needs no script, or a note on what a page cannot show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from . import markdown_cells
from .cleaning import clean
from .html_tree import Node, find, make, plain, read_text

Warn = Callable[[str], None]

# The forms of an output that need no script, best first.
FORMS = (
    *("text/html", "image/svg+xml", "text/markdown", "image/png", "image/jpeg", "image/gif", "image/webp"),
    *("image/bmp", "text/latex", "application/json", "application/geo+json", "text/plain"),
)
PICTURES = tuple(form for form in FORMS if form.startswith("image/"))
# What a library says while its script loads, which in a report it never does.
WAITING = re.compile(
    r"Loading BokehJS|Make this Notebook Trusted|Loading ITables|^\s*Loading\b|requires? JavaScript"
    r"|JavaScript Error",
    re.I,
)
LOADS_ONLY = re.compile(
    r"PlotlyConfig|require(js)?\.config|bokeh_loaded|load_libs|BokehJS[^<]{0,80}load|MathJax\.Hub"
)
DRAWS = re.compile(r"newPlot|embed_items|vegaEmbed|embed\(|setOption|\.map\(|createViewer")
OBJECT = re.compile(r"\s*<[\w.]+( object)?( at 0x[0-9a-f]+)?[^<>]*>\s*|\s*[\w.]+\(.*\)\s*", re.S)


@dataclass(frozen=True)
class Library:
    """A library whose outputs draw themselves by a script: how to know one, and what to do instead."""

    name: str
    marks: re.Pattern[str]
    remedy: str


LIBRARIES = tuple(
    Library(name, re.compile(marks, re.I), remedy)
    for name, marks, remedy in (
        ("plotly", r"plotly", "Show a picture: fig.show('png'), with kaleido installed."),
        ("altair", r"vega", "Show a picture: alt.renderers.enable('png'), with vl-convert-python installed."),
        (
            "bokeh",
            r"bokeh|bk-root|holoviews",
            "Save a picture with bokeh.io.export_png and show it, or use matplotlib.",
        ),
        ("folium", r"folium|leaflet", "Draw the map with matplotlib or geopandas, or show a picture of it."),
        ("pyecharts", r"echarts", "Draw it with matplotlib, or show a picture made by snapshot_selenium."),
        ("ipywidgets", r"jupyter\.widget", "Show the result itself, without interact or a progress widget."),
        ("itables", r"itables|datatables", "Show the DataFrame itself: itables.init_notebook_mode(False)."),
        ("pydeck", r"deck\.?gl|pydeck", "Draw the map with matplotlib, or show a picture of it."),
        ("py3Dmol", r"3dmol", "Show a picture of the molecule: view.png()."),
        ("pyvis", r"vis-network|vis\.Network|pyvis", "Draw the network with networkx and matplotlib."),
        ("TensorBoard", r"tensorboard", "Draw the numbers that it shows with matplotlib."),
        ("YouTube", r"youtube", "Give a link to the film."),
    )
)
UNKNOWN = Library("JavaScript", re.compile(""), "Show a picture, a table or text instead.")


def to_nodes(output: NotebookNode, scope: str, words: dict[str, str], warn: Warn) -> list[Node]:
    """Return what an output of a cell shows, clean; nothing if it shows nothing.

    Parameters
    ----------
    output : NotebookNode
        One output of nbformat 4.
    scope : str
        A class of its own, see `cleaning.clean`.
    words : dict
        The report's words: ``interactive`` and ``player`` are notes with ``{}`` for a name.
    warn : callable
        Is told what a reader does not get, and the remedy.
    """
    if output.output_type == "stream":
        shown = output.name == "stdout" and last_states(strip_ansi(output.text))
        return _preformatted(shown) if shown else []
    if output.output_type == "error":
        return [make("pre", strip_ansi("\n".join(output.traceback)), class_="error")]
    return _bundle(dict(output.get("data", {})), scope, words, warn)


def _bundle(data: dict[str, Any], scope: str, words: dict[str, str], warn: Warn) -> list[Node]:
    known = find_library(data)
    for form in FORMS:
        if form not in data or not data[form]:
            continue
        if form == "text/html":
            nodes, cleaner = clean(_text(data[form]), scope)
            _tell_players(nodes, words, warn)
            if cleaner.left_out and not _is_whole(nodes):
                continue  # a script would have drawn it: a lesser form that needs none says more
            if cleaner.left_out:
                warn("puts out a script or frame, which a report leaves out.")
            return nodes
        if form == "text/plain" and known and OBJECT.fullmatch(_text(data[form])):
            continue
        return _form(form, data[form], scope, warn)
    if known is None or _only_loads(data):
        return []
    note = words["interactive"].format(known.name)
    warn(f"puts out an interactive view of {known.name}, which a report cannot show. {known.remedy}")
    return [make("p", make("em", note), class_="left-out")]


def _form(form: str, content: Any, scope: str, warn: Warn) -> list[Node]:
    if form in ("text/markdown", "text/latex"):
        return clean(markdown_cells.render(_text(content), warn), scope)[0]
    if form == "image/svg+xml":
        figure = make("figure")
        drawing = _text(content)
        figure.children = clean(drawing[max(drawing.find("<svg"), 0) :], scope)[0]
        return [figure]
    if form in PICTURES:
        return [make("figure", make("img", src=f"data:{form};base64,{''.join(_text(content).split())}"))]
    if form.endswith("json"):
        return _preformatted(json.dumps(content, ensure_ascii=False, indent=2))
    return _preformatted(last_states(strip_ansi(_text(content))))


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(map(str, content))


def _preformatted(text: str) -> list[Node]:
    return [make("pre", text)]


def last_states(text: str) -> str:
    r"""Return a text as a terminal leaves it: a progress bar that redraws its line shows its last state.

    >>> last_states("10%\r50%\r100%\nready\n")
    '100%\nready\n'
    """
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(_last_state(line) for line in text.replace("\r\n", "\n").split("\n"))


def _last_state(line: str) -> str:
    shown = ""
    for state in filter(None, line.split("\r")):
        shown = state + shown[len(state) :]
    while "\b" in shown:
        shown = re.sub("[^\b]?\b", "", shown, count=1)
    return shown


def find_library(data: dict[str, Any]) -> Library | None:
    """Return the library whose script draws an output; None if none is needed."""
    kinds = " ".join(data)
    html = _text(data.get("text/html", ""))
    script = _text(data.get("application/javascript", ""))
    if not re.search(r"vnd\.|javascript", kinds) and not re.search(
        r"<(script|iframe|object|embed)\b", html, re.I
    ):
        return None
    if re.fullmatch(r"(text/plain|text/html|image/\w+| )*", kinds) and not html:
        return None
    told = f"{kinds} {html} {script}"
    return next((library for library in LIBRARIES if library.marks.search(told)), UNKNOWN)


def _is_whole(nodes: list[Node]) -> bool:
    """Tell whether HTML says something without the script it came with."""
    text = read_text(nodes).strip()
    if WAITING.search(text):
        return False
    return bool(text) or any(True for _ in find(nodes, "img", "svg"))


def _only_loads(data: dict[str, Any]) -> bool:
    """Tell whether a script draws nothing, but prepares others that do."""
    if any(
        kind.startswith("application/vnd.") and "load" not in kind and "exec" not in kind for kind in data
    ):
        return False
    script = _text(data.get("text/html", "")) + _text(data.get("application/javascript", ""))
    return (
        not script
        or (bool(LOADS_ONLY.search(script)) and not DRAWS.search(script))
        or ("text/html" not in data and "text/plain" in data)
    )


def _tell_players(nodes: list[Node], words: dict[str, str], warn: Warn) -> None:
    for element in find(nodes, "span"):
        kind = element.attributes.pop("data-what", "")
        if kind:
            warn(f"plays {kind}, which a report cannot. Say in words what it holds, or give a link.")
            element.children = [plain(words["player"])]


def first_warnings(text: str) -> list[str]:
    r"""Return of what a cell wrote to stderr the lines that say what is wrong, not those of the source.

    >>> first_warnings("/tmp/a.py:3: UserWarning: few rows\n  warnings.warn('few rows')\n")
    ['UserWarning: few rows']
    """
    lines = [line for line in last_states(strip_ansi(text)).splitlines() if line.strip()]
    named = [
        m[1] for line in lines if (m := re.search(r"(?:^|: )((?:\w+\.)*\w*(?:Warning|Error)\b: ?.*)", line))
    ]
    return list(dict.fromkeys(named)) or [line.strip() for line in lines[-1:]]
