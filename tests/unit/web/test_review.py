"""The reviewer's desk: the queue, one report beside an earlier one, deciding, several at once, phrases, colleagues."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import BEGIN, DUE, SmallOffice, at, small_office
from models.states import Role

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

FILED, SIGNED, NOW = at("2022-06-20 09:00"), at("2022-06-21 09:00"), at("2022-06-24 09:00")


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path)


@pytest.fixture
def desk(office: SmallOffice) -> DeskOf:
    return desk_of(office, NOW)


def waiting(office: SmallOffice, *tasks: tuple[str, str]) -> list[int]:
    """Reports that wait for review."""
    numbers = [office.tasks[task] for task in tasks]
    for number in numbers:
        office.report(number, FILED)
        office.sign(number, SIGNED)
    return numbers


def version(office: SmallOffice, task: int) -> int:
    return int(office.row("task", task)["version"])


def key(answer: Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def test_the_queue_shows_what_waits_the_longest_first_with_days_in_words(desk: DeskOf, office: SmallOffice) -> None:
    late, early = office.tasks["1.1", "市水利局"], office.tasks["2.2", "市生态环境局"]
    for task, day in ((late, at("2022-06-23 09:00")), (early, at("2022-06-20 09:00"))):
        office.report(task, day)
        office.sign(task, day)
    text = desk.person("reviewer").get("/review").text
    assert text.index(f"/review/{early}") < text.index(f"/review/{late}")
    assert "已等 4 个工作日" in text
    assert "light red" in text
    narrowed = desk.person("reviewer").get("/review?unit=市水利局").text
    assert f'href="/review/{late}?' in narrowed
    assert f"/review/{early}" not in narrowed


def test_only_the_office_reviews(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    for login in ("clerk2", "leader2", "system", "security", "audit"):
        for path in ("/review", f"/review/{task}", "/review/phrases"):
            assert desk.person(login).get(path).status_code in {403, 404}, (login, path)
    assert desk.person("director").get("/review").status_code == 200
    assert "/review" not in desk.person("clerk2").get("/").text


def test_a_report_stands_beside_the_last_months_with_falls_in_words(desk: DeskOf, office: SmallOffice) -> None:
    task = office.tasks["1.2", "市水利局"]
    row = office.row("task", task)
    month = office.add(
        "period", notice_id=office.notice_id, month="2022-05", opens_on=date(2022, 5, 1), due_on=date(2022, 5, 25),
        closes_on=date(2022, 6, 1), state="closed",
    )  # fmt: skip
    before = office.add(
        "task", **{name: row[name] for name in ("flow_sha256", "responsibility_id", "clause_id", "unit_id")}, state="aggregated",
        stage="aggregated", period_id=month, entered_at=BEGIN, opened_on=date(2022, 5, 1), due_on=date(2022, 5, 25),
        original_due_on=date(2022, 5, 25), report_number=1, due_revision=1, round=1, version=1, late_days=0, back_to="",
    )  # fmt: skip
    office.add(
        "report", task_id=before, number=1, round=1, progress="新建污水管网三公里。", percent=60, no_progress=False, reason="",
        problems="", next_steps="", values=[], filed_by=office.people["clerk2"], filed_at=BEGIN, content_sha256="0" * 64,
    )  # fmt: skip
    waiting(office, ("1.2", "市水利局"))
    text = desk.person("reviewer").get(f"/review/{task}").text
    assert "新建污水管网三公里。" in text
    assert "下降 20 个百分点" in text
    assert "<ins>" in text
    assert "<del>" in text
    assert "新建污水管网十公里" in text


def test_earlier_rounds_stand_there_with_why_they_were_returned(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    office.give_back(task, NOW, DUE)
    office.report(task, NOW)
    office.sign(task, NOW)
    text = desk.person("reviewer").get(f"/review/{task}").text
    assert "进展不具体，请补充数据。" in text
    assert "本月第 1 版（第 1 轮）" in text


def test_approving_moves_on_to_the_next(desk: DeskOf, office: SmallOffice) -> None:
    first, second = waiting(office, ("1.1", "市水利局"), ("1.2", "市水利局"))
    person = desk.person("reviewer")
    assert "E-H61" in person.post(f"/review/{first}", action="approve", key="k0").text  # not as somebody else left it
    given = {"action": "approve", "version": version(office, first), "key": "k1"}
    answer = person.post(f"/review/{first}", **given)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/{second}")
    assert office.row("task", first)["state"] == "reviewed"
    assert person.post(f"/review/{first}", **given).status_code == 303  # the same key is the same deed
    assert len(office.rows("event", action="approve", object_id=first)) == 1
    last = person.post(f"/review/{second}", action="approve", version=version(office, second), key="k2")
    assert last.headers["location"] == "/review"


def test_returning_takes_a_reason_a_proposed_working_day_and_a_phrase_behind_it(
    desk: DeskOf, office: SmallOffice
) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    person = desk.person("reviewer")
    assert 'value="2022-06-29"' in person.get(f"/review/{task}").text  # three working days after a Friday
    given = {"action": "return", "version": version(office, task), "refile_on": "2022-06-29"}
    person.post(f"/review/{task}", reason="请补充数据来源。", phrase="进展不具体。", **given)
    row = office.row("task", task)
    assert (row["state"], row["round"], row["due_on"]) == ("returned", 2, date(2022, 6, 29))
    assert office.rows("event", action="return")[0]["reason"] == "请补充数据来源。\n进展不具体。"


def test_what_is_refused_stands_there_again_as_it_was_typed(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    given = {"action": "return", "version": version(office, task), "reason": "请补充一处数据来源"}
    answer = desk.person("reviewer").post(f"/review/{task}", refile_on="2022-06-01", **given)
    assert answer.status_code >= 400
    assert "请补充一处数据来源</textarea>" in answer.text
    assert 'value="2022-06-01"' in answer.text
    assert office.row("task", task)["state"] == "signed_stamped"


def test_whoever_comes_second_is_told_who_and_when_and_keeps_their_words(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    seen = version(office, task)
    person = desk.person("reviewer")
    assert "notice" not in person.get(f"/review/{task}/watch?version={seen}").text
    office.act("reviewer", "approve", task, NOW)
    watched = person.get(f"/review/{task}/watch?version={seen}", **{"HX-Request": "true"}).text
    assert "郑审核" in watched
    answer = person.post(
        f"/review/{task}", action="return", version=seen, reason="写了很久的理由", refile_on="2022-06-29"
    )
    assert answer.status_code == 409
    assert "郑审核" in answer.text
    assert "写了很久的理由" in answer.text
    assert office.row("task", task)["state"] == "reviewed"


def test_who_else_has_it_open_is_said_for_a_while(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    desk.person("director").get(f"/review/{task}")
    assert "王主任 也打开了这一项" in desk.person("reviewer").get(f"/review/{task}").text
    desk.clock.now = at("2022-06-24 09:05")
    assert "王主任 也打开了这一项" not in desk.person("reviewer").get(f"/review/{task}").text


def test_what_one_filed_or_signed_oneself_is_shown_as_such_and_not_offered(desk: DeskOf, office: SmallOffice) -> None:
    mine, other = waiting(office, ("1.1", "市水利局"), ("2.2", "市生态环境局"))
    office.add(
        "duty", person_id=office.people["clerk2"], role=Role.REVIEWER.value, unit_id=None, valid_from=BEGIN.date()
    )
    person = desk.person("clerk2")
    listed = person.get("/review").text
    assert "您填报或签过这一项，须由他人审核。" in listed
    assert f'value="{mine}:' not in listed
    assert f'value="{other}:' in listed
    assert "data-yes" not in person.get(f"/review/{mine}").text
    assert "data-yes" in person.get(f"/review/{other}").text


def test_several_are_tried_first_and_passed_only_when_that_was_seen(desk: DeskOf, office: SmallOffice) -> None:
    first, second = waiting(office, ("1.1", "市水利局"), ("1.2", "市水利局"))
    ticked = [f"{first}:{version(office, first)}", f"{second}:1"]  # the second was changed since
    person = desk.person("reviewer")
    tried = person.post("/review/batch", task=ticked)
    assert "这 2 项中，1 项可以通过，1 项不能" in tried.text
    assert office.row("task", first)["state"] == "signed_stamped"
    done = person.post("/review/batch", task=ticked, sure="1")
    assert "2 项中已通过 1 项" in done.text
    assert (office.row("task", first)["state"], office.row("task", second)["state"]) == ("reviewed", "signed_stamped")


def test_a_units_whole_month_is_one_list(desk: DeskOf, office: SmallOffice) -> None:
    waiting(office, ("1.1", "市水利局"), ("1.2", "市水利局"), ("2.2", "市生态环境局"))
    person = desk.person("reviewer")
    tried = person.post("/review/batch", whole="1", unit="市水利局", month="2022-06")
    assert "这 2 项中，2 项可以通过，0 项不能" in tried.text
    assert person.post("/review/batch").status_code == 422


def test_phrases_are_the_offices_and_the_used_come_first(desk: DeskOf, office: SmallOffice) -> None:
    (task,) = waiting(office, ("1.1", "市水利局"))
    person = desk.person("reviewer")
    assert "进展不具体" in person.get("/review/phrases").text  # proposed while there is none
    person.post("/review/phrases", texts="请补充佐证材料。\n数据前后不一致，请核对。\n请补充佐证材料。")
    assert [row["text"] for row in office.rows("phrase")] == ["请补充佐证材料。", "数据前后不一致，请核对。"]
    office.act("reviewer", "return", task, NOW, reason="数据前后不一致，请核对。", refile_on=date(2022, 6, 29))
    text = person.get("/review/phrases").text
    assert text.index("数据前后不一致") < text.index("请补充佐证材料")
    person.post("/review/phrases/1", do="change", text="请补充现场照片。")
    person.post("/review/phrases/2", do="end")
    in_use = [row["text"] for row in office.rows("phrase") if row["ended_at"] is None]
    assert in_use == ["请补充现场照片。"]
    assert len(office.rows("event", action="phrase.change")) == 5
    assert person.post("/review/phrases", texts="长" * 201).status_code == 422
