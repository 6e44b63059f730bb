"""One contract for both dispatchers: in the process itself over SQLite, and Procrastinate over PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import signal
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from psycopg_pool import AsyncConnectionPool

from cluster import jobs, schema
from cluster.bookkeeping import Queues, connector
from cluster.worker import Pace, Served, Worker
from kit.dispatch_worker import Unfit
from kit.dispatching import FIRST_WAIT, Dispatching
from kit.server import empty_database, needs_server
from kit.serving import until
from models.database import Database, sqlite_url
from models.dispatch import Work, leave
from schedules.runner import wall_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from psycopg import AsyncConnection

BOTH = ["embedded", pytest.param("cluster", marks=needs_server)]
DEATHS = 15
IN_CLUSTER = [pytest.param("cluster", marks=needs_server)]


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    with empty_database("dispatch") as made:
        yield sa.make_url(made)


@pytest.fixture
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dispatching]:
    """The dispatcher that the test names, with nothing to do and nobody at work."""
    url = sqlite_url(tmp_path / "duban.db")
    if request.param == "cluster":
        at: sa.URL = request.getfixturevalue("server")
        url = at.render_as_string(hide_password=False)
        engine = sa.create_engine(at)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    made = Dispatching(request.param, url, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("work", BOTH, indirect=True)
def test_what_is_left_is_done_at_once_and_once_and_what_was_undone_never(work: Dispatching):
    process = work.start()
    until(lambda: work.told("end"))
    undone = work.leave("ok", undo=True)
    if work.adapter == "cluster":
        assert work.waiting() == 0, "the job was undone with the change"
    kept = [*work.leave("ok"), *work.leave("ok", "ok"), *work.leave("ok")]
    work.until_done(kept)
    assert work.done(undone) == [0]
    unheard = work.leave("ok", heard=False)
    work.until_done([*work.leave("ok"), *unheard])  # whoever comes does all that is due
    assert work.stop(process) == 0


@pytest.mark.parametrize("work", BOTH, indirect=True)
def test_what_fails_is_tried_again_after_its_wait_and_what_nobody_heard_of_is_found_by_a_tick(work: Dispatching):
    work.start(tick=1)
    (late,) = work.leave("ok", heard=False)
    work.until_done([late])
    (failing,) = work.leave("raise:2")
    work.until_done([failing])
    first, second, third = (said.at for said in work.told("try", items=[failing]))
    least = [FIRST_WAIT, 2 * FIRST_WAIT] if work.adapter == "cluster" else [0.9, 0.9]
    assert second - first >= least[0]
    assert third - second >= least[1]


@pytest.mark.parametrize("work", BOTH, indirect=True)
def test_who_is_killed_in_the_middle_loses_nothing(work: Dispatching):
    dying = work.start()
    slow, after = work.leave("slow", "ok")
    until(lambda: work.told("try", items=[slow]))
    assert work.stop(dying, signal.SIGKILL) == -signal.SIGKILL
    work.go()
    work.start(tick=1)
    work.until_done([slow, after])
    assert len(work.told("try", items=[slow])) == 2


@pytest.mark.parametrize("work", BOTH, indirect=True)
def test_of_two_processes_none_does_what_the_other_does_and_an_office_keeps_its_order(work: Dispatching):
    offices = [1] if work.adapter == "embedded" else [1, 2]
    first = work.start(offices)
    if work.adapter == "embedded":
        second = work.start(offices)
        assert second.wait() != 0, "the folder has its scheduler"
        work.processes.reverse()
    else:
        second = work.start(offices)
    items = [number for _turn in range(12) for office in offices for number in work.leave("ok", "ok", office=office)]
    work.until_done(items)
    if work.adapter == "cluster":
        assert work.stop(second) == 0
    assert work.stop(first) == 0
    for office in offices:
        told = [said for said in work.told() if said.office == office]
        did = [said.item for said in told if said.what == "did"]
        assert did == sorted(did)
        batches = [said.what for said in sorted(told, key=lambda said: said.at) if said.what in {"begin", "end"}]
        assert all(one != two for one, two in pairwise(batches)), "two at once"


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_what_kills_its_worker_ends_dead_and_seen_and_the_other_offices_go_on(work: Dispatching):
    (deadly,) = work.leave("die:99")
    for _life in range(2):
        process = work.start([1, 2], tick=1, attempts=2)
        until(lambda process=process: process.poll() is not None)
    work.start([1, 2], tick=1, attempts=2)
    until(lambda: dead(work))
    assert [(one.work, one.attempts) for one in dead(work)] == [(Work.DELIVERY, 2)]
    work.until_done(work.leave("ok", office=2))
    work.leave("ok")
    assert work.waiting() == 0, "a dead job keeps others of its office from dying"
    assert len(work.told("try", items=[deadly])) == 2


def at_least(work: Dispatching, items: list[int], enough: int) -> bool:
    return sum(work.done(items)) >= enough


def dead(work: Dispatching) -> list[jobs.Dead]:
    with work.database.read() as connection:
        return jobs.dead(connection, 1)


@pytest.mark.long
@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_of_many_that_are_killed_at_any_moment_none_takes_work_with_it(work: Dispatching):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, offices = random.Random(seed), (1, 2, 3)
    alive = [work.start(offices, tick=1, attempts=99) for _worker in range(2)]
    items: list[int] = []
    for _death in range(DEATHS):
        for office in offices:
            items += [number for _time in range(4) for number in work.leave("ok", "ok", office=office)]
        enough = min(sum(work.done(items)) + chance.randrange(1, 20), len(items))
        until(partial(at_least, work, items, enough))
        work.stop(alive.pop(chance.randrange(2)), signal.SIGKILL)
        alive.append(work.start(offices, tick=1, attempts=99))
    work.until_done(items)


@pytest.mark.long
@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_one_that_sleeps_and_wakes_late_does_nothing_that_counts(work: Dispatching):
    asleep = work.start()
    (slow,) = work.leave("slow")
    until(lambda: work.told("waits", items=[slow]))
    asleep.send_signal(signal.SIGSTOP)
    work.start(tick=1)
    work.go()
    work.until_done([slow])
    asleep.send_signal(signal.SIGCONT)
    until(lambda: len(work.told("did", items=[slow])) == 2)
    work.until_done([slow, *work.leave("ok")])
    until(lambda: work.waiting() == 0)


@pytest.mark.long
@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_a_worker_whose_database_is_gone_ends_with_five(work: Dispatching):
    process = work.start()
    at = sa.make_url(work.url)
    engine = sa.create_engine(at.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{at.database}" ALLOW_CONNECTIONS false')
        kill = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(kill, {"name": at.database})
        try:
            assert process.wait(40) == 5
        finally:
            connection.exec_driver_sql(f'ALTER DATABASE "{at.database}" ALLOW_CONNECTIONS true')
    engine.dispose()


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_of_several_workers_one_leaves_what_nobody_seems_to_need(work: Dispatching, monkeypatch: pytest.MonkeyPatch):
    moment, idle, asked = 1000.0, 5.0, list[Work]()
    monkeypatch.setattr("cluster.worker.time.monotonic", lambda: moment)

    def for_seconds(kind: Work) -> float:
        asked.append(kind)
        return idle

    office = Served(1, print, due=lambda: False, idle=for_seconds)
    worker = Worker(work.database, [office], pace=Pace(at_least={Work.SWEEP: 60}))
    worker.look_after(office)
    moment += 54
    worker.look_after(office)
    assert (work.waiting(1), asked) == (0, [Work.SWEEP])
    moment, idle = moment + 1, 60.0
    worker.look_after(office)
    worker.look_after(office)
    assert (work.waiting(1), asked) == (1, [Work.SWEEP] * 2)


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
@pytest.mark.parametrize(("due", "left"), [(False, {"sweep"}), (True, {"delivery", "sweep"})])
def test_beside_a_sweep_a_delivery_is_left_only_for_what_is_due_already(work: Dispatching, due: bool, left: set[str]):
    office = Served(1, print, due=lambda: due)
    worker = Worker(work.database, [office])
    worker.look_after(office)
    worker.look_after(office)
    with work.database.read() as connection:
        found = connection.execute(sa.text("SELECT task_name FROM procrastinate_jobs")).scalars().all()
    assert sorted(found) == sorted(left)


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_an_office_that_cannot_be_asked_keeps_no_other_waiting(work: Dispatching):
    def broken() -> bool:
        raise Unfit

    Worker(work.database, [Served(1, print, due=broken), Served(2, print)]).look(wall_clock())
    assert (work.waiting(1), work.waiting(2)) == (0, 2)


def left_in_dead_hands(work: Dispatching) -> None:
    """A sweep of each of three offices, by a worker that nobody knows any more."""
    with work.database.write(1) as connection:
        for office in (1, 2, 3):
            key = {"queue": jobs.queue_of(office), "key": jobs.key_of(office, Work.SWEEP), "office": office}
            connection.execute(
                sa.text(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, args)"
                    " VALUES (:queue, 'sweep', :key, :key, 'doing', jsonb_build_object('office_id', CAST(:office AS integer)))"
                ),
                key,
            )
    assert jobs.bereft(work.database, timedelta(seconds=30)) == {1, 2, 3}


def calm(office: int) -> Served:
    return Served(office, print, due=lambda: False, idle=lambda _work: 0.0)


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_of_the_dead_a_worker_takes_what_they_had_of_its_own_offices(work: Dispatching):
    left_in_dead_hands(work)
    Worker(work.database, [calm(1), calm(3)]).look(wall_clock())
    assert [work.waiting(office) for office in (1, 2, 3)] == [1, 0, 1]


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_what_cannot_be_taken_from_the_dead_of_one_office_keeps_no_other_waiting(
    work: Dispatching, monkeypatch: pytest.MonkeyPatch
):
    def broken(database: Database, office: int, silent: timedelta) -> list[jobs.Running]:
        if office == 1:
            raise Unfit
        return take(database, office, silent)

    take = jobs.take_from_the_dead
    monkeypatch.setattr(jobs, "take_from_the_dead", broken)
    left_in_dead_hands(work)
    Worker(work.database, [calm(1), calm(2), calm(3)]).look(wall_clock())
    assert [work.waiting(office) for office in (1, 2, 3)] == [0, 1, 1]


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_nothing_is_asked_beside_what_a_job_needs_and_a_connection_that_ended_is_replaced(
    work: Dispatching, monkeypatch: pytest.MonkeyPatch
):
    names, checked, check = (
        [jobs.queue_of(office) for office in (1, 22, 333)],
        list[int](),
        AsyncConnectionPool.check_connection,
    )

    async def noted(connection: AsyncConnection) -> None:
        checked.append(connection.info.backend_pid)
        await check(connection)

    async def asked() -> None:
        way = connector(sa.make_url(work.url), lost=5)
        await way.open_async()
        async with way.pool.connection() as connection:
            first = connection.info.backend_pid
            assert connection.autocommit
            told = connection.info.get_parameters()
            assert told["tcp_user_timeout"] == "10000", "a machine that is gone without a word is missed"
        found = await way.execute_query_one_async(
            "SELECT %(queues)s::varchar[] AS queues, current_setting('plan_cache_mode') AS planned",
            queues=Queues(names),
        )
        assert (found, checked) == ({"queues": names, "planned": "force_generic_plan"}, [])
        with work.database.read() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:first, 5000)"), {"first": first})
        found = await way.execute_query_one_async("SELECT pg_backend_pid() AS pid")
        assert checked == [first] != [found["pid"]]
        await way.close_async()

    monkeypatch.setattr(AsyncConnectionPool, "check_connection", noted)
    asyncio.run(asked())
    assert [*Queues(names)] == names


@pytest.mark.parametrize("work", IN_CLUSTER, indirect=True)
def test_tables_for_jobs_are_made_once_and_a_job_waits_once(work: Dispatching):
    schema.apply(work.database)
    other = Database(work.url)
    jobs.attach(other)
    with work.database.write(1) as one, other.write(2) as two:  # nobody waits for anybody
        leave(one, Work.DELIVERY)
        leave(two, Work.SWEEP)
        leave(two, Work.DELIVERY)
    with other.write(1) as two:
        leave(two, Work.DELIVERY)
    other.close()
    assert (work.waiting(1), work.waiting(2)) == (1, 2)
    assert schema.steps_after((3, 3, 0), ["03.10.00_01_pre_x.sql", "03.04.00_50_post_y.sql", "03.04.00_01_pre_y.sql", "03.03.00_01_pre_z.sql", "__init__.py"]) == [
        "03.04.00_01_pre_y.sql", "03.04.00_50_post_y.sql", "03.10.00_01_pre_x.sql"
    ]  # fmt: skip
