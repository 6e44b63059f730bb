"""Files that no notice can be read from: each is refused in one sentence, or read with a note of what is odd.

The numbers are the rows of ``reliability.md`` section 7.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from kit.door import HAN, must_refuse, speak

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "关于印发工作要点的通知\n\n各责任单位：\n请于每月25日前报送工作进度。\n\n市长江办\n2022年5月7日\n\n附件\n工作要点\n\n"
NOTICE = HEAD + "一、重点任务\n（一）生态保护\n1.岸线整治。完成岸线清理。（市水利局、市发改委）\n"


def file_of(folder: Path, data: bytes | str, name: str = "notice.txt") -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def refused(file: Path, exit_code: int, code: str) -> dict[str, Any]:
    """The refusal of a file, which leaves nothing beside it; no office and no login are needed."""
    before = sorted(file.parent.iterdir())
    nowhere = str(file.parent / "nowhere")
    found = must_refuse(exit_code, code, "notice", "read", file, DUBAN_HOME=nowhere)
    assert sorted(file.parent.iterdir()) == before
    assert found["remedy"]
    return found


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = speak("--lang", "en", "notice", "read", file, "--json").data
    return found


def notes(found: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [note for note in found["warnings"] if note["code"] == code]


def clause(found: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = found["sections"][0]["subsections"][0]["items"][0]["clauses"][0]
    return first


def word(change: Callable[[dict[str, bytes]], object] | None = None) -> bytes:
    """A small .docx, its parts changed on the way."""
    import docx

    plain, made = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    for line in NOTICE.splitlines():
        document.add_paragraph(line)
    document.save(plain)
    with zipfile.ZipFile(plain) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    if change is not None:
        change(parts)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return made.getvalue()


def with_entity(parts: dict[str, bytes]) -> None:
    name = "word/document.xml"
    parts[name] = parts[name].replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document', 1)


def with_paragraphs(parts: dict[str, bytes]) -> None:
    name = "word/document.xml"
    parts[name] = parts[name].replace(b"<w:sectPr", b"<w:p/>" * 20_001 + b"<w:sectPr", 1)


def test_whole_word_document_is_read(tmp_path: Path) -> None:
    """What is refused below is refused for its one fault."""
    assert clause(read(file_of(tmp_path, word(), "notice.docx")))["units"] == ["市水利局", "市发改委"]


@pytest.mark.parametrize(
    "change",
    [
        with_entity,
        lambda parts: parts.update({"../x.xml": b"<x/>"}),
        lambda parts: parts.update({"/etc/x.xml": b"<x/>"}),
        lambda parts: parts.update({f"word/media/{number}.png": b"" for number in range(2_000)}),
        with_paragraphs,
        lambda parts: parts.pop("word/document.xml"),
    ],
    ids=["entity", "parent-folder", "absolute-name", "entries", "paragraphs", "no-text"],
)
def test_abnormal_word_document_is_refused(tmp_path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Row 8: which of its faults it was is nobody's business but the log's."""
    found = refused(file_of(tmp_path, word(change), "notice.docx"), 1, "E-F08")
    assert found["what"] == "The document's structure is abnormal; it was refused."
    assert "WPS" in found["remedy"]


@pytest.mark.parametrize("kept", [-1, -2])
def test_text_cut_within_a_character_is_refused_and_not_read_as_gb18030(tmp_path: Path, kept: int) -> None:
    """Row 11: the place of the break is said."""
    data = NOTICE.rstrip("\n").encode()[:kept]
    found = refused(file_of(tmp_path, data), 1, "E-T01")
    whole = len(data.decode("utf-8", "ignore").encode())
    assert f"breaks off at byte {whole}" in found["what"]


@pytest.mark.parametrize(
    ("encoding", "mark", "assumed"),
    [
        ("utf-8", b"", ""),
        ("utf-8", b"\xef\xbb\xbf", ""),
        ("gb18030", b"", "GB18030"),
        ("gbk", b"", "GB18030"),
        ("utf-16-le", b"\xff\xfe", ""),
        ("utf-16-be", b"\xfe\xff", ""),
        ("utf-16-le", b"", "UTF-16-LE"),
        ("utf-16-be", b"", "UTF-16-BE"),
    ],
)
def test_other_encodings_are_read_right_and_the_assumption_is_said(
    tmp_path: Path, encoding: str, mark: bytes, assumed: str
) -> None:
    """Row 12: what a mark says is no assumption."""
    found = read(file_of(tmp_path, mark + NOTICE.encode(encoding)))
    assert clause(found)["text"] == "完成岸线清理。"
    said = [note["message"] for note in notes(found, "W-T04")]
    assert said == ([f"no mark says how the file is encoded; read as {assumed}"] if assumed else [])


@pytest.mark.parametrize("data", [bytes(range(128, 256)) * 8, b"\x00\x01\x02" * 50, b"\xff\xfe\x00\xd8\x41\x00"])
def test_unknown_encoding_is_refused(tmp_path: Path, data: bytes) -> None:
    """Row 12: silent garbage would be worse."""
    assert "UTF-8" in refused(file_of(tmp_path, data), 1, "E-T02")["remedy"]


