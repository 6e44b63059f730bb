"""Hostile words in every field of every form of the desk: refused with a code, or stored and shown as they were typed.

The forms are those that the pages carry, found by reading the pages: a form that is new is asked at once. Each field gets hostile
texts, the others what the page gives them or something plain (``reliability.md`` section 6; section 7, rows 10, 13 and 25).
"""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import pytest
from unit.web.test_every_address import COUNTING, Everything, addresses, existing, furnished

from documents.plain_text import printable
from models import tables as t
from web.frame import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx2 import Response

#: by it a text is known again, whatever became of the rest
MARK: Final = "Zq7"
HOSTILE: Final = (
    f"{MARK}'; DROP TABLE task; --", f'{MARK}" OR "1"="1', f"{MARK}<script>alert(7)</script>", f"{MARK}'><img src=x onerror=7>",
    f"{MARK}{{{{ 7771*7 }}}}{{% for a in b %}}", f"{MARK}{{0.__class__}}{{office}}%s%(x)s%n", f"{MARK}\0甲\0", f"{MARK}\x07\x1b[31m\x9b甲",
    f"\u202e{MARK}\u2066甲\u200f", f"{MARK}\ud800\udfff甲", f"{MARK}\r\nBcc: a@b.cn\r\n\r\n甲", f"={MARK}+1", f"@{MARK}", f"-{MARK}", f"\t={MARK}",
    f"{MARK}😀👩‍👩‍👧‍👦é́́́", MARK + "长" * 19_990, MARK + "长" * 30_000, MARK + "\n" * 3_000 + "甲", f"../../{MARK}/../etc/passwd", f"{MARK}\\..\\CON",
    "9" * 400, "-1", "1e999", "NaN", "0", "18446744073709551616", "٣", "1,000", "2022-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2022-06-31T25:61",
    "6月31日", "null", "true", "[]", "{}", "   ", "\u3000\u200b", "",
)  # fmt: skip
#: what would stand in a page only if it had not been escaped, or had been run
RAW: Final = (
    "<script>alert(7)",
    "<img src=x",
    "54397",
    "<class &#39;",
    "&lt;class &#39;",
    "Traceback (most recent",
    "sqlalchemy.",
)
#: what other programs ask for, files, and pictures of pages: dear to make, and no form is in them
NO_PAGE: Final = re.compile(r"^/api|\.\w+$|{kind}|{page}|{sha256}|{photo}|{name}$")
LOGINS: Final = ("clerk1", "leader1", "reviewer", "director", "system", "security", "")
#: so many texts go into each field in every run; the others in the long one
EACH: Final = 1
#: somebody who goes through these is not the same afterwards
LEFT: Final = {*COUNTING, "/language"}


@dataclass
class Form:
    """A form of a page: where it goes, and what its fields say of themselves."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", "")) if said.get("method", "").lower() == "post" else None
            self.found += [self._form] if self._form else []
        if self._form is None:
            return
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "select":
            self._select = name
            self._form.fields.setdefault(name, "")
            self._form.typed.add(name)
        elif tag == "option" and self._select and ("selected" in said or not self._form.fields[self._select]):
            self._form.fields[self._select] = said.get("value", "")
        elif tag == "textarea":
            self._area = name
            self._form.fields[name] = ""
            self._form.typed.add(name)
        elif tag in {"input", "button"} and name and kind not in {"file", "submit"} and name != "seal":
            self._form.fields.setdefault(name, said.get("value", ""))
            self._form.typed.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._form and self._area:
            self._form.fields[self._area] += data


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    made = furnished(tmp_path_factory.mktemp("texts"))
    with made.client, pytest.MonkeyPatch.context() as patched:
        for name in ("SESSION", "UPLOAD", "LOGIN"):
            patched.setattr(limits, name, limits.ADDRESS)  # nobody asks for so much so fast
        made.keep()
        yield made
    made.rows.close()
    made.desk.office.database.close()


def forms_of(everything: Everything) -> dict[tuple[str, str], tuple[str, Form]]:
    """Every form that somebody's page carries, once: by its address without numbers, and the names of its fields."""
    found: dict[tuple[str, str], tuple[str, Form]] = {}
    for login in LOGINS:
        for address in addresses(everything.desk, "GET"):
            if NO_PAGE.search(address):
                continue
            answer = everything.get(login, existing(everything.desk, address, 0))
            if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
                continue
            parser = Forms()
            parser.feed(answer.text)
            for form in parser.found:
                if form.action.startswith("/") and form.typed and form.action not in LEFT:
                    key = (
                        re.sub(r"\d+|[A-Z0-9]{4}-[A-Z0-9]{4}", "#", form.action),
                        ",".join(sorted(re.sub(r"\d+", "#", n) for n in form.typed)),
                    )
                    found.setdefault(key, (login, form))
    return found


