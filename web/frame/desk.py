"""One request's surroundings: who asks, in which language, and how they are answered."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request

from deeds.inbox import unread
from documents.scan import PDF
from models import tables as t
from models.errors import Denied, DubanError
from models.language import listed
from models.staging import Staging
from models.times import local_date
from web.frame.cookies import ACTING_FOR, SAID, put, take, token_of
from web.frame.files import named
from web.frame.menu import menu_for
from web.frame.rendering import render, render_block
from web.frame.site import SiteDesk
from web.frame.statuses import status_of
from workflow import permissions
from workflow.logged_in import who_is
from workflow.sessions import WEB, token_digest

if TYPE_CHECKING:
    from workflow.case import Actor

#: what whoever must choose a new password first may still do
RENEWAL: Final = "/account/password"
RENEWING: Final = frozenset({RENEWAL, "/logout"})
#: what is done in one's own name, whomever one acts for
IN_OWN_NAME: Final = frozenset({"/logout", "/acting-for"})
#: a sentence said on the next page is cut here, so that the cookie fits
_LONGEST_SAID: Final = 400
#: what a stored file may do in the browser: be looked at, and nothing else
_FILE_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_PDF_POLICY: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


class Desk(SiteDesk):
    """What a page gets: the deeds' desk, and the ways to answer."""

    @cached_property
    def actor(self) -> Actor:
        """Who is logged in, or the absent person they stand in for; E-A04 when nobody is."""
        return self.asking(take(self.request, ACTING_FOR))

    @cached_property
    def own(self) -> Actor:
        """Who is logged in, in their own name whomever they act for: for what concerns their own account."""
        return self.asking()

    def asking(self, acting_for: str = "") -> Actor:
        """Who is logged in, for somebody absent who named them; E-A04, E-A13, E-A17."""
        token, now = token_of(self.request), self.now()
        digest = token_digest(token)
        look = self.read if acting_for else self.glance
        found = look(
            lambda c: who_is(
                c, self.office_id, token, now, acting_for=acting_for, source=WEB, rules=self.settings.login,
                seen=self.site.seen.at(digest), renewing=self.request.url.path in RENEWING,
            )
        )  # fmt: skip
        self.site.seen.note(digest, now)
        return found

    def known(self) -> Desk:
        """Itself, once it is known who is logged in; E-A04."""
        self.__dict__["somebody"] = self.actor
        return self

    @cached_property
    def somebody(self) -> Actor | None:
        """Who is logged in; None on the pages before that."""
        try:
            return self.actor
        except Denied:
            return None

    @cached_property
    def office_name(self) -> str:
        """How the office is called."""
        return self.read(
            lambda c: c.scalar(sa.select(t.office.c.short_name).where(t.office.c.id == self.office_id)) or ""
        )

    @cached_property
    def duties(self) -> str:
        """The duties of who is logged in, in words."""
        return listed(dict.fromkeys(post.role.label for post in self.actor.posts))

    def may(self, deed: str) -> bool:
        """Whether who is logged in holds a duty that does the deed: what is not theirs is not offered."""
        return permissions.may(self.actor, deed)

    @cached_property
    def unread(self) -> str:
        """How many of their own messages whoever is logged in has not opened."""
        return self.read(lambda c: unread(c, self.office_id, self.actor.person_id))

    @property
    def staging(self) -> Staging:
        """Where a file of whoever is logged in lies until they have looked at what is found in it."""
        return Staging(self.settings.staging_dir, self.actor.person_id)

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of the page that is open."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def address(self) -> str:
        """How the desk is reached: as the office says, or as whoever asks reached it."""
        return self.settings.web.public_url or str(self.request.base_url).rstrip("/")

    @property
    def path(self) -> str:
        """Where this is, with its question, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def form_seals(self) -> tuple[str, str]:
        """Today's and yesterday's seal of this person's forms: one that was opened before midnight can still be sent."""
        return self._seals(self.actor.acting_for_id or 0)

    def own_seals(self) -> tuple[str, str]:
        """The same in one's own name, whomever one acts for."""
        return self._seals(0)

    def _seals(self, acting_for: int) -> tuple[str, str]:
        person, today = self.actor.person_id, local_date(self.now())
        yesterday = today - timedelta(days=1)
        return (
            self.site.form_seal(person, today, acting_for),
            self.site.form_seal(person, yesterday, acting_for),
        )

    def new_key(self) -> str:
        """An idempotency key for a form: sent twice, it is done once."""
        return secrets.token_urlsafe(16)

    def page(self, template: str, *, refusal: DubanError | None = None, **fields: Any) -> Response:
        """A whole page; ``fields`` are what its template names, beside ``desk``, ``me``, ``menu``, ``today``, ``said``.

        A page that comes again with a ``refusal`` above what was typed bears its status.
        """
        said = take(self.request, SAID)
        around = self._around(said) | {"refusal": refusal}
        made = HTMLResponse(render(template, around | fields), status_of(refusal) if refusal else 200)
        if said:
            made.delete_cookie(SAID, path="/")
        return made

    def part(self, template: str, block: str, *, status: int = 200, **fields: Any) -> Response:
        """One ``{% block %}`` of a page, for a script that puts it into the open one."""
        return HTMLResponse(render_block(template, block, self._around("") | fields), status)

    def go(self, path: str, said: str = "") -> Response:
        """On to another page after something was done (303); ``said`` is told there once."""
        path = quote(path, safe="/:?#[]@!$&'()*+,;=%-._~")
        moved = {"HX-Redirect": path}
        made = Response(status_code=204, headers=moved) if self.is_part else RedirectResponse(path, 303)
        if said:
            put(self.request, made, SAID, quote(said[:_LONGEST_SAID]), seconds=60)
        return made

    def file(self, data: bytes, name: str, media_type: str, *, inline: bool = False) -> Response:
        """A file to keep, under its name; ``inline`` for what the browser may show, in a sandbox of its own.

        A PDF stands without the sandbox, in which no browser's viewer starts: scripts in it were refused when it came.
        """
        policy = _PDF_POLICY if inline and media_type == PDF else _FILE_POLICY
        headers = named(name, "inline" if inline else "attachment") | {"Content-Security-Policy": policy}
        return Response(data, media_type=media_type, headers=headers)

    def _around(self, said: str) -> dict[str, Any]:
        me = self.somebody
        return {
            "desk": self,
            "me": me,
            "menu": menu_for(me, self.request.url.path) if me else [],
            "today": local_date(self.now()),
            "said": said,
        }


def _visitor(request: Request) -> Desk:
    return Desk(request)


def _person(request: Request) -> Desk:
    desk = Desk(request)
    return desk.known()


#: a page that anybody may open: the login, and what is said when something is wrong
Open = Annotated[Desk, Depends(_visitor)]
#: a page for somebody who is logged in
At = Annotated[Desk, Depends(_person)]
