"""What makes two tables the same one: what they ask, not the file's name and not the language a person reads in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands import noticefiles
from deeds import notices
from kit.door import Door
from models.errors import Refused
from models.language import speaking
from simulation.example import example_notice

if TYPE_CHECKING:
    from pathlib import Path


def test_same_file_under_another_name_and_in_another_language_is_the_same_table(tmp_path: Path) -> None:
    data, name = example_notice()
    first, second = tmp_path / name, tmp_path / "副本.txt"
    first.write_bytes(data)
    second.write_bytes(data)
    kept, digest = notices.kept_form(noticefiles.office_draft(first))
    with speaking("en"):
        again, other = notices.kept_form(noticefiles.office_draft(second))
    assert digest == other
    assert kept["sections"] == again["sections"]
    assert (kept["source_name"], again["source_name"]) == (name, "副本.txt")


def test_remark_that_a_person_changed_makes_another_table(tmp_path: Path) -> None:
    data, name = example_notice()
    (tmp_path / name).write_bytes(data)
    draft = noticefiles.read_draft(tmp_path / name)
    with speaking("en"):
        english = noticefiles.read_draft(tmp_path / name)
    assert notices.kept_form(draft)[1] != notices.kept_form(english)[1]


NOTICE = """关于印发《甲市2022年工作要点》的通知
各成员单位:
请各责任单位于每月25日前报送工作进度(签字盖章)至市甲办,由市甲办汇总报市政府。
甲市工作领导小组办公室
2022年5月7日
一、抓好工作
1.做好甲事。完成甲(市发改委、有关县市区)
"""


@pytest.fixture
def door(tmp_path: Path) -> Door:
    made = Door.of(tmp_path / "office")
    (tmp_path / "office" / "通知.txt").write_text(NOTICE, "utf-8")
    return made


def adopt(door: Door, *words: object, lang: str = "en") -> list[str]:
    said = door.run("director", "notice", "adopt", door.world.folder / "通知.txt", *words, lang=lang)
    assert said.code == 0, said
    return said.out.splitlines()


def test_adoption_names_bare_groups_and_the_command_that_opens_a_month_last(door: Door) -> None:
    lines = adopt(door)
    assert lines[-2].startswith("“有关县市区” has no roster: duban unit group set")
    assert lines[-1] == "No month of it is open. Open one with: duban period open YYYY-MM --notice 2"
    assert door.data("director", "period", "open", "2022-07", "--notice", 2)["tasks"] == 1
    door.data("director", "unit", "group", "set", "有关县市区", "甲县")
    again = adopt(door)
    assert again[0] == "Adopted before; only what was missing is added."
    assert again[-1] == "Add the new tasks to the month that is open: duban period open 2022-07 --notice 2"
    assert adopt(door)[-1] == "Notice 2: 0 clauses, 0 responsibilities."


def test_no_line_of_an_adoption_begins_with_or_holds_a_stray_space(door: Door) -> None:
    adopt(door)
    lines = adopt(door, lang="zh")
    assert [line for line in lines if line != line.strip() or "。 " in line] == []


def test_month_is_opened_with_the_adoption_and_its_due_date_rolled_as_the_settings_say(door: Door) -> None:
    with (door.world.folder / "duban.toml").open("a", encoding="utf-8") as settings:
        settings.write('[times]\nroll = "before"\n')
    lines = adopt(door, "--open", "2022-06")
    assert lines[-1] == "2022-06 is open: 1 tasks, due 2022-06-24."
    file = door.world.folder / "通知.txt"
    found = door.data("director", "notice", "adopt", file, "--open", "2022-06")
    assert (found["existed"], found["opened"]["existed"], found["opened"]["due_on"]) == (True, True, "2022-06-24")
    deeds = [(event["action"], event["result"]) for event in door.world.events()][-2:]
    assert deeds == [("notice.adopt", "done"), ("period.open", "done")]


def test_adoption_and_opening_happen_both_or_neither(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_month(*_anything: object, **_more: object) -> None:
        raise Refused("E-D01", "no such month")

    monkeypatch.setattr("deeds.notices.open_in", no_month)
    before = door.world.picture()
    said = door.run("director", "notice", "adopt", door.world.folder / "通知.txt", "--open", "2022-06")
    assert said.code == 1
    assert door.world.picture() == before


def test_only_a_director_adopts_and_opens(door: Door) -> None:
    file = door.world.folder / "通知.txt"
    door.refuses(1, "E-403", "reviewer", "notice", "adopt", file, "--open", "2022-06")


def test_adopter_is_shown_by_name_in_the_list_and_in_the_refusal_of_another_table(door: Door) -> None:
    adopt(door)
    shown = door.run("reviewer", "notice", "show").out
    assert shown.count("王主任") == 2
    assert "director" not in shown
    assert {row["adopted_by"] for row in door.data("reviewer", "notice", "show")} == {"director"}
    (door.world.folder / "通知.txt").write_text(NOTICE.replace("完成甲", "完成乙"), "utf-8")
    refusal = door.refuses(1, "E-N03", "director", "notice", "adopt", door.world.folder / "通知.txt")
    assert "王主任" in refusal["what"]


@pytest.mark.parametrize("count", [3, 5])
def test_of_remarks_of_one_kind_the_first_three_are_said_and_where_the_others_are(door: Door, count: int) -> None:
    items = "".join(f"{at}.做好第{at}事。{at}月底前完成。（市发改委）\n" for at in range(6, 6 + count))
    file = door.world.folder / "dates.txt"
    file.write_text(NOTICE.rsplit("1.做好", 1)[0] + items, "utf-8")
    said = door.run("director", "notice", "read", file, lang="zh").out
    assert sum("没有写年" in line for line in said.splitlines()) == 3
    assert ("另有 2 条同类提示（W-D04），在第 10、11 行" in said) is (count > 3)
    assert ("duban notice review dates.txt --list" in said) is (count > 3)


def test_what_must_be_decided_is_said_however_often_it_stands(door: Door) -> None:
    file = door.world.folder / "nobody.txt"
    file.write_text(
        NOTICE.rsplit("1.做好", 1)[0] + "".join(f"{at}.做好第{at}事。完成建设任务。\n" for at in range(1, 7)), "utf-8"
    )
    said = door.run("director", "notice", "read", file, lang="zh").out.splitlines()
    assert sum("没有责任单位" in line for line in said) == 6


def test_warning_without_words_or_place_shows_no_empty_marks(door: Door) -> None:
    file = door.world.folder / "day.txt"
    file.write_text(
        NOTICE.replace("请各责任单位于每月25日前报送工作进度(签字盖章)至市甲办,由市甲办汇总报市政府。\n", ""), "utf-8"
    )
    said = door.run("director", "notice", "read", file, lang="zh").out
    assert "没有写报送日期" in said
    assert "“”" not in said
