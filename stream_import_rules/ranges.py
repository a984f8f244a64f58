"""Scan a range of bytes of a file: findings, counters and staged rows of the lines that start in it.

One function without any state beside its arguments, for whoever cuts files into ranges: the worker
processes of this package, or an engine that runs on many machines. Ranges that follow each other have
all lines of a file, each once, wherever they are cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from . import read
from .arrow_tables import arrow
from .findings import Excerpt, Finding
from .groups import Use
from .model import Severity
from .scan import Judges, Known, Scan
from .staging import Staged
from .surveys import Survey

if TYPE_CHECKING:
    import pyarrow


class Result(msgspec.Struct):
    """What the scan of a part has found. ``settled``: the next part can be judged on its own."""

    lines: int
    size: int
    counts: dict[str, int]
    samples: list[tuple[Finding, Excerpt | None]]
    survey: Survey
    groups: dict[str, int]
    first_uses: dict[str, Use]
    staged: Staged | None
    settled: bool
    hopeless: bool
    #: Bytes of the lines that were too long to be judged.
    unjudged: int

    def tables(self) -> tuple[pyarrow.Table, pyarrow.Table]:
        """The staged rows as two Arrow tables, keys and references, with the columns of
        ``model_relations``; empty ones if nothing was staged."""
        staged = self.staged or Staged()
        return arrow(staged.keys), arrow(staged.refs)


class Stopped(Exception):
    """Nobody waits for the result any more."""


class Bounded:
    """A sink that counts everything and keeps the first findings of each rule, none of those that are ``full``."""

    def __init__(self, wanted: int | None, full: frozenset[str] = frozenset()) -> None:
        self.wanted = wanted
        self._full = full
        self.counts: dict[str, int] = {}
        self.samples: list[tuple[Finding, Excerpt | None]] = []

    def count(self, rule: str, severity: Severity) -> bool:
        """Count it; true as long as more are wanted."""
        seen = self.counts.get(rule, 0)
        self.counts[rule] = seen + 1
        return self.wanted is None or (seen < self.wanted and rule not in self._full)

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        """Count them."""
        self.counts[rule] = self.counts.get(rule, 0) + number

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        """Keep it."""
        self.samples.append((finding, excerpt))


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
    sink = Bounded(samples, known.full)
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
        survey=scan.survey,
        groups=dict(scan.groups.counts),
        first_uses=scan.groups.first,
        staged=staged,
        settled=scan.settled,
        hopeless=scan.hopeless,
        unjudged=scan.unjudged,
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
