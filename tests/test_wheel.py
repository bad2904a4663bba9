"""From a wheel in a fresh environment and an empty folder to a published report."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("setuptools")

ROOT = Path(__file__).parent.parent
PARTS = ("industry_report", "notebooks", "params", "scoring.py", "wheel_contents.py", "pyproject.toml")
TEXTS = ("README.md", "LICENSE", "MANIFEST.in")
pytestmark = pytest.mark.slow


def call(*command: object, cwd: Path) -> str:
    # nbconvert keeps its templates beside the libraries, in the environment that they were installed in.
    environment = {**os.environ, "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy without anything that earlier builds left."""
    folder = tmp_path_factory.mktemp("source")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copy(source, folder)
    for name in TEXTS:
        shutil.copy(ROOT / name, folder)
    pip = (sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index")
    call(*pip, "--quiet", "--wheel-dir", "dist", cwd=folder)
    [built] = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel, tmp_path_factory):
    """The installed command of a fresh environment, which has the libraries of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--no-deps", "--no-index")
    call(*pip, "--quiet", wheel, cwd=folder)
    [site] = folder.rglob("site-packages")
    # A path in a .pth file: what stands there is found, .pth files in it (an editable install) are not read.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts / "industry-report"


def test_the_wheel_carries_every_notebook_and_parameter_file(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    mine = [*(ROOT / "notebooks").rglob("*.ipynb"), *(ROOT / "params").rglob("*.yaml")]
    expected = {
        f"industry_report/project_files/{path.relative_to(ROOT).as_posix()}"
        for path in mine
        if ".ipynb_checkpoints" not in path.parts
    }
    assert expected <= names
    assert not [name for name in names if "checkpoint" in name or name.startswith("tests")]


def test_an_empty_folder_becomes_a_published_report(command, tmp_path):
    call(command, "init", "mine", "--language", "en", cwd=tmp_path)
    call(command, "sample", "data/sample", "--rows", 150, cwd=tmp_path / "mine")
    call(command, "build", cwd=tmp_path / "mine" / "notebooks")
    page = tmp_path / "mine/reports/2025/黄山市/industry.en.html"
    assert "Huangshan" in page.read_text(encoding="utf-8")
    assert page.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    plan = tmp_path / "mine" / "params" / "annual.yaml"
    assert "fresh" in call(command, "plan", plan, cwd=tmp_path)  # from anywhere, by its own name
    assert "nothing to update" in call(command, "update", cwd=tmp_path / "mine" / "data")
