"""Tables of a researcher's own as part of a slice: groups by a further column, and sums and medians in them.

`publication.publish(…, also=("district",), money=("amount",))` is the one call. Counts and rates by a further
column are protected with all other tables of the slice (`disclosure.protect`). What is added here is money,
by the rules of `money`, together with the sums by customer type that other reports of the slice show; and a
look whether two groups differ by so few records that a reader who subtracts learns of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from ..base import language, own_names, table_metadata
from ..base.errors import InputError
from ..base.language import text
from ..settings.editions import Policy
from .customers import IDENTIFIER, find_thin
from .groups import MULTIPLE, TOTAL
from .masked_tables import mark
from .money import protect_quantiles, protect_sums

TYPE, AMOUNT = "customer_type", "amount"
MOST_PARTS = 10  # of which every union is looked at


def check_apart(rated: pd.DataFrame, names: Sequence[str], own: Sequence[str], policy: Policy) -> None:
    """Refuse groups of a further column that differ by few records from another group that is published.

    Parameters
    ----------
    rated : DataFrame
        Graded consultations with pooled categories.
    names, own : sequence of str
        All columns that group them, and those that a researcher added.
    policy : Policy
        See `load_policy`.

    Raises
    ------
    InputError
        Groups of one column hold those of the other, and few records, purchases or customers beside them:
        their counts, subtracted, tell of these.
    """
    for column in () if policy.internal else own:
        others = [one for one in names if one != column and one in rated and one not in MULTIPLE]
        for other in others if column in rated else ():
            pair = _find_near(rated, column, other, policy)
            if pair is not None:
                one, two = own_names.plain_name(column), own_names.plain_name(other)
                problem = (
                    f"{_list(pair[0])} of {one} and {_list(pair[1])} of {two} differ by fewer records than "
                    f"{policy.threshold}, or by so few purchases or customers, of which a reader learns who "
                    "subtracts them."
                )
                remedy = f"Leave {one} out of also, or write groups into the data that differ by more."
                raise InputError("publish", problem, remedy)


def _list(groups: Sequence[Any]) -> str:
    return " + ".join(map(str, groups))


def _find_near(
    rated: pd.DataFrame, column: str, other: str, policy: Policy
) -> tuple[list[Any], list[Any]] | None:
    """Return groups of two columns of which the ones, together, hold the others and few besides.

    Besides: few records, customers, purchases or records without one. Each group is held against all that it
    meets and all that it holds; and unions of several against unions of several, which only cells of few
    join: the blocks that fall apart when these cells are taken out.
    """
    known = rated[[column, other]].notna().any(axis=1).to_numpy()
    labels = [rated.loc[known, name].astype(object) for name in (column, other)]
    code, names = zip(*(pd.factorize(one, use_na_sentinel=False) for one in labels), strict=True)
    counts = np.zeros((len(names[0]), len(names[1])), dtype=np.int64)
    np.add.at(counts, code, 1)
    named = [np.array([pd.notna(name) for name in one]) for one in names]
    for ours, theirs in _list_unions(counts, named, policy.threshold):
        here, there = ours[code[0]], theirs[code[1]]
        for apart in (here & ~there, there & ~here):
            if apart.any() and not (here ^ there ^ apart).any() and _are_few(rated[known][apart], policy):
                return [*names[0][ours]], [*names[1][theirs]]
    return None


def _list_unions(
    counts: np.ndarray, named: Sequence[np.ndarray], threshold: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield pairs of unions of rows and of columns, without those that have no name, that may be near."""
    for table, flip in ((counts, False), (counts.T, True)):
        mine, others = named[::-1] if flip else named
        for place in np.flatnonzero(mine):
            group = np.arange(len(table)) == place
            meets, holds = table[place] > 0, table.sum(axis=0) == table[place]
            for union in (meets & others, holds & meets & others):
                if union.any() and not (others <= union).all():  # else the rest, which the masks look after
                    yield (union, group) if flip else (group, union)
    for ours, theirs in _list_blocks(counts, threshold):
        ours, theirs = ours & named[0], theirs & named[1]
        if ours.any() and theirs.any():
            yield ours, theirs


