"""The signed and stamped papers of a month in the summary: stored, attested, verified, each in a column of its own.

None of the three stands for another, so no column says “signed and stamped”: what the program saw is a hint, what a
person says is an attestation, and a digital signature is verified or it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.paper import Annex, Column, Table
from documents.plain_text import one_line
from documents.sheet import table
from models.evidence import CodeMatch, SealHint, Verdict
from models.states import EvidenceKind
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl import Workbook

    from models.sealed import PaperFact

_KINDS: Final = {
    EvidenceKind.SCAN: "扫描件",
    EvidenceKind.SIGNED_PDF: "签名PDF",
    EvidenceKind.OFD: "OFD文件",
    EvidenceKind.PARCEL: "下级汇总（交换件）",
}
_CODES: Final = {
    CodeMatch.SAME: "校验码相符",
    CodeMatch.INCOMPLETE: "校验码相符，缺页",
    CodeMatch.UNREAD: "校验码未读到",
    CodeMatch.OTHER: "混有别的表",
}
_HINTS: Final = {
    SealHint.SEEN: "似有红章",
    SealHint.NOT_SEEN: "未见红章",
    SealHint.GREY: "无颜色，红章不明",
    SealHint.NOT_LOOKED: "红章未看",
}
_VERDICTS: Final = {
    Verdict.VERIFIED: "核验通过",
    Verdict.UNTRUSTED: "未通过：颁发者不受信任",
    Verdict.EXPIRED: "未通过：证书不在有效期",
    Verdict.REVOKED: "未通过：证书已吊销",
    Verdict.ADDED: "未通过：签名后加了内容",
    Verdict.ALTERED: "未通过：签名后被改动",
    Verdict.UNREADABLE: "无法核验",
    Verdict.NONE: "无",
}


def paper_annex(papers: Sequence[PaperFact]) -> Annex:
    """One line a paper, for the report itself."""
    columns = (
        Column("责任单位", 34, "left"),
        Column("报送表", 32),
        Column("存件及所见（仅供参考）", 34, "left"),
        Column("声明", 36, "left"),
        Column("数字签名", 20, "left"),
    )
    return Annex("签章件登记表", Table(columns, tuple(_line(paper) for paper in papers)))


def _line(paper: PaperFact) -> tuple[str, ...]:
    seen = f"{_KINDS[EvidenceKind(paper.kind)]}；{_CODES[CodeMatch(paper.code)]}；{_HINTS[SealHint(paper.hint)]}"
    by, signer, seal = one_line(paper.attested_by), one_line(paper.signer), one_line(paper.seal)
    attested = f"{by}称由{signer}签字、盖{seal}"
    if paper.kind == EvidenceKind.PARCEL:  # neither signed by hand nor stamped
        attested = f"{by}接收：{signer}，{seal}"
    return one_line(paper.unit), f"{paper.check_code}\n{paper.tasks}项", seen, attested, _verified(paper)


def _verified(paper: PaperFact) -> str:
    names = "、".join(one_line(name) for name in paper.certificates)
    return _VERDICTS[Verdict(paper.verdict)] + (f"（证书：{names}）" if names else "")


def paper_sheet(book: Workbook, papers: Sequence[PaperFact], top: Sequence[str]) -> None:
    """The same in the workbook, with hashes and instants."""
    columns = (
        ("责任单位", 22), ("报送表", 16), ("项数", 8), ("存件", 12), ("存件时间", 18), ("SHA-256", 40), ("所见：校验码", 18),
        ("所见：红章（仅供参考）", 20), ("对不上仍收的理由", 24), ("声明：签字人", 14), ("声明：印章", 18), ("声明人", 14),
        ("声明时间", 18), ("数字签名", 24), ("数字签名：证书", 24),
    )  # fmt: skip
    rows = [
        (
            one.unit, one.check_code, one.tasks, _KINDS[EvidenceKind(one.kind)], shown(one.stored_at), one.sha256,
            _CODES[CodeMatch(one.code)], _HINTS[SealHint(one.hint)], one.anyway, one.signer, one.seal, one.attested_by,
            shown(one.attested_at), _VERDICTS[Verdict(one.verdict)], "、".join(one.certificates),
        )
        for one in papers
    ]  # fmt: skip
    table(book, "签章件", columns, rows, top)
