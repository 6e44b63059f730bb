"""Which installed typefaces the PDF is set in: the official ones where the office has them, else a free Chinese one.

方正小标宋, 仿宋_GB2312 and 楷体_GB2312 may not be shipped with a program (``domain.md``), so they are only looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import typst

if TYPE_CHECKING:
    from collections.abc import Collection

#: families by preference; every list of a face ends in families that any Chinese system may have
_SERIF: Final = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "SimSun",
    "宋体",
    "Songti SC",
)
_SANS: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "Droid Sans Fallback",
    "PingFang SC",
)
_BODY: Final = ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "FZFangSong-Z02", *_SERIF)
_TITLE: Final = ("方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05", "FZXiaoBiaoSong-B05S", *_SERIF)
_HEADING: Final = ("黑体", "SimHei", *_SANS)
_NUMBER: Final = ("宋体", "SimSun", "NSimSun", "Songti SC", *_SERIF)
_SUBHEADING: Final = ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "AR PL UKai CN", *_SERIF)


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The families of one paper: 仿宋 body, 小标宋 title, 黑体 and 楷体 levels, 宋体 page number, or what stands for them."""

    body: str
    title: str
    heading: str
    subheading: str
    number: str


@cache
def installed() -> typst.Fonts:
    """The machine's typefaces, searched once a process."""
    return typst.Fonts()


def typefaces(fonts: typst.Fonts | None = None) -> Typefaces | None:
    """The typefaces to set a paper in, or ``None`` where no Chinese one is installed."""
    present = frozenset((fonts or installed()).families())
    fallback = _first((*_BODY, *_SANS), present)
    if fallback is None:
        return None
    return Typefaces(
        body=fallback,
        title=_first(_TITLE, present) or fallback,
        heading=_first(_HEADING, present) or fallback,
        subheading=_first(_SUBHEADING, present) or fallback,
        number=_first(_NUMBER, present) or fallback,
    )


def chinese_font(fonts: typst.Fonts | None = None) -> str | None:
    """The family that body text is set in, or ``None`` where no Chinese one is installed (for ``duban doctor``)."""
    faces = typefaces(fonts)
    return faces.body if faces else None


def _first(wanted: tuple[str, ...], present: Collection[str]) -> str | None:
    return next((family for family in wanted if family in present), None)
