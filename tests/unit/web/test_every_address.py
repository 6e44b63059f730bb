"""Every address of the desk, asked as everybody: with things of one's own, of others, of nobody, and with nonsense.

Whoever is granted what ``kit/doors.txt`` says of it comes in, and nobody else.

Never a fault of the program, never a word of a report to whom it does not belong, the same answer for what is not there
and what is not theirs, and nothing changed by what was refused. Addresses and fields are read off the program itself.
"""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

import pytest
from starlette.testclient import TestClient

import web
from kit.api import new_token
from kit.desk import DeskOf, desk_of
from kit.doors import KINDS, doors, routes
from kit.office import OFFICE, UNITS, at, small_office
from kit.office import PEOPLE as OFFICE_PEOPLE
from models import tables as t
from models.drafts import ProblemDraft
from models.states import ADMINISTRATORS, Reach, RequestKind, Role
from models.store import Store
from models.times import local_date
from web.frame import limits
from web.frame.posted import SEAL
from workflow import report_drafts, requests
from workflow.authorisation import MATRIX
from workflow.problems import register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

    from kit.office import SmallOffice

NOW: Final = at("2022-06-20 10:00")
#: one task of each unit; the first two units stand in one clause, the third's is approved
TASKS: Final = (("1.1", UNITS[0]), ("1.2", UNITS[1]), ("2.2", UNITS[2]))
WORDS: Final = ("机密甲", "机密乙", "机密丙")
#: in requests, problems and names of files; the trail holds these, so that they can be audited
ASKED: Final = ("事由甲", "事由乙", "事由丙")
#: what a person may read of reports: the places of the units
READ: Final = {
    "clerk1": {0}, "leader1": {0}, "clerk2": {1}, "clerk3": {2}, "reviewer": {0, 1, 2}, "director": {0, 1, 2},
    "reader": {2}, "system": set[int](), "security": set[int](), "audit": set[int](), "": set[int](),
}  # fmt: skip
#: one of each duty, of the unit that the things belong to, of a co-named one, of another; and nobody
PEOPLE: Final = ("leader1", "clerk2", "clerk3", "reviewer", "director", "reader", "system", "security", "audit", "")
SCOPES: Final = {
    Role.CLERK: "file", Role.LEADER: "file", Role.REVIEWER: "review", Role.DIRECTOR: "office", Role.READER: "office",
    Role.SYSTEM: "administer", Role.SECURITY: "administer", Role.AUDIT: "administer",
}  # fmt: skip
NONSENSE: Final = "<b>'\";--{{7*7}}😀\x00"
#: whoever fails here is counted; who logs out is gone
COUNTING: Final = {"/login", "/account/password", "/account/second", "/account/second/leave", "/logout"}
CODES: Final = ("A234-5678", "B234-5678", "C234-5678")
#: what changes whatever is answered: the trail, when somebody was seen, that a report lay open
BESIDE: Final = {"event", "login", "reading", "sqlite_sequence"}
_FIELD: Final = re.compile(r'form\.[a-z]+\(\s*"([a-z_]+)"')
_PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass
class Everything:
    """An office in which everything there is belongs to somebody, and one browser for all its people."""

    desk: DeskOf
    client: TestClient
    file: Path
    rows: sqlite3.Connection
    sessions: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    state: str = ""
    #: the number of the last event that was looked at
    seen: int = 0

    def headers(self, login: str, path: str) -> dict[str, str]:
        if not login:
            return {}
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.tokens[login]}"}
        return {"Cookie": f"duban={self.sessions[login]}; duban_lang=en"}

    def get(self, login: str, path: str) -> Response:
        return self.client.get(path, headers=self.headers(login, path))

    def post(self, login: str, path: str, fields: dict[str, str]) -> Response:
        headers = self.headers(login, path)
        if path.startswith("/api/"):
            return self.client.post(path, json=fields, headers=headers)
        office = self.desk.office
        seal = self.desk.site.form_seal(office.people[login], local_date(NOW)) if login else ""
        return self.client.post(path, data={**fields, SEAL: seal}, headers=headers)

    def settle(self) -> str:
        """What the database holds, as one hash, beside the trail."""
        self.desk.site.seen.settle()
        made = hashlib.sha256()
        for name in sorted(set(t.metadata.tables) - BESIDE):
            made.update(repr((name, self.rows.execute(f'SELECT * FROM "{name}"').fetchall())).encode())
        return made.hexdigest()

    def denials(self) -> int:
        """How many there are in the trail since this was asked last."""
        last = self.seen
        query = "SELECT max(seq), sum(result = 'denied' AND seq > ?) FROM event"
        self.seen, count = self.rows.execute(query, (last,)).fetchone()
        return count or 0

    def keep(self) -> None:
        """Remember how everything stands; that a token is in use was noted before."""
        for login in filter(None, READ):
            self.get(login, "/api/v1/me")
        self.state = self.settle()
        _copy(self.file, self.file.with_name("before.db"))

    def restore(self) -> None:
        _copy(self.file.with_name("before.db"), self.file)
        self.denials()


