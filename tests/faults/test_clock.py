"""A clock that jumps, in every way a clock does: nobody is told twice or out of the blue, and the service never goes deaf (F5 to F7).

The scheduler really runs here, with short intervals; the wall clock is moved under it, while the monotonic one goes on. What
is decided is asked of an office that never lost its time: both have told the same people of the same rungs.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from kit.office import SmallOffice, at, small_office
from kit.serving import until
from kit.world import NOON, World, make_world, refused
from models.states import Action
from models.times import at_local, end_of, local_date
from notifications.outbox import deliver
from schedules import clock_guard, runner
from schedules.runner import Loop, Service, tick
from schedules.select import DRIFT
from workflow import messages
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notifications.channel import Envelope

NINE = at("2022-06-10 09:00")
DAY, YEAR = timedelta(days=1), timedelta(days=365)
MINUTE, BORDER = timedelta(minutes=1), timedelta(hours=36)
BACK = [-MINUTE, timedelta(seconds=-100), -DAY, -YEAR]
ON = [MINUTE, DAY, BORDER, BORDER + MINUTE, YEAR]


@dataclass
class Postbox:
    """A channel that keeps what it is given."""

    name = "file"
    private = True
    got: list[Envelope] = field(default_factory=list)

    def __call__(self, _name: str) -> Postbox:
        return self

    def send(self, envelope: Envelope) -> str:
        self.got.append(envelope)
        return ""

    @property
    def most(self) -> int:
        """How often the message was given that was given most often."""
        return max(Counter(one.message_id for one in self.got).values(), default=0)


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


@contextmanager
def running(service: Service, then: Callable[[], None]) -> Iterator[None]:
    """The service in this thread, as it is meant to run, until ``then``, in another thread, is through."""
    failed: list[BaseException] = []

    def drive() -> None:
        try:
            then()
        except BaseException as error:  # noqa: BLE001 - the thread of the test hears of it
            failed.append(error)
        finally:
            service._halt()

    driver = threading.Thread(target=drive)
    driver.start()
    yield
    driver.join(30)
    if failed:
        raise failed[0]


def said_of(jump: timedelta) -> str:
    return f"{jump.total_seconds() / 3600:+g}h"


@pytest.mark.parametrize("jump", [*BACK, *ON], ids=said_of)
def test_the_heart_beats_again_soon_after_any_jump(
    office: SmallOffice, jump: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop of a minute is woken by the watch alone where the clock went back; where it went on, its minute ends at most."""
    monkeypatch.setattr(runner, "WATCH_SECONDS", 0.05)
    seconds = 60 if jump < timedelta() else 1
    turns: list[datetime] = []
    service = Service(
        office.database, 1, None, None, office.folder, sweep_seconds=seconds,
        loops=[Loop("other", seconds, turns.append)],
    )  # fmt: skip
    took: list[float] = []
    with time_machine.travel(NINE, tick=True) as clock:

        def jumps() -> None:
            until(lambda: len(turns) == 1 and len(office.rows("heartbeat")) == 2)
            clock.shift(jump)
            begun = time.monotonic()
            until(lambda: len(turns) > 1 and all(abs(beat - (NINE + jump)) < MINUTE for beat in beats(office)))
            took.append(time.monotonic() - begun)

        with running(service, jumps):
            assert service.run() == 0
    assert took[0] < 10, "a tenth of what is promised, on whatever machine"
    assert len(office.rows("reminder")) == len({(row["task_id"], row["rule"]) for row in office.rows("reminder")})


def beats(office: SmallOffice) -> list[datetime]:
    return [row["at"] for row in office.rows("heartbeat")]


@pytest.mark.parametrize("jump", [*BACK, *ON], ids=said_of)
def test_no_jump_fires_twice_or_sends_what_cannot_be_believed(office: SmallOffice, jump: timedelta) -> None:
    """The clock is wrong for an hour, between two turns of one service; then it is right again and the director says so."""
    box, hour = Postbox(), timedelta(hours=1)
    swept = Swept(office, box)
    swept.turn(NINE, monotonic=0)
    before = len(box.got)
    wrong = NINE + MINUTE + jump
    held = swept.turn(wrong, monotonic=60)
    assert bool(held) is (not timedelta(minutes=-2) <= jump + MINUTE or jump > DRIFT), held
    if held:
        assert [one.address for one in box.got[before:]] == ["director"], "only the word of the hold went out"
        assert f"{local_date(wrong)}" in held
        swept.turn(wrong + hour, monotonic=3660)
        assert len(box.got) == before + 1
    swept.confirm(NINE + hour)
    swept.turn(NINE + hour + MINUTE, monotonic=3720)
    swept.month(NINE + DAY)
    assert box.most == 1
    if jump <= timedelta(minutes=1) or held:
        assert fired(office) == undisturbed()
    whole(office)


