"""The rules: the default ladder is the design's, and a mistake in an office's file is named with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.rules import OWN_RULES
from models.errors import BadInput
from models.language import speaking
from models.states import Role, Stage
from schedules.rules import RulesFile, called, load_rules, parse_rules

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
[[rule]]
name = "a"
anchor = "due"
offset = 1
states = ["assigned"]
recipients = ["clerk"]
template = "urging"
level = 1
mode = "auto"
"""


def test_default_rules_are_the_ladder_of_the_design() -> None:
    found = [
        (
            rule.name,
            rule.anchor,
            rule.offset,
            rule.template,
            "+".join(rule.recipients),
            "+".join(rule.copy_to),
            rule.mode,
        )
        for rule in load_rules()
    ]
    assert found == [
        ("opened", "opened", 0, "opened", "clerk", "", "auto"),
        ("not_received", "opened", 2, "not_received", "clerk", "", "auto"),
        ("due_minus_5", "due", -5, "due_soon", "clerk", "", "auto"),
        ("due_minus_2", "due", -2, "due_soon", "clerk", "", "auto"),
        ("due_day", "due", 0, "due_today", "clerk", "", "auto"),
        ("urging", "due", 1, "urging", "clerk+leader", "", "auto"),
        ("closing", "closes", -1, "closing", "clerk", "", "auto"),
        ("supervision", "due", 3, "supervision", "leader", "director", "auto"),
        ("unreviewed", "signed", 2, "unreviewed", "reviewer", "", "auto"),
        ("unreviewed_director", "signed", 4, "unreviewed_director", "director", "", "auto"),
        ("closing_office", "closes", -1, "closing", "reviewer", "", "auto"),
        ("circular_second_month", "due", 1, "circular", "director", "", "draft"),
        ("circular", "due", 5, "circular", "director", "", "draft"),
        ("unsummarised", "closes", -1, "unsummarised", "director", "", "auto"),
    ]


def test_default_rules_grow_graver_with_time_after_the_due_date() -> None:
    ladder = [rule for rule in load_rules() if rule.anchor == "due"]
    assert [rule.level for rule in sorted(ladder, key=lambda rule: (rule.offset, rule.mode))] == [3, 4, 5, 6, 9, 8, 9]


def test_parse_rules_reads_every_key() -> None:
    (rule,) = parse_rules(RULE + 'copy = ["director"]\nwhen = "second_late"\n')
    assert (rule.name, rule.states, rule.recipients, rule.copy_to, rule.when) == (
        "a",
        frozenset({Stage.ASSIGNED}),
        (Role.CLERK,),
        (Role.DIRECTOR,),
        "second_late",
    )


def test_load_rules_reads_an_offices_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("\ufeff# 本办规则\n" + RULE, "utf-8")
    assert [rule.name for rule in load_rules(file)] == ["a"]


@pytest.mark.parametrize(
    ("right", "wrong", "what", "line"),
    [
        ('mode = "auto"', 'mode = "auto"\nurgent = 1', "Rule “a”: the key “urgent” is not known", 10),
        ("level = 1\n", "", "Rule “a”: the key “level” is missing", 1),
        (
            '"due"',
            '"dew"',
            "Rule “a”: “dew” does not fit the key “anchor”; "
            "possible: 'opened', 'due', 'signed', 'returned', 'entered' or 'closes'",
            3,
        ),
        ("offset = 1", "offset = 1.5", "Rule “a”: “1.5” does not fit the key “offset”", 4),
        ("offset = 1", "offset = true", "Rule “a”: “True” does not fit the key “offset”", 4),
        ("offset = 1", "offset = 61", "Rule “a”: “61” does not fit the key “offset”", 4),
        ('["clerk"]', "[]", "Rule “a”: “[]” does not fit the key “recipients”", 6),
        (
            '["clerk"]',
            '["audit"]',
            "Rule “a”: “audit” does not fit the key “recipients”; "
            "possible: 'clerk', 'leader', 'reviewer', 'director' or 'reader'",
            6,
        ),
        (
            '["assigned"]',
            '["waived"]',
            "Rule “a”: tasks that are “waived” are finished and get no reminders",
            5,
        ),
        ('"due"', '"signed"', "Rule “a”: “signed” is not a date of all these states", 3),
        ("[[rule]]", "hours = 2\n[[rule]]", "The key “hours” is not known.", 1),
        ("[[rule]]", "[[regel]]", "The key “regel” is not known.", 1),
        ('mode = "auto"\n', 'mode = "auto"\n' + RULE, "Two rules are called “a”.", 11),
        (
            '"urging"',
            '"circular"',
            "Rule “a”: a circular is issued by a person: its mode must be draft",
            9,
        ),
        (
            'anchor = "due"\noffset = 1',
            'anchor = "opened"\noffset = -1',
            "Rule “a”: nothing is known before “opened” has happened; the offset must not be negative",
            4,
        ),
    ],
)
def test_parse_rules_names_what_is_wrong_and_the_line(right: str, wrong: str, what: str, line: int) -> None:
    assert right in RULE
    with speaking("en"), pytest.raises(BadInput) as refused:
        parse_rules(RULE.replace(right, wrong, 1), "rules.toml")
    assert (refused.value.code, refused.value.what, refused.value.where) == ("E-R01", what, f"rules.toml, line {line}")


