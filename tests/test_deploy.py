"""What deploy/ holds beside its guide's commands (those are run by tests/cluster): files that exist, are read, and agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cli import root
from kit.guide import GUIDE, blocks
from kit.patroni import DEPLOY

if TYPE_CHECKING:
    from pathlib import Path

    import click

#: services that Debian's packages bring
OF_DEBIAN = {"etcd", "postgresql"}
UNITS = sorted((DEPLOY / "systemd").iterdir())


def known(words: list[str]) -> bool:
    """Whether the program has the command, with these options."""
    named = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    command: click.Command | None = root.get_command(None, named[0]) if named else None  # type: ignore[arg-type]
    options = {name for one in (root, command) if one for parameter in one.params for name in parameter.opts}
    return command is not None and {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("text", [*blocks("machine"), *blocks("run")])
def test_each_block_of_the_guide_is_read_by_the_shell_and_names_files_that_are_there(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    ours = re.findall(r"/opt/duban/(deploy/[\w./-]+)", text)
    assert [name for name in ours if not (DEPLOY.parent / name).exists()] == []
    units = re.findall(r"systemctl (?:enable --now|disable --now|restart|start|stop) (.+)", text)
    named = {name.removesuffix(".timer") for line in units for name in line.split()}
    assert named <= OF_DEBIAN | {unit.stem for unit in UNITS}


def test_whatever_the_guide_links_to_is_there() -> None:
    links = re.findall(r"\]\((\.\./[^)#]+)", GUIDE.read_text("utf-8"))
    assert links
    assert [link for link in links if not (DEPLOY / link).exists()] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_finds_nothing_in_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/duban/.venv/bin/duban", sys.executable)
        text = text.replace("/opt/duban-patroni/bin/patroni", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("/usr/local/sbin/", f"{DEPLOY}/"), "utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (0, "")


def test_the_units_start_commands_that_the_program_has_and_start_them_again_for_ever() -> None:
    for name in ("duban-serve", "duban-work"):
        text = (DEPLOY / f"systemd/{name}.service").read_text("utf-8")
        (words,) = re.findall(r"^ExecStart=/opt/duban/\.venv/bin/duban (.+)$", text, re.MULTILINE)
        assert known(words.split()), words
        assert "Restart=always" in text
        assert "StartLimitIntervalSec=0" in text
    serve = (DEPLOY / "systemd/duban-serve.service").read_text("utf-8")
    assert len(re.findall(r" serve$", serve, re.MULTILINE)) == 1, "the guide's sed adds --no-work there"
    assert known(["serve", "--no-work"])


@pytest.mark.parametrize("name", ["duban-analyze", "duban-basebackup", "duban-patronictl"])
def test_the_scripts_are_read_by_the_shell(name: str) -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / name)], check=True)
    assert (DEPLOY / name).stat().st_mode & 0o111


def test_the_settings_of_patroni_and_etcd_are_those_that_were_proved() -> None:
    dcs: dict[str, Any] = yaml.safe_load((DEPLOY / "patroni/config.yml").read_text("utf-8"))["bootstrap"]["dcs"]
    assert dcs["ttl"] >= dcs["loop_wait"] + 2 * dcs["retry_timeout"]
    assert (dcs["synchronous_mode"], dcs["postgresql"]["parameters"]["synchronous_commit"]) == (True, "on")
    # a member that comes back forces no election on those that went on: docs/decisions/0053
    assert "\nETCD_PRE_VOTE=true\n" in (DEPLOY / "etcd/node.env").read_text("utf-8")


def test_compose_names_files_volumes_commands_and_ports_that_agree() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
    services = compose["services"]
    mounts = [mount.split(":")[0] for one in services.values() for mount in one["volumes"]]
    assert {mount for mount in mounts if not mount.startswith(".")} == set(compose["volumes"])
    assert all((DEPLOY / mount / "requirements.lock").exists() for mount in mounts if mount.startswith("."))
    for one in services.values():
        assert set(one.get("depends_on", {})) <= set(services)
    asked = services["postgres"]["command"]
    assert asked[-1] == "listen_addresses=127.0.0.1"
    assert f"@127.0.0.1:{asked[asked.index('-p') + 1]}/" in services["serve"]["environment"]["DUBAN_DATABASE"]
    for name in ("serve", "work"):
        assert known(services[name]["command"][1:])
