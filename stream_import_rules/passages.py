"""Passages: pieces of a file's text that know their place in the file, and where in them brackets stand.

``framing`` cuts them out of the lines and judges what they hold; ``framing_report`` points into them, and
``validate`` asks them for the line and column of what ``explain`` has found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

import msgspec

from .findings import Excerpt, excerpt_of
from .syntax import WHITE_SPACE

#: Characters that are kept of a value over several lines, and that are judged of several values in one line.
MAX_COLLECTED: Final = 8 << 20

_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|[\]}]', re.DOTALL)


class Passage(msgspec.Struct, frozen=True):
    """A piece of the file's text: ``line`` and ``column`` of its first character, from 1, and the
    offsets at which its lines start (``starts``; lines are joined by line feeds)."""

    line: int
    text: str
    column: int = 1
    starts: tuple[int, ...] = (0,)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in the text."""
        row = bisect_right(self.starts, offset) - 1
        return self.line + row, offset - self.starts[row] + (1 if row else self.column)

    def excerpt(self, start: int, end: int) -> Excerpt:
        """The text around the offsets ``start`` to ``end``."""
        return excerpt_of(self.text, start, end)


def indent_of(text: str) -> int:
    """How many characters of white space the text starts with."""
    return len(text) - len(text.lstrip(WHITE_SPACE))


def opens_object(text: str) -> bool:
    """Whether the first thing in a text is the bracket of an object."""
    return text.lstrip(WHITE_SPACE).startswith("{")


def closing_at(text: str, depth: int) -> int:
    """The offset behind the bracket that closes ``depth`` levels opened in lines before."""
    return next((at for at, level in _levels(text) if level == -depth), len(text))


def deeper_at(text: str, limit: int) -> int:
    """The offset of the first bracket that is nested deeper than ``limit``."""
    return next((at - 1 for at, level in _levels(text) if level > limit), 0)


def _levels(text: str) -> Iterator[tuple[int, int]]:
    """The offset behind each bracket outside of strings, and how deep the text is nested there."""
    level = 0
    for match in _BRACKETS.finditer(text):
        if match[0][0] != '"':
            level += 1 if match[1] else -1
            yield match.end(), level
