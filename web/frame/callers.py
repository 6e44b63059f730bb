"""From where a request comes, as text that may be kept: the address, behind the named proxy the forwarded one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.sessions import WEB, Caller

if TYPE_CHECKING:
    from starlette.requests import Request


def address_of(request: Request) -> str:
    """The caller's address; the web server takes a proxy's word for it only from the proxy that the settings name."""
    return request.client.host if request.client else ""


def caller_of(request: Request) -> Caller:
    """Address and browser, as the trail and one's list of sessions show them."""
    browser = request.headers.get("User-Agent", "")
    return Caller(WEB, address_of(request), "".join(letter for letter in browser if letter.isprintable())[:200])
