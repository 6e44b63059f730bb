"""Two offices, one above the other, typed at both doors: handed down, divided, reported upward, returned, corrected, approved."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from kit.api import Program, program
from kit.desk import desk_of
from kit.levels import ABOVE, BELOW, UNIT, Levels, divide, month_below
from kit.office import at
from kit.server import empty_database, needs_server
from kit.tenancy import settle
from models.database import Database
from models.schema import migrate
from models.states import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.door import Door

MONTH = "2022-06"
NIGHT, LATER = "2022-06-24T18:00", "2022-06-26T09:00"
REASON = "请写明新增管网的具体路段。"


@pytest.fixture
def levels(filled: Door, tmp_path: Path) -> Levels:
    made = Levels(filled.copy(tmp_path / "upper"), filled.copy(tmp_path / "lower"))
    made.introduce()
    return made


@pytest.fixture(params=["file", pytest.param("server", marks=needs_server)])
def either(request: pytest.FixtureRequest, levels: Levels) -> Iterator[Levels]:
    """The upper office in its file, or in PostgreSQL; the one below always in its file."""
    if request.param == "file":
        yield levels
        return
    world = levels.upper.world
    with empty_database("levels") as url:
        world.database.close()
        world.database = Database(url)
        migrate(world.database)
        settle(world.folder / "duban.db", 1, world.database)
        settings = world.folder / "duban.toml"
        settings.write_text(f'database = "{url}"\n{settings.read_text("utf-8")}', encoding="utf-8")
        yield levels
        world.database.close()


def handed_down(levels: Levels, folder: Path) -> dict[str, Any]:
    """The clauses of the unit go down, are divided there, adopted and opened."""
    file, table = folder / "下达.parcel", folder / "分解表.xlsx"
    made = levels.upper.data("director", "parcel", "hand-down", BELOW, "--notice", 1, "--out", file)
    assert made["clauses"] == ["1.1", "1.2"]
    taken: dict[str, Any] = levels.lower.data("director", "parcel", "take", file, "--xlsx", table)
    assert (taken["office"], taken["draft"]) == (ABOVE, 1)
    table.unlink()  # while the draft is worked on its table is there for whoever asks again
    assert levels.lower.data("director", "parcel", "take", file, "--xlsx", table)["existed"]
    levels.lower.refuses(1, "E-N13", "director", "notice", "adopt", table)
    divide(table, {"1.1": "市发改委、市水利局", "1.2": "市水利局"})
    words = ("notice", "adopt", table, "--accept-open", "已逐条落实责任单位", "--open", MONTH)
    opened = levels.lower.data("director", *words)
    assert (opened["clauses"], opened["responsibilities"]) == (2, 3)
    return {"notice": opened["notice_id"], "period": opened["opened"]["period_id"], "file": file}


def reported(levels: Levels, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The lower office's month is filed, issued and reported upward."""
    below, file = handed_down(levels, folder), folder / "上报.parcel"
    notice = ("--notice", below["notice"])
    levels.lower.refuses(1, "E-L17", "director", "parcel", "report", MONTH, *notice, "--out", file)
    levels.lower.refuses(1, "E-L16", "director", "parcel", "report", MONTH, "--notice", 1, "--out", file)
    month_below(levels.lower, below["period"], at("2022-06-20 10:00"))
    issued = ("summary", "issue", MONTH, *notice, "--number", "云督〔2022〕6号")
    levels.lower.data("director", *issued, now=NIGHT)
    # of two notices with the month the one from above is meant
    made = levels.lower.data("director", "parcel", "report", MONTH, "--out", file, now=NIGHT)
    assert (made["clauses"], made["left"], made["existed"]) == (["1.1", "1.2"], [], False)
    return file, below


def tasks(levels: Levels) -> dict[str, dict[str, Any]]:
    """Clause → the upper task of the unit as the reviewer sees it."""
    rows = levels.upper.data("reviewer", "task", "list", "--unit", UNIT, "--month", MONTH)
    return {row["clause"]: row for row in rows}


