"""Observers of a simulated year: each holds one promise of the design against evidence that the program did not make.

``observe`` reads the database bare, and the journal, the post, the files and the heads that lie outside of it. Which
invariant is seen where:

====  =========================================================================================================
I1    states.states: the trail replayed against the table, date and version too
I2    states.laws_stand, states.lawful: against the text of the flow, by a reader of our own
I3    deeds.nothing_lost: done on the version that the person had seen
I4    ladder.twice, letters.sent, letters.second_copies, letters.told_twice: ledger, tries and mailboxes
I5    ladder.skipped: every rung that came due, reckoned from trail, flow and calendar
I6    letters.sent, letters.with_the_ledger, letters.with_the_step, letters.dead, letters.waiting
I7    letters.chased
I8    papers.reports: rows, words, and as many as people were told
I9    papers.signed, papers.files;  I10  papers.files
I11   chain.chain, chain.seen_heads, chain.kept_heads;  I12  chain.chain, and the digest in three time zones
I13   states.four_eyes;  I14  states.lawful, states.duties (what a list shows: tests/unit/workflow, the whole matrix)
I15   papers.summaries (the same bytes again: tests/unit/documents)
I16   deeds.nothing_by_itself, deeds.whole;  I17  deeds.once
clock letters.believed: nothing leaves under a clock that cannot be believed
I18   afterwards.restored, afterwards.again;  I19  letters.waiting, ladder.skipped when drained;  I20  afterwards.secrets
====  =========================================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulation.years.observers import afterwards, chain, deeds, ladder, letters, papers, states
from simulation.years.observers.evidence import Copy, Evidence, Told, Violation
from simulation.years.observers.lives import replay
from simulation.years.observers.picture import Memory, look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulation.years.observers.lives import Lives
    from simulation.years.observers.picture import Picture

    Observer = Callable[[Picture], Iterator[Violation]]
    ObserverOfLives = Callable[[Picture, Lives], Iterator[Violation]]

__all__ = ["Copy", "Evidence", "Memory", "Told", "Violation", "observe"]

#: those that need the rows alone
OF_ROWS: Final[tuple[Observer, ...]] = (
    chain.chain,
    chain.seen_heads,
    states.laws_stand,
    deeds.nothing_lost,
    deeds.nothing_by_itself,
    deeds.once,
    deeds.whole,
    papers.reports,
    papers.signed,
    papers.files,
    letters.sent,
    letters.second_copies,
    letters.told_twice,
    letters.with_the_ledger,
    letters.dead,
    letters.waiting,
    letters.believed,
    afterwards.restored,
    afterwards.again,
    afterwards.secrets,
)
#: those that let the tasks live once more
OF_LIVES: Final[tuple[ObserverOfLives, ...]] = (
    chain.kept_heads,
    states.states,
    states.lawful,
    states.duties,
    states.four_eyes,
    papers.summaries,
    ladder.skipped,
    ladder.twice,
    letters.with_the_step,
    letters.chased,
)


def observe(evidence: Evidence, memory: Memory | None = None) -> list[Violation]:
    """Everything that does not hold; ``memory`` of the observations before makes this one cheaper and sharper.

    The last observation of an office takes no memory but that of its heads: it reads everything once more.
    """
    memory = memory or Memory()
    if evidence.drained:
        memory.forget()
        memory.files.clear()
    picture = look(evidence, memory)
    lives = replay(picture)
    found = [violation for observer in OF_ROWS for violation in observer(picture)]
    return found + [violation for observer in OF_LIVES for violation in observer(picture, lives)]
