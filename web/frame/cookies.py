"""The cookies: the session's token, what is said once, in which language, in whose name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: over TLS the name binds the cookie to this host (RFC 6265bis, cookie name prefixes)
_SECURE, _PLAIN = "__Host-duban", "duban"
SAID: Final = "duban_said"
LANGUAGE: Final = "duban_lang"
ACTING_FOR: Final = "duban_as"


def _session_name(request: Request) -> str:
    return _SECURE if request.app.state.site.secure else _PLAIN


def token_of(request: Request) -> str:
    """The session's token, or nothing."""
    return request.cookies.get(_session_name(request), "")


def begin_session(request: Request, response: Response, token: str) -> None:
    """From here on this browser is somebody; forgotten when it is closed."""
    put(request, response, _session_name(request), token)


def end_session(request: Request, response: Response) -> None:
    """The browser is nobody again."""
    response.delete_cookie(_session_name(request), path="/", secure=request.app.state.site.secure, httponly=True)
    response.delete_cookie(ACTING_FOR, path="/")


def put(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """A cookie that no script reads and no other site sends along."""
    secure = request.app.state.site.secure
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def take(request: Request, name: str) -> str:
    """What a cookie says."""
    return unquote(request.cookies.get(name, ""))
