"""E-mail against a real server on the loopback address (F12)."""

from __future__ import annotations

import socket
import threading
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.smtp import certificate, closed_port, smtp_server
from models.errors import BadInput, EnvironmentRefused
from notifications.channel import DeliveryError, open_channel
from notifications.channels.email import validate_address


def send(server, letter, **settings):
    return open_channel("email", server.settings(**settings)).send(letter)


def refusal(server, letter, **settings) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(server, letter, **settings)
    return caught.value


def test_email_arrives_with_chinese_headers_and_body(smtp, letter) -> None:
    receipt = send(smtp, letter(recipient_name="张三（经办人）"))
    mail = smtp.messages[0]
    assert receipt == "250 2.0.0 OK: queued as 1"
    assert mail["Subject"] == "【催办单】2022年6月工作进展逾期未报"
    assert mail["To"].addresses[0].display_name == "张三（经办人）"
    assert mail["To"].addresses[0].addr_spec == "zhangsan@example.gov.cn"
    assert mail["From"].addresses[0].display_name == "市长江办"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == letter().sent_at
    assert mail.get_content().replace("\r\n", "\n") == "张三同志：\n\n请尽快报送。\n"
    assert smtp.recipients == [["zhangsan@example.gov.cn"]]


def test_email_is_seven_bit_with_short_lines(smtp, letter) -> None:
    send(smtp, letter(body="长" * 5000 + "\n.\n..点\n", subject="逾期" * 100))
    assert smtp.raw[0].isascii()
    assert max(len(line) for line in smtp.raw[0].splitlines()) <= 78
    assert smtp.messages[0]["Subject"] == "逾期" * 100
    assert smtp.messages[0].get_content().replace("\r\n", "\n") == "长" * 5000 + "\n.\n..点\n"


def test_email_message_id_stays_the_same_in_every_try(smtp, letter) -> None:
    smtp.answers["DATA"] = "451 try again later"
    refusal(smtp, letter())
    smtp.answers.clear()
    send(smtp, letter())
    send(smtp, letter())
    assert [mail["Message-ID"] for mail in smtp.messages] == ["<0123456789abcdef@duban>"] * 2
    assert smtp.raw[0] == smtp.raw[1]


@pytest.mark.parametrize(
    ("step", "answer", "permanent"),
    [
        ("MAIL", "421 closing", False),
        ("MAIL", "451 later", False),
        ("MAIL", "550 not you", True),
        ("MAIL", "552 too big", True),
        ("MAIL", "530 login first", False),
        ("RCPT", "450 mailbox busy", False),
        ("RCPT", "451 greylisted", False),
        ("RCPT", "550 no such user", True),
        ("RCPT", "552 too many", False),
        ("RCPT", "553 no", True),
        ("DATA", "421 closing", False),
        ("DATA", "452 full", False),
        ("DATA", "552 too big", True),
        ("DATA", "554 spam", True),
    ],
)
def test_email_refusal_is_permanent_only_about_the_message(smtp, letter, step, answer, permanent) -> None:
    smtp.answers[step] = answer
    error = refusal(smtp, letter())
    assert (error.permanent, error.code) == (permanent, answer[:3])
    assert step in error.reason
    assert answer in error.reason
    assert smtp.raw == []


def test_email_one_refused_recipient_leaves_the_others_served(smtp, letter) -> None:
    smtp.refused["gone@example.gov.cn"] = "550 gone"
    channel = open_channel("email", smtp.settings())
    with pytest.raises(DeliveryError):
        channel.send(letter(address="gone@example.gov.cn"))
    assert channel.send(letter()) == "250 2.0.0 OK: queued as 1"


def test_email_connection_cut_after_data_is_temporary(smtp, letter) -> None:
    smtp.cut_after_data = True
    error = refusal(smtp, letter())
    assert (error.permanent, error.code) == (False, "cut")
    assert len(smtp.raw) == 1, "it was accepted: the next try sends it twice, with the same Message-ID"


def test_email_refused_connection_is_temporary(smtp, letter) -> None:
    error = refusal(smtp, letter(), port=closed_port())
    assert (error.permanent, error.code) == (False, "connect")


def test_email_unknown_server_is_temporary(smtp, letter) -> None:
    error = refusal(smtp, letter(), host="mail.invalid")
    assert (error.permanent, error.code) == (False, "name")


@pytest.mark.parametrize(("banner", "code"), [(b"554 go away\r\n", "554"), (b"421 busy\r\n", "421")])
def test_email_banner_of_refusal_is_temporary(smtp, letter, banner, code) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            with listening.accept()[0] as sock:
                sock.sendall(banner)

        thread = threading.Thread(target=greet)
        thread.start()
        error = refusal(smtp, letter(), port=listening.getsockname()[1])
        thread.join()
    assert (error.permanent, error.code) == (False, code)


