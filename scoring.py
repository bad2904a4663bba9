"""The rating standard: a scorecard and a table of consultations in, the same table with its grades out.

A scorecard is one YAML file; `params/scorecards/consultation.yaml` is the standard. Its numbers are taken
from the text as exact fractions; a file that contradicts itself is refused with every fault, its line and its
mend. Grades are decided in whole numbers, so that a composite of exactly 4 is never a hair below 4.

>>> import pandas as pd
>>> scorecard = load_scorecard("params/scorecards/consultation.yaml")
>>> scorecard.grades
('D', 'C', 'B', 'A')
>>> score(pd.DataFrame({"intent": [3, 5], "clarity": [4, 1], "satisfaction": [5, 1]}), scorecard)
   intent  clarity  satisfaction  composite grade
0       3        4             5        3.9     B
1       5        1             1        2.6     C
"""

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

Wording = Mapping[str, str]
"""One text in both languages, ``{"zh": "意向度", "en": "Purchase intent"}``."""

_Whole = npt.NDArray[np.int64]
_Float = npt.NDArray[np.float64]
_Truth = npt.NDArray[np.bool_]
_Place = tuple[str | int, ...]

_SCORES = range(1, 6)
_RESULTS = ("composite", "grade")
_NO_SCORE = 0  # stands for text, fractions and whatever else is neither a score nor missing
_BLOCK = 1 << 17  # rows at a time: the working arrays stay small, whatever the table's size


class ScorecardError(ValueError):
    """A scorecard cannot be used. One line per fault: file, line, what is wrong, what to do."""


class ScoreError(ValueError):
    """A table cannot be scored. One line per faulty column: what came, what is allowed, what to do."""


# What a scorecard says


@dataclass(frozen=True)
class Dimension:
    """A score that enters the composite; `levels` words what each score from 1 to 5 means."""

    column: str
    label: Wording = field(hash=False)
    weight: Fraction
    levels: Mapping[int, Wording] = field(hash=False)


@dataclass(frozen=True)
class FollowUp:
    """Who looks after the customers of a grade, how often, and what they do."""

    role: Wording = field(hash=False)
    cadence: Wording = field(hash=False)
    contacts_per_year: int
    action: Wording = field(hash=False)


@dataclass(frozen=True)
class Band:
    """A grade, the composites that earn it, and the follow-up it brings.

    `interval` is the notation of the scorecard, "[3.0, 4.0)"; a closed end belongs to the band.
    """

    grade: str
    label: Wording = field(hash=False)
    interval: str
    low: Fraction
    high: Fraction
    low_closed: bool
    high_closed: bool
    follow_up: FollowUp


