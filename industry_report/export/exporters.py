"""Executed notebook → HTML page and PDF: two nbconvert exporters that share one body.

The body is HTML in both cases, so whatever a cell puts out appears in both. The PDF goes on through pandoc to
Typst, whose compiler refuses a document that breaks PDF/UA-1.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import latex2mathml.converter
from jinja2 import pass_context
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from ..base import language, style
from ..base.errors import InputError
from ..report import display
from . import converter, imprint
from .accessible_tables import frame_tables

TEMPLATES = Path(__file__).parent / "templates"
WORDS = {
    "zh": {
        "contents": "目录",
        "skip": "跳到正文",
        "figure": "图",
        "table": "表",
        "alt": "图（作者未提供文字说明）",
        "data": "的数据",
        "plain table": "表格",
        "figures": "插图目录",
        "tables": "表格目录",
        "copy": "复制为CSV",
        "copied": "已复制",
        "failed": "未能复制，请选中表格后复制",
        "logo": "发布者标志",
    },
    "en": {
        "contents": "Contents",
        "skip": "Skip to the report",
        "figure": "Figure ",
        "table": "Table ",
        "alt": "Figure (the author gives no description)",
        "data": ": data",
        "plain table": "Plain table ",
        "figures": "Figures",
        "tables": "Tables",
        "copy": "Copy as CSV",
        "copied": "Copied",
        "failed": "Not copied: select the table and copy it",
        "logo": "Publisher's logo",
    },
}
GETA = "〓"  # what Chinese and Japanese printers set for a character that they have no type for
APPENDIX = ("附录", "Appendix")
SUMMARY = ("摘要", "Summary")
SAID = ("<p>", "<ul>")


@dataclass(frozen=True)
class Heading:
    """One line of the contents."""

    level: int
    anchor: str
    html: str


def find_cover(nb: NotebookNode) -> dict[str, Any]:
    """Return what `display.cover` put into the notebook; without it, a plain cover."""
    for output in _outputs(nb):
        if display.COVER in output.get("data", {}):
            return dict(output["data"][display.COVER])
    title = nb.metadata.get("title", "")
    first = next(
        (c.source for c in nb.cells if c.cell_type == "markdown" and c.source.startswith("# ")), "# "
    )
    return {
        "language": "zh",
        "title": title or first.splitlines()[0].removeprefix("# ").strip() or "报告",
        "subtitle": "",
        "facts": [],
        "notice": "",
        "key_figures": [],
        "publisher": {},
    }


def report_data(nb: NotebookNode) -> dict[str, Any]:
    """Return cover, figures and tables of an executed notebook, JSON-ready, and what a publisher should know.

    Returns
    -------
    dict with keys ``cover``, ``exhibits`` (list, in order of appearance, with the numbers that page and PDF
    give them), ``sentences`` (list of str: what `display.say` said), ``attachments`` (captions by name) and
    ``warnings`` (list of str).
    """
    cover = find_cover(nb)
    shown = _in_language(nb, cover["language"])  # what the page leaves out is not published here, either
    return {
        "cover": _without_logo(cover),
        "exhibits": _list_exhibits(shown),
        "sentences": _list_sentences(shown),
        "attachments": {name: one["caption"] for name, one in list_attachments(shown).items()},
        "warnings": _warnings(nb),
    }


def _list_exhibits(nb: NotebookNode) -> list[dict[str, Any]]:
    """Return figures and tables with their numbers: `number_exhibits` counts every caption of the body."""
    counts: Counter[str] = Counter()
    exhibits = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            counts.update(re.findall(r"<(figcaption|caption)>", cell.source))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            counts.update(re.findall(r"<(figcaption|caption)>", data.get("text/html", "")))
            if exhibit := data.get(display.EXHIBIT):
                tag = "figcaption" if exhibit["kind"] == "figure" else "caption"
                exhibits.append({"number": counts[tag], **exhibit})
    return exhibits


def _list_sentences(nb: NotebookNode) -> list[str]:
    """Return the sentences of `display.say`, told by its HTML; what other libraries print is no sentence."""
    said = [o.data for o in _outputs(nb) if str(o.get("data", {}).get("text/html", "")).startswith(SAID)]
    return [line for data in said for line in data.get("text/plain", "").splitlines()]


def _without_logo(cover: dict[str, Any]) -> dict[str, Any]:
    """Leave the logo out of what is told of a report: it is no fact of it, and long."""
    identity = {key: value for key, value in cover.get("publisher", {}).items() if key != "logo"}
    return {**cover, "publisher": identity}


def list_attachments(nb: NotebookNode) -> dict[str, dict[str, Any]]:
    """Return by name what `display.attach` put beside the report; the last one of a name counts.

    The tables are no part of `report_data`: one of customers goes into its workbook and nowhere else.
    """
    found = [o["data"][display.ATTACHMENT] for o in _outputs(nb) if display.ATTACHMENT in o.get("data", {})]
    return {attachment["name"]: attachment for attachment in found}


def make_pages(nb: NotebookNode, resources: dict[str, Any]) -> tuple[str, bytes]:
    """Return page and PDF of an executed notebook: the two exporters, for which the body is rendered once.

    Parameters
    ----------
    nb : NotebookNode
        The executed notebook.
    resources : dict
        As for nbconvert; what it names under ``metadata`` tells where pictures of Markdown cells lie.
    """
    html, pdf = _exporters()
    shared = {**resources, "body": html._render_body(nb, resources)}
    return html.from_notebook_node(nb, shared)[0], pdf.from_notebook_node(nb, shared)[0]


@functools.cache
def _exporters() -> tuple[IndustryHTMLExporter, IndustryPDFExporter]:
    """Return both exporters; once per process, for they load templates."""
    return IndustryHTMLExporter(), IndustryPDFExporter()


def _outputs(nb: NotebookNode) -> list[NotebookNode]:
    return [output for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs]


def _last_warning(text: str) -> str:
    """Return the last line that names a warning; Python prints the line of code after it."""
    lines = [line.strip() for line in text.strip().splitlines()] or [""]
    named = [found[0] for line in lines if (found := re.search(r"\b\w*(?:Warning|Error): .*", line))]
    return named[-1] if named else lines[-1]


def _warnings(nb: NotebookNode) -> list[str]:
    found = []
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if output.get("name") == "stderr":
                found.append(f"cell {number} wrote to stderr: {_last_warning(output.text)}")
            if re.search(r"<(script|iframe|object|embed)\b", str(data.get("text/html", "")), flags=re.I):
                found.append(f"cell {number} puts out a script or frame, which a report leaves out.")
            if "text/html" not in data and any(kind.startswith("image/") for kind in data):
                found.append(
                    f"cell {number} shows a picture without a description: use show(figure, caption=…)."
                )
    cover = json.dumps(_without_logo(find_cover(nb)), ensure_ascii=False)
    shown = "".join([cover, *(c.source for c in nb.cells if c.cell_type == "markdown"), *_texts(nb)])
    if unknown := sorted(style.find_missing_glyphs(shown)):
        listed = ", ".join(f"{character} (U+{ord(character):04X})" for character in unknown[:10])
        found.append(f"no glyph for {listed}; shown as {GETA} in the PDF.")
    return found


def _texts(nb: NotebookNode) -> list[str]:
    """Return all that the cells put out as text."""
    kinds = ("text/html", "text/plain", "text/markdown", "image/svg+xml")
    return [str(output.get("data", {}).get(kind, "")) for output in _outputs(nb) for kind in kinds] + [
        output.text for output in _outputs(nb) if output.get("name") == "stdout"
    ]


class _Renderer(IPythonRenderer):
    """Markdown as nbconvert renders it, with formulas as MathML, which needs no script."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        level = max(level, 2)  # the one h1 is the report's title
        return f"<h{level}>{text}</h{level}>\n"

    def paragraph(self, text: str) -> str:
        return super().paragraph(_joined(text))

    def block_text(self, text: str) -> str:
        return super().block_text(_joined(text))

    def block_math(self, body: str) -> str:
        return latex2mathml.converter.convert(body, display="block")

    def inline_math(self, body: str) -> str:
        return latex2mathml.converter.convert(body)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def _joined(text: str) -> str:
    """Drop a line break between two Chinese characters, where a browser would show a space."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef”’])\n(?=[\u3000-\u9fff\uff00-\uffef“‘])", "", text)


# Preprocessors of nbconvert that are enabled, and do nothing until they are configured.
IDLE = ("TagRemovePreprocessor", "RegexRemovePreprocessor")


class _ReportExporter(TemplateExporter):
    """What the HTML page and the PDF share: the body."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "industry"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "body.html.j2"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        # Not installed as nbconvert data files: an editable install would leave them out.
        return [str(TEMPLATES)]

    @property
    def default_config(self) -> Config:
        """Prefer what keeps its text, and ignore what needs a script."""
        priority = [
            "text/html",
            "image/svg+xml",
            "text/markdown",
            "image/png",
            "image/jpeg",
            "text/latex",
            "text/plain",
        ]
        config = Config({"NbConvertBase": {"display_data_priority": priority}})
        config.merge(super().default_config)
        return config

    def default_filters(self) -> Any:
        """Add our Markdown to nbconvert's filters."""
        yield from super().default_filters()
        yield ("markdown2html", self._markdown2html)

    @pass_context
    def _markdown2html(self, context: Any, source: str) -> str:
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
        )
        return MarkdownWithMath(renderer=renderer).render(source)

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook as it is if no preprocessor has work; nbconvert would copy it twice more."""
        if not any(self._has_work(step) for step in self._preprocessors):
            return nb, resources
        return super()._preprocess(nb, resources)

    def _has_work(self, preprocessor: Any) -> bool:
        name = type(preprocessor).__name__
        configured = set(self.config[name]) - {"enabled"}  # which nbconvert sets itself
        return getattr(preprocessor, "enabled", True) and (name not in IDLE or bool(configured))

    def _render_body(
        self, nb: NotebookNode, resources: dict[str, Any] | None, **kw: Any
    ) -> tuple[str, list[Heading], dict[str, Any], dict[str, Any]]:
        if resources and "body" in resources:
            return resources["body"]
        cover = find_cover(nb)
        shown = _without_numbers(_in_language(nb, cover["language"]))
        html, resources = super().from_notebook_node(shown, resources, **kw)
        words = WORDS[cover["language"]]
        body, contents = number_headings(number_exhibits(_tidy(html, words["alt"]), words))
        return body, contents, cover, resources


def _in_language(nb: NotebookNode, report_language: str) -> NotebookNode:
    """Leave out cells tagged for another language, and the cover or title, which has its own place."""
    others = set(language.LANGUAGES) - {report_language}
    title = f"# {find_cover(nb)['title']}\n"
    cells = []
    for cell in nb.cells:
        if others & set(cell.metadata.get("tags", [])):
            continue
        kept = cell.copy()
        if cell.cell_type == "code":
            kept.outputs = [o for o in cell.outputs if display.COVER not in o.get("data", {})]
        else:
            kept.source = f"{cell.source}\n".removeprefix(title)
        cells.append(kept)
    return NotebookNode({**nb, "cells": cells})


def _without_numbers(nb: NotebookNode) -> NotebookNode:
    """Leave out what a page does not show of the outputs, and nbconvert would copy number by number."""
    cells = []
    for cell in nb.cells:
        kept = cell.copy()
        if cell.cell_type == "code":
            kept.outputs = [_as_shown(output) for output in cell.outputs]
        cells.append(kept)
    return NotebookNode({**nb, "cells": cells})


def _as_shown(output: NotebookNode) -> NotebookNode:
    if "data" not in output:
        return output
    shown = {kind: content for kind, content in output.data.items() if kind not in display.PRIVATE}
    return NotebookNode({**output, "data": NotebookNode(shown)})


def _tidy(html: str, alt: str) -> str:
    """Make outputs of other libraries fit: no scoped style sheets, stable ids, a text for every picture."""
    # What a script or frame would load or do, a page without requests cannot show.
    # A tag that is never closed goes alone: what follows it is the report.
    html = re.sub(r"<(script|iframe|object)\b[^>]*>.*?</\1\s*>", "", html, flags=re.S | re.I)
    html = re.sub(r"</?(script|iframe|object|embed)\b[^>]*>", "", html, flags=re.I)
    html = re.sub(r"<style scoped>.*?</style>", "", html, flags=re.S)
    html = re.sub(r"<\?xml.*?\?>|<!DOCTYPE svg.*?>|<metadata>.*?</metadata>", "", html, flags=re.S)
    # pandas' Styler draws a random id for every table.
    for number, name in enumerate(dict.fromkeys(re.findall(r'id="(T_[0-9a-f]+)"', html)), start=1):
        html = html.replace(name, f"T_{number}")
    html = re.sub(r"<svg(?![^>]*aria-label)", f'<svg role="img" aria-label="{escape(alt)}"', html)
    html = re.sub(r"<img(?![^>]*\balt=)", f'<img alt="{escape(alt)}"', html)
    return re.sub(r'<img\b[^>]*?\bsrc="(?!data:)[^>]*>', _unembedded, html)


def _unembedded(match: re.Match[str]) -> str:
    """Show a picture that is not part of the notebook as its description: a report loads nothing."""
    description = re.search(r'\balt="([^"]*)"', match[0])
    return f"<em>[{description[1] if description else ''}]</em>"


def number_exhibits(html: str, words: dict[str, str]) -> str:
    """Put 图1, 表1 … before the captions of figures and tables, in order of appearance."""
    counts = {"figcaption": 0, "caption": 0}

    def numbered(match: re.Match[str]) -> str:
        tag = match[1]
        counts[tag] += 1
        word = words["figure" if tag == "figcaption" else "table"]
        return f'<{tag}><span class="number">{word}{counts[tag]}</span> '

    return re.sub(r"<(figcaption|caption)>", numbered, html)


def number_headings(html: str) -> tuple[str, list[Heading]]:
    """Give chapters the numbers 1, 2 … and sections 1.1 ….

    A summary has no number; the sections of an appendix are A, B ….

    Parameters
    ----------
    html : str
        A body whose chapters are ``h2`` and whose sections are ``h3``.

    Returns
    -------
    str
        The body, with numbers and anchors in its headings.
    list of Heading
        The contents, in order.
    """
    contents: list[Heading] = []
    chapter = section = 0
    in_appendix = False

    def numbered(match: re.Match[str]) -> str:
        nonlocal chapter, section, in_appendix
        level, title = int(match[1]), match[2]
        if level == 2:
            in_appendix = title.startswith(APPENDIX)
            plain = in_appendix or title.startswith(SUMMARY)
            chapter, section = chapter + (not plain), 0
            number = "" if plain else f"{chapter}"
        else:
            section += 1
            number = chr(ord("A") + section - 1) if in_appendix else f"{chapter}.{section}"
        anchor = (
            f"section-{number.lower().replace('.', '-')}"
            if number
            else "appendix"
            if in_appendix
            else "summary"
        )
        inner = f'<span class="number">{number}</span> {title}' if number else title
        contents.append(Heading(level, anchor, inner))
        return f'<h{level} id="{anchor}">{inner}</h{level}>'

    return re.sub(r"<h([23])>(.*?)</h\1>", numbered, html, flags=re.S), contents


class IndustryHTMLExporter(_ReportExporter):
    """One self-contained page: no request, code hidden, and one script that only copies tables."""

    export_from_notebook = "Industry report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources."""
        body, contents, cover, resources = self._render_body(nb, resources, **kw)
        words, script = WORDS[cover["language"]], _template("copy.js")
        page = self.environment.get_template("page.html.j2").render(
            words=words,
            front=imprint.describe(cover, resources),
            contents=contents,
            body=frame_tables(body, words),
            css=_template("report.css"),
            script=script,
            policy=content_policy(script),
        )
        return page, resources