@pytest.mark.parametrize(
    ("odd", "said"), [("\x07", "U+0007"), ("\u202e", "U+202E"), ("\ue5e5", "U+E5E5"), ("１２", "full-width")]
)
def test_spoilt_characters_are_noted_with_their_place(tmp_path: Path, odd: str, said: str) -> None:
    """Row 13: taken for what they were meant to be, not silently."""
    found = read(file_of(tmp_path, NOTICE.replace("完成岸线", f"完成{odd}岸线")))
    note = next(note for note in notes(found, "W-T01") if said in note["message"])
    assert (note["line"], note["column"]) == (14, 10)


def test_full_width_digits_count_as_digits(tmp_path: Path) -> None:
    """Row 13: the words stay as they stand, the date is understood."""
    found = read(file_of(tmp_path, NOTICE.replace("完成岸线", "２０２２年１１月底前完成岸线")))
    assert clause(found)["text"].startswith("２０２２年")
    assert [one["date"] for one in clause(found)["deadlines"]] == ["2022-11-30"]


@pytest.mark.parametrize(
    ("written", "code", "day"),
    [
        ("6月31日前", "E-D01", None),
        ("2022年2月29日前", "E-D01", None),
        ("0202年4月30日前", "E-D02", "0202-04-30"),
        ("25日前", "W-D03", None),
        ("2022111日前", "W-D03", None),
        ("2022年4月30日前", "E-D02", "2022-04-30"),
        ("202257日前", "W-D02", "2022-05-07"),
    ],
)
def test_doubtful_dates_are_said_and_never_guessed(tmp_path: Path, written: str, code: str, day: str | None) -> None:
    """Rows 14 and 15: the clause, the line and the words are named; what is open stays open."""
    found = read(file_of(tmp_path, NOTICE.replace("完成岸线", f"{written}完成岸线")))
    (note,) = notes(found, code)
    assert (note["line"], note["quote"]) == (14, written)
    assert note["message"].startswith("clause 1.1")
    assert [one["date"] for one in clause(found)["deadlines"]] == [day]


def test_date_that_does_not_exist_is_answered_with_the_nearest_day(tmp_path: Path) -> None:
    """Row 14: a reading to think about, on the screen too."""
    said = speak("--lang", "en", "notice", "read", file_of(tmp_path, NOTICE.replace("完成岸线", "6月31日前完成岸线")))
    assert "does not exist: 6月31日前" in said.out
    assert "Perhaps: 2022-06-30?" in said.out


@pytest.mark.parametrize(
    ("bracket", "said"),
    [
        ("（市水利局、市发改委", "the bracket is not closed (line 14, column 15)"),
        ("市水利局、市发改委）", "the opening bracket is lost"),
    ],
)
def test_half_a_bracket_is_said_with_its_place(tmp_path: Path, bracket: str, said: str) -> None:
    """Row 16: repaired, and said."""
    text = NOTICE.replace("完成岸线清理。（市水利局、市发改委）", f"完成岸线清理。{bracket}")
    text += "2.巡查。建立台账。（市水利局、市发改委）\n"
    found = read(file_of(tmp_path, text))
    (note,) = notes(found, "W-N01")
    assert said in note["message"]
    assert clause(found)["units"] == ["市水利局", "市发改委"]


def test_empty_bracket_names_no_unit(tmp_path: Path) -> None:
    """Row 16: a clause without a unit is said, and adopting it is refused (E-N13)."""
    found = read(file_of(tmp_path, NOTICE.replace("（市水利局、市发改委）", "（）")))
    assert [note["message"] for note in notes(found, "W-N02")] == ["clause 1.1 names no unit"]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (NOTICE + "水" * (10 * 1024 * 1024 // 3 + 1), "10 MB"),
        (NOTICE + "水" * (1024 * 1024 // 3 + 1), "1 MB"),
        (HEAD + "一、总体\n" + "".join(f"{n}.甲。做事。（市水利局）\n" for n in range(1, 5_002)), "the limit is 5000"),
    ],
    ids=["file", "line", "clauses"],
)
def test_too_large_notice_is_refused_with_the_limit(tmp_path: Path, text: str, limit: str) -> None:
    """Row 18."""
    assert limit in refused(file_of(tmp_path, text), 1, "E-N04")["what"]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "notice.txt", "E-F01"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "notice.doc", "E-F09"),
        (b"%PDF-1.7\n", "notice.txt", "E-F04"),
        ("水清岸绿。\n", "notice.txt", "E-N05"),
    ],
)
def test_file_of_the_wrong_kind_is_refused(tmp_path: Path, data: bytes | str, name: str, code: str) -> None:
    """Rows 1, 3 and 9, and a text that holds no work item."""
    refused(file_of(tmp_path, data, name), 1, code)


def test_refusal_speaks_the_language_asked_for(tmp_path: Path) -> None:
    """Chinese unless English is asked for; the code is the same."""
    file = file_of(tmp_path, b"", "notice.txt")
    said = {lang: speak("--lang", lang, "notice", "read", file).err for lang in ("zh", "en")}
    assert HAN.search(said["zh"])
    assert not HAN.search(said["en"])
