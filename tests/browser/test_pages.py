"""Every page that a person can reach by its links is fit for everybody: labels, headings, contrast, wide and on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from kit import chromium
from kit.chromium import PHONE, WIDE, served
from kit.desk import desk_of
from kit.levels import BELOW, enter_below
from kit.office import at, small_office
from models.states import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from kit.chromium import Served

CHECKS = Path(chromium.__file__).with_name("page_checks.js").read_text("utf-8")
NOW = at("2022-06-27 10:00")
#: pages that one person is led to, of a kind one each
MOST = 40
#: files, and what another program reads
_NO_PAGE = re.compile(
    r"\.(pdf|docx|xlsx|csv|svg|png|jpg|ics|jsonl?|zip|toml|txt)$|/(download|logout|file|papers/\d+-\d+)\b"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    """An office in which everything has happened once: filed, signed, returned, approved, late."""
    office = small_office(tmp_path_factory.mktemp("pages"))
    for task in office.tasks.values():
        office.act(
            f"clerk{1 + list(office.units).index(_unit(office, task))}", Action.RECEIVE, task, at("2022-06-02 09:00")
        )
    first, second, third, *_rest = office.tasks.values()
    for task in (first, second, third):
        office.report(task, at("2022-06-20 09:00"))
    for task in (first, second):
        office.sign(task, at("2022-06-21 09:00"))
    office.give_back(first, at("2022-06-22 09:00"), at("2022-06-28 09:00").date())
    enter_below(office)
    desk_of(office, NOW).person("director").post("/levels/hand-down", office=BELOW, notice="1")
    with served(office, NOW, browser) as running:
        yield running


def _unit(office: object, task: int) -> str:
    names = {number: name for (_clause, name), number in office.tasks.items()}  # type: ignore[attr-defined]
    return str(names[task])


def kind(path: str) -> str:
    """Pages that differ by a number, a day or a word of the question alone are of one kind."""
    return re.sub(r"\d[\d-]*|[A-Z0-9]{4}(-[A-Z0-9]{2,4})+", "#", urlsplit(path).path)


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    return [str(one) for one in found if str(one).startswith("/") and not _NO_PAGE.search(urlsplit(str(one)).path)]


def walk(desk: Served, login: str) -> dict[str, list[str]]:
    """What is wrong with each kind of page that the person is led to."""
    page = desk.person(login)
    waiting, known, wrong = ["/"], {"/"}, dict[str, list[str]]()
    while waiting and len(known) < MOST:
        path = waiting.pop(0)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        answer = page.goto(path)
        assert answer
        if answer.status >= 400:
            wrong[path] = [f"answered with {answer.status}"]
            continue
        found = page.evaluate(CHECKS)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += [f"phone: {one}" for one in page.evaluate(CHECKS) if one not in found]
        if found:
            wrong[path] = found
        for link in links(page):
            if kind(link) not in known:
                known.add(kind(link))
                waiting.append(link)
    return wrong


def long(login: str) -> object:
    return pytest.param(login, marks=pytest.mark.long)


@pytest.mark.parametrize(
    "login",
    ["clerk1", long("director"), long("security"), long("leader1"), long("reviewer"), long("system"), long("audit")],
)
def test_every_page_is_fit_for_everybody(desk: Served, login: str) -> None:
    assert walk(desk, login) == {}
