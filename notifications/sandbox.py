"""The strict sandbox in which a template becomes text; the only file here that knows the template engine.

A template is data, not a program: it sees plain strings, numbers, lists and dicts, calls nothing, and knows no range
to loop over (``reliability.md`` section 6). What the engine complains of is said as E-J01 with template and line.
"""

from __future__ import annotations

import re
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.errors import BadInput
from models.language import _
from notifications.sample import FIELDS, TASK_FIELDS, sample_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHIPPED: Final = Path(__file__).parent / "templates"
#: a rendered part may hold this many bytes
OUTPUT_BYTES: Final = 200_000
#: what a template may do to a value; none of them builds text of a chosen length
FILTERS: Final = frozenset(
    {
        "count", "d", "default", "first", "float", "groupby", "int", "join", "last", "length", "list", "lower", "map",
        "max", "min", "reject", "rejectattr", "round", "select", "selectattr", "sort", "string", "sum", "trim",
        "unique", "upper",
    }
)  # fmt: skip
_NAME_IN_MESSAGE: Final = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


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


def shipped(name: str, fields: Mapping[str, Any]) -> str:
    """The text of a template that comes with the program."""
    with naming(name):
        return _generate(_environment().get_template(name), fields)


def written(name: str, source: str, fields: Mapping[str, Any]) -> str:
    """The text of a template of the office's own, given as ``source``."""
    with naming(name):
        return _generate(_environment().from_string(source), fields)


def refuse_unknown_fields(name: str, source: str) -> None:
    """Fields are looked up in every branch, also in those that the sample does not take; E-J01."""
    with naming(name):
        _refuse_unknown(name, _environment().parse(source))


def try_out(name: str, source: str) -> None:
    """Render a template's text on sample data, here and now; for the child process of ``trial.run``."""
    written(name, source, sample_fields())


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


def _generate(template: jinja2.Template, fields: Mapping[str, Any]) -> str:
    found: list[str] = []
    size = 0
    for piece in template.generate(fields):
        size += len(piece.encode("utf-8", "replace"))
        if size > OUTPUT_BYTES:
            raise SecurityError(_("it writes more than {kilobytes} KB").format(kilobytes=OUTPUT_BYTES // 1000))
        found.append(piece)
    return "".join(found)


class naming:  # noqa: N801 - a context manager, used as one
    """Turns what the template engine says into a refusal that names template, line and field."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, jinja2.TemplateSyntaxError):
            raise refusal(error.name or self._name, error.lineno, error.message or "") from None
        if isinstance(error, jinja2.UndefinedError):
            found = _NAME_IN_MESSAGE.search(error.message or "")
            name, line = _place(error, self._name)
            raise _unknown_field(name, line, (found[1] or found[2]) if found else (error.message or "")) from None
        if isinstance(error, Exception) and not isinstance(error, BadInput):
            name, line = _place(error, self._name)
            raise refusal(name, line, str(error) or type(error).__name__) from None


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


def refusal(name: str, line: int, why: str) -> BadInput:
    """E-J01: a template that is not good, where, and what happens now."""
    return BadInput(
        "E-J01",
        _("Template {name}, line {line}: {why}").format(name=name, line=line, why=why),
        where=f"{name}:{line}",
        remedy=_("It was not saved; the template in use stays in use."),
        template=name,
        line=line,
    )
