"""The environment is set up by uv with pip's settings, and by pip where uv fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from industry_report.processes import forking

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
import set_up  # noqa: E402


@pytest.fixture
def commands(monkeypatch):
    """What would be run, with the answer of `answers` for a command that holds its key; none is run."""
    done: list[tuple[str, ...]] = []
    answers: dict[str, bool] = {}

    def run(command, environ=None):
        done.append(tuple(map(str, command)))
        return next((answer for word, answer in answers.items() if word in " ".join(done[-1])), True)

    monkeypatch.setattr(set_up, "run", run)
    monkeypatch.setattr(set_up, "read", lambda *command: "")
    monkeypatch.setattr(set_up, "check_python", lambda: None)
    monkeypatch.setattr(set_up, "install_kernel", lambda: None)
    monkeypatch.setattr(set_up, "compile_imports", lambda: None)
    monkeypatch.setattr(set_up.shutil, "which", lambda *_, **__: "uv")
    return done, answers


def list_installers(done):
    """Return who was asked to install all libraries."""
    return ["uv" if command[0] == "uv" else "pip" for command in done if str(set_up.CONSTRAINTS) in command]


def test_lines_of_one_library_are_its_version_and_its_hashes():
    mine = "uv==0.9 \\\n    --hash=sha256:1a \\\n    --hash=sha256:2b\n"
    text = f"uuid==1.0 \\\n    --hash=sha256:00\n{mine}yarl==1\n"
    assert set_up.find_lines("uv", text) == mine
    assert set_up.find_lines("yarl", text) == "yarl==1\n"
    assert set_up.find_lines("u", text) == ""


def test_uv_is_pinned_with_hashes():
    lines = set_up.find_lines("uv", set_up.CONSTRAINTS.read_text(encoding="utf-8"))
    assert lines.startswith("uv==")
    assert lines.count("--hash=sha256:") > 5


def test_uv_installs_the_libraries(commands):
    done, _ = commands
    set_up.main()
    assert list_installers(done) == ["uv"]
    assert all("--require-hashes" in command for command in done if str(set_up.CONSTRAINTS) in command)
    assert "--editable" in done[-1]


@pytest.mark.parametrize("fails", ["--only-binary", "uv pip install"])
def test_pip_installs_where_uv_has_no_wheel_or_fails(commands, fails, capsys):
    done, answers = commands
    answers[fails] = False
    set_up.main()
    assert list_installers(done)[-1] == "pip"
    assert "about a minute" in capsys.readouterr().out


def test_libraries_that_nobody_can_install_end_it(commands):
    _, answers = commands
    answers[str(set_up.CONSTRAINTS)] = False
    with pytest.raises(SystemExit, match="not installed"):
        set_up.main()


def test_what_builds_import_is_imported_once(monkeypatch):
    asked = []
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(set_up.subprocess, "run", lambda command, **how: asked.append((command, how["env"])))
    set_up.compile_imports()
    [(command, environ)] = asked
    assert command[-1] == f"import {forking.PRELOADED}"
    assert "PYTHONDONTWRITEBYTECODE" not in environ


LISTED = """:env:.cert='own.pem'
global.cert='other.pem'
global.index-url='https://mirror.example/pypi'
global.trusted-host='mirror.example'
"""


def test_uv_is_told_of_the_mirror_that_pip_uses(monkeypatch):
    monkeypatch.setattr(set_up, "read", lambda *command: LISTED if "list" in command else "")
    for name in ("UV_DEFAULT_INDEX", "SSL_CERT_FILE", "UV_LINK_MODE"):
        monkeypatch.delenv(name, raising=False)
    environ = set_up.tell_uv("uv")
    assert environ["UV_DEFAULT_INDEX"] == "https://mirror.example/pypi"
    assert environ["SSL_CERT_FILE"] == "own.pem"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example")
    assert set_up.tell_uv("uv")["UV_DEFAULT_INDEX"] == "https://own.example"


def test_what_pip_lists_is_read(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/pypi")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert set_up.tell_uv("no-such-uv")["UV_DEFAULT_INDEX"] == "https://mirror.example/pypi"


def test_no_library_is_put_among_those_of_the_machine():
    done = subprocess.run(
        [sys._base_executable, ROOT / "set_up.py"], capture_output=True, text=True, cwd=ROOT.parent
    )
    assert done.returncode == 1
    assert "python -m venv .venv" in done.stderr
