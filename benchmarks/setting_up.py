"""From a fresh clone to a shelf: `set_up.py`, which lets uv install, against pip alone, in turns.

    .venv/bin/python benchmarks/setting_up.py --runs 2

Each turn clones this repository, makes an environment, installs the versions of constraints.txt, makes the
sample data and builds params/annual.yaml. Both read the packages that a first, uncounted turn left in their
caches, as far as they keep any: the time of the network is not compared.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
WAYS = {
    "uv": (("set_up.py",),),
    "pip": (
        (*PIP, "--require-hashes", "--requirement", "constraints.txt"),
        (*PIP, "--no-deps", "--no-build-isolation", "--editable", "."),
        ("-c", "import set_up; set_up.install_kernel()"),
    ),
}
SHELF = (("sample", "data/sample"), ("build", "params/annual.yaml"))


def main() -> None:
    """Print for each way the seconds until the commands are there, and until the shelf is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="counted turns of each way; one more is not")
    asked = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for turn in range(asked.runs + 1):
        for way in WAYS:
            times = run_turn(way)
            if turn:
                found[way].append(times)
    middle = {way: [statistics.median(part) for part in zip(*found[way], strict=True)] for way in WAYS}
    for way, (installed, whole) in middle.items():
        print(f"{way:>4}  set up {installed:6.1f} s   clone to shelf {whole:6.1f} s")
    ratios = [one / other for one, other in zip(middle["uv"], middle["pip"], strict=True)]
    print(f"uv / pip  set up {ratios[0]:.2f}   clone to shelf {ratios[1]:.2f}")


def run_turn(way: str) -> tuple[float, float]:
    """Go from nothing to a shelf; return the seconds until all is installed, and until the shelf is there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        clone = Path(folder, "clone")
        start = time.perf_counter()
        run("git", "clone", "--quiet", str(ROOT), str(clone), cwd=ROOT)
        run(sys.executable, "-m", "venv", ".venv", cwd=clone)
        python = clone / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        for arguments in WAYS[way]:
            run(str(python), *arguments, cwd=clone)
        installed = time.perf_counter() - start
        for arguments in SHELF:
            run(str(python.with_name("industry-report")), *arguments, cwd=clone)
        return installed, time.perf_counter() - start


def run(*command: str, cwd: Path) -> None:
    """Run a step; end with what it said if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
