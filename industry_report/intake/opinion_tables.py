"""Read what customers said straight from the files: answers as they were written, texts that no store keeps.

The prepared store holds neither free text, which may name people, nor questions that only a survey's own file
of items knows. Both are read here for one report, in memory, by the same rules as every other table: rows are
rejected, duplicates dropped, customers without consent left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import InputError
from . import contract, input_files, store, table_contract, table_headers
from .data_files import find_data
from .headers import LONGEST, normalise
from .input_files import Source
from .mapping import ColumnMap, TableRules, load_column_map
from .other_tables import settle
from .schemas import Column
from .table_headers import Found, Recognised
from .table_rows import NO_REGION
from .values import trim

_NUMBERED = re.compile(r"^\s*(?:第?\s*[QqＱ]?\s*\d+\s*题?\s*[.、．:：)）_-]\s*|[(（]\s*\d+\s*[)）]\s*)")
_REMARK = re.compile(r"\s*[\[【(（][^\])】）]{0,20}[\])】）]\s*[*?？:：]*\s*$")
_FEWEST_ITEMS = 1  # columns of a sheet of answers that a survey's file of items must know


def read_responses(
    data: str | Path,
    questions: Mapping[str, str],
    region: str | None = None,
    columns: str | Path | None = None,
    sheet: str | Path = "",
) -> pd.DataFrame:
    """Read sheets of answers, the answers as they were written.

    Parameters
    ----------
    data, region, columns : as for `dataset.load`
        All years.
    questions : mapping
        Header → column: what a survey's items are called. Numbers before a header ("3、产品质量") and remarks
        behind it ("产品质量[量表题]") do not matter.
    sheet : path, optional
        A file that a survey tool exported, outside of the data. It needs no column for the wave, which is
        then the file's name.

    Returns
    -------
    DataFrame
        As `dataset.load(…, table="responses")`, with one column of text a question. Without any sheet of
        answers no rows.

    Raises
    ------
    InputError
        The exported file holds no column that the survey asks about.
    """
    column_map = load_column_map(columns)
    frames = [
        frame
        for source in _open_files(data, "responses", column_map, region)
        for frame in _clean(source, "responses", _know_questions(source, column_map, questions))
    ]
    if sheet:
        frames += _read_sheet(input_files.find_path(sheet), column_map, questions, region)
    rows = settle(frames, data, region, columns, "responses")
    return rows.reindex(columns=[*rows.columns, *(name for name in set(questions.values()) - set(rows))])


def read_feedback(
    data: str | Path, region: str | None = None, columns: str | Path | None = None
) -> pd.DataFrame:
    """Read feedback with its text, which is kept nowhere.

    Parameters
    ----------
    data, region, columns : as for `dataset.load`
        All years.

    Returns
    -------
    DataFrame
        As `dataset.load(…, table="feedback")`, with ``text``. Without any feedback no rows.
    """
    column_map = load_column_map(columns)
    rules = column_map.rules_of("feedback")
    told = replace(rules, personal=tuple(dict.fromkeys((*rules.personal, "text"))))
    opened = replace(column_map, tables={**column_map.tables, "feedback": told})
    frames = [
        frame
        for source in _open_files(data, "feedback", column_map, region)
        for frame in _clean(source, "feedback", opened)
    ]
    return settle(frames, data, region, columns, "feedback")


def _open_files(data: str | Path, table: str, column_map: ColumnMap, region: str | None) -> Iterator[Source]:
    """Open the files that hold a table, each content once; not those that hold other regions alone."""
    seen = set()
    for file in input_files.list_files(find_data(data, table)):
        checksum = store.know_checksum(file)
        entry = store.prepare_file(file, checksum, column_map)
        if table not in entry.summary["tables"] or checksum in seen:
            continue
        seen.add(checksum)
        found = {its_region for its_region, *_ in store.prepare_table(file, entry, table, column_map).slices}
        # Of a file whose every row was rejected (answers on another scale) nothing tells the region.
        if region is None or not found or found & {region, NO_REGION}:
            yield input_files.read(file)


def _clean(
    source: Source, table: str, column_map: ColumnMap, found: Mapping[int, Recognised] | None = None
) -> list[pd.DataFrame]:
    frames: list[pd.DataFrame] = []
    chosen = dict(found) if found is not None else table_contract.find_tables(source, column_map)
    keep = lambda region, year, rows: frames.append(rows)  # noqa: E731
    table_contract.clean(source, chosen, table, column_map, keep, contract.LISTED)
    return frames


def _know_questions(source: Source, column_map: ColumnMap, questions: Mapping[str, str]) -> ColumnMap:
    """Return the map with the questions that the sheets of a file have as columns of text."""
    rules = column_map.rules_of("responses")
    known = {normalise(_strip(header)): column for header, column in questions.items()}
    asked: dict[str, str] = {}
    for head in (row for sheet in source.sheets for row in sheet.head[: table_headers.SEARCHED_ROWS]):
        for cell in head:
            written = trim(cell) if isinstance(cell, str) else ""
            if written and written not in rules.columns:
                column = known.get(normalise(written)) or known.get(normalise(_strip(written)))
                asked |= {written: column} if column else {}
    own = TableRules(
        columns={**asked, **rules.columns},
        values=rules.values,
        further={**dict.fromkeys(asked.values(), "text"), **rules.further},
        personal=rules.personal,
        exported_on=rules.exported_on,
    )
    return replace(column_map, tables={**column_map.tables, "responses": own})


def _strip(header: str) -> str:
    short = len(header) <= LONGEST
    return (short and _REMARK.sub("", _NUMBERED.sub("", header))) or header


# --- a file of a survey tool


def _read_sheet(
    path: Path, column_map: ColumnMap, questions: Mapping[str, str], region: str | None
) -> list[pd.DataFrame]:
    source = input_files.read(path)
    known = replace(_know_questions(source, column_map, questions), table="responses", region=None)
    tables = table_contract.find_tables(source, known)
    asked = set(questions.values())
    found = {
        place: Recognised(table=_spare_wave(table))
        for place, one in tables.items()
        if (table := one.table or one.nearest) and len(asked & set(table.columns)) >= _FEWEST_ITEMS
    }
    if not found:
        problem = "has no column that the survey asks about."
        remedy = f"Write its headers into the file of survey items (`headers`); known are {_list(questions)}."
        raise InputError(str(path), problem, remedy)
    frames = _clean(source, "responses", known, found)
    return [_place(frame, path.stem, region) for frame in frames]


def _spare_wave(found: Found) -> Found:
    """Return a table that need not say which wave it is."""
    columns: dict[str, Column] = dict(found.schema.columns)
    columns["survey"] = replace(columns["survey"], required=False)
    return replace(found, schema=replace(found.schema, columns=columns))


def _place(frame: pd.DataFrame, wave: str, region: str | None) -> pd.DataFrame:
    """Say of which wave and region answers are that do not say it themselves."""
    survey: Any = frame["survey"].fillna(wave) if "survey" in frame else wave
    placed = frame["region"].where(frame["region"] != "", region) if region else frame["region"]
    return frame.assign(survey=survey, region=placed)


def _list(questions: Mapping[str, str]) -> str:
    headers = list(questions)
    return ", ".join(headers[:6]) + (" …" if len(headers) > 6 else "")
