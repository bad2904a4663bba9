"""A snapshot of 1 million customers from 20 million interactions and 3 million orders, by four engines.

Each way runs in a process of its own, in turns: reading the columns alone, `customers.snapshot` (Arrow's
engine), plain pandas and, where they are installed, DuckDB and Polars, which the program does not need.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
REGIONS, YEARS = 30, (2023, 2024, 2025)
BEGIN = """
import datetime as dt, pathlib, re, resource, sys, time
folder = pathlib.Path(sys.argv[1])
visits, orders = sorted(map(str, folder.glob("i*.parquet"))), sorted(map(str, folder.glob("o*.parquet")))
at = dt.datetime(2025, 7, 1)
start = time.perf_counter()
"""
END = """
seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
print()
print(size, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""
WAYS = {
    "reading the columns alone": """
import pyarrow.dataset as arrow
size = 0
for files, names in ((visits, ["customer_id", "occurred_at", "staff"]),
                     (orders, ["customer_id", "ordered_on", "kind", "amount"])):
    size += sum(batch.num_rows for batch in arrow.dataset(files).scanner(columns=names).to_batches())
""",
    "customers.snapshot": """
import pyarrow.dataset as arrow
from industry_report.analysis import customers
tables = {"interactions": arrow.dataset(visits), "orders": arrow.dataset(orders)}
size = len(customers.snapshot(tables, at))
""",
    "pandas": """
import pandas as pd
one = pd.concat([pd.read_parquet(f, columns=["customer_id", "occurred_at", "staff"]) for f in visits])
two = pd.concat([pd.read_parquet(f, columns=["customer_id", "ordered_on", "kind", "amount"]) for f in orders])
one, two = one[(one.occurred_at < at) & ~one.staff], two[two.ordered_on < at]
days = lambda column, n: column >= at - dt.timedelta(n)
one = one.assign(n=1, **{f"n{n}": days(one.occurred_at, n) for n in (7, 30, 90)})
sold = two.kind != "退款"
recent = {f"o{n}": days(two.ordered_on, n) & sold for n in (90, 365)}
two = two.assign(n=sold, fen=(two.amount * 100).round().astype("int64"), **recent)
sums = dict.fromkeys(("n", "n7", "n30", "n90", "fen", "o90", "o365"), "sum")
sums |= {"occurred_at": "max", "ordered_on": "max"}
one = one.groupby("customer_id").agg({k: v for k, v in sums.items() if k in one})
two = two.groupby("customer_id").agg({k: v for k, v in sums.items() if k in two})
size = len(one.join(two.add_suffix("_o"), how="outer").sort_index())
""",
    "duckdb": """
import duckdb
query = '''select customer_id, a.*, b.* from (select customer_id, count(*) n, max(occurred_at) last,
count(*) filter (occurred_at >= timestamp '2025-06-24') n7,
count(*) filter (occurred_at >= timestamp '2025-06-01') n30,
count(*) filter (occurred_at >= timestamp '2025-04-02') n90 from read_parquet($visits)
where occurred_at < timestamp '2025-07-01' and not staff group by 1) a full join (select customer_id,
count(*) filter (kind <> '退款') o, sum(cast(round(amount * 100) as bigint)) fen,
max(ordered_on) last_o, count(*) filter (ordered_on >= timestamp '2025-04-02') o90,
count(*) filter (ordered_on >= timestamp '2024-07-01') o365
from read_parquet($orders)
where ordered_on < timestamp '2025-07-01' group by 1) b using (customer_id) order by 1'''
size = len(duckdb.execute(query, {"visits": visits, "orders": orders}).df())
""",
    "polars": """
import polars as pl
c = pl.col
days = lambda name, n: (c(name) >= at - dt.timedelta(n)).sum().alias(f"{name}_{n}")
one = pl.scan_parquet(visits).filter((c("occurred_at") < at) & ~c("staff")).group_by("customer_id").agg(
    pl.len().alias("n"), c("occurred_at").max(), *(days("occurred_at", n) for n in (7, 30, 90)))
two = pl.scan_parquet(orders).filter(c("ordered_on") < at).group_by("customer_id").agg(
    (c("kind") != "退款").sum().alias("o"),
    (c("amount") * 100).round().cast(pl.Int64).sum().alias("fen"),
    c("ordered_on").max(), *(days("ordered_on", n) for n in (90, 365)))
both = one.join(two, on="customer_id", how="full", coalesce=True).sort("customer_id")
size = both.collect(engine="streaming").height
""",
}


def main() -> None:
    """Make the data, run the ways in turns, print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, help="A folder to keep the data in.")
    arguments = parser.parse_args()
    missing = {name for name in ("duckdb", "polars") if importlib.util.find_spec(name) is None}
    ways = {name: code for name, code in WAYS.items() if name not in missing}
    with tempfile.TemporaryDirectory(prefix="snapshot-benchmark-") as kept:
        folder = arguments.data or Path(kept)
        if not any(folder.glob("*.parquet")):
            make_store(folder, arguments.customers)
        rounds = [{name: run(code, folder) for name, code in ways.items()} for _ in range(arguments.runs)]
    base = median(one["reading the columns alone"][2] for one in rounds)
    for name in ways:
        rows, seconds, used, memory = (median(one[name][place] for one in rounds) for place in range(4))
        told = f"{name}: {rows:,.0f} rows, {seconds:.1f} s, {used:.1f} s of processors (x {used / base:.1f})"
        print(f"{told}, {memory / 2**20:.0f} MiB")


def run(code: str, folder: Path) -> tuple[float, ...]:
    """Rows, seconds, processor seconds and peak bytes of one way, in a process of its own."""
    command = [sys.executable, "-c", BEGIN + code + END, str(folder)]
    return tuple(
        map(float, subprocess.check_output(command, cwd=PROJECT, text=True).splitlines()[-1].split())
    )


def make_store(folder: Path, customers: int) -> None:
    """Write interactions and orders by region and year, as the prepared store has them."""
    import pyarrow
    import pyarrow.parquet

    folder.mkdir(exist_ok=True)
    draw = np.random.default_rng(1)
    ids = pyarrow.array([f"C-{number:08}" for number in range(customers)])
    events = pyarrow.array(["浏览", "邮件发送", "邮件打开", "电话"])
    kinds = pyarrow.array(["新购", "续费", "退款"])
    for region in range(REGIONS):
        ends = customers * region // REGIONS, customers * (region + 1) // REGIONS
        for year in YEARS:
            start, size = np.datetime64(f"{year}-01-01", "us"), 20 * customers // REGIONS // len(YEARS)
            moments = start + draw.integers(0, 365 * 86_400, size).astype("timedelta64[s]")
            columns = {
                "customer_id": ids.take(pyarrow.array(draw.integers(*ends, size))),
                "occurred_at": pyarrow.array(moments.astype("datetime64[us]")),
                "kind": events.take(pyarrow.array(draw.integers(0, 4, size))),
                "seconds": pyarrow.array(draw.integers(0, 600, size).astype(float)),
                "staff": pyarrow.array(draw.random(size) < 0.02),
            }
            write(pyarrow.table(columns), folder / f"i{region:02}-{year}.parquet")
            size = 3 * customers // REGIONS // len(YEARS)
            days = start + draw.integers(0, 365, size).astype("timedelta64[D]")
            columns = {
                "customer_id": ids.take(pyarrow.array(draw.integers(*ends, size))),
                "order_id": pyarrow.array([f"D{region}-{year}-{number}" for number in range(size)]),
                "ordered_on": pyarrow.array(days.astype("datetime64[us]")),
                "kind": kinds.take(pyarrow.array(draw.choice(3, size, p=[0.5, 0.46, 0.04]))),
                "amount": pyarrow.array(draw.integers(100, 100_000, size) / 10),
            }
            write(pyarrow.table(columns), folder / f"o{region:02}-{year}.parquet")


def write(table: object, file: Path) -> None:
    """Write a Parquet file as the store does."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, file, compression="zstd")


if __name__ == "__main__":
    main()
