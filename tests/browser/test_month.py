"""A whole month in the browser by five people: clerk, unit leader, reviewer, director, and the reader above them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from kit.chromium import PHONE, served
from kit.office import at, small_office
from kit.scans import Scan, drawn, pdf_of, stamped

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from kit.chromium import Served
    from kit.office import SmallOffice

SEALED_AT = (120, 240)
RECEIVED, FILED, REVIEWED, AGAIN, ISSUED = (
    at("2022-06-02 10:00"), at("2022-06-22 10:00"), at("2022-06-23 15:00"), at("2022-06-24 10:00"),
    at("2022-06-28 09:30"),
)  # fmt: skip
WORDS = {"1.1": "整治岸线三公里，拆除违建两处。", "1.2": "新建管网六公里。"}
REASON = "管网长度与上月不符，请核实后重报。"
MENDED = "新建管网五公里，上次数字有误，已核实。"


def office_with_a_reader(folder: Path) -> SmallOffice:
    """The small office, and somebody above it who reads what is issued."""
    office = small_office(folder)
    number = office.add(
        "person", login="reader", name="陈分管", email="", password_hash="", code_hash="", active=True,
        failed_logins=0, created_at=RECEIVED,
    )  # fmt: skip
    office.add("duty", person_id=number, role="reader", unit_id=None, valid_from=RECEIVED.date())
    office.people["reader"] = number
    return office


def scan_of(page: Page) -> dict[str, Any]:
    """The form behind the page's link, printed, signed, stamped and scanned."""
    link = page.get_by_role("link", name="打开 PDF 并打印").get_attribute("href")
    printed = page.context.request.get(f"{link}")
    assert printed.ok
    sheets = drawn(printed.body())
    paper = [*sheets[:-1], stamped(sheets[-1], SEALED_AT)]
    return {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": pdf_of(paper, Scan(angle=0.4))}


def fill_in_all(page: Page) -> None:
    page.get_by_role("link", name=re.compile("一页填完")).click()
    for clause, words in WORDS.items():
        part = page.locator("fieldset.report", has_text=f"{clause} ")
        part.get_by_label("本月进展").fill(words)
        part.locator("[name$=percent]").fill("45")
    page.get_by_role("button", name=re.compile("全部填报")).click()
    expect(page.get_by_role("status")).to_contain_text("2")


def upload(page: Page, file: dict[str, Any]) -> None:
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name=re.compile("先识别")).click()


def attest(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("似有红色印章")
    page.get_by_label(re.compile("签字人")).fill("周二")
    page.get_by_label(re.compile("所盖印章")).fill("市水利局公章")
    page.get_by_role("button", name=re.compile("确认")).click()
    expect(page.get_by_role("status")).to_contain_text("已签字盖章")


def states(desk: Served) -> dict[str, str]:
    office = desk.office
    return {clause: office.row("task", office.tasks[clause, "市水利局"])["state"] for clause in WORDS}


def test_a_month_from_receiving_to_the_issued_summary(tmp_path: Path, browser: Browser) -> None:
    with served(office_with_a_reader(tmp_path), RECEIVED, browser) as desk:
        clerk_files(desk)
        leader_signs(desk)
        reviewer_decides(desk)
        clerk_mends(desk)
        director_issues(desk)
        reader_reads(desk)


def clerk_files(desk: Served) -> None:
    page = desk.person("clerk2")
    page.get_by_role("navigation", name="菜单").get_by_role("link", name="填报报送").click()
    page.get_by_role("button", name=re.compile("全部签收")).click()
    expect(page.get_by_role("status")).to_contain_text("2")
    desk.desk.clock.now = FILED
    page = desk.person("clerk2")
    page.goto("/filing")
    fill_in_all(page)
    assert states(desk) == {"1.1": "reported", "1.2": "reported"}
    page.goto("/forms")
    page.get_by_role("button", name="生成报送表").click()
    expect(page.get_by_role("link", name="打开 PDF 并打印")).to_be_visible()


def leader_signs(desk: Served) -> None:
    """Reads the form as it is printed, sends a wrong file first, then the scan."""
    page = desk.person("leader2")
    page.goto("/sign")
    page.get_by_role("link", name="审阅").click()
    expect(page.locator("main img").first).to_be_visible()
    page.goto("/forms")
    scan = scan_of(page)
    page.get_by_role("link", name=re.compile("扫描或拍照后上传")).click()
    upload(page, {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00 not a paper at all"})
    expect(page.locator("main")).to_contain_text("下一步")
    assert desk.office.rows("attachment") == []
    upload(page, scan)
    attest(page)
    assert states(desk) == {"1.1": "signed_stamped", "1.2": "signed_stamped"}


def reviewer_decides(desk: Served) -> None:
    """By keyboard: the first is approved, the second returned with a reason."""
    desk.desk.clock.now = REVIEWED
    page = desk.person("reviewer")
    page.goto("/review")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/review/\d+"))
    expect(page.locator(".papers img").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator("h1")).to_contain_text("1.2")
    page.keyboard.press("r")
    page.keyboard.type(REASON)
    page.locator("[data-return] button", has_text="退回").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert states(desk) == {"1.1": "reviewed", "1.2": "returned"}


def clerk_mends(desk: Served) -> None:
    """On the phone: the reason is read, the report corrected, the new form signed and sent in."""
    desk.desk.clock.now = AGAIN
    page = desk.person("clerk2", size=PHONE)
    page.goto(f"/filing/{desk.office.tasks['1.2', '市水利局']}")
    expect(page.locator("main")).to_contain_text(REASON)
    page.get_by_label("本月进展").fill(MENDED)
    page.get_by_role("button", name="填报", exact=True).click()
    page.wait_for_url("**/filing?*")
    page.goto("/forms")
    page.get_by_role("button", name="生成报送表").click()
    scan = scan_of(page)
    page.get_by_role("link", name=re.compile("扫描或拍照后上传")).click()
    upload(page, scan)
    attest(page)
    reviewer = desk.person("reviewer")
    reviewer.goto(f"/review/{desk.office.tasks['1.2', '市水利局']}")
    expect(reviewer.locator("main")).to_contain_text("已核实")
    reviewer.get_by_role("button", name="审核通过").click()
    reviewer.wait_for_url(lambda url: not url.endswith(str(desk.office.tasks["1.2", "市水利局"])))
    assert states(desk) == {"1.1": "reviewed", "1.2": "reviewed"}


def director_issues(desk: Served) -> None:
    desk.desk.clock.now = ISSUED
    page = desk.person("director")
    page.goto("/board")
    expect(page.locator("main")).to_contain_text("6项任务中已审核2项")
    page.goto("/months/2022-06/summary")
    expect(page.locator("main img, main iframe, main object").first).to_be_visible()
    page.get_by_label(re.compile("发文字号")).fill("长江办〔2022〕6号")
    page.get_by_role("button", name=re.compile("印发")).click()
    expect(page.get_by_role("status")).to_contain_text("印发")
    assert states(desk) == {"1.1": "aggregated", "1.2": "aggregated"}


def reader_reads(desk: Served) -> None:
    page = desk.person("reader")
    page.goto("/months/2022-06/summary")
    with page.expect_download() as got:
        page.locator('main a[href$=".docx"]').first.click()
    assert got.value.suggested_filename.endswith(".docx")
