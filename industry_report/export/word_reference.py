"""The reference document of Word reports: its styles, running head and foot, and page, as pandoc takes them.

Fonts are named, not embedded: those of every Chinese office computer, with a Western font beside each.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = f'xmlns:w="{W}" xmlns:r="{R}"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BODY = ("Times New Roman", "宋体")
TITLES = ("Arial", "黑体")
MONOSPACED = ("Consolas", "宋体")
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all parts: the same report gives the same bytes
KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
GREY = "595959"


def write_reference(base: bytes, front: Mapping[str, Any]) -> bytes:
    """Return the reference document of a report.

    Parameters
    ----------
    base : bytes
        Pandoc's own reference document; its theme, settings and lists stay.
    front : mapping
        See `imprint.describe`: the running head names publisher and title, and below them the notice, so that
        what the data are cannot be lost with a page.
    """
    parts = read_package(base)
    accent = str(front["accent"]).lstrip("#").upper()
    parts["word/styles.xml"] = write_styles(accent, front["lang"]).encode()
    parts["word/header1.xml"] = _write_header(front).encode()
    parts["word/footer1.xml"] = _write_footer().encode()
    parts["word/document.xml"] = _write_document().encode()
    relations = parts["word/_rels/document.xml.rels"].decode()
    parts["word/_rels/document.xml.rels"] = relations.replace("</Relationships>", _RELATIONS).encode()
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace("</Types>", _TYPES).encode()
    return write_package(parts)


def read_package(content: bytes) -> dict[str, bytes]:
    """Return the parts of an OOXML package by name, in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist() if not name.endswith("/")}


