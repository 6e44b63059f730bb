"""Pages from templates: everything that is put in is escaped, a name that is missing is a fault, sentences are gettext's.

Beside ``models/templating.py`` and its sandbox the one place that knows jinja2: these templates are the program's own and make
HTML, those may be an office's and make plain text.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2

from documents.plain_text import aim
from models.language import _, current, listed
from models.times import shown
from web.frame.remedies import for_page
from web.frame.wording import day, month

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(__file__).resolve().parents[1]
STATIC: Final = HERE / "static"


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update({"_": _, "listed": listed, "static": static, "language": current, "aim": aim})
    made.filters.update({"shown": shown, "day": day, "month": month, "lines": _lines, "for_page": for_page})
    return made


def render(template: str, fields: Mapping[str, Any]) -> str:
    """The text that a template makes."""
    return _environment().get_template(template).render(fields)


def render_block(template: str, block: str, fields: Mapping[str, Any]) -> str:
    """The text of one of its blocks."""
    found = _environment().get_template(template)
    return "".join(found.blocks[block](found.new_context(dict(fields))))


@cache
def static(name: str) -> str:
    """The address of a file of ours, with its content in it: a new version is fetched at once, an old one never again."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _lines(text: str) -> list[str]:
    """Text as its paragraphs."""
    return [line.strip() for line in text.splitlines() if line.strip()]
