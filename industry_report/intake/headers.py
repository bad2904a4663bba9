"""Find the table in a sheet: which row is the header, and which column is what."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ..base.errors import near_match
from .schemas import CONSULTATIONS, SCHEMAS
from .values import trim

SCORES = ("intent", "clarity", "satisfaction")
IGNORE = "ignore"
SEARCHED_ROWS = 5_000  # how far down a sheet its first header is looked for
_SUGGESTED = 60  # unknown headers that are compared with known ones
# The first Chinese header names the column in reasons. Blanks, case and punctuation make no difference.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "customer_id": ("客户ID", "客户编号", "客户号", "客户代码", "客户编码", "client id", "customer number"),
    "customer_type": ("客户类型", "客户类别", "客户性质", "client type"),
    "source": ("客户来源", "来源渠道", "咨询来源", "咨询渠道", "来源", "渠道", "channel", "customer source"),
    "detail": ("咨询详情", "咨询内容", "咨询问题", "咨询描述", "details", "consultation detail"),
    "product": ("咨询产品", "咨询模块", "产品模块", "意向产品", "产品", "模块", "products", "module"),
    "consulted_on": ("咨询日期", "咨询时间", "日期", "date", "consultation date"),
    "region": ("地区", "城市", "区域", "地市", "所在地区", "所在城市", "所属地区", "所属城市", "city"),
    "year": ("统计年度", "年度", "年份", "统计年份", "reporting year"),
    "intent": (
        *(
            "意向度",
            "意向度评分",
            "意向度得分",
            "意向评分",
            "客户意向度",
            "客户意向度评分",
            "购买意向度",
            "购买意向度评分",
        ),
        *("intent score", "purchase intent", "purchase intent score"),
    ),
    "clarity": (
        *("需求明确性", "需求明确性评分", "需求明确性得分", "客户需求明确性", "客户需求明确性评分"),
        *("需求明确度", "需求明确度评分", "clarity score", "clarity of need", "need clarity"),
    ),
    "satisfaction": (
        *(
            "满意度",
            "满意度评分",
            "满意度得分",
            "客户满意度",
            "客户满意度评分",
            "咨询满意度",
            "咨询服务满意度",
        ),
        *("服务满意度", "satisfaction score", "customer satisfaction"),
    ),
    "composite_supplied": ("综合评分", "综合得分", "综合分", "composite", "composite score"),
    "grade_supplied": (
        *("最终评级", "客户评级", "客户等级", "评级", "等级"),
        *("grade", "rating", "final grade", "customer grade"),
    ),
    "converted": (
        *("是否成交", "是否购买", "是否转化", "是否签约", "成交", "成交结果", "成交状态"),
        *("purchased", "conversion"),
    ),
    "converted_on": ("成交日期", "成交时间", "购买日期", "签约日期", "conversion date", "purchase date"),
    "amount": ("成交金额", "购买金额", "签约金额", "合同金额", "金额", "purchase amount", "contract amount"),
}
COLUMNS = tuple(SYNONYMS)
# What a plain number in an amount column counts in, when the header says so.
UNITS = {
    "元": 1,
    "人民币": 1,
    "人民币元": 1,
    "rmb": 1,
    "cny": 1,
    "yuan": 1,
    "千元": 1_000,
    "万元": 10_000,
    "万": 10_000,
}
# Remarks beside a header that change nothing about the values.
_REMARK = re.compile(
    r"必填|选填|必选|可选|必填项|选填项|1[-~至到]?5分?|5分制|五分制|分|required|optional|1to5|yyyy.?mm.?dd"
)
_NOISE = re.compile("[\\s\u200b-\u200f\u2060\ufeff_\\-:*.、。“”\"'?!\x00-\x1f]")
LONGEST_CACHED = 60  # characters of a text that is remembered as header or none
LONGEST = 1_000  # characters of a header; to look for the brackets of a longer text takes its square
_BRACKETED = re.compile(r"(.+?)[(\[【<](.*?)[)\]】>]")


_NUMBER = re.compile(r"[\s\d.,:：/%年月日-]+")
_LONGEST = 60  # characters of a header


@dataclass(frozen=True)
class Table:
    """A table found in a sheet.

    Attributes
    ----------
    skip : int
        How many rows there are up to and including the header.
    storeys, width : int
        How many rows the header takes, 1 or 2, and how many cells its last row has.
    is_beside : bool
        Whether another table stands beside it.
    columns : mapping
        Canonical column → position.
    headers : mapping
        Position → header as written.
    unit : int
        What a plain number in the amount column counts in, in yuan.
    suggestions : mapping
        Unknown header → the column that it may be.
    twice : mapping
        Canonical column → the headers that claim it, where there are several.
    """

    skip: int
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    unit: int
    suggestions: Mapping[str, str]
    twice: Mapping[str, list[str]]
    storeys: int = 1
    width: int = 0
    is_beside: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """The first position that has a header, and the one after the last."""
        return min(self.headers), max(self.headers) + 1

    @property
    def missing_scores(self) -> list[str]:
        """Required columns that the table lacks."""
        return [column for column in SCORES if column not in self.columns]


def label(column: str, language: str, table: str = CONSULTATIONS) -> str:
    """Name a canonical column for people, as its table does: `cost` is of orders what complaints pay out.

    Examples
    --------
    >>> label("cost", "zh", "orders"), label("cost", "zh", "complaints")
    ('采购成本', '赔付金额')
    """
    own = SCHEMAS[table].columns.get(column) if table in SCHEMAS else None
    names = own.headers if own else SYNONYMS.get(column) or _OTHER_NAMES.get(column)
    return names[0] if language == "zh" and names else column.replace("_", " ")


def normalise(header: str) -> str:
    """Reduce a header to what distinguishes it: no blanks, marks, case or full-width forms."""
    return _remember_normal(header) if len(header) <= LONGEST_CACHED else _make_normal(header)


def _make_normal(header: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", header)).casefold()


# Every cell of the first rows is asked for once a table that a sheet may hold; a long text is no header.
_remember_normal = lru_cache(maxsize=1 << 15)(_make_normal)


# Columns of other tables, by which reasons name them.
_OTHER_NAMES = {
    name: column.headers for schema in SCHEMAS.values() for name, column in schema.columns.items()
}
_KNOWN = {normalise(name): column for column, names in SYNONYMS.items() for name in (*names, column)}


def split_remark(text: str) -> tuple[str, str]:
    """Cut a normalised header into its name and the remark beside it."""
    if len(text) <= LONGEST and (match := _BRACKETED.fullmatch(text)):
        return match[1], match[2]
    name, _, remark = text.partition("/")
    return name, remark


def is_remark(text: str) -> bool:
    """Tell whether a remark beside a header changes nothing about the values."""
    return _REMARK.fullmatch(text) is not None


@lru_cache(maxsize=1 << 14)
def recognise(header: str) -> tuple[str, int] | None:
    """Tell which column a header names and what a plain amount below it counts in; None if it is unknown."""
    text = normalise(header)
    if text in _KNOWN:
        return _KNOWN[text], 1
    name, remark = split_remark(text)
    column = _KNOWN.get(name)
    if column == "amount" and remark in UNITS:
        return column, UNITS[remark]
    same = column is not None and _KNOWN.get(remark) == column  # "地区/城市"
    return (column, 1) if column and (same or is_remark(remark)) else None


@lru_cache(maxsize=1 << 12)
def suggest(header: str) -> str | None:
    """Name the column that an unknown header is close to; it is offered, never taken."""
    text = normalise(header)
    # Two characters of a Chinese header say as much as six letters of an English one.
    least, cutoff = (6, 0.8) if text.isascii() else (2, 0.6)
    near = near_match(text, _KNOWN, cutoff)
    inside = [
        known for known in _KNOWN if min(len(known), len(text)) >= least and (known in text or text in known)
    ]
    chosen = near or max(inside, key=len, default=None)
    return _KNOWN[chosen] if chosen else None


def find_table(
    rows: Sequence[Sequence[Any]],
    mapped: Mapping[str, str],
    is_complete: Callable[[Table], bool] = lambda table: not table.missing_scores,
) -> Table | None:
    """Find the header among a sheet's first rows: the first that is complete, else the one that knows most.

    Parameters
    ----------
    rows : sequence of rows
        The first rows of the sheet.
    mapped : mapping
        An institution's own headers → canonical column or "ignore"; they go before the synonyms.
    is_complete : callable
        Tells whether a table has the columns that it needs.

    Returns
    -------
    Table or None
        None if no row holds two texts. Of tables beside each other the first is given.
    """
    best: tuple[int, Table] | None = None
    for position in range(min(len(rows), SEARCHED_ROWS)):
        if best and not count_names(rows[position], mapped):
            continue
        tables = read_header(rows, position, mapped)
        if tables and is_complete(tables[0]):
            return tables[0]
        if tables and (best is None or len(tables[0].columns) > best[0]):
            best = len(tables[0].columns), tables[0]
    return best[1] if best else None


def read_header(rows: Sequence[Sequence[Any]], position: int, mapped: Mapping[str, str]) -> list[Table]:
    """Read a row as header, with the row above or below as its other storey where that knows more columns.

    Returns
    -------
    list of Table
        Several where complete tables stand beside each other; none if the row holds less than two texts.
    """
    if count_names(rows[position], mapped) == 0 and not _is_text(rows[position]):
        return []
    choices = [(position, position + 1)]
    choices += [(position - 1, position + 1)] if position and _is_text(rows[position - 1]) else []
    is_below = position + 1 < len(rows) and _is_text(rows[position + 1])
    choices += [(position, position + 2)] if is_below else []
    best: list[Table] = []
    for first, stop in choices:
        names = _name_columns(rows[first:stop], mapped)
        tables = _read_names(names, stop, stop - first, mapped) if len(names) > 1 else []
        if _count_columns(tables) > _count_columns(best) or not best:
            best = [replace(table, width=len(rows[stop - 1])) for table in tables]
    return best


def _count_columns(tables: Sequence[Table]) -> int:
    return sum(len(table.columns) for table in tables)


def _is_text(row: Sequence[Any]) -> bool:
    """Tell whether a row could be a storey of a header: texts only, more than one, and none a number."""
    filled = [cell for cell in row if cell is not None and cell != ""]
    return len(filled) > 1 and all(isinstance(cell, str) and not _NUMBER.fullmatch(cell) for cell in filled)


def count_names(row: Sequence[Any], mapped: Mapping[str, str]) -> int:
    """Count the cells of a row that name a known column."""
    texts = [cell for cell in row if isinstance(cell, str) and cell and len(cell) <= _LONGEST]
    return sum(recognise(cell) is not None or trim(cell) in mapped for cell in texts)


def _read_names(names: Mapping[int, str], skip: int, storeys: int, mapped: Mapping[str, str]) -> list[Table]:
    """Match headers to columns; several complete tables beside each other are told apart."""
    whole = replace(_assign(names, skip, mapped), storeys=storeys)
    if not whole.twice:
        return [whole]
    parts = [replace(_assign(part, skip, mapped), storeys=storeys) for part in _split_names(names, mapped)]
    complete = [part for part in parts if not part.missing_scores]
    apart = all(right.span[0] > left.span[1] for left, right in pairwise(parts))
    if not complete or not (apart or len(complete) == len(parts) > 1):
        return [whole]
    return [replace(table, is_beside=True) for table in complete]


def _split_names(names: Mapping[int, str], mapped: Mapping[str, str]) -> Iterator[dict[int, str]]:
    """Cut headers where a column comes again after all three scores."""
    part: dict[int, str] = {}
    for position, name in sorted(names.items()):
        table = _assign({**part, position: name}, 0, mapped)
        if table.twice and not _assign(part, 0, mapped).missing_scores:
            yield part
            part = {}
        part[position] = name
    yield part


def _name_columns(storeys: Sequence[Sequence[Any]], mapped: Mapping[str, str]) -> dict[int, str]:
    """Give each column its header; of two storeys both joined if known, else the lower, else the upper."""
    texts = [[trim(cell) if isinstance(cell, str) else "" for cell in row] for row in storeys]
    if len(texts) == 1:
        return {position: text for position, text in enumerate(texts[0]) if text}
    names, above = {}, ""
    for position, (upper, lower) in enumerate(zip(*texts, strict=False)):
        above = upper or (above if lower else "")  # a merged cell holds its text in the first column alone
        joined = above + lower
        is_known = joined in mapped or recognise(joined) is not None
        if name := joined if is_known and lower else lower or upper:
            names[position] = name
    return names


def _assign(names: Mapping[int, str], skip: int, mapped: Mapping[str, str]) -> Table:
    """Match headers to columns."""
    wanted = {normalise(header): column for header, column in mapped.items()}
    chosen = {place: wanted[key] for place, name in names.items() if (key := normalise(name)) in wanted}
    known = {
        place: found for place, name in names.items() if place not in chosen and (found := recognise(name))
    }
    claims: dict[str, list[int]] = {}
    for place in names:
        column = chosen.get(place) or (known[place][0] if place in known else None)
        if column and column != IGNORE and (place in chosen or column not in chosen.values()):
            claims.setdefault(column, []).append(place)
    unknown = [name for place, name in names.items() if place not in chosen and place not in known]
    near = {name: suggest(name) for name in unknown[:_SUGGESTED]} if claims else {}
    amount = claims.get("amount", [-1])[0]
    return Table(
        skip=skip,
        columns={column: places[0] for column, places in claims.items()},
        headers=dict(names),
        unit=known[amount][1] if amount in known else 1,
        suggestions={name: column for name, column in near.items() if column and column not in claims},
        twice={column: [names[p] for p in places] for column, places in claims.items() if len(places) > 1},
    )


def drop_positions(table: Table, positions: Collection[int]) -> Table:
    """Leave out columns that claim to be one of ours while another column does, too."""
    twice: dict[str, list[str]] = {column: [] for column in table.twice}
    columns = dict(table.columns)
    for column in twice:
        claiming = [
            position
            for position, name in table.headers.items()
            if (found := recognise(name)) and found[0] == column and position not in positions
        ]
        twice[column] = [table.headers[position] for position in claiming]
        if claiming:
            columns[column] = claiming[0]
    return replace(
        table, columns=columns, twice={column: names for column, names in twice.items() if len(names) > 1}
    )
