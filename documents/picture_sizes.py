"""The kind and the size of a picture, read from its header: before anything opens it, a bomb is told from a page.

A size is None where the picture is cut off or is none.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG, PNG, TIFF, BMP, WEBP = "image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp"
#: start-of-frame markers of JPEG; C4, C8 and CC mean something else
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
#: tags of TIFF: width, height, where the strips or tiles of the picture lie and how long they are
_WIDTH, _HEIGHT, _PLACES, _LENGTHS = 256, 257, (273, 324), (279, 325)
_SHORT, _LONG = 3, 4
_MOST_FRAMES: Final = 300


def picture_kind(data: bytes) -> str:
    """The media type by the first bytes, or nothing."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    if (
        data.startswith(b"BM")
        and len(data) > 26
        and int.from_bytes(data[14:18], "little") in {12, 40, 52, 56, 108, 124}
    ):
        return BMP
    return WEBP if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else ""


def picture_size(data: bytes, media_type: str) -> tuple[int, int] | None:
    """Width and height in pixels; of a TIFF with several pages the largest of them."""
    read = {PNG: _png, JPEG: _jpeg, TIFF: _tiff, BMP: _bmp, WEBP: _webp}[media_type]
    try:
        return read(data)
    except (struct.error, IndexError):
        return None


def picture_pages(data: bytes, media_type: str) -> int:
    """How many pages a whole picture holds: one, unless it is a TIFF."""
    return len(_tiff_sizes(data) or ()) if media_type == TIFF else 1


def _png(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg(data: bytes) -> tuple[int, int] | None:
    size = None
    for marker, start in _segments(data):
        if marker in _FRAMES:
            size = int.from_bytes(data[start + 5 : start + 7]), int.from_bytes(data[start + 3 : start + 5])
        if marker == 0xDA:
            # the end mark must come after the picture itself; a preview inside the head has one of its own
            return size if data.find(b"\xff\xd9", start) >= 0 else None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and offset of its length field, up to the start of the picture's data."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _ALONE:
            place += 2
        else:
            yield marker, place + 2
            place += 2 + int.from_bytes(data[place + 2 : place + 4])


def _bmp(data: bytes) -> tuple[int, int] | None:
    small = int.from_bytes(data[14:18], "little") == 12
    width, height = struct.unpack_from("<HH" if small else "<ii", data, 18)
    bits = int.from_bytes(data[24:26] if small else data[28:30], "little")
    packed = 0 if small else int.from_bytes(data[30:34], "little")
    needed = int.from_bytes(data[10:14], "little") + (width * bits + 31) // 32 * 4 * abs(height)
    whole = packed in {1, 2} or len(data) >= needed
    return (width, abs(height)) if whole and width > 0 and height else None


def _webp(data: bytes) -> tuple[int, int] | None:
    if len(data) < int.from_bytes(data[4:8], "little") + 8:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff(data: bytes) -> tuple[int, int] | None:
    return max(_tiff_sizes(data) or (), key=lambda size: size[0] * size[1], default=None)


def _tiff_sizes(data: bytes) -> list[tuple[int, int]] | None:
    """The size of each page; None where one of them is cut off."""
    order = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    sizes: list[tuple[int, int]] = []
    seen: set[int] = set()
    while place and place not in seen and len(seen) < _MOST_FRAMES:
        seen.add(place)
        tags, place = _tiff_tags(data, order, place)
        ends = [at + length for places, lengths in zip(_PLACES, _LENGTHS, strict=True)
                for at, length in zip(tags.get(places, ()), tags.get(lengths, ()), strict=False)]  # fmt: skip
        if not ends or max(ends) > len(data) or not tags.get(_WIDTH) or not tags.get(_HEIGHT):
            return None
        sizes.append((tags[_WIDTH][0], tags[_HEIGHT][0]))
    return sizes


def _tiff_tags(data: bytes, order: str, place: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The whole numbers of one directory, by tag, and where the next directory lies."""
    (count,) = struct.unpack_from(f"{order}H", data, place)
    found: dict[int, tuple[int, ...]] = {}
    for at in range(place + 2, place + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, at)
        if kind not in {_SHORT, _LONG} or tag not in {_WIDTH, _HEIGHT, *_PLACES, *_LENGTHS}:
            continue
        letter, size = ("H", 2) if kind == _SHORT else ("I", 4)
        where = at + 8
        if number * size > 4:
            (where,) = struct.unpack_from(f"{order}I", data, where)
        if number * size > len(data):
            raise IndexError
        found[tag] = struct.unpack_from(f"{order}{number}{letter}", data, where)
    (following,) = struct.unpack_from(f"{order}I", data, place + 2 + 12 * count)
    return found, following
