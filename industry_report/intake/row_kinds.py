"""Tell records from blank rows, totals, notes and headers, by rules that cannot hold for a record."""

import re
from collections.abc import Collection, Mapping, Sequence

from . import headers, values
from .headers import SCORES

NON_RECORDS = (
    *("blank", "total_row", "footnote", "repeated_header", "further_header"),
    *("outside_table", "summary_table"),
)
# What somebody wrote about one consultation; a row of totals has none of it beside its label.
CONTENT = ("customer_id", "customer_type", "source", "detail", "product", "consulted_on", "converted_on")
# Columns in which a row of totals may carry its label.
LABELS = ("customer_id", "customer_type", "source", "region", "consulted_on")
# What templates fill in beforehand, row after row: no consultation is told by it.
_PREFILLED = {"composite_supplied", "grade_supplied", "region", "year"}

_COUNTED = r"(?:数|值|行|人数|条数|分|率)?(?:\s*[:：(].*|\s*\d+\s*[条行人次户家笔]?)?"
# Nobody is called this, whatever else the row says.
_SURELY_TOTAL = re.compile(
    r"(?:本页|全年|年度|本年|各项|总)?(?:合计|总计|小计|累计|共计|汇总|总数|平均|平均值|平均分|均值)"
    + _COUNTED
)
_STATISTIC = (
    "合计|总计|小计|累计|共计|汇总|总和|总数|总分|总评|平均|均值|均分|平均值|平均分|平均数|平均得分|加权平均|"
    "中位数|中位值|中位|中值|众数|标准差|标准偏差|标准误|方差|极差|全距|变异系数|四分位数?|[上下]四分位数?|分位数|"
    "最高|最低|最大|最小|最高分|最低分|最大值|最小值|最高值|最低值|计数|人数|户数|次数|条数|件数|笔数|记录数|"
    "样本数|样本量|有效样本|总体|全体|全部|整体|人均|户均|占比|比例|比重|百分比|得分率|满分率|优秀率|合格率|"
    "[\u4e00-\u9fff]{1,6}率|同比|环比|结果|[∑Σσ]"
)
_PERIOD = r"(?:20\d\d年度?)?(?:\d{1,2}月份?|第?[一二三四1-4]季度?|[上下]半年|全年|本[月季年]|20\d\d年度?)"
_ENGLISH_STATISTIC = (
    r"grand total|sub-?total|totals?|sum|average|avg\.?|mean|median|mode|min\.?|minimum|max\.?|maximum|count|"
    r"std\.?(?:\s?dev\.?)?|stdev|stddev|standard deviation|var|variance|overall|result"
)
_PERHAPS_TOTAL = re.compile(
    rf".{{0,16}}?(?:{_STATISTIC}){_COUNTED}|{_PERIOD}"
    rf"|(?:.{{0,24}}\s)?(?:{_ENGLISH_STATISTIC})(?:\s*[:(].*)?|[nN]|p\d\d|\d\d%",
    re.DOTALL,
)
# ASCII that ends with a digit is a label only if it is as short as p50, or reads like total: 3 or total (3.
_SHORT, _OPENING = 4, re.compile("[:(]")
_NOTE = re.compile(
    r"[*※#]*\s*(?:附?注|备注|(?:填[表写]|使用|数据|评分)?说明|(?:数据|资料)?来源|制表人?|填[表报]人?|审核人?|"
    r"统计口径|(?:打印|导出|填表|制表|统计)(?:时间|日期)|单位|notes?|source|prepared by)"
    r"\s*\d*\s*[:：].*|共\s*\d+\s*[条行人次户家笔].*",
    re.DOTALL,
)
# What a row of explanations below a header says, column by column.
_REMARK = re.compile(
    r"必填|选填|必选|可选|必填项|选填项|文本|文字|字符串?|数字|数值|整数|日期|下拉|单选|多选|自动|公式|示例|样例|"
    r"[(（]?1\s*[-~至到—–]\s*5\s*分?[)）]?|1?[-~至到]?5分制|五分制|yyyy.?mm.?dd|"
    r"text|string|number|integer|date|required|optional|1 to 5"
)
_EXAMPLE = re.compile(
    r"(?:填写)?(?:示例|样例|范例|例子?|例如|举例)(?:\s*\d*)?(?:[:：].*)?|example\s*\d*:?|e\.g\."
)
_IDENTIFIER = re.compile(r"(?=.*[\d*])[\w*#/.+-]{1,40}")
_DIGIT_OR_STAR = re.compile(r"[\d*]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FIGURE = re.compile(r"[-+]?[\d,.]+(?:e[+-]?\d+)?\s*(?:%|[个家户条人次分元项笔件万]*|万元)")


def name_non_record(
    texts: Sequence[str], known: Mapping[str, str], types: Collection[str] = (), ordinals: bool = False
) -> str | None:
    """Tell what a row is if it is no record.

    Parameters
    ----------
    texts : sequence of str
        The row's cells that say something, in order.
    known : mapping
        Canonical column → what its cell says.
    types : collection of str
        What the columns of codes say in other rows: as an identifier, the label of a row of averages by type.
    ordinals : bool
        Whether the row stands right below the header and may number the columns.

    Returns
    -------
    str or None
        One of `NON_RECORDS`; None for a record.
    """
    if not texts:
        return "blank"
    if _explains(texts):
        return "footnote"
    if _is_total(texts, known, types):
        return "total_row"
    scores = [known.get(column, "") for column in SCORES]  # a table may have none
    if sum(_is_header(text, column) for text, column in zip(scores, SCORES, strict=True)) > 1:
        return "repeated_header"
    if ordinals and _numbers_columns(texts, known):
        return "footnote"
    if any(values.read_score(text).value for text in scores):
        return None
    if _NOTE.fullmatch(values.fold(texts[0])):
        return "footnote"
    filled = {column for column, text in known.items() if text}
    if not filled or filled <= _PREFILLED:
        return "outside_table"
    return "footnote" if len(texts) == 1 and not _is_meant(known, scores) else None


def names_group(known: Mapping[str, str]) -> bool:
    """Tell whether a row has a name without any figure, and nothing else but numbers: perhaps a group's."""
    name = known.get("customer_id", "")
    others = [known[column] for column in CONTENT if column in known and column != "customer_id"]
    is_bare = bool(others) and not any(values.read_text(text).value for text in others)
    return bool(name) and not has_figure(name) and is_bare


def has_figure(identifier: str) -> bool:
    """Tell whether an identifier has a digit or is masked."""
    return _DIGIT_OR_STAR.search(identifier) is not None


def is_surely_total(text: str) -> bool:
    """Tell whether a text can stand at the head of a row of totals only."""
    return _SURELY_TOTAL.fullmatch(_squeeze(text)) is not None


def is_perhaps_total(text: str) -> bool:
    """Tell whether a text reads like the label of a row of totals; somebody may be called so, too."""
    if len(text) > _SHORT and text.isascii() and text[-1].isdigit() and not _OPENING.search(text):
        return False  # an identifier such as HS-2025-0001; the pattern takes long on thousands of them
    folded = values.fold(text)
    squeezed = folded.replace(" ", "")
    found = _PERHAPS_TOTAL.fullmatch(folded) or (squeezed != folded and _PERHAPS_TOTAL.fullmatch(squeezed))
    return bool(found)


def _squeeze(text: str) -> str:
    """Fold a text and take its blanks out: 合　计 is 合计."""
    return values.fold(text).replace(" ", "")


def _is_total(texts: Sequence[str], known: Mapping[str, str], types: Collection[str]) -> bool:
    labels = [texts[0], *(known.get(column, "") for column in LABELS)]
    if any(text and is_surely_total(text) for text in labels):
        return True
    content = {known.get(column, "") for column in CONTENT}
    told = {text for text in content if text and not values.is_placeholder(text)}
    for label in dict.fromkeys(filter(None, labels)):
        is_code = label == known.get("customer_id") and label in types
        if (is_code or is_perhaps_total(label)) and all(
            text == label or _FIGURE.fullmatch(values.fold(text)) for text in told
        ):
            return True
    return False


def _is_header(text: str, column: str) -> bool:
    found = headers.recognise(text) if text else None
    return found is not None and found[0] == column


def _explains(texts: Sequence[str]) -> bool:
    """Tell whether a row says how to fill in the table, or shows an example."""
    is_remark = [_REMARK.fullmatch(values.fold(text)) is not None for text in texts]
    return (len(texts) > 1 and all(is_remark)) or _EXAMPLE.fullmatch(values.fold(texts[0])) is not None


def _numbers_columns(texts: Sequence[str], known: Mapping[str, str]) -> bool:
    """Tell whether a row numbers the columns, 1 2 3 4 5 …; a record has no number for type or date."""
    is_row = list(texts) == [str(number) for number in range(1, len(texts) + 1)]
    return is_row and any(known.get(column) for column in CONTENT[1:])


def _is_meant(known: Mapping[str, str], scores: Sequence[str]) -> bool:
    """Tell whether a text that stands alone is an identifier or meant as a score, not a remark."""
    told = known.get("customer_id", "")
    looks_like_identifier = _IDENTIFIER.fullmatch(told) and (
        "*" in told
        or (len(_CHINESE.findall(told)) <= 4 and (told.isdigit() or not values.read_moment(told).value))
    )
    return bool(looks_like_identifier) or any(map(_DIGIT_OR_STAR.search, scores))


def repeats(row: Sequence[object], names: Mapping[int, str]) -> bool:
    """Tell whether all that a row says is a table's own header, in place."""
    told = {place: text for place, cell in enumerate(row) if (text := values.trim(cell))}
    same = sum(
        headers.normalise(names.get(place, "")) == headers.normalise(text) for place, text in told.items()
    )
    return same > 1 and same == len(told)
