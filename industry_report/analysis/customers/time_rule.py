"""The rule of time: a feature uses what was known before a moment, an outcome what came after it.

The only module that compares dates with a moment (`tests/analysis/customers/test_time_rule.py` looks through
the others). A table is a DataFrame, or an Arrow table or dataset of any size, which is read in a stream.

A value without a time of day may stand for any hour of its day. It therefore counts as *after* every moment
of that day, which is the side on which nothing is known too early.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import pandas as pd

from ...base.errors import InputError
from ...intake.schemas import CONSULTATIONS, EXPORT, SCHEMAS
from ...intake.spill import from_arrow, to_arrow

Moment: TypeAlias = pd.Timestamp | date | str
_OUTCOME = ("converted", "converted_on", "amount")


@dataclass(frozen=True)
class Dating:
    """When the rows and columns of a table are known.

    Attributes
    ----------
    dates : tuple of str
        The first of these columns that is filled dates the row.
    known_from : mapping
        Column → the date column from which on it is known, or `EXPORT`.
    is_static : bool
        Whether a row without a date counts as known all the time.
    """

    dates: tuple[str, ...]
    known_from: Mapping[str, str]
    is_static: bool = False


def dating(table: str) -> Dating:
    """Return when the rows and columns of a kind of table are known.

    Raises
    ------
    InputError
        There is no such table.

    Examples
    --------
    >>> dating("complaints").known_from["outcome"]
    'closed_on'
    """
    if table == CONSULTATIONS:
        return Dating(("consulted_on",), dict.fromkeys(_OUTCOME, "converted_on"))
    if table not in SCHEMAS:
        raise InputError(f"table {table!r}", "is none that is known.", f"There are: {', '.join(SCHEMAS)}.")
    schema = SCHEMAS[table]
    known_from = {name: column.known_from for name, column in schema.columns.items() if column.known_from}
    return Dating(schema.dates, known_from, schema.is_static)


def list_dating(table: str) -> set[str]:
    """Return the columns of a table that tell when its rows and values were known."""
    rule = dating(table)
    return {*rule.dates, *rule.known_from.values()}


def known_before(rows: Any, at: Moment, table: str, columns: Sequence[str] | None = None) -> Any:
    """Keep what was known before a moment: the only way in which a feature reads a table.

    Rows dated before `at` stay. In them, values that came to be known later are missing: the outcome of a
    complaint that was closed later, the answer to a survey that was still out. What is known only as of the
    export (the status of a lead) is missing everywhere. Rows of a static table without a date stay.

    Parameters
    ----------
    rows : DataFrame, or Arrow table or dataset
        Rows of the table, as `dataset.load` and `dataset.open_table` give them.
    at : moment
        A day (then its first moment is meant) or a time.
    table : str
        What kind of table they are, such as "orders".
    columns : sequence of str, optional
        The columns wanted; all without it. Of a dataset no others are read.

    Returns
    -------
    DataFrame, or Declaration
        These columns. Of an Arrow table or dataset, the stream that gives them: `.to_table()` reads it.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-06-30", "2025-07-01"])
    >>> orders = pd.DataFrame({"ordered_on": days, "amount": [1.0, 2.0]})
    >>> known_before(orders, "2025-07-01", "orders")["amount"].tolist()
    [1.0]
    """
    stream = _select(rows, at, dating(table), columns)
    if isinstance(rows, pd.DataFrame):
        return _keep_types(from_arrow(stream.to_table(use_threads=False)), rows)
    return stream


def _keep_types(result: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return result.astype({name: rows[name].dtype for name in result if rows[name].dtype.kind == "M"})


def _select(rows: Any, at: Moment, rule: Dating, columns: Sequence[str] | None) -> Any:
    """Filter the rows and blank the columns that came later."""
    from pyarrow import acero

    names = _names(rows)
    own = [name for name in rule.dates if name in names]
    if not own and not rule.is_static:
        problem = f"the rows have no {' or '.join(rule.dates)}, so nothing tells when they were known."
        raise InputError("known_before", problem, "Give the table with its dates.")
    wanted = [name for name in names if columns is None or name in columns]
    shown = [_blank(name, rule.known_from.get(name, ""), names, at) for name in wanted]
    steps = [source(rows, {*wanted, *own, *(rule.known_from.get(name, "") for name in wanted)})]
    if own:
        steps.append(acero.Declaration("filter", acero.FilterNodeOptions(_is_known(own, at, rule))))
    steps.append(acero.Declaration("project", acero.ProjectNodeOptions(shown, wanted)))
    return acero.Declaration.from_sequence(steps)


def _is_known(own: Sequence[str], at: Moment, rule: Dating) -> Any:
    import pyarrow.compute as pc

    day = pc.coalesce(*map(pc.field, own)) if len(own) > 1 else pc.field(own[0])
    known = is_before(day, at)
    return (known | day.is_null()) if rule.is_static else known


def _blank(name: str, known_from: str, names: Sequence[str], at: Moment) -> Any:
    """Give a column where it was known before `at`; elsewhere it is missing."""
    import pyarrow
    import pyarrow.compute as pc

    column = pc.field(name)
    if not known_from:
        return column
    nothing = pc.scalar(pyarrow.scalar(None))
    if known_from == EXPORT or known_from not in names:
        return pc.if_else(pc.scalar(False), column, nothing)
    return pc.if_else(is_before(pc.field(known_from), at), column, nothing)


def source(rows: Any, columns: Set[str] | None = None) -> Any:
    """Return the head of a stream over a DataFrame, an Arrow table or, in some of its columns, a dataset."""
    import pyarrow
    from pyarrow import acero

    if isinstance(rows, pd.DataFrame):
        rows = to_arrow(rows, columns)
    if isinstance(rows, pyarrow.Table):
        return acero.Declaration("table_source", acero.TableSourceNodeOptions(rows))
    read = [name for name in rows.schema.names if columns is None or name in columns]
    return acero.Declaration("scan", acero.ScanNodeOptions(rows, columns=read))


def _names(rows: Any) -> list[str]:
    return [str(name) for name in rows] if isinstance(rows, pd.DataFrame) else list(rows.schema.names)


# --- comparisons, as expressions over columns


def moment(at: Moment) -> pd.Timestamp:
    """Return a moment as a time stamp.

    Raises
    ------
    InputError
        It is no day or time, or names a time zone, which the tables do not know.
    """
    try:
        stamp = pd.Timestamp(at)
    except (ValueError, TypeError):
        stamp = pd.NaT
    if stamp is pd.NaT or stamp.tz is not None:
        raise InputError("at", f"is {at!r}, no day or time without a zone.", "Write for example 2025-07-01.")
    return stamp


def is_before(day: Any, at: Moment) -> Any:
    """Tell whether a date lies before a moment; without a time of day, whether its whole day does."""
    stamp = moment(at)
    if stamp == stamp.normalize():  # each day of the dates before it is over
        return day < _scalar(stamp)
    return (day < _scalar(stamp.normalize())) | ((day < _scalar(stamp)) & (day != _midnight(day)))


def is_recent(day: Any, at: Moment, days: int) -> Any:
    """Tell, of rows that were known before a moment, whether they lie in the `days` days before it."""
    return day >= _scalar(moment(at).normalize() - timedelta(days=days))


def is_outcome(day: Any, at: Any, horizon: int) -> Any:
    """Tell whether a date lies after the moment in a column and at most `horizon` days after it.

    A date without a time of day counts as after every moment of its day.
    """
    same_day = (day == _midnight(day)) & (day == _midnight(at))
    return ((day > at) | same_day) & (day <= _shift(at, horizon))


def is_due(at: Any, horizon: int, covered_to: Moment) -> Any:
    """Tell whether the horizon of the moment in a column has passed by the last day that the data cover."""
    return _midnight(_shift(at, horizon)) <= _scalar(moment(covered_to).normalize())


def _scalar(stamp: pd.Timestamp) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    return pc.scalar(pyarrow.scalar(stamp.to_pydatetime(), pyarrow.timestamp("us")))


def _midnight(day: Any) -> Any:
    import pyarrow.compute as pc

    return pc.floor_temporal(day, unit="day")


def _shift(day: Any, days: int) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    return pc.add(day, pc.scalar(pyarrow.scalar(timedelta(days=days), pyarrow.duration("us"))))


# --- comparisons of two columns of a DataFrame, row by row


def was_known(day: pd.Series, at: pd.Series) -> pd.Series:
    """Tell row by row whether a date lies before a moment; without a time of day, whether its whole day does.

    Examples
    --------
    >>> days = pd.to_datetime(pd.Series(["2025-07-01 09:00", "2025-07-01"]))
    >>> was_known(days, pd.to_datetime(pd.Series(["2025-07-01 18:00"] * 2))).tolist()
    [True, False]
    """
    is_whole_day = day == day.dt.normalize()
    return (day < at) & (~is_whole_day | (day < at.dt.normalize()))


def was_recent(day: pd.Series, at: pd.Series, days: int) -> pd.Series:
    """Tell row by row, of dates known before a moment, whether they lie in the `days` days before it."""
    return day >= at.dt.normalize() - timedelta(days=days)


def was_within(day: pd.Series, at: pd.Series, horizon: int) -> pd.Series:
    """Tell row by row whether a date lies after a moment and at most `horizon` days after it."""
    is_whole_day = day == day.dt.normalize()
    return ((day > at) | (is_whole_day & (day == at.dt.normalize()))) & (day <= at + timedelta(days=horizon))


def was_due(at: pd.Series, horizon: int, covered_to: Moment) -> pd.Series:
    """Tell row by row whether the horizon of a moment has passed by the last day that the data cover."""
    return (at + timedelta(days=horizon)).dt.normalize() <= moment(covered_to).normalize()
