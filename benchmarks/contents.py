"""Seeded lines of an import as an app would export it: users, collections, activities, reactions, follows.

What an entry refers to stands before it, keys are unique, and times go on: nothing is to be said of the lines, alone or
together. Before ``cases``, which make files of them. Entries are put together as text from parts that were serialised
once, so that gigabytes take seconds; what repeats is far enough apart that no reader gains by it.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

#: The instructions of lines in turn: what others refer to begins. Follows come last.
ROUND: tuple[str, ...] = (
    *("users", "collections", *("add_activities", "reactions", "add_activities") * 3),
    *("users", "collections", *("reactions", "add_activities") * 3, "reactions"),
)

_POOL = 1 << 12
#: An odd number: its multiples, cut to 32 bits, are all different and in no order.
_MIX, _MASK = 2_654_435_761, 0xFFFFFFFF
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_SECONDS_APART = 17
_FOLLOWED = 100
_COLLECTIONS = ("food", "place", "product")
_VERBS = ("post", "like", "share", "pin")

_WORDS = (  # noqa: SIM905
    "the morning light over harbour and hills we walked until our feet gave up then coffee with friends who came late "
    "crème brûlée señor größe naïve żółw Привет мир 東京 の 朝 שלום नमस्ते again tomorrow maybe a longer route home"
).split(" ")
_MARKS = (" 🚲", " 👍🏽", "…", "!", ".", "\n— sent from my phone", ' "quoted"', " ½")


class Line(NamedTuple):
    """One line: the instruction, the feed id if it has one, and its entries as JSON."""

    instruction: str
    feed: str
    entries: list[str]

    def text(self) -> str:
        """The line as compact JSON, with its end."""
        feed = f'"feedId":"{self.feed}",' if self.feed else ""
        return f'{{"instruction":"{self.instruction}",{feed}"data":[{",".join(self.entries)}]}}\n'


class Contents:
    """The entries of one file, made in their order; each method gives the next line with so many entries.

    ``zone`` ends every time: ``Z``, or nothing for times without an offset. ``roomy`` gives entries of some kilobytes
    instead of some hundred bytes.
    """

    def __init__(self, seed: int, *, zone: str = "Z", roomy: bool = False) -> None:
        rng = random.Random(seed)
        self._zone = zone
        self._profiles = [_json(_profile(rng)) for _ in range(_POOL)]
        self._products = [_json(_product(rng, roomy)) for _ in range(_POOL)]
        self._customs = [_json(_custom(rng, roomy))[1:-1] for _ in range(_POOL)]
        self._comments = [_json(_comment(rng, roomy)) for _ in range(_POOL)]
        self._days = [f"{_FIRST + timedelta(days=n):%Y-%m-%dT}" for n in range(1_700)]
        self._clock = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
        self._users: list[str] = []
        self._items = self._activities = self._reactions = self._follows = 0
        #: The last reaction that is no child: its id, its reference, its activity.
        self._parent = ("", "", 0)

    def line(self, instruction: str, entries: int) -> Line:
        """The next line of an instruction."""
        match instruction:
            case "users":
                return Line(instruction, "", self._some_users(entries))
            case "collections":
                return Line(instruction, "", self._some_items(entries))
            case "add_activities":
                return Line(instruction, f"user:{self._user(self._activities * _MIX)}", self._some_activities(entries))
            case "reactions":
                return Line(instruction, "", self._some_reactions(entries))
            case "follow":
                return self._follow(entries)
        raise ValueError(f"{instruction} is no instruction")

    # ------------------------------------------------------------------ entries, in loops as tight as can be read

    def _some_users(self, count: int) -> list[str]:
        first = len(self._users)
        ids = [_user_id(n) for n in range(first, first + count)]
        self._users += ids
        profiles = self._profiles
        return [f'{{"id":"{one}","data":{profiles[n * _MIX % _POOL]}}}' for n, one in enumerate(ids, first)]

    def _user(self, mixed: int) -> str:
        return self._users[mixed % len(self._users)] if self._users else "user-0"

    def _some_items(self, count: int) -> list[str]:
        first = self._items
        self._items += count
        products = self._products
        return [
            f'{{"collection":"{_COLLECTIONS[n % 3]}","id":"{n:07x}","data":{products[n * _MIX % _POOL]}}}'
            for n in range(first, first + count)
        ]

    def _some_activities(self, count: int) -> list[str]:
        first = self._activities
        self._activities += count
        users, items, customs, time_of = self._users or ["user-0"], self._items, self._customs, self._time_of
        entries = []
        for n in range(first, first + count):
            mixed = n * _MIX & _MASK
            actor = users[mixed % len(users)]
            if items and mixed % 5 == 0:
                item = mixed % items
                what = f'"verb":"rate","object":"SO:{_COLLECTIONS[item % 3]}:{item:07x}"'
            else:
                what = f'"verb":"{_VERBS[mixed >> 8 & 3]}","object":"post:{n}"'
            to = f',"to":["team:{mixed % 997}","notification:{actor}"]' if mixed % 10 < 3 else ""
            entries.append(
                f'{{"actor":"SU:{actor}",{what},"foreign_id":"post:{n}","time":"{time_of(n)}"'
                f"{to},{customs[mixed >> 10 & (_POOL - 1)]}}}"
            )
        return entries

    def _some_reactions(self, count: int) -> list[str]:
        first = self._reactions
        self._reactions += count
        users, activities, comments = self._users or ["user-0"], self._activities or 1, self._comments
        entries = []
        for n in range(first, first + count):
            mixed = n * _MIX & _MASK
            identity = f"{mixed:08x}-{mixed >> 16:04x}-4{n & 0xFFF:03x}-a{mixed & 0xFFF:03x}-{n:012x}"
            user = users[mixed % len(users)]
            more = ""
            if n % 10 == 9:  # a child of the one before
                parent, reference, activity = self._parent
                later = 3_000_000
                more = f',"parent":"{parent}"'
            else:
                activity, later = mixed % activities, 60 + mixed % 2_000_000
                if n % 10 < 6:
                    reference = f'"activity_foreign_id":"post:{activity}","activity_time":"{self._time_of(activity)}"'
                else:  # of an activity that is not in the file
                    reference = f'"activity_id":"{mixed:08x}-{n & 0xFFFF:04x}-11e9-8080-8000{mixed:08x}"'
                if n % 10 == 1:
                    more = f',"target_feeds":["notification:{user}"]'
                self._parent = identity, reference, activity
            if n & 1:
                kind = '"kind":"like"'
            else:
                kind, more = '"kind":"comment"', f'{more},"data":{comments[mixed >> 10 & (_POOL - 1)]}'
            day, second = divmod(activity * _SECONDS_APART + later, 86_400)
            time = f"{self._days[day]}{self._clock[second]}.{mixed % 1000:03}{self._zone}"
            entries.append(f'{{"id":"{identity}",{kind},"user_id":"{user}",{reference},"time":"{time}"{more}}}')
        return entries

    def _follow(self, entries: int) -> Line:
        """The next follows of one feed, all of users."""
        each = max(entries, _FOLLOWED)
        follower, first = divmod(self._follows, each)
        self._follows += entries
        start, among = follower * 31 + first, max(len(self._users), each)
        targets = [f'"user:{_user_id(n % among)}"' for n in range(start, start + entries)]
        return Line("follow", f"timeline:{_user_id(follower)}", targets)

    def _time_of(self, activity: int) -> str:
        """The time of an activity: no two activities have the same."""
        day, second = divmod(activity * _SECONDS_APART, 86_400)
        return f"{self._days[day]}{self._clock[second]}.{activity * 7919 % 1_000_000:06}{self._zone}"


def _user_id(number: int) -> str:
    return f"user-{number * _MIX & _MASK:08x}"


# --------------------------------------------------------------------------- free-form data


def _json(value: dict[str, Any]) -> str:
    # One in eight as many serialisers write it: in ASCII.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=len(value) % 8 == 0)


def _sentence(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(least, most))) + rng.choice(_MARKS)


def _picture(rng: random.Random) -> dict[str, Any]:
    return {"url": f"https://cdn.example.org/{rng.getrandbits(48):012x}.jpg", "width": 1280, "height": 853}


def _profile(rng: random.Random) -> dict[str, Any]:
    profile: dict[str, Any] = {"name": _sentence(rng, 2, 2), "age": rng.randint(18, 80)}
    if rng.random() < 0.6:
        profile["image"] = _picture(rng)
    return profile | {"languages": rng.sample(["en", "de", "ja", "ru", "pt"], 2), "verified": rng.random() < 0.1}


def _product(rng: random.Random, roomy: bool) -> dict[str, Any]:
    return {
        "name": _sentence(rng, 2, 4),
        "price": round(rng.uniform(1, 500), 2),
        "tags": rng.sample(_WORDS[:20], rng.randint(1, 4)),
        "stock": {"warehouse": rng.randint(1, 9), "count": rng.randint(0, 500)},
        "description": _sentence(rng, 90, 160) if roomy else _sentence(rng, 5, 15),
    }


def _custom(rng: random.Random, roomy: bool) -> dict[str, Any]:
    """Members of an activity that the app has chosen."""
    custom: dict[str, Any] = {"text": _sentence(rng, 200, 400) if roomy else _sentence(rng, 3, 25)}
    custom["popularity"] = rng.randrange(10_000)
    if roomy or rng.random() < 0.3:
        custom["attachments"] = [_picture(rng) for _ in range(rng.randint(3, 6) if roomy else rng.randint(1, 3))]
    if rng.random() < 0.25:
        place = {"lat": round(rng.uniform(-60, 70), 5), "lng": round(rng.uniform(-180, 180), 5)}
        custom["location"] = {"name": _sentence(rng, 1, 2), "point": place, "indoor": None}
    if rng.random() < 0.4:
        custom["hashtags"] = rng.sample(_WORDS[:20], rng.randint(1, 5))
    return custom


def _comment(rng: random.Random, roomy: bool) -> dict[str, Any]:
    comment: dict[str, Any] = {"text": _sentence(rng, 150, 250) if roomy else _sentence(rng, 1, 20)}
    if rng.random() < 0.3:
        comment["mentions"] = [f"user-{rng.getrandbits(32):08x}" for _ in range(rng.randint(1, 3))]
    return comment | {"edited": rng.random() < 0.1, "score": rng.randrange(5)}
