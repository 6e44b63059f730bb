"""A DingTalk 钉钉 group robot: signed address, requests of 20,000 bytes, refusals as ``errcode`` in a 200 answer.

Source: open.dingtalk.com/document/orgapp/custom-robots-send-group-messages. The signature is HMAC-SHA256 over
"timestamp in milliseconds, line feed, secret" with the secret as key, in base64, and holds for one hour.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import SecretStr

from notifications.channel import ChannelSettings, check_envelope
from notifications.channels import robot
from notifications.channels.http import HttpSettings, post

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.channel import Envelope

#: of the 20,000 bytes of a request, the rest is the frame around the text
TEXT_BYTES: Final = 19_000
#: token, robot or group gone or switched off; content not allowed, too long or of an unknown type; 310000: keyword,
#: signature or address does not match the robot's settings. The others (-1 busy; 130101, 410100, 90030 too many) pass.
PERMANENT: Final = frozenset(
    {
        300001, 300005, 310000, 400013, 400101, 400102, 400105, 400106, 400402, 40035, 430101, 430102, 430103, 430104,
        460101,
    }
)  # fmt: skip


class DingtalkSettings(HttpSettings):
    """``url`` is the robot's address with its token; ``secret`` the key of its signature (SEC…), if it has one."""

    known_hosts: ClassVar[frozenset[str]] = frozenset({"oapi.dingtalk.com"})
    secret: SecretStr = SecretStr("")


def signature(secret: str, sent_at: datetime) -> dict[str, str]:
    """The two parameters of a signed address."""
    timestamp = str(round(sent_at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode("ascii")}


class DingtalkChannel:
    """Posts into the group; a recipient whose address is a mobile number is named."""

    name: str = "dingtalk"
    private: bool = False
    settings_class: ClassVar[type[ChannelSettings]] = DingtalkSettings

    def __init__(self, settings: DingtalkSettings) -> None:
        """No connection is made before ``send``."""
        self._settings = settings

    def send(self, envelope: Envelope) -> str:
        """Post every part; returns how many."""
        check_envelope(envelope)
        secret = self._settings.secret.get_secret_value()
        signed = signature(secret, envelope.sent_at) if secret else {}
        texts = robot.parts(robot.whole_text(envelope), TEXT_BYTES)
        for text in texts:
            at = {"atMobiles": robot.mobile(envelope.address), "isAtAll": False}
            body = robot.encoded({"msgtype": "text", "text": {"content": text}, "at": at})
            answer = post(self._settings, body, headers={}, params=signed)
            robot.check_answer(
                answer.mapping(), ("errcode",), words="errmsg", permanent=PERMANENT, secrets=self._settings.secrets()
            )
        return f"errcode 0 ×{len(texts)}"
