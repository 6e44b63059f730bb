"""What every channel keeps to: success, permanent and temporary failure, no secret in any text."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import pytest

from kit.smtp import closed_port
from models.errors import BadInput, EnvironmentRefused
from notifications.channel import CHANNELS, Channel, DeliveryError, Envelope, open_channel, quoted

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "a-secret-nobody-may-read"
ROBOTS = ("wecom", "dingtalk", "feishu")


class Bench:
    """Puts each channel before a real other side that takes the letter, refuses it, or is out of order."""

    def __init__(self, name: str, http: Any, smtp: Any, folder: Path) -> None:
        self.name, self.http, self.smtp, self.folder = name, http, smtp, folder

    def settings(self) -> dict[str, Any]:
        if self.name == "email":
            return self.smtp.settings()
        if self.name == "file":
            return {"folder": "out"}
        found: dict[str, Any] = {"url": self.http.url(f"/hook/{SECRET}?key={SECRET}"), "allow_hosts": ["127.0.0.1"]}
        return found if self.name == "wecom" else {**found, "secret": SECRET}

    def channel(self) -> Channel:
        return open_channel(self.name, self.settings(), home=self.folder)

    def takes(self) -> None:
        self.http.answer({"code": 0} if self.name == "feishu" else {"errcode": 0, "errmsg": "ok"})

    def refuses(self) -> None:
        self.smtp.answers["RCPT"] = "550 5.1.1 no such user"
        codes: dict[str, dict[str, Any]] = {
            "wecom": {"errcode": 93000, "errmsg": f"invalid webhook url {SECRET}"},
            "dingtalk": {"errcode": 310000, "errmsg": f"sign not match {SECRET}"},
            "feishu": {"code": 19021, "msg": f"sign match fail {SECRET}"},
        }
        self.http.answer(codes.get(self.name, {"said": SECRET}), status=200 if self.name in codes else 410)

    def is_out_of_order(self) -> None:
        self.smtp.answers["RCPT"] = "451 4.7.1 greylisted, try again later"
        codes: dict[str, dict[str, Any]] = {
            "wecom": {"errcode": 45009, "errmsg": f"api freq out of limit {SECRET}"},
            "dingtalk": {"errcode": 130101, "errmsg": f"send too fast {SECRET}"},
            "feishu": {"code": 11232, "msg": f"frequency limited {SECRET}"},
        }
        self.http.answer(codes.get(self.name, {"said": SECRET}), status=200 if self.name in codes else 503)
        (self.folder / "out").write_text("a file where the folder should be")


@pytest.fixture(params=CHANNELS)
def bench(request, http, smtp, tmp_path) -> Bench:
    return Bench(request.param, http, smtp, tmp_path)


def refusal(channel: Channel, envelope: Envelope) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(envelope)
    return caught.value


def test_channel_has_its_name_and_gives_a_receipt(bench, letter) -> None:
    bench.takes()
    channel = bench.channel()
    assert channel.name == bench.name
    assert channel.send(letter())


def test_channel_reports_a_permanent_refusal(bench, letter) -> None:
    bench.refuses()
    broken = letter() if bench.name != "file" else letter(message_id="")
    error = refusal(bench.channel(), broken)
    assert error.permanent
    codes = {"email": "550", "wecom": "93000", "dingtalk": "310000", "feishu": "19021", "webhook": "410"}
    assert error.code == codes.get(bench.name, "envelope")


def test_channel_reports_a_temporary_failure(bench, letter) -> None:
    bench.is_out_of_order()
    error = refusal(bench.channel(), letter())
    assert not error.permanent
    codes = {"email": "451", "wecom": "45009", "dingtalk": "130101", "feishu": "11232", "webhook": "503"}
    assert error.code == codes.get(bench.name, "EEXIST")


def test_channel_nobody_listens_is_temporary(bench, letter) -> None:
    if bench.name == "file":
        pytest.skip("a folder has no other side")
    bench.http.port = bench.smtp.port = closed_port()
    error = refusal(bench.channel(), letter())
    assert (error.permanent, error.code) == (False, "connect")


@pytest.mark.parametrize("fault", ["refuses", "is_out_of_order"])
def test_channel_error_holds_no_secret(bench, letter, fault) -> None:
    getattr(bench, fault)()
    channel = bench.channel()
    error = refusal(channel, letter(message_id="")) if bench.name == "file" else refusal(channel, letter())
    said = f"{error!r} {error} {error.reason} {error.code} {error.__cause__!r} {error.__dict__}"
    assert SECRET not in said
    if bench.name in ROBOTS:
        assert "***" in error.reason


@pytest.mark.parametrize(
    "part",
    [
        {"subject": "催办\r\nBcc: all@example.gov.cn"},
        {"recipient_name": "张三\nBcc: x@example.gov.cn"},
        {"message_id": "<a@duban>\r\nX: y"},
        {"address": "a@example.gov.cn\r\nRCPT TO:<b@example.gov.cn>"},
        {"subject": "催办\x00"},
    ],
)
def test_channel_refuses_a_line_break_in_a_header(bench, letter, part) -> None:
    bench.takes()
    error = refusal(bench.channel(), letter(**part))
    assert (error.permanent, error.code) == (True, "envelope")
    assert bench.smtp.raw == []
    assert bench.http.taken == []


def test_channel_private_tells_group_robots_apart() -> None:
    settings: dict[str, dict[str, Any]] = {
        "email": {"host": "mail.example.gov.cn", "sender": "a@example.gov.cn"},
        "wecom": {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"},
        "dingtalk": {"url": "https://oapi.dingtalk.com/robot/send?access_token=x"},
        "feishu": {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/x"},
        "webhook": {"url": "https://oa.example.gov.cn/hook", "secret": "0123456789abcdef"},
        "file": {},
    }
    private = {name: open_channel(name, settings[name]).private for name in CHANNELS}
    assert [name for name, value in private.items() if not value] == list(ROBOTS)


def test_open_channel_refuses_an_unknown_name() -> None:
    with pytest.raises(BadInput) as caught:
        open_channel("pager", {})
    assert caught.value.code == "E-M02"
    assert caught.value.remedy.endswith("email, wecom, dingtalk, feishu, webhook, file")


@pytest.mark.parametrize(
    ("name", "settings", "key"),
    [
        ("file", {"folder": "out", "colour": SECRET}, "channels.file.colour"),
        ("email", {"host": "h", "sender": "a@example.gov.cn", "port": SECRET}, "channels.email.port"),
        ("email", {"host": "h", "sender": "no address"}, "channels.email.sender"),
        ("wecom", {"url": f"http://qyapi.weixin.qq.com/?key={SECRET}"}, "channels.wecom"),
        ("webhook", {"url": "https://example.gov.cn/", "secret": "short"}, "channels.webhook.secret"),
    ],
)
def test_open_channel_names_the_bad_setting(name, settings, key) -> None:
    with pytest.raises(EnvironmentRefused) as caught:
        open_channel(name, settings)
    assert (caught.value.code, caught.value.where) == ("E-C10", key)
    assert SECRET not in f"{caught.value} {caught.value.__cause__!r}"


def secret_file(folder: Path, mode: int) -> dict[str, Any]:
    file = folder / "webhook.secret"
    file.write_text("webhook-secret-0001\n")
    file.chmod(mode)
    return {"secret_file": "webhook.secret"}


def test_open_channel_reads_a_secret_from_a_file(http, letter, tmp_path) -> None:
    settings = {"url": http.url("/"), "allow_hosts": ["127.0.0.1"], **secret_file(tmp_path, 0o600)}
    open_channel("webhook", settings, home=tmp_path).send(letter())
    taken = http.taken[0]
    key = b"webhook-secret-0001"
    signed = hmac.digest(key, b"1656118800." + taken.body, "sha256").hex()
    assert taken.headers["X-Duban-Signature"] == f"sha256={signed}"


def test_open_channel_refuses_a_secret_file_others_may_read(tmp_path) -> None:
    with pytest.raises(EnvironmentRefused) as caught:
        open_channel("webhook", {"url": "https://example.gov.cn/", **secret_file(tmp_path, 0o644)}, home=tmp_path)
    assert caught.value.where == "channels.webhook.secret_file"


def test_quoted_cuts_long_words_and_hides_secrets() -> None:
    assert quoted("a\r\nkey=s3cret\tb", ["s3cret", ""]) == "a key=*** b"
    assert len(quoted("长" * 1000)) == 300
