"""The documents are true: nothing is undocumented, and nothing stands there that the program does not know."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from pydantic import SecretStr

from cli import COMMANDS, root
from commands.service import SETTINGS_FILE
from kit.doors import EVERY
from models.settings import OUTSIDE, LoginSettings, Settings, TimeSettings, WebSettings
from notifications.channel import _CLASSES, CHANNELS
from notifications.endpoint import EndpointSettings
from schedules.rules import Rule
from workflow.effects import EFFECTS
from workflow.flow_reading import _Action, _File, _Panel, _State
from workflow.given import GIVEN
from workflow.guards import CHOICES, CONDITIONS, GUARDS

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[1]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDES = [
    ROOT / "docs" / name
    for name in (
        "clerk.md",
        "cluster.md",
        "office.md",
        "papers.md",
        "administrator.md",
        "desk-security.md",
        "evidence.md",
        "reading.md",
        "review.md",
        "wordings.md",
        "words.md",
        "archive.md",
        "levels.md",
        "simulation.md",
    )
]
SETTINGS = ROOT / "docs" / "settings.md"
FLOWS = ROOT / "docs" / "flows.md"
REFERENCE = ROOT / "docs" / "commands.md"
#: written by hand, for people
WRITTEN = [
    README,
    CHINESE,
    *GUIDES,
    SETTINGS,
    FLOWS,
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs/decisions").glob("*.md")),
]
LONGEST_GUIDE = 120
#: says something to the tests and not to the program
FOR_TESTS = "DUBAN_TEST_POSTGRES"
SPAN = re.compile(r"`([^`\n]+)`")
NOT_SETTINGS = {"home", "times", "login", "web", "channels", "webhooks"}


def kept() -> set[str]:
    """Every file that is, or is about to be, in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def blocks(file: Path) -> list[str]:
    """The lines inside fences."""
    parts = re.split(r"^```.*$", file.read_text("utf-8"), flags=re.MULTILINE)
    return [line for part in parts[1::2] for line in part.splitlines()]


def spans(file: Path) -> list[str]:
    """The code inside lines, outside fences."""
    parts = re.split(r"^```.*$", file.read_text("utf-8"), flags=re.MULTILINE)
    return [span for part in parts[::2] for span in SPAN.findall(part)]


# --- commands ---------------------------------------------------------------------------------------------------


def typed(line: str) -> list[list[str]]:
    """The calls of duban on a line, in words, without what the shell takes for itself."""
    calls = [call.removeprefix("$ ").strip() for call in re.split(r" · | && ", line)]
    calls = [re.split(r" [<>|] ", call)[0] for call in calls]
    return [shlex.split(call, comments=True) for call in calls if call.split()[:1] == ["duban"]]


def complaint(words: list[str], *, whole: bool) -> str:
    """Why the program would not take these words; nothing when it would. ``whole``: required ones are there, too."""
    command: click.Command = root
    context = click.Context(root, info_name="duban", **root.context_settings)
    rest, given = words[1:], dict[str, Any]()
    while True:
        try:
            given, rest, _order = command.make_parser(context).parse_args(list(rest))
        except click.UsageError as error:
            return error.format_message()
        if not isinstance(command, click.Group):
            break
        if not rest:
            return "no command" if whole and set(given) <= {"lang"} else ""
        found = command.get_command(context, rest[0])
        if found is None:
            return f"no command {rest[0]}"
        command, rest = found, rest[1:]
        context = click.Context(command, info_name=rest[0] if rest else "", parent=context)
    missing = [
        param.name
        for param in command.params
        if param.required and (given.get(str(param.name)) in (None, ()) or "UNSET" in repr(given[str(param.name)]))
    ]
    return f"left over: {rest}" if rest else f"missing: {missing}" if whole and missing else ""


def test_every_command_has_its_page_in_the_reference_and_none_is_left_behind() -> None:
    pages = re.findall(r"^## (.+)$", REFERENCE.read_text("utf-8"), flags=re.MULTILINE)
    assert pages == [" ".join(("duban", *path)) for path in EVERY]


def test_generated_pages_are_as_they_would_be_written_now() -> None:
    # in a process of its own: help texts are read when a command's module is imported, and here that was in Chinese
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), f"run `make docs`\n{done.stderr}"


def test_every_command_is_shown_where_people_learn_it() -> None:
    lines = [line for file in (README, *GUIDES, SETTINGS) for line in [*blocks(file), *spans(file)]]
    shown = {word for line in lines for words in typed(line) for word in words[1:] if word in COMMANDS}
    assert set(COMMANDS) - shown == set()


