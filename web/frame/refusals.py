"""A refusal in the browser: the same sentence as in the terminal, the status that belongs to it, nothing typed lost.

A script that sent a form gets the sentence alone, to be put above the form, which stays as it is; a browser without
scripts gets a page, and finds the form as it was when it goes back.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from models.errors import BadInput, DubanError, EnvironmentRefused
from models.language import _
from models.postgres import Away
from web.frame.addresses import no_page
from web.frame.cookies import ACTING_FOR
from web.frame.desk import RENEWAL, Desk
from web.frame.statuses import status_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

#: whoever asked while no server answered may ask again after so long
AWAY_SECONDS: Final = 10
NEW_PASSWORD_DUE, NO_SUBSTITUTE = "E-A17", "E-A13"


def said(desk: Desk, refusal: DubanError) -> Response:
    """The refusal as the browser shows it."""
    status = status_of(refusal)
    if isinstance(refusal, Away):
        return _without_database(desk, refusal)
    if refusal.code == NEW_PASSWORD_DUE and desk.request.method == "GET":
        return desk.go(RENEWAL)
    if refusal.code == NO_SUBSTITUTE:
        return _in_own_name_again(desk, refusal)
    if status == 401 and desk.request.method == "GET" and not desk.is_part:
        return RedirectResponse(f"/login?next={quote(desk.path, safe='')}", 303)
    return _told(desk, refusal)


def _without_database(desk: Desk, refusal: Away) -> Response:
    """Nothing can be looked up for the page around it, not even who asks."""
    desk.__dict__ |= {"somebody": None, "office_name": ""}
    made = _told(desk, refusal)
    made.headers["Retry-After"] = str(AWAY_SECONDS)
    return made


def _told(desk: Desk, refusal: DubanError) -> Response:
    if desk.is_part:
        return above_the_form(desk.part("refused.html", "refusal", status=status_of(refusal), refusal=refusal))
    return desk.page("refused.html", refusal=refusal)


def above_the_form(made: Response) -> Response:
    """A refusal alone, for a script: put above what is open, whatever part of a page the form would have taken."""
    made.headers["HX-Retarget"] = "#refusal"
    made.headers["HX-Reswap"] = "innerHTML show:top"
    made.headers["HX-Reselect"] = ".notice"
    return made


def _in_own_name_again(desk: Desk, refusal: DubanError) -> Response:
    """The absence is over: nothing was done, and from the next page on the person acts in their own name."""
    desk.__dict__["actor"] = desk.__dict__["somebody"] = desk.own
    made = desk.page("refused.html", refusal=refusal)
    made.delete_cookie(ACTING_FOR, path="/")
    return made


def answer_refusals(app: FastAPI) -> None:
    """Every way in which a request can end badly has its words."""
    app.add_exception_handler(DubanError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, unforeseen)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DubanError)
    return _answer(request, error)


def _misread(request: Request, _error: Exception) -> Response:
    return _answer(request, no_page(request))


def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in {404, 405}:
        return _answer(request, no_page(request))
    refusal = BadInput(
        "E-H05", _("The request could not be read."), remedy=_("Go back, open the page anew and try again.")
    )
    return _answer(request, refusal)


def unforeseen(request: Request, error: Exception) -> Response:
    """A fault of the program: its trace goes to the log under a number, the person gets the number."""
    refusal = fault(error)
    # the address as it is registered: what stands in its place may be a secret, as in that of a calendar
    at = getattr(request.scope.get("route"), "path", request.url.path)
    log.error("fault %s at %r", refusal.where, at, exc_info=error)
    made = _answer(request, refusal)
    made.status_code = 500
    return made


def fault(error: Exception) -> EnvironmentRefused:
    """What is said of a fault: only the number under which its trace is logged, the same wherever it is said."""
    number = error.__dict__.setdefault("fault", secrets.token_hex(4))
    return EnvironmentRefused(
        "E-X00",
        _("The program has a fault; nothing half done was kept."),
        where=number,
        remedy=_("Tell this number to whoever looks after the program."),
    )


def _answer(request: Request, refusal: DubanError) -> Response:
    made: Response = request.app.state.refuse(request, refusal)
    return made


def on_page(request: Request, refusal: DubanError) -> Response:
    """For the pages; the interface for programs answers in JSON."""
    return said(Desk(request), refusal)
