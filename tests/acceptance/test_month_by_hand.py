"""One month of one unit and its office, typed by five people and three administrators, wrong moves included.

The story runs through the door itself (``cli.main``), each person with a HOME and so a login token of their own, in a
training office whose clock is set by hand. Whole outcomes are compared: what stands in the end, not what was said.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import zlib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from pypdf import PdfReader

import cli
from documents.fonts import chinese_font
from simulation.example import example_notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

PASSWORD = "Yunting-2022-lake"
UNIT, OTHER = "市住房城乡建设局", "市城管局"
MONTH = "2022-06"
REASON = "请补充开工项目清单。"
#: login → (name, duty, unit); the clerk, the leader, the reviewer, the director, and a clerk of another unit
PEOPLE = {
    "zhao": ("赵经办", "clerk", UNIT),
    "qian": ("钱局长", "leader", UNIT),
    "sun": ("孙审核", "reviewer", ""),
    "li": ("李主任", "director", ""),
    "wu": ("吴城管", "clerk", OTHER),
    "zhou": ("周代办", "clerk", UNIT),
}
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")


@dataclass
class Hands:
    """Types commands as one of the people at a moment, and reads what comes back."""

    folder: Path
    patch: pytest.MonkeyPatch
    now: str = "2022-06-01T09:00"
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "office"

    def run(self, person: str, *words: object, typed: str = "") -> tuple[int, str, str]:
        """Exit code, what was said, what was refused."""
        own = self.folder / person
        own.mkdir(exist_ok=True)
        self.patch.setenv("HOME", str(own))
        self.patch.setenv("DUBAN_NOW", self.now)
        self.patch.setattr(sys, "stdin", io.StringIO(typed))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            cli.main(["--home", str(self.home), *map(str, words)])
        assert "Traceback" not in err.getvalue()
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    def does(self, person: str, *words: object, typed: str = "") -> Any:
        """The JSON answer of what must go through."""
        code, out, err = self.run(person, *words, "--json", typed=typed)
        assert code == 0, err or out
        return json.loads(out)

    def fails(self, person: str, *words: object, typed: str = "") -> str:
        """The code of what must be refused, and that the refusal says what to do."""
        code, out, err = self.run(person, *words, "--json", typed=typed)
        assert code, out
        refusal = json.loads(err)["error"] if err else json.loads(out)["outcomes"][0]["refused"]
        assert refusal["what"]
        assert refusal["remedy"] or refusal["code"] in {"E-A01", "E-S19"}, refusal
        return str(refusal["code"])

    def log_in(self, *logins: str) -> None:
        """A new day: everybody logs in, the first time with the one-time code."""
        for login in logins:
            code = ("--code", self.codes.pop(login)) if login in self.codes else ()
            self.does(login, "login", login, "--password-stdin", *code, typed=PASSWORD + "\n")

    def tasks(self, person: str, **wanted: str) -> dict[tuple[str, str], int]:
        """(clause, unit) → number of the tasks a person sees."""
        options = [word for name, value in wanted.items() for word in (f"--{name}", value)]
        return {(row["clause"], row["unit"]): row["id"] for row in self.does(person, "task", "list", *options)}


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    with pytest.MonkeyPatch.context() as patch:
        yield Hands(tmp_path, patch)


def sealed(folder: Path, name: str) -> Path:
    """A scan with a red seal: a small PNG, each of its own bytes."""
    red, white = b"\xd0\x10\x20", b"\xff\xff\xff"
    rows = [
        b"\0" + b"".join(red if 9 < (x - 20) ** 2 + (y - 20) ** 2 < 200 else white for x in range(40))
        for y in range(40)
    ]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)), (b"tEXt", b"Title\0" + name.encode()),
        (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""),
    ]  # fmt: skip
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    file = folder / f"{name}.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return file


def set_up(hands: Hands) -> None:
    """The first administrators by their codes; they make the accounts, grant the duties, and can do nothing else."""
    named = ("--name", "云汀市城乡人居环境提升领导小组办公室", "--short-name", "市人居办", "--recipient", "市人民政府")
    hands.codes = hands.does("root", "init", *named, "--rehearsal")["codes"]
    assert sorted(hands.codes) == sorted(ADMINISTRATORS)
    code = hands.codes["sysadmin"]
    assert hands.fails("sysadmin", "login", "sysadmin", "--code", code, "--password-stdin", typed="short\n") == "E-A02"
    assert hands.fails("root", "task", "list") == "E-A04"
    hands.log_in(*ADMINISTRATORS)
    assert hands.fails("sysadmin", "login", "sysadmin", "--code", code, "--password-stdin", typed=PASSWORD) == "E-A01"
    for login, (name, _role, _unit) in PEOPLE.items():
        hands.codes[login] = hands.does("sysadmin", "person", "add", login, "--name", name)["code"]
    assert hands.fails("sysadmin", "person", "grant", "li", "--role", "director") == "E-403"
    assert hands.fails("secadmin", "person", "grant", "secadmin", "--role", "reviewer") == "E-A09"
    for login in ("li", "sun"):
        hands.does("secadmin", "person", "grant", login, "--role", PEOPLE[login][1])
    assert hands.fails("secadmin", "person", "grant", "li", "--role", "system") == "E-A05"
    assert hands.fails("secadmin", "person", "grant", "auditor", "--role", "system") == "E-A05"
    hands.log_in(*PEOPLE)


def open_month(hands: Hands) -> None:
    """The notice is read, corrected in a spreadsheet, adopted; rosters are set; the month opens and fills up."""
    source, name = example_notice()
    (hands.folder / name).write_bytes(source)
    table = hands.folder / "table.xlsx"
    hands.does("li", "notice", "read", hands.folder / name, "--xlsx", table)
    book = openpyxl.load_workbook(table)
    sheet = book.worksheets[0]
    row = next(row for row in sheet.iter_rows(min_row=4) if row[4].value == "1.2")
    row[14].value = "牵头"
    book.save(table)
    assert hands.fails("li", "notice", "adopt", table) == "E-X02"
    row[14].value = "仅牵头单位"
    book.save(table)
    assert hands.fails("sun", "notice", "adopt", table) == "E-403"
    adopted = hands.does("li", "notice", "adopt", table)
    assert (adopted["clauses"], len(adopted["open_groups"])) == (17, 2)
    assert hands.does("li", "notice", "adopt", table)["responsibilities"] == 0
    for login in ("zhao", "qian", "wu", "zhou"):
        hands.does("secadmin", "person", "grant", login, "--role", PEOPLE[login][1], "--unit", PEOPLE[login][2])
    assert hands.fails("li", "period", "status") == "E-S26"
    assert hands.fails("zhao", "period", "open", MONTH) == "E-403"
    opened = hands.does("li", "period", "open", MONTH)
    assert opened["due_on"] == "2022-06-25"
    hands.does("sun", "unit", "group", "set", "有关县市区", "甲县政府", "乙县政府")
    more = hands.does("li", "notice", "adopt", table)["responsibilities"]
    again = hands.does("li", "period", "open", MONTH)
    assert more > again["added"] > 0  # 1.2 asks its lead alone
    assert again["tasks"] == opened["tasks"] + again["added"]
    assert hands.does("li", "period", "open", MONTH)["added"] == 0


def report(hands: Hands, mine: dict[tuple[str, str], int]) -> None:
    """The clerk receives, reports one clause by its indicators, the rest as a batch, takes one back and mends it."""
    first, others = mine["1.1", UNIT], [number for (clause, _unit), number in mine.items() if clause != "1.1"]
    hands.does("zhao", "task", "receive", *mine.values())
    assert hands.fails("zhao", "task", "receive", first) == "E-S06"
    assert hands.fails("qian", "task", "report", first, "--progress", "自己填", "--percent", 3) == "E-403"
    assert hands.fails("wu", "task", "report", first, "--progress", "代填", "--percent", 3) in {"E-403", "E-404"}
    words = ("task", "report", first, "--progress", "已开工 31 个小区。")
    assert hands.fails("zhao", *words) == "E-V02"
    assert hands.fails("zhao", *words, "--percent", 130) == "E-V02"
    assert hands.fails("zhao", *words, "--percent", 60) == "E-V04"
    assert hands.fails("zhao", *words, "--percent", 60, "--indicator", "没有的指标=3") == "E-V06"
    names = [row["name"] for row in hands.does("zhao", "task", "show", first)["indicators"]]
    values = [word for name in names for word in ("--indicator", f"{name}=?尚未统计")]
    hands.does("zhao", *words, "--percent", 60, "--indicator", f"{names[0]}=31", *values[2:])
    assert hands.fails("zhao", *words, "--percent", 61, "--indicator", f"{names[0]}=31", *values[2:]) == "E-S01"
    rows = [{"task": number, "progress": f"第{number}项按计划推进。", "percent": 40} for number in others]
    rows[0] = {"task": others[0], "no_progress": True, "reason": "等待上级批复资金", "percent": 0}
    for place, row in enumerate(rows):
        found = hands.does("zhao", "task", "show", others[place])["indicators"]
        row["indicators"] = {one["name"]: "?尚未统计" for one in found}
    file = hands.folder / "batch.json"
    file.write_text(json.dumps([*rows, {"task": 9999, "progress": "别人的", "percent": 1}]), "utf-8")
    dry, wet = (
        hands.run("zhao", "task", "report-batch", "--from", file, "--json", *more) for more in (("--dry-run",), ())
    )
    assert [row["state"] for row in json.loads(dry[1])["outcomes"]][:-1] == ["reported"] * len(rows)
    assert json.loads(dry[1])["outcomes"] == json.loads(wet[1])["outcomes"]
    hands.does("zhao", "task", "withdraw", first)
    hands.does("zhao", *words, "--percent", 62, "--indicator", f"{names[0]}=32", *values[2:])


def sign(hands: Hands, name: str) -> list[dict[str, Any]]:
    """Printed, signed, stamped, scanned and attached by the leader."""
    pdf = hands.folder / f"{name}.pdf"
    code = hands.does("zhao", "form", "print", "--month", MONTH, "--unit", UNIT, "--out", pdf)["check_code"]
    assert all(code in page.extract_text() for page in PdfReader(pdf).pages)
    signed = ("--signer", "钱局长", "--seal", f"{UNIT}公章")
    scan = sealed(hands.folder, name)
    assert hands.fails("wu", "form", "attach", code, scan, *signed) == "E-404"
    assert hands.fails("qian", "form", "attach", code, hands.folder / "batch.json", *signed) == "E-F03"
    done: list[dict[str, Any]] = hands.does("qian", "form", "attach", code, scan, *signed)["outcomes"]
    assert hands.fails("qian", "form", "attach", code, sealed(hands.folder, f"{name}-2"), *signed) == "E-S25"
    return done


def signing(hands: Hands, mine: dict[tuple[str, str], int]) -> None:
    """A form whose report has changed since is worth nothing; the next one signs everything it covers."""
    first = mine["1.1", UNIT]
    assert hands.fails("zhao", "form", "print", "--month", MONTH, "--unit", OTHER) == "E-403"
    old = hands.does("zhao", "form", "print", "--month", MONTH, "--unit", UNIT, "--out", hands.folder / "old.pdf")
    hands.does("zhao", "task", "withdraw", first)
    values = [
        w
        for row in hands.does("zhao", "task", "show", first)["indicators"]
        for w in ("--indicator", f"{row['name']}=33")
    ]
    hands.does("zhao", "task", "report", first, "--progress", "已开工 33 个小区。", "--percent", 64, *values)
    scan = sealed(hands.folder, "old")
    stamp = ("--signer", "钱局长", "--seal", "公章")
    assert hands.fails("zhao", "form", "attach", old["check_code"], scan, *stamp) == "E-S05"
    assert hands.fails("zhao", "form", "attach", "AAAA-AAAA-AA", scan, *stamp) == "E-404"
    assert {row["state"] for row in sign(hands, "first")} == {"signed_stamped"}


def review(hands: Hands, mine: dict[tuple[str, str], int]) -> None:
    """The reviewer returns one with a reason and approves the rest; the director reopens one and waives another."""
    first, second = mine["1.1", UNIT], mine["2.1", UNIT]
    later = ("--refile-on", "2022-06-24")
    assert hands.fails("zhao", "task", "approve", first) == "E-403"
    assert {hands.fails(admin, "task", "show", first) for admin in ADMINISTRATORS} == {"E-404"}
    assert hands.fails("sun", "task", "return", first, "--reason", "不行", *later) == "E-S02"
    assert hands.fails("sun", "task", "return", first, "--reason", REASON, "--refile-on", "2022-06-31") == "E-D01"
    assert hands.fails("sun", "task", "return", first, "--reason", REASON, *later, "--version", 2) == "E-409"
    hands.does("sun", "task", "return", first, "--reason", REASON, *later)
    whole = ("task", "approve", "--unit", UNIT, "--month", MONTH)
    assert len(hands.does("sun", *whole, "--dry-run")["outcomes"]) == len(mine) - 1
    hands.does("sun", *whole)
    assert hands.fails("sun", *whole) == "E-S21"
    assert hands.fails("sun", "task", "reopen", second, "--reason", REASON, *later) == "E-403"
    hands.does("li", "task", "reopen", second, "--reason", "与统计数据不一致。", *later)
    silent = hands.tasks("li", unit="甲县政府")
    hands.does("li", "task", "waive", min(silent.values()), "--reason", "任务上月已经办结。")


def requests(hands: Hands) -> None:
    """Another unit asks for time and for a transfer; the director grants the one and refuses the other."""
    theirs = sorted(hands.tasks("wu", unit=OTHER).values())
    assert hands.fails("wu", "request", "extend", theirs[0], "--to", "2022-06-20", "--reason", "汛期") == "E-D04"
    asked = hands.does("wu", "request", "extend", theirs[0], "--to", "2022-06-30", "--reason", "汛期无法施工")[
        "request"
    ]
    assert hands.fails("wu", "request", "extend", theirs[0], "--to", "2022-07-01", "--reason", "再来") == "E-S15"
    other = hands.does("wu", "request", "transfer", theirs[1], "--reason", "职能已划转", "--unit", "市财政局")[
        "request"
    ]
    assert hands.fails("sun", "request", "grant", asked, "--reason", "可以") == "E-403"
    hands.does("li", "request", "grant", asked, "--reason", "情况属实", "--to", "2022-06-28")
    hands.does("li", "request", "refuse", other, "--reason", "仍由你单位负责")
    assert [row["decision"] for row in hands.does("wu", "request", "list")] == [
        "refused",
        "granted",
    ]  # the newest first


def substitute(hands: Hands, mine: dict[tuple[str, str], int]) -> None:
    """While the clerk is away another acts in the clerk's name, and the story shows both."""
    task = mine["2.1", UNIT]
    days = ("--from", "2022-06-13", "--to", "2022-06-20")
    assert hands.fails("wu", "person", "absence", "zhao", "--substitute", "wu", *days) == "E-403"
    assert hands.fails("zhou", "--as", "zhao", "whoami") == "E-A13"
    hands.does("zhao", "person", "absence", "zhao", "--substitute", "zhou", *days)
    assert hands.does("zhou", "--as", "zhao", "whoami")["acting_for"] == "赵经办"
    values = [
        w
        for row in hands.does("zhou", "task", "show", task)["indicators"]
        for w in ("--indicator", f"{row['name']}=20")
    ]
    hands.does(
        "zhou", "--as", "zhao", "task", "report", task, "--progress", "核对后为 20 条。", "--percent", 35, *values
    )
    last = hands.does("zhou", "task", "show", task)["events"][-1]
    assert (last["actor_name"], last["acting_for"], last["action"]) == ("周代办", "赵经办", "report")
    sign(hands, "second")
    hands.does("sun", "task", "approve", task)


