"""The words of a message: templates in a strict sandbox (``sandbox.py``), the office's own before the shipped ones.

An office's own template that does not pass its trial (``trial.py``) is not used: the shipped one stays in use and the
log says why (``reliability.md`` F22).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from models.errors import BadInput
from models.language import _
from notifications import sandbox, trial
from notifications.sample import FIELDS
from notifications.sandbox import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

PARTS: Final = ("subject", "body")
#: a subject is a line, not a letter
SUBJECT_CHARACTERS: Final = 150
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words: a subject of one line and a body in plain text."""

    subject: str
    body: str


def events() -> tuple[str, ...]:
    """The names of all events that have words with the program."""
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir() and not path.name.startswith("_")))


def own_events(folder: Path) -> tuple[str, ...]:
    """The events that an office has words of its own for, and the program none: both parts in a folder of the name."""
    whole = (path for path in folder.glob("*/") if all((path / f"{part}.txt.j2").is_file() for part in PARTS))
    return tuple(sorted(path.name for path in whole if path.name not in _events() and not path.name.startswith("_")))


def render(event: str, fields: Mapping[str, object], *, template_dirs: Sequence[Path] = ()) -> Rendered:
    """The message of an event, from the first folder that has a good template for it, else from the shipped one.

    ``fields`` are those of ``sample.FIELDS``; others are passed over. Raises E-J01 for an event without words, for
    words of the office's own that do not pass their trial where the program has none, and for a field that a template
    names and nobody gave; ``TypeError`` for a value that is not plain.
    """
    known(event, template_dirs)
    plain = {name: _plain(fields[name]) for name in FIELDS if name in fields}
    subject, body = (_part(event, part, plain, template_dirs) for part in PARTS)
    return Rendered(_one_line(subject), _lines(body))


def check_template(event: str, part: str, source: str) -> None:
    """Try an office's own template before it is saved; E-J01 names template, line and field when it is not good.

    It is read for unknown fields here and rendered on sample data in a child process, which is ended when the
    template does not come to an end by itself.
    """
    known(event)
    _try(event, part, source)


def _try(event: str, part: str, source: str) -> None:
    if part not in PARTS:
        raise BadInput("E-J01", _("A message has no part “{part}”.").format(part=part), remedy=", ".join(PARTS))
    name = _name(event, part)
    sandbox.refuse_unknown_fields(name, source)
    trial.run(name, source)


def check_folder(folder: Path) -> list[BadInput]:
    """What is wrong with the templates in an office's own folder; empty when all of them are in use."""
    wrong: list[BadInput] = []
    for file in sorted(folder.glob("*/*.txt.j2")):
        try:
            known(file.parent.name, [folder])
            _try(file.parent.name, file.name.removesuffix(".txt.j2"), _read(file))
        except BadInput as error:
            wrong.append(error)
    return wrong


def known(event: str, template_dirs: Sequence[Path] = ()) -> None:
    """Refuse an event without words: neither the program nor one of these folders has them."""
    if event not in _events() and not any(event in own_events(folder) for folder in template_dirs):
        raise BadInput(
            "E-J01",
            _("There is no message template “{event}”.").format(event=event),
            remedy=_("Choose one of: {names}").format(names=", ".join(_events())),
        )


@cache
def _events() -> tuple[str, ...]:
    return events()


def _name(event: str, part: str) -> str:
    return f"{event}/{part}.txt.j2"


def _part(event: str, part: str, fields: dict[str, Any], template_dirs: Sequence[Path]) -> str:
    name, wrong = _name(event, part), None
    for folder in template_dirs:
        file = folder / name
        if not file.is_file():
            continue
        try:
            source = _read(file)
            _passed(event, part, source)
            return sandbox.written(name, source, fields)
        except BadInput as error:
            wrong = error
            log.warning("the template %s in the office's folder is not used: %s", name, error)
    if wrong is not None and event not in _events():
        raise wrong
    return sandbox.shipped(name, fields)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        name = f"{file.parent.name}/{file.name}"
        raise sandbox.refusal(name, 0, _("it cannot be read as UTF-8 text")) from None


@lru_cache(maxsize=256)
def _verdict(event: str, part: str, source: str) -> BadInput | None:
    try:
        _try(event, part, source)
    except BadInput as error:
        return error
    return None


def _passed(event: str, part: str, source: str) -> None:
    wrong = _verdict(event, part, source)
    if wrong is not None:
        raise BadInput(wrong.code, wrong.what, where=wrong.where, remedy=wrong.remedy, **wrong.fields)


def _plain(value: object) -> Any:
    """The value when it is plain data; methods of objects would run even in the sandbox."""
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a word of models/states is stored as the string that it is
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str.__str__(key): _plain(item) for key, item in value.items()}
    message = f"a template gets plain data only, not {type(value).__name__}"
    raise TypeError(message)


def _one_line(text: str) -> str:
    """A header of its own cannot be written by user text: no line ends, no control characters."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= SUBJECT_CHARACTERS else line[: SUBJECT_CHARACTERS - 1] + "…"


def _lines(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n") + "\n"
