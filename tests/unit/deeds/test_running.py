"""For how long nobody has done a kind of work: by the beats that whoever does it leaves."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from deeds.running import undone_for
from kit.office import SmallOffice, at, small_office
from models.dispatch import Work
from workflow.heartbeats import Beat, note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deeds.desk import Desk

NOW = at("2022-06-08 12:00")


def _looked(office: SmallOffice, look: Callable[[Any], Any]) -> Any:
    with office.database.read() as connection:
        return look(connection)


def test_the_last_beat_of_any_machine_counts_and_one_that_is_ahead_does_not(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    told = SimpleNamespace(office_id=1, now=lambda: NOW, read=partial(_looked, office))
    idle = undone_for(cast("Desk", told))
    assert idle(Work.SWEEP) == math.inf
    for node, seconds in (("", 90), ("one", 40), ("ahead", -300)):
        when = NOW - timedelta(seconds=seconds)
        with office.database.write(1) as connection:
            note(connection, 1, Beat(node, Work.SWEEP.value, when, when + timedelta(minutes=1), ""))
    assert idle(Work.SWEEP) == 40
    assert idle(Work.DELIVERY) == math.inf
