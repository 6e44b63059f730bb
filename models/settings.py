"""Settings: one frozen object from ``duban.toml`` and ``DUBAN_*`` environment variables, passed in, never global.

Unknown keys are refused, in the file and in the environment: a typo must not silently change what an office does.
Secrets come from the environment or from a file of mode 0600 named by ``*_file``, never from the command line.
"""

from __future__ import annotations

import os
import socket
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from models.database import sqlite_url, with_password
from models.errors import EnvironmentRefused
from models.language import _

FILE_NAME: Final = "duban.toml"
#: what a rehearsal leaves in its folder, so that the next one may take its place
REHEARSED: Final = ".rehearsal"
PREFIX: Final = "DUBAN_"
#: environment variables that are not settings: where the settings are, who acts, what tests use
OUTSIDE: Final = frozenset({"DUBAN_HOME", "DUBAN_TOKEN", "DUBAN_LANG", "DUBAN_NOW"})
#: six calendar months are 181 to 184 days, so 180 would break the law's floor (网络安全法: not less than six months)
AUDIT_FLOOR_DAYS: Final = 184

#: a time of day; midnight is 00:00
_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class Frozen(BaseModel):
    """A group of settings: unknown keys refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeSettings(Frozen):
    """When things are due and when people are left in peace."""

    roll: str = Field(default="none", pattern="^(none|before|after)$")
    send_at: str = Field(default="09:00", pattern=_CLOCK)
    quiet_from: str = Field(default="20:00", pattern=_CLOCK)
    quiet_to: str = Field(default="08:00", pattern=_CLOCK)
    close_after_workdays: int = Field(default=5, ge=1, le=60)


class LoginSettings(Frozen):
    """Passwords and sessions; profile ``mlps`` follows 等保2.0, ``asvs`` OWASP ASVS 5."""

    profile: str = Field(default="mlps", pattern="^(mlps|asvs)$")
    hours: int = Field(default=8, ge=1, le=24)
    tries: int = Field(default=5, ge=3, le=20)
    lock_minutes: int = Field(default=15, ge=1, le=1440)
    #: a session in a browser ends when nothing is done in it for so long
    idle_minutes: int = Field(default=30, ge=1, le=1440)
    #: of one person at a time; one more ends the oldest
    sessions: int = Field(default=5, ge=1, le=50)
    #: how old a password may become under ``mlps``; 0 = as old as it likes
    password_days: int = Field(default=90, ge=0, le=3650)
    #: after so many days without a login a password opens an account no longer; 0 = never
    unused_days: int = Field(default=90, ge=0, le=3650)
    #: for so many hours a one-time code sets a password; 0 = until it is used
    code_hours: int = Field(default=72, ge=0, le=8760)


class WebSettings(Frozen):
    """The desk in the browser: where it listens, with which certificate, how people reach it from outside."""

    #: false: the service runs without a desk
    enabled: bool = True
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8025, ge=0, le=65535)
    #: PEM files, relative to the home folder
    certificate: str = ""
    certificate_key: str = ""
    #: the proxy in front, by its address, whose word about the caller's address is taken
    proxy: str = ""
    #: how people reach the desk (https://duban.example.gov.cn), for links in messages and calendars
    public_url: str = Field(default="", pattern="^(https?://[^/]+)?$")


class Settings(Frozen):
    """Everything an installation may set; see docs/settings.md."""

    home: Path
    office: int = Field(default=1, ge=1)
    database: str = ""
    #: lets DUBAN_NOW set the clock; for homes made to rehearse or to train people, never for a real office
    rehearsal: bool = False
    #: where the clock of a rehearsal stands, an instant in ISO 8601; DUBAN_NOW comes before it
    rehearsal_now: str = ""
    language: str = Field(default="zh", pattern="^(zh|en)$")
    rules: str = ""
    heads: str = ""
    trust: str = ""
    audit_days: int = Field(default=1095, ge=AUDIT_FLOOR_DAYS)
    database_password: SecretStr = SecretStr("")
    #: the server's role that the program works as; init and upgrade, which come as the owner, give it its rights
    program_role: str = Field(default="", pattern="^([a-z_][a-z0-9_]*)?$")
    ping_url: str = ""
    #: what a monitor shows to be told figures at /metrics; empty: nobody is told any
    metrics_token: SecretStr = SecretStr("")
    #: how the service writes its log: lines for people, or one JSON object a line
    log: str = Field(default="text", pattern="^(text|json)$")
    #: this machine, where several serve one office; empty: as it calls itself
    node: str = Field(default="", max_length=64)
    times: TimeSettings = TimeSettings()
    login: LoginSettings = LoginSettings()
    web: WebSettings = WebSettings()
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict)
    #: the endpoints of other programs that are told what happens
    webhooks: tuple[dict[str, Any], ...] = ()

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: the named one with its password, or the embedded file in the home folder."""
        if not self.database:
            return sqlite_url(self.home / "duban.db")
        password = self.database_password.get_secret_value()
        return with_password(self.database, password) if password else self.database

    @property
    def node_name(self) -> str:
        """The machine, as heartbeats, logs and the doctor name it."""
        return self.node or socket.gethostname()

    @property
    def store_dir(self) -> Path:
        """Where files lie under their SHA-256."""
        return self.home / "store"

    @property
    def staging_dir(self) -> Path:
        """Where files lie that were looked at and not kept yet."""
        return self.home / "staging"

    @property
    def heads_dir(self) -> Path:
        """Where the heads of the trail are kept outside the database."""
        return self.path(self.heads) or self.home / "heads"

    @property
    def trust_dir(self) -> Path:
        """Where the certificates lie against which digital signatures are verified."""
        return self.path(self.trust) or self.home / "trust"

    def path(self, value: str) -> Path | None:
        """A configured path, relative to the home folder; None when it is not set."""
        return (self.home / value) if value else None


