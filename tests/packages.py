"""Makes workbooks by hand, part by part, in the shapes that spreadsheet programs write them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
GRID = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def name_cell(row: int, column: int) -> str:
    """Name a cell, both counted from 1; columns up to Z."""
    return f"{chr(64 + column)}{row}"


def write_cells(
    rows: Sequence[Sequence[Any]], prefix: str = "", inline: bool = True, references: bool = True
) -> str:
    """Write the rows of a sheet; texts stand in the cells, or are formula results."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, cell in enumerate(row, 1):
            at = f' r="{name_cell(number, column)}"' if references else ""
            if cell is None:
                cells.append(f'<{prefix}c{at} s="0"/>')
            elif isinstance(cell, str) and inline:
                text = f'<{prefix}is><{prefix}t xml:space="preserve">{escape(cell)}</{prefix}t></{prefix}is>'
                cells.append(f'<{prefix}c{at} t="inlineStr">{text}</{prefix}c>')
            elif isinstance(cell, str):
                cells.append(f'<{prefix}c{at} t="str"><{prefix}v>{escape(cell)}</{prefix}v></{prefix}c>')
            else:
                cells.append(f"<{prefix}c{at}><{prefix}v>{cell}</{prefix}v></{prefix}c>")
        at = f' r="{number}"' if references else ""
        lines.append(f"<{prefix}row{at}>{''.join(cells)}</{prefix}row>")
    return "".join(lines)


def write_package(
    path: Path,
    sheets: Mapping[str, str],
    namespace: str = MAIN,
    prefix: str = "",
    folder: str = "xl",
    rename: Any = lambda name: name,
    after: str = "",
    before: str = "",
    extra: Mapping[str, str] | None = None,
) -> Path:
    """Write a workbook.

    Parameters
    ----------
    sheets : mapping
        Title → the rows as XML.
    prefix : str
        What the elements' names begin with, such as `x:`.
    folder : str
        Where the workbook stands in the package.
    rename : callable
        Changes the names of the parts in the package's directory.
    before, after : str
        XML of each sheet before and after its rows.
    extra : mapping
        Further parts.
    """
    at = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    numbers = range(1, len(sheets) + 1)
    entries = "".join(
        f'<{prefix}sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    overrides = "".join(
        f'<Override PartName="/{folder}/worksheets/sheet{n}.xml" ContentType="{GRID}"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/xml"/>'
        f'<Override PartName="/{folder}/workbook.xml" ContentType="{BOOK}"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{LINKS}/officeDocument" Target="{folder}/workbook.xml"/></Relationships>',
        f"{folder}/workbook.xml": f'<{prefix}workbook {at}="{namespace}" xmlns:r="{LINKS}">'
        f"<{prefix}sheets>{entries}</{prefix}sheets></{prefix}workbook>",
        f"{folder}/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        **(extra or {}),
    }
    for n, rows in zip(numbers, sheets.values(), strict=True):
        parts[f"{folder}/worksheets/sheet{n}.xml"] = (
            f'<{prefix}worksheet {at}="{namespace}" xmlns:r="{LINKS}">{before}'
            f"<{prefix}sheetData>{rows}</{prefix}sheetData>{after}</{prefix}worksheet>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            text = (
                content
                if content.startswith("<?xml")
                else f'<?xml version="1.0" encoding="UTF-8"?>\n{content}'
            )
            package.writestr(rename(name), text)
    return path