def corrected_at_the_desk(door: Door, answer: int, clause: str, said: tuple[str, ...]) -> None:
    """By the director on the page of the answer; what is refused stays in its form, and nobody else is offered it."""
    desk, address = desk_of(door.world, at("2022-06-26 09:00")), f"/levels/{answer}"
    told = dict(zip(said[::2], said[1::2], strict=True))
    assert f"{address}/correct" not in desk.person("reviewer").get(address).text
    director = desk.person("director")
    page = director.get(address).text
    assert REASON in page
    assert 'value="7.5"' in page  # what had been reported is there to be changed
    assert page.count(f"{address}/correct") == 1  # of what was approved nothing is corrected
    typed = {"clause": clause, "progress": told["--progress"], "percent": "80", "value-0": "8"}
    refused = director.post(f"{address}/correct", **typed, reason="改")
    assert "E-S02" in refused.text
    assert told["--progress"] in refused.text
    before = len(door.world.rows("parcel"))
    assert desk.person("reviewer").post(f"{address}/correct", **typed, reason=told["--reason"]).status_code == 403
    assert director.post(f"{address}/correct", **typed, reason=told["--reason"]).headers["location"] == "/levels"
    assert len(door.world.rows("parcel")) == before + 1
    # of the months only the one of the notice from above can go up; it went up already
    assert re.findall(r'value="(2022-06@\d)"', director.get("/levels").text) == ["2022-06@2"]
    assert director.post("/levels/report", month="2022-06@2").headers["location"] == "/levels"
    assert len(door.world.rows("parcel")) == before + 1
    # it is on its way: no second form, and whoever still has one open loses no word
    for page in (director.get(address).text, director.get("/levels").text):
        assert "更正被退回的条款" not in page
        assert "2022-06-26 09:00" in page
    assert f"{address}/correct" not in director.get(address).text
    late = director.post(f"{address}/correct", **typed | {"percent": "90"}, reason=told["--reason"])
    assert "E-L23" in late.text
    assert told["--progress"] in late.text
    assert len(door.world.rows("parcel")) == before + 1
    desk.site.database.close()


def made_anew(levels: Levels, answer: int, clause: str, outdated: Path, folder: Path) -> Path:
    """The office below gets another key before its correction is taken: it is made anew at the desk; its file."""
    upper, lower = levels.upper, levels.lower
    key = lower.data("security", "peer", "key", "--new")
    upper.data("security", "peer", "end", BELOW)
    heard = ("--public", key["public"], "--fingerprint", key["fingerprint"], "--unit", UNIT)
    upper.data("security", "peer", "add", BELOW, *heard)
    upper.refuses(1, "E-L05", "clerk2", "parcel", "take", outdated, now=LATER)
    desk = desk_of(lower.world, at("2022-06-26 09:00"))
    desk.person("director").post(f"/levels/{answer}/correct-anew", clause=clause)
    desk.site.database.close()
    return levels.file_of_lower(lower.world.rows("parcel")[-1]["id"], folder)


def findings(door: Door) -> list[dict[str, str]]:
    """What the audit administrator is told of a trail; the scans that these tests only pretend to have left out."""
    said = door.run("audit", "audit", "verify", "--json", now=LATER)
    told: list[dict[str, str]] = said.refusal["findings"] if said.code else said.data["findings"]
    return [one for one in told if not one["where"].startswith("attachment")]


