"""A signed paper comes in by drag, by paste and by photograph, and several photographs are one paper."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from kit.chromium import PHONE, served
from kit.office import at, small_office
from kit.scans import Scan, drawn, jpeg, stamped

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

NOW = at("2022-06-22 10:00")
#: hands a file to the page as a mouse or the keyboard does
HAND_OVER = """([how, name, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const carrier = new DataTransfer();
  carrier.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const event = how === "drop"
    ? new DragEvent("drop", { dataTransfer: carrier, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: carrier, bubbles: true, cancelable: true });
  (how === "drop" ? document.querySelector("[data-drop]") : document).dispatchEvent(event);
}"""


def photograph(page: Page) -> bytes:
    """The printed form, signed and stamped, as a telephone sees it."""
    link = page.get_by_role("link", name="打开 PDF 并打印").get_attribute("href")
    sheets = drawn(page.context.request.get(f"{link}").body())
    return jpeg(stamped(sheets[-1], (120, 240)), Scan(dpi=150, angle=0.6))


def test_drag_paste_and_camera_make_one_paper(tmp_path: Path, browser: Browser) -> None:
    office = small_office(tmp_path)
    office.report(office.tasks["1.2", "市水利局"], NOW)
    with served(office, NOW, browser) as desk:
        page = desk.person("clerk2", size=PHONE)
        page.goto("/forms")
        page.get_by_role("button", name="生成报送表").click()
        picture = photograph(page)
        page.goto("/forms/attach?month=2022-06&unit=市水利局")
        for how, name in (("drop", "拖入.jpg"), ("paste", "粘贴.jpg")):
            page.evaluate(HAND_OVER, [how, name, base64.b64encode(picture).decode()])
        page.locator("#camera").set_input_files({"name": "拍照.jpg", "mimeType": "image/jpeg", "buffer": picture})
        expect(page.locator("[data-chosen] li")).to_have_count(3)
        page.get_by_role("button", name="先识别核对").click()
        expect(page.locator("main")).to_contain_text("3 页")
        expect(page.locator("main")).to_contain_text("似有红色印章")
        assert office.rows("attachment") == []
