"""Mail as it fails, against a real server: every message ends sent, waiting with its reason, or dead with an incident (F12).

Whatever one server or one mailbox does, the others are served in the same batch, and no send outlasts its wall limit. The
limits are parameters here, a fraction of a second each; what the office waits between two tries is the clock of the test.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.desk import desk_of
from kit.office import SmallOffice, at, small_office
from kit.smtp import (
    Behaviour,
    SmtpServer,
    certificate,
    closed_port,
    dripping,
    odd_server,
    says,
    silent,
    smtp_server,
)
from models import tables as t
from models.language import _
from notifications.channel import Channel, DeliveryError, Envelope, open_channel
from notifications.channels.http import HttpSettings
from notifications.outbox import DeliveryReport, deliver
from workflow import cases, messages, telling
from workflow.health import Severity, examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

NOON = at("2022-06-08 12:00")
MINUTE = timedelta(minutes=1)
#: of one read or write, and of a whole conversation; generous where the server answers, short where it does not
STEP, WALL = 0.15, 0.3
FIRST = "clerk1@example.gov.cn"


@dataclass
class Post:
    """The office with its mail: one healthy server, and the settings that lead to it or astray."""

    office: SmallOffice
    server: SmtpServer
    given: dict[str, Any]

    def open(self, name: str) -> Channel:
        """The channel with the settings of this moment."""
        if name == "file":
            return open_channel("file", {"folder": "outbox"}, home=self.office.folder)
        return open_channel(name, self.given)

    def run(self, now: datetime = NOON, **more: Any) -> DeliveryReport:
        """One batch."""
        return deliver(self.office.database, 1, self.open, now, **more)

    def heal(self) -> None:
        """The server is in order again, and the settings lead to it."""
        self.server.answers.clear()
        self.server.refused.clear()
        self.server.drips.clear()
        self.server.cut_after_data = False
        self.given = self.server.settings()

    def tell(self, login: str, key: str = "", *, event: str = "approved", channel: str = "email", **fields: Any) -> int:
        """One message to somebody."""
        words = {
            "office_name": "市长江办", "unit_name": "市发改委", "period_month": "2022年6月", "due_on": "6月25日",
            "today": "6月8日", "number": key, "actor_name": "", "reason": "因故", "new_due_on": "", "old_due_on": "",
            "detail": "", "tasks": [], **fields,
        }  # fmt: skip
        with self.office.database.write(1) as connection:
            told = telling.Telling(event, self.office.people[login], f"{key}{login}", words)
            number = telling.queue(connection, cases.load_office(connection, 1), told, NOON)
        assert number is not None
        self.office.change("message", number, channel=channel)
        return number

    def row(self, number: int) -> dict[str, Any]:
        """How a message stands."""
        return self.office.row("message", number)

    def codes(self, number: int) -> list[str]:
        """What each try came to."""
        return [one["code"] for one in self.office.rows("attempt", message=number)]

    def copies(self) -> Counter[str]:
        """How often the server took each Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.server.messages)


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def post(mail: SmtpServer, tmp_path: Path) -> Post:
    office = small_office(tmp_path / "office")
    with office.database.write(1) as connection:
        connection.execute(sa.update(t.office).values(channel="email"))
    mail.raw.clear()
    mail.recipients.clear()
    made = Post(office, mail, {})
    made.heal()
    return made


def is_an_incident(post: Post, number: int, now: datetime = NOON) -> None:
    """The dead message is told to the reviewers, counted by the doctor, and lies on the desk of whoever mends it."""
    told = [row for row in post.office.rows("message", event="dead_letter") if row["fields"]["number"] == str(number)]
    assert [row["recipient_id"] for row in told] == [post.office.people["reviewer"]]
    assert told[0]["fields"]["reason"] == post.row(number)["reason"] != ""
    with post.office.database.read() as connection:
        found = examine(connection, 1, now, heads_dir=None, store=None, proof=False)
    (dead,) = [check for check in found if check.name == _("Dead letters")]
    assert (dead.severity, dead.said) == (Severity.WARNING, "1")
    post.office.folder.joinpath("duban.toml").touch()
    page = desk_of(post.office, now).person("system").get("/channels").text
    assert post.row(number)["reason"][:20].partition("“")[0] in page


#: what the server answers at a step, and the code that stays with the try
ANSWERS = [
    ("MAIL", "421 4.3.2 shutting down", "421"), ("RCPT", "451 4.7.1 greylisted, come back", "451"),
    ("RCPT", "552 too many recipients", "552"), ("DATA", "452 no room", "452"), ("DATA", "421 closing", "421"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "answer", "code"), ANSWERS)
def test_a_server_that_wants_to_be_asked_again_is(post: Post, step: str, answer: str, code: str) -> None:
    post.server.answers[step] = answer
    number = post.tell("clerk1")
    comes_through(post, number, code)
    assert answer[4:14] in post.office.rows("attempt", message=number)[0]["detail"]


