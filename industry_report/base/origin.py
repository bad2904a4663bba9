"""Where a number comes from: what has passed the disclosure gate carries a mark, and so does what follows.

Taint tracking turned round. Nothing is shown in a public edition unless every number in it was *released*:
handed out by `protection`, or computed by functions of the package from released tables alone. A table
carries its mark, a number that the gate hands out is a `Number`, a sentence is remembered as it was worded.
What a cell computes by itself carries nothing, and `display` refuses it (`find_unreleased`).

An internal edition shows what it likes: `watch(False)`.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from . import language, table_metadata

PACKAGE = __package__.partition(".")[0]
FEW = 10  # a whole number below this is never taken for one that was released only because it is equal
YEARS = range(1900, 2101)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*")

_watching: bool | None = None
_is_inside = False  # a traced function
_values: dict[str, set[float]] = {}  # by column, all numbers of released tables
_words: set[str] = set()  # released texts with a digit
_runs: set[tuple[int, ...]] = set()  # released rows of whole numbers, such as the months of a season
_known: set[str] = set()  # digits of the parameters, the scorecard, the publisher


class Number(int):
    """A whole number that the gate handed out: printed in a sentence, it is known as such."""

    def __format__(self, form: str) -> str:
        return _remember(int.__format__(self, form))

    def __str__(self) -> str:
        return _remember(int.__repr__(self))


class Withheld(float):
    """A number that is not published; it prints as withheld and counts as missing."""

    def __new__(cls, *_: Any) -> Withheld:
        """Return it; there is no other value, also where it is copied."""
        return super().__new__(cls, math.nan)

    def __format__(self, form: str) -> str:
        return language.protected()

    def __str__(self) -> str:
        return language.protected()


# --- what is watched


def watch(public: bool | None, context: Any = ()) -> None:
    """Begin a report: forget what others released, and say whether this one is public.

    Parameters
    ----------
    public : bool or None
        None where nobody said so: `is_watching` then goes by where it is asked.
    context : object
        Texts and numbers that come with the report's parameters: they tell of no customer.
    """
    global _watching
    _watching = public
    _values.clear()
    _words.clear()
    _runs.clear()
    _known.clear()
    know(context)


def know(context: Any) -> None:
    """Add texts and numbers that come from no data, in lists, mappings or by themselves."""
    if isinstance(context, str):
        _known.update(_TOKEN.findall(context))
    elif isinstance(context, Mapping):
        know(list(context.values()))
    elif isinstance(context, list | tuple):
        for part in context:
            know(part)
    elif isinstance(context, int | float) and not isinstance(context, bool):
        _known.update(_TOKEN.findall(f"{context:g} {context:,}"))


def is_watching() -> bool:
    """Tell whether only what was released may be shown; where nobody said, a notebook is public."""
    return _is_notebook() if _watching is None else _watching


def _is_notebook() -> bool:
    shells = sys.modules.get("IPython")  # not imported here: it costs more than this module
    return shells is not None and shells.get_ipython() is not None


# --- the mark


def release(thing: Any) -> Any:
    """Mark what has passed the gate, and all parts of it; return it."""
    if isinstance(thing, pd.DataFrame | pd.Series):
        table_metadata.tell(thing, released=True)
        _note_values(thing)
    elif isinstance(thing, str):
        _remember(thing)
    elif isinstance(thing, Mapping):
        for part in thing.values():
            release(part)
    elif isinstance(thing, list | tuple):
        if isinstance(thing, tuple) and all(isinstance(part, int) for part in thing):
            _runs.add(thing)
        for part in thing:
            release(part)
    elif is_dataclass(thing) and not isinstance(thing, type):
        object.__setattr__(thing, "_released", True)
        for field in fields(thing):
            release(getattr(thing, field.name))
    elif hasattr(thing, "savefig"):  # a figure
        thing.released = True
    return thing


def _remember(words: str) -> str:
    if any(character.isdigit() for character in words):
        _words.add(words)
    return words


def _note_values(table: pd.DataFrame | pd.Series) -> None:
    for column, cells in _list_columns(table):
        _values.setdefault(column, set()).update(cells[~np.isnan(cells)].tolist())


def _list_columns(table: pd.DataFrame | pd.Series) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the numbers of each column, NaN where a cell holds none; a row is a table of one row."""
    if isinstance(table, pd.Series) and str(table.name) not in _values and _holds_numbers(table):
        for label, value in zip(table.index, _read_numbers(table), strict=True):
            yield str(label), np.array([value])
        return
    for name, cells in [(table.name, table)] if isinstance(table, pd.Series) else table.items():
        if _holds_numbers(cells):
            yield str(name), _read_numbers(cells)
        elif cells.dtype == object and any(isinstance(value, int | float) for value in cells.array):
            yield str(name), _read_numbers(pd.to_numeric(cells, errors="coerce"))


def _holds_numbers(cells: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype)


def _read_numbers(cells: pd.Series) -> np.ndarray:
    plain = isinstance(cells.dtype, np.dtype)  # where a missing number is NaN already
    return cells.to_numpy(float) if plain else cells.to_numpy(float, na_value=np.nan)


