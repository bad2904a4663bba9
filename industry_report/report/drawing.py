"""A matplotlib figure as inline SVG: text stays text, and equal figures give equal bytes."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from . import hover_values


def write_svg(
    figure: Figure, alt: str, number: int, width: str = "", data: pd.DataFrame | None = None
) -> str:
    """Return a figure as inline SVG with real text, identical for identical figures.

    Parameters
    ----------
    figure : Figure
        It is closed.
    alt : str
        See `alternative_text.describe_figure`.
    number : int
        Which figure of the report it is: the ids of two on one page must differ, and stay in the next build.
    width : str
        Class of a drawing that is set as wide as it was drawn; empty for none.
    data : DataFrame, optional
        The table behind it: what its marks say where a pointer rests on them.
    """
    told = hover_values.name_marks(figure, data)
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": f"figure-{number}"}):
        # Not `savefig`, which draws a figure with a layout twice.
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    plt.close(figure)  # else the inline backend shows it a second time
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    # A minus is a full square wide in Chinese fonts; an en dash is as wide as one in Latin ones.
    svg = re.sub(r"[^<>]*</text>", lambda found: found[0].replace("\u2212", "\u2013"), svg)
    svg = hover_values.write_titles(svg, told)
    # Ids such as figure_1 are the same in every figure of a page, and nothing refers to them.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    named = f' class="{width}"' if width else ""
    return svg.replace("<svg", f'<svg{named} role="img" aria-label="{escape(alt)}"', 1).strip()
