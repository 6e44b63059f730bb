"""A webhook of the office's own: JSON over HTTPS with an HMAC signature; any 2xx is the receipt.

The receiver checks ``X-Duban-Signature: sha256=<hex>`` = HMAC-SHA256(secret, timestamp + "." + body), refuses old
timestamps, and drops a second message with the same ``Idempotency-Key`` (delivery is at least once).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, SecretStr

from notifications.channel import ChannelSettings, check_envelope
from notifications.channels.http import HttpSettings, post

if TYPE_CHECKING:
    from notifications.channel import Envelope


class WebhookSettings(HttpSettings):
    """``secret`` is the shared key of the signature; at least 16 characters."""

    secret: SecretStr = Field(min_length=16)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature's header."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class WebhookChannel:
    """Hands a message to another system of the office."""

    name: str = "webhook"
    private: bool = True
    settings_class: ClassVar[type[ChannelSettings]] = WebhookSettings

    def __init__(self, settings: WebhookSettings) -> None:
        """No connection is made before ``send``."""
        self._settings = settings

    def send(self, envelope: Envelope) -> str:
        """Post the message; returns the status."""
        check_envelope(envelope)
        timestamp = str(int(envelope.sent_at.timestamp()))
        content = {
            "message_id": envelope.message_id,
            "recipient_name": envelope.recipient_name,
            "address": envelope.address,
            "subject": envelope.subject,
            "body": envelope.body,
            "sent_at": envelope.sent_at.isoformat(),
        }
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "X-Duban-Timestamp": timestamp,
            "X-Duban-Signature": signature(self._settings.secret.get_secret_value(), timestamp, body),
            "Idempotency-Key": envelope.message_id.encode("ascii", "backslashreplace").decode("ascii"),
        }
        return f"HTTP {post(self._settings, body, headers=headers).status}"
