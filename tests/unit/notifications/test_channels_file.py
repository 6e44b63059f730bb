"""Messages as files: whole or not there, named safely, the same name for the same message."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language import speaking
from notifications.channel import DeliveryError, open_channel
from notifications.channels.file import file_name


def test_file_holds_head_and_body(tmp_path, letter) -> None:
    with speaking("en"):
        name = open_channel("file", {}, home=tmp_path).send(letter())
    text = (tmp_path / "outbox" / name).read_text("utf-8")
    assert text == (
        "Number: <0123456789abcdef@duban>\n"
        "To: 张三 zhangsan@example.gov.cn\n"
        "Time: 2022-06-25 09:00\n"
        "Subject: 【催办单】2022年6月工作进展逾期未报\n"
        "\n张三同志：\n\n请尽快报送。\n"
    )


def test_file_second_delivery_is_the_same_file(tmp_path, letter) -> None:
    channel = open_channel("file", {"folder": "out"}, home=tmp_path)
    assert channel.send(letter()) == channel.send(letter())
    channel.send(letter(message_id="<other@duban>"))
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_file_failed_write_leaves_nothing_behind(tmp_path, letter) -> None:
    channel = open_channel("file", {"folder": "out"}, home=tmp_path)
    (tmp_path / "out" / file_name(letter().message_id)).mkdir(parents=True)
    with pytest.raises(DeliveryError) as caught:
        channel.send(letter())
    assert not caught.value.permanent
    assert str(tmp_path) not in caught.value.reason
    assert [path.name for path in (tmp_path / "out").iterdir()] == [file_name(letter().message_id)]


@pytest.mark.parametrize(
    "message_id", ["../../etc/passwd", "/etc/passwd", "..", ".", "a\x00b", "长" * 300, "CON", "-rf"]
)
def test_file_name_stays_in_its_folder(message_id) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.txt", file_name(message_id))


@given(st.text(max_size=50), st.text(max_size=50))
def test_file_name_differs_for_different_messages(one, other) -> None:
    one, other = one.encode("utf-8", "replace").decode(), other.encode("utf-8", "replace").decode()
    assert (file_name(one) == file_name(other)) == (one == other)
