"""What stands before the work: title, dates, recipients, the reporting rule, attachments, issuer and date of issue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from documents.reading import units
from documents.reading.dates import DateRead, whole_date
from documents.reading.marks import CAPTION
from documents.reading.reporting import read_reporting
from documents.reading.source import folded
from models.drafts import NoticeDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line, Notes

_PUBLISHED: Final = re.compile(r"(?:发布|公开|成文|发文)?(?:日期|时间)[: ]*(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})")
_BY: Final = re.compile(r"(?:作者|来源|信息来源|发布机构)[: ]*(\S.*)")
_PAGE_FIELD: Final = re.compile(r"^(?:【.*|.{2,8}:.{0,30})$")
#: such a line is the list of attachments or of recipients, not a field of the web page
_ADDRESSED: Final = re.compile(r"附件|(?:单位|政府|委|局|部门|机构|企业|院校):")
_NUMBER: Final = re.compile(r"[\u4e00-\u9fff]{1,14}[〔\[(]\d{4}[〕\])](?:第)?\d{1,5}号")
#: whose seal stands for the issuer's
_SEALED: Final = re.compile(r"\((?:代章|盖章|章|公章|印章)\)")
_KINDS: Final = r"(?:通知|意见|方案|决定|办法|要点|通报|函|批复|措施|计划|规划|纲要|细则)"
#: a title stands among the first lines of a page, in no more lines than this
_TITLE_WITHIN: Final = 16
_MOST_TITLE_LINES: Final = 4
#: the way to a page, its fields, a sentence, the issuer's red head
_NO_TITLE: Final = re.compile(r"[。>|]|^.{2,8} *:|文件$|\d{1,2}:\d{2}")
_ISSUER_END: Final = re.compile(r"(?:政府|办公[室厅]|委员会|领导小组|指挥部|[厅局委部办院])$")
_LONGEST_ISSUER: Final = 40
_TITLE_END: Final = re.compile(rf"{_KINDS}(?:\([^()]*\))?$")
_ATTACHED: Final = re.compile(r"^附件 *: *(.*)$|^(?=\d{1,2}[、.] *\S)(.*)$")
#: what stands below the list of attachments is said of the paper itself
_LIST_ENDED: Final = re.compile(r"\((?:此件|本件|主动公开|依申请公开|不予公开|公开|联系人)")
_ATTACHED_NUMBER: Final = re.compile(r"^\d{1,2}[、.] *")
_PLAN_END: Final = re.compile(rf"(?:{_KINDS}|清单|台账|分工|分解|任务书|[分解一]表)(?:\([^()]*\))?$")
_LONGEST_WIDE: Final = 8
#: a remark in front of the date: (此件发至县) 2022年5月7日
_BEFORE_DATE: Final = re.compile(r"^\([^()]{2,20}\) +")
_LONGEST_PLAN: Final = 60
_BODY_STARTS: Final = re.compile(r"^(?:现将|现就|为|根据|按照|经|依据|《|《.*》已)")
_LIST_END: Final = re.compile(r"(?<=单位)(?=有关|各|相关)|(?<=部门)(?=有关|各|相关)|(?<=政府)(?=市|省|县直|区直)")
#: a document number carries its year: 〔2022〕3号
_NUMBERED_YEAR: Final = re.compile(r"[〔\[(](\d{4})[〕\])]")


@dataclass(slots=True)
class _Head:
    """The lines above the first heading, and what was found in them."""

    lines: list[Line]
    notes: Notes
    used: set[tuple[int, int]] = field(default_factory=set)

    def find(self, pattern: re.Pattern[str]) -> tuple[Line, re.Match[str]] | None:
        """The first line in which a pattern occurs."""
        for line in self.lines:
            if found := pattern.search(line.norm):
                return line, found
        return None


def _key(line: Line) -> tuple[int, int]:
    """A line, or a piece of one that was cut."""
    return line.number, line.skipped


def read_head(lines: Sequence[Line], notes: Notes, below: Sequence[Line] = ()) -> NoticeDraft:
    """A draft without items from the lines above the first heading; what is missing stays empty and is noted.

    ``below`` are the lines from the first heading on: a short notice is signed at its end, and says there when to report.
    """
    head = _Head([line for line in lines if not line.blank], notes)
    caption = next((at for at, line in enumerate(head.lines) if CAPTION.match(line.norm)), len(head.lines))
    cover = _Head(head.lines[:caption], notes)
    draft = NoticeDraft(title=_title(cover))
    rest = [line for line in below if not line.blank]
    draft = replace(draft, attachment_title=_attachment_title(head.lines[caption + 1 :]))
    draft = _page_fields(draft, cover)
    draft = _signature(draft, cover, rest)
    if caption == len(head.lines):
        draft = replace(draft, attachment_title=_plan_title(draft, cover))
    draft = replace(draft, attachments=_attachments(cover.lines, cover) or _attachments(rest, cover))
    draft = _recipients(draft, cover)
    rule = read_reporting(cover.lines, below, notes)
    return replace(draft, reporting=rule, issuer_short=rule.to)


def _title(head: _Head) -> str:
    """The line that ends as a title does, with those before it that a long title was broken into."""
    lines = head.lines[:_TITLE_WITHIN]
    last = next((at for at, line in enumerate(lines) if _ends_a_title(line)), None)
    if last is None:
        head.used = {_key(line) for line in lines[:1]}
        return lines[0].raw if lines else ""
    first = _title_begins(lines, last)
    head.used |= {_key(line) for line in lines[first : last + 1]}
    return "".join(_spaced(line.raw) for line in lines[first : last + 1])


def _spaced(text: str) -> str:
    """A word that was set wide as one again: 通  知."""
    return "".join(text.split()) if len(text) <= _LONGEST_WIDE else text


def _ends_a_title(line: Line) -> bool:
    return bool(_TITLE_END.search(_spaced(line.norm))) and not _NO_TITLE.search(line.norm)


def _title_begins(lines: Sequence[Line], last: int) -> int:
    """The index of the line with 关于, or of the issuer's name above it; what stands on a page above that is no title."""
    back = range(last, max(last - _MOST_TITLE_LINES, -1), -1)
    about = next((at for at in back if "关于" in lines[at].norm or at == 0), last)
    if any(_NO_TITLE.search(line.norm) or _NUMBER.fullmatch(line.norm) for line in lines[about:last]):
        return last
    above = lines[about - 1].norm if about and lines[about].norm.startswith("关于") else ""
    return about - 1 if _ISSUER_END.search(above) and not _NO_TITLE.search(above) else about


