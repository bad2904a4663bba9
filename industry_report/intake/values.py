"""One raw cell in, one clean value or the code of a fault out."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any, NamedTuple

from ..base import answer_words

PLACEHOLDERS = {"-", "--", "—", "——", "–", "/", "\\", "无", "空", "暂无", "缺失", "不详"}
PLACEHOLDERS |= {
    "未填",
    "未填写",
    "未提供",
    "未评",
    "未评分",
    "n/a",
    "na",
    "#n/a",
    "null",
    "none",
    "nan",
    "nil",
}
_CHINESE = {character: Decimal(number) for number, character in enumerate("零一二三四五六七八九十")}
YES = {*answer_words.YES, "t", "已成交", "成交", "已购买", "购买", "已转化", "已签约", "签约"}
NO = {*answer_words.NO, "f", "未成交", "未购买", "未转化", "未签约"}

# Zero-width and direction marks, and control characters of both blocks (C0, C1) that are no blanks.
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_SCORE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*分?")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_WEEKDAY = r"(?:[\s,]*\(?(?:星期|周)[一二三四五六日天]\)?)?"
_HALF = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜间|am|pm"
_AFTERNOON = ("中午", "下午", "傍晚", "晚上", "夜间", "pm")
_MORNING = ("凌晨", "am")  # 12:30 am is half past midnight
_TIME = (
    rf"{_WEEKDAY}(?:[\st,]*(?P<half>{_HALF})?\s*(?P<h>\d{{1,2}})"
    r"(?:[:时点]\s*(?P<mi>\d{1,2})(?:[:分]\s*(?P<s>\d{1,2})(?:\.\d+)?)?[分秒]?|[时点])"
    rf"\s*(?P<after>{_HALF})?\s*(?P<zone>z|utc|(?:utc|gmt)?[+-]\d\d:?\d\d)?)?{_WEEKDAY}"
)
_DATE = re.compile(r"(?P<y>\d{4})\s*[-./年]\s*(?P<m>\d{1,2})\s*[-./月]\s*(?P<d>\d{1,2})\s*[日号.]?" + _TIME)
# What programs write. Hours stop at 23: some versions of Python take 24:00 for the next day.
_PLAIN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: (?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_ENGLISH_DATE = re.compile(
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s*)?"
    rf"(?:{_MONTH}\s*(?P<d>\d{{1,2}})|(?P<first>\d{{1,2}})[-\s]*{_MONTH.replace('name', 'second')})"
    rf"[-,\s]+(?P<y>\d{{4}}){_TIME}"
)
# "下午3:20 2025/1/5": the time is moved behind the date, where every form of date may have one.
_TIME_FIRST = re.compile(rf"^((?:{_HALF})?\s*\d{{1,2}}:\d\d(?::\d\d)?\s*(?:{_HALF})?)[\s,]+(.*\d{{4}}.*)")
_COMPACT_DATE = re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d))?")
_DAY_OR_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4}|\d{1,2})(?!\d)" + _TIME)
_NO_DAY = re.compile(r"\d{4}年?|\d{4}\s*[-./年]\s*\d{1,2}\s*月?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
_AMOUNT = re.compile(
    r"(?:人民币|rmb|cny|[¥￥])?([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)(万|千|百万)?(?:元|圆)?(?:人民币|rmb|cny|整)?"
)
_QUANTITY = re.compile(r"([+-]?(?:\d{1,20}|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:e[+-]?\d{1,2})?)\s*(%?)")
_LARGEST_AMOUNT = 10**15  # yuan; more is no purchase, and sums of such numbers overflow
_MULTIPLES = {None: 1, "千": 1_000, "万": 10_000, "百万": 1_000_000}
_YEAR = re.compile(r"(\d{4})(?:\.0+)?\s*(?:年|年度)?")
# Nothing here is older: a date before is a year typed into a cell that shows dates, or a slip.
_FIRST_YEAR, _LAST_YEAR = 1950, 2199

_GRADE = re.compile(r"([A-Z][+-]?)\s*(?:级|类|等|等级)?\s*(?:[(\[:：\-—,].*)?", re.DOTALL)


class Reading(NamedTuple):
    """What a cell says: a value (None = missing), the code of a fault or "", and a hint for its reason."""

    value: Any
    code: str = ""
    hint: str = ""


NO_VALUE = Reading(None)


class CellError(str):
    """A cell without a value: the error its formula ended in ("#N/A"), or "" if it was never calculated."""


def show(raw: Any) -> str:
    """Write a raw cell as a spreadsheet shows it."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e16:
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        raw = raw.replace(tzinfo=None)
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(" ", "seconds")
    return "" if raw is None or raw != raw else str(raw)


