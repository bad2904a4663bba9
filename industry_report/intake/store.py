"""The prepared store: each input file is read once; reports load only their region and year.

A store holds one folder per version of a file, named by the checksum of file, mapping and contract, with
`summary.json` (counts, checksums), `slices.json`, a Parquet file for each region and year, and the lists of
faults. Deleting a store only costs time; a file of it that is damaged is noticed by its checksum and made
anew. Who may read an entry is who may read the file that it was made from.
"""

import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..base import own_folders
from ..base.checked_json import read_checked, write_checked
from ..base.errors import InputError
from ..base.files import narrow_mode
from ..base.own_folders import OwnFolder
from . import contract, table_contract
from . import input_files as inputs
from .contract import FileCheck
from .fault_log import COUNTS
from .mapping import ColumnMap
from .personal_data import cover
from .schemas import CONSULTATIONS
from .spill import from_arrow, to_arrow
from .table_contract import Keep

STORE_VARIABLE = "INDUSTRY_REPORT_STORE"
UNFINISHED = ".unfinished-"  # how a folder begins that takes its name when it is complete
CHECKED_BYTES = 1 << 20  # at a time

_known: dict[tuple[Path, int, int], str] = {}  # checksums that this process knows, by file and stamp


@dataclass(frozen=True)
class Prepared:
    """A kind of table in a prepared file: its folder, its summary, the names of files with the same content.

    The summary's `tables` names the kinds that the file holds; the consultations lie in the entry itself,
    each other kind in a folder of its name there, made when it is asked for.
    """

    folder: Path
    summary: dict[str, Any]
    copies: tuple[str, ...] = ()

    @property
    def slices(self) -> list[tuple[str, int, int, str]]:
        """Region, year, rows and digest of each slice; the position is the name of its Parquet file."""
        return _read_slices(self.folder)


@lru_cache(maxsize=4096)
def _read_slices(folder: Path) -> list[tuple[str, int, int, str]]:
    found = read_checked(folder / "slices.json")
    if found is None:
        raise OSError(f"{folder} is damaged")
    return [tuple(entry) for entry in found]


@lru_cache(maxsize=4096)
def _read_summary(folder: Path, stamp: tuple[int, int]) -> Any:
    """Read the summary of an entry; one that changed since has another stamp."""
    return read_checked(folder / "summary.json")


@contextmanager
def make_whole(folder: Path, remedy: str, is_whole: Callable[[Path], bool]) -> Iterator[Path]:
    """Give a folder to fill, which takes its name when complete; one that is there stays if it is whole."""
    unfinished: OwnFolder | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        own_folders.sweep(folder.parent, UNFINISHED)
        unfinished = own_folders.make_folder(folder.parent, UNFINISHED)
        yield unfinished.path
        unfinished.release()
        try:
            unfinished.path.rename(folder)
        except OSError:  # it is there: another process was faster, or it is damaged
            if not is_whole(folder):
                discard(folder)
                unfinished.path.rename(folder)
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})."
        raise InputError(str(folder.parent), problem, remedy) from None
    finally:
        if unfinished is not None:
            unfinished.remove()


def _find_store(file: Path) -> Path:
    """Find the store: beside the data, because customer data should not leave the folder where it is kept."""
    told = os.environ.get(STORE_VARIABLE)
    return Path(told) if told else file.parent / ".prepared"


def _make_store(store: Path) -> None:
    """Make the store: beside the data for those who may enter their folder, elsewhere for this user alone."""
    if not store.exists():
        store.mkdir(mode=0o777 if store.name == ".prepared" else 0o700, parents=True, exist_ok=True)
        if store.name == ".prepared":
            narrow_mode(store, store.parent)


