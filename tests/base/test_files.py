"""Files as people name them; files that are whole or not there."""

import hashlib
import stat
import sys

import pytest

from industry_report.base import files


def test_a_file_is_written_whole_or_left_as_it_was(tmp_path, monkeypatch):
    path = files.write_whole(tmp_path / "page.html", "旧\n")
    monkeypatch.setattr(files.Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        files.write_whole(path, "新")
    assert path.read_bytes() == "旧\n".encode()
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_a_checksum_is_that_of_the_bytes_and_nothing_of_what_cannot_be_read(tmp_path):
    path = files.write_whole(tmp_path / "数据.csv", "一,二\n")
    assert files.digest_file(path) == hashlib.sha256("一,二\n".encode()).hexdigest()
    assert files.digest_file(tmp_path / "none") == files.digest_file(tmp_path) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights on files")
@pytest.mark.parametrize(
    ("like", "mode", "left"),
    [(0o600, 0o644, 0o600), (0o644, 0o600, 0o600), (0o640, 0o777, 0o640), (0o750, 0o644, 0o640)],
)
def test_a_mode_is_narrowed_and_never_widened(tmp_path, like, mode, left):
    one, other = tmp_path / "one", tmp_path / "other"
    one.touch(like)
    one.chmod(like)
    other.touch()
    other.chmod(mode)
    files.narrow_mode(other, one)
    assert stat.S_IMODE(other.stat().st_mode) == left
