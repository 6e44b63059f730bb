"""Every row of bad input (``reliability.md`` section 7) has its test, and what comes as a file is refused at both doors.

Which row is tested where is found in the tests themselves: by “Row 7” in the first words of a test, beside the codes it names.
Below stand the rows that no other file of this folder holds: papers at the terminal, and every row that can happen at the desk.
"""

from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from acceptance.test_bad_files import NOTICE, with_entity, word
from unit.web.test_uploads import HOSTILE, picture

from kit.desk import DeskOf, desk_of
from kit.door import INNER, Door
from kit.office import UNITS, at
from models.states import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

NOW: Final = at("2022-06-10 09:00")
PATH: Final = re.compile(r"/(?:tmp|home/[a-z]+|work|usr|var|root)/")
#: row → the codes a person gets for it; where the program keeps a code for another meaning, the one it has instead
ROWS: Final[dict[int, set[str]]] = {
    1: {"E-F01"}, 2: {"E-F02"}, 3: {"E-F03"}, 4: {"E-F04"}, 5: {"E-F05"}, 6: {"E-F06"}, 7: {"E-F07"}, 8: {"E-F08"}, 9: {"E-F09"},
    10: set(), 11: {"E-T01"}, 12: {"E-T02"}, 13: {"W-T01"}, 14: {"E-D01", "W-D03"}, 15: {"E-D02"}, 16: {"W-N01", "E-N02", "E-N13"},
    17: {"E-N03"}, 18: {"E-N04"}, 19: {"E-409"}, 20: {"E-S01"}, 21: {"E-403", "E-404"}, 22: {"E-S02"}, 23: {"E-S03", "W-S04"},
    24: {"E-V01", "E-V02"}, 25: set(), 26: {"E-M01"}, 27: {"E-J01"}, 28: {"E-B01", "E-B02", "E-B03", "E-B04", "E-B15"}, 29: {"E-507"},
    30: {"E-C01"}, 31: {"E-A01", "E-A03", "E-A04"}, 32: set(),
}  # fmt: skip
_ROWS: Final = re.compile(r"\b[Rr]ows? ((?:\d+(?:–\d+)?(?:, | and )?)+)")


def rows_of(text: str) -> set[int]:
    """The rows that the first words of a test name."""
    found: set[int] = set()
    for listed in _ROWS.findall(text):
        for first, last in re.findall(r"(\d+)(?:–(\d+))?", listed):
            found |= set(range(int(first), int(last or first) + 1))
    return found


def codes_by_row() -> dict[int, set[str]]:
    """Row → every code that a test of it names, its parameters among them."""
    found: dict[int, set[str]] = {}
    for file in Path(__file__).parents[1].rglob("test_*.py"):
        text = file.read_text("utf-8")
        for node in ast.parse(text).body if "ow" in text else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                lines = text.splitlines()[
                    min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1 : node.end_lineno
                ]
                for row in rows_of(ast.get_docstring(node) or ""):
                    found.setdefault(row, set()).update(re.findall(r"[EW]-[A-Z]*\d+", "\n".join(lines)))
    return found


def test_every_row_has_its_test() -> None:
    found = codes_by_row()
    assert set(found) == set(ROWS)
    assert {row: sorted(codes - found[row]) for row, codes in ROWS.items() if codes - found[row]} == {}


def big(start: bytes) -> bytes:
    return start + b"\0" * (20 * 1024 * 1024)


def bomb(parts: dict[str, bytes]) -> None:
    parts["word/styles.xml"] = b"<x>" + b" " * (30 * 1024 * 1024) + b"</x>"


