"""Slices side by side: one region over years, or regions in one year.

Everything here is computed from the published tables of each slice, so a comparison shows nothing that the
report of a slice withholds: slices have no consultation in common, and what is shown of one says nothing of
another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from numbers import Integral
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis import conversion
from ..analysis.conversion import REST, Measure, Standardised
from ..analysis.outcome_window import DAYS
from ..base import origin, table_metadata
from ..base.errors import InputError
from ..base.language import name, text
from ..intake import dataset
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from .publication import Outline, Published, publish

Sides = Mapping[str | int, Published]  # year or region → its tables, in the order of the report
Wholes = Mapping[str | int, Published | Outline]  # as far as each is compared as a whole


def choose(
    slices: pd.DataFrame, regions: Sequence[str], years: Sequence[int]
) -> dict[str | int, tuple[str, int]]:
    """Return the slices that a comparison sets side by side.

    Parameters
    ----------
    slices : DataFrame
        See `dataset.slices`.
    regions, years : sequence
        Either one region and several years, or several regions and one year; no years stand for all that the
        data hold of the region.

    Returns
    -------
    dict
        Year or region, by which the sides are called → region and year; regions in the order asked for, years
        ascending.

    Raises
    ------
    InputError
        Several of both are asked for, or fewer than two slices, or one that the data do not hold.
    """
    there = slices[slices["region"].isin(list(regions))]
    wanted = sorted(set(years)) or sorted(int(year) for year in there["year"].unique())
    if not regions or (len(regions) > 1 and len(wanted) != 1):
        asked = f"{list(regions)} and {wanted}"
        problem = f"expected one region and its years, or several regions and one year, got {asked}."
        raise InputError("parameters regions, years", problem, "Make one comparison for each.")
    pairs = [(region, year) for region in dict.fromkeys(regions) for year in wanted]
    known = set(slices[["region", "year"]].itertuples(index=False, name=None))
    if lacking := [f"{region} {year}" for region, year in pairs if (region, year) not in known]:
        mend = "See `industry-report check` for what is there, or leave it out."
        raise InputError("parameters regions, years", f"the data hold no {', '.join(lacking)}.", mend)
    if len(pairs) < 2:
        problem = (
            f"one slice alone, {pairs[0][0]} {pairs[0][1]}, has nothing beside it." if pairs else "no slice."
        )
        raise InputError("parameters regions, years", problem, "Name a further year or region.")
    return {pair[0] if len(regions) > 1 else pair[1]: pair for pair in pairs}


def publish_sides(
    data: str | Path,
    regions: Sequence[str],
    years: Sequence[int],
    columns: str | Path | None = None,
    *,
    scorecard: Scorecard,
    policy: Policy,
    follow_up_days: int = DAYS,
    data_cut: str = "",
) -> dict[str | int, Published]:
    """Publish the slices that a comparison sets side by side; see `choose` and `publication.publish`."""
    chosen = choose(dataset.slices(data, columns), regions, years)
    rules: dict[str, Any] = {"scorecard": scorecard, "policy": policy}
    rules |= {"follow_up_days": follow_up_days, "data_cut": data_cut}
    return {side: publish(data, region, year, columns, **rules) for side, (region, year) in chosen.items()}


def of_one_region(
    data: str | Path,
    region: str,
    years: Sequence[int],
    columns: str | Path | None = None,
    *,
    scorecard: Scorecard,
    policy: Policy,
    **window: Any,
) -> dict[int, Published]:
    """Publish those years of a region that the data hold, the last in any case; `window` as of `publish`."""
    slices = dataset.slices(data, columns)
    held = set(slices.loc[slices["region"] == region, "year"])
    return {
        year: publish(data, region, year, columns, scorecard=scorecard, policy=policy, **window)
        for year in years
        if year in held or year == years[-1]
    }


def sources(sides: Sides) -> pd.DataFrame:
    """Return the files of all sides, each once."""
    table = pd.concat([one.files.sources for one in sides.values()])
    return table[~table.index.duplicated()]


def received(sides: Sides) -> pd.DataFrame:
    """Return how many consultations each side has, ``used``, and how many are ``graded``."""
    rows = {side: {"used": one.received, "graded": one.graded} for side, one in sides.items()}
    return pd.DataFrame(rows).T.rename_axis("side")


def of_years(sides: Iterable[str | int]) -> bool:
    """Tell whether the sides are years, which have an order."""
    return all(isinstance(side, Integral) for side in sides)


def side_name(side: str | int) -> str:
    """Return a side as a table or axis names it: 2025年 / 2025, 黄山市 / Huangshan."""
    return text(zh=f"{side}年", en=str(side)) if isinstance(side, Integral) else name(str(side))


def comparable(sides: Sides) -> Sides:
    """Return the sides whose rates mean the same: those with outcomes, where any has; else all."""
    with_outcomes = {side: one for side, one in sides.items() if one.measure.grade is None}
    return with_outcomes or dict(sides)


def measure_of(sides: Wholes) -> Measure:
    """Return what the rates of comparable sides measure."""
    return next(iter(sides.values())).measure


def overview(sides: Wholes) -> pd.DataFrame:
    """Return the measure of each side as a whole.

    Returns
    -------
    DataFrame
        Index ``side``; ``consultations``, ``conversions``, ``rate``, ``low``, ``high``; missing where it is
        withheld.
    """
    columns = ["consultations", "conversions", "rate", "low", "high"]
    table = pd.DataFrame({side: one.average[columns] for side, one in sides.items()}).T
    hidden = {
        column: [side for side, one in sides.items() if column in table_metadata.withheld(one.average)]
        for column in columns
    }
    table_metadata.describe(table, heads=measure_of(sides).heads, withheld=hidden, afresh=True)
    return table.rename_axis("side")


def with_standardised(table: pd.DataFrame, result: Standardised) -> pd.DataFrame:
    """Add the standardised rates of the sides to their `overview`, if there are any."""
    if result.rates.empty:
        return table
    return table.assign(standardised=result.rates["standardised"])


def standardise(sides: Wholes, over: str = "customer_type") -> Standardised:
    """Return the rates that the sides would have if all had the same composition.

    Strata are the groups of `over` that every side shows; all others are one stratum, whose counts follow
    from the totals.

    Returns
    -------
    Standardised
        Its groups are the sides. Empty where a side has no such column or its total is withheld.
    """
    counts = common_counts(sides, over)
    if counts is None:
        nothing = pd.DataFrame(
            index=pd.Index([], name="side"), columns=pd.Index([], name=over), dtype="int64"
        )
        counts = nothing, nothing
    return conversion.standardise_counts(*counts, measure_of(sides))


def common_counts(sides: Wholes, over: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return consultations and conversions of the groups that all sides show; all others are one group.

    Returns
    -------
    (DataFrame, DataFrame) or None
        Sides by group. None where a side has no such column or its total is withheld.
    """
    tables = [one.by[over] for one in sides.values()]
    totals = overview(sides)[["consultations", "conversions"]]
    if any(table.empty for table in tables) or totals.isna().any(axis=None):
        return None
    counts = [
        pd.DataFrame({side: one.by[over][column] for side, one in sides.items()}).T.dropna(axis=1)
        for column in ("consultations", "conversions")
    ]
    common = [group for group in counts[0] if group in counts[1] and group not in REST.values()]
    n, x = (
        table[common].assign(**{text(**REST): total - table[common].sum(axis=1)}).astype("int64")
        for table, (_, total) in zip(counts, totals.items(), strict=True)
    )
    n, x = (table.loc[:, n.sum() > 0].rename_axis("side").rename_axis(columns=over) for table in (n, x))
    return n, x


