"""The language a sentence is said in: gettext's catalogues in ``models/locale``.

Code marks each sentence with ``_("English sentence with {field}")`` and formats afterwards. The language is a
context variable, so one process can serve a Chinese and an English reader at once. Default: ``zh``.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOCALE_DIR: Final = Path(__file__).parent / "locale"
CATALOGUES: Final = {"zh": "zh_CN", "en": "en"}
DEFAULT: Final = "zh"

_language: ContextVar[str] = ContextVar("duban_language", default=DEFAULT)


@cache
def _catalogue(language: str) -> Catalogue:
    return Catalogue(LOCALE_DIR / CATALOGUES[language] / "LC_MESSAGES" / "duban.mo")


def current() -> str:
    """The language in force here: ``zh`` or ``en``."""
    return _language.get()


def set_language(language: str) -> None:
    """Speak ``zh`` or ``en`` from here on, in this context."""
    _language.set(language if language in CATALOGUES else DEFAULT)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """The sentence in the language in force."""
    return _catalogue(current()).say(message)


def listed(names: Iterable[str]) -> str:
    """Names one after the other as the language in force sets them apart."""
    return ("、" if current() == "zh" else ", ").join(names)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark now, translate later"
    """Mark a sentence for the catalogue without translating it yet."""
    return message
