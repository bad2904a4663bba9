"""Two Pythons with the same versions of the libraries make the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matrix
import pytest

ROOT = Path(__file__).parent.parent
PLAN = """
reports:
  - {notebook: industry, edition: government, region: 杭州市, year: 2025}
  - {notebook: college, region: 黄山市, year: 2025, language: en}
"""
PUBLISHED = matrix.PUBLISHED


def list_commands() -> dict[str, Path]:
    """Return the command of each environment with the versions of constraints.txt, by its Python."""
    rows = [row for row in matrix.list_rows(matrix.find_pythons()) if row.locked and matrix.is_ready(row)]
    usual = ROOT / ".venv" / matrix.SCRIPTS / "python"
    own = Path(sys.executable)  # the rows of lowest and newest versions make other bytes
    folders = [
        *(row.find("python") for row in rows),
        usual,
        *([own] * (matrix.ENVIRONMENTS not in own.parents)),
    ]
    releases = {matrix.ask(python)[0][:2]: python.parent for python in folders if python.exists()}
    return {f"{major}.{minor}": folder / "industry-report" for (major, minor), folder in releases.items()}


def build(command: Path, folder: Path) -> dict[str, bytes]:
    """Build two reports on the data in the folder above; returns what is published of them."""
    plan = folder / "plan.yaml"
    plan.parent.mkdir()
    plan.write_text(PLAN, encoding="utf-8")
    options = ["--data", str(folder.parent / "data"), "--output", str(folder / "reports")]
    done = subprocess.run([command, "build", plan, *options], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    files = [file for file in (folder / "reports").rglob("*.*") if file.suffix in PUBLISHED]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_pythons_make_the_same_bytes(tmp_path):
    commands = list_commands()
    if len(commands) < 2:
        pytest.skip("one Python only has the libraries; `make matrix` sets up those that are here")
    sample = [next(iter(commands.values())), "sample", tmp_path / "data"]
    subprocess.run(sample, cwd=ROOT, capture_output=True, check=True)
    made = {version: build(command, tmp_path / version) for version, command in commands.items()}
    first, *others = made.values()
    assert len(first) > 8
    for version, files in zip(list(made)[1:], others, strict=True):
        assert files.keys() == first.keys()
        assert [name for name in first if files[name] != first[name]] == [], version