def comes_through(post: Post, number: int, code: str, *, copies: int = 1) -> None:
    """Tried once and waiting with its reason; not before its minute; then sent, under one number."""
    begun = time.monotonic()
    assert post.run().counts == {"retry": 1}
    assert time.monotonic() - begun < 10 * WALL
    assert (post.codes(number), post.row(number)["next_at"]) == ([code], NOON + MINUTE)
    assert post.row(number)["reason"] != ""
    post.heal()
    assert post.run(NOON + MINUTE - timedelta(seconds=1)).counts == {}
    assert post.run(NOON + MINUTE).counts == {"sent": 1}
    assert post.codes(number) == [code, ""]
    assert post.copies() == {post.row(number)["message_id"]: copies}


#: how a server behaves that never gets as far as a step
ODD: dict[str, tuple[Behaviour, str]] = {
    "hangs up": (says(), "cut"),
    "does not serve us": (says(b"554 go away\r\n"), "554"),
    "is busy": (says(b"421 busy\r\n"), "421"),
    "says nothing": (silent, "timeout"),
    "drips its banner": (dripping(), "timeout"),
    "drips after the banner": (dripping(b"220 here\r\n250-"), "timeout"),
    "drips what reads as a refusal": (dripping(drop=b"5"), "timeout"),
    "is no mail server": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "cut"),
}


@pytest.mark.parametrize("how", ODD)
def test_a_server_out_of_order_loses_nothing(post: Post, how: str) -> None:
    behave, code = ODD[how]
    number = post.tell("clerk1")
    with odd_server(behave) as port:
        post.given = post.server.settings(port=port, timeout_seconds=STEP, wall_seconds=WALL)
        comes_through(post, number, code)


def test_a_server_that_is_down_loses_nothing(post: Post) -> None:
    post.given = post.server.settings(port=closed_port())
    comes_through(post, post.tell("clerk1"), "connect")


def test_a_mail_taken_and_cut_off_before_the_answer_goes_twice_under_one_number(post: Post) -> None:
    post.server.cut_after_data = True
    comes_through(post, post.tell("clerk1"), "cut", copies=2)


#: security, and what is the matter with the server's certificate → the code
CERTIFICATES = {
    "expired": ({"days": -1}, "certificate"),
    "of another name": ({"names": "DNS:other.example.gov.cn"}, "certificate"),
    "nobody vouches for": ({}, "certificate"),
}


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_server_that_cannot_be_believed_gets_nothing(post: Post, tmp_path: Path, kind: str, security: str) -> None:
    given, code = CERTIFICATES[kind]
    made = certificate(tmp_path, **given)
    number = post.tell("clerk1")
    with smtp_server(**{security: made.server}) as other:
        trusted = {} if kind == "nobody vouches for" else {"ca_file": str(made.file)}
        post.given = other.settings(security=security, **trusted)
        comes_through(post, number, code)
        assert other.raw == []


def test_encryption_that_is_not_offered_is_not_done_without(post: Post) -> None:
    number = post.tell("clerk1")
    post.given = post.server.settings(security="starttls")
    comes_through(post, number, "unsupported")


def test_a_handshake_that_drips_ends_with_the_wall(post: Post) -> None:
    """Before it is through nothing of the library's own would end it: a record of 16 kB, a byte at a time."""
    number = post.tell("clerk1")
    with odd_server(dripping(b"\x16\x03\x03\x40\x00", b"\x02")) as port:
        post.given = post.server.settings(port=port, security="tls", timeout_seconds=5, wall_seconds=WALL)
        comes_through(post, number, "timeout")
        assert leftover() == [], "the send has ended, not only been given up"


def leftover() -> list[str]:
    """Threads that still send."""
    ends = time.monotonic() + 2
    while found := [one.name for one in threading.enumerate() if "(work)" in one.name]:
        if time.monotonic() > ends:
            return found
        time.sleep(0.01)
    return []


#: what a server says of this message or this mailbox for good
FOR_GOOD = [("MAIL", "552 5.3.4 too large"), ("RCPT", "550 no such mailbox"), ("DATA", "554 not wanted")]


@pytest.mark.parametrize(("step", "answer"), FOR_GOOD)
def test_what_is_refused_for_good_is_an_incident_and_the_others_are_served(post: Post, step: str, answer: str) -> None:
    number = post.tell("clerk1")
    post.server.answers[step] = answer
    assert post.run().counts == {"dead": 1}
    post.heal()
    is_an_incident(post, number)
    others = [post.tell(login) for login in ("clerk2", "clerk3")]
    assert post.run().counts == {"sent": 3}
    assert [post.row(one)["state"] for one in others] == ["sent", "sent"]


