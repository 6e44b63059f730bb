"""Wrong moves at the desk: each is refused in one sentence with what to do now, and changes nothing but the trail.

The numbers are the rows of ``reliability.md`` section 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.office import UNITS, at
from kit.world import refused
from models.states import Action, Role, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door

NOW = at("2022-06-10 09:00")
HEAD = "关于印发工作要点的通知\n\n各责任单位：\n请于每月25日前报送工作进度。\n\n市长江办\n2022年5月7日\n\n附件\n工作要点\n\n"


def first(door: Door) -> int:
    return door.world.task


def notice(folder: Path, clause: str, name: str = "notice.txt") -> Path:
    file = folder / name
    file.write_text(f"{HEAD}一、重点任务\n（一）生态保护\n1.岸线整治。{clause}\n", encoding="utf-8")
    return file


def last_event(door: Door) -> dict[str, Any]:
    found: dict[str, Any] = door.world.events()[-1]
    return found


@pytest.mark.parametrize(("written", "day"), [("2022年4月30日", "2022-04-30"), ("0202年12月30日", "0202-12-30")])
def test_deadline_before_the_notice_needs_a_yes(door: Door, tmp_path: Path, written: str, day: str) -> None:
    """Row 15: also where a digit was lost at the wrong place."""
    file = notice(tmp_path, f"{written}前完成岸线清理。（市水利局）")
    found = door.refuses(1, "E-D02", "director", "notice", "adopt", file)
    assert found["what"].startswith(f"Clause 1.1: the deadline {day} ({written}前)")
    assert "--allow-past" in found["remedy"]
    assert door.data("director", "notice", "adopt", file, "--allow-past")["clauses"] == 1


def test_who_may_not_adopt_is_asked_nothing(door: Door, tmp_path: Path) -> None:
    """Rows 15 and 21: the duty comes before the deadlines."""
    door.refuses(1, "E-403", "clerk1", "notice", "adopt", notice(tmp_path, "2022年4月1日前完成清理。（市水利局）"))


def test_unit_nearly_known_is_asked_about(door: Door, tmp_path: Path) -> None:
    """Row 16: a slip must not make a unit that nobody answers for; both ways out exist."""
    file = notice(tmp_path, "完成岸线清理。（市水利局、市生环境局）")
    found = door.refuses(1, "E-N02", "director", "notice", "adopt", file)
    assert "市生环境局 → 市生态环境局" in found["what"]
    assert "duban unit alias 市生态环境局 市生环境局" in found["remedy"]
    door.data("director", "unit", "alias", "市生态环境局", "市生环境局")
    assert door.data("director", "notice", "adopt", file)["new_units"] == []


def test_unit_that_is_not_in_the_register_is_entered_only_as_chosen_and_said(door: Door, tmp_path: Path) -> None:
    """Row 16: whoever adopts says that it is a new one."""
    file = notice(tmp_path, "完成岸线清理。（市水利局、市教育局）")
    found = door.refuses(1, "E-N16", "director", "notice", "adopt", file)
    assert "市教育局" in found["what"]
    door.refuses(1, "E-N17", "director", "notice", "adopt", file, "--accept-open", "对")
    made = door.data("director", "notice", "adopt", file, "--accept-open", "市教育局是新单位")
    assert made["new_units"] == ["市教育局"]
    (said,) = last_event(door)["detail"]["decided"]
    assert said == ["1.1", "W-N30", "市教育局", "accepted", "市教育局是新单位", "director"]


def test_clause_without_a_unit_is_not_adopted(door: Door, tmp_path: Path) -> None:
    """Row 16: an empty bracket."""
    found = door.refuses(1, "E-N13", "director", "notice", "adopt", notice(tmp_path, "完成岸线清理。（）"))
    assert "1.1" in found["what"]


def test_notice_adopted_twice_says_who_did_it_and_how_to_revise(door: Door, tmp_path: Path) -> None:
    """Row 17: the same notice from another table; the very same one changes nothing."""
    sheet, file = tmp_path / "table.xlsx", notice(tmp_path, "完成岸线清理。（市水利局）")
    door.data("director", "notice", "adopt", file)
    assert door.data("director", "notice", "adopt", file)["existed"] is True
    door.data("director", "notice", "read", file, "--xlsx", sheet)
    changed = edited(sheet, "完成岸线清理。", "完成全部岸线清理。")
    found = door.refuses(1, "E-N03", "director", "notice", "adopt", changed)
    assert "number 2, 2022-06-10, 王主任" in found["what"]
    assert "--revise" in found["remedy"]
    assert door.data("director", "notice", "adopt", changed, "--revise", 2)["clauses"] == 1


def edited(sheet: Path, old: str, new: str) -> Path:
    """The decomposition table with one text changed in a spreadsheet."""
    import openpyxl

    book = openpyxl.load_workbook(sheet)
    for row in (row for page in book for row in page.iter_rows()):
        for cell in row:
            if cell.value == old:
                cell.value = new
    book.save(sheet)
    return sheet


def test_notice_that_is_not_there_is_neither_revised_nor_compared(door: Door, tmp_path: Path) -> None:
    """Rows 17 and 32."""
    file = notice(tmp_path, "完成岸线清理。（市水利局）")
    door.refuses(4, "E-404", "director", "notice", "adopt", file, "--revise", 99)
    door.refuses(4, "E-404", "director", "notice", "diff", 99, file)


def test_stale_screen_says_who_was_first_and_when(door: Door) -> None:
    """Row 19."""
    task = first(door)
    door.data("clerk1", "task", "receive", task)
    before = door.world.picture()
    said = door.run(
        "clerk1", "task", "report", task, "--progress", "已清理。", "--percent", 5, "--version", 1, "--json"
    )
    found = said.refusal
    assert (said.code, found["code"]) == (3, "E-409")
    assert door.world.picture() | {"report_draft": []} == before
    assert found["what"] == "赵一 acted on this task at 2022-06-10 09:00 (“receive”), before you."
    assert "duban task report 1 --from-draft" in found["remedy"]
    assert (found["by"], found["version"], found["state"]) == ("赵一", 2, "assigned")


def test_words_of_a_report_that_came_second_are_kept_and_reported_from_there(door: Door) -> None:
    """Row 19: also when a colleague of the same unit has reported meanwhile, and nothing can be filled in any more."""
    task, world = first(door), door.world
    mine = ("task", "report", task, "--percent", 5, "--problems", "汛期")
    world.join("clerk1b", Role.CLERK, UNITS[0])
    world.act("clerk1b", Action.REPORT, task, NOW, progress="同事写的。", percent=9)
    for version, code in (((), "E-S01"), (("--version", 1), "E-409")):
        said = door.run("clerk1", *mine, "--progress", "-", *version, "--json", typed="已清理三公里，复绿两处。")
        assert (said.refusal["code"], said.refusal["by"]) == (code, "clerk1b")
        (row,) = world.rows("report_draft")
        assert (row["person_id"], row["fields"]["progress"]) == (world.people["clerk1"], "已清理三公里，复绿两处。")
    world.act("clerk1b", Action.WITHDRAW, task, NOW)
    door.data("clerk1", "task", "report", task, "--from-draft", "--percent", 6)
    last = world.rows("report", task_id=task)[-1]
    assert (last["progress"], last["percent"], last["problems"]) == ("已清理三公里，复绿两处。", 6, "汛期")
    assert world.rows("report_draft") == []
    door.refuses(1, "E-S46", "clerk1", "task", "report", task, "--from-draft")


def test_refusal_of_ones_own_words_keeps_no_draft(door: Door) -> None:
    """Row 24: nobody came first, the words are in the hand of whoever typed them."""
    door.refuses(1, "E-V02", "clerk1", "task", "report", first(door), "--progress", "已清理。", "--percent", 120)
    assert door.world.rows("report_draft") == []


def test_forbidden_step_names_the_state_and_what_is_possible(door: Door) -> None:
    """Row 20."""
    found = door.refuses(1, "E-S01", "reviewer", "task", "approve", first(door))
    assert found["what"] == "“approve” is not possible in the state “assigned”."
    assert found["offered"] == ["receive", "report", "waive"]
    assert found["remedy"] == "Possible now: receive (clerk), report (clerk), waive (office director)"


@pytest.mark.parametrize("words", [("show",), ("receive",), ("withdraw",), ("report", "--progress", "x")])
def test_task_of_others_and_one_that_is_not_there_get_the_same_words(door: Door, words: tuple[str, ...]) -> None:
    """Row 21: nobody learns which numbers exist."""
    said = []
    for number in (first(door), 999):
        found = door.refuses(4, "E-404", "clerk3", "task", words[0], number, *words[1:])
        said.append({key: str(value).replace(str(number), "N") for key, value in found.items()})
        assert last_event(door)["result"] == "denied"
    assert said[0] == said[1]


def test_deed_without_the_duty_is_denied_and_stands_in_the_trail(door: Door) -> None:
    """Row 21."""
    found = door.refuses(1, "E-403", "clerk1", "task", "approve", first(door))
    assert "reviewer" in found["remedy"]
    event = last_event(door)
    assert (event["actor"], event["result"], event["detail"]["code"]) == ("clerk1", "denied", "E-403")


@pytest.mark.parametrize(
    "reason",
    ["", "     ", "\u3000\u3000\u3000\u3000\u3000", "\u200b\u200b\u200b\u200b\u200b", "。。。。。", "不 具 体 啊"],
)
def test_return_without_a_reason_is_refused(door: Door, reason: str) -> None:
    """Row 22: blanks, signs and what cannot be seen are none."""
    task = first(door)
    door.world.bring_to(task, Stage.SIGNED_STAMPED, NOW)
    words = ("task", "return", task, "--reason", reason, "--refile-on", "2022-06-28")
    found = door.refuses(1, "E-S02", "reviewer", *words)
    assert found["what"] == "A reason of at least 5 characters is needed."
    assert "--reason" in found["remedy"]


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("clerk1", ("request", "extend", "1", "--to", "2022-06-30", "--reason", "\u200b")),
        ("director", ("period", "move", "2022-06", "2022-06-28", "--reason", "\u3000")),
        ("director", ("task", "waive", "1", "--reason", "……………")),
    ],
)
def test_other_decisions_need_a_reason_too(door: Door, login: str, words: tuple[str, ...]) -> None:
    """Row 22."""
    door.refuses(1, "E-S02", login, *words)


def test_seal_without_a_paper_is_refused(door: Door) -> None:
    """Row 23: a stamp cannot lapse into being."""
    world, task = door.world, first(door)
    world.report(task, NOW)
    before = world.picture()
    with refused("E-S03") as caught:
        world.act("leader1", Action.SIGN_STAMP, task, NOW, signer="李一", seal="公章")
    assert "duban form print" in caught.value.remedy
    filing = world.filing(now=NOW).filing_id
    with refused("E-S03") as caught:
        world.act("leader1", Action.SIGN_STAMP, task, NOW, filing_id=filing, signer="李一", seal="公章")
    assert "duban form attach" in caught.value.remedy
    assert world.picture()["task"] == before["task"]


def test_scan_that_was_attached_before_needs_a_yes(door: Door, tmp_path: Path) -> None:
    """Row 23: last month's paper, or another unit's, known by its SHA-256."""
    world, scan = door.world, tmp_path / "scan.png"
    scan.write_bytes(picture())
    codes = []
    for login, unit, clause in (("clerk1", UNITS[0], "1.1"), ("clerk2", UNITS[1], "1.2")):
        world.report(world.tasks[clause, unit], NOW)
        words = ("form", "print", "--month", "2022-06", "--unit", unit, "--out", tmp_path / f"{login}.docx")
        codes.append(door.data(login, *words)["check_code"])
    named = ("--signer", "李一", "--seal", "公章")
    door.data("clerk1", "form", "attach", codes[0], scan, *named)
    found = door.refuses(1, "W-S04", "clerk2", "form", "attach", codes[1], scan, *named)
    assert codes[0] in found["what"]
    assert "--same-file" in found["remedy"]
    assert door.run("clerk2", "form", "attach", codes[1], scan, *named, "--same-file").code == 0


def picture() -> bytes:
    """A PNG of eight by eight grey points."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x07" * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def counted(door: Door) -> Door:
    """Clause 1.1 counts enterprises."""
    clause = door.world.row("task", first(door))["clause_id"]
    door.world.add("indicator", clause_id=clause, name="新增企业", op=">=", value=1200.0, unit="家", quote="千二百家")
    return door


