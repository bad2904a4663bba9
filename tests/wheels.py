"""Say which libraries have no wheel for a system that the README names: they would need a compiler there.

    .venv/bin/python tests/wheels.py

Nothing is installed: uv resolves constraints.txt, and the newest versions that environment.yml allows, for
each system and Python, and refuses what has to be built.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Windows x86-64": "x86_64-pc-windows-msvc",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS x86-64": "x86_64-apple-darwin",
    "Linux x86-64 (glibc)": "x86_64-manylinux_2_28",
    "Linux arm64 (glibc)": "aarch64-manylinux_2_28",
}
PINNED, CONDA = "constraints.txt", "environment.yml"
CONDA_NAMES = {
    "nbconvert-core": "nbconvert",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "jupyter_client": "jupyter-client",
}


def main() -> None:
    """Resolve for every system; end with status 1 where something cannot be resolved at all."""
    columns = [(PINNED, python) for python in PYTHONS] + [(CONDA, PYTHONS[-1])]
    cells = [(system, *column) for system in SYSTEMS for column in columns]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as threads:
        newest = Path(folder, "environment.txt")
        newest.write_text("\n".join(list_conda_names()), encoding="utf-8")
        files = {PINNED: ROOT / PINNED, CONDA: newest}
        found = threads.map(lambda cell: find_lacking(files[cell[1]], SYSTEMS[cell[0]], cell[2]), cells)
        lacking = dict(zip(cells, found, strict=True))
    print("\n".join(draw_table(lacking)))
    sys.exit(any(name.startswith("?") for names in lacking.values() for name in names))


def list_conda_names() -> list[str]:
    """Return what environment.yml asks for, by the names that pip knows."""
    listed = yaml.safe_load((ROOT / CONDA).read_text(encoding="utf-8"))["dependencies"]
    pip = next(item["pip"] for item in listed if isinstance(item, dict))
    wanted = [item for item in listed if isinstance(item, str)] + pip
    named = [re.fullmatch(r"([\w.-]+)(.*)", item) for item in wanted if not item.startswith("--")]
    pairs = [(match[1], match[2]) for match in named if match and match[1] not in ("python", "pip")]
    return [CONDA_NAMES.get(name, name) + version for name, version in pairs]


def find_lacking(requirements: Path, system: str, python: str) -> list[str]:
    """Return the libraries without a wheel for a system; `?` before what else is wrong."""
    command: list[str | Path] = [
        Path(sys.executable).parent / "uv",
        "pip",
        "compile",
        requirements,
        "--quiet",
        "--no-header",
    ]
    options = ["--python-platform", system, "--python-version", python, "--only-binary", ":all:"]
    lacking: list[str] = []
    while True:
        built = [word for name in lacking for word in ("--no-binary", name)]
        done = subprocess.run([*command, *options, *built], capture_output=True, encoding="utf-8")
        if done.returncode == 0:
            return lacking
        told = re.search(r"Wheels are required for `([\w.-]+)`", done.stderr)
        if told is None or told[1] in lacking:
            return [*lacking, f"?{done.stderr.strip()}"]
        lacking.append(told[1])


def draw_table(lacking: Mapping[tuple[str, str, str], list[str]]) -> list[str]:
    """Return the lines of a Markdown table: a row for each system, in its cells what has no wheel."""
    columns = list(dict.fromkeys(cell[1:] for cell in lacking))
    head = ["", *(f"{file}, {python}" for file, python in columns)]
    rows = [
        [system, *(", ".join(lacking[system, *column]) or "all" for column in columns)] for system in SYSTEMS
    ]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    main()
