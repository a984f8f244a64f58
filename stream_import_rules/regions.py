"""Regions: lines that belong together while they are collected, those of one value or a run of blank ones.

``framing`` and ``framing_values`` start them and give them the lines that follow; what is then to be said of
the whole is judged by ``framing_values`` and worded by ``framing_report``.
"""

from __future__ import annotations

from . import passages
from .jsontext import JsonError, unclosed
from .passages import Passage


class Blanks:
    """Blank lines that follow each other: number of the ``first`` and ``last`` (0: none yet), and their ``count``."""

    def __init__(self) -> None:
        self.first = self.last = self.count = 0

    def add(self, number: int, count: int = 1) -> None:
        """Takes the next ``count`` of them, of which the first is the line ``number``."""
        self.first = self.first or number
        self.last = number + count - 1
        self.count += count


class Region:
    """A value that goes on over several lines, while it is collected.

    ``error`` is the syntax error of its first line, the finding if it is never closed (``None``: there is
    one already). ``depth`` is 0 if the first line leaves no bracket open. ``behind``: it starts behind
    another value. ``spoilt``: it can't be judged.
    """

    def __init__(self, first: Passage, error: JsonError | None, *, behind: bool = False, spoilt: bool = False) -> None:
        self.first = first
        self.error = error
        self.behind = behind
        self.spoilt = spoilt
        closed, left = unclosed(first.text)
        self.depth = 0 if closed else left
        self.last = first.line
        #: Blank lines at its end so far.
        self.blank = Blanks()
        #: Whether it has more than ``MAX_COLLECTED`` characters: its text is not kept then.
        self.too_long = False
        self._lines = [first.text]
        self._size = len(first.text)
        self._end = first.text.rstrip()[-1:]
        self._indented = False

    def add(self, number: int, text: str, deeper: int) -> None:
        """Takes the next line, behind which the value is ``deeper`` levels deeper."""
        self.depth += deeper
        self.last = number
        self.blank = Blanks()
        self._end = text.rstrip()[-1:]
        self._indented = self._indented or text[:1].isspace()
        self._keep([text], len(text))

    def add_blank(self, number: int, count: int = 1) -> None:
        """Takes ``count`` blank lines."""
        self.blank.add(number, count)
        self._keep([""] * count, 0)

    def may_hold(self, text: str) -> bool:
        """Whether a line that starts an object can go on with this value, and does not look like another."""
        if self._end not in "[,:":
            return False
        broken = self.error is not None and not self.error.cut
        return text[0].isspace() or not (broken or self._indented)

    def joined(self) -> Passage:
        """The text of all its lines."""
        starts = [0]
        for line in self._lines[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return Passage(self.first.line, "\n".join(self._lines), self.first.column, tuple(starts))

    def _keep(self, lines: list[str], size: int) -> None:
        self._size += size + len(lines)
        self.too_long = self.too_long or self._size > passages.MAX_COLLECTED
        if self.too_long or self.spoilt:
            self._lines.clear()
        else:
            self._lines += lines
