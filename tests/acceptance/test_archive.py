"""A month for the archive: every item with its text, its papers and what is known of it, provable anywhere."""

from __future__ import annotations

import csv
import errno
import io
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from documents.archive import writing
from documents.archive.checking import check_archive
from documents.archive.items import INDEX
from documents.notice_json import to_json
from kit.door import MORNING, Door, must_refuse, speak
from kit.tables import clause, table
from kit.world import NOON
from models import tables as t
from models.archive import KEPT, ItemKind, Retention
from models.database import Database, sqlite_url
from models.states import Action, Stage
from models.store import Store

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "=1+1关于工作进展情况的报告"


LATE = "2022-06-28T10:00"
SCAN = b"%PDF-1.4 signed and stamped"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Door, Path]:
    """A month with a signed form, its scan and the issued summary, and its archive: made once, used as copies."""
    door = Door.of(tmp_path_factory.mktemp("office"))
    world, out = door.world, tmp_path_factory.mktemp("out") / "归档"
    with world.database.write(1) as connection:
        connection.execute(sa.update(t.notice).values(draft=to_json(table(clause("1.1", "市发改委")))))
    (world.folder / "title.txt").write_text(f"{{% macro title(f) %}}{TITLE}{{% endmacro %}}", "utf-8")
    door.data("director", "template", "install", world.folder / "title.txt", "--as", "paper/summary")
    world.bring_to(world.task, Stage.REPORTED)
    world.attach(world.filing().check_code, Store(world.folder / "store").put(SCAN))
    world.act("reviewer", Action.APPROVE, world.task, NOON)
    door.data("director", "summary", "issue", "2022-06", "--number", "清河办〔2022〕6号")
    door.data("director", "paper", "make", "urging", "--unit", "市生态环境局", "--month", "2022-06", now=LATE)
    door.data("director", "archive", "export", "2022-06", "--out", out, now=LATE)
    world.database.close()
    return door, out


@pytest.fixture
def issued(made: tuple[Door, Path], tmp_path: Path) -> Door:
    home = shutil.copytree(made[0].world.folder, tmp_path / "office")
    database = Database(sqlite_url(home / "duban.db"), synchronous="OFF")
    return Door(replace(made[0].world, database=database, folder=home))


@pytest.fixture
def out(made: tuple[Door, Path], tmp_path: Path) -> Path:
    return shutil.copytree(made[1], tmp_path / "归档")


