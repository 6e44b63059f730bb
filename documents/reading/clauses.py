"""From the text of an item to its clauses: each ends with the bracket that names its units (design, section 3)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.reading import doubts, duties, units
from documents.reading.brackets import Finder, lists_of
from documents.reading.dates import DateRead, deadlines, stated
from documents.reading.found import Found
from documents.reading.indicators import indicators
from documents.reading.source import MOST_NOTES, Body, Notes, folded, visible
from models.drafts import ClauseDraft, IndicatorDraft, ItemDraft, MilestoneDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from documents.reading.items import RawItem

_EDGES: Final = " 。;,、"
#: where a line of its own stands within the text
_BREAKS: Final = re.compile(r"\s*\n\s*")
_LONGEST_LIST: Final = 400
_SEPARATORS: Final = re.compile(r"[、,;]")
_BRACKET: Final = re.compile(r"[()]")
_TOPIC: Final = re.compile(
    r"(?:加强|加快推进|加快|持续推进|深入推进|扎实推进|推进|强化|深化|完善|做好)[^,。;、()《》\d]{2,22}(?=。.)"
)


def known_units(bodies: Iterable[Body]) -> frozenset[str]:
    """Names that stand whole in brackets anywhere in the notice; they help where a sign was lost elsewhere."""
    known: set[str] = set()
    for body in bodies:
        norm = body.norm
        for found in lists_of(body):
            sure = [span for span in found.names if span not in found.odd and span not in found.guessed]
            known |= {norm[start:end] for start, end in sure if not units.is_group(units.masked(norm[start:end]))}
    return frozenset(known)


def lead_of(named: tuple[str, ...], leads: tuple[str, ...], helpers: tuple[str, ...]) -> str:
    """The unit that leads: the first that is said to, else the first named that does not only support."""
    told = [name for name in leads if name in named]
    free = [name for name in named if name not in helpers]
    return next(iter((*told, *free, *named)), "")


def _lists_begin(body: Body, several: list[Found]) -> int:
    """Where the text of a clause ends: before the list that names units and what stands right above it."""
    at = next((at for at, found in enumerate(several) if found.names), 0)
    while at and not body.norm[several[at - 1].end : several[at].start].strip(_EDGES):
        at -= 1
    return several[at].start


def _lists_units(inside: str) -> bool:
    """Whether what stands in a bracket holds a collective name, or a unit among other names."""
    names = _SEPARATORS.split(inside)
    return units.has_group(inside) or (len(names) > 1 and any(units.is_unit(name) for name in names))


class ClauseCutter:
    """Cuts items into clauses and takes a note for every repair."""

    def __init__(self, known: frozenset[str], issued_on: date | None, year: int | None, notes: Notes) -> None:
        self.known = known
        self.issued_on = issued_on
        self.year, self.month = year, issued_on.month if issued_on else None
        self.notes = notes
        self.prefixes = doubts.Prefixes(known)

    def item(self, raw: RawItem, first: int = 1) -> ItemDraft:
        """The item with its clauses, numbered from ``first`` on; text after the last bracket is one without units."""
        body = raw.body
        self.notes.about = str(raw.number)
        cut, parts, waiting = 0, list[tuple[int, list[Found]]](), list[Found]()
        for found in Finder(body.norm, self.known).find():
            said = body.norm[cut : found.start].strip(_EDGES + ")")
            if found.only_possible or (not said and not found.opened):
                self._possible(body, found)
                continue
            if not found.names and (said or not parts):  # by when, or which person: who does it comes below
                waiting.append(found)
                continue
            if said or not parts:
                parts.append((cut, waiting))
                waiting = []
            parts[-1][1].append(found)  # brackets one behind the other are one: the later ones name further parties
            cut = found.end
        if waiting:
            parts.append((cut, waiting))
            cut = waiting[-1].end
        if raw.shared and parts:
            self._below_points(raw, parts[0][1])
        rest = body.norm[cut:].strip(_EDGES + ")")
        if rest and len(parts) == 1 and self._holds_below(raw, *parts[0]):
            clause = self._clause(f"{raw.number}.{first}", raw, parts[0][0], parts[0][1], cut)
            self.notes.about = ""
            return ItemDraft(raw.number, visible(raw.title), (clause,), raw.section, raw.subsection)
        clauses = [
            self._clause(f"{raw.number}.{at}", raw, begin, several) for at, (begin, several) in enumerate(parts, first)
        ]
        if rest or not clauses:
            clauses.append(self._without_units(f"{raw.number}.{first + len(clauses)}", body, cut))
        self.notes.about = ""
        return ItemDraft(raw.number, visible(raw.title), tuple(clauses), raw.section, raw.subsection)

    def _below_points(self, raw: RawItem, several: list[Found]) -> None:
        """Say that units below several points were taken for all of them."""
        bracket = _BREAKS.sub(" ", raw.body.raw[several[0].start : several[-1].end]).strip()
        message = _("item {number}: the units stand below its points; they were taken for all of them")
        self.notes.add("W-N15", raw.body.place(several[0].start), bracket, message.format(number=raw.number))

    def _holds_below(self, raw: RawItem, begin: int, several: list[Found]) -> bool:
        """Whether the only units stand behind the title, or above numbered points, so that they hold for what follows."""
        said = raw.body.norm[begin : several[0].start].strip(_EDGES)
        title = not said or (said == folded(raw.title).strip(_EDGES) and raw.body.ends_line(several[-1].end))
        return several[-1].closed and (raw.owner or title)

    def _span(self, body: Body, span: tuple[int, int]) -> tuple[int, int]:
        """A stretch of text without the signs and blanks left over from the bracket before it."""
        start, end = span
        while start < end and body.norm[start] in _EDGES + ")":
            start += 1
        while end > start and body.norm[end - 1] == " ":
            end -= 1
        return start, end

    def _clause(self, number: str, raw: RawItem, cut: int, several: list[Found], below: int = 0) -> ClauseDraft:
        """One clause; ``below`` is where text goes on for which the units hold too."""
        body, first, last = raw.body, several[0], several[-1]
        start, end = self._span(body, (cut, _lists_begin(body, several)))
        spans = [(start, end)]
        self.notes.about = number
        damage = [note for found in several for note in self._bracket_damage(number, body, found)]
        parties = self._parties(number, body, several, damage)
        groups = units.collective(parties)
        named = tuple(name for name in parties if name not in groups)
        if not named and not groups:
            damage.append(self._names_none(number, body, start, body.raw[start:end]))
        leads = self._names(body, [span for found in several for span in found.leads])
        helpers = self._names(body, [span for found in several for span in found.supports])
        lead = lead_of(named, leads, helpers)
        damage += doubts.leads(self.notes, (number, body, first), leads, helpers, lead)
        text = _BREAKS.sub(" ", body.raw[start:end]).strip()
        if below:
            spans.append(self._span(body, (below, len(body.norm))))
            text = self._with_below(number, raw, several, spans, damage)
        clause = ClauseDraft(
            id=number,
            text=text or visible(raw.title),
            bracket="".join(body.raw[found.start : found.end].strip() for found in several),
            bracket_open=first.opened,
            bracket_close=last.closed,
            units=named,
            groups=groups,
            parties=parties,
            lead=lead,
            source_line=body.place(start)[0],
        )
        clause = self._with_facts(clause, body, spans, damage)
        terms = [term for found in several for term in self._terms(number, body, found, damage)]
        days = {one.due_on for one in clause.milestones}
        terms = [term for term in terms if term.due_on is None or term.due_on not in days]
        return replace(clause, milestones=(*clause.milestones, *terms), damage=tuple(damage))

    def _with_below(
        self, number: str, raw: RawItem, several: list[Found], spans: list[tuple[int, int]], damage: list[str]
    ) -> str:
        """The text above and below the units as one; a title above is not said again. It is told."""
        text, rest = (raw.body.raw[slice(*span)] for span in spans)
        bracket = _BREAKS.sub(" ", raw.body.raw[several[0].start : several[-1].end]).strip()
        message = _("clause {clause}: the units stand above the text; they were taken for all of it")
        place = raw.body.place(several[0].start)
        damage.append(self.notes.add("W-N15", place, bracket, message.format(clause=number)))
        return rest if visible(text).strip(_EDGES) == visible(raw.title).strip(_EDGES) else f"{text}{rest}"

    @staticmethod
    def _names(body: Body, spans: list[tuple[int, int]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(visible(body.raw[first:last]) for first, last in spans))

    def _parties(self, number: str, body: Body, several: list[Found], damage: list[str]) -> tuple[str, ...]:
        """All names of the brackets in order, each once; one that stands twice in a bracket is told."""
        for found in several:
            names = [visible(body.raw[first:last]) for first, last in found.names]
            if len(set(names)) < len(names):
                twice = next(name for name in names if names.count(name) > 1)
                message = _("a unit is named twice in clause {clause}: {name}").format(clause=number, name=twice)
                damage.append(self.notes.add("W-N05", body.place(found.start), twice, message))
        return self._names(body, [span for found in several for span in found.names])

    def _terms(self, number: str, body: Body, found: Found, damage: list[str]) -> list[MilestoneDraft]:
        """The deadlines beside the names; one that gives no day is told."""
        terms: list[MilestoneDraft] = []
        for start, end in found.times:
            if duties.is_endless(body.norm[start:end]):
                continue
            read = stated(body.norm[start:end], self.year, self.month)
            for one in read:
                note = self._date_damage(number, one, body.place(start + one.start), damage)
                quote = body.raw[start + one.start : start + one.start + len(one.quote)]
                terms.append(MilestoneDraft(quote, one.day, note))
            if not read:
                quote = body.raw[start:end]
                message = _("clause {clause}: no day could be read from the time limit {quote}")
                told = message.format(clause=number, quote=quote)
                damage.append(self.notes.add("W-D05", body.place(start), quote, told))
        return terms

    def _names_none(self, number: str, body: Body, start: int, text: str) -> str:
        spoken = doubts.spoken_of(folded(text))
        message = _("clause {clause} names no unit").format(clause=number)
        if spoken:
            message = _("clause {clause} names no unit in brackets; its text speaks of {names}").format(
                clause=number, names="、".join(spoken)
            )
        return self.notes.add("W-N02", body.place(start), text[-60:], message)

    def _without_units(self, number: str, body: Body, cut: int) -> ClauseDraft:
        start, end = self._span(body, (cut, len(body.norm)))
        self.notes.about = number
        text = body.raw[start:end]
        damage = [self._names_none(number, body, start, text)]
        clause = ClauseDraft(number, text, source_line=body.place(start)[0])
        return self._with_facts(clause, body, [(start, end)], damage)

    def _with_facts(
        self, clause: ClauseDraft, body: Body, spans: list[tuple[int, int]], damage: list[str]
    ) -> ClauseDraft:
        """Add deadlines, indicators, the topic and what is damaged, from each stretch of text."""
        milestones, figures = list[MilestoneDraft](), list[IndicatorDraft]()
        for start, end in spans:
            norm = body.norm[start:end]
            for read in deadlines(norm, self.year, self.month):
                note = self._date_damage(clause.id, read, body.place(start + read.start), damage)
                quote = body.raw[start + read.start : start + read.start + len(read.quote)]
                milestones.append(MilestoneDraft(quote, read.day, note))
            self._left_in_text(body, start, norm)
            figures += indicators(norm)
        topic = _TOPIC.match(body.norm[slice(*spans[0])])
        return replace(
            clause,
            milestones=tuple(milestones),
            indicators=tuple(figures),
            damage=tuple(damage),
            topic=topic.group() if topic else "",
        )

    def _left_in_text(self, body: Body, start: int, norm: str) -> None:
        """Brackets in the text that may be damaged lists of units: never opened, or with a unit's name inside."""
        opened: list[int] = []
        for sign in _BRACKET.finditer(norm):
            at = sign.start()
            if sign.group() == "(":
                opened.append(at)
            elif not opened:
                self._possible(body, Found(start + max(at - units.LONGEST, 0), start + at + 1, opened=False))
            else:
                begin = opened.pop()
                inside = norm[begin + 1 : min(at, begin + _LONGEST_LIST)]
                if _lists_units(inside) and not duties.explains(inside):
                    self._possible(body, Found(start + begin, start + at + 1, opened=True))
        for begin in opened[:MOST_NOTES]:
            if _lists_units(norm[begin + 1 : begin + _LONGEST_LIST]):
                self._possible(body, Found(start + begin, start + begin + _LONGEST_LIST, opened=True))

    def _bracket_damage(self, number: str, body: Body, found: Found) -> list[str]:
        """Say which sign of the bracket is lost, and every name that was cut or does not look like one."""
        damage = self._lost_signs(number, body, found)
        for start, end in found.guessed:
            message = _("clause {clause}: the name {name} was cut out of the words around it").format(
                clause=number, name=body.raw[start:end]
            )
            damage.append(self.notes.add("W-N06", body.place(start), body.raw[start : end + 10], message))
        for start, end in found.odd:
            message = _("clause {clause}: {name} stands in the bracket but does not look like a unit").format(
                clause=number, name=body.raw[start:end]
            )
            damage.append(self.notes.add("W-N03", body.place(start), body.raw[start:end], message))
        damage += doubts.beside_names(self.notes, number, body, found)
        damage += doubts.glued(self.notes, number, body, found)
        damage += self.prefixes.doubt(self.notes, number, body, found)
        if found.rule:
            rule = body.raw[found.rule[0] : found.rule[1]]
            message = _("clause {clause}: the bracket also holds a rule: {rule}").format(clause=number, rule=rule)
            damage.append(self.notes.add("W-N07", body.place(found.rule[0]), rule, message))
        return damage

    def _lost_signs(self, number: str, body: Body, found: Found) -> list[str]:
        """The brackets that are lost, and the next clause where it was glued on."""
        line, column = body.place(found.start)
        quote = body.raw[found.start : found.end].strip()
        if found.opened and found.closed:
            return []
        if not found.opened and not found.closed:
            message = _("clause {clause}: both brackets round the units are lost (line {line}, column {column})")
        elif not found.opened:
            message = _("clause {clause}: the opening bracket is lost (line {line}, column {column})")
        else:
            message = _("clause {clause}: the bracket is not closed (line {line}, column {column})")
        whole = f"{'' if found.opened else '('}{quote}{'' if found.closed else ')'}"
        told = message.format(clause=number, line=line, column=column)
        damage = [self.notes.add("W-N01", (line, column), quote, told, whole)]
        if not found.closed and body.goes_on(found.end):
            start = found.names[-1][0]
            quote = body.raw[start : found.end + 10]
            told = _("clause {clause}: the next clause follows straight on behind its units: {quote}").format(
                clause=number, quote=quote
            )
            cut = f"{body.raw[start : found.end]})|{body.raw[found.end : found.end + 10]}"
            damage.append(self.notes.add("W-N08", body.place(start), quote, told, cut))
        return damage

    def _possible(self, body: Body, found: Found) -> None:
        message = _("this may be a list of units that lost its brackets; it was left in the text")
        self.notes.add("W-N04", body.place(found.start), body.raw[found.start : found.end], message)

    def _date_damage(self, number: str, read: DateRead, place: tuple[int, int], damage: list[str]) -> str:
        """Note what is wrong with a date; gives the milestone's own remark."""
        said = {"clause": number, "quote": read.quote}
        code, message, days = date_doubt(number, read)
        if message:
            damage.append(self.notes.add(code, place, read.quote, message, *days))
        if read.day and self.issued_on and read.day < self.issued_on:
            early = _("clause {clause}: the deadline {quote} lies before the notice").format(**said)
            damage.append(self.notes.add("E-D02", place, read.quote, early, *days))
            message = f"{message}; {early}" if message else early
        return "; ".join(part for part in (message, read.note) if part)


