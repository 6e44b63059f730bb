"""The certificate of the desk: looked at when it starts, so that what is wrong with it is said before anybody comes."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final

from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from pathlib import Path

    from models.settings import Settings

_OTHERS: Final = 0o077


def check_certificate(settings: Settings) -> None:
    """Nothing where the settings name no certificate, or one with the key that fits it.

    E-H24 where a file cannot be read as what it should be, E-H25 where others may read the key, E-H26 where the key is
    another certificate's.
    """
    web = settings.web
    if not web.certificate and not web.certificate_key:
        return
    certificate = _file(settings.path(web.certificate), "web.certificate")
    key = _file(settings.path(web.certificate_key), "web.certificate_key")
    if key.stat().st_mode & _OTHERS:
        raise EnvironmentRefused(
            "E-H25",
            _("The certificate's private key may be read by others."),
            where="web.certificate_key",
            remedy=_("Set the mode of the file to 0600, for the account that runs the service alone."),
        )
    try:
        # without a password given here, OpenSSL would ask for one at the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=str)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise EnvironmentRefused(
                "E-H26",
                _("The private key does not fit the certificate."),
                where="web.certificate_key",
                remedy=_("Put both files from the same issue of the certificate there."),
            ) from error
        raise _unreadable("web.certificate, web.certificate_key") from error
    except (OSError, ValueError) as error:
        raise _unreadable("web.certificate, web.certificate_key") from error


def _file(file: Path | None, setting: str) -> Path:
    """A file that can be opened."""
    try:
        if file is None:
            raise FileNotFoundError(setting)
        file.open("rb").close()
    except OSError as error:
        raise _unreadable(setting) from error
    return file


def _unreadable(setting: str) -> EnvironmentRefused:
    return EnvironmentRefused(
        "E-H24",
        _("The certificate or its key cannot be read: it is missing, no PEM file, or has a password."),
        where=setting,
        remedy=_(
            "Name both PEM files in the settings, the key without a password; a backup does not bring the key along."
        ),
    )


def strict(_config: object, usual: Any) -> ssl.SSLContext:
    """The server's side of TLS: 1.2 or later."""
    context: ssl.SSLContext = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
