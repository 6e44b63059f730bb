"""The problem ledger at the desk: a problem's whole life by those who live it, a table taken in, the ledger taken out."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from kit.office import UNITS
from models.states import Role
from workflow.flow_store import shipped
from workflow.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door

LEAD, CO, OTHER = UNITS
HEAD = ("序号", "问题来源", "问题", "牵头单位", "配合单位", "发现日期", "整改时限", "地点", "照片")
DONE, SEEN = "已完成改造。", "排口已经封堵。"


def day(text: str) -> str:
    return f"2022-{text}T09:00"


def register(door: Door, *more: object, title: str = "生活污水直排", now: str = "06-10") -> int:
    words = ("--title", title, "--found-on", "2022-06-01", "--due", "2022-06-30", "--source", "film")
    units = more if "--unit" in more else ("--unit", LEAD, "--unit", CO, *more)
    found: int = door.data("reviewer", "problem", "register", *words, *units, now=day(now))["problem"]
    return found


def step(door: Door, login: str, verb: str, *words: object, now: str, number: int = 1) -> str:
    """The state to which a verb leads."""
    (outcome,) = door.data(login, "problem", verb, number, *words, now=day(now))["outcomes"]
    return str(outcome["state"])


def table(file: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "清单"
    for row in (HEAD, *rows):
        sheet.append(row)
    book.save(file)
    return file


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def row(number: int, **changes: str) -> tuple[Any, ...]:
    told = ("警示片", f"问题{number}", LEAD, CO, "2022-06-01", "2022-09-30", "某河段", "")
    return (number, *(changes.get(heading, value) for heading, value in zip(HEAD[1:], told, strict=True)))


def strike_off(door: Door, number: int = 1) -> None:
    """From registered to struck off by 20 June."""
    step(door, "clerk1", "start", "--measures", "改造错接管网。", now="06-11", number=number)
    step(door, "clerk1", "apply", "--progress", DONE, now="06-15", number=number)
    step(door, "reviewer", "verify", "--visited-on", "2022-06-16", "--found", SEEN, now="06-16", number=number)
    step(door, "director", "strike-off", now="06-20", number=number)


def test_life_of_a_problem_from_its_registration_to_the_look_back(door: Door) -> None:
    assert register(door) == 1
    assert step(door, "clerk1", "start", "--measures", "改造错接管网。", now="06-11") == "rectifying"
    assert step(door, "clerk1", "report", "--progress", "已完成三成。", "--percent", 30, now="06-12") == "rectifying"
    door.world.appoint("clerk1", Role.REVIEWER)  # to be refused for what they did, not for want of the duty
    assert step(door, "clerk1", "apply", "--progress", DONE, now="06-15") == "applied"
    visit = ("--visited-on", "2022-06-16", "--found", SEEN)
    found = door.refuses(1, "E-S11", "clerk1", "problem", "verify", 1, *visit, now=day("06-16"))
    assert found["remedy"] == "Ask another reviewer."
    again = ("--reason", "管网未改到位。", "--refile-on", "2022-06-25")
    assert step(door, "reviewer", "return", *again, now="06-16") == "returned"
    assert step(door, "clerk1", "apply", "--progress", DONE, now="06-20") == "applied"
    assert step(door, "reviewer", "verify", "--visited-on", "2022-06-21", "--found", SEEN, now="06-21") == "verified"
    assert step(door, "director", "strike-off", now="06-22") == "struck_off"
    again = ("--reason", "排口再次出水。", "--refile-on", "2022-10-01")
    assert step(door, "reviewer", "relapse", *again, now="09-01") == "rectifying"
    assert step(door, "clerk1", "apply", "--progress", DONE, now="09-20") == "applied"
    assert step(door, "reviewer", "verify", "--visited-on", "2022-09-21", "--found", SEEN, now="09-21") == "verified"
    assert step(door, "director", "strike-off", now="09-22") == "struck_off"
    visit = ("--visited-on", "2023-03-22", "--found", "现场未再反弹。")
    closed = door.data("reviewer", "problem", "look-back", 1, *visit, now="2023-03-22T09:00")
    assert closed["outcomes"][0]["state"] == "closed"
    _told_whole(door)
    with door.world.database.read() as connection:
        assert verify(connection, door.world.office_id) == []


def _told_whole(door: Door) -> None:
    """The history of the relapsed problem is kept, rounds and visits alike."""
    told = door.data("director", "problem", "show", 1, now="2023-03-23T09:00")
    assert [event["action"] for event in told["story"]["events"]] == [
        "start", "report", "apply", "return", "apply", "verify", "strike_off", "relapse", "apply", "verify", "strike_off", "look_back",
    ]  # fmt: skip
    assert [(visit["action"], visit["round"], visit["visited_on"]) for visit in told["visits"]] == [
        ("verify", 2, "2022-06-21"), ("verify", 3, "2022-09-21"), ("look_back", 3, "2023-03-22"),
    ]  # fmt: skip
    assert [(report["round"], report["percent"]) for report in told["story"]["reports"]] == [
        (1, 30), (1, 100), (2, 100), (3, 100),
    ]  # fmt: skip
    wanted = {
        "state": "closed", "relapses": 1, "returns": 1, "due_on": "2022-10-01", "original_due_on": "2022-06-30",
        "struck_off_on": "2022-09-22", "look_back_on": "2023-03-22", "measures": "改造错接管网。",
    }  # fmt: skip
    assert {name: told[name] for name in wanted} == wanted


def test_every_action_of_the_flow_is_a_verb_with_what_it_asks_for(door: Door) -> None:
    verbs = door.run("clerk1", "problem", "-h").out
    flow = shipped("problem_ledger")
    assert [action for action in flow.actions if f"  {action.replace('_', '-')} " not in verbs] == []
    register(door)
    for words in (("start", 1), ("verify", 1, "--found", SEEN), ("return", 1, "--reason", "管网未改到位。"),
                  ("forward", 1), ("report", 1, "--progress", DONE)):  # fmt: skip
        said = door.run("clerk1", "problem", *words)
        assert (said.code, "Missing option" in said.err) == (2, True)


def test_verb_speaks_of_the_version_one_saw_and_of_a_problem_one_may_see(door: Door) -> None:
    register(door)
    measures = ("--measures", "改造错接管网。")
    door.refuses(3, "E-409", "clerk1", "problem", "start", 1, *measures, "--version", 2, now=day("06-11"))
    door.refuses(4, "E-404", "clerk3", "problem", "start", 1, *measures, now=day("06-11"))
    door.refuses(4, "E-404", "clerk1", "problem", "start", 9, *measures, now=day("06-11"))
    door.refuses(1, "E-403", "clerk2", "problem", "start", 1, *measures, now=day("06-11"))
    door.refuses(1, "E-S01", "director", "problem", "strike-off", 1, now=day("06-11"))


def test_registering_is_refused_in_one_sentence(door: Door) -> None:
    words = ("problem", "register", "--source", "public", "--title", "直排", "--found-on", "2022-06-01")
    given = (*words, "--due", "2022-06-30", "--unit")
    found = door.refuses(1, "E-K04", "reviewer", *given, "市水利厅")
    assert CO in found["remedy"]
    door.refuses(1, "E-K06", "reviewer", *words, "--due", "2022-06-09", "--unit", LEAD)
    door.refuses(1, "E-403", "clerk1", *given, LEAD)
    assert door.run("reviewer", *words, "--unit", LEAD).code == 2
    door.refuses(4, "E-404", "reviewer", *given, LEAD, "--clause", "9.9")
    door.data("reviewer", *given, LEAD)
    found = door.refuses(1, "E-K07", "director", *given, LEAD)
    assert found["problem"] == 1


def test_other_unit_sees_nothing_and_a_co_named_unit_not_what_was_filed(door: Door) -> None:
    register(door)
    register(door, "--unit", OTHER, title="另一处")
    strike_off(door)
    lists = {
        login: [(one["number"], one["progress"]) for one in door.data(login, "problem", "list", now=day("06-21"))]
        for login in ("clerk1", "clerk2", "clerk3", "director")
    }
    assert lists == {
        "clerk1": [(1, DONE)], "clerk2": [(1, "")], "clerk3": [(2, "")], "director": [(1, DONE), (2, "")],
    }  # fmt: skip
    door.refuses(4, "E-404", "clerk3", "problem", "show", 1, now=day("06-21"))
    told = door.data("clerk2", "problem", "show", 1, now=day("06-21"))
    assert (told["visits"], told["story"]["reports"], told["story"]["events"]) == ([], [], [])
    assert [visit["found"] for visit in door.data("clerk1", "problem", "show", 1, now=day("06-21"))["visits"]] == [SEEN]


def test_list_is_narrowed_by_state_unit_source_and_lateness(door: Door) -> None:
    register(door)
    register(door, "--unit", OTHER, "--place", "荷塘区", title="另一处")
    strike_off(door)
    now = day("07-03")
    for words, numbers in (
        (("--state", "struck_off"), [1]), (("--late",), [2]), (("--unit", CO), [1]), (("--unit", OTHER), [2]),
        (("--source", "public"), []), (("--source", "film"), [1, 2]),
    ):  # fmt: skip
        found = door.data("director", "problem", "list", *words, now=now)
        assert [one["number"] for one in found] == numbers, words
    (late,) = door.data("director", "problem", "list", "--late", now=now)
    assert (late["days_late"], late["state_label"], late["place"], late["task"]) == (3, "registered", "荷塘区", 8)
    said = door.run("director", "problem", "list", "--late", now=now).out.splitlines()[1]
    assert said.split("\t") == ["2", "warning film", "另一处", OTHER, "registered", "2022-06-30", "3"]
    assert "none that you may see" in door.run("director", "problem", "list", "--source", "public").out


def test_show_tells_facts_pictures_visits_and_the_next_step(door: Door, tmp_path: Path) -> None:
    door.data("reviewer", "inspection", "record", "--title", "督查", "--held-on", "2022-06-08")
    register(door, "--place", "某河段", "--clause", "2.1", "--source-ref", "第12项", "--inspection", 1)
    file = tmp_path / "排口.png"
    file.write_bytes(png())
    strike_off(door)
    door.data("clerk2", "problem", "photo", 1, file, "--shows", "rectified", "--note", "已封堵", now=day("06-21"))
    said = door.run("clerk1", "problem", "show", 1, now=day("06-22")).out
    for line in (
        "Problem 1 · warning film · found on 2022-06-01 · registered on 2022-06-10", "Source note: 第12项", "Inspection: 1", "Place: 某河段",
        f"Units, the lead first: {LEAD}, {CO}", "Clause: 2.1", "Measures: 改造错接管网。", "Look-back: 2022-12-20",
        "Picture 1: as rectified, 排口.png (钱二, 2022-06-21 09:00) 已封堵",
        f"Visit on 2022-06-16 by 郑审核, round 1: {SEEN}",
    ):  # fmt: skip
        assert line in said
    assert "2022-06-20 09:00  王主任  strike off" in said
    assert "You may now: copy" in said


def test_looking_at_an_application_ends_the_taking_back(door: Door) -> None:
    for number, opened in ((1, False), (2, True)):
        register(door, title=f"问题{number}")
        step(door, "clerk1", "start", "--measures", "改造错接管网。", now="06-11", number=number)
        step(door, "clerk1", "apply", "--progress", DONE, now="06-15", number=number)
        if opened:
            door.data("reviewer", "problem", "show", number, now=day("06-16"))
            door.refuses(1, "E-S36", "clerk1", "problem", "take-back", number, now=day("06-16"))
        else:
            assert step(door, "clerk1", "take-back", now="06-16", number=number) == "rectifying"


def test_picture_is_told_by_its_content_and_kept_once(door: Door, tmp_path: Path) -> None:
    register(door)
    good, fake, empty = tmp_path / "排口.png", tmp_path / "假.jpg", tmp_path / "空.png"
    good.write_bytes(png())
    fake.write_bytes(png())
    empty.touch()
    photo = ("problem", "photo", 1)
    door.refuses(1, "E-F03", "clerk1", *photo, fake, "--shows", "found")
    door.refuses(1, "E-F01", "clerk1", *photo, empty, "--shows", "found")
    door.refuses(4, "E-404", "clerk3", *photo, good, "--shows", "found")
    assert not (door.world.folder / "store").exists()
    kept = door.data("clerk1", *photo, good, "--shows", "found")["file"]
    assert (kept["name"], kept["media_type"], kept["size"]) == ("排口.png", "image/png", len(png()))
    assert (door.world.folder / "store" / kept["sha256"][:2] / kept["sha256"]).read_bytes() == png()
    door.refuses(1, "E-K08", "reviewer", *photo, good, "--shows", "visit")


@pytest.mark.parametrize("dry_run", [False, True])
def test_table_with_bad_rows_is_taken_in_but_for_them(door: Door, tmp_path: Path, dry_run: bool) -> None:
    file = table(
        tmp_path / "清单.xlsx",
        row(1),
        row(2, 发现日期="六月的一天"),
        row(3, 牵头单位="市没有局"),
        row(4, 照片="排口.png"),
        row(5, 照片="没有这张.png"),
        row(6, 照片="../排口.png"),
    )
    (tmp_path / "排口.png").write_bytes(png())
    before = door.world.picture()
    words = ("problem", "import", file, *(["--dry-run"] if dry_run else []))
    said = door.run("reviewer", *words)
    assert said.code == 1
    assert "清单!F3（发现日期）" in said.out
    assert "row 4 · 问题3 · E-K04" in said.out
    assert f"2 problems {'would be ' if dry_run else ''}registered, 4 places refused." in said.out
    for place in ("row 6", "row 7"):
        assert f"{place} · {tmp_path.name} · E-K11" in said.out
    assert (door.world.folder / "store").exists() is not dry_run
    assert ("nothing was changed" in said.out) is dry_run
    if dry_run:
        assert door.world.picture() == before
        return
    assert [(one["title"], one["source"]) for one in door.world.rows("problem")] == [
        ("问题1", "film"),
        ("问题4", "film"),
    ]
    assert [(one["problem_id"], one["shows"]) for one in door.world.rows("photo")] == [(2, "found")]
    again = door.run("reviewer", *words, "--json")
    assert again.code == 1
    assert '"registered": []' in again.out
    assert again.out.count('"E-K07"') == 2


def test_table_is_only_for_the_office_and_for_an_inspection_that_is_there(door: Door, tmp_path: Path) -> None:
    file, broken = table(tmp_path / "清单.xlsx", row(1)), tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK")
    for one in (file, broken):
        door.refuses(1, "E-403", "clerk1", "problem", "import", one)
    door.refuses(4, "E-404", "reviewer", "problem", "import", file, "--inspection", 5)
    held = door.data("reviewer", "inspection", "record", "--title", "督查", "--held-on", "2022-06-08")
    assert held == {"inspection": 1}
    told = door.data("reviewer", "problem", "import", file, "--inspection", 1)
    assert told == {
        "dry_run": False, "registered": [{"row": 2, "problem": 1, "title": "问题1"}], "refused": [],
    }  # fmt: skip
    assert [line["title"] for line in door.data("director", "inspection", "show", 1)["lines"]] == ["问题1"]
    assert [one["problems"] for one in door.data("director", "inspection", "list")] == [1]
    said = door.run("director", "inspection", "show", 1).out
    assert said.startswith("Inspection 1 · 督查 · held on 2022-06-08 · recorded by 郑审核\n")
    door.refuses(1, "E-403", "clerk1", "inspection", "list")


def test_ledger_taken_out_is_read_back(door: Door, tmp_path: Path) -> None:
    register(door)
    register(door, "--unit", OTHER, title="另一处")
    strike_off(door)
    file = tmp_path / "台账.xlsx"
    assert door.data("director", "problem", "export", "--out", file, now=day("07-02"))["problems"] == 2
    sheet = load_workbook(io.BytesIO(file.read_bytes()))["问题台账"]
    cells = [[cell for cell in line if cell is not None] for line in sheet.iter_rows(values_only=True)]
    first, second = (next(line for line in cells if line and line[0] == number) for number in (1, 2))
    assert {"生活污水直排", LEAD, CO, "已销号", DONE, "2022-06-20", "2022-12-20"} <= set(first)
    assert {"另一处", OTHER, "已登记", 2} <= set(second)
    door.refuses(1, "E-F30", "director", "problem", "export", "--out", file)
    door.refuses(1, "E-F31", "director", "problem", "export", "--out", tmp_path / "台账.csv")
    mine = tmp_path / "本单位.xlsx"
    assert door.data("clerk3", "problem", "export", "--out", mine, now=day("07-02"))["problems"] == 1
    door.refuses(1, "E-403", "system", "problem", "export", "--out", tmp_path / "无权.xlsx")
    assert not (tmp_path / "无权.xlsx").exists()


def test_empty_table_is_written_and_holds_no_problem(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "导入表.xlsx"
    assert door.run("clerk1", "problem", "template", "--out", file).code == 0
    door.refuses(1, "E-P09", "reviewer", "problem", "import", file)
