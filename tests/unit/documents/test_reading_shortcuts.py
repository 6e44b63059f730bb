"""Where a look at its characters tells that a text cannot hold what is sought, the search is saved; nothing is missed by it.

The same texts are read with every such look taken out. They are put together from the words that the searches know, so
that many hold what is sought and many just miss it. A run says its seed.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from documents.reading import dates, duties, signs, units
from documents.reading.brackets import Finder
from documents.reading.characters import exchange
from documents.reading.dates import deadlines
from documents.reading.source import lines_of

if TYPE_CHECKING:
    import pytest

SEED = 20_260_101
WORDS = (
    *"、,;。:() \n“”《》等由各市县",
    "市水利局", "市公安局", "县政府", "各县市区", "有关部门", "各成员单位", "3个街道", "县(市、区)", "各市、县人民政府", "县级市",
    "牵头", "牵头单位:", "责任单位", "配合", "负责落实", "会同", "市水利局商市公安局", "按职责分工负责", "承办", "主办", "组织实施", "完成时限",
    "完成", "2022年6月底前", "今年底前", "十四五末", "上半年", "第三季度", "五年内", "汛期前", "二〇二二年", "20220607日", "月底", "本月底",
    "建成3座水厂", "加快推进工程", "简称",
)  # fmt: skip
TEXTS = 400


class _Never(frozenset[str]):
    """Signs of which none is ever missing."""

    def isdisjoint(self, _other: object) -> bool:
        return False


def made() -> list[str]:
    """Short and long texts; nearly every one holds a unit."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    return [
        "市水利局" * rng.randint(0, 1) + "".join(rng.choices(WORDS, k=rng.choice((1, 2, 3, 12))))
        for _text in range(TEXTS)
    ]


def read(text: str) -> list[object]:
    """What each search finds in a text."""
    said = duties.read(text)
    known = frozenset({"市水利局", "市公安局", "县政府"})
    (line,) = lines_of(text.replace("\n", " "))
    return [
        said,
        said is not None and said.told,
        Finder(text, frozenset()).find(),
        Finder(text, known).find(),
        [units.group_at(part) for part in re.split("[、,;。:()]", text)],
        [units.unlabelled(part) for part in re.split("[、,;。()]", text)],
        deadlines(text, 2022, 3),
        signs.passages(line),
    ]


def test_looks_that_save_a_search_miss_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = made()
    saved = [read(text) for text in texts]
    tells = [duties.tells(text) for text in texts]
    assert tells == [found[1] for found in saved]
    assert 20 < sum(tells) < TEXTS - 20
    for kept in (units.group_at, units.unlabelled, units.is_unit, units.is_placed_unit):
        kept.cache_clear()
    always = re.compile("")
    for room, look in ((duties, "_LABELS"), (duties, "_TELLING")):
        monkeypatch.setattr(room, look, always)
    for look in ("_OF_SEVERAL", "_DUTIES"):
        monkeypatch.setattr(units, look, _Never())
    before = "(?=["
    assert dates._DEADLINE.pattern.startswith(before)
    monkeypatch.setattr(dates, "_DEADLINE", re.compile(dates._DEADLINE.pattern.split("])", 1)[1]))
    for text, found in zip(texts, saved, strict=True):
        assert read(text) == found, text


def test_what_a_search_finds_holds_the_sign_that_is_looked_for_first() -> None:
    signs_first = (
        (dates._BLANKS, " "), (dates._FROM, "内"), (dates._WITHIN, "内"), (dates._EVENT, "前"), (signs._TITLED, "由"),
    )  # fmt: skip
    for pattern, sign in signs_first:
        found = [
            text
            for text in [*made(), "2022 年6月", "2022年起3年内", "五年内", "汛期前", "甲整治,由乙局负责。"]
            if pattern.search(text)
        ]
        assert found, pattern
        assert not [text for text in found if pattern.search(text.replace(sign, ""))], pattern


def test_signs_are_exchanged_as_translate_does_it() -> None:
    table = {"，": ",", "^": "-", "]": "1", "\\": "\u3000", "訂": "订"}
    for text in [*made(), "^]\\-訂，，", ""]:
        assert exchange(table)(text) == text.translate(str.maketrans(table))


def test_without_a_known_name_a_list_begins_with_a_bracket_alone() -> None:
    """The lists of a text in which no name is known are those that the full search finds."""
    for text in made():
        every = Finder(text, frozenset())
        every._cut()
        assert Finder(text, frozenset()).find() == every._listed(), text


def test_with_a_known_name_a_list_needs_no_opening_bracket() -> None:
    (found,) = Finder("完成甲事市水利局、市公安局)。", frozenset({"市水利局"})).find()
    assert (found.opened, found.closed, len(found.names)) == (False, True, 2)
