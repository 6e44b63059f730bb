"""No secret comes out: not in an answer, a log, the trail, the database, a backup, or any other file (I20).

Each secret is a canary: a word that stands nowhere else. After everything was done with them that people do, right and
wrong, every file of the office, every part of its backup, and everything that was said and logged is searched.
"""

from __future__ import annotations

import io
import logging
import tarfile
from typing import TYPE_CHECKING, Any

from kit.api import new_token
from kit.desk import desk_of
from kit.office import small_office
from kit.terminal import GOOD, opened
from workflow.passwords import hashed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PASSWORDS = ("Canary-old-2022-x", "Canary-new-2022-x", "Canary-wrong-2022")
#: in the settings, where their owner wrote them
SETTINGS = {"mail": "canary-of-the-mail-1", "hook": "canary-of-the-hook-secret", "robot": "canary-of-the-robot-1"}
TOML = f"""
[channels.email]
host = "127.0.0.1"
port = 9
security = "none"
sender = "a@example.org"
user = "duban"
password = "{SETTINGS["mail"]}"

[channels.wecom]
url = "https://127.0.0.1:9/cgi-bin/webhook/send?key={SETTINGS["robot"]}"

[[webhooks]]
name = "platform"
url = "https://127.0.0.1:9/x"
secret = "{SETTINGS["hook"]}"
"""


def parts(file: Path) -> dict[str, bytes]:
    """A file, and of an archive each of its files."""
    data = file.read_bytes()
    found = {file.name: data}
    if tarfile.is_tarfile(file):
        with tarfile.open(file) as archive:
            found |= {f"{file.name}:{one.name}": archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]
    return found


def found_in(folder: Path, secrets: dict[str, str], *, but: set[str]) -> list[tuple[str, str]]:
    """(file, name of the secret) wherever one stands."""
    every = {name: data for file in folder.rglob("*") if file.is_file() for name, data in parts(file).items()}
    assert len(every) > 3
    return [
        (name, told)
        for name, data in every.items()
        for told, secret in secrets.items()
        if secret.encode() in data and name not in but
    ]


def test_nothing_that_the_terminal_is_told_in_secret_comes_out(tmp_path: Path) -> None:
    made, codes = opened(tmp_path)
    secrets, said = dict(SETTINGS) | {f"password {one}": one for one in PASSWORDS}, io.StringIO()

    def run(*words: str, person: str = "sysadmin", typed: str = "") -> Any:
        done = made.run(*words, person=person, typed=typed)
        said.write(f"{done.stdout}\n{done.stderr}\n")
        return done

    old, new, wrong = PASSWORDS
    assert made.log_in("sysadmin", old, "--code", codes["sysadmin"], person="sysadmin").returncode == 0
    secrets |= {f"code of {login}": code for login, code in codes.items()}
    run("login", "sysadmin", "--password-stdin", typed=f"{wrong}\n", person="stranger")
    run("login", "secadmin", "--password-stdin", "--code", codes["auditor"], typed=f"{wrong}\n", person="stranger")
    with (made.office / "duban.toml").open("a", encoding="utf-8") as settings:
        settings.write(TOML)
    one_time = made.json("person", "add", "zhao", "--name", "赵", person="sysadmin")["code"]
    secrets["code of zhao"] = one_time
    assert made.log_in("zhao", new, "--code", one_time, person="zhao").returncode == 0
    secrets["token"] = (made.folder / "sysadmin/.local/state/duban/token").read_text("utf-8").strip()
    for words in (
        ("settings",), ("settings", "--json"), ("doctor",), ("channel", "test", "email", "--to", "b@example.org"),
        ("channel", "test", "wecom", "--to", "x"), ("webhook", "list"), ("scheduler", "tick"), ("whoami",),
        ("person", "list"), ("person", "reset", "nobody"), ("backup", str(tmp_path / "backup.tar")), ("audit", "show"),
        ("password",), ("logout",),
    ):  # fmt: skip
        run(*words)
    assert made.log_in("auditor", GOOD, "--code", codes["auditor"], person="auditor").returncode == 0
    run("audit", "export", str(made.office / "trail.jsonl"), person="auditor")
    run("audit", "show", "--json", person="auditor")
    assert (tmp_path / "backup.tar").exists()
    assert found_in(made.office, secrets, but=set()) == [("duban.toml", name) for name in SETTINGS]
    assert found_in(tmp_path, secrets, but={"token", "duban.toml"}) == []
    assert [name for name, secret in secrets.items() if secret in said.getvalue()] == []


def test_nothing_that_the_browser_is_told_in_secret_comes_out_not_even_when_the_program_has_a_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = desk_of(small_office(tmp_path / "office"), language="en")
    old, new, wrong = PASSWORDS
    desk.office.change("person", desk.office.people["clerk1"], password_hash=hashed(old))
    browser, pages = desk.nobody(), list[str]()
    browser.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    for password in (wrong, old):
        pages.append(browser.client.post("/login", data={"login": "clerk1", "password": password}).text)
    secrets = {f"password {one}": one for one in PASSWORDS}
    secrets["session"] = browser.client.cookies["duban"]
    secrets["key"] = (tmp_path / "office/web.key").read_bytes().hex()
    secrets["program"] = new_token(desk, "clerk1", "read")
    calendar = browser.post("/calendar").text.partition("/calendar/")[2].partition(".ics")[0]
    secrets["calendar"] = calendar
    pages.append(browser.post("/account/password", old=wrong, new=new, again=new).text)

    def fault(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr("web.pages.calendar.feed", fault)
    monkeypatch.setattr("workflow.sessions.change_password", fault)
    monkeypatch.setattr("workflow.sessions.log_in", fault)
    monkeypatch.setattr("workflow.tokens.bearer", fault)
    faults = [
        browser.get(f"/calendar/{calendar}.ics"),
        browser.post("/account/password", old=old, new=new, again=new),
        browser.client.post("/login", data={"login": "clerk1", "password": old}),
        browser.get("/api/v1/me", Authorization=f"Bearer {secrets['program']}"),
    ]
    assert [answer.status_code for answer in faults] == [500] * 4
    pages += [answer.text for answer in faults[1:]]  # the first answers whoever asked with the secret, at that address
    assert caplog.text.count("planted") >= len(faults)
    # what the test's own browser logs of its requests is not the program's
    logged = [record for record in caplog.records if not record.name.startswith(("http", "asyncio"))]
    said = "\n".join([logging.Formatter().format(record) for record in logged] + pages)
    assert [name for name, secret in secrets.items() if len(secret) < 9 or secret in said] == []
    assert found_in(tmp_path, secrets, but=set()) == []