def _attachment_title(lines: list[Line]) -> str:
    return lines[0].raw if lines and len(lines[0].norm) <= 80 and "。" not in lines[0].norm else ""


def _plan_title(draft: NoticeDraft, head: _Head) -> str:
    """The title of the plan that follows the signed letter without a caption above it; in a line or a few."""
    signed = next((at for at, line in enumerate(head.lines) if line.raw == draft.issued_on_quote), len(head.lines))
    below = [line for line in head.lines[signed + 1 :] if not line.norm.startswith("(")][:_MOST_TITLE_LINES]
    last = next((at for at, line in enumerate(below) if _PLAN_END.search(line.norm)), None)
    if last is None or any("。" in line.norm or len(line.norm) > _LONGEST_PLAN for line in below[: last + 1]):
        return ""
    head.used |= {_key(line) for line in below[: last + 1]}
    return "".join(line.raw for line in below[: last + 1])


def _page_fields(draft: NoticeDraft, head: _Head) -> NoticeDraft:
    for line in head.lines:
        about = _PAGE_FIELD.match(line.norm) or _NUMBER.fullmatch(line.norm)
        if about and not _ADDRESSED.search(line.norm):
            head.used.add(_key(line))
    published, by, number = head.find(_PUBLISHED), head.find(_BY), head.find(_NUMBER)
    return replace(
        draft,
        published_on=_civil(published[1]) if published else None,
        published_by=by[1][1].strip() if by and _key(by[0]) in head.used else "",
        document_number=number[0].raw[slice(*number[1].span())] if number and len(number[0].norm) <= 40 else "",
    )


