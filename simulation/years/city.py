"""Founding the office of a simulated year: forty-five units with their people, a notice that gives each about a task.

Set up once a process by the code that ``duban init``, the administrators and the director run, and copied from then
on: years differ in what happens in them, not in how the office began.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deeds import notices
from models import schema
from models.database import Database
from models.drafts import ClauseDraft, IndicatorDraft, ItemDraft, NoticeDraft, ReportingRule
from models.settings import FILE_NAME, Settings, load
from simulation import cast
from simulation.years.clock import Clock
from simulation.years.program import Process, Seat
from workflow import calendar_store, heads, office

OFFICE: Final = 1
MAIL: Final = "office.example.cn"
FOUNDED: Final = datetime(2018, 12, 20, 1, tzinfo=UTC)
#: functions, not persons or places
UNITS: Final = (
    "市发展改革委", "市教育局", "市科技局", "市工业和信息化局", "市公安局", "市民政局", "市司法局", "市财政局",
    "市人力资源局", "市自然资源规划局", "市生态环境局", "市住房城乡建设局", "市交通运输局", "市水利局",
    "市农业农村局", "市商务局", "市文旅体局", "市卫生健康委", "市退役军人局", "市应急管理局", "市审计局", "市国资委",
    "市市场监管局", "市统计局", "市林业局", "市城管局", "市信访局", "市政务服务中心", "市税务局", "市气象局",
    "市海事局", "市消防支队", "市供销社", "市总工会", "甲县人民政府", "乙县人民政府", "丙县人民政府", "丁区管委会",
    "戊区管委会", "高新区管委会", "经开区管委会", "国投集团", "水务集团", "交投集团", "城发集团",
)  # fmt: skip
#: every so-many-th clause names a unit beside its lead, lets that one report too, or sets a target
_CO_NAMED, _BOTH_REPORT, _TARGET = 3, 15, 9
_ITEMS: Final = 9
#: when things happen in the city
MIDDAY: Final = time(12, 30)
#: title and source of the notice that the office begins with
FIRST: Final = ("全市重点工作任务分解", "第一份通知")


def notice(title: str, source: str, units: tuple[str, ...] = UNITS) -> NoticeDraft:
    """A notice whose clauses give every unit a task a month; a few clauses name two units, and let both report."""
    clauses = [_clause(place, units) for place in range(len(units))]
    items = tuple(
        ItemDraft(number + 1, f"第{number + 1}项重点工作", tuple(clauses[number::_ITEMS]))
        for number in range(min(_ITEMS, len(clauses)))
    )
    return NoticeDraft(
        title=title,
        issuer="市推动长江经济带发展领导小组办公室",
        issuer_short="市长江办",
        reporting=ReportingRule(day=25, cycle="monthly", who_reports="lead"),
        items=items,
        source_name=source,
        source_sha256=hashlib.sha256(source.encode()).hexdigest(),
    )


def _clause(place: int, units: tuple[str, ...]) -> ClauseDraft:
    lead, beside = units[place], units[(place + 1) % len(units)]
    named = (lead, beside) if place % _CO_NAMED == 0 else (lead,)
    target = IndicatorDraft("新建十公里", "新建管网", ">=", 10.0, "公里")
    return ClauseDraft(
        id=f"{place % _ITEMS + 1}.{place // _ITEMS + 1}",
        text=f"完成第{place + 1}项年度任务，建立台账，按月报送进展。",
        units=named,
        parties=named,
        lead=lead,
        indicators=(target,) if place % _TARGET == 0 else (),
        report_policy="every" if place % _BOTH_REPORT == 0 else None,
    )


def found(home: Path, size: int = len(UNITS)) -> Settings:
    """Lay the founded office of so many units out in a folder; returns its settings."""
    shutil.copytree(_founded(size), home, dirs_exist_ok=True)
    return settings_of(home)


def settings_of(home: Path) -> Settings:
    """The settings of an office's folder, whatever the environment says."""
    return load(home, environment={})


@cache
def _template() -> TemporaryDirectory[str]:
    """The folder lives as long as the process."""
    return TemporaryDirectory(prefix="duban-years-")


@cache
def _founded(size: int) -> Path:
    home = Path(_template().name) / f"{size} units"
    home.mkdir()
    (home / FILE_NAME).write_text(f"office = {OFFICE}\n", encoding="utf-8")
    settings = settings_of(home)
    database = Database(settings.database_url)
    schema.migrate(database)
    _set_up(database, settings)
    database.close()
    _hire_and_adopt(settings, UNITS[:size])
    return home


def _set_up(database: Database, settings: Settings) -> None:
    """As ``duban init`` does it."""
    named = office.OfficeName("市推动长江经济带发展领导小组办公室", "市长江办", "市人民政府")
    codes = {login: hashlib.sha256(login.encode()).hexdigest() for login in office.FIRST}
    with database.write(OFFICE) as connection:
        office.set_up(connection, OFFICE, named, codes, FOUNDED, channel="email", installation="first")
        calendar_store.seed(connection, OFFICE, office.SETUP, FOUNDED)
    with database.read() as connection:
        heads.keep(settings.heads_dir, connection, OFFICE, FOUNDED)


def _hire_and_adopt(settings: Settings, units: tuple[str, ...]) -> None:
    now, process = FOUNDED + timedelta(hours=1), Process("desk", settings)
    with process.database.write(OFFICE) as connection:
        cast.hire_office(connection, OFFICE, now, MAIL)
    director = Seat(process, Clock(now), "director")
    director.perform("notice.adopt", lambda c: notices.adopt(c, director, notice(*FIRST, units), notices.Wanted(), now))
    with process.database.write(OFFICE) as connection:
        cast.hire_units(connection, OFFICE, now, MAIL)
    process.end()