def trim(raw: Any) -> str:
    """Give a cell's text without invisible characters, outer blanks and line breaks."""
    text = raw if isinstance(raw, str) else show(raw)
    if not text.isprintable():  # so is every blank but the plain one
        text = _INVISIBLE.sub("", text)
        text = " ".join(text.split())
    elif " " in text:
        text = " ".join(text.split())
    # ="0012" is a text that a program guards from being taken for a number.
    return text[2:-1].replace('""', '"').strip() if text[:2] == '="' and text[-1] == '"' else text


def _unguard(text: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from reading a number: '0012."""
    return text[1:].lstrip() if text[:1] == "'" and len(text) > 1 else text


def fold(raw: Any) -> str:
    """Give a cell's text with full-width characters made half-width, in lower case."""
    text = trim(raw)
    return _unguard(text if text.isascii() else unicodedata.normalize("NFKC", text).strip()).lower()


def is_placeholder(text: str) -> bool:
    """Tell whether a cell only says that there is nothing."""
    return len(text) < 6 and text.lower() in PLACEHOLDERS


def read_text(raw: Any) -> Reading:
    """Read a code or free text; a placeholder is missing."""
    text = trim(raw)
    return NO_VALUE if not text or is_placeholder(text) else Reading(text)


def read_identifier(raw: Any) -> Reading:
    """Read an identifier as text; what a spreadsheet may have damaged is flagged.

    Programs write ="0012" or '0012 to keep a spreadsheet from cutting zeros off; the marks go.
    """
    text = _unguard(trim(raw))
    if not text or is_placeholder(text):
        return NO_VALUE
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= 1e11:
        return Reading(text, "id_number_too_long")
    is_scientific = text[0].isdigit() and SCIENTIFIC.fullmatch(text)
    return Reading(text, "id_scientific" if is_scientific else "")


def read_score(raw: Any) -> Reading:
    """Read a score from 1 to 5; blank and placeholder are missing and said."""
    text = fold(raw)
    if not text:
        return Reading(None, "score_blank")
    if is_placeholder(text):
        return Reading(None, "score_placeholder")
    match = _SCORE.fullmatch(text)
    number = Decimal(match[1]) if match else _CHINESE.get(text.removesuffix("分").strip())
    if number is None or isinstance(raw, bool):
        return Reading(None, "score_not_number")
    if number != int(number):
        return Reading(None, "score_not_whole")
    return Reading(int(number)) if 1 <= number <= 5 else Reading(None, "score_out_of_range")


def read_number(raw: Any) -> Reading:
    """Read a composite that the workbook brought along; it is only compared."""
    text = fold(raw)
    match = _SCORE.fullmatch(text)
    if match and len(match[1]) < 20:
        return Reading(float(match[1]))
    return NO_VALUE if not text or is_placeholder(text) else Reading(None, "composite_unreadable")


def read_quantity(raw: Any) -> Reading:
    """Read a number that a scorecard rates by; 15% is 0.15."""
    text = fold(raw)
    if not text or is_placeholder(text):
        return NO_VALUE
    match = _QUANTITY.fullmatch(text)
    if not match or isinstance(raw, bool):
        return Reading(None, "number_unreadable")
    return Reading(float(Decimal(match[1].replace(",", "")) / (100 if match[2] else 1)))


def read_grade(raw: Any) -> Reading:
    """Read a grade letter out of "Ａ级", "a" or "A级(高转化潜力)"; other wording stays as it is."""
    text = fold(raw).upper()
    match = _GRADE.fullmatch(text)
    return Reading(match[1]) if match else read_text(raw)


def read_yes_no(raw: Any) -> Reading:
    """Read an outcome; a placeholder is unknown, and unknown is not no."""
    text = fold(raw)
    if not text or is_placeholder(text):
        return NO_VALUE
    if text in YES or text == "1.0":
        return Reading(True)
    return Reading(False) if text in NO or text == "0.0" else Reading(None, "outcome_unreadable")


def read_amount(raw: Any, unit: int = 1) -> Reading:
    """Read an amount in yuan; `unit` is what a plain number counts in (10,000 under 万元)."""
    text = fold(raw)
    if not text or is_placeholder(text):
        return NO_VALUE
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _amount(Decimal(repr(float(raw))) * unit)
    match = _AMOUNT.fullmatch(text.replace(" ", ""))
    if not match:
        return Reading(None, "amount_unreadable")
    says_unit = match[2] or not text.endswith(match[1])
    return _amount(Decimal(match[1].replace(",", "")) * (_MULTIPLES[match[2]] if says_unit else unit))


def _amount(yuan: Decimal) -> Reading:
    if not yuan.is_finite() or abs(yuan) > _LARGEST_AMOUNT:
        return Reading(None, "amount_unreadable")
    return Reading(float(yuan), "amount_negative" if yuan < 0 else "")


def read_year(raw: Any, epoch_1904: bool = False) -> Reading:
    """Read a year; a date stands for its year.

    A year typed into a cell that shows dates counts as a day, 2025 as 17 July 1905: it is read as the year.
    """
    if isinstance(raw, dt.date):
        if _FIRST_YEAR <= raw.year <= _LAST_YEAR:
            return Reading(raw.year)
        days = _count_days(raw, epoch_1904)
        is_year = _FIRST_YEAR <= days <= _LAST_YEAR
        return Reading(days, "year_as_date", str(days)) if is_year else Reading(None, "year_unreadable")
    text = fold(raw)
    if not text or is_placeholder(text):
        return NO_VALUE
    match = _YEAR.fullmatch(text)
    year = int(match[1]) if match else 0
    return Reading(year) if _FIRST_YEAR <= year <= _LAST_YEAR else Reading(None, "year_unreadable")


def _count_days(day: dt.date, epoch_1904: bool) -> int:
    """Give the number behind a cell that a spreadsheet shows as a day."""
    start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
    return (dt.date(day.year, day.month, day.day) - start).days


def read_moment(raw: Any, epoch_1904: bool = False) -> Reading:
    """Read a date or a time of day on a date; text, number or real date.

    Parameters
    ----------
    raw : object
        The cell.
    epoch_1904 : bool
        Whether the workbook counts days from 1904 (old Excel for Mac).
    """
    if isinstance(raw, dt.date):
        return _read_day(raw, epoch_1904)
    if isinstance(raw, str) and _PLAIN_MOMENT.fullmatch(raw):
        return _from_iso(raw)
    text = fold(raw)
    if not text or is_placeholder(text):
        return NO_VALUE
    if re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", text):
        return _from_serial(float(text), epoch_1904)
    text = _TIME_FIRST.sub(r"\2 \1", text)
    if match := _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text):
        return _from_parts(match.groupdict())
    if match := _ENGLISH_DATE.fullmatch(text):
        return _from_english(match.groupdict())
    if match := _DAY_OR_MONTH_FIRST.fullmatch(text):
        return _from_day_or_month_first(match)
    return Reading(None, "date_without_day" if _NO_DAY.fullmatch(text) else "date_unreadable")


