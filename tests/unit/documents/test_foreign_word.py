"""What a .docx says on paper: the numbers Word counts, accepted changes, content controls, and nothing from the margin."""

from __future__ import annotations

import io
import zipfile

import pytest

from documents.foreign.numerals import written
from documents.foreign.word import word_content

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def document(body: str, numbering: str = "", styles: str = "", namespace: str = W) -> bytes:
    """A .docx of raw parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, tag, inner in (
            ("document", "document", f"<w:body>{body}</w:body>"),
            ("numbering", "numbering", numbering),
            ("styles", "styles", styles),
        ):
            package.writestr(f"word/{name}.xml", f'<w:{tag} xmlns:w="{namespace}">{inner}</w:{tag}>')
    return made.getvalue()


def lines(body: str, numbering: str = "", styles: str = "") -> list[str]:
    return word_content(document(body, numbering, styles), "x.docx").text.split("\n")


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def at(level: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def level(at: int, kind: str, text: str, more: str = "", start: int = 1) -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def abstract(*levels: str, name: int = 7) -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{"".join(levels)}</w:abstractNum>'


def num(name: int, of: int = 7, more: str = "") -> str:
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


SHOWN = '<w:vanish w:val="0"/>'
THREE = abstract(
    level(0, "chineseCounting", "%1、"), level(1, "chineseCountingThousand", "（%2）"), level(2, "decimal", "%3．")
)


def test_each_level_begins_again_under_a_higher_one() -> None:
    levels = [0, 1, 2, 2, 1, 2, 0, 1, 2]
    found = lines("".join(p(f"t{n}", at(n)) for n in levels), THREE + num(1))
    assert found == ["一、t0", "（一）t1", "1．t2", "2．t2", "（二）t1", "1．t2", "二、t0", "（一）t1", "1．t2"]


def test_level_that_never_begins_again_goes_on_through_the_document() -> None:
    """Items 1. 2. 3. that are counted through all sections, as work points often are."""
    through = abstract(level(0, "chineseCounting", "%1、"), level(1, "decimal", "%2.", '<w:lvlRestart w:val="0"/>'))
    body = "".join(p("t", at(n)) for n in (0, 1, 1, 0, 1))
    assert lines(body, through + num(1)) == ["一、t", "1.t", "2.t", "二、t", "3.t"]


def test_level_may_begin_again_only_under_one_of_the_higher_ones() -> None:
    some = abstract(
        level(0, "decimal", "%1、"),
        level(1, "decimal", "(%2)"),
        level(2, "decimal", "%3.", '<w:lvlRestart w:val="1"/>'),
    )
    body = "".join(p("t", at(n)) for n in (0, 1, 2, 1, 2, 0, 2))
    assert lines(body, some + num(1)) == ["1、t", "(1)t", "1.t", "(2)t", "2.t", "2、t", "1.t"]


def test_two_lists_of_one_definition_count_together_unless_one_starts_afresh() -> None:
    fresh = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbers = abstract(level(0, "decimal", "%1.")) + num(1) + num(2) + num(3, more=fresh)
    body = "".join(p("t", at(0, n)) for n in (1, 2, 1, 3, 3, 1))
    assert lines(body, numbers) == ["1.t", "2.t", "3.t", "5.t", "6.t", "7.t"]


def test_override_may_bring_a_level_of_its_own() -> None:
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "chineseCounting", "第%1条 ", start=3)}</w:lvlOverride>'
    assert lines(p("t", at(0, 2)), THREE + num(2, more=own)) == ["第三条 t"]


def test_number_comes_from_the_style_and_from_the_style_it_is_based_on() -> None:
    styles = (
        f'<w:style w:type="paragraph" w:styleId="a"><w:pPr>{at(0)}</w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="c"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    own = abstract(level(0, "chineseCounting", "%1、"), level(1, "decimal", "%2.", '<w:pStyle w:val="c"/>'))
    body = "".join(p("t", f'<w:pStyle w:val="{name}"/>') for name in "abc") + p("t", '<w:pStyle w:val="a"/>' + at(0, 0))
    assert lines(body, own + num(1), styles) == ["一、t", "二、t", "1.t", "t"]


def test_definition_may_stand_in_a_list_style() -> None:
    link = '<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="L"/></w:abstractNum>'
    linked = THREE.replace("<w:lvl ", '<w:styleLink w:val="L"/><w:lvl ', 1)
    assert lines(p("t", at(0, 2)), link + linked + num(1) + num(2, 8)) == ["一、t"]


def test_upper_numbers_are_shown_as_they_are_counted_and_in_legal_style_as_digits() -> None:
    both = abstract(
        level(0, "chineseCounting", "%1、"),
        level(1, "decimal", "%1.%2 "),
        level(2, "decimal", "%1.%2.%3 ", "<w:isLgl/>"),
    )
    body = "".join(p("t", at(n)) for n in (0, 1, 2))
    assert lines(body, both + num(1)) == ["一、t", "一.1 t", "1.1.1 t"]


def test_bullets_and_unknown_lists_say_nothing_and_an_empty_paragraph_takes_a_number() -> None:
    numbers = abstract(level(0, "decimal", "%1."), level(1, "bullet", "\uf0b7")) + num(1)
    body = p("a", at(0)) + p("", at(0)) + p("b", at(0)) + p("c", at(1)) + p("d", at(0, 99)) + p("e", at(5))
    assert lines(body, numbers) == ["1.a", "", "3.b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("chineseCounting", "一 十 十一 二十 一百零五"), ("chineseCountingThousand", "一 十 十一 二十 一百零五"),
        ("ideographDigital", "一 一〇 一一 二〇 一〇五"), ("chineseLegalSimplified", "壹 拾 拾壹 贰拾 壹佰零伍"),
        ("decimal", "1 10 11 20 105"), ("decimalZero", "01 10 11 20 105"), ("decimalFullWidth", "１ １０ １１ ２０ １０５"),
        ("decimalEnclosedCircle", "① ⑩ ⑪ ⑳ 105"), ("decimalEnclosedParen", "⑴ ⑽ ⑾ ⒇ 105"),
        ("upperLetter", "A J K T AAAAA"), ("lowerRoman", "i x xi xx cv"), ("ideographTraditional", "甲 癸 甲 癸 戊"),
        ("something new", "1 10 11 20 105"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_every_usual_kind(kind: str, shown: str) -> None:
    assert " ".join(written(number, kind) for number in (1, 10, 11, 20, 105)) == shown


def test_tracked_changes_are_read_as_accepted_and_said() -> None:
    body = (
        f'<w:p>{r("完成")}<w:ins w:id="1">{r("新")}</w:ins><w:del w:id="2"><w:r><w:delText>旧</w:delText></w:r></w:del>'
        f"<w:moveFrom>{r('走')}</w:moveFrom><w:moveTo>{r('来')}</w:moveTo></w:p>"
        f"{p('前', '<w:rPr><w:del/></w:rPr>')}{p('后')}"
    )
    found = word_content(document(body), "x.docx")
    assert found.text.split("\n") == ["完成新来", "前后"]
    assert [(remark.code, remark.quote) for remark in found.remarks] == [("W-F06", "新")]


def test_text_in_controls_links_fields_and_pronunciation_is_read_once() -> None:
    body = (
        f"<w:sdt><w:sdtContent>{p('块')}</w:sdtContent></w:sdt>"
        f"<w:p><w:sdt><w:sdtContent>{r('甲')}</w:sdtContent></w:sdt><w:hyperlink>{r('乙')}</w:hyperlink>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("丙")}<w:smartTag>{r("丁")}</w:smartTag>'
        f"<w:r><w:ruby><w:rt>{r('wù')}</w:rt><w:rubyBase>{r('戊')}</w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert lines(body) == ["块", "甲乙丙丁戊"]


def test_soft_break_parts_lines_a_page_break_does_not() -> None:
    assert lines(
        '<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:br w:type="page"/><w:tab/><w:t>丙</w:t></w:r></w:p>'
    ) == ["甲", "乙\t丙"]


def test_what_is_hidden_or_stands_in_the_margin_is_left_out() -> None:
    contents = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body = (
        f"<w:sdt>{contents}<w:sdtContent>{p('一、目录 1')}</w:sdtContent></w:sdt>"
        + p("二、目录 2", '<w:pStyle w:val="TOC1"/>')
        + f'<w:p>{r("甲")}{r("隐", "<w:vanish/>")}{r("显", SHOWN)}<w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
        + f"<w:p>{r('乙')}<w:r><w:pict><w:txbxContent>{p('框中字')}</w:txbxContent></w:pict></w:r></w:p>"
    )
    found = word_content(document(body), "x.docx")
    assert found.text.split("\n") == ["甲显", "乙"]
    assert [(remark.code, remark.quote) for remark in found.remarks] == [("W-F02", "框中字")]


def test_strict_flavour_of_the_standard_is_read_the_same() -> None:
    assert word_content(document(p("t", at(0)), THREE + num(1), namespace=STRICT), "x.docx").text == "一、t"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(p(line) for line in text.split('|'))}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def test_table_knows_its_merged_cells_and_says_each_once() -> None:
    down = '<w:vMerge w:val="restart"/>'
    body = p("前") + table(
        tc("序号", down) + tc("单位", '<w:gridSpan w:val="2"/>'),
        tc("", "<w:vMerge/>") + tc("牵头") + tc("配合"),
        tc("1") + tc("甲|乙") + tc("丙"),
    )
    found = word_content(document(body), "x.docx")
    assert found.text.split("\n") == ["前", "序号 单位", "牵头 配合", "1 甲 乙 丙"]
    (grid,) = found.grids
    assert [row.line for row in grid.rows] == [2, 3, 4]
    assert grid.last == 4
    assert [[tuple(cell) for cell in row.cells] for row in grid.rows] == [
        [("序号", 0, 0), ("单位", 0, 1), ("单位", 0, 1)],
        [("序号", 0, 0), ("牵头", 1, 1), ("配合", 1, 2)],
        [("1", 2, 0), ("甲\n乙", 2, 1), ("丙", 2, 2)],
    ]


def test_frame_of_one_column_is_no_table() -> None:
    found = word_content(document(table(tc("甲|乙"), tc("丙"))), "x.docx")
    assert (found.text.split("\n"), found.grids) == (["甲", "乙", "丙"], ())


def test_span_of_a_million_columns_is_no_table_of_a_million_cells() -> None:
    (grid,) = word_content(document(table(tc("a", '<w:gridSpan w:val="999999"/>'), tc("b"))), "x.docx").grids
    assert max(len(row.cells) for row in grid.rows) == 64
