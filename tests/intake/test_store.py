"""The prepared store: damage of any kind heals, and nobody reads more than the workbook lets them."""

from __future__ import annotations

import os
import random
import stat
import sys
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from workbooks import HEADER, record

from industry_report.intake import dataset, store

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights on files")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two files, one of them with a row that is rejected."""
    folder = tmp_path / "data"
    folder.mkdir()
    for city, bad in {"黄山市": 9, "杭州市": 3}.items():
        rows = [record(1), record(2), record(3, 意向度=bad)]
        pd.DataFrame(rows, columns=HEADER).to_csv(folder / f"{city}-2025.csv", index=False)
        os.utime(folder / f"{city}-2025.csv", ns=(1_700_000_000_000_000_001,) * 2)
    return folder


def read_all(data: Path) -> list[pd.DataFrame]:
    store._read_slices.cache_clear()
    return [
        dataset.load(data),
        *(read(data) for read in (dataset.slices, dataset.quality, dataset.reasons, dataset.rejects)),
    ]


def damage(content: bytes, kind: int, at: random.Random) -> bytes:
    place = at.randrange(len(content))
    match kind:
        case 0:
            flipped = bytearray(content)
            flipped[place] ^= 1 << at.randrange(8)
            return bytes(flipped)
        case 1:
            return content[:place]
        case 2:
            return content[:place] + bytes(at.randrange(1, 99)) + content[place:]
        case 3:
            return at.choice(
                [b"", b"null", b"[]", b"{}", b"[[[[", b'{"content": 1}', b"\xff\xfe", b"9" * 9999]
            )
        case _:
            return content[: place // 2] + content[place // 2 :][::-1]


def test_damage_of_any_kind_heals(data):
    whole = read_all(data)
    at = random.Random(2025)
    for turn in range(15):
        files = sorted(file for file in (data / ".prepared").rglob("*.*") if file.is_file())
        file = at.choice(files)
        file.write_bytes(damage(file.read_bytes(), turn % 5, at))
        for before, now in zip(whole, read_all(data), strict=True):
            assert_frame_equal(before, now)
    assert not list((data / ".prepared").glob(f"{store.UNFINISHED}*"))


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_an_entry_is_open_to_whom_the_workbook_is(data, mode):
    for file in data.glob("*.csv"):
        file.chmod(mode)
    before = os.umask(0)
    try:
        dataset.load(data)
    finally:
        os.umask(before)
    for made in (data / ".prepared").rglob("*"):
        found = stat.S_IMODE(made.stat().st_mode)
        assert found & 0o066 & ~mode == 0, made
        assert made.name == "known" or not found & 0o022


@posix
def test_an_open_entry_of_an_earlier_version_is_closed(data):
    dataset.load(data)
    entries = [entry for entry in (data / ".prepared").iterdir() if entry.name != "known"]
    for entry in entries:
        entry.chmod(0o755)
    for file in data.glob("*.csv"):
        file.chmod(0o600)
    dataset.load(data)
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in entries} == {0o700}


@posix
def test_a_store_elsewhere_is_this_users_alone(data, tmp_path, monkeypatch):
    monkeypatch.setenv(store.STORE_VARIABLE, str(tmp_path / "elsewhere"))
    dataset.load(data)
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o700


def test_what_a_killed_process_was_preparing_is_swept(data):
    dataset.load(data)
    abandoned = data / ".prepared" / f"{store.UNFINISHED}x"
    abandoned.mkdir()
    (abandoned / ".in-use").touch()
    (abandoned / "0.parquet").write_bytes(b"customers")
    other = data / ".prepared" / f"{store.UNFINISHED}y"  # without a lock: whose it is nobody knows
    other.mkdir()
    (data / "盐城市-2025.csv").write_bytes((data / "杭州市-2025.csv").read_bytes() + b"\n")
    dataset.load(data)
    assert not abandoned.exists()
    assert other.exists()


def test_too_little_memory_is_no_fault_of_the_disk(data, monkeypatch):
    dataset.load(data)

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(store, "from_arrow", fail)
    with pytest.raises(dataset.InputError, match="more memory than there is"):
        dataset.load(data)
