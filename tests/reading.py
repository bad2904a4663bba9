"""What a reader of a report's page sees: its text, its tables, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from industry_report import exporters

Rows = list[list[str]]


@cache
def html_exporter() -> exporters.IndustryHTMLExporter:
    return exporters.IndustryHTMLExporter()


def make_page(ran: NotebookNode) -> BeautifulSoup:
    """Return the page of an executed notebook."""
    return BeautifulSoup(html_exporter().from_notebook_node(ran)[0], "html.parser")


def read_text(page: BeautifulSoup) -> str:
    """Return all that is seen or read aloud; checksums and names of files are neither language."""
    spoken = [tag[key] for key in ("alt", "aria-label", "title") for tag in page.find_all(attrs={key: True})]
    text = "\n".join([page.title.get_text(), page.get_text("\n"), *spoken])
    return re.sub(r"\b[0-9a-f]{64}\b|\S+\.(xlsx|csv)", "", text)


def read_tables(page: BeautifulSoup) -> Iterator[tuple[tuple[str, ...], Rows]]:
    """Yield heads and rows of all tables."""
    for table in page.find_all("table"):
        heads = tuple(th.get_text() for th in table.thead.find_all("th"))
        rows = [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")
        ]
        yield heads, rows


def find_rows(page: BeautifulSoup, *heads: str) -> Rows:
    """Return the rows of the first table with these heads, cut to them."""
    return next(find_all_rows(page, *heads))


def find_all_rows(page: BeautifulSoup, *heads: str) -> Iterator[Rows]:
    for found, rows in read_tables(page):
        if all(head in found for head in heads):
            yield [[row[found.index(head)] for head in heads] for row in rows]


def find_empty_sections(page: BeautifulSoup) -> list[str]:
    """Return headings with nothing between them and the next heading of their level or above."""
    body = page.find("main") or page.body
    tags = body.find_all(["h2", "h3", "p", "ul", "ol", "dl", "table", "figure", "blockquote"])
    empty = []
    for this, following in zip(tags, [*tags[1:], None], strict=True):
        ends = following is None or (following.name in ("h2", "h3") and following.name <= this.name)
        if this.name in ("h2", "h3") and ends:
            empty.append(this.get_text())
    return empty
