"""A lean HTTP client for many people at once: one open connection each, the clock around request and whole answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE: Final = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in small letters, body, and the seconds it took."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float


class Asker:
    """One person's connection to a server on loopback."""

    def __init__(self, port: int, cookie: str = "") -> None:
        """``cookie`` goes along with each request."""
        self._port, self._cookie = port, cookie
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, before the clock runs."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def get(self, path: str) -> Answer:
        """A page."""
        return await self._ask("GET", path, b"", "")

    async def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A form."""
        return await self._ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    async def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        if self._writer is None:
            await self.open()
        assert self._writer is not None
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Content-Length: {len(body)}"]
        lines += [f"Cookie: {self._cookie}"] if self._cookie else []
        lines += [f"Content-Type: {kind}"] if kind else []
        begun = time.perf_counter()
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self._writer.drain()
        status, headers, text = await asyncio.wait_for(self._answer(), _PATIENCE)
        return Answer(status, headers, text, time.perf_counter() - begun)

    async def _answer(self) -> tuple[int, dict[str, str], str]:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return int(head[0].split()[1]), headers, body.decode()

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
            self._writer = None
