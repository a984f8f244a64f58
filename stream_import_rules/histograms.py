"""Histograms: how the times of entries and the sizes of entries are spread, in exact counts.

Part of a survey (see ``surveys``), if somebody asks for it; the report draws them. They need nothing but
additions, so those of parts of a file add up to those of the whole, in any order and however it was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Literal, TypeAlias

import msgspec

from .jsontext import compact_size, locate
from .model import Instruction, ListValue, MaxEntryBytes, RecordValue, RuleSet

Unit: TypeAlias = Literal["day", "month", "year"]

#: Microseconds.
DAY = 86_400_000_000
#: More different days are counted as months, more different months as years: eleven years of days.
MOST = 4_000

#: The date of a time.
_DATE = itemgetter(slice(0, 10))
_EPOCH = date(1970, 1, 1).toordinal()
_UNITS: tuple[Unit, ...] = ("day", "month", "year")
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class Calendar:
    """How many instants there are of each day, month or year (UTC): the finest unit in which there are at most
    ``MOST`` different ones, so memory is bounded and the order of additions does not matter.

    The keys of ``counts`` are days since 1970, months since the year 0, or years.
    """

    __slots__ = ("counts", "unit")

    def __init__(self) -> None:
        self.unit: Unit = "day"
        self.counts: dict[int, int] = {}

    def see(self, days: Mapping[int, int]) -> None:
        """Count instants by day since 1970, of the years 1 to 9999."""
        self._take("day", days)

    def add(self, other: Calendar) -> None:
        """Take in the counts of another."""
        self._take(other.unit, other.counts)

    def _take(self, unit: Unit, counts: Mapping[int, int]) -> None:
        coarser = max(unit, self.unit, key=_UNITS.index)
        self._coarsen(coarser)
        _add(self.counts, coarsened(counts, unit, coarser))
        while len(self.counts) > MOST and self.unit != "year":
            self._coarsen(_UNITS[_UNITS.index(self.unit) + 1])

    def _coarsen(self, unit: Unit) -> None:
        if unit != self.unit:
            self.counts, self.unit = dict(coarsened(self.counts, self.unit, unit)), unit


class Histograms:
    """The calendar of the instants of one member, and of each instruction whose entries have a limit of their size
    how many of them have so many bytes (compact JSON, as the limit counts).

    Whole columns wait until they are added to something larger: to count them one chunk at a time would cost
    more than to find them. Different sizes are as many as fit into a file: less than the square root of twice
    its bytes.
    """

    __slots__ = ("_calendar", "_columns", "_dates", "_sizes")

    def __init__(self) -> None:
        self._calendar = Calendar()
        self._dates: Counter[str] = Counter()
        self._sizes: dict[str, Counter[int]] = {}
        self._columns: list[tuple[str | None, Sequence[Any]]] = []

    @property
    def calendar(self) -> Calendar:
        """The instants."""
        self._settle()
        return self._calendar

    @property
    def sizes(self) -> Mapping[str, Mapping[int, int]]:
        """How many entries of an instruction have so many bytes."""
        self._settle()
        return self._sizes

    def see_days(self, days: Mapping[int, int]) -> None:
        """Count instants by day since 1970, of the years 1 to 9999."""
        self._calendar.see(days)

    def see_times(self, times: Sequence[str]) -> None:
        """Count instants by their RFC 3339 texts, which are all in UTC. The sequence must stay as it is."""
        self._columns.append((None, times))

    def see_sizes(self, instruction: str, sizes: Sequence[int]) -> None:
        """Count entries of an instruction by their bytes. The sequence must stay as it is."""
        self._columns.append((instruction, sizes))

    def add(self, other: Histograms) -> None:
        """Take in what was counted of further lines."""
        self._calendar.add(other._calendar)
        self._dates.update(other._dates)
        for instruction, sizes in other._sizes.items():
            self._sizes.setdefault(instruction, Counter()).update(sizes)
        self._count(other._columns)

    def _settle(self) -> None:
        self._count(self._columns)
        self._columns = []
        self._settle_dates()

    def _settle_dates(self) -> None:
        self._calendar.see({day_of(text): count for text, count in self._dates.items()})
        self._dates.clear()

    def _count(self, columns: Sequence[tuple[str | None, Sequence[Any]]]) -> None:
        for instruction, column in columns:
            if instruction is None:
                self._dates.update(map(_DATE, column))
                if len(self._dates) > MOST:
                    self._settle_dates()
            else:
                self._sizes.setdefault(instruction, Counter()).update(column)


def coarsened(counts: Mapping[int, int], unit: Unit, to: Unit) -> Mapping[int, int]:
    """Counts by one unit as counts by another that is not finer."""
    steps: list[Callable[[int], int]] = [month_of_day, lambda month: month // 12]
    for step in steps[_UNITS.index(unit) : _UNITS.index(to)]:
        coarse: dict[int, int] = {}
        for key, count in counts.items():
            coarse[step(key)] = coarse.get(step(key), 0) + count
        counts = coarse
    return counts


def month_of_day(day: int) -> int:
    """The month since the year 0 of a day since 1970."""
    found = date.fromordinal(_EPOCH + day)
    return 12 * found.year + found.month - 1


def day_of(text: str) -> int:
    """The day since 1970 of its RFC 3339 text. Raises ``ValueError``."""
    return date.fromisoformat(text).toordinal() - _EPOCH


def date_of(day: int) -> date:
    """A day since 1970 as a date."""
    return date.fromordinal(_EPOCH + day)


def limits_of(ruleset: RuleSet) -> dict[str, list[MaxEntryBytes]]:
    """The limits of the size of an entry by instruction, of those that have one."""
    limits = {i.name: list(_limits(i, ruleset.payload)) for i in ruleset.instructions}
    return {name: checks for name, checks in limits.items() if checks}


def _limits(instruction: Instruction, payload: str) -> Iterator[MaxEntryBytes]:
    for member in instruction.line.fields:
        if member.name == payload and isinstance(member.value, ListValue):
            entry = member.value.items
            if isinstance(entry, RecordValue):
                yield from (check for check in entry.checks if isinstance(check, MaxEntryBytes))


def item_sizes(text: str, key: str, count: int) -> list[int]:
    """The bytes of each of the ``count`` items of the list at a key of a JSON object, as ``compact_size``."""
    try:
        items = _ITEMS.decode(_MEMBERS.decode(text.encode())[key])
        return [_size(bytes(item)) for item in items]
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # this parser is stricter than ours
        spans = locate(text, [((key, i), False) for i in range(count)])
        return [compact_size(text[start:end]) for start, end in spans.values()]


def _size(item: bytes) -> int:
    return compact_size(item.decode()) if b"\\" in item else len(msgspec.json.format(item, indent=-1))


def _add(counts: dict[int, int], more: Mapping[int, int]) -> None:
    for key, count in more.items():
        counts[key] = counts.get(key, 0) + count
