"""Old office formats (.doc, .wps, .xls, .rtf) made new by LibreOffice, where it is installed.

LibreOffice is a parser of foreign files like the others: a process of its own with limits, a profile and a folder of
its own that go away with it, macros off, no links followed. It is killed with all its children when it does not end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from documents.foreign.confinement import Limits, endless
from models.errors import BadInput
from models.language import _

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF: Final = b"{\\rtf"
LIMITS: Final = Limits(memory=6 * 1024 * 1024 * 1024, cpu_seconds=60, wall_seconds=60)
_PROGRAMS: Final = ("soffice", "libreoffice")
#: the stream by which each kind of old file is known, and what it is made into
_STREAMS: Final = (("WordDocument", "doc", "docx"), ("Workbook", "xls", "xlsx"), ("Book", "xls", "xlsx"))
_LOCKED: Final = "EncryptedPackage"
#: no macro runs, nothing a document links to is fetched, and there is no way out if it were
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""


def is_old(data: bytes) -> bool:
    """Whether the bytes are of an old office format."""
    return data.startswith((OLE, RTF))


def made_new(data: bytes, name: str, limits: Limits = LIMITS) -> bytes:
    """The .docx or .xlsx of an old file; raises E-F09, E-F16, E-F21 or E-F28."""
    if _named(_LOCKED) in data:
        raise BadInput("E-F28", _("The document has a password."), where=name, remedy=_("Save it without one."))
    old, new = ("rtf", "docx") if data.startswith(RTF) else _kind(data, name)
    program = next((found for each in _PROGRAMS if (found := shutil.which(each))), None)
    if program is None:
        raise BadInput(
            "E-F09",
            _("This is an old .doc, .wps, .xls or .rtf file; LibreOffice, which could open it, is not installed here."),
            where=name,
            remedy=_("Save it as .docx or .xlsx, or have LibreOffice installed: sudo apt-get install libreoffice"),
        )
    with TemporaryDirectory(prefix="duban-") as folder:
        source = Path(folder) / f"notice.{old}"
        source.write_bytes(data)
        profile = Path(folder) / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        _run(program, Path(folder), source.name, new, name, limits)
        made = Path(folder) / "made" / f"notice.{new}"
        if not made.is_file():
            raise _unreadable(name)
        return made.read_bytes()


def _named(stream: str) -> bytes:
    return stream.encode("utf-16-le")


def _kind(data: bytes, name: str) -> tuple[str, str]:
    for stream, old, new in _STREAMS:
        if _named(stream) in data:
            return old, new
    raise BadInput(
        "E-F09", _("This is an old .doc file or one with a password."), where=name, remedy=_("Save it as .docx.")
    )


def _run(program: str, folder: Path, source: str, new: str, name: str, limits: Limits) -> None:
    command = [
        *(sys.executable, "-P", "-m", "documents.foreign.office"),
        *(str(limits.memory), str(limits.cpu_seconds), program),
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        f"-env:UserInstallation=file://{folder}/profile",
        *("--convert-to", new, "--outdir", "made", source),
    ]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }  # fmt: skip
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=folder, env=environment, start_new_session=True, stdin=nowhere, stdout=nowhere, stderr=nowhere
    ) as running:
        try:
            running.wait(limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise endless(name) from None
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the program and of all it started: they share a session of their own."""
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _unreadable(name: str) -> BadInput:
    return BadInput(
        "E-F21",
        _("LibreOffice could not open this file; it is damaged, or it has a password."),
        where=name,
        remedy=_("Open it in WPS or Word and save it as .docx or .xlsx, without a password."),
    )


def _exec() -> None:
    """In the process to be: take the limits on, then become the program."""
    from documents.foreign.child import confine

    memory, cpu_seconds, *command = sys.argv[1:]
    confine(int(memory), int(cpu_seconds), written=200 * 1024 * 1024)
    os.environ.pop("PYTHONPATH", None)
    os.execv(command[0], command)  # noqa: S606 - a list, no shell


if __name__ == "__main__":
    _exec()
