"""Notices: a file is read, what is doubtful is decided beside its quote, the table goes out and comes back, it is adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.months import month_of, opened_words
from deeds.notices import Wanted, adopt, begin_walk, behind_rosters, find_notices, read_for_office, take_rosters
from documents.decomposition.paper import render_decomposition
from documents.decomposition.workbook import table_bytes
from documents.notice_json import from_json, to_json
from documents.reading.places import quoted_at
from models import doubts
from models.doubts import Verdict
from models.errors import BadInput
from models.language import N_, _
from models.times import local_date
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form, number_of
from web.frame.showing import kind_file, show_draft
from web.frame.uploads import some
from workflow import notice_drafts, revision_plan

if TYPE_CHECKING:
    from deeds.notices import Done
    from deeds.reviewing import Walk
    from models.doubts import Doubt
    from models.drafts import NoticeDraft
    from web.frame.desk import Desk
    from web.frame.posted import Posted

router = APIRouter(prefix="/notices")
#: so many doubts stand on a page
#: doubts on a page: each is a form beside its quote
_DOUBTS: Final = 20
VERDICTS: Final = {
    "keep": N_("stays"), "change": N_("changes"), "add": N_("is new"), "withdraw": N_("is withdrawn"),
    "blocked": N_("is blocked"),
}  # fmt: skip


@router.get("")
def notices(desk: At) -> Response:
    """What was adopted, what is worked on, and the door for another file."""
    rows = desk.look_up("notice.draft", lambda c: find_notices(c, desk))
    drafts = desk.read(lambda c: notice_drafts.waiting(c, desk.office_id, desk.actor))
    for row in drafts:
        row["counts"] = doubts.counts(doubts.listed(from_json(row["draft"])))
    return desk.page("notices/list.html", notices=list(reversed(rows)), drafts=drafts)


@router.post("/upload")
def upload(desk: At, form: Form) -> Response:
    """Read a notice, or a table that was corrected; what was read is kept as a draft of the office."""
    desk.demand("notice.draft")
    draft = _read(form)
    held, now = begin_walk(desk, draft).draft, desk.now()
    number = desk.perform(
        "notice.draft", lambda c: notice_drafts.keep(c, desk.office_id, desk.actor, to_json(held), now)
    )
    _row, kept = _draft(desk, number)
    said = _(
        "This notice is worked on already; what was decided stands here. Send a corrected table back on this page."
    )
    return desk.go(f"/notices/drafts/{number}", said="" if to_json(kept) == to_json(held) else said)


def _read(form: Posted) -> NoticeDraft:
    """The file in a child process with limits, as every foreign file."""
    file = some(form.upload("file"))
    return read_for_office(file.data, file.name)


def _draft(desk: Desk, number: int) -> tuple[dict[str, Any], NoticeDraft]:
    row = desk.look_up("notice.draft", lambda c: notice_drafts.find(c, desk.office_id, desk.actor, number))
    return row, from_json(row["draft"])


@router.get("/drafts/{number}")
def draft(desk: At, number: int) -> Response:
    """What was read: items, clauses, whom each names, its days and figures; how many doubts are open."""
    row, read = _draft(desk, number)
    count = doubts.counts(doubts.listed(read))
    return desk.page("notices/draft.html", row=row, draft=read, count=count, weighing=_weighing(read))


def _weighing(read: NoticeDraft) -> dict[str, int]:
    """By clause how many of its open doubts must be decided."""
    found: dict[str, int] = {}
    for doubt in doubts.still_open(read):
        if doubt.weighs:
            found[doubt.note.clause] = found.get(doubt.note.clause, 0) + 1
    return found


@router.get("/drafts/{number}/doubts")
def doubtful(desk: At, number: int, page: Page = 1, all: str = "") -> Response:  # noqa: A002 - a word of the address
    """Every doubt beside its quote, what must be decided first; with ``all`` the decided ones, too."""
    row, read = _draft(desk, number)
    walk = begin_walk(desk, read)
    found = list(doubts.listed(walk.draft)) if all else walk.open()
    paging = Paging(f"/notices/drafts/{number}/doubts", {"all": all}, page, len(found), _DOUBTS)
    return desk.page(
        "notices/doubts.html", row=row, doubts=[_shown(walk, one) for one in paging.of(found)], paging=paging,
        all=all, standing=doubts.counts(doubts.listed(walk.draft)),
    )  # fmt: skip


def _shown(walk: Walk, doubt: Doubt) -> dict[str, Any]:
    """A doubt with its line cut around the quote, what stands in the table now, and what can be done."""
    note, said = doubt.note, doubt.decision
    at = quoted_at(note, note.context)
    cut = (note.context[:at], note.quote, note.context[at + len(note.quote) :]) if at >= 0 else ("", note.quote, "")
    return {
        "doubt": doubt, "note": note, "before": cut[0], "quote": cut[1], "after": cut[2],
        "value": walk.values(doubt), "removable": walk.removable(doubt), "said": said,
        "verdict": Verdict(said.verdict).label if said else "",
        "same": sum(one.note.code == note.code for one in walk.open()),
    }  # fmt: skip


@router.post("/drafts/{number}/doubts")
def decide(desk: At, form: Form, number: int) -> Response:
    """Decide one doubt, or all of its kind, as the person saw the draft."""
    row, read = _draft(desk, number)
    walk, key = begin_walk(desk, read), form.text("doubt")
    _answer(walk, walk.of(key)[0], form)
    _put(desk, row, form, walk.draft, key)
    page = form.number("page") or 1
    return desk.go(f"/notices/drafts/{number}/doubts?page={page}", said=_("Decided."))


def _answer(walk: Walk, doubt: Doubt, form: Posted) -> None:
    """Do what the pressed button means."""
    how = form.text("how")
    if how == "all":
        walk.accept(*(one for one in walk.open() if one.note.code == doubt.note.code))
    elif how == "accept":
        walk.accept(doubt)
    elif how == "type":
        walk.type(doubt, form.text("value"))
    elif how == "dismiss":
        walk.dismiss(doubt, form.text("note"))
    elif how == "remove":
        walk.remove(doubt)
    else:
        walk.take(doubt, how)


def _put(desk: Desk, row: dict[str, Any], form: Posted, draft: NoticeDraft, said: str = "") -> None:
    version, now = form.number("version"), desk.now()
    desk.perform(
        "notice.draft",
        lambda c: notice_drafts.change(c, desk.office_id, desk.actor, row["id"], version, to_json(draft), now, said),
    )


@router.get("/drafts/{number}/table.xlsx")
def table(desk: At, number: int) -> Response:
    """The decomposition table, to be corrected in a spreadsheet program."""
    row, read = _draft(desk, number)
    return kind_file(desk, table_bytes(read), f"{row['title']}-{_('decomposition')}", "xlsx")


@router.post("/drafts/{number}/table")
def take_table(desk: At, form: Form, number: int) -> Response:
    """The corrected table comes back in the place of the draft."""
    desk.demand("notice.draft")
    row, _read_before = _draft(desk, number)
    read = _read(form)
    if read.source_sha256 != row["source_sha256"]:
        raise BadInput(
            "E-H91",
            _("This is the table of another notice, or no table at all."),
            where=read.source_name,
            remedy=_("Download the table here, correct that file, and send it back."),
        )
    _put(desk, row, form, begin_walk(desk, read).draft, "table")
    return desk.go(f"/notices/drafts/{number}", said=_("The corrected table was taken."))


@router.post("/drafts/{number}/drop")
def drop(desk: At, form: Form, number: int) -> Response:
    """The draft is not worked on any more."""
    why, now = form.text("reason"), desk.now()
    desk.perform("notice.draft", lambda c: notice_drafts.drop(c, desk.office_id, desk.actor, number, why, now))
    return desk.go("/notices", said=_("Draft {id} is dropped.").format(id=number))


@router.get("/drafts/{number}/adopt")
def look(desk: At, number: int, revise: str = "") -> Response:
    """What adopting would do: as a new notice, or to an adopted one, clause by clause."""
    row, read = _draft(desk, number)
    rows = desk.read(lambda c: find_notices(c, desk))
    to = number_of(revise) if revise else None
    plan = (
        desk.look_up("notice.draft", lambda c: revision_plan.plan_revision(c, desk.office_id, to, read)) if to else []
    )
    return desk.page(
        "notices/adopt.html", row=row, draft=read, count=doubts.counts(doubts.listed(read)), notices=rows, revise=to,
        plan=[line for line in plan if line.verdict != "keep"], kept=sum(line.verdict == "keep" for line in plan),
        verdicts={code: _(words) for code, words in VERDICTS.items()},
    )  # fmt: skip


@router.post("/drafts/{number}/adopt")
def take_up(desk: At, form: Form, number: int) -> Response:
    """Adopt it; with a month both happen or neither."""
    now, version = desk.now(), form.number("version")
    wanted = Wanted(
        revise=form.number("revise"), month=month_of(form.text("month")) if form.text("month") else "",
        accept_open=form.text("accept_open"), allow_past=form.flag("allow_past"),
    )  # fmt: skip

    def work(connection: Any) -> Done:
        row = notice_drafts.find(connection, desk.office_id, desk.actor, number)
        notice_drafts.refuse_stale(row, version)
        done = adopt(connection, desk, from_json(row["draft"]), wanted, now)
        notice_drafts.adopted(connection, desk.office_id, desk.actor, number, done.made.notice_id, now)
        return done

    done = desk.perform("notice.adopt", work)
    return desk.go(f"/notices/{done.made.notice_id}", said=_said(done))


def _said(done: Done) -> str:
    made, opened = done.made, done.opened
    said = [
        _("Notice {id}: {clauses} clauses, {count} responsibilities.").format(
            id=made.notice_id, clauses=made.clauses, count=made.responsibilities
        )
    ]
    if opened is not None:
        said += opened_words(opened)
    said += [_("“{group}” has no roster yet.").format(group=group) for group in made.open_groups]
    return " ".join(said)


@router.get("/{number}")
def notice(desk: At, number: int) -> Response:
    """An adopted notice with what was said of each of the reader's doubts, and what the rosters would change in it."""
    (row,) = desk.look_up("notice.draft", lambda c: find_notices(c, desk, number))
    read = from_json(row["draft"])
    behind = behind_rosters(desk, number) if desk.may("notice.adopt") else None
    return desk.page(
        "notices/show.html", row=row, draft=read, decided=doubts.listed(read), verdicts=_labels(), behind=behind
    )


