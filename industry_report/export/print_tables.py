"""Tables for print: none wider than a sheet and none longer than a reader turns pages for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .html_tree import Element, Node, find, make, read_attribute, read_text, set_attribute

# What a line of a table holds, in Latin letters: at 9 and at 7.5 points, on a turned sheet, and in a list.
NORMAL, SMALL, TURNED, NESTED = 96, 122, 190, 100
GAP = 2  # letters between two columns
MOST_ROWS = 200  # some five sheets
ALMOST = 0.85  # of what letters take by `measure`, which is what wide ones do
SAFE = 1.1  # of what `measure` finds: figures are wider than letters
LONGEST_SHORT = 13  # letters: a head such as 95%置信区间, a name such as 评估员甲
LONGEST_WORD = 16  # letters; what is longer may break, see report.lua
WIDE_LETTER = re.compile(r"[A-Z@%&mwMW]")
CONTAINERS = frozenset(["ul", "ol", "dl", "li", "blockquote", "table", "figure"])


@dataclass
class Grid:
    """A table as rows of cells, each at the columns it covers.

    Attributes
    ----------
    table : Element
        The table itself.
    rows : list of (Element, str, list of (int, Element))
        Each row with its group's tag, and its cells with their first column.
    columns : int
        How many columns there are.
    """

    table: Element
    rows: list[tuple[Element, str, list[tuple[int, Element]]]]
    columns: int


def fit(table: Element, words: dict[str, str], where: str, nested: bool) -> list[Node]:
    """Return what is printed of a table: itself, or its columns sheet by sheet, and a note on rows left out.

    Parameters
    ----------
    table : Element
        It is changed.
    words : dict
        The report's words.
    where : str
        Where the whole table is found.
    nested : bool
        Whether it stands in a list or a quotation, where no sheet can be turned.
    """
    for inner in list(find(table.children, "table")):
        _as_lines(inner)
    for group in table.children:
        if isinstance(group, Element):
            group.children = [c for c in group.children if not _is_empty_row(c)]
    grid = read_grid(table)
    if not grid.rows:
        return []
    rows = sum(group != "thead" for _, group, _ in grid.rows)
    note = _cut(grid, words, where, rows) if rows > MOST_ROWS else []
    needed = _needs(grid)
    room = NESTED if nested else TURNED
    if sum(needed) + GAP * grid.columns <= room:
        if nested:
            table.attributes["data-typst"] = "small"
        _set_widths(grid, needed, room)
        return [table, *note]
    return [*_split(grid, needed, room, words, nested), *note]


def _is_empty_row(node: Node) -> bool:
    cells = () if isinstance(node, str) else find(node.children, "td", "th")
    return isinstance(node, Element) and node.tag == "tr" and not any(True for _ in cells)


def read_grid(table: Element) -> Grid:
    """Return a table's cells by row and column; a cell that spans rows keeps its columns in those below."""
    rows: list[tuple[Element, str, list[tuple[int, Element]]]] = []
    covered: dict[int, int] = {}  # rows still covered, by column
    columns = 0
    for group, row in _rows(table):
        cells, column = [], 0
        for cell in row.children:
            if not isinstance(cell, Element) or cell.tag not in ("td", "th"):
                continue
            while covered.get(column, 0):
                column += 1
            cells.append((column, cell))
            across, down = read_span(cell, "colspan"), read_span(cell, "rowspan")
            for place in range(column, column + across):
                covered[place] = down
            column += across
        columns = max(columns, column, *(place + 1 for place, left in covered.items() if left), 1)
        covered = {place: left - 1 for place, left in covered.items() if left > 1}
        rows.append((row, group, cells))
    return Grid(table, rows, max(columns, 1))


def _rows(table: Element) -> list[tuple[str, Element]]:
    found = []
    for group in table.children:
        if isinstance(group, Element) and group.tag in ("thead", "tbody", "tfoot"):
            found += [
                (group.tag, row) for row in group.children if isinstance(row, Element) and row.tag == "tr"
            ]
    return found