def _copy(one: Path, other: Path) -> None:
    with closing(sqlite3.connect(one)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


def furnished(folder: Path) -> Everything:
    """Each unit's report, paper, draft, message and request hold its secret word."""
    office = small_office(folder)
    reader = office.add(
        "person", login="reader", name="阅览", email="", password_hash="", code_hash="", active=True, failed_logins=0,
        created_at=NOW,
    )  # fmt: skip
    office.people["reader"] = reader
    office.add("duty", person_id=reader, role="reader", unit_id=None, valid_from=date(2022, 1, 1))
    store = Store(folder / "store")
    for place, (key, word) in enumerate(zip(TASKS, WORDS, strict=True)):
        clerk, task = f"clerk{place + 1}", office.tasks[key]
        _before(office, clerk, key[1], word, ASKED[place])
        office.act(clerk, "report", task, NOW, progress=f"{word}已完成清理三公里。", percent=40, problems=f"{word}缺钱")
        _sign(office, store, task, place)
        office.add(
            "message", dedupe_key=word, event="due_soon", recipient_id=office.people[clerk], channel="file", body=word,
            subject=word, fields={"word": word}, message_id=f"{place}@x", about=[[task, 1, 1]], while_states=[],
            state="sent", level=1, reason="", attempts=1, address="", created_at=NOW, next_at=NOW, settled_at=NOW,
        )  # fmt: skip
        problem = ProblemDraft("inspection", f"{ASKED[place]}堆渣", date(2022, 6, 8), date(2022, 6, 30), (key[1],))
        with office.database.write(OFFICE) as connection:
            register(connection, OFFICE, office.actor("reviewer", NOW), problem, NOW)
    office.act("reviewer", "approve", office.tasks[TASKS[2]], NOW)
    desk = desk_of(office, NOW)
    client = TestClient(desk.app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)
    made = Everything(desk, client, folder / "duban.db", sqlite3.connect(folder / "duban.db", check_same_thread=False))
    for login in filter(None, READ):
        made.sessions[login] = desk.session(login)
        made.tokens[login] = new_token(
            desk, login, "read", SCOPES[OFFICE_PEOPLE[login][1] if login in OFFICE_PEOPLE else Role.READER]
        )
    return made


def _before(office: SmallOffice, clerk: str, unit: str, word: str, asked: str) -> None:
    """What is there before anything is filed: a draft kept, more time asked for; on another task of the unit where it has one."""
    mine = [number for (_clause, name), number in office.tasks.items() if name == unit]
    with office.database.write(OFFICE) as connection:
        actor, task = office.actor(clerk, NOW), mine[-1]
        report_drafts.keep(connection, OFFICE, actor, task, {"progress": f"{word}草稿"}, 1, NOW)
        requests.ask(
            connection, OFFICE, actor, task, RequestKind.EXTENSION, f"{asked}汛期", NOW,
            wanted_due_on=date(2022, 6, 30), progress=f"{asked}在办",
        )  # fmt: skip


def _sign(office: SmallOffice, store: Store, task: int, place: int) -> None:
    """The unit's paper came back; the trail names each file that was opened."""
    row, code, word = office.row("task", task), CODES[place], WORDS[place]
    report = office.rows("report", task_id=task)[-1]
    form = office.add(
        "filing", period_id=row["period_id"], unit_id=row["unit_id"], number=place + 1, content_sha256=word,
        check_code=code, covers=[[task, 1, report["content_sha256"]]], printed_by="clerk", printed_at=NOW,
    )  # fmt: skip
    paper = office.add(
        "attachment", sha256=store.put(f"%PDF-1.4 {word}".encode()), name=f"{ASKED[place]}.pdf", media_type="application/pdf",
        size=1, stored_by="clerk", stored_at=NOW,
    )  # fmt: skip
    office.add(
        "evidence", filing_id=form, attachment_id=paper, kind="scan", signer="李一", seal="公章", attested_by="clerk",
        attested_at=NOW,
    )  # fmt: skip
    office.act(f"leader{place + 1}", "sign_stamp", task, NOW, filing_id=form, signer="李一", seal="公章")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    made = furnished(tmp_path_factory.mktemp("everything"))
    with made.client, pytest.MonkeyPatch.context() as patched:
        patched.setattr(limits, "SESSION", limits.ADDRESS)  # nobody asks for so much so fast
        made.keep()
        yield made
    made.rows.close()
    made.desk.office.database.close()


@cache
def fields() -> tuple[str, ...]:
    """The names of all fields that any form is read for."""
    sources = Path(web.__file__).parent.rglob("*.py")
    return tuple(sorted({name for file in sources for name in _FIELD.findall(file.read_text("utf-8"))} - {SEAL}))


def addresses(desk: DeskOf, method: str) -> dict[str, list[str]]:
    """Every registered address, of pages and of the interface for programs, with the names of what is asked for."""
    found = {
        path: [one.alias for one in route.dependant.query_params]
        for path, route in routes(desk.app.routes)
        if method in (route.methods or ())
    }
    assert len(found) > 50
    return dict(sorted(found.items()))


def existing(desk: DeskOf, address: str, place: int) -> str:
    """The address of what belongs to one of the units."""
    paper, clerk = desk.office.rows("attachment")[place]["sha256"], f"clerk{place + 1}"
    return _filled(address, {
        "task_id": desk.office.tasks[TASKS[place]], "number": place + 1, "login": clerk, "sha256": paper,
        "photo": 1, "code": CODES[place], "month": "2022-06", "kind": "pdf", "page": 1, "seq": place + 1,
        "action": "report", "name": "x", "key": "x", "token": "x", "session_id": place + 1,
    })  # fmt: skip


def missing(address: str) -> str:
    return _filled(address, {
        "task_id": 98765, "number": 98765, "login": "nobody", "sha256": "0" * 64, "photo": 1, "code": "9999-9999",
        "month": "2021-01", "kind": "pdf", "page": 1, "seq": 98765, "action": "report", "name": "x", "key": "x",
        "token": "x", "session_id": 98765,
    })  # fmt: skip


def odd(address: str, value: object) -> str:
    return _filled(address, dict.fromkeys(_PARAMETER.findall(address), value))


def _filled(address: str, given: dict[str, Any]) -> str:
    return _PARAMETER.sub(lambda found: quote(str(given[found[1]]), safe=""), address)


def told(everything: Everything, login: str, path: str) -> tuple[int, str]:
    """What is said of an address, to a script, whatever it is about."""
    answer = everything.client.get(path, headers={**everything.headers(login, path), "HX-Request": "true"})
    words = answer.text
    for part in sorted(re.split(r"[/.]", path), key=len, reverse=True):
        words = re.sub(rf"\b{re.escape(part[:12])}\w*", "…", words) if part else words
    return answer.status_code, words


def heard(everything: Everything, login: str, path: str, answer: Response) -> list[tuple[Any, ...]]:
    """What is wrong with an answer, whatever it answers."""
    words = answer.content.decode("utf-8", "ignore") + unquote(answer.headers.get("content-disposition", ""))
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            words = "".join(packed.read(name).decode("utf-8", "ignore") for name in packed.namelist())
    leaked = [word for place, word in enumerate(WORDS) if word in words and place not in READ[login]]
    asked = [
        word for place, word in enumerate(ASKED) if word in words and place not in READ[login] and login != "audit"
    ]
    faults = [(login, path, answer.status_code)] if answer.status_code >= 500 or answer.status_code == 429 else []
    return [*faults, *((login, path, word) for word in (*leaked, *asked))]


def bound(everything: Everything, login: str, door: str, path: str, answer: Response) -> list[tuple[Any, ...]]:
    """What is wrong with whom a door lets in: whoever is granted what is asked behind it comes in, nobody else does.

    Whoever is turned away stands in the trail.
    """
    untold = everything.denials() == 0
    deed, role = doors()[door], Role(login.rstrip("123")) if login else None
    # the interface holds a body against its form before it asks who sends it
    status, turned_away = (
        answer.status_code,
        answer.status_code in {401, 403, 404, 422 if path.startswith("/api/") else 403},
    )
    if deed in KINDS and not (deed == "step" and role in ADMINISTRATORS):
        return []
    if not login:
        away = turned_away or (status == 303 and answer.headers["location"].startswith("/login"))
        return [] if away else [(door, "lets nobody in particular in", status)]
    if role not in MATRIX.get(deed, ()):
        told = not untold or status in {401, 422}
        return [] if turned_away and told else [(login, door, deed, "is let in" if told else "is not told", status)]
    # a reader opens what is issued, and here nothing is
    whole = (MATRIX[deed][role] is Reach.ALL and role is not Role.READER) or (
        login == "leader1" and MATRIX[deed][role] in {Reach.OWN, Reach.NAMED}
    )
    refused = whole and status == 403 and "E-403" in answer.text
    return [(login, door, deed, "is turned away", status)] if refused else []


@pytest.mark.parametrize("login", PEOPLE)
def test_nothing_of_others_is_shown(everything: Everything, login: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    outside = login in {"clerk3", "reader", "audit"}
    for address in addresses(everything.desk, "GET"):
        path = existing(everything.desk, address, 0)
        answer = everything.get(login, path)
        wrong += heard(everything, login, path, answer) + bound(everything, login, f"GET {address}", path, answer)
        if outside and "{" in address and "{month}" not in address and answer.status_code in {403, 404}:
            one, other = told(everything, login, path), told(everything, login, missing(address))
            wrong += [(login, path, one, other)] if one != other else []
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.parametrize("login", PEOPLE)
def test_what_is_refused_changes_nothing(everything: Everything, login: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    bodies = [{}, dict.fromkeys(fields(), NONSENSE)] if login == "director" else [{}]
    for address in addresses(everything.desk, "POST"):
        path = existing(everything.desk, address, 0)
        for given in bodies if address not in COUNTING else ():
            answer = everything.post(login, path, given)
            wrong += heard(everything, login, path, answer) + bound(everything, login, f"POST {address}", path, answer)
            if everything.settle() != everything.state:
                wrong += [(login, path, "changed")] if answer.status_code >= 400 or not login else []
                everything.restore()
    assert wrong == [], "\n".join(map(str, wrong))


def test_nonsense_is_no_fault(everything: Everything) -> None:
    wrong: list[tuple[Any, ...]] = []
    login = "director"
    for address, questions in addresses(everything.desk, "GET").items():
        paths = [odd(address, value) for value in (NONSENSE, 9**30)] if "{" in address else []
        for value in (NONSENSE, "9999-12-31") if questions else ():
            asked = "&".join(f"{name}={quote(value)}" for name in questions)
            paths.append(f"{existing(everything.desk, address, 0)}?{asked}")
        for path in paths:
            wrong += heard(everything, login, path, everything.get(login, path))
    for address in addresses(everything.desk, "POST"):
        if "{" in address:
            wrong += heard(everything, login, address, everything.post(login, odd(address, 9**30), {}))
    assert wrong == [], "\n".join(map(str, wrong))
