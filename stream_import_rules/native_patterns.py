"""Patterns of the portable subset as tables of states over the bytes of UTF-8, for the native engine.

Below ``native_plan``. The pattern is read into a machine of steps between numbered states, and that is
made deterministic: state 0 is the dead end, 1 the start.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

#: Which states accept (a byte each), the next state by state and byte (16 bits each), and whether it is one
#: class of characters, once or more.
Table: TypeAlias = tuple[bytes, bytes, bool]
#: Two states between which a part of the pattern lies.
_Part: TypeAlias = tuple[int, int]

#: More states are not worth their room.
_MOST_STATES = 2_000
_TOKEN = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([(|)])|([?*+])|\{([0-9]+)(?:(,)([0-9]*))?\}|(.)", re.DOTALL)
#: A character beyond ASCII: its first byte, and how many follow.
_BEYOND = ((range(0xC2, 0xE0), 1), (range(0xE0, 0xF0), 2), (range(0xF0, 0xF5), 3))
_FOLLOWING = frozenset(range(0x80, 0xC0))


class NoTable(ValueError):
    """The pattern needs too many states, or is not of the portable subset."""


@lru_cache(maxsize=256)
def table_of(pattern: str) -> Table:
    """The table of a pattern that must match the whole text. Raises ``NoTable``."""
    machine = _Machine(pattern)
    accepts, rows = _deterministic(machine)
    return bytes(accepts), b"".join(row.tobytes() for row in rows), _is_single(accepts, rows)


def both(one: Table, other: Table) -> Table:
    """The table of what two tables accept. Raises ``NoTable``."""
    rows_of = [[array("H", table[i : i + 512]) for i in range(0, len(table), 512)] for _, table, _ in (one, other)]
    numbers = {(0, 0): 0, (1, 1): 1}
    order = list(numbers)
    rows: list[array[int]] = []
    for first, second in order:
        pairs = list(zip(rows_of[0][first], rows_of[1][second], strict=True))
        for pair in set(pairs):
            if 0 not in pair and pair not in numbers:
                if len(numbers) > _MOST_STATES:
                    raise NoTable("too many states")
                numbers[pair] = len(numbers)
                order.append(pair)
        rows.append(array("H", [0 if 0 in pair else numbers[pair] for pair in pairs]))
    accepts = bytearray(one[0][first] and other[0][second] for first, second in order)
    return bytes(accepts), b"".join(row.tobytes() for row in rows), _is_single(accepts, rows)


def _is_single(accepts: bytearray, rows: list[array[int]]) -> bool:
    """Whether every state goes on with the same bytes, and each that is reached accepts."""
    goes_on = bytes(map(bool, rows[1]))
    same = len(rows) > 1 and all(bytes(map(bool, row)) == goes_on for row in rows[2:])
    return same and not accepts[1] and all(accepts[state] for row in rows for state in set(row) - {0})


class _Machine:
    """Steps between states: by a set of bytes, or by nothing at all."""

    def __init__(self, pattern: str) -> None:
        self.steps: list[list[tuple[frozenset[int], int]]] = []
        self.free: list[list[int]] = []
        self._tokens = list(_TOKEN.finditer(pattern))
        if not pattern.isascii() or sum(len(token[0]) for token in self._tokens) != len(pattern):
            raise NoTable(pattern)
        self._at = 0
        self.start, self.end = self._choice()
        if self._at < len(self._tokens):
            raise NoTable(pattern)

    def _state(self) -> int:
        if len(self.steps) > _MOST_STATES:
            raise NoTable("too many states")
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def _choice(self) -> _Part:
        """Alternatives, up to a closing parenthesis or the end."""
        start, end = self._state(), self._state()
        while True:
            first, last = self._sequence()
            self.free[start].append(first)
            self.free[last].append(end)
            if self._at < len(self._tokens) and self._tokens[self._at][4] == "|":
                self._at += 1
                continue
            return start, end

    def _sequence(self) -> _Part:
        start = last = self._state()
        while self._at < len(self._tokens) and self._tokens[self._at][4] not in ("|", ")"):
            begin = self._at
            first, end = self._atom()
            low, high = self._quantifier()
            after = self._at
            copies = [(first, end)]
            # Every repetition is read again: a part of a machine can be used once.
            for _ in range(max(low, high or low + 1) - 1):
                self._at = begin
                copies.append(self._atom())
            self._at = after
            last = self._repeated(last, copies, low, high)
        return start, last

    def _repeated(self, last: int, copies: list[_Part], low: int, high: int | None) -> int:
        """Copies one behind the other, of which so many may be left out; without end if ``high`` is None."""
        end = self._state()
        for i, (first, behind) in enumerate(copies):
            if i >= low:
                self.free[last].append(end)
            self.free[last].append(first)
            last = behind
        self.free[last].append(end)
        if high is None:
            self.free[last].append(copies[-1][0])
        return end

    def _quantifier(self) -> tuple[int, int | None]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or not (token[5] or token[6]):
            return 1, 1
        self._at += 1
        if token[5]:
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[token[5]]
        low = int(token[6])
        if not token[7]:
            return low, low
        return low, int(token[8]) if token[8] else None

    def _atom(self) -> _Part:
        token = self._tokens[self._at]
        self._at += 1
        if token[4] == "(":
            part = self._choice()
            if self._at >= len(self._tokens) or self._tokens[self._at][4] != ")":
                raise NoTable("a parenthesis is not closed")
            self._at += 1
            return part
        if token[2]:
            return self._class(_members(token[2]), bool(token[1]))
        character = token[3] or token[9]
        if not character or (token[9] and character in "[]{}^$."):
            raise NoTable(f"there is a {token[0]} where none can be")
        return self._class(frozenset((ord(character),)), False)

    def _class(self, members: frozenset[int], negated: bool) -> _Part:
        start, end = self._state(), self._state()
        self.steps[start].append((frozenset(range(128)) - members if negated else members, end))
        for firsts, count in _BEYOND if negated else ():
            at = self._state()
            self.steps[start].append((frozenset(firsts), at))
            for _ in range(count - 1):
                following = self._state()
                self.steps[at].append((_FOLLOWING, following))
                at = following
            self.steps[at].append((_FOLLOWING, end))
        return start, end


def _members(body: str) -> frozenset[int]:
    """The characters of a class."""
    found: set[int] = set()
    pieces = re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", body)
    for first, last in pieces:
        low = ord(first[-1])
        high = ord(last[-1]) if last else low
        found.update(range(low, high + 1))
    return frozenset(found)


def _deterministic(machine: _Machine) -> tuple[bytearray, list[array[int]]]:
    """The machine without choices: which states accept, and a row of 256 next states for each."""

    def closed(states: Iterable[int]) -> frozenset[int]:
        found, left = set(states), list(states)
        while left:
            for following in machine.free[left.pop()]:
                if following not in found:
                    found.add(following)
                    left.append(following)
        return frozenset(found)

    alike = _alike(machine)
    dead: frozenset[int] = frozenset()
    numbers = {dead: 0, closed([machine.start]): 1}
    order = list(numbers)
    rows: list[array[int]] = []
    for states in order:
        row = array("H", bytes(512))
        steps = [step for state in states for step in machine.steps[state]]
        for of in alike:
            reached = [following for members, following in steps if of[0] in members]
            if not reached:
                continue
            target = closed(reached)
            if target not in numbers:
                if len(numbers) > _MOST_STATES:
                    raise NoTable("too many states")
                numbers[target] = len(numbers)
                order.append(target)
            for byte in of:
                row[byte] = numbers[target]
        rows.append(row)
    return bytearray(machine.end in states for states in order), rows


def _alike(machine: _Machine) -> list[list[int]]:
    """The bytes in groups between which no step of the machine tells."""
    classes = {members for steps in machine.steps for members, _ in steps}
    groups: dict[tuple[bool, ...], list[int]] = {}
    for byte in range(256):
        groups.setdefault(tuple(byte in members for members in classes), []).append(byte)
    return list(groups.values())
