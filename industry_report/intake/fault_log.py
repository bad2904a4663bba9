"""Collect what is wrong with a file: every fault at its place, fit to be shown."""

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..base.errors import printable
from .fault_kinds import KINDS, explain
from .headers import Table
from .input_files import Sheet
from .personal_data import cover
from .schemas import CONSULTATIONS
from .xlsx import name_column

COUNTS = ("read", "graded", "ungradable", "rejected", "duplicates")
TEXT_DTYPE = "str" if int(pd.__version__.split(".")[0]) >= 3 else "string"


class Fault(NamedTuple):
    """One fault at its place; `row` is 0 where a whole sheet is meant."""

    sheet: str
    row: int
    column: str
    header: str
    cell: str
    value: str
    code: str
    hint: str


class FaultLog:
    """Collects the faults of one file: all are counted, the first `limit` of each severity are listed."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.counts: Counter[tuple[str, str]] = Counter()
        self._faults: dict[bool, list[Fault]] = {True: [], False: []}
        self._tables: dict[str, list[tuple[int, int, Table]]] = {}

    def place(self, sheet: Sheet, table: Table, header_row: int = 0) -> None:
        """Remember where the columns of a sheet's table stand, so that faults can name header and cell."""
        self._tables.setdefault(sheet.name, []).append((header_row, sheet.first_column, table))

    def note(self, code: str, sheet: str, column: str = "", value: str = "", hint: str = "") -> None:
        """Add a fault of a whole sheet."""
        self.add(code, sheet, column, [0], [value], [hint])

    def add(
        self,
        code: str,
        sheet: str,
        column: str,
        rows: Sequence[int] | np.ndarray,
        values: Sequence[str] = (),
        hints: Sequence[str] = (),
    ) -> None:
        """Add a fault that several rows share; rows beyond the values given are counted but not listed."""
        if len(rows) == 0:
            return
        self.counts[code, column] += len(rows)
        listed = self._faults[KINDS[code].rejects]
        room = self.limit - len(listed)
        several = len(self._tables.get(sheet, ())) > 1
        place = self._locate(sheet, column, rows[0])
        for row, value, hint in zip(rows[:room], values or repeat(""), hints or repeat(""), strict=False):
            header, letters = self._locate(sheet, column, row) if several else place
            cell = f"{letters}{row}" if letters and row else ""
            shown = cover(printable(value)), cover(printable(hint))
            listed.append(Fault(sheet, int(row), column, header, cell, shown[0], code, shown[1]))

    def _locate(self, sheet: str, column: str, row: int) -> tuple[str, str]:
        """Give the header and the letters of a column; of tables beside each other no cell is named."""
        above = [
            (header_row, first + table.columns[column], table.headers[table.columns[column]])
            for header_row, first, table in self._tables.get(sheet, ())
            if column in table.columns and (header_row < row or row == 0)
        ]
        last = [entry for entry in above if entry[0] == above[-1][0]]
        if not last:
            return "", ""
        return last[-1][2], name_column(last[-1][1]) if len(last) == 1 else ""

    def listed(self, rejects: bool) -> list[Fault]:
        """Give the rejecting faults, or the flags, by sheet and row; conflicts last, each group together."""
        found = self._faults[rejects]
        order = {sheet: place for place, sheet in enumerate(dict.fromkeys(fault.sheet for fault in found))}

        def place(fault: Fault) -> tuple[bool, int, int]:
            together = fault.code == "conflicting_scores"
            return together, 0 if together else order[fault.sheet], 0 if together else fault.row

        return sorted(found, key=place)


def frame(faults: Sequence[Fault], file: str = "", table: str = CONSULTATIONS) -> pd.DataFrame:
    """List the faults of a kind of table; a row is missing where a whole sheet is meant."""
    types = dict.fromkeys(Fault._fields, TEXT_DTYPE) | {"row": "Int64"}
    listed = pd.DataFrame(faults, columns=list(Fault._fields)).astype(types)
    listed["sheet"] = listed["sheet"].map(cover, na_action="ignore").astype(TEXT_DTYPE)
    listed["row"] = listed["row"].where(listed["row"] > 0)
    listed.insert(0, "file", pd.Series([cover(file)] * len(faults), dtype=TEXT_DTYPE))
    for language in ("zh", "en"):
        told = [explain(f.code, language, f.column, f.value, f.hint, table) for f in faults]
        listed[f"reason_{language}"] = pd.Series(told, dtype=TEXT_DTYPE)
    return listed.drop(columns="hint")
