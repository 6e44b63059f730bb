"""Hostile words in every field of the interface for programs: refused with a code, or stored as they were sent; nothing half done.

The addresses, their parameters and the fields of their bodies are read off the interface's own description; the calls that
are spoilt are those that somebody is offered, so that a text that is taken gets as far as the database.
"""

from __future__ import annotations

import json
import re
import zlib
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest
from fuzz.test_texts import HOSTILE, MARK, RAW, spoilt_texts, trail
from unit.web.test_every_address import NOW, Everything, existing, furnished

from kit.door import INNER
from kit.office import MONTH, UNITS
from web.api.app import PREFIX, schema
from web.frame import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx2 import Response

#: what is no text at all, in a field of a body
OTHER: Final = (None, True, [], {}, [[MARK]], {MARK: [MARK]}, -1.5, 10**30, 1e308)
LOGINS: Final = ("clerk1", "leader1", "clerk2", "clerk3", "reviewer", "director")
#: whatever an action may be given, in good order
GIVEN: Final[dict[str, Any]] = {
    "progress": "已完成清理三公里。", "percent": 40, "reason": "进展不具体，请补充数据。", "problems": "缺钱", "next_steps": "继续清理",
    "refile_on": "2022-06-29", "people": ["reviewer"], "measures": "限期清理堆渣。", "found": "堆渣已经清完。", "visited_on": "2022-06-20",
    "signer": "李一", "seal": "公章",
}  # fmt: skip
#: sent with each call, beside what the description names
HEADERS: Final = ("Accept-Language", "Authorization")
#: bytes of a text in an address; a server takes no longer one
LONGEST: Final = 10_000
#: offered, though the paper has not come back, though there is no second reviewer
WANTING: Final = {"sign_stamp", "forward"}
Place = tuple[str, tuple[str | int, ...]]


@dataclass
class Call:
    """A call that is taken as it stands, in parts by where they are sent."""

    login: str
    method: str
    address: str
    sent: dict[str, Any]
    #: the file of a paper; its call is a form
    file: bytes = b""

    def places(self, described: dict[str, Any]) -> Iterator[Place]:
        """Every part that can be another: parameters, headers, fields and theirs, and a field that there is none of."""
        for one in described.get("parameters", []):
            yield one["in"], (one["name"],)
        yield from (("header", (name,)) for name in HEADERS)
        yield from (("body", place) for place in _leaves(self.sent["body"]))
        yield ("body", (MARK,)) if self.sent["body"] else ("query", (MARK,))

    def spoilt(self, place: Place, text: Any) -> Call:
        """The same call with something else in one place; a field that there is none of gets its text as its name."""
        made = deepcopy(self)
        where, (*path, last) = place
        inside = made.sent[where]
        for step in path:
            inside = inside[step]
        if last == MARK:
            last, text = text, "x"
        inside[last] = text
        return made

    def ask(self, everything: Everything) -> Response:
        """Send it, each part as bytes, so that the program gets what no well-made client would send."""
        path = re.sub(r"{(\w+)}", lambda found: _quoted(self.sent["path"][found[1]]), self.address)
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in self.sent["query"].items())
        headers = everything.headers(self.login, PREFIX + "/") | self.sent["header"]
        sent = {name.encode(): _bytes(value) for name, value in headers.items()}
        body: dict[str, Any] = {}
        if self.file:
            fields = {_bytes(name).decode(errors="replace"): _bytes(value) for name, value in self.sent["body"].items()}
            body = {"data": fields, "files": {"file": ("扫描件.pdf", self.file, "application/pdf")}}
        elif self.sent["body"]:
            body = {"content": json.dumps(self.sent["body"]).encode()}
            sent[b"Content-Type"] = b"application/json"
        return everything.client.request(self.method, f"{PREFIX}{path}?{query}", headers=sent, **body)


