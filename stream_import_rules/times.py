"""Times of an import file: RFC 3339 text to an instant in microseconds, and what is odd in its spelling.

Used by ``explain`` and ``fast``; knows no rules.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import msgspec

_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})([Tt])([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r"(?:\.([0-9]+))?(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?"
)
_UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Time(msgspec.Struct, frozen=True):
    """A time as written. ``micros`` is the instant in microseconds since 1970 UTC, digits beyond the
    microsecond cut off; a time without an offset is taken as UTC."""

    micros: int
    #: Digits after the decimal point of the seconds.
    digits: int
    has_offset: bool
    #: Seconds east of UTC.
    offset: int
    zulu: bool
    uppercase: bool


@lru_cache(maxsize=4096)
def parse(text: str) -> Time | None:
    """The time of its text, ``None`` if it isn't one or if the date does not exist."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, t, hour, minute, second, fraction, zulu, sign, off_hour, off_minute = match.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _UNIX_EPOCH_DAY
    except ValueError:
        return None
    offset = (int(off_hour) * 3600 + int(off_minute) * 60) * (-1 if sign == "-" else 1) if sign else 0
    seconds = days * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second) - offset
    micros = seconds * 1_000_000 + (int(fraction[:6].ljust(6, "0")) if fraction else 0)
    return Time(
        micros=micros,
        digits=len(fraction or ""),
        has_offset=bool(zulu or sign),
        offset=offset,
        zulu=zulu is not None,
        uppercase=t == "T" and zulu != "z",
    )


def micros_of(text: str) -> int:
    """The instant of an RFC 3339 text. Raises ``ValueError`` if it is not one."""
    time = parse(text)
    if time is None:
        raise ValueError(f"not a time: {text!r}")
    return time.micros


def text_of(micros: int) -> str:
    """An instant as RFC 3339 text in UTC, with as many digits as it needs."""
    seconds, fraction = divmod(micros, 1_000_000)
    days, second = divmod(seconds, 86400)
    day = date.fromordinal(days + _UNIX_EPOCH_DAY).isoformat()
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{day}T{clock}" + (f".{fraction:06}".rstrip("0") if fraction else "") + "Z"
