"""A stored file is opened only through what the person may see, and each opening stands in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deeds import downloads
from kit.desk import DeskOf, desk_of
from kit.office import BEGIN, DUE, OPENS, small_office
from models.drafts import ProblemDraft
from models.errors import Denied, DubanError, NotFound
from models.states import PhotoShows
from web.frame.desk import Desk
from workflow import problems
from workflow.filings import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deeds.downloads import Opened

DATA = b"%PDF-1.7 signed and stamped"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    made = desk_of(small_office(tmp_path))
    office, number = made.office, made.office.tasks["1.1", "市发改委"]
    office.report(number, BEGIN)
    office.sign(number, BEGIN)
    return made


def at(desk: DeskOf, login: str) -> Desk:
    """Somebody's desk as a page has it."""
    request = desk.person(login).client.build_request("GET", "/")
    made = Desk.__new__(Desk)
    made.site = desk.site
    made.__dict__["actor"] = desk.office.actor(login, desk.clock.now)
    made.__dict__["request"] = request
    return made


def kept(desk: DeskOf) -> str:
    """A second paper of the form, its bytes in the store."""
    sha, form = at(desk, "clerk1").store.put(DATA), desk.office.rows("filing")[0]["id"]
    file = desk.office.add(
        "attachment", sha256=sha, name="scan.pdf", media_type="application/pdf", size=len(DATA), stored_by="clerk1",
        stored_at=BEGIN,
    )  # fmt: skip
    desk.office.add(
        "evidence", filing_id=form, attachment_id=file, kind="scan", signer="李一", seal="公章", attested_by="clerk1",
        attested_at=BEGIN,
    )  # fmt: skip
    return sha


def ways(desk: DeskOf, login: str) -> list[Callable[[str], Opened]]:
    task, code = desk.office.tasks["1.1", "市发改委"], desk.office.rows("filing")[0]["check_code"]
    who = at(desk, login)
    return [lambda sha: downloads.of_task(who, task, sha), lambda sha: downloads.of_form(who, code, sha)]


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reviewer", "director"])
def test_whoever_may_read_the_report_opens_its_paper_and_the_trail_says_so(desk: DeskOf, login: str) -> None:
    sha = kept(desk)
    for way in ways(desk, login):
        opened = way(sha)
        assert (opened.data, opened.name, opened.media_type) == (DATA, "scan.pdf", "application/pdf")
        event = desk.office.rows("event")[-1]
        assert (event["action"], event["actor"], event["result"]) == ("attachment.read", login, "done")
        assert (event["detail"]["sha256"], event["unit"]) == (sha, "市发改委")


@pytest.mark.parametrize("login", ["clerk2", "clerk3", "system", "security", "audit"])
def test_nobody_else_opens_it_not_even_by_its_hash(desk: DeskOf, login: str) -> None:
    sha = kept(desk)
    for way in ways(desk, login):
        with pytest.raises(DubanError) as caught:
            way(sha)
        assert isinstance(caught.value, NotFound | Denied)
        event = desk.office.rows("event")[-1]
        assert (event["action"], event["actor"], event["result"]) == ("attachment.read", login, "denied")


def test_a_file_is_not_reached_through_something_it_does_not_belong_to(desk: DeskOf) -> None:
    sha, other = kept(desk), desk.office.tasks["2.1", "市发改委"]
    for wanted in (sha, "0" * 64, "../../etc/passwd"):
        with pytest.raises(NotFound):
            downloads.of_task(at(desk, "reviewer"), other, wanted)


def test_a_picture_of_a_problem_is_opened_by_those_it_concerns(desk: DeskOf) -> None:
    office, sha = desk.office, at(desk, "clerk1").store.put(DATA)
    draft = ProblemDraft("film", "生活污水直排", OPENS, DUE, ("市发改委",))
    file = StoredFile(sha, "排口.jpg", "image/jpeg", len(DATA))
    with office.database.write(office.office_id) as connection:
        place = (connection, office.office_id, office.actor("reviewer"))
        number = problems.register(*place, draft, BEGIN)
        problems.add_photo(*place, number, file, PhotoShows.FOUND, "", BEGIN)
    assert downloads.of_problem(at(desk, "clerk1"), number, sha).name == "排口.jpg"
    assert office.rows("event")[-1]["detail"]["through"] == f"problem {number}"
    for login, error in (("clerk3", NotFound), ("audit", Denied)):
        with pytest.raises(error):
            downloads.of_problem(at(desk, login), number, sha)


def test_what_was_changed_behind_the_programs_back_is_not_handed_out(desk: DeskOf) -> None:
    sha = kept(desk)
    file = at(desk, "clerk1").store.path(sha)
    file.chmod(0o600)
    file.write_bytes(b"other")
    with pytest.raises(DubanError) as caught:
        ways(desk, "clerk1")[0](sha)
    assert caught.value.code == "E-F20"
