"""Entries of import files that have no mistake, the means to plant mistakes, and the labels of those.

Below ``relation_plants``, which plants, and ``relation_files``, which writes the entries to lines. Where an entry
stands is decided last; what depends on it, such as which of two duplicates is the later one, is a *promise*: a
function that gives labels once all entries have their places.
"""

from __future__ import annotations

import copy
import random
import uuid
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from stream_import_rules.activity_id import derive
from stream_import_rules.findings import pointer

#: Every rule that a relation enforces, and its severity. Two of them are broken inside of one line too.
SEVERITIES = {
    "activity.duplicate-key": "error",
    "activity.duplicate": "warning",
    "activity.duplicate-key-cross-feed": "warning",
    "activity.id-collision": "error",
    "activity.foreign-id-reused": "warning",
    "activity.same-time": "info",
    "follow.duplicate": "warning",
    "reaction.id-duplicate": "error",
    "user.duplicate": "warning",
    "collection.duplicate": "warning",
    "reaction.activity-ref-unresolved": "error",
    "reaction.activity-id-unknown": "error",
    "reaction.parent-unresolved": "warning",
    "reaction.user-unknown": "warning",
    "activity.reference-unresolved": "warning",
    "activity.reaction-foreign-id": "info",
    "reaction.depth": "error",
    "reaction.parent-cycle": "error",
    "reaction.parent-activity-mismatch": "error",
    "reaction.before-activity": "warning",
    "reaction.before-parent": "warning",
    "follow.before-activities": "info",
    "reaction.line-before-activity": "info",
    "reaction.line-before-parent": "info",
}
#: Nobody is told of an unknown activity id if the app's configuration does not ask for it.
SILENT = frozenset({"reaction.activity-id-unknown"})

MILLISECOND, SECOND, HOUR, DAY = 1_000, 1_000_000, 3_600_000_000, 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = ("Z", "Z", "Z", "Z", "Z", "Z", "+00:00", "+02:00", "-05:30", "+13:45")
_WORDS = ("lorem", "größe", "投稿", "😀", "line\tbreak\n", 'a "quoted" word', "back\\slash", "a/b", "~", "é")


class Spot(NamedTuple):
    """A place in a file: the number of a line, and a JSON Pointer from its root."""

    line: int
    path: str


class Label(NamedTuple):
    """A finding that must be given, and the places that it must name besides its own."""

    rule: str
    line: int
    path: str
    related: tuple[Spot, ...] = ()


@dataclass(eq=False)
class Entry:
    """One entry of a line, and what the planting needs to know of it.

    ``owner`` is the ``feedId`` of its line. ``content`` is equal for activities that are alike but for their
    key. ``alone``: it is the only one in its line. ``number`` is the order in which entries were made.
    """

    instruction: str
    owner: str
    value: Any
    number: int
    instant: int = 0
    content: int = 0
    about: Entry | None = None
    alone: bool = False
    line: int = 0
    index: int = 0

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.index

    @property
    def spot(self) -> Spot:
        return Spot(self.line, f"/data/{self.index}")

    def label(self, rule: str, *below: str | int, related: Iterable[Entry] = ()) -> Label:
        """A finding at this entry, or at a place below it."""
        return Label(rule, self.line, pointer(("data", self.index, *below)), tuple(other.spot for other in related))


