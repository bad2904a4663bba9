"""One vocabulary, zh and en: the report's language, domain terms, number and date formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from .errors import InputError, did_you_mean, shown

LANGUAGES = ("zh", "en")
LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale("en")}  # a name would be parsed for every number
MISSING = "–"
# A number that is not shown because it would tell of single customers. Not "…": in Chinese yearbooks that is
# "less than half a unit". The English mark is the shorthand of the UK's statistical service.
PROTECTED_MARKS = {"zh": "［保密］", "en": "[c]"}

# Every word that a chart axis, table head or label needs, once. Column names of tidy tables are keys too.
VOCABULARY: dict[str, tuple[str, str]] = {
    "customer_id": ("客户编号", "Customer ID"),
    "customer_type": ("客户类型", "Customer type"),
    "source": ("客户来源", "Source"),
    "detail": ("咨询详情", "Detail"),
    "product": ("咨询产品", "Product"),
    "consulted_on": ("咨询日期", "Consulted on"),
    "month": ("月份", "Month"),
    "received": ("咨询数", "Consultations"),
    "region": ("地区", "Region"),
    "year": ("年度", "Year"),
    "intent": ("意向度", "Intent"),
    "clarity": ("需求明确性", "Clarity of need"),
    "satisfaction": ("满意度", "Satisfaction"),
    "composite": ("综合评分", "Composite"),
    "grade": ("等级", "Grade"),
    "meaning": ("含义", "Meaning"),
    "dimension": ("评分项", "Dimension"),
    "score": ("分值", "Score"),
    "weight": ("权重", "Weight"),
    "converted": ("是否成交", "Converted"),
    "consultations": ("咨询数", "Consultations"),
    "graded": ("可评级", "Graded"),
    "ungradable": ("不可评级", "Ungradable"),
    "rejected": ("错误剔除", "Rejected"),
    "duplicates": ("重复剔除", "Duplicates"),
    "read": ("读入", "Read"),
    "used": ("有效咨询", "Used here"),
    "elsewhere": ("其他地区或年度", "Other region or year"),
    "undefined": ("未定义", "Undefined"),
    "rows": ("条数", "Rows"),
    "share": ("占比", "Share"),
    "conversions": ("成交数", "Conversions"),
    "rate": ("比率", "Rate"),
    "interval": ("95%置信区间", "95% CI"),
    "mean": ("平均分", "Mean score"),
    "role": ("跟进人员", "Follow-up role"),
    "cadence": ("回访频次", "Cadence"),
    "contacts_per_year": ("每条咨询年回访次数", "Contacts per consultation a year"),
    "contacts": ("全年回访次数", "Contacts a year"),
    "band": ("综合评分", "Composite"),
    "file": ("文件", "File"),
    "sheet": ("工作表", "Sheet"),
    "column": ("字段", "Field"),
    "handling": ("处理", "Handling"),
    "reason": ("原因", "Reason"),
    "levels": ("分值含义", "Meaning of scores"),
    "table": ("统计表", "Table"),
    "protected_rows": ("不公布的行数", "Rows withheld"),
    "rule": ("规则", "Rule"),
    "version": ("版本", "Version"),
    "code": ("原因代码", "Code"),
    "sha256": ("SHA-256 校验值", "SHA-256"),
    "item": ("项目", "Item"),
    "value": ("内容", "Value"),
    "language": ("报告语言", "Language"),
    "industry": ("行业版", "Industry edition"),
    "enterprise": ("企业版", "Enterprise edition"),
    "scorecard": ("评分标准", "Scorecard"),
    "term": ("术语", "Term"),
    "field": ("字段", "Field"),
    "composite_supplied": ("原表综合评分", "Composite as supplied"),
    "grade_supplied": ("原表等级", "Grade as supplied"),
    "converted_on": ("成交日期", "Converted on"),
    "amount": ("成交金额（元）", "Amount (yuan)"),
    "missing": ("缺失数", "Missing"),
    # comparisons
    "reference": ("对照比率", "Reference rate"),
    "reference_consultations": ("对照咨询数", "Reference consultations"),
    "difference": ("差值（个百分点）", "Difference (percentage points)"),
    "p": ("P值", "P value"),
    "p_adjusted": ("校正P值", "Adjusted P value"),
    "test": ("检验方法", "Test"),
    "chi-square": ("卡方检验", "Chi-square"),
    "Fisher": ("费希尔精确检验", "Fisher exact"),
    "method": ("多重比较校正", "Adjustment"),
    "Holm": ("Holm法（预设比较）", "Holm (planned comparisons)"),
    "Benjamini-Hochberg": (
        "Benjamini-Hochberg法（探索性比较）",
        "Benjamini-Hochberg (exploratory comparisons)",
    ),
    "verdict": ("结论", "Finding"),
    "higher": ("更高", "Higher"),
    "lower": ("更低", "Lower"),
    "no clear difference": ("无明显差异", "No clear difference"),
    "rises": ("上升", "Rises"),
    "falls": ("下降", "Falls"),
    "no clear trend": ("无明显趋势", "No clear trend"),
    "too few": ("样本不足", "Too few to compare"),
    "not compared": ("不参与比较", "Not compared"),
    "standardised": ("标准化比率", "Standardised rate"),
    "reversal": ("次序逆转", "Order reversed"),
    "first": ("一组", "One group"),
    "second": ("另一组", "Other group"),
    "crude": ("粗率之差（个百分点）", "Difference of crude rates (percentage points)"),
    "crude_low": ("粗率之差区间下限", "Difference of crude rates, lower limit"),
    "crude_high": ("粗率之差区间上限", "Difference of crude rates, upper limit"),
    "clear": ("两项差异均明显", "Both differences clear"),
    # how good the scores are
    "auc": ("AUC（曲线下面积）", "AUC"),
    "tenth": ("综合评分十等分组", "Tenth by composite"),
    "part": ("综合评分最高的部分", "Highest composites"),
    "top tenth": ("前十分之一", "Top tenth"),
    "top fifth": ("前五分之一", "Top fifth"),
    "top half": ("前二分之一", "Top half"),
    "lift": ("提升倍数", "Lift"),
    "coefficient": ("回归系数", "Coefficient"),
    "coefficient_low": ("系数区间下限", "Coefficient, lower limit"),
    "coefficient_high": ("系数区间上限", "Coefficient, upper limit"),
    "step": ("评分变动", "Change of score"),
    "changed": ("等级改变的咨询数", "Grade changed"),
    "lowest": ("占比下限", "Lowest share"),
    "highest": ("占比上限", "Highest share"),
    "earlier": ("成交早于咨询", "Purchase on an earlier day"),
    "same_day": ("成交与咨询同日", "Purchase on the same day"),
    # workload
    "assumption": ("情形", "Assumption"),
    "low": ("低", "Low"),
    "mid": ("中", "Mid"),
    "high": ("高", "High"),
    "minutes_per_contact": ("每次回访用时（分钟）", "Minutes per contact"),
    "hours_per_year": ("全时年工时（小时）", "Full-time hours a year"),
    "hours": ("工时（小时）", "Hours"),
    "full_time_equivalents": ("折合全时人员（人）", "Full-time equivalents"),
    # levels over time, follow-up
    "before": ("上期等级", "Grade before"),
    "after": ("本期等级", "Grade now"),
    "move": ("等级变化", "Change of grade"),
    "up": ("升级", "Up"),
    "down": ("降级", "Down"),
    "same": ("不变", "Same"),
    "new": ("新增", "New"),
    "gone": ("本年未咨询", "Not seen again"),
    "not comparable": ("不可比", "Not comparable"),
    "total": ("合计", "Total"),
    "customers": ("客户数", "Customers"),
    "cause": ("可能原因", "Likely cause"),
    "due": ("应回访日期", "Due on"),
    "next_on": ("下次回访日期", "Next contact"),
    "last_contact": ("最近咨询日期", "Latest consultation"),
    "missed": ("错过次数", "Contacts missed"),
    "days_overdue": ("逾期天数", "Days overdue"),
    "overdue": ("逾期客户数", "Overdue"),
    "median_days_overdue": ("逾期天数中位数", "Median days overdue"),
    "action": ("跟进措施", "Action"),
    "strategy": ("跟进策略", "Strategy"),
    "trigger": ("触发条件", "Trigger"),
    "since": ("起始月份", "Since"),
    "until": ("截止月份", "Until"),
    "fired": ("触发月份", "Fired in"),
    "grade_by_score": ("按评分的等级", "Grade by score"),
    "who": ("经办人", "By whom"),
    "why": ("理由", "Reason given"),
    "holds": ("是否有效", "In force"),
    "date": ("日期", "Date"),
    "today": ("推算基准日", "Reckoned as of"),
    "due_soon": ("7天内到期", "Due in 7 days"),
    "promising": ("较高等级", "High grades"),
    "known": ("已登记是否成交", "Outcome known"),
    "gap": ("与其余各组之差（分）", "Difference from all others"),
    # editions
    "government": ("政府版", "Government edition"),
    "training": ("培训机构版", "Training edition"),
    "college": ("院校版", "College edition"),
    # what a college reads
    "duty": ("工作内容", "What they do"),
    "asked": ("咨询数", "Consultations"),
    "skills": ("所需技能", "Skills"),
    "courses": ("对应课程", "Courses"),
    "course": ("课程", "Course"),
    "products": ("对应模块", "Products"),
    "kind": ("类别", "Kind"),
    "group": ("项目", "Item"),
    "share_before": ("对比年度占比", "Share before"),
    "direction": ("判断", "Finding"),
    "rising": ("上升", "Rising"),
    "steady": ("平稳", "Steady"),
    "falling": ("下降", "Falling"),
    "not enough evidence": ("依据不足", "Not enough evidence"),
    "weak": ("低分占比", "Weak"),
    "strong": ("高分占比", "Strong"),
    # slices side by side
    "side": ("比较对象", "Compared"),
    "compared": ("比较", "Comparison"),
    "best": ("最高名次", "Best place"),
    "worst": ("最低名次", "Worst place"),
    # indicators
    "indicator": ("指标", "Indicator"),
    "calculation": ("计算方法", "How it is computed"),
    "caution": ("使用限制", "Limits"),
    # what is attached to a report
    "work-list": ("跟进名单", "Work list"),
    # the shelf
    "edition": ("版本", "Edition"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
}

# Columns whose values are keys of the vocabulary, too; a value that is none is data and stays itself.
CODED = frozenset(
    {
        *("dimension", "field", "verdict", "test", "method", "part", "assumption", "kind", "direction"),
        *("before", "move"),
    }
)


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
            "weak",
            "strong",
        ),
        _percent,
    ),
    **dict.fromkeys(("difference", "crude", "crude_low", "crude_high"), _points),
    **dict.fromkeys(
        ("mean", "composite", "coefficient", "coefficient_low", "coefficient_high", "lift"), _score
    ),
    **dict.fromkeys(("p", "p_adjusted"), _probability),
    **dict.fromkeys(("minutes_per_contact", "hours_per_year"), _assumed),
    "step": _step,
    "gap": _gap,
    **dict.fromkeys(("customers", "up", "down", "promising", "known"), _count),
    **dict.fromkeys(("overdue", "due_soon", "median_days_overdue", "days_overdue", "missed"), _count),
    "auc": _area,
    "full_time_equivalents": _staff,
}

# Names of places and code-list values that have an English form; an institution's own codes stay themselves.
PLACES = {"黄山市": "Huangshan", "杭州市": "Hangzhou", "盐城市": "Yancheng"}
NAMES = {
    **PLACES,
    # customer types
    "小微企业": "Small and micro enterprises",
    "个体工商户": "Sole traders",
    "中型企业": "Medium-sized enterprises",
    "代理记账公司": "Bookkeeping agencies",
    "事业单位": "Public institutions",
    "院校": "Colleges",
    "大型企业": "Large enterprises",
    "农民专业合作社": "Farmers' cooperatives",
    "社会团体": "Social organisations",
    # sources
    "搜索引擎": "Search engines",
    "电话咨询": "Telephone",
    "老客户推荐": "Referrals",
    "官网": "Website",
    "微信公众号": "WeChat account",
    "短视频平台": "Short-video platforms",
    "线下展会": "Trade fairs",
    "其他": "Other",
    # products
    "总账": "General ledger",
    "报税": "Tax filing",
    "进销存": "Inventory",
    "发票管理": "Invoices",
    "工资管理": "Payroll",
    "固定资产": "Fixed assets",
    "应收应付": "Receivables and payables",
    "成本核算": "Costing",
}
# Columns whose values are such names.
NAMED = frozenset({"region", "customer_type", "source", "product", "group", "side"})

_current = "zh"
# What the report's scorecard calls its columns and its grades.
_columns: dict[str, Mapping[str, str]] = {}
_grades: dict[str, Mapping[str, str]] = {}


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


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Print in a language for a while, such as for one page of the shelf; then all is as before."""
    before = _current, dict(_columns), dict(_grades)
    use(language)
    try:
        yield
    finally:
        use(before[0])
        adopt(*before[1:])


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
    """Return the wording in the report's language."""
    return zh if _current == "zh" else en


