"""What a template does is counted: it ends soon on any data, and whoever wrote it is told the line."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from models import sandbox
from models.errors import BadInput
from models.language import speaking
from models.templating import Engine

if TYPE_CHECKING:
    from pathlib import Path

DATA = {"names": ["甲", "乙"] * 3000, "text": "长" * 50_000, "few": [1, 2], "f": {"unit": "水利局"}}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "part.txt").write_text("{% for a in names %}{% for b in names %}{% endfor %}{% endfor %}", "utf-8")
    (tmp_path / "few.txt").write_text("{% for n in few %}{{ n }}{% endfor %}", "utf-8")
    (tmp_path / "macros.txt").write_text(
        "{% macro title(f) %}\n{{ part(f) }}{% endmacro %}\n{% macro part(f) %}x{% endmacro %}\n", "utf-8"
    )
    return Engine(tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in names %}{% for b in names %}{% endfor %}{% endfor %}",
        "{% include 'part.txt' %}",
        "{% for a in names %}{{ names | sort | first }}{% endfor %}",
        "{% for a in names %}{{ text }}{% endfor %}",
        "{% set t %}{% for a in names %}{{ text }}{% endfor %}{% endset %}",
        "{% set t %}{% for a in names %}" + "长" * 10_000 + "{% endfor %}{% endset %}",
        "{% set t = text ~ text %}{% set t = t ~ t %}{% set t = t ~ t %}{% set t = t ~ t %}{% set t = t ~ t %}",
        "{% set t = text + text %}{% set t = t + t %}{% set t = t + t %}{% set t = t + t %}{% set t = t + t %}",
        "{{ names | join(text) | length }}",
        "{{ [text, text, text, text, text] * 9 }}",
        "{% set all = [" + "text, " * 30 + "text] %}{{ all | join | length }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ names }}",
        "{{ [few, few] | sum }}",
        "{% for a in names recursive %}{{ loop(names) }}{% endfor %}",
    ],
)
def test_what_never_ends_or_grows_is_stopped_on_real_data(engine: Engine, source: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadInput) as caught:
            engine.written("own", source, DATA)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == "E-J01"
    assert peak < 20_000_000


def test_time_is_up_for_an_own_template_and_never_for_a_shipped_one(engine: Engine, monkeypatch) -> None:
    late = iter(range(0, 10_000, 10))
    monkeypatch.setattr(sandbox.time, "monotonic", lambda: next(late))
    with pytest.raises(BadInput):
        engine.written("own", engine.source("few.txt"), DATA)
    assert engine.shipped("few.txt", DATA) == "12"


def test_loops_joins_and_figures_come_out_as_the_engine_makes_them(engine: Engine) -> None:
    source = (
        "{% for n in few %}{{ loop.index }}/{{ loop.length }}:{{ n }}{% if not loop.last %}、{% endif %}{% endfor %}"
        " {{ few | join('和') }} {{ few | sum }} {{ 2.345 | round(1) }} {{ f.unit ~ '：' ~ few | first }}"
        " {% set x = 'a' ~ 'b' %}{{ x + 'c' }}{% if (f.unit ~ '!') == '水利局!' %} ja{% endif %}"
    )
    assert engine.written("own", source, DATA) == "1/2:1、2/2:2 1和2 3 2.3 水利局：1 abc ja"


def test_unknown_field_tells_which_there_are_and_the_line_of_a_paragraph(engine: Engine) -> None:
    with pytest.raises(BadInput) as caught:
        engine.paragraphs("own", "\n\n\n{{ f.unit }}", base="macros.txt")
    assert caught.value.where == "own:4"
    words = engine.paragraphs("own", "\n\n{% macro title(f) %}\n{{ f.单位名 }}\n{% endmacro %}", base="macros.txt")
    with pytest.raises(BadInput) as caught:
        words.say("title", DATA["f"])
    assert (caught.value.where, caught.value.fields["field"]) == ("own:4", "单位名")
    assert "unit" in caught.value.what


def test_what_is_wrong_in_a_part_is_told_with_the_name_and_line_of_the_part(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "inner.txt").write_text("\n\n{{ f.nobody }}", "utf-8")
    (tmp_path / "outer.txt").write_text("{% include 'few.txt' %}\n{% include 'inner.txt' %}", "utf-8")
    (tmp_path / "letter.txt").write_text("\n{% include 'outer.txt' %}\n\n\n{{ nobody }}", "utf-8")
    for source in (None, engine.source("letter.txt")):
        with pytest.raises(BadInput) as caught:
            engine.shipped("letter.txt", DATA) if source is None else engine.written("own", source, DATA)
        assert caught.value.where == "inner.txt:3"
    with pytest.raises(BadInput) as caught:
        engine.shipped("letter.txt", DATA | {"f": {"nobody": ""}})
    assert caught.value.where == "letter.txt:5"


def test_shipped_paragraph_calls_the_part_that_the_office_wrote_itself(engine: Engine) -> None:
    own = "{% macro part(f) %}{{ f.unit }}{% endmacro %}"
    assert engine.paragraphs("own", own, base="macros.txt").say("title", DATA["f"]) == "水利局"
    assert engine.paragraphs("macros.txt").say("title", DATA["f"]) == "x"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{% if few %}", "“if” is opened and never closed with endif"),
        ("{{ few", "is not closed"),
        ("{{ few | nofilter }}", "there is no filter “nofilter”"),
        ("{% endfor %}", "“endfor” stands where no such tag can be"),
        ("{{ f.unit.upper() }}", "nothing is called"),
        ("{% include '/etc/passwd' %}", "there is no part “/etc/passwd”"),
        ("{{ few[9].name }}", "the list has no such entry"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ '{% x", "quotation mark is not closed"),
    ],
)
def test_complaint_of_the_engine_is_said_in_words_and_without_a_path(engine: Engine, source: str, told: str) -> None:
    with speaking("en"), pytest.raises(BadInput) as caught:
        engine.written("own", source, DATA)
    assert told in caught.value.what
    assert "search path" not in caught.value.what
