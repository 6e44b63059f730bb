"""A clerk's month in the browser: what is to be done, filling in, drafts, all on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import desk_of
from kit.office import OPENS, at, small_office
from models.states import Action

if TYPE_CHECKING:
    from pathlib import Path

    from kit.desk import DeskOf

NOW = at("2022-06-10 10:00")


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


def task(desk: DeskOf, clause: str = "1.1", unit: str = "市发改委") -> int:
    return desk.office.tasks[clause, unit]


def typed(number: int, version: int = 1, **fields: str) -> dict[str, str]:
    given = {"progress": "已清理三公里。", "percent": "40", **fields}
    return {f"t{number}-version": str(version)} | {f"t{number}-{name}": text for name, text in given.items()}


def drafts(desk: DeskOf) -> list[dict[str, Any]]:
    return desk.office.rows("report_draft")


def test_the_month_shows_the_units_own_tasks_in_the_order_of_the_notice(desk: DeskOf) -> None:
    text = desk.person("clerk1").get("/filing").text
    assert text.index("<strong>1.1</strong>") < text.index("<strong>2.1</strong>")
    assert "<strong>1.2</strong>" not in text
    assert "市发改委：2022年6月" in text
    assert 'href="/filing"' in text


def test_a_month_or_unit_that_is_not_ones_own_is_not_there(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert browser.get("/filing?unit=市水利局").status_code == 404
    assert browser.get("/filing?month=2021-01").status_code == 404
    assert browser.get(f"/filing/{task(desk, '2.2', '市生态环境局')}").status_code == 404
    assert browser.get(f"/filing/{task(desk, '1.1', '市水利局')}").status_code == 404  # named beside, not ours
    assert desk.person("reviewer").get("/filing").status_code == 403
    assert desk.person("reviewer").get(f"/filing/{task(desk)}").status_code == 404


def test_receive_all_receives_each_and_says_which_could_not(desk: DeskOf) -> None:
    browser, numbers = desk.person("clerk1"), [task(desk), task(desk, "2.1")]
    done = browser.post("/filing/receive", month="2022-06", unit="市发改委", task=numbers, key="k")
    assert done.status_code == 303
    assert all(desk.office.row("task", number)["received_at"] for number in numbers)
    again = browser.post("/filing/receive", month="2022-06", unit="市发改委", task=numbers, key="k")
    assert again.status_code == 303  # the same press of the button, answered as the first time
    other = browser.post("/filing/receive", month="2022-06", unit="市发改委", task=[*numbers, 9999], key="j")
    assert other.status_code == 200
    assert "该任务已签收" in other.text
    assert "9999" in other.text


def test_a_report_is_filed_under_the_version_that_was_seen(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    given = typed(number, percent="４０％", problems="汛期", next_steps="继续")
    done = browser.post(f"/filing/{number}", key="k", **given)
    assert done.status_code == 303
    (report,) = desk.office.rows("report", task_id=number)
    assert (report["progress"], report["percent"], report["problems"]) == ("已清理三公里。", 40, "汛期")
    assert desk.office.rows("event", action="report", object_id=number)[0]["operation_id"] == "k"
    assert browser.post(f"/filing/{number}", key="k", **given).status_code == 303
    assert "E-H80" in browser.post(f"/filing/{number}", key="k", **typed(number, progress="另一段")).text
    assert len(desk.office.rows("report", task_id=number)) == 1


def test_a_refusal_keeps_what_was_typed_in_the_form_and_as_a_draft(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    refused = browser.post(f"/filing/{number}", **typed(number, percent="一半", progress="修了<b>堤</b>"))
    assert refused.status_code == 409
    assert "E-V02" in refused.text
    assert "修了&lt;b&gt;堤&lt;/b&gt;" in refused.text
    assert 'value="一半"' in refused.text
    assert drafts(desk)[0]["fields"]["percent"] == "一半"
    part = browser.post(f"/filing/{number}", part=True, **typed(number, percent="一半"))
    assert "<form" not in part.text
    assert "E-V02" in part.text


def test_who_comes_second_finds_what_they_typed_on_any_computer(desk: DeskOf) -> None:
    office, number = desk.office, task(desk)
    second = office.add(
        "person", login="clerk1b", name="赵乙", email="", password_hash="", code_hash="", active=True, failed_logins=0,
        created_at=NOW,
    )  # fmt: skip
    office.people["clerk1b"] = second
    office.add("duty", person_id=second, role="clerk", unit_id=office.units["市发改委"], valid_from=OPENS)
    quick, slow = desk.person("clerk1b"), desk.person("clerk1")
    slow.post(f"/filing/{number}/draft", part=True, **typed(number, progress="自动留存的半句。"))
    assert quick.post(f"/filing/{number}", **typed(number, progress="同事先报的。")).status_code == 303
    told = slow.post(f"/filing/{number}", **typed(number, progress="慢一步写的<两段>话。"))
    assert told.status_code == 409
    assert all(said in told.text for said in ("E-409", "赵乙", "2022-06-10 10:00", "慢一步写的&lt;两段&gt;话。"))
    assert [row["number"] for row in office.rows("report", task_id=number)] == [1]
    elsewhere = desk.person("clerk1").get(f"/filing/{number}").text
    assert "慢一步写的&lt;两段&gt;话。" in elsewhere
    assert "同事先报的。" in elsewhere
    assert "慢一步" not in desk.person("clerk1b").get(f"/filing/{number}").text
    slow.post(f"/filing/{number}/discard")
    assert "慢一步" not in desk.person("clerk1").get(f"/filing/{number}").text


def test_no_progress_takes_its_reason_and_every_indicator_a_value_or_why_not(desk: DeskOf) -> None:
    number, office = task(desk), desk.office
    clause = office.row("task", number)["clause_id"]
    indicator = office.add(
        "indicator", clause_id=clause, name="污水管网", op=">=", value=10.0, unit="公里", quote="十公里"
    )
    browser = desk.person("clerk1")
    assert "E-V04" in browser.post(f"/filing/{number}", **typed(number)).text
    assert "E-V05" in browser.post(f"/filing/{number}", **typed(number, **{f"value-{indicator}": "三"})).text
    given = {"progress": "", "no_progress": "1", "reason": "方案尚未批复", f"why-{indicator}": "尚未开工"}
    assert browser.post(f"/filing/{number}", **typed(number, **given)).status_code == 303
    (report,) = office.rows("report", task_id=number)
    assert report["no_progress"]
    assert report["values"] == [{"indicator_id": indicator, "value": None, "reason": "尚未开工"}]


def test_a_report_begins_with_last_months_words_and_is_not_lowered_by_a_slip(desk: DeskOf) -> None:
    number, office = last_month_reported(desk)
    browser = desk.person("clerk1")
    page = browser.get(f"/filing/{number}").text
    assert "上月" in page
    assert "已完成清理三公里。" in page
    assert 'data-last="40"' in page
    lower = browser.post(f"/filing/{number}", **typed(number, percent="30"))
    assert "E-H32" in lower.text
    assert office.rows("report", task_id=number) == []
    assert browser.post(f"/filing/{number}", **typed(number, percent="30", lower="1")).status_code == 303


def last_month_reported(desk: DeskOf) -> tuple[int, Any]:
    """The first task of July, with June's report behind it."""
    from datetime import date

    from kit.office import add_month

    office = desk.office
    office.report(task(desk), NOW)
    with office.database.write(office.office_id) as connection:
        period = add_month(connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 25), date(2022, 8, 1), NOW)
    (row,) = [one for one in office.rows("task", period_id=period) if one["clause_id"] == 1 and one["unit_id"] == 1]
    return row["id"], office