def test_a_month_below_is_a_report_above_returned_once_corrected_and_approved(either: Levels, tmp_path: Path) -> None:
    levels = either
    file, _below = reported(levels, tmp_path)
    upper, lower = levels.upper, levels.lower
    upper.refuses(1, "E-403", "clerk3", "parcel", "take", file, now=NIGHT)
    taken = upper.data("clerk2", "parcel", "take", file, now=NIGHT)
    assert [(line["clause"], line["task"]) for line in taken["lines"]] == [
        (clause, tasks(levels)[clause]["id"]) for clause in ("1.1", "1.2")
    ]
    upper.refuses(1, "E-L20", "reviewer", "parcel", "answer", taken["number"], "--out", tmp_path / "x", now=NIGHT)
    # it is the unit's report: its words, the mean of its percents, its figure; signed by nobody's review
    one, two = (upper.data("reviewer", "task", "show", tasks(levels)[clause]["id"]) for clause in ("1.1", "1.2"))
    assert one["reports"][-1]["progress"] == "市发改委：市发改委已完成第1段。\n市水利局：市水利局已完成第2段。"
    assert (one["reports"][-1]["percent"], one["state"]) == (50, "signed_stamped")
    assert [value["value"] for value in two["reports"][-1]["values"]] == [7.5]
    papers = upper.data("reviewer", "form", "list", "--month", MONTH)
    assert [(row["kind"], row["signer"]) for row in papers] == [("parcel", "王主任（印发人）")]
    shown = upper.run("reviewer", "form", "show", papers[0]["code"]).out
    assert "took the parcel: 王主任（印发人）" in shown
    assert "signed and" not in shown

    # one approved, one returned; both go back as one answer
    upper.data("reviewer", "task", "approve", one["id"], now=NIGHT)
    upper.data("reviewer", "task", "return", two["id"], "--reason", REASON, "--refile-on", "2022-06-28", now=NIGHT)
    back = tmp_path / "回复.parcel"
    upper.data("reviewer", "parcel", "answer", taken["number"], "--out", back, now=NIGHT)
    heard = lower.data("director", "parcel", "take", back, now=LATER)
    assert REASON.rstrip("。") in heard["lines"][1]["said"]
    assert "2022-06-28" in heard["lines"][1]["said"]

    # the issued summary stays; the director corrects the clause by name and with a reason
    again = tmp_path / "更正.parcel"
    words = ("parcel", "correct", heard["number"])
    lower.refuses(1, "E-L19", "director", *words, "1.1", "--percent", 60, "--reason", REASON, "--out", again, now=LATER)
    lower.refuses(1, "E-S02", "director", *words, "1.2", "--percent", 60, "--reason", "改", "--out", again, now=LATER)
    said = ("--progress", "新增管网位于东城路。", "--indicator", "新建管网=8", "--reason", "补充路段，漏计半公里")
    corrected_at_the_desk(lower, heard["number"], "1.2", said)
    same = lower.data("director", *words, "1.2", *said, "--out", again, now=LATER)
    assert same["existed"]  # the very parcel that the desk made
    other = (*words, "1.2", *said[:-1], "补充路段，漏计一公里", "--out", again)
    assert str(same["number"]) in lower.refuses(1, "E-L23", "director", *other, now=LATER)["what"]
    anew = made_anew(levels, heard["number"], "1.2", again, tmp_path)
    mended = upper.data("clerk2", "parcel", "take", anew, now=LATER)
    assert [line["clause"] for line in mended["lines"]] == ["1.2"]
    two = upper.data("reviewer", "task", "show", two["id"])
    assert (two["reports"][-1]["progress"], two["reports"][-1]["percent"]) == ("新增管网位于东城路。", 80)
    assert [value["value"] for value in two["reports"][-1]["values"]] == [8.0]
    upper.data("reviewer", "task", "approve", two["id"], now=LATER)
    assert {row["state"] for row in tasks(levels).values()} == {"reviewed"}

    # whoever works on what came was told, on either side
    assert upper.world.rows("message", event="parcel_reported") != []
    told = {row["event"] for row in lower.world.rows("message")}
    assert {"parcel_handed_down", "parcel_answered"} <= told

    # each side knows the other's trail, and both hold
    assert (findings(upper), findings(lower)) == ([], [])
    seen = {row["number"]: row for row in upper.data("director", "parcel", "list", now=LATER)}
    assert [line["said"] for line in seen[1]["lines"]] == [
        f"完成{one}的工作。 · 2022-06: reviewed" for one in ("1.1", "1.2")
    ]
    assert "补充路段" in seen[mended["number"]]["lines"][0]["said"]


