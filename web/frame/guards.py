"""What every request passes: how much it may send, which language is spoken, and the headers of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

from models.errors import BadInput
from models.language import CATALOGUES, _, speaking
from web.frame.cookies import LANGUAGE
from web.frame.refusals import unforeseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: a form's text; what comes with files may be larger (a scan of 20 MB, and what is around it)
_FORM_BYTES, _FILES_BYTES = 4_000_000, 24_000_000

#: nothing from elsewhere, no script or style in a page, no frame, no form to elsewhere
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
    "manifest-src 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}
_TLS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}


class Guards:
    """The outermost layer of the desk."""

    def __init__(self, app: ASGIApp, *, language: str, secure: bool) -> None:
        """``language`` is the office's own; a person's cookie comes before it."""
        self._app, self._language = app, language
        self._headers = HEADERS | (_TLS_ONLY if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._headers)
        with speaking(_spoken(scope, self._language)):
            try:
                await self._app(scope, _counted(scope, receive), answer.send)
            except Exception as error:
                # answered here and not further out, so that this page, too, bears the headers and speaks the language
                if answer.begun:
                    raise
                await unforeseen(Request(scope), error)(scope, receive, answer.send)


class _Answer:
    """An answer on its way out, given the headers that it does not bear."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send, self.begun = send, False
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send(self, message: Message) -> None:
        """Pass a piece of it on."""
        if message["type"] == "http.response.start":
            self.begun = True
            present = {name.lower() for name, _value in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in present)]
        await self._send(message)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _spoken(scope: Scope, otherwise: str) -> str:
    """The language of the cookie, of a program's Accept-Language, or the office's."""
    if scope["path"].startswith("/api/"):  # a program has no cookies
        return _accepted(_header(scope, b"accept-language")) or otherwise
    for part in _header(scope, b"cookie").split(";"):
        name, _equals, value = part.strip().partition("=")
        if name == LANGUAGE and value in CATALOGUES:
            return value
    return otherwise


def _accepted(header: str) -> str:
    """The first language that we speak among those a program takes, in its order."""
    named = (part.split(";")[0].strip().lower()[:2] for part in header.split(","))
    return next((name for name in named if name in CATALOGUES), "")


def _counted(scope: Scope, receive: Receive) -> Receive:
    """The body, as long as it stays within what may be sent; E-H08."""
    files = _header(scope, b"content-type").lower().startswith("multipart/")
    most, got = (_FILES_BYTES if files else _FORM_BYTES), 0

    async def receiving() -> Any:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise BadInput(
                "E-H08",
                _("More was sent than is taken at once: at most {count} MB.").format(count=most // 1_000_000),
                remedy=_("Send a smaller file: scan at 200 dpi in greys, or take fewer pages at once."),
            )
        return message

    return receiving
