"""The allow-list of outgoing addresses, and how answers and failures are read."""

from __future__ import annotations

import socket
import threading

import pytest

from kit.smtp import certificate
from models.errors import EnvironmentRefused
from notifications.channel import DeliveryError, open_channel

KEY = "0123456789abcdef"


def webhook(url, **more):
    return open_channel("webhook", {"url": url, "secret": KEY, **more})


def refusal(channel, letter) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(letter)
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "/hook",
        "https://",
        "file:///etc/passwd",
        "ftp://example.gov.cn/",
        "http://example.gov.cn/hook",
        "https://user:pass@example.gov.cn/",
        "https://example.gov.cn/#part",
        "https://exa mple.gov.cn/",
    ],
)
def test_http_refuses_an_address_outside_the_rule(url) -> None:
    with pytest.raises(EnvironmentRefused) as caught:
        webhook(url)
    assert caught.value.code == "E-C10"


@pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu"])
def test_http_robot_knows_its_own_host_only(name) -> None:
    with pytest.raises(EnvironmentRefused):
        open_channel(name, {"url": "https://evil.example.org/send?key=1"})
    with pytest.raises(EnvironmentRefused):
        open_channel(name, {"url": "https://qyapi.weixin.qq.com.example.org/send?key=1"})
    own = {"url": "https://im.example.gov.cn/send?key=1", "allow_hosts": ["im.example.gov.cn"]}
    assert open_channel(name, own).name == name


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "0.0.0.0"]
)
def test_http_host_inside_the_network_is_refused_unless_listed(letter, host) -> None:
    error = refusal(webhook(f"https://{host}/hook"), letter())
    assert (error.permanent, error.code) == (True, "address")


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["10.1.2.3"], ["93.184.216.34", "192.168.0.9"], ["::1"], ["fe80::1"], ["::ffff:127.0.0.1"],
                ["100.64.0.1"], ["fd00::1"]]
)  # fmt: skip
def test_http_name_that_leads_inside_is_never_connected(letter, monkeypatch, answers) -> None:
    """Not when one of its addresses is public, either: which of them is taken is not ours to say."""
    tried = resolving(monkeypatch, answers)
    error = refusal(webhook("https://hook.example.org/hook"), letter())
    assert (error.permanent, error.code, tried) == (True, "address", [])


def test_http_name_that_changes_its_mind_gains_nothing(letter, monkeypatch) -> None:
    """DNS rebinding: what was checked is what is connected to, and the name is asked once."""
    tried = resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    error = refusal(webhook("https://hook.example.org/hook"), letter())
    assert (error.code, tried) == ("connect", ["93.184.216.34"])


def resolving(monkeypatch, *answers: list[str]) -> list[str]:
    """A resolver that gives these answers in turn, the last again and again; to whom a connection was tried."""
    given, tried = iter(answers), []

    def resolve(_host, port, **_more):
        found = next(given, answers[-1])
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    def connect(address, *_more, **_options):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("socket.create_connection", connect)
    return tried


def test_http_unknown_name_is_temporary(letter) -> None:
    error = refusal(webhook("https://hook.invalid/"), letter())
    assert (error.permanent, error.code) == (False, "name")


def test_http_redirect_is_not_followed(http, letter) -> None:
    http.answer({}, status=307)
    http.headers["Location"] = http.url("/elsewhere")
    error = refusal(webhook(http.url("/hook"), allow_hosts=["127.0.0.1"]), letter())
    assert (error.permanent, error.code) == (True, "307")
    assert [taken.path for taken in http.taken] == ["/hook"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (404, True),
        (410, True),
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_http_status_decides_on_trying_again(http, letter, status, permanent) -> None:
    http.answer({"errcode": 0}, status=status)
    error = refusal(webhook(http.url("/hook"), allow_hosts=["127.0.0.1"]), letter())
    assert (error.permanent, error.code) == (permanent, str(status))


def test_http_environment_proxy_is_not_used(http, letter, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert webhook(http.url("/hook"), allow_hosts=["127.0.0.1"]).send(letter()) == "HTTP 200"


def test_http_too_long_answer_is_no_receipt(http, letter) -> None:
    http.answers = [b" " * 70_000 + b'{"errcode":0}']
    channel = open_channel("wecom", {"url": http.url(), "allow_hosts": ["127.0.0.1"]})
    error = refusal(channel, letter())
    assert (error.permanent, error.code) == (False, "answer")


def test_http_silent_server_times_out(letter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        error = refusal(webhook(url, allow_hosts=["127.0.0.1"], timeout_seconds=0.2), letter())
    assert (error.permanent, error.code) == (False, "timeout")


def test_http_dripping_answer_is_cut(letter) -> None:
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with listening.accept()[0] as sock:
                sock.recv(65_536)
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                try:
                    while not gone.wait(0.05):
                        sock.sendall(b" ")
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        error = refusal(webhook(url, allow_hosts=["127.0.0.1"], timeout_seconds=0.4), letter())
        gone.set()
        thread.join(5)
    assert (error.permanent, error.code) == (False, "answer")


def test_https_certificate_is_checked_against_the_name(letter, https, tmp_path) -> None:
    made = certificate(tmp_path, "DNS:localhost")
    with https(made.server) as server:
        trusted = {"ca_file": str(made.file), "allow_hosts": ["localhost", "127.0.0.1"]}
        assert webhook(f"https://localhost:{server.port}/hook", **trusted).send(letter()) == "HTTP 200"
        assert server.taken[0].headers["Host"] == f"localhost:{server.port}"
        other_name = refusal(webhook(f"https://127.0.0.1:{server.port}/hook", **trusted), letter())
        nobody = refusal(webhook(f"https://localhost:{server.port}/hook", allow_hosts=["localhost"]), letter())
    assert (other_name.permanent, nobody.permanent) == (False, False)
    assert len(server.taken) == 1


def test_webhook_hands_over_the_whole_letter(http, letter) -> None:
    webhook(http.url("/hook"), allow_hosts=["127.0.0.1"]).send(letter())
    taken = http.taken[0]
    assert taken.headers["Idempotency-Key"] == "<0123456789abcdef@duban>"
    assert taken.headers["X-Duban-Timestamp"] == "1656118800"
    assert taken.json == {
        "message_id": "<0123456789abcdef@duban>",
        "recipient_name": "张三",
        "address": "zhangsan@example.gov.cn",
        "subject": "【催办单】2022年6月工作进展逾期未报",
        "body": "张三同志：\n\n请尽快报送。\n",
        "sent_at": "2022-06-25T01:00:00+00:00",
    }