@dataclass(frozen=True)
class Scorecard:
    """A rating standard, checked: the weights sum to 1 and every composite falls in exactly one band.

    `bands` run from the lowest grade to the highest. Scorecards compare, hash and pickle by value.
    """

    name: str
    version: str
    title: Wording = field(hash=False)
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades, lowest first."""
        return tuple(band.grade for band in self.bands)


# Scoring


def score(consultations: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """Give every consultation its composite and its grade.

    Parameters
    ----------
    consultations : DataFrame
        One row per consultation, with a column per dimension of the scorecard: whole numbers from 1 to 5, of
        any integer, float, nullable, Arrow, categorical or object type. Other columns and the index are kept.
    scorecard : Scorecard
        The standard to rate by.

    Returns
    -------
    DataFrame
        The columns that came and two more; the input is left as it was.

        - `composite`, float64, 1 to 5: the double nearest to the exact sum of weight · score.
        - `grade`, ordered categorical, lowest grade first.

        Where a score is missing the consultation is *ungradable*, and both are missing.

    Raises
    ------
    ScoreError
        A dimension's column is absent or doubled, `composite` or `grade` is already there, or a value is no
        score.
    """
    _check_columns(consultations, scorecard)
    composite, codes = _rate(consultations, scorecard)
    grade = pd.Categorical.from_codes(codes, list(scorecard.grades), ordered=True)
    # A Series that shares the table's index is taken over as it is; a bare array would be copied.
    index = consultations.index
    return consultations.assign(
        composite=pd.Series(composite, index=index, copy=False),
        grade=pd.Series(grade, index=index, copy=False),
    )


def _check_columns(consultations: pd.DataFrame, scorecard: Scorecard) -> None:
    names = list(consultations.columns)
    faults = [
        f"the table already has a column {name}. Rename it, for example to {name}_supplied, to compare them."
        for name in _RESULTS
        if name in names
    ]
    for column in [dimension.column for dimension in scorecard.dimensions]:
        if column not in names:
            found = ", ".join(map(str, names)) or "none"
            faults.append(f"column {column} is missing. Rename or add it; the columns found are: {found}.")
        elif names.count(column) > 1:
            faults.append(f"column {column} is there {names.count(column)} times. Keep one of them.")
    if faults:
        raise ScoreError("\n".join(faults))


def _rate(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[_Float, _Whole]:
    """Composite of every row, and its grade as a place in `grades`; NaN and -1 where ungradable."""
    columns = [consultations[dimension.column] for dimension in scorecard.dimensions]
    weights, unit, floors = _to_whole_numbers(scorecard)
    composite = np.empty(len(consultations), dtype=np.float64)
    codes = np.zeros(len(consultations), dtype=np.min_scalar_type(-len(scorecard.bands)))
    for start in range(0, len(consultations), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scores, missing = _read_block(columns, rows)
        total = sum(map(np.multiply, scores, weights))
        # Both are whole and below 2**53: one IEEE division gives the double nearest to the exact quotient.
        np.divide(total, unit, out=composite[rows])
        for floor in floors:
            codes[rows] += total >= floor
        composite[rows][missing] = np.nan
        codes[rows][missing] = -1
    return composite, codes


def _to_whole_numbers(scorecard: Scorecard) -> tuple[list[int], int, list[int]]:
    """Weights in units, how many units make 1, and the least total of every grade above the lowest.

    Weights of 0.4, 0.3 and 0.3 are 4, 3 and 3 tenths; (3, 4, 5) totals 39 of them, and B begins at 30.
    """
    unit = math.lcm(*(dimension.weight.denominator for dimension in scorecard.dimensions))
    weights = [int(dimension.weight * unit) for dimension in scorecard.dimensions]
    floors = [
        math.ceil(band.low * unit) if band.low_closed else math.floor(band.low * unit) + 1
        for band in scorecard.bands[1:]
    ]
    return weights, unit, floors


def _read_block(columns: list[pd.Series], rows: slice) -> tuple[list[_Whole], _Truth]:
    """Scores of some rows, one array per column, and the rows where any is missing."""
    scores, missing = zip(*(_read_scores(column.iloc[rows]) for column in columns), strict=True)
    if any(part.min() not in _SCORES or part.max() not in _SCORES for part in scores):
        raise ScoreError("\n".join(_describe_wrong_scores(columns)))
    return list(scores), np.logical_or.reduce(missing)


def _read_scores(column: pd.Series) -> tuple[_Whole, _Truth]:
    """Scores as int64 and where they are missing; a missing one reads 1, what is no score lies out of 1 to 5.

    Plain integers, the common case of a large table, are only looked at and never copied.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        return column.to_numpy(dtype=np.int64), np.zeros(len(column), dtype=np.bool_)
    missing = column.isna().to_numpy(dtype=np.bool_)
    numbers = _read_numbers(column)
    scores = np.where(np.isin(numbers, _SCORES), numbers, _NO_SCORE).astype(np.int64)
    scores[missing] = _SCORES[0]
    return scores, missing


