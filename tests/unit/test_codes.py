"""Refusal codes: a person tells the office a code over the telephone, so each has one meaning wherever it is said."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    "cli.py",
    "cluster",
    "commands",
    "deeds",
    "documents",
    "models",
    "notifications",
    "schedules",
    "simulation",
    "web",
    "workflow",
}
CODE = re.compile(r"E-[A-Z]?\d{2,3}")
#: One meaning in several sentences: code → the meaning, and how each sentence begins. A sentence in a variable or in
#: a helper of its own is named by its function. An entry that is needed no longer fails too.
VARIANTS: dict[str, tuple[str, set[str]]] = {
    "E-403": ("not granted", {"You may not “{action}”", "You may do this for", "You may not do this"}),
    "E-409": ("somebody was first", {"{who} acted on this task", "Reports changed while", "Something changed while"}),
    "E-507": (
        "the disk does not take it",
        {
            "The file {file} could not be written", "commands/frame.py", "The database is read-only",
            "The disk is full; this operation", "The disk could not be read", "The file could not be stored", "The head of the trail could not",
            "The data folder cannot be written", "The backup could not be written", "The folder could not be written", "The disk failed; since then",
        },
    ),
    "E-A04": ("no session", {"You are not logged in.", "You are not logged in, or"}),
    "E-B01": ("no office here", {"The restore into {home} was", "No office is set up in", "The database cannot be opened", "No office is set up here"}),
    "E-B40": ("lives in another database", {"models/relocation.py", "The office has moved to another"}),
    "E-B02": ("no database of ours", {"The file is not a duban", "The file is another program"}),
    "E-D01": ("no such day or month", {"There is no such", "the date of issue does not exist"}),
    "E-D02": ("a day that lies before it may", {"documents/reading/clauses.py", "Clause {id}: the deadline", "The new due date lies"}),
    "E-F02": ("too large to be taken", {"The file has {size} MB", "The file is larger"}),
    "E-F03": ("of another kind than its name says", {"This is not an .xlsx", "documents/scan.py"}),
    "E-F04": ("cut short", {"The PDF is incomplete", "The picture is incomplete"}),
    "E-F09": ("of an old office program", {"This is an old .doc", "This is an old .xls"}),
    "E-F10": ("cannot be read", {"The text could not be read", "The file {file} could not be read"}),
    "E-J01": ("a template is wrong", {"A message has no part", "There is no message template", "Template {name}"}),
    "E-M01": ("no mail address", {"The mail address is not"}),
    "E-M04": ("the monitor does not hear", {"The monitor"}),
    "E-N02": ("a name much like a registered one", {"Not in the register, but", "workflow/name_doubts.py"}),
    "E-N04": ("too long for a notice", {"The notice has {count}", "The table has more", "documents/reading/files.py"}),
    "E-S02": ("without a reason", {"A reason is needed", "A reason of at least"}),
    "E-S03": ("without its paper", {"No printed form covers", "The signed and stamped paper"}),
    "E-S05": ("the paper is older than the report", {"The content has changed", "The report has changed"}),
    "E-S11": ("four eyes", {"You filed or signed", "Nobody decides their own"}),
    "E-S23": ("the month is closed", {"The month {month} is closed"}),
    "E-U01": ("an option is missing", {"Say one of", "Say what changes"}),
    "E-X01": ("no decomposition table", {"The table has no clauses", "documents/decomposition/reading.py", "documents/decomposition/rows.py"}),
    "E-X02": ("a cell cannot be read", {"The notice has no title", "documents/decomposition/rows.py"}),
}  # fmt: skip


def sentences(node: ast.AST) -> list[str]:
    """The sentences marked for translation in a piece of the program, in order."""
    return [
        found.args[0].value
        for found in ast.walk(node)
        if isinstance(found, ast.Call)
        and isinstance(found.func, ast.Name)
        and found.func.id == "_"
        and isinstance(found.args[0], ast.Constant)
        and isinstance(found.args[0].value, str)
    ]


def meaning(call: ast.Call, place: str) -> str:
    """The first sentence given beside the code; where it comes in a variable, the place that gives it."""
    behind = [argument for argument in call.args if not is_code(argument)]
    return next((said for argument in behind for said in sentences(argument)), place)


def is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.fullmatch(node.value))


def meanings_in(source: str, place: str) -> dict[str, set[str]]:
    """Every code that a source gives to a call, with what it is made to mean there."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(ast.parse(source, place)):
        for code in node.args if isinstance(node, ast.Call) else []:
            if isinstance(code, ast.Constant) and is_code(code):
                assert isinstance(node, ast.Call)
                found[str(code.value)].add(meaning(node, place))
    return found


@cache
def meanings() -> dict[str, set[str]]:
    """Every code of the program."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.py",
    ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    found: dict[str, set[str]] = defaultdict(set)
    for name in listed:
        if name and Path(name).parts[0] in ROOMS and (ROOT / name).is_file():
            for code, said in meanings_in((ROOT / name).read_text("utf-8"), name).items():
                found[code] |= said
    return found


def test_each_code_has_one_meaning() -> None:
    several = {code: said for code, said in meanings().items() if len(said) > 1 and code not in VARIANTS}
    assert several == {}, "give one of them a number of its own"


def test_variants_of_a_meaning_are_the_listed_ones() -> None:
    for code, (_meaning, beginnings) in VARIANTS.items():
        said = meanings()[code]
        assert [one for one in said if not one.startswith(tuple(beginnings))] == [], code
        assert [one for one in beginnings if not any(each.startswith(one) for each in said)] == [], code
        assert len(said) > 1, f"{code} is no exception any more"


def test_a_clash_is_found_wherever_it_stands() -> None:
    source = 'raise A("E-S01", _("one").format(a=_("x")), where=_("there"))\nraise B("E-S01", _("two"))\nraise C("E-S02", what)'
    assert meanings_in(source, "here.py") == {"E-S01": {"one", "two"}, "E-S02": {"here.py"}}
