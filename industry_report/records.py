"""Tell records from blank rows, totals, footnotes and headers that come again."""

import re
from collections.abc import Mapping, Sequence

from . import headers, values
from .headers import SCORES

NON_RECORDS = ("blank", "total_row", "footnote", "repeated_header")
_TOTAL = re.compile(
    r"(?:本页|全年|年度|本年|各项)?"
    r"(?:合计|总计|小计|累计|共计|汇总|总数|平均|平均值|平均分|均值"
    r"|grand total|subtotal|total|sum|average|mean)"
    r"(?:数|行|人数|条数|分)?(?:\s*[:：(].*|\s*\d+\s*[条行人次]?)?"
)
_FOOTNOTE = re.compile(
    r"(?:附?注|备注|(?:填表)?说明|(?:数据|资料)?来源|制表人?|填[表报]人?|审核人?|统计口径|打印时间|导出时间|单位"
    r"|notes?|source|prepared by)"
    r"\s*\d*\s*[:：].*|[*※].+|共\s*\d+\s*[条行人次].*",
    re.DOTALL,
)


def name_non_record(texts: Sequence[str], known: Mapping[str, str]) -> str | None:
    """Tell what a row is if it is no record.

    Parameters
    ----------
    texts : sequence of str
        The row's cells that say something, in order.
    known : mapping
        Canonical column → what its cell says.

    Returns
    -------
    str or None
        "blank", "total_row", "footnote", "repeated_header"; None for a record.
    """
    if not texts:
        return "blank"
    if is_total(texts[0]):
        return "total_row"
    if sum(_is_header(known[column], column) for column in SCORES) > 1:
        return "repeated_header"
    if any(values.read_score(known[column]).value for column in SCORES):
        return None
    first = values.fold(texts[0])
    if not any(known.values()):
        return "footnote" if _FOOTNOTE.fullmatch(first) else "blank"
    # A text that stands alone is a remark, unless it is an identifier: then all else is missing.
    alone = len(texts) == 1 and not re.search(r"[\d*]", known.get("customer_id", ""))
    return "footnote" if alone or _FOOTNOTE.fullmatch(first) else None


def is_total(text: str) -> bool:
    """Tell whether a text stands at the head of a row of totals."""
    return _TOTAL.fullmatch(values.fold(text)) is not None


def _is_header(text: str, column: str) -> bool:
    found = headers.recognise(text) if text else None
    return found is not None and found[0] == column
