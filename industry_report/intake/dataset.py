"""Clean consultations and their counts by region and year, out of the prepared store."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..base.errors import InputError, did_you_mean
from . import contract, headers, store
from .contradictions import PROVENANCE
from .data_files import SAMPLE as SAMPLE
from .data_files import find_places, list_tables, prepare, read_tables
from .fault_kinds import KINDS, name_kind
from .fault_log import COUNTS, FaultLog, frame
from .other_tables import find_refusing as find_refusing
from .other_tables import load_other
from .other_tables import open_tables as open_tables  # what a notebook calls, from one place
from .other_tables import scan_tables as scan_tables
from .schemas import CONSULTATIONS, TABLES
from .spill import join
from .store import Prepared

_LIST = f"There are: {', '.join(TABLES)}."
_NAMED = 12  # regions named in a message
READ_FROM_FILES = ("responses", "feedback")  # answers as they were written, texts that no store keeps


def load(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
    wanted: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Load the clean rows of a table: the consultations of a region and year, or those of another table.

    Parameters
    ----------
    data : path or "sample"
        A file or a folder of files, looked for in the working folder and those above it; "sample" is the
        built-in synthetic sample, made on first use.
    region, year : optional
        The slice; all regions or years without them.
    columns : path, optional
        A mapping file for headers and codes of the institution's own.
    table : str
        Which table, such as "orders" (see `schemas.TABLES`).
    wanted : sequence of str, optional
        These columns alone, of consultations in less time.

    Returns
    -------
    DataFrame
        One row per consultation with file, sheet, row and the columns of the contract; optional columns that
        no file of the slice has are absent. Further columns of the mapping file, numbers (Float64) or texts,
        come last. Of another table, a row that no name and no column places takes its region from the
        customers; customers without consent, and all rows of theirs, are left out.

    Raises
    ------
    InputError
        The data cannot be read, or holds nothing for this region and year.
    """
    _refuse_unknown(table)
    if table != CONSULTATIONS:
        rows = load_other(data, region, year, columns, table)
        return rows if wanted is None else rows[[column for column in rows if column in wanted]]
    frames = read_tables(data, columns, lambda file: map(str, find_places(file, region, year)), wanted=wanted)
    if not frames:
        raise _describe_empty(data, region, year, columns)
    rows = join(frames)
    order = [column for column in (*PROVENANCE, *headers.COLUMNS) if column in rows]
    order += [column for column in rows if column not in order]  # further ones, as the mapping lists them
    return rows[order].reset_index(drop=True)


def slices(data: str | Path, columns: str | Path | None = None, table: str = CONSULTATIONS) -> pd.DataFrame:
    """List what regions and years the data hold; of a table that describes customers the year is 0.

    Returns
    -------
    DataFrame
        region, year, consultations (rows; of another table its name), digest (changes when the slice, or what
        was found about its files, does), synthetic.
    """
    parts: dict[tuple[str, int], list[tuple[Prepared, int, str]]] = {}
    for file in prepare(data, columns, table):
        for region, year, rows, digest in file.slices:
            parts.setdefault((region, year), []).append((file, rows, digest))
    records = [
        (
            region,
            year,
            sum(rows for _, rows, _ in part),
            _digest_parts(part, table in READ_FROM_FILES),
            any(f.summary["synthetic"] for f, _, _ in part),
        )
        for (region, year), part in sorted(parts.items())
    ]
    return pd.DataFrame(records, columns=["region", "year", table, "digest", "synthetic"])


def quality(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
) -> pd.DataFrame:
    """Count what became of the rows of each file that the slice draws on.

    Returns
    -------
    DataFrame
        file, read, graded, ungradable, rejected, duplicates (of the file), used (rows in this slice),
        elsewhere (valid rows of other regions and years). Of another table `graded` are the rows kept.
    """
    records = []
    for file, places in _find_files(data, region, year, columns, table):
        used = sum(file.slices[place][2] for place in places)
        records.append([file.summary["file"], *(file.summary[count] for count in COUNTS), used])
    told = pd.DataFrame(records, columns=["file", *COUNTS, "used"])
    return told.assign(elsewhere=told["graded"] + told["ungradable"] - told["used"])