def test_a_returned_report_shows_why_and_begins_with_what_was_filed(desk: DeskOf) -> None:
    number, office = task(desk), desk.office
    office.report(number, NOW)
    office.sign(number, NOW)
    office.give_back(number, NOW, refile_on=at("2022-06-20 00:00").date())
    page = desk.person("clerk1").get(f"/filing/{number}").text
    assert "进展不具体，请补充数据。" in page
    assert "已完成清理三公里。" in page
    version = office.row("task", number)["version"]
    assert desk.person("clerk1").post(f"/filing/{number}", **typed(number, version)).status_code == 303


def test_a_stale_screen_is_told_who_acted_and_keeps_the_words(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    desk.office.act("clerk1", Action.RECEIVE, number, NOW)
    late = browser.post(f"/filing/{number}", **typed(number, 1, progress="我的文字"))
    assert late.status_code == 409
    assert "赵一" in late.text
    assert "我的文字" in late.text
    page = browser.get(f"/filing/{number}").text
    assert "我的文字" in page
    assert "赵一 2022-06-10 10:00 签收" in page


def test_withdraw_opens_the_form_again_with_what_was_filed(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    desk.office.report(number, NOW)
    month = browser.get("/filing").text
    assert "· 40%" in month
    assert "已完成清理三公里。" in month  # for the printed month
    page = browser.get(f"/filing/{number}").text
    assert f"/filing/{number}/withdraw" in page
    assert f'name="t{number}-progress"' not in page
    assert browser.post(f"/filing/{number}/withdraw", version=2).headers["location"] == f"/filing/{number}"
    assert desk.office.row("task", number)["state"] == "assigned"
    assert "已完成清理三公里。" in browser.get(f"/filing/{number}").text


def test_a_draft_is_kept_for_its_person_alone_and_gone_when_it_is_reported(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    said = browser.post(f"/filing/{number}/draft", part=True, **typed(number, progress="写了一半"))
    assert "10:00" in said.text
    assert "<" in said.text
    assert "写了一半" in desk.person("clerk1").get(f"/filing/{number}").text  # another computer
    assert "写了一半" not in desk.person("leader1").get(f"/filing/{number}").text
    assert len(drafts(desk)) == 1
    browser.post(f"/filing/{number}/draft", part=True, **typed(number, progress="又写了一些"))
    assert [row["fields"]["progress"] for row in drafts(desk)] == ["又写了一些"]
    assert [row for row in desk.office.rows("event") if "draft" in row["action"]] == []
    assert browser.post(f"/filing/{number}", **typed(number)).status_code == 303
    assert drafts(desk) == []


def test_a_draft_can_be_thrown_away_and_has_its_limits(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), task(desk)
    browser.post(f"/filing/{number}/draft", part=True, **typed(number))
    browser.post(f"/filing/{number}/discard")
    assert drafts(desk) == []
    long = dict.fromkeys(("progress", "problems", "next_steps"), "长" * 19000)
    assert "E-H31" in browser.post(f"/filing/{number}/draft", part=True, **typed(number, **long)).text
    assert desk.person("clerk2").post(f"/filing/{number}/draft", part=True, **typed(number)).status_code == 404
    desk.office.report(number, NOW)
    assert "E-H30" in browser.post(f"/filing/{number}/draft", part=True, **typed(number)).text
    assert drafts(desk) == []


def test_all_on_one_page_keeps_what_is_right_and_says_the_rest_beside_its_task(desk: DeskOf) -> None:
    browser, one, two = desk.person("clerk1"), task(desk), task(desk, "2.1")
    assert browser.get("/filing/all").text.count("<fieldset") == 2
    given = typed(one) | typed(two, percent="", progress="台账已建")
    answer = browser.post("/filing/all", part=True, month="2022-06", unit="市发改委", key="k", **given)
    assert answer.status_code == 200
    assert desk.office.row("task", one)["state"] == "reported"
    assert desk.office.row("task", two)["state"] == "assigned"
    assert answer.text.count("<fieldset") == 1
    assert "E-V02" in answer.text
    assert "台账已建" in answer.text
    rest = browser.post("/filing/all", month="2022-06", unit="市发改委", key="j", **typed(two))
    assert rest.status_code == 303


def test_one_of_all_can_be_reported_alone_and_the_others_keep_their_words(desk: DeskOf) -> None:
    browser, one, two = desk.person("clerk1"), task(desk), task(desk, "2.1")
    given = typed(one) | typed(two, progress="还没写完")
    answer = browser.post("/filing/all", month="2022-06", unit="市发改委", only=str(one), **given)
    assert desk.office.row("task", one)["state"] == "reported"
    assert desk.office.row("task", two)["state"] == "assigned"
    assert "还没写完" in answer.text


def test_leaders_see_the_month_and_fill_in_nothing(desk: DeskOf) -> None:
    browser, number = desk.person("leader1"), task(desk)
    assert browser.get("/filing").status_code == 200
    assert "<fieldset" not in browser.get(f"/filing/{number}").text
    assert browser.post(f"/filing/{number}", **typed(number)).status_code == 403
    assert desk.office.rows("event", result="denied")


def test_a_closed_month_is_read_only(desk: DeskOf) -> None:
    number = task(desk)
    desk.office.change("period", 1, state="closed")
    assert "<fieldset" not in desk.person("clerk1").get(f"/filing/{number}").text
    assert "E-S23" in desk.person("clerk1").post(f"/filing/{number}", **typed(number)).text
