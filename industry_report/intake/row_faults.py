"""The wording of faults of rows, tables, sheets and files, in Chinese and English."""

from .cell_faults import Kind

ROW_FAULTS: dict[str, Kind] = {
    "total_row": Kind(
        False,
        "合计或统计行",
        "row of totals",
        "合计或统计行“{value}”，不作为记录。",
        "A row of totals, “{value}”; not a record.",
    ),
    "maybe_total": Kind(
        False,
        "可能是合计行",
        "perhaps a row of totals",
        "“{value}”像是合计或统计行，但该行填有记录的内容，已作为记录采用；请核对。",
        "“{value}” reads like a row of totals, yet the row is filled like a record and was taken "
        "for one; please "
        "check it.",
    ),
    "maybe_summary": Kind(
        True,
        "可能是汇总行",
        "perhaps a row of a summary",
        "“{value}”与其他编号的形式不同，该行除评分外又没有其他内容，可能是某一类的汇总；若是咨询记录，请补充客户类型、日期等内容。",
        "“{value}” has not the form of the other identifiers, and the row has nothing else but scores: "
        "perhaps a summary of some group. If it is a consultation, complete its type or date.",
    ),
    "footnote": Kind(
        False, "说明或脚注", "note", "说明文字“{value}”，不作为记录。", "A note, “{value}”; not a record."
    ),
    "title": Kind(
        False,
        "表上方的文字",
        "text above a table",
        "表上方的文字“{value}”。",
        "Text above a table, “{value}”.",
    ),
    "repeated_header": Kind(
        False, "重复的表头", "repeated header", "重复的表头，不作为记录。", "The header again; not a record."
    ),
    "further_header": Kind(
        False,
        "另一张表的表头",
        "header of a further table",
        "自此行起是另一张表，其下各行按此表头读取：{hint}。",
        "A further table begins here; the rows below are read by this header: {hint}.",
    ),
    "outside_table": Kind(
        False,
        "只有表外内容或预填内容的行",
        "row with nothing but cells beside the table or filled in beforehand",
        "该行没有咨询记录的内容，只有表外或预填的单元格“{value}”，不作为记录。",
        "The row says nothing of a consultation; it has only cells beside the table or filled in "
        "beforehand, "
        "“{value}”. Not a record.",
    ),
    "above_header": Kind(
        True,
        "记录在表头之上",
        "record above its header",
        "该行在表头之上，不能确定各单元格属于哪一列；请移到表头之下。",
        "The row stands above the header, so nothing tells which column its cells belong to; move it below.",
    ),
    "other_table": Kind(
        True,
        "在另一张表的表头之下",
        "row below another header",
        "该行在另一个表头（第{hint}行）之下，而那个表头没有三项评分；若是咨询记录，请移到咨询表中。",
        "The row stands below another header (row {hint}), which has not the three scores; if it is a "
        "consultation, move it into that table.",
    ),
    "summary_table": Kind(
        False,
        "汇总或说明用的表",
        "table of averages or explanations",
        "从第{hint}行起的表（“{value}”）没有编号、日期等明细列，各行名目又互不相同，看作汇总或说明，未读取。",
        "The table from row {hint} on (“{value}”) has no column of single records, such as "
        "identifier or date, and "
        "no label twice: taken for a summary or an explanation, and left out.",
    ),
    "same_sheet_twice": Kind(
        False,
        "内容相同的工作表",
        "the same sheet again",
        "工作表“{value}”与“{hint}”的记录逐行相同，按重复计。",
        "The sheet “{value}” has the records of “{hint}” row by row; they count as duplicates.",
    ),
    "stray_cells": Kind(
        False,
        "远离表格的单元格",
        "cells far from the table",
        "有{hint}个单元格远离表格（首个为{value}），未读取。",
        "{hint} cells stand far from the table, the first at {value}; they were left out.",
    ),
    "blank_surplus": Kind(
        False,
        "每行末尾多出空单元格",
        "empty cell at the end of every row",
        "每行末尾比表头多出{value}个空单元格，已忽略。",
        "Every row ends with {value} more empty cells than the header; they were ignored.",
    ),
    "title_disagrees": Kind(
        False,
        "标题与名称不一致",
        "title and name disagree",
        "表上方的标题写的是“{value}”，而工作表名、文件名或映射文件为“{hint}”；以后者为准，请核对。",
        "The title above the table says “{value}”, while the name of sheet or file, or the mapping "
        "file, says "
        "“{hint}”; the latter counts. Please check it.",
    ),
    "hidden_rows": Kind(
        False,
        "有隐藏行",
        "hidden rows",
        "工作表有{value}个隐藏行（第{hint}行），已照常读取。",
        "The sheet has {value} hidden rows ({hint}); they were read like the others.",
    ),
    "hidden_sheet": Kind(
        False,
        "隐藏的工作表",
        "hidden sheet",
        "工作表“{value}”是隐藏的，已照常读取。",
        "The sheet “{value}” is hidden; it was read like the others.",
    ),
    "sheet_without_table": Kind(
        False,
        "没有咨询记录的工作表",
        "sheet without consultations",
        "工作表“{value}”没有咨询记录，未读取。",
        "The sheet “{value}” holds no consultations and was left out.",
    ),
    "sheet_without_scores": Kind(
        False,
        "缺少评分列的工作表",
        "sheet without the three scores",
        "工作表“{value}”像一张咨询表，但缺少{hint}，未读取。",
        "The sheet “{value}” looks like a table of consultations but lacks {hint}; it was left out.",
    ),
    "same_file_twice": Kind(
        False,
        "内容相同的文件",
        "the same file again",
        "文件“{value}”与“{hint}”内容相同，只计一次。",
        "The file “{value}” has the same content as “{hint}”; it is counted once.",
    ),
}
