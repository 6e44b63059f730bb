"""The strict sandbox in which a template becomes text; the only file that knows the template engine.

A template is data, not a program: it sees plain values, calls nothing but its own macros, and everything it does is
counted. Each step of a loop, each letter written and, for an office's own, the time are limited, so that whatever
stands in it comes to an end on any data (``reliability.md`` section 6). What is wrong is said as E-J01 with template
and line.
"""

from __future__ import annotations

import functools
import re
import time
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import meta, nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from models.errors import BadInput
from models.language import _
from models.template_faults import said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

#: a rendered text may hold this many bytes
OUTPUT_BYTES: Final = 200_000
#: steps of loops and of filters, and letters written on the way
STEPS: Final = 300_000
LETTERS: Final = 1_000_000
#: so many of offices' own templates are kept ready
OWN: Final = 64
#: what an office's own template may take
SECONDS: Final = 3.0
#: what a template may do to a value; none of them builds text of a chosen length
FILTERS: Final = frozenset(
    {
        "abs", "count", "d", "default", "first", "float", "groupby", "int", "items", "last", "length", "list", "lower", "map",
        "max", "min", "reject", "rejectattr", "select", "selectattr", "sort", "trim", "unique", "upper",
    }
)  # fmt: skip
_NAME_IN_MESSAGE: Final = re.compile(r"'([^']+)' is undefined")
_PRECISION: Final = 10


