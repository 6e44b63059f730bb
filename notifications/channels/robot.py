"""What the three group robots have in common: text in parts within a limit, and the code in the answer.

A robot answers HTTP 200 to a message that it has dropped; only the code in the body tells. A code that nobody lists
is tried again: the tries are counted, and giving up on a message that would have gone through is the worse mistake.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from models.language import _
from notifications.channel import DeliveryError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from notifications.channel import Envelope

#: robots take 20 messages a minute; one telling may use this many of them
PARTS: Final = 5
#: room in each part for “（1/5）”, in bytes
_MARK_BYTES: Final = 16
#: a person's mobile number, by which WeCom and DingTalk name somebody in the group
MOBILE_DIGITS: Final = 11


def whole_text(envelope: Envelope) -> str:
    """A group's message: to whom, what, and the words."""
    return f"{envelope.subject}\n{envelope.body}".strip()


def mobile(address: str) -> list[str]:
    """The address as a list of one mobile number, or nothing when it is none."""
    return [address] if len(address) == MOBILE_DIGITS and address.isascii() and address.isdigit() else []


def written_bytes(text: str) -> int:
    """How long a text is inside a JSON body, in bytes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def parts(text: str, limit: int, most: int = PARTS) -> list[str]:
    """The text in parts of at most ``limit`` bytes as written in JSON, broken at line ends where possible.

    More than ``most`` parts are cut, and the last one says so. No character is ever broken.
    """
    if written_bytes(text) <= limit:
        return [text]
    room = limit - _MARK_BYTES
    found: list[str] = []
    while text and len(found) < most:
        head = _head(text, room)
        found.append(head)
        text = text[len(head) :]
    if text:
        note = _("… (cut; the whole text stands in the system)")
        found[-1] = _head(found[-1], room - written_bytes(note)) + note
    total = len(found)
    return [_("({number}/{total})").format(number=i, total=total) + part.strip("\n") for i, part in enumerate(found, 1)]


def _head(text: str, room: int) -> str:
    """As much of the beginning as fits, up to the last line end in its second half if there is one."""
    low, high = 1, len(text)
    if written_bytes(text) <= room:
        return text
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if written_bytes(text[:middle]) <= room else (low, middle - 1)
    line_end = text.rfind("\n", low // 2, low)
    return text[: line_end + 1] if line_end >= 0 else text[:low]


def encoded(content: Mapping[str, Any]) -> bytes:
    """A robot's request body."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def check_answer(
    answer: Mapping[str, Any],
    keys: tuple[str, ...],
    *,
    words: str,
    permanent: Collection[int],
    secrets: Collection[str],
) -> None:
    """Nothing when the code under the first of ``keys`` present is 0; else the robot's refusal with its words."""
    code = next((answer[key] for key in keys if key in answer), None)
    if isinstance(code, bool) or not isinstance(code, int):
        raise DeliveryError(_("The other side did not answer with a receipt."), permanent=False, code="answer")
    if code == 0:
        return
    reason = _("The robot refused: {code} {words}").format(code=code, words=quoted(str(answer.get(words, "")), secrets))
    raise DeliveryError(reason, permanent=code in permanent, code=str(code))