def _list_blocks(counts: np.ndarray, threshold: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield unions of the parts into which the table falls without its cells of few."""
    large = counts >= threshold
    rows, columns = counts.shape
    links = np.block([[np.zeros((rows, rows), bool), large], [large.T, np.zeros((columns, columns), bool)]])
    number, part = connected_components(links, directed=False)
    sizes = range(1, number // 2 + 1) if number <= MOST_PARTS else (1,)
    for chosen in itertools.chain.from_iterable(itertools.combinations(range(number), n) for n in sizes):
        inside = np.isin(part, chosen)
        yield inside[:rows], inside[rows:]


def _are_few(rows: pd.DataFrame, policy: Policy) -> bool:
    """Tell whether records that a reader gets by subtracting are few, or of few, or their purchases are."""
    bought = rows["converted"] if "converted" in rows else pd.Series(pd.NA, index=rows.index)
    bought = bought.astype("boolean").dropna()
    counts = (len(rows), int(bought.sum()), int((~bought).sum()))
    if any(0 < count < policy.threshold for count in counts):
        return True
    return bool(find_thin(rows, pd.Series(0, index=rows.index), [], policy).get(TOTAL))


def sum_money(
    rated: pd.DataFrame,
    columns: Sequence[str],
    by: Mapping[str, pd.DataFrame],
    amounts: pd.DataFrame,
    policy: Policy,
) -> dict[str, pd.DataFrame]:
    """Return sums and medians of money by each further column.

    Parameters
    ----------
    rated : DataFrame
        Graded consultations: ``customer_id``, the groupings, the columns of money as the data have them.
    columns : sequence of str
        Columns of money. ``amount`` is that of purchases; any other counts over all consultations.
    by : mapping of str to DataFrame
        Column → its protected table of rates; where this withholds a number, so does the sum.
    amounts : DataFrame
        The sums by customer type that reports of the slice publish.
    policy : Policy
        See `load_policy`.

    Returns
    -------
    dict of str to DataFrame
        Index the groups; of each column of money its sum, under its own name, and ``median_…``, that of a
        customer's sum, rounded to two digits. No rows where nothing may be told; `explain` says why.

    Raises
    ------
    InputError
        There is no such column, or it holds no numbers.
    """
    for column in columns:
        if column not in rated or not pd.api.types.is_numeric_dtype(rated[column]):
            numbers = [name for name in rated if pd.api.types.is_numeric_dtype(rated[name])]
            problem = f"money names {column}, which is no column of numbers in the data."
            raise InputError("publish", problem, f"There are {', '.join(map(str, numbers))}.")
    hidden = {str(table.index.name): table_metadata.withheld_rows(table) for table in by.values()}
    told: list[dict[str, pd.DataFrame]] = []
    before: dict[str, set[Any]] = {}
    while hidden != before:  # withheld in one column, withheld in all: a cost and a profit give the sale
        before = hidden
        told = _protect_columns(rated, columns, hidden, amounts, policy)
        hidden = {
            group: rows.union(*(table_metadata.withheld_rows(part[group]) for part in told if group in part))
            for group, rows in hidden.items()
        }
    return {
        name: _join([part.get(str(table.index.name)) for part in told], columns, table, policy)
        for name, table in by.items()
    }


def _protect_columns(
    rated: pd.DataFrame,
    columns: Sequence[str],
    hidden: Mapping[str, set[Any]],
    amounts: pd.DataFrame,
    policy: Policy,
) -> list[dict[str, pd.DataFrame]]:
    return [_protect_column(rated, column, hidden, amounts, policy) for column in columns]


def _protect_column(
    rated: pd.DataFrame,
    column: str,
    hidden: Mapping[str, set[Any]],
    amounts: pd.DataFrame,
    policy: Policy,
) -> dict[str, pd.DataFrame]:
    """Return sum and median of one column of money by every grouping; tables without rows say why."""
    if IDENTIFIER not in rated:
        return _no_sums(column, hidden, "no customers")
    types = [TYPE] if column == AMOUNT and TYPE in rated and TYPE not in hidden else []
    rows = _list_rows(rated, column, [*types, *hidden])
    if rows.empty:
        return _no_sums(column, hidden, "no amounts")
    # What no report of the slice shows of a type may stay hidden; what one shows cannot be called back.
    untold = set(rows[TYPE].dropna()) - set(amounts.index[amounts[AMOUNT].notna()]) if types else set()
    sums = protect_sums(policy, rows, [column], [*types, *hidden], hidden={**hidden, TYPE: untold})
    if types and not policy.internal and not table_metadata.withheld_rows(sums.by[TYPE]) <= untold:
        return _no_sums(column, hidden, "sums by type")
    return {group: _add_median(rows, sums.by[group][[column]], column, policy) for group in hidden}


def _no_sums(column: str, groups: Collection[str], why: str) -> dict[str, pd.DataFrame]:
    nothing = pd.DataFrame(columns=[column, f"median_{column}"], dtype=float)
    return {group: table_metadata.tell(nothing.rename_axis(group), reason=why) for group in groups}


def _add_median(rows: pd.DataFrame, sums: pd.DataFrame, column: str, policy: Policy) -> pd.DataFrame:
    """Add the median of what one customer makes up, where enough lie on either side of it."""
    group, withheld = str(sums.index.name), table_metadata.withheld_rows(sums)
    each = rows.groupby([IDENTIFIER, group], observed=True)[column].sum().reset_index()
    middle = protect_quantiles(policy, each, column, group, shares=(0.5,), hidden=withheld)["q50"]
    return sums.assign(**{f"median_{column}": middle.reindex(sums.index)})


def _list_rows(rated: pd.DataFrame, column: str, groupings: Sequence[str]) -> pd.DataFrame:
    """Return the rows whose money counts: of the amount those of purchases, as elsewhere in the slice."""
    chosen = rated[column].notna()
    if column == AMOUNT:
        bought = rated["registered"] if "registered" in rated else rated["converted"]
        chosen &= bought.fillna(False).astype(bool) & (rated[AMOUNT] > 0).fillna(False).astype(bool)
    kept = [IDENTIFIER, *(["parent_id"] if "parent_id" in rated else []), *groupings, column]
    return rated.loc[chosen.to_numpy(bool), list(dict.fromkeys(kept))].reset_index(drop=True)


def _join(
    parts: Sequence[pd.DataFrame], columns: Sequence[str], like: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Set the columns of money side by side, with their heads and with what is withheld of them."""
    names = [name for column in columns for name in (column, f"median_{column}")]
    there = [part for part in parts if len(part)]
    why = next((table_metadata.fact(part, "reason") for part in parts if part.empty), "")
    table = pd.concat(there, axis=1) if there else pd.DataFrame(columns=names)
    table = table.reindex(columns=names).astype("float64").rename_axis(like.index.name)
    lacking = {name: table.index[table[name].isna()].tolist() for name in names}
    heads = {column: language.field(column) for column in columns}
    heads |= {
        f"median_{column}": text(zh=f"每户{name}的中位数", en=f"{name}, median per customer")
        for column, name in list(heads.items())
    }
    withheld = {name: rows for name, rows in lacking.items() if rows}
    marked = mark(table_metadata.carry(pd.DataFrame(), table), withheld, internal=policy.internal)
    table_metadata.describe(marked, heads=heads, formats=dict.fromkeys(names, AMOUNT))
    return table_metadata.tell(marked, reason=why)


def explain(table: pd.DataFrame) -> str:
    """Say why a table of money of one's own has no numbers; nothing where it has some.

    Examples
    --------
    >>> explain(now.money["district"])  # doctest: +SKIP
    ''
    """
    return {
        "": "",
        "no customers": text(
            zh="数据没有客户编号，无法判断金额是否集中于少数客户，因此不公布金额。",
            en="The data name no customers, so nobody can tell whether few of them make up an amount; "
            "none is published.",
        ),
        "no amounts": text(zh="各组均无金额，因此不列金额。", en="No group has an amount, so none is shown."),
        "sums by type": text(
            zh="与已公布的各类客户金额对照，可推算出不公布的金额，因此不列各组金额。",
            en="Beside the published amounts by customer type, these sums would give away an amount that is "
            "withheld; they are not shown.",
        ),
    }[str(table_metadata.fact(table, "reason", ""))]
