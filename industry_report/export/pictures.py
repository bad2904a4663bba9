"""Pictures of a body: each becomes part of the report, or a stand-in says what it would have shown."""

from __future__ import annotations

import base64
import binascii
import functools
import io
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from PIL import Image

from . import cleaning
from .html_tree import AMPERSAND, Element, Node, find, plain, read_attribute, read_text, set_attribute

MOST_PIXELS = 100_000_000  # of one picture: what is more would take gigabytes to decode
DATA = re.compile(r"data:(?P<kind>[^,;]*)(?P<options>(?:;[^,]*)?),(?P<content>.*)", re.S | re.I)
DRAWING = re.compile(rb"\s*(<\?xml|<!DOCTYPE|<!--|<svg)", re.I)
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}  # what Typst and every browser read
MEDIA = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
TOLD = 60  # characters of an address in a message

Warn = Callable[[str], None]


@dataclass(frozen=True)
class Picture:
    """A picture that has been read: its bytes and the suffix of a file that holds it."""

    content: bytes
    suffix: str


class _PictureError(Exception):
    """Why a picture cannot be shown, as the end of a sentence, and what to do."""


def embed(nodes: list[Node], folder: str, attachments: Mapping[str, Any], alt: str, warn: Warn) -> None:
    """Make every picture of some nodes a part of the report, in place.

    Parameters
    ----------
    nodes : list of Element or str
        Clean nodes of one cell.
    folder : str
        Where the notebook lies; addresses of files are relative to it. Empty if it is not known.
    attachments : mapping
        The cell's own, by name.
    alt : str
        The text of a picture whose author gives none.
    warn : callable
        Is told of each picture that cannot be shown.
    """
    for drawing in find(nodes, "svg"):
        if drawing.kind == "svg":
            _name_drawing(drawing, alt)
    for image in find(nodes, "img"):
        text = read_attribute(image, "alt").strip() or alt
        address = read_attribute(image, "src").strip()
        try:
            source = _find(address, folder, attachments)
        except _PictureError as reason:
            warn(f"{reason}")
            _stand_in(image, text)
            continue
        rest = {k: v for k, v in image.attributes.items() if k not in ("alt", "src")}
        image.attributes = {"alt": "", "src": source, **rest}
        set_attribute(image, "alt", text)


def _name_drawing(drawing: Element, alt: str) -> None:
    if "aria-label" in drawing.attributes or drawing.attributes.get("aria-hidden") == "true":
        return
    titles = [c for c in drawing.children if isinstance(c, Element) and c.tag == "title"]
    rest = {k: v for k, v in drawing.attributes.items() if k != "role"}
    drawing.attributes = {"role": "img", "aria-label": "", **rest}
    set_attribute(drawing, "aria-label", read_text(list(titles)).strip() or alt)


def _stand_in(image: Element, text: str) -> None:
    image.tag, image.attributes, image.children = "em", {}, [plain(f"[{text}]")]


def _find(address: str, folder: str, attachments: Mapping[str, Any]) -> str:
    """Return the address of a picture as a data address that every browser reads."""
    if address.lower().startswith("data:"):
        return as_address(_decoded(address), address)
    if address.startswith("attachment:"):
        return _find_attachment(address.partition(":")[2], attachments)
    if not address:
        raise _PictureError("shows a picture that has no address. Name its file.")
    if (cleaning.SCHEME.match(address) and len(address.partition(":")[0]) > 1) or address.startswith("//"):
        host = urlsplit(address).netloc or address[:TOLD]
        problem = f"shows a picture of another place ({host}), which a report does not load."
        raise _PictureError(f"{problem} Save it beside the notebook.")
    return as_address(_read_file(address, folder), address)


def _find_attachment(name: str, attachments: Mapping[str, Any]) -> str:
    for key in (name, unquote(name)):
        for kind in sorted(
            attachments.get(key, {}), key=lambda kind: (kind != "image/svg+xml", kind != "image/png")
        ):
            return as_address(_decoded(f"data:{kind};base64,{attachments[key][kind]}"), name)
    raise _PictureError(
        f"shows the attachment {unquote(name)}, which the cell does not have. Insert it again."
    )


def _read_file(address: str, folder: str) -> bytes:
    names = dict.fromkeys([unquote(address), address, unquote(re.split("[?#]", address)[0])])
    for name in names:
        path = Path(folder, name.replace("\\", "/"))
        if "\0" not in name and not Path(name).is_absolute() and path.is_file():
            return path.read_bytes()
    raise _PictureError(
        f"shows {unquote(address)[:TOLD]}, and there is no such file beside the notebook. Put it there."
    )


def _decoded(address: str) -> bytes:
    match = DATA.fullmatch(address)
    if not match or not re.fullmatch(r"image/[\w.+-]+|", match["kind"].strip(), re.I):
        raise _PictureError("shows a picture whose address is none. Draw it again.")
    if "base64" not in match["options"].lower():
        return unquote_to_bytes(match["content"])
    content = re.sub(r"[^A-Za-z0-9+/]", "", unquote(match["content"]).replace("-", "+").replace("_", "/"))
    try:
        return base64.b64decode(content + "=" * (-len(content) % 4))
    except binascii.Error:
        raise _PictureError("shows a picture whose data are damaged. Draw it again.") from None


