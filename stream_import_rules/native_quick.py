"""What settles most checks of a string at once: a part of the native engine's plan.

Below ``native_plan``. Most values are right, and of most strings a length, one table of states or a few comparisons
of a time show that all or nearly all of their checks hold. Where they do not, each check is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Any, TypeAlias

from . import model, times
from .native_patterns import NoTable, Table, both, table_of

#: Least and greatest length in bytes, a table, whether it is a time and if so its most digits, first and last instant
#: and how far ahead of now it may be, the checks that are left (as bits), and whether it may have a tolerated form.
Quick: TypeAlias = tuple[Any, ...]

#: More than any length, or microsecond of a time.
_ENDLESS = 1 << 62
#: As many digits of seconds as the engine counts.
_DIGITS = 1_000
#: Every check of a value is looked at by itself.
NOTHING = (1, 0, None, False, 0, 0, 0, -1, 0, True)


def quick_of(value: model.Value, wanted: Sequence[model.ValueCheck]) -> Quick:
    """What settles most of the ``wanted`` checks of a value at once, and which it leaves."""
    if isinstance(value, model.TimeValue):
        return _quick_time(wanted)
    least, most, patterns, settled = 0, _ENDLESS, [], 0  # type: int, int, list[str], int
    for i, check in enumerate(wanted):
        match check:
            case model.NotEmpty():
                least = 1
            case model.MaxLength(limit=limit) | model.MaxBytes(limit=limit):
                most = min(most, limit)
            case model.Pattern(pattern=pattern):
                patterns.append(pattern)
            case model.Split(separator=separator, parts=parts) if _is_plain(separator):
                patterns.append(f"[^{separator}]+".join(("", *[separator] * (len(parts) - 1), "")))
            case model.PartPattern(separator=separator, part=part, parts=count) if _is_plain(separator):
                pieces = [f"[^{separator}]*"] * count
                pieces[part] = f"({check.pattern})"
                patterns.append(separator.join(pieces))
            case _:
                continue
        settled |= 1 << i
    table = _all_of(patterns)
    if patterns and table is None:
        return NOTHING
    texts = [form.pattern for form in value.tolerated if isinstance(form, model.ToleratedText)]
    apart = table is not None and all(_are_apart(table, text) for text in texts)
    rest = ((1 << len(wanted)) - 1) & ~settled
    return least, most, table, False, 0, 0, 0, -1, rest, bool(texts) and not apart


def _quick_time(checks: Sequence[model.ValueCheck]) -> Quick:
    """What settles the checks of a time at once."""
    digits, first, last, ahead, rest = _DIGITS, -_ENDLESS, _ENDLESS, -1, 0
    for i, check in enumerate(checks):
        match check:
            case model.TimePrecision(digits=limit):
                digits = min(digits, limit)
            case model.TimeNotBefore(instant=instant):
                first = max(first, times.micros_of(instant))
            case model.TimeNotAfter(instant=instant):
                last = min(last, times.micros_of(instant))
            case model.TimeNotAhead(seconds=seconds):
                ahead = min(ahead, seconds * 1_000_000) if ahead >= 0 else seconds * 1_000_000
            case (
                model.NotEmpty()
                | model.TimeFormat()
                | model.TimeOffset()
                | model.TimeUtc()
                | model.TimeZulu()
                | model.TimeUppercase()
            ):
                pass
            case _:
                rest |= 1 << i
    return 1, _ENDLESS, None, True, digits, first, last, ahead, rest, True


def _is_plain(separator: str) -> bool:
    """Whether a separator can stand in a pattern, and in a class, as it is."""
    return len(separator) == 1 and separator in ":;,/ @#%&=~!\"'<>_"


@lru_cache(maxsize=256)
def _joined(patterns: tuple[str, ...]) -> Table:
    return reduce(both, map(table_of, patterns))


def _all_of(patterns: list[str]) -> Table | None:
    """The table of what matches all patterns, ``None`` if there is none."""
    try:
        return _joined(tuple(patterns)) if patterns else None
    except NoTable:
        return None


def _are_apart(table: Table, pattern: str) -> bool:
    """Whether nothing that a table accepts matches a pattern."""
    try:
        return not any(both(table, table_of(pattern))[0])
    except NoTable:
        return False