@pytest.mark.parametrize(
    ("figure", "code", "said"),
    [
        ("-3", "E-V01", "“新增企业 -3 家” cannot be negative."),
        ("－３家", "E-V01", "“新增企业 -3 家” cannot be negative."),
        ("3公里", "E-V07", "“3公里”: this indicator is counted in 家."),
        ("3万家", "E-V07", "“3万家”: this indicator is counted in 家."),
        ("三", "E-V05", "“三” is no number."),
        ("1,00", "E-V07", "“1,00”: this indicator is counted in 家."),
        ("1.2.3", "E-V07", "“1.2.3”: this indicator is counted in 家."),
        ("nan", "E-V05", "“nan” is no number."),
        ("9" * 400, "E-V05", f"“{'9' * 60}” is no number."),
    ],
)
def test_figure_that_cannot_be_is_refused(counted: Door, figure: str, code: str, said: str) -> None:
    """Row 24."""
    words = ("task", "report", first(counted), "--progress", "已清理。", "--percent", 40)
    found = counted.refuses(1, code, "clerk1", *words, "--indicator", f"新增企业={figure}")
    assert found["what"] == said


@pytest.mark.parametrize("figure", ["1000", "1,000", "1，000", "１０００", "1000家", "1,000 家"])
def test_figure_is_read_as_people_write_it(counted: Door, figure: str) -> None:
    """Row 24: 1,000 and 1，000 are the same number."""
    words = ("task", "report", first(counted), "--progress", "已清理。", "--percent", 40)
    counted.data("clerk1", *words, "--indicator", f"新增企业={figure}")
    assert [value["value"] for value in counted.world.rows("report")[0]["values"]] == [1000.0]


