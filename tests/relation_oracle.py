"""What is wrong between the entries of a file, found by brute force: dictionaries over everything there is.

Written from the known rules alone and meant to be read beside them. Slow, holds all of the file, and knows nothing of
the program but the id that follows from a foreign id and a time.

What is wrong in itself is not compared with anything, but an entry that is wrong is there all the same: an activity
of unknown time may be any activity of its foreign id, one of unknown foreign id any activity of its time.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Any, NamedTuple

from stream_import_rules.activity_id import derive
from stream_import_rules.findings import pointer

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_UUID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_USER_ID = "[A-Za-z0-9_-]+"
#: The forms of references, and the instruction that holds what each of them means.
_REFERENCES = {
    "SU:": (f"SU:{_USER_ID}", "users"),
    "SO:": ("SO:[^:]+:[A-Za-z0-9_-]+", "collections"),
    "SA:": (f"SA:{_UUID}", "add_activities"),
    "SR:": ("SR:[^ ]+", "reactions"),
}


class Found(NamedTuple):
    """A finding: the rule, the line, and the JSON Pointer from the root of the line."""

    rule: str
    line: int
    path: str


@dataclass(eq=False)
class Record:
    """One entry and its place."""

    line: int
    index: int
    envelope: Mapping[str, Any]
    value: Any

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.index

    def found(self, rule: str, *below: str | int) -> Found:
        """A finding at this entry, or at a place below it."""
        return Found(rule, self.line, pointer(("data", self.index, *below)))

    def text(self, name: str, form: str = ".+") -> str | None:
        """A member that is a string of this form; None if it is absent or wrong."""
        value = self.value.get(name)
        return value if isinstance(value, str) and re.fullmatch(form, value, re.DOTALL) else None

    def time(self, name: str) -> int | None:
        """A member that is a time, in microseconds; None if it is absent or wrong."""
        value = self.value.get(name)
        return instant_of(value) if isinstance(value, str) else None


class Activity(Record):
    """An activity: its key, as far as it is known."""

    @cached_property
    def feed(self) -> str:
        return str(self.envelope["feedId"])

    @cached_property
    def foreign_id(self) -> str | None:
        return self.text("foreign_id")

    @cached_property
    def instant(self) -> int | None:
        return self.time("time")

    @cached_property
    def id(self) -> str | None:
        known = self.foreign_id is not None and self.instant is not None
        return derive(self.foreign_id or "", self.instant or 0) if known else None

    @cached_property
    def content(self) -> str:
        """All but the key, the same for members in any order."""
        return json.dumps({k: v for k, v in self.value.items() if k not in ("foreign_id", "time")}, sort_keys=True)


class Reaction(Record):
    """A reaction: how it names its activity, and the id that this is."""

    @cached_property
    def id(self) -> str | None:
        return self.text("id")

    @cached_property
    def pair(self) -> tuple[str, int] | None:
        """The activity by foreign id and time, where it is not named by its id."""
        foreign_id, instant = self.text("activity_foreign_id"), self.time("activity_time")
        if "activity_id" in self.value or foreign_id is None or instant is None:
            return None
        return foreign_id, instant

    @cached_property
    def activity_id(self) -> str | None:
        given = self.text("activity_id", _UUID)
        return given.lower() if given else None

    @cached_property
    def about(self) -> str | None:
        """The id of its activity, whichever way it is named."""
        return derive(*self.pair) if self.pair else self.activity_id

    @cached_property
    def parent(self) -> str | None:
        """The id of another reaction."""
        parent = self.text("parent")
        return None if parent == self.value.get("id") else parent


def instant_of(text: str) -> int | None:
    """The microseconds since 1970 of a time as RFC 3339 has it, in UTC if it does not say."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    wall, fraction, zone = match.groups()
    offset = timedelta()
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])) * (-1 if zone[0] == "-" else 1)
    try:
        moment = datetime.strptime(wall, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone(offset))
    except ValueError:
        return None
    whole = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return whole * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))


def findings(data: bytes) -> list[Found]:
    """Everything that is wrong between the entries of a file, sorted."""
    return sorted(_File(data).findings())


