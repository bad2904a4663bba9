"""What a report on a market reads: orders, customers, consultations, external totals, where they exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..analysis.customers import known_before
from ..analysis.trade import sales
from ..base.errors import InputError
from ..intake import dataset

TABLES = ("orders", "market", "customers")


@dataclass(frozen=True, eq=False)
class Inputs:
    """The tables of a report, all regions that it sets side by side.

    Attributes
    ----------
    rows : DataFrame
        See `sales.read_sales`, with ``region``; up to the end of the report's year, without an unfinished
        last month.
    consultations : DataFrame
        Of the report's region and the others, up to that year.
    customers, market : DataFrame
        Profiles and external totals; empty where the data have none.
    absent : tuple of str
        Tables that the data lack; of consultations, those of the slice.
    regions : tuple of str
        The report's region first.
    unfinished : Period or None
        A last month that the data do not reach the end of.
    dropped : DataFrame
        Its rows.
    """

    rows: pd.DataFrame
    consultations: pd.DataFrame
    customers: pd.DataFrame
    market: pd.DataFrame
    absent: tuple[str, ...]
    regions: tuple[str, ...]
    unfinished: pd.Period | None
    dropped: pd.DataFrame


def read_inputs(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None,
    regions: Sequence[str],
    data_cut: str = "",
) -> Inputs:
    """Read what there is.

    Parameters
    ----------
    data, region, year, columns
        See `dataset.load`; of rows after the year nothing is read.
    regions : sequence of str
        Which to set beside the report's own, all without any; those that the data lack are left out.
    data_cut : str
        The last day that the data tell of; by default the latest date of an order or consultation.
    """
    held = dataset.list_tables(data, columns, "customers")
    slices = dataset.slices(data, columns)
    asked = ((slices["region"] == region) & (slices["year"] == year)).any()
    absent = tuple(name for name in TABLES if name not in held) + (() if asked else (dataset.CONSULTATIONS,))
    everywhere = sorted(set(slices["region"]))
    chosen = tuple(dict.fromkeys([region, *(r for r in regions or everywhere if r in everywhere)]))
    consultations = _load_consultations(data, columns, slices, chosen, year)
    customers = _load(data, columns, "customers", held)
    orders = _load(data, columns, "orders", held)
    rows = _read_orders(orders, customers, year)
    cut = _find_cut(data_cut, orders, consultations)
    every = rows
    rows, unfinished = (rows, None) if cut is None else sales.drop_unfinished(rows, cut)
    dropped = every[every["month"] == unfinished] if unfinished is not None else every.iloc[:0]
    rows = rows[rows["region"].isin(chosen)].reset_index(drop=True)
    market = _load(data, columns, "market", held)
    return Inputs(rows, consultations, customers, market, absent, chosen, unfinished, dropped)


def _load(data: str | Path, columns: str | Path | None, table: str, held: set[str]) -> pd.DataFrame:
    return dataset.load(data, columns=columns, table=table) if table in held else pd.DataFrame()


def _load_consultations(
    data: str | Path, columns: str | Path | None, slices: pd.DataFrame, regions: Sequence[str], year: int
) -> pd.DataFrame:
    wanted = slices[slices["region"].isin(regions) & (slices["year"] <= year)]
    parts = [
        dataset.load(data, region=place.region, year=place.year, columns=columns)
        for place in wanted.itertuples()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"region": [], "year": []})


def _read_orders(orders: pd.DataFrame, customers: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the sales up to the end of a year, with their region."""
    if orders.empty:
        nothing = {"customer_id": [], "amount": [], "ordered_on": pd.to_datetime([])}
        return sales.read_sales(pd.DataFrame(nothing)).assign(region=pd.Series(dtype=object))
    known = known_before(orders, f"{year + 1}-01-01", "orders").reset_index(drop=True)
    profiles = customers if "customer_id" in customers else None
    return sales.read_sales(known, profiles).assign(region=known["region"].astype(object))


def _find_cut(cut: str, orders: pd.DataFrame, consultations: pd.DataFrame) -> pd.Timestamp | None:
    if cut:
        try:
            return pd.to_datetime(cut, format="%Y-%m-%d")
        except ValueError:
            problem = f"expected a date, got {cut!r}."
            raise InputError("parameter data_cut", problem, 'Write it as "2025-12-31".') from None
    dates = [
        table[column].max()
        for table, column in ((orders, "ordered_on"), (consultations, "consulted_on"))
        if column in table and table[column].notna().any()
    ]
    return pd.Timestamp(max(dates)).normalize() if dates else None
