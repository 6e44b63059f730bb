"""E-mail by SMTP: the standard library, one message a connection, a wall limit on the whole conversation.

What a server answers about this message (MAIL, RCPT, DATA) with 5xx is permanent. Whatever goes wrong before (name,
connection, certificate, login) says nothing about the message: it is temporary, so that a mistyped password loses
nothing. RFC 5321; ``reliability.md`` F12.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from models.errors import BadInput
from models.language import _
from notifications.channel import ChannelSettings, DeliveryError, check_envelope, quoted
from notifications.channels.wall import WallLimit

if TYPE_CHECKING:
    from notifications.channel import Envelope

#: policy.SMTP alone writes an 8-bit body, which an old relay may refuse or damage
POLICY: Final = policy.SMTP.clone(cte_type="7bit")
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
ACCEPTED: Final = frozenset({250, 251, 252})
#: 5xx answers about our login, not about the message
ABOUT_US: Final = frozenset({530, 534, 535, 538})
#: RFC 5321, 4.5.3.1.10: 552 to RCPT is the old "too many recipients" and is to be tried again
TRY_RCPT_AGAIN: Final = 552
PERMANENT_FROM: Final = 500
LOCAL_MAX, ADDRESS_MAX = 64, 254
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")


def validate_address(address: str) -> str:
    """One mailbox, trimmed, its domain in small letters; E-M01 for anything else (a list, two @, line breaks)."""
    text = address.strip(" ")
    found = _ADDRESS.fullmatch(text) if len(text) <= ADDRESS_MAX else None
    if found is None or len(found[1]) > LOCAL_MAX:
        raise BadInput(
            "E-M01",
            _("The mail address is not well formed: {address}").format(address=quoted(address)[:80]),
            remedy=_("Write one address such as name@example.gov.cn, in half-width letters."),
        )
    return f"{found[1]}@{found[2].lower()}"


class EmailSettings(ChannelSettings):
    """The office's mail server; times in seconds."""

    paths: ClassVar[tuple[str, ...]] = ("ca_file",)

    host: str = Field(min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    sender_name: str = ""
    ca_file: Path | None = None
    timeout_seconds: float = Field(default=20, gt=0, le=60)
    wall_seconds: float = Field(default=60, gt=0, le=300)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        try:
            return validate_address(value)
        except BadInput as error:
            raise ValueError(error.what) from None

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.username and self.security == "none":
            raise ValueError(_("a password is not sent without encryption; set security to starttls or tls"))
        return self


class EmailChannel:
    """Sends one message to one mailbox."""

    name: str = "email"
    private: bool = True
    settings_class: ClassVar[type[ChannelSettings]] = EmailSettings

    def __init__(self, settings: EmailSettings) -> None:
        """No connection is made before ``send``."""
        self._settings = settings

    def send(self, envelope: Envelope) -> str:
        """Deliver; returns the server's answer, with its queue number where it gives one."""
        check_envelope(envelope)
        address, message = self._compose(envelope)
        client = self._client()
        client.limit = limit = WallLimit(self._settings.wall_seconds)
        try:
            with limit:
                self._greet(client)
                answer = self._hand_over(client, address, message)
                if limit.passed:  # half a line, cut off, reads as an answer
                    raise TimeoutError
                with suppress(smtplib.SMTPException, OSError):  # it is accepted; a lost goodbye changes nothing
                    client.quit()
                return answer
        except (smtplib.SMTPException, OSError, DeliveryError) as error:
            if isinstance(error, DeliveryError) and not limit.passed:
                raise
            raise self._unreached(error, late=limit.passed) from None
        finally:
            client.close()

    def _compose(self, envelope: Envelope) -> tuple[str, bytes]:
        settings = self._settings
        message = EmailMessage(policy=POLICY)
        try:
            address = validate_address(envelope.address)
            message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
            message["To"] = Address(envelope.recipient_name, addr_spec=address)
            message["Subject"] = envelope.subject
            message["Date"] = envelope.sent_at
            message["Message-ID"] = envelope.message_id
            message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
            message.set_content(envelope.body)
            return address, message.as_bytes()
        except BadInput as error:
            raise DeliveryError(error.what, permanent=True, code=error.code) from None
        except (ValueError, IndexError) as error:
            reason = _("The message cannot be written as a mail: {why}").format(why=quoted(str(error)))
            raise DeliveryError(reason, permanent=True, code="envelope") from None

    def _client(self) -> _Plain:
        settings = self._settings
        hello = settings.sender.partition("@")[2]
        if settings.security == "tls":
            context = ssl.create_default_context(cafile=settings.ca_file)
            client: _Plain = _Encrypted(local_hostname=hello, timeout=settings.timeout_seconds, context=context)
        else:
            client = _Plain(local_hostname=hello, timeout=settings.timeout_seconds)
        # The certificate is checked against the host of the constructor, which would connect at once, before the
        # wall limit watches. Without a host the check fails closed.
        client._host = settings.host  # type: ignore[attr-defined]  # noqa: SLF001
        return client

    def _greet(self, client: smtplib.SMTP) -> None:
        settings = self._settings
        code, answer = client.connect(settings.host, settings.port or PORTS[settings.security])
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        client.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            client.starttls(context=ssl.create_default_context(cafile=settings.ca_file))
            client.ehlo()
        if settings.username:
            client.login(settings.username, settings.password.get_secret_value())

    def _hand_over(self, client: smtplib.SMTP, address: str, message: bytes) -> str:
        options = [f"size={len(message)}"] if client.has_extn("size") else []
        self._expect("MAIL", *client.mail(self._settings.sender, options))
        self._expect("RCPT", *client.rcpt(address))
        try:
            code, answer = client.data(message)
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, _bytes(error.smtp_error)
        self._expect("DATA", code, answer)
        return f"{code} {self._words(answer)}"

    def _expect(self, step: str, code: int, answer: bytes) -> None:
        if code in ACCEPTED:
            return
        if code < 0:
            raise smtplib.SMTPServerDisconnected
        retry = code < PERMANENT_FROM or code in ABOUT_US or (step == "RCPT" and code == TRY_RCPT_AGAIN)
        reason = _("The mail server refused at {step}: {code} {answer}").format(
            step=step, code=code, answer=self._words(answer)
        )
        raise DeliveryError(reason, permanent=not retry, code=str(code))

    def _words(self, answer: bytes) -> str:
        return quoted(answer.decode("utf-8", "replace"), self._settings.secrets())

    def _unreached(self, error: Exception, *, late: bool) -> DeliveryError:
        # smtplib hides a timeout behind "disconnected", and half a line behind a code
        if late or isinstance(error.__context__, TimeoutError):
            error = TimeoutError()
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
            reason = _("The mail server does not serve us: {code} {answer}").format(
                code=error.smtp_code, answer=self._words(_bytes(error.smtp_error))
            )
            return DeliveryError(reason, permanent=False, code=str(error.smtp_code))
        code, reason = _wording(error)
        return DeliveryError(reason, permanent=False, code=code)


def _wording(error: Exception) -> tuple[str, str]:
    """What kept us from talking to the server, most special first."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate", _("The mail server's certificate was not accepted: {why}").format(
            why=quoted(error.verify_message)
        )
    if isinstance(error, ssl.SSLError):
        return "tls", _("No encrypted connection to the mail server came about.")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "unsupported", _("The mail server does not offer the encryption or login that is set.")
    if isinstance(error, TimeoutError):
        return "timeout", _("The mail server did not answer in time.")
    if isinstance(error, socket.gaierror):
        return "name", _("The mail server's name cannot be resolved.")
    if isinstance(error, smtplib.SMTPException):
        return "cut", _("The connection to the mail server broke off or took too long.")
    return "connect", _("The mail server cannot be reached.")


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


class _Plain(smtplib.SMTP):
    """A client whose connection the wall limit watches from its first byte, before anything is encrypted."""

    limit: WallLimit

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc] # smtplib's own seam
        self.limit.watch(made)
        return made


class _Encrypted(smtplib.SMTP_SSL, _Plain):
    """The same where TLS comes first; ``SMTP_SSL`` wraps what it is given by the class behind it."""
