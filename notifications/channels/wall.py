"""A limit on a whole conversation by the wall clock: a socket's own timeout starts anew with each byte that drips in."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class WallLimit:
    """Breaks a connection off after so many seconds, in whatever it is: greeting, handshake or answer."""

    def __init__(self, seconds: float) -> None:
        """The seconds count from where it is entered."""
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._watched: list[socket.socket] = []
        self.passed = False

    def watch(self, connection: socket.socket) -> None:
        """Break this off when the time is over; at once when it is over already."""
        # One of our own: encrypting takes the other one's place, and a handshake may drip as well.
        self._watched.append(connection.dup())
        if self.passed:
            self._cut()

    def trace(self, step: str, told: Mapping[str, Any]) -> None:
        """Called by httpx at each step of a request: what it has just connected is watched."""
        if step == "connection.connect_tcp.complete":
            self.watch(told["return_value"].get_extra_info("socket"))

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        for connection in self._watched:
            connection.close()

    def _cut(self) -> None:
        self.passed = True
        for connection in self._watched:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