def as_address(content: bytes, name: str) -> str:
    """Return a picture as a data address; one that no browser or printer reads is turned into PNG."""
    picture = read_picture(content)
    if picture is None:
        shown = "a picture" if name.lower().startswith("data:") else unquote(name)[:TOLD]
        raise _PictureError(f"shows {shown}, which cannot be read as a picture. Draw or save it again.")
    return f"data:{MEDIA[picture.suffix]};base64,{base64.b64encode(picture.content).decode('ascii')}"


@functools.lru_cache(maxsize=64)
def read_picture(content: bytes) -> Picture | None:
    """Return a picture that is whole, by its content and not by its name; None if it is none."""
    if DRAWING.match(content.removeprefix(b"\xef\xbb\xbf")[:1000]) and b"<svg" in content:
        return Picture(content, "svg")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of what it repairs
            image = Image.open(io.BytesIO(content))
            if image.width * image.height > MOST_PIXELS or not image.width * image.height:
                return None
            image.load()
            if image.format in SUFFIXES:
                return Picture(content, SUFFIXES[image.format])
            made = io.BytesIO()
            image.convert("RGBA").save(made, "PNG")
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None
    return Picture(made.getvalue(), "png")


def extract(nodes: list[Node]) -> dict[str, bytes]:
    """Replace drawings and data addresses by names of files, in place, as print needs them.

    Returns
    -------
    dict of str to bytes
        The files by name. Every picture is now an ``img`` with a file's name and its alternative text.
    """
    files: dict[str, bytes] = {}

    def stored(content: bytes, suffix: str) -> str:
        name = f"picture-{len(files) + 1}.{suffix}"
        files[name] = content
        return name

    # Drawings first, as the names of the files have always been given.
    for drawing in list(_outermost_drawings(nodes)):
        label = drawing.attributes.get("aria-label", "")
        name = stored(write_drawing(drawing), "svg")
        drawing.tag, drawing.kind, drawing.children = "img", "html", []
        kind = drawing.attributes.get("class", "")
        drawing.attributes = {"src": name, "alt": label, **({"class": kind} if kind else {})}
    for image in find(nodes, "img"):
        match = DATA.fullmatch(image.attributes.get("src", ""))
        if match:
            content = base64.b64decode(match["content"])
            suffix = {kind: suffix for suffix, kind in MEDIA.items()}[match["kind"]]
            image.attributes["src"] = stored(
                _as_clean_drawing(content) if suffix == "svg" else content, suffix
            )
    return files


def _outermost_drawings(nodes: list[Node]) -> list[Element]:
    found: list[Element] = []
    for node in nodes:
        if isinstance(node, Element):
            found += (
                [node] if node.kind == "svg" and node.tag == "svg" else _outermost_drawings(node.children)
            )
    return found


def _as_clean_drawing(content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    nodes, _ = cleaning.clean(text[max(text.find("<svg"), 0) :], "output")
    drawings = _outermost_drawings(nodes)
    return write_drawing(drawings[0]) if drawings else content


def write_drawing(drawing: Element) -> bytes:
    """Return a drawing as an XML file of its own, with the namespaces that a page does not need."""
    parts: list[str] = []
    given = {"xmlns": SVG, "xmlns:xlink": XLINK} | drawing.attributes
    _write_xml(Element("svg", given, drawing.children, "svg"), parts)
    return "".join(parts).encode()


def _write_xml(node: Node, parts: list[str]) -> None:
    if isinstance(node, str):
        parts.append(escape(_plain(node), quote=False))
        return
    if node.tag == "foreignObject":
        node = _as_text(node)
    if node.kind != "svg":
        for child in node.children:
            _write_xml(child, parts)
        return
    names = {k: v for k, v in node.attributes.items() if re.fullmatch(r"(xlink:|xmlns:|xml:)?[\w.-]+", k)}
    given = "".join(f' {name}="{escape(_plain(value))}"' for name, value in names.items())
    if not node.children:
        parts.append(f"<{node.tag}{given}/>")
        return
    parts.append(f"<{node.tag}{given}>")
    for child in node.children:
        _write_xml(child, parts)
    parts.append(f"</{node.tag}>")


def _plain(text: str) -> str:
    return unescape(text.replace(AMPERSAND, "&"))


def _as_text(box: Element) -> Element:
    """Return HTML within a drawing, which print does not set, as a line of the drawing's own text."""

    def number(name: str) -> float:
        found = re.match(r"-?[\d.]+", box.attributes.get(name, ""))
        return float(found[0]) if found and found[0].strip("-.") else 0.0

    place = {"x": number("x") + number("width") / 2, "y": number("y") + number("height") / 2}
    given = {name: f"{value:g}" for name, value in place.items()} | {"text-anchor": "middle"}
    words = " ".join(read_text(box.children).split())
    return Element("text", given, [plain(words)], "svg")
