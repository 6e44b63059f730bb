"""The paper of a unit's month in the browser: printed, its scan shown before it is kept, taken with signer and seal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import deeds.forms
from documents.evidence.looking import Looked
from documents.scan import EvidenceFacts
from kit.desk import desk_of
from kit.office import at, small_office
from models.evidence import CodeSeen, PageCode, PaperSeen, SealHint, SignaturesSeen

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kit.desk import Browser, DeskOf

NOW = at("2022-06-10 10:00")
UNIT = {"month": "2022-06", "unit": "市发改委"}


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is seen on every file: a test says the code; the real look has tests of its own."""
    told: dict[str, Any] = {"code": "", "looks": 0}

    def look(_desk: object, data: bytes, name: str, **_how: object) -> Looked:
        import hashlib

        told["looks"] += 1
        codes = (CodeSeen(1, PageCode(1, 1, 1, "2022-06", 1, told["code"], 1, last=True)),) if told["code"] else ()
        facts = EvidenceFacts(name, "application/pdf", len(data), hashlib.sha256(data).hexdigest(), 1)
        return Looked(facts, PaperSeen(1, 1, codes, (), SealHint.SEEN), SignaturesSeen())

    monkeypatch.setattr(deeds.forms, "look", look)
    return told


def printed(desk: DeskOf, browser: Browser) -> str:
    """The unit's first task is reported and its form printed."""
    desk.office.report(desk.office.tasks["1.1", "市发改委"], NOW)
    assert browser.post("/forms/print", **UNIT).status_code == 303
    return str(desk.office.rows("filing")[-1]["check_code"])


def upload(browser: Browser, data: bytes = b"%PDF-scan", name: str = "扫描.pdf", **fields: str) -> Any:
    return browser.post("/forms/attach", files={"file": (name, data)}, **UNIT, **fields)


