"""From a template and values to text; what is wrong is said as E-J01 with template and line.

A template is data, not a program: it runs in the strict sandbox (``sandbox.py``).
"""

from __future__ import annotations

import functools
import re
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError

from models.errors import BadInput
from models.language import _
from models.sandbox import OUTPUT_BYTES, Sandbox, Spending, UnknownField, spending
from models.template_faults import said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from contextlib import AbstractContextManager

#: so many of offices' own templates are kept ready
OWN: Final = 64
#: what an office's own template may take
SECONDS: Final = 3.0
_NAME_IN_MESSAGE: Final = re.compile(r"'([^']+)' is undefined")


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
        self._environment = Sandbox(folder, filters)
        #: an office has a few of its own, and each of its messages goes through one
        self._read = functools.lru_cache(maxsize=OWN)(self._environment.from_string)

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
        token = spending.set(Spending(seconds))
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
            spending.reset(token)

    def _place(self, error: BaseException, name: str) -> tuple[str, int]:
        """The template and line in which it happened: the last frame of the trace that lies in a template."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename == "<template>":
                return name, frame.lineno or 0
            if Path(frame.filename).is_relative_to(self._folder):
                file = Path(frame.filename).relative_to(self._folder).as_posix()
                return self._environment.place(file, frame.lineno or 0)
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
    return _fitting(template.render(fields))


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
