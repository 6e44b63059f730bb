"""Coming in: a person types name and password, and the page keeps its own rules in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from kit.chromium import PHONE, served
from kit.office import BEGIN, small_office
from workflow.passwords import hashed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_a_clerk_comes_in_by_keyboard_alone_and_goes_out_again(tmp_path: Path, browser: Browser) -> None:
    office = small_office(tmp_path)
    office.change("person", office.people["clerk1"], password_hash=hashed("Right-pass-1"))
    with served(office, BEGIN, browser) as desk:
        page = browser.new_page(base_url=desk.address, viewport=PHONE)
        page.goto("/tasks")
        expect(page.get_by_label("账号")).to_be_focused()
        page.keyboard.type("clerk1")
        page.keyboard.press("Tab")
        page.keyboard.type("Wrong-pass-1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("E-A01")
        expect(page.get_by_label("账号")).to_have_value("clerk1")
        page.get_by_label("密码", exact=True).fill("Right-pass-1")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tasks")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "a phone scrolls sideways"
        page.get_by_role("button", name="退出").click()
        page.wait_for_url("**/login")
        page.close()