def term(key: str) -> str:
    """Return a domain term or a column's head; unknown keys are data and stay themselves."""
    if key in _columns:
        return text(**_columns[key])
    if key not in VOCABULARY:
        return key
    zh, en = VOCABULARY[key]
    return text(zh=zh, en=en)


def protected() -> str:
    """Return the mark of a number that is withheld, in the report's language."""
    return text(**PROTECTED_MARKS)


def name(value: str) -> str:
    """Return a place or code-list value in the report's language; unknown values stay themselves.

    Several values in one, as products are (总账、报税), are translated one by one if all are known.
    """
    parts = [NAMES.get(part) for part in re.split(r"[、,，;；/]", value)]
    return text(zh=value, en=", ".join(map(str, parts)) if all(parts) else value)


def mention(value: str) -> str:
    """Return a code-list value as a sentence names it: “小微企业” / small and micro enterprises."""
    english = NAMES.get(value, value)
    proper = english == value or value in PLACES or english.startswith("WeChat")
    return text(zh=f"“{value}”", en=english if proper else english[:1].lower() + english[1:])


def month(number: int, *, short: bool = False) -> str:
    """Return a calendar month: 3月 / March, or Mar where there is little room."""
    length = text(zh="LLL", en="LLL") if short else text(zh="LLL", en="LLLL")
    return format_date(date(2000, number, 1), length, locale=LOCALES[_current])


