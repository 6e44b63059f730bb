"""How the lines of a notice announce what they are: numbers of parts and items, closing lines, headings of prose."""

from __future__ import annotations

import re
from typing import Final

from documents.reading.source import folded

_CHINESE: Final = "一二三四五六七八九十百"
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")}
SECTION: Final = re.compile(
    rf"([{_CHINESE}]{{1,5}})[、.] *(?=\S)|(第(?:[{_CHINESE}]{{1,5}}|\d{{1,2}})(?:章|部分|篇)) *、?(?=\S)"
)
SUBSECTION: Final = re.compile(
    rf"(\([{_CHINESE}]{{1,5}}\))[、.]? *(?=\S)|(第(?:[{_CHINESE}]{{1,5}}|\d{{1,3}})条)[ :]*(?=\S)"
)
ITEM: Final = re.compile(
    rf"(\d{{1,3}}) ?[.、] *(?![\d ])|[★☆●○◆◇■□▲△※▪•] ?(\d{{1,3}}) *[.、:]? *(?=[“《\u4e00-\u9fff])|"
    rf"[★☆●○◆◇■□▲△※▪•【]? ?(?:重点)?(?:任务|事项|措施|项目|工作)(\d{{1,3}}|[{_CHINESE}]{{1,3}})[】 ]*[:、.】 ] *(?=\S)"
)
#: a title may begin with a figure (11.121工程): an item only where the number goes on and the figure measures nothing
NEXT_ITEM: Final = re.compile(
    r"(\d{1,3})[.、] *(?=\d)(?!\d+(?:\.\d+)*(?:[亿万千百余多]|%|[米吨元个家名项]|公里|人(?!才)))(?!\d{1,3}年)"
)
#: numbers with their section in front: 1.1, 2.3.1
DOUBLE: Final = re.compile(
    r"(\d{1,2}(?:\.\d{1,2}){1,2})[.、]? *(?=[“《\u4e00-\u9fff])(?![亿万千百余多倍年月日元米吨个家名项人]|公里|平方)"
)
#: numbers below an item: its text goes on
POINT: Final = re.compile(
    r"\(\d{1,2}\)|\d{1,2}\)|[①-⑳]|[一二三四五六七八九十]{1,3}是|第[一二三四五六七八九十]{1,2}[,、]"
)
#: what is to be done, said under its name
SAID: Final = re.compile(r"(?:整改|工作|主要|具体|目标|任务|建设|重点){0,2}(?:措施|目标|内容|任务|要求|举措|问题) *:")
ATTACHMENTS: Final = re.compile(r"附件? *: *\S")
CAPTION: Final = re.compile(r"附件 *\d{0,2}:?$")
#: what stands below the work: it is said to nobody that works
CLOSING: Final = re.compile(
    r"特?此通知|(?:请|望|以上)[^。]{0,12}(?:认真|遵照|结合实际)[^。]{0,12}(?:执行|落实|贯彻)|(?:请|望)?各[^。]{0,20}(?:单位|部门|县|区|市)[^。]{0,30}(?:每|按)[月季周半双][^。]{0,24}报|"
    r"(?:本|以上|上述|此前)[\u4e00-\u9fff]{0,12}?(?:自[^。]{0,20}起|由[^。]{0,30}负责解释|有效期|与本[^。]{1,12}不一致)|"
    r"附件? *[:\d]|附件$|附表|抄送|抄报|分送|主题词|联系(?:人|电话|方式)|公开(?:方式|属性|形式)|信息公开|\(?此件|\(?(?:主动|依申请|不予)公开|(?:责任编辑|编辑|审核|来源|版权|主办)[: ]|"
    r"用微信|分享到|扫一扫|【|上一[篇条]|下一[篇条]|.{2,30}(?:办公室|办公厅|秘书[处科]).{0,4}\d{4}年\d{1,2}月\d{1,2}日 ?印发"
)
#: headings of what carries the work and is none itself, unless it names units
PROSE: Final = re.compile(
    r"(?:总体(?:要求|思路)|指导思想|基本原则|工作原则|组织(?:保障|领导|实施|机构)|保障措施|工作要求|工作机制|推进机制|保障机制|工作步骤|实施步骤|时间安排|有关要求|相关要求|重要意义|主要任务和分工|"
    r"(?:切实)?(?:做好|加强|强化|健全|完善)?(?:组织(?:保障|领导|实施|机构)|保障措施|工作保障|工作要求|总体要求)|附则)"
)
#: a heading is a short line; longer ones are text
LONGEST_HEADING: Final = 60


def numeral(text: str) -> int:
    """The value of a numeral up to 999, Chinese or not, with the signs around it: 二十一, （三）, 第四条, 12."""
    total, digit = 0, 0
    bare = text.strip("() 第条章部分篇")
    if bare.isdigit():
        return int(bare)
    for char in bare:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total, digit = total + (digit or 1) * (100 if char == "百" else 10), 0
    return total + digit


def chinese(number: int) -> str:
    """A Chinese numeral for 1–99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{'零一二三四五六七八九'[tens]}十"
    return head + ("零一二三四五六七八九"[ones] if ones else "")


def is_prose(title: str) -> bool:
    """Whether a heading announces what carries the work: 总体要求, 组织保障."""
    bare = re.sub(r"[。:, ].*$", "", folded(title).strip())
    return bool(
        PROSE.fullmatch(bare)
        or (
            len(bare) <= 10
            and re.fullmatch(r".{0,4}(?:总体要求|指导思想|基本原则|组织保障|组织领导|保障措施|工作要求|组织实施)", bare)
        )
    )
