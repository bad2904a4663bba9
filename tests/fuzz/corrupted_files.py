"""Damage files of every kind, by seed: bits, bytes, cuts, splices, parts of packages."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from industry_report.intake import contract

from .messy_workbooks import Maker

ODD = (b"<", b">", b"\0", b"&#0;", b'"', b"\xff\xff", b"1e999", b"-0", b"]]>", b"\r", b'="', b"99999999999")


def damage(seed: int, folder: Path) -> list[str]:
    """Damage a file and read it; wrong is anything but rows that reconcile or one clear message."""
    chance = random.Random(seed)
    path, _ = Maker(seed).write(folder)
    if chance.random() < 0.15:
        path = _write_parquet(path)
    original = path.read_bytes()
    harm: Callable[[bytes, random.Random], bytes] = chance.choice([_flip, _flip, _cut, _splice, _insert])
    if path.suffix == ".xlsx" and chance.random() < 0.5:
        _damage_part(path, harm, chance)
    else:
        path.write_bytes(harm(original, chance))
    try:
        [check] = contract.check([path])
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    finally:
        path.unlink()
    if check.error is not None:
        return [] if path.name in str(check.error) and len(str(check.error)) < 4_000 else [str(check.error)]
    is_whole = check.read == check.graded + check.ungradable + check.rejected + check.duplicates
    return [] if is_whole else ["the counts do not reconcile"]


def _write_parquet(path: Path) -> Path:
    frame = pd.DataFrame({"客户ID": [f"K{n}" for n in range(50)]})
    for name in ("意向度", "需求明确性", "满意度"):
        frame[name] = [n % 5 + 1 for n in range(50)]
    path.unlink()
    frame.to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def _damage_part(path: Path, harm: Callable[[bytes, random.Random], bytes], chance: random.Random) -> None:
    """Damage one part and pack it anew, so that its checksum is right."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    name = chance.choice(sorted(parts))
    parts[name] = harm(parts[name], chance)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8])):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    return (
        content[:start]
        if chance.random() < 0.5
        else content[:start] + content[start + chance.randrange(400) :]
    )


def _splice(content: bytes, chance: random.Random) -> bytes:
    first, second = (chance.randrange(len(content) + 1) for _ in range(2))
    return content[:first] + content[second : second + 300] + content[first:]


def _insert(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(ODD) * chance.choice([1, 1, 50]) + content[place:]
