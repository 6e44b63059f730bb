"""Setting an office up, bringing its database to this program's form, showing the settings in force."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from commands.frame import Desk, answer, desk, new_installation, table
from deeds.codes import new_code
from models.disk import write_whole
from models.errors import EnvironmentRefused, Refused, UsageRefused
from models.language import _

if TYPE_CHECKING:
    from models.settings import Settings

#: written into a new office's folder: every setting stands there, as it is when nothing is said
SETTINGS_FILE: Final = """\
# 督办 duban 的设置。行首的 # 表示"未设置，用默认值"；写错的键会被拒绝。
# 改完后命令立即照新的办；正在运行的服务要重新启动才读到（催办规则文件改后无须重启）。
# 逐项说明见 docs/settings.md；密码不写在这里，写进权限 0600 的文件，再用 *_file 指过去。

office = {office}                  # 本库中办公室的编号
{rehearsal}rehearsal = true          # 仅供演练：允许用 DUBAN_NOW 拨时钟，正式办公室不得打开
# rehearsal_now = ""          # 演练时钟停在的时刻，如 2022-06-24T15:00
# database = ""               # 留空：用本目录的 duban.db；或 postgresql+psycopg://用户@主机/库
# database_password_file = "" # 数据库密码文件（权限 0600）
# program_role = ""           # PostgreSQL 上程序平时所用的角色，权限由 init、upgrade 给
# language = "zh"             # zh 或 en
# rules = ""                  # 催办规则文件（相对本目录），留空用本目录的 rules.toml，没有则用自带规则
# trust = ""                  # 受信任的证书所在目录，数字签名按它核验；留空为本目录 trust/
# heads = ""                  # 审计链头的存放处，最好在另一块盘；留空为本目录 heads/
# audit_days = 1095           # 审计记录保存天数，不得少于 184
# node = ""                   # 多台机器服务同一办公室时本机的名字，留空用主机名
# metrics_token_file = ""     # 监控取数（/metrics）用的令牌文件（权限 0600），留空不提供
# log = "text"                # 服务日志：text 或 json（每行一个 JSON）
# ping_url = ""               # 每次心跳访问的网址，停了会有人知道

[times]
# roll = "none"               # 截止日期遇休息日：none 不动，before 提前，after 顺延
# send_at = "09:00"           # 每日发送时刻（北京时间）
# quiet_from = "20:00"        # 静默开始
# quiet_to = "08:00"          # 静默结束
# close_after_workdays = 5    # 截止后几个工作日关账

[login]
# profile = "mlps"            # 密码要求：mlps（等保2.0）或 asvs
# hours = 8                   # 登录有效小时数
# tries = 5                   # 连续输错几次锁定
# lock_minutes = 15           # 锁定分钟数
# idle_minutes = 30           # 网页登录闲置多少分钟后退出
# sessions = 5                # 一个人同时最多几处登录，超出时最早的退出
# password_days = 90          # 密码用满几天须更换，0 为不要求
# unused_days = 90            # 几天没有登录的账号，密码不再有效，0 为不限
# code_hours = 72             # 一次性代码的有效小时数，0 为不限

[web]
# enabled = true              # false：不开网页工作台
# host = "127.0.0.1"          # 监听地址；不是本机地址时必须配置证书
# port = 8025                 # 监听端口
# certificate = ""            # 证书文件（PEM，相对本目录）
# certificate_key = ""        # 证书私钥文件（PEM）
# proxy = ""                  # 前置代理的地址，只信任它转告的来访地址
# public_url = ""             # 大家访问用的网址，如 https://duban.example.gov.cn