def steps(sides: Wholes) -> list[tuple[str | int, str | int]]:
    """Return the pairs to compare, whatever the data.

    Each year with the one before and, of three or more, the last with the first; all pairs of regions.
    """
    names = list(sides)
    if of_years(sides):
        whole = [(names[-1], names[0])] if len(names) > 2 else []
        return [(later, earlier) for earlier, later in pairwise(names)] + whole
    return list(combinations(names, 2))


def changes(sides: Wholes) -> pd.DataFrame:
    """Compare the measure of the sides, pair by pair, after Holm.

    Returns
    -------
    DataFrame
        Index ``compared``, in words; columns of `conversion.differences` and ``one``, ``other``, the sides.
        Pairs of which a number is withheld are left out.
    """
    table = overview(sides)[["consultations", "conversions"]].dropna().astype("int64")
    pairs = [(one, other) for one, other in steps(sides) if one in table.index and other in table.index]
    index = pd.Index([_worded(one, other) for one, other in pairs], name="compared", dtype=object)
    ours, theirs = (table.loc[[pair[place] for pair in pairs]].set_axis(index) for place in (0, 1))
    result = conversion.differences(ours, theirs, planned=True)
    return result.assign(one=[one for one, _ in pairs], other=[other for _, other in pairs])


def _worded(one: str | int, other: str | int) -> str:
    return text(zh=f"{side_name(one)}比{side_name(other)}", en=f"{side_name(one)} against {side_name(other)}")