def test_parse_rules_refuses_two_rungs_of_which_only_one_would_be_heard() -> None:
    second = RULE.replace('"a"', '"b"')
    with speaking("en"), pytest.raises(BadInput) as refused:
        parse_rules(RULE + second, "rules.toml")
    assert "Rules “a” and “b” speak to the same people on the same day" in refused.value.what
    assert refused.value.where == f"rules.toml, line {len(RULE.splitlines()) + 4}"
    assert len(parse_rules(RULE + second.replace("offset = 1", "offset = 2"))) == 2
    assert len(parse_rules(RULE + second.replace('["clerk"]', '["leader"]'))) == 2


def test_parse_rules_finds_the_line_in_the_right_rule() -> None:
    with speaking("en"), pytest.raises(BadInput) as refused:
        parse_rules(RULE + RULE.replace('"a"', '"b"').replace("level = 1", "level = -1"), "rules.toml")
    assert refused.value.where == "rules.toml, line 17"


@pytest.mark.parametrize("text", ["", "rule = 1", "[rule]\nname = 'a'", "level =", "[[rule]]\n" * 3, "a" * 1000])
def test_parse_rules_refuses_what_holds_no_rules(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_rules(text)
    assert refused.value.code == "E-R01"


@pytest.mark.parametrize("data", [None, b"\xff\xfe", b"#" * 1_000_001])
def test_load_rules_refuses_a_file_it_cannot_read(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "rules.toml"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        load_rules(file)
    assert (refused.value.code, refused.value.where) == ("E-R01", file.name)


def test_changed_file_is_read_again_and_a_wrong_one_leaves_the_rules_in_force(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULE, "utf-8")
    rules = RulesFile(file)
    first = rules()
    assert rules() is first
    file.write_text(RULE.replace("offset = 1", "offset = 12"), "utf-8")
    assert [rule.offset for rule in rules()] == [12]
    second = rules()
    file.write_text(RULE + "oops = 1\n", "utf-8")
    assert rules() is second
    assert "E-R01" in caplog.text
    caplog.clear()
    assert rules() is second
    assert caplog.text == "", "said once"
    file.unlink()
    assert rules() is second
    file.write_text(RULE, "utf-8")
    assert rules() == first


def test_service_does_not_begin_with_wrong_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("oops = 1\n", "utf-8")
    with pytest.raises(BadInput):
        RulesFile(tmp_path / "rules.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "due in five working days"),
        ("offset = -5", "offset = -4", "due soon"),
        ('name = "due_minus_5"', 'name = "our_own"', "our_own"),
    ],
)
def test_rule_is_called_by_its_words_as_long_as_they_are_true(old: str, new: str, said: str) -> None:
    rules = parse_rules(OWN_RULES.replace(old, new, 1) if old else OWN_RULES)
    with speaking("en"):
        assert called(rules[2]) == said
