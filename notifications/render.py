"""The words of a message: templates in a strict sandbox, the office's own before the shipped ones.

A template is data, not a program: it sees plain strings, numbers, lists and dicts, calls nothing, and knows no range
to loop over (``reliability.md`` section 6). An office's own template that does not pass its trial (``trial.py``) is
not used: the shipped one stays in use and the log says why (F22).
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.errors import BadInput
from models.language import _
from notifications import trial
from notifications.sample import FIELDS, TASK_FIELDS, sample_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

log = logging.getLogger(__name__)

SHIPPED: Final = Path(__file__).parent / "templates"
PARTS: Final = ("subject", "body")
#: a rendered part may hold this many bytes
OUTPUT_BYTES: Final = 200_000
#: a subject is a line, not a letter
SUBJECT_CHARACTERS: Final = 150
#: what a template may do to a value; none of them builds text of a chosen length
FILTERS: Final = frozenset(
    {
        "count", "d", "default", "first", "float", "groupby", "int", "join", "last", "length", "list", "lower", "map",
        "max", "min", "reject", "rejectattr", "round", "select", "selectattr", "sort", "string", "sum", "trim",
        "unique", "upper",
    }
)  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME_IN_MESSAGE: Final = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words: a subject of one line and a body in plain text."""

    subject: str
    body: str


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing is called, nothing is multiplied: a template cannot make text of any length by a short word."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - the sandbox asks about each one
        """No method and no function."""
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic with small numbers only."""
        if operator == "**" or not all(isinstance(value, int | float) for value in (left, right)):
            raise SecurityError(_("“{operator}” is not allowed in a template").format(operator=operator))
        return super().call_binop(context, operator, left, right)


def events() -> tuple[str, ...]:
    """The names of all events that have words."""
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir() and not path.name.startswith("_")))


def render(event: str, fields: Mapping[str, object], *, template_dirs: Sequence[Path] = ()) -> Rendered:
    """The message of an event, from the first folder that has a good template for it, else from the shipped one.

    ``fields`` are those of ``sample.FIELDS``; others are passed over. Raises E-J01 for an event without words and
    for a field that a template names and nobody gave, ``TypeError`` for a value that is not plain.
    """
    known(event)
    plain = {name: _plain(fields[name]) for name in FIELDS if name in fields}
    subject, body = (_part(event, part, plain, template_dirs) for part in PARTS)
    return Rendered(_one_line(subject), _lines(body))


def check_template(event: str, part: str, source: str) -> None:
    """Try an office's own template before it is saved; E-J01 names template, line and field when it is not good.

    It is read for unknown fields here and rendered on sample data in a child process, which is ended when the
    template does not come to an end by itself.
    """
    known(event)
    if part not in PARTS:
        raise BadInput("E-J01", _("A message has no part “{part}”.").format(part=part), remedy=", ".join(PARTS))
    name = _name(event, part)
    with _naming(name):
        _refuse_unknown(name, _environment().parse(source))
    trial.run(name, source)


def check_folder(folder: Path) -> list[BadInput]:
    """What is wrong with the templates in an office's own folder; empty when all of them are in use."""
    wrong: list[BadInput] = []
    for file in sorted(folder.glob("*/*.txt.j2")):
        try:
            check_template(file.parent.name, file.name.removesuffix(".txt.j2"), _read(file))
        except BadInput as error:
            wrong.append(error)
    return wrong


def try_out(name: str, source: str) -> None:
    """Render a template's text on sample data, here and now; for the child process of ``trial.run``."""
    with _naming(name):
        _generate(_environment().from_string(source), sample_fields())


def known(event: str) -> None:
    """Refuse an event without words."""
    if event not in _events():
        raise BadInput(
            "E-J01",
            _("There is no message template “{event}”.").format(event=event),
            remedy=_("Choose one of: {names}").format(names=", ".join(_events())),
        )


@cache
def _events() -> tuple[str, ...]:
    return events()


