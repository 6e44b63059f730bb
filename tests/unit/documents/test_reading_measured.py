"""The reader held against the tables made by hand, on real notices and on invented ones: no worse than it was measured."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from bench.reading.measure import INVENTED, KINDS, NOTICES, Score, measure, tables

#: what was seen over the four real notices and over the invented ones (2026-11-29), as (precision, recall); a better
#: reader raises these
REAL = {
    "clauses": (1.0, 0.986),
    "units": (1.0, 0.997),
    "order": (0.993, 0.993),
    "leads": (1.0, 0.993),
    "groups": (1.0, 0.982),
    "deadlines": (1.0, 1.0),
    "indicators": (0.972, 0.972),
}
OURS = dict.fromkeys(KINDS, (1.0, 1.0)) | {"units": (1.0, 0.979), "order": (0.973, 0.973), "leads": (1.0, 0.973)}


@cache
def scores(*, invented: bool) -> dict[str, Score]:
    total: dict[str, Score] = defaultdict(Score)
    for gold, notice in tables(NOTICES):
        if (notice.parent == INVENTED) is invented:
            for kind, score in measure(gold, notice).items():
                total[kind].hits += score.hits
                total[kind].extra += score.extra
                total[kind].missed += score.missed
    return total


def _no_worse(score: Score, seen: tuple[float, float]) -> None:
    found = (round(score.precision, 3), round(score.recall, 3))
    assert found[0] >= seen[0], found
    assert found[1] >= seen[1], found


@pytest.mark.parametrize("kind", KINDS)
def test_real_notices_are_read_no_worse_than_they_were(kind: str) -> None:
    if not NOTICES.exists():
        pytest.skip("the real notices do not lie beside this checkout")
    _no_worse(scores(invented=False)[kind], REAL[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_notices_nobody_had_read_before_are_read_no_worse_than_they_were(kind: str) -> None:
    _no_worse(scores(invented=True)[kind], OURS[kind])
