"""What is wrong with an installation: every check that a person, or a monitor, may want the answer of. Changes nothing."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from models.errors import DubanError
from models.language import _, listed

if TYPE_CHECKING:
    from pathlib import Path

    from cluster.jobs import Dead
    from deeds.desk import Desk
    from workflow.health import Check

LEAST_FREE: Final = 1 << 30
LEAST_SHARE: Final = 0.10


def checks(desk_: Desk, *, proof: bool = True) -> list[Check]:
    """Every finding, in the order in which one would mend; without ``proof`` the trail, which takes long, is left out."""
    database = _database(desk_, proof=proof)
    templates = _templates(desk_) if len(database) > 1 else []  # what does not open is not asked a second time
    return [*_servers(desk_), *database, *_rules(desk_), *templates, _disk(desk_.settings.home), _font()]


def _servers(desk_: Desk) -> list[Check]:
    """Each server that the settings name: one that is away is worth a word while another writes."""
    import sqlalchemy as sa

    from workflow.health import ok, warning, wrong

    try:
        url = sa.make_url(desk_.settings.database_url)
        if url.get_backend_name() == "sqlite":
            return []
        from cluster.servers import Standing, servers
    except (DubanError, ImportError):
        return []  # said of the database
    found = servers(url)
    writing = sum(one.standing is Standing.WRITES for one in found)
    away = warning if writing else wrong
    divided = _("writes, and so does another one: work would be divided; stop one")
    told = {
        Standing.WRITES: (ok, _("the one that writes")) if writing == 1 else (wrong, divided),
        Standing.STANDS_BY: (ok, _("a standby")),
        Standing.SHUT: (away, _("does not let the program in")),
        Standing.AWAY: (away, _("cannot be reached")),
    }
    name = _("Server {address}")
    return [how(name.format(address=one.address), said) for one in found for how, said in [told[one.standing]]]


def _disk(home: Path) -> Check:
    from workflow.health import ok, warning, wrong

    name = _("Disk")
    if not home.exists():
        return wrong(name, _("the folder is not there"))
    if not os.access(home, os.W_OK):
        return wrong(name, _("the folder is read-only: nothing can be saved"))
    usage = shutil.disk_usage(home)
    said = _("{free} GB free of {total} GB").format(free=round(usage.free / 2**30, 1), total=round(usage.total / 2**30))
    low = usage.free < LEAST_FREE or usage.free < usage.total * LEAST_SHARE
    return warning(name, said) if low else ok(name, said)


def _font() -> Check:
    from documents.fonts import chinese_font
    from workflow.health import ok, warning

    name = _("Chinese font")
    found = chinese_font()
    return ok(name, found) if found else warning(name, _("none; PDF papers cannot be made. Install: fonts-noto-cjk"))


def _database(desk_: Desk, *, proof: bool) -> list[Check]:
    from models.postgres import Away
    from workflow.health import examine, ok, wrong

    name, office = _("Database opens"), desk_.office_id
    try:
        now, heads = desk_.now(), desk_.settings.heads_dir
        found = desk_.read(lambda c: examine(c, office, now, heads_dir=heads, store=desk_.store, proof=proof))
    except Away as away:
        said = _("no server takes anything just now")
        return [wrong(name, f"{away.code} {said}")]
    except DubanError as refusal:
        return [wrong(name, f"{refusal.code} {refusal.what}")]
    return [ok(name, _("in order")), *_permissions(desk_), *found, *_jobs(desk_), _channels(desk_), _trust(desk_)]


def _jobs(desk_: Desk) -> list[Check]:
    """Work that processes failed at until it was given up; only an office on a server hands work to processes."""
    if desk_.database.is_sqlite:
        return []
    from models.times import shown
    from workflow.health import ok, wrong

    name = _("Work handed to processes")
    said = _("{work} failed {count} times in a row, the last time at {at}; look into the log of duban work")
    found = [said.format(work=one.work, count=one.attempts, at=shown(one.at)) for one in given_up(desk_)]
    return [wrong(name, listed(found))] if found else [ok(name, _("in order"))]


def given_up(desk_: Desk) -> list[Dead]:
    """The work that was handed to processes and tried in vain too often; none where an office has its own file."""
    if desk_.database.is_sqlite:
        return []
    from cluster.jobs import dead

    return desk_.read(lambda connection: dead(connection, desk_.office_id))


def _channels(desk_: Desk) -> Check:
    """Whether each way out could be opened with its settings; nothing is sent."""
    from deeds.running import open_channels
    from workflow.health import ok, wrong

    name = _("Channels")
    try:
        return ok(name, listed(open_channels(desk_)))
    except DubanError as refusal:
        return wrong(name, f"{refusal.code} {refusal.what}")


def _trust(desk_: Desk) -> Check:
    """Whether the certificates can be read against which digital signatures are verified."""
    from documents.evidence.trust import certificates, trusted_files
    from workflow.health import ok, wrong

    name = _("Trusted certificates")
    try:
        count = sum(len(certificates(file)) for file in trusted_files(desk_.settings.trust_dir))
    except DubanError as refusal:
        return wrong(name, f"{refusal.code} {refusal.what} · {refusal.where}")
    if not count:
        return ok(name, _("none; a digital signature can only be shown as not verified"))
    return ok(name, str(count))


def _permissions(desk_: Desk) -> list[Check]:
    """Whoever can read the database file can read the office."""
    from workflow.health import ok, warning

    name, home = _("Folder private"), desk_.settings.home
    if home.stat().st_mode & 0o077:
        return [warning(name, _("others can look into it; set its mode to 0700"))]
    return [ok(name, _("in order"))]


def _rules(desk_: Desk) -> list[Check]:
    """The office's own rules: what is wrong with one shows here before it is missed."""
    from deeds.running import office_rules
    from workflow.health import ok, wrong

    name = _("Reminder rules")
    try:
        own = office_rules(desk_)
    except DubanError as refusal:
        return [wrong(name, str(refusal))]
    return [ok(name, _("those of the flows") if own is None else str(len(own)))]


def _templates(desk_: Desk) -> list[Check]:
    """Own templates that would not be used, or were not: after an upgrade, or on data nobody thought of."""
    from deeds.wordings import check
    from models.template import in_force
    from models.times import shown
    from workflow.health import ok, warning
    from workflow.template_store import failures

    name = _("Own templates")
    try:
        own = desk_.read(lambda connection: in_force(connection, desk_.office_id))
        failed = desk_.read(lambda connection: failures(connection, desk_.office_id))
    except DubanError:
        return []  # said already of the database
    found = []
    for row in own.values():
        try:
            check(row.name, row.text)
        except DubanError as refusal:
            said = _("{name} is not used, the shipped one is: {code} {what}")
            found.append(warning(name, said.format(name=row.name, code=refusal.code, what=refusal.what)))
    said = _("{name} failed on {at}, and the shipped one was used: {what}")
    found += [
        warning(name, said.format(name=key, at=shown(row.failed_at), what=row.what)) for key, row in failed.items()
    ]
    return found or [ok(name, _("in order"))]
