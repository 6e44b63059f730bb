"""An archive proves itself: whatever is changed, missing, added or cut short is named, without a database."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.archive.checking import check_archive
from documents.archive.names import LONGEST_NAME, portable, unused
from documents.archive.writing import INFO, MANIFEST, TAG_MANIFEST, Bag, manifest, write_bag, write_top
from models.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE, TWO = "001-通知", "002-单位报送件-市水利局"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    bags = [
        Bag(ONE, {"正文.txt": "通知".encode(), "附件/a.pdf": b"%PDF-1"}, {"Source-Organization": "市人居办"}),
        Bag(TWO, {"正文.txt": "报告".encode()}, {"External-Description": "一行\n两行"}),
    ]
    write_top(folder, {"目录.csv": b"1", "archive.json": b"{}"}, {bag.folder: write_bag(folder, bag) for bag in bags})
    return folder


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.where, one.what) for one in check_archive(folder).found]


def test_what_was_written_is_whole_and_is_a_bag(archive: Path) -> None:
    checked = check_archive(archive)
    assert (checked.found, checked.items) == ((), 2)
    assert (archive / ONE / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert "Payload-Oxum: 12.2\n" in (archive / ONE / INFO).read_text("utf-8")
    assert "External-Description: 一行 两行\n" in (archive / TWO / INFO).read_text("utf-8")
    listed = (archive / ONE / MANIFEST).read_text("utf-8").splitlines()
    assert [line.partition("  ")[2] for line in listed] == ["data/正文.txt", "data/附件/a.pdf"]


def change(name: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        file = folder / name
        file.write_bytes(file.read_bytes()[:-1] + b"\x07")

    return act


def link(folder: Path) -> None:
    (folder / ONE / "data/正文.txt").rename(folder.parent / "正文.txt")
    (folder / ONE / "data/正文.txt").symlink_to(folder.parent / "正文.txt")


def cut(folder: Path) -> None:
    file = folder / TWO / MANIFEST
    file.write_bytes(file.read_bytes()[:-5])


@pytest.mark.parametrize(
    ("act", "where"),
    [
        (change(f"{ONE}/data/附件/a.pdf"), f"{ONE}/data/附件/a.pdf"),
        (change("目录.csv"), "目录.csv"),
        (change(f"{ONE}/{INFO}"), f"{ONE}/{INFO}"),
        (lambda folder: (folder / TWO / "data/正文.txt").unlink(), f"{TWO}/data/正文.txt"),
        (lambda folder: (folder / TWO / MANIFEST).unlink(), f"{TWO}/{MANIFEST}"),
        (lambda folder: (folder / ONE / "data/b.txt").write_text("x"), f"{ONE}/data/b.txt"),
        (lambda folder: (folder / "b.txt").write_text("x"), "b.txt"),
        (lambda folder: shutil.copytree(folder / ONE, folder / "003"), f"003/{TAG_MANIFEST}"),
        (lambda folder: shutil.rmtree(folder / TWO), f"{TWO}/{TAG_MANIFEST}"),
        (link, f"{ONE}/data/正文.txt"),
        (cut, f"{TWO}/{MANIFEST}"),
    ],
)
def test_every_change_is_named(archive: Path, act: Callable[[Path], None], where: str) -> None:
    act(archive)
    assert where in [place for place, _what in found(archive)]


def test_manifest_made_anew_shows_one_level_higher(archive: Path) -> None:
    """Who mends the manifest of a bag breaks the one above, up to the hash that the trail holds."""
    before = check_archive(archive).sha256
    swapped = archive / TWO
    shutil.rmtree(swapped)
    made = write_bag(archive, Bag(TWO, {"正文.txt": "假的".encode()}, {}))
    assert [place for place, _what in found(archive)] == [f"{TWO}/{TAG_MANIFEST}"]
    lines = dict(line.split("  ")[::-1] for line in (archive / MANIFEST).read_text("utf-8").splitlines())
    (archive / MANIFEST).write_text(manifest({**lines, f"{TWO}/{TAG_MANIFEST}": made}), "utf-8")
    checked = check_archive(archive)
    assert checked.found == ()
    assert checked.sha256 != before


@pytest.mark.parametrize("line", ["../../etc/passwd", "/etc/passwd", "a/../b", "a\\b", "./a", ""])
def test_path_that_leads_out_is_not_followed(archive: Path, line: str) -> None:
    with (archive / MANIFEST).open("a", encoding="utf-8") as out:
        out.write(f"{'0' * 64}  {line}\n")
    assert [place for place, _what in found(archive)] == [MANIFEST]


def test_manifest_cut_at_the_end_of_a_line_is_noticed(archive: Path) -> None:
    file = archive / MANIFEST
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert [place for place, _what in found(archive)] == [MANIFEST]
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert found(archive) != []


def test_folder_without_a_manifest_is_no_archive(archive: Path) -> None:
    (archive / MANIFEST).unlink()
    with pytest.raises(BadInput) as caught:
        check_archive(archive)
    assert caught.value.code == "E-R21"


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", ".._.._etc_passwd".strip(" .")),
        ("C:\\a\\扫描件.pdf", "C__a_扫描件.pdf"),
        ("CON", "_CON"),
        ("com1.pdf", "_com1.pdf"),
        ("a\x00\u202eb.pdf", "ab.pdf"),
        (" . ", "file"),
        ("a.pdf. ", "a.pdf"),
    ],
)
def test_name_is_one_that_every_system_takes(given_name: str, expected: str) -> None:
    assert portable(given_name) == expected


@given(st.text(max_size=300))
def test_any_name_becomes_a_short_one_without_a_path(text: str) -> None:
    name = portable(text)
    assert 0 < len(name.encode()) <= LONGEST_NAME
    assert not set(name) & set('<>:"/\\|?*%\n\r\t\0')
    assert name.strip(" .") == name
    assert portable(name) == name


def test_names_alike_but_for_their_case_are_numbered() -> None:
    taken: set[str] = set()
    assert [unused(name, taken) for name in ("a.pdf", "A.PDF", "a.pdf", "a-2.pdf")] == [
        "a.pdf",
        "A-2.PDF",
        "a-3.pdf",
        "a-2-2.pdf",
    ]
