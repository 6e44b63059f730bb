"""Flows at the desk: looked at by everybody, drawn without an office, checked as files, installed, compared, migrated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit.door import MORNING, must_refuse, speak
from kit.office import UNITS, at
from kit.world import REFILE
from models.states import Action, Stage
from workflow.flow_store import SHIPPED, shipped

if TYPE_CHECKING:
    from kit.door import Door, Said

MONTHLY, INTERNAL = shipped("monthly_report"), shipped("internal_report")
#: the shipped month with another word for a state
CHANGED = MONTHLY.text.replace('zh = "已退回", en = "returned"', 'zh = "退回重报", en = "to be mended"')
#: the shipped month in which a returned task stands under another name
RENAMED = re.sub(r'(?m)^((?:name|from|to|states) = .*)"returned"', r'\1"to_mend"', MONTHLY.text).replace(
    'name = "to_mend"\nlabel = { zh = "退回"', 'name = "return"\nlabel = { zh = "退回"'
)
EVERYBODY = ("clerk1", "leader1", "reviewer", "director", "system", "security", "audit")
NOT_THE_DIRECTOR = tuple(login for login in EVERYBODY if login != "director")


def write(folder: Path, text: str | bytes, name: str = "own.toml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def line_of(text: str, line: str) -> int:
    """The number of the only line that reads so."""
    (number,) = [number for number, one in enumerate(text.splitlines(), 1) if one.startswith(line)]
    return number


def versions(door: Door) -> list[tuple[str, str, bool, int]]:
    """(flow, version, in force, open tasks) as the list says."""
    rows = door.data("director", "flow", "list")
    return [(row["name"], row["version"], row["in_force"], row["open"]) for row in rows]


SHIPPED_ROWS = [(name, shipped(name).short, True, 6 if name == "monthly_report" else 0) for name in SHIPPED]


def last_event(door: Door) -> tuple[str, str, str, Any]:
    """Who, what, how it ended, and the code of a refusal."""
    event = door.world.events()[-1]
    return event["actor"], event["action"], event["result"], event["detail"].get("code", "")


def findings(door: Door) -> list[Any]:
    """What the auditor's proof finds, but for the papers of the kit, which have no file."""
    said = door.run("audit", "audit", "verify", "--json")
    found = said.data if said.code == 0 else said.refusal
    return [one for one in found["findings"] if not one["where"].startswith("attachment ")]


def nowhere(folder: Path, *words: object, lang: str = "zh") -> Said:
    """What is said where no office was ever set up and nobody is logged in."""
    return speak("--lang", lang, *words, DUBAN_HOME=str(folder / "nowhere"), HOME=str(folder))


# —— list, show, diagram ——


@pytest.mark.parametrize("login", EVERYBODY)
def test_list_tells_everybody_with_a_duty_which_version_is_in_force(door: Door, login: str) -> None:
    rows = door.data(login, "flow", "list")
    assert rows == [
        {
            "name": name, "title": shipped(name).title.en, "version": shipped(name).short,
            "sha256": shipped(name).sha256, "in_force": True,
            "open": 6 if name == "monthly_report" else 0, "installed": "2022-06-01 00:00 setup",
        }
        for name in SHIPPED
    ]  # fmt: skip
    said = door.run(login, "flow", "list", lang="zh")
    assert said.out.splitlines()[1].split("\t") == [
        "monthly_report", "月度报送", MONTHLY.short, "✓", "6", "2022-06-01 00:00 setup",
    ]  # fmt: skip


def test_list_counts_the_tasks_that_are_still_open(door: Door) -> None:
    door.world.bring_to(door.world.task, Stage.WAIVED)
    (row,) = [row for row in door.data("reviewer", "flow", "list") if row["name"] == "monthly_report"]
    assert row["open"] == 5


def test_stranger_is_told_no_list_and_whoever_has_no_duty_neither(door: Door) -> None:
    around = door.around("nobody", MORNING)
    must_refuse(1, "E-A04", "flow", "list", **around)
    must_refuse(1, "E-A04", "flow", "install", "monthly_report", **around)
    must_refuse(1, "E-A04", "flow", "migrate", "monthly_report", **around)
    for row in door.world.rows("duty", person_id=door.world.people["leader3"]):
        door.world.change("duty", row["id"], valid_to=at("2022-06-02 00:00").date())
    found = door.refuses(1, "E-403", "leader3", "flow", "list")
    assert found["where"] == "吴三 (leader3)"


