"""Writes the generated parts of the documents: the law in both READMEs, a picture of each flow, all commands, who may what.

Run by ``make docs``. With ``--check`` it writes nothing, names every page that is behind and ends with 1 if there is
one; ``tests/test_docs.py`` does that.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models import labels
from models.language import set_language, speaking
from workflow.flow_store import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

ROOT: Final = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- law:begin (make docs) -->", "<!-- law:end -->"
HEAD: Final = """\
# All commands

Written by `make docs` (`docs/generate.py`) from the commands themselves: every page below is what `duban --lang en`
says with `-h` behind the command. Do not edit it; change the command's help and run `make docs` again. The same
texts in Chinese: any command with `-h`.
"""
WIDTH: Final = 100
PERMISSIONS: Final = """\
# 谁可以做什么

本页由 `make docs` 从程序判断权限所用的文件 `workflow/authorisation.txt` 和各流程文件生成，不能手改。程序办每一件事都查这两处；
测试按它逐格真办一遍（每项、每个岗位、本单位与外单位、每种状态）。没有写明的，一律拒绝，拒绝也留痕。
网页上安全管理员、审计管理员、系统管理员和主任在“权限分立”里看到的是同一张表，含本办自行安装的流程。

## 一、怎么看

| 格子 | 意思 |
|---|---|
| ✓ | 可以，不限单位 |
| {own} | 只限本单位的 |
| {named} | 本单位的，以及分解事项或问题里把本单位列为配合单位的 |
| {approved} | 只限已审核通过的，和等本人签字的 |
| {self} | 只限办自己的 |
| {others} | 只限办别人的，不能给自己办 |
| – | 不可以 |

- 看不到的东西和不存在的东西，答复一字不差（`E-404`）；看得到但无权办的，答 `E-403` 并写明要什么岗位。
- 三员分立：系统管理员、安全管理员、审计管理员互不兼任，也不兼其他岗位，请假代办也不能凑成两员；三员都看不到填报内容（{unseen}）。
- 谁都不能：改动或删除留痕、已签章的报送件、以前的填报；审核自己填报或签字的；给自己授权；指定自己做代办人。
- 代办人当天以请假人的岗位办理，两人的名字都留痕，四眼原则对两人都算。
- 收到抄送的人（三员除外），看得到那一项任务和填报。每个人都能看自己的消息、登录处、密码。

## 二、流程以外的事
"""


def pages() -> dict[Path, str]:
    """Every generated page with the text it should have."""
    return {
        ROOT / "README.md": _with_law(ROOT / "README.md", "en"),
        ROOT / "README.zh-CN.md": _with_law(ROOT / "README.zh-CN.md", "zh"),
        ROOT / "docs" / "commands.md": _reference(),
        ROOT / "docs" / "permissions.md": _permissions(),
        **{ROOT / "docs" / "flows" / f"{name}.svg": _picture(name) for name in SHIPPED},
    }


def _with_law(file: Path, language: str) -> str:
    from workflow.diagram import markdown
    from workflow.flow_store import MONTHLY, shipped

    text = file.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with speaking(language):
        return f"{before}{BEGIN}\n{markdown(shipped(MONTHLY))}{END}{after}"


def _picture(name: str) -> str:
    from workflow.diagram import svg
    from workflow.flow_store import shipped

    with speaking("zh"):
        return svg(shipped(name))


def _permissions() -> str:
    from models.states import Reach
    from workflow import powers
    from workflow.authorisation import CONTENT, DUTIES
    from workflow.flow_store import shipped

    def table(of: list[powers.Power], first: str) -> str:
        head = [first, *(role.label for role in DUTIES)]
        rows = [[power.said, *(_cell(power.reach.get(role)) for role in DUTIES)] for power in of]
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---", *[":-:"] * len(DUTIES)], *rows))

    with speaking("zh"):
        words = {reach.name.lower(): reach.label for reach in Reach}
        unseen = "、".join(labels.deed(deed) for deed in CONTENT)
        parts = [PERMISSIONS.format(**words, unseen=unseen)]
        parts += [f"### {title}\n\n{table(of, '事项')}\n" for title, of in powers.deeds()]
        parts.append("## 三、流程里的每一步\n")
        parts += [
            f"### {(flow := shipped(name)).title.here}\n\n{table(powers.steps(flow), '操作')}\n" for name in SHIPPED
        ]
    return "\n".join(parts)


def _cell(reach: str | None) -> str:
    """One cell: without limit ✓, up to a limit its word, – where it is refused."""
    return "–" if reach is None else reach or "✓"


def _reference() -> str:
    from cli import root

    with speaking("en"):
        return "\n".join([HEAD, *_help(root, "duban", None)])


def _help(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    """A command's page, then those of the commands below it."""
    import click

    # what the root says (-h, the width) its commands inherit
    said = {} if parent else {**command.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **said)
    yield f"## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield from _help(found, sub, context)


def main(*, check: bool) -> int:
    """Write every page that has changed, or only name it; 1 when a page was behind and is not written."""
    behind = [
        (file, text) for file, text in pages().items() if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    for file, text in behind:
        print(file.relative_to(ROOT))
        if not check:
            file.write_text(text, encoding="utf-8")
    return int(check and bool(behind))


if __name__ == "__main__":
    set_language("en")  # help texts are read when a command's module is imported
    sys.exit(main(check="--check" in sys.argv[1:]))
