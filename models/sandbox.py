"""The strict sandbox of templates: plain values, its own macros, and everything it does is counted.

Each step of a loop, each letter written and, for an office's own, the time are limited, so that whatever stands in a
template comes to an end on any data (``reliability.md`` section 6).
"""

from __future__ import annotations

import functools
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import nodes, pass_eval_context
from jinja2.exceptions import SecurityError, TemplateNotFound
from jinja2.filters import make_attrgetter
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

#: a rendered text may hold this many bytes
OUTPUT_BYTES: Final = 200_000
#: steps of loops and of filters, and letters written on the way
STEPS: Final = 300_000
LETTERS: Final = 1_000_000
#: what a template may do to a value; none of them builds text of a chosen length
FILTERS: Final = frozenset(
    {
        "abs", "count", "d", "default", "first", "float", "groupby", "int", "items", "last", "length", "list", "lower", "map",
        "max", "min", "reject", "rejectattr", "select", "selectattr", "sort", "trim", "unique", "upper",
    }
)  # fmt: skip
#: a template has fewer lines than this
LINES: Final = 10_000
_PRECISION: Final = 10


class Spending:
    """What is left of a rendering's steps, letters and time."""

    def __init__(self, seconds: float) -> None:
        """``seconds`` of wall time from now."""
        self._steps, self._letters = STEPS, LETTERS
        self._until = time.monotonic() + seconds

    def steps(self, number: int = 1) -> None:
        """So many steps were taken."""
        self._steps -= number
        if self._steps < 0 or time.monotonic() > self._until:
            raise SecurityError(_("it does not come to an end, or takes too much memory"))

    def letters(self, number: int) -> None:
        """So many letters were written."""
        self._letters -= number
        if self._letters < 0:
            raise SecurityError(_("it writes more than {kilobytes} KB").format(kilobytes=OUTPUT_BYTES // 1000))


spending: ContextVar[Spending] = ContextVar("spending")


class UnknownField(jinja2.UndefinedError):
    """A name that nobody gave: the name, and those that there are."""

    def __init__(self, message: str, name: str, known: Collection[str]) -> None:
        """``known`` is empty where the value has no names at all."""
        super().__init__(message)
        self.name, self.known = name, known


class Missing(jinja2.StrictUndefined):
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


class Sandbox(ImmutableSandboxedEnvironment):
    """Nothing is called but the template's own macros, nothing is multiplied, everything is counted."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, folder: Path, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        """``folder`` holds what ships; ``filters`` come on top of ``FILTERS``."""
        self._loader = jinja2.FileSystemLoader(folder)
        super().__init__(
            undefined=Missing,
            loader=self._loader,
            auto_reload=False,
            autoescape=False,  # plain text: no channel reads markup, and the papers' writers put it into runs and JSON
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # what is worked out while compiling would not be counted
        )
        self.globals.clear()
        self.globals["namespace"] = Namespace  # what a loop finds out
        known = {name: _charged(filter_) for name, filter_ in self.filters.items() if name in FILTERS}
        own = {"join": _join, "sum": _sum, "round": _round, "string": _text}
        counters = {"_counted": _counted, "_measured": _text, "_joined": _joined}
        self.filters = known | own | counters | dict(filters or {})
        self._parts: list[str] = []

    def is_safe_callable(self, obj: Any) -> bool:
        """No method and no function."""
        return isinstance(obj, Macro) or obj is Namespace

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field first: most of what a template asks for is one, and a dict's methods are nobody's business here."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """A macro that calls itself uses its steps up."""
        spending.get().steps()
        return super().call(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic with small numbers; two texts, or two lists, may be joined."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _joined([left, right])
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            spending.get().letters(len(left) + len(right))
            return left + right
        if operator == "**" or not all(isinstance(value, int | float) for value in (left, right)):
            raise SecurityError(_("“{operator}” is not allowed in a template").format(operator=operator))
        return super().call_binop(context, operator, left, right)

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *more: Any) -> Any:
        """Every template is compiled with its counters in it; what ships, with its parts in their places, too."""
        tree = self.parse(source, name, filename) if isinstance(source, str) else source
        if name is not None:
            tree = _WithParts(self).visit(tree)
        return super().compile(_Counted().visit(tree), name, filename, *more)

    def part(self, name: str) -> list[nodes.Node]:
        """What a template consists of, each line under a number that says which template it is of (``place``)."""
        if name not in self._parts:
            self._parts.append(name)
        source, filename, _fresh = self._loader.get_source(self, name)
        body = self.parse(source, name, filename).body
        for node in (found for top in body for found in (top, *top.find_all(nodes.Node))):
            if node.lineno is not None:
                node.lineno += LINES * (1 + self._parts.index(name))
        return body

    def place(self, name: str, line: int) -> tuple[str, int]:
        """The template and line that a line of a compiled one comes from."""
        part, line = divmod(line, LINES)
        return (self._parts[part - 1] if part else name), line


class _WithParts(NodeTransformer):
    """Puts a part where it is included: what it says need not pass through another template, line by line."""

    def __init__(self, sandbox: Sandbox) -> None:
        """The parts are those of its folder."""
        self._sandbox = sandbox

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 - jinja2 calls it so
        """The part; whatever is not simply named is looked for when the template is used."""
        if not isinstance(node.template, nodes.Const):
            return [node]
        try:
            body = self._sandbox.part(node.template.value)
        except TemplateNotFound:
            return [node]
        return [inner for top in body for inner in self.visit_list(top)]


class _Counted(NodeTransformer):
    """Loops, joined texts and printed values pass through a counter."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - jinja2 calls it so
        """Each step costs, and what it writes by itself."""
        weight = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = _through("_counted", node.iter, nodes.Const(weight, lineno=node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        """The letters of what is joined are counted before it is made."""
        self.generic_visit(node)
        return _through("_joined", nodes.List(node.nodes, lineno=node.lineno))

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802
        """What stands in the template by itself is as long as it is."""
        self.generic_visit(node)
        node.nodes = [one if isinstance(one, nodes.TemplateData) else _through("_measured", one) for one in node.nodes]
        return node


def _through(name: str, node: Any, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(given), [], None, None, lineno=node.lineno)


def _counted(values: Iterable[Any], weight: int = 0) -> Iterator[Any]:
    spent = spending.get()
    for value in values:
        spent.steps()
        spent.letters(weight)
        yield value


def _text(value: Any) -> str:
    if type(value) is str:
        spending.get().letters(len(value))
        return value
    if isinstance(value, list | tuple | dict | Namespace):
        raise SecurityError(_("a list is not written as it is: name one of its values, or use join"))
    text = str(value)
    spending.get().letters(len(text))
    return text


def _joined(values: Iterable[Any]) -> str:
    return "".join([_text(value) for value in values])


@pass_eval_context
def _join(context: Any, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """The filter of this name, with every letter counted before the text is made."""
    found = list(value)
    if attribute is not None:
        found = [*map(make_attrgetter(context.environment, attribute), found)]
    spending.get().letters(len(str(d)) * len(found))
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
        spending.get().steps(1 + (len(value) if isinstance(value, list | tuple | dict | str) else 0))
        return filter_(*args, **kwargs)

    return paying
