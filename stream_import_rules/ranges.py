"""Scan a range of bytes of a file: findings, counters and staged rows of the lines that start in it.

One function without any state beside its arguments, for whoever cuts files into ranges: the worker
processes of this package, or an engine that runs on many machines. Ranges that follow each other have
all lines of a file, each once, wherever they are cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from . import read
from .arrow_tables import arrow
from .baseline import Tally
from .findings import Excerpt, Finding, Mark
from .groups import Use
from .judges import Judges
from .model import Severity
from .places import Places
from .scan import Known, Scan
from .staging import Staged
from .surveys import Survey

if TYPE_CHECKING:
    import pyarrow


class Result(msgspec.Struct):
    """What the scan of a part has found. ``counts`` are by rule and mark, ``tally`` counts findings by place, if
    that is wanted; ``settled``: the next part can be judged on its own."""

    lines: int
    size: int
    counts: dict[tuple[str, Mark | None], int]
    samples: list[tuple[Finding, Excerpt | None, Mark | None]]
    tally: Tally | None
    survey: Survey
    groups: dict[str, int]
    first_uses: dict[str, Use]
    staged: Staged | None
    settled: bool
    hopeless: bool
    #: Bytes of the lines that were too long to be judged.
    unjudged: int
    #: Where the findings lie, if that was asked for.
    places: Places | None = None

    def tables(self) -> tuple[pyarrow.Table, pyarrow.Table]:
        """The staged rows as two Arrow tables, keys and references, with the columns of
        ``model_relations``; empty ones if nothing was staged."""
        staged = self.staged or Staged()
        return arrow(staged.keys), arrow(staged.refs)


class Stopped(Exception):
    """Nobody waits for the result any more."""


class Bounded:
    """A sink that counts everything and keeps the first findings of each rule, none of those that are ``full``;
    those that are suppressed are counted by themselves, and so is each place of a baseline, of which the first
    finding is enough."""

    aside = 0

    def __init__(self, wanted: int | None, full: frozenset[str] = frozenset(), places: Places | None = None) -> None:
        self.wanted = wanted
        self.places = places
        self._full = full
        self.counts: dict[tuple[str, Mark | None], int] = {}
        self.samples: list[tuple[Finding, Excerpt | None, Mark | None]] = []
        self._seen: dict[tuple[str, int], int] = {}
        # Details come in the order of the counts, rule by rule.
        self._awaited: dict[str, deque[Mark | None]] = {}

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        """Count it; true as long as more are wanted."""
        self.counts[rule, mark] = self.counts.get((rule, mark), 0) + 1
        kind = -1 if mark is None else -2 if mark.suppression >= 0 else mark.known
        seen = self._seen.get((rule, kind), 0)
        self._seen[rule, kind] = seen + 1
        most = None if self.wanted is None else self.wanted if kind < 0 else min(1, self.wanted)
        wanted = most is None or (seen < most and rule not in self._full)
        if wanted:
            self._awaited.setdefault(rule, deque()).append(mark)
        return wanted

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        """Count them."""
        self.counts[rule, None] = self.counts.get((rule, None), 0) + number

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        """Keep it."""
        self.samples.append((finding, excerpt, self._awaited[finding.rule].popleft()))


def scan_range(
    judges: Judges,
    path: str,
    start: int,
    end: int,
    *,
    name: str | None = None,
    first_line: int = 1,
    base: int = 0,
    last: bool | None = None,
    staging: bool = True,
    samples: int | None = None,
    known: Known | None = None,
    places: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """Scan the lines of a file that start at the offsets ``start`` to ``end`` (bytes, without it).

    ``name`` is what findings call the file, ``first_line`` the number of the first of the lines: whoever
    does not know it leaves it 1, and adds the lines of earlier ranges later. ``base`` is added to the
    places in the rows. ``last`` says that the file ends with the range (``None``: find out). Of each
    rule the first ``samples`` findings are kept (``None``: all).

    ``known`` is what was seen of the file before and is not told again. Once ``stopped`` is true,
    ``Stopped`` is raised.

    What it says is right if the range before was ``settled``; if not, both are to be scanned as one.
    Raises ``OSError`` if the file cannot be read.
    """
    known = known or Known()
    sink = Bounded(samples, known.full, Places() if places else None)
    staged = Staged() if staging else None
    with open(path, "rb", buffering=read.BUFFER) as stream:
        begin, stop = _line_from(stream, start), _line_from(stream, end)
        scan = Scan(
            judges, sink, path if name is None else name, staged=staged, base=base, later=begin > 0, known=known
        )
        stream.seek(begin)
        size, longest = judges.chunk, judges.longest
        for chunk in read.chunks(stream, size, first_line=first_line, offset=begin, end=stop, longest=longest):
            if stopped():
                raise Stopped
            scan.feed(chunk)
        if last is None:
            last = not stream.read(1)
    if last:
        scan.end()
    return Result(
        lines=scan.lines,
        size=scan.bytes,
        counts=sink.counts,
        samples=sink.samples,
        tally=None if scan.marking is None else scan.marking.tally,
        survey=scan.survey,
        groups=dict(scan.groups.counts),
        first_uses=scan.groups.first,
        staged=staged,
        settled=scan.settled,
        hopeless=scan.hopeless,
        unjudged=scan.unjudged,
        places=sink.places,
    )


def _line_from(stream: BinaryIO, offset: int) -> int:
    """Where the first line starts that does so at an offset or behind it."""
    if offset <= 0:
        return 0
    at = offset - 1
    stream.seek(at)
    while (piece := stream.readline(read.BUFFER)) and not piece.endswith(b"\n"):
        at += len(piece)
    return at + len(piece)
