"""The house itself: every line has a room, files and functions stay small, and the clock is read at the door only."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "cluster",
    "commands",
    "documents",
    "models",
    "notifications",
    "schedules",
    "deeds",
    "simulation",
    "web",
    "workflow",
)
LAYERS = [
    {"commands", "web"},
    {"simulation"},
    {"deeds"},
    {"cluster"},
    {"schedules"},
    {"workflow", "notifications", "documents"},
    {"models"},
]
OTHER_FOLDERS = {".ci", "bench", "deploy", "docs", "tests"}
FILES = {
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".importlinter",
    ".pre-commit-config.yaml",
    "LICENSE",
    "Makefile",
    "babel.cfg",
    "cli.py",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
}
MAX_FILE, MAX_FUNCTION = 400, 40
#: Longer than the rule, each with its reason. An entry that is needed no longer fails too.
LARGER: dict[str, str] = {}
#: Rooms where a function reads the wall clock or makes chance, and hands them inwards.
OUTER_EDGE = re.compile(r"^(cli\.py|commands/|web/|schedules/runner\.py)")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
    ("random", "random"),
    ("random", "choice"),
    ("random", "randint"),
}


def kept() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in (Path(name) for name in listed.split("\0") if name) if (ROOT / path).is_file()]


def sources() -> list[Path]:
    """The program's own Python files, without the migrations, which are never edited again."""
    paths = [path for path in kept() if path.suffix == ".py" and path.parts[0] in {*ROOMS, "cli.py"}]
    return [path for path in paths if "versions" not in path.parts]


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def test_top_level_holds_only_what_the_house_has_room_for() -> None:
    paths = kept()
    folders = {path.parts[0] for path in paths if len(path.parts) > 1}
    assert folders - OTHER_FOLDERS == set(ROOMS)
    files = {path.name for path in paths if len(path.parts) == 1 and path.suffix != ".md"}
    assert files - FILES == set()


def test_import_layers_name_every_room_in_the_order_of_the_house() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter", "utf-8")
    assert set(rules["importlinter"]["root_packages"].split()) == set(ROOMS)
    lines = rules["importlinter:contract:layers"]["layers"].strip().splitlines()
    assert [{room.strip() for room in line.split("|")} for line in lines] == LAYERS


@pytest.mark.parametrize(
    ("planted", "line"),
    [
        ("workflow/planted.py", "import notifications"),
        ("models/planted.py", "import workflow"),
        ("documents/planted.py", "import click"),
        ("schedules/planted.py", "import apscheduler"),
        ("workflow/planted.py", "import transitions"),
        ("simulation/planted.py", "import jinja2"),
        ("schedules/planted.py", "import cluster"),
        ("deeds/planted.py", "import procrastinate"),
    ],
)
def test_layers_refuse_a_planted_import(tmp_path: Path, planted: str, line: str) -> None:
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", tmp_path)
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / planted).write_text(line + "\n", "utf-8")
    assert lint_imports(tmp_path).returncode == 1


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def imports(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_door_is_above_every_room() -> None:
    assert [str(path) for path in sources() if "cli" in imports(path)] == []
    assert imports(Path("cli.py")) & {"transitions", "apscheduler", "jinja2", "sqlmodel", "sqlalchemy"} == set()


def too_large() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in sources():
        lines = len((ROOT / path).read_text("utf-8").splitlines())
        if lines > MAX_FILE:
            found[str(path)] = lines
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > MAX_FUNCTION:
                    found[f"{path}:{node.name}"] = size
    return found


def test_files_and_functions_are_small_or_say_why_not() -> None:
    found = too_large()
    assert {name: size for name, size in found.items() if name not in LARGER} == {}
    assert set(LARGER) - set(found) == set(), "no longer needed"


def test_every_file_says_its_one_job() -> None:
    assert [str(path) for path in sources() if not ast.get_docstring(tree(path))] == []


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "misc", "core", "services", "shared", "lib"}
    assert [str(path) for path in kept() if path.suffix == ".py" and drawers & {*path.parts, path.stem}] == []


def clock_readings(path: Path) -> list[str]:
    """Where the file reads a clock or draws a chance; seeded ``random.Random`` objects are values, not chance."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in CLOCKS:
                found.append(f"{path}:{node.lineno} {owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "", alias.name) for alias in node.names}
            found += [f"{path}:{node.lineno} {'.'.join(name)}" for name in names & CLOCKS]
    return found


def test_clock_and_chance_come_from_the_outer_edge_only() -> None:
    inside = [path for path in sources() if not OUTER_EDGE.match(path.as_posix())]
    assert [reading for path in inside for reading in clock_readings(path)] == []


@pytest.mark.parametrize("name", ["cli", *ROOMS])
def test_rooms_names_belong_to_no_other_installed_package(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"duban"}
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve().is_relative_to(ROOT)


def test_no_kept_file_names_a_place_of_one_machine_or_a_registry() -> None:
    hosts = ["pypi.org", "pythonhosted.org", "npmjs.org", "npmmirror.com", "tsinghua.edu.cn", "mirrors.aliyun.com"]
    places = ["home", "Users", "root", "work"]
    wrong = re.compile(
        "|".join([re.escape(host) for host in hosts] + [rf"(?<![\w.}}-])/{place}/\w" for place in places])
    )
    found = []
    for path in kept():
        if path == Path(__file__).relative_to(ROOT):
            continue
        data = (ROOT / path).read_bytes()
        if b"\0" in data[:4096]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            found += [f"{path}:{number} {match}" for match in wrong.findall(line)]
    assert found == []


def test_tests_stand_beside_the_room_that_they_prove() -> None:
    folders = {path.parts[2] for path in kept() if path.parts[:2] == ("tests", "unit") and len(path.parts) > 3}
    assert folders - set(ROOMS) - {"cli"} == set()
    assert [str(path) for path in kept() if path.parts[0] == "tests" and path.name == "__init__.py"] == []
