"""The bar below a report's title, which the shelf writes into its page when all that it leads to is there."""

from __future__ import annotations

import hashlib
import re

EMPTY = b"<!-- shelf --><!-- /shelf -->"  # where the page leaves room for it
PLACE = re.compile(rb"<!-- shelf -->.*?<!-- /shelf -->", re.S)


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def digest_page(content: bytes) -> str:
    """Return the checksum of a report's page without its bar: another report beside it changes only that."""
    return hash_bytes(PLACE.sub(EMPTY, content, count=1))
