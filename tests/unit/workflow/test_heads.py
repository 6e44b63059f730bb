"""Heads outside the database: one line each, no repeats, and a line cut short harms no other."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from kit.office import at
from kit.world import NOON, World, refused
from models.errors import EnvironmentRefused
from models.states import Action
from workflow import audit, heads

if TYPE_CHECKING:
    import pytest


def test_head_is_written_once_while_nothing_happens(world: World) -> None:
    folder = world.folder / "heads"
    world.act("clerk1", Action.RECEIVE, world.task, NOON)
    with world.database.read() as connection:
        first = heads.keep(folder, connection, 1, NOON)
        assert heads.keep(folder, connection, 1, at("2022-06-21 12:00")) == first == audit.head(connection, 1)
    assert heads.read(folder, 1) == [heads.KeptHead(NOON, 1, 1, first.hash)]
    assert first.short == f"1-{first.hash[:16]}"


def test_line_cut_short_is_passed_over_and_the_next_head_stands_whole(world: World) -> None:
    folder = world.folder / "heads"
    world.act("clerk1", Action.RECEIVE, world.task, NOON)
    with world.database.read() as connection:
        first = heads.keep(folder, connection, 1, NOON)
    with heads.head_file(folder, 1).open("a") as file:
        file.write('{"at": "2022-06-2')
    world.report(world.task, NOON)
    with world.database.read() as connection:
        second = heads.keep(folder, connection, 1, NOON)
    assert [(kept.seq, kept.hash) for kept in heads.read(folder, 1)] == [(1, first.hash), (2, second.hash)]
    latest = heads.latest(folder, 1)
    assert latest is not None
    assert latest.seq == 2


def test_empty_folder_has_no_head_and_stops_nobody(world: World) -> None:
    folder = world.folder / "nothing"
    assert (heads.read(folder, 1), heads.latest(folder, 1)) == ([], None)
    with world.database.read() as connection:
        heads.check_not_behind(folder, connection, 1)


def test_head_bears_the_installation_that_the_trail_names_last(world: World) -> None:
    """Setting up and restoring begin an installation; anybody else's word for it does not count."""
    for action, named in (("office.set_up", "one"), ("restore", "two"), ("notice.adopt", "three")):
        entry = audit.Entry(action, "office", detail={"installation": named})
        with world.database.write(1) as connection:
            audit.append(connection, 1, world.actor("system"), entry, NOON)
    with world.database.read() as connection:
        assert heads.installation(connection, 1) == "two"
        heads.keep(world.folder / "heads", connection, 1, NOON)
    assert [kept.installation for kept in heads.read(world.folder / "heads", 1)] == ["two"]


def test_head_that_cannot_be_written_is_a_refusal_and_no_crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.report(world.task, NOON)
    monkeypatch.setattr(heads, "sync", _full)
    with refused("E-507", EnvironmentRefused), world.database.read() as connection:
        heads.keep(world.folder / "heads", connection, world.office_id, NOON)


def _full(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
