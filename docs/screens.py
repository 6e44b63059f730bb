"""Take the pictures of the desk for the guides: ``docs/desk/*.png``, from an office to practise in.

    python docs/screens.py [NAME ...]     all of them, or those named (needs Debian's chromium)

They are not part of ``make docs``: a picture depends on the typefaces and the browser of the machine.
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from simulation.practice import PASSWORD  # noqa: E402 - the project's own rooms come after its folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

FOLDER: Final = ROOT / "docs" / "desk"
DUBAN: Final = Path(sys.executable).with_name("duban")
WIDE, PHONE = (1366, 768), (390, 844)
COLOURS: Final = 64
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: whose, of which page, on which screen; ``then`` are the links in its list that are followed, by their address."""

    name: str
    login: str
    path: str
    size: tuple[int, int] = WIDE
    then: tuple[str, ...] = ()
    until: str = "2022-06-24"


_LATE: Final = "2022-06-28"
SCREENS: Final = (
    Screen("login", "", "/login"),
    Screen("home-clerk", "clerk1", "/"),
    Screen("filing", "clerk1", "/filing"),
    Screen("filing-one", "clerk1", "/filing", then=("/filing/1",)),
    Screen("filing-phone", "clerk1", "/filing", PHONE),
    Screen("inbox", "clerk5", "/inbox", until=_LATE),
    Screen("story", "reviewer1", "/tasks/1", until=_LATE),
    Screen("review-list", "reviewer1", "/review", until=_LATE),
    Screen("review", "reviewer1", "/review", then=("/review/",), until=_LATE),
    Screen("board", "director", "/board", until=_LATE),
    Screen("board-course", "director", "/board/course", until=_LATE),
    Screen("board-indicators", "director", "/board/indicators", until=_LATE),
    Screen("decisions", "director", "/decisions", until=_LATE),
    Screen("summary", "director", "/months/2022-06/summary", until=_LATE),
    Screen("people", "sysadmin", "/people", until=_LATE),
    Screen("powers", "secadmin", "/duties/powers", until=_LATE),
    Screen("trail", "auditor", "/trail", until=_LATE),
)


@contextmanager
def desk(until: str) -> Iterator[str]:
    """An office to practise in that stands at a day, served on a free port; its address."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        home, port = Path(folder) / "office", taken.getsockname()[1]
        subprocess.run([DUBAN, "rehearse", "--until", until, "--out", home], check=True, stdout=subprocess.DEVNULL)
        taken.close()
        with (home / "duban.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"[web]\nport = {port}\n")
        with subprocess.Popen([DUBAN, "--home", home, "serve"], stderr=subprocess.DEVNULL) as process:
            try:
                _wait(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the desk did not start")


def page_of(browser: Browser, address: str, screen: Screen) -> Page:
    """The page of a screen, opened by its person."""
    width, height = screen.size
    page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN", base_url=address)
    if screen.login:
        page.goto("/login")
        page.get_by_label("账号").fill(screen.login)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/")
    page.goto(screen.path)
    for part in screen.then:
        page.locator(f'main tbody a[href^="{part}"]').first.click()
    page.wait_for_load_state("networkidle")
    return page


def small(png: bytes) -> bytes:
    """The picture with few colours: a quarter of its size."""
    made = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def main() -> None:
    """Take every picture, or those named."""
    wanted = [screen for screen in SCREENS if not sys.argv[1:] or screen.name in sys.argv[1:]]
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        for until in dict.fromkeys(screen.until for screen in wanted):
            with desk(until) as address:
                for screen in wanted:
                    if screen.until == until:
                        page = page_of(browser, address, screen)
                        file = FOLDER / f"{screen.name}.png"
                        file.write_bytes(small(page.screenshot()))
                        page.close()
                        print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")
        browser.close()


if __name__ == "__main__":
    main()
