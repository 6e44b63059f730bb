"""A trail that shows every change: edits, losses, swaps, a cut tail, a chain computed anew, a state moved in secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.office import at
from kit.world import NOON, World, refused
from models import tables as t
from models.errors import EnvironmentRefused, Refused
from models.language import speaking
from models.states import Action, Stage
from models.store import Store
from workflow import audit, backup, flow_store, heads, template_store
from workflow.verify import Finding, notices, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

S = Stage
LATER = at("2022-06-22 12:00")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture
def lived(world: World) -> World:
    """A world with a history whose head was written down outside."""
    world.bring_to(world.task, S.REVIEWED)
    keep(world)
    return world


def keep(world: World, now: Any = NOON) -> audit.Head:
    with world.database.read() as connection:
        return heads.keep(world.folder / "heads", connection, 1, now)


def tamper(world: World, *statements: str) -> None:
    """What someone with the file in hand can do: the triggers go first."""
    with world.database.write(1) as connection:
        for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def recompute(world: World) -> None:
    """Give every event the hash its present content asks for, as a clever forger would."""
    with world.database.write(1) as connection:
        previous = audit.GENESIS
        for row in connection.execute(sa.select(t.event).order_by(t.event.c.seq)).mappings().all():
            fresh = {**row, "prev_hash": previous}
            previous = audit.digest(fresh)
            connection.execute(
                sa.update(t.event)
                .where(t.event.c.seq == row["seq"])
                .values(prev_hash=fresh["prev_hash"], hash=previous)
            )


def findings(world: World, *, outside: bool = True) -> list[Finding]:
    with world.database.read() as connection:
        return verify(connection, 1, heads_dir=world.folder / "heads" if outside else None)


def test_untouched_history_holds(lived: World) -> None:
    assert findings(lived) == []
    assert [row["action"] for row in lived.events()] == ["report", "sign_stamp", "approve"]
    assert [row["seq"] for row in lived.events()] == [1, 2, 3]


def test_edited_event_is_named(lived: World) -> None:
    tamper(lived, "UPDATE event SET actor_name = '别人' WHERE seq = 2")
    assert findings(lived) == [Finding("event 2", "its content is not what was written")]


@pytest.mark.parametrize("column", [name for name in audit.HASHED if name not in {"office_id", "seq", "algorithm"}])
def test_edit_of_any_covered_column_is_named(lived: World, column: str) -> None:
    value = {"at": "'2022-06-20 04:00:01.000000'", "detail": "'{}'", "object_id": "5", "version": "77"}.get(
        column, "'x'"
    )
    tamper(lived, f"UPDATE event SET {column} = {value} WHERE seq = 2")
    assert "event 2" in [finding.where for finding in findings(lived, outside=False)]


def test_deleted_event_is_named(lived: World) -> None:
    tamper(lived, "DELETE FROM event WHERE seq = 2")
    assert findings(lived)[0] == Finding("event 3", "events 2 to 2 are missing")


def test_swapped_events_are_named(lived: World) -> None:
    tamper(lived, *(f"UPDATE event SET seq = {b} WHERE seq = {a}" for a, b in ((1, 99), (2, 1), (99, 2))))
    named = {(finding.where, finding.what) for finding in findings(lived, outside=False)}
    assert ("event 1", "it does not follow the event before it") in named
    assert ("event 2", "its content is not what was written") in named


def test_cut_tail_is_found_by_the_outside_head_only(lived: World) -> None:
    tamper(
        lived,
        "DELETE FROM event WHERE seq = 3",
        f"UPDATE task SET state = 'signed_stamped', stage = 'signed_stamped' WHERE id = {lived.task}",
    )
    assert findings(lived, outside=False) == []
    assert findings(lived) == [Finding("outside head 3 of 2022-06-20", "the trail is shorter: its tail was cut off")]


def test_recomputed_chain_is_found_by_the_outside_head_only(lived: World) -> None:
    tamper(lived, "UPDATE event SET actor_name = '别人' WHERE seq = 2")
    recompute(lived)
    assert findings(lived, outside=False) == []
    assert findings(lived) == [
        Finding("outside head 3 of 2022-06-20", "the trail was written anew: another event stands there")
    ]


def test_own_words_rewritten_behind_the_back_are_named(lived: World) -> None:
    lived.do("director", template_store.install, "returned/subject", "【退回】", now=NOON)
    assert findings(lived) == []
    tamper(lived, "UPDATE template SET text = '【通过】'")
    with speaking("en"):
        (found,) = findings(lived)
    assert found.where.startswith("template returned/subject ")


def test_flow_rewritten_behind_the_back_is_named(lived: World) -> None:
    tamper(lived, "UPDATE flow SET text = replace(text, 'four_eyes', 'no_eyes__') WHERE name = 'monthly_report'")
    with speaking("zh"), lived.database.read() as connection:
        found = verify(connection, 1)
    version = flow_store.shipped("monthly_report").short
    assert [(one.where, one.what) for one in found] == [
        (f"流程 monthly_report {version}", "文本与它的版本号不符"),
    ]


def test_state_changed_behind_the_back_is_named(lived: World) -> None:
    tamper(lived, f"UPDATE task SET state = 'aggregated', stage = 'aggregated' WHERE id = {lived.task}")
    assert findings(lived) == [Finding(f"task {lived.task}", "it stands at “aggregated”, the trail says “reviewed”")]


def test_edited_and_lost_reports_are_named(lived: World) -> None:
    where = f"task {lived.task}, report 1"
    tamper(lived, "UPDATE report SET percent = 90")
    assert findings(lived) == [Finding(where, "the filed version is not what was filed")]
    tamper(lived, "DELETE FROM report")
    assert findings(lived) == [Finding(where, "the filed version is gone")]


def test_report_that_nobody_filed_is_named(lived: World) -> None:
    row = {**lived.rows("report")[0], "id": 50, "number": 2}
    with lived.database.write(1) as connection:
        connection.execute(sa.insert(t.report).values(**row))
    assert findings(lived) == [Finding(f"task {lived.task}, report 2", "the filed version is not what was filed")]


def test_changed_file_of_the_store_is_named(lived: World) -> None:
    store = Store(lived.folder / "store")
    sha = store.put(b"scan")
    tamper(lived, f"UPDATE attachment SET sha256 = '{sha}'")
    with lived.database.read() as connection:
        assert verify(connection, 1, store=store) == []
        store.path(sha).chmod(0o600)
        store.path(sha).write_bytes(b"other")
        assert [finding.where for finding in verify(connection, 1, store=store)] == ["attachment 1"]


def test_clock_that_went_back_never_turns_the_history(world: World) -> None:
    world.report(world.task, NOON)
    earlier = at("2022-06-10 12:00")
    world.act("clerk1", Action.WITHDRAW, world.task, earlier)
    rows = world.events()
    assert [row["at"] for row in rows] == [NOON, NOON]
    assert rows[1]["detail"]["wall_clock"] == earlier.isoformat()
    assert findings(world, outside=False) == []


def test_offices_have_chains_of_their_own(lived: World) -> None:
    with lived.database.write(1) as connection:
        row = dict(connection.execute(sa.select(t.office)).mappings().one()) | {"id": 2}
        connection.execute(sa.insert(t.office).values(**row))
        head = audit.append(connection, 2, lived.actor("director"), audit.Entry("look", "office"), NOON)
        assert head.seq == 1
        assert verify(connection, 2) == []


def confirm(world: World, now: Any = LATER) -> int:
    """The system administrator's yes, as the command gives it: the event, then the head."""
    held: int = world.do("system", backup.confirm_restore, world.folder / "heads", now=now)
    with world.database.read() as connection:
        heads.keep(world.folder / "heads", connection, 1, now, claim=True)
    return held


