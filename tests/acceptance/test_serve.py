"""The installed service, killed, stopped, doubled, put to sleep and lied to about the time, against a real mail server."""

from __future__ import annotations

import json
import random
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from kit.office import SmallOffice, at
from kit.serving import Postman, Serving, Worker, home, news, typed
from schedules import clock_guard
from schedules.rules import load_rules
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from workflow import messages
from workflow.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_220_625
#: a working Friday, the eve of the due date: every rung up to the due day's has come
NOW = "2022-06-24T10:00"
MORNING = "2022-06-01T09:30"
#: points at which the service is killed; "start" is some moment in its first half second
POINTS = ("mail", "data", "kept", "after", "start", "kept")
ENVIRONMENT = 5


@pytest.fixture
def office(tmp_path: Path, post: Postman) -> SmallOffice:
    return home(tmp_path / "home", post)


def states(office: SmallOffice, **equal: Any) -> set[str]:
    return {row["state"] for row in office.rows("message", **equal)}


def drained(office: SmallOffice) -> bool:
    return not states(office) & {"due", "retry", "sending"} and bool(office.rows("message"))


def rungs(office: SmallOffice, state: str) -> set[tuple[int, str]]:
    return {(row["task_id"], row["rule"]) for row in office.rows("reminder", state=state)}


def task_events(office: SmallOffice, task: int) -> list[dict[str, Any]]:
    return office.rows("event", object_type="task", object_id=task, result="done")


def doctor(office: SmallOffice, now: str) -> tuple[int, dict[str, str]]:
    done = typed(office, "", now, "doctor", "--json")
    return done.returncode, {row["check"]: row["severity"] for row in json.loads(done.stdout)}


def test_killed_in_mid_work_it_loses_and_repeats_nothing(office: SmallOffice, post: Postman) -> None:
    print(f"seed {SEED}")
    chance, now = random.Random(SEED), at(NOW.replace("T", " "))
    told = news(office, 48, now)
    task = office.tasks["1.1", "市发改委"]
    worker = Worker(office, "clerk1", task, now)
    for point in chance.sample(POINTS, len(POINTS)):
        worker.act(6)
        kill_once(office, post, point, chance)
    with Serving(office, NOW) as last:
        last.runs()
        last.until(lambda: drained(office))
        acknowledged = worker.kill()
        assert last.end()[0] == 0, last.said
    prove_messages(office, post, told)
    prove_trail(office, task, acknowledged)


def kill_once(office: SmallOffice, post: Postman, point: str, chance: random.Random) -> None:
    """Start the service and let it die at a point of the n-th conversation."""
    turn, seconds = chance.randint(1, 4), chance.uniform(0.001, 0.03)
    with Serving(office, NOW) as serving:
        post.victim = serving.process.pid
        if point == "start":
            serving.runs()
            delay(chance.uniform(0, 0.5))
            serving.process.kill()
        else:
            post.deadly = (point, turn, seconds if point == "after" else 0.0)
        serving.dies()
        assert "Traceback" not in serving.said


def delay(seconds: float) -> None:
    """Let a seeded moment go by: the only wait here that waits for nothing."""
    threading.Event().wait(seconds)


def prove_messages(office: SmallOffice, post: Postman, told: list[int]) -> None:
    """Each message went out; twice only where its sender died between the send and its record, under one number."""
    copies = post.copies()
    rows = office.rows("message")
    lost = {row["id"]: 0 for row in rows}
    for attempt in office.rows("attempt"):
        lost[attempt["message"]] += attempt["outcome"] == "lost"
    assert {row["state"] for row in rows if row["id"] in told} == {"sent"}
    assert {row["state"] for row in rows if row["event"] != "reported"} == {"sent"}
    assert states(office, event="reported") <= {"sent", "not_needed"}
    assert set(copies) <= {row["message_id"] for row in rows}
    assert len({row["dedupe_key"] for row in rows}) == len(rows)
    for row in rows:
        most = 1 + min(post.killed_with[row["message_id"]] + (lost[row["id"]] > 0), lost[row["id"]])
        assert (row["state"] == "sent") <= copies[row["message_id"]] <= most, row
    twice = {number for number, count in copies.items() if count > 1}
    assert twice, "no kill fell between a send and its record: the points prove nothing"
    # the other clerks' reminders, decided by whichever process came to it: each once, the gravest alone
    others = set(office.tasks.values()) - {office.tasks["1.1", "市发改委"]}
    assert {rung for rung in rungs(office, "fired") if rung[0] in others} == {(task, "due_day") for task in others}
    assert len(office.rows("reminder")) == len({(r["task_id"], r["round"], r["rule"]) for r in office.rows("reminder")})


