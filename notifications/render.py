"""The words of a message: templates in the strict sandbox, the office's own before the shipped ones.

An office's own template that fails on what it is given is not used for it: the shipped one is, and who called is told
(``reliability.md`` F22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models.errors import BadInput
from models.language import _
from models.templating import Engine
from notifications.sample import FIELDS, TASK_FIELDS, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

SHIPPED: Final = Path(__file__).parent / "templates"
PARTS: Final = ("subject", "body")
#: what a letter may set for the parts that it shares with others, which have a default for each
OPTIONS: Final = ("due_label", "late_label")
#: a subject is a line, not a letter
SUBJECT_CHARACTERS: Final = 150
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_NAMES: Final = frozenset({str})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_INCLUDED: Final = re.compile(r"""\{%-?\s*include\s+["']([^"']+)["']\s*-?%\}\n?""")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words: a subject of one line and a body in plain text."""

    subject: str
    body: str


def _nobody(_name: str, _refusal: BadInput) -> None:
    """Nobody asks which of the office's templates failed."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An office's own templates, ``event/part`` → text, and who is told when one fails and the shipped one is used."""

    texts: Mapping[str, str]
    fallen: Callable[[str, BadInput], None] = _nobody


NONE: Final = OwnWords({})


@cache
def engine() -> Engine:
    """The templates of this room."""
    return Engine(SHIPPED)


@cache
def events() -> tuple[str, ...]:
    """The names of all events that have words with the program."""
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir() and not path.name.startswith("_")))


def whole(name: str) -> str:
    """A shipped template, ``event/part``, with the parts that it shares with others written out: to be read and changed."""
    return _written_out(engine().source(f"{name}.txt.j2"))


def _written_out(text: str) -> str:
    return _INCLUDED.sub(lambda found: _written_out(_part_of(found[1])), text)


def _part_of(file: str) -> str:
    """The engine drops a part's last line end, and the one behind a tag: a part that ends with a tag needs its own."""
    text = engine().source(file).removesuffix("\n")
    return f"{text}\n" if text.endswith(("%}", "#}")) else text


def own_events(names: Collection[str]) -> tuple[str, ...]:
    """The events that an office has words of its own for, and the program none: both parts are among ``names``."""
    found = {name.partition("/")[0] for name in names}
    whole = (event for event in found if all(f"{event}/{part}" in names for part in PARTS))
    return tuple(sorted(event for event in whole if event not in events()))


def render(event: str, fields: Mapping[str, object], own: OwnWords = NONE) -> Rendered:
    """The message of an event, in the office's own words where it has good ones, else in the shipped ones.

    ``fields`` are those of ``sample.FIELDS``; others are passed over. Raises E-J01 for an event without words, for
    words of the office's own that fail where the program has none, and for a field that a template names and nobody
    gave; ``TypeError`` for a value that is not plain.
    """
    if event not in events() and event not in own_events(own.texts):
        raise BadInput(
            "E-J01",
            _("There is no message template “{event}”.").format(event=event),
            remedy=_("Choose one of: {names}").format(names=", ".join(events())),
        )
    plain = {name: _plain(fields[name]) for name in FIELDS if name in fields}
    subject, body = (_part(event, part, plain, own) for part in PARTS)
    return Rendered(_one_line(subject), _lines(body))


def check_template(event: str, part: str, source: str) -> None:
    """Try an office's own template before it is saved; E-J01 names template, line and field when it is not good.

    It is read for unknown fields in every branch, and rendered on every sample.
    """
    if part not in PARTS:
        raise BadInput("E-J01", _("A message has no part “{part}”.").format(part=part), remedy=", ".join(PARTS))
    name = f"{event}/{part}"
    known, shown = [*FIELDS, *OPTIONS], [*FIELDS, *(f"task.{field}" for field in TASK_FIELDS)]
    engine().refuse_unknown(name, source, known, shown)
    for fields in samples().values():
        engine().written(name, source, fields)


def preview(event: str, part: str, source: str) -> list[str]:
    """What a text makes of an ordinary message, line by line; raises as ``check_template``."""
    check_template(event, part, source)
    return engine().written(f"{event}/{part}", source, samples()["ordinary"]).splitlines()


def _part(event: str, part: str, fields: dict[str, Any], own: OwnWords) -> str:
    name = f"{event}/{part}"
    source = own.texts.get(name)
    if source is not None:
        try:
            return engine().written(name, source, fields)
        except BadInput as refusal:
            own.fallen(name, refusal)
            if event not in events():
                raise
    return engine().shipped(f"{name}.txt.j2", fields)


def _plain(value: object) -> Any:
    """The value when it is plain data; methods of objects would run even in the sandbox."""
    if _is_plain(value):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a word of models/states is stored as the string that it is
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str.__str__(key): _plain(item) for key, item in value.items()}
    message = f"a template gets plain data only, not {type(value).__name__}"
    raise TypeError(message)


def _is_plain(value: object) -> bool:
    """Whether it is so as it stands, with all that is in it: what comes from the database is."""
    if type(value) is list:
        return _are_plain(value)
    if type(value) is dict:
        return _NAMES.issuperset(map(type, value)) and _are_plain(value.values())
    return type(value) in _PLAIN


def _are_plain(values: Iterable[object]) -> bool:
    return all(_is_plain(value) for value in values if type(value) not in _PLAIN)


def _one_line(text: str) -> str:
    """A header of its own cannot be written by user text: no line ends, no control characters."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= SUBJECT_CHARACTERS else line[: SUBJECT_CHARACTERS - 1] + "…"


def _lines(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n") + "\n"
