"""Folders that are swept when their process was killed, and only then."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from industry_report.base import own_folders

PREFIX = "x-"
MAKE = """
import sys, time
from industry_report.base import own_folders
folder = own_folders.make_folder(sys.argv[1], "x-")
(folder.path / "customers").write_text("K1")
print(folder.path, flush=True)
time.sleep(600)
"""


def test_a_folder_is_this_users_alone_and_goes_with_all_in_it(tmp_path):
    with own_folders.make_folder(tmp_path, PREFIX) as folder:
        (folder / "deep").mkdir()
        assert sys.platform == "win32" or stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_a_folder_that_is_kept_is_an_ordinary_one(tmp_path):
    folder = own_folders.make_folder(tmp_path, PREFIX)
    (folder.path / "kept").touch()
    folder.release()
    own_folders.sweep(tmp_path, PREFIX)
    assert list(folder.path.iterdir()) == [folder.path / "kept"]


def test_an_empty_folder_of_a_process_that_was_killed_before_its_lock_is_swept(tmp_path):
    tempfile.mkdtemp(prefix=PREFIX, dir=tmp_path)
    other = tempfile.mkdtemp(prefix="other-", dir=tmp_path)
    own_folders.sweep(tmp_path, PREFIX)
    assert list(tmp_path.iterdir()) == [Path(other)]


def test_the_folder_of_a_process_is_swept_once_it_is_killed_and_not_before(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", MAKE, tmp_path], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        own_folders.sweep(tmp_path, PREFIX)
        assert (folder / "customers").exists()
        process.kill()
        process.wait()
    own_folders.sweep(tmp_path, PREFIX)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_what_is_not_ours_is_left_alone(tmp_path):
    others = tmp_path / "x-others"  # the name alone says nothing
    others.mkdir()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / own_folders.LOCK).touch()
    (tmp_path / "x-link").symlink_to(precious)  # set by somebody who may write there
    (tmp_path / "x-file").touch()
    own_folders.sweep(tmp_path, PREFIX)
    assert {path.name for path in tmp_path.iterdir()} == {"x-others", "precious", "x-link", "x-file"}


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="gives a folder away: needs root")
def test_another_users_folder_is_left_alone(tmp_path):
    folder = tmp_path / "x-theirs"
    folder.mkdir()
    (folder / own_folders.LOCK).touch()
    os.chown(folder, 12345, 12345)
    own_folders.sweep(tmp_path, PREFIX)
    assert folder.exists()


def test_folders_are_made_while_others_sweep(tmp_path):
    """A sweep may come between the folder and its lock; three builds of one store at once met it."""

    def work(_: int) -> list[bool]:
        found = []
        for _ in range(150):
            own_folders.sweep(tmp_path, "one-")
            folder = own_folders.make_folder(tmp_path, "one-")
            (folder.path / "file").write_text("x", encoding="utf-8")
            closed = os.name == "nt" or stat.S_IMODE(folder.path.stat().st_mode) == 0o700
            found.append(folder.path.is_dir() and closed)
            folder.remove()
        return found

    with ThreadPoolExecutor(6) as pool:
        assert all(all(found) for found in pool.map(work, range(6)))
    assert list(tmp_path.iterdir()) == []


def test_the_lock_goes_last_so_that_a_removal_cut_off_is_swept(tmp_path, monkeypatch):
    folder = own_folders.make_folder(tmp_path, "x-")
    for name in [f"{letter}{number}" for letter in ".Aaz" for number in range(9)]:
        (folder.path / name).write_text("1")
        (folder.path / f"{name}-in").mkdir()
        (folder.path / f"{name}-in" / "deep").write_text("1")
    gone, unlink = [], os.unlink

    def follow(path, **given):
        gone.append(Path(path).name)
        unlink(path, **given)

    monkeypatch.setattr(os, "unlink", follow)
    folder.remove()
    assert not folder.path.exists()
    assert gone[-1] == own_folders.LOCK and len(gone) > 70
