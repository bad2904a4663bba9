"""Load the tables that stand beside the consultations, whole or as a stream."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import InputError
from .contradictions import PROVENANCE
from .data_files import find_places, list_tables, prepare, read_tables
from .fault_log import TEXT_DTYPE
from .schemas import CONSULTATIONS, SCHEMAS, TABLES
from .spill import join
from .store import Prepared
from .table_contract import is_vague
from .table_rows import NO_REGION, name_type

_TELL_CONSENT = ("customers", "leads")  # the tables that do


def load_other(
    data: str | Path, region: str | None, year: int | None, columns: str | Path | None, table: str
) -> pd.DataFrame:
    """Load a table beside the consultations; an empty frame with its columns where a slice has no rows.

    Parameters as for `dataset.load`.
    """
    if not prepare(data, columns, table):
        problem = f"holds no table of {table} ({SCHEMAS[table].zh})."
        raise InputError(f"data {data}", problem, "Add one; `industry-report check` tells what each file is.")
    chosen = None if SCHEMAS[table].is_static else year
    frames = read_tables(data, columns, lambda file: map(str, _find_unplaced(file, region, chosen)), table)
    return settle(frames, data, region, columns, table)


def settle(
    frames: list[pd.DataFrame], data: str | Path, region: str | None, columns: str | Path | None, table: str
) -> pd.DataFrame:
    """Join the clean rows of several files: those of a region, of customers with consent, each once."""
    rows = join(frames) if frames else _make_empty(table)
    if "customer_id" in rows and table != "customers" and (rows["region"] == NO_REGION).any():
        rows = _place_by_customer(rows, data, columns)
    rows = rows[rows["region"] == region] if region is not None else rows
    rows = _leave_out_refusing(rows, data, columns)
    rows = _drop_repeated(rows, table)
    known = [*PROVENANCE, *SCHEMAS[table].columns, "region", "year"]
    order = [column for column in dict.fromkeys(known) if column in rows]
    return rows[order + [column for column in rows if column not in order]].reset_index(drop=True)


def _leave_out_refusing(rows: pd.DataFrame, data: str | Path, columns: str | Path | None) -> pd.DataFrame:
    if "customer_id" not in rows:
        return rows
    return rows[~rows["customer_id"].isin(find_refusing(data, columns))].reset_index(drop=True)


def _make_empty(table: str) -> pd.DataFrame:
    """Return a table without rows whose columns have the types that rows would give them."""
    schema = SCHEMAS[table]
    types = dict.fromkeys(PROVENANCE, TEXT_DTYPE) | {"row": "Int64"}
    types |= {column: name_type(schema, column) for column in schema.columns}
    types |= {"region": TEXT_DTYPE, "year": "Int64"}
    return pd.DataFrame({column: pd.array([], dtype=kind) for column, kind in types.items()})


def _drop_repeated(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Count a row once that stands in two files; refuse two files that say different things of one key."""
    schema = SCHEMAS[table]
    key = [name for name in schema.key if name in rows]
    if rows.empty or not key or key[0] != schema.key[0]:
        return rows
    rows = rows[~rows.duplicated([name for name in rows if name not in PROVENANCE])]
    again = rows.duplicated(key, keep=False) & rows[key[0]].notna()
    apart = rows[again & ~is_vague(rows[key[0]])]
    if (
        schema.is_static
        or apart.empty
        or (several := apart[apart.groupby(key)["file"].transform("nunique") > 1]).empty
    ):
        return rows
    first = several[several[key[0]] == several[key[0]].iloc[0]]
    places = "; ".join(f"{file}, row {row}" for file, row in zip(first["file"], first["row"], strict=True))
    problem = f"two files tell different things of {key[0]} {first[key[0]].iloc[0]} ({places})."
    problem += f" There are {several[key[0]].nunique():,} such." if several[key[0]].nunique() > 1 else ""
    raise InputError(f"table {table}", problem, "Remove the older rows, or the older file.")


def _find_unplaced(file: Prepared, region: str | None, year: int | None) -> list[int]:
    """Find the slices of a region, and those that only the customers can place."""
    places = find_places(file, region, year)
    return sorted({*places, *find_places(file, NO_REGION, year)}) if region is not None else places


