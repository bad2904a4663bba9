"""A Markdown cell as HTML: as nbconvert renders it, with formulas as MathML; pictures are `pictures`' own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from . import formulas

BYTE_ORDER_MARK = "\ufeff"


class _Renderer(IPythonRenderer):
    """nbconvert's, without what needs a script and without reading files tag by tag."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(escape=False)
        self.warn = warn

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<h{level}>{text}</h{level}>\n"

    def paragraph(self, text: str) -> str:
        return super().paragraph(_joined(text))

    def block_text(self, text: str) -> str:
        return super().block_text(_joined(text))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return HTMLRenderer.image(self, text, url, title)

    def block_math(self, body: str) -> str:
        return formulas.to_html(body, True, self.warn)

    def inline_math(self, body: str) -> str:
        return formulas.to_html(body, False, self.warn)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def _joined(text: str) -> str:
    """Drop a line break between two Chinese characters, where a browser would show a space."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef”’])\n(?=[\u3000-\u9fff\uff00-\uffef“‘])", "", text)


def render(source: str, warn: Callable[[str], None]) -> str:
    """Return a Markdown text as HTML, not yet cleaned.

    Parameters
    ----------
    source : str
        As the author wrote it.
    warn : callable
        Is told of formulas that are none.
    """
    return MarkdownWithMath(renderer=_Renderer(warn)).render(source.replace(BYTE_ORDER_MARK, ""))
