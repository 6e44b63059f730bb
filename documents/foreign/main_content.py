"""Which lines of a web page are its main content: by where its text stands and where its links do, by no site's names.

The main content is the smallest part of the page that holds three quarters of its running text; the title above it and
what stands between are kept, menus, breadcrumbs, share bars and footers are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

#: the share of the page's running text that its main content holds
_MOST: Final = 0.75
_SENTENCE: Final = re.compile(r"[，。；：、（）,;:]")
_SHORTEST: Final = 6
_LONG: Final = 12
#: so many lines of links one after the other, or links on one line, are a menu
_MENU: Final = 3
_ATTACHED: Final = re.compile(r"附件|\.(?:docx?|wps|xlsx?|et|pdf|ofd|zip|rar)\b", re.IGNORECASE)
_TOOLS: Final = re.compile(
    r"(?=.*[\u4e00-\u9fff])(?:打印(?:本页|此页|页面)?|关闭(?:窗口|本页)?|分享到?|我要|收藏|字体|字号|[大中小]|默认|超大|返回(?:顶部|首页|列表)?|扫一扫.{0,24}|"
    r"用?手机.{0,8}(?:打开|查看).{0,8}|微信|微博|QQ空间|朋友圈|复制链接|纠错|下载|阅读|浏览|点击|访问|次数?|数|量|人次|无障碍|繁体|简体|"
    r"[\[\]【】()（）:：|｜/>\s\d+Aa—-])+"
)
_AROUND: Final = re.compile(
    r"(?:上一[篇条]|下一[篇条]|相关(?:阅读|链接|报道|文章|推荐|稿件)|责任编辑|【?责编|当前位置|您(?:现在|当前)?(?:所在)?的?位置|编辑[:：])"
)
_FOOT: Final = re.compile(
    r"版权所有|网站标识码|ICP备|备案(?:号|序号)|公网安备|技术支持[:：]|建议使用.{0,20}(?:浏览器|分辨率)"
)
_SPACES: Final = re.compile(r"\s+")


@dataclass(slots=True)
class PageLine:
    """One line that a reader sees, with how much of it is links."""

    text: str
    linked: int
    links: int
    heading: bool

    @property
    def is_link(self) -> bool:
        """Whether most of it is links."""
        return 2 * self.linked > len(self.text)

    @property
    def weight(self) -> int:
        """How much running text it holds."""
        running = len(self.text) >= _LONG or (len(self.text) >= _SHORTEST and bool(_SENTENCE.search(self.text)))
        return len(self.text) if running and not self.is_link and not self.is_around else 0

    @property
    def is_around(self) -> bool:
        """Whether it has the words of what stands around a page's content: tools, what to read next, the footer."""
        return bool(_TOOLS.fullmatch(self.text) or _AROUND.match(self.text) or _FOOT.search(self.text))


@dataclass(slots=True)
class Page:
    """The lines of a page as they go by, and the parts that it is divided into."""

    title: str = ""
    lines: list[PageLine] = field(default_factory=list)
    #: first line and line behind the last one of each part
    boxes: list[tuple[int, int]] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _linked: int = 0
    _links: int = 0
    _heading: bool = False
    _was_link: bool = False

    def say(self, text: str, *, link: bool, heading: bool) -> None:
        """Text on the line that is open."""
        self._pieces.append(text)
        said = len(text.strip())
        self._linked += said if link else 0
        self._links += link and said > 0 and not self._was_link
        self._was_link = link
        self._heading = self._heading or (heading and said > 0)

    def flush(self) -> None:
        """The line that is open ends; an empty one is none."""
        text = "".join(self._pieces).strip(" ")
        if text.strip():
            self.lines.append(PageLine(text, self._linked, self._links, self._heading))
        self._pieces, self._linked, self._links, self._heading, self._was_link = [], 0, 0, False, False

    def box(self, start: int) -> None:
        """A part from this line to the last one."""
        if len(self.lines) > start:
            self.boxes.append((start, len(self.lines)))

    def no_boxes_within(self, start: int) -> None:
        """What ended since this line is cells of a table, no parts of the page."""
        while self.boxes and self.boxes[-1][0] >= start:
            self.boxes.pop()


def kept_lines(page: Page) -> list[bool]:
    """For each line of the page whether it is of the main content."""
    lines = page.lines
    first, last = _main(page)
    title = next((at for at, line in enumerate(lines[:last]) if _is_title(line, page.title)), first)
    menu = _menus(lines)
    #: above the main content from the title on; within it above the title only what is running text
    shown = [
        (at >= title and not line.is_link) if at < first else at < last and (at >= title or line.weight > 0)
        for at, line in enumerate(lines)
    ]
    return [shown[at] and not menu[at] and not line.is_around for at, line in enumerate(lines)]


def _main(page: Page) -> tuple[int, int]:
    """The smallest part that holds most of the running text."""
    sums = [0]
    for line in page.lines:
        sums.append(sums[-1] + line.weight)
    whole = (0, len(page.lines))
    fitting = [box for box in page.boxes if sums[box[1]] - sums[box[0]] >= _MOST * sums[-1]]
    return min([*fitting, whole], key=lambda box: box[1] - box[0])


def _is_title(line: PageLine, title: str) -> bool:
    """Whether a line is the page's title: a heading, or the words that the browser shows."""
    said, shown = _SPACES.sub("", line.text), _SPACES.sub("", title)
    return (
        not line.is_link and len(said) >= _SHORTEST and (line.heading or said in shown or bool(shown and shown in said))
    )


def _menus(lines: list[PageLine]) -> list[bool]:
    """The lines that are menus: several links on one, or several lines of links together; attachments are none."""
    links = [line.is_link and not _ATTACHED.search(line.text) for line in lines]
    menu = [is_link and line.links >= _MENU for is_link, line in zip(links, lines, strict=True)]
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not links[at]:
            if at - start >= _MENU:
                menu[start:at] = [True] * (at - start)
            start = at + 1
    return menu