def month_of_year(year: int, number: int) -> str:
    """Return a month of a year: 2025年3月 / March 2025."""
    return format_skeleton("yMMMM", date(year, number, 1), locale=LOCALES[_current])


def day(value: date) -> str:
    """Return a day as prose writes it: 2025年3月1日 / 1 March 2025; tables keep 2025-03-01."""
    return format_date(value, text(zh="y年M月d日", en="d MMMM y"), locale=LOCALES[_current])


def grade_name(grade: str) -> str:
    """Return a grade as prose names it: as the scorecard says, else A级 / grade A or the word itself."""
    if grade in _grades:
        return text(**_grades[grade])
    return text(zh=f"{grade}级", en=f"grade {grade}") if grade.isascii() else grade


def grade_label(grade: str) -> str:
    """Return a grade as a table or an axis names it: the letter alone, or the scorecard's name for it."""
    name = grade_name(grade)
    return grade if name in (f"{grade}级", f"grade {grade}") else capital(name)


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
        return MISSING
    if pd.api.types.is_bool(value):
        return text(zh="是", en="Yes") if value else text(zh="否", en="No")
    if column in FORMATS and pd.api.types.is_number(value):
        return FORMATS[column](float(value)).replace("-", "−")  # a minus sign, not a hyphen
    if column in ("before", "after") and value in _grades:
        return grade_label(value)
    if column in CODED and isinstance(value, str):
        return term(value)
    if column in NAMED and isinstance(value, str):
        return name(value)
    if column == "month" and pd.api.types.is_integer(value):
        return month(int(value))
    if column == "grade" and isinstance(value, str):
        return grade_label(value)
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return str(value)
