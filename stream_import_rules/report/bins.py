"""Histograms as few bins that can be drawn: an axis of time without outliers, and sizes up to a limit.

Between ``histograms``, whose counts are exact, and the HTML report. Nothing is lost: what does not lie on an axis
is counted beside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..histograms import Calendar, Unit, coarsened, date_of

#: A time axis has at most so many bins.
MOST_BINS = 60
#: At each end of a time axis so many of all times may be left beside it, one of them at least …
_BESIDE = 1 / 200
#: … if that makes it so many times shorter, and if it was longer than this (years).
_SHORTER, _LONG = 3, 20

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Bin(NamedTuple):
    """What it is called, and how many there are."""

    label: str
    total: int


class TimeAxis(NamedTuple):
    """Bins without a gap, what one of them is (``week``), and what lies ``before`` and ``after`` them."""

    step: str
    bins: Sequence[Bin]
    before: int
    after: int


class _Step(NamedTuple):
    """A width of bins: what it is called, which unit it counts, the number of a bin, and the bin's name."""

    name: str
    unit: Unit
    number: Callable[[int], int]
    label: Callable[[int], str]


def time_axis(calendar: Calendar) -> TimeAxis | None:
    """The finest axis of at most ``MOST_BINS`` bins; ``None`` if there is nothing to draw."""
    if not calendar.counts:
        return None
    keys = sorted(calendar.counts)
    first, last = _inner(keys, calendar)
    before = sum(calendar.counts[key] for key in keys if key < first)
    after = sum(calendar.counts[key] for key in keys if key > last)
    inner = {key: count for key, count in calendar.counts.items() if first <= key <= last}
    order: list[Unit] = ["day", "month", "year"]
    for step in _STEPS:
        if order.index(step.unit) < order.index(calendar.unit):
            continue
        counts: dict[int, int] = {}
        for key, count in coarsened(inner, calendar.unit, step.unit).items():
            counts[step.number(key)] = counts.get(step.number(key), 0) + count
        least, greatest = min(counts), max(counts)
        if greatest - least < MOST_BINS:
            bins = [Bin(step.label(number), counts.get(number, 0)) for number in range(least, greatest + 1)]
            return TimeAxis(step.name, bins, before, after)
    raise AssertionError("the last step has room for every year there is")


def _inner(keys: Sequence[int], calendar: Calendar) -> tuple[int, int]:
    """The first and the last key on the axis."""
    total = sum(calendar.counts.values())
    beside = max(int(total * _BESIDE), 1)
    first, last = _beyond(keys, calendar, beside), _beyond(reversed(keys), calendar, beside)
    per_year = {"day": 365, "month": 12, "year": 1}[calendar.unit]
    if first > last:
        return keys[0], keys[-1]
    near = max(last - first, per_year)  # what is near to most of them is no outlier
    kept = [key for key in keys if first - near <= key <= last + near]
    whole, shorter = keys[-1] - keys[0], kept[-1] - kept[0] + 1
    return (keys[0], keys[-1]) if whole <= _LONG * per_year or whole < _SHORTER * shorter else (kept[0], kept[-1])


def _beyond(keys: Iterable[int], calendar: Calendar, beside: int) -> int:
    """The first key before which there are no more than so many."""
    for key in keys:
        beside -= calendar.counts[key]
        if beside < 0:
            break
    return key


# --------------------------------------------------------------------------- steps


def _day(day: int) -> str:
    return date_of(day).isoformat()


def _month(month: int) -> str:
    return f"{_MONTHS[month % 12]} {month // 12:04}"


def _week(number: int) -> str:
    """1970-01-01 was a Thursday: the first week began on the Monday before."""
    return f"week of {_day(7 * number - 3)}"


def _quarter(number: int) -> str:
    return f"{_MONTHS[number % 4 * 3]} to {_MONTHS[number % 4 * 3 + 2]} {number // 4:04}"


def _years(count: int) -> _Step:
    def label(number: int) -> str:
        first = number * count
        return f"{first:04}" if count == 1 else f"{first:04} to {first + count - 1:04}"

    return _Step("year" if count == 1 else f"{count} years", "year", lambda year: year // count, label)


_STEPS = (
    _Step("day", "day", lambda day: day, _day),
    _Step("week", "day", lambda day: (day + 3) // 7, _week),
    _Step("month", "month", lambda month: month, _month),
    _Step("quarter", "month", lambda month: month // 3, _quarter),
    *map(_years, (1, 2, 5, 10, 20, 50, 100, 200)),
)


# --------------------------------------------------------------------------- sizes


class SizeBin(NamedTuple):
    """Entries of more than ``over`` bytes and at most ``to`` (``None``: any)."""

    over: int
    to: int | None
    total: int


def size_bins(sizes: Mapping[int, int], limits: Sequence[int]) -> list[SizeBin]:
    """Entries by size: bins that end at the powers of two and at the limits (bytes, rising), from the one of the
    smallest entry to the first limit, or to the one of the largest entry if that is beyond."""
    edges = [1 << power for power in range(limits[0].bit_length()) if 1 << power < limits[0]] + list(limits)
    counts = [0] * (len(edges) + 1)
    for size, count in sizes.items():
        counts[bisect_left(edges, size)] += count
    filled = [i for i, count in enumerate(counts) if count]
    at_limit = edges.index(limits[0])
    first, last = min([*filled[:1], at_limit]), max([*filled[-1:], at_limit])
    bounds = [0, *edges, None]
    return [SizeBin(bounds[i] or 0, bounds[i + 1], counts[i]) for i in range(first, last + 1)]


def median_of(counts: Mapping[int, int]) -> int:
    """The least value that at least half of all do not exceed."""
    left = (sum(counts.values()) + 1) // 2
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    raise ValueError("nothing was counted")
