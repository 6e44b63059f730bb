"""Posting to an address of the settings file, and to no other: the allow-list, the limits, the reading of failures.

Shared by the three robots and the webhook. HTTPS only, no redirects, no proxy from the environment, no user in the
address; the name must resolve to public addresses, and the very address that was checked is connected to, unless the
host is listed in ``allow_hosts`` (then plain HTTP and private addresses are the administrator's own choice).
``reliability.md`` section 6 (SSRF); ASVS 1.3.6, 13.2.4.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import httpx2
from pydantic import Field, SecretStr, model_validator

from models.language import _
from notifications.channel import ChannelSettings, DeliveryError
from notifications.channels.wall import WallLimit

if TYPE_CHECKING:
    from collections.abc import Mapping

#: an answer is read up to here; robots answer in some 100 bytes
ANSWER_BYTES: Final = 65_536
#: a name with many addresses is tried at this many of them
ADDRESSES: Final = 3
#: 408 timeout, 425 too early, 429 too many; 5xx counts too
RETRY_STATUS: Final = frozenset({408, 425, 429})
#: a name or a number, as it goes into the request
_HOST: Final = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+")
HTTPS_PORT, HTTP_PORT = 443, 80


class HttpSettings(ChannelSettings):
    """An address whose path or query is a secret, as all robots' are; time in seconds."""

    paths: ClassVar[tuple[str, ...]] = ("ca_file",)
    #: the hosts of the service itself; empty = any public host
    known_hosts: ClassVar[frozenset[str]] = frozenset()

    url: SecretStr
    allow_hosts: tuple[str, ...] = ()
    ca_file: Path | None = None
    timeout_seconds: float = Field(default=10, gt=0, le=60)
    wall_seconds: float = Field(default=60, gt=0, le=300)

    @model_validator(mode="after")
    def _address(self) -> Self:
        check_url(self.url.get_secret_value(), self.known_hosts, self.allow_hosts)
        return self

    def secrets(self) -> list[str]:
        """The address too, and the parts of it that are a key."""
        found = super().secrets()
        try:
            url = httpx2.URL(self.url.get_secret_value())
        except httpx2.InvalidURL:
            return found
        return [*found, *(value for _name, value in url.params.multi_items()), url.path.rpartition("/")[2]]


def check_url(address: str, known_hosts: frozenset[str], allow_hosts: tuple[str, ...]) -> None:
    """Refuse an address outside the rule with a ``ValueError`` that does not repeat it (it holds a key)."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError):
        raise ValueError(_("it is not a web address")) from None
    if url.scheme not in {"https", "http"} or not _HOST.fullmatch(url.raw_host):
        raise ValueError(_("it is not a web address"))
    if url.userinfo or url.fragment:
        raise ValueError(_("the address may hold no user, password or fragment"))
    if url.host in allow_hosts:
        return
    if url.scheme != "https":
        raise ValueError(_("only https is allowed, unless the host is listed in allow_hosts"))
    if known_hosts and url.host not in known_hosts:
        raise ValueError(_("the host is not the service's own; list it in allow_hosts if it is yours"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a 2xx status."""

    status: int
    body: bytes

    def mapping(self) -> dict[str, Any]:
        """The JSON object in the body; a temporary failure when there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            reason = _("The other side did not answer with a receipt.")
            raise DeliveryError(reason, permanent=False, code="answer")
        return found


def post(
    settings: HttpSettings, body: bytes, *, headers: Mapping[str, str], params: Mapping[str, str] | None = None
) -> Answer:
    """POST once and read the answer; every failure is a ``DeliveryError`` without the address in it."""
    limit = WallLimit(settings.wall_seconds)
    with limit:
        try:
            return _post(settings, body, headers, params or {}, limit)
        except (httpx2.TimeoutException, httpx2.HTTPError) as error:
            if limit.passed or isinstance(error, httpx2.TimeoutException):
                raise _failed("timeout", _("The other side did not answer in time.")) from None
            raise _failed("connect", _("The other side cannot be reached.")) from None


def _post(
    settings: HttpSettings, body: bytes, headers: Mapping[str, str], params: Mapping[str, str], limit: WallLimit
) -> Answer:
    """The same at each address of the host in turn, until one can be reached."""
    url = httpx2.URL(settings.url.get_secret_value())
    url = url.copy_merge_params(dict(params)) if params else url
    addresses = _addresses(url, settings.allow_hosts)
    verify = ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else True
    with httpx2.Client(
        timeout=settings.timeout_seconds, follow_redirects=False, trust_env=False, verify=verify
    ) as client:
        for address in addresses[:-1]:
            try:
                return _exchange(client, url, address, body, headers, settings.timeout_seconds, limit)
            except httpx2.ConnectError:
                continue
        return _exchange(client, url, addresses[-1], body, headers, settings.timeout_seconds, limit)


def _addresses(url: httpx2.URL, allow_hosts: tuple[str, ...]) -> list[str]:
    """The checked addresses of the host, IPv4 first."""
    port = url.port or (HTTPS_PORT if url.scheme == "https" else HTTP_PORT)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _failed("name", _("The name of the other side cannot be resolved.")) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0])))
    if url.host not in allow_hosts and not all(ipaddress.ip_address(address).is_global for address in addresses):
        reason = _("The host leads to an address inside this network and is not listed in allow_hosts.")
        raise DeliveryError(reason, permanent=True, code="address")
    return addresses[:ADDRESSES]


def _exchange(
    client: httpx2.Client,
    url: httpx2.URL,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    limit: WallLimit,
) -> Answer:
    # Connected to the address that was checked: a name that changes its mind in between (DNS rebinding) gains
    # nothing. The certificate is still checked against the name.
    request = client.build_request(
        "POST",
        url.copy_with(host=address),
        content=body,
        headers={**headers, "Host": url.netloc.decode("ascii"), "Content-Type": "application/json; charset=utf-8"},
        extensions={"sni_hostname": url.host, "trace": limit.trace},
    )
    until = time.monotonic() + seconds
    response = client.send(request, stream=True)
    try:
        _check_status(response.status_code)
        read = bytearray()
        for chunk in response.iter_bytes():
            read += chunk
            if len(read) > ANSWER_BYTES or time.monotonic() > until:
                raise _failed("answer", _("The other side's answer is too long or too slow."))
        return Answer(response.status_code, bytes(read))
    finally:
        response.close()


def _check_status(status: int) -> None:
    if httpx2.codes.is_success(status):
        return
    if httpx2.codes.is_redirect(status):
        reason = _("The other side redirects elsewhere ({status}); redirects are not followed.").format(status=status)
        raise DeliveryError(reason, permanent=True, code=str(status))
    reason = _("The other side refused: HTTP status {status}.").format(status=status)
    retry = status in RETRY_STATUS or httpx2.codes.is_server_error(status)
    raise DeliveryError(reason, permanent=not retry, code=str(status))


def _failed(code: str, reason: str) -> DeliveryError:
    return DeliveryError(reason, permanent=False, code=code)
