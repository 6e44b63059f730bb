"""Urging notice 催办单, supervision notice 督办通知单 and circular 通报: what they say, from stored facts.

The first two are letters, the circular a paper with the red head. Each carries matter, requirement, responsible unit,
responsible person, time limit and number (``domain.md``). The words stand in ``templates/<kind>_words.jinja``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents.official import paper_files
from documents.paper import LETTER, OFFICIAL, SECTION, TABLE, TEXT, Annex, Block, Column, Paper, Table
from documents.plain_text import chinese_date, chinese_month, day_of_year, inner_title, one_line, shortened
from documents.wording import STANDINGS
from documents.words import spoken, words
from models.rendering import Rendered

if TYPE_CHECKING:
    import typst

    from models.paper_facts import ChasingFacts, OwedTask, OwingUnit

CIRCULAR: Final = "circular"
#: a clause is quoted up to this many characters, in a letter and in a circular's list; so many units are named
_QUOTED, _LISTED, _NAMED = 60, 34, 12
_NAMES: Final = {"urging": "催办单", "supervision": "督办通知单", CIRCULAR: "通报"}


def render_chasing(facts: ChasingFacts, *, own: str | None = None, fonts: typst.Fonts | None = None) -> Rendered:
    """The paper as .docx and PDF; the same facts in the same words give the same bytes.

    ``own`` are the office's own words; where they fail on these facts, the shipped ones are used.
    """
    written = spoken(facts.kind, own, lambda: chasing_paper(facts))
    made = paper_files(written.made, fonts=fonts)
    return Rendered(made, made.notes, written.sha256, written.failed)


def chasing_paper(facts: ChasingFacts) -> Paper:
    """The paper as blocks: a letter to one unit, or a circular about several."""
    said = words(facts.kind)
    told = _told(facts)
    office = one_line(facts.office_name)
    circular = facts.kind == CIRCULAR
    return Paper(
        mark=office,
        number=said.say("number", told),
        title=said.say("title", told),
        addressee=f"{said.say('addressee', told)}：",
        blocks=tuple(_circular(facts, told) if circular else _letter(facts, told)),
        annexes=(Annex(said.say("annex", told), _list(facts)),) if circular else (),
        signature=office,
        dated=facts.issued_on,
        date_text=chinese_date(facts.issued_on),
        imprint=office if circular else "",
        head=facts.head_short,
        form=OFFICIAL if circular else LETTER,
    )


def _told(facts: ChasingFacts) -> dict[str, Any]:
    """The facts as the words want them: dates and names as people write them."""
    idle = [one_line(unit.name) for unit in facts.units if unit.nothing_filed]
    return {
        "office": one_line(facts.office_short),
        "year": facts.year,
        "number": facts.number,
        "notice": inner_title(one_line(facts.notice_title)),
        "month": chinese_month(facts.month) if facts.month else "",
        "due": day_of_year(facts.due_on) if facts.due_on else "",
        "today": day_of_year(facts.issued_on),
        "units": [one_line(unit.name) for unit in facts.units],
        "tasks": sum(len(unit.tasks) for unit in facts.units),
        "latest": max(task.days_late for unit in facts.units for task in unit.tasks),
        "idle": idle[:_NAMED],
        "idle_count": len(idle),
        "until": chinese_date(facts.until),
        "days": facts.working_days,
        "reason": one_line(facts.reason),
        "earlier": [
            {
                "name": _NAMES.get(one.kind, one.kind),
                "cited": f"〔{one.year}〕{one.number}号",
                "day": day_of_year(one.issued_on),
            }
            for one in facts.earlier
        ],
    }


def _letter(facts: ChasingFacts, told: dict[str, Any]) -> list[Block]:
    said, unit = words(facts.kind), facts.units[0]
    return [
        Block(TEXT, said.say("opening", told)),
        Block(TABLE, "", table=_matters(unit.tasks, problems=not facts.month)),
        Block(TEXT, said.say("requirement", told), lead="工作要求："),
        Block(TEXT, f"{one_line(unit.name)}（{_people(unit)}）。", lead="责任单位："),
        Block(TEXT, said.say("limit", told), lead="办理时限："),
    ]


def _people(unit: OwingUnit) -> str:
    """Who answers for it; where nobody is entered, the unit is to name somebody."""
    leaders = "、".join(map(one_line, unit.leaders)) or "由你单位确定后报我办"
    clerks = "、".join(map(one_line, unit.clerks))
    return f"责任人{leaders}，经办人{clerks}" if clerks else f"责任人{leaders}"


def _matters(tasks: tuple[OwedTask, ...], *, problems: bool) -> Table:
    columns = (
        Column("编号", 18),
        Column("问题" if problems else "事项", 78, "left"),
        Column("整改时限" if problems else "截止日期", 24),
        Column("逾期", 14),
        Column("目前情况", 22),
    )
    rows = (
        (
            task.number,
            _matter(task, _QUOTED, problems=problems),
            day_of_year(task.due_on),
            f"{task.days_late}天",
            _standing(task, problems=problems),
        )
        for task in tasks
    )
    return Table(columns, tuple(rows))


def _matter(task: OwedTask, most: int, *, problems: bool) -> str:
    return one_line(task.title) if problems else shortened(task.text or task.title, most)


def _standing(task: OwedTask, *, problems: bool) -> str:
    return "未整改到位" if problems else STANDINGS.get(task.state, task.state)


def _circular(facts: ChasingFacts, told: dict[str, Any]) -> list[Block]:
    said = words(facts.kind)
    blocks = [
        Block(TEXT, said.say("opening", told)),
        Block(SECTION, f"一、{said.say('heading', told)}"),
        Block(TEXT, said.say("figures", told)),
    ]
    if told["reason"]:
        blocks.append(Block(TEXT, said.say("reason", told)))
    return [
        *blocks,
        Block(SECTION, "二、工作要求"),
        Block(TEXT, said.say("requirement", told)),
        Block(TEXT, said.say("limit", told)),
    ]


def _list(facts: ChasingFacts) -> Table:
    """Every task that is late, under its unit and whoever answers for it."""
    problems = not facts.month
    columns = (
        Column("责任单位及责任人", 36, "left", merges=True),
        Column("编号", 16),
        Column("问题" if problems else "事项", 68, "left"),
        Column("整改时限" if problems else "截止日期", 22),
        Column("逾期", 14),
    )
    rows = (
        (
            f"{one_line(unit.name)}\n{'、'.join(map(one_line, unit.leaders))}",
            task.number,
            _matter(task, _LISTED, problems=problems),
            day_of_year(task.due_on),
            f"{task.days_late}天",
        )
        for unit in facts.units
        for task in unit.tasks
    )
    return Table(columns, tuple(rows))
