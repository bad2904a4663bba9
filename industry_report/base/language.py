"""One language at a time, zh or en: what is in use, how terms, numbers and dates are printed in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from . import own_names
from .errors import InputError, did_you_mean, shown
from .subject import STANDARD, Subject, adapt
from .vocabulary import CODE_NAMES, CODED, NAMED, PLACES, VOCABULARY

LANGUAGES = ("zh", "en")

LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale("en")}  # a name would be parsed for every number

MISSING_SIGN = "–"
LONGEST_PLAIN = 12  # characters of a category that a Chinese sentence names without quotation marks
MISREAD = re.compile(r"[\s，。；、：？！,.;:?!“”（）()]")

# A number that is not shown because it would tell of single customers. Not "…": in Chinese yearbooks that is
# "less than half a unit". The English mark is the shorthand of the UK's statistical service.
PROTECTED_MARKS = {"zh": "［保密］", "en": "[c]"}


def _decimal(value: float, digits: int, pattern: str) -> str:
    """Print a number in the report's language, rounded as Python does: a cell's f-string shows the same."""
    return format_decimal(Decimal(f"{value:.{digits}f}"), format=pattern, locale=LOCALES[_current])


def _count(value: float) -> str:
    return _decimal(value, 0, "#,##0")


def _percent(value: float) -> str:
    rounded = Decimal(f"{value:.1%}".rstrip("%")) / 100
    return format_percent(rounded or Decimal(0), format="0.0%", locale=LOCALES[_current])  # never -0.0%


def _score(value: float) -> str:
    return _decimal(value, 2, "0.00")


def _points(value: float) -> str:
    rounded = f"{100 * value:.1f}"
    return _decimal(float(rounded), 1, "+0.0;-0.0") if float(rounded) else "0.0"


def _gain(value: float) -> str:
    """Print growth: +12.8%, never -0.0%."""
    rounded = Decimal(f"{value:.1%}".rstrip("%")) / 100
    return format_percent(rounded or Decimal(0), format="+0.0%;-0.0%", locale=LOCALES[_current])


def _signed_count(value: float) -> str:
    return _decimal(value, 0, "+#,##0;-#,##0") if round(value) else "0"


def _step(value: float) -> str:
    return _decimal(value, 0, "+0;-0")


def _gap(value: float) -> str:
    return _decimal(value, 2, "+0.00;-0.00")


def _probability(value: float) -> str:
    return "<0.001" if value < 0.001 else _decimal(value, 3, "0.000")


def _area(value: float) -> str:
    return _decimal(value, 3, "0.000")


def _staff(value: float) -> str:
    return _decimal(value, 1, "#,##0.0")


def _assumed(value: float) -> str:
    return format_decimal(Decimal(f"{value:.10g}"), format="#,##0.##########", locale=LOCALES[_current])


# How a column of a tidy table is printed; columns not named here are text, or numbers as they are.
FORMATS: Mapping[str, Callable[[float], str]] = {
    **dict.fromkeys(
        (
            "received",
            "consultations",
            "conversions",
            "contacts",
            "contacts_per_year",
            "year_before",
            "read",
            "graded",
            "ungradable",
            "rejected",
            "duplicates",
            "used",
            "elsewhere",
            "rows",
            "reference_consultations",
            "missing",
            "changed",
            "earlier",
            "same_day",
            "hours",
            "amount",
            "asked",
            "best",
            "worst",
        ),
        _count,
    ),
    **dict.fromkeys(
        (
            "share",
            "rate",
            "low",
            "high",
            "reference",
            "standardised",
            "lowest",
            "highest",
            "weight",
            "share_before",
            "contribution",
            "weak",
            "strong",
        ),
        _percent,
    ),
    **dict.fromkeys(("difference", "crude", "crude_low", "crude_high"), _points),
    **dict.fromkeys(
        ("mean", "composite", "coefficient", "coefficient_low", "coefficient_high", "lift"), _score
    ),
    **dict.fromkeys(("p", "p_adjusted", "p_search", "p_confirmed"), _probability),
    **dict.fromkeys(("minutes_per_contact", "hours_per_year"), _assumed),
    "step": _step,
    **dict.fromkeys(("growth",), _gain),
    **dict.fromkeys(("gained",), _signed_count),
    "gap": _gap,
    **dict.fromkeys(("customers", "up", "down", "promising", "known"), _count),
    **dict.fromkeys(("overdue", "due_soon", "median_days_overdue", "days_overdue", "missed"), _count),
    # a market
    **dict.fromkeys(("sales", "orders", "per_order", "per_customer", "refunds", "refunded", "net"), _count),
    **dict.fromkeys(
        ("firms", "own_sales", "market_total", "average", "forecast", "spread", "effect"), _count
    ),
    **dict.fromkeys(("change", "market_effect", "mix_effect", "own_effect"), _count),
    **dict.fromkeys(("lower_quartile", "middle_quartile", "upper_quartile", "base", "returned"), _count),
    **dict.fromkeys(("rows_a", "rows_b", "tested", "mae"), _count),
    **dict.fromkeys(("rate_a", "rate_b", "rest_b"), _percent),
    **dict.fromkeys(("quotient", "standardised_quotient", "mase"), _score),
    "per_thousand": _staff,
    "auc": _area,
    **dict.fromkeys(("full_time_equivalents", "nps"), _staff),
}

_current = "zh"

# What the report's scorecard calls its columns and its grades.
_columns: dict[str, Mapping[str, str]] = {}

_grades: dict[str, Mapping[str, str]] = {}

# What the report is about, its words in the language in use, and words of data that it must not touch.
_subject = STANDARD
_words: dict[str, str] = {}
_verbatim: set[str] = set()


def use(language: str) -> None:
    """Set the language of everything that is printed from now on.

    Raises
    ------
    InputError
        If `language` is neither ``"zh"`` nor ``"en"``.
    """
    global _current
    if language not in LANGUAGES:
        remedy = did_you_mean(str(language).lower(), LANGUAGES, "Write language: zh or language: en.")
        raise InputError("parameter language", f'expected "zh" or "en", got {shown(language)}.', remedy)
    _current = language
    _columns.clear()
    _grades.clear()
    speak_of(STANDARD)


def speak_of(subject: Subject, verbatim: Iterable[str] = ()) -> None:
    """Speak of a subject in every sentence and term, until the next `use`.

    Parameters
    ----------
    subject : Subject
        What the report is about.
    verbatim : iterable of str
        Words of the scorecard, which stay as they are; those of the data are learned as they are printed.
    """
    global _subject
    _subject = subject
    _words.clear()
    _words.update(subject.list_words(_current))
    _verbatim.clear()
    for phrase in verbatim:
        _keep(phrase)


def _keep(phrase: str) -> str:
    """Remember a word of the data that holds one of the standard's words, and return it."""
    if phrase not in _words and any(word.lower() in phrase.lower() for word in _words):
        _verbatim.add(phrase)
    return phrase


