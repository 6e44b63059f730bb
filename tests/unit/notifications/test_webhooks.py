"""Events for other programs: signed, in order, at least once and under the same id, and nothing else leaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit.office import BEGIN, small_office
from kit.world import refused
from models.errors import EnvironmentRefused
from notifications import webhooks
from notifications.claims import LEASE, TRIES
from notifications.endpoint import open_endpoints, signature

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime

    from kit.office import SmallOffice
    from notifications.endpoint import Endpoint

    from .conftest import HttpServer

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
UNIT = "市发改委"


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path)


def endpoints(http: HttpServer, **given: Any) -> dict[str, Endpoint]:
    group = {"name": "platform", "url": http.url("/hook"), "secret": SECRET, "allow_hosts": ["127.0.0.1"], **given}
    return open_endpoints([group], Path())


def told(office: SmallOffice, ends: dict[str, Endpoint], now: datetime = BEGIN, **given: Any) -> Counter[str]:
    return webhooks.deliver(office.database, office.office_id, ends, now, **given)


def types(http: HttpServer) -> list[str]:
    return [one.json["type"] for one in http.taken]


def states(office: SmallOffice) -> list[str]:
    return [row["state"] for row in office.rows("webhookdelivery")]


def test_a_step_is_told_with_ids_codes_and_states_and_a_signature_that_verifies(
    office: SmallOffice, http: HttpServer
) -> None:
    ends, task = endpoints(http), office.tasks["1.1", UNIT]
    told(office, ends)
    office.report(task, BEGIN)
    assert told(office, ends) == {"sent": 1}
    taken = http.taken[0]
    number, stamp = taken.headers["webhook-id"], taken.headers["webhook-timestamp"]
    signed = f"{number}.{stamp}.".encode() + taken.body
    mac = base64.b64encode(hmac.new(b"0123456789abcdef01234567", signed, hashlib.sha256).digest()).decode()
    assert taken.headers["webhook-signature"] == f"v1,{mac}"
    assert int(stamp) == int(BEGIN.timestamp())
    event = office.rows("event")[-1]
    assert taken.json == {
        "type": "task.report",
        "timestamp": event["at"].isoformat(),
        "data": {
            "office": 1, "seq": event["seq"], "task": task, "by": "clerk1", "for": "", "role": "clerk", "from": "assigned",
            "to": "reported", "round": 1, "version": 2, "unit": office.units[UNIT], "clause": 1, "problem": None,
            "month": "2022-06",
        },
    }  # fmt: skip
    assert "清理" not in taken.body.decode()


def test_a_new_endpoint_is_told_from_now_on_and_each_event_once(office: SmallOffice, http: HttpServer) -> None:
    ends = endpoints(http)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    assert told(office, ends) == {}
    office.report(office.tasks["1.2", "市水利局"], BEGIN)
    told(office, ends)
    told(office, ends)
    assert types(http) == ["task.report"]


def test_what_was_refused_and_what_people_do_with_their_accounts_is_not_told(
    office: SmallOffice, http: HttpServer
) -> None:
    ends, task = endpoints(http), office.tasks["1.1", UNIT]
    told(office, ends)
    with refused("E-S07"):
        office.act("clerk1", "report", task, BEGIN, percent=40)
    assert office.rows("event")[-1]["result"] == "refused"
    assert told(office, ends) == {}


def test_only_the_events_that_an_endpoint_wants(office: SmallOffice, http: HttpServer) -> None:
    ends, task = endpoints(http, events=["task.sign_stamp"]), office.tasks["1.1", UNIT]
    told(office, ends)
    office.report(task, BEGIN)
    office.sign(task, BEGIN)
    told(office, ends)
    assert types(http) == ["task.sign_stamp"]


def test_an_answer_500_is_tried_again_and_the_order_of_a_task_is_kept(office: SmallOffice, http: HttpServer) -> None:
    ends, task, other = endpoints(http), office.tasks["1.1", UNIT], office.tasks["1.2", "市水利局"]
    told(office, ends)
    office.report(task, BEGIN)
    office.sign(task, BEGIN)
    office.report(other, BEGIN)
    http.status = 500
    assert told(office, ends) == {"retry": 1}
    http.status = 200
    assert told(office, ends) == {"sent": 1}
    assert http.taken[-1].json["data"]["task"] == other
    assert told(office, ends, BEGIN + timedelta(minutes=1)) == {"sent": 2}
    ours = [one for one in http.taken if one.json["data"]["task"] == task]
    assert [one.json["type"] for one in ours] == ["task.report", "task.report", "task.sign_stamp"]
    assert ours[0].headers["webhook-id"] == ours[1].headers["webhook-id"] != ours[2].headers["webhook-id"]


def test_one_that_dies_in_the_middle_is_followed_by_a_second_copy_under_the_same_id(
    office: SmallOffice, http: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = endpoints(http)
    told(office, ends)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    with monkeypatch.context() as killed:
        killed.setattr(webhooks, "_settle", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            told(office, ends)
    assert states(office) == ["sending"]
    assert told(office, ends, BEGIN + timedelta(minutes=1)) == {}
    assert told(office, ends, BEGIN + LEASE) == {"sent": 1}
    assert len({one.headers["webhook-id"] for one in http.taken}) == 1
    assert len(http.taken) == 2


def test_the_only_worker_need_not_wait_for_a_dead_ones_lease(office: SmallOffice, http: HttpServer) -> None:
    ends = endpoints(http)
    told(office, ends)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    webhooks.gather(office.database, 1, ends, BEGIN)
    office.change("webhookdelivery", 1, state="sending", attempts=1, claimed_until=BEGIN + LEASE)
    assert told(office, ends, alone=True) == {"sent": 1}


def test_after_many_tries_it_is_given_up_shown_and_the_next_goes_on(office: SmallOffice, http: HttpServer) -> None:
    ends, task, now = endpoints(http), office.tasks["1.1", UNIT], BEGIN
    told(office, ends)
    office.report(task, BEGIN)
    office.sign(task, BEGIN)
    http.status = 404
    for _turn in range(TRIES):
        told(office, ends, now)
        now += timedelta(hours=6)
    assert states(office) == ["dead", "due"]
    assert "404" in office.row("webhookdelivery", 1)["reason"]
    http.status = 200
    assert told(office, ends, now) == {"sent": 1}
    assert http.taken[-1].json["type"] == "task.sign_stamp"


def test_while_sending_is_held_nothing_leaves(office: SmallOffice, http: HttpServer) -> None:
    ends = endpoints(http)
    told(office, ends)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    with office.database.write(1) as connection:
        connection.exec_driver_sql(
            "INSERT INTO watermark (office_id, at, held_reason) VALUES (1, '2022-06-01', 'clock')"
        )
    assert told(office, ends) == {}
    assert http.taken == []


def test_a_redirect_is_not_followed(office: SmallOffice, http: HttpServer) -> None:
    ends = endpoints(http)
    told(office, ends)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    http.status, http.headers = 302, {"Location": http.url("/elsewhere")}
    assert told(office, ends) == {"retry": 1}
    assert [one.path for one in http.taken] == ["/hook"]


def test_two_endpoints_each_get_what_they_want_and_one_that_is_down_does_not_stop_the_other(
    office: SmallOffice, http: HttpServer
) -> None:
    well = endpoints(http)
    gone = open_endpoints(
        [{"name": "gone", "url": "http://127.0.0.1:9/x", "secret": SECRET, "allow_hosts": ["127.0.0.1"]}], Path()
    )
    told(office, gone | well)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    assert told(office, gone | well) == {"retry": 1, "sent": 1}
    assert types(http) == ["task.report"]


@pytest.mark.parametrize(
    ("group", "key"),
    [
        ({"url": "http://example.org/x"}, "webhooks.0"),
        ({"url": "https://user@example.org/x"}, "webhooks.0"),
        ({"secret": "short"}, "webhooks.0.secret"),
        ({"events": ["person.add"]}, "webhooks.0.events"),
        ({"name": "Über"}, "webhooks.0.name"),
        ({"surprise": 1}, "webhooks.0.surprise"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_no_secret_said(group: dict[str, Any], key: str) -> None:
    whole = {"name": "a", "url": "https://example.org/x", "secret": SECRET, **group}
    with refused("E-C10", EnvironmentRefused) as caught:
        open_endpoints([whole], Path())
    assert caught.value.where == key
    assert str(whole["secret"]) not in str(caught.value)


def test_an_address_inside_the_network_is_left_alone_unless_it_is_listed(office: SmallOffice) -> None:
    group = {"name": "inside", "url": "https://127.0.0.1:9/x", "secret": SECRET}
    ends = open_endpoints([group], Path())
    told(office, ends)
    office.report(office.tasks["1.1", UNIT], BEGIN)
    told(office, ends)
    assert "allow_hosts" in office.row("webhookdelivery", 1)["reason"]


def test_the_signature_of_the_standards_own_example() -> None:
    body = json.dumps({"test": 2432232314}).encode()
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
