"""The project's own files agree with one another."""

import itertools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import wheels
import yaml

import industry_report

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def test_conda_environment_is_in_step_with_pyproject():
    [pip] = [item["pip"] for item in CONDA if isinstance(item, dict)]
    named = [item for item in CONDA if isinstance(item, str)] + pip
    versions = dict(item.split(">=") for item in named if ">=" in item)
    conda = {wheels.CONDA_NAMES.get(name, name): version for name, version in versions.items()}
    assert conda.pop("python") == PROJECT["requires-python"].removeprefix(">=")
    assert conda == dict(item.split(">=") for item in PROJECT["dependencies"])
    assert "--editable .[test]" in pip


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert lines
    assert [line for line in lines if not re.search(r"# \w{2,}", line)] == []


def test_constraints_pin_every_dependency_with_hashes_and_no_address():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w-]+)==", text, flags=re.M))
    wanted = [*PROJECT["dependencies"], *itertools.chain(*PROJECT["optional-dependencies"].values())]
    names = {re.split(r"[<>=\[]", item)[0].lower().replace("_", "-") for item in wanted}
    assert names - pinned == set()
    assert "://" not in text
    blocks = re.split(r"\n(?=[\w-]+==)", text)
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_versions_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["version"] == industry_report.__version__ == citation["version"]
    assert f"## {PROJECT['version']}" in changelog


def test_no_download_address_and_no_path_of_a_machine_is_committed():
    try:
        listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"not a git checkout: {error}")
    pattern = re.compile(
        r"index-url[= ]+['\"]?\w+:/|https?://[^ )\"]*/(simple|pool|registry|wheels?)/|/home/\w|/Users/\w"
    )
    files = [ROOT / name for name in listing.stdout.splitlines() if not name.startswith("tests/")]
    texts = {f: f.read_text(encoding="utf-8", errors="ignore") for f in files if f.suffix != ".png"}
    assert [str(name) for name, text in texts.items() if pattern.search(text)] == []
