"""What must be seen afterwards (I18, I20): that a backup was brought back, and no secret in any record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from simulation.years.observers.evidence import Violation, acknowledged, refused
from simulation.years.observers.picture import UNSEEN, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.years.observers.picture import Picture

#: what stands in the trail when somebody said yes to a restored database
_CONFIRMED: Final = frozenset({"restore.confirm"})


def restored(picture: Picture) -> Iterator[Violation]:
    """After a restore the service does nothing before an operator says so, and each restore stands in the trail."""
    restores = [
        place for place, told in enumerate(picture.evidence.told) if told.deed == "restore" and acknowledged(told)
    ]
    yes = sum(event.action in _CONFIRMED and event.result == "done" for event in picture.events)
    for place in restores:
        for told in picture.evidence.told[place + 1 :]:
            if told.deed == "restore.confirm" and acknowledged(told):
                break
            if told.deed in {"sweep", "delivery"} and acknowledged(told):
                what = f"the service went on ({told.deed}) though nobody had said yes to the restored database"
                yield Violation("I18", what, f"restore of {picture.evidence.told[place].wall:%Y-%m-%d %H:%M}")
                break
    if (
        restores
        and not yes
        and any(told.deed == "restore.confirm" and acknowledged(told) for told in picture.evidence.told)
    ):
        yield Violation("I18", "a restore was confirmed, and the trail does not say so", "trail")


def again(picture: Picture) -> Iterator[Violation]:
    """What the backup knew as waiting may have left since: after the restore it waits until somebody lets it out."""
    told, copies = picture.evidence.told, picture.evidence.copies
    for first, last in picture.lost:
        backup, restore = told[max(first, 0)], told[last]
        known = {row["message_id"] for row in picture.tables["message"] if instant(row["created_at"]) < backup.wall}
        left = {copy.message_id for copy in copies if copy.true < restore.true} & known
        freed = [one.true for one in told[last:] if one.deed == "message.release" and not refused(one)]
        for copy in copies:
            if copy.message_id in left and restore.true < copy.true < min(freed, default=picture.evidence.when):
                what = f"it left again after the restore of {restore.wall:%Y-%m-%d %H:%M}, and nobody had let it out"
                yield Violation("I18", what, f"message {copy.message_id}")


def secrets(picture: Picture) -> Iterator[Violation]:
    """No password, code or token stands in the trail, in a kept head or on the outside of a letter."""
    if not picture.evidence.secrets:
        return
    for event in picture.fresh():
        text = f"{event.reason} {json.dumps(event.detail, ensure_ascii=False)}"
        for secret in picture.evidence.secrets:
            if secret in text and event.actor not in UNSEEN:
                yield Violation("I20", f"“{event.action}” holds a secret", f"event {event.seq}")
    for copy in picture.evidence.copies:
        if any(secret in copy.subject for secret in picture.evidence.secrets):
            yield Violation("I20", "its subject holds a secret", f"message {copy.message_id}")
