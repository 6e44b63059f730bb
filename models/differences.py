"""What changed between two texts, by words: for whoever compares two versions of a report.

A Chinese character is a word of its own, a figure with its decimals or a run of letters is one. Texts are first matched
by sentences and then, where those differ, by words: what stayed is found quickly in long reports, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["same", "del", "ins"]

_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)
_SENTENCE: Final = re.compile(r"[^。；！？\n]*[。；！？\n]|[^。；！？\n]+")
#: pieces whose lengths multiply to more are told as one change: matching them would take seconds
_MOST_PAIRS: Final = 1_500_000
#: fewer letters in common between two changes say nothing to a reader
_ISLAND: Final = 2


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that stayed, went (``del``) or came (``ins``)."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> tuple[Run, ...]:
    """The runs of both texts in order: ``same`` and ``del`` make up the earlier one, ``same`` and ``ins`` the later."""
    found: list[Run] = []
    for old, new in _pieces(_SENTENCE.findall(before), _SENTENCE.findall(after)):
        if old == new:
            found.append(Run("same", old))
        else:
            found += _by_words(old, new)
    return tuple(_joined(_without_islands(_joined(found))))


def changed(runs: Sequence[Run]) -> bool:
    """Whether anything differs at all."""
    return any(run.kind != "same" for run in runs)


def _by_words(old: str, new: str) -> Iterator[Run]:
    one, other = _WORD.findall(old), _WORD.findall(new)
    pairs = _pieces(one, other) if len(one) * len(other) <= _MOST_PAIRS else [(old, new)]
    for left, right in pairs:
        if left == right:
            yield Run("same", left)
        else:
            yield Run("del", left)
            yield Run("ins", right)


def _pieces(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pieces of both sides that belong together: equal where they match, else what stands for what."""
    for _tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield "".join(one[i1:i2]), "".join(other[j1:j2])


def _without_islands(runs: list[Run]) -> Iterator[Run]:
    """A letter or two that happen to be in both, with changes on either side, belong to the change."""
    for place, run in enumerate(runs):
        between = 0 < place < len(runs) - 1
        if run.kind == "same" and between and len(run.text.strip()) < _ISLAND and run.text != "\n":
            yield Run("del", run.text)
            yield Run("ins", run.text)
        else:
            yield run


def _joined(runs: Sequence[Run] | Iterator[Run]) -> list[Run]:
    """Neighbours of one kind as one run; in a change what went stands before what came."""
    found: list[Run] = []
    gone = come = ""
    for run in [*runs, Run("same", "")]:
        if run.kind == "del":
            gone += run.text
        elif run.kind == "ins":
            come += run.text
        elif run.text or gone or come:
            found += [one for one in (Run("del", gone), Run("ins", come)) if one.text]
            gone = come = ""
            if run.text and found and found[-1].kind == "same":
                found[-1] = Run("same", found[-1].text + run.text)
            elif run.text:
                found.append(run)
    return found
