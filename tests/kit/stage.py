"""An office in which there is something to do every deed of the matrix to, and everybody who might."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import deeds.desk
from documents.parcels import opened
from kit import levels
from kit.desk import Browser, DeskOf, desk_of
from kit.flows import walk
from kit.office import MONTH, at
from kit.world import CO, NOON, OTHER, OWN, REASON, World, make_world
from models import office_key
from models import tables as t
from models.database import Database, sqlite_url
from models.errors import Denied, DubanError, NotFound
from models.parcels import Answer, ClauseAnswer, ClauseReport, MonthReport, ParcelKind
from models.rendering import Rendered
from models.settings import Settings
from models.states import PaperKind, PhotoShows, RequestKind, Role
from models.store import Store
from models.times import local_date
from workflow import cases, filings, flow_reading, flow_store, papers, parcels, peers, problems, requests, tokens
from workflow.case import Actor, Post
from workflow.operation import perform
from workflow.parcels import About

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from models.parcels import Parcel

#: after the due date, so that there is something to urge
LATE = at("2022-06-28 10:00")
TODAY = local_date(LATE)
#: the office as it was before anybody tried anything
MASTER = "master.db"
#: a paper that costs no typesetting
KEPT = Rendered({"pdf": b"%PDF-1.4 paper"}, words_sha256="a" * 64)

#: a duty in every unit that it can be held in (the unit whose things these are, the one beside it, another), and the
#: office's; whoever has no duty; the scheduler; and a substitute for one of each
PEOPLE = (
    *(f"{role}{place}" for role in ("clerk", "leader") for place in (1, 2, 3)),
    "reviewer", "director", "reader", "system", "security", "audit",
)  # fmt: skip
AWAY = ("clerk1", "clerk2", "leader1", "leader3", "reviewer", "director", "reader", "system", "security", "audit")
EVERYBODY = (*PEOPLE, "idle", "scheduler", *(f"stand:{login}" for login in AWAY))


@dataclass
class Things:
    """What there is to do something to, by number: all of it the first unit's, with the second beside it."""

    #: tasks: one to report, one that is reported, one that is approved
    fresh: int = 0
    reported: int = 0
    approved: int = 0
    #: problems: one that is registered, one that is verified on site
    problem: int = 0
    rectified: int = 0
    request: int = 0
    code: str = ""
    paper: int = 0
    #: the SHA-256 of a picture of both problems
    picture: str = ""
    dead: int = 0
    held: int = 0
    draft: int = 0
    token: int = 0
    #: a report that came from the office below, and the answer to a report that went up, which returned clause 1.1
    parcel: int = 0
    answer: int = 0


class Seat(deeds.desk.Desk):
    """A person's surroundings without a terminal and without a browser."""

    as_json = True

    def __init__(self, stage: Stage, actor: Actor) -> None:
        """For one deed."""
        self.stage, self._actor = stage, actor

    @property
    def settings(self) -> Settings:
        """Those of the stage's folder."""
        return Settings(home=self.stage.world.folder)

    @cached_property
    def database(self) -> Database:
        """The stage's own."""
        return self.stage.world.database

    @property
    def actor(self) -> Actor:
        """Whoever does it."""
        return self._actor

    def now(self) -> datetime:
        """After the due date."""
        return LATE


