"""What a tidy table carries beside its cells: heads, formats, what it counts and what is withheld in it.

The one module that touches ``DataFrame.attrs``, which pandas copies along with most operations. A table
remains a plain DataFrame; what it carries is written with `describe` and read with the functions below.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

Table = TypeVar("Table", pd.DataFrame, pd.Series)


_KEY = __package__.partition(".")[0]  # under which pandas keeps it


class _Facts(dict[str, Any]):
    """What a table carries, changed by nobody: pandas copies it, deeply, with each operation."""

    def __deepcopy__(self, memo: object) -> _Facts:
        return self


@dataclass(frozen=True)
class Counts:
    """What a published table counts: the contract with `protection`.

    Attributes
    ----------
    classification : tuple of str
        What its rows tell apart: ``("product",)``, ``("dimension", "score")``; empty for one row of all.
    levels : mapping of str to str
        Column that holds a count → which units it counts, such as ``"all"``, ``"known"``, ``"successes"``.
    money : tuple of str
        Columns that hold sums of money, to which a rule of dominance applies.
    """

    classification: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    money: tuple[str, ...] = ()


def describe(
    table: Table,
    *,
    heads: Mapping[Any, str] | None = None,
    formats: Mapping[Any, str] | None = None,
    counts: Counts | None = None,
    withheld: Mapping[Any, Sequence[Any]] | None = None,
    internal: bool | None = None,
    afresh: bool = False,
) -> Table:
    """Say what a table carries, in place, and return it.

    Parameters
    ----------
    table : DataFrame or Series
        A tidy table.
    heads : mapping, optional
        Column → its head in the report's language, where the vocabulary's does not do.
    formats : mapping, optional
        Column → the column of the vocabulary that it prints like.
    counts : Counts, optional
        What it counts; `disclosure.protect` asks.
    withheld : mapping, optional
        Column → the labels of the rows whose number is withheld.
    internal : bool, optional
        True if nothing was withheld because the edition stays in the house.
    afresh : bool
        Forget first what the table carried, such as what pandas copied from its source.

    Examples
    --------
    >>> table = describe(pd.DataFrame({"rate": [0.5]}), heads={"rate": "Conversion rate"})
    >>> heads(table)
    {'rate': 'Conversion rate'}
    """
    given = {
        "heads": heads,
        "formats": formats,
        "counts": counts,
        "protected": withheld,
        "internal": internal,
    }
    before = {} if afresh else _told(table)
    return _tell(table, {**before, **{key: value for key, value in given.items() if value is not None}})


def _told(table: pd.DataFrame | pd.Series) -> Mapping[str, Any]:
    return table.attrs.get(_KEY, {})


def _tell(table: Table, facts: Mapping[str, Any]) -> Table:
    table.attrs = {**table.attrs, _KEY: _Facts(facts)}
    return table


def carry(source: pd.DataFrame | pd.Series, table: Table) -> Table:
    """Give a table all that its source carries, in place, and return it."""
    table.attrs = dict(source.attrs)
    return table


def heads(table: pd.DataFrame | pd.Series) -> Mapping[Any, str]:
    """Return column → head, for columns that do not have the vocabulary's."""
    return _told(table).get("heads", {})


def formats(table: pd.DataFrame | pd.Series) -> Mapping[Any, str]:
    """Return column → the column that it prints like."""
    return _told(table).get("formats", {})


def counts(table: pd.DataFrame | pd.Series) -> Counts | None:
    """Return what a table counts, None if it does not say."""
    return _told(table).get("counts")


def withheld(table: pd.DataFrame | pd.Series) -> Mapping[Any, Sequence[Any]]:
    """Return column → labels of the rows whose number is withheld; empty where none is."""
    return _told(table).get("protected", {})


def withheld_rows(table: pd.DataFrame | pd.Series) -> set[Hashable]:
    """Return the labels of all rows in which some number is withheld."""
    return {label for labels in withheld(table).values() for label in labels}


def tell(table: Table, **facts: Any) -> Table:
    """Note what else there is to know of a table, in place: ``tell(table, reason="too few")``; return it."""
    return _tell(table, {**_told(table), **facts})


def fact(table: pd.DataFrame | pd.Series, name: str, default: Any = None) -> Any:
    """Return what `tell` noted of a table."""
    return _told(table).get(name, default)


def forget(table: Table, name: str) -> Table:
    """Remove what `tell` noted, in place, and return the table."""
    return _tell(table, {key: value for key, value in _told(table).items() if key != name})
