"""The interface for programs: whose token, how far it goes, acting once, and every refusal in JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kit.api import code, new_token, program
from kit.desk import DeskOf, desk_of
from kit.office import small_office
from models.states import Role
from web.frame import limits
from web.frame.limits import Buckets, Rate
from workflow.tokens import SCOPES

if TYPE_CHECKING:
    from pathlib import Path

FILED = {"progress": "已清理岸线三公里。", "percent": 40}


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path))


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> DeskOf:
    """An office for calls that change nothing."""
    return desk_of(small_office(tmp_path_factory.mktemp("office")))


def own(desk: DeskOf) -> int:
    return desk.office.tasks["1.1", "市发改委"]


def test_every_duty_belongs_to_one_scope_and_reading_acts_with_none() -> None:
    acting = [role for roles in SCOPES.values() for role in roles]
    assert sorted(acting) == sorted(set(Role) - {Role.SCHEDULER})


def test_me_says_whose_token_it_is(still: DeskOf) -> None:
    found = program(still, "clerk1", "file").get("/me").json()
    assert (found["login"], found["duties"][0]["unit"]) == ("clerk1", "市发改委")
    assert found["token"]["scopes"] == ["file"]


@pytest.mark.parametrize("sent", ["", "Bearer duban_wrong", "Basic Zm9v"])
def test_without_a_token_in_force_nothing_is_told(still: DeskOf, sent: str) -> None:
    answer = still.nobody().client.get("/api/v1/tasks", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, code(answer)) == (401, "E-H81")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_no_session_serves_in_place_of_a_token(still: DeskOf) -> None:
    assert still.person("clerk1").client.get("/api/v1/tasks").status_code == 401
    session = {"Authorization": f"Bearer {still.session('clerk1')}"}
    assert still.nobody().client.get("/api/v1/tasks", headers=session).status_code == 401


def test_no_token_serves_in_place_of_a_session(still: DeskOf) -> None:
    browser = still.nobody()
    browser.client.cookies.set("duban", new_token(still, "clerk1", "read"), domain="127.0.0.1")
    assert browser.get("/tasks").status_code == 303


def test_a_token_ends_when_it_is_revoked_when_its_time_is_over_and_with_its_person(desk: DeskOf) -> None:
    ended, late, gone = (program(desk, "clerk1", "read") for _turn in range(3))
    desk.office.change("apitoken", 1, revoked_at=desk.clock.now)
    assert ended.get("/me").status_code == 401
    assert late.get("/me").status_code == 200
    desk.office.change("person", desk.office.people["clerk1"], active=False)
    assert gone.get("/me").status_code == 401
    desk.office.change("person", desk.office.people["clerk1"], active=True)
    desk.clock.now += timedelta(days=91)
    assert late.get("/me").status_code == 401


def test_a_duty_that_ends_takes_its_scope_along(desk: DeskOf) -> None:
    reviewer = program(desk, "reviewer", "read", "review")
    duty = next(row for row in desk.office.rows("duty") if row["person_id"] == desk.office.people["reviewer"])
    desk.office.change("duty", duty["id"], valid_to=desk.clock.now.date() - timedelta(days=1))
    answer = reviewer.get("/tasks")
    assert (answer.status_code, code(answer)) == (403, "E-403")
    assert code(reviewer.act(own(desk), "approve", version=1)) == "E-H82"


def test_a_token_for_reading_changes_nothing_and_one_for_filing_reads_nothing(desk: DeskOf) -> None:
    reading, filing = program(desk, "clerk1", "read"), program(desk, "clerk1", "file")
    assert reading.get("/tasks").status_code == 200
    refused = reading.act(own(desk), "report", version=1, **FILED)
    assert (refused.status_code, code(refused)) == (403, "E-H82")
    assert code(filing.get("/tasks")) == "E-H82"
    assert filing.act(own(desk), "report", version=1, **FILED).status_code == 200


def test_the_scope_narrows_the_duties_that_count(desk: DeskOf) -> None:
    office, person = desk.office, desk.office.people["clerk1"]
    office.add("duty", person_id=person, role="reviewer", unit_id=None, valid_from=desk.clock.now.date())
    task = office.tasks["1.2", "市水利局"]
    office.report(task, desk.clock.now)
    office.sign(task, desk.clock.now)
    answer = program(desk, "clerk1", "read", "file").act(task, "approve", version=3)
    assert (answer.status_code, code(answer)) == (404, "E-404")  # it acts as the clerk of another unit
    assert program(desk, "clerk1", "review").act(task, "approve", version=3).status_code == 200


def test_what_a_program_does_stands_in_the_trail_under_the_persons_name(desk: DeskOf) -> None:
    clerk = program(desk, "clerk1", "file")
    clerk.act(own(desk), "report", version=1, **FILED)
    clerk.act(own(desk), "approve", version=2)
    done, denied = desk.office.rows("event")[-2:]
    assert (done["action"], done["actor"], done["source"], done["result"]) == ("report", "clerk1", "api", "done")
    assert (denied["action"], denied["source"], denied["result"]) == ("task.approve", "api", "denied")


def test_the_use_of_a_token_is_noted_to_the_hour(desk: DeskOf) -> None:
    clerk, begin = program(desk, "clerk1", "read"), desk.clock.now
    for minutes in (0, 10, 70):
        desk.clock.now = begin + timedelta(minutes=minutes)
        clerk.get("/me")
    assert desk.office.row("apitoken", 1)["used_at"] == begin + timedelta(minutes=70)


def test_pages_hold_every_task_once_in_every_order(still: DeskOf) -> None:
    reviewer = program(still, "reviewer", "read")
    for order in ("id", "-id", "due_on", "-due_on", "entered_at"):
        seen: list[int] = []
        cursor = ""
        while True:
            page = reviewer.get("/tasks", params={"order": order, "limit": 4, "cursor": cursor}).json()
            seen += [task["id"] for task in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert sorted(seen) == sorted(still.office.tasks.values())
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "cursor", ["x", "bm90aGluZw", "W10", "WyJ0YXNrcyBpZCIsICJhIl0", "WyJ0YXNrcyBpZCIsIDk5OTk5OTk5OTk5OV0"]
)
def test_a_cursor_of_something_else_is_refused(still: DeskOf, cursor: str) -> None:
    answer = program(still, "reviewer", "read").get("/tasks", params={"cursor": cursor})
    assert (answer.status_code, code(answer)) == (422, "E-H86")


def test_what_another_unit_owns_is_not_there(desk: DeskOf) -> None:
    clerk, other = program(desk, "clerk2", "read", "file"), desk.office.tasks["2.2", "市生态环境局"]
    assert other not in [task["id"] for task in clerk.get("/tasks").json()["items"]]
    for path in (f"/tasks/{other}", f"/tasks/{other}/events", "/tasks/9999"):
        assert (clerk.get(path).status_code, code(clerk.get(path))) == (404, "E-404")
    assert clerk.act(other, "report", version=1, **FILED).status_code == 404


def test_a_unit_named_beside_sees_that_but_not_what(desk: DeskOf) -> None:
    task = desk.office.tasks["2.1", "市生态环境局"]
    desk.office.report(task, desk.clock.now)
    inside, beside = program(desk, "clerk3", "read"), program(desk, "clerk1", "read")
    assert len(inside.get(f"/tasks/{task}").json()["reports"]) == 1
    assert [event["action"] for event in inside.get(f"/tasks/{task}/events").json()["items"]] == ["report"]
    assert beside.get(f"/tasks/{task}").json()["reports"] == []
    assert beside.get(f"/tasks/{task}/events").json()["items"] == []


def test_the_same_key_gets_the_first_answer_and_acts_once(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "file"), own(desk)
    first, second = (clerk.act(task, "report", "key-1", version=1, **FILED) for _turn in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(desk.office.rows("report")) == 1


def test_the_same_key_with_something_else_is_refused(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "file"), own(desk)
    clerk.act(task, "report", "key-1", version=1, **FILED)
    answer = clerk.act(task, "report", "key-1", version=1, progress="别的内容。", percent=41)
    assert (answer.status_code, code(answer)) == (422, "E-H80")
    assert len(desk.office.rows("report")) == 1


def test_a_refused_call_may_be_corrected_under_its_key(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "file"), own(desk)
    assert code(clerk.act(task, "report", "key-1", version=1, percent=40)) == "E-S07"
    assert clerk.act(task, "report", "key-1", version=1, **FILED).status_code == 200


def test_words_from_a_program_are_kept_as_words_from_a_page(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "read", "file"), own(desk)
    answer = clerk.act(task, "report", "key-1", version=1, progress="\u202e已清理\x0b岸线\r\n三公里。 ", percent=40)
    assert answer.status_code == 200
    assert clerk.get(f"/tasks/{task}/reports").json()["items"][0]["progress"] == "已清理岸线\n三公里。"


def test_who_acted_first_is_said(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "file"), own(desk)
    clerk.act(task, "report", version=1, **FILED)
    answer = clerk.act(task, "report", version=1, **FILED)
    assert (answer.status_code, code(answer)) == (409, "E-409")
    assert answer.json()["error"]["version"] == 2


def test_a_batch_says_item_by_item_how_it_ended_and_a_dry_one_keeps_nothing(desk: DeskOf) -> None:
    clerk, task = program(desk, "clerk1", "file"), own(desk)
    items = [
        {"task_id": task, "action": "receive", "version": 1},
        {"task_id": task, "action": "approve", "version": 2},
        {"task_id": 9999, "action": "receive", "version": 1},
    ]
    for dry_run in (True, False):
        told = clerk.call("POST", "/actions", json={"items": items, "dry_run": dry_run}).json()
        assert [one["status"] for one in told["outcomes"]] == [200, 403, 404]
        assert (told["done"], told["refused"], told["dry_run"]) == (1, 2, dry_run)
        assert (desk.office.row("task", task)["version"] == 1) is dry_run


def test_a_batch_sent_again_under_its_key_does_nothing_twice(desk: DeskOf) -> None:
    clerk = program(desk, "clerk1", "file")
    batch = {"items": [{"task_id": own(desk), "action": "report", "version": 1, **FILED}]}
    headers = {"Idempotency-Key": "batch-1"}
    first, second = (clerk.call("POST", "/actions", json=batch, headers=headers).json() for _turn in range(2))
    assert first == second
    assert len(desk.office.rows("report")) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"version": 1, "surprise": 1}, "body.surprise"),
        ({"version": 0}, "body.version"),
        ({}, "body.version"),
        ({"version": 1, "progress": "\x00"}, "body.progress"),
        ({"version": 1, "percent": 101}, "body.percent"),
        ({"version": 1, "refile_on": "2022-02-30"}, "body.refile_on"),
        ({"version": 1, "refile_on": "9999-12-31"}, "body.refile_on"),
        ({"version": 1, "values": [{"indicator_id": 1, "value": 1e300}]}, "body.values.0.value"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(still: DeskOf, given: dict[str, object], field: str) -> None:
    answer = program(still, "clerk1", "file").act(own(still), "report", **given)
    assert (answer.status_code, code(answer)) == (422, "E-H84")
    assert field in [one["field"] for one in answer.json()["error"]["fields"]]
    assert still.office.row("task", own(still))["version"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/me", 405),
        ("GET", "/api/v1/tasks/x", 422),
    ],
)
def test_below_api_nothing_is_ever_a_page(still: DeskOf, method: str, path: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {new_token(still, 'reviewer', 'read')}"}
    answer = still.nobody().client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["remedy"]
    assert ("allow" in answer.headers) is (status == 405)


def test_a_body_that_is_no_json_or_too_long_is_refused_in_json(still: DeskOf) -> None:
    clerk = program(still, "clerk1", "file")
    path = f"/tasks/{own(still)}/actions/report"
    for body in (b"{", b"[" * 100_000, b"\xff", b'"' + b"a" * 4_100_000 + b'"'):
        answer = clerk.call("POST", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}
        assert code(answer) in {"E-H05", "E-H08", "E-H84"}


def test_a_fault_of_the_program_is_a_number_in_json(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.tasks.find_tasks", lambda *_given: 1 / 0)
    caller = program(desk, "reviewer", "read")
    caller.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = caller.get("/tasks")
    assert (answer.status_code, code(answer)) == (500, "E-X00")
    assert "ZeroDivision" not in answer.text


def test_the_language_is_what_the_program_accepts_and_no_cookie(still: DeskOf) -> None:
    clerk = program(still, "clerk1", "read")
    clerk.client.cookies.set("duban_lang", "en", domain="127.0.0.1")
    assert clerk.get("/tasks").json()["items"][0]["state_label"] == "已交办"
    assert (
        clerk.get("/tasks", headers={"Accept-Language": "en-GB, zh;q=0.5"}).json()["items"][0]["state_label"]
        == "assigned"
    )


def test_the_schema_describes_each_operation_whole(still: DeskOf) -> None:
    schema = still.nobody().get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    operations = [one for methods in schema["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"]
        assert one["description"]
        assert one["security"] == [{"token": []}]
        assert {"401", "403", "422"} <= set(one["responses"])
    sent = [
        shape
        for name, shape in schema["components"]["schemas"].items()
        if name in {"ActionGiven", "Batch", "Item", "Value"}
    ]
    assert [shape["additionalProperties"] for shape in sent] == [False] * 4


def test_the_reference_names_every_operation_and_shape_and_holds_no_script(still: DeskOf) -> None:
    schema, page = still.nobody().get("/api/v1/openapi.json").json(), still.nobody().get("/api/v1/docs").text
    for path, methods in schema["paths"].items():
        assert f"<code>{path}</code>" in page
        assert all(f'id="{one["operationId"]}"' in page for one in methods.values())
    assert all(f'id="shape-{name}"' in page for name in schema["components"]["schemas"])
    assert "<script" not in page


def test_a_program_that_runs_wild_is_asked_to_wait_and_others_are_not(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    desk.site.buckets = Buckets(lambda: seconds[0])
    monkeypatch.setattr(limits, "TOKEN", Rate(2, 0.1))
    wild, calm = program(desk, "clerk1", "read"), program(desk, "clerk2", "read")
    assert [wild.get("/me").status_code for _turn in range(2)] == [200, 200]
    answer = wild.get("/me")
    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (429, "E-H88", "10")
    assert calm.get("/me").status_code == 200
    seconds[0] = 10.0
    assert wild.get("/me").status_code == 200
