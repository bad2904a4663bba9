"""What is read back is what was written, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.base.checked_json import has_form, read_checked, read_json, write_checked

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES.filter(lambda value: value is not None), place=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_is_enough(tmp_path_factory, value, place, bit):
    file = tmp_path_factory.getbasetemp() / "note.json"
    write_checked(file, value)
    assert read_checked(file) == value
    content = bytearray(file.read_bytes())
    content[place % len(content)] ^= 1 << bit
    file.write_bytes(content)
    assert read_checked(file) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff", b'{"sha256":"","content":1}', b"[" * 100_000, b"9" * 5000],
)
def test_a_file_of_another_making_is_none(tmp_path, content):
    file = tmp_path / "note.json"
    file.write_bytes(content)
    assert read_checked(file) is None
    assert read_json(file) in (None, [], {}, {"sha256": "", "content": 1})


def test_a_file_that_cannot_be_written_leaves_no_draft(tmp_path):
    (tmp_path / "note.json").mkdir()
    with pytest.raises(OSError, match=r"note\.json"):
        write_checked(tmp_path / "note.json", 1)
    assert [file.name for file in tmp_path.iterdir()] == ["note.json"]


@pytest.mark.parametrize(
    ("value", "form", "fits"),
    [
        (1, int, True),
        (True, int, False),  # JSON's true is no number
        (1, bool, False),
        (None, (str, type(None)), True),
        (["a", "b"], [str], True),
        (["a", 1], [str], False),
        ([], [str], True),
        (["a", "b"], [str, str], True),
        (["a"], [str, str], False),
        ("ab", [str, str], False),
        ({"a": 1, "more": 2}, {"a": int}, True),
        ({}, {"a": int}, False),
        ({}, {"a?": int}, True),
        ({"a": "x"}, {"a?": int}, False),
        ({"x": "y"}, {str: str}, True),
        ({"x": 1}, {str: str}, False),
        ("A", str.isupper, True),
        (3, str.isupper, False),
    ],
)
def test_forms(value, form, fits):
    assert has_form(value, form) is fits