def _read_numbers(column: pd.Series) -> _Float:
    """Numbers as they are and NaN for all else; a double holds every score exactly."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        numbers = [_read_number(category) for category in column.cat.categories]
        return np.array([*numbers, np.nan])[column.cat.codes.to_numpy()]  # missing has code -1: the last, NaN
    if pd.api.types.is_integer_dtype(column.dtype) or pd.api.types.is_float_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.array([_read_number(value) for value in column], dtype=np.float64)


def _read_number(value: Any) -> float:
    """Score in one cell, else NaN. Text and truth values are no scores, not even "5" and True."""
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return float(value) if is_number and value in _SCORES else math.nan


def _describe_wrong_scores(columns: list[pd.Series]) -> Iterator[str]:
    allowed = ", ".join(map(str, _SCORES))
    for column in columns:
        scores, _ = _read_scores(column)
        wrong = np.flatnonzero(~np.isin(scores, _SCORES))
        if len(wrong):
            first = column.iloc[wrong[:1]]
            [label], [value] = first.index.tolist(), first.tolist()
            more = f" (the first of {len(wrong):,} such values)" if len(wrong) > 1 else ""
            yield (
                f"column {column.name}, index {label!r}: {value!r} is not a score{more}. "
                f"Allowed are the numbers {allowed} and missing values. Correct the value or leave it empty."
            )


# Reading a scorecard


def load_scorecard(path: str | Path) -> Scorecard:
    """Read a scorecard and check that it nowhere contradicts itself.

    Parameters
    ----------
    path : str or Path
        A YAML file in UTF-8. A relative path is looked for in the working folder and then in the folders
        above it, so that a notebook finds the same file as a command.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        The file is missing or is not what a scorecard must be; all faults at once, each with line and mend.
    """
    page = _Page(_read_text(Path(path)))
    values = page.read(page.root, _FORM, ()) if page.root else {}
    _check_weights(page, values.get("dimensions", []))
    _check_bands(page, values.get("bands", []))
    _check_names(page, values)
    if page.faults:
        raise ScorecardError(
            "\n".join(f"{path}, line {line}: {fault}" for line, fault in sorted(page.faults))
        )
    return Scorecard(
        name=values["name"],
        version=values["version"],
        title=values["title"],
        dimensions=tuple(map(_make_dimension, values["dimensions"])),
        bands=tuple(map(_make_band, reversed(values["bands"]))),
    )


def _make_dimension(values: dict[str, Any]) -> Dimension:
    levels = {int(score): wording for score, wording in values["levels"].items()}
    return Dimension(values["column"], values["label"], values["weight"], levels)


def _make_band(values: dict[str, Any]) -> Band:
    interval = values["composite"]._asdict()
    return Band(values["grade"], values["label"], **interval, follow_up=FollowUp(**values["follow_up"]))


def _read_text(path: Path) -> str:
    folders = [Path.cwd(), *Path.cwd().parents]
    try:
        content = next((folder / path for folder in folders if (folder / path).exists()), path).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScorecardError(f"{path}, line {line}: this is not UTF-8. Save the file as UTF-8.") from None
    except FileNotFoundError:
        raise ScorecardError(
            f"{path}: no such file in {folders[0]} or a folder above it. "
            "Correct the path; the standard is params/scorecards/consultation.yaml."
        ) from None
    except OSError as error:
        raise ScorecardError(f"{path}: cannot be read ({error.strerror}). Give a YAML file.") from None


# The form of a scorecard: which keys stand where, and what turns the text of each into its value.
# Decimals are short enough that a total in whole numbers stays below 2**53.

_DECIMAL = r"[0-9]{1,6}(?:\.[0-9]{1,9})?"


class _Interval(NamedTuple):
    interval: str
    low: Fraction
    high: Fraction
    low_closed: bool
    high_closed: bool

    # An edge (v, False) lies just before v and (v, True) just after it, so that edges compare as they lie.
    @property
    def start(self) -> tuple[Fraction, bool]:
        return self.low, not self.low_closed

    @property
    def end(self) -> tuple[Fraction, bool]:
        return self.high, self.high_closed


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty. Write a text.")
    return text.strip()


def _column(text: str) -> str:
    if text in _RESULTS:
        raise ValueError("is a column that scoring adds. Name the column that holds the scores.")
    return _text(text)


def _weight(text: str) -> Fraction:
    if not re.fullmatch(_DECIMAL, text) or not Fraction(text):
        raise ValueError("is not a decimal number above 0. Write it with a point, such as 0.4.")
    return Fraction(text)


def _interval(text: str) -> _Interval:
    match = re.fullmatch(rf"([\[(])\s*({_DECIMAL})\s*,\s*({_DECIMAL})\s*([\])])", text)
    if not match:
        raise ValueError('is not an interval. Write two numbers between brackets, such as "[3.0, 4.0)".')
    interval = _Interval(text, Fraction(match[2]), Fraction(match[3]), match[1] == "[", match[4] == "]")
    if interval.low >= interval.high:
        raise ValueError("has no width. Write the lower end first.")
    return interval


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError("is not a whole number. Write the contacts a year as a number such as 12.")
    return int(text)


_WORDING = {"zh": _text, "en": _text}
_LEVELS = {str(score): _WORDING for score in _SCORES}
_FOLLOW_UP = {"role": _WORDING, "cadence": _WORDING, "contacts_per_year": _count, "action": _WORDING}
_FORM = {
    "name": _text,
    "version": _text,
    "title": _WORDING,
    "dimensions": [{"column": _column, "label": _WORDING, "weight": _weight, "levels": _LEVELS}],
    "bands": [{"grade": _text, "label": _WORDING, "composite": _interval, "follow_up": _FOLLOW_UP}],
}


class _Page:
    """A YAML text read beside its form, node by node: numbers stay text, and every fault has its line."""

    def __init__(self, text: str) -> None:
        self.faults: set[tuple[int, str]] = set()
        self.lines: dict[_Place, int] = {}  # of every place read, such as ("bands", 0, "grade")
        self.root = self._compose(text)

    def note(self, line: int, fault: str) -> None:
        self.faults.add((line, " ".join(fault.split())))

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            self._refuse_references(text)
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            if root is None:
                self.note(1, "the file is empty. Start from a copy of params/scorecards/consultation.yaml.")
            return root
        except yaml.MarkedYAMLError as error:
            self.note(*_explain_syntax(error))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.note(line, f"the character {error.character:#x} may not stand in YAML. Remove it.")
        return None

    def _refuse_references(self, text: str) -> None:
        """Note anchors, aliases and tags, stop at depth: no scorecard needs them, and they can exhaust us."""
        event: Any
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > 10:
                raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
            if isinstance(event, yaml.AliasEvent):
                self.note(line, f"*{event.anchor} refers to another place. Write out what stands there.")
            elif getattr(event, "anchor", None):
                self.note(line, f"the anchor &{event.anchor} has no use in a scorecard. Remove it.")
            if getattr(event, "tag", None):
                self.note(line, f"the tag {event.tag} has no use in a scorecard. Remove it.")

    def read(self, node: yaml.Node, form: Any, place: _Place) -> Any:
        """Value of a node; where it has a fault None, or what is left of a mapping or list."""
        self.lines[place] = node.start_mark.line + 1
        if isinstance(form, dict):
            return self._read_mapping(node, form, place)
        if isinstance(form, list):
            return self._read_list(node, form[0], place)
        return self._read_value(node, form, place)

    def _read_mapping(self, node: yaml.Node, form: dict[str, Any], place: _Place) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            self.note(self.lines[place], f"{_name(place)} has no keys. Give it {', '.join(form)}.")
            return {}
        nodes = self._match_keys(node, form, place)
        if missing := [key for key in form if key not in nodes]:
            self.note(self.lines[place], f"{_name(place)} lacks {', '.join(missing)}. Add what is missing.")
        return {key: self.read(child, form[key], (*place, key)) for key, child in nodes.items()}

    def _match_keys(
        self, node: yaml.MappingNode, form: dict[str, Any], place: _Place
    ) -> dict[str, yaml.Node]:
        """Node of every key of the form; a misspelt key is noted and read as the key that it resembles."""
        nodes: dict[str, yaml.Node] = {}
        seen: dict[str, int] = {}
        for key_node, child in node.value:
            key, line = _key(key_node), key_node.start_mark.line + 1
            known = key if key in form else next(iter(difflib.get_close_matches(key, form, 1, 0.75)), None)
            if key in seen:
                self.note(line, f"the key {key} stands twice, first on line {seen[key]}. Keep one of them.")
            elif key not in form:
                mend = f"Did you mean {known}?" if known else f"Known here are {', '.join(form)}."
                self.note(line, f"unknown key {key} in {_name(place)}. {mend}")
            seen.setdefault(key, line)
            if known:
                nodes.setdefault(known, child)
        return nodes

    def _read_list(self, node: yaml.Node, form: Any, place: _Place) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.note(
                self.lines[place], f"{_name(place)} is not a list. Write entries that begin with a dash."
            )
            return []
        return [self.read(child, form, (*place, number)) for number, child in enumerate(node.value)]

    def _read_value(self, node: yaml.Node, form: Any, place: _Place) -> Any:
        try:
            if isinstance(node, yaml.ScalarNode):
                return form(node.value)
            fault = f'{_name(place)} is not a single value. An interval needs quotation marks, "[4.0, 5.0]".'
        except ValueError as error:
            fault = f'{_name(place)} "{node.value}" {error}'
        self.note(self.lines[place], fault)
        return None


def _key(node: yaml.Node) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else "in brackets"


def _name(place: _Place) -> str:
    """Words for a place in a message: a key, an entry of a list, or the file itself."""
    match place:
        case ():
            return "the scorecard"
        case (*_, part, int(number)):
            return f"entry {number + 1} of {part}"
    return str(place[-1])


def _explain_syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Line and fault of what is not YAML: where a bracket or quotation opens, else where reading stopped."""
    if opens := re.search("flow|quoted", error.context or ""):
        mend = 'Close the bracket or quotation; put an interval in quotation marks, "[3.0, 4.0)".'
    else:
        mend = "Check indentation (spaces, no tabs), colons and quotation marks here and just above."
    mark: Any = error.context_mark if opens else error.problem_mark
    return mark.line + 1, f"this cannot be read, {error.problem}. {mend}"


