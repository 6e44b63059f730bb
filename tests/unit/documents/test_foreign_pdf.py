"""A PDF with a text layer is read as paragraphs; one that has none, or more than text, is told what it is."""

from __future__ import annotations

import io

import pytest
from pypdf import Transformation
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from documents.foreign.paragraphs import Piece, paragraphs, without_furniture
from documents.foreign.pdf import pdf_content
from documents.reading.reader import read_notice
from kit.files import rewritten, scanned, set_pdf
from models.errors import BadInput

ITEM = "做好第{at}件甲事。2022年6月底前完成甲，推进某某河流域综合治理和生态修复工程建设，水质优良率达到95%以上（市水利局、市公安局，有关县市区）。再做乙事情（市公安局）。"
LINES = [
    "各成员单位：",
    "现将《甲市2022年工作要点》印发给你们，请各责任单位于每月25日前报送工作进度（签字盖章）至市甲办，由市甲办汇总报市政府。",
    "甲市工作领导小组办公室",
    "2022年5月7日",
    "一、抓好工作",
    *(f"{at}.{ITEM.format(at=at)}" for at in range(1, 13)),
]
TITLE = "关于印发《甲市2022年工作要点》的通知"


def source() -> str:
    first, second, office, day, *rest = LINES
    return (
        f"#align(center)[#text(22pt)[{TITLE[:-3]} \\ {TITLE[-3:]}]]\n\n#par(first-line-indent: 0em)[{first}]\n\n{second}\n\n"
        f"#align(right)[{office}#h(2em)]\n\n#align(right)[{day}#h(2em)]\n\n" + "\n\n".join(rest)
    )


@pytest.fixture(scope="module")
def printed() -> bytes:
    return set_pdf(source())


def test_lines_are_joined_to_paragraphs_over_pages_and_page_numbers_left_out(printed: bytes) -> None:
    content = pdf_content(printed, "x")
    assert content.text.split("\n") == [TITLE[:-3], TITLE[-3:], *LINES]
    assert content.remarks == ()


def test_notice_out_of_a_pdf_is_the_notice(printed: bytes) -> None:
    draft = read_notice(printed, "通知.pdf")
    assert (draft.title, str(draft.issued_on), draft.reporting.day) == (TITLE, "2022-05-07", 25)
    written = read_notice("\n".join([TITLE, *LINES]).encode(), "通知.txt")
    assert [(item.title, [(c.text, c.parties, c.milestones) for c in item.clauses]) for item in draft.items] == [
        (item.title, [(c.text, c.parties, c.milestones) for c in item.clauses]) for item in written.items
    ]


def test_running_heads_are_left_out_and_a_line_that_stands_alike_on_each_page_is_not() -> None:
    head = "#set page(header: align(center)[甲市人民政府办公室文件])\n"
    text = pdf_content(set_pdf(head + source()), "x").text
    assert text.split("\n") == [TITLE[:-3], TITLE[-3:], *LINES]


def test_page_on_its_side_is_read_upright_and_a_slanted_watermark_left_out(printed: bytes) -> None:
    def turn(writer) -> None:
        for page in writer.pages:
            page.add_transformation(Transformation().rotate(90).translate(842, 0))

    assert pdf_content(rewritten(printed, turn), "x").text == pdf_content(printed, "x").text
    mark = "#set page(foreground: rotate(-45deg, text(40pt, fill: luma(200))[内部资料]))\n"
    assert "内部资料" not in pdf_content(set_pdf(mark + source()), "x").text


def test_two_columns_come_one_after_the_other() -> None:
    text = pdf_content(set_pdf("#set text(size: 10pt)\n#columns(2)[" + "\n\n".join(LINES[4:]) + "]"), "x").text
    assert text.split("\n") == LINES[4:]


def test_words_of_another_script_are_parted_by_blanks() -> None:
    said = "推进Smart City Platform建设，并且对接5G网络和有关平台，今后还要继续不断地推进下去。"
    assert pdf_content(set_pdf(said), "x").text == said


