"""Surveys: what lines hold apart from mistakes — entries, feed groups, the span of times, and the names
that an app's configuration lists.

Used by ``validate`` for explained lines; the fast validator makes the same survey of the lines it
passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from . import model, times
from .findings import Path, clip
from .histograms import DAY, Histograms, item_sizes, limits_of

#: What can be written in UTC: an offset may lead to the year 0 or 10,000.
FIRST, LAST = times.micros_of("0001-01-01T00:00:00Z"), times.micros_of("9999-12-31T23:59:59.999999Z")

#: So many different values of one member are counted over a whole file.
MOST_VALUES = 1_000


class Survey:
    """Counts of entries by instruction and of uses by feed group, and the first and last instant
    (microseconds since 1970). Surveys of parts add up to the survey of the whole.

    ``values`` are counts of the values of one member, by instruction and member (see
    ``AppRules.surveyed``); of the whole, ``MOST_VALUES`` different ones at most. ``histograms`` are there
    if they are asked for.
    One is made for each passed chunk, so it is kept light: plain dictionaries.
    """

    __slots__ = ("entries", "feed_groups", "first", "histograms", "last", "values")

    def __init__(self) -> None:
        self.entries: dict[str, int] = {}
        self.feed_groups: dict[str, int] = {}
        self.first: int | None = None
        self.last: int | None = None
        self.values: dict[tuple[str, str], dict[str, int]] = {}
        self.histograms: Histograms | None = None

    def add(self, other: Survey) -> None:
        """Take in the survey of further lines."""
        _add(self.entries, other.entries)
        _add(self.feed_groups, other.feed_groups)
        if other.first is not None and other.last is not None:
            self.see_times(other.first, other.last)
        for key, counts in other.values.items():
            mine = self.values.setdefault(key, {})
            room = MOST_VALUES - len(mine)
            new = [name for name in counts if name not in mine][: max(room, 0)]
            _add(mine, {name: count for name, count in counts.items() if name in mine or name in new})
        if other.histograms is not None:
            self.histograms = self.histograms or Histograms()
            self.histograms.add(other.histograms)

    def see_values(self, instruction: str, member: str, counts: Mapping[str, int]) -> bool:
        """Count values of a member of an instruction's entries; always true, to stand in a condition."""
        _add(self.values.setdefault((instruction, member), {}), counts)
        return True

    def see_groups(self, counts: Mapping[str, int]) -> None:
        """Count uses of feed groups."""
        _add(self.feed_groups, counts)

    def see_times(self, first: int, last: int) -> None:
        """Widen the span of times."""
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


class Surveyor:
    """Surveys decoded lines of one rule set, of which anything may be wrong."""

    def __init__(self, ruleset: model.RuleSet) -> None:
        self._discriminator, self._payload = ruleset.discriminator, ruleset.payload
        self._instructions = {i.name: i for i in ruleset.instructions}
        self._feed_ids = {i.name: list(_places(i.line, ruleset.feed_id_type)) for i in ruleset.instructions}
        self._timed, self._time = ruleset.time_span
        self._surveyed = ruleset.app.surveyed
        self._limited = frozenset(limits_of(ruleset))

    def survey(self, line: Mapping[str, Any], text: str | None = None) -> Survey:
        """The survey of one line; with its text (JSON of the same value) there are histograms in it."""
        survey = Survey()
        if text is not None:
            survey.histograms = Histograms()
        name = line.get(self._discriminator)
        entries = line.get(self._payload)
        if not isinstance(name, str) or name not in self._instructions or not isinstance(entries, list):
            return survey
        survey.entries[name] = len(entries)
        survey.see_groups(Counter(group_of(feed) for _, feed in self.feed_ids(line)))
        if name == self._timed:
            texts = (e.get(self._time) for e in entries if isinstance(e, dict))
            parsed = [t.micros for text in texts if isinstance(text, str) and (t := times.parse(text))]
            found = [micros for micros in parsed if FIRST <= micros <= LAST]
            if found:
                survey.see_times(min(found), max(found))
                if survey.histograms is not None:
                    survey.histograms.see_days(Counter(micros // DAY for micros in found))
        if survey.histograms is not None and text is not None and name in self._limited:
            survey.histograms.see_sizes(name, item_sizes(text, self._payload, len(entries)))
        for instruction, member in self._surveyed:
            if instruction == name:
                survey.see_values(name, member, Counter(_named(entries, member)))
        return survey

    def histograms(self, lines: Iterable[bytes]) -> Histograms:
        """The histograms of lines that are right: the slow way, for a fast validator that has none."""
        found = Histograms()
        for line in lines:
            made = self.survey(msgspec.json.decode(line), line.decode()).histograms
            assert made is not None
            found.add(made)
        return found

    def feed_ids(self, line: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
        """All feed ids of a line with their paths, those that have the form of one at least."""
        name = line.get(self._discriminator)
        for place in self._feed_ids.get(name, ()) if isinstance(name, str) else ():
            for path, value in _at(line, place, ()):
                if isinstance(value, str) and value.count(":") == 1 and group_of(value):
                    yield path, value

    def record_name(self, line: Mapping[str, Any], path: Path) -> str | None:
        """What the user calls the entry at a path: its foreign id, its id, or the feed; ``None`` if unnamed."""
        name = line.get(self._discriminator)
        instruction = self._instructions.get(name) if isinstance(name, str) else None
        entries = line.get(self._payload)
        if len(path) < 2 or path[0] != self._payload or instruction is None or not isinstance(entries, list):
            return None
        entry = entries[path[1]] if isinstance(path[1], int) and path[1] < len(entries) else None
        if isinstance(entry, str):
            return clip(entry)
        names = (entry.get(name) for name in instruction.record_names) if isinstance(entry, dict) else ()
        return next((clip(name) for name in names if isinstance(name, str) and name), None)


def group_of(feed_id: str) -> str:
    """The group of a feed id."""
    return feed_id.partition(":")[0]


def _named(entries: list[Any], member: str) -> Iterator[str]:
    """The strings at a member of entries; of entries that are feed ids (no member) their groups."""
    if not member:
        return (group_of(entry) for entry in entries if isinstance(entry, str))
    found = (entry.get(member) for entry in entries if isinstance(entry, dict))
    return (value for value in found if isinstance(value, str))


def _places(value: model.Value, named: str) -> Iterator[tuple[str, ...]]:
    """Where values of a named type stand below a value; ``*`` is every item of a list."""
    if named and value.named == named:
        yield ()
    elif isinstance(value, model.ListValue):
        yield from (("*", *rest) for rest in _places(value.items, named))
    elif isinstance(value, model.RecordValue):
        yield from ((f.name, *rest) for f in value.fields for rest in _places(f.value, named))


def _at(value: Any, place: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    if not place:
        yield path, value
    elif place[0] == "*":
        if isinstance(value, list):
            for i, item in enumerate(value):
                yield from _at(item, place[1:], (*path, i))
    elif isinstance(value, dict) and place[0] in value:
        yield from _at(value[place[0]], place[1:], (*path, place[0]))
