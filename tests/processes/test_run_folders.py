"""Where temporary files lie: with room for sockets, and with a home that cannot be written."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from industry_report.base.errors import InputError
from industry_report.processes import run_folders

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sockets and homes of Linux")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The program's own folder, for one test."""
    folder = run_folders.own_folders.make_folder(tmp_path, "own-")
    monkeypatch.setattr(run_folders, "_own", folder)
    for name in ("MPLCONFIGDIR", "IPYTHONDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder.path


@pytest.mark.parametrize("length", [10, 40, 90, 200])
def test_every_socket_has_room(length, tmp_path, monkeypatch):
    deep = tmp_path / ("d" * length)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    folder = run_folders.make_run_folder()
    try:
        assert len(os.fsencode(folder.path / "kernel-12345678" / "kernel-5")) <= run_folders.SOCKET_PATH_BYTES
        monkeypatch.setattr(tempfile, "tempdir", str(folder.path))
        sockets = run_folders.make_socket_folder()
        assert sockets is not None
        assert sockets.is_relative_to(folder.path)
    finally:
        folder.remove()
    assert list(deep.iterdir()) == []


def test_where_no_path_is_short_enough_kernels_listen_on_ports(tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 110)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    monkeypatch.setattr(run_folders, "SHORT", str(tmp_path / "none"))
    assert run_folders.make_socket_folder() is None
    assert list(deep.iterdir()) == []


def test_no_place_for_temporary_files_is_said(monkeypatch):
    def fail() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", fail)
    with pytest.raises(InputError, match="TMPDIR: there is no folder for temporary files"):
        run_folders.make_run_folder()


def test_a_home_that_can_be_written_keeps_the_list_of_fonts(own, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "not" / "there" / "yet"))
    assert run_folders.place_home_files() == {}


@pytest.mark.parametrize("home", ["/proc/nobody", "/dev/null", "file/below"])
def test_a_home_that_cannot_gives_the_list_a_place_of_the_programs_own(home, own, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / home))
    moved = {"MPLCONFIGDIR": str(own / "matplotlib"), "IPYTHONDIR": str(own / "ipython")}
    assert [run_folders.place_home_files() for _ in range(2)] == [moved, moved]


def test_a_place_that_the_user_chose_is_kept(own, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null")
    for name in ("MPLCONFIGDIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    assert run_folders.place_home_files() == {}
    assert Path(own, "matplotlib").exists() is False
