"""The certificates that an office trusts: files in a folder of its own, PEM or DER. Nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto import pem, x509

from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from pathlib import Path

_ENDINGS: Final = frozenset({".pem", ".crt", ".cer", ".der"})
_LARGEST: Final = 1024 * 1024


def trusted_files(folder: Path) -> list[bytes]:
    """The files of certificates in a folder, each read once to be sure; a folder that is not there trusts nobody.

    Raises ``EnvironmentRefused`` E-F38 for a file that holds no certificate.
    """
    found = sorted(file for file in folder.glob("*") if file.suffix.lower() in _ENDINGS) if folder.is_dir() else []
    return [_certified(file) for file in found]


def _certified(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST)
        for certificate in certificates(data):
            _readable(certificate)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EnvironmentRefused(
            "E-F38",
            _("The file holds no certificate that can be read."),
            where=file.name,
            remedy=_("Put a certificate (PEM or DER) there, or take the file out of the folder “trust”."),
        ) from error
    return data


def _readable(certificate: x509.Certificate) -> None:
    """Parsed to its key: a certificate is read lazily, and a broken one fails only then."""
    certificate.subject.native  # noqa: B018 - reading it is the check
    certificate.public_key.algorithm  # noqa: B018 - as above


def certificates(data: bytes) -> list[x509.Certificate]:
    """Every certificate in a file: PEM, one or several, or DER; raises ``ValueError`` for anything else."""
    if not pem.detect(data):
        return [x509.Certificate.load(data, strict=True)]
    return [x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(data, multiple=True)]
