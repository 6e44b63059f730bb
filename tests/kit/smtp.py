"""A real mail server on the loopback address that keeps what it is sent and fails where it is told to.

with smtp_server() as server:
    channel = open_channel("email", server.settings())
    ...
    assert server.messages[0]["Subject"] == "…"
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

HOST = "127.0.0.1"
#: an odd server ends by itself after so many seconds: who waits for it without a limit of their own is late, and not lost
PATIENCE = 8.0


@dataclass
class SmtpServer:
    """What came in, and how the server answers from now on; change ``answers`` and the like between messages."""

    port: int = 0
    #: step (MAIL, RCPT, DATA) → the answer, such as "451 try again later"; DATA refused so is not kept
    answers: dict[str, str] = field(default_factory=dict)
    #: address → the answer to RCPT for it alone
    refused: dict[str, str] = field(default_factory=dict)
    #: addresses whose RCPT is answered a byte at a time, and never to the end
    drips: set[str] = field(default_factory=set)
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
        while address in self.drips and not server.transport.is_closing():
            server.transport.write(b"2")
            await asyncio.sleep(0.04)
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


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 2) -> Certificate:
    """Make one that holds so many days from now; of a negative number it has expired so long ago."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "duban test")]),
    )
    ends = datetime.now(UTC) + timedelta(days=days)
    known: dict[str, Callable[[str], x509.GeneralName]] = {
        "DNS": x509.DNSName, "IP": lambda text: x509.IPAddress(ipaddress.ip_address(text)),
    }  # fmt: skip
    told = [known[kind](text) for kind, _colon, text in (one.partition(":") for one in names.split(","))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=10)).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(told), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return Certificate(file, context)


Behaviour = Callable[[socket.socket, threading.Event], None]


@contextmanager
def odd_server(behave: Behaviour) -> Iterator[int]:
    """Listens, and does this with each connection until the event is set; the port."""
    gone, threads = threading.Event(), list[threading.Thread]()
    listening = socket.create_server((HOST, 0))

    def serve(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            behave(sock, gone)

    def accept() -> None:
        with suppress(OSError):
            while not gone.is_set():
                sock, _address = listening.accept()
                threads.append(threading.Thread(target=serve, args=(sock,)))
                threads[-1].start()

    door = threading.Thread(target=accept)
    door.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        gone.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in (door, *threads):
            thread.join(5)


def says(*words: bytes) -> Behaviour:
    """Says this and hangs up."""
    return lambda sock, _gone: sock.sendall(b"".join(words))


def silent(_sock: socket.socket, gone: threading.Event) -> None:
    """Keeps the connection and says nothing."""
    gone.wait(PATIENCE)


def dripping(begins: bytes = b"", drop: bytes = b"2", seconds: float = 0.04) -> Behaviour:
    """One byte after the other, each of which starts a socket's own timeout anew; for seconds, not for ever."""

    def drip(sock: socket.socket, gone: threading.Event) -> None:
        sock.sendall(begins)
        ends = time.monotonic() + PATIENCE
        while not gone.wait(seconds) and time.monotonic() < ends:
            sock.sendall(drop)

    return drip
