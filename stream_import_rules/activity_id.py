"""The id that Stream gives an activity: a function of its foreign id and its time alone.

A UUID of version 1 whose clock is the time in microseconds and whose node is a hash of the foreign
id. The figures come from an official SDK, which says that they are the backend's; see the
documentation of relations for how sure that is.
"""

from __future__ import annotations

#: 100-nanosecond ticks from the epoch of UUIDs (15 October 1582) to 1970.
_TICKS_TO_1970 = 122_192_928_000_000_000


def derive(foreign_id: str, micros: int) -> str:
    """The activity id of a foreign id and an instant (microseconds since 1970, UTC), lower case."""
    ticks = _TICKS_TO_1970 + micros * 10
    hashed = murmur3_32(foreign_id.encode("utf-8", "surrogatepass"))
    signed = hashed - (1 << 32) if hashed & 0x8000_0000 else hashed
    node = ((signed | 0x1_0000_0000) if signed > 0 else -signed) | 0x8000_0000_0000
    low, mid, high = ticks & 0xFFFF_FFFF, (ticks >> 32) & 0xFFFF, 0x1000 | ((ticks >> 48) & 0xFFFF)
    return f"{low:08x}-{mid:04x}-{high:04x}-8080-{node:012x}"


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """MurmurHash3 x86 32-bit, unsigned."""
    h = seed
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        h ^= _mixed(int.from_bytes(data[i : i + 4], "little"))
        h = ((h << 13) | (h >> 19)) & 0xFFFF_FFFF
        h = (h * 5 + 0xE654_6B64) & 0xFFFF_FFFF
    if whole < len(data):
        h ^= _mixed(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = ((h ^ (h >> 16)) * 0x85EB_CA6B) & 0xFFFF_FFFF
    h = ((h ^ (h >> 13)) * 0xC2B2_AE35) & 0xFFFF_FFFF
    return h ^ (h >> 16)


def _mixed(k: int) -> int:
    k = (k * 0xCC9E_2D51) & 0xFFFF_FFFF
    k = ((k << 15) | (k >> 17)) & 0xFFFF_FFFF
    return (k * 0x1B87_3593) & 0xFFFF_FFFF