@dataclass
class Stage:
    """The office with everything in it."""

    world: World
    things: Things = field(default_factory=Things)
    _desk: DeskOf | None = None
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def copy(self, folder: Path) -> Stage:
        """A second life of it, to be changed."""
        folder.mkdir()
        shutil.copy(self.world.folder / MASTER, folder / "duban.db")
        shutil.copytree(self.world.folder / "store", folder / "store")
        shutil.copy(self.world.folder / office_key.FILE, folder)
        database = Database(sqlite_url(folder / "duban.db"), synchronous="OFF")
        return Stage(replace(self.world, database=database, folder=folder), self.things)

    def actor(self, login: str) -> Actor:
        """A person, the scheduler, or ``stand:login``: the substitute in that person's name."""
        if login == "scheduler":
            return Actor(0, "scheduler", "scheduler", (Post(Role.SCHEDULER),), source="scheduler")
        who, _colon, absent = login.partition(":")
        plain = self.world.actor(who, LATE)
        if not absent:
            return plain
        with self.world.database.read() as connection:
            found = cases.load_substitute(connection, self.world.office_id, plain, absent, TODAY)
        assert found is not None, absent
        return found

    def whole(self, actor: Actor, deed: str, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """One deed as the doors do it: in one transaction, its refusal in the trail."""
        database, office = self.world.database, self.world.office_id
        return perform(database, office, actor, deed, lambda c: work(c, office, actor, *args, **options), LATE)

    def events(self, after: int = 0) -> list[Any]:
        """The trail after the event of this number."""
        with self.world.database.read() as connection:
            e = t.event
            return list(
                connection.execute(sa.select(e).where(e.c.office_id == 1, e.c.seq > after).order_by(e.c.seq)).all()
            )

    def head(self) -> int:
        """The number of the last event."""
        with self.world.database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(t.event.c.seq)).where(t.event.c.office_id == 1)) or 0

    def open(self, actor: Actor, path: str) -> bool:
        """A page of the desk; what it refuses with is raised."""
        answer = self._browser(actor).get(path)
        if answer.status_code == 200:
            return True
        found = re.search(r"E-\w+", answer.text)
        kind: type[DubanError] = NotFound if answer.status_code == 404 else Denied
        raise kind(found[0] if found else f"status {answer.status_code}", "")

    def _browser(self, actor: Actor) -> Browser:
        self._desk = self._desk or desk_of(self.world, LATE)
        key = f"{actor.login} {actor.acting_for}"
        if key not in self._browsers:
            made = self._browsers[key] = self._desk.person(actor.login) if actor.person_id else self._desk.nobody()
            if actor.acting_for_id:
                absent = next(name for name, number in self.world.people.items() if number == actor.acting_for_id)
                made.client.cookies.set("duban_as", absent, domain="127.0.0.1")
        return self._browsers[key]


def make_stage(folder: Path) -> Stage:
    """The office with something for every deed."""
    world = make_world(folder)
    for login in ("idle", "stand"):
        world.join(login, Role.READER)
        world.change("duty", world.rows("duty")[-1]["id"], valid_to=date(2022, 1, 2))
    world.join("system2", Role.SYSTEM)
    stage = Stage(world)
    _reports(stage, Store(folder / "store"))
    _problems(stage)
    _office(stage)
    _levels(stage)
    for login in AWAY:
        world.add(
            "absence", person_id=world.people[login], substitute_id=world.people["stand"], from_on=TODAY,
            to_on=TODAY + timedelta(days=9),
        )  # fmt: skip
    world.database.close()
    shutil.copy(folder / "duban.db", folder / MASTER)
    return stage


def _reports(stage: Stage, store: Store) -> None:
    """A request on a task, then its report with its form; one more report since the form was printed."""
    world, things = stage.world, stage.things
    things.picture = store.put(b"a picture")
    things.reported = world.task
    things.request = world.do(
        "clerk1", requests.ask, world.task, RequestKind.EXTENSION, REASON, wanted_due_on=date(2022, 7, 9)
    )
    world.report(world.task, NOON)
    things.code = world.filing(OWN).check_code
    world.report(world.tasks["2.1", OWN], NOON)
    things.fresh = walk(world, "monthly_report").task_id
    approved = walk(world, "monthly_report")
    approved.go("reviewed")
    things.approved = approved.task_id


def _problems(stage: Stage) -> None:
    world, things = stage.world, stage.things
    stored = filings.StoredFile(things.picture, "照片.jpg", "image/jpeg", 9)
    for name, state in (("problem", "registered"), ("rectified", "verified")):
        walker = walk(world, "problem_ledger")
        walker.go(state)
        number = walker.task.problem_id
        setattr(things, name, number)
        world.do("clerk1", problems.add_photo, number, stored, PhotoShows.FOUND, "")


