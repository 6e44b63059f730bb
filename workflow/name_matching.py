"""Which unit of the register a name in a notice may mean: short and full forms, a place left out, a slip of the pen.

Pure: names in, names out. A name that is not exactly in the register is never taken for another one; it is proposed,
and a person says whether it is the same.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import IntEnum
from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: so many names are offered for one that is not known
MOST: Final = 3
_LEVELS: Final = "省市县区州旗"
_PLACE: Final = re.compile(rf"([^{_LEVELS}]{{1,4}})([{_LEVELS}])(.{{2,}})")
#: full endings and the short ones that stand for them in lists
_ENDINGS: Final = (("人民政府", "政府"), ("委员会", "委"), ("办公室", "办"))
_LINKS: Final = re.compile("[和与及、]")
#: shorter names than this are alike by chance: 市水利局 and 市水务局 are two units
_SHORTEST_SLIP: Final = 5
_SHORTEST_FORM: Final = 4
#: below this share of common letters a name is not worth proposing
_FAR: Final = 0.5


class Likeness(IntEnum):
    """How a name comes near another, the surest way first."""

    SAME_IN_FULL = 0  # 市发展改革委, 市发展和改革委员会
    WITHOUT_PLACE = 1  # 财政局, 市财政局; 市市水利局
    SHORT_FORM = 2  # 市商粮局, 市商务粮食局
    SLIP = 3  # 市商务粮贸局, 市商务粮食局
    SIMILAR = 4  # proposed, but nothing says that it is the same


def likeness(one: str, other: str) -> Likeness | None:
    """How near two different names are; None when they have too little in common."""
    first, second = _plain(one), _plain(other)
    if first == second:
        return Likeness.SAME_IN_FULL
    if any(_same_stem(*pair) for pair in product(_readings(first), _readings(second))):
        return Likeness.WITHOUT_PLACE
    if _letters_left_out(first, second):
        return Likeness.SHORT_FORM
    if _one_letter_off(first, second):
        return Likeness.SLIP
    return Likeness.SIMILAR if SequenceMatcher(None, first, second).ratio() > _FAR else None


def nearest(name: str, register: Iterable[str], most: int = MOST) -> list[str]:
    """The names of the register that come nearest, the nearest first."""
    return [known for _likeness, known in _ranked(name, register)][:most]


def probable(name: str, register: Iterable[str], most: int = MOST) -> list[str]:
    """Of these, the ones that it probably is: by a rule, not by mere similarity."""
    return [known for how, known in _ranked(name, register) if how < Likeness.SIMILAR][:most]


def _ranked(name: str, register: Iterable[str]) -> list[tuple[Likeness, str]]:
    found = [(how, known) for known in dict.fromkeys(register) if (how := likeness(name, known)) is not None]
    return sorted(found, key=lambda pair: (pair[0], -SequenceMatcher(None, name, pair[1]).ratio()))


def _plain(name: str) -> str:
    """A name with its short ending, without the words that link its parts; 某区政府 is 某区."""
    for long, short in _ENDINGS:
        if name.endswith(long) and len(name) > len(long):
            name = name.removesuffix(long) + short
    bare = name.removesuffix("政府")
    return _LINKS.sub("", bare if bare != name and bare[-1:] in set(_LEVELS) and len(bare) > 1 else name)


def _readings(name: str) -> Iterator[tuple[str, str, str]]:
    """The ways to part a name into place, level and what it does: 甲市水利局, 市水利局, 水利局."""
    yield "", "", name
    if name[0:1] in set(_LEVELS):
        yield "", name[0], name[1:]
    if found := _PLACE.fullmatch(name):
        yield found[1], found[2], found[3]


def _same_stem(one: Sequence[str], other: Sequence[str]) -> bool:
    same_place = all(not a or not b or a == b for a, b in zip(one[:2], other[:2], strict=True))
    return same_place and one[2] == other[2] and len(one[2]) >= 2


def _letters_left_out(one: str, other: str) -> bool:
    """Whether the shorter name is the longer one with letters left out between its ends."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST_FORM or len(short) == len(long) or (short[0], short[-1]) != (long[0], long[-1]):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _one_letter_off(one: str, other: str) -> bool:
    """Whether one letter was written for another between the ends, or two changed places."""
    if len(one) != len(other) or len(one) < _SHORTEST_SLIP:
        return False
    off = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(off) == 2 and off[1] == off[0] + 1:
        return (one[off[0]], one[off[1]]) == (other[off[1]], other[off[0]])
    return len(off) == 1 and 0 < off[0] < len(one) - 1