def write_package(parts: Mapping[str, bytes]) -> bytes:
    """Write an OOXML package; equal parts give equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


_RELATIONS = (
    f'<Relationship Id="rIdHead" Type="{R}/header" Target="header1.xml"/>'
    f'<Relationship Id="rIdFoot" Type="{R}/footer" Target="footer1.xml"/></Relationships>'
)
_TYPES = (
    f'<Override PartName="/word/header1.xml" ContentType="{KINDS}.header+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{KINDS}.footer+xml"/></Types>'
)


def _write_header(front: Mapping[str, Any]) -> str:
    words = "　".join(part for part in (front["short"], front["title"]) if part)
    lines = [words, *([front["notice"]] if front["notice"] else [])]
    styles = ("Header", "RunningNotice")
    paragraphs = "".join(_paragraph(style, _text(line)) for style, line in zip(styles, lines, strict=False))
    return f"{HEAD}<w:hdr {SPACES}>{paragraphs}</w:hdr>"


def _write_footer() -> str:
    pages = f"{_field('PAGE')}{_text(' / ')}{_field('NUMPAGES')}"
    return f"{HEAD}<w:ftr {SPACES}>{_paragraph('Footer', pages)}</w:ftr>"


def _write_document() -> str:
    """Write an empty document; pandoc takes page, running head and foot from its section."""
    page = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rIdHead"/>'
        '<w:footerReference w:type="default" r:id="rIdFoot"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1701" w:right="1304" w:bottom="1418" w:left="1304" w:header="737" w:footer="737"'
        ' w:gutter="0"/></w:sectPr>'
    )
    return f"{HEAD}<w:document {SPACES}><w:body><w:p/>{page}</w:body></w:document>"


def _paragraph(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _text(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(words, quote=False)}</w:t></w:r>'


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


# --- styles


def _fonts(fonts: tuple[str, str]) -> str:
    western, chinese = fonts
    return f'<w:rFonts w:ascii="{western}" w:hAnsi="{western}" w:eastAsia="{chinese}" w:cs="{western}"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/>'


def _spacing(before: int, after: int, line: int = 0) -> str:
    lines = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{lines}/>'


def write_styles(accent: str, lang: str) -> str:
    """Return the styles: those that pandoc names, and the few that our covers and heads need.

    Parameters
    ----------
    accent : str
        The publisher's colour, six hex digits.
    lang : str
        Of the text, zh-CN or en.
    """
    western = "en-US" if lang.startswith("zh") else lang.replace("en", "en-US", 1)[:5]
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(BODY)}{_size(10.5)}"
        f'<w:lang w:val="{western}" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{_spacing(0, 0)}</w:pPr></w:pPrDefault></w:docDefaults>"
    )
    rows = [*_list_text_styles(accent), *_list_headings(accent), *_list_page_styles(accent)]
    paragraphs = "".join(_write_style("paragraph", *row) for row in rows)
    characters = "".join(_write_style("character", *row) for row in _list_character_styles(accent))
    return f"{HEAD}<w:styles {SPACES}>{defaults}{paragraphs}{characters}{_TABLES}</w:styles>"


# Style id, name, the style it is based on, what its paragraphs and what its letters look like.
_Style = tuple[str, str, str, str, str]
_KEEP = "<w:keepNext/>"


def _list_text_styles(accent: str) -> list[_Style]:
    body = _spacing(80, 100, 320)
    quote = '<w:ind w:left="420" w:right="420"/>'
    cell = _spacing(30, 30)
    caption = f'<w:b/><w:color w:val="{accent}"/>{_size(9.5)}'
    return [
        ("Normal", "Normal", "", "", ""),
        ("BodyText", "Body Text", "Normal", body, ""),
        ("FirstParagraph", "First Paragraph", "BodyText", "", ""),
        ("Compact", "Compact", "Normal", cell, ""),
        ("BlockText", "Block Text", "BodyText", quote, ""),
        ("SourceCode", "Source Code", "Normal", "", _fonts(MONOSPACED) + _size(8.5)),
        ("DefinitionTerm", "Definition Term", "BodyText", _KEEP, "<w:b/>"),
        ("Definition", "Definition", "BodyText", quote, ""),
        ("Caption", "caption", "Normal", _spacing(120, 80), caption),
        ("TableCaption", "Table Caption", "Caption", _KEEP, ""),
        ("ImageCaption", "Image Caption", "Caption", _spacing(40, 200), ""),
        ("Figure", "Figure", "Normal", _spacing(120, 0), ""),
        ("CaptionedFigure", "Captioned Figure", "Figure", _KEEP, ""),
        ("FootnoteText", "footnote text", "Normal", "", _size(9)),
        ("Bibliography", "Bibliography", "BodyText", "", ""),
    ]


def _list_headings(accent: str) -> list[_Style]:
    sizes = {1: 16, 2: 13, 3: 11.5, 4: 10.5, 5: 10.5, 6: 10.5}
    return [
        (
            f"Heading{level}",
            f"heading {level}",
            "Normal",
            f"{_KEEP}<w:keepLines/>{_spacing(360 if level == 1 else 240, 120)}"
            f'<w:outlineLvl w:val="{level - 1}"/>',
            f'{_fonts(TITLES)}<w:b/><w:color w:val="{accent}"/>{_size(size)}',
        )
        for level, size in sizes.items()
    ]


def _list_page_styles(accent: str) -> list[_Style]:
    """Return the styles of cover, contents, running heads and imprint."""
    rule = f'<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="4" w:color="{accent}"/></w:pBdr>'
    title = f'{_fonts(TITLES)}<w:b/><w:color w:val="{accent}"/>'
    notice = '<w:b/><w:color w:val="9C2A1F"/>'
    grey = f'<w:color w:val="{GREY}"/>'
    head = f"{_KEEP}<w:pageBreakBefore/>{_spacing(0, 160)}"
    return [
        ("Title", "Title", "Normal", f"{_spacing(2400, 160)}", title + _size(26)),
        ("Subtitle", "Subtitle", "Normal", f"{rule}{_spacing(0, 360)}", grey + _size(14)),
        ("Author", "Author", "Normal", _spacing(0, 120), ""),
        ("Date", "Date", "Normal", _spacing(0, 120), ""),
        ("CoverNotice", "Cover Notice", "Normal", _spacing(0, 240), notice + _size(12)),
        ("TOCHeading", "TOC Heading", "Normal", head, title + _size(16)),
        ("TOC1", "toc 1", "Normal", _spacing(80, 20), "<w:b/>"),
        ("TOC2", "toc 2", "Normal", f'{_spacing(0, 20)}<w:ind w:left="420"/>', ""),
        ("Header", "header", "Normal", rule, grey + _size(8.5)),
        ("RunningNotice", "Running Notice", "Normal", '<w:jc w:val="right"/>', notice + _size(8.5)),
        ("Footer", "footer", "Normal", '<w:jc w:val="center"/>', grey + _size(8.5)),
        ("Imprint", "Imprint", "Normal", _spacing(0, 60), _size(9)),
        ("ImprintHeading", "Imprint Heading", "Normal", head, title + _size(13)),
    ]


def _list_character_styles(accent: str) -> list[_Style]:
    return [
        ("DefaultParagraphFont", "Default Paragraph Font", "", "", ""),
        ("VerbatimChar", "Verbatim Char", "DefaultParagraphFont", "", _fonts(MONOSPACED) + _size(9)),
        ("FootnoteReference", "footnote reference", "", "", '<w:vertAlign w:val="superscript"/>'),
        ("Hyperlink", "Hyperlink", "DefaultParagraphFont", "", f'<w:color w:val="{accent}"/>'),
        ("SectionNumber", "Section Number", "DefaultParagraphFont", "", ""),
    ]


_DEFAULTS = ("Normal", "DefaultParagraphFont")


def _write_style(kind: str, name: str, shown: str, based: str, paragraph: str, letters: str) -> str:
    standard = ' w:default="1"' if name in _DEFAULTS else ""
    parts = [f'<w:name w:val="{shown}"/>', f'<w:basedOn w:val="{based}"/>' if based else "", "<w:qFormat/>"]
    parts += [
        f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "",
        f"<w:rPr>{letters}</w:rPr>" if letters else "",
    ]
    return f'<w:style w:type="{kind}"{standard} w:styleId="{name}">{"".join(parts)}</w:style>'


def _border(side: str, size: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


# Open tables as Chinese journals set them: a rule above, below, and under the heads.
_TABLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
    '<w:style w:type="table" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/>'
    "<w:qFormat/><w:tblPr><w:tblBorders>"
    f"{_border('top', 12, '000000')}{_border('bottom', 12, '000000')}{_border('insideH', 4, 'D0D0D0')}"
    "</w:tblBorders></w:tblPr>"
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    f"{_border('bottom', 6, '000000')}</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
)