def cut(world: World) -> None:
    """The last event goes, and with it what it said: the older database, or what a thief makes of it."""
    tamper(
        world,
        "DELETE FROM event WHERE seq = 3",
        f"UPDATE task SET state = 'signed_stamped', stage = 'signed_stamped' WHERE id = {world.task}",
    )


def behind(world: World) -> None:
    with world.database.read() as connection:
        heads.check_not_behind(world.folder / "heads", connection, 1)


def told(world: World) -> list[Finding]:
    with world.database.read() as connection:
        return notices(connection, 1)


def test_database_behind_its_outside_head_is_refused_until_somebody_confirms(lived: World) -> None:
    """A higher epoch alone is a number that anybody can write; the event is what counts."""
    behind(lived)
    cut(lived)
    tamper(lived, "UPDATE office SET epoch = 7")
    with refused("E-B07", EnvironmentRefused):
        behind(lived)
    confirm(lived)
    behind(lived)


def test_confirmed_restore_explains_the_heads_it_names_and_is_said(lived: World) -> None:
    first = lived.events()[1]
    cut(lived)
    confirm(lived)
    assert findings(lived) == []
    detail = lived.events()[-1]["detail"]
    assert [head[0] for head in detail["beyond"]] == [3]
    assert detail["from"] == [0, audit.GENESIS]
    assert lived.events()[1]["hash"] == first["hash"]
    assert told(lived) == [
        Finding(
            "event 3",
            "the office was restored: confirmed on 2022-06-22 by 系统员 (system); events 1 to 3 of the earlier trail are"
            " lost, or no longer proven",
        )
    ]


