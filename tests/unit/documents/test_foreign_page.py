"""A page as a government site saves it: its main content is read, what stands around it is not."""

from __future__ import annotations

import pytest

from documents.foreign.content import Cell
from documents.foreign.webpage import page_content
from documents.reading.reader import read_notice

TITLE = "关于印发《甲市2022年工作要点》的通知"
BODY = [
    "各成员单位：",
    "现将《甲市2022年工作要点》印发给你们，请各责任单位于每月25日前报送工作进度（签字盖章）至市甲办，由市甲办汇总报市政府。",
    "甲市工作领导小组办公室",
    "2022年5月7日",
    "一、抓好工作",
    "1.甲事。2022年6月底前完成甲（市水利局、市公安局，有关县市区）再做乙（市公安局）。",
    "2.乙事。再做乙（市水利局）",
]
ATTACHED = '<p>附件：<a href="1.docx">1.任务分解表.docx</a></p><p><a href="2.xlsx">2.联系表.xlsx</a></p>'
ABOVE = """<div class="top"><a href="/">首页</a> <a href="/a">政务公开</a> <a href="/b">政民互动</a></div>
<ul><li><a href="1">领导之窗</a></li><li><a href="1">政策文件</a></li><li><a href="1">新闻发布</a></li></ul>
<div>当前位置：<a href="/">首页</a> &gt; <a href="/x">政务公开</a> &gt; 通知公告</div>"""
TOOLS = """<div>发布日期：2022-05-09</div><div>字体：【<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】 <a href="#">打印</a></div>
<div>分享到：<a href="#">微信</a><a href="#">微博</a></div><div>扫一扫在手机打开当前页</div>"""
BELOW = """<div>上一篇：<a href="">关于做好某某工作的通知</a></div><div>下一篇：没有了</div>
<h3>相关阅读</h3><ul><li><a href="">一图读懂甲市2022年工作要点</a></li><li><a href="">甲市召开工作会议部署下一步工作</a></li>
<li><a href="">甲市发布新规</a></li></ul>"""
SIDE = "<div><p>联系我们</p><p>地址：甲市某路1号，电话：0000-1234567</p></div>"
FOOT = "<div><p>版权所有：甲市人民政府办公室 网站标识码：4300000000</p><p>建议使用1024*768分辨率，IE9以上浏览器访问本站</p></div>"


def page(body: str, title: str = f"{TITLE}_甲市人民政府门户网站") -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>{body}</body></html>".encode()


def paragraphs() -> str:
    return "".join(f"<p>{line}</p>" for line in BODY)


LAYOUTS = {
    "div": f"{ABOVE}<div><h1>{TITLE}</h1>{TOOLS}<div>{paragraphs()}{ATTACHED}</div>{BELOW}</div>{SIDE}{FOOT}",
    "tables": f"<table><tr><td colspan='2'>{ABOVE}</td></tr><tr><td>{SIDE}</td><td><table><tr><td><b>{TITLE}</b></td></tr>"
    f"<tr><td>{TOOLS}</td></tr><tr><td>{'<br>'.join(BODY)}{ATTACHED}</td></tr></table>{BELOW}</td></tr><tr><td colspan='2'>{FOOT}</td></tr></table>",
    "article": f"<header>{ABOVE}</header><main><article><header><h1>{TITLE}</h1></header>{TOOLS}{paragraphs()}{ATTACHED}</article></main>{BELOW}{SIDE}<footer>{FOOT}</footer>",
    "title in the content": f"{ABOVE}{TOOLS}<div><p>{TITLE}</p><p>发布日期：2022-05-09</p>{paragraphs()}{ATTACHED}</div>{BELOW}{SIDE}{FOOT}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_main_content_is_read_with_its_title_and_nothing_around_it(layout: str) -> None:
    text = page_content(page(LAYOUTS[layout]), "x").text
    assert [line.strip() for line in text.split("\n")] == [
        TITLE, "发布日期：2022-05-09", *BODY, "附件：1.任务分解表.docx", "2.联系表.xlsx",
    ]  # fmt: skip


def test_notice_out_of_a_page_is_the_notice() -> None:
    draft = read_notice(page(LAYOUTS["div"]), "通知.html")
    assert (draft.title, str(draft.published_on), str(draft.issued_on), draft.reporting.day) == (
        TITLE,
        "2022-05-09",
        "2022-05-07",
        25,
    )
    assert [clause.text for clause in draft.clauses] == ["2022年6月底前完成甲", "再做乙", "再做乙"]


def test_content_in_a_part_of_its_own_is_kept_where_the_notice_and_its_annex_are_siblings() -> None:
    annex = "".join(f"<p>{at}.第{at}件事情。完成第{at}件（市水利局）。</p>" for at in range(1, 60))
    text = page_content(
        page(f"{ABOVE}<div><h1>{TITLE}</h1><div>{paragraphs()}</div><div>{annex}</div></div>{FOOT}"), "x"
    ).text
    assert [BODY[1] in text, "第59件" in text, "政务公开" in text, "版权" in text] == [True, True, False, False]


@pytest.mark.parametrize(
    "hidden",
    ["<p style='visibility:hidden'>隐</p>", "<span style='font-size:0'>隐</span>", "<p aria-hidden='true'>隐</p>", "<div role='navigation'>隐</div>", "<noscript>隐</noscript>"],
)  # fmt: skip
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    assert "隐" not in page_content(page(paragraphs() + hidden), "x").text


def test_small_type_is_not_hidden() -> None:
    assert "小字" in page_content(page(paragraphs() + "<p style='font-size:0.8em'>这是小字，看得见。</p>"), "x").text


def test_spans_of_rows_and_columns_are_known() -> None:
    body = (
        paragraphs()
        + "<table><tr><th rowspan=2>序号</th><th colspan=2>单位</th></tr><tr><th>牵头</th><th>配合</th></tr>"
        "<tr><td>1</td><td>甲<br>乙</td><td rowspan=0>丙</td></tr><tr><td>2</td><td>丁</td></tr></table>"
    )
    content = page_content(page(body), "x")
    (grid,) = content.grids
    assert [row.cells for row in grid.rows] == [
        (Cell("序号", 0, 0), Cell("单位", 0, 1), Cell("单位", 0, 1)),
        (Cell("序号", 0, 0), Cell("牵头", 1, 1), Cell("配合", 1, 2)),
        (Cell("1", 2, 0), Cell("甲\n乙", 2, 1), Cell("丙", 2, 2)),
        (Cell("2", 3, 0), Cell("丁", 3, 1), Cell("丙", 2, 2)),
    ]
    lines = content.text.split("\n")
    assert [lines[row.line - 1].split(" ")[0] for row in grid.rows] == ["序号", "牵头", "1", "2"]
    assert grid.last == len(lines)


def test_span_of_a_million_is_no_table_of_a_million_cells() -> None:
    (grid,) = page_content(
        page(paragraphs() + "<table><tr><td colspan=99999 rowspan=99999>a</td></tr><tr><td>b</td></tr></table>"), "x"
    ).grids
    assert {len(row.cells) for row in grid.rows} == {64}
