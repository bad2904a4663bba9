"""Canaries: names, numbers and words planted in every column of every table, and a search for them."""

from __future__ import annotations

import html
import io
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
from pypdf import PdfReader

from industry_report.intake import sample

REGION = "黄山市"
PREFIX = "CNRY"  # of every customer's number
WORD = "金丝雀"  # in every planted text, header, and name of a sheet or a category
PERSONAL = {
    "mobile": "13912345678",
    "resident id": "11010519491231002X",
    "mail": "tweety.bird@example.com",
    "bank card": "4111111111111111",
    "name": "欧阳小鸟",
    "verbatim": "老板当场就把发票撕了",
}
SPOILED = "".join(PERSONAL.values())
IDENTIFIERS = re.compile("编号|ID|单号|推荐人|上级客户|会话")
KEPT = re.compile("日期|时间|金额|地区|城市|年度|是否")  # of which a wrong value only makes a row be rejected


def plant(folder: Path, rows: int = 400) -> list[str]:
    """Write the sample's tables of one city with canaries; returns what must be found nowhere."""
    raw = folder.parent / f"{folder.name}-raw"
    sample.write(raw, rows=rows)
    sample.write_tables(raw, rows=rows)
    folder.mkdir(parents=True, exist_ok=True)
    for place, path in enumerate(sorted(p for p in raw.iterdir() if p.name.startswith(REGION))):
        spoil(read(path), place, folder / path.name)
    totals = next(raw.glob("市场总量*"))
    (folder / totals.name).write_bytes(totals.read_bytes())
    return [WORD, PREFIX, *PERSONAL.values()]


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=object)
    return pd.read_excel(path, dtype=object, engine="calamine")


def spoil(table: pd.DataFrame, place: int, path: Path) -> None:
    """Write a table with a canary in every column, a further column of canaries and a planted sheet name."""
    told = table.copy()
    for number, column in enumerate(told.columns):
        name = str(column)
        if IDENTIFIERS.search(name):
            told[column] = told[column].map(lambda one: f"{PREFIX}-{one}", na_action="ignore")
        elif not KEPT.search(name):
            row = (7 * place + 3 * number) % max(len(told) - 2, 1)
            told[column] = told[column].astype(object)
            told.iloc[row, number] = f"{WORD}{place}{number}"
            told.iloc[row + 1, number] = f"{WORD}{SPOILED}"
    told[f"备注{WORD}"] = f"{WORD}{SPOILED}"
    told[f"联系人{PERSONAL['name']}"] = PERSONAL["name"]
    told[f"电话{PERSONAL['mobile']}"] = PERSONAL["mobile"]
    if path.suffix == ".csv":
        told.to_csv(path, index=False)
        return
    with pd.ExcelWriter(path) as book:
        told.to_excel(book, sheet_name=f"{WORD}{place}", index=False)
        pd.DataFrame({WORD: [SPOILED]}).to_excel(book, sheet_name=PERSONAL["name"], index=False)


# --- searching


def search(folder: Path, canaries: Iterable[str]) -> dict[str, list[str]]:
    """Return file → the canaries that it holds, in any form, in a name, or packed inside it."""
    found: dict[str, list[str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        texts = [str(path.relative_to(folder)), *read_texts(path.name, path.read_bytes())]
        if hits := find(texts, canaries):
            found[str(path.relative_to(folder))] = hits
    return found


def find(texts: Iterable[str], canaries: Iterable[str]) -> list[str]:
    """Return the canaries that some texts hold, also escaped as HTML, JSON or an address, or cut."""
    forms = {canary: [canary, json.dumps(canary)[1:-1], urllib.parse.quote(canary)] for canary in canaries}
    hits: set[str] = set()
    for text in texts:
        both = (text, html.unescape(text), re.sub(r"\s", "", text))
        hits |= {
            canary for canary, said in forms.items() if any(form in one for form in said for one in both)
        }
    return sorted(hits)


def read_texts(name: str, content: bytes) -> Iterator[str]:
    """Yield what can be read of a file: bytes, what is packed in it, text of a PDF, notes of a picture."""
    yield content.decode("utf-8", errors="ignore")
    if content[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for inner in packed.namelist():
                yield inner
                yield from read_texts(inner, packed.read(inner))
    elif content[:5] == b"%PDF-":
        yield from _read_pdf(content)
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _read_png(content)
    elif name.endswith((".gz", ".zz")):
        yield zlib.decompress(content, 47).decode("utf-8", errors="ignore")


def _read_pdf(content: bytes) -> Iterator[str]:
    pdf = PdfReader(io.BytesIO(content))
    yield str(pdf.metadata)
    root = pdf.trailer["/Root"]
    if "/Metadata" in root:  # type: ignore[operator]
        yield root["/Metadata"].get_data().decode("utf-8", errors="ignore")  # type: ignore[index]
    yield str([item.title for item in pdf.outline if not isinstance(item, list)])
    for page in pdf.pages:
        yield page.extract_text()
    for attached, parts in pdf.attachments.items():
        yield attached
        for part in parts:
            yield from read_texts(attached, part)


def _read_png(content: bytes) -> Iterator[str]:
    place = 8
    while place < len(content):
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + size]
        if kind in (b"zTXt", b"iTXt") and b"\0" in data:
            start = data.index(b"\0") + 2
            try:
                yield zlib.decompress(data[start:]).decode("utf-8", errors="ignore")
            except zlib.error:
                yield data.decode("utf-8", errors="ignore")
        place += 12 + size


# --- counts in words


_FEW = re.compile(
    r"(?<![\d.,\-—～~至第/])([1-9])\s*(?:户|位|人|条(?:咨询|记录|线索)|份答卷|件投诉|家企业)(?![\w]*(?:以下|以上|之间|分))"
)


def list_few(texts: Mapping[str, str]) -> list[str]:
    """Return places in texts that count 1 to 9 customers, consultations, answers or complaints."""
    return [
        f"{name}: …{text[max(0, hit.start() - 30) : hit.end() + 20]}…"
        for name, text in texts.items()
        for hit in _FEW.finditer(text)
    ]
