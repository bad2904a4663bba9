"""The prepared store: each input file is read once; reports load only their region and year.

A store holds one folder per version of a file, named by the checksum of file, mapping and contract, with
`summary.json` (counts, checksums), `slices.json`, a Parquet file for each region and year, and the lists of
faults. Deleting a store only costs time.
"""

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import InputError
from . import contract, headers
from . import sources as inputs
from .contradictions import PROVENANCE
from .fault_kinds import KINDS, name_kind
from .fault_log import COUNTS, Ledger, frame
from .mapping import ColumnMap, load_column_map
from .spill import from_arrow, join, to_arrow

SAMPLE = "sample"
STORE_VARIABLE = "INDUSTRY_REPORT_STORE"
_NAMED = 12  # regions named in a message


@dataclass(frozen=True)
class Prepared:
    """One prepared file: its folder in the store, its summary, the names of files with the same content."""

    folder: Path
    summary: dict[str, Any]
    copies: tuple[str, ...] = ()

    @property
    def slices(self) -> list[tuple[str, int, int, str]]:
        """Region, year, rows and digest of each slice; the position is the name of its Parquet file."""
        return _read_slices(self.folder)


@lru_cache(maxsize=64)
def _read_slices(folder: Path) -> list[tuple[str, int, int, str]]:
    return [tuple(entry) for entry in json.loads((folder / "slices.json").read_text(encoding="utf-8"))]


