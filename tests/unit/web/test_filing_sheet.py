"""A unit's month filled in offline: downloaded, tried row by row, reported."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from kit.desk import desk_of
from kit.office import at, small_office
from models.states import Action

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kit.desk import Browser, DeskOf

NOW = at("2022-06-10 10:00")
UNIT = {"month": "2022-06", "unit": "市发改委"}


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


def filled(browser: Browser, cells: dict[int, dict[str, Any]], **also: Any) -> bytes:
    """The downloaded workbook with some cells of some tasks' rows changed."""
    book = load_workbook(io.BytesIO(browser.get("/filing/sheet.xlsx").content))
    sheet = book["填报"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "任务号")
    columns = {str(cell.value).split("（")[0]: cell.column for cell in head}
    for row in sheet.iter_rows(min_row=head[0].row + 1):
        for name, value in cells.get(row[0].value, {}).items():
            sheet.cell(row[0].row, columns[name]).value = value
    for name, value in also.items():
        sheet.cell(sheet.max_row + 1, columns["任务号"]).value = int(name.removeprefix("task"))
        sheet.cell(sheet.max_row, columns["本月进展"]).value = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def upload(browser: Browser, data: bytes, name: str = "填报.xlsx") -> Any:
    return browser.post("/filing/sheet", files={"file": (name, data)}, **UNIT)


def test_rows_are_tried_then_reported_each_for_itself(desk: DeskOf) -> None:
    browser, office = desk.person("clerk1"), desk.office
    one, two = office.tasks["1.1", "市发改委"], office.tasks["2.1", "市发改委"]
    data = filled(
        browser, {one: {"本月进展": "已清理三公里", "完成进度": 40}, two: {"本月进展": "台账已建"}}, task3="别家的"
    )
    page = upload(browser, data).text
    assert office.rows("report") == []
    assert "完成进度须为 0 到 100 的整数" in page
    assert "任务 3 不是市发改委 2022-06 的任务" in page
    assert re.findall(r'type="checkbox" name="task" value="(\d+)"', page) == [str(one)]
    staged = dict(re.findall(r'name="(sha256|name)" value="([^"]+)"', page))
    done = browser.post("/filing/sheet/confirm", **UNIT, **staged, task=[one], key="k")
    assert done.status_code == 303
    (report,) = office.rows("report")
    assert (report["task_id"], report["percent"]) == (one, 40)


def test_a_row_that_changed_since_the_download_is_told(desk: DeskOf) -> None:
    browser, number = desk.person("clerk1"), desk.office.tasks["1.1", "市发改委"]
    data = filled(browser, {number: {"本月进展": "已清理", "完成进度": "40%"}})
    desk.office.act("clerk1", Action.RECEIVE, number, NOW)
    page = upload(browser, data).text
    assert "赵一" in page
    assert 'name="task"' not in page
    assert desk.office.rows("report") == []


def test_a_wrong_file_and_a_stranger_are_refused(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert "E-F03" in upload(browser, b"no workbook").text
    book = load_workbook(io.BytesIO(browser.get("/filing/sheet.xlsx").content))
    for sheet in book.worksheets:
        sheet.delete_rows(1, 5)
    made = io.BytesIO()
    book.save(made)
    assert "E-H37" in upload(browser, made.getvalue()).text
    assert desk.person("clerk2").get("/filing/sheet.xlsx?unit=市发改委").status_code == 404
    assert desk.person("reviewer").get("/filing/sheet").status_code == 403
    lost = browser.post("/filing/sheet/confirm", **UNIT, sha256="0" * 64, name="a.xlsx", task="1")
    assert "E-H33" in lost.text
