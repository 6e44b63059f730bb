"""Papers at the desk: an urging notice is made, printed, listed and declared void; drafts become a circular."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from documents.fonts import chinese_font
from kit.door import Door
from kit.office import at
from schedules.rules import load_rules
from schedules.select import NO_DRIFT
from schedules.sweep import sweep

if TYPE_CHECKING:
    from pathlib import Path

LATE = "2022-06-28T10:00"
URGE = ("paper", "make", "urging", "--unit", "市发改委", "--month", "2022-06")
KINDS = {"docx", "pdf"} if chinese_font() else {"docx"}


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door.of(tmp_path / "office")


def test_an_urging_notice_is_made_printed_listed_and_declared_void(door: Door, tmp_path: Path) -> None:
    made = door.data("reviewer", *URGE, "--out", tmp_path / "made", now=LATE)
    assert (made["paper"], made["number"], made["until"], made["units"]) == (
        1,
        "〔2022〕1号",
        "2022-06-30",
        ["市发改委"],
    )
    assert set(made["written"]) == set(made["files"]) == KINDS
    door.data("director", "paper", "print", 1, "--out", tmp_path / "again", now="2022-08-01T10:00")
    for kind in KINDS:
        name = f"urging-notice-2022-1.{kind}"
        assert (tmp_path / "made" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    door.data("director", "paper", "void", 1, "--reason", "对象有误", now=LATE)
    (row,) = door.data("director", "paper", "list", "--kind", "urging", "--year", 2022, now=LATE)
    assert (row["number"], row["void"], row["voided_by"]) == ("〔2022〕1号", "对象有误", "director")
    shown = door.data("reviewer", "paper", "show", 1, now=LATE)
    assert [task["days_late"] for task in shown["facts"]["units"][0]["tasks"]] == [3, 3]


def test_screens_say_it_in_words(door: Door, tmp_path: Path) -> None:
    said = door.run("reviewer", *URGE, "--out", tmp_path / "made", now=LATE, lang="zh").out
    assert {path.name for path in (tmp_path / "made").iterdir()} == {f"催办单-2022-1.{kind}" for kind in KINDS}
    assert "催办单 〔2022〕1号（文书 1）：市发改委，2 项，办理时限 2022-06-30" in said
    assert "李一" in door.run("reviewer", "paper", "show", 1, now=LATE, lang="zh").out
    assert "催办单\t〔2022〕1号\t市发改委" in door.run("reviewer", "paper", "list", now=LATE, lang="zh").out


def test_refusals(door: Door) -> None:
    assert door.run("reviewer", *URGE[:5], now=LATE).code == 2  # neither a month nor problems
    door.refuses(1, "E-S50", "reviewer", *URGE, now="2022-06-24T10:00")
    door.refuses(4, "E-404", "reviewer", "paper", "show", 9, now=LATE)
    door.refuses(1, "E-403", "reviewer", "paper", "make", "supervision", *URGE[3:], now=LATE)
    door.refuses(1, "E-403", "clerk1", "paper", "list", now=LATE)


def test_drafts_become_one_circular(door: Door, tmp_path: Path) -> None:
    for day in ("06-27", "06-29", "06-30", "07-01"):
        sweep(door.world.database, 1, load_rules(), at(f"2022-{day} 09:00"), drift=NO_DRIFT)
    now = "2022-07-01T10:00"
    made = door.data("director", "draft", "issue", 1, 2, 3, "--out", tmp_path / "circular", now=now)
    assert (made["kind"], made["number"], made["told"]) == ("circular", "〔2022〕1号", 3)
    assert {path.name for path in (tmp_path / "circular").iterdir()} == {f"circular-2022-1.{kind}" for kind in KINDS}
    assert door.data("director", "draft", "list", now=now) == []
