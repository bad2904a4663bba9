"""Notebooks that nobody here wrote: cells as other libraries leave them, and what becomes of them."""

import base64
import io
import struct
import zlib

from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from industry_report.export import exporters


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width=8, height=4):
    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = base64.b64encode(png()).decode()


def shown(**bundle):
    kinds = {"html": "text/html", "text": "text/plain", "png": "image/png", "svg": "image/svg+xml"}
    data = {kinds.get(kind, kind): content for kind, content in bundle.items()}
    return new_code_cell(outputs=[new_output("display_data", data=data)])


def printed_to(name, text):
    return new_code_cell(outputs=[new_output("stream", name=name, text=text)])


class Made:
    """Page, PDF and warnings of some cells below a title; a last cell tells whether all of it was kept."""

    def __init__(self, *cells, folder="", title="# Report on apples", last="Last words."):
        cells = [new_markdown_cell(c) if isinstance(c, str) else c for c in cells]
        ends = [new_markdown_cell(last)] if last else []
        heads = [new_markdown_cell(title)] if title else []
        resources = {"metadata": {"name": "apples", "path": str(folder)}}
        page, pdf = exporters.make_pages(new_notebook(cells=[*heads, *cells, *ends]), resources)
        self.page = BeautifulSoup(page, "html.parser")
        self.main = self.page.main
        self.pdf = PdfReader(io.BytesIO(pdf))
        self.sheets = [sheet.extract_text().replace("\xa0", " ") for sheet in self.pdf.pages]
        self.printed = "\n".join(self.sheets)
        self.warnings = resources["warnings"]
        if last:
            assert last in self.main.get_text()
            assert last in self.printed

    def places(self):
        """Return what is printed on each sheet: text, left and bottom edge, size."""
        found = []
        for sheet in self.pdf.pages:
            here = []
            sheet.extract_text(
                visitor_text=lambda text, cm, tm, font, size, here=here: (
                    text.strip()
                    and here.append((text.strip(), tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5], size))
                )
            )
            found.append(here)
        return found