def read_outcome_date(raw: Any, epoch_1904: bool = False) -> Reading:
    """Read the date of an outcome; no record depends on it, so what cannot be read is only flagged."""
    reading = read_moment(raw, epoch_1904)
    return Reading(None, "outcome_date_unreadable") if reading.code else reading


def _read_day(raw: dt.date, epoch_1904: bool) -> Reading:
    """Read a real date; moments with a time zone are told in China Standard Time."""
    if raw.year < _FIRST_YEAR and _FIRST_YEAR <= _count_days(raw, epoch_1904) <= _LAST_YEAR:
        return Reading(None, "date_without_day")  # a year typed into a cell that shows dates
    if not isinstance(raw, dt.datetime):
        return _plausible(dt.datetime(raw.year, raw.month, raw.day))
    offset = raw.utcoffset()
    return _move_to_china(raw.replace(tzinfo=None, microsecond=0), offset)


def _move_to_china(moment: dt.datetime, offset: dt.timedelta | None) -> Reading:
    """Tell a moment in China Standard Time; midnight of UTC is how programs write a day without a time."""
    if offset is None or (not offset and moment.time() == dt.time()):
        return _plausible(moment)
    try:
        return _plausible(moment - offset + dt.timedelta(hours=8))
    except OverflowError:
        return Reading(None, "date_impossible")