class _Spending:
    """What is left of a rendering's steps, letters and time."""

    def __init__(self, seconds: float) -> None:
        """``seconds`` of wall time from now."""
        self._steps, self._letters = STEPS, LETTERS
        self._until = time.monotonic() + seconds

    def steps(self, number: int = 1) -> None:
        self._steps -= number
        if self._steps < 0 or time.monotonic() > self._until:
            raise SecurityError(_("it does not come to an end, or takes too much memory"))

    def letters(self, number: int) -> None:
        self._letters -= number
        if self._letters < 0:
            raise SecurityError(_("it writes more than {kilobytes} KB").format(kilobytes=OUTPUT_BYTES // 1000))


_spending: ContextVar[_Spending] = ContextVar("_spending")


class UnknownField(jinja2.UndefinedError):
    """A name that nobody gave: the name, and those that there are."""

    def __init__(self, message: str, name: str, known: Collection[str]) -> None:
        """``known`` is empty where the value has no names at all."""
        super().__init__(message)
        self.name, self.known = name, known


class _Missing(jinja2.StrictUndefined):
    """A name that nobody gave is an error that knows which names there are."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = jinja2.UndefinedError) -> None:  # fmt: skip
        """As the engine makes it; ``obj`` is what the name was looked for in."""
        super().__init__(hint, obj, name, exc)
        if issubclass(exc, SecurityError):
            return
        if isinstance(obj, list | tuple):
            absent = _("the list has no such entry; ask with if whether it has any")
            self._undefined_exception = lambda _message: SecurityError(absent)  # type: ignore[assignment]
            return
        known = [str(key) for key in obj] if isinstance(obj, dict) else []
        self._undefined_exception = lambda message: UnknownField(str(message), str(name or ""), known)  # type: ignore[assignment]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing is called but the template's own macros, nothing is multiplied, everything is counted."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def is_safe_callable(self, obj: Any) -> bool:
        """No method and no function."""
        return isinstance(obj, Macro) or obj is Namespace

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field first: most of what a template asks for is one, and a dict's methods are nobody's business here."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """A macro that calls itself uses its steps up."""
        _spending.get().steps()
        return super().call(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic with small numbers; two texts, or two lists, may be joined."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _joined([left, right])
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            _spending.get().letters(len(left) + len(right))
            return left + right
        if operator == "**" or not all(isinstance(value, int | float) for value in (left, right)):
            raise SecurityError(_("“{operator}” is not allowed in a template").format(operator=operator))
        return super().call_binop(context, operator, left, right)

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *more: Any) -> Any:
        """Every template is compiled with its counters in it, also one that another one includes."""
        tree = self.parse(source, name, filename) if isinstance(source, str) else source
        return super().compile(_counting(tree), name, filename, *more)


def _counting(tree: nodes.Template) -> nodes.Template:
    """Loops, joined texts and printed values pass through a counter."""
    for loop in list(tree.find_all(nodes.For)):
        weight = sum(len(data.data) for data in loop.find_all(nodes.TemplateData))
        loop.iter = _through("_counted", loop.iter, nodes.Const(weight, lineno=loop.lineno))
    for output in list(tree.find_all(nodes.Output)):
        output.nodes = [
            node if isinstance(node, nodes.TemplateData) else _through("_measured", node) for node in output.nodes
        ]
    _replace_joins(tree)
    return tree


def _replace_joins(node: nodes.Node) -> None:
    for field, value in list(node.iter_fields()):
        children = value if isinstance(value, list) else [value]
        made = [_join_node(child) if isinstance(child, nodes.Concat) else child for child in children]
        if made != children:
            setattr(node, field, made if isinstance(value, list) else made[0])
    for child in node.iter_child_nodes():
        _replace_joins(child)


def _join_node(node: nodes.Concat) -> nodes.Filter:
    return _through("_joined", nodes.List(node.nodes, lineno=node.lineno))


def _through(name: str, node: Any, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(given), [], None, None, lineno=node.lineno)


def _counted(values: Iterable[Any], weight: int = 0) -> Iterator[Any]:
    spent = _spending.get()
    for value in values:
        spent.steps()
        spent.letters(weight)
        yield value


def _text(value: Any) -> str:
    if type(value) is str:
        _spending.get().letters(len(value))
        return value
    if isinstance(value, list | tuple | dict | Namespace):
        raise SecurityError(_("a list is not written as it is: name one of its values, or use join"))
    text = str(value)
    _spending.get().letters(len(text))
    return text


def _joined(values: Iterable[Any]) -> str:
    return "".join([_text(value) for value in values])


@pass_eval_context
def _join(context: Any, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """The filter of this name, with every letter counted before the text is made."""
    found = list(value)
    if attribute is not None:
        found = [*map(make_attrgetter(context.environment, attribute), found)]
    _spending.get().letters(len(str(d)) * len(found))
    return str(d).join([_text(one) for one in found])


def _sum(values: Iterable[Any], attribute: str | None = None) -> float:
    """The filter of this name, for numbers."""
    total: float = sum(value[attribute] if attribute else value for value in values)
    return total


def _round(value: float, precision: int = 0) -> float:
    """The filter of this name, with few places."""
    return round(float(value), min(max(precision, 0), _PRECISION))


def _charged(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that pays for what it looks through."""
    place = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @functools.wraps(filter_)
    def paying(*args: Any, **kwargs: Any) -> Any:
        value = args[place] if len(args) > place else None
        _spending.get().steps(1 + (len(value) if isinstance(value, list | tuple | dict | str) else 0))
        return filter_(*args, **kwargs)

    return paying


@dataclass(frozen=True, slots=True)
class _Below:
    """An office's own macros stand below the shipped ones that they replace: so many lines of this file come before."""

    file: str
    lines: int

    def place(self, name: str, line: int) -> tuple[str, int]:
        """The file and line as whoever wrote it knows them."""
        return (self.file, line) if 0 < line <= self.lines else (name, max(line - self.lines, 0))


class Engine:
    """The templates of one folder, and an office's own in their place."""

    def __init__(self, folder: Path, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        """``folder`` holds what ships; ``filters`` come on top of ``FILTERS``."""
        self._folder = folder
        made = _Sandbox(
            undefined=_Missing,
            loader=jinja2.FileSystemLoader(folder),
            auto_reload=False,
            autoescape=False,  # plain text: no channel reads markup, and the papers' writers put it into runs and JSON
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # what is worked out while compiling would not be counted
        )
        made.globals.clear()
        made.globals["namespace"] = Namespace  # what a loop finds out
        known = {name: _charged(filter_) for name, filter_ in made.filters.items() if name in FILTERS}
        own = {"join": _join, "sum": _sum, "round": _round, "string": _text}
        counters = {"_counted": _counted, "_measured": _text, "_joined": _joined}
        made.filters = known | own | counters | dict(filters or {})
        self._environment = made
        #: an office has a few of its own, and each of its messages goes through one
        self._read = functools.lru_cache(maxsize=OWN)(made.from_string)

    def source(self, file: str) -> str:
        """The text of a shipped template."""
        return (self._folder / file).read_text(encoding="utf-8")

    def shipped(self, name: str, fields: Mapping[str, Any]) -> str:
        """The text that a template of the folder makes."""
        with self._rendering(name, float("inf")):
            return _generate(self._environment.get_template(name), fields)

    def written(self, name: str, source: str, fields: Mapping[str, Any]) -> str:
        """The text that an office's own template makes, given as ``source``."""
        with self._rendering(name, SECONDS):
            return _generate(self._read(source), fields)

    def paragraphs(self, name: str, source: str | None = None, *, base: str = "") -> Paragraphs:
        """The macros of a shipped template, or of an office's own given as ``source``.

        The own ones come in the place of those of the shipped ``base``, wherever that calls them.
        """
        if source is None:
            with self._rendering(name, float("inf")):
                return Paragraphs(self._environment.get_template(name), lambda: self._rendering(name, float("inf")))
        shipped = self.source(base)
        rendering = partial(self._rendering, name, SECONDS, _Below(base, shipped.count("\n") + 1))
        self.macros(name, source)
        with rendering():
            return Paragraphs(self._environment.from_string(f"{shipped}\n{source}"), rendering)

    def macros(self, name: str, source: str) -> dict[str, tuple[int, tuple[str, ...]]]:
        """The macros that a source defines, each with its line and its parameters; E-J01 for what cannot be read."""
        with self._rendering(name, SECONDS):
            found = self._environment.parse(source).find_all(nodes.Macro)
            return {node.name: (node.lineno, tuple(argument.name for argument in node.args)) for node in found}

    def refuse_unknown(self, name: str, source: str, known: Collection[str], shown: Collection[str]) -> None:
        """Names are looked up in every branch, also in those that no sample takes; ``shown`` are told as available."""
        with self._rendering(name, SECONDS):
            tree = self._environment.parse(source)
            self._environment.compile(self._environment.parse(source))
        unknown = meta.find_undeclared_variables(tree) - set(known)
        for node in tree.find_all(nodes.Name):
            if node.name in unknown:
                raise _unknown_field(name, node.lineno, node.name, shown)

    @contextmanager
    def _rendering(self, name: str, seconds: float, below: _Below = _Below("", 0)) -> Iterator[None]:
        """Counts what is done, and turns what the engine says into a refusal that names template, line and field."""
        token = _spending.set(_Spending(seconds))
        try:
            yield
        except jinja2.TemplateSyntaxError as error:
            raise refusal(*below.place(error.name or name, error.lineno), said(error.message or "")) from None
        except BadInput:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a template does wrong is its fault
            place, line = below.place(*self._place(error, name))
            if isinstance(error, jinja2.UndefinedError):
                raise _unknown(error, place, line) from None
            raise refusal(place, line, said(str(error) or type(error).__name__)) from None
        finally:
            _spending.reset(token)

    def _place(self, error: BaseException, name: str) -> tuple[str, int]:
        """The template and line in which it happened: the last frame of the trace that lies in a template."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename == "<template>":
                return name, frame.lineno or 0
            if Path(frame.filename).is_relative_to(self._folder):
                return Path(frame.filename).relative_to(self._folder).as_posix(), frame.lineno or 0
        return name, 0


class Paragraphs:
    """The macros of one template, each a paragraph."""

    def __init__(self, template: jinja2.Template, rendering: Callable[[], AbstractContextManager[None]]) -> None:
        """``rendering`` opens the counters and names what goes wrong."""
        self._template, self._rendering = template, rendering
        try:
            self._module = template.module
        except Exception:  # noqa: BLE001 - with the lines of the template instead of those it was compiled to
            template.environment.handle_exception()

    def say(self, macro: str, *values: Any) -> str:
        """One paragraph; E-J01 when it cannot be said of these values."""
        with self._rendering():
            try:
                return _fitting(str(getattr(self._module, macro)(*values)).strip())
            except Exception:  # noqa: BLE001 - as above
                self._template.environment.handle_exception()


def _generate(template: jinja2.Template, fields: Mapping[str, Any]) -> str:
    return _fitting("".join(template.generate(fields)))


def _fitting(text: str) -> str:
    if len(text.encode("utf-8", "replace")) > OUTPUT_BYTES:
        raise SecurityError(_("it writes more than {kilobytes} KB").format(kilobytes=OUTPUT_BYTES // 1000))
    return text


def _unknown(error: jinja2.UndefinedError, name: str, line: int) -> BadInput:
    if isinstance(error, UnknownField):
        return _unknown_field(name, line, error.name, error.known)
    found = _NAME_IN_MESSAGE.search(error.message or "")
    return _unknown_field(name, line, found[1] if found else (error.message or ""), ())


def _unknown_field(name: str, line: int, field: str, known: Collection[str]) -> BadInput:
    return BadInput(
        "E-J01",
        _("Template {name}, line {line}: there is no field “{field}” (available: {known}).").format(
            name=name, line=line, field=field, known=", ".join(known) or "–"
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