_LATIN_YEAR = re.compile(r"(?<=[A-Za-z])(?=[12]\d{3}年)")


def subject() -> Subject:
    """Return what the report is about."""
    return _subject


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Print in a language for a while, such as for one page of the shelf; then all is as before."""
    before = _current, dict(_columns), dict(_grades)
    about = _subject, set(_verbatim)
    use(language)
    try:
        yield
    finally:
        use(before[0])
        adopt(*before[1:])
        speak_of(*about)


def adopt(columns: Mapping[str, Mapping[str, str]], grades: Mapping[str, Mapping[str, str]]) -> None:
    """Call columns and grades what a scorecard calls them, until the next `use`.

    Parameters
    ----------
    columns, grades : mapping of str to mapping
        Column or grade → its wording, ``{"zh": …, "en": …}``.
    """
    _columns.update(columns)
    _grades.update(grades)


def current() -> str:
    """Return the language in use, ``"zh"`` or ``"en"``."""
    return _current


def text(*, zh: str, en: str) -> str:
    """Return the wording in the report's language, of the report's subject.

    Examples
    --------
    >>> text(zh=f"{'Mumbai'}{2025}年", en="Mumbai, 2025")  # a Latin name does not run into the year
    'Mumbai 2025年'
    """
    chosen = _LATIN_YEAR.sub(" ", zh) if _current == "zh" else en
    return adapt(chosen, _words, _verbatim, english=_current == "en") if _words else chosen


def _pick(*, zh: str, en: str) -> str:
    """Return one of two words as it is: a word of the data or of the scorecard."""
    return _keep(zh if _current == "zh" else en)


def words() -> dict[str, str]:
    """Return which of the standard's words the report's subject replaces; Markdown cells take them over."""
    return dict(_words)


def trade(*, opens: bool = False) -> str:
    """Return what is sold: 财务软件 / finance software; in English with a capital where it opens a title."""
    named = _pick(zh=_subject.trade.zh, en=_subject.trade.en)
    return capital(named) if opens else named


def came_about() -> str:
    """Return the sentence that says how the records came about."""
    return _pick(**{**STANDARD.came_about, **_subject.came_about})


def term(key: str) -> str:
    """Return a domain term or a column's head; unknown keys are data and stay themselves."""
    if key in _columns:
        return _pick(**_columns[key])
    if own_names.plain_name(key) != key:
        return field(own_names.plain_name(key))
    if key not in VOCABULARY:
        return key
    zh, en = VOCABULARY[key]
    return text(zh=zh, en=en)


def field(column: str) -> str:
    """Return what a column of the data is called: as the scorecard says, else the standard, else itself."""
    column = own_names.plain_name(column)
    level = own_names.name_level(column)
    is_word = column in own_names.TAKEN and column not in own_names.DATA
    return term(level) if level in _columns else column if is_word else term(column)