def _plausible(moment: dt.datetime) -> Reading:
    is_plausible = _FIRST_YEAR <= moment.year <= _LAST_YEAR
    return Reading(moment) if is_plausible else Reading(None, "date_impossible")


def _from_iso(text: str) -> Reading:
    try:
        return _plausible(dt.datetime.fromisoformat(text))
    except ValueError:
        return Reading(None, "date_impossible")


def _from_serial(days: float, epoch_1904: bool) -> Reading:
    # Excel believes in 29 February 1900, so its day 0 lies two days before 1 January 1900.
    start = dt.datetime(1904, 1, 1) if epoch_1904 else dt.datetime(1899, 12, 30)
    return _plausible(start + dt.timedelta(seconds=round(days * 86_400)))


def _from_parts(parts: dict[str, str | None]) -> Reading:
    year, month, day, minute, second = (int(parts.get(part) or 0) for part in ("y", "m", "d", "mi", "s"))
    try:
        moment = dt.datetime(year, month, day, _read_hour(parts), minute, second)
    except ValueError:
        return Reading(None, "date_impossible")
    return _move_to_china(moment, _read_zone(parts.get("zone")))


def _read_hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts.get("h") or 0), parts.get("half") or parts.get("after")
    if half in _AFTERNOON and hour < 12 and not (half == "中午" and hour > 9):
        return hour + 12
    return 0 if half in _MORNING and hour == 12 else hour


def _read_zone(zone: str | None) -> dt.timedelta | None:
    if not zone:
        return None
    digits = re.sub(r"\D", "", zone) or "0000"
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if "-" in zone else offset


def _from_english(parts: dict[str, str | None]) -> Reading:
    month = _MONTHS.index(parts["name"] or parts["second"] or "") + 1
    return _from_parts({**parts, "m": str(month), "d": parts["d"] or parts["first"]})


def _from_day_or_month_first(match: re.Match[str]) -> Reading:
    """Take a date with the year last only if one reading alone is possible."""
    first, second, year = (int(part) for part in match.groups()[:3])
    orders = [] if len(match[3]) == 1 else [(year, first, second), (year, second, first)]
    if len(match[3]) < 4:
        orders = [(2000 + y, month, day) for y, month, day in (*orders, (first, second, year))]
    possible = sorted({day for order in orders if (day := _day(*order))})
    if not possible:
        return Reading(None, "date_impossible")
    if len(possible) == 1:
        day = possible[0]
        return _from_parts(match.groupdict() | {"y": str(day.year), "m": str(day.month), "d": str(day.day)})
    return Reading(None, "date_ambiguous", " / ".join(day.isoformat() for day in possible))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
