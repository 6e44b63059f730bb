"""The habits of the command line (``reliability.md`` section 7, row 32): what every command does in the same way."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from commands import frame
from kit.door import HAN, Door, speak
from kit.doors import EVERY, LEAVES
from kit.terminal import DUBAN

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not DUBAN.exists(), reason="the program is not installed beside this python")
HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "apscheduler", "jinja2", "argon2", "docx", "openpyxl", "rich", "pydantic")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """The small office, to be copied."""
    made = Door.of(tmp_path_factory.mktemp("filled") / "home")
    made.world.database.close()
    return made


@pytest.fixture(scope="module")
def door(filled: Door, tmp_path_factory: pytest.TempPathFactory) -> Door:
    """The small office, to be looked at."""
    return filled.copy(tmp_path_factory.mktemp("habits") / "home")


@pytest.fixture(autouse=True)
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a terminal of the tests' own says about itself."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


def start(door: Door, login: str, *words: str, **more: Any) -> subprocess.Popen[bytes]:
    """The installed program in its own process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    surroundings = {**kept, **door.around(login, "2022-06-10T09:00"), "DUBAN_LANG": "en", **more.pop("env", {})}
    return subprocess.Popen([DUBAN, *words], env=surroundings, stderr=subprocess.PIPE, **more)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: " ".join(path) or "duban")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_there_by_both_names_with_an_example(path: tuple[str, ...], lang: str) -> None:
    """-h and --help, in the language asked for; the example can be typed."""
    short, long = (speak("--lang", lang, *path, word) for word in ("-h", "--help"))
    assert (short.code, short.err) == (0, "")
    assert short.out == long.out
    example = re.sub(r"\s+", " ", short.out.rstrip().split("\n\n")[-1])
    assert " ".join(("duban", *path)) in example, example
    usage, *rest = short.out.splitlines()
    assert "OPTIONS" not in usage if lang == "zh" else "[OPTIONS]" in usage
    places = [line.split()[1] for line in rest if re.match(r"  --[a-z-]+ [^ [{]", line)]
    assert lang == "en" or not [place for place in places if re.search("[A-Z]", place)]


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_example_in_the_help_names_real_commands_and_options(path: tuple[str, ...]) -> None:
    """What the example says exists: nobody is sent the wrong way."""
    for example in re.split(r" · | && ", str(EVERY[path].epilog)):
        words = example.split()
        assert words[0] == "duban", example
        named = max((known for known in EVERY if tuple(words[1 : 1 + len(known)]) == known), key=len)
        assert named in LEAVES, example
        options = {name for parameter in EVERY[named].params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, example


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_answers_in_json(path: tuple[str, ...]) -> None:
    """--json behind each command, and before all of them."""
    assert "--json" in {name for parameter in EVERY[path].params for name in parameter.opts}


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("clerk1", "whoami"), ("clerk1", "task list"), ("clerk1", "task show 1"), ("clerk1", "unit list"),
        ("clerk1", "request list"), ("clerk1", "form list"), ("clerk1", "flow list"), ("clerk1", "doctor"),
        ("clerk1", "flow diagram monthly_report"), ("clerk1", "calendar show 2022"), ("clerk1", "settings"),
        ("clerk1", "clock show"), ("reviewer", "period status"), ("reviewer", "plan"), ("reviewer", "why 1 clerk1"),
        ("reviewer", "message list"), ("reviewer", "draft list"), ("reviewer", "notice show"),
        ("security", "person list"), ("audit", "audit show"), ("audit", "audit verify"),
    ],
)  # fmt: skip
def test_answer_is_json_and_nothing_else(door: Door, login: str, words: str) -> None:
    """The same answer wherever --json stands."""
    behind = door.run(login, *words.split(), "--json")
    before = door.run(login, "--json", *words.split())
    assert (behind.code, behind.err) == (0, "")
    assert json.loads(behind.out) == json.loads(before.out)
    assert "SweepReport(" not in behind.out


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "whoami"),
        (1, "audit verify"),
        (1, "task return 1 --reason 不够具体，请补充 --refile-on 2022-06-31"),
        (2, "task show"),
        (2, "task show one"),
        (2, "task show 0"),
        (2, "task shaw 1"),
        (2, "nothing"),
        (2, "task list --nothing"),
        (2, "restore"),
        (2, "login clerk1"),
        (3, "task receive 1 --version 7"),
        (4, "task show 999"),
        (5, "--home nowhere task list"),
    ],
)
def test_exit_code_says_the_kind_of_refusal(door: Door, code: int, words: str) -> None:
    """0 done, 1 refused, 2 usage, 3 conflict, 4 not found, 5 environment; as JSON too."""
    said = door.run("clerk1", *words.split())
    assert said.code == code, said
    assert (said.err == "") == (code == 0)
    told = door.run("clerk1", *words.split(), "--json")
    assert told.code == code
    if code:
        assert told.out == ""
        assert {"code", "what", "where", "remedy"} <= set(told.refusal)


def test_refusal_is_said_in_chinese_unless_english_is_asked_for(door: Door) -> None:
    """By option and by variable."""
    words = ("task", "show", 999)
    assert HAN.search(door.run("clerk1", *words, lang="").err)
    assert HAN.search(door.run("clerk1", "--lang", "zh", *words).err)
    assert not HAN.search(door.run("clerk1", "--lang=en", *words, lang="zh").err)


