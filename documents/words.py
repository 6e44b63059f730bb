"""The words of the papers: one template a paper, each macro of it a paragraph; the layout is not its business.

A template is strict and sandboxed: it sees plain values, and a name nobody gave is an error, not an empty place.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.plain_text import one_line, phrase, sentence
from documents.typesetting import TEMPLATES


class Words:
    """The sentences of one paper, called by the names of its macros."""

    def __init__(self, module: Any) -> None:
        """``module`` holds the macros of a compiled template."""
        self._module = module

    def say(self, macro: str, *values: Any) -> str:
        """One paragraph."""
        return str(getattr(self._module, macro)(*values)).strip()


@cache
def words(paper: str) -> Words:
    """The shipped sentences of a paper: ``templates/<paper>_words.jinja``."""
    return Words(_environment().get_template(f"{paper}_words.jinja").module)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # plain text: the writers put it into runs and JSON, never into markup
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"sentence": sentence, "one_line": one_line, "phrase": phrase}
    return environment