@pytest.mark.parametrize("jump", [timedelta(minutes=6), timedelta(hours=5), DAY, YEAR], ids=said_of)
def test_clock_that_is_set_right_again_needs_nobody(office: SmallOffice, jump: timedelta) -> None:
    """While the two clocks disagree nothing is decided; once they agree, what came due is, at its own time."""
    box = Postbox()
    swept = Swept(office, box)
    swept.turn(NINE, monotonic=0)
    before, decided = len(box.got), office.rows("reminder")
    told = {swept.turn(NINE + timedelta(hours=hours) + jump, monotonic=hours * 3600) for hours in range(1, 4)}
    assert len(told) == 1
    assert "" not in told
    assert office.rows("reminder") == decided
    assert [one.address for one in box.got[before:]] == ["director"], "one word of one hold"
    assert not swept.turn(NINE + timedelta(hours=4), monotonic=4 * 3600)
    swept.month(NINE + DAY)
    assert fired(office) == undisturbed()
    whole(office)


def test_clock_that_strayed_is_believed_once_the_director_says_so(office: SmallOffice) -> None:
    swept, right = Swept(office, Postbox()), NINE + timedelta(hours=3)
    swept.turn(NINE, monotonic=0)
    assert swept.turn(right, monotonic=60), "two hours and 59 minutes that nobody counted"
    swept.confirm(right + MINUTE)
    assert not swept.turn(right + 2 * MINUTE, monotonic=180)
    assert not swept.turn(right + 3 * MINUTE, monotonic=240)
    assert swept.turn(right + timedelta(hours=1), monotonic=300), "from then on it is counted anew"