def test_email_dripping_server_is_cut_at_the_wall_limit(smtp, letter) -> None:
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with listening.accept()[0] as sock:
                try:
                    while not gone.wait(0.05):  # each byte starts the socket's own timeout anew
                        sock.sendall(b"2")
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        error = refusal(smtp, letter(), port=listening.getsockname()[1], timeout_seconds=5, wall_seconds=0.4)
        gone.set()
        thread.join(5)
    assert (error.permanent, error.code) == (False, "timeout")


def test_email_silent_server_times_out(smtp, letter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        error = refusal(smtp, letter(), port=listening.getsockname()[1], timeout_seconds=0.2)
    assert (error.permanent, error.code) == (False, "timeout")


def test_email_logs_in_over_starttls(letter, tmp_path) -> None:
    made = certificate(tmp_path)
    with smtp_server(starttls=made.server) as server:
        server.login = ("duban", "pass-word-0001")
        more = {"security": "starttls", "ca_file": str(made.file), "username": "duban"}
        assert send(server, letter(), **more, password="pass-word-0001").startswith("250")
        error = refusal(server, letter(), **more, password="wrong-pass-0002")
    assert (error.permanent, error.code) == (False, "535")
    assert "wrong-pass-0002" not in repr(error)
    assert len(server.raw) == 1


def test_email_speaks_tls_from_the_start(letter, tmp_path) -> None:
    made = certificate(tmp_path)
    with smtp_server(tls=made.server) as server:
        assert send(server, letter(), security="tls", ca_file=str(made.file)).startswith("250")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_refuses_a_certificate_nobody_vouches_for(letter, tmp_path, security) -> None:
    made = certificate(tmp_path)
    with smtp_server(**{security: made.server}) as server:
        error = refusal(server, letter(), security=security)
    assert (error.permanent, error.code) == (False, "certificate")
    assert server.raw == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_refuses_a_certificate_for_another_name(letter, tmp_path, security) -> None:
    made = certificate(tmp_path, "DNS:other.example.gov.cn")
    with smtp_server(**{security: made.server}) as server:
        error = refusal(server, letter(), security=security, ca_file=str(made.file))
    assert (error.permanent, error.code) == (False, "certificate")


def test_email_is_not_sent_in_the_clear_where_encryption_is_set(smtp, letter) -> None:
    error = refusal(smtp, letter(), security="starttls")
    assert (error.permanent, error.code) == (False, "unsupported")
    assert smtp.raw == []


def test_email_settings_refuse_a_password_in_the_clear(smtp) -> None:
    with pytest.raises(EnvironmentRefused):
        open_channel("email", smtp.settings(username="duban", password="x"))


def test_email_bad_address_is_permanent(smtp, letter) -> None:
    error = refusal(smtp, letter(address="zhangsan"))
    assert (error.permanent, error.code) == (True, "E-M01")


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [
        ("zhangsan@example.gov.cn", "zhangsan@example.gov.cn"),
        (" Zhang.San+duban@Example.GOV.CN ", "Zhang.San+duban@example.gov.cn"),
        ("a@b-c.d", "a@b-c.d"),
        ("x" * 64 + "@example.cn", "x" * 64 + "@example.cn"),
    ],
)
def test_validate_address_keeps_a_mailbox(given_address, kept) -> None:
    assert validate_address(given_address) == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zhangsan",
        "@example.cn",
        "a@",
        "a@b",
        "a@@b.cn",
        "a@b@c.cn",
        "a@b.cn,c@d.cn",
        "a@b.cn; c@d.cn",
        "a b@c.cn",
        "a@b.cn\r\nBcc: c@d.cn",
        "a@b.cn\n",
        "张三@example.cn",
        "a＠example.cn",
        "a@-b.cn",
        "a@b..cn",
        ".a@b.cn",
        "a.@b.cn",
        '"a"@b.cn',
        "<a@b.cn>",
        "a@[127.0.0.1]",
        "x" * 65 + "@example.cn",
        "a@" + "b." * 130 + "cn",
    ],
)
def test_validate_address_refuses_anything_else(address) -> None:
    with pytest.raises(BadInput) as caught:
        validate_address(address)
    assert caught.value.code == "E-M01"
    assert "\n" not in str(caught.value)


@given(st.text(max_size=80))
def test_validate_address_never_lets_a_second_address_or_line_through(text) -> None:
    try:
        kept = validate_address(text)
    except BadInput:
        return
    assert kept.count("@") == 1
    assert kept.isascii()
    assert not set(kept) & set(" ,;<>\r\n\x00")