def test_month_is_one_folder_an_item(out: Path) -> None:
    rows = list(csv.reader(io.StringIO((out / INDEX).read_text("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["通知", "月度汇总报告", "单位报送件", "催办单"]
    assert rows[2][3] == f"'{TITLE}"
    assert [row[7] for row in rows[1:]] == ["永久", "10年", "10年", "10年"]
    folders = sorted(path for path in out.iterdir() if path.is_dir())
    assert [folder.name for folder in folders] == [row[1] for row in rows[1:]]
    notice, summary, filing, urging = (
        json.loads((folder / "data/metadata.json").read_text("utf-8")) for folder in folders
    )
    assert TITLE in (folders[1] / "data/正文.txt").read_text("utf-8")
    assert (summary["document_number"], summary["retention"]) == ("清河办〔2022〕6号", "10 years")
    assert {"summary.docx", "summary.xlsx", "正文.txt"} <= {file["path"] for file in summary["files"]}
    assert (notice["title"], urging["unit"]) == ("2022年工作要点", "市生态环境局")
    assert urging["document_number"].endswith("催〔2022〕1号")
    assert [one["trail"]["events"] > 0 for one in (summary, filing, urging)] == [True] * 3
    assert {len(filing["facts"][fact]) for fact in ("stored", "attested", "signature")} == {1}
    assert filing["files"][-1]["path"] == "留痕.jsonl"
    assert all(len(path.relative_to(out).as_posix().encode()) < 200 for path in out.rglob("*"))


def test_scan_is_archived_as_it_was_stored(out: Path) -> None:
    (scan,) = out.glob("*/data/附件/*")
    assert scan.read_bytes() == SCAN


def test_archive_is_checked_without_an_office_and_against_it(issued: Door, out: Path, tmp_path: Path) -> None:
    nowhere = {"DUBAN_HOME": str(tmp_path / "nothing")}
    assert speak("archive", "verify", out, "--json", **nowhere).data["items"] == 4
    known = issued.data("audit", "archive", "verify", out, "--against-office")
    (event,) = [one for one in issued.world.events() if one["action"] == "archive.export"]
    assert (known["event"], known["sha256"]) == (event["seq"], event["detail"]["sha256"])
    (out / INDEX).write_bytes(b"x")
    found = must_refuse(1, "E-R20", "archive", "verify", out, **nowhere)
    assert found["found"] == [{"where": INDEX, "what": "it was changed"}]


def test_manifests_made_anew_are_caught_by_the_office(issued: Door, out: Path) -> None:
    """Whoever swaps an item and every manifest above it still does not have the hash that the trail holds."""
    (out / INDEX).write_bytes(b"x")
    lines = dict(line.split("  ")[::-1] for line in (out / "manifest-sha256.txt").read_text("utf-8").splitlines())
    (out / "manifest-sha256.txt").unlink()
    (out / INDEX).unlink()
    bags = {path.removesuffix("/tagmanifest-sha256.txt"): sha for path, sha in lines.items() if "/" in path}
    header = (out / "archive.json").read_bytes()
    (out / "archive.json").unlink()
    writing.write_top(out, {INDEX: b"x", "archive.json": header}, bags)
    assert check_archive(out).found == ()
    issued.refuses(1, "E-R22", "director", "archive", "verify", out, "--against-office")


def test_event_that_was_rewritten_with_its_manifests_does_not_carry_its_hash(out: Path) -> None:
    (folder,) = out.glob("003-*")
    file = folder / "data/留痕.jsonl"
    file.write_text(file.read_text("utf-8").replace("clerk1", "clerk2", 1), "utf-8")
    found = speak("archive", "verify", out, "--json").refusal["found"]
    assert any(one["where"].endswith("留痕.jsonl:1") for one in found)


@pytest.mark.parametrize("login", ["clerk1", "reviewer", "audit"])
def test_only_a_director_takes_a_month_out(door: Door, tmp_path: Path, login: str) -> None:
    door.refuses(1, "E-403", login, "archive", "export", "2022-06", "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_archive_never_overwrites_and_leaves_nothing_half(
    issued: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, part = tmp_path / "taken", tmp_path / "new.part"
    taken.mkdir()
    issued.refuses(1, "E-R10", "director", "archive", "export", "2022-06", "--out", taken)
    part.mkdir()
    issued.refuses(1, "E-R11", "director", "archive", "export", "2022-06", "--out", tmp_path / "new")
    part.rmdir()
    kept, written = writing._put, iter(range(9))

    def full(file: Path, data: bytes) -> str:
        if next(written, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device", str(file))
        return kept(file, data)

    monkeypatch.setattr(writing, "_put", full)
    around = issued.around("director", MORNING)
    said = speak("archive", "export", "2022-06", "--out", tmp_path / "new", "--json", **around)
    assert (said.code, said.refusal["code"]) == (5, "E-507")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("new")] == []
    assert len([one for one in issued.world.events() if one["action"] == "archive.export"]) == 1


def test_scan_that_was_changed_in_the_store_is_not_archived(issued: Door, tmp_path: Path) -> None:
    (attachment,) = issued.world.rows("attachment")
    place = Store(issued.world.folder / "store").path(attachment["sha256"])
    place.chmod(0o600)
    place.write_bytes(b"another")
    said = issued.run("director", "archive", "export", "2022-06", "--out", tmp_path / "x", "--json")
    assert (said.code, said.refusal["code"]) == (5, "E-F20")
    assert list(tmp_path.glob("x*")) == []


def test_copy_that_was_cut_short_names_what_is_missing(out: Path) -> None:
    (folder,) = out.glob("002-*")
    shutil.rmtree(folder / "data")
    found = speak("archive", "verify", out, "--json", DUBAN_LANG="en").refusal["found"]
    assert {one["what"] for one in found} == {"it is missing"}
    assert any(one["where"].endswith("summary.docx") for one in found)


def test_every_kind_of_item_is_kept_for_a_time() -> None:
    assert set(KEPT) == set(ItemKind)
    assert (KEPT[ItemKind.NOTICE], KEPT[ItemKind.CIRCULAR], KEPT[ItemKind.FILING]) == (
        Retention.PERMANENT,
        Retention.PERMANENT,
        Retention.TEN,
    )
