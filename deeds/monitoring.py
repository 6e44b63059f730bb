"""What a monitor is told of an office and of the machine that serves it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from deeds.doctor import given_up
from models.errors import DubanError
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deeds.desk import Desk
    from deeds.proving import Proving
    from workflow.gauges import Gauge


def figures(desk_: Desk, proved: Proving | None = None) -> list[Gauge]:
    """Every figure; ``proved`` is the last proof of the trail that the desk was asked for, if any.

    Refused as every reading is when the database does not answer: a monitor that is told nothing raises the alarm.
    """
    from workflow.gauges import Gauge, gauges

    now, office = desk_.now(), desk_.office_id
    found = desk_.read(lambda connection: gauges(connection, office, now))
    disk = shutil.disk_usage(desk_.settings.home)
    found.append(Gauge("disk_free_bytes", _("Free where the office's folder lies."), {"": disk.free}))
    return _with(found, _of_this_machine(desk_, proved))


def _of_this_machine(desk_: Desk, proved: Proving | None) -> dict[str, float]:
    from models import disk
    from workflow import heads

    office, folder = desk_.office_id, desk_.settings.heads_dir
    behind = 0
    try:
        desk_.read(lambda connection: heads.check_not_behind(folder, connection, office))
    except DubanError:
        behind = 1
    findings = len(proved.findings) if proved is not None else 0
    return {
        "dead_work": len(given_up(desk_)), "database_behind_head": behind, "trail_findings": findings,
        "disk_failed": int(disk.failed()),
    }  # fmt: skip


def _with(found: Sequence[Gauge], more: dict[str, float]) -> list[Gauge]:
    return [replace(one, values={**one.values, **more}) if one.name == "must_be_zero" else one for one in found]
