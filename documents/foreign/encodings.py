"""From bytes to text: byte order mark, UTF-8, UTF-16, GB18030; exact or refused, never silent garbage.

A file cut in the middle of a UTF-8 character would decode as GB18030 into nonsense, so it is refused, not tried
(``reliability.md`` section 3 and section 7, rows 11 and 12).
"""

from __future__ import annotations

import codecs
from typing import Final

from documents.foreign.content import Remark
from models.errors import BadInput
from models.language import _

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: the share of common characters under which a guess is taken for garbage
_COMMON: Final = 0.95
_PLAIN: Final = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕「」『』—…－·％　ⅠⅡⅢ①②③④⑤⑥⑦⑧⑨⑩\n\r\t")


def text_of(data: bytes, name: str) -> tuple[str, tuple[Remark, ...]]:
    """The text of a file, and what was assumed about its encoding unless it is marked or UTF-8."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding, name, len(mark)), ()
    if b"\x00" in data:
        return _wide(data, name)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > 0:
            raise _cut(name, error.start, "UTF-8") from None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4 and plausible(data[: error.start].decode("gb18030")):
            raise _cut(name, error.start, "GB18030") from None
        raise _unknown(name) from None
    if not plausible(text):
        raise _unknown(name)
    return text, (_assumed("GB18030"),)


def decoded(data: bytes, encoding: str, name: str) -> str:
    """The text of bytes that declare their encoding; GBK and GB2312 are read as GB18030, which holds both."""
    wanted = "gb18030" if encoding.lower().replace("-", "") in {"gbk", "gb2312", "gb18030"} else encoding
    try:
        codecs.lookup(wanted)
    except LookupError:
        raise _unknown(name) from None
    return _strict(data, wanted, name, 0)


def plausible(text: str) -> bool:
    """Whether a text consists of common Chinese characters, letters and signs: the test of a guess."""
    if not text:
        return False
    sample = text[:200_000]
    return sum(_common(char) for char in sample) >= _COMMON * len(sample)


def _common(char: str) -> bool:
    if char in _PLAIN or " " <= char <= "~":
        return True
    if not "\u4e00" <= char <= "\u9fff":
        return False
    try:
        return char.encode("gb2312")[0] <= 0xF7
    except UnicodeEncodeError:
        return False


def _wide(data: bytes, name: str) -> tuple[str, tuple[Remark, ...]]:
    """UTF-16 without a mark: the byte order in which the text makes sense."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if plausible(text):
            return text, (_assumed(encoding.upper()),)
    raise _unknown(name)


def _strict(data: bytes, encoding: str, name: str, skipped: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end >= len(data):
            raise _cut(name, error.start + skipped, encoding.upper()) from None
        raise _unknown(name) from None


def _assumed(encoding: str) -> Remark:
    said = _("no mark says how the file is encoded; read as {encoding}").format(encoding=encoding)
    return Remark("W-T04", 1, 0, "", said)


def _cut(name: str, at: int, encoding: str) -> BadInput:
    return BadInput(
        "E-T01",
        _(
            "The text breaks off at byte {at} ({encoding} is not complete); the file may not have been sent whole."
        ).format(at=at, encoding=encoding),
        where=name,
        remedy=_("Get the file again."),
    )


def _unknown(name: str) -> BadInput:
    return BadInput(
        "E-T02", _("The encoding cannot be recognised."), where=name, remedy=_("Save the file as UTF-8 and try again.")
    )