def test_help_opens_no_room(tmp_path: Path) -> None:
    """``duban --help`` imports no database and reads no file: it is there when everything else is broken."""
    script = (
        "import sys, cli\ntry:\n    cli.main(['--help'])\nfinally:\n    print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "DUBAN_HOME": str(tmp_path / "nowhere")},
    )  # fmt: skip
    loaded = {name.split(".")[0] for name in re.findall(r"'([^']+)'", done.stderr)}
    assert loaded & {*HEAVY, "workflow", "notifications", "documents", "schedules"} == set()
    assert list(tmp_path.iterdir()) == []


def test_table_is_drawn_on_a_terminal_only(door: Door) -> None:
    """In a pipe: a line for each row, a tab between cells, no frame and no colour."""
    piped = start(door, "clerk1", "task", "list", stdout=subprocess.PIPE)
    plain, _err = piped.communicate(timeout=60)
    lines = plain.decode().splitlines()
    assert (len(lines), {line.count("\t") for line in lines}) == (5, {7})
    assert "\x1b" not in plain.decode()
    drawn = on_a_terminal(door, "clerk1", "task", "list")
    assert "┃" in drawn
    assert "\t" not in drawn
    assert on_a_terminal(door, "director", "draft", "list").strip() in {
        "没有。",
        "There is none.",
    }  # and no empty frame


def on_a_terminal(door: Door, login: str, *words: str) -> str:
    """What is written on a pseudo-terminal."""
    ours, theirs = pty.openpty()
    process = start(door, login, *words, stdout=theirs, stdin=theirs)
    os.close(theirs)
    written = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the program has closed its end
            break
        if not part:
            break
        written += part
    process.wait(timeout=30)
    os.close(ours)
    assert process.stderr is not None
    process.stderr.close()
    return written.decode()


def test_cell_cannot_break_the_line_or_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Row 13: what people write is shown, not obeyed."""
    frame.table(["a", "b"], [["x\ny\tz", "\x1b[31mred\u202e"]])
    assert capsys.readouterr().out == "a\tb\nx y z\t[31mred\n"


@pytest.mark.parametrize("words", [("flow", "list"), ("audit", "show")])
def test_reader_that_goes_away_is_no_error(door: Door, words: tuple[str, ...]) -> None:
    """Row 32: ``duban … | head``."""
    reading, writing = os.pipe()
    os.close(reading)
    process = start(door, "audit", *words, stdout=writing)
    os.close(writing)
    _out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_ctrl_c_ends_with_130_and_one_sentence(door: Door) -> None:
    """Row 32: while the program waits for a password."""
    process = start(door, "", "login", "clerk1", "--password-stdin", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err.decode().strip()) == (b"", "Interrupted; nothing half done was kept.")


def test_no_password_is_asked_where_there_is_no_terminal(door: Door) -> None:
    """Row 32: a script gets an answer, not a prompt."""
    said = door.run("", "login", "clerk1", "--json")
    assert (said.code, said.refusal["code"]) == (2, "E-U02")
    assert "--password-stdin" in said.refusal["remedy"]


@pytest.mark.parametrize(
    ("shell", "typed", "place", "wanted"),
    [
        ("bash", "duban no", "1", "plain,notice"),
        ("bash", "duban notice a", "2", "plain,adopt"),
        ("bash", "duban task list --la", "3", "plain,--late"),
        ("zsh", "duban per", "1", "period"),
        ("fish", "duban sum", "sum", "plain,summary"),
    ],
)
def test_shell_completes_the_names_of_commands(shell: str, typed: str, place: str, wanted: str) -> None:
    """By the words typed so far; needs no office."""
    more = {"_DUBAN_COMPLETE": f"{shell}_complete", "COMP_WORDS": typed, "COMP_CWORD": place}
    done = subprocess.run([DUBAN], env={**os.environ, **more}, capture_output=True, text=True, check=False)
    assert any(line.startswith(wanted) for line in done.stdout.splitlines()), done


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_is_given_its_script(shell: str) -> None:
    """The one line of a start-up file: eval "$(_DUBAN_COMPLETE=bash_source duban)"."""
    more = {"_DUBAN_COMPLETE": f"{shell}_source"}
    done = subprocess.run([DUBAN], env={**os.environ, **more}, capture_output=True, text=True, check=True)
    assert f"_DUBAN_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n", "-c", done.stdout], check=True)


@pytest.mark.parametrize(
    ("login", "words", "label"),
    [
        ("clerk1", "task report-batch --from {0}/rows.json --dry-run", "Working"),
        ("clerk1", "task receive 1 4 --key {0}", "Working"),
        ("audit", "audit verify", "Proving the trail"),
        ("system", "backup {0}/copy.tar.gz", "Copying"),
    ],
)
def test_long_work_shows_how_far_it_is_on_a_terminal_only(
    filled: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str, words: str, label: str
) -> None:
    """On standard error, so that nothing of it stands in the answer; in a pipe not at all."""
    rows = [{"task": number, "progress": "已清理。", "percent": 5} for number in (1, 4)]
    (tmp_path / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    said = filled.copy(tmp_path / "piped").run(login, *words.format(tmp_path).split())
    assert label not in said.err + said.out
    (tmp_path / "copy.tar.gz").unlink(missing_ok=True)
    steps = []
    monkeypatch.setattr("click._termui_impl.ProgressBar.update", lambda _bar, number: steps.append(number))
    monkeypatch.setattr(frame, "_keeps_still", lambda _length: False)
    said = filled.copy(tmp_path / "drawn").run(login, *words.format(tmp_path).split())
    assert label in said.err
    assert label not in said.out
    assert bool(steps) == (words != "audit verify"), "this office's trail is empty"


def test_short_work_needs_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be gone before it is read."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert frame._keeps_still(frame.LONG_WORK - 1)
    assert not frame._keeps_still(frame.LONG_WORK)
