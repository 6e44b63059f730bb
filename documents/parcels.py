"""A parcel as one file: a zip, nothing in it compressed, that any program opens: the statement, its signature, the files.

A foreign one is read without trusting a word of it: only members that are stored as they are, each named by the
statement and each what the statement says it is. Who signed it is asked elsewhere.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from models.errors import BadInput
from models.language import _
from models.parcels import Parcel, altered, read_told, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENT: Final = "parcel.json"
SIGNATURE: Final = "signature"
#: bytes of a whole parcel, and of its statement
LARGEST: Final = 40_000_000
_LONGEST_STATEMENT: Final = 8_000_000
#: files beside the statement
_MOST: Final = 20
#: the earliest time a zip can tell: when a parcel was made stands in its statement
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,40}\.[a-z0-9]{1,8}")
_HEX: Final = re.compile(r"[0-9a-f]{128}")


def sealed(statement: str, signature: str, files: Mapping[str, bytes]) -> bytes:
    """The file; the same parts give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        parts = {STATEMENT: statement.encode(), SIGNATURE: signature.encode(), **dict(sorted(files.items()))}
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), data)
    return made.getvalue()


def opened(data: bytes, name: str) -> Parcel:
    """The parcel in a file; E-L03 for what is none, E-L24 of another version, E-F02 for what is too large, E-L04 where a file is not the one named."""
    if len(data) > LARGEST:
        raise BadInput(
            "E-F02",
            _("The file is larger than {limit} MB.").format(limit=LARGEST // 1_000_000),
            where=name,
            remedy=_("Take the file as “duban parcel” wrote it."),
        )
    parts = _members(data, name)
    try:
        statement, signature = parts.pop(STATEMENT).decode(), parts.pop(SIGNATURE).decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise unreadable(name) from error
    if not _HEX.fullmatch(signature):
        raise unreadable(name)
    told = read_told(statement, name)
    found = {one: hashlib.sha256(held).hexdigest() for one, held in parts.items()}
    if found != dict(told.files):
        raise altered(name, sorted(one for one in {*found, *told.files} if found.get(one) != told.files.get(one)))
    return Parcel(statement, signature, parts, hashlib.sha256(data).hexdigest(), told)


def _members(data: bytes, name: str) -> dict[str, bytes]:
    """Every member, none of them packed: it takes no more memory than the file itself."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST or len({one.filename for one in members}) < len(members):
                raise unreadable(name)
            for one in members:
                longest = _LONGEST_STATEMENT if one.filename == STATEMENT else len(data)
                plain = one.compress_type == zipfile.ZIP_STORED and one.file_size <= longest
                if not plain or not (one.filename == SIGNATURE or _NAME.fullmatch(one.filename)):
                    raise unreadable(name)
                found[one.filename] = _read(archive, one, name)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise unreadable(name) from error
    if sum(map(len, found.values())) > len(data):  # members that lie over one another
        raise unreadable(name)
    return found


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return archive.read(one)
    except zipfile.BadZipFile as error:  # its checksum is not that of its bytes
        raise altered(name, [one.filename]) from error
