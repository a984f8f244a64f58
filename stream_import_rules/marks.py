"""Marks: what a run's policy says of one finding by its place; suppressed, known, or neither.

After ``suppressions`` and ``baseline``; ``scan`` and ``relate_findings`` mark what they count. Marks depend
on the place alone, so they are the same in whatever process a finding is made. How many of the known ones
there may be is counted by the ``Ledger`` of a sink, in the order of the files.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .baseline import Baseline, Place, Tally, unread_rules
from .findings import Mark, Path
from .model import RuleSet
from .patterns import ANYWHERE, LONGEST_STEP, MOST_STEPS, pattern_of, pattern_of_pointer
from .suppressions import Suppression

#: Places of one file whose marks are remembered.
_REMEMBERED = 5_000
#: Characters of a JSON Pointer that are looked at.
_LONGEST = 2_000


#: The mark of a finding that is neither suppressed nor known.
NEW = Mark()


class Marker(msgspec.Struct, frozen=True, eq=False):
    """What findings are compared with in one run: plain data, for worker processes too.

    ``suppressions`` are those that work on the day of the run, by their number; ``counting`` says that all
    findings are counted by place, for a baseline to be written; ``unread`` are the rules that no baseline has.
    """

    suppressions: dict[int, Suppression]
    baseline: Baseline | None
    counting: bool
    instructions: frozenset[str]
    unread: frozenset[str]

    def of_file(self, file: str | None, tally: Tally | None = None) -> Marking:
        """The marks of the findings in a file. ``tally`` is who counts them, if they are counted; without it
        there is a new one."""
        return Marking(self, file or "", tally)


class Marking:
    """Marks the findings in one file. ``tally`` counts them by place, if that is wanted."""

    def __init__(self, marker: Marker, file: str, tally: Tally | None = None) -> None:
        self._file = file
        self._instructions, self._unread = marker.instructions, marker.unread
        self._suppressions = [(i, s) for i, s in marker.suppressions.items() if s.concerns(file)]
        self._known = {} if marker.baseline is None else marker.baseline.in_file(file)
        #: Every finding is looked for in a baseline, and counted for one; suppressions are of some rules.
        self._every = marker.baseline is not None or marker.counting
        self._rules = frozenset[str]().union(*(suppression.rules for _, suppression in self._suppressions))
        self._marks: dict[tuple[str, str, Path | str], tuple[Mark, Place | None]] = {}
        self.tally = (Tally() if tally is None else tally) if marker.counting else None

    def concerns(self, rule: str) -> bool:
        """Whether the place of a finding of this rule can make a difference; if not, it needs no mark."""
        return self._every or rule in self._rules

    def of(self, rule: str, instruction: object, path: Path | str | None) -> Mark:
        """The mark of a finding, which counts it; ``path`` is its place in the line, or a JSON Pointer."""
        name = instruction if isinstance(instruction, str) and instruction in self._instructions else ""
        # Places that differ in their indexes alone, or where no pattern looks any more, are one.
        steps = (
            path[:_LONGEST]
            if isinstance(path, str)
            else tuple(0 if isinstance(s, int) else s[: LONGEST_STEP + 1] for s in (path or ())[: MOST_STEPS + 1])
        )
        found = self._marks.get((rule, name, steps))
        if found is None:
            found = self._made(rule, name, steps)
            if len(self._marks) >= _REMEMBERED:
                self._marks.clear()
            self._marks[rule, name, steps] = found
        mark, counted = found
        if counted is not None and self.tally is not None:
            self.tally.add(counted)
        return mark

    def _made(self, rule: str, instruction: str, path: Path | str) -> tuple[Mark, Place | None]:
        pattern = pattern_of_pointer(path) if isinstance(path, str) else pattern_of(path)
        known = self._known.get((rule, instruction, pattern), self._known.get((rule, instruction, ANYWHERE), -1))
        for i, suppression in self._suppressions:
            if suppression.covers(rule, instruction or None, pattern):
                return Mark(suppression=i, known=known), None
        if rule in self._unread:
            return NEW, None
        return Mark(known=known), Place(self._file, rule, instruction, pattern)


def marker_of(
    ruleset: RuleSet, suppressions: Mapping[int, Suppression], baseline: Baseline | None, *, counting: bool
) -> Marker | None:
    """What marks the findings of a run, ``None`` if there is nothing to compare them with or to count."""
    if not (suppressions or baseline is not None or counting):
        return None
    instructions = frozenset(instruction.name for instruction in ruleset.instructions)
    return Marker(dict(suppressions), baseline, counting, instructions, unread_rules(ruleset))
