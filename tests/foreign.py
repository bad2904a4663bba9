"""Notebooks that nobody here wrote: cells as other libraries leave them, and what becomes of them."""

import base64
import io
import struct
import zlib
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PageObject, PdfReader

from industry_report.export import exporters


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 8, height: int = 4) -> bytes:
    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = base64.b64encode(png()).decode()


def shown(**bundle: object) -> NotebookNode:
    kinds = {"html": "text/html", "text": "text/plain", "png": "image/png", "svg": "image/svg+xml"}
    data = {kinds.get(kind, kind): content for kind, content in bundle.items()}
    return new_code_cell(outputs=[new_output("display_data", data=data)])


def printed_to(name: str, text: str) -> NotebookNode:
    return new_code_cell(outputs=[new_output("stream", name=name, text=text)])


Place = tuple[str, float, float, float]


def list_places(sheet: PageObject) -> list[Place]:
    found: list[Place] = []

    def note(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            found.append((text.strip(), tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5], size))

    sheet.extract_text(visitor_text=note)
    return found


class Made:
    """Page, PDF and warnings of some cells below a title; a last cell tells whether all of it was kept."""

    def __init__(
        self,
        *cells: str | NotebookNode,
        folder: str | Path = "",
        title: str = "# Report on apples",
        last: str = "Last words.",
    ) -> None:
        made = [new_markdown_cell(c) if isinstance(c, str) else c for c in cells]
        ends = [new_markdown_cell(last)] if last else []
        heads = [new_markdown_cell(title)] if title else []
        resources: dict[str, Any] = {"metadata": {"name": "apples", "path": str(folder)}}
        page, pdf = exporters.make_pages(new_notebook(cells=[*heads, *made, *ends]), resources)
        self.page: Any = BeautifulSoup(page, "html.parser")
        self.main: Any = self.page.main
        self.pdf = PdfReader(io.BytesIO(pdf))
        self.sheets = [sheet.extract_text().replace("\xa0", " ") for sheet in self.pdf.pages]
        self.printed = "\n".join(self.sheets)
        self.warnings = resources["warnings"]
        if last:
            assert self.main and last in self.main.get_text()
            assert last in self.printed

    def places(self) -> list[list[Place]]:
        """Return what is printed on each sheet: text, left and bottom edge, size."""
        return [list_places(sheet) for sheet in self.pdf.pages]
