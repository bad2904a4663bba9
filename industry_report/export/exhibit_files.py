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
from . import marked_drawings, sharing
from .appendix import find_unit, harmless, name_exhibit, read_cell
from .html_tree import (
    Element,
    Node,
    find,
    find_classed,
    make,
    plain,
    read_attribute,
    read_text,
    set_attribute,
)
from .pictures import write_drawing

SUFFIXES = ("csv", "svg", "png")
PRINTED = re.compile(r"[+−-]?(?:[\d,]*\d|[\d,]*\.\d+)%?")

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
    figures = collect_figures(nodes)
    sheets: dict[str, sharing.Sheet] = {}
    with language.speaking(data["cover"]["language"]):
        for exhibit in data["exhibits"]:
            stem = f"{FOLDER}/{name_file(exhibit)}"
            if exhibit["data"] and exhibit.get("columns"):
                files[f"{stem}.csv"] = write_table(exhibit)
            if exhibit["kind"] != "figure":
                continue
            sheet = _lay_out(figures.get(exhibit["number"]), name_exhibit(exhibit))
            if sheet is None:
                told = f"{name_exhibit(exhibit)} has no drawing to offer as a file"
                warn(f"{told}: use show(figure, caption=…).")
                continue
            files[f"{stem}.svg"] = marked_drawings.mark(sheet.svg, data["cover"].get("notice", ""))
            sheets[f"{stem}.png"] = sheet
    files |= sharing.draw(sheets, pdf, summary_page, data["cover"], warn)
    card = f"{quote(name)}.{sharing.CARD}" if sharing.CARD in files else ""
    return Beside(f"{quote(name)}.{FOLDER}", card, files)


def name_file(exhibit: Mapping[str, Any]) -> str:
    """Return the name of an exhibit's files, the same in every language: figure-1, table-2."""
    return f"{exhibit['kind']}-{exhibit['number']}"


def collect_figures(nodes: Sequence[Node]) -> dict[int, Element]:
    """Return the figures of a numbered body by their numbers."""
    found: dict[int, Element] = {}
    for figure in find(nodes, "figure"):
        if number := _find_number(figure, "figcaption"):
            found.setdefault(number, figure)
    return found


def _lay_out(figure: Element | None, number: str) -> sharing.Sheet | None:
    """Return a figure as it is drawn alone: number and headline, what is shown, the drawing, its notes."""
    if figure is None:
        return None
    drawing = next((e for e in find(figure.children, "svg") if e.kind == "svg"), None)
    if drawing is None:
        return None
    caption = next(find(figure.children, "figcaption"))
    parts = {}
    for name in ("number", "subtitle", "exhibit-note"):
        part = find_classed(figure, name)
        parts[name] = _read(part) if part else ""
    headline = next(find(caption.children, "strong"), None)
    words = _read(headline) if headline is not None else _read(caption).removeprefix(parts["number"]).strip()
    title = f"{number}  {words}"
    drawn = write_drawing(_titled(drawing, title))
    return sharing.Sheet(drawn, title, parts["subtitle"], parts["exhibit-note"])


def _read(element: Element) -> str:
    return " ".join(read_text(element.children).split())


def _find_number(figure: Element, tag: str) -> int:
    """Return the number that a figure's or table's caption prints; 0 if it has none."""
    for caption in find(figure.children, tag):
        number = find_classed(caption, "number")
        digits = re.search(r"\d+$", _read(number)) if number else None
        if digits:
            return int(digits[0])
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
    return _read(caption) if caption else ""
