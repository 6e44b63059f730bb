"""What the template engine complains of, in words for whoever wrote the template; its own are English and know paths."""

from __future__ import annotations

import re
from typing import Final

from models.language import N_, _

#: how the engine says it → how it is said here, with what it names
_SAID: Final = (
    (r"No filter named '(?P<name>.+)'", N_("there is no filter “{name}”")),
    (r"No test named '(?P<name>.+)'", N_("there is no test “{name}”")),
    (r"Encountered unknown tag '(?P<name>.+?)'",
     N_("“{name}” stands where no such tag can be; a loop begins with for and ends with endfor, a condition with if and endif")),
    (r".*block that needs to be closed is '(?P<name>\w+)'", N_("“{name}” is opened and never closed with end{name}")),
    (r"(?i)unexpected end of template", N_("what is opened with two braces or with brace and percent sign is not closed")),
    (r"(?i)expected an expression|unexpected 'end of", N_("something is missing before the closing sign")),
    (r"unexpected char (?P<name>.+?) at", N_("the sign {name} has no place here, or a quotation mark is not closed")),
    (r"(?i)unexpected '(?P<name>.+?)'|.*got '(?P<name2>.+?)'", N_("“{name}” has no place here")),
    (r"'(?P<name>.+?)' not found in search path", N_("there is no part “{name}”")),
    (r".*is not safely callable", N_("nothing is called in a template but its own macros: write no brackets behind a name")),
    (r".*attribute '(?P<name>.+?)' of .* unsafe", N_("“{name}” cannot be asked for")),
    (r".*division by zero|.*modulo", N_("a division by zero")),
    (r"maximum recursion depth", N_("it does not come to an end, or takes too much memory")),
)  # fmt: skip


def said(message: str) -> str:
    """A complaint of the engine in our words; one that is not known is given as it is."""
    for pattern, ours in _SAID:
        found = re.match(pattern, message, re.DOTALL)
        if found is not None:
            named = {key.rstrip("2"): text for key, text in found.groupdict().items() if text}
            return _(ours).format(**{"name": "", **named})
    return message