@pytest.mark.parametrize("percent", ["120", "101", "-1", "99999999999"])
def test_completion_beyond_the_whole_is_refused(door: Door, percent: str) -> None:
    """Row 24."""
    words = ("task", "report", first(door), "--progress", "已清理。", "--percent", percent)
    assert "0 to 100" in door.refuses(1, "E-V02", "clerk1", *words)["what"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.cn\r\nBcc: c@d.cn", "a@b.cn\n", "a@@b.cn", "a@b@c.cn", "a@b.cn,c@d.cn", "a@b.cn;c@d.cn", "a b@c.cn",
        "张三@b.cn", "a＠b.cn", "a@b", "a..b@c.cn", "@b.cn", "a" * 65 + "@b.cn", "a@-b.cn",
    ],
)  # fmt: skip
def test_mail_address_that_is_none_is_refused(door: Door, address: str) -> None:
    """Row 26: one plain address, which the mail channel takes too."""
    words = ("person", "add", "li.si", "--name", "李四", "--email", address)
    found = door.refuses(1, "E-M01", "system", *words)
    assert "\n" not in found["what"]
    assert "name@example.org" in found["remedy"]


def test_mail_address_that_is_one_is_taken(door: Door) -> None:
    """Row 26."""
    assert door.data("system", "person", "add", "li.si", "--name", "李四", "--email", "li.si+a@mail.zz.gov.cn")["id"]