def staged(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(sha256|name)" value="([^"]+)"', page))


def test_a_form_is_printed_once_over_what_waits_and_told_stale_when_a_report_changed(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert "E-S17" in browser.post("/forms/print", **UNIT).text
    code = printed(desk, browser)
    page = browser.get("/forms").text
    assert f"/forms/{code}/form.pdf" in page
    assert browser.post("/forms/print", **UNIT).status_code == 303
    assert len(desk.office.rows("filing")) == 1
    desk.office.act("clerk1", "withdraw", desk.office.tasks["1.1", "市发改委"], NOW)
    stale = browser.get("/forms").text
    assert "作废" in stale
    assert f"/forms/{code}/form.pdf" not in stale


def test_the_file_of_a_form_is_for_its_unit_and_the_office(desk: DeskOf) -> None:
    code = printed(desk, desk.person("clerk1"))
    made = desk.person("leader1").get(f"/forms/{code}/form.docx")
    assert made.content.startswith(b"PK")
    assert "市发改委" in __import__("urllib.parse").parse.unquote(made.headers["content-disposition"])
    assert desk.person("reviewer").get(f"/forms/{code}").status_code == 200
    assert desk.person("clerk2").get(f"/forms/{code}/form.docx").status_code == 404
    assert desk.person("clerk2").get(f"/forms/{code}").status_code == 404
    assert desk.person("reviewer").get("/forms").status_code == 403


def test_a_scan_is_shown_before_it_is_kept_and_sent_only_once(desk: DeskOf, seen: dict[str, Any]) -> None:
    browser = desk.person("clerk1")
    seen["code"] = code = printed(desk, browser)
    page = upload(browser).text
    assert "印章" in page
    assert code in page
    assert desk.office.rows("attachment") == []
    assert desk.office.row("task", 1)["state"] == "reported"
    given = {**UNIT, **staged(page), "code": code}
    missing = browser.post("/forms/attach/confirm", **given, signer="李一")
    assert missing.status_code == 409
    assert "E-S10" in missing.text
    assert 'value="李一"' in missing.text
    done = browser.post("/forms/attach/confirm", **given, signer="李一", stamp="市发改委公章")
    assert done.headers["location"] == f"/forms/{code}"
    assert desk.office.row("task", 1)["state"] == "signed_stamped"
    (paper,) = desk.office.rows("evidence")
    assert (paper["signer"], paper["seal"]) == ("李一", "市发改委公章")
    facts = browser.get(f"/forms/{code}").text
    (link,) = re.findall(rf"/forms/{code}/papers/[0-9a-f]{{64}}", facts)
    assert browser.get(link).content == b"%PDF-scan"
    assert desk.person("clerk2").get(link).status_code == 404
    assert f'href="/forms/{code}"' in browser.get("/tasks/1").text
    assert "市发改委公章" in facts
    assert "赵一" in facts.partition("<h1>")[2].partition("</p>")[0]
    assert list((desk.office.folder / "staging").iterdir()) == []


def test_a_paper_that_does_not_fit_takes_a_reason_and_keeps_it(desk: DeskOf, seen: dict[str, Any]) -> None:
    browser = desk.person("clerk1")
    code = printed(desk, browser)
    seen["code"] = "AAAA-BBBB-CC"
    page = upload(browser, code=code).text
    assert "W-S08" in page
    given = {**UNIT, **staged(page), "code": code, "signer": "李一", "stamp": "公章"}
    refused = browser.post("/forms/attach/confirm", **given)
    assert "W-S08" in refused.text
    assert 'name="anyway"' in refused.text
    assert browser.post("/forms/attach/confirm", **given, anyway="办公室要求用旧表").status_code == 303


def test_whoever_waits_too_long_or_is_somebody_else_sends_the_file_again(desk: DeskOf, seen: dict[str, Any]) -> None:
    from datetime import timedelta

    browser = desk.person("clerk1")
    seen["code"] = code = printed(desk, browser)
    given = {**UNIT, **staged(upload(browser).text), "code": code, "signer": "李一", "stamp": "公章"}
    other = desk.person("leader1").post("/forms/attach/confirm", **given)
    assert other.status_code == 404
    assert "E-H33" in other.text
    desk.clock.now += timedelta(hours=4)
    late = browser.post("/forms/attach/confirm", **given)
    assert "E-H33" in late.text
    assert 'value="李一"' in late.text
    assert desk.office.row("task", 1)["state"] == "reported"


def test_a_wrong_file_is_refused_and_nothing_is_kept(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    printed(desk, browser)
    assert 'type="file"' in browser.get("/forms/attach").text
    assert "E-H20" in browser.post("/forms/attach", **UNIT).text
    refused = upload(browser, b"MZ\x90\x00 a program", "扫描.exe")
    assert refused.status_code == 422
    assert "<form" in refused.text
    assert not (desk.office.folder / "staging").exists()
    assert desk.person("reviewer").post("/forms/attach", files={"file": ("a.pdf", b"x")}).status_code == 403
    assert desk.person("clerk2").get("/forms/attach?unit=市发改委").status_code == 404


def test_photographs_become_one_paper_and_their_bytes_stay(desk: DeskOf, seen: dict[str, Any]) -> None:
    import io

    from PIL import Image

    browser, pictures = desk.person("clerk1"), []
    seen["code"] = printed(desk, browser)
    for colour in ("white", "grey"):
        made = io.BytesIO()
        Image.new("RGB", (60, 80), colour).save(made, "JPEG")
        pictures.append(made.getvalue())
    files = [("file", (f"{place}.jpg", data)) for place, data in enumerate(pictures)]
    page = browser.post("/forms/attach", files=files, **UNIT)
    assert page.status_code == 200
    (kept,) = (desk.office.folder / "staging").iterdir()
    assert kept.read_bytes().startswith(b"%PDF")
    assert all(picture in kept.read_bytes() for picture in pictures)
    mixed = [files[0], ("file", ("2.pdf", b"%PDF-1.4"))]
    assert "E-H34" in browser.post("/forms/attach", files=mixed, **UNIT).text
