"""The cases: what kinds of files are measured, and their bytes.

Before ``files``, which keeps them on the disk; after ``contents`` and ``mistakes``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple

from stream_import_rules import artefact, model

from .contents import ROUND, Contents, Line
from .mistakes import Mistakes

#: The most bytes of an import file, of which no rule has anything to say.
FULL = 300_000_000
#: The least bytes of a case: less would not hold every mistake.
LEAST = 30_000_000
#: The share of the follows, which come last.
_FOLLOWS = 0.04
#: One wrong entry in so many, and one wrong line in so many entries: one mistake in a hundred entries in all.
_ENTRIES_BETWEEN, _LINES_BETWEEN = 133, 400
#: Wrong lines of more characters are written once.
_LONG = 1 << 16


class Case(NamedTuple):
    """A kind of file. ``entries`` is how many stand in a line (``None``: as many as the rules allow), ``times`` how
    many times the size of the others it has."""

    name: str
    told: str
    entries: int | None = 100
    times: float = 1
    zone: str = "Z"
    instructions: tuple[str, ...] = ROUND
    follows: bool = True
    dirty: bool = False

    @property
    def clean(self) -> bool:
        """Whether nothing is to be said of any line."""
        return bool(self.zone) and not self.dirty


CASES = {
    case.name: case
    for case in (
        Case("batch", "about 100 entries a line"),
        Case("thin", "one entry a line", entries=1),
        Case("wide", "lines at their limits, some 10 MB long", entries=None),
        Case(
            "naive",
            "activities and reactions as in batch, every time without offset: a finding in every entry",
            zone="",
            instructions=tuple(name for name in ROUND if name in ("add_activities", "reactions")),
            follows=False,
        ),
        Case("dirty", "batch with a mistake in 1 % of the entries, of every rule that a line can break", dirty=True),
        Case("small", "batch, a tenth as much", times=0.1),
        Case("huge", "batch, ten times as much", times=10),
    )
}


class Piece(NamedTuple):
    """Bytes of one line (or, for a mistake, of several), with what they hold."""

    data: bytes
    instruction: str
    entries: int
    wrong: int = 0


def pieces(case: Case, size: int, seed: int, mistakes: Mistakes | None = None) -> Iterator[Piece]:
    """The lines of a file of nearly ``size`` bytes, never more. A dirty case needs ``mistakes``.

    In files of less than ``FULL`` bytes lines at their limits are shorter in proportion, so that there are as many.
    """
    contents = Contents(seed, zone=case.zone, roomy=case.entries is None)
    spoil = _Spoiler(mistakes, seed) if mistakes is not None else None
    most = _limits() if case.entries is None else {}
    share = min(1.0, size / FULL)

    def entries(instruction: str) -> int:
        return case.entries or max(1, int(share * most.get(instruction, max(most.values()))))

    def made(line: Line) -> list[Piece]:
        if spoil is not None:
            return spoil.pieces(line)
        return [Piece(line.text().encode(), line.instruction, len(line.entries))]

    left, kept = size, int(size * _FOLLOWS) if case.follows else 0
    for instruction in cycle(case.instructions):
        some = made(contents.line(instruction, entries(instruction)))
        needed = sum(len(piece.data) for piece in some)
        if needed > left - kept:
            break
        left -= needed
        yield from some
    while case.follows:
        some = made(contents.line("follow", entries("follow")))
        needed = sum(len(piece.data) for piece in some)
        if needed > left:
            break
        left -= needed
        yield from some


def _limits() -> dict[str, int]:
    """The most entries of a line, by instruction."""
    ruleset, _ = artefact.load()
    limits: dict[str, int] = {}
    for instruction in ruleset.instructions:
        for field in instruction.line.fields:
            if field.name == ruleset.payload and isinstance(field.value, model.ListValue):
                checks = [check for check in field.value.checks if isinstance(check, model.MaxItems)]
                limits.update((instruction.name, check.limit) for check in checks)
    return limits


class _Spoiler:
    """Puts mistakes among good entries and lines, each kind in turn."""

    def __init__(self, mistakes: Mistakes, seed: int) -> None:
        self._rng = random.Random(seed)
        self._entries = {name: cycle(wrong) for name, wrong in mistakes.entries.items() if wrong}
        short = [line for line in mistakes.lines if len(line) <= _LONG]
        self._lines = iter(mistakes.lines)
        self._again = cycle(short)
        self._until_entry, self._until_line = self._gap(_ENTRIES_BETWEEN), _LINES_BETWEEN

    def _gap(self, mean: int) -> int:
        return self._rng.randrange(2 * mean - 1)

    def pieces(self, line: Line) -> list[Piece]:
        """A line with some entries replaced by wrong ones, and perhaps a wrong line after it."""
        count, wrong = len(line.entries), 0
        if line.instruction in self._entries:
            while self._until_entry < count:
                line.entries[self._until_entry] = next(self._entries[line.instruction])
                self._until_entry += 1 + self._gap(_ENTRIES_BETWEEN)
                wrong += 1
            self._until_entry -= count
        found = [Piece(line.text().encode(), line.instruction, count, wrong)]
        self._until_line -= count
        if self._until_line <= 0:
            self._until_line += _LINES_BETWEEN
            text = next(self._lines, None) or next(self._again)
            found.append(Piece(text.encode("utf-8", "surrogatepass"), "", 0, 1))
        return found
