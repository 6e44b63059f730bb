"""From a claimed row to an envelope: the words rendered at send time, for whoever gets it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.language import _
from notifications.channel import DeliveryError, Envelope
from notifications.render import render

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.channel import Channel
    from notifications.claims import Claimed
    from notifications.render import OwnWords

#: what nobody else may read, so that no group's robot gets it
PRIVATE: Final = frozenset({"account_code"})


def letter(claimed: Claimed, now: datetime, own: OwnWords) -> Envelope:
    """The envelope; raises E-J01 for a template that cannot be rendered, ``DeliveryError`` without an address."""
    person, row = claimed.person, claimed.row
    words = render(row["event"], {**claimed.fields, "recipient_name": person.name}, own)
    address = person.email if row["channel"] == "email" else person.login
    if not address:
        raise DeliveryError(_("{name} has no mail address").format(name=person.name), permanent=True, code="address")
    return Envelope(row["message_id"], person.name, address, words.subject, words.body, now)


def check_private(claimed: Claimed, channel: Channel) -> None:
    """Refuse to hand a secret to a channel where others read along."""
    if claimed.row["event"] in PRIVATE and not channel.private:
        raise DeliveryError(
            _("this message is for one person; the channel “{name}” is read by many").format(name=channel.name),
            permanent=True,
            code="private",
        )
