"""What a mark of a figure says where a pointer rests on it: its row of the published table, without a script.

A mark is matched with the table that stands below the figure by its value. So nothing is said that is not
published there, and nothing where two rows would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Annotation

from ..base.language import text
from . import tables

NAME = "hover-{}"  # of a group of the drawing, while it is written
NEAR = 0.01  # of a place on an axis
SAME = 1e-9  # of a number, relative
SILENT = ("", " ", "None", "none", "|", "_", None)  # no marker, or the ends of an interval


@dataclass(frozen=True)
class _Row:
    """A row of the table: what tells it apart, its numbers, and all of it as a reader sees it."""

    labels: tuple[str, ...]
    numbers: tuple[float, ...]
    words: str


def name_marks(figure: Figure, data: pd.DataFrame | None) -> dict[str, list[str]]:
    """Name the marks of a figure that say something, and return what each says.

    Parameters
    ----------
    figure : Figure
        Its bars and points get names (gid), which `write_titles` looks for.
    data : DataFrame, optional
        The table behind it, as it is published; a number that is withheld is missing there, too.

    Returns
    -------
    dict
        Name of a bar, or of points that are drawn together → what they say, in order; empty for one that says
        nothing.
    """
    rows = [] if data is None or data.empty else _read_rows(data)
    told: dict[str, list[str]] = {}
    for ax in figure.axes if rows else ():
        for mark, places in _list_marks(ax):
            said = [_tell(rows, value, names) for value, names in places]
            if any(said):
                name = NAME.format(len(told) + 1)
                mark.set_gid(name)
                told[name] = said
    return told


def _read_rows(data: pd.DataFrame) -> list[_Row]:
    shown = tables.printed(data)
    columns = tables.describe(data)["columns"]
    table = data.reset_index() if data.index.name or data.index.nlevels > 1 else data
    leading = [place for place, column in enumerate(columns) if column["role"] == "row"]
    numeric = [place for place, column in enumerate(columns) if column["role"] == "number"]
    counted = table.iloc[:, numeric].to_numpy(float, na_value=np.nan).tolist()
    rows = []
    for values, numbers in zip(shown.itertuples(index=False, name=None), counted, strict=True):
        labels = tuple(str(values[place]) for place in leading)
        told = [f"{head} {value}" for head, value in zip(shown.columns, values, strict=True)][len(leading) :]
        head = text(zh="，", en=", ").join(labels)
        rows.append(_Row(labels, tuple(numbers), "\n".join([head, *told])))
    return rows


# --- the marks


Places = list[tuple[float, list[str]]]  # value, names beside it
Names = list[tuple[float, str]]  # where, what


def _list_marks(ax: Axes) -> Iterator[tuple[Patch | Line2D, Places]]:
    """Yield bars and lines of points, each with the values that it shows and the names that stand there."""
    names = {across: _list_names(ax, across) for across in (True, False)}
    for container in ax.containers:
        if isinstance(container, BarContainer):
            across = container.orientation == "horizontal"
            for bar in container.patches:
                if isinstance(bar, Rectangle):
                    yield bar, [_place_bar(bar, across, names[across])]
    for line in ax.lines:
        if line.get_marker() not in SILENT:
            yield line, _place_points(line, names)


def _place_bar(bar: Rectangle, across: bool, names: Names) -> tuple[float, list[str]]:
    start, size = (bar.get_y(), bar.get_height()) if across else (bar.get_x(), bar.get_width())
    return (bar.get_width() if across else bar.get_height()), _find_names(names, start + size / 2)


def _place_points(line: Line2D, names: dict[bool, Names]) -> Places:
    """Return values and names of points: they stand at whole numbers of one axis."""
    x, y = (np.asarray(values, dtype=float) for values in (line.get_xdata(), line.get_ydata()))
    across = bool(np.all(y == np.round(y))) and not bool(np.all(x == np.round(x)))
    known = np.isfinite(x) & np.isfinite(y)
    values, places = (x, y) if across else (y, x)
    pairs = zip(values[known].tolist(), places[known].tolist(), strict=True)
    return [(value, _find_names(names[across], place)) for value, place in pairs]


def _list_names(ax: Axes, across: bool) -> Names:
    """Return what stands at the places of an axis, and above the drawing (at no place)."""
    axis = ax.yaxis if across else ax.xaxis
    places = [float(at) for at in axis.get_ticklocs()]
    labels = axis.get_major_formatter().format_ticks(places)  # not its `Text`s, which are laid out again
    titles = [(np.nan, ax.get_title(loc=place)) for place in ("left", "center", "right")]
    written = [name for name in ax.texts if across and not isinstance(name, Annotation)]
    beside = [(float(name.get_position()[1]), name.get_text()) for name in written]  # see `layout.find_names`
    return [*titles, *beside, *zip(places, labels, strict=False)]


def _find_names(names: Names, place: float) -> list[str]:
    return [name for at, name in names if name and (np.isnan(at) or abs(at - place) < NEAR)]


def _tell(rows: Sequence[_Row], value: float, names: Sequence[str]) -> str:
    """Return what a mark says: the one row that has its value, by the names beside it if several have."""
    found = [row for row in rows if value and any(abs(value - n) <= SAME * abs(n) for n in row.numbers)]
    if len(found) > 1:
        near = ["".join(name.split()) for name in names if name]
        best = [sum(any(_same(label, name) for name in near) for label in row.labels) for row in found]
        found = [row for row, count in zip(found, best, strict=True) if count and count == max(best)]
    return found[0].words if len(found) == 1 else ""


def _same(label: str, name: str) -> bool:
    """Tell whether a name beside a mark is that of a row: A级 is A."""
    plain = "".join(label.split())
    return bool(plain) and name in (plain, f"{plain}级", f"{plain}分", f"Grade{plain}")


# --- the drawing


def write_titles(svg: str, told: dict[str, list[str]]) -> str:
    """Return a drawing whose named marks have titles, which browsers show where a pointer rests on them."""
    for name, said in told.items():
        opening = f'<g id="{name}">'
        start = svg.find(opening)
        if start < 0:
            continue
        end = _find_end(svg, start)
        svg = svg[:start] + _entitle(svg[start:end], opening, said) + svg[end:]
    return svg


def _entitle(group: str, opening: str, said: list[str]) -> str:
    if "<use" not in group:
        return group.replace(opening, f"<g>{_title(said[0])}", 1)
    marks = re.findall(r"<use[^>]*/>", group)
    if len(marks) != len(said):  # some lie outside of the drawing: which is not known
        return group.replace(opening, "<g>", 1)
    titles = iter(said)
    return re.sub(
        r"<use([^>]*)/>",
        lambda m: f"<use{m[1]}>{_title(next(titles))}</use>",
        group.replace(opening, "<g>", 1),
    )


def _title(words: str) -> str:
    return f"<title>{escape(words, quote=False)}</title>" if words else ""


def _find_end(svg: str, start: int) -> int:
    """Return where the group that begins here ends."""
    depth = 0
    for tag in re.compile(r"<g[ >]|</g>").finditer(svg, start):
        depth += 1 if tag[0] != "</g>" else -1
        if not depth:
            return tag.end()
    return len(svg)
