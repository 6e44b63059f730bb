"""The web server: over TLS, or on loopback only, where a proxy of this machine may stand before it."""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import uvicorn

from models.errors import EnvironmentRefused
from models.language import _
from web.app import create
from web.frame.site import Site
from web.tls import check_certificate, strict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from models.dispatch import Dispatcher
    from models.settings import Settings, WebSettings

log = logging.getLogger(__name__)
_START_SECONDS: Final = 30
_BACKLOG: Final = 1024


@dataclass
class Server:
    """The desk of one office, answering in a thread of its own until it is stopped."""

    settings: Settings
    clock: Callable[[], datetime]
    #: where the work goes that people leave behind; None = as the database has it
    dispatcher: Dispatcher | None = field(default=None, init=False)
    address: str = ""
    _uvicorn: uvicorn.Server | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Listen; E-H10 where that would be unsafe, E-H24 to E-H26 for a bad certificate, E-H11 when the address is taken."""
        web = self.settings.web
        tls = bool(web.certificate)
        refuse_unsafe(web)
        check_certificate(self.settings)
        listening = _listen(web.host, web.port)
        host = f"[{web.host}]" if ":" in web.host else web.host
        self.address = f"{'https' if tls else 'http'}://{host}:{listening.getsockname()[1]}"
        site = Site(self.settings, self.clock, secure=tls or web.public_url.startswith("https://"))
        if self.dispatcher is not None:
            site.database.dispatcher = self.dispatcher
        self._uvicorn = uvicorn.Server(self._config(site, web))
        self._thread = threading.Thread(target=self._uvicorn.run, args=([listening],), name="web", daemon=True)
        self._thread.start()

    def _config(self, site: Site, web: WebSettings) -> uvicorn.Config:
        return uvicorn.Config(
            create(site),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            proxy_headers=bool(web.proxy),
            forwarded_allow_ips=web.proxy or None,
            ssl_certfile=self.settings.path(web.certificate),
            ssl_keyfile=self.settings.path(web.certificate_key),
            ssl_context_factory=strict if web.certificate else None,
        )

    def check(self) -> None:
        """E-H12 when it does not answer any more; asked at every turn, so that its heartbeat stops with it."""
        if self._thread is not None and not self._thread.is_alive():
            raise EnvironmentRefused(
                "E-H12", _("The web desk has stopped."), remedy=_("Look into the log, then start the service again.")
            )

    def stop(self) -> None:
        """Finish the requests that run, take no more; nothing where it never began."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join(_START_SECONDS)


def refuse_unsafe(web: WebSettings) -> None:
    """Passwords never cross a network in the clear; E-H10."""
    if web.certificate or is_loopback(web.host):
        return
    raise EnvironmentRefused(
        "E-H10",
        _("The web desk must not listen on {host} without TLS: passwords would cross the network in the clear.").format(
            host=web.host
        ),
        where="web.host",
        remedy=_("Set web.certificate and web.certificate_key, or listen on 127.0.0.1 behind a proxy with TLS."),
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
        )
    except OSError as error:
        raise EnvironmentRefused(
            "E-H11",
            _("The web desk cannot listen on {host}:{port}.").format(host=host, port=port),
            where="web.port",
            remedy=_("Another program may have this port: set another one in duban.toml, or stop that program."),
        ) from error
