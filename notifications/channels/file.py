"""Messages as text files in a folder: for an office without mail, for rehearsals, and for reading what would go out.

One UTF-8 file a message, named by its Message-ID, so that a second delivery writes the same file again. A file is
whole or not there: temporary file, fsync, rename, fsync of the folder.
"""

from __future__ import annotations

import errno
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from models.disk import make_folder, write_whole
from models.language import _
from models.times import shown
from notifications.channel import ChannelSettings, DeliveryError, check_envelope

if TYPE_CHECKING:
    from notifications.channel import Envelope

#: a name's readable part; with hash and ending it stays far below the 255 bytes of a file system
NAME_CHARACTERS: Final = 80
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


class FileSettings(ChannelSettings):
    """Where the files go; relative to the home folder."""

    paths: ClassVar[tuple[str, ...]] = ("folder",)

    folder: Path = Path("outbox")


def file_name(message_id: str) -> str:
    """A safe name; the hash keeps two ids apart that read alike once cleaned."""
    readable = _NOT_IN_A_NAME.sub("_", message_id).strip("._-")[:NAME_CHARACTERS]
    return f"{readable or 'message'}-{hashlib.sha256(message_id.encode()).hexdigest()[:8]}.txt"


class FileChannel:
    """Writes one message into the folder."""

    name: str = "file"
    private: bool = True
    settings_class: ClassVar[type[ChannelSettings]] = FileSettings

    def __init__(self, settings: FileSettings) -> None:
        """The folder is made with the first message."""
        self._folder = settings.folder

    def send(self, envelope: Envelope) -> str:
        """Write the file; returns its name. A full disk or a missing right is temporary."""
        check_envelope(envelope)
        name = file_name(envelope.message_id)
        try:
            make_folder(self._folder)
            write_whole(self._folder / name, _content(envelope).encode("utf-8", "replace"))
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "OSError")
            reason = _("The message could not be written to its folder ({code}).").format(code=code)
            raise DeliveryError(reason, permanent=False, code=code) from None
        return name


def _content(envelope: Envelope) -> str:
    head = [
        _("Number: {value}").format(value=envelope.message_id),
        _("To: {name} {address}").format(name=envelope.recipient_name, address=envelope.address).rstrip(),
        _("Time: {value}").format(value=shown(envelope.sent_at)),
        _("Subject: {value}").format(value=envelope.subject),
    ]
    return "\n".join([*head, "", envelope.body.rstrip("\n"), ""])
