"""The guide for programs: each call that it shows is made, in its order, and answered."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.api import new_token
from kit.desk import DeskOf, desk_of
from kit.levels import BELOW, THEIRS, enter_below, parcel
from kit.office import BEGIN, MONTH, UNITS, small_office
from models.parcels import ClauseReport, MonthReport, ParcelKind
from web.api.refusals import _WHEN
from workflow.tokens import Scope

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def calls() -> list[list[str]]:
    """The words of every command of the guide."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def made(client: TestClient, words: list[str], known: dict[str, str], files: dict[str, bytes]) -> Response:
    """A curl command as a call."""
    words = [re.sub(r"\$([A-Z]+)", lambda found: known[found[1]], word) for word in words]
    assert words[0] == "curl"
    sent: dict[str, Any] = {"headers": {}, "data": {}, "files": {}}
    method, keep, address = "GET", "", words[-1]
    for option, value in zip(words[1:-1:2], words[2:-1:2], strict=True):
        if option == "-X":
            method = value
        elif option == "-H":
            name, _colon, said = value.partition(": ")
            sent["headers"][name] = said
        elif option == "-d":
            sent["json"] = json.loads(value)
        elif option == "-o":
            keep = value
        else:
            assert option == "-F"
            name, _equals, said = value.partition("=")
            sent["files" if said.startswith("@") else "data"][name] = (
                (said[1:], files[said[1:]]) if said[0] == "@" else said
            )
    answer = client.request(method, address, **{name: value for name, value in sent.items() if value})
    if keep:
        files[keep] = answer.content
    return answer


def from_below(desk: DeskOf) -> bytes:
    """Clauses are handed down to the first unit, and what it reports on one of them."""
    own = enter_below(desk.office, UNITS[0])
    desk.person("director").post("/levels/hand-down", office=BELOW, notice="1")
    (down,) = desk.office.rows("parcel")
    said = MonthReport(MONTH, "6号", date(2022, 6, 24), "县主任", (ClauseReport("2.1", "已建立台账。", 50),))
    held = {"summary.pdf": b"%PDF-1.4 summary"}
    return parcel(THEIRS, own, ParcelKind.REPORT, said, BEGIN, answers=down["sha256"], held=held)


def test_every_call_that_the_guide_shows_is_answered(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path))
    client, files = desk.nobody().client, dict[str, bytes]()
    known = {"SERVER": "", "TOKEN": new_token(desk, "clerk1", "read", "file")}
    files["up.parcel"] = from_below(desk)
    for words in calls():
        answer = made(client, words, known, files)
        assert answer.is_success, (words, answer.text)
        if words[-1].endswith("/forms"):
            known["CODE"] = answer.json()["code"]
    assert desk.office.row("task", 1)["state"] == "signed_stamped"


def test_the_guide_names_every_scope_and_status() -> None:
    text = GUIDE.read_text("utf-8")
    assert [scope for scope in Scope if f"| `{scope}` |" not in text] == []
    assert [status for status in _WHEN if f"| {status} |" not in text] == []
