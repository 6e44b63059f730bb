"""The .docx read as XML, and measured roughly after LibreOffice has set it: the same figures as the PDF."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml.ns import qn

from documents.official_docx import official_document
from kit.measure import Page, pages
from kit.papers import FULL, letter, paper

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

TWIPS = 1440 / 25.4
#: the order in which Word wants what it knows of a paragraph (the part of CT_PPr that is written here)
ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "pBdr", "tabs", "autoSpaceDE",
    "autoSpaceDN", "snapToGrid", "spacing", "ind", "jc", "textDirection", "outlineLvl", "sectPr",
)  # fmt: skip
RUN_ORDER = ("rFonts", "b", "color", "spacing", "w", "sz", "szCs", "lang")


@pytest.fixture(scope="module")
def made() -> Document:
    return docx.Document(io.BytesIO(official_document(paper())))


def value(element: Any, name: str, attribute: str = "w:val") -> str:
    found = element.find(f".//{qn(name)}")
    assert found is not None
    return str(found.get(qn(attribute)))


def test_headings_are_real_ones_with_their_levels_and_faces(made) -> None:
    for level, face in enumerate(("黑体", "楷体_GB2312", "仿宋_GB2312", "仿宋_GB2312"), 1):
        style = made.styles[f"Heading {level}"].element
        assert value(style, "w:outlineLvl") == str(level - 1)
        assert value(style, "w:rFonts", "w:eastAsia") == face
        assert value(style, "w:sz") == "32"
        assert style.find(f".//{qn('w:color')}") is None  # the template's blue is gone
    headings = {p.text: p.style.name for p in made.paragraphs if p.style.name.startswith(("Heading", "Title"))}
    assert headings == {
        "关于《清溪市2022年推动长江经济带发展\n工作要点》2022年6月落实情况的报告": "Title",
        "一、总体情况": "Heading 1",
        "（一）进展": "Heading 2",
        "1. 污水处理": "Heading 3",
        "（1）管网": "Heading 4",
        "量化指标完成情况表": "Heading 1",
        "任务分解表": "Heading 1",
    }
    assert value(made.styles["Title"].element, "w:rFonts", "w:eastAsia") == "方正小标宋简体"
    assert value(made.styles["Normal"].element, "w:rFonts", "w:eastAsia") == "仿宋_GB2312"


def test_the_page_has_its_margins_and_a_grid_of_22_lines_of_28_characters(made) -> None:
    section = made.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert int(225 * TWIPS / int(grid.get(qn("w:linePitch")))) == 22
    assert int(156 * TWIPS / 20 / (16 + int(grid.get(qn("w:charSpace"))) / 4096)) == 28
    body = next(p for p in made.paragraphs if p.text.startswith(FULL))._p
    spacing = body.find(f".//{qn('w:spacing')}")
    assert spacing.get(qn("w:lineRule")) == "exact"
    assert int(225 * TWIPS / int(spacing.get(qn("w:line")))) == 22


def test_page_numbers_are_fields_right_on_odd_and_left_on_even_pages(made) -> None:
    assert made.settings.odd_and_even_pages_header_footer
    section = made.sections[0]
    for foot, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        element = foot._element
        assert value(element, "w:fldSimple", "w:instr") == "PAGE"
        assert value(element, "w:jc") == align
        assert "".join(text.text for text in element.iter(qn("w:t"))) == "– 1 –"
        assert value(element, "w:sz") == "28"


def test_a_wide_annex_turns_the_paper_and_its_items_are_merged(made) -> None:
    first, second = made.sections
    assert (first.orientation, second.orientation) == (0, 1)
    assert [round(m.mm) for m in (second.top_margin, second.left_margin)] == [28, 35]
    table = made.tables[-1]._tbl
    merged = [cell.get(qn("w:val")) for cell in table.iter(qn("w:vMerge"))]
    assert merged[:6] == ["restart", "restart", None, None, None, None]
    heads = [row for row in table.iter(qn("w:tr")) if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]
    assert len(heads) == 1
    foot = second.footer._element
    assert value(foot, "w:textDirection") == "tbRl"
    assert value(foot, "w:fldSimple", "w:instr") == "PAGE"


def test_a_letter_hides_the_number_of_its_first_page_and_has_double_lines() -> None:
    section = docx.Document(io.BytesIO(official_document(letter()))).sections[0]
    assert section.different_first_page_header_footer
    head, foot = section.first_page_header._element, section.first_page_footer._element
    assert value(head, "w:bottom") == "thickThinSmallGap"
    assert value(foot, "w:bottom") == "thinThickSmallGap"
    assert foot.find(f".//{qn('w:fldSimple')}") is None


def test_every_part_keeps_the_order_that_word_wants() -> None:
    for data in (official_document(paper()), official_document(letter())):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = [n for n in package.namelist() if n.startswith("word/") and n.endswith(".xml")]
            roots = [docx.oxml.parse_xml(package.read(n)) for n in names if "theme" not in n]
        for root in roots:
            for tag, order in (("w:pPr", ORDER), ("w:rPr", RUN_ORDER)):
                for look in root.iter(qn(tag)):
                    kinds = [child.tag.split("}")[1] for child in look]
                    known = [order.index(kind) for kind in kinds if kind in order]
                    assert known == sorted(known), kinds


@pytest.fixture(scope="module")
def set_by_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Page], list[Page]]:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed here")
    folder: Path = tmp_path_factory.mktemp("set")
    for name, data in (("paper", official_document(paper())), ("letter", official_document(letter()))):
        (folder / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    names = [str(folder / f"{name}.docx") for name in ("paper", "letter")]
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *names]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    if not (folder / "letter.pdf").exists():
        pytest.skip(f"LibreOffice made no PDF here: {done.stderr.decode()[-200:]}")
    return pages((folder / "paper.pdf").read_bytes()), pages((folder / "letter.pdf").read_bytes())


def test_another_program_sets_the_same_pages_roughly(set_by_office) -> None:
    """Other faces stand in for the named ones: a millimetre or two, not tenths."""
    official, letters = set_by_office
    full = [row for row in official[1].rows(16) if row[0].text == FULL]
    assert [len(row) for row in full] == [28] * 22
    assert full[0][0].left == pytest.approx(28, abs=1)
    assert full[0][-1].right == pytest.approx(184, abs=1)
    mark = official[0].saying("清溪市长江办文件")
    assert min(char.top for char in mark) == pytest.approx(37 + 35, abs=2)
    assert next(char for char in official[0].chars if char.text == "–").right == pytest.approx(171, abs=4)
    assert [round(page.width) for page in official].count(297) > 1
    last = official[-1]
    foot = max(line.bottom for line in last.lines if line.width > 100)
    assert foot == pytest.approx(last.height - 26, abs=1)  # the copy block, on a page that lies down
    assert last.says("2022年6月8日印发")
    assert min(char.top for char in letters[0].saying("清溪市长江办")) == pytest.approx(30, abs=2)
    assert max(line.bottom for line in letters[0].lines) == pytest.approx(297 - 20, abs=1.5)
    assert letters[1].says("–2–")
    assert not letters[0].says("–1–")