def refuse_lost_file(settings: Settings) -> None:
    """An office whose settings file is gone would go on with other rules, channels and hours than it was given; E-C13."""
    if not settings.database and not (settings.home / FILE_NAME).exists():
        raise EnvironmentRefused(
            "E-C13",
            _("The settings file {name} is missing.").format(name=FILE_NAME),
            where=settings.home.name,
            remedy=_("This folder holds a rehearsal: look at its papers. Set up an office with: duban init")
            if (settings.home / REHEARSED).exists()
            else _("Bring it back from a backup; an empty file stands for the default of every setting."),
        )


def load(home: Path | None = None, environment: dict[str, str] | None = None) -> Settings:
    """The settings of a home folder; E-C10 names an unknown key or a bad value.

    ``home`` falls back to ``DUBAN_HOME`` and then to ``./duban-data``.
    """
    environment = dict(os.environ) if environment is None else environment
    folder = home or Path(environment.get("DUBAN_HOME") or "duban-data")
    file = folder / FILE_NAME
    values: dict[str, Any] = {}
    if file.exists():
        values = _read(file)
    values |= _from_environment(environment)
    try:
        return Settings(**{**values, "home": folder.resolve()})
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad(".".join(str(part) for part in first["loc"]), first["msg"], file.name) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(FILE_NAME, str(error), file.name) from error
    for key in [name for name in found if name.endswith("_file")]:
        found[key.removesuffix("_file")] = _secret(key, file.parent / str(found.pop(key)), file.name)
    return found


def secret_in(file: Path) -> str:
    """A secret from a file that only its owner may read; E-C10."""
    return _secret("--password-file", file, file.name)


def _secret(key: str, secret: Path, where: str) -> str:
    try:
        if secret.stat().st_mode & 0o077:
            raise _bad(key, _("the file may be read by others; set its mode to 0600"), where)
        return secret.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(key, _("the file cannot be read"), where) from error


def _from_environment(environment: dict[str, str]) -> dict[str, Any]:
    known = {
        name for name in Settings.model_fields if name not in {"home", "times", "login", "web", "channels", "webhooks"}
    }
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name in OUTSIDE or name.startswith("DUBAN_TEST_"):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in known:
            raise _bad(name, _("there is no such setting"), _("environment"))
        found[key] = value
    return found


def _bad(key: str, why: str, where: str) -> EnvironmentRefused:
    return EnvironmentRefused(
        "E-C10",
        _("The setting “{key}” cannot be used: {why}").format(key=key, why=why),
        where=where,
        remedy=_("Correct it; the settings are listed in docs/settings.md."),
    )