def digest(*facts: Any) -> str:
    """Give a short digest of facts."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def know_checksum(file: Path) -> str:
    """Give a file's checksum, from the store's notes if neither size nor time of change differ."""
    size, changed = inputs.stamp(file)
    if (mine := (file.absolute(), size, changed)) not in _known:
        sha256, is_sure = _look_up_checksum(file, size, changed)
        if not is_sure:
            return sha256
        _known[mine] = sha256
    return _known[mine]


def _look_up_checksum(file: Path, size: int, changed: int) -> tuple[str, bool]:
    """Return a file's checksum, and whether it holds as long as neither size nor time of change differ."""
    note = _find_store(file) / "known" / f"{digest(str(file.resolve()))}.json"
    match read_checked(note):
        case [known_size, known_change, str(sha256)] if (known_size, known_change) == (size, changed):
            return sha256, True
    try:
        sha256 = inputs.hash_file(file)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror}).", "Check its permissions.") from None
    # A file that changed just now may change again within the same tick of the clock: 2 s on a memory stick.
    tick = 2_000_000_000 if changed % 1_000_000_000 == 0 else 50_000_000
    if is_sure := time.time_ns() - changed > tick:
        with suppress(OSError):  # without a note the file is hashed again, no more
            _make_store(note.parent.parent)
            note.parent.mkdir(mode=0o700, exist_ok=True)
            write_checked(note, [size, changed, sha256])
    return sha256, is_sure


def prepare_table(file: Path, entry: Prepared, table: str, column_map: ColumnMap) -> Prepared:
    """Open a table beside the consultations in a file's entry, or make it."""
    folder = entry.folder / table
    if found := _open(folder):
        return found
    remedy = f"Set {STORE_VARIABLE} to a folder for prepared data."
    with make_whole(folder, remedy, lambda made: _open(made) is not None) as unfinished:
        source = inputs.read(file)
        others = table_contract.find_tables(source, column_map)
        _fill(
            unfinished,
            entry.summary["sha256"],
            partial(contract.clean_table, source, others, table, column_map),
        )
        _share_as(file, unfinished)
    if found := _open(folder):
        return found
    raise InputError(str(folder), "the prepared data cannot be read back.", "Check the disk, then try again.")


def is_prepared(file: Path, sha256: str, column_map: ColumnMap, tables: Sequence[str] = ()) -> bool:
    """Tell whether a file has an entry, and every table there that is asked for and that the file holds."""
    _, folder = _place_entry(file, sha256, column_map)
    entry = _open(folder)
    held = [name for name in tables if name in entry.summary["tables"]] if entry else []
    return entry is not None and all(_open(folder / name) for name in held)


def _place_entry(file: Path, sha256: str, column_map: ColumnMap) -> tuple[str, Path]:
    """Return how the names of all a file's entries begin, and the folder of the one of its content."""
    store = _find_store(file)
    place = digest(file.name if store == file.parent / ".prepared" else str(file.resolve()), column_map)
    return place, store / f"{place}-{digest(sha256, contract.VERSION)}"


def prepare_file(file: Path, sha256: str, column_map: ColumnMap, tables: Sequence[str] = ()) -> Prepared:
    """Open the entry of a file, or make it, with the other tables asked for, and remove earlier ones of it.

    What is wrong with one of those tables is told by `prepare_table`, not here.
    """
    place, folder = _place_entry(file, sha256, column_map)
    store = folder.parent
    if found := _open(folder):
        narrow_mode(folder, file)
        return found
    remedy = f"Set {STORE_VARIABLE} to a folder for prepared data."
    with suppress(OSError):  # said below
        _make_store(store)
    with make_whole(folder, remedy, lambda made: _open(made) is not None) as unfinished:
        _fill_entry(unfinished, file, sha256, column_map, tables)
        _share_as(file, unfinished)
    for old in store.glob(f"{place}-*"):
        if old != folder:
            discard(old)
    if found := _open(folder):
        return found
    raise InputError(str(folder), "the prepared data cannot be read back.", "Check the disk, then try again.")


def discard(folder: Path) -> None:
    """Remove an entry."""
    shutil.rmtree(folder, ignore_errors=True)
    _read_slices.cache_clear()


def _open(folder: Path) -> Prepared | None:
    """Open an entry of the store; None if it is missing or damaged."""
    with suppress(OSError):
        summary = _read_summary(folder, inputs.stamp(folder / "summary.json"))
        _read_slices(folder)
        return Prepared(folder, summary) if summary is not None else None
    return None


