"""The faults of a simulated year do what they say: a dead process stays dead, a full disk refuses, a restore takes back.

What the program makes of them is the observers' to judge (``test_years.py``); here each fault is held against a small
office, so that a year in which nothing broke is not one in which nothing befell.
"""

from __future__ import annotations

import errno
from datetime import date, timedelta
from itertools import count, pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.world import NOON, copy_of, make_world, refused
from models import tables as t
from models.database import Database, sqlite_url
from models.states import Action, Stage
from models.store import Store
from simulation.years import running
from simulation.years.faults import Death, moments
from simulation.years.faults.death import Life
from simulation.years.faults.disk import Disk
from simulation.years.faults.fate import Fate
from simulation.years.faults.hooks import watch_database, watching_files
from simulation.years.faults.kinds import Kind, never_befell, swarm
from simulation.years.faults.mail import Mail
from simulation.years.journal import DIED
from simulation.years.people.hand import Hand
from simulation.years.post import BEFORE
from workflow import actions, heads
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.world import World

PROGRESS = "已完成清理三公里。"
TWELVE = date(2021, 1, 1)


class Mortal:
    """A world whose process can die, on a disk that can be full."""

    def __init__(self, world: World) -> None:
        self.world, self.life, self.disk = world, Life(Random(1)), Disk(Random(1))
        self.fate = Fate(self.life, self.disk)
        watch_database(world.database, self.fate)

    def dies(self, kind: Kind, at: int) -> None:
        """At this step of this kind, if it takes so many."""
        self.life.left, self.life.at_work = {kind: at}, True

    def report(self) -> actions.Outcome:
        """What most tests die in."""
        command = actions.Command(
            Action.REPORT, self.world.task, given=Given(progress=PROGRESS, percent=40), operation_id="click"
        )
        return actions.act(self.world.database, self.world.office_id, self.world.actor("clerk1"), command, NOON)

    def anew(self) -> World:
        """The process is started anew: what is there now."""
        self.world.database.close()
        self.world.database = Database(sqlite_url(self.world.folder / "duban.db"), synchronous="OFF")
        return self.world


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("office"))


@pytest.fixture
def mortal(office: World, tmp_path: Path) -> Mortal:
    return Mortal(copy_of(office, tmp_path))


def test_wherever_it_dies_a_deed_is_done_whole_or_not_at_all(office: World, tmp_path: Path) -> None:
    died, before = 0, office.picture()
    for at in count(1):
        mortal = Mortal(copy_of(office, tmp_path / str(at)))
        mortal.dies(Kind.STATEMENT, at)
        try:
            mortal.report()
        except Death:
            died += 1
            assert mortal.anew().picture() == before
            mortal.world.database.close()
        else:
            break
    assert died > 10
    assert mortal.anew().row("task", mortal.world.task)["state"] == Stage.REPORTED


def test_a_disk_that_runs_full_is_felt_by_a_connection_that_was_open_before(mortal: Mortal) -> None:
    def pages() -> int:
        with mortal.world.database.read() as connection:
            return int(connection.exec_driver_sql("PRAGMA max_page_count").scalar_one())

    roomy = pages()
    mortal.disk.full = True
    assert pages() < roomy
    mortal.disk.full = False
    assert pages() >= roomy  # SQLite's own limit differs from version to version


def test_after_the_commit_it_is_done_and_the_same_click_gets_the_answer(mortal: Mortal) -> None:
    mortal.dies(Kind.ANSWER, 1)
    assert mortal.report().state == Stage.REPORTED  # this nobody hears
    assert mortal.life.died_at == "after a commit, before the answer"
    with pytest.raises(Death):
        mortal.report()
    events = len(mortal.anew().events())
    assert mortal.report().state == Stage.REPORTED
    assert len(mortal.world.events()) == events


def test_a_dead_process_writes_nothing_more_whatever_stands_on_its_stack(mortal: Mortal, tmp_path: Path) -> None:
    world, tried = mortal.world, []

    def still(work: Callable[[], object]) -> None:
        with pytest.raises(Death):
            work()
        tried.append(work)

    def rename() -> None:
        with world.database.write(world.office_id) as connection:
            connection.execute(sa.update(t.office).values(short_name="鬼"))

    before = world.picture()
    mortal.dies(Kind.STATEMENT, 9)
    with watching_files(tmp_path, mortal.fate):
        still(mortal.report)
        still(rename)
        still(mortal.report)
        still(lambda: Store(tmp_path / "store").put(b"ghost"))
        still((tmp_path / "duban.db").unlink)
        still(lambda: (tmp_path / "ghost.txt").write_text("ghost"))
    assert len(tried) == 6
    assert mortal.anew().picture() == before
    assert not list(tmp_path.glob("ghost*"))
    assert not (tmp_path / "store").exists()


