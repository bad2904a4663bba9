"""Hold clean rows by region and year; what memory should not hold waits on disk."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .fault_log import TEXT_DTYPE

HELD_ROWS = 1 << 19


class Spill:
    """Takes clean rows in any order and gives them back slice by slice.

    A context manager. More than `limit` rows go to a temporary folder: one file each time memory is full, in
    which every slice is a batch of its own, so that a slice is read without the rest.
    """

    def __init__(self, limit: int = HELD_ROWS) -> None:
        self._limit, self._held = limit, 0
        self._frames: list[pd.DataFrame] = []
        self._files: list[Path] = []
        self._batches: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Spill":
        return self

    def __exit__(self, *_: Any) -> None:
        self._stack.close()

    def add(self, rows: pd.DataFrame) -> None:
        """Take some rows with the columns `region` and `year`."""
        if self._held and self._held + len(rows) > self._limit:
            self._write()
        self._frames.append(rows)
        self._held += len(rows)

    def slices(self) -> Iterator[tuple[str, int, pd.DataFrame]]:
        """Give the rows of each region and year, in the order of their names, as they came."""
        if not self._files:
            rows, parts = _sort(self._frames)
            for region, year, start, stop in parts:
                yield region, year, rows.iloc[start:stop].reset_index(drop=True)
            return
        import pyarrow

        self._write()
        readers = [self._open(file) for file in self._files]
        for (region, year), batches in sorted(self._batches.items()):
            tables = [pyarrow.Table.from_batches([readers[file].get_batch(batch)]) for file, batch in batches]
            yield region, year, from_arrow(pyarrow.concat_tables(tables, promote_options="default"))

    def _write(self) -> None:
        """Write what is held as one file, a batch for each slice."""
        import pyarrow

        if not self._files:
            folder = tempfile.TemporaryDirectory(prefix="report-")
            self._folder = Path(self._stack.enter_context(folder))
        rows, parts = _sort(self._frames)
        table = to_arrow(rows).combine_chunks()
        file = self._folder / f"{len(self._files)}.arrow"
        with pyarrow.OSFile(str(file), "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
            for batch, (region, year, start, stop) in enumerate(parts):
                writer.write_table(table.slice(start, stop - start))
                self._batches.setdefault((region, year), []).append((len(self._files), batch))
        self._files.append(file)
        self._frames, self._held = [], 0

    def _open(self, file: Path) -> Any:
        import pyarrow

        return pyarrow.ipc.open_file(self._stack.enter_context(pyarrow.OSFile(str(file), "rb")))


def to_arrow(rows: pd.DataFrame, columns: Collection[str] | None = None) -> Any:
    """Make an Arrow table of some columns, or of all, that does not depend on the version of pandas."""
    import pyarrow

    if columns is not None:
        rows = rows[[column for column in rows if column in columns]]
    # One thread: tables are small, and each process has a core to itself.
    table = pyarrow.Table.from_pandas(rows, preserve_index=False, nthreads=1)
    return table.replace_schema_metadata(None)


def from_arrow(table: Any) -> pd.DataFrame:
    """Make a table with the nullable types of the contract."""
    return table.to_pandas(types_mapper=_choose_type)


def _choose_type(arrow: Any) -> Any:
    import pyarrow.types

    if pyarrow.types.is_integer(arrow):
        return pd.Int64Dtype()
    if pyarrow.types.is_floating(arrow):
        return pd.Float64Dtype()
    if pyarrow.types.is_boolean(arrow):
        return pd.BooleanDtype()
    is_text = pyarrow.types.is_string(arrow) or pyarrow.types.is_large_string(arrow)
    return pd.Series([], dtype=TEXT_DTYPE).dtype if is_text else None


def join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables one below the other; a column that one of them lacks is missing there."""
    if len(frames) == 1:
        return frames[0]
    types = {column: frame[column].dtype for frame in frames for column in frame}
    full = [frame.reindex(columns=list(types)).astype(types) for frame in frames]
    return pd.concat(full, ignore_index=True)


def _sort(frames: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, list[tuple[str, int, int, int]]]:
    """Sort rows by region and year, else as they came; gives region, year, start and stop of each slice."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame(), []
    rows = join(filled)
    region_codes, regions = pd.factorize(rows["region"], sort=True)
    year_codes, years = pd.factorize(rows["year"], sort=True)
    keys = region_codes * len(years) + year_codes
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    if len(found) > 1:
        rows = rows.iloc[order]
    parts = [
        (str(regions[key // len(years)]), int(years[key % len(years)]), int(start), int(stop))
        for key, start, stop in zip(found, starts, [*starts[1:], len(rows)], strict=True)
    ]
    return rows, parts
