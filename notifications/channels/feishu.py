"""A Feishu 飞书 group robot: signed body, requests of 20 KB, refusals as ``code`` in a 200 answer.

Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. The signature is HMAC-SHA256 over nothing with
"timestamp in seconds, line feed, secret" as key, in base64, and holds for one hour.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import SecretStr

from notifications.channel import ChannelSettings, check_envelope
from notifications.channels import robot
from notifications.channels.http import HttpSettings, post

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.channel import Envelope

#: of the 20 KB of a request, the rest is the frame around the text
TEXT_BYTES: Final = 19_000
#: parameter or type bad, hook gone, signature, address or keyword refused, body malformed. The others (11232,
#: 230020, 99991400: too many) pass with time.
PERMANENT: Final = frozenset({9499, 10208, 19001, 19002, 19003, 19004, 19021, 19022, 19024})
_OPEN_ID: Final = "ou_"


class FeishuSettings(HttpSettings):
    """``url`` is the robot's hook; ``secret`` the key of its signature, if it has one."""

    known_hosts: ClassVar[frozenset[str]] = frozenset({"open.feishu.cn", "open.larksuite.com"})
    secret: SecretStr = SecretStr("")


def signature(secret: str, sent_at: datetime) -> dict[str, str]:
    """The two fields of a signed body."""
    timestamp = str(int(sent_at.timestamp()))
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode("ascii")}


class FeishuChannel:
    """Posts into the group; a recipient whose address is an open id (ou_…) is named."""

    name: str = "feishu"
    private: bool = False
    settings_class: ClassVar[type[ChannelSettings]] = FeishuSettings

    def __init__(self, settings: FeishuSettings) -> None:
        """No connection is made before ``send``."""
        self._settings = settings

    def send(self, envelope: Envelope) -> str:
        """Post every part; returns how many."""
        check_envelope(envelope)
        secret = self._settings.secret.get_secret_value()
        signed: dict[str, Any] = dict(signature(secret, envelope.sent_at)) if secret else {}
        # `<at user_id="all">` in the words would call the whole group: user text names nobody.
        texts = robot.parts(robot.whole_text(envelope).replace("<", "＜"), TEXT_BYTES)
        for text in texts:
            content = {"text": _named(envelope.address) + text}
            body = robot.encoded({**signed, "msg_type": "text", "content": content})
            answer = post(self._settings, body, headers={})
            robot.check_answer(
                answer.mapping(),
                ("code", "StatusCode"),
                words="msg",
                permanent=PERMANENT,
                secrets=self._settings.secrets(),
            )
        return f"code 0 ×{len(texts)}"


def _named(address: str) -> str:
    name = address.removeprefix(_OPEN_ID)
    return f'<at user_id="{address}"></at> ' if name != address and name.isascii() and name.isalnum() else ""
