"""Where findings lie in their files, in a room that does not grow with their number.

Kept by the sink of a run, if somebody asks for it; ``scan`` and ``relate`` tell the lines.
"""

from __future__ import annotations

from collections.abc import Iterator


class Places:
    """Where findings lie, however many there are: how many of each rule in blocks of lines.

    A block is one line until a rule has more than ``most`` of them (and more than there are files); then blocks are
    made twice as wide, and again. How wide they are in the end does not depend on the order in which findings come, nor
    on the parts in which they were counted.
    """

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self._widths: dict[str, int] = {}
        self._blocks: dict[str, dict[tuple[str, int], int]] = {}

    @property
    def exact(self) -> bool:
        """Whether the line of every finding is known."""
        return not self._widths

    def see(self, rule: str, file: str, line: int, number: int) -> None:
        """Count findings of a rule at a line."""
        blocks = self._blocks.setdefault(rule, {})
        block = (file, (line - 1) // self._widths.get(rule, 1))
        blocks[block] = blocks.get(block, 0) + number
        if len(blocks) > self._most:
            self._widen(rule)

    def add(self, other: Places) -> None:
        """Take in what was counted of further lines."""
        for rule, blocks in other._blocks.items():
            width = other._widths.get(rule, 1)
            while self._widths.get(rule, 1) < width:
                self._double(rule)
            share = self._widths.get(rule, 1) // width
            mine = self._blocks.setdefault(rule, {})
            for (file, at), count in blocks.items():
                mine[file, at // share] = mine.get((file, at // share), 0) + count
            if len(mine) > self._most:
                self._widen(rule)

    def _widen(self, rule: str) -> None:
        """Make blocks wider until they are few; of each file at least one is left."""
        files = len({file for file, _ in self._blocks[rule]})
        while len(self._blocks[rule]) > max(self._most, files):
            self._double(rule)

    def _double(self, rule: str) -> None:
        self._widths[rule] = 2 * self._widths.get(rule, 1)
        wider: dict[tuple[str, int], int] = {}
        for (file, at), count in self._blocks.get(rule, {}).items():
            wider[file, at // 2] = wider.get((file, at // 2), 0) + count
        self._blocks[rule] = wider

    def __iter__(self) -> Iterator[tuple[str, str, int, int]]:
        """Rule, file, the line in the middle of a block, and the number of findings in it."""
        for rule, blocks in self._blocks.items():
            width = self._widths.get(rule, 1)
            yield from ((rule, file, at * width + 1 + width // 2, count) for (file, at), count in blocks.items())