# [channels.file]
# folder = "outbox"           # 把要发的消息写成文件
"""


def _number(desk_: Desk, told: int | None) -> int:
    """Which office of its database this will be: as it is told, or else the next free number."""
    settings = desk_.settings
    named = settings.office if "office" in settings.model_fields_set else None
    if told and named and told != named:
        raise UsageRefused(
            "E-B48",
            _("The settings name office {named}, the command office {told}.").format(named=named, told=told),
            remedy=_("Leave one of them out."),
        )
    return told or named or (_free_number(settings) if settings.database else 1)


def _free_number(settings: Settings) -> int:
    from models import schema
    from models.database import Database
    from workflow import office

    database = Database(settings.database_url)
    try:
        if schema.present(database) is None:
            return 1
        with database.read() as connection:
            return office.free_number(connection)
    finally:
        database.close()


def _make_home(home: Path, office_id: int, *, rehearsal: bool) -> None:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    file = home / "duban.toml"
    if not file.exists():
        text = SETTINGS_FILE.format(office=office_id, rehearsal="" if rehearsal else "# ")
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    elif "office" not in tomllib.loads(before := file.read_text(encoding="utf-8")):
        write_whole(file, f"office = {office_id}\n{before}".encode())


def _set_up(desk_: Desk, named: Any, codes: dict[str, str], channel: str, *, four_eyes: bool) -> None:
    from deeds.running import give_rights, make_room_for_jobs
    from models import schema
    from models.database import Database
    from workflow import calendar_store, heads, office

    settings = desk_.settings
    database = Database(settings.database_url)
    if schema.present(database) is None:
        schema.migrate(database)
    schema.check(database)
    make_room_for_jobs(database)
    give_rights(settings, database)
    now = desk_.now()
    with database.write(settings.office) as connection:
        office.set_up(
            connection, settings.office, named, codes, now,
            channel=channel, four_eyes=four_eyes, installation=new_installation(),
        )  # fmt: skip
        heads.refuse_taken(settings.heads_dir, settings.office)
        calendar_store.seed(connection, settings.office, office.SETUP, now)
    with database.read() as connection:
        heads.keep(settings.heads_dir, connection, settings.office, now)
    if database.is_sqlite and not settings.database:
        (settings.home / "duban.db").chmod(0o600)
    database.close()


def _refuse_foreign(home: Path) -> None:
    """Never mix an office into a folder that holds something else."""
    from workflow.backup import UNFINISHED

    present = {entry.name for entry in home.iterdir()} if home.exists() else set()
    if present and (UNFINISHED in present or not present & {"duban.toml", "duban.db"}):
        raise Refused(
            "E-B09",
            _("The folder holds other things; an office needs a folder of its own."),
            where=home.name,
            remedy=_("Name a new or empty folder."),
        )


@click.command(
    "init",
    help=_("Set up an office: folder, database, first administrators."),
    epilog="duban init ./office --name 市推动长江经济带发展领导小组办公室 --short-name 市长江办 --recipient 市人民政府",
)
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", required=True, help=_("The office's full name."))
@click.option("--short-name", required=True, help=_("How notices call the office."))
@click.option("--recipient", required=True, help=_("To whom the office reports."))
@click.option("--channel", default="file", show_default=True, help=_("How people are told: file, email, …"))
@click.option("--small", is_flag=True, help=_("Too few people for four eyes; the trail says so openly."))
@click.option(
    "--office", "number", type=click.IntRange(1), metavar="N", help=_("Its number in the database; else the next free.")
)
@click.option("--rehearsal", is_flag=True, help=_("For training: DUBAN_NOW may set the clock."))
@desk
def init_command(
    desk_: Desk,
    folder: Path | None,
    name: str,
    short_name: str,
    recipient: str,
    channel: str,
    number: int | None,
    *,
    small: bool,
    rehearsal: bool,
) -> None:
    """Make the folder, the settings, the database, the office and its three administrators."""
    from workflow.office import FIRST, OfficeName

    desk_.home = folder or desk_.home
    _refuse_foreign(desk_.settings.home)
    _make_home(desk_.settings.home, _number(desk_, number), rehearsal=rehearsal)
    desk_.__dict__.pop("settings", None)  # the file is there now; read it
    codes = {login: new_code() for login in FIRST}
    _set_up(desk_, OfficeName(name, short_name, recipient), codes, channel, four_eyes=not small)
    data = {"home": str(desk_.settings.home), "office": desk_.office_id, "four_eyes": not small, "codes": codes}
    answer(desk_, data, lambda: _say_set_up(desk_, codes, small=small))


def _say_set_up(desk_: Desk, codes: dict[str, str], *, small: bool) -> None:
    from workflow.office import FIRST

    click.echo(_("The office is set up in {home}.").format(home=desk_.settings.home))
    if small:
        click.echo(_("It works without four eyes; the trail says so."))
    click.echo(_("One-time codes, shown only now; hand each to its administrator:"))
    table([_("Login"), _("Duty"), _("Code")], [(login, FIRST[login].label, code) for login, code in codes.items()])
    click.echo(
        _("In the browser: start duban serve, open the address that it says, choose “I was given a one-time code”.")
    )
    click.echo(_("At the terminal: duban --home {home} login NAME --code CODE").format(home=desk_.settings.home))


@click.command(
    "upgrade", help=_("Bring the database to this program's form."), epilog="duban backup FILE && duban upgrade"
)
@click.option("--roles", "shows", is_flag=True, help=_("Only print what gives the setting program_role its rights."))
@desk
def upgrade_command(desk_: Desk, *, shows: bool) -> None:
    """Migrate the tables; nothing happens when they are of this form already."""
    from deeds.running import give_rights, make_room_for_jobs
    from models import schema
    from models.database import Database

    if shows:
        _say_rights(desk_)
        return
    try:
        database = desk_.database
        before = after = schema.present(database)
    except EnvironmentRefused as refusal:
        # E-B05 says "older than this program": what upgrading is for. Newer or foreign ones stay refused.
        if refusal.code != "E-B05":
            raise
        database = Database(desk_.settings.database_url)
        before = schema.present(database)
        schema.migrate(database)
        after = schema.present(database)
    make_room_for_jobs(database)
    give_rights(desk_.settings, database)
    said = _("Database form: {before} → {after}").format(before=before, after=after)
    answer(desk_, {"from": before, "to": after}, lambda: click.echo(said))


def _say_rights(desk_: Desk) -> None:
    from models import roles

    role = desk_.settings.program_role
    if not role:
        raise UsageRefused("E-B50", _("The setting program_role is not set."), remedy=_("Set it in duban.toml."))
    made = roles.statements(role)
    answer(desk_, made, lambda: click.echo(";\n".join(made) + ";"))


def shown_settings(values: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Every setting as a dotted key and its value; secrets, and whatever is named like one, are masked."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows += shown_settings(value, f"{prefix}{key}.")
            continue
        if key == "webhooks":
            rows += shown_settings({str(place): group for place, group in enumerate(value)}, f"{prefix}{key}.")
            continue
        secret = any(word in key for word in ("password", "secret", "token", "key", "url"))
        rows.append((prefix + key, "******" if secret and str(value) else _without_password(str(value))))
    return rows


def _without_password(value: str) -> str:
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:******@", value)


@click.command("settings", help=_("Show the settings in force, secrets masked."), epilog="duban settings --json")
@desk
def settings_command(desk_: Desk) -> None:
    """The settings as they are in force, from file and environment."""
    rows = shown_settings(desk_.settings.model_dump())
    answer(desk_, dict(rows), lambda: table([_("Setting"), _("Value")], rows))
