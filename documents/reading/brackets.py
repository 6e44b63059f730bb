"""Finding the lists of units in a text: well-formed brackets, and those that lost one sign or both.

One pass over the text cut at its separators, so the time grows with the length alone. A bracket holds units when the
first name in it has a unit's shape; whatever does not fit stays in the text. What was repaired is recorded.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from documents.reading import duties, units
from documents.reading.found import Found

if TYPE_CHECKING:
    from documents.reading.source import Body

_TOKENS: Final = re.compile(r"[^、,;。()!?]+|[、,;。()!?]")
_BETWEEN: Final = frozenset("、,;")
_STOPS: Final = frozenset("。!?")
_SIGNS: Final = _BETWEEN | _STOPS | frozenset("()")
#: what may stand right behind the first name of a list
_BEHIND: Final = _BETWEEN | {")"}
_BRACKET: Final = re.compile(r"[()]")
#: the label of a list, right before its first name
_LABELLED: Final = re.compile(r"[\u4e00-\u9fff]{0,4}(?:单位|部门|主体): *$")
#: the shape of a first name that runs straight on from the words before it
_TAIL: Final = re.compile(r"[省市县区州盟旗](?:(?![省市县区州盟旗])[\u4e00-\u9fff]){1,16}$")


def pairs(norm: str) -> dict[int, int]:
    """Where each bracket that has its other one closes; a stop does not end a pair."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for sign in _BRACKET.finditer(norm):
        if sign.group() == "(":
            opened.append(sign.start())
        elif opened:
            found[opened.pop()] = sign.start()
    return found


def lists_of(body: Body) -> list[Found]:
    """The lists of units of a body that can be found without knowing a name; looked for once."""
    if body.lists is None:
        body.lists = Finder(body.norm, frozenset()).find()
    return body.lists


