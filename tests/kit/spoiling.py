"""Files spoilt as disks, lines and strangers spoil them: bits turned, ends cut off, blocks put in, doubled, swapped or gone.

A package (.docx, .xlsx, .ofd) is also spoilt inside: a part of it spoilt and packed anew, left out, renamed, said twice.
The same chance spoils the same way.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

#: what parsers stumble over, wherever it stands
STONES: Final = (
    b"\0", b"\0" * 64, b"\xff" * 16, b"\r", b"\n" * 40, b"-1", b"99999999999999999999", b"1e999", b"NaN", b"<", b">",
    b"&#0;", b"&lol;", b"]]>", b'"', b"'", b"\\", b"%n%s", b"{{", b"}}", b"{% for x in x %}", b"[", b"[" * 3_000,
    b"(" * 3_000, b"=", b"/", b"../", b"\xed\xa0\x80", "\u202e".encode(), "（".encode(), "、".encode(), "一".encode() * 200,
)  # fmt: skip


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """The file with one to four things wrong."""
    inside = data.startswith(b"PK") and chance.random() < 0.6
    return _package(data, chance) if inside else _bytes(data, chance)


def _bytes(data: bytes, chance: random.Random) -> bytes:
    for _turn in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(_WAYS)(data, chance) if data else data
    return data


def _turned(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _bit in range(chance.choice((1, 1, 3, 20))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _other(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _beheaded(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(min(len(data), 64)) :]


def _gone(data: bytes, chance: random.Random) -> bytes:
    start, end = _block(data, chance)
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = _block(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 1, 50)) + data[end:]


def _swapped(data: bytes, chance: random.Random) -> bytes:
    (one, two), (three, four) = sorted((_block(data, chance), _block(data, chance)))
    if two > three:
        return data[:one] + data[one:two][::-1] + data[two:]
    return data[:one] + data[three:four] + data[two:three] + data[one:two] + data[four:]


def _stone(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(STONES) + data[place + chance.choice((0, 0, 1, 8)) :]


def _block(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 4, 30, 500)))


_WAYS: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _turned, _turned, _other, _cut, _beheaded, _gone, _doubled, _swapped, _stone, _stone,
)  # fmt: skip


def _package(data: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    at = chance.randrange(len(parts))
    name, part = parts[at]
    how = chance.random()
    if how < 0.7:
        parts[at] = (name, _bytes(part, chance))
    elif how < 0.8:
        del parts[at]
    elif how < 0.9:
        parts[at] = (chance.choice((f"../{name}", f"/{name}", name.upper(), f"{name}\u202e", "x" * 3_000)), part)
    else:
        parts.append((name, _bytes(part, chance)))
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        warnings.simplefilter("ignore")  # a name said twice is what is wanted
        for name, part in parts:
            package.writestr(name, part)
    return made.getvalue()
