"""The words that page and PDF print around a body, in both languages."""

from collections.abc import Sequence
from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "contents": "目录",
        "skip": "跳到正文",
        "figure": "图",
        "table": "表",
        "alt": "图（作者未提供文字说明）",
        "data": "的数据",
        "new": "新增",
        "dropped": "取消",
        "plain table": "表格",
        "figures": "插图目录",
        "tables": "表格目录",
        "copy": "复制为CSV",
        "copied": "已复制",
        "failed": "未能复制，请选中表格后复制",
        "logo": "发布者标志",
        "interactive": "［此处为{}绘制的交互内容，本报告无法显示］",
        "player": "［此处为音频或视频，本报告无法播放］",
        "cut": "此表共{rows}行，本版列出前{shown}行；{where}。",
        "cut text": "此段文字共{rows}行，本版列出前{shown}行；全文见网页版。",
        "on the page": "全表见网页版",
        "in the appendix": "全表见数据附录（.xlsx、.csv）",
        "continued": "（续表：第{first}至{last}列，共{columns}列）",
        "not set": "［此处内容无法排印：{}］",
        "failed notebook": "注意：生成本报告时有单元格运行出错（第{}格），内容不完整",
        "title": "报告",
        "signs": "符号说明",
        "symbols": {
            "［保密］": "可能识别具体对象的数值，以及可据以推算的数值，不予公布",
            "–": "没有数据、已并入其他组或不足10条，不计算比率",
            "▲ ▼ ○": "显著较高、显著较低、不显著",
            "□": "平稳：变化的整个区间在规定的界限以内",
            "显著": "差值的95%置信区间不含零，且经多重比较校正",
            "取舍": "因四舍五入，分项之和可能不等于合计",
        },
    },
    "en": {
        "contents": "Contents",
        "skip": "Skip to the report",
        "figure": "Figure ",
        "table": "Table ",
        "alt": "Figure (the author gives no description)",
        "data": ": data",
        "new": "new",
        "dropped": "dropped",
        "plain table": "Plain table ",
        "figures": "Figures",
        "tables": "Tables",
        "copy": "Copy as CSV",
        "copied": "Copied",
        "failed": "Not copied: select the table and copy it",
        "logo": "Publisher's logo",
        "interactive": "[An interactive view made by {}, which this report cannot show]",
        "player": "[Sound or film, which this report cannot play]",
        "cut": "This table has {rows} rows; the first {shown} are printed here. {where}.",
        "cut text": "This text has {rows} lines; the first {shown} are printed here. The page has all of it.",
        "on the page": "The page has all of them",
        "in the appendix": "The data appendix (.xlsx, .csv) has all of them",
        "continued": "(continued: columns {first} to {last} of {columns})",
        "not set": "[What stood here cannot be printed: {}]",
        "failed notebook": "Caution: cells failed while this report was made (cell {}); it is incomplete",
        "title": "Report",
        "signs": "Signs and terms",
        "symbols": {
            "[c]": "confidential: could identify somebody, or give such a number away",
            "–": "no data, counted with others, or fewer than 10 records: no rate",
            "▲ ▼ ○": "significantly higher, significantly lower, not significant",
            "□": "steady: the whole interval of the change is within the margin",
            "Significant": "the 95% interval of the difference excludes zero, after adjustment",
            "Rounding": "parts may not add up to totals",
        },
    },
}


def name_changes(changes: Sequence[Sequence[str]], spoken: str) -> list[list[str]]:
    """Return changes of key figures (label, before, after) with words for what was or is not there.

    >>> name_changes([["A", "", "3"], ["B", "3", ""]], "en")
    [['A', 'new', '3'], ['B', '3', 'dropped']]
    """
    words = WORDS[spoken]
    return [[label, old or words["new"], new or words["dropped"]] for label, old, new in changes]
