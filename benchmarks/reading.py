"""Measure reading: a workbook beside calamine alone, the prepared store, ten million rows.

Run with `python benchmarks/reading.py [--rows N]`. Ratios come from one run, both sides taking turns.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from industry_report.intake import contract, dataset, input_files, sample
from industry_report.intake.mapping import ColumnMap

REGIONS, YEARS = 300, range(2016, 2026)
# The peak of a process of its own; Linux and macOS count in KiB and bytes.
PREPARE = """
import resource, sys
from industry_report.intake import dataset
slices = dataset.slices(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "linux" else 2**30)
print(len(slices), int(slices["consultations"].sum()), peak)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample.write(folder / "sample")
        measure_workbook(folder / "sample" / "黄山市-2025.xlsx")
        measure_second_build(folder / "sample")
        measure_many_rows(folder, rows)


def take_turns(
    one: Callable[[], object], other: Callable[[], object], times: int = 9
) -> tuple[float, float, float]:
    """Give the median seconds of both and the median ratio, other to one."""
    pairs = []
    for _ in range(times):
        start = time.perf_counter()
        one()
        middle = time.perf_counter()
        other()
        pairs.append((middle - start, time.perf_counter() - middle))
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    return first, second, statistics.median(b / a for a, b in pairs)


def measure_workbook(path: Path) -> None:
    """Measure reading to encoded columns, and the whole check, beside calamine's rows."""

    def read_bare() -> object:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        return [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]

    def read_ours() -> object:
        return [list(sheet.blocks(1, range(len(sheet.head[0])))) for sheet in input_files.read(path).sheets]

    bare, ours, ratio = take_turns(read_bare, read_ours)
    print(f"workbook of 5,601 rows: calamine {bare:.3f} s, ours {ours:.3f} s, ratio {ratio:.2f} (target 1.5)")
    _, cleaned, ratio = take_turns(read_bare, lambda: contract.clean(path, ColumnMap(), lambda *_: None))
    print(f"  cleaned and checked as well: {cleaned:.3f} s, ratio {ratio:.2f}")


def measure_second_build(folder: Path) -> None:
    """Show that a second build opens no source."""
    start = time.perf_counter()
    dataset.slices(folder)
    first = time.perf_counter() - start
    opened = []
    read, hashed = input_files.read, input_files.hash_file
    input_files.read = lambda path: opened.append(path) or read(path)
    input_files.hash_file = lambda path: opened.append(path) or hashed(path)
    start = time.perf_counter()
    dataset.slices(folder)
    again = time.perf_counter() - start
    print(f"nine workbooks: first {first:.2f} s, again {again:.4f} s, files opened {len(opened)}")
    input_files.read, input_files.hash_file = read, hashed


def measure_many_rows(folder: Path, rows: int) -> None:
    """Prepare many rows in a process of its own; load one slice of them and the same from its own file."""
    path, region, year = folder / "many.parquet", "地区007市", 2025
    alone = folder / "alone" / "one.parquet"
    alone.parent.mkdir()
    write_many(path, alone, rows, region, year)
    start = time.perf_counter()
    run = [sys.executable, "-c", PREPARE, str(path)]
    slices, kept, peak = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    seconds, size = time.perf_counter() - start, path.stat().st_size / 2**20
    print(f"{rows:,} rows ({size:,.0f} MiB): {slices} slices, {int(kept):,} kept, {seconds:.0f} s")
    print(f"  peak {float(peak):.2f} GiB (target 2)")
    own, ours, ratio = take_turns(
        lambda: dataset.load(alone, region, year), lambda: dataset.load(path, region, year), times=21
    )
    print(f"  one slice: from its own file {own:.4f} s, of all {ours:.4f} s, ratio {ratio:.2f} (target 1.3)")


def write_many(path: Path, alone: Path, rows: int, region: str, year: int) -> None:
    """Write shuffled rows, and those of one slice into a file of their own."""
    writer, own, start = None, [], 0
    for batch in range(0, rows, 500_000):
        table = make_rows(np.random.default_rng(batch), start, min(500_000, rows - batch))
        start += len(table)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
        mine = (pa.compute.field("地区") == region) & (pa.compute.field("统计年度") == year)
        own.append(table.filter(mine))
    if writer:
        writer.close()
    pq.write_table(pa.concat_tables(own), alone)


def make_rows(random: np.random.Generator, start: int, rows: int) -> pa.Table:
    """Make plausible rows, each with an identifier of its own."""
    regions = [f"地区{number:03d}市" for number in range(REGIONS)]
    years = random.integers(YEARS.start, YEARS.stop, rows)
    days = (years - 1970).astype("M8[Y]").astype("M8[D]") + random.integers(0, 365, rows)
    converted = random.random(rows) < 0.3
    amount = np.where(converted, random.integers(10, 500, rows) * 100.0, np.nan)

    def pick(choices: list[str]) -> pa.Array:
        return pa.array(choices).take(pa.array(random.integers(0, len(choices), rows)))

    return pa.table(
        {
            "客户ID": pa.array([f"C{number:09d}" for number in range(start, start + rows)]),
            "客户类型": pick(["小微企业", "个体工商户", "中型企业", "代理记账公司", "事业单位", "院校"]),
            "来源渠道": pick(["搜索引擎", "电话咨询", "老客户推荐", "官网", "微信公众号"]),
            "咨询产品": pick(["总账", "报税", "进销存", "发票管理", "工资管理"]),
            "咨询日期": pa.array(days),
            "地区": pick(regions),
            "统计年度": pa.array(years),
            **{name: pa.array(random.integers(1, 6, rows)) for name in ("意向度", "需求明确性", "满意度")},
            "是否成交": pa.array(np.where(converted, "是", "否")),
            "成交金额": pa.array(amount, from_pandas=True),
        }
    )


if __name__ == "__main__":
    main()