def protected() -> str:
    """Return the mark of a number that is withheld, in the report's language."""
    return text(**PROTECTED_MARKS)


def name(value: str) -> str:
    """Return a place or code-list value in the report's language; unknown values stay themselves.

    Several values in one, as products are (总账、报税), are translated one by one if all are known.
    """
    parts = [CODE_NAMES.get(part) for part in re.split(r"[、,，;；/]", value)]
    return _pick(zh=value, en=", ".join(map(str, parts)) if all(parts) else value)


def mention(value: str) -> str:
    """Return a code-list value as a sentence names it: 小微企业 / small and micro enterprises.

    Quotation marks stand where the value could be misread: the pooled “其他”, one sign, a phrase of its own.
    """
    english = CODE_NAMES.get(value, value)
    proper = english == value or value in PLACES or english.startswith("WeChat")
    plain = value != "其他" and 1 < len(value) <= LONGEST_PLAIN and not MISREAD.search(value)
    return _pick(
        zh=value if plain else f"“{value}”", en=english if proper else english[:1].lower() + english[1:]
    )


def month(number: int, *, short: bool = False) -> str:
    """Return a calendar month: 3月 / March, or Mar where there is little room."""
    length = text(zh="LLL", en="LLL") if short else text(zh="LLL", en="LLLL")
    return format_date(date(2000, number, 1), length, locale=LOCALES[_current])


def period(number: int, kind: str, *, short: bool = False) -> str:
    """Return a month, see `month`, or a quarter of the year: 一季度 / the first quarter, or Q1.

    `kind`, ``month`` or ``quarter``, is what the index of a table by time is called.
    """
    if kind != "quarter":
        return month(number, short=short)
    ordinal = ("first", "second", "third", "fourth")[number - 1]
    return text(zh=f"{'一二三四'[number - 1]}季度", en=f"Q{number}" if short else f"the {ordinal} quarter")


def month_of_year(year: int, number: int) -> str:
    """Return a month of a year: 2025年3月 / March 2025."""
    return format_skeleton("yMMMM", date(year, number, 1), locale=LOCALES[_current])


def day(value: date) -> str:
    """Return a day as prose writes it: 2025年3月1日 / 1 March 2025; tables keep 2025-03-01."""
    return format_date(value, text(zh="y年M月d日", en="d MMMM y"), locale=LOCALES[_current])


JOINED = "、|, "  # between grades that stand in one row


def grade_name(grade: str) -> str:
    """Return a grade as prose names it: as the scorecard says, else A级 / grade A or the word itself."""
    if grade in _grades:
        return _pick(**_grades[grade])
    parts = re.split(JOINED, grade)
    if len(parts) > 1:  # grades whose outcomes are told together
        names = listing([grade_name(part) for part in parts])
        return text(zh=f"{names}合计", en=f"{names} together")
    return text(zh=f"{grade}级", en=f"grade {grade}") if grade.isascii() else grade


def grade_label(grade: str) -> str:
    """Return a grade as a table or an axis names it: the letter alone, or the scorecard's name for it."""
    if len(parts := re.split(JOINED, grade)) > 1 and grade not in _grades:
        return text(zh="、", en=", ").join(grade_label(part) for part in parts)
    name = grade_name(grade)
    return grade if name in (f"{grade}级", f"grade {grade}") else capital(name)


def several(count: float, noun: str) -> str:
    """Return a count with its English noun: 1 customer, 2 customers."""
    return f"{count:,.0f} {noun}" + ("" if count == 1 else "s")


def capital(phrase: str) -> str:
    """Return a phrase as it opens a sentence or a table head: grade A becomes Grade A."""
    return phrase[:1].upper() + phrase[1:]


def listing(items: list[str]) -> str:
    """Join words as a sentence would: 甲、乙和丙 / a, b and c."""
    if len(items) < 2:
        return "".join(items)
    *head, last = items
    return text(zh="、".join(head) + "和" + last, en=", ".join(head) + " and " + last)


def formatted(value: Any, column: str) -> str:
    """Print one value of a tidy table's column; a missing value is an en dash, never ``nan``."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING_SIGN
    if pd.api.types.is_bool(value):
        return text(zh="是", en="Yes") if value else text(zh="否", en="No")
    if column in FORMATS and pd.api.types.is_number(value):
        return FORMATS[column](float(value)).replace("-", "−")  # a minus sign, not a hyphen
    if column in ("before", "after") and value in _grades:
        return grade_label(value)
    if column == "field" and isinstance(value, str):
        return field(value)
    if column in CODED and isinstance(value, str):
        return term(value)
    if column in NAMED and isinstance(value, str):
        return name(value)
    if column in ("month", "quarter") and pd.api.types.is_integer(value):
        return period(int(value), column, short=column == "quarter")
    if column == "grade" and isinstance(value, str):
        return grade_label(value)
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return str(value)
