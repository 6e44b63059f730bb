"""A month in each of the other two flows, by hand at the command line: who sees what, who is told, and what is counted.

July of the small office, from opening it to closing it. Whole outcomes are compared at each point: everybody's list of
what waits for them, and every message queued since.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kit.door import HAN, Door, Said
from kit.office import BEGIN, UNITS
from models.states import Role
from workflow.sessions import token_digest

OWN, CO, OTHER = UNITS
pytestmark = pytest.mark.long

MONTH = "2022-07"
#: the tasks of July by their clause, OWN's first
FIRST, SECOND = 7, 11
SHORE = ("--progress", "已清理三公里。", "--percent", 40)
MORE = ("--progress", "已清理五公里，数据已核对。", "--percent", 55)
#: who joins the small office, so that there are two leaders, two reviewers and a leader of the office
JOINED = (
    ("leader1b", "冯副局长", Role.LEADER, OWN), ("reviewer2", "陈复核", Role.REVIEWER, None),
    ("reader", "卫分管", Role.READER, None),
)  # fmt: skip
#: those whose lists are compared; the others have nothing to do in these months but to report
WATCHED = ("clerk1", "leader1", "leader1b", "reviewer", "reviewer2", "director", "reader")


def july(day: int, time: str = "09:00") -> str:
    return f"2022-07-{day:02}T{time}"


@dataclass
class July:
    """The office in July: what each may act on, and what was queued since one last looked."""

    door: Door
    seen: int = 0
    now: str = july(1)

    def does(self, login: str, *words: object) -> Any:
        """What must go through."""
        return self.door.data(login, *words, now=self.now)

    def step(self, login: str, action: str, *words: object, task: int = FIRST) -> str:
        """The state to which an action of the flow leads."""
        (outcome,) = self.does(login, "task", "do", action, task, *words)["outcomes"]
        assert (outcome["task_id"], outcome["action"]) == (task, action)
        return str(outcome["state"])

    def refuses(self, exit_code: int, code: str, login: str, *words: object) -> dict[str, Any]:
        """A refusal, after which nothing but the trail has changed."""
        return self.door.refuses(exit_code, code, login, *words, now=self.now)

    def reads(self, login: str, *words: object) -> Said:
        """The Chinese screen of a person."""
        return self.door.run(login, *words, now=self.now, lang="zh")

    def signatures(self, login: str, task: int = FIRST) -> str:
        """The line that says who has signed; it stands on the Chinese screen, too."""
        assert "\n会签：" in self.reads(login, "task", "show", task).out
        lines = self.door.run(login, "task", "show", task, now=self.now).out.splitlines()
        (found,) = [line for line in lines if line.startswith("Signatures:")]
        return found

    def mine(self, *, month: str = MONTH) -> dict[str, list[int]]:
        """Who has something to do: the tasks of the two that are told here, by login."""
        found = {}
        for login in WATCHED:
            rows = self.does(login, "task", "list", "--mine", "--month", month)
            found[login] = [row["id"] for row in rows if row["id"] in {FIRST, SECOND}]
        return {login: tasks for login, tasks in found.items() if tasks}

    def told(self, *, state: str | None = "due") -> list[tuple[str, str]]:
        """(recipient, event) of every message queued since the last look."""
        logins = {number: login for login, number in self.door.world.people.items()}
        rows = [row for row in self.door.world.rows("message") if row["id"] > self.seen]
        self.seen = max((row["id"] for row in rows), default=self.seen)
        assert {row["state"] for row in rows} <= {state} or state is None
        return sorted((logins[row["recipient_id"]], row["event"]) for row in rows)

    def shown(self, login: str, task: int = FIRST) -> Any:
        """What opening a task shows; this is its receipt, too."""
        return self.does(login, "task", "show", task)

    def offered(self, login: str, task: int = FIRST) -> list[str]:
        """What a person may do with a task."""
        return [one["action"] for one in self.shown(login, task)["offered"]]

    def findings(self) -> list[Any]:
        """What the proof of the trail finds."""
        return list(self.does("audit", "audit", "verify")["findings"])


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """The small office with three people more."""
    door = Door.of(tmp_path_factory.mktemp("july") / "home")
    for login, name, role, unit in JOINED:
        number = door.world.join(login, role, unit)
        door.world.change("person", number, name=name)
        door.world.add(
            "login", person_id=number, token_hash=token_digest(login), created_at=BEGIN,
            expires_at=BEGIN + timedelta(days=365),
        )  # fmt: skip
    door.world.database.close()
    return door


@pytest.fixture
def office(joined: Door, tmp_path: Path) -> July:
    return July(joined.copy(tmp_path / "home"))


def scan(folder: Path, name: str) -> Path:
    """A picture, each of its own bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"tEXt", b"Title\0" + name.encode()), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    file = folder / f"{name}.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))
    return file


