"""What the figures should be, and whether they are: computed, never rounded in favour.

After ``figures``; before ``results``, which prints it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from .figures import Figures

#: What is reached, or ``None`` if it was not measured.
Reached = Callable[[Figures], float | None]


class Target(NamedTuple):
    """``wanted`` in ``unit``: the least if ``at_least``, else the most."""

    told: str
    wanted: float
    unit: str
    at_least: bool
    reached: Reached

    def met(self, reached: float) -> bool:
        """Whether a figure is as good as it should be."""
        return reached >= self.wanted if self.at_least else reached <= self.wanted

    def text(self, figure: float) -> str:
        """A figure with its unit, cut so that it never looks better than it is."""
        digits = 0 if self.unit in ("ms", "MB", "bytes") else 2
        cut = math.floor if self.at_least else math.ceil
        return f"{cut(figure * 10**digits) / 10**digits:.{digits}f} {self.unit}"


def _pace(case: str, judge: str, to_case: str, to_judge: str) -> Reached:
    """How many times as many bytes a second one judge takes as another."""

    def reached(figures: Figures) -> float | None:
        one, other = figures.of(case, judge), figures.of(to_case, to_judge)
        return None if one is None or other is None else one.pace / other.pace

    return reached


def _memory(case: str, judge: str) -> Reached:
    def reached(figures: Figures) -> float | None:
        one = figures.of(case, judge)
        return None if one is None else one.memory / 1e6

    return reached


def _doubling(judge: str) -> Reached:
    """The time that twice the data takes, the worse of two steps of ten times."""

    def reached(figures: Figures) -> float | None:
        steps = [figures.of(case, judge) for case in ("small", "batch", "huge")]
        found = [step for step in steps if step is not None]
        if len(found) < len(steps):
            return None
        steps_of = ((more.seconds / less.seconds, more.size / less.size) for less, more in pairwise(found))
        return max(math.exp2(math.log2(times) / math.log2(data)) for times, data in steps_of)

    return reached


def _moment(name: str, scale: float = 1) -> Reached:
    return lambda figures: None if figures.moments is None else float(getattr(figures.moments, name)) * scale


def _times(told: str, wanted: float, reached: Reached) -> Target:
    return Target(told, wanted, "×", True, reached)


def _most(told: str, wanted: float, unit: str, reached: Reached) -> Target:
    return Target(told, wanted, unit, False, reached)


#: Names of the judges of this project.
_LINES, _ALONE, _RELATIONS = "lines", "lines, one job", "relations"

TARGETS = (
    _times("batch, rules of lines: pace of orjson", 1.4, _pace("batch", _LINES, "batch", "orjson")),
    _times("batch, rules of lines: pace of jsonschema-rs", 2, _pace("batch", _LINES, "batch", "jsonschema-rs")),
    _times("batch, rules of lines: pace of sourcemeta", 3.5, _pace("batch", _LINES, "batch", "sourcemeta")),
    _times("batch, rules of lines: pace of ajv", 4, _pace("batch", _LINES, "batch", "ajv")),
    _times("batch, rules of lines: pace of fastjsonschema", 12, _pace("batch", _LINES, "batch", "fastjsonschema")),
    _times("batch, rules of lines: pace of jsonschema", 100, _pace("batch", _LINES, "batch", "jsonschema")),
    _times("batch, one job: pace of orjson", 0.8, _pace("batch", _ALONE, "batch", "orjson")),
    _times("batch, with relations: pace of orjson", 0.8, _pace("batch", _RELATIONS, "batch", "orjson")),
    _times("thin, rules of lines: pace of orjson", 1.2, _pace("thin", _LINES, "thin", "orjson")),
    _times("naive, rules of lines: pace of batch", 0.4, _pace("naive", _LINES, "batch", _LINES)),
    _times("dirty, rules of lines: pace of batch", 0.7, _pace("dirty", _LINES, "batch", _LINES)),
    _most("batch, rules of lines: memory", 250, "MB", _memory("batch", _LINES)),
    _most("batch, with relations: memory", 250, "MB", _memory("batch", _RELATIONS)),
    _most("huge, rules of lines: memory", 250, "MB", _memory("huge", _LINES)),
    _most("huge, with relations: memory", 250, "MB", _memory("huge", _RELATIONS)),
    _most("memory for each key, before anything goes to the disk", 64, "bytes", _moment("key_bytes")),
    _most("rules of lines: time of twice the data", 2.1, "×", _doubling(_LINES)),
    _most("with relations: time of twice the data", 2.1, "×", _doubling(_RELATIONS)),
    _most("import of the package over a bare interpreter", 60, "ms", _moment("importing", 1000)),
    _most("ten lines, from start to end", 0.25, "s", _moment("ten_lines")),
    _most("first finding of a long run", 1, "s", _moment("first_finding")),
)