def _leaves(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else None
    if path and (inside is None or not body or isinstance(body, list)):
        yield path
    for name, value in inside or ():
        yield from _leaves(value, (*path, name))


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def _quoted(value: Any) -> str:
    return quote(_bytes(value)[:LONGEST], safe="")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """Beside what the pages are tried on: an indicator, a report that waits for its paper, a problem on its way."""
    made = furnished(tmp_path_factory.mktemp("interface"))
    office = made.desk.office
    clause = office.row("task", office.tasks["1.1", UNITS[1]])["clause_id"]
    office.add("indicator", clause_id=clause, name="清理岸线", op=">=", value=3.0, unit="公里", quote="不少于三公里")
    office.report(office.tasks["2.1", UNITS[0]], NOW)
    problem = office.rows("task", problem_id=1)[0]["id"]
    office.act("clerk1", "start", problem, NOW, measures="限期清理堆渣。")
    office.act("clerk1", "apply", problem, NOW, progress="堆渣已清。")
    with made.client, pytest.MonkeyPatch.context() as patched:
        for name in ("TOKEN", "UPLOAD"):
            patched.setattr(limits, name, limits.ADDRESS)  # no program asks for so much so fast
        made.post("clerk1", f"{PREFIX}/forms", {"month": MONTH, "unit": UNITS[0]})
        made.keep()
        yield made
    made.rows.close()
    office.database.close()


def calls(everything: Everything) -> Iterator[Call]:
    """One of each operation, and one of each action in each state in which somebody is offered it."""
    form = everything.desk.office.rows("filing")[-1]["check_code"]
    body: dict[str, Any]
    for address, methods in schema()["paths"].items():
        for method, described in methods.items():
            names = [one["name"] for one in described.get("parameters", []) if one["in"] == "path"]
            values = existing(everything.desk, "/".join(f"{{{name}}}" for name in names), 0).split("/")
            sent = {"path": dict(zip(names, values, strict=False)), "query": {}, "header": {}, "body": {}}
            call = Call("clerk1", method.upper(), address, sent)
            match described["operationId"]:
                case "takeParcel":  # none but a sealed one passes; tests/unit/web/test_levels.py sends altered ones
                    continue
                case "actOnTask":
                    yield from actions(everything, call)
                    continue
                case "actOnTasks":
                    task = everything.desk.office.tasks["2.1", UNITS[2]]
                    body = {"items": [_action(everything, "clerk3", task) | {"task_id": task, "action": "report"}]}
                    call = Call("clerk3", "POST", address, sent | {"body": body | {"dry_run": False}})
                case "printForm":
                    sent["body"] = {"month": MONTH, "unit": UNITS[0]}
                case "attachPaper":
                    sent["path"] = {"code": form}
                    sent["body"] = {"signer": "李一", "seal": "公章", "anyway": "扫描件页码不全，已核对原件。"}
                    call.file = everything.get("clerk1", f"{PREFIX}/forms/{form}/file").content
            yield call


def actions(everything: Everything, call: Call) -> Iterator[Call]:
    """An action on each kind of task in each state, by somebody who is offered it."""
    seen = set()
    for login in LOGINS:
        for task in everything.get(login, f"{PREFIX}/tasks?limit=200").json()["items"]:
            story = everything.get(login, f"{PREFIX}/tasks/{task['id']}").json()
            for name in (one["action"] for one in story["offered"]):
                if (key := (story["flow"], story["state"], name)) not in seen:
                    seen.add(key)
                    path, body = {"task_id": task["id"], "action": name}, _action(everything, login, task["id"])
                    yield Call(login, "POST", call.address, call.sent | {"path": path, "body": body})


def _action(everything: Everything, login: str, task: int) -> dict[str, Any]:
    story = everything.get(login, f"{PREFIX}/tasks/{task}").json()
    values = [{"indicator_id": one["id"], "value": None, "reason": "月底才统计。"} for one in story["indicators"]]
    return {"version": story["version"], **deepcopy(GIVEN), "values": values}


def wrong_with(everything: Everything, call: Call, text: Any, answer: Response, since: int) -> list[str]:
    """What is wrong with an answer, and with what it left behind."""
    changed, words = (
        everything.settle() != everything.state,
        answer.text if "json" in answer.headers.get("content-type", "") else "",
    )
    said = [f"status {answer.status_code}"] if answer.status_code in {429, 500} else []
    said += [f"shown: {raw}" for raw in RAW[2:] if raw in words]
    if answer.status_code >= 400:
        told = answer.json().get("error", {})
        said += [] if re.fullmatch(r"[EW]-[A-Z]*\d+", str(told.get("code"))) and told.get("what") else ["no code"]
        said += (
            [f"the inside: {inner[0]}"]
            if (inner := INNER.search(told.get("what", "") + told.get("remedy", "")))
            else []
        )
        said += ["refused, but changed"] if changed else []
    elif "refused" in words and answer.json().get("refused") and changed:
        said += ["refused in a batch, but changed"]
    elif changed:
        typed = json.loads(json.dumps(text))  # two halves of a character are one again
        said += spoilt_texts(everything, typed, since) if isinstance(typed, str) and MARK in typed else []
        said += _read_again(everything, call)
    if changed:
        everything.restore()
    return said


def _read_again(everything: Everything, call: Call) -> list[str]:
    """What was taken is told, and shown in a page, as what it is."""
    body = call.sent["body"].get("items", [{}])[0]
    number = call.sent["path"].get("task_id") or body.get("task_id") or everything.desk.office.tasks["2.1", UNITS[0]]
    told = everything.get(call.login, f"{PREFIX}/tasks/{number}")
    page = everything.get(call.login, f"/tasks/{number}")
    said = [f"told as {one.status_code}" for one in (told, page) if one.status_code != 200]
    return said + [f"shown raw: {raw}" for raw in RAW if raw in page.text]


def send_all(everything: Everything, each: int, apart: int, record: Callable[[str, object], None]) -> None:
    """So many hostile things into each place of each call, of the actions' into each ``apart``-th; which ones, its name says."""
    wrong, count = [], 0
    for number, call in enumerate(list(calls(everything))):
        whole = call.ask(everything)
        wanting = call.method == "GET" or call.sent["path"].get("action") in WANTING
        assert whole.status_code < 300 or wanting, (call.sent, whole.text)
        everything.restore()
        places = list(call.places(schema()["paths"][call.address][call.method.lower()]))
        for place in places[number % apart :: apart] if "action" in call.sent["path"] else places:
            things = HOSTILE if place[0] != "body" or call.file or place[1] == (MARK,) else (*HOSTILE, *OTHER)
            begin = zlib.crc32(f"{call.method} {call.address} {call.sent['path']} {place}".encode())
            for turn in range(min(each, len(things))):
                text, since = things[(begin + turn * 7) % len(things)], trail(everything)
                answer = call.spoilt(place, text).ask(everything)
                count += 1
                found = wrong_with(everything, call, text, answer, since)
                wrong += [(call.login, call.method, call.address, place, str(text)[:40], one) for one in found]
    assert wrong == [], f"{len(wrong)}: " + "\n".join(map(str, wrong[:40]))
    record("figure", f"texts={count}")


def test_a_hostile_text_in_every_field_of_the_interface(everything: Everything, record_property) -> None:
    send_all(everything, 1, 4, record_property)


@pytest.mark.long
def test_hostile_texts_in_every_field_of_every_call_of_the_interface(everything: Everything, record_property) -> None:
    send_all(everything, 8, 1, record_property)
