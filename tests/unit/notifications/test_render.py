"""The words: every event has them, nothing is missing, and a template is data and not a program."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from models.errors import BadInput
from models.states import Stage
from notifications.render import SHIPPED, OwnWords, Rendered, check_template, engine, events, own_events, render, whole
from notifications.sample import FIELDS, TASK_FIELDS, sample_fields, sample_task, samples
from schedules.rules import ladder_of
from workflow.flow_store import SHIPPED as SHIPPED_FLOWS
from workflow.flow_store import shipped

EVENTS = [
    "account_code",
    "all_signed",
    "approved",
    "circular",
    "closing",
    "co_sign",
    "copied",
    "dead_letter",
    "digest",
    "due_soon",
    "due_today",
    "extension_asked",
    "extension_decided",
    "forwarded",
    "heads",
    "held",
    "internal_due_soon",
    "internal_due_today",
    "internal_not_agreed",
    "internal_opened",
    "internal_reopened",
    "internal_reported",
    "internal_returned",
    "internal_signed",
    "internal_stepped_back",
    "internal_supervision",
    "internal_unconfirmed",
    "internal_unreviewed",
    "internal_unreviewed_director",
    "internal_urging",
    "look_back_due",
    "look_back_overdue",
    "not_agreed",
    "not_received",
    "opened",
    "parcel_answered",
    "parcel_handed_down",
    "parcel_reported",
    "problem_applied",
    "problem_closed",
    "problem_due_soon",
    "problem_due_today",
    "problem_not_started",
    "problem_not_struck_off",
    "problem_opened",
    "problem_relapsed",
    "problem_returned",
    "problem_struck_off",
    "problem_supervision",
    "problem_unverified",
    "problem_urging",
    "problem_verified",
    "problem_void",
    "reopened",
    "reported",
    "resubmitted",
    "returned",
    "returned_by_leader",
    "second_review",
    "sent_back",
    "signed",
    "stepped_back",
    "summary_issued",
    "supervision",
    "test",
    "transfer_asked",
    "transfer_decided",
    "unreviewed",
    "unreviewed_director",
    "unsigned",
    "unsummarised",
    "urging",
    "waived",
    "withdrawn",
]
OF_PARCELS = {"parcel_answered", "parcel_handed_down", "parcel_reported"}
NO_TASKS = {"heads", "held", "test", "account_code", "summary_issued", *OF_PARCELS}
#: what is said of problems only; circulars, forwarding and copies are about problems when no month is given
OF_PROBLEMS = [event for event in EVENTS if event.startswith(("problem_", "look_back_"))]
#: what is said where nothing is signed on paper or stamped
INTERNAL = [event for event in EVENTS if event.startswith("internal_")]
TO_THE_OFFICE = ["problem_applied", "problem_unverified", "problem_verified", "problem_not_struck_off"]


def refusal(event: str, part: str, source: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        check_template(event, part, source)
    assert caught.value.code == "E-J01"
    return caught.value


def problem_fields(count: int = 1, **given: object) -> dict[str, object]:
    """What the letters about a problem get: no month, and all that only some of them know is empty."""
    task = sample_task(2) | {
        "clause_number": "问题12",
        "title": "王十万段岸线堆放建筑垃圾",
        "clause_text": "右岸约300米堆放建筑垃圾，侵占河道。",
        "state_label": "整改中",
        "round": 1,
        "reason": "",
    }
    other = task | {"clause_number": "问题15", "title": "排口直排", "clause_text": "", "due_on": "6月27日", "round": 2}
    empty = dict.fromkeys(("period_month", "number", "actor_name", "reason", "new_due_on", "old_due_on", "detail"), "")
    return sample_fields(0) | empty | {"tasks": [task, other][:count]} | given


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


@pytest.mark.parametrize("event", ["urging", "supervision", "internal_urging", "internal_supervision"])
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


@pytest.mark.parametrize("event", ["due_today", "internal_due_today"])
def test_due_today_says_today_only_on_the_day(event) -> None:
    fields = sample_fields(1)
    assert "今日" not in render(event, {**fields, "today": "6月24日"}).subject
    assert "今日" in render(event, {**fields, "today": "6月25日"}).subject


@pytest.mark.parametrize("event", INTERNAL)
def test_internal_letters_ask_for_no_signature_and_no_seal(event) -> None:
    for fields in (sample_fields(2), {name: [] if name == "tasks" else "" for name in FIELDS}):
        found = render(event, fields)
        assert not re.search(r"签字|盖章|公章|打印|书面", found.subject + found.body)


@pytest.mark.parametrize("flow", SHIPPED_FLOWS)
def test_flow_without_a_signed_form_sends_no_letter_that_speaks_of_one(flow) -> None:
    graph = shipped(flow)
    told = {event for step in graph.steps for _to, event in (*step.tells, *step.asks)}
    told |= {rule.template for rule in ladder_of(graph)}
    speaks = {event for event in told if "盖章" in render(event, sample_fields(2)).body}
    assert bool(speaks) == any("filing" in step.gives for step in graph.steps)
    assert bool(told & set(INTERNAL)) == (flow == "internal_report")


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


@pytest.mark.parametrize("event", [*OF_PROBLEMS, "circular", "copied", "digest", "forwarded"])
def test_letters_about_problems_speak_of_no_month(event) -> None:
    for count in (1, 2):
        found = render(event, problem_fields(count))
        text = found.subject + found.body
        assert not re.search(r"年|月份|工作进展|报送|签字盖章", text)
        assert not re.search(r"\n\n\n|[ \t]+\n|\{|\}|None|Undefined|；；|；\n", text)
        assert "1.〔问题12〕" in text


@pytest.mark.parametrize("event", OF_PROBLEMS)
def test_letters_about_problems_name_each_problem(event) -> None:
    body = render(event, problem_fields(2)).body
    assert "1.〔问题12〕王十万段岸线堆放建筑垃圾：右岸约300米堆放建筑垃圾，侵占河道。\n" in body
    assert "2.〔问题15〕排口直排\n" in body


def test_digest_names_a_problem_without_a_description() -> None:
    found = render("digest", problem_fields(2))
    assert found.subject == "【市长江办】待办事项2项"
    assert "2.〔问题15〕排口直排\n" in found.body


@pytest.mark.parametrize("name", sorted(set(TASK_FIELDS) - {"task_id"}))
def test_render_refuses_a_problem_without_a_field(name) -> None:
    task = sample_task(2)
    del task[name]
    with pytest.raises(BadInput) as caught:
        render("problem_returned", problem_fields(tasks=[task]))
    assert caught.value.fields["field"] == name
    assert caught.value.fields["template"] == "_parts/problems.txt.j2"


@pytest.mark.parametrize("event", [*TO_THE_OFFICE, "problem_struck_off", "problem_closed", "problem_void", "copied"])
def test_unit_is_not_called_late_once_it_has_applied(event) -> None:
    assert "逾期" not in render(event, problem_fields(2)).body


@pytest.mark.parametrize(
    "event",
    [
        "co_sign",
        "copied",
        "forwarded",
        "internal_signed",
        "internal_stepped_back",
        "internal_unreviewed",
        "internal_unreviewed_director",
        "resubmitted",
        "second_review",
        "stepped_back",
        "unsigned",
        "unsummarised",
    ],
)
def test_unit_is_not_called_late_once_it_has_reported(event) -> None:
    assert "逾期" not in render(event, sample_fields(3)).body


@pytest.mark.parametrize(
    ("event", "label"),
    [
        ("problem_opened", "整改时限：6月25日；"),
        ("problem_struck_off", "回头看日期：6月25日；"),
        ("look_back_due", "回头看日期：6月25日；"),
        ("look_back_overdue", "回头看日期：6月25日；"),
        ("copied", "截止日期：6月25日；"),
        ("digest", "截止日期：6月25日；"),
        ("problem_closed", ""),
        ("problem_void", ""),
    ],
)
def test_date_of_a_problem_is_called_what_it_is(event, label) -> None:
    assert f"\n  责任单位：市水利局；{label}状态：整改中" in render(event, problem_fields()).body


@pytest.mark.parametrize("event", ["problem_opened", "problem_not_started", "problem_due_soon", "look_back_due"])
def test_problems_of_several_dates_keep_their_own(event) -> None:
    assert "于6月25日前" in render(event, problem_fields(1)).body
    assert "于各自时限前（最早6月25日）" in render(event, problem_fields(2)).body


def test_problem_due_today_says_today_only_on_the_day() -> None:
    assert "今日" not in render("problem_due_today", problem_fields(today="6月24日")).subject
    found = render("problem_due_today", problem_fields(today="6月25日"))
    assert found.subject == "【今日到期】1个问题请于今日内申请销号"
    assert "整改时限为6月25日（今日）" in found.body


@pytest.mark.parametrize("event", ["problem_urging", "problem_supervision"])
def test_urging_and_supervision_of_problems_carry_the_six_facts(event) -> None:
    body = render(event, problem_fields(2, number="3", actor_name="李四", new_due_on="7月10日")).body
    for line in (
        "编号：3\n",
        "责任单位：市水利局\n",
        "责任人：李四\n",
        "办理要求：",
        "事项：问题整改（2个问题）\n",
        "原定整改时限：6月25日、6月27日\n",
        "时限：7月10日\n",
    ):
        assert line in body


CLOSE = """
市长江办
6月28日
（本消息由督办系统自动发出，请登录系统办理，勿直接回复。）
"""
WHOLE = {
    "problem_urging": (
        problem_fields(),
        "【催办单】1个问题逾期未整改到位",
        """张三同志：

