"""Which counts of customers and orders tell of few, beside the other reports of the slice and of last year.

Customers who have bought are counted up to the end of a year. Less those of a year before, they are the new
ones; less those who bought in the year (the report on the market counts these) the ones that are lost; and of
all who consulted (the industry report counts these) those who never bought, or late. Those of the
year less the new ones had bought before, and orders less buyers are who bought again. Where one of these is
of few, the counts that give it are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..analysis import outcome_window
from ..analysis.customers import time_rule
from ..analysis.customers.time_rule import known_before
from ..analysis.rates import REST
from ..analysis.value.contribution import is_refund
from ..base import table_metadata
from ..base.language import text
from ..settings.editions import Policy
from .customers import IDENTIFIER, find_thin
from .masked_tables import mark
from .money import Sums

TYPE = "customer_type"
NEW = "new"  # column of money masks: 1 of a customer who bought for the first time in the year


@dataclass(frozen=True, eq=False)
class Bought:
    """Who bought what, as known before a day.

    Attributes
    ----------
    rows : DataFrame
        One row an order or refund: ``customer_id``, ``year``, ``refund``.
    asked : DataFrame
        One row a consultation whose customer is known: ``customer_id``, ``year`` and ``in_time`` (the
        industry report counts a purchase).
    everyone : Index
        All customers of any table.
    """

    rows: pd.DataFrame
    asked: pd.DataFrame
    everyone: pd.Index

    @property
    def ever(self) -> pd.Index:
        """Return who has bought, or given back."""
        return pd.Index(self.rows[IDENTIFIER].unique())


def list_bought(
    orders: pd.DataFrame | None, consultations: pd.DataFrame, everyone: pd.Index, at: str, cut: str = ""
) -> Bought:
    """Return who bought what before a day, and who consulted."""
    rows = pd.DataFrame({IDENTIFIER: [], "year": [], "refund": pd.Series(dtype=bool)})
    if orders is not None:
        known = known_before(orders, at, "orders", [IDENTIFIER, "ordered_on", "amount", "kind"])
        known = known[known[IDENTIFIER].notna()]
        rows = known[[IDENTIFIER]].assign(year=known["ordered_on"].dt.year, refund=is_refund(known))
    return Bought(rows, _follow(consultations, at, cut), everyone)


def _follow(consultations: pd.DataFrame, at: str, cut: str) -> pd.DataFrame:
    """Return the outcomes of consultations as the industry report counts them, and as they are registered."""
    none = pd.DataFrame({IDENTIFIER: [], "year": [], "in_time": []})
    if not {IDENTIFIER, "converted"} <= set(consultations) or consultations.empty:
        return none
    said = consultations[consultations[IDENTIFIER].notna()].reset_index(drop=True)
    if "year" in said:
        said = said[said["year"] <= _find_year(at)].reset_index(drop=True)
    followed = outcome_window.follow(said, outcome_window.choose_window(consultations, cut=cut))
    in_time = followed["converted"].fillna(False).astype(bool).to_numpy()
    year = said["year"] if "year" in said else _find_year(at)
    return pd.DataFrame({IDENTIFIER: said[IDENTIFIER], "year": year, "in_time": in_time})


def _find_year(at: str) -> int:
    return int((time_rule.moment(at) - pd.Timedelta(days=1)).year)


def mark_new(buyers: pd.DataFrame, known: Bought, at: str) -> pd.Series:
    """Return 1 for each buyer who had not bought before the year of the day before, else 0."""
    before = known.rows.loc[known.rows["year"] < _find_year(at), IDENTIFIER].unique()
    return pd.Series((~buyers.index.isin(before)).astype(float), index=buyers.index)


def name_types(consultations: pd.DataFrame, pooled: pd.Series) -> pd.Series:
    """Return customer → type under the names of a table of buyers, also of those who never bought."""
    if not {IDENTIFIER, TYPE} <= set(consultations):
        return pooled.dropna()
    said = consultations.dropna(subset=[IDENTIFIER, TYPE]).drop_duplicates(IDENTIFIER, keep="last")
    types = said.set_index(IDENTIFIER)[TYPE].astype(object)
    types = types.where(types.isin(set(pooled.dropna())), text(**REST))
    return pooled.dropna().combine_first(types)


def find_few(known: Bought, types: pd.Series, policy: Policy) -> frozenset[str]:
    """Return which counts few customers stand behind, such as ``buyers``, ``orders``, ``refunds``.

    Parameters
    ----------
    known : Bought
        See `list_bought`.
    types : Series
        Customer → type, for which buyers are counted, too; see `name_types`.
    policy : Policy
        Its threshold counts customers, also of the difference between two counts.
    """
    if policy.internal:
        return frozenset()
    if known.rows.empty:
        return frozenset()
    sold, back = known.rows[~known.rows["refund"]], known.rows[known.rows["refund"]]
    few = {
        name
        for name, rows in (("orders", sold), ("refunds", back))
        if _is_thin(rows, policy) or any(_is_thin(part, policy) for _, part in rows.groupby("year"))
    }
    again = int((sold[IDENTIFIER].value_counts() > 1).sum())
    few |= {"orders"} if 0 < again < policy.threshold else set()
    asked = (n for part in _split(known, types) for n in _count_asked(part, known, policy))
    apart = [*_count_apart(known), *asked]
    if any(0 < n < policy.threshold for n in apart):
        # Where each bought once, or no contribution is known, these are the same number.
        few |= {"buyers", "orders", "unknown_contribution", "no_potential"}
    return frozenset(few)


def _is_thin(rows: pd.DataFrame, policy: Policy) -> bool:
    return bool(len(rows) and find_thin(rows, pd.Series(0, index=rows.index), [], policy).get("total"))


def _count_apart(known: Bought) -> Iterator[int]:
    """Yield how many are in one count of customers and not in another: in all tables, in one year, before."""
    ever, sold = known.ever, known.rows[~known.rows["refund"]]
    yield len(known.everyone.difference(ever))
    first = known.rows.groupby(IDENTIFIER)["year"].min()
    yield from first.value_counts()
    for year, part in sold.groupby("year"):
        mine = pd.Index(part[IDENTIFIER].unique())
        yield len(ever) - len(mine)
        yield int((first[mine] < year).sum())


def _split(known: Bought, types: pd.Series) -> Iterator[Bought]:
    """Yield what is known of all customers and of each type; of all years, and of who is new in each.

    How many are new in a year is told by the reports of two years.
    """
    first = known.rows.groupby(IDENTIFIER)["year"].min()
    bought = known.rows.assign(first=known.rows[IDENTIFIER].map(first))
    kinds = [part[IDENTIFIER].map(types) for part in (bought, known.asked)]
    groups = [(known.everyone, bought, known.asked)]
    for label in types.dropna().unique():
        rows, asked = (part[kind == label] for part, kind in zip((bought, known.asked), kinds, strict=True))
        groups.append((types.index[types == label], rows, asked))
    for mine, rows, asked in groups:
        yield Bought(rows, asked, mine)
        for year in asked["year"].unique():
            yield Bought(rows[rows["first"] == year], asked[asked["year"] == year], mine)


def _count_asked(part: Bought, known: Bought, policy: Policy) -> Iterator[int]:
    """Yield how many of those who consulted never bought, or late, unless enough others blur these counts."""
    bought, asked = part.ever, pd.Index(part.asked[IDENTIFIER].unique())
    before = asked.intersection(known.ever).difference(bought)
    blurred = len(part.asked) - len(asked) + len(bought.difference(asked)) + len(before)
    if asked.empty or blurred >= policy.threshold:
        return
    in_time = part.asked.loc[part.asked["in_time"].astype(bool), IDENTIFIER].nunique()
    yield len(asked.difference(known.ever))
    yield abs(len(bought.intersection(asked)) - in_time)


def drop_new(sums: Sums) -> Sums:
    """Return sums without the column that only decides what is withheld."""
    by = {grouping: _drop(table, [NEW, f"mean_{NEW}"]) for grouping, table in sums.by.items()}
    total = table_metadata.carry(sums.total, sums.total.drop([NEW, f"mean_{NEW}"]))
    return Sums(total, by)


def drop_customers(quantiles: pd.DataFrame) -> pd.DataFrame:
    """Return quantiles without how many bought in the year: less those who ever bought, they are the lost."""
    return _drop(quantiles, ["customers"])


def _drop(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    shown = table_metadata.carry(table, table.drop(columns=columns))
    told = {name: rows for name, rows in table_metadata.withheld(table).items() if name not in columns}
    return table_metadata.describe(shown, withheld=told)


def withhold_counts(sums: Sums) -> Sums:
    """Return sums of money without how many customers they are of; a mean beside its sum tells that, too."""
    by = {grouping: _without_counts(table) for grouping, table in sums.by.items()}
    hidden = [name for name in sums.total.index if _is_count(name)]
    total = sums.total.mask(sums.total.index.isin(hidden))
    told = {name: list(rows) for name, rows in table_metadata.withheld(sums.total).items()}
    told |= {name: [sums.total.name] for name in hidden}
    return Sums(mark(total, told), by)


def _without_counts(table: pd.DataFrame) -> pd.DataFrame:
    masked = table.copy()
    names = [name for name in table if _is_count(name)]
    masked[names] = np.nan
    told = {name: list(rows) for name, rows in table_metadata.withheld(table).items()}
    told |= {name: list(table.index) for name in names}
    return mark(masked, told)


def _is_count(name: object) -> bool:
    return str(name) == "customers" or str(name).startswith("mean_")