def opened(office: July, flow: str) -> None:
    """The director opens July in a flow; nobody else, and in no flow that is none for months."""
    words = ("period", "open", MONTH, "--flow")
    office.refuses(1, "E-403", "reviewer", *words, flow)
    office.refuses(1, "E-W03", "director", *words, "problem_ledger")
    office.refuses(4, "E-404", "director", *words, "no_such_flow")
    assert office.does("director", *words, flow) == {
        "period_id": 2, "month": MONTH, "due_on": "2022-07-25", "tasks": 6, "existed": False, "added": 0,
    }  # fmt: skip
    assert office.does("director", *words, flow)["existed"] is True
    rows = office.does("director", "task", "list", "--month", MONTH)
    assert {row["flow"] for row in rows} == {flow}
    assert [row["id"] for row in rows if row["unit"] == OWN] == [FIRST, SECOND]
    assert {row["flow"] for row in office.does("director", "task", "list", "--month", "2022-06")} == {"monthly_report"}
    # whoever excuses from reporting has that to do from the first day on
    assert office.mine() == {"clerk1": [FIRST, SECOND], "director": [FIRST, SECOND]}
    assert office.told() == []
    office.does("clerk1", "task", "receive", FIRST, SECOND)
    office.refuses(1, "E-S06", "clerk1", "task", "receive", FIRST)


