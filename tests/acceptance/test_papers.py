"""Papers that come back, at the desk: read, attached, asked about, shown as three facts, verified again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from documents.fonts import chinese_font
from kit.office import MONTH, UNITS
from kit.scans import Scan, drawn, pdf_of, stamped
from kit.signing import issuer, signed

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door

SIGNED_BY = ("--signer", "李一", "--seal", "公章")
REASON = ("--anyway", "两张表扫在一起了")


@pytest.fixture(autouse=True)
def _needs_a_chinese_font() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")


def printed(door: Door, folder: Path, place: int = 0) -> tuple[str, bytes]:
    """A unit's task is reported and its form printed: the check code and the PDF."""
    task, login = door.world.tasks["1.1", UNITS[place]], f"clerk{place + 1}"
    door.data(login, "task", "report", task, "--progress", "已清理三公里。", "--percent", 40)
    file = folder / f"form{place}.pdf"
    code = door.data(login, "form", "print", "--month", MONTH, "--unit", UNITS[place], "--out", file)["check_code"]
    return code, file.read_bytes()


def scan(folder: Path, name: str, *forms: bytes) -> Path:
    """The stamped sheets of forms, scanned together."""
    sheets = [sheet for form in forms for sheet in drawn(form, 150)]
    file = folder / name
    file.write_bytes(pdf_of([*sheets[:-1], stamped(sheets[-1], (140, 200))], Scan(dpi=110)))
    return file


def test_scan_is_read_attached_and_shown_as_three_facts(door: Door, tmp_path: Path) -> None:
    code, form = printed(door, tmp_path)
    paper = scan(tmp_path, "六月.pdf", form)
    told = door.run("clerk1", "form", "read", paper, lang="zh").out
    assert f"报送表 {code} 第 1 页（{UNITS[0]} {MONTH}）" in told
    assert "似有红色印章（仅供参考，不作证明）" in told
    assert told.rstrip().endswith("未存任何东西。")
    assert door.world.rows("attachment") == []
    assert "not a form that you may see here" in door.run("clerk2", "form", "read", paper).out
    done = door.data("clerk1", "form", "attach", code, paper, *SIGNED_BY)
    assert (done["code"], done["remarks"], [row["state"] for row in done["outcomes"]]) == (
        "same",
        [],
        ["signed_stamped"],
    )
    shown = door.run("reviewer", "form", "show", code, lang="zh").out.splitlines()
    assert [line.split("：")[0] for line in shown[-3:]] == ["存件", "声明", "数字签名"]
    assert [("似有红色印章" in line, "李一" in line, "没有数字签名" in line) for line in shown[-3:]] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    story = door.run("reviewer", "task", "show", door.world.tasks["1.1", UNITS[0]], lang="zh").out
    assert [
        word in story
        for word in (
            f"报送表 {code}，含填报第 1 版：",
            "存件：扫描件 六月.pdf",
            "称由 李一 签字",
            "数字签名：没有数字签名",
        )
    ] == [True] * 4
    assert "六月.pdf" not in door.run("clerk2", "task", "show", door.world.tasks["1.1", UNITS[0]]).out
    (row,) = door.data("reviewer", "form", "list")
    facts = {name: row[name] for name in ("kind", "code_match", "seal_hint", "signer", "attested_by", "verdict")}
    assert facts == {
        "kind": "scan", "code_match": "same", "seal_hint": "seen", "signer": "李一", "attested_by": "clerk1", "verdict": "none",
    }  # fmt: skip
    door.refuses(4, "E-404", "clerk2", "form", "show", code)
    door.refuses(1, "E-F40", "clerk1", "form", "verify", code)


def test_another_units_sheet_is_asked_about_and_taken_with_a_reason(door: Door, tmp_path: Path) -> None:
    code, form = printed(door, tmp_path)
    theirs, other = printed(door, tmp_path, 1)
    paper = scan(tmp_path, "both.pdf", form, other)
    words = ("clerk1", "form", "attach", code, paper, *SIGNED_BY)
    asked = door.refuses(1, "W-S05", *words)
    assert theirs in asked["what"]
    assert "--anyway" in asked["remedy"]
    assert "5" in door.refuses(1, "W-S05", *words, "--anyway", "急")["remedy"]  # how long a reason is
    assert not (door.world.folder / "store").exists()  # nothing is kept of a paper that was not taken
    done = door.data(*words, *REASON)
    assert (done["code"], [one["code"] for one in done["remarks"]]) == ("other", ["W-S05"])
    assert (
        door.world.folder / "store" / done["file"]["sha256"][:2] / done["file"]["sha256"]
    ).read_bytes() == paper.read_bytes()
    assert REASON[1] in door.run("reviewer", "form", "show", code, lang="zh").out


def test_signed_pdf_is_verified_against_the_offices_own_folder_and_again_later(door: Door, tmp_path: Path) -> None:
    code, form = printed(door, tmp_path)
    paper = tmp_path / "signed.pdf"
    paper.write_bytes(signed(form))
    told = door.data("clerk1", "form", "attach", code, paper, *SIGNED_BY)
    assert (told["seen"]["signatures"]["verdict"], [one["code"] for one in told["remarks"]]) == (
        "untrusted",
        ["W-S15"],
    )
    trust = door.world.folder / "trust"
    trust.mkdir()
    (trust / "issuer.pem").write_bytes(issuer().pem)
    before = door.world.picture()
    (again,) = door.data("reviewer", "form", "verify", code)
    assert (again["verdict"], again["roots"], again["signatures"][0]["signer"]) == ("verified", 1, "李一")
    after = door.world.picture()
    assert {name for name in after if after[name] != before[name]} == {"verification"}
    shown = door.data("clerk1", "form", "show", code)["papers"]
    assert [(one["verdict"], one["by"]) for one in shown[0]["signature"]] == [
        ("untrusted", "clerk1"),
        ("verified", "reviewer"),
    ]
    assert (shown[0]["stored"]["kind"], shown[0]["attested"]["by"]) == ("signed_pdf", "clerk1")
    (trust / "rubbish.pem").write_text("no certificate", "utf-8")
    door.refuses(5, "E-F38", "reviewer", "form", "verify", code)
