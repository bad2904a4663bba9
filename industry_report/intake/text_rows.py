"""Judge rows of separated text whose cells a delimiter without quotes may have shifted."""

import re
from collections.abc import Sequence

import numpy as np

from . import values
from .fault_log import FaultLog
from .headers import Table
from .input_files import Block, Sheet

_UNIFORM_ROWS = 3  # rows that must all end alike before the empty cells at their end are taken for a habit
_THOUSANDS = re.compile(r"[-+]?[¥￥]?\s*[1-9]\d{0,2}")
_THREE_DIGITS = re.compile(r"\d{3}(?:\.\d+)?\s*(?:元|圆)?")


def list_long_rows(
    block: Block, sheet: Sheet, table: Table, chosen: np.ndarray, faults: FaultLog
) -> np.ndarray:
    """List rows of text with more cells than the header: a delimiter without quotes has shifted them.

    A surplus cell shifts the others even if it is blank itself, as at the end of a row whose last column is.
    Only where all rows end with the same number of empty cells more is that how the program writes rows.

    Returns
    -------
    array of bool
        For each chosen row whether it is kept out.
    """
    bad = np.zeros(len(chosen), dtype=bool)
    if not sheet.is_text or block.width <= table.width:
        return bad
    rows = [block.raw(position) for position in chosen.tolist()]
    surplus = [[values.trim(cell) for cell in row[table.width :]] for row in rows]
    lengths = {len(cells) for cells in surplus}
    is_habit = len(rows) >= _UNIFORM_ROWS and len(lengths) == 1 and not any(map(any, surplus))
    if is_habit and not any(_is_split(row, table) for row in rows):
        if block.first_row == sheet.first_row + table.skip:
            faults.note("blank_surplus", sheet.name, value=str(*lengths))
        return bad
    for place, (row, cells) in enumerate(zip(rows, surplus, strict=True)):
        if cells:
            bad[place] = True
            shown = next(filter(None, cells), "") or next(
                (values.trim(cell) for cell in row[::-1] if cell), ""
            )
            number = block.first_row + int(chosen[place])
            faults.add("too_many_cells", sheet.name, "", [number], [shown[:200]])
    return bad


def _is_split(row: Sequence[str], table: Table) -> bool:
    """Tell whether a thousands comma may have cut the amount: 1,200 in two cells."""
    place = table.columns.get("amount", -2) + 1
    return (
        0 < place < len(row)
        and _THOUSANDS.fullmatch(row[place - 1].strip()) is not None
        and _THREE_DIGITS.fullmatch(row[place].strip()) is not None
    )


def list_split_amounts(
    block: Block, sheet: Sheet, table: Table, chosen: np.ndarray, faults: FaultLog
) -> np.ndarray:
    """List amounts that a thousands comma without quotes may have cut in two without making the row longer.

    So it is where no amount has more than three digits and all that ever stands in the next column, which is
    none of ours, are three digits.

    Returns
    -------
    array of bool
        For each chosen row whether its amount is doubtful.
    """
    none = np.zeros(len(chosen), dtype=bool)
    place = table.columns.get("amount")
    if not sheet.is_text or sheet.delimiter not in (",", "，") or place is None:
        return none
    if place + 1 in table.columns.values() or place + 1 not in table.headers:
        return none
    amounts, following = block.columns[place], block.columns[place + 1]
    texts = [values.trim(value) for value in following.values]
    digits = np.array([_THREE_DIGITS.fullmatch(text) is not None for text in texts], dtype=bool)
    others = np.array([bool(text) for text in texts], dtype=bool) & ~digits
    small = [not (text := values.trim(value)) or _THOUSANDS.fullmatch(text) for value in amounts.values]
    rows = (following.codes[chosen], amounts.codes[chosen])
    if others[rows[0]].any() or not np.array(small, dtype=bool)[rows[1]].all():
        return none
    filled = np.array([bool(values.trim(value)) for value in amounts.values], dtype=bool)
    hit = digits[rows[0]] & filled[rows[1]]
    shown = [values.trim(amounts.values[code]) for code in rows[1][hit]]
    faults.add(
        "amount_split",
        sheet.name,
        "amount",
        block.first_row + chosen[hit],
        shown,
        [texts[code] for code in rows[0][hit]],
    )
    return hit
