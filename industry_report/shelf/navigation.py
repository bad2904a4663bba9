"""The bar below a report's title, which the shelf writes into its page when all that it leads to is there."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

from ..base.files import digest_file

EMPTY = b"<!-- shelf --><!-- /shelf -->"  # where the page leaves room for it
PLACE = re.compile(rb"<!-- shelf -->.*?<!-- /shelf -->", re.S)


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def digest_page(content: bytes) -> str:
    """Return the checksum of a report's page without its bar: another report beside it changes only that."""
    return hash_bytes(PLACE.sub(EMPTY, content, count=1))


def digest_report_file(file: Path) -> str:
    """Return the checksum of a report's file as its record has it; nothing if it cannot be read."""
    if file.suffix != ".html":
        return digest_file(file)
    with suppress(OSError):
        return digest_page(file.read_bytes())
    return ""
