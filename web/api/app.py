"""The interface put together: a program of its own below /api/v1, described by its own schema, refusing in JSON."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request

from web.api.refusals import answer_refusals, as_json, unfit

if TYPE_CHECKING:
    from web.frame.site import Site

PREFIX: Final = "/api/v1"
#: the files of api/ that offer a router, in the order of the reference
NOUNS: Final = (
    "me",
    "months",
    "tasks",
    "actions",
    "forms",
    "clauses",
    "units",
    "summaries",
    "parcels",
    "messages",
    "reference",
)
_TAGS: Final = {
    "me": "Whose token this is.",
    "months": "Months, and how they stand.",
    "tasks": "Tasks and their story.",
    "actions": "Moving tasks on.",
    "forms": "The paper of a unit's month: printed over its reports, taken when it comes back signed and stamped.",
    "clauses": "What the notices ask for, of whom.",
    "units": "The units, also those that have ended.",
    "summaries": "The month's summary, once it is issued.",
    "parcels": "What goes between this office and those above and below it.",
    "messages": "What the person was told.",
}
_ABOUT: Final = (
    "Everything a person may see and do with tasks, for a program that acts as this person.\n\n"
    "**Tokens.** A person makes one on the page /tokens, for themselves, with scopes that narrow what it may do. Send it "
    "as `Authorization: Bearer …`. Cookies and session tokens are not taken.\n\n"
    "**Refusals** are JSON: `code` is stable, the sentences follow `Accept-Language` (zh, en).\n\n"
    "**Once and not twice.** Send an `Idempotency-Key` with whatever changes something, and the `version` you saw.\n\n"
    "**Promise.** Within v1 nothing that is described here is taken away or changes its meaning; fields of answers, "
    "operations and values may be added, so ignore what you do not know. What breaks this becomes v2, beside v1."
)


def only_known(request: Request) -> None:
    """A parameter that there is none of is a slip, and a filter that is not applied would be a wrong answer; E-H84."""
    described = schema()["paths"].get(request.scope["route"].path, {}).get(request.method.lower(), {})
    known = {field["name"] for field in described.get("parameters", []) if field["in"] == "query"}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise unfit([{"field": f"query.{name[:60]}", "why": "unknown"} for name in unknown])


def create(site: Site) -> FastAPI:
    """The program that answers programs."""
    app = FastAPI(title="duban", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.routes.extend(_nouns().routes)
    app.state.site = site
    app.state.refuse = lambda _request, refusal: as_json(refusal)
    answer_refusals(app)
    return app


@cache
def _nouns() -> APIRouter:
    """The operations: they say what the code is, so they are put together once."""
    made = APIRouter(dependencies=[Depends(only_known)])
    for name in NOUNS:
        made.include_router(import_module(f"web.api.{name}").router)
    return made


@cache
def schema() -> dict[str, Any]:
    """The description of every operation: it says what the code is, so it is made once, when it is first asked for."""
    tags = [{"name": name, "description": told} for name, told in _TAGS.items()]
    found = get_openapi(
        title="duban 督办", version="1", openapi_version="3.1.0", summary="The interface for programs.",
        description=_ABOUT, routes=_nouns().routes, tags=tags, servers=[{"url": PREFIX}],
    )  # fmt: skip
    for one in (one for methods in found["paths"].values() for one in methods.values()):
        for answer in one["responses"].values():
            answer["description"] = answer["description"].replace("Successful Response", "What was asked for.")
    # ours are described with every operation; the library's own are never answered
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    return found
