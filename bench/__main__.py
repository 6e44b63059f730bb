"""``python -m bench [short] [part …]``: measures, says each figure as it comes, and writes docs/performance.md.

The page is written by a whole run alone: all parts, not short.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from bench import (
    batches,
    growth,
    memory,
    notices,
    page,
    papers,
    peers_adapter,
    postgres,
    simulated,
    starts,
    steps,
    sweeps,
    writers,
)
from bench.extent import SHORT, WHOLE
from bench.verdict import Figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.extent import Extent

#: in the order of the goals
PARTS: Final[dict[str, Callable[[Extent, Figures], None]]] = {
    "steps": steps.run,
    "peers": peers_adapter.run,
    "batches": batches.run,
    "sweeps": sweeps.run,
    "starts": starts.run,
    "writers": writers.run,
    "postgres": postgres.run,
    "simulated": simulated.run,
    "notices": notices.run,
    "papers": papers.run,
    "growth": growth.run,
    "memory": memory.run,
}


def main(words: list[str]) -> None:
    """Some parts, or all of them."""
    extent = SHORT if "short" in words else WHOLE
    chosen = [word for word in words if word != "short"] or list(PARTS)
    figures = Figures()
    for name in chosen:
        print(name, flush=True)
        PARTS[name](extent, figures)
    if chosen == list(PARTS):
        page.write(figures, extent)


if __name__ == "__main__":
    main(sys.argv[1:])
