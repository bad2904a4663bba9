"""Executed notebook → HTML page, PDF and Word document: three nbconvert exporters that share one body.

The body is HTML in both cases, so whatever a cell puts out appears in both. The PDF goes on through pandoc to
Typst, whose compiler refuses a document that breaks PDF/UA-1.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Application

from ..base.errors import InputError
from ..report import display
from . import accessible_tables, body, exhibit_files, imprint, printing, repair, sharing, signs, word
from .body import Body, find_cover
from .failed_cells import ExportError, refuse_failed
from .html_tree import Element, Node, copy, iterate, write
from .report_data import list_attachments, report_data
from .report_words import WORDS
from .typesetting import TEMPLATES, template

__all__ = ["find_cover", "list_attachments", "make_further", "make_pages", "report_data"]

# Preprocessors of nbconvert that are enabled, and do nothing until they are configured.
IDLE = ("TagRemovePreprocessor", "RegexRemovePreprocessor")


def make_pages(nb: NotebookNode, resources: dict[str, Any]) -> tuple[str, bytes]:
    """Return page and PDF of an executed notebook: the two exporters, for which the body is rendered once.

    Parameters
    ----------
    nb : NotebookNode
        The executed notebook.
    resources : dict
        As for nbconvert; what it names under ``metadata`` tells where pictures of Markdown cells lie. Where
        ``report`` is given, the report's name and what `report_data` says of it, files are made that lie
        beside the page, and the page links to them. Gets ``warnings``: what a reader does not get, each with
        its cell and the remedy; and ``beside``, see `exhibit_files.Beside`.
    """
    html, pdf = _exporters()
    made = html.read_body(nb, resources)
    body_made, told = made
    shared = {**resources, "body": made}
    printed = pdf.from_notebook_node(nb, shared)[0]
    if "report" in resources:
        name, data = resources["report"]
        page = told["summary_page"]
        warn = body_made.warnings.append
        resources["beside"] = exhibit_files.make_files(data, name, body_made.nodes, printed, page, warn)
        told["beside"] = resources["beside"]
    drawn = html.from_notebook_node(nb, shared)[0]
    resources["warnings"] = list(dict.fromkeys(body_made.warnings))
    return drawn, printed


def make_further(nb: NotebookNode, resources: dict[str, Any], also: Sequence[str]) -> dict[str, bytes]:
    """Return an executed notebook in further formats, by suffix: docx."""
    shared = {name: value for name, value in resources.items() if name != "warnings"}
    return {kind: FURTHER[kind]().from_notebook_node(nb, dict(shared))[0] for kind in also}


@functools.cache
def _exporters() -> tuple[IndustryHTMLExporter, IndustryPDFExporter]:
    """Return both exporters; once per process, for they load templates."""
    return IndustryHTMLExporter(), IndustryPDFExporter()


class _ReportExporter(TemplateExporter):
    """What the HTML page and the PDF share: the body."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "industry"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "page.html.j2"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        # Not installed as nbconvert data files: an editable install would leave them out.
        return [str(TEMPLATES)]

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page or the PDF, and nbconvert's resources.

        Raises
        ------
        ExportError
            If a cell failed and nobody allowed errors, or nothing can be made of the notebook.
        """
        try:
            made, resources = self.read_body(nb, resources, **kw)
            content = self.render(made, resources)
        except InputError as error:
            raise self._told(error) from None
        if "body" not in resources:  # else `make_pages` tells, for both formats at once
            for warning in dict.fromkeys(made.warnings):
                self.log.warning("%s", warning)
        return content, resources

    def render(self, made: Body, resources: dict[str, Any]) -> Any:
        """Return the page or the PDF of a body."""
        raise NotImplementedError

    def _told(self, error: InputError) -> BaseException:
        """Return an error as whoever called can show it: nbconvert's command would print a traceback."""
        if type(Application._instance).__name__ == "NbConvertApp":
            self.log.error("%s", error)
            return SystemExit(1)
        return (
            error if isinstance(error, ExportError) else ExportError(error.thing, error.problem, error.remedy)
        )

    def read_body(
        self, nb: NotebookNode, resources: dict[str, Any] | None, **kw: Any
    ) -> tuple[Body, dict[str, Any]]:
        """Return the body of a notebook and nbconvert's resources; nbconvert's preprocessors run before."""
        if resources and "body" in resources:
            return resources["body"]
        metadata = (resources or {}).get("metadata", {})
        file = str(metadata.get("name", ""))
        name = file or find_cover(nb)["title"]
        if not self.config.ExecutePreprocessor.get("allow_errors", False):
            refuse_failed(nb, name)
        shown, resources = Exporter.from_notebook_node(self, _without_numbers(nb), resources, **kw)
        return body.build(shown, str(resources["metadata"].get("path", "") or ""), file), resources

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook as it is if no preprocessor has work; nbconvert would copy it twice more."""
        if not any(self._has_work(step) for step in self._preprocessors):
            return nb, resources
        return super()._preprocess(nb, resources)

    def _has_work(self, preprocessor: Any) -> bool:
        name = type(preprocessor).__name__
        configured = set(self.config[name]) - {"enabled"}  # which nbconvert sets itself
        return getattr(preprocessor, "enabled", True) and (name not in IDLE or bool(configured))


def _without_numbers(nb: NotebookNode) -> NotebookNode:
    """Leave out what a page does not show of the outputs, and nbconvert would copy number by number."""
    cells = []
    for cell in nb.cells:
        kept = cell.copy()
        if cell.cell_type == "code":
            kept.outputs = [_as_shown(output) for output in cell.get("outputs", [])]
        cells.append(kept)
    return NotebookNode({**nb, "cells": cells})


def _as_shown(output: NotebookNode) -> NotebookNode:
    if "data" not in output:
        return output
    private = set(display.PRIVATE) - {display.COVER}
    shown = {kind: content for kind, content in output.data.items() if kind not in private}
    return NotebookNode({**output, "data": NotebookNode(shown)})


class IndustryHTMLExporter(_ReportExporter):
    """One self-contained page: no request, code hidden, and one script that only copies tables."""

    export_from_notebook = "Industry report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def render(self, made: Body, resources: dict[str, Any]) -> str:
        """Return the page."""
        words, script = made.words, template("copy.js")
        nodes = accessible_tables.frame_tables(copy(made.nodes), words)
        beside = resources.get("beside")
        if beside is not None:
            exhibit_files.add_links(nodes, beside)
        css = template("report.css") + (template("foreign.css") if _is_foreign(nodes) else "")
        return self.environment.get_template("page.html.j2").render(
            words=words,
            front=_describe_front(made, resources),
            contents=made.contents,
            body=write(_without_sources(nodes)).strip("\n"),
            css=css,
            script=script,
            policy=content_policy(script),
            beside=beside,
            card_pixels=sharing.CARD_PIXELS,
        )


def _describe_front(made: Body, resources: dict[str, Any]) -> dict[str, Any]:
    """Return what page and PDF print around a body."""
    listed = signs.list_signs(made.nodes, WORDS[made.cover["language"]]["symbols"], made.ours)
    return {**imprint.describe(made.cover, resources), "signs": listed}


def _without_sources(nodes: list[Node]) -> list[Node]:
    """Leave out the TeX that formulas carry for the PDF."""
    for element in iterate(nodes):
        if element.kind == "math":
            element.attributes.pop("data-tex", None)
    return nodes


def _is_foreign(nodes: list[Node]) -> bool:
    """Tell whether a body shows what `display` and plain Markdown never do, and needs styles for."""
    return any(
        (element.tag in ("pre", "img", "details") and not _is_ours(element))
        or (element.tag == "table" and element.attributes.get("class", "") == "dataframe")
        or element.attributes.get("class", "").startswith(("left-out", "output-"))
        or (element.tag == "td" and any(inner.tag == "table" for inner in iterate(element.children)))
        for element in iterate(nodes)
    )


def _is_ours(element: Element) -> bool:
    return element.tag == "details" and printing.is_folded(element)


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

    def render(self, made: Body, resources: dict[str, Any]) -> bytes:
        """Return the PDF."""
        resources["output_extension"] = ".pdf"
        front = {**_describe_front(made, resources), "chapters": bool(made.contents)}
        printed = printing.prepare(made, "citations" in resources)
        report = repair.set_report(printed, front, made.words, made.warnings.append)
        resources["summary_page"] = report.summary_page
        return report.pdf


class IndustryWordExporter(_ReportExporter):
    """A Word document to be edited: cover, contents, headings, tables and figures as Word knows them."""

    export_from_notebook = "Industry report (Word)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".docx"

    def render(self, made: Body, resources: dict[str, Any]) -> bytes:
        """Return the document."""
        resources["output_extension"] = ".docx"
        front = {**imprint.describe(made.cover, resources), "chapters": bool(made.contents)}
        return word.make_document(printing.prepare(made, "citations" in resources), front)


class _Hyphenated:
    """Keeps a name that nbconvert's command knows out of JupyterLab's menu, whose route takes no hyphen."""

    @default("enabled")
    def _enabled_default(self) -> bool:
        return "jupyter_server.serverapp" not in sys.modules


class HyphenatedHTMLExporter(_Hyphenated, IndustryHTMLExporter):
    """`IndustryHTMLExporter` under the name that it had before JupyterLab's menu."""


class HyphenatedPDFExporter(_Hyphenated, IndustryPDFExporter):
    """`IndustryPDFExporter` under the name that it had before JupyterLab's menu."""


class HyphenatedWordExporter(_Hyphenated, IndustryWordExporter):
    """`IndustryWordExporter` under the name that it has beside the others on a command line."""


FURTHER: dict[str, Callable[[], _ReportExporter]] = {"docx": IndustryWordExporter}
"""Formats that a build makes on request: suffix → exporter."""
