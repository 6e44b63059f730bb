"""A WeCom 企业微信 group robot: text messages of 2,048 bytes, refusals as ``errcode`` in a 200 answer.

Source: developer.work.weixin.qq.com/document/path/91770 (robot) and 90313 (codes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from notifications.channel import ChannelSettings, check_envelope
from notifications.channels import robot
from notifications.channels.http import HttpSettings, post

if TYPE_CHECKING:
    from notifications.channel import Envelope

TEXT_BYTES: Final = 2048
#: type unknown, parameter bad, content missing or too long or not UTF-8, robot gone or not in the group. The others
#: (-1 busy, 45009 and 45033 too many) pass with time.
PERMANENT: Final = frozenset({40008, 40058, 44004, 45002, 45008, 40035, 47001, 93000, 93004, 93008, 301019})


class WecomSettings(HttpSettings):
    """``url`` is the robot's address with its key."""

    known_hosts: ClassVar[frozenset[str]] = frozenset({"qyapi.weixin.qq.com"})


class WecomChannel:
    """Posts into the group; a recipient whose address is a mobile number is named."""

    name: str = "wecom"
    private: bool = False
    settings_class: ClassVar[type[ChannelSettings]] = WecomSettings

    def __init__(self, settings: WecomSettings) -> None:
        """No connection is made before ``send``."""
        self._settings = settings

    def send(self, envelope: Envelope) -> str:
        """Post every part; returns how many."""
        check_envelope(envelope)
        # `<@userid>` in the words would call somebody: user text names nobody.
        texts = robot.parts(robot.whole_text(envelope).replace("<@", "＜@"), TEXT_BYTES)
        for text in texts:
            content = {"content": text, "mentioned_mobile_list": robot.mobile(envelope.address)}
            answer = post(self._settings, robot.encoded({"msgtype": "text", "text": content}), headers={})
            robot.check_answer(
                answer.mapping(), ("errcode",), words="errmsg", permanent=PERMANENT, secrets=self._settings.secrets()
            )
        return f"errcode 0 ×{len(texts)}"
