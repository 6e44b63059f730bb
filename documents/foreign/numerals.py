"""How Word writes the numbers of its lists: by the names of the Office Open XML standard (ST_NumberFormat)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS: Final = "〇一二三四五六七八九"
_LEGAL: Final = str.maketrans("一二三四五六七八九十百千零", "壹贰叁肆伍陆柒捌玖拾佰仟零")
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def counted(number: int) -> str:
    """A Chinese numeral up to 9999: 一, 十一, 一百零一."""
    if not 0 < number < 10_000:
        return str(number)
    said, gap = "", False
    for value, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + word
        gap = not digit
    return said.removeprefix("一") if said.startswith("一十") else said


def _digits(number: int) -> str:
    return "".join(_DIGITS[int(char)] for char in str(number))


def _roman(number: int) -> str:
    said = ""
    for value, word in _ROMAN:
        times, number = divmod(number, value)
        said += word * min(times, 9)
    return said


def _letters(number: int) -> str:
    """A … z, then aa, bb: so Word counts on."""
    times, at = divmod(number - 1, 26)
    return chr(ord("a") + at) * min(times + 1, 9)


def _signs(first: str, most: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= most else str(number)


def _circled(number: int) -> str:
    for start, end, first in ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱")):
        if start <= number <= end:
            return chr(ord(first) + number - start)
    return str(number)


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)]


_KINDS: Final[dict[str, Callable[[int], str]]] = {
    **dict.fromkeys(("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"), counted),
    "taiwaneseCountingThousand": counted,
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digits),
    **dict.fromkeys(("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"), lambda n: counted(n).translate(_LEGAL)),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    "decimalEnclosedParen": _signs("⑴", 20),
    "decimalEnclosedFullstop": _signs("⒈", 20),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2"), lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)})),
    "decimalZero": lambda n: f"{n:02d}",
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerLetter": _letters,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    **dict.fromkeys(("bullet", "none"), lambda _n: ""),
}  # fmt: skip


def written(number: int, kind: str) -> str:
    """A list's number in the kind that Word calls ``kind``; an unknown kind is decimal."""
    return _KINDS.get(kind, str)(number)
