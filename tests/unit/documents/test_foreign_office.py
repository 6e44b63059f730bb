"""Old office files are made new by LibreOffice where it is installed; where it is not, that is said."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path
from tempfile import gettempdir

import pytest

from documents.foreign import office
from documents.foreign.confinement import Limits
from documents.reading.reader import read_notice
from kit import table
from kit.files import old_office
from kit.notice import HEAD
from models.errors import BadInput

COVER = [*HEAD.strip().split("\n")[:-1], "附件"]
ROWS = [
    ["序号", "工作任务", "牵头单位", "配合单位"],
    ["1", "修堤坝", "市水利局", "市公安局"],
    ["", "清河道", "市水利局", ""],
    ["2", "治扬尘", "市住建局", ""],
]
MERGED = [(1, 0, 2, 0)]
OLE = office.OLE + bytes(600)


def refusal(data: bytes, limits: Limits = office.LIMITS) -> BadInput:
    with pytest.raises(BadInput) as caught:
        office.made_new(data, "通知.doc", limits)
    return caught.value


def named(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + bytes(600)


def test_old_document_and_its_merged_cells_are_read() -> None:
    page = table.page(COVER, ROWS, MERGED).replace(b"<body>", b"<head><meta charset='utf-8'></head><body>")
    data = old_office(page, "html", "doc:MS Word 97")
    assert data.startswith(office.OLE)
    draft = read_notice(data, "通知.wps")
    assert draft.title == COVER[0]
    assert [(clause.id, clause.text, clause.parties) for clause in draft.clauses] == [
        ("1.1", "修堤坝", ("市水利局", "市公安局")), ("1.2", "清河道", ("市水利局",)), ("2.1", "治扬尘", ("市住建局",)),
    ]  # fmt: skip


def test_where_libreoffice_is_not_installed_that_is_said(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    for data in (named("WordDocument"), named("Workbook"), office.RTF + b"1}"):
        refused = refusal(data)
        assert (refused.code, "LibreOffice" in refused.remedy, ".docx" in refused.remedy) == ("E-F09", True, True)


def test_old_file_of_no_known_kind_is_not_handed_to_anything(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: pytest.fail("looked for a program"))
    assert refusal(OLE).code == "E-F09"


def test_document_with_a_password_is_refused_as_such() -> None:
    assert refusal(named("EncryptedPackage")).code == "E-F28"


def program(folder: Path, script: str) -> str:
    made = folder / "soffice"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return str(made)


def left_over() -> list[Path]:
    return [path for path in Path(gettempdir()).glob("duban-*") if path.stat().st_uid == os.getuid()]


def test_program_that_makes_nothing_is_a_refusal_and_leaves_nothing(monkeypatch, tmp_path: Path) -> None:
    before = left_over()
    monkeypatch.setattr(shutil, "which", lambda _name: program(tmp_path, "exit 1"))
    assert refusal(named("WordDocument")).code == "E-F21"
    assert left_over() == before


def test_program_that_does_not_end_is_killed_with_its_children(monkeypatch, tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! > {tmp_path}/child; wait"
    monkeypatch.setattr(shutil, "which", lambda _name: program(tmp_path, script))
    limits = Limits(memory=office.LIMITS.memory, cpu_seconds=10, wall_seconds=1)
    assert refusal(named("WordDocument"), limits).code == "E-F16"
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)


def alive(process: int) -> bool:
    """Whether a process runs; one that was killed and not yet buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_program_gets_a_profile_that_runs_no_macros_and_nothing_of_our_environment(monkeypatch, tmp_path: Path) -> None:
    script = f"env > {tmp_path}/env; cat profile/user/registrymodifications.xcu > {tmp_path}/settings; ulimit -v > {tmp_path}/memory"
    monkeypatch.setattr(shutil, "which", lambda _name: program(tmp_path, script))
    monkeypatch.setenv("DUBAN_SMTP_PASSWORD", "geheim")
    assert refusal(named("WordDocument")).code == "E-F21"
    assert "geheim" not in (tmp_path / "env").read_text()
    assert "DisableMacrosExecution" in (tmp_path / "settings").read_text()
    assert int((tmp_path / "memory").read_text()) == office.LIMITS.memory // 1024
