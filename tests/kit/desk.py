"""The desk in the browser without a browser or a network: the very program, asked as a person's browser asks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from kit.office import BEGIN
from models.settings import Settings
from web.app import create
from web.frame.site import Site
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from datetime import datetime

    from httpx2 import Response

    from kit.office import SmallOffice

SEAL = re.compile(r'"X-Seal": "([0-9a-f]{64})"')


@dataclass
class Clock:
    """The desk's clock; a test sets it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class DeskOf:
    """A running desk over a small office; ``person(login)`` is somebody's browser, logged in."""

    office: SmallOffice
    clock: Clock
    site: Site
    app: Any = field(repr=False)

    def nobody(self) -> Browser:
        """A browser in which nobody is logged in."""
        return Browser(TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False))

    def person(self, login: str) -> Browser:
        """A browser with a session of its own."""
        browser = self.nobody()
        browser.client.cookies.set("duban", self.session(login), domain="127.0.0.1")
        return browser

    def session(self, login: str) -> str:
        """A new session of somebody; its token."""
        token = f"{login}-{len(self.office.rows('login'))}"
        self.office.add(
            "login", person_id=self.office.people[login], token_hash=token_digest(token), created_at=self.clock.now,
            expires_at=self.clock.now + timedelta(hours=8),
        )  # fmt: skip
        return token


@dataclass
class Browser:
    """Asks for pages and sends their forms, with the seal that a page of this person carries."""

    client: TestClient

    def get(self, path: str, **headers: str) -> Response:
        """A page."""
        return self.client.get(path, headers=headers)

    def seal(self) -> str:
        """The seal of this person's forms, as any page of theirs carries it."""
        found = SEAL.search(self.client.get("/account-or-nothing").text)
        assert found
        return found[1]

    def post(self, path: str, *, part: bool = False, files: Any = None, **fields: Any) -> Response:
        """Send a form; ``part`` as a script does."""
        headers = {"HX-Request": "true"} if part else {}
        data = {"seal": self.seal(), **fields}
        return self.client.post(path, data=data, files=files, headers=headers)


def desk_of(office: SmallOffice, now: datetime = BEGIN, **settings: Any) -> DeskOf:
    """The desk of a small office at an instant."""
    (office.folder / "duban.toml").touch()
    clock = Clock(now)
    site = Site(Settings(home=office.folder, **settings), clock)
    return DeskOf(office, clock, site, create(site))
