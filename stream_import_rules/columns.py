"""Tests on whole columns: all values of one member at once, at the speed of C.

Used by the generated fast validators. Each test is conservative: true means that surely every value
is fine, false only that somebody must look closer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

_TIMES = list[Annotated[datetime, msgspec.Meta(tz=True)]]
_DIGITS = bytes(ord("0") if chr(i).isdecimal() and i < 128 else i for i in range(256))
#: Spellings of times that no rule has anything to say of: upper case, `Z`, at most six digits.
_SHAPES = frozenset([b"0000-00-00T00:00:00Z", *(b"0000-00-00T00:00:00." + b"0" * n + b"Z" for n in range(1, 7))])


def there(column: Sequence[Any]) -> Sequence[Any]:
    """What is there of a column whose other values are ``UNSET``."""
    absent = column.count(msgspec.UNSET)
    if not absent:
        return column
    return () if absent == len(column) else [value for value in column if value is not msgspec.UNSET]


def given(column: Sequence[Any]) -> Sequence[Any]:
    """What is there of a column whose other values are ``UNSET`` or null."""
    return [value for value in there(column) if value is not None]


def filled(column: Sequence[Any]) -> Sequence[Any]:
    """What is there of a column whose other values are ``UNSET``, null, or the empty string."""
    return [value for value in there(column) if value is not None and value != ""]


def distinct(lists: Sequence[Sequence[str]]) -> bool:
    """Whether each list has nothing twice."""
    return sum(map(len, map(set, lists))) == sum(map(len, lists))


def in_charset(values: Sequence[str], allowed: bytes) -> bool:
    """Whether the values have no character outside of ``allowed`` (ASCII)."""
    joined = "".join(values)
    return joined.isascii() and not joined.encode().translate(None, allowed)


def shaped(values: Sequence[str], table: bytes, shape: bytes) -> bool:
    """Whether each value, its bytes translated by ``table``, is ``shape``."""
    return not values or "\n".join((*values, "")).encode().translate(table) == (shape + b"\n") * len(values)


class Ids:
    """Ids of two parts: ``common`` characters in both, ``more`` in the second part alone (ASCII)."""

    def __init__(self, separator: bytes, common: bytes, more: bytes) -> None:
        self._common, self._more = common, more
        self._bare = separator + b"\n"
        self._no_first = b"\n" + separator
        self._in_first = [bytes([character]) + separator for character in more]

    def all(self, lines: bytes, count: int) -> bool:
        """Whether ``lines``, a line end before and behind each, are ``count`` such ids.

        Without the common characters the separator is left of each, and then what only the second
        part may have.
        """
        if self._no_first in lines or self._bare in lines:
            return False
        rest = lines.translate(None, self._common)
        expected = b"\n" + self._bare * count
        if rest == expected:
            return True
        return rest.translate(None, self._more) == expected and not any(odd in rest for odd in self._in_first)


def times(values: Sequence[str], first: str, last: str) -> tuple[str, str] | None:
    """The least and the greatest of times that are all in UTC and spelt as they should be, or ``None``.

    ``first`` and ``last`` bound them, as text to the second.
    """
    if not values:
        return ("", "")
    shapes = "\n".join(values).encode().translate(_DIGITS)
    shape = shapes[: len(values[0])]
    if shape not in _SHAPES:
        return None
    if shapes == ((shape + b"\n") * len(values))[:-1]:
        least, greatest = min(values), max(values)
    elif _SHAPES.issuperset(shapes.split(b"\n")):
        bare = [value[:-1] for value in values]  # so that a fraction sorts behind no fraction
        least, greatest = min(bare) + "Z", max(bare) + "Z"
    else:
        return None
    if least[:19] < first or greatest[:19] >= last:
        return None
    try:
        msgspec.convert(values, _TIMES)
    except msgspec.ValidationError:
        return None
    return least, greatest


def not_before(later: str, earlier: str) -> bool:
    """Whether one time that ``times`` has passed is surely not before another."""
    return later[:19] > earlier[:19] or later == earlier or (later[:19] == earlier[:19] and len(earlier) == 20)


def no_long_run(data: bytes, longest: int) -> bool:
    """Whether no string of the JSON text is longer than ``longest`` bytes: from quote to quote there is
    always another one within reach."""
    rfind = data.rfind
    at, end = 0, len(data)
    while at + longest < end:
        after = rfind(b'"', at + 1, at + longest + 1)
        if after < 0:
            return False
        at = after
    return True
