"""Executed notebook → the body that page and PDF share: clean, numbered, with warnings for a publisher."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from ..base import language
from ..base.subject import adapt
from ..report import display
from . import exhibit_references, headings, markdown_cells, outputs, pictures, whole_numbers
from .cleaning import clean
from .failed_cells import find_failures
from .headings import Heading
from .html_tree import Node, find, iterate, make, parse, read_attribute
from .report_words import WORDS

RANDOM_ID = re.compile(r"T_[0-9a-f]{3,}")  # pandas' Styler draws one for every table
BREAK = "\n"
# Between Chinese characters and Latin letters, how many of which make a text Chinese.
HAN, LETTER = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z]")


@dataclass
class Body:
    """What stands between the title page and the imprint.

    Attributes
    ----------
    nodes : list of Element or str
        All that is shown, in order.
    cells : dict
        By the identity of a node of the first level, the number of its cell, from 1.
    contents : list of Heading
        Chapters and sections.
    cover : dict
        See `find_cover`.
    warnings : list of str
        What a reader does not get, each with its cell and the remedy.
    ours : bool
        Whether the notebook has a cover of `display`, and so is written for a report.
    """

    cover: dict[str, Any]
    nodes: list[Node] = field(default_factory=list)
    cells: dict[int, int] = field(default_factory=dict)
    contents: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ours: bool = False

    @property
    def words(self) -> dict[str, str]:
        """The report's words, in its language."""
        return WORDS[self.cover["language"]]


def find_cover(nb: NotebookNode, name: str = "") -> dict[str, Any]:
    """Return what `display.cover` put into the notebook; without it, a plain cover.

    Its title is the notebook's own, its first heading, or the name of its file.
    """
    for output in iterate_outputs(nb):
        if display.COVER in output.get("data", {}):
            return dict(output["data"][display.COVER])
    spoken = find_language(nb)
    return {
        "language": spoken,
        "title": str(nb.metadata.get("title", "")) or _first_heading(nb) or name or WORDS[spoken]["title"],
        "subtitle": "",
        "facts": [],
        "notice": "",
        "key_figures": [],
        "publisher": {},
    }


def has_cover(nb: NotebookNode) -> bool:
    """Tell whether `display.cover` was called in a notebook."""
    return any(display.COVER in output.get("data", {}) for output in iterate_outputs(nb))


def iterate_outputs(nb: NotebookNode) -> Iterable[NotebookNode]:
    """Yield the outputs of all code cells."""
    return (output for cell in nb.cells if cell.cell_type == "code" for output in cell.get("outputs", []))


def find_language(nb: NotebookNode) -> str:
    """Return the language of a notebook without a cover: as its metadata or its prose says, else English."""
    named = str(nb.metadata.get("language", "") or nb.metadata.get("lang", ""))[:2].lower()
    if named in language.LANGUAGES:
        return named
    prose = " ".join(cell.get("source", "") for cell in nb.cells if cell.cell_type == "markdown")
    return (
        "zh" if 3 * len(HAN.findall(prose)) > len(LETTER.findall(prose)) or not LETTER.search(prose) else "en"
    )


def _first_heading(nb: NotebookNode) -> str:
    for cell in nb.cells:
        source = cell.get("source", "")
        if cell.cell_type == "markdown" and re.search(r"#|<h\d|^[^\S\n]*(===|---)", source, re.I | re.M):
            for heading in headings.find_headings(parse(markdown_cells.render(source, _ignore))):
                if title := headings.read_title(heading):
                    return title
    return ""


def _ignore(_: str) -> None:
    """Hear a warning that is told elsewhere."""


def build(nb: NotebookNode, folder: str, name: str = "") -> Body:
    """Return the body of an executed notebook.

    Parameters
    ----------
    nb : NotebookNode
        Of nbformat 4.
    folder : str
        Where it lies: pictures of its Markdown cells are found from there. Empty if not known.
    name : str
        What its file is called, without the suffix. Empty if not known.
    """
    body = Body(find_cover(nb, name), ours=has_cover(nb))
    _Builder(body, folder).add_cells(nb)
    if not body.nodes and nb.cells:
        told = "the notebook has neither text nor outputs to show. Run all its cells and save it."
        body.warnings.append(told)
    body.nodes = headings.arrange(body.nodes, body.cover["title"], body.ours)
    aliases = headings.read_aliases(body.nodes)
    number_exhibits(body.nodes, body.words)
    if body.ours:  # the prose of another notebook stays as its author wrote it
        body.nodes = exhibit_references.refer(body.nodes, body.cover)
    body.contents = headings.number(body.nodes)
    owner = {id(inner): body.cells.get(id(node), 0) for node in body.nodes for inner in iterate([node])}
    body.nodes = headings.link(
        body.nodes,
        aliases,
        lambda element, address: body.warnings.append(
            f"cell {owner.get(id(element), 0)} links to {address}, which is nowhere in the report: "
            "the link is plain text. Name a heading."
        ),
    )
    headings.lead_on(body.nodes)
    if body.ours and body.cover["language"] == "zh":
        whole_numbers.keep_whole(body.nodes)
    _mark_failed(body, nb)
    body.warnings = list(dict.fromkeys(body.warnings))
    return body


