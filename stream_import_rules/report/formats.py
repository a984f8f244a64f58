"""The formats of a report: what each asks for, and who renders it. A new format is one module and one entry.

After the modules of the formats, which are only loaded when they are asked for; before ``outputs``.
``text`` is the one format that depends on where it is read, so its renderer is given by ``cli``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..findings import Finding
from ..model import RuleSet
from .collect import MAX_SAMPLES, Report, Sample, Summary
from .gather import Places

#: Findings of each rule that are shown if nothing else is said: a screen for people.
TEXT_SAMPLES = 5


@dataclass(frozen=True)
class Outcome:
    """What a run hands to a format: the report, its findings with their excerpts, and the rules.

    ``places`` says where findings lie, if the format asked for it.
    """

    report: Report
    samples: Sequence[Sample]
    ruleset: RuleSet
    places: Places | None = None


class Stream(Protocol):
    """A format that writes every finding as it is found."""

    def finding(self, finding: Finding) -> bytes:
        """The bytes of one finding."""

    def end(self, summary: Summary) -> bytes:
        """What comes last."""


Render: TypeAlias = Callable[[Outcome], bytes]


@dataclass(frozen=True)
class Format:
    """One format: for whom it is, how many findings of each rule it shows, who renders or streams it.

    ``most`` bounds the findings that are held for it, of all rules together.
    """

    audience: str
    samples: int = 0
    most: int | None = None
    places: bool = False
    render: Render | None = None
    stream: Callable[[], Stream] | None = None


def _json(outcome: Outcome) -> bytes:
    from . import json

    return json.indented(outcome.report)


def _jsonl() -> Stream:
    from . import json

    return json.Lines()


FORMATS: Mapping[str, Format] = {
    "text": Format("people at a terminal", TEXT_SAMPLES),
    "json": Format("programs", MAX_SAMPLES, render=_json),
    "jsonl": Format("pipes", stream=_jsonl),
}
