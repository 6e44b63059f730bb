"""The leader's desk: papers read as they are printed, reports confirmed in the system, substitutes, panels, the viewer."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING, Any

import pytest

from documents.evidence.drawing import draw
from documents.form import form_pdf
from documents.scan import PDF
from kit.desk import DeskOf, desk_of
from kit.flows import Walker, walker
from kit.office import SmallOffice, at, small_office
from kit.world import NOON, refused
from models.errors import BadInput
from models.states import EvidenceKind, Role
from models.store import Store
from models.times import local_date
from workflow import periods
from workflow.calendar_store import load_calendar
from workflow.filings import StoredFile, attach
from workflow.gathering import form_facts

if TYPE_CHECKING:
    from pathlib import Path

FILED, NOW = at("2022-06-20 09:00"), at("2022-06-24 09:00")
PAPER = "/sign/paper?month=2022-06&unit=市水利局"


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path)


@pytest.fixture
def desk(office: SmallOffice) -> DeskOf:
    return desk_of(office, NOW)


def over(walk: Walker) -> DeskOf:
    return desk_of(walk.world, NOON)


# —— 纸质 ——


def test_a_leader_has_the_form_made_and_reads_it_as_it_is_printed(desk: DeskOf, office: SmallOffice) -> None:
    office.report(office.tasks["1.1", "市水利局"], FILED)
    leader = desk.person("leader2")
    assert "2022-06" in leader.get("/sign").text
    before = leader.get(PAPER).text
    assert "已完成清理三公里。" in before
    assert "钱二" in before  # whoever can take the report back is named
    assert leader.post("/sign/paper", month="2022-06", unit="市水利局").status_code == 303
    (form,) = office.rows("filing")
    pages = re.findall(r'src="(/sign/form/[^"]+)"', leader.get(PAPER).text)
    assert pages[0] == f"/sign/form/{form['check_code']}/1"
    picture = leader.get(pages[0])
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert desk.person("leader1").get(pages[0]).status_code == 404
    assert leader.get(f"/sign/form/{form['check_code']}/99").status_code == 404


def test_what_was_filed_after_the_form_was_made_is_told_before_anybody_signs(desk: DeskOf, office: SmallOffice) -> None:
    office.report(office.tasks["1.1", "市水利局"], FILED)
    leader = desk.person("leader2")
    leader.post("/sign/paper", month="2022-06", unit="市水利局")
    office.report(office.tasks["1.2", "市水利局"], FILED)
    text = leader.get(PAPER).text
    assert "1 项是制表后才填报的" in text
    assert "/forms/attach" not in text


def test_a_leader_sends_one_report_back_and_the_clerk_reads_why(desk: DeskOf, office: SmallOffice) -> None:
    first, second = office.tasks["1.1", "市水利局"], office.tasks["1.2", "市水利局"]
    office.report(first, FILED)
    office.report(second, FILED)
    leader = desk.person("leader2")
    leader.post("/sign/paper", month="2022-06", unit="市水利局")
    text = leader.get(PAPER).text
    assert f'action="/sign/paper/{first}"' in text
    given = {
        "month": "2022-06",
        "unit": "市水利局",
        "action": "send_back",
        "version": office.row("task", first)["version"],
    }
    answer = leader.post(f"/sign/paper/{first}", **given, reason="里程与台账不一致，请核对。")
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign/paper")
    assert (office.row("task", first)["state"], office.row("task", first)["round"]) == ("assigned", 1)
    (event,) = office.rows("event", action="send_back")
    assert (event["actor"], event["reason"]) == ("leader2", "里程与台账不一致，请核对。")
    (message,) = office.rows("message", event="sent_back")
    assert message["recipient_id"] == office.people["clerk2"]
    assert message["fields"]["reason"] == "里程与台账不一致，请核对。"
    # the form that was printed over both is void, and the other report still waits
    text = leader.get(PAPER).text
    assert "/sign/form/" not in text
    assert f'action="/sign/paper/{second}"' in text
    assert f'action="/sign/paper/{first}"' not in text
    clerk = desk.person("clerk2")
    for page in ("/filing", f"/filing/{first}", "/filing/all"):
        assert "里程与台账不一致，请核对。" in clerk.get(page).text, page
    assert "里程与台账不一致" not in clerk.get(f"/filing/{second}").text


def test_sent_back_in_a_later_round_it_stands_returned_with_the_leaders_reason_and_not_the_offices(
    desk: DeskOf, office: SmallOffice
) -> None:
    task = office.tasks["1.1", "市水利局"]
    office.report(task, FILED)
    office.sign(task, FILED)
    office.give_back(task, FILED, date(2022, 6, 29))
    office.report(task, FILED)
    leader = desk.person("leader2")
    given = {
        "month": "2022-06",
        "unit": "市水利局",
        "action": "send_back",
        "version": office.row("task", task)["version"],
    }
    answer = leader.post(f"/sign/paper/{task}", **given, reason="里程与台账不一致，请核对。")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign")
    assert (office.row("task", task)["state"], office.row("task", task)["round"]) == ("returned", 2)
    assert office.row("task", task)["due_on"] == date(2022, 6, 29)
    text = desk.person("clerk2").get(f"/filing/{task}").text
    assert "里程与台账不一致，请核对。" in text
    assert "进展不具体，请补充数据。" not in text


def test_a_refused_or_overtaken_sending_back_keeps_the_reason(desk: DeskOf, office: SmallOffice) -> None:
    task, other = office.tasks["1.1", "市水利局"], office.tasks["1.2", "市水利局"]
    office.report(task, FILED)
    leader = desk.person("leader2")
    given = {
        "month": "2022-06",
        "unit": "市水利局",
        "action": "send_back",
        "version": office.row("task", task)["version"],
    }
    short = leader.post(f"/sign/paper/{task}", **given, reason="否")
    assert (short.status_code, "否</textarea>" in short.text) == (409, True)
    office.act("clerk2", "withdraw", task, NOW)
    late = leader.post(f"/sign/paper/{task}", **given, reason="里程与台账不一致，请核对。")
    assert (late.status_code, "里程与台账不一致，请核对。" in late.text) == (409, True)
    office.report(other, NOW)
    late = leader.post(f"/sign/paper/{task}", **given, reason="里程与台账不一致，请核对。")
    assert (late.status_code, "里程与台账不一致，请核对。" in late.text) == (409, True)
    assert office.row("task", task)["state"] == "assigned"
    for login in ("clerk2", "leader1"):
        answer = desk.person(login).post(f"/sign/paper/{other}", **given, reason="里程与台账不一致，请核对。")
        assert answer.status_code in {403, 404, 409}, login
    assert office.row("task", other)["state"] == "reported"


def test_last_months_form_stands_beside_this_months(desk: DeskOf, office: SmallOffice) -> None:
    leader = desk.person("leader2")
    office.report(office.tasks["1.1", "市水利局"], FILED)
    leader.post("/sign/paper", month="2022-06", unit="市水利局")
    (june,) = office.rows("filing")
    signed_paper(desk, office, june)
    july = at("2022-07-20 09:00")
    with office.database.write(office.office_id) as connection:
        calendar = load_calendar(connection, office.office_id)
        periods.open_period(
            connection, office.office_id, office.actor("director"), office.notice_id, "2022-07", calendar, july
        )
    wanted = office.row("task", office.tasks["1.1", "市水利局"])
    (task,) = [
        row["id"] for row in office.rows("task", clause_id=wanted["clause_id"], unit_id=wanted["unit_id"])
        if row["period_id"] != wanted["period_id"]
    ]  # fmt: skip
    desk.clock.now = july
    leader = desk.person("leader2")
    office.act("clerk2", "report", task, july, progress="已完成清理九公里。", percent=55)
    assert leader.post("/sign/paper", month="2022-07", unit="市水利局").status_code == 303
    (form,) = [row for row in office.rows("filing") if row["id"] != june["id"]]
    text = leader.get("/sign/paper?month=2022-07&unit=市水利局").text
    assert "上期（2022-06）" in text
    pages = list(dict.fromkeys(re.findall(r'src="(/sign/form/[^"]+)"', text)))
    assert pages == [f"/sign/form/{form['check_code']}/1", f"/sign/form/{june['check_code']}/1"]
    assert all(leader.get(page).content.startswith(b"\x89PNG") for page in pages)
    assert "上升 15 个百分点" in text
    assert "<ins>" in text  # what changed since last month


def signed_paper(desk: DeskOf, office: SmallOffice, form: dict[str, Any]) -> str:
    """The printed form itself as the signed paper, attached by the leader; its SHA-256."""
    with office.database.read() as connection:
        made = form_pdf(form_facts(connection, office.office_id, form["id"]))
    stored = StoredFile(Store(desk.site.settings.store_dir).put(made), "签章件.pdf", PDF, len(made))
    with office.database.write(office.office_id) as connection:
        attach(
            connection, office.office_id, office.actor("leader2"), form["check_code"], stored, EvidenceKind.SCAN, "周二", "公章",
            NOW,
        )  # fmt: skip
    return stored.sha256


def test_only_those_whose_word_is_waited_for_come_here(desk: DeskOf, office: SmallOffice) -> None:
    office.report(office.tasks["1.1", "市水利局"], FILED)
    for login in ("clerk2", "reviewer", "director", "audit"):
        assert desk.person(login).get("/sign").status_code == 403, login
    assert desk.person("leader1").get(PAPER).status_code == 404
    assert "目前没有需要您办理的事项" in desk.person("leader1").get("/sign").text


# —— 系统内确认 ——


def test_a_leader_confirms_in_the_system(tmp_path: Path) -> None:
    walk = walker(tmp_path, "internal_report")
    walk.take("report", "clerk1")
    desk = over(walk)
    leader = desk.person("leader1")
    assert f"/sign/{walk.task_id}" in leader.get("/sign").text
    text = leader.get(f"/sign/{walk.task_id}").text
    assert "确认" in text
    assert "不同意" in text
    answer = leader.post(f"/sign/{walk.task_id}", action="confirm", version=walk.task.version, key="k")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign")
    assert walk.task.state == "confirmed"
    assert f"/review/{walk.task_id}" in desk.person("reviewer").get("/review").text


def test_a_leader_who_disagrees_says_why_and_a_refusal_keeps_the_words(tmp_path: Path) -> None:
    walk = walker(tmp_path, "internal_report")
    walk.take("report", "clerk1")
    leader = over(walk).person("leader1")
    short = leader.post(f"/sign/{walk.task_id}", action="send_back", version=walk.task.version, reason="否")
    assert short.status_code == 409
    assert "否</textarea>" in short.text
    leader.post(
        f"/sign/{walk.task_id}", action="send_back", version=walk.task.version, reason="数据与台账不一致，请核对。"
    )
    assert walk.task.state == "assigned"


def test_a_panel_shows_who_has_signed_and_the_signed_are_asked_no_more(tmp_path: Path) -> None:
    walk = walker(tmp_path, "co_signed_report")
    walk.take("report", "clerk1")
    desk = over(walk)
    leader = desk.person("leader1")
    assert "未签" in leader.get("/sign").text
    leader.post(f"/sign/{walk.task_id}", action="co_sign", version=walk.task.version)
    assert f"/sign/{walk.task_id}" not in leader.get("/sign").text
    assert f"/sign/{walk.task_id}" in desk.person("leader1b").get("/sign").text


def test_a_substitute_confirms_in_the_absent_leaders_name_and_both_are_named(tmp_path: Path) -> None:
    walk = walker(tmp_path, "internal_report")
    walk.take("report", "clerk1")
    people, day = walk.world.people, local_date(NOON)
    walk.world.add(
        "absence", person_id=people["leader1"], substitute_id=people["clerk3"], from_on=day, to_on=date(2022, 6, 30),
    )  # fmt: skip
    person = over(walk).person("clerk3")
    person.client.cookies.set("duban_as", "leader1", domain="127.0.0.1")
    assert "李一" in person.get(f"/sign/{walk.task_id}").text
    person.post(f"/sign/{walk.task_id}", action="confirm", version=walk.task.version)
    (event,) = walk.world.rows("event", action="confirm")
    assert (event["actor_name"], event["acting_for"]) == ("孙三", "李一")


# —— 其他流程的审核，同一队列 ——


def test_the_second_review_waits_in_the_directors_queue(tmp_path: Path) -> None:
    walk = walker(tmp_path, "internal_report")
    walk.go("second_review")
    desk = over(walk)
    assert f"/review/{walk.task_id}" not in desk.person("reviewer").get("/review").text
    director = desk.person("director")
    assert f"/review/{walk.task_id}" in director.get("/review").text
    text = director.get(f"/review/{walk.task_id}").text
    assert "复核同意" in text
    assert "待初审" in text  # a return may lead back to the first review
    answer = director.post(
        f"/review/{walk.task_id}", action="return", version=walk.task.version, to_state="confirmed", reason="请核对附件与数据。",
        refile_on="2022-06-29",
    )  # fmt: skip
    assert answer.status_code == 303
    assert walk.task.state == "confirmed"


# —— 看件 ——


def test_a_papers_page_is_drawn_and_each_opening_is_written_down(desk: DeskOf, office: SmallOffice) -> None:
    task = office.tasks["1.1", "市水利局"]
    office.report(task, FILED)
    leader = desk.person("leader2")
    leader.post("/sign/paper", month="2022-06", unit="市水利局")
    (form,) = office.rows("filing")
    sha256 = signed_paper(desk, office, form)
    page = f"/viewer/{task}/{sha256}/1"
    assert page in desk.person("reviewer").get(f"/review/{task}").text
    answer = desk.person("reviewer").get(page)
    assert answer.content[:4] == b"\x89PNG"
    assert desk.person("clerk3").get(page).status_code == 404
    read = [(row["actor"], row["result"]) for row in office.rows("event", action="attachment.read")]
    assert read == [("reviewer", "done"), ("clerk3", "denied")]
    assert sha256_of(desk.person("reviewer").get(f"/tasks/{task}/papers/{sha256}").content).hexdigest() == sha256


def test_what_cannot_be_drawn_is_said_and_not_a_fault() -> None:
    for data, kind in ((b"no pdf at all", PDF), (b"x", "application/ofd")):
        with refused("E-H43", BadInput):
            draw(data, kind, 1)


def test_the_reviewer_names_who_signs_next_in_order(tmp_path: Path) -> None:
    walk = walker(tmp_path, "co_signed_report")
    walk.go("signed_stamped")
    walk.world.join("reader2", Role.READER)
    reviewer = over(walk).person("reviewer")
    assert "接着由谁会签" in reviewer.get(f"/review/{walk.task_id}").text
    given = {"action": "approve", "version": walk.task.version, "people": ["reader2", "director"]}
    assert reviewer.post(f"/review/{walk.task_id}", **given).status_code == 303
    assert walk.signers() == ["reader2", "director"]
    desk = over(walk)
    assert f"/review/{walk.task_id}" not in desk.person("director").get("/review").text
    reader = desk.person("reader2")
    assert f"/sign/{walk.task_id}" in reader.get("/sign").text
    reader.post(f"/sign/{walk.task_id}", action="countersign", version=walk.task.version)
    assert f"/review/{walk.task_id}" in desk.person("director").get("/review").text