def test_machine_that_slept_is_no_clock_that_jumped(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hours asleep: the plain monotonic clock stood still meanwhile, the one that counts on did not."""
    asleep = 0.0
    real = {time.CLOCK_BOOTTIME: lambda: 100.0 + asleep, time.CLOCK_MONOTONIC: lambda: 100.0}
    monkeypatch.setattr(runner.time, "clock_gettime", lambda which: real[which]())
    service = Service(office.database, 1, None, None, office.folder)
    service._sweep(NINE)
    asleep = 5 * 3600
    assert service._sweep(NINE + timedelta(hours=5)).held_reason == ""


@dataclass
class Swept:
    """One service, turn by turn: what its loops do, at instants and by a monotonic clock of the test's own."""

    office: SmallOffice
    box: Postbox
    counted: float = 0.0

    def __post_init__(self) -> None:
        self.service = Service(self.office.database, 1, None, None, self.office.folder, monotonic=lambda: self.counted)

    def turn(self, now: datetime, monotonic: float) -> str:
        """A sweep and a delivery; why sends are held."""
        self.counted = monotonic
        held = self.service._sweep(now).held_reason
        deliver(self.office.database, 1, self.box, now)
        return held

    def confirm(self, now: datetime) -> None:
        """The director looks at the clock, and lets go what was held."""
        with self.office.database.write(1) as connection:
            director = self.office.actor("director", now)
            clock_guard.confirm(connection, 1, director, now)
            messages.release(connection, 1, director, None, now)

    def month(self, now: datetime) -> None:
        """The clock is right: a turn now and then to the end of the month; each comes to what has become due since the last."""
        while now < at("2022-07-01 00:00"):
            self.turn(now, (now - NINE).total_seconds())
            now += 4 * DAY


def fired(office: SmallOffice) -> set[tuple[int, str]]:
    return {(row["task_id"], row["rule"]) for row in office.rows("reminder", state="fired")}


@cache
def undisturbed() -> set[tuple[int, str]]:
    """What an office with a good clock tells in the same time."""
    with TemporaryDirectory() as folder:
        swept = Swept(small_office(Path(folder) / "office"), Postbox())
        swept.turn(NINE, monotonic=0)
        swept.month(NINE + DAY)
        told = fired(swept.office)
        swept.office.database.close()
    return told


def whole(office: SmallOffice) -> None:
    with office.database.read() as connection:
        assert verify(connection, 1) == []


@pytest.mark.parametrize("jump", [*BACK, *ON], ids=said_of)
def test_a_clock_that_jumped_while_the_service_was_stopped(office: SmallOffice, jump: timedelta) -> None:
    """Nothing of the process vouches for the time: it is believed forward to 36 hours, and back not at all."""
    box = Postbox()
    tick(office.database, 1, None, lambda now: deliver(office.database, 1, box, now), NINE)
    before = len(box.got)
    swept = tick(office.database, 1, None, lambda now: deliver(office.database, 1, box, now), NINE + jump).sweep
    doubted = not timedelta(minutes=-2) <= jump <= BORDER
    assert bool(swept.held_reason) is doubted
    if doubted:
        assert {one.address for one in box.got[before:]} == {"director"}
        assert {row["state"] for row in office.rows("message", event="held")} == {"sent"}
    assert box.most == 1
    whole(office)


def test_what_people_do_while_the_clock_is_behind_is_taken_and_the_history_does_not_go_back(tmp_path: Path) -> None:
    """Nobody is kept from work by a clock: the trail takes the time of its last event, and notes what the wall showed."""
    world = make_world(tmp_path / "world")
    world.act("clerk1", Action.RECEIVE, world.task, NOON)
    for behind in (MINUTE, DAY, 100 * DAY):
        world.report(world.task, NOON - behind)
        world.act("clerk1", Action.WITHDRAW, world.task, NOON - behind)
    events = world.events()
    assert [event["result"] for event in events] == ["done"] * 7
    assert {event["at"] for event in events} == {NOON}
    assert [event["detail"].get("wall_clock") for event in events[1::2]] == [
        (NOON - behind).isoformat() for behind in (MINUTE, DAY, 100 * DAY)
    ]
    assert [event["version"] for event in events] == list(range(2, 9))
    with refused("E-404"):  # a year before, nobody had a duty yet
        world.report(world.task, NOON - YEAR)
    assert (world.events()[-1]["result"], world.events()[-1]["at"]) == ("denied", NOON)
    whole(world)


# --- zones -----------------------------------------------------------------------------------------------------------

ZONES = ("UTC", "America/New_York", "Asia/Shanghai")


def in_zone(zone: str, work: Callable[[], Any]) -> Any:
    """What comes of it in a process whose machine stands in that zone."""
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()

    def child() -> None:
        os.environ["TZ"] = zone
        time.tzset()
        try:
            told.put(work())
        except BaseException as error:  # noqa: BLE001 - whoever asked hears of it
            told.put(repr(error))

    runner_ = fork.Process(target=child)
    runner_.start()
    found = told.get()
    runner_.join(30)
    return found


def month_digest(folder: Path) -> str:
    """A month with its reminders, receipts, reports and messages; a digest of every row that came of it."""
    world: World = make_world(folder)
    swept = Swept(world, Postbox())
    world.act("clerk1", Action.RECEIVE, world.task, at("2022-06-02 23:30"))
    for place, now in enumerate(at("2022-06-01 07:30") + timedelta(hours=25) * n for n in range(30)):
        swept.turn(now, monotonic=place * 25 * 3600)
        if place == 20:
            world.report(world.task, now)
    rows = {name: world.rows(name) for name in ("reminder", "message", "attempt", "event", "task", "draft")}
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()


def test_the_host_s_zone_changes_nothing(tmp_path: Path) -> None:
    found = {zone: in_zone(zone, lambda zone=zone: month_digest(tmp_path / zone.replace("/", "-"))) for zone in ZONES}
    assert len(set(found.values())) == 1, found
    assert len(found["UTC"]) == 64, found


def shanghai_days() -> list[Any]:
    """Every day of the years of summer time in Shanghai: when it begins and ends, and nine o'clock in it."""
    days = [date(1986, 1, 1) + timedelta(days=n) for n in range(6 * 365 + 1)]
    assert all(local_date(at_local(day)) == day and local_date(end_of(day)) == day + DAY for day in days)
    return [(at_local(day), end_of(day), at_local(day, datetime.min.replace(hour=9).time())) for day in days]


def test_the_summer_times_of_shanghai_are_kept_from_any_zone() -> None:
    found = [in_zone(zone, shanghai_days) for zone in ZONES]
    assert found[0] == found[1] == found[2]
    hours = Counter((ends - begins) // timedelta(hours=1) for begins, ends, _nine in found[0])
    assert hours == {24: 2191 - 12, 23: 6, 25: 6}
    by_day = {local_date(begins): nine for begins, _ends, nine in found[0]}
    assert by_day[date(1986, 5, 3)] == datetime(1986, 5, 3, 1, tzinfo=UTC)
    assert by_day[date(1986, 7, 1)] == datetime(1986, 7, 1, 0, tzinfo=UTC), (
        "nine by summer time is midnight in Greenwich"
    )
    assert by_day[date(1991, 12, 1)] == datetime(1991, 12, 1, 1, tzinfo=UTC)
