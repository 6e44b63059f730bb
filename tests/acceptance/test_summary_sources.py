"""A summary asked where it comes from, at the desk: before it is issued of the draft, afterwards of what was frozen."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.backing import unbacked
from kit.door import Door
from kit.office import add_month, at
from kit.world import CO, OTHER
from models import tables as t
from models.adding import insert
from models.database import Database, sqlite_url
from models.facts import SummaryFacts
from models.plain import from_plain
from models.states import Action, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from kit.world import World

MONTHS = (("2022-06", "2022-07-01 10:00"), ("2022-07", "2022-08-01 10:00"), ("2022-08", "2022-08-31 10:00"))


def dates(month: str) -> tuple[date, date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=25), date(2022, 12, 31)


def month_of(world: World, place: int, month: str) -> None:
    """Open a month after the first and bring its tasks forward: more percent each month, one late, one returned."""
    if place:
        with world.database.write(world.office_id) as connection:
            world.period_id = add_month(connection, world, month, *dates(month), at(f"{month}-01 09:00"))
        names = {number: name for name, number in world.units.items()}
        numbers = {row["id"]: row["number"] for row in world.rows("clause")}
        world.tasks = {
            (numbers[row["clause_id"]], names[row["unit_id"]]): row["id"]
            for row in world.rows("task", period_id=world.period_id)
        }
    in_time, late = at(f"{month}-20 10:00"), at(f"{month}-27 10:00")
    said = {"progress": f"清理岸线{3 + place}公里。", "percent": 40 + 20 * place}
    world.act("clerk1", Action.REPORT, world.task, in_time, **said)
    world.sign(world.task, in_time)
    world.act("reviewer", Action.APPROVE, world.task, in_time)
    world.bring_to(world.tasks["2.2", OTHER], Stage.REVIEWED, late)
    world.bring_to(world.tasks["1.1", CO], Stage.SIGNED_STAMPED, in_time)
    world.give_back(world.tasks["1.1", CO], in_time, date.fromisoformat(f"{month}-28"))


@pytest.fixture(scope="module")
def issued(filled: Door, tmp_path_factory: pytest.TempPathFactory) -> Door:
    """Three months, the first two issued, made once."""
    door = filled.copy(tmp_path_factory.mktemp("issued") / "home")
    world = door.world
    clause = world.row("task", world.task)["clause_id"]
    with world.database.write(world.office_id) as connection:
        insert(
            connection, t.milestone, world.office_id, clause_id=clause, due_on=date(2022, 9, 30),
            quote="2022年9月底前",
        )  # fmt: skip
    for place, (month, evening) in enumerate(MONTHS):
        month_of(world, place, month)
        if place < 2:
            door.data(
                "director", "summary", "issue", month, "--number", f"甲办〔2022〕{place + 1}号", now=moment(evening)
            )
    return door


@pytest.fixture
def three(issued: Door, tmp_path: Path) -> Door:
    """A copy of the three months with the papers in its store."""
    shutil.copytree(issued.world.folder, tmp_path / "home")
    database = Database(sqlite_url(tmp_path / "home" / "duban.db"), synchronous="OFF")
    return Door(replace(issued.world, database=database, folder=tmp_path / "home"))


def moment(text: str) -> str:
    return text.replace(" ", "T")


def test_months_are_compared_and_every_number_is_backed(three: Door) -> None:
    found = three.data("reviewer", "summary", "trace", "2022-08", now=moment(MONTHS[2][1]))
    overall = found["paragraphs"][1]
    assert (
        "按时报送1项，逾期报送1项，尚未报送3项，退回后尚未重报1项；审核通过2项，占33.3%，平均进度60%。"
        in overall["text"]
    )
    assert overall["text"].endswith(
        "与2022年7月相比，平均进度由50%增至60%，按时报送、逾期报送、尚未报送、审核通过均持平。"
    )
    assert any("逾期5项（其中尚未报送或退回后尚未重报的4项）" in one["text"] for one in found["paragraphs"])
    assert found["months"] == [
        {"month": "2022-06", "sealed_in": "甲办〔2022〕1号"},
        {"month": "2022-07", "sealed_in": "甲办〔2022〕2号"},
    ]
    first = found["paragraphs"][2]["text"]
    assert "（1）完成长江岸线清理整治年度任务。市发改委牵头，进度80%，较上月提高20个百分点。清理岸线5公里。" in first
    assert "跟踪督办60日内到期的1项：1.1（市发改委牵头，2022年9月30日，进度80%）" in found["paragraphs"][-2]["text"]
    with three.world.database.read() as connection:
        from workflow import summaries

        actor = three.world.actor("reviewer", at(MONTHS[2][1]))
        facts = summaries.build(connection, three.world.office_id, actor, three.world.period_id, at(MONTHS[2][1]))
    assert unbacked(facts, found) == []


def test_issued_month_is_traced_as_it_was_frozen(three: Door) -> None:
    world = three.world
    july = world.rows("summary")[1]
    facts = from_plain(SummaryFacts, july["facts"])
    world.change("unit", world.units[OTHER], name="改了名的单位")
    found = three.data("director", "summary", "trace", "2022-07", now=moment(MONTHS[2][1]))
    assert found["issued"] is True
    assert OTHER in json.dumps(found, ensure_ascii=False)
    assert unbacked(facts, found) == []


def test_comparison_is_with_what_was_issued_not_with_what_the_tables_say_now(three: Door) -> None:
    world = three.world
    july = world.rows("period", month="2022-07")[0]["id"]
    for row in world.rows("task", period_id=july):
        world.change("task", row["id"], late_days=9)
    overall = three.data("reviewer", "summary", "trace", "2022-08", now=moment(MONTHS[2][1]))["paragraphs"][1]
    assert "按时报送、逾期报送、尚未报送、审核通过均持平" in overall["text"]


def test_one_paragraph_is_told_with_the_paper_behind_it(three: Door) -> None:
    said = three.run("director", "summary", "trace", "2022-07", "3", now=moment(MONTHS[2][1]))
    assert said.code == 0, said.err
    task = three.world.rows("task", period_id=three.world.rows("period", month="2022-07")[0]["id"])[0]["id"]
    assert (
        f"1.1 · 市发改委 · task {task} · version 1 · form {task}-1 · signed by 李一 · paper {task}-1 · "
        "approved by 郑审核 on 2022-07-20 10:00"
    ) in said.out
    three.refuses(1, "E-S60", "director", "summary", "trace", "2022-07", "99", now=moment(MONTHS[2][1]))


def test_figures_say_from_which_tasks_and_from_which_month_they_are(three: Door) -> None:
    said = three.run("director", "summary", "trace", "2022-07", now=moment(MONTHS[2][1])).out
    assert "按时报送 1 ← tasks" in said
    assert "上月审核通过 2 ← summary of 2022-06, 甲办〔2022〕1号" in said
    assert "from the notice and the office itself" in said


def test_charts_are_written_and_who_may_not_read_the_summary_gets_neither(three: Door, tmp_path: Path) -> None:
    made = three.data("reviewer", "summary", "chart", "2022-08", "--out", tmp_path / "charts", now=moment(MONTHS[2][1]))
    assert sorted(file.name for file in (tmp_path / "charts").iterdir()) == [
        "2022-08-average.svg", "2022-08-progress.svg", "2022-08-punctuality.svg",
    ]  # fmt: skip
    assert len(made["files"]) == 3
    for words in (("trace", "2022-08"), ("chart", "2022-08", "--out", tmp_path / "no")):
        three.refuses(1, "E-403", "clerk1", "summary", *words, now=moment(MONTHS[2][1]))