def test_programs_carry_the_parcels_and_hear_at_once_what_was_taken(levels: Levels, tmp_path: Path) -> None:
    file, below = reported(levels, tmp_path)
    desks = [desk_of(door.world, at("2022-06-24 19:00")) for door in (levels.upper, levels.lower)]
    above, here = program(desks[0], "clerk2", "read", "file"), program(desks[1], "reviewer", "read", "review")

    def carried(to: Program, data: bytes) -> dict[str, Any]:
        answer = to.call("POST", "/parcels", files={"file": ("x.parcel", data, "application/zip")})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    down = above.get("/parcels/1/file").content
    assert down == below["file"].read_bytes()
    assert carried(here, down)["existed"]
    # the answer to the push says of each clause that it is a report now; of its review it can say nothing yet
    pushed = carried(above, file.read_bytes())
    assert ([line["clause"] for line in pushed["lines"]], pushed["left"]) == (["1.1", "1.2"], [])
    one, two = (line["task"] for line in pushed["lines"])
    levels.upper.world.act("reviewer", Action.APPROVE, one, at(NIGHT.replace("T", " ")))
    seen = next(row for row in above.get("/parcels").json()["items"] if row["number"] == pushed["number"])
    assert [line["task"] for line in seen["lines"]] == [one, two]
    assert seen["lines"][0]["said"] != seen["lines"][1]["said"]  # how each stands now
    # what counts below is the signed answer
    assert "/answer" in desks[0].person("reviewer").get("/levels").text
    desks[0].person("reviewer").post(f"/levels/{pushed['number']}/answer")
    newest = above.get("/parcels").json()["items"][0]
    assert (newest["kind"], newest["inward"]) == ("answer", False)
    heard = carried(here, above.get(f"/parcels/{newest['number']}/file").content)
    assert [line["clause"] for line in heard["lines"]] == ["1.1"]
    (ours,) = (row for row in here.get("/parcels").json()["items"] if row["kind"] == "report")
    assert ours["lines"][0]["said"] == heard["lines"][0]["said"]
    for desk in desks:
        desk.site.database.close()


def test_a_parcel_is_taken_once_and_an_altered_or_foreign_one_never(levels: Levels, tmp_path: Path) -> None:
    file, _below = reported(levels, tmp_path)
    upper = levels.upper
    # one letter of the statement, one byte of a file, another office's door
    for number, (old, new) in enumerate(((b'"percent":50', b'"percent":95'), (b"%PDF-", b"%PDX-"))):
        forged = tmp_path / f"forged-{number}.parcel"
        rebuilt(file, forged, old, new)
        upper.refuses(1, "E-L04", "clerk2", "parcel", "take", forged, now=NIGHT)
    levels.lower.refuses(1, "E-L10", "director", "parcel", "take", file, now=NIGHT)
    first = upper.data("clerk2", "parcel", "take", file, now=NIGHT)
    before = upper.world.picture()
    second = upper.data("clerk2", "parcel", "take", file, now=LATER)
    assert (first["existed"], second["existed"], first["number"]) == (False, True, second["number"])
    assert second["done"] == first["done"] == "钱二, 2022-06-24 18:00"
    assert upper.world.picture() == before
    # the same month asked for again is the same parcel; the same clauses handed down again, too
    again = levels.lower.data("director", "parcel", "report", MONTH, "--notice", 2, "--out", tmp_path / "y", now=LATER)
    assert again["existed"]
    assert (tmp_path / "y").read_bytes() == file.read_bytes()


def test_a_parcel_of_an_office_whose_key_is_not_entered_is_refused(levels: Levels, tmp_path: Path) -> None:
    levels.upper.data("director", "parcel", "hand-down", BELOW, "--notice", 1, "--out", tmp_path / "下达.parcel")
    levels.lower.data("security", "peer", "end", ABOVE)
    found = levels.lower.refuses(1, "E-L05", "director", "parcel", "take", tmp_path / "下达.parcel")
    assert "peer add" in found["remedy"]


def rebuilt(file: Path, target: Path, old: bytes, new: bytes) -> None:
    """The parcel with some bytes changed and every checksum of the zip right again."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as made:
        parts = {name: source.read(name) for name in source.namelist()}
        assert any(old in data for data in parts.values())
        for name, data in parts.items():
            made.writestr(name, data.replace(old, new, 1))
