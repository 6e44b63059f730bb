"""What an address and a field may hold, whatever somebody writes into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import FormData

from kit.desk import DeskOf, desk_of
from kit.office import at, small_office
from web.frame.posted import Posted

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), at("2022-06-20 10:00"))


@pytest.mark.parametrize(
    "path", ["/tasks/2147483648", f"/inbox/{9**30}", "/board/tasks?unit=9999999999", "/search?q=%00"]
)
def test_what_no_database_holds_is_no_page(desk: DeskOf, path: str) -> None:
    answer = desk.person("director").get(path)
    assert answer.status_code == 404
    assert "E-H06" in answer.text


def test_a_long_number_may_be_looked_for(desk: DeskOf) -> None:
    assert desk.person("director").get("/search?q=13800138000").status_code == 200


def test_a_day_in_which_nothing_is_due_is_no_day(desk: DeskOf) -> None:
    answer = desk.person("director").get("/months/2022-06/move?to=9999-12-31&reason=x")
    assert answer.status_code == 422
    assert "E-D01" in answer.text


def test_what_cannot_be_seen_is_left_out() -> None:
    form = Posted(FormData([("text", "\u202e请补\x00充\x01\x0b数据\ufffe。\r\n\t再报😀")]))
    assert form.text("text") == "请补充数据。\n\t再报😀"