def prove_trail(office: SmallOffice, task: int, acknowledged: list[tuple[str, int]]) -> None:
    """What was acknowledged stands in the trail, once, and the chain proves itself to the auditor."""
    done = [(row["action"], row["version"]) for row in task_events(office, task)]
    assert len(acknowledged) > 10
    assert done[: len(acknowledged)] == acknowledged
    assert [version for _action, version in done] == list(range(2, len(done) + 2))
    assert office.row("task", task)["version"] == len(done) + 1
    with office.database.read() as connection:
        assert verify(connection, 1, heads_dir=office.folder / "heads") == []
    verified = typed(office, "audit", NOW, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_sigterm_ends_the_send_in_hand_and_leaves_the_rest_for_later(office: SmallOffice, post: Postman) -> None:
    news(office, 40, at("2022-06-24 10:00"))
    with Serving(office, NOW) as serving:
        post.kept = lambda: serving.process.send_signal(signal.SIGTERM) if len(post.raw) == 3 else None
        assert serving.process.wait(40) == 0, serving.said
    kept = len(post.raw)
    assert 3 <= kept < 40
    assert len(office.rows("message", state="sent")) == kept
    assert states(office) == {"sent", "due"}
    assert {row["outcome"] for row in office.rows("attempt")} == {"sent"}
    with Serving(office, NOW) as serving:
        serving.until(lambda: drained(office))
        assert serving.end(signal.SIGINT)[0] == 0
    assert set(post.copies().values()) == {1}


def test_sigterm_does_not_wait_for_a_mail_server_that_keeps_silent(office: SmallOffice, post: Postman) -> None:
    news(office, 3, at("2022-06-24 10:00"))
    post.silent = True
    with Serving(office, NOW) as serving:
        serving.until(lambda: office.rows("message", state="sending"))
        code, seconds = serving.end()
    assert (code, seconds < 15) == (0, True), serving.said
    assert "sending" not in states(office)
    assert [row["code"] for row in office.rows("attempt")] == ["timeout"]


def test_a_second_service_is_refused_until_the_first_is_dead(office: SmallOffice) -> None:
    with Serving(office, NOW) as first:
        first.runs()
        for words in (("serve",), ("scheduler", "run"), ("scheduler", "tick")):
            second = typed(office, "", NOW, *words)
            assert second.returncode == ENVIRONMENT
            assert "E-B06 A scheduler is already running for this data folder." in second.stderr
            assert "Do now:" in second.stderr
        assert first.process.poll() is None
        assert first.end(signal.SIGKILL)[0] == -signal.SIGKILL
    with Serving(office, NOW) as heir:
        heir.runs()
        assert heir.end()[0] == 0


def test_doctor_tells_a_living_service_from_a_dead_one(office: SmallOffice) -> None:
    with Serving(office, NOW) as serving:
        serving.until(lambda: len(office.rows("heartbeat")) == 3 and drained(office))
        code, checks = doctor(office, NOW)
        assert code == 0, checks
        assert {checks[f"Loop {name}"] for name in ("sweep", "delivery", "heads")} == {"ok"}
        serving.end(signal.SIGKILL)
    code, checks = doctor(office, "2022-06-24T11:00")
    assert (code, checks["Loop sweep"], checks["Loop delivery"]) == (ENVIRONMENT, "wrong", "wrong")
    with Serving(office, "2022-06-24T11:00") as again:
        again.until(lambda: min(row["at"] for row in office.rows("heartbeat")) == at("2022-06-24 11:00"))
        assert doctor(office, "2022-06-24T11:05")[0] == 0
        assert again.end()[0] == 0


def test_a_scheduler_without_delivery_does_not_beat_for_it(office: SmallOffice, post: Postman) -> None:
    with Serving(office, NOW, "scheduler", "run") as serving:
        serving.until(lambda: len(office.rows("heartbeat")) == 2)
        assert serving.end()[0] == 0
    assert {row["name"] for row in office.rows("heartbeat")} == {"sweep", "heads"}
    assert (states(office), post.raw) == ({"due"}, [])
    ticked = json.loads(typed(office, "", NOW, "scheduler", "tick", "--at", "2022-06-24T10:01", "--json").stdout)
    assert ticked["delivery"] == {"sent": 3, "held_reason": ""}


def test_after_many_days_off_each_task_hears_its_gravest_rung_once(office: SmallOffice, post: Postman) -> None:
    with Serving(office, MORNING) as serving:
        serving.until(lambda: drained(office))
        assert serving.end()[0] == 0
    assert len(post.raw) == 3
    late = "2022-06-27T10:00"
    with Serving(office, late) as serving:
        serving.until(lambda: len(post.raw) == 4)  # only the notice of the hold goes out
        assert [mail["To"].addresses[0].username for mail in post.messages[3:]] == ["director"]
        release(office, late)
        serving.until(lambda: drained(office))
        assert serving.end()[0] == 0
    tasks = set(office.tasks.values())
    assert rungs(office, "fired") == {(task, rule) for task in tasks for rule in ("opened", "urging")}
    lower = {"not_received", "due_minus_5", "due_minus_2", "due_day"}
    assert rungs(office, "superseded") == {(task, rule) for task in tasks for rule in lower}
    assert {row["reason"] for row in office.rows("reminder", state="superseded")} == {"“urging notice” took its place"}
    assert set(post.copies().values()) == {1}


def release(office: SmallOffice, now: str) -> None:
    """The director has looked: the time is right and the messages may go."""
    for words in (("clock", "confirm"), ("message", "release", "--all")):
        done = typed(office, "director", now, *words)
        assert done.returncode == 0, done.stderr


def test_a_clock_far_ahead_holds_until_the_director_has_set_it_right(office: SmallOffice, post: Postman) -> None:
    with Serving(office, MORNING) as serving:
        serving.until(lambda: drained(office))
        assert serving.end()[0] == 0
    with Serving(office, "2023-06-01T09:30") as ahead:
        ahead.until(lambda: len(post.raw) == 4)
        ahead.until(lambda: "sends are held" in ahead.said)
        assert ahead.end()[0] == 0
    assert states(office, event="held") == {"sent"}
    refused = typed(office, "director", "2022-06-01T10:00", "message", "release", "--all")
    assert (refused.returncode, "E-C01 Sending is held" in refused.stderr) == (1, True)
    assert "duban clock confirm" in refused.stderr
    release(office, "2022-06-01T10:00")
    with Serving(office, "2022-06-01T10:00") as right:
        right.until(lambda: office.rows("heartbeat", name="delivery")[0]["at"] == at("2022-06-01 10:00"))
        assert right.end()[0] == 0
    assert len(post.raw) == 4
    assert sweep(office.database, 1, load_rules(), at("2022-06-06 09:00"), drift=NO_DRIFT).fired == len(office.tasks)


def test_a_clock_behind_the_record_sends_nothing_and_says_why(office: SmallOffice, post: Postman) -> None:
    with Serving(office, NOW) as serving:
        serving.until(lambda: drained(office))
        assert serving.end()[0] == 0
    before = len(post.raw)
    news(office, 5, at("2022-06-23 09:00"))
    with Serving(office, "2022-06-23T10:00") as behind:
        behind.until(lambda: "sends are held: the clock (2022-06-23 10:00) is behind the last record" in behind.said)
        behind.until(lambda: len(post.raw) == before + 1)
        assert behind.end()[0] == 0
    assert "held" in {row["event"] for row in office.rows("message", state="sent")}
    code, checks = doctor(office, "2022-06-23T10:00")
    assert (code, checks["Clock"], checks["Sending"]) == (ENVIRONMENT, "wrong", "warning")
    with office.database.write(1) as connection:
        director = office.actor("director")
        clock_guard.confirm(connection, 1, director, at(NOW.replace("T", " ")))
        messages.release(connection, 1, director, None, at(NOW.replace("T", " ")))
    with Serving(office, NOW) as right:
        right.until(lambda: drained(office))
        assert right.end()[0] == 0
    assert set(post.copies().values()) == {1}
