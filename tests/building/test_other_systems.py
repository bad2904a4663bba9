"""The whole path, from a sample to a report, where forks, AF_UNIX, `fcntl` and /dev/shm are taken away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHHELD = Path(__file__).parent / "withheld"
PLAN = "reports:\n  - {notebook: comparison, regions: [黄山市, 杭州市], years: [2025]}\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to take away: this system has none of it"),
]


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; temporary files lie there, too, for its locks are not those of others."""
    (folder / "tmp").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", "from industry_report.cli import main; main()", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(WITHHELD),
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(folder / "tmp"),
            **environ,
        },
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with sample data that were made without what is withheld."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "params" / "one.yaml").write_text(PLAN, encoding="utf-8")
    made = run(folder, "sample", "data", "--rows", "150")
    assert made.returncode == 0, made.stderr
    return folder


def build(folder: Path, output: str, **environ: str) -> dict[str, bytes]:
    """Build one report; returns its files."""
    done = run(folder, "build", "params/one.yaml", "--data", "data", "--output", output, **environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 report: 1 made" in done.stdout
    found = [file for file in (folder / output / "2025").rglob("*") if file.is_file()]
    files = {file.name: file.read_bytes() for file in found}
    assert {Path(name).suffix for name in files} >= {".html", ".pdf", ".xlsx", ".csv", ".json"}
    return files


def test_what_is_withheld_is_gone():
    code = "import os, socket; assert not hasattr(os, 'fork'); socket.socketpair(socket.AF_UNIX)"
    environ = {**os.environ, "PYTHONPATH": str(WITHHELD)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert "AF_UNIX is withheld" in done.stderr


def test_report_is_the_same_as_with_all_that_this_system_has(folder):
    assert build(folder, "spawned") == build(folder, "forked", PYTHONPATH="")