def read_span(cell: Element, name: str) -> int:
    """Return how many columns or rows a cell covers: 1 unless it says so."""
    given = read_attribute(cell, name).strip()
    return min(max(int(given), 1), 1000) if given.isdecimal() else 1


def _cut(grid: Grid, words: dict[str, str], where: str, rows: int) -> list[Node]:
    kept, left = [], MOST_ROWS
    for row, group, cells in grid.rows:
        if group == "thead" or left > 0:
            kept.append((row, group, cells))
        left -= group != "thead"
    inside = {id(row) for row, _, _ in kept}
    for group_element in grid.table.children:
        if isinstance(group_element, Element):
            group_element.children = [
                c
                for c in group_element.children
                if not isinstance(c, Element) or id(c) in inside or c.tag != "tr"
            ]
    grid.rows = kept
    for position, (_, _, cells) in enumerate(kept):
        for _, cell in cells:
            if read_span(cell, "rowspan") > len(kept) - position:
                cell.attributes["rowspan"] = str(len(kept) - position)
    told = words["cut"].format(rows=f"{rows:,}", shown=MOST_ROWS, where=words[where])
    return [make("p", make("em", told))]


# --- widths


def measure(text: str) -> float:
    """Return about how wide a text is, in Latin letters; a Chinese character takes two."""
    wide = sum(1 for character in text if character > "\u2e7f")
    return len(text) + wide + 0.3 * len(WIDE_LETTER.findall(text))


def _need(text: str) -> float:
    """Return what a column cannot do without for a text: its longest word, or all of a number."""
    if re.match(r"[\s\d.,%+\-()$¥€]+$", text):
        return min(measure(text), 24)
    return max(
        (
            min(measure(word), LONGEST_WORD)
            for word in re.findall(r"[^\s\u2e80-\uffff]+|[\u2e80-\uffff]", text)
        ),
        default=1,
    )


def _needs(grid: Grid) -> list[float]:
    return _widths(grid, _need)


def _widths(grid: Grid, by: Callable[[str], float]) -> list[float]:
    needed = [1.0] * grid.columns
    for _, _, cells in grid.rows:
        for column, cell in cells:
            if read_span(cell, "colspan") == 1:
                needed[column] = max(needed[column], by(" ".join(read_text(cell.children).split())))
    return needed


def _set_widths(grid: Grid, needed: list[float], room: int) -> None:
    """Name the width of each column if Typst's own sharing would lay a word of one on the next.

    What is named is what each column needs, and a share of the rest by what it lacks.
    """
    sizes = (NESTED,) if room == NESTED else (NORMAL, SMALL, TURNED)
    sheet = next((size for size in sizes if sum(needed) + GAP * len(needed) <= size), room)
    inside = sheet - GAP * len(needed)
    needed = _keep_short(grid, needed, inside)
    shared = _share(_widths(grid, measure), inside)
    if all(given >= ALMOST * least for given, least in zip(shared, needed, strict=True)):
        return
    wanted = _widths(grid, lambda text: min(measure(text), 60.0))
    lack = [max(more - least, 0.0) for more, least in zip(wanted, needed, strict=True)]
    share = (inside - sum(needed)) / sum(lack) if sum(lack) > 0 else 0.0
    widths = [least + GAP + share * more for least, more in zip(needed, lack, strict=True)]
    total = sum(widths)
    columns = make("colgroup")
    columns.children = [make("col", style=f"width: {100 * width / total:.2f}%") for width in widths]
    grid.table.children = [
        c for c in grid.table.children if not isinstance(c, Element) or c.tag != "colgroup"
    ]
    at = next(
        (i + 1 for i, c in enumerate(grid.table.children) if isinstance(c, Element) and c.tag == "caption"), 0
    )
    grid.table.children.insert(at, columns)
    grid.table.attributes["data-typst"] = {NORMAL: "normal", SMALL: "small", NESTED: "small"}.get(
        sheet, "turned"
    )


