"""Checking an archive without a database: what was changed, what is missing, what does not belong there."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from documents.archive.writing import DECLARATION, DECLARED, INFO, MANIFEST, TAG_MANIFEST
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
_CHUNK: Final = 1 << 20
#: no manifest of ours is longer
_LONGEST: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not as it was exported: where, and what."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found (nothing = the archive is whole), how many items, and the hash that stands for all of it."""

    found: tuple[Found, ...]
    items: int
    sha256: str


def check_archive(folder: Path) -> Checked:
    """Hold every file of an archive against its manifests; E-R21 for a folder that is none."""
    top = folder / MANIFEST
    if top.is_symlink() or not top.is_file():
        raise BadInput(
            "E-R21",
            _("This is no archive of duban, or it was cut short: its manifest is missing."),
            where=folder.name,
            remedy=_("Name the folder that “duban archive export” wrote; if it is that one, take another copy."),
        )
    data = top.read_bytes()
    listed, found = _read_manifest(data, MANIFEST)
    bags = sorted(path.removesuffix(f"/{TAG_MANIFEST}") for path in listed if path.endswith(f"/{TAG_MANIFEST}"))
    found += _held(folder, listed, "")
    for bag in bags:
        found += _bag(folder, bag)
    below = {f"{bag}/" for bag in bags}
    known = {*listed, MANIFEST}
    found += [
        Found(path, _("it does not belong to the archive"))
        for path in _files(folder)
        if path not in known and not any(path.startswith(bag) for bag in below)
    ]
    return Checked(tuple(found), len(bags), hashlib.sha256(data).hexdigest())


def _bag(folder: Path, bag: str) -> list[Found]:
    """What is wrong inside one bag, each file named once."""
    place = folder / bag
    if place.is_symlink() or not (place / TAG_MANIFEST).is_file():
        return []  # said already of the tag manifest
    tags, found = _read_manifest((place / TAG_MANIFEST).read_bytes(), f"{bag}/{TAG_MANIFEST}")
    found += _held(place, tags, f"{bag}/")
    payload: dict[str, str] = {}
    if (place / MANIFEST).is_file():
        payload, unread = _read_manifest((place / MANIFEST).read_bytes(), f"{bag}/{MANIFEST}")
        found += unread
        found += _held(place, payload, f"{bag}/")
    for name in (DECLARATION, INFO, MANIFEST):
        if name not in tags:
            found.append(Found(f"{bag}/{name}", _("the bag's own manifest does not name it")))
    if (place / DECLARATION).is_file() and (place / DECLARATION).read_bytes() != DECLARED.encode():
        found.append(Found(f"{bag}/{DECLARATION}", _("it does not declare a BagIt folder")))
    known = {*tags, *payload, TAG_MANIFEST}
    extra = [path for path in _files(place) if path not in known]
    return found + [Found(f"{bag}/{path}", _("it does not belong to the archive")) for path in extra]


def _read_manifest(data: bytes, where: str) -> tuple[dict[str, str], list[Found]]:
    """Path → SHA-256, and what cannot be read: a line cut short, a path that leads out, a file named twice."""
    text = data[:_LONGEST].decode("utf-8", "replace")
    listed: dict[str, str] = {}
    found: list[Found] = []
    names: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), 1):
        if not line:
            continue
        matched = _LINE.fullmatch(line)
        if matched is None or not _inside(matched[2]):
            found.append(Found(where, _("line {number} cannot be read").format(number=number)))
            continue
        names[matched[2]] += 1
        listed[matched[2]] = matched[1]
    if data and not text.endswith("\n"):
        found.append(Found(where, _("its end is missing")))
    found += [Found(where, _("it names {path} twice").format(path=path)) for path, times in names.items() if times > 1]
    return listed, found


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and pure.as_posix() == path


def _held(folder: Path, listed: dict[str, str], before: str) -> list[Found]:
    """Each listed file against its hash."""
    found: list[Found] = []
    for path, sha256 in listed.items():
        file = folder / path
        if _linked(folder, path):
            found.append(Found(before + path, _("it is a link, not a file")))
        elif not file.is_file():
            found.append(Found(before + path, _("it is missing")))
        elif _sha256(file) != sha256:
            found.append(Found(before + path, _("it was changed")))
    return found


def _linked(folder: Path, path: str) -> bool:
    place = folder
    for part in PurePosixPath(path).parts:
        place /= part
        if place.is_symlink():
            return True
    return False


def _files(folder: Path) -> Iterator[str]:
    """Every file and link below a folder, in order; links are not followed."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield (Path(place) / name).relative_to(folder).as_posix()


def _sha256(file: Path) -> str:
    made = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            made.update(chunk)
    return made.hexdigest()
