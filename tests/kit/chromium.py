"""The desk in Debian's Chromium: a real server on loopback, one browser a test process, a context for each person."""

from __future__ import annotations

import shutil
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kit.desk import DeskOf, desk_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kit.office import SmallOffice

#: the sizes of people's screens: the offices' old ones, and a phone
WIDE: Final = {"width": 1366, "height": 768}
PHONE: Final = {"width": 390, "height": 844}
_ARGUMENTS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
#: a step that takes longer has failed, in milliseconds
PATIENCE: Final = 15_000


def executable() -> str:
    """Where Chromium is, or the test says that it was skipped."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no Chromium here (Debian package: chromium)")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser without a window."""
    where = executable()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=where, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Served:
    """The desk of a small office on a port of loopback, and the people in front of it."""

    desk: DeskOf
    browser: Browser
    address: str
    #: what the pages said in the browser's console; a fault of a page shows here
    complaints: list[str] = field(default_factory=list)
    _open: list[BrowserContext] = field(default_factory=list)

    @property
    def office(self) -> SmallOffice:
        """The office behind it."""
        return self.desk.office

    def person(self, login: str, *, size: dict[str, int] | None = None, **context: Any) -> Page:
        """A browser of somebody's own, logged in, at the first page."""
        made = self.browser.new_context(
            viewport=size or WIDE, locale="zh-CN", base_url=self.address, accept_downloads=True, **context
        )
        made.set_default_timeout(PATIENCE)
        made.add_cookies([{"name": "duban", "value": self.desk.session(login), "url": self.address}])
        self._open.append(made)
        page = made.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto("/")
        return page

    def _heard(self, kind: str, text: str) -> None:
        """Refusals are answers, and a connection that a test breaks is no fault of the page."""
        if kind == "error" and not text.startswith(("Failed to load resource", "htmx:sendError", "Response Status")):
            self.complaints.append(text)

    def close(self) -> None:
        """Everybody goes home."""
        for context in self._open:
            context.close()


@contextmanager
def served(office: SmallOffice, now: datetime, browser: Browser, **settings: Any) -> Iterator[Served]:
    """Serve the office's desk until the block ends; a page that broke a rule of its own fails the test."""
    desk = desk_of(office, now, **settings)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    made = Served(desk, browser, f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        yield made
    finally:
        made.close()
        server.should_exit = True
        thread.join(10)
    assert made.complaints == []