@pytest.mark.parametrize("file", WRITTEN, ids=named)
def test_commands_shown_are_commands_of_the_program(file: Path) -> None:
    whole = [(words, True) for line in blocks(file) for words in typed(line)]
    begun = [(words, False) for span in spans(file) for words in typed(span)]
    wrong = {shlex.join(words): complaint(words, whole=all_there) for words, all_there in [*whole, *begun]}
    assert {words: why for words, why in wrong.items() if why} == {}


def test_every_command_has_an_example_that_the_program_takes() -> None:
    wrong = {}
    for path, command in EVERY.items():
        calls = typed(command.epilog or "")
        if not calls and not isinstance(command, click.Group):
            wrong[path] = "no example"
        for why in filter(None, (complaint(words, whole=True) for words in calls)):
            wrong[path] = why
    assert wrong == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("duban nosuch", "no command nosuch"),
        ("duban task nosuch", "no command nosuch"),
        ("duban task list --nosuch", "No such option '--nosuch'"),
        ("duban form print --month 2022-06", "missing: ['unit']"),
        ("duban task show 7 8", "left over: ['8']"),
        ("duban task receive", "missing: ['task_ids']"),
        ("duban task show 7", ""),
    ],
)
def test_a_line_that_the_program_would_refuse_is_found(line: str, why: str) -> None:
    found = [complaint(words, whole=True) for words in typed(line)]
    assert [sentence.split(" (")[0].rstrip(".") for sentence in found] == [why]


# --- settings ---------------------------------------------------------------------------------------------------


def section(title: str) -> dict[str, tuple[str, str]]:
    """The rows of a section's table: each key with the cells behind it (default, what it means)."""
    text = SETTINGS.read_text("utf-8").split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    found = {}
    for keys, default, meaning in rows:
        names, defaults = SPAN.findall(keys), SPAN.findall(default)
        for place, name in enumerate(names):
            found[name] = (defaults[place] if defaults else default.strip(), meaning)
    return found


def as_toml(value: object) -> str:
    """A default as the page shows it."""
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(value, bool):
        return str(value).lower()
    return "空" if value == "" else f'"{value}"' if isinstance(value, str) else str(value)


def defaults(group: type[BaseModel]) -> dict[str, str]:
    return {name: as_toml(field.default) for name, field in group.model_fields.items() if name not in NOT_SETTINGS}


@pytest.mark.parametrize(
    ("title", "group"),
    [("一般", Settings), ("`[times]`", TimeSettings), ("`[login]`", LoginSettings), ("`[web]`", WebSettings)],
)
def test_every_setting_is_described_with_its_default(title: str, group: type[BaseModel]) -> None:
    assert {name: default for name, (default, _meaning) in section(title).items()} == defaults(group)


def channel_settings(name: str) -> set[str]:
    module = importlib.import_module(f"notifications.channels.{name}")
    return set(getattr(module, _CLASSES[name]).settings_class.model_fields)


def test_every_setting_of_every_channel_is_described() -> None:
    text = SETTINGS.read_text("utf-8").split("\n## `[channels", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    robots = {"wecom", "dingtalk", "feishu"}
    told: dict[str, set[str]] = {name: set() for name in CHANNELS}
    for who, keys, *_rest in rows[1:]:
        for name in (set(SPAN.findall(who)) | (robots if "机器人" in who else set())) & set(CHANNELS):
            told[name] |= set(SPAN.findall(keys))
    assert told == {name: channel_settings(name) for name in CHANNELS}


def test_every_setting_of_an_endpoint_is_described() -> None:
    assert set(section("`[[webhooks]]`")) == set(EndpointSettings.model_fields) | {"secret_file"}


def test_the_file_that_init_writes_lists_every_setting_as_it_is_when_nothing_is_said() -> None:
    text = SETTINGS_FILE.format(office=1, rehearsal="")
    file = tomllib.loads(re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE))
    said = {name.removesuffix("_file"): as_toml(value) for name, value in file.items() if name not in NOT_SETTINGS}
    assert said | {"rehearsal": "false"} == defaults(Settings)
    assert {name: as_toml(value) for name, value in file["times"].items()} == defaults(TimeSettings)
    assert {name: as_toml(value) for name, value in file["login"].items()} == defaults(LoginSettings)
    assert {name: as_toml(value) for name, value in file["web"].items()} == defaults(WebSettings)
    assert set(file["channels"]["file"]) == channel_settings("file")


