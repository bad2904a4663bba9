"""Read a publisher's logo and leave in it nothing but the drawing."""

from __future__ import annotations

import base64
import io
import re
import struct
import warnings
from pathlib import Path
from xml.etree import ElementTree

from ..base.errors import InputError

MOST_BYTES = 60_000  # it stands in every page, and a page is a single file of at most 400 kB
MOST_DEPTH = 50  # groups in groups; a drawing has a few
MOST_PARTS = 20_000  # that are drawn
MOST_PIXELS = 2_000  # a side; sharp in print at four times the size of a cover's logo
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
# What a drawing needs. Everything else could load, run or hide something.
DRAWN = re.compile(
    "svg|g|defs|symbol|use|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|title|desc|clipPath|mask"
    "|linearGradient|radialGradient|stop|pattern|style"
)
PNG_END = b"IEND\xaeB`\x82"  # the last chunk, with its checksum
KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})  # pixels, not who drew them and where


def read_logo(file: Path, at: str) -> str:
    """Return a logo as a data address, cleaned of all that is not the drawing.

    Parameters
    ----------
    file : Path
        An SVG or PNG file.
    at : str
        Where the logo is named, for messages.

    Raises
    ------
    InputError
        The file is missing, too large, or not what its name says; or an SVG would run or load something.
    """
    readers = {".svg": ("svg+xml", _clean_svg), ".png": ("png", _clean_png)}
    kind, clean = readers.get(file.suffix.lower(), ("", None))
    if clean is None:
        raise InputError(at, f"logo expects an .svg or .png file, got {file.name!r}.", "Export it as SVG.")
    if not file.is_file():
        raise InputError(
            at, f"there is no file {file.name!r} in {file.parent}.", "The path starts at this file's folder."
        )
    content = file.read_bytes()
    if len(content) > MOST_BYTES:
        problem = f"{file.name} has {len(content):,} bytes; a logo may have {MOST_BYTES:,}."
        raise InputError(at, problem, "Export it smaller: every report carries it.")
    cleaned = clean(content, f"{at}, logo {file.name}")
    return f"data:image/{kind};base64,{base64.b64encode(cleaned).decode('ascii')}"


def _measure_png(content: bytes, thing: str) -> tuple[int, int]:
    """Return width and height as the first chunk (IHDR) tells them, before anything is decoded.

    A picture of one colour is a thousand times as large in memory as in its file (a decompression bomb).
    """
    head = struct.Struct(">8sI4sII")
    if len(content) < head.size:
        raise InputError(thing, "is not a PNG picture: it is too short.", "Export it anew as PNG.")
    signature, _, chunk, width, height = head.unpack_from(content)
    if signature != b"\x89PNG\r\n\x1a\n" or chunk != b"IHDR":
        raise InputError(thing, "is not a PNG picture: it begins otherwise.", "Export it anew as PNG.")
    return width, height


def _clean_svg(content: bytes, thing: str) -> bytes:
    text = content.decode("utf-8-sig", errors="replace")
    if "<!ENTITY" in text:
        raise InputError(thing, "defines entities, which a drawing does not need.", "Export it as plain SVG.")
    try:
        root = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>\[]*>|<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise InputError(thing, f"is not an SVG file: {error}.", "Export it anew as plain SVG.") from None
    if root.tag != f"{{{SVG}}}svg" or not (root.get("viewBox") or root.get("width")):
        raise InputError(thing, "is not an SVG drawing with a viewBox.", "Export it anew as plain SVG.")
    _clean_element(root, thing)
    if _count_drawn(root) > MOST_PARTS:
        problem = f"draws more than {MOST_PARTS:,} parts, by parts that repeat others."
        raise InputError(thing, problem, "Export it anew as plain SVG, with copies as paths.")
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="utf-8")


