"""A list of units as it was found in a text: places of characters, no words yet."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Found:
    """A list of units: ``start``..``end`` is what the bracket covers, its signs included."""

    start: int
    end: int
    opened: bool
    closed: bool = False
    names: list[tuple[int, int]] = field(default_factory=list)
    #: names without a unit's shape, kept because the bracket around them is whole
    odd: list[tuple[int, int]] = field(default_factory=list)
    #: places where a name was cut out of a run of characters by what is known elsewhere
    guessed: list[tuple[int, int]] = field(default_factory=list)
    labelled: bool = False
    #: a whole bracket with a sure unit somewhere in it, so that its first name may be a damaged one
    names_units: bool = False
    #: looks like a list that lost both signs, in the middle of a sentence: reported, not cut
    only_possible: bool = False
    #: a rule or remark inside the bracket that names no unit (适用范围：…, 市水利局(牵头))
    rule: tuple[int, int] | None = None
    #: names that the bracket has lead, and those it has support
    leads: list[tuple[int, int]] = field(default_factory=list)
    supports: list[tuple[int, int]] = field(default_factory=list)
    #: labels with names of people: 责任人：…
    persons: list[tuple[int, int]] = field(default_factory=list)
    #: by when, beside the names: 6月底前完成
    times: list[tuple[int, int]] = field(default_factory=list)
    #: what stands in brackets behind a name
    remarks: list[tuple[int, int]] = field(default_factory=list)
