"""The words of the papers: one template a paper, each macro of it a paragraph; the layout is not its business.

An office may put words of its own in the place of a paper's paragraphs; those it does not write itself are said in the
shipped words. Where its words fail on the data of a paper, the whole paper is made in the shipped ones.
"""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from documents.plain_text import one_line, phrase, sentence
from documents.typesetting import TEMPLATES
from models.errors import BadInput
from models.language import _
from models.templating import Engine, Paragraphs, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_ENDING: Final = "_words.jinja"


class Words:
    """The sentences of one paper, called by the names of its macros."""

    def __init__(self, paragraphs: Paragraphs) -> None:
        """Those of a template."""
        self._paragraphs = paragraphs

    def say(self, macro: str, *values: Any) -> str:
        """One paragraph."""
        for listen in _listening.get():
            listen(macro, values)
        return self._paragraphs.say(macro, *values)


@dataclass(frozen=True, slots=True)
class Spoken(Generic[T]):
    """A paper as it was made: in which words (SHA-256 of their text), and why not in the office's own if these failed."""

    made: T
    sha256: str
    failed: BadInput | None = None


#: paper → the office's own words, while a paper is made in them
_own: ContextVar[dict[str, Paragraphs]] = ContextVar("_own", default={})  # noqa: B039 - it is never changed, only replaced
_listening: ContextVar[tuple[Callable[[str, tuple[Any, ...]], None], ...]] = ContextVar("_listening", default=())


def papers() -> tuple[str, ...]:
    """The papers that have words."""
    return tuple(sorted(file.name.removesuffix(_ENDING) for file in TEMPLATES.glob(f"*{_ENDING}")))


def words(paper: str) -> Words:
    """The sentences of a paper: the office's own while one is made in them, else ``templates/<paper>_words.jinja``."""
    return Words(_own.get().get(paper) or _shipped(paper))


def source(paper: str) -> str:
    """The shipped words of a paper, as they are written."""
    return _engine().source(f"{paper}{_ENDING}")


def spoken(paper: str, own: str | None, make: Callable[[], T]) -> Spoken[T]:
    """Make a paper in the office's own words, or in the shipped ones where there are none or they fail on its data."""
    failed = None
    if own is not None:
        try:
            return Spoken(in_words(paper, own, make), sha256_of(own))
        except BadInput as refusal:
            if refusal.code != "E-J01":
                raise
            failed = refusal
    return Spoken(make(), sha256_of(source(paper)), failed)


def in_words(paper: str, own: str, make: Callable[[], T]) -> T:
    """Make a paper in the office's own words; E-J01 where they fail."""
    token = _own.set({paper: _written(paper, own)})
    try:
        return make()
    finally:
        _own.reset(token)


def overheard(make: Callable[[], object]) -> list[tuple[str, tuple[Any, ...]]]:
    """Every paragraph that making a paper asks for, with the values it is given: what its words may use."""
    heard: list[tuple[str, tuple[Any, ...]]] = []
    token = _listening.set((lambda macro, values: heard.append((macro, values)),))
    try:
        make()
    finally:
        _listening.reset(token)
    return heard


def refuse_unknown_paragraphs(paper: str, own: str) -> None:
    """A paragraph that the paper never asks for would be written in vain; names with _ are the office's helpers."""
    name = f"paper/{paper}"
    known = paragraphs(paper)
    for macro, (line, given) in _engine().macros(name, own).items():
        if macro not in known and not macro.startswith("_"):
            raise BadInput(
                "E-J02",
                _("Template {name}, line {line}: the paper has no paragraph “{macro}” (available: {known}).").format(
                    name=name, line=line, macro=macro, known=", ".join(known)
                ),
                where=f"{name}:{line}",
                remedy=_("Name it as one of these; a part that only you use begins with _."),
            )
        if macro in known and len(given) != len(known[macro]):
            head = f"{macro}({', '.join(known[macro])})"
            raise refusal(name, line, _("write the head of this paragraph as {head}").format(head=head))


def paragraphs(paper: str) -> dict[str, tuple[str, ...]]:
    """The paragraphs of a paper, in the order of its words, each with the names of what it is given; no helpers."""
    macros = _engine().macros(f"paper/{paper}", source(paper))
    return {macro: given for macro, (_line, given) in macros.items() if not macro.startswith("_")}


def unwritten(paper: str, own: str) -> list[str]:
    """The paragraphs that the office leaves to the shipped words."""
    name = f"paper/{paper}"
    return [macro for macro in paragraphs(paper) if macro not in _engine().macros(name, own)]


def sha256_of(text: str) -> str:
    """By what a version of words is known."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _shipped(paper: str) -> Paragraphs:
    return _engine().paragraphs(f"{paper}{_ENDING}")


@lru_cache(maxsize=16)
def _written(paper: str, own: str) -> Paragraphs:
    return _engine().paragraphs(f"paper/{paper}", own, base=f"{paper}{_ENDING}")


@cache
def _engine() -> Engine:
    return Engine(TEMPLATES, {"sentence": sentence, "one_line": one_line, "phrase": phrase})