def content_policy(script: str) -> str:
    """Return the page's content security policy: no request to anywhere, no script but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


class IndustryPDFExporter(_ReportExporter):
    """A tagged PDF (PDF/UA-1, with a date PDF/A-2a too): cover, imprint, contents, running heads."""

    export_from_notebook = "Industry report (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF and nbconvert's resources.

        Raises
        ------
        InputError
            If Typst cannot set the document; the message is Typst's own.
        """
        body, _, cover, resources = self._render_body(nb, resources, **kw)
        resources["output_extension"] = ".pdf"
        body, pictures = extract_pictures(_printable(body))
        return compile_pdf(converter.convert(body), imprint.describe(cover, resources), pictures), resources


def _printable(body: str) -> str:
    """Leave out what only a screen can unfold, and place the contents: after the summary, if there is one."""
    body = re.sub(r"<details>.*?</details>", "", body, flags=re.S)
    mark = '<div id="contents"></div>\n'
    chapters = [match.start() for match in re.finditer("<h2 ", body)]
    place = chapters[1] if len(chapters) > 1 and body.startswith('<h2 id="summary"', chapters[0]) else 0
    return body[:place] + mark + body[place:]


def extract_pictures(body: str) -> tuple[str, dict[str, bytes]]:
    """Replace inline SVG and data addresses by files.

    Returns
    -------
    str
        The body; every picture is an ``img`` with a file name and its alternative text.
    dict of str to bytes
        The files by name.
    """
    files: dict[str, bytes] = {}

    def stored(content: bytes, suffix: str) -> str:
        name = f"picture-{len(files) + 1}.{suffix}"
        files[name] = content
        return name

    def from_svg(match: re.Match[str]) -> str:
        label = re.search(r'aria-label="([^"]*)"', match[0])
        svg = (
            match[0]
            if "xmlns=" in match[0]
            else match[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        )
        return f'<img src="{stored(svg.encode(), "svg")}" alt="{label[1] if label else ""}">'

    def from_address(match: re.Match[str]) -> str:
        suffix = {"jpeg": "jpg", "svg+xml": "svg"}.get(match[1], match[1])
        return f'src="{stored(base64.b64decode(match[2]), suffix)}"'

    body = re.sub(r"<svg\b.*?</svg>", from_svg, body, flags=re.S)
    return re.sub(r'src="data:image/([\w+]+);base64,([^"]*)"', from_address, body), files


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
    """
    import typst

    logo, drawn = _logo_file(front["logo"])
    front = {**front, "logo": logo, "words": {**front["words"], **WORDS[front["language"]]}}
    main = (
        '#import "report.typ": apart, contents, landscape, picture, report, small\n'
        "#let horizontalrule = line(length: 100%)\n"
        '#let front = json("front.json")\n#show: report.with(front)\n' + markup
    )
    files = {
        "main.typ": main.encode(),
        "report.typ": _template("report.typ").encode(),
        "front.json": json.dumps(front, ensure_ascii=False).encode(),
        **drawn,
        **pictures,
    }
    files = {name: _with_glyphs(content) if _is_text(name) else content for name, content in files.items()}
    # A folder, because the compiler's in-memory files must be text, and a picture is not.
    with tempfile.TemporaryDirectory(prefix="industry-report-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            return typst.compile(
                str(Path(folder) / "main.typ"),
                font_paths=_fonts(),
                # An archive's PDF/A wants a date, and a date that nobody gave would be made up.
                pdf_standards=["ua-1", "a-2a"] if front["date"] else ["ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            problem = f"Typst stopped: {error.message}."
            mend = " ".join(error.hints) or error.diagnostic
            raise InputError(f"PDF of “{front['title']}”", problem, mend) from error


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
    text = content.decode()
    missing = style.find_missing_glyphs(text)
    marks = {
        character
        for character in missing
        if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f"
    }
    return (
        text.translate({ord(c): "" if c in marks else GETA for c in missing}).encode() if missing else content
    )


@functools.cache
def _template(name: str) -> str:
    return (TEMPLATES / "industry" / name).read_text(encoding="utf-8")