催办单
催办事项：问题整改（1个问题）
责任单位：市水利局
责任人：张三
原定整改时限：6月25日
办理时限：收到本催办单后一个工作日内
办理要求：已整改到位的，请申请销号；尚未整改到位的，请填报进展，说明逾期原因和预计完成日期，并抓紧整改。

逾期问题：
1.〔问题12〕王十万段岸线堆放建筑垃圾：右岸约300米堆放建筑垃圾，侵占河道。
  责任单位：市水利局；整改时限：6月25日；状态：整改中；逾期3天
""",
    ),
    "forwarded": (
        sample_fields(1),
        "【转办】李四转你办理1项",
        """张三同志：

李四将下列1项转你办理，请登录系统查看并及时办理；因故不能办理的，请告知转办人。

转办原因：主汛期无法施工。

1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "look_back_due": (
        problem_fields(today="6月18日", tasks=[sample_task(1) | {"clause_number": "问题12", "state_label": "已销号"}]),
        "【回头看】1个问题请于6月25日前到现场回头看",
        """张三同志：

下列1个问题销号将满规定期限，请于6月25日前到现场回头看，并登录系统登记：未反弹的，登记“回头看合格”；反弹的，登记“反弹”，写明情况和新的整改时限。

1.〔问题12〕岸线整治：推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；回头看日期：6月25日；状态：已销号
""",
    ),
    "sent_back": (
        sample_fields(1),
        "【负责人退回】市水利局2022年6月工作进展请修改后重新填报",
        """张三同志：

你单位（市水利局）2022年6月工作进展，李四看后未签字，退回修改。请修改后重新填报，再打印签字盖章，截止日期不变。

退回理由：主汛期无法施工。

退回事项：
1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "not_agreed": (
        sample_fields(1),
        "【会签未通过】市水利局2022年6月工作进展请修改后重新填报",
        """张三同志：

你单位（市水利局）2022年6月工作进展，李四不同意。请修改后重新填报、再次会签，截止日期不变。

不同意理由：主汛期无法施工。

有关事项：
1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "internal_urging": (
        sample_fields(1) | {"actor_name": "", "number": "", "new_due_on": "", "detail": ""},
        "【催办单】2022年6月工作进展逾期未报",
        """张三同志：

催办单
催办事项：2022年6月工作进展报送（1项）
责任单位：市水利局
责任人：张三
原定截止日期：6月25日
办理时限：收到本催办单后一个工作日内
办理要求：未填报的，请经办人抓紧填报；已填报的，请单位负责人在系统中确认；未按时报送的，请一并说明原因。

逾期事项：
1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "internal_reported": (
        sample_fields(1),
        "【待确认】市水利局2022年6月工作进展请在系统中确认",
        """张三同志：

你单位（市水利局）经办人李四已填报2022年6月工作进展，请登录系统审阅，于6月25日前确认。单位负责人中有一人确认即可报我办。

1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "returned_by_leader": (
        sample_fields(1),
        "【会签退回】李四退回市水利局2022年6月工作进展，供你知悉",
        """张三同志：

会签中，李四退回了市水利局2022年6月工作进展。单位将修改后重新签字盖章报送，届时再请你审核；现供你知悉，不需办理。

退回理由：主汛期无法施工。
重报截止日期：7月10日

退回事项：
1.〔1.1〕推进长江干流株洲段岸线清理整治，完成年度任务。
  责任单位：市水利局；截止日期：6月25日；状态：已交办
""",
    ),
    "circular": (
        problem_fields(),
        "【通报（草稿，待签发）】问题整改情况",
        """关于问题整改情况的通报
（草稿，经签发后生效）

市水利局：

截至6月28日，你单位下列1个问题逾期未整改到位，现予通报。

1.〔问题12〕王十万段岸线堆放建筑垃圾：右岸约300米堆放建筑垃圾，侵占河道。
  责任单位：市水利局；整改时限：6月25日；状态：整改中；逾期3天

请立即整改到位、申请销号，并于三个工作日内将逾期原因及整改措施书面报我办。逾期情况已记录在案。
""",
    ),
}


@pytest.mark.parametrize("event", WHOLE)
def test_render_whole_letter(event) -> None:
    fields, subject, body = WHOLE[event]
    closed = CLOSE.replace("6月28日", str(fields["today"]))
    assert render(event, fields) == Rendered(subject, body + closed)


def test_circular_says_of_a_month_what_it_always_said() -> None:
    found = render("circular", sample_fields(1))
    assert found.subject == "【通报】2022年6月工作进展报送情况"
    assert found.body.startswith("关于2022年6月工作进展报送情况的通报\n编号：株长江办督〔2022〕3号\n\n市水利局：\n\n")
    assert "截至6月28日，你单位下列1项工作进展逾期未报，现予通报。\n\n1.〔1.1〕" in found.body
    assert "请立即完成报送，并于三个工作日内将逾期原因及整改措施书面报我办。" in found.body


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
    assert "assigned" in render("test", {**sample_fields(0), "detail": Stage.ASSIGNED}).body


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
    assert (error.where, error.fields["line"], error.fields["field"]) == ("opened/body:4", 4, "单位名")
    assert "unit_name" in error.what


def test_check_template_names_an_unknown_field_of_a_task() -> None:
    error = refusal("opened", "body", "\n{% for task in tasks %}\n{{ task.clause }}\n{% endfor %}")
    assert (error.where, error.fields["field"]) == ("opened/body:3", "clause")


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
    assert refusal("opened", "body", loops).fields["template"] == "opened/body"


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


def own(**texts: str) -> tuple[OwnWords, list[tuple[str, BadInput]]]:
    """An office's own words of the test message, and what is told of those that fail."""
    told: list[tuple[str, BadInput]] = []
    words = {f"test/{part}": text for part, text in texts.items()}
    return OwnWords(words, lambda name, error: told.append((name, error))), told


def test_render_takes_the_offices_own_template() -> None:
    words, told = own(subject="{{ office_name }}测试\n")
    shipped = render("test", sample_fields(0))
    assert render("test", sample_fields(0), words) == Rendered("市长江办测试", shipped.body)
    assert told == []


ENDLESS = "".join(f"{{% for a{i} in tasks %}}" for i in range(9)) + "{% endfor %}" * 9


@pytest.mark.parametrize(
    "source",
    ["{{ nofield }}", "{% if %}", "{{ office_name.__class__ }}", "长" * 70_000, "{{ tasks[20].title }}", ENDLESS],
)
def test_render_keeps_the_shipped_template_when_the_own_one_fails_and_says_so(source) -> None:
    words, told = own(subject=source)
    assert render("test", sample_fields(9), words) == render("test", sample_fields(9))
    assert [(name, error.code) for name, error in told] == [("test/subject", "E-J01")]


def meeting(body: str = "{{ recipient_name }}同志：请来开会。") -> OwnWords:
    """An office's own message, of a name that the program does not know."""
    return OwnWords({"meeting/subject": "请来开会", "meeting/body": body})


def test_office_may_have_messages_of_its_own() -> None:
    assert own_events(meeting().texts) == ("meeting",)
    assert render("meeting", sample_fields(0), meeting()) == Rendered("请来开会", "张三同志：请来开会。\n")
    with pytest.raises(BadInput) as caught:
        render("meeting", sample_fields(0))
    assert caught.value.code == "E-J01"


def test_own_message_that_is_not_good_is_not_sent_in_other_words() -> None:
    with pytest.raises(BadInput) as caught:
        render("meeting", sample_fields(0), meeting("{{ nobody }}"))
    assert caught.value.code == "E-J01"


def test_half_a_message_of_its_own_is_none() -> None:
    assert own_events(["meeting/body", "test/subject", "test/body"]) == ()


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("part", ["subject", "body"])
def test_shipped_template_stands_every_sample_and_reads_the_same_written_out(event, part) -> None:
    source = whole(f"{event}/{part}")
    assert "include" not in source
    check_template(event, part, source)
    for fields in samples().values():
        assert engine().written("whole", source, fields) == engine().shipped(f"{event}/{part}.txt.j2", fields)
