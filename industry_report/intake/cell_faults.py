"""The wording of faults of single cells, in Chinese and English."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of fault.

    `rejects` tells whether it keeps a row out. The titles name it without any value, for counts in public
    reports; the sentences say with {value}, {column} and {hint} what came and what to do.
    """

    rejects: bool
    title_zh: str
    title_en: str
    zh: str
    en: str


CELL_FAULTS: dict[str, Kind] = {
    "score_out_of_range": Kind(
        True,
        "评分不在1至5之间",
        "score outside 1 to 5",
        "{column}为“{value}”，只能是1至5的整数。",
        "{column} is “{value}”; a score is a whole number from 1 to 5.",
    ),
    "score_not_whole": Kind(
        True,
        "评分不是整数",
        "score with a decimal part",
        "{column}为“{value}”，不接受小数，请填写1至5的整数。",
        "{column} is “{value}”; fractions are not accepted, write a whole number from 1 to 5.",
    ),
    "score_not_number": Kind(
        True,
        "评分不是数字",
        "score that is no number",
        "{column}为“{value}”，不是评分，请填写1至5的整数；如果是代码，请在列映射文件的 values 中说明。",
        "{column} is “{value}”, which is not a score; write a whole number from 1 to 5, or explain a code "
        "under `values` of a mapping file.",
    ),
    "score_blank": Kind(
        False,
        "评分未填写",
        "score left blank",
        "{column}未填写；该记录保留，但不可评级。",
        "{column} is blank; the record is kept, not graded.",
    ),
    "score_placeholder": Kind(
        False,
        "评分为占位符",
        "placeholder for a score",
        "{column}为占位符“{value}”，按缺失处理；该记录保留，但不可评级。",
        "{column} holds the placeholder “{value}”, taken as missing; the record is kept, not graded.",
    ),
    "date_ambiguous": Kind(
        True,
        "日期有歧义",
        "ambiguous date",
        "{column}“{value}”有歧义：是 {hint} 中的哪一天？请写成2025-01-31的形式。",
        "{column} “{value}” is ambiguous: which of {hint} is meant? Write it like 2025-01-31.",
    ),
    "date_impossible": Kind(
        True,
        "日期不存在",
        "day that does not exist",
        "{column}“{value}”不是存在的日期，请核对。",
        "{column} “{value}” is not a day that exists; please check it.",
    ),
    "date_without_day": Kind(
        True,
        "日期不完整",
        "incomplete date",
        "{column}“{value}”没有写明是哪一天，请写成2025-01-31的形式。",
        "{column} “{value}” names no day; write it like 2025-01-31.",
    ),
    "date_unreadable": Kind(
        True,
        "日期无法识别",
        "unreadable date",
        "{column}“{value}”不是日期，请写成2025-01-31的形式。",
        "{column} “{value}” is not a date; write it like 2025-01-31.",
    ),
    "outcome_unreadable": Kind(
        False,
        "成交结果无法识别",
        "unreadable outcome",
        "{column}“{value}”既不是“是”也不是“否”，按未知处理，记录保留；如果是代码，请在列映射文件的 "
        "values 中说明。",
        "{column} “{value}” is neither yes nor no and taken as unknown, the record is kept; "
        "explain a code under "
        "`values` of a mapping file.",
    ),
    "outcome_date_unreadable": Kind(
        False,
        "成交日期无法识别",
        "unreadable date of the outcome",
        "{column}“{value}”不能确定是哪一天，按缺失处理，记录保留；请写成2025-01-31的形式。",
        "{column} “{value}” names no day for certain and is taken as missing, the record is kept; "
        "write it like "
        "2025-01-31.",
    ),
    "amount_unreadable": Kind(
        False,
        "金额无法识别",
        "unreadable amount",
        "{column}“{value}”不是金额，按缺失处理，记录保留；请填写数字，单位为元或万元。",
        "{column} “{value}” is not an amount and taken as missing, the record is kept; write a "
        "number, in 元 or 万元.",
    ),
    "amount_split": Kind(
        False,
        "金额可能被逗号拆开",
        "amount perhaps split at a comma",
        "{column}“{value}”右侧一格为“{hint}”，可能是未加引号的千分位逗号把金额拆成了两格；"
        "金额按缺失处理，记录保留。",
        "{column} “{value}” is followed by “{hint}”: a thousands comma without quotes may have cut "
        "the amount in "
        "two; it is taken as missing, the record is kept.",
    ),
    "amount_merged": Kind(
        False,
        "金额为合并单元格",
        "amount in a merged cell",
        "{column}“{value}”合并了第{hint}行，只计入第一行。",
        "{column} “{value}” is merged over rows {hint}; it counts in the first of them alone.",
    ),
    "merged_cells": Kind(
        False,
        "纵向合并的单元格",
        "cells merged downwards",
        "{column}“{value}”合并了第{hint}行，用于其中每一行。",
        "{column} “{value}” is merged over rows {hint}; it holds for each of them.",
    ),
    "amount_negative": Kind(
        False,
        "金额为负数",
        "negative amount",
        "{column}“{value}”为负数，请核对。",
        "{column} “{value}” is negative; please check it.",
    ),
    "number_unreadable": Kind(
        True,
        "数值无法识别",
        "unreadable number",
        "{column}“{value}”不是数值，请填写数字。",
        "{column} “{value}” is not a number; write one.",
    ),
    "year_unreadable": Kind(
        True,
        "年度无法识别",
        "unreadable year",
        "{column}“{value}”不是年份，请写成2025的形式。",
        "{column} “{value}” is not a year; write it like 2025.",
    ),
    "year_as_date": Kind(
        False,
        "年度被设为日期格式",
        "year in a cell that shows dates",
        "{column}的单元格是日期格式，显示为“{value}”；按其数值读作{hint}年，请核对。",
        "{column} stands in a cell that shows dates, as “{value}”; its number was read as the year "
        "{hint}; please "
        "check it.",
    ),
    "year_missing": Kind(
        True,
        "年度缺失",
        "year missing",
        "无法确定该记录的统计年度：本行、工作表名和文件名都没有说明。",
        "Nothing tells the year of this record: neither the row nor the names of sheet and file.",
    ),
    "region_missing": Kind(
        True,
        "地区缺失",
        "region missing",
        "无法确定该记录的地区：本行、工作表名和文件名都没有说明。",
        "Nothing tells the region of this record: neither the row nor the names of sheet and file.",
    ),
    "too_many_cells": Kind(
        True,
        "单元格多于表头",
        "more cells than headers",
        "该行的单元格多于表头，多出“{value}”；含分隔符的文本或金额需要用引号括起来。",
        "The row has more cells than the header, from “{value}” on; text or an amount that holds "
        "the delimiter "
        "needs quotes.",
    ),
    "conflicting_scores": Kind(
        True,
        "同一客户同一天评分矛盾",
        "contradicting scores of one customer on one day",
        "同一客户同一天的评分互相矛盾（行：意向度/需求明确性/满意度为 {hint}），请只保留正确的一条。",
        "The same customer has contradicting scores on one day (row: intent/clarity/satisfaction are "
        "{hint}); keep the right one.",
    ),
    "id_scientific": Kind(
        False,
        "编号变成科学计数法",
        "identifier in scientific notation",
        "{column}“{value}”是科学计数法，原编号已丢失，请以文本格式重新录入。",
        "{column} “{value}” is in scientific notation and the original is lost; enter it again as text.",
    ),
    "id_number_too_long": Kind(
        False,
        "编号存为长数值",
        "long identifier stored as a number",
        "{column}“{value}”存为数值，表格会显示为科学计数法，超过15位还会丢失末位；请改为文本格式。",
        "{column} “{value}” is stored as a number, which a spreadsheet shows as 1.2E+11 and rounds beyond "
        "15 digits; store it as text.",
    ),
    "id_lost_zeros": Kind(
        False,
        "编号可能丢失开头的零",
        "identifier that may have lost leading zeros",
        "{column}“{value}”比其他编号短，可能丢失了开头的零（其他编号为{hint}位）。",
        "{column} “{value}” is shorter than the others ({hint} digits) and may have lost its leading zeros.",
    ),
    "id_masked": Kind(
        False,
        "编号脱敏过度",
        "identifier masked too far",
        "{column}“{value}”脱敏过度，无法据以识别重复记录。",
        "{column} “{value}” is masked so far that it cannot tell duplicates.",
    ),
    "composite_unreadable": Kind(
        False,
        "表内综合评分无法识别",
        "supplied composite unreadable",
        "{column}“{value}”不是数值，未作比较。",
        "{column} “{value}” is not a number and was not compared.",
    ),
    "composite_differs": Kind(
        False,
        "表内综合评分与计算不符",
        "supplied composite differs from ours",
        "表内综合评分为{value}，按评分标准计算为{hint}。",
        "The workbook's composite is {value}; the scorecard gives {hint}.",
    ),
    "grade_differs": Kind(
        False,
        "表内评级与计算不符",
        "supplied grade differs from ours",
        "表内评级为{value}，按评分标准计算为{hint}。",
        "The workbook's grade is {value}; the scorecard gives {hint}.",
    ),
    "date_outside_year": Kind(
        False,
        "日期不在统计年度内",
        "date outside the reporting year",
        "{column}“{value}”不在统计年度{hint}年内。",
        "{column} “{value}” lies outside the reporting year {hint}.",
    ),
    "date_in_future": Kind(
        False,
        "日期在今天之后",
        "date in the future",
        "{column}“{value}”在今天（{hint}）之后。",
        "{column} “{value}” lies after today ({hint}).",
    ),
    "outcome_before_consultation": Kind(
        False,
        "成交早于咨询",
        "outcome before the consultation",
        "{column}“{value}”早于咨询日期（{hint}）。",
        "{column} “{value}” lies before the consultation ({hint}).",
    ),
    "outcome_contradicts": Kind(
        False,
        "未成交却有成交信息",
        "no outcome, yet its date or amount",
        "记录为未成交，却有{column}“{value}”。",
        "The record says not converted, yet has {column} “{value}”.",
    ),
    "region_disagrees": Kind(
        False,
        "地区说法不一",
        "region told differently",
        "地区为“{value}”，而工作表名、文件名或映射文件为“{hint}”；以前者为准。",
        "The region is “{value}”, while the name of sheet or file, or the mapping file, says “{hint}”; "
        "the former counts.",
    ),
    "year_disagrees": Kind(
        False,
        "年度说法不一",
        "year told differently",
        "年度为“{value}”，而工作表名、文件名或映射文件为“{hint}”；以前者为准。",
        "The year is “{value}”, while the name of sheet or file, or the mapping file, says “{hint}”; "
        "the former counts.",
    ),
    "region_filled": Kind(
        False,
        "地区为空，取自名称",
        "region blank, taken from the name",
        "{column}为空，而该列其他行不是“{hint}”；按工作表名、文件名或映射文件计入“{hint}”，请核对。",
        "{column} is blank, while other rows of the column are not “{hint}”; counted as “{hint}” "
        "by the name of "
        "sheet or file, or the mapping file. Please check it.",
    ),
    "year_filled": Kind(
        False,
        "年度为空，取自名称",
        "year blank, taken from the name",
        "{column}为空，而该列其他行不是“{hint}”；按工作表名、文件名或映射文件计入“{hint}”年，请核对。",
        "{column} is blank, while other rows of the column are not “{hint}”; counted as {hint} by "
        "the name of "
        "sheet or file, or the mapping file. Please check it.",
    ),
    "formula_without_value": Kind(
        False,
        "公式没有保存结果",
        "formula without a saved result",
        "单元格是公式但没有保存结果，按缺失处理；请在表格软件中打开并保存一次。",
        "The cell is a formula without a saved result, taken as missing; open the workbook in a "
        "spreadsheet "
        "program and save it.",
    ),
    "cell_error": Kind(
        False,
        "单元格为错误值",
        "error in a cell",
        "单元格是错误值“{value}”，按缺失处理。",
        "The cell holds the error “{value}”, taken as missing.",
    ),
}