@pytest.mark.parametrize("name", SHIPPED)
def test_show_tells_every_state_action_and_rung_in_words(door: Door, name: str) -> None:
    flow = shipped(name)
    told = door.data("clerk1", "flow", "show", name)
    assert (told["name"], told["sha256"], told["about"], told["initial"]) == (
        flow.name, flow.sha256, flow.about, flow.initial,
    )  # fmt: skip
    assert [state["name"] for state in told["states"]] == list(flow.by_name)
    assert [(step["action"], step["sources"], step["dest"]) for step in told["steps"]] == [
        (step.action, list(step.sources), step.dest) for step in flow.steps
    ]
    assert told["rules"] == [dict(rule) for rule in flow.rules]
    lines = door.run("clerk1", "flow", "show", name, lang="zh").out.splitlines()
    assert lines[0] == f"{flow.title.zh} · {flow.name} · {flow.short}"
    cells = [line.split("\t") for line in lines[1:]]
    heads = [place for place, row in enumerate(cells) if row[0] in {"状态", "动作", "规则"}]
    assert heads == [0, len(flow.states) + 1, len(flow.states) + len(flow.steps) + 2]
    assert len(cells) - heads[-1] - 1 == len(flow.rules)
    states = {state.label.zh for state in flow.states}
    assert {cell for row in cells[heads[1] + 1 : heads[2]] for cell in (*row[1].split("、"), row[2])} <= states


def test_show_text_is_the_file_byte_for_byte_and_comes_back_as_the_same_version(door: Door, tmp_path: Path) -> None:
    said = door.run("director", "flow", "show", "monthly_report", "--text")
    assert (said.code, said.out) == (0, MONTHLY.text)
    assert door.data("director", "flow", "show", MONTHLY.short, "--text") == {
        "name": "monthly_report", "text": MONTHLY.text,
    }  # fmt: skip
    for name, text in (
        ("own.toml", said.out),
        ("bom.toml", "\ufeff" + said.out),
        ("dos.toml", said.out.replace("\n", "\r\n")),
    ):
        file = write(tmp_path, text, name)
        assert door.data("director", "flow", "check", file) == {
            "name": "monthly_report", "sha256": MONTHLY.sha256, "flaws": [],
        }  # fmt: skip
        assert door.data("director", "flow", "install", file)["installed"] is False
    assert versions(door) == SHIPPED_ROWS


def test_name_and_version_that_are_not_there_say_what_is(door: Door) -> None:
    for word in ("yearly_report", "abcdef", MONTHLY.sha256[:5], ""):
        found = door.refuses(4, "E-404", "director", "flow", "show", word)
        assert found["remedy"] == f"Installed are: {', '.join(sorted(SHIPPED))}"
    for words in (("diff", "monthly_report", "no_such"), ("migrate", "no_such"), ("install", "no_such")):
        door.refuses(4, "E-404", "director", "flow", *words)


@pytest.mark.parametrize("name", SHIPPED)
def test_diagram_needs_neither_an_office_nor_a_login(tmp_path: Path, name: str) -> None:
    flow = shipped(name)
    mermaid = nowhere(tmp_path, "flow", "diagram", name)
    lines = [line.strip() for line in mermaid.out.splitlines()]
    assert (mermaid.code, lines[0]) == (0, "stateDiagram-v2")
    assert [line for line in lines[1:] if "-->" not in line] == [f"{s.name}: {s.label.zh}" for s in flow.states]
    for step in flow.steps:
        drawn = {line.split(":")[0] for line in lines if "-->" in line}
        assert {f"{source} --> {step.dest}" for source in step.sources} <= drawn
    svg = nowhere(tmp_path, "flow", "diagram", name, "--format", "svg")
    assert svg.out.startswith("<svg ")
    assert svg.out.rstrip().endswith("</svg>")
    assert flow.title.zh in svg.out
    english = nowhere(tmp_path, "flow", "diagram", name, "--format", "markdown", lang="en").out.splitlines()
    assert english[0].startswith("| action | from | to |")
    told = nowhere(tmp_path, "flow", "diagram", name, "--json").data
    assert told == {"format": "mermaid", "text": mermaid.out}
    assert nowhere(tmp_path, "flow", "diagram", name, "--format", "png").code == 2
    assert not (tmp_path / "nowhere").exists()


def test_without_an_office_a_file_is_checked_shown_and_compared_and_nothing_else(tmp_path: Path) -> None:
    file = write(tmp_path, CHANGED)
    said = nowhere(tmp_path, "flow", "check", file)
    version = nowhere(tmp_path, "flow", "show", file, "--json").data["sha256"][:8]
    assert (said.code, said.out) == (0, f"月度报送检查通过：7 个状态，12 步，14 条规则；版本 {version}。\n")
    assert nowhere(tmp_path, "flow", "check", "problem_ledger").code == 0
    shipped_one = nowhere(tmp_path, "flow", "check", "problem_ledger@shipped", "--json").data
    assert (shipped_one["sha256"], shipped_one["flaws"]) == (shipped("problem_ledger").sha256, [])
    assert nowhere(tmp_path, "flow", "show", "monthly_report", "--text").out == MONTHLY.text
    compared = nowhere(tmp_path, "flow", "diff", "monthly_report", file)
    assert compared.out.splitlines()[1:] == [
        "± 状态 returned",
        "    label: 已退回 / returned → 退回重报 / to be mended",
    ]
    around = {"DUBAN_HOME": str(tmp_path / "nowhere"), "HOME": str(tmp_path)}
    found = must_refuse(4, "E-404", "flow", "diagram", "yearly_report", **around)
    assert found["remedy"] == f"Known without an office: {', '.join(SHIPPED)}, or a file."
    for words in (("list",), ("install", file), ("migrate", "monthly_report")):
        must_refuse(5, "E-B01", "flow", *words, **around)
    assert not (tmp_path / "nowhere").exists()