def refusal(data: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_notice(data, "通知.pdf")
    return caught.value


def test_scan_without_text_is_told_what_it_is() -> None:
    refused = refusal(scanned())
    assert refused.code == "E-F22"
    assert "OCR" in refused.remedy


def test_pages_without_text_among_others_are_named(printed: bytes) -> None:
    def append(writer) -> None:
        writer.append(io.BytesIO(scanned()))

    content = pdf_content(rewritten(printed, append), "x")
    assert [remark.code for remark in content.remarks] == ["W-F07"]
    assert content.remarks[0].message.endswith("3")


def script(writer) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    writer.root_object[NameObject("/OpenAction")] = action


def test_cut_off_locked_or_loaded_pdf_is_refused(printed: bytes) -> None:
    assert refusal(printed[: len(printed) // 2]).code == "E-F04"
    assert refusal(rewritten(printed, lambda writer: writer.encrypt("geheim"))).code == "E-F05"
    assert refusal(rewritten(printed, script)).code == "E-F05"
    assert refusal(rewritten(printed, lambda writer: writer.add_attachment("a.txt", b"a"))).code == "E-F05"
    note = FreeText(text="旁注", rect=(0, 0, 100, 100))
    assert "旁注" not in pdf_content(rewritten(printed, lambda writer: writer.add_annotation(0, note)), "x").text


def test_more_pages_than_a_notice_has_are_refused() -> None:
    def many(writer) -> None:
        for _page in range(300):
            writer.add_blank_page(200, 200)

    assert refusal(rewritten(scanned(), many)).code == "E-F33"


def test_letters_that_say_nothing_are_refused() -> None:
    """A typeface whose letters carry private numbers, as some converters make them."""
    assert refusal(set_pdf("\ue123\ue124\ue125\ue126" * 40)).code in {"E-F22", "E-F23"}


def test_table_in_a_pdf_whose_rows_are_lines_is_put_together_again_and_told() -> None:
    table = "#table(columns: 3, [序号], [工作任务], [责任单位], [1], [修堤坝], [市水利局], [2], [治扬尘], [市住建局])"
    draft = read_notice(set_pdf(f"关于任务分解的通知，请各单位遵照执行，按月报送。\n\n{table}"), "通知.pdf")
    assert [clause.units for clause in draft.clauses] == [("市水利局",), ("市住建局",)]
    assert "W-F20" in {note.code for note in draft.warnings}


def test_table_in_a_pdf_whose_cells_run_over_lines_is_refused() -> None:
    table = "#table(columns: 3, [序号], [工作任务], [责任单位], [1], [修堤坝 \\ 挖沟渠], [市水利局 \\ 市住建局], [2], [治扬尘], [市住建局])"
    assert refusal(set_pdf(f"关于任务分解的通知，请各单位遵照执行，按月报送。\n#v(3em)\n{table}")).code == "E-F27"


def piece(text: str, left: float = 0, right: float = 100, y: float = 0, size: float = 10) -> Piece:
    return Piece(text, left, right, y, size)


@pytest.mark.parametrize(
    ("second", "joined"),
    [
        (piece("乙", y=-15), True), (piece("乙", left=20, y=-15), False), (piece("乙", y=-15, size=14), False), (piece("乙", y=-60), False),
        (piece("2.乙", y=-15), False), (piece("（二）乙", y=-15), False), (piece("2.5亿元", y=-15), True),
    ],
)  # fmt: skip
def test_line_goes_on_with_the_paragraph_when_nothing_sets_it_off(second: Piece, joined: bool) -> None:
    page = [
        piece("甲是一个很长的一行文字。", y=0),
        second,
        piece("一二三四五六七八九十", y=-75, right=50),
        piece("丙", y=-90),
    ]
    assert (second.text in paragraphs([page])[0]) is joined


def test_page_numbers_in_every_usual_form_are_left_out() -> None:
    for number in ("— 3 —", "- 3 -", "3", "第3页", "第 3 页 共 12 页", "3/12", "·3·", "iv"):
        page = [piece("甲", y=100), piece("乙", y=80), piece(number, y=10)]
        assert [each.text for each in without_furniture([page])[0]] == ["甲", "乙"], number
    page = [piece("甲", y=100), piece("乙", y=80), piece("2022年5月7日", y=10)]
    assert len(without_furniture([page])[0]) == 3