def _office(stage: Stage) -> None:
    """What lies on the office's own desks; a newer version of the monthly flow, in which no task runs yet."""
    world, things = stage.world, stage.things
    told: dict[str, Any] = {
        "event": "due_soon", "recipient_id": world.people["clerk1"], "channel": "file", "body": "x", "subject": "x",
        "fields": {}, "about": [], "while_states": [], "level": 1, "reason": "", "attempts": 1, "address": "",
        "created_at": NOON, "next_at": NOON,
    }  # fmt: skip
    for name in ("dead", "held"):
        setattr(things, name, world.add("message", **told, dedupe_key=name, message_id=f"{name}@x", state=name))
    things.draft = world.add(
        "draft", dedupe_key="d", kind="circular", unit_id=world.units[CO], about=[[world.tasks["1.2", CO], 1, 1]],
        text="通报", reason="迟报", made_at=NOON, issued_by="",
    )  # fmt: skip
    frozen: dict[str, Any] = {
        "facts": {}, "files": {}, "head_seq": 1, "head_hash": "h", "issued_by": "director", "issued_at": NOON,
    }  # fmt: skip
    place = (world.database, 1, world.actor("director", LATE), PaperKind.URGING, world.units[OTHER], MONTH)
    things.paper = papers.make(*place, Store(world.folder / "store"), lambda _facts: KEPT, LATE).paper_id
    may = world.add(
        "period", notice_id=world.notice_id, month="2022-05", opens_on=date(2022, 5, 1), due_on=date(2022, 5, 25),
        closes_on=date(2022, 6, 1), due_revision=1, state="open", flow=flow_store.MONTHLY,
    )  # fmt: skip
    world.add("summary", period_id=may, number=1, document_number="1号", covers=[], words_sha256="", **frozen)
    things.token = world.do("system2", lambda c, o, a, now: tokens.make(c, o, a, "duban_t", "test", ("read",), 90, now))
    later = at("2022-07-20 00:00")
    world.add("login", person_id=world.people["clerk1"], token_hash="t", created_at=NOON, expires_at=later)
    text = flow_store.shipped(flow_store.MONTHLY).text
    world.do("director", flow_store.install, flow_reading.read_flow(f"{text}\n# reworded\n"))


def _levels(stage: Stage) -> None:
    """The first unit is an office below, which reported what is approved; and a report of ours that came back from above."""
    world, store = stage.world, Store(stage.world.folder / "store")
    own = levels.enter_below(world, OWN)
    with world.database.read() as connection:
        below = peers.by_name(connection, world.office_id, levels.BELOW)
    may = world.rows("period", month="2022-05")[0]["id"]
    report = MonthReport(MONTH, "6号", TODAY, "县主任", (ClauseReport("1.1", "已清理三公里。", 40),))
    returned = Answer("2022-05", (ClauseAnswer("1.1", "returned", "退回", "审核员", REASON, TODAY),))

    def kept(login: str, kind: ParcelKind, content: object, about: About, *, inward: bool, answers: str = "") -> Parcel:
        data = levels.parcel(levels.THEIRS, own, kind, content, LATE, answers=answers)
        store.put(data)
        found = opened(data, "")
        world.do(login, _keep, below, found, about, inward=inward)
        return found

    kept(
        "clerk1",
        ParcelKind.REPORT,
        report,
        About(world.notice_id, world.period_id, [(stage.things.approved, 1)]),
        inward=True,
    )
    stage.things.parcel = world.rows("parcel")[-1]["id"]
    up = kept("director", ParcelKind.REPORT, replace(report, number="5号"), About(world.notice_id, may), inward=False)
    kept("director", ParcelKind.ANSWER, returned, About(world.notice_id, may), inward=True, answers=up.sha256)
    stage.things.answer = world.rows("parcel")[-1]["id"]


def _keep(
    c: Any, office: int, actor: Actor, peer: Any, found: Parcel, about: About, *, inward: bool, now: datetime
) -> int:
    return parcels.keep(c, office, actor, actor.posts[0].role, peer, found, about, now, inward=inward)
