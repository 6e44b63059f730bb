"""What a form posted, proved to come from a page of ours, with each field read as what it is.

A form carries the seal of the person it was made for; a page of another site cannot know it. Beside it the browser
says where a request comes from (Sec-Fetch-Site, Origin); what comes from elsewhere is refused before it is read.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from documents.plain_text import printable
from documents.scan import shown_name
from models.errors import BadInput, Denied
from models.language import _
from models.times import civil_date
from web.frame.addresses import too_high
from web.frame.desk import IN_OWN_NAME, At, Desk, Open

#: the longest text that one field may hold, in characters
LONGEST: Final = 20_000
_FIELDS, _FILES = 4_000, 20
_MOST_DAYS: Final = 60
SEAL: Final = "seal"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came along: its name as text only, and its bytes."""

    name: str
    data: bytes


class Posted:
    """The fields of one form."""

    def __init__(self, form: FormData) -> None:
        """``form`` was proved before."""
        self._form = form

    def text(self, name: str) -> str:
        """Words as typed, without the blanks around them; E-H03 when they are too long."""
        return _text(name, self._form.get(name))

    def secret(self, name: str) -> str:
        """A password, every blank of it; E-H03 when it is too long."""
        value = self._form.get(name)
        if isinstance(value, str) and len(value) <= LONGEST:
            return value
        return _text(name, value)

    def twice(self, name: str) -> str:
        """A password that is chosen, the same in the field ``again``; E-H09."""
        chosen = self.secret(name)
        if chosen != self.secret("again"):
            raise BadInput("E-H09", _("The two passwords differ."), remedy=_("Type the new password twice."))
        return chosen

    def many(self, name: str) -> list[str]:
        """Every value of a field that may occur several times."""
        return [_text(name, value) for value in self._form.getlist(name)]

    def names(self) -> list[str]:
        """The fields that came, each once, without the seal."""
        return [name for name in dict.fromkeys(self._form) if name != SEAL]

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def number(self, name: str) -> int | None:
        """A whole number, or nothing; E-H04."""
        text = self.text(name)
        return number_of(text) if text else None

    def numbers(self, name: str) -> list[int]:
        """Every number of a field that may occur several times; E-H04."""
        return [number_of(text) for text in self.many(name) if text]

    def ticked(self, name: str) -> list[int]:
        """The numbers of the boxes that are ticked, each once; E-H57 when none is."""
        found = list(dict.fromkeys(self.numbers(name)))
        if not found:
            raise nothing_ticked()
        return found

    def figure(self, name: str) -> float | None:
        """A decimal figure, or nothing; E-H04."""
        text = self.text(name).replace(",", "").replace("，", "")
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            raise _no_number(text) from None
        if not math.isfinite(found):
            raise _no_number(text)
        return found

    def day(self, name: str) -> date | None:
        """A civil date, or nothing; E-D01."""
        return day_of(self.text(name))

    def upload(self, name: str) -> Upload | None:
        """The file of a field, or nothing."""
        found = self.uploads(name)
        return found[0] if found else None

    def uploads(self, name: str) -> list[Upload]:
        """The files of a field, in their order; how large they may be was decided before they were read."""
        found = [value for value in self._form.getlist(name) if isinstance(value, UploadFile) and value.filename]
        return [Upload(shown_name(value.filename or ""), value.file.read()) for value in found]


def nothing_ticked() -> BadInput:
    """Where something had to be chosen."""
    return BadInput("E-H57", _("Nothing is ticked."), remedy=_("Tick what it is about, then try again."))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        return ""
    text = printable(value)
    if len(text) > LONGEST:
        raise BadInput(
            "E-H03",
            _("The text is too long: {count} characters, at most {most} are taken.").format(
                count=len(text), most=LONGEST
            ),
            where=name,
            remedy=_("Shorten it, and attach what is more as a file."),
        )
    return text


def day_of(text: str) -> date | None:
    """A civil date written YYYY-MM-DD, or nothing; E-D01, also for a year in which nothing here can be due."""
    try:
        return civil_date(text) if text else None
    except ValueError:
        raise _no_day(text) from None


def needed_day(text: str) -> date:
    """The same where there must be one; E-D01."""
    found = day_of(text)
    if found is None:
        raise _no_day(text)
    return found


def _no_day(text: str) -> BadInput:
    return BadInput(
        "E-D01", _("There is no such day: {text}").format(text=text[:40]), remedy=_("Write it as YYYY-MM-DD.")
    )


def number_of(text: str) -> int:
    """A whole number from 0 that every database can hold; E-H04."""
    if not text.isascii() or not text.isdigit() or too_high(text):
        raise _no_number(text)
    return int(text)


def few_days(count: int) -> int:
    """The working days that a paper gives for an answer; E-H58."""
    if not 1 <= count <= _MOST_DAYS:
        raise BadInput(
            "E-H58",
            _("A paper gives 1 to 60 working days for an answer."),
            where=str(count),
            remedy=_("Write such a number."),
        )
    return count


def _no_number(text: str) -> BadInput:
    return BadInput("E-H04", _("“{text}” is no number.").format(text=text[:40]), remedy=_("Write digits."))


def from_here(request: Request) -> bool:
    """Whether the browser says that the request comes from one of our own pages; one that says nothing is old."""
    fetched_by = request.headers.get("Sec-Fetch-Site")
    if fetched_by is not None:
        return fetched_by in {"same-origin", "none"}
    told = request.headers.get("Origin") or request.headers.get("Referer")
    return told is None or urlsplit(told).netloc == request.headers.get("Host", "")


def _refuse_foreign(request: Request) -> None:
    if not from_here(request):
        raise Denied(
            "E-H01",
            _("This came from another site and was not done."),
            remedy=_("Open the page here and send it from there."),
        )


async def _open_form(request: Request) -> AsyncIterator[Posted]:
    _refuse_foreign(request)
    async with request.form(max_files=_FILES, max_fields=_FIELDS) as form:
        yield Posted(form)


async def _sealed_form(request: Request, desk: At) -> AsyncIterator[Posted]:
    _refuse_foreign(request)
    async with request.form(max_files=_FILES, max_fields=_FIELDS) as form:
        _refuse_unsealed(request, desk, form)
        yield Posted(form)


def _refuse_unsealed(request: Request, desk: Desk, form: FormData) -> None:
    given = request.headers.get("X-Seal") or form.get(SEAL) or ""
    seals = desk.own_seals() if request.url.path in IN_OWN_NAME else desk.form_seals()
    if not any(hmac.compare_digest(str(given).encode(), seal.encode()) for seal in seals):
        raise Denied(
            "E-H02",
            _("The form is too old, or it was opened by somebody else."),
            remedy=_("Copy what you typed, open the page anew and send it from there."),
        )


#: the fields of a form of somebody who is logged in, proved by its seal
Form = Annotated[Posted, Depends(_sealed_form)]
#: the fields of the login's form: nobody is known yet
OpenForm = Annotated[Posted, Depends(_open_form)]

__all__ = ["At", "Form", "Open", "OpenForm", "Posted", "Upload"]
