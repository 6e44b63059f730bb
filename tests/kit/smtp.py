"""A real mail server on the loopback address that keeps what it is sent and fails where it is told to.

with smtp_server() as server:
    channel = open_channel("email", server.settings())
    ...
    assert server.messages[0]["Subject"] == "…"
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

HOST = "127.0.0.1"


@dataclass
class SmtpServer:
    """What came in, and how the server answers from now on; change ``answers`` and the like between messages."""

    port: int = 0
    #: step (MAIL, RCPT, DATA) → the answer, such as "451 try again later"; DATA refused so is not kept
    answers: dict[str, str] = field(default_factory=dict)
    #: address → the answer to RCPT for it alone
    refused: dict[str, str] = field(default_factory=dict)
    #: take the message, keep it, and break off before saying so
    cut_after_data: bool = False
    login: tuple[str, str] = ("", "")
    #: the whole text of each mail as it came over the wire
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails that were taken, parsed."""
        return [message_from_bytes(data, policy=policy.default) for data in self.raw]  # type: ignore[misc]

    def settings(self, **more: Any) -> dict[str, Any]:
        """Settings of the channel ``email`` that reach this server."""
        return {
            "host": HOST,
            "port": self.port,
            "security": "none",
            "sender": "duban@example.gov.cn",
            "sender_name": "市长江办",
            "timeout_seconds": 5,
            "wall_seconds": 10,
            **more,
        }

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - the name aiosmtpd calls
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - the name aiosmtpd calls
        answer = self.refused.get(address) or self.answers.get("RCPT")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.cut_after_data:
            server.transport.abort()
        return f"250 2.0.0 OK: queued as {len(self.raw)}"


class _Controller(Controller):
    """Listens on a port that the system chose and nobody can take in between."""

    def __init__(self, handler: SmtpServer, **more: Any) -> None:
        self.socket = socket.create_server((HOST, 0))
        super().__init__(handler, hostname=HOST, port=self.socket.getsockname()[1], **more)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.socket, ssl=self.ssl_context)


@contextmanager
def smtp_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    handler: SmtpServer | None = None,
) -> Iterator[SmtpServer]:
    """The server, running in a thread of its own; with a certificate it can speak STARTTLS or TLS from the start.

    ``handler`` is a server of the test's own kind.
    """
    server = handler or SmtpServer()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == server.login
        return AuthResult(success=right, handled=False)

    more: dict[str, Any] = {"ssl_context": tls} if tls else {"tls_context": starttls}
    loop = asyncio.new_event_loop()
    controller = _Controller(server, authenticator=check, loop=loop, auth_require_tls=tls is None, **more)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()
        loop.close()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server((HOST, 0)) as sock:
        return int(sock.getsockname()[1])


@dataclass(frozen=True)
class Certificate:
    """A certificate of our own for 127.0.0.1 and localhost: who trusts ``file`` trusts the server."""

    file: Path
    server: ssl.SSLContext


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """Make one with the openssl command, or skip the test where there is none."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl command is not installed")
    file, key = folder / "certificate.pem", folder / "key.pem"
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=duban test"]
    command += ["-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return Certificate(file, context)
