"""What changed between two versions of a text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.differences import Run, changed, differences


def said(before: str, after: str) -> str:
    marks = {"same": "{}", "del": "[-{}-]", "ins": "[+{}+]"}
    return "".join(marks[run.kind].format(run.text) for run in differences(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("已完成40公里。", "已完成60公里。", "已完成[-40-][+60+]公里。"),
        ("修复率12.5%，正常", "修复率12.75%，正常", "修复率[-12.5%-][+12.75%+]，正常"),
        ("第一句。第二句。", "第一句。新的一句。第二句。", "第一句。[+新的一句。+]第二句。"),
        ("", "新写", "[+新写+]"),
        ("删去", "", "[-删去-]"),
        ("不变", "不变", "不变"),
        ("Water quality good", "Water quality bad", "Water quality [-good-][+bad+]"),
    ],
)
def test_a_figure_is_one_word_and_a_character_is_one(before: str, after: str, expected: str) -> None:
    assert said(before, after) == expected


def test_a_single_character_in_common_does_not_tear_a_change_apart() -> None:
    assert said("整治甲乙的丙丁完成", "整治戊己的庚辛完成") == "整治[-甲乙的丙丁-][+戊己的庚辛+]完成"


def test_nothing_changed_is_said() -> None:
    assert not changed(differences("一样。", "一样。"))
    assert changed(differences("一样。", "两样。"))
    assert differences("", "") == ()


def test_long_texts_take_no_long_time() -> None:
    old = "".join(chr(0x4E00 + n % 977) for n in range(20_000))
    new = "".join(chr(0x4E00 + (n * 7) % 983) for n in range(20_000))
    assert differences(old, new) == (Run("del", old), Run("ins", new))


@given(st.text("水利局。；\n1.5% a", max_size=40), st.text("水利局。；\n1.5% a", max_size=40))
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    runs = differences(before, after)
    assert "".join(run.text for run in runs if run.kind != "ins") == before
    assert "".join(run.text for run in runs if run.kind != "del") == after
    assert all(one.kind != other.kind for one, other in pairwise(runs))
