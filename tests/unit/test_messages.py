"""The catalogues: every sentence of the program is there in Chinese, with the same fields, and compiled."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from models.catalogue import Catalogue

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("commands", "deeds", "documents", "models", "notifications", "schedules", "simulation", "web", "workflow")
#: how to find the sentences of a file
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
AGAIN = "run `make messages`, then translate"


@cache
def said() -> dict[str, str]:
    """Each sentence that the program marks, and a file that says it."""
    folders = [ROOT / room for room in ROOMS]
    found = {
        message: f"{folder.name}/{name}"
        for folder in folders
        for name, _line, message, *_rest in extract_from_dir(folder, METHODS, keywords={"_": None, "N_": None})
        if isinstance(message, str)
    }
    top = extract_from_dir(ROOT, keywords={"_": None, "N_": None}, directory_filter=lambda path: Path(path) == ROOT)
    return found | {message: name for name, _line, message, *_rest in top if isinstance(message, str)}


def catalogue(language: str) -> Catalog:
    with (ROOT / "models/locale" / language / "LC_MESSAGES/duban.po").open("rb") as file:
        return read_po(file, locale=language)


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_every_sentence_has_its_chinese() -> None:
    chinese = catalogue("zh_CN")
    missing = {
        message: where for message, where in said().items() if not (entry := chinese.get(message)) or not entry.string
    }
    assert missing == {}, AGAIN


def test_translations_keep_the_fields_of_their_sentence() -> None:
    entries = [entry for entry in catalogue("zh_CN") if entry.id and entry.string]
    assert {entry.id: entry.string for entry in entries if fields(str(entry.string)) - fields(str(entry.id))} == {}
    assert [entry.id for entry in entries if entry.fuzzy] == []


def test_due_date_of_a_task_has_one_word() -> None:
    """截止日期; 时限 is a clause's milestone, a problem's 整改时限, or the time that an urging or supervision notice gives."""
    other = re.compile("时限|截止(?!日期|前|后|时|汇总)")
    due = [entry for entry in catalogue("zh_CN") if re.search(r"\bdue\b", str(entry.id or ""))]
    assert {entry.id: entry.string for entry in due if other.search(str(entry.string))} == {}
    folders = (ROOT / "notifications/templates").rglob("*.j2")
    texts = {
        path.relative_to(ROOT): re.sub(
            "办理时限|办结时限|整改时限|按时限|各自时限|即将截止", "", path.read_text("utf-8")
        )
        for path in folders
    }
    assert {str(path): other.findall(text) for path, text in texts.items() if other.search(text)} == {}


def test_words_of_click_are_chinese_too():
    folder = Path(click.__file__).parent
    keywords = {"_": None, "ngettext": (1, 2)}
    marked = {message for _name, _line, message, *_rest in extract_from_dir(folder, keywords=keywords)}
    with (ROOT / "models/locale/zh_CN/LC_MESSAGES/click.po").open("rb") as file:
        written = {entry.id for entry in read_po(file, locale="zh_CN") if entry.id and entry.string}
    assert {message for message in marked if message not in written} == set()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_compiled_catalogue_says_what_the_written_one_says(language: str) -> None:
    compiled = Catalogue(ROOT / "models/locale" / language / "LC_MESSAGES" / "duban.mo")
    written = {str(entry.id): str(entry.string or entry.id) for entry in catalogue(language) if entry.id}
    assert {message: compiled.say(message) for message in written} == written, AGAIN
    for unknown in ("", "\x00", "A", "No catalogue has this.", "zzzz", "督办", next(iter(written), "") + "."):
        assert compiled.say(unknown) == unknown


def test_without_a_catalogue_a_sentence_stays_as_it_is(tmp_path: Path) -> None:
    assert Catalogue(tmp_path / "duban.mo").say("Show the version and exit.") == "Show the version and exit."


def test_what_is_no_catalogue_is_not_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "duban.mo").write_bytes(b"msgid" * 20)
    with pytest.raises(ValueError, match="duban"):
        Catalogue(tmp_path / "duban.mo")