def _list_all(file: Prepared) -> list[str]:
    return [str(place) for place in range(len(file.slices))]


def _read_customers(data: str | Path, columns: str | Path | None) -> pd.DataFrame:
    frames = read_tables(data, columns, _list_all, "customers", ["customer_id", "region"])
    return join(frames) if frames else pd.DataFrame({"customer_id": [], "region": []}, dtype=TEXT_DTYPE)


def _place_by_customer(rows: pd.DataFrame, data: str | Path, columns: str | Path | None) -> pd.DataFrame:
    """Take the region of rows that nothing places from the customers' table."""
    people = _read_customers(data, columns).drop_duplicates("customer_id", keep="last")
    known = people.set_index("customer_id")["region"]
    regions = rows["customer_id"].map(known).astype(TEXT_DTYPE).fillna(NO_REGION)
    return rows.assign(region=rows["region"].mask(rows["region"] == NO_REGION, regions).astype(TEXT_DTYPE))


def find_refusing(data: str | Path, columns: str | Path | None = None) -> set[str]:
    """Find the customers who gave no consent or opted out, by any table of theirs that says so."""
    entries = [file.folder for table in _TELL_CONSENT for file in prepare(data, columns, table)]
    return set(_read_refusing(data, columns, tuple(entries)))


@lru_cache(maxsize=8)
def _read_refusing(data: str | Path, columns: str | Path | None, entries: tuple[Path, ...]) -> frozenset[str]:
    """Read who refuses, once for what the files say now: the names of `entries` hold their checksums."""
    refusing: set[str] = set()
    says = {"consent": False, "do_not_contact": True}
    for table in _TELL_CONSENT:
        for rows in read_tables(data, columns, _list_all, table, ["customer_id", *says]):
            for name, value in says.items():
                if name in rows and "customer_id" in rows:
                    said = rows[name].eq(value).fillna(False)
                    refusing |= set(rows.loc[said.to_numpy(dtype=bool), "customer_id"].dropna())
    return frozenset(refusing)


def open_tables(
    data: str | Path, region: str | None = None, columns: str | Path | None = None
) -> dict[str, pd.DataFrame]:
    """Load every table that the data hold, all years, for `customers.snapshot` and `customers.coverage`.

    Parameters
    ----------
    data, region, columns : as for `load`
        Without a region the tables of all.

    Returns
    -------
    dict
        Table → its rows, as `load` gives them; tables that no file holds are not there. Of customers without
        consent there is nothing, no consultation either: what is made of these tables names customers.
    """
    kinds = list_tables(data, columns, "customers")
    found = {}
    if CONSULTATIONS in kinds:
        frames = read_tables(data, columns, lambda file: map(str, find_places(file, region, None)))
        found = {CONSULTATIONS: _leave_out_refusing(join(frames), data, columns)} if frames else {}
    others = [name for name in TABLES if name in kinds and name != CONSULTATIONS]
    return found | {name: load_other(data, region, None, columns, name) for name in others}


def scan_tables(
    data: str | Path, region: str | None = None, columns: str | Path | None = None
) -> dict[str, Any]:
    """Open every table of a store that memory should not hold, for `customers.snapshot` and `coverage`.

    Parameters
    ----------
    data, region, columns : as for `load`
        With a region, rows that only the customers' table places are not there.

    Returns
    -------
    dict
        Table → an Arrow dataset over its files, which is read in a stream. Who gave no consent is still in
        it; `customers.snapshot` leaves them out.
    """
    import pyarrow
    import pyarrow.dataset as arrow
    import pyarrow.parquet

    found = {}
    for name in (name for name in TABLES if name in list_tables(data, columns, "customers")):
        files = [
            str(file.folder / f"{place}.parquet")
            for file in prepare(data, columns, name)
            for place in find_places(file, region, None)
        ]
        if files:
            schemas = [pyarrow.parquet.read_schema(file) for file in files]
            schema = pyarrow.unify_schemas(schemas, promote_options="permissive")
            found[name] = arrow.dataset(files, schema=schema, format="parquet")
    return found
