"""Collect what is wrong with a file: every fault at its place."""

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd

from .fault_kinds import KINDS, explain
from .headers import Table
from .sources import Sheet
from .xlsx import name_column

COUNTS = ("read", "graded", "ungradable", "rejected", "duplicates")
TEXT = "str" if int(pd.__version__.split(".")[0]) >= 3 else "string"


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


class Ledger:
    """Collects the faults of one file: all are counted, the first `limit` of each severity are listed."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.counts: Counter[tuple[str, str]] = Counter()
        self._faults: dict[bool, list[Fault]] = {True: [], False: []}
        self._tables: dict[str, tuple[int, Table]] = {}

    def place(self, sheet: Sheet, table: Table) -> None:
        """Remember where a sheet's columns stand, so that faults can name header and cell."""
        self._tables[sheet.name] = sheet.first_column, table

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
        header, letters = self._locate(sheet, column)
        for row, value, hint in zip(rows[:room], values or repeat(""), hints or repeat(""), strict=False):
            cell = f"{letters}{row}" if letters and row else ""
            listed.append(Fault(sheet, int(row), column, header, cell, value, code, hint))

    def _locate(self, sheet: str, column: str) -> tuple[str, str]:
        first, table = self._tables.get(sheet, (1, None))
        if table is None or column not in table.columns:
            return "", ""
        position = table.columns[column]
        return table.headers[position], name_column(first + position)

    def listed(self, rejects: bool) -> list[Fault]:
        """Give the rejecting faults, or the flags, by sheet and row; conflicts last, each group together."""
        found = self._faults[rejects]
        order = {sheet: place for place, sheet in enumerate(dict.fromkeys(fault.sheet for fault in found))}

        def place(fault: Fault) -> tuple[bool, int, int]:
            together = fault.code == "conflicting_scores"
            return together, 0 if together else order[fault.sheet], 0 if together else fault.row

        return sorted(found, key=place)


def frame(faults: Sequence[Fault], file: str = "") -> pd.DataFrame:
    """Make a table of faults; its row is missing where a whole sheet is meant."""
    types = dict.fromkeys(Fault._fields, TEXT) | {"row": "Int64"}
    table = pd.DataFrame(faults, columns=list(Fault._fields)).astype(types)
    table["row"] = table["row"].where(table["row"] > 0)
    table.insert(0, "file", pd.Series([file] * len(faults), dtype=TEXT))
    for language in ("zh", "en"):
        told = [explain(f.code, language, f.column, f.value, f.hint) for f in faults]
        table[f"reason_{language}"] = pd.Series(told, dtype=TEXT)
    return table.drop(columns="hint")
