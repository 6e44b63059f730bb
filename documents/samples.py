"""What the words of each paper are tried on before they are saved; a paper without samples cannot be replaced.

A new paper with a ``<paper>_words.jinja`` is entered here with its cases: ordinary, empty, longest, many.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from documents import sample_chasing, sample_summary
from documents.typesetting import TEMPLATES
from documents.words import in_words, overheard, paragraphs, refuse_unknown_paragraphs, words
from models.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES: Final = ("ordinary", "empty", "longest", "many")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper: what people call it, and its cases, each a function that makes the paper."""

    title: str
    cases: Callable[[], dict[str, Callable[[], object]]]


SAMPLES: Final = {
    "summary": Sample(N_("monthly summary"), sample_summary.cases),
    "urging": Sample(N_("urging notice"), partial(sample_chasing.cases, "urging")),
    "supervision": Sample(N_("supervision notice"), partial(sample_chasing.cases, "supervision")),
    "circular": Sample(N_("circular"), partial(sample_chasing.cases, "circular")),
}


def check_words(paper: str, source: str) -> None:
    """Try an office's own words on every case; E-J01 or E-J02 name template, line and field when they are not good."""
    refuse_unknown_paragraphs(paper, source)
    for make in SAMPLES[paper].cases().values():
        in_words(paper, source, make)


def preview(paper: str, source: str) -> list[str]:
    """The paragraphs that a text makes of the first case, in the order of the paper; raises as ``check_words``."""
    check_words(paper, source)
    heard = overheard(next(iter(SAMPLES[paper].cases().values())))
    known = paragraphs(paper)

    def said() -> list[str]:
        return [words(paper).say(macro, *values) for macro, values in heard if macro in known]

    return in_words(paper, source, said)


@cache
def fields(paper: str) -> dict[str, str]:
    """What each paragraph of a paper is given: ``opening: f.units`` → an example of it, in the order of the paper."""
    names = paragraphs(paper)
    found: dict[str, str] = {}
    for make in SAMPLES[paper].cases().values():
        for macro, values in overheard(make):
            for given, value in zip(names[macro], values, strict=False):
                for path, example in _leaves(f"{macro}: {given}", value):
                    if not found.get(path):
                        found[path] = example
    return found


@cache
def _said() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((TEMPLATES / "fields.toml").read_text(encoding="utf-8"))
    return found


def meaning(field: str) -> str:
    """What a field of a paper says, in the papers' own language; empty where nobody wrote it down."""
    path = field.replace("[]", "")
    return _said()["path"].get(path) or _said()["leaf"].get(re.split(r"[.:] ?", path)[-1], "")


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The plain values in what a paragraph is given; of a list its first entry stands for all."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(f"{path}.{name}", one)
    elif isinstance(value, list | tuple):
        yield f"{path}[]", ""
        if value and isinstance(value[0], list | tuple):  # an entry of several values: a name and its list
            for place, one in enumerate(value[0], 1):
                yield from _leaves(f"{path}[].{place}", one)
        elif value:
            yield from _leaves(f"{path}[]", value[0])
    else:
        text = str(value)
        yield path, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
