"""A letter to send, and a real HTTP server that answers as the robots do."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from kit.smtp import smtp_server
from notifications.channel import Envelope

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from kit.smtp import SmtpServer

SENT_AT = datetime(2022, 6, 25, 1, 0, tzinfo=UTC)  # 1656118800
LETTER = Envelope(
    message_id="<0123456789abcdef@duban>",
    recipient_name="张三",
    address="zhangsan@example.gov.cn",
    subject="【催办单】2022年6月工作进展逾期未报",
    body="张三同志：\n\n请尽快报送。\n",
    sent_at=SENT_AT,
)


@pytest.fixture
def letter() -> Callable[..., Envelope]:
    """The same letter with some parts changed."""
    return lambda **changes: replace(LETTER, **changes)


@dataclass
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class HttpServer:
    """What came in, and what is answered: one answer a request, the last one again and again."""

    port: int = 0
    status: int = 200
    answers: list[bytes] = field(default_factory=lambda: [b"{}"])
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)

    def answer(self, content: object, status: int = 200) -> None:
        self.answers, self.status = [json.dumps(content).encode()], status

    def url(self, path: str = "/send?key=robot-key-0001") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[HttpServer]:
    server = HttpServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.taken.append(Taken(self.path, dict(self.headers.items()), body))
            answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            self.send_response(server.status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_args: object) -> None:
            """A client that does not trust us hangs up; nothing to say."""

    with Quiet(("127.0.0.1", 0), Handler) as listening:
        if tls:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture
def http() -> Iterator[HttpServer]:
    with running() as server:
        yield server


@pytest.fixture
def https() -> Callable[[ssl.SSLContext], Any]:
    """Starts a server with a certificate."""
    return running


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server