class _File:
    """The entries of a file by instruction, each list in the order of the file."""

    def __init__(self, data: bytes) -> None:
        kinds: dict[str, type[Record]] = {"add_activities": Activity, "reactions": Reaction}
        self.records: dict[str, list[Any]] = defaultdict(list)
        for number, raw in enumerate(data.split(b"\n"), 1):
            if not raw.strip():
                continue
            line = json.loads(raw)
            kind = kinds.get(line["instruction"], Record)
            for index, value in enumerate(line["data"]):
                self.records[line["instruction"]].append(kind(number, index, line, value))
        self.activities: list[Activity] = self.records["add_activities"]
        self.reactions: list[Reaction] = self.records["reactions"]
        self.activity = _firsts(self.activities, lambda activity: activity.id)
        self.reaction = _firsts(self.reactions, lambda reaction: reaction.id)
        self.user = _firsts(self.records["users"], lambda user: user.text("id"))
        self.thing = _firsts(self.records["collections"], _thing_key)
        self.pairs = {(activity.foreign_id, activity.instant) for activity in self.activities}

    def findings(self) -> Iterator[Found]:
        yield from self.equal_activities()
        yield from self.equal_others()
        yield from self.reactions_to_nothing()
        yield from self.references_to_nothing()
        yield from self.children()
        yield from self.cycles()
        yield from self.order()

    # ------------------------------------------------------------------ 10.5: equal records

    def equal_activities(self) -> Iterator[Found]:
        known = [activity for activity in self.activities if activity.id is not None]
        for alike in _groups(known, lambda a: (a.feed, a.foreign_id, a.instant)):
            for other in alike[1:]:
                same = other.content == alike[0].content
                yield other.found("activity.duplicate" if same else "activity.duplicate-key")
        for alike in _groups(known, lambda a: (a.foreign_id, a.instant)):
            for other in _first_of_each(alike, lambda a: a.feed)[1:]:
                if other.content != alike[0].content:
                    yield other.found("activity.duplicate-key-cross-feed")
        for alike in _groups(known, lambda a: a.id):
            for other in _first_of_each(alike, lambda a: a.foreign_id)[1:]:
                yield other.found("activity.id-collision")
        for alike in _groups(known, lambda a: (a.feed, a.foreign_id)):
            for other in _first_of_each(alike, lambda a: a.instant)[1:]:
                yield other.found("activity.foreign-id-reused")
        timed = [activity for activity in self.activities if activity.instant is not None]
        for alike in _groups(timed, lambda a: (a.feed, a.instant)):
            if len(alike) > 50:
                yield alike[0].found("activity.same-time")

    def equal_others(self) -> Iterator[Found]:
        def repeated(rule: str, records: Iterable[Record], key: Callable[[Any], Hashable], *below: str) -> Any:
            known = [record for record in records if key(record) is not None]
            return [r.found(rule, *below) for alike in _groups(known, key) for r in alike[1:]]

        yield from repeated("follow.duplicate", self.records["follow"], lambda f: (f.envelope["feedId"], f.value))
        yield from repeated("reaction.id-duplicate", self.reactions, lambda r: r.id, "id")
        yield from repeated("user.duplicate", self.records["users"], lambda u: u.text("id"), "id")
        yield from repeated("collection.duplicate", self.records["collections"], _thing_key)

    # ------------------------------------------------------------------ 10.7, 10.5: references

    def is_there(self, foreign_id: str, instant: int) -> bool:
        """Whether an activity is in the file, or may be one whose key is not known in full."""
        pairs = self.pairs
        return not pairs.isdisjoint({(foreign_id, instant), (foreign_id, None), (None, instant)})

    def reactions_to_nothing(self) -> Iterator[Found]:
        for reaction in self.reactions:
            if reaction.pair and not self.is_there(*reaction.pair):
                yield reaction.found("reaction.activity-ref-unresolved", "activity_foreign_id")
            if reaction.parent and reaction.parent not in self.reaction:
                yield reaction.found("reaction.parent-unresolved", "parent")
            user_id = reaction.text("user_id", _USER_ID)
            if user_id and self.records["users"] and user_id not in self.user:
                yield reaction.found("reaction.user-unknown", "user_id")

    def references_to_nothing(self) -> Iterator[Found]:
        there: dict[str, Callable[[str], bool]] = {
            "SU:": lambda key: key in self.user,
            "SO:": lambda key: tuple(key.split(":")) in self.thing,
            "SA:": lambda key: key.lower() in self.activity,
            "SR:": lambda key: key in self.reaction,
        }
        for activity in self.activities:
            for path, text in _strings(activity.value, ()):
                form, instruction = _REFERENCES.get(text[:3], ("(?!)", ""))
                prose = path[0] not in ("actor", "object", "target") and re.search(r"\s", text)
                if prose or not re.fullmatch(form, text) or not self.records[instruction]:
                    continue
                if not there[text[:3]](text[3:]):
                    yield activity.found("activity.reference-unresolved", *path)
        told = {f"reaction:{reaction.id}" for reaction in self.reactions if reaction.value.get("target_feeds")}
        for activity in self.activities:
            if activity.foreign_id in told:
                yield activity.found("activity.reaction-foreign-id", "foreign_id")

    # ------------------------------------------------------------------ 10.7: children, times

    def children(self) -> Iterator[Found]:
        for reaction in self.reactions:
            time, activity_time = reaction.time("time"), reaction.time("activity_time")
            if time is not None and activity_time is not None and time < activity_time:
                yield reaction.found("reaction.before-activity", "time")
            about = self.activity.get(reaction.activity_id)
            if time is not None and about and about.instant is not None and time < about.instant:
                yield reaction.found("reaction.before-activity", "time")
            parent = self.reaction.get(reaction.parent)
            if parent is None:
                continue
            if reaction.about and parent.about and reaction.about != parent.about:
                yield reaction.found("reaction.parent-activity-mismatch", "parent")
            parent_time = parent.time("time")
            if time is not None and parent_time is not None and time < parent_time:
                yield reaction.found("reaction.before-parent", "time")
            above = self.above(reaction)
            if above is not None and len(above) + 1 > 3:
                yield reaction.found("reaction.depth", "parent")

    def above(self, reaction: Reaction) -> list[Reaction] | None:
        """Parent, parent's parent and so on; None if they never end."""
        found: list[Reaction] = []
        while (parent := self.reaction.get(reaction.parent)) is not None:
            if parent in found:
                return None
            found.append(parent)
            reaction = parent
        return found

    def cycles(self) -> Iterator[Found]:
        told: set[Reaction] = set()
        for reaction in self.reaction.values():
            ring: list[Reaction] = [reaction]
            while (parent := self.reaction.get(ring[-1].parent)) is not None and parent not in ring:
                ring.append(parent)
            first = ring[0]
            if parent is first and first not in told:
                told.update(ring)
                yield first.found("reaction.parent-cycle", "parent")

    # ------------------------------------------------------------------ 10.10: order

    def in_cycle(self, reaction: Reaction) -> bool:
        """Whether a reaction is its own ancestor."""
        seen: list[Reaction] = []
        at: Reaction | None = reaction
        while at is not None and at not in seen:
            seen.append(at)
            at = self.reaction.get(at.parent)
        return at is reaction and len(seen) > 1

    def order(self) -> Iterator[Found]:
        """One note a file and rule, at the first record that stands before what it needs."""
        feed = _firsts(self.activities, lambda activity: activity.feed)
        for follow in self.records["follow"]:
            if follow.value in feed and follow.place < feed[follow.value].place:
                yield Found("follow.before-activities", follow.line, "")
                break
        for reaction in self.reactions:
            if reaction.about in self.activity and reaction.place < self.activity[reaction.about].place:
                yield reaction.found("reaction.line-before-activity")
                break
        for reaction in self.reactions:
            if self.in_cycle(reaction):
                continue  # no order would be right
            if reaction.parent in self.reaction and reaction.place < self.reaction[reaction.parent].place:
                yield reaction.found("reaction.line-before-parent", "parent")
                break


def _thing_key(thing: Record) -> tuple[str, str] | None:
    collection, thing_id = thing.text("collection"), thing.text("id")
    return None if collection is None or thing_id is None else (collection, thing_id)


def _groups(records: Iterable[Any], key: Callable[[Any], Hashable]) -> Iterable[list[Any]]:
    """Records of one key each, in the order of the file."""
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups.values()


def _first_of_each(records: list[Any], kind: Callable[[Any], Hashable]) -> list[Any]:
    """The first record of each kind."""
    return [alike[0] for alike in _groups(records, kind)]


def _firsts(records: Iterable[Any], key: Callable[[Any], Hashable]) -> dict[Any, Any]:
    """The first record of each key."""
    found: dict[Any, Any] = {}
    for record in records:
        if key(record) is not None:
            found.setdefault(key(record), record)
    return found


def _strings(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All strings of a value with their paths."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, (dict, list)):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(inner, (*path, step))
