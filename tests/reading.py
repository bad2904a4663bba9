"""What a reader of a report sees: the text, tables and headings of its page, the structure of its PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from pypdf import PdfReader

from industry_report.export import exporters

Rows = list[list[str]]
Page = Any  # a BeautifulSoup, any part of which may be missing for mypy


@cache
def html_exporter() -> exporters.IndustryHTMLExporter:
    return exporters.IndustryHTMLExporter()


def make_page(ran: NotebookNode) -> BeautifulSoup:
    """Return the page of an executed notebook."""
    return join_words(BeautifulSoup(html_exporter().from_notebook_node(ran)[0], "html.parser"))


def join_words(page: BeautifulSoup) -> BeautifulSoup:
    """Return a page without the marks of what stands on one line: they part no words for its reader."""
    for span in page.find_all("span", class_="whole"):
        span.unwrap()
    page.smooth()
    return page


def read_text(page: Page) -> str:
    """Return all that is seen or read aloud; checksums and names of files are neither language."""
    spoken = [
        tag[key] for key in ("alt", "aria-label", "title") for tag in page.find_all(True, attrs={key: True})
    ]
    text = "\n".join([page.title.get_text(), page.get_text("\n"), *spoken])
    return re.sub(r"\b[0-9a-f]{64}\b|\S+\.(xlsx|csv)", "", text)


def read_tables(page: Page) -> Iterator[tuple[tuple[str, ...], Rows]]:
    """Yield heads and rows of all tables."""
    for table in page.find_all("table"):
        heads = tuple(th.get_text() for th in table.thead.find_all("th"))
        rows = [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")
        ]
        yield heads, rows


def find_rows(page: Page, *heads: str) -> Rows:
    """Return the rows of the first table with these heads, cut to them."""
    return next(find_all_rows(page, *heads))


def find_all_rows(page: Page, *heads: str) -> Iterator[Rows]:
    for found, rows in read_tables(page):
        if all(head in found for head in heads):
            yield [[row[found.index(head)] for head in heads] for row in rows]


def find_empty_sections(page: Page) -> list[str]:
    """Return headings with nothing between them and the next heading of their level or above."""
    body = page.find("main") or page.body
    tags = body.find_all(["h2", "h3", "p", "ul", "ol", "dl", "table", "figure", "blockquote"])
    empty = []
    for this, following in zip(tags, [*tags[1:], None], strict=True):
        ends = following is None or (following.name in ("h2", "h3") and following.name <= this.name)
        if this.name in ("h2", "h3") and ends:
            empty.append(this.get_text())
    return empty


def find_uncited(page: Page) -> list[str]:
    """Return the exhibits that no link or range of a paragraph refers to before them."""
    cited: set[str] = set()
    missing = []
    for tag in page.find_all(["p", "li", "span"]):
        if tag.name == "span":
            if "number" not in tag.get("class", ()) or "id" not in tag.attrs:
                continue
            missing += [] if tag["id"] in cited else [tag["id"]]
            continue
        links = tag.select("a.reference")
        cited |= {link["href"][1:] for link in links}
        for one, other in pairwise(links):
            if str(one.next_sibling) in ("至", " to "):
                kind, first = one["href"][1:].split("-")
                last = int(re.sub(r"\D", "", other["href"]))
                cited |= {f"{kind}-{number}" for number in range(int(first), last)}
    return missing


def read_structure(reader: PdfReader) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """Return the tags of a PDF in reading order: (tag, its dictionary, the tags above it)."""

    def walk(node: Any, above: tuple[str, ...]) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                yield from walk(child, above)
        elif isinstance(node, dict) and "/S" in node:
            yield node["/S"], node, above
            yield from walk(node.get("/K", []), (*above, node["/S"]))

    trailer: Any = reader.trailer
    yield from walk(trailer["/Root"]["/StructTreeRoot"]["/K"], ())


def scope_of(head: dict[str, Any]) -> str:
    """Return whether a head of a PDF's table is that of a column or a row."""
    attributes = head["/A"]
    return next(
        a["/Scope"] for a in (attributes if isinstance(attributes, list) else [attributes]) if "/Scope" in a
    )


def read_outline(reader: PdfReader) -> list[str]:
    """Return the bookmarks of a PDF, without spaces."""

    def flatten(items: list[Any]) -> Iterator[str]:
        for item in items:
            yield from flatten(item) if isinstance(item, list) else [squeeze(item.title)]

    return list(flatten(reader.outline))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)