@pytest.mark.parametrize("file", WRITTEN, ids=named)
def test_environment_variables_named_exist(file: Path) -> None:
    settings = {f"DUBAN_{name.upper()}" for name in Settings.model_fields if name not in NOT_SETTINGS}
    found = set(re.findall(r"\bDUBAN_[A-Z][A-Z_]*\b", file.read_text("utf-8")))
    assert found - settings - OUTSIDE - {FOR_TESTS} == set()


def test_every_environment_variable_that_is_no_setting_is_described() -> None:
    assert {name for name in OUTSIDE if f"`{name}`" not in SETTINGS.read_text("utf-8")} == set()


@pytest.mark.parametrize("file", WRITTEN, ids=named)
def test_make_targets_and_their_variables_exist(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    wrong = []
    for line in [*blocks(file), *spans(file)]:
        found = re.match(r"make ([a-z-]+)((?: [A-Z]+=\S+)*)", line)
        if found is None:
            continue
        variables = re.findall(r"([A-Z]+)=", found[2])
        wrong += [line for name in variables if not re.search(rf"\b{name}\b", makefile)]
        wrong += [line] if found[1] not in targets else []
    assert wrong == []


# --- the pages among themselves ---------------------------------------------------------------------------------


def test_every_relative_link_leads_to_a_file_that_is_kept() -> None:
    files = kept()
    places = files | {parent.as_posix() for name in files for parent in Path(name).parents}
    broken = []
    for name in sorted(name for name in files if name.endswith(".md")):
        for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text("utf-8")):
            if re.match(r"[a-z]+:|#", target):
                continue
            path = (ROOT / name).parent.joinpath(target.split("#")[0]).resolve()
            if not path.is_relative_to(ROOT) or path.relative_to(ROOT).as_posix() not in places:
                broken.append(f"{name}: {target}")
    assert broken == []


@pytest.mark.parametrize("file", WRITTEN, ids=named)
def test_source_files_named_are_there(file: Path) -> None:
    wanted = [
        span for span in spans(file) if re.fullmatch(r"[\w./-]+/[\w.-]+\.(py|toml|po|sql|svg|typ|j2|jinja)", span)
    ]
    assert [name for name in wanted if not name.startswith("/") and not (ROOT / name).exists()] == []


def house(file: Path) -> list[str]:
    """The names on the left of the house's listing."""
    return [line.split()[0] for line in blocks(file) if re.match(r"[a-z]+(/|\.py) {2,}", line)]


def test_both_readmes_show_the_same_commands_house_links_and_promises() -> None:
    def calls(file: Path) -> list[str]:
        made = [line.split("#")[0].strip() for line in blocks(file) if line.startswith("make ")]
        return made + [span for span in spans(file) if span.startswith(("duban ", "make ", ".", "tests/"))]

    def links(file: Path) -> list[str]:
        return re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8"))[1:]

    def titles(file: Path) -> int:
        return len(re.findall(r"^## ", file.read_text("utf-8"), flags=re.MULTILINE))

    assert calls(CHINESE) == calls(README)
    assert house(CHINESE) == house(README)
    assert links(CHINESE) == links(README)
    assert titles(CHINESE) == titles(README)


def test_the_house_shown_is_the_house_that_stands() -> None:
    folders = {name.split("/")[0] + "/" for name in kept() if "/" in name and not name.startswith(".")}
    assert set(house(README)) == folders | {"cli.py"}


@pytest.mark.parametrize("file", GUIDES, ids=named)
def test_a_guide_is_short(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= LONGEST_GUIDE


def test_every_picture_of_the_desk_is_taken_by_the_command_and_shown() -> None:
    shown = set(re.findall(r"\]\(desk/([a-z-]+)\.png\)", (ROOT / "docs/desk.md").read_text("utf-8")))
    taken = set(re.findall(r'Screen\(\s*"([a-z-]+)"', (ROOT / "docs/screens.py").read_text("utf-8")))
    assert shown == taken == {file.stem for file in (ROOT / "docs/desk").glob("*.png")}


def test_everything_that_a_flow_can_name_is_described() -> None:
    described = set(SPAN.findall(FLOWS.read_text("utf-8")))
    keys = {*_File.model_fields, *_State.model_fields, *_Panel.model_fields, *Rule.model_fields}
    keys |= {field.alias or name for name, field in _Action.model_fields.items()}
    names = {*GIVEN, *GUARDS, *CONDITIONS, *CHOICES, *EFFECTS}
    text = FLOWS.read_text("utf-8")
    assert {name for name in names if name not in described} == set()
    assert {
        key for key in keys - {"sources", "copy_to", "state", "action", "rule", "terms", "moves"} if key not in text
    } == set()