Promise: TypeAlias = Callable[[], Iterable[Label]]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order of the file."""
    return sorted(entries, key=lambda entry: entry.place)


def later(rule: str, entries: Iterable[Entry], *below: str) -> list[Label]:
    """A finding at each of the entries but the first in the file."""
    first, *others = in_order(entries)
    return [entry.label(rule, *below, related=[first]) for entry in others]


def first_of_each(entries: Iterable[Entry], kind: Callable[[Entry], Hashable]) -> list[Entry]:
    """The first entry of each kind, in the order of the file."""
    found: dict[Hashable, Entry] = {}
    for entry in in_order(entries):
        found.setdefault(kind(entry), entry)
    return list(found.values())


def spelled(rng: random.Random, instant: int, zone: str) -> str:
    """An instant as RFC 3339 text in one zone, with as many digits as it needs or more."""
    minutes = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:]))
    wall = _EPOCH + timedelta(microseconds=instant, minutes=minutes)
    fraction = instant % SECOND
    enough = 0 if not fraction else 3 if fraction % MILLISECOND == 0 else 6
    digits = rng.choice([count for count in (0, 3, 6) if count >= enough])
    return wall.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction:06}"[: digits + 1] if digits else "") + zone


class Maker:
    """Makes entries that are right, each unlike all others, and remembers what was promised of them.

    ``plain`` files have times in UTC and ASCII alone, so that most of their lines are as simple as can be.
    """

    def __init__(self, rng: random.Random, *, plain: bool, with_users: bool, with_collections: bool) -> None:
        self.rng = rng
        self.plain = plain
        self.entries: list[Entry] = []
        self.promises: list[Promise] = []
        #: Rules about order: who should come after whom.
        self.links: list[tuple[str, Entry, tuple[str, ...], Entry]] = []
        self._count = 0
        self._seconds: set[int] = set()
        self._pairs: set[tuple[str, str]] = set()
        self.feeds = [f"user:{self.name('u')}" for _ in range(rng.randrange(2, 9))]
        self.users = [self.user() for _ in range(rng.randrange(1, 60))] if with_users else []
        self.things = [self.thing() for _ in range(rng.randrange(1, 30))] if with_collections else []

    # ------------------------------------------------------------------ values

    def number(self) -> int:
        """A number that was not given before."""
        self._count += 1
        return self._count

    def name(self, prefix: str) -> str:
        """An id of letters and digits that was not given before."""
        return f"{prefix}{self.number()}"

    def foreign_id(self) -> str:
        """A foreign id that was not given before."""
        number = self.number()
        if self.plain:
            return f"post:{number}"
        return self.rng.choice((f"post:{number}", f"größe {number}", f"投稿/{number}", f"😀-{number}", f'"{number}\\"'))

    def uuid(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def instant(self, unit: int = 0) -> int:
        """An instant whose second was not given before, in whole ``unit``s."""
        while (second := self.rng.randrange(1_580_000_000, 1_660_000_000)) in self._seconds:
            pass
        self._seconds.add(second)
        unit = unit or self.rng.choice((SECOND, MILLISECOND, 1))
        return second * SECOND + self.rng.randrange(SECOND) // unit * unit

    def spelled(self, instant: int, zone: str = "") -> str:
        """An instant as text, in any zone if none is given."""
        return spelled(self.rng, instant, zone or ("Z" if self.plain else self.rng.choice(_ZONES)))

    def text(self) -> str:
        """Some words, now and then very many."""
        words = self.rng.choice((1, 3, 3, 8, 8, 20, 20, 20, 20, 400))
        return " ".join(self.rng.choices(_WORDS[:1] if self.plain else _WORDS, k=words))

    def user_id(self) -> str:
        """A user of the file if it has any, else somebody."""
        return str(self.rng.choice(self.users).value["id"]) if self.users else self.name("somebody-")

    # ------------------------------------------------------------------ entries

    def entry(self, instruction: str, owner: str, value: Any, **more: Any) -> Entry:
        """Any entry."""
        made = Entry(instruction, owner, value, len(self.entries), **more)
        self.entries.append(made)
        return made

    def user(self, **changes: Any) -> Entry:
        """A user."""
        return self.entry("users", "", {"id": self.name("user-"), "data": {"name": self.text()}, **changes})

    def thing(self, **changes: Any) -> Entry:
        """An entry of a collection."""
        whole: dict[str, Any] = {
            "collection": self.rng.choice(("food", "song")),
            "id": self.name("t"),
            "data": {"title": self.text()},
        }
        if self.rng.random() < 0.02:
            whole["data"]["notes"] = "la " * self.rng.randrange(15_000)
        return self.entry("collections", "", whole | changes)

    def activity(self, feed: str = "", instant: int | None = None, foreign_id: str = "", **changes: Any) -> Entry:
        """An activity."""
        instant = self.instant() if instant is None else instant
        foreign_id = foreign_id or self.foreign_id()
        whole = {
            "actor": f"SU:{self.user_id()}",
            "verb": self.rng.choice(("post", "like")),
            "object": f"post:{self.number()}",
            "foreign_id": foreign_id,
            "time": self.spelled(instant),
            "text": self.text(),
        }
        content = self.number()
        owner = feed or self.rng.choice(self.feeds)
        return self.entry("add_activities", owner, whole | changes, instant=instant, content=content)

    def copy(self, activity: Entry, *, feed: str = "", changed: bool = False) -> Entry:
        """The same activity once more: its time in another spelling, its members in another order."""
        value = copy.deepcopy(activity.value)
        value["time"] = self.spelled(activity.instant)
        content = activity.content
        if changed:
            content = self.number()
            value["popularity"] = content
        members = list(value.items())
        self.rng.shuffle(members)
        owner = feed or activity.owner
        return self.entry("add_activities", owner, dict(members), instant=activity.instant, content=content)

    def naming(self, activity: Entry, form: str = "") -> dict[str, str]:
        """The members by which a reaction names its activity: as ``pair``, ``id``, ``ID`` (upper case) or ``both``."""
        form = form or self.rng.choice(("pair", "pair", "pair", "id", "ID", "both"))
        derived = self.activity_id(activity)
        named = {} if form == "pair" else {"activity_id": derived.upper() if form == "ID" else derived}
        if form in ("pair", "both"):
            named |= {
                "activity_foreign_id": activity.value["foreign_id"],
                "activity_time": self.spelled(activity.instant),
            }
        return named

    def activity_id(self, activity: Entry) -> str:
        """The id that Stream gives an activity."""
        return derive(activity.value["foreign_id"], activity.instant)

    def reaction(
        self,
        about: Entry | None,
        parent: Entry | None = None,
        *,
        form: str = "",
        instant: int | None = None,
        **changes: Any,
    ) -> Entry:
        """A reaction to an activity of the file, and to another reaction. ``changes`` of None take a member away."""
        base = max((one.instant for one in (about, parent) if one), default=1_670_000_000 * SECOND)
        instant = base + self.rng.randrange(1, DAY) if instant is None else instant
        value: dict[str, Any] = {
            "id": self.uuid(),
            "kind": self.rng.choice(("like", "comment")),
            "user_id": self.user_id(),
            "time": self.spelled(instant),
        }
        if self.rng.random() < 0.5:
            value["data"] = {"text": self.text()}
        if about is not None:
            value |= self.naming(about, form)
        if parent is not None:
            value["parent"] = parent.value["id"]
        value = {name: one for name, one in {**value, **changes}.items() if one is not None}
        made = self.entry("reactions", "", value, instant=instant, about=about)
        if about is not None:
            self.links.append(("reaction.line-before-activity", made, (), about))
        if parent is not None:
            self.links.append(("reaction.line-before-parent", made, ("parent",), parent))
        return made

    def follow(self, owner: str = "", target: str = "") -> Entry:
        """A feed that is followed. Without arguments, a pair that was not given before."""
        while not target:
            owner = self.rng.choice([f"timeline:{feed[5:]}" for feed in self.feeds])
            target = self.rng.choice([*self.feeds, self.name("user:nobody-")])
            target = "" if (owner, target) in self._pairs else target
        self._pairs.add((owner, target))
        return self.entry("follow", owner, target)

    # ------------------------------------------------------------------ promises

    def promise(self, rule: str, entry: Entry, *below: str | int, related: Iterable[Entry] = ()) -> None:
        """There is a finding at this entry."""
        self.promises.append(lambda: [entry.label(rule, *below, related=related)])

    def promise_later(self, rule: str, entries: Iterable[Entry], *below: str) -> None:
        """There is a finding at each of these entries but the first."""
        self.promises.append(lambda: later(rule, entries, *below))

    def promise_duplicates(self, activities: list[Entry]) -> None:
        """Activities of one foreign id and instant: what the later ones are depends on feeds and contents."""

        def found() -> Iterable[Label]:
            for owner in {activity.owner for activity in activities}:
                first, *others = in_order(activity for activity in activities if activity.owner == owner)
                for other in others:
                    rule = "activity.duplicate" if other.content == first.content else "activity.duplicate-key"
                    yield other.label(rule, related=[first])
            first, *others = first_of_each(activities, lambda activity: activity.owner)
            for other in others:
                if other.content != first.content:
                    yield other.label("activity.duplicate-key-cross-feed", related=[first])

        self.promises.append(found)

    def promise_apart(self, rule: str, entries: list[Entry], kind: Callable[[Entry], Hashable]) -> None:
        """There is a finding at the first entry of each kind, but for that which is the first of all."""
        self.promises.append(lambda: later(rule, first_of_each(entries, kind)))

    def labels(self) -> list[Label]:
        """All findings that must be given, now that all entries have their places."""
        found = [label for promise in self.promises for label in promise()]
        return sorted([*found, *self._out_of_order()])

    def _out_of_order(self) -> Iterable[Label]:
        """For each rule about order, the first entry that stands before what it should come after."""
        firsts = {entry.owner: entry for entry in reversed(in_order(self._of("add_activities")))}
        follows = [
            ("follow.before-activities", entry, (), firsts[entry.value])
            for entry in self._of("follow")
            if entry.value in firsts
        ]
        early: dict[str, tuple[Entry, tuple[str, ...], Entry]] = {}
        for rule, entry, below, other in sorted([*self.links, *follows], key=lambda link: link[1].place):
            if entry.place < other.place:
                early.setdefault(rule, (entry, below, other))
        for rule, (entry, below, other) in early.items():
            label = entry.label(rule, *below, related=[other])
            yield label._replace(path="") if rule == "follow.before-activities" else label

    def _of(self, instruction: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.instruction == instruction]
