"""Where the title of a paper is broken: at a sense, never inside a word it knows, each line shorter than the one above.

GB/T 9704-2012: a title of several lines keeps words whole and is shaped like a trapezoid. There is no dictionary here;
the list holds words of official titles in general.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

#: characters of 22 points in 156 mm
LONGEST: Final = 20
_AFTER: Final = "、，；：》）”的和与及"
_BEFORE: Final = "《（“和与及"
_NEVER_FIRST: Final = "的、，；：。》）”之们"
_WORDS: Final = (
    "关于", "印发", "开展", "情况", "报告", "通报", "通知", "进展", "工作", "任务", "要点", "方案", "办法", "意见", "推动", "推进", "落实",
    "加强", "做好", "进一步", "发展", "建设", "保护", "治理", "整改", "问题", "督办", "督查", "催办", "报送", "分解表", "领导", "小组",
    "领导小组", "办公室", "经济", "经济带", "环境", "生态", "年度", "重点", "专项", "行动", "计划", "规划", "实施", "管理", "保障", "制度",
    "人民政府", "人民", "政府", "委员会", "单位", "责任", "全市", "全省", "全县", "全区", "长江", "黄河", "农村", "城镇", "城市", "污水",
    "垃圾", "处理", "安全", "生产", "服务", "改革", "创新", "高质量", "质量", "综合", "整治", "监督", "检查", "考核", "评价", "清单",
    "生态环境", "农业农村", "自然资源", "管理委员会", "报送表", "台账", "逾期", "事项", "进度", "完成", "汇总", "月度", "季度",
)  # fmt: skip
#: what a further line costs, against a break that makes no sense or a line longer than the one above
_A_LINE: Final = 10.0


@cache
def title_lines(title: str) -> tuple[str, ...]:
    """The lines of a title, none longer than twenty characters; a title of one line stays one."""
    if len(title) <= LONGEST:
        return (title,)
    forbidden = _inside(title)

    @cache
    def rest(start: int, above: int) -> tuple[float, tuple[str, ...]]:
        """The cheapest lines from ``start`` on, under a line that began at ``above``."""
        found: tuple[float, tuple[str, ...]] = (float("inf"), ())
        for end in range(start + 1, min(start + LONGEST, len(title)) + 1):
            if end in forbidden and end < start + LONGEST:
                continue  # a word longer than a line is broken all the same
            cost = _cost(title[above:start], title[start:end], last=end == len(title)) + (99 if end in forbidden else 0)
            if end < len(title):
                further, lines = rest(end, start)
            else:
                further, lines = 0.0, ()
            found = min(found, (cost + further, (title[start:end], *lines)))
        return found

    return rest(0, 0)[1]


def _inside(title: str) -> frozenset[int]:
    """The places in front of which no line may begin: inside a known word or a number, before a closing mark."""
    found = {place for place, char in enumerate(title) if char in _NEVER_FIRST}
    for word in _WORDS:
        for hit in re.finditer(re.escape(word), title):
            found.update(range(hit.start() + 1, hit.end()))
    for hit in re.finditer(r"[0-9A-Za-z.%％]+[年月日号项个]?|\d+年\d+月", title):
        found.update(range(hit.start() + 1, hit.end()))
    found.update(place + 1 for place, char in enumerate(title) if char in "《（“")
    return frozenset(found)


def _cost(above: str, line: str, *, last: bool) -> float:
    """What a line costs under the one above it: breaks in no sensible place, and shapes that are no trapezoid."""
    cost = _A_LINE + (4 if last and len(line) < 4 else 0)
    if above:
        sensible = above[-1] in _AFTER or line[0] in _BEFORE or above.endswith(_WORDS) or line.startswith(_WORDS)
        longer = len(line) - len(above)
        cost += (0 if sensible else 12) + (3 * longer if longer > 0 else -0.7 * longer)
    return cost
