"""Chains of records that refer to each other: which are too deep, and which run in circles.

Used by ``relate``. A query gives the records above which there are many levels; whether a chain ends
is followed here, in time and memory that grow with their number alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

import msgspec

_NEW, _OPEN, _DONE = 0, 1, 2


class Circle(msgspec.Struct, frozen=True):
    """Records that refer to each other in a circle, from the first one of the file on."""

    first: int
    others: tuple[int, ...]


#: So many members of a circle are named.
NAMED = 5


class Chains:
    """Records (``places``, ascending) and the place of what each refers to (``above``).

    Every record above which there are as many levels as in the query must be among them: where ``above``
    is none of ``places`` the chain ends soon.
    """

    def __init__(self, places: array[int], above: array[int]) -> None:
        self._places, self._named = places, above
        self._above = array("q", map(self._index, above))

    def _index(self, place: int) -> int:
        i = bisect_left(self._places, place)
        return i if i < len(self._places) and self._places[i] == place else -1

    def circles(self) -> list[Circle]:
        """The circles, by their first records."""
        return sorted((self._circle(start) for start in self._follow(array("b"))), key=lambda circle: circle.first)

    def circular(self) -> array[int]:
        """The records of all circles, in the order of the file."""
        found = array("q")
        for start in self._follow(array("b")):
            at = start
            while True:
                found.append(self._places[at])
                at = self._above[at]
                if at == start:
                    break
        return array("q", sorted(found))

    def ending(self) -> Iterator[tuple[int, int]]:
        """The records whose chain ends, in the order of the file, each with what it refers to."""
        endless = array("b")
        for _ in self._follow(endless):
            pass
        pairs = zip(self._places, self._named, endless, strict=True)
        return ((place, above) for place, above, is_endless in pairs if not is_endless)

    def _circle(self, start: int) -> Circle:
        members = [start]
        at = self._above[start]
        while at != start:
            members.append(at)
            at = self._above[at]
        least = members.index(min(members))
        ordered = members[least:] + members[:least]
        return Circle(self._places[ordered[0]], tuple(self._places[i] for i in ordered[1 : NAMED + 1]))

    def _follow(self, endless: array[int]) -> Iterator[int]:
        """One record of each circle; ``endless`` says of each record whether its chain ends in one."""
        state = bytearray(len(self._places))
        endless.frombytes(bytes(len(self._places)))
        for start in range(len(self._places)):
            path = array("q")
            at = start
            while at >= 0 and state[at] == _NEW:
                state[at] = _OPEN
                path.append(at)
                at = self._above[at]
            if at >= 0 and state[at] == _OPEN:
                yield at
            runs_on = at >= 0 and (state[at] == _OPEN or endless[at] == 1)
            for i in path:
                state[i] = _DONE
                endless[i] = runs_on