# What the form cannot say: how the parts of a scorecard must agree


def _check_weights(page: _Page, dimensions: list[Any]) -> None:
    weights = [dimension.get("weight") for dimension in dimensions]
    if weights and None not in weights and sum(weights) != 1:
        line = page.lines["dimensions", 0, "weight"]
        parts = " + ".join(str(float(weight)) for weight in weights)
        page.note(
            line, f"the weights {parts} sum to {float(sum(weights))}, not to 1. Change them until they do."
        )


def _check_names(page: _Page, values: dict[str, Any]) -> None:
    for part, key in ("dimensions", "column"), ("bands", "grade"):
        first: dict[str, int] = {}
        for number, entry in enumerate(values.get(part, [])):
            name, line = entry.get(key), page.lines.get((part, number, key), 0)
            if name in first:
                page.note(line, f"{key} {name} stands twice, first on line {first[name]}. Rename one.")
            elif name:
                first[name] = line


def _check_bands(page: _Page, bands: list[Any]) -> None:
    """Bands stand from the highest down, meet exactly, and hold every composite from 1 to 5."""
    intervals = [band.get("composite") for band in bands]
    if not intervals or None in intervals:
        return
    listed = [(interval, page.lines["bands", i, "composite"]) for i, interval in enumerate(intervals)]
    for (upper, _), (lower, line) in pairwise(listed):
        if lower.start > upper.start:
            page.note(line, f"{lower.interval} stands below {upper.interval}. List the highest band first.")
    ranked = sorted(listed, key=lambda entry: entry[0].start)
    for (lower, line), (upper, _) in pairwise(ranked):
        if lower.end != upper.start:
            relation = "overlaps" if lower.end > upper.start else "leaves a gap below"
            end = f"{float(upper.low)}" + (")" if upper.low_closed else "]")
            page.note(line, f'{lower.interval} {relation} {upper.interval}. Let it end with "{end}".')
    _check_reach(page, ranked[0], ranked[-1])


def _check_reach(page: _Page, lowest: tuple[_Interval, int], highest: tuple[_Interval, int]) -> None:
    (bottom, bottom_line), (top, top_line) = lowest, highest
    least, greatest = _SCORES[0], _SCORES[-1]
    if bottom.start > (Fraction(least), False):
        fault = f"{bottom.interval} leaves the composite {least} without a grade."
        page.note(bottom_line, f'{fault} Let it begin with "[{least}".')
    if top.end <= (Fraction(greatest), False):
        fault = f"{top.interval} leaves the composite {greatest} without a grade."
        page.note(top_line, f'{fault} Let it end with "{greatest}]".')