def reasons(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
) -> pd.DataFrame:
    """Count faults by reason and column, with no value of any row, so that a public report may print it.

    Returns
    -------
    DataFrame
        code, column, rejects (whether it keeps a row out), rows, reason_zh, reason_en; most frequent first.
    """
    files = [file for file, _ in _find_files(data, region, year, columns, table)]
    counts = [count for file in files for count in file.summary["counts"]]
    counts += [["same_file_twice", "", len(file.copies)] for file in files if file.copies]
    told = pd.DataFrame(counts, columns=["code", "column", "rows"])
    told = told.groupby(["code", "column"], as_index=False).sum()
    told.insert(2, "rejects", [KINDS[code].rejects for code in told["code"]])
    for language in ("zh", "en"):
        told[f"reason_{language}"] = [name_kind(code, language) for code in told["code"]]
    return told.sort_values(
        ["rejects", "rows", "code", "column"], ascending=[False, False, True, True], ignore_index=True
    )


def rejects(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
) -> pd.DataFrame:
    """List why rows of the slice's files were kept out; for internal use, it shows values of single rows.

    Returns
    -------
    DataFrame
        file, sheet, row, column, header, cell, value, code, reason_zh, reason_en; a row may have several.
    """
    return _read_faults("rejects", data, region, year, columns, table)


def flags(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
) -> pd.DataFrame:
    """List what was noticed about the slice's files and kept no row out; columns as in `rejects`."""
    faults = FaultLog(contract.LISTED)
    for file, _ in _find_files(data, region, year, columns, table):
        for copy in file.copies:
            faults.note("same_file_twice", "", value=copy, hint=file.summary["file"])
    return join(
        [frame(faults.listed(rejects=False)), _read_faults("flags", data, region, year, columns, table)]
    )


def sources(
    data: str | Path,
    region: str | None = None,
    year: int | None = None,
    columns: str | Path | None = None,
    table: str = CONSULTATIONS,
) -> pd.DataFrame:
    """List the files that the slice draws on.

    Returns
    -------
    DataFrame
        file (without folder), sha256, read, synthetic. The checksum is the file's own; of a file that holds
        other slices too, it is that of the slice's clean rows, for the others' rows are not the report's.
    """
    files, told = _find_files(data, region, year, columns, table), ("read", "synthetic")
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


def _digest_parts(parts: list[tuple[Prepared, int, str]], is_whole: bool = False) -> str:
    """Digest what a report tells of a slice: of the file's checksum no more than `sources` gives.

    Of a table that reports read from the files themselves (`opinion_tables`) all of the file counts.
    """
    told = ("file", "synthetic", "dropped", "counts", "listed", *COUNTS)
    facts = [
        (
            *(rows, digest, file.copies, [file.summary[name] for name in told]),
            file.summary["sha256"] if is_whole else _tell_checksum(file),
        )
        for file, rows, digest in parts
    ]
    return store.digest(facts)


def _find_files(
    data: str | Path, region: str | None, year: int | None, columns: str | Path | None, table: str
) -> list[tuple[Prepared, list[int]]]:
    """Give the files that a slice draws on, with the places of its rows there."""
    found = [(file, find_places(file, region, year)) for file in prepare(data, columns, table)]
    return [(file, places) for file, places in found if places or (region is None and year is None)]


def _read_faults(
    name: str,
    data: str | Path,
    region: str | None,
    year: int | None,
    columns: str | Path | None,
    table: str,
) -> pd.DataFrame:
    chosen = {file.folder for file, _ in _find_files(data, region, year, columns, table)}
    tables = read_tables(data, columns, lambda file: [name] if file.folder in chosen else [], table)
    return join([frame([]), *tables])


def _refuse_unknown(table: str) -> None:
    if table not in TABLES:
        raise InputError(f"table {table!r}", "is none that is known.", did_you_mean(table, TABLES) or _LIST)


def _describe_empty(
    data: str | Path, region: str | None, year: int | None, columns: str | Path | None
) -> InputError:
    there = slices(data, columns).groupby("region")["year"].unique()
    known = [f"{name} {', '.join(map(str, sorted(years)))}" for name, years in there.head(_NAMED).items()]
    known += [f"{len(there) - _NAMED} more"] if len(there) > _NAMED else []
    asked = " ".join(str(part) for part in (region, year) if part is not None)
    problem = f"has no consultations{' of ' if asked else ''}{asked}."
    others = sorted(list_tables(data, columns) - {CONSULTATIONS})
    problem += f" It has other tables: {', '.join(others)}." if others else ""
    return InputError(f"data {data}", problem, f"There are: {'; '.join(known) or 'none'}.")