def is_released(thing: Any) -> bool:
    """Tell whether every number in a thing was released, or comes from no data at all."""
    if isinstance(thing, pd.DataFrame | pd.Series):
        return bool(table_metadata.fact(thing, "released")) and not list(_find_foreign(thing))
    if isinstance(thing, str):
        return not find_unreleased(thing)
    if isinstance(thing, bool | np.bool_ | Number | Withheld):
        return True
    if isinstance(thing, int | float | np.number):
        return _is_known(float(thing))
    if isinstance(thing, Mapping):
        return all(map(is_released, thing.values()))
    if isinstance(thing, list | tuple | set | frozenset):
        run = isinstance(thing, tuple) and all(isinstance(part, int) for part in thing)
        return (run and thing in _runs) or all(map(is_released, thing))
    if is_dataclass(thing):
        return _is_released_object(thing)
    return not isinstance(thing, np.ndarray | pd.Index) or not len(thing)


def _is_released_object(thing: Any) -> bool:
    if getattr(thing, "_released", False) or not type(thing).__module__.startswith(
        (f"{PACKAGE}.analysis", f"{PACKAGE}.protection")
    ):
        return True
    return all(
        isinstance(getattr(thing, field.name), str | bool | type(None))
        and is_released(getattr(thing, field.name))
        for field in fields(thing)
    )


def _is_known(value: float) -> bool:
    if math.isnan(value) or value == 0 or value in YEARS or f"{value:g}" in _known:
        return True
    if value in _read_cell()[1]:
        return True
    if value.is_integer() and abs(value) < FEW:
        return False
    return any(value in values for values in _values.values())


def _find_foreign(table: pd.DataFrame | pd.Series) -> Iterator[tuple[str, Any]]:
    """Yield column and row of numbers that stand in a marked table and were not released with it."""
    for column, cells in _list_columns(table):
        released = _values.get(column, set())
        for row, value in enumerate(cells.tolist()):
            if value and not math.isnan(value) and value not in released:
                yield column, table.index[row] if row < len(table) else row


# --- what follows from what was released


def trace(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make what a function returns released where all it was given is; what it calls itself needs no look."""

    @functools.wraps(function)
    def traced(*arguments: Any, **named: Any) -> Any:
        global _is_inside
        if _is_inside:
            return function(*arguments, **named)
        _is_inside = True
        try:
            result = function(*arguments, **named)
        finally:
            _is_inside = False
        return release(result) if is_released([arguments, named]) else _forget(result)

    traced.traced = True  # type: ignore[attr-defined]
    return traced


def trace_module(names: dict[str, Any]) -> None:
    """Trace all public functions of a module, which stands last in it: ``trace_module(globals())``."""
    for name, thing in list(names.items()):
        own = inspect.isfunction(thing) and thing.__module__ == names["__name__"]
        if own and not name.startswith("_") and not hasattr(thing, "traced"):
            names[name] = trace(thing)


def _forget(result: Any) -> Any:
    """Take a mark away that pandas copied from one of several sources."""
    if isinstance(result, pd.DataFrame | pd.Series) and table_metadata.fact(result, "released"):
        table_metadata.forget(result, "released")
    return result


# --- what a cell wants to show


def find_unreleased(words: str) -> list[str]:
    """Return the numbers in a text that come neither from gate nor parameters nor the words of the cell."""
    if not any(character.isdigit() for character in words):
        return []
    left = words
    for released in sorted((known for known in _words if known in words), key=len, reverse=True):
        left = re.sub(rf"(?<![\d.,]){re.escape(released)}(?!\d|[.,]\d)", " ", left)
    tokens = [t for t in _TOKEN.findall(left) if t not in _known and not _is_year(t)]
    if not tokens:
        return []
    written = Counter(_read_cell()[0])
    return list((Counter(tokens) - written).elements())


def find_numbers(words: str) -> list[str]:
    """Return the numbers in a text that are no years."""
    return [token for token in _TOKEN.findall(words) if not _is_year(token)]


def _is_year(token: str) -> bool:
    return token.isdigit() and int(token) in YEARS


def find_foreign(table: pd.DataFrame) -> tuple[str, Any] | None:
    """Return column and row of the first number in a marked table that was not released with it, if any."""
    return next(_find_foreign(table), None)


def _read_cell() -> tuple[list[str], frozenset[float]]:
    """Return the numbers that the cell's author wrote: in its texts of the report's language, in its code."""
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(PACKAGE):
        frame = frame.f_back
    source = "".join(linecache.getlines(frame.f_code.co_filename)) if frame else ""
    return _list_literals(source, language.current())


@functools.lru_cache(maxsize=8)
def _list_literals(source: str, spoken: str) -> tuple[list[str], frozenset[float]]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic
        return [], frozenset()
    others = set(language.LANGUAGES) - {spoken}
    foreign = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in others
        for part in ast.walk(node.value)
    }
    values = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in foreign
    ]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return [token for words in texts for token in _TOKEN.findall(words)], frozenset(numbers)
