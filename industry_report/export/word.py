"""A report as a Word document that people may edit: headings, contents, tables and figures are Word's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from . import converter, typesetting, word_reference
from .html_tree import find, write
from .printing import Print
from .report_words import WORDS

TEXT_WIDTH = 465.0  # points between the margins of the reference document
# What page and PDF do not say: which of the files is the published one.
PUBLISHED = {
    "zh": "本Word文件由报告自动生成，供编辑和摘用；正式发布的是同名的PDF文件，如有出入，以PDF为准。",
    "en": "This Word file is made from the report, to be edited and quoted from. The published version is "
    "the PDF of the same name; where they differ, the PDF counts.",
}


def make_document(printed: Print, front: Mapping[str, Any]) -> bytes:
    """Return a report as .docx; equal reports give equal bytes.

    Parameters
    ----------
    printed : Print
        See `printing.prepare`; changed.
    front : mapping
        See `imprint.describe`, with ``chapters``: whether there is something for a list of contents.

    Raises
    ------
    InputError
        If pandoc cannot convert it.
    """
    nodes = printed.nodes()
    files = _draw(printed)
    for formula in (element for element in find(nodes, "math") if element.kind == "math"):
        formula.attributes.pop("data-tex", None)
    html = _write_cover(front) + write(nodes) + _write_imprint(front)
    reference = word_reference.write_reference(converter.read_word_reference(), front)
    facts = {"title": front["title"], "subtitle": front["subtitle"], "lang": front["lang"]}
    facts |= {"contents-title": WORDS[front["language"]]["contents"]} if front["chapters"] else {}
    made = converter.convert_to_word(html, reference, files, facts)
    return word_reference.write_package(_tidy(word_reference.read_package(made)))


def _draw(printed: Print) -> dict[str, bytes]:
    """Return the files of the pictures, drawings as PNG: not every Word shows a drawing (SVG)."""
    drawings = {name: content for name, content in printed.files.items() if name.endswith(".svg")}
    drawn = typesetting.draw(drawings)
    files = {name: content for name, content in printed.files.items() if name not in drawings}
    for image in find(printed.nodes(), "img"):
        name = image.attributes.get("src", "")
        if name in drawn:
            image.attributes["src"] = name.removesuffix(".svg") + ".png"
            image.attributes["width"] = f"{_find_width(drawings[name]):.0f}pt"
            files[image.attributes["src"]] = drawn[name]
    return files


def _find_width(drawing: bytes) -> float:
    """Return how wide a drawing is, in points, and never wider than the text."""
    found = re.search(rb'<svg[^>]*?\bwidth="([\d.]+)(pt|px)?"', drawing)
    if not found:
        return TEXT_WIDTH
    return min(float(found[1]) * (1.0 if found[2] == b"pt" else 0.75), TEXT_WIDTH)


# --- cover and imprint


def _write_cover(front: Mapping[str, Any]) -> str:
    """Write what stands below title and subtitle, which pandoc sets itself."""
    separator = "：" if front["language"] == "zh" else ": "
    facts = [f"{label}{separator}{text}" for label, text in front["facts"]]
    lines = [_styled("Cover Notice", front["notice"])] if front["notice"] else []
    lines += [_styled("Author", line) for line in filter(None, (front["publisher"], front["day"]))]
    lines += [_styled("Author", fact) for fact in facts]
    return "".join(lines) + _write_key_figures(front)


def _write_key_figures(front: Mapping[str, Any]) -> str:
    figures = [(label, number, " ".join(filter(None, rest))) for label, number, *rest in front["key_figures"]]
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(words)}</td>" for words in figure) + "</tr>" for figure in figures
    )
    head = front["words"]["key_figures"]
    return (
        f"<table><thead><tr><th>{escape(head)}</th><th></th><th></th></tr></thead>{rows}</table>"
        if rows
        else ""
    )


def _write_imprint(front: Mapping[str, Any]) -> str:
    separator = "：" if front["language"] == "zh" else ": "
    lines = [f"{label}{separator}{text}" for label, text, _ in front["imprint"]]
    lines += [f"{label}{separator}{text}" for label, text in front["citations"]]
    correction = [front["correction"]["text"]] if front["correction"] else []
    told = [*correction, *lines, *([front["disclaimer"]] if front["disclaimer"] else [])]
    heading = _styled("Imprint Heading", front["words"]["imprint"])
    return heading + "".join(_styled("Imprint", line) for line in [PUBLISHED[front["language"]], *told])


def _styled(style: str, words: str) -> str:
    lines = "<br>".join(escape(line) for line in words.splitlines())
    return f'<div data-custom-style="{style}"><p>{lines}</p></div>'


# --- the package


def _tidy(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Take out what pandoc says of itself and of the time, and what no reader needs."""
    core = parts["docProps/core.xml"].decode()
    parts["docProps/core.xml"] = re.sub(
        r"<dcterms:(created|modified)[^>]*>.*?</dcterms:\1>", "", core
    ).encode()
    return parts