class Finder:
    """Finds the unit lists of one body of text; ``known`` are names seen whole elsewhere in the notice."""

    def __init__(self, norm: str, known: frozenset[str]) -> None:
        self.norm = units.masked(norm)
        self.whole = norm
        self.known = known
        self.pairs: dict[int, int] = {}
        #: the tokens, where each begins, and the bracket that closes behind it
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.closing: list[int] = []

    def _cut(self) -> None:
        self.pairs = pairs(self.whole)
        self.texts = _TOKENS.findall(self.norm)
        self.starts = [0, *accumulate(map(len, self.texts))][:-1]
        self.closing = self._closings()

    def _closings(self) -> list[int]:
        """For each token the next closing bracket, -1 where a sentence ends or a bracket opens before it."""
        closing, last = [-1] * (len(self.texts) + 1), -1
        for at in range(len(self.texts) - 1, -1, -1):
            text = self.texts[at]
            if text == ")":
                last = at
            elif text == "(" or text in _STOPS:
                last = -1
            closing[at] = last
        return closing

    def find(self) -> list[Found]:
        """All lists in the order of the text; where no name is known yet, only a bracket can begin one."""
        if not self.known and "(" not in self.norm:
            return []
        self._cut()
        return self._listed() if self.known else self._opened()

    def _opened(self) -> list[Found]:
        """The lists that an opening bracket begins."""
        lists: list[Found] = []
        at = 0
        while at < len(self.texts):
            found, at = self._bracket(at) if self.texts[at] == "(" else (None, at + 1)
            if found:
                lists.append(found)
        return lists

    def _listed(self) -> list[Found]:
        """The lists that a bracket or a known name begins."""
        lists: list[Found] = []
        at, depth, fresh = 0, 0, True  # fresh: a sentence, or the text after a list, begins here
        while at < len(self.texts):
            text = self.texts[at]
            if text == "(":
                found, after = self._bracket(at)
            elif depth == 0 and text not in _SIGNS:
                found, after = self._unopened(at, fresh=fresh)
            else:
                found, after = None, at + 1
            if found:
                lists.append(found)
                at, depth, fresh = after, 0, not found.only_possible
                continue
            if text in _STOPS:
                depth, fresh = 0, True
            else:
                depth = max(depth + (text == "(") - (text == ")"), 0)
                fresh = fresh and (not text.strip() or text in ",;")
            at = max(after, at + 1)
        return lists

    def _bracket(self, at: int) -> tuple[Found | None, int]:
        """The list that the opening bracket of this token begins, and the token behind it."""
        start = self.starts[at]
        told = self._told(start)
        if told:
            return told, bisect_left(self.starts, told.end)
        if duties.explains(self.whole[start + 1 : start + 8]):
            return None, at + 1
        fresh_list = Found(start, start + 1, opened=True, names_units=self._names_units(at + 1))
        found, after = self._read(at + 1, fresh_list)
        return (found, after) if found.names and self._sure(found) else (None, at + 1)

    def _told(self, start: int) -> Found | None:
        """A whole bracket that says, in a form that is fully understood, who does the work."""
        end = self.pairs.get(start, -1)
        duty = duties.read(self.whole[start + 1 : end], self.known) if 0 < end - start <= duties.LONGEST else None
        if duty is None:
            return None

        def moved(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
            return [(begin + start + 1, stop + start + 1) for begin, stop in spans]

        found = Found(start, end + 1, opened=True, closed=True, labelled=duty.told or not duty.names)
        found.names = moved([name[:2] for name in duty.names])
        found.leads = moved([name[:2] for name in duty.names if name[2] == duties.LEAD])
        found.supports = moved([name[:2] for name in duty.names if name[2] == duties.SUPPORT])
        found.odd, found.remarks = moved(duty.odd), moved(duty.remarks)
        found.persons, found.times = moved(duty.persons), moved(duty.times)
        found.rule = moved(duty.rules)[0] if duty.rules else None
        return found if self._sure(found) else None

    def _names_units(self, at: int) -> bool:
        """Whether a bracket that is closed holds, behind its first name, a collective name or a unit with its place."""
        names = (text.strip() for text in self.texts[at + 1 : max(self.closing[at], at)])
        return any(units.is_group(name) or units.is_placed_unit(name) or name in self.known for name in names)

    def _name(self, span: tuple[int, int]) -> str:
        return self.norm[span[0] : span[1]]

    def _sure(self, found: Found) -> bool:
        """Whether an opened bracket names responsible units rather than explaining a word."""
        names = [self._name(span) for span in found.names]
        if found.labelled or any(n in self.known or units.is_group(n) or units.is_placed_unit(n) for n in names):
            return True
        rest = self.norm[found.end : found.end + 1]
        return found.closed and (rest in {"", "。", " "})

    def _unopened(self, at: int, *, fresh: bool) -> tuple[Found | None, int]:
        """A list whose opening bracket is lost: its first name follows other words, or begins a sentence."""
        if at + 1 >= len(self.texts) or self.texts[at + 1] not in _BEHIND:
            return None, at + 1
        begin = self.starts[at]
        text = self.texts[at].rstrip()
        name = units.known_at_end(text, self.known)
        if not name:
            return None, at + 1
        start = begin + len(text) - len(name)
        found, after = self._read(at, Found(start, start, opened=False), start)
        label = _LABELLED.search(text[: -len(name)])
        if label:
            found.start, found.labelled = begin + label.start(), True
        grouped = len(found.names) > 1 and units.is_group(self._name(found.names[-1]))
        if not found.names or not (found.closed or grouped):
            return None, after
        begins = fresh and not text[: found.start - begin if label else -len(name)].strip()
        found.only_possible = not found.closed and not begins
        if found.closed and not begins and start == begin:
            self._first_unknown(found, at)
        return found, after

    def _first_unknown(self, found: Found, at: int) -> None:
        """Names before the first known one belong to the list too; the first of them is cut by its shape."""
        while at >= 2 and self.texts[at - 1] in _BETWEEN:
            begin = self.starts[at - 2]
            text = self.texts[at - 2].rstrip()
            tail = _TAIL.search(text[-units.LONGEST :])
            if units.is_placed_unit(text):
                found.names.insert(0, (begin, begin + len(text)))
            elif tail and units.is_unit(tail.group()):
                span = (begin + len(text) - len(tail.group()), begin + len(text))
                found.names.insert(0, span)
                found.guessed.append(span)
            else:
                return
            found.start = found.names[0][0]
            if found.guessed:
                return
            at -= 2

    def _read(self, at: int, found: Found, begin: int = -1) -> tuple[Found, int]:
        """Read names from a token on, until the bracket closes or the list breaks off."""
        while at < len(self.texts):
            text = self.texts[at]
            if text == ")":
                found.closed, found.end = True, self.starts[at] + 1
                return found, at + 1
            if text == "(" or text in _STOPS:
                break
            if text not in _BETWEEN and text.strip() and not self._segment(at, found, begin):
                break
            if found.closed:
                return found, self.closing[at] + 1
            begin = -1
            at += 1
        return found, at

    def _segment(self, at: int, found: Found, begin: int) -> bool:
        """Take one segment as a name; False when the list ends in it or before it."""
        begin = max(begin, self.starts[at])
        text = self.texts[at][begin - self.starts[at] :]
        begin += len(text) - len(text.lstrip())
        text = text.strip()
        if found.names and units.has_other_label(text) and self.closing[at] > 0:
            close = self.starts[self.closing[at]]
            found.rule, found.closed, found.end = (begin, close), True, close + 1
            return True
        remark = units.remark_at(text)
        if remark > 0:
            found.rule = (begin + remark, begin + len(text))
        bare, cut = units.unlabelled(text)
        found.labelled = found.labelled or bare != text
        begin += cut
        length = self._length(at, bare, begin, found)
        if length:
            found.names.append((begin, begin + length))
            found.end = begin + length
        if 0 < length < len(bare):
            self.starts[at], self.texts[at] = begin + length, bare[length:]
        return length == len(bare) > 0

    def _goes_on(self, bare: str, found: Found) -> bool:
        """Whether a level without a place goes on with the collective name before it: 各区、县级市."""
        before = self._name(found.names[-1]) if found.names else ""
        return units.is_level(bare) and (units.is_group(before) or units.is_level(before))

    def _length(self, at: int, bare: str, begin: int, found: Found) -> int:
        """How much of a segment is a name: all of it, its beginning where words are glued on, or nothing."""
        last = self.closing[at] == at + 1
        grouped = units.group_at(bare)
        span = (begin, begin + len(bare))
        if grouped and grouped < len(bare) and last and units.is_unit(bare):
            found.odd.append(span)  # a kind of unit in each place (有关县市区住建局), or two damages at once
            return len(bare)
        if grouped:
            return grouped
        if bare in self.known or units.is_unit(bare) or self._goes_on(bare, found):
            return len(bare)
        listed = found.names or found.names_units
        if listed and found.opened and self.closing[at] > 0 and len(bare) <= units.LONGEST:
            found.odd.append(span)
            return len(bare)
        known = units.known_at_start(bare, self.known)
        if known:
            found.guessed.append((span[0], span[0] + len(known)))
        return len(known)
