"""One call's surroundings: the program that calls, the person it acts as, and how far its token goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from models.errors import Refused
from models.language import _
from web.api.refusals import TOO_FAST
from web.frame import limits
from web.frame.site import SiteDesk
from workflow import tokens

if TYPE_CHECKING:
    from workflow.case import Actor

SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token made by a person on the page “Tokens of programs” (/tokens). It acts as that person.",
)


class Call(SiteDesk):
    """What a call gets: the deeds' desk, for a token instead of a session. No cookie is looked at."""

    def __init__(self, request: Request, token: str, *, acting: bool) -> None:
        """``acting``: something is to be changed, so that only the duties count that the token may act with."""
        super().__init__(request)
        self._token, self._acting = token, acting

    @cached_property
    def bearer(self) -> tokens.Bearer:
        """Who calls; E-H81, E-H88 when too often. That the token is in use is noted, at most once an hour."""
        now = self.now()
        found, unnoted = self.glance(lambda c: tokens.bearer(c, self.office_id, self._token, now))
        self._pace(found.token_id)
        if unnoted:
            with self.database.write(self.office_id) as connection:
                tokens.note_use(connection, self.office_id, found.token_id, now)
        return found

    def _pace(self, token_id: int) -> None:
        seconds = self.site.buckets.wait("token", str(token_id), limits.TOKEN)
        if seconds:
            raise Refused(
                TOO_FAST,
                _("Too many calls: at most {count} a minute with one token.").format(count=limits.TOKEN.burst),
                remedy=_("Wait {seconds} seconds, then call again.").format(seconds=seconds),
                retry_after=seconds,
            )

    @cached_property
    def actor(self) -> Actor:
        """The person, with the duties that count for this call; E-H82."""
        return self.bearer.actor() if self._acting else self.bearer.reader()

    def known(self) -> Call:
        """Itself, once it is known who calls and that the token is for such calls."""
        self.__dict__["actor"] = self.actor
        return self


_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]


def _reading(request: Request, given: _Credentials) -> Call:
    return _call(request, given, acting=False).known()


def _acting(request: Request, given: _Credentials) -> Call:
    return _call(request, given, acting=True).known()


def _call(request: Request, given: _Credentials, *, acting: bool) -> Call:
    return Call(request, given.credentials if given else "", acting=acting)


def _calling(request: Request, given: _Credentials) -> Call:
    call = _call(request, given, acting=False)
    call.__dict__["bearer"] = call.bearer
    return call


#: a call that looks at something
Reading = Annotated[Call, Depends(_reading)]
#: a call that changes something
Acting = Annotated[Call, Depends(_acting)]
#: a call with any token in force
Calling = Annotated[Call, Depends(_calling)]
