"""Overdue matters to try the words of urging notices, supervision notices and circulars on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from documents.chasing import CIRCULAR, chasing_paper
from models.paper_facts import ChasingFacts, EarlierPaper, OwedTask, OwingUnit

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT: Final = "制定城镇污水处理行动计划，实施污水管网更新改造，建立台账。"
_LONG: Final = "某某高新技术产业开发区管理委员会生态环境和应急管理局"


def cases(kind: str) -> dict[str, Callable[[], object]]:
    """A paper of the kind: ordinary, as little as there can be, the longest names, many of everything, of problems."""
    circular = kind == CIRCULAR
    units = (_unit("甲局", 2, idle=True), _unit("乙局", 1)) if circular else (_unit("甲局", 2),)
    ordinary = replace(
        facts(kind, units), reason="到期后第5个工作日仍未报送" if circular else "", earlier=_earlier(kind)
    )
    bare = replace(_unit("甲局", 1, idle=True), leaders=(), clerks=())
    many = tuple(_unit(f"第{number}局", 2, idle=number % 2 == 0) for number in range(60))
    return {
        "ordinary": partial(chasing_paper, ordinary),
        "empty": partial(chasing_paper, facts(kind, (bare,))),
        "longest": partial(chasing_paper, facts(kind, (_unit(_LONG, 40),))),
        "many": partial(chasing_paper, facts(kind, many if circular else (_unit("甲局", 60),))),
        "problems": partial(chasing_paper, replace(facts(kind, units), month="", due_on=None, notice_title="")),
    }


def facts(kind: str, units: tuple[OwingUnit, ...]) -> ChasingFacts:
    """What such a paper is made from, of an office that does not exist."""
    return ChasingFacts(
        kind=kind,
        year=2022,
        number=3,
        office_name="某市人居环境整治领导小组办公室",
        office_short="市人居办",
        notice_title="关于印发《某市2022年人居环境整治工作要点》的通知",
        month="2022-06",
        due_on=date(2022, 6, 25),
        units=units,
        until=date(2022, 7, 4),
        working_days=2,
        issued_on=date(2022, 6, 30),
        issued_by="王主任",
        head_short="1204-9F3A77C2",
    )


def _unit(name: str, tasks: int, *, idle: bool = False) -> OwingUnit:
    owed = tuple(
        OwedTask(number, f"{number}.1", "加强污水处理", _TEXT, date(2022, 6, 25), 4 + number, "assigned")
        for number in range(1, tasks + 1)
    )
    return OwingUnit(name, ("王芳",), ("李明",), owed, idle)


def _earlier(kind: str) -> tuple[EarlierPaper, ...]:
    return () if kind == "urging" else (EarlierPaper("urging", 2022, 1, date(2022, 6, 27)),)
