"""On what kind of file system a folder lies: SQLite's locks do not hold over a network (``reliability.md`` row 28)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.errors import EnvironmentRefused
from models.language import _

#: what Linux has mounted where; another file in tests
MOUNTS = Path("/proc/self/mounts")
NETWORK: Final = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "fuse.sshfs", "fuse.glusterfs", "fuse.davfs2"}
)


def kind_of(folder: Path) -> str:
    """The file system that holds a folder, as the kernel names it; empty where nobody can say."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    wanted, longest, kind = folder.resolve(), -1, ""
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        place = Path(_plain(parts[1]))
        # a later mount on the same place hides the earlier one
        if wanted.is_relative_to(place) and len(place.parts) >= longest:
            longest, kind = len(place.parts), parts[2]
    return kind


def _plain(place: str) -> str:
    """The kernel writes blanks and backslashes as octal numbers."""
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, sign)
    return place


def refuse_network(folder: Path) -> None:
    """Refuse to keep an SQLite file on another machine's disk; E-B15."""
    kind = kind_of(folder)
    if kind in NETWORK:
        raise EnvironmentRefused(
            "E-B15",
            _("The data folder lies on a network disk ({kind}); SQLite loses data there.").format(kind=kind),
            where=folder.name,
            remedy=_("Keep it on a disk of this machine (duban --home FOLDER), or use PostgreSQL."),
        )
