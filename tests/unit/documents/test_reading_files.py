"""The same notice out of every kind of file, and what each kind of bad file is told."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml

from documents.reading.reader import read_notice
from documents.reading.source import MOST_NOTES, lines_of
from kit.notice import HEAD, codes
from models.errors import BadInput

if TYPE_CHECKING:
    from docx.document import Document

TEXT = (
    HEAD
    + "1.甲事。2022年6月底前完成甲（市水利局、市公安局，有关县市区）再做乙（市公安局）。\n2.乙事。再做乙（市水利局）\n"
)
WANTED = [
    ("1.1", "2022年6月底前完成甲", ("市水利局", "市公安局", "有关县市区")),
    ("1.2", "再做乙", ("市公安局",)),
    ("2.1", "再做乙", ("市水利局",)),
]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def found(data: bytes, name: str = "通知.txt") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(clause.id, clause.text, clause.parties) for clause in read_notice(data, name).clauses]


def refusal(data: bytes, name: str = "通知.txt") -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_notice(data, name)
    assert caught.value.where == name
    assert "Traceback" not in str(caught.value)
    return caught.value


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}<title>x</title></head><body>{body}</body></html>"


def paragraphs(text: str = TEXT) -> str:
    return "".join(f"<p>{line}</p>\n" for line in text.split("\n"))


def packed(document: Document) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def written(text: str = TEXT) -> bytes:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    return packed(document)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", []), ("utf-8-sig", []), ("utf-16", []), ("gb18030", ["W-T04"]), ("gbk", ["W-T04"]),
        ("utf-16-le", ["W-T04"]), ("utf-16-be", ["W-T04"]),
    ],
)  # fmt: skip
def test_text_is_read_in_every_usual_encoding_and_a_guess_is_told(encoding: str, told: list[str]) -> None:
    draft = read_notice(TEXT.encode(encoding), "通知.txt")
    assert [(clause.id, clause.text, clause.parties) for clause in draft.clauses] == WANTED
    assert codes(draft) == told


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\u2028"])
def test_each_kind_of_line_end_is_known(end: str) -> None:
    assert found(TEXT.replace("\n", end).encode()) == WANTED


def test_text_cut_in_the_middle_of_a_character_is_refused_and_not_guessed() -> None:
    data = TEXT.encode()
    cut = data[: data.rfind("乙".encode()) + 1]
    refused = refusal(cut)
    assert refused.code == "E-T01"
    assert str(len(cut) - 1) in refused.what
    gb = TEXT.encode("gb18030")
    assert refusal(gb[: gb.rfind("乙".encode("gb18030")) + 1]).code == "E-T01"


@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)) * 4, "Ünïcödé naïve".encode("latin-1") * 9, b"\x00\x01\x02" * 9]
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    assert refusal(data).code == "E-T02"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "通知.txt", "E-F01"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "通知.png", "E-F29"),
        (b"\xff\xd8\xff\xe0" + bytes(600), "通知.jpg", "E-F29"),
        (b"%PDF-1.7\n", "通知.docx", "E-F04"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "通知.doc", "E-F09"),
        (b"PK\x03\x04 not a package", "通知.docx", "E-F08"),
        (b"a" * (10 * 1024 * 1024 + 1), "通知.txt", "E-N04"),
        ("甲".encode() * 400_000, "通知.txt", "E-N04"),
    ],
)  # fmt: skip
def test_file_that_is_no_notice_is_refused_by_its_bytes(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name).code == code


@pytest.mark.parametrize(
    ("head", "encoding", "name"),
    [
        ('<meta charset="utf-8">', "utf-8", "通知.html"),
        ('<meta charset="gbk">', "gb18030", "通知.html"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb18030", "通知.htm"),
        ("", "gb18030", "通知.html"),
        ("", "utf-8-sig", "通知.txt"),
        ("", "utf-16", "下载"),
    ],
)  # fmt: skip
def test_page_is_read_by_the_encoding_it_declares_or_shows(head: str, encoding: str, name: str) -> None:
    assert found(page(paragraphs(), head).encode(encoding), name) == WANTED


def test_page_is_read_as_a_reader_sees_it() -> None:
    body = (
        "<nav>首页。</nav><script>1.假。假(市水利局)</script><style>p{}</style><div style='display: none'>3.隐。(市水利局)</div>"
        "<p hidden>4.隐。(市水利局)</p><!-- 5.注。(市水利局) -->"
        + paragraphs().replace("完成甲", "完成<b>甲</b>").replace("再做乙", "再\n  做<span>乙</span>", 1)
        + "<table><tr><td>表</td><td>格</td></tr></table><footer>6.脚。(市水利局)</footer>"
    )
    draft = read_notice(page(body).encode(), "通知.html")
    assert [(clause.id, clause.text, clause.parties) for clause in draft.clauses] == WANTED
    assert [(note.code, note.quote) for note in draft.warnings] == [("W-T03", "表 格")]


def test_page_with_broken_or_deep_marks_is_read_all_the_same() -> None:
    assert found((page("<div>" * 200 + paragraphs())).encode(), "通知.html") == WANTED
    assert found(("<html><p>" + TEXT.replace("\n", "<br>") + "<table><td>").encode(), "通知.html") == WANTED


def test_page_nested_too_deep_is_refused_rather_than_read_in_part() -> None:
    assert refusal(page(paragraphs() + "<div>" * 3000 + paragraphs()).encode(), "通知.html").code == "E-F08"


def test_page_that_declares_an_encoding_it_does_not_have_is_refused() -> None:
    assert refusal(page(paragraphs(), '<meta charset="utf-8">').encode("gbk"), "通知.html").code == "E-T02"
    assert refusal(page(paragraphs(), '<meta charset="klingon">').encode(), "通知.html").code == "E-T02"


def test_word_file_gives_the_same_clauses() -> None:
    assert found(written(), "通知.docx") == WANTED


def test_word_file_under_a_wrong_name_is_known_by_its_bytes() -> None:
    assert found(written(), "通知.txt") == WANTED


def test_rows_of_a_word_table_are_lines_and_a_merged_cell_is_said_once() -> None:
    document = docx.Document()
    for line in HEAD.strip().split("\n"):
        document.add_paragraph(line)
    table = document.add_table(1, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "1.甲事。完成甲"
    table.cell(0, 2).text = "(市水利局)"
    (clause,) = read_notice(packed(document), "通知.docx").clauses
    assert (clause.text, clause.units) == ("完成甲", ("市水利局",))


def test_numbers_that_word_counts_by_itself_are_counted_again_and_told() -> None:
    """Sections, subsections and items by an automatic list of three levels; none of the numbers is in the text."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    kinds = [("chineseCounting", "%1、"), ("chineseCounting", "(%2)"), ("decimal", "%3.")]
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(kinds)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="77">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {W} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for line in HEAD.strip().split("\n")[:-1]:
        document.add_paragraph(line)
    body = [(0, "抓好工作"), (1, "抓水"), (2, "甲事。完成甲(市水利局)"), (1, "抓气"), (2, "乙事。完成乙(市公安局)")]
    for level, text in [*body, (0, "抓好落实"), (1, "抓钱"), (2, "丙事。完成丙(市财政局)")]:
        paragraph = document.add_paragraph(text)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'))
    draft = read_notice(packed(document), "通知.docx")
    assert [(str(item.section), str(item.subsection)) for item in draft.items] == [
        ("一、抓好工作", "(一)抓水"), ("一、抓好工作", "(二)抓气"), ("二、抓好落实", "(一)抓钱"),
    ]  # fmt: skip
    assert "W-F01" in codes(draft)


