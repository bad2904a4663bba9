"""A logo is a drawing and nothing else."""

import base64
import io
import struct
import zlib

import matplotlib.image
import numpy as np
import pytest

from industry_report.base.errors import InputError
from industry_report.settings import logo, publisher

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def read(folder, content, name="logo.svg"):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    kind, data = logo.read_logo(folder / name, "publisher.yaml, line 3").split(";base64,")
    return kind, base64.b64decode(data)


def make_png(*chunks):
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, np.zeros((4, 6, 4)), format="png")
    content = buffer.getvalue()
    extra = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return content[:33] + extra + content[33:]  # after the header chunk


def test_a_plain_drawing_stays_what_it_is(tmp_path):
    drawing = (
        f'<?xml version="1.0"?>\n{HEAD}<defs><linearGradient id="a"><stop/></linearGradient></defs>'
        '<style>path {fill: url(#a)}</style><use xlink:href="#b"/><path id="b" d="M0 0h9v9z"/></svg>'
    )
    kind, cleaned = read(tmp_path, drawing)
    assert kind == "data:image/svg+xml"
    for part in (b"M0 0h9v9z", b"url(#a)", b'href="#b"', b'viewBox="0 0 9 9"'):
        assert part in cleaned


def make_bomb(side):
    """A picture of one colour: a few kilobytes that are gigabytes when decoded."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side + 1) * min(side, 3000), 9)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize("side", [2_001, 13_000, 19_000, 2**31 - 1])
def test_a_picture_is_measured_before_it_is_decoded(side, tmp_path, monkeypatch):
    monkeypatch.setattr(matplotlib.image, "imread", lambda *_, **__: pytest.fail("it was decoded"))
    content = make_bomb(min(side, 19_000))
    content = content[:16] + struct.pack(">II", side, side) + content[24:]
    with pytest.raises(InputError, match=f"is {side} by {side} pixels"):
        read(tmp_path, content, "logo.png")


def test_a_second_header_does_not_count(tmp_path):
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    _, cleaned = read(tmp_path, make_png((b"IHDR", head)), "logo.png")
    assert cleaned.count(b"IHDR") == 1


def test_a_picture_that_ends_early_is_none(tmp_path):
    whole = make_png()
    for length in (0, 7, 20, 40, len(whole) - 20):
        with pytest.raises(InputError, match="is not a PNG picture"):
            read(tmp_path, whole[:length], "logo.png")


def test_parts_in_parts_have_an_end(tmp_path):
    read(tmp_path, HEAD + "<g>" * 40 + "</g>" * 40 + "</svg>")
    for depth in (60, 5_000):
        with pytest.raises(InputError, match="more than 50 deep"):
            read(tmp_path, HEAD + "<g>" * depth + "</g>" * depth + "</svg>")


def test_parts_that_repeat_others_are_counted(tmp_path):
    repeats = "".join(f"<g id='g{n + 1}'>" + f"<use href='#g{n}'/>" * 10 + "</g>" for n in range(10))
    drawing = HEAD + "<g id='g0'><path d='M0 0'/></g>" + repeats + "</svg>"
    with pytest.raises(InputError, match="draws more than 20,000 parts"):
        read(tmp_path, drawing)
    with pytest.raises(InputError, match="draws more than"):
        read(tmp_path, HEAD + "<g id='a'><use href='#a'/></g></svg>")


def test_what_a_drawing_program_notes_for_itself_is_dropped(tmp_path):
    drawing = HEAD.replace(">", ' xmlns:i="urn:inkscape" i:export="C:\\Users\\wang\\logo.svg">') + (
        "<metadata>wang</metadata><i:view/><!-- wang --><g i:label='wang'><path d='M1 1'/></g></svg>"
    )
    _, cleaned = read(tmp_path, drawing)
    assert b"M1 1" in cleaned
    assert b"wang" not in cleaned


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ("<image href='https://example.org/a.png'/>", "<image>"),
        ("<animate attributeName='x'/>", "<animate>"),
        ("<path onclick='alert(1)'/>", "run a script"),
        ("<use href='https://example.org/a.svg#x'/>", "outside of itself"),
        ("<use xlink:href='data:image/svg+xml,x'/>", "outside of itself"),
        ("<path style='fill: url(https://example.org/a)'/>", "loads something"),
        ("<path fill='URL(//example.org/a)'/>", "loads something"),
        ("<style>@import 'https://example.org/a.css';</style>", "loads something"),
        ("<style>@\\69mport 'a'</style>", "loads something"),
        ("<path", "not an SVG file"),
    ],
)
def test_what_would_run_or_load_is_refused_by_name(tmp_path, inside, said):
    with pytest.raises(InputError, match=rf"(?s)line 3, logo logo\.svg: .*{said}.*plain SVG"):
        read(tmp_path, f"{HEAD}{inside}</svg>")


@pytest.mark.parametrize(
    "content", ["<html/>", '<svg xmlns="http://www.w3.org/2000/svg"/>', "", b"\xff\xfe\x00"]
)
def test_what_is_no_drawing_is_refused(tmp_path, content):
    with pytest.raises(InputError, match="not an SVG"):
        read(tmp_path, content)


def test_entities_are_refused_before_anything_reads_them(tmp_path):
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + HEAD + "<text>&b;</text></svg>"
    with pytest.raises(InputError, match="defines entities"):
        read(tmp_path, bomb)


def test_a_picture_keeps_its_pixels_and_forgets_its_maker(tmp_path):
    kind, cleaned = read(tmp_path, make_png((b"tEXt", b"Author\0wang"), (b"eXIf", b"here")), "logo.png")
    assert kind == "data:image/png"
    assert b"wang" not in cleaned
    assert b"here" not in cleaned
    assert matplotlib.image.imread(io.BytesIO(cleaned), format="png").shape == (4, 6, 4)


@pytest.mark.parametrize("content", [b"GIF89a", b"", make_png()[:60]])
def test_what_is_no_picture_is_refused(tmp_path, content):
    with pytest.raises(InputError, match="is not a PNG picture"):
        read(tmp_path, content, "logo.png")


def test_a_large_logo_is_refused_with_its_size(tmp_path):
    drawing = f"{HEAD}<path d='{'M0 0' * 20_000}'/></svg>"
    with pytest.raises(InputError, match=r"has 80,\d+ bytes; a logo may have 60,000"):
        read(tmp_path, drawing)


def test_the_logo_lies_beside_the_publishers_file(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "logo.svg").write_text(f"{HEAD}</svg>", encoding="utf-8")
    file = tmp_path / "params" / "publisher.yaml"
    file.write_text(
        "logo: logo.svg\ndisclosure: {threshold: 9, dominance: {p: 9}, internal: []}\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert publisher.load_identity("params/publisher.yaml")["logo"].startswith("data:image/svg+xml;base64,")
