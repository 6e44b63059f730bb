"""The desk put together: its pages, the guards before them, and how a refusal is answered."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.staticfiles import StaticFiles

import web.api.app
from web.api.refusals import as_json
from web.frame.addresses import only_what_can_be
from web.frame.gate import Gate, names_of
from web.frame.guards import Guards
from web.frame.refusals import answer_refusals, on_page
from web.frame.rendering import STATIC

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

    from models.errors import DubanError
    from web.frame.site import Site

#: the files of pages/ that offer a router; ``attaching`` stands before ``forms``, whose addresses hold any code
PAGES: Final = (
    "account",
    "asking",
    "attaching",
    "board",
    "calendar",
    "channels",
    "decisions",
    "duties",
    "entrance",
    "filing",
    "filing_all",
    "filing_sheet",
    "flows",
    "forms",
    "home",
    "inbox",
    "levels",
    "metrics",
    "months",
    "notices",
    "papers",
    "people",
    "plan",
    "previews",
    "problems",
    "review",
    "rules",
    "search",
    "second_factor",
    "signing",
    "summaries",
    "tasks",
    "templates",
    "tokens",
    "trail",
    "units",
    "viewer",
    "workdays",
)
_A_YEAR: Final = "public, max-age=31536000, immutable"


class _Static(StaticFiles):
    """Our own files: their addresses name their content, so that a browser asks for each once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        made = await super().get_response(path, scope)
        made.headers["Cache-Control"] = _A_YEAR if b"v=" in scope["query_string"] else "no-cache"
        return made


def _refuse(request: Request, refusal: DubanError) -> Response:
    """A program is answered in JSON wherever it loses its way, a person with a page."""
    if request.url.path.startswith("/api/"):
        return as_json(refusal)
    return on_page(request, refusal)


@cache
def _pages() -> APIRouter:
    """The addresses of the pages: they say what the code is, so they are put together once."""
    made = APIRouter(dependencies=[Depends(only_what_can_be)], include_in_schema=False)
    for name in PAGES:
        made.include_router(import_module(f"web.pages.{name}").router)
    return made


def create(site: Site) -> FastAPI:
    """The program behind the web server."""
    app = FastAPI(title="duban", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    app.state.refuse = _refuse
    answer_refusals(app)
    app.mount("/static", _Static(directory=STATIC))
    app.mount(web.api.app.PREFIX, web.api.app.create(site))
    app.routes.extend(_pages().routes)
    app.add_middleware(Gate, names=names_of(site.settings.web), buckets=site.buckets)
    app.add_middleware(Guards, language=site.settings.language, secure=site.secure)
    if site.meter is not None:
        from web.frame.meter import Metering

        app.add_middleware(Metering, meter=site.meter)
    return app