def _keep_short(grid: Grid, needed: list[float], inside: float) -> list[float]:
    """Return what columns need if no short word or name is broken, where they have room for that."""
    short = _widths(grid, lambda text: measure(text) if measure(text) <= LONGEST_SHORT else _need(text))
    wide = [SAFE * max(pair) for pair in zip(short, needed, strict=True)]
    return wide if sum(wide) <= inside else needed


def _share(wanted: list[float], room: float) -> list[float]:
    """Return what automatic columns get: the narrow what they want, the others equal parts of the rest."""
    given = list(wanted)
    open_columns = set(range(len(wanted)))
    while open_columns:
        fair = (room - sum(given[i] for i in range(len(given)) if i not in open_columns)) / len(open_columns)
        small = {i for i in open_columns if wanted[i] <= fair}
        if not small:
            return [max(fair, 0.0) if i in open_columns else given[i] for i in range(len(given))]
        open_columns -= small
    return given


# --- columns, sheet by sheet


def _split(grid: Grid, needed: list[float], room: int, words: dict[str, str], nested: bool) -> list[Node]:
    heads = _count_heads(grid)
    fixed = sum(needed[:heads]) + GAP * heads
    if fixed > room / 2:
        heads, fixed = 0, 0.0
    parts: list[list[int]] = [[]]
    width = fixed
    for column in range(heads, grid.columns):
        if parts[-1] and width + needed[column] + GAP > room:
            parts.append([])
            width = fixed
        parts[-1].append(column)
        width += needed[column] + GAP
    made: list[Node] = []
    for position, part in enumerate(parts):
        columns = [*range(heads), *part]
        table = _take_columns(grid, columns, with_caption=position == 0)
        taken = read_grid(table)
        table.attributes["data-typst"] = "small" if nested else "turned"
        if not nested:
            table.attributes["data-typst-part"] = (
                "only" if len(parts) == 1 else _name_part(position, len(parts))
            )
        if position:
            told = {"first": part[0] + 1, "last": part[-1] + 1, "columns": grid.columns}
            set_attribute(table, "data-typst-note", words["continued"].format(**told))
        _set_widths(taken, [needed[column] for column in columns], room)
        made.append(table)
    return made


def _name_part(position: int, count: int) -> str:
    return "first" if position == 0 else "last" if position == count - 1 else "middle"


def _count_heads(grid: Grid) -> int:
    """Return how many columns name the rows: those whose cells are heads in the body, or else one."""
    bodies = [cells for _, group, cells in grid.rows if group != "thead"]
    heads = max(
        (sum(read_span(c, "colspan") for _, c in cells if c.tag == "th") for cells in bodies), default=0
    )
    return min(heads, grid.columns - 1) if heads else min(1, grid.columns - 1)


def _take_columns(grid: Grid, columns: list[int], with_caption: bool) -> Element:
    groups: dict[str, Element] = {}
    for row, group, cells in grid.rows:
        made = Element("tr", dict(row.attributes))
        for column, cell in cells:
            covered = [c for c in columns if column <= c < column + read_span(cell, "colspan")]
            if covered:
                attributes = {k: v for k, v in cell.attributes.items() if k != "colspan"}
                if len(covered) > 1:
                    attributes["colspan"] = str(len(covered))
                made.children.append(Element(cell.tag, attributes, cell.children))
        groups.setdefault(group, Element(group)).children.append(made)
    caption = [
        c for c in grid.table.children if isinstance(c, Element) and c.tag == "caption" and with_caption
    ]
    return Element("table", dict(grid.table.attributes), [*caption, *groups.values()])


def _as_lines(table: Element) -> None:
    """Turn a table within a cell into lines of text: print has no room for a sheet within a sheet."""
    lines: list[Node] = []
    for _, row in _rows(table):
        texts = [" ".join(read_text(c.children).split()) for c in row.children if isinstance(c, Element)]
        kept = list(find(row.children, "img", "svg"))
        if any(texts):
            lines.append(make("p", " · ".join(filter(None, texts))))
        lines += kept
    table.tag, table.attributes, table.children = "div", {}, lines
