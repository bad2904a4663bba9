"""Run the tests on each Python that is here, and with the lowest and the newest versions that are allowed.

    .venv/bin/python tests/matrix.py             # every row: the whole suite, and the sample shelf
    .venv/bin/python tests/matrix.py --fast      # one further Python: what may differ between Pythons
    .venv/bin/python tests/matrix.py lowest      # some rows only

Each row has an environment of its own in .build/matrix. Rows with the versions of constraints.txt must give
the same bytes; the others show that the ranges in pyproject.toml and environment.yml hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".build" / "matrix"
LOCKED = ("--require-hashes", "--requirement", str(ROOT / "constraints.txt"))
PROJECT = f"{ROOT}[test]"
STAMP = "matrix.txt"  # in an environment: what it was made from
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
OLDEST = (3, 11)
# Where the usual managers keep interpreters: pyenv, uv, mise, asdf, conda, python.org, Homebrew, Windows.
FOLDERS = (
    ".pyenv/versions/*",
    ".pyenv/pyenv-win/versions/*",
    ".local/share/uv/python/*",
    ".local/share/mise/installs/python/*",
    ".asdf/installs/python/*",
    "miniconda3",
    "miniconda3/envs/*",
    "miniforge3",
    "miniforge3/envs/*",
    "anaconda3",
    "anaconda3/envs/*",
    "AppData/Local/Programs/Python/*",
    "AppData/Roaming/uv/python/*",
)
SYSTEM = ("/Library/Frameworks/Python.framework/Versions/*", "/opt/homebrew/opt/python@*", "/opt/python/*")
ASK = "import json, sys; print(json.dumps([*sys.version_info, sys.implementation.name, sys.executable]))"
# The rooms whose results may depend on Python or a library, without what only waits for processes.
FAST = ("base", "settings", "scorecard", "intake", "report", "export", "test_pythons.py")
PUBLISHED = {".html", ".pdf", ".xlsx", ".csv"}  # the JSON beside them names the Python it was made with


@dataclass(frozen=True)
class Row:
    """An environment to test in: which Python, and what uv is to install."""

    name: str
    python: Path
    libraries: tuple[str, ...]
    locked: bool = False

    @property
    def folder(self) -> Path:
        """Where the environment lies."""
        return ENVIRONMENTS / self.name

    def find(self, command: str) -> Path:
        """Return a command of the environment."""
        return self.folder / SCRIPTS / command


@dataclass(frozen=True)
class Outcome:
    """What came of a row: the counts of pytest, the time it took, a digest of the shelf's files."""

    row: str
    python: str
    tests: str
    seconds: float
    shelf: str
    passed: bool


def main() -> None:
    """Run the rows that are asked for; end with status 1 if one fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help="names of rows; by default all")
    parser.add_argument("--fast", action="store_true", help="the fast part, on one further Python")
    asked = parser.parse_args()
    rows = list_rows(find_pythons())
    if asked.fast:
        rows = [row for row in rows if row.locked and row.name != "{}.{}".format(*sys.version_info)][-1:]
    rows = [row for row in rows if row.name in asked.rows or not asked.rows]
    if not rows:
        print("No further Python is here, so there is nothing to compare.")
        return
    outcomes = [run_row(row, asked.fast) for row in rows]
    print("\n" + "\n".join(draw_table(outcomes)))
    sys.exit(not all(outcome.passed for outcome in outcomes) or not agree(outcomes, rows))


# --- which


def find_pythons() -> dict[tuple[int, int], Path]:
    """Return the interpreters that are here: the newest release of each version that is supported."""
    found: dict[tuple[int, int], tuple[tuple[int, ...], Path]] = {}
    for path in list_candidates():
        release, executable = ask(path)
        if release >= OLDEST and release > found.get((release[0], release[1]), ((), path))[0]:
            found[release[0], release[1]] = release, executable
    return {version: path for version, (_, path) in sorted(found.items())}


def list_candidates() -> Iterator[Path]:
    """Yield what may be an interpreter: on the PATH, then in the folders of the usual managers."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    homes = [home for pattern in FOLDERS for home in sorted(Path.home().glob(pattern))]
    homes += [home for pattern in SYSTEM for home in sorted(Path("/").glob(pattern[1:]))]
    for folder in [*folders, *homes, *(home / "bin" for home in homes)]:
        for pattern in ("python3", "python3.[0-9]*", "python.exe"):
            yield from (path for path in sorted(folder.glob(pattern)) if "-" not in path.name)


def ask(path: Path) -> tuple[tuple[int, ...], Path]:
    """Return an interpreter's release and where it really is; no release if it is none that we support."""
    try:
        done = subprocess.run([path, "-I", "-c", ASK], capture_output=True, text=True, timeout=20)
        *numbers, level, _serial, implementation, executable = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return (), path  # a shim of a version that is switched off, or no Python
    final = level == "final" and implementation == "cpython"
    return tuple(numbers) if final else (), Path(executable)


