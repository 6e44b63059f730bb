"""Logging in as a person does it: the installed program, its own home, what is typed and what is answered."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from kit.terminal import DENIED, GOOD, Terminal, opened

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def terminal(tmp_path: Path) -> tuple[Terminal, dict[str, str]]:
    """A fresh office and its administrators' one-time codes."""
    return opened(tmp_path)


def test_login_with_the_code_sets_the_password_once(terminal: tuple[Terminal, dict[str, str]]) -> None:
    """The code works once; afterwards the password does."""
    me, codes = terminal
    assert me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"]).returncode == 0
    again = me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"])
    assert again.returncode == DENIED
    assert "E-A01" in again.stderr
    assert me.log_in("sysadmin", GOOD).returncode == 0
    assert me.json("whoami") == {
        "login": "sysadmin",
        "name": "system administrator",
        "acting_for": "",
        "duties": [{"role": "system", "label": "system administrator", "unit": ""}],
    }


def test_login_refuses_an_easy_first_password(terminal: tuple[Terminal, dict[str, str]]) -> None:
    """The code stays good for a better one."""
    me, codes = terminal
    weak = me.log_in("sysadmin", "password", "--code", codes["sysadmin"])
    assert weak.returncode == DENIED
    assert "E-A02" in weak.stderr
    assert me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"]).returncode == 0


def test_login_says_the_same_for_a_wrong_password_and_an_unknown_name(
    terminal: tuple[Terminal, dict[str, str]],
) -> None:
    """Nobody learns from the answer which names exist."""
    me, codes = terminal
    me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"])
    wrong, unknown = me.log_in("sysadmin", "Wrong-but-long-1"), me.log_in("nobody.here", "Wrong-but-long-1")
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (unknown.returncode, unknown.stdout, unknown.stderr)
    assert "E-A01" in wrong.stderr


def test_login_locks_after_five_failures_even_for_the_right_password(
    terminal: tuple[Terminal, dict[str, str]],
) -> None:
    """The lock is the account's, not the terminal's."""
    me, codes = terminal
    me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"])
    said = [me.log_in("sysadmin", f"Wrong-but-long-{turn}").stderr for turn in range(5)]
    assert all("E-A01" in words for words in said)
    locked = me.log_in("sysadmin", GOOD, person="other")
    assert locked.returncode == DENIED
    assert "E-A03" in locked.stderr


def test_token_lies_in_a_file_for_its_owner_alone_and_logout_ends_it(
    terminal: tuple[Terminal, dict[str, str]],
) -> None:
    """A copied token is worth nothing after logout."""
    me, codes = terminal
    me.log_in("auditor", GOOD, "--code", codes["auditor"])
    file = me.folder / "me" / ".local" / "state" / "duban" / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    copied = file.read_text(encoding="utf-8")
    assert me.run("logout").returncode == 0
    assert not file.exists()
    file.write_text(copied, encoding="utf-8")
    after = me.run("whoami")
    assert after.returncode == DENIED
    assert "E-A04" in after.stderr


def test_separated_powers_stay_apart(terminal: tuple[Terminal, dict[str, str]]) -> None:
    """One makes accounts, another grants duties, nobody to themselves, and no administrator holds another duty."""
    me, codes = terminal
    for login in ("sysadmin", "secadmin"):
        me.log_in(login, GOOD, "--code", codes[login], person=login)
    made = me.json("person", "add", "zhao", "--name", "赵一", person="sysadmin")
    assert me.log_in("zhao", GOOD, "--code", made["code"], person="zhao").returncode == 0
    assert "E-403" in me.run("person", "grant", "zhao", "--role", "reviewer", person="sysadmin").stderr
    assert "E-403" in me.run("person", "add", "qian", "--name", "钱二", person="secadmin").stderr
    assert "E-A09" in me.run("person", "grant", "secadmin", "--role", "audit", person="secadmin").stderr
    assert "E-A05" in me.run("person", "grant", "sysadmin", "--role", "reviewer", person="secadmin").stderr
    assert "E-A05" in me.run("person", "grant", "auditor", "--role", "system", person="secadmin").stderr
    assert "E-A11" in me.run("person", "grant", "zhao", "--role", "clerk", person="secadmin").stderr
    assert me.run("person", "grant", "zhao", "--role", "director", person="secadmin").returncode == 0
    who = me.json("whoami", person="zhao")
    assert [duty["role"] for duty in who["duties"]] == ["director"]