def load(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """Load the clean consultations of a region and year.

    Parameters
    ----------
    data : path or "sample"
        A file or a folder of files, looked for in the working folder and those above it; "sample" is the
        built-in synthetic sample, made on first use.
    region, year : optional
        The slice; all regions or years without them.
    columns : path, optional
        A mapping file for headers and codes of the institution's own.

    Returns
    -------
    DataFrame
        One row per consultation with file, sheet, row and the columns of the contract; optional columns that
        no file of the slice has are absent. Further columns of the mapping file, numbers (Float64) or texts,
        come last.

    Raises
    ------
    InputError
        The data cannot be read, or holds nothing for this region and year.
    """
    frames = _read_tables(data, columns, lambda file: map(str, _find_places(file, region, year)))
    if not frames:
        raise _describe_empty(data, region, year, columns)
    rows = join(frames)
    order = [column for column in (*PROVENANCE, *headers.COLUMNS) if column in rows]
    order += [column for column in rows if column not in order]  # further ones, as the mapping lists them
    return rows[order].reset_index(drop=True)


def slices(data: str | Path, columns: str | Path | None = None) -> pd.DataFrame:
    """List what regions and years the data hold.

    Returns
    -------
    DataFrame
        region, year, consultations, digest (changes when the slice, or what was found about its files, does),
        synthetic.
    """
    parts: dict[tuple[str, int], list[tuple[Prepared, int, str]]] = {}
    for file in prepare(data, columns):
        for region, year, rows, digest in file.slices:
            parts.setdefault((region, year), []).append((file, rows, digest))
    records = [
        (
            region,
            year,
            sum(rows for _, rows, _ in part),
            _digest_parts(part),
            any(f.summary["synthetic"] for f, _, _ in part),
        )
        for (region, year), part in sorted(parts.items())
    ]
    return pd.DataFrame(records, columns=["region", "year", "consultations", "digest", "synthetic"])


def quality(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """Count what became of the rows of each file that the slice draws on.

    Returns
    -------
    DataFrame
        file, read, graded, ungradable, rejected, duplicates (of the file), used (rows in this slice),
        elsewhere (valid rows of other regions and years).
    """
    records = []
    for file, places in _find_files(data, region, year, columns):
        used = sum(file.slices[place][2] for place in places)
        records.append([file.summary["file"], *(file.summary[count] for count in COUNTS), used])
    table = pd.DataFrame(records, columns=["file", *COUNTS, "used"])
    return table.assign(elsewhere=table["graded"] + table["ungradable"] - table["used"])


def reasons(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """Count faults by reason and column, with no value of any row, so that a public report may print it.

    Returns
    -------
    DataFrame
        code, column, rejects (whether it keeps a row out), rows, reason_zh, reason_en; most frequent first.
    """
    files = [file for file, _ in _find_files(data, region, year, columns)]
    counts = [count for file in files for count in file.summary["counts"]]
    counts += [["same_file_twice", "", len(file.copies)] for file in files if file.copies]
    table = pd.DataFrame(counts, columns=["code", "column", "rows"])
    table = table.groupby(["code", "column"], as_index=False).sum()
    table.insert(2, "rejects", [KINDS[code].rejects for code in table["code"]])
    for language in ("zh", "en"):
        table[f"reason_{language}"] = [name_kind(code, language) for code in table["code"]]
    return table.sort_values(
        ["rejects", "rows", "code", "column"], ascending=[False, False, True, True], ignore_index=True
    )


def rejects(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """List why rows of the slice's files were kept out; for internal use, it shows values of single rows.

    Returns
    -------
    DataFrame
        file, sheet, row, column, header, cell, value, code, reason_zh, reason_en; a row may have several.
    """
    return _read_faults("rejects", data, region, year, columns)


def flags(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """List what was noticed about the slice's files and kept no row out; columns as in `rejects`."""
    ledger = Ledger(contract.LISTED)
    for file, _ in _find_files(data, region, year, columns):
        for copy in file.copies:
            ledger.note("same_file_twice", "", value=copy, hint=file.summary["file"])
    return join([frame(ledger.listed(rejects=False)), _read_faults("flags", data, region, year, columns)])


def sources(
    data: str | Path, region: str | None = None, year: int | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """List the files that the slice draws on.

    Returns
    -------
    DataFrame
        file (without folder), sha256, read, synthetic. The checksum is the file's own; of a file that holds
        other slices too, it is that of the slice's clean rows, for the others' rows are not the report's.
    """
    files, told = _find_files(data, region, year, columns), ("read", "synthetic")
    records = [
        (f.summary["file"], _tell_checksum(f) or _digest_places(f, places), *map(f.summary.get, told))
        for f, places in files
    ]
    return pd.DataFrame(records, columns=["file", "sha256", "read", "synthetic"])


def _tell_checksum(file: Prepared) -> str | None:
    """Give the checksum of a file that is all of a slice's; None if it holds other slices too."""
    return file.summary["sha256"] if len(file.slices) == 1 else None


def _digest_places(file: Prepared, places: list[int]) -> str:
    digests = sorted(file.slices[place][3] for place in places)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def prepare(data: str | Path, columns: str | Path | None = None) -> list[Prepared]:
    """Bring the store up to date and give its entry for each file; an unchanged file is not read again.

    Files of the same content are counted once; the later ones by name are flagged.
    """
    column_map = load_column_map(columns)
    names: dict[str, list[Path]] = {}
    for file in inputs.list_files(_find_data(data)):
        names.setdefault(_know_checksum(file), []).append(file)
    entries = [(files, _prepare_file(files[0], sha256, column_map)) for sha256, files in names.items()]
    return [replace(entry, copies=tuple(file.name for file in files[1:])) for files, entry in entries]


def find_project() -> Path:
    """Find the nearest folder from the working folder upwards that has `notebooks`, else the former."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir()), here)


def _find_data(data: str | Path) -> Path:
    if str(data) != SAMPLE:
        return inputs.find_path(data)
    folder = find_project() / "data" / SAMPLE
    if not any(folder.glob("*.xlsx")):
        _make_sample(folder)
    return folder


def _make_sample(folder: Path) -> None:
    from . import sample

    mend = "Work in a folder that you may write."
    with _make_whole(folder, mend, lambda made: any(made.glob("*.xlsx"))) as unfinished:
        sample.write(unfinished)


@contextmanager
def _make_whole(folder: Path, mend: str, is_whole: Callable[[Path], bool]) -> Iterator[Path]:
    """Give a folder to fill, which takes its name when complete; one that is there stays if it is whole."""
    unfinished = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        try:
            unfinished.rename(folder)
        except OSError:  # it is there: another process was faster, or it is damaged
            if not is_whole(folder):
                _discard(folder)
                unfinished.rename(folder)
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})."
        raise InputError(str(folder.parent), problem, mend) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _find_store(file: Path) -> Path:
    """Find the store: beside the data, because customer data should not leave the folder where it is kept."""
    told = os.environ.get(STORE_VARIABLE)
    return Path(told) if told else file.parent / ".prepared"


def _digest(*facts: Any) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _know_checksum(file: Path) -> str:
    """Give a file's checksum, from the store's notes if neither size nor time of change differ."""
    size, changed = inputs.stamp(file)
    note = _find_store(file) / "known" / f"{_digest(str(file.resolve()))}.json"
    with suppress(OSError, ValueError, TypeError):
        known_size, known_change, sha256 = json.loads(note.read_text(encoding="utf-8"))
        if (known_size, known_change) == (size, changed):
            return sha256
    try:
        sha256 = inputs.hash_file(file)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror}).", "Check its permissions.") from None
    # A file that changed just now may change again within the same tick of the clock: 2 s on a memory stick.
    tick = 2_000_000_000 if changed % 1_000_000_000 == 0 else 50_000_000
    if time.time_ns() - changed > tick:
        with suppress(OSError):  # without a note the file is hashed again, no more
            note.parent.mkdir(parents=True, exist_ok=True)
            _write_json(note, [size, changed, sha256])
    return sha256


def _write_json(file: Path, content: Any) -> None:
    """Write a file that is there whole or not at all."""
    unfinished = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(file)


def _prepare_file(file: Path, sha256: str, column_map: ColumnMap) -> Prepared:
    """Open the entry of a file, or make it and remove those of its earlier content."""
    store = _find_store(file)
    place = _digest(file.name if store == file.parent / ".prepared" else str(file.resolve()), column_map)
    folder = store / f"{place}-{_digest(sha256, contract.VERSION)}"
    if found := _open(folder):
        return found
    mend = f"Set {STORE_VARIABLE} to a folder for prepared data."
    with _make_whole(folder, mend, lambda made: _open(made) is not None) as unfinished:
        _fill(unfinished, file, sha256, column_map)
    for old in store.glob(f"{place}-*"):
        if old != folder:
            _discard(old)
    if found := _open(folder):
        return found
    raise InputError(str(folder), "the prepared data cannot be read back.", "Check the disk, then try again.")


def _discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _read_slices.cache_clear()


def _open(folder: Path) -> Prepared | None:
    """Open an entry of the store; None if it is missing or damaged."""
    with suppress(OSError, ValueError):
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        _read_slices(folder)
        return Prepared(folder, summary)
    return None


def _fill(folder: Path, file: Path, sha256: str, column_map: ColumnMap) -> None:
    """Clean a file into an entry of the store."""
    found: list[tuple[str, int, int, str]] = []

    def keep(region: str, year: int, rows: pd.DataFrame) -> None:
        _write_table(rows, folder / f"{len(found)}.parquet")
        found.append((region, year, len(rows), _digest_frame(rows)))

    check = contract.clean(file, column_map, keep)
    if check.sha256 != sha256:
        raise InputError(str(file), "changed while it was read.", "Wait until it is saved, then try again.")
    _write_table(check.rejects, folder / "rejects.parquet")
    _write_table(check.flags, folder / "flags.parquet")
    _write_json(folder / "slices.json", found)
    summary = {name: getattr(check, name) for name in ("file", "sha256", "synthetic", "dropped", *COUNTS)}
    summary["counts"] = [[code, column, rows] for (code, column), rows in sorted(check.counts.items())]
    summary["listed"] = [_digest_frame(check.rejects), _digest_frame(check.flags)]
    _write_json(folder / "summary.json", summary | {"contract": contract.VERSION})


def _write_table(table: pd.DataFrame, file: Path) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(to_arrow(table), file, compression="zstd", write_page_checksum=True)


def _read_table(file: Path) -> pd.DataFrame:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(file, page_checksum_verification=True) as parquet:
        return from_arrow(parquet.read(use_threads=False))


def _digest_frame(frame: pd.DataFrame) -> str:
    content = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    return hashlib.sha256(repr(list(frame)).encode() + content).hexdigest()[:32]


def _digest_parts(parts: list[tuple[Prepared, int, str]]) -> str:
    """Digest what a report tells of a slice: of the file's checksum no more than `sources` gives."""
    told = ("file", "synthetic", "dropped", "counts", "listed", *COUNTS)
    facts = [
        (rows, digest, file.copies, [file.summary[name] for name in told], _tell_checksum(file))
        for file, rows, digest in parts
    ]
    return _digest(facts)


def _find_places(file: Prepared, region: str | None, year: int | None) -> list[int]:
    return [
        place
        for place, (its_region, its_year, _, _) in enumerate(file.slices)
        if region in (None, its_region) and year in (None, its_year)
    ]


def _find_files(
    data: str | Path, region: str | None, year: int | None, columns: str | Path | None
) -> list[tuple[Prepared, list[int]]]:
    """Give the files that a slice draws on, with the places of its rows there."""
    found = [(file, _find_places(file, region, year)) for file in prepare(data, columns)]
    return [(file, places) for file, places in found if places or (region is None and year is None)]


def _read_faults(
    name: str, data: str | Path, region: str | None, year: int | None, columns: str | Path | None
) -> pd.DataFrame:
    chosen = {file.folder for file, _ in _find_files(data, region, year, columns)}
    tables = _read_tables(data, columns, lambda file: [name] if file.folder in chosen else [])
    return join([frame([]), *tables])


def _read_tables(
    data: str | Path, columns: str | Path | None, choose: Callable[[Prepared], Iterable[str]]
) -> list[pd.DataFrame]:
    """Read the chosen tables of each file; an entry that is damaged or was removed is made anew, once."""
    import pyarrow

    for is_last in (False, True):
        tables = []
        for file in prepare(data, columns):
            try:
                tables += [_read_table(file.folder / f"{name}.parquet") for name in choose(file)]
            except (OSError, pyarrow.ArrowException) as error:
                if is_last:
                    raise InputError(
                        str(file.folder), f"cannot be read ({error}).", "Check the disk."
                    ) from None
                _discard(file.folder)
                break
        else:
            return tables
    return []


def _describe_empty(
    data: str | Path, region: str | None, year: int | None, columns: str | Path | None
) -> InputError:
    there = slices(data, columns).groupby("region")["year"].unique()
    known = [f"{name} {', '.join(map(str, sorted(years)))}" for name, years in there.head(_NAMED).items()]
    known += [f"{len(there) - _NAMED} more"] if len(there) > _NAMED else []
    asked = " ".join(str(part) for part in (region, year) if part is not None)
    problem = f"has no consultations{' of ' if asked else ''}{asked}."
    return InputError(f"data {data}", problem, f"There are: {'; '.join(known) or 'none'}.")
