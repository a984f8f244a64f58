"""The native engine: looks at the lines of a chunk at the pace of a parser, and counts what others need not see.

Between ``scan`` and the extension module ``_native``, which is compiled from the folder ``native`` where there is
a C compiler; without it the generated validators of ``fast`` do the work. Which of them did never shows in
the findings.

The engine knows more than whether a line is fine. It counts the findings of rules of which no further
details are wanted, and of a line with other mistakes it names the entries that have them: only these are
then explained. What it is not sure of it hands on as a whole.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from .histograms import Histograms, limits_of
from .jsontext import UNJUDGED, Parsed, parse
from .model import RuleSet
from .staging import Rows, Staged
from .surveys import Survey

if TYPE_CHECKING:
    from .native_plan import Plan

try:
    from . import _native
except ImportError:  # it was not compiled
    _native = None  # type: ignore[assignment]

#: Kinds of what stopped a look at lines: their end, a line for others, a line of which some entries are.
END, CLOSER, CUT = range(3)


class Stop(NamedTuple):
    """How far the engine got: ``passed`` lines have nothing to be told, or nothing but what was counted. If
    ``kind`` is not ``END``, the next line stands from ``start`` to ``after`` in the data."""

    kind: int
    passed: int
    start: int
    after: int
    #: The number of all entries with the start and end of their list, then of each that is to be explained.
    cuts: list[tuple[int, int, int]]
    #: What the line has against it beside its entries must be told too.
    outer: bool = False


class Taken(NamedTuple):
    """What was counted: the survey of the lines, and the findings by rule."""

    survey: Survey
    counts: dict[str, int]
    #: Rule, line, and number of findings, if that was asked for.
    places: list[tuple[str, int, int]]


def is_there() -> bool:
    """Whether the extension module was compiled."""
    return _native is not None


def relations_may(
    keys: tuple[array[int], ...], refs: tuple[array[int], ...], questions: tuple[tuple[int, ...], ...], threads: int
) -> tuple[bool, ...]:
    """The answers to questions about staged rows, given by so many threads; see ``native_relations``."""
    return _native.relations_may(keys, refs, questions, threads)


def engine_for(ruleset: RuleSet, active: frozenset[str]) -> Engine | None:
    """The engine for a rule set and the rules that are reported; ``None`` if it was not compiled, or cannot be told
    of them."""
    from .native_stages import NoPlan  # small files need no plan, and no time to load what makes one

    if not is_there():
        return None
    try:
        return Engine(ruleset, active)
    except NoPlan:
        return None


class Engine:
    """The engine for one rule set and the rules that are reported.

    Raises ``native_stages.NoPlan`` if it cannot be told of them.
    """

    def __init__(self, ruleset: RuleSet, active: frozenset[str]) -> None:
        from .native_plan import plan_of

        self._plan: Plan = plan_of(ruleset, active)
        self._limited = frozenset(limits_of(ruleset))
        self._sites: dict[str, list[int]] = {}
        for site, rule in enumerate(self._plan.rules):
            self._sites.setdefault(rule, []).append(site)

    def lines(self, now: int, histograms: bool = False, places: bool = False) -> Lines:
        """A look at the lines of one file; ``now`` is the moment of the run, in microseconds since 1970,
        ``histograms`` says whether surveys have them, ``places`` whether the lines of counted findings are wanted."""
        return Lines(self._plan, self._sites, now, self._limited if histograms else None, places)


class Lines:
    """The lines of one file, as far as the engine sees them."""

    def __init__(
        self, plan: Plan, sites: dict[str, list[int]], now: int, sized: frozenset[str] | None, places: bool
    ) -> None:
        self._plan, self._sites, self._now, self._sized, self._placed = plan, sites, now, sized, places
        self._scanner = _native.Scanner(plan.source)
        if sized is not None:
            self._scanner.sizes()
        if places:
            self._scanner.where()
        self._full: set[str] = set()

    def look(self, data: bytes, start: int, place: int | None = None, line: int = 1) -> Stop:
        """Look at whole lines from an offset on, the first of which has the number ``line``. With ``place``, that of
        the data, their entries are staged, but for those that are to be explained."""
        return Stop(*self._scanner.scan(data, start, self._now, -1 if place is None else place, line))

    def rows(self, staged: Staged) -> None:
        """Hand over the rows that were staged since the last time."""
        for rows, columns in zip((staged.keys, staged.refs), self._scanner.rows(), strict=True):
            for name, column in zip(Rows.COLUMNS, columns, strict=True):
                getattr(rows, name).frombytes(column)

    def full(self, rule: str) -> None:
        """No further details of findings of this rule are wanted: they can be counted."""
        if rule not in self._full:
            self._full.add(rule)
            self._scanner.full(tuple(self._sites.get(rule, ())))

    def know(self, groups: frozenset[str] | None) -> None:
        """Lines with these feed groups need not be seen by others; ``None``: with any."""
        if groups is None:
            self._scanner.know(None)
        else:
            self._scanner.know(tuple(group.encode("utf-8", "surrogatepass") for group in groups))

    def take(self) -> Taken:
        """What was counted since the last time."""
        counts, entries, groups, first, last = self._scanner.take()
        survey = Survey()
        survey.entries = {name: n for name, n in zip(self._plan.instructions, entries, strict=True) if n}
        survey.feed_groups = {group.decode(): n for group, n in groups}
        survey.first, survey.last = first, last
        if self._sized is not None:
            survey.histograms = self._histograms(self._sized)
        by_rule: dict[str, int] = {}
        for site, count in counts:
            rule = self._plan.rules[site]
            by_rule[rule] = by_rule.get(rule, 0) + count
        return Taken(survey, by_rule, self._where() if self._placed else [])

    def _where(self) -> list[tuple[str, int, int]]:
        row = array("i", self._scanner.where())
        rules = self._plan.rules
        return [(rules[site], line, count) for line, site, count in zip(row[::3], row[1::3], row[2::3], strict=True)]

    def _histograms(self, sized: frozenset[str]) -> Histograms:
        """Those of the lines that were counted since the last time, of the sizes of these instructions."""
        sizes, days = self._scanner.sizes()
        found = Histograms()
        found.see_days(Counter(array("i", days)))
        for name, column in zip(self._plan.instructions, sizes, strict=True):
            if column and name in sized:
                found.see_sizes(name, array("i", column))
        return found


class Apart(NamedTuple):
    """Some entries of a line: its text with a zero in the place of every other entry, and what that holds,
    with ``UNJUDGED`` in these places. ``starts`` are offsets in the text, ``places`` those in the whole line."""

    text: str
    parsed: Parsed
    #: The numbers of the entries.
    chosen: list[int]
    starts: list[int]
    places: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the text stands in the whole line."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, offset: int) -> int:
        i = bisect_right(self.starts, offset) - 1
        return offset - self.starts[i] + self.places[i]


def apart(data: bytes, stop: Stop, payload: str, largest: int) -> Apart:
    """The entries of a line that are to be explained."""
    (count, begin, end), *cuts = stop.cuts
    line = data[stop.start : stop.after].removesuffix(b"\n").removesuffix(b"\r")
    pieces = [data[stop.start : begin + 1].decode()]
    starts, places = [0], [0]
    length, done, at, there = len(pieces[0]), begin + 1, len(pieces[0]), 0
    for index, start, behind in [*cuts, (count, end - 1, stop.start + len(line))]:
        zeros = "0," * (index - there) if index < count else "0," * (index - there - 1) + "0" * (index > there)
        at += start - done if line.isascii() else len(data[done:start].decode())
        entry = data[start:behind].decode()
        starts.append(length + len(zeros))
        places.append(at)
        pieces += (zeros, entry, "," if index + 1 < count else "")
        length += len(zeros) + len(entry) + (index + 1 < count)
        done, at, there = behind, at + len(entry), index + 1
    text = "".join(pieces)
    parsed = parse(text, largest)
    entries = parsed.value[payload]
    judged = [UNJUDGED] * count
    for index, _, _ in cuts:
        judged[index] = entries[index]
    parsed.value[payload] = judged
    return Apart(text, parsed, [index for index, _, _ in cuts], starts, places)