def test_disabling_an_account_ends_its_sessions_at_once(terminal: tuple[Terminal, dict[str, str]]) -> None:
    """The closed account's token stops counting, and its password gets the words of a wrong one."""
    me, codes = terminal
    me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"], person="sysadmin")
    me.log_in("auditor", GOOD, "--code", codes["auditor"], person="auditor")
    assert me.run("person", "disable", "auditor", person="sysadmin").returncode == 0
    assert "E-A04" in me.run("whoami", person="auditor").stderr
    assert "E-A01" in me.log_in("auditor", GOOD, person="auditor").stderr


def test_forgotten_password_is_reset_with_a_code_and_the_old_one_is_worth_nothing(
    terminal: tuple[Terminal, dict[str, str]],
) -> None:
    """Lock and sessions end, too; each administrator's by the other; nobody their own."""
    me, codes = terminal
    for login in codes:
        assert me.log_in(login, GOOD, "--code", codes[login], person=login).returncode == 0
    for turn in range(5):
        me.log_in("auditor", f"Wrong-but-long-{turn}", person="stranger")
    code = me.json("person", "reset", "auditor", person="sysadmin")["code"]
    assert "E-A04" in me.run("audit", "verify", person="auditor").stderr
    assert "E-A01" in me.log_in("auditor", GOOD, person="auditor").stderr
    assert me.log_in("auditor", GOOD + "-2", "--code", code, person="auditor").returncode == 0
    assert me.run("audit", "verify", person="auditor").returncode == 0
    assert "E-A14" in me.run("person", "reset", "sysadmin", person="sysadmin").stderr
    assert "E-403" in me.run("person", "reset", "auditor", person="secadmin").stderr
    said = me.run("person", "reset", "sysadmin", person="secadmin").stdout
    code2 = said.split()[-1]
    assert "E-A19" in me.log_in("sysadmin", GOOD, "--code", code2, person="sysadmin").stderr
    assert me.log_in("sysadmin", GOOD + "-3", "--code", code2, person="sysadmin").returncode == 0
    trail = me.run("audit", "show", person="auditor").stdout
    assert "reset" in trail
    assert code not in trail


def test_account_is_changed_closed_and_reopened(terminal: tuple[Terminal, dict[str, str]]) -> None:
    """The list shows it; a change of nothing is refused."""
    me, codes = terminal
    assert me.log_in("sysadmin", GOOD, "--code", codes["sysadmin"]).returncode == 0
    made = me.json("person", "add", "zhao", "--name", "Zhao", "--email", "zhao@example.org")
    changed = me.json("person", "change", "zhao", "--name", "Zhao Yi", "--email", "zhao.yi@example.org")
    assert (changed["name"], changed["email"]) == ("Zhao Yi", "zhao.yi@example.org")
    nothing = me.run("person", "change", "zhao")
    assert (nothing.returncode, "E-U01" in nothing.stderr) == (2, True)
    assert "E-M01" in me.run("person", "change", "zhao", "--email", "a@b, c@d").stderr
    assert me.run("person", "disable", "zhao").returncode == 0
    assert "E-A15" in me.run("person", "reset", "zhao").stderr
    assert me.json("person", "enable", "zhao") == {"login": "zhao", "active": True}
    assert "E-A16" in me.run("person", "enable", "zhao").stderr
    assert [row["name"] for row in me.json("person", "list") if row["login"] == "zhao"] == ["Zhao Yi"]
    assert me.log_in("zhao", GOOD, "--code", made["code"], person="zhao").returncode == 0
