"""The group robots: signatures against values computed by hand, parts within the limits, every code read."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channel import DeliveryError, open_channel
from notifications.channels import dingtalk, feishu, robot, webhook, wecom

NINE = datetime(2022, 6, 25, 1, 0, tzinfo=UTC)
FINE = {"wecom": {"errcode": 0}, "dingtalk": {"errcode": 0}, "feishu": {"code": 0, "StatusCode": 0}}


def send(name, http, letter, **more):
    return open_channel(name, {"url": http.url(), "allow_hosts": ["127.0.0.1"], **more}).send(letter)


def refusal(name, http, letter, **more) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(name, http, letter, **more)
    return caught.value


# The expected values were made with openssl:
#   printf '1656118800000\nSECtest0001' | openssl dgst -sha256 -hmac SECtest0001 -binary | base64
#   printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<hex of '1656118800\nfeishu-key-1'> -binary | base64
#   printf '1656118800.{"a":1}' | openssl dgst -sha256 -hmac webhook-secret-0001 -hex
def test_dingtalk_signature_equals_the_value_made_by_hand() -> None:
    assert dingtalk.signature("SECtest0001", NINE) == {
        "timestamp": "1656118800000",
        "sign": "B0zy7cjDLaOOiC6Fj09JaR+5oZmB1f/WVHxNMg8SSXs=",
    }


def test_feishu_signature_equals_the_value_made_by_hand() -> None:
    assert feishu.signature("feishu-key-1", NINE) == {
        "timestamp": "1656118800",
        "sign": "B1uO6mcipEKdGfs4CTmHf7uuv/oLZuI7JJV8lYiItOM=",
    }


def test_webhook_signature_equals_the_value_made_by_hand() -> None:
    expected = "sha256=ead2f916042e341a5818ebbaad296153d530358753163d9f389e2735dacf6240"
    assert webhook.signature("webhook-secret-0001", "1656118800", b'{"a":1}') == expected


def test_wecom_request_is_what_the_robot_expects(http, letter) -> None:
    http.answer(FINE["wecom"])
    send("wecom", http, letter(address="13800000000"))
    taken = http.taken[0]
    assert taken.path == "/send?key=robot-key-0001"
    assert taken.headers["Host"] == f"127.0.0.1:{http.port}"
    assert taken.json == {
        "msgtype": "text",
        "text": {
            "content": "【催办单】2022年6月工作进展逾期未报\n张三同志：\n\n请尽快报送。",
            "mentioned_mobile_list": ["13800000000"],
        },
    }


def test_dingtalk_request_is_signed_in_the_address(http, letter) -> None:
    http.answer(FINE["dingtalk"])
    send("dingtalk", http, letter(), secret="SECtest0001")
    query = parse_qs(urlsplit(http.taken[0].path).query)
    assert query == {
        "key": ["robot-key-0001"],
        "timestamp": ["1656118800000"],
        "sign": ["B0zy7cjDLaOOiC6Fj09JaR+5oZmB1f/WVHxNMg8SSXs="],
    }
    assert http.taken[0].json == {
        "msgtype": "text",
        "text": {"content": "【催办单】2022年6月工作进展逾期未报\n张三同志：\n\n请尽快报送。"},
        "at": {"atMobiles": [], "isAtAll": False},
    }


def test_feishu_request_is_signed_in_the_body(http, letter) -> None:
    http.answer(FINE["feishu"])
    send("feishu", http, letter(address="ou_abc123"), secret="feishu-key-1")
    assert http.taken[0].json == {
        "timestamp": "1656118800",
        "sign": "B1uO6mcipEKdGfs4CTmHf7uuv/oLZuI7JJV8lYiItOM=",
        "msg_type": "text",
        "content": {
            "text": '<at user_id="ou_abc123"></at> 【催办单】2022年6月工作进展逾期未报\n张三同志：\n\n请尽快报送。'
        },
    }


def test_feishu_words_of_a_user_call_nobody(http, letter) -> None:
    http.answer(FINE["feishu"])
    send("feishu", http, letter(body='<at user_id="all">所有人</at>', address='ou_x"></at><at user_id="all'))
    assert "<" not in http.taken[0].json["content"]["text"]


def test_wecom_words_of_a_user_call_nobody(http, letter) -> None:
    http.answer(FINE["wecom"])
    send("wecom", http, letter(body="<@all>", address="@all"))
    text = http.taken[0].json["text"]
    assert "<@" not in text["content"]
    assert text["mentioned_mobile_list"] == []


def test_robot_without_secret_is_not_signed(http, letter) -> None:
    http.answer(FINE["dingtalk"])
    send("dingtalk", http, letter())
    http.answer(FINE["feishu"])
    send("feishu", http, letter())
    assert http.taken[0].path == "/send?key=robot-key-0001"
    assert set(http.taken[1].json) == {"msg_type", "content"}


CODES = [
    *(("wecom", {"errcode": code, "errmsg": "x"}, True) for code in sorted(wecom.PERMANENT)),
    *(("wecom", {"errcode": code, "errmsg": "x"}, False) for code in (-1, 45009, 45033, 123456)),
    *(("dingtalk", {"errcode": code, "errmsg": "x"}, True) for code in sorted(dingtalk.PERMANENT)),
    *(("dingtalk", {"errcode": code, "errmsg": "x"}, False) for code in (-1, 130101, 410100, 90030, 123456)),
    *(("feishu", {"code": code, "msg": "x"}, True) for code in sorted(feishu.PERMANENT)),
    *(("feishu", {"StatusCode": 19001, "msg": "x"}, True) for _ in "x"),
    *(("feishu", {"code": code, "msg": "x"}, False) for code in (11232, 230020, 99991400, 123456)),
]


@pytest.mark.parametrize(("name", "answer", "permanent"), CODES)
def test_robot_code_in_a_200_answer_is_a_failure(http, letter, name, answer, permanent) -> None:
    http.answer(answer)
    error = refusal(name, http, letter())
    code = next(value for key, value in answer.items() if key != "msg")
    assert (error.permanent, error.code) == (permanent, str(code))


@pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu"])
@pytest.mark.parametrize(
    "answer", [b"", b"ok", b"[]", b"{}", b'{"errcode":"0","code":"0"}', b'{"errcode":false,"code":false}']
)
def test_robot_answer_without_a_receipt_is_no_success(http, letter, name, answer) -> None:
    http.answers = [answer]
    error = refusal(name, http, letter())
    assert (error.permanent, error.code) == (False, "answer")


def test_wecom_long_text_goes_in_numbered_parts_within_the_limit(http, letter) -> None:
    http.answer(FINE["wecom"])
    body = "".join(f"{i}.清理整治岸线，完成年度任务。\n" for i in range(100))
    receipt = send("wecom", http, letter(body=body))
    texts = [taken.json["text"]["content"] for taken in http.taken]
    assert receipt == f"errcode 0 ×{len(texts)}"
    assert len(texts) == 3
    assert max(len(text.encode()) for text in texts) <= 2048
    assert [text[:5] for text in texts] == ["（1/3）", "（2/3）", "（3/3）"]
    assert "\n".join(text[5:] for text in texts) == f"{letter().subject}\n{body}".strip()


def test_wecom_refusal_of_a_later_part_is_a_failure(http, letter) -> None:
    http.answers = [b'{"errcode":0}', b'{"errcode":45009,"errmsg":"too many"}']
    assert not refusal("wecom", http, letter(body="长" * 1500)).permanent


@pytest.mark.parametrize(("name", "path"), [("dingtalk", ("text", "content")), ("feishu", ("content", "text"))])
def test_robot_request_stays_below_twenty_thousand_bytes(http, letter, name, path) -> None:
    http.answer(FINE[name])
    send(name, http, letter(body='"引号"\n' * 4000, address="13800000000"), secret="SECtest0001")
    assert len(http.taken) > 1
    assert max(len(taken.body) for taken in http.taken) <= 20_000
    assert http.taken[0].json[path[0]][path[1]].startswith("（1/")


@given(st.text(max_size=600), st.integers(min_value=100, max_value=400))
def test_parts_keep_every_character_and_the_limit(text, limit) -> None:
    text = text.encode("utf-8", "replace").decode()
    found = robot.parts(text, limit, most=1000)
    assert max(robot.written_bytes(part) for part in found) <= limit
    if len(found) == 1:
        assert found == [text]
    else:
        joined = "".join(part.split("）", 1)[1] for part in found)
        assert joined.replace("\n", "") == text.replace("\n", "")


def test_parts_beyond_the_most_say_that_they_are_cut() -> None:
    found = robot.parts("长" * 10_000, 2048)
    assert len(found) == robot.PARTS
    assert max(robot.written_bytes(part) for part in found) <= 2048
    assert found[-1].startswith("（5/5）")
    assert "…" in found[-1]
    assert "…" not in found[-2]