#: (row, bytes, name, code): what is sent as a signed paper
PAPERS: Final = (
    (1, lambda: b"", "a.pdf", "E-F01"), (2, lambda: big(b"%PDF-1.7"), "a.pdf", "E-F02"),
    *((row, lambda key=key: HOSTILE[key][0], HOSTILE[key][1], HOSTILE[key][2]) for row, key in (
        (3, "page named pdf"), (4, "cut off"), (5, "javascript"), (5, "password"), (6, "bomb"),
    )),
)  # fmt: skip
#: the same as a notice
NOTICES: Final = (
    (1, lambda: b"", "a.txt", "E-F01"), (7, lambda: word(bomb), "a.docx", "E-F07"), (8, lambda: word(with_entity), "a.docx", "E-F08"),
    (9, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "E-F09"), (11, lambda: NOTICE.rstrip().encode()[:-1], "a.txt", "E-T01"),
    (12, lambda: bytes(range(128, 256)) * 8, "a.txt", "E-T02"), (18, (NOTICE + "水" * (1024 * 1024 // 3 + 1)).encode, "a.txt", "E-N04"),
)  # fmt: skip


def sentence(found: dict[str, Any], code: str) -> None:
    """One code, what is wrong, and what to do; nothing of the inside and no folder."""
    said = " ".join(str(value) for value in found.values())
    assert found["code"] == code, found
    assert found["what"]
    assert found["remedy"]
    assert not INNER.search(said), said
    assert not PATH.search(said), said


@pytest.mark.parametrize(
    ("row", "data", "name", "code"), PAPERS, ids=[f"{row}-{code}-{at}" for at, (row, _d, _n, code) in enumerate(PAPERS)]
)
def test_paper_that_no_archive_can_keep(
    door: Door, tmp_path: Path, row: int, data: Callable[[], bytes], name: str, code: str, record_property
) -> None:  # fmt: skip
    """Rows 1, 2, 3, 4, 5 and 6: at the terminal and at the desk, and nothing is kept (E-F01, E-F02, E-F03, E-F04, E-F05, E-F06)."""
    assert code in ROWS[row]
    world, file = door.world, tmp_path / name
    world.report(world.task, NOW)
    printed = world.filing(now=NOW).check_code
    file.write_bytes(data())
    before = lasting(world)
    said = door.run("clerk1", "form", "attach", printed, file, "--signer", "李一", "--seal", "公章", "--json")
    assert said.code == 1
    sentence(said.refusal, code)
    refused_at(desk_of(world, NOW), "clerk1", "/forms/attach", code, {"code": printed}, (name, data()))
    assert lasting(world) == before
    assert not [one for one in world.folder.rglob("*") if one.parent.parent.name == "store"]
    record_property("figure", "refused=2")


@pytest.mark.parametrize(
    ("row", "data", "name", "code"),
    NOTICES,
    ids=[f"{row}-{code}-{at}" for at, (row, _d, _n, code) in enumerate(NOTICES)],
)
def test_notice_that_cannot_be_read(
    door: Door, tmp_path: Path, row: int, data: Callable[[], bytes], name: str, code: str, record_property
) -> None:  # fmt: skip
    """Rows 1, 7, 8, 9, 11, 12 and 18: at the desk, as at the terminal (E-F07 here, the others in test_bad_files), and no draft is kept."""
    assert code in ROWS[row]
    before, file = lasting(door.world), tmp_path / name
    if row == 7:
        file.write_bytes(data())
        said = door.run("director", "notice", "adopt", file, "--json")
        assert said.code == 1
        sentence(said.refusal, code)
    refused_at(desk_of(door.world, NOW), "director", "/notices/upload", code, {}, (name, data()))
    assert lasting(door.world) == before
    record_property("figure", "refused=1")


def refused_at(
    desk: DeskOf, login: str, path: str, code: str, fields: dict[str, Any], file: tuple[str, bytes] | None = None
) -> None:
    """The page that comes back says the code, at a status of refusal, and nothing of the inside."""
    browser, before = desk.person(login) if login else desk.nobody(), lasting(desk.office)
    data = {**fields, "seal": browser.seal()} if login else fields
    answer = browser.client.post(path, data=data, files=[("file", file)] if file else None)
    said = re.findall(r"E-\w+", answer.text)
    assert (answer.status_code // 100, code in said) == (4, True), (answer.status_code, said)
    words = re.sub(r"<[^>]*>", " ", answer.text)
    assert not INNER.search(words)
    assert not PATH.search(words)
    assert lasting(desk.office) == before


def lasting(world: Any) -> dict[str, list[Any]]:
    """Every row but those of the trail and what changes though nothing is done."""
    return {name: rows for name, rows in world.picture().items() if name not in BESIDE}


#: sessions and failed logins; what was typed into a report that was refused is kept as a draft on purpose
BESIDE: Final = {"login", "loginfailure", "person", "reading", "report_draft"}
TASK: Final = "/tasks/1"
#: (row, who, where, what is typed, the code)
MOVES: Final[tuple[tuple[int, str, str, dict[str, Any], str], ...]] = (
    (14, "reviewer", f"{TASK}", {"action": "return", "version": 1, "reason": "不够具体，请补充", "refile_on": "2022-06-31"}, "E-D01"),
    (15, "director", "/months/2022-06/move", {"to": "0202-06-28", "reason": "汛期顺延"}, "E-D01"),
    (15, "director", "/months/2022-06/move", {"to": "2022-06-01", "reason": "汛期顺延"}, "E-D02"),
    (19, "clerk1", TASK, {"action": "receive", "version": 0}, "E-409"),
    (20, "reviewer", TASK, {"action": "approve", "version": 1}, "E-S01"),
    (21, "clerk3", TASK, {"action": "receive", "version": 1}, "E-404"),
    (21, "clerk3", "/tasks/98765", {"action": "receive", "version": 1}, "E-404"),
    (21, "reviewer", TASK, {"action": "receive", "version": 1}, "E-403"),
    (22, "reviewer", "/tasks/{signed}", {"action": "return", "version": 3, "reason": "　 \u200b。。。。。", "refile_on": "2022-06-28"}, "E-S02"),
    (24, "clerk1", "/filing/1", {"t1-version": 1, "t1-progress": "已清理。", "t1-percent": "120"}, "E-V02"),
    (24, "clerk1", "/filing/1", {"t1-version": 1, "t1-progress": "已清理。", "t1-percent": "40", "t1-value-1": "-3"}, "E-V01"),
    (26, "system", "/people", {"login": "li.si", "name": "李四", "email": "a@b.cn\r\nBcc: c@d.cn"}, "E-M01"),
    (27, "director", "/templates/install", {"name": "opened/body", "text": "第一行\n{{ 单位名 }}"}, "E-J01"),
    (31, "", "/login", {"login": "clerk1", "password": "Wrong-but-long-1"}, "E-A01"),
    (31, "", "/login", {"login": "nobody", "password": "Wrong-but-long-1"}, "E-A01"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "login", "path", "fields", "code"),
    MOVES,
    ids=[f"{row}-{code}-{at}" for at, (row, _l, _p, _f, code) in enumerate(MOVES)],
)
def test_wrong_move_at_the_desk(
    door: Door, row: int, login: str, path: str, fields: dict[str, Any], code: str, record_property
) -> None:  # fmt: skip
    """Rows 14, 15, 19, 20, 21, 22, 24, 26, 27 and 31, as a page says them."""
    assert code in ROWS[row] or (row, code) == (15, "E-D01")
    world = door.world
    world.add(
        "indicator",
        clause_id=world.row("task", 1)["clause_id"],
        name="新增企业",
        op=">=",
        value=1200.0,
        unit="家",
        quote="家",
    )
    signed = world.tasks["1.2", UNITS[1]]
    world.bring_to(signed, Stage.SIGNED_STAMPED, NOW)
    refused_at(desk_of(world, NOW), login, path.format(signed=signed), code, fields)
    record_property("figure", "refused=1")


@pytest.mark.parametrize(
    "name", ["../../x.png", "..\\..\\x.png", "x\u202egnp.png", "甲" * 300 + ".png", "CON.png", "<b>.png"]
)
def test_strange_name_is_only_a_text(door: Door, name: str) -> None:
    """Row 10: the file lies under its hash, its bytes as they came; the name is shown cleaned."""
    world, data = door.world, picture(10) + b"trailing bytes are evidence, too" + picture(10)[-64:]
    world.report(world.task, NOW)
    code = world.filing(now=NOW).check_code
    clerk = desk_of(world, NOW).person("clerk1")
    page = clerk.post("/forms/attach", files=[("file", (name, data))], code=code).text
    digest, shown = (re.findall(f'name="{field}" value="([^"]*)"', page)[0] for field in ("sha256", "name"))
    typed = {"code": code, "sha256": digest, "name": unescape(shown)}
    assert (
        clerk.post("/forms/attach/confirm", **typed, signer="李一", stamp="公章", anyway="当面核对过原件").status_code
        == 303
    )
    (kept,) = world.rows("attachment")
    assert (world.folder / "store" / kept["sha256"][:2] / kept["sha256"]).read_bytes() == data
    assert not re.search(r"[/\\\r\n\u202e]", kept["name"])
    assert len(kept["name"]) <= 120
    answer = clerk.get(f"/tasks/{world.task}/papers/{kept['sha256']}")
    assert answer.content == data
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
