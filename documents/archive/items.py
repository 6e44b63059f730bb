"""An item of the archive as a bag: its text, its papers, its attachments as they were stored, its metadata, its trail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from documents.archive.names import LONGEST_FOLDER, portable, unused
from documents.archive.texts import docx_text, docx_title, kind_name, metadata_text, notice_text, retention_name
from documents.archive.writing import Bag
from documents.decomposition.workbook import write_table
from documents.form import form_docx, form_pdf
from documents.notice_json import from_json
from documents.sheet import as_cell
from models.archive import Item, ItemKind
from models.errors import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FORMAT: Final = "duban-archive/1"
TEXT: Final = "正文.txt"
METADATA: Final = "metadata.json"
READABLE: Final = "元数据.txt"
TRAIL: Final = "留痕.jsonl"
ATTACHMENTS: Final = "附件"
#: the entry of ``bag-info.txt`` that holds the title
TITLE: Final = "External-Description"
INDEX: Final = "目录.csv"
HEADER: Final = "archive.json"
_COLUMNS: Final = ("件号", "文件夹", "类别", "题名", "文号", "日期", "责任者", "保管期限", "签字人", "文件数")


def folder_name(number: int, item: Item) -> str:
    """The folder of an item: its number, what it is, whose."""
    return portable(f"{number:03d}-{kind_name(item.kind)}-{item.unit or item.number}".rstrip("-"), LONGEST_FOLDER)


def bag_of(item: Item, folder: str, stored: Callable[[str], bytes], exported: dict[str, str]) -> Bag:
    """The bag of an item; ``stored`` gives the bytes of a hash, ``exported`` says month, office, when and by whom."""
    payload, notes = _papers(item, stored)
    item = _as_printed(item, payload)
    original: dict[str, str] = {}
    taken: set[str] = set()
    for part in item.parts:
        if not part.paper:
            path = f"{ATTACHMENTS}/{unused(portable(part.name), taken)}"
            payload[path], original[path] = stored(part.sha256), part.name
    if item.events:
        lines = (json.dumps(event, ensure_ascii=False, sort_keys=True) for event in item.events)
        payload[TRAIL] = "".join(f"{line}\n" for line in lines).encode()
    told = metadata(item, payload, original, notes, exported)
    payload[METADATA] = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    payload[READABLE] = metadata_text(item, told).encode()
    info = {
        "Source-Organization": exported["office"],
        TITLE: item.title,
        "External-Identifier": f"{item.kind.value} {item.id}",
        "Bagging-Date": exported["at"][:10],
        "Bag-Software-Agent": "duban",
    }
    return Bag(folder, payload, info)


def _papers(item: Item, stored: Callable[[str], bytes]) -> tuple[dict[str, bytes], list[str]]:
    """The text and the papers, by name, and what is to be said of them."""
    found = {part.name: stored(part.sha256) for part in item.parts if part.paper}
    word = next((data for name, data in found.items() if name.endswith(".docx")), None)
    if word is not None:
        return {TEXT: docx_text(word).encode(), **found}, []
    if item.kind is ItemKind.NOTICE:
        draft = from_json(item.facts)
        with tempfile.TemporaryDirectory() as place:
            write_table(draft, Path(place) / "table.xlsx")
            table = (Path(place) / "table.xlsx").read_bytes()
        note = "原文件未存入系统，正文为经人核对后导入的分解事项"
        return {TEXT: notice_text(draft).encode(), "任务分解表.xlsx": table}, [note]
    if item.kind is ItemKind.FILING:
        data = form_docx(item.facts)
        papers, note = {"报送表.docx": data}, "报送表由封存的填报内容重新生成，签字盖章的以附件为准"
        try:
            papers["报送表.pdf"] = form_pdf(item.facts)
        except EnvironmentRefused:
            note += "；本机没有中文字体，未生成 PDF"
        return {TEXT: docx_text(data).encode(), **papers}, [note]
    return dict(found), []


def _as_printed(item: Item, payload: dict[str, bytes]) -> Item:
    """题名 and 文号 as they stand on the paper, where there is one."""
    word = next((data for name, data in payload.items() if name.endswith(".docx")), None)
    if word is None:
        return item
    lines = [line.strip() for line in payload[TEXT].decode().splitlines() if line.strip()]
    number = next((line for line in lines if item.number and line.endswith(item.number)), item.number)
    return replace(item, number=number, title=docx_title(word) or lines[0])


def metadata(
    item: Item, payload: dict[str, bytes], original: dict[str, str], notes: Sequence[str], exported: dict[str, str]
) -> dict[str, Any]:
    """What an archivist has to know of an item, as data."""
    seqs = [event["seq"] for event in item.events]
    return {
        "format": FORMAT,
        "kind": item.kind.value,
        "title": item.title,
        "document_number": item.number,
        "date": item.dated.isoformat(),
        "issuer": item.issuer,
        "retention": item.retention.value,
        "month": exported["month"],
        "office": exported["office"],
        "unit": item.unit,
        "signed": list(item.signed),
        "more": item.more,
        "facts": {fact: [proof[fact] for proof in item.proofs] for fact in ("stored", "attested", "signature")},
        "trail": {
            "events": len(seqs),
            "first": min(seqs, default=0),
            "last": max(seqs, default=0),
            "last_hash": item.events[-1]["hash"] if item.events else "",
        },
        "files": [
            {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
             "original_name": original.get(path, "")}
            for path, data in payload.items()
        ],
        "notes": list(notes),
        "exported": {"at": exported["at"], "by": exported["by"]},
    }  # fmt: skip


def index(rows: Sequence[tuple[str, Item, str, int]]) -> bytes:
    """目录: folder, item, title and number of files as a table for any spreadsheet; nothing in it is a formula."""
    made = io.StringIO()
    out = csv.writer(made, lineterminator="\r\n")
    out.writerow(_COLUMNS)
    for number, (folder, item, title, files) in enumerate(rows, 1):
        cells = (str(number), folder, kind_name(item.kind), title, item.number, item.dated.isoformat(), item.issuer,
                 retention_name(item), "、".join(item.signed), str(files))  # fmt: skip
        out.writerow([as_cell(cell) for cell in cells])
    return made.getvalue().encode("utf-8-sig")