def date_doubt(number: str, read: DateRead) -> tuple[str, str, tuple[str, ...]]:
    """What is wrong or not said in a date: the code, the sentence (empty when nothing is) and the readings."""
    said = {"clause": number, "quote": read.quote}
    days = tuple(day.isoformat() for day in read.readings)
    if read.impossible:
        near = (f"{read.near.isoformat()}?",) if read.near else ()
        return "E-D01", _("clause {clause}: this date does not exist: {quote}").format(**said), near
    if read.event:
        message = _("clause {clause}: no calendar says when {quote} is; the date is left open")
        return "W-D07", message.format(**said), days
    if not days:
        message = _("clause {clause}: no year or month is said in {quote}; the date is left open")
        return "W-D03", message.format(**said), days
    if len(days) > 1:
        message = _("clause {clause}: {quote} can be {days}; the date is left open")
        return "W-D03", message.format(**said, days=" / ".join(days)), days
    if read.damaged:
        message = _("clause {clause}: signs are lost in {quote}; the only reading is {days}")
        return "W-D02", message.format(**said, days=days[0]), days
    if read.counted:
        message = _("clause {clause}: {quote} counts from the notice's own date: {days}")
        return "W-D06", message.format(**said, days=days[0]), days
    if read.without_year:
        message = _("clause {clause}: {quote} names no year; read with the notice's own: {days}")
        return "W-D04", message.format(**said, days=days[0]), days
    return "", "", days
