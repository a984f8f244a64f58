"""The id that Stream gives an activity: a function of its foreign id and its time alone.

A UUID of version 1 whose clock is the time in microseconds and whose node is a hash of the foreign
id. The figures come from an official SDK, which says that they are the backend's; see the
documentation of relations for how sure that is.

``key`` and ``key_of_id`` are the same identity as two numbers of 64 bits, for tables of millions.
"""

from __future__ import annotations

import re

import mmh3

#: 100-nanosecond ticks from the epoch of UUIDs (15 October 1582) to 1970.
_TICKS_TO_1970 = 122_192_928_000_000_000
_UUID = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}").fullmatch
_VARIANT = 0x8080
#: The bits of the node beside the hash: the one that is always set, and the mark of a positive hash.
_ALWAYS, _POSITIVE = 0x8000_0000_0000, 0x1_0000_0000
_SIGN = 1 << 63


def derive(foreign_id: str, micros: int) -> str:
    """The activity id of a foreign id and an instant (microseconds since 1970, UTC), lower case."""
    ticks = _TICKS_TO_1970 + micros * 10
    signed = hash_of(foreign_id)
    node = ((signed | _POSITIVE) if signed > 0 else -signed) | _ALWAYS
    low, mid, high = ticks & 0xFFFF_FFFF, (ticks >> 32) & 0xFFFF, 0x1000 | ((ticks >> 48) & 0xFFFF)
    return f"{low:08x}-{mid:04x}-{high:04x}-{_VARIANT:04x}-{node:012x}"


def hash_of(foreign_id: str) -> int:
    """MurmurHash3 x86 32-bit of a foreign id in UTF-8, signed."""
    return mmh3.hash(foreign_id.encode("utf-8", "surrogatepass"))


def key(foreign_id: str, micros: int) -> tuple[int, int]:
    """The identity of the id that ``derive`` gives: the instant, and the signed hash."""
    return micros, hash_of(foreign_id)


def key_of_id(activity_id: str) -> tuple[int, int] | None:
    """The identity of an activity id: that of ``key`` if it may follow from a foreign id and an instant,
    otherwise two numbers that ``key`` never gives; ``None`` if the text is no UUID."""
    if not _UUID(activity_id):
        return None
    value = int(activity_id.replace("-", ""), 16)
    low, mid, high = value >> 96, (value >> 80) & 0xFFFF, (value >> 64) & 0xFFFF
    node = value & 0xFFFF_FFFF_FFFF
    bits = node ^ _ALWAYS
    ticks = ((high & 0xFFF) << 48 | mid << 32 | low) - _TICKS_TO_1970
    if high >> 12 == 1 and (value >> 48) & 0xFFFF == _VARIANT and bits < _POSITIVE << 1 and ticks % 10 == 0:
        signed = bits ^ _POSITIVE if bits & _POSITIVE else -bits
        # A positive hash has 31 bits, and so has a negative one but for the least of them.
        if (bits & _POSITIVE and 0 < signed < 1 << 31) or (not bits & _POSITIVE and signed >= -(1 << 31)):
            return ticks // 10, signed
    first, second = _signed(value >> 64), _signed(value & 0xFFFF_FFFF_FFFF_FFFF)
    return first, second ^ (1 << 62) if -(1 << 31) <= second < 1 << 31 else second


def _signed(value: int) -> int:
    return (value ^ _SIGN) - _SIGN