def ranks(sides: Wholes, compared: pd.DataFrame, mix: Standardised | None = None) -> pd.DataFrame:
    """Return between which places each side can stand, as far as differences are clear.

    Parameters
    ----------
    sides : mapping
        Regions.
    compared : DataFrame
        See `changes`.
    mix : Standardised, optional
        See `standardise`. Where it has pairs, places are those of the standardised rates: a league table of
        crude rates ranks the mix of customers.

    Returns
    -------
    DataFrame
        Index ``side``, highest rate first; ``rate``, ``standardised`` where it ranks, ``low``, ``high``,
        ``best`` and ``worst`` place: one more than the number of sides that are clearly higher, and the
        number of sides less those clearly lower. Sides whose rate is withheld or too few to compare are
        left out.
    """
    fair = mix is not None and len(mix.pairs) > 0
    pairs = mix.pairs if fair and mix is not None else compared
    told = pairs[~pairs["verdict"].isin([conversion.TOO_FEW])]
    names = list(dict.fromkeys([*told["one"], *told["other"]]))
    columns = ["rate", "standardised", "low", "high"] if fair else ["rate", "low", "high"]
    source = mix.rates if fair and mix is not None else overview(sides)
    table = source.loc[names, columns].join(conversion.rank_places(names, told))
    table_metadata.describe(table, heads=table_metadata.heads(source), afresh=True)
    order = "standardised" if fair else "rate"
    return table.sort_values(order, ascending=False, kind="stable").rename_axis("side")


def place_sides(mix: Standardised) -> pd.DataFrame:
    """Return the ``best`` and ``worst`` place of each region by its standardised rate; see `ranks`."""
    told = mix.pairs[~mix.pairs["verdict"].isin([conversion.TOO_FEW])] if len(mix.pairs) else mix.pairs
    if told.empty:
        return pd.DataFrame({"best": [], "worst": []})
    return conversion.rank_places(list(dict.fromkeys([*told["one"], *told["other"]])), told)


def groups(sides: Sides, column: str) -> pd.DataFrame:
    """Return the measure of each group in each side, for small multiples.

    Returns
    -------
    DataFrame
        Columns ``group``, ``side``, ``consultations``, ``conversions``, ``rate``, ``low``, ``high``; groups
        that at least two sides show, the pooled rest left out, most consultations first.
    """
    parts = [
        table.rename_axis("group").reset_index().assign(side=side)
        for side, one in sides.items()
        if len(table := one.by[column])
    ]
    columns = ["group", "side", "consultations", "conversions", "rate", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=columns)
    long = pd.concat(parts, ignore_index=True)[columns]
    groups = long[~long["group"].isin(REST.values())].groupby("group")
    sizes = groups["consultations"].sum().sort_values(ascending=False, kind="stable")
    often = groups["rate"].count() >= 2
    kept = [group for group in sizes.index if often[group]]
    order = {group: place for place, group in enumerate(kept)}
    long = long[long["group"].isin(kept)].sort_values("group", key=lambda g: g.map(order), kind="stable")
    return table_metadata.describe(long, heads=measure_of(sides).heads)