# —— files that are no flow, and flows that make no sense ——

TOO_LONG = "This is not TOML: it has more than 200000 characters"
BAD_FILES: dict[str, tuple[bytes, str, str, str]] = {
    "binary": (bytes(range(256)) * 40, "E-W02", "The flow's file is not UTF-8.", "bad.toml"),
    "UTF-16": (MONTHLY.text.encode("utf-16"), "E-W02", "The flow's file is not UTF-8.", "bad.toml"),
    "UTF-16 without a mark": (MONTHLY.text.encode("utf-16-le"), "E-W02", "The flow's file is not UTF-8.", "bad.toml"),
    "GBK": (MONTHLY.text.encode("gbk", "replace"), "E-W02", "The flow's file is not UTF-8.", "bad.toml"),
    "cut within a character": ("# 流程".encode()[:-1], "E-W02", "The flow's file is not UTF-8.", "bad.toml"),
    "zeros": (bytes(300), "E-W01", "This is not TOML: ", "bad.toml"),
    "long": (b"#" * 200_001, "E-W01", TOO_LONG, "bad.toml"),
    "huge": (b"#" * 5_000_000, "E-W01", TOO_LONG, "bad.toml"),
    "huge and Chinese": (("#" + "流" * 2_000_000).encode(), "E-W01", TOO_LONG, "bad.toml"),
    "empty": (b"", "E-W01", "The key “name” is missing.", "bad.toml"),
    "blank": (b"\n \n", "E-W01", "The key “name” is missing.", "bad.toml"),
    "no TOML": (b"name = \n", "E-W01", "This is not TOML: Invalid value (at line 1, column 8)", "bad.toml"),
    "deep": (b"a = " + b"[" * 5_000, "E-W01", "This is not TOML: ", "bad.toml"),
    "the same key twice": (MONTHLY.text.replace("about =", 'name = "x"\nabout =').encode(), "E-W01", "This is not TOML: ",
                           "bad.toml"),
    "unknown key": (MONTHLY.text.replace('about = "report"', 'colour = "red"\nabout = "report"').encode(), "E-W01",
                    "The key “colour” is not known.", "bad.toml, line 9"),
    "unknown key of an action": (MONTHLY.text.replace('gives = ["summary"]', 'give = ["summary"]').encode(), "E-W01",
                                 "The key “give” is not known.", 'give = ["summary"]'),
    "missing key": (MONTHLY.text.replace('stage = "waived"\n', "").encode(), "E-W01", "The key “stage” is missing.", ""),
    "unknown stage": (MONTHLY.text.replace('stage = "waived"', 'stage = "excused"').encode(), "E-W01",
                      "“excused” does not fit the key “stage”.", 'stage = "excused"'),
    "duty of nobody": (MONTHLY.text.replace('to = "aggregated"\nby = ["director"]', 'to = "aggregated"\nby = ["mayor"]').encode(),
                       "E-W01", "“mayor” does not fit the key “by”.", 'by = ["mayor"]'),
    "administrator's duty": (MONTHLY.text.replace('by = ["reviewer"]\nfour_eyes', 'by = ["system"]\nfour_eyes').encode(),
                             "E-W01", "“system” does not fit the key “by”.", 'by = ["system"]'),
    "two states of a name": (MONTHLY.text.replace('name = "waived"', 'name = "reviewed"').encode(), "E-W01",
                             "Two states are called “reviewed”.", ""),
    "neither to nor stays": (MONTHLY.text.replace('to = "waived"\n', "").encode(), "E-W01",
                             "The action “waive” needs either “to” or “stays”.", 'name = "waive"'),
    "no way said": (MONTHLY.text.replace('to = "waived"', 'to = ["waived", "reviewed"]').encode(), "E-W01",
                    "The action “waive” does not say which way it leads.", 'name = "waive"'),
    "no label": (MONTHLY.text.replace('label = { zh = "免报", en = "waive" }\n', "").encode(), "E-W01",
                 "The action “waive” has no label.", 'name = "waive"'),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_file_that_is_no_flow_is_refused_with_its_place_by_every_command(door: Door, tmp_path: Path, case: str) -> None:
    data, code, what, where = BAD_FILES[case]
    file = write(tmp_path, data, "bad.toml")
    found = door.refuses(1, code, "director", "flow", "check", file)
    assert found["what"].startswith(what)
    if where and not where.startswith("bad.toml"):
        where = f"bad.toml, line {line_of(data.decode(), where)}"
    assert found["where"] == where or (not where and found["where"].startswith("bad.toml, line "))
    assert found["remedy"]
    for words in (("install", file), ("show", file), ("diff", "monthly_report", file), ("diagram", file)):
        said = door.run("director", "flow", *words, "--json")
        assert (said.code, said.refusal["code"]) == (1, code)
    assert versions(door) == SHIPPED_ROWS


def test_file_that_cannot_be_read_says_why(door: Door, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name, why in (
        ("missing.toml", "it, or a folder above it, is not there"), ("folder.toml", "it is a folder"),
        ("own.toml/x.toml", "a folder above it is a file"), ("x" * 300 + ".toml", "its name is too long"),
    ):  # fmt: skip
        write(tmp_path, CHANGED)
        for command in ("check", "install"):
            found = door.refuses(5, "E-508", "director", "flow", command, tmp_path / name)
            assert found["what"] == f"A file or folder cannot be used: {why}"
            assert found["where"] == Path(name).name


def changed(old: str, new: str, flow: str = MONTHLY.text) -> str:
    assert old in flow
    return flow.replace(old, new, 1)


#: (the file, the line that is named, what is said of it in Chinese)
FLAWS: dict[str, tuple[str, str, str]] = {
    "unknown initial state": (
        changed('initial = "assigned"', 'initial = "begun"'), 'initial = "begun"', "起始状态“begun”不存在。"
    ),
    "unknown state": (changed('to = "signed_stamped"', 'to = "stamped"'), 'name = "sign_stamp"', "动作“sign_stamp”"),
    "unknown guard": (changed('["not_yet_received"]', '["never"]'), 'name = "receive"', "动作“receive”"),
    "unknown effect": (changed('effects = ["mark_signed"]', 'effects = ["sign"]'), 'name = "sign_stamp"', "动作“sign_stamp”"),
    "unknown thing to give": (changed('["summary"]', '["paper"]'), 'name = "aggregate"', "动作“aggregate”"),
    "nobody may": (
        changed('to = "aggregated"\nby = ["director"]', 'to = "aggregated"\nby = []'),
        'name = "aggregate"', "动作“aggregate”没有人可以办理。",
    ),
    "self-approval": (
        changed('four_eyes = ["report", "sign_stamp"]\n', ""), 'name = "approve"',
        "自己审自己：办过“report”的人也能办“approve”。",
    ),
    "no words": (changed('clerk = "approved"', 'clerk = "hooray"'), 'name = "approve"', "动作“approve”"),
    "nobody is chased": (changed('states = ["reviewed"]', 'states = ["returned"]'), 'name = "reviewed"', "状态“reviewed”"),
    "final and left": (
        changed('from = ["reviewed"]\nto = "returned"', 'from = ["reviewed", "aggregated"]\nto = "returned"'),
        'name = "reopen"', "状态“aggregated”",
    ),
    "rule of no state": (changed('states = ["reviewed"]', 'states = ["revued"]'), 'states = ["revued"]', "规则“unsummarised”"),
    "rule's unknown key": (MONTHLY.text + 'colour = "red"\n', 'colour = "red"', "规则“unsummarised”"),
    "no panel": (
        changed('panel = { seats = ["leader"], needs = "one" }\n', "", INTERNAL.text), 'name = "confirm"', "“confirm”"
    ),
    "nothing straight back": (
        changed('to = ["confirmed", "second_review"]', 'to = ["confirmed"]', INTERNAL.text), "", "“return”"
    ),
    "a problem's effect": (
        changed('effects = ["mark_reviewed"]', 'effects = ["plan_look_back"]'), 'name = "approve"', "动作“approve”"
    ),
    "move to nowhere": (changed("\n[[state]]", '\n[moves]\nold = "gone"\n\n[[state]]'), 'old = "gone"', "“old”"),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAWS)
def test_flaw_is_told_with_its_line_and_remedy_and_is_not_installed(door: Door, tmp_path: Path, case: str) -> None:
    text, line, what = FLAWS[case]
    file = write(tmp_path, text, "flawed.toml")
    said = door.run("clerk1", "flow", "check", file, "--json", lang="zh")
    assert said.code == 1
    (flaw,) = json.loads(said.out)["flaws"]
    assert text.splitlines()[flaw["line"] - 1].startswith(line or "name = ")
    assert what in flaw["what"]
    people = door.run("clerk1", "flow", "check", file, lang="zh")
    assert (people.code, people.err) == (1, "")
    assert people.out.splitlines() == [f"✗ 第 {flaw['line']} 行：{flaw['what']}", f"  下一步：{flaw['remedy']}"]
    assert nowhere(tmp_path, "flow", "check", file).out == people.out
    found = door.refuses(1, "E-W04", "director", "flow", "install", file)
    assert found["where"] == f"{file}, line {flaw['line']}"
    assert found["remedy"] == f"See them all with: duban flow check {file}"
    assert versions(door) == SHIPPED_ROWS


def test_flaws_are_all_told_and_the_first_is_named_when_it_is_installed(door: Door, tmp_path: Path) -> None:
    text = changed('["not_yet_received"]', '["never"]').replace('["summary"]', '["paper"]')
    file = write(tmp_path, text)
    told = json.loads(door.run("audit", "flow", "check", file, "--json").out)
    assert [flaw["line"] for flaw in told["flaws"]] == [
        line_of(text, 'name = "receive"'), line_of(text, 'name = "aggregate"'),
    ]  # fmt: skip
    found = door.refuses(1, "E-W04", "director", "flow", "install", file)
    assert found["what"].startswith("The flow has 2 flaws; it was not installed. The first: Action “receive”")


# —— install ——


@pytest.mark.parametrize("login", NOT_THE_DIRECTOR)
def test_only_the_director_installs_and_the_trail_holds_who_tried(door: Door, tmp_path: Path, login: str) -> None:
    good, flawed, bad = (
        write(tmp_path, text, name)
        for name, text in (("good.toml", CHANGED), ("flawed.toml", FLAWS["nobody may"][0]), ("bad.toml", "name = "))
    )
    for file in (good, flawed, bad, tmp_path / "missing.toml", "monthly_report", "no_such"):
        found = door.refuses(1, "E-403", login, "flow", "install", file)
        assert found["remedy"] == "It takes one of these duties: office director"
        assert last_event(door) == (login, "flow.install", "denied", "E-403")
    assert versions(door) == SHIPPED_ROWS
    assert findings(door) == []


def test_installed_twice_is_one_version_and_the_shipped_one_comes_back(door: Door, tmp_path: Path) -> None:
    file, before = write(tmp_path, CHANGED), len(door.world.events())
    told = door.data("director", "flow", "install", file)
    assert (told["name"], told["installed"]) == ("monthly_report", True)
    version = told["sha256"][:8]
    assert door.data("director", "flow", "install", file) == {**told, "installed": False}
    said = door.run("director", "flow", "install", file, lang="zh")
    assert (said.code, said.out) == (0, f"月度报送版本 {version} 已在用。\n")
    # in force for what is to come; what is under way pins what it began with
    rest = SHIPPED_ROWS[1:]
    old, new = ("monthly_report", MONTHLY.short, False, 6), ("monthly_report", version, True, 0)
    assert versions(door) == [old, *rest, new]
    door.data("director", "period", "open", "2022-07")
    july = door.data("director", "task", "list", "--month", "2022-07")
    door.data("director", "task", "waive", july[0]["id"], "--reason", "任务已于上月完成")
    assert versions(door) == [old, *rest, ("monthly_report", version, True, 5)]
    back = door.run("director", "flow", "install", "monthly_report@shipped", lang="zh")
    assert back.out == (
        f"月度报送版本 {MONTHLY.short} 已启用，用于今后的新任务。在办任务要换版本，先看计划：duban flow migrate monthly_report --plan\n"
    )
    assert versions(door) == [*rest, ("monthly_report", version, False, 5), ("monthly_report", MONTHLY.short, True, 6)]
    # by its name it is the version in force, so that nothing is installed by a slip
    assert door.data("director", "flow", "install", "monthly_report")["installed"] is False
    assert door.data("director", "flow", "install", version)["installed"] is True  # and forth again, by its version
    assert versions(door)[-1] == ("monthly_report", version, True, 5)
    installs = [
        (event["actor"], event["detail"]["before"][:8], event["detail"]["sha256"][:8])
        for event in door.world.events()[before:] if event["action"] == "flow.install"
    ]  # fmt: skip
    assert installs == [
        ("director", MONTHLY.short, version), ("director", version, MONTHLY.short), ("director", MONTHLY.short, version),
    ]  # fmt: skip
    assert len(door.world.rows("flow")) == len(SHIPPED) + 1
    assert findings(door) == []


def test_own_flow_of_another_name_stands_beside_the_shipped_ones(door: Door, tmp_path: Path) -> None:
    own = changed('name = "monthly_report"', 'name = "quick_report"').replace("月度报送", "快报").replace(
        'en = "monthly report"', 'en = "quick report"'
    )  # fmt: skip
    door.data("director", "flow", "install", write(tmp_path, own))
    assert [row[0] for row in versions(door)] == [*SHIPPED, "quick_report"]
    assert door.data("director", "period", "open", "2022-07", "--flow", "quick_report")["tasks"] == 6
    assert {row["flow"] for row in door.data("director", "task", "list", "--month", "2022-07")} == {"quick_report"}
    door.refuses(4, "E-404", "director", "period", "open", "2022-08", "--flow", "slow_report")
    door.refuses(1, "E-W03", "director", "period", "open", "2022-08", "--flow", "problem_ledger")
    # the next month runs as the one before
    assert door.data("director", "period", "open", "2022-08")["tasks"] == 6
    assert {row["flow"] for row in door.data("director", "task", "list", "--month", "2022-08")} == {"quick_report"}


# —— diff ——

DIFFERS = (
    CHANGED.replace('anchor = "due"\noffset = -5', 'anchor = "due"\noffset = -4')
    .replace('tells = { clerk = "reopened" }', "")
    .replace('from = ["assigned", "returned"]\nto = "waived"', 'from = ["assigned"]\nto = "waived"')
    .replace('name = "unsummarised"', 'name = "late_summary"')
    .replace("\n[[action]]", '\n[[state]]\nname = "parked"\nlabel = { zh = "搁置", en = "parked" }\nstage = "assigned"\n\n[[action]]', 1)
)  # fmt: skip


def test_difference_of_two_versions_names_states_steps_and_rules(door: Door, tmp_path: Path) -> None:
    file = write(tmp_path, DIFFERS)
    found = door.data("clerk1", "flow", "diff", "monthly_report", file)
    assert [(one["kind"], one["thing"], one["name"]) for one in found] == [
        ("changed", "state", "returned"), ("added", "state", "parked"),
        ("removed", "action", "waive: returned → waived"), ("changed", "action", "reopen: reviewed → returned"),
        ("removed", "rule", "unsummarised"), ("changed", "rule", "due_minus_5"), ("added", "rule", "late_summary"),
    ]  # fmt: skip
    assert [one["changes"] for one in found if one["kind"] == "changed"] == [
        [["label", "已退回 / returned", "退回重报 / to be mended"]], [["tells", "clerk: reopened", ""]],
        [["offset", "-5", "-4"]],
    ]  # fmt: skip
    version = door.data("clerk1", "flow", "show", file)["sha256"][:8]
    assert door.run("clerk1", "flow", "diff", "monthly_report", file, lang="zh").out.splitlines() == [
        f"monthly_report {MONTHLY.short} → monthly_report {version}",
        "± 状态 returned",
        "    label: 已退回 / returned → 退回重报 / to be mended",
        "+ 状态 parked",
        "− 动作 waive: returned → waived",
        "± 动作 reopen: reviewed → returned",
        "    tells: clerk: reopened → –",
        "− 规则 unsummarised",
        "± 规则 due_minus_5",
        "    offset: -5 → -4",
        "+ 规则 late_summary",
    ]


def test_difference_by_version_and_of_what_means_the_same(door: Door, tmp_path: Path) -> None:
    file = write(tmp_path, CHANGED)
    door.data("director", "flow", "install", file)
    # the name is the version in force now, the digits are the version that was, and what came along is named so
    assert door.data("clerk1", "flow", "diff", MONTHLY.short, "monthly_report@shipped") == []
    assert door.data("clerk1", "flow", "diff", MONTHLY.short, "monthly_report") == door.data(
        "clerk1", "flow", "diff", MONTHLY.sha256, file
    )
    assert door.data("clerk1", "flow", "diff", "monthly_report", file) == []
    noted = write(tmp_path, CHANGED + "# 说明\n", "noted.toml")
    said = door.run("clerk1", "flow", "diff", "monthly_report", noted, lang="zh").out.splitlines()
    assert said[1:] == ["两者内容相同。"]
    assert said[0].split(" → ")[0] != said[0].split(" → ")[1]


# —— migrate ——


@pytest.fixture
def renamed(door: Door, tmp_path: Path) -> Door:
    """An office whose newest version calls “returned” by another name; its June stands in five states."""
    world = door.world
    tasks = list(world.tasks.values())
    for task, state in zip(
        tasks[1:], (Stage.REPORTED, Stage.RETURNED, Stage.SIGNED_STAMPED, Stage.WAIVED), strict=False
    ):
        world.bring_to(task, state)
    door.data("director", "flow", "install", write(tmp_path, RENAMED, "renamed.toml"))
    return door


def plan(door: Door, *words: object, login: str = "director") -> Any:
    return door.data(login, "flow", "migrate", "monthly_report", *words)


def verdicts(told: Any) -> list[tuple[int, str, str, str, str]]:
    return [
        (line["task_id"], line["state"], line["verdict"], line["to_state"], line.get("code", ""))
        for line in told["lines"]
    ]


KEPT = [(1, "assigned", "keep", "assigned", ""), (2, "reported", "keep", "reported", "")]
STILL = [(4, "signed_stamped", "keep", "signed_stamped", ""), (6, "assigned", "keep", "assigned", "")]


def test_plan_says_for_each_task_what_becomes_of_it_and_moves_nothing(renamed: Door) -> None:
    before = renamed.world.picture()
    told = plan(renamed, "--plan")
    blocked = (3, "returned", "blocked", "returned", "no_state")
    assert verdicts(told) == [*KEPT, blocked, *STILL]
    assert (told["finished"], told["closed"], told["current"], told["moved"]) == (1, 0, 0, False)
    assert (told["flow"], told["moves"]) == ("monthly_report", {})
    line = told["lines"][2]
    assert line["reason"] == "the new version has no state “returned”, and no move says what it is there"
    assert line["remedy"] == "Say it with --map returned=NEW, or in the new file under [moves]."
    people = renamed.run("director", "flow", "migrate", "monthly_report", "--plan", lang="zh").out.splitlines()
    assert people[0] == f"月度报送 → {told['version'][:8]}"
    assert people[1].split("\t") == ["任务", "事项", "单位", "结论", "自", "至", "理由"]
    assert people[4].split("\t")[:6] == ["3", "1.2", UNITS[1], "暂不迁移", "已退回", "–"]
    assert people[-2] == "已在新版本：0；已办结：1；所在月份已关闭：0。这些保持不变。"
    assert people[-1] == f"没有迁移。确认请用：duban flow migrate monthly_report --yes {told['digest'][:12]}"
    # neither is anything moved where nobody is there to ask
    assert plan(renamed) == told
    assert renamed.run("director", "flow", "migrate", "monthly_report", lang="zh").out.splitlines() == people
    assert renamed.world.picture() == before


def test_yes_to_the_plan_that_was_shown_moves_what_it_says(renamed: Door) -> None:
    told = plan(renamed, "--plan", "--map", "returned=to_mend")
    assert verdicts(told) == [*KEPT, (3, "returned", "map", "to_mend", ""), *STILL]
    assert told["moves"] == {"returned": "to_mend"}
    done = plan(renamed, "--map", "returned=to_mend", "--yes", told["digest"][:12])
    assert done == {**told, "moved": True, "kept": 4, "mapped": 1, "blocked": 0}
    rows = {row["id"]: (row["state"], row["stage"], row["flow_sha256"]) for row in renamed.world.rows("task")}
    new = told["version"]
    assert rows == {
        1: ("assigned", "assigned", new), 2: ("reported", "reported", new), 3: ("to_mend", "returned", new),
        4: ("signed_stamped", "signed_stamped", new), 5: ("waived", "waived", MONTHLY.sha256),
        6: ("assigned", "assigned", new),
    }  # fmt: skip
    moved = [event for event in renamed.world.events() if event["action"] == "migrate"]
    assert [(event["object_id"], event["actor"], event["to_state"], event["result"]) for event in moved] == [
        (number, "director", rows[number][0], "done") for number in (1, 2, 3, 4, 6)
    ]
    again = plan(renamed)
    assert (again["lines"], again["current"], again["finished"]) == ([], 5, 1)
    # what was returned is reported anew in the new version, and goes its way
    assert renamed.data("clerk2", "task", "report", 3, "--progress", "已补充数据。", "--percent", 60)["outcomes"][0][
        "state"
    ] == "reported"  # fmt: skip
    assert renamed.data("reviewer", "task", "approve", 4)["outcomes"][0]["state"] == "reviewed"
    assert findings(renamed) == []


def test_yes_leaves_what_is_blocked_in_its_version(renamed: Door) -> None:
    told = plan(renamed, "--plan")
    said = renamed.run("director", "flow", "migrate", "monthly_report", "--yes", told["digest"], lang="zh")
    assert said.out == "4 项任务状态不变，0 项改到新状态，1 项仍按原版本。\n"
    task = renamed.world.row("task", 3)
    assert (task["state"], task["flow_sha256"]) == ("returned", MONTHLY.sha256)
    renamed.data("clerk2", "task", "report", 3, "--progress", "已补充数据。", "--percent", 60)
    again = plan(renamed)
    assert verdicts(again) == [(3, "reported", "keep", "reported", "")]  # it went on, and could come along now
    assert findings(renamed) == []


def test_yes_to_another_plan_moves_nothing(renamed: Door) -> None:
    told = plan(renamed, "--plan")
    words = ("flow", "migrate", "monthly_report", "--yes")
    for digest in ("0" * 64, told["digest"][:11], told["digest"] + "0", "ja"):
        found = renamed.refuses(3, "E-W10", "director", *words, digest)
        assert found["remedy"] == "Look at the plan again, then say yes to it: duban flow migrate monthly_report"
        assert last_event(renamed) == ("director", "flow.migrate", "refused", "E-W10")
    # the digest of a plan with other moves is another plan's
    renamed.refuses(3, "E-W10", "director", *words, told["digest"], "--map", "returned=to_mend")
    renamed.data("clerk1", "task", "report", 1, "--progress", "已清理三公里。", "--percent", 40)
    renamed.refuses(3, "E-W10", "director", *words, told["digest"])
    fresh = plan(renamed)
    assert fresh["digest"] != told["digest"]
    assert plan(renamed, "--yes", fresh["digest"])["moved"] is True
    assert findings(renamed) == []


def test_plan_is_stale_when_another_version_came_into_force(renamed: Door) -> None:
    told = plan(renamed, "--plan")
    renamed.data("director", "flow", "install", "monthly_report@shipped")
    renamed.refuses(3, "E-W10", "director", "flow", "migrate", "monthly_report", "--yes", told["digest"])
    assert (plan(renamed)["lines"], plan(renamed)["current"]) == ([], 5)


def test_map_that_says_nothing_is_refused_and_one_to_nowhere_blocks(renamed: Door) -> None:
    words = ("flow", "migrate", "monthly_report", "--map")
    for text in ("returned", "=to_mend", "returned=", " = "):
        found = renamed.refuses(1, "E-W05", "director", *words, text)
        assert (found["what"], found["remedy"]) == (f"“{text}” is no move.", "Write OLD=NEW.")
    found = renamed.refuses(1, "E-W11", "director", *words, "reurned=to_mend")
    assert (found["what"], found["where"]) == ("No older version has the state “reurned”.", "--map")
    assert "returned" in found["remedy"]
    for target, code in (("mended", "no_such_state"), ("aggregated", "final"), ("to_mend", "")):
        line = plan(renamed, "--plan", "--map", f"returned={target}")["lines"][2]
        assert (line["verdict"], line.get("code", "")) == ("blocked" if code else "map", code)


def test_move_in_the_file_needs_no_map(door: Door, tmp_path: Path) -> None:
    door.world.report(door.world.task, at("2022-06-09 09:00"))
    door.world.sign(door.world.task, at("2022-06-09 10:00"))
    door.world.give_back(door.world.task, at("2022-06-09 11:00"), REFILE)
    text = changed("\n[[state]]", '\n[moves]\nreturned = "to_mend"\n\n[[state]]', RENAMED)
    door.data("director", "flow", "install", write(tmp_path, text))
    told = plan(door)
    assert verdicts(told)[0] == (1, "returned", "map", "to_mend", "")
    assert told["moves"] == {"returned": "to_mend"}
    assert plan(door, "--yes", told["digest"])["mapped"] == 1


@pytest.mark.parametrize("login", NOT_THE_DIRECTOR)
def test_only_the_director_plans_and_moves(renamed: Door, login: str) -> None:
    digest = plan(renamed, "--plan")["digest"]
    for words in ((), ("--plan",), ("--yes", digest)):
        found = renamed.refuses(1, "E-403", login, "flow", "migrate", "monthly_report", *words)
        assert found["remedy"] == "It takes one of these duties: office director"
        assert last_event(renamed) == (login, "flow.migrate", "denied", "E-403")


@pytest.mark.parametrize(("typed", "moved"), [("y\n", 4), ("n\n", 0), ("\n", 0)])
def test_somebody_at_a_terminal_is_asked(
    renamed: Door, monkeypatch: pytest.MonkeyPatch, typed: str, moved: int
) -> None:
    monkeypatch.setattr("commands.migrating._speaks", lambda desk: not desk.as_json)
    said = renamed.run("director", "flow", "migrate", "monthly_report", typed=typed, lang="zh")
    assert (said.code, "移动这 4 项任务？" in said.err or "4" in said.err) == (0, True)
    last = said.out.splitlines()[-1]
    assert last == ("4 项任务状态不变，0 项改到新状态，1 项仍按原版本。" if moved else "没有迁移。")
    assert sum(row["flow_sha256"] != MONTHLY.sha256 for row in renamed.world.rows("task")) == moved
    assert [event["action"] for event in renamed.world.events()].count(Action.AGGREGATE) == 0


def test_question_that_is_broken_off_moves_nothing(renamed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.migrating._speaks", lambda desk: not desk.as_json)
    before = renamed.world.picture()
    assert renamed.run("director", "flow", "migrate", "monthly_report").code != 0
    assert renamed.world.picture() == before


def test_closed_month_stays_in_its_version(renamed: Door) -> None:
    renamed.data("director", "summary", "issue", "2022-06", "--number", "长江办〔2022〕6号")
    renamed.data("director", "period", "close", "2022-06")
    told = plan(renamed)
    assert (told["lines"], told["closed"], told["finished"]) == ([], 5, 1)
    said = renamed.run("director", "flow", "migrate", "monthly_report", lang="zh").out.splitlines()
    assert said[1:] == ["已在新版本：0；已办结：1；所在月份已关闭：5。这些保持不变。"]
    assert plan(renamed, "--yes", told["digest"])["kept"] == 0
    assert findings(renamed) == []
