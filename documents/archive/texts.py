"""The plain text of what is archived: readable in fifty years with any program."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.table import Table

from documents.plain_text import chinese_date, printable, without_controls
from models.archive import ItemKind
from models.evidence import CodeMatch, SealHint, Verdict
from models.states import EvidenceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docx.table import _Cell

    from models.archive import Item
    from models.drafts import ClauseDraft, NoticeDraft

_SHARE: Final = "；"
#: what else there is to know, as people call it
_MORE: Final = {
    "source_name": "原文件名",
    "source_sha256": "原文件 SHA-256",
    "revision": "修订次",
    "adopted_by": "导入人",
    "words_sha256": "文字模板版本",
    "head": "印在文上的留痕链头",
    "check_code": "校验码",
    "content_sha256": "填报内容 SHA-256",
    "form": "第几张表",
    "printed_by": "打印人",
    "units": "主送（所涉）单位",
    "voided": "已作废",
}
_KINDS: Final = {
    ItemKind.NOTICE: "通知",
    ItemKind.SUMMARY: "月度汇总报告",
    ItemKind.FILING: "单位报送件",
    ItemKind.URGING: "催办单",
    ItemKind.SUPERVISION: "督办通知单",
    ItemKind.CIRCULAR: "通报",
}
_RETENTION: Final = {"permanent": "永久", "30 years": "30年", "10 years": "10年"}


def kind_name(kind: ItemKind) -> str:
    """What an item is, in the archive's own language."""
    return _KINDS[kind]


def retention_name(item: Item) -> str:
    """保管期限 as it is written."""
    return _RETENTION[item.retention.value]


def docx_text(data: bytes) -> str:
    """Every paragraph and table of a .docx in its order; the cells of a row stand apart by tabs."""
    lines: list[str] = []
    for part in docx.Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(part, Table):
            lines += [_row(row.cells) for row in part.rows]
        else:
            lines.append(printable(part.text))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[_Cell]) -> str:
    """A cell over several columns is given once for each: it is written once."""
    once = [cell for place, cell in enumerate(cells) if not place or cell._tc is not cells[place - 1]._tc]  # noqa: SLF001
    return "\t".join(" ".join(cell.text.split()) for cell in once)


def docx_title(data: bytes) -> str:
    """The title of a .docx; empty when it has none."""
    paragraphs = docx.Document(io.BytesIO(data)).paragraphs
    titles = [one.text for one in paragraphs if one.style is not None and one.style.name == "Title"]
    return "".join("".join(titles).splitlines()).strip()


def notice_text(draft: NoticeDraft) -> str:
    """The notice's work items as they were confirmed."""
    lines, section, subsection = [draft.title, "", draft.issuer, ""], "", ""
    for item in draft.items:
        for heading, before in ((item.section, section), (item.subsection, subsection)):
            if heading is not None and heading.label != before:
                lines += ["", heading.label]
        section = item.section.label if item.section is not None else section
        subsection = item.subsection.label if item.subsection is not None else subsection
        lines += ["", f"{item.number}. {item.title}", *(_clause(clause) for clause in item.clauses)]
    return "\n".join(printable(line) for line in lines) + "\n"


def _clause(clause: ClauseDraft) -> str:
    parties = "、".join(clause.parties or (*clause.units, *clause.groups))
    return f"{clause.id} {clause.text}" + (f"（{parties}）" if parties else "")


def metadata_text(item: Item, told: dict[str, Any]) -> str:
    """What an archivist has to know of an item, one line each; ``told`` is the same as data (``items.metadata``)."""
    lines = [
        f"题名：{told['title']}",
        f"文号：{item.number or '无'}",
        f"日期：{chinese_date(item.dated)}",
        f"责任者：{item.issuer}",
        f"保管期限：{retention_name(item)}",
        f"类别：{kind_name(item.kind)}",
        f"归档月份：{told['month']}",
        f"归档单位：{told['office']}",
        f"签字（签发）人：{'、'.join(item.signed) or '无'}",
        *(f"{_MORE.get(name, name)}：{text}" for name, text in item.more.items() if text),
        *_facts(item),
        "",
        f"留痕：{len(item.events)} 条" + (f"，第 {told['trail']['first']} 至 {told['trail']['last']} 号，见“留痕.jsonl”，每条附哈希值" if item.events else ""),
        "",
        "文件：",
        *(f"  {file['path']}　{file['size']} 字节　SHA-256 {file['sha256']}" + (f"　原名 {file['original_name']}" if file["original_name"] else "") for file in told["files"]),
        *(f"说明：{note}" for note in told["notes"]),
        "",
        f"导出：{told['exported']['at']}，{told['exported']['by']}",
    ]  # fmt: skip
    return "\n".join(" ".join(without_controls(line).splitlines()) for line in lines) + "\n"


def _facts(item: Item) -> Iterator[str]:
    """Three facts, never called one another: stored, attested, verified (``docs/decisions/0014``)."""
    if item.kind is not ItemKind.FILING:
        return
    yield ""
    if not item.proofs:
        yield "签字盖章件：没有收到"
        return
    for number, proof in enumerate(item.proofs, 1):
        stored, attested, checks = proof["stored"], proof["attested"], proof["signature"]
        yield f"签字盖章件 {number}"
        code, seal = CodeMatch(stored["code"] or CodeMatch.UNREAD).label, SealHint(stored["seal"]).label
        kind = EvidenceKind(stored["kind"]).label
        yield f"  一、存了什么：{kind}，{stored['by']}于{stored['at']}存入；{code}；{seal}（只是提示，不作证明）"
        yield f"  二、谁证明：{attested['by']}于{attested['at']}证明，{attested['signer']}签字，加盖“{attested['seal']}”"
        told = [f"{Verdict(check['verdict']).label}（{check['by']}于{check['at']}核验）" for check in checks]
        yield f"  三、数字签名：{_SHARE.join(told) or Verdict.NONE.label}"