def _share_as(file: Path, entry: Path) -> None:
    """Let those read an entry who may read the file that it was made from; nobody else."""
    mode = file.stat().st_mode & 0o666
    for made in entry.iterdir():
        if made.is_dir():
            _share_as(file, made)
        else:
            made.chmod(mode & 0o644 | 0o600)
    entry.chmod((mode & 0o444) | (mode & 0o444) >> 2 | 0o700)


def _fill_entry(folder: Path, file: Path, sha256: str, column_map: ColumnMap, tables: Sequence[str]) -> None:
    """Clean a file's consultations into an entry of the store, note its other tables, and add some."""
    source = inputs.read(file)
    others = table_contract.find_tables(source, column_map)
    kinds = table_contract.list_kinds(others.values())
    if contract.holds_consultations(source, others):
        clean = partial(contract.clean, source, column_map, others=others)
        _fill(folder, sha256, clean, [CONSULTATIONS, *kinds])
    elif kinds:
        _fill(folder, sha256, lambda keep: FileCheck(source.path, source.sha256, source.synthetic), kinds)
    else:
        first, *more = table_contract.describe(source, others)
        raise InputError(first.thing, first.problem, first.remedy, tuple(more))
    for kind in (kind for kind in kinds if kind in tables):
        (part := folder / kind).mkdir()
        try:
            _fill(part, sha256, partial(contract.clean_table, source, others, kind, column_map))
        except InputError:
            discard(part)


def _fill(folder: Path, sha256: str, clean: Callable[[Keep], FileCheck], tables: Sequence[str] = ()) -> None:
    """Clean a table into a folder of the store."""
    found: list[tuple[str, int, int, str]] = []

    def keep(region: str, year: int, rows: pd.DataFrame) -> None:
        _write_table(rows, folder / f"{len(found)}.parquet")
        found.append((region, year, len(rows), _digest_frame(rows)))

    check = clean(keep)
    if check.sha256 != sha256:
        raise InputError(
            str(check.path), "changed while it was read.", "Wait until it is saved, then try again."
        )
    _write_table(check.rejects, folder / "rejects.parquet")
    _write_table(check.flags, folder / "flags.parquet")
    write_checked(folder / "slices.json", found)
    summary = {name: getattr(check, name) for name in ("sha256", "synthetic", "dropped", *COUNTS)}
    summary["file"] = cover(check.file)  # which a report prints
    summary["counts"] = [[code, column, rows] for (code, column), rows in sorted(check.counts.items())]
    summary["listed"] = [_digest_frame(check.rejects), _digest_frame(check.flags)]
    summary["checksums"] = {table.name: _check_bytes(table) for table in folder.glob("*.parquet")}
    write_checked(folder / "summary.json", summary | {"contract": contract.VERSION, "tables": list(tables)})


def _write_table(table: pd.DataFrame, file: Path) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(to_arrow(table), file, compression="zstd")


def read_table(file: Prepared, name: str, wanted: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table of an entry, or those of the wanted columns that it has.

    Raises
    ------
    OSError
        If it is not what was written: what Parquet checks of itself leaves out its schema and its counts.
    """
    import pyarrow.parquet

    path = file.folder / f"{name}.parquet"
    if file.summary["checksums"].get(path.name) != _check_bytes(path):
        raise OSError("it is damaged")
    with pyarrow.parquet.ParquetFile(path) as parquet:
        there = parquet.schema_arrow.names
        chosen = there if wanted is None else [column for column in wanted if column in there]
        return from_arrow(parquet.read(chosen, use_threads=False))


def _check_bytes(file: Path) -> int:
    """Give the CRC-32 of a file: enough against damage, and faster than reading it."""
    check = 0
    with file.open("rb") as content:
        while part := content.read(CHECKED_BYTES):
            check = zlib.crc32(part, check)
    return check


def _digest_frame(frame: pd.DataFrame) -> str:
    content = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    return hashlib.sha256(repr(list(frame)).encode() + content).hexdigest()[:32]