def _clean_element(element: ElementTree.Element, thing: str, depth: int = 0) -> None:
    """Drop what drawing programs note for themselves; refuse what would run or load."""
    if depth > MOST_DEPTH:
        problem = f"has parts within parts, more than {MOST_DEPTH} deep."
        raise InputError(thing, problem, "Export it anew as plain SVG.")
    for child in list(element):
        if not str(child.tag).startswith(f"{{{SVG}}}") or str(child.tag) == f"{{{SVG}}}metadata":
            element.remove(child)
        else:
            _clean_element(child, thing, depth + 1)
    name = str(element.tag).removeprefix(f"{{{SVG}}}")
    if not DRAWN.fullmatch(name):
        raise InputError(thing, f"holds <{name}>, which is no part of a drawing.", "Export it as plain SVG.")
    for key, value in list(element.attrib.items()):
        if key.startswith("{") and key != f"{{{XLINK}}}href":
            del element.attrib[key]
        elif problem := _judge_attribute(key, value):
            raise InputError(thing, problem, "Export it as plain SVG, with pictures and fonts as paths.")
    if name == "style" and _loads(element.text or ""):
        raise InputError(thing, "has a style that loads something.", "Export it as plain SVG.")


def _count_drawn(root: ElementTree.Element) -> int:
    """Count the parts that are drawn, each time that ``use`` repeats them: few lines can ask for billions."""
    by_id = {element.get("id"): element for element in root.iter()}
    known: dict[ElementTree.Element, int] = {}

    def count(element: ElementTree.Element) -> int:
        if element not in known:
            known[element] = MOST_PARTS + 1  # while it is counted: it repeats itself
            address = element.get("href") or element.get(f"{{{XLINK}}}href") or ""
            repeated = (
                by_id.get(address.strip().removeprefix("#")) if element.tag == f"{{{SVG}}}use" else None
            )
            parts = [*element, *([] if repeated is None else [repeated])]
            known[element] = min(1 + sum(map(count, parts)), MOST_PARTS + 1)
        return known[element]

    return count(root)


def _judge_attribute(key: str, value: str) -> str:
    """Return what is wrong with an attribute, or nothing."""
    if key.lower().startswith("on"):
        return f"would run a script ({key})."
    if key.endswith("href") and not value.strip().startswith("#"):
        return f"refers to something outside of itself ({value[:60]})."
    return f"has a {key} that loads something." if _loads(value) else ""


def _loads(style: str) -> bool:
    """Tell whether a style refers to anything but the drawing's own parts."""
    addresses = re.findall(r"url\(\s*['\"]?\s*([^)]*)", style, flags=re.I)
    escaped = "\\" in style  # CSS may spell any letter with a backslash
    return escaped or "@import" in style.lower() or any(not a.startswith("#") for a in addresses)


def _clean_png(content: bytes, thing: str) -> bytes:
    import matplotlib.image  # here, for most publishers have no logo, and it takes a quarter of a second

    width, height = _measure_png(content, thing)
    if max(height, width) > MOST_PIXELS:
        problem = f"is {width} by {height} pixels; {MOST_PIXELS} a side are enough for print."
        raise InputError(thing, problem, "Export it smaller, or as SVG.")
    cleaned = _keep_pixels(content)
    if not cleaned.endswith(PNG_END):
        raise InputError(thing, "is not a PNG picture: it is cut short.", "Export it anew as PNG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of the decoder: a picture that only begins well
            matplotlib.image.imread(io.BytesIO(cleaned), format="png")
    except (OSError, SyntaxError, ValueError, Warning) as error:
        raise InputError(thing, f"is not a PNG picture: {error}.", "Export it anew as PNG.") from None
    return cleaned


def _keep_pixels(content: bytes) -> bytes:
    """Return a picture without what is not its pixels, and with the one header that was measured."""
    kept, place = [content[:8]], 8
    while place + 8 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        chunk = content[place : place + length + 12]
        if chunk[4:8] in KEPT_CHUNKS and (chunk[4:8] != b"IHDR" or place == 8):
            kept.append(chunk)
        place += length + 12
    return b"".join(kept)
