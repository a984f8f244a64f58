"""Set an excerpt: the piece of a line around a finding, with carets under the spot.

Between ``findings.Excerpt`` and ``text``. Everything is measured in cells of the terminal, because a
Chinese character takes two, a combining mark none, and an escape for an invisible character several.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from ..findings import Excerpt
from .page import Page
from .safe import pieces, starts_inside


class Set(NamedTuple):
    """What to print: the text before the spot, the spot, the text after it; ``offset`` and ``width``
    of the spot are in cells.
    """

    before: str
    spot: str
    after: str
    offset: int
    width: int


def set_excerpt(excerpt: Excerpt, room: int, page: Page) -> Set:
    """The excerpt in at most ``room`` cells, cut on both sides of the spot where it is longer."""
    text = excerpt.text
    start = min(max(excerpt.start, 0), len(text))
    end = min(max(start + excerpt.length, start), len(text))
    while starts_inside(text, start):
        start -= 1
    while starts_inside(text, end):
        end += 1
    dots = page.own("…")
    spot = _head(pieces(text[start:end], page.encoding), room - 2 * len(dots), dots, cut=False)
    rest = room - cell_len(spot)
    after = pieces(text[end:], page.encoding)
    wanted = min(_cells(after) + len(dots) * excerpt.cut_right, rest // 2)
    before = _tail(pieces(text[:start], page.encoding), rest - wanted, dots, excerpt.cut_left)
    tail = _head(after, rest - cell_len(before), dots, excerpt.cut_right)
    return Set(before, spot, tail, cell_len(before), max(cell_len(spot), 1))


def _cells(parts: list[str]) -> int:
    return sum(cell_len(part) for part in parts)


def _head(parts: list[str], room: int, dots: str, cut: bool) -> str:
    """As much of the beginning as fits, with dots if anything follows it."""
    if _cells(parts) + len(dots) * cut <= room:
        return "".join(parts) + dots * cut
    taken, used = [], len(dots)
    for part in parts:
        used += cell_len(part)
        if used > room:
            break
        taken.append(part)
    return "".join(taken) + dots


def _tail(parts: list[str], room: int, dots: str, cut: bool) -> str:
    """As much of the end as fits, with dots if anything comes before it."""
    if _cells(parts) + len(dots) * cut <= room:
        return dots * cut + "".join(parts)
    taken, used = [], len(dots)
    for part in reversed(parts):
        used += cell_len(part)
        if used > room:
            break
        taken.append(part)
    return dots + "".join(reversed(taken))