def _mark_failed(body: Body, nb: NotebookNode) -> None:
    failures = find_failures(nb)
    if failures:
        listed = ", ".join(str(number) for number, _ in failures)
        notice = body.words["failed notebook"].format(listed)
        body.cover["notice"] = " · ".join(part for part in (notice, body.cover["notice"]) if part)


@dataclass
class _Builder:
    """Goes through the cells of a notebook, one after the other."""

    body: Body
    folder: str
    shown: int = 0  # outputs so far
    styled: int = 0  # tables of pandas' Styler so far

    def add_cells(self, nb: NotebookNode) -> None:
        others = set(language.LANGUAGES) - {self.body.cover["language"]}
        for number, cell in enumerate(nb.cells, start=1):
            if not others & set(cell.metadata.get("tags", [])):
                self.add_cell(number, cell)

    def add_cell(self, number: int, cell: NotebookNode) -> None:
        source, kind = cell.get("source", ""), cell.cell_type
        warn = self.warner(number)
        if kind == "markdown" or (kind == "raw" and cell.metadata.get("raw_mimetype", "") == "text/markdown"):
            source = self.adapt(source)
            self.add(number, clean(markdown_cells.render(source, warn), self.next_scope())[0], cell)
        elif kind == "raw" and str(cell.metadata.get("raw_mimetype", "") or "").lower() in ("", "text/html"):
            self.add(number, clean(source, self.next_scope())[0], cell)
        elif kind == "code":
            for output in cell.get("outputs", []):
                if display.COVER not in output.get("data", {}):
                    nodes = outputs.to_nodes(output, self.next_scope(), self.body.words, warn)
                    self.add(number, nodes, cell)

    def add(self, number: int, nodes: list[Node], cell: NotebookNode) -> None:
        if not nodes:
            return
        self._steady_ids(nodes)
        pictures.embed(
            nodes, self.folder, cell.get("attachments", {}), self.body.words["alt"], self.warner(number)
        )
        for node in nodes:
            self.body.cells[id(node)] = number
        self.body.nodes += [BREAK, *nodes]

    def adapt(self, source: str) -> str:
        """Return a Markdown cell in the words of the report's subject, which its cover brings along."""
        cover = self.body.cover
        return adapt(source, cover.get("words", {}), english=cover["language"] == "en")

    def next_scope(self) -> str:
        self.shown += 1
        return f"output-{self.shown}"

    def warner(self, number: int) -> Callable[[str], None]:
        return lambda told: self.body.warnings.append(f"cell {number} {told}")

    def _steady_ids(self, nodes: list[Node]) -> None:
        """Give tables of pandas' Styler the same names in every build."""
        for table in list(find(nodes, "table")):
            name = read_attribute(table, "id")
            if not RANDOM_ID.fullmatch(name):
                continue
            self.styled += 1
            for element in iterate(nodes):
                if element.attributes.get("id", "").startswith(name):
                    element.attributes["id"] = element.attributes["id"].replace(name, f"T_{self.styled}", 1)
                if element.tag == "style":
                    element.children = [
                        str(c).replace(f"#{name}", f"#T_{self.styled}") for c in element.children
                    ]


def number_exhibits(nodes: list[Node], words: dict[str, str]) -> None:
    """Put 图1, 表1 … before the captions of figures and tables, in order of appearance."""
    counts: Counter[str] = Counter()
    for caption in find(nodes, "figcaption", "caption"):
        counts[caption.tag] += 1
        word = words["figure" if caption.tag == "figcaption" else "table"]
        caption.children = [
            make("span", f"{word}{counts[caption.tag]}", class_="number"),
            " ",
            *caption.children,
        ]
