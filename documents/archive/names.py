"""Names of files and folders that every system can hold: no path, nothing reserved, short, never twice."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from documents.plain_text import one_line

#: bytes of a name in UTF-8; a whole path in an archive stays below 200
LONGEST_NAME: Final = 90
LONGEST_FOLDER: Final = 70
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*%\x00-\x1f]')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def portable(name: str, longest: int = LONGEST_NAME, otherwise: str = "file") -> str:
    """The name as every system takes it; its ending is kept where it has one."""
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", one_line(name)))
    plain = plain.strip(" .") or otherwise
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem or len(ending.encode()) > 10:
        stem, ending = plain, ""
    ending = f".{ending}" if ending else ""
    return _cut(stem, longest - len(ending.encode())).rstrip(" .") + ending


def unused(name: str, taken: set[str]) -> str:
    """The name, numbered when there is one like it already whatever its case; it is taken from now on."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    number, found = 1, name
    while _key(found) in taken:
        number += 1
        found = f"{stem}-{number}{dot}{ending}"
    taken.add(_key(found))
    return found


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")