def remind(hands: Hands) -> None:
    """After the due date the ladder runs: messages lie in the folder, a circular waits for a person."""
    planned = hands.does("li", "plan", "--from", "2022-07-04", "--to", "2022-07-04")
    assert planned
    assert hands.run("zhao", "plan")[0] == 1
    hands.does("root", "scheduler", "tick")
    assert hands.does("root", "scheduler", "tick")["sweep"]["messages"] == 0
    sent = [row for row in hands.does("li", "message", "list") if row["state"] == "sent"]
    assert len(list((hands.home / "outbox").iterdir())) == len(sent) > 0
    assert "赵经办" in "\n".join(hands.does("li", "why", 1, "zhao")["why"])
    waiting = [row["id"] for row in hands.does("li", "draft", "list")]
    assert waiting
    assert hands.fails("sun", "draft", "issue", waiting[0]) == "E-403"
    hands.does("li", "draft", "issue", waiting[0])
    assert hands.fails("li", "draft", "issue", waiting[0]) == "E-S19"
    for number in waiting[1:]:
        hands.does("li", "draft", "drop", number, "--reason", "已电话催报")


def finish(hands: Hands) -> dict[str, int]:
    """The summary is drafted, issued once and exported; the month closes; nothing in it moves any more."""
    assert hands.fails("li", "period", "close", MONTH) == "E-S13"
    hands.does("sun", "summary", "build", MONTH, "--out", hands.folder / "draft")
    number = ("--number", "云人居办〔2022〕6号")
    assert hands.fails("sun", "summary", "issue", MONTH, *number) == "E-403"
    assert hands.fails("li", "summary", "issue", MONTH, "--number", " ") == "E-S24"
    issued = hands.does("li", "summary", "issue", MONTH, *number)
    assert hands.fails("li", "summary", "issue", MONTH, *number) == "E-S18"
    files = hands.does("sun", "summary", "export", MONTH, "--out", hands.folder / "paper")["files"]
    if chinese_font() is not None:
        text = "".join("".join(page.extract_text() for page in PdfReader(files["pdf"]).pages).split())
        assert issued["head"] in text
        assert number[1] in text
    status = hands.does("li", "period", "status", MONTH)
    left = hands.does("li", "period", "close", MONTH)["unfinished"]
    states: dict[str, int] = status["states"]
    assert left == status["tasks"] - states["aggregated"] - states["waived"]
    assert hands.does("li", "period", "close", MONTH)["unfinished"] == left
    assert issued["aggregated"] == states["aggregated"]
    late = hands.tasks("wu", unit=OTHER, state="assigned", month=MONTH)
    assert hands.fails("wu", "task", "receive", min(late.values())) == "E-S23"
    assert hands.fails("li", "period", "move", MONTH, "2022-07-20", "--reason", "再放宽几天") == "E-S23"
    return states


