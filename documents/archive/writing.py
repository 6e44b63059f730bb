"""Writing an archive: bags beside each other, an index, and one manifest over all of it.

``manifest-sha256.txt`` at the top covers the index and each bag's ``tagmanifest-sha256.txt``, that the bag's tag files
and manifest, and that its payload: the hash of the top manifest stands for every byte. Each file is on the disk for
good before the next one is begun; who calls moves the finished folder to its place.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
DECLARED: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Bag:
    """One item: the name of its folder, its payload (path below ``data`` → bytes), what ``bag-info.txt`` says of it."""

    folder: str
    payload: Mapping[str, bytes]
    info: Mapping[str, str]


def write_bag(folder: Path, bag: Bag) -> str:
    """Write a bag into an archive's folder; returns the SHA-256 of its tag manifest."""
    place = folder / bag.folder
    listed = {f"data/{path}": _put(place / "data" / path, data) for path, data in bag.payload.items()}
    size = sum(len(data) for data in bag.payload.values())
    info = {**bag.info, "Payload-Oxum": f"{size}.{len(bag.payload)}"}
    tags = {
        DECLARATION: DECLARED,
        INFO: "".join(f"{name}: {' '.join(text.split())}\n" for name, text in info.items()),
        MANIFEST: manifest(listed),
    }
    written = {name: _put(place / name, text.encode()) for name, text in tags.items()}
    return _put(place / TAG_MANIFEST, manifest(written).encode())


def write_top(folder: Path, files: Mapping[str, bytes], bags: Mapping[str, str]) -> str:
    """Write the files of an archive itself and the manifest over all; ``bags``: folder → hash of its tag manifest.

    Returns the SHA-256 of the manifest.
    """
    listed = {name: _put(folder / name, data) for name, data in files.items()}
    listed |= {f"{name}/{TAG_MANIFEST}": sha256 for name, sha256 in bags.items()}
    return _put(folder / MANIFEST, manifest(listed).encode())


def manifest(listed: Mapping[str, str]) -> str:
    """Path → SHA-256 as lines, in the order of the paths."""
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(listed.items()))


def settle(folder: Path) -> None:
    """The names in a folder are on the disk for good."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(file: Path, data: bytes) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return hashlib.sha256(data).hexdigest()
