"""Writes the generated parts of the documents: the law in both READMEs, a picture of each flow, all commands.

Run by ``make docs``. With ``--check`` it writes nothing, names every page that is behind and ends with 1 if there is
one; ``tests/test_docs.py`` does that.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

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


def pages() -> dict[Path, str]:
    """Every generated page with the text it should have."""
    return {
        ROOT / "README.md": _with_law(ROOT / "README.md", "en"),
        ROOT / "README.zh-CN.md": _with_law(ROOT / "README.zh-CN.md", "zh"),
        ROOT / "docs" / "commands.md": _reference(),
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
