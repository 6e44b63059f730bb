"""What comes in as evidence is looked at first, and what no archive can keep is refused in words."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from documents.form import form_pdf
from documents.scan import MAX_BYTES, inspect_evidence, shown_name
from kit.facts import form_facts
from models.errors import BadInput


def png(width: int = 10, height: int = 10) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 110)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 10, height: int = 10) -> bytes:
    preview = b"\xff\xe1" + struct.pack(">H", 6) + b"\xff\xd9\xff\xd9"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return (
        b"\xff\xd8"
        + preview
        + frame
        + b"\xff\xda"
        + struct.pack(">H", 8)
        + b"\1\1\0\0\x3f\0"
        + b"\x12" * 20
        + b"\xff\xd9"
    )


def plain_pdf(change=None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_blank_page(595, 842)
    if change:
        change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def script(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(BadInput) as caught:
        inspect_evidence(data, name)
    return caught.value.code


def test_pdf_is_described_by_pages_and_hash() -> None:
    data = plain_pdf()
    seen = inspect_evidence(data, "扫描件.PDF")
    assert (seen.media_type, seen.pages, seen.size) == ("application/pdf", 2, len(data))
    assert (seen.sha256, seen.name) == (hashlib.sha256(data).hexdigest(), "扫描件.PDF")
    assert (seen.encrypted, seen.has_signature_field) == (False, False)


def test_pdf_that_we_printed_is_accepted_back() -> None:
    assert inspect_evidence(form_pdf(form_facts()), "表.pdf").pages == 2


def test_pdf_with_a_signature_field_says_so() -> None:
    def sign(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/Extra")] = DictionaryObject({NameObject("/Type"): NameObject("/Sig")})

    assert inspect_evidence(plain_pdf(sign), "a.pdf").has_signature_field is True


@pytest.mark.parametrize(("data", "name", "kind"), [(png(), "a.png", "image/png"), (jpeg(), "a.JPEG", "image/jpeg")])
def test_pictures_are_accepted(data: bytes, name: str, kind: str) -> None:
    seen = inspect_evidence(data, name)
    assert (seen.media_type, seen.pages) == (kind, 1)


def test_empty_file_is_refused() -> None:
    assert refusal(b"", "a.pdf") == "E-F01"


def test_file_over_the_limit_is_refused_and_at_the_limit_is_not_for_its_size() -> None:
    assert refusal(b"%PDF-1.7" + b" " * MAX_BYTES, "a.pdf") == "E-F02"
    assert refusal(b"%PDF-1.7" + b" " * (MAX_BYTES - 8), "a.pdf") == "E-F04"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!DOCTYPE html><html></html>", "a.pdf"),
        (b"MZ\x90\x00", "a.pdf"),
        (b"PK\x03\x04word", "a.pdf"),
        (png(), "a.pdf"),
        (plain_pdf(), "a.jpg"),
        (plain_pdf(), "a.exe"),
        (plain_pdf(), "a"),
        (b"MZ\x90\x00 %PDF-1.7", "a.pdf"),
    ],
)
def test_extension_that_lies_is_refused(data: bytes, name: str) -> None:
    assert refusal(data, name) == "E-F03"


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.98])
def test_pdf_cut_off_is_refused(keep: float) -> None:
    data = plain_pdf()
    assert refusal(data[: int(len(data) * keep)], "a.pdf") == "E-F04"


@pytest.mark.parametrize(("data", "name"), [(png()[:-20], "a.png"), (jpeg()[:-2], "a.jpg"), (b"\xff\xd8\xff", "a.jpg")])
def test_picture_cut_off_is_refused(data: bytes, name: str) -> None:
    assert refusal(data, name) == "E-F04"


def test_pdf_of_rubbish_between_head_and_end_is_refused() -> None:
    assert refusal(b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF\n", "a.pdf") == "E-F04"


@pytest.mark.parametrize(
    "change",
    [
        lambda writer: writer.encrypt("secret", algorithm="RC4-128"),
        lambda writer: writer.encrypt("", owner_password="owner", algorithm="RC4-128"),
        script,
        lambda writer: writer.add_attachment("a.exe", b"MZ"),
    ],
)
def test_pdf_with_password_script_or_attachment_is_refused(change) -> None:
    assert refusal(plain_pdf(change), "a.pdf") == "E-F05"


def test_pdf_of_more_pages_than_any_form_is_refused() -> None:
    def pages(writer: PdfWriter) -> None:
        for _page in range(299):
            writer.add_blank_page(10, 10)

    assert refusal(plain_pdf(pages), "a.pdf") == "E-F33"


def test_picture_bombs_are_refused_without_being_opened() -> None:
    def bomb(writer: PdfWriter) -> None:
        picture = StreamObject()
        picture.update({NameObject("/Subtype"): NameObject("/Image")})
        picture.update({NameObject("/Width"): NumberObject(60000), NameObject("/Height"): NumberObject(60000)})
        writer.pages[0][NameObject("/Thumb")] = writer._add_object(picture)

    assert refusal(png(60000, 60000), "a.png") == "E-F06"
    assert refusal(jpeg(60000, 60000), "a.jpg") == "E-F06"
    assert refusal(plain_pdf(bomb), "a.pdf") == "E-F06"


def test_shown_name_has_no_folders_direction_marks_or_endless_length() -> None:
    assert shown_name("../../etc/表\u202efdp.exe") == "表fdp.exe"
    assert shown_name("C:\\temp\\扫描.pdf") == "扫描.pdf"
    long = shown_name("长" * 300 + ".pdf")
    assert (len(long), long.endswith(".pdf")) == (120, True)