@router.post("/{number}/rosters")
def follow(desk: At, form: Form, number: int) -> Response:  # noqa: ARG001 - the form proves that it was sent from here
    """The notice follows the rosters of today."""
    now = desk.now()
    done = desk.perform("notice.adopt", lambda c: take_rosters(c, desk, number, now))
    made = done.made
    said = [
        _("The notice follows its rosters: {added} responsibilities more, {ended} ended.").format(
            added=made.responsibilities, ended=made.ended
        )
    ]
    if made.idle_tasks:
        said.append(
            _("Tasks that nobody asks for any more, to be waived: {tasks}").format(
                tasks="、".join(map(str, made.idle_tasks))
            )
        )
    if done.standing and made.responsibilities:
        path = f"/months/open?month={done.standing}&notice={number}"
        return desk.go(path, said=" ".join([*said, _("Open the month once more, so that they get their tasks.")]))
    return desk.go(f"/notices/{number}", said=" ".join(said))


def _labels() -> dict[str, str]:
    return {one.value: one.label for one in Verdict}


@router.get("/{number}/table")
def printed(desk: At, number: int) -> Response:
    """Its decomposition table as a paper."""
    (row,) = desk.look_up("notice.draft", lambda c: find_notices(c, desk, number))
    made = render_decomposition(from_json(row["draft"]), local_date(row["adopted_at"]))
    paper = show_draft(desk, f"{_('decomposition')}-{number}", made)
    return desk.page("notices/table.html", row=row, paper=paper, notes=made.notes)