def group_changes(sides: Sides, column: str) -> pd.DataFrame:
    """Compare each group's rate in the last side with that in the first, after Benjamini and Hochberg.

    Returns
    -------
    DataFrame
        See `conversion.differences`; groups that both show. The fact ``sides`` names the last and the first.
    """
    ends = list(sides)[-1], next(iter(sides))
    shown = [
        table.loc[~table.index.isin(REST.values()), ["consultations", "conversions"]].dropna().astype("int64")
        for table in (sides[end].by[column] for end in ends)
    ]
    both = shown[0].index.intersection(shown[1].index, sort=False)
    result = conversion.differences(shown[0].loc[both], shown[1].loc[both], planned=False)
    return table_metadata.tell(result, sides=ends)


def grade_shares(sides: Sides) -> pd.DataFrame:
    """Return the share of each grade in each side with its interval, for small multiples.

    Returns
    -------
    DataFrame
        Columns ``group`` (the grade, highest first), ``side``, ``consultations`` (all graded ones),
        ``conversions`` (those of the grade), ``rate``, ``low``, ``high``; missing where withheld.
    """
    parts = []
    for side, one in sides.items():
        counts = one.grades["consultations"].astype("float64")
        whole = pd.DataFrame({"consultations": float(one.graded), "conversions": counts.fillna(0.0)})
        shares = conversion.with_interval(whole, one.measure)
        shares.loc[counts.isna(), ["conversions", "rate", "low", "high"]] = float("nan")
        parts.append(shares.rename_axis("group").reset_index().assign(side=side))
    columns = ["group", "side", "consultations", "conversions", "rate", "low", "high"]
    long = pd.concat(parts, ignore_index=True)[columns]
    heads = {
        "group": text(zh="等级", en="Grade"),
        "consultations": text(zh="可评级咨询", en="Graded"),
        "conversions": text(zh="该等级咨询数", en="Of this grade"),
        "rate": text(zh="占可评级咨询的比例", en="Share of graded consultations"),
    }
    return table_metadata.describe(long, heads=heads)


def months(sides: Sides) -> pd.DataFrame:
    """Return the consultations of each month in each side.

    Returns
    -------
    DataFrame
        Columns ``side``, ``month``, ``received``, ``share`` of the year; sides without dates, with months
        withheld or told by quarter are left out.
    """
    parts = [
        one.by_month[["received"]].assign(side=side).reset_index()
        for side, one in sides.items()
        if one.by_month.index.name == "month" and one.by_month["received"].notna().all() and len(one.by_month)
    ]
    if not parts:
        return pd.DataFrame(columns=["side", "month", "received", "share"])
    long = pd.concat(parts, ignore_index=True)
    long["share"] = long["received"] / long.groupby("side")["received"].transform("sum")
    return long[["side", "month", "received", "share"]]


def withheld(sides: Sides) -> pd.DataFrame:
    """Return how many numbers each side withholds, as its own report does.

    Returns
    -------
    DataFrame
        Index ``side``; ``rows``, those of its tables, and ``protected_rows``.
    """
    rows = {}
    for side, one in sides.items():
        tables = [one.grades, one.by_grade, one.by_month, *one.by.values()]
        labels = map(table_metadata.withheld_rows, tables)
        rows[side] = {"rows": sum(map(len, tables)), "protected_rows": sum(map(len, labels))}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "protected_rows"]).rename_axis(
        "side"
    )


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index holds sides with their names in the report's language."""
    shown = table.copy()
    key = "year" if of_years(table.index) else "region"
    shown.index = pd.Index([side_name(side) for side in table.index], name=key)
    hidden = table_metadata.withheld(table)
    names = {column: [side_name(side) for side in sides] for column, sides in hidden.items()}
    return table_metadata.describe(shown, withheld=names)


origin.trace_module(globals())