def test_confirmed_restore_names_the_loss_from_the_last_head_that_still_stands(world: World) -> None:
    world.report(world.task, NOON)
    keep(world)
    world.sign(world.task, NOON)
    world.act("reviewer", Action.APPROVE, world.task, NOON)
    keep(world)
    cut(world)
    confirm(world)
    assert findings(world) == []
    assert "events 2 to 3 of the earlier trail" in told(world)[0].what


def test_confirmation_explains_nothing_that_it_does_not_name(lived: World) -> None:
    """A tail cut off after the yes, or a head that comes to light later, is still found."""
    cut(lived)
    confirm(lived)
    line = '{"at": "2022-06-20T04:00:00+00:00", "epoch": 1, "seq": 90, "hash": "f"}\n'
    with heads.head_file(lived.folder / "heads", 1).open("a") as file:
        file.write(line)
    assert [finding.where for finding in findings(lived)] == ["outside head 90 of 2022-06-20"]


def test_tail_cut_off_with_its_confirmation_is_found(lived: World) -> None:
    cut(lived)
    confirm(lived)
    tamper(lived, "DELETE FROM event WHERE seq = 3")
    assert {finding.where for finding in findings(lived)} == {
        "outside head 3 of 2022-06-20",
        "outside head 3 of 2022-06-22",
    }
    assert told(lived) == []


def test_second_restore_to_before_the_first_is_explained_by_its_own_confirmation(lived: World) -> None:
    cut(lived)
    confirm(lived)
    tamper(
        lived,
        "DELETE FROM event WHERE seq > 1",
        "DELETE FROM report",
        "UPDATE task SET state = 'assigned', stage = 'assigned'",
    )
    tamper(lived, "DELETE FROM event WHERE seq = 1")
    confirm(lived, at("2022-06-23 12:00"))
    assert findings(lived) == []
    assert len(lived.events()[-1]["detail"]["beyond"]) == 2


def test_yes_to_a_database_that_was_never_restored_is_refused(lived: World) -> None:
    before = lived.rows("office")
    with refused("E-B17", Refused):
        confirm(lived)
    assert lived.rows("office") == before
    cut(lived)
    confirm(lived)
    with refused("E-B17", Refused):
        confirm(lived)


def test_heads_of_another_installation_are_left_alone_until_an_operator_says_so(lived: World) -> None:
    """A restored copy whose settings kept the live path: it neither writes there nor is it judged by what stands there."""
    with lived.database.write(1) as connection:
        entry = audit.Entry("restore", "office", detail={"installation": "copy"})
        audit.append(connection, 1, lived.actor("system"), entry, LATER)
    file = heads.head_file(lived.folder / "heads", 1)
    file.write_text(file.read_text("utf-8").replace('"installation": ""', '"installation": "live"'), "utf-8")
    written = file.read_text("utf-8")
    for attempt in (lambda: keep(lived), lambda: behind(lived)):
        with refused("E-B16", EnvironmentRefused):
            attempt()
    assert [finding.where for finding in findings(lived)] == ["outside heads"]
    assert file.read_text("utf-8") == written
    confirm(lived)
    assert findings(lived) == []
    assert heads.read(lived.folder / "heads", 1)[-1].installation == "copy"
    keep(lived)
