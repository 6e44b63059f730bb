"""User text and figures as they are printed: cleaned of what no paper may hold, dates and numerals in Chinese form.

Control characters would break .docx and .xlsx, and marks that turn the writing direction could make a signed paper
read differently from what was filed. Figures follow GB/T 9704-2012.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

#: control characters but tab and newline, direction and byte order marks, surrogates, and the non-characters that XML refuses
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BREAKS: Final = re.compile(r"\s*[\n\t]\s*")
_FULL: Final = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_HALF: Final = re.compile(r"(?<=[\u4e00-\u9fff》”）])[,;:?!]|[,;:?!](?=[\u4e00-\u9fff《“（])")
_BRACKETS: Final = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_SENTENCE: Final = re.compile(r"[^。；;！？!?]+[。；;！？!?]*")
_POINT: Final = re.compile(r"[一二三四五六七八九十]+是|[(（]?(?:\d{1,2}|[一二三四五六七八九十]+)[)）.、．]")
_DIGITS: Final = "〇一二三四五六七八九"
_SHORT: Final = {">=": "≥", "<=": "≤"}
_SIGNS: Final = {">=": "不低于", "<=": "不高于", ">": "超过", "<": "低于", "=": "达到"}


def without_controls(text: str) -> str:
    """The text without characters that no paper may hold; line ends become a newline, outer blanks stay."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def printable(text: str) -> str:
    """The text without characters that no paper may hold and without blanks around it."""
    return without_controls(text).strip()


def cleaned(value: Any) -> Any:
    """JSON-like data with every string made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


def one_line(text: str) -> str:
    """The text on one line."""
    return _BREAKS.sub(" ", printable(text))


def typeset(text: str) -> str:
    """The text on one line, punctuation beside Chinese characters full width (GB/T 15834): what was typed in haste."""
    return _HALF.sub(lambda found: _FULL[found[0]], _BRACKETS.sub(r"（\1）", one_line(text)))


def sentence(text: str) -> str:
    """The text on one line with one full stop at its end; nothing stays nothing."""
    line = one_line(text).rstrip("。.;；,，、 ")
    return line if not line or line.endswith(("！", "？", "!", "?")) else f"{line}。"


def phrase(text: str) -> str:
    """The text on one line without a stop at its end, to stand inside a sentence."""
    return one_line(text).rstrip("。.;；,，、 ")


def shortened(text: str, limit: int) -> str:
    """The first sentence of the text, cut with an ellipsis where it is longer than ``limit`` characters.

    It is cut at a comma where there is one in its second half.
    """
    first = re.split(r"[。；;\n]", printable(text), maxsplit=1)[0]
    if len(first) <= limit:
        return first
    kept = first[: limit - 2]
    comma = max(kept.rfind("，"), kept.rfind(","))
    return f"{kept[:comma] if comma >= limit // 2 else kept}……"


def condensed(text: str, limit: int) -> str:
    """As many whole sentences of the text as ``limit`` characters hold, in its own order and words.

    Sentences with figures go before those without, unless the text counts its points (一是…二是…): then the first ones
    stay. A first sentence that is too long by itself ends in an ellipsis.
    """
    line = one_line(text)
    if len(line) <= limit:
        return sentence(line)
    parts = [part.strip() for part in _SENTENCE.findall(line) if part.strip()]
    counted = sum(bool(_POINT.match(part)) for part in parts) > 1
    order = range(len(parts)) if counted else sorted(range(len(parts)), key=lambda n: not re.search(r"\d", parts[n]))
    kept: list[int] = []
    for number in order:
        if sum(len(parts[n]) for n in kept) + len(parts[number]) <= limit:
            kept.append(number)
        elif counted:
            break
    if not kept:
        return f"{parts[0][: limit - 2].rstrip('，、；,;')}……"
    return sentence("".join(parts[n] for n in sorted(kept)))


def chinese_date(day: date) -> str:
    """2022年5月7日: Arabic digits without leading zeros (GB/T 9704-2012)."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_of_year(day: date) -> str:
    """5月7日."""
    return f"{day.month}月{day.day}日"


def chinese_month(month: str) -> str:
    """``2022-06`` as 2022年6月."""
    year, number = month.split("-")
    return f"{int(year)}年{int(number)}月"


def chinese_numeral(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def unnumbered(title: str) -> str:
    """A heading without the numeral it may carry (一、 or (一)), so that the paper can number it itself."""
    return re.sub(r"^\s*(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）])\s*", "", title).strip()


def inner_title(title: str) -> str:
    """What stands between the book marks of 关于印发《…》的通知; otherwise the title itself."""
    start, end = title.find("《"), title.rfind("》")
    return title[start + 1 : end] if 0 <= start < end else title


def figure(value: float) -> str:
    """A number without an empty fraction: 120, 15.5."""
    return f"{value:,.0f}".replace(",", "") if float(value).is_integer() else f"{value:.4f}".rstrip("0").rstrip(".")


def target(op: str, value: float, unit: str) -> str:
    """A target in words: 不低于120个."""
    return f"{_SIGNS.get(op, op)}{figure(value)}{unit}"


def aim(op: str, value: float, unit: str) -> str:
    """A target in signs, where there is no room for words: ≥ 120个."""
    return f"{_SHORT.get(op, op)} {figure(value)}{unit}"


def met(op: str, value: float, goal: float) -> bool:
    """Whether the value reaches the goal under the operator; an unknown operator means equality."""
    answers: Mapping[str, bool] = {">=": value >= goal, "<=": value <= goal, ">": value > goal, "<": value < goal}
    return answers.get(op, value == goal)