def paper(folder: Path, files: dict[str, str]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(clause, unit) → state, percentage and progress as the issued spreadsheet has them."""
    assert {file.parent for file in map(Path, files.values())} == {folder / "paper"}
    sheet = openpyxl.load_workbook(files["xlsx"])["进展明细"]
    return {(row[0], row[2]): (row[4], *row[6:8]) for row in sheet.iter_rows(min_row=2, values_only=True)}


def finished(office: July, tmp_path: Path, *second: object) -> None:
    """The summary counts the month like any other; it closes, and nothing in it moves any more."""
    office.now = "2022-08-01T10:00"
    status = office.does("director", "period", "status", MONTH)
    assert (status["tasks"], status["states"]["reviewed"], status["states"]["assigned"]) == (6, 2, 4)
    assert status["units"] == {OWN: {"reviewed": 2}, CO: {"assigned": 2}, OTHER: {"assigned": 2}}
    assert [row["id"] for row in status["missing"]] == [8, 9, 10, 12]
    office.refuses(1, "E-S13", "director", "period", "close", MONTH)
    issued = office.does("director", "summary", "issue", MONTH, "--number", "长江办〔2022〕7号")
    assert issued["aggregated"] == 2
    assert office.told() == [("reader", "summary_issued")]
    files = office.does("reader", "summary", "export", MONTH, "--out", tmp_path / "paper")["files"]
    assert paper(tmp_path, files) == {
        ("1.1", OWN): ("审核通过", 55, MORE[1]), ("2.1", OWN): ("审核通过", *second), ("1.1", CO): ("未报送", None, None),
        ("1.2", CO): ("未报送", None, None), ("2.1", OTHER): ("未报送", None, None), ("2.2", OTHER): ("未报送", None, None),
    }  # fmt: skip
    covers = office.does("director", "summary", "show", MONTH)["covers"]
    reports = {row["id"]: row["report_number"] for row in office.door.world.rows("task", period_id=2)}
    assert covers == [[FIRST, reports[FIRST]], [SECOND, reports[SECOND]]]
    assert office.mine() == {}
    delivered(office)
    assert office.does("director", "period", "close", MONTH)["unfinished"] == 4
    office.refuses(1, "E-S23", "clerk2", "task", "do", "receive", 8)
    assert office.offered("director") == []
    assert office.findings() == []


def delivered(office: July) -> None:
    """News goes out late as well; who was asked to act where all is done by now is not asked any more."""
    before = {row["id"]: bool(row["while_states"]) for row in office.door.world.rows("message")}
    assert set(before.values()) == {True, False}
    assert office.door.run("root", "scheduler", "tick", now=office.now).code == 0
    after = {row["id"]: row["state"] for row in office.door.world.rows("message") if row["id"] in before}
    assert after == {number: "not_needed" if asks else "sent" for number, asks in before.items()}
    office.told(state=None)


def test_month_of_internal_reports(office: July, tmp_path: Path) -> None:
    opened(office, "internal_report")
    asked_of_the_unit(office)
    forwarded(office)
    copied(office)
    straight_back(office)
    second_review(office)
    explained(office)
    office.now = july(25)
    assert office.step("clerk1", "report", *SHORE, task=SECOND) == "reported"
    assert office.step("leader1", "confirm", task=SECOND) == "confirmed"
    whole = ("task", "approve", "--unit", OWN, "--month", MONTH)
    assert [row["task_id"] for row in office.does("reviewer", *whole, "--dry-run")["outcomes"]] == [SECOND]
    office.refuses(1, "E-403", "clerk1", *whole)
    assert [row["state"] for row in office.does("reviewer", *whole)["outcomes"]] == ["second_review"]
    office.refuses(1, "E-S21", "reviewer", *whole)  # the first review is done; the second is the director's
    assert office.step("director", "agree", task=SECOND) == "reviewed"
    office.told()
    finished(office, tmp_path, 40, SHORE[1])


def asked_of_the_unit(office: July) -> None:
    """或签: either leader will do; one disagrees, the second confirms, and that is enough."""
    office.now = july(5)
    assert office.step("clerk1", "report", *SHORE) == "reported"
    assert office.told() == [("leader1", "internal_reported"), ("leader1b", "internal_reported")]
    assert office.mine() == {
        "clerk1": [FIRST, SECOND], "leader1": [FIRST], "leader1b": [FIRST], "director": [SECOND],
    }  # fmt: skip
    assert office.shown("clerk1")["seats"] == [{"name": "李一", "signed": False}, {"name": "冯副局长", "signed": False}]
    office.refuses(1, "E-403", "clerk1", "task", "do", "confirm", FIRST)
    office.refuses(1, "E-S02", "leader1b", "task", "do", "send_back", FIRST, "--reason", "不行")
    assert office.step("leader1b", "send_back", "--reason", "数据与上月不一致。") == "assigned"
    assert office.told() == [("clerk1", "internal_not_agreed")]
    assert office.mine() == {"clerk1": [FIRST, SECOND], "director": [FIRST, SECOND]}
    told = office.shown("clerk1")
    assert (told["round"], told["seats"], told["events"][-1]["reason"]) == (1, [], "数据与上月不一致。")
    office.now = july(6)
    assert office.step("clerk1", "report", *MORE) == "reported"
    assert office.told() == [("leader1", "internal_reported"), ("leader1b", "internal_reported")]
    lines = office.does("director", "plan", "--to", "2022-07-08")
    assert [(row["when"], row["recipient"]) for row in lines if row["rule"] == "unconfirmed"] == [
        ("2022-07-08 09:00", "leader1"), ("2022-07-08 09:00", "leader1b"),
    ]  # fmt: skip
    # it is taken back as long as no leader has opened it
    assert office.step("clerk1", "take_back") == "assigned"
    assert office.step("clerk1", "report", *MORE) == "reported"
    assert office.offered("leader1") == ["confirm", "send_back", "copy"]
    found = office.refuses(1, "E-S36", "clerk1", "task", "do", "take_back", FIRST)
    assert found["what"] == "李一 has opened it already, so it cannot be taken back."
    assert office.offered("clerk1") == ["copy"]
    assert office.mine() == {"clerk1": [SECOND], "leader1": [FIRST], "leader1b": [FIRST], "director": [SECOND]}
    office.told()
    office.now = july(7)
    assert office.step("leader1b", "confirm") == "confirmed"  # the second of the two
    assert office.told() == [("reviewer", "internal_signed"), ("reviewer2", "internal_signed")]
    assert office.mine() == {
        "clerk1": [FIRST, SECOND], "reviewer": [FIRST], "reviewer2": [FIRST], "director": [SECOND],
    }  # fmt: skip
    office.refuses(1, "E-S01", "leader1", "task", "do", "confirm", FIRST)
    office.refuses(1, "E-S17", "clerk1", "form", "print", "--month", MONTH, "--unit", OWN)  # nothing to be stamped


def forwarded(office: July) -> None:
    """转办: it goes to the second reviewer, and the first goes on with it no more."""
    office.now = july(8)
    assert office.offered("reviewer") == ["forward", "approve", "return", "copy"]
    found = office.refuses(1, "E-S36", "clerk1", "task", "do", "take_back", FIRST)
    assert found["what"] == "郑审核 has opened it already, so it cannot be taken back."
    forward = ("task", "do", "forward", FIRST)
    assert office.refuses(1, "E-S38", "reviewer", *forward, "--to", "leader1")["what"].startswith("李一 holds no duty")
    office.refuses(1, "E-S33", "reviewer", *forward, "--to", "reviewer")
    office.refuses(1, "E-S33", "reviewer", *forward, "--to", "reviewer2", "--to", "director")
    office.refuses(1, "E-S32", "reviewer", *forward)
    office.refuses(1, "E-403", "director", *forward, "--to", "reviewer2")
    assert office.step("reviewer", "forward", "--to", "reviewer2") == "confirmed"
    assert office.told() == [("reviewer2", "forwarded")]
    assert office.mine() == {"clerk1": [SECOND], "reviewer2": [FIRST], "director": [SECOND]}
    assert office.shown("reviewer")["handler"] == "陈复核"
    assert office.offered("reviewer") == ["forward", "copy"]
    assert office.offered("reviewer2") == ["forward", "approve", "return", "copy"]
    found = office.refuses(1, "E-S42", "reviewer", "task", "approve", FIRST)
    assert found["what"] == "This task was forwarded to 陈复核."
    assert "已转办给：陈复核" in office.reads("reviewer2", "task", "show", FIRST).out.splitlines()


def copied(office: July) -> None:
    """抄送: whoever is shown it may read it, and opening it is the receipt."""
    office.refuses(4, "E-404", "reader", "task", "show", FIRST)
    office.refuses(4, "E-404", "clerk3", "task", "show", FIRST)
    assert office.step("reviewer2", "copy", "--to", "reader", "--to", "clerk3") == "confirmed"
    assert office.told() == [("clerk3", "copied"), ("reader", "copied")]
    assert office.mine() == {"clerk1": [SECOND], "reviewer2": [FIRST], "director": [SECOND]}
    unread = [{"name": "卫分管", "read_at": ""}, {"name": "孙三", "read_at": ""}]
    assert office.shown("reviewer2")["copies"] == unread
    office.now = july(8, "15:30")
    told = office.shown("clerk3")
    assert (told["reports"][-1]["progress"], told["offered"]) == (MORE[1], [])
    office.refuses(1, "E-403", "clerk3", "task", "do", "copy", FIRST, "--to", "clerk2")
    read = [unread[0], {"name": "孙三", "read_at": "2022-07-08 15:30"}]
    office.now = july(8, "16:00")
    assert office.shown("clerk3")["copies"] == office.shown("reviewer2")["copies"] == read  # the first look counts
    line = office.reads("reviewer2", "task", "show", FIRST).out.splitlines()
    assert any(one.startswith("抄送：卫分管") and "孙三 (2022-07-08 15:30)" in one for one in line)
    receipts = [event for event in office.door.world.events() if event["action"] == "copy.read"]
    assert [(event["actor"], event["object_id"], event["result"]) for event in receipts] == [("clerk3", FIRST, "done")]
    assert office.step("reviewer2", "copy", "--to", "clerk3") == "confirmed"  # a second copy is the first one
    assert office.shown("reviewer2")["copies"] == read
    office.told()


def straight_back(office: July) -> None:
    """Returned to be handed straight back: past the unit's leaders, to whoever returned it."""
    office.now = july(11)
    back = ("--reason", "缺少岸线数据。", "--refile-on", "2022-07-20", "--straight-back")
    office.refuses(1, "E-S42", "reviewer", "task", "do", "return", FIRST, *back)
    office.refuses(1, "E-S43", "reviewer2", "task", "do", "return", FIRST, *back, "--to-state", "reported")
    office.refuses(1, "E-S41", "reviewer2", "task", "do", "return", FIRST, *back, "--to-state", "assigned")
    assert office.step("reviewer2", "return", *back) == "returned"
    assert office.told() == [("clerk1", "internal_returned")]
    assert office.mine() == {"clerk1": [FIRST, SECOND], "director": [FIRST, SECOND]}
    told = office.shown("clerk1")
    assert (told["round"], told["due_on"], told["handler"]) == (2, "2022-07-20", "")
    office.now = july(12)
    assert office.step("clerk1", "report", *MORE) == "confirmed"
    assert office.told() == [("reviewer2", "resubmitted")]
    assert office.mine() == {"clerk1": [FIRST, SECOND], "reviewer2": [FIRST], "director": [SECOND]}
    office.refuses(1, "E-S42", "reviewer", "task", "approve", FIRST)


def second_review(office: July) -> None:
    """复核: the director steps it back once to the reviewers, then agrees."""
    office.now = july(13)
    office.does("reviewer2", "task", "approve", FIRST)
    assert office.told() == [("director", "second_review")]
    assert office.mine() == {"clerk1": [SECOND], "director": [FIRST, SECOND]}
    office.refuses(1, "E-403", "reviewer2", "task", "do", "agree", FIRST)
    again = ("task", "do", "return", FIRST, "--to-state", "confirmed", "--reason")
    office.refuses(1, "E-S02", "director", *again, "请再核")
    assert office.step("director", "return", "--to-state", "confirmed", "--reason", "请再核对里程。") == "confirmed"
    assert office.told() == [("reviewer", "stepped_back"), ("reviewer2", "stepped_back")]
    told = office.shown("clerk1")
    assert (told["round"], told["due_on"]) == (2, "2022-07-20")  # no new round: it stays with the office
    office.does("reviewer", "task", "approve", FIRST)
    assert office.told() == [("director", "second_review")]
    office.now = july(14)
    assert office.step("director", "agree") == "reviewed"
    assert office.told() == [("clerk1", "approved")]
    assert office.mine() == {"clerk1": [SECOND], "director": [FIRST, SECOND]}  # it may be reopened
    # it was reported, confirmed and reviewed, and the story says by whom
    story = [(event["actor_name"], event["action"]) for event in office.shown("reviewer")["events"]]
    assert story == [
        ("赵一", "receive"), ("赵一", "report"), ("冯副局长", "send_back"), ("赵一", "report"), ("赵一", "take_back"),
        ("赵一", "report"), ("冯副局长", "confirm"), ("郑审核", "forward"), ("陈复核", "copy"), ("陈复核", "copy"),
        ("陈复核", "return"), ("赵一", "report"), ("陈复核", "approve"), ("王主任", "return"), ("郑审核", "approve"),
        ("王主任", "agree"),
    ]  # fmt: skip


def explained(office: July) -> None:
    """“why” and “plan” speak of the ladder of this flow, not of that of the plain month."""
    said = office.reads("director", "why", SECOND, "leader1").out.splitlines()
    rules = [line.removeprefix("规则“").split("”")[0] for line in said if line.startswith("规则“")]
    assert rules == [
        "内部报送任务交办", "内部报送到期提醒", "超时未确认", "内部报送今日到期", "内部报送催办单", "内部报送督办通知单",
        "超时未初审", "超时未复核", "待汇总",
    ]  # fmt: skip
    assert all(HAN.search(line) for line in said)
    lines = office.does("director", "plan", "--from", "2022-07-15", "--to", "2022-07-29")
    mine = [(row["when"], row["recipient"], row["rule"]) for row in lines if {FIRST, SECOND} & set(row["tasks"])]
    assert mine[0][1:] == ("clerk1", "opened")
    assert mine[1:] == [
        ("2022-07-21 09:00", "clerk1", "due_minus_2"), ("2022-07-25 09:00", "clerk1", "due_day"),
        ("2022-07-26 09:00", "clerk1", "urging"), ("2022-07-26 09:00", "leader1", "urging"),
        ("2022-07-26 09:00", "leader1b", "urging"), ("2022-07-28 09:00", "leader1", "supervision"),
        ("2022-07-28 09:00", "director", "supervision"), ("2022-07-28 09:00", "leader1b", "supervision"),
        ("2022-07-29 09:00", "director", "unsummarised"),
    ]  # fmt: skip
    assert not [row for row in lines if row["draft"] and {FIRST, SECOND} & set(row["tasks"])]  # no circular here


def test_month_of_co_signed_reports(office: July, tmp_path: Path) -> None:
    opened(office, "co_signed_report")
    co_signed(office, tmp_path)
    stamped(office, tmp_path)
    signed_by_the_office(office)
    stepped_back(office)
    ladder(office)
    finished(office, tmp_path, 55, MORE[1])


def co_signed(office: July, tmp_path: Path) -> None:
    """会签: both leaders of the unit sign, in any order; only then is there a form to print."""
    office.now = july(5)
    for task, words in ((FIRST, MORE), (SECOND, SHORE)):
        assert office.step("clerk1", "report", *words, task=task) == "unit_signing"
    both = [FIRST, SECOND]
    assert office.told() == [("leader1", "co_sign"), ("leader1b", "co_sign")]  # two tasks of a morning, one message
    assert office.mine() == {"clerk1": both, "leader1": both, "leader1b": both}
    form = ("form", "print", "--month", MONTH, "--unit", OWN, "--out", tmp_path / "form.docx")
    office.refuses(1, "E-S17", "clerk1", *form)
    assert office.step("leader1b", "co_sign") == "unit_signing"
    assert office.told() == []
    assert office.shown("clerk1")["seats"] == [{"name": "李一", "signed": False}, {"name": "冯副局长", "signed": True}]
    assert office.signatures("clerk1") == "Signatures: 李一 (not signed yet), 冯副局长 (signed)"
    found = office.refuses(1, "E-S34", "leader1b", "task", "do", "co_sign", FIRST)
    assert found["remedy"] == "It waits for: 李一"
    assert office.offered("leader1b") == ["send_back", "copy"]
    assert office.offered("leader1") == ["co_sign", "send_back", "copy"]
    office.refuses(1, "E-S17", "clerk1", *form)
    office.refuses(1, "E-403", "leader2", "task", "do", "co_sign", FIRST)
    assert office.step("leader1", "co_sign") == "reported"
    assert office.told() == [("clerk1", "all_signed")]
    # the other one, in the other order
    assert office.step("leader1", "co_sign", task=SECOND) == "unit_signing"
    assert not (tmp_path / "form.docx").exists()
    assert [row[0] for row in office.does("clerk1", *form)["covers"]] == [FIRST]
    assert office.step("leader1b", "co_sign", task=SECOND) == "reported"
    assert office.told() == [("clerk1", "all_signed")]
    assert [row[0] for row in office.does("clerk1", *form)["covers"]] == [FIRST, SECOND]
    assert office.mine() == {"clerk1": both, "leader1": both, "leader1b": both}


def stamped(office: July, tmp_path: Path) -> None:
    """Signed and stamped on paper; taken back as long as nobody in the office has opened it."""
    office.now = july(7)
    form = ("form", "print", "--month", MONTH, "--unit", OWN, "--out", tmp_path / "form.docx")
    code = office.does("clerk1", *form)["check_code"]
    named = ("--signer", "李一", "--seal", "市发改委公章")
    signed = office.does("leader1", "form", "attach", code, scan(tmp_path, "first"), *named)["outcomes"]
    assert [(row["task_id"], row["state"]) for row in signed] == [(FIRST, "signed_stamped"), (SECOND, "signed_stamped")]
    assert office.told() == [("reviewer", "signed"), ("reviewer2", "signed")]
    both = [FIRST, SECOND]
    assert office.mine() == {"clerk1": both, "reviewer": both, "reviewer2": both}
    assert office.step("clerk1", "take_back", task=SECOND) == "reported"
    assert office.mine() == {
        "clerk1": both, "leader1": [SECOND], "leader1b": [SECOND], "reviewer": [FIRST], "reviewer2": [FIRST],
    }  # fmt: skip
    again = office.does("clerk1", *form)["check_code"]
    assert again != code
    office.does("clerk1", "form", "attach", again, scan(tmp_path, "second"), *named)
    assert office.offered("reviewer", SECOND) == ["approve", "return", "copy"]
    office.refuses(1, "E-S36", "clerk1", "task", "do", "take_back", SECOND)
    assert office.mine() == {"clerk1": [FIRST], "reviewer": both, "reviewer2": both}
    office.told()


def signed_by_the_office(office: July) -> None:
    """The office's leaders sign in the order in which the reviewer names them."""
    office.now = july(8)
    approve = ("task", "do", "approve", FIRST)
    office.refuses(1, "E-S39", "reviewer", *approve, "--to", "leader1")
    office.refuses(1, "E-403", "clerk1", *approve)
    assert office.step("reviewer", "approve", "--to", "reader", "--to", "director") == "office_signing"
    assert office.told() == [("reader", "co_sign")]  # the next one only
    found = office.refuses(1, "E-S35", "director", "task", "do", "countersign", FIRST)
    assert (found["what"], found["remedy"]) == ("卫分管 signs before you.", "You are told when it is your turn.")
    assert office.offered("reader") == ["countersign", "return"]
    assert office.offered("director") == ["return", "copy"]  # to disagree it is never too early
    assert office.mine() == {
        "reader": [FIRST], "director": [FIRST], "reviewer": [SECOND], "reviewer2": [SECOND],
    }  # fmt: skip
    assert office.step("reader", "countersign") == "office_signing"
    assert office.told() == [("director", "co_sign")]
    office.refuses(1, "E-S34", "reader", "task", "do", "countersign", FIRST)
    assert office.offered("director") == ["countersign", "return", "copy"]
    assert office.signatures("reviewer") == "Signatures: 卫分管 (signed), 王主任 (not signed yet)"
    assert office.step("director", "countersign") == "reviewed"
    assert office.told() == [("clerk1", "approved")]
    assert office.mine() == {"director": [FIRST], "reviewer": [SECOND], "reviewer2": [SECOND]}


def stepped_back(office: July) -> None:
    """A leader of the office does not agree: back to the reviewer, then to the unit, whose paper stays good or not."""
    office.now = july(11)
    assert office.step("reviewer", "approve", task=SECOND) == "office_signing"  # nobody named: all who hold the duty
    assert office.told() == [("director", "co_sign")]
    back = ("task", "do", "return", SECOND, "--reason", "请与台账核对。", "--to-state")
    office.refuses(1, "E-403", "reviewer", *back, "signed_stamped")
    found = office.refuses(1, "E-S41", "director", *back, "unit_signing")
    assert "signed_stamped" in found["remedy"]
    (outcome,) = office.does("reader", *back, "signed_stamped")["outcomes"]
    assert outcome["state"] == "signed_stamped"
    assert office.told() == [("reviewer", "stepped_back"), ("reviewer2", "stepped_back")]
    assert office.shown("reviewer", SECOND)["seats"] == []
    assert office.step("reviewer2", "approve", "--to", "director", task=SECOND) == "office_signing"
    assert office.told() == [("director", "co_sign")]
    assert office.shown("reader", SECOND)["seats"] == [{"name": "王主任", "signed": False}]
    later = ("--reason", "数据与台账不符。", "--refile-on", "2022-07-22")
    assert office.step("director", "return", *later, "--to-state", "returned", task=SECOND) == "returned"
    assert office.told() == [
        ("clerk1", "returned"),
        ("reviewer", "returned_by_leader"),
        ("reviewer2", "returned_by_leader"),
    ]
    assert office.shown("clerk1", SECOND)["round"] == 2
    office.now = july(12)
    assert office.step("clerk1", "report", *MORE, task=SECOND) == "unit_signing"
    assert office.step("leader1", "co_sign", task=SECOND) == "unit_signing"
    assert (
        office.step("leader1", "send_back", "--reason", "再核对一遍。", task=SECOND) == "returned"
    )  # also after signing
    office.told()


def ladder(office: July) -> None:
    """The ladder of this flow; then the second round is signed by everybody anew."""
    office.now = july(13)
    said = office.reads("director", "why", SECOND, "leader1").out.splitlines()
    assert [line.removeprefix("规则“").split("”")[0] for line in said if line.startswith("规则“")] == [
        "任务交办", "尚未签收", "截止前五个工作日", "截止前两个工作日", "超时未会签", "今日到期", "催办单", "督办通知单", "超时未审",
        "超时未会签（办公室）", "待汇总", "通报",
    ]  # fmt: skip
    lines = office.does("director", "plan", "--from", "2022-07-14", "--to", "2022-08-05")
    due = [(row["when"], row["recipient"], row["rule"]) for row in lines if SECOND in row["tasks"]]
    assert ("2022-07-25 09:00", "leader1b", "urging") in due
    assert {rule for _when, _who, rule in due} >= {"due_minus_2", "due_day", "urging", "supervision"}
    office.now = july(14)
    assert office.step("clerk1", "report", *MORE, task=SECOND) == "unit_signing"
    assert ("2022-07-15 09:00", "leader1", "unsigned") in [
        (row["when"], row["recipient"], row["rule"])
        for row in office.does("director", "plan")
        if SECOND in row["tasks"]
    ]
    for login in ("leader1", "leader1b"):
        office.step(login, "co_sign", task=SECOND)
    folder = office.door.world.folder
    form = ("form", "print", "--month", MONTH, "--unit", OWN, "--out", folder / "again.docx")
    code = office.does("clerk1", *form)["check_code"]
    office.does("clerk1", "form", "attach", code, scan(folder, "again"), "--signer", "李一", "--seal", "公章")
    office.step("reviewer2", "approve", "--to", "director", task=SECOND)
    assert office.step("director", "countersign", task=SECOND) == "reviewed"
    office.told()
