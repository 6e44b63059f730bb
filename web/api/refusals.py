"""A refusal for a program: always JSON, the same code and sentences as in the browser and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from models.errors import BadInput, DubanError, NotFound, Refused
from models.language import _
from models.postgres import Away
from web.frame.refusals import AWAY_SECONDS, fault
from web.frame.statuses import status_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

#: the code of the refusal, which has a status of its own
TOO_FAST: Final = "E-H88"
#: refusals that only programs meet
_OWN: Final = {"E-H81": 401, TOO_FAST: 429}
_SERVER_ERROR: Final = 500
_NAMED: Final = 20


class Refusal(BaseModel):
    """What is wrong, where, and what to do now. ``code`` never changes its meaning; the sentences are for people."""

    model_config = ConfigDict(extra="allow", title="Refusal")

    code: str = Field(examples=["E-409"], description="Stable; programs decide by it.")
    what: str = Field(description="What is wrong, in the language asked for.")
    where: str = Field(description="Which field, task or thing it is about; may be empty.")
    remedy: str = Field(description="What to do now; may be empty.")


class RefusalAnswer(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(title="RefusalAnswer")

    error: Refusal


_WHEN: Final[dict[int, str]] = {
    400: "The body cannot be read as what it claims to be.",
    401: "No token, or one that is unknown, expired or revoked (`E-H81`).",
    403: "The person may not do this (`E-403`), or the token's scopes are too narrow (`E-H82`).",
    404: "It does not exist, or it does not exist for this person: the same answer for both.",
    409: "Somebody acted first (`E-409`), or a rule forbids it in this state. Nothing was changed.",
    422: "A field, cursor or file cannot be taken; `fields` names each. Nothing was changed.",
    429: "More than 600 calls a minute with this token (`E-H88`); `Retry-After` says how long to wait.",
    503: "The database or the disk is in the way; try again later.",
}


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that an operation documents; those of the token, of the fields and of the machine always."""
    return {
        status: {"model": RefusalAnswer, "description": _WHEN[status]}
        for status in sorted({401, 403, 422, 429, 503, *statuses})
    }


def as_json(refusal: DubanError, status: int = 0) -> Response:
    """The answer to a program."""
    code = status or _OWN.get(refusal.code) or status_of(refusal)
    made = JSONResponse({"error": _plain(refusal)}, code)
    if code == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    if code == 429:
        made.headers["Retry-After"] = str(refusal.fields["retry_after"])
    if isinstance(refusal, Away):
        made.headers["Retry-After"] = str(AWAY_SECONDS)
    return made


def _plain(refusal: DubanError) -> dict[str, Any]:
    kept = (str, int, float, bool, list, dict, type(None))
    return {name: value if isinstance(value, kept) else str(value) for name, value in refusal.as_dict().items()}


def answer_refusals(app: FastAPI) -> None:
    """Every way in which a call can end badly is said in JSON."""
    app.add_exception_handler(DubanError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, _unforeseen)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DubanError)
    return as_json(error)


def _misread(_request: Request, error: Exception) -> Response:
    """Which fields cannot be taken, and why; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "why": str(one["msg"])} for one in error.errors()[:_NAMED]
    ]
    return as_json(unfit(fields))


def unfit(fields: list[dict[str, str]]) -> BadInput:
    """The fields that cannot be taken."""
    return BadInput(
        "E-H84",
        _("Some fields cannot be taken as they were sent."),
        where=fields[0]["field"] if fields else "",
        remedy=_("Correct the fields that are named, as the reference describes them."),
        fields=fields[:_NAMED],
    )


def no_such_address(request: Request) -> NotFound:
    """There is nothing for programs at this address."""
    return NotFound(
        "E-H06",
        _("There is no such page."),
        where=request.url.path[:120],
        remedy=_("See the reference at /api/v1/docs."),
    )


def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DubanError):  # raised while the body was read: more than is taken
        return as_json(error.__cause__)
    if error.status_code == 404:
        return as_json(no_such_address(request))
    if error.status_code == 405:
        method = Refused(
            "E-H85",
            _("This address does not take the method {name}.").format(name=request.method[:20]),
            where=request.url.path[:120],
            remedy=_("See the reference at /api/v1/docs."),
        )
        made = as_json(method, 405)
        made.headers["Allow"] = (error.headers or {}).get("Allow", "")
        return made
    refusal = BadInput("E-H05", _("The request could not be read."), remedy=_("See the reference at /api/v1/docs."))
    return as_json(refusal, error.status_code)


def _unforeseen(_request: Request, error: Exception) -> Response:
    """A fault of the program: the caller gets the number under which the whole program logs it, once, further out."""
    return as_json(fault(error), _SERVER_ERROR)
