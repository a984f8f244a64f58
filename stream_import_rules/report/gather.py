"""One sink for all outputs of a run: exact counts, the samples of the greediest, streams, and places.

After ``validate``, in the place of ``collect.Collector``; before ``outputs``, which hands each format
what it asked for. A detail is made once, whoever wants it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ..findings import Excerpt, Finding
from ..places import Places
from .aside import Ledger
from .collect import Awaited, Collector, Sample

#: A key may be as long as a file, and every finding below it has it in its path: samples keep so many characters.
LONGEST_PATH = 2_000


class Gatherer(Collector):
    """A collector that also hands every finding to ``streams``, and notes ``places`` if wanted.

    At most ``most`` samples are held: when they are more, fewer of each rule are kept, though never
    fewer than ``at_least``. So a rule that is found late is not crowded out by those before it.
    """

    def __init__(
        self,
        max_samples: int,
        *,
        most: int | None = None,
        at_least: int = 0,
        streams: Sequence[Callable[[Finding], None]] = (),
        places: Places | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        super().__init__(max_samples, ledger, places)
        self._most = most
        self._at_least = at_least
        self._streams = streams
        if streams:
            self.wanted = None

    def _wants(self, rule: str, ordinal: int | None) -> bool:
        return bool(self._streams)

    def _take(self, awaited: Awaited, finding: Finding, excerpt: Excerpt | None) -> None:
        ordinal = awaited.ordinal
        if ordinal is not None and ordinal >= self.max_samples:  # fewer are held than when it was counted
            awaited = msgspec.structs.replace(awaited, kept=False)
        super()._take(awaited, _bounded(finding) if awaited.kept else finding, excerpt)
        if self._most is not None and len(self.samples) > self._most:
            self._thin()
        if self._streams:
            told = finding if awaited.taken is None else awaited.taken.marked(finding)
            for stream in self._streams:
                stream(told)

    def _thin(self) -> None:
        fewer = max(self.max_samples // 2, self._at_least)
        if fewer < self.max_samples:
            self.max_samples = fewer
            self.samples = first(self.samples, fewer)


def _bounded(finding: Finding) -> Finding:
    if finding.path is None or len(finding.path) <= LONGEST_PATH:
        return finding
    return msgspec.structs.replace(finding, path=finding.path[: LONGEST_PATH - 1] + "…")


def first(samples: Iterable[Sample], number: int) -> list[Sample]:
    """The first ``number`` samples of each rule, in their order."""
    seen: dict[str, int] = {}
    kept = []
    for sample in samples:
        rule = sample.finding.rule
        seen[rule] = seen.get(rule, 0) + 1
        if seen[rule] <= number:
            kept.append(sample)
    return kept