def _civil(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _signature(draft: NoticeDraft, head: _Head, below: list[Line]) -> NoticeDraft:
    """The date of issue stands alone on a line, the issuer alone on the line above it; in the letter, else at the end."""
    for lines in (head.lines, below):
        for at in range(len(lines) - 1, 0, -1):
            line = lines[at]
            read = whole_date(_BEFORE_DATE.sub("", line.norm).strip("()"))
            if read is None or _PUBLISHED.search(line.norm):
                continue
            head.used.add(_key(line))
            above = _above(lines, at, head)
            issuer = ""
            if _key(above) not in head.used and not re.search(r"[。,:)]", above.norm):
                issuer = _together(above, lines, head)
            _issue_date_damage(read, line, head.notes)
            return replace(draft, issuer=issuer or _issuer(draft), issued_on=read.day, issued_on_quote=line.raw)
    place = (head.lines[0].number, 1) if head.lines else (1, 1)
    head.notes.add("W-H01", place, draft.title, _("no date of issue was found under the notice"))
    return replace(draft, issuer=_issuer(draft))


def _together(last: Line, lines: list[Line], head: _Head) -> str:
    """The issuer's name with those right above it: several may sign together."""
    at = lines.index(last)
    names = [last]
    while at and _ISSUER_END.search(lines[at].norm) and _signs(lines[at - 1], head):
        at -= 1
        names.insert(0, lines[at])
    head.used |= {_key(line) for line in names}
    return " ".join(line.raw for line in names)


def _signs(line: Line, head: _Head) -> bool:
    """Whether a line is nothing but the name of one that signs."""
    plain = len(line.norm) <= _LONGEST_ISSUER and not re.search(r"[。,:;、()]", line.norm)
    return plain and _key(line) not in head.used and bool(_ISSUER_END.search(line.norm))


def _above(lines: list[Line], at: int, head: _Head) -> Line:
    """The line above the date, where its issuer stands: a page may say the date twice, a seal may stand between."""
    named = [line for line in lines[:at] if not (_SEALED.fullmatch(line.norm) or whole_date(line.norm.strip("()")))]
    above = named[-1] if named else lines[0]
    head.used |= {_key(line) for line in lines[lines.index(above) + 1 : at]}
    return above


def _issuer(draft: NoticeDraft) -> str:
    """The issuer whom the title names: 某某市人民政府关于…"""
    named = re.match(r"(.{2,40}?)关于", draft.title)
    return named[1].strip() if named else ""


def year_of(draft: NoticeDraft) -> int | None:
    """The notice's own year: of its date, else of its number (〔2022〕3号), else of its title."""
    if draft.issued_on:
        return draft.issued_on.year
    said = _NUMBERED_YEAR.search(draft.document_number) or re.search(r"(?<!\d)(20\d\d)年", draft.title)
    return int(said[1]) if said else None


def _issue_date_damage(read: DateRead, line: Line, notes: Notes) -> None:
    place, days = (line.number, line.column), tuple(day.isoformat() for day in read.readings)
    if not days:
        notes.add("E-D01", place, read.quote, _("the date of issue does not exist: {quote}").format(quote=read.quote))
    elif len(days) > 1:
        message = _("the date of issue {quote} can be {days}; it is left open")
        notes.add("W-D03", place, read.quote, message.format(quote=read.quote, days=" / ".join(days)), *days)
    elif read.damaged:
        message = _("signs are lost in the date of issue {quote}; the only reading is {days}")
        notes.add("W-D02", place, read.quote, message.format(quote=read.quote, days=days[0]), *days)


def _attachments(lines: Sequence[Line], head: _Head) -> tuple[str, ...]:
    """The list of attachments; a name broken over lines is joined again and noted."""
    names: list[str] = []
    for line in lines:
        found = _ATTACHED.match(line.norm)
        if found and (names or found[1] is not None):
            start = found.start(1) if found[1] is not None else 0
            number = _ATTACHED_NUMBER.match(line.norm[start:])
            names.append(line.raw[start + (number.end() if number else 0) :])
            head.used.add(_key(line))
        elif names and (_key(line) in head.used or _LIST_ENDED.match(line.norm)):
            break
        elif names and len(line.norm) <= 40 and not re.search(r"[。:]", line.norm):
            names[-1] += line.raw
            head.used.add(_key(line))
            message = _("the name of an attachment is broken over lines; read as {name}").format(name=names[-1])
            head.notes.add("W-H03", (line.number, line.column), line.raw, message, names[-1])
    return tuple(names)


def _recipients(draft: NoticeDraft, head: _Head) -> NoticeDraft:
    """The line above the text, closed by a colon; damaged ones are known by the text that follows."""
    rest = [line for line in head.lines if _key(line) not in head.used]
    for at, line in enumerate(rest):
        colon = line.norm.endswith(":")
        before_text = at + 1 < len(rest) and bool(_BODY_STARTS.match(rest[at + 1].norm))
        if colon or (before_text and "。" not in line.norm and len(line.norm) <= 120):
            return _recipient_list(draft, line, head.notes, colon=colon)
        if "。" in line.norm:
            break
    return draft


def _recipient_list(draft: NoticeDraft, line: Line, notes: Notes, *, colon: bool) -> NoticeDraft:
    whole = line.raw.rstrip(":：")
    hidden = units.masked(folded(whole))
    cuts = [-1, *(at for at, sign in enumerate(hidden) if sign in "、,"), len(whole)]
    names = [name for start, end in pairwise(cuts) if (name := whole[start + 1 : end].strip())]
    parts = [piece for name in names for piece in _LIST_END.split(name)]
    place = (line.number, line.column)
    if not colon:
        notes.add("W-H02", place, line.raw, _("the colon after the recipients is lost"), f"{line.raw}:")
    if len(parts) > len(names):
        reading = "、".join(parts)
        notes.add(
            "W-H02",
            place,
            line.raw,
            _("a separator between recipients is lost; read as {reading}").format(reading=reading),
            reading,
        )
    return replace(draft, recipients=line.raw, recipients_list=tuple(parts))
