"""The key by which an office signs what it sends to another: Ed25519 (RFC 8032), the private half in the home folder.

It says that a parcel comes from whoever holds this file, and that nothing in it was changed since. It is no seal and no
person's signature (decision 0054). The library is imported when a key is used, not before.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.disk import unstored, write_whole
from models.errors import BadInput, EnvironmentRefused, Refused
from models.language import _

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "office.key"
#: bytes of a private key, and of a public one
LENGTH: Final = 32
#: signed before the text, so that a signature for a parcel is none for anything else
_PURPOSE: Final = b"duban parcel\n"
#: hexadecimal digits of a fingerprint: 128 bits, said over the telephone in eight groups of four
_DIGITS, _GROUP = 32, 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What another office needs to know whether a parcel is ours."""

    raw: bytes

    @classmethod
    def of(cls, text: str) -> PublicKey:
        """From base64; E-L06."""
        try:
            raw = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != LENGTH:
            raise BadInput(
                "E-L06",
                _("This is no public key."),
                where=text[:48],
                remedy=_("Have the other office show its own with “duban peer key”, and copy the whole line."),
            )
        return cls(raw)

    @property
    def text(self) -> str:
        """In base64."""
        return base64.b64encode(self.raw).decode()

    @property
    def fingerprint(self) -> str:
        """The first 128 bits of its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()[:_DIGITS]

    def signed(self, statement: str, signature: str) -> bool:
        """Whether the holder of the private half signed exactly this text."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes.fromhex(signature), _message(statement))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """The office's own key."""

    secret: bytes

    @property
    def public(self) -> PublicKey:
        """What others are given."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def sign(self, statement: str) -> str:
        """The signature of a text, in hexadecimal."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(_message(statement)).hex()


def _message(statement: str) -> bytes:
    return _PURPOSE + statement.encode()


def grouped(fingerprint: str) -> str:
    """A fingerprint as it is read out."""
    return " ".join(fingerprint[place : place + _GROUP] for place in range(0, len(fingerprint), _GROUP))


def there(home: Path) -> bool:
    """Whether the office has a key."""
    return (home / FILE).exists()


def keep(home: Path, secret: bytes) -> OfficeKey:
    """Keep a key that was drawn, where nobody else may read it; E-507."""
    try:
        write_whole(home / FILE, base64.b64encode(secret) + b"\n")
    except OSError as error:
        raise unstored(error) from error
    return own(home)


def own(home: Path) -> OfficeKey:
    """The office's key; E-L01 while it has none, E-L02 for one that others may read or that is damaged."""
    file = home / FILE
    if not file.exists():
        raise Refused(
            "E-L01",
            _("This office has no key yet by which it exchanges parcels."),
            remedy=_("The security administrator makes one with: duban peer key"),
        )
    try:
        secret = base64.b64decode(file.read_bytes().strip(), validate=True)
    except (binascii.Error, OSError):
        secret = b""
    if len(secret) != LENGTH or file.stat().st_mode & 0o077:
        raise EnvironmentRefused(
            "E-L02",
            _("The office's key may be read by others, or it is damaged."),
            where=file.name,
            remedy=_(
                "If others may have read it, move it away, make a new one with “duban peer key”, and give the other"
                " offices its public half; if not, take the group's and everybody's permissions from it."
            ),
        )
    return OfficeKey(secret)