def test_wherever_it_dies_a_stored_file_is_whole_or_not_there(mortal: Mortal, tmp_path: Path) -> None:
    ends = set()
    for at in count(1):
        store = Store(tmp_path / f"store{at}")
        mortal.life.died_at, mortal.life.died_of = "", None
        mortal.dies(Kind.FILE, at)
        try:
            with watching_files(tmp_path, mortal.fate):
                sha256 = store.put(b"scan" * 9)
        except Death as death:
            assert [path for path in store.folder.rglob("*") if path.is_file() and not path.name.startswith(".")] == []
            ends.add(str(death).split()[1])
        else:
            assert store.get(sha256) == b"scan" * 9
            break
    assert {"os.mkdir", "open", "os.chmod", "os.rename"} <= ends


def test_files_elsewhere_and_files_that_are_read_are_no_steps(mortal: Mortal, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.txt").write_text("read me")
    mortal.dies(Kind.FILE, 1)
    with watching_files(tmp_path / "in", mortal.fate):
        (tmp_path / "out.txt").write_text("written elsewhere")
        (tmp_path / "out.txt").read_text()
        with pytest.raises(Death):
            (tmp_path / "in" / "one.txt").write_text("here")


def test_only_a_process_at_work_dies_and_a_spared_one_lives(mortal: Mortal) -> None:
    mortal.dies(Kind.STATEMENT, 5)
    mortal.life.at_work = False
    assert mortal.report().state == Stage.REPORTED
    spared = Life(Random(3), list(Kind))
    assert spared.left
    spared.spare()
    spared.at_work = True
    for kind in Kind:
        spared.step(kind, "anywhere")
    assert Life(Random(3), [Kind.MAIL]).left == {}


def test_on_a_full_disk_a_deed_is_refused_whole_and_works_when_there_is_room(mortal: Mortal) -> None:
    before = mortal.world.picture()
    mortal.disk.full = True
    long = {"progress": PROGRESS * 300, "percent": 40}  # more than what is free in the pages that are there
    with refused("E-507"):
        mortal.world.act("clerk1", Action.REPORT, mortal.world.task, NOON, **long)
    assert mortal.world.picture() == before
    mortal.disk.full = False
    assert mortal.world.act("clerk1", Action.REPORT, mortal.world.task, NOON, **long).state == Stage.REPORTED


def test_some_commits_find_no_room_in_the_log(office: World, tmp_path: Path) -> None:
    told: list[str] = []
    mortal = Mortal(copy_of(office, tmp_path))
    mortal.disk = Disk(Random(1), lambda: told.append("full"))
    mortal.disk.full = True
    for _time in range(30):
        try:
            mortal.disk.commit()
        except Exception as error:  # noqa: BLE001 - as the driver says it
            assert "full" in str(error)  # noqa: PT017
    assert 3 < len(told) < 20


def test_on_a_full_disk_no_file_is_begun(mortal: Mortal, tmp_path: Path) -> None:
    mortal.disk.full = True
    with watching_files(tmp_path, mortal.fate), refused("E-507"):
        Store(tmp_path / "store").put(b"scan")
    assert not [path for path in tmp_path.rglob("store/**/*") if path.is_file()]


def test_every_verb_fails_now_and_then_and_some_recipients_for_good() -> None:
    mail = Mail(Random(1))
    verbs = (*BEFORE, "answer")
    failures = {verb: [one for _time in range(3000) if (one := mail.verb(verb))] for verb in verbs}
    assert all(5 < len(found) < 60 for found in failures.values())
    assert {verb for verb in verbs if any(one.permanent for one in failures[verb])} == {"recipient"}
    mail.out = True
    assert all(mail.verb("connect") for _time in range(50))


def test_most_downtimes_lie_over_days_on_which_something_falls_due() -> None:
    spans = [span for seed in range(50) for span in moments.downtimes(Random(seed), TWELVE, 12)]
    over = [span for span in spans if any(span.begins.day <= day <= span.begins.day + (span.ends - span.begins).days + 1
                                          for day in (20, 22, 25, 26, 28))]  # fmt: skip
    assert len(over) > len(spans) * 0.7
    lengths = [span.ends - span.begins for span in spans]
    assert min(lengths) < timedelta(hours=12) < timedelta(days=30) < max(lengths) < timedelta(days=40)


def test_a_clock_jumps_either_way_and_is_set_right_before_the_next_jump() -> None:
    years = [moments.jumps(Random(seed), TWELVE, 12) for seed in range(50)]
    assert {abs(jump.offset) for year in years for jump in year} == {by for by, _longest in moments.JUMPS}
    assert {jump.offset > timedelta(0) for year in years for jump in year} == {True, False}
    assert all(one.ends < other.begins for year in years for one, other in pairwise(year))


def test_a_year_has_half_of_the_kinds_and_its_seed_says_which() -> None:
    assert len(swarm(Random(1))) == len(Kind) // 2
    assert swarm(Random(1)) == swarm(Random(1)) != swarm(Random(2))
    assert set().union(*(swarm(Random(seed)) for seed in range(40))) == set(Kind)
    assert never_befell({kind.value: 1 for kind in Kind if kind is not Kind.DISK}) == [Kind.DISK]


@pytest.fixture
def year(tmp_path: Path) -> running.Year:
    """A city on its first morning; what befalls it the test says."""
    found = running.begin(1, 0, tmp_path / "city")
    found.faults.kinds = frozenset()
    with found.desk.database.read() as connection:
        found.staff.meet(connection)
    return found


def test_whoever_gets_no_answer_is_told_nothing_and_the_process_begins_anew(year: running.Year) -> None:
    with year.inside(year.desk):
        assert year.desk.database
    lives = year.desk.lives
    year.faults._life(year.desk).left = {Kind.ANSWER: 1}
    assert Hand(year).do("director", "deed", lambda seat: seat.perform("deed", lambda _c: "done")) is None
    assert [told.answer for told in year.journal.told] == [DIED]
    assert year.desk.lives == lives + 1
    assert year.figures[Kind.ANSWER] == 1
    assert Hand(year).do("director", "deed", lambda seat: seat.perform("deed", lambda _c: "done")) == "done"


def test_a_refusal_of_a_dead_process_is_never_heard(year: running.Year) -> None:
    def swallow(_seat: object) -> str:
        year.faults._life(year.desk).die(Kind.STATEMENT, "somewhere")
        return "an answer that nobody gets"

    assert Hand(year).do("director", "deed", swallow) is None
    assert [told.answer for told in year.journal.told] == [DIED]


def test_a_restored_backup_takes_back_what_came_after_it_and_nothing_runs_before_a_yes(
    year: running.Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, office = Hand(year), year.settings.office

    def events() -> list[str]:
        with year.desk.database.read() as connection:
            return list(connection.scalars(sa.select(t.event.c.action).order_by(t.event.c.seq)))

    year.service.turn()
    year.faults.restores.back_up()
    kept, staff = events(), dict(year.staff.units)
    hand.do("sysadmin", "person.add", lambda seat: seat.perform("person.manage", lambda c: _join(c, seat)))
    year.service.turn()
    del year.staff.units[1]
    year.faults.restores.bring_back()
    assert events() == [*kept, "restore"]
    assert year.staff.units == staff
    assert [told.deed for told in year.journal.told if told.deed in {"backup", "restore"}] == ["backup", "restore"]
    year.service.turn()
    assert year.service.behind
    with monkeypatch.context() as full:  # the head of the yes has to leave; without that it is none
        full.setattr(heads, "_append", _no_room)
        assert hand.do("sysadmin", "restore.confirm", _confirm) is None
    with year.desk.database.read() as connection:
        assert connection.scalar(sa.select(t.event.c.result).where(t.event.c.action == "restore.confirm")) == "refused"
    assert hand.do("sysadmin", "restore.confirm", _confirm) is not None
    year.service.turn()
    assert not year.service.behind
    with year.desk.database.read() as connection:
        assert connection.scalar(sa.select(t.watermark.c.held_reason).where(t.watermark.c.office_id == office))


def _join(connection: sa.Connection, seat: object) -> int:
    from workflow import people

    return people.add_person(connection, seat.office_id, seat.actor, "late", "后来", seat.now(), email="a@b.example.cn")  # type: ignore[attr-defined]


def _no_room(*_line: object) -> None:
    raise OSError(errno.ENOSPC, "no space left")


def _confirm(seat: object) -> int:
    from deeds import backups

    return backups.confirm(seat)  # type: ignore[arg-type]
