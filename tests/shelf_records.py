"""Published reports, as far as the catalogue is concerned."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def put(output: Path, stem: str, **changes: Any) -> None:
    """Publish a report as far as the catalogue is concerned."""
    year, region, name = stem.split("/")
    pages = {"html": b"<p><!-- shelf --><!-- /shelf -->", "pdf": b"%PDF"}
    record = {
        "report": stem,
        "notebook": "industry.ipynb",
        "parameters": {"region": region, "year": int(year), "language": name[-2:]},
        "software": "0.1.0",
        "version": 1,
        "digest": "d",
        "synthetic": False,
        "files": {suffix: hashlib.sha256(content).hexdigest() for suffix, content in pages.items()},
        "cover": {"title": f"{region}{year}年报告", "language": name[-2:]},
        **changes,
    }
    (output / stem).parent.mkdir(parents=True, exist_ok=True)
    for suffix, content in pages.items():
        (output / f"{stem}.{suffix}").write_bytes(content)
    (output / f"{stem}.json").write_text(json.dumps(record), encoding="utf-8")