def repacked(data: bytes, **more: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, more.pop(name, b"") or old.read(name))
        for name, part in more.items():
            new.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"word/bomb.xml": b"0" * (100 * 1024 * 1024)}, "E-F07"),
        ({"../out.xml": b"<x/>"}, "E-F08"),
        ({"/out.xml": b"<x/>"}, "E-F08"),
        ({"word/entity.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "E-F08"),
        ({"word/document.xml": b"<x/>"}, "E-F08"),
        ({"word/document.xml": b"<w:p/>" * 20_001}, "E-F08"),
        ({f"word/{number}.xml": b"<x/>" for number in range(2000)}, "E-F08"),
    ],
    ids=["bomb", "above", "root", "entity", "empty", "paragraphs", "entries"],
)
def test_word_file_that_no_office_program_writes_is_refused(more: dict[str, bytes], code: str) -> None:
    assert refusal(repacked(written(), **more), "通知.docx").code == code


def test_place_of_a_character_counts_what_was_taken_out_before_it() -> None:
    (line,) = lines_of("\ufeff\u3000 \u200b甲\u200b乙\x07\x07丙 ")
    assert (line.raw, line.norm, line.column) == ("甲乙丙", "甲乙丙", 5)
    assert [line.source[line.place(at) - 1] for at in range(3)] == list("甲乙丙")


def test_kind_of_note_that_is_too_frequent_is_counted() -> None:
    draft = read_notice((TEXT + "\x07" * (MOST_NOTES + 5)).encode(), "通知.txt")
    assert codes(draft).count("W-T01") == MOST_NOTES + 1
    assert "5" in draft.warnings[-1].message
