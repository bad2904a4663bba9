"""The files of some data, each in the prepared store: which there are, what tables and slices they hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ..base.errors import InputError
from ..settings.project import find_project
from . import input_files as inputs
from . import store
from .mapping import ColumnMap, load_column_map
from .schemas import CONSULTATIONS
from .store import Prepared

SAMPLE = "sample"


def prepare(
    data: str | Path, columns: str | Path | None = None, table: str = CONSULTATIONS
) -> list[Prepared]:
    """Bring the store up to date and give its entry for each file that holds the table.

    An unchanged file is not read again. Files of the same content are counted once; the later ones by name
    are flagged.
    """
    column_map = load_column_map(columns)
    names: dict[str, list[Path]] = {}
    for file in inputs.list_files(find_data(data, table)):
        names.setdefault(store.know_checksum(file), []).append(file)
    entries = [(files, store.prepare_file(files[0], sha256, column_map)) for sha256, files in names.items()]
    found = [(files, entry) for files, entry in entries if table in entry.summary["tables"]]
    if table != CONSULTATIONS:
        found = [(files, store.prepare_table(files[0], entry, table, column_map)) for files, entry in found]
    return [replace(entry, copies=tuple(file.name for file in files[1:])) for files, entry in found]


def list_unread(
    data: str | Path, columns: str | Path | None, tables: Sequence[str]
) -> list[tuple[Path, ColumnMap]]:
    """List the files that the store does not know yet, or not all of these tables of theirs."""
    column_map = load_column_map(columns)
    files = inputs.list_files(find_data(data, *tables[:1]))
    return [
        (file, column_map)
        for file in {store.know_checksum(file): file for file in files}.values()
        if not store.is_prepared(file, store.know_checksum(file), column_map, tables)
    ]


def read_file(file: Path, column_map: ColumnMap, tables: Sequence[str]) -> None:
    """Read a file once, its consultations and these tables, into the store."""
    entry = store.prepare_file(file, store.know_checksum(file), column_map, tables)
    for table in (name for name in tables if name in entry.summary["tables"]):
        store.prepare_table(file, entry, table, column_map)


def list_tables(data: str | Path, columns: str | Path | None, table: str = CONSULTATIONS) -> set[str]:
    """List the kinds of table that the data hold."""
    column_map = load_column_map(columns)
    files = inputs.list_files(find_data(data, table))
    entries = (store.prepare_file(file, store.know_checksum(file), column_map) for file in files)
    return {name for entry in entries for name in entry.summary["tables"]}


def find_data(data: str | Path, table: str = CONSULTATIONS) -> Path:
    """Find the data; "sample" is made where it is missing, its other tables when one of them is asked for."""
    if str(data) != SAMPLE:
        return inputs.find_path(data)
    folder = (find_project() or Path.cwd()) / "data" / SAMPLE
    if not any(folder.glob("*.xlsx")):
        _make_sample(folder)
    if table != CONSULTATIONS and not any(folder.glob("*-客户档案.xlsx")):
        from . import sample

        sample.write_tables(folder)  # only when asked for: consultations alone are there much sooner
    return folder


def _make_sample(folder: Path) -> None:
    from . import sample

    remedy = "Work in a folder that you may write."
    with store.make_whole(folder, remedy, lambda made: any(made.glob("*.xlsx"))) as unfinished:
        sample.write(unfinished)
        unfinished.chmod(unfinished.parent.stat().st_mode & 0o777)  # made-up customers may be seen


def find_places(file: Prepared, region: str | None, year: int | None) -> list[int]:
    """Give the slices of a region and year by their positions; all of them without."""
    return [
        place
        for place, (its_region, its_year, _, _) in enumerate(file.slices)
        if region in (None, its_region) and year in (None, its_year)
    ]


def read_tables(
    data: str | Path,
    columns: str | Path | None,
    choose: Callable[[Prepared], Iterable[str]],
    table: str = CONSULTATIONS,
    wanted: Sequence[str] | None = None,
) -> list[pd.DataFrame]:
    """Read the chosen tables of each file, or only the wanted columns of them.

    An entry that is damaged or was removed is made anew, once.
    """
    import pyarrow

    for is_last in (False, True):
        tables = []
        for file in prepare(data, columns, table):
            try:
                tables += [store.read_table(file, name, wanted) for name in choose(file)]
            except MemoryError as error:  # also Arrow's
                remedy = "Make fewer reports at a time with --jobs, or raise the limit (ulimit -v)."
                raise InputError(str(data), "needs more memory than there is.", remedy) from error
            except (OSError, pyarrow.ArrowException) as error:
                if is_last:
                    raise InputError(
                        str(file.folder), f"cannot be read ({error}).", "Check the disk."
                    ) from None
                store.discard(file.folder)
                break
        else:
            return tables
    return []
