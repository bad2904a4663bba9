"""The long run over messy, damaged and mutated files: `python -m tests.fuzz.files [--workbooks N]`.

Prints each seed that fails, then the counts; ends with status 1 if there is any. A seed makes the same file
again: `python -m tests.fuzz.files --first SEED --workbooks 1 --corrupted 0 --settings 0`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from .corrupted_files import damage
from .judge import judge
from .mutated_settings import mutate_settings

HANG_SECONDS = 10


def try_seed(check: Callable[[int, Path], list[str]], seed: int) -> tuple[int, list[str], float]:
    """Try one seed in a folder of its own; gives what is wrong and the seconds of processor time it took."""
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        try:
            wrong = check(seed, Path(folder))
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
    return seed, wrong, time.process_time() - start


def run(name: str, check: Callable[[int, Path], list[str]], seeds: range, jobs: int) -> int:
    """Try all seeds; gives how many fail."""
    failed, slowest = 0, 0.0
    with ProcessPoolExecutor(jobs) as pool:
        for seed, wrong, seconds in pool.map(partial(try_seed, check), seeds, chunksize=20):
            slowest = max(slowest, seconds)
            wrong = [*wrong, f"{seconds:.0f} s"] if seconds > HANG_SECONDS else wrong
            if wrong:
                failed += 1
                print(f"{name} {seed}: {'; '.join(wrong[:3])}", flush=True)
    print(f"{len(seeds):,} {name}: {failed} failed; the slowest took {slowest:.1f} s")
    return failed


def main() -> None:
    """Run all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workbooks", type=int, default=10_000)
    parser.add_argument("--corrupted", type=int, default=2_000)
    parser.add_argument("--settings", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    told = parser.parse_args()
    first = told.first
    failed = run("messy workbooks", judge, range(first, first + told.workbooks), told.jobs)
    failed += run("damaged files", damage, range(first, first + told.corrupted), told.jobs)
    failed += run("mutated settings", mutate_settings, range(first, first + told.settings), told.jobs)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
