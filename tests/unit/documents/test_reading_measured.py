"""The reader on real notices, held against the tables made by hand: no worse than it was measured."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bench.reading.measure import KINDS, NOTICES, Score, _tables, measure

#: what was seen over all four notices (2026-11-25), as (precision, recall); a better reader raises these
SEEN = {
    "clauses": (0.993, 0.986),
    "units": (1.0, 0.997),
    "order": (0.993, 0.993),
    "leads": (1.0, 0.993),
    "groups": (1.0, 0.98),
    "deadlines": (1.0, 1.0),
    "indicators": (0.97, 0.97),
}


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    if not NOTICES.exists():
        pytest.skip("the real notices do not lie beside this checkout")
    total: dict[str, Score] = defaultdict(Score)
    for gold in _tables(NOTICES):
        for kind, score in measure(gold, NOTICES / gold["source"]).items():
            total[kind].hits += score.hits
            total[kind].extra += score.extra
            total[kind].missed += score.missed
    return total


@pytest.mark.parametrize("kind", KINDS)
def test_precision_and_recall_are_no_worse_than_they_were(scores: dict[str, Score], kind: str) -> None:
    found = (round(scores[kind].precision, 3), round(scores[kind].recall, 3))
    assert found >= SEEN[kind], found
    assert found[1] >= SEEN[kind][1], found
