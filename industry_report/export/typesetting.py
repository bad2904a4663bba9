"""Typst markup → PDF: the compiler, its fonts and files, and what becomes of an element that it refuses."""

from __future__ import annotations

import base64
import functools
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import style
from ..base.errors import InputError
from .report_words import WORDS

TEMPLATES = Path(__file__).parent / "templates"
PIXELS_PER_INCH = 220  # of drawings in a Word document: sharp in print
NO_GLYPH = "〓"  # what Chinese and Japanese printers set for a character that they have no type for
MAIN = (
    '#import "report.typ": annex, apart, beside, contents, exhibit, exhibit-note, fitted, landscape\n'
    '#import "report.typ": lead-in, number, picture, reading-notes, report, roomy, small, subtitle\n'
    '#import "report.typ": panel-finding, panel-measure, panel-see, summary-lead, summary-page\n'
    '#import "report.typ": summary-panels, summary-points, summary-scope\n'
    "#let horizontalrule = line(length: 100%)\n"
)
SUMMARY_MARK = "<summary-page>"  # what `report.typ` says of the summary
NOT_PRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff\ufdd0-\ufdef\ufffe\uffff]")


class TypstError(Exception):
    """The compiler stopped; says why in one line."""


def compile_pdf(markup: str, front: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """Set Typst markup in the report's template; PDF/UA-1, the same bytes for the same input.

    A report with a date of publication is PDF/A-2a as well.

    Parameters
    ----------
    markup : str
        The body in Typst markup.
    front : dict
        See `imprint.describe`.
    pictures : dict of str to bytes
        The files that the markup names.

    Raises
    ------
    InputError
        If Typst cannot set the document.
    """
    try:
        return compile_report(markup, front, pictures).pdf
    except TypstError as error:
        remedy = "Look at what the cells show: text, tables and figures are converted."
        raise InputError(f"PDF of “{front['title']}”", f"Typst stopped: {error}.", remedy) from None


@dataclass(frozen=True)
class Printed:
    """A set report: its PDF, and on which sheet its summary stands, from 1; 0 if it has none."""

    pdf: bytes
    summary_page: int


def compile_report(markup: str, front: dict[str, Any], pictures: dict[str, bytes]) -> Printed:
    """Do what `compile_pdf` does, and find the summary; raises `TypstError` if Typst stops."""
    logo, drawn = _logo_file(front["logo"])
    front = {**front, "logo": logo, "words": {**front["words"], **WORDS[front["language"]]}}
    files = {
        "main.typ": (MAIN + '#let front = json("front.json")\n#show: report.with(front)\n' + markup).encode(),
        "report.typ": template("report.typ").encode(),
        "front.json": json.dumps(front, ensure_ascii=False).encode(),
        **drawn,
        **pictures,
    }
    # An archive's PDF/A wants a date, and a date that nobody gave would be made up.
    with _compiler(files) as compiler:
        made = compiler.compile(
            format="pdf", pdf_standards=["ua-1", "a-2a"] if front["date"] else ["ua-1"], timestamp=0
        )
        found = json.loads(compiler.query(SUMMARY_MARK, field="value"))
    return Printed(made, int(found[0]) if found else 0)


def is_set(markup: str, pictures: dict[str, bytes]) -> bool:
    """Tell whether Typst sets a piece of a body alone."""
    main = MAIN + '#set document(title: "piece")\n#set text(lang: "en")\n' + markup
    files = {"main.typ": main.encode(), "report.typ": template("report.typ").encode(), **pictures}
    try:
        with _compiler(files) as compiler:
            compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except TypstError:
        return False
    return True


def draw(drawings: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return drawings (SVG) as pictures (PNG) by the same names, in the report's fonts.

    One that Typst cannot draw is left out.
    """
    import typst

    found: dict[str, bytes] = {}
    for name, content in drawings.items():
        page = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("{name}")'
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            Path(folder, name).write_bytes(_with_glyphs(content))
            Path(folder, "main.typ").write_text(page, encoding="utf-8")
            with suppress(typst.TypstError):
                main = str(Path(folder) / "main.typ")
                made: Any = typst.compile(main, font_paths=_fonts(), format="png", ppi=PIXELS_PER_INCH)
                found[name] = made if isinstance(made, bytes) else made[0]
    return found


def draw_pages(files: dict[str, bytes], pixels_per_inch: float) -> list[bytes]:
    """Return the pages of `sharing.typ` as PNG files.

    Parameters
    ----------
    files : dict of str to bytes
        What it reads: ``sheets.json`` and the files named there.
    pixels_per_inch : float
        How finely they are drawn.

    Raises
    ------
    TypstError
        If one of them cannot be drawn.
    """
    with _compiler({"main.typ": template("sharing.typ").encode(), **files}) as compiler:
        made = compiler.compile(format="png", ppi=pixels_per_inch)
    return made if isinstance(made, list) else [made]


@contextmanager
def _compiler(files: dict[str, bytes]) -> Iterator[Any]:
    """Yield a compiler whose main file is ``main.typ``; what stops it comes as `TypstError`."""
    import typst

    files = {name: _with_glyphs(content) if _is_text(name) else content for name, content in files.items()}
    # A folder, because the compiler's in-memory files must be text, and a picture is not.
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            yield typst.Compiler(str(Path(folder) / "main.typ"), font_paths=_fonts())
        except typst.TypstError as error:
            told = error.message.splitlines()[0] if error.message else "no reason given"
            raise TypstError(told.replace(f"{folder}/", "").rstrip(".")) from None


def _logo_file(address: str) -> tuple[str, dict[str, bytes]]:
    """Return the name of the logo's file, and the file."""
    if not address:
        return "", {}
    kind, content = re.fullmatch(r"data:image/([\w+]+);base64,(.*)", address).groups()  # type: ignore[union-attr]
    name = f"logo.{kind.removesuffix('+xml')}"
    return name, {name: base64.b64decode(content)}


@functools.cache
def _fonts() -> Any:
    """Return the report's fonts as Typst keeps them, read once per process; no font of the machine."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(style.FONT_FOLDER)])


def _is_text(name: str) -> bool:
    return name.endswith((".typ", ".json", ".svg"))


def _with_glyphs(content: bytes) -> bytes:
    """Replace characters that the fonts lack: PDF/UA refuses a text that is not drawn."""
    text = NOT_PRINTED.sub("", content.decode("utf-8", "replace"))
    missing = style.find_missing_glyphs(text)
    marks = {
        character
        for character in missing
        if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f"
    }
    return text.translate({ord(c): "" if c in marks else NO_GLYPH for c in missing}).encode()


@functools.cache
def template(name: str) -> str:
    """Return a file of the report's templates."""
    return (TEMPLATES / "industry" / name).read_text(encoding="utf-8")