def plain(name: str, value: str) -> str:
    """What a field holds that is not looked at just now."""
    if value:
        return value
    return "2022-06-29" if name.endswith(("_on", "due", "day", "date")) else "已完成清理三公里。"


def letters(text: str) -> str:
    """What of a text is to be seen: blanks, controls and marks of direction left out."""
    return re.sub(r"[\s\u200b-\u200f\u2060]", "", printable(text))


def strings(value: Any) -> Iterator[str]:
    """Every text in a cell of the database, also within its JSON."""
    if isinstance(value, str):
        if value[:1] in {"{", "["}:
            with suppress(ValueError):
                value = json.loads(value)
        yield from (value,) if isinstance(value, str) else strings(value)
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def trail(everything: Everything) -> int:
    """The number of the last event."""
    return int(everything.rows.execute("SELECT max(seq) FROM event").fetchone()[0])


def spoilt_texts(everything: Everything, typed: str, since: int) -> list[str]:
    """The texts of the database in which what was typed is not to be found whole any more; of the trail what is new."""
    wanted, wrong = letters(typed), []
    for name in sorted(t.metadata.tables):
        new = f" WHERE seq > {since}" if name == "event" else ""
        for row in everything.rows.execute(f'SELECT * FROM "{name}"{new}'):
            for text in (text for cell in row for text in strings(cell) if MARK in text):
                whole = letters(text)
                if wanted not in whole and not (whole.rstrip(".…") and whole.rstrip(".…")[-40:] in wanted):
                    wrong.append(f"{name}: {text[:80]!r}")
    return wrong


def faults(everything: Everything, login: str, answer: Response, typed: str, since: int) -> list[str]:
    """What is wrong with an answer to a hostile text, and with what it left behind."""
    spoken = re.search(r"[EW]-[A-Z]*\d+", answer.text) is not None
    fault = answer.status_code in {429, 500} or (
        answer.status_code > 500 and not spoken
    )  # 503: the machine is in the way
    said = [f"status {answer.status_code}"] if fault else []
    pages = [answer.text]
    changed = everything.settle() != everything.state
    if answer.status_code in {303, 204} and (
        path := answer.headers.get("location") or answer.headers.get("hx-redirect")
    ):
        pages.append(everything.get(login, path).text)
    said += [f"shown raw: {raw}" for raw in RAW for page in pages if raw in page]
    if answer.status_code >= 400:
        said += ["refused, but changed"] if changed else []
        said += [] if spoken else [f"no code in a refusal {answer.status_code}"]
    elif changed and MARK in typed:
        said += spoilt_texts(everything, typed, since)
    if changed:
        everything.restore()
    return said


def type_all(everything: Everything, each: int, record: Callable[[str, object], None]) -> None:
    """So many hostile texts into each field of each form; which ones, the field's name says."""
    wrong, count, found = [], 0, forms_of(everything)
    assert len(found) > 35
    for (address, names), (login, form) in sorted(found.items()):
        for name in sorted(form.typed):
            begin = zlib.crc32(f"{address} {names} {name}".encode())
            for turn in range(each):
                typed = HOSTILE[(begin + turn * 7) % len(HOSTILE)]
                given = {one: plain(one, value) for one, value in form.fields.items()} | {name: typed}
                since = trail(everything)
                try:
                    answer = everything.post(login, form.action, given)
                except UnicodeEncodeError:
                    continue  # no browser can send half a character
                count += 1
                wrong += [
                    (login, form.action, name, typed[:40], fault)
                    for fault in faults(everything, login, answer, typed, since)
                ]
    assert wrong == [], f"{len(wrong)}: {wrong[:20]}"
    record("figure", f"texts={count}")


def test_a_few_hostile_texts_in_every_field_of_the_desk(everything: Everything, record_property) -> None:
    type_all(everything, EACH, record_property)


@pytest.mark.long
def test_every_hostile_text_in_every_field_of_the_desk(everything: Everything, record_property) -> None:
    type_all(everything, len(HOSTILE), record_property)
