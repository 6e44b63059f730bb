"""An endpoint of another program: its settings, the signature, one try at sending.

The signature is that of Standard Webhooks (standardwebhooks.com): ``webhook-signature: v1,<base64>`` of HMAC-SHA256 over
``<webhook-id>.<webhook-timestamp>.<body>``. Where it may send is the rule of every channel over HTTP
(``channels/http.py``): an address of the settings file, HTTPS to public hosts unless listed, no redirects.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field, SecretStr, ValidationError, field_validator

from models.language import _
from notifications.channel import unusable, with_secrets
from notifications.channels.http import HttpSettings, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

#: events that may leave the office, beside those of tasks: what people are and do with their accounts never does
OTHERS: Final = ("summary.issue", "paper.issue", "paper.void", "period.open", "period.move", "period.close")
_TASKS: Final = re.compile(r"task\.(\*|[a-z_]+)")
#: how the secrets of Standard Webhooks are written
_BASE64: Final = "whsec_"
_PYDANTIC: Final = "Value error, "


class EndpointSettings(HttpSettings):
    """``secret`` is the shared key of the signature: at least 16 characters, or ``whsec_`` and base64."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    secret: SecretStr = Field(min_length=16)
    events: tuple[str, ...] = ("task.*", "summary.issue", "paper.issue")

    @field_validator("events")
    @classmethod
    def _known(cls, events: tuple[str, ...]) -> tuple[str, ...]:
        for event in events:
            if event not in OTHERS and not _TASKS.fullmatch(event):
                raise ValueError(_("there is no such event: {name}").format(name=event))
        return events


class Endpoint:
    """Where events of the office go."""

    def __init__(self, settings: EndpointSettings) -> None:
        """No connection is made before ``send``."""
        self._settings, self.name = settings, settings.name

    def wants(self, event: str) -> bool:
        """Whether it is to be told of an event: ``task.approve``, ``summary.issue``."""
        return event in self._settings.events or (event.startswith("task.") and "task.*" in self._settings.events)

    def send(self, webhook_id: str, payload: Mapping[str, Any], now: datetime) -> str:
        """Try once; what came back, or ``DeliveryError``."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = str(int(now.timestamp()))
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._settings.secret.get_secret_value(), webhook_id, timestamp, body),
        }
        return f"HTTP {post(self._settings, body, headers=headers).status}"


def signature(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The value of the signature's header."""
    signed = b".".join([webhook_id.encode(), timestamp.encode(), body])
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    if secret.startswith(_BASE64):
        try:
            return base64.b64decode(secret.removeprefix(_BASE64), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def open_endpoints(groups: Iterable[Mapping[str, Any]], home: Path) -> dict[str, Endpoint]:
    """The endpoints of the settings by name, ready to send; E-C10 names a setting that cannot be used."""
    found: dict[str, Endpoint] = {}
    for place, group in enumerate(groups):
        values = with_secrets(f"webhooks.{place}", dict(group), EndpointSettings, home)
        try:
            endpoint = Endpoint(EndpointSettings(**values))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            key = ".".join(["webhooks", str(place), *(str(part) for part in first["loc"])])
            raise unusable(key, first["msg"].removeprefix(_PYDANTIC)) from None
        if endpoint.name in found:
            raise unusable(f"webhooks.{place}.name", _("another endpoint is called so"))
        found[endpoint.name] = endpoint
    return found