def list_rows(pythons: dict[tuple[int, int], Path]) -> list[Row]:
    """Return a row for each Python with the constraints, then one of the lowest and one of the newest."""
    rows = [Row(f"{v[0]}.{v[1]}", path, LOCKED, locked=True) for v, path in pythons.items()]
    if rows:
        rows.append(Row("lowest", rows[0].python, ("--resolution", "lowest-direct", "--editable", PROJECT)))
        rows.append(Row("newest", rows[-2].python, ("--upgrade", "--editable", PROJECT)))
    return rows


# --- one row


def run_row(row: Row, fast: bool) -> Outcome:
    """Make the environment of a row, run the tests in it and build a shelf."""
    print(f"\n{row.name}: {row.python}", flush=True)
    start = time.monotonic()
    make_environment(row)
    paths = [str(ROOT / "tests" / name) for name in FAST] if fast else []
    marks = ["-m", "not slow"] if fast else []
    tests = run_tests(row, [*marks, *paths])
    shelf = "" if fast else digest_shelf(row)
    version = subprocess.run([row.find("python"), "-V"], capture_output=True, text=True).stdout.split()[-1]
    passed = bool(re.search(r"\d passed", tests)) and not re.search("failed|error", tests)
    return Outcome(row.name, version, tests, time.monotonic() - start, shelf, passed and shelf != "failed")


def make_environment(row: Row) -> None:
    """Make the environment anew unless it is as wanted."""
    if is_ready(row):
        return
    shutil.rmtree(row.folder, ignore_errors=True)
    uv("venv", "--quiet", "--seed", "--python", str(row.python), str(row.folder))
    install = ("pip", "install", "--quiet", "--python", str(row.find("python")))
    uv(*install, *row.libraries)
    if row.locked:
        uv(*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    kernel: list[str | Path] = [row.find("python"), "-c", "import set_up; set_up.install_kernel()"]
    subprocess.run(kernel, cwd=ROOT, check=True)
    (row.folder / STAMP).write_text(describe(row))


def is_ready(row: Row) -> bool:
    """Tell whether the environment of a row is there, with this Python and these versions."""
    stamp = row.folder / STAMP
    return row.locked and stamp.is_file() and stamp.read_text() == describe(row)


def describe(row: Row) -> str:
    """Return a digest of what an environment is made from."""
    told = "\n".join([str(row.python), *row.libraries]).encode()
    files = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\n".join([told, *files])).hexdigest()


def uv(*arguments: str) -> None:
    """Run uv, which stands beside the Python that runs this."""
    subprocess.run([Path(sys.executable).parent / "uv", *arguments], cwd=ROOT, check=True)


def run_tests(row: Row, selected: Sequence[str]) -> str:
    """Run the tests; return the counts that pytest closes with."""
    command: list[str | Path] = [
        row.find("pytest"),
        "-q",
        "-n",
        "2",
        "--dist",
        "worksteal",
        "-p",
        "no:cacheprovider",
        *selected,
    ]
    done = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
    lines = []
    for line in done.stdout or ():
        print(line, end="", flush=True)
        lines.append(line)
    found = re.search(r"(\d+ \w+(, \d+ \w+)*) in ", lines[-1] if lines else "")
    done.wait()
    return found[1] if found else "did not run"


def digest_shelf(row: Row) -> str:
    """Build the sample shelf; return a digest of its pages, PDFs, workbooks and CSV files."""
    folder = row.folder / "shelf"
    shutil.rmtree(folder, ignore_errors=True)
    command = row.find("industry-report")
    options = ["--data", str(folder / "data"), "--output", str(folder / "reports")]
    done = [
        subprocess.run([command, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL).returncode
        for arguments in (["sample", str(folder / "data")], ["build", "params/annual.yaml", *options])
    ]
    if any(done):
        return "failed"
    files = sorted(f for name in ("reports", "reports-internal") for f in (folder / name).rglob("*.*"))
    digest = hashlib.sha256()
    for file in (file for file in files if file.suffix in PUBLISHED):
        digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


# --- all rows


def agree(outcomes: Sequence[Outcome], rows: Sequence[Row]) -> bool:
    """Tell whether all rows with the same versions gave the same bytes."""
    locked = {row.name for row in rows if row.locked}
    return len({outcome.shelf for outcome in outcomes if outcome.row in locked}) <= 1


def draw_table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines of a Markdown table, as docs/platforms.md shows it."""
    head = ["| row | Python | tests | minutes | shelf (sha256) |", "|---|---|---|---|---|"]
    return head + [
        f"| {one.row} | {one.python} | {one.tests} | {one.seconds / 60:.1f} | {one.shelf or '-'} |"
        for one in outcomes
    ]


if __name__ == "__main__":
    main()