@cache
def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(SHIPPED),
        auto_reload=False,
        autoescape=False,  # plain text; no channel of ours reads markup
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.filters = {name: filter_ for name, filter_ in environment.filters.items() if name in FILTERS}
    return environment


def _name(event: str, part: str) -> str:
    return f"{event}/{part}.txt.j2"


def _part(event: str, part: str, fields: dict[str, Any], template_dirs: Sequence[Path]) -> str:
    name = _name(event, part)
    for folder in template_dirs:
        file = folder / name
        if not file.is_file():
            continue
        try:
            source = _read(file)
            _passed(event, part, source)
            with _naming(name):
                return _generate(_environment().from_string(source), fields)
        except BadInput as error:
            log.warning("the template %s in the office's folder is not used: %s", name, error)
    with _naming(name):
        return _generate(_environment().get_template(name), fields)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        name = f"{file.parent.name}/{file.name}"
        raise _refusal(name, 0, _("it cannot be read as UTF-8 text")) from None


@lru_cache(maxsize=256)
def _verdict(event: str, part: str, source: str) -> BadInput | None:
    try:
        check_template(event, part, source)
    except BadInput as error:
        return error
    return None


def _passed(event: str, part: str, source: str) -> None:
    wrong = _verdict(event, part, source)
    if wrong is not None:
        raise BadInput(wrong.code, wrong.what, where=wrong.where, remedy=wrong.remedy, **wrong.fields)


def _generate(template: jinja2.Template, fields: dict[str, Any]) -> str:
    found: list[str] = []
    size = 0
    for piece in template.generate(fields):
        size += len(piece.encode("utf-8", "replace"))
        if size > OUTPUT_BYTES:
            raise SecurityError(_("it writes more than {kilobytes} KB").format(kilobytes=OUTPUT_BYTES // 1000))
        found.append(piece)
    return "".join(found)


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


class _naming:  # noqa: N801 - a context manager, used as one
    """Turns what the template engine says into a refusal that names template, line and field."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, jinja2.TemplateSyntaxError):
            raise _refusal(error.name or self._name, error.lineno, error.message or "") from None
        if isinstance(error, jinja2.UndefinedError):
            found = _NAME_IN_MESSAGE.search(error.message or "")
            name, line = _place(error, self._name)
            raise _unknown_field(name, line, (found[1] or found[2]) if found else (error.message or "")) from None
        if isinstance(error, Exception) and not isinstance(error, BadInput):
            name, line = _place(error, self._name)
            raise _refusal(name, line, str(error) or type(error).__name__) from None


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """The template and line in which it happened: the last frame of the trace that lies in a template."""
    frames: Iterator[traceback.FrameSummary] = reversed(traceback.extract_tb(error.__traceback__))
    for frame in frames:
        if frame.filename == "<template>":
            return name, frame.lineno or 0
        if frame.filename.startswith(str(SHIPPED)):
            return Path(frame.filename).relative_to(SHIPPED).as_posix(), frame.lineno or 0
    return name, 0


def _refuse_unknown(name: str, tree: nodes.Template) -> None:
    """Fields are looked up in every branch, also in those that the sample does not take."""
    unknown = meta.find_undeclared_variables(tree) - set(FIELDS)
    for node in tree.find_all(nodes.Name):
        if node.name in unknown:
            raise _unknown_field(name, node.lineno, node.name)


def _unknown_field(name: str, line: int, field: str) -> BadInput:
    return BadInput(
        "E-J01",
        _("Template {name}, line {line}: there is no field “{field}” (available: {known}).").format(
            name=name, line=line, field=field, known=", ".join([*FIELDS, *(f"task.{key}" for key in TASK_FIELDS)])
        ),
        where=f"{name}:{line}",
        remedy=_("It was not saved; the template in use stays in use."),
        template=name,
        line=line,
        field=field,
    )


def _refusal(name: str, line: int, why: str) -> BadInput:
    return BadInput(
        "E-J01",
        _("Template {name}, line {line}: {why}").format(name=name, line=line, why=why),
        where=f"{name}:{line}",
        remedy=_("It was not saved; the template in use stays in use."),
        template=name,
        line=line,
    )
