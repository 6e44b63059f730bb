"""Every refusal of the program: what is wrong, where, what to do now.

One base class; the subclass decides the exit code (``reliability.md`` section 7, row 32). Sentences are composed
by the caller with gettext, so that a refusal reads the same in the terminal, in JSON and in the browser.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DubanError(Exception):
    """A refusal said to a person: ``what`` is wrong, ``where``, and the ``remedy``."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, what: str, *, where: str = "", remedy: str = "", **fields: Any) -> None:
        """``code`` is the stable id (``E-S01``); ``fields`` travel to ``--json`` as they are."""
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.remedy = remedy
        self.fields = fields

    def __str__(self) -> str:
        """One line: code, what, where, remedy."""
        where = f" · {self.where}" if self.where else ""
        remedy = f" · {self.remedy}" if self.remedy else ""
        return f"{self.code} {self.what}{where}{remedy}"

    def as_dict(self) -> dict[str, Any]:
        """The refusal for ``--json`` and the API."""
        return {"code": self.code, "what": self.what, "where": self.where, "remedy": self.remedy, **self.fields}


class Refused(DubanError):
    """A rule forbids it (exit 1)."""


class UsageRefused(DubanError):
    """The command's words are off (exit 2)."""

    exit_code = 2


class Conflict(DubanError):
    """Someone else changed it first (exit 3)."""

    exit_code = 3


class NotFound(DubanError):
    """There is no such thing, or it is not yours: the same answer for both (exit 4)."""

    exit_code = 4


class EnvironmentRefused(DubanError):
    """The machine, the database or a file stands in the way (exit 5)."""

    exit_code = 5


class Unreachable(EnvironmentRefused):
    """The database itself does not take anything (exit 5): nor can the refusal be recorded in it."""


class BadInput(DubanError):
    """A file or a value that cannot be taken (exit 1)."""


class Denied(Refused):
    """The person may not do this (exit 1); recorded in the trail as a denial."""
