"""``duban simulate``: years of a city under a simulated clock, each looked at from outside; exit code 1 when a promise broke."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from commands.frame import Desk, answer, desk
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.years.running import Outcome

EXIT_BROKEN: Final = 1
#: seed, year, the folder that keeps the office, and how it is played: months, units, whether it is the worst of years
_Asked = tuple[int, int, Path | None, dict[str, Any]]
#: where nothing is written to a disk: a year writes some thousand small transactions
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - each year makes a folder of its own there
#: how much of a digest is shown
_SHORT: Final = 16


@click.command(
    "simulate",
    epilog="duban simulate --years 40 --seed 1 --jobs 2 · duban simulate --seed 1 --year 17 --out out",
    help=_("Play years of a whole city with seeded people and faults, and look whether every promise is kept."),
)
@click.option("--years", default=1, show_default=True, type=click.IntRange(1), help=_("How many years to play."))
@click.option("--seed", default=1, show_default=True, help=_("The same seed plays the same years."))
@click.option("--year", type=click.IntRange(0), help=_("Play this year of the seed alone, as after a failure."))
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 12), help=_("Months of each year."))
@click.option("--units", default=45, show_default=True, type=click.IntRange(8, 45), help=_("Units of the city."))
@click.option("--worst", is_flag=True, help=_("Let every kind of fault befall each year, and often."))
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help=_("Processes that play at once."))
@click.option("--out", type=click.Path(file_okay=False), help=_("Keep each year's office in this folder."))
@desk
def simulate_command(
    desk_: Desk, years: int, seed: int, year: int | None, jobs: int, out: str | None, **played: Any
) -> int:
    """One line a year; of a year that broke a promise what it did last and how to play it again."""
    numbers = range(years) if year is None else [year]
    folder = _fresh(Path(out)) if out else None
    figures: Counter[str] = Counter()
    broken, digests = 0, dict[int, str]()
    for outcome in _played([(seed, number, folder, played) for number in numbers], jobs):
        figures.update(outcome.figures)
        digests[outcome.number] = outcome.digest
        broken += bool(outcome.violations)
        if not desk_.as_json:
            _tell(outcome, seed, played)
    data = {"seed": seed, "years": len(numbers), "broken": broken, "figures": figures, "digests": digests}
    answer(desk_, data, lambda: _sum_up(len(numbers), broken, figures))
    return EXIT_BROKEN if broken else 0


def _played(years: list[_Asked], jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from map(_play, years)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(_play, years)


def _play(what: _Asked) -> Outcome:
    """One year in a folder of its own, which is kept where the person named one."""
    from simulation.years.running import live

    seed, number, folder, played = what
    base = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    home = folder / f"year-{number}" if folder else Path(tempfile.mkdtemp(prefix="duban-year-", dir=base))
    try:
        return live(seed, number, home, **played)
    finally:
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def _fresh(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise EnvironmentRefused(
            "E-B18",
            _("The folder {folder} holds other files; nothing was touched.").format(folder=folder),
            remedy=_("Name an empty folder with --out (make: OUT=folder)."),
        )
    return folder


def _tell(outcome: Outcome, seed: int, played: dict[str, Any]) -> None:
    from simulation.years.running import last_words

    said = _("Year {number}: {deeds} deeds, {messages} messages, {deaths} deaths; digest {digest}")
    counts = {name: outcome.figures[name] for name in ("deeds", "messages", "deaths")}
    click.echo(said.format(number=outcome.number, digest=outcome.digest[:_SHORT], **counts))
    if outcome.violations:
        click.secho("\n".join(last_words(outcome, seed, **played)), fg="red", err=True)


def _sum_up(years: int, broken: int, figures: Counter[str]) -> None:
    from simulation.years.figures import called

    for name, number in sorted((called(counter), number) for counter, number in figures.items()):
        click.echo(f"{number:>9}  {name}")
    if broken:
        said = _("A promise was broken in {broken} of the years played: {years}").format(broken=broken, years=years)
        click.secho(said, fg="red")
    else:
        click.echo(_("Every promise was kept. Years played: {years}").format(years=years))
