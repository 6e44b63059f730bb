"""``python -m bench [short] [part …]``: measures, says each figure as it comes, and writes the page when all was run."""

from __future__ import annotations

import sys
from typing import Final

from bench import batches, starts, steps, sweeps, writers
from bench.extent import SHORT, WHOLE
from bench.verdict import Figures

#: in the order of the goals
PARTS: Final = {
    "steps": steps.run,
    "batches": batches.run,
    "sweeps": sweeps.run,
    "starts": starts.run,
    "writers": writers.run,
}


def main(words: list[str]) -> None:
    """Some parts, or all of them."""
    extent = SHORT if "short" in words else WHOLE
    chosen = [word for word in words if word != "short"] or list(PARTS)
    figures = Figures()
    for name in chosen:
        print(name, flush=True)
        PARTS[name](extent, figures)


if __name__ == "__main__":
    main(sys.argv[1:])
