"""What a run hands to a format, and what a format that streams offers.

After ``collect`` and ``gather``; used by every format, and by ``formats``, which lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..findings import Finding
from ..histograms import Histograms
from ..model import RuleSet
from ..places import Places
from .collect import Report, Sample, Summary


@dataclass(frozen=True)
class Outcome:
    """The report, its findings with their excerpts, and the rules.

    ``places`` says where findings lie, ``histograms`` how times and sizes are spread, if the format asked
    for it; ``set_aside`` are samples of what does not count.
    """

    report: Report
    samples: Sequence[Sample]
    ruleset: RuleSet
    places: Places | None = None
    histograms: Histograms | None = None
    set_aside: Sequence[Sample] = ()


class Stream(Protocol):
    """A format that writes every finding as it is found."""

    def finding(self, finding: Finding) -> bytes:
        """The bytes of one finding."""

    def end(self, summary: Summary) -> bytes:
        """What comes last."""