def prove(hands: Hands) -> None:
    """The auditor, and nobody else, reads, proves and takes out the trail; refusals stand in it."""
    assert hands.fails("li", "audit", "show") == "E-403"
    assert hands.fails("auditor", "summary", "show", MONTH) == "E-403"
    events = hands.does("auditor", "audit", "verify")["events"]
    trail = hands.folder / "trail.jsonl"
    hands.does("auditor", "audit", "export", "--out", trail)
    rows = [json.loads(line) for line in trail.read_text("utf-8").splitlines()][:-1]
    assert [row["seq"] for row in rows] == list(range(1, events + 1))
    assert {row["result"] for row in rows} == {"done", "refused", "denied"}
    done = {row["action"] for row in rows if row["result"] == "done"}
    assert done >= {"receive", "report", "withdraw", "sign_stamp", "approve", "return", "reopen", "waive", "aggregate"}


def lock_out(hands: Hands) -> None:
    """A day-old token is worth nothing; five wrong passwords lock the account, the right one too."""
    hands.now = "2022-07-06T09:00"
    assert hands.fails("wu", "task", "list") == "E-A04"
    wrong = [hands.fails("wu", "login", "wu", "--password-stdin", typed="wrong-Password-1\n") for _time in range(6)]
    assert wrong[:4] == ["E-A01"] * 4
    assert wrong[5] == "E-A03"
    assert hands.fails("wu", "login", "wu", "--password-stdin", typed=PASSWORD) == "E-A03"
    hands.now = "2022-07-06T09:16"
    hands.log_in("wu")


def test_a_month_by_hand(hands: Hands) -> None:
    set_up(hands)
    open_month(hands)
    hands.now = "2022-06-13T09:00"
    hands.log_in(*PEOPLE, *ADMINISTRATORS)
    mine = hands.tasks("zhao", unit=UNIT)
    report(hands, mine)
    signing(hands, mine)
    review(hands, mine)
    requests(hands)
    substitute(hands, mine)
    hands.now = "2022-07-04T10:00"
    hands.log_in("li", "sun", "auditor", "wu", "zhao")
    remind(hands)
    states = finish(hands)
    # 1.1 came back and was never filed again; all else of the unit went into the summary
    assert (states["aggregated"], states["returned"], states["waived"]) == (len(mine) - 1, 1, 1)
    assert states["assigned"] == sum(states.values()) - len(mine) - 1
    prove(hands)
    lock_out(hands)
