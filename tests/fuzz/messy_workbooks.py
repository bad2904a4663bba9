"""Make messy workbooks whose truth is known: which rows are records, with which scores, and which are none.

A seed makes a file: a table of consultations as an institution keeps it, and around and inside it what such
files also hold. `Truth` says what has to come out; a record is known by its own identifier or, in tables
without, by its place.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

TYPES = ("小微企业", "个体工商户", "中型企业", "政府机构", "学校")
SOURCES = ("官网", "电话", "老客户推荐", "微信公众号")
SCORES = ("意向度", "需求明确性", "满意度")
TOTALS = (
    *(
        "合计",
        "总计",
        "小 计",
        "合　计",
        "本月合计",
        "3月合计",
        "黄山市合计",
        "小微企业 汇总",
        "第一季度小计",
    ),
    *(
        "最高分",
        "最低分",
        "中位数",
        "众数",
        "标准差",
        "人均",
        "计数",
        "平均",
        "均分",
        "全部",
        "平均值：",
        "一季度",
    ),
    *("MAX", "Median", "Grand Total", "AVERAGE", "std", "50%", "小微企业 Result", "样本数", "占比"),
)
NOTES = (
    *("注：数据截至2025年12月31日", "制表人：某某", "以上数据仅供参考", "* 本表由各单位填报", "※ 内部资料"),
    *(
        "共50条记录",
        "说明：评分为1至5分",
        "数据来源：客服系统",
        "2025年12月31日",
        "打印时间：2026-01-05 10:00",
    ),
)
NAMED_LIKE_TOTALS = (
    "合计通软件公司",
    "Total Energy",
    "平均律琴行",
    "MAX FACTOR 店",
    "小计算机公司",
    "全部落实集团",
)


@dataclass
class Truth:
    """What has to come out of a file: identifier → scores (None where missing); how many are rejected."""

    kept: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    rejected: int = 0
    rows: int = 0


@dataclass
class _Table:
    columns: list[str]
    storeys: bool = False


class Maker:
    """Makes one file from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.truth = Truth()
        self.merges: list[tuple[int, int, int]] = []
        self.number = 0
        self.type = TYPES[0]
        self.style = self.random.choice(
            ["K{:05d}", "*{:04d}", "138****{:04d}", "客户{:03d}", "00{:06d}", "{:d}A"]
        )

    def write(self, folder: Path) -> tuple[Path, Truth]:
        """Write the file as workbook or csv."""
        rows = self.make_rows()
        if self.random.random() < 0.25 and not self.merges:
            return self._write_csv(folder / "黄山市-2025.csv", rows), self.truth
        book = openpyxl.Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        sheet.title = self.random.choice(["数据", "Sheet1", "2025年"])
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                if cell is not None:
                    place = sheet.cell(number, column, cell)
                    place.data_type = "s" if isinstance(cell, str) else place.data_type  # ="5" is text here
        for first, last, column in self.merges:
            sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
        self._add_sheets(book)
        path = folder / "黄山市-2025.xlsx"
        book.save(path)
        return path, self.truth

    def _write_csv(self, path: Path, rows: list[list[Any]]) -> Path:
        delimiter = self.random.choice([",", ",", "\t", ";", "|"])
        encoding = self.random.choice(["utf-8", "utf-8-sig", "gb18030"])
        width = max(map(len, rows))
        with path.open("w", encoding=encoding, newline="") as file:
            if self.random.random() < 0.2:
                file.write(f"sep={delimiter}\r\n")
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerows([*row, *[None] * (width - len(row))] for row in rows)
        return path

    def _add_sheets(self, book: openpyxl.Workbook) -> None:
        if self.random.random() < 0.2:
            notes = book.create_sheet("说明")
            notes.append(["评分标准", "1-5分"])
        if self.random.random() < 0.2:
            summary = book.create_sheet("按类型平均")
            summary.append(["客户类型", *SCORES])
            for name in self.random.sample(TYPES, 3):
                summary.append([name, *self.scores()])
        if self.random.random() < 0.2:
            scale = book.create_sheet("评分说明")
            scale.append(["分值", *SCORES])
            for score in range(5, 0, -1):
                scale.append([score, "强" * score, "明" * score, "满" * score])

    def make_rows(self) -> list[list[Any]]:
        """Make the rows of the main sheet: titles, then one to three tables with what stands between them."""
        rows: list[list[Any]] = []
        for _ in range(self.random.choice([0, 0, 1, 2, 70]) if self.random.random() < 0.5 else 0):
            rows.append([self.random.choice(["黄山市2025年客户咨询登记表", "本表由各成员单位填报", None])])
        for place in range(self.random.choice([1, 1, 1, 2, 3])):
            if place:
                rows += [[] for _ in range(self.random.choice([0, 1, 3]))]
                rows += [["黄山市续表"]] if self.random.random() < 0.3 else []
            self._add_table(rows, self._choose_table(), self.random.choice([0, 0, 0, 1, 2]))
        return rows

    def _choose_table(self) -> _Table:
        columns = ["客户ID", "客户类型", *SCORES]
        for name in ("客户来源", "咨询日期", "咨询详情", "是否成交", "成交金额", "备注", "地区"):
            if self.random.random() < 0.45:
                columns.insert(self.random.randrange(1, len(columns) + 1), name)
        if self.random.random() < 0.4:
            order = self.random.sample(SCORES, 3)
            places = iter(order)
            columns = [next(places) if name in SCORES else name for name in columns]
        if self.random.random() < 0.3:
            columns.insert(0, "序号")
        return _Table(columns, storeys=self.random.random() < 0.15)

    def _add_table(self, rows: list[list[Any]], table: _Table, shift: int) -> None:
        header = [None] * shift + table.columns
        if table.storeys:
            rows.append([None] * shift + ["客户信息", *([None] * (len(table.columns) - 1))])
            rows[-1][shift + len(table.columns) // 2] = "评分情况"
        rows.append(header)
        if self.random.random() < 0.1:
            rows.append([None] * shift + [("1-5分" if name in SCORES else "必填") for name in table.columns])
        count = self.random.randrange(2, 30)
        for place in range(count):
            if self.random.random() < 0.06 and place > 2:
                self._add_noise(rows, table, shift)
            rows.append([None] * shift + self._make_record(table, place + 1))
        if "地区" in table.columns and self.random.random() < 0.5:
            self._merge_region(rows, count, shift + table.columns.index("地区"))
        for _ in range(self.random.choice([0, 1, 1, 3])):
            rows.append([None] * shift + self._make_total(table))
        if self.random.random() < 0.4:
            rows.append([None] * shift + [self.random.choice(NOTES)])

    def _add_noise(self, rows: list[list[Any]], table: _Table, shift: int) -> None:
        kind = self.random.choice(["blank", "header", "total", "note"])
        if kind == "blank":
            rows.append([])
        elif kind == "header":
            rows.append([None] * shift + table.columns)
        elif kind == "total":
            rows.append([None] * shift + self._make_total(table))
        else:
            rows.append([None] * shift + [self.random.choice(NOTES)])

    def scores(self) -> list[int]:
        """Make three scores."""
        return [self.random.randint(1, 5) for _ in SCORES]

    def _make_record(self, table: _Table, ordinal: int) -> list[Any]:
        self.number += 1
        self.truth.rows += 1
        name = self.style.format(self.number)
        if self.random.random() < 0.03 and "咨询日期" in table.columns:
            name = f"{self.random.choice(NAMED_LIKE_TOTALS)}{self.number}"
        scores: list[Any] = self.scores()
        shown: list[Any] = list(scores)
        chance = self.random.random()
        is_rejected = False
        if chance < 0.06:
            shown = [None, None, None]
            scores = [None, None, None]
        elif chance < 0.1:
            place = self.random.randrange(3)
            shown[place], scores[place] = self.random.choice(["-", None, "无"]), None
        elif chance < 0.14:
            shown[self.random.randrange(3)] = self.random.choice([0, 6, "高", 4.5])
            is_rejected = True
        elif chance < 0.3:
            forms = ("{}分", "{}.0", '="{}"', "'{}", " {} ")
            shown = [self.random.choice(forms).format(score) for score in shown]
        cells = dict(zip(SCORES, shown, strict=True))
        row = [self._make_cell(column, name, cells, ordinal) for column in table.columns]
        if is_rejected:
            self.truth.rejected += 1
        else:
            self.truth.kept[name] = tuple(scores)
            self.truth.regions[name] = "黄山市"
        return row

    def _make_cell(self, column: str, name: str, scores: dict[str, Any], ordinal: int) -> Any:
        if column in scores:
            return scores[column]
        self.type = self.random.choice(TYPES) if column == "客户类型" else self.type
        day = f"2025-{self.random.randint(1, 12):02d}-{self.random.randint(1, 28):02d}"
        made = {
            "序号": ordinal,
            "客户ID": name,
            "客户类型": self.type,
            "客户来源": self.random.choice([*SOURCES, None]),
            "咨询日期": self.random.choice([day, f"{day} 下午3:20", None]),
            "咨询详情": self.random.choice(
                ["咨询“财务软件”, 价格；报税|发票", '合同编号"KH20250001"', "合计多少钱", None]
            ),
            "是否成交": self.random.choice(["是", "否", "跟进中", None]),
            "成交金额": self.random.choice([None, 1200, "1,200元", "面议"]),
            "备注": self.random.choice([None, "老客户"]),
            "地区": "黄山市",
        }
        return made[column]

    def _make_total(self, table: _Table) -> list[Any]:
        label = self.random.choice([*TOTALS, self.type])
        row: list[Any] = [None] * len(table.columns)
        row[table.columns.index("客户ID")] = label
        for name in SCORES:
            row[table.columns.index(name)] = self.random.choice([self.random.randint(1, 5), 3.7, None, 250])
        return row

    def _merge_region(self, rows: list[list[Any]], count: int, column: int) -> None:
        """Merge the region of some consecutive records; another city than the file's name tells."""
        names = [row[column - 0] if len(row) > column else None for row in rows]
        last = len(rows) - 1
        first = last
        while first > 0 and names[first - 1] == "黄山市" and last - first < min(count, 4) - 1:
            first -= 1
        if first == last or names[last] != "黄山市":
            return
        identifiers = {str(cell) for row in rows[first : last + 1] for cell in row}
        for name in identifiers & set(self.truth.regions):
            self.truth.regions[name] = "杭州市"
        for place in range(first, last + 1):
            rows[place][column] = "杭州市" if place == first else None
        self.merges.append((first + 1, last + 1, column + 1))
