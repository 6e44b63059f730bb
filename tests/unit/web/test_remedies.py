"""What a refusal says to do now can be done at a page: no command, no option of one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kit.desk import desk_of
from kit.office import at, small_office
from models.errors import Conflict, Refused
from models.language import _, speaking
from web.frame.remedies import for_draft, for_page, names_command

ROOT = Path(__file__).resolve().parents[3]
#: the rooms whose refusals can reach a page; those of the commands themselves cannot
ROOMS = ("models", "workflow", "deeds", "schedules", "documents", "notifications", "web")
#: said when a program starts, or by what only the terminal does
TERMINAL = {"E-B15", "E-C13", "E-C16", "E-R21", "E-S46", *(f"E-B4{digit}" for digit in range(10))}
CODE = re.compile(r"^[EW]-[A-Z]?\d{2,3}$")


def _said() -> list[tuple[str, str]]:
    """Code and remedy of every refusal of these rooms, as written."""
    found = []
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                    continue
                code = node.args[0].value
                remedies = [word.value for word in node.keywords if word.arg == "remedy"]
                if isinstance(code, str) and CODE.match(code):
                    words = [one for value in remedies for one in ast.walk(value) if isinstance(one, ast.Constant)]
                    found += [(code, one.value) for one in words if isinstance(one.value, str)]
    return found


SAID = _said()


def test_the_remedies_are_found() -> None:
    assert len(SAID) > 250
    assert any(names_command(remedy) for _code, remedy in SAID)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_refusal_tells_somebody_at_a_page_to_type_a_command(language: str) -> None:
    with speaking(language):
        left = {
            code
            for code, remedy in SAID
            if code not in TERMINAL and names_command(for_page(Refused(code, "what", remedy=remedy)).remedy)
        }
    assert left == set()


@pytest.mark.parametrize(
    ("sentence", "command"),
    [
        ("Print the form with: duban form print", True),
        ("请运行：duban doctor", True),
        ("Add it with --reason.", True),
        ("Import the table that duban exported.", False),
        ("Use the headings of the import table that duban writes.", False),
        ("Write it as YYYY-MM-DD.", False),
        ("等待——再试一次。", False),
    ],
)
def test_a_command_is_known_from_words(sentence: str, command: bool) -> None:
    assert names_command(sentence) is command


def test_whoever_came_second_is_told_of_a_draft_only_where_one_is_kept() -> None:
    second = Conflict("E-409", "what", remedy="Look at the task again, then decide.")
    assert for_page(second).remedy == second.remedy
    assert for_draft(second).remedy != second.remedy


def test_a_page_says_it(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path), at("2022-06-10 10:00"))
    task = desk.office.tasks["1.1", "市发改委"]
    person = desk.person("reviewer")
    version = str(desk.office.row("task", task)["version"])
    for path in (f"/tasks/{task}", f"/review/{task}"):
        answer = person.post(path, action="return", version=version)
        assert answer.status_code >= 400, path
        assert not names_command(answer.text.partition('role="alert"')[2].partition("</div>")[0]), path


def test_without_scripts_a_refused_form_is_found_again_by_going_back(tmp_path: Path) -> None:
    person = desk_of(small_office(tmp_path)).person("clerk1")
    sentence = _("Go back with the back button of your browser: what you typed is still there.")
    assert sentence in person.post("/forms/print", month="2022-06", unit="市发改委").text
    assert sentence not in person.get("/nowhere").text
