"""The workday calendar in the browser: everybody reads it, the director takes over the notice after a look at what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import small_office

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """国务院办公厅关于2027年部分节假日安排的通知
现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（星期五）放假，与周末连休。
二、春节：2月5日至11日放假调休，共7天。2月20日（星期六）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日至5日放假调休，共5天。
五、端午节：6月9日放假，共1天。
六、中秋节：9月15日放假，共1天。
七、国庆节：10月1日至7日放假调休，共7天。
节假日期间，各地区、各部门要妥善安排好值班。
"""


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


def test_everybody_sees_the_year_and_what_is_provisional(desk: DeskOf) -> None:
    page = desk.person("clerk1").get("/workdays").text
    assert page.count('<table class="month">') == 12
    assert 'class="off">1<small>' in page
    assert "Provisional" not in page
    assert "/workdays/preview" not in page
    assert "Provisional" in desk.person("clerk1").get("/workdays?year=2027").text
    assert "Workdays of 2022" in desk.person("clerk1").get("/workdays?year=99999").text


def test_the_notice_is_shown_as_read_and_then_taken_over(desk: DeskOf) -> None:
    browser = desk.person("director")
    told = browser.post("/workdays/preview", text=TEXT)
    assert " days off, 1 make-up workdays" in told.text
    assert desk.office.rows("calendaryear", year=2027) == []
    assert browser.post("/workdays", text=TEXT, named="放假通知.txt").headers["location"] == "/workdays?year=2027"
    assert desk.office.rows("calendaryear", year=2027)[0]["source"] == "放假通知.txt"
    assert desk.office.rows("event", action="calendar.import")[0]["actor"] == "director"


def test_a_notice_that_does_not_agree_with_itself_changes_nothing(desk: DeskOf) -> None:
    browser = desk.person("director")
    wrong = TEXT.replace("共7天", "共8天", 1)
    told = browser.post("/workdays/preview", text=wrong)
    assert told.status_code == 422
    assert "共8天" in told.text
    assert browser.post("/workdays", text=wrong).status_code == 422
    assert desk.office.rows("calendaryear", year=2027) == []
    assert desk.person("reviewer").post("/workdays", text=TEXT).status_code == 403
