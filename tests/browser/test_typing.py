"""Nothing typed is lost: the connection breaks, the session ends, the page is loaded anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kit.chromium import served
from kit.office import at, small_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from kit.chromium import Served

NOW = at("2022-06-20 10:00")
WORDS = "已清理岸线三公里，拆除违建两处，"
MORE = "其余下月完成。"


@pytest.fixture
def desk(tmp_path: Path, browser: Browser) -> Iterator[Served]:
    with served(small_office(tmp_path), NOW, browser) as running:
        yield running


def kept(desk: Served) -> str:
    """What lies on the server as a draft."""
    rows = desk.office.rows("report_draft")
    return str(rows[0]["fields"].get("progress", "")) if rows else ""


def test_a_lost_connection_costs_no_word(desk: Served) -> None:
    task = desk.office.tasks["1.2", "市水利局"]
    page = desk.person("clerk2")
    page.goto(f"/filing/{task}")
    words = page.get_by_label("本月进展")
    with page.expect_response("**/draft"):
        words.press_sequentially(WORDS)
    expect(page.locator("[data-draft]")).to_contain_text("10:00")
    assert kept(desk) == WORDS

    page.context.set_offline(offline=True)
    words.press_sequentially(MORE)
    expect(page.locator("#offline")).to_be_visible()
    assert kept(desk) == WORDS

    with page.expect_response("**/draft"):
        page.context.set_offline(offline=False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("[data-draft]")).to_contain_text("10:00")
    assert kept(desk) == WORDS + MORE

    other_computer = desk.person("clerk2")
    other_computer.goto(f"/filing/{task}")
    expect(other_computer.get_by_label("本月进展")).to_have_value(WORDS + MORE)


def test_a_session_that_ends_while_typing_costs_no_word(desk: Served) -> None:
    task = desk.office.tasks["1.2", "市水利局"]
    page = desk.person("clerk2")
    page.goto(f"/filing/{task}")
    page.get_by_label("本月进展").fill(WORDS)
    page.locator("[name$=percent]").fill("30")
    desk.office.change("login", 1, revoked_at=NOW)
    page.get_by_role("button", name="填报", exact=True).click()
    expect(page.locator("#refusal")).to_contain_text("E-A04")
    expect(page.get_by_label("本月进展")).to_have_value(WORDS)

    cookie = {"name": "duban", "value": desk.desk.session("clerk2"), "url": desk.address}
    page.context.add_cookies([cookie])  # logged in again in another window
    page.get_by_role("button", name="填报", exact=True).click()
    page.wait_for_url("**/filing?*")
    assert [row["progress"] for row in desk.office.rows("report")] == [WORDS]


def test_words_of_a_second_window_are_shown_when_the_first_has_reported(desk: Served) -> None:
    task = desk.office.tasks["1.2", "市水利局"]
    second = desk.person("clerk2")
    second.goto(f"/filing/{task}")
    first = second.context.new_page()
    first.goto(f"/filing/{task}")
    first.get_by_label("本月进展").fill(WORDS)
    first.locator("[name$=percent]").fill("30")
    first.get_by_role("button", name="填报", exact=True).click()
    first.wait_for_url("**/filing?*")
    with second.expect_response("**/draft"):
        second.get_by_label("本月进展").fill(MORE)
    second.reload()
    lying = second.locator("[data-lying]")
    expect(lying).to_contain_text(MORE)
    lying.get_by_role("button").click()
    second.reload()
    expect(lying).to_be_hidden()


def test_a_double_click_reports_once(desk: Served) -> None:
    task = desk.office.tasks["1.2", "市水利局"]
    page = desk.person("clerk2")
    page.goto(f"/filing/{task}")
    page.get_by_label("本月进展").fill(WORDS)
    page.locator("[name$=percent]").fill("30")
    page.get_by_role("button", name="填报", exact=True).dblclick()
    expect(page).to_have_url(re.compile(r"/filing\?"))
    assert len(desk.office.rows("report")) == 1


def test_two_reviewers_at_one_report(desk: Served) -> None:
    office, task = desk.office, desk.office.tasks["1.2", "市水利局"]
    second = office.add(
        "person", login="reviewer2", name="冯审核", email="", password_hash="", code_hash="", active=True,
        failed_logins=0, created_at=NOW,
    )  # fmt: skip
    office.add("duty", person_id=second, role="reviewer", unit_id=None, valid_from=at("2022-01-01 00:00").date())
    office.people["reviewer2"] = second
    office.report(task, NOW)
    office.sign(task, NOW)

    slow, quick = desk.person("reviewer"), desk.person("reviewer2")
    for page in (slow, quick):
        page.goto(f"/review/{task}")
    slow.locator("[data-return] > summary").click()
    slow.locator("[data-return] textarea").fill("进展不具体，请补充数据。")
    quick.get_by_role("button", name="审核通过").click()
    quick.wait_for_url(lambda url: f"/review/{task}" not in url)

    slow.locator("[data-return] button", has_text="退回").click()
    expect(slow.locator("main")).to_contain_text("冯审核")
    expect(slow.locator("main")).to_contain_text("E-409")
    expect(slow.locator("main")).to_contain_text("进展不具体，请补充数据。")
    assert office.row("task", task)["state"] == "reviewed"


def test_a_report_is_filed_by_keyboard_alone(desk: Served) -> None:
    task = desk.office.tasks["1.2", "市水利局"]
    page = desk.person("clerk2")
    press_until(page, "填报报送")
    page.keyboard.press("Enter")
    page.wait_for_url("**/filing")
    press_until(page, "填报", most=60)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/filing/\d+"))
    press_until(page, "本月进展")
    page.keyboard.type(WORDS)
    press_until(page, "整个事项的完成进度")
    page.keyboard.type("30")
    press_until(page, "填报")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/filing\?"))
    assert [row["progress"] for row in desk.office.rows("report")] == [WORDS]
    assert desk.office.row("task", task)["state"] in {"reported", "assigned"}


def press_until(page: Page, words: str, most: int = 40) -> None:
    """Tab on until what has the focus is called so, and can be seen to have it."""
    for _step in range(most):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "() => { const one = document.activeElement; return (one.labels && one.labels.length ? one.labels[0] : one).textContent.trim() }"
        )
        if called == words or (len(words) > 4 and called.startswith(words)):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that “{words}” has the focus"
            return
    raise AssertionError(f"no Tab leads to “{words}”")
