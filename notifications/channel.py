"""What a channel is: one envelope in, a receipt or a reason out; and the registry that opens channels by name.

A channel tries once. Whether to try again is the outbox's decision, from ``DeliveryError.permanent``: permanent means
that the same message to the same address will be refused again (design, section 8).
"""

from __future__ import annotations

import importlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, cast

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from models.errors import BadInput, EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

#: name of the channel → its class in ``notifications/channels/<name>.py``
_CLASSES: Final = {
    "email": "EmailChannel",
    "wecom": "WecomChannel",
    "dingtalk": "DingtalkChannel",
    "feishu": "FeishuChannel",
    "webhook": "WebhookChannel",
    "file": "FileChannel",
}
CHANNELS: Final = tuple(_CLASSES)
#: a server's own words in a reason are cut to this many characters
QUOTED: Final = 300
_HIDDEN: Final = "***"
#: what pydantic puts before a validator's own sentence
_PYDANTIC: Final = "Value error, "


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one recipient; ``message_id`` (``<…@…>``) stays the same in every try, ``sent_at`` is UTC."""

    message_id: str
    recipient_name: str
    address: str
    subject: str
    body: str
    sent_at: datetime


class DeliveryError(Exception):
    """The message did not go out: ``reason`` for people, ``code`` as the other side gave it, permanent or not."""

    def __init__(self, reason: str, *, permanent: bool, code: str = "") -> None:
        """``permanent``: trying again would be refused again."""
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.code = code


class Channel(Protocol):
    """A way out. ``private`` is False where more people than the recipient read along (a group's robot)."""

    name: str
    private: bool

    def send(self, envelope: Envelope) -> str:
        """Try once; the receipt's detail, or ``DeliveryError``."""


class ChannelSettings(BaseModel):
    """The settings of one channel: unknown keys refused, values never shown in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: settings that are paths, relative to the home folder
    paths: ClassVar[tuple[str, ...]] = ()

    def secrets(self) -> list[str]:
        """The values that must not stand in any text."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


class _Opens(Protocol):
    settings_class: type[ChannelSettings]

    def __call__(self, settings: Any) -> Channel: ...


def open_channel(name: str, settings: Mapping[str, Any], *, home: Path | None = None) -> Channel:
    """The channel of that name with its group of settings (``Settings.channels[name]``), ready to send.

    A secret may stand in a file of mode 0600 named by ``<setting>_file``. Paths are relative to ``home``. Raises
    E-M02 for an unknown name and E-C10 for a setting that cannot be used.
    """
    if name not in _CLASSES:
        raise BadInput(
            "E-M02",
            _("There is no channel “{name}”.").format(name=name),
            remedy=_("Choose one of: {names}").format(names=", ".join(CHANNELS)),
        )
    module = importlib.import_module(f"notifications.channels.{name}")
    opens = cast("_Opens", getattr(module, _CLASSES[name]))
    values = with_secrets(f"channels.{name}", dict(settings), opens.settings_class, home or Path())
    try:
        return opens(opens.settings_class(**values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(["channels", name, *(str(part) for part in first["loc"])])
        raise unusable(key, first["msg"].removeprefix(_PYDANTIC)) from None


def with_secrets(place: str, values: dict[str, Any], group: type[ChannelSettings], home: Path) -> dict[str, Any]:
    """The values of a group of settings, with what stands in files of its own; ``place`` is where the group stands."""
    for key in [key for key in values if key.removesuffix("_file") in group.model_fields and key.endswith("_file")]:
        if key in group.model_fields:
            continue
        file = home / str(values.pop(key))
        try:
            if file.stat().st_mode & 0o077:
                raise unusable(f"{place}.{key}", _("the file may be read by others; set its mode to 0600"))
            values[key.removesuffix("_file")] = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise unusable(f"{place}.{key}", _("the file cannot be read")) from None
    for key in group.paths:
        value = values.get(key, group.model_fields[key].default)
        if value is not None:
            values[key] = home / str(value)
    return values


def unusable(key: str, why: str) -> EnvironmentRefused:
    """A setting that cannot be used, and why; E-C10."""
    return EnvironmentRefused(
        "E-C10",
        _("The setting “{key}” cannot be used: {why}").format(key=key, why=why),
        where=key,
        remedy=_("Correct it; the settings are listed in docs/settings.md."),
    )


def check_envelope(envelope: Envelope) -> None:
    """Refuse what could write a header of its own: control characters in one-line fields (ASVS 1.3.11)."""
    lines = {
        _("message number"): envelope.message_id,
        _("recipient"): envelope.recipient_name,
        _("address"): envelope.address,
        _("subject"): envelope.subject,
    }
    for name, value in lines.items():
        if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} for letter in value):
            reason = _("The {name} holds a line break or a control character.").format(name=name)
            raise DeliveryError(reason, permanent=True, code="envelope")
    if not envelope.message_id:
        raise DeliveryError(_("The message has no number."), permanent=True, code="envelope")


def quoted(text: str, secrets: Iterable[str] = ()) -> str:
    """The other side's words for a reason: on one line, cut, and without any secret."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _HIDDEN)
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
