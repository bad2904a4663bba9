"""Files beside a report: of each exhibit its numbers as CSV, of each figure its drawing as SVG and as PNG.

Made from what the executed notebook shows and from nothing else; numbers are those that are printed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ..base import language
from ..base.formats import FOLDER
from ..base.language import text
from . import sharing
from .appendix import find_unit, harmless, name_exhibit, read_cell
from .html_tree import Element, Node, find, make, plain, read_attribute, read_text, set_attribute
from .pictures import write_drawing

SUFFIXES = ("csv", "svg", "png")
PRINTED = re.compile(r"[+−-]?[\d,]*\.?\d+%?")

Warn = Callable[[str], None]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Beside:
    """What lies beside a page.

    Attributes
    ----------
    folder : str
        Of the exhibits' files, relative to the page.
    card : str
        The picture that stands for the page where it is shared; empty if there is none.
    files : dict of str to bytes
        All of them by what follows the report's name and a full stop: ``files/figure-1.csv``, ``card.png``.
    """

    folder: str
    card: str = ""
    files: Files = field(default_factory=dict)


def make_files(
    data: Mapping[str, Any], name: str, nodes: Sequence[Node], pdf: bytes, summary_page: int, warn: Warn
) -> Beside:
    """Return what lies beside a report's page.

    Parameters
    ----------
    data : mapping
        See `report_data.report_data`.
    name : str
        The report's name, without folder and suffix.
    nodes : sequence of Element or str
        The body, numbered; see `body.build`.
    pdf : bytes
        The printed report.
    summary_page : int
        On which sheet of it the summary stands, from 1; 0 if it has none.
    warn : callable
        Is told of a figure that has no drawing, or of a drawing that cannot be made a picture.
    """
    files: Files = {}
    drawings = collect_drawings(nodes)
    sheets: dict[str, sharing.Sheet] = {}
    with language.speaking(data["cover"]["language"]):
        for exhibit in data["exhibits"]:
            stem = name_file(exhibit)
            if exhibit["data"] and exhibit.get("columns"):
                files[f"{FOLDER}/{stem}.csv"] = write_table(exhibit)
            if exhibit["kind"] != "figure":
                continue
            drawing = drawings.get(exhibit["number"])
            if drawing is None:
                warn(
                    f"{name_exhibit(exhibit)} has no drawing to offer as a file: use show(figure, caption=…)."
                )
                continue
            head = f"{name_exhibit(exhibit)}  {exhibit['caption']}"
            svg = files[f"{FOLDER}/{stem}.svg"] = write_drawing(_titled(drawing, head))
            sheets[f"{FOLDER}/{stem}.png"] = sharing.Sheet(svg, head)
    files |= sharing.draw(sheets, pdf, summary_page, data["cover"], warn)
    card = f"{quote(name)}.{sharing.CARD}" if sharing.CARD in files else ""
    return Beside(f"{quote(name)}.{FOLDER}", card, files)


def name_file(exhibit: Mapping[str, Any]) -> str:
    """Return the name of an exhibit's files, the same in every language: figure-1, table-2."""
    return f"{exhibit['kind']}-{exhibit['number']}"


def collect_drawings(nodes: Sequence[Node]) -> dict[int, Element]:
    """Return the drawings of a numbered body by the numbers of their figures."""
    found: dict[int, Element] = {}
    for figure in find(nodes, "figure"):
        number = _find_number(figure, "figcaption")
        drawing = next((e for e in find(figure.children, "svg") if e.kind == "svg"), None)
        if number and drawing is not None:
            found.setdefault(number, drawing)
    return found


def _find_number(figure: Element, tag: str) -> int:
    """Return the number that a figure's or table's caption prints; 0 if it has none."""
    for caption in find(figure.children, tag):
        for part in find(caption.children, "span"):
            if part.attributes.get("class") == "number":
                digits = re.search(r"\d+$", read_text(part.children).strip())
                return int(digits[0]) if digits else 0
    return 0


def _titled(drawing: Element, title: str) -> Element:
    """Return a drawing that says what it is wherever its file goes."""
    told = {"title": title, "desc": read_attribute(drawing, "aria-label")}
    words: list[Node] = [Element(tag, {}, [plain(said)], "svg") for tag, said in told.items() if said]
    return Element("svg", dict(drawing.attributes), [*words, *drawing.children], "svg")


# --- numbers


def write_table(exhibit: Mapping[str, Any]) -> bytes:
    """Return an exhibit's numbers as a CSV table, rounded as they are printed, in the language in use.

    Numbers have no separators, so that they can be computed with; their unit stands in the head. What is
    withheld is marked as in the report. Text that a spreadsheet would take for a formula begins with an
    apostrophe.

    Parameters
    ----------
    exhibit : mapping
        One of ``exhibits`` of `report_data.report_data`.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, which spreadsheets ask for.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    columns = exhibit["columns"]
    writer.writerow([harmless(_head(column)) for column in columns])
    for row, record in enumerate(exhibit["data"]):
        writer.writerow([_cell(exhibit, column, row, record) for column in columns])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _head(column: Mapping[str, Any]) -> str:
    label, unit = column["label"], find_unit(dict(column))
    return label if not unit or unit in label else text(zh=f"{label}（{unit}）", en=f"{label} ({unit})")


def _cell(exhibit: Any, column: Any, row: int, record: Mapping[str, Any]) -> str:
    if column["role"] == "row":
        return harmless(column["printed"][row])
    _, shown, _ = read_cell(exhibit, column, row, dict(record))
    if column["role"] == "number" and PRINTED.fullmatch(shown):
        return shown.replace(",", "").replace("−", "-").lstrip("+").rstrip("%")
    return harmless(shown)


# --- links


def add_links(nodes: list[Node], beside: Beside) -> None:
    """Put below each exhibit of a page a line of links to its files, in place.

    Parameters
    ----------
    nodes : list of Element or str
        A numbered body.
    beside : Beside
        See `make_files`.
    """
    for figure in find(nodes, "figure"):
        kind = "table" if figure.attributes.get("class") == "table" else "figure"
        number = _find_number(figure, "caption" if kind == "table" else "figcaption")
        names = [f"{kind}-{number}.{suffix}" for suffix in SUFFIXES]
        there = [name for name in names if f"{FOLDER}/{name}" in beside.files]
        if not there:
            continue
        line = make("p", class_="files")
        called = _find_words(figure)
        for name in there:
            suffix = name.rpartition(".")[2].upper()
            link = make("a", suffix, href=f"{beside.folder}/{name}", download="")
            set_attribute(link, "aria-label", f"{suffix} – {called}")
            line.children += [link, " "]
        figure.children.append(line)


def _find_words(figure: Element) -> str:
    caption = next(find(figure.children, "figcaption", "caption"), None)
    return " ".join(read_text([caption]).split()) if caption else ""
