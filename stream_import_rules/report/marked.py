"""Samples of findings that have a mark: suppressed ones of each rule, and the first of each known place.

Used by ``collect``. The first finding of a place is told as known, or in the name of all if there are more than
the baseline knows: which of them are new cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from ..findings import Excerpt, Finding
from .aside import MOST_KNOWN, MOST_SUPPRESSED, Ledger, Taken


class Sample(msgspec.Struct, frozen=True):
    """A finding that is shown, with the piece of its line that people look at; ``note`` says what else there is
    to know of it."""

    finding: Finding
    excerpt: Excerpt | None
    note: str = ""


class Marked:
    """Keeps the samples of findings that do not count, as the ledger says."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._suppressed: list[Sample] = []
        self._shown: Counter[str] = Counter()
        self._of_place: dict[int, Sample] = {}

    def keeps(self, rule: str, taken: Taken, most: int) -> bool:
        """Whether a finding that was counted is to be a sample, of which ``most`` are wanted of each rule."""
        if taken.suppressed is None:
            return taken.first and most > 0 and len(self._of_place) < MOST_KNOWN
        self._shown[rule] += 1
        return self._shown[rule] <= min(most, MOST_SUPPRESSED)

    def add(self, taken: Taken, known: int, sample: Sample) -> None:
        """Keep a sample; ``known`` is the number of its place in the baseline."""
        if taken.suppressed is not None:
            self._suppressed.append(sample)
        else:
            self._of_place[known] = sample

    @property
    def exceeding(self) -> Iterator[Sample]:
        """One finding of each place that has more than are known, with a note of how many are new."""
        for known, sample in self._of_place.items():
            if self._ledger.is_exceeded(known):
                finding = msgspec.structs.replace(sample.finding, baseline="exceeded")
                yield Sample(finding, sample.excerpt, self._ledger.note(known))

    @property
    def set_aside(self) -> list[Sample]:
        """The samples of what does not count."""
        known = (sample for number, sample in self._of_place.items() if not self._ledger.is_exceeded(number))
        return [*self._suppressed, *known]
