"""The words: every event has them, nothing is missing, and a template is data and not a program."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from models.errors import BadInput
from models.states import TaskState
from notifications.render import Rendered, check_folder, check_template, events, render
from notifications.sample import FIELDS, TASK_FIELDS, sample_fields, sample_task
from notifications.sandbox import SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = [
    "account_code",
    "approved",
    "circular",
    "closing",
    "dead_letter",
    "digest",
    "due_soon",
    "due_today",
    "extension_asked",
    "extension_decided",
    "heads",
    "held",
    "not_received",
    "opened",
    "reopened",
    "reported",
    "returned",
    "signed",
    "summary_issued",
    "supervision",
    "test",
    "transfer_asked",
    "transfer_decided",
    "unreviewed",
    "unreviewed_director",
    "urging",
    "waived",
    "withdrawn",
]
NO_TASKS = {"heads", "held", "test", "account_code", "summary_issued"}


def refusal(event: str, part: str, source: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        check_template(event, part, source)
    assert caught.value.code == "E-J01"
    return caught.value


def override(folder: Path, event: str, **parts: str) -> Path:
    for part, source in parts.items():
        file = folder / event / f"{part}.txt.j2"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, "utf-8")
    return folder


def test_events_are_all_there() -> None:
    assert list(events()) == EVENTS


@pytest.mark.parametrize("event", EVENTS)
def test_render_says_what_it_is_about(event) -> None:
    found = render(event, sample_fields(3))
    assert "\n" not in found.subject
    assert 5 <= len(found.subject) <= 60
    assert found.body.endswith("市长江办\n6月28日\n（本消息由督办系统自动发出，请登录系统办理，勿直接回复。）\n")
    assert re.findall(r"^(\d+)\.〔(\S+)〕", found.body, re.MULTILINE) == (
        [] if event in NO_TASKS else [("1", "1.1"), ("2", "2.1"), ("3", "3.1")]
    )
    assert not re.search(r"\n\n\n|[ \t]+\n|\{|\}|None|Undefined", found.body)


@pytest.mark.parametrize("event", EVENTS)
def test_render_works_with_every_field_empty(event) -> None:
    empty = {name: [] if name == "tasks" else "" for name in FIELDS}
    assert render(event, empty).subject


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("part", ["subject", "body"])
def test_shipped_template_passes_its_own_check(event, part) -> None:
    check_template(event, part, (SHIPPED / event / f"{part}.txt.j2").read_text("utf-8"))


@pytest.mark.parametrize("event", EVENTS)
def test_render_refuses_a_missing_field(event) -> None:
    text = (SHIPPED / event / "subject.txt.j2").read_text("utf-8")
    names = meta.find_undeclared_variables(Environment(autoescape=True).parse(text))
    for name in names or {"recipient_name"}:
        fields = sample_fields(1)
        del fields[name]
        with pytest.raises(BadInput) as caught:
            render(event, fields)
        part = "subject" if names else "body"
        assert caught.value.code == "E-J01"
        assert (caught.value.where, caught.value.fields["field"]) == (f"{event}/{part}.txt.j2:1", name)


@pytest.mark.parametrize("name", sorted(set(TASK_FIELDS) - {"task_id", "title"}))
def test_render_refuses_a_task_without_a_field(name) -> None:
    task = sample_task(2)
    del task[name]
    with pytest.raises(BadInput) as caught:
        render("opened", {**sample_fields(), "tasks": [task]})
    assert caught.value.fields["field"] == name
    assert caught.value.fields["template"] == "_parts/tasks.txt.j2"


@pytest.mark.parametrize("event", ["urging", "supervision"])
def test_urging_and_supervision_carry_the_six_facts(event) -> None:
    body = render(event, sample_fields(2)).body
    for line in (
        "编号：株长江办督〔2022〕3号",
        "责任单位：市水利局",
        "责任人：李四",
        "办理要求：",
        "2022年6月工作进展报送（2项）",
        "原定截止日期：6月25日",
        "时限：7月10日",
    ):
        assert line in body


def test_due_today_says_today_only_on_the_day() -> None:
    fields = sample_fields(1)
    assert "今日" not in render("due_today", {**fields, "today": "6月24日"}).subject
    assert "今日" in render("due_today", {**fields, "today": "6月25日"}).subject


def test_circular_is_a_draft_until_somebody_issues_it() -> None:
    fields = sample_fields(1)
    assert "草稿" in render("circular", {**fields, "actor_name": ""}).body
    issued = render("circular", fields)
    assert "草稿" not in issued.subject + issued.body
    assert "签发人：李四" in issued.body


def test_render_one_message_lists_all_tasks() -> None:
    body = render("opened", sample_fields(30)).body
    assert body.count("责任单位：") == 30
    assert "30.〔30.1〕" in body


def test_render_reason_of_a_task_is_not_said_twice() -> None:
    fields = {**sample_fields(2), "reason": sample_task(2)["reason"]}
    assert render("returned", fields).body.count("进展不具体") == 1


def test_render_passes_over_fields_nobody_knows() -> None:
    assert render("test", {**sample_fields(0), "later_field": "x"}) == render("test", sample_fields(0))


def test_render_refuses_an_unknown_event() -> None:
    for event in ("nothing", "_parts", "../channels", ""):
        with pytest.raises(BadInput) as caught:
            render(event, sample_fields(0))
        assert caught.value.code == "E-J01"


@pytest.mark.parametrize("value", [date(2022, 6, 25), object(), {"a": object()}, [print], b"bytes", {1, 2}])
def test_render_takes_plain_data_only(value) -> None:
    with pytest.raises(TypeError):
        render("test", {**sample_fields(0), "detail": value})


def test_render_takes_a_word_as_the_text_that_it_is() -> None:
    assert "assigned" in render("test", {**sample_fields(0), "detail": TaskState.ASSIGNED}).body


def test_render_user_text_is_never_a_template() -> None:
    found = render("returned", {**sample_fields(1), "reason": "{{ office_name }}{% for %} <b>&"})
    assert "退回理由：{{ office_name }}{% for %} <b>&\n" in found.body


@given(st.text(max_size=60))
def test_render_subject_is_one_line_whatever_a_user_wrote(text) -> None:
    found = render("signed", {**sample_fields(1), "unit_name": text})
    assert len(found.subject.splitlines()) == 1
    assert found.subject.isprintable() or not any(ord(letter) < 32 or letter == "\x7f" for letter in found.subject)
    assert "\r" not in found.body
    assert len(found.subject) <= 150


def test_render_header_cannot_be_injected() -> None:
    found = render("signed", {**sample_fields(1), "unit_name": "市水利局\r\nBcc: all@example.gov.cn\u2028x\x00"})
    assert found.subject == "【待审核】市水利局 Bcc: all@example.gov.cn x 已报送2022年6月工作进展"


def test_check_template_names_line_and_unknown_field() -> None:
    error = refusal("opened", "body", "{{ office_name }}\n\n{% if reason == 'x' %}\n{{ 单位名 }}\n{% endif %}\n")
    assert (error.where, error.fields["line"], error.fields["field"]) == ("opened/body.txt.j2:4", 4, "单位名")
    assert "unit_name" in error.what


def test_check_template_names_an_unknown_field_of_a_task() -> None:
    error = refusal("opened", "body", "\n{% for task in tasks %}\n{{ task.clause }}\n{% endfor %}")
    assert (error.where, error.fields["field"]) == ("opened/body.txt.j2:3", "clause")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n{% for task in %}", 2),
        ("a\n{% if reason %}", 2),
        ("a\nb\n{{ reason | nofilter }}", 3),
        ("{{ reason | format(1) }}", 1),
        ("{% include '../render.py' %}", 1),
        ("{% include '/etc/passwd' %}", 1),
        ("a\n{{ 1 / 0 }}", 2),
    ],
)
def test_check_template_names_the_line_of_a_mistake(source, line) -> None:
    assert refusal("opened", "body", source).fields["line"] == line


@pytest.mark.parametrize(
    "source",
    [
        "{{ office_name.__class__ }}",
        "{{ office_name.__class__.__mro__ }}",
        "{{ tasks.__class__.__subclasses__() }}",
        "{{ tasks[0].__init__ }}",
        "{{ office_name['__class__'] }}",
        "{{ office_name | map(attribute='__class__') | join }}",
        "{{ self.__init__.__globals__ }}",
        "{{ tasks.append(1) }}",
        "{{ tasks[0].clear() }}",
        "{{ tasks[0].update({'a': 1}) }}",
        "{{ office_name.format(1) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ office_name.upper() }}",
        "{{ office_name | attr('__class__') }}",
        "{{ cycler('a').__init__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ namespace(a=1) }}",
        "{% for i in range(10) %}{% endfor %}",
        "{{ 'a' * 999999999 }}",
        "{{ office_name * 9 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ tasks * 3 }}",
        "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
    ],
)
def test_sandbox_blocks_programs(source) -> None:
    refusal("opened", "body", source)


def test_check_template_stops_an_endless_loop() -> None:
    loops = "".join(f"{{% for a{i} in tasks %}}" for i in range(9)) + "{% endfor %}" * 9
    assert refusal("opened", "body", loops).fields["template"] == "opened/body.txt.j2"


def test_check_template_stops_a_growing_text() -> None:
    doubled = "{% set x = office_name %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}"
    refusal("opened", "body", doubled)


def test_check_template_limits_the_output() -> None:
    assert "200" in refusal("opened", "body", "长" * 70_000).what
    check_template("opened", "body", "长" * 60_000)


def test_check_template_refuses_an_unknown_part() -> None:
    refusal("opened", "footer", "x")


def test_check_template_takes_shipped_parts_and_plain_logic() -> None:
    source = (
        "{% include '_parts/tasks.txt.j2' %}{% set late = tasks | selectattr('days_late', 'gt', 0) | list %}\n"
        "{{ late | length }} {{ (late | length) * 2 }} {{ tasks | map(attribute='unit_name') | unique | join('、') }}"
    )
    check_template("opened", "body", source)


def test_render_takes_the_offices_own_template(tmp_path) -> None:
    folder = override(tmp_path, "test", subject="{{ office_name }}测试\n")
    shipped = render("test", sample_fields(0))
    assert render("test", sample_fields(0), template_dirs=[folder]) == Rendered("市长江办测试", shipped.body)


def test_render_takes_the_first_folder_that_has_it(tmp_path) -> None:
    one = override(tmp_path / "one", "test", subject="一")
    two = override(tmp_path / "two", "test", subject="二", body="二")
    found = render("test", sample_fields(0), template_dirs=[tmp_path / "none", one, two])
    assert found == Rendered("一", "二\n")


@pytest.mark.parametrize("source", ["{{ nofield }}", "{% if %}", "{{ office_name.__class__ }}", "长" * 70_000])
def test_render_keeps_the_shipped_template_when_the_own_one_is_bad(tmp_path, source, caplog) -> None:
    folder = override(tmp_path, "test", subject=source)
    assert render("test", sample_fields(0), template_dirs=[folder]) == render("test", sample_fields(0))
    assert "test/subject.txt.j2" in caplog.text
    assert str(tmp_path) not in caplog.text


def test_render_keeps_the_shipped_template_when_the_own_one_is_no_text(tmp_path, caplog) -> None:
    folder = override(tmp_path, "test", subject="x")
    (folder / "test/subject.txt.j2").write_bytes("督办".encode("gb18030"))
    assert render("test", sample_fields(0), template_dirs=[folder]) == render("test", sample_fields(0))
    assert "E-J01" in caplog.text


def test_render_keeps_the_shipped_template_when_the_own_one_fails_on_real_data(tmp_path, caplog) -> None:
    folder = override(tmp_path, "test", subject="{{ tasks[0].title }}")
    assert render("test", sample_fields(0), template_dirs=[folder]) == render("test", sample_fields(0))
    assert render("test", sample_fields(1), template_dirs=[folder]).subject == "岸线整治"


def test_render_sees_an_edited_template_at_once(tmp_path) -> None:
    override(tmp_path, "test", subject="旧")
    assert render("test", sample_fields(0), template_dirs=[tmp_path]).subject == "旧"
    override(tmp_path, "test", subject="新")
    assert render("test", sample_fields(0), template_dirs=[tmp_path]).subject == "新"


def test_check_folder_names_every_bad_template(tmp_path) -> None:
    override(tmp_path, "test", subject="好", body="{{ nofield }}")
    override(tmp_path, "opend", subject="好")
    wrong = check_folder(tmp_path)
    assert [error.where for error in wrong] == ["", "test/body.txt.j2:1"]
    assert "opend" in wrong[0].what
