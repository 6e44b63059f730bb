"""Before any page: whether the desk is known by this name, and whether this caller does not ask too often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.errors import BadInput, DubanError, Refused
from models.language import _
from web.api.refusals import as_json
from web.frame import limits
from web.frame.callers import address_of
from web.frame.cookies import token_of
from web.frame.refusals import above_the_form
from web.frame.rendering import render
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from models.settings import WebSettings
    from web.frame.limits import Buckets

#: this machine, by the names that it always has
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - told apart, not listened on
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/\\@\s]+))(?::\d{1,5})?")


class Gate:
    """Within the layer that speaks a language and sets the headers, around everything else."""

    def __init__(self, app: ASGIApp, *, names: Collection[str], buckets: Buckets) -> None:
        """``names`` are the hosts by which people reach the desk; empty: any name, where nobody said which."""
        self._app, self._names, self._buckets = app, frozenset(names), buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here, at no cost."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._misdirected(request) or self._too_often(request)
        await (answer or self._app)(scope, receive, send)

    def _misdirected(self, request: Request) -> Response | None:
        """Another site's name that leads here (DNS rebinding), or links made with a name that was made up."""
        told = request.headers.getlist("Host")
        name = host_name(told[0]) if len(told) == 1 else ""
        if name and (not self._names or name in self._names):
            return None
        refusal = BadInput(
            "E-H23",
            _("The desk is not known by this name."),
            where=name[:80],
            remedy=_("Open it by its own address; the administrator enters another name as web.public_url."),
        )
        return said(request, refusal, 421)

    def _too_often(self, request: Request) -> Response | None:
        seconds = self._wait(request)
        if not seconds:
            return None
        refusal = Refused(
            "E-H27",
            _("Too many requests came in a short time; this one was not done."),
            remedy=_("Wait {count} seconds, then try again.").format(count=seconds),
            retry_after=seconds,
        )
        made = said(request, refusal, 429)
        made.headers["Retry-After"] = str(seconds)
        return made

    def _wait(self, request: Request) -> int:
        address, token, posted = address_of(request), token_of(request), request.method == "POST"
        seconds = self._buckets.wait("address", address, limits.ADDRESS)
        if token and not seconds:
            seconds = self._buckets.wait("session", token_digest(token), limits.SESSION)
        if posted and not seconds and request.url.path == "/login":
            seconds = self._buckets.wait("login", address, limits.LOGIN)
        if posted and not seconds and request.headers.get("Content-Type", "").lower().startswith("multipart/"):
            seconds = self._buckets.wait("upload", token_digest(token) if token else address, limits.UPLOAD)
        return seconds


def names_of(web: WebSettings) -> frozenset[str]:
    """The hosts by which people reach the desk; empty where the settings leave it open: any name will do."""
    public = host_name(web.public_url.partition("://")[2]) if web.public_url else ""
    everywhere = web.host in _EVERYWHERE
    if not public and (everywhere or web.proxy):
        return frozenset()
    return LOOPBACK | {name for name in (public, "" if everywhere else web.host.lower()) if name}


def host_name(told: str) -> str:
    """The name in a Host header, without the port; nothing where it is none."""
    found = _HOST.fullmatch(told.strip())
    return (found[1] or found[2]).lower().rstrip(".") if found else ""


def said(request: Request, refusal: DubanError, status: int) -> Response:
    """The refusal without asking the database who this is: for a script, for a program, or as a page."""
    if request.url.path.startswith("/api/"):
        return as_json(refusal, status)
    if request.headers.get("HX-Request") == "true":
        return above_the_form(HTMLResponse(render("parts/refusal.html", {"refusal": refusal}), status))
    return HTMLResponse(render("bare.html", {"refusal": refusal}), status)