def test_one_refused_mailbox_of_many_is_alone(post: Post) -> None:
    numbers = [post.tell(f"clerk{1 + place % 3}", f"{place}") for place in range(12)]
    post.server.refused[FIRST] = "550 no such mailbox"
    assert post.run().counts == {"sent": 8, "dead": 4}
    assert [post.row(number)["state"] for number in numbers] == ["dead", "sent", "sent"] * 4
    assert all(not count - 1 for count in post.copies().values())


def test_a_message_over_our_own_limit_does_not_go_out_and_says_why(post: Post) -> None:
    number = post.tell("clerk1", event="returned", reason="长" * 300_000)
    other = post.tell("clerk2")
    assert post.run().counts == {"dead": 1, "sent": 1}
    assert post.row(other)["state"] == "sent"
    assert post.codes(number) == ["E-J01"]
    is_an_incident(post, number)


@pytest.mark.parametrize(
    "name", ["甲\r\nBcc: x@example.org", "甲\nSubject: 另一封", "甲\x00乙", "甲\u2028Bcc: x@example.org"]
)
def test_words_of_a_name_never_become_a_header_or_a_recipient(post: Post, name: str) -> None:
    post.office.change("person", post.office.people["clerk1"], name=name)
    number = post.tell("clerk1", unit_name=name, office_name=name)
    other = post.tell("clerk2")
    post.run()
    assert post.row(other)["state"] == "sent"
    assert post.row(number)["state"] in {"sent", "dead"}
    assert post.row(number)["state"] == "sent" or post.row(number)["reason"]
    assert all(len(recipients) == 1 and "x@example.org" not in recipients for recipients in post.server.recipients)
    for sent in post.server.messages:
        assert sent.get_all("Bcc") is None
        assert len(sent.get_all("Subject")) == 1


def test_eight_tries_a_minute_two_four_and_then_it_is_an_incident(post: Post) -> None:
    post.given = post.server.settings(port=closed_port())
    number, now, waits = post.tell("clerk1"), NOON, []
    while post.run(now).counts == {"retry": 1}:
        waits.append(post.row(number)["next_at"] - now)
        now += waits[-1]
    assert waits == [MINUTE * 2**n for n in range(7)]
    assert (post.row(number)["state"], post.codes(number)) == ("dead", ["connect"] * 8)
    is_an_incident(post, number, now)
    post.heal()
    with post.office.database.write(1) as connection:
        messages.retry(connection, 1, post.office.actor("system", now), number, now)
    assert post.run(now).counts == {"sent": 2}


def test_one_mailbox_that_drips_holds_up_no_other(post: Post) -> None:
    numbers = [post.tell(login) for login in ("clerk1", "clerk2", "clerk3")]
    elsewhere = post.tell("leader1", channel="file")
    post.server.drips.add(FIRST)
    post.given = post.server.settings(timeout_seconds=5, wall_seconds=WALL)
    begun = time.monotonic()
    assert post.run().counts == {"retry": 1, "sent": 3}
    assert time.monotonic() - begun < 10 * WALL
    assert [post.row(one)["state"] for one in (*numbers, elsewhere)] == ["retry", "sent", "sent", "sent"]
    assert post.codes(numbers[0]) == ["timeout"]


def test_a_server_that_drips_to_everybody_holds_up_no_other_channel_and_is_asked_twice_a_batch(post: Post) -> None:
    numbers = [post.tell(f"clerk{1 + place % 3}", f"{place}") for place in range(6)]
    elsewhere = post.tell("leader1", channel="file")
    with odd_server(dripping()) as port:
        post.given = post.server.settings(port=port, timeout_seconds=5, wall_seconds=WALL)
        assert post.run().counts == {"retry": 2, "sent": 1}
        assert post.row(elsewhere)["state"] == "sent"
        sent, *tried = sorted((row["id"], row["message"]) for row in post.office.rows("attempt"))[1::-1]
        assert (sent[1], tried[0][1]) == (elsewhere, numbers[0]), "the other channel's turn came after one wait"
        assert post.run().counts == {"retry": 2}, "those that have not been tried come first"
    assert Counter(post.row(number)["state"] for number in numbers) == {"retry": 4, "due": 2}
    post.heal()
    assert post.run(NOON + MINUTE).counts == {"sent": 6}
    assert set(post.copies().values()) == {1}


def test_a_webhook_whose_answer_drips_from_its_first_line_ends_with_the_wall() -> None:
    with odd_server(dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a")) as port:
        given = {
            "url": f"http://127.0.0.1:{port}/", "secret": "s" * 16, "allow_hosts": ["127.0.0.1"], "timeout_seconds": 5,
            "wall_seconds": WALL,
        }  # fmt: skip
        begun = time.monotonic()
        error = _refusal(open_channel("webhook", given))
    assert (error.permanent, error.code) == (False, "timeout")
    assert time.monotonic() - begun < 10 * WALL
    assert HttpSettings.model_fields["wall_seconds"].default == 60


def _refusal(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(Envelope("<1@duban>", "张三", "zhangsan", "题", "文", NOON))
    return caught.value
