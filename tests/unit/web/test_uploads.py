"""A page takes a file by one door: its content decides, what no archive can keep is refused, its bytes stay as they are."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

import pytest
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from documents.foreign import turns
from kit.files import rewritten, scanned
from kit.office import BEGIN
from models.errors import BadInput, EnvironmentRefused
from web.frame import uploads
from web.frame.posted import Upload
from web.frame.uploads import PAPERS, take

if TYPE_CHECKING:
    from pypdf import PdfWriter


def picture(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head, pixels = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0), zlib.compress(b"\0" * 110)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def package(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def runs(kind: str) -> bytes:
    action = {NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("x")}

    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    return rewritten(scanned(), change)


WORKBOOK = package(**{"xl__workbook.xml": b"<workbook/>"})
HOSTILE = {
    "javascript": (runs("/JavaScript"), "扫描件.pdf", "E-F05"),
    "launch": (runs("/Launch"), "扫描件.pdf", "E-F05"),
    "embedded": (rewritten(scanned(), lambda w: w.add_attachment("x.exe", b"MZ")), "a.pdf", "E-F05"),
    "password": (rewritten(scanned(), lambda w: w.encrypt("x", algorithm="RC4-128")), "a.pdf", "E-F05"),
    "bomb": (picture(60_000), "a.png", "E-F06"),
    "page named pdf": (b"<!DOCTYPE html><html></html>", "a.pdf", "E-F03"),
    "pdf named png": (scanned(), "a.png", "E-F03"),
    "cut off": (scanned()[:400], "a.pdf", "E-F04"),
}


@pytest.mark.parametrize("which", HOSTILE)
def test_what_no_archive_can_keep_is_refused_in_words(which: str) -> None:
    data, name, code = HOSTILE[which]
    with pytest.raises(BadInput) as caught:
        take(Upload(name, data), BEGIN)
    assert caught.value.code == code
    assert caught.value.what
    assert caught.value.remedy


def test_bytes_are_kept_as_they_came() -> None:
    data = scanned(2)
    taken = take(Upload("扫描件.pdf", data), BEGIN)
    assert taken.data is data
    assert (taken.media_type, taken.pages, taken.name) == ("application/pdf", 2, "扫描件.pdf")
    assert taken.sha256 == hashlib.sha256(data).hexdigest()


def test_nothing_chosen_nothing_in_it_and_too_much(monkeypatch) -> None:
    monkeypatch.setattr(uploads, "look_at", None)  # none of them is opened
    for upload, code in (
        (None, "E-H20"),
        (Upload("a.pdf", b""), "E-F01"),
        (Upload("a.pdf", b"%PDF" + bytes(uploads.MAX_BYTES)), "E-F02"),
    ):
        with pytest.raises(BadInput) as caught:
            take(upload, BEGIN)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "name", "kinds", "code"),
    [
        (WORKBOOK, "a.xlsx", PAPERS, "E-F03"),
        (scanned(), "a.pdf", PAPERS - {"application/pdf"}, "E-H21"),
    ],
)
def test_a_kind_that_the_page_does_not_ask_for_is_refused(
    data: bytes, name: str, kinds: frozenset[str], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        take(Upload(name, data), BEGIN, kinds)
    assert caught.value.code == code


def test_only_a_few_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(turns, "_turns", BoundedSemaphore(1))
    with turns.turn(), pytest.raises(EnvironmentRefused) as caught:
        take(Upload("a.png", picture(10)), BEGIN)
    assert caught.value.code == "E-H22"
    assert take(Upload("a.png", picture(10)), BEGIN).media_type == "image/png"
